"""Sequences of different lengths, laid end to end, and the same padded into a batch."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import numbers

Array = NDArray[np.float64]


class Padded(NamedTuple):
    """A batch, time first; steps after a sequence's end are zeros with a False mask."""

    inputs: Array  # (time, batch, features)
    targets: Array  # (time, batch, outputs)
    mask: NDArray[np.bool_]  # (time, batch): steps that have a target


@dataclass(frozen=True)
class Sequences:
    """Sequences laid end to end; sequence n is rows offsets[n] to offsets[n + 1].

    Raises:
        ValueError: arrays that do not fit together; a sequence without a step.
    """

    inputs: Array  # (sum of lengths, features)
    targets: Array  # (sum of lengths, outputs)
    mask: NDArray[np.bool_]  # (sum of lengths,): steps that have a target
    offsets: NDArray[np.int64]  # (count + 1,)

    def __post_init__(self) -> None:
        for name, array in (("inputs", self.inputs), ("targets", self.targets)):
            if np.ndim(array) != 2:
                raise ValueError(
                    f"{name} has shape {np.shape(array)}; pass (sum of lengths, features)"
                )
        rows, offsets = len(self.inputs), np.asarray(self.offsets)
        if len(self.targets) != rows:
            raise ValueError(
                f"targets has {len(self.targets)} rows and inputs {rows}; pass one row a step"
            )
        if np.shape(self.mask) != (rows,):
            raise ValueError(
                f"mask has shape {np.shape(self.mask)}, but there are {rows} steps; pass ({rows},)"
            )
        ends = offsets.ndim == 1 and offsets.size and offsets[0] == 0 and offsets[-1] == rows
        if not ends or np.any(np.diff(offsets) < 1):
            raise ValueError(
                f"offsets is {self.offsets!r:.60}; pass increasing numbers from 0 to {rows}: "
                "where each sequence starts, and the end"
            )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, number: int) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Inputs, targets and mask of one sequence.

        Raises:
            IndexError: there is no such sequence.
        """
        if not -len(self) <= number < len(self):
            raise IndexError(
                f"no sequence {number}: there are {len(self)}, from 0 to {len(self) - 1}"
            )
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


def final_outputs(outputs: ArrayLike, sequences: Sequences) -> tuple[Array, Array]:
    """A net's outputs at the last step of each sequence, and its targets, both (count, outputs).

    Args:
        outputs: (time, batch, outputs), for the padded batch of ``sequences``.

    Raises:
        ValueError: outputs have another shape; no sequences.
    """
    if not isinstance(sequences, Sequences):
        raise ValueError(f"sequences is a {type(sequences).__name__}; pass what sample returned")
    found = numbers("outputs", outputs, axes="(time, batch, outputs)", finite=False)
    wanted = (int(sequences.lengths.max(initial=0)), len(sequences), sequences.targets.shape[1])
    if found.shape != wanted:
        raise ValueError(
            f"outputs have shape {found.shape}, but these sequences need {wanted}: "
            "(time, batch, outputs), one row a step of sequences.padded().inputs"
        )
    last = found[sequences.lengths - 1, np.arange(len(sequences))]
    return last, sequences.targets[sequences.offsets[1:] - 1]


def on_right_side(outputs: ArrayLike, sequences: Sequences) -> NDArray[np.bool_]:
    """For each sequence, whether the last output is on the target's side of one half, (count,).

    An output that is not finite is on no side: a net that exploded has no answer.
    """
    found, wanted = final_outputs(outputs, sequences)
    return np.all(((found > 0.5) == (wanted > 0.5)) & np.isfinite(found), axis=1)
