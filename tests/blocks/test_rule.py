"""The truncated rule against differences with given recurrent sources; the whole gradient too."""

import math
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from coursekit.blocks import (
    Layout,
    State,
    first_partials,
    full_gradient,
    gradient_now,
    init,
    initial_state,
    next_partials,
    run,
    step,
    train_sequence,
    trained,
    truncated_gradient,
)
from coursekit.cells import lstm, lstm_1997
from coursekit.cells.parameters import map_arrays, named_arrays
from coursekit.gradients import numerical_gradient, truncated, unroll

LAYOUTS = {
    "1997": Layout(3, 2, 2, 2),
    "1997 in single cells": Layout(3, 1, 3, biased=("gates", "cells")),
    "1997 without biases": Layout(3, 2, 2, biased=()),
    "no output gate": Layout(
        *(3, 3, 1),
        output_gates=False,
        recurrent="nothing",
        shortcut=True,
        biased=(),
        squash_in="sigma",
        squash_out="identity",
    ),
    "2000": Layout(
        *(3, 2, 2, 3),
        forget_gates=True,
        recurrent="cells",
        shortcut=True,
        biased=("gates", "outputs"),
    ),
    "2000 with gates that recur": Layout(3, 2, 2, 2, forget_gates=True),
    "2002": Layout(
        *(3, 1, 2, 2),
        forget_gates=True,
        recurrent="cells",
        peepholes=True,
        squash_in="identity",
        squash_out="identity",
        squash="identity",
    ),
    "state decay": Layout(3, 2, 2, 2, shortcut=True, self_weight=0.9),
    "2002 without forget gates": Layout(3, 1, 2, 2, peepholes=True),
}
named = pytest.mark.parametrize("name", LAYOUTS)


def setting(layout, steps=6, seed=0):
    rng = np.random.default_rng(seed)
    params = map_arrays(
        lambda array, mask: 0.8 * rng.normal(size=array.shape) * mask,
        init(rng, layout),
        trained(layout),
    )
    inputs = rng.normal(size=(steps, layout.inputs))
    targets = rng.random((steps, layout.outputs))
    mask = np.array([step in (2, steps - 1) for step in range(steps)])
    return params, inputs, targets, mask


def logistic(net):
    return 1 / (1 + np.exp(-net))


FUNCTIONS = {
    "4 sigma - 2": lambda net: 4 * logistic(net) - 2,
    "2 sigma - 1": lambda net: 2 * logistic(net) - 1,
    "sigma": logistic,
    "identity": lambda net: net,
}


def replay(layout, params, traces, targets, mask):
    """E by the equations written once more, cell by cell, with sources and shown states given."""
    total, c = 0.0, np.zeros(layout.all_cells)
    for trace, target, told in zip(traces, targets, mask, strict=True):
        new, h = np.zeros_like(c), np.zeros_like(c)
        for block in range(layout.blocks):
            own = slice(block * layout.cells, (block + 1) * layout.cells)

            def gate(letter, shown, block=block, own=own, trace=trace):
                net = getattr(params, f"W_{letter}")[block] @ trace.source
                if layout.peepholes:
                    net = net + getattr(params, f"p_{letter}")[block] @ shown[own]
                return logistic(net)

            i = gate("i", trace.previous.c)
            f = gate("f", trace.previous.c) if layout.forget_gates else layout.self_weight
            o = gate("o", trace.c) if layout.output_gates else 1.0
            for cell in range(own.start, own.stop):
                g = FUNCTIONS[layout.squash_in](params.W_g[cell] @ trace.source)
                new[cell] = f * c[cell] + i * g
                h[cell] = o * FUNCTIONS[layout.squash_out](new[cell])
        c = new
        if told:
            x = trace.source[: layout.inputs]
            read = np.concatenate([h, x if layout.shortcut else [], [1.0]])
            y = FUNCTIONS[layout.squash](params.V @ read)
            total += 0.5 * float(((y - target) ** 2).sum())
    return total


def assert_same(given, expected, layout, tolerance):
    """Each entry, relative to the largest; entries that are not trained are zero."""
    largest = max(np.abs(array).max(initial=0) for array in expected)
    for (name, one), other, mask in zip(
        named_arrays(given), expected, trained(layout), strict=True
    ):
        assert one.shape == other.shape
        assert np.abs(one - other * mask).max(initial=0) <= tolerance * largest, name


@named
def test_it_is_the_gradient_with_the_recurrent_sources_held_fixed(name):
    layout = LAYOUTS[name]
    params, inputs, targets, mask = setting(layout)
    traces = run(layout, params, inputs)
    expected = numerical_gradient(
        lambda params: replay(layout, params, traces, targets, mask), params
    )
    given = truncated_gradient(layout, params, inputs, targets, mask)
    assert_same(given, expected, layout, 1e-8)


