"""The logistic read-out with the cross-entropy of independent yes-or-no targets.

y_t = sigma(net_t),  net_t = V h_t + d
L = mean over steps of  -sum_k [target log y + (1 - target) log(1 - y)],   dL/dnet = y - target
"""

import numpy as np
from numpy.typing import ArrayLike

from coursekit.cells.activations import sigmoid
from coursekit.training.readouts import affine
from coursekit.training.readouts.affine import Array, Params, init

__all__ = ["Params", "init", "loss", "outputs"]


def outputs(params: Params, h: Array) -> Array:
    """Predictions in [0, 1], (..., outputs)."""
    return sigmoid(affine.net(params, h)[0])


def loss(
    params: Params, h: Array, targets: ArrayLike, mask: ArrayLike | None = None
) -> tuple[float, Params, Array]:
    """The cross-entropy in nats, its gradient, and dL/dh; mean over the steps in the mask."""
    net, h = affine.net(params, h)
    wanted, weights = affine.steps_with_target(net, targets, mask)
    affine.checked_targets(
        wanted,
        weights,
        right=(wanted >= 0) & (wanted <= 1),
        expected="the logistic read-out takes targets from 0 to 1",
    )
    value = float((weights * (np.logaddexp(0, net) - wanted * net)).sum())
    return value, *affine.back(params, h, weights * (sigmoid(net) - wanted))
