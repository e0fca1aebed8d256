"""The cell that Evolino evolves: its candidate is not squashed, its output gate is.

    i_t = sigma(W_i x_t + U_i h_{t-1} + b_i)      what to store
    f_t = sigma(W_f x_t + U_f h_{t-1} + b_f)      what to keep
    o_t = sigma(W_o x_t + U_o h_{t-1} + b_o)      what to release
    g_t = W_g x_t + U_g h_{t-1} + b_g      the candidate, as it is
    c_t = f_t c_{t-1} + i_t g_t
    h_t = tanh(o_t c_t)

Changes from ``lstm``: the candidate is linear, and the output gate stands inside the tanh.

``step`` takes a population of nets as well: weights with an axis in front, W (nets, units,
inputs), U (nets, units, units), b (nets, 1, units), and x (nets, 1, inputs).

Source: Schmidhuber, Wierstra, Gagliolo and Gomez 2007 (here with a bias a letter).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import batch_shape
from coursekit.cells import lstm
from coursekit.cells.activations import sigmoid
from coursekit.cells.lstm_1997 import State
from coursekit.cells.state_peephole_lstm import Trace
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
    """For each letter: W (units, inputs), U (units, units), b (units,)."""

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
    U_g: Array
    b_g: Array


def init(rng: np.random.Generator, inputs: int, units: int) -> Params:
    """Draw W and U uniformly within 1/sqrt(units); biases are zero, but b_f is one.

    >>> init(np.random.default_rng(0), inputs=3, units=2).b_f
    array([1., 1.])
    """
    return Params(*lstm.init(rng, inputs, units))


def initial_state(params: Params, batch: tuple[int, ...] = ()) -> State:
    """Zeros, (*batch, units) for h and for c."""
    zeros = np.zeros((*batch_shape(batch), params.b_i.shape[-1]))
    return State(h=zeros, c=zeros)


def step(params: Params, x: Array, state: State) -> tuple[State, Trace]:
    """One step forward: x (..., inputs) and the state before -> the state after, and the trace."""
    i = sigmoid(x @ params.W_i.mT + state.h @ params.U_i.mT + params.b_i)
    f = sigmoid(x @ params.W_f.mT + state.h @ params.U_f.mT + params.b_f)
    o = sigmoid(x @ params.W_o.mT + state.h @ params.U_o.mT + params.b_o)
    g = x @ params.W_g.mT + state.h @ params.U_g.mT + params.b_g
    c = f * state.c + i * g
    h = np.tanh(o * c)
    return State(h, c), Trace(x, previous=state, i=i, f=f, o=o, g=g, c=c, h=h)


def output_back(params: Params, trace: Trace, grad_h: Array) -> Array:
    """The error that enters c_t from h_t, within the step: h_t = tanh(o_t c_t)."""
    return grad_h * (1 - trace.h**2) * trace.o


def step_back(params: Params, trace: Trace, grad_state: State) -> tuple[Params, Array, State]:
    """One step backward: dL/d(h_t, c_t) -> dL/dparams of this step, dL/dx_t, dL/d(h, c)_{t-1}."""
    i, f, o, g = trace.i, trace.f, trace.o, trace.g
    grad_c = grad_state.c + output_back(params, trace, grad_state.h)
    delta_o = grad_state.h * (1 - trace.h**2) * trace.c * o * (1 - o)
    delta_i = grad_c * g * i * (1 - i)
    delta_f = grad_c * trace.previous.c * f * (1 - f)
    delta_g = grad_c * i

    x, h = trace.x, trace.previous.h
    grad_params = Params(
        *(weight_gradient(delta_i, x), weight_gradient(delta_i, h), bias_gradient(delta_i)),
        *(weight_gradient(delta_f, x), weight_gradient(delta_f, h), bias_gradient(delta_f)),
        *(weight_gradient(delta_o, x), weight_gradient(delta_o, h), bias_gradient(delta_o)),
        *(weight_gradient(delta_g, x), weight_gradient(delta_g, h), bias_gradient(delta_g)),
    )
    grad_x = (
        delta_i @ params.W_i + delta_f @ params.W_f + delta_o @ params.W_o + delta_g @ params.W_g
    )
    grad_h = (
        delta_i @ params.U_i + delta_f @ params.U_f + delta_o @ params.U_o + delta_g @ params.U_g
    )
    return grad_params, grad_x, State(h=grad_h, c=grad_c * f)
