"""The answers of exercise 4: gradient by time, carousel, both gates, the truncated partial."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checks import gates_reference as right
from coursekit.checks.gates_mistakes import BY_STEP, GRADIENT, INPUT, OUTPUT, PARTIAL, RUN
from coursekit.checks.spec import Case, Check, Part

EXERCISE = "ex04_carousel_and_gates"
# The modules that answers of this exercise may import from coursekit.


def _by_step_cases(rng: np.random.Generator) -> list[Case]:
    def draw(label: str, w: float, part: str) -> Case:
        W, V = rng.uniform(0.3, 0.7), -rng.uniform(1.3, 1.9)
        given = (rng.normal(size=7), float(rng.uniform(2, 3)), float(W), w, float(V))
        return Case(label, given, part)

    return [
        draw("7 steps, recurrent weight 1", 1.0, "a unit that keeps what it has"),
        draw("7 steps, recurrent weight 0.8", 0.8, "a unit that forgets, or explodes"),
        draw("7 steps, recurrent weight 1.2", 1.2, "a unit that forgets, or explodes"),
    ]


def _run_cases(rng: np.random.Generator) -> list[Case]:
    def draw(label: str, time: int, inputs: int, units: int) -> Case:
        sizes = ((units, inputs), (units,), (time, inputs))
        return Case(label, tuple(rng.normal(size=size) for size in sizes))

    return [draw("6 steps, 3 inputs, 4 units", 6, 3, 4), draw("9 steps, 2 and 2", 9, 2, 2)]


def _gate_cases(rng: np.random.Generator) -> list[Case]:
    def draw(label: str, time: int, units: int, part: str, watch: bool = False) -> Case:
        given = (rng.normal(size=(time, units)), 2 * rng.normal(size=(time, units)))
        return Case(label, given, part, watch=watch)

    last = "its inputs are left as they were"
    return [
        draw("6 steps, 3 units", 6, 3, "the values"),
        draw("9 steps, 1 unit", 9, 1, "the values"),
        draw("5 steps, 2 units", 5, 2, last, watch=True),
    ]


def _draw_partial(rng: np.random.Generator, time: int, units: int, sources: int) -> Any:
    return (
        rng.normal(size=(time, sources)),
        rng.uniform(0.1, 0.9, (time, units)),
        rng.uniform(-0.9, 0.9, (time, units)),
    )


def _partial_cases(rng: np.random.Generator) -> list[Case]:
    return [
        Case("1 step, 3 units, 4 sources", _draw_partial(rng, 1, 3, 4), "one step"),
        Case("7 steps, 3 units, 4 sources", _draw_partial(rng, 7, 3, 4), "many steps"),
        Case("5 steps, 2 units, 2 sources", _draw_partial(rng, 5, 2, 2), "many steps"),
    ]


def _gradient_cases(rng: np.random.Generator) -> list[Case]:
    def draw(time: int, units: int, sources: int) -> Any:
        partials = right.input_gate_partial(*_draw_partial(rng, time, units, sources))
        return partials, rng.normal(size=(time, units))

    at_the_end = draw(6, 3, 4)
    at_the_end[1][:-1] = 0
    return [
        Case("6 steps, an error at the last one only", at_the_end, "an error at the end"),
        Case("6 steps, an error at each", draw(6, 3, 4), "an error at every step"),
        Case("4 steps, 2 units, 2 sources", draw(4, 2, 2), "an error at every step"),
    ]


GATE_PARTS = (Part("the values", 2), Part("its inputs are left as they were", 1))

CHECKS = (
    Check(
        name="gradient_by_step",
        exercise=EXERCISE,
        reference=right.gradient_by_step,
        parts=(
            Part("a unit that keeps what it has", 2),
            Part("a unit that forgets, or explodes", 2),
        ),
        cases=_by_step_cases,
        mistakes=BY_STEP,
        hints=(
            "Run the unit forwards first; you need y.",
            "dL/dy is y - target, dy/dh_T is V, and dh_T/dh_t is w to the power of T - t.",
            "At step t the weight multiplies x_t, so the part is (y - target) * V * w**(T - t) *"
            " x_t; w ** np.arange(len(xs))[::-1] has all powers at once.",
        ),
        lesson="04",
    ),
    Check(
        name="carousel_run",
        exercise=EXERCISE,
        reference=right.carousel_run,
        points=2,
        cases=_run_cases,
        mistakes=RUN,
        hints=(
            "Begin with c = zeros, one a unit. At each step c = c + W @ x + b; keep each of them.",
            "Append each c to a list, then np.stack it.",
        ),
        lesson="05",
    ),
    Check(
        name="gated_input",
        exercise=EXERCISE,
        reference=right.gated_input,
        parts=GATE_PARTS,
        cases=_gate_cases,
        mistakes=INPUT,
        hints=(
            "The gate is sigma of its pre-activation: i = 1 / (1 + np.exp(-net_i)).",
            "What comes in at a step is i * x, entry by entry. The state adds it to what it has.",
            "np.cumsum(i * xs, axis=0) adds up over the steps.",
        ),
        lesson="06",
    ),
    Check(
        name="gated_output",
        exercise=EXERCISE,
        reference=right.gated_output,
        parts=GATE_PARTS,
        cases=_gate_cases,
        mistakes=OUTPUT,
        hints=(
            "The gate is sigma of net_o, as before; what goes out is gate times state, entry"
            " by entry.",
        ),
        lesson="06",
    ),
    Check(
        name="input_gate_partial",
        exercise=EXERCISE,
        reference=right.input_gate_partial,
        parts=(Part("one step", 2), Part("many steps", 3)),
        cases=_partial_cases,
        mistakes=PARTIAL,
        hints=(
            "One step first: c gets i * g. How much does that move with net_i? And net_i of unit j"
            " with W_i[j, m]?",
            "The first is g * i * (1 - i), one number a unit; the second is source m. Together,"
            " np.outer(g * i * (1 - i), source).",
            "c_t is c_{t-1} plus that, so the partial is the partial before plus that: add up over"
            " the steps, and keep the partial after each.",
        ),
        lesson="06",
    ),
    Check(
        name="input_gate_gradient",
        exercise=EXERCISE,
        reference=right.input_gate_gradient,
        parts=(Part("an error at the end", 1), Part("an error at every step", 2)),
        cases=_gradient_cases,
        mistakes=GRADIENT,
        hints=(
            "At each step, the error of unit j times the partial of unit j; then add over the"
            " steps.",
            "errors[t][:, None] * partials[t] gives one step.",
        ),
        lesson="06",
    ),
)
