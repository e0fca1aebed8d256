"""What a cell does over one sequence, or over a stream without ends: gates and states."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
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
    style.symbol_ticks(ax, ticks)
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
    style.symbol_ticks(ax, ticks)
    ax.set_yticks(range(0, grid.shape[1], max(1, grid.shape[1] // 8)))
    style.colour_bar(ax, image, label)
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


def _ticks(symbols: Sequence[str] | ArrayLike) -> list[str]:
    if isinstance(symbols, str):
        return list(symbols)
    return [str(symbol) for symbol in np.asarray(symbols).tolist()]


def _named(letter: str) -> str:
    name = style.GATE_NAMES.get(letter)
    return f"${letter}_t$ {name}" if name else letter
