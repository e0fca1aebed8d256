"""The sequential Jacobian of a tanh net, its norms, and clipping, the right way.

    dh_t / dh_{t-1} = diag(1 - h_t^2) U        dh_b / dh_a = the product of these, latest leftmost

Source: Hochreiter 1991; Pascanu, Mikolov and Bengio 2013.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Grads = dict[str, Array]


def step_jacobian(U: Array, h: Array) -> Array:
    """dh_t / dh_{t-1}, from h_t = tanh(net_t)."""
    return (1 - h**2)[:, None] * U


def sequential_jacobian(U: Array, hs: Array, start: int, stop: int) -> Array:
    """dh_stop / dh_start; hs[t] is h_t, hs[0] the initial state."""
    product = np.eye(len(U))
    for t in range(start + 1, stop + 1):
        product = step_jacobian(U, hs[t]) @ product
    return product


def jacobian_norms(U: Array, hs: Array) -> Array:
    """|dh_T / dh_{T-n}| for n = 1 to T."""
    last = len(hs) - 1
    return np.array(
        [np.linalg.norm(sequential_jacobian(U, hs, last - n, last), 2) for n in range(1, last + 1)]
    )


def steps_until(norm: float, slope: float, share: float) -> int:
    """The least n with (slope * norm)^n < share; -1 where there is none."""
    factor = slope * norm
    if factor >= 1:
        return -1
    n = max(0, math.floor(math.log(share) / math.log(factor)) - 1)
    while factor**n >= share:
        n += 1
    return n


def size(grads: Grads) -> float:
    """The norm of all arrays together."""
    return math.sqrt(sum(float((array**2).sum()) for array in grads.values()))


def clip_by_norm(grads: Grads, threshold: float) -> Grads:
    """The same direction, at most `threshold` long."""
    return scaled(grads, min(1.0, threshold / size(grads)))


def scaled(grads: Grads, factor: float) -> Grads:
    """Every array times a number."""
    return {name: factor * array for name, array in grads.items()}
