"""The two-sequence problem: the class is said at the start, noise follows on the same line.

One real input. The first ``signal_steps`` inputs are +1 (class 1) or -1 (class 2); all later
ones are Gaussian noise. Lengths are drawn evenly from T to T + T/10. At the last step the
output should be 1 for class 1 and 0 for class 2; a sequence is correct within 0.2.

3a  as said.
3b  ``signal_noise=0.2``: noise on the signal too.
3c  ``noisy_targets=True``: 0.2 for class 1 and 0.8 for class 2, each told with noise of variance
    0.1; a sequence is correct within 0.1 of the target without noise.

Source: Bengio, Simard and Frasconi 1994; in this form Hochreiter and Schmidhuber 1997,
experiment 3 (noise of variance 0.2, so a standard deviation of 0.447).
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
        signal_noise: variance of what is added to the signal.
        noisy_targets: whether targets are 0.2 and 0.8, told with noise.

    Raises:
        ValueError: no signal, no room for it, or a negative variance.

    >>> task = TwoSequence(length=20)
    >>> len(task.sample(np.random.default_rng(0), 3))
    3
    """

    length: int = 100
    signal_steps: int = 1
    noise_variance: float = 0.2
    signal_noise: float = 0.0
    noisy_targets: bool = False

    inputs = 1
    outputs = 1
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
        finite_number("signal_noise", self.signal_noise)

    @property
    def tolerance(self) -> float:
        """How far the last output may be from the target without noise."""
        return 0.1 if self.noisy_targets else 0.2

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
        if self.signal_noise:
            for step in range(self.signal_steps):
                noise = rng.normal(0, np.sqrt(self.signal_noise), count)
                sequences.inputs[sequences.offsets[:-1] + step, 0] += noise
        last = sequences.offsets[1:] - 1
        sequences.targets[last, 0] = sign > 0
        if self.noisy_targets:
            sequences.targets[last, 0] = np.where(sign > 0, 0.2, 0.8)
            sequences.targets[last, 0] += rng.normal(0, np.sqrt(0.1), count)
        sequences.mask[last] = True
        return sequences

    def is_correct(self, outputs: Array, sequences: Sequences) -> NDArray[np.bool_]:
        """For each sequence, whether the output at its last step is within 0.2, (count,).

        Args:
            outputs: (time, batch, 1), for the padded batch.
        """
        found, wanted = final_outputs(outputs, sequences)
        if self.noisy_targets:  # the noise in a target is no part of what is right
            wanted = self.targets_without_noise(sequences)
        error = np.abs(found - wanted)
        return np.all(error < self.tolerance, axis=1)

    def targets_without_noise(self, sequences: Sequences) -> Array:
        """What the output at each last step should be, (count, 1), read off the signal's sign."""
        first = sequences.inputs[sequences.offsets[:-1], 0] > 0
        low, high = (0.2, 0.8) if self.noisy_targets else (1.0, 0.0)
        return np.where(first, low, high)[:, None]

    def on_right_side(self, outputs: Array, sequences: Sequences) -> NDArray[np.bool_]:
        """The milder score: whether the last output is on the right side of one half, (count,).

        Guessing gets one half, whatever the size of the outputs.
        """
        return on_right_side(outputs, sequences)
