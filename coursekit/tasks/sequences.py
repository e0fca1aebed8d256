"""Sequences of different lengths, laid end to end, and the same padded into a batch."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Padded(NamedTuple):
    """A batch, time first; steps after a sequence's end are zeros with a False mask."""

    inputs: Array  # (time, batch, features)
    targets: Array  # (time, batch, outputs)
    mask: NDArray[np.bool_]  # (time, batch): steps that have a target


@dataclass(frozen=True)
class Sequences:
    """Sequences laid end to end; sequence n is rows offsets[n] to offsets[n + 1]."""

    inputs: Array  # (sum of lengths, features)
    targets: Array  # (sum of lengths, outputs)
    mask: NDArray[np.bool_]  # (sum of lengths,): steps that have a target
    offsets: NDArray[np.int64]  # (count + 1,)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, number: int) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Inputs, targets and mask of one sequence.

        Raises:
            IndexError: there is no such sequence.
        """
        if not -len(self) <= number < len(self):
            raise IndexError(f"sequence {number} of {len(self)}")
        number %= len(self)
        rows = slice(self.offsets[number], self.offsets[number + 1])
        return self.inputs[rows], self.targets[rows], self.mask[rows]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Steps of each sequence, (count,)."""
        return np.diff(self.offsets)

    def padded(self) -> Padded:
        """All sequences side by side, each starting at step 0."""
        time, batch = int(self.lengths.max(initial=0)), len(self)
        column = np.repeat(np.arange(batch), self.lengths)
        row = np.arange(len(self.inputs)) - np.repeat(self.offsets[:-1], self.lengths)
        inputs = np.zeros((time, batch, self.inputs.shape[1]))
        targets = np.zeros((time, batch, self.targets.shape[1]))
        mask = np.zeros((time, batch), dtype=bool)
        inputs[row, column] = self.inputs
        targets[row, column] = self.targets
        mask[row, column] = self.mask
        return Padded(inputs, targets, mask)


def from_lengths(lengths: NDArray[np.int64], features: int, outputs: int) -> Sequences:
    """Sequences of zeros without targets, for a sampler to fill in."""
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    rows = int(offsets[-1])
    mask = np.zeros(rows, dtype=bool)
    return Sequences(np.zeros((rows, features)), np.zeros((rows, outputs)), mask, offsets)


def final_outputs(outputs: Array, sequences: Sequences) -> Array:
    """A net's outputs at the last step of each sequence, (count, outputs).

    Args:
        outputs: (time, batch, outputs), for the padded batch of ``sequences``.

    Raises:
        ValueError: outputs have another shape.
    """
    outputs = np.asarray(outputs, dtype=np.float64)
    wanted = (int(sequences.lengths.max(initial=0)), len(sequences), sequences.targets.shape[1])
    if outputs.shape != wanted:
        raise ValueError(
            f"outputs have shape {outputs.shape}, but these sequences need {wanted}: "
            "(time, batch, outputs), one row a step of sequences.padded().inputs"
        )
    return outputs[sequences.lengths - 1, np.arange(len(sequences))]


def checked_count(count: int) -> None:
    """A number of sequences that can be drawn, or a clear error."""
    if count < 1:
        raise ValueError(f"count is {count}; pass how many sequences to draw, 1 or more")
