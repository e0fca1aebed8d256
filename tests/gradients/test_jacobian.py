"""state_jacobian against finite differences, closed forms and the carousel's exact identity."""

import itertools

import numpy as np
import pytest

from coursekit.cells import (
    carousel,
    elman,
    elman_linear,
    elman_logistic,
    lstm,
    lstm_1997,
)
from coursekit.gradients import state_jacobian, unroll

CELLS = [elman, elman_linear, elman_logistic, carousel, lstm_1997, lstm]
WITH_STATE_LINE = [carousel, lstm_1997, lstm]
TIME, INPUTS, UNITS = 5, 2, 3
SPANS = list(itertools.combinations_with_replacement(range(TIME + 1), 2))


def setting(cell, batch=(), seed=0):
    rng = np.random.default_rng(seed)
    shapes = cell.init(rng, INPUTS, UNITS)
    params = cell.Params(*(0.6 * rng.normal(size=array.shape) for array in shapes))
    state = cell.State(*(rng.normal(size=(*batch, UNITS)) for _ in cell.State._fields))
    return params, rng.normal(size=(TIME, *batch, INPUTS)), state


def later(cell, params, xs, state, start, stop, field):
    for x in xs[start:stop]:
        state, _ = cell.step(params, x, state)
    return getattr(state, field)


def by_differences(cell, params, xs, initial, start, stop, field, step=1e-5):
    """Nudge one entry of the field at ``start``; h_start follows its c through its own gate."""
    state, trace = initial, None
    for x in xs[:start]:
        state, trace = cell.step(params, x, state)
    columns = []
    for entry in range(UNITS):
        moved = []
        for sign in (1, -1):
            nudged = getattr(state, field).copy()
            nudged[entry] += sign * step
            other = state._replace(**{field: nudged})
            if field == "c" and start > 0:
                follows = nudged if cell is carousel else trace.o * np.tanh(nudged)
                other = other._replace(h=follows)
            moved.append(later(cell, params, xs, other, start, stop, field))
        columns.append((moved[0] - moved[1]) / (2 * step))
    return np.array(columns).T


@pytest.mark.parametrize(
    ("cell", "field"),
    [(cell, "h") for cell in CELLS] + [(cell, "c") for cell in WITH_STATE_LINE],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_every_span_equals_finite_differences(cell, field):
    params, xs, initial = setting(cell)
    run = unroll(cell, params, xs, initial)
    for start, stop in SPANS:
        given = state_jacobian(cell, params, run, start, stop, field)
        expected = by_differences(cell, params, xs, initial, start, stop, field)
        assert given.shape == (UNITS, UNITS)
        np.testing.assert_allclose(given, expected, atol=2e-9, err_msg=f"{start} to {stop}")


@pytest.mark.parametrize("batch", [(4,), (2, 3)], ids=str)
@pytest.mark.parametrize(("cell", "field"), [(elman, "h"), (lstm, "h"), (lstm, "c")])
def test_a_batch_has_one_jacobian_each(cell, field, batch):
    params, xs, initial = setting(cell, batch)
    run = unroll(cell, params, xs, initial)
    for start, stop in [(0, TIME), (2, 4), (3, 3)]:
        given = state_jacobian(cell, params, run, start, stop, field)
        assert given.shape == (*batch, UNITS, UNITS)
        for index in np.ndindex(batch):
            one = cell.State(*(part[index] for part in initial))
            alone = unroll(cell, params, xs[(slice(None), *index)], one)
            expected = state_jacobian(cell, params, alone, start, stop, field)
            np.testing.assert_allclose(given[index], expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__)
def test_no_step_is_the_identity(cell):
    params, xs, initial = setting(cell)
    run = unroll(cell, params, xs, initial)
    for when, field in itertools.product(range(TIME + 1), cell.State._fields):
        given = state_jacobian(cell, params, run, when, when, field)
        np.testing.assert_array_equal(given, np.eye(UNITS))


def test_the_carousel_is_the_identity_over_any_span():
    params, _, _ = setting(carousel)
    run = unroll(carousel, params, np.random.default_rng(0).normal(size=(1000, INPUTS)))
    for start, stop in [(0, 1000), (1, 1000), (500, 501)]:
        given = state_jacobian(carousel, params, run, start, stop, field="c")
        np.testing.assert_array_equal(given, np.eye(UNITS))


def test_the_plain_net_is_the_product_of_the_printed_factors():
    """dh_t/dh_{t-1} = diag(1 - h_t^2) U, latest first."""
    params, xs, initial = setting(elman, seed=3)
    run = unroll(elman, params, xs, initial)
    product = np.eye(UNITS)
    for t in range(1, 4):
        product = np.diag(1 - run.states.h[t] ** 2) @ params.U @ product
    np.testing.assert_allclose(state_jacobian(elman, params, run, 1, 4), product, rtol=1e-12)


def test_a_linear_net_is_a_power_of_u():
    params, xs, _ = setting(elman_linear, seed=4)
    given = state_jacobian(elman_linear, params, unroll(elman_linear, params, xs), 0, TIME)
    np.testing.assert_allclose(given, np.linalg.matrix_power(params.U, TIME), rtol=1e-12)
