"""Gradients measured from outside: central differences, and a check that can convict.

dL/dw  is about  (L(w + s) - L(w - s)) / 2s
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from coursekit.arguments import finite_number, function, numbers
from coursekit.cells.parameters import map_arrays, named_arrays


def numerical_gradient(loss: Callable[[Any], float], params: Any, step: float = 1e-5) -> Any:
    """The gradient of a loss by central differences: slow, and independent of any derivation.

    Args:
        loss: takes parameters, returns one number.
        params: an array, or a (named) tuple or dict of arrays.
        step: how far each entry is moved, both ways.

    Returns:
        The structure of ``params``, holding dL/dparams.

    Raises:
        ValueError: step is not positive, or the loss is not a finite number.

    >>> numerical_gradient(lambda w: float(w[0] ** 2), np.array([3.0])).round(6)
    array([6.])
    """
    if not 0 < step < np.inf:
        raise ValueError(f"step is {step}; pass a small positive number such as 1e-5")
    function("loss", loss)
    for name, array in named_arrays(params):
        numbers(f"params.{name}" if name else "params", array, axes="one array for each letter")
    working = map_arrays(lambda array: np.array(array, dtype=np.float64), params)

    def measured() -> float:
        returned = loss(working)
        if np.ndim(returned) != 0:
            raise ValueError(
                f"the loss returned an array of shape {np.shape(returned)}; it must be one number"
            )
        value = float(returned)
        if not np.isfinite(value):
            raise ValueError(f"the loss is {value}; a difference needs finite numbers")
        return value

    def gradient_of(array: Any) -> Any:
        gradient = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            kept = array[index]
            array[index] = kept + step
            above = measured()
            array[index] = kept - step
            below = measured()
            array[index] = kept
            gradient[index] = (above - below) / (2 * step)
        return gradient

    return map_arrays(gradient_of, working)


class GradientReport(NamedTuple):
    """What a gradient check found, with the entry that fits worst."""

    passed: bool
    worst_name: str  # such as U_f
    worst_index: tuple[int, ...]
    given: float
    expected: float
    error: float  # relative
    tolerance: float

    def __str__(self) -> str:
        entry = self.worst_name + (str(list(self.worst_index)) if self.worst_index else "")
        if self.passed:
            return f"gradient agrees: every entry within {self.tolerance:.0e}"
        return (
            f"gradient differs: worst at {entry}: given {self.given:.6g}, "
            f"central differences say {self.expected:.6g} (relative error {self.error:.1e})"
        )


def check_gradient(
    loss: Callable[[Any], float], params: Any, gradient: Any, tolerance: float = 1e-6
) -> GradientReport:
    """Compare a gradient with central differences, and name the worst entry.

    The error of an entry is relative to its own size, but never to less than a thousandth of
    the largest entry: differences cannot resolve what is much smaller than that.

    Args:
        loss: takes parameters, returns one number.
        params: where the gradient was taken.
        gradient: the claim, in the structure of ``params``.
        tolerance: the largest relative error that passes.

    Raises:
        ValueError: the gradient has another structure or other shapes than the parameters.

    >>> bool(check_gradient(lambda w: float(w @ w), np.ones(2), 2 * np.ones(2)).passed)
    True
    >>> print(check_gradient(lambda w: float(w @ w), np.ones(2), np.array([2.0, 1.0])))
    gradient differs: worst at [1]: given 1, central differences say 2 (relative error 5.0e-01)
    """
    finite_number("tolerance", tolerance)
    claims = dict(named_arrays(gradient))
    wanted = {name: np.shape(array) for name, array in named_arrays(params)}
    found = {name: np.shape(array) for name, array in claims.items()}
    if not wanted or wanted != found:
        raise ValueError(
            f"the gradient has the arrays {found}, but the parameters have {wanted}; "
            "pass one gradient array for every parameter array, of its shape"
        )
    expected = numerical_gradient(loss, params)
    largest = max(float(np.abs(array).max(initial=0)) for _, array in named_arrays(expected))
    floor = max(1e-3 * largest, 1e-8)
    worst = GradientReport(True, next(iter(wanted)), (), 0.0, 0.0, 0.0, tolerance)
    for name, right in named_arrays(expected):
        given = np.asarray(claims[name], dtype=np.float64)
        size = np.maximum(np.maximum(np.abs(given), np.abs(right)), floor)
        errors = np.full(given.shape, np.inf)
        np.divide(np.abs(given - right), size, out=errors, where=np.isfinite(given))
        if errors.size and errors.max() >= worst.error:
            index = tuple(int(n) for n in np.unravel_index(errors.argmax(), errors.shape))
            error = float(errors[index])
            worst = GradientReport(
                *(error <= tolerance, name, index, float(given[index]), float(right[index])),
                *(error, tolerance),
            )
    return worst
