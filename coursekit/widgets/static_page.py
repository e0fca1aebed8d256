"""A widget as a fragment of HTML that needs no kernel, no widget manager and no network."""

import json
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

import anywidget

START = """\
(() => {
  const place = document.currentScript.parentElement;
  const state = JSON.parse(place.querySelector("script[type='application/json']").textContent);
  const style = document.createElement("style");
  style.textContent = state._css;
  const el = document.createElement("div");
  place.append(style, el);
  const url = URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" }));
  import(url).then(({ default: widget }) => widget.render({ model: savedModel(state), el }));
})();
"""


def static_html(widget: anywidget.AnyWidget) -> str:
    """Return a widget as HTML that works by itself, from a file too.

    Args:
        widget: an anywidget whose data are plain synced traits.

    >>> from coursekit.widgets import VanishingExplorer, vanishing_frames
    >>> frames = vanishing_frames([0.5, 1.0], [1, 10], units=4, seeds=[0])
    >>> static_html(VanishingExplorer(frames)).startswith('<div class="coursekit-widget"')
    True
    """
    if not isinstance(widget, anywidget.AnyWidget):
        raise ValueError(
            f"static_html takes a widget of coursekit.widgets, but was given "
            f"{type(widget).__name__}"
        )
    shim = (files("coursekit.widgets") / "static" / "shim.js").read_text(encoding="utf-8")
    start = f"<script>\n{shim}{START}</script>\n"
    return state_html(widget.get_state(), repr(widget), start)


def state_html(saved: Mapping[str, Any], label: str, start: str = "") -> str:
    """A widget's state, as `get_state` gives it or a notebook saves it, in a place of its own.

    Args:
        saved: names and plain values, `_esm` and `_css` among them.
        label: what the widget is, for who cannot see it.
        start: HTML that starts the widget; empty if the page does so itself, as slides do.
    """
    plain = {name: saved[name] for name in saved if not name.startswith("_")}
    plain = {name: value for name, value in plain.items() if name not in ("layout", "tooltip")}
    plain |= {name: str(saved.get(name, "")) for name in ("_esm", "_css")}
    state = json.dumps(plain).replace("<", "\\u003c")
    return (
        f'<div class="coursekit-widget" role="group" aria-label="{escape(label)}">\n'
        f'<script type="application/json">{state}</script>\n{start}</div>\n'
    )
