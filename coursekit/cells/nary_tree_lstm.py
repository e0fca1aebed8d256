"""The LSTM cell on a tree, N-ary form: a node knows which of its children is which.

    i_t = sigma(W_i x_t + sum_k U_ik h_k + b_i)      what to store
    f_tk = sigma(W_f x_t + sum_l U_fkl h_l + b_f)      what to keep of child k, seeing all
    o_t = sigma(W_o x_t + sum_k U_ok h_k + b_o)      what to release
    g_t = tanh (W_g x_t + sum_k U_gk h_k + b_g)      the candidate
    c_t = sum_k f_tk c_k + i_t g_t
    h_t = o_t tanh(c_t)

One change from ``tree_lstm``: each place among the children has weights of its own, up to N; a
child that is missing counts as zeros. With N = 1 it is the LSTM.

Source: Tai, Socher and Manning 2015, equations 9 to 14.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import batch_shape, checked_sizes
from coursekit.cells.activations import sigmoid
from coursekit.cells.lstm_1997 import State, output_back
from coursekit.cells.shapes import Shapes
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
    "shapes",
    "step",
    "step_back",
]


class Params(NamedTuple):
    """W (units, inputs), U (N, units, units), but U_f (N, N, units, units); b (units,)."""

    W_i: Array
    U_i: Array
    b_i: Array
    W_f: Array
    U_f: Array  # [k, l]: what forget gate k reads of child l
    b_f: Array
    W_o: Array
    U_o: Array
    b_o: Array
    W_g: Array
    U_g: Array
    b_g: Array


class Trace(NamedTuple):
    """What a node leaves behind for the backward pass; all (..., units) but x, children and f."""

    x: Array  # (..., inputs)
    children: State  # (children, ..., units): those that are there
    i: Array
    f: Array  # (N, ..., units): a gate for each place
    o: Array
    g: Array
    c: Array
    squashed: Array  # tanh(c)
    h: Array


def init(rng: np.random.Generator, inputs: int, units: int, children: int = 2) -> Params:
    """Draw W and U uniformly within 1/sqrt(units); biases are zero, but b_f is one.

    Args:
        rng: source of the random numbers.
        inputs: features of a node.
        units: features of its state.
        children: N, the most that a node may have.

    >>> init(np.random.default_rng(0), inputs=3, units=2, children=4).U_f.shape
    (4, 4, 2, 2)
    """
    checked_sizes(rng, inputs=inputs, units=units, children=children)
    bound = 1 / np.sqrt(units)

    def letter(places: tuple[int, ...], bias: float = 0.0) -> tuple[Array, Array, Array]:
        W = rng.uniform(-bound, bound, (units, inputs))
        U = rng.uniform(-bound, bound, (*places, units, units))
        return W, U, np.full(units, bias)

    one, both = (children,), (children, children)
    return Params(*letter(one), *letter(both, bias=1.0), *letter(one), *letter(one))


def initial_state(params: Params, batch: tuple[int, ...] = ()) -> State:
    """Zeros, (*batch, units) for h and for c."""
    zeros = np.zeros((*batch_shape(batch), len(params.b_i)))
    return State(h=zeros, c=zeros)


def most_children(params: Params) -> int:
    """How many children a node may have: N."""
    return len(params.U_i)


def shapes(params: Params) -> Shapes:
    """The shapes of all arrays, going by the first U and the first W."""
    children, units = (*np.shape(params.U_i), 0, 0)[:2]
    inputs = (*np.shape(params.W_i), 0, 0)[1]
    each = {name: {"W": (units, inputs), "b": (units,)}.get(name[0], ()) for name in params._fields}
    each |= {f"U_{letter}": (children, units, units) for letter in "iog"}
    each["U_f"] = (children, children, units, units)
    rule = "W is (units, inputs), U (N, units, units), U_f (N, N, units, units), b (units,)"
    return Shapes(each, (inputs,), (units,), rule)


def with_all_places(params: Params, children: State) -> State:
    """The children's states with zeros for those that are missing, (N, ..., units)."""
    missing = len(params.U_i) - len(children.h)
    if not missing:
        return children
    zeros = np.zeros((missing, *children.h.shape[1:]))
    return State(*(np.concatenate([field, zeros]) for field in children))


def beside(places: Array) -> Array:
    """(N, ..., units) -> (..., N units): the states of all children, or the weights for them."""
    return np.concatenate(list(places), axis=-1)


def apart(joined: Array, count: int) -> Array:
    """The way back: (..., N units) -> (N, ..., units)."""
    return np.stack(np.split(joined, count, axis=-1))


def step(params: Params, x: Array, children: State) -> tuple[State, Trace]:
    """One node: x (..., inputs) and its children's states -> its own state, and the trace."""
    full = with_all_places(params, children)
    below = beside(full.h)
    i = sigmoid(x @ params.W_i.T + below @ beside(params.U_i).T + params.b_i)
    f = np.stack([sigmoid(x @ params.W_f.T + below @ beside(U).T + params.b_f) for U in params.U_f])
    o = sigmoid(x @ params.W_o.T + below @ beside(params.U_o).T + params.b_o)
    g = np.tanh(x @ params.W_g.T + below @ beside(params.U_g).T + params.b_g)
    c = (f * full.c).sum(axis=0) + i * g
    squashed = np.tanh(c)
    h = o * squashed
    return State(h, c), Trace(x, children, i=i, f=f, o=o, g=g, c=c, squashed=squashed, h=h)


def step_back(params: Params, trace: Trace, grad_state: State) -> tuple[Params, Array, State]:
    """One node backward: dL/d(h, c) -> dL/dparams of this node, dL/dx, dL/d its children."""
    i, f, o, g, x = trace.i, trace.f, trace.o, trace.g, trace.x
    full, count = with_all_places(params, trace.children), len(f)
    grad_c = grad_state.c + output_back(params, trace, grad_state.h)
    delta_o = grad_state.h * trace.squashed * o * (1 - o)
    delta_i = grad_c * g * i * (1 - i)
    delta_f = grad_c * full.c * f * (1 - f)  # (N, ..., units)
    delta_g = grad_c * i * (1 - g**2)

    below = beside(full.h)

    def places(delta: Array) -> Array:
        return apart(weight_gradient(delta, below), count)

    grad_params = Params(
        *(weight_gradient(delta_i, x), places(delta_i), bias_gradient(delta_i)),
        *(weight_gradient(delta_f, x), np.stack([places(delta) for delta in delta_f])),
        bias_gradient(delta_f),
        *(weight_gradient(delta_o, x), places(delta_o), bias_gradient(delta_o)),
        *(weight_gradient(delta_g, x), places(delta_g), bias_gradient(delta_g)),
    )
    grad_x = delta_i @ params.W_i + delta_o @ params.W_o + delta_g @ params.W_g
    grad_x = grad_x + delta_f.sum(axis=0) @ params.W_f
    grad_h = delta_i @ beside(params.U_i) + delta_o @ beside(params.U_o)
    grad_h = grad_h + delta_g @ beside(params.U_g)
    for delta, U in zip(delta_f, params.U_f, strict=True):
        grad_h = grad_h + delta @ beside(U)
    there = len(trace.children.h)
    return grad_params, grad_x, State(h=apart(grad_h, count)[:there], c=(grad_c * f)[:there])
