"""The gradient check of exercise 8, measured and judged, in the known wrong ways."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checks import bug_mistakes as accused
from coursekit.checks import bug_reference as right
from coursekit.checks import elman_gradient_reference as elman
from coursekit.checks.bug_reference import Array, Rule, Values
from coursekit.checks.convict_mistakes import floor_of, guilty, relative_errors
from coursekit.checks.spec import Catalogue

DIFFERENCE = "02#the-slope-of-one-weight-measured"
CHECK = "02#a-check-that-convicts"
SLIPS = "02#four-slips-that-people-make"
CONVICTED = "02#convicted"

NUDGED = Catalogue()
ARRAYS = Catalogue()
VERDICTS = Catalogue()
TOLERANCE = 1e-4


# ---- finite differences ----------------------------------------------------------------------


def nudged(
    params: Values, xs: Array, targets: Array, step: float = 1e-5, measure: Rule = right.loss
) -> Values:
    """Central differences of the loss."""
    return elman.differences(params, xs, targets, step, measure)


@NUDGED.add(DIFFERENCE)
def nudged_upwards_only(params: Values, xs: Array, targets: Array, step: float = 1e-5) -> Values:
    """You move each weight up only; move it both ways, and the error falls with the square of the
    step.
    """
    start = right.loss(params, xs, targets)

    def measure(moved: Values, xs: Array, targets: Array) -> float:
        below = any((moved[k] < params[k]).any() for k in params)
        return start if below else right.loss(moved, xs, targets)

    return {k: 2 * g for k, g in nudged(params, xs, targets, step, measure).items()}


@NUDGED.add(DIFFERENCE)
def nudged_not_halved(*given: Any) -> Values:
    """Between the two losses the weight moves by 2 steps; you divide by one."""
    return {k: 2 * g for k, g in nudged(*given).items()}


@NUDGED.add(DIFFERENCE)
def nudged_sign_turned(*given: Any) -> Values:
    """The sign is turned: take the loss above minus the loss below."""
    return {k: -g for k, g in nudged(*given).items()}


@NUDGED.add(DIFFERENCE)
def nudged_by_another_step(params: Values, xs: Array, targets: Array, step: float = 1e-5) -> Values:
    """You move by a step of your own; use the `step` that the function is given."""
    return nudged(params, xs, targets)


@NUDGED.add("")
def nudged_and_left(params: Values, xs: Array, targets: Array, step: float = 1e-5) -> Values:
    """The slopes are right, but afterwards `params` is not what it was; work on copies."""
    grads = nudged(params, xs, targets, step)
    for array in params.values():
        array += step / 1024
    return grads


# ---- which arrays ----------------------------------------------------------------------------


def wrong_arrays(given: Values, measured: Values, tolerance: float = TOLERANCE) -> list[str]:
    """The names of the arrays with an entry that is off."""
    floor = floor_of(measured)
    return sorted(
        k
        for k, m in measured.items()
        if not (relative_errors(given[k], m, floor) <= tolerance).all()
    )


def _sizes(given: Array, measured: Array) -> Array:
    return np.maximum(np.abs(given), np.abs(measured))


def _each(judge: Rule, given: Values, measured: Values, tolerance: float) -> list[str]:
    floor = floor_of(measured)
    with np.errstate(all="ignore"):
        return sorted(k for k, m in measured.items() if judge(given[k], m, tolerance, floor))


@ARRAYS.add(CHECK)
def gap_not_relative(given: Values, measured: Values, tolerance: float = TOLERANCE) -> list[str]:
    """You compare the gap itself with the tolerance; where the whole gradient is small, a wrong
    array slips through. Divide by the size of the entry.
    """
    return _each(lambda g, m, t, floor: not (np.abs(g - m) <= t).all(), given, measured, tolerance)


@ARRAYS.add(CHECK)
def gap_with_its_sign(given: Values, measured: Values, tolerance: float = TOLERANCE) -> list[str]:
    """You look at given - measured without its absolute value, so an array that is too small is let
    off.
    """

    def judge(g: Array, m: Array, t: float, floor: float) -> bool:
        return not ((g - m) / np.maximum(_sizes(g, m), floor) <= t).all()

    return _each(judge, given, measured, tolerance)


@ARRAYS.add(CHECK)
def nan_let_off(given: Values, measured: Values, tolerance: float = TOLERANCE) -> list[str]:
    """An array with a nan is let off: nan > tolerance is False. Ask whether every error is small
    (`not (errors <= tolerance).all()`).
    """

    def judge(g: Array, m: Array, t: float, floor: float) -> bool:
        return bool((np.abs(g - m) / np.maximum(_sizes(g, m), floor) > t).any())

    return _each(judge, given, measured, tolerance)


@ARRAYS.add(CHECK)
def zero_convicted(given: Values, measured: Values, tolerance: float = TOLERANCE) -> list[str]:
    """An entry that should be 0 is given as 1e-18 by rounding, and you convict it: relative to
    itself that is an error of 1. Put a floor under the division.
    """

    def judge(g: Array, m: Array, t: float, floor: float) -> bool:
        errors = np.abs(g - m) / _sizes(g, m)
        return bool((errors > t).any()) or not np.isfinite(g).all()

    return _each(judge, given, measured, tolerance)


@ARRAYS.add(CHECK)
def all_entries_asked(given: Values, measured: Values, tolerance: float = TOLERANCE) -> list[str]:
    """You convict an array only where *every* entry is wrong; one is enough."""

    def judge(g: Array, m: Array, t: float, floor: float) -> bool:
        return bool((relative_errors(g, m, floor) > t).all())

    return _each(judge, given, measured, tolerance)


@ARRAYS.add(CHECK)
def right_ones_returned(given: Values, measured: Values, tolerance: float = TOLERANCE) -> list[str]:
    """You return the arrays that are right; asked are the wrong ones."""
    return sorted(set(measured) - set(wrong_arrays(given, measured, tolerance)))


@ARRAYS.add(CHECK)
def all_arrays_convicted(
    given: Values, measured: Values, tolerance: float = TOLERANCE
) -> list[str]:
    """One wrong array, and you convict all of them; judge each array by itself. The names are what
    leads you to the wrong line.
    """
    return sorted(measured) if guilty(given, measured, tolerance) else []


# ---- one step only ---------------------------------------------------------------------------

ACCUSED: dict[str, Rule] = {
    f"accused_{number}": catalogue[0].wrong
    for number, catalogue in enumerate(
        (
            accused.WAY_BACK,
            accused.MEMORY,
            accused.CARRY,
            accused.SLOPES,
            accused.ORDER,
            accused.SQUASH,
        ),
        start=1,
    )
}
LETTERS = {
    "accused_3": "iog",
    "accused_4": "ifog",
    "accused_5": "ifog",
    "accused_6": "fog",
}


def draw_net(
    rng: np.random.Generator, name: str, steps: int, inputs: int = 2, units: int = 3
) -> tuple[Values, Array, Array]:
    """The net of one of the accused, with weights large enough that every wrong line shows."""
    params: Values = {}
    for k in LETTERS.get(name, " "):
        end = f"_{k}" if name in LETTERS else ""
        params[f"W{end}"] = rng.uniform(-1, 1, (units, inputs))
        params[f"U{end}"] = rng.uniform(-1, 1, (units, units))
        params[f"b{end}"] = rng.uniform(-1, 1, units)
    if name == "accused_5":
        params = right.stack(params)
    return params, 1.5 * rng.normal(size=(steps, inputs)), 1.5 * rng.normal(size=(steps, units))


def verdicts(steps: int = 1) -> dict[str, list[str]]:
    """Which arrays of each accused are wrong on a sequence of so many steps."""
    found = {}
    for name, wrong in ACCUSED.items():
        net = draw_net(np.random.default_rng(8), name, steps)
        found[name] = wrong_arrays(wrong(*net), nudged(*net))
    return found


@VERDICTS.add(SLIPS)
def many_steps_taken() -> dict[str, list[str]]:
    """These are the verdicts on several steps; asked is a sequence of one step, xs[:1] and
    targets[:1].
    """
    return verdicts(6)


@VERDICTS.add(CONVICTED)
def innocent_listed() -> dict[str, list[str]]:
    """You list the arrays that are right; asked are those that the check convicts."""
    found = {}
    for name, wrong in verdicts().items():
        params, _, _ = draw_net(np.random.default_rng(8), name, 1)
        found[name] = sorted(set(params) - set(wrong))
    return found
