"""Seconds per row of the published tables, beside PyTorch doing the same updates.

    pip install "coursekit[bench]"
    python benchmarks/reproduce.py

For each row eight trials are trained for a number of sequences, as ``coursekit reproduce`` trains
them; PyTorch trains one net of as many units (nn.LSTM, a linear read-out, SGD, float32) on the same
lengths, one sequence and one update. Both in turns, one thread each, medians. From the microseconds
a step follow the minutes of a row with the paper's number of trials, if each trial needs the
printed number of sequences; where trials ended in ``results/``, their own steps are taken.
"""

import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np

from coursekit.kernels.blocks import BlocksTrainer
from coursekit.kernels.lanes_of import WIDTH
from coursekit.papers import results
from coursekit.papers.hochreiter1997 import ROWS
from coursekit.papers.row import Row

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
NAMES = ("1-5", "2c_q50_p50", "3a_T100_N1", "4_T100", "5_n140", "6a", "6b")
TURNS, SEQUENCES = 5, 200
RESULTS = Path(__file__).resolve().parents[1] / "results"


def ours(row: Row) -> tuple[Callable[[], object], int]:
    """Eight trials of a row, as they are trained, sampling included; and steps of one call."""
    rngs = [np.random.default_rng([0, number]) for number in range(WIDTH)]
    tasks = [row.task.prepared(rng) if hasattr(row.task, "prepared") else row.task for rng in rngs]
    starts = [row.blocks.init(rng) for rng in rngs]
    trainer = BlocksTrainer(row.blocks.layout, starts, row.blocks.rate, every_step=row.every_step)

    def run() -> None:
        pairs = zip(tasks, rngs, strict=True)
        trainer.learn([task.sample(rng, SEQUENCES) for task, rng in pairs])

    return run, round(WIDTH * SEQUENCES * row.steps)


def theirs(row: Row) -> tuple[Callable[[], object], int]:
    """PyTorch: as many units, sequences of the mean length, an error at the end."""
    import torch

    torch.set_num_threads(1)
    layout, steps = row.blocks.layout, round(row.steps)
    net = torch.nn.LSTM(layout.inputs, layout.all_cells)
    readout = torch.nn.Linear(layout.all_cells, layout.outputs)
    optimiser = torch.optim.SGD([*net.parameters(), *readout.parameters()], lr=0.01)
    xs, target = torch.randn(steps, 1, layout.inputs), torch.rand(layout.outputs)

    def run() -> None:
        optimiser.zero_grad()
        h, _ = net(xs)
        (0.5 * (torch.sigmoid(readout(h[-1, 0])) - target) ** 2).sum().backward()
        optimiser.step()

    return run, steps


def microseconds(programs: dict[str, tuple[Callable[[], object], int]]) -> dict[str, float]:
    """Of a step of one trial, each program in its turn."""
    for program, _ in programs.values():
        program()
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(TURNS):
        for name, (program, steps) in programs.items():
            began = perf_counter()
            program()
            taken[name].append((perf_counter() - began) / steps * 1e6)
    return {name: statistics.median(found) for name, found in taken.items()}


def steps_of(row: Row) -> float:
    """Steps of all trials of a row: those in the results, or as printed."""
    found = results.read(results.path_of(RESULTS, "hochreiter1997", row.name), row.name).records
    if found:
        return float(sum(record["steps"] for record in found))
    return row.trials * row.expected * row.steps


def main() -> int:
    """Print a line for each row."""
    print(f"Python {sys.version.split()[0]}, one thread, medians of {TURNS} turns\n")
    print("row            microseconds a step: ours   PyTorch   times     row on one core: ours")
    for row in ROWS:
        if row.name not in NAMES:
            continue
        median = microseconds({"ours": ours(row), "PyTorch": theirs(row)})
        minutes = steps_of(row) * median["ours"] / 6e7
        print(
            f"{row.name:<15}{median['ours']:25.3f}{median['PyTorch']:10.1f}"
            f"{median['PyTorch'] / median['ours']:8.0f}{minutes:20.1f} minutes"
        )
    return 0


if __name__ == "__main__":
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        # Threads are counted when a library is loaded: begin again with one.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ONE_THREAD})
    sys.exit(main())
