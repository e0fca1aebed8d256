"""The cells that came after the LSTM, as diagrams in the manner of `cell_diagrams`."""

from matplotlib.axes import Axes

from coursekit.figures import style
from coursekit.figures.cell_diagrams import (
    BUS,
    CANDIDATE_X,
    FORGET_X,
    GATE_Y,
    HEIGHT,
    INPUT_X,
    JOIN_X,
    OUTPUT_X,
    PRODUCT_Y,
    RELEASE_X,
    STATE,
    SUM_X,
    WIDTH,
    draw_bus,
    draw_gate,
    draw_input_side,
    draw_output_side,
    draw_state_line,
)
from coursekit.figures.drawing import Sheet

_H = style.GATE_COLOURS["h"]
PEEP = 3.35  # the height of a peephole's line


def peephole_lstm_diagram(*, ax: Axes | None = None) -> Axes:
    """Draw the LSTM cell with peepholes, dashed: c_{t-1} to i and f, c_t to o.

    >>> ax = peephole_lstm_diagram()
    """
    sheet = Sheet(ax, WIDTH, HEIGHT)
    _peephole_cell(sheet)
    sheet.text(6.4, 5.22, "dashed: peepholes, elementwise weights $p$", size=style.SMALL)
    return sheet.ax


def conv_lstm_diagram(*, ax: Axes | None = None) -> Axes:
    """Draw the ConvLSTM: the peephole cell, whose inputs are pictures and are convolved.

    >>> ax = conv_lstm_diagram()
    """
    sheet = Sheet(ax, WIDTH, HEIGHT)
    _peephole_cell(sheet, x_label="")
    for shift in (0.16, 0.08, 0.0):
        x, y = JOIN_X + shift, 0.32 + shift
        sheet.box(x, y, "", width=0.7, height=0.46, line="-", zorder=4 - shift)
    sheet.text(JOIN_X, 0.32, r"$x_t$", size=style.LARGE)
    sheet.text(6.4, 5.22, r"every line carries maps; dashed: peepholes $p$", size=style.SMALL)
    told = r"every product is a convolution: $W \ast x_t$, $U \ast h_{t-1}$"
    sheet.text(5.4, 0.5, told, size=style.SMALL)
    return sheet.ax


def coupled_lstm_diagram(*, ax: Axes | None = None) -> Axes:
    """Draw the LSTM cell with coupled gates: what is not kept is stored, i = 1 - f.

    >>> ax = coupled_lstm_diagram()
    """
    sheet = Sheet(ax, WIDTH, HEIGHT)
    draw_state_line(sheet, plus_x=SUM_X, times_x=FORGET_X)
    draw_bus(sheet, end=OUTPUT_X)
    _forget_gate(sheet)
    colour, line = style.GATE_COLOURS["f"], style.GATE_LINES["f"]
    sheet.dot(FORGET_X, 3.1)
    sheet.arrow((FORGET_X, 3.1), (INPUT_X - 0.48, 3.1), colour=colour, line=line)
    sheet.box(INPUT_X, 3.1, r"$1 - f_t$", width=0.96, height=0.5, size=style.NORMAL)
    draw_input_side(sheet, ("g",))
    sheet.arrow(
        *((INPUT_X, 3.35), (INPUT_X, PRODUCT_Y), (SUM_X - 0.28, PRODUCT_Y)),
        colour=style.GATE_COLOURS["i"],
    )
    sheet.text(INPUT_X - 0.12, 3.62, r"$i_t$", size=22, color=style.GATE_COLOURS["i"], ha="right")
    draw_output_side(sheet)
    return sheet.ax


