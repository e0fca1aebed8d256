"""Exercise 7: references against the course's cells and PyTorch's numbers, other right answers."""

import numpy as np
import pytest

from coursekit import checks
from coursekit.cells import gru, gru_reset_after, peephole_lstm
from coursekit.cells.bridges import from_torch
from coursekit.checks import gru_reference as right
from coursekit.checks.ex07_gru_and_peepholes import CHECKS
from coursekit.checks.feedback import judge_publicly
from coursekit.checks.spec import InProcess, evaluate
from tests.comparisons.recorded import recorded

BATCHES = [(), (5,)]


def _draw(module, *batch):
    rng = np.random.default_rng(0)
    shapes = module.init(rng, 3, 4)._asdict()
    params = {name: rng.uniform(-1, 1, array.shape) for name, array in shapes.items()}
    return params, rng.normal(size=(*batch, 3)), rng.uniform(-1, 1, (*batch, 4))


def _same(values, trace):
    for name, array in values.items():
        np.testing.assert_allclose(array, getattr(trace, name), rtol=1e-12)


@pytest.mark.parametrize("batch", BATCHES)
def test_the_reference_gru_is_the_courses_cell(batch):
    params, x, h = _draw(gru, *batch)
    _, trace = gru.step(gru.Params(**params), x, gru.State(h))
    _same(right.gru_step(params, x, h), trace)


@pytest.mark.parametrize("batch", BATCHES)
def test_the_reference_peephole_step_is_the_courses_cell(batch):
    params, x, h = _draw(peephole_lstm, *batch)
    c = 2 * h[..., ::-1]
    _, trace = peephole_lstm.step(peephole_lstm.Params(**params), x, peephole_lstm.State(h, c))
    _same(right.peephole_step(params, x, h, c), trace)


def test_reset_after_is_the_courses_cell_with_z_turned_round():
    params, x, h = _draw(gru_reset_after)
    _, trace = gru_reset_after.step(gru_reset_after.Params(**params), x, gru_reset_after.State(h))
    turned = {name: -array if name[-1] == "z" else array for name, array in params.items()}
    ours = right.gru_after_step(turned, x, h)
    np.testing.assert_allclose(ours["z"], 1 - trace.z, rtol=1e-12)
    np.testing.assert_allclose(ours["h"], trace.h, rtol=1e-12)


def _weights(found):
    return {name: array for name, array in found.items() if name.startswith(("weight", "bias"))}


def test_the_loaded_lstm_gives_what_pytorch_gave():
    found = recorded("torch", "lstm")
    params = right.lstm_from_torch(_weights(found))
    for name, array in from_torch(_weights(found))._asdict().items():
        np.testing.assert_array_equal(params[name], array)
    blind = {f"p_{k}": np.zeros(4) for k in "ifo"}
    h, c = found["h"][0], found["c"][0]
    for x, output in zip(found["x"], found["outputs"], strict=True):
        new = right.peephole_step(params | blind, x, h, c)
        h, c = new["h"], new["c"]
        np.testing.assert_allclose(h, output, rtol=1e-10)


def test_the_loaded_gru_gives_what_pytorch_gave():
    found = recorded("torch", "gru")
    params, h = right.gru_from_torch(_weights(found)), found["h"][0]
    for x, output in zip(found["x"], found["outputs"], strict=True):
        h = right.gru_after_step(params, x, h)["h"]
        np.testing.assert_allclose(h, output, rtol=1e-10)


# ---- right answers by other routes ---------------------------------------------------------


def logistic(net):
    return np.exp(-np.logaddexp(0, -net))


def gru_by_einsum(params, x, h):
    def net(k, past):
        wx = np.einsum("ui,...i->...u", params[f"W_{k}"], x)
        return params[f"b_{k}"] + wx + np.einsum("uv,...v->...u", params[f"U_{k}"], past)

    r, z = logistic(net("r", h)), logistic(net("z", h))
    g = 1 - 2 * logistic(-2 * net("g", h * r))
    return {"h": h + z * (g - h), "g": g, "r": r, "z": z, "kept": 1 - z}


