"""Each cell of the ladder as a diagram: the state on top, inputs left and below, h_t right."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from coursekit.figures import style
from coursekit.figures.drawing import Sheet

WIDTH, HEIGHT = 10.6, 5.5
STATE, BUS = 4.75, 1.1
_H = style.GATE_COLOURS["h"]
GATE_Y, PRODUCT_Y = 2.3, 3.65
JOIN_X, FORGET_X, INPUT_X, SUM_X, CANDIDATE_X, OUTPUT_X, RELEASE_X = (
    1.25,
    1.95,
    3.45,
    4.72,
    5.99,
    7.35,
    8.85,
)


def elman_diagram(*, squash: str = "tanh", ax: Axes | None = None) -> Axes:
    """Draw the Elman cell: h_t = tanh(W x_t + U h_{t-1} + b).

    Args:
        squash: what is written into the box of the squashing function.

    >>> ax = elman_diagram()
    """
    sheet = Sheet(ax, WIDTH, 3.6)
    y = 2.1
    sheet.text(0.75, y, r"$h_{t-1}$", color=_H, size=22)
    sheet.arrow((1.2, y), (3.32, y))
    sheet.text(2.25, y + 0.3, r"$U$")
    sheet.text(3.6, 0.45, r"$x_t$", size=22)
    sheet.arrow((3.6, 0.75), (3.6, y - 0.28))
    sheet.text(3.9, 1.25, r"$W$")
    sheet.circle(3.6, y, "+")
    sheet.text(3.6, y + 0.58, "net", size=style.SMALL)
    sheet.arrow((3.88, y), (5.05, y))
    sheet.box(5.7, y, squash)
    sheet.arrow((6.35, y), (9.3, y), colour=_H)
    sheet.text(9.75, y, r"$h_t$", color=_H, size=22)
    sheet.dot(8.0, y)
    sheet.arrow((8.0, y), (8.0, 3.2), colour=_H)
    sheet.text(8.15, 3.1, "  to the read-out", size=style.SMALL, ha="left")
    sheet.text(9.2, y - 0.42, "becomes\n$h_{t-1}$ next", size=style.SMALL, va="top")
    return sheet.ax


def carousel_diagram(*, ax: Axes | None = None) -> Axes:
    """Draw the constant error carousel: c_t = c_{t-1} + W x_t + b, and h_t = c_t.

    >>> ax = carousel_diagram()
    """
    sheet = Sheet(ax, WIDTH, HEIGHT)
    draw_state_line(sheet, plus_x=SUM_X)
    sheet.text(2.6, STATE + 0.32, r"$\times\,1$  (self-weight one)", size=style.SMALL)
    sheet.text(SUM_X, 0.35, r"$x_t$", size=22)
    sheet.arrow((SUM_X, 0.65), (SUM_X, STATE - 0.28))
    sheet.text(SUM_X + 0.15, 2.8, r"$W x_t + b$", ha="left")
    sheet.text(SUM_X + 0.15, 2.35, "every input is added", size=style.SMALL, ha="left")
    sheet.dot(RELEASE_X, STATE)
    sheet.arrow((RELEASE_X, STATE), (RELEASE_X, GATE_Y), (9.6, GATE_Y), colour=_H)
    _output(sheet)
    sheet.text(RELEASE_X - 0.15, 3.6, "every output\nreads it", size=style.SMALL, ha="right")
    return sheet.ax


def lstm_1997_diagram(*, cut: bool = False, ax: Axes | None = None) -> Axes:
    """Draw the 1997 cell: input gate, output gate, and a carousel that nothing weakens.

    Args:
        cut: mark where the truncated rule stops the error (crosses on the way back into
            h_{t-1}).

    >>> ax = lstm_1997_diagram()
    """
    sheet = Sheet(ax, WIDTH, HEIGHT)
    draw_state_line(sheet, plus_x=SUM_X)
    sheet.text(2.6, STATE + 0.32, r"$\times\,1$", size=style.LARGE)
    _gated_cell(sheet)
    if cut:
        for x, letter in ((INPUT_X, "i"), (CANDIDATE_X, "g"), (OUTPUT_X, "o")):
            colour = style.GATE_COLOURS[letter]
            sheet.text(x, 1.45, r"$\mathbf{\times}$", size=28, color=colour)
        note = "$\\mathbf{\\times}$ the error stops:\nno way back\ninto $h_{t-1}$"
        sheet.text(0.35, 2.9, note, size=style.SMALL, ha="left")
    return sheet.ax


def lstm_diagram(*, ax: Axes | None = None) -> Axes:
    """Draw the LSTM cell with input, forget and output gate.

    >>> ax = lstm_diagram()
    """
    sheet = Sheet(ax, WIDTH, HEIGHT)
    x = FORGET_X
    draw_state_line(sheet, plus_x=SUM_X, times_x=x)
    _gated_cell(sheet)
    draw_gate(sheet, x, "f", r"$\sigma$", "forget")
    colour, line = style.GATE_COLOURS["f"], style.GATE_LINES["f"]
    sheet.arrow((x, GATE_Y + 0.42), (x, STATE - 0.28), colour=colour, line=line)
    sheet.text(x + 0.12, PRODUCT_Y, r"$f_t$", size=22, color=colour, ha="left")
    return sheet.ax


def draw_state_line(sheet: Sheet, plus_x: float, times_x: float | None = None) -> None:
    """Draw c_{t-1} and c_t with the sum between them, and the forget gate's product."""
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
    sheet.text(9.9, GATE_Y, r"$h_t$", size=22, color=_H)


