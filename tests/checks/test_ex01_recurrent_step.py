"""Exercise 1: the references against independent sources; right answers are never accused."""

import numpy as np
import pytest

from coursekit import checks
from coursekit.cells import activations, elman
from coursekit.cells.parameters import count
from coursekit.checks import elman_reference as right
from coursekit.checks.ex01_recurrent_step import draw_params
from coursekit.checks.feedback import judge_publicly
from coursekit.checks.spec import InProcess, evaluate
from coursekit.gradients import unroll
from coursekit.training import init_model, sliding_window, softmax


def _rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("batch", [(), (5,)])
def test_the_reference_equals_the_courses_cell_and_read_out(batch):
    rng = _rng()
    params, xs = draw_params(rng, 3, 4, 6), rng.normal(size=(7, *batch, 3))
    cell = elman.Params(params["W"], params["U"], params["b"])
    h = unroll(elman, cell, xs).states.h
    np.testing.assert_allclose(right.run(params, xs), h, rtol=1e-12)
    y = softmax.outputs(softmax.Params(params["V"], params["d"]), h)
    np.testing.assert_allclose(right.readout(params, h), y, rtol=1e-12)


def test_the_counts_are_those_of_real_nets():
    model = init_model(_rng(), elman, softmax, inputs=29, units=80, outputs=26)
    assert right.count(29, 80, 26) == count(model) == 10906
    assert right.window_count(7, 29, 80, 26) == count(sliding_window.init(_rng())) == 18426


# ---- right answers by other routes ---------------------------------------------------------


def softmax_by_logarithms(net):
    top = net.max(axis=-1, keepdims=True)
    return np.exp(net - top - np.log(np.exp(net - top).sum(axis=-1, keepdims=True)))


def softmax_by_rows(net):
    if net.ndim > 1:
        return [softmax_by_rows(row) for row in net]
    powers = [float(np.exp(value - max(net))) for value in net]
    return [power / sum(powers) for power in powers]


def softmax_less_the_largest_of_all(net):
    powers = np.exp(net - net.max())
    return powers / powers.sum(axis=-1, keepdims=True)


def softmax_in_place(net):
    net = net - net.max(axis=-1, keepdims=True)
    np.exp(net, out=net)
    net /= net.sum(axis=-1, keepdims=True)
    return net


def step_by_einsum(params, x, h):
    net = np.einsum("ui,...i->...u", params["W"], x)
    return np.tanh(params["b"] + np.einsum("uv,...v->...u", params["U"], h) + net)


def step_by_one_matrix(params, x, h):
    both = np.hstack([params["U"], params["W"]])
    return np.tanh(np.concatenate([h, x], axis=-1) @ both.T + params["b"])


def step_by_columns(params, x, h):
    net = params["W"] @ x.T + params["U"] @ h.T
    return np.tanh(net.T + params["b"])


def step_by_loops(params, x, h):
    if x.ndim == 2:
        return [step_by_loops(params, *row) for row in zip(x, h, strict=True)]
    new = []
    for unit, bias in enumerate(params["b"]):
        net = bias + sum(w * v for w, v in zip(params["W"][unit], x, strict=True))
        net += sum(w * v for w, v in zip(params["U"][unit], h, strict=True))
        new.append(2 / (1 + np.exp(-2 * net)) - 1)
    return new


def run_into_an_array(params, xs):
    hs = np.zeros((len(xs) + 1, *xs.shape[1:-1], len(params["b"])))
    for t, x in enumerate(xs):
        hs[t + 1] = step_by_einsum(params, x, hs[t])
    return hs[1:]


def in_float32(function):
    def lower(value):
        if isinstance(value, dict):
            return {k: lower(v) for k, v in value.items()}
        return value.astype(np.float32)

    return lambda *given: function(*(lower(value) for value in given))


def count_by_arrays(inputs, units, outputs):
    model = init_model(_rng(), elman, softmax, inputs=inputs, units=units, outputs=outputs)
    return sum(array.size for part in model for array in part)


