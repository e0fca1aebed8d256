"""The gated recurrent unit: one line for memory and output, and two gates.

    z_t = sigma(W_z x_t + U_z h_{t-1} + b_z)      how much of the new candidate to take
    r_t = sigma(W_r x_t + U_r h_{t-1} + b_r)      how much of the past the candidate may see
    g_t = tanh (W_g x_t + U_g (r_t h_{t-1}) + b_g)      the candidate
    h_t = (1 - z_t) h_{t-1} + z_t g_t

One change from ``coupled_lstm``: there is no state apart from the output, so no output gate; a
reset gate filters what the candidate sees. Here z weighs the new candidate, as in Chung, Gulcehre,
Cho and Bengio 2014; in Cho et al. 2014 z keeps the old. The reset gate acts before the product.

Source: Cho, van Merrienboer, Gulcehre, Bahdanau, Bougares, Schwenk and Bengio 2014, equations 5
to 8; Chung, Gulcehre, Cho and Bengio 2014, equations 5 to 8.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import batch_shape, checked_sizes
from coursekit.cells.activations import sigmoid
from coursekit.cells.elman import State
from coursekit.cells.sums import bias_gradient, weight_gradient

Array = NDArray[np.float64]

__all__ = ["Params", "State", "Trace", "init", "initial_state", "step", "step_back"]


class Params(NamedTuple):
    """For each letter: W (units, inputs), U (units, units), b (units,)."""

    W_z: Array
    U_z: Array
    b_z: Array
    W_r: Array
    U_r: Array
    b_r: Array
    W_g: Array
    U_g: Array
    b_g: Array


class Trace(NamedTuple):
    """What a step leaves behind for the backward pass and for plots; all (..., units) but x."""

    x: Array  # (..., inputs)
    previous: State
    z: Array
    r: Array
    g: Array
    h: Array


def init(rng: np.random.Generator, inputs: int, units: int) -> Params:
    """Draw W and U uniformly within 1/sqrt(units); biases are zero.

    >>> init(np.random.default_rng(0), inputs=3, units=2).U_r.shape
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
    """Zeros, (*batch, units)."""
    return State(h=np.zeros((*batch_shape(batch), len(params.b_z))))


def step(params: Params, x: Array, state: State) -> tuple[State, Trace]:
    """One step forward: x (..., inputs) and the state before -> the state after, and the trace."""
    z = sigmoid(x @ params.W_z.T + state.h @ params.U_z.T + params.b_z)
    r = sigmoid(x @ params.W_r.T + state.h @ params.U_r.T + params.b_r)
    g = np.tanh(x @ params.W_g.T + (r * state.h) @ params.U_g.T + params.b_g)
    h = (1 - z) * state.h + z * g
    return State(h), Trace(x, previous=state, z=z, r=r, g=g, h=h)


def step_back(params: Params, trace: Trace, grad_state: State) -> tuple[Params, Array, State]:
    """One step backward: dL/dh_t -> dL/dparams of this step, dL/dx_t, dL/dh_{t-1}."""
    z, r, g, x, before = trace.z, trace.r, trace.g, trace.x, trace.previous.h
    delta_z = grad_state.h * (g - before) * z * (1 - z)
    delta_g = grad_state.h * z * (1 - g**2)
    grad_reset = delta_g @ params.U_g
    delta_r = grad_reset * before * r * (1 - r)

    grad_params = Params(
        *(weight_gradient(delta_z, x), weight_gradient(delta_z, before), bias_gradient(delta_z)),
        *(weight_gradient(delta_r, x), weight_gradient(delta_r, before), bias_gradient(delta_r)),
        *(weight_gradient(delta_g, x), weight_gradient(delta_g, r * before)),
        bias_gradient(delta_g),
    )
    grad_x = delta_z @ params.W_z + delta_r @ params.W_r + delta_g @ params.W_g
    grad_h = grad_state.h * (1 - z) + delta_z @ params.U_z + delta_r @ params.U_r + grad_reset * r
    return grad_params, grad_x, State(h=grad_h)
