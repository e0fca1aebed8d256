"""The truncated rule against differences in which the recurrent sources are given numbers."""

import numpy as np
import pytest

from coursekit.cells import lstm, lstm_1997
from coursekit.gradients import bptt, truncated, unroll

CELLS = pytest.mark.parametrize("cell", [lstm_1997, lstm], ids=lambda cell: cell.__name__)
TIME, INPUTS, UNITS = 7, 2, 3


def setting(cell, batch=(), seed=0):
    rng = np.random.default_rng(seed)
    shapes = cell.init(rng, INPUTS, UNITS)
    params = cell.Params(*(0.8 * rng.normal(size=array.shape) for array in shapes))
    xs = rng.normal(size=(TIME, *batch, INPUTS))
    state = cell.State(*(rng.normal(size=(*batch, UNITS)) for _ in cell.State._fields))
    return params, xs, state, rng.normal(size=(TIME, *batch, UNITS))


def outputs_with_given_sources(cell, params, xs, sources, c):
    """The equations, written again; gates and candidate read ``sources``, not the new h."""

    def net(letter, x, h):
        W, U, b = (getattr(params, f"{kind}_{letter}") for kind in "WUb")
        return np.einsum("ki,...i->...k", W, x) + np.einsum("kj,...j->...k", U, h) + b

    hs = []
    for x, h in zip(xs, sources, strict=True):
        i = 1 / (1 + np.exp(-net("i", x, h)))
        o = 1 / (1 + np.exp(-net("o", x, h)))
        f = 1 / (1 + np.exp(-net("f", x, h))) if cell is lstm else 1.0
        c = f * c + i * np.tanh(net("g", x, h))
        hs.append(o * np.tanh(c))
    return np.array(hs)


def by_differences(cell, params, xs, state, grad_h, step=1e-5):
    run = unroll(cell, params, xs, state)
    sources = np.concatenate([state.h[None], run.states.h[:-1]])
    np.testing.assert_allclose(
        outputs_with_given_sources(cell, params, xs, sources, state.c), run.states.h, rtol=1e-12
    )

    def loss(params):
        hs = outputs_with_given_sources(cell, params, xs, sources, state.c)
        return float((grad_h * hs).sum())

    gradient = {}
    for name, array in params._asdict().items():
        gradient[name] = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            moved = []
            for sign in (1, -1):
                other = array.copy()
                other[index] += sign * step
                moved.append(loss(params._replace(**{name: other})))
            gradient[name][index] = (moved[0] - moved[1]) / (2 * step)
    return gradient


@CELLS
@pytest.mark.parametrize("batch", [(), (3,), (2, 2)], ids=str)
def test_it_is_the_gradient_with_the_recurrent_sources_held_fixed(cell, batch):
    params, xs, state, grad_h = setting(cell, batch)
    given = truncated(cell, params, unroll(cell, params, xs, state), grad_h)
    expected = by_differences(cell, params, xs, state, grad_h)
    assert isinstance(given, cell.Params)
    largest = max(np.abs(array).max() for array in expected.values())
    for name, array in expected.items():
        assert getattr(given, name).shape == array.shape
        assert np.abs(getattr(given, name) - array).max() <= 1e-8 * largest, name


@CELLS
def test_it_is_not_the_full_gradient_but_is_without_recurrent_weights(cell):
    params, xs, state, grad_h = setting(cell)

    def both(params):
        run = unroll(cell, params, xs, state)
        return truncated(cell, params, run, grad_h), bptt(cell, params, run, grad_h).params

    cut, full = both(params)
    assert any(np.abs(a - b).max() > 0.05 for a, b in zip(cut, full, strict=True))
    no_loop = {name: np.zeros((UNITS, UNITS)) for name in params._fields if name[0] == "U"}
    for a, b in zip(*both(params._replace(**no_loop)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-13)


def test_the_misprinted_forget_partial_is_another_number():
    """The report of 1999 prints h(s_t), the squashed new state, where c_{t-1} belongs."""
    params, xs, state, grad_h = setting(lstm)
    run = unroll(lstm, params, xs, state)

    def forget_bias_gradient(factor):
        partial, total = np.zeros(UNITS), np.zeros(UNITS)
        for trace, error in zip(run.traces, grad_h, strict=True):
            partial = trace.f * partial + factor(trace) * trace.f * (1 - trace.f)
            total += error * trace.o * (1 - np.tanh(trace.c) ** 2) * partial
        return total

    right = forget_bias_gradient(lambda trace: trace.previous.c)
    misprinted = forget_bias_gradient(lambda trace: np.tanh(trace.c))
    given = truncated(lstm, params, run, grad_h).b_f
    expected = by_differences(lstm, params, xs, state, grad_h)["b_f"]
    np.testing.assert_allclose(given, right, rtol=1e-12)
    np.testing.assert_allclose(given, expected, rtol=1e-7)
    assert np.abs(misprinted - expected).max() > 0.1 * np.abs(expected).max()
