"""Equations are compared as mathematics: equal forms pass, others fail, hostile text is refused."""

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.checks.equations import FUNCTIONS, EquationError, difference, parse

VECTORS = dict.fromkeys(("f", "i", "g", "c_prev", "h_prev", "o"), (3,))
MATRICES = {"W": (3, 2), "x": (2,), "U": (3, 3), "h": (3,), "b": (3,), "D": (3, 3)}


def same(first: str, second: str, shapes: dict = VECTORS) -> bool:
    return difference(parse(first, shapes), parse(second, shapes), shapes, seed=7) is None


@pytest.mark.parametrize(
    "text",
    [
        "i*g + c_prev*f",
        "g * i - (-f) * c_prev",
        "c_prev - (1 - f) * c_prev + g * i",
        "f * (c_prev + i * g) + (1 - f) * i * g",
        "(f * c_prev / 2 + i * g / 2) * 2",
        "((f*c_prev)**1 + g*i) / 1.0",
        "  f * c_prev\n   + i * g  ",
        "(2*sigma(2*g) - 1 - tanh(g)) + f*c_prev + i*g",
    ],
)
def test_equivalent_forms_of_the_state_are_accepted(text: str) -> None:
    assert same(text, "f * c_prev + i * g")


@pytest.mark.parametrize(
    "text",
    [
        "i * c_prev + f * g",
        "f * c_prev + (1 - f) * g",
        "f * c_prev + i * g + 0.001 * o",
        "c_prev + i * g",
        "f * c_prev * i * g",
        "f * c_prev + i * tanh(g)",
        "f @ c_prev + i @ g",
        "1",
    ],
)
def test_other_equations_are_rejected(text: str) -> None:
    assert not same(text, "f * c_prev + i * g")


def test_matrix_products_have_an_order() -> None:
    assert same("D @ U", "D @ U", MATRICES)
    assert not same("U @ D", "D @ U", MATRICES)
    assert not same("D * U", "D @ U", MATRICES)
    assert same("U @ h + W @ x", "W @ x + U @ h", MATRICES)
    assert same("tanh(b + U @ (2 * h) + W @ x)", "tanh(W @ x + 2 * (U @ h) + b)", MATRICES)


def test_a_product_of_wrong_shapes_is_explained() -> None:
    said = difference(parse("x @ W", MATRICES), parse("W @ x", MATRICES), MATRICES, seed=0)
    assert said is not None and "shapes (2,) and (3, 2)" in said
    said = difference(parse("W * x", MATRICES), parse("W @ x", MATRICES), MATRICES, seed=0)
    assert said is not None and "(3, 2)" in said and "matrix times vector" in said


NAMES = list(VECTORS)
leaf = st.sampled_from([*NAMES, "2", "0.5", "3.25"])
trees = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from("+-*"), inner, inner),
        st.tuples(st.sampled_from(["tanh", "sigma"]), inner),
    ),
    max_leaves=10,
)


def write(tree: object) -> str:
    """The tree as text, every operation in brackets."""
    match tree:
        case (str(op), left, right):
            return f"({write(left)} {op} {write(right)})"
        case (str(name), inner):
            return f"{name}({write(inner)})"
    return str(tree)


def rewrite(tree: object) -> str:
    """Another form of the same tree: sums and products turned round, factors multiplied out."""
    match tree:
        case ("*", ("+", a, b), c) | ("*", c, ("+", a, b)):
            return f"({rewrite(c)} * {rewrite(b)} + {rewrite(a)} * {rewrite(c)})"
        case ("+" | "*" as op, left, right):
            return f"({rewrite(right)} {op} {rewrite(left)})"
        case ("-", left, right):
            return f"(-({rewrite(right)}) + {rewrite(left)})"
        case ("tanh", inner):
            return f"(2 * sigma(2 * ({rewrite(inner)})) - 1)"
        case ("sigma", inner):
            return f"(1 / (1 + exp(-({rewrite(inner)}))))"
    return str(tree)


