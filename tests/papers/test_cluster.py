"""A Dask cluster: a real scheduler and two workers on loopback, one of which is killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from distributed import Client

from coursekit.errors import CommandError
from coursekit.papers import jobs, reproduce, results

ROOT = Path(__file__).parents[2]
ROW = "6a"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture
def cluster(tmp_path):
    """The scheduler's address, and the two workers' processes."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    common = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    started = [
        subprocess.Popen(
            [*common, "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **quiet
        )
    ]
    for number in range(2):
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny"]
        worker += ["--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard"]
        worker += ["--local-directory", str(tmp_path / f"worker{number}")]
        started.append(subprocess.Popen(worker, **quiet))
    with Client(address, timeout=60) as client:
        client.wait_for_workers(2, timeout=120)
    yield address, started[1:]
    for process in started:
        process.kill()
        process.wait()


def test_a_worker_that_dies_loses_nothing_and_no_trial_comes_twice(cluster, tmp_path):
    address, workers = cluster
    folder = tmp_path / "results"
    code = (
        "from coursekit.cli import main; import sys; "
        f"sys.exit(main(['reproduce', 'hochreiter1997', '--row', '{ROW}', '--trials', '32', "
        f"'--results', {str(folder)!r}, '--scheduler', '{address}']))"
    )
    running = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    deadline = time.monotonic() + 300
    with Client(address, timeout=60) as client:
        busy = []
        while len(busy) < 2 and time.monotonic() < deadline:  # both have a group in hand
            processing = client.processing()
            busy = [name for name, tasks in processing.items() if tasks]
    os.kill(workers[0].pid, signal.SIGKILL)
    assert running.wait(timeout=600) == 0
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
