"""The forward pass of a network of memory blocks.

For block j with its cells v (the letters of the course; in brackets those of the papers):

    i_j  = sigma(W_i source + p_i c_{t-1})                   input gate   [y^in]
    f_j  = sigma(W_f source + p_f c_{t-1}), or self_weight   forget gate  [y^phi]
    g_v  = squash_in(W_g source)                             candidate    [g(net_c)]
    c_v  = f_j c_v(t-1) + i_j g_v                            state        [s_c]
    o_j  = sigma(W_o source + p_o c_t), or 1                 output gate  [y^out]
    h_v  = o_j squash_out(c_v)                               cell output  [y^c]
    y    = squash(V read)                                    outputs      [y^k]

source is the inputs of this step, what recurs of the step before, and a one; read is the cell
outputs of this step, the inputs if there is a shortcut, and a one. A bias that does not exist is
a weight of zero that is never trained.

Source: Hochreiter and Schmidhuber 1997, section 4 and appendix A.1 (with the order of section 5:
outputs read the new cell outputs); Gers, Schmidhuber and Cummins 2000; Gers, Schraudolph and
Schmidhuber 2002.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import finite_number, generator, numbers
from coursekit.blocks.layout import SQUASH, Layout
from coursekit.cells.activations import sigmoid

Array = NDArray[np.float64]


class Params(NamedTuple):
    """A row for each unit; a gate that does not exist has no rows. The last column is the bias."""

    W_i: Array  # (blocks, sources)
    W_f: Array  # (blocks or 0, sources)
    W_o: Array  # (blocks or 0, sources)
    W_g: Array  # (blocks cells, sources)
    p_i: Array  # (blocks, cells), or (0, cells) without peepholes
    p_f: Array
    p_o: Array
    V: Array  # (outputs, read)


class State(NamedTuple):
    """What one step hands to the next."""

    h: Array  # (blocks cells,)
    gates: Array  # all that exist: input, forget, output gates
    c: Array  # (blocks cells,)


class Trace(NamedTuple):
    """What a step leaves behind for the learning rule."""

    source: Array
    previous: State
    i: Array
    f: Array
    o: Array
    g: Array
    c: Array
    squashed: Array  # squash_out(c)
    h: Array
    read: Array
    y: Array


def shapes(layout: Layout) -> dict[str, tuple[int, int]]:
    """The shape of each array of Params."""
    blocks, sources = layout.blocks, layout.sources
    peep = (blocks * layout.peepholes, layout.cells)
    return {
        "W_i": (blocks, sources),
        "W_f": (blocks * layout.forget_gates, sources),
        "W_o": (blocks * layout.output_gates, sources),
        "W_g": (layout.all_cells, sources),
        "p_i": peep,
        "p_f": (peep[0] * layout.forget_gates, layout.cells),
        "p_o": (peep[0] * layout.output_gates, layout.cells),
        "V": (layout.outputs, layout.read),
    }


def trained(layout: Layout) -> Params:
    """Ones where a weight exists and is trained, zeros at biases that do not exist."""
    ones = {name: np.ones(shape) for name, shape in shapes(layout).items()}
    for names, kind in ((("W_i", "W_f", "W_o"), "gates"), (("W_g",), "cells"), (("V",), "outputs")):
        if kind not in layout.biased:
            for name in names:
                ones[name][:, -1] = 0
    return Params(**ones)


def init(
    rng: np.random.Generator,
    layout: Layout,
    spread: float = 0.1,
    *,
    input_bias: Sequence[float] | None = None,
    forget_bias: Sequence[float] | None = None,
    output_bias: Sequence[float] | None = None,
) -> Params:
    """Draw every weight uniformly within ``spread``; then set the gate biases that are given.

    Args:
        rng: source of the random numbers.
        layout: the wiring.
        spread: the largest size of a weight.
        input_bias, forget_bias, output_bias: one number a block; drawn like the rest without.

    Returns:
        Params; the bias of a unit without one is zero.

    Raises:
        ValueError: a bias for gates that have none, or another number of them than of blocks.

    >>> net = Layout(inputs=2, outputs=1, blocks=2, cells=2)
    >>> init(np.random.default_rng(0), net, input_bias=(-3, -6)).W_i[:, -1]
    array([-3., -6.])
    """
    generator(rng)
    checked_layout(layout)
    finite_number("spread", spread)
    masks = trained(layout)
    params = Params(*(rng.uniform(-spread, spread, mask.shape) * mask for mask in masks))
    for name, letter, biases in (
        ("input_bias", "W_i", input_bias),
        ("forget_bias", "W_f", forget_bias),
        ("output_bias", "W_o", output_bias),
    ):
        if biases is None:
            continue
        rows = getattr(params, letter)
        given = numbers(name, biases, axes="one a block")
        if given.shape != (len(rows),) or "gates" not in layout.biased:
            raise ValueError(
                f"{name} is {biases!r}, but this layout has {len(rows)} such gates, "
                f"{'with' if 'gates' in layout.biased else 'without'} a bias; "
                "pass one number a block"
            )
        rows[:, -1] = given
    return params


def initial_state(layout: Layout) -> State:
    """Zeros.

    >>> initial_state(Layout(inputs=2, outputs=1, blocks=2, cells=2)).gates.shape
    (4,)
    """
    return State(np.zeros(layout.all_cells), np.zeros(layout.gates), np.zeros(layout.all_cells))


def step(layout: Layout, params: Params, x: Array, state: State) -> tuple[State, Trace]:
    """One step forward; it trusts its arguments.

    Args:
        layout, params: the network.
        x: (inputs,).
        state: before the step.

    Returns:
        The state after, and the trace; ``trace.y`` is what the network predicts.

    >>> net = Layout(inputs=2, outputs=1, blocks=2, cells=2)
    >>> params = init(np.random.default_rng(0), net)
    >>> step(net, params, np.ones(2), initial_state(net))[1].y.shape
    (1,)
    """
    recurs = {"cells and gates": (state.h, state.gates), "cells": (state.h,), "nothing": ()}
    source = np.concatenate([x, *recurs[layout.recurrent], [1.0]])
    ones = np.ones(layout.blocks)

    def of_block(c: Array) -> Array:
        return c.reshape(layout.blocks, layout.cells)

    def peep(p: Array, c: Array) -> Array:
        return (p * of_block(c)).sum(axis=1) if len(p) else np.zeros(layout.blocks)

    i = sigmoid(params.W_i @ source + peep(params.p_i, state.c))
    f = layout.self_weight * ones
    if layout.forget_gates:
        f = sigmoid(params.W_f @ source + peep(params.p_f, state.c))
    g = SQUASH[layout.squash_in][0](params.W_g @ source)
    c = np.repeat(f, layout.cells) * state.c + np.repeat(i, layout.cells) * g
    o = ones
    if layout.output_gates:
        o = sigmoid(params.W_o @ source + peep(params.p_o, c))
    squashed = SQUASH[layout.squash_out][0](c)
    h = np.repeat(o, layout.cells) * squashed
    read = np.concatenate([h, *([x] if layout.shortcut else []), [1.0]])
    y = SQUASH[layout.squash][0](params.V @ read)
    there = [i] + [f] * layout.forget_gates + [o] * layout.output_gates
    after = State(h, np.concatenate(there), c)
    trace = Trace(source, state, i=i, f=f, o=o, g=g, c=c, squashed=squashed, h=h, read=read, y=y)
    return after, trace


def checked_layout(layout: Layout) -> None:
    """A layout, or a clear error."""
    if not isinstance(layout, Layout):
        raise ValueError(f"layout is {layout!r:.60}; pass a Layout")


def checked_params(layout: Layout, params: Params) -> None:
    """Parameters of this layout, or a clear error."""
    checked_layout(layout)
    if not isinstance(params, Params):
        raise ValueError(f"params is a {type(params).__name__}; make them with blocks.init")
    for name, shape in shapes(layout).items():
        array = numbers(f"params.{name}", getattr(params, name), axes=str(shape), whole=False)
        if array.shape != shape:
            raise ValueError(
                f"params.{name} has shape {array.shape}, but this layout needs {shape}; "
                "make them with blocks.init"
            )


def checked(layout: Layout, params: Params, inputs: ArrayLike, state: State | None) -> Array:
    """Inputs of a sequence, (time, inputs), where everything fits; or a clear error."""
    checked_params(layout, params)
    xs = numbers("inputs", inputs, axes="(time, inputs)", whole=False)
    if xs.ndim != 2 or len(xs) == 0 or xs.shape[1] != layout.inputs:
        raise ValueError(
            f"inputs has shape {xs.shape}, but this layout takes (time, {layout.inputs}), "
            "with one step or more"
        )
    if state is not None:
        if not isinstance(state, State):
            raise ValueError(f"state is a {type(state).__name__}; make it with initial_state")
        for name, wanted in initial_state(layout)._asdict().items():
            given = numbers(
                f"state.{name}", getattr(state, name), axes=str(wanted.shape), whole=False
            )
            if given.shape != wanted.shape:
                raise ValueError(
                    f"state.{name} has shape {given.shape}, but this layout needs {wanted.shape}; "
                    "make it with initial_state(layout)"
                )
    return xs


def run(
    layout: Layout, params: Params, inputs: ArrayLike, state: State | None = None
) -> tuple[Trace, ...]:
    """Step through one sequence.

    Args:
        layout, params: the network.
        inputs: (time, inputs).
        state: before the first step; zeros without it.

    Returns:
        The trace of each step; ``trace.y`` is what the network predicts there.

    Raises:
        ValueError: something that does not fit: the message names it.
    """
    xs = checked(layout, params, inputs, state)
    state = initial_state(layout) if state is None else state
    traces = []
    for x in xs:
        state, trace = step(layout, params, x, state)
        traces.append(trace)
    return tuple(traces)
