"""The softmax read-out with the cross-entropy of one target among several.

    y_t = softmax(V h_t + d),    L = mean over steps of -sum_k target log y,    dL/dnet = y - target

A target is a distribution: its entries sum to one.
"""

import numpy as np
from numpy.typing import ArrayLike

from coursekit.cells import activations
from coursekit.training.readouts import affine
from coursekit.training.readouts.affine import Array, Params, init

__all__ = ["Params", "init", "loss", "outputs"]


def outputs(params: Params, h: Array) -> Array:
    """Probabilities, (..., outputs)."""
    return activations.softmax(affine.net(params, h))


def loss(
    params: Params, h: Array, targets: ArrayLike, mask: ArrayLike | None = None
) -> tuple[float, Params, Array]:
    """The cross-entropy in nats, its gradient, and dL/dh; mean over the steps in the mask."""
    net = affine.net(params, h)
    weights = affine.weights_of_steps(net, targets, mask)
    wanted = np.asarray(targets, dtype=np.float64)
    top = net.max(axis=-1, keepdims=True)
    powers = np.exp(net - top)
    total = powers.sum(axis=-1, keepdims=True)
    value = -float((weights * wanted * (net - top - np.log(total))).sum())
    return value, *affine.back(params, h, weights * (powers / total - wanted))