def draw_gate(
    sheet: Sheet, x: float, letter: str, squash: str, name: str, *, start: float = BUS
) -> None:
    """Draw one gate's box with its branch from the bus that carries h_{t-1} and x_t."""
    sheet.dot(x, start)
    sheet.arrow((x, start), (x, GATE_Y - 0.42), width=1.8)
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


def draw_bus(sheet: Sheet, *, end: float, x_label: str = r"$x_t$") -> None:
    """Draw the line that brings h_{t-1} and x_t to the gates."""
    sheet.text(0.5, BUS, r"$h_{t-1}$", size=22, color=_H)
    sheet.arrow((0.95, BUS), (JOIN_X, BUS), head=False, colour=_H)
    if x_label:
        sheet.text(JOIN_X, 0.3, x_label, size=22)
    sheet.arrow((JOIN_X, 0.55), (JOIN_X, BUS - 0.03))
    sheet.arrow((JOIN_X, BUS), (end, BUS), head=False)


def draw_input_side(
    sheet: Sheet, letters: Sequence[str], *, candidate: str = "tanh", label_y: float = 3.1
) -> None:
    """Draw input gate and candidate, those that are asked for, and their product into the state.

    Args:
        letters: of "i" and "g"; the product is drawn in any case.
        candidate: what is written into the candidate's box.
        label_y: how high the letters stand beside their lines.
    """
    colours, lines = style.GATE_COLOURS, style.GATE_LINES
    sides = {
        "i": (INPUT_X, r"$\sigma$", "input", -1),
        "g": (CANDIDATE_X, candidate, "candidate", 1),
    }
    for letter in letters:
        x, squash, name, side = sides[letter]
        draw_gate(sheet, x, letter, squash, name)
        sheet.arrow(
            (x, GATE_Y + 0.42),
            (x, PRODUCT_Y),
            (SUM_X + side * 0.28, PRODUCT_Y),
            colour=colours[letter],
            line=lines[letter],
        )
        towards = {-1: "right", 1: "left"}[side]
        place = x + side * 0.12
        sheet.text(place, label_y, rf"${letter}_t$", size=22, color=colours[letter], ha=towards)
    sheet.circle(SUM_X, PRODUCT_Y, r"$\times$", size=22)
    sheet.arrow((SUM_X, PRODUCT_Y + 0.28), (SUM_X, STATE - 0.28))


def draw_output_side(sheet: Sheet, *, squash: bool = True) -> None:
    """Draw the output gate, what it releases, and h_t."""
    draw_gate(sheet, OUTPUT_X, "o", r"$\sigma$", "output")
    sheet.dot(RELEASE_X, STATE)
    if squash:
        sheet.arrow((RELEASE_X, STATE), (RELEASE_X, 4.02))
        sheet.box(RELEASE_X, 3.7, "tanh", width=0.95, height=0.62, size=style.NORMAL)
        sheet.arrow((RELEASE_X, 3.38), (RELEASE_X, GATE_Y + 0.28))
    else:
        sheet.arrow((RELEASE_X, STATE), (RELEASE_X, GATE_Y + 0.28))
    sheet.circle(RELEASE_X, GATE_Y, r"$\times$", size=22)
    colour = style.GATE_COLOURS["o"]
    sheet.arrow((OUTPUT_X + 0.58, GATE_Y), (RELEASE_X - 0.28, GATE_Y), colour=colour, line="-")
    sheet.text(8.25, GATE_Y + 0.3, r"$o_t$", size=22, color=colour)
    sheet.arrow((RELEASE_X + 0.28, GATE_Y), (9.6, GATE_Y), colour=_H)
    _output(sheet)


def _gated_cell(sheet: Sheet) -> None:
    """Draw what both LSTM cells share: bus, input side, output side."""
    draw_bus(sheet, end=OUTPUT_X)
    draw_input_side(sheet, ("i", "g"))
    draw_output_side(sheet)
