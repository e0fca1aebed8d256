"""Calling an answer in this process: inputs copied in, plain values out, failures with a line."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np


@dataclass(frozen=True)
class Seeded:
    """An argument that stands for `np.random.default_rng(seed)`, made anew for every call."""

    seed: int


class CallFailed(Exception):  # noqa: N818 - it is a fact about the answer, not a fault of ours
    """The answer gave no value.

    Args:
        kind: "not answered" (an untouched stub), "missing" (no such name), "error" (it raised),
            "refused" (what it returned is no plain value), "timeout", or "died".
        message: One or two sentences for the student.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class Call(Protocol):
    """What `evaluate` needs: `call(name, arguments)` gives a plain value or raises CallFailed.

    A call may also have a method `watch(name, arguments) -> (value, arguments afterwards)`; where
    it has none, nobody sees whether an answer changes its inputs.
    """

    def __call__(self, name: str, arguments: tuple[Any, ...]) -> Any: ...


_PLAIN: tuple[Callable[[Any], Any], ...] = (bool, int, float, complex, str, bytes)
_MAX_DEPTH = 20


def plain(value: Any, depth: int = 0) -> Any:
    """A copy made of plain values and arrays only; what a grader's wire would carry.

    >>> plain({"h": (np.float64(0.5), [1, 2])})
    {'h': (0.5, [1, 2])}
    """
    if depth > _MAX_DEPTH:
        raise CallFailed("refused", f"the answer nests lists or dicts deeper than {_MAX_DEPTH}")
    if isinstance(value, np.generic):
        value = value.item()
    if value is None:
        return None
    for kind in _PLAIN:
        if isinstance(value, kind):  # type: ignore[arg-type]
            return kind(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        return np.array(value, copy=True, subok=False)
    if isinstance(value, np.ndarray) and value.dtype.kind == "U":
        return value.tolist()
    if isinstance(value, list):
        return [plain(entry, depth + 1) for entry in value]
    if isinstance(value, tuple):
        return tuple(plain(entry, depth + 1) for entry in value)
    if isinstance(value, Mapping):
        return {plain(key, depth + 1): plain(entry, depth + 1) for key, entry in value.items()}
    what = f"an array of {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__
    raise CallFailed(
        "refused",
        f"the answer returns {what}; return numbers, strings, arrays, or lists, tuples and dicts"
        " of them",
    )


def ready(arguments: Any) -> Any:
    """The arguments, copied, with a fresh generator for each Seeded."""
    if isinstance(arguments, Seeded):
        return np.random.default_rng(arguments.seed)
    if isinstance(arguments, tuple):
        return tuple(ready(entry) for entry in arguments)
    if isinstance(arguments, list):
        return [ready(entry) for entry in arguments]
    if isinstance(arguments, Mapping):
        return {key: ready(entry) for key, entry in arguments.items()}
    return arguments.copy() if isinstance(arguments, np.ndarray) else arguments


class InProcess:
    """Call an answer that lives in this process: a function, or a plain value as it is."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def __call__(self, name: str, arguments: tuple[Any, ...]) -> Any:
        return self.watch(name, arguments)[0]

    def watch(self, name: str, arguments: tuple[Any, ...]) -> tuple[Any, Any]:
        """The value, and the arguments as the call left them."""
        if self.answer is None or self.answer is Ellipsis:
            raise CallFailed("not answered", f"{name} is not answered yet")
        if not callable(self.answer):
            return plain(self.answer), arguments
        given = ready(arguments)
        try:
            value = self.answer(*given)
        except NotImplementedError:
            raise CallFailed("not answered", f"{name} is not answered yet") from None
        except RecursionError:
            raise CallFailed("error", f"{name} calls itself without end") from None
        except Exception as error:
            raise CallFailed("error", describe(name, self.answer, error)) from None
        return plain(value), given


def describe(name: str, answer: Callable[..., Any], error: Exception) -> str:
    """What was raised, and in which line of the file or cell that defines the answer."""
    text = f"{name} raises {type(error).__name__}: {error}"
    code = getattr(answer, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if code is not None and frame.filename == code.co_filename]
    if not own:
        return text
    line = f": {own[-1].line.strip()}" if own[-1].line else ""
    place = f"{text}\n(line {own[-1].lineno} of the cell that defines {own[-1].name}{line})"
    return place + _shapes(error, own[-1].filename)


_MOST_SHAPES = 9


def _shapes(error: Exception, filename: str) -> str:
    """The shapes at hand in the last line of that file, where arrays did not fit together."""
    if not isinstance(error, ValueError) or not re.search("shape|dimension", str(error)):
        return ""
    values: Mapping[str, Any] = {}
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == filename:
            values = frame.f_locals
    entries = dict(values)
    for name, value in values.items():
        if isinstance(value, Mapping):
            entries |= {f"{name}[{key!r}]": entry for key, entry in value.items()}
    shapes = [f"{k} {v.shape}" for k, v in entries.items() if isinstance(v, np.ndarray)]
    if not shapes:
        return ""
    more = ", ..." if len(shapes) > _MOST_SHAPES else ""
    return f"\nThe shapes there: {', '.join(shapes[:_MOST_SHAPES])}{more}."
