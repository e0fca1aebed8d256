"""Which cell and which rule was compared with what, and how closely: the rows of the table.

    python -m tests.comparisons.table      # from the project's folder: writes docs/comparisons.md

Each row measures itself. A test measures all of them, and holds the page to these rows. The cells
are those of ``coursekit.cells`` when this runs, so a new one has its rows as soon as it is there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from coursekit import cells
from coursekit.training import linear, logistic, softmax
from tests.comparisons import another_way, by_differences, by_hand
from tests.comparisons.recorded import keras_difference, made_with, torch_difference
from tests.comparisons.settings import TREES, cell_names

PAGE = Path(__file__).parents[2] / "docs" / "comparisons.md"
DIFFERENCES = "central differences"
GIVEN = "central differences, with what recurs held as given numbers"


@dataclass(frozen=True)
class Row:
    """One comparison: what, with what, within which bound, and how it is measured."""

    what: str
    compared_with: str
    bound: float
    measure: Callable[[], float]


def cells_and_stacks():
    """Every cell: its outputs, and its gradients."""
    for name in cell_names():
        text = "the equations, one number at a time"
        yield Row(f"{name}: outputs", text, 1e-14, partial(by_hand.cell, name))
    for name in cell_names():
        bound = 1e-8 if name == "nary_tree_lstm" else 4e-9
        yield Row(name, DIFFERENCES, bound, partial(by_differences.cell, name))
    two = by_differences.STACKED
    yield Row(str(two), DIFFERENCES, 1e-8, partial(by_differences.whole, two))
    text = "layer after layer"
    yield Row("stack(lstm, gru, elman): outputs", text, 1e-14, another_way.layer_after_layer)


def other_frameworks():
    """Numbers that others computed."""
    text = f"{made_with('torch')}, recorded: outputs, all gradients"
    for net, what, bound in (
        ("lstm", "lstm", 5e-14),
        ("lstm_no_bias", "lstm without bias", 5e-14),
        ("lstm_two_layers", "stack(lstm, lstm)", 5e-14),
        ("gru", "gru_reset_after", 5e-14),
        ("gru_no_bias", "gru_reset_after without bias", 2e-14),
        ("gru_two_layers", "stack(gru_reset_after, gru_reset_after)", 5e-13),
    ):
        yield Row(what, text, bound, partial(torch_difference, net))
    text = f"{made_with('keras')}, recorded: outputs, all gradients"
    for net in ("lstm", "gru", "gru_reset_after"):
        yield Row(net, text, 5e-14, partial(keras_difference, net))


def limit_cases():
    """Where one cell must be another, or must do nothing."""
    way = another_way
    for what, text, bound, measure in (
        ("lstm", "lstm_1997, with the forget gate held open", 1e-14, way.open_forget_gate),
        ("coupled_lstm", "lstm, its input gate mirroring f", 2e-14, way.mirrored_input_gate),
        ("peephole_lstm", "lstm, with peepholes of zero", 1e-14, way.no_peepholes),
        ("gru", "gru_reset_after, with the reset gate open", 2e-14, way.open_reset_gate),
        ("conv_lstm", "peephole_lstm, at one place", 1e-14, way.one_place),
        ("tree_lstm", "lstm, on a chain", 1e-14, partial(way.chain, cells.tree_lstm)),
        ("nary_tree_lstm", "lstm, on a chain", 1e-14, partial(way.chain, cells.nary_tree_lstm)),
        ("carousel", "the sum of its inputs", 2e-14, way.summed_inputs),
        ("elman_linear", "powers of U", 2e-14, way.matrix_powers),
    ):
        yield Row(what, text, bound, measure)
    text = "its first state, nothing forgotten and nothing let in"
    for cell in (
        *(cells.lstm_1997, cells.lstm, cells.peephole_lstm, cells.coupled_lstm),
        *(cells.state_peephole_lstm, cells.gru, cells.gru_reset_after),
    ):
        name = cell.__name__.rpartition(".")[2]
        yield Row(f"{name}: 50 steps", text, 0.0, partial(another_way.state_kept, cell))


def learning_rules():
    """Each way to a gradient."""
    for name in cell_names():
        if name not in TREES:
            measure = partial(another_way.forward_in_time, getattr(cells, name))
            yield Row(f"RTRL, {name}", "BPTT", 2e-14, measure)
    two = by_differences.STACKED
    yield Row(f"RTRL, {two}", "BPTT", 2e-14, partial(another_way.forward_in_time, two))
    text = "BPTT: the sum over time"
    measure = partial(another_way.added_up, cells.lstm)
    yield Row("gradient by time step, lstm", text, 1e-14, measure)
    for name, field in (("elman", "h"), ("lstm", "h"), ("lstm", "c"), ("gru", "h")):
        measure = partial(by_differences.jacobian, name, field)
        yield Row(f"Jacobian of {field}, {name}", DIFFERENCES, 1e-9, measure)
        measure = partial(by_differences.norms, name, field)
        yield Row(f"norms against lag, {field} of {name}", DIFFERENCES, 5e-10, measure)
    for name in ("lstm_1997", "lstm", "peephole_lstm"):
        rule = f"truncated rule, {name}"
        yield Row(rule, GIVEN, 1e-8, partial(by_differences.truncated_rule, name))
        measure = partial(another_way.nothing_cut, getattr(cells, name))
        yield Row(rule, "BPTT, where nothing is there to cut", 1e-14, measure)


def training():
    """Losses, and a read-out that is solved for."""
    for readout in (linear, logistic, softmax):
        what = f"loss of lstm and {readout.__name__.rpartition('.')[2]}"
        yield Row(what, DIFFERENCES, 5e-8, partial(by_differences.with_readout, readout))
    text = "the normal equations"
    yield Row("read-out by pseudo-inverse", text, 1e-13, another_way.normal_equations)


def memory_blocks():
    """The papers' own network and its rule."""
    for name in ("1-3", "3a", "4", "6b", "continual_1999", "continual_2000", "timing_2002"):
        net, bound = f"memory blocks, network {name}", 5e-8 if name == "timing_2002" else 3e-8
        text = "the equations, one number at a time"
        yield Row(f"{net}: outputs", text, 1e-14, partial(by_hand.block_outputs, name))
        measure = partial(by_differences.block_gradient, name)
        yield Row(f"{net}: BPTT", DIFFERENCES, bound, measure)
        yield Row(f"{net}: truncated rule", GIVEN, bound, partial(by_differences.block_rule, name))
    text, measure = "BPTT, where nothing is there to cut", another_way.nothing_cut_in_blocks
    yield Row("memory blocks, truncated rule", text, 1e-14, measure)


