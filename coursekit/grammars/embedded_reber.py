"""The embedded Reber grammar: what follows the first B must be remembered to the end.

    B, then T or P, then a whole Reber string, then the same T or P, then E

So the last but one symbol is settled by the second, at least five steps before.

Source: Smith and Zipser 1989; Fahlman 1991; Hochreiter and Schmidhuber 1997, section 5.1.
The endless stream: Gers, Schmidhuber and Cummins 2000, section 4.
"""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import generator, text, whole_number
from coursekit.grammars import reber
from coursekit.grammars.lengths import LengthStatistics
from coursekit.grammars.reber import alphabet, checked_request, one_hot

__all__ = [
    "Stream",
    "alphabet",
    "continual",
    "generate",
    "is_member",
    "legal_next",
    "length_probability",
    "length_statistics",
    "long_range_step",
    "minimum_length",
    "one_hot",
    "stream",
]

FRAME = 4  # outer B, T or P, the same again, outer E

#: symbols of the shortest string
minimum_length = reber.minimum_length + FRAME


def generate(rng: np.random.Generator, count: int, *, min_length: int = 0) -> list[str]:
    """Draw strings.

    Args:
        rng: source of the random choices.
        count: how many strings.
        min_length: shorter strings are drawn again (length in symbols, outer B and E counted).

    Returns:
        ``count`` strings; equal ones may occur.

    Raises:
        ValueError: a negative count; a min_length that hardly any string reaches.

    >>> generate(np.random.default_rng(1), 2)
    ['BTBPVVETE', 'BTBTXSETE']
    """
    checked_request(rng, count, min_length, lambda n: reber.length_at_least(n - FRAME))
    strings: list[str] = []
    while len(strings) < count:
        outer = "TP"[int(rng.integers(2))]
        string = f"B{outer}{reber.walk(rng)}{outer}E"
        if len(string) >= min_length:
            strings.append(string)
    return strings


def legal_next(prefix: str) -> str:
    """The symbols that may follow a prefix, in the order of the alphabet.

    Returns:
        One or two symbols; "" after a complete string.

    Raises:
        ValueError: the prefix is not the beginning of any string of the grammar.

    >>> legal_next("BTBPVVE")
    'T'
    """
    symbols = legal_or_none(text("prefix", prefix))
    if symbols is None:
        raise ValueError(
            f"{prefix!r} is not the beginning of an embedded Reber string; "
            "strings start BTB, BPB and end in the same T or P, then E"
        )
    return symbols


def legal_or_none(prefix: str) -> str | None:
    """As ``legal_next``, but None for a prefix that the grammar does not allow."""
    if len(prefix) < 2:
        return {"": "B", "B": "TP"}.get(prefix)
    if prefix[0] != "B" or prefix[1] not in "TP":
        return None
    outer, rest = prefix[1], prefix[2:]
    end = rest.find("E")
    if end < 0:
        state = reber.state_after(rest)
        return None if state is None else reber.legal_next(rest)
    if not reber.is_member(rest[: end + 1]):
        return None
    return {"": outer, outer: "E", outer + "E": ""}.get(rest[end + 1 :])


def is_member(string: str) -> bool:
    """Whether the grammar can write this string.

    >>> is_member("BTBPVVETE"), is_member("BTBPVVEPE")
    (True, False)
    """
    return len(text("string", string)) >= minimum_length and legal_or_none(string) == ""


def length_statistics() -> LengthStatistics:
    """Exact mean, variance and minimum of the length in symbols.

    >>> length_statistics().minimum
    9
    """
    inner = reber.length_statistics()
    return LengthStatistics(inner.mean + FRAME, inner.variance, inner.minimum + FRAME)


def length_probability(length: int) -> float:
    """The exact probability that a string has this many symbols.

    >>> length_probability(9)
    0.25
    """
    return reber.length_probability(length - FRAME if whole_number("length", length) > FRAME else 0)


def long_range_step(string: str) -> int:
    """The index after which the outer T or P must be predicted.

    At that step the inner E has just been read; the next symbol is the outer T or P again.

    >>> "BTBPVVETE"[long_range_step("BTBPVVETE") + 1]
    'T'

    Raises:
        ValueError: not a string of the grammar.
    """
    if not is_member(string):
        raise ValueError(f"{string!r} is not an embedded Reber string")
    return len(string) - 3


def stream(rng: np.random.Generator) -> Iterator[str]:
    """Strings without end.

    >>> next(stream(np.random.default_rng(1)))
    'BTBPVVETE'
    """
    generator(rng)  # here, and not when the first string is asked for
    return (generate(rng, 1)[0] for _ in itertools.count())


class Stream(NamedTuple):
    """A stretch of the continual embedded Reber grammar: strings without marks between them."""

    symbols: str
    legal: list[str]  # what may follow each symbol
    long_range: NDArray[np.bool_]  # (symbols,): the outer T or P must be predicted here
    starts: NDArray[np.bool_]  # (symbols,): a string's outer B


def continual(rng: np.random.Generator, symbols: int) -> Stream:
    """Cut a stretch of exactly ``symbols`` symbols from the start of an endless stream.

    Raises:
        ValueError: fewer than one symbol.

    >>> continual(np.random.default_rng(1), 20).symbols
    'BTBPVVETEBTBTXSETEBT'
    """
    generator(rng)
    whole_number("symbols", symbols, least=1)
    written: list[str] = []
    legal: list[str] = []
    long_range: list[bool] = []
    starts: list[bool] = []
    for string in stream(rng):
        written.extend(string)
        state = reber.START
        outer = string[1]
        following = ["TP", "B"]
        for symbol in string[2:-2]:
            state = dict(reber.transitions[state])[symbol]
            following.append("".join(s for s, _ in reber.transitions[state]))
        following[-1] = outer  # the inner E was read
        following += ["E", "B"]
        legal.extend("".join(sorted(symbols_, key=alphabet.index)) for symbols_ in following)
        last = len(string) - 1
        long_range.extend(index == last - 2 for index in range(len(string)))
        starts.extend(index == 0 for index in range(len(string)))
        if len(written) >= symbols:
            break
    return Stream(
        "".join(written[:symbols]),
        legal[:symbols],
        np.array(long_range[:symbols]),
        np.array(starts[:symbols]),
    )
