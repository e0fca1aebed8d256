"""Diagrams: letters of the notation, nothing collides, nothing sticks out."""

import itertools
import re

import matplotlib.colors
import numpy as np
import pytest
from matplotlib.patches import Arc, FancyArrowPatch, FancyBboxPatch, PathPatch

from coursekit import cells, figures
from coursekit.figures import style
from coursekit.figures.diagrams import DIAGRAMS as CELL_DIAGRAMS

LONG = ["My", "dog,", "whom", "I", "adopted", "in", "2009,", "chases", "squirrels"]
DIAGRAMS = {
    "elman": figures.elman_diagram,
    "carousel": figures.carousel_diagram,
    "lstm_1997": figures.lstm_1997_diagram,
    "lstm_1997 cut": lambda: figures.lstm_1997_diagram(cut=True),
    "lstm": figures.lstm_diagram,
    **{
        f"unrolled {cell} {steps}": lambda cell=cell, steps=steps: figures.unrolled(cell, steps)
        for cell in ("elman", "carousel", "lstm_1997", "lstm")
        for steps in (2, 5)
    },
    **{f"cell {name}": lambda name=name: figures.cell_diagram(name) for name in CELL_DIAGRAMS},
    **{
        f"over time {name}": lambda name=name: figures.unrolled_diagram(name)
        for name in CELL_DIAGRAMS
    },
    **{
        f"block {cells} {forget}": lambda cells=cells, forget=forget: figures.memory_block_diagram(
            cells, forget_gate=forget
        )
        for cells in (1, 2, 3)
        for forget in (False, True)
    },
    **{f"build-up {k}": lambda k=k: figures.build_up(k) for k in range(8)},
    "unrolled words": lambda: figures.unrolled("lstm", 3, words=["the", "cat", "sat"]),
    "error path": lambda: figures.error_path(5),
    "error path carousel": lambda: figures.error_path(5, cell="carousel"),
    **{
        f"network {blocks}x{cells}": lambda b=blocks, c=cells: figures.memory_block_network(b, c)
        for blocks in (1, 2, 3)
        for cells in (1, 2)
    },
    "network of one input and one output": lambda: figures.memory_block_network(
        3, 1, inputs=1, outputs=1
    ),
    "dependency short": lambda: figures.dependency(["My", "dog", "chases", "squirrels"], 1, 2),
    "dependency long": lambda: figures.dependency(LONG, 1, 7, note="six words later"),
    "conflict input": lambda: figures.weight_conflict("input"),
    "conflict output": lambda: figures.weight_conflict("output"),
    "window": figures.window_network,
    "window of a short text": lambda: figures.window_network(" a cat ", 3),
    "window at the end": lambda: figures.window_network(" the cat sat ", 9),
    "context": figures.context_network,
    "error terms": figures.error_terms_diagram,
    "reber": figures.reber_automaton,
    "embedded reber": figures.embedded_reber_automaton,
}


@pytest.fixture(scope="module", params=DIAGRAMS)
def diagram(request):
    return DIAGRAMS[request.param]()


def test_no_two_texts_collide(diagram, overlaps):
    assert overlaps(diagram) == []


def test_no_text_sticks_out(diagram, outside):
    assert outside(diagram) == []


def test_letters_reach_the_back_row(diagram, smallest_letters):
    assert smallest_letters(diagram) >= 14 - 1e-9


def points_along(patch):
    """Pixels along the line of an arrow, a quarter of a pixel or so apart."""
    path = patch.get_path().transformed(patch.get_transform())
    pieces = []
    for polygon in path.to_polygons(closed_only=False):
        for start, end in itertools.pairwise(polygon):
            count = int(2 * np.hypot(*(end - start))) + 2
            pieces.append(np.linspace(start, end, count))
    return np.concatenate(pieces)


def test_no_line_runs_through_a_text(diagram):
    """The crosses of the truncated rule are the one text that belongs on a line."""
    diagram.figure.draw_without_rendering()
    lines = [p for p in diagram.patches if isinstance(p, FancyArrowPatch | PathPatch | Arc)]
    points = np.concatenate([points_along(line) for line in lines])
    crossed = []
    for text in diagram.texts:
        box = text.get_window_extent().padded(-1)
        inside = (points > (box.x0, box.y0)) & (points < (box.x1, box.y1))
        if inside.all(axis=1).any() and text.get_text() != r"$\mathbf{\times}$":
            crossed.append(text.get_text())
    assert crossed == []


def colours_of_letters(ax):
    return {
        text.get_text(): matplotlib.colors.to_hex(text.get_color()).upper() for text in ax.texts
    }


@pytest.mark.parametrize(
    ("draw", "letters"),
    [(figures.lstm_1997_diagram, "iog"), (figures.lstm_diagram, "ifog")],
)
def test_each_gate_has_its_letter_and_its_colour(draw, letters):
    colours = colours_of_letters(draw())
    gates = {text for text in colours if text in {f"${letter}_t$" for letter in "ifog"}}
    assert gates == {f"${letter}_t$" for letter in letters}
    for letter in letters:
        assert colours[f"${letter}_t$"] == style.GATE_COLOURS[letter].upper()


