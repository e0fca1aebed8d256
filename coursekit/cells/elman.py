"""The plain recurrent cell: every step overwrites the whole memory.

    net_t = W x_t + U h_{t-1} + b
    h_t   = tanh(net_t)

The context layer of Elman's drawing is the copy of h_{t-1} that U reads.

Source: Elman 1990, Finding structure in time (with tanh for the logistic).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import batch_shape, checked_sizes
from coursekit.cells.sums import bias_gradient, weight_gradient

Array = NDArray[np.float64]


class Params(NamedTuple):
    """Weights and bias."""

    W: Array  # (units, inputs)
    U: Array  # (units, units)
    b: Array  # (units,)


class State(NamedTuple):
    """What one step hands to the next."""

    h: Array  # (..., units)


class Trace(NamedTuple):
    """What a step leaves behind for the backward pass and for plots."""

    x: Array  # (..., inputs)
    previous: State
    net: Array  # (..., units)
    slope: Array  # (..., units), f'(net)
    h: Array  # (..., units)


def init(rng: np.random.Generator, inputs: int, units: int) -> Params:
    """Draw W and U uniformly within 1/sqrt(units); the bias is zero.

    Args:
        rng: source of the random numbers.
        inputs: features of x_t.
        units: features of h_t.

    >>> init(np.random.default_rng(0), inputs=3, units=2).W.shape
    (2, 3)
    """
    checked_sizes(rng, inputs=inputs, units=units)
    bound = 1 / np.sqrt(units)
    return Params(
        W=rng.uniform(-bound, bound, (units, inputs)),
        U=rng.uniform(-bound, bound, (units, units)),
        b=np.zeros(units),
    )


def initial_state(params: Params, batch: tuple[int, ...] = ()) -> State:
    """Zeros, (*batch, units)."""
    return State(h=np.zeros((*batch_shape(batch), len(params.b))))


def step(params: Params, x: Array, state: State) -> tuple[State, Trace]:
    """One step forward: x (..., inputs) and the state before -> the state after, and the trace."""
    net = x @ params.W.T + state.h @ params.U.T + params.b
    h = np.tanh(net)
    return State(h), Trace(x, previous=state, net=net, slope=1 - h**2, h=h)


def step_back(params: Params, trace: Trace, grad_state: State) -> tuple[Params, Array, State]:
    """One step backward: dL/dh_t -> dL/dparams of this step, dL/dx_t, dL/dh_{t-1}."""
    delta = grad_state.h * trace.slope
    grad_params = Params(
        W=weight_gradient(delta, trace.x),
        U=weight_gradient(delta, trace.previous.h),
        b=bias_gradient(delta),
    )
    return grad_params, delta @ params.W, State(h=delta @ params.U)
