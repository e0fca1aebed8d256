"""Recurrent policy gradient: REINFORCE, with the eligibility sent back through time.

An episode is a sequence of observations x_t, actions a_t and rewards r_t; the policy is a
recurrent net whose read-out is a softmax over actions. What is estimated from episodes:

    d E[R] / dtheta  =  E[ sum over t of  (R_t - b_t)  d log pi(a_t | x_1 .. x_t) / dtheta ]

R_t is the discounted return from step t on, b_t a baseline: the mean return of the batch at that
step. (Without discount this is the gradient of the expected return. With it each R_t is counted
from its own step, as is customary, and late steps weigh more than that gradient gives them.)
So dL/dnet_t = (R_t - b_t) (y_t - a_t) / episodes, a_t one-hot, and the rest is bptt.

Source: Williams 1992; Wierstra, Foerster, Peters and Schmidhuber 2007.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from coursekit.arguments import finite_number, generator, whole_number
from coursekit.cells.activations import softmax as probabilities
from coursekit.cells.parameters import map_arrays
from coursekit.gradients import bptt, unroll
from coursekit.gradients.arguments import Cell
from coursekit.tasks.t_maze import Mazes, draw_mazes
from coursekit.training.model import Model, checked_model
from coursekit.training.optimisers import Adam, Momentum, Sgd, clip_by_norm

Array = NDArray[np.float64]


class Episodes(NamedTuple):
    """Episodes side by side; steps after an episode's end are zeros with a False mask."""

    observations: Array  # (time, batch, inputs)
    actions: NDArray[np.int64]  # (time, batch)
    rewards: Array  # (time, batch)
    mask: NDArray[np.bool_]  # (time, batch)
    success: NDArray[np.bool_]  # (batch,)


def walk(
    cell: Cell, readout: Any, model: Model, mazes: Mazes, rng: np.random.Generator | None
) -> Episodes:
    """Let a policy act in mazes until all episodes are over.

    Args:
        cell, readout: modules; the read-out gives the odds of the actions.
        model: their parameters.
        mazes: fresh ones, from ``draw_mazes``.
        rng: draws the actions by their odds; None takes the likeliest.

    Raises:
        ValueError: a model of other sizes than a maze's.
    """
    checked_model(model)
    state = cell.initial_state(model.cell, (len(mazes.goals),))
    rows: list[tuple[Any, ...]] = []
    while mazes.running.any():
        seen, running = mazes.seen(), mazes.running.copy()
        state, _ = cell.step(model.cell, seen, state)
        odds = readout.outputs(model.readout, state.h)
        if odds.shape[-1] != 4 or not np.isfinite(odds).all():
            raise ValueError(
                f"the policy gives {odds.shape[-1]} odds"
                f"{'' if np.isfinite(odds).all() else ' that are not all finite'}; "
                "a maze takes one for each of 4 actions"
            )
        if rng is None:
            actions = odds.argmax(axis=-1)
        else:
            draws = rng.random((len(odds), 1)) * odds.sum(axis=-1, keepdims=True)
            actions = np.minimum((odds.cumsum(axis=-1) < draws).sum(axis=-1), 3)
        rows.append((seen, actions, mazes.step(actions), running))
    observations, actions, rewards, mask = (np.array(part) for part in zip(*rows, strict=True))
    return Episodes(observations, actions, rewards, mask, mazes.success.copy())


def returns_to_go(rewards: Array, discount: float) -> Array:
    """What is still to come from each step on, the step's own reward first: (time, ...).

    >>> returns_to_go(np.array([0.0, 0.0, 4.0]), discount=0.5)
    array([1., 2., 4.])
    """
    result, later = np.zeros_like(rewards), np.zeros(rewards.shape[1:])
    for t in range(len(rewards) - 1, -1, -1):
        later = rewards[t] + discount * later
        result[t] = later
    return result


def policy_gradient(cell: Cell, model: Model, episodes: Episodes, discount: float = 0.98) -> Model:
    """The gradient of minus the expected return, estimated from episodes (for a softmax read-out).

    Args:
        cell: the module that acted.
        model: the parameters that acted.
        episodes: what ``walk`` returned, with actions drawn by their odds.
        discount: what a reward one step later counts.

    Returns:
        Model, to be descended.
    """
    finite_number("discount", discount)
    run = unroll(cell, model.cell, episodes.observations)
    mask = episodes.mask
    to_go = returns_to_go(episodes.rewards, discount)
    alive = np.maximum(mask.sum(axis=1, keepdims=True), 1)
    advantage = (to_go - (to_go * mask).sum(axis=1, keepdims=True) / alive) * mask
    h = run.states.h
    odds = probabilities(h @ model.readout.V.T + model.readout.d)
    delta = (odds - np.eye(odds.shape[-1])[episodes.actions]) * advantage[..., None]
    delta = delta / mask.shape[1]
    flat = delta.reshape(-1, delta.shape[-1])
    readout = type(model.readout)(V=flat.T @ h.reshape(-1, h.shape[-1]), d=flat.sum(axis=0))
    return Model(bptt(cell, model.cell, run, delta @ model.readout.V).params, readout)


