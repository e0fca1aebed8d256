"""The LSTM step in the known wrong ways."""

from __future__ import annotations

import numpy as np

from coursekit.checks.lstm_reference import (
    GATES,
    Array,
    Values,
    gates,
    net,
    sigmoid,
    squash,
    step,
    store,
)
from coursekit.checks.spec import Catalogue

# Where the lessons say it.
CAROUSEL = "05#what-must-hold-for-many-units"
GATES_1997 = "06#the-1997-cell"
REPAIR = "07#the-forget-gate"

STEP = Catalogue()


@STEP.add(REPAIR)
def f_i_swapped(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The forget gate and the input gate have changed places: f weighs the old state, i the
    candidate.
    """
    v = gates(params, x, h)
    return store(v, v["i"] * c + v["f"] * v["g"])


@STEP.add(GATES_1997)
def i_o_swapped(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The input gate and the output gate have changed places: i decides what is stored, o what is
    shown.
    """
    v = gates(params, x, h)
    new = v["f"] * c + v["o"] * v["g"]
    return {**v, "c": new, "h": v["i"] * np.tanh(new)}


@STEP.add(REPAIR)
def forget_gate_on_candidate(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The forget gate scales the new candidate as well; it belongs to the old state alone."""
    v = gates(params, x, h)
    return store(v, v["f"] * (c + v["i"] * v["g"]))


@STEP.add(REPAIR)
def forget_gate_left_out(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The old state is carried over whole: this is the cell of 1997. Here f decides how much of it
    stays.
    """
    v = gates(params, x, h)
    return store(v, c + v["i"] * v["g"])


@STEP.add(GATES_1997)
def input_gate_left_out(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The candidate is stored whole; the input gate decides how much of it comes in."""
    v = gates(params, x, h)
    return store(v, v["f"] * c + v["g"])


@STEP.add(GATES_1997)
def output_gate_left_out(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The squashed state is shown whole; the output gate decides how much of it goes out."""
    right = step(params, x, h, c)
    return {**right, "h": np.tanh(right["c"])}


@STEP.add(REPAIR)
def gates_coupled(params: Values, x: Array, h: Array, c: Array) -> Values:
    """You use 1 - f in place of i. That is a good cell too, but here i is a gate of its own."""
    v = gates(params, x, h)
    return store(v, v["f"] * c + (1 - v["f"]) * v["g"])


@STEP.add(REPAIR)
def forget_gate_added(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The forget gate is added to the old state; a gate multiplies, entry by entry."""
    v = gates(params, x, h)
    return store(v, v["f"] + c + v["i"] * v["g"])


@STEP.add(GATES_1997)
def candidate_not_squashed(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The candidate g lacks its tanh, so what is stored has no bounds."""
    v = {**gates(params, x, h), "g": net(params, "g", x, h)}
    return store(v, v["f"] * c + v["i"] * v["g"])


@STEP.add(GATES_1997)
def candidate_by_sigmoid(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The candidate g goes through the sigmoid; it needs tanh, or the state could only grow."""
    v = {**gates(params, x, h), "g": sigmoid(net(params, "g", x, h))}
    return store(v, v["f"] * c + v["i"] * v["g"])


@STEP.add(GATES_1997)
def gates_by_tanh(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The gates go through tanh; a gate needs the sigmoid, a number between 0 (closed) and 1
    (open).
    """
    v = {k: np.tanh(net(params, k, x, h)) for k in GATES}
    return store(v, v["f"] * c + v["i"] * v["g"])


@STEP.add(GATES_1997)
def output_not_squashed(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The state leaves the cell without tanh: h = o tanh(c)."""
    right = step(params, x, h, c)
    return {**right, "h": right["o"] * right["c"]}


@STEP.add(CAROUSEL)
def state_squashed(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The squashed state is kept as the new c. Squash on the way out only: the carousel itself is
    linear.
    """
    v = gates(params, x, h)
    new = np.tanh(v["f"] * c + v["i"] * v["g"])
    return {**v, "c": new, "h": v["o"] * new}


@STEP.add(GATES_1997)
def hidden_from_old_state(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The output h is made from the state before the step; it shows the new one."""
    right = step(params, x, h, c)
    return {**right, "h": right["o"] * np.tanh(c)}


@STEP.add(REPAIR)
def hidden_in_place_of_state(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The update of c starts from h. What is carried on is the cell state c; h is only what the
    cell shows.
    """
    v = gates(params, x, h)
    return store(v, v["f"] * h + v["i"] * v["g"])


@STEP.add(GATES_1997)
def gates_read_state(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The gates and the candidate read c; in this cell they read x and the previous h."""
    v = gates(params, x, c)
    return store(v, v["f"] * c + v["i"] * v["g"])


@STEP.add(GATES_1997)
def recurrent_weights_transposed(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The recurrent weights U are used transposed: row k of U holds the weights into unit k."""
    return step({k: w.T if k[0] == "U" else w for k, w in params.items()}, x, h, c)


@STEP.add(GATES_1997)
def recurrent_weights_left_out(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The term U h is missing: the gates and the candidate see the previous output too."""
    return step({k: 0 * w if k[0] == "U" else w for k, w in params.items()}, x, h, c)


@STEP.add(GATES_1997)
def bias_left_out(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The biases b are missing from the pre-activations."""
    return step({k: 0 * w if k[0] == "b" else w for k, w in params.items()}, x, h, c)


@STEP.add("")
def step_for_one_sequence(params: Values, x: Array, h: Array, c: Array) -> Values:
    """For one sequence this is right, but it fails on a batch, whose x has one row for each
    sequence. x @ W.T does for both.
    """
    nets = {k: params[f"W_{k}"] @ x + params[f"U_{k}"] @ h + params[f"b_{k}"] for k in GATES}
    v = squash(nets)
    return store(v, v["f"] * c + v["i"] * v["g"])


@STEP.add("")
def step_in_place(params: Values, x: Array, h: Array, c: Array) -> Values:
    """The values are right, but the call overwrites the c that it was given (c *= ... and c += ...
    do that); the backward step will need the old one.
    """
    v = gates(params, x, h)
    c *= v["f"]
    c += v["i"] * v["g"]
    return store(v, c)
