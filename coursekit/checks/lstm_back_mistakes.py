"""The backward step of the LSTM in the known wrong ways."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checks.lstm_reference import (
    GATES,
    Array,
    Values,
    back,
    deltas,
    grad_state,
    rows,
    sigmoid,
    slope,
    step,
    step_back,
)
from coursekit.checks.spec import Catalogue

# Where the lessons say it.
CAROUSEL = "05#what-must-hold-for-many-units"
ERROR = "06#how-error-enters-and-leaves"
REPAIR = "07#the-backward-step"

BACK = Catalogue()


def _with_state_gradient(
    rule: Any, params: Values, x: Array, h: Array, c: Array, grad_h: Array, grad_c: Array
) -> Values:
    v = step(params, x, h, c)
    new = rule(v, grad_h, grad_c)
    return back(params, x, h, v, deltas(v, c, grad_h, new), new)


def _with_deltas(
    rule: Any, params: Values, x: Array, h: Array, c: Array, grad_h: Array, grad_c: Array
) -> Values:
    v = step(params, x, h, c)
    new = grad_state(v, grad_h, grad_c)
    d = deltas(v, c, grad_h, new)
    return back(params, x, h, v, {**d, **rule(v, c, grad_h, new, d)}, new)


def _changed(given: tuple[Any, ...], change: Any) -> Values:
    params, x, h, c, grad_h, grad_c = given
    v = step(params, x, h, c)
    new = grad_state(v, grad_h, grad_c)
    right = back(params, x, h, v, deltas(v, c, grad_h, new), new)
    return {**right, **change(v, deltas(v, c, grad_h, new), new, right)}


@BACK.add(CAROUSEL)
def carry_dropped(*given: Any) -> Values:
    """The gradient that arrives along the state itself, grad_c, is dropped: it is the very path
    that makes the cell remember.
    """

    def rule(v: Values, grad_h: Array, grad_c: Array) -> Array:
        return grad_h * v["o"] * (1 - np.tanh(v["c"]) ** 2)

    return _with_state_gradient(rule, *given)


@BACK.add(ERROR)
def hidden_path_dropped(*given: Any) -> Values:
    """The state c' also acts through h' = o tanh(c'); the share of grad_h that goes this way is
    missing.
    """
    return _with_state_gradient(lambda v, grad_h, grad_c: grad_c, *given)


@BACK.add(ERROR)
def output_slope_left_out(*given: Any) -> Values:
    """On its way from h' into c' the gradient passes tanh; its derivative 1 - tanh(c')**2 is
    missing.
    """
    return _with_state_gradient(lambda v, grad_h, grad_c: grad_c + grad_h * v["o"], *given)


@BACK.add(ERROR)
def output_gate_left_out_of_path(*given: Any) -> Values:
    """On its way from h' into c' the gradient passes the output gate; multiply by o."""

    def rule(v: Values, grad_h: Array, grad_c: Array) -> Array:
        return grad_c + grad_h * (1 - np.tanh(v["c"]) ** 2)

    return _with_state_gradient(rule, *given)


@BACK.add(ERROR)
def slope_of_unsquashed_state(*given: Any) -> Values:
    """The derivative of tanh is 1 - tanh(c')**2; you use 1 - c'**2."""

    def rule(v: Values, grad_h: Array, grad_c: Array) -> Array:
        return grad_c + grad_h * v["o"] * (1 - v["c"] ** 2)

    return _with_state_gradient(rule, *given)


@BACK.add(ERROR)
def sigmoid_slope_left_out(*given: Any) -> Values:
    """The deltas of the gates lack the derivative of the sigmoid, s (1 - s)."""
    return _with_deltas(lambda v, c, gh, new, d: {k: d[k] / slope(v[k]) for k in "ifo"}, *given)


@BACK.add(ERROR)
def slope_of_gate_taken_twice(*given: Any) -> Values:
    """The sigmoid's derivative is taken at the gate's value as though it were the pre-activation:
    with s = sigma(net) it is s (1 - s), without another sigma.
    """

    def rule(v: Values, c: Array, gh: Array, new: Array, d: Values) -> Values:
        return {k: d[k] / slope(v[k]) * slope(sigmoid(v[k])) for k in "ifo"}

    return _with_deltas(rule, *given)


@BACK.add(ERROR)
def tanh_slope_left_out(*given: Any) -> Values:
    """The delta of the candidate lacks the derivative of tanh, 1 - g**2."""
    return _with_deltas(lambda v, c, gh, new, d: {"g": new * v["i"]}, *given)


@BACK.add(ERROR)
def candidate_slope_by_sigmoid(*given: Any) -> Values:
    """The candidate's delta uses the sigmoid's derivative g (1 - g); g comes from tanh, so it is 1
    - g**2.
    """
    return _with_deltas(lambda v, c, gh, new, d: {"g": new * v["i"] * slope(v["g"])}, *given)


@BACK.add(REPAIR)
def partners_swapped(*given: Any) -> Values:
    """The partners of i and f have changed places: i multiplies g, f multiplies the old c."""

    def rule(v: Values, c: Array, gh: Array, new: Array, d: Values) -> Values:
        return {"i": new * c * slope(v["i"]), "f": new * v["g"] * slope(v["f"])}

    return _with_deltas(rule, *given)


@BACK.add(REPAIR)
def new_state_at_forget_gate(*given: Any) -> Values:
    """The forget gate multiplies the state before the step; its delta needs the old c, not the new
    one. (A well known report prints it wrong.)
    """
    return _with_deltas(lambda v, c, gh, new, d: {"f": new * v["c"] * slope(v["f"])}, *given)


@BACK.add(ERROR)
def unsquashed_state_at_output_gate(*given: Any) -> Values:
    """The output gate multiplies tanh(c'), not c'; so does its delta."""
    return _with_deltas(lambda v, c, gh, new, d: {"o": gh * v["c"] * slope(v["o"])}, *given)


@BACK.add(ERROR)
def state_gradient_at_output_gate(*given: Any) -> Values:
    """The output gate acts on h' alone: its delta starts from grad_h, not from the gradient of the
    state.
    """

    def rule(v: Values, c: Array, gh: Array, new: Array, d: Values) -> Values:
        return {"o": new * np.tanh(v["c"]) * slope(v["o"])}

    return _with_deltas(rule, *given)


@BACK.add(ERROR)
def hidden_through_candidate_only(*given: Any) -> Values:
    """The gradient of h comes back through the candidate alone; h feeds all three gates too, so
    four terms add up.
    """
    return _changed(given, lambda v, d, new, right: {"h": d["g"] @ given[0]["U_g"]})


@BACK.add(ERROR)
def transposed_on_the_way_back(*given: Any) -> Values:
    """The gradient of h comes back through the same U that carried h forward, transposed: with
    rows as sequences that is delta @ U.
    """

    def change(v: Values, d: Values, new: Array, right: Values) -> Values:
        return {"h": sum((d[k] @ given[0][f"U_{k}"].T for k in GATES), 0 * given[2])}

    return _changed(given, change)


@BACK.add(REPAIR)
def forget_gate_left_out_of_carry(*given: Any) -> Values:
    """The gradient of the old c comes back whole; it was multiplied by f on the way forward, so it
    is on the way back.
    """
    return _changed(given, lambda v, d, new, right: {"c": new})


@BACK.add(ERROR)
def carry_past_the_output(*given: Any) -> Values:
    """The gradient of the old c uses grad_c alone; use the whole gradient of the new state, with
    the share that comes through h'.
    """
    return _changed(given, lambda v, d, new, right: {"c": given[5] * v["f"]})


@BACK.add(ERROR)
def new_hidden_at_recurrent_weights(*given: Any) -> Values:
    """The gradient of U multiplies the deltas with the new h; U was applied to the h before the
    step.
    """

    def change(v: Values, d: Values, new: Array, right: Values) -> Values:
        return {f"U_{k}": rows(d[k]).T @ rows(v["h"]) for k in GATES}

    return _changed(given, change)


@BACK.add("")
def batch_averaged(*given: Any) -> Values:
    """The gradients of the weights are averaged over the batch; here they are summed. (A mean
    belongs to the loss.)
    """
    count = len(rows(given[1]))
    return _changed(
        given, lambda v, d, new, right: {k: g / count for k, g in right.items() if k[0] in "WUb"}
    )


@BACK.add("")
def bias_not_summed(*given: Any) -> Values:
    """The gradient of a bias has one row for each sequence; one bias serves them all, so the rows
    add up.
    """
    return _changed(given, lambda v, d, new, right: {f"b_{k}": d[k] for k in GATES})


@BACK.add("")
def back_for_one_sequence(*given: Any) -> Values:
    """For one sequence this is right, but over a batch the outer products have to be summed:
    delta.T @ x does both at once.
    """

    def change(v: Values, d: Values, new: Array, right: Values) -> Values:
        sources = {"W": given[1], "U": given[2]}
        outer = {f"{w}_{k}": np.outer(d[k], a) for k in GATES for w, a in sources.items()}
        return {**outer, **{f"b_{k}": d[k] for k in GATES}}

    return _changed(given, change)


@BACK.add(ERROR)
def sign_turned(*given: Any) -> Values:
    """Every gradient has the wrong sign. You compute dL/dW; the minus comes later, with the
    learning rate.
    """
    return {k: -g for k, g in step_back(*given).items()}


@BACK.add("")
def back_in_place(
    params: Values, x: Array, h: Array, c: Array, grad_h: Array, grad_c: Array
) -> Values:
    """The values are right, but the call overwrites the grad_c that it was given (grad_c += ...
    does that); work on a new array.
    """
    v = step(params, x, h, c)
    grad_c += grad_h * v["o"] * (1 - np.tanh(v["c"]) ** 2)
    return back(params, x, h, v, deltas(v, c, grad_h, grad_c), grad_c)
