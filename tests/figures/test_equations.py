"""One place for an equation: what is typeset, what the quiz takes, and what the code computes."""

import re
from types import ModuleType

import numpy as np
import pytest

from coursekit import cells, checks, figures
from coursekit.cells.convolution import convolve
from coursekit.cells.parameters import map_arrays
from coursekit.figures.equations import EQUATIONS, cell_equations, tokens, typeset

CELLS = [name for name in cells.__all__ if isinstance(getattr(cells, name), ModuleType)]
TREES = ("tree_lstm", "nary_tree_lstm")
SEQUENCES = [name for name in CELLS if name not in TREES]


class Kernel:
    """A matrix of convolutions: ``W @ x`` is a convolution."""

    def __init__(self, values):
        self.values = values

    def __matmul__(self, x):
        return convolve(x, self.values)


def as_python(text):
    """An equation in plain letters as an expression that Python evaluates."""
    result = ""
    for token, joint in tokens(text):
        token = {"h_{t-1}": "h_before", "c_{t-1}": "c_before", "*": "@"}.get(token, token)
        result += {"matrix": " @ ", "entries": " * ", "": " "}[joint] + token
    return result


@pytest.mark.parametrize("name", SEQUENCES)
def test_the_code_computes_what_its_docstring_says(name):
    """Every line evaluated in its order, on random numbers, beside the cell's own step."""
    cell, rng = getattr(cells, name), np.random.default_rng(0)
    extra = {"kernel": 3, "size": (3, 4)} if name == "conv_lstm" else {}
    params = cell.init(rng, 2, 3, **extra)
    params = map_arrays(lambda array: rng.normal(size=array.shape), params)
    state = map_arrays(lambda array: rng.normal(size=array.shape), cell.initial_state(params))
    x = rng.normal(size=(2, *extra.get("size", ())))
    values = {"sigma": cells.sigmoid, "tanh": np.tanh, "x_t": x, **params._asdict()}
    if name == "conv_lstm":
        for letter, array in params._asdict().items():
            values[letter] = Kernel(array) if array.ndim == 4 else array
            if array.ndim == 1:
                values[letter] = array[:, None, None]
    values |= {f"{letter}_before": value for letter, value in state._asdict().items()}
    for equation in cell_equations(cell):
        values[equation.left] = eval(as_python(equation.right), {"__builtins__": {}}, values)
    after, trace = cell.step(params, x, state)
    for letter, array in after._asdict().items():
        np.testing.assert_allclose(values[f"{letter}_t"], array, rtol=1e-12, atol=1e-14)
    said = {equation.letter for equation in cell_equations(cell)}
    for letter in said & set(trace._fields):
        np.testing.assert_allclose(values[f"{letter}_t"], getattr(trace, letter), rtol=1e-12)


@pytest.mark.parametrize("name", CELLS)
def test_every_cell_has_equations_that_name_all_its_weights(name):
    module = getattr(cells, name)
    text = " ".join(f"{line.left} {line.right}" for line in EQUATIONS[name])
    found = {re.sub(r"_([a-z])[kl]+$", r"_\1", word) for word in re.findall(r"[WUbp]\w*", text)}
    assert found == set(module.Params._fields)
    assert len(EQUATIONS[name]) >= 2


@pytest.mark.parametrize("name", CELLS)
def test_what_is_typeset_can_be_set(name):
    """Matplotlib's own typesetter reads every line; brackets and braces close."""
    from matplotlib.mathtext import MathTextParser

    for line in figures.equations(name).lines:
        assert line.count("{") == line.count("}") and line.count("(") == line.count(")")
        MathTextParser("path").parse(f"${line}$")


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("o_t tanh(c_t)", r"o_t \odot \tanh(c_t)"),
        ("tanh (W_g x_t + b_g)", r"\tanh(W_g x_t + b_g)"),
        ("(1 - z_t) h_{t-1} + z_t g_t", r"(1 - z_t) \odot h_{t-1} + z_t \odot g_t"),
        ("U_g (r_t h_{t-1}) + b_hg", r"U_g (r_t \odot h_{t-1}) + b_{hg}"),
        ("W_i * x_t", r"W_i \ast x_t"),
        ("sum_k f_tk c_k", r"\sum_k f_{tk} \odot c_k"),
        ("net_t", r"\mathrm{net}_t"),
    ],
)
def test_plain_letters_become_latex(text, latex):
    assert typeset(text) == latex


QUIZ = {  # the question, the cell and the letter whose equation it asks for
    "q_eq_state": ("lstm", "c"),
    "q_eq_output": ("lstm", "h"),
    "q_eq_blend": ("gru", "h"),
    "q_eq_candidate": ("gru", "g"),
}


@pytest.mark.parametrize("question", QUIZ)
def test_the_quiz_takes_the_equation_of_the_docstring(question):
    """The reference answer and the docstring's line are one as the quiz itself compares them."""
    cell, letter = QUIZ[question]
    (line,) = [line for line in EQUATIONS[cell] if line.letter == letter]
    text = as_python(line.right)
    for ours, theirs in ((r"\b(\w)_before\b", r"\1_prev"), (r"\b([a-z])_t\b", r"\1")):
        text = re.sub(ours, theirs, text)
    text = re.sub(r"\b([WUb])_\w\b", r"\1", text)
    assert checks.get(question).compare(text, checks.get(question).reference()) is None
    assert checks.get(question).compare(f"2 * ({text})", checks.get(question).reference())
