"""A real Dask cluster on loopback, for the tests of long work."""

import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from distributed import Client

ROOT = Path(__file__).parents[1]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def running(folder):
    """A scheduler and two workers on loopback: its address, and the workers' processes."""
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
        worker += ["--local-directory", str(folder / f"worker{number}")]
        started.append(subprocess.Popen(worker, **quiet))
    try:
        with Client(address, timeout=60) as client:
            client.wait_for_workers(2, timeout=120)
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def both_busy(address, seconds=300):
    """Wait until both workers have something in hand."""
    deadline = time.monotonic() + seconds
    with Client(address, timeout=60) as client:
        busy = []
        while len(busy) < 2 and time.monotonic() < deadline:
            busy = [name for name, tasks in client.processing().items() if tasks]
