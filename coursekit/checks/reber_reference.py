"""What exercise 6 asks for, the right way, on plain strings and dicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.grammars import embedded_reber, reber

ALPHABET = reber.alphabet
Arrows = dict[str, tuple[tuple[str, str], ...]]
AUTOMATON: Arrows = dict(reber.transitions)


def walk(rng: np.random.Generator, arrows: Arrows = AUTOMATON, odds: float = 0.5) -> str:
    """One string: at each state the first arrow is taken with these odds."""
    state, string = reber.START, ""
    while state != reber.END:
        leaving = arrows[state]
        first = len(leaving) == 1 or rng.random() < odds
        symbol, state = leaving[0] if first else leaving[1]
        string += symbol
    return string


def generate_embedded(rng: np.random.Generator, min_length: int = 0) -> str:
    """A string of the embedded grammar, at least min_length symbols long."""
    while True:
        outer = "TP"[int(rng.integers(2))]
        string = f"B{outer}{walk(rng)}{outer}E"
        if len(string) >= min_length:
            return string


def legal_next(prefix: str) -> str:
    """The symbols that may follow; "" after the end and where no string begins so."""
    try:
        return reber.legal_next(prefix)
    except ValueError:
        return ""


def legal_next_embedded(prefix: str) -> str:
    """The same for the embedded grammar."""
    try:
        return embedded_reber.legal_next(prefix)
    except ValueError:
        return ""


def encode(string: str) -> dict[str, Any]:
    """One-hot inputs, and the same one symbol later as targets."""
    rows = np.eye(len(ALPHABET))[[ALPHABET.index(symbol) for symbol in string]]
    return {"inputs": rows[:-1], "targets": rows[1:]}


def score(strings: Sequence[str], predicted: Sequence[str]) -> dict[str, float]:
    """Shares of legal predictions, over all steps and at the long-range step."""
    legal = [
        symbol in legal_next_embedded(string[: t + 1])
        for string, guess in zip(strings, predicted, strict=True)
        for t, symbol in enumerate(guess)
    ]
    outer = [guess[-2] == string[1] for string, guess in zip(strings, predicted, strict=True)]
    return {"pooled": float(np.mean(legal)), "long_range": float(np.mean(outer))}


def blind_score(strings: Sequence[str]) -> dict[str, float]:
    """The expected score of a predictor that knows everything but the outer symbol."""
    steps = sum(len(string) - 1 for string in strings)
    return {"pooled": 1 - 0.5 * len(strings) / steps, "long_range": 0.5}


def predict_perfectly(strings: Sequence[str]) -> list[str]:
    """The first legal symbol at every step of embedded strings."""
    return [
        "".join(embedded_reber.legal_next(string[: t + 1])[0] for t in range(len(string) - 1))
        for string in strings
    ]


def predict_plain(strings: Sequence[str]) -> list[str]:
    """The first legal symbol at every step of plain Reber strings."""
    return [
        "".join(reber.legal_next(string[: t + 1])[0] for t in range(len(string) - 1))
        for string in strings
    ]


def predict_blindly(strings: Sequence[str]) -> list[str]:
    """Perfect but for the outer symbol, of which it always says T."""
    return [guess[:-2] + "T" + guess[-1:] for guess in predict_perfectly(strings)]
