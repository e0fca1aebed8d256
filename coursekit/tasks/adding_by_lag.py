"""The adding problem with a lag that is set: exactly so many steps to the question.

As ``Adding``, each step shows a number in [-1, 1] and a mark: 1 at the two numbers that count, -1
at the first and the last step, 0 elsewhere; the target at the last step is 0.5 + (X1 + X2) / 4.
Here the first mark is at the second step, the other one to three steps later, and the question
``lag`` steps after that. So the lag can also be short.
"""

from dataclasses import dataclass

import numpy as np

from coursekit.arguments import generator, whole_number
from coursekit.tasks.arithmetic import Adding
from coursekit.tasks.sequences import Sequences, from_lengths


@dataclass(frozen=True)
class AddingByLag:
    """The adding problem whose question comes ``lag`` steps after the second mark.

    Args:
        lag: steps from the second mark to the question; 1 or more.

    Raises:
        ValueError: a lag below one.

    >>> AddingByLag(lag=5).sample(np.random.default_rng(0), 3).lengths.tolist()
    [10, 9, 9]
    """

    lag: int = 10

    inputs, outputs = Adding.inputs, Adding.outputs
    tolerance = Adding.tolerance
    memory_free_score = Adding.memory_free_score
    is_correct = Adding.is_correct

    def __post_init__(self) -> None:
        whole_number("lag", self.lag, least=1)

    def sample(self, rng: np.random.Generator, count: int) -> Sequences:
        """Draw ``count`` sequences of lag + 3 to lag + 5 steps."""
        gaps = generator(rng).integers(1, 4, whole_number("count", count, least=1))
        sequences = from_lengths(2 + gaps + self.lag, 2, 1)
        values, marks = sequences.inputs[:, 0], sequences.inputs[:, 1]
        values[:] = rng.uniform(-1, 1, len(values))
        starts, last = sequences.offsets[:-1], sequences.offsets[1:] - 1
        first, second = starts + 1, starts + 1 + gaps
        marks[starts] = marks[last] = -1.0
        marks[first] = marks[second] = 1.0
        sequences.targets[last, 0] = 0.5 + (values[first] + values[second]) / 4
        sequences.mask[last] = True
        return sequences
