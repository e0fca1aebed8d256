"""The hidden Markov model: by the library and by our steps the same, and exact by all paths."""

import itertools
from importlib.util import find_spec

import numpy as np
import pytest

from coursekit.tasks import Recall
from coursekit.training import hidden_markov
from coursekit.training.hidden_markov import HiddenMarkov, fit_hidden_markov


def starts(rng, restarts=2, states=3, symbols=3):
    A = rng.dirichlet(np.ones(states), (restarts, states))
    return A, rng.dirichlet(np.ones(symbols), (restarts, states))


def odds_by_paths(model, symbols):
    """P(symbols), summed over every path of hidden states."""
    total = 0.0
    for path in itertools.product(range(len(model.A)), repeat=len(symbols)):
        odds = 1 / len(model.A)
        for t, (state, x) in enumerate(zip(path, symbols, strict=True)):
            odds *= model.B[state, x] * (model.A[path[t - 1], state] if t else 1)
        total += odds
    return total


def test_the_next_symbol_is_a_quotient_of_sums_over_paths():
    A, B = starts(np.random.default_rng(0), 1)
    model = HiddenMarkov(A[0], B[0])
    prefix = [0, 2, 1, 1]
    found = model.next_symbol([prefix])[0]
    for x in range(3):
        wanted = odds_by_paths(model, [*prefix, x]) / odds_by_paths(model, prefix)
        assert np.isclose(found[x], wanted, atol=1e-12)


def test_the_likelihood_is_a_sum_over_paths_and_never_falls():
    rng = np.random.default_rng(1)
    A, B = starts(rng)
    stream = rng.integers(3, size=6)
    likely = [hidden_markov._by_steps(stream, A, B, n)[2] for n in range(1, 8)]
    for k in range(2):
        exact = np.log(odds_by_paths(HiddenMarkov(A[k], B[k]), stream))
        assert np.isclose(likely[0][k], exact, atol=1e-12)
    assert np.all(np.diff(likely, axis=0) > -1e-4)


THERE = [hidden_markov._by_library] if find_spec("hmmlearn") else []


@pytest.mark.parametrize("fit", [hidden_markov._by_steps, *THERE])
def test_library_and_our_steps_agree(fit):
    rng = np.random.default_rng(2)
    stream = Recall(3).sample(rng, 30).symbols
    A, B = starts(rng, 3, 6, 5)
    for ours, theirs in zip(
        hidden_markov._by_steps(stream, A, B, 15),
        fit(stream, A, B, 15),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)


def test_a_stream_with_a_rule_is_learned():
    model = fit_hidden_markov(np.random.default_rng(0), np.tile([0, 1, 2], 40), 3, stay=0.1)
    assert model.next_symbol([[0, 1], [1, 2]]).argmax(axis=1).tolist() == [2, 0]
    assert model.log_likelihood > -5


def test_without_the_library_the_fit_is_ours(monkeypatch):
    stream = np.tile([0, 1, 2], 10)
    one = fit_hidden_markov(np.random.default_rng(3), stream, 3, iterations=5)
    monkeypatch.setattr(hidden_markov, "find_spec", lambda name: None)
    other = fit_hidden_markov(np.random.default_rng(3), stream, 3, iterations=5)
    np.testing.assert_allclose(one.A, other.A, atol=1e-9)


@pytest.mark.parametrize("stream", [[0.5, 1.0], [[0, 1]], [0]])
def test_a_stream_that_is_none(stream):
    with pytest.raises(ValueError, match="whole numbers, one a step"):
        fit_hidden_markov(np.random.default_rng(0), stream, 2)
