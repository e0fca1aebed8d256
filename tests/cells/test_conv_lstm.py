"""The ConvLSTM against explicit sums over places, and against the cell that it is at one place."""

import math

import numpy as np
import pytest

from coursekit.cells import conv_lstm, lstm, peephole_lstm
from coursekit.cells.convolution import convolve, convolve_back, kernel_gradient
from coursekit.cells.parameters import map_arrays, named_arrays
from coursekit.gradients import bptt, gradient_by_time, rtrl, state_jacobian, unroll
from coursekit.gradients import numerical_gradient as differences

ROWS, COLUMNS = 3, 4


def setting(batch=(), kernel=3, steps=3, seed=0, inputs=2, units=2, size=(ROWS, COLUMNS)):
    rng = np.random.default_rng(seed)
    params = conv_lstm.init(rng, inputs, units, kernel=kernel, size=size)
    params = map_arrays(lambda array: 0.5 * rng.normal(size=array.shape), params)
    xs = rng.normal(size=(steps, *batch, inputs, *size))
    state = conv_lstm.State(*(rng.normal(size=(*batch, units, *size)) for _ in range(2)))
    return params, xs, state, rng.normal(size=(steps, *batch, units, *size))


def by_loops(kernel, x):
    """(W * x)[o, r, s], one product at a time; a place outside the picture counts as zero."""
    outs, inputs, size, _ = kernel.shape
    result = np.zeros((outs, *x.shape[1:]))
    for o in range(outs):
        for r in range(x.shape[1]):
            for s in range(x.shape[2]):
                for i in range(inputs):
                    for a in range(size):
                        for b in range(size):
                            row, column = r + a - size // 2, s + b - size // 2
                            if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                                result[o, r, s] += kernel[o, i, a, b] * x[i, row, column]
    return result


def one_step_by_loops(params, x, state, peepholes=True):
    """The equations with explicit sums; without peepholes, as if they had never been written."""

    def net(letter, seen):
        W, U, b = (getattr(params, f"{kind}_{letter}") for kind in "WUb")
        p = getattr(params, f"p_{letter}") * seen if peepholes and seen is not None else 0.0
        return by_loops(W, x) + by_loops(U, state.h) + p + b[:, None, None]

    def logistic(net):
        return 1 / (1 + np.array([math.exp(-v) for v in net.ravel()]).reshape(net.shape))

    i, f = logistic(net("i", state.c)), logistic(net("f", state.c))
    c = f * state.c + i * np.tanh(net("g", None))
    return conv_lstm.State(h=logistic(net("o", c)) * np.tanh(c), c=c)


@pytest.mark.parametrize("size", [(3, 4), (1, 2), (5, 1)], ids=str)
@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_the_step_is_the_equations_written_as_loops(kernel, size):
    """Pictures smaller than the window too: all of it but a few places is padding."""
    params, xs, state, _ = setting(kernel=kernel, size=size)
    run = unroll(conv_lstm, params, xs, state)
    for x, h, c in zip(xs, run.states.h, run.states.c, strict=True):
        state = one_step_by_loops(params, x, state)
        np.testing.assert_allclose(h, state.h, rtol=0, atol=1e-12)
        np.testing.assert_allclose(c, state.c, rtol=0, atol=1e-12)


def test_peepholes_of_zero_are_no_peepholes():
    params, xs, state, _ = setting()
    params = params._replace(**{f"p_{gate}": np.zeros_like(params.p_i) for gate in "ifo"})
    for x, h in zip(xs, unroll(conv_lstm, params, xs, state).states.h, strict=True):
        state = one_step_by_loops(params, x, state, peepholes=False)
        np.testing.assert_allclose(h, state.h, rtol=0, atol=1e-12)


@pytest.mark.parametrize("batch", [(2,), (2, 3)], ids=str)
def test_each_picture_of_a_batch_is_for_itself(batch):
    params, xs, state, grad_h = setting(batch)
    run = unroll(conv_lstm, params, xs, state)
    whole = bptt(conv_lstm, params, run, grad_h)
    total = np.zeros_like(params.U_f)
    for one in np.ndindex(*batch):
        at = (slice(None), *one)
        alone = unroll(conv_lstm, params, xs[at], conv_lstm.State(*(field[one] for field in state)))
        np.testing.assert_allclose(run.states.h[at], alone.states.h, rtol=0, atol=1e-13)
        back = bptt(conv_lstm, params, alone, grad_h[at])
        np.testing.assert_allclose(whole.xs[at], back.xs, rtol=0, atol=1e-12)
        total += back.params.U_f
    np.testing.assert_allclose(whole.params.U_f, total, rtol=0, atol=1e-11)


