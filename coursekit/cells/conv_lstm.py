"""The LSTM cell for pictures: every product is a convolution, every unit a map.

    i_t = sigma(W_i * x_t + U_i * h_{t-1} + p_i c_{t-1} + b_i)      what to store
    f_t = sigma(W_f * x_t + U_f * h_{t-1} + p_f c_{t-1} + b_f)      what to keep
    g_t = tanh (W_g * x_t + U_g * h_{t-1} + b_g)      the candidate
    c_t = f_t c_{t-1} + i_t g_t
    o_t = sigma(W_o * x_t + U_o * h_{t-1} + p_o c_t + b_o)      what to release, given c_t
    h_t = o_t tanh(c_t)

One change from ``peephole_lstm``: ``*`` is a 2-D convolution with zero padding. So what a place
remembers depends on its neighbourhood alone, by the same weights everywhere. The peepholes are
elementwise: one weight for each unit and place.

Source: Shi, Chen, Wang, Yeung, Wong and Woo 2015, equation 3.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import batch_shape, checked_sizes
from coursekit.cells.activations import sigmoid
from coursekit.cells.convolution import (
    channel_gradient,
    convolve,
    convolve_back,
    kernel_gradient,
    place_gradient,
)
from coursekit.cells.lstm import Trace
from coursekit.cells.lstm_1997 import State
from coursekit.cells.peephole_lstm import output_back
from coursekit.cells.shapes import Shapes

Array = NDArray[np.float64]

__all__ = [
    "Params",
    "State",
    "Trace",
    "init",
    "initial_state",
    "output_back",
    "shapes",
    "step",
    "step_back",
]


class Params(NamedTuple):
    """W (units, inputs, k, k), U (units, units, k, k), p (units, rows, columns), b (units,)."""

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


def init(
    rng: np.random.Generator, inputs: int, units: int, *, kernel: int, size: tuple[int, int]
) -> Params:
    """Draw W and U uniformly within 1/sqrt(units k k); p and biases are zero, but b_f is one.

    Args:
        rng: source of the random numbers.
        inputs: channels of x_t.
        units: channels of h_t.
        kernel: k, odd: the sides of the window that a place sees.
        size: rows and columns of the pictures.

    >>> init(np.random.default_rng(0), inputs=1, units=2, kernel=3, size=(5, 4)).W_f.shape
    (2, 1, 3, 3)
    """
    checked_sizes(rng, inputs=inputs, units=units, kernel=kernel)
    if kernel % 2 == 0:
        raise ValueError(f"kernel is {kernel}; pass an odd number, so that a window has a centre")
    if not isinstance(size, (tuple, list)) or len(size) != 2:
        raise ValueError(f"size is {size!r}; pass rows and columns, such as (16, 16)")
    checked_sizes(rng, rows=size[0], columns=size[1])
    bound = 1 / (kernel * np.sqrt(units))

    def weights() -> tuple[Array, Array]:
        W = rng.uniform(-bound, bound, (units, inputs, kernel, kernel))
        return W, rng.uniform(-bound, bound, (units, units, kernel, kernel))

    def gate(bias: float = 0.0) -> tuple[Array, Array, Array, Array]:
        return *weights(), np.zeros((units, *size)), np.full(units, bias)

    return Params(*gate(), *gate(bias=1.0), *gate(), *weights(), np.zeros(units))


def shapes(params: Params) -> Shapes:
    """The shapes of all arrays, going by the first kernel and the first peephole."""
    units, inputs, kernel = (*np.shape(params.W_i), 0, 0, 0)[:3]
    kernel, size = kernel + (kernel % 2 == 0), np.shape(params.p_i)[1:]
    each = {
        "W": (units, inputs, kernel, kernel),
        "U": (units, units, kernel, kernel),
        "p": (units, *size),
        "b": (units,),
    }
    rule = "W is (units, inputs, k, k), U (units, units, k, k), k odd, p (units, rows, columns)"
    named = {name: each[name[0]] for name in Params._fields}
    return Shapes(named, x=(inputs, *size), h=(units, *size), rule=rule)


def initial_state(params: Params, batch: tuple[int, ...] = ()) -> State:
    """Zeros, (*batch, units, rows, columns) for h and for c."""
    zeros = np.zeros((*batch_shape(batch), *params.p_i.shape))
    return State(h=zeros, c=zeros)


def side_by_side(params: Params, kind: str) -> Array:
    """The W, U or b of all letters in one array, so that one convolution serves them all."""
    return np.concatenate([getattr(params, f"{kind}_{letter}") for letter in "ifog"])


def by_letter(kind: str, joined: Array) -> dict[str, Array]:
    """The way back: such as W_i, W_f, W_o and W_g."""
    parts = zip("ifog", np.split(joined, 4), strict=True)
    return {f"{kind}_{letter}": part for letter, part in parts}


def step(params: Params, x: Array, state: State) -> tuple[State, Trace]:
    """One step forward: x (..., inputs, rows, columns) and the state before -> after, and trace."""
    W, U, b = (side_by_side(params, kind) for kind in "WUb")
    net = convolve(x, W) + convolve(state.h, U) + b[:, None, None]
    net_i, net_f, net_o, net_g = np.split(net, 4, axis=-3)
    i = sigmoid(net_i + params.p_i * state.c)
    f = sigmoid(net_f + params.p_f * state.c)
    g = np.tanh(net_g)
    c = f * state.c + i * g
    o = sigmoid(net_o + params.p_o * c)
    squashed = np.tanh(c)
    h = o * squashed
    return State(h, c), Trace(x, previous=state, i=i, f=f, o=o, g=g, c=c, squashed=squashed, h=h)


def step_back(params: Params, trace: Trace, grad_state: State) -> tuple[Params, Array, State]:
    """One step backward: dL/d(h_t, c_t) -> dL/dparams of this step, dL/dx_t, dL/d(h, c)_{t-1}."""
    i, f, o, g, (h, c) = trace.i, trace.f, trace.o, trace.g, trace.previous
    grad_c = grad_state.c + output_back(params, trace, grad_state.h)
    delta_o = grad_state.h * trace.squashed * o * (1 - o)
    delta_i = grad_c * g * i * (1 - i)
    delta_f = grad_c * c * f * (1 - f)
    delta_g = grad_c * i * (1 - g**2)

    delta = np.concatenate([delta_i, delta_f, delta_o, delta_g], axis=-3)
    size = params.W_i.shape[-1]
    grad_params = Params(
        **by_letter("W", kernel_gradient(delta, trace.x, size)),
        **by_letter("U", kernel_gradient(delta, h, size)),
        **by_letter("b", channel_gradient(delta)),
        p_i=place_gradient(delta_i, c),
        p_f=place_gradient(delta_f, c),
        p_o=place_gradient(delta_o, trace.c),
    )
    grad_x = convolve_back(delta, side_by_side(params, "W"))
    grad_h = convolve_back(delta, side_by_side(params, "U"))
    grad_c = grad_c * f + delta_i * params.p_i + delta_f * params.p_f
    return grad_params, grad_x, State(h=grad_h, c=grad_c)
