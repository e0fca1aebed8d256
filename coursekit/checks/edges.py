"""Diagrams given as lists of arrows, compared as graphs.

A graph is a list of pairs (from, to). An automaton is a list of triples (state, symbol, next
state); its states may carry any names, because two automata are compared by walking both at once.
"""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass

MAX_EDGES = 100
MAX_NAME = 20

Edge = tuple[str, str]
Arrow = tuple[str, str, str]


class EdgeError(ValueError):
    """The answer is no list of arrows; the message says what to write instead."""


@dataclass(frozen=True)
class GraphDifference:
    """What a graph lacks, what it has too many of, and what it has the wrong way round."""

    missing: tuple[Edge, ...]
    extra: tuple[Edge, ...]
    reversed: tuple[Edge, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra or self.reversed)

    def at(self, ends: Collection[str]) -> "GraphDifference":
        """The part of the difference that concerns the arrows into these nodes."""
        return GraphDifference(
            missing=tuple(edge for edge in self.missing if edge[1] in ends),
            extra=tuple(edge for edge in self.extra if edge[1] in ends),
            reversed=tuple(edge for edge in self.reversed if set(edge) & set(ends)),
        )


def read(answer: object, width: int, example: str) -> list[tuple[str, ...]]:
    """Turn an answer into distinct arrows of ``width`` names, in the order given.

    Raises:
        EdgeError: not a list, too long, or an entry that is not ``width`` short names.

    >>> read([("x", "h"), ["h", "y"]], 2, '("x", "h")')
    [('x', 'h'), ('h', 'y')]
    """
    if not isinstance(answer, list | tuple | set | frozenset):
        raise EdgeError(
            f"the answer is of type {type(answer).__name__}; write a list of arrows such as "
            f"[{example}, ...]"
        )
    if not answer:
        raise EdgeError(f"there is no answer yet; write a list of arrows such as [{example}, ...]")
    if len(answer) > MAX_EDGES:
        raise EdgeError(f"the list has {len(answer)} arrows, more than the {MAX_EDGES} read here")
    edges: dict[tuple[str, ...], None] = {}
    for number, item in enumerate(answer, start=1):
        if not isinstance(item, list | tuple) or len(item) != width:
            raise EdgeError(f"arrow {number} is not made of {width} names; write it as {example}")
        names = tuple(_name(name) for name in item)
        if "" in names:
            raise EdgeError(
                f"arrow {number} holds something that is no short name; write it as {example}"
            )
        edges[names] = None
    return list(edges)


def _name(value: object) -> str:
    """A short string as it is, a small whole number as a string; "" for all else."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1000:
        return str(value)
    return value if isinstance(value, str) and len(value) <= MAX_NAME else ""


def read_graph(answer: object, nodes: Collection[str]) -> list[Edge]:
    """Read pairs whose names are all nodes of the question.

    >>> read_graph([("x", "h")], ["x", "h"])
    [('x', 'h')]
    """
    first, second, *_ = nodes
    edges = [(a, b) for a, b in read(answer, 2, f'("{first}", "{second}")')]
    for a, b in edges:
        for name in (a, b):
            if name not in nodes:
                raise EdgeError(f"the name {name!r} is not among the nodes {', '.join(nodes)}")
    return edges


def compare_graphs(given: Collection[Edge], wanted: Collection[Edge]) -> GraphDifference:
    """Compare two graphs arrow by arrow; an arrow the wrong way round is named once.

    >>> compare_graphs([("h", "x")], [("x", "h")]).reversed
    (('h', 'x'),)
    """
    missing = [edge for edge in wanted if edge not in given]
    extra = [edge for edge in given if edge not in wanted]
    turned = [(a, b) for a, b in extra if (b, a) in missing]
    return GraphDifference(
        missing=tuple(edge for edge in missing if edge[::-1] not in turned),
        extra=tuple(edge for edge in extra if edge not in turned),
        reversed=tuple(turned),
    )


def say(difference: GraphDifference, known: Mapping[Edge, str] | None = None) -> list[str]:
    """Put a difference into sentences; ``known`` holds a sentence for arrows often drawn.

    >>> say(compare_graphs([], [("x", "h")]))
    ['missing: x -> h']
    """
    known = known or {}
    messages = [f"the wrong way round: {a} -> {b}" for a, b in difference.reversed]
    messages += [
        f"too many: {a} -> {b}" + (f" ({known[a, b]})" if (a, b) in known else "")
        for a, b in difference.extra
    ]
    messages += [f"missing: {a} -> {b}" for a, b in difference.missing]
    return messages


def read_automaton(answer: object, symbols: str) -> list[Arrow]:
    """Read triples (state, symbol, next state); from one state each symbol leads to one state."""
    example = '("start", "B", "0")'
    arrows = [(a, symbol, b) for a, symbol, b in read(answer, 3, example)]
    seen: dict[Edge, str] = {}
    for state, symbol, following in arrows:
        if len(symbol) != 1 or symbol not in symbols:
            raise EdgeError(
                f"the symbol {symbol!r} is not in the alphabet {symbols}; an arrow is "
                f"(state, symbol, next state), as in {example}"
            )
        if (state, symbol) in seen:
            raise EdgeError(
                f"two arrows leave state {state!r} with the symbol {symbol}, to "
                f"{seen[state, symbol]!r} and to {following!r}; keep the right one"
            )
        seen[state, symbol] = following
    return arrows


def compare_automata(
    given: Collection[Arrow], wanted: Collection[Arrow], start: str = "start", end: str = "end"
) -> list[str]:
    """Walk two automata side by side and say where they part; an empty list means that they agree.

    The names of the states between ``start`` and ``end`` do not matter.

    >>> compare_automata([("start", "B", "end")], [("start", "B", "s"), ("s", "E", "end")])
    ['after B your automaton is at its end, but the grammar goes on']
    """
    left, right = _table(given), _table(wanted)
    if start not in left:
        return [f"no arrow leaves the state {start!r}"]
    queue = deque([(start, start, "")])
    seen = {(start, start)}
    messages = []
    while queue:
        here, there, prefix = queue.popleft()
        after = f"after {' '.join(prefix)}" if prefix else "at the start"
        if (here == end) != (there == end):
            messages.append(
                f"{after} your automaton is at its end, but the grammar goes on"
                if here == end
                else f"{after} a string is complete, but your automaton is not at {end!r}"
            )
            continue
        mine, theirs = left.get(here, {}), right.get(there, {})
        if missing := sorted(set(theirs) - set(mine)):
            messages.append(f"missing: {after} the grammar allows {' and '.join(missing)}")
        if extra := sorted(set(mine) - set(theirs)):
            messages.append(f"too many: {after} the grammar does not allow {' or '.join(extra)}")
        for symbol in sorted(set(mine) & set(theirs)):
            pair = (mine[symbol], theirs[symbol])
            if pair not in seen:
                seen.add(pair)
                queue.append((*pair, prefix + symbol))
    unreached = sorted(set(left) - {here for here, _ in seen})
    if unreached:
        messages.append(f"too many: no string reaches {', '.join(unreached)}")
    return messages


def _table(arrows: Collection[Arrow]) -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = {}
    for state, symbol, following in arrows:
        table.setdefault(state, {})[symbol] = following
    return table
