"""Plots show the numbers they are given, with labels and units, and refuse wrong shapes."""

import numpy as np
import pytest

from coursekit import figures
from coursekit.figures import style

RNG = np.random.default_rng(0)
LAGS = np.arange(1, 41)
NORMS = 0.8**LAGS * np.exp(RNG.normal(0, 0.1, (5, 40)).cumsum(axis=1))
STRING = "BTBPVPXTTVVETE"
NET = np.linspace(-6, 6, 241)

PLOTS = {
    "squashing": lambda: figures.squashing_and_derivative(
        NET, np.tanh(NET), 1 - np.tanh(NET) ** 2, name="tanh"
    ),
    "norms": lambda: figures.gradient_norms(LAGS, NORMS, bound=0.9**LAGS),
    "regimes": lambda: figures.regimes(LAGS, {"vanishing": NORMS, "exploding": 1 / NORMS}),
    "score": lambda: figures.score_against_lag([5, 10, 20], RNG.random((5, 3)), baseline=0.5),
    "curves": lambda: figures.learning_curves(
        {"SRN": RNG.random((5, 9)), "LSTM": RNG.random((5, 9))}, baseline=0.5
    ),
    "compare": lambda: figures.compare_scores({"SRN": [0.5, 0.6], "LSTM": [1, 1]}, baseline=0.5),
    "lengths": lambda: figures.length_distribution([0, 0, 3, 1], [0, 0, 0.75, 0.25]),
    "marked": lambda: figures.marked_values([0.2, -0.5, 0.9, 0.1], [-1, 1, 1, -1]),
    "number": lambda: figures.number_in_state(
        RNG.random(9), {"cell 1": RNG.random(9), "cell 2": RNG.random(9)}, xlabel="number"
    ),
    "words": lambda: figures.state_diagram(
        {"": RNG.random((4, 2)), "X": 3 + RNG.random((4, 2)), "Y": RNG.random((4, 2)) - 3}
    ),
    "activity": lambda: figures.unit_activity(RNG.random(8)),
    "pulls": lambda: figures.pulls_on_weight({"store": [0.3, 0.2], "ignore": [-0.3, -0.2]}),
    "bars": lambda: figures.contributions_by_time([0.3, -0.1, -0.1]),
    "map": lambda: figures.contributions_by_time(RNG.normal(size=(30, 12))),
    "flow": lambda: figures.error_flow(RNG.random((30, 12))),
    "against": lambda: figures.entries_against(RNG.normal(size=9), RNG.normal(size=9)),
    "traces": lambda: figures.gate_traces(
        STRING, {letter: RNG.random(len(STRING)) for letter in "ifogch"}
    ),
    "heat": lambda: figures.state_heatmap(RNG.normal(size=(14, 8)), symbols=STRING),
    "stream": lambda: figures.stream_state(RNG.normal(size=(90, 4)), [0, 12, 30], limit=2.0),
    "gates by hand": lambda: figures.gates_by_hand(
        RNG.uniform(-1, 1, 10),
        {letter: RNG.choice([0.0, 0.5, 1.0], 10) for letter in "ifo"},
        RNG.uniform(-1, 1, 10),
        RNG.uniform(-1, 1, 10),
    ),
    "gated": lambda: figures.gated_signal(RNG.normal(size=20), RNG.random(20), np.zeros(20)),
    "predictions": lambda: figures.predictions(
        STRING, np.full((14, 7), 1 / 7), ["T"] * 14, long_range=11
    ),
    "task": lambda: figures.task_examples(
        RNG.normal(size=(2, 30)), ["class 1", "class 0"], relevant=[1]
    ),
    "matrix": lambda: figures.matrix(np.eye(4)),
    "growth": lambda: figures.growth([8, 16, 32], {"BPTT": [6, 23, 90], "RTRL": [4, 64, 1024]}),
    "differences": lambda: figures.difference_errors([1e-2, 1e-4], {"both": [1e-4, 1e-8]}),
    "terms": lambda: figures.error_terms([0, 0, 1], [0.3, 0.6, 0]),
    "eigenvalues": lambda: figures.eigenvalues(RNG.normal(size=(8, 8))),
}


@pytest.fixture(scope="module", params=PLOTS)
def plot(request):
    return PLOTS[request.param]()


