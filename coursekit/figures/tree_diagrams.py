"""Cells on trees, layers on top of each other, and a block of cells behind shared gates."""

from matplotlib.axes import Axes

from coursekit.figures import style
from coursekit.figures.drawing import Sheet

WIDTH, HEIGHT = 10.6, 5.5
_H = style.GATE_COLOURS["h"]
_F, _F_LINE = style.GATE_COLOURS["f"], style.GATE_LINES["f"]


def tree_lstm_diagram(*, ax: Axes | None = None) -> Axes:
    """Draw a node of the child-sum Tree-LSTM with two children: a forget gate for each.

    >>> ax = tree_lstm_diagram()
    """
    return _node(ax, read=r"$s = \sum_k h_k$", note="any number of children, in no order")


def nary_tree_lstm_diagram(*, ax: Axes | None = None) -> Axes:
    """Draw a node of the N-ary Tree-LSTM with two children: each place has its own weights.

    >>> ax = nary_tree_lstm_diagram()
    """
    return _node(
        ax, read=r"$U_1 h_1 + U_2 h_2$", note="each place among the children has its own $U$"
    )


def _node(ax: Axes | None, read: str, note: str) -> Axes:
    """Children on the left, their states gated one by one into the sum."""
    sheet = Sheet(ax, WIDTH, HEIGHT)
    sum_x, state = 5.9, 3.55
    for k, y in ((1, 4.75), (2, 3.55)):
        sheet.text(0.5, y, rf"$c_{k}$", size=22)
        sheet.arrow((0.85, y), (2.72, y), width=3.2)
        sheet.circle(3.0, y, r"$\times$", size=22)
        sheet.text(3.12, y - 0.52, rf"$f_{k}$", size=22, color=_F, ha="left")
    sheet.arrow((3.28, 4.75), (sum_x, 4.75), (sum_x, state + 0.28), width=3.2)
    sheet.arrow((3.28, state), (sum_x - 0.28, state), width=3.2)
    sheet.circle(sum_x, state, "$+$", size=22)
    sheet.arrow((sum_x + 0.28, state), (9.65, state), width=3.2)
    sheet.text(10.0, state, r"$c_t$", size=22)
    # forget gates: each sees its own child
    sheet.box(1.9, 1.7, r"$\sigma$   $\sigma$", width=1.5, height=0.7, colour=_F, line=_F_LINE)
    sheet.arrow((2.3, 2.05), (2.3, 3.05), (3.0, 3.05), (3.0, state - 0.28), colour=_F, line=_F_LINE)
    sheet.arrow((1.5, 2.05), (1.5, 4.2), (3.0, 4.2), (3.0, 4.47), colour=_F, line=_F_LINE)
    sheet.text(0.5, 0.9, "$h_1$  $h_2$", size=22, color=_H, ha="center")
    sheet.arrow((1.05, 0.9), (7.85, 0.9), head=False)
    sheet.text(0.5, 0.3, r"$x_t$", size=22)
    sheet.arrow((0.8, 0.3), (1.25, 0.3), (1.25, 0.87))
    sheet.dot(1.9, 0.9)
    sheet.arrow((1.9, 0.9), (1.9, 1.35), width=1.8)
    sheet.text(3.1, 1.28, read, size=style.NORMAL, ha="left")
    # input gate, candidate, output gate
    for x, letter, squash, name in (
        (5.1, "i", r"$\sigma$", "input"),
        (6.55, "g", "tanh", "candidate"),
        (7.85, "o", r"$\sigma$", "output"),
    ):
        colour, line = style.GATE_COLOURS[letter], style.GATE_LINES[letter]
        sheet.dot(x, 0.9)
        sheet.arrow((x, 0.9), (x, 1.28), width=1.8)
        sheet.box(x, 1.7, "", width=1.16, height=0.84, colour=colour, line=line)
        sheet.text(x, 1.85, squash)
        sheet.text(x, 1.5, name, size=style.SMALL)
        if letter != "o":
            side = 0.28 if letter == "g" else -0.28
            sheet.arrow((x, 2.12), (x, 2.65), (sum_x + side, 2.65), colour=colour, line=line)
    sheet.text(5.0, 2.4, r"$i_t$", size=22, color=style.GATE_COLOURS["i"], ha="right")
    sheet.text(6.67, 2.4, r"$g_t$", size=22, color=style.GATE_COLOURS["g"], ha="left")
    sheet.circle(sum_x, 2.65, r"$\times$", size=22)
    sheet.arrow((sum_x, 2.93), (sum_x, state - 0.28))
    release = 9.3
    sheet.dot(release, state)
    sheet.arrow((release, state), (release, 3.12), head=False)
    sheet.box(release, 2.85, "tanh", width=0.9, height=0.52, size=style.NORMAL)
    sheet.arrow((release, 2.59), (release, 1.98))
    sheet.circle(release, 1.7, r"$\times$", size=22)
    sheet.arrow((8.43, 1.7), (release - 0.28, 1.7), colour=style.GATE_COLOURS["o"])
    sheet.text(8.69, 2.02, r"$o_t$", size=style.LARGE, color=style.GATE_COLOURS["o"])
    sheet.arrow((release, 1.42), (release, 0.75), colour=_H)
    sheet.text(release, 0.45, r"$h_t$", size=22, color=_H)
    sheet.text(6.3, 5.15, note, size=style.SMALL)
    return sheet.ax


