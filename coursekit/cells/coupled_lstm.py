"""The LSTM cell with one gate for two jobs: what is forgotten makes room for what is stored.

    f_t = sigma(W_f x_t + U_f h_{t-1} + b_f)      what to keep
    i_t = 1 - f_t      what to store: the rest
    o_t = sigma(W_o x_t + U_o h_{t-1} + b_o)      what to release
    g_t = tanh (W_g x_t + U_g h_{t-1} + b_g)      the candidate
    c_t = f_t c_{t-1} + i_t g_t
    h_t = o_t tanh(c_t)

One change from ``lstm``: the input gate is not learned, it is 1 - f. So c_t is a weighted mean of
the old state and the candidate, and stays within [-1, 1].

Source: Greff, Srivastava, Koutnik, Steunebrink and Schmidhuber 2017, variant CIFG.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import batch_shape, checked_sizes
from coursekit.cells.activations import sigmoid
from coursekit.cells.lstm import Trace
from coursekit.cells.lstm_1997 import State, output_back
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
    checked_sizes(rng, inputs=inputs, units=units)
    bound = 1 / np.sqrt(units)

    def letter(bias: float = 0.0) -> tuple[Array, Array, Array]:
        W = rng.uniform(-bound, bound, (units, inputs))
        U = rng.uniform(-bound, bound, (units, units))
        return W, U, np.full(units, bias)

    return Params(*letter(bias=1.0), *letter(), *letter())


def initial_state(params: Params, batch: tuple[int, ...] = ()) -> State:
    """Zeros, (*batch, units) for h and for c."""
    zeros = np.zeros((*batch_shape(batch), len(params.b_f)))
    return State(h=zeros, c=zeros)


def step(params: Params, x: Array, state: State) -> tuple[State, Trace]:
    """One step forward: x (..., inputs) and the state before -> the state after, and the trace."""
    f = sigmoid(x @ params.W_f.T + state.h @ params.U_f.T + params.b_f)
    i = 1 - f
    o = sigmoid(x @ params.W_o.T + state.h @ params.U_o.T + params.b_o)
    g = np.tanh(x @ params.W_g.T + state.h @ params.U_g.T + params.b_g)
    c = f * state.c + i * g
    squashed = np.tanh(c)
    h = o * squashed
    return State(h, c), Trace(x, previous=state, i=i, f=f, o=o, g=g, c=c, squashed=squashed, h=h)


def step_back(params: Params, trace: Trace, grad_state: State) -> tuple[Params, Array, State]:
    """One step backward: dL/d(h_t, c_t) -> dL/dparams of this step, dL/dx_t, dL/d(h, c)_{t-1}."""
    i, f, o, g = trace.i, trace.f, trace.o, trace.g
    grad_c = grad_state.c + output_back(params, trace, grad_state.h)
    delta_o = grad_state.h * trace.squashed * o * (1 - o)
    delta_f = grad_c * (trace.previous.c - g) * f * (1 - f)
    delta_g = grad_c * i * (1 - g**2)

    x, h = trace.x, trace.previous.h
    grad_params = Params(
        *(weight_gradient(delta_f, x), weight_gradient(delta_f, h), bias_gradient(delta_f)),
        *(weight_gradient(delta_o, x), weight_gradient(delta_o, h), bias_gradient(delta_o)),
        *(weight_gradient(delta_g, x), weight_gradient(delta_g, h), bias_gradient(delta_g)),
    )
    grad_x = delta_f @ params.W_f + delta_o @ params.W_o + delta_g @ params.W_g
    grad_h = delta_f @ params.U_f + delta_o @ params.U_o + delta_g @ params.U_g
    return grad_params, grad_x, State(h=grad_h, c=grad_c * f)
