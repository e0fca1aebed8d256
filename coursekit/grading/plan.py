"""What must be graded: what is new, what was changed since, and what somebody asks for again.

A result stands beside its key: of what the student wrote, of each answer's check, and of what all
judgements have in common. An answer is graded again when its own part has changed; a submission,
when the student's or the common part has.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coursekit.grading.causes import Cause
from coursekit.grading.collect import Submission
from coursekit.grading.fingerprint import of_check, of_notebook
from coursekit.grading.judge import Mark, Spec
from coursekit.grading.record import place_of
from coursekit.grading.report import Result

Key = dict[str, object]


@dataclass(frozen=True)
class Task:
    """One submission that must be graded, and with what it is kept.

    Args:
        submission: what was handed in.
        key: made from all that the result depends on.
        only: the answers to grade; None for all.
        earlier: marks of the others, which stay.
    """

    submission: Submission
    key: str
    only: tuple[str, ...] | None = None
    earlier: tuple[Mark, ...] = ()


def prints_of(spec: Spec) -> dict[str, str]:
    """The fingerprint of what each answer is judged by."""
    checks = {check.name: of_check(check) for check in spec.checks}
    return checks | {question.name: of_check(question) for question in spec.open_questions}


def key_of(submission: Submission, answers: Mapping[str, str] | None, common: str) -> str:
    """What a result depends on.

    Args:
        submission: what was handed in.
        answers: from ``prints_of``; None if it belongs to no exercise.
        common: the fingerprint of what all judgements share.
    """
    if submission.notebook is None or answers is None:
        told = {"common": common, "cause": str(submission.cause), "reason": submission.reason}
        return json.dumps(told, sort_keys=True)
    notebook = of_notebook(submission.notebook)
    written = {"common": common, "notebook": notebook, "answers": dict(answers)}
    return json.dumps(written, sort_keys=True)


def task_for(
    submission: Submission,
    key: str,
    latest: Mapping[tuple[str, str, str], tuple[Result, str]],
    again: Sequence[str] | None = None,
) -> Task | None:
    """What of a submission must be graded; None if nothing.

    Args:
        submission: what was handed in.
        key: from ``key_of``.
        latest: the newest results with their keys, by student, exercise and place.
        again: answers that are asked for whatever the key says; an empty list means all.
    """
    known = latest.get((submission.student, submission.exercise, place_of(submission)))
    if known is None or again == []:
        return Task(submission, key)
    result, before = known
    old, new = json.loads(before), json.loads(key)
    failed = any(mark.cause is Cause.TOOL_FAILED for mark in result.marks)
    same = {name: old.get(name) for name in ("common", "notebook")}
    if failed or same != {name: new.get(name) for name in same} or "answers" not in new:
        return None if before == key and not failed and again is None else Task(submission, key)
    wanted = [
        name
        for name, print_ in new["answers"].items()
        if old["answers"].get(name) != print_ or name in (again or ())
    ]
    if not wanted and old["answers"].keys() == new["answers"].keys():
        return None
    earlier = tuple(mark for mark in result.marks if mark.answer not in wanted)
    return Task(submission, key, tuple(wanted), earlier)
