"""Walk over parameters: named tuples of arrays, and named tuples or dicts of those."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray


def map_arrays(function: Callable[..., Any], first: Any, *others: Any) -> Any:
    """Apply ``function`` to the arrays that stand at the same place, and keep the structure.

    Args:
        function: takes as many arrays as there are structures.
        first: an array, or a (named) tuple, list or dict of structures.
        others: structures of the same shape.

    Raises:
        ValueError: structures that do not match.

    >>> map_arrays(lambda a, b: a + b, {"W": np.ones(2)}, {"W": np.ones(2)})
    {'W': array([2., 2.])}
    """
    if isinstance(first, dict):
        for other in others:
            if not isinstance(other, dict) or other.keys() != first.keys():
                raise ValueError(mismatch(first, other))
        return {
            key: map_arrays(function, value, *(other[key] for other in others))
            for key, value in first.items()
        }
    if isinstance(first, (tuple, list)):
        for other in others:
            if not isinstance(other, (tuple, list)) or len(other) != len(first):
                raise ValueError(mismatch(first, other))
        parts = [map_arrays(function, *row) for row in zip(first, *others, strict=True)]
        if hasattr(first, "_make"):
            return first._make(parts)
        return type(first)(parts)
    return function(first, *others)


def add_to(total: Any, part: Any) -> None:
    """Add the arrays of ``part`` to those of ``total``, which has the same structure, in place.

    >>> total = {"W": np.ones(2)}
    >>> add_to(total, {"W": np.ones(2)})
    >>> total
    {'W': array([2., 2.])}
    """
    if isinstance(total, np.ndarray):
        total += part
        return
    pairs = ((total[key], part[key]) for key in total) if isinstance(total, dict) else None
    for one, other in pairs or zip(total, part, strict=True):
        if isinstance(one, np.ndarray):
            one += other
        else:
            add_to(one, other)


def mismatch(first: Any, other: Any) -> str:
    """Why two structures cannot be walked side by side."""
    names, found = (", ".join(dict(named_arrays(part))) for part in (first, other))
    return (
        f"one structure has the arrays {names} and the other {found or 'a single one'}; "
        "pass the same structure twice, such as a gradient in the structure of its parameters"
    )


def named_arrays(params: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every array with its name, such as ``U_f`` or ``cell.U_f``.

    >>> [name for name, _ in named_arrays({"cell": {"W": np.ones(2)}, "V": np.ones(1)})]
    ['cell.W', 'V']
    """
    if isinstance(params, dict):
        items = list(params.items())
    elif hasattr(params, "_asdict"):
        items = list(params._asdict().items())
    elif isinstance(params, (tuple, list)):
        items = [(str(number), part) for number, part in enumerate(params)]
    else:
        yield prefix, params
        return
    for name, part in items:
        yield from named_arrays(part, f"{prefix}.{name}" if prefix else str(name))


def count(params: Any) -> int:
    """The number of single weights.

    >>> count({"W": np.ones((2, 3)), "b": np.ones(2)})
    8
    """
    return sum(np.size(array) for _, array in named_arrays(params))


def flatten(params: Any) -> NDArray[np.float64]:
    """All weights in one row, in the order of ``named_arrays``; a copy.

    >>> flatten({"W": np.zeros((2, 2)), "b": np.ones(2)})
    array([0., 0., 0., 0., 1., 1.])
    """
    rows = [np.ravel(array) for _, array in named_arrays(params)]
    return np.concatenate(rows).astype(np.float64) if rows else np.zeros(0)


def unflatten(params: Any, row: NDArray[np.float64]) -> Any:
    """The weights of a row in the structure and the shapes of ``params``: undoes ``flatten``.

    Raises:
        ValueError: a row of another length.

    >>> unflatten({"W": np.zeros((2, 1)), "b": np.zeros(1)}, np.array([1.0, 2.0, 3.0]))["b"]
    array([3.])
    """
    if np.shape(row) != (count(params),):
        raise ValueError(
            f"row has shape {np.shape(row)}, but params has {count(params)} weights; "
            "pass one number a weight, as flatten returns them"
        )
    start = 0

    def taken(array: Any) -> Any:
        nonlocal start
        first, start = start, start + np.size(array)
        return np.array(row[first:start], dtype=np.float64).reshape(np.shape(array))

    return map_arrays(taken, params)
