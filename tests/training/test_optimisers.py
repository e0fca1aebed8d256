"""Optimisers against sequences worked out by hand, and against closed forms."""

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.cells import lstm
from coursekit.training import Adam, Momentum, Sgd, clip_by_norm

EACH = [Sgd(0.1), Momentum(0.1, 0.5), Adam(0.1)]
each = pytest.mark.parametrize("optimiser", EACH, ids=lambda o: type(o).__name__)


def path(optimiser, start, gradients):
    params, state = np.array(start, dtype=float), optimiser.start(np.array(start))
    points = []
    for gradient in gradients:
        params, state = optimiser.update(params, np.array(gradient, dtype=float), state)
        points.append(params.tolist())
    return points


def test_sgd_by_hand():
    np.testing.assert_allclose(path(Sgd(0.5), [1, 2], [[1, -2], [4, 0]]), [[0.5, 3], [-1.5, 3]])


def test_momentum_by_hand():
    """v: -1, then 0.5 (-1) - 0.5 (4) = -2.5, then -1.25; w: 10, 9, 6.5, 5.25."""
    points = path(Momentum(0.5, momentum=0.5), [10], [[2], [4], [0]])
    np.testing.assert_allclose(points, [[9], [6.5], [5.25]])


def test_adam_two_steps_by_hand():
    """As printed: corrected means, then rate m_hat / (sqrt(v_hat) + floor)."""
    rate, floor = 0.1, 1e-8
    m, v = Fraction(3, 10), Fraction(9, 1000)  # 0.1 * 3 and 0.001 * 9
    first = 1 - rate * float(m / Fraction(1, 10)) / (sqrt(v / Fraction(1, 1000)) + floor)
    m = Fraction(9, 10) * m + Fraction(1, 10) * -1
    v = Fraction(999, 1000) * v + Fraction(1, 1000) * 1
    m_hat, v_hat = m / (1 - Fraction(81, 100)), v / (1 - Fraction(998001, 1000000))
    second = first - rate * float(m_hat) / (sqrt(v_hat) + floor)
    np.testing.assert_allclose(path(Adam(rate), [1], [[3], [-1]]), [[first], [second]], rtol=1e-14)


def test_adams_floor_counts_where_gradients_are_tiny():
    """A gradient of the floor's size makes half a step."""
    assert path(Adam(0.1, floor=1e-3), [0], [[1e-3]])[0][0] == pytest.approx(-0.05, rel=1e-12)


@settings(deadline=None)
@given(st.floats(1e-3, 1e3), st.integers(1, 30))
def test_adam_walks_at_its_rate_whatever_the_scale(scale, steps):
    """A constant gradient: every step is the rate, in its direction."""
    points = path(Adam(0.01, floor=0.0), [0, 0], [[scale, -scale]] * steps)
    np.testing.assert_allclose(points[-1], [-0.01 * steps, 0.01 * steps], rtol=1e-9)


@each
def test_a_quadratic_bowl_is_descended(optimiser):
    params, state = np.array([3.0, -2.0]), optimiser.start(np.zeros(2))
    for _ in range(400):
        params, state = optimiser.update(params, params * [1.0, 4.0], state)
    assert np.abs(params).max() < 1e-2


@each
def test_each_weight_of_a_structure_moves_for_itself_and_nothing_in_place(optimiser):
    rng = np.random.default_rng(0)
    params = {"cell": lstm.init(rng, 2, 3), "V": rng.normal(size=(2, 3))}
    gradient = {"cell": lstm.init(rng, 2, 3), "V": rng.normal(size=(2, 3))}
    kept = params["cell"].W_f.copy(), params["V"].copy(), gradient["V"].copy()
    state = optimiser.start(params)
    once, state = optimiser.update(params, gradient, state)
    twice, _ = optimiser.update(once, gradient, state)
    assert isinstance(twice["cell"], lstm.Params)
    alone = path(optimiser, params["V"], [gradient["V"]] * 2)
    np.testing.assert_allclose(twice["V"], alone[-1], rtol=1e-14)
    alone = path(optimiser, params["cell"].U_o, [gradient["cell"].U_o] * 2)
    np.testing.assert_allclose(twice["cell"].U_o, alone[-1], rtol=1e-14)
    found = params["cell"].W_f, params["V"], gradient["V"]
    for array, before in zip(found, kept, strict=True):
        np.testing.assert_array_equal(array, before)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.floats(-280, 280), st.floats(-3, 3))
def test_clipping_keeps_the_direction_and_shortens_to_the_threshold(seed, size, threshold):
    """Norms whose squares overflow or vanish too."""
    rng = np.random.default_rng(seed)
    gradient = {"a": rng.normal(size=(2, 3)), "b": rng.normal(size=4)}
    flat = np.concatenate([gradient["a"].ravel(), gradient["b"]])
    length, scale, threshold = np.linalg.norm(flat), 10.0**size, 10.0**threshold
    scaled = {name: scale * array for name, array in gradient.items()}
    clipped, norm = clip_by_norm(scaled, threshold)
    assert norm == pytest.approx(scale * length, rel=1e-12)
    wanted = min(scale * length, threshold)
    found = np.concatenate([clipped["a"].ravel(), clipped["b"]])
    np.testing.assert_allclose(found, wanted * flat / length, rtol=1e-11)


def test_clipping_leaves_short_and_zero_gradients_alone():
    gradient = np.array([0.3, 0.4])
    clipped, norm = clip_by_norm(gradient, 0.5000001)
    assert clipped is gradient
    assert norm == pytest.approx(0.5)
    zero = np.zeros(3)
    assert clip_by_norm(zero, 1.0) == (zero, 0.0)
    assert clip_by_norm(gradient, np.inf)[0] is gradient


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_cannot_be_clipped_and_says_so_by_its_norm(broken):
    gradient = np.array([1.0, broken])
    clipped, norm = clip_by_norm(gradient, 1.0)
    assert clipped is gradient
    assert not np.isfinite(norm)
