"""Marks given by hand as a table, for a spreadsheet: written, and read back line by line."""

import csv
import io
from collections.abc import Callable
from typing import Any

from coursekit.grading.record import HandMark
from coursekit.grading.report import defuse
from coursekit.grading.sandbox import tame
from coursekit.grading.sheet import BadMark, Given, Item, Key, Sheet, mark_of

COLUMNS = ("student", "exercise", "answer", "points", "reason")
_FORMULA = ("=", "+", "-", "@", "\t", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def as_table(sheet: Sheet, given: Given) -> list[list[str]]:
    """The rows of marks.csv: what people gave, and what waits, with no points yet."""
    waiting = [item.key for items in sheet.questions.values() for item in items]
    rows = []
    for key in sorted({*given, *waiting}):
        by_hand = given.get(key)
        points = f"{by_hand.points!r}".removesuffix(".0") if by_hand else ""
        rows.append([*map(cell, key), points, cell(by_hand.reason if by_hand else "")])
    return rows


def cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula, its lines kept.

    >>> cell("=1+1"), cell("'=1")
    ("'=1+1", "''=1")
    """
    plain = tame(text, len(text))
    return f"'{plain}" if plain.startswith((*_FORMULA, "'")) else plain


def _uncell(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith((*_FORMULA, "'")) else text


def from_table(text: str, sheet: Sheet, given: Given) -> tuple[list[HandMark], list[str], int]:
    """Read marks from a table.

    Args:
        text: Of the file; columns are found by their names, and parted by commas, semicolons or
            tabs. A line without points is left out.
        sheet: The answers that there are.
        given: What people gave so far; the same again is left out.

    Returns:
        The marks to keep; a sentence for each bad line; how many lines said nothing new.
    """
    parted = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=parted, strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        return [], [f"line 1: {error}"], 0
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        wanted = f"the first line must name the columns {', '.join(COLUMNS)}"
        return [], [f"line 1: there is no column {', '.join(missing)}; {wanted}"], 0
    rows, bad = _rows(reader, names)
    find = _finder(sheet)
    marks: dict[Key, tuple[int, HandMark]] = {}
    same = 0
    for line, row in rows:
        if not row["points"].strip():
            same += 1
            continue
        try:
            mark = _mark(row, find)
            if mark.key in marks:
                raise BadMark(f"the same answer as in line {marks[mark.key][0]}")
        except BadMark as error:
            bad.append((line, str(error)))
            continue
        marks[mark.key] = line, mark
    new = [mark for _, mark in marks.values() if not _is_known(mark, given)]
    told = [f"line {line}: {what}" for line, what in sorted(bad)]
    return new, told, same + len(marks) - len(new)


def _rows(
    reader: Any, names: list[str]
) -> tuple[list[tuple[int, dict[str, str]]], list[tuple[int, str]]]:
    """The lines as fields by name, each with its number; and what is wrong with the others."""
    rows, bad = [], []
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            bad.append((line, f"{error}; from here on nothing could be read"))
            break
        if row is None:
            break
        if len(row) > len(names):
            what = (
                f"{len(row)} fields, but the first line names {len(names)} columns; a text that "
                'holds a separator must stand in "quotation marks"'
            )
            bad.append((line, what))
        elif any(field.strip() for field in row):
            row += [""] * (len(names) - len(row))
            rows.append((line, dict(zip(names, row, strict=True))))
    return rows, bad


def _finder(sheet: Sheet) -> Callable[[Key], Item | None]:
    """Find an answer by its names: as they are, or as this table or grades.csv spells them."""
    spelt: dict[Key, Item | None] = {}
    for item in sheet.items.values():
        student, exercise, answer = item.key
        for spell in (cell, defuse):
            key = spell(student), spell(exercise), spell(answer)
            is_other = spelt.get(key, item) is not item
            spelt[key] = None if is_other else item  # two of the same spelling: neither
    return lambda key: sheet.item_at(key) or spelt.get(key)


def _mark(row: dict[str, str], find: Callable[[Key], Item | None]) -> HandMark:
    student, exercise, answer, points, reason = (row[name] for name in COLUMNS)
    item = find((student, exercise, answer))
    if item is None:
        raise BadMark(
            f"the record has no answer {tame(answer, 60)!r} of {tame(student, 60)!r} in "
            f"{tame(exercise, 60)!r}; take the three names from `coursekit mark GRADES --export "
            "FILE`, or from grades.csv"
        )
    return mark_of(item, points, _uncell(reason))


def _is_known(mark: HandMark, given: Given) -> bool:
    before = given.get(mark.key)
    return before is not None and (before.points, before.reason) == (mark.points, mark.reason)
