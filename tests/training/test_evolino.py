"""Evolino: solved read-outs against closed forms, free running against a plain loop, evolution."""

import builtins
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.cells import evolino_lstm, lstm
from coursekit.gradients import numerical_gradient, unroll
from coursekit.training import (
    Model,
    by_pseudo_inverse,
    by_support_vectors,
    evolino,
    generate,
    linear,
    normalised_error,
    predict,
    random_hidden,
    solve_readout,
)
from coursekit.training.free_running import side_by_side, solved_side_by_side
from coursekit.training.solved_readouts import SMALLEST_DIRECTION

KNOWN, WASHOUT, AHEAD = 250, 50, 200


def rng(seed=0):
    return np.random.default_rng(seed)


def sines(*frequencies, steps=KNOWN + AHEAD):
    return np.sin(np.outer(np.arange(steps), frequencies)).sum(axis=1, keepdims=True)


def data(seed=0, steps=40, units=5, outputs=2):
    states = rng(seed).normal(size=(steps, units))
    return states, states @ rng(seed + 1).normal(size=(units, outputs)) + 0.3


# Solved read-outs


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), steps=st.integers(1, 30), units=st.integers(1, 8))
def test_the_pseudo_inverse_is_the_smallest_least_squares_solution(seed, steps, units):
    """Also with more units than steps, where many V fit exactly."""
    states, targets = data(seed, steps, units)
    found = by_pseudo_inverse(states, targets)
    wanted = np.linalg.lstsq(states, targets, rcond=SMALLEST_DIRECTION)[0].T
    np.testing.assert_allclose(found.V, wanted, rtol=1e-7, atol=1e-9)
    np.testing.assert_array_equal(found.d, np.zeros(2))


def test_the_pseudo_inverse_solves_the_normal_equations():
    states, targets = data()
    wanted = np.linalg.solve(states.T @ states, states.T @ targets).T
    np.testing.assert_allclose(by_pseudo_inverse(states, targets).V, wanted, rtol=1e-10)


def test_a_unit_that_hardly_moves_gets_no_huge_weight():
    states, targets = data()
    states[:, 4] = 1e-13 * rng(3).normal(size=len(states))
    V = by_pseudo_inverse(states, targets).V
    assert np.abs(V).max() < 10
    np.testing.assert_allclose(V[:, :4], by_pseudo_inverse(states[:, :4], targets).V, atol=1e-6)


def objective(states, target, cost, margin):
    """The support vector machine's, as its module states it."""

    def value(params):
        outside = np.abs(states @ params["V"] + params["d"] - target) - margin
        size = params["V"] @ params["V"] + params["d"] @ params["d"]
        return float(0.5 * size + cost * (np.maximum(0, outside) ** 2).sum())

    return value


@pytest.mark.parametrize("cost", [0.1, 10.0])
@pytest.mark.parametrize("margin", [0.0, 0.05, 0.5])
def test_support_vectors_minimise_the_stated_objective(cost, margin):
    """Its slope is nothing there, and it goes up in every direction."""
    states, targets = data()
    targets = targets + 0.2 * rng(2).normal(size=targets.shape)
    found = by_support_vectors(states, targets, cost=cost, margin=margin)
    for output in range(2):
        value = objective(states, targets[:, output], cost, margin)
        best = {"V": found.V[output], "d": found.d[output : output + 1]}
        slope = numerical_gradient(value, best)
        at_zero = numerical_gradient(value, {"V": np.zeros(5), "d": np.zeros(1)})
        assert np.abs(slope["V"]).max() < 1e-4 * np.abs(at_zero["V"]).max()
        assert np.abs(slope["d"]).max() < 1e-4 * np.abs(at_zero["V"]).max()
        for seed in range(20):
            away = 0.1 * rng(seed).normal(size=6)
            assert value({"V": best["V"] + away[:5], "d": best["d"] + away[5:]}) > value(best)


