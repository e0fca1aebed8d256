"""The carousel's frames against nudges run on by hand, and the closed form of a linear unit."""

import json

import numpy as np
import pytest

from coursekit.widgets import CarouselExplorer, carousel_frames
from coursekit.widgets.carousel_frames import LAGS, NOISE, SLOPES, WEIGHTS
from coursekit.widgets.frame import PER_DECADE, unpacked_whole

SMALL = carousel_frames([0.5, 1.25], [0.8, 1.0], [1, 4, 9], seeds=[0, 1])


def left_by_finite_differences(weight, slope, lag, last_lag, seed, nudge=1e-6):
    """Drive one tanh unit along the same nets, nudge h_{T-lag}, and look at h_T."""
    nets = np.arctanh(np.sqrt(1 - slope)) + NOISE * np.random.default_rng(seed).normal(
        size=last_lag + 1
    )
    h, inputs, states = 0.0, [], [0.0]
    for net in nets:
        inputs.append(net - weight * h)
        h = np.tanh(net)
        states.append(h)

    def run_on(h):
        for x in inputs[len(nets) - lag :]:
            h = np.tanh(weight * h + x)
        return h

    start = states[len(nets) - lag]
    return (run_on(start + nudge) - run_on(start - nudge)) / (2 * nudge)


@pytest.mark.parametrize("w", range(2))
@pytest.mark.parametrize("seed", range(2))
def test_a_tanh_unit_agrees_with_finite_differences(w, seed):
    for k, lag in enumerate(SMALL.lags):
        found = left_by_finite_differences(SMALL.weights[w], 0.8, int(lag), 9, seed)
        assert 10 ** SMALL.plain[w, 0, seed, k] == pytest.approx(found, rel=1e-5)


def test_a_linear_unit_follows_its_weights_power_and_the_carousel_stays_at_one():
    frames = carousel_frames()
    powers = np.log10(frames.weights)[:, None, None] * frames.lags
    found = frames.plain[:, SLOPES.index(1.0)]
    np.testing.assert_allclose(found, np.broadcast_to(powers, found.shape), atol=1e-9)
    assert not frames.carousel.any()


def test_a_weight_tuned_to_one_over_the_derivative_still_drifts():
    frames = carousel_frames([4.0], [0.25], [1000])
    assert np.ptp(frames.plain) > 1  # decades, from seed to seed


@pytest.fixture(scope="module")
def explorer():
    return CarouselExplorer()


def test_the_saved_state_is_plain_and_small(explorer):
    state = {k: v for k, v in explorer.get_state().items() if not k.startswith("_")}
    state.pop("layout")
    state.pop("tooltip", None)
    assert len(json.dumps(state, allow_nan=False)) < 60_000
    shape = (len(WEIGHTS), len(SLOPES), 5, len(LAGS))
    decades = unpacked_whole(explorer.plain).reshape(shape) / PER_DECADE
    expected = np.clip(carousel_frames().plain, -65.536, 65.534)
    np.testing.assert_allclose(decades, expected, atol=0.0011)


def test_it_starts_where_it_is_told(explorer):
    assert explorer.weights[explorer.weight_index] == 0.99
    assert explorer.lags[explorer.lag_index] == 100
    assert CarouselExplorer(SMALL, lag=5).lag_index == 1
    assert repr(explorer) == (
        "CarouselExplorer(weight 0.5 to 4, derivative 0.25 to 1, lag 1 to 1000, 5 seeds)"
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: carousel_frames([0.0]), "above zero"),
        (lambda: carousel_frames([]), "above zero"),
        (lambda: carousel_frames(slopes=[1.5]), "up to 1"),
        (lambda: carousel_frames(slopes=[np.nan]), "up to 1"),
        (lambda: carousel_frames(lags=[3, 2]), "rising"),
        (lambda: carousel_frames(lags=[0]), "rising"),
        (lambda: carousel_frames([1.0], [1.0], [1], seeds=[]), "at least one seed"),
    ],
)
def test_a_wrong_argument_is_explained(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()
