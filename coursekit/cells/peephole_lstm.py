"""The LSTM cell with peepholes: each gate also sees its own unit's state.

    i_t = sigma(W_i x_t + U_i h_{t-1} + p_i c_{t-1} + b_i)      what to store
    f_t = sigma(W_f x_t + U_f h_{t-1} + p_f c_{t-1} + b_f)      what to keep
    g_t = tanh (W_g x_t + U_g h_{t-1} + b_g)      the candidate
    c_t = f_t c_{t-1} + i_t g_t
    o_t = sigma(W_o x_t + U_o h_{t-1} + p_o c_t + b_o)      what to release, given c_t
    h_t = o_t tanh(c_t)

One change from ``lstm``: p c is added to what the gates see, also while the output gate is shut
and h tells nothing. p is elementwise: a unit's gates see that unit's state and no other.

Source: Gers, Schraudolph and Schmidhuber 2002, section 3 (in modern squashing functions).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import batch_shape, checked_sizes
from coursekit.cells.activations import sigmoid
from coursekit.cells.lstm import Trace
from coursekit.cells.lstm_1997 import State
from coursekit.cells.sums import bias_gradient, elementwise_gradient, weight_gradient

Array = NDArray[np.float64]

__all__ = [
    "Params",
    "State",
    "Trace",
    "init",
    "initial_state",
    "output_back",
    "step",
    "step_back",
]


class Params(NamedTuple):
    """For each letter: W (units, inputs), U (units, units), p (units,), b (units,)."""

    W_i: Array
    U_i: Array
    p_i: Array
    b_i: Array
    W_f: Array
    U_f: Array
    p_f: Array
    b_f: Array
    W_o: Array
    U_o: Array
    p_o: Array
    b_o: Array
    W_g: Array
    U_g: Array
    b_g: Array


def init(rng: np.random.Generator, inputs: int, units: int) -> Params:
    """Draw W and U uniformly within 1/sqrt(units); p and biases are zero, but b_f is one.

    >>> init(np.random.default_rng(0), inputs=3, units=2).p_o
    array([0., 0.])
    """
    checked_sizes(rng, inputs=inputs, units=units)
    bound = 1 / np.sqrt(units)

    def weights() -> tuple[Array, Array]:
        W = rng.uniform(-bound, bound, (units, inputs))
        U = rng.uniform(-bound, bound, (units, units))
        return W, U

    def gate(bias: float = 0.0) -> tuple[Array, Array, Array, Array]:
        return *weights(), np.zeros(units), np.full(units, bias)

    return Params(*gate(), *gate(bias=1.0), *gate(), *weights(), np.zeros(units))


def initial_state(params: Params, batch: tuple[int, ...] = ()) -> State:
    """Zeros, (*batch, units) for h and for c."""
    zeros = np.zeros((*batch_shape(batch), len(params.b_i)))
    return State(h=zeros, c=zeros)


def step(params: Params, x: Array, state: State) -> tuple[State, Trace]:
    """One step forward: x (..., inputs) and the state before -> the state after, and the trace."""
    i = sigmoid(x @ params.W_i.T + state.h @ params.U_i.T + params.p_i * state.c + params.b_i)
    f = sigmoid(x @ params.W_f.T + state.h @ params.U_f.T + params.p_f * state.c + params.b_f)
    g = np.tanh(x @ params.W_g.T + state.h @ params.U_g.T + params.b_g)
    c = f * state.c + i * g
    o = sigmoid(x @ params.W_o.T + state.h @ params.U_o.T + params.p_o * c + params.b_o)
    squashed = np.tanh(c)
    h = o * squashed
    return State(h, c), Trace(x, previous=state, i=i, f=f, o=o, g=g, c=c, squashed=squashed, h=h)


def output_back(params: Any, trace: Trace, grad_h: Array) -> Array:
    """The error that enters c_t from h_t, within the step: through tanh, and through the gate."""
    delta_o = grad_h * trace.squashed * trace.o * (1 - trace.o)
    return grad_h * trace.o * (1 - trace.squashed**2) + delta_o * params.p_o


def step_back(params: Params, trace: Trace, grad_state: State) -> tuple[Params, Array, State]:
    """One step backward: dL/d(h_t, c_t) -> dL/dparams of this step, dL/dx_t, dL/d(h, c)_{t-1}."""
    i, f, o, g, (h, c) = trace.i, trace.f, trace.o, trace.g, trace.previous
    grad_c = grad_state.c + output_back(params, trace, grad_state.h)
    delta_o = grad_state.h * trace.squashed * o * (1 - o)
    delta_i = grad_c * g * i * (1 - i)
    delta_f = grad_c * c * f * (1 - f)
    delta_g = grad_c * i * (1 - g**2)

    def shared(delta: Array) -> tuple[Array, Array]:
        return weight_gradient(delta, trace.x), weight_gradient(delta, h)

    grad_params = Params(
        *(*shared(delta_i), elementwise_gradient(delta_i, c), bias_gradient(delta_i)),
        *(*shared(delta_f), elementwise_gradient(delta_f, c), bias_gradient(delta_f)),
        *(*shared(delta_o), elementwise_gradient(delta_o, trace.c), bias_gradient(delta_o)),
        *(*shared(delta_g), bias_gradient(delta_g)),
    )
    grad_x = (
        delta_i @ params.W_i + delta_f @ params.W_f + delta_o @ params.W_o + delta_g @ params.W_g
    )
    grad_h = (
        delta_i @ params.U_i + delta_f @ params.U_f + delta_o @ params.U_o + delta_g @ params.U_g
    )
    grad_c = grad_c * f + delta_i * params.p_i + delta_f * params.p_f
    return grad_params, grad_x, State(h=grad_h, c=grad_c)
