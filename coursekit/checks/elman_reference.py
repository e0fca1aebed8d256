"""The simple recurrent net on plain dicts, the right way.

    h_t = tanh(W x_t + U h_{t-1} + b)     y_t = softmax(V h_t + d)

The wrong versions beside it differ from these lines in what their names tell.
Source: Elman 1990, with tanh for the logistic.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Values = dict[str, Array]


def softmax(net: Array) -> Array:
    """Probabilities along the last axis, without overflow."""
    powers = np.exp(net - np.max(net, axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def net(params: Values, x: Array, h: Array) -> Array:
    """W x + U h + b, for one sequence or a batch."""
    return x @ params["W"].T + h @ params["U"].T + params["b"]


def step(params: Values, x: Array, h: Array) -> Array:
    """The new hidden state, from the input and the state before."""
    return np.tanh(net(params, x, h))


def start(params: Values, xs: Array) -> Array:
    """Zeros in the shape of h."""
    return np.zeros((*xs.shape[1:-1], len(params["b"])))


def run(params: Values, xs: Array) -> Array:
    """h after every step, from a zero state: (time, ..., units)."""
    h, hs = start(params, xs), []
    for x in xs:
        h = step(params, x, h)
        hs.append(h)
    return np.stack(hs)


def readout(params: Values, hs: Array) -> Array:
    """What comes next, at every step: (time, ..., outputs)."""
    return softmax(hs @ params["V"].T + params["d"])


def count(inputs: int, units: int, outputs: int) -> int:
    """Numbers in W, U, b, V and d."""
    return units * inputs + units * units + units + outputs * units + outputs


def window_count(width: int, inputs: int, units: int, outputs: int) -> int:
    """Numbers in a feed-forward net that sees `width` steps at once."""
    return units * width * inputs + units + outputs * units + outputs
