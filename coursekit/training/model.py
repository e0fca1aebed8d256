"""A cell and its read-out, trained together."""

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import checked_sizes
from coursekit.gradients import bptt, unroll

Array = NDArray[np.float64]


class Model(NamedTuple):
    """The parameters of both."""

    cell: Any
    readout: Any


def init_model(
    rng: np.random.Generator,
    cell: ModuleType,
    readout: ModuleType,
    *,
    inputs: int,
    units: int,
    outputs: int,
) -> Model:
    """Draw the parameters of a cell and of its read-out.

    >>> from coursekit.cells import lstm
    >>> from coursekit.training import softmax
    >>> model = init_model(np.random.default_rng(0), lstm, softmax, inputs=7, units=4, outputs=7)
    >>> model.readout.V.shape
    (7, 4)
    """
    checked_sizes(rng, inputs=inputs, units=units, outputs=outputs)
    return Model(cell.init(rng, inputs, units), readout.init(rng, units, outputs))


def checked_model(model: Any) -> None:
    """Parameters of a cell and of a read-out, or a clear error."""
    if not (hasattr(model, "cell") and hasattr(model, "readout")):
        raise ValueError(
            f"model is a {type(model).__module__}.{type(model).__name__}; "
            "pass a Model(cell=..., readout=...), what init_model returned"
        )


def loss_and_gradient(
    cell: ModuleType,
    readout: ModuleType,
    model: Model,
    inputs: ArrayLike,
    targets: ArrayLike,
    mask: ArrayLike | None = None,
    state: Any = None,
) -> tuple[float, Model]:
    """The loss of a batch and its full gradient, by backpropagation through time.

    Args:
        cell, readout: modules.
        model: their parameters.
        inputs: (time, ..., inputs).
        targets: (time, ..., outputs).
        mask: (time, ...), True where a step has a target; all steps without it.
        state: the cell's state before the first step; zeros without it.

    Returns:
        The loss, mean over the steps with a target, and its gradient in the shape of ``model``.

    Raises:
        ValueError: something that does not fit: the message names it.
    """
    checked_model(model)
    run = unroll(cell, model.cell, inputs, state)
    value, grad_readout, grad_h = readout.loss(model.readout, run.states.h, targets, mask)
    return value, Model(bptt(cell, model.cell, run, grad_h).params, grad_readout)


def predict(
    cell: ModuleType, readout: ModuleType, model: Model, inputs: ArrayLike, state: Any = None
) -> Array:
    """The outputs of every step, (time, ..., outputs)."""
    checked_model(model)
    return readout.outputs(model.readout, unroll(cell, model.cell, inputs, state).states.h)