def test_axes_are_labelled(plot, request):
    assert plot.get_xlabel() or len(plot.get_xticklabels()) > 0
    named_by_ticks = {"gated", "squashing"}
    assert plot.get_ylabel() or request.node.callspec.params["plot"] in named_by_ticks


def test_no_two_texts_collide(plot, overlaps):
    assert overlaps(plot) == []


def test_no_text_sticks_out(plot, outside):
    assert outside(plot) == []


def test_letters_reach_the_back_row(plot, smallest_letters):
    assert smallest_letters(plot) >= 14 - 1e-9


def test_largest_slope_is_marked_and_told():
    sigma = 1 / (1 + np.exp(-NET))
    ax = figures.squashing_and_derivative(NET, sigma, sigma * (1 - sigma), name="logistic")
    marker = ax.lines[2]
    assert (marker.get_xdata()[0], marker.get_ydata()[0]) == pytest.approx((0, 0.25))
    assert "largest slope 0.25" in {text.get_text() for text in ax.texts}


def test_norms_show_every_seed_their_median_and_the_bound_on_a_log_axis():
    ax = figures.gradient_norms(LAGS, NORMS, label="tanh", bound=0.9**LAGS)
    drawn = [line.get_ydata() for line in ax.lines]
    for row in [*NORMS, np.median(NORMS, axis=0), 0.9**LAGS]:
        assert any(np.array_equal(row, line) for line in drawn)
    assert ax.get_yscale() == "log"
    assert "steps" in ax.get_xlabel()
    assert {"tanh", "bound"} <= {text.get_text() for text in ax.texts}


def test_norms_that_underflow_to_zero_leave_the_axis_alone():
    norms = np.where(LAGS > 20, 0.0, 0.5**LAGS)
    ax = figures.gradient_norms(LAGS, norms)
    assert np.nanmin(ax.lines[-1].get_ydata()) > 0


def test_one_seed_that_underflows_does_not_hide_the_median():
    norms = np.tile(0.5**LAGS, (5, 1))
    norms[0, 10:] = 0.0
    ax = figures.gradient_norms(LAGS, norms)
    np.testing.assert_array_equal(ax.lines[-1].get_ydata(), 0.5**LAGS)


@pytest.mark.parametrize("draw", [figures.gradient_norms, figures.score_against_lag])
def test_a_single_lag_is_enough(draw):
    assert draw([5], [[0.5], [0.6]]).lines


def test_a_second_call_adds_a_line_with_a_look_of_its_own_and_keeps_the_labels():
    ax = figures.gradient_norms(LAGS, NORMS, label="tanh")
    figures.gradient_norms(LAGS, 1 / NORMS, label="linear", ax=ax)
    thick = [line for line in ax.lines if line.get_linewidth() > 2]
    assert len({(line.get_color(), line.get_linestyle()) for line in thick}) == 2
    assert sorted(text.get_text() for text in ax.texts) == ["linear", "tanh"]


def test_regimes_draw_the_line_where_nothing_is_lost():
    ax = figures.regimes(LAGS, {"vanishing": NORMS, "exploding": 1 / NORMS})
    assert any(np.array_equal(line.get_ydata(), [1, 1]) for line in ax.lines)


def test_score_shows_a_dot_for_each_seed_and_the_baseline():
    scores = np.array([[1.0, 0.9, 0.5], [1.0, 0.7, 0.4]])
    ax = figures.score_against_lag([5, 10, 20], scores, label="SRN", baseline=0.5)
    dots = ax.lines[0]
    assert dots.get_linestyle() == "None"
    assert sorted(zip(dots.get_xdata(), dots.get_ydata(), strict=True)) == sorted(
        (lag, score) for row in scores for lag, score in zip([5, 10, 20], row, strict=True)
    )
    np.testing.assert_allclose(ax.lines[1].get_ydata(), [1.0, 0.8, 0.45])
    assert {"SRN", "no memory"} <= {text.get_text() for text in ax.texts}


def test_learning_curves_keep_every_seed():
    history = {"SRN": RNG.random((3, 7)), "LSTM": RNG.random((3, 7))}
    ax = figures.learning_curves(history, steps=np.arange(7) * 10, baseline=0.5)
    drawn = [line.get_ydata() for line in ax.lines]
    for rows in history.values():
        for row in [*rows, np.median(rows, axis=0)]:
            assert any(np.array_equal(row, line) for line in drawn)
    assert ax.get_xlim() == (0, 60)


