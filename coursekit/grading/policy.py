"""An instructor's own rules in one file: other points, answers that are dropped, more checks.

The file is Python, and belongs to the instructor: it is run as it stands. All names are optional.

    POINTS = {"ex05_lstm_cell": {"lstm_step": 8}}          in place of the course's points
    DROP = {"ex05_lstm_cell": ["lstm_back"]}               not graded, not counted
    CHECKS = {"ex05_lstm_cell": [Check(...)]}              coursekit.checks.spec.Check
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from coursekit.checks.spec import Check, OpenQuestion, Part
from coursekit.errors import CommandError
from coursekit.grading.judge import Spec

NAMES = ("POINTS", "DROP", "CHECKS")


@dataclass(frozen=True)
class Policy:
    """What an instructor changed; nothing, by default."""

    points: dict[str, dict[str, float]] = field(default_factory=dict)
    drop: dict[str, Sequence[str]] = field(default_factory=dict)
    checks: dict[str, Sequence[Check]] = field(default_factory=dict)

    def apply(self, spec: Spec) -> Spec:
        """An exercise with these changes.

        Raises:
            CommandError: points or a drop for an answer that the exercise does not have; a check
                whose name is taken.
        """
        points, drop = self.points.get(spec.exercise, {}), self.drop.get(spec.exercise, ())
        more = tuple(self.checks.get(spec.exercise, ()))
        taken = {check.name for check in more} & set(spec.names)
        if taken:
            raise CommandError(
                f"CHECKS: {spec.exercise} has {', '.join(sorted(taken))} already; give the check "
                "another name, and list the old one in DROP if it should not count"
            )
        known = {*spec.names, *(check.name for check in more)}
        for name in (*points, *drop):
            if name not in known:
                raise CommandError(
                    f"{spec.exercise} has no answer {name!r}; it has {', '.join(sorted(known))}"
                )
        checks = [_worth(check, points) for check in (*spec.checks, *more)]
        questions = [_scaled(question, points) for question in spec.open_questions]
        return replace(
            spec,
            checks=tuple(check for check in checks if check.name not in drop),
            open_questions=tuple(one for one in questions if one.name not in drop),
        )


def _worth(check: Check, points: dict[str, float]) -> Check:
    """A check with other points, its parts in the same proportion."""
    if check.name not in points:
        return check
    factor = points[check.name] / check.points if check.points else 0.0
    parts = tuple(Part(part.name, factor * part.points) for part in check.parts)
    return replace(check, parts=parts)


def _scaled(question: OpenQuestion, points: dict[str, float]) -> OpenQuestion:
    if question.name not in points:
        return question
    factor = points[question.name] / question.points
    return replace(
        question, rubric=tuple((factor * worth, for_) for worth, for_ in question.rubric)
    )


def load(path: Path | None, exercises: Sequence[str]) -> Policy:
    """Read an instructor's file.

    Args:
        path: the file; None for the course as it is.
        exercises: those that there are.

    Raises:
        CommandError: the file is missing, fails, or names what there is not.
    """
    if path is None:
        return Policy()
    if not path.is_file() or path.suffix != ".py":
        raise CommandError(f"{path} is no file of Python; give one that ends in .py")
    source = importlib.util.spec_from_file_location("coursekit_policy", path)
    if source is None or source.loader is None:
        raise CommandError(f"{path} cannot be read")
    module = importlib.util.module_from_spec(source)
    try:
        source.loader.exec_module(module)
    except Exception as error:
        raise CommandError(f"{path} raises {type(error).__name__}: {error}") from error
    given = {name: getattr(module, name, {}) for name in NAMES}
    for name, value in given.items():
        _demand_exercises(path, name, value, exercises)
    for exercise, points in given["POINTS"].items():
        for answer, worth in points.items():
            if not isinstance(worth, (int, float)) or isinstance(worth, bool) or not worth >= 0:
                raise CommandError(
                    f"{path}: POINTS[{exercise!r}][{answer!r}] is {worth!r}; give a number from 0"
                )
    for exercise, checks in given["CHECKS"].items():
        if not all(isinstance(check, Check) for check in checks):
            raise CommandError(
                f"{path}: CHECKS[{exercise!r}] must be a list of coursekit.checks.spec.Check"
            )
    return Policy(given["POINTS"], given["DROP"], given["CHECKS"])


def _demand_exercises(path: Path, name: str, value: Any, exercises: Sequence[str]) -> None:
    if not isinstance(value, dict):
        raise CommandError(f"{path}: {name} is a {type(value).__name__}; give a dict by exercise")
    unknown = sorted(set(value) - set(exercises))
    if unknown:
        raise CommandError(
            f"{path}: {name} names {', '.join(map(repr, unknown))}; there are "
            f"{', '.join(exercises)}"
        )
