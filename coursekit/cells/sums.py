"""Sums over the batch: what a shared weight receives from every sequence of a batch.

A weight is used once per sequence, so its gradient is the sum of what each use asks for.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def weight_gradient(delta: Array, source: Array) -> Array:
    """The sum over the batch of the outer products delta source^T.

    Args:
        delta: dL/dnet, (..., units).
        source: what the weight multiplied, (..., sources); batch axes may be missing in front.

    Returns:
        The gradient of a weight matrix, (units, sources).

    >>> weight_gradient(np.ones((5, 2)), np.ones((5, 3)))
    array([[5., 5., 5.],
           [5., 5., 5.]])
    """
    if delta.ndim != source.ndim:
        source = np.broadcast_to(source, delta.shape[:-1] + source.shape[-1:])
    return delta.reshape(-1, delta.shape[-1]).T @ source.reshape(-1, source.shape[-1])


def bias_gradient(delta: Array) -> Array:
    """The sum over the batch of delta, (..., units) -> (units,).

    >>> bias_gradient(np.ones((5, 2)))
    array([5., 5.])
    """
    return np.add.reduce(delta.reshape(-1, delta.shape[-1]))


def elementwise_gradient(delta: Array, source: Array) -> Array:
    """The sum over the batch of delta times source, entry by entry, (..., units) -> (units,).

    For a weight such as a peephole, that multiplies one unit of ``source`` alone.

    >>> elementwise_gradient(np.ones((5, 2)), np.array([1.0, 2.0]))
    array([ 5., 10.])
    """
    return bias_gradient(delta * source)