def unrolled_tree(*, ax: Axes | None = None) -> Axes:
    """Draw a cell of trees over a small one: leaves first, each node after its children.

    >>> ax = unrolled_tree()
    """
    sheet = Sheet(ax, WIDTH, HEIGHT)
    places = {1: (1.7, 1.5), 2: (4.1, 1.5), 3: (2.9, 3.0), 4: (6.7, 1.5), 5: (5.0, 4.5)}
    children = {3: (1, 2), 5: (3, 4)}
    for node, (x, y) in places.items():
        sheet.box(x, y, "", width=1.2, height=0.7, fill="#F4F4F4")
        sheet.text(x, y, rf"$c_{node},\ h_{node}$", size=style.NORMAL)
        if node not in children:
            sheet.text(x, 0.4, rf"$x_{node}$", size=22)
            sheet.arrow((x, 0.7), (x, y - 0.35))
    for node, below in children.items():
        x, y = places[node]
        sheet.text(x + 1.35, y, rf"$x_{node}$", size=22)
        sheet.arrow((x + 1.05, y), (x + 0.6, y))
        for child in below:
            start = places[child]
            end = (x + (0.3 if start[0] > x else -0.3), y - 0.35)
            sheet.arrow((start[0], start[1] + 0.35), end, width=3.2)
    sheet.text(8.0, 4.5, "root: all of the tree", size=style.SMALL, ha="left")
    sheet.text(8.0, 1.5, "leaves: no children", size=style.SMALL, ha="left")
    sheet.text(8.0, 3.0, "the same weights\nat every node", size=style.SMALL, ha="left")
    return sheet.ax


