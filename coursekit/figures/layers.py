"""Nets drawn as layers: the window that slides along a text, and Elman's net with its context."""

from matplotlib.axes import Axes

from coursekit.figures import style
from coursekit.figures.drawing import Sheet

SEEN = 3  # letters on either side of the one in the middle


def window_network(
    text: str = " the cat sat ",
    centre: int = 6,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw NetTalk: a feed-forward net over a window of seven letters, and what it should say.

    Args:
        text: small letters and spaces, of which the window covers seven.
        centre: position of the letter in the middle, from 0.

    >>> ax = window_network(" a cat ", 3)
    """
    if not SEEN <= centre < len(text) - SEEN:
        raise ValueError(
            f"centre is {centre} in a text of {len(text)}; the window needs {SEEN} letters on "
            f"either side, so give {SEEN} to {len(text) - SEEN - 1}"
        )
    wide = 0.72
    width = max(10.0, wide * len(text) + 0.8)
    sheet = Sheet(ax, width, 5.0)
    left = (width - wide * (len(text) - 1)) / 2
    middle = left + wide * centre
    for place, letter in enumerate(text):
        x, seen = left + wide * place, abs(place - centre) <= SEEN
        shown = letter if letter != " " else "␣"
        ink = style.BLACK if seen else style.GREY
        sheet.text(x, 0.55, shown, color=ink, family="DejaVu Sans Mono")
        if seen:
            colour = style.VERMILLION if place == centre else style.BLUE
            sheet.box(x, 1.4, "29", width=0.62, height=0.5, colour=colour, size=style.SMALL)
            sheet.arrow((x, 0.8), (x, 1.14), colour=colour, width=1.8)
            sheet.arrow((x, 1.66), (middle + (x - middle) * 0.55, 2.5), width=1.4, head=False)
    half = wide * (SEEN + 0.5)
    for edge in (middle - half, middle + half):
        sheet.arrow((edge, 0.2), (edge, 1.75), colour=style.BLUE, line=(0, (4, 2)), head=False)
    sheet.box(middle, 2.8, "80 hidden units", width=3.6, height=0.6, size=style.NORMAL)
    sheet.box(middle, 3.9, "26 outputs", width=3.0, height=0.6, size=style.NORMAL)
    sheet.arrow((middle, 3.1), (middle, 3.58))
    target = f"target: the sound of the letter in the middle, {text[centre]}"
    sheet.text(middle, 4.62, target, size=style.NORMAL, color=style.VERMILLION)
    sheet.arrow((middle, 4.2), (middle, 4.42), colour=style.VERMILLION, head=False)
    # Beside the hidden layer, on the side that has the room.
    side, anchor = (-1, "right") if middle > width / 2 else (1, "left")
    sheet.text(middle + 2.0 * side, 2.8, "7 × 29 = 203 inputs", size=style.SMALL, ha=anchor)
    return sheet.ax


def context_network(*, ax: Axes | None = None) -> Axes:
    """Draw Elman's net: the context layer is a copy of the hidden layer's last state.

    >>> ax = context_network()
    """
    sheet = Sheet(ax, 11.0, 5.0)
    grey, dashed = style.GATE_COLOURS["h"], style.GATE_LINES["h"]
    layers = (
        (3.2, 0.75, "input $x_t$", style.BLACK, "-"),
        (7.6, 0.75, "context $h_{t-1}$", grey, dashed),
        (5.0, 2.5, "hidden $h_t$", style.BLACK, "-"),
        (5.0, 4.25, "output $y_t$", style.BLACK, "-"),
    )
    for x, y, name, colour, line in layers:
        sheet.box(x, y, name, width=2.9, height=0.8, colour=colour, line=line)
    sheet.arrow((3.4, 1.15), (4.4, 2.08))
    sheet.text(3.55, 1.75, "$W$")
    sheet.arrow((7.2, 1.15), (5.7, 2.08))
    sheet.text(6.15, 1.45, "$U$")
    sheet.arrow((5.0, 2.9), (5.0, 3.83))
    sheet.text(5.3, 3.35, "$V$")
    sheet.arrow((6.45, 2.5), (8.2, 2.5), (8.2, 1.17), colour=grey, line=dashed)
    sheet.text(8.4, 2.35, "copied after the step:\nno weight to learn", size=style.SMALL, ha="left")
    sheet.text(6.65, 4.25, "softmax", size=style.SMALL, ha="left")
    sheet.text(3.35, 2.5, "tanh", size=style.SMALL, ha="right")
    return sheet.ax
