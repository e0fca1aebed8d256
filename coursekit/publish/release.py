"""`coursekit release OUT`: the course as students get it, without answers, as a folder or a zip."""

import os
import shutil
import tempfile
from pathlib import Path

import coursekit
from coursekit.errors import CommandError
from coursekit.publish.check_build import read_notebook, report_stale
from coursekit.publish.convert import solution_lines
from coursekit.publish.course import Course, locate

README = """\
# A course on recurrent networks and LSTM (coursekit {version})

`notebooks/` holds the lessons, already run: open one and read, then change and run it.
`exercises/` holds the exercises: write your answers into their cells.

You need Python 3.11 or later. Install coursekit {version} from the file that your instructor
gives you (`coursekit-{version}-py3-none-any.whl`), in this folder:

    pip install coursekit-{version}-py3-none-any.whl
    jupyter lab

When an exercise is finished, this runs every check over it and packs it for handing in:

    coursekit check exercises/{example}/{example}.ipynb

Texts and figures: CC BY 4.0. Code: BSD-3-Clause.

Lessons:

{lessons}

Exercises:

{exercises}
"""


def run(out: str) -> int:
    """Write the students' course to a new folder, or to a zip if `out` ends with .zip.

    Returns: the exit code, 1 if the exercises are not what their sources give.
    """
    course = locate()
    target = Path(out)
    _refuse_taken(target)
    if not course.exercises():
        raise CommandError("There are no exercises to release; run `coursekit build` first.")
    if course.is_checkout and report_stale(course, course.sources()):
        print("Nothing was released.")
        return 1
    refuse_leaks(course)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".release-") as beside:
            folder = Path(beside) / (target.stem if target.suffix == ".zip" else target.name)
            copy(course, folder)
            _into_place(folder, target)
    except OSError as error:
        raise CommandError(
            f"{target} cannot be written: {error.strerror}. Name another place."
        ) from error
    print(f"{target}: {len(course.lessons())} lessons, {len(course.exercises())} exercises")
    return 0


def copy(course: Course, folder: Path) -> None:
    """Copy lessons and exercises, and write the README that explains them."""
    for notebook in [*course.lessons(), *course.exercises()]:
        place = folder / notebook.relative_to(course.root)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(notebook, place)
    (folder / "README.md").write_text(
        README.format(
            version=coursekit.__version__,
            example=course.exercises()[0].stem,
            lessons=_listed(course.lessons()),
            exercises=_listed(course.exercises()),
        ),
        "utf-8",
    )


def refuse_leaks(course: Course) -> None:
    """Refuse if an exercise holds a line that only its solution should hold."""
    for path in course.solutions():
        answers = solution_lines(read_notebook(path))
        exercise = course.root / "exercises" / path.parent.name / path.name
        text = exercise.read_text("utf-8") if exercise.is_file() else ""
        cells = read_notebook(exercise).cells if text else []
        given = {line.strip() for cell in cells for line in cell.source.splitlines()}
        if leaked := sorted(answers & given) or ["SOLUTION"] * ("### BEGIN SOLUTION" in text):
            raise CommandError(
                f"{exercise} holds a line of its solution: {leaked[0]!r}. Nothing was released; "
                f"run `coursekit build {path.stem}`."
            )


def _refuse_taken(target: Path) -> None:
    if target.is_dir() and target.suffix != ".zip" and not any(target.iterdir()):
        return
    if target.exists():
        raise CommandError(
            f"{target} exists already and is not overwritten; name a new folder or zip."
        )


def _into_place(folder: Path, target: Path) -> None:
    if target.suffix == ".zip":
        archive = shutil.make_archive(str(folder), "zip", folder.parent, folder.name)
        os.rename(archive, target)
        return
    if target.is_dir():
        target.rmdir()  # it is empty, or this fails
    os.rename(folder, target)


def _listed(notebooks: list[Path]) -> str:
    titles = [
        (path.stem, read_notebook(path).metadata.get("coursekit", {}).get("title", ""))
        for path in notebooks
    ]
    return "\n".join(f"- {name}: {title}" for name, title in titles)
