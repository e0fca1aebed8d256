"""The cell of 1997: a carousel behind an input gate and an output gate.

    i_t = sigma(W_i x_t + U_i h_{t-1} + b_i)      what to store
    o_t = sigma(W_o x_t + U_o h_{t-1} + b_o)      what to release
    g_t = tanh (W_g x_t + U_g h_{t-1} + b_g)      the candidate
    c_t = c_{t-1} + i_t g_t
    h_t = o_t tanh(c_t)

One change from ``carousel``: what enters and what leaves is multiplied by a learned number
in [0, 1]. In modern letters and squashing functions; there is no forget gate.

Source: Hochreiter and Schmidhuber 1997, equations 7 to 9.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import batch_shape, checked_sizes
from coursekit.cells.activations import sigmoid
from coursekit.cells.sums import bias_gradient, weight_gradient

Array = NDArray[np.float64]


class Params(NamedTuple):
    """For each letter: W (units, inputs), U (units, units), b (units,)."""

    W_i: Array
    U_i: Array
    b_i: Array
    W_o: Array
    U_o: Array
    b_o: Array
    W_g: Array
    U_g: Array
    b_g: Array


class State(NamedTuple):
    """What one step hands to the next: the cell's output and its state."""

    h: Array  # (..., units)
    c: Array  # (..., units)


class Trace(NamedTuple):
    """What a step leaves behind for the backward pass and for plots; all (..., units) but x."""

    x: Array  # (..., inputs)
    previous: State
    i: Array
    o: Array
    g: Array
    c: Array
    squashed: Array  # tanh(c)
    h: Array


def init(rng: np.random.Generator, inputs: int, units: int) -> Params:
    """Draw W and U uniformly within 1/sqrt(units); biases are zero.

    >>> init(np.random.default_rng(0), inputs=3, units=2).U_o.shape
    (2, 2)
    """
    checked_sizes(rng, inputs=inputs, units=units)
    bound = 1 / np.sqrt(units)

    def letter() -> tuple[Array, Array, Array]:
        W = rng.uniform(-bound, bound, (units, inputs))
        U = rng.uniform(-bound, bound, (units, units))
        return W, U, np.zeros(units)

    return Params(*letter(), *letter(), *letter())


def initial_state(params: Params, batch: tuple[int, ...] = ()) -> State:
    """Zeros, (*batch, units) for h and for c."""
    zeros = np.zeros((*batch_shape(batch), len(params.b_i)))
    return State(h=zeros, c=zeros)


def step(params: Params, x: Array, state: State) -> tuple[State, Trace]:
    """One step forward: x (..., inputs) and the state before -> the state after, and the trace."""
    i = sigmoid(x @ params.W_i.T + state.h @ params.U_i.T + params.b_i)
    o = sigmoid(x @ params.W_o.T + state.h @ params.U_o.T + params.b_o)
    g = np.tanh(x @ params.W_g.T + state.h @ params.U_g.T + params.b_g)
    c = state.c + i * g
    squashed = np.tanh(c)
    h = o * squashed
    return State(h, c), Trace(x, previous=state, i=i, o=o, g=g, c=c, squashed=squashed, h=h)


def output_back(params: Any, trace: Any, grad_h: Array) -> Array:
    """The error that enters c_t from h_t, within the step: h_t = o_t tanh(c_t)."""
    return grad_h * trace.o * (1 - trace.squashed**2)


def step_back(params: Params, trace: Trace, grad_state: State) -> tuple[Params, Array, State]:
    """One step backward: dL/d(h_t, c_t) -> dL/dparams of this step, dL/dx_t, dL/d(h, c)_{t-1}."""
    i, o, g = trace.i, trace.o, trace.g
    grad_c = grad_state.c + output_back(params, trace, grad_state.h)
    delta_o = grad_state.h * trace.squashed * o * (1 - o)
    delta_i = grad_c * g * i * (1 - i)
    delta_g = grad_c * i * (1 - g**2)

    x, h = trace.x, trace.previous.h
    grad_params = Params(
        *(weight_gradient(delta_i, x), weight_gradient(delta_i, h), bias_gradient(delta_i)),
        *(weight_gradient(delta_o, x), weight_gradient(delta_o, h), bias_gradient(delta_o)),
        *(weight_gradient(delta_g, x), weight_gradient(delta_g, h), bias_gradient(delta_g)),
    )
    grad_x = delta_i @ params.W_i + delta_o @ params.W_o + delta_g @ params.W_g
    grad_h = delta_i @ params.U_i + delta_o @ params.U_o + delta_g @ params.U_g
    return grad_params, grad_x, State(h=grad_h, c=grad_c)
