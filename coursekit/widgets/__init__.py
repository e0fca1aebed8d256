"""Figures with sliders, alive in JupyterLab, in slides and in plain HTML pages.

    from coursekit import widgets

    widgets.VanishingExplorer()        the vanishing gradient: spectral radius and lag
    widgets.GateExplorer()             gates set by hand: what the LSTM cell holds and shows
    widgets.scene("keep")              a setting of its switches; also "drop", "hide", "show"
    widgets.set_by_hand(g, i, f, o)    the same without a widget: the library's cell, gates given
    widgets.static_html(widget)        the same widget as a fragment of HTML, without a kernel
    widgets.vanishing_frames(...)      the numbers that it shows

Every frame is computed beforehand in Python and shipped with the widget; the browser only draws.
The gate explorer has too many settings for that: there the browser adds and multiplies, and a test
compares it with the library's cell.
"""

from coursekit.widgets.gates import GateExplorer, scene, set_by_hand
from coursekit.widgets.static_page import static_html
from coursekit.widgets.vanishing import VanishingExplorer
from coursekit.widgets.vanishing_frames import Frames, vanishing_frames

__all__ = [
    "Frames",
    "GateExplorer",
    "VanishingExplorer",
    "scene",
    "set_by_hand",
    "static_html",
    "vanishing_frames",
]
