"""The four plots that the quiz asks about; every curve is computed by the course's own cells."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from coursekit.cells import carousel, elman, lstm, lstm_1997
from coursekit.figures import style
from coursekit.gradients import gradient_by_time, state_jacobian, unroll
from coursekit.grammars import embedded_reber

Array = NDArray[np.float64]

LAGS = 40
STRINGS = ("BTBTSSXXTVVETE", "BPBTSSXXTVVEPE")


def jacobian_norms() -> dict[str, Array]:
    """|dh_n / dh_0| for n = 1 ... 40 of four plain recurrent nets at rest, by letter."""
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(4, 4)))[0]
    chain = 0.7 * np.eye(4) + 1.2 * np.eye(4, k=1)
    weights = {"A": turn, "B": 1.08 * turn, "C": chain, "D": 0.8 * turn}
    norms = {}
    for letter, U in weights.items():
        params = elman.Params(W=np.zeros((4, 1)), U=U, b=np.zeros(4))
        run = unroll(elman, params, np.zeros((LAGS, 1)))
        norms[letter] = np.array(
            [
                np.linalg.norm(state_jacobian(elman, params, run, 0, lag), ord=2)
                for lag in range(1, LAGS + 1)
            ]
        )
    return norms


def plot_jacobian_norms(ax: Axes | None = None) -> Axes:
    """Draw the four norms over the lag."""
    ax = style.own(ax, size=(10.0, 4.6))
    lags = np.arange(1, LAGS + 1)
    ends = []
    for (letter, norms), look in zip(jacobian_norms().items(), style.line_looks(4), strict=True):
        ax.semilogy(lags, norms, markevery=5, linewidth=2.2, **look)
        ends.append((letter, float(norms[-1]), look["color"]))
    style.dress(ax, "lag n, in steps", "norm of dh_n / dh_0")
    ax.set_xlim(0, LAGS)
    ax.set_ylim(5e-5, 1e2)
    style.direct_labels(ax, ends)
    return ax


def pulls() -> tuple[Array, Array]:
    """Inputs of one sequence, and what each step adds to dL/dW of one carousel cell."""
    xs = np.array([1.0, 0.0, -0.55, 0.0, 0.0, -0.75, 0.0, -0.35])[:, None]
    params = carousel.Params(W=np.array([[0.5]]), b=np.zeros(1))
    run = unroll(carousel, params, xs)
    grad_h = np.zeros_like(run.states.h)
    grad_h[-1] = run.states.h[-1] - 1.0  # L = (h_T - 1)^2 / 2
    return xs[:, 0], gradient_by_time(carousel, params, run, grad_h).W[:, 0, 0]


def plot_pulls(ax: Axes | None = None) -> Axes:
    """Draw the contribution of each step to the gradient of the one input weight."""
    ax = style.own(ax, size=(10.0, 3.8))
    xs, parts = pulls()
    steps = np.arange(1, len(parts) + 1)
    ax.bar(steps, parts, color=style.BLUE, width=0.6)
    ax.axhline(0.0, color=style.BLACK, linewidth=1.0)
    ax.set_xticks(steps, [f"{t}\nx = {x:g}" for t, x in zip(steps, xs, strict=True)])
    return style.dress(ax, "time step, and its input", "contribution to dL/dw")


def stream_states() -> dict[str, tuple[Array, Array]]:
    """(c, h) of two one-unit cells over the same 400 symbols without ends, by letter.

    Both store +1 for each S, X or V; B cannot empty its state, A empties it at each E.
    """
    symbols = embedded_reber.continual(np.random.default_rng(5), 400).symbols
    xs = embedded_reber.one_hot(symbols)
    stores = np.array([[4.0 if letter in "SXV" else -8.0 for letter in embedded_reber.alphabet]])
    drops = np.array([[-12.0 if letter == "E" else 0.0 for letter in embedded_reber.alphabet]])
    free, none = np.zeros((1, 1)), np.zeros((1, 7))
    shared = {
        "W_i": stores, "U_i": free, "b_i": np.zeros(1),
        "W_o": none, "U_o": free, "b_o": np.array([6.0]),
        "W_g": none, "U_g": free, "b_g": np.array([0.6]),
    }  # fmt: skip
    old = lstm_1997.Params(**shared)
    new = lstm.Params(**shared, W_f=drops, U_f=free, b_f=np.array([6.0]))
    states_old = unroll(lstm_1997, old, xs).states
    states_new = unroll(lstm, new, xs).states
    return {
        "A": (states_new.c[:, 0], states_new.h[:, 0]),
        "B": (states_old.c[:, 0], states_old.h[:, 0]),
    }


def plot_stream_states() -> Figure:
    """Draw c and h of both cells over the stream."""
    figure, (top, bottom) = style.axes(rows=2, size=(10.0, 5.6))
    looks = style.line_looks(2)
    for ax, field, name in ((top, 0, "cell state c"), (bottom, 1, "output h")):
        ends = []
        for (letter, both), look in zip(stream_states().items(), looks, strict=True):
            line = {"color": look["color"], "linestyle": look["linestyle"]}
            ax.plot(np.arange(1, 401), both[field], linewidth=1.6, **line)
            ends.append((letter, float(both[field][-1]), look["color"]))
        style.dress(ax, "symbol of the stream" if field else "", name)
        ax.set_xlim(0, 400)
        ax.set_ylim(*((-3, 70) if field == 0 else (-0.05, 1.1)))
        style.direct_labels(ax, ends, gap=0.15)
    return figure


def unit_states() -> Array:
    """c of four units while an LSTM reads two strings: (string, time, unit).

    The strings differ in the outer symbol only. Unit 0 forgets by a third a step, unit 1 counts
    T and P alike, unit 2 follows the symbol just read, unit 3 takes the first T or P and holds it.
    """
    alphabet = embedded_reber.alphabet
    t, p = alphabet.index("T"), alphabet.index("P")
    W_i, W_g, U_i = np.zeros((4, 7)), np.zeros((4, 7)), np.zeros((4, 4))
    W_i[:, [t, p]] = 16.0
    U_i[[0, 3], 1] = -40.0  # closed as soon as unit 1 has counted something
    W_g[[0, 2, 3], t], W_g[[0, 2, 3], p] = 1.0, -1.0
    W_g[1, [t, p]] = 0.5
    free = np.zeros((4, 4))
    params = lstm.Params(
        W_i=W_i, U_i=U_i, b_i=np.full(4, -8.0),
        W_f=np.zeros((4, 7)), U_f=free, b_f=np.array([0.7, 9.0, -9.0, 9.0]),
        W_o=np.zeros((4, 7)), U_o=free, b_o=np.full(4, 6.0),
        W_g=W_g, U_g=free, b_g=np.zeros(4),
    )  # fmt: skip
    return np.stack(
        [unroll(lstm, params, embedded_reber.one_hot(string)).states.c for string in STRINGS]
    )


def plot_unit_states() -> Figure:
    """Draw the four units, one panel each, a line a string."""
    figure, panels = style.axes(rows=2, columns=2, size=(11.0, 6.4))
    states = unit_states()
    labels = [a if a == b else f"{a}\n{b}" for a, b in zip(*STRINGS, strict=True)]
    for unit, ax in enumerate(np.ravel(panels)):
        for string, look, c in zip(STRINGS, style.line_looks(2), states[..., unit], strict=True):
            ax.plot(c, linewidth=2.0, markersize=5, label=f"{string[:2]}...", **look)
        ax.set_xticks(range(len(labels)), labels)
        style.dress(ax, "", "c", title=f"unit {unit}")
        ax.tick_params(axis="x", labelsize=12)
    panels[0, 0].legend(fontsize=style.SMALL, frameon=False)
    return figure
