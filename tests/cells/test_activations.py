"""Squashing functions against exact arithmetic, at the extremes too, without a warning."""

import warnings
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.cells import sigmoid, softmax

finite = st.floats(-1e308, 1e308)


def exact_sigmoid(net):
    with localcontext() as context:
        context.prec = 60
        return float(1 / (1 + (-Decimal(net)).exp()))


@settings(deadline=None)
@given(st.floats(-700, 700))
def test_sigmoid_is_exact_to_a_rounding_of_one(net):
    assert abs(float(sigmoid(np.array(net))) - exact_sigmoid(net)) <= 2.3e-16


@settings(deadline=None)
@given(finite)
def test_sigmoid_never_warns_and_stays_within_its_range(net):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, mirrored = float(sigmoid(np.array(net))), float(sigmoid(np.array(-net)))
    assert 0 <= value <= 1
    assert value + mirrored == pytest.approx(1, abs=2.3e-16)


def test_sigmoid_saturates_exactly():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values = sigmoid(np.array([-np.inf, -1e308, -1000.0, 0.0, 1000.0, 1e308, np.inf]))
    np.testing.assert_array_equal(values, [0, 0, 0, 0.5, 1, 1, 1])


def exact_softmax(row):
    with localcontext() as context:
        context.prec = 60
        top = max(row)
        powers = [(Decimal(value) - Decimal(top)).exp() for value in row]
        return [float(power / sum(powers)) for power in powers]


@settings(deadline=None)
@given(st.lists(st.floats(-700, 700), min_size=1, max_size=6))
def test_softmax_is_exact(row):
    np.testing.assert_allclose(softmax(np.array(row)), exact_softmax(row), rtol=1e-12, atol=1e-300)


@settings(deadline=None)
@given(st.lists(st.floats(-1e307, 1e307), min_size=2, max_size=5))
def test_softmax_never_warns_and_sums_to_one(row):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values = softmax(np.array([row, row[::-1]]))
    np.testing.assert_allclose(values.sum(axis=-1), 1, rtol=1e-14)
    np.testing.assert_allclose(values[0], values[1][::-1], rtol=1e-14)
