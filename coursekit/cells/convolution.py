"""The product of a ConvLSTM: a 2-D convolution with zero padding, and the way back through it.

    (W * x)[o, r, s] = sum over i, a, b of  W[o, i, a, b] x[i, r + a - m, s + b - m],   m = k // 2

with x zero outside the picture: what signal processing calls a cross-correlation.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def windows(x: Array, size: int) -> Array:
    """What each place of the output sees, as one long vector.

    Args:
        x: (..., channels, rows, columns).
        size: k, odd: the sides of the window.

    Returns:
        (..., rows, columns, channels k k).
    """
    margin = size // 2
    padded = np.pad(x, [(0, 0)] * (x.ndim - 2) + [(margin, margin)] * 2)
    seen = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(-2, -1))
    seen = np.moveaxis(seen, -5, -3)  # (..., rows, columns, channels, k, k)
    return seen.reshape(*seen.shape[:-3], x.shape[-3] * size * size)


def convolve(x: Array, kernel: Array) -> Array:
    """W * x: (..., inputs, rows, columns) and (units, inputs, k, k) -> (..., units, rows, columns).

    >>> convolve(np.ones((1, 3, 3)), np.ones((1, 1, 3, 3)))[0]
    array([[4., 6., 4.],
           [6., 9., 6.],
           [4., 6., 4.]])
    """
    flat = kernel.reshape(len(kernel), -1)
    return np.moveaxis(windows(x, kernel.shape[-1]) @ flat.T, -1, -3)


def convolve_back(delta: Array, kernel: Array) -> Array:
    """dL/dx from delta = dL/d(W * x): a convolution with the kernel turned round."""
    return convolve(delta, kernel.swapaxes(0, 1)[..., ::-1, ::-1])


def kernel_gradient(delta: Array, x: Array, size: int) -> Array:
    """dL/dW, (units, inputs, k, k): summed over the batch and over all places.

    Args:
        delta: (..., units, rows, columns).
        x: (..., inputs, rows, columns); batch axes may be missing in front.
        size: k.
    """
    x = np.broadcast_to(x, delta.shape[:-3] + x.shape[-3:])
    seen = windows(x, size)
    told = np.moveaxis(delta, -3, -1).reshape(-1, delta.shape[-3])
    flat = told.T @ seen.reshape(len(told), seen.shape[-1])
    return flat.reshape(delta.shape[-3], x.shape[-3], size, size)


def channel_gradient(delta: Array) -> Array:
    """dL/db, (units,): a bias stands at every place of its channel."""
    return np.moveaxis(delta, -3, 0).reshape(delta.shape[-3], -1).sum(axis=1)


def place_gradient(delta: Array, source: Array) -> Array:
    """dL/dp of an elementwise weight, (units, rows, columns): summed over the batch."""
    return (delta * source).reshape(-1, *delta.shape[-3:]).sum(axis=0)
