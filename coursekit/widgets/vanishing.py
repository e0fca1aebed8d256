"""The vanishing-gradient explorer: how much error is left, by spectral radius and lag."""

import anywidget
import traitlets

from coursekit.widgets.frame import PER_DECADE, looks, module, nearest, packed
from coursekit.widgets.vanishing_frames import Frames, vanishing_frames


class VanishingExplorer(anywidget.AnyWidget):
    """Two sliders, spectral radius and lag, over norms that were measured beforehand.

    Args:
        frames: what `vanishing_frames` returns; its default networks if not given.
        radius, lag: where the sliders stand at first: the nearest measured ones.

    >>> frames = vanishing_frames([0.5, 1.0], [1, 10], units=4, seeds=[0, 1])
    >>> VanishingExplorer(frames, radius=1.0, lag=10)
    VanishingExplorer(spectral radius 0.5 to 1, lag 1 to 10, 2 seeds)
    """

    _esm = module("vanishing")
    _css = looks("vanishing")

    radii = traitlets.List(traitlets.Float()).tag(sync=True)
    lags = traitlets.List(traitlets.Int()).tag(sync=True)
    seeds = traitlets.Int().tag(sync=True)
    norms = traitlets.Unicode().tag(sync=True)
    bounds = traitlets.Unicode().tag(sync=True)
    per_decade = traitlets.Int(PER_DECADE).tag(sync=True)
    radius_index = traitlets.Int().tag(sync=True)
    lag_index = traitlets.Int().tag(sync=True)

    def __init__(self, frames: Frames | None = None, *, radius: float = 0.9, lag: int = 50) -> None:
        found = vanishing_frames() if frames is None else frames
        super().__init__(
            radii=[float(r) for r in found.radii],
            lags=[int(n) for n in found.lags],
            seeds=found.norms.shape[1],
            norms=packed(found.norms),
            bounds=packed(found.bounds),
            radius_index=nearest(found.radii, radius),
            lag_index=nearest(found.lags, lag),
        )

    def __repr__(self) -> str:
        return (
            f"VanishingExplorer(spectral radius {self.radii[0]:g} to {self.radii[-1]:g}, "
            f"lag {self.lags[0]} to {self.lags[-1]}, {self.seeds} seeds)"
        )
