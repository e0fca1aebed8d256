"""The marking sheet: what waits for a person, what was given, and what may be given.

Answers go by a name that says nothing about the student: an HMAC with the record's own seed over
exercise, answer and student. Their order is that of these names, another one for each question.
"""

import hashlib
import hmac
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from coursekit import checks
from coursekit.checks.spec import OpenQuestion
from coursekit.errors import CommandError
from coursekit.grading import markdown
from coursekit.grading.causes import Cause
from coursekit.grading.judge import Mark
from coursekit.grading.record import HandMark, Record, merged
from coursekit.grading.report import WORDS, Result
from coursekit.grading.sandbox import tame

LONGEST_REASON = 2000  # as much as a feedback page shows
_SEED = "seed of the marking sheet"
Key = tuple[str, str, str]
Given = Mapping[Key, HandMark]


class BadMark(ValueError):
    """A mark that cannot be kept; the message says why, and what can."""


@dataclass(frozen=True)
class Item:
    """One answer of one student, as the last grading found it.

    Args:
        id: What the page calls it; says nothing about the student.
        student, exercise: Whose, of what.
        mark: What was found by itself, without the text.
        seen: The digest of the text; "" where there is none.
    """

    id: str
    student: str
    exercise: str
    mark: Mark
    seen: str = ""

    @property
    def key(self) -> Key:
        """Where the record has it."""
        return self.student, self.exercise, self.mark.answer


class Sheet:
    """All answers of a record, to be found by what the page calls them.

    Args:
        results: The newest of each student and exercise.
        given: What people gave so far.
        seed: Draws the order of the answers to a question, and their names for the page.
    """

    def __init__(self, results: Iterable[Result], given: Given, seed: str) -> None:
        self.seed = seed
        self.items: dict[str, Item] = {}
        self.submissions: dict[str, Result] = {}
        self.questions: dict[tuple[str, str], list[Item]] = {}
        for result in results:
            self.submissions[self._id(result.student, result.exercise)] = _slim(result)
            for mark in merged(result, dict(given)).marks if _is_unusable(result) else ():
                if mark.answer:  # marked by hand when there was a better notebook
                    self._enter(result, replace(mark, points=0.0, cause=Cause.MISSING))
            for mark in result.marks:
                self._enter(result, mark)
        for items in self.questions.values():
            items.sort(key=lambda item: item.id)

    def _enter(self, result: Result, mark: Mark) -> None:
        item = Item(
            self._id(result.student, result.exercise, mark.answer),
            result.student,
            result.exercise,
            replace(mark, text=""),
            digest(mark.text),
        )
        self.items[item.id] = item
        if mark.cause is Cause.NEEDS_MARKING:
            self.questions.setdefault((item.exercise, mark.answer), []).append(item)

    def _id(self, student: str, *rest: str) -> str:
        """Unguessable without the seed; another order of the students for each question."""
        words = json.dumps([*rest, student]).encode()
        return hmac.new(self.seed.encode(), words, hashlib.sha256).hexdigest()[:20]

    def item_at(self, key: Key) -> Item | None:
        """The answer of a student, an exercise and a name."""
        student, exercise, answer = key
        return self.items.get(self._id(student, exercise, answer))

    def items_of(self, submission: str) -> list[Item]:
        """The answers of a submission, in the order of its exercise."""
        one = self.submissions[submission]
        whose = (one.student, one.exercise)
        return [i for i in self.items.values() if (i.student, i.exercise) == whose]

    def submission_of(self, item: Item) -> str:
        """What the page calls the submission that an answer belongs to."""
        return self._id(item.student, item.exercise)


def _slim(result: Result) -> Result:
    """A result without the texts of its answers, which may hold photographs."""
    return replace(result, marks=tuple(replace(mark, text="") for mark in result.marks))


def _is_unusable(result: Result) -> bool:
    return any(mark.answer == "" for mark in result.marks)


def digest(text: str) -> str:
    """A short name for a text; another text has another.

    >>> digest("because") == digest("because "), digest("")
    (False, '')
    """
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16] if text else ""


def points_of(given: Any, maximum: float) -> float:
    """The points that a person typed; a comma may stand for the point.

    Raises:
        BadMark: It is no number from 0 to the maximum.

    >>> points_of("1,5", 3)
    1.5
    """
    wanted = f"give a number from 0 to {maximum:g}"
    typed = tame(given, 40).strip() if isinstance(given, str) else given
    if typed == "" or typed is None:
        raise BadMark(f"there are no points; {wanted}")
    try:
        points = float(typed.replace(",", ".") if isinstance(typed, str) else typed)
    except (TypeError, ValueError):
        raise BadMark(f"{tame(str(typed), 40)!r} is no number of points; {wanted}") from None
    if isinstance(typed, bool) or not isfinite(points):
        raise BadMark(f"{typed!r} is no number of points; {wanted}")
    if points < 0:
        raise BadMark(f"{points:g} is less than nothing; {wanted}")
    if points > maximum:
        raise BadMark(f"{points:g} is more than this answer can earn; {wanted}")
    return points


def mark_of(item: Item, points: Any, reason: Any, seen: str | None = None) -> HandMark:
    """What a person gives for an answer.

    Args:
        item: The answer.
        points: As typed.
        reason: For the student; needed where the answer was graded by itself.
        seen: The digest of the text that the person saw, if it is not the newest.

    Raises:
        BadMark: The points or the reason are not as they must be.
    """
    number = points_of(points, item.mark.maximum)
    if not isinstance(reason, str):
        raise BadMark(f"the reason is {reason!r}; give it as text")
    text = tame(reason, len(reason)).strip()
    if len(text) > LONGEST_REASON:
        raise BadMark(
            f"the reason has {len(text)} characters; a feedback page shows {LONGEST_REASON}, "
            "so make it shorter"
        )
    if not text and item.mark.cause is not Cause.NEEDS_MARKING:
        raise BadMark(
            f"{item.mark.answer or 'the submission'} was graded by itself, and the student will "
            "ask why its mark is another now; give a reason"
        )
    seen = item.seen if seen is None else seen
    return HandMark(*item.key, number, text, item.mark.maximum, seen)


