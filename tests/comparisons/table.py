"""Which cell and which rule was compared with what, and how closely: the rows of the table.

    python -m tests.comparisons.table      # from the project's folder: writes docs/comparisons.md

Each row measures itself. A test measures all of them, and holds the page to these rows.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from coursekit import blocks, cells
from coursekit.cells.convolution import convolve
from coursekit.cells.parameters import map_arrays, named_arrays
from coursekit.gradients import (
    Tree,
    bptt,
    bptt_tree,
    numerical_gradient,
    rtrl,
    truncated,
    unroll,
    unroll_tree,
)
from coursekit.kernels import lstm as fused
from tests.comparisons.recorded import keras_difference, torch_difference

PAGE = Path(__file__).parents[2] / "docs" / "comparisons.md"
TREES = ("tree_lstm", "nary_tree_lstm")


@dataclass(frozen=True)
class Row:
    """One comparison: what, with what, within which bound, and how it is measured."""

    what: str
    compared_with: str
    bound: float
    measure: Callable[[], float]


def cell_names():
    """Every cell of the library."""
    return [name for name in cells.__all__ if hasattr(getattr(cells, name), "step_back")]


def drawn(cell, seed=0, scale=0.7):
    rng = np.random.default_rng(seed)
    extra = {"kernel": 3, "size": (3, 4)} if cell is cells.conv_lstm else {}
    return map_arrays(lambda a: scale * rng.normal(size=a.shape), cell.init(rng, 2, 3, **extra))


def sequence(cell, steps=6, seed=1):
    rng = np.random.default_rng(seed)
    size = (3, 4) if cell is cells.conv_lstm else ()
    params = drawn(cell)
    state = map_arrays(lambda a: rng.normal(size=a.shape), cell.initial_state(params, (2,)))
    xs, told = rng.normal(size=(steps, 2, 2, *size)), rng.normal(size=(steps, 2, 3, *size))
    return params, xs, state, told


def apart(one, other):
    """The largest difference, relative to the largest number of all."""
    pairs = list(zip(named_arrays(one), named_arrays(other), strict=True))
    largest = max(np.abs(array).max(initial=0) for _, (_, array) in pairs)
    return max(np.abs(a - b).max(initial=0) for (_, a), (_, b) in pairs) / largest


def with_differences(name):
    """bptt of a cell, all that goes in, beside central differences of the loss."""
    cell = getattr(cells, name)
    if name in TREES:
        return tree_with_differences(cell)
    params, xs, state, told = sequence(cell, steps=3)

    def loss(given):
        run = unroll(cell, given["params"], given["xs"], given["state"])
        return float((run.states.h * told).sum())

    found = bptt(cell, params, unroll(cell, params, xs, state), told)
    return apart(
        found._asdict(), numerical_gradient(loss, {"params": params, "xs": xs, "state": state})
    )


def tree_with_differences(cell):
    tree, rng = Tree.from_parents([4, 4, 5, 5, 6, 6, -1]), np.random.default_rng(1)
    params, xs, told = drawn(cell), rng.normal(size=(7, 2)), rng.normal(size=(7, 3))

    def loss(given):
        run = unroll_tree(cell, given["params"], tree, given["xs"])
        return float((run.states.h * told).sum())

    found = bptt_tree(cell, params, unroll_tree(cell, params, tree, xs), told)
    expected = numerical_gradient(loss, {"params": params, "xs": xs})
    return apart({"params": found.params, "xs": found.xs}, expected)


def forward_in_time(name):
    cell = getattr(cells, name)
    params, xs, state, told = sequence(cell, steps=4 if name == "conv_lstm" else 8)
    whole = bptt(cell, params, unroll(cell, params, xs, state), told).params
    return apart(rtrl(cell, params, xs, told, state), whole)


def chain(cell):
    """A tree of single children beside the LSTM over the same steps."""
    rng = np.random.default_rng(2)
    extra = {} if cell is cells.tree_lstm else {"children": 1}
    params = cell.init(rng, 2, 3, **extra)
    flat = cells.lstm.Params(
        **{k: a.reshape(3, 3) if k[0] == "U" else a for k, a in params._asdict().items()}
    )
    xs = rng.normal(size=(9, 2))
    line = Tree(tuple((n - 1,) if n else () for n in range(9)))
    one, two = unroll_tree(cell, params, line, xs), unroll(cells.lstm, flat, xs)
    return apart(one.states, two.states)


def one_place():
    """A picture of one place with a kernel of one beside the peephole cell."""
    rng = np.random.default_rng(3)
    params = cells.conv_lstm.init(rng, 2, 3, kernel=1, size=(1, 1))
    params = map_arrays(lambda a: rng.normal(size=a.shape), params)
    flat = cells.peephole_lstm.Params(
        **{
            k: a.reshape(a.shape[:2]) if k[0] in "WU" else a.ravel()
            for k, a in params._asdict().items()
        }
    )
    xs = rng.normal(size=(9, 2))
    one = unroll(cells.conv_lstm, params, xs[..., None, None]).states.h[..., 0, 0]
    return apart({"h": one}, {"h": unroll(cells.peephole_lstm, flat, xs).states.h})


def loops():
    """A convolution beside one product at a time."""
    rng = np.random.default_rng(4)
    x, kernel = rng.normal(size=(2, 4, 5)), rng.normal(size=(3, 2, 3, 3))
    wanted = np.zeros((3, 4, 5))
    for o, r, s, i, a, b in np.ndindex(3, 4, 5, 2, 3, 3):
        row, column = r + a - 1, s + b - 1
        if 0 <= row < 4 and 0 <= column < 5:
            wanted[o, r, s] += kernel[o, i, a, b] * x[i, row, column]
    return apart({"y": convolve(x, kernel)}, {"y": wanted})


def frozen_sources(name):
    """The truncated rule beside differences of a loss in which what recurs is a given number."""
    cell = getattr(cells, name)
    params, xs, state, told = sequence(cell)
    run = unroll(cell, params, xs, state)
    before = np.concatenate([state.h[None], run.states.h[:-1]])
    shown = np.concatenate([state.c[None], run.states.c])

    def loss(params):
        c, total = state.c, 0.0
        for t, x in enumerate(xs):

            def net(letter, seen, t=t, x=x):
                W, U, b = (getattr(params, f"{kind}_{letter}") for kind in "WUb")
                value = x @ W.T + before[t] @ U.T + b
                peep = getattr(params, f"p_{letter}", None)
                return value if peep is None else value + peep * seen

            i = 1 / (1 + np.exp(-net("i", shown[t])))
            f = 1 / (1 + np.exp(-net("f", shown[t]))) if name != "lstm_1997" else 1.0
            o = 1 / (1 + np.exp(-net("o", shown[t + 1])))
            c = f * c + i * np.tanh(net("g", None))
            total += float((told[t] * o * np.tanh(c)).sum())
        return total

    return apart(truncated(cell, params, run, told), numerical_gradient(loss, params))


def block_setting(name):
    published = blocks.PUBLISHED[name]
    rng = np.random.default_rng(5)
    layout = published.layout
    params = map_arrays(
        lambda a, m: 0.6 * rng.normal(size=a.shape) * m, published.init(rng), blocks.trained(layout)
    )
    steps = 5
    targets, mask = rng.random((steps, layout.outputs)), np.arange(steps) >= steps - 2
    return layout, params, rng.normal(size=(steps, layout.inputs)), targets, mask


def block_gradient(name):
    layout, params, inputs, targets, mask = block_setting(name)

    def loss(params):
        ys = np.array([trace.y for trace in blocks.run(layout, params, inputs)])
        return 0.5 * float(((ys - targets)[mask] ** 2).sum())

    expected = map_arrays(np.multiply, numerical_gradient(loss, params), blocks.trained(layout))
    return apart(blocks.full_gradient(layout, params, inputs, targets, mask), expected)


def block_rule_without_recurrence():
    """Where nothing recurs nothing is cut: the rule beside the whole gradient."""
    layout, _, _, targets, mask = block_setting("4")
    layout, rng = replace(layout, recurrent="nothing"), np.random.default_rng(6)
    params = map_arrays(lambda a: 0.6 * rng.normal(size=a.shape), blocks.init(rng, layout))
    inputs = rng.normal(size=(len(mask), layout.inputs))
    return apart(
        blocks.truncated_gradient(layout, params, inputs, targets, mask),
        blocks.full_gradient(layout, params, inputs, targets, mask),
    )


def fused_lstm():
    params, xs, state, told = sequence(cells.lstm, steps=40)
    run = fused.unroll(params, xs, state)
    whole = bptt(cells.lstm, params, unroll(cells.lstm, params, xs, state), told)
    return apart(fused.bptt(run, told)._asdict(), whole._asdict())


def rows():
    """All comparisons."""
    found = [
        Row(name, "central differences", 1e-7, lambda name=name: with_differences(name))
        for name in cell_names()
    ]
    found += [
        Row(name, "RTRL against BPTT", 1e-12, lambda name=name: forward_in_time(name))
        for name in cell_names()
        if name not in TREES
    ]
    for net, what in (
        ("lstm", "lstm"),
        ("lstm_no_bias", "lstm without bias"),
        ("lstm_two_layers", "stack of two lstm"),
        ("gru", "gru_reset_after"),
        ("gru_no_bias", "gru_reset_after without bias"),
        ("gru_two_layers", "stack of two gru_reset_after"),
    ):
        text = "PyTorch, recorded: outputs and all gradients"
        found.append(Row(what, text, 1e-12, lambda net=net: torch_difference(net)))
    # Without reset_after Keras 3.15 on PyTorch multiplies in float32, whatever it is given.
    for net, bound, note in (
        ("lstm", 1e-12, ""),
        ("gru_reset_after", 1e-12, ""),
        ("gru", 1e-6, " (its products are in float32)"),
    ):
        text = f"Keras, recorded: outputs and all gradients{note}"
        found.append(Row(net, text, bound, lambda net=net: keras_difference(net)))
    for name in TREES:
        text = "lstm, on a chain of single children"
        found.append(Row(name, text, 1e-13, lambda name=name: chain(getattr(cells, name))))
    found.append(Row("conv_lstm", "peephole_lstm, at one place", 1e-13, one_place))
    found.append(Row("convolution of conv_lstm", "a loop over all products", 1e-13, loops))
    for name in ("lstm_1997", "lstm", "peephole_lstm"):
        found.append(
            Row(
                f"truncated rule, {name}",
                "central differences with given recurrent sources",
                1e-8,
                lambda name=name: frozen_sources(name),
            )
        )
    for name in ("1-3", "3a", "4", "6b", "continual_2000", "timing_2002"):
        found.append(
            Row(
                f"memory blocks, network {name}: whole gradient",
                "central differences",
                1e-7,
                lambda name=name: block_gradient(name),
            )
        )
    found.append(
        Row(
            "memory blocks, truncated rule",
            "the whole gradient, where nothing recurs",
            1e-12,
            block_rule_without_recurrence,
        )
    )
    found.append(Row("compiled lstm", "lstm: all gradients", 1e-12, fused_lstm))
    return found


def page():
    """The page, as these rows say it."""
    lines = [
        "# What was compared with what",
        "",
        "Built by `python -m tests.comparisons.table`; a test measures every row anew and fails if",
        "it is further off than the bound. A difference is relative to the largest number of the",
        "arrays compared (recorded numbers: of each array). Tests of limit cases, such as a gate",
        "held shut, are in `tests/cells/test_limit_cases.py`; those of the truncated rule of",
        "memory blocks, for every kind of wiring, in `tests/blocks/test_rule.py`.",
        "",
        "| what | compared with | closer than |",
        "|---|---|---|",
    ]
    lines += [f"| {row.what} | {row.compared_with} | {row.bound:.0e} |" for row in rows()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for row in rows():
        print(f"{row.what:<50} {row.compared_with:<50} {row.measure():.1e} (< {row.bound:.0e})")
    PAGE.write_text(page(), encoding="utf-8")