def state_peephole_lstm_diagram(*, ax: Axes | None = None) -> Axes:
    """Draw the state-only variant: the gates see x_t and c_{t-1}, the candidate x_t alone.

    >>> ax = state_peephole_lstm_diagram()
    """
    sheet = Sheet(ax, WIDTH, HEIGHT)
    draw_state_line(sheet, plus_x=SUM_X, times_x=FORGET_X)
    sheet.dot(JOIN_X, STATE)
    sheet.arrow((JOIN_X, STATE), (JOIN_X, BUS), head=False)
    sheet.text(JOIN_X - 0.1, 3.0, r"$U c_{t-1}$", ha="right")
    sheet.text(0.45, 0.55, r"$x_t$", size=22)
    sheet.arrow((0.75, 0.55), (CANDIDATE_X, 0.55), head=False)
    sheet.arrow((JOIN_X, 0.55), (JOIN_X, BUS), head=False)
    sheet.dot(JOIN_X, 0.55)
    sheet.arrow((JOIN_X, BUS), (OUTPUT_X, BUS), head=False)
    sheet.dot(JOIN_X, BUS)
    _forget_gate(sheet)
    draw_input_side(sheet, ("i",))
    x, colour, line = CANDIDATE_X, style.GATE_COLOURS["g"], style.GATE_LINES["g"]
    draw_gate(sheet, x, "g", "tanh", "candidate", start=0.55)
    sheet.arrow(
        *((x, GATE_Y + 0.42), (x, PRODUCT_Y), (SUM_X + 0.28, PRODUCT_Y)), colour=colour, line=line
    )
    sheet.text(x + 0.12, 3.1, r"$g_t$", size=22, color=colour, ha="left")
    draw_output_side(sheet, squash=False)
    return sheet.ax


def evolino_lstm_diagram(*, ax: Axes | None = None) -> Axes:
    """Draw the cell of Evolino: a linear candidate, and the output gate within the tanh.

    >>> ax = evolino_lstm_diagram()
    """
    sheet = Sheet(ax, WIDTH, HEIGHT)
    draw_state_line(sheet, plus_x=SUM_X, times_x=FORGET_X)
    draw_bus(sheet, end=OUTPUT_X)
    _forget_gate(sheet)
    draw_input_side(sheet, ("i", "g"), candidate="linear")
    draw_gate(sheet, OUTPUT_X, "o", r"$\sigma$", "output")
    colour = style.GATE_COLOURS["o"]
    sheet.dot(RELEASE_X - 0.25, STATE)
    x = RELEASE_X - 0.25
    sheet.arrow((x, STATE), (x, GATE_Y + 0.28))
    sheet.circle(x, GATE_Y, r"$\times$", size=22)
    sheet.arrow((OUTPUT_X + 0.58, GATE_Y), (x - 0.28, GATE_Y), colour=colour)
    sheet.text(8.1, GATE_Y + 0.34, r"$o_t$", size=22, color=colour)
    sheet.box(9.5, GATE_Y, "tanh", width=0.8, height=0.62, size=style.NORMAL)
    sheet.arrow((x + 0.28, GATE_Y), (9.1, GATE_Y))
    sheet.arrow((9.5, GATE_Y - 0.31), (9.5, 1.35), colour=_H)
    sheet.text(9.5, 1.05, r"$h_t$", size=22, color=_H)
    return sheet.ax


def gru_diagram(*, ax: Axes | None = None) -> Axes:
    """Draw the gated recurrent unit: h is memory and output, z blends, r filters the past.

    >>> ax = gru_diagram()
    """
    return _gru(ax, after=False)


def gru_reset_after_diagram(*, ax: Axes | None = None) -> Axes:
    """Draw the frameworks' gated recurrent unit: r acts after the product, z keeps the old.

    >>> ax = gru_reset_after_diagram()
    """
    return _gru(ax, after=True)


def _forget_gate(sheet: Sheet) -> None:
    x, colour, line = FORGET_X, style.GATE_COLOURS["f"], style.GATE_LINES["f"]
    draw_gate(sheet, x, "f", r"$\sigma$", "forget")
    sheet.arrow((x, GATE_Y + 0.42), (x, STATE - 0.28), colour=colour, line=line)
    sheet.text(x + 0.12, 4.1, r"$f_t$", size=22, color=colour, ha="left")


def _peephole_cell(sheet: Sheet, x_label: str = r"$x_t$") -> None:
    """The LSTM cell with a dashed line from the state to each gate."""
    draw_state_line(sheet, plus_x=SUM_X, times_x=FORGET_X)
    draw_bus(sheet, end=OUTPUT_X, x_label=x_label)
    _forget_gate(sheet)
    draw_input_side(sheet, ("i", "g"), label_y=3.95)
    draw_output_side(sheet)
    dashed = (0, (4, 2))
    sheet.dot(JOIN_X, STATE)
    for stop in (FORGET_X - 0.3, INPUT_X - 0.3):
        sheet.arrow(
            *((JOIN_X, STATE), (JOIN_X, PEEP), (stop, PEEP), (stop, GATE_Y + 0.42)),
            line=dashed,
            width=1.8,
        )
    sheet.dot(7.65, STATE)
    sheet.arrow((7.65, STATE), (7.65, GATE_Y + 0.42), line=dashed, width=1.8)


