"""The two-sequence problem: the class is said at the start, noise follows on the same line.

One real input. The first ``signal_steps`` inputs are +1 (class 1) or -1 (class 2); all later
ones are Gaussian noise. Lengths are drawn evenly from T to T + T/10. At the last step the
output should be 1 for class 1 and 0 for class 2; a sequence is correct within 0.2.

Source: Bengio, Simard and Frasconi 1994; in this form Hochreiter and Schmidhuber 1997,
experiment 3a (noise of variance 0.2, so a standard deviation of 0.447).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import finite_number, generator, whole_number
from coursekit.tasks.sequences import (
    Array,
    Sequences,
    final_outputs,
    from_lengths,
    on_right_side,
)


@dataclass(frozen=True)
class TwoSequence:
    """The two-sequence problem of length T and N signal steps.

    Args:
        length: T, the shortest length in steps.
        signal_steps: N, how many inputs at the start carry the class.
        noise_variance: of the inputs after them.

    Raises:
        ValueError: no signal, no room for it, or a negative variance.

    >>> task = TwoSequence(length=20)
    >>> len(task.sample(np.random.default_rng(0), 3))
    3
    """

    length: int = 100
    signal_steps: int = 1
    noise_variance: float = 0.2

    inputs = 1
    outputs = 1
    tolerance = 0.2
    #: one constant output is right for one of two equally likely classes at best
    memory_free_score = 0.5

    def __post_init__(self) -> None:
        whole_number("length", self.length, least=1)
        if whole_number("signal_steps", self.signal_steps, least=1) > self.length:
            raise ValueError(
                f"signal_steps is {self.signal_steps} and length {self.length}; "
                "pass 1 <= signal_steps <= length"
            )
        finite_number("noise_variance", self.noise_variance)

    def sample(self, rng: np.random.Generator, count: int) -> Sequences:
        """Draw ``count`` sequences, both classes with equal odds."""
        generator(rng)
        count = whole_number("count", count, least=1)
        lengths = rng.integers(self.length, self.length + self.length // 10 + 1, count)
        sequences = from_lengths(lengths, self.inputs, self.outputs)
        noise = rng.normal(0, np.sqrt(self.noise_variance), len(sequences.inputs))
        sequences.inputs[:, 0] = noise
        sign = rng.choice([-1.0, 1.0], count)
        for step in range(self.signal_steps):
            sequences.inputs[sequences.offsets[:-1] + step, 0] = sign
        last = sequences.offsets[1:] - 1
        sequences.targets[last, 0] = sign > 0
        sequences.mask[last] = True
        return sequences

    def is_correct(self, outputs: Array, sequences: Sequences) -> NDArray[np.bool_]:
        """For each sequence, whether the output at its last step is within 0.2, (count,).

        Args:
            outputs: (time, batch, 1), for the padded batch.
        """
        found, wanted = final_outputs(outputs, sequences)
        error = np.abs(found - wanted)
        return np.all(error < self.tolerance, axis=1)

    def on_right_side(self, outputs: Array, sequences: Sequences) -> NDArray[np.bool_]:
        """The milder score: whether the last output is on the right side of one half, (count,).

        Guessing gets one half, whatever the size of the outputs.
        """
        return on_right_side(outputs, sequences)
