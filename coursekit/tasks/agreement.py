"""Number agreement: is the verb that comes next singular or plural? The subject decides.

    sentence   [near the NOUN ,] the SUBJECT modifiers            then the verb would come
    modifier   PREPOSITION the NOUN    or    that the NOUN VERB   (this verb agrees with its noun)

Between subject and verb stand other nouns. One of the other number is an *attractor*: it pulls
a careless reader to the wrong verb. The number of modifiers is drawn evenly from 0 to ``most``;
a noun between has the subject's number with probability ``same``, as in most sentences of a
language. A quarter of the sentences opens with a phrase, so that the first noun need not be the
subject.

Source: Linzen, Dupoux and Goldberg 2016 (the question, and the count of attractors); the words
and the rules here are our own.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import finite_number, generator, whole_number
from coursekit.tasks.sequences import Array, on_right_side
from coursekit.tasks.symbols import SymbolSequences

#: singular and plural of each
NOUNS: Final = (
    *(("key", "keys"), ("cabinet", "cabinets"), ("dog", "dogs")),
    *(("door", "doors"), ("child", "children"), ("box", "boxes")),
)
#: in a clause: "that the dog sees", "that the dogs see"
VERBS: Final = (("sees", "see"), ("likes", "like"), ("holds", "hold"))
PREPOSITIONS: Final = ("near", "of", "behind", "with")
WORDS: Final = (
    *("the", "that", ","),
    *PREPOSITIONS,
    *(word for pair in NOUNS + VERBS for word in pair),
)
#: number of each word: 0 singular, 1 plural, -1 none
NUMBER: Final = tuple(
    next((pair.index(word) for pair in NOUNS + VERBS if word in pair), -1) for word in WORDS
)
OPENING = 0.25


@dataclass(frozen=True)
class Agreement:
    """Read the words before a verb; tell its number.

    Args:
        most: modifiers between subject and verb, at most.
        same: probability that a noun between has the subject's number.

    Raises:
        ValueError: a number below zero; a probability that is none.

    >>> task = Agreement()
    >>> batch = task.with_attractors(np.random.default_rng(1), 1, attractors=1)
    >>> task.words(batch.symbols), batch.targets[-1]
    ('the door that the keys see', array([0.]))
    """

    most: int = 2
    same: float = 0.75

    inputs = len(WORDS)
    outputs = 1

    def __post_init__(self) -> None:
        whole_number("most", self.most)
        if finite_number("same", self.same) > 1:
            raise ValueError(f"same is {self.same!r}; pass a probability, from 0 to 1")

    @property
    def memory_free_score(self) -> float:
        """The last word alone: it has the subject's number, or with probability ``same``."""
        return (1 + self.most * self.same) / (1 + self.most)

    def sample(self, rng: np.random.Generator, count: int) -> SymbolSequences:
        """Draw ``count`` sentences up to their verb; target 1 for plural, at the last word."""
        generator(rng)
        count = whole_number("count", count, least=1)
        return _gathered([self._sentence(rng, None) for _ in range(count)])

    def with_attractors(
        self, rng: np.random.Generator, count: int, attractors: int
    ) -> SymbolSequences:
        """Draw sentences whose nouns between are ``attractors`` in number, and all attractors."""
        generator(rng)
        count = whole_number("count", count, least=1)
        whole_number("attractors", attractors)
        return _gathered([self._sentence(rng, attractors) for _ in range(count)])

    def _sentence(self, rng: np.random.Generator, attractors: int | None) -> tuple[list[str], int]:
        number = int(rng.integers(2))
        words = []
        if rng.random() < OPENING:
            words += [PREPOSITIONS[0], "the", _one(rng, NOUNS, int(rng.integers(2))), ","]
        words += ["the", _one(rng, NOUNS, number)]
        modifiers = int(rng.integers(self.most + 1)) if attractors is None else attractors
        for _ in range(modifiers):
            alike = attractors is None and rng.random() < self.same
            words += _modifier(rng, number if alike else 1 - number)
        return words, number

    def words(self, symbols: NDArray[np.int64]) -> str:
        """The sentence that these symbols stand for."""
        return " ".join(WORDS[symbol] for symbol in np.asarray(symbols))

    def is_correct(self, outputs: Array, sequences: SymbolSequences) -> NDArray[np.bool_]:
        """For each sentence, whether the last output is on the right side of one half, (count,).

        Args:
            outputs: (time, batch, 1), for the padded batch.
        """
        return on_right_side(outputs, sequences.plain())


def _one(rng: np.random.Generator, pairs: tuple[tuple[str, str], ...], number: int) -> str:
    return pairs[int(rng.integers(len(pairs)))][number]


def _modifier(rng: np.random.Generator, number: int) -> list[str]:
    noun = _one(rng, NOUNS, number)
    if rng.random() < 0.5:
        return [PREPOSITIONS[int(rng.integers(len(PREPOSITIONS)))], "the", noun]
    return ["that", "the", noun, _one(rng, VERBS, number)]


def _gathered(sentences: list[tuple[list[str], int]]) -> SymbolSequences:
    place = {word: index for index, word in enumerate(WORDS)}
    symbols = np.array([place[word] for words, _ in sentences for word in words])
    offsets = np.cumsum([0, *(len(words) for words, _ in sentences)])
    targets = np.zeros((len(symbols), 1))
    targets[offsets[1:] - 1, 0] = [number for _, number in sentences]
    mask = np.zeros(len(symbols), dtype=bool)
    mask[offsets[1:] - 1] = True
    return SymbolSequences(symbols, len(WORDS), targets, mask, offsets)
