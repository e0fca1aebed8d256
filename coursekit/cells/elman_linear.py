"""The plain recurrent cell without a squashing function: a negative control.

    net_t = W x_t + U h_{t-1} + b
    h_t   = net_t      so f'(net_t) = 1

One change from ``elman``: the identity for tanh. All that shrinks or grows is then U's doing.

Source: Saxe, McClelland and Ganguli 2014 (linear networks as the solvable case).
"""

import numpy as np

from coursekit.cells.activations import Array
from coursekit.cells.elman import Params, State, Trace, init, initial_state, step_back

__all__ = ["Params", "State", "Trace", "init", "initial_state", "step", "step_back"]


def step(params: Params, x: Array, state: State) -> tuple[State, Trace]:
    """One step forward: x (..., inputs) and the state before -> the state after, and the trace."""
    net = x @ params.W.T + state.h @ params.U.T + params.b
    return State(net), Trace(x, previous=state, net=net, slope=np.ones_like(net), h=net)
