"""The GRU step, with reset before and after the product, in the known wrong ways."""

from __future__ import annotations

import numpy as np

from coursekit.checks.gru_reference import (
    Array,
    Values,
    gru_after_step,
    gru_gates,
    gru_step,
    mix,
    net,
    seen,
    sigmoid,
)
from coursekit.checks.spec import Catalogue

# Where the lessons say it.
GRU = "13#the-gru"
WHICH = "13#which-way-does-z-point"
RESET = "13#reset-before-or-after-the-product"
LINES = "07#the-lstm-step"
CANDIDATE = "08#picture-1-the-update-becomes-a-candidate"
GATE = "08#picture-5-where-i-comes-from"

BEFORE = Catalogue()
AFTER = Catalogue()


def _finish(params: Values, x: Array, h: Array, new: Array) -> Values:
    return {**gru_step(params, x, h), "h": new}


@BEFORE.add(WHICH)
def z_keeps_the_old(params: Values, x: Array, h: Array) -> Values:
    """Here z weighs the new candidate and 1 - z the old h; you have it the other way round, as in
    PyTorch and in the paper of Cho et al.
    """
    v = gru_step(params, x, h)
    return {**v, "h": v["z"] * h + (1 - v["z"]) * v["g"]}


@BEFORE.add(RESET)
def reset_after_the_product(params: Values, x: Array, h: Array) -> Values:
    """The reset gate multiplies U_g h, after the product. In this part it multiplies h, before the
    product: U_g (r * h).
    """
    return gru_after_step({**params, "b_hg": np.zeros_like(params["b_g"])}, x, h)


@BEFORE.add(WHICH)
def pytorchs_cell(params: Values, x: Array, h: Array) -> Values:
    """This is the GRU of PyTorch: z keeps the old h, and r acts after the product. Here z weighs
    the new candidate, and r multiplies h before the product.
    """
    v = gru_after_step({**params, "b_hg": np.zeros_like(params["b_g"])}, x, h)
    return {**v, "h": v["z"] * h + (1 - v["z"]) * v["g"]}


@BEFORE.add(GRU)
def reset_left_out(params: Values, x: Array, h: Array) -> Values:
    """The candidate sees the whole of the old h; the reset gate decides how much of it."""
    z, r = gru_gates(params, x, h)
    return mix(z, r, np.tanh(net(params, "g", x, h)), h)


@BEFORE.add(GRU)
def z_and_r_swapped(params: Values, x: Array, h: Array) -> Values:
    """The two gates have changed jobs: r filters what the candidate sees, z mixes old and new."""
    z, r = gru_gates(params, x, h)
    v = mix(r, z, np.tanh(net(params, "g", x, z * h)), h)
    return {**v, "z": z, "r": r}


@BEFORE.add(GRU)
def z_and_r_exchanged(params: Values, x: Array, h: Array) -> Values:
    """z is computed with the weights of r, and r with those of z."""
    swap = {"z": "r", "r": "z"}
    return gru_step({f"{k[:2]}{swap.get(k[-1], k[-1])}": w for k, w in params.items()}, x, h)


@BEFORE.add(GRU)
def one_gate_for_both(params: Values, x: Array, h: Array) -> Values:
    """z does the work of r as well: the candidate sees z * h. The reset gate r is a gate of its
    own.
    """
    z, r = gru_gates(params, x, h)
    return mix(z, r, np.tanh(net(params, "g", x, z * h)), h)


@BEFORE.add(GRU)
def weights_of_z_for_r(params: Values, x: Array, h: Array) -> Values:
    """r is computed with the weights of z, so that both gates are one."""
    return gru_step({**params, **{f"{w}_r": params[f"{w}_z"] for w in "WUb"}}, x, h)


@BEFORE.add(GRU)
def reset_turned_round(params: Values, x: Array, h: Array) -> Values:
    """The candidate sees (1 - r) * h; an open reset gate, r = 1, lets all of h through."""
    z, r = gru_gates(params, x, h)
    return mix(z, r, np.tanh(net(params, "g", x, (1 - r) * h)), h)


@BEFORE.add(GRU)
def reset_on_the_whole_net(params: Values, x: Array, h: Array) -> Values:
    """The reset gate scales the whole pre-activation of g; it scales only what comes from h."""
    z, r = gru_gates(params, x, h)
    return mix(z, r, np.tanh(r * net(params, "g", x, h)), h)


