"""The conflict explorer: what each time step wants of one weight, through training."""

from collections.abc import Mapping
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import whole_number
from coursekit.widgets.frame import looks, module, packed_whole

Array = NDArray[np.float64]
LARGEST = 32_767  # of the whole numbers that the browser gets


class ConflictExplorer(anywidget.AnyWidget):
    """The pulls of single time steps on a weight, at each point of training, with and without gate.

    Args:
        pulls: for each weight, {setting: (seeds, updates, steps)}: minus each step's part of the
            gradient, with the weight's sign, so that above zero means "make it larger". All
            settings of a weight have the same shape.
        every: updates that are averaged into one picture.

    >>> rng = np.random.default_rng(0)
    >>> runs = {"no gate": rng.normal(size=(2, 40, 5)), "gate": np.zeros((2, 40, 5))}
    >>> ConflictExplorer({"input weight": runs})
    ConflictExplorer(input weight: no gate, gate; 40 updates, 5 steps, 2 seeds)
    """

    _esm = module("conflict")
    _css = looks("conflict")

    weights = traitlets.List(traitlets.Dict()).tag(sync=True)
    every = traitlets.Int().tag(sync=True)
    weight_index = traitlets.Int(0).tag(sync=True)
    setting_index = traitlets.Int(0).tag(sync=True)
    point_index = traitlets.Int(0).tag(sync=True)

    def __init__(self, pulls: Mapping[str, Mapping[str, ArrayLike]], *, every: int = 20) -> None:
        if not isinstance(pulls, Mapping) or not pulls:
            raise ValueError(
                "pulls is empty or no dictionary; pass {weight: {setting: (seeds, updates, steps)}}"
            )
        told = [_weight(name, settings, every) for name, settings in pulls.items()]
        names = [[setting["name"] for setting in weight["settings"]] for weight in told]
        if any(found != names[0] for found in names):
            raise ValueError(f"the weights have the settings {names}; give all of them the same")
        super().__init__(weights=told, every=every, point_index=told[0]["shape"][0] - 1)

    def __repr__(self) -> str:
        told = []
        for weight in self.weights:
            points, seeds, steps = weight["shape"]
            names = ", ".join(setting["name"] for setting in weight["settings"])
            told.append(
                f"{weight['name']}: {names}; {points * self.every} updates, {steps} steps, "
                f"{seeds} seeds"
            )
        return f"ConflictExplorer({' | '.join(told)})"


def _weight(name: str, settings: Mapping[str, ArrayLike], every: int) -> dict[str, Any]:
    if not isinstance(settings, Mapping) or not settings:
        raise ValueError(
            f"pulls[{name!r}] has no settings; pass {{setting: (seeds, updates, steps)}}"
        )
    points = {setting: averaged(values, every) for setting, values in settings.items()}
    shapes = {setting: found.shape for setting, found in points.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(
            f"the settings of {name!r} have the (points, seeds, steps) {shapes}; record all of "
            "them for the same seeds, updates and steps"
        )
    unit = max(float(np.abs(found).max()) for found in points.values()) / LARGEST or 1.0
    return {
        "name": name,
        "shape": list(next(iter(shapes.values()))),
        "unit": unit,
        "settings": [
            {"name": setting, "pulls": packed_whole(found / unit)}
            for setting, found in points.items()
        ],
    }


def averaged(pulls: ArrayLike, every: int) -> Array:
    """Means over each `every` updates: (seeds, updates, steps) -> (points, seeds, steps).

    >>> averaged(np.arange(4.0).reshape(1, 4, 1), every=2).ravel().tolist()
    [0.5, 2.5]
    """
    found = np.asarray(pulls, dtype=float)
    if found.ndim != 3 or found.size == 0 or not np.isfinite(found).all():
        raise ValueError(
            f"pulls have shape {found.shape}, expected finite numbers (seeds, updates, steps)"
        )
    seeds, updates, steps = found.shape
    if updates % whole_number("every", every, least=1):
        raise ValueError(f"every is {every}, which does not divide {updates} updates")
    return found.reshape(seeds, -1, every, steps).mean(axis=2).swapaxes(0, 1)
