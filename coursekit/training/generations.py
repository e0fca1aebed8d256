"""What every search without gradients shares: the fittest so far, the history, the loop.

Fitness is to be maximised. A search sees a fitness function only, never how it is made: it may
run a cell over sequences, or let it walk a maze.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from coursekit.arguments import finite_number, function, numbers, whole_number
from coursekit.cells.parameters import count, flatten, named_arrays, unflatten

Array = NDArray[np.float64]


@dataclass
class Generations:
    """What happened, generation by generation."""

    best: list[float] = field(default_factory=list)  # the fittest of the generation
    mean: list[float] = field(default_factory=list)  # over all that it evaluated


@dataclass(frozen=True)
class Evolved:
    """What a search left: the fittest parameters of all that it tried."""

    params: Any
    fitness: float  # minus infinity if it was interrupted before it had tried any
    history: Generations
    evaluations: int
    ended: str  # "done", "stopped" (by stop) or "interrupted" (by the keyboard)


def positive(name: str, value: float) -> float:
    """A finite number above zero, or a clear error."""
    if finite_number(name, value) == 0:
        raise ValueError(f"{name} is {value!r}; pass a number above 0")
    return float(value)


def checked_score(name: str, returned: Any, evaluation: int) -> float:
    """What a function to be maximised returned: one finite number, or a clear error."""
    if np.ndim(returned) != 0 or np.asarray(returned).dtype.kind not in "fiub":
        raise ValueError(f"{name} returned {returned!r:.60}; return one number")
    score = float(returned)
    if not np.isfinite(score):
        raise ValueError(
            f"{name} returned {score} at evaluation {evaluation}; return a finite number, "
            "a very low one for parameters that fail"
        )
    return score


class Search:
    """Tries parameters, and keeps the fittest.

    Args:
        fitness: takes parameters and returns one number, to be maximised.
        params: where to start, in any structure of arrays; never changed in place.
    """

    def __init__(self, fitness: Callable[[Any], float], params: Any) -> None:
        self.measure = function("fitness", fitness)
        for name, array in named_arrays(params):
            name = f"params.{name}" if name else "params"
            numbers(name, array, axes="the weights to start from", whole=False)
        if count(params) == 0:
            raise ValueError(
                "params holds no weights; pass arrays, such as what a cell's init made"
            )
        self.structure = params
        self.start = self.fittest = flatten(params)
        self.fitness = -np.inf
        self.evaluations = 0

    def evaluate(self, row: Array) -> float:
        """The fitness of one row of weights, checked."""
        returned = self.measure(unflatten(self.structure, row))
        fitness = checked_score("fitness", returned, self.evaluations + 1)
        self.evaluations += 1
        if fitness > self.fitness:
            self.fittest, self.fitness = row.copy(), fitness
        return fitness

    def run(
        self,
        generation: Callable[[], list[float]],
        generations: int,
        stop: Callable[[Generations], bool] | None,
        progress: bool | None,
    ) -> Evolved:
        """Let ``generation`` evaluate one generation after the other, and say what was found."""
        history, ended = loop(generation, generations, stop, progress)
        params = unflatten(self.structure, self.fittest)
        return Evolved(params, self.fitness, history, self.evaluations, ended)


def loop(
    generation: Callable[[], list[float]],
    generations: int,
    stop: Callable[[Generations], bool] | None,
    progress: bool | None,
) -> tuple[Generations, str]:
    """Run generations until there were enough, or ``stop`` or the keyboard ends it.

    Args:
        generation: makes one generation and returns the fitness of all that it evaluated.

    Returns:
        The history, and why it ended.
    """
    whole_number("generations", generations, least=1)
    if stop is not None:
        function("stop", stop)
    hidden = not (sys.stderr.isatty() if progress is None else progress)
    history, ended = Generations(), "done"
    try:
        with tqdm(total=generations, disable=hidden, leave=False, unit="generation") as bar:
            for _ in range(generations):
                fitness = generation()
                history.best.append(float(np.max(fitness)))
                history.mean.append(float(np.mean(fitness)))
                bar.set_postfix(best=f"{max(history.best):.4g}", refresh=False)
                bar.update()
                if stop is not None and stop(history):
                    ended = "stopped"
                    break
    except KeyboardInterrupt:
        ended, made = "interrupted", len(history.best)
        print(f"interrupted after {made} of {generations} generations; the fittest is kept")
    return history, ended
