"""Long lags without noise, and with very many distractors.

2a  Two sequences only: y, a_1, ..., a_{p-1}, y and x, a_1, ..., a_{p-1}, x, with equal odds. Each
    next symbol is to be predicted: all but the last are a matter of local regularity.
2b  The same without the regularity: the symbols between are drawn evenly from a_1 to a_{p-1}.
2c  b, then x or y, then q + k distractors out of p, then e, then the same x or y, which is to be
    told at e. k counts steps of which each goes on with odds 9/10, so its mean is 9.

Source: Hochreiter and Schmidhuber 1997, experiments 2a, 2b and 2c.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import generator, whole_number
from coursekit.tasks.sequences import Array
from coursekit.tasks.symbols import SymbolSequences


@dataclass(frozen=True)
class LongLag:
    """Predict each next symbol of two sequences whose ends repeat their starts.

    Args:
        lag: p; the end repeats what was read p steps before.
        regular: whether the symbols between stand in one order (2a) or are drawn (2b).
        at_end: whether there is a target at the end only, or at every step, as printed.

    Raises:
        ValueError: a lag below 2.

    >>> LongLag(lag=4).sample(np.random.default_rng(0), 1).symbols[1:]
    array([0, 1, 2])
    """

    lag: int = 100
    regular: bool = True
    at_end: bool = False

    tolerance = 0.25
    #: the last symbol is x or y with equal odds
    memory_free_score = 0.5

    def __post_init__(self) -> None:
        whole_number("lag", self.lag, least=2)

    @property
    def inputs(self) -> int:
        """a_1 to a_{p-1}, x and y."""
        return self.lag + 1

    @property
    def outputs(self) -> int:
        """One for each symbol."""
        return self.lag + 1

    def sample(self, rng: np.random.Generator, count: int) -> SymbolSequences:
        """Draw ``count`` sequences; the last symbol is a target only."""
        generator(rng)
        count = whole_number("count", count, least=1)
        middle = np.broadcast_to(np.arange(self.lag - 1), (count, self.lag - 1))
        if not self.regular:
            middle = rng.integers(self.lag - 1, size=middle.shape)
        ends = self.lag - 1 + rng.integers(2, size=(count, 1))
        whole = np.concatenate([ends, middle, ends], axis=1)
        targets = np.eye(self.outputs)[whole[:, 1:]].reshape(-1, self.outputs)
        steps = count * self.lag
        mask = np.full(steps, not self.at_end)
        offsets = np.arange(count + 1) * self.lag
        mask[offsets[1:] - 1] = True
        return SymbolSequences(whole[:, :-1].ravel(), self.inputs, targets, mask, offsets)

    def is_correct(self, outputs: Array, sequences: SymbolSequences) -> NDArray[np.bool_]:
        """For each sequence, whether every output is within 0.25, (count,).

        At every step (2a), or, where the symbols between cannot be known, at the last one (2b).

        Args:
            outputs: (time, batch, outputs), for the padded batch.
        """
        wanted = sequences.padded().targets
        near = np.all(np.abs(outputs - wanted) < self.tolerance, axis=2)
        return near.all(axis=0) if self.regular else near[-1]


@dataclass(frozen=True)
class Distractors:
    """Say x or y again after at least q distractors.

    Args:
        shortest: q, the least number of distractors.
        kinds: p, how many distractor symbols there are.

    Raises:
        ValueError: no distractors.

    >>> Distractors(shortest=50, kinds=50).sample(np.random.default_rng(0), 2).features
    54
    """

    shortest: int = 50
    kinds: int = 50

    outputs = 2
    tolerance = 0.2
    memory_free_score = 0.5

    def __post_init__(self) -> None:
        whole_number("shortest", self.shortest, least=1)
        whole_number("kinds", self.kinds, least=1)

    @property
    def inputs(self) -> int:
        """The distractors, then e, b, x and y."""
        return self.kinds + 4

    def sample(self, rng: np.random.Generator, count: int) -> SymbolSequences:
        """Draw ``count`` sequences, from b to e."""
        generator(rng)
        count = whole_number("count", count, least=1)
        more = rng.geometric(0.1, size=count) - 1  # 0 with odds 1/10
        lengths = 3 + self.shortest + more
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        starts, last = offsets[:-1], offsets[1:] - 1
        symbols = rng.integers(self.kinds, size=offsets[-1])
        said = rng.integers(2, size=count)
        symbols[starts], symbols[last] = self.kinds + 1, self.kinds
        symbols[starts + 1] = self.kinds + 2 + said
        targets = np.zeros((offsets[-1], 2))
        targets[last, said] = 1.0
        mask = np.zeros(offsets[-1], dtype=bool)
        mask[last] = True
        return SymbolSequences(symbols, self.inputs, targets, mask, offsets)

    def is_correct(self, outputs: Array, sequences: SymbolSequences) -> NDArray[np.bool_]:
        """For each sequence, whether both outputs at e are within 0.2, (count,).

        Args:
            outputs: (time, batch, 2), for the padded batch.
        """
        padded = sequences.padded()
        last = sequences.lengths - 1
        batch = np.arange(len(sequences))
        apart = np.abs(outputs[last, batch] - padded.targets[last, batch])
        return np.all(apart < self.tolerance, axis=1)
