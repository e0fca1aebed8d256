"""What nbval does not see, over every lesson and solution.

nbval compares nothing in a cell that was never run, passes an unknown magic, and knows nothing of
alt text. Every guard here is itself tried on a notebook with a planted fault.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from coursekit.publish import course

OURS = course.locate()
NOTEBOOKS = [*OURS.lessons(), *OURS.solutions()]
MAGICS = {"matplotlib"}
SLIDE_WIDTH = 88  # columns that a slide shows without breaking a line
WIDTH = 100
FORBIDDEN = re.compile(r"nbval-(skip|ignore-output)|NBVAL_(SKIP|IGNORE_OUTPUT)", re.IGNORECASE)
MACHINE_PATH = re.compile(
    r"(?<![\w.:/-])/(home|root|tmp|work|Users|var)/\w|[A-Za-z]:\\{1,2}Users\b"
)
BASE64 = re.compile(r"base64,[A-Za-z0-9+/=]+")


def code_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """The code cells that hold code, with their number in the notebook."""
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code" and cell.source.strip():
            yield number, cell


def outputs(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    for number, cell in code_cells(notebook):
        for output in cell.outputs:
            yield number, output


def executed_in_order(notebook: NotebookNode) -> Iterator[str]:
    for expected, (number, cell) in enumerate(code_cells(notebook), start=1):
        if cell.execution_count != expected:
            yield f"cell {number}: execution count {cell.execution_count}, expected {expected}"


def no_stored_error(notebook: NotebookNode) -> Iterator[str]:
    for number, output in outputs(notebook):
        if output.output_type == "error":
            yield f"cell {number}: stores {output.ename}: {output.evalue}"


def known_magics_only(notebook: NotebookNode) -> Iterator[str]:
    for number, cell in code_cells(notebook):
        for line in cell.source.splitlines():
            found = re.match(r"\s*(?:%%?(\w*)|(!))", line)
            if found and found[1] not in MAGICS:
                yield f"cell {number}: magic or shell line {line.strip()!r}"


class _Images(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.without_alt = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img" and not (dict(attrs).get("alt") or "").strip():
            self.without_alt += 1


def images_have_alt_text(notebook: NotebookNode) -> Iterator[str]:
    for number, output in outputs(notebook):
        for kind, data in output.get("data", {}).items():
            if kind.startswith("image/"):
                yield f"cell {number}: bare {kind}; show(figure, alt=...) gives it a text"
            if kind == "text/html" and _images_without_alt(data):
                yield f"cell {number}: an image without alt text"
    for number, cell in enumerate(notebook.cells, start=1):
        bare = _images_without_alt(cell.source) or re.search(r"!\[\s*\]\(", cell.source)
        if cell.cell_type == "markdown" and bare:
            yield f"cell {number}: an image without alt text"


def _images_without_alt(html: str) -> int:
    images = _Images()
    images.feed(html)
    return images.without_alt


def every_cell_is_compared(notebook: NotebookNode) -> Iterator[str]:
    for number, cell in enumerate(notebook.cells, start=1):
        words = [cell.source, *cell.metadata.get("tags", [])]
        if any(FORBIDDEN.search(word) for word in words):
            yield f"cell {number}: is marked as not to be compared"


def no_machine_paths(notebook: NotebookNode) -> Iterator[str]:
    for number, cell in enumerate(notebook.cells, start=1):
        for text in (cell.source, *_texts(cell.get("outputs", []))):
            if found := MACHINE_PATH.search(BASE64.sub("", text)):
                yield f"cell {number}: names a path of a machine: {found[0]!r}"


def _texts(stored: Any) -> Iterator[str]:
    if isinstance(stored, str):
        yield stored
    elif isinstance(stored, dict):
        for value in stored.values():
            yield from _texts(value)
    elif isinstance(stored, list):
        for value in stored:
            yield from _texts(value)


def code_is_narrow(notebook: NotebookNode) -> Iterator[str]:
    is_lesson = "lesson" in notebook.metadata.get("coursekit", {})
    for number, cell in code_cells(notebook):
        on_a_slide = is_lesson and "hide-input" not in cell.metadata.get("tags", [])
        limit = SLIDE_WIDTH if on_a_slide else WIDTH
        for line in cell.source.splitlines():
            if len(line) > limit:
                yield f"cell {number}: {len(line)} columns, more than {limit}: {line.strip()!r}"


GUARDS = [
    executed_in_order,
    no_stored_error,
    known_magics_only,
    images_have_alt_text,
    every_cell_is_compared,
    no_machine_paths,
    code_is_narrow,
]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_ours_passes(path: Path, guard: Any) -> None:
    assert list(guard(nbformat.read(path, as_version=4))) == []


def stream(text: str) -> NotebookNode:
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def shown(**data: str) -> NotebookNode:
    return nbformat.v4.new_output(
        "display_data", data={kind.replace("_", "/"): value for kind, value in data.items()}
    )


def code(
    source: str, *stored: NotebookNode, count: int | None = 1, **metadata: Any
) -> NotebookNode:
    return nbformat.v4.new_code_cell(
        source, outputs=list(stored), execution_count=count, metadata=metadata
    )


ERROR = nbformat.v4.new_output("error", ename="ValueError", evalue="planted", traceback=[])
PICTURE = '<figure><img src="data:image/png;base64,AA/home/AA==" alt="a falling line"></figure>'


def test_a_good_notebook_passes() -> None:
    cells = [
        nbformat.v4.new_markdown_cell("# Title\n\n![a line](data:image/png;base64,AAAA)"),
        code("%matplotlib inline\nx = 7 % 4  # /tmp is a folder, 3/home/4 is none", stream("3\n")),
        code(""),
        code("y = (1\n     + x)\nshow(f)", shown(text_html=PICTURE, text_plain="a line"), count=2),
    ]
    for guard in GUARDS:
        assert list(guard(nbformat.v4.new_notebook(cells=cells))) == []


@pytest.mark.parametrize(
    ("guard", "cells"),
    [
        (executed_in_order, [code("x = 1", count=None)]),
        (executed_in_order, [code("x = 1", count=1), code("x = 2", count=3)]),
        (executed_in_order, [code("x = 1", count=2), code("x = 2", count=1)]),
        (no_stored_error, [code("x = 1", ERROR)]),
        (known_magics_only, [code("%nosuchmagic\nx = 1")]),
        (known_magics_only, [code("if x:\n    %timeit x")]),
        (known_magics_only, [code("%%capture\nx = 1")]),
        (known_magics_only, [code("!pip list")]),
        (images_have_alt_text, [code("f", shown(image_png="AAAA", text_plain="<Figure>"))]),
        (images_have_alt_text, [code("f", shown(text_html='<img src="data:,">'))]),
        (images_have_alt_text, [code("f", shown(text_html='<p><img alt=" " src="data:,">'))]),
        (images_have_alt_text, [nbformat.v4.new_markdown_cell("![](data:image/png;base64,AA)")]),
        (images_have_alt_text, [nbformat.v4.new_markdown_cell('<img src="data:,">')]),
        (every_cell_is_compared, [code("x = 1", tags=["nbval-skip"])]),
        (every_cell_is_compared, [code("x = 1", tags=["nbval-ignore-output"])]),
        (every_cell_is_compared, [code("# NBVAL_IGNORE_OUTPUT\nx = 1")]),
        (no_machine_paths, [code("open('/home/me/x')")]),
        (no_machine_paths, [code("x", stream("File /tmp/a.py\n"))]),
        (no_machine_paths, [code("x", shown(text_html="<p>C:\\Users\\me</p>"))]),
        (no_machine_paths, [nbformat.v4.new_markdown_cell("see /root/notes")]),
        (code_is_narrow, [code("x = " + "1 + " * 30 + "1")]),
    ],
)
def test_a_planted_fault_is_found(guard: Any, cells: list[NotebookNode]) -> None:
    assert len(list(guard(nbformat.v4.new_notebook(cells=cells)))) >= 1


def test_code_on_a_slide_is_narrower() -> None:
    wide = "x = " + "1 + " * 22 + "1"
    notebook = nbformat.v4.new_notebook(cells=[code(wide), code(wide, tags=["hide-input"])])
    assert list(code_is_narrow(notebook)) == []
    notebook.metadata.coursekit = {"lesson": "03_small"}
    (problem,) = code_is_narrow(notebook)
    assert problem.startswith("cell 1: 93 columns, more than 88")
