"""Memory blocks under the truncated rule, compiled: eight trials at once, no history.

Each update is the one of ``blocks.train_sequence``. A trial has its own weights, sequences and
rate, and computes the same whoever its seven neighbours are.

Sequences that are walked together end together: one that is shorter is held at zero until its turn
comes. So their errors arrive at the same step, and one pass over the weights serves eight trials.
Streams, in which a sequence goes on where the one before has ended, are walked by ``streams``.

All weights stand in one flat array of lanes, in this order: a row for each unit (input, forget and
output gates, then cells) with a column for each source (inputs, what recurs, a one); the columns
of one-hot inputs, symbol after symbol; peepholes; a row for each output (cells, inputs if there is
a shortcut, a one); the outputs' columns of one-hot inputs. ``partials`` holds, for each cell, a
row of sources for each letter that has partials (g, i, f); symbol after symbol, those of one-hot
inputs; those of peepholes. Every squashing function is an affine form of tanh(net / 2).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.blocks.layout import SQUASH, Layout
from coursekit.kernels.compiled import UNCOUNTED, compiled, woven
from coursekit.kernels.lanes import WIDTH, add_at, everywhere, fma, kept, load, look_up, store
from coursekit.kernels.squash import tanh

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
KINDS = tuple(SQUASH)
DOUBLE, SINGLE, LOGISTIC, IDENTITY, ENTROPY = (
    KINDS.index(name)
    for name in ("4 sigma - 2", "2 sigma - 1", "sigma", "identity", "sigma, cross-entropy")
)


class Sizes(NamedTuple):
    """A layout in numbers, and where each part stands in the flat arrays."""

    dense: int  # inputs that are numbers; none when they are one-hot
    symbols: int  # one-hot inputs
    outputs: int
    blocks: int
    cells: int  # behind the gates of a block
    all_cells: int
    gates: int
    rows: int
    stride: int  # sources
    read: int  # of an output, without one-hot inputs
    letters: int  # that have partials: g, i and perhaps f
    forget: int  # 1 where they exist
    release: int  # output gates: 1 where they exist
    leaky: int  # 1 where a state does not keep all of itself
    self_weight: float  # without forget gates
    gates_recur: int
    cells_recur: int
    shortcut: int
    peepholes: int
    gates_biased: int
    cells_biased: int
    outputs_biased: int
    squash_in: int
    squash_out: int
    squash: int
    at_symbols: int
    at_peep: int
    at_V: int
    at_V_symbols: int
    end: int
    P_symbols: int
    P_peep: int
    P_end: int


def sizes_of(layout: Layout, one_hot: bool) -> Sizes:
    """Count what a layout needs."""
    dense, symbols = (0, layout.inputs) if one_hot else (layout.inputs, 0)
    all_cells, rows = layout.all_cells, layout.gates + layout.all_cells
    stride, letters = dense + layout.recurring + 1, 2 + layout.forget_gates
    read = all_cells + dense * layout.shortcut + 1
    at_symbols = rows * stride
    at_peep = at_symbols + rows * symbols
    at_V = at_peep + 3 * all_cells * layout.peepholes
    at_V_symbols = at_V + layout.outputs * read
    P_symbols = all_cells * letters * stride
    P_peep = P_symbols + all_cells * letters * symbols
    return Sizes(
        *(dense, symbols, layout.outputs, layout.blocks, layout.cells, all_cells, layout.gates),
        *(rows, stride, read, letters, int(layout.forget_gates), int(layout.output_gates)),
        leaky=int(layout.forget_gates or layout.self_weight != 1),
        self_weight=float(layout.self_weight),
        gates_recur=int(layout.recurrent == "cells and gates"),
        cells_recur=int(layout.recurrent != "nothing"),
        shortcut=int(layout.shortcut),
        peepholes=int(layout.peepholes),
        gates_biased=int("gates" in layout.biased),
        cells_biased=int("cells" in layout.biased),
        outputs_biased=int("outputs" in layout.biased),
        squash_in=KINDS.index(layout.squash_in),
        squash_out=KINDS.index(layout.squash_out),
        squash=KINDS.index(layout.squash),
        at_symbols=at_symbols,
        at_peep=at_peep,
        at_V=at_V,
        at_V_symbols=at_V_symbols,
        end=at_V_symbols + layout.outputs * symbols * layout.shortcut,
        P_symbols=P_symbols,
        P_peep=P_peep,
        P_end=P_peep + all_cells * letters * layout.cells * layout.peepholes,
    )


@woven
def half_tanh(array: Array, begin: int, end: int) -> None:
    """array[k] = tanh(array[k] / 2): one loop, so that its constants stay in registers."""
    for k in range(begin, end):
        store(array, k, tanh(0.5 * load(array, k)))


@woven
def squashed_as(kind: int, half: Any) -> Any:
    """A squashing function of the layout, from tanh(net / 2); from net if it is the identity."""
    if kind == DOUBLE:
        return 2.0 * half
    if kind in (LOGISTIC, ENTROPY):
        return 0.5 + 0.5 * half
    return half


@woven
def slope_as(kind: int, value: Any) -> Any:
    """Its slope, from its value."""
    if kind == DOUBLE:
        return 0.25 * ((2.0 + value) * (2.0 - value))
    if kind == SINGLE:
        return 0.5 * ((1.0 + value) * (1.0 - value))
    if kind == LOGISTIC:
        return value * (1.0 - value)
    return everywhere(1.0)


@woven
def held(new: Any, old: Any, live: Any) -> Any:
    """``new`` for the trials whose sequence has begun, ``old`` for the others."""
    return kept(new, live) + kept(old, 1.0 - live)


@woven
def clear(array: Array, begin: int, end: int) -> None:
    """Zeros."""
    for n in range(begin, end):
        store(array, n, everywhere(0.0))


@woven
def raised(array: Array, at: int, value: Any) -> None:
    """array[at] += value."""
    store(array, at, load(array, at) + value)


@woven
def raised_row(array: Array, at: int, factor: Any, other: Array, begin: int, count: int) -> None:
    """array[at + s] += factor other[begin + s]."""
    for s in range(count):
        store(array, at + s, fma(factor, load(other, begin + s), load(array, at + s)))


@woven
def nets(net: Array, rows: int, weights: Array, stride: int, src: Array, begin: int) -> None:
    """net[k] += row k of the weights times the sources: four sums side by side."""
    k = 0
    while k + 4 <= rows:
        first = k * stride
        a, b, c, d = load(net, k), load(net, k + 1), load(net, k + 2), load(net, k + 3)
        for s in range(stride):
            value = load(src, begin + s)
            a = fma(load(weights, first + s), value, a)
            b = fma(load(weights, first + stride + s), value, b)
            c = fma(load(weights, first + 2 * stride + s), value, c)
            d = fma(load(weights, first + 3 * stride + s), value, d)
        store(net, k, a)
        store(net, k + 1, b)
        store(net, k + 2, c)
        store(net, k + 3, d)
        k += 4
    while k < rows:
        a = load(net, k)
        for s in range(stride):
            a = fma(load(weights, k * stride + s), load(src, begin + s), a)
        store(net, k, a)
        k += 1


@woven
def peep(net: Array, row: int, weights: Array, at: int, c: Array, blocks: int, cells: int) -> None:
    """net[row + j] += what the gate of block j sees of its cells."""
    for v in range(blocks * cells):
        j = row + v // cells
        store(net, j, fma(load(weights, at + v), load(c, v), load(net, j)))


@woven
def carried(
    partials: Array, at: int, src: Array, begin: int, count: int, slope_g: Any, slope_i: Any
) -> None:
    """The partials of one cell over one step, where the state keeps all of itself."""
    for s in range(count):
        x, g, i = load(src, begin + s), at + s, at + count + s
        store(partials, g, fma(slope_g, x, load(partials, g)))
        store(partials, i, fma(slope_i, x, load(partials, i)))


@woven
def carried_and_kept(
    partials: Array, at: int, src: Array, begin: int, count: int, slope: Any, f: Any
) -> None:
    """The partials of one cell and one letter over one step, where it keeps a share."""
    for s in range(at, at + count):
        store(partials, s, fma(slope, load(src, begin + s - at), f * load(partials, s)))


@woven
def coming(
    src: Array, begin: int, dense: int, inputs: Array, own: int, starts: Whole, lengths: Whole
) -> None:
    """The inputs of step ``own``, counted back from the sequences' common end."""
    for lane in range(WIDTH):
        if own <= lengths[lane]:
            row = starts[lane] + lengths[lane] - own
            for k in range(dense):
                src[(begin + k) * WIDTH + lane] = inputs[row, k]


