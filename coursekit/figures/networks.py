"""Whole networks: unrolled in time, the path of an error, the network of 1997."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from coursekit.figures import style
from coursekit.figures.drawing import Sheet

_H = style.GATE_COLOURS["h"]
CELLS = {
    "elman": "h",
    "elman_logistic": "h",
    "elman_linear": "h",
    "carousel": "carousel",
    "lstm_1997": "1997\ncell",
    "lstm": "LSTM",
    "peephole_lstm": "peephole\nLSTM",
    "coupled_lstm": "coupled\nLSTM",
    "state_peephole_lstm": "state-only\nLSTM",
    "evolino_lstm": "Evolino\ncell",
    "gru": "GRU",
    "gru_reset_after": "GRU\n(after)",
    "conv_lstm": "Conv-\nLSTM",
}
PLAIN = ("elman", "elman_logistic", "elman_linear")  # drawn as the unit itself
ONE_LINE = (*PLAIN, "gru", "gru_reset_after")  # h alone goes from step to step
SILENT = ("state_peephole_lstm",)  # c alone: what the cell says does not come back


def unrolled(
    cell: str = "elman",
    steps: int = 4,
    *,
    words: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a cell unrolled over time: the same weights at every step.

    Args:
        cell: a cell of sequences, such as "lstm"; those with a state line carry c beside h.
        steps: how many copies, 2 to 8.
        words: (steps,) what is read at each step, in place of x_1, x_2, ...

    >>> ax = unrolled("elman", steps=3, words=["the", "cat", "sat"])
    """
    sheet = _chain(cell, steps, words, ax)
    for k in range(steps if cell in PLAIN else 0):
        x = _place(k)
        sheet.text(x + 0.14, 1.2, r"$W$", size=style.NORMAL, ha="left")
        if k:
            sheet.text(x - 0.98, 2.52, r"$U$", size=style.NORMAL)
    return sheet.ax


def error_path(steps: int = 5, *, cell: str = "elman", ax: Axes | None = None) -> Axes:
    """Draw how an error travels back: from the loss at the last step to the first.

    Args:
        steps: how many steps are drawn, 2 to 8.
        cell: "elman" (multiplied at every step) or "carousel" (unchanged).

    >>> ax = error_path(3)
    """
    if cell not in ("elman", "carousel"):
        raise ValueError(f"cell is {cell!r}, expected 'elman' or 'carousel'")
    sheet = _chain(cell, steps, None, ax, outputs=False)
    colour, x, top = style.VERMILLION, _place(steps - 1), 2.9
    letter = "h" if cell == "elman" else "c"
    sheet.text(x, 4.4, rf"error $\partial L / \partial {letter}_{{{steps}}}$", color=colour)
    sheet.arrow((x, 4.15), (x, top - 0.05), colour=colour, width=3)
    for k in range(steps - 1, 0, -1):
        left, right = _place(k - 1), _place(k)
        thin = 3.4 - 2.4 * (steps - 1 - k) / max(1, steps - 2)
        width = thin if cell == "elman" else 3.4
        sheet.curve((right - 0.25, top), (left + 0.25, top), 0.45, colour=colour, width=width)
        text = rf"$\times\, U^T D_{{{k + 1}}}$" if cell == "elman" else r"$\times\, 1$"
        sheet.text((left + right) / 2, 3.5, text, size=style.SMALL, color=colour)
    if cell == "elman":
        note = r"$D_t$ = diag $f\,'(net_t)$"
        sheet.text(_place(0) - 0.5, 4.4, note, size=style.SMALL, ha="left", color=colour)
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
    if cell not in SILENT:
        sheet.text(0.35, 2.25, r"$h_0$", color=grey)
    if cell not in ONE_LINE:
        sheet.text(0.35, 2.6, r"$c_0$")
    for k in range(steps + 1):
        start = 0.65 if k == 0 else _place(k - 1) + 0.55
        end = _place(k) - 0.55 if k < steps else start + 0.75
        if cell not in SILENT:
            sheet.arrow((start, 2.25), (end, 2.25), colour=grey)
        if cell not in ONE_LINE:
            sheet.arrow((start, 2.6), (end, 2.6), width=3.2)
    for k in range(steps):
        x = _place(k)
        tall = 0.9 if cell in PLAIN else 1.1
        y = 2.25 if cell in PLAIN else 2.3
        sheet.box(x, y, "", width=1.1, height=tall, fill="#F4F4F4")
        name = rf"$h_{{{k + 1}}}$" if cell in PLAIN else CELLS[cell]
        sheet.text(x, y, name, size=style.LARGE if cell in PLAIN else style.SMALL)
        sheet.text(x, 0.35, words[k] if words else rf"$x_{{{k + 1}}}$")
        sheet.arrow((x, 0.68), (x, y - tall / 2))
        if outputs:
            sheet.arrow((x, y + tall / 2), (x, 3.55))
            sheet.text(x, 3.85, rf"$y_{{{k + 1}}}$")
            sheet.text(x + 0.14, 3.15, r"$V$", size=style.NORMAL, ha="left")
    return sheet


