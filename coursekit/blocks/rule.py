"""The truncated learning rule of the papers, forward in time, and plain descent by it.

For each weight of a cell, an input gate or a forget gate, one number a cell is carried along:

    dc/dW_g = f dc/dW_g + i squash_in'(net_g) source
    dc/dW_i = f dc/dW_i + g sigma'(net_i) source
    dc/dW_f = f dc/dW_f + c_{t-1} sigma'(net_f) source

(a peephole's source is the state that it shows). When a target arrives, with
E = 1/2 sum (y - target)^2:

    delta_k = squash'(net_k) (y_k - target_k)               outputs
    e_v     = sum_k V_kv delta_k                            what reaches the cell's output
    delta_o = sigma'(net_o) sum over the block's cells of squash_out(c_v) e_v
    e_c     = o squash_out'(c_v) e_v                        times the partials, for the others

Nothing is sent to other hidden units. The papers' error has no factor 2, and neither has this one.
The 2002 paper descends with momentum: hand ``truncated_gradient`` to ``training.Momentum``.

Source: Hochreiter and Schmidhuber 1997, appendix A.1; Gers, Schmidhuber and Cummins 2000, with
c_{t-1} in the forget gate's partial (the technical report prints the squashed new state there).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import finite_number, numbers
from coursekit.blocks.layout import SQUASH, Layout
from coursekit.blocks.network import (
    Params,
    State,
    Trace,
    checked,
    initial_state,
    run,
    step,
    trained,
)
from coursekit.cells.parameters import map_arrays

Array = NDArray[np.float64]


class Partials(NamedTuple):
    """dc_v / dw for each cell v and each weight w of its own or of its block's gates."""

    W_g: Array  # (blocks cells, sources)
    W_i: Array
    W_f: Array  # no rows without forget gates
    p_i: Array  # (blocks cells, cells), no rows without peepholes
    p_f: Array


def first_partials(layout: Layout) -> Partials:
    """Before the first step nothing depends on a weight: zeros.

    >>> first_partials(Layout(inputs=2, outputs=1, blocks=2, cells=2)).W_i.shape
    (4, 11)
    """
    cells, sources, per = layout.all_cells, layout.sources, layout.cells
    forget = cells * layout.forget_gates
    return Partials(
        *(np.zeros((cells, sources)), np.zeros((cells, sources)), np.zeros((forget, sources))),
        np.zeros((cells * layout.peepholes, per)),
        np.zeros((forget * layout.peepholes, per)),
    )


def next_partials(layout: Layout, trace: Trace, partials: Partials) -> Partials:
    """Carry the partials over one step."""
    i, f = (np.repeat(gate, layout.cells) for gate in (trace.i, trace.f))
    slope_g = i * SQUASH[layout.squash_in][1](trace.g)
    slope_i = trace.g * i * (1 - i)
    slope_f = trace.previous.c * f * (1 - f)
    shown = np.repeat(trace.previous.c.reshape(layout.blocks, -1), layout.cells, axis=0)

    def carried(partial: Array, slope: Array, source: Array) -> Array:
        if not len(partial):
            return partial
        return f[:, None] * partial + slope[:, None] * source

    return Partials(
        W_g=carried(partials.W_g, slope_g, trace.source),
        W_i=carried(partials.W_i, slope_i, trace.source),
        W_f=carried(partials.W_f, slope_f, trace.source),
        p_i=carried(partials.p_i, slope_i, shown),
        p_f=carried(partials.p_f, slope_f, shown),
    )


def output_delta(layout: Layout, trace: Trace, target: Array) -> Array:
    """dE/dnet of the outputs."""
    return SQUASH[layout.squash][1](trace.y) * (trace.y - target)


def gradient_now(
    layout: Layout, params: Params, trace: Trace, partials: Partials, target: Array
) -> Params:
    """dE/dw by the truncated rule, for the target of one step: O(weights), no history.

    Args:
        layout, params: the network.
        trace: of the step.
        partials: after the step.
        target: (outputs,).
    """
    delta = output_delta(layout, trace, target)
    error = delta @ params.V[:, : layout.all_cells]
    by_block = (layout.blocks, layout.cells)
    o = np.repeat(trace.o, layout.cells)
    error_c = error * o * SQUASH[layout.squash_out][1](trace.squashed)
    delta_o = (error * trace.squashed).reshape(by_block).sum(axis=1) * trace.o * (1 - trace.o)

    def of_gate(partial: Array) -> Array:
        if not len(partial):
            return partial
        return (error_c[:, None] * partial).reshape(*by_block, -1).sum(axis=1)

    gradient = Params(
        W_i=of_gate(partials.W_i),
        W_f=of_gate(partials.W_f),
        W_o=np.outer(delta_o, trace.source)[: len(params.W_o)],
        W_g=error_c[:, None] * partials.W_g,
        p_i=of_gate(partials.p_i),
        p_f=of_gate(partials.p_f),
        p_o=(delta_o[:, None] * trace.c.reshape(by_block))[: len(params.p_o)],
        V=np.outer(delta, trace.read),
    )
    return map_arrays(np.multiply, gradient, trained(layout))