@woven
def forward(
    sizes: Sizes, weights: Array, src: Array, begin: int, net: Array, c: Array, before: Array
) -> None:
    """The gates and candidates of a step as tanh(net / 2), but for what waits for the state."""
    nets(net, sizes.rows, weights, sizes.stride, src, begin)
    first_o = sizes.blocks * (1 + sizes.forget)
    if sizes.peepholes:
        peep(net, 0, weights, sizes.at_peep, c, sizes.blocks, sizes.cells)
        if sizes.forget:
            at = sizes.at_peep + sizes.all_cells
            peep(net, sizes.blocks, weights, at, c, sizes.blocks, sizes.cells)
        half_tanh(net, 0, first_o)
        if sizes.squash_in != IDENTITY:
            half_tanh(net, sizes.gates, sizes.rows)
    else:
        half_tanh(net, 0, sizes.gates if sizes.squash_in == IDENTITY else sizes.rows)
    for v in range(sizes.all_cells):
        store(before, v, load(c, v))


@woven
def stated(
    sizes: Sizes,
    net: Array,
    c: Array,
    slopes: Array,
    kept_share: Array,
    whole: bool,
    live: Any,
    learn: bool,
) -> None:
    """c_{t-1} -> c_t; the gates' values; how fast each letter of a cell moves its state.

    ``kept_share`` is how much of the partials of a block stays: f, or all of those that are held.
    """
    for j in range(sizes.blocks):
        i = 0.5 + 0.5 * load(net, j)
        store(net, j, i)
        f = everywhere(sizes.self_weight)
        if sizes.forget:
            f = 0.5 + 0.5 * load(net, sizes.blocks + j)
            store(net, sizes.blocks + j, f)
        if sizes.leaky:
            store(kept_share, j, f if whole else held(f, everywhere(1.0), live))
        for v in range(j * sizes.cells, (j + 1) * sizes.cells):
            old, g = load(c, v), squashed_as(sizes.squash_in, load(net, sizes.gates + v))
            new = fma(i, g, f * old)
            slope_g, slope_i = i * slope_as(sizes.squash_in, g), g * (i * (1.0 - i))
            slope_f = old * (f * (1.0 - f))
            if not whole:
                new = held(new, old, live)
                slope_g, slope_i = kept(slope_g, live), kept(slope_i, live)
                slope_f = kept(slope_f, live)
            store(c, v, new)
            if learn:
                store(slopes, sizes.letters * v, slope_g)
                store(slopes, sizes.letters * v + 1, slope_i)
                if sizes.forget:
                    store(slopes, sizes.letters * v + 2, slope_f)


