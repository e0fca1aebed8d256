"""Predict the next symbol of a grammar, and the two scores that must be told apart.

Pooled: the share of steps at which the likeliest symbol is a legal one. Long-range: the same at
the one step of each string where only the second symbol of the string tells which.

Source: Cleeremans, Servan-Schreiber and McClelland 1989; Hochreiter and Schmidhuber 1997, 5.1.
"""

from collections.abc import Sequence
from types import ModuleType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.grammars import embedded_reber
from coursekit.tasks.sequences import Sequences

Array = NDArray[np.float64]


class NextSymbolScore(NamedTuple):
    """Shares in [0, 1]."""

    pooled: float
    long_range: float | None  # None for a grammar without a long-range step


def next_symbols(grammar: ModuleType, strings: Sequence[str]) -> Sequences:
    """Each string without its last symbol as input, without its first as target; both one-hot.

    Args:
        grammar: ``reber`` or ``embedded_reber``.
        strings: at least one, each of two symbols or more.

    Raises:
        ValueError: no strings, one too short, or a letter outside the alphabet.

    >>> from coursekit.grammars import reber
    >>> next_symbols(reber, ["BTXSE"]).inputs.shape
    (4, 7)
    """
    if not strings or min(len(string) for string in strings) < 2:
        raise ValueError(f"{list(strings)[:3]!r}: pass strings of two symbols or more")
    inputs = grammar.one_hot("".join(string[:-1] for string in strings))
    targets = grammar.one_hot("".join(string[1:] for string in strings))
    offsets = np.concatenate([[0], np.cumsum([len(string) - 1 for string in strings])])
    mask = np.ones(len(inputs), dtype=bool)
    return Sequences(inputs, targets, mask, offsets.astype(np.int64))


def next_symbol_score(
    grammar: ModuleType, strings: Sequence[str], outputs: Array
) -> NextSymbolScore:
    """Score predictions by the set of legal symbols, the long-range step apart.

    Args:
        grammar: ``reber`` or ``embedded_reber``.
        strings: what was read.
        outputs: (time, batch, 7), for ``next_symbols(grammar, strings).padded()``.

    Raises:
        ValueError: outputs do not fit the strings.
    """
    wanted = (max(len(string) for string in strings) - 1, len(strings), len(grammar.alphabet))
    if np.shape(outputs) != wanted:
        raise ValueError(
            f"outputs have shape {np.shape(outputs)}, but these strings need {wanted}: "
            "(time, batch, symbols)"
        )
    likeliest = np.asarray(outputs).argmax(axis=-1)
    legal = total = 0
    remembered: list[bool] = []
    for number, string in enumerate(strings):
        for step in range(len(string) - 1):
            symbol = grammar.alphabet[likeliest[step, number]]
            legal += symbol in grammar.legal_next(string[: step + 1])
            total += 1
        if grammar is embedded_reber:
            step = embedded_reber.long_range_step(string)
            remembered.append(grammar.alphabet[likeliest[step, number]] == string[step + 1])
    long_range = float(np.mean(remembered)) if remembered else None
    return NextSymbolScore(legal / total, long_range)


def blind_score() -> NextSymbolScore:
    """The expected score on the embedded grammar of a predictor that forgot the outer symbol.

    It knows all else: right at every step but the long-range one, where it guesses.

    >>> round(blind_score().pooled, 3)
    0.955
    """
    predictions = embedded_reber.length_statistics().mean - 1
    return NextSymbolScore(pooled=1 - 0.5 / predictions, long_range=0.5)
