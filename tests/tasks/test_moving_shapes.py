"""Moving shapes: each frame against a walk step by step, the scores against simulations."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.tasks import MovingShapes

PIXELS = {
    "square": {(a, b) for a in range(3) for b in range(3)},
    "plus": {(1, 1), (0, 1), (2, 1), (1, 0), (1, 2)},
}


def found_in(frame):
    """Which shape, and where its corner is: tried at every place."""
    there = {(int(r), int(c)) for r, c in np.argwhere(frame)}
    rows, columns = frame.shape
    for name, pixels in PIXELS.items():
        for r, c in itertools.product(range(rows - 2), range(columns - 2)):
            if {(a + r, b + c) for a, b in pixels} == there:
                return name, (r, c)
    raise AssertionError(f"no shape in {frame}")


@settings(deadline=None, max_examples=30)
@given(
    rows=st.integers(4, 9),
    columns=st.integers(4, 9),
    steps=st.integers(2, 12),
    seed=st.integers(0, 10**6),
)
def test_a_shape_walks_on_and_turns_at_the_edges(rows, columns, steps, seed):
    task = MovingShapes(rows, columns, steps)
    frames = task.sample(np.random.default_rng(seed), 3)
    assert task.size == (rows, columns)
    assert frames.inputs.shape == frames.targets.shape == (steps, 3, 1, rows, columns)
    assert set(np.unique(frames.inputs)) == {0.0, 1.0}
    np.testing.assert_array_equal(frames.inputs[1:], frames.targets[:-1])
    for number in range(3):
        film = [*frames.inputs[:, number, 0], frames.targets[-1, number, 0]]
        names, places = zip(*(found_in(frame) for frame in film), strict=True)
        assert len(set(names)) == 1
        for axis, size in enumerate((rows, columns)):
            walk = [place[axis] for place in places]
            direction = walk[1] - walk[0]
            for before, after in itertools.pairwise(walk):
                if not 0 <= before + direction <= size - 3:
                    direction = -direction
                assert abs(direction) == 1 and after == before + direction


@pytest.mark.parametrize("size", [(8, 8), (4, 7), (6, 9), (4, 4)], ids=str)
def test_one_frame_scores_what_its_best_table_scores(size):
    """From each place the most frequent next one: made from one sample and tried on another."""
    task = MovingShapes(*size, steps=4)

    def moves(seed):
        frames = task.sample(np.random.default_rng(seed), 6000)
        return (
            [found_in(f)[1] for f in part[-1, :, 0]] for part in (frames.inputs, frames.targets)
        )

    table, places = {}, list(zip(*moves(0), strict=True))
    for here in {here for here, _ in places}:
        following = [there for start, there in places if start == here]
        table[here] = max(set(following), key=following.count)
    score = np.mean([table[here] == there for here, there in zip(*moves(1), strict=True)])
    assert score == pytest.approx(task.memory_free_score, abs=0.035)
    assert MovingShapes().memory_free_score == pytest.approx(0.36, abs=1e-12)  # (6/10) squared
    assert MovingShapes(4, 4).memory_free_score == 1  # two places: it goes to and fro


def test_start_place_shape_and_direction_are_drawn_evenly():
    frames = MovingShapes(6, 6, 2).sample(np.random.default_rng(2), 6000)
    found = [found_in(frame) for frame in frames.inputs[0, :, 0]]
    assert np.mean([name == "plus" for name, _ in found]) == pytest.approx(0.5, abs=0.035)
    for axis in range(2):
        walk = np.array([place[axis] for _, place in found])
        after = np.array([found_in(frame)[1][axis] for frame in frames.targets[0, :, 0]])
        for place, odds in enumerate((1 / 6, 1 / 3, 1 / 3, 1 / 6)):  # the edges are passed once
            assert np.mean(walk == place) == pytest.approx(odds, abs=0.03)
        inside = (walk > 0) & (walk < 3)
        assert np.mean(after[inside] > walk[inside]) == pytest.approx(0.5, abs=0.045)


def test_a_copy_of_the_last_frame_is_the_baseline():
    """Two pluses a step apart share 2 of 8 pixels, two squares 4 of 14."""
    task = MovingShapes(9, 7, 6)
    assert task.copy_score == pytest.approx((2 / 8 + 4 / 14) / 2, abs=1e-15)
    frames = task.sample(np.random.default_rng(3), 4000)
    assert task.overlap(frames.inputs, frames) == pytest.approx(task.copy_score, abs=0.0015)
    assert not task.is_correct(frames.inputs, frames).any()


def test_the_overlap_is_counted_pixel_by_pixel():
    task, rng = MovingShapes(5, 6, 3), np.random.default_rng(4)
    frames = task.sample(rng, 7)
    outputs = rng.random(frames.targets.shape)
    shares = []
    for t, number in itertools.product(range(1, 3), range(7)):
        said = {tuple(p) for p in np.argwhere(outputs[t, number] > 0.5)}
        wanted = {tuple(p) for p in np.argwhere(frames.targets[t, number])}
        shares.append(len(said & wanted) / len(said | wanted))
    assert task.overlap(outputs, frames) == pytest.approx(np.mean(shares), rel=1e-12)
    outputs[0] = np.nan  # the first step counts for nothing
    assert task.overlap(outputs, frames) == pytest.approx(np.mean(shares), rel=1e-12)
    assert task.overlap(frames.targets, frames) == 1
    assert task.overlap(np.zeros_like(outputs), frames) == 0


def test_a_single_pixel_of_the_last_frame_makes_it_wrong():
    task = MovingShapes()
    frames = task.sample(np.random.default_rng(5), 6)
    outputs = 0.4 + 0.2 * frames.targets  # barely on the right side
    outputs[:-1] = 0.0
    assert task.is_correct(outputs, frames).all()
    outputs[-1, 2, 0, 7, 0] = 1.0 - outputs[-1, 2, 0, 7, 0]
    assert task.is_correct(outputs, frames).tolist() == [True, True, False, True, True, True]
    for broken in (np.nan, np.inf, -np.inf):
        outputs = frames.targets.copy()
        outputs[-1, 1:, 0, 3, 3] = broken
        assert task.is_correct(outputs, frames).tolist() == [True] + [False] * 5
    lost = np.full_like(frames.targets, np.inf)
    assert task.overlap(lost, frames) == 0


def test_the_same_seed_draws_the_same_film():
    once, again, other = (MovingShapes().sample(np.random.default_rng(s), 4) for s in (1, 1, 2))
    np.testing.assert_array_equal(once.inputs, again.inputs)
    assert not np.array_equal(once.inputs, other.inputs)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MovingShapes(rows=3), "rows is 3; pass a whole number, 4 or more"),
        (lambda: MovingShapes(columns=8.0), "columns is 8.0; pass a whole number, 4 or more"),
        (lambda: MovingShapes(steps=1), "steps is 1; pass a whole number, 2 or more"),
        (lambda: MovingShapes().sample(0, 3), "rng is 0; pass a generator"),
        (lambda: MovingShapes().sample(np.random.default_rng(0), -1), "count is -1; pass a whole"),
    ],
)
def test_settings_that_make_no_task(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("score", ["is_correct", "overlap"])
def test_outputs_that_do_not_fit_are_named(score):
    task = MovingShapes(5, 5, 3)
    frames = task.sample(np.random.default_rng(0), 4)
    for wrong in (frames.targets[:, :, 0], frames.targets[:1], 0.5):
        with pytest.raises(ValueError, match=r"outputs have shape .* need \(3, 4, 1, 5, 5\)"):
            getattr(task, score)(wrong, frames)
    with pytest.raises(ValueError, match="frames is a tuple; pass what sample returned"):
        getattr(task, score)(frames.targets, tuple(frames))
