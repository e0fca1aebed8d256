"""A published row beside our finished trials, in words and in a table that a slide can hold.

Everything follows from the rows and from the files in ``results/``: counts, verdicts and lists of
names are never written by hand, and a row without finished trials says so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, Final

from coursekit.blocks import weight_count
from coursekit.papers import results
from coursekit.papers.choices import AS_PRINTED, BY_NAME, varied
from coursekit.papers.report import FACTOR, summary
from coursekit.papers.row import Row
from coursekit.papers.stream_report import compatible, stream_summary
from coursekit.papers.stream_row import StreamRow

#: what each experiment of 1997 and 2000 asks for
ABOUT: Final = {
    "1": "embedded Reber grammar",
    "2a": "long lag, local regularities",
    "2b": "long lag, none of them",
    "2c": "very long lag, many distractors",
    "3a": "two sequences, noise after the signal",
    "3b": "the same, noise on the signal",
    "3c": "the same, noise on the target",
    "4": "adding",
    "5": "multiplication",
    "6a": "temporal order, two symbols",
    "6b": "temporal order, three symbols",
    "reber": "embedded Reber grammar without ends",
    "order": "temporal order without ends",
}
CAME_OUT: Final = "came out"
MISSING: Final = "no finished trial here"
FEWER, MORE = "fewer learned", "more learned"
SLOWER, FASTER = "slower", "faster"
#: rows of a table from which on its letters are smaller, so that a slide holds it
MANY_ROWS: Final = 14
ORDER: Final = (CAME_OUT, FEWER, MORE, SLOWER, FASTER, MISSING)


class Text:
    """Markdown: typeset in a notebook, readable as it is elsewhere."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)

    def _repr_markdown_(self) -> str:
        return "\n".join(self.lines)

    def __repr__(self) -> str:
        return "\n".join(self.lines)


