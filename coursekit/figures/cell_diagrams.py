"""Each cell of the ladder as a diagram: the state on top, inputs left and below, h_t right."""

from matplotlib.axes import Axes

from coursekit.figures import style
from coursekit.figures.drawing import Sheet

WIDTH, HEIGHT = 10.6, 5.3
STATE, BUS = 4.45, 0.75
GATE_Y, PRODUCT_Y = 2.0, 3.35


def elman_diagram(*, ax: Axes | None = None) -> Axes:
    """Draw the Elman cell: h_t = tanh(W x_t + U h_{t-1} + b).

    >>> ax = elman_diagram()
    """
    sheet = Sheet(ax, WIDTH, 3.6)
    y = 2.1
    sheet.text(0.75, y, r"$h_{t-1}$", color=style.GATE_COLOURS["h"], size=22)
    sheet.arrow((1.2, y), (3.32, y))
    sheet.text(2.25, y + 0.3, r"$U$")
    sheet.text(3.6, 0.45, r"$x_t$", size=22)
    sheet.arrow((3.6, 0.75), (3.6, y - 0.28))
    sheet.text(3.9, 1.25, r"$W$")
    sheet.circle(3.6, y, "+")
    sheet.text(3.6, y + 0.58, "net", size=style.SMALL)
    sheet.arrow((3.88, y), (5.05, y))
    sheet.box(5.7, y, "tanh")
    sheet.arrow((6.35, y), (9.3, y), colour=style.GATE_COLOURS["h"])
    sheet.text(9.75, y, r"$h_t$", color=style.GATE_COLOURS["h"], size=22)
    sheet.dot(8.0, y)
    sheet.arrow((8.0, y), (8.0, 3.2), colour=style.GATE_COLOURS["h"])
    sheet.text(8.15, 3.1, "  to the read-out", size=style.SMALL, ha="left")
    sheet.text(9.2, y - 0.42, "becomes\n$h_{t-1}$ next", size=style.SMALL, va="top")
    return sheet.ax


def carousel_diagram(*, ax: Axes | None = None) -> Axes:
    """Draw the constant error carousel: c_t = c_{t-1} + W x_t + b, and h_t = c_t.

    >>> ax = carousel_diagram()
    """
    sheet = Sheet(ax, WIDTH, HEIGHT)
    _state_line(sheet, plus_x=5.1)
    sheet.text(2.6, STATE + 0.32, r"$\times\,1$  (self-weight one)", size=style.SMALL)
    sheet.text(5.1, BUS - 0.3, r"$x_t$", size=22)
    sheet.arrow((5.1, BUS), (5.1, STATE - 0.28))
    sheet.text(5.25, 2.5, r"$W x_t + b$", ha="left")
    sheet.text(5.25, 2.05, "every input is added", size=style.SMALL, ha="left")
    sheet.dot(8.6, STATE)
    sheet.arrow((8.6, STATE), (8.6, GATE_Y), (9.55, GATE_Y), colour=style.GATE_COLOURS["h"])
    _output(sheet)
    sheet.text(8.45, 3.2, "every output\nreads it", size=style.SMALL, ha="right")
    return sheet.ax


def lstm_1997_diagram(*, cut: bool = False, ax: Axes | None = None) -> Axes:
    """Draw the 1997 cell: input gate, output gate, and a carousel that nothing weakens.

    Args:
        cut: mark where the truncated rule stops the error (crosses on the way back into
            h_{t-1}).

    >>> ax = lstm_1997_diagram()
    """
    sheet = Sheet(ax, WIDTH, HEIGHT)
    _state_line(sheet, plus_x=5.1)
    sheet.text(2.6, STATE + 0.32, r"$\times\,1$", size=style.LARGE)
    _gated_cell(sheet, forget=False)
    if cut:
        for x, letter in ((3.75, "i"), (6.45, "g"), (7.75, "o")):
            sheet.text(x, 1.12, r"$\mathbf{\times}$", size=26, color=style.GATE_COLOURS[letter])
        sheet.text(1.75, 1.25, r"$\times$ = error" + "\nis cut here", size=style.SMALL)
    return sheet.ax