def test_errors_within_the_margin_cost_nothing():
    states, targets = data()
    wide = by_support_vectors(states, targets, margin=100.0)
    np.testing.assert_array_equal(wide.V, np.zeros((2, 5)))
    tight = by_support_vectors(states, targets, cost=1e8, margin=0.0)
    straight = np.column_stack([states, np.ones(len(states))])
    exact = np.linalg.lstsq(straight, targets, rcond=None)[0].T
    np.testing.assert_allclose(np.column_stack([tight.V, tight.d]), exact, atol=1e-5)


def test_the_machine_draws_no_random_numbers():
    states, targets = data()
    once, again = (by_support_vectors(states, targets) for _ in range(2))
    np.testing.assert_array_equal(once.V, again.V)
    np.testing.assert_array_equal(once.d, again.d)


def test_scikit_learn_is_imported_when_it_is_needed():
    program = "import sys, coursekit.training; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_without_scikit_learn_the_error_says_what_to_do(monkeypatch):
    real = builtins.__import__

    def without(name, *arguments, **options):
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"needs scikit-learn.*pip install.*by_pseudo_inverse"):
        by_support_vectors(*data())


@pytest.mark.parametrize("solve", [by_pseudo_inverse, by_support_vectors])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"states": np.ones(3)}, r"states has shape \(3,\); pass an array \(time, units\)"),
        ({"states": np.ones((0, 3))}, r"states has shape \(0, 3\)"),
        ({"targets": np.ones(40)}, r"targets has shape \(40,\); pass an array \(time, outputs\)"),
        ({"targets": np.ones((39, 1))}, r"states has 40 steps and targets 39; pass one target"),
        ({"states": np.full((40, 5), np.nan)}, r"states holds nan at \(0, 0\)"),
        ({"targets": "sin"}, r"targets has dtype <U3"),
    ],
    ids=lambda value: None if isinstance(value, str) else "-".join(value),
)
def test_states_and_targets_that_do_not_fit(solve, change, message):
    states, targets = data()
    with pytest.raises(ValueError, match=message):
        solve(**{"states": states, "targets": targets, **change})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cost": 0}, r"cost is 0; pass a number above 0"),
        ({"cost": -1}, r"cost is -1; pass a number, 0 or more"),
        ({"margin": -0.1}, r"margin is -0\.1; pass a number, 0 or more"),
    ],
)
def test_settings_of_the_machine(change, message):
    with pytest.raises(ValueError, match=message):
        by_support_vectors(*data(), **change)


# Running free


def test_the_normalised_error_of_a_constant_at_the_mean_is_one():
    targets = rng().normal(size=(50, 3)) * [1, 10, 0.1] + [5, 0, -2]
    constant = np.broadcast_to(targets.mean(axis=0), targets.shape)
    assert normalised_error(constant, targets) == pytest.approx(1)
    assert normalised_error(targets, targets) == 0
    assert normalised_error([[1.0], [1.0]], [[0.0], [4.0]]) == pytest.approx(5 / 4)


def net_and_series(seed=0, outputs=2, units=4):
    series = rng(seed).normal(size=(30, outputs))
    cell = random_hidden(rng(seed + 1), units, outputs, feedback=0.7)
    readout = linear.Params(
        V=rng(seed + 2).normal(size=(outputs, units)), d=rng(seed + 3).normal(size=outputs)
    )
    return Model(cell, readout), series


@pytest.mark.parametrize("outputs", [1, 2])
def test_what_is_generated_is_the_plain_loop(outputs):
    """One step after the other: the told series in, then each output back in."""
    model, series = net_and_series(outputs=outputs)
    inputs = [np.zeros(outputs), *series]
    for _ in range(7):
        run = unroll(evolino_lstm, model.cell, np.array(inputs))
        inputs.append(model.readout.V @ run.states.h[-1] + model.readout.d)
    found = generate(model, series, 7)
    assert found.shape == (7, outputs)
    np.testing.assert_allclose(found, inputs[-7:], rtol=1e-10)


