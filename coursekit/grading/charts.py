"""The figures of the instructor's page: SVG with alt text, the same bytes for the same points."""

import base64
import html
import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from coursekit.figures.style import BLUE, GREY, PALE, VERMILLION

OUTCOMES = ("all points", "some points", "no points", "waits for a person")
_FILLS = (
    {"facecolor": BLUE},
    {"facecolor": "#9CC9E3", "hatch": "//"},
    {"facecolor": VERMILLION, "hatch": "xx"},
    {"facecolor": PALE, "hatch": "..", "edgecolor": GREY},
)


def histogram(exercise: str, points: Sequence[float], most: float) -> str:
    """How many submissions earned how much, as an `img` element.

    Args:
        exercise: Its name, for the alt text.
        points: What counts of each submission.
        most: What can be earned.
    """
    bins = max(1, min(10, round(most)))
    edges = [most * edge / bins for edge in range(bins + 1)] if most else [0.0, 1.0]
    counts = [0] * bins
    for one in points:
        counts[min(int(one / most * bins), bins - 1) if most and one > 0 else 0] += 1
    figure = Figure(figsize=(7, 2.6), layout="constrained")
    axes = figure.add_subplot()
    width = edges[1] - edges[0]
    bars = axes.bar(edges[:-1], counts, width * 0.94, align="edge", color=BLUE)
    axes.bar_label(bars, [str(count) if count else "" for count in counts])
    axes.set(xlim=(0, edges[-1]), xlabel="points", ylabel="submissions")
    axes.set_xticks(edges, [f"{edge:.3g}" for edge in edges])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=4))
    axes.margins(y=0.18)
    axes.spines[["top", "right"]].set_visible(False)
    filled = [
        f"{count} from {low:.3g} to {high:.3g}"
        for count, low, high in zip(counts, edges, edges[1:], strict=False)
        if count
    ]
    alt = f"{exercise}: of {len(points)} submissions " + ", ".join(filled) + " points"
    return image(figure, alt)


def shares(exercise: str, outcomes: Mapping[str, Sequence[int]]) -> str:
    """For each answer a bar of how many earned all, some or no points, as an `img` element.

    Args:
        exercise: Its name, for the alt text.
        outcomes: By answer, how many submissions had each of OUTCOMES.
    """
    figure = Figure(figsize=(7, 1.2 + 0.34 * len(outcomes)), layout="constrained")
    axes = figure.add_subplot()
    names = [name if len(name) <= 30 else f"{name[:29]}\u2026" for name in outcomes]
    left = [0.0] * len(outcomes)
    for index, outcome in enumerate(OUTCOMES):
        counts = [each[index] for each in outcomes.values()]
        style: dict[str, Any] = {"edgecolor": "white", "linewidth": 0.5, **_FILLS[index]}
        axes.barh(range(len(names)), counts, 0.72, left, label=outcome, **style)
        left = [before + count for before, count in zip(left, counts, strict=True)]
    # A "$" in a stranger's name must not start a formula.
    axes.set_yticks(range(len(names)), [name.replace("$", r"\$") for name in names])
    axes.invert_yaxis()
    axes.set_xlabel("submissions")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0, labelcolor="black")
    axes.tick_params(axis="x", color=GREY)
    figure.legend(loc="outside upper center", ncols=len(OUTCOMES), frameon=False, fontsize=9)
    said = [
        f"{name}: " + ", ".join(f"{n} {what}" for n, what in zip(each, OUTCOMES, strict=True) if n)
        for name, each in outcomes.items()
    ]
    return image(figure, f"{exercise}, submissions by answer. " + "; ".join(said))


def image(figure: Figure, alt: str) -> str:
    """A figure as an `img` element that holds its SVG; without a date and with fixed ids."""
    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "coursekit", "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    encoded = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f'<img src="data:image/svg+xml;base64,{encoded}" alt="{html.escape(alt)}">'
