"""Independent jobs on a Dask cluster: the one seam through which long work leaves this machine."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from coursekit.errors import CommandError


def each_done(
    address: str, function: Callable[..., Any], jobs: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[int, Any]]:
    """Run ``function(*job)`` for each job on a cluster; what a dead worker had goes to another.

    Args:
        address: of the scheduler, as `dask scheduler` prints it.
        function: importable on the workers.
        jobs: its arguments.

    Yields:
        (number of the job, its result), or the exception that it ended with, as each is finished.

    Raises:
        CommandError: Dask is not installed, or no scheduler answers.
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
    with client:
        futures = {
            client.submit(function, *job, pure=False): number for number, job in enumerate(jobs)
        }
        try:
            for future in as_completed(futures):
                failed = future.exception()
                yield futures[future], future.result() if failed is None else failed
        except BaseException:
            client.cancel(list(futures))
            raise
