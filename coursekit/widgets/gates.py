"""The gate explorer: gates that are set by hand, and what the LSTM cell then holds and shows."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from coursekit.cells import lstm
from coursekit.gradients import unroll
from coursekit.widgets.frame import looks, module

Array = NDArray[np.float64]
CANDIDATES = (0.2, 0.9, -0.4, 0.6, -0.8, 0.3, 0.7, -0.5, 0.4, -0.2)
SETTINGS = (0.0, 0.5, 1.0)  # shut, half open, open


class Scene(NamedTuple):
    """A setting of the three gates, and what it shows."""

    name: str
    i: tuple[float, ...]
    f: tuple[float, ...]
    o: tuple[float, ...]
    says: str


def open_at(*steps: int, count: int = len(CANDIDATES)) -> tuple[float, ...]:
    """A gate that is open at these steps, counted from one, and shut at all others.

    >>> open_at(2, count=3)
    (0.0, 1.0, 0.0)
    """
    return tuple(float(step in steps) for step in range(1, count + 1))


def shut_at(*steps: int, count: int = len(CANDIDATES)) -> tuple[float, ...]:
    """A gate that is shut at these steps, counted from one, and open at all others.

    >>> shut_at(2, count=3)
    (1.0, 0.0, 1.0)
    """
    return tuple(1 - value for value in open_at(*steps, count=count))


SCENES = (
    Scene(
        "all open",
        shut_at(),
        shut_at(),
        shut_at(),
        "Every candidate is added and the sum is always shown: the carousel.",
    ),
    Scene(
        "keep",
        open_at(2),
        shut_at(),
        shut_at(),
        "The input gate opens at step 2 only. The number stays, whatever comes later.",
    ),
    Scene(
        "drop",
        open_at(2),
        shut_at(6),
        shut_at(),
        "The forget gate shuts at step 6: the number is gone, and nothing brings it back.",
    ),
    Scene(
        "hide",
        open_at(2),
        shut_at(),
        open_at(),
        "The output gate is shut: h is zero at every step, and c holds the number all the same.",
    ),
    Scene(
        "show",
        open_at(2),
        shut_at(),
        open_at(9),
        "Stored at step 2, hidden, shown at step 9: h is not zero at that one step.",
    ),
)


def scene(name: str) -> Scene:
    """The scene of that name: "all open", "keep", "drop", "hide" or "show".

    >>> scene("show").o
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    """
    for found in SCENES:
        if found.name == name:
            return found
    names = ", ".join(repr(found.name) for found in SCENES)
    raise ValueError(f"scene is {name!r}, expected one of {names}")


def set_by_hand(
    candidates: ArrayLike, i: ArrayLike, f: ArrayLike, o: ArrayLike
) -> tuple[Array, Array]:
    """Run the library's LSTM cell, one unit, with gates and candidates that are given numbers.

    The numbers go in as pre-activations: the cell's only weight is a one for each of them.

    Args:
        candidates: (time,) g at each step, between -1 and 1.
        i, f, o: (time,) the gates, from 0 (shut) to 1 (open).

    Returns:
        (c, h): the cell state and the output after each step, (time,) each.

    Raises:
        ValueError: lengths that differ; a gate outside [0, 1]; a candidate not inside (-1, 1).

    >>> c, h = set_by_hand([0.5, 0.5], i=[1, 1], f=[1, 1], o=[0, 1])
    >>> c.round(3).tolist(), h.round(3).tolist()
    ([0.5, 1.0], [0.0, 0.762])
    """
    g = np.asarray(candidates, dtype=float)
    gates = {"i": i, "f": f, "o": o}
    values = {name: np.asarray(value, dtype=float) for name, value in gates.items()}
    for name, value in values.items():
        if g.ndim != 1 or value.shape != g.shape:
            raise ValueError(
                f"{name} has shape {value.shape} and candidates {g.shape}; give one number a step"
            )
        if not ((value >= 0) & (value <= 1)).all():
            raise ValueError(f"{name} is {gates[name]!r}, expected numbers from 0 to 1")
    if not (np.abs(g) < 1).all():
        raise ValueError(f"candidates is {candidates!r}, expected numbers between -1 and 1")
    with np.errstate(divide="ignore"):  # shut and open are infinitely far away
        nets = {name: np.log(value) - np.log1p(-value) for name, value in values.items()}
    # sigma(-800) is 0 and sigma(800) is 1; infinity times a weight of zero would be no number.
    nets = {name: np.clip(net, -800, 800) for name, net in nets.items()} | {"g": np.arctanh(g)}
    letters = "ifog"
    parts: dict[str, Array] = {}
    for place, letter in enumerate(letters):
        parts[f"W_{letter}"] = np.eye(4)[place : place + 1]
        parts[f"U_{letter}"] = np.zeros((1, 1))
        parts[f"b_{letter}"] = np.zeros(1)
    xs = np.stack([nets[letter] for letter in letters], axis=1)
    states = unroll(lstm, lstm.Params(**parts), xs).states
    return states.c[:, 0], states.h[:, 0]


class GateExplorer(anywidget.AnyWidget):
    """Three rows of switches, a gate each and one for every step, over what the cell then does.

    Args:
        start: the name of the scene to begin with: "all open", "keep", "drop", "hide" or "show".

    `gates` is what is set at the moment; `states()` runs the library's cell on it.

    >>> GateExplorer("show")
    GateExplorer(10 steps, gates i, f and o set by hand)
    """

    _esm = module("gates")
    _css = looks("gates")

    candidates = traitlets.List(traitlets.Float()).tag(sync=True)
    gates = traitlets.Dict().tag(sync=True)
    scenes = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, start: str = "keep") -> None:
        super().__init__(
            candidates=list(CANDIDATES),
            gates=_switches(scene(start)),
            scenes=[{"name": s.name, "says": s.says, **_switches(s)} for s in SCENES],
        )

    def states(self) -> tuple[Array, Array]:
        """(c, h) of the library's cell, with the gates as they are set at the moment."""
        gates: Mapping[str, Sequence[float]] = self.gates
        return set_by_hand(self.candidates, gates["i"], gates["f"], gates["o"])

    def __repr__(self) -> str:
        return f"GateExplorer({len(self.candidates)} steps, gates i, f and o set by hand)"


def _switches(given: Scene) -> dict[str, Any]:
    return {letter: list(getattr(given, letter)) for letter in "ifo"}
