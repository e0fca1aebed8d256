"""One notebook judged from outside: a check's inputs go in, the student's values come out.

The worker that runs the notebook holds no expected value, no hidden input and no points. When it
is lost (an endless loop, an exit), the answer that lost it is charged; a fresh worker replays the
cells for the answers after it.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coursekit.checks.calls import CallFailed, Seeded, plain
from coursekit.checks.spec import Check, OpenQuestion, Outcome, evaluate
from coursekit.grading import wire
from coursekit.grading.causes import Cause
from coursekit.grading.notebook import Cell, Notebook, cell_of, definitions
from coursekit.grading.sandbox import Limits, Lost, SandboxError, Session, tame

CAUSES = {
    "not answered": Cause.NOT_ANSWERED,
    "missing": Cause.MISSING,
    "error": Cause.RAISED,
    "refused": Cause.REFUSED,
    "timeout": Cause.TIMEOUT,
    "died": Cause.DIED,
}
_EMPTY_TEXTS = ("", "your answer here", "double-click to edit", "...")


@dataclass(frozen=True)
class Spec:
    """What of one exercise is graded, and which modules its answers may use."""

    exercise: str
    checks: tuple[Check, ...]
    open_questions: tuple[OpenQuestion, ...] = ()
    allowed: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all answers."""
        return tuple([c.name for c in self.checks] + [q.name for q in self.open_questions])

    @property
    def maximum(self) -> float:
        """The points to be had, those that a person gives included."""
        return sum([c.points for c in self.checks] + [q.points for q in self.open_questions])


@dataclass(frozen=True)
class Mark:
    """What one answer earned, and why.

    Args:
        answer: Its name.
        points, maximum: Earned, and to be had.
        cause: What became of it.
        messages: Why, for the student: no hidden input, no expected value.
        parts: (name, points, maximum) of each share.
        mistake: The known mistake that it agrees with.
        text: The text of an open answer, for whoever marks it.
    """

    answer: str
    points: float
    maximum: float
    cause: Cause
    messages: tuple[str, ...] = ()
    parts: tuple[tuple[str, float, float], ...] = ()
    mistake: str | None = None
    text: str = ""


@dataclass(frozen=True)
class Verdict:
    """The marks of one notebook, the isolation it ran at, and what was unusual."""

    marks: tuple[Mark, ...]
    level: str
    notes: tuple[str, ...] = ()


@dataclass
class Player:
    """A worker in which the notebook's cells have run; a fresh one after it is lost.

    Args:
        cells: The code cells, in order.
        limits: Seconds for a step and for everything.
        start: Starts a fresh worker.
    """

    cells: Sequence[Cell]
    limits: Limits
    start: Callable[[], Session]
    notes: list[str] = field(default_factory=list)
    errors: dict[int, dict[str, str]] = field(default_factory=dict)
    lost: dict[int, Lost] = field(default_factory=dict)
    level: str = ""
    _sources: dict[int, str] = field(default_factory=dict)
    _session: Session | None = None
    _deadline: float = 0.0
    _answer_deadline: float = 0.0

    def __post_init__(self) -> None:
        self._sources = {index: cell.source for index, cell in enumerate(self.cells)}
        self._deadline = time.monotonic() + self.limits.total
        self.begin_answer()

    def ask(self, verb: str, **fields: Any) -> dict[str, Any]:
        """Ask a worker in which all cells have run.

        Raises:
            Lost: The worker is gone; the next call gets a fresh one.
        """
        begun = time.monotonic()
        while self._session is None:
            self._check_time()
            self._play()
        self._answer_deadline += time.monotonic() - begun  # a replay is not the answer's fault
        return self._ask(self._session, verb, **fields)

    def begin_answer(self) -> None:
        """From now on, calls count towards another answer."""
        self._answer_deadline = time.monotonic() + self.limits.answer

    def close(self) -> None:
        """End the worker."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _ask(self, session: Session, verb: str, **fields: Any) -> dict[str, Any]:
        left = self._check_time()
        # At most half of what is left, so that endless cells cannot use up the time of others.
        seconds = min(self.limits.step, left / 2)
        of_answer = self._answer_deadline - time.monotonic()
        is_cut = verb != "run_cell" and of_answer < seconds
        try:
            return session.ask(verb, max(of_answer, 0.0) if is_cut else seconds, **fields)
        except Lost as lost:
            self._session = None
            if is_cut and lost.kind == "timeout":
                whole = f"{self.limits.answer:.0f} s"
                raise Lost("timeout", f"its calls did not finish within {whole} together") from None
            raise

    def _check_time(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            self.close()
            raise Lost("timeout", f"the whole notebook used up its {self.limits.total:.0f} s")
        return left

    def _play(self) -> None:
        """Run all cells in a fresh worker; without the one that loses it, if one does."""
        session = self._session = self.start()
        self.level = session.launcher.level
        for index, source in list(self._sources.items()):
            try:
                reply = self._run(session, index, source)
            except Lost as lost:
                self._leave_out(index, lost)
                return
            self._note_error(index, reply.get("error"))

    def _run(self, session: Session, index: int, source: str) -> dict[str, Any]:
        """Run a cell; of one that asks for input, as a person had typed it, its definitions too."""
        reply = self._ask(session, "run_cell", source=source)
        error = reply.get("error")
        kept = definitions(source)
        if kept and isinstance(error, dict) and error.get("type") == "EOFError":
            self._ask(session, "run_cell", source=kept)
            if index not in self.errors:
                asks = "asks for input, and nobody is there to type; its definitions were kept"
                self.notes.append(f"{self.where(index)} {asks}")
        return reply

    def _leave_out(self, index: int, lost: Lost) -> None:
        """Keep a cell's definitions only; if that was done already, leave it out altogether."""
        if time.monotonic() >= self._deadline:
            raise lost
        kept = definitions(self._sources.pop(index)) if index not in self.lost else ""
        if kept:
            self._sources = dict(sorted({**self._sources, index: kept}.items()))
        if index not in self.lost:
            what = "only its definitions were kept" if kept else "it was left out"
            self.notes.append(f"{self.where(index)} was stopped, and {what}: {lost.message}")
        self.lost[index] = lost

    def _note_error(self, index: int, error: Any) -> None:
        if not isinstance(error, dict) or index in self.errors:
            return
        kind, text = tame(error.get("type")), tame(error.get("text"))
        self.errors[index] = {"type": kind, "text": text}
        if kind != "NotImplementedError":
            first = text.replace("the cell raises", "raises", 1)
            self.notes.append(f"{self.where(index)} {first}")

    def index_of(self, check: Check) -> int | None:
        """The place of the cell that answers a check."""
        cell = cell_of(check, self.cells)
        return next((i for i, one in enumerate(self.cells) if one is cell), None)

    def lost_with(self, check: Check) -> Lost | None:
        """How the cell that answers a check was lost, if it was."""
        index = self.index_of(check)
        return None if index is None else self.lost.get(index)

    def where(self, index: int) -> str:
        """What to call a cell in a sentence."""
        grade_id = self.cells[index].grade_id
        return f"code cell {index + 1}" + (f" ({tame(grade_id, 60)})" if grade_id else "")


