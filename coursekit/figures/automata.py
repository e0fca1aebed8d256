"""The Reber automata, drawn from the grammar's own transitions."""

from collections.abc import Collection, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Arc, FancyArrowPatch, Patch

from coursekit.figures import style
from coursekit.figures.drawing import Point, Sheet
from coursekit.grammars import embedded_reber, reber

Transitions = Mapping[str, Sequence[tuple[str, str]]]

# Where each state stands; a state is known by the symbols that lead to it from the start.
REBER_PLACES: dict[str, Point] = {
    "": (0.6, 2.5),
    "B": (2.2, 2.5),
    "BT": (4.0, 3.95),
    "BP": (4.0, 1.05),
    "BTX": (6.6, 3.95),
    "BPV": (6.6, 1.05),
    "BTXS": (8.4, 2.5),
    "BTXSE": (10.0, 2.5),
}
BRANCHES = {"T": (2.35, 3.05), "P": (2.35, 0.1)}
SHRUNK = (0.62, 0.58)


def reber_automaton(string: str = "", *, ax: Axes | None = None) -> Axes:
    """Draw the automaton of the Reber grammar, from the grammar's own transitions.

    Args:
        string: a string, or the beginning of one; its path is drawn thick.

    >>> ax = reber_automaton("BTXSE")
    """
    reber.legal_next(string)
    sheet = Sheet(ax, 10.6, 5.1)
    places = _places(reber.transitions, reber.START)
    _label(sheet, places[reber.START], "start")
    _label(sheet, places[reber.END], "end")
    _draw(sheet, reber.transitions, places, _walked(reber.transitions, reber.START, string), 0.29)
    return sheet.ax


def embedded_reber_automaton(string: str = "", *, ax: Axes | None = None) -> Axes:
    """Draw the automaton of the embedded Reber grammar: two whole Reber automata in a frame.

    Args:
        string: a string, or the beginning of one; its path is drawn thick.

    Blue: the outer T or P, which must be remembered until the end.

    >>> ax = embedded_reber_automaton("BTBTXSETE")
    """
    embedded_reber.legal_next(string)
    transitions, names = embedded_transitions()
    places = embedded_places()
    outer = {("outer", "T"), ("outer", "P")}
    outer |= {(names[symbol, reber.END], symbol) for symbol in BRANCHES}
    sheet = Sheet(ax, 11.7, 6.05)
    _label(sheet, places["start"], "start")
    _label(sheet, places["end"], "end")
    _draw(sheet, transitions, places, _walked(transitions, "start", string), 0.2, outer)
    return sheet.ax


def embedded_transitions() -> tuple[dict[str, list[tuple[str, str]]], dict[tuple[str, str], str]]:
    """Build the embedded automaton from the Reber grammar's transitions.

    Returns:
        transitions: state -> [(symbol, next state), ...].
        names: (outer symbol, state of the Reber grammar) -> state.

    >>> transitions, names = embedded_transitions()
    >>> transitions["start"]
    [('B', 'outer')]
    """
    names = {
        (outer, state): f"{outer} {state}" for outer in BRANCHES for state in reber.transitions
    }
    made: dict[str, list[tuple[str, str]]] = {
        "start": [("B", "outer")],
        "outer": [(outer, names[outer, reber.START]) for outer in BRANCHES],
        "last": [("E", "end")],
        "end": [],
    }
    for (outer, state), name in names.items():
        made[name] = [(symbol, names[outer, after]) for symbol, after in reber.transitions[state]]
        if state == reber.END:
            made[name] = [(outer, "last")]
    return made, names


def embedded_places() -> dict[str, Point]:
    """Where each state of the embedded automaton stands on its sheet.

    >>> embedded_places()["start"]
    (0.5, 3.025)
    """
    _, names = embedded_transitions()
    places: dict[str, Point] = {
        "start": (0.5, 3.025),
        "outer": (1.6, 3.025),
        "last": (10.1, 3.025),
        "end": (11.2, 3.025),
    }
    for branch, (dx, dy) in BRANCHES.items():
        for state, (x, y) in _places(reber.transitions, reber.START).items():
            places[names[branch, state]] = (dx + SHRUNK[0] * x, dy + SHRUNK[1] * y)
    return places