def _gru(ax: Axes | None, after: bool) -> Axes:
    """Memory on top; below, from left to right, reset gate, candidate, update gate."""
    sheet = Sheet(ax, WIDTH, HEIGHT)
    colours, lines = style.GATE_COLOURS, style.GATE_LINES
    reset_x, candidate_x, update_x = 2.15, 4.75, 7.1
    sheet.text(0.5, STATE, r"$h_{t-1}$", size=22, color=_H)
    times_x, plus_x = 5.95, 8.4
    sheet.arrow((0.95, STATE), (times_x - 0.28, STATE), width=3.2)
    sheet.circle(times_x, STATE, r"$\times$", size=22)
    sheet.arrow((times_x + 0.28, STATE), (plus_x - 0.28, STATE), width=3.2)
    sheet.circle(plus_x, STATE, "$+$", size=22)
    sheet.arrow((plus_x + 0.28, STATE), (9.65, STATE), width=3.2, colour=_H)
    sheet.text(10.05, STATE, r"$h_t$", size=22, color=_H)
    # the bus of x_t and h_{t-1}, and below it the one of x_t alone
    sheet.dot(JOIN_X, STATE)
    sheet.arrow((JOIN_X, STATE), (JOIN_X, 0.55), head=False)
    sheet.text(0.45, 0.55, r"$x_t$", size=22)
    sheet.arrow((0.75, 0.55), (candidate_x, 0.55), head=False)
    sheet.dot(JOIN_X, 0.55)
    sheet.dot(JOIN_X, BUS)
    sheet.arrow((JOIN_X, BUS), (update_x, BUS), head=False)
    draw_gate(sheet, reset_x, "r", r"$\sigma$", "reset")
    draw_gate(sheet, candidate_x, "g", "tanh", "candidate", start=0.55)
    draw_gate(sheet, update_x, "z", r"$\sigma$", "update")
    # what the candidate sees of the past
    x = 3.4
    sheet.dot(x, STATE)
    if after:
        sheet.arrow((x, STATE), (x, 4.42), head=False)
        sheet.box(x, 4.2, r"$U_g$", width=0.62, height=0.44, size=style.NORMAL)
        sheet.arrow((x, 3.98), (x, 3.52))
    else:
        sheet.arrow((x, STATE), (x, 3.52))
        sheet.text(x + 0.1, GATE_Y + 0.25, r"$U_g$", size=style.NORMAL, ha="left")
    sheet.circle(x, 3.25, r"$\times$", size=22)
    sheet.arrow(
        *((reset_x, GATE_Y + 0.42), (reset_x, 3.25), (x - 0.28, 3.25)),
        colour=colours["r"],
        line=lines["r"],
    )
    sheet.arrow((x, 2.98), (x, GATE_Y), (candidate_x - 0.58, GATE_Y))
    sheet.text(reset_x - 0.12, 3.1, r"$r_t$", size=22, color=colours["r"], ha="right")
    # the blend
    keep, new = (r"$z_t$", r"$1 - z_t$") if after else (r"$1 - z_t$", r"$z_t$")
    join_y = 3.25
    sheet.arrow(
        *((candidate_x, GATE_Y + 0.42), (candidate_x, 3.65), (plus_x - 0.28, 3.65)),
        colour=colours["g"],
        line=lines["g"],
    )
    sheet.text(candidate_x - 0.12, 3.1, r"$g_t$", size=22, color=colours["g"], ha="right")
    sheet.circle(plus_x, 3.65, r"$\times$", size=22)
    sheet.arrow((plus_x, 3.92), (plus_x, STATE - 0.28))
    sheet.dot(update_x, join_y)
    sheet.arrow(
        (update_x, GATE_Y + 0.42),
        (update_x, join_y),
        head=False,
        colour=colours["z"],
        line=lines["z"],
    )
    sheet.arrow(
        *((update_x, join_y), (plus_x, join_y), (plus_x, 3.38)),
        colour=colours["z"],
        line=lines["z"],
    )
    sheet.arrow(
        *((update_x, join_y), (times_x, join_y), (times_x, STATE - 0.28)),
        colour=colours["z"],
        line=lines["z"],
    )
    sheet.text(times_x - 0.1, 4.1, keep, size=style.LARGE, color=colours["z"], ha="right")
    sheet.text(plus_x + 0.1, 3.1, new, size=style.LARGE, color=colours["z"], ha="left", va="top")
    return sheet.ax
