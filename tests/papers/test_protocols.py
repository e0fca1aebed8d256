"""Protocols as data: each row fits together, says what the paper prints, and what we chose."""

import numpy as np
import pytest

from coursekit.papers.hochreiter1997 import ROWS
from coursekit.papers.row import Row

named = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
PRINTED = {
    "1-1": (39740, 30),
    "1-2": (21730, 30),
    "1-3": (14060, 30),
    "1-4": (9500, 30),
    "1-5": (8440, 30),
    "2a": (5040, 18),
    "2b": (5680, 18),
    "2c_q50_p50": (30000, 20),
    "2c_q100_p100": (31000, 20),
    "2c_q200_p200": (33000, 20),
    "2c_q500_p500": (38000, 20),
    "2c_q1000_p1000": (49000, 20),
    "2c_q1000_p500": (49000, 20),
    "2c_q1000_p200": (75000, 20),
    "2c_q1000_p100": (135000, 20),
    "2c_q1000_p50": (203000, 20),
    "3a_T100_N3": (39850, 10),
    "3a_T100_N1": (64330, 10),
    "3a_T1000_N3": (452460, 10),
    "3b_T100_N3": (43250, 10),
    "3b_T100_N1": (78430, 10),
    "3b_T1000_N1": (485080, 10),
    "3c_T100_N3": (269650, 10),
    "3c_T100_N1": (565640, 10),
    "4_T100": (74000, 10),
    "4_T500": (209000, 10),
    "4_T1000": (853000, 10),
    "5_n140": (482000, 10),
    "5_n13": (1273000, 10),
    "6a": (31390, 20),
    "6b": (571100, 10),
}


def test_every_row_of_the_tables_is_here_once():
    assert {row.name: (row.printed_sequences, row.trials) for row in ROWS} == PRINTED


@named
def test_the_network_fits_the_task_and_the_estimate_the_lengths(row):
    assert (row.network.layout.inputs, row.network.layout.outputs) == (
        row.task.inputs,
        row.task.outputs,
    )
    rng = np.random.default_rng(0)
    task = row.task.prepared(rng) if hasattr(row.task, "prepared") else row.task
    sample = task.sample(rng, 40)
    assert row.steps == pytest.approx(np.diff(sample.offsets).mean(), rel=0.12)
    assert row.cap >= 5 * row.printed_sequences or row.name in ("2a", "2b")
    assert row.choices
    assert isinstance(row, Row)


def test_only_the_second_experiment_leaves_its_window_out():
    assert {row.experiment for row in ROWS if not row.counts_window} == {"2a", "2b", "2c"}
