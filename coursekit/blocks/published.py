"""The networks of the papers, one record for each: wiring, gate biases, rate, printed weight count.

Where table and text of a paper disagree, the note says which was taken.

>>> PUBLISHED["4"].weights, PUBLISHED["4"].rate
(93, 0.5)
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from coursekit.blocks.layout import Layout
from coursekit.blocks.network import Params, init

HS97: Final = "Hochreiter and Schmidhuber 1997, tables 10 and 11"
GSC00: Final = "Gers, Schmidhuber and Cummins 2000, Neural Computation 12(10)"
GSC99: Final = "Gers, Schmidhuber and Cummins 1999, report IDSIA-01-99"
TWO_C: Final = ((50, 50), (100, 100), (200, 200), (500, 500), (1000, 1000)) + tuple(
    (1000, p) for p in (500, 200, 100, 50)
)


@dataclass(frozen=True)
class Published:
    """One network of a paper."""

    layout: Layout
    rate: float
    weights: int | None  # as printed, where it is
    source: str
    spread: float = 0.1
    input_bias: tuple[float, ...] | None = None
    forget_bias: tuple[float, ...] | None = None
    output_bias: tuple[float, ...] | None = None
    note: str = ""

    def init(self, rng: np.random.Generator) -> Params:
        """Draw the initial weights as the paper says."""
        return init(
            *(rng, self.layout, self.spread),
            input_bias=self.input_bias,
            forget_bias=self.forget_bias,
            output_bias=self.output_bias,
        )


def _reber(blocks: int, cells: int, rate: float, weights: int) -> Published:
    return Published(
        Layout(7, 7, blocks, cells, biased=("gates",)),
        *(rate, weights, HS97),
        spread=0.2,
        output_bias=tuple(-1.0 - n for n in range(blocks)),
        note="four blocks: output-gate biases -1 to -4 by table 10 (the text stops at -3); "
        "input-gate biases drawn within 0.2, like the weights (table 10: within 0.1)",
    )


def _distractors(p: int, weights: int) -> Published:
    return Published(Layout(p + 4, 2, blocks=2, biased=()), 0.01, weights, HS97, spread=0.2)


def _continual(
    layout: Layout, weights: int | None, forget: tuple[float, ...] | None, source: str, note: str
) -> Published:
    biases = (-0.5, -1.0, -1.5, -2.0)
    return Published(
        *(layout, 0.5, weights, source),
        spread=0.2,
        input_bias=biases,
        forget_bias=forget,
        output_bias=biases,
        note=note,
    )


_KEEPING = (0.5, 1.0, 1.5, 2.0)
_GRAMMAR = Layout(7, 7, 4, 2, forget_gates=True, recurrent="cells", shortcut=True)
_GRAMMAR = replace(_GRAMMAR, biased=("gates", "outputs"))
_LAG = Layout(101, 101, 1, output_gates=False, recurrent="nothing", shortcut=True, biased=())
_LAG = replace(_LAG, squash_in="sigma", squash_out="identity")
_TIMING = Layout(1, 1, 1, forget_gates=True, recurrent="cells", peepholes=True)
_TIMING = replace(_TIMING, squash_in="identity", squash_out="identity")


def _timing(layout: Layout, weights: int) -> Published:
    return Published(
        *(layout, 1e-5, weights, "Gers, Schraudolph and Schmidhuber 2002, table 1"),
        input_bias=(0.0,),
        forget_bias=(-2.0,),
        output_bias=(2.0,),
        note="trained with momentum: 0.9999 for continual spike delays, 0.99 for single ones and "
        "for functions, 0.999 for spike trains; outputs are linear for functions and long delays",
    )


def _two_sequence(rate: float) -> Published:
    return Published(
        *(Layout(1, 1, blocks=3, biased=("gates", "cells")), rate, 102, HS97),
        input_bias=(-1.0, -3.0, -5.0),
        output_bias=(-2.0, -4.0, -6.0),
    )


_BY_P: Final = {50: 364, 100: 664, 200: 1264, 500: 3064, 1000: 6064}

PUBLISHED: Final[dict[str, Published]] = {
    "1-1": _reber(4, 1, 0.1, 264),
    "1-2": _reber(3, 2, 0.1, 276),
    "1-3": _reber(3, 2, 0.2, 276),
    "1-4": _reber(4, 1, 0.5, 264),
    "1-5": _reber(3, 2, 0.5, 276),
    "2a": Published(_LAG, 1.0, 10504, HS97, spread=0.2),
    "2b": Published(_LAG, 1.0, 10504, HS97, spread=0.2),
    **{f"2c_q{q}_p{p}": _distractors(p, _BY_P[p]) for q, p in TWO_C},
    "3a": _two_sequence(1.0),
    "3b": _two_sequence(1.0),
    "3c": _two_sequence(0.1),
    "4": Published(Layout(2, 1, 2, 2), 0.5, 93, HS97, input_bias=(-3.0, -6.0)),
    "5": Published(
        *(Layout(2, 1, 2, 2), 0.1, 93, HS97),
        note="input-gate biases are random by table 10, not -3 and -6",
    ),
    "6a": Published(Layout(8, 4, 2, 2), 0.5, 156, HS97, input_bias=(-2.0, -4.0)),
    "6b": Published(Layout(8, 8, 3, 2), 0.1, 308, HS97, input_bias=(-2.0, -4.0, -6.0)),
    "continual_2000": _continual(
        *(_GRAMMAR, 424, _KEEPING, GSC00),
        "weights move after every symbol; the rate stays, or is multiplied by 0.99 after every "
        "symbol and starts anew with each stream",
    ),
    "continual_2000_standard": _continual(
        *(replace(_GRAMMAR, forget_gates=False), None, None, GSC00),
        "standard LSTM beside it: the same without forget gates",
    ),
    "continual_2000_state_decay": _continual(
        *(replace(_GRAMMAR, forget_gates=False, self_weight=0.9), None, None, GSC00),
        "standard LSTM with state decay: a self-weight of 0.9, the best of several",
    ),
    "continual_1999": _continual(
        *(replace(_GRAMMAR, shortcut=False), 375, _KEEPING, GSC99),
        "375 is the count without connections from inputs to outputs",
    ),
    "order_2000": _continual(
        *(replace(_GRAMMAR, inputs=8, outputs=8), None, (5.0,) * 4, GSC99),
        "noisy temporal order: as fast as standard LSTM with forget biases of 5, three times "
        "slower with 1; the rate is that of the continual grammar, none is given for this task",
    ),
    "order_2000_standard": _continual(
        *(replace(_GRAMMAR, inputs=8, outputs=8, forget_gates=False), None, None, GSC99),
        "standard LSTM beside it: the same without forget gates",
    ),
    "timing_2002": _timing(_TIMING, 17),
    "timing_2002_without_peepholes": _timing(replace(_TIMING, peepholes=False), 14),
}
