"""The product of a ConvLSTM: a 2-D convolution with zero padding, and the way back through it.

    (W * x)[o, r, s] = sum over i, a, b of  W[o, i, a, b] x[i, r + a - m, s + b - m],   m = k // 2

with x zero outside the picture: what signal processing calls a cross-correlation.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def windows(x: Array, size: int) -> Array:
    """What each place of the output sees, as one column.

    Args:
        x: (..., channels, rows, columns).
        size: k, odd: the sides of the window.

    Returns:
        (..., channels k k, rows columns).
    """
    margin = size // 2
    padded = np.pad(x, [(0, 0)] * (x.ndim - 2) + [(margin, margin)] * 2)
    seen = np.lib.stride_tricks.sliding_window_view(padded, x.shape[-2:], axis=(-2, -1))
    return seen.reshape(*x.shape[:-3], x.shape[-3] * size * size, x.shape[-2] * x.shape[-1])


def convolve(x: Array, kernel: Array) -> Array:
    """W * x: (..., inputs, rows, columns) and (units, inputs, k, k) -> (..., units, rows, columns).

    >>> convolve(np.ones((1, 3, 3)), np.ones((1, 1, 3, 3)))[0]
    array([[4., 6., 4.],
           [6., 9., 6.],
           [4., 6., 4.]])
    """
    flat = kernel.reshape(len(kernel), -1)
    maps = flat @ windows(x, kernel.shape[-1])
    return maps.reshape(*maps.shape[:-1], *x.shape[-2:])


def convolve_back(delta: Array, kernel: Array) -> Array:
    """dL/dx from delta = dL/d(W * x): each window hands its error back to the places it saw.

    Args:
        delta: (..., units, rows, columns).
        kernel: W, (units, inputs, k, k).
    """
    (_, inputs, size, _), (rows, columns) = kernel.shape, delta.shape[-2:]
    margin = size // 2
    told = kernel.reshape(len(kernel), -1).T @ delta.reshape(*delta.shape[:-2], -1)
    told = told.reshape(*delta.shape[:-3], inputs, size, size, rows, columns)
    padded = np.zeros((*delta.shape[:-3], inputs, rows + 2 * margin, columns + 2 * margin))
    for a in range(size):
        for b in range(size):
            padded[..., a : a + rows, b : b + columns] += told[..., a, b, :, :]
    return padded[..., margin : margin + rows, margin : margin + columns]


def kernel_gradient(delta: Array, x: Array, size: int) -> Array:
    """dL/dW, (units, inputs, k, k): summed over the batch and over all places.

    Args:
        delta: (..., units, rows, columns).
        x: (..., inputs, rows, columns); batch axes may be missing in front.
        size: k.
    """
    told = delta.reshape(*delta.shape[:-2], -1)
    each = told @ windows(x, size).swapaxes(-1, -2)  # (..., units, inputs k k)
    return each.reshape(-1, delta.shape[-3], x.shape[-3], size, size).sum(axis=0)


def channel_gradient(delta: Array) -> Array:
    """dL/db, (units,): a bias stands at every place of its channel."""
    return delta.reshape(-1, *delta.shape[-3:]).sum(axis=(0, 2, 3))


def place_gradient(delta: Array, source: Array) -> Array:
    """dL/dp of an elementwise weight, (units, rows, columns): summed over the batch."""
    return (delta * source).reshape(-1, *delta.shape[-3:]).sum(axis=0)
