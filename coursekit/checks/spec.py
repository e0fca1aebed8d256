"""One spec per gradable answer: inputs, reference, known mistakes, points; and the judgement.

The same spec serves a student's instant feedback, a grader, and the tests. Whoever evaluates
brings a `call(name, arguments)`: into this process (`InProcess`), or into a sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from coursekit.checks.calls import Call, CallFailed, InProcess, Seeded, plain
from coursekit.checks.compare import Finding, compare

__all__ = [
    "Call",
    "CallFailed",
    "Case",
    "Catalogue",
    "Check",
    "Finding",
    "InProcess",
    "Mistake",
    "OpenQuestion",
    "Outcome",
    "Part",
    "PartOutcome",
    "Seeded",
    "compare",
    "evaluate",
    "plain",
]


@dataclass(frozen=True)
class Part:
    """A named share of a check's points: earned when every case of the part passes."""

    name: str
    points: float


@dataclass(frozen=True)
class Case:
    """One call of an answer (or several), and what to look at.

    Args:
        label: What a student reads, hidden or not: "3 inputs, 4 units, a batch of 5".
        arguments: Plain values and arrays; Seeded(s) stands for a generator.
        part: The part whose points depend on it.
        calls: Several calls instead of one; the value is then the list of their values.
        keys: Compare these entries of the returned dict only.
        watch: The call must leave its arguments as they were. What it returns must be right too,
            but say so by a case of its own: this one speaks of the arguments only.
    """

    label: str
    arguments: tuple[Any, ...] = ()
    part: str = "answer"
    calls: tuple[tuple[Any, ...], ...] = ()
    keys: tuple[str, ...] = ()
    watch: bool = False


@dataclass(frozen=True)
class Mistake:
    """A mistake that people make, as a small wrong implementation.

    Args:
        name: Short and stable: "f_i_swapped".
        sentence: One kind sentence to the student.
        lesson: Where it is explained: "07#the-forget-gate" (lesson number, heading).
        wrong: The wrong implementation; called like the answer.
    """

    name: str
    sentence: str
    lesson: str
    wrong: Callable[..., Any]


