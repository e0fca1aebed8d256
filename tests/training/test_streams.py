"""Streams: what is drawn, resets against separate sequences, the carried state, learning."""

import numpy as np
import pytest

from coursekit.cells import lstm, lstm_1997
from coursekit.cells.parameters import map_arrays, named_arrays
from coursekit.gradients import bptt, unroll
from coursekit.grammars import embedded_reber
from coursekit.training import Adam, Model, Sgd, init_model, softmax
from coursekit.training.streams import draw_streams, fit_streams, score_streams, with_resets


def fresh_model(cell, seed=0, units=4):
    return init_model(np.random.default_rng(seed), cell, softmax, inputs=7, units=units, outputs=7)


def test_streams_say_what_the_grammar_says():
    drawn = draw_streams(np.random.default_rng(3), count=3, symbols=60)
    for number, symbols in enumerate(drawn.symbols):
        assert np.array_equal(drawn.inputs[:, number], embedded_reber.one_hot(symbols))
        begin = 0
        for step in range(60):
            if drawn.starts[step, number]:
                begin = step
            prefix = symbols[begin : step + 1]
            legal = embedded_reber.legal_next(prefix) or "B"
            marked = np.flatnonzero(drawn.legal[step, number])
            assert "".join(embedded_reber.alphabet[k] for k in marked) == legal
            assert drawn.targets[step, number] @ drawn.legal[step, number] == 1
            inner_is_over = prefix[2:].endswith("E") and len(legal) == 1 and legal in "TP"
            assert drawn.long_range[step, number] == inner_is_over


@pytest.mark.parametrize("count, symbols", [(0, 10), (2, 0)])
def test_nothing_to_draw_is_an_error(count, symbols):
    with pytest.raises(ValueError, match="pass 1 or more"):
        draw_streams(np.random.default_rng(0), count, symbols)


@pytest.mark.parametrize("cell", [lstm_1997, lstm])
def test_a_reset_makes_two_sequences_of_one(cell):
    params = cell.init(np.random.default_rng(1), inputs=7, units=3)
    xs = np.random.default_rng(2).normal(size=(9, 2, 7))
    errors = np.random.default_rng(3).normal(size=(9, 2, 3))
    marks = np.zeros((9, 2), bool)
    marks[4] = True
    told = with_resets(cell, marks)
    run = unroll(told, params, xs)
    whole = bptt(told, params, run, errors).params
    first, second = unroll(cell, params, xs[:4]), unroll(cell, params, xs[4:])
    assert np.allclose(run.states.h, np.concatenate([first.states.h, second.states.h]))
    apart = map_arrays(
        np.add,
        bptt(cell, params, first, errors[:4]).params,
        bptt(cell, params, second, errors[4:]).params,
    )
    for (name, given), (_, expected) in zip(named_arrays(whole), named_arrays(apart), strict=True):
        assert np.allclose(given, expected), name


def test_no_resets_is_the_cell_itself():
    assert with_resets(lstm, None) is lstm


def test_the_state_is_carried_from_chunk_to_chunk():
    """With a rate too small to change anything, chunks must give the loss of the whole stream."""
    model, drawn = fresh_model(lstm), draw_streams(np.random.default_rng(5), 2, 24)
    fitted = fit_streams(lstm, softmax, model, drawn, Sgd(1e-300), 8, chunk=6)
    run = unroll(lstm, model.cell, drawn.inputs)
    loss, _, _ = softmax.loss(model.readout, run.states.h, drawn.targets)
    assert np.isclose(np.mean(fitted.losses[:4]), loss)
    assert fitted.losses[4:] == fitted.losses[:4]  # again, from a zero state


def test_what_is_held_stays():
    model, drawn = fresh_model(lstm), draw_streams(np.random.default_rng(0), 2, 20)
    fitted = fit_streams(
        lstm, softmax, model, drawn, Adam(0.1), 3, chunk=5, held=lambda name: name.endswith("_f")
    )
    for name, array in named_arrays(fitted.model.cell):
        assert np.array_equal(array, getattr(model.cell, name)) == name.endswith("_f"), name


@pytest.mark.parametrize("chunk", [0, 21])
def test_a_chunk_must_fit(chunk):
    drawn = draw_streams(np.random.default_rng(0), 2, 20)
    with pytest.raises(ValueError, match="20 steps"):
        fit_streams(lstm, softmax, fresh_model(lstm), drawn, Adam(0.1), 3, chunk=chunk)


def test_score_knows_a_perfect_and_a_constant_predictor():
    drawn = draw_streams(np.random.default_rng(0), 4, 300)
    model = fresh_model(lstm)
    always_t = Model(
        model.cell,
        model.readout._replace(V=0 * model.readout.V, d=np.eye(7)[1]),
    )
    score = score_streams(lstm, softmax, always_t, drawn)
    assert score.pooled == drawn.legal[..., 1].mean()
    assert score.long_range == drawn.legal[drawn.long_range][:, 1].mean()
    assert score.size.shape == (300, 4)


def test_a_forget_gate_learns_to_predict():
    model = fresh_model(lstm, units=10)
    training = draw_streams(np.random.default_rng(1), 32, 500)
    fitted = fit_streams(lstm, softmax, model, training, Adam(0.03), 120)
    assert np.mean(fitted.losses[-20:]) < 0.6 < fitted.losses[0]
    drawn = draw_streams(np.random.default_rng(2), 8, 200)
    assert score_streams(lstm, softmax, fitted.model, drawn).pooled > 0.85
