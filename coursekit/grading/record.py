"""The record of a course's grading: who was graded when, by which version, with which seed.

One SQLite file, ``record.sqlite``, in the folder of the reports. A result is added at once and
never changed; the newest of a student and an exercise counts, and every earlier one is kept. What
a person gave by hand stands in a table of its own and is laid over every later result.
"""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass, replace
from pathlib import Path
from typing import Any

import coursekit
from coursekit.errors import CommandError
from coursekit.grading.causes import Cause
from coursekit.grading.collect import Submission
from coursekit.grading.judge import Mark
from coursekit.grading.report import Result

NAME = "record.sqlite"
_TABLES = """
CREATE TABLE IF NOT EXISTS results (
    id INTEGER PRIMARY KEY, student TEXT NOT NULL, exercise TEXT NOT NULL,
    place TEXT NOT NULL, key TEXT NOT NULL,
    seed TEXT NOT NULL, level TEXT NOT NULL, coursekit TEXT NOT NULL, graded_at REAL NOT NULL,
    result TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS of_student ON results (student, exercise, id);
CREATE TABLE IF NOT EXISTS marks (
    id INTEGER PRIMARY KEY, student TEXT NOT NULL, exercise TEXT NOT NULL, answer TEXT NOT NULL,
    points REAL, reason TEXT NOT NULL, maximum REAL NOT NULL, seen TEXT NOT NULL,
    marked_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True)
class HandMark:
    """What a person gave for an answer, and why.

    Args:
        student, exercise, answer: whose, of what.
        points: from 0 to what the answer can earn.
        reason: for the student.
        maximum: what the answer could earn when it was marked.
        seen: the digest of the text that was marked, so that a later change can be told.
    """

    student: str
    exercise: str
    answer: str
    points: float
    reason: str = ""
    maximum: float = 0.0
    seen: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """The answer that it is for."""
        return self.student, self.exercise, self.answer


class Record:
    """The record in a folder; made when there is none.

    Args:
        folder: of the reports.

    Raises:
        CommandError: the file is no record, or cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        try:
            self._base = sqlite3.connect(self.path, timeout=30.0)
            self._base.executescript(_TABLES)
        except sqlite3.Error as error:
            raise CommandError(
                f"{self.path} cannot be used as a record of grading ({error}); move it away, or "
                "choose another folder with --out"
            ) from None

    def __enter__(self) -> "Record":
        return self

    def __exit__(self, *exception: object) -> None:
        self._base.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on the disk when this ends, or none."""
        try:
            with self._base:
                yield self._base
        except sqlite3.Error as error:
            raise CommandError(
                f"{self.path} cannot be written ({error}); what it holds is kept. Make room, and "
                "start again: it goes on where it was",
                1,
            ) from None

    def add(self, result: Result, key: str) -> None:
        """Keep a finished result.

        Args:
            result: what became of a submission.
            key: what it was made from; while it is the same, nothing need be graded again.
        """
        with self._writing() as base:
            base.execute(
                "INSERT INTO results (student, exercise, place, key, seed, level, coursekit, "
                "graded_at, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(result.student, result.exercise, place_of(result), key, str(result.seed)),
                    result.level,
                    *(coursekit.__version__, time.time(), json.dumps(asdict(result))),
                ),
            )

    def latest(self) -> list[tuple[Result, str]]:
        """The newest result of each student and exercise, with its key, in their order.

        Of files that belong to no exercise, each has its own.
        """
        return list(self.each_latest())

    def each_latest(self) -> Iterator[tuple[Result, str]]:
        """The same one by one: answers may hold photographs, and all at once need much memory."""
        rows = self._base.execute(
            "SELECT result, key FROM results WHERE id IN "
            "(SELECT MAX(id) FROM results GROUP BY student, exercise, place) "
            "ORDER BY student, exercise, place"
        )
        for text, key in rows:
            yield result_of(json.loads(text)), key

    def latest_of(self, student: str, exercise: str) -> Result | None:
        """The newest result of a student in an exercise, if there is one."""
        row = self._base.execute(
            "SELECT result FROM results WHERE student = ? AND exercise = ? ORDER BY id DESC",
            (student, exercise),
        ).fetchone()
        return None if row is None else result_of(json.loads(row[0]))

    def history(self, student: str) -> list[tuple[float, Result]]:
        """All results of a student, oldest first, with the second since 1970 of each."""
        rows = self._base.execute(
            "SELECT graded_at, result FROM results WHERE student = ? ORDER BY id", (student,)
        )
        return [(when, result_of(json.loads(text))) for when, text in rows]

    def mark(self, *given: HandMark) -> None:
        """Keep what a person gave, all of it or none; the newest of an answer counts."""
        now = time.time()
        with self._writing() as base:
            base.executemany(
                "INSERT INTO marks (student, exercise, answer, points, reason, maximum, seen, "
                "marked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(*astuple(one), now) for one in given],
            )

    def withdraw(self, student: str, exercise: str, answer: str) -> None:
        """Take back what a person gave for an answer: what was found by itself counts again."""
        with self._writing() as base:
            base.execute(
                "INSERT INTO marks (student, exercise, answer, points, reason, maximum, seen, "
                "marked_at) VALUES (?, ?, ?, NULL, '', 0, '', ?)",
                (student, exercise, answer, time.time()),
            )

    def hand_marks(self) -> dict[tuple[str, str, str], HandMark]:
        """The newest mark that a person gave, by student, exercise and answer."""
        rows = self._base.execute(
            "SELECT student, exercise, answer, points, reason, maximum, seen FROM marks "
            "WHERE id IN (SELECT MAX(id) FROM marks GROUP BY student, exercise, answer) "
            "AND points IS NOT NULL ORDER BY id"
        )
        return {row[:3]: HandMark(*row) for row in rows}

    def stamp(self) -> tuple[int, int]:
        """Another one whenever a result was added or removed."""
        row = self._base.execute("SELECT COUNT(*), COALESCE(MAX(id), 0) FROM results").fetchone()
        return int(row[0]), int(row[1])

    def fact(self, name: str) -> str | None:
        """A setting of this record, such as its seed."""
        row = self._base.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def state(self, name: str, value: str) -> None:
        """Keep a setting."""
        with self._writing() as base:
            base.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def forget(self, student: str) -> int:
        """Remove a person's data; how many rows that were."""
        with self._writing() as base:
            gone = base.execute("DELETE FROM results WHERE student = ?", (student,)).rowcount
            gone += base.execute("DELETE FROM marks WHERE student = ?", (student,)).rowcount
        self._base.execute("VACUUM")
        return gone


