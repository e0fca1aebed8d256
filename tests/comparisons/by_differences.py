"""Gradients against central differences of a loss: slow, and independent of any derivation."""

import numpy as np

from coursekit import blocks, cells
from coursekit.cells.parameters import map_arrays
from coursekit.gradients import (
    Tree,
    bptt,
    bptt_tree,
    gradient_norms,
    numerical_gradient,
    state_jacobian,
    truncated,
    unroll,
    unroll_tree,
)
from coursekit.training import init_model, loss_and_gradient
from tests.comparisons.settings import INPUTS, TREES, UNITS, apart, block_setting, drawn, sequence

STACKED = cells.stack(cells.lstm, cells.gru)


def cell(name):
    """bptt of a cell: weights, inputs, initial state."""
    if name in TREES:
        return tree(getattr(cells, name))
    return whole(getattr(cells, name))


def whole(cell):
    params, xs, state, told = sequence(cell, steps=3)

    def loss(given):
        run = unroll(cell, given["params"], given["xs"], given["state"])
        return float((run.states.h * told).sum())

    given = {"params": params, "xs": xs, "state": state}
    return apart(
        bptt(cell, params, unroll(cell, params, xs, state), told)._asdict(),
        numerical_gradient(loss, given),
    )


def tree(cell):
    shape, rng = Tree.from_parents([4, 4, 5, 5, 6, 6, -1]), np.random.default_rng(1)
    params = drawn(cell)
    xs, told = rng.normal(size=(7, INPUTS)), rng.normal(size=(7, UNITS))

    def loss(given):
        run = unroll_tree(cell, given["params"], shape, given["xs"])
        return float((run.states.h * told).sum())

    found = bptt_tree(cell, params, unroll_tree(cell, params, shape, xs), told)
    expected = numerical_gradient(loss, {"params": params, "xs": xs})
    return apart({"params": found.params, "xs": found.xs}, expected)


def later_states(cell, params, xs, run, start, field):
    """The states that follow when a field of the state after ``start`` steps is another."""
    after, trace = map_arrays(lambda a: a[start - 1], run.states), run.traces[start - 1]

    def states(value):
        nudged = after._replace(**{field: value})
        if field == "c":  # h of the same step is made of c
            nudged = nudged._replace(h=trace.o * np.tanh(value))
        return unroll(cell, params, xs[start:], nudged).states

    return states, getattr(after, field)


def jacobian(name, field):
    """d field_5 / d field_1."""
    cell = getattr(cells, name)
    params, xs, state, _ = sequence(cell, batch=())
    run = unroll(cell, params, xs, state)
    states, at = later_states(cell, params, xs[:5], run, 1, field)
    rows = [
        numerical_gradient(lambda v, k=k: float(getattr(states(v), field)[-1][k]), at)
        for k in range(UNITS)
    ]
    return apart({"J": state_jacobian(cell, params, run, 1, 5, field)}, {"J": np.array(rows)})


def norms(name, field):
    """The norm of an error of the last step, at lags from 1 to the length of the run less 1."""
    cell = getattr(cells, name)
    params, xs, state, told = sequence(cell, batch=())
    run, wanted = unroll(cell, params, xs, state), []
    for start in range(len(xs) - 1, 0, -1):
        states, at = later_states(cell, params, xs, run, start, field)
        gradient = numerical_gradient(
            lambda v, states=states: float(states(v).h[-1] @ told[-1]), at
        )
        wanted.append(np.linalg.norm(gradient))
    found = gradient_norms(cell, params, run, told[-1], field)[1 : len(xs)]
    return apart({"norms": found}, {"norms": np.array(wanted)})


