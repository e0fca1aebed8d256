"""The series: their recursions read backwards from what was drawn, and what can be foreseen."""

import numpy as np
import pytest

from coursekit.tasks import AnnouncedSeries, SeasonalSeries
from coursekit.tasks.series import GAPS, KEPT, LEAP

BOTH = pytest.mark.parametrize("kind", [SeasonalSeries, AnnouncedSeries])


def drawn(task, count=200, seed=0):
    """(time, batch, features) and (time, batch)."""
    padded = task.sample(np.random.default_rng(seed), count).padded()
    return padded.inputs, padded.targets[..., 0]


@BOTH
def test_the_target_is_the_next_level_and_the_first_steps_have_none(kind):
    task = kind(steps=60, settling=20)
    sequences = task.sample(np.random.default_rng(0), 7)
    padded = sequences.padded()
    assert padded.inputs.shape == (60, 7, task.inputs)
    np.testing.assert_array_equal(padded.inputs[1:, :, 0], padded.targets[:-1, :, 0])
    np.testing.assert_array_equal(padded.mask, np.repeat(np.arange(60) >= 20, 7).reshape(60, 7))


def test_without_noise_the_season_repeats():
    inputs, targets = drawn(SeasonalSeries(period=8, noise=0))
    np.testing.assert_allclose(inputs[8:], inputs[:-8], atol=1e-12)
    peak = np.sqrt(2) * inputs[:8, :, 0].std(axis=0)
    assert 0.5 <= peak.min() < 0.55 and 1.45 < peak.max() <= 1.5


def test_who_knows_season_and_noise_errs_by_the_floor():
    """Fit each long series' own sine by least squares; the rest is 0.7 of the last rest."""
    task = SeasonalSeries(period=10, steps=4000, noise=0.3)
    inputs, targets = drawn(task, 5)
    t = np.arange(4000)
    waves = np.stack([np.sin(2 * np.pi * t / 10), np.cos(2 * np.pi * t / 10)], axis=1)
    rest = inputs[..., 0] - waves @ np.linalg.lstsq(waves, inputs[..., 0], rcond=None)[0]
    surprise = rest[1:] - KEPT * rest[:-1]
    assert surprise.var() == pytest.approx(task.floor, rel=0.05)
    assert rest[:20].var() < 3 * rest.var()


def test_every_alarm_follows_its_announcement_and_the_level_leaps_as_announced():
    task = AnnouncedSeries(steps=300, noise=0)
    inputs, targets = drawn(task, 60)
    gaps = []
    for row in range(60):
        (told,) = np.nonzero(inputs[:, row, 1])
        (rung,) = np.nonzero(inputs[:, row, 2])
        assert len(told) == len(rung) and np.all(told < rung) and np.all(rung[:-1] < told[1:])
        gaps += list(rung - told)
        # seasons have a free amplitude and phase: x_t - x_{t-12} is jumps alone
        size = targets[rung, row] - inputs[rung, row, 0]
        clear = np.abs(size) > 1  # a season moves by less in a step
        signs = inputs[told, row, 1]
        assert clear.mean() > 0.8
        np.testing.assert_array_equal(np.sign(size[clear]), signs[clear])
    assert min(gaps) == GAPS[0] and max(gaps) == GAPS[1]
    assert set(np.unique(inputs[..., 1])) == {-1, 0, 1} and set(np.unique(inputs[..., 2])) == {0, 1}


def test_up_and_down_are_as_frequent_so_that_the_sign_cannot_be_guessed():
    task = AnnouncedSeries()
    sequences = task.sample(np.random.default_rng(3), 600)
    after = task.after_alarm(sequences)
    leaps = sequences.targets[after, 0] - sequences.inputs[after, 0]
    assert abs(np.mean(np.sign(leaps))) < 0.1
    assert np.abs(leaps).mean() == pytest.approx(LEAP, rel=0.2)
    assert np.all(sequences.mask[after]) and 0.02 < after.mean() < 0.06


@BOTH
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"period": 1}, r"period is 1; pass a whole number, 2 or more"),
        ({"steps": 0}, r"steps is 0; pass a whole number, 1 or more"),
        ({"steps": 30, "settling": 30}, r"steps is 30 and settling 30; pass more steps"),
        ({"settling": -1}, r"settling is -1; pass a whole number, 0 or more"),
        ({"noise": -0.1}, r"noise is -0\.1; pass a number, 0 or more"),
        ({"noise": np.nan}, r"noise is nan; pass a number"),
    ],
)
def test_settings_that_make_no_series(kind, settings, message):
    with pytest.raises(ValueError, match=message):
        kind(**settings)


@BOTH
def test_a_seed_is_not_a_generator_and_a_count_is_one_or_more(kind):
    with pytest.raises(ValueError, match=r"rng is 3; pass a generator"):
        kind().sample(3, 1)
    with pytest.raises(ValueError, match=r"count is 0; pass a whole number, 1 or more"):
        kind().sample(np.random.default_rng(0), 0)
