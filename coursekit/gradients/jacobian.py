"""The sequential Jacobian: how a later state answers to a nudge of an earlier one.

For the plain recurrent net, with h_t = f(net_t):

    dh_t / dh_{t-1} = diag(f'(net_t)) U,    dh_t / dh_s = the product of these, latest first
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import whole_number
from coursekit.gradients.arguments import Cell, checked_run
from coursekit.gradients.unroll import Run

Array = NDArray[np.float64]


def state_jacobian(
    cell: Cell, params: Any, run: Run, start: int, stop: int, field: str = "h"
) -> Array:
    """d field_stop / d field_start, through everything that leads from one to the other.

    For ``field="c"`` this includes the way c_start -> h_start -> the gates of the next step.
    (At start=0 there is no such way: the initial h is given, not computed from the initial c.)

    Args:
        cell: the module that made the run.
        params: the parameters of the run.
        run: what ``unroll`` returned.
        start: the earlier state; 0 is the initial state, t the one after step t.
        stop: the later state, from start to the number of steps.
        field: a field of the cell's State.

    Returns:
        (..., units, units): row = entry of the later state, column = entry of the earlier one.
        (A state with several feature axes, such as an image, counts as one long vector.)

    Raises:
        ValueError: start or stop outside the run, or in the wrong order; no such field; a run
            of another cell or of other parameters.

    Source: Hochreiter 1991; Pascanu, Mikolov and Bengio 2013, equation 5.

    >>> from coursekit.cells import carousel
    >>> from coursekit.gradients import unroll
    >>> params = carousel.init(np.random.default_rng(0), inputs=1, units=1)
    >>> run = unroll(carousel, params, np.ones((1000, 1)))
    >>> state_jacobian(carousel, params, run, 0, 1000, field="c")
    array([[1.]])
    """
    features = len(checked_run(cell, params, run).h)
    start, stop = whole_number("start", start), whole_number("stop", stop)
    steps = len(run.traces)
    if not start <= stop <= steps:
        raise ValueError(
            f"start={start} and stop={stop} do not fit a run of {steps} steps; "
            f"pass 0 <= start <= stop <= {steps} (0 is the initial state)"
        )
    fields = run.initial._fields
    if field not in fields:
        raise ValueError(f"{cell.__name__} has no field {field!r}; it has {', '.join(fields)}")
    if hasattr(cell, "layers"):
        raise ValueError(
            f"the state of {cell.__name__} is several layers'; unroll the layers one at a time, "
            "each over the outputs of the one below, and pass one layer's run"
        )
    zeros = np.zeros_like(getattr(run.initial, field))
    batch, shape = zeros.shape[: zeros.ndim - features], zeros.shape[zeros.ndim - features :]
    units = int(np.prod(shape))
    one_a_row = np.eye(units).reshape(units, *(1,) * len(batch), *shape)
    rows = np.broadcast_to(one_a_row, (units, *zeros.shape))
    nothing = np.zeros_like(rows)
    grad = type(run.initial)(**{name: rows if name == field else nothing for name in fields})
    for trace in reversed(run.traces[start:stop]):
        _, _, grad = cell.step_back(params, trace, grad)
    result = getattr(grad, field)
    if field == "c" and 0 < start < stop:
        result = result + cell.output_back(params, run.traces[start - 1], grad.h)
    return np.moveaxis(result.reshape(units, *batch, units), 0, -2)
