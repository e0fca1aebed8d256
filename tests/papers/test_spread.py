"""Means, medians and resamples, against cases that are known by hand."""

from math import comb
from pathlib import Path

import numpy as np
import pytest

from coursekit.papers import spread
from coursekit.papers.gers2000 import ROWS as STREAMS
from coursekit.papers.hochreiter1997 import ROWS

FOLDER = Path(__file__).parents[2] / "results"
ROW = next(row for row in ROWS if row.name == "6a")


def record(number, count):
    return {"trial": number, "success": count is not None, "sequences": count or 99}


def test_laboratories_share_the_trials_out_in_order():
    records = tuple(record(k, None if k % 4 == 0 else float(k)) for k in range(12))
    labs = spread.labs(records, size=4)
    assert [lab.trials for lab in labs] == [4, 4, 4]
    assert [list(lab.counts) for lab in labs] == [[1, 2, 3], [5, 6, 7], [9, 10, 11]]
    assert [lab.mean for lab in labs] == [2, 6, 10]
    assert len(spread.labs(records, size=5)) == 2  # the rest is not a laboratory


def test_committed_trials_come_in_the_order_of_their_numbers():
    records = spread.records_of("gers2000", STREAMS[0], FOLDER)
    assert [r["trial"] for r in records] == sorted(r["trial"] for r in records)
    assert len(spread.counts(records)) == sum(r["verdict"] == "perfect" for r in records)


def test_the_bootstrap_of_the_mean_has_its_known_spread():
    rng = np.random.default_rng(0)
    values = rng.exponential(size=40)
    means = spread.bootstrap(values, np.mean, rng)
    assert means.shape == (10_000,)
    assert means.mean() == pytest.approx(values.mean(), rel=0.02)
    assert means.std() == pytest.approx(values.std() / np.sqrt(40), rel=0.05)
    assert spread.bootstrap(values, np.mean, rng, size=10).std() > 1.8 * means.std()
    with pytest.raises(ValueError, match="one number for each trial"):
        spread.bootstrap([], np.mean, rng)


def test_the_rule_on_itself_in_cases_that_can_be_counted():
    rng = np.random.default_rng(0)
    same = tuple(record(k, 100) for k in range(20))
    assert spread.chance_of_itself(ROW, same, rng, 50) == 1
    failed = tuple(record(k, None) for k in range(20))
    assert spread.chance_of_itself(ROW, failed, rng, 50) == 1
    half = tuple(record(k, 100 if k % 2 else None) for k in range(20))
    # own >= theirs of two binomials with 20 trials at one half: (1 + chance of a tie) / 2
    ties = sum((comb(20, k) / 2**20) ** 2 for k in range(21))
    assert spread.chance_of_itself(ROW, half, rng, 4_000) == pytest.approx((1 + ties) / 2, abs=0.03)
