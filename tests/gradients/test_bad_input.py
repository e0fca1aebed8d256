"""Bad input to the gradients: what was given, what was expected, what to do."""

import numpy as np
import pytest

from coursekit.cells import carousel, elman, elman_linear, evolino_lstm, lstm, lstm_1997
from coursekit.gradients import bptt, gradient_by_time, state_jacobian, truncated, unroll

TIME, INPUTS, UNITS = 5, 3, 2


def made(cell, units=UNITS, inputs=INPUTS):
    return cell.init(np.random.default_rng(0), inputs, units)


def run_of(cell, units=UNITS):
    return unroll(cell, made(cell, units), np.ones((TIME, INPUTS)))


@pytest.mark.parametrize(
    ("xs", "message"),
    [
        (np.ones(3), r"xs has shape \(3,\); a sequence is \(time, ..., inputs\).*xs\[:, None\]"),
        (5.0, r"xs has shape \(\); a sequence is"),
        (np.ones((0, 3)), "xs has no time steps; pass at least one"),
        (np.ones((5, 4)), r"xs has 4 features on its last axis, but params\.W_i takes 3"),
        (np.ones((3, 5)), r"xs has 5 features on its last axis.*the axes are \(time"),
        ([[1.0, np.nan, 1.0]], r"xs holds nan at \(0, 1\); every number must be finite"),
        ([[1.0, 1.0, -np.inf]], r"xs holds -inf at \(0, 2\)"),
        ([[1.0, 2.0, 3.0], [1.0]], r"xs has rows of different lengths; pass an array, \(time"),
        ("BTXSE", r"xs has dtype <U5; pass numbers, \(time, ..., inputs\)"),
        (None, r"xs has dtype object; pass numbers"),
        (np.ones((5, 3), dtype=complex), r"xs has dtype complex128; pass numbers"),
    ],
    ids=lambda value: None if isinstance(value, str) else type(value).__name__,
)
def test_unroll_names_what_is_wrong_with_xs(xs, message):
    with pytest.raises(ValueError, match=message):
        unroll(lstm, made(lstm), xs)


def test_unroll_names_a_state_that_does_not_fit():
    params, xs = made(lstm), np.ones((TIME, 4, INPUTS))
    with pytest.raises(ValueError, match=r"state is a coursekit\.cells\.elman\.State, but .*lstm "):
        unroll(lstm, params, xs, elman.initial_state(made(elman), (4,)))
    with pytest.raises(ValueError, match=r"state is a coursekit\.cells\.carousel\.State"):
        unroll(lstm, params, xs, carousel.initial_state(made(carousel), (4,)))
    with pytest.raises(ValueError, match=r"state is a builtins\.tuple"):
        unroll(lstm, params, xs, (np.zeros((4, 2)), np.zeros((4, 2))))
    with pytest.raises(ValueError, match=r"state\.h has shape \(2,\), .*\(4, 2\).*batch=\(4,\)"):
        unroll(lstm, params, xs, lstm.initial_state(params))
    broken = lstm.State(h=np.zeros((4, 2)), c=np.full((4, 2), np.nan))
    with pytest.raises(ValueError, match=r"state\.c holds nan at \(0, 0\)"):
        unroll(lstm, params, xs, broken)


def calls(cell, params, run):
    """Every function that takes a cell, its parameters and a run."""
    grad_h = np.ones((TIME, UNITS))
    return {
        "bptt": lambda: bptt(cell, params, run, grad_h),
        "gradient_by_time": lambda: gradient_by_time(cell, params, run, grad_h),
        "state_jacobian": lambda: state_jacobian(cell, params, run, 0, TIME),
        "truncated": lambda: truncated(cell, params, run, grad_h),
    }


each = pytest.mark.parametrize("name", calls(lstm, None, None))


@each
def test_parameters_of_another_cell(name):
    call = calls(lstm, made(lstm_1997), run_of(lstm))[name]
    with pytest.raises(ValueError, match=r"params is a .*lstm_1997\.Params, but .*\.lstm takes"):
        call()
    with pytest.raises(ValueError, match=r"params is a .*elman\.Params, but .*\.lstm takes"):
        unroll(lstm, made(elman), np.ones((TIME, INPUTS)))


@each
def test_a_run_of_another_cell(name):
    call = calls(lstm, made(lstm), run_of(lstm_1997))[name]
    with pytest.raises(ValueError, match=r"run holds a .*lstm_1997\.Trace.*the cell that was unr"):
        call()


@each
def test_a_run_of_other_parameters(name):
    call = calls(lstm, made(lstm, units=4), run_of(lstm))[name]
    with pytest.raises(ValueError, match=r"3 inputs and 2 units, but params has 3 and 4; pass"):
        call()


