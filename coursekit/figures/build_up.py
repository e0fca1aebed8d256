"""The LSTM cell built up from the plain recurrent net: one picture a change, the change marked."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from coursekit.figures import style
from coursekit.figures.cell_diagrams import (
    BUS,
    CANDIDATE_X,
    FORGET_X,
    GATE_Y,
    HEIGHT,
    INPUT_X,
    OUTPUT_X,
    PRODUCT_Y,
    RELEASE_X,
    STATE,
    SUM_X,
    WIDTH,
    draw_bus,
    draw_gate,
    draw_output_side,
    draw_state_line,
)
from coursekit.figures.drawing import Sheet

_H = style.GATE_COLOURS["h"]
_MARK, _EDGE = "#FFF1B8", "#8A6D00"
Box = tuple[float, float, float, float]  # left, bottom, right, top


class Stage(NamedTuple):
    """One picture: what it says, what it shows in words, and where the change is marked."""

    change: str
    alt: str
    marked: Sequence[Box] = ()
    note: tuple[float, float] = (0.0, 0.0)  # where the word "new" stands


STAGES = (
    Stage(
        "the plain recurrent net",
        "x_t and h at t minus 1 go into one box, tanh; what leaves it is h_t",
    ),
    Stage(
        "its update is renamed: the candidate g",
        "the same box is now called candidate and what leaves it g_t; it is still shown as h_t",
        ((5.2, 1.7, 7.6, 2.9),),
        (7.15, 3.1),
    ),
    Stage(
        "a state line beside it",
        "above the unchanged net a thick line runs from c at t minus 1 to c_t; nothing touches it",
        ((0.1, 4.3, 10.5, 5.2),),
        (9.9, 4.05),
    ),
    Stage(
        "the sum: f times the old state plus i times the candidate",
        "the state line passes a product with a number f and a sum; the candidate, times a "
        "number i, comes into the sum from below; h_t is now read off the state line",
        ((1.45, 2.76, 6.6, 5.2), (8.55, 1.95, 10.4, 5.2)),
        (6.98, 4.05),
    ),
    Stage(
        "where f comes from: a gate",
        "the number f is now the output of a box, sigma, called forget, which reads x_t and "
        "h at t minus 1 like the candidate",
        ((1.3, 0.95, 2.62, 4.4),),
        (2.98, 4.2),
    ),
    Stage(
        "where i comes from: a second gate",
        "the number i is now the output of a second box, sigma, called input, which reads the "
        "same two",
        ((2.75, 0.95, 4.3, 4.0),),
        (3.1, 4.2),
    ),
    Stage(
        "the squash on the way out",
        "between the state line and h_t stands a box with tanh; the state line is not squashed",
        ((8.25, 3.25, 9.45, 4.2),),
        (9.85, 3.75),
    ),
    Stage(
        "the output gate",
        "a third box, sigma, called output, multiplies what leaves the tanh; the product is h_t: "
        "the whole LSTM cell",
        ((6.66, 0.95, 9.25, 2.9),),
        (7.1, 3.1),
    ),
)


def build_up(stage: int, *, ax: Axes | None = None) -> Axes:
    """Draw one picture of the way from the plain recurrent net (0) to the LSTM cell (7).

    Args:
        stage: which picture; what has changed since the one before it is marked.

    Raises:
        ValueError: there is no such picture.

    >>> ax = build_up(3)
    """
    found = _stage(stage)
    sheet = Sheet(ax, WIDTH, HEIGHT)
    for box in found.marked:
        _mark(sheet, box)
    if found.marked:
        sheet.text(*found.note, "new", size=style.NORMAL, color=_EDGE, weight="bold")
    ends = {7: OUTPUT_X}
    draw_bus(sheet, end=ends.get(stage, CANDIDATE_X))
    _candidate(sheet, stage)
    if stage >= 2:
        draw_state_line(sheet, SUM_X, FORGET_X) if stage >= 3 else _untouched(sheet)
    if stage >= 3:
        _factor(sheet, "f", gate=stage >= 4)
        _factor(sheet, "i", gate=stage >= 5)
        sheet.circle(SUM_X, PRODUCT_Y, r"$\times$", size=22)
        sheet.arrow((SUM_X, PRODUCT_Y + 0.28), (SUM_X, STATE - 0.28))
    if stage == 7:
        draw_output_side(sheet)
    elif stage >= 3:
        _read_off(sheet, squash=stage >= 6)
    else:
        start = CANDIDATE_X + 0.58
        sheet.arrow((start, GATE_Y), (9.5, GATE_Y), colour=_H)
        sheet.text(9.9, GATE_Y, r"$h_t$", size=22, color=_H)
    return sheet.ax


def build_up_alt(stage: int) -> str:
    """What one picture of `build_up` shows, in words.

    >>> build_up_alt(0)
    'x_t and h at t minus 1 go into one box, tanh; what leaves it is h_t'
    """
    return _stage(stage).alt


def _stage(stage: int) -> Stage:
    if isinstance(stage, bool) or stage not in range(len(STAGES)):
        raise ValueError(f"stage is {stage!r}, expected 0 (plain net) to 7 (whole LSTM cell)")
    return STAGES[stage]


def _mark(sheet: Sheet, box: Box) -> None:
    left, bottom, right, top = box
    sheet.ax.add_patch(
        FancyBboxPatch(
            (left + 0.08, bottom + 0.08),
            right - left - 0.16,
            top - bottom - 0.16,
            boxstyle="round,pad=0.08",
            facecolor=_MARK,
            edgecolor=_EDGE,
            linewidth=1.6 * sheet.scale,
            linestyle=(0, (3, 2)),
            zorder=0,
        )
    )


def _candidate(sheet: Sheet, stage: int) -> None:
    """The box of the plain net, then the candidate, then its way to the product."""
    x, colour, line = CANDIDATE_X, style.GATE_COLOURS["g"], style.GATE_LINES["g"]
    if stage == 0:
        sheet.dot(x, BUS)
        sheet.arrow((x, BUS), (x, GATE_Y - 0.42), width=1.8)
        sheet.box(x, GATE_Y, "tanh", width=1.16, height=0.84)
        return
    draw_gate(sheet, x, "g", "tanh", "candidate")
    if stage < 3:
        sheet.text(x + 1.0, GATE_Y + 0.32, r"$g_t$", size=22, color=colour)
        return
    points = ((x, GATE_Y + 0.42), (x, PRODUCT_Y), (SUM_X + 0.28, PRODUCT_Y))
    sheet.arrow(*points, colour=colour, line=line)
    sheet.text(x + 0.12, 3.1, r"$g_t$", size=22, color=colour, ha="left")


def _untouched(sheet: Sheet) -> None:
    sheet.text(0.5, STATE, r"$c_{t-1}$", size=22)
    sheet.arrow((0.95, STATE), (9.65, STATE), width=3.2)
    sheet.text(10.0, STATE, r"$c_t$", size=22)


def _factor(sheet: Sheet, letter: str, *, gate: bool) -> None:
    """f or i: a number that somebody gives, or a gate's value."""
    colour, line = style.GATE_COLOURS[letter], style.GATE_LINES[letter]
    x, name, squash = {
        "f": (FORGET_X, "forget", r"$\sigma$"),
        "i": (INPUT_X, "input", r"$\sigma$"),
    }[letter]
    start = 3.39
    if gate:
        draw_gate(sheet, x, letter, squash, name)
        start = GATE_Y + 0.42
    else:
        sheet.circle(x, 3.12, f"${letter}$", colour=colour, line=line, size=22)
    if letter == "f":
        sheet.arrow((x, start), (x, STATE - 0.28), colour=colour, line=line)
    else:
        points = ((x, start), (x, PRODUCT_Y), (SUM_X - 0.28, PRODUCT_Y))
        sheet.arrow(*points, colour=colour, line=line)
    if gate:
        side, ha = (0.12, "left") if letter == "f" else (-0.12, "right")
        y = PRODUCT_Y if letter == "f" else 3.1
        sheet.text(x + side, y, f"${letter}_t$", size=22, color=colour, ha=ha)


def _read_off(sheet: Sheet, *, squash: bool) -> None:
    """h_t from the state: as it is, or through tanh."""
    x = RELEASE_X
    sheet.dot(x, STATE)
    if squash:
        sheet.arrow((x, STATE), (x, 4.02))
        sheet.box(x, 3.7, "tanh", width=0.95, height=0.62, size=style.NORMAL)
        sheet.arrow((x, 3.38), (x, GATE_Y), (9.6, GATE_Y), colour=_H)
    else:
        sheet.arrow((x, STATE), (x, GATE_Y), (9.6, GATE_Y), colour=_H)
    sheet.text(9.9, GATE_Y, r"$h_t$", size=22, color=_H)
