"""The automata: every arrow of the grammar is drawn, from the right state to the right state."""

from collections import Counter

import numpy as np
import pytest
from matplotlib.patches import Arc, Circle

from coursekit import figures
from coursekit.figures.automata import embedded_transitions
from coursekit.grammars import embedded_reber, reber


def drawn_edges(ax):
    """Read (from, symbol, to) back from the drawing; states are numbered by place."""
    places = sorted({patch.center for patch in ax.patches if isinstance(patch, Circle)})
    edges = []
    for patch in ax.patches:
        kind, _, symbol = (patch.get_gid() or "").partition(" ")
        if kind != "edge":
            continue
        if isinstance(patch, Arc):
            ends = [patch.center, patch.center]
        else:
            start, end = patch._posA_posB
            ends = [start, end]
        states = [int(np.argmin([np.hypot(*np.subtract(p, q)) for q in places])) for p in ends]
        edges.append((states[0], symbol, states[1]))
    return places, edges


def language(edges, start, end, longest):
    """All strings that an automaton writes, up to a length."""
    found, open_paths = set(), [(start, "")]
    while open_paths:
        state, string = open_paths.pop()
        if state == end:
            found.add(string)
        elif len(string) < longest:
            open_paths += [(to, string + symbol) for at, symbol, to in edges if at == state]
    return found


def strings_of(grammar, longest):
    """All strings of a grammar by its own rule of what may follow."""
    found, prefixes = set(), [""]
    while prefixes:
        prefix = prefixes.pop()
        symbols = grammar.legal_next(prefix)
        if not symbols:
            found.add(prefix)
        elif len(prefix) < longest:
            prefixes += [prefix + symbol for symbol in symbols]
    return found


@pytest.mark.parametrize(
    ("draw", "grammar", "longest"),
    [
        (figures.reber_automaton, reber, 11),
        (figures.embedded_reber_automaton, embedded_reber, 14),
    ],
)
def test_the_drawn_automaton_writes_the_language(draw, grammar, longest):
    places, edges = drawn_edges(draw())
    drawn = language(edges, start=0, end=len(places) - 1, longest=longest)
    assert drawn == strings_of(grammar, longest)


def test_edges_are_the_transitions_of_the_grammar():
    _, edges = drawn_edges(figures.reber_automaton())
    symbols = Counter(symbol for _, symbol, _ in edges)
    assert symbols == Counter(s for arrows in reber.transitions.values() for s, _ in arrows)


def test_embedded_transitions_hold_the_reber_grammar_twice():
    transitions, names = embedded_transitions()
    assert len(transitions) == 2 * len(reber.transitions) + 4
    assert set(names.values()) < set(transitions)


def test_each_edge_carries_its_symbol():
    ax = figures.embedded_reber_automaton()
    _, edges = drawn_edges(ax)
    labels = Counter(t.get_text() for t in ax.texts if (t.get_gid() or "").startswith("symbol"))
    assert labels == Counter(symbol for _, symbol, _ in edges)


def test_start_and_end_are_named():
    for ax in (figures.reber_automaton(), figures.embedded_reber_automaton()):
        assert {"start", "end"} <= {text.get_text() for text in ax.texts}


def test_the_path_of_a_string_is_drawn_thick():
    ax = figures.reber_automaton("BTSXSE")
    widths = [patch.get_linewidth() for patch in ax.patches if patch.get_gid()]
    assert widths.count(max(widths)) == 6


def test_a_string_outside_the_grammar_is_refused():
    with pytest.raises(ValueError, match="'BX'"):
        figures.reber_automaton("BX")
