"""Continual tasks: every string and target against the grammar, every score measured."""

import numpy as np
import pytest

from coursekit.grammars import embedded_reber
from coursekit.tasks import ContinualOrder, ContinualReber, TemporalOrder
from coursekit.tasks.continual import ALPHABET


def drawn(task, count=400, seed=0):
    return task.sample(np.random.default_rng(seed), count)


def strings(sequences):
    text = "".join(ALPHABET[symbol] for symbol in sequences.symbols)
    bounds = zip(sequences.offsets[:-1], sequences.offsets[1:], strict=True)
    return [text[begin:end] for begin, end in bounds]


def test_each_target_is_what_the_grammar_allows_and_a_new_string_after_the_last():
    sequences = drawn(ContinualReber())
    for number, string in enumerate(strings(sequences)):
        assert embedded_reber.is_member(string)
        rows = sequences.targets[sequences.offsets[number] : sequences.offsets[number + 1]]
        for t, row in enumerate(rows):
            told = "".join(ALPHABET[k] for k in np.nonzero(row)[0])
            assert told == (embedded_reber.legal_next(string[: t + 1]) or "B")
    assert set(np.unique(sequences.targets)) == {0.0, 1.0}
    assert sequences.mask.all()


def test_strings_come_as_often_as_the_grammar_says():
    sequences = drawn(ContinualReber(), 20_000)
    statistics = embedded_reber.length_statistics()
    error = np.sqrt(statistics.variance / 20_000)
    assert statistics.mean == pytest.approx(12)
    assert abs(sequences.lengths.mean() - 12) < 4 * error
    for length in (9, 10, 13):
        odds = embedded_reber.length_probability(length)
        assert np.mean(sequences.lengths == length) == pytest.approx(odds, abs=0.013)
    second = sequences.symbols[sequences.offsets[:-1] + 1]
    assert np.mean(second == ALPHABET.index("T")) == pytest.approx(0.5, abs=0.015)
    # the four shortest strings: one choice outside, three within
    found = strings(sequences)
    for string in ("BTBTXSETE", "BTBPVVETE", "BPBTXSEPE", "BPBPVVEPE"):
        assert found.count(string) / 20_000 == pytest.approx(1 / 16, abs=0.008)


@pytest.mark.parametrize("task", [ContinualReber(), ContinualOrder()], ids=repr)
def test_the_right_outputs_are_right_and_others_are_not(task):
    sequences, again = drawn(task, 50), drawn(task, 50)
    np.testing.assert_array_equal(sequences.symbols, again.symbols)
    assert (sequences.features, sequences.targets.shape[1]) == (task.inputs, task.outputs)
    outputs = sequences.padded().targets
    assert task.is_correct(outputs, sequences).all()
    assert task.is_correct(outputs + 0.95 * task.tolerance, sequences).all()
    assert not task.is_correct(outputs + 1.05 * task.tolerance, sequences).any()
    assert not task.is_correct(np.full_like(outputs, np.nan), sequences).any()


def test_who_forgets_the_second_symbol_gets_half_of_the_strings():
    task = ContinualReber()
    sequences = drawn(task, 4000)
    outputs = sequences.padded().targets
    outputs[sequences.lengths - 3, np.arange(4000)] = np.eye(7)[ALPHABET.index("T")]
    share = task.is_correct(outputs, sequences).mean()
    assert share == pytest.approx(task.memory_free_score, abs=0.03)


def test_the_order_task_is_that_of_1997_with_three_symbols():
    ours, theirs = drawn(ContinualOrder(), 30), drawn(TemporalOrder(3), 30)
    np.testing.assert_array_equal(ours.symbols, theirs.symbols)
    np.testing.assert_array_equal(ours.targets, theirs.targets)
    assert ContinualOrder.memory_free_score == TemporalOrder(3).memory_free_score
    assert (ContinualOrder.limit, ContinualReber.limit) == (100, 100_000)


def test_wrong_arguments_are_named():
    for task in (ContinualReber(), ContinualOrder()):
        with pytest.raises(ValueError, match="rng is 0"):
            task.sample(0, 3)
        with pytest.raises(ValueError, match="count is 0; pass a whole number, 1 or more"):
            task.sample(np.random.default_rng(0), 0)
