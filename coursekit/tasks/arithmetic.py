"""Adding and multiplying two numbers that were marked long ago.

Two real inputs a step: a number and a mark. The mark is 1 at two steps, -1 at the first and the
last, and 0 elsewhere. The first marked step is drawn evenly from the first ten; the second from the
first T/2 - 1 that are still unmarked, so it may lie before the first one. If the very first step
is chosen, its mark is 1 all the same, and its number counts as nothing: 0 in a sum, 1 in a product;
the input shows that number. Lengths are drawn evenly from T to T + T/10. At the last step:

    adding          numbers in [-1, 1]      target 0.5 + (X1 + X2) / 4
    multiplication  numbers in [0, 1]       target X1 X2

Source: Hochreiter and Schmidhuber 1997, experiments 4 and 5. That the input, too, shows the number
that counts as nothing is our reading: otherwise one sequence in ten could not be solved.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import generator, whole_number
from coursekit.tasks.sequences import Array, Sequences, final_outputs, from_lengths


@dataclass(frozen=True)
class Adding:
    """The adding problem of length T.

    Args:
        length: T, the shortest length in steps; 22 or more.

    Raises:
        ValueError: a length that has no room for the marks.

    >>> Adding(100).sample(np.random.default_rng(0), 3).padded().inputs.shape[2]
    2
    """

    length: int = 100

    inputs = 2
    outputs = 1
    tolerance = 0.04
    #: P(|(X1 + X2) / 4| < 0.04) of the best constant, 0.5: of the density of a sum of two
    memory_free_score = 1 - (1 - 0.16 / 2) ** 2

    def __post_init__(self) -> None:
        whole_number("length", self.length, least=22)

    def sample(self, rng: np.random.Generator, count: int) -> Sequences:
        """Draw ``count`` sequences."""
        numbers = _numbers(rng, self.length, count, -1.0)
        first, second = _marked(rng, numbers, self.length, nothing=0.0)
        return _told(numbers, 0.5 + (first + second) / 4)

    def is_correct(self, outputs: Array, sequences: Sequences) -> NDArray[np.bool_]:
        """For each sequence, whether the last output is within 0.04 of the target, (count,).

        Args:
            outputs: (time, batch, 1), for the padded batch.
        """
        found, wanted = final_outputs(outputs, sequences)
        return np.abs(found - wanted)[:, 0] < self.tolerance


@dataclass(frozen=True)
class Multiplication(Adding):
    """The multiplication problem of length T; the best constant is near 0.02, by its density."""

    #: of the constant 0.04: P(X1 X2 < 0.08) = 0.08 - 0.08 ln 0.08
    memory_free_score = float(0.08 - 0.08 * np.log(0.08))

    def sample(self, rng: np.random.Generator, count: int) -> Sequences:
        """Draw ``count`` sequences."""
        numbers = _numbers(rng, self.length, count, 0.0)
        first, second = _marked(rng, numbers, self.length, nothing=1.0)
        return _told(numbers, first * second)


def _numbers(rng: np.random.Generator, length: int, count: int, least: float) -> Sequences:
    generator(rng)
    count = whole_number("count", count, least=1)
    lengths = rng.integers(length, length + length // 10 + 1, count)
    sequences = from_lengths(lengths, 2, 1)
    values = rng.random(len(sequences.inputs))
    sequences.inputs[:, 0] = least + (1.0 - least) * values
    return sequences


def _marked(
    rng: np.random.Generator, sequences: Sequences, length: int, nothing: float
) -> tuple[Array, Array]:
    """Set the marks; the numbers at both of them."""
    starts, ends = sequences.offsets[:-1], sequences.offsets[1:]
    one = rng.integers(10, size=len(starts))
    two = rng.integers(length // 2 - 2, size=len(starts))
    two += two >= one  # of those that are still unmarked
    marks, values = sequences.inputs[:, 1], sequences.inputs[:, 0]
    marks[starts], marks[ends - 1] = -1.0, -1.0
    marks[starts + one], marks[starts + two] = 1.0, 1.0
    chosen = (one == 0) | (two == 0)
    values[starts[chosen]] = nothing
    return values[starts + one], values[starts + two]


def _told(sequences: Sequences, targets: Array) -> Sequences:
    last = sequences.offsets[1:] - 1
    sequences.targets[last, 0] = targets
    sequences.mask[last] = True
    return sequences
