"""Hochreiter and Schmidhuber 1997, experiments 1 to 6: the rows of their tables for LSTM."""

from typing import Final

from coursekit.blocks import PUBLISHED
from coursekit.papers import competitors
from coursekit.papers.choices import EVERY_LEGAL, PER_SEQUENCE, made
from coursekit.papers.row import Row
from coursekit.papers.stopping import FewWrong, RightInARow, Rule
from coursekit.tasks import (
    Adding,
    Distractors,
    LongLag,
    Multiplication,
    TemporalOrder,
    TwoSequence,
)
from coursekit.tasks.reber_sets import ReberSets

TITLE: Final = "Hochreiter and Schmidhuber 1997, Long short-term memory, Neural Computation 9(8)"

CAP = "a trial that needs more than five times the printed number counts as failed"
WITHOUT_WINDOW = "the ten thousand right sequences at the end are not counted"
MEAN_ERROR = "the mean error is that of the last 2,000 sequences, not squared"


def _reber(number: int, printed: float, success: float) -> Row:
    name = f"1-{number}"
    return Row(
        name=name,
        experiment="1",
        network=PUBLISHED[name],
        task=ReberSets(),
        rule=FewWrong(512, 1),
        trials=30,
        cap=int(5 * printed),
        printed_sequences=printed,
        steps=11.0,
        printed_success=success,
        chunk=100,
        check_size=512,
        choices=(
            CAP,
            PER_SEQUENCE,
            EVERY_LEGAL,
            "both sets are checked after every 100 strings",
        ),
    )


def _long_lag(name: str, printed: float) -> Row:
    return Row(
        name=name,
        experiment=name,
        network=PUBLISHED[name],
        task=LongLag(100, regular=name == "2a"),
        rule=RightInARow(10000),
        trials=18,
        cap=50_000,
        printed_sequences=printed,
        steps=100.0,
        choices=(
            "a trial that needs more than 50,000 sequences counts as failed",
            PER_SEQUENCE,
            WITHOUT_WINDOW,
        ),
    )


def _distractors(q: int, p: int, printed: float) -> Row:
    name = f"2c_q{q}_p{p}"
    return Row(
        name=name,
        experiment="2c",
        network=PUBLISHED[name],
        task=Distractors(q, p),
        rule=RightInARow(10000),
        trials=20,
        cap=int(5 * printed),
        printed_sequences=printed,
        steps=q + 12.0,
        choices=(CAP, WITHOUT_WINDOW),
    )


def _two_sequence(name: str, length: int, signal: int, printed: float, wrong: float) -> Row:
    version = name[:2]
    rules: dict[str, Rule] = {
        "3a": RightInARow(256, 0.01),
        "3b": FewWrong(256, 6, 0.04),
        "3c": RightInARow(256, 0.015),
    }
    noise = 0.2 if version == "3b" else 0.0
    return Row(
        name=name,
        experiment=version,
        network=PUBLISHED[version],
        task=TwoSequence(length, signal, signal_noise=noise, noisy_targets=version == "3c"),
        rule=rules[version],
        trials=10,
        cap=int(5 * printed),
        printed_sequences=printed,
        steps=1.05 * length,
        printed_wrong=2560 * wrong,
        check_size=256,
        choices=(CAP, "256 fresh sequences are checked after every 500", "the second stop is ours"),
    )


def _adding(length: int, printed: float, wrong: float) -> Row:
    return Row(
        name=f"4_T{length}",
        experiment="4",
        network=PUBLISHED["4"],
        task=Adding(length),
        rule=RightInARow(2000, 0.01),
        trials=10,
        cap=int(5 * printed),
        printed_sequences=printed,
        steps=1.05 * length,
        printed_wrong=wrong,
        choices=(CAP, MEAN_ERROR),
    )


def _multiplication(fewer: int, printed: float, wrong: float) -> Row:
    return Row(
        name=f"5_n{fewer}",
        experiment="5",
        network=PUBLISHED["5"],
        task=Multiplication(100),
        rule=FewWrong(2000, fewer),
        trials=10,
        cap=int(5 * printed),
        printed_sequences=printed,
        steps=105.0,
        printed_wrong=wrong,
        choices=(CAP,),
    )


def _order(name: str, trials: int, printed: float, wrong: float) -> Row:
    return Row(
        name=name,
        experiment=name,
        network=PUBLISHED[name],
        task=TemporalOrder(2 if name == "6a" else 3),
        rule=RightInARow(2000, 0.1),
        trials=trials,
        cap=int(5 * printed),
        printed_sequences=printed,
        steps=105.0,
        printed_wrong=wrong,
        choices=(CAP, MEAN_ERROR),
    )


PRINTED: Final = (
    _reber(1, 39740, 1.0),
    _reber(2, 21730, 1.0),
    _reber(3, 14060, 0.97),
    _reber(4, 9500, 0.97),
    _reber(5, 8440, 1.0),
    _long_lag("2a", 5040),
    _long_lag("2b", 5680),
    _distractors(50, 50, 30000),
    _distractors(100, 100, 31000),
    _distractors(200, 200, 33000),
    _distractors(500, 500, 38000),
    _distractors(1000, 1000, 49000),
    _distractors(1000, 500, 49000),
    _distractors(1000, 200, 75000),
    _distractors(1000, 100, 135000),
    _distractors(1000, 50, 203000),
    _two_sequence("3a_T100_N3", 100, 3, 39850, 0.000195),
    _two_sequence("3a_T100_N1", 100, 1, 64330, 0.000117),
    _two_sequence("3a_T1000_N3", 1000, 3, 452460, 0.000078),
    _two_sequence("3b_T100_N3", 100, 3, 43250, 0.00828),
    _two_sequence("3b_T100_N1", 100, 1, 78430, 0.01500),
    _two_sequence("3b_T1000_N1", 1000, 1, 485080, 0.01207),
    _two_sequence("3c_T100_N3", 100, 3, 269650, 0.00558),
    _two_sequence("3c_T100_N1", 100, 1, 565640, 0.00441),
    _adding(100, 74000, 1),
    _adding(500, 209000, 0),
    _adding(1000, 853000, 1),
    _multiplication(140, 482000, 139),
    _multiplication(13, 1273000, 14),
    _order("6a", 20, 31390, 1),
    _order("6b", 10, 571100, 2),
)

#: by experiment, what makes a table come out or comes nearest; ``results/search`` has the tries
CHOSEN: Final = {
    "1": "shortcut+cells_recur+output_bias_other+each_step",
    "2a": "cell_later",
    "2b": "error_at_end+cross_entropy",
    "2c": "nothing_recurs",
    "3a": "linear_output+fifth_rate",
    "3b": "linear_output+half_rate",
    "3c": "linear_output",
    "4": "linear_output+nothing_recurs",
    "5": "linear_output",
    "6b": "cells_recur+half_rate",
}
ROWS: Final = (
    *(made(row, CHOSEN.get(row.experiment, "")) for row in PRINTED),
    *competitors.ROWS,
)
