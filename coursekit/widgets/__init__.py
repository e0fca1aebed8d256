"""Figures with sliders, alive in JupyterLab, in slides and in plain HTML pages.

    from coursekit import widgets

    widgets.VanishingExplorer()        the vanishing gradient: spectral radius and lag
    widgets.static_html(widget)        the same widget as a fragment of HTML, without a kernel
    widgets.vanishing_frames(...)      the numbers that it shows

Every frame is computed beforehand in Python and shipped with the widget; the browser only draws.
"""

from coursekit.widgets.static_page import static_html
from coursekit.widgets.vanishing import VanishingExplorer
from coursekit.widgets.vanishing_frames import Frames, vanishing_frames

__all__ = ["Frames", "VanishingExplorer", "static_html", "vanishing_frames"]
