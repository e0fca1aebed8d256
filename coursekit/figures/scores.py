"""Bars that compare methods, with every seed visible."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursekit.figures import style


def compare_scores(
    scores: Mapping[str, ArrayLike],
    *,
    baseline: float | None = None,
    baseline_label: str = "no memory",
    ylabel: str = "score (share correct)",
    ax: Axes | None = None,
) -> Axes:
    """Compare methods: a bar for the median, a dot for each seed, a line for no memory.

    Args:
        scores: label -> (seeds,) the score of each seed.
        baseline: the score of a predictor without memory.

    >>> ax = compare_scores({"SRN": [0.5, 0.52], "LSTM": [1.0, 0.99]}, baseline=0.5)
    """
    if not scores:
        raise ValueError("scores is empty; give a dictionary of label -> one score for each seed")
    ax = style.own(ax, (9.0, 4.8))
    rows = [style.vector(f"scores[{label!r}]", values) for label, values in scores.items()]
    highest = max(float(row.max()) for row in rows)
    for place, row in enumerate(rows):
        look = style.line_looks(1, first=place)[0]
        middle = float(np.median(row))
        ax.bar(place, middle, width=0.62, color=look["color"], alpha=0.3, edgecolor=look["color"])
        shift = np.linspace(-0.2, 0.2, row.size) if row.size > 1 else np.zeros(1)
        ax.plot(place + shift, row, look["marker"], color=look["color"], markersize=8)
        ax.annotate(
            f"{middle:.2f}",
            (place, float(row.max())),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=style.NORMAL,
        )
    style.dress(ax, "", ylabel)
    ax.grid(False, axis="x")
    ax.set_xticks(range(len(rows)), list(scores), fontsize=style.NORMAL)
    ax.set_xlim(-0.6, len(rows) - 0.4)
    ax.set_ylim(0, 1.18 * max(highest, baseline or 0.0))
    if baseline is not None:
        ax.axhline(baseline, color=style.BLACK, linewidth=2, linestyle=(0, (4, 2)))
        style.direct_labels(ax, [(f"{baseline_label}\n{baseline:.2f}", baseline, style.BLACK)])
    return ax


def length_distribution(
    counts: ArrayLike, probability: ArrayLike | None = None, *, ax: Axes | None = None
) -> Axes:
    """Plot how long strings are: bars for a sample, dots for the exact probability.

    Args:
        counts: (lengths,) how many strings of the sample have length 0, 1, 2, ...
        probability: (lengths,) exact P(length = n) for n = 0, 1, 2, ...

    >>> ax = length_distribution([0, 0, 3, 1], [0, 0, 0.75, 0.25])
    """
    sample = style.vector("counts", counts)
    if sample.sum() <= 0:
        raise ValueError("counts sums to 0; give the number of strings of each length")
    ax = style.own(ax)
    n = np.arange(sample.size)
    ax.bar(n, sample / sample.sum(), color=style.BLUE, alpha=0.35, label="sample")
    if probability is not None:
        exact = style.vector("probability", probability, sample.size)
        ax.plot(n, exact, "s", color=style.VERMILLION, markersize=7, label="exact")
    style.dress(ax, "length (symbols)", "share of strings")
    ax.legend(fontsize=style.SMALL, frameon=False)
    return ax


def unit_activity(
    rates: ArrayLike, *, labels: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Plot how often each unit changes, in order: some change often, others hold for long.

    Args:
        rates: (units,) each unit's rate of change, such as its mean |c_t - c_{t-1}|.
        labels: (units,) names of the units; their numbers if not given.

    >>> ax = unit_activity([0.4, 0.01, 0.2])
    """
    rate = style.vector("rates", rates)
    names = [str(k) for k in range(rate.size)] if labels is None else list(labels)
    if len(names) != rate.size:
        raise ValueError(f"labels has {len(names)} names for {rate.size} units; give one for each")
    order = np.argsort(rate)
    ax = style.own(ax, (9.0, 4.4))
    ax.bar(range(rate.size), rate[order], color=style.BLUE)
    style.dress(ax, "unit (slowest first)", "mean change at a step")
    ax.grid(False, axis="x")
    ax.set_xticks(range(rate.size), [names[k] for k in order])
    return ax
