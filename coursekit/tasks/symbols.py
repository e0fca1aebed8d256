"""Sequences of symbols: what a step reads is one of several, told by its number."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.tasks.sequences import Array, Padded, Sequences


@dataclass(frozen=True)
class SymbolSequences:
    """Sequences whose inputs are one-hot, kept as numbers: a look-up costs less than a product.

    ``inputs``, ``padded()`` and the rest are those of ``Sequences``.

    Args:
        symbols: (sum of lengths,), whole numbers from 0.
        features: how many symbols there are.
        targets: (sum of lengths, outputs).
        mask: (sum of lengths,), steps that have a target.
        offsets: (count + 1,), where each sequence starts, and the end.

    Raises:
        ValueError: a symbol that does not exist; arrays that do not fit together.
    """

    symbols: NDArray[np.int64]
    features: int
    targets: Array
    mask: NDArray[np.bool_]
    offsets: NDArray[np.int64]

    def __post_init__(self) -> None:
        symbols = np.asarray(self.symbols)
        if symbols.ndim != 1 or symbols.dtype.kind not in "iu":
            raise ValueError(
                f"symbols has shape {symbols.shape} and dtype {symbols.dtype}; "
                "pass one whole number a step"
            )
        if symbols.size and not (symbols.min() >= 0 and symbols.max() < self.features):
            raise ValueError(
                f"symbols run from {symbols.min()} to {symbols.max()}, but there are "
                f"{self.features}: pass numbers from 0 to {self.features - 1}"
            )
        Sequences(np.empty((len(symbols), 0)), self.targets, self.mask, self.offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def inputs(self) -> Array:
        """The one-hot vectors, (sum of lengths, features)."""
        rows = np.zeros((len(self.symbols), self.features))
        rows[np.arange(len(self.symbols)), self.symbols] = 1.0
        return rows

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Steps of each sequence, (count,)."""
        return np.diff(self.offsets)

    def plain(self) -> Sequences:
        """The same with one-hot vectors written out."""
        return Sequences(self.inputs, self.targets, self.mask, self.offsets)

    def __getitem__(self, number: int) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Inputs, targets and mask of one sequence.

        Raises:
            IndexError: there is no such sequence.
        """
        return self.plain()[number]

    def padded(self) -> Padded:
        """All sequences side by side, each starting at step 0."""
        return self.plain().padded()
