"""The sequential Jacobian, its norms, the bound and clipping in the known wrong ways."""

from __future__ import annotations

import math
from functools import reduce

import numpy as np

from coursekit.checks import vanishing_reference as right
from coursekit.checks.spec import Catalogue
from coursekit.checks.vanishing_reference import Array, Grads

# Where the lesson says it.
CHAIN = "03#the-chain-rule-multiplies"
JACOBIAN = "03#the-sequential-jacobian"
ORDER = "03#which-factor-comes-first"
SLOPE = "03#the-slope-is-small"
BOUND = "03#a-bound"
CLIP = "03#exploding-gradients-have-a-remedy"

STEP = Catalogue()
SEQUENCE = Catalogue()
NORMS = Catalogue()
STEPS = Catalogue()
CLIPPING = Catalogue()


# ---- one step ------------------------------------------------------------------------------


@STEP.add(ORDER)
def slope_on_columns(U: Array, h: Array) -> Array:
    """The slopes multiply the columns of U; they belong to its rows, diag(f') U. NumPy's
    (1 - h**2) * U works on columns, too: give the slopes a second axis.
    """
    return U * (1 - h**2)


@STEP.add(ORDER)
def step_transposed(U: Array, h: Array) -> Array:
    """This is the transpose, which carries an error backwards; here a nudge is carried forwards."""
    return right.step_jacobian(U, h).T


@STEP.add(ORDER)
def weights_transposed(U: Array, h: Array) -> Array:
    """U is transposed: row k of U holds the weights into unit k, so row k of the result belongs to
    unit k as well.
    """
    return right.step_jacobian(U.T, h)


@STEP.add(CHAIN)
def slope_left_out(U: Array, h: Array) -> Array:
    """The slopes are missing: this is the step of a linear net."""
    return U + 0 * h


@STEP.add(SLOPE)
def slope_from_h_as_net(U: Array, h: Array) -> Array:
    """You squash h once more; h is tanh(net) already, so its slope is 1 - h**2."""
    return right.step_jacobian(U, np.tanh(h))


@STEP.add(SLOPE)
def slope_of_logistic(U: Array, h: Array) -> Array:
    """h (1 - h) is the slope of the logistic; this net squashes by tanh."""
    return (h * (1 - h))[:, None] * U


@STEP.add(SLOPE)
def slope_without_square(U: Array, h: Array) -> Array:
    """The slope of tanh is 1 - h**2; the square is missing."""
    return (1 - h)[:, None] * U


@STEP.add(SLOPE)
def slope_without_one(U: Array, h: Array) -> Array:
    """The slope of tanh is 1 - h**2; you multiply by h**2 alone."""
    return (h**2)[:, None] * U


@STEP.add(CHAIN)
def squash_for_slope(U: Array, h: Array) -> Array:
    """You multiply by the value of the squashing function; the chain rule asks for its slope."""
    return h[:, None] * U


@STEP.add(CHAIN)
def slopes_added(U: Array, h: Array) -> Array:
    """The slopes are added to U; the chain rule multiplies."""
    return (1 - h**2)[:, None] + U


@STEP.add(CHAIN)
def diagonal_entry_by_entry(U: Array, h: Array) -> Array:
    """* multiplies entry by entry, so only the diagonal of U is left; the matrix product is @."""
    return np.diag(1 - h**2) * U


@STEP.add(CHAIN)
def slopes_at_u(U: Array, h: Array) -> Array:
    """The slopes stand there as one row, and a row times a matrix is a row. Put them on the
    diagonal of a matrix, np.diag(1 - h**2), or give them a second axis.
    """
    return np.asarray((1 - h**2) @ U)


@STEP.add(CHAIN)
def u_at_slopes(U: Array, h: Array) -> Array:
    """U is multiplied with the slopes as with one vector, and that gives a vector. Put them on the
    diagonal of a matrix, np.diag(1 - h**2), which stands to the left of U.
    """
    return np.asarray(U @ (1 - h**2))


