"""What a lesson says of itself in its frame: title, minutes, parts, prediction, last question."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from coursekit.checks.places import headings_in
from coursekit.errors import CommandError
from coursekit.publish.convert import read_source


@dataclass(frozen=True)
class Question:
    """A question of a lesson with its options, and the answer in the speaker notes."""

    heading: str
    text: str
    answer: str


@dataclass(frozen=True)
class Frame:
    """A lesson as its own frame describes it."""

    stem: str
    title: str
    minutes: int
    parts: tuple[tuple[str, int], ...]
    predictions: tuple[Question, ...]
    check: Question

    @property
    def number(self) -> int:
        """The number that its file begins with."""
        return int(self.stem.partition("_")[0])


def read(source: Path) -> Frame:
    """Read the frame of a lesson's source.

    Args:
        source: a file such as `source/lessons/03_vanishing_gradients.py`.

    Raises:
        CommandError: the file cannot be read, or a part of the frame is missing.
    """
    cells = _cells(source)
    words = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    title = _first(r"(?m)^# (.+)$", words, source, "a title")
    minutes = _first(r"(?m)^Lesson \d\d · (\d+) minutes$", words, source, '"Lesson NN · N minutes"')
    table = re.findall(r"(?m)^\| ([^|\n]+) \| (\d+) \|$", words)
    predictions = tuple(_questions(cells, "Predict"))
    checks = tuple(_questions(cells, "Check yourself"))
    if not predictions or len(checks) != 1:
        raise CommandError(
            f"{source.name} needs a `## Predict ...` and one `## Check yourself`, each with "
            "speaker notes below it that hold the answer."
        )
    parts = tuple((part, int(number)) for part, number in table)
    return Frame(source.stem, title, int(minutes), parts, predictions, checks[0])


def headings(source: Path) -> list[str]:
    """The headings of a source, without marks of emphasis, code and mathematics."""
    cells = _cells(source)
    words = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return headings_in(words)


def _cells(source: Path) -> list[NotebookNode]:
    try:
        return _read_at(source, source.stat().st_mtime_ns)
    except OSError as error:
        raise CommandError(f"{source} cannot be read: {error.strerror}.") from error


@cache
def _read_at(source: Path, modified: int) -> list[NotebookNode]:
    """The cells of a source as it was then; asked for at each of a hundred links."""
    return list(read_source(source).cells)


def _questions(cells: list[NotebookNode], opening: str) -> Iterator[Question]:
    """A heading's own cell, with the first speaker notes before the next heading."""
    asked = ""
    for cell in cells:
        if cell.cell_type != "markdown":
            continue
        if cell.source.startswith("#"):
            asked = cell.source if cell.source.startswith(f"## {opening}") else ""
            if opening.startswith("Predict") and not re.search(r"(?m)^(\d+\.|- \*\*)", asked):
                asked = ""  # "Predict the next word" is a part of lesson 01, not its prediction
        elif asked and cell.metadata.get("slideshow", {}).get("slide_type") == "notes":
            heading, _, text = asked.partition("\n")
            yield Question(heading.lstrip("# "), text.strip(), cell.source)
            asked = ""


def _first(pattern: str, words: str, source: Path, what: str) -> str:
    found = re.search(pattern, words)
    if found is None:
        raise CommandError(f"{source.name} has no {what} in its frame.")
    return found[1]
