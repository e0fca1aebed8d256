"""A Dask cluster: a real scheduler and two workers on loopback, one of which is killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.errors import CommandError
from coursekit.papers import jobs, reproduce, results
from tests.cluster import both_busy, free_port, running

ROOT = Path(__file__).parents[2]
ROW = "6a"


@pytest.fixture
def cluster(tmp_path):
    """The scheduler's address, and the two workers' processes."""
    with running(tmp_path) as found:
        yield found


def test_a_worker_that_dies_loses_nothing_and_no_trial_comes_twice(cluster, tmp_path):
    address, workers = cluster
    folder = tmp_path / "results"
    code = (
        "from coursekit.cli import main; import sys; "
        f"sys.exit(main(['reproduce', 'hochreiter1997', '--row', '{ROW}', '--trials', '32', "
        f"'--results', {str(folder)!r}, '--scheduler', '{address}']))"
    )
    started = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    both_busy(address)
    os.kill(workers[0].pid, signal.SIGKILL)
    assert started.wait(timeout=600) == 0
    path = results.path_of(folder, "hochreiter1997", ROW)
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert sorted(record["trial"] for record in records) == list(range(32))
    (here,) = jobs.finished_group("hochreiter1997", ROW, [17], 0)
    (there,) = (record for record in records if record["trial"] == 17)
    assert (here["sequences"], here["wrong"]) == (there["sequences"], there["wrong"])


def test_an_address_without_a_scheduler_is_named(tmp_path):
    with pytest.raises(CommandError, match="no scheduler answers at tcp://127.0.0.1"):
        reproduce.run(
            *("hochreiter1997",),
            row=ROW,
            trials=1,
            folder=tmp_path,
            scheduler=f"tcp://127.0.0.1:{free_port()}",
        )
