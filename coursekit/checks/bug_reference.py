"""The nets of exercise 8 and their gradients, the right way; every line that can be got wrong is
a rule that a known mistake replaces.

    plain:    h' = tanh(W x + U h + b)
    cells:    c' = f c + i g      h' = o tanh(c')      L = 1/2 sum_t |h_t - target_t|^2

A cell has the gates that its parameters name: all of i, f, o, g (2000); no f, so f = 1 (1997); no
i, so i = 1 - f (coupled). `M` and `b` hold a cell of all four in one matrix, rows i, f, o, g,
columns x then h.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.checks.elman_gradient_reference import Array, Values, deltas, states
from coursekit.checks.lstm_reference import sigmoid, slope

Rule = Callable[..., Any]


def gates_of(params: Values) -> str:
    """The letters that have weights of their own."""
    return "".join(k for k in "ifog" if f"W_{k}" in params)


def unstack(params: Values, inputs: int) -> Values:
    """The twelve arrays of a cell given as M and b."""
    cell: Values = {}
    for k, M, b in zip("ifog", np.split(params["M"], 4), np.split(params["b"], 4), strict=True):
        cell |= {f"W_{k}": M[:, :inputs], f"U_{k}": M[:, inputs:], f"b_{k}": b}
    return cell


def stack(cell: Values, rows: str = "ifog") -> Values:
    """M and b from the twelve arrays."""
    M = [np.hstack([cell[f"W_{k}"], cell[f"U_{k}"]]) for k in rows]
    return {"M": np.concatenate(M), "b": np.concatenate([cell[f"b_{k}"] for k in rows])}


def trace(params: Values, xs: Array) -> list[Values]:
    """For each step of a cell x, the states h and c before it, the gates, and the new states."""
    h = c = np.zeros(len(params["b_o"]))
    seen = []
    for x in xs:
        v: Values = {}
        for k in gates_of(params):
            net = params[f"W_{k}"] @ x + params[f"U_{k}"] @ h + params[f"b_{k}"]
            v[k] = np.tanh(net) if k == "g" else sigmoid(net)
        v.setdefault("f", np.ones_like(c))
        v.setdefault("i", 1 - v["f"])
        new = v["f"] * c + v["i"] * v["g"]
        v |= {"x": x, "h": h, "c": c, "new_c": new, "new_h": v["o"] * np.tanh(new)}
        seen.append(v)
        h, c = v["new_h"], new
    return seen


def outputs(params: Values, xs: Array) -> Array:
    """h after every step, of any of the nets."""
    if "U" in params:
        return states(params, xs)[1:]
    cell = unstack(params, xs.shape[1]) if "M" in params else params
    return np.stack([v["new_h"] for v in trace(cell, xs)])


def loss(params: Values, xs: Array, targets: Array) -> float:
    """Half the squared distance of all outputs from their targets."""
    return 0.5 * float(((outputs(params, xs) - targets) ** 2).sum())


def plain_gradient(params: Values, xs: Array, targets: Array, **changed: Any) -> Values:
    """Of the plain net; `changed` replaces `back` or `slope`."""
    hs = states(params, xs)
    ds = deltas(params, hs, hs[1:] - targets, **changed)
    return {"W": ds.T @ xs, "U": ds.T @ hs[:-1], "b": ds.sum(axis=0)}


def tanh_slope(c: Array) -> Array:
    """tanh'(c)."""
    return 1 - np.tanh(c) ** 2


def whole(v: Values, error: Array, carried: Array) -> Array:
    """dL/dc' along the state and through the output."""
    return carried + error * v["o"] * tanh_slope(v["new_c"])


def gate_errors(v: Values, error: Array, state: Array) -> Values:
    """dL/dnet of all four; where i = 1 - f, that of f is `coupled_errors`."""
    return {
        "i": state * v["g"] * slope(v["i"]),
        "f": state * v["c"] * slope(v["f"]),
        "o": error * np.tanh(v["new_c"]) * slope(v["o"]),
        "g": state * v["i"] * (1 - v["g"] ** 2),
    }


def coupled_errors(v: Values, error: Array, state: Array) -> Values:
    """The same where i = 1 - f: what f keeps of c it takes from g."""
    right = gate_errors(v, error, state)
    return {**right, "f": state * (v["c"] - v["g"]) * slope(v["f"])}


def send_back(params: Values, d: Values) -> Array:
    """What the step asks of the h before it."""
    return sum((d[k] @ params[f"U_{k}"] for k in gates_of(params)), np.zeros(len(params["b_o"])))


def cell_gradient(
    params: Values,
    xs: Array,
    targets: Array,
    *,
    arriving: Rule = lambda v, error, carried: error,
    state: Rule = whole,
    errors: Rule | None = None,
    leaving: Rule = lambda v, whole_state: whole_state * v["f"],
    back: Rule = send_back,
    entering: Rule = lambda d: d,
) -> Values:
    """Of any of the cells, by backpropagation through time."""
    names = gates_of(params)
    rule = errors or (gate_errors if "i" in names else coupled_errors)
    total = {name: np.zeros_like(array) for name, array in params.items()}
    from_h = from_c = np.zeros(len(params["b_o"]))
    for v, target in zip(reversed(trace(params, xs)), targets[::-1], strict=True):
        error = arriving(v, v["new_h"] - target + from_h, from_c)
        here = state(v, error, from_c)
        d = rule(v, error, here)
        for k, delta in entering({k: d[k] for k in names}).items():
            total[f"W_{k}"] += np.outer(delta, v["x"])
            total[f"U_{k}"] += np.outer(delta, v["h"])
            total[f"b_{k}"] += delta
        from_h, from_c = back(params, d), leaving(v, here)
    return total


def stacked_gradient(params: Values, xs: Array, targets: Array, **changed: Any) -> Values:
    """Of the cell in one matrix."""
    return stack(cell_gradient(unstack(params, xs.shape[1]), xs, targets, **changed))
