"""The state-only variant: every gate sees the old state in place of the old output.

    i_t = sigma(W_i x_t + U_i c_{t-1} + b_i)      what to store
    f_t = sigma(W_f x_t + U_f c_{t-1} + b_f)      what to keep
    o_t = sigma(W_o x_t + U_o c_{t-1} + b_o)      what to release
    g_t = tanh (W_g x_t + b_g)      the candidate, from the input alone
    c_t = f_t c_{t-1} + i_t g_t
    h_t = o_t c_t

Changes from ``lstm``: U multiplies c_{t-1} in place of h_{t-1}, the candidate has no U, and the
state is released without a squash. Nothing that the cell says comes back to it.

Source: after Gers, Schraudolph and Schmidhuber 2002, whose own cell is ``peephole_lstm``; in this
form many encyclopaedias and lecture notes print it under the same name.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import batch_shape, checked_sizes
from coursekit.cells.activations import sigmoid
from coursekit.cells.lstm_1997 import State
from coursekit.cells.sums import bias_gradient, weight_gradient

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
    """For each letter: W (units, inputs), U (units, units; the candidate has none), b (units,)."""

    W_i: Array
    U_i: Array
    b_i: Array
    W_f: Array
    U_f: Array
    b_f: Array
    W_o: Array
    U_o: Array
    b_o: Array
    W_g: Array
    b_g: Array


class Trace(NamedTuple):
    """What a step leaves behind for the backward pass and for plots; all (..., units) but x."""

    x: Array  # (..., inputs)
    previous: State
    i: Array
    f: Array
    o: Array
    g: Array
    c: Array
    h: Array


def init(rng: np.random.Generator, inputs: int, units: int) -> Params:
    """Draw W and U uniformly within 1/sqrt(units); biases are zero, but b_f is one.

    >>> init(np.random.default_rng(0), inputs=3, units=2).b_f
    array([1., 1.])
    """
    checked_sizes(rng, inputs=inputs, units=units)
    bound = 1 / np.sqrt(units)

    def gate(bias: float = 0.0) -> tuple[Array, Array, Array]:
        W = rng.uniform(-bound, bound, (units, inputs))
        U = rng.uniform(-bound, bound, (units, units))
        return W, U, np.full(units, bias)

    W_g = rng.uniform(-bound, bound, (units, inputs))
    return Params(*gate(), *gate(bias=1.0), *gate(), W_g, np.zeros(units))


def initial_state(params: Params, batch: tuple[int, ...] = ()) -> State:
    """Zeros, (*batch, units) for h and for c."""
    zeros = np.zeros((*batch_shape(batch), len(params.b_i)))
    return State(h=zeros, c=zeros)


def step(params: Params, x: Array, state: State) -> tuple[State, Trace]:
    """One step forward: x (..., inputs) and the state before -> the state after, and the trace."""
    i = sigmoid(x @ params.W_i.T + state.c @ params.U_i.T + params.b_i)
    f = sigmoid(x @ params.W_f.T + state.c @ params.U_f.T + params.b_f)
    o = sigmoid(x @ params.W_o.T + state.c @ params.U_o.T + params.b_o)
    g = np.tanh(x @ params.W_g.T + params.b_g)
    c = f * state.c + i * g
    h = o * c
    return State(h, c), Trace(x, previous=state, i=i, f=f, o=o, g=g, c=c, h=h)


def output_back(params: Params, trace: Trace, grad_h: Array) -> Array:
    """The error that enters c_t from h_t, within the step: h_t = o_t c_t."""
    return grad_h * trace.o


def step_back(params: Params, trace: Trace, grad_state: State) -> tuple[Params, Array, State]:
    """One step backward: dL/d(h_t, c_t) -> dL/dparams of this step, dL/dx_t, dL/d(h, c)_{t-1}."""
    i, f, o, g, before = trace.i, trace.f, trace.o, trace.g, trace.previous.c
    grad_c = grad_state.c + output_back(params, trace, grad_state.h)
    delta_o = grad_state.h * trace.c * o * (1 - o)
    delta_i = grad_c * g * i * (1 - i)
    delta_f = grad_c * before * f * (1 - f)
    delta_g = grad_c * i * (1 - g**2)

    x = trace.x
    grad_params = Params(
        *(weight_gradient(delta_i, x), weight_gradient(delta_i, before), bias_gradient(delta_i)),
        *(weight_gradient(delta_f, x), weight_gradient(delta_f, before), bias_gradient(delta_f)),
        *(weight_gradient(delta_o, x), weight_gradient(delta_o, before), bias_gradient(delta_o)),
        *(weight_gradient(delta_g, x), bias_gradient(delta_g)),
    )
    grad_x = (
        delta_i @ params.W_i + delta_f @ params.W_f + delta_o @ params.W_o + delta_g @ params.W_g
    )
    grad_c = grad_c * f + delta_i @ params.U_i + delta_f @ params.U_f + delta_o @ params.U_o
    return grad_params, grad_x, State(h=np.zeros_like(grad_c), c=grad_c)
