"""The tasks of 1997: every definition read off samples, every memory-free score measured."""

import numpy as np
import pytest

from coursekit.tasks import (
    Adding,
    Distractors,
    LongLag,
    Multiplication,
    SymbolSequences,
    TemporalOrder,
    TwoSequence,
)

TASKS = [
    *(Adding(100), Multiplication(60), TemporalOrder(2), TemporalOrder(3)),
    *(LongLag(7), LongLag(7, regular=False), Distractors(20, 5)),
    *(TwoSequence(30, 3), TwoSequence(30, 1, signal_noise=0.2)),
    TwoSequence(30, 3, noisy_targets=True),
]
named = pytest.mark.parametrize("task", TASKS, ids=repr)


def drawn(task, count=400, seed=0):
    return task.sample(np.random.default_rng(seed), count)


def perfect(task, sequences):
    """The right outputs, padded."""
    outputs = sequences.padded().targets.copy()
    if getattr(task, "noisy_targets", False):
        wanted = task.targets_without_noise(sequences)
        outputs[sequences.lengths - 1, np.arange(len(sequences))] = wanted
    return outputs


@named
def test_samples_fit_the_task_and_a_seed_says_all(task):
    sequences, again = drawn(task), drawn(task)
    assert sequences.inputs.shape[1] == task.inputs
    assert sequences.targets.shape[1] == task.outputs
    assert len(sequences) == 400
    np.testing.assert_array_equal(sequences.inputs, again.inputs)
    np.testing.assert_array_equal(sequences.targets, again.targets)
    assert not np.array_equal(sequences.targets, drawn(task, seed=1).targets[: len(again.targets)])
    assert sequences.mask[sequences.offsets[1:] - 1].all()


@named
def test_the_right_outputs_are_right_and_others_are_not(task):
    sequences = drawn(task, 50)
    outputs = perfect(task, sequences)
    assert task.is_correct(outputs, sequences).all()
    assert task.is_correct(outputs + 0.9 * task.tolerance, sequences).all()
    assert not task.is_correct(outputs + 1.1 * task.tolerance, sequences).any()


@named
def test_the_memory_free_score_is_what_the_best_constant_gets(task):
    """Constants of a grid (for classes: each class alone), on many samples."""
    if isinstance(task, LongLag) and task.regular:
        return check_regular(task)
    sequences = drawn(task, 6000)
    last = sequences.offsets[1:] - 1
    wanted = sequences.targets[last]
    if getattr(task, "noisy_targets", False):
        wanted = task.targets_without_noise(sequences)
    if task.outputs == 1:
        grid = np.linspace(0, 1, 201)
        best = max(np.mean(np.abs(wanted[:, 0] - c) < task.tolerance) for c in grid)
    else:
        best = wanted.mean(axis=0).max()
    assert best == pytest.approx(task.memory_free_score, abs=0.03)


def check_regular(task):
    """What has one symbol's memory knows all but the last: half of all sequences."""
    sequences = drawn(task, 2000)
    last = sequences.targets[sequences.offsets[1:] - 1]
    assert last.mean(axis=0).max() == pytest.approx(task.memory_free_score, abs=0.04)


@pytest.mark.parametrize(("task", "low"), [(Adding(100), -1.0), (Multiplication(100), 0.0)])
def test_marks_and_targets_are_as_published(task, low):
    sequences = drawn(task, 3000)
    firsts, seconds, starts = [], [], 0
    for number in range(len(sequences)):
        inputs, targets, mask = sequences[number]
        values, marks = inputs.T
        assert 100 <= len(inputs) <= 110
        assert values.min() >= low and values.max() <= 1
        (places,) = np.nonzero(marks == 1)
        assert len(places) == 2
        assert places.max() <= 48 or places.min() <= 9
        assert marks[-1] == -1 and (marks[0] == -1 or places[0] == 0)
        assert np.count_nonzero(marks) == 4 - (places[0] == 0)
        assert places.min() <= 9 and places.max() < 49
        one, two = values[places]
        if low < 0:
            assert targets[-1, 0] == pytest.approx(0.5 + (one + two) / 4)
            assert places[0] or values[0] == 0
        else:
            assert targets[-1, 0] == pytest.approx(one * two)
            assert places[0] or values[0] == 1
        assert mask.sum() == 1 and mask[-1]
        firsts.append(places[0])
        seconds.append(places[1])
        starts += places[0] == 0
    assert starts / 3000 == pytest.approx(0.1 + 0.9 / 48, abs=0.02)
    assert np.mean(seconds) > 20


