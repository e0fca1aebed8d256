"""The Reber grammar: a finite automaton that writes strings such as BTSSXXTVVE.

At each state the two arrows are drawn with equal odds.

Source: Reber 1967; as drawn in Hochreiter and Schmidhuber 1997, figure 3.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import generator, text, whole_number
from coursekit.grammars import lengths
from coursekit.grammars.lengths import LengthStatistics

alphabet = "BTSXPVE"
START, END = "start", "end"

#: state -> the arrows that leave it: (symbol, next state)
transitions: dict[str, tuple[tuple[str, str], ...]] = {
    START: (("B", "0"),),
    "0": (("T", "1"), ("P", "2")),
    "1": (("S", "1"), ("X", "3")),
    "2": (("T", "2"), ("V", "4")),
    "3": (("X", "2"), ("S", "5")),
    "4": (("P", "3"), ("V", "5")),
    "5": (("E", END),),
    END: (),
}

#: symbols of the shortest string, BTXSE or BPVVE
minimum_length = 5


def generate(rng: np.random.Generator, count: int, *, min_length: int = 0) -> list[str]:
    """Draw strings.

    Args:
        rng: source of the random choices.
        count: how many strings.
        min_length: shorter strings are drawn again (length in symbols, B and E counted).

    Returns:
        ``count`` strings; equal ones may occur.

    Raises:
        ValueError: no generator; a negative count; a min_length that hardly any string reaches.

    >>> generate(np.random.default_rng(1), 2)
    ['BTXSE', 'BPTTVVE']
    """
    checked_request(rng, count, min_length, length_at_least)
    strings: list[str] = []
    while len(strings) < count:
        string = walk(rng)
        if len(string) >= min_length:
            strings.append(string)
    return strings


def walk(rng: np.random.Generator) -> str:
    """One walk through the automaton, from start to end."""
    state, symbols = START, []
    while state != END:
        arrows = transitions[state]
        choice = int(rng.integers(len(arrows))) if len(arrows) > 1 else 0
        symbol, state = arrows[choice]
        symbols.append(symbol)
    return "".join(symbols)


def length_at_least(length: int) -> float:
    """The exact probability that a string has this many symbols or more."""
    return lengths.probability_at_least(transitions, END, length)


def checked_request(
    rng: Any, count: Any, min_length: Any, length_at_least: Callable[[int], float]
) -> None:
    """A number of strings of a length that can be drawn in reasonable time, or a clear error."""
    generator(rng)
    whole_number("count", count)
    share = length_at_least(whole_number("min_length", min_length))
    if share < 1e-6:
        raise ValueError(
            f"min_length is {min_length}, but only a share of {share:.0e} of the strings is that "
            "long; pass a smaller min_length (50 is already rare)"
        )


def state_after(prefix: str) -> str | None:
    """The automaton's state after a prefix; None when the grammar does not allow it."""
    state: str | None = START
    for symbol in prefix:
        state = dict(transitions[state]).get(symbol) if state is not None else None
    return state


def legal_next(prefix: str) -> str:
    """The symbols that may follow a prefix, in the order of the alphabet.

    Args:
        prefix: the string so far; "" before the first symbol.

    Returns:
        One or two symbols; "" after a complete string.

    Raises:
        ValueError: the prefix is not the beginning of any string of the grammar.

    >>> legal_next("BT")
    'SX'
    """
    state = state_after(text("prefix", prefix))
    if state is None:
        raise ValueError(f"{prefix!r} is not the beginning of a Reber string; strings start BT, BP")
    return "".join(sorted((symbol for symbol, _ in transitions[state]), key=alphabet.index))


def is_member(string: str) -> bool:
    """Whether the grammar can write this string.

    >>> is_member("BTXSE"), is_member("BTXS")
    (True, False)
    """
    return state_after(text("string", string)) == END


def one_hot(string: str) -> NDArray[np.float64]:
    """One row a symbol, a one in the symbol's column, (time, 7).

    Raises:
        ValueError: a letter outside the alphabet.

    >>> one_hot("BE").argmax(axis=1)
    array([0, 6])
    """
    strange = sorted(set(text("string", string)) - set(alphabet))
    if strange:
        raise ValueError(f"{string!r} holds {', '.join(strange)}; the alphabet is {alphabet}")
    return np.eye(len(alphabet))[[alphabet.index(symbol) for symbol in string]].reshape(-1, 7)


def length_statistics() -> LengthStatistics:
    """Exact mean, variance and minimum of the length in symbols.

    >>> length_statistics().minimum
    5
    """
    return lengths.length_statistics(transitions, END)


def length_probability(length: int) -> float:
    """The exact probability that a string has this many symbols.

    >>> length_probability(5)
    0.25
    """
    return lengths.length_probability(transitions, END, length)
