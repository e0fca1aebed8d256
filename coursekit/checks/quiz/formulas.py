"""Equations as questions: any form that is equal as mathematics is right."""

from typing import Any

from coursekit.checks.equations import Equation, EquationError, Shapes, difference, parse
from coursekit.checks.spec import Case, Check, Finding, Mistake

DRAW_SEED = 1735


def equation(
    name: str,
    exercise: str,
    right: str,
    shapes: Shapes,
    *,
    why: str,
    mistakes: tuple[Mistake, ...] = (),
    points: float = 2,
    lesson: str,
    hints: tuple[str, ...] = (),
) -> Check:
    """A question whose answer is the right-hand side of an equation, as text.

    Args:
        name: The variable that holds the text.
        exercise: The quiz.
        right: One right form.
        shapes: The letters that may occur, with the shapes of their values.
        why: What a right answer is told.
        mistakes: Equations that people write instead; `wrong` returns the text.
        points, lesson, hints: As in Check.
    """

    def compare(given: Any, expected: Any) -> Finding | None:
        try:
            mine = parse(given, shapes)
        except EquationError as error:
            return Finding(str(error))
        said = difference(mine, _trusted(expected), shapes, DRAW_SEED)
        return None if said is None else Finding(said)

    def _trusted(text: Any) -> Equation:
        return parse(text, shapes)

    return Check(
        name=name,
        exercise=exercise,
        kind="equation",
        points=points,
        reference=lambda: right,
        cases=lambda rng: [Case("your equation")],
        compare=compare,
        mistakes=mistakes,
        remark=lambda answer: why,
        lesson=lesson,
        hints=hints,
    )
