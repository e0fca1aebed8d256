"""What is written down: results.jsonl, grades.csv, a feedback page per student, a summary.

Names, messages and error texts come from strangers: they are escaped in HTML, and in the CSV a
text that a spreadsheet would take for a formula gets an apostrophe in front.
"""

import csv
import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import coursekit
from coursekit.grading.causes import Cause
from coursekit.grading.judge import Mark
from coursekit.grading.sandbox import tame

COLUMNS = ("student", "exercise", "answer", "points", "maximum", "cause", "reason")
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
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
th,td{border-bottom:1px solid #bbb;padding:.4rem .6rem;text-align:left;vertical-align:top}
td.points{white-space:nowrap}td p{margin:0 0 .3rem;white-space:pre-wrap;overflow-wrap:anywhere}
footer{color:#555;font-size:.9rem;border-top:1px solid #bbb;margin-top:2rem;padding-top:.5rem}
"""


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

    @property
    def points(self) -> float:
        """Earned so far."""
        return sum(mark.points for mark in self.marks)

    @property
    def open_points(self) -> float:
        """What a person may still give."""
        return sum(m.maximum for m in self.marks if m.cause is Cause.NEEDS_MARKING)

    @property
    def maximum(self) -> float:
        """To be had, without what waits for a person."""
        return sum(mark.maximum for mark in self.marks) - self.open_points


def as_line(result: Result) -> str:
    """One line of results.jsonl: everything, for those who grade."""
    record = {**asdict(result), "coursekit": coursekit.__version__}
    return json.dumps(record, sort_keys=True) + "\n"


def write_csv(results: Iterable[Result], path: Path) -> None:
    """Write grades.csv, one row for each answer."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for result in results:
            for mark in result.marks:
                texts = (result.student, result.exercise, mark.answer)
                numbers = (f"{mark.points:g}", f"{mark.maximum:g}")
                reason = (str(mark.cause), " | ".join(mark.messages))
                writer.writerow([*map(defuse, texts), *numbers, *map(defuse, reason)])


def defuse(text: str) -> str:
    """One line that no spreadsheet takes for a formula.

    >>> defuse("=1+1")
    "'=1+1"
    """
    line = " ".join(tame(text).split())
    return f"'{line}" if line.startswith(_FORMULA) else line


def page_name(student: str) -> str:
    """A file name for a student's page: the student's name where that is safe, else with a hash."""
    plain = re.sub(r"[^\w.-]", "_", student).strip(".")[:80]
    if plain == student and not re.search(r"-[0-9a-f]{8}$", plain):  # that is how others' end
        return f"{plain}.html"
    return f"{plain or 'student'}-{hashlib.sha256(_bytes(student)).hexdigest()[:8]}.html"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def write_pages(results: Sequence[Result], folder: Path) -> None:
    """Write one feedback page for each student."""
    folder.mkdir()
    by_student: dict[str, list[Result]] = {}
    for result in results:
        by_student.setdefault(result.student, []).append(result)
    for student, theirs in by_student.items():
        (folder / page_name(student)).write_text(page(student, theirs), encoding="utf-8")


def page(student: str, results: Sequence[Result]) -> str:
    """The feedback page: one file, no script, nothing loaded from elsewhere."""
    name = _text(student)
    levels = sorted({result.level for result in results} - {""})
    isolation = "; ".join(f"{level}: {LEVELS.get(level, level)}" for level in levels)
    foot = f"Graded by coursekit {coursekit.__version__}."
    if isolation:
        foot += f" Isolation: {_text(isolation)}."
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>Feedback for {name}</title>'
        f"<style>{_STYLE}</style></head><body>\n<h1>Feedback for {name}</h1>\n"
        + "\n".join(_section(result) for result in results)
        + f"\n<footer>{foot}</footer>\n</body></html>\n"
    )


def _section(result: Result) -> str:
    title = result.exercise or "A submission that belongs to no exercise"
    rows = "\n".join(_row(mark) for mark in result.marks)
    total = f"{result.points:g} of {result.maximum:g} points"
    if result.open_points:
        total += f"; up to {result.open_points:g} more when a person has marked the open answers"
    notes = "".join(f"<li>{_text(note)}</li>" for note in result.notes)
    unusual = f"<h3>What was unusual</h3><ul>{notes}</ul>" if notes else ""
    return (
        f"<h2>{_text(title)}</h2>\n<p><strong>{total}</strong></p>\n<table>\n<thead><tr>"
        '<th scope="col">answer</th><th scope="col">points</th><th scope="col">what we saw</th>'
        f"</tr></thead>\n<tbody>\n{rows}\n</tbody></table>\n{unusual}"
    )


def _row(mark: Mark) -> str:
    messages = "".join(f"<p>{_text(message)}</p>" for message in mark.messages)
    if len(mark.parts) > 1:
        shares = "; ".join(f"{name}: {got:g} of {most:g}" for name, got, most in mark.parts)
        messages += f"<p>{_text(shares)}</p>"
    return (
        f"<tr><td>{_text(mark.answer or 'the submission')}</td>"
        f'<td class="points">{mark.points:g} of {mark.maximum:g}</td>'
        f"<td><p><strong>{WORDS[mark.cause]}</strong></p>{messages}</td></tr>"
    )


def _text(text: Any) -> str:
    return html.escape(tame(text, 2000))


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
