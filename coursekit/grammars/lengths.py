"""Exact statistics of string lengths, from the automaton and not from samples.

The automaton that draws each arrow with equal odds is an absorbing Markov chain. With Q the
moves among its inner states, N = (I - Q)^-1 counts the visits, and N 1 is the expected number
of symbols left.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import whole_number

Transitions = Mapping[str, tuple[tuple[str, str], ...]]


class LengthStatistics(NamedTuple):
    """Length of a string in symbols, outer B and E counted."""

    mean: float
    variance: float
    minimum: int


def move_matrix(transitions: Transitions, end: str) -> NDArray[np.float64]:
    """Probability of each move among the states, end state left out, (states, states)."""
    states = [state for state in transitions if state != end]
    moves = np.zeros((len(states), len(states)))
    for row, state in enumerate(states):
        for _, target in transitions[state]:
            if target != end:
                moves[row, states.index(target)] += 1 / len(transitions[state])
    return moves


def length_statistics(transitions: Transitions, end: str) -> LengthStatistics:
    """Mean, variance and minimum of the length, from the first state on."""
    moves = move_matrix(transitions, end)
    visits = np.linalg.inv(np.eye(len(moves)) - moves)
    mean = visits.sum(axis=1)
    variance = (2 * visits - np.eye(len(moves))) @ mean - mean**2
    shortest = next(n for n in range(1, 1000) if length_probability(transitions, end, n) > 0)
    return LengthStatistics(float(mean[0]), float(variance[0]), shortest)


def length_probability(transitions: Transitions, end: str, length: int) -> float:
    """The probability that a string has exactly ``length`` symbols."""
    if whole_number("length", length) < 1:
        return 0.0
    moves = move_matrix(transitions, end)
    before = np.linalg.matrix_power(moves, length - 1)[0]
    return float(before @ (1 - moves.sum(axis=1)))


def probability_at_least(transitions: Transitions, end: str, length: int) -> float:
    """The probability that a string has ``length`` symbols or more."""
    if length <= 1:
        return 1.0
    moves = move_matrix(transitions, end)
    return float(np.linalg.matrix_power(moves, length - 1)[0].sum())
