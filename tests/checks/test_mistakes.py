"""Every exercise: every known mistake is named, none is taken for another, no right answer is
accused."""

import re
from pathlib import Path

import numpy as np
import pytest

from coursekit import checks
from coursekit.cells import lstm
from coursekit.checks import lstm_reference as right
from coursekit.checks.feedback import judge_publicly
from coursekit.checks.places import slug
from coursekit.checks.spec import InProcess, evaluate
from coursekit.gradients import bptt, check_gradient, unroll

LESSONS = Path(__file__).parents[2] / "source" / "lessons"
EXERCISES = [name for name in checks.exercises() if name.startswith("ex")]
CHECKS = [check for exercise in EXERCISES for check in checks.for_exercise(exercise)]
MISTAKES = [(check, mistake) for check in CHECKS for mistake in check.mistakes]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_reference_earns_all_points(check):
    for seed in range(5):
        assert evaluate(check, InProcess(check.reference), np.random.default_rng(seed)).passed


@pytest.mark.parametrize(
    ("check", "mistake"), MISTAKES, ids=[f"{c.name}-{m.name}" for c, m in MISTAKES]
)
def test_a_mistake_is_named_and_costs_points(check, mistake):
    for seed in range(3):
        outcome = evaluate(
            check, InProcess(mistake.wrong), np.random.default_rng(seed), hidden=True
        )
        assert outcome.mistake == mistake.name
        assert outcome.messages[0] == mistake.sentence
        assert outcome.points < outcome.maximum
    assert judge_publicly(check, mistake.wrong).mistake == mistake.name


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_catalogue_is_readable(check):
    names = [mistake.name for mistake in check.mistakes]
    assert len(names) == len(set(names))
    for mistake in check.mistakes:
        assert mistake.sentence.endswith((".", ")")) and len(mistake.sentence) > 30
    assert check.hints


def test_the_step_has_more_than_eight_known_mistakes_each_way():
    assert len(checks.get("lstm_step").mistakes) >= 12
    assert len(checks.get("lstm_step_back").mistakes) >= 12


# ---- the references, against independent sources -------------------------------------------


def _draw(seed, *leading):
    rng = np.random.default_rng(seed)
    names = lstm.init(rng, 3, 4)._fields
    params = {k: rng.uniform(-1, 1, v.shape) for k, v in lstm.init(rng, 3, 4)._asdict().items()}
    assert set(params) == set(names)
    return params, rng.normal(size=(*leading, 3)), rng.normal(size=(*leading, 4))


@pytest.mark.parametrize("batch", [(), (5,)])
def test_the_reference_step_equals_the_courses_cell(batch):
    params, x, h = _draw(0, *batch)
    c = 2 * h[..., ::-1]
    values = right.step(params, x, h, c)
    state, trace = lstm.step(lstm.Params(**params), x, lstm.State(h, c))
    for name in "ifog":
        np.testing.assert_allclose(values[name], getattr(trace, name), rtol=1e-12)
    np.testing.assert_allclose(values["c"], state.c, rtol=1e-12)
    np.testing.assert_allclose(values["h"], state.h, rtol=1e-12)


@pytest.mark.parametrize("batch", [(), (5,)])
def test_the_reference_backward_step_agrees_with_finite_differences(batch):
    params, x, h = _draw(1, *batch)
    c, grad_h, grad_c = 2 * h[..., ::-1], np.cos(h), np.sin(3 * h)

    def loss(entered):
        weights = {k: entered[k] for k in params}
        new = right.step(weights, entered["x"], entered["h"], entered["c"])
        return float((new["h"] * grad_h + new["c"] * grad_c).sum())

    entered = {**params, "x": x, "h": h, "c": c}
    back = right.step_back(params, x, h, c, grad_h, grad_c)
    report = check_gradient(loss, entered, {k: back[k] for k in entered})
    assert report.passed, str(report)


@pytest.mark.parametrize("batch", [(), (5,)])
def test_the_reference_gradient_equals_backpropagation_through_time(batch):
    params, xs, grad_hs = _draw(2, 6, *batch)
    cell = lstm.Params(**params)
    run = unroll(lstm, cell, xs)
    np.testing.assert_allclose(right.run(params, xs), run.states.h, rtol=1e-12)
    ours, theirs = right.gradient(params, xs, grad_hs), bptt(lstm, cell, run, grad_hs).params
    for name in params:
        np.testing.assert_allclose(ours[name], getattr(theirs, name), rtol=1e-9, atol=1e-12)


# ---- right answers by other routes ---------------------------------------------------------


def step_by_einsum(params, x, h, c):
    def net(k):
        wx = np.einsum("ui,...i->...u", params[f"W_{k}"], x)
        return wx + np.einsum("uv,...v->...u", params[f"U_{k}"], h) + params[f"b_{k}"]

    i, f, o = (1 / (1 + np.exp(-net(k))) for k in "ifo")
    g = 2 / (1 + np.exp(-2 * net("g"))) - 1
    c = f * c + i * g
    return {"h": o * (2 / (1 + np.exp(-2 * c)) - 1), "c": c, "g": g, "o": o, "f": f, "i": i}


