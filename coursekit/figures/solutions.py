"""What a trained net does with a task: numbers in its cells, states that tell words apart."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursekit.figures import style

#: points that a word's label takes
LABEL = (62.0, 32.0)


def marked_values(values: ArrayLike, marks: ArrayLike, *, ax: Axes | None = None) -> Axes:
    """One sequence of the adding problem: a stem for each number, the marked ones thick.

    Args:
        values, marks: (time,); a mark is 1 where the number counts, -1 at the ends, 0 elsewhere.

    >>> ax = marked_values([0.2, -0.5, 0.9, 0.1], [-1, 1, 1, -1])
    """
    number = style.vector("values", values)
    mark = style.vector("marks", marks, number.size)
    ax = style.own(ax, (10.0, 4.2))
    t = np.arange(1, number.size + 1)
    for wanted, colour, marker, width, label in (
        (0, style.GREY, "o", 1.2, "mark 0: does not count"),
        (1, style.VERMILLION, "s", 3.6, "mark 1: counts"),
        (-1, style.BLUE, "^", 1.8, "mark $-1$: the ends"),
    ):
        here = mark == wanted
        ax.vlines(t[here], 0, number[here], color=colour, linewidth=width)
        size = 11 if wanted == 1 else 6
        ax.plot(t[here], number[here], marker, color=colour, markersize=size, label=label)
    ax.axhline(0, color=style.BLACK, linewidth=1)
    style.dress(ax, "time step", "number")
    ax.set_ylim(min(0.0, float(number.min())) - 0.1, float(number.max()) + 0.1)
    ax.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=style.SMALL, frameon=False
    )
    return ax


def number_in_state(
    numbers: ArrayLike,
    states: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str = "cell state $c_t$",
    ax: Axes | None = None,
) -> Axes:
    """Plot a number that a net has read against states of its cells: a dot for each sequence.

    Args:
        numbers: (sequences,).
        states: label -> (sequences,).

    >>> ax = number_in_state([0.1, 0.5], {"cell 1": [0.2, 1.0]}, xlabel="first marked number")
    """
    if not states:
        raise ValueError("states is empty; give a dictionary of label -> one state a sequence")
    x = style.vector("numbers", numbers)
    ax = style.own(ax)
    ends = []
    for (label, values), look in zip(states.items(), style.line_looks(len(states)), strict=True):
        y = style.vector(f"states[{label!r}]", values, x.size)
        ax.plot(x, y, look["marker"], color=look["color"], markersize=6, alpha=0.6)
        last = int(np.argmax(x))
        ends.append((label, float(y[last]), look["color"]))
    style.dress(ax, xlabel, ylabel)
    style.direct_labels(ax, ends)
    return ax


def state_diagram(
    clouds: Mapping[str, ArrayLike],
    *,
    start: str = "start",
    xlabel: str = "first direction",
    ylabel: str = "second direction",
    ax: Axes | None = None,
) -> Axes:
    """Draw where a net's state is after each word, and how the next symbol moves it.

    Args:
        clouds: word -> (sequences, 2), the state after it, in two coordinates. A word stands at the
            mean of its cloud; an arrow leads there from the word without its last symbol.
        start: what stands for the empty word.

    >>> ax = state_diagram({"": [[0, 0]], "X": [[1, 0]], "Y": [[-1, 0]]})
    """
    if not clouds:
        raise ValueError("clouds is empty; give a dictionary of word -> (sequences, 2)")
    points = {word: np.atleast_2d(np.asarray(rows, dtype=float)) for word, rows in clouds.items()}
    for word, rows in points.items():
        if rows.ndim != 2 or rows.shape[1] != 2 or len(rows) == 0:
            raise ValueError(f"clouds[{word!r}] has shape {rows.shape}, expected (sequences, 2)")
    ax = style.own(ax, (10.0, 5.4))
    middles = {word: rows.mean(axis=0) for word, rows in points.items()}
    looks = style.line_looks(5)
    for word, rows in points.items():
        look = looks[len(word) % 5]
        ax.plot(*rows.T, look["marker"], color=look["color"], markersize=5, alpha=0.3)
    ax.margins(0.15)
    ax.autoscale_view()
    taken: list[style.Array] = []
    for word, middle in middles.items():
        look = looks[len(word) % 5]
        before = middles.get(word[:-1]) if word else None
        if before is not None:
            ax.annotate(
                "",
                (float(middle[0]), float(middle[1])),
                (float(before[0]), float(before[1])),
                arrowprops={
                    "arrowstyle": "-|>",
                    "mutation_scale": 18,
                    "linewidth": 2.2,
                    "color": style.BLACK,
                    "shrinkA": 14,
                    "shrinkB": 16,
                },
            )
        place = ax.transData.transform(middle) * 72 / ax.figure.dpi
        shift = _clear_of(taken, place)
        taken.append(place + shift)
        ax.annotate(
            word or start,
            (float(middle[0]), float(middle[1])),
            xytext=(float(shift[0]), float(shift[1])),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=style.NORMAL,
            weight="bold",
            color=look["color"],
            bbox={"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": look["color"]},
            zorder=5,
        )
    style.dress(ax, xlabel, ylabel)
    return ax


def _clear_of(taken: list[style.Array], place: style.Array) -> style.Array:
    """How far a label must move, in points, so that it covers none that stands already."""
    shift = np.zeros(2)
    for _ in range(20):
        near = [place + shift - other for other in taken]
        close = [gap for gap in near if abs(gap[0]) < LABEL[0] and abs(gap[1]) < LABEL[1]]
        if not close:
            break
        away = 1.0 if close[0][1] >= 0 else -1.0
        shift = shift + np.array([0.0, away * (LABEL[1] - abs(close[0][1]) + 1)])
    return shift
