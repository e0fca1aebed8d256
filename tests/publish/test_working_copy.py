"""A student's working copy: what is new comes in, what a student wrote is never lost."""

import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.errors import CommandError
from coursekit.publish import working_copy
from coursekit.publish.working_copy import RECORD, update

LESSON = "notebooks/03_vanishing_gradients.ipynb"
EXERCISE = "exercises/ex05_lstm_cell/ex05_lstm_cell.ipynb"


def put(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def tree(root):
    """All files of a folder but the record, with their text."""
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in root.rglob("*")
        if path.is_file() and path.name != RECORD
    }


@pytest.fixture
def course(tmp_path):
    root = tmp_path / "course"
    put(root, LESSON, "lesson 1")
    put(root, EXERCISE, "exercise 1")
    put(root, "notebooks/.ipynb_checkpoints/03-checkpoint.ipynb", "no")
    put(root, "solutions/ex05_lstm_cell/ex05_lstm_cell.ipynb", "secret")
    put(root, "source/lessons/03.py", "source")
    return root


@pytest.fixture
def mine(tmp_path, course):
    folder = tmp_path / "my_course"
    update(folder, course, "1.0")
    return folder


def test_a_first_start_hands_out_lessons_and_exercises_only(tmp_path, course):
    report = update(tmp_path / "a" / "b", course, "1.0")
    assert tree(tmp_path / "a" / "b") == {LESSON: "lesson 1", EXERCISE: "exercise 1"}
    assert sorted(report.added) == [EXERCISE, LESSON]


def test_a_second_start_does_and_says_nothing(mine, course):
    before = {path: path.stat().st_mtime_ns for path in mine.rglob("*")}
    assert str(update(mine, course, "1.0")) == ""
    assert {path: path.stat().st_mtime_ns for path in mine.rglob("*")} == before


def test_a_new_lesson_comes_in(mine, course):
    put(course, "notebooks/04_weight_conflict.ipynb", "new")
    assert update(mine, course, "1.1").added == ["notebooks/04_weight_conflict.ipynb"]


def test_an_untouched_file_is_brought_up_to_date(mine, course):
    put(course, LESSON, "lesson 2")
    assert update(mine, course, "1.1").updated == [LESSON]
    assert tree(mine) == {LESSON: "lesson 2", EXERCISE: "exercise 1"}


def test_a_changed_file_stays_when_the_course_has_nothing_new(mine, course):
    put(mine, EXERCISE, "my work")
    assert str(update(mine, course, "1.0")) == ""
    assert tree(mine)[EXERCISE] == "my work"


def test_a_changed_file_stays_and_the_new_version_comes_beside_it_once(mine, course):
    put(mine, EXERCISE, "my work")
    put(course, EXERCISE, "exercise 2")
    beside = EXERCISE.replace(".ipynb", ".new-1.1.ipynb")
    report = update(mine, course, "1.1")
    assert report.beside == [beside]
    assert "ex05_lstm_cell.new-1.1.ipynb" in str(report)
    assert "stays" in str(report)
    assert tree(mine) == {LESSON: "lesson 1", EXERCISE: "my work", beside: "exercise 2"}
    (mine / beside).unlink()
    assert str(update(mine, course, "1.1")) == ""
    assert not (mine / beside).exists()


def test_a_file_beside_is_never_overwritten_either(mine, course):
    put(mine, EXERCISE, "my work")
    beside = put(mine, EXERCISE.replace(".ipynb", ".new-1.1.ipynb"), "my notes")
    put(course, EXERCISE, "exercise 2")
    report = update(mine, course, "1.1")
    assert report.beside == [EXERCISE.replace(".ipynb", ".new-1.1-2.ipynb")]
    assert beside.read_text(encoding="utf-8") == "my notes"


def test_taking_over_the_new_version_makes_it_the_courses_again(mine, course):
    put(mine, EXERCISE, "my work")
    put(course, EXERCISE, "exercise 2")
    update(mine, course, "1.1")
    put(mine, EXERCISE, "exercise 2")
    update(mine, course, "1.1")
    put(course, EXERCISE, "exercise 3")
    assert update(mine, course, "1.2").updated == [EXERCISE]


def test_a_deleted_file_comes_back_fresh(mine, course):
    (mine / LESSON).unlink()
    assert update(mine, course, "1.0").added == [LESSON]
    assert tree(mine)[LESSON] == "lesson 1"


