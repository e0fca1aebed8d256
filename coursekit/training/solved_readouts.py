"""Read-outs that are solved for, not trained: given the hidden states, one right answer.

    y_t = V h_t + d

By pseudo-inverse, V is the least-squares solution. By support vectors, V and d minimise

    1/2 (|V|^2 + d^2) + cost * sum over t of  max(0, |y_t - target_t| - margin)^2

for each output: errors within the margin cost nothing, and small weights are preferred. The
machine is linear, without a kernel, so that either way the read-out is V and d.

Source: Penrose 1955; Vapnik 1995; both as Evolino's read-outs in Schmidhuber and others 2007.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import finite_number, numbers
from coursekit.training.readouts.affine import Params

Array = NDArray[np.float64]

#: Directions in which the states hardly move, next to the widest, are left out: they would ask
#: for huge weights, through which an output that is fed back runs away.
SMALLEST_DIRECTION = 1e-10


def states_and_targets(states: ArrayLike, targets: ArrayLike) -> tuple[Array, Array]:
    """Rows of states and rows of targets, as many of one as of the other, or a clear error."""
    rows = numbers("states", states, axes="(time, units)")
    wanted = numbers("targets", targets, axes="(time, outputs)")
    for name, array, axes in (("states", rows, "units"), ("targets", wanted, "outputs")):
        if array.ndim != 2 or array.size == 0:
            raise ValueError(f"{name} has shape {array.shape}; pass an array (time, {axes})")
    if len(rows) != len(wanted):
        raise ValueError(
            f"states has {len(rows)} steps and targets {len(wanted)}; pass one target a step"
        )
    return rows, wanted


def by_pseudo_inverse(states: ArrayLike, targets: ArrayLike) -> Params:
    """The linear read-out with the smallest squared error, without a bias.

    Args:
        states: h_t, (time, units).
        targets: (time, outputs).

    Returns:
        V (outputs, units), the smallest of all that are best; d is zero.

    Raises:
        ValueError: arrays that do not fit.

    Source: Penrose 1955.

    >>> by_pseudo_inverse([[1.0, 0.0], [0.0, 1.0]], [[2.0], [3.0]]).V.round(6)
    array([[2., 3.]])
    """
    rows, wanted = states_and_targets(states, targets)
    V = (np.linalg.pinv(rows, rcond=SMALLEST_DIRECTION) @ wanted).T
    return Params(V=V, d=np.zeros(wanted.shape[1]))


def by_support_vectors(
    states: ArrayLike, targets: ArrayLike, *, cost: float = 1e6, margin: float = 1e-3
) -> Params:
    """The linear read-out by a support vector machine for regression, one an output.

    Args:
        states: h_t, (time, units).
        targets: (time, outputs).
        cost: of an error beyond the margin; the larger, the more weight on fit than on small V.
        margin: the error that costs nothing, in the units of the targets.

    Returns:
        V (outputs, units) and d (outputs,).

    Raises:
        ValueError: arrays that do not fit, a cost that is not positive, a negative margin.
        ImportError: scikit-learn is not installed, as in some browsers.

    Source: Vapnik 1995; with the squared loss Ho and Lin 2012.

    >>> by_support_vectors([[1.0], [2.0], [3.0]], [[2.5], [4.5], [6.5]]).V.round(2)
    array([[2.]])
    """
    rows, wanted = states_and_targets(states, targets)
    finite_number("margin", margin)
    if finite_number("cost", cost) == 0:
        raise ValueError(f"cost is {cost!r}; pass a number above 0")
    machine = support_vector_machine(cost, margin)
    V, d = np.empty((wanted.shape[1], rows.shape[1])), np.empty(wanted.shape[1])
    for output, column in enumerate(wanted.T):
        fitted = machine.fit(rows, column)
        V[output], d[output] = fitted.coef_, np.ravel(fitted.intercept_)[0]
    return Params(V, d)


def support_vector_machine(cost: float, margin: float) -> Any:
    """Scikit-learn's machine for the objective above, in its primal form: no random numbers."""
    try:
        from sklearn.svm import LinearSVR
    except ImportError as missing:
        raise ImportError(
            "by_support_vectors needs scikit-learn, which is not installed here: "
            "pip install scikit-learn (in a notebook in the browser: %pip install scikit-learn), "
            "or take by_pseudo_inverse"
        ) from missing
    return LinearSVR(
        C=cost,
        epsilon=margin,
        loss="squared_epsilon_insensitive",
        dual=False,
        tol=1e-6,
        max_iter=10_000,
    )