def gru_by_loops(params, x, h):
    if x.ndim == 2:
        rows = [gru_by_loops(params, *row) for row in zip(x, h, strict=True)]
        return {name: [row[name] for row in rows] for name in rows[0]}

    def net(k, unit, past):
        wx = sum(w * v for w, v in zip(params[f"W_{k}"][unit], x, strict=True))
        uh = sum(w * v for w, v in zip(params[f"U_{k}"][unit], past, strict=True))
        return float(wx + uh + params[f"b_{k}"][unit])

    units = range(len(h))
    z, r = ([float(logistic(net(k, unit, h))) for unit in units] for k in "zr")
    past = [r[unit] * h[unit] for unit in units]
    g = [float(np.tanh(net("g", unit, past))) for unit in units]
    new = [float((1 - z[u]) * h[u] + z[u] * g[u]) for u in units]
    return {"z": z, "r": r, "g": g, "h": new}


def gru_by_columns_of_u(params, x, h):
    """U_g (r h) as a matrix whose columns are scaled: before the product, told another way."""
    z, r = right.gru_gates(params, x, h)
    past = np.einsum("uv,...v,...v->...u", params["U_g"], r, h)
    g = np.tanh(right.seen(params, "g", x) + past)
    return {"z": z, "r": r, "g": g, "h": z * g + h - z * h}


def gru_in_place_on_copies(params, x, h):
    v = right.gru_step(params, x, h)
    h = h.copy()
    h *= 1 - v["z"]
    h += v["z"] * v["g"]
    return {**v, "h": h}


def peephole_by_one_matrix(params, x, h, c):
    W = np.concatenate([np.hstack([params[f"W_{k}"], params[f"U_{k}"]]) for k in "ifog"])
    b = np.concatenate([params[f"b_{k}"] for k in "ifog"])
    i, f, o, g = np.split(np.concatenate([x, h], axis=-1) @ W.T + b, 4, axis=-1)
    i, f = logistic(i + c * params["p_i"]), logistic(f + c * params["p_f"])
    c = np.tanh(g) * i + c * f
    o = logistic(o + c * params["p_o"])
    return {"i": i, "f": f, "o": o, "g": np.tanh(g), "c": c, "h": np.tanh(c) * o}


def peephole_by_diagonal_matrices(params, x, h, c):
    def net(k, state):
        return right.net(params, k, x, h) + state @ np.diag(params[f"p_{k}"])

    v = {k: logistic(net(k, c)) for k in "fi"} | {"g": np.tanh(right.net(params, "g", x, h))}
    v["c"] = v["i"] * v["g"] + v["f"] * c
    v["o"] = logistic(net("o", v["c"]))
    return {**v, "h": np.tanh(v["c"]) * v["o"]}


def lstm_by_slices(arrays):
    units = arrays["weight_hh_l0"].shape[1]
    params = {}
    for k, letter in enumerate("ifgo"):
        rows = slice(k * units, k * units + units)
        params[f"W_{letter}"] = arrays["weight_ih_l0"][rows].tolist()
        params[f"U_{letter}"] = arrays["weight_hh_l0"][rows]  # a view is as good as a copy
        params[f"b_{letter}"] = arrays["bias_hh_l0"][rows] + arrays["bias_ih_l0"][rows]
    return params


def lstm_by_reshape(arrays):
    units = len(arrays["bias_ih_l0"]) // 4
    W = arrays["weight_ih_l0"].reshape(4, units, -1)
    U = arrays["weight_hh_l0"].reshape(4, units, units)
    b = np.sum([arrays["bias_ih_l0"], arrays["bias_hh_l0"]], axis=0).reshape(4, units)
    return {f"{w}_{k}": a[n] for w, a in (("W", W), ("U", U), ("b", b)) for k, n in PLACES.items()}