@pytest.mark.parametrize("readout", [by_pseudo_inverse, by_support_vectors])
def test_a_read_out_is_solved_on_the_told_states_after_the_washout(readout):
    series, units = sines(0.2, 0.311, steps=120), 5
    cell = random_hidden(rng(1), units, 1)
    model, fitness = solve_readout(cell, series, washout=30, readout=readout)
    told = np.concatenate([np.zeros((1, 1)), series[:-1]])
    h = unroll(evolino_lstm, cell, told).states.h
    wanted = readout(h[30:], series[30:])
    np.testing.assert_allclose(model.readout.V, wanted.V, rtol=1e-6)
    np.testing.assert_allclose(model.readout.d, wanted.d, atol=1e-9)
    assert model.cell is cell
    np.testing.assert_allclose(
        predict(evolino_lstm, linear, model, told), h @ model.readout.V.T + model.readout.d
    )
    free = generate(model, series[:30], 90)
    assert fitness == pytest.approx(-np.log10(normalised_error(free, series[30:])), rel=1e-6)


def test_nets_side_by_side_score_as_each_alone():
    series = sines(0.2, 0.311, steps=100)
    cells = [random_hidden(rng(seed), 4, 1) for seed in range(5)]
    together = solved_side_by_side(cells, series, 20, by_pseudo_inverse)
    for (model, fitness), cell in zip(together, cells, strict=True):
        alone, reached = solve_readout(cell, series, washout=20)
        assert fitness == pytest.approx(reached, rel=1e-6)
        np.testing.assert_allclose(model.readout.V, alone.readout.V, rtol=1e-5)
    assert side_by_side(cells).W_i.shape == (5, 4, 1)
    assert side_by_side(cells).b_i.shape == (5, 1, 4)


def test_a_constant_at_the_mean_has_fitness_zero():
    series = sines(0.3, steps=100)

    def flat(states, targets):
        return linear.Params(V=np.zeros((1, states.shape[1])), d=targets.mean(axis=0))

    cell = random_hidden(rng(), 3, 1)
    assert solve_readout(cell, series, washout=20, readout=flat)[1] == pytest.approx(0, abs=1e-12)


# Evolution


def run(seed, readout=by_pseudo_inverse, **options):
    options = {"units": 10, "generations": 20, "washout": WASHOUT, **options}
    return evolino(sines(0.2, 0.311)[:KNOWN], rng=rng(seed), readout=readout, **options)


def ahead(model):
    """The normalised error of the continuation, none of which the net was told."""
    series = sines(0.2, 0.311)
    return normalised_error(generate(model, series[:KNOWN], AHEAD), series[KNOWN:])


def test_it_generates_the_continuation_of_two_sines():
    """Three seeds, each below 0.05; a constant at the mean scores 1, random weights hardly less."""
    evolved = [ahead(run(seed).params) for seed in range(3)]
    known = sines(0.2, 0.311)[:KNOWN]
    random = [
        ahead(solve_readout(random_hidden(rng(seed), 10, 1), known, washout=WASHOUT)[0])
        for seed in range(15)
    ]
    assert max(evolved) < 0.05
    assert max(evolved) < np.median(random) / 5
    mean = np.full((AHEAD, 1), known.mean())
    assert normalised_error(mean, sines(0.2, 0.311)[KNOWN:]) > 0.95


def test_it_does_so_with_a_support_vector_machine_too():
    found = run(0, by_support_vectors, generations=10)
    assert ahead(found.params) < 0.1
    assert np.any(found.params.readout.d != 0)


def test_two_series_at_once():
    both = np.concatenate([sines(0.2), 0.5 * sines(0.311)], axis=1)
    found = evolino(both[:KNOWN], rng=rng(), units=10, generations=10, washout=WASHOUT)
    assert normalised_error(generate(found.params, both[:KNOWN], AHEAD), both[KNOWN:]) < 0.1


def test_the_record_is_what_happened():
    found = run(1, generations=4, population=6)
    assert found.evaluations == 24
    assert len(found.history.best) == len(found.history.mean) == 4
    assert all(b >= m for b, m in zip(found.history.best, found.history.mean, strict=True))
    assert found.fitness == max(found.history.best)
    assert found.ended == "done"
    series = sines(0.2, 0.311)[:KNOWN]
    free = generate(found.params, series[:WASHOUT], KNOWN - WASHOUT)
    assert -np.log10(normalised_error(free, series[WASHOUT:])) == pytest.approx(found.fitness)
    again, other = run(1, generations=4, population=6), run(2, generations=4, population=6)
    assert again.history == found.history != other.history
    np.testing.assert_array_equal(again.params.cell.U_f, found.params.cell.U_f)


