"""Online training of memory blocks by the truncated rule: a sequence, an update; eight at once.

Each update is the one of ``blocks.train_sequence``. A trial has its own weights, sequences and
rate, and computes the same whoever its seven neighbours are.

Sequences that are walked together end together: one that is shorter is held at its initial state
until its turn comes. So their errors arrive at the same step, and one pass over the weights
serves eight trials. Nothing is kept of earlier steps, as in the rule.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import numbers
from coursekit.blocks import Layout, Params
from coursekit.blocks.layout import SQUASH
from coursekit.blocks.network import checked_layout, checked_params
from coursekit.kernels.compiled import HAVE_NUMBA, announce, compiled, inlined

if HAVE_NUMBA:
    from coursekit.kernels.lanes import add_at, everywhere, fma, kept, load, look_up, store
    from coursekit.kernels.products import products
    from coursekit.kernels.squash import sigmoid, tanh

Array = NDArray[np.float64]
WIDTH = 8
KINDS = tuple(SQUASH)
DOUBLE, SINGLE, LOGISTIC, IDENTITY = (
    KINDS.index(name) for name in ("4 sigma - 2", "2 sigma - 1", "sigma", "identity")
)


class Sizes(NamedTuple):
    """A layout in numbers, and where each array stands among the flat arrays of lanes."""

    dense: int  # inputs that are products; none when they are one-hot
    symbols: int  # one-hot inputs
    outputs: int
    blocks: int
    cells: int  # a block
    forget: int  # 1 where they exist
    release: int  # output gates: 1 where they exist
    recurring: int
    shortcut: int
    peepholes: int
    biased: tuple[int, int, int]  # gates, cells, outputs
    kinds: tuple[int, int, int]  # squash_in, squash_out, squash
    at: tuple[int, int, int, int, int]  # columns of symbols, peepholes, V, its symbols; the end
    partials_at: tuple[int, int, int]  # partials of symbols, of peepholes; the end


def sizes_of(layout: Layout, one_hot: bool) -> Sizes:
    """Count what a layout needs."""
    inputs = layout.inputs
    dense, symbols = (0, inputs) if one_hot else (inputs, 0)
    all_cells, rows = layout.all_cells, layout.gates + layout.all_cells
    sources = dense + layout.recurring + 1
    letters = 2 + layout.forget_gates
    read = all_cells + dense * layout.shortcut + 1
    spans = (
        rows * sources,
        rows * symbols,
        3 * all_cells * layout.peepholes,
        layout.outputs * read,
        layout.outputs * symbols * layout.shortcut,
    )
    ends = np.cumsum(spans)
    of_partials = np.cumsum(
        [
            all_cells * letters * sources,
            all_cells * letters * symbols,
            all_cells * letters * layout.cells * layout.peepholes,
        ]
    )
    return Sizes(
        *(dense, symbols, layout.outputs, layout.blocks, layout.cells),
        forget=int(layout.forget_gates),
        release=int(layout.output_gates),
        recurring=layout.recurring,
        shortcut=int(layout.shortcut),
        peepholes=int(layout.peepholes),
        biased=tuple(int(name in layout.biased) for name in ("gates", "cells", "outputs")),
        kinds=tuple(KINDS.index(k) for k in (layout.squash_in, layout.squash_out, layout.squash)),
        at=tuple(int(end) for end in ends),
        partials_at=tuple(int(end) for end in of_partials),
    )


@inlined
def squashed_as(kind: int, net: Any) -> Any:
    """A squashing function of the layout."""
    if kind == DOUBLE:
        return 2.0 * tanh(0.5 * net)
    if kind == SINGLE:
        return tanh(0.5 * net)
    if kind == LOGISTIC:
        return sigmoid(net)
    return net


@inlined
def slope_as(kind: int, value: Any) -> Any:
    """Its slope, from its value."""
    if kind == DOUBLE:
        return 0.25 * ((2.0 + value) * (2.0 - value))
    if kind == SINGLE:
        return 0.5 * ((1.0 + value) * (1.0 - value))
    if kind == LOGISTIC:
        return value * (1.0 - value)
    return everywhere(1.0)


@inlined
def held(inside: Any, new: Any, old: Any) -> Any:
    """``new`` for the trials whose sequence has begun, ``old`` for the others."""
    return kept(new, inside) + kept(old, everywhere(1.0) - inside)


@inlined
def clear(array: Array, begin: int, end: int) -> None:
    """Zeros."""
    for n in range(begin, end):
        store(array, n, everywhere(0.0))


@inlined
def add(array: Array, at: int, value: Any) -> None:
    """array[at] += value."""
    store(array, at, load(array, at) + value)


@inlined
def peep(net: Array, row: int, weights: Array, at: int, c: Array, blocks: int, cells: int) -> None:
    """net[row + j] += what the peepholes of gate j see of its block."""
    for j in range(blocks):
        for v in range(j * cells, (j + 1) * cells):
            store(net, row + j, fma(load(weights, at + v), load(c, v), load(net, row + j)))


@inlined
def carried(partials: Array, at: int, src: Any, slopes: Any) -> None:
    """The partials of one cell over one step: two letters without forget gates."""
    sources, begin, count = src
    slope_g, slope_i = slopes
    for s in range(count):
        x, first, second = load(sources, begin + s), at + s, at + count + s
        store(partials, first, fma(slope_g, x, load(partials, first)))
        store(partials, second, fma(slope_i, x, load(partials, second)))


@inlined
def carried_and_kept(partials: Array, at: int, src: Any, slopes: Any, f: Any) -> None:
    """The same for three letters, decayed by the forget gate."""
    sources, begin, count = src
    slope_g, slope_i, slope_f = slopes
    for s in range(count):
        x, first, second, third = (
            load(sources, begin + s),
            at + s,
            at + count + s,
            at + 2 * count + s,
        )
        store(partials, first, fma(slope_g, x, f * load(partials, first)))
        store(partials, second, fma(slope_i, x, f * load(partials, second)))
        store(partials, third, fma(slope_f, x, f * load(partials, third)))


def _train(  # type: ignore[no-untyped-def]
    sizes, every_step, learn, weights, gathered, rates, data, starts, lengths, buffers, answers
) -> None:
    """Walk eight trials through their sequences; with ``learn``, update after each.

    Args:
        sizes: of the layout.
        every_step: whether weights move as soon as a target is met, or at the end of a sequence.
        weights, gathered: lanes, by ``sizes.at``: all weights, and what changes them.
        rates: (8,).
        data: inputs (rows, dense), symbols (rows,), targets (rows, outputs), mask (rows,).
        starts, lengths: (sequences, 8): where in ``data`` each trial's sequence stands.
        answers: (rows, outputs), what was predicted at each step that has a target.
    """
    inputs, symbols, targets, mask = data
    src, net, c, before, squashed, h, y, partials, slopes, inside, here = buffers
    dense, outs, blocks, cells = sizes.dense, sizes.outputs, sizes.blocks, sizes.cells
    forget, release, one_hot = sizes.forget, sizes.release, sizes.symbols > 0
    kind_in, kind_out, kind = sizes.kinds
    at_symbols, at_peep, at_V, at_V_symbols, end = sizes.at
    at_P_symbols, at_P_peep, end_P = sizes.partials_at
    many = blocks * cells
    gates = blocks * (1 + forget + release)
    rows, stride = gates + many, dense + sizes.recurring + 1
    row_f, row_o = blocks, blocks * (1 + forget)
    letters = 2 + forget
    read = many + dense * sizes.shortcut + 1
    into = weights if every_step else gathered
    minus_rate = -1.0 * load(rates, 0)
    clear(gathered, 0, end)
    for n in range(len(starts)):
        steps = 0
        for lane in range(WIDTH):
            steps = max(steps, lengths[n, lane])
        clear(c, 0, many)
        clear(src, 0, 2 * stride)
        store(src, stride - 1, everywhere(1.0))
        store(src, 2 * stride - 1, everywhere(1.0))
        if learn:
            clear(partials, 0, end_P)
        for t in range(-1, steps):
            at, next_at = (t & 1) * stride, (1 - (t & 1)) * stride
            # The inputs of the next step: written now, they are in the cache when it reads them.
            if t + 1 < steps:
                for lane in range(WIDTH):
                    own = t + 1 - (steps - lengths[n, lane])
                    row = starts[n, lane] + own
                    if own >= 0:
                        for k in range(dense):
                            src[(next_at + k) * WIDTH + lane] = inputs[row, k]
            if t < 0:
                continue
            whole, told = True, False
            for lane in range(WIDTH):
                own = t - (steps - lengths[n, lane])
                row = starts[n, lane] + own
                whole = whole and own >= 0
                inside[lane] = 1.0 if own >= 0 else 0.0
                told = told or (own >= 0 and mask[row])
                if one_hot:
                    symbol = symbols[row] if own >= 0 else 0
                    here[0, lane] = symbol * rows
                    here[1, lane] = symbol * many * letters
                    here[2, lane] = symbol * outs
            live = load(inside, 0)
            for k in range(rows):
                store(
                    net,
                    k,
                    look_up(weights, at_symbols + k, here[0]) if one_hot else everywhere(0.0),
                )
            products(net, 0, rows, weights, 0, stride, (src, at, 0, stride))
            if sizes.peepholes:
                peep(net, 0, weights, at_peep, c, blocks, cells)
                if forget:
                    peep(net, row_f, weights, at_peep + many, c, blocks, cells)
            for k in range(blocks * (1 + forget)):
                store(net, k, sigmoid(load(net, k)))
            for v in range(many):
                store(net, gates + v, squashed_as(kind_in, load(net, gates + v)))
            for j in range(blocks):
                i = load(net, j)
                f = load(net, row_f + j) if forget else everywhere(1.0)
                for v in range(j * cells, (j + 1) * cells):
                    old, g = load(c, v), load(net, gates + v)
                    new = fma(i, g, f * old) if forget else fma(i, g, old)
                    slope_g = i * slope_as(kind_in, g)
                    slope_i = g * (i * (1.0 - i))
                    slope_f = old * (f * (1.0 - f))
                    if not whole:
                        new = held(live, new, old)
                        slope_g, slope_i = kept(slope_g, live), kept(slope_i, live)
                        slope_f = kept(slope_f, live)
                    store(before, v, old)
                    store(c, v, new)
                    if learn:
                        store(slopes, letters * v, slope_g)
                        store(slopes, letters * v + 1, slope_i)
                        if forget:
                            store(slopes, letters * v + 2, slope_f)
            if release:
                if sizes.peepholes:
                    peep(net, row_o, weights, at_peep + 2 * many, c, blocks, cells)
                for k in range(row_o, row_o + blocks):
                    store(net, k, sigmoid(load(net, k)))
            for v in range(many):
                store(squashed, v, squashed_as(kind_out, load(c, v)))
            for j in range(blocks):
                o = load(net, row_o + j) if release else everywhere(1.0)
                for v in range(j * cells, (j + 1) * cells):
                    store(h, v, o * load(squashed, v))
            if learn:
                if forget and one_hot:
                    for symbol in range(sizes.symbols):
                        for v in range(many):
                            f = load(net, row_f + v // cells)
                            first = at_P_symbols + (symbol * many + v) * letters
                            for k in range(first, first + letters):
                                store(partials, k, f * load(partials, k))
                for v in range(many):
                    slope_g, slope_i = load(slopes, letters * v), load(slopes, letters * v + 1)
                    first = v * letters * stride
                    if forget:
                        f, slope_f = load(net, row_f + v // cells), load(slopes, letters * v + 2)
                        three = (slope_g, slope_i, slope_f)
                        carried_and_kept(partials, first, (src, at, stride), three, f)
                    else:
                        carried(partials, first, (src, at, stride), (slope_g, slope_i))
                    if one_hot:
                        for k in range(letters):
                            value = load(slopes, letters * v + k)
                            add_at(partials, at_P_symbols + v * letters + k, here[1], value)
                    if sizes.peepholes:
                        for u in range(cells):
                            shown = load(before, v - v % cells + u)
                            spot = at_P_peep + (v * cells + u) * letters
                            for k in range(1, letters):
                                p = load(partials, spot + k)
                                if forget:
                                    p = load(net, row_f + v // cells) * p
                                value = load(slopes, letters * v + k)
                                store(partials, spot + k, fma(value, shown, p))
            if told:
                for q in range(outs):
                    first = at_V + q * read
                    value = load(weights, first + read - 1)
                    if one_hot and sizes.shortcut:
                        value = value + look_up(weights, at_V_symbols + q, here[2])
                    for v in range(many):
                        value = fma(load(weights, first + v), load(h, v), value)
                    for k in range(read - 1 - many):
                        value = fma(load(weights, first + many + k), load(src, at + k), value)
                    store(y, q, squashed_as(kind, value))
                for q in range(outs):
                    store(y, outs + q, slope_as(kind, load(y, q)))
                for lane in range(WIDTH):
                    own = t - (steps - lengths[n, lane])
                    row = starts[n, lane] + own
                    if own >= 0 and mask[row]:
                        for q in range(outs):
                            answers[row, q] = y[q * WIDTH + lane]
                            y[q * WIDTH + lane] -= targets[row, q]
                    else:
                        for q in range(outs):
                            y[q * WIDTH + lane] = 0.0
            if told and learn:
                # ``y`` becomes minus the rate times delta; ``slopes`` what reaches each cell.
                for v in range(many):
                    store(slopes, v, everywhere(0.0))
                for q in range(outs):
                    delta = minus_rate * load(y, q) * load(y, outs + q)
                    first = at_V + q * read
                    for v in range(many):
                        store(slopes, v, fma(delta, load(weights, first + v), load(slopes, v)))
                        store(into, first + v, fma(delta, load(h, v), load(into, first + v)))
                    for k in range(read - 1 - many):
                        spot = first + many + k
                        store(into, spot, fma(delta, load(src, at + k), load(into, spot)))
                    if one_hot and sizes.shortcut:
                        add_at(into, at_V_symbols + q, here[2], delta)
                    if sizes.biased[2]:
                        add(into, first + read - 1, delta)
                for j in range(blocks):
                    o = load(net, row_o + j) if release else everywhere(1.0)
                    of_gate = everywhere(0.0)
                    for v in range(j * cells, (j + 1) * cells):
                        error, s = load(slopes, v), load(squashed, v)
                        of_gate = fma(error, s, of_gate)
                        store(slopes, v, error * o * slope_as(kind_out, s))
                    if release:
                        delta = of_gate * (o * (1.0 - o))
                        first = (row_o + j) * stride
                        for s in range(stride - 1 + sizes.biased[0]):
                            value = fma(delta, load(src, at + s), load(into, first + s))
                            store(into, first + s, value)
                        if one_hot:
                            add_at(into, at_symbols + row_o + j, here[0], delta)
                        if sizes.peepholes:
                            for v in range(j * cells, (j + 1) * cells):
                                add(into, at_peep + 2 * many + v, delta * load(c, v))
                    for v in range(j * cells, (j + 1) * cells):
                        error, first = load(slopes, v), v * letters * stride
                        spot = (gates + v) * stride
                        for s in range(stride - 1 + sizes.biased[1]):
                            value = fma(error, load(partials, first + s), load(into, spot + s))
                            store(into, spot + s, value)
                        for k in range(1, letters):
                            spot, first = ((k - 1) * blocks + j) * stride, first + stride
                            for s in range(stride - 1 + sizes.biased[0]):
                                value = fma(error, load(partials, first + s), load(into, spot + s))
                                store(into, spot + s, value)
                        if sizes.peepholes:
                            for u in range(cells):
                                first = at_P_peep + (v * cells + u) * letters
                                for k in range(1, letters):
                                    spot = at_peep + (k - 1) * many + j * cells + u
                                    add(into, spot, error * load(partials, first + k))
                for symbol in range(sizes.symbols):
                    for v in range(many):
                        error = load(slopes, v)
                        first = at_P_symbols + (symbol * many + v) * letters
                        spot = at_symbols + symbol * rows
                        add(into, spot + gates + v, error * load(partials, first))
                        for k in range(1, letters):
                            row = (k - 1) * blocks + v // cells
                            add(into, spot + row, error * load(partials, first + k))
            if sizes.recurring:
                for v in range(many):
                    new = load(h, v)
                    if not whole:
                        new = kept(new, live)
                    store(src, next_at + dense + v, new)
            if sizes.recurring > many:
                for k in range(gates):
                    new = load(net, k)
                    if not whole:
                        new = kept(new, live)
                    store(src, next_at + dense + many + k, new)
        if learn and not every_step:
            for k in range(end):
                add(weights, k, load(gathered, k))
                store(gathered, k, everywhere(0.0))


train_lanes = compiled(_train)


class Chunk(NamedTuple):
    """Sequences laid end to end, as in ``tasks.Sequences``, which will do as well.

    One-hot inputs may be given as the numbers of their symbols, (rows,): whole numbers.
    """

    inputs: NDArray[Any]  # (rows, inputs), or symbols (rows,)
    targets: Array  # (rows, outputs)
    mask: NDArray[np.bool_]  # (rows,): steps that have a target
    offsets: NDArray[np.int64]  # (sequences + 1,): sequence n is rows offsets[n] to offsets[n + 1]


def packed(layout: Layout, one_hot: bool, params: Params) -> Array:
    """All weights in one row, in the order of ``Sizes.at``."""
    inputs, all_cells = layout.inputs * one_hot, layout.all_cells
    W = np.vstack([params.W_i, params.W_f, params.W_o, params.W_g])
    peepholes = np.zeros((3 * layout.peepholes, all_cells))
    for row, p in enumerate((params.p_i, params.p_f, params.p_o)):
        if p.size:
            peepholes[row] = p.ravel()
    of_symbols = slice(all_cells, all_cells + inputs * layout.shortcut)
    parts = (
        *(W[:, inputs:], W[:, :inputs].T, peepholes),
        *(np.delete(params.V, of_symbols, axis=1), params.V[:, of_symbols].T),
    )
    return np.concatenate([part.ravel() for part in parts])


def unpacked(layout: Layout, one_hot: bool, row: Array) -> Params:
    """The weights of ``packed`` in their places."""
    inputs, all_cells = layout.inputs * one_hot, layout.all_cells
    rows = layout.gates + all_cells
    W, X, peepholes, V, V_symbols = np.split(row, sizes_of(layout, one_hot).at[:-1])
    whole = np.hstack([X.reshape(inputs, rows).T, W.reshape(rows, -1)])
    counts = [layout.blocks * exists for exists in (1, layout.forget_gates, layout.output_gates)]
    W_i, W_f, W_o, W_g = (np.array(part) for part in np.split(whole, np.cumsum(counts)))
    shapes = [(count * layout.peepholes, layout.cells) for count in counts]
    p = peepholes.reshape(-1, all_cells)
    p_i, p_f, p_o = (
        p[n].reshape(shape) if 0 not in shape else np.zeros(shape) for n, shape in enumerate(shapes)
    )
    V = V.reshape(layout.outputs, -1)
    aside = V_symbols.reshape(-1, layout.outputs).T
    V = np.hstack([V[:, :all_cells], aside, V[:, all_cells:]])
    return Params(W_i=W_i, W_f=W_f, W_o=W_o, W_g=W_g, p_i=p_i, p_f=p_f, p_o=p_o, V=V)


def buffers_of(sizes: Sizes, rows: int) -> tuple[NDArray[Any], ...]:
    """Where a kernel works: lanes that need no history."""
    all_cells = sizes.blocks * sizes.cells
    stride = sizes.dense + sizes.recurring + 1
    lanes = (
        *(2 * stride, rows, all_cells, all_cells, all_cells, all_cells),  # src to h
        *(2 * sizes.outputs, sizes.partials_at[-1], (2 + sizes.forget) * all_cells),
    )
    return (
        *(np.zeros(count * WIDTH) for count in lanes),
        np.zeros(WIDTH),
        np.zeros((3, WIDTH), np.int64),
    )


def train(
    layout: Layout,
    params: Sequence[Params],
    chunks: Sequence[Any],
    rates: ArrayLike,
    *,
    every_step: bool = False,
    learn: bool = True,
) -> tuple[list[Params], list[Array]]:
    one_hot = np.asarray(chunks[0].inputs).dtype.kind in "iu"
    sizes = sizes_of(layout, one_hot)
    count = len(params)
    weights = np.zeros((sizes.at[-1], WIDTH))
    for lane, own in enumerate(params):
        weights[:, lane] = packed(layout, one_hot, own)
    rate = np.zeros(WIDTH)
    rate[:count] = rates
    begins = np.cumsum([0] + [len(chunk.targets) for chunk in chunks])
    sequences = max(len(chunk.offsets) - 1 for chunk in chunks)
    starts, lengths = np.zeros((2, sequences, WIDTH), np.int64)
    for lane, (chunk, begin) in enumerate(zip(chunks, begins, strict=False)):
        own = len(chunk.offsets) - 1
        starts[:own, lane] = chunk.offsets[:-1] + begin
        lengths[:own, lane] = np.diff(chunk.offsets)
    inputs = np.concatenate([chunk.inputs for chunk in chunks])
    nothing = np.zeros((0, 0)), np.zeros(0, np.int64)
    data = (
        nothing[0] if one_hot else inputs,
        inputs.astype(np.int64) if one_hot else nothing[1],
        np.concatenate([chunk.targets for chunk in chunks]),
        np.concatenate([chunk.mask for chunk in chunks]),
    )
    answers = np.full((int(begins[-1]), layout.outputs), np.nan)
    flat = weights.ravel()
    train_lanes(
        *(sizes, every_step, learn, flat, np.zeros(flat.size), rate, data, starts, lengths),
        *(buffers_of(sizes, layout.gates + layout.all_cells), answers),
    )
    after = [unpacked(layout, one_hot, weights[:, lane]) for lane in range(count)]
    return after, [answers[a:b] for a, b in zip(begins[:-1], begins[1:], strict=True)]
