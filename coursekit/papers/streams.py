"""Run trials on streams: learn from one to its end, test with weights that stay, and so on.

A trial is perfect as soon as all test streams reach the limit; else it ends after the last stream
that it may learn from, and is judged by its weights then. Up to eight run side by side, and a
trial whose place is free is taken by the next one. As in ``trials``, a trial is known by its
number: weights and streams come from the seed ``(seed, number)`` alone.

Source: Gers, Schmidhuber and Cummins 2000, section 4.
"""

import platform
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursekit import __version__
from coursekit.blocks import Params
from coursekit.kernels.blocks import BlocksTrainer, Walked
from coursekit.kernels.lanes_of import WIDTH
from coursekit.papers.stream_row import StreamRow


@dataclass
class _Trial:
    """What a running trial knows of itself."""

    number: int
    rng: np.random.Generator
    chunk: Any = None
    runs: bool = True
    perfect: bool = False
    streams: int = 0  # that it learned from
    steps: int = 0  # of these
    test_steps: int = 0
    right: int = 0  # answers in the stream that it is learning from
    longest: int = 0  # such stream, in right answers
    seconds: float = 0.0

    def count(self, walked: Walked, tests: int) -> None:
        """Add what happened in a chunk."""
        learned = walked.test == 0
        self.steps += int(walked.steps[learned].sum())
        self.test_steps += int(walked.steps[~learned].sum())
        ends = walked.ended[learned]
        sums = np.cumsum(walked.right[learned])
        lengths = np.diff(np.concatenate([[-self.right], sums[ends]]))
        self.streams += len(lengths)
        self.longest = max(self.longest, int(lengths.max(initial=0)))
        if len(sums):
            self.right = int(sums[-1] - (sums[ends][-1] if len(lengths) else -self.right))
        self.perfect = bool(((walked.test == tests) & walked.ended & ~walked.wrong).any())


def run(
    row: StreamRow,
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
        One record a trial: row, trial, seed, success, verdict, sequences (streams that it learned
        from), steps (of these), lengths of the test streams and longest training stream (both in
        right answers), wrong (test streams that ended in a mistake), test_size, seconds, versions.
    """
    waiting = list(numbers)[::-1]
    trials: list[_Trial] = []
    starts: list[Params] = []
    while waiting and len(trials) < WIDTH:
        trial, params = _begun(row, waiting.pop(), seed)
        trials.append(trial)
        starts.append(params)
    trainer = BlocksTrainer(row.network.layout, starts, row.network.rate) if trials else None
    while trainer is not None and any(trial.runs for trial in trials) and not stopped():
        _advance(row, trainer, trials)
        for place, trial in enumerate(trials):
            if not trial.runs or not (trial.perfect or trial.streams >= row.cap):
                continue
            yield _finished(row, trial, trainer.params(place), seed)
            trial.runs = False
            if waiting:
                trials[place], params = _begun(row, waiting.pop(), seed)
                trainer.restart(place, params)


def _begun(row: StreamRow, number: int, seed: int) -> tuple[_Trial, Params]:
    rng = np.random.default_rng([seed, number])
    return _Trial(number, rng), row.network.init(rng)


def _advance(row: StreamRow, trainer: BlocksTrainer, trials: list[_Trial]) -> None:
    """One chunk for every running trial."""
    began = time.perf_counter()
    for trial in trials:
        if trial.runs:  # a place that is empty is handed its last chunk again, and leaves it
            trial.chunk = row.task.sample(trial.rng, row.chunk)
    walks = trainer.stream(
        [trial.chunk for trial in trials],
        row.task.tolerance,
        decay=row.decay,
        limit=row.task.limit,
        reset=row.reset,
        tests=row.tests,
        most=[row.cap - trial.streams if trial.runs else 0 for trial in trials],
    )
    running = [(trial, walked) for trial, walked in zip(trials, walks, strict=True) if trial.runs]
    for trial, walked in running:
        trial.count(walked, row.tests)
        trial.seconds += (time.perf_counter() - began) / len(running)


def test_lengths(row: StreamRow, params: Params, rng: np.random.Generator) -> list[int]:
    """How many right answers in a row a network gives on each of the row's test streams.

    Args:
        row: its task, its limit, and whether there is a reset.
        params: the weights; they stay as they are.
        rng: source of the streams.
    """
    lengths: list[int] = []
    while len(lengths) < row.tests:
        count = min(WIDTH, row.tests - len(lengths))
        trainer = BlocksTrainer(row.network.layout, [params] * count, row.network.rate)
        right, left = np.zeros((2, count), np.int64)
        left += 1
        while left.any():
            walks = trainer.stream(
                [row.task.sample(rng, row.chunk) for _ in range(count)],
                row.task.tolerance,
                learn=False,
                limit=row.task.limit,
                reset=row.reset,
                most=left,
            )
            right += [int(walked.right.sum()) for walked in walks]
            left -= [int(walked.ended.sum()) for walked in walks]
        lengths += right.tolist()
    return lengths


def _finished(row: StreamRow, trial: _Trial, params: Params, seed: int) -> dict[str, Any]:
    """The record of a trial; one that was never perfect is tested on all streams."""
    began = time.perf_counter()
    lengths = [row.task.limit] * row.tests
    if not trial.perfect:
        lengths = test_lengths(row, params, np.random.default_rng([seed, trial.number, 1]))
    verdict = row.verdict(lengths)
    return {
        "row": row.name,
        "trial": trial.number,
        "seed": seed,
        "success": verdict == "perfect",
        "verdict": verdict,
        "sequences": trial.streams,
        "steps": trial.steps,
        "test_steps": trial.test_steps,
        "longest": trial.longest,
        "lengths": lengths,
        "wrong": sum(length < row.task.limit for length in lengths),
        "test_size": row.tests,
        "seconds": round(trial.seconds + time.perf_counter() - began, 3),
        "versions": {
            "coursekit": __version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
    }