def stack_diagram(steps: int = 3, *, ax: Axes | None = None) -> Axes:
    """Draw two layers over time: each reads the one below, same step, and itself, a step before.

    Args:
        steps: how many, 2 to 5.

    Raises:
        ValueError: another number of steps.

    >>> ax = stack_diagram(2)
    """
    if not 2 <= steps <= 5:
        raise ValueError(f"steps is {steps}; pass 2 to 5, or the letters become too small")
    sheet = Sheet(ax, WIDTH, HEIGHT)
    gap = 7.2 / steps
    for k in range(steps):
        x = 2.4 + gap * (k + 0.5) - 0.6
        sheet.text(x, 0.4, rf"$x_{k + 1}$", size=22)
        sheet.arrow((x, 0.7), (x, 1.38))
        for layer, y in ((1, 1.75), (2, 3.45)):
            sheet.box(x, y, rf"$h_{k + 1}^{layer}$", width=0.95, height=0.74)
            if k < steps - 1:
                sheet.arrow((x + 0.48, y), (x + gap - 0.48, y), colour=_H)
        sheet.arrow((x, 2.12), (x, 3.08))
        sheet.arrow((x, 3.82), (x, 4.5))
        sheet.text(x, 4.8, "read-out" if k == steps - 1 else rf"$y_{k + 1}$", size=style.NORMAL)
    for layer, y in ((1, 1.75), (2, 3.45)):
        sheet.text(0.75, y, f"layer {layer}", size=style.NORMAL)
    x = 2.4 + gap * (steps - 0.5) - 0.6
    sheet.text(x + 0.12, 2.6, "spatial", size=style.SMALL, ha="left")
    sheet.text(x - gap / 2, 3.72, "temporal", size=style.SMALL)
    return sheet.ax


def memory_block_diagram(
    cells: int = 2, *, forget_gate: bool = False, ax: Axes | None = None
) -> Axes:
    """Draw a memory block of the papers: several cells behind one set of gates.

    Args:
        cells: 1 to 3.
        forget_gate: the block of 2000; without it that of 1997.

    Raises:
        ValueError: another number of cells.

    >>> ax = memory_block_diagram(2)
    """
    if not 1 <= cells <= 3:
        raise ValueError(f"cells is {cells}; pass 1 to 3, or the letters become too small")
    sheet = Sheet(ax, WIDTH, HEIGHT)
    colours, lines = style.GATE_COLOURS, style.GATE_LINES
    gates = [("i", 2.9, "input gate")]
    gates += [("f", 5.3, "forget gate")] * forget_gate + [("o", 7.7, "output gate")]
    rows = {1: (2.0,), 2: (1.3, 2.7), 3: (0.8, 1.95, 3.1)}[cells]
    for letter, x, name in gates:
        sheet.box(
            *(x, 4.6, name),
            width=1.9,
            height=0.7,
            colour=colours[letter],
            line=lines[letter],
            size=style.NORMAL,
        )
        sheet.arrow((x, 4.25), (x, rows[-1] + 0.28), colour=colours[letter], line=lines[letter])
        for above, below in zip(rows[::-1], rows[::-1][1:], strict=False):
            sheet.arrow(
                (x, above - 0.28), (x, below + 0.28), colour=colours[letter], line=lines[letter]
            )
        sheet.text(x, 5.2, "sources", size=style.SMALL)
    for number, y in enumerate(rows[::-1], start=1):
        sheet.text(0.45, y, "sources", size=style.SMALL)
        sheet.arrow((0.95, y), (1.2, y))
        sheet.box(1.6, y, "$g$", width=0.75, height=0.56, colour=colours["g"], line=lines["g"])
        sheet.arrow((1.98, y), (2.62, y), colour=colours["g"], line=lines["g"])
        sheet.circle(2.9, y, r"$\times$", size=22)
        sheet.arrow((3.18, y), (5.02 if forget_gate else 4.9, y))
        if forget_gate:
            sheet.circle(5.3, y, rf"$c_{number}$", radius=0.27)
            sheet.arrow((5.58, y), (6.2, y))
        else:
            sheet.circle(5.2, y, rf"$c_{number}$", radius=0.29)
            sheet.text(5.62, y + 0.3, r"$\times 1$", size=style.SMALL, ha="left")
            sheet.arrow((5.49, y), (6.2, y))
        sheet.box(6.6, y, "$h$", width=0.75, height=0.56)
        sheet.arrow((6.98, y), (7.42, y))
        sheet.circle(7.7, y, r"$\times$", size=22)
        sheet.arrow((7.98, y), (9.1, y), colour=_H)
        sheet.text(9.75, y, rf"$y^{{c_{number}}}$", size=22, color=_H)
    sheet.text(5.3, 0.25, "one set of gates for all cells of the block", size=style.SMALL)
    return sheet.ax
