"""The compiled squashing functions against exact arithmetic, at the extremes too."""

from decimal import Decimal, localcontext

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coursekit.kernels.squash import sigmoid, tanh

ROUNDING = 2.3e-16


def exact_tanh(x):
    with localcontext() as context:
        context.prec = 60
        e = (2 * Decimal(x)).exp()
        return (e - 1) / (e + 1)


@settings(deadline=None, max_examples=300)
@given(st.floats(-25, 25))
@example(1e-9)
@example(-0.34657359027997264)
@example(19.1)
def test_tanh_is_exact_to_three_roundings_of_its_own_size(x):
    exact = exact_tanh(x)
    assert abs(Decimal(tanh(x)) - exact) <= 3 * Decimal(ROUNDING) * max(abs(exact), Decimal(1e-30))


@settings(deadline=None)
@given(st.floats(-700, 700))
def test_sigmoid_is_exact_to_two_roundings_of_one(x):
    with localcontext() as context:
        context.prec = 60
        exact = 1 / (1 + (-Decimal(x)).exp())
    assert abs(Decimal(sigmoid(x)) - exact) <= 2 * Decimal(ROUNDING)


def test_the_ends_are_exact_and_nan_is_not_lost():
    values = [tanh(x) for x in (-np.inf, -1e308, -100.0, 0.0, 100.0, 1e308, np.inf, np.nan)]
    np.testing.assert_array_equal(values, [-1, -1, -1, 0, 1, 1, 1, np.nan])
    assert sigmoid(-1e308) == 0 and sigmoid(1e308) == 1
