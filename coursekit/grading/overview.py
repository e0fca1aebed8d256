"""The instructor's page: points, causes, mistakes, who is missing, what waits; one offline file."""

import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import mean, median

import numpy as np

import coursekit
from coursekit.grading.causes import Cause
from coursekit.grading.charts import histogram, shares
from coursekit.grading.feedback import STYLE, escaped
from coursekit.grading.gradebooks import maxima
from coursekit.grading.judge import Mark
from coursekit.grading.report import LEVELS, WORDS, Result
from coursekit.grading.roster import Roster

_STYLE = (
    STYLE
    + """
body{max-width:60rem}img{width:100%;max-width:44rem;height:auto;display:block;margin:.5rem 0}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}ul{padding-left:1.2rem}
"""
)
_MOST_SHOWN = 15


def overview(
    results: Sequence[Result],
    roster: Roster | None = None,
    *,
    seed: int | None = None,
    unmatched: Sequence[str] = (),
) -> str:
    """The page as HTML: no script, nothing loaded from elsewhere. Keep it from students.

    Args:
        results: All results, hand marks and lateness laid over them.
        roster: Who takes the course.
        seed: The seed that was given or drawn; the page shows it.
        unmatched: What `intake` says of folders that fit nobody or several.
    """
    results = sorted(results, key=lambda one: (one.student, one.exercise, one.notebook))
    parts = [_head(results), _attention(results, roster, unmatched)]
    parts += [_exercise(name, most, results) for name, most in maxima(results).items()]
    parts += [_causes(results), _mistakes(results), _made(results, seed)]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Overview of grading</title>'
        f"<style>{_STYLE}</style></head><body>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def missing(results: Iterable[Result], roster: Roster | None) -> list[str]:
    """The students who handed in nothing, in order."""
    results = list(results)
    silent = {r.student for r in results if _has(r, Cause.NOTHING_HANDED_IN)}
    if roster is not None:
        silent |= {person.student for person in roster.people} - {r.student for r in results}
    return sorted(silent)


def waiting(results: Iterable[Result]) -> list[tuple[str, str, str]]:
    """(student, exercise, answer) of what waits for a person, tool failures included."""
    causes = (Cause.NEEDS_MARKING, Cause.TOOL_FAILED)
    return [
        (one.student, one.exercise, mark.answer)
        for one in results
        for mark in one.marks
        if mark.cause in causes
    ]


def _has(result: Result, cause: Cause) -> bool:
    return any(mark.cause is cause for mark in result.marks)


def _head(results: Sequence[Result]) -> str:
    came = [one for one in results if not _has(one, Cause.NOTHING_HANDED_IN)]
    students = len({one.student for one in came})
    return (
        "<h1>Overview of grading</h1>\n"
        f"<p>{len(came)} submissions of {students} students. This page is for those who teach: it "
        "has names and the seed.</p>"
    )


def _attention(results: Sequence[Result], roster: Roster | None, unmatched: Sequence[str]) -> str:
    """What a person has to do, and who is missing."""
    parts = ["<h2>What needs you</h2>"]
    by_exercise: dict[tuple[str, str], list[str]] = {}
    for student, exercise, answer in waiting(results):
        what = answer or "the submission, on which the tool failed"
        by_exercise.setdefault((exercise, what), []).append(student)
    items = [
        f"<strong>{escaped(exercise)}, {escaped(answer)}</strong>: {_names(students)}"
        for (exercise, answer), students in sorted(by_exercise.items())
    ]
    parts.append(_list("To mark; until then these grades are in no gradebook", items))
    known = {person.student for person in roster.people} if roster is not None else set()
    strangers = sorted({one.student for one in results} - known) if roster is not None else []
    parts.append(_list("Folders that matched nobody, or several", map(escaped, unmatched)))
    if strangers:
        parts.append(f"<p>Not in the roster, so in no gradebook: {_names(strangers)}</p>")
    late: dict[str, list[str]] = {}
    for one in results:
        if one.lateness:
            counts = (
                f"{one.factor:g} of the points count" if one.handed_in is not None else one.lateness
            )
            late.setdefault(counts, []).append(one.student)
    items = [f"{escaped(what)}: {_names(whose)}" for what, whose in sorted(late.items())]
    parts.append(_list("Handed in late", items))
    silent = missing(results, roster)
    parts.append(f"<h3>Handed in nothing ({len(silent)})</h3>\n<p>{_names(silent) or 'nobody'}</p>")
    return "\n".join(part for part in parts if part)