@woven
def released(sizes: Sizes, weights: Array, net: Array, c: Array, squashed: Array, h: Array) -> None:
    """The output gates, squash_out(c_t) and h_t."""
    first_o = sizes.blocks * (1 + sizes.forget)
    if sizes.peepholes and sizes.release:
        at = sizes.at_peep + 2 * sizes.all_cells
        peep(net, first_o, weights, at, c, sizes.blocks, sizes.cells)
        half_tanh(net, first_o, sizes.gates)
    for v in range(sizes.all_cells):
        store(squashed, v, load(c, v))
    if sizes.squash_out != IDENTITY:
        half_tanh(squashed, 0, sizes.all_cells)
    for j in range(sizes.blocks):
        o = everywhere(1.0)
        if sizes.release:
            o = 0.5 + 0.5 * load(net, first_o + j)
            store(net, first_o + j, o)
        for v in range(j * sizes.cells, (j + 1) * sizes.cells):
            value = squashed_as(sizes.squash_out, load(squashed, v))
            store(squashed, v, value)
            store(h, v, o * value)


@woven
def carry(
    sizes: Sizes,
    partials: Array,
    src: Array,
    begin: int,
    kept_share: Array,
    slopes: Array,
    before: Array,
    symbol_at: Whole,
) -> None:
    """All partials over one step."""
    letters, many = sizes.letters, sizes.all_cells
    if sizes.leaky:
        for symbol in range(sizes.symbols):
            for v in range(many):
                f = load(kept_share, v // sizes.cells)
                first = sizes.P_symbols + (symbol * many + v) * letters
                for k in range(first, first + letters):
                    store(partials, k, f * load(partials, k))
    for v in range(many):
        first, own = v * letters * sizes.stride, letters * v
        if sizes.leaky:
            f = load(kept_share, v // sizes.cells)
            for k in range(letters):
                at = first + k * sizes.stride
                carried_and_kept(partials, at, src, begin, sizes.stride, load(slopes, own + k), f)
        else:
            slope_g, slope_i = load(slopes, own), load(slopes, own + 1)
            carried(partials, first, src, begin, sizes.stride, slope_g, slope_i)
        if sizes.symbols:
            for k in range(own, own + letters):
                add_at(partials, sizes.P_symbols + k, symbol_at, load(slopes, k))
        if sizes.peepholes:
            for u in range(sizes.cells):
                shown = load(before, v - v % sizes.cells + u)
                at = sizes.P_peep + (v * sizes.cells + u) * letters
                for k in range(1, letters):
                    p = load(partials, at + k)
                    if sizes.leaky:
                        p = load(kept_share, v // sizes.cells) * p
                    store(partials, at + k, fma(load(slopes, own + k), shown, p))


@woven
def predicted(
    sizes: Sizes, weights: Array, src: Array, begin: int, h: Array, y: Array, symbol_at: Whole
) -> None:
    """The outputs, and after them their slopes."""
    many, outs = sizes.all_cells, sizes.outputs
    for q in range(outs):
        first = sizes.at_V + q * sizes.read
        value = load(weights, first + sizes.read - 1)
        if sizes.symbols and sizes.shortcut:
            value = value + look_up(weights, sizes.at_V_symbols + q, symbol_at)
        for v in range(many):
            value = fma(load(weights, first + v), load(h, v), value)
        for k in range(sizes.read - 1 - many):
            value = fma(load(weights, first + many + k), load(src, begin + k), value)
        store(y, q, value)
    if sizes.squash != IDENTITY:
        half_tanh(y, 0, outs)
    for q in range(outs):
        value = squashed_as(sizes.squash, load(y, q))
        store(y, q, value)
        store(y, outs + q, slope_as(sizes.squash, value))


@woven
def compared(
    outs: int,
    y: Array,
    back: int,
    starts: Whole,
    lengths: Whole,
    targets: Array,
    mask: NDArray[np.bool_],
    alive: Array,
    answers: Array,
) -> None:
    """Note what was predicted where there is a target; ``y`` becomes y - target, or zero."""
    for lane in range(WIDTH):
        row = starts[lane] + lengths[lane] - back
        if alive[lane] > 0.0 and mask[row]:
            for q in range(outs):
                answers[row, q] = y[q * WIDTH + lane]
                y[q * WIDTH + lane] -= targets[row, q]
        else:
            for q in range(outs):
                y[q * WIDTH + lane] = 0.0


@woven
def recurred(
    sizes: Sizes, src: Array, begin: int, then: int, h: Array, net: Array, whole: bool, live: Any
) -> None:
    """What recurs becomes a source of the next step."""
    for v in range(sizes.cells_recur * sizes.all_cells):
        new = load(h, v)
        if not whole:
            new = held(new, load(src, begin + sizes.dense + v), live)
        store(src, then + sizes.dense + v, new)
    first = sizes.dense + sizes.all_cells
    for k in range(sizes.gates_recur * sizes.gates):
        new = load(net, k)
        if not whole:
            new = held(new, load(src, begin + first + k), live)
        store(src, then + first + k, new)


@woven
def outputs_learn(
    sizes: Sizes,
    weights: Array,
    into: Array,
    minus_rate: Any,
    src: Array,
    begin: int,
    h: Array,
    y: Array,
    error: Array,
    symbol_at: Whole,
) -> None:
    """Move the outputs' weights; ``error`` is minus the rate times what reaches each cell."""
    many = sizes.all_cells
    clear(error, 0, many)
    for q in range(sizes.outputs):
        delta = minus_rate * (load(y, q) * load(y, sizes.outputs + q))
        first = sizes.at_V + q * sizes.read
        raised_row(error, 0, delta, weights, first, many)
        raised_row(into, first, delta, h, 0, many)
        raised_row(into, first + many, delta, src, begin, sizes.read - 1 - many)
        if sizes.symbols and sizes.shortcut:
            add_at(into, sizes.at_V_symbols + q, symbol_at, delta)
        if sizes.outputs_biased:
            raised(into, first + sizes.read - 1, delta)


@woven
def blocks_learn(
    sizes: Sizes,
    into: Array,
    partials: Array,
    src: Array,
    begin: int,
    net: Array,
    c: Array,
    squashed: Array,
    error: Array,
    symbol_at: Whole,
) -> None:
    """Move the weights of gates and cells."""
    many, stride, letters = sizes.all_cells, sizes.stride, sizes.letters
    of_gate, of_cell = stride - 1 + sizes.gates_biased, stride - 1 + sizes.cells_biased
    first_o = sizes.blocks * (1 + sizes.forget)
    for j in range(sizes.blocks):
        o, delta = everywhere(1.0), everywhere(0.0)
        if sizes.release:
            o = load(net, first_o + j)
        for v in range(j * sizes.cells, (j + 1) * sizes.cells):
            e, s = load(error, v), load(squashed, v)
            delta = fma(e, s, delta)
            store(error, v, e * (o * slope_as(sizes.squash_out, s)))
        if sizes.release:
            delta = delta * (o * (1.0 - o))
            raised_row(into, (first_o + j) * stride, delta, src, begin, of_gate)
            if sizes.symbols:
                add_at(into, sizes.at_symbols + first_o + j, symbol_at, delta)
            if sizes.peepholes:
                own = j * sizes.cells
                raised_row(into, sizes.at_peep + 2 * many + own, delta, c, own, sizes.cells)
    for v in range(many):
        e, j, first = load(error, v), v // sizes.cells, v * letters * stride
        raised_row(into, (sizes.gates + v) * stride, e, partials, first, of_cell)
        for k in range(1, letters):
            row = (k - 1) * sizes.blocks + j
            raised_row(into, row * stride, e, partials, first + k * stride, of_gate)
            if sizes.peepholes:
                for u in range(sizes.cells):
                    at = sizes.at_peep + (k - 1) * many + j * sizes.cells + u
                    p = load(partials, sizes.P_peep + (v * sizes.cells + u) * letters + k)
                    raised(into, at, e * p)
    for symbol in range(sizes.symbols):
        at = sizes.at_symbols + symbol * sizes.rows
        for v in range(many):
            e, first = load(error, v), sizes.P_symbols + (symbol * many + v) * letters
            raised(into, at + sizes.gates + v, e * load(partials, first))
            for k in range(1, letters):
                row = (k - 1) * sizes.blocks + v // sizes.cells
                raised(into, at + row, e * load(partials, first + k))


def _train(  # type: ignore[no-untyped-def]
    sizes,
    every_step,
    learn,
    weights,
    summed,
    rates,
    data,
    starts,
    lengths,
    buffers,
    answers,
) -> None:
    """Walk eight trials through their sequences; with ``learn``, update.

    Args:
        sizes: of the layout.
        every_step: whether weights move as soon as a target is met, or at the end of a sequence.
        weights, summed: lanes: all weights, and what a sequence changes them by.
        rates: one entry of lanes.
        data: inputs (rows, inputs), symbols (rows,), targets (rows, outputs), mask (rows,).
        starts, lengths: (sequences, 8): where in ``data`` each trial's sequence stands.
        answers: (rows, outputs), what was predicted at each step that has a target.
    """
    inputs, symbols, targets, mask = data
    buffers, places = buffers
    src, net, c, before, squashed, h, y, partials, slopes, kept_share, error, alive, _ = buffers
    symbol_W, symbol_P, symbol_V = places
    stride, many, dense = sizes.stride, sizes.all_cells, sizes.dense
    into = weights if every_step else summed
    clear(summed, 0, sizes.end)
    for n in range(len(starts)):
        first, count = starts[n], lengths[n]
        steps = 0
        for lane in range(WIDTH):
            steps = max(steps, count[lane])
        clear(c, 0, many)
        clear(src, 0, 2 * stride)
        if learn:
            clear(partials, 0, sizes.P_end)
        store(src, stride - 1, everywhere(1.0))
        store(src, 2 * stride - 1, everywhere(1.0))
        begin, then = 0, stride
        coming(src, begin, dense, inputs, steps, first, count)
        for back in range(steps, 0, -1):  # steps to the end, this one counted
            # One step ahead: what is stored a number at a time is not at once there as a vector.
            if back > 1:
                coming(src, then, dense, inputs, back - 1, first, count)
            whole, told = True, False
            for lane in range(WIDTH):
                inside = back <= count[lane]
                alive[lane] = 1.0 if inside else 0.0
                row = first[lane] + count[lane] - back
                whole = whole and inside
                told = told or (inside and mask[row])
                if sizes.symbols:
                    symbol = symbols[row] if inside else 0
                    symbol_W[lane] = symbol * sizes.rows
                    symbol_P[lane] = symbol * many * sizes.letters
                    symbol_V[lane] = symbol * sizes.outputs
            live = load(alive, 0)
            if sizes.symbols:
                for k in range(sizes.rows):
                    store(net, k, look_up(weights, sizes.at_symbols + k, symbol_W))
            else:
                clear(net, 0, sizes.rows)
            forward(sizes, weights, src, begin, net, c, before)
            stated(sizes, net, c, slopes, kept_share, whole, live, learn)
            released(sizes, weights, net, c, squashed, h)
            if learn:
                carry(sizes, partials, src, begin, kept_share, slopes, before, symbol_P)
            if told:
                predicted(sizes, weights, src, begin, h, y, symbol_V)
                compared(sizes.outputs, y, back, first, count, targets, mask, alive, answers)
            if told and learn:
                minus_rate = 0.0 - load(rates, 0)
                outputs_learn(sizes, weights, into, minus_rate, src, begin, h, y, error, symbol_V)
                blocks_learn(sizes, into, partials, src, begin, net, c, squashed, error, symbol_W)
            recurred(sizes, src, begin, then, h, net, whole, live)
            begin, then = then, begin
        if learn and not every_step:
            for k in range(sizes.end):
                raised(weights, k, load(summed, k))
                store(summed, k, everywhere(0.0))


train = compiled(_train, **UNCOUNTED)
