"""The carousel explorer: the error that arrives, beside that of a plain unit."""

import anywidget
import traitlets

from coursekit.widgets.carousel_frames import CarouselFrames, carousel_frames
from coursekit.widgets.frame import PER_DECADE, looks, module, nearest, packed_whole


class CarouselExplorer(anywidget.AnyWidget):
    """Three sliders, recurrent weight, derivative and lag, over errors measured beforehand.

    Args:
        frames: what `carousel_frames` returns; its default units if not given.
        weight, slope, lag: where the sliders stand at first: the nearest measured ones.

    >>> CarouselExplorer(carousel_frames([0.9, 1.0], [0.5, 1.0], [1, 10], seeds=[0, 1]))
    CarouselExplorer(weight 0.9 to 1, derivative 0.5 to 1, lag 1 to 10, 2 seeds)
    """

    _esm = module("carousel")
    _css = looks("carousel")

    weights = traitlets.List(traitlets.Float()).tag(sync=True)
    slopes = traitlets.List(traitlets.Float()).tag(sync=True)
    lags = traitlets.List(traitlets.Int()).tag(sync=True)
    seeds = traitlets.Int().tag(sync=True)
    plain = traitlets.Unicode().tag(sync=True)
    carousel = traitlets.Unicode().tag(sync=True)
    per_decade = traitlets.Int(PER_DECADE).tag(sync=True)
    weight_index = traitlets.Int().tag(sync=True)
    slope_index = traitlets.Int().tag(sync=True)
    lag_index = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        frames: CarouselFrames | None = None,
        *,
        weight: float = 0.99,
        slope: float = 1.0,
        lag: int = 100,
    ) -> None:
        found = carousel_frames() if frames is None else frames
        super().__init__(
            weights=found.weights.tolist(),
            slopes=found.slopes.tolist(),
            lags=found.lags.tolist(),
            seeds=found.plain.shape[2],
            plain=packed_whole(PER_DECADE * found.plain),
            carousel=packed_whole(PER_DECADE * found.carousel),
            weight_index=nearest(found.weights, weight),
            slope_index=nearest(found.slopes, slope),
            lag_index=nearest(found.lags, lag),
        )

    def __repr__(self) -> str:
        spans = (("weight", self.weights), ("derivative", self.slopes), ("lag", self.lags))
        told = ", ".join(f"{name} {values[0]:g} to {values[-1]:g}" for name, values in spans)
        return f"CarouselExplorer({told}, {self.seeds} seeds)"
