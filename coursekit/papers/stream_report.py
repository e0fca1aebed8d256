"""The report of a paper on streams: perfect, good and bad networks, the paper's beside ours."""

import statistics
from math import comb
from pathlib import Path
from typing import Any

from coursekit.papers import results
from coursekit.papers.stream_row import StreamRow


def compatible(count: int, trials: int, share: float, printed_trials: int = 100) -> bool:
    """Whether two shares of networks may well be one and the same (Fisher's exact test, 5 percent).

    Args:
        count: of our trials that came out so.
        trials: all of ours.
        share: from 0 to 1, as printed.
        printed_trials: how many the paper ran.

    >>> compatible(5, 10, 0.74), compatible(2, 10, 0.74)
    (True, False)
    """
    theirs = round(share * printed_trials)
    every, found = trials + printed_trials, count + theirs
    odds = [
        comb(found, k) * comb(every - found, trials - k) / comb(every, trials)
        for k in range(trials + 1)
    ]
    return sum(odds[: count + 1]) >= 0.025 and sum(odds[count:]) >= 0.025


def stream_summary(row: StreamRow, records: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """How many networks were perfect and after how many streams, and how far the others came.

    A row counts as reproduced when the share of perfect networks is compatible with the printed
    one and, where both have such networks, our median lies within a factor of two of the printed
    mean.
    """
    kinds: dict[str, list[dict[str, Any]]] = {"perfect": [], "good": [], "bad": [], "partial": []}
    for record in records:
        kinds[record["verdict"]].append(record)
    counts = {kind: len(found) for kind, found in kinds.items()}
    told: dict[str, Any] = {"trials": len(records), "counts": counts}
    for kind in ("good", "bad", "partial"):
        if kinds[kind]:
            every = [statistics.mean(record["lengths"]) for record in kinds[kind]]
            told[kind] = statistics.mean(every)
    near = True
    if kinds["perfect"]:
        streams = sorted(record["sequences"] for record in kinds["perfect"])
        told["mean"], told["median"] = statistics.mean(streams), statistics.median(streams)
        told["least"], told["most"] = streams[0], streams[-1]
        if row.printed_sequences is not None:
            near = row.printed_sequences / 2 <= told["median"] <= 2 * row.printed_sequences
    share = compatible(counts["perfect"], len(records), row.printed_success)
    told["reproduced"] = bool(records) and near and share
    return told


def stream_table(paper: str, rows: list[StreamRow], folder: Path) -> str:
    """The table of a paper on streams in Markdown, with the choices that were made.

    Args:
        paper: whose rows they are.
        rows: to be shown.
        folder: where the results stand.
    """
    lines = [
        "| row | trials | perfect, paper (streams) | ours (median, range) | good or partial, paper "
        "(mean length) | ours | bad, paper (mean length) | ours | reproduced |",
        "|" + "---|" * 9,
    ]
    choices: dict[str, list[str]] = {}
    for row in rows:
        records = results.read(results.path_of(folder, paper, row.name), row.name).records
        lines.append(_line(row, stream_summary(row, records)))
        for choice in row.choices:
            choices.setdefault(choice, []).append(row.name)
    lines += ["", "Choices, where the paper leaves something open or where we differ:", ""]
    lines += [f"- {choice} ({', '.join(names)})" for choice, names in choices.items()]
    return "\n".join(lines) + "\n"


def _line(row: StreamRow, told: dict[str, Any]) -> str:
    streams = None if row.printed_sequences is None else f"{row.printed_sequences:,.0f}"
    printed = [
        _cell(row.printed_success, streams),
        "-" if row.printed_good is None else _cell(row.printed_good[0], row.printed_good[1]),
        "-" if row.printed_bad is None else _cell(*row.printed_bad),
    ]
    ours, verdict = ["-"] * 3, "-"
    if told["trials"]:
        middle = "good" if row.good_from is not None else "partial"
        found = None
        if "median" in told:
            found = f"{told['median']:,.0f}, {told['least']:,} to {told['most']:,}"
        ours = [_cell(told["counts"]["perfect"] / told["trials"], found)]
        for kind in (middle, "bad"):
            ours.append(_cell(told["counts"][kind] / told["trials"], told.get(kind)))
        if row.good_from is None:
            ours[2] = "-"
        verdict = "yes" if told["reproduced"] else "no"
    pairs = [f"{theirs} | {own}" for theirs, own in zip(printed, ours, strict=True)]
    return f"| {row.name} | {told['trials']} | {' | '.join(pairs)} | {verdict} |"


def _cell(share: float, more: str | float | None) -> str:
    """A share, and what stands in brackets behind it."""
    if more is None:
        return f"{share:.0%}"
    return f"{share:.0%} ({more if isinstance(more, str) else f'{more:,.1f}'})"
