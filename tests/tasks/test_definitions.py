"""The tasks are what the papers define, and their baselines are what a simulation finds."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.tasks import Latch, Sequences, TwoSequence


@pytest.mark.parametrize(("length", "signal_steps"), [(20, 1), (20, 3), (7, 7), (100, 3)])
def test_two_sequence_step_by_step(length, signal_steps):
    task = TwoSequence(length=length, signal_steps=signal_steps)
    batch = task.sample(np.random.default_rng(0), 600)
    assert len(batch) == 600
    signs = []
    for inputs, targets, mask in (batch[n] for n in range(600)):
        assert length <= len(inputs) <= length + length // 10
        assert inputs.shape[1] == targets.shape[1] == 1
        sign = inputs[0, 0]
        assert sign in (-1, 1)
        assert np.all(inputs[:signal_steps, 0] == sign)
        assert not np.any(np.abs(inputs[signal_steps:, 0]) == 1)
        assert mask.tolist() == [False] * (len(mask) - 1) + [True]
        assert targets[-1, 0] == (1.0 if sign > 0 else 0.0)
        signs.append(sign)
    assert abs(np.mean(signs)) < 5 / np.sqrt(600)
    drawn = set(batch.lengths.tolist())
    assert drawn == set(range(length, length + length // 10 + 1))


@pytest.mark.parametrize("variance", [0.2, 0.0, 3.0])
def test_the_noise_has_the_variance_and_not_the_deviation(variance):
    batch = TwoSequence(length=100, noise_variance=variance).sample(np.random.default_rng(1), 1000)
    noise = np.concatenate([batch[n][0][1:, 0] for n in range(1000)])
    assert len(noise) > 99_000
    assert noise.var() == pytest.approx(variance, rel=5 * np.sqrt(2 / len(noise)))
    assert abs(noise.mean()) <= 5 * np.sqrt(variance / len(noise))
    if variance:
        standard = noise / np.sqrt(variance)
        assert (standard**4).mean() == pytest.approx(3, abs=0.15)  # Gaussian


@pytest.mark.parametrize(("lag", "size"), [(1, 1.0), (10, 1.0), (10, 0.0), (25, 0.5)])
def test_latch_step_by_step(lag, size):
    batch = Latch(lag=lag, distractor_size=size).sample(np.random.default_rng(0), 600)
    distractors, signs = [], []
    for inputs, targets, mask in (batch[n] for n in range(600)):
        assert inputs.shape == (lag + 1, 2)
        assert inputs[:, 1].tolist() == [1.0] + [0.0] * lag
        assert inputs[0, 0] in (-1, 1)
        assert np.all(np.abs(inputs[1:, 0]) == size)
        assert mask.tolist() == [False] * lag + [True]
        assert targets[-1, 0] == (1.0 if inputs[0, 0] > 0 else 0.0)
        signs.append(inputs[0, 0])
        distractors.append(inputs[1:, 0])
    assert abs(np.mean(signs)) < 5 / np.sqrt(600)
    drawn = np.array(distractors)
    assert np.all(np.abs(drawn.mean(axis=0)) <= 5 * size / np.sqrt(600))
    # what is stored says nothing about any distractor, nor about the answer's step
    assert np.all(np.abs((drawn.T * signs).mean(axis=1)) <= 5 * size / np.sqrt(600))


def test_latch_without_distractors_is_solved_by_adding_up():
    batch = Latch(lag=10, distractor_size=0.0).sample(np.random.default_rng(0), 200).padded()
    added_up = batch.inputs[:, :, 0].sum(axis=0)
    np.testing.assert_array_equal(added_up > 0, batch.targets[-1, :, 0] > 0.5)


@pytest.mark.parametrize("lag", range(1, 13))
def test_adding_up_scores_what_all_walks_say(lag):
    """Every course of the distractors, every one equally likely; a tie is a coin."""
    right = Fraction(0)
    for signs in itertools.product((-1, 1), repeat=lag):
        total = 1 + sum(signs)
        right += Fraction(1) if total > 0 else Fraction(1, 2) if total == 0 else 0
    assert Latch(lag=lag).adding_up_score == float(right / 2**lag)


def test_adding_up_scores_what_samples_say():
    task = Latch(lag=50)
    batch = task.sample(np.random.default_rng(0), 20_000).padded()
    added_up = batch.inputs[:, :, 0].sum(axis=0)
    wanted = np.where(batch.targets[-1, :, 0] > 0.5, 1, -1)
    score = np.mean(0.5 * (1 + np.sign(added_up * wanted)))
    assert score == pytest.approx(task.adding_up_score, abs=5 * 0.5 / np.sqrt(20_000))


TASKS = [TwoSequence(length=20, signal_steps=2), Latch(lag=9)]
tasks = pytest.mark.parametrize("task", TASKS, ids=lambda task: type(task).__name__)


@tasks
def test_no_memory_scores_one_half(task):
    """Whatever the last input alone is turned into; and any one constant."""
    batch = task.sample(np.random.default_rng(2), 20_000)
    padded = batch.padded()
    judge = getattr(task, "on_right_side", task.is_correct)
    for function in (lambda x: x > 0, lambda x: x < 0.3, lambda x: np.ones_like(x)):
        outputs = function(padded.inputs[:, :, :1]).astype(float)
        assert judge(outputs, batch).mean() == pytest.approx(task.memory_free_score, abs=0.018)
        assert task.is_correct(outputs, batch).mean() <= task.memory_free_score + 0.018
    assert task.memory_free_score == 0.5


@tasks
def test_the_same_seed_draws_the_same_batch(task):
    once, again, other = (task.sample(np.random.default_rng(s), 8) for s in (1, 1, 2))
    for name in ("inputs", "targets", "mask", "offsets"):
        np.testing.assert_array_equal(getattr(once, name), getattr(again, name))
    assert not np.array_equal(once[0][0], other[0][0])


def outputs_that_end_with(batch, endings, elsewhere):
    """(time, batch, 1): each sequence's output at its own last step, noise at all others."""
    outputs = np.full((max(batch.lengths), len(batch), 1), elsewhere, dtype=float)
    for number, ending in enumerate(endings):
        outputs[batch.lengths[number] - 1, number, 0] = ending
    return outputs


