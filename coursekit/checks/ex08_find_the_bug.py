"""The answers of exercise 8: a check that names the wrong arrays, its verdicts, six mendings.

Functions cannot be handed to a student's process, so what the check convicts is asked by names,
and a mended function is asked for the gradients of nets that it has not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from coursekit.checks import bug_mistakes as wrong
from coursekit.checks import bug_reference as right
from coursekit.checks import bug_tool_mistakes as tool
from coursekit.checks import convict_mistakes as verdict
from coursekit.checks.bug_tool_mistakes import draw_net
from coursekit.checks.spec import Case, Catalogue, Check, Finding, Part

EXERCISE = "ex08_find_the_bug"
# The modules that answers of this exercise may import from coursekit.

# The title of a part, and the arrays that it looks at.
Groups = Mapping[str, tuple[str, ...]]


def _nudged_cases(rng: np.random.Generator) -> list[Case]:
    cell = draw_net(rng, "accused_4", 4)
    plain = draw_net(rng, "accused_1", 5)
    return [
        Case("a plain net, step 1e-5", (*plain, 1e-5), "the slopes"),
        Case("an LSTM, step 1e-5", (*cell, 1e-5), "the slopes"),
        Case("a plain net, step 0.1", (*plain, 0.1), "both sides, and the step that is given"),
        Case("a plain net", (*plain, 1e-5), "its inputs are left as they were", watch=True),
    ]


def _copy(gradient: right.Values, **changed: Any) -> right.Values:
    return {**{k: g.copy() for k, g in gradient.items()}, **changed}


def _one_entry(array: right.Array, change: Callable[[float], float]) -> right.Array:
    array = array.copy()
    place = np.unravel_index(np.abs(array).argmax(), array.shape)
    array[place] = change(array[place])
    return array


def _arrays_cases(rng: np.random.Generator) -> list[Case]:
    net = draw_net(rng, "accused_1", 5)
    g = right.plain_gradient(*net)
    measured = {k: a * (1 + 1e-9 * rng.normal(size=a.shape)) for k, a in g.items()}
    small = {k: 1e-4 * a for k, a in g.items()}
    unused = _copy(measured)
    unused["W"][:, 0] = 0
    rounded = _copy(unused)
    rounded["W"][:, 0] = 1e-18 * rng.choice([-1, 1], len(rounded["W"]))
    larger = _one_entry(g["W"], lambda entry: entry + 0.05 * abs(entry))
    smaller = _one_entry(g["b"], lambda entry: entry - 0.05 * abs(entry))
    nothing = _one_entry(g["U"], lambda entry: np.nan)
    return [
        Case("U is transposed", (_copy(g, U=g["U"].T), measured, 1e-4), "whole arrays"),
        Case(
            "W and b are twice too large",
            (_copy(g, W=2 * g["W"], b=2 * g["b"]), measured, 1e-4),
            "whole arrays",
        ),
        Case("one entry of W is too large", (_copy(g, W=larger), measured, 1e-4), "one entry"),
        Case("one entry of b is too small", (_copy(g, b=smaller), measured, 1e-4), "one entry"),
        Case("one entry of U is nan", (_copy(g, U=nothing), measured, 1e-4), "no number"),
        Case(
            "a small gradient, U is off by a tenth",
            (_copy(small, U=1.1 * small["U"]), small, 1e-4),
            "small gradients and zeros",
        ),
        Case("a right 0 that is 1e-18", (rounded, unused, 1e-4), "small gradients and zeros"),
        Case("all right", (_copy(g), measured, 1e-4), "the innocent go free"),
    ]


def _mended_cases(name: str, groups: Groups) -> Callable[[np.random.Generator], list[Case]]:
    def cases(rng: np.random.Generator) -> list[Case]:
        found = []
        for label, size in (("5 steps, 2 inputs, 3 units", (5, 2, 3)), ("7, 3 and 4", (7, 3, 4))):
            net = draw_net(rng, name, *size)
            found += [Case(label, net, part, keys=keys) for part, keys in groups.items()]
        net = draw_net(rng, name, 4)
        return [*found, Case("4 steps", net, "its inputs are left as they were", watch=True)]

    return cases


def _gate_groups(letters: str) -> Groups:
    titles = {"i": "input gate", "f": "forget gate", "o": "output gate", "g": "candidate"}
    return {f"the {titles[k]}": (f"W_{k}", f"U_{k}", f"b_{k}") for k in letters}


def _compare_verdicts(given: Any, expected: Any) -> Finding | None:
    """One list of names for each accused, in any order; what is wrong with the first that is."""
    if not isinstance(given, dict):
        return Finding("the answer must be a dict: name of the accused -> list of array names")
    missing = [name for name in expected if name not in given]
    if missing:
        return Finding(f"the answer has no entry for {', '.join(missing)}")
    for name, wanted in expected.items():
        finding = verdict.compare(given[name], wanted)
        if finding is not None:
            return Finding(f"{name}: {finding.message}", finding.detail)
    return None


PLAIN = {"the input weights W": ("W",), "the recurrent weights U": ("U",), "the bias b": ("b",)}
STACKED = {"the matrix M": ("M",), "the biases b": ("b",)}
LEFT = Part("its inputs are left as they were", 1)


def _mended(
    number: int,
    reference: Callable[..., Any],
    groups: Groups,
    points: tuple[int, ...],
    mistakes: Catalogue,
    hints: tuple[str, ...],
    lesson: str,
) -> Check:
    name = f"accused_{number}"
    return Check(
        name=f"mended_{number}",
        exercise=EXERCISE,
        reference=reference,
        parts=(*(Part(*share) for share in zip(groups, points, strict=True)), LEFT),
        cases=_mended_cases(name, groups),
        mistakes=mistakes,
        hints=hints,
        lesson=lesson,
    )


CHECKS = (
    Check(
        name="nudged_gradient",
        exercise=EXERCISE,
        reference=tool.nudged,
        parts=(
            Part("the slopes", 1),
            Part("both sides, and the step that is given", 1),
            Part("its inputs are left as they were", 1),
        ),
        cases=_nudged_cases,
        mistakes=tool.NUDGED,
        hints=(
            "It is your difference_gradient of exercise 2, with `loss` in place of `elman_loss`.",
            "Copy all arrays first. For each entry (np.ndindex): set it to old + step and measure,"
            " to old - step and measure, put the old number back.",
        ),
        lesson="02#the-slope-of-one-weight-measured",
    ),
    Check(
        name="wrong_arrays",
        exercise=EXERCISE,
        reference=tool.wrong_arrays,
        parts=(
            Part("whole arrays", 1),
            Part("one entry", 1),
            Part("no number", 1),
            Part("small gradients and zeros", 1),
            Part("the innocent go free", 1),
        ),
        cases=_arrays_cases,
        compare=verdict.compare,
        mistakes=tool.ARRAYS,
        hints=(
            "Judge each array by its worst entry, as in exercise 2, and collect the names.",
            "np.maximum compares entry by entry; the floor is the same number for all arrays.",
            "Convict unless all errors are at most the tolerance: that catches nan as well.",
        ),
        lesson="02#a-check-that-convicts",
    ),
    Check(
        name="one_step_verdicts",
        exercise=EXERCISE,
        reference=tool.verdicts,
        kind="value",
        points=3,
        compare=_compare_verdicts,
        mistakes=tool.VERDICTS,
        hints=(
            "CASES holds (function, net) under each name, and a net is (params, xs, targets). Cut"
            " it: xs[:1], targets[:1].",
            "For each: wrong_arrays(function(params, xs[:1], targets[:1]), nudged_gradient(...the"
            " same net...)).",
        ),
        needs=("nudged_gradient", "wrong_arrays"),
        lesson="02#convicted",
    ),
    _mended(
        1,
        right.plain_gradient,
        PLAIN,
        (1, 2, 1),
        wrong.WAY_BACK,
        (
            "With one step nothing is wrong, with six everything is: look at the one line that"
            " carries something from step to step.",
            "Forwards, row k of U collects into unit k. Backwards, who sends to unit k: the row or"
            " the column?",
        ),
        "02#who-uses-h_t",
    ),
    _mended(
        2,
        right.plain_gradient,
        {"the recurrent weights U": ("U",), "the other arrays": ("W", "b")},
        (3, 1),
        wrong.MEMORY,
        (
            "Only the gradient of U is wrong. In its line stand two factors; which one is the same"
            " at every step?",
            "Keep the state from *before* each step as well, starting with zeros.",
        ),
        "02#backpropagation-through-time",
    ),
    _mended(
        3,
        right.cell_gradient,
        _gate_groups("iog"),
        (1, 1, 2),
        wrong.CARRY,
        (
            "With one step nothing is wrong. Two things travel back from step to step; find where"
            " each is used.",
            "In c' = c + i g the old c has the factor 1. The gradient of the state is what came"
            " back along it, plus what comes through the output.",
        ),
        "05#what-must-hold-for-many-units",
    ),
    _mended(
        4,
        right.cell_gradient,
        _gate_groups("ifog"),
        (1, 1, 1, 1),
        wrong.SLOPES,
        (
            "With one step the candidate is right and two gates are wrong. (The third: what is c"
            " before the first step?) What do the gates have in common?",
            "A delta is taken before the squash. The candidate passes its slope; what is the slope"
            " of sigma, in terms of its value?",
        ),
        "06#how-error-enters-and-leaves",
    ),
    _mended(
        5,
        right.stacked_gradient,
        STACKED,
        (3, 1),
        wrong.ORDER,
        (
            "Measure M and print which *rows* are wrong on one step: 3 rows belong to each letter.",
            "Compare the order in which `stacked_run` splits the rows with the order in which the"
            " deltas are put together.",
        ),
        "07#the-lstm-step",
    ),
    _mended(
        6,
        right.cell_gradient,
        _gate_groups("fog"),
        (1, 2, 1),
        wrong.SQUASH,
        (
            "With one step every letter is wrong: the fault is where error enters the cell, at the"
            " output.",
            "Write the last equation of the forward pass beside the first two lines of the"
            " backward pass. What stands between c' and h'?",
            "Two lines: the output gate multiplied tanh(c'), and into the state goes the slope"
            " 1 - tanh(c')**2.",
        ),
        "06#how-error-enters-and-leaves",
    ),
)
