"""The plots that the quiz asks about show what its questions and alt texts say."""

import numpy as np
import pytest

from coursekit.figures import quiz_plots
from coursekit.figures.arrow_graph import arrow_graph


def test_one_net_only_stretches_at_first_and_vanishes_in_the_end() -> None:
    norms = quiz_plots.jacobian_norms()
    grows_at_first = [letter for letter, curve in norms.items() if curve[0] > 1.001]
    falls_in_the_end = [letter for letter, curve in norms.items() if curve[-1] < curve[-2] * 0.999]
    assert grows_at_first == ["B", "C"]
    assert falls_in_the_end == ["C", "D"]
    np.testing.assert_allclose(norms["A"], 1.0, rtol=1e-12)
    assert norms["B"][-1] == pytest.approx(1.08**40)
    assert norms["D"][-1] == pytest.approx(0.8**40) == pytest.approx(0.00013, abs=5e-6)
    assert norms["C"][0] == pytest.approx(1.8, abs=0.05)
    assert norms["C"].max() == pytest.approx(18, abs=0.5)
    assert int(norms["C"].argmax()) + 1 == 9
    assert norms["C"][-1] == pytest.approx(0.03, abs=0.005)


def test_the_pulls_clash_and_the_noise_wins() -> None:
    inputs, parts = quiz_plots.pulls()
    assert parts[0] == pytest.approx(-1.3, abs=0.05)
    assert parts[0] < 0 < parts.sum()
    assert abs(parts[0]) > parts[1:].max()
    by_hand = (0.5 * inputs.sum() - 1.0) * inputs
    np.testing.assert_allclose(parts, by_hand, atol=1e-12)
    np.testing.assert_allclose(parts[[2, 5, 7]], [0.7, 1.0, 0.5], atol=0.05)


def test_the_cell_of_1997_runs_away_and_saturates() -> None:
    states = quiz_plots.stream_states()
    c, h = states["B"]
    assert np.all(np.diff(c) >= 0) and c[-1] > 60
    assert np.ptp(h[30:]) < 0.01
    c, h = states["A"]
    assert 1 < c.max() < 5
    assert np.ptp(h[-100:]) > 0.9


def test_one_unit_keeps_the_outer_symbol() -> None:
    states = quiz_plots.unit_states()
    apart = np.abs(states[0] - states[1])
    inner_end = quiz_plots.embedded_reber.long_range_step(quiz_plots.STRINGS[0])
    assert (apart[inner_end] > 1).tolist() == [False, False, False, True]
    assert apart[inner_end].max() == apart[inner_end, 3]
    np.testing.assert_allclose(apart[:, 1], 0.0, atol=1e-12)
    assert apart[1, 0] > 1.5 > 0.1 > apart[inner_end, 0]
    np.testing.assert_allclose(states[0, 1:, 3], 0.76, atol=0.01)


@pytest.mark.parametrize(
    "plot",
    [
        quiz_plots.plot_jacobian_norms,
        quiz_plots.plot_pulls,
        quiz_plots.plot_stream_states,
        quiz_plots.plot_unit_states,
    ],
)
def test_each_plot_draws(plot) -> None:
    drawn = plot()
    figure = drawn if hasattr(drawn, "savefig") else drawn.get_figure()
    figure.draw_without_rendering()
    assert all(ax.get_ylabel() for ax in figure.axes)


def test_an_arrow_graph_writes_names_as_they_are() -> None:
    arrows = [("$a$", "$\\frac$", "b"), ("b", "S", "b")]
    ax = arrow_graph(arrows, {"$a$": (0, 0), "b": (1, 0)}, ["right", "too many"])
    ax.get_figure().canvas.draw()
    assert {text.get_text() for text in ax.texts} >= {"$a$", "$\\frac$", "b", "S"}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["right", "too many"]
