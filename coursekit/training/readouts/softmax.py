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
    return activations.softmax(affine.net(params, h)[0])


def loss(
    params: Params, h: Array, targets: ArrayLike, mask: ArrayLike | None = None
) -> tuple[float, Params, Array]:
    """The cross-entropy in nats, its gradient, and dL/dh; mean over the steps in the mask."""
    net, h = affine.net(params, h)
    wanted, weights = affine.steps_with_target(net, targets, mask)
    total_target = wanted.sum(axis=-1, keepdims=True)
    affine.checked_targets(
        wanted,
        weights,
        right=(wanted >= 0) & (np.abs(total_target - 1) < 1e-9),
        expected="the softmax read-out takes rows that sum to one, such as one-hot symbols",
    )
    top = net.max(axis=-1, keepdims=True)
    powers = np.exp(net - top)
    total = powers.sum(axis=-1, keepdims=True)
    value = -float((weights * wanted * (net - top - np.log(total))).sum())
    return value, *affine.back(params, h, weights * (powers / total - wanted))
