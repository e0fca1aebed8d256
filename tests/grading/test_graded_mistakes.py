"""Every known mistake of every exercise, handed in and judged from outside: named, and not in full.

A notebook for each exercise holds all of its mistakes, each under a name of its own, and is graded
against as many copies of the checks.
"""

from dataclasses import replace

import pytest

from coursekit import checks
from coursekit.grading.causes import Cause
from coursekit.grading.judge import Spec, judge
from coursekit.grading.notebook import Cell, Notebook
from coursekit.grading.sandbox import Limits, Session, launcher_for

ALL_WRONG = """
from coursekit import checks

for check in checks.for_exercise({exercise!r}):
    for mistake in check.mistakes:
        globals()[f"{{check.name}}_{{mistake.name}}"] = mistake.wrong
"""
KNOWN = [name for name in checks.exercises() if any(c.mistakes for c in checks.for_exercise(name))]


@pytest.mark.parametrize("exercise", KNOWN)
def test_every_mistake_is_named_by_the_grader(exercise):
    wanted, copies = {}, []
    for check in checks.for_exercise(exercise):
        for mistake in check.mistakes:
            copies.append(replace(check, name=f"{check.name}_{mistake.name}"))
            wanted[copies[-1].name] = mistake
    notebook = Notebook("all.ipynb", exercise, (Cell(ALL_WRONG.format(exercise=exercise)),))
    limits = Limits(total=600)
    verdict = judge(
        *(notebook, Spec(exercise, tuple(copies)), 5),
        limits=limits,
        start=lambda: Session(limits, launcher=launcher_for("limits")),
    )
    assert verdict.notes == ()
    assert [(mark.answer, mark.mistake) for mark in verdict.marks] == [
        (name, mistake.name) for name, mistake in wanted.items()
    ]
    for mark in verdict.marks:
        assert mark.messages[0] == wanted[mark.answer].sentence
        assert mark.points < mark.maximum
        assert mark.cause is not Cause.OK


def test_the_course_knows_more_than_eighty_mistakes():
    every = [check.mistakes for name in KNOWN for check in checks.for_exercise(name)]
    assert sum(map(len, every)) >= 80
