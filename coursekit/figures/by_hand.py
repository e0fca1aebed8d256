"""Gates that were set by hand, as rows of switches above what the cell then holds and shows."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from coursekit.figures import style

ROWS = {"i": 4.6, "f": 3.6, "o": 2.6}


def gates_by_hand(
    candidates: ArrayLike,
    gates: Mapping[str, ArrayLike],
    c: ArrayLike,
    h: ArrayLike,
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Show three rows of switches, filled as far as they are open, and below them g, c and h.

    Args:
        candidates: (time,) g at each step.
        gates: for "i", "f" and "o" (time,) numbers from 0 (shut) to 1 (open).
        c, h: (time,) cell state and output, at most 2 in size.
        title: stands above.

    >>> gates = {"i": [1, 0], "f": [1, 1], "o": [0, 1]}
    >>> ax = gates_by_hand([0.5, 0.3], gates, [0.5, 0.5], [0.0, 0.46])
    """
    g = style.vector("candidates", candidates)
    states = {"c": style.vector("c", c, g.size), "h": style.vector("h", h, g.size)}
    ax = style.own(ax)
    for letter, row in ROWS.items():
        colour = style.GATE_COLOURS[letter]
        for t, value in enumerate(style.vector(letter, gates[letter], g.size)):
            frame = Rectangle((t + 0.6, row - 0.36), 0.8, 0.72, fill=False, edgecolor=colour)
            ax.add_patch(frame)
            ax.add_patch(Rectangle((t + 0.6, row - 0.36), 0.8, 0.72 * value, color=colour))
    edges = np.arange(g.size + 1) + 0.5
    for letter, width in (("c", 3.0), ("h", 2.6)):
        ax.stairs(
            states[letter],
            edges,
            baseline=None,
            color=style.GATE_COLOURS[letter],
            linestyle=style.GATE_LINES[letter],
            linewidth=width,
        )
    marker = style.GATE_MARKERS["g"]
    ax.plot(edges[:-1] + 0.5, g, marker, color=style.GATE_COLOURS["g"], markersize=6)
    style.dress(ax, "time step", "states    gates", title or None)
    style.whole_steps(ax.xaxis)
    ax.grid(False)
    ax.axhline(0, color=style.GREY, linewidth=0.8)
    ax.set_yticks([*ROWS.values(), 1.0, 0.0, -1.0], [*(f"${a}$" for a in ROWS), "1", "0", "−1"])
    ax.set_xlim(0.5, g.size + 0.5)
    ax.set_ylim(-1.3, 5.1)
    last = {"c": states["c"][-1], "h": states["h"][-1]}
    style.direct_labels(
        ax, [(f"${name}$", float(y), style.GATE_COLOURS[name]) for name, y in last.items()], gap=0.1
    )
    return ax
