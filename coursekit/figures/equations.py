"""The equations of every cell, typeset from one source."""

from typing import Final

EQUATIONS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "elman": (("h", r"\tanh(W x_t + U h_{t-1} + b)"),),
    "carousel": (
        ("c", r"c_{t-1} + W x_t + b"),
        ("h", r"c_t"),
    ),
    "lstm_1997": (
        ("i", r"\sigma(W_i x_t + U_i h_{t-1} + b_i)"),
        ("o", r"\sigma(W_o x_t + U_o h_{t-1} + b_o)"),
        ("g", r"\tanh(W_g x_t + U_g h_{t-1} + b_g)"),
        ("c", r"c_{t-1} + i_t \odot g_t"),
        ("h", r"o_t \odot \tanh(c_t)"),
    ),
    "lstm": (
        ("i", r"\sigma(W_i x_t + U_i h_{t-1} + b_i)"),
        ("f", r"\sigma(W_f x_t + U_f h_{t-1} + b_f)"),
        ("o", r"\sigma(W_o x_t + U_o h_{t-1} + b_o)"),
        ("g", r"\tanh(W_g x_t + U_g h_{t-1} + b_g)"),
        ("c", r"f_t \odot c_{t-1} + i_t \odot g_t"),
        ("h", r"o_t \odot \tanh(c_t)"),
    ),
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
        return tuple(f"{letter}_t = {right}" for letter, right in EQUATIONS[self.cell])

    def _repr_latex_(self) -> str:
        body = r" \\ ".join(line.replace(" = ", " &= ", 1) for line in self.lines)
        return rf"$$\begin{{aligned}} {body} \end{{aligned}}$$"

    def __repr__(self) -> str:
        return "\n".join(self.lines)


def equations(cell: str) -> Equations:
    """Return a cell's equations, for the last line of a notebook cell.

    Args:
        cell: "elman", "carousel", "lstm_1997" or "lstm".

    >>> equations("carousel")
    c_t = c_{t-1} + W x_t + b
    h_t = c_t
    """
    return Equations(cell)
