"""The widgets' pages: two of a kind on each, opened from a file, and what is asked of all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from coursekit.publish.browser import open_page
from coursekit.widgets import static_html

COLLIDING = """(kind) => {
  const svg = document.querySelector(`.ck-${kind} svg`);
  const texts = [...svg.querySelectorAll('text')].filter((t) => t.textContent).map(
    (t) => [t.textContent, t.getBoundingClientRect()]);
  const hit = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 6 && b.top < a.bottom - 6;
  return texts.flatMap(([a, p], k) => texts.slice(k + 1)
    .filter(([, q]) => hit(p, q)).map(([b]) => [a, b]));
}"""
HEIGHTS = """(kind) => [...document.querySelectorAll(`.ck-${kind} svg text`)]
  .map((t) => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a)"""
CLEAN_UP = """async () => {
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
  const during = [el.children.length > 0, heard.length > 0];
  clean();
  return [...during, el.children.length, heard.length];
}"""


class Shown:
    """A page with two widgets of a kind; what is looked for is the first one's."""

    def __init__(self, page: Any, kind: str) -> None:
        self.page, self.kind = page, kind
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def first(self, selector: str) -> Any:
        return self.page.locator(f".ck-{self.kind}").nth(0).locator(selector)

    def slider(self, name: str) -> Any:
        return self.page.get_by_role("slider", name=name, exact=True).first

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True).first

    def says(self) -> str:
        return str(self.first("output").inner_text())

    def described(self) -> str:
        return str(self.first("svg").get_attribute("aria-label"))

    def drawing(self) -> str:
        return str(self.first("svg").inner_html())

    def is_sound(self) -> None:
        """What is asked of every widget; it leaves the page as it was."""
        before, other = self.drawing(), self.page.locator("output").nth(1).inner_text()
        for control in self.first("input").all():
            place = control.input_value()
            assert control.get_attribute("aria-label") and control.get_attribute("aria-valuetext")
            way, back = ("ArrowLeft", "ArrowRight") if int(place) else ("ArrowRight", "ArrowLeft")
            control.press(way)
            assert control.input_value() != place
            assert self.drawing() != before
            control.press(back)
            assert self.drawing() == before
        for group in self.first(".choice").all():
            assert group.get_attribute("aria-label")
            assert group.locator("[aria-pressed=true]").count() == 1
        assert self.page.locator("output").nth(1).inner_text() == other
        assert self.first("output").get_attribute("aria-live") == "polite"
        assert self.first("svg").get_attribute("role") == "img"
        assert self.says() in self.described()
        assert self.page.evaluate(CLEAN_UP) == [True, True, 0, 0]
        self.can_be_read()
        self.asks_nothing_outside()

    def can_be_read(self) -> None:
        assert min(self.page.evaluate(HEIGHTS, self.kind)) >= 18  # pixels; 14 pt on a slide
        assert self.page.evaluate(COLLIDING, self.kind) == []

    def asks_nothing_outside(self) -> None:
        assert self.errors == []
        assert [url for url in self.requests if not url.startswith(("file:", "blob:"))] == []

    def follows_a_dark_theme(self) -> None:
        colour = f"getComputedStyle(document.querySelector('.ck-{self.kind} svg text')).fill"
        theme = "document.documentElement.style.setProperty('--jp-ui-font-color1', '{}')"
        self.page.evaluate(theme.format("#eeeeee"))
        assert self.page.evaluate(colour) == "rgb(238, 238, 238)"
        self.page.evaluate(theme.format("#222222"))


@contextmanager
def shown_page(browser: Any, path: Path, kind: str, widgets: tuple[Any, ...]) -> Iterator[Shown]:
    body = "".join(static_html(widget) for widget in widgets)
    path.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>t</title>{body}</html>',
        encoding="utf-8",
    )
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    shown = Shown(page, kind)
    page.goto(path.as_uri())
    page.locator("output").nth(len(widgets) - 1).wait_for()
    yield shown
    page.close()


@pytest.fixture(scope="module")
def show_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """show_page(kind, widget, another): a context that yields what is shown."""
    with open_page() as page:

        def show(kind: str, *widgets: Any) -> Any:
            path = tmp_path_factory.mktemp("page") / "page.html"
            return shown_page(page.context.browser, path, kind, widgets)

        yield show