# ---- many steps ----------------------------------------------------------------------------


def _product(steps: list[Array], units: int) -> Array:
    return reduce(lambda product, step: step @ product, steps, np.eye(units))


def _steps(U: Array, hs: Array, first: int, last: int) -> list[Array]:
    """The steps t = first to last, both counted."""
    return [right.step_jacobian(U, hs[t]) for t in range(first, last + 1)]


@SEQUENCE.add(JACOBIAN)
def product_in_reverse(U: Array, hs: Array, start: int, stop: int) -> Array:
    """The factors stand in the wrong order: the latest step is the leftmost, product = step @
    product.
    """
    return _product(_steps(U, hs, start + 1, stop)[::-1], len(U))


@SEQUENCE.add(ORDER)
def sequence_transposed(U: Array, hs: Array, start: int, stop: int) -> Array:
    """This is the transpose, which carries errors back; rows belong to the later state, columns to
    the earlier one.
    """
    return right.sequential_jacobian(U, hs, start, stop).T


@SEQUENCE.add(JACOBIAN)
def one_step_too_early(U: Array, hs: Array, start: int, stop: int) -> Array:
    """The slopes are one step early: you take those of h_start to h_{stop-1}. The step into h_t has
    the slope of h_t, and the first one leads into h_{start+1}.
    """
    return _product(_steps(U, hs, start, stop - 1), len(U))


@SEQUENCE.add(JACOBIAN)
def one_step_too_many(U: Array, hs: Array, start: int, stop: int) -> Array:
    """There is one step too many: from h_start to h_stop there are stop - start steps, the first
    into h_{start+1}.
    """
    return _product(_steps(U, hs, start, stop), len(U))


@SEQUENCE.add(JACOBIAN)
def last_step_missing(U: Array, hs: Array, start: int, stop: int) -> Array:
    """The last step is missing; range(a, b) ends before b, so let it end at stop + 1."""
    return _product(_steps(U, hs, start + 1, stop - 1), len(U))


@SEQUENCE.add(CHAIN)
def steps_added(U: Array, hs: Array, start: int, stop: int) -> Array:
    """The steps are added; along one path the chain rule multiplies."""
    return sum(_steps(U, hs, start + 1, stop), np.zeros_like(U))


@SEQUENCE.add(CHAIN)
def entries_multiplied(U: Array, hs: Array, start: int, stop: int) -> Array:
    """The steps are multiplied entry by entry (*); they are matrices and need @."""
    steps = _steps(U, hs, start + 1, stop)
    return np.prod(steps, axis=0) if steps else np.eye(len(U))


@SEQUENCE.add(CHAIN)
def one_step_to_a_power(U: Array, hs: Array, start: int, stop: int) -> Array:
    """You raise one step to a power; the slopes differ from step to step, so every step is a matrix
    of its own.
    """
    return np.linalg.matrix_power(right.step_jacobian(U, hs[stop]), stop - start)


@SEQUENCE.add(JACOBIAN)
def zero_for_no_step(U: Array, hs: Array, start: int, stop: int) -> Array:
    """For start = stop the answer is the identity: a state answers to itself one to one."""
    return right.sequential_jacobian(U, hs, start, stop) * (start != stop)


@SEQUENCE.add(CHAIN)
def weights_only(U: Array, hs: Array, start: int, stop: int) -> Array:
    """The slopes are missing: this is a power of U, true for a linear net only."""
    return np.linalg.matrix_power(U, stop - start)


@SEQUENCE.add(JACOBIAN)
def one_step_for_no_step(U: Array, hs: Array, start: int, stop: int) -> Array:
    """You begin with the first step, and take it even where start = stop. Begin with the identity,
    np.eye(len(U)): it is the answer where no step lies between.
    """
    if start == stop:
        return right.step_jacobian(U, hs[start + 1])
    return right.sequential_jacobian(U, hs, start, stop)


