"""Run a cell over a sequence and keep what the backward pass needs."""

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.cells.parameters import map_arrays, named_arrays

Array = NDArray[np.float64]


class Run(NamedTuple):
    """A cell run over a sequence."""

    initial: Any  # State before the first step
    states: Any  # State, its fields stacked: (time, ..., units)
    traces: tuple[Any, ...]  # one Trace a step

    def trace(self, letter: str) -> Array:
        """One letter of all steps, stacked: ``run.trace("f")`` is (time, ..., units).

        Raises:
            ValueError: the cell has no such letter.
        """
        letters = [name for name in self.traces[0]._fields if name != "previous"]
        if letter not in letters:
            raise ValueError(f"this cell's trace has no {letter!r}; it has {', '.join(letters)}")
        return np.stack([getattr(trace, letter) for trace in self.traces])


def checked_inputs(cell: ModuleType, params: Any, xs: ArrayLike) -> Array:
    """Sequences as float64 of the right number of features, or a clear error."""
    if not isinstance(params, cell.Params):
        raise ValueError(
            f"params is a {type(params).__module__}.{type(params).__name__}, but "
            f"{cell.__name__} takes its own Params; make them with its init"
        )
    given = np.asarray(xs)
    if given.dtype.kind not in "fiub":
        raise ValueError(f"xs has dtype {given.dtype}; pass numbers, (time, ..., inputs)")
    array = given.astype(np.float64, copy=False)
    if array.ndim < 2:
        raise ValueError(
            f"xs has shape {array.shape}; a sequence is (time, ..., inputs): "
            "for one feature a step write xs[:, None]"
        )
    if array.shape[0] == 0:
        raise ValueError("xs has no time steps; pass at least one")
    name, weights = next(iter(named_arrays(params)))
    inputs = weights.shape[-1]
    if array.shape[-1] != inputs:
        raise ValueError(
            f"xs has {array.shape[-1]} features on its last axis, but params.{name} takes "
            f"{inputs}; the axes are (time, ..., inputs)"
        )
    if not np.isfinite(array).all():
        where = tuple(int(n) for n in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"xs holds {array[where]} at {where}; inputs must be finite")
    return array


def unroll(cell: ModuleType, params: Any, xs: ArrayLike, state: Any = None) -> Run:
    """Step a cell through a sequence.

    Args:
        cell: a module of ``coursekit.cells``.
        params: its parameters.
        xs: inputs, (time, ..., inputs); the middle axes are the batch.
        state: the state before the first step; zeros without it.

    Returns:
        The run: ``run.states.h`` is (time, ..., units), without the initial state.

    Raises:
        ValueError: wrong axes or features, no steps, numbers that are not finite, a state
            that is another cell's or another batch's.

    >>> from coursekit.cells import elman
    >>> params = elman.init(np.random.default_rng(0), inputs=3, units=2)
    >>> unroll(elman, params, np.ones((5, 3))).states.h.shape
    (5, 2)
    """
    xs = checked_inputs(cell, params, xs)
    expected = cell.initial_state(params, batch=xs.shape[1:-1])
    if state is None:
        state = expected
    elif not isinstance(state, cell.State):
        raise ValueError(
            f"state is a {type(state).__module__}.{type(state).__name__}, but {cell.__name__} "
            "takes its own State; make it with initial_state"
        )
    else:
        for (name, given), (_, wanted) in zip(
            named_arrays(state), named_arrays(expected), strict=True
        ):
            if np.shape(given) != wanted.shape:
                raise ValueError(
                    f"state.{name} has shape {np.shape(given)}, but xs of shape {xs.shape} "
                    f"needs {wanted.shape}"
                )
    run_state, states, traces = state, [], []
    for x in xs:
        run_state, trace = cell.step(params, x, run_state)
        states.append(run_state)
        traces.append(trace)
    return Run(state, map_arrays(lambda *fields: np.stack(fields), *states), tuple(traces))
