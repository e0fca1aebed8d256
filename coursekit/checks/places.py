"""Where feedback sends a student: "06#the-cell" in words, or as a link to a lesson that is near."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from urllib.parse import quote

_UP = 2  # folders above a notebook in which notebooks/ is looked for: exercises/, the copy itself


def slug(heading: str) -> str:
    """A heading as it stands after the # of a place.

    >>> slug("Backpropagation through time (BPTT)")
    'backpropagation-through-time-bptt'
    """
    return re.sub(r"[^a-z0-9_]+", "-", heading.lower()).strip("-")


def headings_in(markdown: str) -> list[str]:
    """The headings of a text, without marks of emphasis, code, mathematics and links.

    >>> headings_in("# The cell, `c`\\n\\nIt keeps *one* number.")
    ['The cell, c']
    """
    found = re.findall(r"(?m)^#{1,6} +(.+?) *#*$", markdown)
    return [re.sub(r"[*`$]|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in found]


def anchor(heading: str) -> str:
    """What leads to a heading, after the # of a link to its notebook.

    >>> anchor("Who, and when?")
    'Who,-and-when?'
    """
    return quote(heading.replace(" ", "-"), safe="-,:?'!")


def in_words(place: str) -> str:
    """A place as a student reads it.

    >>> in_words("06#the-cell"), in_words("06"), in_words("")
    ('lesson 06, “the cell”', 'lesson 06', 'the text above')
    """
    if not place:
        return "the text above"
    number, _, heading = place.partition("#")
    return f"lesson {number}" + (f", “{heading.replace('-', ' ')}”" if heading else "")


def as_link(place: str, folder: Path) -> str:
    """A place as HTML: a link to the lesson's heading, or plain words if there is none near.

    JupyterLab opens a notebook at its top and follows the heading when the notebook is open, so
    the words of the link name the heading too.

    Args:
        place: a lesson's number, and after a # the slug of one of its headings.
        folder: where the notebook of the exercise lies; links are relative to it.
    """
    number, _, wanted = place.partition("#")
    found = _lesson(number, folder) if number else None
    if found is None:
        return html.escape(in_words(place))
    path, address = found
    heading = next((name for name in _headings(path) if wanted and slug(name) == wanted), "")
    words = f"lesson {number}" + (f", “{heading}”" if heading else "")
    target = quote(address) + (f"#{anchor(heading)}" if heading else "")
    return f'<a href="{html.escape(target)}">{html.escape(words)}</a>'


def _lesson(number: str, folder: Path) -> tuple[Path, str] | None:
    """A lesson's notebook and its address seen from `folder`."""
    for up, above in enumerate([folder, *folder.parents][: _UP + 1]):
        for path in sorted(above.glob(f"notebooks/{number}_*.ipynb")):
            return path, "../" * up + f"notebooks/{path.name}"
    return None


def _headings(path: Path) -> list[str]:
    """A notebook's headings; none if it cannot be read."""
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        told = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    except (OSError, ValueError, LookupError, TypeError):
        return []
    return headings_in("\n\n".join(told))