def unit_by_unit(cell):
    """All weights into each unit, (units, weights): what a subpopulation is made of."""
    letters = [
        np.column_stack([cell._asdict()[f"{kind}_{letter}"] for kind in "WUb"]) for letter in "ifog"
    ]
    return np.concatenate(letters, axis=1)


def watched(monkeypatch, **options):
    """All nets that a run puts together: (generations, nets, units, weights), and their fitness."""
    nets, fitness = [], []

    def watching(cells, *arguments):
        solved = solved_side_by_side(cells, *arguments)
        nets.append([unit_by_unit(cell) for cell in cells])
        fitness.append([reached for _, reached in solved])
        return solved

    module = sys.modules["coursekit.training.evolino"]  # the package has the function by that name
    monkeypatch.setattr(module, "solved_side_by_side", watching)
    found = run(3, feedback=1.0, **options)
    return np.array(nets), np.array(fitness), found


def test_a_net_takes_one_whole_member_from_each_subpopulation(monkeypatch):
    """Noise far below the weights: members can be told by their numbers, and never mix."""
    nets, fitness, _ = watched(
        monkeypatch, units=3, generations=5, population=8, spread=1e-12, burst_after=100
    )
    first = nets[0]
    for generation, scores in zip(nets[1:], fitness[:-1], strict=True):
        for unit in range(3):
            gaps = np.abs(generation[:, None, unit] - first[None, :, unit]).max(axis=-1)
            assert np.all(gaps.min(axis=1) < 1e-6)  # each is one of the first members
        assert len(scores) == 8
    # After one generation: the members of the two worst nets are gone, those of the best doubled.
    order = np.argsort(fitness[0])
    for unit in range(3):
        gaps = np.abs(nets[1][:, None, unit] - first[None, :, unit]).max(axis=-1)
        copies = (gaps < 1e-6).sum(axis=0)
        np.testing.assert_array_equal(copies[order], [0, 0, 1, 1, 1, 1, 2, 2])
    together = [
        {int(np.abs(first[:, u] - net[u]).max(axis=1).argmin()) for u in range(3)}
        for net in nets[1]
    ]
    assert any(len(numbers) > 1 for numbers in together)  # shuffled: the nets are new ones


def test_a_burst_starts_again_around_the_best_net(monkeypatch):
    """No net is ever better than the first best when the read-out says nothing."""

    def flat(states, targets):
        return linear.Params(V=np.zeros((1, states.shape[1])), d=targets.mean(axis=0))

    nets, fitness, _ = watched(
        monkeypatch,
        units=3,
        generations=5,
        population=8,
        spread=1e-9,
        burst_after=3,
        readout=flat,
    )
    spread_of = [float(generation.std(axis=0).max()) for generation in nets]
    assert spread_of[0] > 0.3
    assert spread_of[3] > 1e-3  # three generations after the first brought nothing better
    assert spread_of[4] < 1e-5
    best = nets[0][np.argsort(fitness[0])[-1]]
    np.testing.assert_allclose(nets[4], np.broadcast_to(best, nets[4].shape), atol=1e-5)
    kept = (nets[4] == best).all(axis=2)  # (nets, units)
    np.testing.assert_array_equal(kept.sum(axis=0), [1, 1, 1])  # each of its members, as it was


def test_the_first_weights_are_those_of_random_hidden():
    cell = random_hidden(rng(7), 50, 2, feedback=0.1)
    assert isinstance(cell, evolino_lstm.Params)
    for name, array in cell._asdict().items():
        bound = 0.1 if name[0] == "W" else 1.0
        assert 0.9 * bound < np.abs(array).max() <= bound, name
        assert array.shape == {"W": (50, 2), "U": (50, 50), "b": (50,)}[name[0]]