ROUTES = [
    ("softmax", softmax_by_logarithms),
    ("softmax", softmax_by_rows),
    ("softmax", softmax_less_the_largest_of_all),
    ("softmax", softmax_in_place),
    ("softmax", activations.softmax),
    ("softmax", in_float32(right.softmax)),
    ("elman_step", step_by_einsum),
    ("elman_step", step_by_one_matrix),
    ("elman_step", step_by_columns),
    ("elman_step", step_by_loops),
    ("elman_step", in_float32(right.step)),
    ("elman_run", run_into_an_array),
    ("elman_run", lambda params, xs: list(right.run(params, xs))),
    ("elman_run", in_float32(right.run)),
    ("elman_readout", lambda p, hs: [softmax_by_rows(p["d"] + h @ p["V"].T) for h in hs]),
    ("elman_readout", in_float32(right.readout)),
    ("count_parameters", count_by_arrays),
    ("count_parameters", lambda n, m, k: float(m * (n + m + 1) + k * (m + 1))),
    ("count_window", lambda w, n, m, k: m * (w * n + 1) + k * (m + 1)),
]


@pytest.mark.parametrize(("name", "answer"), ROUTES)
def test_right_by_another_route_is_right(name, answer):
    for seed in range(5):
        outcome = evaluate(checks.get(name), InProcess(answer), np.random.default_rng(seed))
        assert outcome.passed, outcome.messages
    assert judge_publicly(checks.get(name), answer).passed


@pytest.mark.filterwarnings("ignore:.*encountered")
def test_the_first_softmax_that_anybody_writes_is_told_both_of_its_slips():
    outcome = judge_publicly(checks.get("softmax"), lambda net: np.exp(net) / np.exp(net).sum())
    assert outcome.mistake == "softmax_over_everything_that_overflows"
    assert "keepdims" in outcome.messages[0] and "exp(1000)" in outcome.messages[0]
    parts = {part.name: part.passed for part in outcome.parts}
    assert parts == {"one distribution": True, "one for each row": False, "large numbers": False}


def test_every_answer_has_a_catalogue_worth_the_name():
    sizes = {c.name: len(c.mistakes) for c in checks.for_exercise("ex01_recurrent_step")}
    assert sizes["elman_step"] >= 12 and min(sizes.values()) >= 4


def test_an_answer_for_one_sequence_is_told_that_a_batch_is_missing():
    def run(params, xs):
        hs = np.zeros((len(xs), len(params["b"])))
        h = np.zeros(len(params["b"]))
        for t, x in enumerate(xs):
            h = right.step(params, x, h)
            hs[t] = h
        return hs

    def run_side_by_side(params, xs):
        h, hs = np.zeros((xs.shape[1], len(params["b"]))), []
        for x in xs:
            h = right.step(params, x, h)
            hs.append(h)
        return np.array(hs)

    def readout(params, hs):
        return np.array([right.softmax(params["V"] @ h + params["d"]) for h in hs])

    assert judge_publicly(checks.get("elman_run"), run).mistake == "run_for_one_sequence"
    outcome = judge_publicly(checks.get("elman_run"), run_side_by_side)
    assert outcome.mistake == "run_for_a_batch"
    outcome = judge_publicly(checks.get("elman_readout"), readout)
    assert outcome.mistake == "readout_for_one_sequence"


def test_where_shapes_do_not_fit_the_student_reads_the_shapes():
    def step(params, x, h):
        return np.tanh(x @ params["W"] + h @ params["U"] + params["b"])

    message = judge_publicly(checks.get("elman_step"), step).messages[0]
    assert "in its core dimension" in message
    assert "The shapes there: x (3,), h (4,), params['W'] (4, 3), params['U'] (4, 4)" in message


def test_a_failure_that_is_none_of_shapes_says_nothing_about_them():
    def step(params, x, h):
        return float(params["nonsense"])

    assert "shapes" not in judge_publicly(checks.get("elman_step"), step).messages[0]
