"""From a source text to notebooks: a lesson, a solution, and the exercise cut from the solution.

The sources are jupytext's percent format. Three short headers mark what is graded; here they
become the cell metadata of nbgrader (schema 3), whose own preprocessors cut the exercise:

    # %% answer="lstm_step"               code between ### BEGIN SOLUTION and ### END SOLUTION
    # %% check="lstm_step"                the check that the student sees and runs
    # %% [markdown] open="q_nettalk"      an answer in words, marked by a person
"""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

import coursekit
from coursekit.errors import CommandError
from coursekit.publish.course import require

GRADED = ("answer", "check", "open")
SLIDE_TYPES = ("slide", "subslide", "fragment", "notes", "skip")
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}


def points_of(name: str) -> float:
    """What an answer is worth, as its check says, or the rubric of an open question."""
    checks = require("coursekit.checks")
    for exercise in checks.exercises():
        for question in checks.open_questions(exercise):
            if question.name == name:
                return question.points
    return checks.get(name).points


def takes_code(name: str) -> bool:
    """Whether the student writes code for an answer; a letter or a number takes no stub."""
    checks = require("coursekit.checks")
    try:
        return checks.get(name).kind == "function"
    except ValueError:
        return True


def read_source(source: Path) -> NotebookNode:
    """The notebook that a source text describes, without outputs.

    Cell ids come from the order or the graded name, so the same text gives the same notebook.
    """
    kind = "exercise" if source.parent.name == "exercises" else "lesson"
    try:
        written = require("jupytext").reads(source.read_text("utf-8"), fmt="py:percent")
    except UnicodeDecodeError as error:
        raise CommandError(f"{source} is not UTF-8 text: {error}") from None
    notebook = require("nbformat").v4.new_notebook()
    notebook.nbformat_minor = 5
    cells = written.cells
    if cells and cells[0].cell_type == "raw" and cells[0].source.startswith("---"):
        cells = cells[1:]  # a preamble for editors
    for number, cell in enumerate(cells, start=1):
        where = f"{source.name}, cell {number} ({_first_line(cell.source)!r})"
        notebook.cells.append(_cell(cell, number, kind, where))
    _refuse_repeated_ids(notebook, source)
    described = {kind: source.stem, "title": _title(notebook), "version": coursekit.__version__}
    notebook.metadata = NotebookNode(
        kernelspec=NotebookNode(KERNEL),
        language_info=NotebookNode(LANGUAGE),
        coursekit=NotebookNode(described),
    )
    return notebook


def cut_exercise(solution: NotebookNode) -> NotebookNode:
    """The exercise that students get: nbgrader's own preprocessors take the answers out."""
    nbgrader = require("nbgrader.preprocessors")
    exercise = deepcopy(solution)
    exercise.metadata.pop("widgets", None)
    resources: dict[str, Any] = {}
    for step in (
        nbgrader.LockCells,
        nbgrader.ClearSolutions,
        nbgrader.ClearOutput,
        nbgrader.CheckCellMetadata,
        nbgrader.ClearHiddenTests,
        nbgrader.ClearMarkScheme,
        nbgrader.ComputeChecksums,
    ):
        try:
            exercise, resources = step().preprocess(exercise, resources)
        except RuntimeError as error:
            name = solution.metadata.coursekit.exercise
            raise CommandError(f"{name} cannot be cut into an exercise: {error}") from error
        if step is nbgrader.ClearSolutions:
            _leave_values_open(exercise, step().code_stub["python"])
    return exercise


def _leave_values_open(exercise: NotebookNode, stub: str) -> None:
    """`q = None  # a letter` is answered in place; nbgrader's raise would stand in the way."""
    for cell in exercise.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        lines = cell.source.removesuffix(stub)
        if cell.cell_type == "code" and lines.strip() and not takes_code(name):
            cell.source = lines.rstrip()


