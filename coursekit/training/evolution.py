"""Search for weights with nothing but a score: an evolution strategy and a genetic algorithm.

The strategy moves one set of weights along an estimate of the slope of the fitness:

    theta <- theta + rate / (n spread) * sum over k of  u_k eps_k

with eps_k normal, each with its mirror image -eps_k, and u_k the rank of the fitness of
theta + spread eps_k among the n of a generation, mapped to [-1/2, 1/2]. The algorithm keeps a
population of weights, and makes children of the fittest.

Source: Salimans, Ho, Chen, Sidor and Sutskever 2017, algorithm 1 with mirrored sampling (Brockhoff
and others 2010) and ranks (Wierstra and others 2014); Holland 1975, Such and others 2017.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import generator, numbers, whole_number
from coursekit.training.generations import Evolved, Generations, Search, positive

Array = NDArray[np.float64]


def shaped_by_rank(fitness: ArrayLike) -> Array:
    """Ranks in place of fitness: the lowest is -1/2, the highest 1/2, the rest evenly between.

    Equals share the mean of their ranks. What is left is the order: one wild score counts no more
    than the highest, and any monotone rescaling of the fitness gives the same search.

    Args:
        fitness: (candidates,).

    Returns:
        (candidates,), with a sum of zero.

    >>> shaped_by_rank([10.0, -3.0, 1000.0])
    array([ 0. , -0.5,  0.5])
    """
    scores = numbers("fitness", fitness, axes="(candidates,)")
    if scores.ndim != 1 or len(scores) < 2:
        raise ValueError(
            f"fitness has shape {scores.shape}; pass one number a candidate, 2 or more"
        )
    _, group, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    below = np.cumsum(sizes) - sizes
    rank = below + (sizes - 1) / 2
    return rank[group] / (len(scores) - 1) - 0.5


def evolution_strategy(
    fitness: Callable[[Any], float],
    params: Any,
    *,
    rng: np.random.Generator,
    generations: int,
    population: int = 50,
    spread: float = 0.1,
    rate: float = 0.05,
    stop: Callable[[Generations], bool] | None = None,
    progress: bool | None = None,
) -> Evolved:
    """Climb along the slope that a cloud of random neighbours shows.

    Args:
        fitness: takes parameters and returns one finite number, to be maximised.
        params: where to start, in any structure of arrays; never changed in place.
        rng: the noise.
        generations: how many at most.
        population: neighbours a generation; even, as each has its mirror image.
        spread: standard deviation of their weights around the centre.
        rate: of the step, which along the slope is at most 0.28 rate / spread long.
        stop: asked after each generation; True ends the search.
        progress: a bar; without it one is shown on a terminal only.

    Returns:
        ``Evolved``. Each generation evaluates its population and then the centre where it went;
        the start is evaluated too. An interrupt from the keyboard keeps the fittest so far. If
        fitness is noisy, the fittest was also lucky: measure it again.

    Raises:
        ValueError: an argument that does not fit; a fitness that is not one finite number.

    Source: Salimans and others 2017.

    >>> found = evolution_strategy(lambda w: -float(w @ w), np.ones(2),
    ...     rng=np.random.default_rng(0), generations=100)
    >>> bool(np.abs(found.params).max() < 0.05)
    True
    """
    generator(rng)
    half, odd = divmod(whole_number("population", population, least=2), 2)
    if odd:
        raise ValueError(
            f"population is {population}; pass an even number: neighbours are mirrored"
        )
    spread, rate = positive("spread", spread), positive("rate", rate)
    search = Search(fitness, params)
    centre = search.start.copy()

    def generation() -> list[float]:
        nonlocal centre
        if not search.evaluations:
            search.evaluate(centre)
        noise = rng.normal(size=(half, len(centre)))
        noise = np.concatenate([noise, -noise])
        fitness = [search.evaluate(centre + spread * eps) for eps in noise]
        centre = centre + rate / (population * spread) * (shaped_by_rank(fitness) @ noise)
        return [*fitness, search.evaluate(centre)]

    return search.run(generation, generations, stop, progress)


def genetic_algorithm(
    fitness: Callable[[Any], float],
    params: Any,
    *,
    rng: np.random.Generator,
    generations: int,
    population: int = 50,
    spread: float = 0.1,
    parents: int | None = None,
    elite: int = 1,
    stop: Callable[[Generations], bool] | None = None,
    progress: bool | None = None,
) -> Evolved:
    """Breed weights: the fittest are the parents, a child mixes two of them and mutates.

    Args:
        fitness: takes parameters and returns one finite number, to be maximised.
        params: one of the first population, the others are its mutants; never changed in place.
        rng: the noise.
        generations: how many at most; the first is the first population.
        population: how many live at a time, 4 or more.
        spread: standard deviation of what mutation adds to every weight.
        parents: how many of the fittest breed (truncation selection); without it a quarter.
        elite: how many of the fittest live on as they are (and are measured again).
        stop: asked after each generation; True ends the search.
        progress: a bar; without it one is shown on a terminal only.

    Returns:
        ``Evolved``. An interrupt from the keyboard keeps the fittest so far.

    Raises:
        ValueError: an argument that does not fit; a fitness that is not one finite number.

    Source: Holland 1975; truncation and Gaussian mutation as in Such and others 2017.

    >>> found = genetic_algorithm(lambda w: -float(w @ w), np.ones(2),
    ...     rng=np.random.default_rng(0), generations=100)
    >>> bool(np.abs(found.params).max() < 0.05)
    True
    """
    generator(rng)
    whole_number("population", population, least=4)
    if parents is None:
        parents = max(2, population // 4)
    if whole_number("parents", parents, least=2) > population:
        raise ValueError(f"parents is {parents}; pass a number from 2 to population, {population}")
    if whole_number("elite", elite) >= population:
        raise ValueError(f"elite is {elite}; pass a number below population, {population}")
    spread = positive("spread", spread)
    search = Search(fitness, params)
    weights = len(search.start)
    alive = search.start + spread * rng.normal(size=(population, weights))
    alive[0] = search.start
    fitness_of_alive: list[float] = []

    def generation() -> list[float]:
        nonlocal alive, fitness_of_alive
        if fitness_of_alive:
            ranked = alive[np.argsort(fitness_of_alive)[::-1]]
            alive = np.concatenate([ranked[:elite], children(ranked[:parents])])
        fitness_of_alive = [search.evaluate(row) for row in alive]
        return fitness_of_alive

    def children(breeding: Array) -> Array:
        """Uniform crossover of two different parents, then mutation."""
        size = (population - elite, weights)
        mother = rng.integers(len(breeding), size=size[0])
        father = (mother + rng.integers(1, len(breeding), size=size[0])) % len(breeding)
        mixed = np.where(rng.random(size) < 0.5, breeding[mother], breeding[father])
        return mixed + spread * rng.normal(size=size)

    return search.run(generation, generations, stop, progress)
