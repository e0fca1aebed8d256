"""The LSTM cell with its four gates in one product: the numbers of ``cells.lstm``, sooner.

Three changes of order, none of arithmetic: the four letters' weights stand in one matrix, so that
a step is one product with h_{t-1}; the products with x_t of all steps are one product before the
first step; and the gradients of the weights are summed over a block of steps in one product.
What lies between the products is one compiled loop, in place of a NumPy call for each operation.

Source: the equations of ``cells.lstm``; the batching of products as in Appleyard, Kocisky and
Blunsom 2016, Optimizing performance of recurrent neural networks on GPUs.
"""

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.cells import lstm
from coursekit.gradients import Gradients
from coursekit.gradients.arguments import checked_error, checked_inputs, checked_state
from coursekit.kernels.compiled import HAVE_NUMBA, announce, compiled
from coursekit.kernels.squash import sigmoid, tanh
from coursekit.training.model import Model, checked_model

Array = NDArray[Any]  # float64, or float32 throughout when the parameters are float32
LETTERS = ("i", "f", "o", "g")


class Run(NamedTuple):
    """The cell run over a sequence; ``batch`` is all axes between time and the last in one."""

    params: lstm.Params
    xs: Array  # (time, ..., inputs)
    initial: lstm.State
    states: lstm.State  # (time, ..., units)
    gates: Array  # (time, batch, 4 units): i, f, o, g
    squashed: Array  # (time, batch, units): tanh(c_t)


def _forward(net: Array, recurrent: Array, c_before: Array, c: Array, squashed: Array, h: Array):  # type: ignore[no-untyped-def]
    """One step of a batch: ``net`` (batch, 4 units) becomes the gates, in place."""
    batch, units = h.shape
    for b in range(batch):
        for k in range(3 * units):
            net[b, k] = sigmoid(net[b, k] + recurrent[b, k])
        for k in range(3 * units, 4 * units):
            net[b, k] = tanh(net[b, k] + recurrent[b, k])
        for k in range(units):
            i, f, o, g = net[b, k], net[b, units + k], net[b, 2 * units + k], net[b, 3 * units + k]
            c[b, k] = f * c_before[b, k] + i * g
            squashed[b, k] = tanh(c[b, k])
            h[b, k] = o * squashed[b, k]


def _backward(  # type: ignore[no-untyped-def]
    gates: Array,
    c_before: Array,
    squashed: Array,
    error: Array,
    grad_h: Array,
    grad_c: Array,
    delta: Array,
):
    """One step of a batch: errors become ``delta`` (batch, 4 units); ``grad_c`` steps back."""
    batch, units = grad_c.shape
    for b in range(batch):
        for k in range(units):
            i, f = gates[b, k], gates[b, units + k]
            o, g = gates[b, 2 * units + k], gates[b, 3 * units + k]
            of_h = grad_h[b, k] + error[b, k]
            of_c = grad_c[b, k] + of_h * o * (1 - squashed[b, k] * squashed[b, k])
            delta[b, k] = of_c * g * i * (1 - i)
            delta[b, units + k] = of_c * c_before[b, k] * f * (1 - f)
            delta[b, 2 * units + k] = of_h * squashed[b, k] * o * (1 - o)
            delta[b, 3 * units + k] = of_c * i * (1 - g * g)
            grad_c[b, k] = of_c * f


_forward_step, _backward_step = compiled(_forward), compiled(_backward)


def _stacked(params: lstm.Params, letter: str) -> Array:
    """The weights or biases of all four gates in one array, i above f above o above g."""
    return np.concatenate([getattr(params, f"{letter}_{gate}") for gate in LETTERS])


def unroll(params: lstm.Params, xs: ArrayLike, state: lstm.State | None = None) -> Run:
    """Step the LSTM through a sequence, as ``gradients.unroll(lstm, params, xs, state)`` does.

    Args:
        params: float64; or float32, and then all is computed in float32.
        xs: inputs, (time, ..., inputs).
        state: before the first step; zeros without it.

    Raises:
        ValueError: what does not fit, as ``gradients.unroll`` names it.
        RuntimeError: there is no numba; use ``gradients.unroll``.

    >>> params = lstm.init(np.random.default_rng(0), inputs=3, units=2)
    >>> unroll(params, np.ones((5, 3))).states.h.shape
    (5, 2)
    """
    if not HAVE_NUMBA:
        raise RuntimeError(
            "the compiled LSTM needs numba, which is not installed here; "
            "gradients.unroll and gradients.bptt compute the same"
        )
    announce(_forward_step, _backward_step)
    xs = checked_inputs(lstm, params, xs).astype(params.W_i.dtype, copy=False)
    middle = xs.shape[1:-1]
    zeros = lstm.initial_state(params, middle)
    state = zeros if state is None else checked_state(lstm, state, zeros)
    steps, units = len(xs), len(params.b_i)
    batch = int(np.prod(middle))
    h, c, squashed = (np.empty((steps, batch, units), xs.dtype) for _ in range(3))
    gates = (xs.reshape(steps * batch, xs.shape[-1]) @ _stacked(params, "W").T).reshape(
        steps, batch, 4 * units
    )
    gates += _stacked(params, "b")
    U = _stacked(params, "U").T
    recurrent = np.empty((batch, 4 * units), xs.dtype)
    h_before, c_before = (np.array(part, xs.dtype).reshape(batch, units) for part in state)
    for t in range(steps):
        np.dot(h_before, U, out=recurrent)
        _forward_step(gates[t], recurrent, c_before, c[t], squashed[t], h[t])
        h_before, c_before = h[t], c[t]
    whole = (steps, *middle, units)
    states = lstm.State(h.reshape(whole), c.reshape(whole))
    return Run(params, xs, state, states, gates, squashed)