class Calls:
    """`call(name, arguments)` for `evaluate`: every call goes to the student's process."""

    def __init__(self, player: Player, check: Check) -> None:
        self.player = player
        self.check = check
        self.failure: CallFailed | None = None
        self.kinds: dict[str, str] = {}
        self.bound = check.name

    def __call__(self, name: str, arguments: tuple[Any, ...]) -> Any:
        return self._call(name, arguments, watch=False)[0]

    def watch(self, name: str, arguments: tuple[Any, ...]) -> tuple[Any, Any]:
        """The value, and the arguments as the call left them."""
        value, after = self._call(name, arguments, watch=True)
        return value, after if _alike(after, arguments) else _CHANGED

    def _call(self, name: str, arguments: tuple[Any, ...], *, watch: bool) -> tuple[Any, Any]:
        if self.failure is not None:
            raise self.failure
        try:
            kind = self._kind(name)
            if kind == "callable":
                given = _sendable(arguments)
                reply = self.player.ask("call", name=self.bound, arguments=given, watch=watch)
            else:
                reply = self.player.ask("value", name=self.bound)
        except Lost as lost:
            self.failure = CallFailed(lost.kind, f"{name} gave no answer: {lost.message}")
            raise self.failure from None
        if "value" not in reply:
            failure = _failed(name, reply)
            if failure.kind == "not answered":
                self.failure = failure
            raise failure
        return plain(reply["value"]), reply.get("after") if kind == "callable" else arguments

    def _kind(self, name: str) -> str:
        if name in self.kinds:
            return self.kinds[name]
        kind = self.player.ask("has", name=name).get("kind")
        if kind == "missing":
            kind = self._under_another_name(name)
        if kind not in ("callable", "value"):
            self.failure = self._why_missing(name)
            raise self.failure
        self.kinds[name] = kind
        return kind

    def _under_another_name(self, name: str) -> str | None:
        """The one function that the answer's cell defines, if it was renamed."""
        cell = cell_of(self.check, self.player.cells)
        if cell is None or len(cell.defines) != 1:
            return None
        kind = self.player.ask("has", name=cell.defines[0]).get("kind")
        if kind == "callable":
            self.bound = cell.defines[0]
            self.player.notes.append(f"{name} was found under the name {tame(self.bound, 60)}")
            return "callable"
        return None

    def _why_missing(self, name: str) -> CallFailed:
        index = self.player.index_of(self.check)
        if index is None:
            return CallFailed("missing", f"the notebook defines no {name}")
        lost = self.player.lost_with(self.check)
        if lost is not None:
            message = f"the cell that should define {name} was stopped: {lost.message}"
            return CallFailed(lost.kind, message)
        error = self.player.errors.get(index)
        if error is None:
            return CallFailed("missing", f"the notebook defines no {name}")
        if error["type"] == "NotImplementedError":
            return CallFailed("not answered", f"{name} is not answered yet")
        text = error["text"].replace("the cell raises", "raises", 1)
        return CallFailed("error", f"the cell that should define {name} {text}")