def test_stop_and_an_interrupt_keep_the_best_net(capsys):
    stopped = run(0, generations=50, population=4, stop=lambda history: len(history.best) == 2)
    assert (stopped.ended, stopped.evaluations) == ("stopped", 8)
    calls = []

    def interrupted(states, targets):
        calls.append(1)
        if len(calls) == 11:
            raise KeyboardInterrupt
        return by_pseudo_inverse(states, targets)

    found = run(0, interrupted, generations=50, population=4)
    assert (found.ended, found.evaluations, len(found.history.best)) == ("interrupted", 8, 2)
    assert found.fitness == max(found.history.best)
    assert "interrupted after 2 of 50 generations" in capsys.readouterr().out


def test_an_interrupt_before_there_is_a_net_goes_on():
    def interrupted(states, targets):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(0, interrupted)


# Bad input


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"series": []}, r"series has shape \(0,\)"),
        ({"series": np.zeros((0, 1))}, r"series has shape \(0, 1\); pass at least 1 step"),
        ({"series": np.ones((9, 0))}, r"series has shape \(9, 0\)"),
        ({"series": np.sin(np.arange(99))}, r"series is \(time, outputs\).*series\[:, None\]"),
        ({"series": np.arange(99)[:, None]}, r"series holds integers"),
        ({"series": np.full((99, 1), np.nan)}, r"series holds nan at \(0, 0\)"),
        ({"series": np.ones((99, 1))}, r"series does not vary after the washout"),
        ({"washout": 0}, r"washout is 0; pass a whole number, 1 or more"),
        ({"washout": 95}, r"series has 99 steps and washout is 95; 5 units need more than 5 steps"),
        ({"washout": 500}, r"series has 99 steps and washout is 500"),
        ({"rng": 1}, r"rng is 1; pass a generator"),
        ({"units": 0}, r"units is 0; pass a whole number, 1 or more"),
        ({"generations": 0}, r"generations is 0"),
        ({"population": 1}, r"population is 1; pass a whole number, 4 or more"),
        ({"spread": -1.0}, r"spread is -1\.0"),
        ({"feedback": 0}, r"feedback is 0; pass a number above 0"),
        ({"burst_after": 0}, r"burst_after is 0"),
        ({"readout": "pinv"}, r"readout is 'pinv'; pass a function"),
    ],
    ids=lambda value: None if isinstance(value, str) else "-".join(value),
)
def test_bad_input_to_evolino_is_named(change, message):
    right = {"series": sines(0.3, steps=99), "rng": rng(), "units": 5, "generations": 1}
    with pytest.raises(ValueError, match=message):
        evolino(**{**right, "washout": 20, **change})


def test_nets_that_do_not_fit_the_series():
    model, series = net_and_series(outputs=2)
    with pytest.raises(ValueError, match=r"series has 1 outputs, but model takes 2 inputs"):
        generate(model, series[:, :1], 5)
    with pytest.raises(ValueError, match=r"cell takes 2 inputs, but series has 1 outputs"):
        solve_readout(model.cell, series[:, :1], washout=5)
    with pytest.raises(ValueError, match=r"cell is a .*lstm\.Params, but .*evolino_lstm takes"):
        solve_readout(lstm.init(rng(), 2, 4), series, washout=5)
    with pytest.raises(ValueError, match=r"model is a .*; pass a Model"):
        generate(model.cell, series, 5)
    with pytest.raises(ValueError, match=r"steps is 0; pass a whole number, 1 or more"):
        generate(model, series, 0)
    with pytest.raises(ValueError, match=r"series has shape \(0, 2\)"):
        generate(model, series[:0], 5)


@pytest.mark.parametrize(
    ("outputs", "targets", "message"),
    [
        (np.ones((3, 1)), np.ones((4, 1)), r"outputs has shape \(3, 1\) and targets \(4, 1\)"),
        (np.ones((3, 1)), np.ones((3, 1)), r"targets does not vary"),
        (np.ones((0, 1)), np.ones((0, 1)), r"targets does not vary"),
        (np.ones(3), np.arange(3.0), r"pass two arrays \(time, outputs\)"),
    ],
)
def test_errors_that_have_no_meaning(outputs, targets, message):
    with pytest.raises(ValueError, match=message):
        normalised_error(outputs, targets)
