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
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import coursekit
from coursekit.errors import CommandError
from coursekit.grading.causes import Cause
from coursekit.grading.judge import Mark
from coursekit.grading.report import Result

NAME = "record.sqlite"
_TABLES = """
CREATE TABLE IF NOT EXISTS results (
    id INTEGER PRIMARY KEY, student TEXT NOT NULL, exercise TEXT NOT NULL, key TEXT NOT NULL,
    seed TEXT NOT NULL, level TEXT NOT NULL, coursekit TEXT NOT NULL, graded_at REAL NOT NULL,
    result TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS of_student ON results (student, exercise, id);
CREATE TABLE IF NOT EXISTS marks (
    id INTEGER PRIMARY KEY, student TEXT NOT NULL, exercise TEXT NOT NULL, answer TEXT NOT NULL,
    points REAL NOT NULL, reason TEXT NOT NULL, marked_at REAL NOT NULL
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
    """

    student: str
    exercise: str
    answer: str
    points: float
    reason: str = ""


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
                "INSERT INTO results (student, exercise, key, seed, level, coursekit, graded_at, "
                "result) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(result.student, result.exercise, key, str(result.seed), result.level),
                    *(coursekit.__version__, time.time(), json.dumps(asdict(result))),
                ),
            )

    def latest(self) -> list[tuple[Result, str]]:
        """The newest result of each student and exercise, with its key, in their order."""
        rows = self._base.execute(
            "SELECT result, key FROM results WHERE id IN "
            "(SELECT MAX(id) FROM results GROUP BY student, exercise) ORDER BY student, exercise"
        )
        return [(result_of(json.loads(text)), key) for text, key in rows]

    def history(self, student: str) -> list[tuple[float, Result]]:
        """All results of a student, oldest first, with the second since 1970 of each."""
        rows = self._base.execute(
            "SELECT graded_at, result FROM results WHERE student = ? ORDER BY id", (student,)
        )
        return [(when, result_of(json.loads(text))) for when, text in rows]

    def mark(self, given: HandMark) -> None:
        """Keep what a person gave; the newest counts."""
        with self._writing() as base:
            base.execute(
                "INSERT INTO marks (student, exercise, answer, points, reason, marked_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *(given.student, given.exercise, given.answer, given.points, given.reason),
                    time.time(),
                ),
            )

    def hand_marks(self) -> dict[tuple[str, str, str], HandMark]:
        """The newest mark that a person gave, by student, exercise and answer."""
        rows = self._base.execute(
            "SELECT student, exercise, answer, points, reason FROM marks ORDER BY id"
        )
        return {row[:3]: HandMark(*row) for row in rows}

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
    """A result with what people gave by hand laid over it."""
    return replace(result, marks=tuple(_overlaid(result, mark, given) for mark in result.marks))


def _overlaid(result: Result, mark: Mark, given: dict[tuple[str, str, str], HandMark]) -> Mark:
    by_hand = given.get((result.student, result.exercise, mark.answer))
    if by_hand is None:
        return mark
    reason = by_hand.reason or "marked by a person"
    said = () if mark.cause is Cause.NEEDS_MARKING else mark.messages
    return replace(mark, points=by_hand.points, cause=Cause.MARKED, messages=(reason, *said))
