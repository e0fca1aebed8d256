"""Every link and every pointer of the course leads somewhere: to a file, and to its heading."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

from coursekit import __version__, checks
from coursekit.checks.spec import Check
from coursekit.publish import course

OURS = course.locate()
NOTEBOOKS = [*OURS.lessons(), *OURS.exercises(), *OURS.solutions()]
PAGES = [OURS.root / "README.md", OURS.root / "CONTRIBUTING.md", *OURS.root.glob("docs/**/*.md")]
ALL_CHECKS = [check for name in checks.exercises() for check in checks.for_exercise(name)]
HANDED_OUT = ("notebooks", "exercises")  # what a student's working copy holds
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
LINK = re.compile(r"""\]\(<?([^)\s>]+)[^)]*\)|(?:href|src)=["']([^"']+)["']""")
CODE = re.compile(r"(?ms)^(```|~~~).*?^\1|`[^`\n]*`")


def name_of(path: Path) -> str:
    return path.relative_to(OURS.root).as_posix()


def markdown(path: Path) -> str:
    """The text of a page, or of all markdown cells of a notebook, without its code."""
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    else:
        text = path.read_text("utf-8")
    return CODE.sub("", text)


def headings(path: Path) -> list[str]:
    found = re.findall(r"(?m)^#{1,6} +(.+?) *#*$", markdown(path))
    return [re.sub(r"[*`$]|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in found]


def slug(heading: str) -> str:
    """A heading's anchor as GitHub makes it, and as the checks point to it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    """JupyterLab keeps capitals and stops in the anchors of a notebook; GitHub drops them."""
    if path.suffix == ".ipynb":
        return {heading.strip().replace(" ", "-") for heading in headings(path)}
    return {slug(heading) for heading in headings(path)}


def broken(path: Path, text: str, inside: tuple[str, ...] = ()) -> Iterator[str]:
    """The links of a text at that path that lead nowhere, or out of the folders `inside`."""
    for found in LINK.findall(CODE.sub("", text)):
        link = next(filter(None, found))
        if ELSEWHERE.match(link):
            continue
        place, _, anchor = unquote(link).partition("#")
        target = (path.parent / place).resolve() if place else path
        if not target.exists():
            yield f"{link}: there is no such file"
        elif anchor and anchor not in anchors(target):
            yield f"{link}: no such heading; there are {sorted(anchors(target))}"
        elif inside and not any(target.is_relative_to(OURS.root / top) for top in inside):
            yield f"{link}: is not handed out"


def lost(pointer: str) -> str | None:
    """Why "06#the-1997-cell" leads nowhere; None if it does lead to a heading of a lesson."""
    number, has_anchor, anchor = pointer.partition("#")
    lessons = [path for path in OURS.lessons() if path.name.startswith(f"{number}_")]
    if len(lessons) != 1 or not number.isdecimal():
        return f"{pointer}: there is no lesson {number}"
    found = [slug(heading) for heading in headings(lessons[0])]
    if has_anchor and anchor not in found:
        return f"{pointer}: lesson {number} has no such heading; there are {found}"
    return None


def pointers(check: Check) -> set[str]:
    """The places that a check sends to; a check without one teaches in its own notebook."""
    return {check.lesson, *(mistake.lesson for mistake in check.mistakes)} - {""}


@pytest.mark.parametrize("path", [*NOTEBOOKS, *PAGES], ids=name_of)
def test_links_lead_to_files_and_headings(path: Path) -> None:
    assert list(broken(path, markdown(path))) == []


@pytest.mark.parametrize("path", [*OURS.lessons(), *OURS.exercises()], ids=name_of)
def test_a_student_has_what_a_notebook_links_to(path: Path) -> None:
    assert list(broken(path, markdown(path), HANDED_OUT)) == []


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.name)
def test_feedback_sends_to_a_lesson_and_its_heading(check: Check) -> None:
    assert [problem for pointer in sorted(pointers(check)) if (problem := lost(pointer))] == []


def test_every_lesson_has_a_source_and_every_source_its_notebooks() -> None:
    sources = [path.stem for path in OURS.sources() if path.parent.name == "lessons"]
    assert [path.stem for path in OURS.lessons()] == sources
    graded = [path.stem for path in OURS.sources() if path.parent.name == "exercises"]
    for notebooks in (OURS.exercises(), OURS.solutions()):
        assert [(path.parent.name, path.stem) for path in notebooks] == [(n, n) for n in graded]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_notebooks_carry_the_version_and_their_own_name(path: Path) -> None:
    described = nbformat.read(path, as_version=4).metadata.coursekit
    kind = "lesson" if path.parent.name == "notebooks" else "exercise"
    assert (described.version, described[kind]) == (__version__, path.stem)
    assert described.title == headings(path)[0]


@pytest.mark.parametrize(
    "text",
    [
        "[a](no_such_file.ipynb)",
        "[a](03_vanishing_gradients.ipynb#no-such-heading)",
        "[a](#no-such-heading)",
        "![a figure](no_such_figure.png)",
        '<img src="no_such_figure.png" alt="a">',
        "[the answers](../solutions/ex05_lstm_cell/ex05_lstm_cell.ipynb)",
        "[a](../README.md)",
        "[a](../../outside.md 'title')",
    ],
)
def test_a_planted_link_is_found(text: str) -> None:
    assert len(list(broken(OURS.lesson("04"), text, HANDED_OUT))) == 1


def test_good_links_pass() -> None:
    text = (
        "[a](03_vanishing_gradients.ipynb) [b](03_vanishing_gradients.ipynb#The-cell) "
        "[c](https://example.org/#x) [d](../exercises/ex05_lstm_cell/ex05_lstm_cell.ipynb) "
        "`[e](code.md)`"
    )
    assert list(broken(OURS.lesson("04"), text, HANDED_OUT)) == []


@pytest.mark.parametrize("pointer", ["42", "03#no-such-heading", "03#The-cell", "vanishing", "3"])
def test_a_planted_pointer_is_found(pointer: str) -> None:
    assert lost(pointer)
    assert lost("03") is lost("03#the-cell") is None
