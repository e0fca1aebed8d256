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

from coursekit.arguments import text
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
    checked_strings(strings)
    inputs = grammar.one_hot("".join(string[:-1] for string in strings))
    targets = grammar.one_hot("".join(string[1:] for string in strings))
    offsets = np.concatenate([[0], np.cumsum([len(string) - 1 for string in strings])])
    mask = np.ones(len(inputs), dtype=bool)
    return Sequences(inputs, targets, mask, offsets.astype(np.int64))


def checked_strings(strings: Sequence[str]) -> None:
    """Strings in which there is something to predict, or a clear error."""
    given = [] if isinstance(strings, str) else list(strings)
    if not given or min(len(text("string", string)) for string in given) < 2:
        raise ValueError(
            f"strings is {strings!r:.60}; pass a list of strings of two symbols or more"
        )


def next_symbol_score(
    grammar: ModuleType, strings: Sequence[str], outputs: Array
) -> NextSymbolScore:
    """Score predictions by the set of legal symbols, the long-range step apart.

    A prediction that is not finite is wrong: a net that exploded has no likeliest symbol.

    Args:
        grammar: ``reber`` or ``embedded_reber``.
        strings: what was read.
        outputs: (time, batch, 7), for ``next_symbols(grammar, strings).padded()``.

    Raises:
        ValueError: outputs do not fit the strings, or the strings the grammar.
    """
    checked_strings(strings)
    if grammar is embedded_reber:
        remembering = [embedded_reber.long_range_step(string) for string in strings]
    wanted = (max(len(string) for string in strings) - 1, len(strings), len(grammar.alphabet))
    if np.shape(outputs) != wanted:
        raise ValueError(
            f"outputs have shape {np.shape(outputs)}, but these strings need {wanted}: "
            "(time, batch, symbols)"
        )
    outputs = np.asarray(outputs, dtype=np.float64)
    likeliest = outputs.argmax(axis=-1)
    answered = np.asarray(np.isfinite(outputs).all(axis=-1))
    legal = total = 0
    remembered: list[bool] = []
    for number, string in enumerate(strings):
        for step in range(len(string) - 1):
            symbol = grammar.alphabet[likeliest[step, number]]
            legal += answered[step, number] and symbol in grammar.legal_next(string[: step + 1])
            total += 1
        if grammar is embedded_reber:
            step = remembering[number]
            right = grammar.alphabet[likeliest[step, number]] == string[step + 1]
            remembered.append(bool(answered[step, number] and right))
    long_range = float(np.mean(remembered)) if remembered else None
    return NextSymbolScore(float(legal / total), long_range)


def blind_score() -> NextSymbolScore:
    """The expected score on the embedded grammar of a predictor that forgot the outer symbol.

    It knows all else: right at every step but the long-range one, where it guesses.

    >>> round(blind_score().pooled, 3)
    0.955
    """
    predictions = embedded_reber.length_statistics().mean - 1
    return NextSymbolScore(pooled=1 - 0.5 / predictions, long_range=0.5)
