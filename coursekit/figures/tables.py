"""A published table drawn beside our trials: one line a row, sequences on a logarithmic axis."""

from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from coursekit.figures.style import BLACK, BLUE, PALE, VERMILLION, axes, dress
from coursekit.papers import results
from coursekit.papers.row import Row

#: inches of height for a row, so that its name is read from the back
ROW = 0.36


def paper_beside_ours(rows: list[Row], paper: str, folder: Path, *, ax: Axes | None = None) -> Axes:
    """The printed mean of each row, and each of our trials.

    Args:
        rows: of one table; those without results show the printed number alone.
        paper: whose rows they are.
        folder: where the results stand.
        ax: the axes to draw on.

    Returns:
        The axes.
    """
    if ax is None:
        _, ax = axes(size=(11, 1.6 + ROW * len(rows)))
    printed = np.array([row.printed_sequences for row in rows])
    places = np.arange(len(rows))
    for place, count in zip(places.tolist(), printed, strict=True):
        ax.fill_betweenx(
            [place - 0.38, place + 0.38], count / 2, 2 * count, color=PALE, linewidth=0
        )
    for place, row in zip(places.tolist(), rows, strict=True):
        _trials(ax, place, row, results.read(results.path_of(folder, paper, row.name), row.name))
    ax.plot(printed, places, "D", color=BLACK, markersize=8, linestyle="none", zorder=4)
    ax.set_xscale("log")
    dress(ax, "sequences until learned", "", "")
    ax.set_yticks(places, [row.name for row in rows], fontsize=12)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.legend(handles=_key(), loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, fontsize=12)
    return ax


def _trials(ax: Axes, place: int, row: Row, found: Any) -> None:
    """The solved trials as rings, their median as a bar, the others as crosses at their cap."""
    solved = [record["sequences"] for record in found.records if record["success"]]
    failed = [record["sequences"] for record in found.records if not record["success"]]
    spread = 0.28 * np.linspace(-1, 1, max(len(found.records), 2))
    rings, crosses = spread[: len(solved)], spread[len(solved) : len(found.records)]
    look: dict[str, Any] = {"markerfacecolor": "none", "color": BLUE, "markersize": 6}
    ax.plot(solved, place + rings, "o", linestyle="none", **look)
    ax.plot(failed, place + crosses, "x", linestyle="none", color=VERMILLION, markersize=7)
    if solved:
        ax.plot([median(solved)] * 2, [place - 0.4, place + 0.4], color=BLUE, linewidth=3)


def _key() -> list[Line2D]:
    def sign(marker: str, label: str, **look: Any) -> Line2D:
        return Line2D([], [], marker=marker, linestyle="none", label=label, **look)

    return [
        sign("D", "printed mean, grey: within a factor of two", color=BLACK, markersize=8),
        sign("o", "our trials", color=BLUE, markerfacecolor="none", markersize=7),
        sign("|", "our median", color=BLUE, markersize=16, markeredgewidth=3),
        sign("x", "not learned, at its cap", color=VERMILLION, markersize=8),
    ]


def alt_text(rows: list[Row], paper: str, folder: Path) -> str:
    """What the picture shows, in words: how many rows came out, and which did not."""
    from coursekit.papers.report import summary

    told = {
        row.name: summary(row, records)
        for row in rows
        if (records := results.read(results.path_of(folder, paper, row.name), row.name).records)
    }
    came = [name for name, row in told.items() if row["reproduced"]]
    differ = [name for name in told if name not in came]
    text = (
        f"{len(told)} of {len(rows)} rows were run. In {len(came)} of them our median lies within "
        "a factor of two of the printed mean and no fewer trials learned"
    )
    return text + (f"; not in {', '.join(differ)}." if differ else ".")