@BEFORE.add(GRU)
def reset_on_the_kept(params: Values, x: Array, h: Array) -> Values:
    """The reset gate scales the kept part of h too; it filters only what the candidate sees."""
    v = gru_step(params, x, h)
    return {**v, "h": (1 - v["z"]) * v["r"] * h + v["z"] * v["g"]}


@BEFORE.add(GRU)
def old_kept_whole(params: Values, x: Array, h: Array) -> Values:
    """The old h is carried over whole: h + z g. What comes in must make room: (1 - z) h + z g."""
    v = gru_step(params, x, h)
    return {**v, "h": h + v["z"] * v["g"]}


@BEFORE.add(GRU)
def old_forgotten(params: Values, x: Array, h: Array) -> Values:
    """Nothing of the old h is kept; the new h is (1 - z) h + z g, a sum of two."""
    v = gru_step(params, x, h)
    return {**v, "h": v["z"] * v["g"]}


@BEFORE.add(GRU)
def candidate_is_the_output(params: Values, x: Array, h: Array) -> Values:
    """The candidate goes out as it is; z has to mix it with the old h."""
    v = gru_step(params, x, h)
    return {**v, "h": v["g"]}


@BEFORE.add(GRU)
def candidate_stored_whole(params: Values, x: Array, h: Array) -> Values:
    """The candidate is added whole; it comes in by the share z, as the old h stays by 1 - z."""
    v = gru_step(params, x, h)
    return {**v, "h": (1 - v["z"]) * h + v["g"]}


@BEFORE.add(CANDIDATE)
def candidate_not_squashed(params: Values, x: Array, h: Array) -> Values:
    """The candidate g lacks its tanh, so what is stored has no bounds."""
    z, r = gru_gates(params, x, h)
    return mix(z, r, net(params, "g", x, r * h), h)


@BEFORE.add(CANDIDATE)
def candidate_by_sigmoid(params: Values, x: Array, h: Array) -> Values:
    """The candidate g goes through the sigmoid; it needs tanh, or h could never be negative."""
    z, r = gru_gates(params, x, h)
    return mix(z, r, sigmoid(net(params, "g", x, r * h)), h)


@BEFORE.add(GATE)
def gates_by_tanh(params: Values, x: Array, h: Array) -> Values:
    """The gates go through tanh; a gate needs the sigmoid, a number between 0 (closed) and 1
    (open).
    """
    z, r = (np.tanh(net(params, k, x, h)) for k in "zr")
    return mix(z, r, np.tanh(net(params, "g", x, r * h)), h)


@BEFORE.add(GATE)
def gates_not_squashed(params: Values, x: Array, h: Array) -> Values:
    """The gates lack their sigmoid; a gate is a number between 0 (closed) and 1 (open)."""
    z, r = (net(params, k, x, h) for k in "zr")
    return mix(z, r, np.tanh(net(params, "g", x, r * h)), h)


@BEFORE.add(GRU)
def output_squashed(params: Values, x: Array, h: Array) -> Values:
    """The new h is squashed once more. It is the memory itself here, and a mixture of values within
    -1 and 1 already: leave it as it is.
    """
    return _finish(params, x, h, np.tanh(gru_step(params, x, h)["h"]))


@BEFORE.add(LINES)
def recurrent_weights_transposed(params: Values, x: Array, h: Array) -> Values:
    """The recurrent weights U are used transposed: row k of U holds the weights into unit k."""
    return gru_step({k: w.T if k[0] == "U" else w for k, w in params.items()}, x, h)


@BEFORE.add(LINES)
def recurrent_weights_left_out(params: Values, x: Array, h: Array) -> Values:
    """The terms with U are missing: gates and candidate see the previous h too."""
    return gru_step({k: 0 * w if k[0] == "U" else w for k, w in params.items()}, x, h)


@BEFORE.add(LINES)
def bias_left_out(params: Values, x: Array, h: Array) -> Values:
    """The biases b are missing from the pre-activations."""
    return gru_step({k: 0 * w if k[0] == "b" else w for k, w in params.items()}, x, h)


