"""Pieces of rhythm below each other, a square for each sound, and crosses where one is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursekit.figures import style


def rhythms(
    pieces: Mapping[str, ArrayLike],
    *,
    voices: Sequence[str],
    bar: int,
    right: ArrayLike | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw pieces on one time axis: the voices of a piece are rows, squares are sounds.

    Args:
        pieces: label -> (time, voices) of zeros and ones, all of one length.
        voices: their names, the lowest first.
        bar: steps of a bar; a line is drawn at each.
        right: (time, voices), what should have been played: a step that differs is crossed.

    Raises:
        ValueError: no pieces; pieces of different shapes.

    >>> ax = rhythms({"a": [[1, 0], [0, 1]]}, voices=["low", "high"], bar=2)
    """
    rows = {label: np.asarray(piece, dtype=float) for label, piece in pieces.items()}
    shapes = {piece.shape for piece in rows.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 2 or next(iter(shapes))[1] != len(voices):
        raise ValueError(
            f"pieces have shapes {sorted(shapes)}; pass one or more of one shape, (time, voices), "
            f"with {len(voices)} voices"
        )
    ((steps, count),) = shapes
    wanted = None if right is None else np.asarray(right, dtype=float)
    if wanted is not None and wanted.shape != (steps, count):
        raise ValueError(f"right has shape {wanted.shape}; pass ({steps}, {count}) as the pieces")
    ax = style.own(ax, (12.8, 0.9 + 1.15 * len(rows)))
    ticks, names = [], []
    for order, piece in enumerate(rows.values()):
        base = -(count + 1.6) * order
        for voice in range(count):
            (sounds,) = np.nonzero(piece[:, voice] > 0.5)
            ax.scatter(
                sounds + 1,
                np.full(len(sounds), base + voice),
                marker="s",
                s=26,
                color=style.LINE_COLOURS[voice % len(style.LINE_COLOURS)],
                linewidths=0,
            )
            ticks.append(base + voice)
            names.append(voices[voice])
        if wanted is not None:
            (wrong,) = np.nonzero(np.any((piece > 0.5) != (wanted > 0.5), axis=1))
            ax.plot(wrong + 1, np.full(len(wrong), base + count - 0.1), "x", **_CROSS)
    style.dress(ax, "step")
    ax.grid(False)
    for line in np.arange(0, steps + 1, bar) + 0.5:
        ax.axvline(line, color=style.PALE, linewidth=1.2, zorder=0)
    ax.set_yticks(ticks, names, fontsize=style.SMALL)
    ax.tick_params(axis="y", length=0)
    ax.set_xlim(0.5, steps + 0.5)
    ax.set_ylim(-(count + 1.6) * (len(rows) - 1) - 0.9, count + 1.0)
    for order, label in enumerate(rows):
        ax.annotate(
            label,
            (1.0, -(count + 1.6) * order + (count - 1) / 2),
            xycoords=("axes fraction", "data"),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.NORMAL,
            annotation_clip=False,
        )
    return ax


_CROSS: dict[str, Any] = {"color": style.BLACK, "markersize": 6, "markeredgewidth": 1.8}
