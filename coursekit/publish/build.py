"""`coursekit build`: execute the lessons and solutions, and cut the exercises out of them."""

import ast
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode
from tqdm import tqdm

from coursekit import running
from coursekit.errors import CommandError
from coursekit.publish.check_build import report_stale
from coursekit.publish.convert import LANGUAGE, cut_exercise, read_source
from coursekit.publish.course import Course, checkout, require, resolve

CELL_TIMEOUT = 600  # seconds; a cell that takes longer hangs
WIDGETS = "application/vnd.jupyter.widget-state+json"


def run(names: Sequence[str] = (), check: bool = False, words: bool = False) -> int:
    """Build the named lessons and exercises, all without a name; or only check that they are fresh.

    Args:
        names: Lessons and exercises; all if there is none.
        check: Write nothing.
        words: Only words have changed: execute nothing, keep the outputs.

    Returns: the exit code, 1 if `check` found something stale.
    """
    course = checkout()
    sources = choose(course, names)
    if check:
        return report_stale(course, sources, everything=not names)
    for source in sources:
        start = time.perf_counter()
        written = build(course, source, words=words)
        seconds = time.perf_counter() - start
        shown = ", ".join(str(path.relative_to(course.root)) for path in written)
        print(f"{shown}: {seconds:.1f} s", flush=True)
    return 0


def choose(course: Course, names: Sequence[str]) -> list[Path]:
    """The sources of these lessons and exercises; all of them if none is named."""
    by_stem = {source.stem: source for source in course.sources()}
    if not by_stem:
        raise CommandError(f"There is no source in {course.root / 'source'}: nothing to build.")
    stems = [resolve(name, list(by_stem), "lesson or exercise") for name in names]
    return [by_stem[stem] for stem in dict.fromkeys(stems or by_stem)]


def build(course: Course, source: Path, words: bool = False) -> list[Path]:
    """Execute one source and write what comes of it. Returns: the files written.

    Args:
        course: Where it belongs.
        source: The source of a lesson or an exercise.
        words: Keep the outputs of the last build, whose code must be the same.
    """
    notebook = read_source(source)
    exercise = cut_exercise(notebook) if source.parent.name == "exercises" else None
    place = Path(source.stem) / f"{source.stem}.ipynb"
    folder = course.root / ("notebooks" if exercise is None else "solutions")
    target = folder / (place.name if exercise is None else place)
    if words:
        keep_outputs(notebook, target)
    else:
        execute(notebook, source.stem)
    if exercise is None:
        return [write(notebook, target)]
    return [write(notebook, target), write(exercise, course.root / "exercises" / place)]


def keep_outputs(notebook: NotebookNode, built: Path) -> None:
    """Give a notebook the outputs that it had when it was built last.

    Raises:
        CommandError: it was not built yet, or its code is another.
    """
    remedy = "Nothing was written; build it without --words."
    if not built.is_file():
        raise CommandError(f"{built} is not there, so there are no outputs to keep. {remedy}")
    before = require("nbformat").read(built, as_version=4)
    old, new = ([cell for cell in one.cells if _runs(cell)] for one in (before, notebook))
    for number, (mine, theirs) in enumerate(zip(new, old, strict=False), 1):
        if _code(mine) != _code(theirs):
            raise CommandError(f"{built.stem}: code cell {number} has changed. {remedy}")
    if len(old) != len(new):
        counts = f"{len(new)} code cells, and {len(old)} when it was built"
        raise CommandError(f"{built.stem} has {counts}. {remedy}")
    for mine, theirs in zip(new, old, strict=True):
        mine.outputs, mine.execution_count = theirs.outputs, theirs.execution_count
    kept = {
        key: before.metadata[key] for key in ("language_info", "widgets") if key in before.metadata
    }
    notebook.metadata.update(kept)


def _code(cell: NotebookNode) -> str:
    """What a cell does, however it is written: without comments and line breaks."""
    try:
        return ast.dump(ast.parse(cell.source))
    except SyntaxError:  # a magic
        return str(cell.source)


def execute(notebook: NotebookNode, name: str, timeout: int = CELL_TIMEOUT) -> None:
    """Run a notebook in place, in a kernel of this environment, with a bar on the terminal."""
    code = [i for i, cell in enumerate(notebook.cells) if _runs(cell)]
    current = code[0] if code else 0
    with tqdm(total=len(code), desc=name, unit="cell", leave=False, disable=None) as bar:

        def started(cell: NotebookNode, cell_index: int) -> None:
            nonlocal current
            current = cell_index

        def done(cell: NotebookNode, cell_index: int, execute_reply: object) -> None:
            bar.update()

        with tempfile.TemporaryDirectory() as folder:
            client = running.client(
                notebook,
                folder,
                timeout=timeout,
                record_timing=False,
                on_cell_execute=started,
                on_cell_executed=done,
            )
            exceptions = require("nbclient.exceptions")
            try:
                client.execute(env={**os.environ, "COURSEKIT_QUIET": "1"})
            except exceptions.CellTimeoutError:
                problem = f"did not finish in {timeout} s"
                raise CommandError(_failure(notebook, name, current, problem)) from None
            except exceptions.CellExecutionError as error:
                problem = f"raised {error.ename}: {error.evalue}"
                raise CommandError(_failure(notebook, name, current, problem)) from None
            except exceptions.DeadKernelError:
                raise CommandError(_failure(notebook, name, current, "ended its kernel")) from None
    for index in code:
        join_streams(notebook.cells[index])
    notebook.metadata.language_info = NotebookNode(LANGUAGE)  # without the version of Python
    name_widgets(notebook, name)


def join_streams(cell: NotebookNode) -> None:
    """Put what a cell printed into one piece: where the kernel cut it depends on the machine."""
    joined: list[NotebookNode] = []
    for output in cell.outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == "stream" and output.get("name") == last.get("name"):
            last.text += output.text
        else:
            joined.append(output)
    cell.outputs = joined


def name_widgets(notebook: NotebookNode, name: str) -> None:
    """Replace the random ids of widgets by steady ones, so that a rebuild changes nothing."""
    states = notebook.metadata.get("widgets", {}).get(WIDGETS, {}).get("state", {})
    if not states:
        notebook.metadata.pop("widgets", None)
        return
    text = json.dumps(notebook)
    for number, model in enumerate(states):
        steady = hashlib.sha256(f"{name} widget {number}".encode()).hexdigest()[:32]
        text = text.replace(model, steady)
    renamed = require("nbformat").from_dict(json.loads(text))
    notebook.cells, notebook.metadata = renamed.cells, renamed.metadata


def write(notebook: NotebookNode, path: Path) -> Path:
    """Write a notebook whole or not at all: beside its place first, then into it."""
    text = require("nbformat").writes(notebook)
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text + "\n", "utf-8")
        os.replace(beside, path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        if beside.is_file():
            beside.unlink()
    return path


def _runs(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


def _failure(notebook: NotebookNode, name: str, index: int, problem: str) -> str:
    source = "\n".join(f"    {line}" for line in notebook.cells[index].source.splitlines())
    return (
        f"{name}: cell {index + 1} {problem}. Nothing was written; mend this cell in the source "
        f"and build again:\n{source}"
    )
