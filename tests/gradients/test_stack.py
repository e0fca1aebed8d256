"""Layers on top of each other: one cell, and the two terms of the error at a lower layer."""

import numpy as np
import pytest

from coursekit.cells import elman, gru, lstm, lstm_1997, stack
from coursekit.cells.parameters import map_arrays, named_arrays
from coursekit.gradients import (
    bptt,
    gradient_by_time,
    numerical_gradient,
    spatial_and_temporal,
    state_jacobian,
    unroll,
)
from coursekit.training import init_model, loss_and_gradient, softmax

STACKS = [stack(elman), stack(elman, elman), stack(lstm, gru), stack(gru, elman, lstm_1997)]
named = pytest.mark.parametrize("cell", STACKS, ids=repr)


def setting(cell, batch=(2,), steps=5, seed=0):
    rng = np.random.default_rng(seed)
    params = map_arrays(lambda a: 0.8 * rng.normal(size=a.shape), cell.init(rng, 3, 2))
    state = map_arrays(lambda a: rng.normal(size=a.shape), cell.initial_state(params, batch))
    return params, rng.normal(size=(steps, *batch, 3)), state, rng.normal(size=(steps, *batch, 2))


@named
def test_it_is_one_layer_after_the_other(cell):
    params, xs, state, grad_h = setting(cell)
    run = unroll(cell, params, xs, state)
    signal, runs = xs, []
    for layer, part, before in zip(cell.layers, params, state.layers, strict=True):
        runs.append(unroll(layer, part, signal, before))
        signal = runs[-1].states.h
    np.testing.assert_array_equal(run.states.h, signal)
    given = bptt(cell, params, run, grad_h)
    for number in range(len(runs) - 1, -1, -1):
        gradients = bptt(cell.layers[number], params[number], runs[number], grad_h)
        for one, other in zip(given.params[number], gradients.params, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)
        grad_h = gradients.xs
    np.testing.assert_allclose(given.xs, grad_h, rtol=1e-12, atol=1e-14)


@named
@pytest.mark.parametrize("batch", [(), (2,), (2, 2)], ids=str)
def test_its_gradient_is_what_differences_say(cell, batch):
    params, xs, state, grad_h = setting(cell, batch)

    def loss(everything):
        run = unroll(cell, everything["params"], everything["xs"], everything["state"])
        return float((run.states.h * grad_h).sum())

    everything = {"params": params, "xs": xs, "state": state}
    given = bptt(cell, params, unroll(cell, params, xs, state), grad_h)
    expected = numerical_gradient(loss, everything)
    largest = max(np.abs(array).max() for _, array in named_arrays(expected))
    for (name, one), (_, other) in zip(
        named_arrays(given._asdict()), named_arrays(expected), strict=True
    ):
        assert np.abs(one - other).max() <= 1e-7 * largest, name


@named
def test_the_two_terms_add_up_to_what_a_nudge_of_h_does(cell):
    """dL/dh_t^l by moving the output of one layer at one step."""
    params, xs, state, grad_h = setting(cell, batch=())
    run = unroll(cell, params, xs, state)
    terms = spatial_and_temporal(cell, params, run, grad_h)
    assert len(terms) == len(cell.layers)
    np.testing.assert_array_equal(terms[-1].above, grad_h)

    def loss(number, t, unit, by):
        current, total = state, 0.0
        for step, x in enumerate(xs):
            signal, after = x, []
            for n, (layer, part) in enumerate(zip(cell.layers, params, strict=True)):
                new, _ = layer.step(part, signal, current.layers[n])
                if (n, step) == (number, t):
                    moved = new.h.copy()
                    moved[unit] += by
                    new = new._replace(h=moved)
                signal = new.h
                after.append(new)
            current = cell.State(signal, tuple(after))
            total += float((signal * grad_h[step]).sum())
        return total

    for number, (above, later) in enumerate(terms):
        assert not later[-1].any()
        for t in range(len(xs)):
            for unit in range(2):
                slope = (loss(number, t, unit, 1e-5) - loss(number, t, unit, -1e-5)) / 2e-5
                assert above[t, unit] + later[t, unit] == pytest.approx(slope, rel=1e-6, abs=1e-8)


@named
def test_the_parts_by_time_add_up(cell):
    params, xs, state, grad_h = setting(cell)
    run = unroll(cell, params, xs, state)
    parts = gradient_by_time(cell, params, run, grad_h)
    whole = bptt(cell, params, run, grad_h).params
    for (_, one), (_, other) in zip(named_arrays(parts), named_arrays(whole), strict=True):
        np.testing.assert_allclose(one.sum(axis=0), other, rtol=1e-12, atol=1e-14)


def test_a_model_of_two_layers_trains():
    two = stack(elman, lstm)
    rng = np.random.default_rng(0)
    model = init_model(rng, two, softmax, inputs=3, units=4, outputs=2)
    targets = np.eye(2)[rng.integers(2, size=(6, 5))]
    _, gradient = loss_and_gradient(two, softmax, model, rng.normal(size=(6, 5, 3)), targets)
    assert [name for name, _ in named_arrays(gradient)][:2] == ["cell.0.W", "cell.0.U"]


def test_wrong_layers_are_named():
    two = stack(elman, lstm)
    params, xs, state, grad_h = setting(two)
    with pytest.raises(ValueError, match="a stack needs a cell"):
        stack()
    with pytest.raises(ValueError, match="is no cell"):
        stack(elman, "lstm")
    with pytest.raises(ValueError, match=r"params is a .*takes its own Params"):
        unroll(two, tuple(params), xs)
    other = lstm.init(np.random.default_rng(0), 5, 2)
    with pytest.raises(ValueError, match=r"params\.1 takes \(5,\) inputs, but layer 0"):
        unroll(two, two.Params((params[0], other)), xs)
    broken = two.Params((params[0]._replace(U=np.ones((2, 3))), params[1]))
    with pytest.raises(ValueError, match=r"params\.0\.U has shape \(2, 3\)"):
        unroll(two, broken, xs)
    with pytest.raises(ValueError, match=r"state\.layers\.1\.c has shape"):
        bad = state.layers[1]._replace(c=np.ones(5))
        unroll(two, params, xs, state._replace(layers=(state.layers[0], bad)))
    run = unroll(two, params, xs, state)
    with pytest.raises(ValueError, match="unroll the layers one at a time"):
        state_jacobian(two, params, run, 0, 3)
    with pytest.raises(ValueError, match="has one layer"):
        spatial_and_temporal(lstm, params[1], run, grad_h)
