"""What the functions of this room are handed: a cell, its parameters, a run that it made."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import numbers
from coursekit.cells.parameters import named_arrays
from coursekit.cells.shapes import Shapes, shapes_of

Array = NDArray[np.float64]
Cell = Any  # a module of coursekit.cells, or what stack() returned


def name_of(thing: Any) -> str:
    """A class with the module that it is from, as a reader would look it up."""
    return f"{type(thing).__module__}.{type(thing).__name__}"


def checked_params(cell: Cell, params: Any, name: str = "params") -> Shapes:
    """The shapes of a cell's arrays, or a clear error."""
    for needed in ("Params", "State", "step", "step_back"):
        if not hasattr(cell, needed):
            raise ValueError(
                f"cell is {cell!r}, which has no {needed}; pass a module of coursekit.cells"
            )
    if not isinstance(params, cell.Params):
        raise ValueError(
            f"{name} is a {name_of(params)}, but {cell.__name__} takes its own Params; "
            "make them with its init"
        )
    layers = getattr(cell, "layers", None)
    if layers is not None:
        for number, (layer, part) in enumerate(zip(layers, params, strict=True)):
            checked_params(layer, part, f"{name}.{number}")
        return shapes_of(cell, params)
    shapes = shapes_of(cell, params)
    for letter, array in params._asdict().items():
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiub":
            raise ValueError(f"{name}.{letter} is {array!r:.60}; pass an array of numbers")
        if array.dtype.kind != "f":
            numbers(f"{name}.{letter}", array, axes="weights", whole=False)
        if array.shape != shapes.params[letter]:
            sizes = "x".join(map(str, shapes.h)), "x".join(map(str, shapes.x))
            raise ValueError(
                f"{name}.{letter} has shape {array.shape}, but {sizes[0]} units and {sizes[1]} "
                f"inputs need {shapes.params[letter]}; {shapes.rule}"
            )
        # One sum shows that all are finite, at a tenth of the cost of looking at each.
        if not np.isfinite(np.add.reduce(array, axis=None)) and not np.isfinite(array).all():
            where = tuple(int(n) for n in np.argwhere(~np.isfinite(array))[0])
            raise ValueError(
                f"{name}.{letter} holds {array[where]} at {where}; weights must be finite "
                "(after training: clip the gradient or take a smaller rate)"
            )
    return shapes


def checked_inputs(cell: Cell, params: Any, xs: ArrayLike) -> Array:
    """Sequences as float64 of the right number of features, or a clear error."""
    shapes = checked_params(cell, params)
    features = len(shapes.x)
    axes = "(time, ..., inputs)" if features == 1 else "(time, ..., inputs, rows, columns)"
    array = numbers("xs", xs, axes=axes, whole=False)
    if array.ndim < 1 + features:
        hint = ": for one feature a step write xs[:, None]" if features == 1 else ""
        raise ValueError(f"xs has shape {array.shape}; a sequence is {axes}{hint}")
    if array.shape[0] == 0:
        raise ValueError("xs has no time steps; pass at least one")
    found = array.shape[array.ndim - features :]
    if found == shapes.x:
        return array
    if features > 1:
        raise ValueError(
            f"xs has {found} on its last axes, but params takes {shapes.x}; the axes are {axes}"
        )
    letter = f"params.{params._fields[0]}" if hasattr(params, "_fields") else "params.0"
    raise ValueError(
        f"xs has {found[0]} features on its last axis, but {letter} takes {shapes.x[0]}; "
        f"the axes are {axes}"
    )


def checked_state(cell: Cell, state: Any, expected: Any, features: int = 1) -> Any:
    """A state of this cell, of the shapes of ``expected``, or a clear error.

    Args:
        features: how many axes of h_t are features; those before them are the batch.
    """
    if not isinstance(state, cell.State):
        raise ValueError(
            f"state is a {name_of(state)}, but {cell.__name__} takes its own State; "
            "make it with initial_state"
        )
    given_arrays, wanted_arrays = dict(named_arrays(state)), dict(named_arrays(expected))
    if given_arrays.keys() != wanted_arrays.keys():
        raise ValueError(
            f"state has the arrays {', '.join(given_arrays)}, but {cell.__name__} needs "
            f"{', '.join(wanted_arrays)}; make it with initial_state"
        )
    for name, given in given_arrays.items():
        wanted = wanted_arrays[name]
        array = numbers(f"state.{name}", given, axes="(..., units)", whole=False)
        if array.shape != wanted.shape:
            raise ValueError(
                f"state.{name} has shape {array.shape}, but these xs and params need "
                f"{wanted.shape}; make it with "
                f"initial_state(params, batch={wanted.shape[: wanted.ndim - features]})"
            )
    return state


def checked_run(cell: Cell, params: Any, run: Any) -> Shapes:
    """A run that this cell made with parameters of these shapes, or a clear error."""
    shapes = checked_params(cell, params)
    traces, initial = getattr(run, "traces", None), getattr(run, "initial", None)
    if not traces or initial is None:
        raise ValueError(f"run is a {name_of(run)}; pass what unroll(cell, params, xs) returned")
    if not (isinstance(traces[0], cell.Trace) and isinstance(initial, cell.State)):
        raise ValueError(
            f"run holds a {name_of(traces[0])}, so another cell made it than {cell.__name__}; "
            "pass the cell that was unrolled"
        )
    x, h = traces[0].x.shape, traces[0].h.shape
    found = x[len(x) - len(shapes.x) :], h[len(h) - len(shapes.h) :]
    if found != (shapes.x, shapes.h):
        (inputs, units), (x_wanted, h_wanted) = (
            tuple("x".join(map(str, part)) for part in pair)
            for pair in (found, (shapes.x, shapes.h))
        )
        raise ValueError(
            f"the run has {inputs} inputs and {units} units, but params has {x_wanted} and "
            f"{h_wanted}; pass the parameters that were unrolled"
        )
    return shapes


def checked_error(outputs: Sequence[Array], grad_h: ArrayLike) -> Array:
    """dL/dh of every step as an array of the run's shape, or a clear error.

    A net that exploded has outputs, and so an error, that are not finite: those pass.

    Args:
        outputs: h_t of every step.
        grad_h: (time, ..., units).
    """
    array = numbers("grad_h", grad_h, axes="(time, ..., units)", finite=False, whole=False)
    wanted = (len(outputs), *outputs[0].shape)
    if array.shape != wanted:
        raise ValueError(
            f"grad_h has shape {array.shape}, but the run's h has {wanted}; "
            "pass dL/dh_t of every step, zeros where a step has no error"
        )
    if not np.isfinite(array).all() and all(np.isfinite(h).all() for h in outputs):
        numbers("grad_h", array, axes="(time, ..., units)")  # says where
    return array
