"""The plain recurrent cell with the logistic as its squashing function.

    net_t = W x_t + U h_{t-1} + b
    h_t   = sigma(net_t)      so f'(net_t) = h_t (1 - h_t), at most 1/4

One change from ``elman``: sigma for tanh. The cell of the analysis of 1991.

Source: Elman 1990; Hochreiter 1991.
"""

from coursekit.cells.activations import Array, sigmoid
from coursekit.cells.elman import Params, State, Trace, init, initial_state, step_back

__all__ = ["Params", "State", "Trace", "init", "initial_state", "step", "step_back"]


def step(params: Params, x: Array, state: State) -> tuple[State, Trace]:
    """One step forward: x (..., inputs) and the state before -> the state after, and the trace."""
    net = x @ params.W.T + state.h @ params.U.T + params.b
    h = sigmoid(net)
    return State(h), Trace(x, previous=state, net=net, slope=h * (1 - h), h=h)
