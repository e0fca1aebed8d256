"""Outputs against the equations written out once more, one number at a time."""

import math

import numpy as np

from coursekit import blocks, cells
from coursekit.gradients import Tree, unroll, unroll_tree
from tests.comparisons.settings import INPUTS, TREES, UNITS, apart, block_setting, drawn, sequence


def sigma(net):
    return 1 / (1 + math.exp(-net))


def cell(name):
    """Outputs of a cell over several steps, of a tree or of a picture."""
    if name == "conv_lstm":
        return picture()
    if name in TREES:
        return tree(name)
    module = getattr(cells, name)
    params, xs, state, _ = sequence(module, batch=())
    h = [float(value) for value in state.h]
    c = [float(value) for value in getattr(state, "c", state.h)]
    wanted = []
    for x in xs:
        h, c = step(name, params, [float(value) for value in x], h, c)
        wanted.append(h)
    return apart({"h": unroll(module, params, xs, state).states.h}, {"h": np.array(wanted)})


def row(matrix, unit, values):
    """One row of a matrix times a vector."""
    return sum(float(weight) * value for weight, value in zip(matrix[unit], values, strict=True))


def step(name, params, x, h, c):
    """One step: h and c of all units."""
    new_h, new_c = [], list(c)

    def net(letter, unit, seen):
        mark = f"_{letter}" if letter else ""
        total = float(getattr(params, f"b{mark}")[unit]) + row(getattr(params, f"W{mark}"), unit, x)
        if hasattr(params, f"U{mark}"):
            total += row(getattr(params, f"U{mark}"), unit, seen)
        return total

    def peep(letter, unit, shown):
        return float(getattr(params, f"p_{letter}")[unit]) * shown if name.startswith("pee") else 0

    for unit in range(UNITS):
        if name.startswith("elman"):
            squash = {"elman": math.tanh, "elman_logistic": sigma, "elman_linear": float}[name]
            new_h.append(squash(net("", unit, h)))
        elif name == "carousel":
            new_c[unit] = c[unit] + net("", unit, h)
            new_h.append(new_c[unit])
        elif name == "gru":
            reset = [sigma(net("r", k, h)) * h[k] for k in range(UNITS)]
            z, g = sigma(net("z", unit, h)), math.tanh(net("g", unit, reset))
            new_h.append(h[unit] + z * (g - h[unit]))
        elif name == "gru_reset_after":
            z, r = sigma(net("z", unit, h)), sigma(net("r", unit, h))
            past = row(params.U_g, unit, h) + float(params.b_hg[unit])
            g = math.tanh(row(params.W_g, unit, x) + float(params.b_g[unit]) + r * past)
            new_h.append(g + z * (h[unit] - g))
        else:
            seen = c if name == "state_peephole_lstm" else h
            f = 1.0
            if name != "lstm_1997":
                f = sigma(net("f", unit, seen) + peep("f", unit, c[unit]))
            i = 1 - f
            if name != "coupled_lstm":
                i = sigma(net("i", unit, seen) + peep("i", unit, c[unit]))
            g = net("g", unit, h)
            new_c[unit] = f * c[unit] + i * (g if name == "evolino_lstm" else math.tanh(g))
            o = sigma(net("o", unit, seen) + peep("o", unit, new_c[unit]))
            new_h.append(
                {"evolino_lstm": math.tanh(o * new_c[unit]), "state_peephole_lstm": o * new_c[unit]}
                .get(name, o * math.tanh(new_c[unit]))
            )  # fmt: skip
    return new_h, new_c


def tree(name):
    """Seven nodes; a node with two children, a chain, leaves."""
    module, rng = getattr(cells, name), np.random.default_rng(2)
    shape = Tree.from_parents([4, 4, 3, 6, 5, 6, -1])
    params, xs = drawn(module), rng.normal(size=(7, INPUTS))
    h, c = {}, {}

    def read(letter, unit, node, forget=None):
        U, total = getattr(params, f"U_{letter}"), float(getattr(params, f"b_{letter}")[unit])
        total += row(getattr(params, f"W_{letter}"), unit, xs[node])
        for place, child in enumerate(shape.children[node]):
            if name == "nary_tree_lstm":
                total += row(U[place] if forget is None else U[forget, place], unit, h[child])
            elif forget in (None, place):
                total += row(U, unit, h[child])
        return total

    for node in (0, 1, 2, 3, 4, 5, 6):  # every child has a smaller number than its parent
        h[node], c[node] = [], []
        for unit in range(UNITS):
            value = sigma(read("i", unit, node)) * math.tanh(read("g", unit, node))
            for place, child in enumerate(shape.children[node]):
                value += sigma(read("f", unit, node, forget=place)) * c[child][unit]
            c[node].append(value)
            h[node].append(sigma(read("o", unit, node)) * math.tanh(value))
    wanted = np.array([h[node] for node in range(7)])
    return apart({"h": unroll_tree(module, params, shape, xs).states.h}, {"h": wanted})


