"""The gradient taken apart by time step: who pulls a weight where."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from numpy.typing import ArrayLike

from coursekit.figures import style


def pulls_on_weight(
    pulls: Mapping[str, ArrayLike],
    *,
    steps: ArrayLike | None = None,
    ylabel: str = "pull on the weight",
    ax: Axes | None = None,
) -> Axes:
    """Plot what each time step (or job) contributes to one weight, through training.

    Above zero the weight is pushed up, below zero it is pushed down; opposite signs are a
    conflict. Give the *pull*, which is minus the gradient.

    Args:
        pulls: label -> (seeds, points) or (points,), such as "store x_1" and "ignore x_2".
        steps: (points,) the training step of each point; 0, 1, 2, ... if not given.

    >>> ax = pulls_on_weight({"store": [0.2, 0.1], "ignore": [-0.2, -0.1]})
    """
    if not pulls:
        raise ValueError("pulls is empty; give a dictionary of label -> (seeds, points)")
    if steps is None:
        steps = np.arange(np.atleast_2d(np.asarray(next(iter(pulls.values())))).shape[1])
    x = style.vector("steps", steps)
    ax = style.own(ax)
    ends = []
    for place, (label, values) in enumerate(pulls.items()):
        rows = style.rows_of(f"pulls[{label!r}]", values, x.size, "(seeds, points)")
        look = style.line_looks(1, first=place)[0]
        style.spread(ax, x, rows, look, label)
        middle = np.median(rows, axis=0)
        ax.fill_between(x, 0, middle, color=look["color"], alpha=0.12)
        ends.append((label, float(middle[-1]), look["color"]))
    style.dress(ax, "training steps", ylabel)
    style.span(ax, x)
    low, high = ax.get_ylim()
    reach = max(abs(low), abs(high))
    ax.set_ylim(-reach, reach)
    ax.axhline(0.0, color=style.BLACK, linewidth=1.2)
    for y, text in ((0.97, "pushed up"), (0.03, "pushed down")):
        ax.text(
            0.01,
            y,
            text,
            transform=ax.transAxes,
            va="top" if y > 0.5 else "bottom",
            fontsize=style.SMALL,
            color=style.GREY,
        )
    style.direct_labels(ax, ends)
    return ax


def contributions_by_time(
    contributions: ArrayLike,
    *,
    steps: ArrayLike | None = None,
    ylabel: str = "pull on the weight",
    ax: Axes | None = None,
) -> Axes:
    """Show what each time step contributes: bars for one moment, a heat map for a training.

    Args:
        contributions: (time,) for bars; (points, time) for a heat map through training.
        steps: (points,) the training step of each row of the heat map.

    >>> ax = contributions_by_time([0.3, -0.1, -0.1])
    >>> ax = contributions_by_time([[0.3, -0.1], [0.2, -0.2]], steps=[0, 100])
    """
    values = np.asarray(contributions, dtype=float)
    if values.ndim == 1:
        return _bars(values, ylabel, style.own(ax))
    if values.ndim != 2:
        raise ValueError(
            f"contributions has shape {values.shape}, expected (time,) or (points, time)"
        )
    where = np.arange(len(values)) if steps is None else style.vector("steps", steps, len(values))
    ax = style.own(ax)
    reach = float(np.abs(values).max()) or 1.0
    image = ax.pcolormesh(
        where,
        np.arange(1, values.shape[1] + 1),
        values.T,
        cmap=style.SIGNED,
        vmin=-reach,
        vmax=reach,
        shading="nearest",
    )
    style.dress(ax, "training steps", "time step t in the sequence")
    style.whole_steps(ax.yaxis)
    ax.grid(False)
    style.colour_bar(ax, image, f"{ylabel} (+ up, - down)")
    return ax


def error_flow(
    errors: ArrayLike,
    *,
    steps: ArrayLike | None = None,
    label: str = r"$|\partial L / \partial c_t|$",
    ax: Axes | None = None,
) -> Axes:
    """Show how much error is present at each time step of a sequence, through training.

    Colours are logarithmic and cover at most eight orders of magnitude.

    Args:
        errors: (points, time) the norm of the error at each step, zero or more.
        steps: (points,) the training step of each row.

    >>> ax = error_flow([[0.3, 0.3, 0.3], [0.01, 0.1, 0.3]], steps=[0, 100])
    """
    values = np.asarray(errors, dtype=float)
    if values.ndim != 2 or values.min() < 0:
        raise ValueError(
            f"errors has shape {values.shape}, expected (points, time) with no negative norms"
        )
    where = np.arange(len(values)) if steps is None else style.vector("steps", steps, len(values))
    high = float(values.max()) or 1.0
    positive = values[values > 0]
    low = max(1e-8 * high, float(positive.min()) if positive.size else 1e-8 * high)
    ax = style.own(ax)
    image = ax.pcolormesh(
        where,
        np.arange(1, values.shape[1] + 1),
        np.maximum(values.T, low),
        cmap=style.MAGNITUDE,
        norm=LogNorm(low if low < high else 0.1 * high, high),
        shading="nearest",
    )
    style.dress(ax, "training steps", "time step t in the sequence")
    style.whole_steps(ax.yaxis)
    ax.grid(False)
    style.colour_bar(ax, image, f"{label} (log scale)")
    return ax


def entries_against(
    first: ArrayLike,
    second: ArrayLike,
    *,
    xlabel: str = "full gradient",
    ylabel: str = "truncated gradient",
    ax: Axes | None = None,
) -> Axes:
    """Plot two gradients of the same weights against each other, entry by entry.

    Args:
        first, second: arrays of the same shape; equal entries lie on the diagonal.

    >>> ax = entries_against([0.1, -0.2], [0.1, -0.1])
    """
    x, y = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if x.shape != y.shape:
        raise ValueError(f"first has shape {x.shape}, second {y.shape}; give two of one shape")
    ax = style.own(ax, (6.4, 5.0))
    reach = 1.1 * float(max(np.abs(x).max(), np.abs(y).max()) or 1.0)
    ax.plot([-reach, reach], [-reach, reach], color=style.GREY, linewidth=1.4)
    ax.plot(x.ravel(), y.ravel(), "o", color=style.BLUE, markersize=7, alpha=0.6)
    style.dress(ax, xlabel, ylabel)
    ax.set_xlim(-reach, reach)
    ax.set_ylim(-reach, reach)
    ax.set_aspect("equal")
    return ax


def _bars(values: style.Array, ylabel: str, ax: Axes) -> Axes:
    t = np.arange(1, values.size + 1)
    for sign, colour, hatch in ((1, style.BLUE, ""), (-1, style.VERMILLION, "//")):
        chosen = np.where(sign * values > 0, values, 0.0)
        ax.bar(t, chosen, color=colour, alpha=0.75, edgecolor="white", hatch=hatch)
    ax.axhline(0.0, color=style.BLACK, linewidth=1.2)
    style.dress(ax, "time step t in the sequence", ylabel)
    style.whole_steps(ax.xaxis)
    ax.grid(False, axis="x")
    return ax
