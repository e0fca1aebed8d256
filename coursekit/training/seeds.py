"""The same experiment over several seeds: a claim about one seed is an anecdote."""

import os
import sys
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from joblib import Parallel, delayed
from tqdm import tqdm

from coursekit.arguments import function, whole_number


def over_seeds(
    experiment: Callable[[int], Any], seeds: Iterable[int], *, workers: int | None = None
) -> list[Any]:
    """Run an experiment once per seed, side by side on this machine's processors.

    Args:
        experiment: takes a seed and returns its result; may be defined in a notebook.
        seeds: one run each.
        workers: processes; without it one per processor. 1 runs them here, one after the other.

    Returns:
        The results in the order of the seeds. A result depends on its seed alone, never on
        how many run beside it.

    Raises:
        ValueError: no seeds, or fewer than one worker.

    >>> over_seeds(lambda seed: seed**2, range(3), workers=1)
    [0, 1, 4]
    """
    function("experiment", experiment)
    todo = list(seeds) if isinstance(seeds, Iterable) else []
    if not todo:
        raise ValueError(f"seeds is {seeds!r}; pass several, such as range(5)")
    if workers is not None:
        whole_number("workers", workers, least=1)
    count = min(workers or os.cpu_count() or 1, len(todo))
    # On a busy machine a worker may leave while a job waits; joblib then starts another, and warns.
    warnings.filterwarnings("ignore", message="A worker stopped while some jobs")
    # Idle workers leave soon: they would keep a pipe of ours open.
    pool = Parallel(n_jobs=count, return_as="generator", idle_worker_timeout=5)
    results = pool(delayed(experiment)(s) for s in todo)
    bar = tqdm(results, total=len(todo), disable=not sys.stderr.isatty(), leave=False, unit="seed")
    return list(bar)
