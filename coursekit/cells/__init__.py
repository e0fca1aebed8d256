"""The equations: one module per cell, each a rung of the ladder.

A cell is a module of plain functions, and is passed as a value:
``unroll(lstm, params, xs)``. Every module has

- ``init(rng, inputs, units) -> Params``
- ``initial_state(params, batch=()) -> State`` (zeros)
- ``step(params, x, state) -> (State, Trace)``: the equations, top to bottom
- ``step_back(params, trace, grad_state) -> (grad_params, grad_x, grad_previous)``

and a cell with a state line besides

- ``output_back(params, trace, grad_h) -> grad_c``: error that enters c_t from h_t, same step.

The ladder, one named change a rung: ``elman`` -> ``carousel`` -> ``lstm_1997`` -> ``lstm`` ->
``peephole_lstm`` -> ``coupled_lstm`` (which leaves the peepholes again) -> ``gru``.

Beside it: ``elman_logistic`` and ``elman_linear`` (another squashing function),
``state_peephole_lstm`` (gates see the state in place of the output), ``gru_reset_after`` (the
frameworks' form), ``evolino_lstm`` (linear candidate, output gate inside the tanh), ``conv_lstm``
(products are convolutions), ``stack`` (layers), and with a contract of their own, for trees,
``tree_lstm`` and ``nary_tree_lstm``.
"""

from coursekit.cells import (
    carousel,
    conv_lstm,
    coupled_lstm,
    elman,
    elman_linear,
    elman_logistic,
    evolino_lstm,
    gru,
    gru_reset_after,
    lstm,
    lstm_1997,
    nary_tree_lstm,
    peephole_lstm,
    state_peephole_lstm,
    tree_lstm,
)
from coursekit.cells.activations import sigmoid, softmax
from coursekit.cells.stack import stack

__all__ = [
    "carousel",
    "conv_lstm",
    "coupled_lstm",
    "elman",
    "elman_linear",
    "elman_logistic",
    "evolino_lstm",
    "gru",
    "gru_reset_after",
    "lstm",
    "lstm_1997",
    "nary_tree_lstm",
    "peephole_lstm",
    "sigmoid",
    "softmax",
    "stack",
    "state_peephole_lstm",
    "tree_lstm",
]
