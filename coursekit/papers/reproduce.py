"""The command: run what is missing of a table, row by row, and report paper beside ours."""

from collections.abc import Sequence
from pathlib import Path

import joblib

from coursekit.errors import CommandError
from coursekit.kernels.compiled import HAVE_NUMBA
from coursekit.papers.jobs import microseconds, missing, on_cluster, on_threads
from coursekit.papers.report import log_of_search, table
from coursekit.papers.row import Row
from coursekit.papers.selection import AnyRow, as_printed, chosen, to_search
from coursekit.papers.stream_report import stream_table
from coursekit.papers.stream_row import StreamRow

#: trials of a row in a search
SEARCHED = 8


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
        folder, trials = folder / "search", trials or SEARCHED
        if search and report:
            print(log_of_search(paper, as_printed(paper, rows), folder), end="")
            return 0
        rows = [*to_search(paper, rows, choice)]
    if report:
        print(report_of(paper, rows, folder), end="")
        return 0
    if not (everything or experiment or row):
        names = ", ".join(each.name for each in rows)
        raise CommandError(
            f"say what to run: --row NAME, --experiment NUMBER or --all; the rows are {names}"
        )
    todo = []
    for each in rows:
        todo += missing(paper, each, trials or each.trials, folder, seed)
    count = sum(len(numbers) for _, numbers in todo)
    if not todo:
        print("every trial that was asked for is there already; see --report")
        return 0
    minutes = sum(len(n) * microseconds(r) for r, n in todo) / 6e7
    told = f"{count} trials in {len(rows)} rows; about {minutes:.0f} minutes on one core"
    if scheduler is not None:
        print(f"{told}; the cluster at {scheduler} is asked")
        on_cluster(paper, todo, folder, seed, scheduler, count)
        return 0
    cores = joblib.cpu_count() if workers is None else workers
    print(f"{told}, of which {cores} are used")
    if not HAVE_NUMBA:
        print(
            "numba is not installed here: the readable loops train, which compute the same and "
            "take some hundred times as long"
        )
    on_threads(paper, todo, folder, seed, cores, count)
    return 0


def report_of(paper: str, rows: Sequence[AnyRow], folder: Path) -> str:
    """The report of a paper, whichever kind its rows are."""
    streams = [row for row in rows if isinstance(row, StreamRow)]
    plain = [row for row in rows if isinstance(row, Row)]
    return stream_table(paper, streams, folder) if streams else table(paper, plain, folder)
