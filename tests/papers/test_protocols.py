"""Protocols as data: each row fits together, says what the paper prints, and what we chose."""

import numpy as np
import pytest

from coursekit.papers import competitors
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
    "1_rtrl_3": (173000, 10),
    "1_rtrl_12": (25000, 10),
    "1_elman_15": (200000, 30),
    "2a_rtrl_p4_rate1": (1043000, 18),
    "2a_rtrl_p4_rate4": (892000, 18),
    "2a_rtrl_p4_rate10": (254000, 18),
    "2a_rtrl_p10_rate1": (5000000, 18),
    "2a_rtrl_p10_rate10": (5000000, 18),
    "2a_rtrl_p100_rate1": (5000000, 18),
    "2a_rtrl_p100_rate10": (5000000, 18),
    "2a_bptt_p100_rate1": (5000000, 18),
    "2a_bptt_p100_rate10": (5000000, 18),
}


def test_every_row_of_the_tables_is_here_once():
    assert {row.name: (row.printed_sequences, row.trials) for row in ROWS} == PRINTED


@named
def test_the_network_fits_the_task_and_the_estimate_the_lengths(row):
    wiring = getattr(row.network, "layout", row.network)
    assert (wiring.inputs, wiring.outputs) == (row.task.inputs, row.task.outputs)
    rng = np.random.default_rng(0)
    task = row.task.prepared(rng) if hasattr(row.task, "prepared") else row.task
    sample = task.sample(rng, 40)
    assert row.steps == pytest.approx(np.diff(sample.offsets).mean(), rel=0.12)
    if row in competitors.ROWS:  # what the paper's cap was, or what is told among the choices
        assert row.cap >= min(5 * row.printed_sequences, 5_000_000) or not row.printed_success
        assert any(f"more than {row.cap:,} " in choice for choice in row.choices)
    else:
        assert row.cap >= 5 * row.printed_sequences or row.name in ("2a", "2b")
    assert row.choices
    assert isinstance(row, Row)


def test_only_the_second_experiment_leaves_its_window_out():
    assert {row.experiment for row in ROWS if not row.counts_window} == {"2a", "2b", "2c"}


def test_the_rivals_have_the_printed_numbers_of_weights_and_shares_of_success():
    told = {row.name: (row.network.weights, row.network.rate) for row in competitors.ROWS}
    weights = {"1_rtrl_3": 170, "1_rtrl_12": 494, "1_elman_15": 435, "p4": 36, "p10": 144}
    weights["p100"] = 10404
    for name, (count, rate) in told.items():
        lag = name.split("_")[2] if name.startswith("2a") else name
        assert count == weights[lag]
        assert not name.startswith("2a") or name.endswith(f"rate{rate:g}")
    shares = {row.name: row.printed_success for row in competitors.ROWS}
    printed = [f"{shares[f'2a_rtrl_p4_rate{rate}']:.0%}" for rate in (1, 4, 10)]
    assert printed == ["78%", "56%", "22%"]
    assert shares["1_rtrl_3"] is shares["1_rtrl_12"] is None
    assert sum(share == 0 for share in shares.values()) == 7