def test_a_students_own_files_are_left_alone(mine, course):
    put(mine, "notebooks/my_notes.ipynb", "mine")
    put(course, LESSON, "lesson 2")
    update(mine, course, "1.1")
    assert tree(mine)["notebooks/my_notes.ipynb"] == "mine"


def test_a_students_file_with_a_new_lessons_name_stays(mine, course):
    put(mine, "notebooks/04_weight_conflict.ipynb", "my own fourth")
    put(course, "notebooks/04_weight_conflict.ipynb", "the course's fourth")
    report = update(mine, course, "1.1")
    assert report.beside == ["notebooks/04_weight_conflict.new-1.1.ipynb"]
    assert tree(mine)["notebooks/04_weight_conflict.ipynb"] == "my own fourth"


@pytest.mark.parametrize("record", [None, "", "[]", '{"files": 3}', "no json"])
def test_without_its_record_every_file_counts_as_the_students(mine, course, record):
    if record is None:
        (mine / RECORD).unlink()
    else:
        (mine / RECORD).write_text(record, encoding="utf-8")
    put(course, LESSON, "lesson 2")
    update(mine, course, "1.1")
    assert tree(mine)[LESSON] == "lesson 1"
    assert tree(mine)[LESSON.replace(".ipynb", ".new-1.1.ipynb")] == "lesson 2"


def test_the_record_says_what_was_handed_out(mine):
    assert set(json.loads((mine / RECORD).read_text(encoding="utf-8"))["files"]) == {
        LESSON,
        EXERCISE,
    }


def test_a_file_is_no_folder(tmp_path, course):
    path = put(tmp_path, "my_course", "precious")
    with pytest.raises(CommandError, match="is a file; name a folder"):
        update(path, course, "1.0")
    assert path.read_text(encoding="utf-8") == "precious"


def test_a_folder_in_a_lessons_place_is_reported(tmp_path, course):
    (tmp_path / "my" / LESSON).mkdir(parents=True)
    with pytest.raises(CommandError, match="in the way"):
        update(tmp_path / "my", course, "1.0")


@pytest.mark.parametrize("place", ["", "notebooks", "exercises/ex05_lstm_cell"])
def test_the_course_itself_is_no_working_copy(course, place):
    before = tree(course)
    with pytest.raises(CommandError, match="the course itself"):
        update(course / place, course, "1.0")
    assert tree(course) == before


def test_a_folder_that_cannot_be_made_is_reported(tmp_path, course):
    put(tmp_path, "file", "")
    with pytest.raises(CommandError, match="Cannot write your working copy"):
        update(tmp_path / "file" / "my_course", course, "1.0")


def test_a_full_disk_leaves_the_old_notebook_whole(mine, course, monkeypatch):
    put(course, LESSON, "lesson 2")

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(working_copy.os, "replace", full)
    with pytest.raises(CommandError, match="No space left on device"):
        update(mine, course, "1.1")
    assert tree(mine) == {LESSON: "lesson 1", EXERCISE: "exercise 1"}


def test_an_unwritable_folder_is_reported(mine, course, monkeypatch):
    put(course, "notebooks/04.ipynb", "new")

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied", os.fspath(mine))

    monkeypatch.setattr(working_copy.tempfile, "mkstemp", refuse)
    with pytest.raises(CommandError, match="Permission denied"):
        update(mine, course, "1.1")


TEXTS = st.sampled_from(["a", "b", "c"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("course"), TEXTS),
        st.tuples(st.just("student"), st.sampled_from(["s", "t", "a", "b"])),
        st.tuples(st.just("start"), st.sampled_from(["1", "2"])),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_what_a_student_wrote_is_never_lost(steps):
    """Whatever the order of changes and starts, a student's file holds the student's words."""
    with tempfile.TemporaryDirectory() as place:
        course, mine = Path(place, "course"), Path(place, "mine")
        put(course, LESSON, "a")
        update(mine, course, "0")
        given_out, now = "a", "a"
        written = None
        for kind, text in steps:
            if kind == "course":
                now = text
                put(course, LESSON, text)
            elif kind == "student":
                written = text if text != given_out else None
                put(mine, LESSON, text)
            else:
                update(mine, course, text)
                if written == now:
                    written = None
                if written is None:
                    given_out = now
                assert tree(mine)[LESSON] == (now if written is None else written)
