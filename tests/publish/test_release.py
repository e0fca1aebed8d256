"""What students get, and that no answer is in it."""

import zipfile
from pathlib import Path

import nbformat
import pytest

from coursekit.errors import CommandError
from coursekit.publish import course, release
from coursekit.publish.convert import solution_lines
from coursekit.publish.course import Course

OURS = course.locate()


def files_of(root: Path) -> set[str]:
    return {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}


EXPECTED = {
    "README.md",
    "notebooks/03_small.ipynb",
    "exercises/ex05_double/ex05_double.ipynb",
}


def lines_of(text: str) -> set[str]:
    """The lines of all cells of a notebook, outputs left out, stripped."""
    cells = nbformat.reads(text, as_version=4).cells
    return {line.strip() for cell in cells for line in cell.source.splitlines()}


def test_a_folder_for_students(
    small_course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.run(str(tmp_path / "out" / "students")) == 0
    assert files_of(tmp_path / "out" / "students") == EXPECTED
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["students"]
    assert capsys.readouterr().out.endswith("1 lessons, 1 exercises\n")
    readme = (tmp_path / "out" / "students" / "README.md").read_text("utf-8")
    assert "- 03_small: A small lesson" in readme and "{" not in readme
    assert "coursekit check exercises/ex05_double/ex05_double.ipynb" in readme


def test_a_zip_for_students(small_course: Course, tmp_path: Path) -> None:
    assert release.run(str(tmp_path / "students.zip")) == 0
    with zipfile.ZipFile(tmp_path / "students.zip") as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
        assert names == {f"students/{name}" for name in EXPECTED}
        assert not any("SOLUTION" in archive.read(name).decode() for name in names)


def test_an_empty_folder_may_be_filled(small_course: Course, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert release.run(str(tmp_path / "empty")) == 0
    assert files_of(tmp_path / "empty") == EXPECTED


@pytest.mark.parametrize("out", ["folder", "file", "old.zip", "folder.zip"])
def test_nothing_is_overwritten(small_course: Course, tmp_path: Path, out: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").write_text("mine")
    (tmp_path / "folder.zip").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "old.zip").write_text("mine")
    before = files_of(tmp_path / "folder")
    with pytest.raises(CommandError, match="exists already and is not overwritten"):
        release.run(str(tmp_path / out))
    assert files_of(tmp_path / "folder") == before
    assert (tmp_path / "file").read_text() == (tmp_path / "old.zip").read_text() == "mine"
    with pytest.raises(CommandError, match="exists already"):
        release.run(str(small_course.root))


@pytest.mark.parametrize("out", ["file/students", "file/students.zip"])
def test_a_place_that_cannot_be_written(small_course: Course, tmp_path: Path, out: str) -> None:
    (tmp_path / "file").write_text("a file where a folder should be")
    with pytest.raises(CommandError, match="cannot be written"):
        release.run(str(tmp_path / out))


def test_stale_exercises_are_not_released(
    small_course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = small_course.root / "source" / "exercises" / "ex05_double.py"
    source.write_text(source.read_text("utf-8").replace("twice", "two times"), "utf-8")
    assert release.run(str(tmp_path / "students")) == 1
    assert "coursekit build ex05_double" in capsys.readouterr().out
    assert not (tmp_path / "students").exists()


@pytest.mark.parametrize("leak", ["doubled_by_adding = number + number", "### BEGIN SOLUTION"])
def test_a_leak_is_refused(small_course: Course, leak: str) -> None:
    exercise = small_course.exercises()[0]
    text = exercise.read_text("utf-8")
    exercise.write_text(text.replace("# YOUR CODE HERE", leak), "utf-8")
    with pytest.raises(CommandError, match="holds a line of its solution"):
        release.refuse_leaks(small_course)


def test_nothing_to_release(unbuilt_course: Course, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="coursekit build"):
        release.run(str(tmp_path / "students"))


def test_solution_lines_are_those_of_answers_alone(small_course: Course) -> None:
    solution = nbformat.read(small_course.solutions()[0], as_version=4)
    assert solution_lines(solution) == {
        "doubled_by_adding = number + number",
        "return doubled_by_adding",
        "Because adding a number to itself doubles it.",
    }


@pytest.mark.parametrize("solution", OURS.solutions(), ids=lambda path: path.stem)
def test_no_exercise_of_ours_holds_a_solution_line(solution: Path) -> None:
    answers = solution_lines(nbformat.read(solution, as_version=4))
    assert answers
    for exercise in OURS.exercises():
        text = exercise.read_text("utf-8")
        assert "BEGIN SOLUTION" not in text and "END SOLUTION" not in text
        assert not answers & lines_of(text)


def test_our_release_holds_no_solution_line(tmp_path: Path) -> None:
    assert release.run(str(tmp_path / "students")) == 0
    released = sorted((tmp_path / "students").rglob("*.ipynb"))
    assert len(released) == len(OURS.lessons()) + len(OURS.exercises())
    given = set().union(*(lines_of(path.read_text("utf-8")) for path in released))
    for solution in OURS.solutions():
        leaked = solution_lines(nbformat.read(solution, as_version=4)) & given
        assert not {line for line in leaked if len(line) >= 20}  # "return total" tells nothing