def memory_block_network(
    blocks: int = 2, cells: int = 2, *, inputs: int = 5, outputs: int = 5, ax: Axes | None = None
) -> Axes:
    """Draw the network of 1997: blocks of cells behind one pair of gates, and what feeds what.

    Args:
        blocks: memory blocks in the hidden layer, 1 to 3.
        cells: cells in each block, 1 or 2.
        inputs, outputs: units drawn in those rows, 1 to 5 each.

    >>> ax = memory_block_network(blocks=2, cells=2)
    """
    if not (1 <= inputs <= 5 and 1 <= outputs <= 5):
        raise ValueError(f"inputs {inputs} and outputs {outputs}: a row holds 1 to 5 units")
    if not 1 <= blocks <= 3 or not 1 <= cells <= 2:
        raise ValueError(
            f"blocks {blocks} and cells {cells}: a slide holds 1 to 3 blocks of 1 or 2 cells"
        )
    colours, lines = style.GATE_COLOURS, style.GATE_LINES
    wide, y, bus = 2.8, 2.95, 1.5
    half = (blocks - 1) * wide / 2
    middle = half + (3.4 if blocks < 3 else 2.2)
    sheet = Sheet(ax, middle + half + 4.0, 5.9)
    right = middle + half + 1.6
    for k in range(blocks):
        x = middle - half + k * wide
        sheet.box(x, y, "", width=2.5, height=1.9, fill="#F4F4F4", colour=style.GREY, zorder=2)
        sheet.text(x - 1.1, y + 0.72, f"block {k + 1}", size=style.SMALL, ha="left")
        lifts = (0.3, -0.42) if cells == 2 else (-0.1,)
        for lift in lifts:
            for side, letter in ((-1, "i"), (1, "o")):
                start, end = (x + side * 0.64, y - 0.1 + 0.3 * lift), (x + side * 0.27, y + lift)
                sheet.arrow(start, end, colour=colours[letter], width=1.8)
            sheet.circle(x, y + lift, "$c$", radius=0.25, size=style.NORMAL)
        for side, letter in ((-1, "i"), (1, "o")):
            at = x + side * 0.9
            sheet.circle(at, y - 0.1, f"${letter}$", colour=colours[letter], line=lines[letter])
        sheet.arrow((x, 1.16), (x, y - 0.95), width=3)
        sheet.arrow((x, y + lifts[0] + 0.25), (x, 4.84), width=3)
        sheet.arrow((x + 1.0, y + 0.95), (x + 1.0, 4.3), colour=_H, line=lines["h"], head=False)
        sheet.arrow((x - 0.9, bus), (x - 0.9, y - 0.95), colour=_H, line=lines["h"])
    around = ((middle - half + 1.0, 4.3), (right, 4.3), (right, bus), (middle - half - 0.9, bus))
    sheet.arrow(*around, colour=_H, line=lines["h"], head=False)
    reach = max(half, 1.2) + 0.55
    rows = ((0.85, "inputs $x_t$", inputs), (5.15, "outputs $y_t$", outputs))
    for row, name, units in rows:
        name = name.replace("s $", " $") if units == 1 else name
        sheet.box(middle, row, "", width=2 * reach, height=0.62, colour=style.GREY, zorder=2)
        for k in range(units):
            place = (2 * k + 1 - units) / max(1, units - 1)  # from -1 to 1
            sheet.circle(middle + place * (reach - 0.4), row, radius=0.18)
        sheet.text(middle - reach - 0.15, row, name, ha="right", size=style.NORMAL)
    notes = {
        5.15: "fed by the cells\nalone",
        y: "at the next step\nall cells and gates\nfeed all cells\nand gates",
        0.85: f"feed{'s' * (inputs == 1)} all cells\nand gates",
    }
    for row, note in notes.items():
        sheet.text(right + 0.2, row, note, size=style.SMALL, ha="left")
    return sheet.ax
