"""Backward: every cell's step_back against central differences of its step."""

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
    sigmoid,
    state_peephole_lstm,
)

CELLS = [
    *(elman, elman_linear, elman_logistic, carousel, lstm_1997, lstm),
    *(peephole_lstm, coupled_lstm, state_peephole_lstm, gru, gru_reset_after, evolino_lstm),
]
named = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__.split(".")[-1])
batches = pytest.mark.parametrize("batch", [(), (3,), (2, 3)], ids=str)


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


def setting(cell, batch, seed=0, inputs=3, units=4):
    rng = np.random.default_rng(seed)
    shapes = cell.init(rng, inputs, units)
    params = cell.Params(*(0.7 * rng.normal(size=array.shape) for array in shapes))
    x = rng.normal(size=(*batch, inputs))
    previous = cell.State(*(rng.normal(size=(*batch, units)) for _ in cell.State._fields))
    upstream = cell.State(*(rng.normal(size=(*batch, units)) for _ in cell.State._fields))
    return params, x, previous, upstream


def assert_same(given, expected):
    """Relative to the largest entry: below 1e-7."""
    assert given.shape == expected.shape
    assert np.abs(given - expected).max() <= 1e-7 * max(1e-3, np.abs(expected).max())


@named
@batches
@pytest.mark.parametrize("paths", ["h", "c", "both"])
def test_step_back_is_the_derivative_of_step(cell, batch, paths):
    params, x, previous, upstream = setting(cell, batch)
    if paths != "both":
        if paths not in cell.State._fields:
            paths = "h"  # a cell without a state line has this path only
        upstream = cell.State(
            **{name: getattr(upstream, name) * (name == paths) for name in cell.State._fields}
        )

    def loss(params, x, previous):
        after, _ = cell.step(params, x, previous)
        return sum(float((u * a).sum()) for u, a in zip(upstream, after, strict=True))

    _, trace = cell.step(params, x, previous)
    grad_params, grad_x, grad_previous = cell.step_back(params, trace, upstream)

    assert isinstance(grad_params, cell.Params)
    assert isinstance(grad_previous, cell.State)
    for name in cell.Params._fields:
        expected = central(
            lambda array, name=name: loss(params._replace(**{name: array}), x, previous),
            getattr(params, name),
        )
        assert_same(getattr(grad_params, name), expected)
    assert_same(grad_x, central(lambda array: loss(params, array, previous), x))
    for name in cell.State._fields:
        expected = central(
            lambda array, name=name: loss(params, x, previous._replace(**{name: array})),
            getattr(previous, name),
        )
        assert_same(getattr(grad_previous, name), expected)


@batches
@pytest.mark.parametrize(
    "cell",
    [cell for cell in CELLS if "c" in cell.State._fields],
    ids=lambda cell: cell.__name__,
)
def test_output_back_is_the_way_from_h_to_c_within_the_step(cell, batch):
    """Nudge c_t itself: what the cell's own output equation makes of it."""
    params, x, previous, upstream = setting(cell, batch, seed=1)
    state, trace = cell.step(params, x, previous)

    def output(c):
        if cell is carousel:
            return c
        if cell is state_peephole_lstm:
            return trace.o * c
        if cell is evolino_lstm:
            return np.tanh(trace.o * c)
        if cell is peephole_lstm:  # the output gate sees the new state too
            net = x @ params.W_o.T + previous.h @ params.U_o.T + params.b_o
            return sigmoid(net + params.p_o * c) * np.tanh(c)
        return trace.o * np.tanh(c)

    np.testing.assert_allclose(output(state.c), state.h, rtol=1e-14)
    expected = central(lambda c: float((upstream.h * output(c)).sum()), state.c)
    assert_same(cell.output_back(params, trace, upstream.h), expected)


@named
def test_several_errors_go_back_at_once_in_front_of_the_batch(cell):
    """A stack of upstream errors gives the stack of answers (the Jacobian relies on it)."""
    params, x, previous, _ = setting(cell, (3,), seed=2)
    _, trace = cell.step(params, x, previous)
    rng = np.random.default_rng(3)
    stack = cell.State(*(rng.normal(size=(5, 3, 4)) for _ in cell.State._fields))
    grad_params, grad_x, grad_previous = cell.step_back(params, trace, stack)
    total = None
    for row in range(5):
        one = cell.State(*(field[row] for field in stack))
        one_params, one_x, one_previous = cell.step_back(params, trace, one)
        np.testing.assert_allclose(grad_x[row], one_x, rtol=1e-13)
        for field, wanted in zip(grad_previous, one_previous, strict=True):
            np.testing.assert_allclose(field[row], wanted, rtol=1e-13)
        parts = list(one_params)
        total = parts if total is None else [a + b for a, b in zip(total, parts, strict=True)]
    for given, wanted in zip(grad_params, total, strict=True):
        np.testing.assert_allclose(given, wanted, rtol=1e-11, atol=1e-13)


def test_the_carousel_hands_error_back_unchanged():
    params, x, previous, upstream = setting(carousel, ())
    _, trace = carousel.step(params, x, previous)
    only_c = carousel.State(h=np.zeros(4), c=upstream.c)
    np.testing.assert_array_equal(carousel.step_back(params, trace, only_c)[2].c, upstream.c)
    np.testing.assert_array_equal(carousel.step_back(params, trace, only_c)[2].h, np.zeros(4))
