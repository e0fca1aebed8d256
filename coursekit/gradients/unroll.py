"""Run a cell over a sequence and keep what the backward pass needs."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.cells.parameters import map_arrays
from coursekit.cells.shapes import shapes_of
from coursekit.gradients.arguments import Cell, checked_inputs, checked_state

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """A cell run over a sequence."""

    initial: Any  # State before the first step
    traces: tuple[Any, ...]  # one Trace a step
    after: tuple[Any, ...]  # one State a step

    @property
    def outputs(self) -> tuple[Array, ...]:
        """h_t of every step, each (..., units)."""
        return tuple(state.h for state in self.after)

    @cached_property
    def states(self) -> Any:
        """State, its fields stacked: (time, ..., units)."""
        return map_arrays(lambda *fields: np.stack(fields), *self.after)

    def _replace(self, **changes: Any) -> "Run":
        """The run with other fields, as a named tuple's ``_replace`` gives it."""
        return replace(self, **changes)

    def trace(self, letter: str) -> Array:
        """One letter of all steps, stacked: ``run.trace("f")`` is (time, ..., units).

        Raises:
            ValueError: the cell has no such letter.
        """
        letters = [name for name in self.traces[0]._fields if name != "previous"]
        if letter not in letters:
            raise ValueError(f"this cell's trace has no {letter!r}; it has {', '.join(letters)}")
        return np.stack([getattr(trace, letter) for trace in self.traces])


def unroll(cell: Cell, params: Any, xs: ArrayLike, state: Any = None) -> Run:
    """Step a cell through a sequence.

    Args:
        cell: a module of ``coursekit.cells``, or a stack of them.
        params: its parameters.
        xs: inputs, (time, ..., inputs); the middle axes are the batch.
        state: the state before the first step; zeros without it.

    Returns:
        The run: ``run.states.h`` is (time, ..., units), without the initial state.

    Raises:
        ValueError: wrong axes or features, no steps, numbers that are not finite, parameters
            or a state that are another cell's, a state of another batch.

    >>> from coursekit.cells import elman
    >>> params = elman.init(np.random.default_rng(0), inputs=3, units=2)
    >>> unroll(elman, params, np.ones((5, 3))).states.h.shape
    (5, 2)
    """
    xs = checked_inputs(cell, params, xs)
    features = len(shapes_of(cell, params).x)
    expected = cell.initial_state(params, batch=xs.shape[1 : xs.ndim - features])
    if state is None:
        state = expected
    else:
        state = checked_state(cell, state, expected, features)
    run_state, states, traces = state, [], []
    for x in xs:
        run_state, trace = cell.step(params, x, run_state)
        states.append(run_state)
        traces.append(trace)
    return Run(state, tuple(traces), tuple(states))
