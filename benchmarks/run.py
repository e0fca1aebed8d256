"""Measure what the course promises, each beside its target; and what a user would pick instead.

    python benchmarks/run.py           # all but PyTorch, unless it is installed
    pip install "coursekit[bench]"     # for the side-by-side part

Times are medians; two programs that are compared take turns, so that a busy machine hits both.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import numpy as np

from coursekit.cells import elman
from coursekit.errors import CommandError
from coursekit.gradients import state_jacobian, unroll

ROOT = Path(__file__).resolve().parents[1]


def report(what: str, value: float, unit: str, target: float | None = None) -> None:
    """Print one line: the measurement, its target, and whether it is met."""
    verdict = ""
    if target is not None:
        verdict = f"target {target:g} {unit}   {'met' if value < target else 'MISSED'}"
    print(f"{what:<58}{value:>9.3g} {unit:<6}{verdict}", flush=True)


def medians(*programs: Callable[[], object], repeats: int = 15) -> list[float]:
    """Seconds of each program, which take turns; the first turn of each does not count."""
    seconds: list[list[float]] = [[] for _ in programs]
    for turn in range(repeats + 1):
        for program, taken in zip(programs, seconds, strict=True):
            began = perf_counter()
            program()
            if turn:
                taken.append(perf_counter() - began)
    return [statistics.median(taken) for taken in seconds]


def fresh_import(statement: str, after: str) -> float:
    """Median seconds that a statement takes in a new Python that has imported `after`."""
    code = (
        f"import time, {after}; began = time.perf_counter()\n"
        f"{statement}\nprint(time.perf_counter() - began)"
    )
    command = [sys.executable, "-c", code]
    runs = [
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        for _ in range(7)
    ]
    return statistics.median(float(run.stdout) for run in runs)


def imports() -> None:
    """What importing coursekit adds to importing numpy and matplotlib."""
    seconds = fresh_import("import coursekit", after="numpy, matplotlib")
    report("import coursekit, after numpy and matplotlib", seconds, "s", 0.2)
    notebook = "numpy, matplotlib.pyplot, IPython.display"
    seconds = fresh_import("from coursekit import check, show", after=notebook)
    report("its check and show, in a notebook that has pyplot", seconds, "s", 0.2)


def jacobian() -> None:
    """state_jacobian over 100 steps of an Elman net of 50 units."""
    rng = np.random.default_rng(0)
    params = elman.init(rng, inputs=3, units=50)
    run = unroll(elman, params, rng.normal(size=(100, 3)))
    (seconds,) = medians(lambda: state_jacobian(elman, params, run, 0, 100))
    report("state_jacobian, 100 steps, 50 units", 1000 * seconds, "ms", 50)


def decks() -> None:
    """The size of each lesson's slides."""
    from coursekit.publish.course import locate
    from coursekit.publish.slides import write_deck

    for lesson in locate().lessons():
        with tempfile.TemporaryDirectory() as folder:
            began = perf_counter()
            deck = write_deck(lesson, Path(folder, "deck.html"))
            seconds = perf_counter() - began
            what = f"slides of {lesson.stem}, written in {seconds:.1f} s"
            report(what, deck.stat().st_size / 1e6, "MB", 4)


def repository() -> None:
    """The size of what git tracks, and of git's own folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    tracked = sum(path.stat().st_size for path in files if path.is_file())
    history = sum(path.stat().st_size for path in (ROOT / ".git").rglob("*") if path.is_file())
    report("files that git tracks", tracked / 1e6, "MB", 60)
    report("the same with git's history", (tracked + history) / 1e6, "MB", 60)


def main() -> int:
    """Run all measurements.

    Returns:
        The exit code: 0, also where a target is missed, for a busy machine is no mistake.
    """
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}\n")
    for part in (imports, jacobian, decks, repository):
        try:
            part()
        except (
            CommandError,
            ImportError,
            FileNotFoundError,
            subprocess.CalledProcessError,
        ) as error:
            print(f"{part.__name__}: left out: {error}")
    print("`python3 start.py test` on two cores, after installing: not run here, target 10 min;")
    print("`python3 start.py test --all`: not run here, target 20 min")
    if find_spec("torch") is None:
        print('\nPyTorch is not installed, so the side-by-side part is left out (extra "bench").')
        return 0
    print(flush=True)
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    compare = [sys.executable, str(Path(__file__).with_name("side_by_side.py"))]
    return subprocess.run(compare, cwd=ROOT, env={**os.environ, **one_thread}).returncode


if __name__ == "__main__":
    sys.exit(main())
