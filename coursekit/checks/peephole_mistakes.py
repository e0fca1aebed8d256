"""The peephole step in the known wrong ways."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checks.gru_reference import (
    Array,
    Values,
    net,
    peephole_step,
    release,
    seen,
    sigmoid,
)
from coursekit.checks.spec import Catalogue

# Where the lessons say it.
PEEP = "13#peepholes-the-gates-see-the-state"
CONVENTIONS = "13#two-conventions"
REPAIR = "07#the-forget-gate"
LINES = "07#the-lstm-step"
CANDIDATE = "08#picture-1-the-update-becomes-a-candidate"
SQUASH = "08#picture-6-the-squash-on-the-way-out"
OUTPUT = "08#picture-7-the-output-gate"
STATES = "08#cell-state-and-hidden-state"

PEEPHOLE = Catalogue()


def _shown(v: Values, o: Array) -> Values:
    return {**v, "o": o, "h": o * np.tanh(v["c"])}


def _seeing(params: Values, x: Array, h: Array, c: Array, of: Any) -> Values:
    """A step whose gates see of(k, state) in place of p_k state."""
    i, f = (sigmoid(net(params, k, x, h) + of(k, c)) for k in "if")
    g = np.tanh(net(params, "g", x, h))
    v = {"i": i, "f": f, "g": g, "c": f * c + i * g}
    return _shown(v, sigmoid(net(params, "o", x, h) + of("o", v["c"])))


def _stored(params: Values, x: Array, h: Array, c: Array, new: Any) -> Values:
    """A step whose new state is new(v), and everything after follows it."""
    v = peephole_step(params, x, h, c)
    return release(params, x, h, {k: v[k] for k in "ifg"} | {"c": new(v)})


@PEEPHOLE.add(PEEP)
def output_gate_sees_the_old_state(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The output gate sees the state before the step. It decides what to show of the new state, so
    its peephole looks at the new c: compute c first, then o.
    """
    v = peephole_step(params, x, h, c)
    return _shown(v, sigmoid(net(params, "o", x, h) + params["p_o"] * c))


