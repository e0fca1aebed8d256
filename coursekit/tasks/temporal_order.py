"""Temporal order: which of X and Y came first, and second, and perhaps third, far apart.

Eight symbols: E at the start, B at the end, between them a, b, c, d drawn evenly, but for two or
three places that hold X or Y with equal odds. Lengths are drawn evenly from 100 to 110. At B the
class must be told, one of four or eight: the number whose digits the symbols are, X counting as 0.

    two symbols     at places drawn from 10 to 20 and 50 to 60
    three symbols   at places drawn from 10 to 20, 33 to 43 and 66 to 76

Source: Hochreiter and Schmidhuber 1997, experiments 6a and 6b.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import generator, whole_number
from coursekit.tasks.sequences import Array, final_outputs
from coursekit.tasks.symbols import SymbolSequences

ALPHABET = "EBabcdXY"
PLACES = {2: ((10, 20), (50, 60)), 3: ((10, 20), (33, 43), (66, 76))}


@dataclass(frozen=True)
class TemporalOrder:
    """The order of two or three symbols.

    Args:
        relevant: how many symbols matter, 2 or 3.

    Raises:
        ValueError: another number.

    >>> TemporalOrder(2).sample(np.random.default_rng(0), 5).targets.shape[1]
    4
    """

    relevant: int = 2

    inputs = 8
    tolerance = 0.3

    def __post_init__(self) -> None:
        if self.relevant not in PLACES:
            raise ValueError(f"relevant is {self.relevant!r}; pass 2 or 3 symbols")

    @property
    def outputs(self) -> int:
        """One for each class."""
        return 2**self.relevant

    @property
    def memory_free_score(self) -> float:
        """One class of all: what is read at the last step is the same in each."""
        return 1 / self.outputs

    def sample(self, rng: np.random.Generator, count: int) -> SymbolSequences:
        """Draw ``count`` sequences."""
        generator(rng)
        count = whole_number("count", count, least=1)
        lengths = rng.integers(100, 111, count)
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        starts, last = offsets[:-1], offsets[1:] - 1
        symbols = rng.integers(2, 6, offsets[-1])
        symbols[starts], symbols[last] = 0, 1
        classes = np.zeros(count, dtype=np.int64)
        for first, end in PLACES[self.relevant]:
            bits = rng.integers(2, size=count)
            symbols[starts + rng.integers(first, end + 1, count)] = 6 + bits
            classes = 2 * classes + bits
        targets = np.zeros((offsets[-1], self.outputs))
        targets[last, classes] = 1.0
        mask = np.zeros(offsets[-1], dtype=bool)
        mask[last] = True
        return SymbolSequences(symbols, self.inputs, targets, mask, offsets)

    def is_correct(self, outputs: Array, sequences: SymbolSequences) -> NDArray[np.bool_]:
        """For each sequence, whether every last output is within 0.3 of its target, (count,).

        Args:
            outputs: (time, batch, outputs), for the padded batch.
        """
        found, wanted = final_outputs(outputs, sequences.plain())
        return np.all(np.abs(found - wanted) < self.tolerance, axis=1)
