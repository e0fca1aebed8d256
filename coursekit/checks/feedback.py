"""What a student sees at once: which parts passed, the named mistake, the worst entry, hints."""

from __future__ import annotations

import html
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.checks.places import as_link, in_words
from coursekit.checks.spec import Check, InProcess, Mistake, Outcome, evaluate
from coursekit.errors import NotYet

PUBLIC_SEED = 1997
AS_ABOVE = "The same as above."
_MAX_MESSAGE = 600
_hints_given: dict[str, int] = {}


def check(name: str, answer: Any) -> None:
    """Say at once what is right in an answer and what is not.

    Args:
        name: The answer's name: "lstm_step".
        answer: The function that you wrote, or the value.

    Raises:
        NotYet: Something is wrong, or nothing is written yet; the feedback stands above it.
        ValueError: No answer has that name.
    """
    spec = _get(name)
    outcome = judge_publicly(spec, answer)
    display(text(spec, outcome), rich(spec, outcome))
    _draw(spec, answer)
    if outcome.passed:
        return
    if outcome.failure == "not answered":
        raise NotYet(f"{name} is not answered yet")
    raise NotYet(f"{name} has {points(outcome)}; the feedback above says what to look at")


def _draw(spec: Check, answer: Any) -> None:
    """Show the answer as a picture, where its check can draw it and the answer can be read."""
    if spec.drawing is None:
        return
    from coursekit.figures import show  # matplotlib loads only where something is drawn

    try:
        figure, alt = spec.drawing(answer)
    except ValueError:
        return
    show(figure, alt=alt)


def hint(name: str) -> None:
    """Show the next hint for an answer; each call goes one step further."""
    spec = _get(name)
    if not spec.hints:
        display(*_both(f"There is no hint for {name}; read {in_words(spec.lesson)}."))
        return
    step = min(_hints_given.get(name, 0) + 1, len(spec.hints))
    _hints_given[name] = step
    more = "" if step < len(spec.hints) else " This is the last one."
    display(*_both(f"Hint {step} of {len(spec.hints)} for {name}: {spec.hints[step - 1]}{more}"))


def judge_publicly(spec: Check, answer: Any) -> Outcome:
    """Judge an answer on the public inputs: the same at every call and on every machine."""
    seed = [PUBLIC_SEED, zlib.crc32(spec.name.encode())]
    return evaluate(spec, InProcess(answer), np.random.default_rng(seed))


def _get(name: str) -> Check:
    from coursekit.checks import get  # the registry imports this module

    return get(name)


def points(outcome: Outcome) -> str:
    """The score in words: "3 of 5 points"."""
    unit = "point" if outcome.maximum == 1 else "points"
    return f"{outcome.points:g} of {outcome.maximum:g} {unit}"


def mistake_of(spec: Check, outcome: Outcome) -> Mistake | None:
    """The known mistake that the outcome names."""
    return spec.mistake(outcome.mistake) if outcome.mistake else None


def _clip(message: str) -> str:
    return message if len(message) <= _MAX_MESSAGE else message[:_MAX_MESSAGE] + " ..."


def _messages(outcome: Outcome) -> list[str]:
    """For each part its first message; one that another part has given is not said again."""
    given: list[str] = []
    for part in outcome.parts:
        message = _clip(part.messages[0]) if part.messages else ""
        given.append(AS_ABOVE if message and message in given else message)
    return given


def _help(spec: Check) -> str:
    return f'For a hint, run hint("{spec.name}").' if spec.hints else ""


def text(spec: Check, outcome: Outcome) -> str:
    """The feedback as plain text."""
    if outcome.failure == "not answered":
        return f"{spec.name}: not answered yet. {_help(spec)}".rstrip()
    verdict = "all right" if outcome.passed else "not yet"
    lines = [f"{spec.name}: {verdict}, {points(outcome)}"]
    mistake = mistake_of(spec, outcome)
    if mistake:
        lines.append(f"  {mistake.sentence} See {in_words(mistake.lesson)}.")
    for part, said in zip(outcome.parts, _messages(outcome), strict=True):
        label = spec.name if len(outcome.parts) == 1 else part.name
        lines.append(
            f"  [{'x' if part.passed else ' '}] {label} ({part.points:g}/{part.maximum:g})"
        )
        lines += [f"      {line}" for line in said.splitlines()]
    if outcome.remark:
        lines += [f"  {line}" for line in outcome.remark.splitlines()]
    if not outcome.passed and spec.hints:
        lines.append(f"  {_help(spec)}")
    return "\n".join(lines)


_BOX = "border-left:4px solid {colour};padding:0.3em 0.9em;margin:0.3em 0"


def rich(spec: Check, outcome: Outcome) -> str:
    """The feedback as HTML; every word that comes from an answer is escaped."""
    if outcome.failure == "not answered":
        return _box("#767676", f"<p>{html.escape(text(spec, outcome))}</p>")
    verdict = "all right" if outcome.passed else "not yet"
    body = [f"<p><b>{html.escape(spec.name)}</b>: {verdict}, {points(outcome)}</p>"]
    mistake = mistake_of(spec, outcome)
    if mistake:
        place = as_link(mistake.lesson, Path.cwd())
        body.append(f"<p>{html.escape(mistake.sentence)} See {place}.</p>")
    body.append("<ul style='list-style:none;padding-left:0.2em'>")
    for part, said in zip(outcome.parts, _messages(outcome), strict=True):
        label = spec.name if len(outcome.parts) == 1 else part.name
        sign = "✓" if part.passed else "✗"
        word = "right" if part.passed else "not yet"
        body.append(
            f"<li><span aria-hidden='true'>{sign}</span> {html.escape(label)}: {word} "
            f"({part.points:g}/{part.maximum:g})"
        )
        if said:
            message = html.escape(said).replace("\n", "<br>")
            body.append(f"<br><span style='margin-left:1.4em;display:block'>{message}</span>")
        body.append("</li>")
    body.append("</ul>")
    if outcome.remark:
        body.append(f"<p>{html.escape(outcome.remark)}</p>".replace("\n", "<br>"))
    if not outcome.passed and spec.hints:
        body.append(f"<p>{html.escape(_help(spec))}</p>")
    return _box("#009E73" if outcome.passed else "#D55E00", "".join(body))


def _box(colour: str, body: str) -> str:
    return f"<div style='{_BOX.format(colour=colour)}'>{body}</div>"


def _both(message: str) -> tuple[str, str]:
    return message, _box("#0072B2", f"<p>{html.escape(message)}</p>")


def display(plain_text: str, rich_text: str) -> None:
    """Show text and HTML in a notebook; print the text elsewhere."""
    try:
        from IPython import get_ipython
    except ImportError:
        get_ipython = None
    if get_ipython is None or get_ipython() is None:
        print(plain_text)
        return
    from IPython.display import display as show

    show({"text/plain": plain_text, "text/html": rich_text}, raw=True)
