"""The feedback page of a student: one file, no script, nothing loaded, no hidden value.

Names, messages and error texts come from strangers: they are escaped.
"""

import hashlib
import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import coursekit
from coursekit.grading.judge import Mark
from coursekit.grading.report import LEVELS, WORDS, Result
from coursekit.grading.sandbox import tame

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
th,td{border-bottom:1px solid #bbb;padding:.4rem .6rem;text-align:left;vertical-align:top}
td.points{white-space:nowrap}td p{margin:0 0 .3rem;white-space:pre-wrap;overflow-wrap:anywhere}
footer{color:#555;font-size:.9rem;border-top:1px solid #bbb;margin-top:2rem;padding-top:.5rem}
"""


def page_name(student: str) -> str:
    """A file name for a student's page: the student's name where that is safe, else with a hash."""
    plain = re.sub(r"[^\w.-]", "_", student).strip(".")[:80]
    if plain == student and not re.search(r"-[0-9a-f]{8}$", plain):  # that is how others' end
        return f"{plain}.html"
    return f"{plain or 'student'}-{hashlib.sha256(_bytes(student)).hexdigest()[:8]}.html"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def write_pages(results: Sequence[Result], folder: Path) -> None:
    """Write one feedback page for each student; pages of others go from the folder."""
    folder.mkdir(exist_ok=True)
    by_student: dict[str, list[Result]] = {}
    for result in results:
        by_student.setdefault(result.student, []).append(result)
    for student, theirs in by_student.items():
        (folder / page_name(student)).write_text(page(student, theirs), encoding="utf-8")
    current = {page_name(student) for student in by_student}
    for path in folder.glob("*.html"):
        if path.name not in current:
            path.unlink()


def page(student: str, results: Sequence[Result]) -> str:
    """The feedback page: one file, no script, nothing loaded from elsewhere."""
    name = escaped(student)
    levels = sorted({result.level for result in results} - {""})
    isolation = "; ".join(f"{level}: {LEVELS.get(level, level)}" for level in levels)
    foot = f"Graded by coursekit {coursekit.__version__}."
    if isolation:
        foot += f" Isolation: {escaped(isolation)}."
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>Feedback for {name}</title>'
        f"<style>{STYLE}</style></head><body>\n<h1>Feedback for {name}</h1>\n"
        + "\n".join(_section(result) for result in results)
        + f"\n<footer>{foot}</footer>\n</body></html>\n"
    )


def _section(result: Result) -> str:
    title = result.exercise or "A submission that belongs to no exercise"
    rows = "\n".join(_row(mark) for mark in result.marks)
    total = f"{result.points:g} of {result.maximum:g} points"
    if result.open_points:
        total += f"; up to {result.open_points:g} more when a person has marked the open answers"
    if result.factor != 1.0:
        total += f", times {result.factor:g}: {result.counted:g} points count"
    late = f"<p>{escaped(result.lateness)}</p>\n" if result.lateness else ""
    notes = "".join(f"<li>{escaped(note)}</li>" for note in result.notes)
    unusual = f"<h3>What was unusual</h3><ul>{notes}</ul>" if notes else ""
    return (
        f"<h2>{escaped(title)}</h2>\n<p><strong>{total}</strong></p>\n{late}<table>\n<thead><tr>"
        '<th scope="col">answer</th><th scope="col">points</th><th scope="col">what we saw</th>'
        f"</tr></thead>\n<tbody>\n{rows}\n</tbody></table>\n{unusual}"
    )


def _row(mark: Mark) -> str:
    messages = "".join(f"<p>{escaped(message)}</p>" for message in mark.messages)
    if len(mark.parts) > 1:
        shares = "; ".join(f"{name}: {got:g} of {most:g}" for name, got, most in mark.parts)
        messages += f"<p>{escaped(shares)}</p>"
    return (
        f"<tr><td>{escaped(mark.answer or 'the submission')}</td>"
        f'<td class="points">{mark.points:g} of {mark.maximum:g}</td>'
        f"<td><p><strong>{WORDS[mark.cause]}</strong></p>{messages}</td></tr>"
    )


def escaped(text: Any) -> str:
    """A stranger's text for HTML: without control codes, of bounded length."""
    return html.escape(tame(text, 2000))