def test_one_picture_shown_to_every_sequence_of_a_batch():
    """A step takes x without the batch axis: the same picture beside each state."""
    params, xs, state, grad_h = setting((3,))
    grad = conv_lstm.State(grad_h[0], grad_h[1])
    once = conv_lstm.step(params, xs[0, 0], state)
    thrice = conv_lstm.step(params, np.stack([xs[0, 0]] * 3), state)
    np.testing.assert_allclose(once[0].h, thrice[0].h, rtol=0, atol=1e-14)
    given, wanted = (conv_lstm.step_back(params, trace, grad) for _, trace in (once, thrice))
    np.testing.assert_allclose(given[0].W_i, wanted[0].W_i, rtol=0, atol=1e-13)


@pytest.mark.parametrize("batch", [(), (2,), (2, 2)], ids=str)
@pytest.mark.parametrize("kernel", [1, 3])
def test_its_gradient_is_what_differences_say(batch, kernel):
    params, xs, state, grad_h = setting(batch, kernel, steps=2)

    def loss(everything):
        run = unroll(conv_lstm, everything["params"], everything["xs"], everything["state"])
        return float((run.states.h * grad_h).sum())

    everything = {"params": params, "xs": xs, "state": state}
    given = bptt(conv_lstm, params, unroll(conv_lstm, params, xs, state), grad_h)
    expected = differences(loss, everything)
    largest = max(np.abs(array).max() for _, array in named_arrays(expected))
    for (name, one), (_, other) in zip(
        named_arrays(given._asdict()), named_arrays(expected), strict=True
    ):
        assert one.shape == other.shape
        assert np.abs(one - other).max() <= 1e-7 * largest, name


def test_the_maps_of_a_convolution_are_adjoint():
    """<delta, W * x> = <back(delta), x> = <dW, W>, whatever the numbers."""
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=(5, 2, 4, 6)), rng.normal(size=(3, 2, 5, 5))
    delta = rng.normal(size=(5, 3, 4, 6))
    whole = float((delta * convolve(x, kernel)).sum())
    assert float((convolve_back(delta, kernel) * x).sum()) == pytest.approx(whole, rel=1e-12)
    assert float((kernel_gradient(delta, x, 5) * kernel).sum()) == pytest.approx(whole, rel=1e-12)


def test_one_place_and_a_kernel_of_one_are_the_peephole_cell():
    params, xs, state, grad_h = setting((3,), kernel=1, steps=6, size=(1, 1))
    flat = peephole_lstm.Params(*(array.reshape(array.shape[:2]) for array in params))
    flat = map_arrays(lambda a: a[:, 0] if a.ndim == 2 and a.shape[1] == 1 else a, flat)
    flat = flat._replace(
        **{k: getattr(params, k)[..., 0, 0] for k in params._fields if k[0] in "WU"}
    )
    small = peephole_lstm.State(*(field[..., 0, 0] for field in state))
    one = unroll(conv_lstm, params, xs, state)
    two = unroll(peephole_lstm, flat, xs[..., 0, 0], small)
    np.testing.assert_allclose(one.states.h[..., 0, 0], two.states.h, rtol=1e-12)
    back = bptt(conv_lstm, params, one, grad_h).params
    wanted = bptt(peephole_lstm, flat, two, grad_h[..., 0, 0]).params
    for name in flat._fields:
        given = getattr(back, name).reshape(getattr(wanted, name).shape)
        np.testing.assert_allclose(given, getattr(wanted, name), rtol=1e-10, atol=1e-12)


def test_what_moves_in_the_picture_moves_in_the_state():
    """Away from the edges, and without peepholes, which know their place."""
    params, _, _, _ = setting(size=(9, 9), inputs=1)
    params = params._replace(**{f"p_{gate}": np.zeros((2, 9, 9)) for gate in "ifo"})
    xs = np.zeros((2, 1, 9, 9))
    xs[:, 0, 3:5, 3:5] = 1.0
    here = unroll(conv_lstm, params, xs).states.h
    there = unroll(conv_lstm, params, np.roll(xs, 1, axis=-1)).states.h
    np.testing.assert_allclose(there[..., 1:8, 2:8], here[..., 1:8, 1:7], rtol=1e-12)


