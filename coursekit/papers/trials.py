"""Run trials of a row, eight side by side, each ended by the row's own rule.

A trial is known by its number: its weights, its sequences and its test set come from the seed
``(seed, number)`` alone, so it is the same whoever runs beside it, on every run of one machine.
"""

import platform
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit import __version__
from coursekit.blocks import Layout, Params, ReadableTrainer
from coursekit.kernels.blocks import BlocksTrainer
from coursekit.kernels.compiled import HAVE_NUMBA
from coursekit.kernels.lanes_of import WIDTH
from coursekit.kernels.recurrent import RecurrentNet, RecurrentTrainer
from coursekit.papers.row import Row

Array = NDArray[np.float64]
Trainer = BlocksTrainer | ReadableTrainer | RecurrentTrainer


@dataclass
class _Trial:
    """What a running trial knows of itself."""

    number: int
    rng: np.random.Generator
    task: Any
    params: Any
    errors: Array
    wrong: NDArray[np.bool_]
    sequences: int = 0
    steps: int = 0
    seconds: float = 0.0


def _judged(task: Any, chunk: Any, answers: Array) -> tuple[Array, NDArray[np.bool_]]:
    """For each sequence of a chunk, its mean absolute error, and whether it is wrong."""
    targets = chunk.targets[chunk.mask]
    if getattr(task, "noisy_targets", False):
        targets = task.targets_without_noise(chunk)
    apart = np.abs(answers - targets)
    told = np.add.reduceat(chunk.mask.astype(np.int64), chunk.offsets[:-1])
    first = np.concatenate([[0], np.cumsum(told)[:-1]])
    if getattr(task, "regular", True) is False:  # 2b: only the last symbol can be known
        apart, first, told = apart[first + told - 1], np.arange(len(told)), np.ones_like(told)
    worst = np.maximum.reduceat(apart.max(axis=1), first)
    mean = np.add.reduceat(apart.mean(axis=1), first) / told
    if hasattr(task, "wrong"):
        return mean, task.wrong(answers, chunk)
    return mean, ~(worst < task.tolerance)


