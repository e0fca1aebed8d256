"""How much of an error is left after so many steps, measured for several spectral radii.

    dh_T / dh_{T-n}   of   h_t = tanh(W x_t + U h_{t-1} + b)

For each seed one network and one sequence; only the size of U changes from radius to radius.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.cells import elman
from coursekit.gradients import state_jacobian, unroll
from coursekit.widgets.frame import positive_list, rising_lags, some_seeds

Array = NDArray[np.float64]

RADII = tuple(round(0.5 + 0.05 * k, 2) for k in range(31))
LAGS = tuple(range(1, 101))
WARM_UP = 50
INPUTS = 4


class Frames(NamedTuple):
    """What the explorer draws."""

    radii: Array  # (radii,) spectral radius of U
    lags: NDArray[np.int64]  # (lags,) steps that the error travels back
    norms: Array  # (radii, seeds, lags) spectral norm of dh_T / dh_{T-n}
    bounds: Array  # (radii, lags) |U|^n with the largest |U| of the seeds


def vanishing_frames(
    radii: ArrayLike = RADII,
    lags: ArrayLike = LAGS,
    units: int = 32,
    seeds: Sequence[int] = range(5),
) -> Frames:
    """Measure the norm of the sequential Jacobian of Elman nets, for each radius, seed and lag.

    Args:
        radii: (radii,) spectral radii to which U is scaled, above zero.
        lags: (lags,) steps that the error travels back, from the last step on; rising.
        units: hidden units.
        seeds: one network and one input sequence each.

    Raises:
        ValueError: a radius that is not positive, lags that do not rise from at least 1.

    >>> frames = vanishing_frames([0.5, 1.0], [1, 10], units=4, seeds=[0, 1])
    >>> frames.norms.shape
    (2, 2, 2)
    >>> bool((frames.norms <= frames.bounds[:, None]).all())
    True
    """
    r, n = positive_list("radii", radii), rising_lags(lags)
    some_seeds(seeds)
    norms = np.empty((r.size, len(seeds), n.size))
    sizes = np.empty((r.size, len(seeds)))
    for s, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        params = elman.init(rng, INPUTS, units)
        xs = rng.normal(size=(WARM_UP + int(n[-1]), INPUTS))
        one = params.U / np.abs(np.linalg.eigvals(params.U)).max()
        for k, radius in enumerate(r):
            scaled = params._replace(U=radius * one)
            norms[k, s] = jacobian_norms(scaled, xs, n)
            sizes[k, s] = np.linalg.norm(scaled.U, 2)
    return Frames(r, n, norms, sizes.max(axis=1)[:, None] ** n)


def jacobian_norms(params: elman.Params, xs: Array, lags: NDArray[np.int64]) -> Array:
    """Return the spectral norm of dh_T / dh_{T-n} for each n of lags; T is the last step."""
    run = unroll(elman, params, xs)
    last = len(xs)
    product = np.eye(len(params.b))
    products = np.empty((int(lags[-1]), *product.shape))
    for n in range(1, len(products) + 1):
        product = product @ state_jacobian(elman, params, run, last - n, last - n + 1)
        products[n - 1] = product
    return np.linalg.norm(products[lags - 1], 2, axis=(-2, -1))
