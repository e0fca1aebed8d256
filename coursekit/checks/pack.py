"""`coursekit check NOTEBOOK`: run every public check over a finished notebook, and pack it.

The notebook runs in a copy; the file itself, and a zip that is already there, stay untouched.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from itertools import count
from pathlib import Path
from typing import Any

from tqdm import tqdm

import coursekit
from coursekit.errors import CommandError

CELL_TIMEOUT = 300  # seconds; a cell that takes longer is interrupted
GRACE = 20  # seconds more, and a cell that goes on all the same is ended with its kernel
MARK = "coursekit-checks:"
EMPTY_ANSWERS = ("", "YOUR ANSWER HERE")


def run(notebook: Path, out: Path | None = None) -> int:
    """Check a notebook and pack it for handing in.

    Args:
        notebook: The finished .ipynb of an exercise.
        out: The folder for the zip; beside the notebook without it.

    Returns:
        The exit code: 0 if everything could be checked, 1 if the notebook died on the way.

    Raises:
        CommandError: No such file, no notebook, no exercise of this course, no place for the zip.
    """
    from coursekit import checks

    path = Path(notebook)
    content = read(path)
    exercise = content["metadata"].get("coursekit", {}).get("exercise")
    if exercise not in checks.exercises():
        raise CommandError(
            f"{path} is no exercise of this course (its metadata say {exercise!r}, and the"
            f" exercises are {', '.join(checks.exercises())}); check a notebook that was made from"
            " one of them."
        )
    rows, problem = judge(content, exercise)
    print(table(rows))
    for question in checks.open_questions(exercise):
        if is_empty(content, question.name):
            print(f"{question.name}: still empty ({question.points:g} points, marked by a person)")
    if problem:
        print(problem)
    print(f"packed in {pack(path, exercise, content, out)}")
    return 1 if problem else 0


def read(path: Path) -> Any:
    """A notebook, in the newest format."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise CommandError(f"There is no file {path}; give the path of your notebook.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from None
    import nbformat

    try:
        return nbformat.reads(text, as_version=4)
    except Exception:  # nbformat raises its own errors, json's, AttributeError and KeyError
        raise CommandError(f"{path} is no Jupyter notebook; save it as .ipynb again.") from None


def judge(content: Any, exercise: str) -> tuple[list[dict[str, Any]], str]:
    """Run a copy of the notebook, then every public check in its kernel.

    Returns:
        A row for each answer, and what went wrong with the notebook itself ("" if nothing did).
    """
    import nbformat

    from coursekit import running

    copy = nbformat.from_dict(json.loads(json.dumps(content)))
    copy.cells.append(nbformat.v4.new_code_cell(_in_kernel(exercise)))
    names = [cell for cell in copy.cells if cell.cell_type == "code" and cell.source.strip()]
    with (
        tempfile.TemporaryDirectory() as folder,
        tqdm(total=len(names), desc=exercise, unit="cell", leave=False, disable=None) as bar,
    ):
        problem = running.to_the_end(copy, folder, CELL_TIMEOUT, GRACE, bar.update)
    return _rows(copy.cells[-1], exercise, problem), problem


def _in_kernel(exercise: str) -> str:
    return f"from coursekit.checks import pack\npack.report({exercise!r}, globals())"


def report(exercise: str, names: dict[str, Any]) -> None:
    """In the notebook's kernel: judge every answer and print the outcomes as one line."""
    from coursekit import checks
    from coursekit.checks import feedback

    rows = []
    for spec in checks.for_exercise(exercise):
        outcome = feedback.judge_publicly(spec, names.get(spec.name))
        missing = outcome.failure == "not answered"
        words = "right" if outcome.passed else "not answered yet" if missing else "not yet"
        why = "" if outcome.passed or missing else outcome.messages[0]
        row = {"answer": spec.name, "points": outcome.points, "maximum": outcome.maximum}
        rows.append({**row, "verdict": words, "why": why.splitlines()[0] if why else ""})
    print(MARK + json.dumps(rows))


def _rows(cell: Any, exercise: str, problem: str) -> list[dict[str, Any]]:
    from coursekit import checks

    printed = "".join(
        output.text for output in cell.get("outputs", []) if output.output_type == "stream"
    )
    lines = [line for line in printed.splitlines() if line.startswith(MARK)]
    if lines:
        rows: list[dict[str, Any]] = json.loads(lines[-1][len(MARK) :])
        return rows
    verdict = "not checked" if problem else "the checks could not run"
    return [
        {"answer": c.name, "points": 0, "maximum": c.points, "verdict": verdict, "why": ""}
        for c in checks.for_exercise(exercise)
    ]


def table(rows: list[dict[str, Any]]) -> str:
    """The answers, a line each, and the sum."""
    width = max(len(row["answer"]) for row in rows)
    lines = [f"{'answer':<{width}}  points  verdict"]
    for row in rows:
        score = f"{row['points']:g}/{row['maximum']:g}"
        why = f": {row['why']}" if row["why"] else ""
        lines.append(f"{row['answer']:<{width}}  {score:>6}  {row['verdict']}{why}")
    earned, most = (sum(row[key] for row in rows) for key in ("points", "maximum"))
    return "\n".join([*lines, f"{'sum':<{width}}  {f'{earned:g}/{most:g}':>6}"])


def is_empty(content: Any, name: str) -> bool:
    """Whether an open answer is missing, blank, or as it was handed out."""
    for cell in content["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name:
            return cell["source"].strip() in EMPTY_ANSWERS
    return True


def pack(path: Path, exercise: str, content: Any, out: Path | None) -> Path:
    """Write NAME_handin.zip, or NAME_handin-2.zip and so on, never over one that is there.

    The same notebook gives the same bytes.
    """
    described = content["metadata"]["coursekit"]
    manifest = {
        "exercise": exercise,
        "notebook": path.name,
        "handed_out_with": described.get("version"),
        "packed_with": coursekit.__version__,
    }
    members = {
        path.name: path.read_bytes(),
        "manifest.json": (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode(),
    }
    folder = Path(out) if out is not None else path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            suffix = "" if number == 1 else f"-{number}"
            target = folder / f"{path.stem}_handin{suffix}.zip"
            try:
                file = target.open("xb")
            except FileExistsError:
                continue
            with file, zipfile.ZipFile(file, "w") as archive:
                for name, data in members.items():
                    archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
            return target
    except OSError as error:
        raise CommandError(f"The zip cannot be written to {folder}: {error.strerror}.") from None
    raise AssertionError("count never ends")
