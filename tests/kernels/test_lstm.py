"""The LSTM with its gates in one product gives the numbers of the readable cell."""

import tracemalloc

import numpy as np
import pytest

from coursekit.cells import lstm
from coursekit.cells.parameters import named_arrays
from coursekit.gradients import bptt, unroll
from coursekit.kernels import compiled as compiling
from coursekit.kernels import lstm as fused
from coursekit.training import init_model, loss_and_gradient, softmax


def problem(seed, steps, batch, inputs=5, units=4):
    rng = np.random.default_rng(seed)
    shapes = lstm.init(rng, inputs, units)
    params = lstm.Params(*(rng.normal(size=array.shape) for array in shapes))
    xs = rng.normal(size=(steps, *batch, inputs))
    state = lstm.State(*(rng.normal(size=(*batch, units)) for _ in range(2)))
    return params, xs, state, rng.normal(size=(steps, *batch, units))


@pytest.mark.parametrize("batch", [(), (3,), (2, 3), (0,)], ids=str)
@pytest.mark.parametrize("steps", [1, 2, 7, 100])
def test_outputs_and_every_gradient_are_those_of_the_cell(steps, batch):
    params, xs, state, grad_h = problem(steps, steps, batch)
    readable = unroll(lstm, params, xs, state)
    run = fused.unroll(params, xs, state)
    np.testing.assert_allclose(run.states.h, readable.states.h, rtol=0, atol=1e-13)
    np.testing.assert_allclose(run.states.c, readable.states.c, rtol=1e-12, atol=1e-13)
    expected = dict(named_arrays(bptt(lstm, params, readable, grad_h)))
    found = dict(named_arrays(fused.bptt(run, grad_h)))
    assert found.keys() == expected.keys()
    for name, array in found.items():
        size = np.abs(expected[name]).max(initial=1)
        np.testing.assert_allclose(array, expected[name], rtol=0, atol=1e-12 * size, err_msg=name)


def test_inputs_may_lie_in_memory_in_another_order():
    """A batch stacked from whole sequences is (batch, time) in memory, seen as (time, batch)."""
    params, xs, state, grad_h = problem(3, 30, (4,))
    turned = np.ascontiguousarray(xs.swapaxes(0, 1)).swapaxes(0, 1)
    expected = fused.bptt(fused.unroll(params, xs, state), grad_h)
    found = fused.bptt(fused.unroll(params, turned, state), grad_h)
    np.testing.assert_array_equal(found.xs, expected.xs)
    for one, other in zip(found.params, expected.params, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)


def test_a_model_gets_the_loss_and_gradient_of_training():
    rng = np.random.default_rng(0)
    model = init_model(rng, lstm, softmax, inputs=5, units=4, outputs=3)
    inputs = rng.normal(size=(9, 6, 5))
    targets = np.eye(3)[rng.integers(3, size=(9, 6))]
    mask = rng.random((9, 6)) < 0.7
    value, gradient = fused.loss_and_gradient(softmax, model, inputs, targets, mask)
    wanted, expected = loss_and_gradient(lstm, softmax, model, inputs, targets, mask)
    assert value == pytest.approx(wanted, rel=1e-12)
    for (name, found), (_, right) in zip(
        named_arrays(gradient), named_arrays(expected), strict=True
    ):
        np.testing.assert_allclose(found, right, rtol=0, atol=1e-13, err_msg=name)


def test_float32_parameters_are_computed_in_float32():
    params, xs, state, grad_h = problem(1, 20, (3,))
    single = lstm.Params(*(array.astype(np.float32) for array in params))
    run = fused.unroll(single, xs, state)
    gradients = fused.bptt(run, grad_h)
    assert {array.dtype for _, array in named_arrays((run.states, gradients))} == {
        np.dtype("float32")
    }
    double = fused.unroll(params, xs, state)
    np.testing.assert_allclose(run.states.h, double.states.h, atol=1e-4)


def test_memory_stays_near_what_the_backward_pass_must_keep():
    params, xs, state, grad_h = problem(3, 100, (8,), inputs=32, units=32)
    kept = 7 * grad_h.nbytes  # i, f, o, g, c, tanh(c), h
    fused.bptt(fused.unroll(params, xs, state), grad_h)  # compiled before we look
    tracemalloc.start()
    fused.bptt(fused.unroll(params, xs, state), grad_h)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    weights = sum(array.nbytes for array in params)
    assert peak < 1.3 * kept + 4 * weights


def test_wrong_input_is_named():
    params, xs, state, grad_h = problem(4, 6, (2,))
    with pytest.raises(ValueError, match=r"xs has 4 features on its last axis"):
        fused.unroll(params, xs[..., :4])
    with pytest.raises(ValueError, match=r"xs holds nan"):
        fused.unroll(params, np.where(xs > 1, np.nan, xs))
    with pytest.raises(ValueError, match=r"state\.h has shape"):
        fused.unroll(params, xs[:, :1], state)
    with pytest.raises(ValueError, match=r"grad_h has shape"):
        fused.bptt(fused.unroll(params, xs), grad_h[:3])


def test_without_numba_the_message_names_the_readable_way(monkeypatch):
    params, xs, state, _ = problem(5, 4, ())
    monkeypatch.setattr(fused, "HAVE_NUMBA", False)
    with pytest.raises(RuntimeError, match=r"needs numba.*gradients\.unroll"):
        fused.unroll(params, xs, state)


def test_waiting_for_the_compiler_is_announced_once(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("COURSEKIT_QUIET", raising=False)
    source = tmp_path / "loops.py"
    source.write_text("def total(a):\n    s = 0.0\n    for v in a:\n        s += v\n    return s\n")
    monkeypatch.syspath_prepend(tmp_path)
    import loops  # type: ignore[import-not-found]

    monkeypatch.setattr(compiling, "_said", set())
    kernel = compiling.compiled(loops.total)
    compiling.announce(kernel)
    compiling.announce(kernel)
    assert capsys.readouterr().err.count("compiles its kernels") == 1
    assert kernel(np.ones(3)) == 3
    monkeypatch.setattr(compiling, "_said", set())
    compiling.announce(compiling.compiled(loops.total))  # as a second process would
    assert capsys.readouterr().err == ""
