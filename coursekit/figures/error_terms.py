"""The error at a unit of a stack: its spatial term from above, its temporal term from later."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursekit.figures import style
from coursekit.figures.drawing import Sheet

SPATIAL, TEMPORAL = style.BLUE, style.VERMILLION


def error_terms(
    above: ArrayLike, later: ArrayLike, *, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Plot, for each time step, how much error reaches a layer from above and from later steps.

    Args:
        above: (time,) norm of the spatial term.
        later: (time,) norm of the temporal term.
        title: which layer.

    >>> ax = error_terms([0, 0, 1], [0.3, 0.6, 0], title="layer 2")
    """
    first = style.vector("above", above)
    second = style.vector("later", later, first.size)
    ax = style.own(ax, (9.0, 4.0))
    t = np.arange(1, first.size + 1)
    ax.bar(t - 0.2, first, 0.38, color=SPATIAL, label="spatial: from above")
    ax.bar(
        t + 0.2,
        second,
        0.38,
        color=TEMPORAL,
        hatch="//",
        edgecolor="white",
        label="temporal: from the next step",
    )
    style.dress(ax, "time step t", "norm of the term", title)
    style.whole_steps(ax.xaxis)
    ax.grid(False, axis="x")
    ax.set_ylim(0, 1.3 * max(float(first.max()), float(second.max()), 1e-12))
    ax.legend(fontsize=style.SMALL, frameon=False, loc="upper left")
    return ax


def error_terms_diagram(*, ax: Axes | None = None) -> Axes:
    """Draw two layers over three steps with the errors that travel back, and the two at one unit.

    >>> ax = error_terms_diagram()
    """
    sheet = Sheet(ax, 11.4, 5.3)
    places = (2.1, 5.7, 9.3)
    rows = (1.75, 3.55)
    for t, x in enumerate(places, start=1):
        sheet.text(x, 0.4, rf"$x_{t}$", size=22)
        sheet.arrow((x, 0.7), (x, 1.38), colour=style.PALE)
        for layer, y in enumerate(rows, start=1):
            chosen = (t, layer) == (2, 1)
            sheet.box(
                x,
                y,
                rf"$h_{t}^{layer}$",
                width=0.95,
                height=0.74,
                fill="#FFF3E0" if chosen else "white",
            )
        sheet.arrow((x, rows[1] - 0.37), (x, rows[0] + 0.37), colour=SPATIAL, width=2.8)
        sheet.arrow((x, 4.75), (x, rows[1] + 0.37), colour=SPATIAL, width=2.8)
        sheet.text(x, 5.0, rf"loss at step {t}", size=style.SMALL)
    for layer, y in enumerate(rows, start=1):
        sheet.text(0.75, y, f"layer {layer}", size=style.NORMAL)
        for left, right in zip(places, places[1:], strict=False):
            sheet.arrow((right - 0.48, y), (left + 0.48, y), colour=TEMPORAL, width=2.8, line="--")
    x = places[1]
    note = "spatial:\n" + r"$W^{2\top} \delta_2^2$"
    sheet.text(x + 0.15, 2.65, note, size=style.NORMAL, ha="left", color=SPATIAL)
    note = "temporal:\n" + r"$U^{1\top} \delta_3^1$"
    sheet.text(x + 1.8, 1.28, note, size=style.NORMAL, va="top", color=TEMPORAL)
    return sheet.ax
