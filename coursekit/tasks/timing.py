"""Time as the message: measure intervals between spikes, make spikes on time, swing by oneself.

MSD   Spike n comes F + I(n) steps after the one before (the first so many steps after the start);
      I(n) is drawn evenly from a few whole numbers. At each spike I(n) is to be told. Measured
      again and again in a stream, or once with a reset (NMSD): a sequence here is one interval,
      walked by ``BlocksTrainer.stream`` or, each from a fresh state, by ``BlocksTrainer.learn``.
GTS   The inverse: the step that begins an interval reads I(n), the others read zero; the output is
      to be one at the step that ends it, after F + I(n) steps, and zero at the others.
PFG   Nothing is read. At t = 1, 2, ... one of three functions of period F is to be shown:

    cos         1/2 (1 - cos(2 pi t / F))
    triangle    2 tau / F up to the middle, 2 - 2 tau / F from there, with tau = t mod F
    rectangle   1 where tau > F / 2, else 0

Source: Gers, Schraudolph and Schmidhuber 2002, sections 4 and 5. What GTS reads is not printed
there in so many words; the two halves of the triangle are printed in the other order, which would
run from 1 to 2.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import generator, whole_number
from coursekit.tasks.sequences import Array, Sequences, from_lengths


def _checked(least: int, delays: tuple[int, ...]) -> None:
    whole_number("least", least, least=2)
    if not isinstance(delays, tuple) or len(set(delays)) < max(1, len(delays)):
        raise ValueError(f"delays is {delays!r}; pass a tuple of different whole numbers: (0, 1)")
    for delay in delays:
        whole_number("delays", delay)


def _right(outputs: Array, sequences: Sequences, tolerance: float) -> NDArray[np.bool_]:
    """For each sequence, whether every output that counts is near enough, (count,)."""
    padded = sequences.padded()
    near = np.all(np.abs(outputs - padded.targets) < tolerance, axis=2)
    return np.all(near | ~padded.mask, axis=0)


@dataclass(frozen=True)
class SpikeDelays:
    """Measure spike delays (MSD; with a reset after each interval, NMSD).

    Args:
        least: F, the steps of the shortest interval when 0 is among the delays.
        delays: what I(n) is drawn from.

    Raises:
        ValueError: an interval below two steps; delays that are no different whole numbers.

    >>> chunk = SpikeDelays(3, (2,)).sample(np.random.default_rng(0), 2)
    >>> chunk.inputs[:, 0], chunk.targets[chunk.mask, 0]
    (array([0., 0., 0., 0., 1., 0., 0., 0., 0., 1.]), array([2., 2.]))
    """

    least: int = 10
    delays: tuple[int, ...] = (0, 1)

    inputs = 1
    outputs = 1
    tolerance = 0.49
    #: right answers that end a stream that is learned from
    limit = 100
    #: and one that tests
    test_limit = 1000

    def __post_init__(self) -> None:
        _checked(self.least, self.delays)

    @property
    def memory_free_score(self) -> float:
        """One delay of all: a spike looks like any other."""
        return 1 / len(self.delays)

    def sample(self, rng: np.random.Generator, count: int) -> Sequences:
        """Draw ``count`` intervals, each up to its spike; only there is a target."""
        generator(rng)
        count = whole_number("count", count, least=1)
        drawn = rng.choice(self.delays, count)
        sequences = from_lengths(self.least + drawn, 1, 1)
        last = sequences.offsets[1:] - 1
        sequences.inputs[last, 0] = 1.0
        sequences.targets[last, 0] = drawn
        sequences.mask[last] = True
        return sequences

    def is_correct(self, outputs: Array, sequences: Sequences) -> NDArray[np.bool_]:
        """For each interval, whether the output at the spike is within 0.49 of I(n), (count,).

        Args:
            outputs: (time, batch, 1), for the padded batch.
        """
        return _right(outputs, sequences, self.tolerance)


@dataclass(frozen=True)
class TimedSpikes:
    """Generate timed spikes (GTS).

    Args:
        least: F.
        delays: what I(n) is drawn from.

    Raises:
        ValueError: an interval below two steps; delays that are no different whole numbers.

    >>> chunk = TimedSpikes(3, (2,)).sample(np.random.default_rng(0), 1)
    >>> chunk.inputs[:, 0], chunk.targets[:, 0]
    (array([2., 0., 0., 0., 0.]), array([0., 0., 0., 0., 1.]))
    """

    least: int = 10
    delays: tuple[int, ...] = (0, 1)

    inputs = 1
    outputs = 1
    tolerance = 0.49
    #: a step before the spike and the spike itself read the same
    memory_free_score = 0.0

    def __post_init__(self) -> None:
        _checked(self.least, self.delays)

    def sample(self, rng: np.random.Generator, count: int) -> Sequences:
        """Draw ``count`` intervals, each up to its spike; every step has a target."""
        generator(rng)
        count = whole_number("count", count, least=1)
        drawn = rng.choice(self.delays, count)
        sequences = from_lengths(self.least + drawn, 1, 1)
        sequences.inputs[sequences.offsets[:-1], 0] = drawn
        sequences.targets[sequences.offsets[1:] - 1, 0] = 1.0
        sequences.mask[:] = True
        return sequences

    def is_correct(self, outputs: Array, sequences: Sequences) -> NDArray[np.bool_]:
        """For each interval, whether every output is within 0.49 of its target, (count,).

        Args:
            outputs: (time, batch, 1), for the padded batch.
        """
        return _right(outputs, sequences, self.tolerance)


SHAPES: Final = ("cos", "triangle", "rectangle")


@dataclass(frozen=True)
class PeriodicFunction:
    """Generate a periodic function (PFG).

    Args:
        shape: "cos", "triangle" or "rectangle".
        period: F, in steps (10 and 25 in the paper).

    Raises:
        ValueError: another shape; a period below four steps.

    >>> PeriodicFunction("triangle", 4).values
    array([0.5, 1. , 0.5, 0. ])
    """

    shape: str = "cos"
    period: int = 10

    inputs = 1
    outputs = 1
    tolerance = 0.3
    #: what remembers nothing shows a constant, and each function runs from 0 to 1
    memory_free_score = 0.0

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise ValueError(f"shape is {self.shape!r}; pass one of {SHAPES}")
        whole_number("period", self.period, least=4)

    @property
    def values(self) -> Array:
        """One period, from t = 1 to t = F, (period,)."""
        tau = np.arange(1, self.period + 1) % self.period
        if self.shape == "cos":
            return (1 - np.cos(2 * np.pi * tau / self.period)) / 2
        if self.shape == "triangle":
            return 1 - np.abs(1 - 2 * tau / self.period)
        return np.where(2 * tau > self.period, 1.0, 0.0)

    def sample(self, rng: np.random.Generator, count: int) -> Sequences:
        """``count`` periods, all the same: nothing is drawn."""
        generator(rng)
        count = whole_number("count", count, least=1)
        sequences = from_lengths(np.full(count, self.period), 1, 1)
        sequences.targets[:, 0] = np.tile(self.values, count)
        sequences.mask[:] = True
        return sequences

    def is_correct(self, outputs: Array, sequences: Sequences) -> NDArray[np.bool_]:
        """For each period, whether every output is within 0.3 of the function, (count,).

        Args:
            outputs: (time, batch, 1), for the padded batch.
        """
        return _right(outputs, sequences, self.tolerance)
