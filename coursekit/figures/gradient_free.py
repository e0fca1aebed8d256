"""Learning from a score: a maze, a cloud of neighbours, series that nets go on with."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursekit.figures import style
from coursekit.figures.drawing import Sheet


def t_maze(length: int = 6, *, goal: str = "north", ax: Axes | None = None) -> Axes:
    """Draw a T-maze: the sign at the start, the corridor, the junction and its two arms.

    Args:
        length: cells from the start to the junction, 2 to 8.
        goal: "north" or "south": what the sign says.

    >>> ax = t_maze(4, goal="south")
    """
    if not 2 <= length <= 8:
        raise ValueError(f"length is {length}, expected 2 to 8: more cannot be read on a slide")
    if goal not in ("north", "south"):
        raise ValueError(f"goal is {goal!r}, expected 'north' or 'south'")
    sheet = Sheet(ax, 3.6 + length, 4.1)
    middle = 2.0
    for cell in range(length + 1):
        x = 1.0 + cell
        end = cell in (0, length)
        seen = {0: "011" if goal == "north" else "110", length: "010"}.get(cell, "101")
        colour = style.BLUE if cell == 0 else style.GREEN if cell == length else style.GREY
        fill = style.PALE if end else "white"
        sheet.box(x, middle, seen, width=0.96, height=0.8, colour=colour, fill=fill)
    arms = {"north": middle + 1.0, "south": middle - 1.0}
    for side, y in arms.items():
        right = side == goal
        colour = style.GREEN if right else style.VERMILLION
        sheet.box(1.0 + length, y, "+4" if right else "-0.1", width=0.96, colour=colour)
        note = "goal" if right else "wrong arm"
        sheet.text(1.65 + length, y, note, size=style.SMALL, ha="left", color=colour)
    sheet.text(1.0, middle - 0.75, "sign", size=style.SMALL, color=style.BLUE)
    sheet.text(1.65 + length, middle, "junction", size=style.SMALL, ha="left", color=style.GREEN)
    sheet.text(0.5 + (2 + length) / 2, middle - 0.75, "corridor", size=style.SMALL)
    sheet.arrow((0.6, middle + 0.75), (length - 0.2, middle + 0.75))
    sheet.text(0.5 + length / 2, middle + 1.05, "east", size=style.SMALL)
    sheet.text(0.5, 0.25, "every step: three bits, no place", size=style.SMALL, ha="left")
    return sheet.ax


def neighbours(
    points: ArrayLike,
    weight: ArrayLike,
    centre: ArrayLike,
    moved: ArrayLike,
    hill: tuple[ArrayLike, ArrayLike, ArrayLike],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw a generation of an evolution strategy over a hill of two weights.

    Args:
        points: (neighbours, 2) where they stand.
        weight: (neighbours,) u_k, the shaped ranks: above zero a disc, below zero a ring.
        centre, moved: (2,) before and after the step.
        hill: x (columns,), y (rows,), and the fitness there, (rows, columns).

    >>> hill = ([0.0, 1.0], [0.0, 1.0], [[0.0, 0.0], [0.0, 1.0]])
    >>> ax = neighbours([[0.2, 0.1], [0.8, 0.9]], [-0.5, 0.5], [0.5, 0.5], [0.6, 0.6], hill)
    """
    rows = style.rows_of("points", points, 2, "(neighbours, 2)")
    u = style.vector("weight", weight, len(rows))
    start, end = style.vector("centre", centre, 2), style.vector("moved", moved, 2)
    x, y, height = (np.asarray(part, dtype=float) for part in hill)
    ax = style.own(ax, (8.4, 5.0))
    darkest = 2 * height.min() - height.max()  # no darker than the middle grey: rings stay seen
    image = ax.pcolormesh(x, y, height, cmap="Greys_r", vmin=darkest, shading="nearest")
    style.colour_bar(ax, image, "fitness")
    if image.colorbar is not None:
        image.colorbar.ax.set_ylim(height.min(), height.max())
    size = 60 + 300 * np.abs(u)
    fit, unfit = u > 0, u <= 0
    ax.scatter(
        x=rows[fit, 0],
        y=rows[fit, 1],
        s=size[fit],
        color=style.BLUE,
        edgecolors="white",
        linewidths=2,
    )
    ax.scatter(
        x=rows[unfit, 0],
        y=rows[unfit, 1],
        s=size[unfit],
        color="none",
        edgecolors=style.BLUE,
        linewidths=2,
    )
    ax.annotate(
        "",
        (float(end[0]), float(end[1])),
        (float(start[0]), float(start[1])),
        arrowprops={
            "arrowstyle": "-|>",
            "color": style.VERMILLION,
            "linewidth": 5,
            "mutation_scale": 26,
        },
        zorder=5,
    )
    style.dress(ax, r"$\theta_1$", r"$\theta_2$")
    ax.grid(False)
    return ax


