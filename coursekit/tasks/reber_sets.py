"""The embedded Reber grammar as a task: fixed sets of strings, and every legal successor.

256 strings to learn from, and 256 others to be tested on: no test string occurs in the training
set, which makes the test strings long, for three of four short ones occur there. A sequence is
right if at every step the legal successors, one or two, are the most active outputs.

Source: Hochreiter and Schmidhuber 1997, experiment 1 (whether the target has a one for every legal
successor, or for the actual one alone, is not said there; ``actual_next`` chooses).
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import generator, whole_number
from coursekit.grammars import embedded_reber
from coursekit.tasks.sequences import Array
from coursekit.tasks.symbols import SymbolSequences

ALPHABET = embedded_reber.alphabet


@dataclass(frozen=True)
class ReberSets:
    """Strings of the embedded Reber grammar, drawn from a fixed set.

    Args:
        strings: of each of the two sets.
        actual_next: whether the target is the symbol that follows, or all that may follow.

    >>> task = ReberSets(16).prepared(np.random.default_rng(0))
    >>> len(task.sample(np.random.default_rng(1), 5)), len(task.check_set())
    (5, 32)
    """

    strings: int = 256
    actual_next: bool = False
    training: tuple[str, ...] = field(default=(), repr=False)
    test: tuple[str, ...] = field(default=(), repr=False)
    checks: SymbolSequences | None = field(default=None, repr=False, compare=False)

    inputs = 7
    outputs = 7
    tolerance = 0.49
    #: the last symbol but one is T or P with equal odds
    memory_free_score = 0.5

    def __post_init__(self) -> None:
        whole_number("strings", self.strings, least=1)

    def prepared(self, rng: np.random.Generator) -> "ReberSets":
        """The same task with both sets drawn; duplicates within a set are kept."""
        generator(rng)
        training = embedded_reber.generate(rng, self.strings)
        known = set(training)
        test: list[str] = []
        while len(test) < self.strings:
            drawn = embedded_reber.generate(rng, self.strings)
            test += [string for string in drawn if string not in known]
        test = test[: self.strings]
        checks = told([*training, *test], self.actual_next)
        return ReberSets(self.strings, self.actual_next, tuple(training), tuple(test), checks)

    def sample(self, rng: np.random.Generator, count: int) -> SymbolSequences:
        """Strings drawn from the training set, with replacement.

        Raises:
            ValueError: the sets have not been drawn: call ``prepared`` first.
        """
        generator(rng)
        whole_number("count", count, least=1)
        if not self.training:
            raise ValueError("the sets have not been drawn; call prepared(rng) first")
        chosen = rng.integers(len(self.training), size=count)
        return told([self.training[k] for k in chosen], self.actual_next)

    def check_set(self) -> SymbolSequences:
        """All strings of both sets, those of the training set first.

        Raises:
            ValueError: the sets have not been drawn: call ``prepared`` first.
        """
        if self.checks is None:
            raise ValueError("the sets have not been drawn; call prepared(rng) first")
        return self.checks

    def wrong(self, answers: Array, sequences: SymbolSequences) -> NDArray[np.bool_]:
        """For each string, whether at some step another symbol outranks a legal one, (count,).

        Args:
            answers: (steps, outputs), in the order of the sequences.
        """
        legal = told_legal(sequences) if self.actual_next else sequences.targets > 0
        least = np.where(legal, answers, np.inf).min(axis=1)
        most = np.where(legal, -np.inf, answers).max(axis=1)
        bad = ~(least > most)
        return np.logical_or.reduceat(bad, sequences.offsets[:-1])


def told(strings: list[str], actual_next: bool) -> SymbolSequences:
    """Strings as sequences: each symbol is read, what may follow it is the target."""
    rows = [_read(string, actual_next) for string in strings]
    symbols = np.concatenate([row[0] for row in rows])
    targets = np.concatenate([row[1] for row in rows])
    offsets = np.concatenate([[0], np.cumsum([len(row[0]) for row in rows])])
    return SymbolSequences(symbols, 7, targets, np.ones(len(symbols), dtype=bool), offsets)


@lru_cache(maxsize=20000)
def _read(string: str, actual_next: bool) -> tuple[NDArray[np.int64], Array]:
    symbols = _numbers(string)
    if not actual_next:
        return symbols[:-1], _legal(string)
    targets = np.zeros((len(string) - 1, 7))
    targets[np.arange(len(string) - 1), symbols[1:]] = 1.0
    return symbols[:-1], targets


def told_legal(sequences: SymbolSequences) -> NDArray[np.bool_]:
    """What may follow each step, (steps, 7), whatever the targets say."""
    rows = []
    for number in range(len(sequences)):
        symbols = sequences.symbols[sequences.offsets[number] : sequences.offsets[number + 1]]
        rows.append(_legal("".join(ALPHABET[k] for k in symbols) + "E"))
    return np.concatenate(rows) > 0


@lru_cache(maxsize=20000)
def _legal(string: str) -> Array:
    rows = np.zeros((len(string) - 1, 7))
    for t in range(len(string) - 1):
        for symbol in embedded_reber.legal_next(string[: t + 1]):
            rows[t, ALPHABET.index(symbol)] = 1.0
    return rows


def _numbers(string: str) -> NDArray[np.int64]:
    return np.array([ALPHABET.index(symbol) for symbol in string], dtype=np.int64)
