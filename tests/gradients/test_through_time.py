"""unroll, bptt and the gradient by time step, against loops and differences."""

import numpy as np
import pytest

from coursekit.cells import (
    carousel,
    coupled_lstm,
    elman,
    elman_linear,
    elman_logistic,
    evolino_lstm,
    gru,
    gru_reset_after,
    lstm,
    lstm_1997,
    peephole_lstm,
    state_peephole_lstm,
)
from coursekit.gradients import bptt, gradient_by_time, unroll

CELLS = [
    *(elman, elman_linear, elman_logistic, carousel, lstm_1997, lstm),
    *(peephole_lstm, coupled_lstm, state_peephole_lstm, gru, gru_reset_after, evolino_lstm),
]
named = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__.split(".")[-1])
batches = pytest.mark.parametrize("batch", [(), (2,), (2, 2)], ids=str)
TIME, INPUTS, UNITS = 6, 2, 3


def central(function, array, step=1e-5):
    """dL/darray by moving every entry both ways."""
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        moved = []
        for sign in (1, -1):
            other = array.copy()
            other[index] += sign * step
            moved.append(function(other))
        gradient[index] = (moved[0] - moved[1]) / (2 * step)
    return gradient


def setting(cell, batch, seed=0):
    rng = np.random.default_rng(seed)
    shapes = cell.init(rng, INPUTS, UNITS)
    params = cell.Params(*(0.6 * rng.normal(size=array.shape) for array in shapes))
    xs = rng.normal(size=(TIME, *batch, INPUTS))
    state = cell.State(*(rng.normal(size=(*batch, UNITS)) for _ in cell.State._fields))
    grad_h = rng.normal(size=(TIME, *batch, UNITS))
    return params, xs, state, grad_h


def outputs(cell, params_of_step, xs, state):
    """The plain loop, with parameters that may differ from step to step."""
    hs = []
    for params, x in zip(params_of_step, xs, strict=True):
        state, _ = cell.step(params, x, state)
        hs.append(state.h)
    return np.array(hs)


def assert_same(given, expected):
    assert given.shape == expected.shape
    assert np.abs(given - expected).max() <= 1e-7 * max(1e-3, np.abs(expected).max())


@named
@batches
def test_unroll_is_the_loop(cell, batch):
    params, xs, state, _ = setting(cell, batch)
    run = unroll(cell, params, xs, state)
    assert run.initial is state
    assert len(run.traces) == TIME
    for t, x in enumerate(xs):
        state, trace = cell.step(params, x, state)
        for name in cell.State._fields:
            np.testing.assert_array_equal(getattr(run.states, name)[t], getattr(state, name))
        for letter in set(cell.Trace._fields) - {"previous"}:
            np.testing.assert_array_equal(run.trace(letter)[t], getattr(trace, letter))
            np.testing.assert_array_equal(getattr(run.traces[t], letter), getattr(trace, letter))
        before = run.initial if t == 0 else cell.State(*(field[t - 1] for field in run.states))
        for given, wanted in zip(run.traces[t].previous, before, strict=True):
            np.testing.assert_array_equal(given, wanted)
    assert run.states.h.shape == (TIME, *batch, UNITS)


@named
def test_unroll_starts_at_zeros_and_carries_on(cell):
    """Without a state it starts at zeros; two halves make the whole."""
    params, xs, _, _ = setting(cell, (2,))
    whole = unroll(cell, params, xs)
    assert not any(field.any() for field in whole.initial)
    first = unroll(cell, params, xs[:4])
    second = unroll(cell, params, xs[4:], cell.State(*(field[-1] for field in first.states)))
    joined = np.concatenate([first.states.h, second.states.h])
    np.testing.assert_array_equal(joined, whole.states.h)


@named
@batches
def test_bptt_is_the_derivative_of_the_loop(cell, batch):
    params, xs, state, grad_h = setting(cell, batch)

    def loss(params, xs, state):
        return float((grad_h * outputs(cell, [params] * TIME, xs, state)).sum())

    gradients = bptt(cell, params, unroll(cell, params, xs, state), grad_h)
    for name in cell.Params._fields:
        expected = central(
            lambda array, name=name: loss(params._replace(**{name: array}), xs, state),
            getattr(params, name),
        )
        assert_same(getattr(gradients.params, name), expected)
    assert_same(gradients.xs, central(lambda array: loss(params, array, state), xs))
    for name in cell.State._fields:
        expected = central(
            lambda array, name=name: loss(params, xs, state._replace(**{name: array})),
            getattr(state, name),
        )
        assert_same(getattr(gradients.state, name), expected)


@named
@batches
def test_each_part_by_time_is_the_difference_of_that_steps_own_weights(cell, batch):
    """Every step gets its own copy of the weights; one copy at a time is nudged."""
    params, xs, state, grad_h = setting(cell, batch, seed=1)
    run = unroll(cell, params, xs, state)
    parts = gradient_by_time(cell, params, run, grad_h)
    total = bptt(cell, params, run, grad_h).params
    for name in cell.Params._fields:
        given = getattr(parts, name)
        np.testing.assert_allclose(given.sum(axis=0), getattr(total, name), rtol=1e-10, atol=1e-12)
        for t in range(TIME):

            def loss(array, name=name, t=t):
                own = [params] * TIME
                own[t] = params._replace(**{name: array})
                return float((grad_h * outputs(cell, own, xs, state)).sum())

            expected = central(loss, getattr(params, name))
            scale = max(1e-3, np.abs(getattr(total, name)).max())
            assert np.abs(given[t] - expected).max() <= 1e-7 * scale


@named
def test_no_error_flows_back_to_later_steps(cell):
    params, xs, state, grad_h = setting(cell, ())
    grad_h[3:] = 0
    parts = gradient_by_time(cell, params, unroll(cell, params, xs, state), grad_h)
    for part in parts:
        assert not part[3:].any()
        assert part[:3].any()
