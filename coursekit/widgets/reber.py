"""The Reber walker: through the automaton, symbol by symbol, beside what a trained net expects."""

from collections.abc import Sequence
from typing import Any

import anywidget
import traitlets

from coursekit.arguments import whole_number
from coursekit.grammars import embedded_reber
from coursekit.widgets.frame import looks, module, packed_whole, place_of
from coursekit.widgets.reber_frames import RADIUS, Walk, reber_map

PER_ONE = 1000


class ReberWalker(anywidget.AnyWidget):
    """A few strings, read step by step: automaton, next-symbol probabilities, gates and state.

    Args:
        walks: what `reber_frames` returns.
        unit: whose gates and state are shown at first.
        step: how many symbols have been read at first, from 1.

    >>> from coursekit.cells import lstm
    >>> from coursekit.training import init_model, softmax
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> model = init_model(rng, lstm, softmax, inputs=7, units=3, outputs=7)
    >>> from coursekit.widgets import reber_frames
    >>> ReberWalker(reber_frames(lstm, model, ["BTBTXSETE", "BPBTXSEPE"]))
    ReberWalker(BTBTXSETE, BPBTXSEPE; 3 units)
    """

    _esm = module("reber")
    _css = looks("reber")

    alphabet = traitlets.Unicode(embedded_reber.alphabet).tag(sync=True)
    nodes = traitlets.Dict().tag(sync=True)
    arcs = traitlets.List(traitlets.Dict()).tag(sync=True)
    radius = traitlets.Float(RADIUS).tag(sync=True)
    walks = traitlets.List(traitlets.Dict()).tag(sync=True)
    units = traitlets.Int().tag(sync=True)
    per_one = traitlets.Int(PER_ONE).tag(sync=True)
    string_index = traitlets.Int(0).tag(sync=True)
    step_index = traitlets.Int(0).tag(sync=True)
    unit_index = traitlets.Int(0).tag(sync=True)

    def __init__(self, walks: Sequence[Walk], *, unit: int = 0, step: int = 1) -> None:
        if not len(walks) or not all(isinstance(walk, Walk) for walk in walks):
            raise ValueError("walks is not a list of walks; pass what reber_frames returns")
        sizes = {walk.letters["c"].shape[1] for walk in walks}
        if len(sizes) > 1:
            raise ValueError(f"walks are of nets with {sorted(sizes)} units; pass those of one net")
        units = sizes.pop()
        after = whole_number("step", step, least=1)
        places, arcs = reber_map()
        super().__init__(
            nodes={node: list(place) for node, place in places.items()},
            arcs=[arc._asdict() for arc in arcs],
            walks=[_plain(walk) for walk in walks],
            units=units,
            unit_index=place_of("unit", unit, units),
            step_index=place_of("step", after, len(walks[0].nodes) + 1) - 1,
        )

    def __repr__(self) -> str:
        strings = ", ".join(walk["string"] for walk in self.walks)
        return f"ReberWalker({strings}; {self.units} units)"


def _plain(walk: Walk) -> dict[str, Any]:
    return {
        "string": walk.string,
        "nodes": list(walk.nodes),
        "legal": list(walk.legal),
        "chances": packed_whole(PER_ONE * walk.chances),
        "letters": {name: packed_whole(PER_ONE * values) for name, values in walk.letters.items()},
    }
