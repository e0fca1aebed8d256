"""What the read-outs share: net_t = V h_t + d, and a mean over the steps that have a target."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import checked_sizes, numbers
from coursekit.cells.sums import bias_gradient, weight_gradient

Array = NDArray[np.float64]


class Params(NamedTuple):
    """Read-out weights and bias."""

    V: Array  # (outputs, units)
    d: Array  # (outputs,)


def init(rng: np.random.Generator, units: int, outputs: int) -> Params:
    """Draw V uniformly within 1/sqrt(units); the bias is zero."""
    checked_sizes(rng, units=units, outputs=outputs)
    bound = 1 / np.sqrt(units)
    return Params(V=rng.uniform(-bound, bound, (outputs, units)), d=np.zeros(outputs))


def net(params: Params, h: ArrayLike) -> tuple[Array, Array]:
    """V h + d, (..., outputs), and h as an array.

    Raises:
        ValueError: parameters that are no read-out's; h of another number of units.
    """
    if not isinstance(params, Params):
        raise ValueError(
            f"params is a {type(params).__module__}.{type(params).__name__}; pass the read-out's "
            "own Params, what its init returned (model.readout of a Model)"
        )
    outputs = numbers("h", h, axes="(..., units)", finite=False)
    if outputs.ndim == 0 or outputs.shape[-1] != params.V.shape[-1]:
        raise ValueError(
            f"h has shape {outputs.shape}, but params.V takes {params.V.shape[-1]} units on the "
            "last axis; pass run.states.h of the cell that this read-out was made for"
        )
    return outputs @ params.V.T + params.d, outputs


def steps_with_target(
    predicted: Array, targets: ArrayLike, mask: ArrayLike | None
) -> tuple[Array, Array]:
    """The targets, and the weight of each step in the mean, (..., 1): zero where there is none.

    Raises:
        ValueError: targets or mask do not fit, or no step has a target.
    """
    wanted = numbers("targets", targets, axes="(..., outputs), any number where the mask is False")
    if wanted.shape != predicted.shape:
        raise ValueError(
            f"targets have shape {wanted.shape}, but the outputs have {predicted.shape}; "
            "pass one row a step (a class as a row with a single one)"
        )
    steps = predicted.shape[:-1]
    counted = np.ones(steps) if mask is None else numbers("mask", mask, axes="True or False")
    if counted.shape != steps:
        raise ValueError(
            f"mask has shape {counted.shape}, but there are steps of {steps}; "
            "pass True or False for every step"
        )
    if not np.all((counted == 0) | (counted == 1)):
        strange = counted[(counted != 0) & (counted != 1)][0]
        raise ValueError(f"mask holds {strange}; pass True or False for every step")
    total = counted.sum()
    if total == 0:
        raise ValueError("no step has a target; the mask must be True somewhere")
    return wanted, (counted / total)[..., None]


def checked_targets(wanted: Array, weights: Array, right: NDArray[np.bool_], expected: str) -> None:
    """Targets of the kind that a loss is made for, at every step that counts, or a clear error."""
    wrong = ~right & (weights > 0)
    if wrong.any():
        where = tuple(int(n) for n in np.argwhere(wrong)[0])[: wanted.ndim - 1]
        raise ValueError(f"targets hold {wanted[where]} at step {where}; {expected}")


def back(params: Params, h: Array, delta: Array) -> tuple[Params, Array]:
    """From delta = dL/dnet: the gradient of V and d, and dL/dh."""
    gradient = Params(V=weight_gradient(delta, h), d=bias_gradient(delta))
    return gradient, delta @ params.V
