"""Diagrams as questions: a list of arrows, compared as a graph, and drawn beside the verdict."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from coursekit.checks.edges import (
    Arrow,
    Edge,
    EdgeError,
    compare_automata,
    compare_graphs,
    read_automaton,
    read_graph,
    say,
)
from coursekit.checks.quiz.drawing import draw_automaton, draw_graph
from coursekit.checks.spec import Case, Check, Finding, Part

Place = tuple[float, float]


def graph(
    name: str,
    exercise: str,
    right: Collection[Edge],
    places: Mapping[str, Place],
    *,
    why: str,
    known: Mapping[Edge, str] | None = None,
    points_a_node: float = 0.5,
    lesson: str,
    hints: tuple[str, ...] = (),
) -> Check:
    """A question whose answer is a list of pairs (from, to); each node with arrows earns points.

    Args:
        name: The variable that holds the list.
        exercise: The quiz.
        right: The arrows.
        places: The nodes of the question and where they are drawn.
        why: What a right answer is told.
        known: A sentence for arrows that people often draw too many.
        points_a_node: Earned for each node whose incoming arrows are all right.
        lesson, hints: As in Check.
    """
    targets = [node for node in places if any(end == node for _, end in right)]
    labels = {f"arrows into {node}": node for node in targets}
    others = "no arrows into " + ", ".join(node for node in places if node not in targets)

    def verify(case: Case, answer: Any) -> Finding | None:
        try:
            given = read_graph(answer, places)
        except EdgeError as error:
            return Finding(str(error))
        ends = [labels[case.part]] if case.part in labels else set(places) - set(targets)
        difference = compare_graphs(given, right).at(ends)
        return Finding("\n".join(say(difference, known))) if difference else None

    parts = [Part(label, points_a_node) for label in labels]
    if len(targets) < len(places):
        parts.append(Part(others, points_a_node))
    return Check(
        name=name,
        exercise=exercise,
        kind="graph",
        parts=tuple(parts),
        reference=lambda: [list(edge) for edge in right],
        cases=lambda rng: [Case("your graph", part=part.name) for part in parts],
        verify=verify,
        remark=lambda answer: why,
        drawing=lambda answer: draw_graph(read_graph(answer, places), right, places),
        lesson=lesson,
        hints=hints,
    )


def automaton(
    name: str,
    exercise: str,
    right: Callable[[], Collection[Arrow]],
    symbols: str,
    *,
    why: str,
    points: float = 3,
    lesson: str,
    hints: tuple[str, ...] = (),
) -> Check:
    """A question whose answer is a list of (state, symbol, next state), from "start" to "end".

    Args:
        name: The variable that holds the list.
        exercise: The quiz.
        right: Gives the arrows of the grammar, from "start" to "end".
        symbols: The alphabet.
        why: What a right answer is told.
        points, lesson, hints: As in Check.
    """

    def verify(case: Case, answer: Any) -> Finding | None:
        try:
            messages = compare_automata(read_automaton(answer, symbols), right())
        except EdgeError as error:
            return Finding(str(error))
        return Finding("\n".join(messages)) if messages else None

    return Check(
        name=name,
        exercise=exercise,
        kind="automaton",
        points=points,
        reference=lambda: [list(arrow) for arrow in right()],
        cases=lambda rng: [Case("your automaton")],
        verify=verify,
        remark=lambda answer: why,
        drawing=lambda answer: draw_automaton(read_automaton(answer, symbols)),
        lesson=lesson,
        hints=hints,
    )
