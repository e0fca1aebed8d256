"""Arrows: graphs are compared arrow by arrow, automata by walking both."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.checks.edges import (
    EdgeError,
    compare_automata,
    compare_graphs,
    read,
    read_automaton,
    read_graph,
    say,
)
from coursekit.grammars import reber

NODES = ("x", "h_prev", "f", "c", "h")
RIGHT = [("x", "f"), ("h_prev", "f"), ("f", "c"), ("c", "h")]
REBER = [(a, s, b) for a, leaving in reber.transitions.items() for s, b in leaving]


@given(st.permutations(RIGHT))
def test_the_order_and_repeats_do_not_matter(edges: list) -> None:
    assert not compare_graphs(read_graph(edges + edges[:2], NODES), RIGHT)


@given(st.sets(st.sampled_from(list(itertools.permutations(NODES, 2))), min_size=1))
def test_missing_and_extra_are_the_differences_of_sets(edges: set) -> None:
    found = compare_graphs(edges, RIGHT)
    turned = set(found.reversed)
    assert set(found.missing) == set(RIGHT) - edges - {(b, a) for a, b in turned}
    assert set(found.extra) == edges - set(RIGHT) - turned
    assert all(edge in edges and edge[::-1] in RIGHT for edge in turned)
    assert bool(found) == (edges != set(RIGHT))


def test_feedback_names_each_arrow() -> None:
    given = [("f", "x"), ("h_prev", "f"), ("f", "c"), ("x", "h")]
    assert say(compare_graphs(given, RIGHT), {("x", "h"): "by the state only"}) == [
        "the wrong way round: f -> x",
        "too many: x -> h (by the state only)",
        "missing: c -> h",
    ]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "NoneType"),
        ("x->h", "str"),
        ([], "no answer"),
        ([("x",)], "arrow 1"),
        ([("x", "h", "c")], "arrow 1"),
        ([("x", "f"), "xh"], "arrow 2"),
        ([("x", 2.5)], "no short name"),
        ([("x", None)], "no short name"),
        ([("x", "y")], "'y' is not among"),
        ([("x", "h" * 50)], "no short name"),
        ([("x", 10**5000)], "no short name"),
        ([("x", ["h"])], "no short name"),
        ([("x", "h")] * 101, "101 arrows"),
        ({"x": "h"}, "dict"),
        (float("nan"), "float"),
    ],
)
def test_what_is_no_graph_is_refused(answer: object, said: str) -> None:
    with pytest.raises(EdgeError, match=said):
        read_graph(answer, NODES)


def test_whole_numbers_may_name_states() -> None:
    assert read([(0, "T", 1)], 3, "") == [("0", "T", "1")]


def renamed(names: dict[str, str]) -> list[tuple[str, str, str]]:
    return [(names.get(a, a), s, names.get(b, b)) for a, s, b in REBER]


@given(st.permutations([state for state in reber.transitions if state not in ("start", "end")]))
def test_the_names_of_inner_states_do_not_matter(names: list) -> None:
    inner = [state for state in reber.transitions if state not in ("start", "end")]
    assert compare_automata(renamed(dict(zip(inner, names, strict=True))), REBER) == []


@pytest.mark.parametrize("gone", REBER)
def test_a_missing_arrow_is_found_with_its_place(gone: tuple) -> None:
    messages = compare_automata([arrow for arrow in REBER if arrow != gone], REBER)
    assert messages
    assert any(gone[1] in message or gone[0] in message for message in messages)


@pytest.mark.parametrize("extra", [("1", "V", "5"), ("5", "T", "0"), ("end", "B", "0")])
def test_an_arrow_too_many_is_found(extra: tuple) -> None:
    assert any("too many" in said for said in compare_automata([*REBER, extra], REBER))


@pytest.mark.parametrize("wrong", [("3", "X", "1"), ("4", "P", "1"), ("2", "V", "3")])
def test_an_arrow_to_the_wrong_state_is_found(wrong: tuple) -> None:
    bent = [wrong if arrow[:2] == wrong[:2] else arrow for arrow in REBER]
    assert compare_automata(bent, REBER)


def test_equal_languages_pass_with_more_states() -> None:
    """State 5 doubled: another graph, the same strings."""
    split = [arrow for arrow in REBER if arrow != ("4", "V", "5")]
    assert compare_automata([*split, ("4", "V", "six"), ("six", "E", "end")], REBER) == []


def test_a_state_that_no_string_reaches_is_named() -> None:
    messages = compare_automata([*REBER, ("lost", "E", "end")], REBER)
    assert messages == ["too many: no string reaches lost"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([("start", "B", "0"), ("start", "B", "1")], "two arrows leave"),
        ([("start", "Q", "0")], "alphabet"),
        ([("start", "BT", "0")], "alphabet"),
        ([("start", "B")], "arrow 1"),
        ([("start", "B", float("nan"))], "no short name"),
    ],
)
def test_what_is_no_automaton_is_refused(answer: object, said: str) -> None:
    with pytest.raises(EdgeError, match=said):
        read_automaton(answer, reber.alphabet)


def test_without_a_start_there_is_one_sentence() -> None:
    assert compare_automata([("0", "T", "1")], REBER) == ["no arrow leaves the state 'start'"]
