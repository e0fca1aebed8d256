"""Scores of the next symbol against a slow count, and the blind one against a simulation."""

import numpy as np
import pytest

from coursekit.grammars import embedded_reber, reber
from coursekit.tasks import blind_score, next_symbol_score, next_symbols

ALPHABET = "BTSXPVE"
grammars = pytest.mark.parametrize("grammar", [reber, embedded_reber], ids=["reber", "embedded"])


@grammars
def test_each_target_is_the_next_input(grammar):
    strings = grammar.generate(np.random.default_rng(0), 30)
    sequences = next_symbols(grammar, strings)
    assert len(sequences) == 30
    for number, string in enumerate(strings):
        inputs, targets, mask = sequences[number]
        assert "".join(ALPHABET[k] for k in inputs.argmax(axis=1)) == string[:-1]
        assert "".join(ALPHABET[k] for k in targets.argmax(axis=1)) == string[1:]
        assert np.all(inputs.sum(axis=1) == 1) and np.all(targets.sum(axis=1) == 1)
        assert mask.all() and len(mask) == len(string) - 1


def slow_scores(grammar, strings, outputs):
    """One step at a time; what is legal is what can be continued to a member of the grammar."""

    def follows(prefix, symbol):
        reachable = {prefix + symbol}
        for _ in range(9):
            if any(grammar.is_member(word) for word in reachable):
                return True
            reachable = {word + s for word in reachable for s in ALPHABET if open_word(word + s)}
        return any(grammar.is_member(word) for word in reachable)

    def open_word(word):
        try:
            grammar.legal_next(word)
        except ValueError:
            return False
        return True

    known = {}
    pooled, far = [], []
    for number, string in enumerate(strings):
        for step in range(len(string) - 1):
            row = list(outputs[step, number])
            symbol = ALPHABET[row.index(max(row))]
            asked = string[: step + 1], symbol
            if asked not in known:
                known[asked] = follows(*asked)
            pooled.append(known[asked])
            if grammar is embedded_reber and step == len(string) - 3:
                far.append(symbol == string[-2])
    return np.mean(pooled), np.mean(far) if far else None


@grammars
@pytest.mark.parametrize("kind", ["noise", "truth", "mixed"])
def test_the_scores_equal_a_slow_count(grammar, kind):
    rng = np.random.default_rng(1)
    strings = grammar.generate(rng, 12)
    truth = next_symbols(grammar, strings).padded().targets
    noise = rng.random(truth.shape)
    outputs = {"noise": noise, "truth": truth, "mixed": noise + 0.6 * truth}[kind]
    given = next_symbol_score(grammar, strings, outputs)
    pooled, far = slow_scores(grammar, strings, outputs)
    assert given.pooled == pytest.approx(pooled, rel=1e-14)
    assert given.long_range == (None if far is None else pytest.approx(far, rel=1e-14))
    if kind == "truth":
        assert given.pooled == 1


def test_steps_after_the_end_do_not_count():
    strings = ["BTBPVVETE", "BPBTSSSXXVVEPE"]
    outputs = next_symbols(embedded_reber, strings).padded().targets
    outputs[8:, 0] = np.eye(7)[0]
    assert next_symbol_score(embedded_reber, strings, outputs) == (1.0, 1.0)


def test_the_blind_score_is_what_a_blind_predictor_gets():
    """Right wherever the grammar of the inner string tells; at the long-range step, a coin."""
    rng = np.random.default_rng(2)
    strings = embedded_reber.generate(rng, 6000)
    outputs = next_symbols(embedded_reber, strings).padded().targets
    for number, string in enumerate(strings):
        outputs[len(string) - 3, number] = np.eye(7)[ALPHABET.index(rng.choice(["T", "P"]))]
    simulated = next_symbol_score(embedded_reber, strings, outputs)
    expected = blind_score()
    assert expected.long_range == 0.5
    assert simulated.long_range == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(6000))
    assert simulated.pooled == pytest.approx(expected.pooled, abs=0.002)
    assert expected.pooled == pytest.approx(1 - 0.5 / 11, rel=1e-12)  # 12 symbols on average


def test_a_prediction_that_is_no_number_is_wrong():
    strings = embedded_reber.generate(np.random.default_rng(0), 20)
    outputs = next_symbols(embedded_reber, strings).padded().targets
    for broken in (np.nan, np.inf):
        lost = np.full_like(outputs, broken)
        assert next_symbol_score(embedded_reber, strings, lost) == (0.0, 0.0)
