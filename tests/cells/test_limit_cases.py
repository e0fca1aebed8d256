"""Where two cells must agree, and where a gate that is held shut or open must change nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.cells import (
    coupled_lstm,
    gru,
    gru_reset_after,
    lstm,
    peephole_lstm,
    state_peephole_lstm,
)
from coursekit.gradients import bptt, unroll

seeds = st.integers(0, 10**6)
SHUT, OPEN = -1000.0, 1000.0


def drawn(cell, seed, inputs=3, units=4):
    rng = np.random.default_rng(seed)
    shapes = cell.init(rng, inputs, units)
    return cell.Params(*(rng.normal(size=array.shape) for array in shapes))


def held(params, **biases):
    """Gates fixed by their bias: no weights into them."""
    fixed = {}
    for letter, bias in biases.items():
        for name in (f"{kind}_{letter}" for kind in "WUp"):
            if name in params._fields:
                fixed[name] = np.zeros_like(getattr(params, name))
        fixed[f"b_{letter}"] = np.full_like(getattr(params, f"b_{letter}"), bias)
    return params._replace(**fixed)


def sequence(seed, steps=9, batch=(2,), inputs=3, units=4):
    rng = np.random.default_rng(seed)
    xs = rng.normal(size=(steps, *batch, inputs))
    fields = [rng.normal(size=(*batch, units)) for _ in range(2)]
    return xs, fields, rng.normal(size=(steps, *batch, units))


def there_and_back(cell, params, seed):
    xs, fields, grad_h = sequence(seed)
    run = unroll(cell, params, xs, cell.State(*fields[: len(cell.State._fields)]))
    return run, bptt(cell, params, run, grad_h)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, steps=st.integers(1, 60))
@pytest.mark.parametrize("cell", [lstm, peephole_lstm, state_peephole_lstm, coupled_lstm])
def test_an_open_forget_gate_and_a_shut_input_gate_keep_c_to_the_last_bit(cell, seed, steps):
    gates = {"f": OPEN} if cell is coupled_lstm else {"f": OPEN, "i": SHUT}
    params = held(drawn(cell, seed), **gates)
    rng = np.random.default_rng(seed)
    c = 10 * rng.normal(size=4)
    run = unroll(cell, params, 100 * rng.normal(size=(steps, 3)), cell.State(rng.normal(size=4), c))
    np.testing.assert_array_equal(run.states.c, np.broadcast_to(c, (steps, 4)))


@settings(deadline=None, max_examples=30)
@given(seed=seeds, steps=st.integers(1, 60))
@pytest.mark.parametrize(("cell", "bias"), [(gru, SHUT), (gru_reset_after, OPEN)])
def test_a_gru_that_takes_nothing_new_keeps_h_to_the_last_bit(cell, bias, seed, steps):
    params = held(drawn(cell, seed), z=bias)
    rng = np.random.default_rng(seed)
    h = 10 * rng.normal(size=4)
    run = unroll(cell, params, 100 * rng.normal(size=(steps, 3)), cell.State(h))
    np.testing.assert_array_equal(run.states.h, np.broadcast_to(h, (steps, 4)))


def assert_near(given, wanted, what):
    scale = max(1.0, np.abs(wanted).max())
    np.testing.assert_allclose(given, wanted, rtol=0, atol=1e-12 * scale, err_msg=what)


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_coupled_is_the_lstm_whose_input_gate_mirrors_its_forget_gate(seed):
    """sigma(-net) = 1 - sigma(net); so the gradient of W_f is the mirrored sum of both."""
    small = drawn(coupled_lstm, seed)
    large = lstm.Params(**small._asdict(), W_i=-small.W_f, U_i=-small.U_f, b_i=-small.b_f)
    one, grad_one = there_and_back(coupled_lstm, small, seed)
    two, grad_two = there_and_back(lstm, large, seed)
    assert_near(one.states.h, two.states.h, "h")
    assert_near(one.states.c, two.states.c, "c")
    for name in coupled_lstm.Params._fields:
        wanted = getattr(grad_two.params, name)
        if name.endswith("f"):
            wanted = wanted - getattr(grad_two.params, name.replace("f", "i"))
        assert_near(getattr(grad_one.params, name), wanted, name)
    assert_near(grad_one.xs, grad_two.xs, "xs")


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_without_peepholes_the_peephole_cell_is_the_lstm(seed):
    params = drawn(peephole_lstm, seed)
    params = params._replace(**{f"p_{gate}": np.zeros(4) for gate in "ifo"})
    plain = lstm.Params(**{name: getattr(params, name) for name in lstm.Params._fields})
    one, grad_one = there_and_back(peephole_lstm, params, seed)
    two, grad_two = there_and_back(lstm, plain, seed)
    assert_near(one.states.h, two.states.h, "h")
    for name in lstm.Params._fields:
        assert_near(getattr(grad_one.params, name), getattr(grad_two.params, name), name)
    assert_near(grad_one.state.c, grad_two.state.c, "initial c")


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_with_the_reset_gate_open_both_grus_are_one(seed):
    """z weighs the new in one and the old in the other: its net is mirrored."""
    params = held(drawn(gru, seed), r=OPEN)
    after = gru_reset_after.Params(
        **params._replace(W_z=-params.W_z, U_z=-params.U_z, b_z=-params.b_z)._asdict(),
        b_hg=np.zeros(4),
    )
    one, grad_one = there_and_back(gru, params, seed)
    two, grad_two = there_and_back(gru_reset_after, after, seed)
    assert_near(one.states.h, two.states.h, "h")
    for name in ("W_g", "U_g", "b_g"):
        assert_near(getattr(grad_one.params, name), getattr(grad_two.params, name), name)
    assert_near(grad_one.params.U_z, -grad_two.params.U_z, "U_z")
    assert_near(grad_one.state.h, grad_two.state.h, "initial h")


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_the_state_only_cell_never_reads_h(seed):
    params = drawn(state_peephole_lstm, seed)
    xs, (h, c), _ = sequence(seed)
    one = unroll(state_peephole_lstm, params, xs, state_peephole_lstm.State(h, c))
    two = unroll(state_peephole_lstm, params, xs, state_peephole_lstm.State(h + 5, c))
    np.testing.assert_array_equal(one.states.h, two.states.h)


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_the_coupled_state_is_a_mean_of_candidates(seed):
    params = drawn(coupled_lstm, seed)
    xs, _, _ = sequence(seed, steps=50)
    assert np.abs(unroll(coupled_lstm, params, 10 * xs).states.c).max() <= 1
