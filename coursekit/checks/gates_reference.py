"""A gradient taken apart by time, the carousel, its two gates, the truncated partial: right.

    h_t = w h_{t-1} + W x_t    y = V h_T    L = (y - target)^2 / 2
    c_t = c_{t-1} + W x_t + b
    c_t = c_{t-1} + i_t x_t    out_t = o_t c_t    i_t = sigma(net_i)    o_t = sigma(net_o)
    dc_t/dW_i = dc_{t-1}/dW_i + g_t i_t (1 - i_t) source_t

Source: Hochreiter and Schmidhuber 1997, section 3 and appendix A.1, in today's letters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def sigmoid(net: Array) -> Array:
    """1 / (1 + exp(-net)), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(net)))


def gradient_by_step(xs: Array, target: float, W: float, w: float, V: float) -> Array:
    """The part of each step in dL/dW, (time,)."""
    back = w ** np.arange(len(xs))[::-1]
    y = V * W * (back * xs).sum()
    return (y - target) * V * back * xs


def carousel_run(W: Array, b: Array, xs: Array) -> Array:
    """c after each step, from zero: (time, units)."""
    return np.cumsum(xs @ W.T + b, axis=0)


def gated_input(xs: Array, net_i: Array) -> Array:
    """c after each step, (time, units): only what the input gate lets in is added."""
    return np.cumsum(sigmoid(net_i) * xs, axis=0)


def gated_output(cs: Array, net_o: Array) -> Array:
    """What is released at each step, (time, units)."""
    return sigmoid(net_o) * cs


def input_gate_partial(sources: Array, i: Array, g: Array) -> Array:
    """dc_t / dW_i after each step, (time, units, sources)."""
    return np.cumsum(added(sources, g * i * (1 - i)), axis=0)


def added(sources: Array, factor: Array) -> Array:
    """factor_t source_t for each unit and source, (time, units, sources)."""
    return factor[:, :, None] * sources[:, None, :]


def input_gate_gradient(partials: Array, errors: Array) -> Array:
    """dL/dW_i by the truncated rule, (units, sources)."""
    return (errors[:, :, None] * partials).sum(axis=0)
