"""How much of an error arrives: a plain unit with one weight to itself, and the carousel.

    plain     h_t = f(net_t),  net_t = w h_{t-1} + x_t      dh_T/dh_{T-n} = product of f'(net_t) w
    carousel  c_t = c_{t-1} + x_t                           dc_T/dc_{T-n} = 1

The inputs hold net_t near one place: where f'(net) is what was asked for, but for a little noise,
another draw for each seed. A derivative of 1 is the linear unit's, the others are of tanh.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.cells import carousel, elman, elman_linear
from coursekit.gradients import state_jacobian, unroll
from coursekit.gradients.arguments import Cell
from coursekit.widgets.frame import positive_list, rising_lags, some_seeds

Array = NDArray[np.float64]

WEIGHTS = (0.5, 0.8, 0.9, 0.95, 0.99, 1.0, 1.01, 1.05, 1.1, 1.25, 2.0, 4.0)
SLOPES = (0.25, 0.5, 0.8, 0.9, 0.99, 1.0)
LAGS = tuple(sorted({round(10 ** (k / 10)) for k in range(31)}))
NOISE = 0.1  # standard deviation of net


class CarouselFrames(NamedTuple):
    """What the explorer draws."""

    weights: Array  # (weights,) of the plain unit to itself
    slopes: Array  # (slopes,) f' where its net input stays
    lags: NDArray[np.int64]  # (lags,) steps that the error travels back
    plain: Array  # (weights, slopes, seeds, lags) log10 of |dh_T / dh_{T-n}|
    carousel: Array  # (lags,) log10 of dc_T / dc_{T-n}


def carousel_frames(
    weights: ArrayLike = WEIGHTS,
    slopes: ArrayLike = SLOPES,
    lags: ArrayLike = LAGS,
    seeds: Sequence[int] = range(5),
) -> CarouselFrames:
    """Measure, through the library's cells, what is left of an error after so many steps.

    Args:
        weights: (weights,) of the plain unit to itself, above zero.
        slopes: (slopes,) derivatives f'(net), above 0 and up to 1.
        lags: (lags,) steps that the error travels back, rising from at least 1.
        seeds: one draw of the noise each.

    Raises:
        ValueError: a weight that is not positive, a slope that tanh does not have, lags that do
            not rise.

    >>> frames = carousel_frames([0.5, 1.0], [1.0], [1, 3], seeds=[0])
    >>> (10 ** frames.plain[:, 0, 0]).round(6).tolist(), frames.carousel.tolist()
    ([[0.5, 0.125], [1.0, 1.0]], [0.0, 0.0])
    """
    w, s = positive_list("weights", weights), positive_list("slopes", slopes, most=1.0)
    n = rising_lags(lags)
    draws = [np.random.default_rng(seed).normal(size=n[-1] + 1) for seed in some_seeds(seeds)]
    noise = NOISE * np.stack(draws, axis=1)  # (time, seeds)
    plain = np.empty((w.size, s.size, len(seeds), n.size))
    for k, slope in enumerate(s):
        if slope == 1:
            plain[:, k] = plain_decades(elman_linear, w, noise, n)
        else:
            plain[:, k] = plain_decades(elman, w, np.arctanh(np.sqrt(1 - slope)) + noise, n)
    once = carousel.Params(W=np.ones((1, 1)), b=np.zeros(1))
    run = unroll(carousel, once, noise[..., None])
    last = len(noise)
    circling = [
        state_jacobian(carousel, once, run, last - lag, last, field="c")[0, 0, 0] for lag in n
    ]
    return CarouselFrames(w, s, n, plain, np.log10(circling))


def plain_decades(cell: Cell, weights: Array, nets: Array, lags: NDArray[np.int64]) -> Array:
    """log10 of |dh_T / dh_{T-n}| of one unit a weight, (weights, seeds, lags).

    Args:
        nets: (time, seeds) where the inputs hold net_t: x_t is what is missing to it.
    """
    units = weights.size
    params = elman.Params(W=np.eye(units), U=np.diag(weights), b=np.zeros(units))
    state, xs = elman.initial_state(params, (nets.shape[1],)), []
    for net in nets:
        xs.append(net[:, None] - weights * state.h)
        state, _ = cell.step(params, xs[-1], state)
    run = unroll(cell, params, np.array(xs))
    one_step = [
        np.diagonal(state_jacobian(cell, params, run, t - 1, t), axis1=-2, axis2=-1)
        for t in range(len(nets), len(nets) - int(lags[-1]), -1)
    ]
    decades = np.cumsum(np.log10(np.abs(one_step)), axis=0)  # a product of 1000 may overflow
    return decades[lags - 1].transpose(2, 1, 0)
