"""Counts against counts by hand; memory against the size of arrays that were made."""

import numpy as np
import pytest

from coursekit.gradients import multiplications, peak_bytes


@pytest.mark.parametrize(
    ("function", "shapes", "expected"),
    [
        (lambda W, x: W @ x, [(3, 5), (5,)], 15),
        (lambda x, W: x @ W, [(3,), (3, 5)], 15),
        (lambda x, y: x @ y, [(7,), (7,)], 7),
        (lambda A, B: A @ B, [(2, 3), (3, 4)], 24),
        (lambda A, B: A @ B, [(6, 2, 3), (6, 3, 4)], 6 * 24),
        (lambda A, B: A.T @ B.T, [(3, 2), (4, 3)], 24),
        (lambda d, x: d[:, None] * x, [(3,), (5,)], 15),
        (lambda x: 2 * x / 3 - x**2, [(4,)], 12),
        (lambda x: np.tanh(x) + x - x.sum(), [(4,)], 0),
        (lambda x: np.concatenate([x, [1.0]]) * 2, [(4,)], 5),
        (lambda x: np.zeros_like(x) * x, [(4,)], 4),
        (lambda x: np.multiply.reduce(x), [(4,)], 4),
        (lambda x: np.zeros(4) * x, [(4,)], 4),
        (lambda x: x.reshape(2, 2)[[0, 1], [0, 1]] * 2, [(4,)], 2),
    ],
)
def test_counts_are_those_by_hand(function, shapes, expected):
    assert multiplications(function, *(np.ones(shape) for shape in shapes)) == expected


def test_in_place_counts_too_and_changes_the_array():
    def double(x):
        x *= 2
        x.reshape(2, 2)[0] += np.ones(2)
        return x

    x = np.ones(4)
    assert multiplications(double, x) == 4
    np.testing.assert_array_equal(x, [3, 3, 2, 2])


def test_structures_are_counted_and_the_next_count_starts_at_zero():
    params = {"W": np.ones((2, 3)), "rest": [np.ones(3)]}
    for _ in range(2):
        assert multiplications(lambda p, k: p["W"] @ p["rest"][0] * k, params, 2) == 8


def test_what_cannot_be_seen_is_refused():
    for function in (np.outer, np.dot, np.kron, lambda a, b: np.einsum("i,i", a, b)):
        with pytest.raises(TypeError, match="cannot be counted"):
            multiplications(function, np.ones(3), np.ones(3))


def test_the_peak_counts_what_is_held_at_the_same_time():
    def keeps(count):
        return [np.ones(10_000) for _ in range(count)]

    def drops(count):
        for _ in range(count):
            np.ones(10_000)

    assert 10 * 80_000 <= peak_bytes(keeps, 10) < 10 * 81_000
    assert 80_000 <= peak_bytes(drops, 10) < 2 * 81_000


def test_the_peak_does_not_count_what_was_there_before():
    before = np.ones(100_000)
    assert peak_bytes(np.sum, before) < 100_000