@SEQUENCE.add(JACOBIAN)
def nothing_for_no_step(U: Array, hs: Array, start: int, stop: int) -> Array | None:
    """For start = stop your function returns None; the answer is the identity, np.eye(len(U))."""
    return None if start == stop else right.sequential_jacobian(U, hs, start, stop)


@SEQUENCE.add(JACOBIAN)
def begun_with_ones(U: Array, hs: Array, start: int, stop: int) -> Array:
    """You begin with a matrix full of ones; what changes nothing in a matrix product is the
    identity, np.eye(len(U)).
    """
    return np.asarray(right.sequential_jacobian(U, hs, start, stop) @ np.ones_like(U))


@SEQUENCE.add(JACOBIAN)
def identity_entry_by_entry(U: Array, hs: Array, start: int, stop: int) -> Array:
    """The product is taken entry by entry (*), so the identity leaves nothing but the diagonal;
    matrices are multiplied by @.
    """
    return np.eye(len(U)) * entries_multiplied(U, hs, start, stop)


# ---- norms ---------------------------------------------------------------------------------


def _measured(U: Array, hs: Array, measure: object) -> Array:
    last = len(hs) - 1
    return np.array(
        [
            measure(right.sequential_jacobian(U, hs, last - n, last))  # type: ignore[operator]
            for n in range(1, last + 1)
        ]
    )


@NORMS.add(BOUND)
def frobenius(U: Array, hs: Array) -> Array:
    """This is the Frobenius norm, the root of the sum of all squares. The spectral norm is the most
    that a matrix can stretch a vector: np.linalg.norm(J, 2).
    """
    return _measured(U, hs, np.linalg.norm)


@NORMS.add(BOUND)
def largest_eigenvalue(U: Array, hs: Array) -> Array:
    """This is the size of the largest eigenvalue; the spectral norm is the largest singular
    value.
    """
    return _measured(U, hs, lambda J: np.abs(np.linalg.eigvals(J)).max())


@NORMS.add(BOUND)
def largest_entry(U: Array, hs: Array) -> Array:
    """This is the largest entry; the spectral norm is the most that the matrix can stretch a
    vector.
    """
    return _measured(U, hs, lambda J: np.abs(J).max())


@NORMS.add(BOUND)
def largest_row_sum(U: Array, hs: Array) -> Array:
    """This is the largest row sum, norm(J, inf); the spectral norm is norm(J, 2)."""
    return _measured(U, hs, lambda J: np.linalg.norm(J, np.inf))


@NORMS.add(BOUND)
def smallest_singular_value(U: Array, hs: Array) -> Array:
    """This is the smallest singular value; the spectral norm is the largest."""
    return _measured(U, hs, lambda J: np.linalg.norm(J, -2))


@NORMS.add(JACOBIAN)
def from_the_first_state(U: Array, hs: Array) -> Array:
    """You go forwards from h_0: dh_n/dh_0. Asked is the way back from the last state,
    dh_T/dh_{T-n}.
    """
    return np.array(
        [np.linalg.norm(right.sequential_jacobian(U, hs, 0, n), 2) for n in range(1, len(hs))]
    )


@NORMS.add(JACOBIAN)
def earliest_first(U: Array, hs: Array) -> Array:
    """The norms come in the wrong order: the first is for n = 1, one step back from the end."""
    return right.jacobian_norms(U, hs)[::-1]


@NORMS.add(JACOBIAN)
def lag_zero_counted(U: Array, hs: Array) -> Array:
    """The first norm is for n = 1; n = 0, whose norm is 1, is not asked for, and n = T is."""
    return np.concatenate([[1.0], right.jacobian_norms(U, hs)[:-1]])


