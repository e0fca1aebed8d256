"""The LSTM cell on a tree, child-sum form: a node reads the sum of its children.

    s_t = sum_k h_k      what the children say, in no order
    i_t = sigma(W_i x_t + U_i s_t + b_i)      what to store
    f_tk = sigma(W_f x_t + U_f h_k + b_f)      what to keep of child k: a gate of its own
    o_t = sigma(W_o x_t + U_o s_t + b_o)      what to release
    g_t = tanh (W_g x_t + U_g s_t + b_g)      the candidate
    c_t = sum_k f_tk c_k + i_t g_t
    h_t = o_t tanh(c_t)

One change from ``lstm``: in place of one step before there are children, any number of them, and
one forget gate for each, with shared weights. A chain of single children is the LSTM.

A cell of trees has a contract of its own: ``step`` takes the children's states, fields stacked
as (children, ..., units); a leaf has none. ``gradients.unroll_tree`` walks it.

Source: Tai, Socher and Manning 2015, equations 2 to 8.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.cells.activations import sigmoid
from coursekit.cells.lstm import Params, init, initial_state
from coursekit.cells.lstm_1997 import State, output_back
from coursekit.cells.sums import bias_gradient, weight_gradient

Array = NDArray[np.float64]

__all__ = [
    "Params",
    "State",
    "Trace",
    "init",
    "initial_state",
    "most_children",
    "output_back",
    "step",
    "step_back",
]


class Trace(NamedTuple):
    """What a node leaves behind for the backward pass; all (..., units) but x, children and f."""

    x: Array  # (..., inputs)
    children: State  # (children, ..., units)
    s: Array
    i: Array
    f: Array  # (children, ..., units)
    o: Array
    g: Array
    c: Array
    squashed: Array  # tanh(c)
    h: Array


def most_children(params: Params) -> None:
    """How many children a node may have: None, for there is no limit."""
    return None


def step(params: Params, x: Array, children: State) -> tuple[State, Trace]:
    """One node: x (..., inputs) and its children's states -> its own state, and the trace."""
    s = children.h.sum(axis=0)
    i = sigmoid(x @ params.W_i.T + s @ params.U_i.T + params.b_i)
    f = sigmoid(x @ params.W_f.T + children.h @ params.U_f.T + params.b_f)
    o = sigmoid(x @ params.W_o.T + s @ params.U_o.T + params.b_o)
    g = np.tanh(x @ params.W_g.T + s @ params.U_g.T + params.b_g)
    c = (f * children.c).sum(axis=0) + i * g
    squashed = np.tanh(c)
    h = o * squashed
    return State(h, c), Trace(x, children, s=s, i=i, f=f, o=o, g=g, c=c, squashed=squashed, h=h)


def step_back(params: Params, trace: Trace, grad_state: State) -> tuple[Params, Array, State]:
    """One node backward: dL/d(h, c) -> dL/dparams of this node, dL/dx, dL/d its children."""
    i, f, o, g, x, s = trace.i, trace.f, trace.o, trace.g, trace.x, trace.s
    grad_c = grad_state.c + output_back(params, trace, grad_state.h)
    delta_o = grad_state.h * trace.squashed * o * (1 - o)
    delta_i = grad_c * g * i * (1 - i)
    delta_f = grad_c * trace.children.c * f * (1 - f)  # (children, ..., units)
    delta_g = grad_c * i * (1 - g**2)

    children_h = trace.children.h
    grad_params = Params(
        *(weight_gradient(delta_i, x), weight_gradient(delta_i, s), bias_gradient(delta_i)),
        *(weight_gradient(delta_f, x), weight_gradient(delta_f, children_h)),
        bias_gradient(delta_f),
        *(weight_gradient(delta_o, x), weight_gradient(delta_o, s), bias_gradient(delta_o)),
        *(weight_gradient(delta_g, x), weight_gradient(delta_g, s), bias_gradient(delta_g)),
    )
    grad_x = delta_i @ params.W_i + delta_o @ params.W_o + delta_g @ params.W_g
    grad_x = grad_x + delta_f.sum(axis=0) @ params.W_f
    of_sum = delta_i @ params.U_i + delta_o @ params.U_o + delta_g @ params.U_g
    return grad_params, grad_x, State(h=of_sum + delta_f @ params.U_f, c=grad_c * f)
