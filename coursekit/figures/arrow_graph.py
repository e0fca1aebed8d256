"""A graph as a student gave it: nodes in circles, arrows right, too many, or missing."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from coursekit.figures import style

Place = tuple[float, float]

ARROW_LOOKS: dict[str, dict[str, Any]] = {
    "right": {"color": style.BLACK, "linestyle": "-", "linewidth": 1.8},
    "too many": {"color": style.VERMILLION, "linestyle": (0, (5, 2)), "linewidth": 2.4},
    "missing": {"color": style.BLUE, "linestyle": (0, (1, 2)), "linewidth": 2.4},
}


def arrow_graph(
    arrows: Sequence[tuple[str, str, str]],
    places: Mapping[str, Place],
    kinds: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw labelled arrows between nodes.

    Args:
        arrows: (from, label, to); an empty label is not written.
        places: where each node stands, in data units of about one node a unit.
        kinds: "right", "too many" or "missing" for each arrow; all right without it.
        ax: axes to draw on.

    >>> ax = arrow_graph([("x", "", "h")], {"x": (0, 0), "h": (0, 1)})
    """
    xs, ys = np.array(list(places.values()), dtype=float).T
    ax = style.own(ax, size=(1.3 * float(np.ptp(xs)) + 2.6, 1.1 * float(np.ptp(ys)) + 1.6))
    kinds = kinds or ["right"] * len(arrows)
    for (start, label, end), kind in zip(arrows, kinds, strict=True):
        _arrow(ax, places[start], places[end], label, kind)
    for name, place in places.items():
        ax.annotate(
            name,
            place,
            ha="center",
            va="center",
            fontsize=style.SMALL,
            parse_math=False,
            bbox={"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": style.GREY},
            zorder=3,
        )
    ax.set_xlim(xs.min() - 0.6, xs.max() + 0.6)
    ax.set_ylim(ys.min() - 0.5, ys.max() + 0.75)
    ax.set_axis_off()
    present = [kind for kind in ARROW_LOOKS if kind in kinds]
    if present != ["right"] and present:
        lines = [Line2D([], [], **ARROW_LOOKS[kind]) for kind in present]
        ax.legend(
            lines,
            present,
            fontsize=style.SMALL,
            frameon=False,
            ncols=3,
            loc="lower center",
            bbox_to_anchor=(0.5, -0.08),
        )
    return ax


def _arrow(ax: Axes, start: Place, end: Place, label: str, kind: str) -> None:
    look = ARROW_LOOKS[kind]
    (x0, y0), (x1, y1) = start, end
    if start == end:
        tail, head, bend = (x0 - 0.14, y0 + 0.1), (x0 + 0.14, y0 + 0.1), -1.9
        middle = (x0, y0 + 0.62)
    else:
        tail, head, bend = start, end, 0.14
        middle = (
            (x0 + x1) / 2 + 0.5 * bend * (y1 - y0),
            (y0 + y1) / 2 - 0.5 * bend * (x1 - x0),
        )
    ax.annotate(
        "",
        head,
        tail,
        arrowprops={
            "arrowstyle": "-|>",
            "mutation_scale": 16,
            "shrinkA": 8 if start == end else 15,
            "shrinkB": 8 if start == end else 17,
            "connectionstyle": f"arc3,rad={bend}",
            **look,
        },
    )
    if label:
        ax.text(
            *middle,
            label,
            ha="center",
            va="center",
            fontsize=style.SMALL,
            color=look["color"],
            parse_math=False,
            bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"},
        )
