"""What a paper leaves open, one named choice at a time, and what each does to a row.

A choice changes a row in one respect and puts its name behind the row's: ``varied(row,
"nothing_recurs")`` is the row ``4_T100+nothing_recurs``. Several are joined by a plus sign. The
search tries each alone, on a few trials, beside the row as it is printed; its log says which
single choices make a table come out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from coursekit.errors import CommandError
from coursekit.papers.row import Row

#: in place of a choice's name: the row as the paper prints it
AS_PRINTED: Final = "as_printed"
PER_SEQUENCE: Final = "weights move once a sequence"
EVERY_LEGAL: Final = "targets have a one for every legal successor"
#: a trial of the search that needs more than so many times the printed number counts as failed
GIVEN_UP: Final = 3


def _always(row: Row) -> bool:
    return True


@dataclass(frozen=True)
class Choice:
    """One departure from what is printed, or one reading of what is not.

    Args:
        name: such as "linear_output".
        says: what it means, in a few words.
        change: the row with the choice made.
        applies: whether it makes a difference for a row.
        instead: what a row says among its choices as long as this one is not made.
    """

    name: str
    says: str
    change: Callable[[Row], Row]
    applies: Callable[[Row], bool] = _always
    instead: str = ""


def _layout(**changes: Any) -> Callable[[Row], Row]:
    def change(row: Row) -> Row:
        return replace(
            row, network=replace(row.blocks, layout=replace(row.blocks.layout, **changes))
        )

    return change


def _network(**changes: Any) -> Callable[[Row], Row]:
    return lambda row: replace(row, network=replace(row.blocks, **changes))


def _rate(factor: float) -> Callable[[Row], Row]:
    return lambda row: replace(row, network=replace(row.blocks, rate=factor * row.blocks.rate))


def _toggled(part: str) -> Callable[[Row], Row]:
    """Give a bias to what has none, or take it."""

    def change(row: Row) -> Row:
        had = row.blocks.layout.biased
        kept = tuple(name for name in had if name != part)
        return _layout(biased=kept if part in had else (*had, part))(row)

    return change


def _task(**changes: Any) -> Callable[[Row], Row]:
    return lambda row: replace(row, task=replace(row.task, **changes))


def _recurs(row: Row) -> bool:
    return row.blocks.layout.recurrent != "nothing"


def _at_every_step(row: Row) -> bool:
    return row.experiment in ("1", "2a", "2b")


def _squashes(row: Row) -> bool:
    return row.experiment not in ("2a", "2b")


CHOICES: Final = (
    Choice("linear_output", "output units are linear", _layout(squash="identity")),
    Choice(
        "cross_entropy",
        "the error of an output is not multiplied by the slope of its logistic function",
        _layout(squash="sigma, cross-entropy"),
    ),
    Choice(
        "nothing_recurs",
        "no hidden unit feeds a hidden unit; a cell keeps its state all the same",
        _layout(recurrent="nothing"),
        _recurs,
    ),
    Choice(
        "cells_recur", "cells recur, gates do not (as in 2000)", _layout(recurrent="cells"), _recurs
    ),
    Choice(
        "shortcut",
        "inputs feed the outputs too",
        _layout(shortcut=True),
        lambda row: not row.blocks.layout.shortcut,
    ),
    Choice(
        "output_bias_other", "outputs have a bias where they had none, or none", _toggled("outputs")
    ),
    Choice("cell_bias_other", "cells have a bias where they had none, or none", _toggled("cells")),
    Choice(
        "table_10_squashing",
        "g within -1 and 1, h within -2 and 2, as the caption of table 10 has it",
        _layout(squash_in="2 sigma - 1", squash_out="4 sigma - 2"),
        _squashes,
    ),
    Choice(
        "random_input_biases",
        "input-gate biases are drawn like the weights",
        _network(input_bias=None),
        lambda row: row.blocks.input_bias is not None,
    ),
    Choice(
        "random_output_biases",
        "output-gate biases are drawn like the weights",
        _network(output_bias=None),
        lambda row: row.blocks.output_bias is not None,
    ),
    Choice(
        "other_spread",
        "first weights within 0.2 where 0.1 is printed, or the reverse",
        lambda row: replace(row, network=replace(row.blocks, spread=0.3 - row.blocks.spread)),
    ),
    Choice("double_rate", "twice the rate: the error of E without the factor 1/2", _rate(2)),
    Choice("half_rate", "half the rate", _rate(0.5)),
    Choice("fifth_rate", "a fifth of the rate", _rate(0.2)),
    Choice("five_rate", "five times the rate", _rate(5)),
    Choice(
        "each_step",
        "weights move after every step with a target",
        lambda row: replace(row, every_step=True),
        _at_every_step,
        PER_SEQUENCE,
    ),
    Choice(
        "actual_next",
        "the target is the symbol that follows, not all that may",
        _task(actual_next=True),
        lambda row: row.experiment == "1",
        EVERY_LEGAL,
    ),
    Choice(
        "error_at_end",
        "there is a target at the end of a sequence only",
        _task(at_end=True),
        lambda row: row.experiment in ("2a", "2b"),
    ),
    Choice(
        "cell_later",
        "the cell joins when the error of the input-output net has stopped falling: when the mean "
        "of 100 sequences is within one per cent of that of the 100 before",
        lambda row: replace(row, cell_later=True),
        lambda row: row.experiment in ("2a", "2b"),
    ),
)
BY_NAME: Final = {choice.name: choice for choice in CHOICES}


def varied(row: Row, names: str) -> Row:
    """A row with choices made, known by its name and theirs.

    Args:
        row: as printed.
        names: "as_printed", or names of choices joined by plus signs.

    Raises:
        CommandError: no such choice, or none that applies to this row; the message lists those
            that do.
    """
    made = row
    if names != AS_PRINTED:
        for name in names.split("+"):
            if name not in BY_NAME or not BY_NAME[name].applies(row):
                known = ", ".join(each.name for each in CHOICES if each.applies(row))
                raise CommandError(
                    f"there is no choice {name!r} for row {row.name}; there are: {AS_PRINTED}, "
                    f"{known} (several are joined by a plus sign)"
                )
            made = BY_NAME[name].change(made)
    cap = int(GIVEN_UP * row.printed_sequences) + row.rule.window * (not row.counts_window)
    return replace(made, name=f"{row.name}+{names}", cap=min(cap, row.cap))


def made(row: Row, names: str) -> Row:
    """The same under the row's own name, with what the choices say among its choices."""
    if not names:
        return row
    used = [BY_NAME[name] for name in names.split("+")]
    kept = tuple(said for said in row.choices if said not in {each.instead for each in used})
    same = replace(varied(row, names), name=row.name, cap=row.cap)
    return replace(same, choices=kept + tuple(each.says for each in used))


def single(row: Row) -> list[Row]:
    """What the search runs for a row: as printed, and with each choice that applies, alone."""
    names = [AS_PRINTED, *(choice.name for choice in CHOICES if choice.applies(row))]
    return [varied(row, name) for name in names]