@PEEPHOLE.add(PEEP)
def peepholes_left_out(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The peepholes are missing: each gate also sees p * c, its own unit's state."""
    return _seeing(params, x, h, c, lambda k, state: 0.0)


@PEEPHOLE.add(PEEP)
def output_peephole_left_out(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The output gate has no peephole yet: it sees p_o * c, of the new c."""
    return _seeing(params, x, h, c, lambda k, state: (k != "o") * params[f"p_{k}"] * state)


@PEEPHOLE.add(PEEP)
def forget_peephole_left_out(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The forget gate has no peephole yet: it sees p_f * c, of the old c."""
    return _seeing(params, x, h, c, lambda k, state: (k != "f") * params[f"p_{k}"] * state)


@PEEPHOLE.add(PEEP)
def input_peephole_left_out(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The input gate has no peephole yet: it sees p_i * c, of the old c."""
    return _seeing(params, x, h, c, lambda k, state: (k != "i") * params[f"p_{k}"] * state)


@PEEPHOLE.add(PEEP)
def peepholes_see_h(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The peepholes look at h, which the gates see anyway, through U. What they are there for is
    the cell state c, also while the output gate hides it.
    """
    return _seeing(params, x, h, c, lambda k, state: params[f"p_{k}"] * h)


@PEEPHOLE.add(PEEP)
def peepholes_see_the_squashed_state(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The peepholes look at tanh(c); they see the state itself. Squash on the way out only."""
    return _seeing(params, x, h, c, lambda k, state: params[f"p_{k}"] * np.tanh(state))


@PEEPHOLE.add(PEEP)
def peepholes_added_up(params: Values, x: Array, h: Array, c: Array) -> Values:
    """p @ c adds up the states of all units. The product is entry by entry, p * c: a unit's gates
    see that unit's state and no other.
    """
    return _seeing(params, x, h, c, lambda k, state: state @ params[f"p_{k}"])


@PEEPHOLE.add(PEEP)
def peepholes_added_up_in_a_batch(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The states of all units are added up. The product is entry by entry, p * c: a unit's gates
    see that unit's state and no other.
    """
    return _seeing(
        params, x, h, c, lambda k, state: (state * params[f"p_{k}"]).sum(-1, keepdims=True)
    )


@PEEPHOLE.add(PEEP)
def one_peephole_for_all(params: Values, x: Array, h: Array, c: Array) -> Values:
    """All gates use p_i; each gate has peephole weights of its own."""
    return peephole_step({**params, "p_f": params["p_i"], "p_o": params["p_i"]}, x, h, c)


@PEEPHOLE.add(PEEP)
def peepholes_i_f_swapped(params: Values, x: Array, h: Array, c: Array) -> Values:
    """p_i and p_f have changed places: p_i belongs to the input gate, p_f to the forget gate."""
    return peephole_step({**params, "p_i": params["p_f"], "p_f": params["p_i"]}, x, h, c)


@PEEPHOLE.add(PEEP)
def peephole_outside_the_squash(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The peephole is added to the gate after the sigmoid; it belongs inside, in the sum that is
    squashed, or the gate leaves the range from 0 to 1.
    """
    i, f = (sigmoid(net(params, k, x, h)) + params[f"p_{k}"] * c for k in "if")
    g = np.tanh(net(params, "g", x, h))
    v = {"i": i, "f": f, "g": g, "c": f * c + i * g}
    return _shown(v, sigmoid(net(params, "o", x, h)) + params["p_o"] * v["c"])


@PEEPHOLE.add(PEEP)
def state_added_without_weight(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The gates see c itself; each peephole has a weight: p * c."""
    return _seeing(params, x, h, c, lambda k, state: state)


@PEEPHOLE.add(CONVENTIONS)
def peepholes_for_recurrent_weights(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The peepholes stand in place of U h in the gates; here they are added to it, and the gates
    see h and c.
    """
    i, f = (sigmoid(seen(params, k, x) + params[f"p_{k}"] * c) for k in "if")
    g = np.tanh(net(params, "g", x, h))
    v = {"i": i, "f": f, "g": g, "c": f * c + i * g}
    return _shown(v, sigmoid(seen(params, "o", x) + params["p_o"] * v["c"]))


@PEEPHOLE.add(CONVENTIONS)
def matrices_read_the_state(params: Values, x: Array, h: Array, c: Array) -> Values:
    """U multiplies c; it multiplies the previous h, and the peepholes p alone look at c."""
    return {**peephole_step(params, x, c, c)}


@PEEPHOLE.add(PEEP)
def candidate_peeps(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The candidate sees the state through the input gate's peephole; only gates have peepholes."""
    v = peephole_step(params, x, h, c)
    g = np.tanh(net(params, "g", x, h) + params["p_i"] * c)
    kept = {"i": v["i"], "f": v["f"], "g": g, "c": v["f"] * c + v["i"] * g}
    return release(params, x, h, kept)


@PEEPHOLE.add(REPAIR)
def peephole_gates_swapped(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The forget gate and the input gate have changed places: f weighs the old state, i the
    candidate.
    """
    return _stored(params, x, h, c, lambda v: v["i"] * c + v["f"] * v["g"])


@PEEPHOLE.add(REPAIR)
def peephole_forget_gate_left_out(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The old state is carried over whole; the forget gate decides how much of it stays."""
    return _stored(params, x, h, c, lambda v: c + v["i"] * v["g"])


@PEEPHOLE.add(STATES)
def peephole_state_from_h(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The update of c starts from h. What is carried on is the cell state c."""
    return _stored(params, x, h, c, lambda v: v["f"] * h + v["i"] * v["g"])


@PEEPHOLE.add(SQUASH)
def peephole_state_squashed(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The squashed state is kept as the new c, and seen by the output gate. Squash on the way out
    only.
    """
    v = peephole_step(params, x, h, c)
    new = np.tanh(v["c"])
    o = sigmoid(net(params, "o", x, h) + params["p_o"] * new)
    return {**v, "c": new, "o": o, "h": o * new}


@PEEPHOLE.add(SQUASH)
def peephole_output_not_squashed(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The state leaves the cell without tanh: h = o tanh(c)."""
    v = peephole_step(params, x, h, c)
    return {**v, "h": v["o"] * v["c"]}


@PEEPHOLE.add(OUTPUT)
def hidden_from_the_old_state(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The output h is made from the state before the step; it shows the new one."""
    v = peephole_step(params, x, h, c)
    return {**v, "h": v["o"] * np.tanh(c)}


@PEEPHOLE.add(CANDIDATE)
def peephole_candidate_not_squashed(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The candidate g lacks its tanh, so what is stored has no bounds."""
    v = peephole_step(params, x, h, c)
    g = net(params, "g", x, h)
    kept = {"i": v["i"], "f": v["f"], "g": g, "c": v["f"] * c + v["i"] * g}
    return release(params, x, h, kept)


@PEEPHOLE.add(LINES)
def peephole_weights_transposed(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The recurrent weights U are used transposed: row k of U holds the weights into unit k."""
    turned = {k: w.T if k[0] == "U" else w for k, w in params.items()}
    return peephole_step(turned, x, h, c)


@PEEPHOLE.add(LINES)
def peephole_bias_left_out(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The biases b are missing from the pre-activations."""
    return peephole_step({k: 0 * w if k[0] == "b" else w for k, w in params.items()}, x, h, c)


@PEEPHOLE.add("")
def peephole_for_one_sequence(params: Values, x: Array, h: Array, c: Array) -> Values:
    """For one sequence this is right, but it fails on a batch, whose x has one row for each
    sequence. x @ W.T does for both.
    """
    if np.ndim(x) > 1:
        raise ValueError("shapes do not match")
    return peephole_step(params, x, h, c)


@PEEPHOLE.add("")
def peephole_in_place(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The values are right, but the call overwrites the c that it was given (c *= ... and c += ...
    do that); whoever called may need the old one.
    """
    v = peephole_step(params, x, h, c)
    c[...] = v["c"]
    return v