def compiled_forms():
    """The same equations, compiled."""
    yield Row("compiled lstm", "lstm", 1e-14, another_way.compiled)
    for cell, readout in ((cells.elman, linear), (cells.lstm, logistic), (cells.gru, softmax)):
        names = [module.__name__.rpartition(".")[2] for module in (cell, readout)]
        what = f"compiled training of {' and '.join(names)}: weights after 12 updates"
        measure = partial(another_way.compiled_updates, cell, readout)
        yield Row(what, "the readable loop", 3e-14 if cell is cells.elman else 1e-13, measure)


SECTIONS = {
    "Cells": cells_and_stacks,
    "Other people's numbers": other_frameworks,
    "Limit cases": limit_cases,
    "Learning rules": learning_rules,
    "Memory blocks": memory_blocks,
    "Training": training,
    "Compiled forms": compiled_forms,
}


def rows():
    """All comparisons."""
    return [row for section in SECTIONS.values() for row in section()]


def page():
    """The page, as these rows say it."""
    text = [
        "# What was compared with what",
        "",
        "Written by `python -m tests.comparisons.table`. A test measures every row anew, and fails",
        "when it is further off than the page says. A difference is the largest one of an array,",
        "relative to the largest number of that array; a row has the worst of its arrays. Without",
        "further words a row is about gradients: of all weights and, where the way gives them, of",
        "inputs and initial states. *The same* is to the last bit. Recorded numbers, and the",
        "scripts that made them, are in `tests/recorded/`; Keras on PyTorch multiplies in float32",
        "in some of its layers, and was told not to.",
    ]
    for title, section in SECTIONS.items():
        text += ["", f"## {title}", "", "| what | compared with | within |", "|---|---|---|"]
        for row in section():
            within = f"{row.bound:.0e}" if row.bound else "the same"
            text.append(f"| {row.what} | {row.compared_with} | {within} |")
    return "\n".join(text) + "\n"


if __name__ == "__main__":
    for row in rows():
        print(f"{row.what:<46} {row.compared_with:<60} {row.measure():.1e} ({row.bound:.0e})")
    PAGE.write_text(page(), encoding="utf-8")
