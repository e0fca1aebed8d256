"""A net that reads embedded Reber strings: what it expects, holds and lets through at each step."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.figures.automata import embedded_places, embedded_transitions
from coursekit.gradients import unroll
from coursekit.gradients.arguments import Cell
from coursekit.grammars import embedded_reber
from coursekit.training import softmax
from coursekit.training.model import Model, checked_model

Array = NDArray[np.float64]

# The picture of the automaton, in pixels: where a unit of the diagram's sheet is drawn.
SCALE = (53.0, 50.0)
HEIGHT = 306.0
RADIUS = 10.0


class Walk(NamedTuple):
    """One string, symbol by symbol; the last symbol is never read."""

    string: str
    nodes: tuple[str, ...]  # (steps,) the automaton's state after each symbol
    legal: tuple[str, ...]  # (steps,) the symbols that may follow
    chances: Array  # (steps, 7) the net's probabilities of the next symbol
    letters: dict[str, Array]  # gates, and "c": (steps, units) each


class Arc(NamedTuple):
    """An arrow of the drawn automaton."""

    start: str
    end: str
    symbol: str
    line: str  # the path of its line, and of its head
    head: str
    x: float  # where its symbol stands
    y: float


def reber_frames(cell: Cell, model: Model, strings: Sequence[str]) -> list[Walk]:
    """Let a trained net read strings, and keep everything that the walker shows.

    Args:
        cell: a cell with gates and a cell state, such as ``lstm_1997`` or ``lstm``.
        model: its weights and those of a softmax over the seven symbols.
        strings: embedded Reber strings.

    Raises:
        ValueError: no strings, or one that is not of the grammar; a cell without gates; a net of
            another alphabet.

    >>> from coursekit.cells import lstm
    >>> from coursekit.training import init_model
    >>> rng = np.random.default_rng(0)
    >>> model = init_model(rng, lstm, softmax, inputs=7, units=3, outputs=7)
    >>> (walk,) = reber_frames(lstm, model, ["BTBTXSETE"])
    >>> walk.legal, walk.chances.shape, sorted(walk.letters)
    (('TP', 'B', 'TP', 'SX', 'SX', 'E', 'T', 'E'), (8, 7), ['c', 'f', 'i', 'o'])
    """
    if isinstance(strings, str) or not len(strings):
        raise ValueError(f"strings is {strings!r}; pass a list of embedded Reber strings")
    for string in strings:
        if not embedded_reber.is_member(string):
            raise ValueError(f"{string!r} is not an embedded Reber string")
    checked_model(model)
    symbols = len(embedded_reber.alphabet)
    outputs = len(model.readout.d)
    if outputs != symbols:
        raise ValueError(f"the model has {outputs} outputs; the grammar has {symbols} symbols")
    return [_walk(cell, model, string) for string in strings]


def _walk(cell: Cell, model: Model, string: str) -> Walk:
    read = string[:-1]
    run = unroll(cell, model.cell, embedded_reber.one_hot(read))
    gates = [letter for letter in "ifo" if letter in run.traces[0]._fields]
    if not gates or "c" not in run.states._fields:
        raise ValueError(f"{cell.__name__} has no gates and no cell state; pass an LSTM")
    transitions, _ = embedded_transitions()
    nodes, node = [], "start"
    for symbol in read:
        node = dict(transitions[node])[symbol]
        nodes.append(node)
    return Walk(
        string=string,
        nodes=tuple(nodes),
        legal=tuple(embedded_reber.legal_next(read[: t + 1]) for t in range(len(read))),
        chances=softmax.outputs(model.readout, run.states.h),
        letters={gate: run.trace(gate) for gate in gates} | {"c": run.states.c},
    )


def reber_map() -> tuple[dict[str, tuple[float, float]], list[Arc]]:
    """Where the nodes of the embedded automaton stand in pixels, and its arrows."""
    places = {
        node: (round(SCALE[0] * x, 1), round(HEIGHT - SCALE[1] * y, 1))
        for node, (x, y) in embedded_places().items()
    }
    transitions, _ = embedded_transitions()
    arcs = [
        (_loop if end == start else _arrow)(places, start, end, symbol)
        for start, edges in transitions.items()
        for symbol, end in edges
    ]
    return places, arcs


def _arrow(places: dict[str, tuple[float, float]], start: str, end: str, symbol: str) -> Arc:
    a, b = np.array(places[start]), np.array(places[end])
    along = (b - a) / np.linalg.norm(b - a)
    side = np.array([along[1], -along[0]]) * (1 if along[0] >= 0 else -1)  # upwards
    tip = b - along * (RADIUS + 2)
    tail, neck = a + along * RADIUS, tip - 9 * along
    corners = (tip, neck + 6 * side, neck - 6 * side)
    x, y = np.round((a + b) / 2 + 15 * side + [0, 7], 1).tolist()
    return Arc(start, end, symbol, _path(tail, neck), _path(*corners) + "Z", x, y)


def _loop(places: dict[str, tuple[float, float]], start: str, end: str, symbol: str) -> Arc:
    """A loop on the side that faces away from the middle of its automaton."""
    x, y = places[start]
    up = -1 if symbol == "S" else 1
    foot = (x - 7.0, y + up * (RADIUS - 1))
    tip = (x + 7.0, y + up * (RADIUS - 1))
    high = y + up * (RADIUS + 24)
    bend = (x - 26, high, x + 26, high, x + 9, y + up * 16)
    line = _path(foot) + "C" + " ".join(f"{number:.1f}" for number in bend)
    corners = (tip, (tip[0] - 3, tip[1] + up * 11), (tip[0] + 10, tip[1] + up * 7))
    beside = 28 * up  # S on the left, T on the right: there is room
    return Arc(start, end, symbol, line, _path(*corners) + "Z", x + beside, y + up * 22 + 7)


def _path(*points: Any) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
