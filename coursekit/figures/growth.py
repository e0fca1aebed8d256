"""What a gradient costs as the net or the sequence grows, and how exact a difference is."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator
from numpy.typing import ArrayLike

from coursekit.figures import style


def growth(
    sizes: ArrayLike,
    costs: Mapping[str, ArrayLike],
    *,
    xlabel: str = "units",
    ylabel: str = "multiplications",
    ax: Axes | None = None,
) -> Axes:
    """Plot costs against size, both axes logarithmic: a power of the size is a straight line.

    Each line says at its end by how much the last doubling multiplies the cost.

    Args:
        sizes: (points,) growing; each twice the one before reads best.
        costs: label -> (points,), all positive.

    >>> ax = growth([8, 16, 32], {"BPTT": [64, 256, 1024], "RTRL": [4096, 65536, 1048576]})
    """
    x = style.vector("sizes", sizes)
    ax = style.own(ax)
    ends = []
    for look, (label, values) in zip(style.line_looks(len(costs)), costs.items(), strict=True):
        y = style.vector(f"costs[{label!r}]", values, x.size)
        ax.plot(x, y, linewidth=2.6, markersize=8, **look)
        power = np.log(y[-1] / y[-2]) / np.log(x[-1] / x[-2])
        ends.append((f"{label}: ×{round(2**power, 1):.2g}", float(y[-1]), look["color"]))
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    style.dress(ax, f"{xlabel} (log scale)", f"{ylabel} (log scale)")
    ax.xaxis.set_major_locator(FixedLocator(list(x)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticklabels([f"{size:g}" for size in x])
    low, high = (np.log10(limit) for limit in ax.get_ylim())
    ax.set_ylim(10 ** np.floor(low), 10 ** np.ceil(high))
    ax.yaxis.set_minor_formatter(NullFormatter())
    style.span(ax, x)
    style.direct_labels(ax, ends)
    return ax


def difference_errors(
    steps: ArrayLike, errors: Mapping[str, ArrayLike], *, ax: Axes | None = None
) -> Axes:
    """Plot how far a finite difference is from the derivative, against how far the weight moved.

    Args:
        steps: (points,) by how much the weight is moved.
        errors: label -> (points,) relative errors; zeros are left out.

    >>> ax = difference_errors([1e-2, 1e-4], {"one side": [1e-2, 1e-4], "both": [1e-4, 1e-8]})
    """
    x = style.vector("steps", steps)
    ax = style.own(ax)
    for look, (label, values) in zip(style.line_looks(len(errors)), errors.items(), strict=True):
        y = style.vector(f"errors[{label!r}]", values, x.size)
        ax.plot(x, np.where(y > 0, y, np.nan), linewidth=2.6, markersize=7, label=label, **look)
    ax.set_xscale("log")
    ax.set_yscale("log")
    style.dress(ax, "step s (log scale)", "relative error (log scale)")
    ax.legend(fontsize=style.SMALL, frameon=False, handlelength=3)
    return ax
