"""Which rows of which table are meant: by name, by experiment, with choices, or for a search."""

from importlib import import_module
from typing import Final

from coursekit.errors import CommandError
from coursekit.papers.choices import single, varied
from coursekit.papers.row import Row
from coursekit.papers.stream_row import StreamRow

PAPERS: Final = ("hochreiter1997", "gers2000")
AnyRow = Row | StreamRow


def rows_of(paper: str) -> tuple[AnyRow, ...]:
    """The rows of a paper's tables.

    Raises:
        CommandError: no such paper; the message lists those that there are.
    """
    if paper not in PAPERS:
        raise CommandError(f"there is no paper {paper!r}; there are: {', '.join(PAPERS)}")
    return import_module(f"coursekit.papers.{paper}").ROWS


def chosen(paper: str, experiment: str | None, row: str | None) -> list[AnyRow]:
    """The rows that were asked for.

    Raises:
        CommandError: no such experiment or row; the message lists those that there are.
    """
    rows = list(rows_of(paper))
    if experiment is not None:
        known = list(dict.fromkeys(each.experiment for each in rows))
        if experiment not in known:
            raise CommandError(
                f"there is no experiment {experiment!r} in {paper}; there are: {', '.join(known)}"
            )
        rows = [each for each in rows if each.experiment == experiment]
    if row is not None:
        names = [each.name for each in rows]
        if row not in names:
            raise CommandError(f"there is no row {row!r} in {paper}; there are: {', '.join(names)}")
        rows = [each for each in rows if each.name == row]
    return rows


def as_printed(paper: str, rows: list[AnyRow]) -> list[Row]:
    """Those of the rows that have choices, as the paper prints them.

    Raises:
        CommandError: none of them has any.
    """
    rows_of(paper)
    printed = getattr(import_module(f"coursekit.papers.{paper}"), "PRINTED", ())
    by_name = {row.name: row for row in printed}
    found = [by_name[row.name] for row in rows if row.name in by_name]
    if not found:
        names = ", ".join(by_name) or "none in this paper"
        raise CommandError(f"no choices are known for these rows; there are some for: {names}")
    return found


def to_search(paper: str, rows: list[AnyRow], choice: str | None) -> list[Row]:
    """The rows as printed with one choice; without one, with each that applies."""
    printed = as_printed(paper, rows)
    if choice is not None:
        return [varied(row, choice) for row in printed]
    return [each for row in printed for each in single(row)]


def row_named(paper: str, name: str) -> AnyRow:
    """A row of a paper's tables, or such a row with choices: ``4_T100+nothing_recurs``.

    Raises:
        CommandError: no such row or choice; the message lists those that there are.
    """
    base, _, choice = name.partition("+")
    rows = chosen(paper, None, base)
    return to_search(paper, rows, choice)[0] if choice else rows[0]
