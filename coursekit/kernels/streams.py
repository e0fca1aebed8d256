"""Memory blocks on streams, compiled: eight trials at once, each at its own place of its own.

A stream is sequences one after the other without a mark or a reset. It ends with the first wrong
answer, or with a given number of right ones; the rest of that sequence is left out, and the next
stream starts with the next sequence, from zeros and with the first rate. Weights move after every
target. So eight trials walk side by side without waiting for each other: one may be at the third
symbol of a stream while its neighbour is at the ten thousandth.

Between two streams that it learns from, a trial may be tested: its weights stay, and up to
``tests`` streams are walked, until one ends with a wrong answer. If none does, the trial halts.

Source: Gers, Schmidhuber and Cummins 2000, section 4. The parts of a step are those of
``truncated``.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.kernels.compiled import UNCOUNTED, compiled, woven
from coursekit.kernels.lanes import WIDTH, load, look_up, store
from coursekit.kernels.truncated import (
    Array,
    Sizes,
    Whole,
    blocks_learn,
    carry,
    clear,
    forward,
    outputs_learn,
    predicted,
    recurred,
    released,
    stated,
)

Flags = NDArray[np.bool_]


class Rules(NamedTuple):
    """When a stream ends, and what happens between streams."""

    tolerance: float  # an error of so much is a mistake
    decay: float  # of the rate, after each target
    limit: int  # right answers that end a stream
    tests: int  # streams with weights that stay, after each one that is learned from
    reset: bool  # whether the state is set to zero at each sequence of a stream


class Memory(NamedTuple):
    """What each trial knows of its stream from one call to the next, (8,) each."""

    fresh: Flags  # the next sequence starts a stream
    halted: Flags
    passed: Whole  # tests passed since the last stream that was learned from; -1 in such a stream
    right: Whole  # answers of this stream
    left: Whole  # streams that may be learned from
    number: Whole  # of the sequence
    step: Whole  # in it
    row: Whole  # of the data, that it reads at this step


class Found(NamedTuple):
    """What happened in each sequence, (sequences, 8) each."""

    steps: Whole
    right: Whole  # answers
    wrong: Flags  # the stream ended there with a mistake
    ended: Flags  # the stream ended there
    test: Whole  # which test it was: 1 and up; 0 in a stream that is learned from


@woven
def afresh(array: Array, begin: int, end: int, lane: int) -> None:
    """Zeros for one trial."""
    for n in range(begin, end):
        array[n * WIDTH + lane] = 0.0


@woven
def opened(
    sizes: Sizes, rules: Rules, memory: Memory, lane: int, begin: int, own: Any, learn: bool
) -> None:
    """A trial at the start of a sequence: if it starts a stream too, from zeros."""
    src, c, partials, rate, rates = own
    if memory.fresh[lane] or rules.reset:
        afresh(c, 0, sizes.all_cells, lane)
        afresh(src, begin, begin + sizes.stride - 1, lane)
        if learn and memory.passed[lane] < 0:
            afresh(partials, 0, sizes.P_end, lane)
    if memory.fresh[lane]:
        memory.right[lane] = 0
        memory.fresh[lane] = False
        rate[lane] = rates[lane]


@woven
def placed(
    sizes: Sizes,
    rules: Rules,
    memory: Memory,
    found: Found,
    lane: int,
    begin: int,
    own: Any,
    learn: bool,
    starts: Whole,
    lengths: Whole,
) -> int:
    """Which row of the data a trial reads next, or -1 where nothing is left for it."""
    n = memory.number[lane]
    if n >= len(starts) or lengths[n, lane] == 0 or memory.halted[lane]:
        return -1
    if memory.step[lane] == 0:
        opened(sizes, rules, memory, lane, begin, own, learn)
        found.test[n, lane] = memory.passed[lane] + 1
    return starts[n, lane] + memory.step[lane]


@woven
def answered(
    outs: int, y: Array, lane: int, row: int, targets: Array, tolerance: float, trains: bool
) -> bool:
    """Whether a trial's answer is right; ``y`` becomes y - target, or zero where none is learned.

    An answer that is not a number is wrong.
    """
    right = True
    for q in range(outs):
        error = y[q * WIDTH + lane] - targets[row, q]
        right = right and abs(error) < tolerance
        y[q * WIDTH + lane] = error if trains else 0.0
    return right


@woven
def turned(rules: Rules, memory: Memory, lane: int, lost: bool) -> None:
    """What follows the end of a stream: a test, or a stream to learn from, or nothing more."""
    memory.fresh[lane] = True
    if memory.passed[lane] < 0:
        memory.left[lane] -= 1
        memory.halted[lane] = memory.left[lane] == 0
        if rules.tests > 0:
            memory.passed[lane] = 0
    elif lost:
        memory.passed[lane] = -1
    else:
        memory.passed[lane] += 1
        memory.halted[lane] = memory.passed[lane] == rules.tests


@woven
def went_on(
    rules: Rules, memory: Memory, found: Found, lane: int, length: int, told: bool, right: bool
) -> None:
    """Count a step, and go to the next one or to the next sequence."""
    n = memory.number[lane]
    found.steps[n, lane] += 1
    if told and right:
        found.right[n, lane] += 1
        memory.right[lane] += 1
    memory.step[lane] += 1
    lost = told and not right
    if lost or memory.right[lane] == rules.limit:
        found.wrong[n, lane], found.ended[n, lane] = lost, True
        turned(rules, memory, lane, lost)
    if found.ended[n, lane] or memory.step[lane] == length:
        memory.number[lane] += 1
        memory.step[lane] = 0


def _walk(  # type: ignore[no-untyped-def]
    sizes, learn, rules, weights, rates, memory, found, data, starts, lengths, buffers
) -> None:
    """Walk each trial through all its sequences; with ``learn``, update after every target.

    Args:
        sizes: of the layout.
        weights: lanes: all weights.
        rates: one entry of lanes: the rate at the start of a stream.
        memory: of each trial; ``number`` and ``step`` are zero, and will be again.
        data: inputs (rows, inputs), symbols (rows,), targets (rows, outputs), mask (rows,).
        starts, lengths: (sequences, 8): where in ``data`` each trial's sequence stands; lanes
            without a trial have length 0.
    """
    inputs, symbols, targets, mask = data
    buffers, places = buffers
    src, net, c, before, squashed, h, y, partials, slopes, kept_share, error, alive, rate = buffers
    symbol_W, symbol_P, symbol_V = places
    own = (src, c, partials, rate, rates)
    stride, many, outs = sizes.stride, sizes.all_cells, sizes.outputs
    begin, then = 0, stride
    for lane in range(WIDTH):
        src[(stride - 1) * WIDTH + lane] = 1.0
        src[(2 * stride - 1) * WIDTH + lane] = 1.0
    while True:
        whole, some, told, trains = True, False, False, False
        for lane in range(WIDTH):
            row = placed(sizes, rules, memory, found, lane, begin, own, learn, starts, lengths)
            inside = row >= 0
            memory.row[lane], alive[lane] = row, 1.0 if inside else 0.0
            whole, some = whole and inside, some or inside
            if inside:
                told = told or mask[row]
                trains = trains or (learn and memory.passed[lane] < 0)
                for k in range(sizes.dense):
                    src[(begin + k) * WIDTH + lane] = inputs[row, k]
            if sizes.symbols:
                symbol = symbols[row] if inside else 0
                symbol_W[lane] = symbol * sizes.rows
                symbol_P[lane] = symbol * many * sizes.letters
                symbol_V[lane] = symbol * outs
        if not some:
            break
        live = load(alive, 0)
        if sizes.symbols:
            for k in range(sizes.rows):
                store(net, k, look_up(weights, sizes.at_symbols + k, symbol_W))
        else:
            clear(net, 0, sizes.rows)
        forward(sizes, weights, src, begin, net, c, before)
        stated(sizes, net, c, slopes, kept_share, whole, live, trains)
        released(sizes, weights, net, c, squashed, h)
        if trains:  # partials of a trial that is tested may be anything
            carry(sizes, partials, src, begin, kept_share, slopes, before, symbol_P)
        if told:
            predicted(sizes, weights, src, begin, h, y, symbol_V)
            minus_rate = 0.0 - load(rate, 0)
        for lane in range(WIDTH):
            row = memory.row[lane]
            if row < 0 or not mask[row]:
                afresh(y, 0, outs, lane)
            if row >= 0:
                learns, right = learn and memory.passed[lane] < 0, True
                if mask[row]:
                    right = answered(outs, y, lane, row, targets, rules.tolerance, learns)
                    rate[lane] *= rules.decay
                length = lengths[memory.number[lane], lane]
                went_on(rules, memory, found, lane, length, mask[row], right)
        if told and trains:
            outputs_learn(sizes, weights, weights, minus_rate, src, begin, h, y, error, symbol_V)
            blocks_learn(sizes, weights, partials, src, begin, net, c, squashed, error, symbol_W)
        recurred(sizes, src, begin, then, h, net, whole, live)
        begin, then = then, begin
    for lane in range(WIDTH):
        memory.number[lane] = 0
        memory.step[lane] = 0
    if begin:  # where the streams go on
        for k in range(stride):
            store(src, k, load(src, stride + k))


walk = compiled(_walk, **UNCOUNTED)
