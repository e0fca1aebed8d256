"""The explorer as a plain page, opened from a file: keys move it, nothing asks outside."""

import pytest

from coursekit.publish.browser import open_page
from coursekit.widgets import VanishingExplorer, static_html, vanishing_frames

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    frames = vanishing_frames([0.5, 1.0, 2.0], list(range(1, 31)), units=8, seeds=[0, 1, 2])
    widgets = [VanishingExplorer(frames, radius=1.0, lag=10), VanishingExplorer(frames, lag=30)]
    body = "".join(static_html(widget) for widget in widgets)
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>t</title>{body}</html>',
        encoding="utf-8",
    )
    with open_page() as page:
        page.errors, page.requests = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(path.as_uri())
        page.locator("output").nth(1).wait_for()
        yield page


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


def test_letters_reach_the_back_row(page):
    """18 pixels are 14 pt on a slide; the drawing may be scaled, so measure what is shown."""
    heights = page.evaluate(
        "[...document.querySelectorAll('.ck-vanishing svg text')]"
        ".map((t) => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a)"
    )
    assert min(heights) >= 18


def test_letters_do_not_collide(page):
    pairs = page.evaluate(
        """() => {
          const svg = document.querySelector('.ck-vanishing svg');
          const texts = [...svg.querySelectorAll('text')].map(
            (t) => [t.textContent, t.getBoundingClientRect()]);
          const hit = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
            && a.top < b.bottom - 6 && b.top < a.bottom - 6;
          return texts.flatMap(([a, p], k) => texts.slice(k + 1)
            .filter(([, q]) => hit(p, q)).map(([b]) => [a, b]));
        }"""
    )
    assert pairs == []


def test_it_follows_a_dark_theme(page):
    colour = "getComputedStyle(document.querySelector('.ck-vanishing svg text')).fill"
    before = page.evaluate(colour)
    page.evaluate("document.documentElement.style.setProperty('--jp-ui-font-color1', '#eeeeee')")
    assert page.evaluate(colour) == "rgb(238, 238, 238)" != before


def test_no_error_and_no_request_outside(page):
    page.get_by_role("slider", name="Lag n (steps)").first.press("ArrowRight")
    assert page.errors == []
    assert [url for url in page.requests if not url.startswith(("file:", "blob:"))] == []


def test_the_clean_up_takes_the_widget_away_and_stops_listening(page):
    left = page.evaluate(
        """async () => {
          const place = document.querySelector('.coursekit-widget');
          const state = JSON.parse(place.querySelector('script').textContent);
          const url = URL.createObjectURL(new Blob([state._esm], {type: 'text/javascript'}));
          const widget = (await import(url)).default;
          const el = document.createElement('div');
          const model = savedModel(state);
          const heard = [];
          const on = model.on, off = model.off;
          model.on = (event, tell) => { heard.push(event); on(event, tell); };
          model.off = (event, tell) => { heard.splice(heard.indexOf(event), 1); off(event, tell); };
          const clean = widget.render({ model, el });
          const during = [el.children.length, heard.length];
          clean();
          return [...during, el.children.length, heard.length];
        }"""
    )
    assert left == [1, 2, 0, 0]
