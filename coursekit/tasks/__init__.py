"""The classic tasks: data, what counts as correct, and what a predictor without memory scores."""

from coursekit.tasks.adding_by_lag import AddingByLag
from coursekit.tasks.agreement import Agreement
from coursekit.tasks.arithmetic import Adding, Multiplication
from coursekit.tasks.continual import ContinualOrder, ContinualReber
from coursekit.tasks.expressions import ExpressionBatch, Expressions
from coursekit.tasks.latch import Latch
from coursekit.tasks.long_lag import Distractors, LongLag
from coursekit.tasks.moving_shapes import Frames, MovingShapes
from coursekit.tasks.next_symbol import (
    NextSymbolScore,
    blind_score,
    next_symbol_score,
    next_symbols,
)
from coursekit.tasks.recall import Recall
from coursekit.tasks.rhythm import Rhythm
from coursekit.tasks.sequences import Padded, Sequences
from coursekit.tasks.series import AnnouncedSeries, SeasonalSeries
from coursekit.tasks.symbols import SymbolSequences
from coursekit.tasks.t_maze import TMaze
from coursekit.tasks.temporal_order import TemporalOrder
from coursekit.tasks.timing import PeriodicFunction, SpikeDelays, TimedSpikes
from coursekit.tasks.two_sequence import TwoSequence

__all__ = [
    "Adding",
    "Agreement",
    "AnnouncedSeries",
    "AddingByLag",
    "ContinualOrder",
    "ContinualReber",
    "Distractors",
    "ExpressionBatch",
    "Expressions",
    "Frames",
    "Latch",
    "LongLag",
    "MovingShapes",
    "Multiplication",
    "NextSymbolScore",
    "Padded",
    "PeriodicFunction",
    "Recall",
    "Rhythm",
    "SeasonalSeries",
    "Sequences",
    "SpikeDelays",
    "SymbolSequences",
    "TMaze",
    "TemporalOrder",
    "TimedSpikes",
    "TwoSequence",
    "blind_score",
    "next_symbol_score",
    "next_symbols",
]
