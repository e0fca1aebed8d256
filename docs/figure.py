"""Draw docs/figure.png, the picture in the README: `python docs/figure.py`.

Measured by the library: how much of a change of the state is left after n steps, in an Elman
net and in the carousel that LSTM is built around; and the cell itself.
"""

from pathlib import Path
from types import ModuleType

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from coursekit import figures
from coursekit.cells import carousel, elman
from coursekit.gradients import state_jacobian, unroll

LAGS = np.arange(0, 101, 5)


def norms(cell: ModuleType, field: str, seed: int, units: int = 20) -> list[float]:
    """The spectral norm of d state_n / d state_0, for each lag n."""
    rng = np.random.default_rng(seed)
    params = cell.init(rng, inputs=2, units=units)
    run = unroll(cell, params, 0.3 * rng.normal(size=(LAGS[-1], 2)))
    jacobians = (state_jacobian(cell, params, run, 0, int(lag), field=field) for lag in LAGS)
    return [float(np.linalg.norm(jacobian, 2)) for jacobian in jacobians]


def draw() -> Figure:
    """The figure of two panels."""
    figure, (left, right) = figures.axes(columns=2, size=(13, 4.8))
    plain: NDArray[np.float64] = np.array([norms(elman, "h", seed) for seed in range(10)])
    flat: NDArray[np.float64] = np.array([norms(carousel, "c", seed) for seed in range(10)])
    figures.gradient_norms(LAGS, plain, label="Elman net", ax=left)
    figures.gradient_norms(LAGS, flat, label="carousel", ax=left)
    left.set_title("What is left of an error after n steps, 10 nets each")
    figures.lstm_diagram(ax=right)
    right.set_title("The cell that was built around the carousel")
    return figure


if __name__ == "__main__":
    draw().savefig(Path(__file__).with_name("figure.png"), dpi=110)
