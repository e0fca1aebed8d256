"""What a public function is handed, checked: what was given, what was expected, what to do."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def whole_number(name: str, value: Any, least: int = 0) -> int:
    """A whole number of at least ``least``, or a clear error.

    >>> whole_number("count", np.int64(3))
    3
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or number < least:
        raise ValueError(f"{name} is {value!r}; pass a whole number, {least} or more")
    return number


def finite_number(name: str, value: Any, least: float = 0.0) -> float:
    """A finite number of at least ``least``, or a clear error."""
    try:
        number = np.nan if isinstance(value, str) else float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not least <= number < np.inf:
        raise ValueError(f"{name} is {value!r}; pass a number, {least:g} or more")
    return number


def generator(rng: Any) -> np.random.Generator:
    """A source of random numbers, or a clear error."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng is {rng!r}; pass a generator such as np.random.default_rng(0)")
    return rng


def checked_sizes(rng: Any, **sizes: Any) -> None:
    """What every ``init`` takes: a generator, and sizes of 1 or more, or a clear error."""
    generator(rng)
    for name, value in sizes.items():
        whole_number(name, value, least=1)


def batch_shape(batch: Any) -> tuple[int, ...]:
    """The sizes of the batch axes, or a clear error.

    >>> batch_shape((2, 3))
    (2, 3)
    """
    if not isinstance(batch, (tuple, list)):
        raise ValueError(f"batch is {batch!r}; pass a tuple of sizes, such as (32,); () for none")
    return tuple(whole_number("batch", size) for size in batch)


def text(name: str, value: Any) -> str:
    """A string, or a clear error."""
    if not isinstance(value, str):
        raise ValueError(f"{name} is {value!r}; pass a string of symbols")
    return value


def function(name: str, value: Any) -> Callable[..., Any]:
    """Something that can be called, or a clear error."""
    if not callable(value):
        raise ValueError(f"{name} is {value!r}; pass a function")
    return value


def numbers(
    name: str, value: Any, *, axes: str, finite: bool = True, whole: bool = True
) -> NDArray[np.float64]:
    """Numbers as float64, or a clear error.

    Args:
        name: what the caller calls them.
        value: an array, or lists that make one.
        axes: what was expected, such as ``(time, ..., inputs)``.
        finite: whether every number must be finite.
        whole: whether whole numbers and booleans are welcome, as in a mask or in targets. Where
            they are not, they are most often symbols that should have been one-hot vectors.
    """
    try:
        given = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} has rows of different lengths; pass an array, {axes}") from None
    if given.dtype.kind not in "fiub":
        raise ValueError(f"{name} has dtype {given.dtype}; pass numbers, {axes}")
    if not whole and given.dtype.kind in "iub":
        raise ValueError(
            f"{name} holds {'booleans' if given.dtype.kind == 'b' else 'integers'} "
            f"({given.dtype}); pass floating-point numbers: {name}.astype(float), "
            "or one-hot vectors for symbols"
        )
    array = given.astype(np.float64, copy=False)
    if finite and not np.isfinite(array).all():
        where = tuple(int(n) for n in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} holds {array[where]} at {where}; every number must be finite")
    return array
