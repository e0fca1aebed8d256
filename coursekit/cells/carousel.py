"""The constant error carousel: a linear unit whose self-weight is one.

    c_t = c_{t-1} + W x_t + b
    h_t = c_t

One change from ``elman``: f is the identity and U is I, neither of them learned. So
dc_t / dc_{t-1} = I, and error travels back for ever without shrinking or growing.

Source: Hochreiter and Schmidhuber 1997, section 3.2.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import batch_shape, checked_sizes
from coursekit.cells.sums import bias_gradient, weight_gradient

Array = NDArray[np.float64]


class Params(NamedTuple):
    """Input weights and bias; the recurrent weight is fixed at one."""

    W: Array  # (units, inputs)
    b: Array  # (units,)


class State(NamedTuple):
    """What one step hands to the next."""

    h: Array  # (..., units)
    c: Array  # (..., units)


class Trace(NamedTuple):
    """What a step leaves behind for the backward pass and for plots."""

    x: Array  # (..., inputs)
    previous: State
    c: Array  # (..., units)
    h: Array  # (..., units)


def init(rng: np.random.Generator, inputs: int, units: int) -> Params:
    """Draw W uniformly within 1/sqrt(units); the bias is zero.

    >>> init(np.random.default_rng(0), inputs=3, units=2).W.shape
    (2, 3)
    """
    checked_sizes(rng, inputs=inputs, units=units)
    bound = 1 / np.sqrt(units)
    return Params(W=rng.uniform(-bound, bound, (units, inputs)), b=np.zeros(units))


def initial_state(params: Params, batch: tuple[int, ...] = ()) -> State:
    """Zeros, (*batch, units) for h and for c."""
    zeros = np.zeros((*batch_shape(batch), len(params.b)))
    return State(h=zeros, c=zeros)


def step(params: Params, x: Array, state: State) -> tuple[State, Trace]:
    """One step forward: x (..., inputs) and the state before -> the state after, and the trace."""
    c = state.c + x @ params.W.T + params.b
    h = c
    return State(h, c), Trace(x, previous=state, c=c, h=h)


def output_back(params: Params, trace: Trace, grad_h: Array) -> Array:
    """The error that enters c_t from h_t, within the step: h_t = c_t."""
    return grad_h


def step_back(params: Params, trace: Trace, grad_state: State) -> tuple[Params, Array, State]:
    """One step backward: dL/d(h_t, c_t) -> dL/dparams of this step, dL/dx_t, dL/d(h, c)_{t-1}."""
    grad_c = grad_state.c + output_back(params, trace, grad_state.h)
    grad_params = Params(W=weight_gradient(grad_c, trace.x), b=bias_gradient(grad_c))
    return grad_params, grad_c @ params.W, State(h=np.zeros_like(grad_c), c=grad_c)
