"""The endless stream: its strings, legal sets, starts and long-range steps, at every cut."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.grammars import embedded_reber
from coursekit.grammars.embedded_reber import continual, legal_next, stream

seeds = st.integers(0, 10**6)


def cut_into_strings(symbols):
    """By membership alone: a string ends where the grammar says that it is whole."""
    strings, begin = [], 0
    for end in range(1, len(symbols) + 1):
        if embedded_reber.is_member(symbols[begin:end]):
            strings.append(symbols[begin:end])
            begin = end
    return strings, symbols[begin:]


@settings(deadline=None, max_examples=40)
@given(seed=seeds, symbols=st.integers(1, 120))
def test_a_stretch_is_what_the_grammar_says_at_every_symbol(seed, symbols):
    stretch = continual(np.random.default_rng(seed), symbols)
    assert len(stretch.symbols) == len(stretch.legal) == symbols
    assert stretch.long_range.shape == stretch.starts.shape == (symbols,)
    assert stretch.long_range.dtype == stretch.starts.dtype == np.bool_

    strings, rest = cut_into_strings(stretch.symbols)
    legal, starts, long_range = [], [], []
    for string in [*strings, rest]:
        for t in range(len(string)):
            after = legal_next(string[: t + 1])
            legal.append(after or "B")
            starts.append(t == 0)
            inner_over = (
                t >= 6 and string[t] == "E" and embedded_reber.reber.is_member(string[2 : t + 1])
            )
            long_range.append(inner_over)
    assert stretch.legal == legal
    np.testing.assert_array_equal(stretch.starts, starts)
    np.testing.assert_array_equal(stretch.long_range, long_range)


@settings(deadline=None, max_examples=30)
@given(seed=seeds)
def test_what_comes_next_is_always_legal(seed):
    stretch = continual(np.random.default_rng(seed), 300)
    for symbol, allowed in zip(stretch.symbols[1:], stretch.legal[:-1], strict=True):
        assert symbol in allowed
    for place in np.flatnonzero(stretch.long_range[:-1]):
        begin = np.flatnonzero(stretch.starts[: place + 1])[-1]
        assert stretch.legal[place] == stretch.symbols[begin + 1] == stretch.symbols[place + 1]


def test_every_cut_is_the_beginning_of_the_longer_one():
    whole = continual(np.random.default_rng(5), 60)
    for symbols in range(1, 60):
        part = continual(np.random.default_rng(5), symbols)
        assert part.symbols == whole.symbols[:symbols]
        assert part.legal == whole.legal[:symbols]
        np.testing.assert_array_equal(part.long_range, whole.long_range[:symbols])
        np.testing.assert_array_equal(part.starts, whole.starts[:symbols])


def test_the_stream_is_the_same_strings_end_to_end():
    strings = list(itertools.islice(stream(np.random.default_rng(9)), 50))
    assert all(map(embedded_reber.is_member, strings))
    text = "".join(strings)
    assert continual(np.random.default_rng(9), len(text)).symbols == text
    found = continual(np.random.default_rng(9), len(text))
    begins = np.concatenate([[0], np.cumsum([len(s) for s in strings])[:-1]])
    np.testing.assert_array_equal(np.flatnonzero(found.starts), begins)
    remembered = [
        b + embedded_reber.long_range_step(s) for b, s in zip(begins, strings, strict=True)
    ]
    np.testing.assert_array_equal(np.flatnonzero(found.long_range), remembered)


def test_one_string_in_twelve_symbols():
    stretch = continual(np.random.default_rng(0), 50_000)
    assert stretch.starts.mean() == pytest.approx(1 / 12, rel=0.02)
    assert stretch.long_range.mean() == pytest.approx(1 / 12, rel=0.02)
