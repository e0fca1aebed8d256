"""Exercise 2: mistakes are named and told apart, no right answer by another route is accused."""

import numpy as np
import pytest

from coursekit import checks
from coursekit.cells import elman
from coursekit.checks import convict_mistakes as verdict
from coursekit.checks import elman_gradient_reference as right
from coursekit.checks.ex02_gradient_check import CULPRITS, draw_net
from coursekit.checks.feedback import judge_publicly
from coursekit.checks.spec import InProcess, evaluate
from coursekit.gradients import bptt, check_gradient, numerical_gradient, rtrl, unroll

CHECKS = checks.for_exercise("ex02_gradient_check")
MISTAKES = [(check, mistake) for check in CHECKS for mistake in check.mistakes]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_reference_earns_all_points(check):
    for seed in range(10):
        outcome = evaluate(check, InProcess(check.reference), np.random.default_rng(seed))
        assert outcome.passed, outcome.messages


@pytest.mark.parametrize(
    ("check", "mistake"), MISTAKES, ids=[f"{c.name}-{m.name}" for c, m in MISTAKES]
)
def test_a_mistake_is_named_and_costs_points(check, mistake):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        outcome = evaluate(check, InProcess(mistake.wrong), rng, hidden=True)
        assert outcome.mistake == mistake.name
        assert outcome.messages[0] == mistake.sentence
        assert outcome.points < outcome.maximum
        assert "expected" not in " ".join(outcome.messages[1:])
    assert judge_publicly(check, mistake.wrong).mistake == mistake.name


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_catalogue_is_readable(check):
    names = [mistake.name for mistake in check.mistakes]
    assert len(names) == len(set(names)) >= 8
    for mistake in check.mistakes:
        assert mistake.sentence.endswith((".", ")")) and len(mistake.sentence) > 30
    assert len(check.hints) >= 2


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


# ---- the references, against independent sources -------------------------------------------


def _net(seed=0):
    params, xs, targets = draw_net(np.random.default_rng(seed), 6, 2, 4, 3)
    cell = elman.Params(params["W"], params["U"], params["b"])
    run = unroll(elman, cell, xs)
    return params, xs, targets, cell, run


def test_the_reference_gradient_equals_the_librarys_both_ways():
    params, xs, targets, cell, run = _net()
    errors = run.states.h @ params["V"].T + params["d"] - targets
    given = right.gradient(params, xs, targets)
    np.testing.assert_allclose(right.loss(params, xs, targets), 0.5 * (errors**2).sum())
    for theirs in (
        bptt(elman, cell, run, errors @ params["V"]).params,
        rtrl(elman, cell, xs, errors @ params["V"]),
    ):
        for name in "WUb":
            np.testing.assert_allclose(given[name], getattr(theirs, name), rtol=1e-10, atol=1e-13)


def test_the_reference_gradient_is_what_differences_say():
    params, xs, targets, _, _ = _net(1)
    given = right.gradient(params, xs, targets)
    report = check_gradient(lambda p: right.loss(p, xs, targets), params, given)
    assert report.passed, str(report)
    measured = right.differences(params, xs, targets)
    theirs = numerical_gradient(lambda p: right.loss(p, xs, targets), params)
    for name in params:
        np.testing.assert_allclose(measured[name], theirs[name], rtol=1e-9, atol=1e-9)


def test_the_reference_influence_is_what_differences_say():
    params, xs, _, _, _ = _net(2)
    zeros = {k: np.zeros((4, *params[k].shape)) for k in "WUb"}
    state = {"h": np.zeros(4), **zeros}
    for x in xs:
        state = right.influence_step(params, x, state["h"], state)
    for unit in range(4):
        measured = numerical_gradient(lambda p, k=unit: right.states(p, xs)[-1, k], params)
        for name in "WUb":
            np.testing.assert_allclose(state[name][unit], measured[name], atol=1e-8)


@pytest.mark.parametrize("label", CULPRITS)
def test_every_culprit_is_convicted_by_the_librarys_check_too(label):
    for seed in range(5):
        net = draw_net(np.random.default_rng(seed), 5, 2, 3, 2)
        params, xs, targets = net
        claim = CULPRITS[label][1](net, right.gradient(*net))
        report = check_gradient(lambda p: right.loss(p, xs, targets), params, claim, 1e-4)  # noqa: B023
        assert not report.passed
        assert verdict.convict(*net, {"it": claim}) == ["it"]


def test_the_verdict_of_the_reference_is_the_truth():
    for seed in range(20):
        for case in checks.get("convict").cases(np.random.default_rng(seed)):
            params, xs, targets, claims, *tolerance = case.arguments
            rtol = tolerance[0] if tolerance else 1e-9
            true = right.gradient(params, xs, targets)
            wrong = [
                name
                for name, claim in claims.items()
                if not all(np.allclose(claim[k], true[k], rtol=rtol, atol=1e-15) for k in true)
            ]
            assert verdict.convict(*case.arguments) == wrong, case.label
            assert len(wrong) == ("all right" not in case.label)


