"""A cell and its read-out, trained together."""

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
    for name, number in (("inputs", inputs), ("units", units), ("outputs", outputs)):
        if number < 1:
            raise ValueError(f"{name} is {number}; pass 1 or more")
    return Model(cell.init(rng, inputs, units), readout.init(rng, units, outputs))


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
    """
    run = unroll(cell, model.cell, inputs, state)
    value, grad_readout, grad_h = readout.loss(model.readout, run.states.h, targets, mask)
    return value, Model(bptt(cell, model.cell, run, grad_h).params, grad_readout)


def predict(
    cell: ModuleType, readout: ModuleType, model: Model, inputs: ArrayLike, state: Any = None
) -> Array:
    """The outputs of every step, (time, ..., outputs)."""
    return readout.outputs(model.readout, unroll(cell, model.cell, inputs, state).states.h)