@NORMS.add(JACOBIAN)
def lag_zero_added(U: Array, hs: Array) -> Array:
    """There is one number too many: n runs from 1 to T, and n = 0 is not asked for."""
    return np.concatenate([[1.0], right.jacobian_norms(U, hs)])


@NORMS.add(BOUND)
def product_of_norms(U: Array, hs: Array) -> Array:
    """You multiply the norms of the steps. That is the bound; the norm of the product is asked for,
    and it is smaller.
    """
    norms = [np.linalg.norm(right.step_jacobian(U, h), 2) for h in hs[1:]]
    return np.cumprod(norms[::-1])


@NORMS.add(JACOBIAN)
def one_step_each(U: Array, hs: Array) -> Array:
    """Each number is the norm of a single step; the error has to pass all steps from T - n to T."""
    return np.array([np.linalg.norm(right.step_jacobian(U, h), 2) for h in hs[:0:-1]])


@NORMS.add(JACOBIAN)
def first_state_left_out(U: Array, hs: Array) -> Array:
    """There is one number too few: for n = T the way goes back to the initial state, hs[0]."""
    return right.jacobian_norms(U, hs)[:-1]


# ---- the bound -----------------------------------------------------------------------------


@STEPS.add(BOUND)
def slope_forgotten(norm: float, slope: float, share: float) -> int:
    """The slope is missing: each step is bounded by slope times norm."""
    return right.steps_until(norm, 1.0, share)


@STEPS.add(BOUND)
def weights_forgotten(norm: float, slope: float, share: float) -> int:
    """The norm of U is missing: "each step keeps at most a quarter" is true only if |U| is at most
    one.
    """
    return right.steps_until(1.0, slope, share)


@STEPS.add(BOUND)
def one_step_short(norm: float, slope: float, share: float) -> int:
    """You are one step short: after that many steps the bound is not below the share yet. Round
    up.
    """
    found = right.steps_until(norm, slope, share)
    return found - 1 if found > 0 else found


@STEPS.add(BOUND)
def one_step_over(norm: float, slope: float, share: float) -> int:
    """You are one step over: the bound is below the share one step earlier."""
    found = right.steps_until(norm, slope, share)
    return found + 1 if found > 0 else found


@STEPS.add(BOUND)
def never_not_told(norm: float, slope: float, share: float) -> int:
    """Where slope times norm is one or more, the bound never falls; the answer is then -1."""
    factor = slope * norm
    if factor < 1:
        return right.steps_until(norm, slope, share)
    if factor == 1:
        raise ZeroDivisionError
    return math.floor(math.log(share) / math.log(factor)) + 1


@STEPS.add(BOUND)
def never_as_zero(norm: float, slope: float, share: float) -> int:
    """Where the bound never falls below the share the answer is -1; you return 0, which would say
    "at once".
    """
    return max(0, right.steps_until(norm, slope, share))


@STEPS.add(BOUND)
def not_rounded(norm: float, slope: float, share: float) -> float:
    """A number of steps is a whole number: round up."""
    factor = slope * norm
    return math.log(share) / math.log(factor) if factor < 1 else -1


@STEPS.add(BOUND)
def one_not_told(norm: float, slope: float, share: float) -> int:
    """Where slope times norm is exactly one the bound stays at one, and never falls either: ask for
    >= 1, not for > 1.
    """
    if slope * norm == 1:
        raise ZeroDivisionError
    return right.steps_until(norm, slope, share)


# ---- clipping ------------------------------------------------------------------------------


@CLIPPING.add(CLIP)
def each_array_alone(grads: Grads, threshold: float) -> Grads:
    """You clip each array by its own norm, which turns the gradient to another direction. Take one
    norm over all arrays, and one factor.
    """
    return {
        name: array * min(1.0, threshold / float(np.linalg.norm(array)))
        for name, array in grads.items()
    }


