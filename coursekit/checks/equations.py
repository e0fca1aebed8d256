"""Equations typed by a student, compared as mathematics and never run as Python.

An answer such as ``"f * c_prev + i * g"`` is parsed to a syntax tree, every node is held against a
short white list, and the tree is evaluated on random draws beside the reference. Any equivalent
form is accepted. Numbers become floats, so that ``9**9**9`` overflows at once and does not hang.
"""

import ast
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coursekit.cells.activations import sigmoid

Array = NDArray[np.float64]
Shapes = Mapping[str, tuple[int, ...]]

MAX_LENGTH = 400
MAX_DEPTH = 40
DRAWS = 5
TOLERANCE = 1e-8

FUNCTIONS: dict[str, Callable[[Array], Array]] = {"sigma": sigmoid, "tanh": np.tanh, "exp": np.exp}

_OPERATORS: dict[type[ast.operator], Callable[[Array, Array], Array]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.MatMult: np.matmul,
    ast.Pow: np.power,
}


class EquationError(ValueError):
    """The text is no equation that can be compared; the message says what to write instead."""


@dataclass(frozen=True)
class Equation:
    """A checked tree and the text it came from."""

    text: str
    tree: ast.expr

    def __call__(self, values: Mapping[str, Array]) -> Array:
        """Evaluate the tree on arrays.

        >>> float(parse("2 * f", {"f": ()})({"f": np.float64(0.5)}))
        1.0
        """
        with np.errstate(all="ignore"):
            return np.asarray(_value(self.tree, values))


def parse(text: object, shapes: Shapes) -> Equation:
    """Read one right-hand side in the names of the question.

    Args:
        text: what the student wrote.
        shapes: the names that may occur, each with the shape of its value.

    Raises:
        EquationError: not a string, too long, not an expression, or a word outside the list.

    >>> parse("f * c_prev + i * g", {"f": (3,), "c_prev": (3,), "i": (3,), "g": (3,)}).text
    'f * c_prev + i * g'
    """
    if not isinstance(text, str):
        raise EquationError(
            f"the answer is of type {type(text).__name__}; write the equation as text in quotes, "
            'for example "tanh(net)"'
        )
    text = text.strip()
    if not text:
        raise EquationError("there is no answer yet; write the right-hand side between the quotes")
    if len(text) > MAX_LENGTH:
        raise EquationError(
            f"the answer has {len(text)} characters, more than the {MAX_LENGTH} that are read; "
            "write the equation alone"
        )
    if "=" in text:
        raise EquationError("leave out the left-hand side and the sign =; write what stands right")
    if "^" in text:
        raise EquationError("write a power as **, not as ^")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(" ".join(text.split()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise EquationError(
            "this cannot be read as an equation; write every product, with * (element by element) "
            "or @ (matrix times vector), and close every bracket"
        ) from None
    _admit(tree, shapes, depth=0)
    return Equation(text, tree)


def draw(rng: np.random.Generator, shapes: Shapes) -> dict[str, Array]:
    """Random values for every name: standard normal, of the shape that the question gives."""
    return {name: np.asarray(rng.normal(size=shape)) for name, shape in shapes.items()}


def difference(given: Equation, wanted: Equation, shapes: Shapes, seed: int) -> str | None:
    """Say how two equations differ on random draws, or None when they agree.

    >>> shapes = {"f": (3,), "c": (3,)}
    >>> difference(parse("f * c", shapes), parse("c - (1 - f) * c", shapes), shapes, seed=0)
    """
    rng = np.random.default_rng(seed)
    for _ in range(DRAWS):
        values = draw(rng, shapes)
        expected = wanted(values)
        try:
            result = given(values)
        except EquationError as error:
            return str(error)
        if result.shape != expected.shape:
            return (
                f"the result has shape {result.shape}, but {expected.shape} is wanted; * works "
                "element by element, @ is matrix times vector"
            )
        if not np.all(np.isfinite(result)):
            return "at some values of the letters the result is no finite number"
        scale = 1.0 + float(np.max(np.abs(expected), initial=0.0))
        if float(np.max(np.abs(result - expected), initial=0.0)) > TOLERANCE * scale:
            return "at random values of the letters the result differs from the right one"
    return None


def _admit(node: ast.AST, shapes: Shapes, depth: int) -> None:
    """Refuse every node that is not on the white list."""
    if depth > MAX_DEPTH:
        raise EquationError("the equation is nested too deeply; write it in a simpler form")
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            if type(op) not in _OPERATORS:
                raise EquationError("only + - * / @ ** may stand between two terms")
            _admit(left, shapes, depth + 1)
            _admit(right, shapes, depth + 1)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            _admit(operand, shapes, depth + 1)
        case ast.Constant(value=value):
            _number(value)
        case ast.Name(id=name):
            if name in FUNCTIONS:
                raise EquationError(f"{name} is a function; say of what, as in {name}(net)")
            if name not in shapes:
                raise EquationError(f"the name {_short(name)} is not among {', '.join(shapes)}")
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]):
            if name not in FUNCTIONS:
                raise EquationError(
                    f"{_short(name)}(...) is no function here; there are {', '.join(FUNCTIONS)}, "
                    "and a product is written with * or @"
                )
            _admit(argument, shapes, depth + 1)
        case ast.Attribute(value=ast.Name(id=name), attr="T") if name in shapes:
            raise EquationError(
                f"{name}.T: nothing has to be transposed here; it is an error on its way back that "
                "meets the transpose"
            )
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=name)):
            raise EquationError(f"write {_short(name)}(...) without np in front of it")
        case _:
            raise EquationError(
                "an equation is made of the names of the question, numbers, + - * / @ **, "
                f"brackets and {', '.join(FUNCTIONS)} of one argument; here stands something else"
            )


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EquationError("only plain numbers may stand beside the names")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise EquationError("a number in the equation is too large")
    return number


def _value(node: ast.expr, values: Mapping[str, Array]) -> Array:
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _value(left, values), _value(right, values)
            try:
                return _OPERATORS[type(op)](a, b)
            except ValueError:
                raise EquationError(
                    f"shapes {np.shape(a)} and {np.shape(b)} do not go together; @ is matrix "
                    "times vector, * works element by element"
                ) from None
        case ast.UnaryOp(op=op, operand=operand):
            inner = _value(operand, values)
            return -inner if isinstance(op, ast.USub) else inner
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return FUNCTIONS[name](_value(argument, values))
        case ast.Name(id=name):
            return values[name]
        case ast.Constant(value=value):
            return np.asarray(_number(value))
    raise EquationError("here stands something that is no equation")


def _short(name: str) -> str:
    return name if len(name) <= 20 else name[:20] + "..."
