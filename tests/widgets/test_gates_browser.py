"""The gate explorer as a plain page: what the browser adds up is what the library's cell gives."""

import re

import numpy as np
import pytest

from coursekit.widgets import GateExplorer, set_by_hand
from coursekit.widgets.gates import CANDIDATES, SCENES

pytestmark = pytest.mark.browser
NEXT = {0.0: 1.0, 1.0: 0.5, 0.5: 0.0}
MARKS = {"0": 0.0, "½": 0.5, "1": 1.0}


@pytest.fixture(scope="module")
def shown(show_page):
    with show_page("gates", GateExplorer("keep"), GateExplorer("show")) as shown:
        yield shown


@pytest.fixture
def page(shown):
    return shown.page


def first(page, selector):
    return page.locator(".ck-gates").nth(0).locator(selector)


def choose(page, name):
    first(page, ".choice button").get_by_text(name, exact=True).click()


def switches(page):
    """The settings that the page shows, for i, f and o."""
    marks = first(page, ".row button").all_text_contents()
    return np.array([MARKS[mark] for mark in marks]).reshape(3, len(CANDIDATES))


def drawn(page):
    """c and h as the picture's description tells them."""
    told = first(page, "svg").get_attribute("aria-label").replace("−", "-")
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d\d", told)]
    return np.array(numbers).reshape(2, len(CANDIDATES))


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_each_scene_shows_what_the_library_computes(page, scene):
    choose(page, scene.name)
    assert switches(page).tolist() == [list(scene.i), list(scene.f), list(scene.o)]
    np.testing.assert_allclose(
        drawn(page), set_by_hand(CANDIDATES, scene.i, scene.f, scene.o), atol=0.0051
    )
    assert first(page, "output").inner_text().startswith(scene.says)


def test_every_switch_turns_and_the_states_follow(page):
    choose(page, "keep")
    for place in (0, 3, 12, 17, 25, 29, 12):
        before = switches(page)
        button = first(page, ".row button").nth(place)
        button.focus()
        button.press("Space")
        after = switches(page)
        expected = before.ravel().copy()
        expected[place] = NEXT[expected[place]]
        assert after.ravel().tolist() == expected.tolist()
        np.testing.assert_allclose(drawn(page), set_by_hand(CANDIDATES, *after), atol=0.0051)
    assert first(page, "output").inner_text().startswith("Set by hand.")


def test_arrows_walk_over_the_switches(page):
    choose(page, "keep")
    button = page.get_by_role("button", name="input gate, step 2: open").first
    button.press("ArrowRight")
    focused = "document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(focused) == "input gate, step 3: shut"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "forget gate, step 3: open"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # there is nothing above
    assert page.evaluate(focused) == "input gate, step 2: open"


def test_half_open_is_told(page):
    choose(page, "keep")
    page.get_by_role("button", name="input gate, step 2: open").first.press("Space")
    half = page.get_by_role("button", name="input gate, step 2: half open").first
    assert half.get_attribute("aria-pressed") == "mixed"


def test_one_widget_leaves_the_other_alone(page):
    other = page.locator("output").nth(1)
    told = other.inner_text()
    choose(page, "all open")
    assert other.inner_text() == told
    assert first(page, "output").get_attribute("aria-live") == "polite"


def test_letters_reach_the_back_row_and_nothing_asks_outside(shown):
    shown.can_be_read()
    shown.asks_nothing_outside()
