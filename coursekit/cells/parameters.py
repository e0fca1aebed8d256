"""Walk over parameters: named tuples of arrays, and named tuples or dicts of those."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


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
