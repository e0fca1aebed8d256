"""What a gradient costs: multiplications counted, memory measured; both the same on any machine.

A product of an (a, b) with a (b, c) matrix takes a b c multiplications, a product of two arrays
entry by entry one for each entry; sums and squashing functions are not counted. Seconds would
say something about the machine as well.
"""

import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.cells.parameters import map_arrays

Array = NDArray[np.float64]

ONE_EACH = {np.multiply, np.divide, np.power, np.square}
MOVES_ONLY = {
    np.zeros_like,
    np.ones_like,
    np.empty_like,
    np.concatenate,
    np.stack,
    np.reshape,
    np.sum,
    np.copy,
    np.copyto,
    np.broadcast_to,
}


UNSEEN = (
    "multiplications in {} cannot be counted; write it with @ and *, "
    "such as a[:, None] * b for np.outer(a, b)"
)


class Counted(np.ndarray[Any, Any]):
    """An array that notes every multiplication that it takes part in."""

    tally: list[int] | None = None

    def __array_finalize__(self, parent: Any) -> None:
        self.tally = getattr(parent, "tally", None)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        tally = next(x.tally for x in (*inputs, *options.get("out", ())) if isinstance(x, Counted))
        plain = [x.view(np.ndarray) if isinstance(x, Counted) else x for x in inputs]
        if "out" in options:
            options["out"] = tuple(
                x.view(np.ndarray) if isinstance(x, Counted) else x for x in options["out"]
            )
        result = getattr(ufunc, method)(*plain, **options)
        if tally is not None:
            tally.append(_cost(ufunc, method, plain, result))
        if result is None:  # ufunc.at
            return None
        counted = np.asarray(result).view(Counted)
        counted.tally = tally
        return counted

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func not in MOVES_ONLY:
            raise TypeError(UNSEEN.format(func.__name__))
        result = super().__array_function__(func, types, args, kwargs)
        if isinstance(result, np.ndarray):
            counted: Counted = result.view(Counted)
            counted.tally = next(_tallies((args, kwargs)), None)
            return counted
        return result


def _tallies(arguments: Any) -> Iterator[list[int]]:
    if isinstance(arguments, Counted) and arguments.tally is not None:
        yield arguments.tally
    elif isinstance(arguments, tuple | list | dict):
        each = arguments.values() if isinstance(arguments, dict) else arguments
        for argument in each:
            yield from _tallies(argument)


def _cost(ufunc: Any, method: str, inputs: list[Any], result: Any) -> int:
    if ufunc is np.matmul:
        return int(np.size(result) * np.shape(inputs[0])[-1])
    if ufunc.signature is not None:  # a product of whole vectors, such as np.vecdot
        raise TypeError(UNSEEN.format(ufunc.__name__))
    if ufunc not in ONE_EACH:
        return 0
    return int(np.size(result) if method == "__call__" else np.size(inputs[0]))


def multiplications(function: Callable[..., Any], *arguments: Any) -> int:
    """Run a function once, and count the multiplications of its arrays.

    Args:
        function: written with ``@``, ``*``, ``/`` and ``**``.
        arguments: arrays, or (named) tuples, lists and dicts of arrays.

    Raises:
        TypeError: the function hands an array to a NumPy function whose products cannot be seen.

    >>> multiplications(lambda W, x: 2 * (W @ x), np.ones((3, 5)), np.ones(5))
    18
    """
    tally: list[int] = []

    def counted(array: Any) -> Any:
        if not isinstance(array, np.ndarray):
            return array
        view = array.view(Counted)
        view.tally = tally
        return view

    function(*(map_arrays(counted, argument) for argument in arguments))
    return sum(tally)


def peak_bytes(function: Callable[..., Any], *arguments: Any) -> int:
    """Run a function once, and measure the most memory that it holds at any moment, in bytes.

    What was there before, such as the arguments, does not count.

    >>> peak_bytes(np.zeros, 100_000) >= 800_000
    True
    """
    already = tracemalloc.is_tracing()
    if not already:
        tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        function(*arguments)
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        if not already:
            tracemalloc.stop()
