"""Part 4: the gated recurrent unit."""

import numpy as np

from coursekit.cells import elman, lstm
from coursekit.checks.quiz import choice, equation, graph, number
from coursekit.checks.quiz.questions import QUIZ
from coursekit.checks.quiz.questions.lstm_cell import INPUTS, UNITS
from coursekit.checks.spec import Mistake

_UNITS = (3,)
_BLEND = dict.fromkeys(("z", "r", "g", "h_prev"), _UNITS)
_CANDIDATE = {
    "W": (3, 2), "x": (2,), "U": (3, 3), "h_prev": _UNITS, "r": _UNITS, "z": _UNITS, "b": _UNITS
}  # fmt: skip


def _gru_count(units: int) -> int:
    """Three blocks (z, r, g), each as large as a plain recurrent net."""
    return 3 * sum(array.size for array in elman.init(np.random.default_rng(0), INPUTS, units))


def _equal_units() -> int:
    wanted = sum(array.size for array in lstm.init(np.random.default_rng(0), INPUTS, UNITS))
    return min(range(1, 100), key=lambda units: abs(_gru_count(units) - wanted))


CHECKS = (
    equation(
        "q_eq_blend",
        QUIZ,
        "(1 - z) * h_prev + z * g",
        _BLEND,
        why="One gate does the work of two: what z lets in, it lets go.",
        mistakes=(
            Mistake(
                "keeping_z",
                "This is the convention of Cho 2014, where z keeps the old state. In this course "
                "z weighs the new candidate.",
                "13#which-way-does-z-point",
                lambda: "z * h_prev + (1 - z) * g",
            ),
            Mistake(
                "two_gates",
                "The old state is kept by 1 - z; without it, it is added to for ever.",
                "13#the-gru",
                lambda: "h_prev + z * g",
            ),
            Mistake(
                "reset_on_memory",
                "The reset gate acts inside the candidate, not on what is kept.",
                "13#the-gru",
                lambda: "(1 - z) * r * h_prev + z * g",
            ),
            Mistake(
                "squashed_twice",
                "g is the candidate after its tanh; it is not squashed again.",
                "13#the-gru",
                lambda: "(1 - z) * h_prev + z * tanh(g)",
            ),
            Mistake(
                "reset_keeps",
                "That is r in the place of 1 - z: the reset gate does not decide what is kept.",
                "13#the-gru",
                lambda: "r * h_prev + z * g",
            ),
        ),
        lesson="13",
        hints=("z close to one writes the candidate; z close to zero keeps the state.",),
    ),
    equation(
        "q_eq_candidate",
        QUIZ,
        "tanh(W @ x + U @ (r * h_prev) + b)",
        _CANDIDATE,
        why="The reset gate scales what the candidate sees of the past, before the product with U.",
        mistakes=(
            Mistake(
                "reset_after",
                "Here r is applied after the product, as some frameworks do. That is another cell: "
                "in this course r scales h_prev before U.",
                "13#reset-before-or-after-the-product",
                lambda: "tanh(W @ x + r * (U @ h_prev) + b)",
            ),
            Mistake(
                "no_reset",
                "The reset gate is missing; this is the candidate of an LSTM.",
                "13#the-gru",
                lambda: "tanh(W @ x + U @ h_prev + b)",
            ),
            Mistake(
                "update_for_reset",
                "That is the update gate; the candidate is made with r.",
                "13#the-gru",
                lambda: "tanh(W @ x + U @ (z * h_prev) + b)",
            ),
            Mistake(
                "sigma_for_tanh",
                "A candidate has both signs: tanh and not sigma.",
                "13#the-gru",
                lambda: "sigma(W @ x + U @ (r * h_prev) + b)",
            ),
            Mistake(
                "not_squashed",
                "The tanh is missing: this is the candidate's pre-activation.",
                "13#the-gru",
                lambda: "W @ x + U @ (r * h_prev) + b",
            ),
            Mistake(
                "no_bias",
                "The bias is missing.",
                "13#the-gru",
                lambda: "tanh(W @ x + U @ (r * h_prev))",
            ),
            Mistake(
                "transposed",
                "U stands behind the vector, which is the product with its transpose.",
                "13#the-gru",
                lambda: "tanh(W @ x + (r * h_prev) @ U + b)",
            ),
        ),
        lesson="13",
        hints=("Start from the candidate of the LSTM. What does r scale?",),
    ),
    graph(
        "q_edges_gru",
        QUIZ,
        [(source, letter) for letter in "zrg" for source in ("x", "h_prev")]
        + [("r", "g"), ("g", "h"), ("z", "h"), ("h_prev", "h")],
        {
            "x": (2, 0),
            "h_prev": (-1, 1.2),
            "r": (0.8, 2),
            "z": (4.2, 2),
            "g": (2.4, 2.6),
            "h": (2.4, 4.4),
        },
        why="Ten arrows. There is no second state: h is both what is kept and what is shown.",
        known={
            ("r", "h"): "the reset gate acts through the candidate only",
            ("z", "g"): "the candidate does not see the update gate",
            ("z", "r"): "the gates do not see each other",
            ("r", "z"): "the gates do not see each other",
            ("x", "h"): "x reaches h through gates and candidate only",
        },
        lesson="13",
        hints=("An arrow is a letter on the right-hand side of one of the four equations.",),
    ),
    number(
        "q_gru_units",
        QUIZ,
        _equal_units,
        why="3 (12 x 7 + 12 x 12 + 12) = 720 = 4 (10 x 7 + 10 x 10 + 10). To compare two cells, "
        "give them equal numbers of parameters and not of units.",
        mistakes=(
            Mistake(
                "same_units",
                "With ten units a GRU has three quarters of the LSTM's parameters.",
                "13#gru-against-lstm-equal-weights",
                lambda: UNITS,
            ),
            Mistake(
                "four_thirds",
                "Four thirds of ten would be right if the count grew with the units alone; the "
                "recurrent weights grow with their square.",
                "13#gru-against-lstm-equal-weights",
                lambda: 13,
            ),
            Mistake(
                "parameters",
                "That is a number of parameters; the question asks for units.",
                "13#gru-against-lstm-equal-weights",
                lambda: _gru_count(12),
            ),
        ),
        points=2,
        lesson="13",
        hints=("A GRU has three blocks of W, U and b.", "Try 11, 12, 13."),
    ),
    choice(
        "q_gru_convention",
        QUIZ,
        "b",
        {
            "a": "Then z would keep where it should write: the cell would do the opposite at every "
            "step.",
            "b": "Right: 1 - sigma(a) = sigma(-a), so the gate is turned round by turning round "
            "the "
            "sign of all that makes up its pre-activation.",
            "c": "One minus a weight is not one minus a gate: the sigma stands in between.",
            "d": "r and z do different things; exchanging them is not a change of convention.",
        },
        lesson="13",
        hints=("Write 1 - sigma(a) as a sigma.",),
    ),
)
