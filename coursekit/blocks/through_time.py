"""The whole gradient of the papers' network, to hold beside the rule that cuts it short.

What the truncated rule drops is here: error that reaches a gate or a candidate goes on to all that
it has read, cell outputs and gates of the step before, and through the peepholes to the states.

Source: Werbos 1990, Backpropagation through time: what it does and how to do it; for memory blocks
the full gradient of Graves and Schmidhuber 2005, with the order of steps of ``blocks.network``.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.blocks.layout import SQUASH, Layout
from coursekit.blocks.network import Params, State, Trace, initial_state, run, trained
from coursekit.blocks.rule import checked_targets, output_delta
from coursekit.cells.parameters import add_to, map_arrays

Array = NDArray[np.float64]


def step_back(
    layout: Layout, params: Params, trace: Trace, delta: Array, later: State
) -> tuple[Params, State]:
    """One step backward.

    Args:
        layout, params: the network.
        trace: of the step.
        delta: dE/dnet of the outputs, (outputs,); zeros where there is no target.
        later: dE/d(state after this step), through later steps only.

    Returns:
        What this step adds to the gradient, and dE/d(state before this step).
    """
    cells, by_block = layout.all_cells, (layout.blocks, layout.cells)
    zeros = np.zeros(layout.blocks)
    of_gates = iter(later.gates.reshape(-1, layout.blocks))
    later_i = next(of_gates)
    later_f = next(of_gates) if layout.forget_gates else zeros
    later_o = next(of_gates) if layout.output_gates else zeros
    i, f, o = (np.repeat(gate, layout.cells) for gate in (trace.i, trace.f, trace.o))
    before = trace.previous.c

    def block_sum(of_cells: Array) -> Array:
        return of_cells.reshape(by_block).sum(axis=1)

    def through(peepholes: Array, deltas: Array) -> Array:
        return (peepholes * deltas[:, None]).ravel() if len(peepholes) else np.zeros(cells)

    def shown(peepholes: Array, deltas: Array, c: Array) -> Array:
        return (deltas[:, None] * c.reshape(by_block))[: len(peepholes)]

    error_h = later.h + delta @ params.V[:, :cells]
    delta_o = (block_sum(error_h * trace.squashed) + later_o) * trace.o * (1 - trace.o)
    error_c = later.c + error_h * o * SQUASH[layout.squash_out][1](trace.squashed)
    error_c = error_c + through(params.p_o, delta_o)
    delta_g = error_c * i * SQUASH[layout.squash_in][1](trace.g)
    delta_i = (block_sum(error_c * trace.g) + later_i) * trace.i * (1 - trace.i)
    delta_f = (block_sum(error_c * before) + later_f) * trace.f * (1 - trace.f)

    gradient = Params(
        W_i=np.outer(delta_i, trace.source),
        W_f=np.outer(delta_f, trace.source)[: len(params.W_f)],
        W_o=np.outer(delta_o, trace.source)[: len(params.W_o)],
        W_g=np.outer(delta_g, trace.source),
        p_i=shown(params.p_i, delta_i, before),
        p_f=shown(params.p_f, delta_f, before),
        p_o=shown(params.p_o, delta_o, trace.c),
        V=np.outer(delta, trace.read),
    )
    back = delta_i @ params.W_i + delta_g @ params.W_g
    if layout.forget_gates:
        back = back + delta_f @ params.W_f
    if layout.output_gates:
        back = back + delta_o @ params.W_o
    recurring = back[layout.inputs : -1]
    earlier = State(
        h=recurring[:cells] if layout.recurrent != "nothing" else np.zeros(cells),
        gates=recurring[cells:] if layout.recurrent == "cells and gates" else 0 * later.gates,
        c=error_c * f + through(params.p_i, delta_i) + through(params.p_f, delta_f),
    )
    return gradient, earlier


def full_gradient(
    layout: Layout,
    params: Params,
    inputs: ArrayLike,
    targets: ArrayLike,
    mask: ArrayLike | None = None,
) -> Params:
    """The whole gradient of E for one sequence, by backpropagation through time.

    Args:
        layout, params: the network.
        inputs: (time, inputs), from a fresh state.
        targets: (time, outputs).
        mask: (time,), True where a step has a target; all steps without it.

    Returns:
        The gradient of E in the shapes of Params; zeros at biases that do not exist.

    Raises:
        ValueError: something that does not fit: the message names it.

    >>> from coursekit.blocks import init
    >>> net = Layout(inputs=2, outputs=1, blocks=2, cells=2)
    >>> params = init(np.random.default_rng(0), net)
    >>> full_gradient(net, params, np.ones((5, 2)), np.ones((5, 1))).W_i.shape
    (2, 11)
    """
    traces = run(layout, params, inputs)
    wanted, told = checked_targets(layout, np.asarray(inputs), targets, mask)
    total, later = map_arrays(np.zeros_like, params), initial_state(layout)
    for trace, target, has_target in zip(reversed(traces), wanted[::-1], told[::-1], strict=True):
        delta = output_delta(layout, trace, target) * has_target
        gradient, later = step_back(layout, params, trace, delta, later)
        add_to(total, gradient)
    return map_arrays(np.multiply, total, trained(layout))
