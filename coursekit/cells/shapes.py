"""The shapes that a cell's arrays must have, read off its first letters or told by the cell.

Most cells speak of vectors: W is (units, inputs), U (units, units), b and p (units,). A cell with
other arrays, such as ``conv_lstm``, has a function ``shapes(params)`` that says its own.
"""

from typing import Any, NamedTuple

import numpy as np


class Shapes(NamedTuple):
    """What the arrays of a cell with these sizes look like."""

    params: dict[str, tuple[int, ...]]
    x: tuple[int, ...]  # the feature axes of x_t: (inputs,) for vectors
    h: tuple[int, ...]  # the feature axes of h_t: (units,) for vectors
    rule: str = "W is (units, inputs), U (units, units), b and p (units,)"


def shapes_of(cell: Any, params: Any) -> Shapes:
    """What the arrays of ``params`` should look like, going by its first weights and last array.

    >>> from coursekit.cells import elman
    >>> shapes_of(elman, elman.init(np.random.default_rng(0), inputs=3, units=2)).x
    (3,)
    """
    if hasattr(cell, "shapes"):
        return cell.shapes(params)
    inputs = np.shape(params[0])[-1:] or (0,)
    units = np.shape(params[-1])[-1:] or (0,)
    rule = {"W": units + inputs, "U": units + units, "b": units, "p": units}
    return Shapes({name: rule[name[0]] for name in params._fields}, inputs, units)