def question_of(exercise: str, answer: str) -> OpenQuestion | None:
    """The question as the course has it; None for one that it has no longer."""
    if exercise not in checks.exercises():
        return None
    return next((q for q in checks.open_questions(exercise) if q.name == answer), None)


def all_questions(sheet: Sheet, given: Given) -> list[dict[str, Any]]:
    """For the page: each question, and how many of its answers are marked."""
    return [_question(*key, items, given) for key, items in sorted(sheet.questions.items())]


def _question(exercise: str, answer: str, items: list[Item], given: Given) -> dict[str, Any]:
    question = question_of(exercise, answer)
    marked = [item for item in items if item.key in given]
    return {
        "exercise": exercise,
        "answer": answer,
        "question": question.question if question else answer,
        "maximum": max(item.mark.maximum for item in items),
        "rubric": [list(line) for line in question.rubric] if question else [],
        "count": len(items),
        "marked": len(marked),
        "changed": sum(_is_changed(item, given) for item in marked),
    }


def answers_to(sheet: Sheet, given: Given, exercise: str, answer: str) -> dict[str, Any] | None:
    """For the page: the answers to a question in their order, and comments that were used."""
    items = sheet.questions.get((exercise, answer))
    if items is None:
        return None
    answers = []
    for item in items:
        by_hand = given.get(item.key)
        answers.append(
            {
                "id": item.id,
                "maximum": item.mark.maximum,
                "points": by_hand.points if by_hand else None,
                "reason": by_hand.reason if by_hand else "",
                "changed": _is_changed(item, given),
            }
        )
    same = [one for one in given.values() if (one.exercise, one.answer) == (exercise, answer)]
    used = Counter(one.reason for one in same if one.reason)
    told = _question(exercise, answer, items, given)
    return {**told, "answers": answers, "comments": [list(line) for line in used.most_common()]}


def _is_changed(item: Item, given: Given) -> bool:
    """Whether an answer is another than the one that was marked."""
    by_hand = given.get(item.key)
    return by_hand is not None and bool(by_hand.seen) and by_hand.seen != item.seen


def text_for(item: Item, text: str) -> dict[str, Any]:
    """For the page: what a student wrote."""
    return {
        "id": item.id,
        "tree": markdown.tree(text),
        "source": markdown.source(text),
        "words": markdown.words(text),
        "seen": digest(text),
    }


def all_submissions(sheet: Sheet, given: Given) -> list[dict[str, Any]]:
    """For the page: each student and exercise, with what it earned."""
    found = []
    for name, result in sheet.submissions.items():
        told = _told(result, given)
        causes = [mark.cause for mark in told.marks]
        found.append(
            {
                "id": name,
                "student": shown(result.student),
                "exercise": result.exercise,
                "points": told.points,
                "maximum": told.maximum + told.open_points,
                "open": causes.count(Cause.NEEDS_MARKING),
                "by_hand": causes.count(Cause.MARKED),
                "attention": Cause.TOOL_FAILED in causes or "" in [m.answer for m in told.marks],
            }
        )
    return found


def _told(result: Result, given: Given) -> Result:
    """A result with the marks by hand; quick, because only its own are looked at if they can be."""
    if _is_unusable(result):
        return merged(result, dict(given))
    keys = [(result.student, result.exercise, mark.answer) for mark in result.marks]
    keys.append((result.student, result.exercise, ""))
    return merged(result, {key: given[key] for key in keys if key in given})


def submission(sheet: Sheet, given: Given, name: str) -> dict[str, Any] | None:
    """For the page: every mark of a student's exercise."""
    if name not in sheet.submissions:
        return None
    result = _told(sheet.submissions[name], given)
    marks = []
    for item in sheet.items_of(name):
        found, by_hand = item.mark, given.get(item.key)
        marks.append(
            {
                "id": item.id,
                "answer": found.answer or "the submission",
                "found": found.points,
                "maximum": found.maximum,
                "cause": WORDS[found.cause],
                "messages": [tame(message, 2000) for message in found.messages],
                "parts": [list(part) for part in found.parts] if len(found.parts) > 1 else [],
                "points": by_hand.points if by_hand else None,
                "reason": by_hand.reason if by_hand else "",
                "needs_reason": found.cause is not Cause.NEEDS_MARKING,
                "has_text": bool(item.seen),
                "changed": _is_changed(item, given),
            }
        )
    return {
        "id": name,
        "student": shown(result.student),
        "exercise": result.exercise,
        "notes": [tame(note, 2000) for note in result.notes],
        "points": result.points,
        "maximum": result.maximum + result.open_points,
        "marks": marks,
    }


def shown(student: str) -> str:
    """A student's name as text for a page."""
    return tame(student, 300) or "(a name that cannot be shown)"


def sheet_of(record: Record) -> Sheet:
    """The answers of a record; the seed of their order is made once, and kept in it."""
    seed = record.fact(_SEED)
    if seed is None:
        seed = secrets.token_hex(16)
        record.state(_SEED, seed)
    sheet = Sheet((result for result, _ in record.each_latest()), record.hand_marks(), seed)
    if not sheet.items:
        raise CommandError(f"{record.path} holds no result yet; run `coursekit grade` first")
    return sheet
