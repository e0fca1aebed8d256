"""The memory that one had before: a feed-forward net over a window that slides along the input.

    hidden = sigma(W window + b)
    y      = sigma(V hidden + d)

The window of step t holds some steps before it, itself, and some after it. What lies outside does
not exist for the net. With 7 letters of 29 units, 80 hidden units and 26 outputs it has the shape
of NetTalk: 203-80-26.

Source: Sejnowski and Rosenberg 1987.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import checked_sizes, numbers, whole_number
from coursekit.cells.activations import sigmoid

Array = NDArray[np.float64]
NETTALK: Final = {"inputs": 203, "units": 80, "outputs": 26}


class Params(NamedTuple):
    """Weights and biases of both layers."""

    W: Array  # (units, inputs)
    b: Array  # (units,)
    V: Array  # (outputs, units)
    d: Array  # (outputs,)


def windows(sequence: ArrayLike, before: int, after: int, filling: ArrayLike = 0.0) -> Array:
    """What the net sees at each step: the step with its neighbours, laid end to end.

    Args:
        sequence: (time, features).
        before, after: how many neighbours on either side.
        filling: what stands beyond the ends, (features,) or one number.

    Returns:
        (time, (before + 1 + after) features), the earliest neighbour first.

    Raises:
        ValueError: another number of axes, or features that do not fit.

    >>> windows([[1.0], [2.0], [3.0]], before=1, after=0)
    array([[0., 1.],
           [1., 2.],
           [2., 3.]])
    """
    steps = numbers("sequence", sequence, axes="(time, features)")
    if steps.ndim != 2 or not len(steps):
        raise ValueError(
            f"sequence has shape {steps.shape}; pass (time, features) with one step or more"
        )
    whole_number("before", before)
    whole_number("after", after)
    edge = numbers("filling", filling, axes="(features,)")
    if edge.ndim and edge.shape != steps.shape[1:]:
        raise ValueError(f"filling has shape {edge.shape}; pass {steps.shape[1:]} or one number")
    row = np.broadcast_to(edge, (1, steps.shape[1]))
    whole = np.concatenate([row.repeat(before, axis=0), steps, row.repeat(after, axis=0)])
    seen = np.lib.stride_tricks.sliding_window_view(whole, before + 1 + after, axis=0)
    return seen.swapaxes(1, 2).reshape(len(steps), -1)


def init(
    rng: np.random.Generator,
    inputs: int = NETTALK["inputs"],
    units: int = NETTALK["units"],
    outputs: int = NETTALK["outputs"],
) -> Params:
    """Draw weights uniformly within 0.3, as NetTalk did; biases are zero.

    >>> from coursekit.cells.parameters import count
    >>> count(init(np.random.default_rng(0))) - 106  # without biases
    18320
    """
    checked_sizes(rng, inputs=inputs, units=units, outputs=outputs)
    return Params(
        W=rng.uniform(-0.3, 0.3, (units, inputs)),
        b=np.zeros(units),
        V=rng.uniform(-0.3, 0.3, (outputs, units)),
        d=np.zeros(outputs),
    )


def outputs(params: Params, seen: ArrayLike) -> Array:
    """Predictions, (..., outputs), from windows (..., inputs)."""
    return sigmoid(_hidden(params, seen) @ params.V.T + params.d)


def _hidden(params: Params, seen: ArrayLike) -> Array:
    window = numbers("seen", seen, axes="(..., inputs)")
    if window.ndim == 0 or window.shape[-1] != params.W.shape[1]:
        raise ValueError(
            f"seen has shape {window.shape}, but params.W takes {params.W.shape[1]} features on "
            "the last axis; pass what windows() returned"
        )
    return sigmoid(window @ params.W.T + params.b)


def loss_and_gradient(params: Params, seen: ArrayLike, targets: ArrayLike) -> tuple[float, Params]:
    """Half the squared error, mean over the windows, and its gradient: for ``fit``.

    Args:
        params: of the net.
        seen: (windows, inputs).
        targets: (windows, outputs).

    Raises:
        ValueError: shapes that do not fit.
    """
    hidden = _hidden(params, seen)
    wanted = numbers("targets", targets, axes="(windows, outputs)")
    y = sigmoid(hidden @ params.V.T + params.d)
    if wanted.shape != y.shape:
        raise ValueError(f"targets has shape {wanted.shape}, but the outputs have {y.shape}")
    count = max(1, y[..., 0].size)
    delta = (y - wanted) * y * (1 - y) / count
    below = (delta @ params.V) * hidden * (1 - hidden)
    window = numbers("seen", seen, axes="(windows, inputs)")

    def product(errors: Array, sources: Array) -> Array:
        return errors.reshape(-1, errors.shape[-1]).T @ sources.reshape(-1, sources.shape[-1])

    gradient = Params(
        W=product(below, window),
        b=below.reshape(-1, below.shape[-1]).sum(axis=0),
        V=product(delta, hidden),
        d=delta.reshape(-1, delta.shape[-1]).sum(axis=0),
    )
    return 0.5 * float(((y - wanted) ** 2).sum()) / count, gradient