def continued(
    truth: ArrayLike,
    generated: Mapping[str, ArrayLike],
    start: int,
    *,
    ylabel: str = "$y_t$",
    ax: Axes | None = None,
) -> Axes:
    """Plot a series that nets were told up to a step, and what they go on with.

    Args:
        truth: (time,) the series, told and not told.
        generated: label -> (time - start,) what a net says after the last told step.
        start: the first step that was not told.

    >>> ax = continued([0.0, 1.0, 0.0, -1.0], {"net": [0.1, -0.9]}, start=2)
    """
    series = style.vector("truth", truth)
    if not 0 < start < series.size:
        raise ValueError(f"start is {start}; pass a step between 1 and {series.size - 1}")
    ax = style.own(ax, (11.0, 4.6))
    t = np.arange(series.size)
    ax.plot(t, series, color=style.GREY, linewidth=5, alpha=0.35, label="the series")
    for (label, values), look in zip(
        generated.items(), style.line_looks(len(generated)), strict=True
    ):
        said = style.vector(f"generated[{label!r}]", values, series.size - start)
        ax.plot(
            t[start:],
            said,
            color=look["color"],
            linestyle=look["linestyle"],
            linewidth=2.2,
            label=label,
        )
    ax.axvline(start - 0.5, color=style.BLACK, linewidth=1.5, linestyle=(0, (4, 2)))
    reach = 1.6 * float(np.abs(series).max())
    ax.set_ylim(-reach, reach)
    for side, text in (("right", "told"), ("left", "alone")):
        shift = -8 if side == "right" else 8
        ax.annotate(
            text,
            (start - 0.5, -0.97 * reach),
            xytext=(shift, 0),
            textcoords="offset points",
            ha=side,
            fontsize=style.SMALL,
        )
    style.dress(ax, "time step", ylabel)
    ax.set_xlim(0, series.size - 1)
    ax.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=1 + len(generated),
        fontsize=style.SMALL,
        frameon=False,
    )
    return ax


def spread_on_log(
    values: Mapping[str, ArrayLike],
    *,
    baseline: float | None = None,
    baseline_label: str = "no memory",
    xlabel: str,
    ax: Axes | None = None,
) -> Axes:
    """Compare methods over orders of magnitude: a row each, a dot a seed, a bar for the median.

    Args:
        values: label -> (seeds,), all above zero.
        baseline: the value of a method that knows nothing.

    >>> ax = spread_on_log({"a": [0.1, 0.2], "b": [10.0, 20.0]}, baseline=1.0, xlabel="error")
    """
    if not values:
        raise ValueError("values is empty; give a dictionary of label -> one value for each seed")
    ax = style.own(ax, (11.0, 1.6 + 0.62 * len(values)))
    for place, ((label, numbers), look) in enumerate(
        zip(values.items(), style.line_looks(len(values)), strict=True)
    ):
        row = style.vector(f"values[{label!r}]", numbers)
        if row.min() <= 0:
            raise ValueError(
                f"values[{label!r}] holds {row.min()}; a log axis needs numbers above 0"
            )
        shift = np.linspace(-0.22, 0.22, row.size) if row.size > 1 else np.zeros(1)
        ax.plot(
            row,
            place + shift,
            look["marker"],
            color=look["color"],
            markersize=9,
            alpha=0.75,
        )
        ax.vlines(np.median(row), place - 0.34, place + 0.34, color=look["color"], linewidth=4)
    ax.set_xscale("log")
    style.dress(ax, xlabel, "")
    ax.set_yticks(range(len(values)), list(values), fontsize=style.NORMAL)
    ax.set_ylim(len(values) - 0.45, -0.55)
    if baseline is not None:
        ax.axvline(baseline, color=style.BLACK, linewidth=2, linestyle=(0, (4, 2)))
        ax.annotate(
            baseline_label,
            (baseline, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=style.SMALL,
        )
    return ax
