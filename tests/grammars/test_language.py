"""Both grammars against a language that is enumerated from the published table, and counted."""

from collections import Counter
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from coursekit.grammars import embedded_reber, reber

# Copied from the figure in the papers, not from the library: state -> {symbol: next state}.
ARROWS = {
    -1: {"B": 0},
    0: {"T": 1, "P": 2},
    1: {"S": 1, "X": 3},
    2: {"T": 2, "V": 4},
    3: {"X": 2, "S": 5},
    4: {"P": 3, "V": 5},
    5: {"E": 6},
}
ALPHABET = "BTSXPVE"
grammars = pytest.mark.parametrize("grammar", [reber, embedded_reber], ids=["reber", "embedded"])


@cache
def inner_strings(longest):
    """Every Reber string up to a length, with its probability."""
    found, open_strings = {}, [("", -1, Fraction(1))]
    while open_strings:
        string, state, probability = open_strings.pop()
        if state == 6:
            found[string] = probability
        elif len(string) < longest:
            for symbol, target in ARROWS[state].items():
                share = probability / len(ARROWS[state])
                open_strings.append((string + symbol, target, share))
    return found


@cache
def language(grammar, longest):
    if grammar is reber:
        return inner_strings(longest)
    return {
        f"B{outer}{inner}{outer}E": probability / 2
        for inner, probability in inner_strings(longest - 4).items()
        for outer in "TP"
    }


@cache
def successors(grammar, longest):
    """prefix -> the symbols that follow it in some string; exact for prefixes well below."""
    following = {}
    for string in language(grammar, longest):
        for cut in range(len(string)):
            following.setdefault(string[:cut], set()).add(string[cut])
        following.setdefault(string, set())
    return following


def in_order(symbols):
    return "".join(sorted(symbols, key=ALPHABET.index))


@grammars
def test_length_probabilities_equal_the_enumeration(grammar):
    by_length = Counter()
    for string, probability in language(grammar, 22).items():
        by_length[len(string)] += probability
    for length in range(23):
        assert grammar.length_probability(length) == pytest.approx(
            float(by_length[length]), abs=1e-15
        )
    assert min(by_length) == grammar.minimum_length == grammar.length_statistics().minimum
    assert by_length[grammar.minimum_length] == Fraction(1, 4)


def test_the_odds_of_a_length_or_more_equal_the_enumeration():
    """What decides whether a min_length can be drawn."""
    by_length = Counter()
    for string, probability in language(reber, 22).items():
        by_length[len(string)] += probability
    for length in range(23):
        shorter = sum(by_length[n] for n in range(length))
        assert reber.length_at_least(length) == pytest.approx(float(1 - shorter), abs=1e-15)


@grammars
def test_mean_and_variance_are_those_of_the_probabilities(grammar):
    """Sum the exact probabilities far into the tail (beyond 400 symbols: less than 1e-30)."""
    lengths = np.arange(1, 400)
    odds = np.array([grammar.length_probability(int(n)) for n in lengths])
    assert odds.sum() == pytest.approx(1, abs=1e-13)
    mean = (lengths * odds).sum()
    statistics = grammar.length_statistics()
    assert statistics.mean == pytest.approx(mean, rel=1e-12)
    assert statistics.variance == pytest.approx(((lengths - mean) ** 2 * odds).sum(), rel=1e-11)


def test_the_published_numbers():
    assert reber.length_statistics().mean == pytest.approx(8, rel=1e-14)
    assert np.sqrt(reber.length_statistics().variance) == pytest.approx(3.37, abs=0.005)
    assert embedded_reber.length_statistics().mean == pytest.approx(12, rel=1e-14)
    assert (reber.minimum_length, embedded_reber.minimum_length) == (5, 9)
    longer = {n: 1 - sum(map(embedded_reber.length_probability, range(n + 1))) for n in (20, 30)}
    assert longer[20] == pytest.approx(0.028, abs=5e-4)
    assert longer[30] == pytest.approx(0.0013, abs=5e-5)


@grammars
def test_samples_have_the_exact_distribution(grammar):
    """Each short string's share, and the mean, within five standard errors."""
    count = 20_000
    drawn = grammar.generate(np.random.default_rng(0), count)
    seen, expected = Counter(drawn), language(grammar, 20)
    assert all(len(string) > 20 or string in expected for string in seen)
    for string, probability in expected.items():
        if probability > Fraction(1, 500):
            p = float(probability)
            assert abs(seen[string] / count - p) < 5 * np.sqrt(p * (1 - p) / count), string
    statistics = grammar.length_statistics()
    error = np.mean([len(string) for string in drawn]) - statistics.mean
    assert abs(error) < 5 * np.sqrt(statistics.variance / count)


