"""Backpropagation through time, and the same gradient taken apart by time step.

    dL/dtheta = sum over t of  (dL/d state_t) (d state_t / d theta, within step t)

Source: Werbos 1990; Rumelhart, Hinton and Williams 1986.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.cells.parameters import add_to, map_arrays
from coursekit.gradients.arguments import Cell, checked_error, checked_run
from coursekit.gradients.unroll import Run

Array = NDArray[np.float64]


class Gradients(NamedTuple):
    """The gradient of a loss with respect to all that went into a run."""

    params: Any  # the cell's Params
    xs: Array  # (time, ..., inputs)
    state: Any  # State: with respect to the initial state


def backwards(cell: Cell, params: Any, run: Run, grad_h: Array) -> Iterator[tuple[Any, Array, Any]]:
    """From the last step to the first: dL/dparams within the step, dL/dx_t, dL/dstate_{t-1}."""
    carried = map_arrays(np.zeros_like, run.initial)
    for trace, error in zip(reversed(run.traces), grad_h[::-1], strict=True):
        arriving = carried._replace(h=carried.h + error)
        grad_params, grad_x, carried = cell.step_back(params, trace, arriving)
        yield grad_params, grad_x, carried


def bptt(cell: Cell, params: Any, run: Run, grad_h: ArrayLike) -> Gradients:
    """The gradient of a loss, by backpropagation through time.

    Args:
        cell: the module that made the run.
        params: the parameters of the run.
        run: what ``unroll`` returned.
        grad_h: dL/dh_t, (time, ..., units): what each step's output is told from outside.

    Returns:
        Gradients, summed over the batch for the parameters.

    Raises:
        ValueError: a run of another cell or of other parameters; grad_h of another shape.

    >>> from coursekit.cells import elman
    >>> from coursekit.gradients import unroll
    >>> params = elman.init(np.random.default_rng(0), inputs=3, units=2)
    >>> run = unroll(elman, params, np.ones((5, 3)))
    >>> bptt(elman, params, run, np.ones((5, 2))).params.U.shape
    (2, 2)
    """
    checked_run(cell, params, run)
    grad_h = checked_error(run.outputs, grad_h)
    total, grad_state = None, None
    grad_xs = np.empty((len(run.traces), *run.traces[0].x.shape))
    t = len(run.traces)
    for grad_params, grad_x, grad_previous in backwards(cell, params, run, grad_h):
        t -= 1
        if total is None:
            total = map_arrays(np.array, grad_params)
        else:  # in place: with large weights a new sum at each step would cost more than the step
            add_to(total, grad_params)
        grad_xs[t] = grad_x
        grad_state = grad_previous
    return Gradients(total, grad_xs, grad_state)


def gradient_by_time(cell: Cell, params: Any, run: Run, grad_h: ArrayLike) -> Any:
    """The gradient of ``bptt``, taken apart: what each step contributes to each weight.

    Args:
        cell, params, run, grad_h: as for ``bptt``.

    Returns:
        Params with a time axis in front: entry t is what the use of the weight at step t asks
        for (with all error that reaches step t from later ones). The sum over time is the gradient.

    >>> from coursekit.cells import elman
    >>> from coursekit.gradients import unroll
    >>> params = elman.init(np.random.default_rng(0), inputs=3, units=2)
    >>> run = unroll(elman, params, np.ones((5, 3)))
    >>> gradient_by_time(elman, params, run, np.ones((5, 2))).U.shape
    (5, 2, 2)
    """
    checked_run(cell, params, run)
    grad_h = checked_error(run.outputs, grad_h)
    parts = [grad_params for grad_params, _, _ in backwards(cell, params, run, grad_h)]
    return map_arrays(lambda *rows: np.stack(rows), *parts[::-1])