# ---- right answers by other routes ---------------------------------------------------------


def loss_by_loops(params, xs, targets):
    h, total = [0.0] * len(params["b"]), 0.0
    for x, target in zip(xs, targets, strict=True):
        net = [
            sum(w * v for w, v in zip(params["W"][k], x, strict=True))
            + sum(u * v for u, v in zip(params["U"][k], h, strict=True))
            + params["b"][k]
            for k in range(len(h))
        ]
        h = [float(np.tanh(n)) for n in net]
        for k, wanted in enumerate(target):
            y = sum(v * s for v, s in zip(params["V"][k], h, strict=True)) + params["d"][k]
            total += (y - wanted) ** 2 / 2
    return total


def differences_by_new_dicts(params, xs, targets, step=1e-5):
    def slope(name, index):
        nudge = np.zeros_like(params[name])
        nudge[index] = step
        above = loss_by_loops({**params, name: params[name] + nudge}, xs, targets)
        below = loss_by_loops({**params, name: params[name] - nudge}, xs, targets)
        return (above - below) / (2 * step)

    return {
        name: np.array([slope(name, i) for i in np.ndindex(a.shape)]).reshape(a.shape).tolist()
        for name, a in params.items()
    }


def gradient_by_einsum(params, xs, targets):
    hs = right.states(params, xs)
    errors = np.einsum("ou,tu->to", params["V"], hs[1:]) + params["d"] - targets
    steps, units = len(xs), len(params["b"])
    D = np.zeros((steps + 1, units))
    for t in range(steps - 1, -1, -1):
        arriving = np.einsum("o,ou->u", errors[t], params["V"]) + D[t + 1] @ params["U"]
        D[t] = arriving / np.cosh(np.arctanh(hs[t + 1])) ** 2
    return {
        "d": errors.sum(0),
        "V": np.einsum("to,tu->ou", errors, hs[1:]),
        "b": D.sum(0),
        "U": np.einsum("tk,tj->kj", D[:-1], hs[:-1]),
        "W": np.einsum("tk,tj->kj", D[:-1], xs),
        "more": 1,
    }


def gradient_forwards(params, xs, targets):
    units = len(params["b"])
    state = {"h": np.zeros(units), **{k: np.zeros((units, *params[k].shape)) for k in "WUb"}}
    total = {k: np.zeros_like(v) for k, v in params.items()}
    for x, target in zip(xs, targets, strict=True):
        state = right.influence_step(params, x, state["h"], state)
        error = params["V"] @ state["h"] + params["d"] - target
        total["V"] += np.outer(error, state["h"])
        total["d"] += error
        for k in "WUb":
            total[k] += np.einsum("k,k...->...", params["V"].T @ error, state[k])
    return total


def influence_by_loops(params, x, h, influence):
    new = np.tanh(params["W"] @ x + params["U"] @ h + params["b"])
    after = {k: np.zeros_like(v) for k, v in influence.items() if k in "WUb"}
    for k in range(len(h)):
        for name, source in (("W", x), ("U", h), ("b", None)):
            for m in range(len(h)):
                after[name][k] += params["U"][k, m] * influence[name][m]
            after[name][k][k] += 1.0 if source is None else source
            after[name][k] *= 1 - new[k] ** 2
    return {**after, "h": new.tolist()}


def in_float32(function):
    def lower(value):
        if isinstance(value, dict):
            return {k: lower(v) for k, v in value.items()}
        return value.astype(np.float32) if isinstance(value, np.ndarray) else value

    return lambda *given: function(*(lower(value) for value in given))


def _by(judge):
    def convict(params, xs, targets, claims, tolerance=1e-4):
        measured = right.differences(params, xs, targets)
        return [name for name, claim in claims.items() if judge(claim, measured, tolerance)]

    return convict


def convict_by_allclose(params, xs, targets, claims, tolerance=1e-4):
    measured = right.differences(params, xs, targets)
    close = {
        name: all(np.allclose(claim[k], m, rtol=tolerance, atol=1e-9) for k, m in measured.items())
        for name, claim in claims.items()
    }
    return tuple(sorted((name for name in close if not close[name]), reverse=True))


def _by_norm_of_each_array(claim, measured, tolerance):
    largest = max(np.linalg.norm(m) for m in measured.values())
    gaps = [np.linalg.norm(claim[k] - m) for k, m in measured.items()]
    sizes = [max(np.linalg.norm(m), 1e-3 * largest) for m in measured.values()]
    return not all(g <= tolerance * s for g, s in zip(gaps, sizes, strict=True))


