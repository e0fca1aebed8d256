"""The four explorers as plain pages: what is drawn and said is what Python computed."""

import re

import numpy as np
import pytest

from coursekit.cells import lstm_1997
from coursekit.training import init_model, softmax
from coursekit.widgets import (
    AddingExplorer,
    CarouselExplorer,
    ConflictExplorer,
    ReberWalker,
    carousel_frames,
    reber_frames,
)
from coursekit.widgets.adding import best_of
from coursekit.widgets.adding_runs import adding_runs
from coursekit.widgets.conflict import averaged

pytestmark = pytest.mark.browser

RUNS = adding_runs()
RNG = np.random.default_rng(0)
PULLS = {
    weight: {"no gate": RNG.normal(0.2, 1, size), "gate": RNG.normal(-0.1, 0.1, size)}
    for weight, size in (("input weight", (3, 60, 11)), ("output weight", (3, 80, 10)))
}
FRAMES = carousel_frames([0.5, 0.9, 1.0, 1.25], [0.8, 1.0], [1, 10, 100, 1000], seeds=[0, 1, 2])
MODEL = init_model(RNG, lstm_1997, softmax, inputs=7, units=4, outputs=7)
WALKS = reber_frames(lstm_1997, MODEL, ["BTBPVPXTTVVETE", "BPBTXSEPE"])


@pytest.fixture(scope="module")
def adding(show_page):
    with show_page("adding", AddingExplorer(), AddingExplorer(lag=128)) as shown:
        yield shown


@pytest.fixture(scope="module")
def carousel(show_page):
    widgets = (CarouselExplorer(FRAMES, weight=0.9), CarouselExplorer(FRAMES, lag=1000))
    with show_page("carousel", *widgets) as shown:
        yield shown


@pytest.fixture(scope="module")
def conflict(show_page):
    with show_page("conflict", ConflictExplorer(PULLS), ConflictExplorer(PULLS)) as shown:
        yield shown


@pytest.fixture(scope="module")
def reber(show_page):
    with show_page("reber", ReberWalker(WALKS), ReberWalker(WALKS, unit=3, step=5)) as shown:
        yield shown


@pytest.mark.parametrize("kind", ["adding", "carousel", "conflict", "reber"])
def test_it_does_what_every_widget_does(request, kind):
    shown = request.getfixturevalue(kind)
    shown.is_sound()
    shown.follows_a_dark_theme()


def numbers(text):
    return [float(found) for found in re.findall(r"-?\d+\.\d+", text.replace("−", "-"))]


@pytest.mark.parametrize("keys", [("Home", "End"), ("End", "End"), ("ArrowLeft", "ArrowLeft")])
def test_adding_says_the_medians_of_the_recorded_runs(adding, keys):
    for name, key in zip(("Lag (steps)", "Sequences"), keys, strict=True):
        adding.slider(name).press(key)
    lag = RUNS.lags.index(int(adding.first(".value").nth(0).inner_text()))
    chunk = int(adding.slider("Sequences").input_value())
    said = adding.says()
    assert f"{(chunk + 1) * RUNS.chunk // 1000} thousand sequences" in said
    shares = [counts[lag, :, chunk] / RUNS.chunk for counts in (RUNS.lstm, best_of(RUNS))]
    found = re.findall(r"median (\d\.\d\d), above 0.9 in (\d) of 5", said)
    assert [int(good) for _, good in found] == [int((share > 0.9).sum()) for share in shares]
    np.testing.assert_allclose(
        [float(middle) for middle, _ in found], [np.median(share) for share in shares], atol=0.0051
    )


def test_the_carousel_says_what_arrives(carousel):
    carousel.slider("Lag n (steps)").press("End")
    assert carousel.slider("Derivative f′(net)").get_attribute("aria-valuetext") == (
        "1, a linear unit"
    )
    assert "plain unit 1.7 × 10⁻⁴⁶; carousel 1." in carousel.says()  # 0.9^1000
    carousel.slider("Weight w to itself").press("Home")
    assert "plain unit less than 10⁻⁶⁵; carousel 1." in carousel.says()
    carousel.slider("Weight w to itself").press("End")
    assert "plain unit more than 10⁶⁵; carousel 1." in carousel.says()
    carousel.slider("Derivative f′(net)").press("Home")
    assert carousel.says().startswith("f′ w ≈ 1.000 at each step.")
    assert "(seeds: " in carousel.says()
    carousel.slider("Lag n (steps)").press("Home")
    assert "after 1 step: " in carousel.says()