@each
@pytest.mark.parametrize("wrong", [None, np.ones((TIME, UNITS)), run_of(lstm).states], ids=type)
def test_something_that_is_no_run(name, wrong):
    with pytest.raises(ValueError, match=r"run is a .*; pass what unroll\(cell, params, xs\) ret"):
        calls(lstm, made(lstm), wrong)[name]()


@each
@pytest.mark.parametrize("wrong", [None, lstm.step, "lstm"], ids=type)
def test_something_that_is_no_cell(name, wrong):
    with pytest.raises(ValueError, match=r"cell is .*; pass a module of coursekit\.cells"):
        calls(wrong, made(lstm), run_of(lstm))[name]()
    with pytest.raises(ValueError, match=r"cell is .*; pass a module of coursekit\.cells"):
        unroll(wrong, made(lstm), np.ones((TIME, INPUTS)))


@pytest.mark.parametrize("function", [bptt, gradient_by_time, truncated])
def test_error_of_the_wrong_shape_or_not_finite(function):
    params, run = made(lstm), run_of(lstm)
    for wrong in (np.ones((TIME - 1, UNITS)), np.ones(UNITS), np.ones((TIME, UNITS + 1)), 1.0):
        with pytest.raises(ValueError, match=r"grad_h has shape .* but the run's h has \(5, 2\)"):
            function(lstm, params, run, wrong)
    error = np.ones((TIME, UNITS))
    error[3, 1] = np.nan
    with pytest.raises(ValueError, match=r"grad_h holds nan at \(3, 1\); every number must"):
        function(lstm, params, run, error)


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_a_net_that_exploded_may_be_asked_for_its_gradient():
    """A demonstration may explode: the answer is not finite, and no error."""
    params = made(elman_linear)._replace(U=1e10 * np.eye(UNITS))
    run = unroll(elman_linear, params, np.ones((50, INPUTS)))
    assert not np.isfinite(run.states.h).all()
    gradient = bptt(elman_linear, params, run, run.states.h).params
    assert not np.isfinite(gradient.U).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"U": np.ones((2, 3))},
            r"params\.U has shape \(2, 3\), but 2 units and 3 inputs need",
        ),
        ({"W": np.ones(3)}, r"params\.W has shape \(3,\), but 2 units and 3 inputs need \(2, 3\)"),
        (
            {"b": np.ones((2, 1))},
            r"params\.W has shape .* W is \(units, inputs\), U \(units",
        ),
        ({"U": [[1.0, 2.0]]}, r"params\.U is .*; pass an array of numbers"),
        ({"U": np.array([["a", "b"]])}, r"params\.U is .*; pass an array of numbers"),
        ({"U": np.array([[0, np.inf], [0, 0]])}, r"params\.U holds inf at \(0, 1\); weights must"),
    ],
    ids=["U", "W", "b", "list", "letters", "inf"],
)
def test_weights_that_do_not_fit_together(change, message):
    with pytest.raises(ValueError, match=message):
        unroll(elman, made(elman)._replace(**change), np.ones((TIME, INPUTS)))


@pytest.mark.parametrize(
    ("start", "stop", "message"),
    [
        (3, 2, r"start=3 and stop=2 do not fit a run of 5 steps; pass 0 <= start <= stop <= 5"),
        (0, 6, r"start=0 and stop=6 do not fit a run of 5 steps"),
        (-1, 3, r"start is -1; pass a whole number, 0 or more"),
        (0, 2.5, r"stop is 2\.5; pass a whole number"),
        ("0", 2, r"start is '0'; pass a whole number"),
    ],
)
def test_a_span_outside_the_run(start, stop, message):
    with pytest.raises(ValueError, match=message):
        state_jacobian(lstm, made(lstm), run_of(lstm), start, stop)


def test_a_letter_or_field_that_the_cell_has_not():
    with pytest.raises(ValueError, match=r"elman has no field 'c'; it has h"):
        state_jacobian(elman, made(elman), run_of(elman), 0, TIME, field="c")
    with pytest.raises(ValueError, match=r"has no 'f'; it has x, i, o, g, c, squashed, h"):
        run_of(lstm_1997).trace("f")
    with pytest.raises(ValueError, match=r"has no 'previous'"):
        run_of(lstm).trace("previous")


@pytest.mark.parametrize("cell", [elman, carousel, evolino_lstm])
def test_the_truncated_rule_needs_gates(cell):
    with pytest.raises(
        ValueError, match=r"has no input gate.*for lstm_1997, lstm and peephole_lstm"
    ):
        truncated(cell, made(cell), run_of(cell), np.ones((TIME, UNITS)))
