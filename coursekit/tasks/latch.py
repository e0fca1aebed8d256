"""The latch with distractors: store one marked value, ignore the ones that look just like it.

Two inputs: a value and a marker. At the first step the marker is 1 and the value, +1 or -1,
is to be stored. At every later step the marker is 0 and the value is a distractor, drawn from
the same two numbers. At the last step the output should be 1 if the stored value was +1, else
0; a sequence is correct when the output is on the right side of one half.

Without distractors (``distractor_size=0``) a unit that adds up its inputs solves it.

Source: the latching problem of Bengio, Simard and Frasconi 1994, with a marker for what counts.
"""

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import finite_number, generator, whole_number
from coursekit.tasks.sequences import Array, Sequences, from_lengths, on_right_side


@dataclass(frozen=True)
class Latch:
    """The latch over ``lag`` steps.

    Args:
        lag: steps from the stored value to the end, each with a distractor.
        distractor_size: distractors are plus or minus this; 0 for none.

    Raises:
        ValueError: no lag, or a negative size.

    >>> task = Latch(lag=5)
    >>> task.sample(np.random.default_rng(0), 1).lengths
    array([6])
    """

    lag: int = 20
    distractor_size: float = 1.0

    inputs = 2
    outputs = 1
    #: the last input says nothing about the first: one of two equally likely answers
    memory_free_score = 0.5

    def __post_init__(self) -> None:
        whole_number("lag", self.lag, least=1)
        finite_number("distractor_size", self.distractor_size)

    @property
    def adding_up_score(self) -> float:
        """What the sign of the plain sum of all values scores: exact, ties count one half.

        Distractors of size 1 only. By symmetry the stored value is +1; the sum of the distractors
        is then a symmetric walk, and the answer is right when 1 + walk is positive.

        Raises:
            ValueError: distractors of another size.
        """
        if self.distractor_size != 1:
            raise ValueError(
                f"distractor_size is {self.distractor_size}; the exact score is known for "
                "distractor_size=1 only: take the score of a sample"
            )
        ways = {2 * ups - self.lag: comb(self.lag, ups) for ups in range(self.lag + 1)}
        right = sum(w for walk, w in ways.items() if 1 + walk > 0)
        tied = ways.get(-1, 0)
        return (right + 0.5 * tied) / 2**self.lag

    def sample(self, rng: np.random.Generator, count: int) -> Sequences:
        """Draw ``count`` sequences of lag + 1 steps."""
        generator(rng)
        count = whole_number("count", count, least=1)
        sequences = from_lengths(np.full(count, self.lag + 1), self.inputs, self.outputs)
        first, last = sequences.offsets[:-1], sequences.offsets[1:] - 1
        signs = rng.choice([-1.0, 1.0], len(sequences.inputs))
        sequences.inputs[:, 0] = self.distractor_size * signs
        sequences.inputs[first, 0] = signs[first]
        sequences.inputs[first, 1] = 1
        sequences.targets[last, 0] = signs[first] > 0
        sequences.mask[last] = True
        return sequences

    def is_correct(self, outputs: Array, sequences: Sequences) -> NDArray[np.bool_]:
        """For each sequence, whether the output at its last step is on the right side, (count,).

        Args:
            outputs: (time, batch, 1), for the padded batch.
        """
        return on_right_side(outputs, sequences)
