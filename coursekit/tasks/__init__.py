"""The classic tasks: data, what counts as correct, and what a predictor without memory scores."""

from coursekit.tasks.latch import Latch
from coursekit.tasks.next_symbol import (
    NextSymbolScore,
    blind_score,
    next_symbol_score,
    next_symbols,
)
from coursekit.tasks.sequences import Padded, Sequences
from coursekit.tasks.t_maze import TMaze
from coursekit.tasks.two_sequence import TwoSequence

__all__ = [
    "Latch",
    "NextSymbolScore",
    "Padded",
    "Sequences",
    "TMaze",
    "TwoSequence",
    "blind_score",
    "next_symbol_score",
    "next_symbols",
]