@named
def test_the_full_gradient_is_what_differences_say(name):
    layout = LAYOUTS[name]
    params, inputs, targets, mask = setting(layout, seed=1)

    def loss(params):
        ys = np.array([trace.y for trace in run(layout, params, inputs)])
        return 0.5 * float(((ys - targets)[mask] ** 2).sum())

    given = full_gradient(layout, params, inputs, targets, mask)
    assert_same(given, numerical_gradient(loss, params), layout, 1e-7)


@named
def test_the_rule_is_not_the_full_gradient_unless_nothing_recurs(name):
    layout = LAYOUTS[name]
    params, inputs, targets, mask = setting(layout)
    cut = truncated_gradient(layout, params, inputs, targets, mask)
    full = full_gradient(layout, params, inputs, targets, mask)
    largest = max(np.abs(array).max(initial=0) for array in full)
    apart = max(np.abs(a - b).max(initial=0) for a, b in zip(cut, full, strict=True))
    if layout.recurrent == "nothing" and not layout.peepholes:
        assert apart < 1e-12 * largest
    else:
        assert apart > 0.01 * largest


def test_the_misprinted_forget_partial_is_convicted():
    """With the squashed new state in place of c_{t-1}, as the report of 1999 prints it."""
    layout = LAYOUTS["2000"]
    params, inputs, targets, mask = setting(layout)
    traces = run(layout, params, inputs)
    expected = numerical_gradient(
        lambda params: replay(layout, params, traces, targets, mask), params
    )
    misprinted, partials = np.zeros_like(params.W_f), first_partials(layout)
    for trace, target, told in zip(traces, targets, mask, strict=True):
        wrong = trace._replace(previous=trace.previous._replace(c=trace.squashed))
        partials = next_partials(layout, wrong, partials)
        if told:
            misprinted += gradient_now(layout, params, trace, partials, target).W_f
    assert np.abs(misprinted - expected.W_f).max() > 0.1 * np.abs(expected.W_f).max()
    right = truncated_gradient(layout, params, inputs, targets, mask).W_f
    assert np.abs(right - expected.W_f).max() < 1e-7 * np.abs(expected.W_f).max()


def test_gates_feed_the_hidden_units_in_1997_and_not_in_2000():
    for recurrent, felt in (("cells and gates", True), ("cells", False), ("nothing", False)):
        layout = Layout(3, 1, 2, 2, recurrent=recurrent)
        params, inputs, _, _ = setting(layout)
        state = initial_state(layout)
        moved = state._replace(gates=state.gates + 0.5)
        one, _ = step(layout, params, inputs[0], state)
        two, _ = step(layout, params, inputs[0], moved)
        assert np.array_equal(one.h, two.h) is not felt


@pytest.mark.parametrize("cell", [lstm_1997, lstm], ids=["1997", "2000"])
def test_it_agrees_with_the_cells_of_the_course_where_both_say_the_same(cell):
    """One cell a block, no recurrence of gates: the cells of the course with other squashes.

    2 sigma(c) - 1 = tanh(c / 2) and 4 sigma(net) - 2 = 2 tanh(net / 2): with weights into the
    candidate halved the state is twice that of the cell, and what it releases is the same.
    """
    forget = cell is lstm
    layout = Layout(*(3, 2, 4), forget_gates=forget, recurrent="cells", biased=("gates", "cells"))
    params, inputs, targets, mask = setting(layout)
    letters = "ifog" if forget else "iog"
    parts = (("W", slice(0, 3)), ("U", slice(3, 7)), ("b", -1))
    weights = cell.Params(
        **{
            f"{part}_{letter}": getattr(params, f"W_{letter}")[:, columns]
            * (0.5 if letter == "g" else 1.0)
            for letter in letters
            for part, columns in parts
        }
    )
    traces, unrolled = run(layout, params, inputs), unroll(cell, weights, inputs)
    np.testing.assert_allclose([trace.h for trace in traces], unrolled.states.h, rtol=1e-11)
    ys = np.array([trace.y for trace in traces])
    delta = (ys - targets) * ys * (1 - ys) * mask[:, None]
    rule = truncated(cell, weights, unrolled, delta @ params.V[:, :4])
    given = truncated_gradient(layout, params, inputs, targets, mask)
    for letter in letters:
        for part, columns in parts:
            wanted = (0.5 if letter == "g" else 1.0) * getattr(rule, f"{part}_{letter}")
            found = getattr(given, f"W_{letter}")[:, columns]
            np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-13)


def test_memory_does_not_grow_with_time():
    layout = LAYOUTS["2000"]
    params, _, _, _ = setting(layout)
    peaks = []
    for steps in (10, 300):
        state, partials = initial_state(layout), first_partials(layout)
        tracemalloc.start()
        for _ in range(steps):
            state, trace = step(layout, params, np.ones(3), state)
            partials = next_partials(layout, trace, partials)
            gradient_now(layout, params, trace, partials, np.ones(2))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