def _places(transitions: Transitions, start: str) -> dict[str, Point]:
    """Give each state its place, whatever the grammar calls it."""
    places = {}
    for path, place in REBER_PLACES.items():
        state = start
        for symbol in path:
            state = dict(transitions[state])[symbol]
        places[state] = place
    return places


def _walked(transitions: Transitions, start: str, string: str) -> set[tuple[str, str]]:
    """Return the edges (state, symbol) that a string uses."""
    state, used = start, set()
    for symbol in string:
        used.add((state, symbol))
        state = dict(transitions[state])[symbol]
    return used


def _draw(
    sheet: Sheet,
    transitions: Transitions,
    places: Mapping[str, Point],
    walked: set[tuple[str, str]],
    radius: float,
    remembered: Collection[tuple[str, str]] = (),
) -> None:
    for state, edges in transitions.items():
        sheet.circle(*places[state], radius=radius, fill="white")
        if not edges:
            sheet.circle(*places[state], radius=0.72 * radius)
        for symbol, after in edges:
            looks = (style.BLACK, 2.0)
            if (state, symbol) in remembered:
                looks = (style.BLUE, 3.4)
            if (state, symbol) in walked:
                looks = (style.VERMILLION, 4.0)
            if after == state:
                drawn = _loop(sheet, places[state], symbol, radius, *looks)
            else:
                drawn = _edge(sheet, places[state], places[after], symbol, radius, *looks)
            drawn.set_gid(f"edge {symbol}")


def _label(sheet: Sheet, place: Point, text: str) -> None:
    sheet.text(place[0], place[1] - 0.5, text, size=style.SMALL)


def _edge(
    sheet: Sheet,
    start: Point,
    end: Point,
    symbol: str,
    radius: float,
    colour: str,
    width: float,
) -> Patch:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5
    ux, uy = dx / length, dy / length
    drawn = sheet.arrow(
        (start[0] + radius * ux, start[1] + radius * uy),
        (end[0] - (radius + 0.03) * ux, end[1] - (radius + 0.03) * uy),
        colour=colour,
        width=width,
    )
    side = 1.0 if ux >= 0 else -1.0
    away = 0.24
    x = (start[0] + end[0]) / 2 - side * uy * away
    y = (start[1] + end[1]) / 2 + side * ux * away
    _symbol(sheet, x, y, symbol, colour)
    return drawn


def _loop(
    sheet: Sheet, place: Point, symbol: str, radius: float, colour: str, width: float
) -> Patch:
    """Draw a loop on the side that faces away from the middle of the sheet."""
    ring = 1.15 * radius
    up = 1.0 if symbol == "S" else -1.0
    x, y = place[0], place[1] + up * (radius + 0.75 * ring)
    from_angle, to_angle = (-40.0, 220.0) if up > 0 else (140.0, 400.0)
    ringed = Arc(
        (x, y),
        2 * ring,
        2 * ring,
        theta1=from_angle,
        theta2=to_angle,
        color=colour,
        linewidth=width * sheet.scale,
        zorder=3,
    )
    sheet.ax.add_patch(ringed)
    tip = (place[0] - 0.72 * radius, place[1] + up * 0.78 * radius)
    before = (tip[0] - 0.12 * radius, tip[1] + up * 0.45 * radius)
    sheet.ax.add_patch(
        FancyArrowPatch(
            before,
            tip,
            arrowstyle="-|>",
            mutation_scale=17 * sheet.scale,
            shrinkA=0,
            shrinkB=0,
            color=colour,
            linewidth=width * sheet.scale,
            zorder=3,
        )
    )
    _symbol(sheet, place[0] + ring + 0.2, y + up * 0.05, symbol, colour)
    return ringed


def _symbol(sheet: Sheet, x: float, y: float, symbol: str, colour: str) -> None:
    sheet.text(x, y, symbol, weight="bold", color=colour).set_gid(f"symbol {symbol}")
