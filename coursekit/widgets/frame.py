"""What the widgets share: one frame of JavaScript and CSS, and numbers packed for the browser."""

import base64
from collections.abc import Sequence
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import whole_number

PER_DECADE = 500
STATIC = files("coursekit.widgets") / "static"


def module(name: str) -> str:
    """The widget's JavaScript: the frame, then its own file, as one module."""
    return _after_the_frame(f"{name}.js")


def looks(name: str) -> str:
    """The widget's CSS: the frame's, then its own."""
    return _after_the_frame(f"{name}.css")


def _after_the_frame(file: str) -> str:
    parts = ("frame" + file[file.rindex(".") :], file)
    return "\n".join((STATIC / part).read_text(encoding="utf-8") for part in parts)


def packed_whole(values: NDArray[np.float64]) -> str:
    """Pack numbers, rounded and clipped, as base64 of little-endian int16.

    >>> packed_whole(np.array([1.0, -1.0]))
    'AQD//w=='
    """
    limit = np.iinfo(np.int16)
    whole = np.rint(np.clip(values, limit.min, limit.max)).astype("<i2")
    return base64.b64encode(whole.tobytes()).decode("ascii")


def packed(values: NDArray[np.float64]) -> str:
    """Pack positive numbers in two bytes each: 500 times their log10.

    That covers 1e-65 to 1e65 with an error below 0.3 %.

    >>> unpacked(packed(np.array([1.0, 1e-3]))).tolist()
    [1.0, 0.001]
    """
    with np.errstate(divide="ignore"):
        return packed_whole(PER_DECADE * np.log10(values))


def unpacked(text: str) -> NDArray[np.float64]:
    """Return the numbers of `packed`, flat."""
    return 10.0 ** (unpacked_whole(text) / PER_DECADE)


def unpacked_whole(text: str) -> NDArray[np.float64]:
    """Return the numbers of `packed_whole`, flat."""
    return np.frombuffer(base64.b64decode(text), "<i2").astype(float)


def positive_list(name: str, values: ArrayLike, most: float = np.inf) -> NDArray[np.float64]:
    """Numbers above zero, one or more, or a clear error."""
    found = np.asarray(values, dtype=float)
    if found.ndim != 1 or found.size == 0 or not ((found > 0) & (found <= most)).all():
        limit = "" if most == np.inf else f" and up to {most:g}"
        raise ValueError(f"{name} is {values!r}, expected a list of numbers above zero{limit}")
    return found


def rising_lags(lags: ArrayLike) -> NDArray[np.int64]:
    """Whole numbers that rise from at least 1, or a clear error."""
    found = np.asarray(lags, dtype=int)
    if found.ndim != 1 or found.size == 0 or found[0] < 1 or (np.diff(found) <= 0).any():
        raise ValueError(f"lags is {lags!r}, expected a rising list of whole numbers from 1")
    return found


def some_seeds(seeds: Sequence[int]) -> Sequence[int]:
    """At least one seed, or a clear error."""
    if len(seeds) == 0:
        raise ValueError("seeds is empty, expected at least one seed")
    return seeds


def nearest(values: ArrayLike, wanted: float) -> int:
    """The place of the value that is nearest to what is wanted.

    >>> nearest([1, 5, 10], 6)
    1
    """
    return int(np.abs(np.asarray(values) - wanted).argmin())


def place_of(name: str, place: int, count: int) -> int:
    """A place in a list of this length, or a clear error."""
    found = whole_number(name, place)
    if found >= count:
        raise ValueError(f"{name} is {place!r}, but there are {count}; pass 0 to {count - 1}")
    return found
