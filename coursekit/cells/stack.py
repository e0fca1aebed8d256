"""Layers: each cell reads the output of the one below, in the same step.

    h_t^1 from x_t and layer 1's state,   h_t^2 from h_t^1 and layer 2's state,   and so on

``stack(elman, lstm)`` keeps the contract of a cell, so ``unroll``, ``bptt``, ``rtrl`` and
``init_model`` take it. Its Params is one Params a layer, the lowest first. Its State holds one
State a layer, and in h what the read-out sees: the top layer's output.

Source: El Hihi and Bengio 1995; Graves, Mohamed and Hinton 2013.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.cells.shapes import Shapes, shapes_of

Array = NDArray[np.float64]


class StackParams(tuple[Any, ...]):
    """One Params a layer, the lowest first."""

    __slots__ = ()


class StackState(NamedTuple):
    """What one step hands to the next; ``step`` reads the layers alone."""

    h: Array  # (..., units): the top layer's
    layers: tuple[Any, ...]


class StackTrace(NamedTuple):
    """One Trace a layer, with the stack's own input and output."""

    x: Array
    previous: StackState
    layers: tuple[Any, ...]
    h: Array


class Stack:
    """Cells on top of each other, with the functions of a cell."""

    Params, State, Trace = StackParams, StackState, StackTrace

    def __init__(self, layers: tuple[Any, ...]) -> None:
        self.layers = layers
        names = [layer.__name__.rpartition(".")[2] for layer in layers]
        self.__name__ = f"stack({', '.join(names)})"

    def __repr__(self) -> str:
        return self.__name__

    def init(self, rng: np.random.Generator, inputs: int, units: int) -> StackParams:
        """Draw every layer by its own init, all with the same number of units."""
        sizes = [inputs] + [units] * (len(self.layers) - 1)
        return StackParams(
            layer.init(rng, size, units) for layer, size in zip(self.layers, sizes, strict=True)
        )

    def initial_state(self, params: StackParams, batch: tuple[int, ...] = ()) -> StackState:
        """Every layer's own initial state."""
        states = tuple(
            layer.initial_state(part, batch)
            for layer, part in zip(self.layers, params, strict=True)
        )
        return StackState(states[-1].h, states)

    def step(
        self, params: StackParams, x: Array, state: StackState
    ) -> tuple[StackState, StackTrace]:
        """One step of every layer, the lowest first."""
        signal, states, traces = x, [], []
        for layer, part, before in zip(self.layers, params, state.layers, strict=True):
            after, trace = layer.step(part, signal, before)
            signal = after.h
            states.append(after)
            traces.append(trace)
        return StackState(signal, tuple(states)), StackTrace(x, state, tuple(traces), signal)

    def step_back(
        self, params: StackParams, trace: StackTrace, grad_state: StackState
    ) -> tuple[StackParams, Array, StackState]:
        """One step backward, the top layer first: its error goes down as that of the layer below.

        The h that the step was handed was read by the outside alone: its gradient is zero.
        """
        from_above, grads, states = grad_state.h, [], []
        for number in range(len(self.layers) - 1, -1, -1):
            arriving = grad_state.layers[number]
            arriving = arriving._replace(h=arriving.h + from_above)
            grad, from_above, before = self.layers[number].step_back(
                params[number], trace.layers[number], arriving
            )
            grads.append(grad)
            states.append(before)
        state = StackState(np.zeros_like(grad_state.h), tuple(states[::-1]))
        return StackParams(grads[::-1]), from_above, state

    def shapes(self, params: StackParams) -> Shapes:
        """Inputs of the lowest layer, outputs of the top one."""
        each = [shapes_of(layer, part) for layer, part in zip(self.layers, params, strict=True)]
        for number, (below, above) in enumerate(zip(each, each[1:], strict=False)):
            if below.h != above.x:
                raise ValueError(
                    f"params.{number + 1} takes {above.x} inputs, but layer {number} below it has "
                    f"{below.h} units; make the parameters with the stack's init"
                )
        return Shapes({}, each[0].x, each[-1].h)


def stack(*cells: Any) -> Stack:
    """Cells on top of each other, the lowest first, as one cell.

    Args:
        cells: one or more modules of ``coursekit.cells``.

    Raises:
        ValueError: no cell, or something that is none.

    >>> from coursekit.cells import elman, lstm
    >>> two = stack(elman, lstm)
    >>> two.init(np.random.default_rng(0), inputs=3, units=2)[1].W_f.shape
    (2, 2)
    """
    if not cells:
        raise ValueError("a stack needs a cell; pass one or more modules of coursekit.cells")
    for cell in cells:
        if not all(hasattr(cell, name) for name in ("init", "step", "step_back")):
            raise ValueError(f"{cell!r} is no cell; pass modules of coursekit.cells")
    return Stack(tuple(cells))
