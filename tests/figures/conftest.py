"""What the tests of the figures look at: where texts and lines stand once drawn."""

import functools
import itertools

import pytest


@functools.cache
def shown_texts(ax):
    """Every text of the axes, with the box that it fills, in pixels."""
    ax.figure.draw_without_rendering()
    labels = [*ax.texts]
    if ax.axison:
        labels += [ax.xaxis.label, ax.yaxis.label, ax._left_title]
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            labels += [t.label1 for t in axis.get_major_ticks() if low <= t.get_loc() <= high]
    found = [text for text in labels if text.get_text().strip() and text.get_visible()]
    return [(text, text.get_window_extent()) for text in found]


def overlaps_of(ax):
    """Pairs of texts whose boxes overlap by more than a pixel."""
    shrunk = [(text.get_text(), box.padded(-1)) for text, box in shown_texts(ax)]
    pairs = itertools.combinations(shrunk, 2)
    return [(a, b) for (a, first), (b, second) in pairs if first.overlaps(second)]


def outside_of(ax):
    """Texts that stick out of the figure."""
    whole = ax.figure.bbox
    return [
        text.get_text()
        for text, box in shown_texts(ax)
        if box.x0 < whole.x0 or box.x1 > whole.x1 or box.y0 < whole.y0 or box.y1 > whole.y1
    ]


def smallest_letters_of(ax):
    """The smallest font size on the axes, in points."""
    return min(text.get_fontsize() for text, _ in shown_texts(ax))


@pytest.fixture
def overlaps():
    return overlaps_of


@pytest.fixture
def outside():
    return outside_of


@pytest.fixture
def smallest_letters():
    return smallest_letters_of
