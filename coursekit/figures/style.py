"""What all figures share: colours, line styles, letter sizes, empty axes of slide size.

One inch of a figure is 96 pixels of a slide of 1280 x 720, so a 14 pt letter is about
19 pixels high there: the smallest size that the back row reads.
"""

from collections.abc import Sequence
from itertools import cycle, islice
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
BLACK, GREY, PALE = "#000000", "#555555", "#E8E8E8"

LINE_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, BLACK)
LINE_STYLES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (1.5, 1.5)), (0, (7, 2, 1.5, 2)), (0, (3, 1)))
MARKERS = ("o", "s", "^", "D", "v")

OCHRE, PLUM = "#A07800", "#7A1F5C"
GATE_COLOURS = {
    "i": BLUE,
    "f": VERMILLION,
    "o": GREEN,
    "g": PURPLE,
    "c": BLACK,
    "h": GREY,
    "z": OCHRE,
    "r": PLUM,
}
GATE_LINES: dict[str, Any] = {
    "i": "-",
    "f": (0, (6, 2)),
    "o": (0, (1.5, 1.5)),
    "g": (0, (7, 2, 1.5, 2)),
    "c": "-",
    "h": (0, (3, 1)),
    "z": (0, (9, 2)),
    "r": (0, (4, 1.5, 1.5, 1.5, 1.5, 1.5)),
}
GATE_MARKERS = {
    "i": "o",
    "f": "s",
    "o": "^",
    "g": "D",
    "c": "None",
    "h": "v",
    "z": "P",
    "r": "X",
}
GATE_STYLES: dict[str, dict[str, Any]] = {
    letter: {"color": GATE_COLOURS[letter], "linestyle": GATE_LINES[letter], "marker": marker}
    for letter, marker in GATE_MARKERS.items()
}
GATE_NAMES = {
    "i": "input gate",
    "f": "forget gate",
    "o": "output gate",
    "g": "candidate",
    "c": "cell state",
    "h": "output",
    "z": "update gate",
    "r": "reset gate",
}

SMALL, NORMAL, LARGE = 14.0, 15.0, 18.0
MANY_POINTS = 150
SIGNED, MAGNITUDE = "PuOr", "cividis"

Array = NDArray[np.float64]


def axes(rows: int = 1, columns: int = 1, size: tuple[float, float] = (10.0, 4.8)) -> Any:
    """Make a figure and its axes, without pyplot: nothing is shown before `show` is called.

    Args:
        rows, columns: the grid of axes.
        size: width and height of the whole figure in inches; 96 pixels of a slide each.

    Returns:
        (figure, axes): one Axes, or an array of them when there is more than one, as in
        `matplotlib.pyplot.subplots`.

    >>> figure, ax = axes()
    >>> figure, (left, right) = axes(columns=2)
    """
    figure = Figure(figsize=size, facecolor="white")
    figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.1)
    made: Any = figure.subplots(rows, columns)
    for ax in np.ravel(made):
        ax.tick_params(labelsize=SMALL)
    return figure, made


def own(ax: Axes | None, size: tuple[float, float] = (10.0, 4.8)) -> Axes:
    """Return the axes given, or new ones of this size."""
    return axes(size=size)[1] if ax is None else ax


def dress(ax: Axes, xlabel: str = "", ylabel: str = "", title: str | None = None) -> Axes:
    """Label the axes in letters for the back row, and take away the ink that says nothing."""
    ax.set_xlabel(xlabel, fontsize=NORMAL)
    ax.set_ylabel(ylabel, fontsize=NORMAL)
    if title is not None:
        ax.set_title(title, fontsize=NORMAL, loc="left")
    ax.tick_params(labelsize=SMALL)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.grid(True, color=PALE, linewidth=0.8)
    ax.set_axisbelow(True)
    return ax


def whole_steps(axis: Axis) -> None:
    """Tick an axis at whole numbers only: there is no time step 2.5."""
    axis.set_major_locator(MaxNLocator(integer=True))


def symbol_ticks(ax: Axes, ticks: Sequence[str]) -> None:
    """Write one symbol under each step; of very many, some."""
    every = max(1, int(np.ceil(len(ticks) / 32)))
    places = range(0, len(ticks), every)
    ax.set_xticks(list(places), [ticks[k] for k in places], fontsize=SMALL)


