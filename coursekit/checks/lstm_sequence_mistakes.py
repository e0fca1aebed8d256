"""A run of the LSTM over a sequence, and its gradient, in the known wrong ways."""

from __future__ import annotations

import numpy as np

from coursekit.checks.lstm_reference import (
    Array,
    Values,
    gradient,
    run,
    start,
    step_back,
    visit,
)
from coursekit.checks.spec import Catalogue

# Where the lessons say it.
CAROUSEL = "05#what-must-hold-for-many-units"
ERROR = "06#how-error-enters-and-leaves"
GATES_1997 = "06#the-1997-cell"

RUN = Catalogue()
GRADIENT = Catalogue()


@RUN.add("")
def run_without_hidden(params: Values, xs: Array) -> Array:
    """The hidden state h is not handed on: every step starts from h = 0."""
    return np.stack([v["h"] for *_, v in visit(params, xs, keep_h=False)])


@RUN.add(CAROUSEL)
def run_without_state(params: Values, xs: Array) -> Array:
    """The cell state c is not handed on: every step starts from c = 0, so nothing is remembered
    there.
    """
    return np.stack([v["h"] for *_, v in visit(params, xs, keep_c=False)])


@RUN.add(GATES_1997)
def run_returns_state(params: Values, xs: Array) -> Array:
    """You collect the cell state c; what the cell shows, and what is asked for, is h."""
    return np.stack([v["c"] for *_, v in visit(params, xs)])


@RUN.add("")
def run_one_step_late(params: Values, xs: Array) -> Array:
    """You collect h before each step; collect it after."""
    return np.stack([h for _, h, _, _ in visit(params, xs)])


@RUN.add("")
def run_with_initial_state(params: Values, xs: Array) -> Array:
    """You collect the initial state too; the result has one entry for each input, from the first
    step on.
    """
    return np.concatenate([start(params, xs)[np.newaxis], run(params, xs)])


@RUN.add("")
def run_last_only(params: Values, xs: Array) -> Array:
    """You return the last h only; the result has one entry for each step."""
    return run(params, xs)[-1]


@GRADIENT.add(ERROR)
def gradient_without_hidden(params: Values, xs: Array, grad_hs: Array) -> Values:
    """Going back a step you drop the gradient of h; the h of step t feeds step t+1, so back['h']
    has to be added to what arrives at step t.
    """
    return gradient(params, xs, grad_hs, keep_h=False)


@GRADIENT.add(CAROUSEL)
def gradient_without_carry(params: Values, xs: Array, grad_hs: Array) -> Values:
    """Going back a step you drop the gradient of c; hand back['c'] on as the grad_c of the step
    before.
    """
    return gradient(params, xs, grad_hs, keep_c=False)


@GRADIENT.add(ERROR)
def gradient_without_both(params: Values, xs: Array, grad_hs: Array) -> Values:
    """Each step is treated alone. Errors travel back in time: hand back['h'] and back['c'] on to
    the step before.
    """
    return gradient(params, xs, grad_hs, keep_h=False, keep_c=False)


@GRADIENT.add(ERROR)
def gradient_forwards(params: Values, xs: Array, grad_hs: Array) -> Values:
    """You walk from the first step to the last; errors travel the other way, so start at the last
    step.
    """
    return gradient(params, xs, grad_hs, backwards=False)


@GRADIENT.add(ERROR)
def gradient_of_last_error_only(params: Values, xs: Array, grad_hs: Array) -> Values:
    """Only the last step's error goes in; every step has its own grad_hs[t], added to what comes
    back from later.
    """
    last = np.zeros_like(grad_hs)
    last[-1] = grad_hs[-1]
    return gradient(params, xs, last)


@GRADIENT.add("")
def gradient_averaged(params: Values, xs: Array, grad_hs: Array) -> Values:
    """The gradients are averaged over time; one weight serves all steps, so its shares add up."""
    return {k: g / len(xs) for k, g in gradient(params, xs, grad_hs).items()}


@GRADIENT.add("")
def gradient_overwritten(params: Values, xs: Array, grad_hs: Array) -> Values:
    """Only the first step's share is left at the end: add up the shares of all steps (+=), do not
    overwrite them.
    """
    grad_h = grad_c = start(params, xs)
    back: Values = {}
    for (x, h, c, _), grad in zip(
        reversed(visit(params, xs)), reversed(list(grad_hs)), strict=True
    ):
        back = step_back(params, x, h, c, grad_h + grad, grad_c)
        grad_h, grad_c = back["h"], back["c"]
    return {k: back[k] for k in params}