@grammars
def test_the_same_seed_draws_the_same_strings(grammar):
    once, again, other = (grammar.generate(np.random.default_rng(s), 30) for s in (3, 3, 4))
    assert once == again != other
    assert grammar.generate(np.random.default_rng(3), 0) == []


@grammars
def test_min_length_is_kept_and_leaves_the_rest_alone(grammar):
    """What is drawn is the distribution, given that it is long enough."""
    least = grammar.minimum_length + 3
    drawn = grammar.generate(np.random.default_rng(1), 5000, min_length=least)
    assert len(drawn) == 5000
    assert min(map(len, drawn)) == least
    below = sum(grammar.length_probability(n) for n in range(least))
    p = grammar.length_probability(least) / (1 - below)
    share = sum(len(string) == least for string in drawn) / 5000
    assert abs(share - p) < 5 * np.sqrt(p * (1 - p) / 5000)


@grammars
def test_legal_next_equals_what_follows_in_the_language(grammar):
    """A prefix up to 12 symbols can always be ended within 7 more."""
    following = {p: s for p, s in successors(grammar, 20).items() if len(p) <= 12}
    assert len(following) > 100
    for prefix, symbols in following.items():
        assert grammar.legal_next(prefix) == in_order(symbols), prefix
        for symbol in set(ALPHABET) - symbols:
            with pytest.raises(ValueError, match="is not the beginning of"):
                grammar.legal_next(prefix + symbol)


@grammars
def test_members_are_the_enumerated_strings_and_no_others(grammar):
    strings = language(grammar, 16)
    for string in strings:
        assert grammar.is_member(string)
        for cut in range(len(string)):
            assert not grammar.is_member(string[:cut])
        assert not grammar.is_member(string + "E")
        assert not grammar.is_member(string + string)
    for prefix in successors(grammar, 16):
        for symbol in ALPHABET:
            word = prefix + symbol
            if len(word) <= 16:
                assert grammar.is_member(word) == (word in strings)


def test_one_changed_symbol_is_never_a_string_of_the_embedded_grammar():
    """All strings with an inner part of up to 12 symbols, all changes."""
    tried = 0
    for string in language(embedded_reber, 16):
        for place, symbol in enumerate(string):
            for other in set(ALPHABET) - {symbol}:
                changed = string[:place] + other + string[place + 1 :]
                assert not embedded_reber.is_member(changed), (string, changed)
                tried += 1
    assert tried > 10_000


@pytest.mark.parametrize("word", ["", "B", "btxse", "BTXSE\n", " BTXSE", "BTBPVVEPE", "BTBPVVE"])
def test_words_that_nearly_are_strings(word):
    assert not embedded_reber.is_member(word)
    assert not reber.is_member(word)


@grammars
def test_one_hot_reads_back(grammar):
    assert grammar.alphabet == ALPHABET
    for string in [*grammar.generate(np.random.default_rng(0), 20), ALPHABET]:
        rows = grammar.one_hot(string)
        assert rows.shape == (len(string), 7)
        assert rows.dtype == np.float64
        np.testing.assert_array_equal(rows.sum(axis=1), 1)
        assert "".join(ALPHABET[k] for k in rows.argmax(axis=1)) == string
    assert grammar.one_hot("").shape == (0, 7)


def test_the_long_range_step_is_where_only_the_second_symbol_tells():
    """Swap the outer symbol: what may follow changes at that step, and nowhere before."""
    for string in language(embedded_reber, 14):
        other = string[0] + {"T": "P", "P": "T"}[string[1]] + string[2:]
        step = embedded_reber.long_range_step(string)
        for t in range(1, len(string) - 1):
            if t > step:
                break
            here, there = string[: t + 1], other[: t + 1]
            same = embedded_reber.legal_next(here) == embedded_reber.legal_next(there)
            assert same == (t != step), (string, t)
        assert embedded_reber.legal_next(string[: step + 1]) == string[1]
        assert step - 1 >= 5  # steps from reading the outer symbol to predicting it again


def test_256_strings_repeat_themselves():
    """About 100 distinct ones in 256, as the exact odds have it: no disjoint test set is fair."""
    odds = [float(probability) for probability in language(embedded_reber, 30).values()]
    expected = sum(1 - (1 - p) ** 256 for p in odds) + 256 * (1 - sum(odds))
    rng = np.random.default_rng(0)
    distinct = [len(set(embedded_reber.generate(rng, 256))) for _ in range(40)]
    assert np.mean(distinct) == pytest.approx(expected, abs=5 * np.std(distinct) / np.sqrt(40))
    assert expected == pytest.approx(100, abs=2)