@pytest.mark.parametrize(
    ("draw", "wanted"),
    [
        (figures.elman_diagram, {"$x_t$", "$h_{t-1}$", "$h_t$", "$W$", "$U$"}),
        (figures.carousel_diagram, {"$x_t$", "$c_{t-1}$", "$c_t$", "$h_t$"}),
        (figures.lstm_1997_diagram, {"$x_t$", "$h_{t-1}$", "$h_t$", "$c_{t-1}$", "$c_t$"}),
        (figures.lstm_diagram, {"$x_t$", "$h_{t-1}$", "$h_t$", "$c_{t-1}$", "$c_t$"}),
    ],
)
def test_a_cell_shows_what_comes_in_and_what_goes_out(draw, wanted):
    assert wanted <= {text.get_text() for text in draw().texts}


def test_no_two_gates_share_a_colour_a_line_or_a_marker():
    gates = "ifogzr"
    assert len({style.GATE_COLOURS[letter] for letter in gates}) == 6
    assert len({str(style.GATE_LINES[letter]) for letter in gates}) == 6
    assert len({style.GATE_MARKERS[letter] for letter in gates}) == 6


ALL_CELLS = [name for name in cells.__all__ if hasattr(getattr(cells, name), "step_back")]


@pytest.mark.parametrize("name", [*ALL_CELLS, "stack", "memory_block"])
def test_every_cell_has_a_diagram_a_drawing_over_time_and_words_for_both(name):
    for alt in (figures.diagram_alt(name), figures.unrolled_alt(name)):
        assert len(alt) > 60
    alts = {figures.diagram_alt(other) for other in ALL_CELLS}
    assert len(alts) == len(ALL_CELLS)
    if name in ("stack", "memory_block"):
        return
    letters = set("ifogzr") & set(getattr(cells, name).Trace._fields)
    written = colours_of_letters(figures.cell_diagram(name))
    for letter in letters:
        own = [c for text, c in written.items() if re.fullmatch(rf"\$(1 - )?{letter}_\w\$", text)]
        assert style.GATE_COLOURS[letter].upper() in own, letter


def test_a_diagram_that_is_not_there_is_named():
    for draw in (figures.cell_diagram, figures.diagram_alt, figures.unrolled_diagram):
        with pytest.raises(ValueError, match="name is 'lstm_2000', expected one of elman"):
            draw("lstm_2000")
    with pytest.raises(ValueError, match="cells is 4; pass 1 to 3"):
        figures.memory_block_diagram(4)


def test_line_colours_stand_out_on_white():
    """WCAG asks 3:1 for graphics; the formula is theirs."""

    def luminance(colour):
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colour in (*style.LINE_COLOURS, style.GREY):
        assert 1.05 / (luminance(matplotlib.colors.to_rgb(colour)) + 0.05) >= 3


@pytest.mark.parametrize("steps", [2, 4, 8])
def test_unrolled_has_one_copy_for_each_step(steps):
    boxes = [p for p in figures.unrolled("elman", steps).patches if isinstance(p, FancyBboxPatch)]
    assert len(boxes) == steps


def test_a_diagram_on_small_axes_shrinks_its_letters():
    _, panels = figures.axes(columns=2, size=(11, 4))
    ax = figures.lstm_diagram(ax=panels[0])
    assert max(text.get_fontsize() for text in ax.texts) < 22


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: figures.unrolled("lstm_2000"), "expected one of"),
        (lambda: figures.unrolled("elman", 20), "2 to 8"),
        (lambda: figures.unrolled("elman", 3, words=["one"]), "1 entries for 3 steps"),
        (lambda: figures.error_path(3, cell="lstm"), "'elman' or 'carousel'"),
        (lambda: figures.memory_block_network(9, 1), "1 to 3 blocks"),
        (lambda: figures.memory_block_network(2, 1, outputs=6), "1 to 5 units"),
        (lambda: figures.dependency(["a", "b"], 1, 0), "source first"),
        (lambda: figures.window_network(" a cat ", 1), "give 3 to 3"),
        (lambda: figures.weight_conflict("both"), "'input' or 'output'"),
    ],
)
def test_a_wrong_argument_is_explained(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()


@pytest.mark.parametrize("stage", range(8))
def test_each_picture_of_the_build_up_marks_its_one_change(stage):
    """The first has nothing to mark; the others say "new" once, beside what they mark."""
    ax = figures.build_up(stage)
    assert [t.get_text() for t in ax.texts].count("new") == (stage > 0)
    assert len(figures.build_up_alt(stage)) > 40


def test_the_last_picture_of_the_build_up_is_the_lstm():
    """The same words and letters at the same places, but for the word "new"."""

    def places(ax):
        return {(t.get_text(), *np.round(t.get_position(), 2)) for t in ax.texts}

    last, whole = places(figures.build_up(7)), places(figures.lstm_diagram())
    assert {found for found in last if found[0] != "new"} == whole


@pytest.mark.parametrize("stage", [-1, 8, True, "3"])
def test_there_is_no_other_picture(stage):
    with pytest.raises(ValueError, match="0 \\(plain net\\) to 7"):
        figures.build_up(stage)
