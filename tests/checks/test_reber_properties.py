"""Judging generators by their properties: right ones by other routes pass, the bound is sound."""

import math

import numpy as np
import pytest

from coursekit import checks
from coursekit.checks import reber_properties, reber_reference
from coursekit.checks.spec import InProcess, evaluate
from coursekit.grammars import embedded_reber, reber


def reber_by_uniform(rng):
    """Comparisons with one half, the other way round, and one draw at every state, used or not."""
    string, state = "", reber.START
    while state != reber.END:
        arrows = reber.transitions[state][::-1]
        symbol, state = arrows[int(rng.random() >= 0.5) % len(arrows)]
        string += symbol
    return string


def reber_by_choice(rng):
    return str(np.str_(reber.generate(rng, 3)[1]))


def embedded_by_splitting(rng, min_length=0):
    inner = reber_by_uniform(rng)
    while len(inner) < min_length - 4:
        inner = reber_by_uniform(rng)
    outer = str(rng.choice(["P", "T"]))
    return "B" + outer + inner + outer + "E"


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("generate_reber", reber_by_uniform),
        ("generate_reber", reber_by_choice),
        ("generate_embedded", embedded_by_splitting),
        ("legal_next", lambda p: list(reber_reference.legal_next(p)[::-1])),
        ("legal_next_embedded", lambda p: tuple(reber_reference.legal_next_embedded(p))),
        ("predict_lstm_erg", lambda s: tuple(reber_reference.predict_perfectly(s))),
        ("predict_srn_erg", reber_reference.predict_perfectly),
    ],
)
def test_right_by_another_route_is_right(name, answer):
    for seed in range(10):
        outcome = evaluate(checks.get(name), InProcess(answer), np.random.default_rng(seed))
        assert outcome.passed, outcome.messages


def test_the_bound_on_frequencies_is_sound():
    """The exact binomial tail beyond the bound is below the alarm that it promises."""
    n, slack = reber_properties.COUNTED, reber_properties.SLACK
    least = math.floor(n * (0.5 + slack)) + 1
    tail = 2 * sum(math.comb(n, k) for k in range(least, n + 1)) / 2**n
    assert 0 < tail < reber_properties.ALARM


def test_a_right_generator_shows_every_state_often_enough_to_be_counted():
    strings = reber.generate(np.random.default_rng(0), 800)
    counted = reber_properties.choices(strings)
    assert set(counted) == {"0", "1", "2", "3", "4"}
    assert min(map(len, counted.values())) > reber_properties.COUNTED


def test_mild_unevenness_is_caught_too():
    outcome = evaluate(
        checks.get("generate_reber"),
        InProcess(lambda rng: reber_reference.walk(rng, odds=0.7)),
        np.random.default_rng(1),
    )
    assert outcome.mistake == "uneven_odds"


def test_a_blind_predictor_fails_the_long_range_step_only():
    outcome = evaluate(
        checks.get("predict_lstm_erg"),
        InProcess(reber_reference.predict_blindly),
        np.random.default_rng(2),
    )
    assert [part.passed for part in outcome.parts] == [True, False]


def test_the_blind_score_is_what_blind_prediction_scores_on_average():
    strings = embedded_reber.generate(np.random.default_rng(3), 4000)
    scored = reber_reference.score(strings, reber_reference.predict_blindly(strings))
    expected = reber_reference.blind_score(strings)
    assert abs(scored["pooled"] - expected["pooled"]) < 0.005
    assert abs(expected["pooled"] - 0.955) < 0.003


@pytest.mark.parametrize("value", [None, 3, ["BTXSE", 3], ("B",) * 150, ["?"] * 150])
def test_predictions_of_another_shape_are_said_so(value):
    outcome = evaluate(
        checks.get("predict_srn_erg"), InProcess(lambda strings: value), np.random.default_rng(4)
    )
    assert outcome.points == 0 and outcome.messages


def test_the_hidden_strings_stay_hidden():
    for answer in (lambda strings: ["B"], lambda strings: [string[1:] for string in strings]):
        outcome = evaluate(
            checks.get("predict_srn_erg"), InProcess(answer), np.random.default_rng(5), hidden=True
        )
        strings = embedded_reber.generate(np.random.default_rng(5), 150, min_length=16)
        assert not any(string in message for string in strings for message in outcome.messages)
