"""What a table of means leaves out: how far a mean of few trials wanders, and what it drops."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.papers import results
from coursekit.papers.report import agrees
from coursekit.papers.row import Row

Array = NDArray[np.float64]
Records = tuple[dict[str, Any], ...]


def records_of(paper: str, row: Any, folder: Path) -> Records:
    """The finished trials of a row, in the order of their numbers."""
    found = results.read(results.path_of(folder, paper, row.name), row.name).records
    return tuple(sorted(found, key=lambda record: record["trial"]))


def counts(records: Sequence[dict[str, Any]]) -> Array:
    """The sequences (or streams) that the successful trials needed."""
    return np.array([r["sequences"] for r in records if r["success"]], dtype=float)


@dataclass(frozen=True)
class Lab:
    """What one of several laboratories would print that ran some of the trials each.

    Args:
        counts: what its successful trials needed.
        trials: how many it ran.
    """

    counts: Array
    trials: int

    @property
    def mean(self) -> float:
        """The number in its table."""
        return float(self.counts.mean())


def labs(records: Records, size: int = 10) -> list[Lab]:
    """Share trials out, in the order of their numbers, to laboratories of ``size`` trials each."""
    groups = [records[k : k + size] for k in range(0, len(records) - size + 1, size)]
    return [Lab(counts(group), len(group)) for group in groups]


def bootstrap(
    values: ArrayLike,
    statistic: Callable[..., Any],
    rng: np.random.Generator,
    *,
    size: int | None = None,
    repeats: int = 10_000,
) -> Array:
    """A statistic of samples drawn with replacement from what was measured.

    Args:
        values: (trials,) what was measured.
        statistic: such as np.mean; takes an axis.
        rng: source of the draws.
        size: of a sample; as many as were measured unless told otherwise.
        repeats: how many samples.

    Returns:
        (repeats,) one number a sample.

    Source: Efron 1979.

    >>> bootstrap([3.0, 3.0], np.mean, np.random.default_rng(0), repeats=2)
    array([3., 3.])
    """
    measured = np.asarray(values, dtype=float)
    if measured.ndim != 1 or not measured.size:
        raise ValueError(f"values has shape {measured.shape}; give one number for each trial")
    drawn = rng.choice(measured, (repeats, measured.size if size is None else size))
    return np.asarray(statistic(drawn, axis=1), dtype=float)


def chance_of_itself(
    row: Row, records: Records, rng: np.random.Generator, repeats: int = 2_000
) -> float:
    """How often a row would count as reproduced if we re-ran our *own* trials.

    One sample of our trials plays the paper: its share and its mean are printed. Another sample
    plays the re-run and is judged by the rule of `coursekit.papers.report.summary`.

    Args:
        row: how many trials the paper ran.
        records: of our trials.
        rng: source of the samples.
        repeats: how many times.
    """
    needed = np.array([r["sequences"] if r["success"] else np.nan for r in records])
    yes = 0
    for _ in range(repeats):
        paper, ours = rng.choice(needed, (2, row.trials))
        theirs, own = paper[~np.isnan(paper)], ours[~np.isnan(ours)]
        if theirs.size == 0 or own.size == 0:
            yes += theirs.size == own.size
            continue
        shares = own.size / ours.size, theirs.size / paper.size
        yes += agrees(float(np.median(own)), shares[0], float(theirs.mean()), shares[1])
    return yes / repeats