def checked_targets(
    layout: Layout, inputs: Array, targets: ArrayLike, mask: ArrayLike | None
) -> tuple[Array, NDArray[np.bool_]]:
    """Targets (time, outputs) and the steps that have one (time,), or a clear error."""
    wanted = numbers("targets", targets, axes="(time, outputs)")
    if wanted.shape != (len(inputs), layout.outputs):
        raise ValueError(
            f"targets has shape {wanted.shape}, but these inputs and this layout need "
            f"{(len(inputs), layout.outputs)}; pass one row a step"
        )
    told = np.ones(len(inputs), bool) if mask is None else np.asarray(mask)
    if told.shape != (len(inputs),) or told.dtype != bool:
        raise ValueError(
            f"mask has shape {told.shape} and dtype {told.dtype}; "
            f"pass True or False for each of the {len(inputs)} steps"
        )
    return wanted, told


def truncated_gradient(
    layout: Layout,
    params: Params,
    inputs: ArrayLike,
    targets: ArrayLike,
    mask: ArrayLike | None = None,
    state: State | None = None,
) -> Params:
    """What the truncated rule gives for one sequence, summed over its targets.

    Args:
        layout, params: the network.
        inputs: (time, inputs).
        targets: (time, outputs).
        mask: (time,), True where a step has a target; all steps without it.
        state: before the first step; zeros without it.

    Returns:
        The gradient of E in the shapes of Params; zeros at biases that do not exist.

    Raises:
        ValueError: something that does not fit: the message names it.

    >>> from coursekit.blocks import init
    >>> net = Layout(inputs=2, outputs=1, blocks=2, cells=2)
    >>> params = init(np.random.default_rng(0), net)
    >>> truncated_gradient(net, params, np.ones((5, 2)), np.ones((5, 1))).V.shape
    (1, 5)
    """
    traces = run(layout, params, inputs, state)
    wanted, told = checked_targets(layout, np.asarray(inputs), targets, mask)
    partials, total = first_partials(layout), map_arrays(np.zeros_like, params)
    for trace, target, has_target in zip(traces, wanted, told, strict=True):
        partials = next_partials(layout, trace, partials)
        if has_target:
            part = gradient_now(layout, params, trace, partials, target)
            total = map_arrays(np.add, total, part)
    return total


def train_sequence(
    layout: Layout,
    params: Params,
    inputs: ArrayLike,
    targets: ArrayLike,
    mask: ArrayLike | None,
    rate: float,
    *,
    every_step: bool = False,
) -> tuple[Params, Array]:
    """Plain gradient descent on one sequence, from a fresh state.

    Args:
        layout, params: the network before.
        inputs, targets, mask: the sequence.
        rate: the learning rate.
        every_step: whether weights move as soon as a target is met, or once at the end.

    Returns:
        The network after, and what it predicted, (time, outputs), before each of its updates.

    Raises:
        ValueError: something that does not fit: the message names it.

    >>> from coursekit.blocks import init
    >>> net = Layout(inputs=2, outputs=1, blocks=2, cells=2)
    >>> params, last = init(np.random.default_rng(0), net), np.arange(5) == 4
    >>> params, predicted = train_sequence(net, params, np.ones((5, 2)), np.ones((5, 1)), last, 0.5)
    >>> predicted.shape
    (5, 1)
    """
    xs = checked(layout, params, inputs, None)
    wanted, told = checked_targets(layout, xs, targets, mask)
    finite_number("rate", rate)
    state, partials = initial_state(layout), first_partials(layout)
    total, predicted = map_arrays(np.zeros_like, params), []
    for x, target, has_target in zip(xs, wanted, told, strict=True):
        state, trace = step(layout, params, x, state)
        partials = next_partials(layout, trace, partials)
        predicted.append(trace.y)
        if has_target:
            part = gradient_now(layout, params, trace, partials, target)
            if every_step:
                params = map_arrays(lambda w, d: w - rate * d, params, part)
            else:
                total = map_arrays(np.add, total, part)
    if not every_step:
        params = map_arrays(lambda w, d: w - rate * d, params, total)
    return params, np.array(predicted)