def test_an_update_goes_down_the_rule_by_the_rate():
    layout = LAYOUTS["1997"]
    params, inputs, targets, mask = setting(layout)
    gradient = truncated_gradient(layout, params, inputs, targets, mask)
    after, predicted = train_sequence(layout, params, inputs, targets, mask, 0.3)
    for new, old, part in zip(after, params, gradient, strict=True):
        np.testing.assert_allclose(new, old - 0.3 * part, rtol=1e-13, atol=1e-15)
    ys = [trace.y for trace in run(layout, params, inputs)]
    np.testing.assert_array_equal(predicted, ys)


def test_an_update_at_every_step_changes_what_follows():
    layout = LAYOUTS["1997"]
    params, inputs, targets, mask = setting(layout)
    first = mask.copy()
    first[3:] = False
    halfway, _ = train_sequence(layout, params, inputs[:3], targets[:3], mask[:3], 0.3)
    every, predicted = train_sequence(layout, params, inputs, targets, mask, 0.3, every_step=True)
    _, plain = train_sequence(layout, params, inputs, targets, mask, 0.3)
    np.testing.assert_array_equal(predicted[:3], plain[:3])
    assert np.abs(predicted[3:] - plain[3:]).max() > 1e-4
    assert np.abs(every.V - halfway.V).max() > 1e-4


@pytest.mark.parametrize("seed", range(3))
def test_it_learns_what_was_said_five_steps_ago(seed):
    """Experiment 3a in small: three steps of signal, five of noise, and the class at the end."""
    layout = Layout(1, 1, blocks=3, biased=("gates", "cells"))
    rng = np.random.default_rng(seed)
    params = init(rng, layout, input_bias=(-1, -3, -5), output_bias=(-2, -4, -6))
    mask, right = np.arange(8) == 7, []
    for _ in range(2000):
        inputs = rng.normal(0, math.sqrt(0.2), (8, 1))
        inputs[:3] = rng.choice([-1.0, 1.0])
        targets = np.full((8, 1), float(inputs[0, 0] > 0))
        params, predicted = train_sequence(layout, params, inputs, targets, mask, 1.0)
        right.append(abs(predicted[-1, 0] - targets[-1, 0]) < 0.3)
    assert np.mean(right[:200]) < 0.6
    assert np.mean(right[-300:]) > 0.95


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"inputs": np.ones((6, 4))},
            r"inputs has shape \(6, 4\), but this layout takes \(time, 3",
        ),
        ({"inputs": np.ones(6)}, r"inputs has shape \(6,\)"),
        ({"inputs": np.ones((0, 3))}, r"inputs has shape \(0, 3\)"),
        ({"inputs": np.full((6, 3), np.nan)}, "inputs holds nan"),
        ({"inputs": np.ones((6, 3), dtype=int)}, "inputs holds integers"),
        ({"targets": np.ones((6, 1))}, r"targets has shape \(6, 1\)"),
        ({"targets": np.full((6, 2), np.inf)}, "targets holds inf"),
        ({"mask": np.ones(5, bool)}, r"mask has shape \(5,\)"),
        ({"mask": np.ones(6)}, "dtype float64; pass True or False"),
        ({"params": LAYOUTS}, "params is a dict; make them with blocks.init"),
        ({"layout": LAYOUTS["2000"]}, r"params\.W_i has shape"),
        ({"layout": "1997"}, "layout is '1997'; pass a Layout"),
        ({"state": lstm.State(np.ones(4), np.ones(4))}, "state is a State; make it with"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_wrong_arguments_are_named(change, message):
    layout = LAYOUTS["1997"]
    params, inputs, targets, mask = setting(layout)
    arguments = {
        "layout": layout,
        "params": params,
        "inputs": inputs,
        "targets": targets,
        "mask": mask,
    }
    if "state" in change:
        message = "state.(is a State|h has shape)"
    with pytest.raises(ValueError, match=message):
        truncated_gradient(**(arguments | change))


def test_a_state_of_another_layout_is_named():
    layout = LAYOUTS["1997"]
    params, inputs, _, _ = setting(layout)
    other = initial_state(replace(layout, blocks=3))
    with pytest.raises(
        ValueError, match=r"state\.h has shape \(6,\), but this layout needs \(4,\)"
    ):
        run(layout, params, inputs, other)
    unknown = initial_state(layout)._replace(c=np.full(4, np.nan))
    with pytest.raises(ValueError, match=r"state\.c holds nan"):
        run(layout, params, inputs, unknown)
    with pytest.raises(ValueError, match="rate is -1"):
        train_sequence(layout, params, inputs, np.ones((6, 2)), None, -1)
    assert isinstance(initial_state(layout), State)