def bptt(run: Run, grad_h: ArrayLike) -> Gradients:
    """The gradient of a loss, as ``gradients.bptt(lstm, params, run, grad_h)`` gives it.

    Args:
        run: what ``unroll`` returned.
        grad_h: dL/dh_t, (time, ..., units).

    Raises:
        ValueError: grad_h of another shape.
    """
    errors = checked_error(list(run.states.h), grad_h).astype(run.xs.dtype, copy=False)
    params, (steps, batch, units) = run.params, run.squashed.shape
    errors = errors.reshape(steps, batch, units)
    inputs = run.xs.shape[-1]
    xs = run.xs.reshape(steps, batch, inputs)
    h, c = (part.reshape(steps, batch, units) for part in run.states)
    h_first, c_first = (np.array(part, xs.dtype).reshape(batch, units) for part in run.initial)
    W, U = _stacked(params, "W"), _stacked(params, "U")
    grad_W, grad_U, grad_b = np.zeros_like(W), np.zeros_like(U), np.zeros(4 * units, xs.dtype)
    grad_xs = np.empty(xs.shape, xs.dtype)  # laid out in order, whatever the layout of xs
    carried_h, carried_c = (np.zeros((batch, units), xs.dtype) for _ in range(2))
    # A block of steps: enough for a good product, and a small part of what the run keeps.
    block = min(max(1, steps // 8), 12)
    deltas = np.empty((block, batch, 4 * units), xs.dtype)
    for last in range(steps, 0, -block):
        first = max(0, last - block)
        for t in range(last - 1, first - 1, -1):
            delta, c_before = deltas[t - first], c[t - 1] if t else c_first
            _backward_step(
                *(run.gates[t], c_before, run.squashed[t], errors[t]), carried_h, carried_c, delta
            )
            np.dot(delta, U, out=carried_h)
        delta = deltas[: last - first].reshape((last - first) * batch, 4 * units)
        grad_W += delta.T @ xs[first:last].reshape(len(delta), inputs)
        if first:
            grad_U += delta.T @ h[first - 1 : last - 1].reshape(len(delta), units)
        else:
            grad_U += delta[batch:].T @ h[: last - 1].reshape(len(delta) - batch, units)
            grad_U += delta[:batch].T @ h_first
        grad_b += delta.sum(axis=0)
        np.dot(delta, W, out=grad_xs[first:last].reshape(len(delta), inputs))
    parts = [
        array[n * units : (n + 1) * units] for n in range(4) for array in (grad_W, grad_U, grad_b)
    ]
    start = lstm.State(
        carried_h.reshape(run.initial.h.shape), carried_c.reshape(run.initial.h.shape)
    )
    return Gradients(lstm.Params(*parts), grad_xs.reshape(run.xs.shape), start)


def loss_and_gradient(
    readout: ModuleType,
    model: Model,
    inputs: ArrayLike,
    targets: ArrayLike,
    mask: ArrayLike | None = None,
    state: lstm.State | None = None,
) -> tuple[float, Model]:
    """The loss of a batch and its full gradient, as ``training.loss_and_gradient(lstm, ...)``.

    Args:
        readout: a module of ``coursekit.training``, such as ``softmax``.
        model: the parameters of the LSTM and of the read-out.
        inputs: (time, ..., inputs).
        targets: (time, ..., outputs).
        mask: (time, ...), True where a step has a target; all steps without it.
        state: the cell's state before the first step; zeros without it.
    """
    checked_model(model)
    run = unroll(model.cell, inputs, state)
    value, grad_readout, grad_h = readout.loss(model.readout, run.states.h, targets, mask)
    return value, Model(bptt(run, grad_h).params, grad_readout)
