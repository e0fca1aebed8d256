"""The answers of exercise 5: the LSTM step, its backward step, and both over a sequence."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.checks import lstm_reference as right
from coursekit.checks.lstm_back_mistakes import BACK
from coursekit.checks.lstm_sequence_mistakes import GRADIENT, RUN
from coursekit.checks.lstm_step_mistakes import STEP
from coursekit.checks.spec import Case, Catalogue, Check, Part

EXERCISE = "ex05_lstm_cell"
# The modules that answers of this exercise may import from coursekit.
ALLOWED = ("coursekit.gradients",)

# Where the lesson draws both curves and their derivatives.
SLOPE = "03#the-slope-is-small"

SIGMOID = Catalogue()
SIGMOID_SLOPE = Catalogue()
TANH_SLOPE = Catalogue()


@SIGMOID.add(SLOPE)
def exponent_not_negated(net: Any) -> Any:
    """The exponent has the wrong sign: with exp(+net) the curve falls from 1 to 0."""
    return 1 - right.sigmoid(net)


@SIGMOID.add(SLOPE)
def tanh_for_sigmoid(net: Any) -> Any:
    """This is tanh, which runs from -1 to 1; the sigmoid runs from 0 to 1."""
    return np.tanh(net)


@SIGMOID_SLOPE.add(SLOPE)
def slope_from_net(s: Any) -> Any:
    """You squash s once more; s is sigma(net) already, so the derivative is a product of s and
    something.
    """
    return right.slope(right.sigmoid(s))


@SIGMOID_SLOPE.add(SLOPE)
def slope_of_tanh_at_sigmoid(s: Any) -> Any:
    """1 - s**2 is the derivative of tanh in terms of its value, not that of the sigmoid."""
    return 1 - np.asarray(s) ** 2


@TANH_SLOPE.add(SLOPE)
def slope_from_net_of_tanh(t: Any) -> Any:
    """You squash t once more; t is tanh(net) already."""
    return 1 - np.tanh(t) ** 2


@TANH_SLOPE.add(SLOPE)
def slope_of_sigmoid_at_tanh(t: Any) -> Any:
    """t (1 - t) is the derivative of the sigmoid in terms of its value, not that of tanh."""
    return right.slope(np.asarray(t))


def draw_params(rng: np.random.Generator, inputs: int, units: int) -> right.Values:
    """Weights large enough that every wrong line shows."""
    params = {}
    for k in right.GATES:
        params[f"W_{k}"] = rng.uniform(-1, 1, (units, inputs))
        params[f"U_{k}"] = rng.uniform(-1, 1, (units, units))
        params[f"b_{k}"] = rng.uniform(-1, 1, units)
    return params


def _inside(rng: np.random.Generator, *shape: int) -> NDArray[np.float64]:
    return rng.uniform(-0.9, 0.9, shape)


def _draw_step(rng: np.random.Generator, inputs: int, units: int, batch: tuple[int, ...]) -> Any:
    return (
        draw_params(rng, inputs, units),
        rng.normal(size=(*batch, inputs)),
        _inside(rng, *batch, units),
        1.5 * rng.normal(size=(*batch, units)),
    )


def _step_cases(rng: np.random.Generator) -> list[Case]:
    one = _draw_step(rng, 3, 4, ())
    wide = _draw_step(rng, 2, 5, ())
    many = _draw_step(rng, 3, 4, (6,))
    cases = []
    for size, given in (("3 inputs, 4 units", one), ("2 inputs, 5 units", wide)):
        cases += [
            Case(size, given, "the gates i, f, o", keys=("i", "f", "o")),
            Case(size, given, "the candidate g", keys=("g",)),
            Case(size, given, "the cell state c", keys=("c",)),
            Case(size, given, "the output h", keys=("h",)),
        ]
    label = "6 sequences, 3 inputs, 4 units"
    return [
        *cases,
        Case(label, many, "a batch of sequences"),
        Case(label, many, "its inputs are left as they were", watch=True),
    ]


def _back_cases(rng: np.random.Generator) -> list[Case]:
    def draw(inputs: int, units: int, batch: tuple[int, ...]) -> Any:
        grads = (rng.normal(size=(*batch, units)), rng.normal(size=(*batch, units)))
        return (*_draw_step(rng, inputs, units, batch), *grads)

    weights = tuple(f"{w}_{k}" for k in right.GATES for w in "WUb")
    cases = []
    for size, given in (("3 inputs, 4 units", draw(3, 4, ())), ("2 and 5", draw(2, 5, ()))):
        cases += [
            Case(size, given, "the weights of the output gate", keys=("W_o", "U_o", "b_o")),
            Case(size, given, "all weights and biases", keys=weights),
            Case(size, given, "the input x and the previous h", keys=("x", "h")),
            Case(size, given, "the previous cell state c", keys=("c",)),
        ]
    label = "6 sequences, 3 inputs, 4 units"
    many = draw(3, 4, (6,))
    return [
        *cases,
        Case(label, many, "a batch of sequences"),
        Case(label, many, "its inputs are left as they were", watch=True),
    ]


def _run_cases(rng: np.random.Generator) -> list[Case]:
    return [
        Case(
            "7 steps, 3 inputs, 4 units",
            (draw_params(rng, 3, 4), rng.normal(size=(7, 3))),
            "one sequence",
        ),
        Case(
            "5 steps, 6 sequences",
            (draw_params(rng, 3, 4), rng.normal(size=(5, 6, 3))),
            "a batch of sequences",
        ),
    ]


def _gradient_cases(rng: np.random.Generator) -> list[Case]:
    def draw(*leading: int) -> Any:
        xs = rng.normal(size=(*leading, 3))
        return draw_params(rng, 3, 4), xs, rng.normal(size=(*leading, 4))

    one_error = draw(7)
    one_error[2][:-1] = 0
    return [
        Case("7 steps, an error at the last one only", one_error, "an error at the end"),
        Case("7 steps, an error at each", draw(7), "an error at every step"),
        Case("5 steps, 6 sequences", draw(5, 6), "a batch of sequences"),
    ]


def _number_cases(low: float, high: float) -> Any:
    def cases(rng: np.random.Generator) -> list[Case]:
        return [
            Case("an array of 3 by 4", (rng.uniform(low, high, (3, 4)),)),
            Case("a single number", (float(rng.uniform(low, high)),)),
        ]

    return cases


CHECKS = (
    Check(
        name="sigmoid",
        exercise=EXERCISE,
        reference=right.sigmoid,
        points=1,
        cases=_number_cases(-4, 4),
        mistakes=SIGMOID,
        hints=("sigma(0) is 1/2; far to the right it is 1, far to the left 0.",),
        lesson="03",
    ),
    Check(
        name="sigmoid_slope",
        exercise=EXERCISE,
        reference=right.slope,
        points=1,
        cases=_number_cases(0.05, 0.95),
        mistakes=SIGMOID_SLOPE,
        hints=(
            "Differentiate 1 / (1 + exp(-net)) and look for sigma(net) in what comes out.",
            "At s = 1/2 the result is 1/4, at s = 0 and s = 1 it is 0.",
        ),
        lesson="03",
    ),
    Check(
        name="tanh_slope",
        exercise=EXERCISE,
        reference=lambda t: 1 - np.asarray(t) ** 2,
        points=1,
        cases=_number_cases(-0.95, 0.95),
        mistakes=TANH_SLOPE,
        hints=("At t = 0 the result is 1, at t = 1 and t = -1 it is 0.",),
        lesson="03",
    ),
    Check(
        name="lstm_step",
        exercise=EXERCISE,
        reference=right.step,
        parts=(
            Part("the gates i, f, o", 2),
            Part("the candidate g", 1),
            Part("the cell state c", 2),
            Part("the output h", 1),
            Part("a batch of sequences", 1),
            Part("its inputs are left as they were", 1),
        ),
        cases=_step_cases,
        mistakes=STEP,
        hints=(
            "Write the four pre-activations first, one line each: x @ W.T + h @ U.T + b.",
            "Three of the four are squashed by the sigmoid and are gates; the fourth, the"
            " candidate, by tanh.",
            "The new state keeps f of the old one and takes i of the candidate; both products are"
            " entry by entry (*).",
            "What goes out is the new state, squashed by tanh, times o. The dict needs the keys"
            " i, f, o, g, c and h.",
        ),
        needs=("sigmoid",),
        lesson="07",
    ),
    Check(
        name="lstm_step_back",
        exercise=EXERCISE,
        reference=right.step_back,
        parts=(
            Part("the weights of the output gate", 2),
            Part("all weights and biases", 4),
            Part("the input x and the previous h", 2),
            Part("the previous cell state c", 2),
            Part("a batch of sequences", 1),
            Part("its inputs are left as they were", 1),
        ),
        cases=_back_cases,
        mistakes=BACK,
        hints=(
            "Call lstm_step first: the backward step needs i, f, o, g and the new c.",
            "The new state is used twice: it is carried on (grad_c) and shown (grad_h, through o"
            " and the derivative of tanh at c'). Add the two; call the sum grad_state.",
            "A delta is (what arrives at the gate's value) times (the slope of its squash). At o"
            " arrives grad_h * tanh(c'); at i arrives grad_state * g; at f, grad_state * c; at g,"
            " grad_state * i.",
            "From delta_k: W_k gets delta_k.T @ x, U_k gets delta_k.T @ h, b_k the sum over the"
            " batch; x collects delta_k @ W_k and h collects delta_k @ U_k over all four k; the old"
            " c gets grad_state * f. For one sequence use np.atleast_2d first.",
        ),
        needs=("lstm_step", "sigmoid_slope", "tanh_slope"),
        lesson="07",
    ),
    Check(
        name="lstm_run",
        exercise=EXERCISE,
        reference=right.run,
        parts=(Part("one sequence", 1), Part("a batch of sequences", 1)),
        cases=_run_cases,
        mistakes=RUN,
        hints=(
            "Start from zeros for h and c: np.zeros((*xs.shape[1:-1], units)) fits one sequence"
            " and a batch.",
            "Each step's h and c go into the next step; append each h to a list, then np.stack it.",
        ),
        needs=("lstm_step",),
        lesson="06",
    ),
    Check(
        name="lstm_gradient",
        exercise=EXERCISE,
        reference=right.gradient,
        parts=(
            Part("an error at the end", 2),
            Part("an error at every step", 2),
            Part("a batch of sequences", 1),
        ),
        cases=_gradient_cases,
        mistakes=GRADIENT,
        hints=(
            "Forward first: keep x, h and c as they were before each step.",
            "Then from the last step to the first: what arrives at h is grad_hs[t] plus what came"
            " back from step t+1; what arrives at c is only what came back.",
            "Add up the gradients of each weight over all steps.",
        ),
        needs=("lstm_step", "lstm_step_back"),
        lesson="06",
    ),
)
