"""The T-maze: its moves, rewards and signs; many side by side are each for itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.tasks import t_maze
from coursekit.tasks.t_maze import EAST, NORTH, SOUTH, WEST, TMaze, draw_mazes

STEPS = st.lists(st.integers(0, 3), min_size=1, max_size=40)


@pytest.mark.parametrize("goal", [NORTH, SOUTH])
@pytest.mark.parametrize("turn", [NORTH, SOUTH])
def test_the_straight_way_ends_in_an_arm(goal, turn):
    maze = TMaze(length=3)
    first, info = maze.reset(options={"goal": goal})
    np.testing.assert_array_equal(first, (0, 1, 1) if goal == NORTH else (1, 1, 0))
    assert info == {"goal": goal}
    seen = [maze.step(EAST) for _ in range(3)]
    for observation, reward, terminated, truncated, info in seen:
        assert (reward, terminated, truncated, info) == (0.0, False, False, {})
        assert observation.dtype == np.float64
    np.testing.assert_array_equal([s[0] for s in seen], [(1, 0, 1), (1, 0, 1), (0, 1, 0)])
    _, reward, terminated, truncated, info = maze.step(turn)
    assert (terminated, truncated) == (True, False)
    assert reward == (4.0 if goal == turn else -0.1)
    assert info == {"success": goal == turn}


def test_walls_cost_and_the_sign_stands_at_the_start():
    maze = TMaze(length=2)
    first, _ = maze.reset(options={"goal": SOUTH})
    for action in (WEST, NORTH, SOUTH):
        observation, reward, *_ = maze.step(action)
        np.testing.assert_array_equal(observation, first)
        assert reward == -0.1
    maze.step(EAST)
    assert maze.step(NORTH)[1] == -0.1
    np.testing.assert_array_equal(maze.step(WEST)[0], first)
    maze.step(EAST), maze.step(EAST)
    assert maze.step(EAST)[1] == -0.1  # the junction has no way east
    assert maze.render() == "  x\n..A\n  G"


def test_patience_runs_out():
    maze = TMaze(length=1, patience=3)
    maze.reset(seed=0)
    assert [maze.step(WEST)[2:4] for _ in range(3)] == [(False, False)] * 2 + [(False, True)]
    with pytest.raises(RuntimeError, match="call reset"):
        maze.step(EAST)


@settings(deadline=None)
@given(length=st.integers(1, 6), seed=st.integers(0, 99), plans=st.lists(STEPS, max_size=4))
def test_side_by_side_they_behave_as_one_alone(length, seed, plans):
    plans = [*plans, [EAST] * length + [NORTH]]
    mazes = draw_mazes(np.random.default_rng(seed), len(plans), length, patience=20)
    singles = [TMaze(length, patience=20) for _ in plans]
    seen = [
        maze.reset(options={"goal": int(goal)})[0]
        for maze, goal in zip(singles, mazes.goals, strict=True)
    ]
    over = [False] * len(plans)
    for t in range(max(map(len, plans))):
        for row, observation in enumerate(seen):
            np.testing.assert_array_equal(mazes.seen()[row], 0 if over[row] else observation)
        actions = [plan[t] if t < len(plan) else WEST for plan in plans]
        rewards = mazes.step(np.array(actions))
        for row, maze in enumerate(singles):
            if over[row]:
                assert rewards[row] == 0
                continue
            seen[row], reward, terminated, truncated, info = maze.step(actions[row])
            assert rewards[row] == reward
            over[row] = terminated or truncated
            assert mazes.running[row] != over[row]
            assert mazes.success[row] == info.get("success", False)


def test_without_memory_half_is_all_there_is():
    """Whatever the odds of north at the junction: measured over many mazes, and exactly."""
    rng = np.random.default_rng(0)
    for odds in (0.0, 0.3, 1.0):
        assert odds / 2 + (1 - odds) / 2 == t_maze.memory_free_score
        mazes = draw_mazes(rng, 20000, length=2)
        for _ in range(2):
            mazes.step(np.full(20000, EAST))
        mazes.step(np.where(rng.random(20000) < odds, NORTH, SOUTH))
        assert abs(mazes.success.mean() - t_maze.memory_free_score) < 0.015


def test_a_seed_draws_the_same_goals():
    maze, draws = TMaze(2), []
    for _ in range(2):
        goals = [maze.reset(seed=5)[1]["goal"]]
        draws.append(goals + [maze.reset()[1]["goal"] for _ in range(20)])
    assert draws[0] == draws[1]
    assert set(draws[0]) == {NORTH, SOUTH}
    assert (TMaze.observation_space.shape, TMaze.action_space.n) == ((3,), 4)


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="length is 0"):
        TMaze(0)
    with pytest.raises(ValueError, match="patience is 0"):
        TMaze(3, patience=0)
    maze = TMaze(2)
    with pytest.raises(RuntimeError, match="call reset"):
        maze.step(EAST)
    with pytest.raises(ValueError, match="goal is 1; pass NORTH"):
        maze.reset(options={"goal": EAST})
    maze.reset(seed=0)
    for wrong in (4, -1, True, "east"):
        with pytest.raises(ValueError, match="pass 0 to 3: north, east, south, west"):
            maze.step(wrong)
