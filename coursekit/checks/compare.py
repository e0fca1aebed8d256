"""Is this answer equal to that one? Type, shape and finiteness first, then the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Finding:
    """What is wrong with an answer.

    Args:
        message: What anybody may read.
        detail: What gives inputs or expected values away; left out of a hidden evaluation.
        mistake: The name of the known mistake, where a `verify` has recognised it.
    """

    message: str
    detail: str = ""
    mistake: str | None = None

    def text(self, hidden: bool = False) -> str:
        """The message, with the detail unless hidden."""
        return self.message if hidden or not self.detail else f"{self.message} {self.detail}"


def short(value: Any, limit: int = 80) -> str:
    """repr, cut to a length that a reader bears."""
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write out an int of thousands of digits
        text = "a number of thousands of digits"
    return text if len(text) <= limit else text[: limit - 3] + "..."


def compare(
    given: Any,
    expected: Any,
    *,
    rtol: float = 1e-4,
    atol: float = 1e-6,
    keys: tuple[str, ...] = (),
    where: str = "the answer",
) -> Finding | None:
    """None where `given` equals `expected`, otherwise what is wrong and where it is worst.

    Args:
        given: The student's value: lists and tuples pass for arrays, float32 for float64.
        expected: The reference's value.
        rtol, atol: |given - expected| may reach atol + rtol |expected|.
        keys: Look at these entries of a dict only.
        where: What the message calls the value.

    >>> compare([1, 2], np.array([1.0, 2.0])) is None
    True
    >>> print(compare([1, 3], np.array([1.0, 2.0])).text())
    the answer is wrong at 1 of 2 entries; the worst is [1]: yours is 3 (expected 2)
    """
    options = {"rtol": rtol, "atol": atol}
    if isinstance(expected, Mapping):
        return _compare_dicts(given, expected, keys or tuple(expected), where, options)
    if isinstance(expected, str | bytes) or expected is None:
        return _compare_exactly(given, expected, where)
    if isinstance(expected, list | tuple):
        return _compare_lists(given, expected, where, options)
    return _compare_numbers(given, expected, where, **options)


def _compare_exactly(given: Any, expected: Any, where: str) -> Finding | None:
    if not isinstance(given, type(expected)):
        wanted = "None" if expected is None else f"a {_kind(expected)}"
        return Finding(f"{where} is {_an(_kind(given))}, where {wanted} is expected")
    if given != expected:
        return Finding(f"{where} is {short(given)}", f"(expected {short(expected)})")
    return None


def _compare_dicts(
    given: Any, expected: Mapping[Any, Any], keys: tuple[str, ...], where: str, options: Any
) -> Finding | None:
    names = ", ".join(map(str, expected))
    if not isinstance(given, Mapping):
        return Finding(f"{where} is {_an(_kind(given))}, where a dict with {names} is expected")
    missing = [key for key in keys if key not in given]
    if missing:
        return Finding(
            f"{where} has no entry {', '.join(map(repr, missing))}; it needs {names}, and has "
            + (short(list(given)) if given else "none")
        )
    found = {key: compare(given[key], expected[key], where=str(key), **options) for key in keys}
    wrong = {key: finding for key, finding in found.items() if finding is not None}
    if not wrong:
        return None
    right = [str(key) for key in keys if key not in wrong]
    name, first = next(iter(wrong.items()))
    detail = first.detail.replace("(expected", f"({name}: expected", 1)
    others = [str(key) for key in wrong][1:]
    message = first.message + (f"; {', '.join(others)}: also wrong" if others else "")
    return Finding(message + (f"; {', '.join(right)}: right" if right else ""), detail)


def _compare_lists(given: Any, expected: Any, where: str, options: Any) -> Finding | None:
    if isinstance(given, np.ndarray) and given.ndim:
        given = list(given)
    if not isinstance(given, list | tuple):
        return Finding(f"{where} is {_an(_kind(given))}, where a list is expected")
    if len(given) != len(expected):
        return Finding(f"{where} has length {len(given)}, expected {len(expected)}")
    for index, (mine, theirs) in enumerate(zip(given, expected, strict=True)):
        finding = compare(mine, theirs, where=f"{where}[{index}]", **options)
        if finding is not None:
            return finding
    return None


def _compare_numbers(
    given: Any, expected: Any, where: str, rtol: float, atol: float
) -> Finding | None:
    wanted = np.asarray(expected)
    kind = "an array of numbers" if wanted.ndim else "a number"
    if wanted.dtype.kind == "b":
        kind = "an array of True and False" if wanted.ndim else "True or False"
    try:
        array = np.asarray(given)
    except ValueError:
        return Finding(f"{where} is a list with rows of unequal length; expected {kind}")
    if array.shape != wanted.shape and array.dtype.kind in "biufc":
        if not wanted.ndim:
            return Finding(f"{where} has shape {array.shape}; a single number is asked for")
        return Finding(f"{where} has shape {array.shape}, expected {wanted.shape}")
    allowed = {"b": "b", "c": "biufc"}.get(wanted.dtype.kind, "iuf")
    if array.dtype.kind not in allowed:
        forgotten = "; is the return missing?" if given is None else ""
        return Finding(f"{where} is {_an(_kind(given))}, where {kind} is expected{forgotten}")
    if array.size == 0:
        return None
    bad = ~np.isfinite(array)
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        return Finding(f"{where}{_at(index)} is {array[index]}, which is no finite number")
    if wanted.dtype.kind == "b":
        excess = np.where(array == wanted, 0.0, 2.0)
    else:
        wide = complex if "c" in (array.dtype.kind, wanted.dtype.kind) else float
        gap = np.abs(array.astype(wide) - wanted.astype(wide))
        excess = gap / (atol + rtol * np.abs(wanted))
    if excess.max() <= 1:
        return None
    index = tuple(int(i) for i in np.unravel_index(excess.argmax(), excess.shape))
    detail = f"(expected {_number(wanted[index])})"
    if not index:
        return Finding(f"{where} is {_number(array[index])}", detail)
    return Finding(
        f"{where} is wrong at {int((excess > 1).sum())} of {excess.size} entries; the worst is "
        f"{_at(index)}: yours is {_number(array[index])}",
        detail,
    )


def _at(index: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, index))}]" if index else ""


def _number(value: Any) -> str:
    return str(value) if isinstance(value, bool | np.bool_) else f"{value:.6g}"


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"array of {value.dtype} with shape {value.shape}"
    names = {"str": "string", "NoneType": "None", "bool": "bool", "float": "number", "int": "int"}
    return names.get(type(value).__name__, type(value).__name__)


def _an(noun: str) -> str:
    if noun == "None":
        return noun
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
