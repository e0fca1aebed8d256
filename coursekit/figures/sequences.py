"""Sequences: a gate on a raw signal, a network's predictions, examples of a task."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from coursekit.figures import style


def gated_signal(
    signal: ArrayLike,
    gate: ArrayLike,
    gated: ArrayLike,
    *,
    names: tuple[str, str, str] = (r"$x_t$", r"$i_t$", r"$i_t\, x_t$"),
    letter: str = "i",
    ax: Axes | None = None,
) -> Axes:
    """Show an element-wise product as three strips: a signal, a gate in [0, 1], what passes.

    Args:
        signal, gate, gated: (time,).
        names: what stands at the left of each strip.
        letter: the gate's letter, for its colour.

    >>> ax = gated_signal([1.0, -1.0], [1.0, 0.0], [1.0, 0.0])
    """
    x = style.vector("signal", signal)
    strips = [x, style.vector("gate", gate, x.size), style.vector("gated", gated, x.size)]
    if strips[1].min() < 0 or strips[1].max() > 1:
        raise ValueError(
            f"gate runs from {strips[1].min():.3g} to {strips[1].max():.3g}, expected values in "
            f"[0, 1]; pass it through the logistic function"
        )
    ax = style.own(ax)
    t = np.arange(1, x.size + 1)
    colours = (style.GREY, style.GATE_COLOURS[letter], style.BLACK)
    reach = max(1.0, float(np.abs(strips[0]).max()), float(np.abs(strips[2]).max()))
    for place, (values, colour) in enumerate(zip(strips, colours, strict=True)):
        base = 2.0 * (2 - place)
        height = base + 0.8 * (values if place == 1 else values / reach)
        ax.fill_between(t, base, height, step="mid", color=colour, alpha=0.3)
        ax.step(t, height, where="mid", color=colour, linewidth=2.4)
        ax.axhline(base, color=style.GREY, linewidth=0.8)
    style.dress(ax, "time step", "")
    style.whole_steps(ax.xaxis)
    ax.grid(False)
    ax.spines["left"].set_visible(False)
    ax.set_yticks([4.0, 2.0, 0.0], names, fontsize=style.LARGE)
    ax.tick_params(axis="y", length=0)
    ax.set_xlim(0.5, x.size + 0.5)
    ax.set_ylim(-1.0, 5.0)
    return ax


def predictions(
    symbols: str,
    probabilities: ArrayLike,
    legal: Sequence[str],
    *,
    alphabet: str = "BTSXPVE",
    long_range: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Show what a network expects next at each step, with the legal symbols outlined.

    Args:
        symbols: the string read so far at each step, one symbol a step.
        probabilities: (time, letters) the network's prediction of the next symbol.
        legal: (time,) the legal successors of each step, such as "TP".
        alphabet: the letters, in the order of the last axis.
        long_range: the step whose prediction needs the outer symbol; marked with an arrow.

    >>> ax = predictions("BT", np.full((2, 7), 1 / 7), ["TP", "SX"])
    """
    grid = np.asarray(probabilities, dtype=float)
    if grid.shape != (len(symbols), len(alphabet)):
        raise ValueError(
            f"probabilities has shape {grid.shape}, expected (time, letters) = "
            f"({len(symbols)}, {len(alphabet)}) for this string and alphabet"
        )
    if len(legal) != len(symbols):
        raise ValueError(f"legal has {len(legal)} entries for {len(symbols)} steps; give one each")
    ax = style.own(ax)
    image = ax.imshow(
        grid.T, cmap=style.MAGNITUDE, vmin=0, vmax=1, aspect="auto", interpolation="nearest"
    )
    for step, allowed in enumerate(legal):
        for symbol in allowed:
            corner = (step - 0.5 + 0.06, alphabet.index(symbol) - 0.5 + 0.06)
            ax.add_patch(
                Rectangle(corner, 0.88, 0.88, fill=False, edgecolor="white", linewidth=4.5)
            )
            ax.add_patch(
                Rectangle(corner, 0.88, 0.88, fill=False, edgecolor=style.VERMILLION, linewidth=2.5)
            )
    style.dress(ax, "symbol read at each step", "next symbol")
    ax.grid(False)
    style.symbol_ticks(ax, list(symbols))
    ax.set_yticks(range(len(alphabet)), list(alphabet))
    if long_range is not None:
        ax.annotate(
            "needs the outer symbol",
            (long_range, -0.5),
            xytext=(long_range, -1.3),
            ha="right" if long_range > len(symbols) / 2 else "left",
            fontsize=style.SMALL,
            arrowprops={"arrowstyle": "-|>", "color": style.BLACK, "linewidth": 2},
            annotation_clip=False,
        )
    style.colour_bar(ax, image, "probability (outlined: legal)")
    return ax


def task_examples(
    signals: ArrayLike,
    labels: Sequence[str],
    *,
    relevant: ArrayLike | None = None,
    ylabel: str = "input $x_t$",
    ax: Axes | None = None,
) -> Axes:
    """Plot example sequences of a task, one line each, and shade the steps that matter.

    Args:
        signals: (count, time).
        labels: (count,) the class of each sequence, written at its end.
        relevant: (steps,) the time steps (from 1) that carry the answer; shaded.

    >>> ax = task_examples([[1.0, 0.1, 0.0], [-1.0, 0.2, 0.1]], ["1", "0"], relevant=[1])
    """
    rows = np.atleast_2d(np.asarray(signals, dtype=float))
    if rows.ndim != 2 or len(labels) != len(rows):
        raise ValueError(
            f"signals has shape {rows.shape} and labels {len(labels)} entries; expected "
            f"(count, time) and one label for each sequence"
        )
    ax = style.own(ax)
    t = np.arange(1, rows.shape[1] + 1)
    ends = []
    for row, label, look in zip(rows, labels, style.line_looks(len(rows)), strict=True):
        ax.plot(t, row, color=look["color"], linestyle=look["linestyle"], linewidth=2.2)
        ends.append((label, float(row[-1]), look["color"]))
    for step in [] if relevant is None else style.vector("relevant", relevant):
        ax.axvspan(step - 0.5, step + 0.5, color=style.GREEN, alpha=0.18, linewidth=0)
    style.dress(ax, "time step", ylabel)
    style.whole_steps(ax.xaxis)
    ax.set_xlim(0.5, rows.shape[1] + 0.5)
    style.direct_labels(ax, ends)
    return ax