def test_rtrl_the_jacobian_and_the_parts_by_time_hold_for_pictures():
    params, xs, state, grad_h = setting(steps=2)
    run = unroll(conv_lstm, params, xs, state)
    whole = bptt(conv_lstm, params, run, grad_h)
    forward = rtrl(conv_lstm, params, xs, grad_h, state)
    parts = gradient_by_time(conv_lstm, params, run, grad_h)
    for name in params._fields:
        np.testing.assert_allclose(getattr(forward, name), getattr(whole.params, name), atol=1e-10)
        summed = getattr(parts, name).sum(axis=0)
        np.testing.assert_allclose(summed, getattr(whole.params, name), atol=1e-12)
    jacobian = state_jacobian(conv_lstm, params, run, 0, 2)
    assert jacobian.shape == (2 * ROWS * COLUMNS,) * 2
    last = np.zeros_like(grad_h)
    last[-1] = grad_h[-1]
    wanted = bptt(conv_lstm, params, run, last).state.h.ravel()
    np.testing.assert_allclose(last[-1].ravel() @ jacobian, wanted, rtol=1e-10, atol=1e-13)


def test_init_and_initial_state():
    params = conv_lstm.init(np.random.default_rng(0), 3, 20, kernel=5, size=(4, 6))
    bound = 1 / (5 * math.sqrt(20))
    for name, array in params._asdict().items():
        if name[0] in "WU":
            assert 0.95 * bound < np.abs(array).max() <= bound
        else:
            assert np.all(array == (1.0 if name == "b_f" else 0.0))
    again = conv_lstm.init(np.random.default_rng(0), 3, 20, kernel=5, size=(4, 6))
    np.testing.assert_array_equal(params.U_o, again.U_o)
    assert conv_lstm.initial_state(params, (2,)).c.shape == (2, 20, 4, 6)


def test_wrong_arguments_are_named():
    params, xs, state, grad_h = setting((2,))
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="kernel is 4; pass an odd number"):
        conv_lstm.init(rng, 1, 1, kernel=4, size=(3, 3))
    for wrong in (0, -1, 3.0, None):
        with pytest.raises(ValueError, match=rf"kernel is {wrong}; pass a whole number, 1 or more"):
            conv_lstm.init(rng, 1, 1, kernel=wrong, size=(3, 3))
    for wrong in (3, (3,), (3, 3, 3), "33", None):
        with pytest.raises(
            ValueError, match=r"size is .*; pass rows and columns, such as \(16, 16"
        ):
            conv_lstm.init(rng, 1, 1, kernel=3, size=wrong)
    with pytest.raises(ValueError, match="columns is 0; pass a whole number, 1 or more"):
        conv_lstm.init(rng, 1, 1, kernel=3, size=(3, 0))
    with pytest.raises(ValueError, match="rows is 2.5; pass a whole number"):
        conv_lstm.init(rng, 1, 1, kernel=3, size=(2.5, 3))
    with pytest.raises(ValueError, match="rng is 0; pass a generator"):
        conv_lstm.init(0, 1, 1, kernel=3, size=(3, 3))
    with pytest.raises(ValueError, match=r"xs has \(2, 4, 3\) on its last axes.*takes \(2, 3, 4\)"):
        unroll(conv_lstm, params, xs.swapaxes(-1, -2))
    with pytest.raises(ValueError, match=r"xs has shape \(3, 4\)"):
        unroll(conv_lstm, params, xs[0, 0, 0])
    with pytest.raises(ValueError, match="xs holds integers"):
        unroll(conv_lstm, params, xs.astype(int))
    with pytest.raises(ValueError, match="xs holds nan"):
        unroll(conv_lstm, params, np.where(xs > 2, np.nan, xs))
    with pytest.raises(ValueError, match=r"params\.U_f has shape .*U \(units, units, k, k\)"):
        unroll(conv_lstm, params._replace(U_f=params.U_f[:, :1]), xs)
    with pytest.raises(ValueError, match=r"state\.c has shape .*batch=\(2,\)"):
        unroll(conv_lstm, params, xs, state._replace(c=state.c[:1]))
    with pytest.raises(ValueError, match="grad_h has shape"):
        bptt(conv_lstm, params, unroll(conv_lstm, params, xs, state), grad_h[..., :1])
    even = map_arrays(lambda a: a[..., :2, :2] if a.shape[-2:] == (3, 3) else a, params)
    with pytest.raises(ValueError, match=r"params\.W_i has shape \(2, 2, 2, 2\).*k odd"):
        unroll(conv_lstm, even, xs)
    with pytest.raises(ValueError, match="takes its own Params"):
        unroll(conv_lstm, lstm.init(rng, 2, 2), xs)
    with pytest.raises(ValueError, match="state is a .*takes its own State"):
        unroll(conv_lstm, params, xs, tuple(state))
    with pytest.raises(ValueError, match="the run has 2 inputs and 2 units, but params has 2x3x4"):
        vectors = lstm.init(rng, 2, 2)
        bptt(conv_lstm, params, unroll(lstm, vectors, np.ones((3, 2, 2))), grad_h)
