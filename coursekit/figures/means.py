"""What a mean hides: trials beside their mean and median, and how both wander."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator
from numpy.typing import ArrayLike

from coursekit.figures import style
from coursekit.figures.style import BLACK, BLUE, GREY, PALE, VERMILLION
from coursekit.papers.beside import CAME_OUT, Finding


def trials_and_mean(
    groups: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    reference: float | None = None,
    reference_label: str = "",
    log: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """A line a group: a ring for each trial, a bar for the median, a diamond for the mean.

    Args:
        groups: label -> (trials,) such as the sequences that each needed.
        xlabel: what is counted.
        reference: a number that is to be compared, such as the printed mean.
        log: whether the axis is logarithmic.

    >>> ax = trials_and_mean({"6a": [3.0, 4.0, 20.0]}, xlabel="sequences", reference=5.0)
    """
    rows = [style.vector(f"groups[{name!r}]", values) for name, values in groups.items()]
    if not rows or not all(row.size for row in rows):
        raise ValueError("a group is empty; give at least one group, and a trial for each")
    ax = style.own(ax, (11.0, 1.5 + 0.42 * len(rows)))
    for place, row in enumerate(rows):
        shift = 0.24 * np.linspace(-1, 1, row.size) if row.size > 1 else np.zeros(1)
        ax.plot(
            *(np.sort(row), place + shift, "o"), color=BLUE, markerfacecolor="none", markersize=6
        )
        ax.plot([np.median(row)] * 2, [place - 0.38, place + 0.38], color=BLUE, linewidth=3)
        ax.plot([row.mean()], [place], "D", color=VERMILLION, markersize=9, zorder=4)
    if log:
        _log_scale(ax)
    style.dress(ax, xlabel, "")
    ax.set_yticks(range(len(rows)), list(groups), fontsize=style.SMALL)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    keys = [
        Line2D([], [], marker="o", color=BLUE, markerfacecolor="none", linestyle="none"),
        Line2D([], [], marker="|", color=BLUE, markersize=15, markeredgewidth=3, linestyle="none"),
        Line2D([], [], marker="D", color=VERMILLION, markersize=9, linestyle="none"),
    ]
    names = ["a trial", "median", "mean"]
    if reference is not None:
        line = ax.axvline(reference, color=BLACK, linewidth=2, linestyle=(0, (4, 2)))
        keys.append(line)
        names.append(reference_label)
    ax.legend(
        *(keys, names),
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=len(names),
        fontsize=style.SMALL,
        frameon=False,
    )
    return ax


def _log_scale(ax: Axes) -> None:
    """A logarithmic axis over about a decade, with its numbers written out."""
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5, 7), numticks=20))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, place: f"{value:,.10g}"))
    ax.minorticks_off()


def resampled(
    draws: Mapping[str, ArrayLike], *, xlabel: str, log: bool = False, ax: Axes | None = None
) -> Axes:
    """Histograms of numbers that were computed again and again, such as means of resamples.

    Args:
        draws: label -> (repeats,).
        xlabel: what is counted.
        log: whether the axis is logarithmic.

    >>> ax = resampled({"mean": [3.0, 4.0, 9.0], "median": [3.0, 3.0, 4.0]}, xlabel="sequences")
    """
    rows = {name: style.vector(f"draws[{name!r}]", values) for name, values in draws.items()}
    if not rows:
        raise ValueError("draws is empty; give a dictionary of label -> repeats")
    ax = style.own(ax, (11.0, 4.4))
    every = np.concatenate(list(rows.values()))
    low, high = every.min(), every.max()
    bins = np.geomspace(low, high, 50) if log else np.linspace(low, high, 50)
    hatches = ("", "///", "...")
    for place, (name, row) in enumerate(rows.items()):
        look = style.line_looks(1, first=place)[0]
        ax.hist(
            row,
            bins.tolist(),
            weights=np.full(row.size, 1 / row.size),
            color=look["color"],
            alpha=0.4,
            hatch=hatches[place % 3],
            edgecolor=look["color"],
            label=name,
        )
    if log:
        _log_scale(ax)
    style.dress(ax, xlabel, "share of the repeats")
    ax.legend(fontsize=style.NORMAL, frameon=False)
    return ax


def ratios_to_printed(found: Sequence[Finding], *, ax: Axes | None = None) -> Axes:
    """Our median over the printed mean, a mark a row, in a band of a factor of two.

    Discs came out, crosses differ.

    Args:
        found: what came of each row; those without a number of ours are left out.

    Returns:
        The axes.
    """
    found = [each for each in found if each.ratio is not None]
    ax = style.own(ax, (6.2, 1.2 + 0.27 * len(found)))
    ax.axvspan(0.5, 2, color=PALE, linewidth=0)
    ax.axvline(1, color=GREY, linewidth=1)
    for place, each in enumerate(found):
        if each.ratio is None:
            continue
        came = CAME_OUT in each.kinds
        ax.plot(
            *([each.ratio], [place], "o" if came else "X"),
            color=BLUE if came else VERMILLION,
            markersize=9,
        )
    ax.set_xscale("log")
    style.dress(ax, "our median / printed mean", "")
    every = [each.ratio for each in found if each.ratio is not None]
    ax.set_xlim(min([0.06, *(0.7 * r for r in every)]), max([10, *(1.4 * r for r in every)]))
    ax.set_xticks([0.1, 0.2, 0.5, 1, 2, 5], ["0.1", "0.2", "0.5", "1", "2", "5"])
    ax.minorticks_off()
    ax.set_yticks(range(len(found)), [each.name for each in found], fontsize=13)
    ax.set_ylim(len(found) - 0.4, -0.6)
    return ax


def chances(shares: Mapping[str, float], *, xlabel: str, ax: Axes | None = None) -> Axes:
    """A bar a row, from 0 to 1, with its number.

    >>> ax = chances({"6a": 1.0, "6b": 0.5}, xlabel="share")
    """
    if not shares:
        raise ValueError("shares is empty; give a dictionary of label -> a number from 0 to 1")
    ax = style.own(ax, (6.2, 1.2 + 0.3 * len(shares)))
    values = style.vector("shares", list(shares.values()))
    ax.barh(range(len(values)), values, height=0.7, color=BLUE, alpha=0.35, edgecolor=BLUE)
    for place, value in enumerate(values):
        ax.annotate(
            *(f"{value:.2f}", (float(value), place)),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=12,
        )
    style.dress(ax, xlabel, "")
    ax.grid(False, axis="y")
    ax.set_yticks(range(len(values)), list(shares), fontsize=13)
    ax.set_ylim(len(values) - 0.4, -0.6)
    ax.set_xlim(0, 1.12)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    return ax


def likely_shares(count: int, trials: int) -> tuple[float, float]:
    """The shares that may well have given ``count`` of ``trials`` (Wilson's interval, 95 percent).

    >>> low, high = likely_shares(5, 10)
    >>> bool(0.23 < low < 0.24 and 0.76 < high < 0.77)
    True
    """
    z, share = 1.96, count / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * np.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2)
    half /= 1 + z * z / trials
    return float(middle - half), float(middle + half)


def shares_beside(
    shares: Mapping[str, tuple[float, int, int]], *, ylabel: str, ax: Axes | None = None
) -> Axes:
    """Shares of a published table beside ours: a bar with what it leaves likely, and a diamond.

    Args:
        shares: label -> (the printed share, how many of ours, of how many); without trials of
            ours the diamond stands alone.
        ylabel: what the shares are of.

    >>> ax = shares_beside({"told": (0.74, 73, 100), "not told": (0.0, 0, 0)}, ylabel="perfect")
    """
    if not shares:
        raise ValueError("shares is empty; give a dictionary of label -> (printed, ours, trials)")
    ax = style.own(ax, (11.0, 4.4))
    for place, (printed, count, trials) in enumerate(shares.values()):
        look = style.line_looks(1, first=place)[0]
        note = "not run"
        if trials:
            share, (low, high) = count / trials, likely_shares(count, trials)
            ax.bar(place, share, width=0.5, color=look["color"], alpha=0.3, edgecolor=look["color"])
            ax.plot([place] * 2, [low, high], color=look["color"], linewidth=3)
            note = f"{count} of {trials}"
        ax.plot([place + 0.33], [printed], "D", color=BLACK, markersize=9)
        ax.annotate(note, (place, 1.06), ha="center", fontsize=style.SMALL)
    style.dress(ax, "", ylabel)
    ax.grid(False, axis="x")
    ax.set_xticks(range(len(shares)), list(shares), fontsize=style.SMALL)
    ax.set_xlim(-0.6, len(shares) - 0.4)
    ax.set_ylim(-0.03, 1.15)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
    keys = [
        Line2D([], [], marker="D", color=BLACK, markersize=9, linestyle="none"),
        Line2D([], [], color=GREY, linewidth=3),
    ]
    ax.legend(
        *(keys, ["printed", "ours: what the bar leaves likely"]),
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=2,
        fontsize=style.SMALL,
        frameon=False,
    )
    return ax
