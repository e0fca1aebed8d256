"""Milliseconds from a key to the picture, for every widget, in headless Chromium.

    python benchmarks/widgets.py

Real keys, one at a time. "Picture" is from the key's own time stamp to the end of the frame that
shows what it changed, so it holds the wait for that frame, up to 17 ms at 60 a second; "work" is
what the widget itself takes of it, from the first listener until all is laid out.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from run import report

from coursekit.cells import lstm
from coursekit.publish.browser import open_page
from coursekit.training import init_model, softmax
from coursekit.widgets import (
    AddingExplorer,
    CarouselExplorer,
    ConflictExplorer,
    GateExplorer,
    ReberWalker,
    VanishingExplorer,
    reber_frames,
    static_html,
)

TARGET = 20.0
PRESSES = 40
LISTEN = """() => {
  window.taken = { work: [], picture: [] };
  let began = 0, worked = 0;
  window.addEventListener("keydown", (event) => {
    began = event.timeStamp;
    const painted = new MessageChannel();
    painted.port1.onmessage = () => window.taken.picture.push(performance.now() - began);
    requestAnimationFrame(() => painted.port2.postMessage(0));
  }, true);
  for (const kind of ["input", "click"]) {
    window.addEventListener(kind, () => { worked = performance.now(); }, true);
    window.addEventListener(kind, () => {
      for (const svg of document.querySelectorAll("svg")) svg.getBBox();
      document.body.getBoundingClientRect();
      window.taken.work.push(performance.now() - worked);
    });
  }
}"""
TOLD = "() => { const told = window.taken; window.taken = { work: [], picture: [] }; return told; }"
DONE = "(count) => window.taken.picture.length >= count"


def shown() -> Iterator[Any]:
    """Every widget at the size in which a lesson shows it."""
    rng = np.random.default_rng(0)
    model = init_model(rng, lstm, softmax, inputs=7, units=14, outputs=7)
    pulls = {"no gate": rng.normal(size=(5, 800, 11)), "gate": rng.normal(size=(5, 800, 11))}
    yield VanishingExplorer()
    yield ConflictExplorer({"input weight": pulls, "output weight": pulls})
    yield CarouselExplorer()
    yield GateExplorer()
    yield ReberWalker(reber_frames(lstm, model, ["BTBPVPXTTVVETE", "BPBPVPXTTVVEPE"]))
    yield AddingExplorer()


def press(page: Any, control: Any) -> dict[str, list[float]]:
    """Press keys on a slider, or on a group of buttons, and wait for each picture."""
    buttons = control.locator("button")
    for turn in range(PRESSES + 1):
        if buttons.count():
            buttons.nth(turn % buttons.count()).focus()
            page.keyboard.press("Enter")
        elif turn:
            page.keyboard.press("ArrowRight" if turn % 2 else "ArrowLeft")
        else:
            control.focus()
            page.keyboard.press("Home")
        page.wait_for_function(DONE, arg=turn + 1)
    taken: dict[str, list[float]] = page.evaluate(TOLD)
    return taken


def main() -> None:
    """Print two lines for every control: a slider, or a group of buttons."""
    with tempfile.TemporaryDirectory() as folder, open_page() as page:
        for widget in shown():
            path = Path(folder) / "page.html"
            head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>t</title>'
            path.write_text(head + static_html(widget), encoding="utf-8")
            page.goto(path.as_uri())
            page.locator("output").first.wait_for()
            page.evaluate(LISTEN)
            for control in page.locator("input, [role=group] [role=group], .choice").all():
                taken = press(page, control)
                label = f"{type(widget).__name__}, {control.get_attribute('aria-label')}"
                report(f"{label}: picture", float(np.median(taken["picture"][1:])), "ms", TARGET)
                report(f"{label}: work", float(np.median(taken["work"][1:])), "ms")


if __name__ == "__main__":
    main()
