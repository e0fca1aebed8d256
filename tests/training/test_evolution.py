"""Search without gradients: what it finds, what it keeps, and what it refuses."""

import dataclasses
import io
import sys
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.cells import elman, elman_logistic, lstm
from coursekit.cells.parameters import flatten, map_arrays, named_arrays, unflatten
from coursekit.gradients import unroll
from coursekit.tasks import TwoSequence
from coursekit.training import (
    evolution_strategy,
    genetic_algorithm,
    init_model,
    linear,
    random_guessing,
    shaped_by_rank,
)

both = pytest.mark.parametrize("search", [evolution_strategy, genetic_algorithm])


def rng(seed=0):
    return np.random.default_rng(seed)


def bowl(optimum):
    return lambda w: -float(((w - optimum) ** 2).sum())


class Terminal(io.StringIO):
    def isatty(self):
        return True


# Rows of weights


class Pair(NamedTuple):
    W: np.ndarray
    b: np.ndarray


def test_a_row_of_weights_has_the_order_of_their_names():
    params = {"first": Pair(np.arange(6.0).reshape(2, 3), np.array([6.0])), "last": np.array(7.0)}
    np.testing.assert_array_equal(flatten(params), np.arange(8))
    back = unflatten(params, 10 + np.arange(8.0))
    assert isinstance(back["first"], Pair)
    np.testing.assert_array_equal(back["first"].W, [[10, 11, 12], [13, 14, 15]])
    np.testing.assert_array_equal(back["first"].b, [16])
    assert back["last"].shape == () and back["last"] == 17


@given(seed=st.integers(0, 10**6), inputs=st.integers(1, 4), units=st.integers(1, 4))
def test_unflatten_undoes_flatten(seed, inputs, units):
    params = init_model(rng(seed), lstm, linear, inputs=inputs, units=units, outputs=2)
    back = unflatten(params, flatten(params))
    assert type(back) is type(params) and type(back.cell) is type(params.cell)
    for (name, one), (other_name, other) in zip(
        named_arrays(params), named_arrays(back), strict=True
    ):
        assert name == other_name
        np.testing.assert_array_equal(one, other)
        assert not np.shares_memory(one, other)


@pytest.mark.parametrize("length", [0, 2, 4])
def test_a_row_of_another_length(length):
    with pytest.raises(ValueError, match=r"row has shape \(\d,\), but params has 3 weights"):
        unflatten({"W": np.ones(2), "b": np.ones(1)}, np.ones(length))


# Ranks


def test_ranks_run_evenly_from_one_half_below_to_one_half_above():
    np.testing.assert_allclose(
        shaped_by_rank([3.0, -1e9, 7.0, 4.0, 1e300]), [-0.25, -0.5, 0.25, 0, 0.5]
    )
    np.testing.assert_allclose(shaped_by_rank([1.0, 5.0, 5.0, 9.0]), [-0.5, 0, 0, 0.5], atol=1e-15)
    np.testing.assert_array_equal(shaped_by_rank([2.0, 2.0, 2.0]), np.zeros(3))


@given(
    fitness=st.lists(st.integers(-1000, 1000), min_size=2, max_size=30),
    scale=st.floats(0.01, 100),
    offset=st.floats(-100, 100),
)
def test_ranks_do_not_change_under_a_monotone_rescaling(fitness, scale, offset):
    scores = np.array(fitness, dtype=float)
    shaped = shaped_by_rank(scores)
    assert abs(shaped.sum()) < 1e-12
    np.testing.assert_array_equal(shaped_by_rank(scale * scores + offset), shaped)
    np.testing.assert_array_equal(shaped_by_rank(scores**3), shaped)
    np.testing.assert_allclose(shaped_by_rank(-scores), -shaped, atol=1e-15)


@pytest.mark.parametrize("fitness", [[], [1.0], 3.0, np.ones((2, 2))], ids=str)
def test_ranks_need_two_candidates_in_a_row(fitness):
    with pytest.raises(ValueError, match=r"fitness has shape .*one number a candidate, 2 or more"):
        shaped_by_rank(fitness)


# What a search finds


@both
@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10**6), weights=st.integers(1, 6))
def test_it_finds_the_top_of_a_hill(search, seed, weights):
    optimum = rng(seed).uniform(-1, 1, weights)
    found = search(bowl(optimum), np.zeros(weights), rng=rng(seed), generations=150)
    assert np.abs(found.params - optimum).max() < 0.15
    assert found.fitness == pytest.approx(bowl(optimum)(found.params))