def truncated_rule(name):
    """The rule beside differences of a loss in which what recurs is a given number."""
    cell = getattr(cells, name)
    params, xs, state, told = sequence(cell)
    run = unroll(cell, params, xs, state)
    before = np.concatenate([state.h[None], run.states.h[:-1]])
    shown = np.concatenate([state.c[None], run.states.c])

    def loss(params):
        def net(letter, t, seen):
            W, U, b = (getattr(params, f"{kind}_{letter}") for kind in "WUb")
            value = xs[t] @ W.T + before[t] @ U.T + b
            peep = getattr(params, f"p_{letter}", None)
            return value if peep is None else value + peep * seen

        c, total = state.c, 0.0
        for t in range(len(xs)):
            i = 1 / (1 + np.exp(-net("i", t, shown[t])))
            f = 1.0 if name == "lstm_1997" else 1 / (1 + np.exp(-net("f", t, shown[t])))
            o = 1 / (1 + np.exp(-net("o", t, shown[t + 1])))
            c = f * c + i * np.tanh(net("g", t, None))
            total += float((told[t] * o * np.tanh(c)).sum())
        return total

    return apart(truncated(cell, params, run, told), numerical_gradient(loss, params))


def block_gradient(name):
    """The whole gradient of a published network."""
    layout, params, inputs, targets, mask = block_setting(name)

    def loss(params):
        ys = np.array([trace.y for trace in blocks.run(layout, params, inputs)])
        return 0.5 * float(((ys - targets)[mask] ** 2).sum())

    expected = map_arrays(np.multiply, numerical_gradient(loss, params), blocks.trained(layout))
    return apart(blocks.full_gradient(layout, params, inputs, targets, mask), expected)


def block_rule(name):
    """The truncated rule of a published network, sources and states shown by peepholes given."""
    layout, params, inputs, targets, mask = block_setting(name)
    traces = blocks.run(layout, params, inputs)

    def sigma(net):
        return 1 / (1 + np.exp(-net))

    squash = {
        "4 sigma - 2": lambda net: 2 * np.tanh(net / 2),
        "2 sigma - 1": lambda net: np.tanh(net / 2),
        "sigma": sigma,
        "identity": lambda net: net,
    }

    def loss(params):
        def gate(letter, exists, t, shown):
            if not exists:
                return np.ones(layout.all_cells)
            net = getattr(params, f"W_{letter}") @ traces[t].source
            for block in range(layout.blocks if layout.peepholes else 0):
                own = shown[block * layout.cells : (block + 1) * layout.cells]
                net[block] += own @ getattr(params, f"p_{letter}")[block]
            return np.repeat(sigma(net), layout.cells)

        c, total = np.zeros(layout.all_cells), 0.0
        for t, trace in enumerate(traces):
            i = gate("i", True, t, trace.previous.c)
            f = gate("f", layout.forget_gates, t, trace.previous.c)
            o = gate("o", layout.output_gates, t, trace.c)
            c = f * c + i * squash[layout.squash_in](params.W_g @ trace.source)
            h = o * squash[layout.squash_out](c)
            read = [h, inputs[t], [1.0]] if layout.shortcut else [h, [1.0]]
            if mask[t]:
                y = squash[layout.squash](params.V @ np.concatenate(read))
                total += 0.5 * float(((y - targets[t]) ** 2).sum())
        return total

    expected = map_arrays(np.multiply, numerical_gradient(loss, params), blocks.trained(layout))
    return apart(blocks.truncated_gradient(layout, params, inputs, targets, mask), expected)


def with_readout(readout):
    """A cell and its read-out, by the loss that training lowers."""
    rng = np.random.default_rng(7)
    model = init_model(rng, cells.lstm, readout, inputs=INPUTS, units=UNITS, outputs=3)
    model = map_arrays(lambda array: rng.normal(size=array.shape), model)
    inputs, targets = rng.normal(size=(5, INPUTS)), np.eye(3)[[0, 2, 1, 1, 0]]
    mask = np.array([False, True, True, False, True])

    def both(model):
        return loss_and_gradient(cells.lstm, readout, model, inputs, targets, mask)

    return apart(both(model)[1], numerical_gradient(lambda m: both(m)[0], model))
