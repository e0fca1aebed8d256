"""Whole networks: unrolled in time, the path of an error, the network of 1997, a sentence."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from coursekit.figures import style
from coursekit.figures.drawing import Sheet

CELLS = ("elman", "carousel", "lstm_1997", "lstm")


def unrolled(
    cell: str = "elman",
    steps: int = 4,
    *,
    words: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a cell unrolled over time: the same weights at every step.

    Args:
        cell: "elman", "carousel", "lstm_1997" or "lstm"; the last three carry c beside h.
        steps: how many copies, 2 to 8.
        words: (steps,) what is read at each step, in place of x_1, x_2, ...

    >>> ax = unrolled("elman", steps=3, words=["the", "cat", "sat"])
    """
    sheet = _chain(cell, steps, words, ax)
    names = {"elman": r"$U$", "carousel": ""}
    for k in range(steps):
        x = _place(k)
        sheet.text(x + 0.14, 1.2, r"$W$", size=style.NORMAL, ha="left")
        if k and names.get(cell):
            sheet.text(x - 0.83, 2.55, names[cell], size=style.NORMAL)
    return sheet.ax


def error_path(steps: int = 5, *, cell: str = "elman", ax: Axes | None = None) -> Axes:
    """Draw how an error travels back: from the loss at the last step to the first input.

    Args:
        steps: how many steps the error travels through, 2 to 8.

    >>> ax = error_path(3)
    """
    sheet = _chain(cell, steps, None, ax, outputs=False)
    x = _place(steps - 1)
    sheet.text(x, 4.35, rf"error $\partial L / \partial h_{{{steps}}}$", color=style.VERMILLION)
    sheet.arrow((x, 4.1), (x, 2.75), colour=style.VERMILLION, width=3)
    for k in range(steps - 1, 0, -1):
        left, right = _place(k - 1), _place(k)
        fade = 3.4 - 2.4 * (steps - 1 - k) / max(1, steps - 2)
        sheet.curve(
            (right - 0.25, 2.8), (left + 0.25, 2.8), 0.45, colour=style.VERMILLION, width=fade
        )
        text = rf"$\times\, U^T D_{{{k + 1}}}$"
        sheet.text((left + right) / 2, 3.38, text, size=style.SMALL, color=style.VERMILLION)
    return sheet.ax


def _place(step: int) -> float:
    return 1.75 + 1.95 * step


def _chain(
    cell: str, steps: int, words: Sequence[str] | None, ax: Axes | None, outputs: bool = True
) -> Sheet:
    if cell not in CELLS:
        raise ValueError(f"cell is {cell!r}, expected one of {', '.join(CELLS)}")
    if not 2 <= steps <= 8:
        raise ValueError(f"steps is {steps}, expected 2 to 8: more cannot be read on a slide")
    if words is not None and len(words) != steps:
        raise ValueError(f"words has {len(words)} entries for {steps} steps; give one a step")
    height = 4.3 if outputs else 4.7
    sheet = Sheet(ax, _place(steps - 1) + 1.45, height)
    grey = style.GATE_COLOURS["h"]
    sheet.text(0.35, 2.25, r"$h_0$", color=grey)
    if cell != "elman":
        sheet.text(0.35, 2.6, r"$c_0$")
    for k in range(steps + 1):
        start = 0.65 if k == 0 else _place(k - 1) + 0.5
        end = _place(k) - 0.5 if k < steps else start + 0.75
        sheet.arrow((start, 2.25), (end, 2.25), colour=grey)
        if cell != "elman":
            sheet.arrow((start, 2.6), (end, 2.6), width=3.2)
    for k in range(steps):
        x = _place(k)
        tall = 0.9 if cell == "elman" else 1.1
        y = 2.25 if cell == "elman" else 2.3
        sheet.box(x, y, "", width=1.0, height=tall, fill="#F4F4F4")
        sheet.text(
            x,
            y,
            rf"$h_{{{k + 1}}}$" if cell == "elman" else cell.replace("_", "\n"),
            size=style.LARGE if cell == "elman" else style.SMALL,
        )
        sheet.text(x, 0.35, words[k] if words else rf"$x_{{{k + 1}}}$")
        sheet.arrow((x, 0.68), (x, y - tall / 2))
        if outputs:
            sheet.arrow((x, y + tall / 2), (x, 3.55))
            sheet.text(x, 3.85, rf"$y_{{{k + 1}}}$")
            sheet.text(x + 0.14, 3.15, r"$V$", size=style.NORMAL, ha="left")
    return sheet


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


def memory_block_network(blocks: int = 2, cells: int = 2, *, ax: Axes | None = None) -> Axes:
    """Draw the network of 1997: blocks of cells behind one pair of gates, and what feeds what.

    Args:
        blocks: memory blocks in the hidden layer, 1 to 3.
        cells: cells in each block, 1 or 2.

    >>> ax = memory_block_network(blocks=2, cells=2)
    """
    if not 1 <= blocks <= 3 or not 1 <= cells <= 2:
        raise ValueError(
            f"blocks {blocks} and cells {cells}: a slide holds 1 to 3 blocks of 1 or 2 cells"
        )
    colours = style.GATE_COLOURS
    sheet = Sheet(ax, 11.0, 5.9)
    middle, y = 4.6, 2.95
    wide = 2.55
    first = middle - (blocks - 1) * wide / 2
    for k in range(blocks):
        x = first + k * wide
        sheet.box(x, y, "", width=2.3, height=1.9, fill="#F4F4F4", colour=style.GREY)
        sheet.circle(x - 0.8, y - 0.1, "$i$", colour=colours["i"], line=style.GATE_LINES["i"])
        sheet.circle(x + 0.8, y - 0.1, "$o$", colour=colours["o"], line=style.GATE_LINES["o"])
        for j in range(cells):
            lift = (0.28 if j == 0 else -0.42) if cells == 2 else -0.1
            sheet.circle(x, y + lift, "$c$", radius=0.25)
            sheet.arrow((x - 0.52, y - 0.1), (x - 0.25, y + lift), colour=colours["i"], width=1.6)
            sheet.arrow((x + 0.52, y - 0.1), (x + 0.25, y + lift), colour=colours["o"], width=1.6)
        sheet.text(x, y + 0.75, f"block {k + 1}", size=style.SMALL)
        sheet.arrow((x, 1.15), (x, y - 0.95), width=3)
        sheet.arrow((x, y + 0.95), (x, 4.85), width=3)
    half = (blocks - 1) * wide / 2 + 1.15
    for y_row, name in ((0.85, "inputs $x_t$"), (5.15, "outputs $y_t$")):
        for k in range(5):
            sheet.circle(middle + (k - 2) * 0.75, y_row, radius=0.2)
        sheet.text(middle - 2.1, y_row, name, ha="right")
    left = middle - half - 0.55
    sheet.arrow((left, 1.75), (left, 1.75), head=False)
    right = middle + half
    sheet.arrow(
        (right, y),
        (right + 0.5, y),
        (right + 0.5, 1.6),
        (first - 0.9, 1.6),
        (first - 0.9, y - 0.95),
        colour=colours["h"],
        line=style.GATE_LINES["h"],
    )
    sheet.text(
        right + 0.65,
        2.3,
        "next step:\ncells and gates\nfeed all cells\nand gates",
        size=style.SMALL,
        ha="left",
    )
    sheet.text(right + 0.65, 4.3, "only cells\nfeed the outputs", size=style.SMALL, ha="left")
    return sheet.ax