def place_of(one: Result | Submission) -> str:
    """What tells apart the files of a student that belong to no exercise; "" for others."""
    return "" if one.exercise else one.handed_in_as


def result_of(fields: dict[str, Any]) -> Result:
    """A result from what ``dataclasses.asdict`` made of it."""
    marks = tuple(
        Mark(
            **{
                **mark,
                "cause": Cause(mark["cause"]),
                "messages": tuple(mark["messages"]),
                "parts": tuple((name, got, most) for name, got, most in mark["parts"]),
            }
        )
        for mark in fields["marks"]
    )
    return Result(**{**fields, "marks": marks, "notes": tuple(fields["notes"])})


def merged(result: Result, given: dict[tuple[str, str, str], HandMark]) -> Result:
    """A result with what people gave by hand laid over it; none of it is lost.

    Where a later submission cannot be graded at all, so that its answers are not even listed, the
    marks that were given for single answers are listed beside the mark of the whole. What was
    given for a whole submission counts while there is nothing else to count; when its answers can
    be graded after all, they count, and a note says so.
    """
    marks = tuple(_overlaid(result, mark, given) for mark in result.marks)
    whole = given.get((result.student, result.exercise, ""))
    alone = next((mark for mark in marks if mark.answer == ""), None)
    if alone is not None and whole is None:
        return replace(result, marks=_beside(result, alone, given))
    if alone is None and whole is not None:
        note = (
            f"by hand, {whole.points:g} points were given for the whole submission before its "
            "answers could be graded; now the answers count"
        )
        return replace(result, marks=marks, notes=(*result.notes, note))
    return replace(result, marks=marks)


def _beside(
    result: Result, alone: Mark, given: dict[tuple[str, str, str], HandMark]
) -> tuple[Mark, ...]:
    """The one mark of an unusable submission, and those that were given for single answers."""
    whose = (result.student, result.exercise)
    theirs = [one for one in given.values() if (one.student, one.exercise) == whose and one.answer]
    kept = [
        Mark(one.answer, one.points, max(one.maximum, one.points), Cause.MARKED, (_reason(one),))
        for one in theirs
    ]
    left = max(alone.maximum - sum(mark.maximum for mark in kept), 0.0)
    return (replace(alone, maximum=left), *kept)


def _overlaid(result: Result, mark: Mark, given: dict[tuple[str, str, str], HandMark]) -> Mark:
    by_hand = given.get((result.student, result.exercise, mark.answer))
    if by_hand is None:
        return mark
    found = () if mark.cause is Cause.NEEDS_MARKING else mark.messages  # it waits no longer
    messages = (_reason(by_hand), *found)
    return replace(mark, points=by_hand.points, cause=Cause.MARKED, messages=messages)


def _reason(by_hand: HandMark) -> str:
    return by_hand.reason or "marked by a person"
