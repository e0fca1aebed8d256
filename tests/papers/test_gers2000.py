"""The tables of 2000: rows as printed, and the committed results behind the report."""

from dataclasses import replace
from pathlib import Path

import pytest

from coursekit.papers import results
from coursekit.papers.gers2000 import ROWS
from coursekit.papers.stream_report import stream_summary, stream_table
from coursekit.papers.streams import run

FOLDER = Path(__file__).parents[2] / "results"
FILES = sorted(FOLDER.glob("gers2000/*.jsonl"))
BY_NAME = {row.name: row for row in ROWS}
#: perfect, streams, good or partial, its mean length, bad, its mean length
PRINTED = {
    "reber_standard_reset": (0.74, 7441, 0.0, None, 0.26, 31),
    "reber_standard": (0.0, None, 0.01, 1166, 0.99, 37),
    "reber_state_decay": (0.0, None, 0.0, None, 1.0, 56),
    "reber_forget": (0.18, 18889, 0.29, 39171, 0.53, 145),
    "reber_forget_rate_decay": (0.62, 14087, 0.06, 68464, 0.32, 30),
    "order_standard": (0.0, None, 1.0, 4.6),
    "order_forget": (0.24, 74977, 0.76, 12.2),
    "order_forget_rate_decay": (0.37, 79354, 0.63, 11.8),
}


def test_every_row_of_the_tables_is_here_once_and_its_shares_add_up():
    assert [row.name for row in ROWS] == list(PRINTED)
    for row in ROWS:
        bad = () if row.printed_bad is None else row.printed_bad
        printed = (row.printed_success, row.printed_sequences, *row.printed_good, *bad)
        assert printed == PRINTED[row.name]
        assert sum(printed[::2]) == pytest.approx(1)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_network_fits_the_task_and_the_row_its_algorithm(row):
    layout = row.network.layout
    assert (layout.inputs, layout.outputs) == (row.task.inputs, row.task.outputs)
    assert row.network.rate == 0.5 and row.tests == 10 and row.trials == 10
    assert layout.forget_gates is ("forget" in row.name)
    assert layout.self_weight == (0.9 if "state_decay" in row.name else 1)
    assert row.reset is row.name.endswith("reset")
    assert row.cap == {"reber": 30_000, "order": 100_000}[row.experiment]
    decays = {"reber": 0.99, "order": 0.9}
    assert row.decay == (decays[row.experiment] if "rate_decay" in row.name else 1)
    assert (row.good_from is None) is (row.experiment == "order")
    assert row.choices


def test_told_where_strings_begin_most_nets_learn_the_grammar():
    """Four trials of the row that is reset from outside, with a third of its streams."""
    (row,) = (row for row in ROWS if row.name == "reber_standard_reset")
    records = list(run(replace(row, cap=10_000), range(4), 0))
    perfect = [record for record in records if record["success"]]
    assert len(perfect) >= 2
    assert all(record["lengths"] == [100_000] * 10 for record in perfect)
    assert all(record["sequences"] <= 10_000 for record in records)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_holds_every_trial_of_its_row(path):
    row = BY_NAME[path.stem]
    found = results.read(path, row.name)
    assert found.damaged == ()
    numbers = sorted(record["trial"] for record in found.records)
    assert numbers == list(range(len(numbers))) and len(numbers) >= row.trials
    for record in found.records:
        assert record["seed"] == 0 and record["test_size"] == row.tests
        assert record["verdict"] == row.verdict(record["lengths"])
        assert record["success"] is (record["verdict"] == "perfect")
        assert record["success"] or record["sequences"] == row.cap
        assert record["wrong"] == sum(length < row.task.limit for length in record["lengths"])
        assert record["longest"] <= row.task.limit


def test_the_report_counts_what_the_files_hold():
    """Whatever the verdict, it follows from the lines: nothing is written by hand."""
    page = stream_table("gers2000", list(ROWS), FOLDER)
    for path in FILES:
        row = BY_NAME[path.stem]
        told = stream_summary(row, results.read(path, row.name).records)
        (line,) = [line for line in page.splitlines() if line.startswith(f"| {row.name} |")]
        assert line.startswith(f"| {row.name} | {told['trials']} | {row.printed_success:.0%}")
        assert f"| {told['counts']['perfect'] / told['trials']:.0%}" in line
        assert line.endswith("| yes |" if told["reproduced"] else "| no |")
    assert len(FILES) >= 5