@CLIPPING.add(CLIP)
def clipped_by_value(grads: Grads, threshold: float) -> Grads:
    """You cut single entries off; that turns the gradient. Shorten all of it by one factor."""
    return {name: np.clip(array, -threshold, threshold) for name, array in grads.items()}


@CLIPPING.add(CLIP)
def always_scaled(grads: Grads, threshold: float) -> Grads:
    """A short gradient is stretched to the threshold; clipping only shortens. Where the norm is
    below the threshold, leave it as it is.
    """
    return right.scaled(grads, threshold / right.size(grads))


@CLIPPING.add(CLIP)
def scaled_to_one(grads: Grads, threshold: float) -> Grads:
    """A long gradient gets the length one; it should get the length of the threshold."""
    norm = right.size(grads)
    return right.scaled(grads, 1 / norm if norm > threshold else 1.0)


@CLIPPING.add(CLIP)
def square_for_norm(grads: Grads, threshold: float) -> Grads:
    """You take the sum of squares for the norm; the root is missing."""
    return right.scaled(grads, min(1.0, threshold / right.size(grads) ** 2))


@CLIPPING.add(CLIP)
def norms_added(grads: Grads, threshold: float) -> Grads:
    """You add up the norms of the arrays; add their squares and take the root of the sum."""
    total = sum(float(np.linalg.norm(array)) for array in grads.values())
    return right.scaled(grads, min(1.0, threshold / total))


@CLIPPING.add(CLIP)
def largest_for_norm(grads: Grads, threshold: float) -> Grads:
    """You measure the gradient by its largest entry; measure it by its norm, the root of the sum of
    all squares.
    """
    largest = max(float(np.abs(array).max()) for array in grads.values())
    return right.scaled(grads, min(1.0, threshold / largest))


@CLIPPING.add(CLIP)
def threshold_multiplied(grads: Grads, threshold: float) -> Grads:
    """A long gradient is multiplied by the threshold; divide it by its norm, too."""
    return right.scaled(grads, threshold if right.size(grads) > threshold else 1.0)


@CLIPPING.add(CLIP)
def clipped_the_other_way(grads: Grads, threshold: float) -> Grads:
    """The comparison is turned round: you stretch what is short, and leave what is long."""
    return right.scaled(grads, max(1.0, threshold / right.size(grads)))


@CLIPPING.add(CLIP)
def set_to_zero(grads: Grads, threshold: float) -> Grads:
    """A long gradient is thrown away; it still points the right way, so keep its direction."""
    return right.scaled(grads, 0.0 if right.size(grads) > threshold else 1.0)


@CLIPPING.add("")
def clipped_in_place(grads: Grads, threshold: float) -> Grads:
    """The values are right, but the call overwrites the arrays that it was given (*= and /= do
    that); make new ones.
    """
    factor = min(1.0, threshold / right.size(grads))
    for array in grads.values():
        array *= factor
    return grads


@CLIPPING.add(CLIP)
def factor_turned_round(grads: Grads, threshold: float) -> Grads:
    """The factor is upside down: threshold / norm shortens, norm / threshold stretches."""
    return right.scaled(grads, max(1.0, right.size(grads) / threshold))


@CLIPPING.add(CLIP)
def longest_array_for_norm(grads: Grads, threshold: float) -> Grads:
    """You take the norm of the longest array; the arrays together are longer. Add the squares of
    all of them and take the root of the sum.
    """
    longest = max(float(np.linalg.norm(array)) for array in grads.values())
    return right.scaled(grads, min(1.0, threshold / longest))


@CLIPPING.add(CLIP)
def spectral_for_size(grads: Grads, threshold: float) -> Grads:
    """np.linalg.norm(array, 2) is the spectral norm of a matrix; the length of a gradient is the
    root of the sum of all squares, (array**2).sum() over all arrays.
    """
    squares = sum(float(np.linalg.norm(array, 2)) ** 2 for array in grads.values())
    return right.scaled(grads, min(1.0, threshold / math.sqrt(squares)))
