"""Multiple choice: one right option, or several; every option comes with its reason."""

from collections.abc import Mapping
from typing import Any

from coursekit.checks.compare import short
from coursekit.checks.spec import Case, Check, Finding, Part


def choice(
    name: str,
    exercise: str,
    right: str,
    reasons: Mapping[str, str],
    *,
    points: float = 1,
    lesson: str,
    hints: tuple[str, ...] = (),
    kind: str = "choice",
) -> Check:
    """A question with one right option.

    Args:
        name: The variable that holds the letter.
        exercise: The quiz.
        right: The letter of the right option.
        reasons: For every option, why it is right or wrong.
        points, lesson, hints, kind: As in Check.
    """
    return Check(
        name=name,
        exercise=exercise,
        kind=kind,
        points=points,
        reference=lambda: right,
        cases=lambda rng: [Case("your answer")],
        verify=lambda case, answer: _judge_one(answer, right, reasons),
        remark=lambda answer: reasons[right],
        lesson=lesson,
        hints=hints,
    )


def choices(
    name: str,
    exercise: str,
    right: str,
    reasons: Mapping[str, str],
    *,
    points: float = 2,
    lesson: str,
    hints: tuple[str, ...] = (),
) -> Check:
    """A question with several right options: half the points for choosing no wrong one."""
    parts = (
        Part("no wrong option chosen", points / 2),
        Part("every right option chosen", points / 2),
    )
    return Check(
        name=name,
        exercise=exercise,
        kind="choices",
        parts=parts,
        reference=lambda: list(right),
        cases=lambda rng: [Case("your answer", part=part.name) for part in parts],
        verify=lambda case, answer: _judge_many(
            answer, right, reasons, wrong_ones=case.part == parts[0].name
        ),
        remark=lambda answer: "\n".join(f"{letter}: {reasons[letter]}" for letter in reasons),
        lesson=lesson,
        hints=hints,
    )


def _letter(answer: Any, reasons: Mapping[str, str]) -> str | None:
    """The letter that is meant by "b", " B " or "b)"; None where it is no option."""
    if not isinstance(answer, str) or len(answer) > 10:
        return None
    letter = answer.strip().strip(".)(").lower()
    return letter if letter in reasons else None


def _judge_one(answer: Any, right: str, reasons: Mapping[str, str]) -> Finding | None:
    letter = _letter(answer, reasons)
    if letter is None:
        return Finding(
            f"{short(answer, 40)} is no option; write one letter in quotes, one of "
            f"{', '.join(reasons)}"
        )
    return None if letter == right else Finding(f"{letter} is not right. {reasons[letter]}")


def _judge_many(
    answer: Any, right: str, reasons: Mapping[str, str], *, wrong_ones: bool
) -> Finding | None:
    if isinstance(answer, str) and len(answer) <= 40:
        answer = answer.split(",") if "," in answer else list(answer.strip())
    found = (
        [_letter(entry, reasons) for entry in answer]
        if isinstance(answer, list | tuple | set) and 0 < len(answer) <= 40
        else [None]
    )
    chosen = {letter for letter in found if letter is not None}
    if None in found:
        return Finding(
            f"{short(answer, 40)} is no list of options; write the letters that are right, such "
            f'as ["{next(iter(reasons))}"], out of {", ".join(reasons)}'
        )
    if wrong_ones:
        wrong = sorted(chosen - set(right))
        said = "\n".join(f"{letter} is not right. {reasons[letter]}" for letter in wrong)
        return Finding(said) if wrong else None
    lacking = len(set(right) - chosen)
    if not lacking:
        return None
    return Finding(
        "one more option is right" if lacking == 1 else f"{lacking} more options are right"
    )
