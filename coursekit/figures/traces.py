"""What a cell does over one sequence: gates, states, predictions, a stream."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from coursekit.figures import style


def gate_traces(
    symbols: Sequence[str] | ArrayLike,
    traces: Mapping[str, ArrayLike],
    *,
    ylabel: str = "value",
    ax: Axes | None = None,
) -> Axes:
    """Plot the gates and states of one unit over one sequence.

    Args:
        symbols: a string, a list of labels, or (time,) numbers: what stands on the x axis.
        traces: letter ("i", "f", "o", "g", "c", "h") -> (time,); each letter has its colour,
            line and marker. Other names are drawn too, in looks of their own.

    >>> ax = gate_traces("BTX", {"i": [0.9, 0.1, 0.1], "c": [0.8, 0.8, 0.8]})
    """
    if not traces:
        raise ValueError("traces is empty; give a dictionary of letter -> (time,)")
    ticks = _ticks(symbols)
    t = np.arange(len(ticks))
    ax = style.own(ax)
    ends = []
    others = iter(style.line_looks(5))
    for letter, values in traces.items():
        y = style.vector(f"traces[{letter!r}]", values, t.size)
        look = style.GATE_STYLES.get(letter) or next(others)
        wide = 3.2 if letter == "c" else 2.2
        every = max(1, t.size // 25)
        ax.plot(t, y, **look, linewidth=wide, markersize=7, markevery=every, label=letter)
        ends.append((_named(letter), float(y[-1]), look["color"]))
    style.dress(ax, "symbol read at each step" if isinstance(symbols, str) else "time step", ylabel)
    _set_ticks(ax, ticks)
    ax.set_xlim(-0.3, t.size - 0.7)
    style.direct_labels(ax, ends, gap=0.085)
    return ax


def state_heatmap(
    values: ArrayLike,
    *,
    symbols: Sequence[str] | ArrayLike | None = None,
    label: str = "c_t",
    ax: Axes | None = None,
) -> Axes:
    """Show a state of all units over one sequence as colours: violet up, orange down.

    Args:
        values: (time, units).
        symbols: a string or list with one label for each step.
        label: what the colours mean.

    >>> ax = state_heatmap([[0.1, -0.2], [0.9, -0.1]], symbols="BT")
    """
    grid = np.asarray(values, dtype=float)
    if grid.ndim != 2:
        raise ValueError(f"values has shape {grid.shape}, expected (time, units)")
    ticks = _ticks(np.arange(1, len(grid) + 1) if symbols is None else symbols)
    if len(ticks) != len(grid):
        raise ValueError(f"symbols has {len(ticks)} labels for {len(grid)} steps; give one a step")
    ax = style.own(ax)
    reach = float(np.abs(grid).max()) or 1.0
    image = ax.imshow(
        grid.T,
        cmap=style.SIGNED,
        vmin=-reach,
        vmax=reach,
        aspect="auto",
        interpolation="nearest",
    )
    style.dress(ax, "symbol read at each step" if isinstance(symbols, str) else "time step", "unit")
    ax.grid(False)
    _set_ticks(ax, ticks)
    ax.set_yticks(range(0, grid.shape[1], max(1, grid.shape[1] // 8)))
    _colour_bar(ax, image, label)
    return ax


def stream_state(
    states: ArrayLike,
    boundaries: ArrayLike,
    *,
    ylabel: str = "cell state $c_t$",
    limit: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Plot cell states over a stream without ends, with a tick where each string begins.

    Args:
        states: (time,) or (time, units).
        boundaries: (strings,) the steps where a new string begins.
        limit: |c| beyond which the output squash is saturated; drawn as a band.

    >>> ax = stream_state(np.cumsum(np.ones((20, 2)), axis=0), boundaries=[0, 9], limit=3.0)
    """
    grid = np.asarray(states, dtype=float)
    if grid.ndim == 1:
        grid = grid[:, None]
    if grid.ndim != 2:
        raise ValueError(f"states has shape {grid.shape}, expected (time,) or (time, units)")
    begins = style.vector("boundaries", boundaries)
    ax = style.own(ax)
    looks = style.line_looks(grid.shape[1])
    for column, look in zip(grid.T, looks, strict=True):
        ax.plot(column, color=look["color"], linestyle=look["linestyle"], linewidth=1.8)
    style.dress(ax, "time step in the stream", ylabel)
    ax.grid(False, axis="x")
    ax.set_xlim(0, len(grid) - 1)
    ax.vlines(begins, 0, 0.035, transform=ax.get_xaxis_transform(), color=style.GREY, linewidth=1.2)
    ax.text(
        0.99,
        0.045,
        "ticks: a new string begins",
        transform=ax.transAxes,
        ha="right",
        fontsize=style.SMALL,
        color=style.GREY,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8},
    )
    if limit is not None:
        ax.axhspan(-limit, limit, color=style.GREEN, alpha=0.12)
        ax.annotate(
            "tanh still\nresponds",
            (1.0, 0.0),
            xycoords=("axes fraction", "data"),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.SMALL,
            color=style.GREEN,
            annotation_clip=False,
        )
    return ax


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
    _set_ticks(ax, list(symbols))
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
    _colour_bar(ax, image, "probability (outlined: legal)")
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


def _ticks(symbols: Sequence[str] | ArrayLike) -> list[str]:
    if isinstance(symbols, str):
        return list(symbols)
    return [str(symbol) for symbol in np.asarray(symbols).tolist()]


def _set_ticks(ax: Axes, ticks: list[str]) -> None:
    every = max(1, int(np.ceil(len(ticks) / 32)))
    places = range(0, len(ticks), every)
    ax.set_xticks(list(places), [ticks[k] for k in places], fontsize=style.SMALL)


def _named(letter: str) -> str:
    name = style.GATE_NAMES.get(letter)
    return f"${letter}_t$ {name}" if name else letter


def _colour_bar(ax: Axes, image: object, label: str) -> None:
    bar = ax.figure.colorbar(image, ax=ax, pad=0.02)  # type: ignore[arg-type]
    text = f"${label}$" if "_" in label else label
    bar.set_label(text, fontsize=style.SMALL)
    bar.ax.tick_params(labelsize=style.SMALL)