def solution_lines(solution: NotebookNode) -> set[str]:
    """The lines that only the answers of a notebook hold, stripped; none that is short."""
    answers: set[str] = set()
    given: set[str] = set()
    for cell in solution.cells:
        is_answer = cell.metadata.get("nbgrader", {}).get("solution", False)
        has_marks = "### BEGIN SOLUTION" in cell.source
        into = answers if is_answer and not has_marks else given
        for line in cell.source.splitlines():
            if "### BEGIN SOLUTION" in line:
                into = answers
            elif "### END SOLUTION" in line:
                into = given
            else:
                into.add(line.strip())
    return {line for line in answers - given if len(line) >= 12}


def _cell(cell: NotebookNode, number: int, kind: str, where: str) -> NotebookNode:
    new = {
        "code": require("nbformat").v4.new_code_cell,
        "markdown": require("nbformat").v4.new_markdown_cell,
        "raw": require("nbformat").v4.new_raw_cell,
    }[cell.cell_type]
    # words after %% (title) are for the outline of an editor, lines_to_... for jupytext itself
    header = {
        key: value
        for key, value in cell.metadata.items()
        if key != "title" and not key.startswith("lines_to_")
    }
    metadata: dict[str, Any] = {}
    identity = f"cell-{number:02d}"
    if unknown := sorted(set(header) - {"slideshow", "tags", *GRADED}):
        raise CommandError(
            f"{where}: the header has {', '.join(unknown)}, but only slideshow, tags, "
            "answer, check and open mean something; correct the spelling or remove it."
        )
    if "tags" in header:
        metadata["tags"] = list(header["tags"])
    if "slideshow" in header:
        metadata["slideshow"] = _slide(header["slideshow"], where)
    if graded := [key for key in GRADED if key in header]:
        if len(graded) > 1 or kind == "lesson":
            raise CommandError(
                f"{where}: the header has {' and '.join(graded)}; a cell of an exercise has at "
                "most one of answer, check and open, a cell of a lesson none."
            )
        metadata["nbgrader"] = _nbgrader(graded[0], header[graded[0]], cell.cell_type, where)
        identity = metadata["nbgrader"]["grade_id"]
    return new(source=cell.source, metadata=metadata, id=identity)


def _nbgrader(role: str, name: Any, cell_type: str, where: str) -> dict[str, Any]:
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,50}", name):
        raise CommandError(f"{where}: {role}={name!r} is no name; use letters, digits and _.")
    expected = "markdown" if role == "open" else "code"
    if cell_type != expected:
        raise CommandError(f"{where}: {role}= marks a {expected} cell, but this is {cell_type}.")
    metadata = {
        "grade": role != "answer",
        "grade_id": f"check_{name}" if role == "check" else name,
        "locked": role == "check",
        "schema_version": 3,
        "solution": role != "check",
        "task": False,
    }
    if role == "answer":
        return metadata
    try:
        return metadata | {"points": points_of(name)}
    except (KeyError, ValueError) as error:
        raise CommandError(
            f"{where}: coursekit.checks knows no {name!r} ({error}); register a check of that "
            "name or correct the header."
        ) from error


def _slide(slideshow: Any, where: str) -> dict[str, str]:
    kind = slideshow.get("slide_type") if isinstance(slideshow, dict) else slideshow
    if kind not in SLIDE_TYPES:
        raise CommandError(
            f"{where}: the slide type is {kind!r}, expected one of {', '.join(SLIDE_TYPES)}; "
            "leave slideshow out where a cell continues the slide before it."
        )
    return {"slide_type": kind}


def _title(notebook: NotebookNode) -> str:
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := re.search(r"(?m)^# (.+)$", cell.source)):
            return found.group(1).strip()
    return ""


def _first_line(text: str) -> str:
    return text.strip().split("\n")[0][:60]


def _refuse_repeated_ids(notebook: NotebookNode, source: Path) -> None:
    seen: set[str] = set()
    for cell in notebook.cells:
        if cell.id in seen:
            raise CommandError(f"{source.name} marks two cells as {cell.id!r}; rename one of them.")
        seen.add(cell.id)
