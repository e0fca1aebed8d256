"""The Elman net with a linear read-out on plain dicts, the right way: loss, gradient, influence.

    h_t = tanh(W x_t + U h_{t-1} + b)      y_t = V h_t + d      L = 1/2 sum_t |y_t - target_t|^2

The wrong versions beside it differ from these lines in what their names tell.
Source: Elman 1990; Werbos 1990; Williams and Zipser 1989.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Values = dict[str, Array]
NAMES = ("W", "U", "b", "V", "d")


def states(params: Values, xs: Array) -> Array:
    """h_0 = 0, then h after every step: (time + 1, units)."""
    hs = [np.zeros(len(params["b"]))]
    for x in xs:
        hs.append(np.tanh(params["W"] @ x + params["U"] @ hs[-1] + params["b"]))
    return np.stack(hs)


def residuals(params: Values, xs: Array, targets: Array) -> Array:
    """y_t - target_t for every step, (time, outputs)."""
    return states(params, xs)[1:] @ params["V"].T + params["d"] - targets


def loss(params: Values, xs: Array, targets: Array) -> float:
    """Half the squared distance of all outputs from their targets."""
    return 0.5 * float((residuals(params, xs, targets) ** 2).sum())


def differences(
    params: Values,
    xs: Array,
    targets: Array,
    step: float = 1e-5,
    measure: Callable[[Values, Array, Array], float] = loss,
) -> Values:
    """The gradient by central differences, on copies."""
    moved = {k: np.array(v, dtype=float) for k, v in params.items()}
    grads = {k: np.zeros_like(v) for k, v in moved.items()}
    for name, array in moved.items():
        for index in np.ndindex(array.shape):
            kept = array[index]
            array[index] = kept + step
            above = measure(moved, xs, targets)
            array[index] = kept - step
            below = measure(moved, xs, targets)
            array[index] = kept
            grads[name][index] = (above - below) / (2 * step)
    return grads


def send_back(params: Values, delta: Array) -> Array:
    """The temporal term: what delta_{t+1} asks of h_t."""
    return params["U"].T @ delta


def tanh_slope(h: Array) -> Array:
    """tanh'(net), from h = tanh(net)."""
    return 1 - h**2


def deltas(
    params: Values,
    hs: Array,
    from_loss: Array,
    back: Callable[[Values, Array], Array] = send_back,
    slope: Callable[[Array], Array] = tanh_slope,
) -> Array:
    """dL/dnet_t of every step, from what the loss says of every h_t."""
    found = []
    delta = np.zeros(len(params["b"]))
    for h, error in zip(hs[:0:-1], from_loss[::-1], strict=True):
        delta = (error + back(params, delta)) * slope(h)
        found.append(delta)
    return np.stack(found[::-1])


def collect(hs: Array, xs: Array, errors: Array, ds: Array) -> Values:
    """The gradients of all five arrays from the errors at y_t and the deltas at net_t."""
    return {
        "W": ds.T @ xs,
        "U": ds.T @ hs[:-1],
        "b": ds.sum(axis=0),
        "V": errors.T @ hs[1:],
        "d": errors.sum(axis=0),
    }


def gradient(params: Values, xs: Array, targets: Array, **changed: Any) -> Values:
    """Backpropagation through time; `changed` replaces `back` or `slope`."""
    hs, errors = states(params, xs), residuals(params, xs, targets)
    return collect(hs, xs, errors, deltas(params, hs, errors @ params["V"], **changed))


def own_use(x: Array, h: Array, slope: Array) -> Values:
    """What a weight of this step does to h_t directly: into unit k, on unit k alone."""
    direct = np.diag(slope)
    return {
        "W": direct[:, :, None] * x,
        "U": direct[:, :, None] * h,
        "b": direct,
    }


def influence_step(params: Values, x: Array, h: Array, influence: Values) -> Values:
    """One step of real-time recurrent learning: the new h and the new dh/dW, dh/dU, dh/db."""
    new = np.tanh(params["W"] @ x + params["U"] @ h + params["b"])
    own = own_use(x, h, tanh_slope(new))
    through = tanh_slope(new)[:, None] * params["U"]
    carried = {k: np.tensordot(through, influence[k], axes=1) for k in own}
    return {"h": new, **{k: carried[k] + own[k] for k in own}}
