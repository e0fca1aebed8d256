"""Products of weights with what they read, of eight trials at once, several sums in registers.

A matrix of lanes is flat: entry (k, s) of W is entry ``k stride + s``. Four rows are summed side by
side, so that each number that is loaded serves four times.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.kernels.compiled import inlined
from coursekit.kernels.lanes import add_at, everywhere, fma, load, store

Array = NDArray[np.float64]
BLOCK = 12


@inlined
def products(out: Array, at: int, rows: int, W: Array, row: int, stride: int, src: Any) -> None:
    """out[at + k] += sum_s W[row + k, s] source[s], for k < rows.

    Args:
        src: the array of sources, where they begin in it, the column of W of the first, how many.
    """
    sources, begin, column, count = src
    k = 0
    while k + 4 <= rows:
        first = (row + k) * stride + column
        a, b = load(out, at + k), load(out, at + k + 1)
        c, d = load(out, at + k + 2), load(out, at + k + 3)
        for s in range(count):
            value = load(sources, begin + s)
            a = fma(load(W, first + s), value, a)
            b = fma(load(W, first + stride + s), value, b)
            c = fma(load(W, first + 2 * stride + s), value, c)
            d = fma(load(W, first + 3 * stride + s), value, d)
        store(out, at + k, a)
        store(out, at + k + 1, b)
        store(out, at + k + 2, c)
        store(out, at + k + 3, d)
        k += 4
    while k < rows:
        first = (row + k) * stride + column
        a = load(out, at + k)
        for s in range(count):
            a = fma(load(W, first + s), load(sources, begin + s), a)
        store(out, at + k, a)
        k += 1


@inlined
def products_back(
    out: Array, count: int, W: Array, row: int, rows: int, stride: int, column: int, src: Any
) -> None:
    """out[s] += sum_k W[row + k, column + s] delta[k], for s < count.

    Args:
        src: the array of deltas, and where the one of ``row`` stands in it.
    """
    deltas, begin = src
    s = 0
    while s + 4 <= count:
        a, b, c, d = load(out, s), load(out, s + 1), load(out, s + 2), load(out, s + 3)
        for k in range(rows):
            value = load(deltas, begin + k)
            first = (row + k) * stride + column + s
            a = fma(load(W, first), value, a)
            b = fma(load(W, first + 1), value, b)
            c = fma(load(W, first + 2), value, c)
            d = fma(load(W, first + 3), value, d)
        store(out, s, a)
        store(out, s + 1, b)
        store(out, s + 2, c)
        store(out, s + 3, d)
        s += 4
    while s < count:
        a = load(out, s)
        for k in range(rows):
            a = fma(load(W, (row + k) * stride + column + s), load(deltas, begin + k), a)
        store(out, s, a)
        s += 1


@inlined
def lower(W: Array, at: int, rate: float, gradient: Any) -> None:
    """W[at] -= rate gradient."""
    store(W, at, load(W, at) - rate * gradient)


@inlined
def descend(
    W: Array, row: int, rows: int, stride: int, src: Any, deltas: Array, wide: int, rate: float
) -> None:
    """W[row + k, column + s] -= rate sum_t delta[t, row + k] source[t, s]: one update.

    Args:
        src: the array of sources, how many a step has there, the column of W of the first, and
            the number of steps. All of a step's sources are meant.
        wide: how many deltas a step has.
    """
    sources, count, column, steps = src
    for begin in range(0, steps, BLOCK):  # a block of steps that stays in the nearest cache
        end = min(steps, begin + BLOCK)
        k = row
        while k < row + rows:
            four = k + 4 <= row + rows
            s = 0
            while s < count:
                at = k * stride + column + s
                if four and s + 2 <= count:
                    a = b = c = d = e = f = g = h = everywhere(0.0)
                    for t in range(begin, end):
                        q, p = t * count + s, t * wide + k
                        x, y = load(sources, q), load(sources, q + 1)
                        first, second = load(deltas, p), load(deltas, p + 1)
                        third, fourth = load(deltas, p + 2), load(deltas, p + 3)
                        a, b = fma(first, x, a), fma(first, y, b)
                        c, d = fma(second, x, c), fma(second, y, d)
                        e, f = fma(third, x, e), fma(third, y, f)
                        g, h = fma(fourth, x, g), fma(fourth, y, h)
                    lower(W, at, rate, a)
                    lower(W, at + 1, rate, b)
                    lower(W, at + stride, rate, c)
                    lower(W, at + stride + 1, rate, d)
                    lower(W, at + 2 * stride, rate, e)
                    lower(W, at + 2 * stride + 1, rate, f)
                    lower(W, at + 3 * stride, rate, g)
                    lower(W, at + 3 * stride + 1, rate, h)
                    s += 2
                else:
                    for n in range(4 if four else 1):
                        a = everywhere(0.0)
                        for t in range(begin, end):
                            delta = load(deltas, t * wide + k + n)
                            a = fma(delta, load(sources, t * count + s), a)
                        lower(W, at + n * stride, rate, a)
                    s += 1
            k += 4 if four else 1


@inlined
def descend_at(
    W: Array, rows: int, stride: int, symbols: Any, deltas: Array, steps: int, rate: float
) -> None:
    """The same for one-hot inputs: each step's delta goes to the column of its symbol.

    Args:
        symbols: (steps, 8), the symbol of each trial.
    """
    for t in range(steps):
        for k in range(rows):
            add_at(W, k * stride, symbols[t], (-rate) * load(deltas, t * rows + k))
