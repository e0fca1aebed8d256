"""Policy gradient: the estimator against differences and against the exact gradient."""

import itertools

import numpy as np
import pytest

from coursekit.cells import elman, gru, lstm
from coursekit.cells.parameters import map_arrays, named_arrays
from coursekit.gradients import numerical_gradient, unroll
from coursekit.tasks.t_maze import NORTH, SOUTH, Mazes, TMaze, draw_mazes
from coursekit.training import Adam, init_model, linear, softmax
from coursekit.training.policy_gradient import (
    learn_policy,
    mean_return,
    policy_gradient,
    returns_to_go,
    walk,
)


def drawn(cell, units=3, seed=0, scale=1.0):
    rng = np.random.default_rng(seed)
    model = init_model(rng, cell, softmax, inputs=3, units=units, outputs=4)
    return map_arrays(lambda array: scale * rng.normal(size=array.shape), model)


@pytest.mark.parametrize("cell", [elman, lstm, gru], ids=lambda cell: cell.__name__)
def test_it_is_the_slope_of_the_weighted_log_odds(cell):
    model, rng = drawn(cell), np.random.default_rng(1)
    episodes = walk(cell, softmax, model, draw_mazes(rng, 5, length=2, patience=8), rng)
    to_go = returns_to_go(episodes.rewards, 0.9)
    count = episodes.mask.sum(axis=1, keepdims=True)
    weight = (to_go - (to_go * episodes.mask).sum(axis=1, keepdims=True) / count) * episodes.mask

    def surrogate(model):
        h = unroll(cell, model.cell, episodes.observations).states.h
        odds = softmax.outputs(model.readout, h)
        chosen = np.take_along_axis(odds, episodes.actions[..., None], axis=-1)[..., 0]
        return -float((weight * np.log(chosen)).sum()) / 5

    given = policy_gradient(cell, model, episodes, discount=0.9)
    expected = numerical_gradient(surrogate, model)
    largest = max(np.abs(array).max() for _, array in named_arrays(expected))
    for (name, one), (_, other) in zip(named_arrays(given), named_arrays(expected), strict=True):
        assert np.abs(one - other).max() <= 1e-7 * largest, name


def expected_return(cell, model, discount, patience):
    """By all ways that an episode can go: their odds and what they bring."""
    total = 0.0
    for goal, plan in itertools.product(
        (NORTH, SOUTH), itertools.product(range(4), repeat=patience)
    ):
        maze = TMaze(1, patience)
        seen, _ = maze.reset(options={"goal": goal})
        state, odds_of_plan, value = cell.initial_state(model.cell), 0.5, 0.0
        for t, action in enumerate(plan):
            state, _ = cell.step(model.cell, seen, state)
            odds_of_plan *= softmax.outputs(model.readout, state.h)[action]
            seen, reward, terminated, truncated, _ = maze.step(action)
            value += discount**t * reward
            if terminated:  # the rest of the plan is never walked: count it once
                odds_of_plan *= 0.25 ** (patience - t - 1)
                break
        total += odds_of_plan * value
    return total


def test_its_mean_is_the_gradient_of_the_expected_return():
    """Batches of episodes in a maze of one cell; each entry within five standard errors."""
    model, rng, patience = drawn(elman, units=2, scale=0.7), np.random.default_rng(2), 3
    exact = numerical_gradient(lambda m: -expected_return(elman, m, 1.0, patience), model)
    estimates = []
    for _ in range(40):
        episodes = walk(elman, softmax, model, draw_mazes(rng, 3000, 1, patience), rng)
        gradient = policy_gradient(elman, model, episodes, discount=1.0)
        estimates.append(np.concatenate([a.ravel() for _, a in named_arrays(gradient)]))
    wanted = np.concatenate([a.ravel() for _, a in named_arrays(exact)])
    mean = np.mean(estimates, axis=0)
    error = np.std(estimates, axis=0) / np.sqrt(len(estimates))
    assert np.all(np.abs(mean - wanted) <= 5 * error + 1e-4)
    assert np.abs(wanted).max() > 20 * error.max()  # there is something to be found


@pytest.mark.parametrize("seed", [0, 1])
def test_it_learns_to_remember_the_sign(seed):
    def learn(cell):
        rng = np.random.default_rng(seed)
        model = init_model(rng, cell, softmax, inputs=3, units=16, outputs=4)
        return learn_policy(
            *(cell, softmax, model, Adam(0.01)),
            length=6,
            rng=rng,
            updates=400,
            episodes=128,
            stop=lambda learned: (
                np.mean(learned.success[-20:]) > 0.97 and len(learned.success) > 20
            ),
        )

    learned = learn(lstm)
    assert learned.ended == "stopped"
    rng = np.random.default_rng(9)
    _, success = mean_return(lstm, softmax, learned.model, length=6, rng=rng, episodes=500)
    assert success > 0.95


def test_a_policy_that_forgets_stays_at_one_half():
    """The same learning with a net whose recurrent weights are held at zero."""
    rng = np.random.default_rng(0)
    model = init_model(rng, elman, softmax, inputs=3, units=16, outputs=4)
    model = model._replace(cell=model.cell._replace(U=np.zeros((16, 16))))
    for _ in range(150):
        learned = learn_policy(
            elman, softmax, model, Adam(0.02), length=4, rng=rng, updates=1, episodes=64
        )
        model = learned.model._replace(cell=learned.model.cell._replace(U=np.zeros((16, 16))))
    _, success = mean_return(elman, softmax, model, length=4, rng=rng, episodes=4000, greedy=False)
    assert success < 0.55


def test_an_interrupt_keeps_the_policy():
    calls = []

    def stop(learned):
        calls.append(learned)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return False

    rng = np.random.default_rng(0)
    learned = learn_policy(
        *(lstm, softmax, drawn(lstm), Adam(0.01)),
        length=2,
        rng=rng,
        updates=50,
        episodes=4,
        stop=stop,
    )
    assert learned.ended == "interrupted"
    assert len(learned.returns) == 3


def test_wrong_arguments_are_named():
    rng = np.random.default_rng(0)
    model = drawn(lstm)
    settings = {"length": 2, "rng": rng, "updates": 1, "episodes": 4}
    with pytest.raises(ValueError, match="a policy needs softmax"):
        learn_policy(lstm, linear, model, Adam(0.01), **settings)
    with pytest.raises(ValueError, match="episodes is 0"):
        learn_policy(lstm, softmax, model, Adam(0.01), **(settings | {"episodes": 0}))
    with pytest.raises(ValueError, match="rng is 0"):
        learn_policy(lstm, softmax, model, Adam(0.01), **(settings | {"rng": 0}))
    other = init_model(rng, lstm, softmax, inputs=3, units=2, outputs=5)
    with pytest.raises(ValueError, match="gives 5 odds; a maze takes one for each of 4"):
        learn_policy(lstm, softmax, other, Adam(0.01), **settings)
    broken = model._replace(readout=model.readout._replace(d=np.full(4, np.nan)))
    with pytest.raises(ValueError, match="not all finite"):
        walk(lstm, softmax, broken, Mazes(2, np.array([NORTH]), 5), rng)
    with pytest.raises(ValueError, match="discount is -1"):
        policy_gradient(lstm, model, walk(lstm, softmax, model, draw_mazes(rng, 2, 1), rng), -1)
