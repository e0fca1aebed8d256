"""Streams of sequences without marks between them: when one is over, nobody says so.

Reber   Strings of the embedded Reber grammar, end to end. At every symbol each legal successor,
        one or two, is to be told: a one for each, zeros for the others. After a string's last E
        that is the B of the next string. Right: every output within 0.49 of its target. A stream
        is over after 100,000 right answers.
Order   Temporal order with three relevant symbols, sequence after sequence. The class is to be
        told at the B that ends a sequence; what the outputs do elsewhere does not count. A stream
        is over after 100 right answers.

``sample`` draws sequences; ``kernels.blocks.BlocksTrainer.stream`` walks them without a reset.

Source: Gers, Schmidhuber and Cummins 2000, section 4 (the tolerance of 0.49 is printed for a
squared error there; that of 2002 is absolute, and a squared 0.49 would let 0.7 pass). The
tolerance of the order task is that of Hochreiter and Schmidhuber 1997, experiment 6b.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import generator, whole_number
from coursekit.grammars import embedded_reber, reber
from coursekit.tasks.sequences import Array
from coursekit.tasks.symbols import SymbolSequences
from coursekit.tasks.temporal_order import TemporalOrder

ALPHABET = embedded_reber.alphabet
B, T, P, E = (ALPHABET.index(symbol) for symbol in "BTPE")
_STATES = [state for state in reber.transitions if state != reber.END]
_OUTER = len(_STATES)  # the legal set of an inner E: the outer T or P, filled in afterwards


def _arrows() -> tuple[NDArray[np.int8], NDArray[np.int8], Array]:
    """For each state and coin: the symbol written, and where it leads; what each state allows."""
    symbols, leads = np.zeros((2, len(_STATES) + 1, 2), np.int8)
    legal = np.zeros((len(_STATES) + 1, 7))
    for number, state in enumerate(_STATES):
        arrows = reber.transitions[state]
        for coin in range(2):
            symbol, target = arrows[coin % len(arrows)]
            symbols[number, coin] = ALPHABET.index(symbol)
            leads[number, coin] = _OUTER if target == reber.END else _STATES.index(target)
            legal[number, symbols[number, coin]] = 1.0
    return symbols, leads, legal


_SYMBOL, _LEADS, _LEGAL = _arrows()


def _walks(
    rng: np.random.Generator, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int8]]:
    """Inner Reber strings side by side: lengths (count,); symbols and the states that they lead to,

    (longest, count) each.
    """
    going, state = np.arange(count), np.zeros(count, np.int8)
    lengths = np.zeros(count, np.int64)
    symbols, states = [], []
    while len(going):
        coin = rng.integers(2, size=len(going), dtype=np.uint8)
        row, lead = np.zeros((2, count), np.int8)
        row[going] = _SYMBOL[state, coin]
        lead[going] = state = _LEADS[state, coin]
        lengths[going] += 1
        symbols.append(row)
        states.append(lead)
        on = state != _OUTER
        going, state = going[on], state[on]
    return lengths, np.array(symbols), np.array(states)


@dataclass(frozen=True)
class ContinualReber:
    """The continual embedded Reber grammar.

    >>> chunk = ContinualReber().sample(np.random.default_rng(0), 2)
    >>> "".join(ALPHABET[symbol] for symbol in chunk.symbols)
    'BTBTXSETEBPBPVVEPE'
    """

    inputs = 7
    outputs = 7
    tolerance = 0.49
    #: right answers that end a stream
    limit = 100_000
    #: of strings: one symbol of all hangs on the second one, which is T or P with equal odds
    memory_free_score = 0.5

    def sample(self, rng: np.random.Generator, count: int) -> SymbolSequences:
        """Draw ``count`` strings; each symbol is read, the last E too.

        Returns:
            Symbols (sum of lengths,), targets (sum of lengths, 7): all legal successors.
        """
        generator(rng)
        count = whole_number("count", count, least=1)
        outer = np.where(rng.integers(2, size=count, dtype=np.uint8) == 0, T, P)
        lengths, inner, states = _walks(rng, count)
        offsets = np.concatenate([[0], np.cumsum(lengths + embedded_reber.FRAME)])
        starts, last = offsets[:-1], offsets[1:] - 1
        symbols, state = np.empty((2, offsets[-1]), np.int64)
        within = np.arange(len(inner))[None, :] < lengths[:, None]
        framed = np.ones(offsets[-1], bool)
        for place, symbol in ((starts, B), (starts + 1, outer), (last - 1, outer), (last, E)):
            symbols[place] = symbol
            framed[place] = False
        symbols[framed], state[framed] = inner.T[within], states.T[within]
        state[starts + 1] = 0  # an inner string begins
        state[starts] = state[last] = state[last - 1] = _OUTER
        targets = np.take(_LEGAL, state, axis=0)
        targets[starts, T] = targets[starts, P] = 1.0
        targets[last - 2, outer] = 1.0
        targets[last - 1, E] = 1.0
        targets[last, B] = 1.0
        return SymbolSequences(symbols, 7, targets, np.ones(offsets[-1], bool), offsets)

    def is_correct(self, outputs: Array, sequences: SymbolSequences) -> NDArray[np.bool_]:
        """For each string, whether every output of every step is within 0.49, (count,).

        Args:
            outputs: (time, batch, 7), for the padded batch.
        """
        padded = sequences.padded()
        near = np.all(np.abs(outputs - padded.targets) < self.tolerance, axis=2)
        return np.all(near | ~padded.mask, axis=0)


@dataclass(frozen=True)
class ContinualOrder:
    """Temporal order with three relevant symbols, in a stream (noisy temporal order, 2000).

    >>> chunk = ContinualOrder().sample(np.random.default_rng(0), 4)
    >>> chunk.mask.sum(), chunk.targets.shape[1]
    (np.int64(4), 8)
    """

    inputs = 8
    outputs = 8
    tolerance = 0.3
    #: right answers that end a stream
    limit = 100
    memory_free_score = 1 / 8

    def sample(self, rng: np.random.Generator, count: int) -> SymbolSequences:
        """Draw ``count`` sequences, as ``TemporalOrder(3)`` does."""
        return TemporalOrder(3).sample(rng, count)

    def is_correct(self, outputs: Array, sequences: SymbolSequences) -> NDArray[np.bool_]:
        """For each sequence, whether every last output is within 0.3 of its target, (count,).

        Args:
            outputs: (time, batch, 8), for the padded batch.
        """
        return TemporalOrder(3).is_correct(outputs, sequences)