class Table(Text):
    """A table that a slide can hold: HTML in a notebook, Markdown as plain text.

    Args:
        head: what stands over the columns.
        sides: for each column l or r, where its text stands, or w for text that may wrap.
        rows: of cells.

    >>> Table(("row", "trials"), "lr", [("6a", "20")])
    | row | trials |
    |---|---:|
    | 6a | 20 |
    """

    def __init__(self, head: Sequence[str], sides: str, rows: Iterable[Sequence[str]]) -> None:
        self.head, self.sides, self.rows = tuple(head), sides, tuple(map(tuple, rows))
        if any(len(row) != len(sides) for row in (self.head, *self.rows)):
            raise ValueError(f"sides is {sides!r}; each row takes one of l, r, w a column")
        rule = "".join("---:|" if side == "r" else "---|" for side in sides)
        lines = (f"| {' | '.join(row)} |" for row in (self.head, *self.rows))
        first, *others = lines
        super().__init__((first, f"|{rule}", *others))

    def _repr_html_(self) -> str:
        many = len(self.rows) > MANY_ROWS
        padding = "1px 9px" if many else "3px 9px"
        sides = ["right" if side == "r" else "left" for side in self.sides]
        wraps = ["normal;min-width:11em" if side == "w" else "nowrap" for side in self.sides]
        head = "".join(
            f'<th style="padding:{padding};text-align:{side}">{escape(cell)}</th>'
            for cell, side in zip(self.head, sides, strict=True)
        )
        body = ""
        for row in self.rows:
            cells = zip(row, sides, wraps, strict=True)
            body += "<tr>"
            for cell, side, wrap in cells:
                look = f"padding:{padding};text-align:{side};white-space:{wrap}"
                body += f'<td style="{look}">{escape(cell)}</td>'
            body += "</tr>"
        size = 16 if many else 19
        return (
            f'<table style="font-size:{size}px;line-height:1.2;margin:0">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


@dataclass(frozen=True)
class Finding:
    """What came of a row.

    Args:
        name, experiment: of the row.
        kinds: "came out", or each way in which it differs, or "no finished trial here".
        ratio: our median over the printed mean, if both are there.
        chance: whether the share that learned may well be the printed one all the same.
        cells: of the table: what is printed, and ours.
        early: whether none learned, as printed, but we gave up before the paper did.
    """

    name: str
    experiment: str
    kinds: tuple[str, ...]
    ratio: float | None
    chance: bool
    cells: tuple[str, ...]
    early: bool = False

    @property
    def words(self) -> str:
        """The verdict for a table."""
        said = []
        for kind in self.kinds:
            if kind in (SLOWER, FASTER) and self.ratio is not None:
                kind += f" ({self.ratio:.1f}×)"
            elif kind in (FEWER, MORE) and self.chance:
                kind += " (chance?)"
            elif kind == CAME_OUT and self.early:
                kind += " (given up earlier)"
            said.append(kind)
        return ", ".join(said)


def findings(paper: str, rows: Sequence[Row | StreamRow], folder: Path) -> list[Finding]:
    """What came of each of some rows.

    Args:
        paper: whose rows they are.
        rows: of one table, or of all.
        folder: where the results stand.
    """
    found = []
    for row in rows:
        records = results.read(results.path_of(folder, paper, row.name), row.name).records
        told = _stream(row, records) if isinstance(row, StreamRow) else _plain(row, records)
        found.append(told)
    return found


def _plain(row: Row, records: tuple[dict[str, Any], ...]) -> Finding:
    told = summary(row, records)
    more = "> " if row.printed_success == 0 else ""
    share = "some" if row.printed_success is None else f"{row.printed_success:.0%}"
    ours = ("-", "-")
    if records:
        ours = (f"{told['success']:.0%} of {len(records)}", f"> {row.cap:,}")
    if "median" in told:
        ours = (ours[0], _range(told))
    cells = (share, ours[0], f"{more}{row.printed_sequences:,.0f}", ours[1])
    ratio = told["median"] / row.printed_sequences if "median" in told else None
    if row.printed_success == 0:
        ratio = None
    kinds: list[str] = []
    chance = True
    if records and not told["reproduced"]:
        printed = row.printed_success
        wanted = 0.0 if printed is None else printed
        if printed is not None:
            solved = round(told["success"] * len(records))
            chance = compatible(solved, len(records), printed, row.trials)
        if told["success"] < (wanted or 1e-9) - 1e-9:
            kinds.append(FEWER)
        elif told["success"] > wanted and not chance:
            kinds.append(MORE)
        kinds += _speed(ratio)
    verdict = _kinds(bool(records), kinds)
    early = row.printed_success == 0 and row.cap < row.printed_sequences
    return Finding(row.name, row.experiment, verdict, ratio, chance, cells, early)


def _stream(row: StreamRow, records: tuple[dict[str, Any], ...]) -> Finding:
    told = stream_summary(row, records)
    printed = row.printed_sequences
    ours = ("-", "-")
    kinds: list[str] = []
    ratio = None
    if records:
        share = told["counts"]["perfect"] / len(records)
        ours = (f"{share:.0%} of {len(records)}", _range(told) if "median" in told else "-")
        if "median" in told and printed is not None:
            ratio = told["median"] / printed
        if not told["reproduced"]:
            if not compatible(told["counts"]["perfect"], len(records), row.printed_success):
                kinds.append(FEWER if share < row.printed_success else MORE)
            kinds += _speed(ratio)
    cells = (
        *(f"{row.printed_success:.0%}", ours[0]),
        *("-" if printed is None else f"{printed:,.0f}", ours[1]),
    )
    return Finding(row.name, row.experiment, _kinds(bool(records), kinds), ratio, False, cells)


def _range(told: dict[str, Any]) -> str:
    return f"{told['median']:,.0f} ({told['least']:,} to {told['most']:,})"


def _speed(ratio: float | None) -> list[str]:
    if ratio is None or 1 / FACTOR <= ratio <= FACTOR:
        return []
    return [SLOWER if ratio > 1 else FASTER]


def _kinds(run: bool, differ: list[str]) -> tuple[str, ...]:
    return tuple(differ or [CAME_OUT]) if run else (MISSING,)


def table(found: Sequence[Finding], *, solved: str = "solved", count: str = "sequences") -> Table:
    """Paper beside ours, a line a row: medians with their range where the paper has a mean.

    Args:
        found: from `findings`.
        solved, count: what the columns count, such as "perfect" and "streams".
    """
    head = ("row", f"{solved}, paper", "ours", f"{count}, paper", "our median (range)", "verdict")
    return Table(head, "lrrrrw", [(each.name, *each.cells, each.words) for each in found])


def in_words(found: Sequence[Finding]) -> Text:
    """Which rows came out, which differ and how, and which are missing: a line for each."""
    lines = []
    for kind in ORDER:
        names = [each.name for each in found if kind in each.kinds]
        if names:
            lines.append(f"- **{kind}** ({len(names)}): {', '.join(names)}")
    return Text(lines)


def by_experiment(found: Sequence[Finding]) -> Table:
    """How many rows of each experiment were run, and how many came out or differ, and how."""
    lines = []
    for name in dict.fromkeys(each.experiment for each in found):
        mine = [each for each in found if each.experiment == name]
        counts = [
            len(mine),
            sum(MISSING not in each.kinds for each in mine),
            sum(CAME_OUT in each.kinds for each in mine),
            sum(FEWER in each.kinds or MORE in each.kinds for each in mine),
            sum(SLOWER in each.kinds or FASTER in each.kinds for each in mine),
        ]
        lines.append((name, ABOUT[name], *map(str, counts)))
    head = ("experiment", "task", "rows", "run", CAME_OUT, "other share learned", "other speed")
    return Table(head, "llrrrrr", lines)


def choices_made(rows: Sequence[Row | StreamRow]) -> Text:
    """What was left open, what was chosen, and in which experiments, the commonest first."""
    where: dict[str, dict[str, None]] = {}
    for row in rows:
        for choice in row.choices:
            where.setdefault(choice, {})[row.experiment] = None
    told = sorted(where.items(), key=lambda item: -len(item[1]))
    return Text(f"- {choice} ({', '.join(names)})" for choice, names in told)


def departures(printed: Sequence[Row], made: Sequence[Row], chosen: Mapping[str, str]) -> Table:
    """By experiment, what was chosen so that its rows come out, and the weights it then has.

    The paper prints how many weights a network has. Where ours has another number, a choice does
    not fill a gap of the paper: it goes against it.

    Args:
        printed: rows as printed.
        made: the same rows with the choices made.
        chosen: experiment -> names of choices, joined by plus signs.
    """
    lines = []
    ours = {row.name: row for row in made}
    for experiment, names in chosen.items():
        row = next(row for row in printed if row.experiment == experiment)
        said = "; ".join(BY_NAME[name].says for name in names.split("+"))
        count = weight_count(ours[row.name].blocks.layout)
        lines.append((experiment, said, f"{row.blocks.weights:,}", f"{count:,}"))
    return Table(("experiment", "chosen", "weights, paper", "ours"), "lwrr", lines)


@dataclass(frozen=True)
class Tried:
    """One line of the search: a row with choices made.

    Args:
        row: its name.
        choice: names of choices joined by plus signs, or "as_printed".
        solved, trials: how many learned, of how many.
        reproduced: whether it counts as reproduced.
        numbers: of the trials.
    """

    row: str
    choice: str
    solved: int
    trials: int
    reproduced: bool
    numbers: tuple[int, ...] = field(repr=False)

    @property
    def words(self) -> str:
        """The choices in plain words."""
        if self.choice == AS_PRINTED:
            return "as printed"
        return "; ".join(BY_NAME[name].says for name in self.choice.split("+"))


def tried(paper: str, printed: Sequence[Row], folder: Path) -> list[Tried]:
    """The search, line by line.

    Args:
        paper: whose rows they are.
        printed: the rows as printed.
        folder: where the results of the search stand.
    """
    lines = []
    names = results.read_names(folder, paper)
    for row in printed:
        for name in [name for name in names if name.partition("+")[0] == row.name]:
            choice = name.partition("+")[2]
            records = results.read(results.path_of(folder, paper, name), name).records
            lines.append(
                Tried(
                    *(row.name, choice, sum(r["success"] for r in records), len(records)),
                    summary(varied(row, choice), records)["reproduced"],
                    tuple(sorted(r["trial"] for r in records)),
                )
            )
    return lines


def search_table(lines: Sequence[Tried]) -> Table:
    """For each row of the search: as printed, in how many ways it was tried, and the best way."""
    text = []
    for name in dict.fromkeys(line.row for line in lines):
        mine = [line for line in lines if line.row == name]
        plain = [line for line in mine if line.choice == AS_PRINTED]
        ways = [line for line in mine if line.choice != AS_PRINTED]
        best = max(ways, key=_rank) if ways else None
        text.append(
            (
                name,
                f"{plain[0].solved} of {plain[0].trials}" if plain else "not tried",
                *(str(len(ways)), str(sum(line.reproduced for line in ways))),
                f"{best.solved} of {best.trials}" if best else "-",
                best.choice.replace("+", ", ") if best else "-",
            )
        )
    head = ("row", "as printed", "other ways", "came out", "best way", "its choices")
    return Table(head, "lrrrrl", text)


def _rank(line: Tried) -> tuple[bool, float]:
    return line.reproduced, line.solved / max(line.trials, 1)


def judged_afresh(
    paper: str,
    rows: Sequence[Row],
    lines: Sequence[Tried],
    chosen: Callable[[Row], str],
    folder: Path,
) -> list[tuple[str, tuple[int, int], tuple[int, int]]]:
    """For each row whose choices were picked by a search: who learned there, and who since.

    The trials of a search have the numbers, and so the seeds, of a row's first trials. Only those
    that come after them had no say in the choice.

    Args:
        paper: whose rows they are.
        rows: with the choices made.
        lines: of the search.
        chosen: the names of a row's choices, joined as the search joins them.
        folder: where the results stand.

    Returns:
        For each row: its name; (solved, trials) in the search; (solved, trials) of the others.
    """
    found = []
    for row in rows:
        records = results.read(results.path_of(folder, paper, row.name), row.name).records
        mine = [line for line in lines if (line.row, line.choice) == (row.name, chosen(row))]
        if records and mine:
            since = [r for r in records if r["trial"] not in mine[0].numbers]
            fresh = (sum(r["success"] for r in since), len(since))
            found.append((row.name, (mine[0].solved, mine[0].trials), fresh))
    return found
