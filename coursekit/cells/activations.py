"""Squashing functions, in forms that do not overflow."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def sigmoid(net: Array) -> Array:
    """The logistic function, 1 / (1 + exp(-net)), elementwise.

    Args:
        net: pre-activations, any shape.

    Returns:
        Values in [0, 1], the shape of ``net``, each exact to a rounding of 1 (2e-16): below about
        net = -37 that is zero.

    >>> sigmoid(np.array([0.0, -800.0]))
    array([0.5, 0. ])
    """
    return 0.5 + 0.5 * np.tanh(0.5 * net)


def softmax(net: Array) -> Array:
    """Exponentials divided by their sum, over the last axis.

    Args:
        net: pre-activations, (..., outputs).

    Returns:
        Probabilities, (..., outputs); each row sums to 1.

    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    powers = np.exp(net - net.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
