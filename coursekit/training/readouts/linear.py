"""The linear read-out with the squared error.

y_t = V h_t + d,    L = mean over steps of 1/2 |y_t - target_t|^2
"""

import numpy as np
from numpy.typing import ArrayLike

from coursekit.training.readouts import affine
from coursekit.training.readouts.affine import Array, Params, init

__all__ = ["Params", "init", "loss", "outputs"]


def outputs(params: Params, h: Array) -> Array:
    """Predictions, (..., outputs)."""
    return affine.net(params, h)


def loss(
    params: Params, h: Array, targets: ArrayLike, mask: ArrayLike | None = None
) -> tuple[float, Params, Array]:
    """Half the squared error, its gradient, and dL/dh; mean over the steps in the mask."""
    y = outputs(params, h)
    weights = affine.weights_of_steps(y, targets, mask)
    error = y - np.asarray(targets)
    value = 0.5 * float((weights * error**2).sum())
    return value, *affine.back(params, h, weights * error)
