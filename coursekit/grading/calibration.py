"""Before anything: the solutions are graded as if they were handed in, and must get full marks."""

import secrets
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from coursekit.checks.spec import InProcess, evaluate
from coursekit.errors import CommandError
from coursekit.grading import pool
from coursekit.grading.causes import Unusable
from coursekit.grading.collect import Submission
from coursekit.grading.fingerprint import of_check, of_course
from coursekit.grading.notebook import read
from coursekit.grading.policy import load
from coursekit.grading.pool import Job
from coursekit.grading.record import Record
from coursekit.grading.report import Result
from coursekit.grading.sandbox import Limits


def solution_of(exercise: str) -> Path:
    """Where a checkout has the solution of an exercise."""
    return pool.PACKAGE.parent / "solutions" / exercise / f"{exercise}.ipynb"


def at_least(limits: Limits, seconds: float) -> Limits:
    """Limits that leave room for a notebook whose solution takes that long on this machine."""
    return replace(
        limits,
        total=max(limits.total, 6 * seconds),
        step=max(limits.step, 3 * seconds),
        answer=max(limits.answer, 3 * seconds),
    )


def calibrated(
    record: Record, exercises: Sequence[str], like: Job, workers: int
) -> dict[str, float]:
    """Grade the solutions as if they were handed in; anything but full marks stops the command.

    A solution that got full marks from the same checks before is not run again.

    Args:
        record: remembers what passed.
        exercises: whose solutions.
        like: a job with the limits, level and policy of this run.
        workers: graded at a time.

    Returns:
        The seconds that each solution took.

    Raises:
        CommandError: a solution, or an instructor's check, does not give full marks.
    """
    most = 10 * like.limits.total
    generous = replace(like.limits, total=most, step=most, answer=most)
    jobs, prints, taken = [], {}, {}
    for exercise in exercises:
        path, spec = solution_of(exercise), pool.spec_of(exercise, like.policy)
        if not path.is_file():
            print(f"{exercise}: there is no solution here to calibrate with", file=sys.stderr)
            continue
        prints[exercise] = of_course(path.read_bytes(), *map(of_check, spec.checks))
        known = (record.fact(f"calibrated {exercise}") or "").split()
        if known and known[0] == prints[exercise]:
            taken[exercise] = float(known[1])
            continue
        try:
            notebook = read(path.name, path.read_bytes(), {exercise: spec.names})
        except Unusable as unusable:
            raise CommandError(f"The solution of {exercise}: {unusable.reason}.", 1) from None
        one = Submission("the solution", exercise, notebook)
        own = pool.spec_of(exercise).names  # what an instructor added is not in our solution
        seed = secrets.randbits(64)
        jobs.append(replace(like, submission=one, seed=seed, limits=generous, only=own))
        _demand_right_references(exercise, like.policy)
    for _, result in pool.grade_all(jobs, workers):
        _demand_full_marks(result, like.policy)
        taken[result.exercise] = result.seconds
        value = f"{prints[result.exercise]} {result.seconds}"
        record.state(f"calibrated {result.exercise}", value)
    return taken


def _demand_right_references(exercise: str, policy: Path | None) -> None:
    """What an instructor added must give full marks to its own reference."""
    for check in load(policy, pool.exercise_names()).checks.get(exercise, ()):
        reference = check.reference() if check.kind == "value" else check.reference
        answer = InProcess(reference)
        outcome = evaluate(check, answer, np.random.default_rng(0), hidden=True)
        if not outcome.passed:
            said = "\n".join(outcome.messages)
            raise CommandError(
                f"{policy}: the check {check.name} gives its own reference {outcome.points:g} of "
                f"{outcome.maximum:g} points:\n{said}",
                1,
            )


def _demand_full_marks(result: Result, policy: Path | None) -> None:
    spec = pool.spec_of(result.exercise, policy)
    unmarked = {question.name for question in spec.open_questions}
    for mark in result.marks:
        if mark.points < mark.maximum and mark.answer not in unmarked:
            said = "\n".join((*mark.messages, *result.notes))
            raise CommandError(
                f"The solution of {result.exercise} itself gets {mark.points:g} of "
                f"{mark.maximum:g} points for {mark.answer or 'the notebook'}:\n{said}\n"
                "Nothing was graded; mend the solution or its check first.",
                1,
            )
