"""Runs of the adding problem over a range of lags, recorded for the lag explorer.

    python -m coursekit.widgets.adding_runs results/widgets/adding_by_lag.json

Two nets of nearly the same number of weights: the block network of 1997 as lesson 11 trains it, and
a simple recurrent net with the full gradient, at each of three learning rates. Five trials each;
a trial is one seed. What is kept: in each chunk of training, how many answers were right.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.cells import elman
from coursekit.kernels.trainer import OnlineTrainer
from coursekit.papers import results
from coursekit.papers.hochreiter1997 import ROWS
from coursekit.papers.nets import trained
from coursekit.tasks import AddingByLag
from coursekit.training import init_model, linear

LAGS: Final = (1, 2, 3, 4, 6, 8, 10, 12, 16, 24, 32, 48, 64, 96, 128)
SEEDS: Final = (0, 1, 2, 3, 4)
CHUNK: Final = 8_000  # sequences
CHUNKS: Final = 25
UNITS: Final = 8  # of the simple recurrent net: 97 weights
RATES: Final = (0.02, 0.05, 0.1)
FILE: Final = "widgets/adding_by_lag.json"

Counts = NDArray[np.int64]


class AddingRuns(NamedTuple):
    """How many answers of each chunk were right."""

    lags: tuple[int, ...]
    chunk: int  # sequences in a chunk
    rates: tuple[float, ...]  # that the simple recurrent net was tried at
    lstm: Counts  # (lags, seeds, chunks)
    srn: Counts  # (rates, lags, seeds, chunks)


def srn_right(
    lag: int, rate: float, seeds: Sequence[int] = SEEDS, chunks: int = CHUNKS
) -> list[list[int]]:
    """Train the simple recurrent net; its right answers, seed by seed and chunk by chunk."""
    task = AddingByLag(lag)
    rngs = [np.random.default_rng(seed) for seed in seeds]
    starts = [init_model(r, elman, linear, inputs=2, units=UNITS, outputs=1) for r in rngs]
    trainer = OnlineTrainer(elman, linear, starts, rate=rate)
    right: list[list[int]] = [[] for _ in seeds]
    for _ in range(chunks):
        drawn = [task.sample(rng, CHUNK) for rng in rngs]
        for found, data, said in zip(right, drawn, trainer.learn(drawn), strict=True):
            error = np.abs(said - data.targets[data.mask])
            found.append(int((error < task.tolerance).sum()))
    return right


def lstm_right(lag: int, seeds: Sequence[int] = SEEDS, chunks: int = CHUNKS) -> list[list[int]]:
    """The same for the two blocks of two cells of 1997, by the truncated rule."""
    (network,) = (row.blocks for row in ROWS if row.name == "4_T100")
    never = 2.0  # a share of right answers at which it would stop
    nets = trained(network, AddingByLag(lag), seeds, most=chunks * CHUNK, share=never, chunk=CHUNK)
    return [[round(share * CHUNK) for share in net.shares] for net in nets]


def protocol() -> dict[str, Any]:
    """What was run, as it stands in the file."""
    return {
        "task": "0.5 + (X1 + X2) / 4 within 0.04, asked for `lag` steps after the second mark",
        "lags": list(LAGS),
        "seeds": list(SEEDS),
        "chunk": CHUNK,
        "chunks": CHUNKS,
        "srn_units": UNITS,
        "srn_rates": list(RATES),
        "lstm": "experiment 4 of 1997, as reproduced: row 4_T100",
    }


def record(file: Path) -> None:
    """Run everything, some minutes of one core, and write it: an answer count a chunk."""
    told = {
        "protocol": protocol(),
        "lstm": [lstm_right(lag) for lag in LAGS],
        "srn": [[srn_right(lag, rate) for lag in LAGS] for rate in RATES],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(told).replace("], ", "],\n")  # a line a trial, for a diff that can be read
    file.write_text(text + "\n", encoding="utf-8")


def adding_runs(file: Path | None = None) -> AddingRuns:
    """Read the runs that come with the course, or those of another file of the same protocol.

    Raises:
        ValueError: the file holds something else.
    """
    path = results.committed() / FILE if file is None else file
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        lstm, srn = (np.array(told[name]) for name in ("lstm", "srn"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} holds no runs: {error}; record them again") from error
    whole = (len(LAGS), len(SEEDS), CHUNKS)
    shapes = (lstm.shape, srn.shape)
    if told.get("protocol") != protocol() or shapes != (whole, (len(RATES), *whole)):
        raise ValueError(
            f"{path} was recorded by another protocol; record it again with "
            "`python -m coursekit.widgets.adding_runs FILE`"
        )
    return AddingRuns(LAGS, CHUNK, RATES, lstm, srn)


if __name__ == "__main__":
    record(Path(sys.argv[1]))
