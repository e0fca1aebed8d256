"""The truncated rule against differences in which the recurrent sources are given numbers."""

import gc
import tracemalloc

import numpy as np
import pytest

from coursekit.cells import lstm, lstm_1997, peephole_lstm
from coursekit.cells.parameters import map_arrays
from coursekit.gradients import (
    bptt,
    first_partials,
    gradient_now,
    next_partials,
    truncated,
    unroll,
)

CELLS = pytest.mark.parametrize(
    "cell", [lstm_1997, lstm, peephole_lstm], ids=lambda cell: cell.__name__
)
TIME, INPUTS, UNITS = 7, 2, 3


def setting(cell, batch=(), seed=0):
    rng = np.random.default_rng(seed)
    shapes = cell.init(rng, INPUTS, UNITS)
    params = cell.Params(*(0.8 * rng.normal(size=array.shape) for array in shapes))
    xs = rng.normal(size=(TIME, *batch, INPUTS))
    state = cell.State(*(rng.normal(size=(*batch, UNITS)) for _ in cell.State._fields))
    return params, xs, state, rng.normal(size=(TIME, *batch, UNITS))


def outputs_with_given_sources(cell, params, xs, sources, shown, c):
    """The equations, written again; gates and candidate read ``sources``, not the new h.

    Peepholes see ``shown``: the states of the run, (time + 1, ..., units), given numbers too.
    """

    def net(letter, x, h):
        W, U, b = (getattr(params, f"{kind}_{letter}") for kind in "WUb")
        return np.einsum("ki,...i->...k", W, x) + np.einsum("kj,...j->...k", U, h) + b

    def peep(letter, t):
        return getattr(params, f"p_{letter}") * shown[t] if cell is peephole_lstm else 0.0

    hs = []
    for t, (x, h) in enumerate(zip(xs, sources, strict=True)):
        i = 1 / (1 + np.exp(-net("i", x, h) - peep("i", t)))
        o = 1 / (1 + np.exp(-net("o", x, h) - peep("o", t + 1)))
        f = 1.0 if cell is lstm_1997 else 1 / (1 + np.exp(-net("f", x, h) - peep("f", t)))
        c = f * c + i * np.tanh(net("g", x, h))
        hs.append(o * np.tanh(c))
    return np.array(hs)


def by_differences(cell, params, xs, state, grad_h, step=1e-5):
    run = unroll(cell, params, xs, state)
    sources = np.concatenate([state.h[None], run.states.h[:-1]])
    shown = np.concatenate([state.c[None], run.states.c])
    given = (xs, sources, shown, state.c)
    np.testing.assert_allclose(
        outputs_with_given_sources(cell, params, *given), run.states.h, rtol=1e-12
    )

    def loss(params):
        hs = outputs_with_given_sources(cell, params, *given)
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
    loops = {name: array for name, array in params._asdict().items() if name[0] in "Up"}
    no_loop = {name: np.zeros_like(array) for name, array in loops.items()}
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


def peak_of(learn, steps):
    gc.collect()
    tracemalloc.start()
    learn(steps)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@CELLS
def test_it_runs_online_and_needs_no_more_memory_for_more_steps(cell):
    """A step at a time, nothing kept but the partials."""
    rng = np.random.default_rng(5)
    params = cell.init(rng, INPUTS, UNITS)

    def learn(steps):
        state, partials = cell.initial_state(params), first_partials(cell, params)
        total = map_arrays(np.zeros_like, params)
        draws = np.random.default_rng(6)
        for _ in range(steps):
            state, trace = cell.step(params, draws.normal(size=INPUTS), state)
            partials = next_partials(params, trace, partials)
            part = gradient_now(params, trace, partials, np.ones(UNITS))
            total = map_arrays(np.add, total, part)
        return total

    xs = np.random.default_rng(6).normal(size=(40, INPUTS))
    whole = truncated(cell, params, unroll(cell, params, xs), np.ones((40, UNITS)))
    for online, wanted in zip(learn(40), whole, strict=True):
        np.testing.assert_allclose(online, wanted, rtol=1e-12, atol=1e-14)
    # The least of three: another thread of this process may allocate in the middle of one.
    few, many = (min(peak_of(learn, steps) for _ in range(3)) for steps in (20, 400))
    assert many < 1.3 * few


@CELLS
def test_a_step_costs_one_number_a_weight(cell):
    params, xs, state, _ = setting(cell)
    partials = first_partials(cell, params)
    for trace in unroll(cell, params, xs, state).traces:
        partials = next_partials(params, trace, partials)
    stored = sum(array.size for array in partials.values())
    output_gate = [array for name, array in params._asdict().items() if name.endswith("_o")]
    wanted = sum(array.size for array in params) - sum(array.size for array in output_gate)
    assert stored == wanted


@CELLS
@pytest.mark.parametrize("spoken", [(), (TIME - 1,), (0,), (1, 4)], ids=str)
def test_steps_without_an_error_add_nothing_but_their_partials(cell, spoken):
    """What is left out to save time must not show: the steps are summed here one by one."""
    params, xs, state, error = setting(cell, batch=(2,))
    told = np.isin(np.arange(TIME), spoken)[:, None, None]
    run = unroll(cell, params, xs, state)
    found = truncated(cell, params, run, np.where(told, error, 0.0))
    partials, total = first_partials(cell, params), map_arrays(np.zeros_like, params)
    for t, trace in enumerate(run.traces):
        partials = next_partials(params, trace, partials)
        if t in spoken:
            now = gradient_now(params, trace, partials, error[t])
            total = map_arrays(np.add, total, now)
    for one, other in zip(found, total, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)
