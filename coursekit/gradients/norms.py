"""How much of an error is left after it has travelled back: its norm against the lag."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import numbers
from coursekit.cells.parameters import map_arrays
from coursekit.gradients.arguments import Cell, checked_run
from coursekit.gradients.unroll import Run

Array = NDArray[np.float64]


def gradient_norms(
    cell: Cell, params: Any, run: Run, grad_last: ArrayLike, field: str = "h"
) -> Array:
    """The norm of dL/d field_{T-k} against the lag k, for an error at the last step alone.

    Args:
        cell: the module that made the run of T steps.
        params: the parameters of the run.
        run: what ``unroll`` returned.
        grad_last: dL/dh_T, (..., units).
        field: a field of the cell's State, such as "h" or "c": through everything that leads
            from it to the loss, its own way into h of the same step too.

    Returns:
        (T + 1, ...): the Euclidean norm over the units, lag 0 first, the initial state last.

    Raises:
        ValueError: no such field; grad_last of another shape; a run of another cell.

    Source: Hochreiter 1991; Bengio, Simard and Frasconi 1994.

    >>> from coursekit.cells import carousel
    >>> from coursekit.gradients import unroll
    >>> params = carousel.init(np.random.default_rng(0), inputs=1, units=1)
    >>> run = unroll(carousel, params, np.ones((3, 1)))
    >>> gradient_norms(carousel, params, run, np.ones(1), field="c")
    array([1., 1., 1., 1.])
    """
    features = len(checked_run(cell, params, run).h)
    fields = run.initial._fields
    if field not in fields or not hasattr(getattr(run.initial, field), "shape"):
        raise ValueError(f"{cell.__name__} has no field {field!r}; it has {', '.join(fields)}")
    error = numbers("grad_last", grad_last, axes="(..., units)", whole=False)
    if error.shape != run.initial.h.shape:
        raise ValueError(
            f"grad_last has shape {error.shape}, but h of one step has {run.initial.h.shape}; "
            "pass dL/dh of the last step"
        )
    grad = map_arrays(np.zeros_like, run.initial)._replace(h=error)
    norms = []
    for t in range(len(run.traces), -1, -1):
        at = getattr(grad, field)
        if field == "c" and t > 0:
            at = at + cell.output_back(params, run.traces[t - 1], grad.h)
        norms.append(np.sqrt((at**2).sum(axis=tuple(range(-features, 0)))))
        if t > 0:
            _, _, grad = cell.step_back(params, run.traces[t - 1], grad)
    return np.array(norms)