@pytest.mark.parametrize("weight", list(PULLS))
@pytest.mark.parametrize("setting", ["no gate", "gate"])
@pytest.mark.parametrize("key", ["Home", "End"])
def test_the_conflict_shows_each_steps_median(conflict, weight, setting, key):
    conflict.button(weight).press("Space")
    conflict.button(setting).press("Space")
    conflict.slider("Updates").press(key)
    points = averaged(PULLS[weight][setting], 20)
    point = points[0 if key == "Home" else -1]
    told, said = conflict.described().split(". ", 1)
    middles = np.median(point, axis=0)
    np.testing.assert_allclose(numbers(told), middles, atol=0.00055)
    up, down = point[:, middles > 0].sum(axis=1), point[:, middles <= 0].sum(axis=1)
    expected = [np.median(part) for part in (up, down, point.sum(axis=1))]
    np.testing.assert_allclose(numbers(said), expected, atol=0.00065)
    assert f"{weight}, {setting}, after {20 if key == 'Home' else 20 * len(points)} updates" in said
    heights = [
        float(bar.get_attribute("height")) for bar in conflict.first("svg rect[class]").all()
    ]
    steps = len(middles)
    bars = heights[:steps]
    np.testing.assert_allclose(bars, np.abs(middles) / np.abs(middles).max() * max(bars), atol=0.2)


def test_fewer_points_of_another_weight_leave_a_place_that_there_is(conflict):
    conflict.button("output weight").press("Space")
    conflict.slider("Updates").press("End")
    assert "after 80 updates" in conflict.says()
    conflict.button("input weight").press("Space")
    assert "after 60 updates" in conflict.says()


def test_arrows_walk_over_the_buttons(conflict):
    focused = "document.activeElement.textContent"
    conflict.button("input weight").press("ArrowRight")
    assert conflict.page.evaluate(focused) == "output weight"
    conflict.page.keyboard.press("ArrowRight")  # there is nothing more
    conflict.page.keyboard.press("ArrowLeft")
    assert conflict.page.evaluate(focused) == "input weight"


@pytest.mark.parametrize("number", range(2))
def test_the_walker_shows_every_step(reber, number):
    walk = WALKS[number]
    reber.button(walk.string).press("Space")
    reber.slider("Step").press("Home")
    reber.slider("Unit").press("End")
    for t, node in enumerate(walk.nodes):
        said = reber.says()
        assert said.startswith(f"Read {walk.string[: t + 1]}. ")
        assert f"{walk.string[t + 1]} comes." in said
        legal = reber.first("g.legal:has(.arc) .symbol").all_text_contents()
        assert sorted(legal) == sorted(walk.legal[t])
        assert set(reber.first("g.legal:has(.chance) text:first-child").all_text_contents()) == {
            *walk.legal[t]
        }
        percents = re.findall(r"([BTSXPVE]) (\d+) %", reber.described())
        np.testing.assert_allclose(
            [float(share) for _, share in percents], 100 * walk.chances[t], atol=0.56
        )
        found = numbers(said.split("Unit 3: ")[1])
        expected = [walk.letters[letter][t, 3] for letter in "ioc"]
        np.testing.assert_allclose(found, expected, atol=0.0056)
        here = reber.first("circle.here")
        place = [float(here.get_attribute(axis)) for axis in ("cx", "cy")]
        assert place == list(ReberWalker(WALKS).nodes[node])
        reber.slider("Step").press("ArrowRight")
    assert reber.says().startswith(f"Read {walk.string[:-1]}. ")


def test_a_shorter_string_leaves_a_step_that_there_is(reber):
    reber.button(WALKS[0].string).press("Space")
    reber.slider("Step").press("End")
    reber.button(WALKS[1].string).press("Space")
    assert reber.says().startswith(f"Read {WALKS[1].string[:-1]}. ")
    assert reber.slider("Step").get_attribute("max") == "7"
