"""The specs of all gradable answers, and the feedback that a student asks for.

A module of this package named `exNN_...` or `quiz_...` belongs to the exercise of that name: its
`CHECKS` are the specs of its answers, its `OPEN` the questions that a person marks.
"""

from __future__ import annotations

import difflib
import pkgutil
import re
from functools import cache
from importlib import import_module

from coursekit.checks.feedback import check, hint
from coursekit.checks.spec import Check, OpenQuestion

__all__ = ["check", "exercises", "for_exercise", "get", "hint", "open_questions"]


@cache
def exercises() -> tuple[str, ...]:
    """The names of all exercises, in order."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in found if re.match(r"ex\d\d_|quiz_", name)))


def _known(exercise: str) -> str:
    if exercise not in exercises():
        raise ValueError(
            f"there is no exercise {exercise!r}; the exercises are {', '.join(exercises())}"
        )
    return f"{__name__}.{exercise}"


def for_exercise(exercise: str) -> tuple[Check, ...]:
    """The checks of one exercise, in the order of its notebook."""
    return tuple(import_module(_known(exercise)).CHECKS)


def open_questions(exercise: str) -> tuple[OpenQuestion, ...]:
    """The questions of one exercise that a person marks."""
    return tuple(getattr(import_module(_known(exercise)), "OPEN", ()))


@cache
def _all() -> dict[str, Check]:
    return {check.name: check for exercise in exercises() for check in for_exercise(exercise)}


def get(name: str) -> Check:
    """The check of one answer.

    Raises:
        ValueError: No answer has that name; the message lists near ones.
    """
    checks = _all()
    if name not in checks:
        near = difflib.get_close_matches(str(name), checks, n=4, cutoff=0.5) or sorted(checks)
        raise ValueError(f"there is no answer {name!r} to check; did you mean {', '.join(near)}?")
    return checks[name]
