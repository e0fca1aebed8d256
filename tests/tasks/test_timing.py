"""The timing tasks of 2002: their definitions in numbers, and nets that keep time."""

from dataclasses import replace

import numpy as np
import pytest

from coursekit.blocks import Layout, init
from coursekit.kernels.blocks import BlocksTrainer
from coursekit.tasks import PeriodicFunction, SpikeDelays, TimedSpikes

FUNCTIONS = [
    PeriodicFunction(shape, period)
    for shape in ("cos", "triangle", "rectangle")
    for period in (10, 25)
]
SPIKES = [SpikeDelays(), SpikeDelays(5, (0, 3)), TimedSpikes(), TimedSpikes(4, (0, 1, 2))]
TASKS = SPIKES + FUNCTIONS
named = pytest.mark.parametrize("task", TASKS, ids=repr)


def drawn(task, count=300, seed=0):
    return task.sample(np.random.default_rng(seed), count)


@named
def test_the_right_outputs_are_right_and_others_are_not(task):
    sequences = drawn(task, 40)
    np.testing.assert_array_equal(sequences.targets, drawn(task, 40).targets)
    outputs = sequences.padded().targets
    assert task.is_correct(outputs, sequences).all()
    assert task.is_correct(outputs - 0.95 * task.tolerance, sequences).all()
    assert not task.is_correct(outputs - 1.05 * task.tolerance, sequences).any()
    assert not task.is_correct(np.full_like(outputs, np.nan), sequences).any()


@named
def test_the_memory_free_score_is_what_the_best_constant_gets(task):
    """One number for each input that there is (those of delays 0 and of no spike are one)."""
    sequences = drawn(task, 3000)
    inputs = sequences.padded().inputs
    best = 0.0
    for constant in np.linspace(-0.5, 3.5, 81):
        outputs = np.where(inputs == 0, np.clip(constant, 0, 1), constant)
        if not isinstance(task, SpikeDelays):
            outputs = np.where(inputs == 0, constant, 0.0)
        best = max(best, task.is_correct(outputs, sequences).mean())
    assert best == pytest.approx(task.memory_free_score, abs=0.03)


@pytest.mark.parametrize(("least", "delays"), [(10, (0, 1)), (5, (0, 3)), (3, (0, 1, 2, 3))])
def test_spikes_come_after_the_delay_that_is_to_be_told(least, delays):
    """T(n) = T(n - 1) + F + I(n), read off the whole stream."""
    sequences = drawn(SpikeDelays(least, delays), 2000)
    (spikes,) = np.nonzero(sequences.inputs[:, 0])
    told = sequences.targets[spikes, 0]
    np.testing.assert_array_equal(np.diff(spikes, prepend=-1), least + told)
    np.testing.assert_array_equal(np.nonzero(sequences.mask)[0], spikes)
    for delay in delays:
        assert np.mean(told == delay) == pytest.approx(1 / len(delays), abs=0.05)


def test_generating_is_measuring_the_other_way_round():
    sequences = drawn(TimedSpikes(6, (1, 4)), 500)
    (spikes,) = np.nonzero(sequences.targets[:, 0])
    (read,) = np.nonzero(sequences.inputs[:, 0])
    gaps = np.diff(spikes, prepend=-1)
    np.testing.assert_array_equal(gaps, 6 + sequences.inputs[read, 0])
    np.testing.assert_array_equal(read, spikes - gaps + 1)
    assert set(gaps) == {7, 10} and sequences.mask.all()


@pytest.mark.parametrize("period", [10, 25])
def test_functions_are_as_printed(period):
    t = np.arange(1, 3 * period + 1)
    cos, triangle, rectangle = (
        drawn(PeriodicFunction(shape, period), 3).targets[:, 0]
        for shape in ("cos", "triangle", "rectangle")
    )
    np.testing.assert_allclose(cos, np.sin(np.pi * t / period) ** 2, atol=1e-12)
    assert rectangle.sum() == 3 * ((period - 1) // 2)
    assert not rectangle[: period // 2].any() and rectangle[period - 2] == 1
    np.testing.assert_allclose(np.abs(np.diff(triangle)).max(), 2 / period)
    assert triangle.max() == pytest.approx(1 - (period % 2) / period)
    assert triangle[period - 1] == cos[period - 1] == rectangle[period - 1] == 0
    assert not drawn(PeriodicFunction("cos", period), 3).inputs.any()


SQUASHED = Layout(1, 1, 4, forget_gates=True, recurrent="cells", peepholes=True)
LINEAR = replace(SQUASHED, squash_in="identity", squash_out="identity")


def trained(task, layout, rate, rounds, learn):
    """Eight nets after so many thousand sequences each, and a thousand to test each."""
    rngs = [np.random.default_rng(seed) for seed in range(8)]
    params = [init(rng, layout, 0.2, forget_bias=(2.0,) * 4) for rng in rngs]
    trainer = BlocksTrainer(layout, params, rate, every_step=True)
    for _ in range(rounds):
        learn(trainer, [task.sample(rng, 1000) for rng in rngs])
    return trainer, [task.sample(rng, 1000) for rng in rngs]


def test_single_intervals_are_measured():
    task = SpikeDelays()
    trainer, tests = trained(
        *(task, LINEAR, 0.05, 30), lambda trainer, chunks: trainer.learn(chunks)
    )
    right = [
        np.mean(np.abs(answer[:, 0] - test.targets[test.mask, 0]) < task.tolerance)
        for answer, test in zip(trainer.answer(tests), tests, strict=True)
    ]
    assert np.median(right) > 0.99 > task.memory_free_score + 0.4


@pytest.mark.parametrize(
    ("task", "layout", "rate", "rounds"),
    [
        (SpikeDelays(3), SQUASHED, 0.05, 500),
        (TimedSpikes(), LINEAR, 0.05, 200),
        (PeriodicFunction("cos"), LINEAR, 0.2, 100),
    ],
    ids=str,
)
def test_streams_are_kept_in_time(task, layout, rate, rounds):
    """Of eight nets at least one goes through a thousand sequences without a mistake."""
    trainer, tests = trained(
        *(task, layout, rate, rounds),
        lambda trainer, chunks: trainer.stream(chunks, task.tolerance, limit=1000),
    )
    for number in range(8):
        trainer.restart(number)
    walks = trainer.stream(tests, task.tolerance, learn=False)
    assert min(walked.wrong.sum() for walked in walks) == 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SpikeDelays(1), "least is 1; pass a whole number, 2 or more"),
        (lambda: SpikeDelays(5, (1, 1)), r"delays is \(1, 1\); pass a tuple of different"),
        (lambda: TimedSpikes(5, ()), r"delays is \(\); pass a tuple"),
        (lambda: TimedSpikes(5, (0, -1)), "delays is -1; pass a whole number"),
        (lambda: PeriodicFunction("saw"), "shape is 'saw'; pass one of"),
        (lambda: PeriodicFunction("cos", 3), "period is 3; pass a whole number, 4 or more"),
        (lambda: SpikeDelays().sample(0, 1), "rng is 0"),
        (lambda: PeriodicFunction().sample(np.random.default_rng(0), 0), "count is 0"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
