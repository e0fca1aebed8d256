"""The map, the pieces and the forecasts show what they are given, and refuse what does not fit."""

import numpy as np
import pytest

from coursekit import figures
from coursekit.papers.applications import APPLICATIONS, PRODUCTS
from coursekit.tasks import Rhythm
from coursekit.tasks.rhythm import VOICES

RNG = np.random.default_rng(0)
PIECE = Rhythm().piece(1)
PLOTS = {
    "first": lambda: figures.application_map(APPLICATIONS[:8]),
    "second": lambda: figures.application_map(APPLICATIONS[8:]),
    "products": lambda: figures.application_map(PRODUCTS),
    "rhythms": lambda: figures.rhythms(
        {"the form": PIECE, "a window": 1 - PIECE}, voices=VOICES, bar=8, right=PIECE
    ),
    "forecasts": lambda: figures.forecasts(
        RNG.normal(size=40),
        {"persistence": RNG.normal(size=40), "LSTM": RNG.normal(size=40)},
        marks={"alarm": [12.0, 30.0]},
    ),
}


@pytest.fixture(scope="module", params=PLOTS)
def plot(request):
    return PLOTS[request.param]()


def test_axes_are_labelled(plot):
    assert plot.get_xlabel() and (plot.get_ylabel() or len(plot.get_yticklabels()) > 2)


def test_no_two_texts_collide(plot, overlaps):
    assert overlaps(plot) == []


def test_no_text_sticks_out(plot, outside):
    assert outside(plot) == []


def test_letters_reach_the_back_row(plot, smallest_letters):
    assert smallest_letters(plot) >= 14 - 1e-9


def test_the_legend_stays_inside_and_off_the_texts(plot):
    plot.figure.draw_without_rendering()
    whole = plot.figure.bbox
    for legend in plot.figure.legends:
        box = legend.get_window_extent()
        assert whole.x0 <= box.x0 and box.x1 <= whole.x1 and box.y1 <= whole.y1
        assert not any(box.overlaps(t.get_window_extent()) for t in plot.texts if t.get_text())


def test_every_entry_has_its_line_its_year_and_its_need():
    ax = figures.application_map(APPLICATIONS)
    assert [label.get_text() for label in ax.get_yticklabels()] == [e.task for e in APPLICATIONS]
    texts = {text.get_text() for text in ax.texts}
    dots = [line for line in ax.lines if line.get_marker() not in ("None", None, "")]
    for place, entry in enumerate(APPLICATIONS):
        assert entry.needs in texts
        (dot,) = [line for line in dots if tuple(line.get_ydata()) == (place,)]
        assert tuple(dot.get_xdata()) == (entry.year,)
        assert (dot.get_markerfacecolor() == "white") == entry.second_hand


def test_sounds_are_squares_and_wrong_steps_are_crossed():
    played = PIECE.copy()
    played[40, 2] = 1 - played[40, 2]
    ax = figures.rhythms({"net": played}, voices=VOICES, bar=8, right=PIECE)
    assert sum(len(c.get_offsets()) for c in ax.collections) == played.sum()
    (crosses,) = [line for line in ax.lines if line.get_marker() == "x"]
    assert crosses.get_xdata().tolist() == [41]


def test_forecasts_are_drawn_as_given():
    series, said = RNG.normal(size=9), RNG.normal(size=9)
    ax = figures.forecasts(series, {"net": said}, start=5)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), series)
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), said)
    assert ax.lines[1].get_xdata().tolist() == list(range(5, 14))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: figures.application_map([]), r"entries is empty; pass some"),
        (
            lambda: figures.application_map(PRODUCTS, years=(2000, 2015)),
            r"Google: translation is of 2016, outside the axis",
        ),
        (lambda: figures.rhythms({}, voices=VOICES, bar=8), r"pieces have shapes \[\]; pass one"),
        (
            lambda: figures.rhythms({"a": PIECE, "b": PIECE[:9]}, voices=VOICES, bar=8),
            r"pieces have shapes .* pass one or more of one shape",
        ),
        (
            lambda: figures.rhythms({"a": PIECE}, voices=VOICES, bar=8, right=PIECE[1:]),
            r"right has shape \(95, 3\); pass \(96, 3\)",
        ),
        (lambda: figures.forecasts([1.0, 2.0], {"net": [1.0]}), r"said\['net'\] has shape \(1,\)"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