@dataclass
class Learned:
    """What policy gradient left: the policy, and the course of learning."""

    model: Model
    returns: list[float] = field(default_factory=list)  # mean of the batch, update by update
    success: list[float] = field(default_factory=list)  # share of the batch, update by update
    ended: str = "done"  # "done", "stopped" (by stop) or "interrupted" (by the keyboard)


def learn_policy(
    cell: Cell,
    readout: Any,
    model: Model,
    optimiser: Sgd | Momentum | Adam,
    *,
    length: int,
    rng: np.random.Generator,
    updates: int,
    episodes: int = 64,
    discount: float = 0.98,
    patience: int | None = None,
    clip: float | None = 1.0,
    stop: Callable[[Learned], bool] | None = None,
    progress: bool | None = None,
) -> Learned:
    """Learn to walk a T-maze by policy gradient.

    Args:
        cell, readout: modules; the read-out must be ``softmax``.
        model: where to start; never changed in place.
        optimiser: ``Sgd``, ``Momentum`` or ``Adam``.
        length: of the corridor.
        rng: draws mazes and actions.
        updates: how many at most.
        episodes: walked for each update.
        discount: what a reward one step later counts.
        patience: steps after which an episode is cut off.
        clip: norm that the gradient is clipped to.
        stop: asked after each update; True ends the learning.
        progress: a bar; without it one is shown on a terminal only.

    Returns:
        ``Learned``. An interrupt from the keyboard keeps what was learned.

    Raises:
        ValueError: another read-out than softmax; sizes that do not fit a maze.
        FloatingPointError: the gradient is no longer finite (it says at which update).
    """
    if getattr(readout, "__name__", "").rpartition(".")[2] != "softmax":
        raise ValueError(f"readout is {readout!r}; a policy needs softmax, odds of the actions")
    checked_model(model)
    generator(rng)
    for name, value in (("updates", updates), ("episodes", episodes), ("length", length)):
        whole_number(name, value, least=1)
    learned, state = Learned(model), optimiser.start(model)
    hidden = not (sys.stderr.isatty() if progress is None else progress)
    try:
        with tqdm(total=updates, disable=hidden, leave=False, unit="update") as bar:
            for update in range(1, updates + 1):
                mazes = draw_mazes(rng, episodes, length, patience)
                walked = walk(cell, readout, learned.model, mazes, rng)
                gradient = policy_gradient(cell, learned.model, walked, discount)
                gradient, norm = clip_by_norm(gradient, np.inf if clip is None else clip)
                if not np.isfinite(norm):
                    raise FloatingPointError(
                        f"the norm of the gradient is {norm} at update {update}; "
                        "take a smaller rate or clip"
                    )
                learned.model, state = optimiser.update(learned.model, gradient, state)
                learned.returns.append(float(walked.rewards.sum(axis=0).mean()))
                learned.success.append(float(walked.success.mean()))
                bar.update()
                if stop is not None and stop(learned):
                    learned.ended = "stopped"
                    break
    except KeyboardInterrupt:
        learned.ended = "interrupted"
        print(f"interrupted after {len(learned.returns)} of {updates} updates; the policy is kept")
    return learned


def mean_return(
    cell: Cell,
    readout: Any,
    model: Model,
    *,
    length: int,
    rng: np.random.Generator,
    episodes: int = 100,
    patience: int | None = None,
    greedy: bool = True,
) -> tuple[float, float]:
    """The mean return of a policy, and its share of successes: a fitness for evolution too.

    Args:
        greedy: take the likeliest action; else draw by the odds.
    """
    mazes = draw_mazes(rng, episodes, length, patience)
    walked = walk(cell, readout, model, mazes, None if greedy else rng)
    return float(walked.rewards.sum(axis=0).mean()), float(walked.success.mean())


def scaled(model: Model, factor: float) -> Model:
    """All weights times a factor: a calmer start, in which all actions are about as likely."""
    return map_arrays(lambda array: factor * array, model)
