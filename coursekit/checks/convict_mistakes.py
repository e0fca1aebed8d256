"""The verdict on claimed gradients, the right way and in known wrong ways.

A claim is judged by its worst entry: |given - measured| / max(|given|, |measured|, floor), where
the floor is a thousandth of the largest measured entry. An entry that is no number convicts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.checks import elman_gradient_reference as right
from coursekit.checks.elman_gradient_reference import Array, Values
from coursekit.checks.spec import Catalogue, Finding

CHECK = "02#a-check-that-convicts"
STEP = "02#how-far-to-move"

CONVICT = Catalogue()
TOLERANCE = 1e-4
Claims = dict[str, Values]


def relative_errors(given: Array, measured: Array, floor: float) -> Array:
    """The error of every entry relative to its own size, infinite where it is no number."""
    size = np.maximum(np.maximum(np.abs(given), np.abs(measured)), floor)
    return np.where(np.isfinite(given), np.abs(given - measured) / size, np.inf)


def floor_of(measured: Values) -> float:
    """A thousandth of the largest entry: what is much smaller cannot be measured."""
    return max(1e-3 * max(float(np.abs(m).max()) for m in measured.values()), 1e-12)


def guilty(claim: Values, measured: Values, tolerance: float) -> bool:
    """Whether the worst entry of a claim is off by more than the tolerance."""
    floor = floor_of(measured)
    return any(
        bool((relative_errors(claim[k], m, floor) > tolerance).any()) for k, m in measured.items()
    )


def convict(
    params: Values, xs: Array, targets: Array, claims: Claims, tolerance: float = TOLERANCE
) -> list[str]:
    """The names of the claims that are wrong, in the order in which they are given."""
    measured = right.differences(params, xs, targets)
    return [name for name, claim in claims.items() if guilty(claim, measured, tolerance)]


def compare(given: Any, expected: Any) -> Finding | None:
    """Names in any order; who was let off, and who was convicted though innocent."""
    if not isinstance(given, list | tuple) or not all(isinstance(name, str) for name in given):
        return Finding("the answer must be a list of names, such as ['claim 2']")
    free = [name for name in expected if name not in given]
    accused = [name for name in given if name not in expected]
    if not free and not accused:
        return None
    said = [f"{len(free)} wrong let off"] * bool(free) + [f"{len(accused)} right convicted"] * bool(
        accused
    )
    return Finding(
        f"the verdict is wrong: {' and '.join(said)}",
        f"(you convict {list(given)}, expected {list(expected)})",
    )


def _flat(values: Values, like: Values) -> Array:
    return np.concatenate([np.ravel(values[name]) for name in like])


def _gap(claim: Values, measured: Values) -> Array:
    return _flat(claim, measured) - _flat(measured, measured)


def _size(claim: Values, measured: Values) -> Array:
    return np.maximum(np.abs(_flat(claim, measured)), np.abs(_flat(measured, measured)))


def _judged(
    judge: Callable[[Values, Values, float], Any],
    given: tuple[Any, ...],
    measure: Callable[[Values, Array, Array], Values] = right.differences,
) -> list[str]:
    """Whom `judge(claim, measured, tolerance)` finds guilty."""
    params, xs, targets, claims, tolerance = (*given, TOLERANCE)[:5]
    measured = measure(params, xs, targets)
    with np.errstate(all="ignore"):
        return [name for name, claim in claims.items() if judge(claim, measured, tolerance)]


@CONVICT.add(CHECK)
def absolute_error(*given: Any) -> list[str]:
    """You compare the gap itself with the tolerance; where the whole gradient is small, a wrong one
    slips through. Divide by the size of the entry.
    """
    return _judged(lambda c, m, t: not np.all(np.abs(_gap(c, m)) <= t), given)


@CONVICT.add(CHECK)
def mean_error(*given: Any) -> list[str]:
    """You judge by a mean over the entries with a tolerance that forgives; the one entry that is
    wrong is lost in it. Take the worst entry.
    """

    def judge(claim: Values, measured: Values, tolerance: float) -> Any:
        errors = np.abs(_gap(claim, measured)) / np.mean(_size(claim, measured))
        return not np.mean(errors) <= max(tolerance, 1e-2)

    return _judged(judge, given)


@CONVICT.add(CHECK)
def right_ones_outvote(*given: Any) -> list[str]:
    """You judge by a mean, or by one norm over all entries. With a tolerance of 1e-4 that happens
    to do; with 0.01 the one entry that is wrong is lost among the right ones. Take the worst entry.
    """

    def judge(claim: Values, measured: Values, tolerance: float) -> Any:
        floor = floor_of(measured)
        errors = [relative_errors(claim[k], m, floor).ravel() for k, m in measured.items()]
        return not np.mean(np.concatenate(errors)) <= tolerance

    return _judged(judge, given)


@CONVICT.add(CHECK)
def tolerance_not_used(*given: Any) -> list[str]:
    """You judge by a tolerance of your own; use the `tolerance` that the function is given."""
    return _judged(lambda c, m, t: guilty(c, m, TOLERANCE), given)


@CONVICT.add(CHECK)
def sizes_compared(*given: Any) -> list[str]:
    """You compare the sizes of the two gradients; a transposed one or one with the wrong sign is as
    large as the right one. Take the size of the difference.
    """

    def judge(claim: Values, measured: Values, tolerance: float) -> Any:
        norms = {k: (np.linalg.norm(claim[k]), np.linalg.norm(m)) for k, m in measured.items()}
        return not all(abs(a - b) <= tolerance * max(a, b) for a, b in norms.values())

    return _judged(judge, given)


@CONVICT.add(CHECK)
def sign_of_the_gap_kept(*given: Any) -> list[str]:
    """You look at given - measured without its absolute value, so an entry that is too small is let
    off.
    """

    def judge(claim: Values, measured: Values, tolerance: float) -> Any:
        size = np.maximum(_size(claim, measured), floor_of(measured))
        return not np.all(_gap(claim, measured) / size <= tolerance)

    return _judged(judge, given)


@CONVICT.add(CHECK)
def no_number_let_off(*given: Any) -> list[str]:
    """A claim with an entry that is nan is let off: nan > tolerance is False. Ask whether every
    error is small (`not (errors <= tolerance).all()`), or look for nan first.
    """

    def judge(claim: Values, measured: Values, tolerance: float) -> Any:
        size = np.maximum(_size(claim, measured), floor_of(measured))
        return np.any(np.abs(_gap(claim, measured)) / size > tolerance)

    return _judged(judge, given)


@CONVICT.add(CHECK)
def worst_hidden_by_nan(*given: Any) -> list[str]:
    """Where given and measured are both 0 your error is 0/0 = nan, and the largest of a row with a
    nan is nan: whatever else is wrong is let off. A floor under the division mends it.
    """

    def judge(claim: Values, measured: Values, tolerance: float) -> Any:
        return np.max(np.abs(_gap(claim, measured)) / _size(claim, measured)) > tolerance

    return _judged(judge, given)


@CONVICT.add(CHECK)
def no_floor(*given: Any) -> list[str]:
    """An entry that should be 0 is given as 1e-18 or so, by rounding; relative to itself that is
    an error of 1, and you convict a right gradient. Put a floor under the division.
    """

    def judge(claim: Values, measured: Values, tolerance: float) -> Any:
        errors = np.abs(_gap(claim, measured)) / _size(claim, measured)
        return np.any(errors > tolerance) or not np.isfinite(_flat(claim, measured)).all()

    return _judged(judge, given)


@CONVICT.add(CHECK)
def zero_by_zero(*given: Any) -> list[str]:
    """Where given and measured are both 0 your error is 0/0 = nan, and a nan convicts: a right
    gradient is taken for a wrong one. Put a floor under the division.
    """

    def judge(claim: Values, measured: Values, tolerance: float) -> Any:
        return not np.all(np.abs(_gap(claim, measured)) / _size(claim, measured) <= tolerance)

    return _judged(judge, given)


@CONVICT.add(CHECK)
def absolute_error_and_nan(*given: Any) -> list[str]:
    """You compare the gap itself with the tolerance: where the whole gradient is small, a wrong one
    slips through. And nan > tolerance is False, so a nan goes free: ask `not (... <= tolerance)`.
    """
    return _judged(lambda c, m, t: np.max(np.abs(_gap(c, m))) > t, given)


@CONVICT.add(CHECK)
def first_array_only(*given: Any) -> list[str]:
    """Only the first array, W, is looked at; look at all five before you let a claim go."""
    return _judged(lambda c, m, t: guilty({"W": c["W"]}, {"W": m["W"]}, t), given)


@CONVICT.add(CHECK)
def biases_not_looked_at(*given: Any) -> list[str]:
    """The biases are not looked at; a gradient that is wrong in b or d alone goes free."""

    def judge(claim: Values, measured: Values, tolerance: float) -> Any:
        seen = {name: measured[name] for name in ("W", "U", "V")}
        return guilty(claim, seen, tolerance)

    return _judged(judge, given)


@CONVICT.add(CHECK)
def every_entry_must_be_wrong(*given: Any) -> list[str]:
    """You convict only where *every* entry is wrong (all); one is enough (any)."""

    def judge(claim: Values, measured: Values, tolerance: float) -> Any:
        floor = floor_of(measured)
        return all(
            (relative_errors(claim[k], m, floor) > tolerance).all() for k, m in measured.items()
        )

    return _judged(judge, given)


@CONVICT.add(CHECK)
def acquitted_returned(*given: Any) -> list[str]:
    """You return the names of the right ones; asked are those that are convicted."""
    return _judged(lambda c, m, t: not guilty(c, m, t), given)


@CONVICT.add(STEP)
def everybody_convicted(*given: Any) -> list[str]:
    """You convict everybody, the right ones too. If your differences are to blame: with a step far
    from 1e-5 they leave the tangent or drown in rounding.
    """
    return _judged(
        guilty, given, lambda params, xs, targets: right.differences(params, xs, targets, 1e-13)
    )
