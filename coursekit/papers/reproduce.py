"""The command: run what is missing of a table, row by row, and report paper beside ours."""

import sys
from collections.abc import Sequence
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
from coursekit.papers.choices import single, varied
from coursekit.papers.report import log_of_search, table
from coursekit.papers.row import Row

PAPERS = ("hochreiter1997",)
#: trials of a row in a search
SEARCHED = 8


def rows_of(paper: str) -> tuple[Row, ...]:
    """The rows of a paper's tables.

    Raises:
        CommandError: no such paper; the message lists those that there are.
    """
    if paper not in PAPERS:
        raise CommandError(f"there is no paper {paper!r}; there are: {', '.join(PAPERS)}")
    return import_module(f"coursekit.papers.{paper}").ROWS


def chosen(paper: str, experiment: str | None, row: str | None) -> list[Row]:
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
    choice: str | None = None,
    search: bool = False,
    report: bool = False,
) -> int:
    """What ``coursekit reproduce`` does.

    Returns:
        The exit code.

    Raises:
        CommandError: nothing to run, no such row, or a folder that cannot be written.
    """
    rows = chosen(paper, experiment, row)
    if choice is not None or search:
        printed = {each.name: each for each in import_module(f"coursekit.papers.{paper}").PRINTED}
        rows = [printed[each.name] for each in rows if each.name in printed]
        folder, trials = folder / "search", trials or SEARCHED
    if search and report:
        print(log_of_search(paper, rows, folder), end="")
        return 0
    if search:
        rows = [each for row in rows for each in single(row)]
    elif choice is not None:
        rows = [varied(each, choice) for each in rows]
    if report:
        print(table(paper, rows, folder), end="")
        return 0
    if not (everything or experiment or row):
        names = ", ".join(each.name for each in rows)
        raise CommandError(
            f"say what to run: --row NAME, --experiment NUMBER or --all; the rows are {names}"
        )
    if not HAVE_NUMBA:
        print(
            "numba is not installed here: the readable loops train, which compute the same and "
            "take some hundred times as long"
        )
    jobs = []
    for each in rows:
        jobs += _missing(paper, each, trials or each.trials, folder, seed)
    cores = joblib.cpu_count() if workers is None else workers
    finished = sum(len(numbers) for _, numbers in jobs)
    if not jobs:
        print("every trial that was asked for is there already; see --report")
        return 0
    minutes = sum(len(n) * r.expected * r.steps * r.step_time for r, n in jobs) / 6e7
    told = f"{finished} trials in {len(rows)} rows; about {minutes:.0f} minutes on one core"
    if scheduler is not None:
        print(f"{told}; the cluster at {scheduler} is asked")
        _on_cluster(paper, jobs, folder, seed, scheduler, finished)
        return 0
    print(f"{told}, of which {cores} are used")
    _work(paper, jobs, folder, seed, cores, finished)
    return 0


def _missing(
    paper: str, row: Row, trials: int, folder: Path, seed: int
) -> list[tuple[Row, list[int]]]:
    """Groups of trials that have no line yet, as many as run side by side."""
    path = results.path_of(folder, paper, row.name)
    found = results.read(path, row.name)
    if found.damaged:
        aside = results.set_aside(path, found.damaged)
        lines = ", ".join(map(str, found.damaged))
        print(f"{path}: line {lines} damaged, set aside in {aside.name}, and run again")
    known = {record["trial"] for record in found.records if record["seed"] == seed}
    numbers = [number for number in range(trials) if number not in known]
    return [(row, numbers[k : k + WIDTH]) for k in range(0, len(numbers), WIDTH)]


def _work(
    paper: str,
    jobs: Sequence[tuple[Row, list[int]]],
    folder: Path,
    seed: int,
    cores: int,
    all_: int,
) -> None:
    """Run groups on threads (the kernels let others run); every finished trial is kept at once."""
    from coursekit.papers import trials

    stop = Event()
    hidden = not sys.stderr.isatty()
    with tqdm(total=all_, disable=hidden, unit="trial") as bar:

        def group(row: Row, numbers: list[int]) -> None:
            for record in trials.run(row, numbers, seed, stop.is_set):
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
    from coursekit.papers import trials

    return list(trials.run(row_named(paper, name), numbers, seed))


def row_named(paper: str, name: str) -> Row:
    """A row of a paper's tables, or such a row with choices: ``4_T100+nothing_recurs``."""
    base, _, choice = name.partition("+")
    rows = import_module(f"coursekit.papers.{paper}").PRINTED if choice else rows_of(paper)
    (row,) = (each for each in rows if each.name == base)
    return varied(row, choice) if choice else row


def _on_cluster(
    paper: str,
    jobs: Sequence[tuple[Row, list[int]]],
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