@tasks
@pytest.mark.parametrize("elsewhere", [0.0, 1.0, 1e9])
def test_only_the_last_step_of_each_sequence_counts(task, elsewhere):
    batch = task.sample(np.random.default_rng(3), 50)
    wanted = np.array([batch[n][1][-1, 0] for n in range(50)])
    right = outputs_that_end_with(batch, wanted, elsewhere)
    wrong = outputs_that_end_with(batch, 1 - wanted, elsewhere)
    assert task.is_correct(right, batch).all()
    assert not task.is_correct(wrong, batch).any()
    half = np.where(np.arange(50) % 2 == 0, wanted, 1 - wanted)
    given = task.is_correct(outputs_that_end_with(batch, half, elsewhere), batch)
    assert given.tolist() == [True, False] * 25


def test_two_sequence_is_correct_within_a_fifth():
    task = TwoSequence(length=20)
    batch = task.sample(np.random.default_rng(4), 30)
    wanted = np.array([batch[n][1][-1, 0] for n in range(30)])
    towards = np.where(wanted > 0.5, -1, 1)
    for off, correct, side in [(0.199, True, True), (0.201, False, True), (0.51, False, False)]:
        outputs = outputs_that_end_with(batch, wanted + off * towards, 0.5)
        assert np.all(task.is_correct(outputs, batch) == correct)
        assert np.all(task.on_right_side(outputs, batch) == side)
        outputs = outputs_that_end_with(batch, wanted - off * towards, 0.5)
        assert np.all(task.is_correct(outputs, batch) == correct)
        assert np.all(task.on_right_side(outputs, batch))


@tasks
def test_an_output_that_is_no_number_is_wrong(task):
    """A net that exploded has learned nothing, whichever class it meets."""
    batch = task.sample(np.random.default_rng(5), 40)
    for broken in (np.nan, np.inf, -np.inf):
        outputs = outputs_that_end_with(batch, np.full(40, broken), 0.0)
        assert not task.is_correct(outputs, batch).any()
        if hasattr(task, "on_right_side"):
            assert not task.on_right_side(outputs, batch).any()


@st.composite
def ragged(draw):
    lengths = draw(st.lists(st.integers(1, 6), min_size=1, max_size=6))
    features, outputs = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    rows = sum(lengths)
    return Sequences(
        rng.normal(size=(rows, features)),
        rng.normal(size=(rows, outputs)),
        rng.random(rows) < 0.5,
        np.cumsum([0, *lengths]),
    )


@settings(deadline=None)
@given(ragged())
def test_padding_and_cutting_again_gives_the_sequences_back(sequences):
    padded = sequences.padded()
    time = max(sequences.lengths)
    assert padded.inputs.shape == (time, len(sequences), sequences.inputs.shape[1])
    assert padded.targets.shape == (time, len(sequences), sequences.targets.shape[1])
    assert padded.mask.shape == (time, len(sequences))
    for number, length in enumerate(sequences.lengths):
        begin = sum(sequences.lengths[:number])
        for whole, part, side_by_side in zip(
            (sequences.inputs, sequences.targets, sequences.mask),
            sequences[number],
            padded,
            strict=True,
        ):
            np.testing.assert_array_equal(part, whole[begin : begin + length])
            np.testing.assert_array_equal(side_by_side[:length, number], part)
            assert not side_by_side[length:, number].any()
    for part, same in zip(sequences[-1], sequences[len(sequences) - 1], strict=True):
        np.testing.assert_array_equal(part, same)
    assert len(list(sequences)) == len(sequences)  # it can be looped over
