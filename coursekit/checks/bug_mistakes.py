"""The six accused of exercise 8 as they stand, half mended, and mended in the wrong place."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from coursekit.checks import bug_reference as right
from coursekit.checks.bug_reference import Array, Rule, Values
from coursekit.checks.elman_gradient_reference import deltas, states
from coursekit.checks.lstm_reference import sigmoid, slope
from coursekit.checks.spec import Catalogue

# Where the lessons say it.
USERS = "02#who-uses-h_t"
BPTT = "02#backpropagation-through-time"
USES = "02#one-weight-used-at-every-step"
CAROUSEL = "05#what-must-hold-for-many-units"
ERROR = "06#how-error-enters-and-leaves"
STEP = "07#the-lstm-step"
REPAIR = "07#the-backward-step"

WAY_BACK = Catalogue()
MEMORY = Catalogue()
CARRY = Catalogue()
SLOPES = Catalogue()
ORDER = Catalogue()
SQUASH = Catalogue()


# ---- 1: the way back -----------------------------------------------------------------------


def _through_u(params: Values, delta: Array) -> Array:
    return params["U"] @ delta


def _turned(gradient: Values) -> Values:
    return {**gradient, "U": gradient["U"].T}


@WAY_BACK.add(USERS, "untouched_1")
def product_not_transposed(*given: Any) -> Values:
    """The error still goes back through U. Forwards it was U @ h, so backwards it is U.T @ delta;
    U is square, and no shape complains.
    """
    return right.plain_gradient(*given, back=_through_u)


@WAY_BACK.add(USERS)
def wrong_product_turned(*given: Any) -> Values:
    """You turned the outer product of U's gradient. That one was right (rows belong to delta); the
    product on the way back is the one to transpose.
    """
    return _turned(right.plain_gradient(*given, back=_through_u))


@WAY_BACK.add(BPTT)
def both_products_turned(*given: Any) -> Values:
    """The way back is mended, but you also turned the outer product of U's gradient, which was
    right: delta stands for its rows.
    """
    return _turned(right.plain_gradient(*given))


@WAY_BACK.add(USERS)
def way_back_removed(*given: Any) -> Values:
    """The wrong term is gone, and with it everything that travels back in time. Mend the product,
    do not drop it.
    """
    return right.plain_gradient(*given, back=lambda params, delta: 0 * delta)


@WAY_BACK.add(USERS)
def weights_taken_out(*given: Any) -> Values:
    """The later delta is added as it is; it comes back through the weights, U.T @ delta."""
    return right.plain_gradient(*given, back=lambda params, delta: delta)


@WAY_BACK.add(USERS)
def slope_lost(*given: Any) -> Values:
    """The way back is mended, but the slope of tanh got lost on the way: delta is what arrives
    times 1 - h**2.
    """
    return right.plain_gradient(*given, slope=lambda h: np.ones_like(h))


# ---- 2: which state ------------------------------------------------------------------------


def _with_states(rule: Rule, params: Values, xs: Array, targets: Array) -> Values:
    hs = states(params, xs)
    ds = deltas(params, hs, hs[1:] - targets)
    return {**right.plain_gradient(params, xs, targets), "U": ds.T @ rule(hs)}


@MEMORY.add(BPTT, "untouched_2")
def last_state_everywhere(*given: Any) -> Values:
    """Every delta still meets the same h, the one that the forward loop left behind. At each step U
    met the state before that step.
    """
    return _with_states(lambda hs: np.tile(hs[-1], (len(hs) - 1, 1)), *given)


@MEMORY.add(BPTT)
def state_after_the_step(*given: Any) -> Values:
    """Now each delta meets the state of its own step, which is the one *after* U was used; take the
    state one step earlier.
    """
    return _with_states(lambda hs: hs[1:], *given)


@MEMORY.add(BPTT)
def first_step_wraps_round(*given: Any) -> Values:
    """All steps are right but the first: an index t - 1 at t = 0 is -1, and that is the *last*
    state. Before the first step stands h_0 = 0.
    """
    return _with_states(lambda hs: np.vstack([hs[-1:], hs[1:-1]]), *given)


@MEMORY.add(BPTT)
def two_steps_earlier(*given: Any) -> Values:
    """You went one step too far: delta_t meets h_{t-1}, and you take h_{t-2}."""
    return _with_states(lambda hs: np.vstack([hs[:1], hs[:-2]]), *given)


@MEMORY.add(BPTT)
def states_in_the_other_order(*given: Any) -> Values:
    """The deltas walk from the last step to the first, and your states from the first to the last;
    turn both round, or neither.
    """
    return _with_states(lambda hs: hs[:-1][::-1], *given)


@MEMORY.add(USES)
def state_set_to_zero(*given: Any) -> Values:
    """The h left behind is set to zero, so U gets no gradient at all. Only before the first step
    is the state zero.
    """
    return _with_states(lambda hs: 0 * hs[:-1], *given)


# ---- 3: the carousel, in the cell of 1997 ----------------------------------------------------


def _cell(**rules: Rule) -> Rule:
    return partial(right.cell_gradient, **rules)  # type: ignore[arg-type]


def _through_output(v: Values, error: Array, carried: Array) -> Array:
    return error * v["o"] * right.tanh_slope(v["new_c"])


@CARRY.add(CAROUSEL, "untouched_3")
def carry_never_added(*given: Any) -> Values:
    """What comes back along the state is worked out, and nobody adds it. It is the very path that
    makes the cell remember: the state's gradient is a sum of two.
    """
    return _cell(state=_through_output)(*given)


@CARRY.add(ERROR)
def output_path_replaced(*given: Any) -> Values:
    """The carry now stands in place of the path through the output, and no error gets in any more.
    Add the two.
    """
    return _cell(state=lambda v, error, carried: carried)(*given)


@CARRY.add(CAROUSEL)
def carry_squashed(*given: Any) -> Values:
    """The carry is added inside the bracket and passes the slope of tanh. Along the state nothing
    is squashed: add it after the product.
    """

    def rule(v: Values, error: Array, carried: Array) -> Array:
        return (carried + error * v["o"]) * right.tanh_slope(v["new_c"])

    return _cell(state=rule)(*given)


@CARRY.add(ERROR)
def carry_added_to_the_output(*given: Any) -> Values:
    """The carry is added to the error at h, so it passes the output gate. It belongs to the state
    itself.
    """
    return _cell(arriving=lambda v, error, carried: error + carried, state=_through_output)(*given)


@CARRY.add(CAROUSEL)
def carry_squashed_when_leaving(*given: Any) -> Values:
    """On its way out to the step before, the state's gradient passes a slope of tanh. The state
    went c' = c + i g: nothing squashed it, so the factor is 1.
    """
    return _cell(leaving=lambda v, state: state * right.tanh_slope(v["new_c"]))(*given)


@CARRY.add(CAROUSEL)
def carry_through_the_input_gate(*given: Any) -> Values:
    """On its way to the step before, the state's gradient passes the input gate. In c' = c + i g
    the old c has no gate: the factor is 1.
    """
    return _cell(leaving=lambda v, state: state * v["i"])(*given)


@CARRY.add(CAROUSEL)
def carry_counted_twice(*given: Any) -> Values:
    """The carry is added twice; it doubles at every step back. Once is enough."""
    return _cell(state=lambda v, e, carried: right.whole(v, e, carried) + carried)(*given)


# ---- 4: the slopes of the gates --------------------------------------------------------------


def _errors(change: Rule) -> Rule:
    def rule(v: Values, error: Array, state: Array) -> Values:
        d = right.gate_errors(v, error, state)
        return {**d, **change(v, d, state)}

    return _cell(errors=rule)


def _bare(names: str) -> Rule:
    return lambda v, d, state: {k: d[k] / slope(v[k]) for k in names}


@SLOPES.add(ERROR, "untouched_4")
def gate_slopes_missing(*given: Any) -> Values:
    """What arrives at the gates still reaches the weights without the derivative of the sigmoid,
    s (1 - s); and all three gates have one.
    """
    return _errors(_bare("ifo"))(*given)


@SLOPES.add(ERROR)
def output_gate_forgotten(*given: Any) -> Values:
    """i and f are mended; the output gate is a sigmoid too and lacks its o (1 - o)."""
    return _errors(_bare("o"))(*given)


@SLOPES.add(ERROR)
def output_gate_only(*given: Any) -> Values:
    """The output gate is mended; i and f are sigmoids too and lack their s (1 - s)."""
    return _errors(_bare("if"))(*given)


@SLOPES.add(REPAIR)
def forget_gate_forgotten(*given: Any) -> Values:
    """i and o are mended; the forget gate is a sigmoid too and lacks its f (1 - f)."""
    return _errors(_bare("f"))(*given)


@SLOPES.add(ERROR)
def tanh_slope_at_the_gates(*given: Any) -> Values:
    """At the gates you use 1 - s**2, the derivative of tanh; for the sigmoid it is s (1 - s)."""

    def change(v: Values, d: Values, state: Array) -> Values:
        return {k: d[k] / slope(v[k]) * (1 - v[k] ** 2) for k in "ifo"}

    return _errors(change)(*given)


@SLOPES.add(ERROR)
def gates_squashed_again(*given: Any) -> Values:
    """You squash the gates once more: s is sigma(net) already, so its slope is s (1 - s) without
    another sigma.
    """

    def change(v: Values, d: Values, state: Array) -> Values:
        return {k: d[k] / slope(v[k]) * slope(sigmoid(v[k])) for k in "ifo"}

    return _errors(change)(*given)


@SLOPES.add(ERROR)
def sigmoid_slope_at_candidate(*given: Any) -> Values:
    """The gates are mended, but g got the sigmoid's slope as well; g comes from tanh, and its
    1 - g**2 was right.
    """
    return _errors(lambda v, d, state: {"g": state * v["i"] * slope(v["g"])})(*given)


# ---- 5: the order of the rows ----------------------------------------------------------------


def _stacked(change: Rule | None = None, **rules: Rule) -> Rule:
    def rule(v: Values, error: Array, state: Array) -> Values:
        d = right.gate_errors(v, error, state)
        return {**d, **(change(v, d, state) if change else {})}

    return partial(right.stacked_gradient, errors=rule, **rules)  # type: ignore[arg-type]


def _swap(d: Values) -> Values:
    return {**d, "i": d["f"], "f": d["i"]}


def _partners(v: Values, d: Values, state: Array) -> Values:
    return {"i": state * v["c"] * slope(v["i"]), "f": state * v["g"] * slope(v["f"])}


@ORDER.add(STEP, "untouched_5")
def rows_swapped(*given: Any) -> Values:
    """The deltas of input and forget gate are stacked in the other order than the rows of M: the
    input gate learns what the forget gate should, and the other way round.
    """
    return _stacked(lambda v, d, state: {"i": d["f"], "f": d["i"]})(*given)


@ORDER.add(REPAIR)
def partners_swapped_instead(*given: Any) -> Values:
    """The rows stand in order, but the partners have changed places: i multiplied g on the way
    forward, and f multiplied the old c.
    """
    return _stacked(_partners)(*given)


@ORDER.add(REPAIR)
def rows_and_partners_swapped(*given: Any) -> Values:
    """You changed the partners and left the rows. The partners were right (i with g, f with the old
    c); the order in the stack is not.
    """

    def change(v: Values, d: Values, state: Array) -> Values:
        d = _partners(v, d, state)
        return {"i": d["f"], "f": d["i"]}

    return _stacked(change)(*given)


@ORDER.add(USERS)
def way_back_still_swapped(*given: Any) -> Values:
    """The gradients collect the deltas in the right order, but what goes back through M to the
    state before still uses the wrong one.
    """
    return _stacked(back=lambda params, d: right.send_back(params, _swap(d)))(*given)


@ORDER.add(USERS)
def gradients_still_swapped(*given: Any) -> Values:
    """The way back is in order; the gradients of M and b still collect the deltas in the wrong
    order.
    """
    return _stacked(entering=_swap)(*given)


@ORDER.add(STEP)
def bias_rows_still_swapped(*given: Any) -> Values:
    """M is right; the gradient of b still has the rows of i and f in the wrong order."""
    params, xs, targets = given
    swapped = right.stack(
        right.cell_gradient(right.unstack(params, xs.shape[1]), xs, targets), "fiog"
    )
    return {**right.stacked_gradient(*given), "b": swapped["b"]}


@ORDER.add(REPAIR)
def new_state_at_the_forget_gate(*given: Any) -> Values:
    """The rows are in order, but the delta of f now meets the new c; the forget gate multiplied the
    state before the step.
    """
    return _stacked(lambda v, d, state: {"f": state * v["new_c"] * slope(v["f"])})(*given)


@ORDER.add(STEP)
def wrong_pair_exchanged(*given: Any) -> Values:
    """You exchanged the rows of output gate and candidate. Compare your stack with the order of M,
    row by row: i, f, o, g.
    """
    return _stacked(lambda v, d, state: {"i": d["f"], "f": d["i"], "o": d["g"], "g": d["o"]})(
        *given
    )


# ---- 6: the squash on the way out, in the coupled cell ---------------------------------------


def _output_end(state: Rule = right.whole, shown: Rule = np.tanh) -> Rule:
    def rule(v: Values, error: Array, whole: Array) -> Values:
        d = right.coupled_errors(v, error, whole)
        return {**d, "o": error * shown(v["new_c"]) * slope(v["o"])}

    return _cell(state=state, errors=rule)


def _state_by(factor: Rule) -> Rule:
    return lambda v, error, carried: carried + error * v["o"] * factor(v["new_c"])


@SQUASH.add(ERROR, "untouched_6")
def output_squash_missing(*given: Any) -> Values:
    """Backwards the cell is still read as h' = o c'; forwards it was o tanh(c'). That tanh touches
    two lines: the state's gradient and the output gate's.
    """
    return _output_end(_state_by(np.ones_like), lambda c: c)(*given)


@SQUASH.add(ERROR)
def state_line_forgotten(*given: Any) -> Values:
    """The output gate's line is mended; on its way into the state the error passes tanh too, and
    its slope is missing there.
    """
    return _output_end(_state_by(np.ones_like))(*given)


@SQUASH.add(ERROR)
def gate_line_forgotten(*given: Any) -> Values:
    """The state's line is mended; the output gate multiplied tanh(c'), and its delta still meets
    the bare c'.
    """
    return _output_end(shown=lambda c: c)(*given)


@SQUASH.add(ERROR)
def slope_of_the_bare_state(*given: Any) -> Values:
    """You take 1 - c'**2 for the slope; it is 1 - tanh(c')**2: the slope in terms of the squashed
    value.
    """
    return _output_end(_state_by(lambda c: 1 - c**2))(*given)


@SQUASH.add(ERROR)
def value_for_slope(*given: Any) -> Values:
    """On its way into the state the error is multiplied by tanh(c'); backwards it is the slope of
    tanh, 1 - tanh(c')**2.
    """
    return _output_end(_state_by(np.tanh))(*given)


@SQUASH.add(ERROR)
def squashed_twice(*given: Any) -> Values:
    """You squash once too often: with s = tanh(c') the slope is 1 - s**2, without another tanh."""
    return _output_end(_state_by(lambda c: right.tanh_slope(np.tanh(c))))(*given)


@SQUASH.add(ERROR)
def slope_at_the_output_gate(*given: Any) -> Values:
    """At the output gate you use the slope of tanh; the gate multiplied the value tanh(c'), so its
    delta meets that value.
    """
    return _output_end(shown=right.tanh_slope)(*given)


@SQUASH.add(CAROUSEL)
def carry_squashed_too(*given: Any) -> Values:
    """The slope is there, but the carry passes it as well. Only h' = o tanh(c') squashes; along the
    state nothing does.
    """

    def rule(v: Values, error: Array, carried: Array) -> Array:
        return (carried + error * v["o"]) * right.tanh_slope(v["new_c"])

    return _output_end(rule)(*given)