@BEFORE.add("")
def gru_for_one_sequence(params: Values, x: Array, h: Array) -> Values:
    """For one sequence this is right, but it fails on a batch, whose x has one row for each
    sequence. x @ W.T does for both.
    """

    def one(k: str, past: Array) -> Array:
        return params[f"W_{k}"] @ x + params[f"U_{k}"] @ past + params[f"b_{k}"]

    z, r = sigmoid(one("z", h)), sigmoid(one("r", h))
    return mix(z, r, np.tanh(one("g", r * h)), h)


@BEFORE.add("")
def gru_in_place(params: Values, x: Array, h: Array) -> Values:
    """The values are right, but the call overwrites the h that it was given (h *= ... and h += ...
    do that); whoever called may need the old one.
    """
    v = gru_step(params, x, h)
    h *= 1 - v["z"]
    h += v["z"] * v["g"]
    return {**v, "h": h}


def _after(params: Values, x: Array, h: Array, net_g: Array) -> Values:
    z, r = gru_gates(params, x, h)
    return mix(z, r, np.tanh(net_g), h)


@AFTER.add(RESET)
def reset_before_the_product(params: Values, x: Array, h: Array) -> Values:
    """The reset gate multiplies h before the product, as in part 1; here it multiplies
    U_g h + b_hg.
    """
    return _after(
        params, x, h, net(params, "g", x, gru_gates(params, x, h)[1] * h) + params["b_hg"]
    )


@AFTER.add(RESET)
def reset_before_with_its_bias(params: Values, x: Array, h: Array) -> Values:
    """The reset gate multiplies h before the product, and b_hg apart from it; here it multiplies
    the sum U_g h + b_hg once, after the product.
    """
    r = gru_gates(params, x, h)[1]
    return _after(params, x, h, net(params, "g", x, r * h) + r * params["b_hg"])


@AFTER.add(RESET)
def own_bias_not_reset(params: Values, x: Array, h: Array) -> Values:
    """b_hg stands outside the reset gate; it belongs to U_g h, and r multiplies both. That is why
    it is a bias of its own.
    """
    r = gru_gates(params, x, h)[1]
    return _after(params, x, h, seen(params, "g", x) + r * (h @ params["U_g"].T) + params["b_hg"])


@AFTER.add(RESET)
def own_bias_left_out(params: Values, x: Array, h: Array) -> Values:
    """The candidate's second bias b_hg is missing: r multiplies U_g h + b_hg."""
    r = gru_gates(params, x, h)[1]
    return _after(params, x, h, seen(params, "g", x) + r * (h @ params["U_g"].T))


@AFTER.add(RESET)
def both_biases_reset(params: Values, x: Array, h: Array) -> Values:
    """The reset gate multiplies b_g as well; of the two biases it multiplies b_hg alone."""
    r = gru_gates(params, x, h)[1]
    past = h @ params["U_g"].T + params["b_g"] + params["b_hg"]
    return _after(params, x, h, x @ params["W_g"].T + r * past)


@AFTER.add(RESET)
def biases_of_g_exchanged(params: Values, x: Array, h: Array) -> Values:
    """The candidate's two biases have changed places: b_g belongs to W_g x, b_hg to U_g h."""
    return gru_after_step({**params, "b_g": params["b_hg"], "b_hg": params["b_g"]}, x, h)


@AFTER.add(RESET)
def reset_on_the_input_too(params: Values, x: Array, h: Array) -> Values:
    """The reset gate scales what comes from x too; it scales only what comes from the past."""
    r = gru_gates(params, x, h)[1]
    return _after(params, x, h, r * (net(params, "g", x, h) + params["b_hg"]))


@AFTER.add(RESET)
def reset_after_left_out(params: Values, x: Array, h: Array) -> Values:
    """The reset gate is missing from the candidate: r multiplies U_g h + b_hg."""
    return _after(params, x, h, net(params, "g", x, h) + params["b_hg"])


@AFTER.add(WHICH)
def z_keeps_the_old_after(params: Values, x: Array, h: Array) -> Values:
    """z keeps the old h, as in PyTorch's own formula. You turned z round when you loaded the
    weights, so here it weighs the new candidate.
    """
    v = gru_after_step(params, x, h)
    return {**v, "h": v["z"] * h + (1 - v["z"]) * v["g"]}


@AFTER.add(LINES)
def recurrent_weights_transposed_after(params: Values, x: Array, h: Array) -> Values:
    """The recurrent weights U are used transposed: row k of U holds the weights into unit k."""
    return gru_after_step({k: w.T if k[0] == "U" else w for k, w in params.items()}, x, h)