@settings(max_examples=150, deadline=None)
@given(trees)
def test_rewritten_forms_are_accepted(tree: object) -> None:
    first, second = write(tree), rewrite(tree)
    if len(first) <= 400 and len(second) <= 400:
        assert same(f"0 * f + {first}", f"{second} + 0 * f")


@settings(max_examples=150, deadline=None)
@given(trees, trees)
def test_agreement_with_plain_python(first: object, second: object) -> None:
    """Two trees pass as equal exactly when plain floats agree at points of our own choice."""
    texts = [f"0 * f + {write(tree)}" for tree in (first, second)]
    rng = np.random.default_rng(99)
    gaps = []
    for _ in range(4):
        values = {name: float(rng.normal()) for name in NAMES}
        words = {"tanh": math.tanh, "sigma": lambda net: 1 / (1 + math.exp(-net)), **values}
        a, b = (eval(text, {"__builtins__": {}}, words) for text in texts)
        gaps.append(abs(a - b) / (1 + abs(a)))
    if max(gaps) > 1e-4:
        assert not same(*texts)
    elif max(gaps) < 1e-13:
        assert same(*texts)


HOSTILE = [
    "9**9**9",
    "9" * 399,
    "1e999",
    "(" * 200 + "f" + ")" * 199,
    "-" * 399 + "f",
    "f" + "+f" * 6000,
    "f.__class__",
    "().__class__.__bases__[0].__subclasses__()",
    "__import__('os').system('true')",
    "lambda: f",
    "[f for f in f]",
    "f if f else f",
    "f and g",
    "f < g",
    "f // g",
    "f % g",
    "~f",
    "'f'",
    "1j",
    "True",
    "None",
    "...",
    "f[0]",
    "{}",
    "(f, g)",
    "*f",
    "f := g",
    "tanh",
    "tanh()",
    "tanh(f, g)",
    "tanh(net=f)",
    "tanh(*f)",
    "sigma(sigma)",
    "exp.real",
    "f(g)",
    "open('x')",
    "f g",
    "c_t = f * c_prev",
    "f == g",
    "f^2",
    "q" * 100,
    "f\0",
    "\ud800",
    "",
    "   ",
    "exp(exp(exp(exp(9 + f*f))))",
    "1/0",
    "f/0",
    "(f - 10)**0.5",
    "f**g",
    "0/0 * f",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:24]))
def test_hostile_text_is_refused_with_a_sentence(text: str) -> None:
    try:
        equation = parse(text, VECTORS)
    except EquationError as error:
        assert len(str(error)) > 20
        return
    wanted = parse("f * c_prev + i * g", VECTORS)
    said = difference(equation, wanted, VECTORS, seed=0)
    assert said is not None and len(said) > 20


@pytest.mark.parametrize(
    "answer", [None, 3, 2.5, True, b"f", ["f"], {"f": 1}, float("nan"), object(), 10**9]
)
def test_what_is_no_text_is_refused(answer: object) -> None:
    with pytest.raises(EquationError, match="in quotes"):
        parse(answer, VECTORS)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80) | st.text("fgico_prev()+-*/@.0123456789 ,[]lambda", max_size=60))
def test_any_text_is_an_equation_or_an_error_of_ours(text: str) -> None:
    with contextlib.suppress(EquationError):
        difference(parse(text, VECTORS), parse("f", VECTORS), VECTORS, seed=0)


def test_the_functions_are_the_three_of_the_course() -> None:
    assert set(FUNCTIONS) == {"sigma", "tanh", "exp"}


def test_what_people_bring_along_from_python_is_named():
    shapes = {"U": (3, 3), "c": (3,)}
    with pytest.raises(EquationError, match=r"write tanh\(\.\.\.\) without np"):
        parse("np.tanh(c)", shapes)
    with pytest.raises(EquationError, match=r"U\.T: nothing has to be transposed"):
        parse("U.T @ c", shapes)