def test_one_step_of_the_strategy_is_the_published_sum():
    """A linear fitness, its ranks and the step written out from the same noise."""
    slope = np.array([2.0, -1.0, 0.5])
    seen = []

    def fitness(w):
        seen.append(w.copy())
        return float(slope @ w) ** 3

    start = np.array([1.0, 2.0, 3.0])
    options = {"generations": 1, "population": 6, "spread": 0.2, "rate": 0.3}
    evolution_strategy(fitness, start, rng=rng(5), **options)
    assert len(seen) == 8  # the start, six neighbours, the centre where it went
    first, *neighbours, centre = seen
    np.testing.assert_array_equal(first, start)
    for one, mirrored in zip(neighbours[:3], neighbours[3:], strict=True):
        np.testing.assert_allclose(one + mirrored, 2 * start)
    climb = [float(slope @ w) for w in neighbours]
    rank = [sum(other < one for other in climb) / 5 - 0.5 for one in climb]
    step = sum(
        u * (w - start) / options["spread"] for u, w in zip(rank, neighbours, strict=True)
    ) * (options["rate"] / (6 * options["spread"]))
    np.testing.assert_allclose(centre - start, step, rtol=1e-10)
    assert slope @ centre > slope @ start


def test_neighbours_lie_as_far_out_as_asked():
    seen = []

    def fitness(w):
        seen.append(w.copy())
        return 0.0

    options = {"generations": 1, "population": 400, "spread": 0.7}
    evolution_strategy(fitness, np.zeros(50), rng=rng(), **options)
    assert np.std(seen[1:-1]) == pytest.approx(0.7, rel=0.03)
    np.testing.assert_array_equal(seen[-1], np.zeros(50))  # all are equal: there is no slope
    seen.clear()
    genetic_algorithm(fitness, np.zeros(50), rng=rng(), **options)
    np.testing.assert_array_equal(seen[0], np.zeros(50))
    assert np.std(seen[1:]) == pytest.approx(0.7, rel=0.03)


def test_a_rescaled_fitness_gives_the_same_search():
    plain, twisted = (
        evolution_strategy(fitness, np.zeros(3), rng=rng(1), generations=20)
        for fitness in (bowl(np.ones(3)), lambda w: np.exp(3 * bowl(np.ones(3))(w)) - 7)
    )
    np.testing.assert_array_equal(plain.params, twisted.params)


def test_children_take_each_weight_from_one_of_two_parents():
    """By projection: with many weights, a child has one half of two parents, and of no other."""
    seen = []

    def fitness(w):
        seen.append(w.copy())
        return float(w[0])

    options = {"generations": 2, "population": 40, "parents": 5, "elite": 2, "spread": 0.1}
    genetic_algorithm(fitness, np.ones(4000), rng=rng(2), **options)
    moved = (np.array(seen) - 1) / 0.1  # in standard deviations from the start
    first, second = moved[:40], moved[40:]
    ranked = first[np.argsort(first[:, 0])[::-1]]
    np.testing.assert_array_equal(second[:2], ranked[:2])  # the elite, as it was
    shares = second[2:] @ ranked.T / 4000
    wanted = np.zeros((38, 40))
    for child, share in enumerate(shares):
        wanted[child, np.argsort(share)[-2:]] = 0.5
    np.testing.assert_allclose(shares, wanted, atol=0.12)
    assert not wanted[:, 5:].any()  # only the five fittest breed
    assert wanted[:, :5].any(axis=0).all()
    # Each weight is one parent's (variance 1), not the mean of two (1/2); mutation adds 1.
    assert second[2:].var() == pytest.approx(2, rel=0.03)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10**6), elite=st.integers(1, 5))
def test_an_elite_never_gets_worse(seed, elite):
    found = genetic_algorithm(
        bowl(np.ones(4)), np.zeros(4), rng=rng(seed), generations=30, population=8, elite=elite
    )
    assert np.all(np.diff(found.history.best) >= 0)
    assert found.history.best[-1] == found.fitness


def test_without_an_elite_the_best_of_all_time_is_kept_all_the_same():
    found = genetic_algorithm(
        bowl(np.zeros(4)), np.ones(4), rng=rng(3), generations=40, population=8, spread=1, elite=0
    )
    assert found.fitness == max(found.history.best)
    assert found.history.best[-1] < found.fitness
    assert bowl(np.zeros(4))(found.params) == found.fitness


@both
def test_the_history_is_what_was_evaluated(search):
    seen = []

    def fitness(w):
        seen.append(bowl(np.ones(2))(w))
        return seen[-1]

    found = search(fitness, np.zeros(2), rng=rng(), generations=7, population=10)
    assert found.ended == "done"
    assert found.evaluations == len(seen)
    assert found.fitness == max(seen) >= seen[0]
    if search is evolution_strategy:
        assert seen.pop(0) == -2  # the start, before the first generation
    rows = np.array(seen).reshape(7, -1)
    np.testing.assert_array_equal(found.history.best, rows.max(axis=1))
    np.testing.assert_allclose(found.history.mean, rows.mean(axis=1))


