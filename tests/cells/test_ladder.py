"""The ladder: short modules, and neighbours that differ by their one named change."""

import ast
import difflib
import inspect
from pathlib import Path

import numpy as np
import pytest

from coursekit.cells import (
    carousel,
    coupled_lstm,
    elman,
    elman_linear,
    elman_logistic,
    evolino_lstm,
    gru,
    gru_reset_after,
    lstm,
    lstm_1997,
    peephole_lstm,
    state_peephole_lstm,
)

CELLS = [
    *(elman, elman_linear, elman_logistic, carousel, lstm_1997, lstm),
    *(peephole_lstm, coupled_lstm, state_peephole_lstm, gru, gru_reset_after, evolino_lstm),
]
SLIDE = 40  # lines that can be read from the back of a lecture room


def lines(cell):
    return Path(cell.__file__).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__)
def test_a_module_is_short(cell):
    assert len(lines(cell)) <= 130


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__)
def test_a_module_has_the_functions_of_the_contract(cell):
    wanted = {
        "init": ["rng", "inputs", "units"],
        "initial_state": ["params", "batch"],
        "step": ["params", "x", "state"],
        "step_back": ["params", "trace", "grad_state"],
    }
    for name, arguments in wanted.items():
        assert list(inspect.signature(getattr(cell, name)).parameters) == arguments
    for name in ("State", "Params", "Trace"):
        assert issubclass(getattr(cell, name), tuple)
    assert {"x", "previous", "h"} <= set(cell.Trace._fields)


def body(cell, name):
    """The statements of a function, docstring and type annotations left out."""
    tree = ast.parse(inspect.getsource(getattr(cell, name)))
    return [ast.unparse(statement) for statement in tree.body[0].body[1:]]


def changed(one, other, name):
    rows = difflib.ndiff(body(one, name), body(other, name))
    return [row for row in rows if row[0] in "+-"]


@pytest.mark.parametrize(
    ("lower", "upper", "name", "most"),
    [
        (elman, elman_linear, "step", 4),
        (elman, elman_logistic, "step", 4),
        (elman, carousel, "step", 6),
        (lstm_1997, lstm, "step", 5),
        (lstm_1997, lstm, "step_back", 13),
        (lstm, peephole_lstm, "step", 8),
        (lstm, coupled_lstm, "step", 3),
        (lstm, state_peephole_lstm, "step", 13),
        (gru, gru_reset_after, "step", 7),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_neighbours_differ_by_few_statements(lower, upper, name, most):
    assert 0 < len(changed(lower, upper, name)) <= most


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        *((elman, carousel), (carousel, lstm_1997), (lstm_1997, lstm), (lstm, peephole_lstm)),
        *((lstm, coupled_lstm), (coupled_lstm, gru), (gru, gru_reset_after)),
    ],
    ids=lambda cell: cell.__name__,
)
def test_the_equations_diff_fits_on_a_slide(lower, upper):
    """What a slide shows: the equations and the step that is them."""

    def shown(cell):
        return cell.__doc__.splitlines() + body(cell, "step")

    rows = difflib.unified_diff(shown(lower), shown(upper), lineterm="")
    assert len(list(rows)) <= SLIDE


def test_the_forget_gate_is_the_only_change_from_1997():
    """Every letter but f has the same equation, word for word."""
    old, new = (
        {line.strip().split("=")[0].strip(): line.strip() for line in body(cell, "step")}
        for cell in (lstm_1997, lstm)
    )
    differing = {letter for letter in new if new[letter] != old.get(letter)}
    assert {letter for letter in differing if "return" not in letter} == {"f", "c"}


def test_what_a_rung_changes_is_what_it_says():
    """elman with f the identity and U = I moves like the carousel."""
    rng = np.random.default_rng(0)
    W, b = rng.normal(size=(2, 3)), rng.normal(size=2)
    plain = elman_linear.Params(W=W, U=np.eye(2), b=b)
    wheel = carousel.Params(W=W, b=b)
    h, both = elman_linear.initial_state(plain), carousel.initial_state(wheel)
    for x in rng.normal(size=(20, 3)):
        h, _ = elman_linear.step(plain, x, h)
        both, _ = carousel.step(wheel, x, both)
    np.testing.assert_allclose(both.c, h.h, rtol=1e-12)
    np.testing.assert_array_equal(both.h, both.c)
