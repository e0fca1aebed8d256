"""The answers of exercise 3: the sequential Jacobian, its norms, the bound, and clipping."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from coursekit.checks import vanishing_reference as right
from coursekit.checks.spec import Case, Check, Part
from coursekit.checks.vanishing_mistakes import CLIPPING, NORMS, SEQUENCE, STEP, STEPS

EXERCISE = "ex03_vanishing"
# The modules that answers of this exercise may import from coursekit.


def _net(rng: np.random.Generator, units: int, steps: int) -> tuple[Any, Any]:
    """U, and h_0 to h_T of a net that nobody has to run: any states within (-1, 1) will do."""
    U = rng.normal(size=(units, units)) * 1.2 / math.sqrt(units)
    return U, rng.uniform(-0.9, 0.9, (steps + 1, units))


def _step_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for units in (4, 7):
        U, hs = _net(rng, units, 1)
        cases.append(Case(f"{units} units", (U, hs[1]), "the matrix"))
    U, hs = _net(rng, 3, 1)
    return [*cases, Case("3 units", (U, hs[1]), "its inputs are left as they were", watch=True)]


def _sequence_cases(rng: np.random.Generator) -> list[Case]:
    def draw(units: int, steps: int, start: int, stop: int, part: str) -> Case:
        label = f"{units} units, from step {start} to step {stop} of {steps}"
        return Case(label, (*_net(rng, units, steps), start, stop), part)

    return [
        draw(4, 3, 0, 1, "one step"),
        draw(4, 6, 2, 3, "one step"),
        draw(4, 6, 0, 6, "many steps"),
        draw(5, 9, 3, 7, "many steps"),
        draw(4, 6, 2, 2, "no step at all"),
    ]


def _norm_cases(rng: np.random.Generator) -> list[Case]:
    return [
        Case("4 units, 6 steps", _net(rng, 4, 6)),
        Case("6 units, 20 steps", _net(rng, 6, 20)),
    ]


def _steps_cases(rng: np.random.Generator) -> list[Case]:
    share = float(10 ** -rng.uniform(3, 6))
    return [
        Case("the logistic, |U| = 1", (1.0, 0.25, 1e-6), "where it vanishes"),
        Case("the logistic, |U| = 3", (3.0, 0.25, share), "where it vanishes"),
        Case("tanh, |U| = 0.9", (0.9, 1.0, share), "where it vanishes"),
        Case("the logistic, |U| = 6", (6.0, 0.25, share), "where it does not"),
        Case("tanh, |U| = 1", (1.0, 1.0, share), "where it does not"),
    ]


def _clip_cases(rng: np.random.Generator) -> list[Case]:
    def draw(length: float) -> Any:
        grads = {
            "U": rng.normal(size=(4, 4)),
            "W": rng.normal(size=(4, 3)),
            "b": rng.normal(size=4),
        }
        return right.scaled(grads, length / right.size(grads))

    return [
        Case("a gradient of norm 7, threshold 2", (draw(7.0), 2.0), "a long gradient"),
        Case("a gradient of norm 0.9, threshold 0.5", (draw(0.9), 0.5), "a long gradient"),
        Case("a gradient of norm 0.3, threshold 2", (draw(0.3), 2.0), "a short gradient"),
        Case(
            "norm 9, threshold 3", (draw(9.0), 3.0), "its inputs are left as they were", watch=True
        ),
    ]


CHECKS = (
    Check(
        name="step_jacobian",
        exercise=EXERCISE,
        reference=right.step_jacobian,
        parts=(Part("the matrix", 3), Part("its inputs are left as they were", 1)),
        cases=_step_cases,
        mistakes=STEP,
        hints=(
            "Entry [k, j] says how much unit k of h_t moves when unit j of h_{t-1} is nudged.",
            "A nudge of unit j changes net k by U[k, j] times the nudge, and h[k] by the slope of"
            " unit k times that.",
            "The slope of tanh is 1 - h**2; row k of U is multiplied by the slope of unit k:"
            " np.diag(1 - h**2) @ U.",
        ),
        lesson="03",
    ),
    Check(
        name="sequential_jacobian",
        exercise=EXERCISE,
        reference=right.sequential_jacobian,
        parts=(Part("one step", 1), Part("many steps", 3), Part("no step at all", 1)),
        cases=_sequence_cases,
        mistakes=SEQUENCE,
        hints=(
            "Begin with the identity, np.eye(len(U)): no step yet.",
            "The step into h_t uses hs[t]. The first one leads into hs[start + 1], the last one"
            " into hs[stop].",
            "A nudge passes the earliest step first, so each later step is put on the left: product"
            " = step_jacobian(U, hs[t]) @ product.",
        ),
        needs=("step_jacobian",),
        lesson="03",
    ),
    Check(
        name="jacobian_norms",
        exercise=EXERCISE,
        reference=right.jacobian_norms,
        points=4,
        cases=_norm_cases,
        mistakes=NORMS,
        hints=(
            "The last state is hs[T] with T = len(hs) - 1; n runs from 1 to T.",
            "For each n take sequential_jacobian(U, hs, T - n, T) and its spectral norm,"
            " np.linalg.norm(J, 2).",
        ),
        needs=("sequential_jacobian",),
        lesson="03",
    ),
    Check(
        name="steps_until",
        exercise=EXERCISE,
        reference=right.steps_until,
        parts=(Part("where it vanishes", 2), Part("where it does not", 1)),
        cases=_steps_cases,
        mistakes=STEPS,
        hints=(
            "After n steps at most (slope * norm)**n is left.",
            "If slope * norm is one or more, that never falls: return -1 before you count, or the"
            " loop has no end.",
            "Otherwise begin with n = 0 and count up while (slope * norm)**n >= share.",
        ),
        lesson="03",
    ),
    Check(
        name="clip_gradients",
        exercise=EXERCISE,
        reference=right.clip_by_norm,
        parts=(
            Part("a long gradient", 2),
            Part("a short gradient", 1),
            Part("its inputs are left as they were", 1),
        ),
        cases=_clip_cases,
        mistakes=CLIPPING,
        hints=(
            "One norm over everything: the root of the sum of the squares of all entries of all"
            " arrays.",
            "If it is above the threshold, multiply every array by threshold / norm; else by one.",
            "Return a new dict: {name: factor * array for name, array in grads.items()}.",
        ),
        lesson="03",
    ),
)
