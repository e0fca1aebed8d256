"""The table of the course, held against the lessons and exercises that are there."""

import re
from pathlib import Path

import pytest

from coursekit.errors import CommandError
from coursekit.publish import course, frames, outline
from coursekit.publish.outline import Lesson, Session

OURS = course.locate()
SOURCES = [path for path in OURS.sources() if path.parent.name == "lessons"]
EXERCISES = [path for path in OURS.sources() if path.parent.name == "exercises"]


@pytest.mark.parametrize("source", SOURCES[1:], ids=lambda path: path.stem)
def test_a_lesson_has_the_name_and_the_minutes_of_the_table(source: Path) -> None:
    frame = frames.read(source)
    planned = outline.lesson(frame.number)
    assert (planned.stem, planned.minutes) == (frame.stem, frame.minutes)


@pytest.mark.parametrize("source", EXERCISES, ids=lambda path: path.stem)
def test_an_exercise_has_the_minutes_of_the_table_and_needs_no_later_lesson(source: Path) -> None:
    (planned,) = (one for one in outline.EXERCISES if one.stem == source.stem)
    opening = source.read_text("utf-8").partition("\n# %%")[0]
    said = re.search(r"(?:It takes\*\* about|About) (\d+) minutes", opening)
    needed = [int(n) for n in re.findall(r"notebooks/(\d\d)_", opening)]
    assert said and int(said[1]) == planned.minutes
    assert not needed or max(needed) == planned.after


def test_the_numbers_run_from_one_and_lesson_00_is_first() -> None:
    assert [one.number for one in outline.LESSONS] == list(range(1, 18))
    assert SOURCES[0].stem == "00_start_here"
    assert len({one.fails for one in outline.LESSONS}) == 17
    assert {one.stem for one in outline.EXERCISES} == {path.stem for path in EXERCISES}


@pytest.mark.parametrize("name", outline.PROGRAMMES)
def test_an_exercise_is_handed_out_when_its_lessons_were_taken(name: str) -> None:
    taken: set[int] = set()
    for session in outline.PROGRAMMES[name]:
        assert not taken & set(session.lessons)
        taken |= set(session.lessons)
        for one in outline.EXERCISES:
            if one.stem == session.exercise:
                assert one.after in taken


def test_a_term_hands_out_everything() -> None:
    term = outline.PROGRAMMES["a term"]
    given = [session.exercise for session in term if session.exercise]
    assert sorted(given) == [one.stem for one in outline.EXERCISES]
    assert all(outline.minutes(session) <= outline.SESSION for session in term)


def test_a_stem_is_made_of_the_title() -> None:
    assert Lesson(8, "From RNN to LSTM", 30, "").stem == "08_from_rnn_to_lstm"


@pytest.mark.parametrize("number", [0, 18, -1, "3"])
def test_an_unknown_lesson_is_named(number: int) -> None:
    for ask in (outline.lesson, outline.after, lambda n: outline.minutes(Session((n,)))):
        with pytest.raises(CommandError, match=f"no lesson {number!r}; the course has 1 to 17"):
            ask(number)
