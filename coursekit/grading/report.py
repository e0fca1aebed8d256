"""What became of a submission, and how it is written down: grades.csv, a summary.

Names, messages and error texts come from strangers: a text that a spreadsheet would take for a
formula gets an apostrophe in front.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from coursekit.grading.causes import Cause
from coursekit.grading.judge import Mark
from coursekit.grading.sandbox import tame

COLUMNS = (
    *("student", "exercise", "answer", "points", "maximum", "cause", "reason"),
    *("handed_in", "factor"),
)
WORDS = {
    Cause.OK: "right",
    Cause.WRONG: "not right yet",
    Cause.NOT_ANSWERED: "not answered",
    Cause.MISSING: "not found in the notebook",
    Cause.RAISED: "raises an error",
    Cause.REFUSED: "returns what cannot be graded",
    Cause.TIMEOUT: "takes too long",
    Cause.DIED: "ends the process",
    Cause.NEEDS_MARKING: "waits for a person to mark it",
    Cause.MARKED: "marked by a person",
    Cause.NOTHING_HANDED_IN: "nothing was handed in",
    Cause.NO_NOTEBOOK: "there is no notebook",
    Cause.NOT_A_NOTEBOOK: "the file is no notebook",
    Cause.UNREADABLE: "the file cannot be read",
    Cause.UNKNOWN_EXERCISE: "the notebook belongs to no exercise",
    Cause.TOOL_FAILED: "could not be graded; a person must look",
}
LEVELS = {
    "none": "a process of its own with a time limit, but no other limit and no sandbox",
    "limits": "a process of its own with limits on time, memory and file size, but no sandbox",
    "bubblewrap": "a sandbox: no files but the interpreter's, no network, limits on what it uses",
}
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True)
class Result:
    """What became of one submission: a mark for each answer, or one mark without a name.

    Args:
        student, exercise: Whose, and of what ("" where it is unknown).
        marks: One for each answer; one with the answer "" for what could not be graded.
        notebook: Its name in the student's folder.
        notes: What was unusual, for the student.
        level: The isolation that it ran at; "" where nothing ran.
        seed: What drew the hidden inputs; keep it from students.
        version: The course's version that the notebook says it was made with.
        seconds: How long it took.
        handed_in: When, in seconds since 1970, or None where nobody knows.
        handed_in_as: The path in the folder or zip that was graded.
        factor: What the points are multiplied with because of lateness; the points of the marks
            stay as they were earned.
        lateness: Why, in words.
    """

    student: str
    exercise: str
    marks: tuple[Mark, ...]
    notebook: str = ""
    notes: tuple[str, ...] = ()
    level: str = ""
    seed: int = 0
    version: str = ""
    seconds: float = 0.0
    handed_in: float | None = None
    handed_in_as: str = ""
    factor: float = 1.0
    lateness: str = ""

    @property
    def points(self) -> float:
        """Earned so far, whenever it was handed in."""
        return sum(mark.points for mark in self.marks)

    @property
    def counted(self) -> float:
        """What counts of the points: less than they are where the work came late."""
        return round(self.points * self.factor, 2)

    @property
    def open_points(self) -> float:
        """What a person may still give."""
        return sum(m.maximum for m in self.marks if m.cause is Cause.NEEDS_MARKING)

    @property
    def maximum(self) -> float:
        """To be had, without what waits for a person."""
        return sum(mark.maximum for mark in self.marks) - self.open_points


def write_csv(results: Iterable[Result], path: Path) -> None:
    """Write grades.csv, one row for each answer."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for result in results:
            late = (when(result.handed_in), f"{result.factor:g}")
            for mark in result.marks:
                texts = (result.student, result.exercise, mark.answer)
                numbers = (f"{mark.points:g}", f"{mark.maximum:g}")
                reason = (str(mark.cause), " | ".join(mark.messages))
                writer.writerow([*map(defuse, texts), *numbers, *map(defuse, reason), *late])


def when(seconds: float | None) -> str:
    """A time in ISO 8601, in UTC; "" for None and for a time that no calendar has.

    >>> when(0.0)
    '1970-01-01T00:00:00Z'
    """
    if seconds is None:
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""


def defuse(text: str) -> str:
    """One line that no spreadsheet takes for a formula.

    >>> defuse("=1+1")
    "'=1+1"
    """
    line = " ".join(tame(text).split())
    return f"'{line}" if line.startswith(_FORMULA) and len(line) > 1 else line


def summary(results: Sequence[Result], out: Path) -> str:
    """What the command prints at the end."""
    lines = []
    for exercise in sorted({result.exercise for result in results if result.exercise}):
        theirs = [result for result in results if result.exercise == exercise]
        best = max(result.maximum + result.open_points for result in theirs)
        mean = sum(result.points for result in theirs) / len(theirs)
        line = f"{exercise}: {len(theirs)} handed in, mean {mean:.1f} of {best:g} points"
        waiting = sum(1 for r in theirs for m in r.marks if m.cause is Cause.NEEDS_MARKING)
        lines.append(line + (f", {waiting} answers wait for a person" if waiting else ""))
    counted = Counter(mark.cause for result in results for mark in result.marks)
    lines.append("causes: " + ", ".join(f"{counted[c]} {c}" for c in Cause if counted[c]))
    for level in sorted({result.level for result in results} - {""}):
        lines.append(f"isolation: {level} ({LEVELS.get(level, level)})")
    students = len({result.student for result in results})
    lines.append(f"{students} students; see {out / 'grades.csv'} and {out / 'feedback'}")
    return "\n".join(lines)
