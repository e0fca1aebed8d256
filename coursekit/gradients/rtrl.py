"""Real-time recurrent learning: the gradient of backpropagation through time, forward in time.

    dstate_t/dtheta = (dstate_t/dstate_{t-1}) dstate_{t-1}/dtheta + (dstate_t/dtheta, this step)
    dL/dtheta       = sum over t of  (dL/dh_t) dh_t/dtheta

All that is carried from step to step is dstate_t/dtheta: one row for each number of the state,
one column for each weight. So memory does not grow with time, and a step costs
O(state^2 weights), against O(weights) of backpropagation, which must remember all steps.

Source: Robinson and Fallside 1987; Williams and Zipser 1989.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import numbers
from coursekit.cells.parameters import map_arrays, named_arrays
from coursekit.cells.shapes import shapes_of
from coursekit.gradients.arguments import Cell, checked_inputs, checked_state

Array = NDArray[np.float64]


def rtrl(
    cell: Cell,
    params: Any,
    xs: ArrayLike,
    grad_h: ArrayLike | Callable[[int, Array], Array],
    state: Any = None,
) -> Any:
    """The gradient of a loss with respect to the parameters, by real-time recurrent learning.

    Args:
        cell: a module of ``coursekit.cells``, or a stack.
        params: its parameters.
        xs: inputs, (time, ..., inputs).
        grad_h: dL/dh_t, (time, ..., units); or a function of t (from 0) and h_t that returns it,
            so that an error can be answered as soon as the output is there.
        state: the state before the first step; zeros without it.

    Returns:
        Params: what ``bptt(cell, params, unroll(cell, params, xs), grad_h).params`` is.

    Raises:
        ValueError: arguments that do not fit, as ``unroll`` and ``bptt`` name them.

    >>> from coursekit.cells import elman
    >>> params = elman.init(np.random.default_rng(0), inputs=3, units=2)
    >>> rtrl(elman, params, np.ones((5, 3)), np.ones((5, 2))).U.shape
    (2, 2)
    """
    xs = checked_inputs(cell, params, xs)
    features = len(shapes_of(cell, params).x)
    batch = xs.shape[1 : xs.ndim - features]
    expected = cell.initial_state(params, batch=batch)
    state = expected if state is None else checked_state(cell, state, expected, features)
    if not callable(grad_h):
        errors = numbers("grad_h", grad_h, axes="(time, ..., units)", whole=False)
        wanted = (len(xs), *expected.h.shape)
        if errors.shape != wanted:
            raise ValueError(
                f"grad_h has shape {errors.shape}, but these xs and params need {wanted}; "
                "pass dL/dh_t of every step, zeros where a step has no error"
            )
        grad_h = lambda t, h: errors[t]  # noqa: E731
    total = map_arrays(np.zeros_like, params)
    alone = list(np.ndindex(batch))
    influence: dict[tuple[int, ...], Array | None] = dict.fromkeys(alone)  # one a sequence
    for t, x in enumerate(xs):
        after, _ = cell.step(params, x, state)
        error = numbers("grad_h", grad_h(t, after.h), axes="(..., units)")
        for index in alone:
            before = map_arrays(lambda field, at=index: field[at], state)
            _, trace = cell.step(params, x[index], before)
            influence[index] = _next(cell, params, trace, influence[index])
            of_h = _h_rows(after, influence[index], index)
            grad = np.tensordot(error[index].ravel(), of_h, axes=1)
            total = map_arrays(np.add, total, _shaped(grad, params))
        state = after
    return total


def _next(cell: Cell, params: Any, trace: Any, influence: Array | None) -> Array:
    """d state_t / d parameters, (numbers of the state, weights), of one sequence."""
    zeros = map_arrays(np.zeros_like, trace.previous)
    rows = []
    for _, field in named_arrays(zeros):
        for place in np.ndindex(field.shape):
            field[place] = 1.0  # the row of this number of the state
            within, _, before = cell.step_back(params, trace, zeros)
            field[place] = 0.0
            row = _flat(within)
            if influence is not None:
                row = row + _flat(before) @ influence
            rows.append(row)
    return np.array(rows)


def _flat(structure: Any) -> Array:
    return np.concatenate([np.ravel(array) for _, array in named_arrays(structure)])


def _h_rows(state: Any, influence: Array | None, index: tuple[int, ...]) -> Array:
    """The rows of h, which is the first field of every State."""
    assert influence is not None
    return influence[: state.h[index].size]


def _shaped(flat: Array, params: Any) -> Any:
    """A flat gradient in the structure of the parameters."""
    rest = iter(np.split(flat, np.cumsum([np.size(array) for _, array in named_arrays(params)])))
    return map_arrays(lambda array: next(rest).reshape(array.shape), params)
