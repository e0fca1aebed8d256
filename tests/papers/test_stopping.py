"""Stopping rules against a plain walk over the sequences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.papers.stopping import FewWrong, RightInARow


def by_walking(errors, wrong, window, fewer_than, mean_error):
    """The first sequence at which the rule holds, looking at one after the other."""
    for end in range(window, len(errors) + 1):
        last = slice(end - window, end)
        if sum(wrong[last]) < fewer_than and np.mean(errors[last]) < mean_error:
            return end
    return None


@settings(deadline=None)
@given(
    flags=st.lists(st.booleans(), min_size=1, max_size=60),
    window=st.integers(1, 12),
    fewer=st.integers(1, 4),
    chunk=st.integers(1, 15),
    seed=st.integers(0, 99),
)
def test_chunk_by_chunk_it_finds_what_a_walk_finds(flags, window, fewer, chunk, seed):
    errors = np.random.default_rng(seed).random(len(flags)).round(2)
    wrong = np.array(flags)
    for rule, fewer_than, bound in (
        (RightInARow(window, 0.6), 1, 0.6),
        (RightInARow(window), 1, np.inf),
        (FewWrong(window, fewer), fewer, np.inf),
    ):
        found = None
        for begin in range(0, len(flags), chunk):
            end = min(begin + chunk, len(flags))
            keep = slice(max(0, end - window - chunk), end)
            first = rule.first(errors[keep], wrong[keep], end - begin)
            if first is not None:
                found = begin + first
                break
        wanted = by_walking(errors, wrong, window, fewer_than, bound)
        if bound < np.inf:
            # sums of hundredths: a mean that equals the bound may fall on either side
            sums = [errors[k - window : k].mean() for k in range(window, len(flags) + 1)]
            if any(abs(value - bound) < 1e-9 for value in sums):
                return
        assert found == wanted


def test_too_few_sequences_are_not_enough():
    assert RightInARow(5).first(np.zeros(4), np.zeros(4, bool), 4) is None
    assert RightInARow(5).first(np.zeros(5), np.zeros(5, bool), 5) == 5


def test_an_error_that_is_not_finite_is_not_small():
    errors = np.full(5, np.nan)
    assert RightInARow(5, 0.1).first(errors, np.zeros(5, bool), 5) is None
    assert RightInARow(5).first(errors, np.ones(5, bool), 5) is None


@pytest.mark.parametrize("rule", [RightInARow(3), FewWrong(3, 2)])
def test_rules_are_values(rule):
    assert rule == type(rule)(**rule.__dict__)