_CHANGED = ("the arguments have another structure now",) * 2


def _failed(name: str, reply: dict[str, Any]) -> CallFailed:
    kind = reply.get("failed")
    if kind == "not answered":
        return CallFailed("not answered", f"{name} is not answered yet")
    if kind == "refused":
        why = tame(reply.get("text"))
        return CallFailed("refused", f"{name} returns what cannot be graded: {why}")
    return CallFailed("error", tame(reply.get("text")) or f"{name} raises an error")


def _sendable(value: Any) -> Any:
    """The arguments with the wire's own Seeded in place of the spec's."""
    if isinstance(value, Seeded):
        return wire.Seeded(value.seed)
    if isinstance(value, list | tuple):
        return type(value)(_sendable(item) for item in value)
    if isinstance(value, dict):
        return {key: _sendable(item) for key, item in value.items()}
    return value


def _alike(after: Any, before: Any) -> bool:
    """Whether two values have the same structure, so that they can be compared safely."""
    if isinstance(before, Seeded):
        return True
    if isinstance(before, dict):
        same = isinstance(after, dict) and after.keys() == before.keys()
        return same and all(_alike(after[key], before[key]) for key in before)
    if isinstance(before, list | tuple):
        same = type(after) is type(before) and len(after) == len(before)
        return same and all(map(_alike, after, before))
    if isinstance(before, np.ndarray):
        return isinstance(after, np.ndarray)
    return not isinstance(after, np.ndarray)


@contextmanager
def _open(player: Player) -> Iterator[Player]:
    try:
        yield player
    finally:
        player.close()


def judge(
    notebook: Notebook,
    spec: Spec,
    seed: int,
    *,
    limits: Limits,
    start: Callable[[], Session],
) -> Verdict:
    """Grade one notebook.

    Args:
        notebook: What was handed in.
        spec: What is graded.
        seed: Draws the hidden inputs; the same seed gives the same verdict.
        limits: What the notebook may use.
        start: Starts a fresh worker.

    Raises:
        SandboxError: No worker could be started.
    """
    with _open(Player(notebook.cells, limits, start)) as player:
        marks = [_mark(player, check, seed) for check in spec.checks]
    marks += [_mark_open(question, notebook) for question in spec.open_questions]
    return Verdict(tuple(marks), player.level, (*notebook.notes, *player.notes))


def seed_for(seed: int, *names: str) -> int:
    """A seed of its own for each name, from a secret one."""
    words = "\0".join((str(seed), *names))
    return int.from_bytes(hashlib.sha256(words.encode("utf-8", "replace")).digest()[:16], "big")


def _mark(player: Player, check: Check, seed: int) -> Mark:
    rng = np.random.default_rng(seed_for(seed, check.name))
    calls = Calls(player, check)
    player.begin_answer()
    try:
        outcome = evaluate(check, calls, rng, hidden=True)
    except SandboxError:
        raise
    except Exception as error:  # a check that does not foresee what a stranger's code returns
        name = type(error).__name__
        reason = f"the check of this answer failed itself ({name}); a person must look"
        return Mark(check.name, 0.0, check.points, Cause.TOOL_FAILED, (reason,))
    cause, messages = _cause(outcome), _said_once(outcome.messages, calls.failure)
    lost = player.lost_with(check)
    if lost is not None and cause is Cause.RAISED:  # it lacks what its cell had no time to make
        cause = CAUSES[lost.kind]
        messages.append(f"the cell that defines {check.name} was stopped: {lost.message}")
    return Mark(
        answer=check.name,
        points=outcome.points,
        maximum=outcome.maximum,
        cause=cause,
        messages=tuple(tame(message) for message in messages),
        parts=tuple((part.name, part.points, part.maximum) for part in outcome.parts),
        mistake=outcome.mistake,
    )


def _said_once(messages: Sequence[str], failure: CallFailed | None) -> list[str]:
    """The messages; what made every later call hopeless is said once, not for each part."""
    if failure is None:
        return list(messages)
    others = [message for message in messages if not message.endswith(failure.message)]
    return [*others, failure.message]


def _cause(outcome: Outcome) -> Cause:
    if outcome.passed:
        return Cause.OK
    return CAUSES.get(outcome.failure or "", Cause.WRONG)


def _mark_open(question: OpenQuestion, notebook: Notebook) -> Mark:
    text = notebook.texts.get(question.name)
    if text is None or text.strip().lower() in _EMPTY_TEXTS:
        reason = "no answer was written" if text is not None else "the answer's cell is not there"
        return Mark(question.name, 0.0, question.points, Cause.NOT_ANSWERED, (reason,))
    reason = "a person marks this answer"
    return Mark(question.name, 0.0, question.points, Cause.NEEDS_MARKING, (reason,), text=text)
