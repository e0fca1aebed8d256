"""Recall: say again, when asked, which of two symbols came first; a fixed gap lies between.

Symbols: x, y, ?, and noise letters a, b, ... One of x and y, then ``gap`` noise letters drawn
evenly, then ?, at which x or y is to be told.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import generator, whole_number
from coursekit.tasks.sequences import Array, final_outputs
from coursekit.tasks.symbols import SymbolSequences

ASKED = 2


@dataclass(frozen=True)
class Recall:
    """The smallest task with a gap that can be set.

    Args:
        gap: noise letters between the symbol and the question.
        letters: how many noise letters there are.

    Raises:
        ValueError: no gap, no letters.

    >>> Recall(gap=3).sample(np.random.default_rng(0), 1).symbols[-1]
    np.int64(2)
    """

    gap: int = 10
    letters: int = 2

    outputs = 2
    tolerance = 0.5
    #: what is read at the last step is the same in all sequences
    memory_free_score = 0.5

    def __post_init__(self) -> None:
        whole_number("gap", self.gap, least=1)
        whole_number("letters", self.letters, least=1)

    @property
    def inputs(self) -> int:
        """x, y, ? and the noise letters."""
        return 3 + self.letters

    def sample(self, rng: np.random.Generator, count: int) -> SymbolSequences:
        """Draw ``count`` sequences, x and y with equal odds."""
        generator(rng)
        count = whole_number("count", count, least=1)
        steps = self.gap + 2
        symbols = rng.integers(ASKED + 1, self.inputs, (count, steps))
        symbols[:, 0], symbols[:, -1] = rng.integers(2, size=count), ASKED
        targets = np.zeros((count, steps, 2))
        targets[np.arange(count), -1, symbols[:, 0]] = 1.0
        mask = np.zeros((count, steps), dtype=bool)
        mask[:, -1] = True
        offsets = np.arange(count + 1) * steps
        return SymbolSequences(
            *(symbols.ravel(), self.inputs, targets.reshape(-1, 2), mask.ravel(), offsets)
        )

    def is_correct(self, outputs: Array, sequences: SymbolSequences) -> NDArray[np.bool_]:
        """For each sequence, whether the larger of the last two outputs is the right one, (count,).

        Args:
            outputs: (time, batch, 2), for the padded batch.
        """
        found, wanted = final_outputs(outputs, sequences.plain())
        return np.asarray(found.argmax(axis=1) == wanted.argmax(axis=1))
