"""Look at a deck as an audience would, in headless Chromium, and say what is wrong with it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from coursekit.errors import CommandError
from coursekit.publish.browser import open_page, wait_for_deck

WIDTH, HEIGHT = 1280, 720
SIZE_LIMIT = 4_000_000  # bytes
KEYS = ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown", "Enter", " ")

# The rectangles of what is seen (text, pictures, controls), not of the boxes around it: boxes are
# often wider than what they show.
MEASURE = """
() => {
  const slide = Reveal.getCurrentSlide();
  const frame = document.querySelector(".slides").getBoundingClientRect();
  const scale = Reveal.getScale();
  const hidden = (node) => node.closest("aside, mjx-assistive-mml, script, style, option");
  const rects = [], words = [];
  for (const node of slide.querySelectorAll("img, svg, canvas, table, input, button, select")) {
    if (!hidden(node)) rects.push(node.getBoundingClientRect());
  }
  const texts = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (!text.data.trim() || hidden(text.parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    rects.push(...range.getClientRects());
    if (!text.parentElement.closest("pre, code, svg, .coursekit-widget")) words.push(text.data);
  }
  const bare = words.filter((text) => /\\$|\\\\[A-Za-z]/.test(text));
  const seen = rects.filter((r) => r.width > 0 && r.height > 0);
  const heading = [...slide.querySelectorAll("h1, h2, h3")].find((h) => !h.closest("aside"));
  return {
    heading: heading ? heading.textContent.trim() : "",
    right: Math.max(0, ...seen.map((r) => (r.right - frame.left) / scale)),
    bottom: Math.max(0, ...seen.map((r) => (r.bottom - frame.top) / scale)),
    empty: seen.length === 0,
    widgets: slide.querySelectorAll(".coursekit-widget").length,
    badMaths: slide.querySelectorAll("[data-mml-node=merror]").length + bare.length,
  };
}
"""
TWO_FRAMES = "() => new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f)))"
CONTROLS = "input, button, select, [tabindex]"
DRAWING = (
    "(place) => place.innerHTML + [...place.querySelectorAll('canvas')].map(c => c.toDataURL())"
)


def problems_of(deck: Path) -> list[str]:
    """What is wrong with a deck, in words, with the slide's number and heading.

    Looks for: content beyond 1280 x 720 with all fragments shown, errors of the page, requests
    that leave the file, slides without a heading or without content, maths that is no maths,
    widgets that no key moves, and a file over 4 MB. An empty list is good news.
    """
    if not deck.is_file():
        raise CommandError(f"There is no deck {deck}; write it with `coursekit slides LESSON`.")
    problems: list[str] = []
    if (size := deck.stat().st_size) > SIZE_LIMIT:
        problems.append(f"the file has {size / 1e6:.1f} MB, more than {SIZE_LIMIT / 1e6:.0f} MB")
    address = deck.resolve().as_uri()

    def only_itself(route: Any) -> None:
        url = route.request.url
        if url == address:
            route.continue_()
        else:
            problems.append(f"outside request: {url[:200]}")
            route.abort()

    with open_page(WIDTH, HEIGHT) as page:
        page.on("pageerror", lambda error: problems.append(f"error of the page: {error}"))
        page.on("console", lambda said: problems.extend(_complaint(said)))
        page.route(lambda url: not url.startswith(("data:", "blob:")), only_itself)
        page.goto(address)
        try:
            wait_for_deck(page)
        except CommandError as error:
            return [*problems, str(error)]
        problems.extend(_walk(page))
    return problems


def _walk(page: Any) -> Iterator[str]:
    places = page.evaluate("Reveal.getSlides().map((s) => Reveal.getIndices(s))")
    for number, place in enumerate(places, start=1):
        page.evaluate("([h, v]) => Reveal.slide(h, v, 999)", [place["h"], place.get("v", 0)])
        page.evaluate(TWO_FRAMES)
        seen = page.evaluate(MEASURE)
        where = f"slide {number} ({seen['heading'] or 'no heading'})"
        if seen["empty"]:
            yield f"{where}: shows nothing"
        if not seen["heading"]:
            yield f"{where}: has no heading"
        if seen["bottom"] > HEIGHT:
            yield f"{where}: content ends at {seen['bottom']:.0f} px, below {HEIGHT}"
        if seen["right"] > WIDTH:
            yield f"{where}: content ends at {seen['right']:.0f} px, right of {WIDTH}"
        if seen["badMaths"]:
            yield f"{where}: {seen['badMaths']} formulas are not understood"
        widgets = page.locator("section.present > section.present .coursekit-widget")
        for index in range(seen["widgets"]):
            if not _reacts(page, widgets.nth(index)):
                yield f"{where}: no key moves the widget"


def _reacts(page: Any, widget: Any) -> bool:
    """Does any key on any control change what the widget shows, without turning the slide?"""
    slide = page.evaluate("JSON.stringify(Reveal.getIndices())")
    controls = widget.locator(CONTROLS)
    for index in range(controls.count()):
        for key in KEYS:
            before = widget.evaluate(DRAWING)
            controls.nth(index).focus()
            page.keyboard.press(key)
            page.evaluate(TWO_FRAMES)
            if page.evaluate("JSON.stringify(Reveal.getIndices())") != slide:
                return False
            if widget.evaluate(DRAWING) != before:
                return True
    return False


def _complaint(said: Any) -> list[str]:
    return [f"console: {said.text[:300]}"] if said.type == "error" else []