@pytest.mark.parametrize("relevant", [2, 3])
def test_temporal_order_is_as_published(relevant):
    sequences = drawn(TemporalOrder(relevant), 500)
    windows = {2: [(10, 20), (50, 60)], 3: [(10, 20), (33, 43), (66, 76)]}[relevant]
    classes = set()
    for number in range(len(sequences)):
        rows = slice(sequences.offsets[number], sequences.offsets[number + 1])
        symbols = sequences.symbols[rows]
        assert 100 <= len(symbols) <= 110
        assert symbols[0] == 0 and symbols[-1] == 1
        (places,) = np.nonzero(symbols >= 6)
        assert len(places) == relevant
        assert all(a <= p <= b for p, (a, b) in zip(places, windows, strict=True))
        wanted = int("".join(str(s - 6) for s in symbols[places]), 2)
        np.testing.assert_array_equal(np.nonzero(sequences.targets[rows][-1])[0], [wanted])
        assert set(symbols[1:-1]) <= {2, 3, 4, 5, 6, 7}
        classes.add(wanted)
    assert classes == set(range(2**relevant))


def test_distractors_are_as_published():
    sequences = drawn(Distractors(50, 40), 4000)
    symbols, starts, ends = sequences.symbols, sequences.offsets[:-1], sequences.offsets[1:]
    np.testing.assert_array_equal(symbols[starts], 41)
    np.testing.assert_array_equal(symbols[ends - 1], 40)
    said = symbols[starts + 1] - 42
    np.testing.assert_array_equal(sequences.targets[ends - 1, said], 1)
    assert sequences.lengths.min() == 53
    assert sequences.lengths.mean() == pytest.approx(53 + 9, abs=0.6)
    inner = np.ones(len(symbols), bool)
    inner[[*starts, *(starts + 1), *(ends - 1)]] = False
    assert set(symbols[inner]) == set(range(40))


@pytest.mark.parametrize("regular", [True, False])
def test_the_end_repeats_the_start_after_the_lag(regular):
    task = LongLag(10, regular)
    sequences = drawn(task, 300)
    for number in range(len(sequences)):
        inputs, targets, mask = sequences[number]
        read, told = inputs.argmax(axis=1), targets.argmax(axis=1)
        assert len(read) == 10 and mask.all()
        assert read[0] == told[-1] and read[0] in (9, 10)
        np.testing.assert_array_equal(read[1:], told[:-1])
        if regular:
            np.testing.assert_array_equal(read[1:], np.arange(9))


def test_the_three_versions_of_two_sequences():
    plain, noisy = (
        drawn(TwoSequence(30, 3), 3000),
        drawn(TwoSequence(30, 3, signal_noise=0.2), 3000),
    )
    starts = plain.offsets[:-1]
    assert set(plain.inputs[starts, 0]) == {-1.0, 1.0}
    assert np.abs(noisy.inputs[noisy.offsets[:-1], 0]).std() > 0.2
    told = drawn(TwoSequence(30, 3, noisy_targets=True), 4000)
    first = told.inputs[told.offsets[:-1], 0]
    last = told.targets[told.offsets[1:] - 1, 0]
    assert last[first > 0].mean() == pytest.approx(0.2, abs=0.03)
    assert last[first < 0].mean() == pytest.approx(0.8, abs=0.03)
    assert last[first > 0].var() == pytest.approx(0.1, abs=0.015)


def test_symbols_are_one_hot_inputs():
    sequences = drawn(TemporalOrder(2), 5)
    np.testing.assert_array_equal(sequences.inputs.argmax(axis=1), sequences.symbols)
    np.testing.assert_array_equal(sequences.inputs.sum(axis=1), 1)
    np.testing.assert_array_equal(sequences.padded().inputs, sequences.plain().padded().inputs)
    np.testing.assert_array_equal(sequences[2][0], sequences.plain()[2][0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Adding(10), "length is 10; pass a whole number, 22 or more"),
        (lambda: TemporalOrder(4), "relevant is 4; pass 2 or 3"),
        (lambda: LongLag(1), "lag is 1"),
        (lambda: Distractors(0, 5), "shortest is 0"),
        (lambda: Distractors(5, 0), "kinds is 0"),
        (lambda: TwoSequence(signal_noise=-1), "signal_noise is -1"),
        (lambda: Adding(30).sample(0, 5), "rng is 0"),
        (lambda: TemporalOrder().sample(np.random.default_rng(0), 0), "count is 0"),
        (
            lambda: SymbolSequences(
                np.array([0, 7]), 3, np.zeros((2, 1)), np.ones(2, bool), np.array([0, 2])
            ),
            "symbols run from 0 to 7, but there are 3",
        ),
        (
            lambda: SymbolSequences(
                np.array([0.5]), 3, np.zeros((1, 1)), np.ones(1, bool), np.array([0, 1])
            ),
            "pass one whole number a step",
        ),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("regular", [True, False])
def test_targets_at_the_end_only_are_the_same_as_among_all(regular):
    every = LongLag(7, regular).sample(np.random.default_rng(0), 20)
    last = LongLag(7, regular, at_end=True).sample(np.random.default_rng(0), 20)
    assert last.mask.sum() == 20
    assert last.mask[last.offsets[1:] - 1].all()
    assert np.array_equal(last.targets, every.targets)
    assert np.array_equal(last.symbols, every.symbols)
