"""Figures with sliders, alive in JupyterLab, in slides and in plain HTML pages.

    from coursekit import widgets

    widgets.VanishingExplorer()        the vanishing gradient: spectral radius and lag
    widgets.ConflictExplorer(pulls)    weight conflict: what each time step wants of one weight
    widgets.CarouselExplorer()         the error that arrives: a plain unit, and the carousel
    widgets.GateExplorer()             gates set by hand: what the LSTM cell holds and shows
    widgets.ReberWalker(walks)         the Reber automaton beside what a trained net expects
    widgets.AddingExplorer()           the adding problem by lag, from recorded runs
    widgets.static_html(widget)        the same widget as a fragment of HTML, without a kernel

What they show, as numbers:

    widgets.vanishing_frames(...)      norms of Jacobians
    widgets.carousel_frames(...)       errors of single units
    widgets.reber_frames(cell, model, strings)    a trained net over strings of the grammar
    widgets.scene("keep")              a setting of the gates' switches; also "drop", "hide", "show"
    widgets.set_by_hand(g, i, f, o)    the library's cell, gates given

Every frame is computed beforehand in Python and shipped with the widget; the browser only draws.
The gate explorer has too many settings for that: there the browser adds and multiplies, and a test
compares it with the library's cell.
"""

from coursekit.widgets.adding import AddingExplorer
from coursekit.widgets.carousel import CarouselExplorer
from coursekit.widgets.carousel_frames import CarouselFrames, carousel_frames
from coursekit.widgets.conflict import ConflictExplorer
from coursekit.widgets.gates import GateExplorer, scene, set_by_hand
from coursekit.widgets.reber import ReberWalker
from coursekit.widgets.reber_frames import Walk, reber_frames
from coursekit.widgets.static_page import static_html
from coursekit.widgets.vanishing import VanishingExplorer
from coursekit.widgets.vanishing_frames import Frames, vanishing_frames

__all__ = [
    "AddingExplorer",
    "CarouselExplorer",
    "CarouselFrames",
    "ConflictExplorer",
    "Frames",
    "GateExplorer",
    "ReberWalker",
    "VanishingExplorer",
    "Walk",
    "carousel_frames",
    "reber_frames",
    "scene",
    "set_by_hand",
    "static_html",
    "vanishing_frames",
]