class Catalogue(list[Mistake]):
    """Known mistakes, each written as the wrong function; its docstring speaks to the student."""

    def add(
        self, lesson: str, name: str = ""
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorate a wrong implementation: it enters the catalogue under its own or this name."""

        def enter(wrong: Callable[..., Any]) -> Callable[..., Any]:
            sentence = " ".join((wrong.__doc__ or "").split())
            self.append(Mistake(name or wrong.__name__, sentence, lesson, wrong))
            return wrong

        return enter


@dataclass(frozen=True)
class Check:
    """How one answer is judged.

    Args:
        name: The answer's name in the notebook and its grade_id.
        exercise: The notebook: "ex05_lstm_cell".
        reference: The right answer, called like the student's (a value: without arguments).
        kind: "function", "value" (called without arguments), or a kind of the quiz.
        parts: Shares of the points. Without parts, `points` are earned all or none.
        points: The sum of the parts; give it only where there are none.
        cases: cases(rng) draws the inputs; the default is one call without arguments.
        compare: compare(given, expected) -> Finding or None, instead of the default.
        verify: verify(case, value) -> Finding or None, for an answer judged by its properties;
            the reference's value is then not used, and the Finding names the mistake.
        rtol, atol: Tolerances of the default comparison.
        mistakes: Known mistakes.
        hints: Hints in steps, from a nudge to nearly the answer.
        needs: Names of other answers that this one uses.
        lesson: Where the answer is taught, as in Mistake.
        remark: remark(value) is what a right value is told besides: the reason.
        drawing: drawing(value) -> (figure, alt text), shown to a student beside the verdict.
    """

    name: str
    exercise: str
    reference: Callable[..., Any]
    kind: str = "function"
    parts: tuple[Part, ...] = ()
    points: float = 0.0
    cases: Callable[[np.random.Generator], Sequence[Case]] = lambda rng: [Case("its value")]
    compare: Callable[[Any, Any], Finding | None] | None = None
    verify: Callable[[Case, Any], Finding | None] | None = None
    rtol: float = 1e-4
    atol: float = 1e-6
    mistakes: Sequence[Mistake] = ()
    hints: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    lesson: str = ""
    remark: Callable[[Any], str] | None = None
    drawing: Callable[[Any], tuple[Any, str]] | None = None

    def __post_init__(self) -> None:
        if self.parts:
            object.__setattr__(self, "points", sum(part.points for part in self.parts))
        else:
            object.__setattr__(self, "parts", (Part("answer", self.points),))

    def mistake(self, name: str) -> Mistake:
        """The known mistake of that name."""
        return next(mistake for mistake in self.mistakes if mistake.name == name)


@dataclass(frozen=True)
class OpenQuestion:
    """An answer in words, marked by a person.

    Args:
        name: Its grade_id.
        exercise: The notebook.
        question: What is asked, in one line.
        rubric: (points, what earns them), one pair a point of view.
    """

    name: str
    exercise: str
    question: str
    rubric: tuple[tuple[float, str], ...]

    @property
    def points(self) -> float:
        """The most that a marker can give."""
        return sum(points for points, _ in self.rubric)


@dataclass(frozen=True)
class PartOutcome:
    """How one part went; `messages` say what is wrong in it, none where it passed."""

    name: str
    points: float
    maximum: float
    messages: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """All cases of the part passed."""
        return not self.messages


@dataclass(frozen=True)
class Outcome:
    """What came out.

    Args:
        check: The answer's name.
        parts: One entry a part, in the order of the check.
        messages: For a reader: the named mistake first, then the first message of each part.
        mistake: The name of the known mistake that the answer agrees with.
        failure: The kind of the first CallFailed ("error", "missing", ...), or None.
        remark: What a right answer is told besides.
    """

    check: str
    parts: tuple[PartOutcome, ...]
    messages: tuple[str, ...] = ()
    mistake: str | None = None
    failure: str | None = None
    remark: str = ""

    @property
    def points(self) -> float:
        """Points earned."""
        return sum(part.points for part in self.parts)

    @property
    def maximum(self) -> float:
        """Points to be had."""
        return sum(part.maximum for part in self.parts)

    @property
    def passed(self) -> bool:
        """Everything is right."""
        return all(part.passed for part in self.parts)


@dataclass(frozen=True)
class _Seen:
    """What one case showed: a value or a failure, and whether the inputs were changed."""

    value: Any = None
    failure: CallFailed | None = field(default=None, compare=False)
    changed: bool = False


_HOPELESS = ("not answered", "missing", "timeout", "died")


def evaluate(
    check: Check, call: Call, rng: np.random.Generator, *, hidden: bool = False
) -> Outcome:
    """Judge an answer.

    Args:
        check: Its spec.
        call: call(name, arguments) -> plain value, or raises CallFailed.
        rng: Draws the inputs.
        hidden: Leave inputs and expected values out of the messages.
    """
    cases = list(check.cases(rng))
    seen: list[_Seen] = []
    watches = any(case.watch for case in cases)
    for case in cases:
        seen.append(_look(call, check, case, watch=watches))
        failure = seen[-1].failure
        if failure is not None and failure.kind in _HOPELESS:
            seen += [seen[-1]] * (len(cases) - len(seen))
            break
    if watches:  # a change at any call counts, and it counts where the arguments are spoken of
        spoiled = any(what.changed for what in seen)
        seen = [
            replace(what, changed=case.watch and spoiled)
            for case, what in zip(cases, seen, strict=True)
        ]
    found = [_judge(check, case, what) for case, what in zip(cases, seen, strict=True)]
    failures = [what.failure for what in seen if what.failure is not None]
    named = _name_mistake(check, cases, seen, found)
    parts = tuple(_part_outcome(part, cases, found, hidden) for part in check.parts)
    lead = [check.mistake(named).sentence] if named else []
    firsts = [part.messages[0] for part in parts if part.messages]
    right = check.remark is not None and not firsts
    return Outcome(
        check=check.name,
        parts=parts,
        messages=tuple(dict.fromkeys(lead + firsts)),
        mistake=named,
        failure=failures[0].kind if failures else None,
        remark=check.remark(seen[0].value) if check.remark and right else "",
    )


def _look(call: Call, check: Check, case: Case, watch: bool = False) -> _Seen:
    try:
        if case.calls:
            return _Seen([call(check.name, arguments) for arguments in case.calls])
        watching = getattr(call, "watch", None) if watch or case.watch else None
        if watching is None:
            return _Seen(call(check.name, case.arguments))
        value, after = watching(check.name, case.arguments)
        return _Seen(value, changed=not _same(after, case.arguments))
    except CallFailed as failure:
        return _Seen(failure=failure)


def _same(after: Any, before: Any) -> bool:
    if isinstance(before, Seeded):
        return True
    if isinstance(before, dict):
        return after.keys() == before.keys() and all(_same(after[k], before[k]) for k in before)
    if isinstance(before, list | tuple):
        return len(after) == len(before) and all(map(_same, after, before))
    if isinstance(before, np.ndarray):
        return np.array_equal(after, before)
    return bool(after == before)


def _compare(check: Check, case: Case, given: Any, expected: Any) -> Finding | None:
    if check.compare is not None:
        return check.compare(given, expected)
    return compare(given, expected, rtol=check.rtol, atol=check.atol, keys=case.keys)


def _judge(check: Check, case: Case, seen: _Seen) -> Finding | None:
    if seen.failure is not None:
        return Finding(seen.failure.message)
    if check.verify is not None:
        finding = check.verify(case, seen.value)
    else:
        expected = _look(InProcess(check.reference), check, case)
        if expected.failure is not None:
            raise RuntimeError(f"the reference of {check.name} fails: {expected.failure}")
        finding = _compare(check, case, seen.value, expected.value)
    if finding is None and seen.changed:
        return Finding(f"{check.name} changes the arrays that it is given; work on copies")
    if finding is not None and case.watch:
        return Finding("this point comes once the values are right", mistake=finding.mistake)
    return finding


def _name_mistake(
    check: Check, cases: list[Case], seen: list[_Seen], found: list[Finding | None]
) -> str | None:
    """The mistake that the answer agrees with on every case; only where something is wrong."""
    wrong = [finding for finding in found if finding is not None]
    if not wrong:
        return None
    if check.verify is not None:
        return next((finding.mistake for finding in wrong if finding.mistake), None)
    if all(what.failure is not None for what in seen):
        return None
    for mistake in check.mistakes:
        theirs = (_look(InProcess(mistake.wrong), check, case) for case in cases)
        if all(_agree(check, case, a, b) for case, a, b in zip(cases, seen, theirs, strict=True)):
            return mistake.name
    return None


def _agree(check: Check, case: Case, mine: _Seen, theirs: _Seen) -> bool:
    if mine.failure is not None or theirs.failure is not None:
        both = (mine.failure, theirs.failure)
        return all(failure is not None and failure.kind == "error" for failure in both)
    if mine.changed != theirs.changed:
        return False
    return _compare(check, case, mine.value, theirs.value) is None


def _part_outcome(
    part: Part, cases: list[Case], found: list[Finding | None], hidden: bool
) -> PartOutcome:
    messages = tuple(
        f"{case.label}: {finding.text(hidden)}"
        for case, finding in zip(cases, found, strict=True)
        if case.part == part.name and finding is not None
    )
    return PartOutcome(part.name, 0.0 if messages else part.points, part.points, messages)
