"""Real-time recurrent learning: the gradient of bptt, carried forward."""

import tracemalloc

import numpy as np
import pytest

from coursekit import cells
from coursekit.cells.parameters import map_arrays, named_arrays
from coursekit.gradients import bptt, numerical_gradient, rtrl, unroll

RECURRENT = [
    getattr(cells, name)
    for name in cells.__all__
    if hasattr(getattr(cells, name), "step") and not name.endswith(("tree_lstm", "conv_lstm"))
]
RECURRENT += [cells.stack(cells.elman, cells.lstm), cells.stack(cells.gru, cells.lstm_1997)]
named = pytest.mark.parametrize("cell", RECURRENT, ids=lambda cell: cell.__name__.split(".")[-1])


def setting(cell, batch=(), steps=8, seed=0):
    rng = np.random.default_rng(seed)
    params = map_arrays(lambda a: 0.8 * rng.normal(size=a.shape), cell.init(rng, 2, 3))
    state = map_arrays(lambda a: rng.normal(size=a.shape), cell.initial_state(params, batch))
    return params, rng.normal(size=(steps, *batch, 2)), state, rng.normal(size=(steps, *batch, 3))


def test_every_recurrent_cell_is_here():
    assert len(RECURRENT) >= 13


@named
@pytest.mark.parametrize("batch", [(), (2,), (2, 2)], ids=str)
def test_it_is_the_gradient_of_bptt(cell, batch):
    params, xs, state, grad_h = setting(cell, batch)
    expected = bptt(cell, params, unroll(cell, params, xs, state), grad_h).params
    given = rtrl(cell, params, xs, grad_h, state)
    assert isinstance(given, cell.Params)
    largest = max(np.abs(array).max() for _, array in named_arrays(expected))
    for (name, one), (_, other) in zip(named_arrays(given), named_arrays(expected), strict=True):
        assert np.abs(one - other).max() <= 1e-10 * largest, name


@named
def test_it_is_what_differences_say(cell):
    params, xs, state, grad_h = setting(cell, steps=4, seed=1)

    def loss(params):
        return float((unroll(cell, params, xs, state).states.h * grad_h).sum())

    given, expected = rtrl(cell, params, xs, grad_h, state), numerical_gradient(loss, params)
    largest = max(np.abs(array).max() for _, array in named_arrays(expected))
    for (name, one), (_, other) in zip(named_arrays(given), named_arrays(expected), strict=True):
        assert np.abs(one - other).max() <= 1e-7 * largest, name


def test_the_error_may_be_told_as_the_output_comes():
    params, xs, state, _ = setting(cells.elman)
    target = np.ones(3)
    run = unroll(cells.elman, params, xs, state)
    expected = bptt(cells.elman, params, run, run.states.h - target).params
    given = rtrl(cells.elman, params, xs, lambda t, h: h - target, state)
    for one, other in zip(given, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def test_memory_does_not_grow_with_time():
    rng = np.random.default_rng(2)
    params = cells.lstm.init(rng, 2, 4)
    peaks = []
    for steps in (10, 300):
        xs = np.ones((steps, 2))
        tracemalloc.start()
        rtrl(cells.lstm, params, xs, lambda t, h: h)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"xs": np.ones((0, 2))}, "xs has no time steps"),
        ({"xs": np.ones((8, 3))}, "xs has 3 features on its last axis"),
        ({"xs": np.ones((8, 2), dtype=int)}, "xs holds integers"),
        ({"xs": np.full((8, 2), np.nan)}, "xs holds nan"),
        ({"grad_h": np.ones((7, 3))}, r"grad_h has shape \(7, 3\)"),
        ({"grad_h": np.ones((8, 3), dtype=int)}, "grad_h holds integers"),
        ({"state": cells.lstm.State(np.ones(3), np.ones(3))}, "takes its own State"),
        ({"params": cells.lstm.init(np.random.default_rng(0), 2, 3)}, "takes its own Params"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_wrong_arguments_are_named(change, message):
    params, xs, state, grad_h = setting(cells.elman)
    arguments = {"params": params, "xs": xs, "grad_h": grad_h, "state": state} | change
    with pytest.raises(ValueError, match=message):
        rtrl(cells.elman, **arguments)