@both
def test_the_same_generator_gives_the_same_search(search):
    options = {"generations": 5, "population": 6}
    once, again, other = (
        search(bowl(np.ones(3)), np.zeros(3), rng=rng(seed), **options) for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(once.params, again.params)
    assert once.history == again.history
    assert once.history != other.history


@both
def test_any_structure_of_weights_will_do_and_the_start_is_not_changed(search):
    start = init_model(rng(), elman, linear, inputs=1, units=2, outputs=1)
    before = map_arrays(np.copy, start)

    def fitness(model):
        assert type(model) is type(start) and type(model.cell) is elman.Params
        model.cell.W[:] += 1  # a fitness may do with its copy as it likes
        return -float((model.readout.V**2).sum())

    found = search(fitness, start, rng=rng(), generations=3, population=4)
    map_arrays(np.testing.assert_array_equal, start, before)
    assert found.params.cell.U.shape == (2, 2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.fitness = 1.0


@both
def test_stop_is_asked_after_each_generation(search):
    asked = []

    def stop(history):
        asked.append(len(history.best))
        return history.best[-1] > -1 or len(asked) == 9

    found = search(bowl(np.full(2, 2.0)), np.zeros(2), rng=rng(), generations=500, stop=stop)
    assert found.ended == "stopped"
    assert asked == list(range(1, len(found.history.best) + 1))
    assert len(asked) <= 9


@both
@pytest.mark.parametrize("after", [1, 5, 23])
def test_an_interrupt_keeps_the_fittest(search, after, capsys):
    seen = []

    def fitness(w):
        if len(seen) == after:
            raise KeyboardInterrupt
        seen.append(bowl(np.ones(2))(w))
        return seen[-1]

    found = search(fitness, np.zeros(2), rng=rng(), generations=100, population=10)
    assert found.ended == "interrupted"
    assert found.evaluations == after
    assert found.fitness == max(seen) == bowl(np.ones(2))(found.params)
    made = (after - (search is evolution_strategy)) // (10 + (search is evolution_strategy))
    assert f"interrupted after {made} of 100 generations" in capsys.readouterr().out


@both
def test_an_interrupt_before_anything_was_tried_gives_back_the_start(search, capsys):
    def fitness(w):
        raise KeyboardInterrupt

    found = search(fitness, np.full(2, 3.0), rng=rng(), generations=3)
    np.testing.assert_array_equal(found.params, [3, 3])
    assert (found.fitness, found.evaluations, found.ended) == (-np.inf, 0, "interrupted")


@both
def test_the_bar_is_shown_on_a_terminal_only(search, monkeypatch):
    for stream, progress, shown in [
        (Terminal(), None, True),
        (Terminal(), False, False),
        (io.StringIO(), None, False),
        (io.StringIO(), True, True),
    ]:
        monkeypatch.setattr(sys, "stderr", stream)
        search(bowl(np.ones(1)), np.zeros(1), rng=rng(), generations=2, progress=progress)
        assert ("generation" in stream.getvalue()) == shown


# Bad input


@both
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fitness": 3}, r"fitness is 3; pass a function"),
        ({"fitness": lambda w: w}, r"fitness returned array\(.*; return one number"),
        ({"fitness": lambda w: None}, r"fitness returned None; return one number"),
        ({"fitness": lambda w: "3"}, r"fitness returned '3'; return one number"),
        ({"fitness": lambda w: 1j}, r"fitness returned 1j; return one number"),
        ({"fitness": lambda w: np.nan}, r"fitness returned nan at evaluation 1; return a finite"),
        ({"fitness": lambda w: -np.inf}, r"fitness returned -inf at evaluation 1; .* very low one"),
        ({"params": np.arange(3)}, r"params holds integers .*params\.astype\(float\)"),
        ({"params": {"W": np.arange(3)}}, r"params\.W holds integers"),
        ({"params": [np.ones(2), np.array([np.nan])]}, r"params\.1 holds nan at \(0,\)"),
        ({"params": {}}, r"params holds no weights"),
        ({"params": np.zeros((0, 3))}, r"params holds no weights"),
        ({"params": {"W": None}}, r"params\.W has dtype object; pass numbers"),
        ({"rng": 0}, r"rng is 0; pass a generator"),
        ({"generations": 0}, r"generations is 0; pass a whole number, 1 or more"),
        ({"population": 1}, r"population is 1; pass a whole number, [24] or more"),
        ({"population": 10.0}, r"population is 10\.0; pass a whole number"),
        ({"spread": -0.1}, r"spread is -0\.1; pass a number, 0 or more"),
        ({"spread": 0}, r"spread is 0; pass a number above 0"),
        ({"spread": np.nan}, r"spread is nan"),
        ({"stop": 5}, r"stop is 5; pass a function"),
    ],
    ids=lambda value: None if isinstance(value, str) else "-".join(value),
)
def test_bad_input_is_named(search, change, message):
    right = {"fitness": bowl(np.ones(3)), "params": np.zeros(3), "rng": rng(), "generations": 2}
    with pytest.raises(ValueError, match=message):
        search(**{**right, **change})


