"""The command: run what is missing of a table, row by row, and report paper beside ours."""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import Any

import joblib
from tqdm import tqdm

from coursekit.errors import CommandError
from coursekit.kernels.compiled import HAVE_NUMBA
from coursekit.kernels.lanes_of import WIDTH
from coursekit.papers import results
from coursekit.papers.report import table
from coursekit.papers.row import Row
from coursekit.papers.stream_report import stream_table
from coursekit.papers.stream_row import StreamRow

PAPERS = ("hochreiter1997", "gers2000")
#: microseconds a step of one trial on one core, measured on rows with 93 to 308 weights
STEP = 0.06
#: the same on streams, learned from or tested; the last trials of a row walk without neighbours
STREAM_STEP = 0.8
AnyRow = Row | StreamRow


def rows_of(paper: str) -> tuple[AnyRow, ...]:
    """The rows of a paper's tables.

    Raises:
        CommandError: no such paper; the message lists those that there are.
    """
    if paper not in PAPERS:
        raise CommandError(f"there is no paper {paper!r}; there are: {', '.join(PAPERS)}")
    return import_module(f"coursekit.papers.{paper}").ROWS


def chosen(paper: str, experiment: str | None, row: str | None) -> list[AnyRow]:
    """The rows that were asked for.

    Raises:
        CommandError: no such experiment or row; the message lists those that there are.
    """
    rows = list(rows_of(paper))
    if experiment is not None:
        known = list(dict.fromkeys(each.experiment for each in rows))
        if experiment not in known:
            raise CommandError(
                f"there is no experiment {experiment!r} in {paper}; there are: {', '.join(known)}"
            )
        rows = [each for each in rows if each.experiment == experiment]
    if row is not None:
        names = [each.name for each in rows]
        if row not in names:
            raise CommandError(f"there is no row {row!r} in {paper}; there are: {', '.join(names)}")
        rows = [each for each in rows if each.name == row]
    return rows


def run(
    paper: str,
    *,
    experiment: str | None = None,
    row: str | None = None,
    everything: bool = False,
    trials: int | None = None,
    folder: Path,
    seed: int = 0,
    workers: int | None = None,
    scheduler: str | None = None,
    report: bool = False,
) -> int:
    """What ``coursekit reproduce`` does.

    Returns:
        The exit code.

    Raises:
        CommandError: nothing to run, no such row, or a folder that cannot be written.
    """
    rows = chosen(paper, experiment, row)
    if report:
        print(_table(paper, rows, folder), end="")
        return 0
    if not (everything or experiment or row):
        names = ", ".join(each.name for each in rows)
        raise CommandError(
            f"say what to run: --row NAME, --experiment NUMBER or --all; the rows are {names}"
        )
    if not HAVE_NUMBA:
        raise CommandError(
            "this needs numba, which is not installed here; the committed results can be read "
            "with --report --results results"
        )
    jobs = []
    for each in rows:
        jobs += _missing(paper, each, trials or each.trials, folder, seed)
    cores = joblib.cpu_count() if workers is None else workers
    finished = sum(len(numbers) for _, numbers in jobs)
    if not jobs:
        print("every trial that was asked for is there already; see --report")
        return 0
    minutes = sum(len(n) * _microseconds(r) for r, n in jobs) / 6e7
    told = f"{finished} trials in {len(rows)} rows; about {minutes:.0f} minutes on one core"
    if scheduler is not None:
        print(f"{told}; the cluster at {scheduler} is asked")
        _on_cluster(paper, jobs, folder, seed, scheduler, finished)
        return 0
    print(f"{told}, of which {cores} are used")
    _work(paper, jobs, folder, seed, cores, finished)
    return 0


def _table(paper: str, rows: list[AnyRow], folder: Path) -> str:
    """The report of a paper, whichever kind its rows are."""
    streams = [row for row in rows if isinstance(row, StreamRow)]
    plain = [row for row in rows if isinstance(row, Row)]
    return stream_table(paper, streams, folder) if streams else table(paper, plain, folder)


def _microseconds(row: AnyRow) -> float:
    """Of a trial on one core, when eight run side by side."""
    if isinstance(row, StreamRow):
        return row.steps * STREAM_STEP
    return row.printed_sequences * row.steps * STEP


def _records(
    row: AnyRow, numbers: Sequence[int], seed: int, stopped: Callable[[], bool] = lambda: False
) -> Iterator[dict[str, Any]]:
    """Run trials of either kind."""
    from coursekit.papers import streams, trials

    if isinstance(row, StreamRow):
        return streams.run(row, numbers, seed, stopped)
    return trials.run(row, numbers, seed, stopped)


def _missing(
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


def _work(
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
            for record in _records(row, numbers, seed, stop.is_set):
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
    (row,) = (each for each in rows_of(paper) if each.name == name)
    return list(_records(row, numbers, seed))


def _on_cluster(
    paper: str,
    jobs: Sequence[tuple[AnyRow, list[int]]],
    folder: Path,
    seed: int,
    address: str,
    all_: int,
) -> None:
    """Send groups to a Dask cluster; a group is kept when it comes back.

    What a worker had when it died is sent to another one.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise CommandError(
            'a cluster needs Dask: run `pip install "coursekit[cluster]"`'
        ) from error
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise CommandError(
            f"no scheduler answers at {address}: {error or type(error).__name__}; "
            "pass the address that `dask scheduler` prints, such as tcp://127.0.0.1:8786"
        ) from error
    with client, tqdm(total=all_, disable=not sys.stderr.isatty(), unit="trial") as bar:
        futures = {
            client.submit(finished_group, paper, row.name, numbers, seed, pure=False): row
            for row, numbers in jobs
        }
        try:
            for future in as_completed(futures):
                for record in future.result():
                    path = results.path_of(folder, paper, futures[future].name)
                    results.append(path, record)
                    bar.update()
        except BaseException:
            client.cancel(list(futures))
            raise
