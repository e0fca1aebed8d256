"""Nets that run free: told a series, then fed with their own output, they generate what follows.

    x_t = y_{t-1}, or the series at t-1 while it is told (teacher forcing)
    h_t = the step of ``evolino_lstm``
    y_t = V h_t + d

Hidden weights stay as they are; V and d are solved for, on the states that the told series leaves
after a washout. Then the net generates that part itself, from the end of the washout on. Its
fitness is -log10 of the error that remains there (normalised by the variance): 0 for a constant
at the mean, 2 for a hundredth of its error.

Source: Jaeger 2001 (solved read-outs on fixed random nets); Schmidhuber, Wierstra, Gagliolo and
Gomez 2007.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import function, numbers, whole_number
from coursekit.cells import evolino_lstm
from coursekit.gradients.arguments import checked_params
from coursekit.training.model import Model, checked_model
from coursekit.training.readouts import affine
from coursekit.training.solved_readouts import by_pseudo_inverse

Array = NDArray[np.float64]
Readout = Callable[[Array, Array], affine.Params]  # states, targets -> V and d


def checked_series(series: ArrayLike, least: int = 1) -> Array:
    """A series (time, outputs) of at least so many steps, or a clear error."""
    array = numbers("series", series, axes="(time, outputs)", whole=False)
    if array.ndim != 2:
        hint = ": for one number a step write series[:, None]" if array.ndim == 1 else ""
        raise ValueError(f"series has shape {array.shape}; a series is (time, outputs){hint}")
    if len(array) < least or array.shape[1] == 0:
        raise ValueError(f"series has shape {array.shape}; pass at least {least} steps")
    return array


def normalised_error(outputs: ArrayLike, targets: ArrayLike) -> float:
    """The mean squared error, divided by the variance of the targets (NMSE).

    A constant at the mean of the targets scores 1.

    Args:
        outputs, targets: (time, outputs).

    Raises:
        ValueError: other shapes; targets that do not vary.

    >>> normalised_error([[0.0], [0.0]], [[1.0], [-1.0]])
    1.0
    """
    wanted = numbers("targets", targets, axes="(time, outputs)")
    found = numbers("outputs", outputs, axes="(time, outputs)")
    if found.shape != wanted.shape or wanted.ndim != 2:
        raise ValueError(
            f"outputs has shape {found.shape} and targets {wanted.shape}; "
            "pass two arrays (time, outputs) of one shape"
        )
    variance = wanted.var(axis=0).sum() if len(wanted) else 0.0
    if variance == 0:
        raise ValueError("targets does not vary; an error relative to its variance has no meaning")
    return float(((found - wanted) ** 2).mean(axis=0).sum() / variance)


def told(cell: evolino_lstm.Params, series: Array) -> tuple[Array, Any]:
    """Run nets side by side over a series that they are told.

    Args:
        cell: parameters with an axis in front, as ``evolino_lstm.step`` takes a population.
        series: (time, outputs).

    Returns:
        h of every step, (nets, time, units), and the state after each.
    """
    state = evolino_lstm.initial_state(cell, (len(cell.U_i), 1))
    inputs = np.concatenate([np.zeros((1, series.shape[1])), series[:-1]])
    states = []
    for x in inputs:
        state, _ = evolino_lstm.step(cell, np.broadcast_to(x, (len(cell.U_i), 1, len(x))), state)
        states.append(state)
    return np.concatenate([state.h for state in states], axis=1), states


def generated(
    cell: evolino_lstm.Params, readout: affine.Params, state: Any, y: Array, steps: int
) -> Array:
    """Let nets go on alone from a state and their last output: (nets, steps, outputs)."""
    outputs = []
    for _ in range(steps):
        state, _ = evolino_lstm.step(cell, y, state)
        y = state.h @ readout.V.mT + readout.d
        outputs.append(y)
    return np.concatenate(outputs, axis=1)


def side_by_side(params: list[Any]) -> Any:
    """Parameters of several nets as those of a population: an axis in front, vectors as rows."""
    stacked = (np.stack(arrays) for arrays in zip(*params, strict=True))
    return type(params[0])(*(a[:, None] if a.ndim == 2 else a for a in stacked))


def solved_side_by_side(
    cells: list[evolino_lstm.Params], series: Array, washout: int, readout: Readout
) -> list[tuple[Model, float]]:
    """For each of several cells its read-out, and the fitness of the two."""
    population = side_by_side(cells)
    h, states = told(population, series)
    wanted = series[washout:]
    models = [
        Model(cell, readout(rows[washout:], wanted)) for cell, rows in zip(cells, h, strict=True)
    ]
    y = np.broadcast_to(series[washout - 1], (len(cells), 1, series.shape[1]))
    readouts = side_by_side([model.readout for model in models])
    outputs = generated(population, readouts, states[washout - 1], y, len(wanted))
    errors = [max(normalised_error(row, wanted), np.finfo(float).tiny) for row in outputs]
    return [(model, -float(np.log10(e))) for model, e in zip(models, errors, strict=True)]


def solve_readout(
    cell: evolino_lstm.Params,
    series: ArrayLike,
    *,
    washout: int,
    readout: Readout = by_pseudo_inverse,
) -> tuple[Model, float]:
    """Leave the hidden weights as they are, and solve for the output weights.

    Args:
        cell: parameters of ``evolino_lstm`` with as many inputs as the series has outputs.
        series: (time, outputs).
        washout: steps that the net is told first; the rest is what the read-out is made for.
        readout: ``by_pseudo_inverse`` or ``by_support_vectors``.

    Returns:
        The net, and its fitness: -log10 of the normalised error of what it generates after the
        washout.

    Raises:
        ValueError: something that does not fit.

    >>> from coursekit.training import random_hidden
    >>> series = np.sin(0.3 * np.arange(200))[:, None]
    >>> cell = random_hidden(np.random.default_rng(0), units=6, outputs=1)
    >>> solve_readout(cell, series, washout=50)[1] > 2
    True
    """
    shapes = checked_params(evolino_lstm, cell, "cell")
    known = checked_washout(series, washout, units=shapes.h[0])
    if shapes.x != known.shape[1:]:
        raise ValueError(
            f"cell takes {shapes.x[0]} inputs, but series has {known.shape[1]} outputs, "
            "which are its next inputs; draw the cell with random_hidden"
        )
    return solved_side_by_side([cell], known, washout, function("readout", readout))[0]


def generate(model: Model, series: ArrayLike, steps: int) -> Array:
    """Tell a net a series, then let it go on alone.

    Args:
        model: what ``evolino`` or ``solve_readout`` made.
        series: what it is told, (time, outputs): the whole series so far is best.
        steps: how many to generate.

    Returns:
        The continuation, (steps, outputs).

    Raises:
        ValueError: something that does not fit.

    >>> from coursekit.training import random_hidden
    >>> series = np.sin(0.3 * np.arange(200))[:, None]
    >>> cell = random_hidden(np.random.default_rng(0), units=6, outputs=1)
    >>> net, _ = solve_readout(cell, series, washout=50)
    >>> bool(np.abs(generate(net, series[:120], 80) - series[120:]).max() < 0.2)
    True
    """
    checked_model(model)
    known = checked_series(series)
    whole_number("steps", steps, least=1)
    shapes = checked_params(evolino_lstm, model.cell, "model.cell")
    if not shapes.x == known.shape[1:] == np.shape(model.readout.d):
        raise ValueError(
            f"series has {known.shape[1]} outputs, but model takes {shapes.x[0]} inputs and gives "
            f"{len(model.readout.d)}; pass a series like the one that it was made for"
        )
    cell, readout = side_by_side([model.cell]), side_by_side([model.readout])
    _, states = told(cell, known)
    return generated(cell, readout, states[-1], known[None, -1:], steps)[0]


def checked_washout(series: ArrayLike, washout: int, units: int) -> Array:
    """A series long enough for a washout and a read-out of so many units, or a clear error."""
    known = checked_series(series)
    whole_number("washout", washout, least=1)
    if len(known) - washout <= units:
        raise ValueError(
            f"series has {len(known)} steps and washout is {washout}; {units} units need more than "
            f"{units} steps after it: pass a longer series, or a shorter washout"
        )
    if not np.ptp(known[washout:], axis=0).any():
        raise ValueError("series does not vary after the washout; there is nothing to generate")
    return known
