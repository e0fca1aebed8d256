"""What the read-outs share: net_t = V h_t + d, and a mean over the steps that have a target."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.cells.sums import bias_gradient, weight_gradient

Array = NDArray[np.float64]


class Params(NamedTuple):
    """Read-out weights and bias."""

    V: Array  # (outputs, units)
    d: Array  # (outputs,)


def init(rng: np.random.Generator, units: int, outputs: int) -> Params:
    """Draw V uniformly within 1/sqrt(units); the bias is zero."""
    bound = 1 / np.sqrt(units)
    return Params(V=rng.uniform(-bound, bound, (outputs, units)), d=np.zeros(outputs))


def net(params: Params, h: Array) -> Array:
    """V h + d, (..., outputs)."""
    return h @ params.V.T + params.d


def weights_of_steps(predicted: Array, targets: ArrayLike, mask: ArrayLike | None) -> Array:
    """The weight of each step in the mean, (..., 1): zero where there is no target.

    Raises:
        ValueError: targets or mask do not fit, or no step has a target.
    """
    if np.shape(targets) != predicted.shape:
        raise ValueError(
            f"targets have shape {np.shape(targets)}, but the outputs have {predicted.shape}"
        )
    if mask is None:
        counted = np.ones(predicted.shape[:-1])
    else:
        counted = np.asarray(mask, dtype=np.float64)
        if counted.shape != predicted.shape[:-1]:
            raise ValueError(
                f"mask has shape {counted.shape}, but there are steps of {predicted.shape[:-1]}"
            )
    total = counted.sum()
    if total == 0:
        raise ValueError("no step has a target; the mask must be True somewhere")
    return (counted / total)[..., None]


def back(params: Params, h: Array, delta: Array) -> tuple[Params, Array]:
    """From delta = dL/dnet: the gradient of V and d, and dL/dh."""
    gradient = Params(V=weight_gradient(delta, h), d=bias_gradient(delta))
    return gradient, delta @ params.V
