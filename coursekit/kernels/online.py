"""Online training of ``elman``, ``lstm`` and ``gru``: a sequence, an update; eight trials at once.

Each update is the one that ``training.fit`` with ``Sgd`` and ``loss_and_gradient`` makes: the full
gradient of one sequence's loss, by backpropagation through time. A trial has its own weights and
its own sequences, and computes the same whoever its seven neighbours are.

A step's sources are x_t (left out when it is one-hot: its product is a look-up), h_{t-1} and a one
for the bias. ``gates`` holds the squashed letters of all steps, and on the way back their deltas.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.kernels.compiled import compiled, inlined
from coursekit.kernels.lanes import everywhere, fma, larger, load, look_up, store
from coursekit.kernels.products import descend, descend_at, products, products_back
from coursekit.kernels.squash import exp, sigmoid, tanh

Array = NDArray[np.float64]
ELMAN, LSTM, GRU = 0, 1, 2
LINEAR, LOGISTIC, SOFTMAX = 0, 1, 2
LETTERS = (1, 4, 3)  # of each cell: h; i f o g; z r g


@inlined
def net_of_rows(out: Array, at: int, row: int, rows: int, W: Array, symbols: Any, src: Any) -> None:
    """out[at + k] = W[row + k] times the step's sources.

    Args:
        symbols: whether x_t is one-hot, the eight symbols of the step, and the stride of W.
        src: as in ``products``.
    """
    one_hot, symbol, stride = symbols
    for k in range(rows):
        if one_hot:
            store(out, at + k, look_up(W, (row + k) * stride, symbol))
        else:
            store(out, at + k, everywhere(0.0))
    products(out, at, rows, W, row, stride, src)


@inlined
def lstm_forward(gates: Array, at: int, units: int, c: Array, squashed: Array, t: int) -> None:
    """Squash the four letters of a step in place; c_{t-1} -> c_t and tanh(c_t)."""
    # One squashing function a loop: its constants then stay in registers.
    for k in range(at, at + 3 * units):
        store(gates, k, sigmoid(load(gates, k)))
    for k in range(at + 3 * units, at + 4 * units):
        store(gates, k, tanh(load(gates, k)))
    for k in range(units):
        kept_part = load(gates, at + units + k) * load(c, t * units + k)
        new = fma(load(gates, at + k), load(gates, at + 3 * units + k), kept_part)
        store(c, (t + 1) * units + k, new)
        store(squashed, t * units + k, tanh(new))


@inlined
def lstm_backward(
    gates: Array, at: int, units: int, c: Array, squashed: Array, t: int, grad: Any
) -> None:
    """Turn the letters of a step into their deltas, in place; dL/dc_t -> dL/dc_{t-1}."""
    grad_h, grad_c = grad
    for k in range(units):
        i, f = load(gates, at + k), load(gates, at + units + k)
        o, g = load(gates, at + 2 * units + k), load(gates, at + 3 * units + k)
        s, of_h = load(squashed, t * units + k), load(grad_h, k)
        of_c = load(grad_c, k) + of_h * o * (1.0 - s * s)
        store(gates, at + k, of_c * g * i * (1.0 - i))
        store(gates, at + units + k, of_c * load(c, t * units + k) * f * (1.0 - f))
        store(gates, at + 2 * units + k, of_h * s * o * (1.0 - o))
        store(gates, at + 3 * units + k, of_c * i * (1.0 - g * g))
        store(grad_c, k, of_c * f)


@inlined
def readout_forward(y: Array, outputs: int, V: Array, units: int, kind: int, src: Any) -> None:
    """y = the prediction from h_t, of ``outputs`` entries."""
    sources, begin = src
    for q in range(outputs):
        store(y, q, load(V, q * (units + 1) + units))
    products(y, 0, outputs, V, 0, units + 1, (sources, begin, 0, units))
    if kind == LOGISTIC:
        for q in range(outputs):
            store(y, q, sigmoid(load(y, q)))
    if kind == SOFTMAX:
        top, total = load(y, 0), everywhere(0.0)
        for q in range(1, outputs):
            top = larger(top, load(y, q))
        for q in range(outputs):
            power = exp(load(y, q) - top)
            total = total + power
            store(y, q, power)
        for q in range(outputs):
            store(y, q, load(y, q) / total)


def _train(  # type: ignore[no-untyped-def]
    kinds, sizes, rate, learn, W, V, data, starts, lengths, buffers, answers
) -> None:
    """Walk eight trials through their sequences; with ``learn``, update after each.

    Args:
        kinds: of the cell and of the read-out.
        sizes: inputs, units, outputs, and 1 if the inputs are one-hot.
        W: lanes, (letters units, inputs + units + 1); V: lanes, (outputs, units + 1).
        data: inputs (rows, inputs), symbols (rows,), targets (rows, outputs), mask (rows,).
        starts, lengths: (sequences, 8): where in ``data`` each trial's sequence stands.
        answers: (rows, outputs), what was predicted at each step that has a target.
    """
    kind, readout = kinds
    features, units, outs, one_hot = sizes
    inputs, symbols, targets, mask = data
    src, reset_src, gates, c, squashed, here, grad_h, grad_c, grad_V, y, share = buffers
    rows = LETTERS[kind] * units
    dense = 0 if one_hot else features
    wide, stride, column = dense + units + 1, features + units + 1, features - dense
    for n in range(len(starts)):
        steps = 0
        for lane in range(8):
            steps = max(steps, lengths[n, lane])
            count = 0
            for t in range(lengths[n, lane]):
                count += mask[starts[n, lane] + t]
            share[lane] = 1.0 / max(count, 1)
        for k in range(units):
            store(src, dense + k, everywhere(0.0))
            store(c, k, everywhere(0.0))
            store(grad_h, k, everywhere(0.0))
            store(grad_c, k, everywhere(0.0))
        for k in range(outs * (units + 1)):
            store(grad_V, k, everywhere(0.0))
        for t in range(steps):
            at, gate = t * wide, t * rows
            for lane in range(8):
                row = starts[n, lane] + t
                inside = t < lengths[n, lane]
                here[t, lane] = symbols[row] if one_hot and inside else 0
                for k in range(dense):
                    src[(at + k) * 8 + lane] = inputs[row, k] if inside else 0.0
            store(src, at + dense + units, everywhere(1.0))
            looked = (one_hot, here[t], stride)
            h = at + wide + dense  # where h_t goes
            if kind == ELMAN:
                net_of_rows(gates, gate, 0, units, W, looked, (src, at, column, wide))
                for k in range(units):
                    new = tanh(load(gates, gate + k))
                    store(gates, gate + k, new)
                    store(src, h + k, new)
            if kind == LSTM:
                net_of_rows(gates, gate, 0, 4 * units, W, looked, (src, at, column, wide))
                lstm_forward(gates, gate, units, c, squashed, t)
                for k in range(units):
                    released = load(gates, gate + 2 * units + k) * load(squashed, t * units + k)
                    store(src, h + k, released)
            if kind == GRU:
                net_of_rows(gates, gate, 0, 2 * units, W, looked, (src, at, column, wide))
                for k in range(2 * units):
                    store(gates, gate + k, sigmoid(load(gates, gate + k)))
                for k in range(wide):
                    store(reset_src, at + k, load(src, at + k))
                for k in range(units):
                    reset = load(gates, gate + units + k) * load(src, at + dense + k)
                    store(reset_src, at + dense + k, reset)
                net_of_rows(
                    gates,
                    gate + 2 * units,
                    2 * units,
                    units,
                    W,
                    looked,
                    (reset_src, at, column, wide),
                )
                for k in range(units):
                    z, g = load(gates, gate + k), tanh(load(gates, gate + 2 * units + k))
                    store(gates, gate + 2 * units + k, g)
                    store(src, h + k, (1.0 - z) * load(src, at + dense + k) + z * g)
        for t in range(steps - 1, -1, -1):
            at, gate = t * wide, t * rows
            told = False
            for lane in range(8):
                told = told or (t < lengths[n, lane] and mask[starts[n, lane] + t])
            if told:
                readout_forward(y, outs, V, units, readout, (src, at + wide + dense))
                for lane in range(8):
                    row = starts[n, lane] + t
                    if t < lengths[n, lane] and mask[row]:
                        for q in range(outs):
                            answers[row, q] = y[q * 8 + lane]
                            y[q * 8 + lane] = (y[q * 8 + lane] - targets[row, q]) * share[lane]
                    else:
                        for q in range(outs):
                            y[q * 8 + lane] = 0.0
            if not learn:
                continue
            if told:
                for q in range(outs):
                    delta, first = load(y, q), q * (units + 1)
                    for k in range(units):
                        value = load(src, at + wide + dense + k)
                        store(grad_V, first + k, fma(delta, value, load(grad_V, first + k)))
                        store(grad_h, k, fma(load(V, first + k), delta, load(grad_h, k)))
                    store(grad_V, first + units, load(grad_V, first + units) + delta)
            if kind == ELMAN:
                for k in range(units):
                    new = load(gates, gate + k)
                    store(gates, gate + k, load(grad_h, k) * (1.0 - new * new))
                    store(grad_h, k, everywhere(0.0))
                products_back(grad_h, units, W, 0, units, stride, features, (gates, gate))
            if kind == LSTM:
                lstm_backward(gates, gate, units, c, squashed, t, (grad_h, grad_c))
                for k in range(units):
                    store(grad_h, k, everywhere(0.0))
                products_back(grad_h, units, W, 0, 4 * units, stride, features, (gates, gate))
            if kind == GRU:
                for k in range(units):
                    z, g = load(gates, gate + k), load(gates, gate + 2 * units + k)
                    of_h, before = load(grad_h, k), load(src, at + dense + k)
                    store(gates, gate + k, of_h * (g - before) * z * (1.0 - z))
                    store(gates, gate + 2 * units + k, of_h * z * (1.0 - g * g))
                    store(grad_h, k, of_h * (1.0 - z))
                    store(grad_c, k, everywhere(0.0))
                products_back(
                    grad_c, units, W, 2 * units, units, stride, features, (gates, gate + 2 * units)
                )
                for k in range(units):
                    r, of_reset = load(gates, gate + units + k), load(grad_c, k)
                    before = load(src, at + dense + k)
                    store(gates, gate + units + k, of_reset * before * r * (1.0 - r))
                    store(grad_h, k, fma(of_reset, r, load(grad_h, k)))
                products_back(grad_h, units, W, 0, 2 * units, stride, features, (gates, gate))
        if learn:
            plain = (2 * units) if kind == GRU else rows
            descend(W, 0, plain, stride, (src, wide, column, steps), gates, rows, rate)
            if kind == GRU:
                reset = (reset_src, wide, column, steps)
                descend(W, 2 * units, units, stride, reset, gates, rows, rate)
            if one_hot:
                descend_at(W, rows, stride, here, gates, steps, rate)
            for k in range(outs * (units + 1)):
                store(V, k, load(V, k) - rate * load(grad_V, k))


train = compiled(_train)
