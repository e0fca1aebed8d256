"""`coursekit build --check`: are the committed notebooks what their sources give today?

Cell sources and metadata are compared, not outputs: those are for nbval.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from coursekit.errors import CommandError
from coursekit.publish.convert import cut_exercise, read_source
from coursekit.publish.course import Course, require

SHOWN = 5  # differences of one notebook; an inserted cell shifts all that follow


def report_stale(course: Course, sources: Sequence[Path], everything: bool = True) -> int:
    """Print what is stale, and the command that mends it. Returns: 1 if anything is, else 0."""
    derived = {path: fresh for source in sources for path, fresh in conversions(course, source)}
    stale: set[str] = set()
    problems: list[str] = []
    for path, fresh in derived.items():
        shown = path.relative_to(course.root)
        if found := list(differences(path, fresh)):
            stale.add(path.stem)
            problems += [f"{shown}: {difference}" for difference in found[:SHOWN]]
            if more := found[SHOWN:]:
                problems.append(f"{shown}: and {len(more)} more")
    if stale:
        problems.append(f"Run: coursekit build {' '.join(sorted(stale))}")
    if everything:
        problems += [
            f"{path.relative_to(course.root)}: no source gives this notebook; "
            "delete it, or restore its source"
            for path in [*course.lessons(), *course.solutions(), *course.exercises()]
            if path not in derived
        ]
    print("\n".join(problems) or f"{len(derived)} notebooks are what their sources give.")
    return 1 if problems else 0


def conversions(course: Course, source: Path) -> Iterator[tuple[Path, NotebookNode]]:
    """What a source gives today, with the path where it belongs; without outputs."""
    notebook = read_source(source)
    if source.parent.name == "lessons":
        yield course.root / "notebooks" / f"{source.stem}.ipynb", notebook
    else:
        place = Path(source.stem) / f"{source.stem}.ipynb"
        yield course.root / "solutions" / place, notebook
        yield course.root / "exercises" / place, cut_exercise(notebook)


def differences(path: Path, fresh: NotebookNode) -> Iterator[str]:
    """In words, where the notebook at `path` is not the fresh one."""
    if not path.is_file():
        yield "not built yet"
        return
    built = read_notebook(path)
    if _compared(built.metadata) != _compared(fresh.metadata):
        yield "the metadata of the notebook differ"
    if len(built.cells) != len(fresh.cells):
        yield f"has {len(built.cells)} cells, its source gives {len(fresh.cells)}"
    for number, (old, new) in enumerate(zip(built.cells, fresh.cells, strict=False), start=1):
        for field in ("cell_type", "source", "metadata", "id"):
            if old.get(field) != new.get(field):
                yield f"cell {number} differs in its {field}: {_first_line(new.source)!r}"
                break


def read_notebook(path: Path) -> NotebookNode:
    """A notebook from a file, or a message that says why it is none."""
    nbformat = require("nbformat")
    try:
        return nbformat.read(path, as_version=4)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, AttributeError, KeyError, nbformat.ValidationError) as error:
        raise CommandError(f"{path} is no notebook: {error}") from error


def _compared(metadata: Any) -> dict[str, Any]:
    return {key: value for key, value in metadata.items() if key != "widgets"}


def _first_line(text: str) -> str:
    return text.strip().split("\n")[0][:60]
