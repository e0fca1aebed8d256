"""The lag explorer of the adding problem: where a plain recurrent net gives up."""

import anywidget
import numpy as np
import traitlets

from coursekit.tasks import AddingByLag
from coursekit.widgets.adding_runs import AddingRuns, adding_runs
from coursekit.widgets.frame import looks, module, nearest, packed_whole

PER_ONE = 10_000


class AddingExplorer(anywidget.AnyWidget):
    """Two sliders, lag and length of training, over runs that were recorded.

    Args:
        runs: what `adding_runs` returns; those that come with the course if not given.
        lag: where its slider stands at first: the nearest recorded one.

    The simple recurrent net is shown, at each lag, at the learning rate that served it best.

    >>> AddingExplorer(lag=8)
    AddingExplorer(lag 1 to 128, 5 seeds, 200000 sequences)
    """

    _esm = module("adding")
    _css = looks("adding")

    lags = traitlets.List(traitlets.Int()).tag(sync=True)
    chunk = traitlets.Int().tag(sync=True)
    shape = traitlets.List(traitlets.Int()).tag(sync=True)
    lstm = traitlets.Unicode().tag(sync=True)
    srn = traitlets.Unicode().tag(sync=True)
    per_one = traitlets.Int(PER_ONE).tag(sync=True)
    baseline = traitlets.Float().tag(sync=True)
    lag_index = traitlets.Int().tag(sync=True)
    chunk_index = traitlets.Int().tag(sync=True)

    def __init__(self, runs: AddingRuns | None = None, *, lag: int = 8) -> None:
        found = adding_runs() if runs is None else runs
        shown = [PER_ONE * counts / found.chunk for counts in (found.lstm, best_of(found))]
        super().__init__(
            lags=list(found.lags),
            chunk=found.chunk,
            shape=list(found.lstm.shape),
            lstm=packed_whole(shown[0]),
            srn=packed_whole(shown[1]),
            baseline=float(AddingByLag.memory_free_score),
            lag_index=nearest(found.lags, lag),
            chunk_index=found.lstm.shape[-1] - 1,
        )

    def __repr__(self) -> str:
        _, seeds, chunks = self.shape
        return (
            f"AddingExplorer(lag {self.lags[0]} to {self.lags[-1]}, {seeds} seeds, "
            f"{chunks * self.chunk} sequences)"
        )


def best_of(runs: AddingRuns) -> np.ndarray:
    """The simple recurrent net's counts at each lag's best rate, (lags, seeds, chunks).

    Best is the highest median over the seeds in the last chunk.
    """
    best = np.median(runs.srn[..., -1], axis=-1).argmax(axis=0)
    return runs.srn[best, np.arange(len(runs.lags))]
