"""The GRU step, the peephole step and PyTorch's weights on plain dicts, the right way.

    z = sigma(net_z)   r = sigma(net_r)   g = tanh(W_g x + U_g (r h) + b_g)   h' = (1 - z) h + z g
    reset after:                          g = tanh(W_g x + b_g + r (U_g h + b_hg))
    peepholes: i = sigma(net_i + p_i c)   f = sigma(net_f + p_f c)   o = sigma(net_o + p_o c')

The wrong versions beside it differ from these lines in what their names tell.
Source: Cho et al. (2014), equations 5 to 8, with z as in Chung et al. (2014); Gers, Schraudolph and
Schmidhuber (2002), section 3; the manuals of torch.nn.LSTM and torch.nn.GRU (2.x).
"""

from __future__ import annotations

import numpy as np

from coursekit.checks.lstm_reference import Array, Values, net, sigmoid

TORCH_LSTM = "ifgo"
TORCH_GRU = "rzg"


def seen(params: Values, k: str, x: Array) -> Array:
    """W_k x + b_k: what a pre-activation has without the past."""
    return x @ params[f"W_{k}"].T + params[f"b_{k}"]


def gru_gates(params: Values, x: Array, h: Array) -> tuple[Array, Array]:
    """z and r."""
    return sigmoid(net(params, "z", x, h)), sigmoid(net(params, "r", x, h))


def mix(z: Array, r: Array, g: Array, h: Array) -> Values:
    """The answer of a GRU step: z of the candidate, the rest of the old."""
    return {"z": z, "r": r, "g": g, "h": (1 - z) * h + z * g}


def gru_step(params: Values, x: Array, h: Array) -> Values:
    """The reset gate acts before the product."""
    z, r = gru_gates(params, x, h)
    return mix(z, r, np.tanh(net(params, "g", x, r * h)), h)


def gru_after_step(params: Values, x: Array, h: Array) -> Values:
    """The reset gate acts after the product, on a bias of its own too."""
    z, r = gru_gates(params, x, h)
    past = h @ params["U_g"].T + params["b_hg"]
    return mix(z, r, np.tanh(seen(params, "g", x) + r * past), h)


def peephole_step(params: Values, x: Array, h: Array, c: Array) -> Values:
    """i and f see the old state, o sees the new one."""
    i = sigmoid(net(params, "i", x, h) + params["p_i"] * c)
    f = sigmoid(net(params, "f", x, h) + params["p_f"] * c)
    g = np.tanh(net(params, "g", x, h))
    return release(params, x, h, {"i": i, "f": f, "g": g, "c": f * c + i * g})


def release(params: Values, x: Array, h: Array, v: Values) -> Values:
    """The second half of a peephole step: the output gate sees v["c"]."""
    o = sigmoid(net(params, "o", x, h) + params["p_o"] * v["c"])
    return {**v, "o": o, "h": o * np.tanh(v["c"])}


def blocks(array: Array, order: str) -> Values:
    """The rows of a stacked array, one block a letter, from top to bottom."""
    return dict(zip(order, np.split(np.array(array), len(order)), strict=True))


def lstm_from_torch(
    arrays: Values, order: str = TORCH_LSTM, ih: float = 1.0, hh: float = 1.0
) -> Values:
    """torch.nn.LSTM's four arrays as W, U, b of i, f, o, g; ih and hh weigh the two biases."""
    W, U = (blocks(arrays[name], order) for name in ("weight_ih_l0", "weight_hh_l0"))
    b = blocks(ih * arrays["bias_ih_l0"] + hh * arrays["bias_hh_l0"], order)
    return {f"{w}_{k}": part[k] for w, part in (("W", W), ("U", U), ("b", b)) for k in order}


def gru_from_torch(
    arrays: Values, order: str = TORCH_GRU, ih: float = 1.0, hh: float = 1.0, turn: str = "z"
) -> Values:
    """torch.nn.GRU's four arrays as W, U, b of z, r, g and b_hg; the letters in `turn` are negated,
    because PyTorch's z weighs the old.
    """
    params = lstm_from_torch(arrays, order, ih, hh)
    params["b_g"] = blocks(arrays["bias_ih_l0"], order)["g"]
    params["b_hg"] = blocks(arrays["bias_hh_l0"], order)["g"]
    return {name: -array if name[-1] in turn else array for name, array in params.items()}
