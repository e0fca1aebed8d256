"""show: HTML with alt text, plain text elsewhere, small and always the same."""

import base64
import io
import re
import sys

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from PIL import Image

from coursekit import figures, show
from coursekit.figures.show import DENSITY, PIXELS_PER_INCH


def draw():
    noise = np.random.default_rng(0).normal(0, 0.03, (5, 300))
    return figures.learning_curves({"SRN": 0.7 + noise, "LSTM": np.linspace(0.7, 0, 300) + noise})


def png_of(html):
    data = re.search(r'src="data:image/png;base64,([^"]+)"', html).group(1)
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_show_displays_html_and_plain_text_and_no_bare_image():
    InteractiveShell.instance()
    with capture_output() as shown:
        assert show(draw(), alt="the loss stays") is None
    (output,) = shown.outputs
    assert set(output.data) == {"text/html", "text/plain"}
    assert output.data["text/plain"] == "the loss stays"
    assert 'alt="the loss stays"' in output.data["text/html"]


def test_alt_and_caption_are_escaped():
    html = figures.picture(draw(), alt='a "b" < c', caption="x < y")._repr_html_()
    assert 'alt="a &quot;b&quot; &lt; c"' in html
    assert "<figcaption>x &lt; y</figcaption>" in html


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_alt_must_say_something(alt):
    with pytest.raises(ValueError, match="what the figure shows"):
        show(draw(), alt=alt)


def test_alt_must_be_given():
    with pytest.raises(TypeError, match="alt"):
        show(draw())


def test_what_is_no_figure_is_refused():
    with pytest.raises(ValueError, match="given list"):
        show([1, 2], alt="numbers")


def test_the_picture_is_wide_enough_and_under_60_kb():
    html = figures.picture(draw(), alt="curves")._repr_html_()
    image = png_of(html)
    assert image.width == 1200
    assert len(html) * 3 / 4 < 60_000
    assert 'width="960"' in html


def test_the_same_figure_gives_the_same_bytes():
    assert figures.png(draw().figure) == figures.png(draw().figure)


def test_the_small_picture_keeps_the_colours():
    """A rare colour, such as the top of a colour bar, must not turn into its neighbour."""

    def fresh():
        return figures.predictions("BT", [[0, 1, 0, 0, 0, 0, 0], [0.1] * 7], ["TP", "SX"]).figure

    exact = io.BytesIO()
    fresh().savefig(exact, format="png", dpi=PIXELS_PER_INCH * DENSITY)
    wanted = np.asarray(Image.open(exact).convert("RGB")).astype(int)
    found = np.asarray(Image.open(io.BytesIO(figures.png(fresh()))).convert("RGB")).astype(int)
    assert np.abs(found - wanted).max() <= 12


def test_figures_leave_pyplot_alone():
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    draw()
    assert plt.get_fignums() == before


def test_a_figure_of_pyplot_is_closed():
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots()
    show(ax, alt="empty axes")
    assert figure.number not in plt.get_fignums()
    assert "matplotlib.pyplot" in sys.modules


def test_axes_come_as_one_or_as_an_array():
    _, one = figures.axes()
    _, many = figures.axes(rows=2, columns=3)
    assert one.get_xlabel() == ""
    assert many.shape == (2, 3)


def test_equations_are_latex_and_plain_text():
    found = figures.equations("lstm")
    assert repr(found).splitlines()[4] == r"c_t = f_t \odot c_{t-1} + i_t \odot g_t"
    assert found._repr_latex_().startswith("$$")
    with pytest.raises(ValueError, match="expected one of"):
        figures.equations("lstm_2000")
