"""The answers of exercise 1: the simple recurrent net, step by step, and what it is made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checks import elman_mistakes as wrong
from coursekit.checks import elman_reference as right
from coursekit.checks.compare import Finding, compare
from coursekit.checks.spec import Case, Check, Part

EXERCISE = "ex01_recurrent_step"
# The modules that answers of this exercise may import from coursekit.
KEPT = "its inputs are left as they were"
ONE, BATCH = "one sequence", "a batch of sequences"


def draw_params(
    rng: np.random.Generator, inputs: int, units: int, outputs: int = 0
) -> right.Values:
    """Weights large enough that every wrong line shows; V and d where there are outputs."""
    params = {
        "W": rng.uniform(-1, 1, (units, inputs)),
        "U": rng.uniform(-1, 1, (units, units)),
        "b": rng.uniform(-1, 1, units),
    }
    if outputs:
        params["V"] = rng.uniform(-2, 2, (outputs, units))
        params["d"] = rng.uniform(-1, 1, outputs)
    return params


def _softmax_cases(rng: np.random.Generator) -> list[Case]:
    return [
        Case("5 numbers", (rng.normal(size=5),), "one distribution"),
        Case("4 rows of 3", (rng.normal(size=(4, 3)),), "one for each row"),
        Case("4 steps, 2 sequences, 3 outputs", (rng.normal(size=(4, 2, 3)),), "one for each row"),
        Case("numbers around 1000", (1000 + rng.normal(size=(3, 4)),), "large numbers"),
    ]


def _compare_softmax(given: Any, expected: Any) -> Finding | None:
    """As usual; but two answers that overflow at the same places agree with each other."""
    both = [np.asarray(value) for value in (given, expected)]
    if all(value.dtype.kind == "f" and not np.isfinite(value).all() for value in both):
        given, expected = (np.nan_to_num(value, nan=-1.0) for value in both)
    return compare(given, expected)


def _step_cases(rng: np.random.Generator) -> list[Case]:
    def draw(inputs: int, units: int, *batch: int) -> Any:
        return (
            draw_params(rng, inputs, units),
            rng.normal(size=(*batch, inputs)),
            rng.uniform(-0.9, 0.9, (*batch, units)),
        )

    many = draw(3, 4, 6)
    return [
        Case("3 inputs, 4 units", draw(3, 4), ONE),
        Case("5 inputs, 2 units", draw(5, 2), ONE),
        Case("6 sequences, 3 inputs, 4 units", many, BATCH),
        Case("6 sequences, 3 inputs, 4 units", many, KEPT, watch=True),
    ]


def _run_cases(rng: np.random.Generator) -> list[Case]:
    return [
        Case("7 steps", (draw_params(rng, 3, 4), rng.normal(size=(7, 3))), ONE),
        Case("1 step", (draw_params(rng, 3, 4), rng.normal(size=(1, 3))), ONE),
        Case("5 steps, 6 sequences", (draw_params(rng, 3, 4), rng.normal(size=(5, 6, 3))), BATCH),
    ]


def _readout_cases(rng: np.random.Generator) -> list[Case]:
    def draw(*leading: int) -> Any:
        return draw_params(rng, 3, 4, 5), rng.uniform(-0.9, 0.9, (*leading, 4))

    return [
        Case("7 steps, 4 units, 5 outputs", draw(7), ONE),
        Case("6 steps, 3 sequences", draw(6, 3), BATCH),
    ]


def _sizes(rng: np.random.Generator, low: int, high: int, count: int) -> tuple[int, ...]:
    """Different numbers, so that no wrong count is right by chance."""
    return tuple(int(n) for n in rng.choice(np.arange(low, high), size=count, replace=False))


def _count_cases(rng: np.random.Generator) -> list[Case]:
    drawn = [_sizes(rng, 3, 60, 3) for _ in range(3)]
    return [Case("inputs {}, units {}, outputs {}".format(*sizes), sizes) for sizes in drawn]


def _window_cases(rng: np.random.Generator) -> list[Case]:
    drawn = [(7, 29, 80, 26), *(_sizes(rng, 3, 60, 4) for _ in range(2))]
    label = "width {}, inputs {}, units {}, outputs {}"
    return [Case(label.format(*sizes), sizes) for sizes in drawn]


CHECKS = (
    Check(
        name="softmax",
        exercise=EXERCISE,
        reference=right.softmax,
        parts=(
            Part("one distribution", 1),
            Part("one for each row", 1),
            Part("large numbers", 1),
        ),
        cases=_softmax_cases,
        compare=_compare_softmax,
        mistakes=wrong.SOFTMAX,
        hints=(
            "exp of every number, divided by their sum.",
            "The sum runs over the last axis; keepdims=True keeps the shape for the division.",
            "exp(1000) overflows. Subtracting the same number everywhere changes no probability:"
            " take the largest of each row.",
        ),
        lesson="01#the-simple-recurrent-net",
    ),
    Check(
        name="elman_step",
        exercise=EXERCISE,
        reference=right.step,
        parts=(Part(ONE, 3), Part(BATCH, 1), Part(KEPT, 1)),
        cases=_step_cases,
        mistakes=wrong.STEP,
        hints=(
            "Three terms make the pre-activation: from the input, from the last state, the bias.",
            "For one sequence W x is W @ x, and that equals x @ W.T; the second form works for a"
            " batch as well.",
            "np.tanh of x @ W.T + h @ U.T + b is the new state.",
        ),
        lesson="01#the-simple-recurrent-net",
    ),
    Check(
        name="elman_run",
        exercise=EXERCISE,
        reference=right.run,
        parts=(Part(ONE, 2), Part(BATCH, 1)),
        cases=_run_cases,
        mistakes=wrong.RUN,
        hints=(
            "Before the first step the state is zero: np.zeros((*xs.shape[1:-1], units)) fits one"
            " sequence and a batch.",
            "The h that comes out of a step goes into the next one.",
            "Append each new h to a list; np.stack makes an array of it, time first.",
        ),
        needs=("elman_step",),
        lesson="01#unrolled-over-the-cat-sat",
    ),
    Check(
        name="elman_readout",
        exercise=EXERCISE,
        reference=right.readout,
        parts=(Part(ONE, 2), Part(BATCH, 1)),
        cases=_readout_cases,
        mistakes=wrong.READOUT,
        hints=(
            "The same V and d serve every step: no loop is needed.",
            "hs @ V.T + d has one row for each step; softmax makes a distribution of each.",
        ),
        needs=("softmax",),
        lesson="01#the-simple-recurrent-net",
    ),
    Check(
        name="count_parameters",
        exercise=EXERCISE,
        reference=right.count,
        points=2,
        cases=_count_cases,
        mistakes=wrong.COUNT,
        hints=(
            "Write down the shapes of W, U, b, V and d, and add up their sizes.",
            "W is (units, inputs), U (units, units), b (units,), V (outputs, units), d (outputs,).",
        ),
        lesson="01#the-simple-recurrent-net",
    ),
    Check(
        name="count_window",
        exercise=EXERCISE,
        reference=right.window_count,
        points=2,
        cases=_window_cases,
        mistakes=wrong.WINDOW_COUNT,
        hints=(
            "What the first layer reads has width times inputs numbers.",
            "For NetTalk, with width 7, 29 inputs, 80 units and 26 outputs, it is 18426.",
        ),
        lesson="01#the-equations-of-the-window",
    ),
)