def run(
    row: Row,
    numbers: Sequence[int],
    seed: int,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[dict[str, Any]]:
    """Run trials to their ends; a finished one is handed out at once.

    Args:
        row: what is run.
        numbers: of the trials, from 0.
        seed: of all of them.
        stopped: asked after every chunk; True ends the run, and unfinished trials are dropped.

    Yields:
        One record a trial: row, trial, seed, success, sequences, steps, wrong, mean_error,
        seconds, versions.
    """
    waiting = list(numbers)[::-1]
    running: list[_Trial] = []
    while (waiting or running) and not stopped():
        while waiting and len(running) < WIDTH:
            number = waiting.pop()
            rng = np.random.default_rng([seed, number])
            task = row.task.prepared(rng) if hasattr(row.task, "prepared") else row.task
            fresh = _Trial(number, rng, task, row.network.init(rng), np.zeros(0), np.zeros(0, bool))
            if row.cell_later:
                _learned_without_cell(row, fresh)
            running.append(fresh)
        still = []
        for trial, done in zip(running, _advance(row, running), strict=True):
            if done is None and trial.sequences < row.cap:
                still.append(trial)
            else:
                yield _finished(row, trial, seed, done)
        running = still


def _advance(row: Row, running: list[_Trial]) -> list[int | None]:
    """One chunk for every running trial; how many sequences of it were needed, or None."""
    began = time.perf_counter()
    chunks = [trial.task.sample(trial.rng, row.chunk) for trial in running]
    trainer = _trainer(row, running)
    answers = trainer.learn(chunks)
    ended: list[int | None] = []
    checks = _checked(row, trainer, running) if row.check_size else None
    for place, (trial, chunk) in enumerate(zip(running, chunks, strict=True)):
        keep = row.rule.window + row.chunk
        if checks is None:
            errors, wrong = _judged(trial.task, chunk, answers[place])
            trial.errors = np.concatenate([trial.errors, errors])[-keep:]
            trial.wrong = np.concatenate([trial.wrong, wrong])[-keep:]
            needed = row.rule.first(trial.errors, trial.wrong, row.chunk)
        else:
            solved = row.rule.first(*checks[place], row.check_size)
            needed = None if solved is None else row.chunk
        if needed is not None and needed < row.chunk:
            # The weights at the very sequence at which the rule was met.
            trial.params = _again(row, trial, chunk, needed)
        else:
            trial.params = trainer.params(place)
        trial.sequences += row.chunk if needed is None else needed
        trial.steps += int(chunk.offsets[row.chunk if needed is None else needed])
        ended.append(needed)
    for trial in running:
        trial.seconds += (time.perf_counter() - began) / len(running)
    return ended


def _learned_without_cell(row: Row, trial: _Trial) -> None:
    """Train what joins inputs and outputs until its error stops falling; then the cell is there.

    A cell whose candidate is zero and which no output reads takes no part and is not changed.
    """
    layout = replace(row.blocks.layout, squash_in="2 sigma - 1")
    cells, drawn = layout.all_cells, trial.params
    V = drawn.V.copy()
    V[:, :cells] = 0.0
    trainer = _blocks(layout, [drawn._replace(W_g=np.zeros_like(drawn.W_g), V=V)], row)
    before = np.inf
    while trial.sequences < row.cap:
        chunk = trial.task.sample(trial.rng, 100)
        mean = float(_judged(trial.task, chunk, trainer.learn([chunk])[0])[0].mean())
        trial.sequences += len(chunk)
        trial.steps += int(chunk.offsets[-1])
        if not mean < 0.99 * before:
            break
        before = mean
    V = trainer.params(0).V
    V[:, :cells] = drawn.V[:, :cells]
    trial.params = drawn._replace(V=V)


def _trainer(row: Row, running: list[_Trial]) -> Trainer:
    starts = [trial.params for trial in running]
    if isinstance(row.network, RecurrentNet):
        return row.network.trainer(starts)
    return _blocks(row.blocks.layout, starts, row)


def _blocks(layout: Layout, starts: list[Params], row: Row) -> BlocksTrainer | ReadableTrainer:
    """The compiled trainer; the readable one, which computes the same, where there is no numba."""
    kind = BlocksTrainer if HAVE_NUMBA else ReadableTrainer
    return kind(layout, starts, row.blocks.rate, every_step=row.every_step)


def _again(row: Row, trial: _Trial, chunk: Any, count: int) -> Any:
    """A trial's weights after the first ``count`` sequences of a chunk."""
    trainer = _trainer(row, [trial])
    trainer.learn([_head(chunk, count)])
    return trainer.params(0)


def _head(chunk: Any, count: int) -> Any:
    end = chunk.offsets[count]
    parts = {name: getattr(chunk, name) for name in chunk.__dataclass_fields__}
    cut = {
        name: value[:end] if isinstance(value, np.ndarray) and name != "offsets" else value
        for name, value in parts.items()
    }
    return type(chunk)(**(cut | {"offsets": chunk.offsets[: count + 1]}))


def _checked(
    row: Row, trainer: Trainer, running: list[_Trial]
) -> list[tuple[Array, NDArray[np.bool_]]]:
    """A fresh check set for every trial, and how the nets do on it."""
    chunks = [
        trial.task.check_set()
        if hasattr(trial.task, "check_set")
        else trial.task.sample(trial.rng, row.check_size)
        for trial in running
    ]
    answers = trainer.answer(chunks)
    return [
        _judged(trial.task, chunk, told)
        for trial, chunk, told in zip(running, chunks, answers, strict=True)
    ]


def _finished(row: Row, trial: _Trial, seed: int, needed: int | None) -> dict[str, Any]:
    """The record of a trial, with its test on fresh sequences."""
    began = time.perf_counter()
    rng = np.random.default_rng([seed, trial.number, 1])
    fixed = hasattr(trial.task, "check_set")
    test = trial.task.check_set() if fixed else trial.task.sample(rng, row.test_size)
    (answers,) = _trainer(row, [trial]).answer([test])
    errors, wrong = _judged(trial.task, test, answers)
    counted = trial.sequences
    if needed is not None and not row.counts_window:
        counted -= row.rule.window
    return {
        "row": row.name,
        "trial": trial.number,
        "seed": seed,
        "success": needed is not None,
        "sequences": counted,
        "steps": trial.steps,
        "wrong": int(wrong.sum()),
        "test_size": len(test),
        "mean_error": float(errors.mean()) if np.isfinite(errors).all() else None,
        "seconds": round(trial.seconds + time.perf_counter() - began, 3),
        "versions": {
            "coursekit": __version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
    }
