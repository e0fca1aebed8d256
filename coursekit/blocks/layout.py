"""How a network of memory blocks is wired: what exists, what feeds what, what has a bias."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import finite_number, whole_number
from coursekit.cells.activations import sigmoid

Array = NDArray[np.float64]

RECURRENT: Final = ("cells and gates", "cells", "nothing")
BIASED: Final = ("gates", "cells", "outputs")


def _identity(net: Array) -> Array:
    return net


def _ones(value: Array) -> Array:
    return np.ones_like(value)


# Each squashing function, and its slope as a function of its value; the last is for outputs.
SQUASH: Final[dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]]] = {
    "4 sigma - 2": (lambda net: 4 * sigmoid(net) - 2, lambda value: (2 + value) * (2 - value) / 4),
    "2 sigma - 1": (lambda net: 2 * sigmoid(net) - 1, lambda value: (1 + value) * (1 - value) / 2),
    "sigma": (sigmoid, lambda value: value * (1 - value)),
    "identity": (_identity, _ones),
    "sigma, cross-entropy": (sigmoid, _ones),
}


@dataclass(frozen=True)
class Layout:
    """The wiring of a network with one hidden layer of memory blocks.

    Args:
        inputs, outputs: numbers of units.
        blocks: each has an input gate, and the other gates that exist.
        cells: in each block, behind the same gates.
        forget_gates: 2000; without them a state keeps ``self_weight`` of itself at every step.
        output_gates: without them a cell shows its squashed state.
        recurrent: what feeds cells and gates one step later: "cells and gates" (1997), "cells"
            (2000) or "nothing".
        shortcut: whether the inputs feed the outputs too.
        biased: which of "gates", "cells" and "outputs" have a bias.
        peepholes: whether gates see the states of the cells in their block (2002).
        squash_in: g, of the cell's input; "4 sigma - 2", "sigma" or "identity".
        squash_out: h, of the state; "2 sigma - 1" or "identity".
        squash: of the outputs; "sigma" or "identity"; or "sigma, cross-entropy", whose error is
            not multiplied by the slope, as in the gradient of the cross-entropy.
        self_weight: of every cell, above 0 up to 1; below one (state decay) without forget gates.

    Raises:
        ValueError: a size below one, a word that is not in the list, or anything but True and
            False where a thing exists or not; a self-weight outside its range, or beside forget
            gates.
    """

    inputs: int
    outputs: int
    blocks: int
    cells: int = 1
    forget_gates: bool = False
    output_gates: bool = True
    recurrent: str = "cells and gates"
    shortcut: bool = False
    biased: tuple[str, ...] = BIASED
    peepholes: bool = False
    squash_in: str = "4 sigma - 2"
    squash_out: str = "2 sigma - 1"
    squash: str = "sigma"
    self_weight: float = 1.0

    def __post_init__(self) -> None:
        for name in ("inputs", "outputs", "blocks", "cells"):
            whole_number(name, getattr(self, name), least=1)
        for name in ("forget_gates", "output_gates", "shortcut", "peepholes"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} is {getattr(self, name)!r}; pass True or False")
        if self.recurrent not in RECURRENT:
            raise ValueError(f"recurrent is {self.recurrent!r}; pass one of {RECURRENT}")
        if not isinstance(self.biased, tuple) or not set(self.biased) <= set(BIASED):
            raise ValueError(f"biased is {self.biased!r}; pass a tuple of some of {BIASED}")
        for name in ("squash_in", "squash_out", "squash"):
            known = tuple(SQUASH) if name == "squash" else tuple(SQUASH)[:-1]
            if getattr(self, name) not in known:
                raise ValueError(f"{name} is {getattr(self, name)!r}; pass one of {known}")
        if not 0 < finite_number("self_weight", self.self_weight) <= 1:
            raise ValueError(f"self_weight is {self.self_weight}; pass a number above 0, up to 1")
        if self.forget_gates and self.self_weight != 1:
            raise ValueError(
                f"self_weight is {self.self_weight}, but forget gates decide what a state keeps; "
                "pass 1, or forget_gates=False"
            )

    @property
    def all_cells(self) -> int:
        """Cells of all blocks."""
        return self.blocks * self.cells

    @property
    def gates(self) -> int:
        """Gates of all blocks."""
        return self.blocks * (1 + self.forget_gates + self.output_gates)

    @property
    def recurring(self) -> int:
        """How many activations feed cells and gates one step later."""
        return {
            "cells and gates": self.all_cells + self.gates,
            "cells": self.all_cells,
            "nothing": 0,
        }[self.recurrent]

    @property
    def sources(self) -> int:
        """What a cell or gate reads: inputs, what recurs, and a one for the bias."""
        return self.inputs + self.recurring + 1

    @property
    def read(self) -> int:
        """What an output reads: cells, inputs if there is a shortcut, and a one for the bias."""
        return self.all_cells + self.inputs * self.shortcut + 1


def weight_count(layout: Layout) -> int:
    """The number of weights that are trained, as the papers count them.

    >>> weight_count(Layout(inputs=2, outputs=1, blocks=2, cells=2))  # experiments 4 and 5
    93
    """
    hidden = (layout.all_cells + layout.gates) * (layout.sources - 1)
    hidden += layout.gates * ("gates" in layout.biased)
    hidden += layout.all_cells * ("cells" in layout.biased)
    hidden += layout.gates * layout.cells * layout.peepholes
    outputs = layout.outputs * (layout.read - 1 + ("outputs" in layout.biased))
    return hidden + outputs
