"""Curves: squashing functions, norms of a Jacobian, success against lag, learning curves."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from coursekit.figures import style

JACOBIAN = "norm of the Jacobian (log scale)"


def squashing_and_derivative(
    net: ArrayLike,
    value: ArrayLike,
    derivative: ArrayLike,
    *,
    name: str,
    ax: Axes | None = None,
) -> Axes:
    """Plot a squashing function and its derivative, and mark where the derivative is largest.

    Args:
        net, value, derivative: (points,) the pre-activation, f(net) and f'(net).
        name: what the function is called, such as "logistic".

    >>> net = np.linspace(-5, 5, 101)
    >>> ax = squashing_and_derivative(net, np.tanh(net), 1 - np.tanh(net) ** 2, name="tanh")
    """
    x = style.vector("net", net)
    f = style.vector("value", value, x.size)
    slope = style.vector("derivative", derivative, x.size)
    ax = style.own(ax, (9.0, 4.6))
    ax.plot(x, f, color=style.BLUE, linewidth=2.6)
    ax.plot(x, slope, color=style.VERMILLION, linewidth=2.6, linestyle=style.LINE_STYLES[1])
    top = int(np.argmax(slope))
    ax.plot(x[top], slope[top], "s", color=style.VERMILLION, markersize=9)
    style.dress(ax, "net", "")
    low = min(0.0, float(f.min()))
    ax.set_ylim(low - 0.08, max(1.0, float(f.max())) * 1.22)
    ax.annotate(
        f"largest slope {slope[top]:.4g}",
        (x[top], slope[top]),
        xytext=(0, 10) if slope[top] > 0.6 else (14, 4),
        textcoords="offset points",
        ha="center" if slope[top] > 0.6 else "left",
        fontsize=style.SMALL,
        color=style.VERMILLION,
    )
    style.direct_labels(
        ax,
        [(f"{name}", f[-1], style.BLUE), ("its derivative", slope[-1], style.VERMILLION)],
    )
    return ax


def gradient_norms(
    lags: ArrayLike,
    norms: ArrayLike,
    *,
    label: str = "measured",
    bound: ArrayLike | None = None,
    bound_label: str = "bound",
    ylabel: str = JACOBIAN,
    ax: Axes | None = None,
) -> Axes:
    """Plot how much of an error is left after so many steps, on a logarithmic axis.

    Call it again with the same `ax` to add another network.

    Args:
        lags: (lags,) steps that the error has travelled.
        norms: (seeds, lags) or (lags,) norm of the sequential Jacobian.
        label: what was measured; stands at the end of its line.
        bound: (lags,) a curve that the norms may not cross.

    >>> lags = np.arange(1, 6)
    >>> ax = gradient_norms(lags, [0.5**lags, 0.4**lags], bound=0.6**lags)
    """
    x = style.vector("lags", lags)
    rows = style.rows_of("norms", norms, x.size, "(seeds, lags)")
    ax = style.own(ax)
    look = style.next_look(ax)
    ends = _ends(ax)
    middle = _positive(np.median(rows, axis=0))
    style.spread(ax, x, _positive(rows), look, label, middle)
    ends.append((label, _last(middle), look["color"]))
    if bound is not None:
        limit = style.vector("bound", bound, x.size)
        ax.plot(x, limit, color=style.GREY, linewidth=2, linestyle=(0, (4, 2)), label=bound_label)
        ends.append((bound_label, _last(limit), style.GREY))
    ax.set_yscale("log")
    style.dress(ax, "lag (steps)", ylabel)
    style.span(ax, x)
    _relabel(ax, ends)
    return ax


def regimes(
    lags: ArrayLike,
    norms: Mapping[str, ArrayLike],
    *,
    ylabel: str = JACOBIAN,
    ax: Axes | None = None,
) -> Axes:
    """Plot several regimes of one network together: vanishing, knife edge, exploding.

    Args:
        lags: (lags,) steps that the error has travelled.
        norms: label -> (seeds, lags) or (lags,) norm of the sequential Jacobian.

    >>> lags = np.arange(1, 6)
    >>> ax = regimes(lags, {"vanishing": 0.5**lags, "exploding": 2.0**lags})
    """
    if not norms:
        raise ValueError("norms is empty; give a dictionary of label -> (seeds, lags)")
    ax = style.own(ax)
    for label, rows in norms.items():
        gradient_norms(lags, rows, label=label, ylabel=ylabel, ax=ax)
    if ax.get_ylim()[0] < 1 < ax.get_ylim()[1]:
        ax.axhline(1.0, color=style.GREY, linewidth=1)
    return ax


def score_against_lag(
    lags: ArrayLike,
    scores: ArrayLike,
    *,
    label: str = "network",
    baseline: float | None = None,
    baseline_label: str = "no memory",
    xlabel: str = "lag (steps)",
    ylabel: str = "score (share correct)",
    ax: Axes | None = None,
) -> Axes:
    """Plot a score against the lag: a dot for each seed, a line through the medians.

    Call it again with the same `ax` to add another network.

    Args:
        lags: (lags,) the lags tried, or another quantity that `xlabel` names.
        scores: (seeds, lags) the score of each seed at each lag.
        baseline: the score of a predictor without memory.

    >>> ax = score_against_lag([5, 10], [[1.0, 0.5], [0.9, 0.6]], baseline=0.5)
    """
    x = style.vector("lags", lags)
    rows = style.rows_of("scores", scores, x.size, "(seeds, lags)")
    ax = style.own(ax)
    look = style.next_look(ax)
    dots = np.tile(x, len(rows))
    ax.plot(dots, rows.ravel(), look["marker"], color=look["color"], markersize=8, alpha=0.55)
    middle = np.median(rows, axis=0)
    ax.plot(x, middle, color=look["color"], linestyle=look["linestyle"], linewidth=2.6, label=label)
    style.dress(ax, xlabel, ylabel)
    ax.set_xticks(x)
    if rows.min() >= 0 and rows.max() <= 1:
        ax.set_ylim(-0.05, 1.05)
    ends = _ends(ax)
    ends.append((label, _last(middle), look["color"]))
    _baseline(ax, baseline, baseline_label, ends)
    _relabel(ax, ends)
    return ax


def learning_curves(
    history: Mapping[str, ArrayLike],
    *,
    steps: ArrayLike | None = None,
    baseline: float | None = None,
    baseline_label: str = "no memory",
    xlabel: str = "training steps",
    ylabel: str = "loss",
    log: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Plot a quantity through training: a thin line for each seed, a thick one for the median.

    Args:
        history: label -> (seeds, points) or (points,), all with the same number of points.
        steps: (points,) the training step of each point; 0, 1, 2, ... if not given.
        baseline: the value of a predictor without memory.
        log: whether the y axis is logarithmic.

    >>> ax = learning_curves({"srn": [[0.7, 0.69]], "lstm": [[0.7, 0.1]]}, baseline=0.69)
    """
    if not history:
        raise ValueError("history is empty; give a dictionary of label -> (seeds, points)")
    if steps is None:
        steps = np.arange(np.atleast_2d(np.asarray(next(iter(history.values())))).shape[1])
    x = style.vector("steps", steps)
    ax = style.own(ax)
    ends = _ends(ax)
    for label, values in history.items():
        rows = style.rows_of(f"history[{label!r}]", values, x.size, "(seeds, points)")
        look = style.next_look(ax)
        style.spread(ax, x, rows, look, label)
        ends.append((label, _last(np.median(rows, axis=0)), look["color"]))
    if log:
        ax.set_yscale("log")
    style.dress(ax, xlabel, ylabel)
    style.span(ax, x)
    _baseline(ax, baseline, baseline_label, ends)
    _relabel(ax, ends)
    return ax


def _baseline(ax: Axes, value: float | None, label: str, ends: list[Any]) -> None:
    if value is None:
        return
    ax.axhline(value, color=style.GREY, linewidth=1.8, linestyle=(0, (1, 1.5)), label=label)
    ends.append((label, value, style.GREY))


def _positive(rows: style.Array) -> style.Array:
    """Hide what a logarithmic axis cannot show: zeros after an underflow, infinities."""
    return np.where((rows > 0) & np.isfinite(rows), rows, np.nan)


def _last(line: style.Array) -> float:
    known = line[np.isfinite(line)]
    return float(known[-1]) if known.size else 1.0


def _ends(ax: Axes) -> list[Any]:
    """Return the line ends labelled so far on these axes."""
    return list(getattr(ax, "_coursekit_ends", []))


def _relabel(ax: Axes, ends: list[Any]) -> None:
    for old in getattr(ax, "_coursekit_texts", []):
        old.remove()
    before = list(ax.texts)
    style.direct_labels(ax, ends)
    ax._coursekit_texts = [t for t in ax.texts if t not in before]  # type: ignore[attr-defined]
    ax._coursekit_ends = ends  # type: ignore[attr-defined]
