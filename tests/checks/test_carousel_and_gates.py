"""Exercise 4: the references against finite differences, right answers by other routes."""

import numpy as np
import pytest

from coursekit import checks
from coursekit.cells import carousel, lstm_1997
from coursekit.checks import gates_reference as right
from coursekit.checks.spec import InProcess, evaluate
from coursekit.gradients import truncated, unroll


@pytest.mark.parametrize("w", [0.8, 1.0, 1.2])
def test_the_reference_parts_agree_with_finite_differences(w):
    """A weight of its own for each step: its gradient is the part of that step."""
    xs, target, V = np.random.default_rng(0).normal(size=6), 0.7, -1.4
    weights = np.full(6, 0.3)

    def loss(weights):
        h = 0.0
        for x, W in zip(xs, weights, strict=True):
            h = w * h + W * x
        return 0.5 * (V * h - target) ** 2

    measured = [(loss(weights + hair) - loss(weights - hair)) / 2e-6 for hair in 1e-6 * np.eye(6)]
    np.testing.assert_allclose(
        right.gradient_by_step(xs, target, 0.3, w, V), measured, rtol=1e-6, atol=1e-8
    )


def test_the_reference_carousel_is_the_courses():
    rng = np.random.default_rng(0)
    params, xs = carousel.init(rng, inputs=3, units=4), rng.normal(size=(9, 3))
    params = params._replace(b=rng.normal(size=4))
    np.testing.assert_allclose(
        right.carousel_run(params.W, params.b, xs), unroll(carousel, params, xs).states.c
    )


def test_the_reference_gradient_is_that_of_the_truncated_rule():
    rng = np.random.default_rng(1)
    params = lstm_1997.init(rng, inputs=2, units=3)
    run = unroll(lstm_1997, params, rng.normal(size=(8, 2)))
    grad_h = rng.normal(size=run.states.h.shape)
    i, g, o = (run.trace(letter) for letter in "igo")
    sources = np.stack([np.concatenate([t.x, t.previous.h, [1.0]]) for t in run.traces])
    errors = grad_h * o * (1 - run.trace("squashed") ** 2)
    ours = right.input_gate_gradient(right.input_gate_partial(sources, i, g), errors)
    theirs = truncated(lstm_1997, params, run, grad_h)
    expected = np.hstack([theirs.W_i, theirs.U_i, theirs.b_i[:, None]])
    np.testing.assert_allclose(ours, expected, rtol=1e-10, atol=1e-14)


# ---- right answers by other routes ---------------------------------------------------------


def parts_going_back(xs, target, W, w, V):
    h = 0.0
    for x in xs:
        h = h * w + x * W
    delta, parts = (h * V - target) * V, []
    for x in xs[::-1]:
        parts.insert(0, float(delta * x))
        delta = delta * w
    return parts


def carousel_by_loops(W, b, xs):
    cs, c = [], [0.0] * len(b)
    for x in xs:
        c = [c[k] + sum(W[k, m] * x[m] for m in range(len(x))) + b[k] for k in range(len(b))]
        cs.append(c)
    return cs


def carousel_by_einsum(W, b, xs):
    steps = np.arange(1, len(xs) + 1)[:, None]
    return np.einsum("km,tm->tk", W, np.cumsum(xs, axis=0)) + steps * b


def input_by_loops(xs, net_i):
    c, cs = np.zeros(xs.shape[1]), []
    for x, net in zip(xs, net_i, strict=True):
        c = c + np.exp(-np.logaddexp(0, -net)) * x
        cs.append(c)
    return cs


def partial_by_einsum(sources, i, g):
    earlier = np.tri(len(sources))  # [t, s] is 1 for s up to t
    return np.einsum("ts,sj,sm->tjm", earlier, g * (i - i * i), sources)


def partial_in_place(sources, i, g):
    found = np.zeros((len(sources), i.shape[1], sources.shape[1]))
    for t in range(len(sources)):
        if t:
            found[t] = found[t - 1]
        for j in range(i.shape[1]):
            found[t, j] += g[t, j] * i[t, j] * (1 - i[t, j]) * sources[t]
    return found


def gradient_backwards(partials, errors):
    total = np.zeros(partials.shape[1:])
    for t in reversed(range(len(errors))):
        total += np.diag(errors[t]) @ partials[t]
    return total


def in_float32(function):
    def lower(value):
        return value.astype(np.float32) if isinstance(value, np.ndarray) else value

    return lambda *given: function(*map(lower, given))


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("gradient_by_step", parts_going_back),
        ("gradient_by_step", in_float32(right.gradient_by_step)),
        ("carousel_run", carousel_by_loops),
        ("carousel_run", carousel_by_einsum),
        ("carousel_run", in_float32(right.carousel_run)),
        ("gated_input", input_by_loops),
        ("gated_input", in_float32(right.gated_input)),
        ("gated_output", lambda cs, net: cs / (1 + np.exp(-net))),
        ("gated_output", in_float32(right.gated_output)),
        ("input_gate_partial", partial_by_einsum),
        ("input_gate_partial", partial_in_place),
        ("input_gate_partial", in_float32(right.input_gate_partial)),
        ("input_gate_gradient", gradient_backwards),
        ("input_gate_gradient", lambda p, e: np.einsum("tj,tjm->jm", e, p).tolist()),
        ("input_gate_gradient", in_float32(right.input_gate_gradient)),
    ],
)
def test_right_by_another_route_is_right(name, answer):
    for seed in range(5):
        outcome = evaluate(checks.get(name), InProcess(answer), np.random.default_rng(seed))
        assert outcome.passed, outcome.messages
