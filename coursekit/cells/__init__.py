"""The equations: one module per cell, each a rung of the ladder.

A cell is a module of plain functions, and is passed as a value:
``unroll(lstm, params, xs)``. Every module has

- ``init(rng, inputs, units) -> Params``
- ``initial_state(params, batch=()) -> State`` (zeros)
- ``step(params, x, state) -> (State, Trace)``: the equations, top to bottom
- ``step_back(params, trace, grad_state) -> (grad_params, grad_x, grad_previous)``

and a cell with a state line besides

- ``output_back(params, trace, grad_h) -> grad_c``: error that enters c_t from h_t, same step.

The ladder, one named change a rung: ``elman`` -> ``carousel`` -> ``lstm_1997`` -> ``lstm``.
``elman_logistic`` and ``elman_linear`` are ``elman`` with another squashing function.
"""

from coursekit.cells import carousel, elman, elman_linear, elman_logistic, lstm, lstm_1997
from coursekit.cells.activations import sigmoid, softmax

__all__ = [
    "carousel",
    "elman",
    "elman_linear",
    "elman_logistic",
    "lstm",
    "lstm_1997",
    "sigmoid",
    "softmax",
]