def colour_bar(ax: Axes, image: Any, label: str) -> None:
    """Say beside the axes what the colours mean; a label like c_t is set as a formula."""
    bar = ax.figure.colorbar(image, ax=ax, pad=0.02)
    text = f"${label}$" if "_" in label and "$" not in label else label
    bar.set_label(text, fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)


def line_looks(count: int, first: int = 0) -> list[dict[str, Any]]:
    """Return `count` looks for lines: colour, line style and marker differ together."""
    looks = zip(cycle(LINE_COLOURS), cycle(LINE_STYLES), cycle(MARKERS), strict=False)
    return [
        {"color": colour, "linestyle": line, "marker": marker}
        for colour, line, marker in islice(looks, first, first + count)
    ]


def next_look(ax: Axes) -> dict[str, Any]:
    """Return a look that no earlier call has used on these axes."""
    used = getattr(ax, "_coursekit_looks", 0)
    ax._coursekit_looks = used + 1  # type: ignore[attr-defined]
    return line_looks(1, first=used)[0]


def rows_of(name: str, values: ArrayLike, columns: int, meaning: str) -> Array:
    """Return `values` as (rows, columns); a single row may come without its first axis."""
    rows = np.atleast_2d(np.asarray(values, dtype=float))
    if rows.ndim != 2 or rows.shape[1] != columns:
        raise ValueError(
            f"{name} has shape {np.shape(values)}, expected {meaning} with {columns} on the last "
            f"axis; give one row for each seed and one column for each point on the x axis"
        )
    return rows


def vector(name: str, values: ArrayLike, length: int | None = None) -> Array:
    """Return `values` as a vector, of this length if one is given."""
    found = np.asarray(values, dtype=float)
    if found.ndim != 1 or (length is not None and found.size != length):
        wanted = "one axis" if length is None else f"one axis of length {length}"
        raise ValueError(f"{name} has shape {found.shape}, expected {wanted}")
    return found


def spread(
    ax: Axes,
    x: Array,
    rows: Array,
    look: dict[str, Any],
    label: str | None,
    middle: Array | None = None,
) -> None:
    """Draw each seed as a thin line and their median (or `middle`) as a thick one.

    Long noisy lines would run into each other: they become a band from lowest to highest.
    """
    if len(rows) > 1 and x.size > MANY_POINTS:
        low, high = rows.min(axis=0), rows.max(axis=0)
        ax.fill_between(x, low, high, color=look["color"], alpha=0.25, linewidth=0)
    elif len(rows) > 1:
        ax.plot(x, rows.T, color=look["color"], linewidth=0.8, alpha=0.35)
    ax.plot(
        x,
        np.median(rows, axis=0) if middle is None else middle,
        color=look["color"],
        linestyle=look["linestyle"],
        linewidth=2.6,
        label=label,
    )


def span(ax: Axes, x: Array) -> None:
    """Let the x axis run from the first point to the last, so that labels stand at line ends."""
    if x.min() < x.max():
        ax.set_xlim(float(x.min()), float(x.max()))


def direct_labels(ax: Axes, ends: Sequence[tuple[str, float, str]], gap: float = 0.075) -> None:
    """Write each label right of the axes, beside its line's end; push apart those that touch.

    Args:
        ends: (text, y of the line's end in data, colour).
        gap: least distance of two texts as a share of the height.
    """
    to_share = ax.transData + ax.transAxes.inverted()
    places = [float(to_share.transform((ax.get_xlim()[1], y))[1]) for _, y, _ in ends]
    order = np.argsort(places)
    height = np.clip(np.array(places)[order], 0.0, 1.0)
    for k in range(1, len(height)):
        height[k] = max(height[k], height[k - 1] + gap)
    over = max(0.0, float(height[-1]) - 1.0) if len(height) else 0.0
    height -= over
    for k in range(len(height) - 2, -1, -1):
        height[k] = min(height[k], height[k + 1] - gap)
    for place, index in zip(height, order, strict=True):
        text, _, colour = ends[index]
        ax.annotate(
            text,
            (1.0, place),
            xycoords="axes fraction",
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=colour,
            annotation_clip=False,
        )
