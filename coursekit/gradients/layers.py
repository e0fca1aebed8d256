"""The error at a layer of a stack, in its two parts: from the layer above, and from later steps.

    dL/dh_t^l  =  what layer l + 1 sends down in step t  +  what layer l sends back from t + 1

The first is the spatial term, the second the temporal one. At the top layer what comes from
above is the loss itself.

Source: Werbos 1990; Graves 2012, Supervised sequence labelling, equation 3.33.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.cells.parameters import map_arrays
from coursekit.gradients.arguments import Cell, checked_error, checked_run
from coursekit.gradients.unroll import Run

Array = NDArray[np.float64]


class Terms(NamedTuple):
    """The two parts of dL/dh_t of one layer, each (time, ..., units); their sum is the whole."""

    above: Array  # the spatial term
    later: Array  # the temporal term


def spatial_and_temporal(cell: Cell, params: Any, run: Run, grad_h: ArrayLike) -> tuple[Terms, ...]:
    """For each layer of a stack, the error that reaches h_t from above, and from later steps.

    Args:
        cell: what ``stack`` returned.
        params: the parameters of the run.
        run: what ``unroll`` returned for the stack.
        grad_h: dL/dh_t of the top layer, (time, ..., units).

    Returns:
        One Terms a layer, the lowest first.

    Raises:
        ValueError: no stack; a run of another cell; grad_h of another shape.
    """
    if not hasattr(cell, "layers"):
        raise ValueError(
            f"{getattr(cell, '__name__', cell)!r} has one layer; pass what stack(...) returned"
        )
    checked_run(cell, params, run)
    from_above = checked_error(run.outputs, grad_h)
    terms = []
    for number in range(len(cell.layers) - 1, -1, -1):
        layer, weights = cell.layers[number], params[number]
        carried = map_arrays(np.zeros_like, run.initial.layers[number])
        later = np.zeros_like(run.states.layers[number].h)
        below = np.empty((len(run.traces), *run.traces[0].layers[number].x.shape))
        for t in range(len(run.traces) - 1, -1, -1):
            later[t] = carried.h
            arriving = carried._replace(h=carried.h + from_above[t])
            _, below[t], carried = layer.step_back(weights, run.traces[t].layers[number], arriving)
        terms.append(Terms(from_above, later))
        from_above = below
    return tuple(terms[::-1])
