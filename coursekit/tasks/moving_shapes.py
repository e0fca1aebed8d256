"""Moving shapes: a square or a plus bounces between the edges of a small picture.

    . # . . .         . . . . .
    # # # . .         . . # . .
    . # . . .   -->   . # # # .
    . . . . .         . . # . .

A shape is three pixels high and wide. At each step it moves by one row and by one column, and
turns round at an edge. The target is the next frame. One frame shows where the shape is, but not
where it goes: that takes the frame before it too.

Source: after the bouncing digits of Srivastava, Mansimov and Salakhutdinov 2015, made small.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import generator, numbers, whole_number

Array = NDArray[np.float64]

SIDE = 3
SHAPES = {
    "square": ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
    "plus": ((0, 1, 0), (1, 1, 1), (0, 1, 0)),
}


class Frames(NamedTuple):
    """A batch of moving pictures, time first; one channel, pixels 0 or 1."""

    inputs: Array  # (time, batch, 1, rows, columns)
    targets: Array  # the same, one step later


@dataclass(frozen=True)
class MovingShapes:
    """One shape, on pictures of this size.

    Args:
        rows, columns: of the picture.
        steps: frames that are seen; each has a next frame as its target.

    Raises:
        ValueError: a picture without room to move, or fewer than two steps.

    >>> task = MovingShapes(rows=6, columns=8, steps=5)
    >>> task.sample(np.random.default_rng(0), 2).inputs.shape
    (5, 2, 1, 6, 8)
    """

    rows: int = 8
    columns: int = 8
    steps: int = 8

    inputs = 1
    outputs = 1

    def __post_init__(self) -> None:
        whole_number("rows", self.rows, least=SIDE + 1)
        whole_number("columns", self.columns, least=SIDE + 1)
        whole_number("steps", self.steps, least=2)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns, as ``conv_lstm.init`` takes them."""
        return self.rows, self.columns

    @property
    def memory_free_score(self) -> float:
        """What the best guess from one frame scores by ``is_correct``: exact.

        Of the P places on an axis the two at the edges are passed half as often as the others.
        From them there is one way to go, from the others two with equal odds.
        """
        places = np.array(self.size) - SIDE + 1
        return float(np.prod(places / (2 * (places - 1))))

    @property
    def copy_score(self) -> float:
        """What a copy of the last frame scores by ``overlap``: exact, the mean over the shapes.

        By ``is_correct`` it scores nothing, for the shape has always moved.
        """
        return float(np.mean([moved_overlap(np.array(shape)) for shape in SHAPES.values()]))

    def sample(self, rng: np.random.Generator, count: int) -> Frames:
        """Draw ``count`` sequences: shape, place and direction, all with equal odds."""
        generator(rng)
        count = whole_number("count", count, least=1)
        shapes = np.array(list(SHAPES.values()), dtype=np.float64)
        shape = shapes[rng.integers(len(shapes), size=count)]
        row, column = (bounce(rng, self.steps + 1, count, size - SIDE) for size in self.size)
        frames = np.zeros((self.steps + 1, count, 1, *self.size))
        time, number = np.ogrid[: self.steps + 1, :count]
        for a, b in np.ndindex(SIDE, SIDE):
            frames[time, number, 0, row + a, column + b] = shape[:, a, b]
        return Frames(frames[:-1], frames[1:])

    def is_correct(self, outputs: ArrayLike, frames: Frames) -> NDArray[np.bool_]:
        """For each sequence, whether the last frame is right at every pixel, (batch,).

        Args:
            outputs: (time, batch, 1, rows, columns); a pixel above one half is set.
            frames: what ``sample`` returned.

        Raises:
            ValueError: outputs of another shape; no frames.
        """
        found = checked_outputs(outputs, frames)[-1]
        right = (found > 0.5) == (frames.targets[-1] > 0.5)
        return np.asarray(np.all(right & np.isfinite(found), axis=(-3, -2, -1)))

    def overlap(self, outputs: ArrayLike, frames: Frames) -> float:
        """Pixels set in both, over pixels set in either: the mean over sequences and steps.

        From the second step on, for at the first nobody can know the direction. A frame that is
        not finite scores zero.

        Args:
            outputs: (time, batch, 1, rows, columns); a pixel above one half is set.
            frames: what ``sample`` returned.

        Raises:
            ValueError: outputs of another shape; no frames.
        """
        found = checked_outputs(outputs, frames)[1:]
        said, wanted = found > 0.5, frames.targets[1:] > 0.5
        pixels = (-3, -2, -1)
        both, either = (said & wanted).sum(axis=pixels), (said | wanted).sum(axis=pixels)
        return float(np.mean(both / either * np.isfinite(found).all(axis=pixels)))


def bounce(rng: np.random.Generator, steps: int, count: int, far: int) -> NDArray[np.int64]:
    """Places 0 to ``far`` of a point that goes to and fro, (steps, count), started anywhere."""
    on_the_way = (rng.integers(2 * far, size=count) + np.arange(steps)[:, None]) % (2 * far)
    return far - np.abs(on_the_way - far)


def moved_overlap(shape: NDArray[np.int64]) -> float:
    """Pixels in both over pixels in either, of a shape and itself one row and column further.

    The mean over the four directions.

    >>> moved_overlap(np.array(SHAPES["plus"]))
    0.25
    """
    padded = np.pad(shape, 1) > 0
    scores = []
    for step in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        moved = np.roll(padded, step, axis=(0, 1))
        scores.append((padded & moved).sum() / (padded | moved).sum())
    return float(np.mean(scores))


def checked_outputs(outputs: ArrayLike, frames: Frames) -> Array:
    """Predicted frames of the right shape, or a clear error."""
    if not isinstance(frames, Frames):
        raise ValueError(f"frames is a {type(frames).__name__}; pass what sample returned")
    found = numbers("outputs", outputs, axes="(time, batch, 1, rows, columns)", finite=False)
    if found.shape != frames.targets.shape:
        raise ValueError(
            f"outputs have shape {found.shape}, but these frames need {frames.targets.shape}: "
            "(time, batch, 1, rows, columns)"
        )
    return found
