"""One spec, judged: parts and points, mistakes named and never invented, failures in words."""

import numpy as np
import pytest

from coursekit import checks
from coursekit.checks.spec import (
    CallFailed,
    Case,
    Catalogue,
    Check,
    InProcess,
    Part,
    Seeded,
    evaluate,
    plain,
)


def _rng():
    return np.random.default_rng(3)


DOUBLE_MISTAKES = Catalogue()


@DOUBLE_MISTAKES.add("01#doubling")
def squared(x):
    """You square; double instead."""
    return x**2


@DOUBLE_MISTAKES.add("01")
def added_in_place(x):
    """You change x."""
    x += x
    return x


DOUBLE = Check(
    name="double",
    exercise="none",
    reference=lambda x: 2 * x,
    parts=(Part("numbers", 1), Part("arrays", 2), Part("watched", 1)),
    cases=lambda rng: [
        Case("a number", (float(rng.uniform(3, 4)),), part="numbers"),
        Case("an array", (rng.uniform(3, 4, 3),), part="arrays"),
        Case("an array kept", (rng.uniform(3, 4, 3),), part="watched", watch=True),
    ],
    mistakes=DOUBLE_MISTAKES,
)


def test_a_right_answer_by_another_route_earns_all():
    outcome = evaluate(DOUBLE, InProcess(lambda x: x + x), _rng())
    assert outcome.passed and outcome.points == outcome.maximum == 4
    assert outcome.messages == () and outcome.mistake is None and outcome.failure is None


def test_a_known_mistake_leads_the_messages():
    outcome = evaluate(DOUBLE, InProcess(lambda x: x * x), _rng())
    assert outcome.mistake == "squared" and outcome.points == 0
    assert outcome.messages[0] == "You square; double instead."


def test_changed_inputs_are_seen_and_cost_their_part_only():
    outcome = evaluate(DOUBLE, InProcess(added_in_place), _rng())
    assert outcome.mistake == "added_in_place" and outcome.points == 3


def test_a_call_that_cannot_watch_does_not_see_changes():
    call = InProcess(added_in_place)
    outcome = evaluate(DOUBLE, lambda name, arguments: call(name, arguments), _rng())
    assert outcome.passed


def test_an_unknown_mistake_is_not_given_a_name():
    outcome = evaluate(DOUBLE, InProcess(lambda x: 3 * x), _rng())
    assert outcome.mistake is None and not outcome.passed


def test_a_part_is_earned_on_its_own():
    def numbers_only(x):
        return 2 * x if isinstance(x, float) else None

    outcome = evaluate(DOUBLE, InProcess(numbers_only), _rng())
    assert [part.points for part in outcome.parts] == [1, 0, 0]


def test_hidden_messages_show_no_expected_value():
    shown = evaluate(DOUBLE, InProcess(lambda x: 3 * x), _rng())
    hidden = evaluate(DOUBLE, InProcess(lambda x: 3 * x), _rng(), hidden=True)
    assert "expected" in " ".join(shown.messages)
    assert "expected" not in " ".join(hidden.messages)


@pytest.mark.parametrize("kind", ["missing", "timeout", "died", "not answered"])
def test_after_a_hopeless_failure_nothing_more_is_called(kind):
    calls = []

    def call(name, arguments):
        calls.append(name)
        raise CallFailed(kind, "no")

    outcome = evaluate(DOUBLE, call, _rng())
    assert calls == ["double"] and outcome.points == 0 and outcome.failure == kind


def test_an_exception_is_shown_with_the_line_of_the_answer():
    def broken(x):
        return x.no_such_name

    outcome = evaluate(DOUBLE, InProcess(broken), _rng())
    assert outcome.failure == "error"
    assert "AttributeError" in outcome.messages[0] and "x.no_such_name" in outcome.messages[0]
    assert "calls.py" not in outcome.messages[0]


@pytest.mark.parametrize("stub", [None, ...])
def test_nothing_written_is_not_answered(stub):
    assert evaluate(DOUBLE, InProcess(stub), _rng()).failure == "not answered"


def test_a_seeded_argument_is_a_fresh_generator_each_time():
    check = Check(
        name="draw",
        exercise="none",
        reference=lambda rng: rng.normal(size=2),
        points=1,
        cases=lambda rng: [Case("twice", calls=((Seeded(4),), (Seeded(4),)))],
    )
    assert evaluate(check, InProcess(lambda rng: list(rng.normal(size=2))), _rng()).passed


def test_a_value_is_called_without_arguments():
    check = Check(name="v", exercise="none", kind="value", points=2, reference=lambda: 7.0)
    assert evaluate(check, InProcess(7), _rng()).points == 2
    assert evaluate(check, InProcess(8), _rng()).points == 0


def test_what_is_no_plain_value_is_refused():
    for value in (object(), {1, 2}, np.array([object()])):
        with pytest.raises(CallFailed, match="return numbers, strings, arrays") as caught:
            plain(value)
        assert caught.value.kind == "refused"
    loop: list = []
    loop.append(loop)
    with pytest.raises(CallFailed, match="deeper"):
        plain(loop)


def test_plain_values_are_copies_without_subclasses():
    class Cunning(np.ndarray):
        def __eq__(self, other):
            return True

    array = np.ones(2).view(Cunning)
    assert type(plain(array)) is np.ndarray
    assert type(plain(np.float32(1))) is float
    original = {"a": [np.ones(1)]}
    copy = plain(original)
    copy["a"][0][0] = 5
    assert original["a"][0][0] == 1


def test_an_unknown_name_is_answered_with_near_ones():
    with pytest.raises(ValueError, match="lstm_step"):
        checks.get("lstm_stp")
    with pytest.raises(ValueError, match="ex05_lstm_cell"):
        checks.for_exercise("ex55")


def test_every_check_is_complete_and_found_by_its_name():
    names = [
        check.name for exercise in checks.exercises() for check in checks.for_exercise(exercise)
    ]
    assert len(names) == len(set(names))
    for name in names:
        check = checks.get(name)
        assert check.points == sum(part.points for part in check.parts) > 0
        parts = {part.name for part in check.parts}
        assert {case.part for case in check.cases(_rng())} == parts
