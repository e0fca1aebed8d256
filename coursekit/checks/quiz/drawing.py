"""A student's arrows as a picture with alt text; matplotlib loads only when one is drawn."""

from collections.abc import Collection, Mapping
from typing import Any

from coursekit.checks.edges import Arrow, Edge

Place = tuple[float, float]


def draw_graph(
    given: Collection[Edge], right: Collection[Edge], places: Mapping[str, Place]
) -> tuple[Any, str]:
    """The arrows given and those that are missing, each in its look, and the alt text."""
    from coursekit.figures.arrow_graph import arrow_graph

    kinds = {edge: "right" if edge in right else "too many" for edge in given}
    kinds |= {edge: "missing" for edge in right if edge not in given}
    arrows = [(a, "", b) for a, b in kinds]
    said = ", ".join(f"{a} to {b}" for a, b in given)
    return arrow_graph(arrows, places, list(kinds.values())), f"your graph, with arrows {said}"


def draw_automaton(arrows: Collection[Arrow]) -> tuple[Any, str]:
    """The automaton given, its states from left to right by their distance from the start."""
    from coursekit.figures.arrow_graph import arrow_graph

    ordered = [(a, symbol, b) for a, symbol, b in arrows]
    said = ", ".join(f"{a} by {symbol} to {b}" for a, symbol, b in ordered)
    return arrow_graph(ordered, _places(ordered)), f"your automaton: {said}"


def _places(arrows: Collection[Arrow]) -> dict[str, Place]:
    """Each state in the column of its distance from the start; unreached ones in a row below."""
    states = dict.fromkeys(name for a, _, b in arrows for name in (a, b))
    column = {state: 0 for state in states if state == "start"}
    frontier = list(column)
    while frontier:
        following = [b for a, _, b in arrows if a in frontier and b not in column]
        column |= dict.fromkeys(following, column[frontier[0]] + 1)
        frontier = list(dict.fromkeys(following))
    rows: dict[int, list[str]] = {}
    for state in column:
        rows.setdefault(column[state], []).append(state)
    places = {
        state: (1.5 * x, 1.5 * (place - (len(rows[x]) - 1) / 2) + 0.2 * (x % 2))
        for x in rows
        for place, state in enumerate(rows[x])
    }
    below = min((y for _, y in places.values()), default=0.0) - 1.5
    lost = [state for state in states if state not in places]
    return places | {state: (1.5 * place, below) for place, state in enumerate(lost)}
