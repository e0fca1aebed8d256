"""The figures of training without gradients: they show their numbers, and nothing collides."""

import numpy as np
import pytest

from coursekit.figures import gradient_free, style

RNG = np.random.default_rng(0)
SERIES = np.sin(0.3 * np.arange(60))
HILL = (np.linspace(-1, 1, 9), np.linspace(-1, 1, 7), RNG.random((7, 9)))

PLOTS = {
    "maze": lambda: gradient_free.t_maze(6),
    "maze of two": lambda: gradient_free.t_maze(2, goal="south"),
    "neighbours": lambda: gradient_free.neighbours(
        RNG.uniform(-1, 1, (6, 2)), np.linspace(-0.5, 0.5, 6), [0, 0], [0.5, 0.5], HILL
    ),
    "continued": lambda: gradient_free.continued(
        SERIES, {"by gradient": SERIES[30:] + 0.1, "evolved": SERIES[30:]}, start=30
    ),
    "log": lambda: gradient_free.spread_on_log(
        {"2 sines, evolved": [0.1, 0.2], "random": [3.0, 1.0]},
        baseline=1.0,
        baseline_label="constant",
        xlabel="error",
    ),
}


@pytest.fixture(scope="module", params=PLOTS)
def plot(request):
    return PLOTS[request.param]()


def test_no_two_texts_collide_and_none_sticks_out(plot, overlaps, outside):
    assert overlaps(plot) == []
    assert outside(plot) == []


def test_letters_are_read_from_the_back(plot, smallest_letters):
    assert smallest_letters(plot) >= style.SMALL


@pytest.mark.parametrize(("goal", "sign"), [("north", "011"), ("south", "110")])
def test_the_sign_says_where_the_goal_is(goal, sign):
    ax = gradient_free.t_maze(3, goal=goal)
    place = {text.get_text(): text.get_position() for text in ax.texts}
    assert {sign, "101", "010", "+4", "-0.1"} <= set(place)
    above = place["+4"][1] > place["-0.1"][1]
    assert above == (goal == "north")


def test_a_continuation_starts_where_the_telling_stops():
    ax = PLOTS["continued"]()
    lines = {line.get_label(): line for line in ax.lines}
    assert lines["evolved"].get_xdata()[0] == 30
    np.testing.assert_allclose(lines["evolved"].get_ydata(), SERIES[30:])


def test_fit_and_unfit_neighbours_are_told_apart():
    filled, hollow = PLOTS["neighbours"]().collections[1:3]
    assert len(filled.get_offsets()) == len(hollow.get_offsets()) == 3
    assert len(filled.get_facecolors()) == 1 and len(hollow.get_facecolors()) == 0


def test_every_seed_is_a_dot_in_its_row():
    ax = PLOTS["log"]()
    np.testing.assert_allclose(ax.lines[0].get_xdata(), [0.1, 0.2])
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["2 sines, evolved", "random"]
    assert ax.get_xscale() == "log"


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: gradient_free.t_maze(9), "length is 9, expected 2 to 8"),
        (lambda: gradient_free.t_maze(3, goal="east"), "goal is 'east'"),
        (lambda: gradient_free.continued(SERIES, {}, start=60), "start is 60; pass a step"),
        (lambda: gradient_free.continued(SERIES, {"a": [1.0]}, start=30), "one axis of length 30"),
        (lambda: gradient_free.spread_on_log({}, xlabel="error"), "values is empty"),
        (lambda: gradient_free.spread_on_log({"a": [0.0]}, xlabel="error"), "numbers above 0"),
        (
            lambda: gradient_free.neighbours([[0.0]], [0.5], [0, 0], [1, 1], HILL),
            r"points has shape \(1, 1\)",
        ),
    ],
)
def test_wrong_input_is_named(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
