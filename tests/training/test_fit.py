"""The loop: what it keeps, when it ends, and what it says."""

import io
import sys

import numpy as np
import pytest

from coursekit.training import Adam, Momentum, Sgd, fit


def bowl(w):
    return float(w @ w), 2 * w


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_history_is_what_happened():
    fitted = fit(bowl, np.array([3.0, 4.0]), Sgd(0.25), updates=5)
    assert fitted.ended == "done"
    np.testing.assert_allclose(fitted.params, np.array([3.0, 4.0]) / 2**5)
    np.testing.assert_allclose(fitted.history.losses, [25 / 4**n for n in range(5)])
    np.testing.assert_allclose(fitted.history.norms, [10 / 2**n for n in range(5)])
    assert fitted.history.scores == fitted.history.scored_at == []


def test_the_start_is_not_changed_in_place():
    start = np.array([3.0, 4.0])
    for optimiser in (Sgd(0.1), Momentum(0.1), Adam(0.1)):
        fit(bowl, start, optimiser, updates=3, clip=0.1)
    np.testing.assert_array_equal(start, [3, 4])


def test_the_optimiser_remembers_from_update_to_update():
    """Momentum by hand on a constant slope: 1, 1.5, 1.75 steps."""
    fitted = fit(lambda w: (float(w[0]), np.ones(1)), np.zeros(1), Momentum(1.0, 0.5), updates=3)
    np.testing.assert_allclose(fitted.params, [-(1 + 1.5 + 1.75)])


def test_clipping_shortens_the_step_but_the_history_has_the_norm_before():
    fitted = fit(bowl, np.array([30.0, 40.0]), Sgd(1.0), updates=1, clip=5.0)
    np.testing.assert_allclose(fitted.params, [27, 36])
    assert fitted.history.norms == [100.0]


@pytest.mark.parametrize(
    ("updates", "every", "wanted"),
    [(7, 3, [3, 6, 7]), (6, 3, [3, 6]), (2, 50, [2]), (3, 1, [1, 2, 3])],
)
def test_scores_are_taken_every_so_often_and_at_the_end(updates, every, wanted):
    fitted = fit(
        bowl, np.array([1.0]), Sgd(0.25), updates, score=lambda w: w.copy(), score_every=every
    )
    assert fitted.history.scored_at == wanted
    np.testing.assert_allclose(np.ravel(fitted.history.scores), [0.5**n for n in wanted])


def test_stop_ends_at_the_score_that_satisfies_it():
    asked = []

    def stop(history):
        asked.append(list(history.scored_at))
        return history.scores[-1] < 0.3

    fitted = fit(
        bowl, np.array([1.0]), Sgd(0.25), 100, score=lambda w: float(w[0]), score_every=1, stop=stop
    )
    assert fitted.ended == "stopped"
    assert fitted.history.scored_at == [1, 2]
    assert asked == [[1], [1, 2]]
    np.testing.assert_allclose(fitted.params, [0.25])


def test_an_interrupt_keeps_what_was_learned(capsys):
    calls = []

    def interrupted(w):
        calls.append(w)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return bowl(w)

    fitted = fit(interrupted, np.array([1.0]), Sgd(0.25), updates=10)
    assert fitted.ended == "interrupted"
    np.testing.assert_allclose(fitted.params, [0.5**3])
    assert len(fitted.history.losses) == len(fitted.history.norms) == 3
    assert capsys.readouterr().out == (
        "interrupted after 3 of 10 updates; what was learned is kept\n"
    )


def test_an_interrupt_while_a_score_is_taken_keeps_the_update():
    def score(w):
        raise KeyboardInterrupt

    fitted = fit(bowl, np.array([1.0]), Sgd(0.25), updates=10, score=score, score_every=2)
    assert fitted.ended == "interrupted"
    np.testing.assert_allclose(fitted.params, [0.25])


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_loss_that_is_not_finite_says_when_and_what_to_do(broken):
    losses = iter([1.0, 2.0, broken])
    with pytest.raises(FloatingPointError, match=rf"loss is {broken} at update 3.*clip the grad"):
        fit(lambda w: (next(losses), np.ones(1)), np.zeros(1), Sgd(0.1), updates=5)


@pytest.mark.parametrize("broken", [np.nan, np.inf])
@pytest.mark.parametrize("clip", [None, 1.0])
def test_a_gradient_that_is_not_finite_never_reaches_the_weights(broken, clip):
    gradients = iter([1.0, broken])
    with pytest.raises(FloatingPointError, match=r"norm of the gradient is .* at update 2.*clip"):
        fit(lambda w: (1.0, np.array([next(gradients)])), np.zeros(1), Sgd(0.1), 5, clip=clip)


def test_clipping_rescues_a_gradient_whose_square_overflows():
    fitted = fit(lambda w: (1.0, np.array([3e200, 4e200])), np.zeros(2), Sgd(1.0), 1, clip=1.0)
    np.testing.assert_allclose(fitted.params, [-0.6, -0.8])
    assert fitted.history.norms == [pytest.approx(5e200)]


def test_the_bar_is_shown_on_a_terminal_only(monkeypatch):
    for stream, progress, shown in [
        (io.StringIO(), None, False),
        (Terminal(), None, True),
        (Terminal(), False, False),
        (io.StringIO(), True, True),
    ]:
        monkeypatch.setattr(sys, "stderr", stream)
        fit(bowl, np.ones(1), Sgd(0.1), updates=3, progress=progress)
        assert ("update" in stream.getvalue()) == shown
    monkeypatch.undo()


def test_nothing_is_printed_into_a_notebook(capsys):
    fit(bowl, np.ones(1), Sgd(0.1), updates=3)
    assert capsys.readouterr() == ("", "")
