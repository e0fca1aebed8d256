"""Grades and feedback in the forms that Canvas and Moodle take back.

Canvas: one CSV, a column for each exercise (`Student,ID,SIS User ID,SIS Login ID,Section,...`) and
the row of points possible. Moodle: one grading worksheet for each exercise. A student without a
final grade (nothing handed in, an answer that waits for a person) has an empty cell, which both
systems leave as it is.
"""

import csv
import html
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from coursekit.grading.causes import Cause
from coursekit.grading.feedback import page
from coursekit.grading.lms import returned
from coursekit.grading.report import Result, defuse
from coursekit.grading.roster import Person, Roster

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
# The import asks for Identifier, Grade and Last modified (grade); the rest is for people.
MOODLE = (
    *("Identifier", "Full name", "Email address", "Grade", "Maximum Grade"),
    *("Last modified (grade)", "Feedback comments"),
)
_NOT_FINAL = (Cause.NEEDS_MARKING, Cause.TOOL_FAILED, Cause.NOTHING_HANDED_IN)


def is_final(result: Result) -> bool:
    """Whether nothing of a result waits for a person, or is the tool's fault."""
    return bool(result.exercise) and not any(mark.cause in _NOT_FINAL for mark in result.marks)


def maxima(results: Iterable[Result]) -> dict[str, float]:
    """For each exercise, the points to be had, those that a person gives included."""
    found: dict[str, float] = {}
    for result in results:
        if result.exercise:
            most = sum(mark.maximum for mark in result.marks)
            found[result.exercise] = max(most, found.get(result.exercise, 0.0))
    return dict(sorted(found.items()))


def final_points(results: Iterable[Result]) -> dict[tuple[str, str], float]:
    """What counts, by student and exercise, where it is final; of two the better."""
    found: dict[tuple[str, str], float] = {}
    for result in results:
        if is_final(result):
            key = result.student, result.exercise
            found[key] = max(result.counted, found.get(key, 0.0))
    return found


def write_canvas(
    results: Sequence[Result],
    roster: Roster,
    path: Path,
    columns: Mapping[str, str] | None = None,
) -> None:
    """Write a CSV for Canvas's import of grades.

    Args:
        results: All results.
        roster: Canvas's own export is best: its numbers, and the heads of its columns.
        path: The file.
        columns: For an exercise, the head of its column, such as "Homework 5 (77)". Otherwise the
            column of the roster whose head holds the exercise's name, else that name. Points are
            brought to the column's points possible where the roster has them.
    """
    most, points = maxima(results), final_points(results)
    heads = {name: (columns or {}).get(name) or _head(roster, name) for name in most}
    scale = {name: _number(roster.possible.get(heads[name], "")) or most[name] for name in most}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*CANVAS, *(defuse(heads[name]) for name in most)])
        writer.writerow(["    Points Possible", "", "", "", "", *map(_plain, scale.values())])
        for person in roster.people:
            cells = (person.name, person.canvas, person.sis, person.login, person.section)
            earned = [
                _scaled(points.get((person.student, name)), most[name], scale[name])
                for name in most
            ]
            writer.writerow([*map(defuse, cells), *earned])


def write_moodle(
    results: Sequence[Result], roster: Roster, folder: Path, prefix: str = "moodle-"
) -> list[Path]:
    """Write a grading worksheet for each exercise; the roster's own columns stay if it is one.

    Grades are brought to the worksheet's "Maximum Grade" where it has one.

    Returns:
        The files, in the order of the exercises.
    """
    points, written = final_points(results), []
    is_worksheet = {"Identifier", "Grade"} <= set(roster.columns)
    columns = roster.columns if is_worksheet else MOODLE
    for exercise, most in maxima(results).items():
        theirs = {one.student: one for one in results if one.exercise == exercise}
        path = folder / f"{prefix}{re.sub(r'[^A-Za-z0-9_.-]', '_', exercise)}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            for person in roster.people:
                row = dict(person.row) if is_worksheet else _row(person, most)
                scale = _number(row.get("Maximum Grade", "")) or most
                earned = points.get((person.student, exercise))
                if earned is not None:
                    row["Grade"] = _scaled(earned, most, scale)
                    row["Feedback comments"] = _comment(theirs[person.student], most)
                writer.writerow([defuse(row.get(column, "")) for column in columns])
        written.append(path)
    return written


def write_feedback_zips(results: Sequence[Result], folder: Path) -> list[Path]:
    """Write feedback-moodle.zip and feedback-canvas.zip for their upload of feedback files.

    Each page lies where the notebook lay in the download, by which the systems know whose it is.
    Canvas shows it under the name of the notebook; Moodle under the page's own.

    Returns:
        The zips that were written: none for what came from neither system.
    """
    pages: dict[tuple[str, str], list[Result]] = {}
    for result in sorted(results, key=lambda one: (one.student, one.exercise)):
        place = returned(result.handed_in_as, f"{result.exercise or 'submission'}-feedback.html")
        if place is not None:
            pages.setdefault(place, []).append(result)
    written = []
    for system in sorted({system for system, _ in pages}):
        path = folder / f"feedback-{system}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for (whose, name), theirs in sorted(pages.items()):
                if whose == system:
                    # Always the same date, so that the same results give the same bytes.
                    member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                    text = page(theirs[0].student, theirs)
                    packed.writestr(member, text.encode(), zipfile.ZIP_DEFLATED)
        written.append(path)
    return written


def _head(roster: Roster, exercise: str) -> str:
    """The head of the exercise's column in Canvas's export, "(77)" included; else its name."""
    found = [head for head in roster.columns if exercise.casefold() in head.casefold()]
    return found[0] if len(found) == 1 else exercise


def _number(text: str) -> float:
    try:
        return max(float(text.replace(",", ".")), 0.0)
    except ValueError:
        return 0.0


def _scaled(points: float | None, most: float, scale: float) -> str:
    if points is None:
        return ""
    return _plain(points * scale / most if most else points)


def _plain(number: float) -> str:
    return f"{round(number, 2):g}" if number < 10_000 else f"{number:.2f}"


def _row(person: Person, most: float) -> dict[str, str]:
    return {
        "Identifier": f"Participant {person.moodle}" if person.moodle else "",
        "Full name": person.name,
        "Email address": person.email,
        "Maximum Grade": f"{most:.2f}",
        "Last modified (grade)": "-",
    }


def _comment(result: Result, most: float) -> str:
    """One line: the sum, and each answer that lost points with its first reason."""
    parts = [f"{result.points:g} of {most:g} points"]
    if result.factor != 1.0:
        parts.append(f"{result.counted:g} count ({result.lateness})")
    for mark in result.marks:
        if mark.points < mark.maximum:
            why = mark.messages[0] if mark.messages else str(mark.cause)
            parts.append(
                f"{mark.answer or 'submission'} {mark.points:g} of {mark.maximum:g}: {why}"
            )
    # Moodle takes comments as HTML.
    return html.escape("; ".join(parts), quote=False)
