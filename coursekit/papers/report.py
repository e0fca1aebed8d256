"""Paper beside ours, row by row, in a table that can be read on a terminal and in a page."""

import statistics
from pathlib import Path
from typing import Any

from coursekit.papers import results
from coursekit.papers.choices import CHOICES, varied
from coursekit.papers.row import Row

#: how far from the printed mean our median may lie
FACTOR = 2.0


def agrees(median: float, success: float, printed: float, printed_success: float | None) -> bool:
    """Whether our trials that learned say what a table says: the rule of ``summary``."""
    near = printed / FACTOR <= median <= FACTOR * printed
    return near and (printed_success is None or success >= printed_success - 1e-9)


def summary(row: Row, records: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """Success, mean, median and range of the solved trials, and errors on the test set.

    A row counts as reproduced when our median lies within a factor of two of the printed mean,
    and no fewer trials were solved than the paper says ("some" is at least one). Where the paper
    solved none, it counts as reproduced when we solved none within our cap.
    """
    solved = sorted(record["sequences"] for record in records if record["success"])
    success = len(solved) / len(records) if records else 0.0
    found: dict[str, Any] = {"trials": len(records), "success": success}
    if solved:
        found["mean"], found["median"] = statistics.mean(solved), statistics.median(solved)
        found["least"], found["most"] = solved[0], solved[-1]
        wrong = [record["wrong"] for record in records if record["success"]]
        found["wrong"] = statistics.mean(wrong)
        told = (row.printed_sequences, row.printed_success)
        found["reproduced"] = row.printed_success != 0 and agrees(found["median"], success, *told)
    else:
        found["reproduced"] = bool(records) and row.printed_success == 0
    return found


def table(paper: str, rows: list[Row], folder: Path) -> str:
    """The table of a paper in Markdown, with the choices that were made.

    Args:
        paper: whose rows they are.
        rows: to be shown.
        folder: where the results stand.
    """
    lines = [
        "| row | trials | solved, paper | solved, ours | sequences, paper | our median | our mean "
        "| our range | wrong of test set, paper | ours | reproduced |",
        "|" + "---|" * 11,
    ]
    choices: dict[str, list[str]] = {}
    for row in rows:
        records = results.read(results.path_of(folder, paper, row.name), row.name).records
        for choice in row.choices:
            choices.setdefault(choice, []).append(row.name)
        if not records:
            lines.append(
                f"| {row.name} | 0 of {row.trials} | {_share(row)} | - "
                f"| {_printed(row)} | - | - | - "
                f"| {_number(row.printed_wrong)} | - | - |"
            )
            continue
        told = summary(row, records)
        ours = [f"> {row.cap:,}", "-", "-", "-"]  # none solved within the cap
        if "median" in told:
            ours = [
                f"{told['median']:,.0f}",
                f"{told['mean']:,.0f}",
                f"{told['least']:,} to {told['most']:,}",
                f"{told['wrong']:.1f}",
            ]
        lines.append(
            f"| {row.name} | {told['trials']} of {row.trials} | {_share(row)} "
            f"| {told['success']:.0%} | {_printed(row)} | {ours[0]} | {ours[1]} "
            f"| {ours[2]} | {_number(row.printed_wrong)} | {ours[3]} "
            f"| {'yes' if told['reproduced'] else 'no'} |"
        )
    lines += ["", "Choices, where the paper leaves something open or where we differ:", ""]
    lines += [f"- {choice} ({', '.join(names)})" for choice, names in choices.items()]
    return "\n".join(lines) + "\n"


def log_of_search(paper: str, rows: list[Row], folder: Path) -> str:
    """What was tried: for each row, each choice, and what came out beside the printed number.

    Args:
        paper: whose rows they are.
        rows: as printed.
        folder: where the results of the search stand.
    """
    known = results.read_names(folder, paper)
    lines = [
        "| row | choice | trials | solved | our median | times the printed mean | reproduced |",
        "|" + "---|" * 7,
    ]
    for row in rows:
        for name in [name for name in known if name.partition("+")[0] == row.name]:
            choice = name.partition("+")[2]
            told = summary(
                varied(row, choice),
                results.read(results.path_of(folder, paper, name), name).records,
            )
            median = told.get("median")
            ours = ["-", "-"]
            if median is not None:
                ours = [f"{median:,.0f}", f"{median / row.printed_sequences:.2f}"]
            lines.append(
                f"| {row.name} | {choice.replace('+', ' and ')} | {told['trials']} "
                f"| {told['success']:.0%} | {ours[0]} | {ours[1]} "
                f"| {'yes' if told['reproduced'] else 'no'} |"
            )
    lines += ["", "What the choices mean:", ""]
    lines += [f"- {choice.name}: {choice.says}" for choice in CHOICES]
    return "\n".join(lines) + "\n"


def _share(row: Row) -> str:
    return "some" if row.printed_success is None else f"{row.printed_success:.0%}"


def _printed(row: Row) -> str:
    """The printed mean; where none was solved, what was tried."""
    return ("> " if row.printed_success == 0 else "") + f"{row.printed_sequences:,.0f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
