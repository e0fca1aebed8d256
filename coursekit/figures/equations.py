"""The equations of every cell, typeset from the one place where they stand: the cell's docstring.

A line of the docstring, indented by four spaces, is an equation in plain letters:

    c_t = f_t c_{t-1} + i_t g_t      what is kept, and what is stored

A capital letter before a small one is a product with a matrix, two small ones side by side are
multiplied entry by entry, ``*`` is a convolution; what stands after two spaces is a remark.
"""

import re
from types import ModuleType
from typing import Final, NamedTuple

from coursekit import cells

TOKEN: Final = re.compile(r"[A-Za-z]+(?:_(?:\{[^}]*\}|[A-Za-z0-9]+))?|\d+|\S")
LINE: Final = re.compile(r"^ {4}(?P<left>\w+) +=  ?(?P<right>\S.*?)(?: {2,}(?P<remark>\S.*))?$")
FUNCTIONS: Final = ("sigma", "tanh")


class Equation(NamedTuple):
    """One line of a cell's docstring."""

    left: str  # as it is typed: i_t
    right: str
    remark: str

    @property
    def letter(self) -> str:
        """What is computed: i of i_t."""
        return self.left.split("_")[0]

    @property
    def latex(self) -> str:
        """The whole equation, typeset."""
        return f"{typeset(self.left)} = {typeset(self.right)}"


def cell_equations(cell: ModuleType) -> tuple[Equation, ...]:
    """The equations of a cell, in the order in which they are computed.

    >>> [equation.left for equation in cell_equations(cells.carousel)]
    ['c_t', 'h_t']
    """
    found = (LINE.match(line) for line in (cell.__doc__ or "").splitlines())
    return tuple(
        Equation(match["left"], match["right"], match["remark"] or "") for match in found if match
    )


def tokens(text: str) -> list[tuple[str, str]]:
    """An expression in pieces, each with how it is joined to the one before.

    The joints are "matrix" (a product with a matrix), "entries" (entry by entry) and "" (none, for
    there is an operator or a bracket).

    >>> tokens("U_g (r_t h_t)")
    [('U_g', ''), ('(', 'matrix'), ('r_t', ''), ('h_t', 'entries'), (')', '')]
    """
    pieces, before = [], ""
    for token in TOKEN.findall(text):
        starts = token == "(" or token[0].isalnum()
        ends = before == ")" or (before[:1].isalnum() and before not in FUNCTIONS)
        joint = ""
        if starts and ends and not before.startswith("sum_"):
            joint = "matrix" if before[0].isupper() else "entries"
        pieces.append((token, joint))
        before = token
    return pieces


def typeset(text: str) -> str:
    r"""An expression in plain letters as LaTeX.

    >>> print(typeset("f_t c_{t-1} + sigma(W_i x_t)"))
    f_t \odot c_{t-1} + \sigma(W_i x_t)
    """
    result = ""
    for token, joint in tokens(text):
        if token in "+-*=":
            result += r" \ast " if token == "*" else f" {token} "
            continue
        result += {"matrix": " ", "entries": r" \odot ", "": ""}[joint]
        name, _, index = token.partition("_")
        if len(name) > 1 and name.isalpha():
            name = rf"\{name}" if name in (*FUNCTIONS, "sum") else rf"\mathrm{{{name}}}"
        result += name
        if index:
            result += f"_{index}" if len(index) == 1 or index[0] == "{" else f"_{{{index}}}"
        if name == r"\sum":
            result += " "
    return result


EQUATIONS: Final[dict[str, tuple[Equation, ...]]] = {
    name: cell_equations(getattr(cells, name))
    for name in cells.__all__
    if isinstance(getattr(cells, name), ModuleType) and cell_equations(getattr(cells, name))
}


class Equations:
    """A cell's equations: typeset in a notebook, LaTeX source in plain text."""

    def __init__(self, cell: str) -> None:
        if cell not in EQUATIONS:
            raise ValueError(f"cell is {cell!r}, expected one of {', '.join(EQUATIONS)}")
        self.cell = cell

    @property
    def lines(self) -> tuple[str, ...]:
        """One equation a line: `c_t = ...`."""
        return tuple(equation.latex for equation in EQUATIONS[self.cell])

    def _repr_latex_(self) -> str:
        body = r" \\ ".join(line.replace(" = ", " &= ", 1) for line in self.lines)
        return rf"$$\begin{{aligned}} {body} \end{{aligned}}$$"

    def __repr__(self) -> str:
        return "\n".join(self.lines)


def equations(cell: str) -> Equations:
    """Return a cell's equations, for the last line of a notebook cell.

    Args:
        cell: the name of a module of `coursekit.cells`, such as "lstm".

    Raises:
        ValueError: there is no such cell; the message lists those that there are.

    >>> equations("carousel")
    c_t = c_{t-1} + W x_t + b
    h_t = c_t
    """
    return Equations(cell)
