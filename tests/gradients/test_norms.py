"""The norm of an error against the lag, beside the sequential Jacobian and differences."""

import numpy as np
import pytest

from coursekit.cells import carousel, elman, gru, lstm, peephole_lstm, stack
from coursekit.gradients import gradient_norms, state_jacobian, unroll


def setting(cell, batch=(), steps=6):
    rng = np.random.default_rng(0)
    params = cell.init(rng, 2, 3)
    run = unroll(cell, params, rng.normal(size=(steps, *batch, 2)))
    return params, run, rng.normal(size=(*batch, 3))


@pytest.mark.parametrize("batch", [(), (3,), (2, 6)], ids=str)
@pytest.mark.parametrize("cell", [elman, lstm, gru], ids=lambda cell: cell.__name__)
def test_the_norm_of_h_is_that_of_the_jacobian(cell, batch):
    params, run, error = setting(cell, batch)
    norms = gradient_norms(cell, params, run, error)
    assert norms.shape == (7, *batch)
    for lag in range(7):
        jacobian = state_jacobian(cell, params, run, 6 - lag, 6, field="h")
        wanted = np.linalg.norm(np.einsum("...k,...kj->...j", error, jacobian), axis=-1)
        np.testing.assert_allclose(norms[lag], wanted, rtol=1e-12)


@pytest.mark.parametrize("cell", [lstm, peephole_lstm], ids=lambda cell: cell.__name__)
def test_the_norm_of_c_is_what_a_nudge_of_c_does(cell):
    """Everything that follows from c_t, its own way into h_t too."""
    params, run, error = setting(cell)
    norms = gradient_norms(cell, params, run, error, field="c")
    xs = np.array([trace.x for trace in run.traces])
    for t in range(1, 7):
        trace = run.traces[t - 1]

        def loss(c, t=t, trace=trace):
            net = trace.x @ params.W_o.T + trace.previous.h @ params.U_o.T + params.b_o
            if cell is peephole_lstm:
                net = net + params.p_o * c
            h = np.tanh(c) / (1 + np.exp(-net))
            if t < 6:
                h = unroll(cell, params, xs[t:], cell.State(h, c)).states.h[-1]
            return float(error @ h)

        slope = [
            (loss(trace.c + 1e-5 * one) - loss(trace.c - 1e-5 * one)) / 2e-5 for one in np.eye(3)
        ]
        assert norms[6 - t] == pytest.approx(np.linalg.norm(slope), rel=1e-7)


def test_the_carousel_loses_nothing():
    params, run, error = setting(carousel, steps=50)
    norms = gradient_norms(carousel, params, run, error, field="c")
    np.testing.assert_allclose(norms, np.linalg.norm(error), rtol=1e-15)


def test_wrong_arguments_are_named():
    params, run, error = setting(elman)
    with pytest.raises(ValueError, match="has no field 'c'; it has h"):
        gradient_norms(elman, params, run, error, field="c")
    with pytest.raises(ValueError, match=r"grad_last has shape \(2,\)"):
        gradient_norms(elman, params, run, error[:2])
    with pytest.raises(ValueError, match="grad_last holds integers"):
        gradient_norms(elman, params, run, np.ones(3, dtype=int))
    two = stack(elman, elman)
    params, run, error = setting(two)
    assert gradient_norms(two, params, run, error)[0] == pytest.approx(np.linalg.norm(error))
    with pytest.raises(ValueError, match="has no field 'layers'"):
        gradient_norms(two, params, run, error, field="layers")
