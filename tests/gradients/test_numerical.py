"""Central differences against known derivatives; the check convicts what is wrong, by name."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.cells import lstm
from coursekit.gradients import bptt, check_gradient, numerical_gradient, unroll


class Pair(NamedTuple):
    A: np.ndarray
    b: np.ndarray


def polynomial(params):
    """sum A^3 / 3 + sum b^2 / 2 + product of first entries."""
    cubes = (params.A**3).sum() / 3 + (params.b**2).sum() / 2
    return float(cubes + params.A[0, 0] * params.b[0])


def derivative(params):
    A, b = params.A**2, params.b.copy()
    A[0, 0] += params.b[0]
    b[0] += params.A[0, 0]
    return Pair(A, b)


def setting(seed=0):
    rng = np.random.default_rng(seed)
    return Pair(rng.uniform(0.5, 2, (2, 3)), rng.uniform(0.5, 2, 4))


def test_differences_are_the_derivative_and_leave_the_parameters_alone():
    params = setting()
    kept = [array.copy() for array in params]
    measured, exact = numerical_gradient(polynomial, params), derivative(params)
    assert isinstance(measured, Pair)
    for given_array, wanted in zip(measured, exact, strict=True):
        np.testing.assert_allclose(given_array, wanted, rtol=1e-8)
    for array, before in zip(params, kept, strict=True):
        np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize(
    "params",
    [np.array(3.0), 3.0, np.array([1, 2]), {"w": [1.0, 2.0]}, (np.ones(2), {"v": np.ones(1)})],
    ids=str,
)
def test_any_structure_of_numbers_will_do(params):
    def squares(part):
        if isinstance(part, dict):
            return sum(squares(value) for value in part.values())
        if isinstance(part, tuple):
            return sum(squares(value) for value in part)
        return float(np.sum(np.asarray(part) ** 2))

    report = check_gradient(squares, params, numerical_gradient(squares, params))
    assert report.passed
    if isinstance(params, float):
        np.testing.assert_allclose(numerical_gradient(squares, params), 6.0)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_planted_error_is_convicted_and_named(data):
    params = setting(data.draw(st.integers(0, 1000)))
    gradient = derivative(params)
    name = data.draw(st.sampled_from(Pair._fields))
    array = getattr(gradient, name)
    index = tuple(data.draw(st.integers(0, size - 1)) for size in array.shape)
    right = float(array[index])
    array[index] *= data.draw(st.sampled_from([0.0, -1.0, 0.5, 1.001, 1.0001, 1000.0]))
    report = check_gradient(polynomial, params, gradient)
    assert not report.passed
    assert (report.worst_name, report.worst_index) == (name, index)
    assert report.given == array[index]
    assert report.expected == pytest.approx(right, rel=1e-7)
    assert report.error > 1e-6
    assert f"{name}{list(index)}" in str(report)
    assert "differs" in str(report)


@pytest.mark.parametrize("planted", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_convicted(planted):
    gradient = derivative(setting())
    gradient.b[2] = planted
    report = check_gradient(polynomial, setting(), gradient)
    assert not report.passed
    assert (report.worst_name, report.worst_index) == ("b", (2,))


def test_the_right_gradient_passes_and_says_so():
    report = check_gradient(polynomial, setting(), derivative(setting()))
    assert report.passed
    assert report.error < 1e-6
    assert str(report) == "gradient agrees: every entry within 1e-06"


def test_a_zero_gradient_is_no_excuse_for_a_wrong_one():
    assert check_gradient(lambda w: 1.0, np.ones(2), np.zeros(2)).passed
    assert not check_gradient(lambda w: 1.0, np.ones(2), np.array([0.0, 1e-3])).passed


def test_the_same_path_missing_in_bptt_is_found():
    """Drop the error along the state line: the check names a weight that it reaches."""
    rng = np.random.default_rng(0)
    params, xs = lstm.init(rng, 2, 3), rng.normal(size=(8, 2))
    run = unroll(lstm, params, xs)

    def loss(params):
        return float((unroll(lstm, params, xs).states.h ** 2).sum() / 2)

    whole = bptt(lstm, params, run, run.states.h).params
    assert check_gradient(loss, params, whole).passed
    cut, carried = None, lstm.State(np.zeros(3), np.zeros(3))
    for trace in reversed(run.traces):
        arriving = lstm.State(carried.h + trace.h, np.zeros(3))
        part, _, carried = lstm.step_back(params, trace, arriving)
        cut = part if cut is None else lstm.Params(*map(np.add, cut, part))
    report = check_gradient(loss, params, cut)
    assert not report.passed
    assert report.worst_name in lstm.Params._fields


def test_dicts_are_compared_by_name_whatever_their_order():
    params = {"u": np.array([1.0]), "v": np.array([2.0])}
    gradient = {"v": np.array([4.0]), "u": np.array([2.0])}
    assert check_gradient(lambda p: float(p["u"][0] ** 2 + p["v"][0] ** 2), params, gradient).passed


@pytest.mark.parametrize(
    "gradient",
    [
        Pair(np.zeros((2, 3)), np.zeros(3)),
        Pair(np.zeros((3, 2)), np.zeros(4)),
        (np.zeros((2, 3)),),
        np.zeros((2, 3)),
        {"A": np.zeros((2, 3)), "c": np.zeros(4)},
    ],
    ids=["short", "transposed", "missing", "array", "misnamed"],
)
def test_another_structure_is_an_error_that_shows_both(gradient):
    with pytest.raises(ValueError, match=r"'A': \(2, 3\).*one gradient array for every"):
        check_gradient(polynomial, setting(), gradient)


def test_bad_input():
    with pytest.raises(ValueError, match="step is 0"):
        numerical_gradient(polynomial, setting(), step=0)
    with pytest.raises(ValueError, match=r"the loss is nan"):
        numerical_gradient(lambda w: np.nan, np.ones(2))
    with pytest.raises(ValueError, match=r"the loss returned.*one number"):
        numerical_gradient(lambda w: w * w, np.ones(2))
    with pytest.raises(ValueError, match="tolerance is -1"):
        check_gradient(polynomial, setting(), derivative(setting()), tolerance=-1)
