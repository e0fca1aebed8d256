"""What grading from outside costs: starting a worker, calling it, and getting rid of it.

    python benchmarks/grading.py

Times are medians, in turns with a bare Python that imports NumPy, because that is the floor and a
busy machine hits all of them. What a hang costs is the time beyond its limit.
"""

import resource
import statistics
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter

from run import medians, report

from coursekit.grading.sandbox import LEVELS, Limits, Lost, Session, launcher_for, reached

CHANNEL = (
    "import gc, os, socket, struct, threading\n"
    "channel = next(o for o in gc.get_objects() if isinstance(o, socket.socket))\n"
)
HANGS = {
    "a loop": "while True: pass",
    "a loop that ignores signals": (
        "import signal\nfor s in (1, 2, 3, 15): signal.signal(s, signal.SIG_IGN)\nwhile True: pass"
    ),
    "a wait": "import threading; threading.Event().wait()",
    "one long call in C": "10 ** 10 ** 9",
    "children that loop": (
        "import os\nfor _ in range(4): os.fork() or os.setsid()\nwhile True: pass"
    ),
    "one byte a second": (
        f"{CHANNEL}while True:\n    channel.sendall(bytes(1))\n    threading.Event().wait(1)"
    ),
}
FLOODS = (
    f"{CHANNEL}while True: channel.sendall(os.urandom(1 << 20))",
    f"{CHANNEL}channel.sendall(struct.pack('>II', 4 << 20, 64 << 20) + bytes(68 << 20))",
    f"{CHANNEL}channel.sendall(struct.pack('>II', 4 << 20, 0) + b'[],' * (4 << 20))",
)


def starter(level: str) -> Callable[[], None]:
    """What starts and ends a worker at a level."""

    def start() -> None:
        Session(Limits(), launcher=launcher_for(level)).close()

    return start


def bare() -> None:
    """What no worker can be faster than."""
    subprocess.run([sys.executable, "-s", "-P", "-c", "import numpy"], check=True)


def hang(level: str, source: str, limit: float) -> float:
    """Seconds that a cell without end costs beyond its limit."""
    with Session(Limits(), launcher=launcher_for(level)) as session:
        began = perf_counter()
        try:
            session.ask("run_cell", limit, source=source)
        except Lost:
            return perf_counter() - began - limit
    raise AssertionError("it ended by itself")


def scalar_call(level: str) -> float:
    """Median seconds of a call with one number there and one back."""
    with Session(Limits(), launcher=launcher_for(level)) as session:
        session.ask("run_cell", 60, source="def f(x): return x + 1")
        taken = []
        for _ in range(2000):
            began = perf_counter()
            session.ask("call", 60, name="f", arguments=(1.0,), watch=False)
            taken.append(perf_counter() - began)
    return statistics.median(taken)


def memory() -> float:
    """The most memory that this process has had, in MB."""
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> int:
    """Run all measurements.

    Returns:
        The exit code: 0, also where a target is missed, for a busy machine is no mistake.
    """
    probe = reached()
    print(f"isolation: {probe.level} {probe.reason}\n")
    levels = LEVELS[1 : LEVELS.index(probe.level) + 1]
    floor, *starts = medians(bare, *map(starter, levels))
    report("a bare Python that imports NumPy", floor, "s")
    for level, seconds in zip(levels, starts, strict=True):
        report(f"a worker started and ended: {level}", seconds, "s", 0.2)
    for level in levels:
        report(f"a scalar call: {level}", 1000 * scalar_call(level), "ms", 0.5)
    for name, source in HANGS.items():
        worst = max(hang(probe.level, source, 0.5) for _ in range(5))
        report(f"beyond its limit, the worst of 5: {name}", worst, "s", 0.2)
    for source in FLOODS:
        hang(probe.level, source, 5.0)
    before = memory()
    for _ in range(10):
        for source in FLOODS:
            hang(probe.level, source, 5.0)
    report("growth of the grader over 30 floods of its channel", memory() - before, "MB", 10)
    return 0


if __name__ == "__main__":
    sys.exit(main())