@pytest.mark.parametrize(
    ("search", "change", "message"),
    [
        (evolution_strategy, {"population": 7}, r"population is 7; pass an even number"),
        (evolution_strategy, {"rate": 0.0}, r"rate is 0\.0; pass a number above 0"),
        (evolution_strategy, {"rate": -1}, r"rate is -1; pass a number, 0 or more"),
        (genetic_algorithm, {"parents": 1}, r"parents is 1; pass a whole number, 2 or more"),
        (genetic_algorithm, {"parents": 51}, r"parents is 51; .* from 2 to population, 50"),
        (genetic_algorithm, {"elite": -1}, r"elite is -1; pass a whole number, 0 or more"),
        (genetic_algorithm, {"elite": 50}, r"elite is 50; pass a number below population, 50"),
    ],
)
def test_bad_settings_of_one_of_them(search, change, message):
    with pytest.raises(ValueError, match=message):
        search(bowl(np.ones(2)), np.zeros(2), rng=rng(), generations=2, **change)


# Guessing


def test_guessing_needs_as_many_tries_as_the_odds_say():
    """One try in eight is right: the mean of the geometric distribution is 8."""
    guesses = rng(0)
    needed = [
        random_guessing(
            lambda w: float(w > 0.875), lambda r: r.random(), rng=guesses, enough=1, trials=10**4
        ).trials
        for _ in range(4000)
    ]
    # standard error of the mean: sqrt(56 / 4000) = 0.118
    assert np.mean(needed) == pytest.approx(8, abs=5 * 0.118)
    assert np.mean(np.array(needed) == 1) == pytest.approx(1 / 8, abs=0.03)


def test_guessing_solves_the_two_sequence_problem():
    """As the paper of 1997 reports: the task needs no learning; and the net is right on others."""
    task, units = TwoSequence(length=20, signal_steps=3), 2
    known, fresh = (task.sample(rng(seed), 64) for seed in (1, 2))
    shapes = elman_logistic.init(rng(), 1, units)

    def share_right(params, sequences):
        h = unroll(elman_logistic, params, sequences.padded().inputs).states.h
        return task.is_correct(h[..., :1], sequences).mean()

    def draw(generator):
        return map_arrays(lambda w: generator.uniform(-100, 100, w.shape), shapes)

    guessed = random_guessing(
        lambda params: share_right(params, known), draw, rng=rng(0), enough=1.0, trials=2000
    )
    assert guessed.solved and guessed.score == 1
    assert 1 < guessed.trials < 2000
    assert share_right(guessed.params, fresh) > 0.95 > task.memory_free_score


def test_guessing_in_vain_keeps_the_best():
    drawn = []

    def draw(generator):
        drawn.append(generator.random())
        return drawn[-1]

    guessed = random_guessing(float, draw, rng=rng(), enough=2.0, trials=20)
    assert not guessed.solved
    assert guessed.trials == len(drawn) == 20
    assert guessed.params == guessed.score == max(drawn)


def test_an_interrupted_guess_keeps_the_best(capsys):
    drawn = []

    def draw(generator):
        if len(drawn) == 6:
            raise KeyboardInterrupt
        drawn.append(generator.random())
        return drawn[-1]

    guessed = random_guessing(float, draw, rng=rng(), enough=2.0, trials=20)
    assert (guessed.params, guessed.trials, guessed.solved) == (max(drawn), 6, False)
    assert "interrupted after 6 of 20 guesses" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"score": 1}, r"score is 1; pass a function"),
        ({"score": lambda w: np.nan}, r"score returned nan at evaluation 1"),
        ({"score": lambda w: np.ones(3)}, r"score returned array.*; return one number"),
        ({"draw": np.ones(3)}, r"draw is array.*; pass a function"),
        ({"rng": None}, r"rng is None; pass a generator"),
        ({"trials": 0}, r"trials is 0; pass a whole number, 1 or more"),
        ({"enough": np.nan}, r"enough is nan; pass the score"),
        ({"enough": "1"}, r"enough is '1'; pass the score"),
    ],
)
def test_bad_guesses_are_named(change, message):
    right = {"score": float, "draw": lambda r: r.random(), "rng": rng(), "enough": 2.0}
    with pytest.raises(ValueError, match=message):
        random_guessing(**{**right, "trials": 5, **change})