def _by_norm_of_the_whole(claim, measured, tolerance):
    gap = np.concatenate([(claim[k] - m).ravel() for k, m in measured.items()])
    whole = np.concatenate([m.ravel() for m in measured.values()])
    return not np.linalg.norm(gap) <= tolerance * np.linalg.norm(whole)


def _by_sum_below(claim, measured, tolerance):
    worst = 0.0
    for k, m in measured.items():
        if not np.isfinite(claim[k]).all():
            return True
        size = np.abs(claim[k]) + np.abs(m) + 1e-3 * max(np.abs(v).max() for v in measured.values())
        worst = max(worst, float((np.abs(claim[k] - m) / size).max()))
    return worst > tolerance


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("elman_loss", loss_by_loops),
        ("elman_loss", in_float32(right.loss)),
        ("difference_gradient", differences_by_new_dicts),
        ("convict", convict_by_allclose),
        ("convict", _by(_by_sum_below)),
        ("elman_gradient", gradient_by_einsum),
        ("elman_gradient", gradient_forwards),
        ("elman_gradient", in_float32(right.gradient)),
        ("elman_gradient", lambda *net: right.differences(*net)),
        ("influence_step", influence_by_loops),
        ("influence_step", in_float32(right.influence_step)),
    ],
)
def test_right_by_another_route_is_right(name, answer):
    for seed in range(5):
        outcome = evaluate(checks.get(name), InProcess(answer), np.random.default_rng(seed))
        assert outcome.passed, outcome.messages


def test_the_verdict_is_asked_for_names():
    check = checks.get("convict")
    for answer in ({"claim 1": True}, "claim 1", [1], None):
        outcome = judge_publicly(check, lambda *given, answer=answer: answer)
        assert outcome.points == 0 and outcome.mistake is None


@pytest.mark.parametrize("judge", [_by_norm_of_each_array, _by_norm_of_the_whole])
def test_one_norm_for_many_entries_is_not_their_worst_entry(judge):
    outcome = judge_publicly(checks.get("convict"), _by(judge))
    assert [part.name for part in outcome.parts if not part.passed] == ["a single entry"]


def test_whoever_convicts_nobody_or_everybody_earns_little():
    check = checks.get("convict")
    nobody = judge_publicly(check, lambda *given: [])
    assert nobody.points == 2 and nobody.mistake is None
    everybody = judge_publicly(check, lambda *given: list(given[3]))
    assert everybody.points == 0 and everybody.mistake == "everybody_convicted"


def _judge_by(worth, tolerance=None):
    """A verdict by a number made of all relative errors, or by a norm of the whole gap."""

    def convict(params, xs, targets, claims, given=1e-4):
        measured = checks.get("difference_gradient").reference(params, xs, targets)
        flat = np.concatenate([measured[k].ravel() for k in measured])
        limit = given if tolerance is None else tolerance
        guilty = []
        for name, claim in claims.items():
            mine = np.concatenate([claim[k].ravel() for k in measured])
            if not worth(mine, flat) <= limit:
                guilty.append(name)
        return guilty

    return convict


def _relative(mine, flat):
    size = np.maximum(np.maximum(np.abs(mine), np.abs(flat)), 1e-3 * np.abs(flat).max())
    return np.abs(mine - flat) / size


@pytest.mark.parametrize(
    ("worth", "tolerance", "mistake"),
    [
        (lambda mine, flat: _relative(mine, flat).mean(), None, "right_ones_outvote"),
        (
            lambda mine, flat: np.linalg.norm(mine - flat) / np.linalg.norm(flat),
            None,
            "right_ones_outvote",
        ),
        (lambda mine, flat: _relative(mine, flat).max(), 1e-4, "tolerance_not_used"),
        (lambda mine, flat: _relative(mine, flat).max(), None, None),
    ],
    ids=["mean", "norm", "own tolerance", "worst entry"],
)
def test_a_judge_that_lets_the_right_entries_outvote_the_wrong_one_is_found_out(
    worth, tolerance, mistake
):
    judge = _judge_by(worth, tolerance)
    for seed in range(10):
        outcome = evaluate(checks.get("convict"), InProcess(judge), np.random.default_rng(seed))
        assert outcome.mistake == mistake
        assert outcome.passed == (mistake is None)


def test_weights_that_are_moved_through_a_shallow_copy_are_told_so():
    loss = checks.get("elman_loss").reference

    def slopes(params, xs, targets, step=1e-5):
        grads = {k: np.zeros_like(v) for k, v in params.items()}
        for name, index in ((k, i) for k in params for i in np.ndindex(params[k].shape)):
            moved = dict(params)
            moved[name][index] += step
            above = loss(moved, xs, targets)
            moved = dict(params)
            moved[name][index] -= step
            grads[name][index] = (above - loss(moved, xs, targets)) / (2 * step)
        return grads

    assert judge_publicly(checks.get("difference_gradient"), slopes).mistake == "arrays_shared"
