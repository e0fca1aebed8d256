"""The letters of the course: what each means here, in the papers, and elsewhere.

One source for docs/notation.md, and for the test that every letter of an equation, in a lesson, in
a docstring, in a figure, is in this table. A row without `only` holds everywhere; a letter that is
borrowed for a while says where: in which lessons ("05"), exercises ("ex04", "quiz") or modules of
coursekit ("kernels/recurrent").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from coursekit.errors import CommandError


@dataclass(frozen=True)
class Symbol:
    """One row: the letters that it covers, how they are printed, and what they mean.

    `letters` are told as in code and docstrings, Greek ones by name. `where` is the lesson that
    introduces them, with its heading.
    """

    letters: str
    shown: str
    meaning: str
    papers: str = ""
    elsewhere: str = ""
    where: str = ""
    only: tuple[str, ...] = ()


CELL: Final = (
    Symbol("x", "$x_t$", "input", "input units", where="01#The simple recurrent net"),
    Symbol(
        "h",
        "$h_t$",
        "output of the cell, hidden state; $h'$ is the one after the step",
        "$y^{c_j}$",
        "“hidden”; Elman's context layer is a copy of $h_{t-1}$",
        "01#The simple recurrent net",
    ),
    Symbol(
        "c",
        "$c_t$",
        "cell state; $c'$ is the one after the step",
        "$s_{c_j}$",
        "some notes call c the context layer, or a pre-activation",
        "05#The cell, and its code",
    ),
    Symbol(
        "i f o",
        "$i_t$, $f_t$, $o_t$",
        "input, forget and output gate",
        "$y^{in_j}$, $y^{\\varphi_j}$ (1997: fixed at 1), $y^{out_j}$",
        "$f^{in}$ and $f^{out}$ on some slides are *not* forget gates",
        "06#The 1997 cell",
    ),
    Symbol(
        "g",
        "$g_t$",
        "candidate",
        "$g(net_{c_j})$",
        "$a_t$, $u_t$, $\\tilde c_t$",
        "06#The 1997 cell",
    ),
    Symbol(
        "z r",
        "$z_t$, $r_t$ (GRU)",
        "update gate, which weighs the *new* candidate; reset gate, applied *before* the product",
        "",
        "in Cho and others 2014 z keeps the old",
        "13#The GRU",
    ),
    Symbol(
        "W U b",
        "$W$, $U$, $b$",
        "weights from $x_t$, weights from $h_{t-1}$, bias; $W_i$ is that of the input gate",
        "$w_{lm}$",
        "$M_{ix}$, $M_{ih}$; $w_x$, $w_h$",
        "01#The simple recurrent net",
    ),
    Symbol(
        "p",
        "$p$",
        "peephole weights, elementwise, from $c$",
        "",
        "$V$",
        "13#Peepholes: the gates see the state",
    ),
    Symbol("net", "$net_t$", "pre-activation", "$net$", "$a$, $z$", "03#The cell"),
    Symbol("w", "$w$", "a single weight, whichever", "$w_{lm}$"),
    Symbol(
        "sigma tanh squash squash_in squash_out",
        "$\\sigma$, $\\tanh$",
        "squashing: the logistic, to $(0, 1)$, and tanh, to $(-1, 1)$; the 1997 functions only as "
        "`squash_in`, `squash_out`",
        "$f$, $g$, $h$",
        "$\\sigma_g$, $\\sigma_c$, $\\sigma_h$; $\\varphi$",
        "03#The slope is small",
    ),
    Symbol(
        "f",
        "$f(net)$, $f'(net)$",
        "any squashing function, and its slope, where a net is plain and has no forget gate",
        "$f$",
        "",
        "03#The cell",
    ),
    Symbol(
        "V d y",
        "$V$, $d$, $y_t$",
        "read-out weights, read-out bias, prediction",
        "$w_{k c}$",
        "",
        "01#The simple recurrent net",
    ),
    Symbol("source", "source", "what a weight multiplies: an input, an old output, or one"),
)

LEARNING: Final = (
    Symbol("target", "$target_t$", "what the prediction should be", "$t_k$, $d_k$"),
    Symbol("L", "$L$", "loss", "$E$", "", "02#The net and its loss"),
    Symbol(
        "delta",
        "$\\delta$",
        "error at a pre-activation, $\\partial L / \\partial net$",
        "$\\delta$, $e$",
        "",
        "02#Backpropagation through time",
    ),
    Symbol(
        "e",
        "$e_t$",
        "error at an output or a state, such as $\\partial L / \\partial h_t$; "
        "in $e^{-net}$ the number 2.718",
        "$e$, $\\vartheta$",
        "",
        "06#How error enters and leaves",
    ),
    Symbol("d partial", "$\\partial L / \\partial w$, dL/dw", "derivative"),
    Symbol("theta", "$\\theta$", "all weights together; in clipping, the longest norm allowed"),
    Symbol("top", "$U^\\top$", "transpose"),
    Symbol("odot ast", "$\\odot$", "product entry by entry; in code and cells no sign at all"),
    Symbol(
        "|",
        "$\\lvert U\\rvert$",
        "spectral norm: the most by which U stretches a vector",
        where="03#A bound",
    ),
    Symbol("I", "$I$", "the unit matrix", where="05#What must hold, for many units"),
)

COUNTING: Final = (
    Symbol("t T", "$t$, $T$", "a time step, the last one; $A^T$ is a transpose in lesson 10"),
    Symbol("n", "$n$", "a number of steps: the lag; or of units, where the text says so"),
    Symbol("k j m l v", "$k$, $j$, $m$, $l$, $v$", "indices: units, sources, layers, cells"),
    Symbol("O", "$O(n^2)$", "order of growth", where="02#The orders, read off"),
)

BORROWED: Final = (
    Symbol("s", "$s_t$", "the trace of a decaying sum", only=("01",)),
    Symbol("s", "$s_t$", "all sources of a step: $(x_t, h_{t-1}, 1)$", only=("06", "07", "ex04")),
    Symbol("s", "$s$", "the size of a nudge; a slope to be found", only=("ex02", "ex05")),
    Symbol("s", "$s$", "a state of the automaton", only=("09",)),
    Symbol("s", "$s$", "size of a mutation; a standard deviation", only=("15", "17")),
    Symbol(
        "N a P q", "$N$, $a$, $P_a$, $q$", "children; a branch, its odds; a bound", only=("14",)
    ),
    Symbol("N C", "$N$, $C$", "cells of a corridor; price of an error", only=("15",)),
    Symbol("H Y", "$H$, $Y$, $H^+$", "all states, all targets; a pseudo-inverse", only=("15",)),
    Symbol(
        "F epsilon eta u",
        "$F$, $\\epsilon_k$, $\\eta$, $u_k$",
        "the score; mutation, step, rank of the mutant",
        only=("15",),
    ),
    Symbol(
        "a pi varphi",
        "$a$, $\\pi$, $\\varphi$",
        "amplitude, 3.14, phase of a wave",
        only=("16", "tasks/series"),
    ),
    Symbol(
        "s",
        "$s_t$",
        "what the children of a tree's node say together",
        only=("14", "cells/tree_lstm", "figures/tree_diagrams"),
    ),
    Symbol("m Q", "$m_s$, $Q$", "mean steps to the end from a state; odds of a move", only=("09",)),
    Symbol(
        "P S",
        "$P_t$, $S_t$",
        "influence of all weights on the state; the part of this step",
        only=("02", "kernels/recurrent"),
    ),
    Symbol(
        "R d o y z",
        "$R$",
        "weights of units that feed back; there d is the target, o the output, z all sources",
        only=("kernels/recurrent",),
    ),
    Symbol(
        "P S Phi", "$P$, $S_n$, $\\Phi$", "odds; a sum of distractors; the normal law", only=("05",)
    ),
    Symbol("P", "$P(...)$", "the odds of something", only=("11", "figures/scores")),
    Symbol("p r", "$p$, $r$", "a number in $(0, 1)$; the scale of a rotation", only=("03",)),
    Symbol("N", "$N$", "number of weights in lesson 06, of states in lesson 10", only=("06", "10")),
    Symbol(
        "A B p q",
        "$A$, $B$, $p_t$, $q$",
        "Markov model: moves, symbols, state odds; $q$ and $p$ also count distractors and symbols",
        only=("10", "papers/competitors"),
    ),
    Symbol(
        "X a", "$X_1$, $X_2$, $a$", "the marked numbers; a bound on their product", only=("11",)
    ),
    Symbol("X Y", "X, Y", "the two symbols whose order counts", only=("12",)),
    Symbol("a u", "$a_t$, $u_t$", "the candidate's names elsewhere", only=("08",)),
    Symbol(
        "D L T V",
        "D, L, T, V",
        "letters of a text, or symbols of a grammar, in a drawing",
        only=("figures/networks",),
    ),
    Symbol(
        "W i o r s m",
        "$W[o, i, a, b]$, $x[i, r, s]$",
        "a kernel from map i to map o; row and column; half a kernel's width",
        only=("14", "cells/convolution"),
    ),
    Symbol("x e", "$x$, $e$", "any number; $e^{2x} - 1$", only=("kernels/squash",)),
    Symbol("F tau", "$F$, $\\tau$", "period of a function, time within it", only=("tasks/timing",)),
    Symbol(
        "E R b a pi log",
        "$R_t$, $b_t$, $a_t$, $\\pi$",
        "return, baseline, action, policy; E is the mean",
        only=("15", "training/policy_gradient"),
    ),
)

HEAD: Final = ("here", "meaning", "1997 / 2000", "elsewhere", "introduced in")
TABLES: Final = {
    "The cell": CELL,
    "Learning": LEARNING,
    "Counting": COUNTING,
    "Borrowed for a while": BORROWED,
}


def rows() -> list[Symbol]:
    """All rows of all tables."""
    return [row for table in TABLES.values() for row in table]


def known(place: str) -> set[str]:
    """The letters that have a meaning at a place.

    Args:
        place: a lesson ("05"), an exercise ("ex04", "quiz"), a module ("cells/lstm").

    Raises:
        CommandError: the place is empty.

    >>> "Q" in known("09"), "Q" in known("03")
    (True, False)
    """
    if not place:
        raise CommandError('Name a place, such as "05", "ex04" or "cells/lstm".')
    letters: set[str] = set()
    for row in rows():
        if not row.only or place in row.only:
            letters.update(row.letters.split())
    return letters


def names() -> set[str]:
    """All letters and names of the table, wherever they hold."""
    return {letter for row in rows() for letter in row.letters.split()}


def page(links: Mapping[str, str]) -> str:
    """The notation as a page.

    Args:
        links: for each `where` of a row, what leads there.
    """
    lines = [
        "# Notation",
        "",
        "Written by `python -m coursekit.publish.pages` from `coursekit/publish/notation.py`.",
        "The same letters stand in code, prose, figures and quiz: a test reads every equation.",
    ]
    for title, table in TABLES.items():
        borrowed = table is BORROWED
        head = ("here", "meaning", "only in") if borrowed else HEAD
        lines += ["", f"## {title}", "", f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
        for row in table:
            cells = [row.shown, row.meaning]
            cells += [", ".join(row.only)] if borrowed else [row.papers, row.elsewhere]
            cells += [] if borrowed else [links.get(row.where, "")]
            escaped = (cell.replace("|", "\\|") for cell in cells)
            lines.append("| " + " | ".join(escaped).rstrip() + " |")
    return "\n".join(lines) + "\n"
