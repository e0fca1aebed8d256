"""Rhythm: three voices, eight steps to a bar, and a fill at the end of every phrase.

    piece    groove groove groove FILL  groove groove groove FILL  ...

A piece is played in one groove of four, the same one throughout; the fill is the same in all
pieces. At each step the next one is to be told: which voices sound. To know that the fill comes
now, one must count bars. To know the groove after the fill, one must have kept it: for a whole
bar nothing has told of it.

Source: the patterns are our own; a form that repeats, and free-running play by a trained net, as in
Eck and Schmidhuber 2002.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import generator, numbers, whole_number
from coursekit.tasks.sequences import Array, Sequences

VOICES: Final = ("low", "snare", "high")
BAR: Final = 8
#: voice by voice, x where it sounds
GROOVES: Final = (
    ("x...x...", "..x...x.", "x.x.x.x."),
    ("x..x..x.", "....x...", "xxxxxxxx"),
    ("x.x...x.", "....x..x", "..x...x."),
    ("x....x..", "..x.....", "x..x..x."),
)
FILL: Final = ("x.......", ".xxxxxxx", "......xx")


def pattern(rows: tuple[str, ...]) -> Array:
    """A bar as numbers, (steps, voices).

    >>> pattern(("x.", ".x", ".."))
    array([[1., 0., 0.],
           [0., 1., 0.]])
    """
    return np.array([[float(mark == "x") for mark in row] for row in rows]).T


@dataclass(frozen=True)
class Rhythm:
    """Tell the next step of a piece.

    Args:
        bars: of a phrase; the last is the fill.
        phrases: of a piece.

    Raises:
        ValueError: a phrase without a groove; no phrase.

    >>> Rhythm(phrases=2).sample(np.random.default_rng(0), 1).inputs.shape
    (63, 3)
    """

    bars: int = 4
    phrases: int = 3

    inputs = 3
    outputs = 3

    def __post_init__(self) -> None:
        whole_number("bars", self.bars, least=2)
        whole_number("phrases", self.phrases, least=1)

    def piece(self, groove: int) -> Array:
        """The whole piece in one of the four grooves, (steps, voices)."""
        if whole_number("groove", groove) >= len(GROOVES):
            raise ValueError(f"groove is {groove}; there are {len(GROOVES)}, from 0 on")
        phrase = [pattern(GROOVES[groove])] * (self.bars - 1) + [pattern(FILL)]
        return np.concatenate(phrase * self.phrases)

    @property
    def memory_free_score(self) -> float:
        """Share of steps right for who knows all odds, but sees the current step alone."""
        follows: dict[bytes, dict[bytes, int]] = {}
        total = 0
        for groove in range(len(GROOVES)):
            steps = self.piece(groove)
            for now, after in zip(steps[BAR - 1 : -1], steps[BAR:], strict=True):
                seen = follows.setdefault(now.tobytes(), {})
                seen[after.tobytes()] = seen.get(after.tobytes(), 0) + 1
                total += 1
        return sum(max(seen.values()) for seen in follows.values()) / total

    def sample(self, rng: np.random.Generator, count: int) -> Sequences:
        """Draw ``count`` pieces; every step after the first bar has a target."""
        generator(rng)
        count = whole_number("count", count, least=1)
        pieces = np.stack([self.piece(int(groove)) for groove in rng.integers(4, size=count)])
        steps = pieces.shape[1] - 1
        mask = np.zeros((count, steps), dtype=bool)
        mask[:, BAR - 1 :] = True
        return Sequences(
            pieces[:, :-1].reshape(-1, 3),
            pieces[:, 1:].reshape(-1, 3),
            mask.ravel(),
            np.arange(count + 1) * steps,
        )

    def steps_in(self, part: str) -> NDArray[np.int64]:
        """The steps of a piece whose *target* lies in a part of it.

        Args:
            part: "fill", "return" (the bar after a fill) or "groove" (neither; the first bar,
                which has no target, is left out).

        Raises:
            ValueError: another part.
        """
        bar = np.arange(BAR, BAR * self.bars * self.phrases) // BAR
        fill = bar % self.bars == self.bars - 1
        back = bar % self.bars == 0
        parts = {"fill": fill, "return": back, "groove": ~fill & ~back}
        if part not in parts:
            raise ValueError(f"part is {part!r}; pass one of {sorted(parts)}")
        return BAR - 1 + np.flatnonzero(parts[part])

    def steps_right(self, outputs: Array, sequences: Sequences) -> NDArray[np.bool_]:
        """For each step and piece, whether all voices are on the right side of one half.

        Args:
            outputs: (time, batch, voices), for the padded batch.

        Returns:
            (time, batch). An output that is not finite is on no side.

        Raises:
            ValueError: outputs of another shape.
        """
        if not isinstance(sequences, Sequences):
            raise ValueError(
                f"sequences is a {type(sequences).__name__}; pass what sample returned"
            )
        wanted = sequences.padded().targets
        found = numbers("outputs", outputs, axes="(time, batch, voices)", finite=False)
        if found.shape != wanted.shape:
            raise ValueError(
                f"outputs have shape {found.shape}, but these pieces need {wanted.shape}: "
                "(time, batch, voices)"
            )
        return np.asarray(np.all(((found > 0.5) == (wanted > 0.5)) & np.isfinite(found), axis=2))

    def is_correct(self, outputs: Array, sequences: Sequences) -> NDArray[np.bool_]:
        """For each piece, whether every step that has a target is right, (count,).

        Args:
            outputs: (time, batch, voices), for the padded batch.
        """
        right = self.steps_right(outputs, sequences)
        return np.all(right | ~sequences.padded().mask, axis=0)
