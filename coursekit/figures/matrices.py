"""Matrices as pictures: their entries, and their eigenvalues beside the unit circle."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from numpy.typing import ArrayLike

from coursekit.figures import style


def matrix(
    values: ArrayLike, *, label: str = "entry", title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Show a matrix as colours, violet up and orange down; small ones with their numbers.

    Args:
        values: (rows, columns).
        label: what the colours mean.

    >>> ax = matrix([[1.0, 0.0], [0.0, -1.0]])
    """
    grid = np.asarray(values, dtype=float)
    if grid.ndim != 2:
        raise ValueError(f"values has shape {grid.shape}, expected (rows, columns)")
    ax = style.own(ax, (6.4, 5.0))
    reach = float(np.abs(grid).max()) or 1.0
    image = ax.imshow(grid, cmap=style.SIGNED, vmin=-reach, vmax=reach, interpolation="nearest")
    style.dress(ax, "column", "row", title)
    ax.grid(False)
    if grid.size <= 36:
        for (row, column), entry in np.ndenumerate(grid):
            dark = abs(entry) > 0.6 * reach
            ax.text(
                column,
                row,
                f"{entry:.2g}",
                ha="center",
                va="center",
                fontsize=style.SMALL,
                color="white" if dark else "black",
            )
        ax.set_xticks(range(grid.shape[1]))
        ax.set_yticks(range(grid.shape[0]))
    style.colour_bar(ax, image, label)
    return ax


def eigenvalues(values: ArrayLike, *, title: str | None = None, ax: Axes | None = None) -> Axes:
    """Plot a matrix's eigenvalues beside the unit circle, and the circle of the largest.

    Args:
        values: (units, units) the matrix.

    >>> ax = eigenvalues([[0.5, 0.0], [0.0, -0.5]])
    """
    grid = np.asarray(values, dtype=float)
    if grid.ndim != 2 or grid.shape[0] != grid.shape[1]:
        raise ValueError(f"values has shape {grid.shape}, expected a square matrix (units, units)")
    found = np.linalg.eigvals(grid)
    radius = float(np.abs(found).max())
    ax = style.own(ax, (8.6, 5.0))
    style.dress(ax, "real part", "imaginary part", title)
    ax.add_patch(Circle((0, 0), 1.0, fill=False, edgecolor=style.BLACK, linewidth=1.6))
    ax.add_patch(
        Circle((0, 0), radius, fill=False, edgecolor=style.BLUE, linewidth=2, linestyle=(0, (6, 2)))
    )
    ax.plot(found.real, found.imag, "o", color=style.BLUE, markersize=7)
    reach = 1.25 * max(1.0, radius)
    ax.set_xlim(-reach, reach)
    ax.set_ylim(-reach, reach)
    ax.set_aspect("equal")
    style.direct_labels(
        ax,
        [("circle of radius 1", 0.35 * reach, style.BLACK)]
        + [(f"spectral radius {radius:.3g}", -0.35 * reach, style.BLUE)],
    )
    return ax
