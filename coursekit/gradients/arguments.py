"""What the functions of this room are handed: a cell, its parameters, a run that it made."""

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import numbers
from coursekit.cells.parameters import named_arrays

Array = NDArray[np.float64]


def name_of(thing: Any) -> str:
    """A class with the module that it is from, as a reader would look it up."""
    return f"{type(thing).__module__}.{type(thing).__name__}"


def checked_params(cell: ModuleType, params: Any) -> tuple[int, int]:
    """The inputs and units of a cell's parameters, or a clear error."""
    for needed in ("Params", "State", "step", "step_back"):
        if not hasattr(cell, needed):
            raise ValueError(
                f"cell is {cell!r}, which has no {needed}; pass a module of coursekit.cells"
            )
    if not isinstance(params, cell.Params):
        raise ValueError(
            f"params is a {name_of(params)}, but {cell.__name__} takes its own Params; "
            "make them with its init"
        )
    inputs, units = np.shape(params[0])[-1:] or (0,), np.shape(params[-1])[-1:] or (0,)
    expected = {"W": units + inputs, "U": units + units, "b": units}
    for name, array in params._asdict().items():
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiu":
            raise ValueError(f"params.{name} is {array!r:.60}; pass an array of numbers")
        if array.shape != expected[name[0]]:
            raise ValueError(
                f"params.{name} has shape {array.shape}, but {units[0]} units and {inputs[0]} "
                f"inputs need {expected[name[0]]}; W is (units, inputs), U (units, units), "
                "b (units,)"
            )
        if not np.isfinite(array).all():
            where = tuple(int(n) for n in np.argwhere(~np.isfinite(array))[0])
            raise ValueError(
                f"params.{name} holds {array[where]} at {where}; weights must be finite "
                "(after training: clip the gradient or take a smaller rate)"
            )
    return inputs[0], units[0]


def checked_inputs(cell: ModuleType, params: Any, xs: ArrayLike) -> Array:
    """Sequences as float64 of the right number of features, or a clear error."""
    inputs, _ = checked_params(cell, params)
    array = numbers("xs", xs, axes="(time, ..., inputs)")
    if array.ndim < 2:
        raise ValueError(
            f"xs has shape {array.shape}; a sequence is (time, ..., inputs): "
            "for one feature a step write xs[:, None]"
        )
    if array.shape[0] == 0:
        raise ValueError("xs has no time steps; pass at least one")
    if array.shape[-1] != inputs:
        raise ValueError(
            f"xs has {array.shape[-1]} features on its last axis, but params.{params._fields[0]} "
            f"takes {inputs}; the axes are (time, ..., inputs)"
        )
    return array


def checked_state(cell: ModuleType, state: Any, expected: Any) -> Any:
    """A state of this cell, of the shapes of ``expected``, or a clear error."""
    if not isinstance(state, cell.State):
        raise ValueError(
            f"state is a {name_of(state)}, but {cell.__name__} takes its own State; "
            "make it with initial_state"
        )
    for (name, given), (_, wanted) in zip(named_arrays(state), named_arrays(expected), strict=True):
        array = numbers(f"state.{name}", given, axes="(..., units)")
        if array.shape != wanted.shape:
            raise ValueError(
                f"state.{name} has shape {array.shape}, but these xs and params need "
                f"{wanted.shape}; make it with initial_state(params, batch={wanted.shape[:-1]})"
            )
    return state


def checked_run(cell: ModuleType, params: Any, run: Any) -> None:
    """A run that this cell made with parameters of these shapes, or a clear error."""
    inputs, units = checked_params(cell, params)
    traces, initial = getattr(run, "traces", None), getattr(run, "initial", None)
    if not traces or initial is None:
        raise ValueError(f"run is a {name_of(run)}; pass what unroll(cell, params, xs) returned")
    if not (isinstance(traces[0], cell.Trace) and isinstance(initial, cell.State)):
        raise ValueError(
            f"run holds a {name_of(traces[0])}, so another cell made it than {cell.__name__}; "
            "pass the cell that was unrolled"
        )
    found = traces[0].x.shape[-1], traces[0].h.shape[-1]
    if found != (inputs, units):
        raise ValueError(
            f"the run has {found[0]} inputs and {found[1]} units, but params has {inputs} and "
            f"{units}; pass the parameters that were unrolled"
        )


def checked_error(run: Any, grad_h: ArrayLike) -> Array:
    """dL/dh of every step as an array of the run's shape, or a clear error.

    A net that exploded has outputs, and so an error, that are not finite: those pass.
    """
    exploded = not np.isfinite(run.states.h).all()
    array = numbers("grad_h", grad_h, axes="(time, ..., units)", finite=not exploded)
    if array.shape != run.states.h.shape:
        raise ValueError(
            f"grad_h has shape {array.shape}, but the run's h has {run.states.h.shape}; "
            "pass dL/dh_t of every step, zeros where a step has no error"
        )
    return array
