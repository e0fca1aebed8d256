"""Show a figure with its alt text, in JupyterLab, in slides and in plain HTML alike."""

import base64
import io
from html import escape

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

PIXELS_PER_INCH = 96
DENSITY = 1.25
COLOURS = 256


class Picture:
    """A finished figure: HTML with alt text where HTML is shown, the alt text elsewhere."""

    def __init__(self, html: str, alt: str) -> None:
        self.html = html
        self.alt = alt

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.alt


def show(figure: Figure | Axes, *, alt: str, caption: str | None = None) -> None:
    """Display a figure as HTML with alt text, then close it.

    Args:
        figure: a matplotlib Figure, or any of its Axes.
        alt: what the figure shows, for who cannot see it ("the norm falls by six orders of
            magnitude over 50 steps").
        caption: one line under the figure.

    Raises:
        ValueError: if `alt` is empty, or if `figure` is no figure.

    >>> from coursekit import figures
    >>> ax = figures.matrix([[1.0, 0.0], [0.0, 1.0]])
    >>> figures.show(ax, alt="the identity: ones on the diagonal")
    the identity: ones on the diagonal
    """
    from IPython.display import display

    display(picture(figure, alt=alt, caption=caption))
    _close(_figure_of(figure))


def picture(figure: Figure | Axes, *, alt: str, caption: str | None = None) -> Picture:
    """Render a figure to HTML without displaying or closing it; `show` says what is what."""
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(
            f"alt is {alt!r}; say in one sentence what the figure shows, for who cannot see it"
        )
    found = _figure_of(figure)
    image = base64.b64encode(png(found)).decode("ascii")
    width = round(found.get_figwidth() * PIXELS_PER_INCH)
    caption_html = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    html = (
        f'<figure><img width="{width}" alt="{escape(alt)}" '
        f'src="data:image/png;base64,{image}">{caption_html}</figure>'
    )
    return Picture(html, alt)


def png(figure: Figure) -> bytes:
    """Render a figure to a small PNG: a fixed palette, no metadata, the same bytes each time."""
    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=PIXELS_PER_INCH * DENSITY, facecolor="white")
    raw.seek(0)
    small = Image.open(raw).convert("RGB").quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE)
    out = io.BytesIO()
    small.save(out, format="png", optimize=True)
    return out.getvalue()


def _figure_of(figure: Figure | Axes) -> Figure:
    if isinstance(figure, Axes):
        root = figure.get_figure(root=True)
    else:
        root = figure
    if not isinstance(root, Figure):
        raise ValueError(
            f"show takes a matplotlib figure or its axes, but was given {type(figure).__name__}; "
            f"pass what a function of coursekit.figures returns"
        )
    return root


def _close(figure: Figure) -> None:
    """Forget a figure that pyplot holds, or the notebook would draw it a second time."""
    import sys

    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)
