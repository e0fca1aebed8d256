"""The kinds of question that a quiz grades at once: each makes a `Check` from a few facts."""

from coursekit.checks.quiz.choices import choice, choices
from coursekit.checks.quiz.formulas import equation
from coursekit.checks.quiz.graphs import automaton, graph
from coursekit.checks.quiz.numbers import number

__all__ = ["automaton", "choice", "choices", "equation", "graph", "number"]
