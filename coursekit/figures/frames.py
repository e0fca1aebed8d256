"""Films: the frames of moving pictures beside each other, one film under the other."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from coursekit.figures import style

GAP = 0.18  # between two frames, as a share of a frame's width


def films(
    rows: Mapping[str, ArrayLike],
    *,
    first: int = 1,
    marked: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Show films: a row for each, its frames from left to right.

    Args:
        rows: label -> (time, rows, columns), pixels from 0, white, to 1, black.
        first: number of the first frame.
        marked: number of a frame whose border is drawn thick.

    Raises:
        ValueError: no films, or films of different shapes.

    >>> ax = films({"seen": np.zeros((6, 8, 8)), "next": np.ones((6, 8, 8))}, marked=6)
    """
    reels = {label: np.asarray(reel, dtype=float) for label, reel in rows.items()}
    found = {reel.shape for reel in reels.values()}
    if len(found) != 1 or len(next(iter(found))) != 3:
        raise ValueError(
            f"rows has shapes {sorted(found)}; give films of one shape (time, rows, columns)"
        )
    time, height, width = next(iter(found))
    ax = style.own(ax, (12.4, 0.7 + 1.75 * len(reels)))
    across, down = width * (1 + GAP), height * (1 + GAP)
    for place, (label, reel) in enumerate(reels.items()):
        top = place * down
        for t, frame in enumerate(reel):
            left = t * across
            extent = (left, left + width, top + height, top)
            ax.imshow(frame, cmap="Greys", vmin=0, vmax=1, extent=extent, interpolation="nearest")
            thick = marked is not None and t + first == marked
            ax.add_patch(
                Rectangle(
                    (left, top),
                    width,
                    height,
                    fill=False,
                    edgecolor=style.VERMILLION if thick else style.GREY,
                    linewidth=4 if thick else 1,
                )
            )
        ax.text(
            -0.2 * width, top + height / 2, label, ha="right", va="center", fontsize=style.NORMAL
        )
    for t in range(time):
        name = f"t = {t + first}"
        ax.text(
            t * across + width / 2,
            -0.08 * height,
            name,
            ha="center",
            va="bottom",
            fontsize=style.SMALL,
        )
    ax.set_xlim(-1.9 * width, time * across)
    ax.set_ylim(len(reels) * down, -0.32 * height)
    ax.set_aspect("equal")
    ax.axis("off")
    return ax
