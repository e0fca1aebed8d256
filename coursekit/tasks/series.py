"""Two time series to forecast one step ahead: one that a window foresees, one that it cannot.

    seasonal    x_t = a sin(2 pi t / period + phi) + n_t
    announced   the same; and once in a while an alarm rings, and at the next step the level leaps:

                x_t = a sin(2 pi t / period + phi) + n_t + j_t,    j_t = j_{t-1} / 2 + leap_t

                up or down, as the last announcement said, which came 3 to 30 steps before.

    n_t = 0.7 n_{t-1} + e_t,  e_t normal with deviation ``noise``;  a and phi differ in each series

Who knows everything but the future errs by e_t alone: ``noise`` squared is the floor of the mean
squared error. Made by us; nothing here is anybody's data.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import finite_number, generator, whole_number
from coursekit.tasks.sequences import Array, Sequences

KEPT = 0.7
LEAP = 2.0
#: steps from an announcement to its alarm
GAPS = (3, 30)


@dataclass(frozen=True)
class SeasonalSeries:
    """A season and correlated noise; input x_t, target x_{t+1}.

    Args:
        period: of the season, in steps.
        steps: how long a series is, in steps that have a target.
        settling: first steps that have no target, so that every forecaster has seen something.
        noise: standard deviation of what nobody can foresee.

    Raises:
        ValueError: a period below two; nothing left after settling; negative noise.

    >>> SeasonalSeries(steps=100).sample(np.random.default_rng(0), 3).inputs.shape
    (300, 1)
    """

    period: int = 12
    steps: int = 96
    settling: int = 36
    noise: float = 0.2

    inputs = 1
    outputs = 1

    def __post_init__(self) -> None:
        whole_number("period", self.period, least=2)
        whole_number("settling", self.settling)
        if whole_number("steps", self.steps, least=1) <= self.settling:
            raise ValueError(
                f"steps is {self.steps} and settling {self.settling}; pass more steps: no step has "
                "a target"
            )
        finite_number("noise", self.noise)

    @property
    def floor(self) -> float:
        """The least mean squared error that is possible."""
        return self.noise**2

    def sample(self, rng: np.random.Generator, count: int) -> Sequences:
        """Draw ``count`` series."""
        levels = _levels(self, rng, count)
        return _one_step_ahead(levels[..., None], levels, self.settling)


@dataclass(frozen=True)
class AnnouncedSeries(SeasonalSeries):
    """The same with leaps, whose direction was announced long before.

    Inputs: the level x_t; the announcement, +1 up or -1 down, else 0; the alarm, 1 or 0.
    Target: x_{t+1}.

    Args:
        period, steps, settling, noise: as in ``SeasonalSeries``.

    >>> AnnouncedSeries(steps=100).sample(np.random.default_rng(0), 2).inputs.shape
    (200, 3)
    """

    inputs = 3

    def sample(self, rng: np.random.Generator, count: int) -> Sequences:
        """Draw ``count`` series."""
        levels = _levels(self, rng, count)
        told, alarm, leap = (np.zeros_like(levels) for _ in range(3))
        for row in range(len(levels)):
            step = int(rng.integers(1, 12))
            while True:
                ringing = step + int(rng.integers(GAPS[0], GAPS[1] + 1))
                if ringing >= self.steps:
                    break
                told[row, step] = rng.choice([-1.0, 1.0])
                alarm[row, ringing] = 1.0
                leap[row, ringing + 1] = LEAP * told[row, step]
                step = ringing + int(rng.integers(2, 12))
        levels = levels + _carried(leap, 0.5)
        return _one_step_ahead(np.stack([levels, told, alarm], axis=-1), levels, self.settling)

    def after_alarm(self, sequences: Sequences) -> NDArray[np.bool_]:
        """The steps whose target is a leap, among all rows of the sequences."""
        return np.asarray((sequences.inputs[:, 2] == 1) & sequences.mask)


def _levels(task: SeasonalSeries, rng: np.random.Generator, count: int) -> Array:
    """Season and noise, (count, steps + 1)."""
    generator(rng)
    count = whole_number("count", count, least=1)
    t = np.arange(task.steps + 1)
    size, phase = rng.uniform(0.5, 1.5, (count, 1)), rng.uniform(0, 2 * np.pi, (count, 1))
    surprise = rng.normal(0, task.noise, (count, len(t)))
    surprise[:, 0] /= np.sqrt(1 - KEPT**2)  # the noise is as wide at the start as later
    return size * np.sin(2 * np.pi * t / task.period + phase) + _carried(surprise, KEPT)


def _carried(new: Array, kept: float) -> Array:
    """What is new, and a share of what was there one step before."""
    values = new.copy()
    for t in range(1, new.shape[1]):
        values[:, t] += kept * values[:, t - 1]
    return values


def _one_step_ahead(inputs: Array, levels: Array, settling: int) -> Sequences:
    count, steps = len(levels), levels.shape[1] - 1
    mask = np.zeros((count, steps), dtype=bool)
    mask[:, settling:] = True
    return Sequences(
        inputs[:, :-1].reshape(count * steps, -1),
        levels[:, 1:].reshape(-1, 1),
        mask.ravel(),
        np.arange(count + 1) * steps,
    )
