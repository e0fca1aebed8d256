"""The explorer as a plain page, opened from a file: keys move it, nothing asks outside."""

import pytest

from coursekit.widgets import VanishingExplorer, vanishing_frames

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shown(show_page):
    frames = vanishing_frames([0.5, 1.0, 2.0], list(range(1, 31)), units=8, seeds=[0, 1, 2])
    widgets = [VanishingExplorer(frames, radius=1.0, lag=10), VanishingExplorer(frames, lag=30)]
    with show_page("vanishing", *widgets) as shown:
        yield shown


@pytest.fixture
def page(shown):
    return shown.page


def first(page, selector):
    return page.locator(".ck-vanishing").nth(0).locator(selector)


def curve(page):
    return first(page, "path.median[d*=L]").get_attribute("d")


def test_both_sliders_have_labels_and_values_in_words(page):
    radius = page.get_by_role("slider", name="Spectral radius of U").first
    lag = page.get_by_role("slider", name="Lag n (steps)").first
    assert radius.get_attribute("aria-valuetext") == "1.00"
    assert lag.get_attribute("aria-valuetext") == "10 steps"


def test_the_picture_and_the_result_are_told(page):
    result = first(page, "output")
    assert result.get_attribute("aria-live") == "polite"
    assert result.inner_text().startswith("After 10 steps, ")
    picture = first(page, "svg")
    assert picture.get_attribute("role") == "img"
    assert result.inner_text() in picture.get_attribute("aria-label")


def test_an_arrow_key_changes_the_curve_and_the_text(page):
    slider = page.get_by_role("slider", name="Spectral radius of U").first
    drawn, told = curve(page), first(page, "output").inner_text()
    slider.press("ArrowRight")
    assert curve(page) != drawn
    assert first(page, "output").inner_text() != told
    slider.press("ArrowLeft")
    assert curve(page) == drawn
    assert first(page, "output").inner_text() == told


def test_the_lag_moves_the_mark_and_not_the_curve(page):
    slider = page.get_by_role("slider", name="Lag n (steps)").first
    drawn, mark = curve(page), first(page, "circle").get_attribute("cx")
    slider.press("End")
    assert curve(page) == drawn
    assert float(first(page, "circle").get_attribute("cx")) > float(mark)
    assert first(page, "output").inner_text().startswith("After 30 steps, ")
    slider.press("Home")
    assert first(page, "output").inner_text().startswith("After 1 step, ")


def test_one_widget_leaves_the_other_alone(page):
    other = page.locator("output").nth(1)
    told = other.inner_text()
    page.get_by_role("slider", name="Spectral radius of U").first.press("End")
    assert other.inner_text() == told
    assert told.startswith("After 30 steps, ")


def test_it_does_what_every_widget_does(shown):
    shown.is_sound()
    shown.follows_a_dark_theme()