def test_long_curves_become_a_band_from_lowest_to_highest():
    rows = RNG.random((5, 400))
    ax = figures.learning_curves({"SRN": rows})
    (line,) = ax.lines
    np.testing.assert_array_equal(line.get_ydata(), np.median(rows, axis=0))
    (band,) = ax.collections
    edges = band.get_paths()[0].vertices[:, 1]
    assert (edges.min(), edges.max()) == (rows.min(), rows.max())


def test_compare_scores_has_a_bar_at_the_median_and_a_dot_for_each_seed():
    ax = figures.compare_scores({"SRN": [0.4, 0.5, 0.9], "LSTM": [1.0, 1.0]}, baseline=0.5)
    assert [bar.get_height() for bar in ax.patches] == [0.5, 1.0]
    assert [len(line.get_ydata()) for line in ax.lines[:2]] == [3, 2]
    np.testing.assert_array_equal(ax.lines[2].get_ydata(), [0.5, 0.5])


def test_length_bars_are_shares():
    ax = figures.length_distribution([0, 30, 10], [0, 0.7, 0.3])
    assert [bar.get_height() for bar in ax.patches] == [0, 0.75, 0.25]


def test_units_stand_in_order_of_their_activity():
    ax = figures.unit_activity([0.4, 0.1, 0.2])
    assert [text.get_text() for text in ax.get_xticklabels()] == ["1", "2", "0"]


def test_pulls_share_a_scale_around_zero():
    low, high = figures.pulls_on_weight({"store": [0.3, 0.2], "ignore": [-0.1, -0.1]}).get_ylim()
    assert low == -high


def test_contributions_tell_their_sign_by_more_than_colour():
    ax = figures.contributions_by_time([0.3, -0.1])
    up, down = (box.patches[0].get_hatch() for box in ax.containers)
    assert up != down


@pytest.mark.parametrize("draw", [figures.contributions_by_time, figures.matrix])
def test_signed_colours_are_opaque_and_have_zero_in_the_middle(draw):
    ax = draw(np.array([[0.5, -0.1], [0.0, 0.2]]))
    image = (ax.images or ax.collections)[0]
    assert image.norm.vmin == -image.norm.vmax == -0.5
    assert image.cmap(0.5)[3] == 1.0
    assert image.cmap.name == "PuOr"


def test_gate_traces_use_the_colour_of_each_letter():
    ax = figures.gate_traces("BTX", {letter: RNG.random(3) for letter in "ifogch"})
    for letter, line in zip("ifogch", ax.lines, strict=True):
        assert line.get_color() == style.GATE_COLOURS[letter]
        assert any(text.get_text().startswith(f"${letter}_t$") for text in ax.texts)
    assert [text.get_text() for text in ax.get_xticklabels()] == list("BTX")


def test_stream_marks_the_beginning_of_each_string():
    ax = figures.stream_state(np.zeros((30, 2)), [0, 9, 21])
    starts = [segment[0][0] for segment in ax.collections[0].get_segments()]
    assert starts == [0, 9, 21]


def test_predictions_outline_the_legal_symbols():
    ax = figures.predictions("BT", np.full((2, 7), 1 / 7), ["TP", "SX"])
    outlined = {(round(p.get_x() + 0.44), round(p.get_y() + 0.44)) for p in ax.patches}
    assert outlined == {(0, 1), (0, 4), (1, 2), (1, 3)}


