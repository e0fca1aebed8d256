"""From source to notebooks, and back to the question whether they are still fresh."""

import json
import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output

from coursekit import checks
from coursekit.errors import CommandError
from coursekit.publish import build, convert
from coursekit.publish.course import Course
from tests.survivors import kernels


def edit(course: Course, place: str, old: str, new: str) -> None:
    path = course.root / place
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def lesson_of(course: Course, text: str) -> Path:
    path = course.root / "source" / "lessons" / "04_other.py"
    path.write_text(text, "utf-8")
    return path


def exercise_of(course: Course, text: str) -> Path:
    path = course.root / "source" / "exercises" / "ex06_other.py"
    path.write_text(text, "utf-8")
    return path


def files_of(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_rebuild_changes_no_byte(small_course: Course) -> None:
    before = files_of(small_course.root)
    assert build.run() == 0
    assert files_of(small_course.root) == before
    assert len(before) == 5


def test_new_words_keep_the_outputs_and_run_nothing(small_course: Course) -> None:
    before = nbformat.read(small_course.lesson("03"), as_version=4)
    edit(small_course, "source/lessons/03_small.py", "# # A small lesson", "# # A lesson")
    assert build.run(["03"], words=True) == 0
    after = nbformat.read(small_course.lesson("03"), as_version=4)
    assert after.cells[0].source.startswith("# A lesson")
    assert [c.get("outputs") for c in after.cells] == [c.get("outputs") for c in before.cells]
    assert after.metadata.widgets == before.metadata.widgets
    assert build.run(["03"], check=True) == 0


def test_new_code_does_not_keep_old_outputs(small_course: Course) -> None:
    source = small_course.root / "source/lessons/03_small.py"
    before = files_of(small_course.root / "notebooks")
    source.write_text(source.read_text("utf-8") + "\n# %%\nprint(4)\n", "utf-8")
    with pytest.raises(CommandError, match="4 code cells, and 3 when it was built"):
        build.run(["03"], words=True)
    source.write_text(source.read_text("utf-8").replace("import ", "import os, ", 1), "utf-8")
    with pytest.raises(CommandError, match="code cell 2 has changed. Nothing was written"):
        build.run(["03"], words=True)
    assert files_of(small_course.root / "notebooks") == before
    small_course.lesson("03").unlink()
    with pytest.raises(CommandError, match="there are no outputs to keep"):
        build.run(["03"], words=True)


def test_a_lesson_is_executed_and_keeps_its_widget(small_course: Course) -> None:
    notebook = nbformat.read(small_course.lesson("03"), as_version=4)
    nbformat.validate(notebook)
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == [1, 2, 3]
    states = notebook.metadata.widgets[build.WIDGETS]["state"]
    view = notebook.cells[-2].outputs[0].data["application/vnd.jupyter.widget-view+json"]
    assert states[view["model_id"]]["state"]["lag"] == 3
    assert "text that would end a script" in states[view["model_id"]]["state"]["_esm"]
    assert notebook.metadata.coursekit == {
        "lesson": "03_small",
        "title": "A small lesson",
        "version": "0.1.0",
    }
    assert "version" not in notebook.metadata.language_info
    assert all("execution" not in cell.metadata for cell in notebook.cells)
    assert [cell.id for cell in notebook.cells][:2] == ["cell-01", "cell-02"]


def test_headers_become_the_metadata_of_nbgrader(small_course: Course) -> None:
    solution = nbformat.read(small_course.solutions()[0], as_version=4)
    marked = {c.id: c.metadata.nbgrader for c in solution.cells if "nbgrader" in c.metadata}
    common = {"schema_version": 3, "task": False}
    assert marked == {
        "double": common
        | {"grade_id": "double", "grade": False, "solution": True, "locked": False},
        "check_double": common
        | {
            "grade_id": "check_double",
            "grade": True,
            "solution": False,
            "locked": True,
            "points": 4.0,
        },
        "q_why": common
        | {"grade_id": "q_why", "grade": True, "solution": True, "locked": False, "points": 2.0},
    }


def test_nbgrader_itself_would_release_the_same(
    small_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    programs = str(Path(sys.executable).parent)  # nbgrader calls alembic by its name
    monkeypatch.setenv("PATH", programs + os.pathsep + os.environ["PATH"])
    config = Config()
    config.CourseDirectory.root = str(small_course.root)
    config.CourseDirectory.source_directory = "solutions"
    config.CourseDirectory.release_directory = "by_nbgrader"
    assert NbGraderAPI(config=config).generate_assignment("ex05_double")["success"]
    (theirs,) = (small_course.root / "by_nbgrader").rglob("*.ipynb")
    released = nbformat.read(theirs, as_version=4)
    ours = nbformat.read(small_course.exercises()[0], as_version=4)
    assert released.cells == ours.cells


def test_the_exercise_holds_no_answer_and_its_stub_raises(small_course: Course) -> None:
    path = small_course.exercises()[0]
    text = path.read_text("utf-8")
    assert "SOLUTION" not in text and "doubled_by_adding" not in text and "Because" not in text
    exercise = nbformat.read(path, as_version=4)
    code = [cell for cell in exercise.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    names: dict[str, object] = {}
    exec(code[0].source, names)
    with pytest.raises(NotImplementedError):
        names["double"](2)  # type: ignore[operator]
    check = next(cell for cell in code if cell.id == "check_double")
    assert check.metadata.editable is False and check.metadata.deletable is False


def test_two_conversions_are_equal(unbuilt_course: Course) -> None:
    for source in unbuilt_course.sources():
        assert convert.read_source(source) == convert.read_source(source)


def test_only_what_is_named_is_built(
    unbuilt_course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.run(["ex05"]) == 0
    assert not unbuilt_course.lessons()
    assert [p.stem for p in unbuilt_course.exercises()] == ["ex05_double"]
    said = capsys.readouterr().out
    assert "solutions" in said and " s\n" in said
    with pytest.raises(CommandError, match="03_small"):
        build.run(["ex09"])


def test_fresh_notebooks_pass(small_course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert build.run(check=True) == 0
    assert capsys.readouterr().out == "3 notebooks are what their sources give.\n"


def test_check_does_not_look_at_outputs(small_course: Course) -> None:
    edit(small_course, "notebooks/03_small.ipynb", "after 10 steps: 0.0010", "another output")
    assert build.run(check=True) == 0


def test_check_names_a_changed_cell(
    small_course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(small_course, "source/lessons/03_small.py", "It **decays**", "It *decays*")
    assert build.run(check=True) == 1
    said = capsys.readouterr().out
    assert "notebooks/03_small.ipynb: cell 3 differs in its source: '## A formula'" in said
    assert said.endswith("Run: coursekit build 03_small\n")
    assert build.run(["ex05"], check=True) == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('["hide-input"]', '["show-input"]', "cell 7 differs in its metadata"),
        ('{"slide_type": "fragment"}', '{"slide_type": "slide"}', "cell 4 differs in its metadata"),
        ("# # A small lesson", "# # Another title", "the metadata of the notebook differ"),
        ("# %% [markdown] slideshow={\"slide_type\": \"skip\"}\n# Only readers see this.\n", "",
         "has 10 cells, its source gives 9"),
    ],
)  # fmt: skip
def test_check_names_other_changes(
    small_course: Course, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    edit(small_course, "source/lessons/03_small.py", old, new)
    assert build.run(check=True) == 1
    assert said in capsys.readouterr().out


def test_check_does_not_list_all_that_an_inserted_cell_shifts(
    small_course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    source = small_course.root / "source" / "lessons" / "03_small.py"
    source.write_text("# %%\nx = 0\n\n" + source.read_text("utf-8"), "utf-8")
    assert build.run(check=True) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "notebooks/03_small.ipynb: has 10 cells, its source gives 11"
    assert lines[5:] == ["notebooks/03_small.ipynb: and 6 more", "Run: coursekit build 03_small"]


def test_check_names_a_stale_exercise(
    small_course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(
        small_course,
        "exercises/ex05_double/ex05_double.ipynb",
        "raise NotImplementedError()",
        "return number + number",
    )
    assert build.run(check=True) == 1
    said = capsys.readouterr().out
    assert "exercises/ex05_double/ex05_double.ipynb: cell 2 differs in its source" in said
    assert "solutions" not in said


def test_check_names_points_that_changed(
    small_course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(convert, "points_of", lambda name: 7.0)
    assert build.run(check=True) == 1
    assert "cell 3 differs in its metadata" in capsys.readouterr().out


def test_check_names_what_is_not_built_and_what_has_no_source(
    small_course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = small_course.lesson("03")
    lesson.rename(lesson.with_name("99_extra.ipynb"))
    assert build.run(check=True) == 1
    said = capsys.readouterr().out
    assert "notebooks/03_small.ipynb: not built yet" in said
    assert "notebooks/99_extra.ipynb: no source gives this notebook" in said
    assert (lesson.with_name("99_extra.ipynb")).exists()


def test_check_of_a_notebook_that_is_none(small_course: Course) -> None:
    small_course.lesson("03").write_text("no json", "utf-8")
    with pytest.raises(CommandError, match=r"03_small\.ipynb is no notebook"):
        build.run(check=True)
    small_course.lesson("03").write_text(json.dumps({"nbformat": 4}), "utf-8")
    with pytest.raises(CommandError, match=r"03_small\.ipynb is no notebook"):
        build.run(check=True)


def test_an_error_names_notebook_cell_and_error(small_course: Course) -> None:
    before = small_course.lesson("03").read_bytes()
    edit(small_course, "source/lessons/03_small.py", "print(f", "1 / 0\nprint(f")
    with pytest.raises(CommandError) as caught:
        build.run(["03"])
    assert "03_small: cell 6 raised ZeroDivisionError: division by zero" in str(caught.value)
    assert "gradient = [0.5**lag" in str(caught.value)
    assert small_course.lesson("03").read_bytes() == before
    assert not list(small_course.root.rglob("*.part"))


def test_a_cell_that_hangs_is_named(unbuilt_course: Course) -> None:
    source = lesson_of(unbuilt_course, "# %%\nx = 1\n\n# %%\nwhile True:\n    pass\n")
    with pytest.raises(CommandError, match="04_other: cell 2 did not finish in 2 s"):
        build.execute(convert.read_source(source), "04_other", timeout=2)
    assert kernels() == []


def test_no_kernel_outlives_its_notebook(unbuilt_course: Course) -> None:
    source = lesson_of(unbuilt_course, "# %%\nx = 1\n")
    build.execute(convert.read_source(source), "04_other")
    assert kernels() == []


def test_a_cell_that_ends_the_kernel_is_named(unbuilt_course: Course) -> None:
    source = lesson_of(unbuilt_course, "# %%\nimport os\n\n# %%\nos._exit(1)\n")
    with pytest.raises(CommandError, match="04_other: cell 2 ended its kernel"):
        build.execute(convert.read_source(source), "04_other")


def test_notebooks_run_away_from_the_course(unbuilt_course: Course) -> None:
    source = lesson_of(unbuilt_course, "# %%\nimport os\nprint(os.listdir())\n")
    notebook = convert.read_source(source)
    build.execute(notebook, "04_other")
    assert notebook.cells[0].outputs[0].text == "[]\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('# %% anwser="double"\nx = 1\n', "the header has anwser"),
        ('# %% check="triple"\nx = 1\n', "coursekit.checks knows no 'triple'"),
        ('# %% check="double" answer="double"\nx = 1\n', "has answer and check"),
        ("# %% answer=3\nx = 1\n", "answer=3 is no name"),
        ('# %% open="q_why"\nx = 1\n', "open= marks a markdown cell, but this is code"),
        ('# %% [markdown] answer="double"\n# x\n', "answer= marks a code cell"),
        ('# %% slideshow={"slide_type": "-"}\nx = 1\n', "the slide type is '-'"),
        ('# %% answer="a"\nx = 1\n\n# %% answer="a"\ny = 1\n', "two cells as 'a'"),
        ('# %% answer="a"\n### BEGIN SOLUTION\nx = 1\n', "no end solution"),
        ("# %%\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n", "cannot be cut"),
    ],
)
def test_headers_that_mean_nothing(unbuilt_course: Course, text: str, said: str) -> None:
    source = exercise_of(unbuilt_course, text)
    with pytest.raises(CommandError) as caught:
        convert.cut_exercise(convert.read_source(source))
    assert said in str(caught.value)


def test_a_lesson_has_no_answers(unbuilt_course: Course) -> None:
    source = lesson_of(unbuilt_course, '# %% answer="double"\nx = 1\n')
    with pytest.raises(CommandError, match="a cell of a lesson none"):
        convert.read_source(source)


def test_a_source_that_is_no_text(unbuilt_course: Course) -> None:
    source = lesson_of(unbuilt_course, "")
    source.write_bytes(b"# %%\n\xff\xfe")
    with pytest.raises(CommandError, match="is not UTF-8"):
        convert.read_source(source)


def test_a_folder_that_cannot_be_written(unbuilt_course: Course) -> None:
    (unbuilt_course.root / "solutions").write_text("a file where a folder should be")
    with pytest.raises(CommandError, match=r"ex05_double\.ipynb cannot be written"):
        build.run(["ex05"])


def test_nothing_to_build(unbuilt_course: Course) -> None:
    for source in unbuilt_course.sources():
        source.unlink()
    with pytest.raises(CommandError, match="nothing to build"):
        build.run()


def test_points_come_from_the_checks() -> None:
    step = checks.get("lstm_step")
    assert convert.points_of("lstm_step") == step.points > 0
    for exercise in checks.exercises():
        for question in checks.open_questions(exercise):
            assert convert.points_of(question.name) == question.points > 0
    with pytest.raises(ValueError, match="no answer 'lstm_stop'"):
        convert.points_of("lstm_stop")


def test_what_a_cell_prints_is_stored_in_one_piece() -> None:
    cell = new_code_cell("pass")
    cell.outputs = [
        new_output("stream", name="stdout", text="one\n"),
        new_output("stream", name="stdout", text="two\n"),
        new_output("stream", name="stderr", text="trouble\n"),
        new_output("stream", name="stdout", text="three\n"),
    ]
    build.join_streams(cell)
    assert [(part.name, part.text) for part in cell.outputs] == [
        ("stdout", "one\ntwo\n"),
        ("stderr", "trouble\n"),
        ("stdout", "three\n"),
    ]
