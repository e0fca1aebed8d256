"""The linear read-out with the squared error.

y_t = V h_t + d,    L = mean over steps of 1/2 |y_t - target_t|^2
"""

from numpy.typing import ArrayLike

from coursekit.training.readouts import affine
from coursekit.training.readouts.affine import Array, Params, init

__all__ = ["Params", "init", "loss", "outputs"]


def outputs(params: Params, h: Array) -> Array:
    """Predictions, (..., outputs)."""
    return affine.net(params, h)[0]


def loss(
    params: Params, h: Array, targets: ArrayLike, mask: ArrayLike | None = None
) -> tuple[float, Params, Array]:
    """Half the squared error, its gradient, and dL/dh; mean over the steps in the mask."""
    y, h = affine.net(params, h)
    wanted, weights = affine.steps_with_target(y, targets, mask)
    error = y - wanted
    value = 0.5 * float((weights * error**2).sum())
    return value, *affine.back(params, h, weights * error)