def step_by_one_matrix(params, x, h, c):
    W = np.concatenate([np.hstack([params[f"W_{k}"], params[f"U_{k}"]]) for k in "ifog"])
    b = np.concatenate([params[f"b_{k}"] for k in "ifog"])
    i, f, o, g = np.split(np.concatenate([x, h], axis=-1) @ W.T + b, 4, axis=-1)
    i, f, o = (np.exp(-np.logaddexp(0, -net)) for net in (i, f, o))
    c = c * f + np.tanh(g) * i
    return {"i": i, "f": f, "o": o, "g": np.tanh(g), "c": c, "h": np.tanh(c) * o, "all": W}


def step_by_loops(params, x, h, c):
    if x.ndim == 2:
        rows = [step_by_loops(params, *row) for row in zip(x, h, c, strict=True)]
        return {name: [row[name] for row in rows] for name in rows[0]}
    out = {name: [] for name in "ifogch"}
    for unit in range(len(c)):
        net = {}
        for k in "ifog":
            net[k] = params[f"b_{k}"][unit]
            net[k] += sum(w * v for w, v in zip(params[f"W_{k}"][unit], x, strict=True))
            net[k] += sum(w * v for w, v in zip(params[f"U_{k}"][unit], h, strict=True))
        i, f, o = (float(1 / (1 + np.exp(-net[k]))) for k in "ifo")
        g = float(np.tanh(net["g"]))
        new = f * float(c[unit]) + i * g
        for name, value in zip("ifogch", (i, f, o, g, new, o * np.tanh(new)), strict=True):
            out[name].append(value)
    return out


def in_float32(function):
    def lower(value):
        if isinstance(value, dict):
            return {k: lower(v) for k, v in value.items()}
        return value.astype(np.float32)

    return lambda *given: function(*(lower(value) for value in given))


def back_by_einsum(params, x, h, c, grad_h, grad_c):
    v = step_by_one_matrix(params, x, h, c)
    t = np.tanh(v["c"])
    dc = grad_c + grad_h * v["o"] - grad_h * v["o"] * t * t
    d = np.stack(
        [
            dc * v["g"] * (v["i"] - v["i"] ** 2),
            dc * c * (v["f"] - v["f"] ** 2),
            grad_h * t * (v["o"] - v["o"] ** 2),
            dc * v["i"] * (1 - v["g"]) * (1 + v["g"]),
        ]
    )
    xs, hs = np.atleast_2d(x), np.atleast_2d(h)
    rows = d.reshape(4, *xs.shape[:1], -1)
    W, U = (np.stack([params[f"{w}_{k}"] for k in "ifog"]) for w in "WU")
    grads = {"x": np.einsum("k...u,kui->...i", d, W), "h": np.einsum("k...u,kuv->...v", d, U)}
    for n, k in enumerate("ifog"):
        grads[f"W_{k}"] = np.einsum("bu,bi->ui", rows[n], xs)
        grads[f"U_{k}"] = np.einsum("bu,bv->uv", rows[n], hs)
        grads[f"b_{k}"] = rows[n].sum(0)
    return {**grads, "c": dc * v["f"]}


def back_by_the_courses_cell(params, x, h, c, grad_h, grad_c):
    cell = lstm.Params(**params)
    _, trace = lstm.step(cell, x, lstm.State(h, c))
    grads, grad_x, before = lstm.step_back(cell, trace, lstm.State(grad_h, grad_c))
    return {**grads._asdict(), "x": grad_x, "h": before.h, "c": before.c}


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("lstm_step", step_by_einsum),
        ("lstm_step", step_by_one_matrix),
        ("lstm_step", step_by_loops),
        ("lstm_step", in_float32(right.step)),
        ("lstm_step_back", back_by_einsum),
        ("lstm_step_back", back_by_the_courses_cell),
        ("lstm_step_back", in_float32(right.step_back)),
        ("sigmoid", lambda net: np.exp(-np.logaddexp(0, -net))),
        ("sigmoid_slope", lambda s: s - s**2),
        ("tanh_slope", lambda t: (1 - t) * (1 + t)),
        ("lstm_run", lambda p, xs: list(right.run(p, xs))),
        ("lstm_gradient", in_float32(right.gradient)),
    ],
)
def test_right_by_another_route_is_right(name, answer):
    for seed in range(5):
        outcome = evaluate(checks.get(name), InProcess(answer), np.random.default_rng(seed))
        assert outcome.passed, outcome.messages


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_stub_earns_nothing_and_a_crash_is_no_known_mistake(check):
    def stub(*given):
        raise NotImplementedError

    def crash(*given):
        raise KeyError("x")

    outcome = judge_publicly(check, stub)
    assert outcome.points == 0 and outcome.failure == "not answered"
    outcome = judge_publicly(check, crash)
    assert outcome.points == 0 and outcome.mistake is None and outcome.failure == "error"


def test_every_place_that_feedback_points_to_is_there():
    every = [check for exercise in checks.exercises() for check in checks.for_exercise(exercise)]
    pointed = {mistake.lesson for check in every for mistake in check.mistakes}
    pointed |= {check.lesson for check in every}
    for number, _, heading in (place.partition("#") for place in pointed if place):
        if heading:
            [lesson] = LESSONS.glob(f"{number}_*.py")
            headings = re.findall(r"(?m)^# #+ (.+)$", lesson.read_text("utf-8"))
            assert heading in map(slug, headings), f"lesson {number} has no heading {heading}"
