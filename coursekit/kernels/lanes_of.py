"""Arrays of lanes from the Python side: eight trials' numbers interleaved, and read back.

Aligned to the width of the vector registers: a vector that straddles two lines of the cache takes
twice as long to load.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.tasks import Sequences

Array = NDArray[np.float64]
WIDTH = 8  # as in lanes.py, which needs numba
LINE = 64  # bytes


def zeros(entries: int) -> Array:
    """A flat array of that many entries, eight numbers each, on a cache line."""
    raw = np.zeros(max(entries, 1) * WIDTH + LINE // 8)
    first = (-raw.ctypes.data // 8) % (LINE // 8)
    return raw[first : first + max(entries, 1) * WIDTH]


def put(lanes: Array, trial: int, values: Any) -> None:
    """Set one trial's numbers, given in any shape."""
    flat = np.ravel(values)
    lanes.reshape(-1, WIDTH)[: len(flat), trial] = flat


def get(lanes: Array, trial: int) -> Array:
    """One trial's numbers, (entries,)."""
    return lanes.reshape(-1, WIDTH)[:, trial].copy()


class Gathered(NamedTuple):
    """The chunks of all trials laid end to end."""

    inputs: Array
    symbols: NDArray[np.int64] | None  # in place of inputs that are one-hot
    targets: Array
    mask: NDArray[np.bool_]
    told: NDArray[np.int64]  # steps with a target, of each chunk

    def arrays(self) -> tuple[Array, NDArray[np.int64], Array, NDArray[np.bool_]]:
        """As a kernel takes them: always four arrays."""
        symbols = np.zeros(1, np.int64) if self.symbols is None else self.symbols
        return self.inputs, symbols, self.targets, self.mask


def gathered(
    chunks: Sequence[Any], trials: int, inputs: int, outputs: int
) -> tuple[Gathered, NDArray[np.int64], NDArray[np.int64]]:
    """Chunks end to end, and where each trial's sequences start and how long they are.

    Args:
        chunks: one for each trial: Sequences, or something of their shape that has ``symbols``.
        trials: how many there must be.
        inputs, outputs: features of a step.

    Returns:
        The data; starts and lengths, both (sequences, 8): lanes without a trial have length 0.

    Raises:
        ValueError: another number of chunks, or of sequences in one; other features.
    """
    if len(chunks) != trials:
        raise ValueError(f"chunks has {len(chunks)} entries; pass one for each of {trials} trials")
    counts = {len(chunk) for chunk in chunks}
    if len(counts) != 1:
        raise ValueError(
            f"chunks hold {sorted(counts)} sequences; pass the same number for every trial"
        )
    one_hot = all(getattr(chunk, "symbols", None) is not None for chunk in chunks)
    for number, chunk in enumerate(chunks):
        if not isinstance(chunk, Sequences) and not hasattr(chunk, "symbols"):
            raise ValueError(
                f"chunks[{number}] is {chunk!r:.40}; pass what a task's sample returned"
            )
        features = chunk.features if one_hot else chunk.inputs.shape[1]
        if (features, chunk.targets.shape[1]) != (inputs, outputs):
            raise ValueError(
                f"chunks[{number}] has {features} inputs and {chunk.targets.shape[1]} outputs, "
                f"but the models have {inputs} and {outputs}"
            )
    (count,) = counts
    starts = np.zeros((count, WIDTH), np.int64)
    lengths = np.zeros((count, WIDTH), np.int64)
    begin = 0
    for number, chunk in enumerate(chunks):
        starts[:, number] = begin + chunk.offsets[:-1]
        lengths[:, number] = np.diff(chunk.offsets)
        begin += len(chunk.targets)
    mask = np.concatenate([chunk.mask for chunk in chunks])
    data = Gathered(
        np.zeros((1, inputs)) if one_hot else np.concatenate([c.inputs for c in chunks]),
        np.concatenate([c.symbols for c in chunks]).astype(np.int64) if one_hot else None,
        np.concatenate([chunk.targets for chunk in chunks]),
        mask,
        np.array([int(chunk.mask.sum()) for chunk in chunks]),
    )
    return data, starts, lengths


def parted(rows: Array, sizes: NDArray[np.int64]) -> list[Array]:
    """Rows that belong to one chunk after the other, taken apart."""
    return np.split(rows, np.cumsum(sizes)[:-1])
