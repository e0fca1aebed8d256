"""The explorer's frames against finite differences; its state against what pages can carry."""

import json

import numpy as np
import pytest

from coursekit.widgets import VanishingExplorer, static_html, vanishing_frames
from coursekit.widgets.frame import packed, unpacked
from coursekit.widgets.vanishing_frames import INPUTS, LAGS, RADII, WARM_UP

SMALL = vanishing_frames([0.6, 1.0, 1.5], [1, 4, 9], units=5, seeds=[0, 1])


def norm_by_finite_differences(radius, lag, last_lag, units, seed, step=1e-6):
    """Nudge h_{T-lag}, run on by hand, and look at h_T: no code of the library."""
    rng = np.random.default_rng(seed)
    bound = 1 / np.sqrt(units)
    W = rng.uniform(-bound, bound, (units, INPUTS))
    U = rng.uniform(-bound, bound, (units, units))
    xs = rng.normal(size=(WARM_UP + last_lag, INPUTS))
    U *= radius / np.abs(np.linalg.eigvals(U)).max()

    def run_on(h, inputs):
        for x in inputs:
            h = np.tanh(W @ x + U @ h)
        return h

    start = run_on(np.zeros(units), xs[: len(xs) - lag])
    columns = [
        (run_on(start + nudge, xs[-lag:]) - run_on(start - nudge, xs[-lag:])) / (2 * step)
        for nudge in step * np.eye(units)
    ]
    return np.linalg.norm(np.array(columns).T, 2)


@pytest.mark.parametrize("r", range(3))
@pytest.mark.parametrize("s", range(2))
def test_norms_agree_with_finite_differences(r, s):
    for k, lag in enumerate(SMALL.lags):
        found = norm_by_finite_differences(SMALL.radii[r], int(lag), 9, units=5, seed=s)
        assert SMALL.norms[r, s, k] == pytest.approx(found, rel=1e-5)


def test_no_norm_exceeds_the_bound():
    assert (SMALL.norms <= SMALL.bounds[:, None] * (1 + 1e-12)).all()


def test_bounds_are_powers():
    ratio = SMALL.bounds[:, 1] / SMALL.bounds[:, 0]
    np.testing.assert_allclose(ratio, SMALL.bounds[:, 0] ** 3)


def test_packing_keeps_three_digits_over_a_hundred_decades():
    values = np.array([1e-60, 3.3e-17, 0.5, 1.0, 2.7e49])
    np.testing.assert_allclose(unpacked(packed(values)), values, rtol=3e-3)


def test_packing_clips_what_it_cannot_hold():
    found = unpacked(packed(np.array([0.0, 1e-300, 1e300])))
    np.testing.assert_allclose(np.log10(found), [-65.536, -65.536, 65.534])


@pytest.fixture(scope="module")
def explorer():
    return VanishingExplorer()


def test_the_saved_state_is_plain_and_small(explorer):
    state = {
        name: value for name, value in explorer.get_state().items() if not name.startswith("_")
    }
    state.pop("layout")
    state.pop("tooltip", None)
    assert len(json.dumps(state, allow_nan=False)) < 60_000
    assert unpacked(state["norms"]).size == len(RADII) * 5 * len(LAGS)


def test_the_default_shows_a_vanishing_gradient(explorer):
    norms = unpacked(explorer.norms).reshape(len(RADII), 5, len(LAGS))
    shown = norms[explorer.radius_index, :, explorer.lag_index]
    assert explorer.radii[explorer.radius_index] == 0.9
    assert explorer.lags[explorer.lag_index] == 50
    assert (shown < 1e-2).all()


def test_the_radii_span_all_three_regimes(explorer):
    norms = unpacked(explorer.norms).reshape(len(RADII), 5, len(LAGS))
    at_100_steps = np.median(norms[..., -1], axis=1)
    assert at_100_steps[0] < 1e-20
    assert at_100_steps[-1] > 100
    assert ((at_100_steps > 0.1) & (at_100_steps < 10)).any()


def test_repr_is_the_same_each_time(explorer):
    assert repr(explorer) == "VanishingExplorer(spectral radius 0.5 to 2, lag 1 to 100, 5 seeds)"
    assert repr(VanishingExplorer(SMALL)) == repr(VanishingExplorer(SMALL))


def test_the_static_page_needs_nothing_from_outside():
    html = static_html(VanishingExplorer(SMALL))
    assert html.count("<script") == html.count("</script>") == 2
    assert "src=" not in html
    without_namespace = html.replace("http://www.w3.org/2000/svg", "")
    assert "http" not in without_namespace


def test_the_static_page_is_the_same_each_time():
    assert static_html(VanishingExplorer(SMALL)) == static_html(VanishingExplorer(SMALL))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: vanishing_frames([0.0]), "above zero"),
        (lambda: vanishing_frames([]), "above zero"),
        (lambda: vanishing_frames([1.0], [3, 2]), "rising"),
        (lambda: vanishing_frames([1.0], [0, 2]), "rising"),
        (lambda: vanishing_frames([1.0], [1], seeds=[]), "at least one seed"),
        (lambda: static_html("text"), "given str"),
    ],
)
def test_a_wrong_argument_is_explained(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()
