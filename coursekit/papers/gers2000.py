"""Gers, Schmidhuber and Cummins 2000: continual embedded Reber grammar and temporal order."""

from typing import Any, Final

from coursekit.blocks import PUBLISHED
from coursekit.papers.stream_row import StreamRow
from coursekit.tasks.continual import ContinualOrder, ContinualReber

TITLE: Final = "Gers, Schmidhuber and Cummins 2000, Learning to forget, Neural Computation 12(10)"

TESTED = (
    "tested after every stream, as printed; a test is broken off at its first wrong answer, for "
    "only a perfect one ends a trial"
)
LAST = "good or bad is judged by ten streams with the weights after the last training stream"
TEN = "10 networks unless --trials says otherwise, where the paper has 100"
ABSOLUTE = "an answer is right when every output is within 0.49 of its target, not squared"
RESET = "the reset sets states, cell outputs and partials to zero before each string's first B"
AT_ENDS = "outputs count at the ends of sequences only, within 0.3 of their targets"
OPEN = "the rate is that of the grammar: none is printed for this table"
BIASES = (
    "forget-gate biases of 5, printed for single sequences; with those of the grammar (0.5 to 2) "
    "none of 8 networks ever gave a right answer"
)


def _reber(name: str, network: str, **more: Any) -> StreamRow:
    choices = (TEN, ABSOLUTE, TESTED, LAST) + ((RESET,) if "reset" in more else ())
    return StreamRow(
        name=f"reber_{name}",
        experiment="reber",
        network=PUBLISHED[network],
        task=ContinualReber(),
        cap=30_000,
        choices=choices,
        **more,
    )


def _order(name: str, network: str, partial: tuple[float, float], **more: Any) -> StreamRow:
    return StreamRow(
        name=f"order_{name}",
        experiment="order",
        network=PUBLISHED[network],
        task=ContinualOrder(),
        cap=100_000,
        printed_good=partial,
        printed_bad=None,
        good_from=None,
        chunk=100,
        choices=(TEN, AT_ENDS, OPEN, TESTED) + ((BIASES,) if "forget" in name else ()),
        **more,
    )


ROWS: Final = (
    _reber(
        *("standard_reset", "continual_2000_standard"),
        steps=2e6,
        reset=True,
        printed_success=0.74,
        printed_sequences=7441,
        printed_good=(0.0, None),
        printed_bad=(0.26, 31),
    ),
    _reber(
        *("standard", "continual_2000_standard"),
        steps=1e6,
        printed_success=0.0,
        printed_sequences=None,
        printed_good=(0.01, 1166),
        printed_bad=(0.99, 37),
    ),
    _reber(
        *("state_decay", "continual_2000_state_decay"),
        steps=4e7,
        printed_success=0.0,
        printed_sequences=None,
        printed_good=(0.0, None),
        printed_bad=(1.0, 56),
    ),
    _reber(
        *("forget", "continual_2000"),
        steps=2e6,
        printed_success=0.18,
        printed_sequences=18889,
        printed_good=(0.29, 39171),
        printed_bad=(0.53, 145),
    ),
    _reber(
        *("forget_rate_decay", "continual_2000"),
        steps=3e7,
        decay=0.99,
        printed_success=0.62,
        printed_sequences=14087,
        printed_good=(0.06, 68464),
        printed_bad=(0.32, 30),
    ),
    _order(
        *("standard", "order_2000_standard", (1.0, 4.6)),
        steps=4e7,
        printed_success=0.0,
        printed_sequences=None,
    ),
    _order(
        *("forget", "order_2000", (0.76, 12.2)),
        steps=2e7,
        printed_success=0.24,
        printed_sequences=74977,
    ),
    _order(
        *("forget_rate_decay", "order_2000", (0.63, 11.8)),
        steps=2e7,
        decay=0.9,
        printed_success=0.37,
        printed_sequences=79354,
    ),
)