def lstm_diagram(*, ax: Axes | None = None) -> Axes:
    """Draw the LSTM cell with input, forget and output gate.

    >>> ax = lstm_diagram()
    """
    sheet = Sheet(ax, WIDTH, HEIGHT)
    x = 1.95
    _state_line(sheet, plus_x=5.1, times_x=x)
    _gated_cell(sheet, forget=True)
    _gate(sheet, x, "f", r"$\sigma$", "forget")
    colour, line = style.GATE_COLOURS["f"], style.GATE_LINES["f"]
    sheet.arrow((x, GATE_Y + 0.42), (x, STATE - 0.28), colour=colour, line=line)
    sheet.text(x + 0.12, 3.35, r"$f_t$", size=22, color=colour, ha="left")
    return sheet.ax


def _state_line(sheet: Sheet, plus_x: float, times_x: float | None = None) -> None:
    sheet.text(0.5, STATE, r"$c_{t-1}$", size=22)
    start = 0.95
    if times_x is not None:
        sheet.arrow((start, STATE), (times_x - 0.28, STATE), width=3.2)
        sheet.circle(times_x, STATE, r"$\times$", size=22)
        start = times_x + 0.28
    sheet.arrow((start, STATE), (plus_x - 0.28, STATE), width=3.2)
    sheet.circle(plus_x, STATE, "$+$", size=22)
    sheet.arrow((plus_x + 0.28, STATE), (9.65, STATE), width=3.2)
    sheet.text(10.0, STATE, r"$c_t$", size=22)


def _output(sheet: Sheet) -> None:
    sheet.text(9.9, GATE_Y, r"$h_t$", size=22, color=style.GATE_COLOURS["h"])


def _gate(sheet: Sheet, x: float, letter: str, squash: str, name: str) -> None:
    """Draw one gate's box with its branch from the bus that carries h_{t-1} and x_t."""
    sheet.dot(x, BUS)
    sheet.arrow((x, BUS), (x, GATE_Y - 0.42), width=1.8)
    sheet.box(
        x,
        GATE_Y,
        "",
        height=0.84,
        width=1.16,
        colour=style.GATE_COLOURS[letter],
        line=style.GATE_LINES[letter],
    )
    sheet.text(x, GATE_Y + 0.15, squash, size=style.LARGE)
    sheet.text(x, GATE_Y - 0.2, name, size=style.SMALL)


def _gated_cell(sheet: Sheet, forget: bool) -> None:
    """Draw what both LSTM cells share: bus, input side, output side."""
    colours, lines = style.GATE_COLOURS, style.GATE_LINES
    i_x, product_x, g_x, o_x, out_x = 3.75, 5.1, 6.45, 7.75, 8.9
    sheet.text(0.5, BUS, r"$h_{t-1}$", size=22, color=colours["h"])
    sheet.arrow((0.95, BUS), (o_x, BUS), head=False, colour=colours["h"])
    sheet.text(1.25, 0.2, r"$x_t$", size=22)
    sheet.arrow((1.5, 0.2), (2.6 if not forget else 2.75, 0.2), (2.75, BUS), head=True)
    sheet.dot(2.75, BUS)
    _gate(sheet, i_x, "i", r"$\sigma$", "input")
    _gate(sheet, g_x, "g", "tanh", "candidate")
    _gate(sheet, o_x, "o", r"$\sigma$", "output")
    for x, letter, side in ((i_x, "i", -0.28), (g_x, "g", 0.28)):
        sheet.arrow(
            (x, GATE_Y + 0.42),
            (x, PRODUCT_Y),
            (product_x + side, PRODUCT_Y),
            colour=colours[letter],
            line=lines[letter],
        )
    sheet.text(i_x - 0.12, 2.85, r"$i_t$", size=22, color=colours["i"], ha="right")
    sheet.text(g_x + 0.12, 2.85, r"$g_t$", size=22, color=colours["g"], ha="left")
    sheet.circle(product_x, PRODUCT_Y, r"$\times$", size=22)
    sheet.arrow((product_x, PRODUCT_Y + 0.28), (product_x, STATE - 0.28))
    sheet.dot(out_x, STATE)
    sheet.arrow((out_x, STATE), (out_x, 3.72))
    sheet.box(out_x, 3.4, "tanh", width=0.95, height=0.62, size=style.NORMAL)
    sheet.arrow((out_x, 3.08), (out_x, GATE_Y + 0.28))
    sheet.circle(out_x, GATE_Y, r"$\times$", size=22)
    sheet.arrow((o_x + 0.58, GATE_Y), (out_x - 0.28, GATE_Y), colour=colours["o"], line="-")
    sheet.text(8.42, GATE_Y + 0.3, r"$o_t$", size=22, color=colours["o"])
    sheet.arrow((out_x + 0.28, GATE_Y), (9.6, GATE_Y), colour=colours["h"])
    _output(sheet)
