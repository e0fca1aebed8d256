"""Evolino: hidden weights are evolved, output weights are solved for.

The net is ``evolino_lstm``; what a set of hidden weights is worth is what ``solve_readout`` makes
of it: the read-out is solved for, and the net generates the series itself.

There is one subpopulation a unit of the net (enforced subpopulations), a member of it being all
weights into that unit. Each generation shuffles them and puts together nets, one member from each
subpopulation. The members of the best quarter of the nets are copied, with Cauchy noise, over
those of the worst quarter. When no net got better for some generations, all members become noisy
copies of the best net's (burst mutation).

Source: Schmidhuber, Wierstra and Gomez 2005; Schmidhuber, Wierstra, Gagliolo and Gomez 2007;
the subpopulations and burst mutation: Gomez and Miikkulainen 1997.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import checked_sizes, function, generator, whole_number
from coursekit.cells import evolino_lstm
from coursekit.training.free_running import Readout, checked_washout, solved_side_by_side
from coursekit.training.generations import Evolved, Generations, loop, positive
from coursekit.training.model import Model
from coursekit.training.solved_readouts import by_pseudo_inverse

Array = NDArray[np.float64]

LETTERS = ("i", "f", "o", "g")


def cell_of(members: Array, outputs: int, feedback: float) -> evolino_lstm.Params:
    """From one member a unit, (units, weights into it), to the parameters of a net."""
    units = len(members)
    letters = members.reshape(units, len(LETTERS), outputs + units + 1)
    arrays = {}
    for number, letter in enumerate(LETTERS):
        weights = letters[:, number]
        arrays[f"W_{letter}"] = feedback * weights[:, :outputs]
        arrays[f"U_{letter}"] = weights[:, outputs:-1]
        arrays[f"b_{letter}"] = weights[:, -1]
    return evolino_lstm.Params(**arrays)


def weights_into_a_unit(units: int, outputs: int) -> int:
    """How many there are, over all letters."""
    return len(LETTERS) * (outputs + units + 1)


def random_hidden(
    rng: np.random.Generator, units: int, outputs: int, *, feedback: float = 0.1
) -> evolino_lstm.Params:
    """Hidden weights as evolution starts with them: uniform in [-1, 1], W times ``feedback``.

    >>> random_hidden(np.random.default_rng(0), units=3, outputs=1).W_i.shape
    (3, 1)
    """
    checked_sizes(rng, units=units, outputs=outputs)
    members = rng.uniform(-1, 1, (units, weights_into_a_unit(units, outputs)))
    return cell_of(members, outputs, positive("feedback", feedback))


def evolino(
    series: ArrayLike,
    *,
    rng: np.random.Generator,
    units: int,
    generations: int,
    washout: int,
    population: int = 40,
    spread: float = 0.001,
    feedback: float = 0.1,
    burst_after: int = 10,
    readout: Readout = by_pseudo_inverse,
    stop: Callable[[Generations], bool] | None = None,
    progress: bool | None = None,
) -> Evolved:
    """Evolve a net that generates a series.

    Args:
        series: what it learns from, (time, outputs).
        rng: the noise.
        units: memory cells; as many subpopulations.
        generations: how many at most.
        washout: steps that a net is told before its states and its error count.
        population: of each subpopulation, and nets a generation; 4 or more.
        spread: scale of the Cauchy noise.
        feedback: what the weights of the fed-back output are scaled by. The smaller, the nearer
            the net is to a linear one, which a sum of sines asks for.
        burst_after: generations without a better net before a burst mutation.
        readout: ``by_pseudo_inverse``, or ``by_support_vectors``, or a function like them.
        stop: asked after each generation; True ends the search.
        progress: a bar; without it one is shown on a terminal only.

    Returns:
        ``Evolved``, its params a ``Model(cell, readout)`` for ``generate``; its fitness -log10 of
        the normalised error on the series after the washout. An interrupt from the keyboard keeps
        the fittest net so far, if there is one.

    Raises:
        ValueError: an argument that does not fit; the message names it.

    Source: Schmidhuber and others 2007; sizes and ranges are those that worked here.

    >>> series = (np.sin(0.2 * np.arange(150)) + np.sin(0.311 * np.arange(150)))[:, None]
    >>> found = evolino(series, rng=np.random.default_rng(0), units=6, generations=5, washout=30)
    >>> found.evaluations
    200
    """
    generator(rng)
    whole_number("units", units, least=1)
    known = checked_washout(series, washout, units)
    quarter = whole_number("population", population, least=4) // 4
    whole_number("burst_after", burst_after, least=1)
    spread, feedback = positive("spread", spread), positive("feedback", feedback)
    function("readout", readout)
    size = (units, population, weights_into_a_unit(units, known.shape[1]))
    members = rng.uniform(-1, 1, size)
    best: Model | None = None
    best_fitness, best_members, evaluations, waiting = -np.inf, members[:, 0], 0, 0

    def generation() -> list[float]:
        nonlocal members, best, best_fitness, best_members, evaluations, waiting
        shuffled = rng.permuted(np.tile(np.arange(population), (units, 1)), axis=1)
        members = np.take_along_axis(members, shuffled[..., None], axis=1)
        nets = [cell_of(members[:, net], known.shape[1], feedback) for net in range(population)]
        solved = solved_side_by_side(nets, known, washout, readout)
        evaluations += population
        waiting += 1
        fitness = [reached for _, reached in solved]
        order = np.argsort(fitness)  # a member is worth what its net is worth
        top = order[-1]
        if fitness[top] > best_fitness:
            (best, best_fitness), best_members, waiting = solved[top], members[:, top].copy(), 0
        if waiting == burst_after:
            members = best_members[:, None] + spread * rng.standard_cauchy(size)
            members[:, 0], waiting = best_members, 0
        else:
            noise = spread * rng.standard_cauchy((units, quarter, size[-1]))
            members[:, order[:quarter]] = members[:, order[-quarter:]] + noise
        return fitness

    history, ended = loop(generation, generations, stop, progress)
    if best is None:  # interrupted in the first generation: there is nothing to keep
        raise KeyboardInterrupt
    return Evolved(best, best_fitness, history, evaluations, ended)
