"""Two sketches: a sentence with a dependency, and one weight with two jobs."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from coursekit.figures import style
from coursekit.figures.drawing import Sheet

JOBS = {
    "input": (
        ("store the signal", "open: larger $w$", style.BLUE),
        ("keep the noise out", "shut: smaller $w$", style.VERMILLION),
    ),
    "output": (
        ("keep quiet for now", "shut: smaller $w$", style.VERMILLION),
        ("bring the memory out", "open: larger $w$", style.BLUE),
    ),
}


def dependency(
    words: Sequence[str], source: int, target: int, *, note: str = "", ax: Axes | None = None
) -> Axes:
    """Draw a sentence with an arc from the word that decides to the word that depends on it.

    Args:
        words: the sentence.
        source, target: positions of the deciding and of the dependent word, from 0.
        note: stands on the arc, such as "6 words".

    >>> ax = dependency("My dog chases squirrels".split(), 1, 2, note="next word")
    """
    count = len(words)
    if not (0 <= source < target < count):
        raise ValueError(
            f"source {source} and target {target} must be positions in the sentence of {count} "
            f"words, the source first"
        )
    letters = [0.16 * max(2, len(word)) + 0.22 for word in words]
    width = max(4.0, sum(letters) + 0.4)
    sheet = Sheet(ax, width, 2.4)
    left = (width - sum(letters)) / 2
    middles = []
    for wide in letters:
        middles.append(left + wide / 2)
        left += wide
    for k, (word, x) in enumerate(zip(words, middles, strict=True)):
        colour = {source: style.BLUE, target: style.VERMILLION}.get(k, style.GREY)
        weight = "bold" if k in (source, target) else "normal"
        sheet.text(x, 0.5, word, color=colour, weight=weight)
    reach = middles[target] - middles[source]
    sheet.curve((middles[source], 0.8), (middles[target], 0.8), -min(0.5, 1.5 / reach), width=2.6)
    sheet.text((middles[source] + middles[target]) / 2, 2.05, note, size=style.NORMAL)
    return sheet.ax


def weight_conflict(kind: str = "input", *, ax: Axes | None = None) -> Axes:
    """Draw one weight with two jobs: at one step it should be large, at another small.

    Args:
        kind: "input" (let the signal in, keep the noise out) or "output" (keep the memory
            from the next outputs, bring it out later).

    >>> ax = weight_conflict("output")
    """
    if kind not in JOBS:
        raise ValueError(f"kind is {kind!r}, expected 'input' or 'output'")
    sheet = Sheet(ax, 9.6, 4.2)
    inward = kind == "input"
    y = 3.2 if inward else 1.0
    far = 1.3 if inward else 2.9
    times = ("t", "t+1") if inward else ("t+1", "t+n")
    symbol = "x" if inward else "y"
    for start, end in ((0.5, 2.35), (3.25, 6.45), (7.35, 9.2)):
        sheet.arrow((start, y), (end, y), width=3.2)
    for x, time, (job, pull, colour) in zip((2.8, 6.9), times, JOBS[kind], strict=True):
        sheet.circle(x, y, rf"$c_{{{time}}}$", radius=0.42, size=style.NORMAL)
        start, end = (far, y - 0.44) if inward else (y + 0.44, far)
        sheet.arrow((x, start), (x, end), colour=colour, width=3)
        sheet.text(x - 0.2, (start + end) / 2, "$w$", size=22, ha="right", color=colour)
        sheet.text(x + 0.25, (start + end) / 2, pull, size=style.NORMAL, ha="left", color=colour)
        name = rf"${symbol}_{{{time}}}$"
        sheet.text(x, far + (-0.3 if inward else 0.3), name, size=22)
        sheet.text(x, far + (-0.85 if inward else 0.85), job, size=style.NORMAL, color=colour)
    return sheet.ax
