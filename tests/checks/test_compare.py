"""The comparison of an answer with the reference: what passes, what does not, what is said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from coursekit.checks.compare import compare

SHAPES = arrays.array_shapes(min_dims=1, max_dims=3, max_side=4)
FLOATS = st.floats(-100, 100, allow_nan=False)
ARRAYS = arrays.arrays(np.float64, SHAPES, elements=FLOATS)


@given(ARRAYS)
def test_the_same_numbers_pass_in_any_clothes(a):
    assert compare(a.copy(), a) is None
    assert compare(a.tolist(), a) is None
    assert compare(a.astype(np.float32), a) is None
    assert compare(tuple(a.tolist()), a) is None
    assert compare(np.asfortranarray(a), a) is None


@given(ARRAYS, st.data())
def test_one_moved_entry_is_named(a, data):
    index = tuple(data.draw(st.integers(0, n - 1)) for n in a.shape)
    moved = a.copy()
    moved[index] += 1.0
    finding = compare(moved, a)
    assert finding is not None
    assert f"[{', '.join(map(str, index))}]" in finding.message
    assert f"at 1 of {a.size} entries" in finding.message


@given(ARRAYS, st.data(), st.sampled_from([np.nan, np.inf, -np.inf]))
def test_numbers_that_are_not_finite_never_pass(a, data, bad):
    index = tuple(data.draw(st.integers(0, n - 1)) for n in a.shape)
    given_array = a.copy()
    given_array[index] = bad
    finding = compare(given_array, a)
    assert finding is not None and "no finite number" in finding.message


@given(ARRAYS)
def test_another_shape_is_said_as_a_shape(a):
    finding = compare(a[np.newaxis], a)
    assert finding is not None
    assert str((1, *a.shape)) in finding.message and str(a.shape) in finding.message


@given(ARRAYS)
def test_expected_values_stand_in_the_detail_only(a):
    wanted = a + 12345.6789
    finding = compare(a, wanted)
    assert finding is not None
    assert "expected" in finding.text(hidden=False)
    assert "expected" not in finding.text(hidden=True)
    assert f"{wanted.flat[0]:.6g}" not in finding.text(hidden=True)


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        (3, 3.0),
        (np.float32(0.1), 0.1),
        (np.array(2.0), 2.0),
        (True, True),
        (np.True_, True),
        ("BTXSE", "BTXSE"),
        ((1, 2.0), [1, 2]),
        ([1, 2], (1, 2)),
        (np.array([1, 2]), [1, 2]),
        ({"a": [1.0], "b": "x", "extra": 0}, {"a": np.ones(1), "b": "x"}),
        (None, None),
        ([], []),
    ],
)
def test_equal_values_pass(given_value, expected):
    assert compare(given_value, expected) is None


@pytest.mark.parametrize(
    ("given_value", "expected", "said"),
    [
        (True, 1.0, "a bool, where a number"),
        (1, True, "where True or False is expected"),
        ("1", 1.0, "a string, where a number"),
        (1.0, "1", "a number, where a string"),
        (None, 1.0, "None, where a number"),
        ([1, 2, 3], [1, 2], "has length 3, expected 2"),
        (5, [5], "where a list is expected"),
        ([[1.0], [1.0, 2.0]], np.ones((2, 2)), "rows of unequal length"),
        ({"h": 1.0}, {"h": 1.0, "c": 2.0}, "no entry 'c'"),
        ({}, {"h": 1.0}, "has none"),
        (np.ones(2), {"h": 1.0}, "where a dict with h is expected"),
        (1j, 1.0, "where a number is expected"),
    ],
)
def test_another_kind_is_said_in_words(given_value, expected, said):
    finding = compare(given_value, expected)
    assert finding is not None and said in finding.message


def test_a_dict_tells_right_entries_from_wrong_ones():
    expected = {"i": np.ones(2), "f": np.zeros(2), "g": np.ones(2)}
    finding = compare({**expected, "f": np.array([0.0, 7.0])}, expected)
    assert finding is not None
    assert finding.message.startswith("f is wrong at 1 of 2 entries; the worst is [1]: yours is 7")
    assert finding.message.endswith("i, g: right")


def test_only_the_entries_asked_for_are_compared():
    expected = {"c": 1.0, "h": 2.0}
    assert compare({"c": 1.0}, expected, keys=("c",)) is None
    assert compare({"c": 1.0}, expected, keys=("h",)) is not None


@given(st.floats(1e-3, 1e3), st.floats(-1, 1))
def test_the_tolerance_is_relative_and_absolute(size, share):
    allowed = 1e-6 + 1e-4 * size
    assert compare(size + 0.999 * share * allowed, size) is None
    assert compare(size + 1.01 * allowed, size) is not None


def test_a_function_that_returns_nothing_is_asked_for_its_return():
    assert "is the return missing?" in compare(None, np.ones(3)).message
    assert "return" not in compare("one", np.ones(3)).message
