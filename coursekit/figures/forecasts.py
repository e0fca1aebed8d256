"""A series, and what several forecasters said of it one step before."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursekit.figures import style


def forecasts(
    series: ArrayLike,
    said: Mapping[str, ArrayLike],
    *,
    start: int = 0,
    marks: Mapping[str, ArrayLike] | None = None,
    ylabel: str = "level $x_t$",
    ax: Axes | None = None,
) -> Axes:
    """Plot a series as dots and each forecast of it as a line.

    Args:
        series: (time,).
        said: label -> (time,) the forecast of the same step, made one step before.
        start: number of the first step.
        marks: text -> steps at which it is written above a dotted line.

    Raises:
        ValueError: forecasts of another length.

    >>> ax = forecasts([1.0, 2.0], {"persistence": [0.5, 1.0]})
    """
    values = style.vector("series", series)
    t = start + np.arange(len(values))
    ax = style.own(ax, (12.0, 4.6))
    ends = [("what came", float(values[-1]), style.BLACK)]
    ax.plot(t, values, "o", color=style.BLACK, markersize=5, zorder=4)
    for (label, line), look in zip(said.items(), style.line_looks(len(said)), strict=True):
        told = style.vector(f"said[{label!r}]", line, len(values))
        ax.plot(t, told, color=look["color"], linestyle=look["linestyle"], linewidth=2.2)
        ends.append((label, float(told[-1]), look["color"]))
    style.dress(ax, "time step", ylabel)
    style.whole_steps(ax.xaxis)
    ax.set_xlim(t[0] - 0.5, t[-1] + 0.5)
    for text, steps in (marks or {}).items():
        for step in style.vector(f"marks[{text!r}]", steps):
            ax.axvline(step, color=style.GREY, linewidth=1.4, linestyle=(0, (1, 2)), zorder=1)
            ax.annotate(
                *(text, (step, 1.0)),
                xycoords=("data", "axes fraction"),
                xytext=(0, 4),
                textcoords="offset points",
                ha="center",
                fontsize=style.SMALL,
                annotation_clip=False,
            )
    style.direct_labels(ax, ends)
    return ax
