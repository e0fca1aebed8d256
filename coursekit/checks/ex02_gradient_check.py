"""The answers of exercise 2: loss, differences, verdict, backpropagation, a step of RTRL.

Functions cannot be handed to a student's process, so the verdict is asked of named gradients: the
student's own differences of the student's own loss must tell the wrong ones from the right ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.checks import convict_mistakes as verdict
from coursekit.checks import elman_gradient_mistakes as wrong
from coursekit.checks import elman_gradient_reference as right
from coursekit.checks.elman_gradient_reference import Array, Values
from coursekit.checks.spec import Case, Check, Part

EXERCISE = "ex02_gradient_check"
# The modules that answers of this exercise may import from coursekit.

Net = tuple[Values, Array, Array]
SIZES = {"5 steps, 2 inputs, 3 units, 2 outputs": (5, 2, 3, 2), "8 steps, 3, 4 and 1": (8, 3, 4, 1)}


def draw_net(rng: np.random.Generator, steps: int, inputs: int, units: int, outputs: int) -> Net:
    """Weights large enough that every wrong line shows; a sequence; targets."""
    params = {
        "W": rng.uniform(-1, 1, (units, inputs)),
        "U": rng.uniform(-1, 1, (units, units)),
        "b": rng.uniform(-1, 1, units),
        "V": rng.uniform(-1, 1, (outputs, units)),
        "d": rng.uniform(-1, 1, outputs),
    }
    return params, rng.normal(size=(steps, inputs)), rng.normal(size=(steps, outputs))


def _loss_cases(rng: np.random.Generator) -> list[Case]:
    one_step = draw_net(rng, 1, 2, 3, 2)
    return [
        Case("1 step, 2 inputs, 3 units, 2 outputs", one_step, "one step"),
        *(Case(label, draw_net(rng, *size), "a sequence") for label, size in SIZES.items()),
    ]


def _difference_cases(rng: np.random.Generator) -> list[Case]:
    label = "5 steps, 2 inputs, 3 units, 2 outputs"
    net = draw_net(rng, 5, 2, 3, 2)
    fine, coarse = (*net, 1e-5), (*draw_net(rng, 5, 2, 3, 2), 0.1)
    return [
        Case(f"{label}, step 1e-5", fine, "the slopes"),
        Case(f"{label}, step 0.1", coarse, "both sides, and the step that is given"),
        Case(label, fine, "its inputs are left as they were", watch=True),
    ]


def _gradient_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for label, size in SIZES.items():
        net = draw_net(rng, *size)
        cases += [
            Case(label, net, "the read-out V, d", keys=("V", "d")),
            Case(label, net, "the bias b", keys=("b",)),
            Case(label, net, "the input weights W", keys=("W",)),
            Case(label, net, "the recurrent weights U", keys=("U",)),
        ]
    net = draw_net(rng, 5, 2, 3, 2)
    return [*cases, Case("5 steps", net, "its inputs are left as they were", watch=True)]


def _influence_cases(rng: np.random.Generator) -> list[Case]:
    def draw(inputs: int, units: int) -> tuple[Any, ...]:
        params, xs, _ = draw_net(rng, 1, inputs, units, 1)
        shapes = {"W": (units, units, inputs), "U": (units, units, units), "b": (units, units)}
        old = {name: rng.uniform(-1, 1, shape) for name, shape in shapes.items()}
        return params, xs[0], rng.uniform(-0.9, 0.9, units), old

    cases = []
    for label, size in (("2 inputs, 3 units", (2, 3)), ("3 inputs, 4 units", (3, 4))):
        given = draw(*size)
        cases += [
            Case(label, given, "the new state", keys=("h",)),
            Case(label, given, "the influence of W, U and b", keys=("W", "U", "b")),
        ]
    return cases


# ---- the accused ---------------------------------------------------------------------------


def _scaled(gradient: Values, factor: float, names: tuple[str, ...] = right.NAMES) -> Values:
    return {k: g * factor if k in names else g.copy() for k, g in gradient.items()}


def _one_entry(gradient: Values, name: str, change: Callable[[float], float]) -> Values:
    """A copy that is wrong in the largest entry of one array."""
    copy = {k: g.copy() for k, g in gradient.items()}
    place = np.unravel_index(np.abs(copy[name]).argmax(), copy[name].shape)
    copy[name][place] = change(copy[name][place])
    return copy


def _rounded(gradient: Values, rng: np.random.Generator) -> Values:
    """The right gradient as another order of the sums gives it."""
    return {k: g * (1 + 1e-12 * rng.normal(size=g.shape)) for k, g in gradient.items()}


def _larger(entry: float) -> float:
    return entry + 0.05 * abs(entry)


def _smaller(entry: float) -> float:
    return entry - 0.05 * abs(entry)


CULPRITS: dict[str, tuple[str, Callable[[Net, Values], Values]]] = {
    "everything has the wrong sign": ("gross errors", lambda net, g: _scaled(g, -1)),
    "everything is twice too large": ("gross errors", lambda net, g: _scaled(g, 2)),
    "no error travels back in time": (
        "slips of backpropagation",
        lambda net, g: wrong.temporal_term_dropped(*net),
    ),
    "the gradient of U is transposed": (
        "slips of backpropagation",
        lambda net, g: wrong.outer_product_turned(*net),
    ),
    "h_t stands where h_{t-1} belongs": (
        "slips of backpropagation",
        lambda net, g: wrong.new_state_at_u(*net),
    ),
    "one entry of U is too large": ("a single entry", lambda net, g: _one_entry(g, "U", _larger)),
    "one entry of U is too small": ("a single entry", lambda net, g: _one_entry(g, "U", _smaller)),
    "only d is wrong": ("a single entry", lambda net, g: _scaled(g, 1.5, ("d",))),
    "one entry is nan": ("no number", lambda net, g: _one_entry(g, "U", lambda entry: np.nan)),
}


def _lineup(rng: np.random.Generator, net: Net, culprit: Any = None) -> tuple[Any, ...]:
    """Three claims under names that say nothing, at most one of them wrong."""
    gradient = right.gradient(*net)
    claims = [_rounded(gradient, rng) for _ in range(3)]
    if culprit is not None:
        claims[int(rng.integers(3))] = culprit(net, gradient)
    return (*net, {f"claim {number}": claim for number, claim in enumerate(claims, start=1)})


def _with_unused_input(rng: np.random.Generator) -> Net:
    """The last input is always 0, so nothing depends on its weights."""
    params, xs, targets = draw_net(rng, 5, 3, 3, 2)
    xs[:, -1] = 0
    return params, xs, targets


def _nearly_solved(rng: np.random.Generator) -> Net:
    """Outputs so near their targets that the whole gradient is small."""
    params, xs, targets = draw_net(rng, 5, 2, 3, 2)
    outputs = targets + right.residuals(params, xs, targets)
    return params, xs, outputs + 5e-3 * rng.normal(size=outputs.shape)


def _small_entry(gradient: Values) -> Values:
    """A copy that is off by a twentieth in an entry small enough for a norm to overlook."""
    sizes = np.concatenate([np.abs(g).ravel() for g in gradient.values()])
    small = float(sizes[sizes > 0.02 * sizes.max()].min())
    copy = {k: g.copy() for k, g in gradient.items()}
    for array in copy.values():
        array[np.abs(array) == small] *= 1.05
    return copy


def _lenient(rng: np.random.Generator) -> tuple[Any, ...]:
    """A tolerance of 0.01: one claim is off by 0.005 everywhere, one by 0.05 in a single entry."""
    net = draw_net(rng, 5, 2, 3, 2)
    gradient = right.gradient(*net)
    claims = [_rounded(gradient, rng), _scaled(gradient, 1.005), _small_entry(gradient)]
    order = rng.permutation(3)
    return (*net, {f"claim {n}": claims[k] for n, k in enumerate(order, start=1)}, 0.01)


def _convict_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for label, (part, culprit) in CULPRITS.items():
        net = draw_net(rng, 5, 2, 3, 2)
        cases.append(Case(label, _lineup(rng, net, culprit), part))
    unused = _with_unused_input(rng)
    given = _lineup(rng, unused)
    for claim in given[3].values():
        claim["W"][:, -1] = 1e-18 * rng.choice([-1, 1], 3)
    zeros = _lineup(rng, unused, CULPRITS["one entry of U is too large"][1])
    small = _lineup(rng, _nearly_solved(rng), lambda net, g: _scaled(g, 1.002))
    return [
        *cases,
        Case("tolerance 0.01, one entry is off by 0.05", _lenient(rng), "a single entry"),
        Case("the net has nearly learned: a small gradient", small, "small gradients and zeros"),
        Case("an input is always 0, one entry wrong", zeros, "small gradients and zeros"),
        Case("an input is always 0, all right", given, "the innocent go free"),
        Case("all right", _lineup(rng, draw_net(rng, 5, 2, 3, 2)), "the innocent go free"),
    ]


CHECKS = (
    Check(
        name="elman_loss",
        exercise=EXERCISE,
        reference=right.loss,
        parts=(Part("one step", 1), Part("a sequence", 3)),
        cases=_loss_cases,
        mistakes=wrong.LOSS,
        hints=(
            "Start from h = np.zeros(len(params['b'])) and a sum of 0; go through xs and targets"
            " side by side.",
            "In each step: the new h first, then y = V @ h + d, then add 0.5 * ((y - target) **"
            " 2).sum().",
        ),
        lesson="02#the-net-and-its-loss",
    ),
    Check(
        name="difference_gradient",
        exercise=EXERCISE,
        reference=right.differences,
        parts=(
            Part("the slopes", 3),
            Part("both sides, and the step that is given", 2),
            Part("its inputs are left as they were", 1),
        ),
        cases=_difference_cases,
        mistakes=wrong.DIFFERENCES,
        hints=(
            "Copy all five arrays first: moved = {k: v.copy() for k, v in params.items()}. Then"
            " nothing that you do to `moved` touches `params`.",
            "np.ndindex(array.shape) goes through the indices of an array of any shape.",
            "For each entry: keep the old number, set it to old + step and measure, set it to old -"
            " step and measure, put the old number back.",
        ),
        needs=("elman_loss",),
        lesson="02#the-slope-of-one-weight-measured",
    ),
    Check(
        name="convict",
        exercise=EXERCISE,
        reference=verdict.convict,
        parts=(
            Part("gross errors", 1),
            Part("slips of backpropagation", 2),
            Part("a single entry", 2),
            Part("no number", 1),
            Part("small gradients and zeros", 2),
            Part("the innocent go free", 2),
        ),
        cases=_convict_cases,
        compare=verdict.compare,
        mistakes=verdict.CONVICT,
        hints=(
            "Measure once, then judge each claim: for all five arrays, the error of every entry.",
            "The error of an entry is abs(given - measured) divided by the larger of the two sizes;"
            " np.maximum compares entry by entry.",
            "So that 0/0 cannot happen, divide by nothing smaller than a thousandth of the largest"
            " measured entry of the whole gradient.",
            "nan is not larger than anything: convict unless all errors are at most the tolerance,"
            " `not (errors <= tolerance).all()`.",
        ),
        needs=("difference_gradient", "elman_loss"),
        lesson="02#a-check-that-convicts",
    ),
    Check(
        name="elman_gradient",
        exercise=EXERCISE,
        reference=right.gradient,
        parts=(
            Part("the read-out V, d", 2),
            Part("the bias b", 2),
            Part("the input weights W", 2),
            Part("the recurrent weights U", 3),
            Part("its inputs are left as they were", 1),
        ),
        cases=_gradient_cases,
        mistakes=wrong.GRADIENT,
        hints=(
            "Forward first, and keep every h, the zeros of h_0 in front: hs[t] and hs[t + 1] are"
            " then the states before and after xs[t].",
            "The error at y_t is y_t - target_t. V gets its outer product with h after the step,"
            " d gets the error itself, and h gets V.T @ error: the spatial term.",
            "From the last step to the first: error at h = spatial term + U.T @ delta of the next"
            " step; delta = that, times 1 - h**2.",
            "W gets delta[:, None] * xs[t], U gets delta[:, None] * (h before the step), b gets"
            " delta. Add up over the steps.",
        ),
        lesson="02#backpropagation-through-time",
    ),
    Check(
        name="influence_step",
        exercise=EXERCISE,
        reference=right.influence_step,
        parts=(Part("the new state", 1), Part("the influence of W, U and b", 5)),
        cases=_influence_cases,
        mistakes=wrong.INFLUENCE,
        hints=(
            "influence['b'] has the shape (units, units): row k says how h[k] depends on each entry"
            " of b. One step carries it along: U @ influence['b'].",
            "np.tensordot(U, influence['W'], axes=1) is U @ (...) over the first axis of three.",
            "Own use: b[k] acts on net[k] alone, with factor 1: the identity. W[k, j] acts on it"
            " with factor x[j]: np.eye(units)[:, :, None] * x.",
            "Both parts pass the squash: multiply the sum by 1 - new_h**2, row by row.",
        ),
        lesson="02#real-time-recurrent-learning",
    ),
)
