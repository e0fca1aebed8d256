"""What a student sees: text and HTML, one line for NotYet, hints in steps, the same every time."""

import numpy as np
import pytest

from coursekit import NotYet, check, checks, hint
from coursekit.checks import feedback
from coursekit.checks import lstm_reference as right
from coursekit.checks.lstm_step_mistakes import f_i_swapped
from coursekit.checks.spec import InProcess, evaluate


@pytest.fixture(autouse=True)
def _no_hints_given():
    feedback._hints_given.clear()


def test_a_right_answer_is_praised_and_raises_nothing(capsys):
    check("lstm_step", right.step)
    shown = capsys.readouterr().out
    assert shown.startswith("lstm_step: all right, 8 of 8 points")
    assert "[ ]" not in shown


def test_a_wrong_answer_shows_parts_mistake_and_place_and_raises_one_line(capsys):
    with pytest.raises(NotYet) as caught:
        check("lstm_step", f_i_swapped)
    shown = capsys.readouterr().out
    assert "have changed places" in shown and "See lesson 07" in shown
    assert "[x] the gates i, f, o (2/2)" in shown and "[ ] the cell state c (0/2)" in shown
    assert 'hint("lstm_step")' in shown
    assert str(caught.value).count("\n") == 0 and "3 of 8 points" in str(caught.value)
    assert caught.value._render_traceback_() == [f"NotYet: {caught.value}"]


def test_a_wrong_shape_is_shown_as_shapes(capsys):
    def transposed(params, x, h, c):
        return {name: value.T[..., None] for name, value in right.step(params, x, h, c).items()}

    with pytest.raises(NotYet):
        check("lstm_step", transposed)
    assert "i has shape (4, 1), expected (4,)" in capsys.readouterr().out


def test_what_one_part_said_no_other_says_again(capsys):
    def crash(params, x, h, c):
        raise KeyError("W_z")

    with pytest.raises(NotYet):
        check("lstm_step", crash)
    shown = capsys.readouterr().out
    # One sequence and a batch raise alike, on inputs of other shapes; the other parts add nothing.
    assert shown.count("raises KeyError: 'W_z'") == 2 and shown.count(feedback.AS_ABOVE) == 4
    rich = feedback.rich(
        checks.get("lstm_step"), feedback.judge_publicly(checks.get("lstm_step"), crash)
    )
    assert rich.count("raises KeyError") == 2 and rich.count(feedback.AS_ABOVE) == 4


def test_the_worst_entry_is_shown_with_index_and_values(capsys):
    def off(params, x, h, c):
        values = right.step(params, x, h, c)
        values["g"] = values["g"].copy()
        values["g"][..., 2] += 0.5
        return values

    with pytest.raises(NotYet):
        check("lstm_step", off)
    shown = capsys.readouterr().out
    assert "g is wrong at 1 of 4 entries; the worst is [2]: yours is" in shown
    assert "(g: expected" in shown


def test_an_untouched_stub_is_not_answered_yet(capsys):
    def stub(params, x, h, c):
        raise NotImplementedError

    with pytest.raises(NotYet, match="lstm_step is not answered yet"):
        check("lstm_step", stub)
    assert "not answered yet" in capsys.readouterr().out


def test_an_exception_is_shown_with_the_students_line(capsys):
    def broken(params, x, h, c):
        return params["W_q"]

    with pytest.raises(NotYet):
        check("lstm_step", broken)
    shown = capsys.readouterr().out
    assert "KeyError: 'W_q'" in shown and 'return params["W_q"]' in shown


def test_an_unknown_name_lists_near_ones():
    with pytest.raises(ValueError, match="did you mean lstm_step"):
        check("lstm_stepp", None)
    with pytest.raises(ValueError, match="did you mean"):
        hint("lstm_stepp")


def test_hints_come_in_steps_and_the_last_one_stays(capsys):
    steps = len(checks.get("lstm_step").hints)
    shown = []
    for _ in range(steps + 1):
        hint("lstm_step")
        shown.append(capsys.readouterr().out)
    assert [line.split()[1] for line in shown] == [*map(str, range(1, steps + 1)), str(steps)]
    assert "This is the last one." in shown[-1] and "last one" not in shown[0]


def test_the_same_answer_gets_the_same_words(capsys):
    words = []
    for _ in range(2):
        with pytest.raises(NotYet):
            check("lstm_step", lambda p, x, h, c: right.step(p, x, 0.9 * h, c))
        words.append(capsys.readouterr().out)
    assert words[0] == words[1]


def test_words_from_an_answer_are_escaped_in_html():
    def hostile(params, x, h, c):
        raise ValueError("<script>alert(1)</script>")

    spec = checks.get("lstm_step")
    html = feedback.rich(spec, evaluate(spec, InProcess(hostile), np.random.default_rng(0)))
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_the_students_arrays_are_never_handed_to_the_reference():
    """An answer that spoils its inputs does not spoil the next case."""

    def spoiling(params, x, h, c):
        values = right.step(params, x, h, c)
        for array in params.values():
            array[...] = 0
        return values

    spec = checks.get("lstm_step")
    outcome = evaluate(spec, InProcess(spoiling), np.random.default_rng(0))
    assert [part.passed for part in outcome.parts] == [True] * 5 + [False]