def _exercise(name: str, most: float, results: Sequence[Result]) -> str:
    theirs = [one for one in results if one.exercise == name]
    points = [one.counted for one in theirs]
    graded: dict[str, list[Mark]] = {}
    for result in theirs:
        for mark in result.marks:
            if mark.answer:
                graded.setdefault(mark.answer, []).append(mark)
    outcomes = {answer: [0, 0, 0, 0] for answer in graded}
    rows = []
    for answer, marks in graded.items():
        for mark in marks:
            outcomes[answer][_outcome(mark)] += 1
        done = [mark.points for mark in marks if mark.cause is not Cause.NEEDS_MARKING]
        average = f"{mean(done):.2f}" if done else "-"
        counts = (str(count) for count in outcomes[answer])
        rows.append([answer, f"{max(mark.maximum for mark in marks):g}", average, *counts])
    unread = sum(1 for one in theirs if not any(mark.answer for mark in one.marks))
    said = f"{len(theirs)} submissions, mean {mean(points):.2f}, median {median(points):.2f} "
    said += f"of {most:g} points" + (f"; {unread} could not be graded" if unread else "")
    heads = ("answer", "points", "mean", "all", "some", "none", "waits")
    return (
        f"<h2>{escaped(name)}</h2>\n<p>{said}</p>\n{histogram(name, points, most)}\n"
        + (shares(name, outcomes) if outcomes else "")
        + _table(heads, rows)
    )


def _outcome(mark: Mark) -> int:
    """The place of a mark in `charts.OUTCOMES`."""
    if mark.cause is Cause.NEEDS_MARKING:
        return 3
    if mark.points >= mark.maximum:
        return 0
    return 1 if mark.points > 0 else 2


def _causes(results: Sequence[Result]) -> str:
    counted = Counter(mark.cause for result in results for mark in result.marks)
    rows = [[str(cause), WORDS[cause], str(counted[cause])] for cause in Cause if counted[cause]]
    return "<h2>Causes</h2>\n" + _table(("cause", "in words", "answers"), rows)


def _mistakes(results: Sequence[Result]) -> str:
    counted = Counter(
        (result.exercise, mark.answer, mark.mistake)
        for result in results
        for mark in result.marks
        if mark.mistake
    )
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:_MOST_SHOWN]
    rows = [[mistake, answer, exercise, str(n)] for (exercise, answer, mistake), n in ranked]
    if not rows:
        return "<h2>Commonest mistakes</h2>\n<p>No known mistake was recognised.</p>"
    heads = ("mistake", "answer", "exercise", "students")
    return "<h2>Commonest mistakes</h2>\n" + _table(heads, rows)


def _made(results: Sequence[Result], seed: int | None) -> str:
    levels = Counter(result.level for result in results if result.level)
    versions = Counter(result.version for result in results if result.version)
    rows = [
        [f"isolation: {level}", f"{LEVELS.get(level, level)} ({count} submissions)"]
        for level, count in sorted(levels.items())
    ]
    rows += [["seed", "one for each submission, in results.jsonl" if seed is None else str(seed)]]
    rows += [["coursekit", coursekit.__version__], ["Python", platform.python_version()]]
    rows += [["NumPy", np.__version__]]
    rows += [["handed out with", f"{one} ({count})"] for one, count in sorted(versions.items())]
    return "<h2>How this was graded</h2>\n" + _table(("what", "value"), rows)


def _names(students: Sequence[str]) -> str:
    return ", ".join(escaped(student) for student in students)


def _list(title: str, items: Iterable[str]) -> str:
    found = "".join(f"<li>{item}</li>" for item in items)
    return f"<h3>{title}</h3>\n<ul>{found}</ul>" if found else ""


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; columns whose cells are all numbers stand to the right."""
    numeric = [
        all(_is_number(row[place]) for row in rows) and bool(rows) for place in range(len(heads))
    ]
    kinds = [' class="number"' if right else "" for right in numeric]
    top = "".join(
        f'<th scope="col"{k}>{escaped(h)}</th>' for h, k in zip(heads, kinds, strict=True)
    )
    body = "\n".join(
        "<tr>"
        + "".join(f"<td{k}>{escaped(cell)}</td>" for cell, k in zip(row, kinds, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"


def _is_number(text: str) -> bool:
    return text == "-" or text.replace(".", "", 1).isdigit()
