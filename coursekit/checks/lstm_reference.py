"""The LSTM step and its backward step on plain dicts, the right way.

    i = sigma(net_i)   f = sigma(net_f)   o = sigma(net_o)   g = tanh(net_g)
    net_k = W_k x + U_k h + b_k           c' = f c + i g     h' = o tanh(c')

The wrong versions beside it differ from these lines in what their names tell.
Source: Gers, Schmidhuber and Cummins (2000), sections 2 and 3, in today's letters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Values = dict[str, Array]
GATES = "ifog"


def sigmoid(net: Array) -> Array:
    """1 / (1 + exp(-net)), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(net)))


def net(params: Values, k: str, x: Array, h: Array) -> Array:
    """W_k x + U_k h + b_k, for one sequence or a batch."""
    return x @ params[f"W_{k}"].T + h @ params[f"U_{k}"].T + params[f"b_{k}"]


def squash(nets: dict[str, Array]) -> dict[str, Array]:
    """The gates and the candidate from their pre-activations."""
    return {k: np.tanh(nets[k]) if k == "g" else sigmoid(nets[k]) for k in GATES}


def gates(params: Values, x: Array, h: Array) -> Values:
    """i, f, o and g."""
    return squash({k: net(params, k, x, h) for k in GATES})


def store(v: Values, new: Array) -> Values:
    """The answer of a step whose gates are v and whose new cell state is `new`."""
    return {**v, "c": new, "h": v["o"] * np.tanh(new)}


def step(params: Values, x: Array, h: Array, c: Array) -> Values:
    """One step of the cell: i, f, o, g, c and h."""
    v = gates(params, x, h)
    return store(v, v["f"] * c + v["i"] * v["g"])


def slope(s: Array) -> Array:
    """sigma'(net), from s = sigma(net)."""
    return s * (1 - s)


def grad_state(v: Values, grad_h: Array, grad_c: Array) -> Array:
    """dL/dc' through both of its paths: the carousel, and h' = o tanh(c')."""
    return grad_c + grad_h * v["o"] * (1 - np.tanh(v["c"]) ** 2)


def deltas(v: Values, c: Array, grad_h: Array, grad_new: Array) -> Values:
    """dL/dnet for the gates and the candidate."""
    return {
        "i": grad_new * v["g"] * slope(v["i"]),
        "f": grad_new * c * slope(v["f"]),
        "o": grad_h * np.tanh(v["c"]) * slope(v["o"]),
        "g": grad_new * v["i"] * (1 - v["g"] ** 2),
    }


def rows(a: Array) -> Array:
    """One row for each sequence of a batch; one row for a single sequence."""
    return a.reshape(-1, a.shape[-1])


def through_weights(params: Values, x: Array, h: Array, d: Values) -> Values:
    """Gradients of every W, U, b, and of x and h, from the deltas."""
    grads: Values = {}
    for k in GATES:
        grads[f"W_{k}"] = rows(d[k]).T @ rows(x)
        grads[f"U_{k}"] = rows(d[k]).T @ rows(h)
        grads[f"b_{k}"] = rows(d[k]).sum(axis=0)
    grads["x"] = sum((d[k] @ params[f"W_{k}"] for k in GATES), np.zeros_like(x))
    grads["h"] = sum((d[k] @ params[f"U_{k}"] for k in GATES), np.zeros_like(h))
    return grads


def back(params: Values, x: Array, h: Array, v: Values, d: Values, new: Array) -> Values:
    """All gradients, from the deltas and the gradient of the new state."""
    return {**through_weights(params, x, h, d), "c": new * v["f"]}


def step_back(params: Values, x: Array, h: Array, c: Array, grad_h: Array, grad_c: Array) -> Values:
    """Gradients of every parameter, and of x, h and c, from those of h' and c'."""
    v = step(params, x, h, c)
    new = grad_state(v, grad_h, grad_c)
    return back(params, x, h, v, deltas(v, c, grad_h, new), new)


def start(params: Values, xs: Array) -> Array:
    """Zeros in the shape of h and c."""
    return np.zeros((*xs.shape[1:-1], len(params["b_i"])))


def visit(params: Values, xs: Array, keep_h: bool = True, keep_c: bool = True) -> list[Any]:
    """(x, h, c before the step, the step's values) for each step."""
    zero = start(params, xs)
    h = c = zero
    seen = []
    for x in xs:
        v = step(params, x, h, c)
        seen.append((x, h, c, v))
        h, c = v["h"] if keep_h else zero, v["c"] if keep_c else zero
    return seen


def run(params: Values, xs: Array) -> Array:
    """h after every step, from a zero state: (time, ..., units)."""
    return np.stack([v["h"] for *_, v in visit(params, xs)])


def gradient(
    params: Values,
    xs: Array,
    grad_hs: Array,
    *,
    keep_h: bool = True,
    keep_c: bool = True,
    backwards: bool = True,
) -> Values:
    """Gradients of every parameter from dL/dh_t at every step: backpropagation through time."""
    seen = list(zip(visit(params, xs), grad_hs, strict=True))
    total = {k: np.zeros_like(w) for k, w in params.items()}
    grad_h = grad_c = start(params, xs)
    for (x, h, c, _), grad in reversed(seen) if backwards else seen:
        back = step_back(params, x, h, c, grad_h * keep_h + grad, grad_c * keep_c)
        grad_h, grad_c = back["h"], back["c"]
        total = {k: total[k] + back[k] for k in total}
    return total