def test_eigenvalues_and_both_circles():
    ax = figures.eigenvalues([[0.0, -0.5], [0.5, 0.0]])
    assert sorted(ax.lines[0].get_ydata()) == pytest.approx([-0.5, 0.5])
    assert [circle.radius for circle in ax.patches] == pytest.approx([1.0, 0.5])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: figures.gradient_norms(LAGS, NORMS[:, 1:]), r"norms has shape \(5, 39\)"),
        (lambda: figures.gradient_norms(NORMS, NORMS), "lags has shape"),
        (lambda: figures.gradient_norms(LAGS, NORMS, bound=[1.0]), "bound has shape"),
        (lambda: figures.regimes(LAGS, {}), "norms is empty"),
        (lambda: figures.score_against_lag([1, 2], [[1, 2, 3]]), "scores has shape"),
        (lambda: figures.learning_curves({}), "history is empty"),
        (lambda: figures.compare_scores({}), "scores is empty"),
        (lambda: figures.length_distribution([0, 0]), "sums to 0"),
        (lambda: figures.number_in_state([1, 2], {}, xlabel="x"), "states is empty"),
        (lambda: figures.state_diagram({}), "clouds is empty"),
        (lambda: figures.state_diagram({"X": [[1, 2, 3]]}), r"expected \(sequences, 2\)"),
        (lambda: figures.unit_activity([1, 2], labels=["a"]), "1 names for 2 units"),
        (lambda: figures.pulls_on_weight({}), "pulls is empty"),
        (lambda: figures.contributions_by_time(np.zeros((2, 2, 2))), r"\(points, time\)"),
        (lambda: figures.error_flow([[-1.0, 2.0]]), "no negative norms"),
        (lambda: figures.entries_against([1, 2], [1]), "of one shape"),
        (lambda: figures.gate_traces("BT", {"i": [1.0]}), r"traces\['i'\] has shape"),
        (lambda: figures.gate_traces("BT", {}), "traces is empty"),
        (lambda: figures.state_heatmap([1.0]), r"\(time, units\)"),
        (lambda: figures.state_heatmap([[1.0]], symbols="BT"), "2 labels for 1 steps"),
        (lambda: figures.stream_state(np.zeros((2, 2, 2)), [0]), "states has shape"),
        (lambda: figures.gated_signal([1.0], [2.0], [2.0]), r"\[0, 1\]"),
        (lambda: figures.predictions("B", np.zeros((1, 3)), ["T"]), r"\(1, 7\)"),
        (lambda: figures.predictions("B", np.zeros((1, 7)), []), "0 entries for 1 steps"),
        (lambda: figures.task_examples([[1.0]], ["a", "b"]), "one label for each"),
        (lambda: figures.matrix([1.0]), r"\(rows, columns\)"),
        (lambda: figures.eigenvalues([[1.0, 2.0]]), "square matrix"),
    ],
)
def test_a_wrong_shape_is_explained(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()


def test_growth_says_what_the_last_doubling_does():
    ax = figures.growth([8, 16, 32], {"BPTT": [1, 5, 20], "RTRL": [10, 100, 1600]})
    assert {"BPTT: ×4", "RTRL: ×16"} <= {text.get_text() for text in ax.texts}
    low, high = ax.get_ylim()
    assert low <= 1 and high >= 1600


def test_error_terms_are_the_heights_of_the_bars():
    ax = figures.error_terms([0.0, 0.0, 1.0], [0.3, 0.6, 0.0])
    assert [bar.get_height() for bar in ax.patches] == [0, 0, 1, 0.3, 0.6, 0]


def test_a_difference_without_error_is_left_out():
    ax = figures.difference_errors([1e-2, 1e-4], {"both": [1e-4, 0.0]})
    assert np.isnan(ax.lines[0].get_ydata()[1])


def test_an_arrow_leads_to_a_word_from_the_word_before():
    ax = figures.state_diagram({"": [[0, 0]], "X": [[1, 2], [3, 4]], "YX": [[9, 9]]})
    arrows = [text for text in ax.texts if text.arrow_patch]
    assert [(tuple(a.xyann), tuple(a.xy)) for a in arrows] == [((0, 0), (2, 3))]
    assert [t.get_text() for t in ax.texts if t.get_text()] == ["start", "X", "YX"]


def test_marked_numbers_are_the_thick_ones():
    ax = figures.marked_values([0.2, -0.5, 0.9, 0.1], [-1, 1, 1, -1])
    marked = next(
        line for line in ax.lines if "counts" in line.get_label() and line.get_marker() == "s"
    )
    assert marked.get_xdata().tolist() == [2, 3]


def test_words_at_one_place_do_not_cover_each_other():
    ax = figures.state_diagram({"": [[0, 0]], "X": [[4, 4]], "XX": [[4.01, 4]], "XY": [[4, 4.01]]})
    ax.figure.canvas.draw()
    boxes = [t.get_window_extent().padded(5) for t in ax.texts if t.get_text()]
    assert not any(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[:n])
