"""Numbers: computed by the course's own code, compared within a tolerance, mistakes named."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.checks.compare import short
from coursekit.checks.spec import Case, Check, Finding, Mistake


def number(
    name: str,
    exercise: str,
    value: Callable[[], float],
    *,
    why: str,
    rtol: float = 0.0,
    atol: float = 0.0,
    mistakes: tuple[Mistake, ...] = (),
    points: float = 1,
    lesson: str,
    hints: tuple[str, ...] = (),
    kind: str = "number",
) -> Check:
    """A question whose answer is one number.

    Args:
        name: The variable that holds the number.
        exercise: The quiz.
        value: Computes the right number.
        why: What a right answer is told: where the number comes from.
        rtol, atol: How far off an answer may be; both zero asks for the exact number.
        mistakes: Wrong numbers that people give, each with its sentence.
        points, lesson, hints, kind: As in Check.
    """

    def compare(given: Any, expected: Any) -> Finding | None:
        if isinstance(given, np.ndarray) and given.ndim == 0:
            given = given.item()
        wrong = _malformed(given)
        if wrong is not None:
            return wrong
        if abs(float(given) - float(expected)) <= atol + rtol * abs(float(expected)) + 1e-12:
            return None
        within = _within(rtol, atol)
        return Finding(f"{float(given):.6g} is not the number asked for{within}")

    return Check(
        name=name,
        exercise=exercise,
        kind=kind,
        points=points,
        reference=value,
        cases=lambda rng: [Case("your answer")],
        compare=compare,
        mistakes=mistakes,
        remark=lambda answer: why,
        lesson=lesson,
        hints=hints,
    )


def _malformed(given: Any) -> Finding | None:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return Finding(
            f"{short(given, 40)} is no number; write digits without quotes, such as 12 or 0.25, "
            "or an expression that Python works out, such as 2**10"
        )
    try:
        finite = math.isfinite(given)
    except OverflowError:
        finite = False
    return None if finite else Finding("the answer is no finite number that can be compared")


def _within(rtol: float, atol: float) -> str:
    if rtol:
        return f" (answers within {100 * rtol:g} % are right)"
    return f" (answers within {atol:g} are right)" if atol else ""
