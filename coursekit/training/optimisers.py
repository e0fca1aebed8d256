"""Descent: from a gradient to the next parameters.

An optimiser is a frozen record of its settings. What it remembers between updates is its state,
handed in and out like a cell's.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from coursekit.arguments import finite_number
from coursekit.cells.parameters import map_arrays, named_arrays


def checked_rate(rate: float) -> None:
    """A learning rate that can be used, or a clear error."""
    if finite_number("rate", rate) == 0:
        raise ValueError(f"rate is {rate}; pass a positive learning rate such as 0.01")


def checked_share(name: str, share: float) -> None:
    """A decay in [0, 1), or a clear error."""
    if not finite_number(name, share) < 1:
        raise ValueError(f"{name} is {share}; pass a number from 0 up to, but not, 1")


def checked_gradient(params: Any, gradient: Any) -> None:
    """A gradient of the parameters' structure and shapes, or a clear error."""
    shapes = map_arrays(lambda w, g: np.shape(w) == np.shape(g), params, gradient)
    for name, same in named_arrays(shapes):
        if not same:
            wanted, found = (dict(named_arrays(part)) for part in (params, gradient))
            raise ValueError(
                f"the gradient of {name or 'the weights'} has shape {np.shape(found[name])}, but "
                f"the weights have {np.shape(wanted[name])}; pass one number for every weight"
            )


@dataclass(frozen=True)
class Sgd:
    """Plain gradient descent: w <- w - rate dL/dw.

    >>> Sgd(0.1).update(np.array([1.0]), np.array([2.0]), None)[0]
    array([0.8])
    """

    rate: float

    def __post_init__(self) -> None:
        checked_rate(self.rate)

    def start(self, params: Any) -> Any:
        """Nothing to remember."""
        return None

    def update(self, params: Any, gradient: Any, state: Any) -> tuple[Any, Any]:
        """The next parameters, and the state."""
        checked_gradient(params, gradient)
        return map_arrays(lambda w, g: w - self.rate * g, params, gradient), state


@dataclass(frozen=True)
class Momentum:
    """Descent with momentum: v <- momentum v - rate dL/dw,  w <- w + v.

    Source: Rumelhart, Hinton and Williams 1986.
    """

    rate: float
    momentum: float = 0.9

    def __post_init__(self) -> None:
        checked_rate(self.rate)
        checked_share("momentum", self.momentum)

    def start(self, params: Any) -> Any:
        """No velocity yet."""
        return map_arrays(np.zeros_like, params)

    def update(self, params: Any, gradient: Any, state: Any) -> tuple[Any, Any]:
        """The next parameters, and the velocity."""
        checked_gradient(params, gradient)
        velocity = map_arrays(lambda v, g: self.momentum * v - self.rate * g, state, gradient)
        return map_arrays(np.add, params, velocity), velocity


class AdamState(NamedTuple):
    """Running means of the gradient and of its square, and how many updates made them."""

    mean: Any
    square: Any
    updates: int


@dataclass(frozen=True)
class Adam:
    """Descent with each weight's step scaled by its recent gradients.

    Source: Kingma and Ba 2015, algorithm 1.
    """

    rate: float = 0.001
    mean_decay: float = 0.9
    square_decay: float = 0.999
    floor: float = 1e-8

    def __post_init__(self) -> None:
        checked_rate(self.rate)
        checked_share("mean_decay", self.mean_decay)
        checked_share("square_decay", self.square_decay)
        finite_number("floor", self.floor)

    def start(self, params: Any) -> AdamState:
        """No gradients seen yet."""
        zeros = map_arrays(np.zeros_like, params)
        return AdamState(zeros, zeros, 0)

    def update(self, params: Any, gradient: Any, state: AdamState) -> tuple[Any, AdamState]:
        """The next parameters, and the running means."""
        checked_gradient(params, gradient)
        a, b, n = self.mean_decay, self.square_decay, state.updates + 1
        mean = map_arrays(lambda m, g: a * m + (1 - a) * g, state.mean, gradient)
        square = map_arrays(lambda s, g: b * s + (1 - b) * g * g, state.square, gradient)
        rate = self.rate * np.sqrt(1 - b**n) / (1 - a**n)
        floor = self.floor * np.sqrt(1 - b**n)
        moved = map_arrays(
            lambda w, m, s: w - rate * m / (np.sqrt(s) + floor), params, mean, square
        )
        return moved, AdamState(mean, square, n)


def clip_by_norm(gradient: Any, threshold: float) -> tuple[Any, float]:
    """Shorten a gradient to a norm, and keep its direction.

    Args:
        gradient: arrays in any structure; the norm is taken over all of them together.
        threshold: the largest norm that passes unchanged.

    Returns:
        The gradient, at most ``threshold`` long, and its norm before. A gradient that is not
        finite has lost its direction: it comes back as it is, with the norm inf or nan.

    Raises:
        ValueError: a threshold that is not positive.

    Source: Pascanu, Mikolov and Bengio 2013, algorithm 1.

    >>> clip_by_norm(np.array([3.0, 4.0]), threshold=1.0)
    (array([0.6, 0.8]), 5.0)
    """
    if not threshold > 0:  # infinity will do: nothing is clipped
        raise ValueError(f"threshold is {threshold}; pass a positive norm such as 1.0")
    arrays = [np.asarray(array, dtype=np.float64) for _, array in named_arrays(gradient)]
    largest = max((float(np.abs(array).max(initial=0)) for array in arrays), default=0.0)
    if not 0 < largest < np.inf:  # nothing to shorten, or a direction that is lost
        return gradient, largest
    scaled = (array / largest for array in arrays)  # the square of a large number overflows
    norm = largest * float(np.sqrt(sum(float(np.vdot(array, array)) for array in scaled)))
    if norm <= threshold:
        return gradient, norm
    return map_arrays(lambda array: array * (threshold / norm), gradient), norm