def picture():
    """The convolutional cell, place by place."""
    params, xs, state, _ = sequence(cells.conv_lstm, steps=3, batch=())
    _, rows, columns = state.h.shape

    def window(kernel, maps, unit, r, s):
        total, half = 0.0, kernel.shape[-1] // 2
        for channel, a, b in np.ndindex(kernel.shape[1:]):
            at, beside = r + a - half, s + b - half
            if 0 <= at < rows and 0 <= beside < columns:
                total += float(kernel[unit, channel, a, b] * maps[channel, at, beside])
        return total

    h, c, wanted = state.h, state.c, []
    for x in xs:
        new_h, new_c = np.empty_like(h), np.empty_like(c)
        for place in np.ndindex(h.shape):

            def net(letter, shown=None, x=x, h=h, place=place):
                W, U, b = (getattr(params, f"{kind}_{letter}") for kind in "WUb")
                total = window(W, x, *place) + window(U, h, *place) + float(b[place[0]])
                if shown is not None:
                    total += float(getattr(params, f"p_{letter}")[place] * shown)
                return total

            kept = sigma(net("f", c[place])) * float(c[place])
            new_c[place] = kept + sigma(net("i", c[place])) * math.tanh(net("g"))
            new_h[place] = sigma(net("o", new_c[place])) * math.tanh(new_c[place])
        h, c = new_h, new_c
        wanted.append(h)
    found = unroll(cells.conv_lstm, params, xs, state).states.h
    return apart({"h": found}, {"h": np.array(wanted)})


def block_outputs(name):
    """A published network of memory blocks, one number at a time."""
    layout, params, inputs, _, _ = block_setting(name)
    squash = {
        "4 sigma - 2": lambda net: 4 * sigma(net) - 2,
        "2 sigma - 1": lambda net: 2 * sigma(net) - 1,
        "sigma": sigma,
        "identity": float,
    }
    h, c = [0.0] * layout.all_cells, [0.0] * layout.all_cells
    before = {letter: [0.0] * layout.blocks for letter in "ifo"}
    there = {"i": True, "f": layout.forget_gates, "o": layout.output_gates}
    wanted = []
    for x in inputs:
        source = [float(value) for value in x]
        if layout.recurrent != "nothing":
            source += h
        if layout.recurrent == "cells and gates":
            source += [value for letter in "ifo" if there[letter] for value in before[letter]]
        source.append(1.0)

        def gate(letter, block, shown, source=source):
            if not there[letter]:
                return 1.0
            net = row(getattr(params, f"W_{letter}"), block, source)
            if layout.peepholes:
                own = shown[block * layout.cells : (block + 1) * layout.cells]
                net += row(getattr(params, f"p_{letter}"), block, own)
            return sigma(net)

        new_c, new_h, now = [], [], {"i": [], "f": [], "o": []}
        for block in range(layout.blocks):
            for letter in "if":
                now[letter].append(gate(letter, block, c))
            for k in range(block * layout.cells, (block + 1) * layout.cells):
                g = squash[layout.squash_in](row(params.W_g, k, source))
                new_c.append(now["f"][block] * c[k] + now["i"][block] * g)
            now["o"].append(gate("o", block, new_c))
            for k in range(block * layout.cells, (block + 1) * layout.cells):
                new_h.append(now["o"][block] * squash[layout.squash_out](new_c[k]))
        h, c, before = new_h, new_c, now
        read = h + ([float(value) for value in x] if layout.shortcut else []) + [1.0]
        ys = [squash[layout.squash](row(params.V, k, read)) for k in range(layout.outputs)]
        wanted.append(ys)
    found = [trace.y for trace in blocks.run(layout, params, inputs)]
    return apart({"y": np.array(found)}, {"y": np.array(wanted)})
