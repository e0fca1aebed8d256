"""Run what is missing of some rows, here or on a cluster; each finished trial is kept at once."""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event
from typing import Any

from tqdm import tqdm

from coursekit.cluster import each_done
from coursekit.kernels.lanes_of import WIDTH
from coursekit.papers import results
from coursekit.papers.selection import AnyRow, row_named
from coursekit.papers.stream_row import StreamRow

#: microseconds a step of one trial on streams, learned from or tested, on one core; the last
#: trials of a row walk without neighbours
STREAM_STEP = 0.8


def microseconds(row: AnyRow) -> float:
    """Of a trial on one core, when eight run side by side."""
    if isinstance(row, StreamRow):
        return row.steps * STREAM_STEP
    return row.expected * row.steps * row.step_time


def records(
    row: AnyRow, numbers: Sequence[int], seed: int, stopped: Callable[[], bool] = lambda: False
) -> Iterator[dict[str, Any]]:
    """Run trials of either kind."""
    from coursekit.papers import streams, trials

    if isinstance(row, StreamRow):
        return streams.run(row, numbers, seed, stopped)
    return trials.run(row, numbers, seed, stopped)


def missing(
    paper: str, row: AnyRow, trials: int, folder: Path, seed: int
) -> list[tuple[AnyRow, list[int]]]:
    """Groups of trials that have no line yet, as many as run side by side."""
    path = results.path_of(folder, paper, row.name)
    found = results.read(path, row.name)
    if found.damaged:
        aside = results.set_aside(path, found.damaged)
        lines = ", ".join(map(str, found.damaged))
        print(f"{path}: line {lines} damaged, set aside in {aside.name}, and run again")
    known = {record["trial"] for record in found.records if record["seed"] == seed}
    numbers = [number for number in range(trials) if number not in known]
    # On streams a place that is free is taken by the next trial, and one may outlast all others.
    width = 2 * WIDTH if isinstance(row, StreamRow) else WIDTH
    return [(row, numbers[k : k + width]) for k in range(0, len(numbers), width)]


def on_threads(
    paper: str,
    jobs: Sequence[tuple[AnyRow, list[int]]],
    folder: Path,
    seed: int,
    cores: int,
    all_: int,
) -> None:
    """Run groups on threads (the kernels let others run); every finished trial is kept at once."""
    stop = Event()
    hidden = not sys.stderr.isatty()
    with tqdm(total=all_, disable=hidden, unit="trial") as bar:

        def group(row: AnyRow, numbers: list[int]) -> None:
            for record in records(row, numbers, seed, stop.is_set):
                results.append(results.path_of(folder, paper, row.name), record)
                bar.update()

        with ThreadPoolExecutor(cores) as pool:
            waiting = {pool.submit(group, *job) for job in jobs}
            try:
                while waiting:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in done:
                        future.result()
            except BaseException:
                stop.set()
                for future in waiting:
                    future.cancel()
                raise


def finished_group(
    paper: str, name: str, numbers: Sequence[int], seed: int
) -> list[dict[str, Any]]:
    """A group of trials from the first sequence to the last: what a worker of a cluster is sent."""
    return list(records(row_named(paper, name), numbers, seed))


def on_cluster(
    paper: str,
    jobs: Sequence[tuple[AnyRow, list[int]]],
    folder: Path,
    seed: int,
    address: str,
    all_: int,
) -> None:
    """Send groups to a Dask cluster; a group is kept when it comes back.

    Raises:
        CommandError: there is no such cluster.
    """
    arguments = [(paper, row.name, numbers, seed) for row, numbers in jobs]
    with tqdm(total=all_, disable=not sys.stderr.isatty(), unit="trial") as bar:
        for number, found in each_done(address, finished_group, arguments):
            if isinstance(found, BaseException):
                raise found
            for record in found:
                results.append(results.path_of(folder, paper, jobs[number][0].name), record)
                bar.update()