PLACES = {"i": 0, "f": 1, "o": 3, "g": 2}


def lstm_by_the_courses_bridge(arrays):
    return from_torch(arrays)._asdict()


def gru_by_the_courses_bridge(arrays):
    params = from_torch(arrays)._asdict()
    return {name: array * (-1 if name.endswith("_z") else 1) for name, array in params.items()}


def gru_by_negating_a_copy(arrays):
    copies = {name: array.copy() for name, array in arrays.items()}
    units = len(copies["bias_ih_l0"]) // 3
    for array in copies.values():
        array[units : 2 * units] *= -1
    return right.gru_from_torch(copies, turn="")


def after_by_one_product(params, x, h):
    U = np.vstack([params["U_r"], params["U_z"], params["U_g"]])
    W = np.vstack([params["W_r"], params["W_z"], params["W_g"]])
    zero = np.zeros_like(params["b_hg"])
    b = np.concatenate([params["b_r"], params["b_z"], params["b_g"]])
    now = np.split(x @ W.T + b, 3, axis=-1)
    past = np.split(h @ U.T + np.concatenate([zero, zero, params["b_hg"]]), 3, axis=-1)
    r, z = logistic(now[0] + past[0]), logistic(now[1] + past[1])
    g = np.tanh(now[2] + r * past[2])
    return {"z": z, "r": r, "g": g, "h": h - z * (h - g)}


def in_float32(function):
    def lower(value):
        if isinstance(value, dict):
            return {k: lower(v) for k, v in value.items()}
        return value.astype(np.float32)

    return lambda *given: function(*(lower(value) for value in given))


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("gru_step", gru_by_einsum),
        ("gru_step", gru_by_loops),
        ("gru_step", gru_by_columns_of_u),
        ("gru_step", gru_in_place_on_copies),
        ("gru_step", in_float32(right.gru_step)),
        ("peephole_step", peephole_by_one_matrix),
        ("peephole_step", peephole_by_diagonal_matrices),
        ("peephole_step", in_float32(right.peephole_step)),
        ("gru_after_step", after_by_one_product),
        ("gru_after_step", in_float32(right.gru_after_step)),
        ("lstm_from_torch", lstm_by_slices),
        ("lstm_from_torch", lstm_by_reshape),
        ("lstm_from_torch", lstm_by_the_courses_bridge),
        ("lstm_from_torch", in_float32(right.lstm_from_torch)),
        ("gru_from_torch", gru_by_the_courses_bridge),
        ("gru_from_torch", gru_by_negating_a_copy),
        ("gru_from_torch", in_float32(right.gru_from_torch)),
    ],
)
def test_right_by_another_route_is_right(name, answer):
    check = checks.get(name)
    for seed in range(5):
        outcome = evaluate(check, InProcess(answer), np.random.default_rng(seed))
        assert outcome.passed and outcome.mistake is None, outcome.messages
    assert judge_publicly(check, answer).passed


def test_both_conventions_at_once_have_a_name_of_their_own():
    """z the other way round and r after the product, and neither sentence alone would do."""

    def as_pytorch(params, x, h):
        v = right.gru_after_step({**params, "b_hg": 0 * params["b_g"]}, x, h)
        return {**v, "h": v["z"] * h + (1 - v["z"]) * v["g"]}

    outcome = judge_publicly(checks.get("gru_step"), as_pytorch)
    assert outcome.mistake == "pytorchs_cell"


def test_a_named_tuple_of_the_library_is_no_plain_dict():
    outcome = judge_publicly(checks.get("lstm_from_torch"), from_torch)
    assert outcome.points < outcome.maximum and outcome.mistake is None


def test_every_answer_has_its_known_mistakes():
    assert all(len(check.mistakes) >= 10 for check in CHECKS)
    assert sum(check.points for check in CHECKS) == 33
