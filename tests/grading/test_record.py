"""The record: nothing is lost or changed, the newest counts, and a person can be forgotten."""

import sqlite3
from dataclasses import asdict

import pytest

from coursekit.errors import CommandError
from coursekit.grading.causes import Cause
from coursekit.grading.judge import Mark
from coursekit.grading.record import NAME, HandMark, Record, merged, result_of
from coursekit.grading.report import Result


def result(student, points, exercise="ex05_lstm_cell", seed=2**64 - 1):
    marks = (
        Mark("step", points, 2.0, Cause.WRONG, ("wrong sign",), (("shape", 1.0, 1.0),), "sign"),
        Mark("essay", 0.0, 3.0, Cause.NEEDS_MARKING, text="because"),
    )
    return Result(student, exercise, marks, "work.ipynb", ("a note",), "limits", seed, "0.1", 0.5)


def test_a_result_comes_back_as_it_was(tmp_path):
    first = result("ann", 1.0)
    with Record(tmp_path) as record:
        record.add(first, "key")
    with Record(tmp_path) as record:
        assert record.latest() == [(first, "key")]
    assert result_of(asdict(first)) == first


def test_the_newest_counts_and_earlier_ones_are_kept(tmp_path):
    with Record(tmp_path) as record:
        for points in (0.0, 2.0, 1.0):
            record.add(result("ann", points), f"key {points}")
        record.add(result("bob", 2.0), "other")
        newest = {found.student: (found.points, key) for found, key in record.latest()}
        assert newest == {"ann": (1.0, "key 1.0"), "bob": (2.0, "other")}
        assert [found.points for _, found in record.history("ann")] == [0.0, 2.0, 1.0]
        assert record.latest_of("ann", "ex05_lstm_cell").points == 1.0
        assert record.latest_of("ann", "ex06_reber") is None


def test_what_a_person_gave_is_laid_over_every_later_result(tmp_path):
    with Record(tmp_path) as record:
        record.add(result("ann", 1.0), "a")
        record.mark(HandMark("ann", "ex05_lstm_cell", "essay", 1.0, "thin"))
        record.mark(HandMark("ann", "ex05_lstm_cell", "essay", 2.5, "better on a second look"))
        record.add(result("ann", 2.0), "b")
        ((newest, _),) = record.latest()
        told = merged(newest, record.hand_marks())
    assert told.points == 4.5
    assert told.marks[1].cause is Cause.MARKED
    assert told.marks[1].messages[0] == "better on a second look"
    assert told.marks[1].text == "because"


def test_marks_of_single_answers_outlive_a_submission_that_cannot_be_graded(tmp_path):
    lost = Result("ann", "ex05_lstm_cell", (Mark("", 0.0, 5.0, Cause.NO_NOTEBOOK, ("none",)),))
    with Record(tmp_path) as record:
        record.mark(HandMark("ann", "ex05_lstm_cell", "essay", 2.5, "clear", 3.0))
        record.mark(HandMark("bob", "ex05_lstm_cell", "essay", 1.0, "thin", 3.0))
        told = merged(lost, record.hand_marks())
    assert [(m.answer, m.points, m.maximum) for m in told.marks] == [("", 0, 2), ("essay", 2.5, 3)]
    assert told.marks[0].messages == ("none",)
    assert told.marks[1].messages == ("clear",)


def test_a_mark_for_the_whole_counts_until_its_answers_can_be_graded(tmp_path):
    lost = Result("ann", "ex05_lstm_cell", (Mark("", 0.0, 5.0, Cause.UNREADABLE),))
    with Record(tmp_path) as record:
        record.mark(HandMark("ann", "ex05_lstm_cell", "", 4.0, "shown on paper", 5.0))
        given = record.hand_marks()
    assert merged(lost, given).points == 4.0
    told = merged(result("ann", 1.0), given)
    assert told.points == 1.0
    assert "4 points were given for the whole" in told.notes[-1]


def test_what_was_given_can_be_taken_back_and_given_again(tmp_path):
    whose = ("ann", "ex05_lstm_cell", "step")
    with Record(tmp_path) as record:
        record.mark(HandMark(*whose, 2.0, "right on paper"))
        record.withdraw(*whose)
        assert record.hand_marks() == {}
        assert merged(result("ann", 1.0), record.hand_marks()) == result("ann", 1.0)
        record.mark(HandMark(*whose, 1.5, "half", 2.0, "digest"))
        assert record.hand_marks() == {whose: HandMark(*whose, 1.5, "half", 2.0, "digest")}


def test_marks_given_together_are_kept_together_or_not_at_all(tmp_path):
    good = HandMark("ann", "ex05_lstm_cell", "essay", 1.0)
    bad = HandMark("ann", "ex05_lstm_cell", None, 1.0)
    with Record(tmp_path) as record:
        with pytest.raises(CommandError, match="what it holds is kept"):
            record.mark(good, bad)
        assert record.hand_marks() == {}


def test_the_stamp_changes_with_the_results_and_not_with_the_marks(tmp_path):
    with Record(tmp_path) as record:
        stamps = [record.stamp()]
        for student in ("ann", "bob"):
            record.add(result(student, 1.0), "a")
            stamps.append(record.stamp())
        record.mark(HandMark("ann", "ex05_lstm_cell", "essay", 1.0))
        assert record.stamp() == stamps[-1]
        record.forget("ann")
        stamps.append(record.stamp())
    assert len(set(stamps)) == 4


def test_a_person_is_forgotten_to_the_last_byte(tmp_path):
    with Record(tmp_path) as record:
        record.add(result("zacharias", 1.0), "a")
        record.mark(HandMark("zacharias", "ex05_lstm_cell", "essay", 1.0, "thin"))
        record.add(result("bob", 1.0), "a")
        assert record.forget("zacharias") == 2
        assert [found.student for found, _ in record.latest()] == ["bob"]
    assert b"zacharias" not in (tmp_path / NAME).read_bytes()


def test_a_file_that_is_no_record_is_left_alone(tmp_path):
    (tmp_path / NAME).write_bytes(b"no database at all" * 100)
    with pytest.raises(CommandError, match="cannot be used as a record"):
        Record(tmp_path)
    assert (tmp_path / NAME).read_bytes().startswith(b"no database")


def test_a_record_that_cannot_be_written_says_so_and_keeps_what_it_holds(tmp_path):
    with Record(tmp_path) as record:
        record.add(result("ann", 1.0), "a")
    with Record(tmp_path) as record:
        other = sqlite3.connect(tmp_path / NAME)
        record._base.execute("PRAGMA busy_timeout = 10")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(CommandError, match="what it holds is kept"):
            record.add(result("bob", 1.0), "a")
        other.rollback()
        assert len(record.latest()) == 1


def test_settings_are_kept(tmp_path):
    with Record(tmp_path) as record:
        assert record.fact("seed") is None
        record.state("seed", "5")
        record.state("seed", "7")
    with Record(tmp_path) as record:
        assert record.fact("seed") == "7"
