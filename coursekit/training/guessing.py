"""Random guessing, the baseline of every task: draw weights until one set of them will do.

A task that guessing solves in a few tries shows nothing about a learning rule.

Source: Schmidhuber and Hochreiter 1996; Hochreiter and Schmidhuber 1997, section 5.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from tqdm import tqdm

from coursekit.arguments import function, generator, whole_number
from coursekit.training.generations import checked_score


@dataclass(frozen=True)
class Guessed:
    """What guessing found: the best of its tries."""

    params: Any
    score: float
    trials: int  # made, with the one that solved it
    solved: bool


def random_guessing(
    score: Callable[[Any], float],
    draw: Callable[[np.random.Generator], Any],
    *,
    rng: np.random.Generator,
    enough: float,
    trials: int,
    progress: bool | None = None,
) -> Guessed:
    """Try random weights until a score is reached.

    Args:
        score: takes parameters and returns one finite number, to be maximised.
        draw: takes the generator and returns parameters.
        rng: what ``draw`` is handed.
        enough: the score at which the task counts as solved.
        trials: how many at most.
        progress: a bar; without it one is shown on a terminal only.

    Returns:
        ``Guessed``, also if no try was enough, and if the keyboard interrupts.

    Raises:
        ValueError: an argument that does not fit; a score that is not one finite number.

    Source: Hochreiter and Schmidhuber 1997, section 5 (the comparison with guessing).

    >>> random_guessing(float, lambda rng: rng.random(), rng=np.random.default_rng(0),
    ...     enough=0.9, trials=1000).solved
    True
    """
    function("score", score)
    function("draw", draw)
    generator(rng)
    whole_number("trials", trials, least=1)
    if not (isinstance(enough, (int, float, np.number)) and np.isfinite(enough)):
        raise ValueError(f"enough is {enough!r}; pass the score at which the task is solved")
    hidden = not (sys.stderr.isatty() if progress is None else progress)
    best, highest, made = None, -np.inf, 0
    try:
        with tqdm(total=trials, disable=hidden, leave=False, unit="guess") as bar:
            while made < trials and highest < enough:
                params = draw(rng)
                reached = checked_score("score", score(params), made + 1)
                made += 1
                bar.update()
                if reached > highest:
                    best, highest = params, reached
    except KeyboardInterrupt:
        print(f"interrupted after {made} of {trials} guesses; the best is kept")
    return Guessed(best, highest, made, solved=bool(highest >= enough))
