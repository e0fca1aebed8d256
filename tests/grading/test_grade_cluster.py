"""Submissions on a Dask cluster: a worker that dies loses nothing; the reports are the same."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.errors import CommandError
from coursekit.grading import batch
from tests.cluster import both_busy, free_port, running

ROOT = Path(__file__).parents[2]
NAME = "ex05_lstm_cell"


@pytest.fixture
def submissions(tmp_path):
    solution = (ROOT / "solutions" / NAME / f"{NAME}.ipynb").read_bytes()
    stub = (ROOT / "exercises" / NAME / f"{NAME}.ipynb").read_bytes()
    for number in range(10):
        place = tmp_path / "submissions" / f"student{number}"
        place.mkdir(parents=True)
        (place / "work.ipynb").write_bytes(stub if number % 3 == 2 else solution)
    return tmp_path / "submissions"


def reports(out):
    return [path.read_bytes() for path in (out / "grades.csv", *sorted(out.glob("feedback/*")))]


def test_a_worker_that_dies_loses_no_submission(submissions, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    with running(tmp_path) as (address, workers):
        started = subprocess.Popen(
            [sys.executable, "-m", "coursekit", "grade", str(submissions), "--out", str(there)]
            + ["--seed", "5", "--scheduler", address],
            cwd=ROOT,
        )
        both_busy(address)
        os.kill(workers[0].pid, signal.SIGKILL)
        assert started.wait(timeout=600) == 0
    assert batch.run(submissions, here, workers=2, seed=5) == 0
    assert reports(here) == reports(there)
    assert len(reports(here)) == 11


def test_an_address_without_a_scheduler_is_named(submissions, tmp_path):
    with pytest.raises(CommandError, match="no scheduler answers at tcp://127.0.0.1"):
        batch.run(submissions, tmp_path / "out", scheduler=f"tcp://127.0.0.1:{free_port()}")
