"""The training loop: progress, history, early stopping, and an interrupt that loses nothing."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from tqdm import tqdm

from coursekit.arguments import function, whole_number
from coursekit.training.optimisers import Adam, Momentum, Sgd, clip_by_norm


@dataclass
class History:
    """What happened, update by update."""

    losses: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)  # of the gradient, before clipping
    scored_at: list[int] = field(default_factory=list)  # updates made when a score was taken
    scores: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Fitted:
    """What training left: the parameters, the history, and why it ended."""

    params: Any
    history: History
    ended: str  # "done", "stopped" (by stop) or "interrupted" (by the keyboard)


def pair(returned: Any) -> tuple[float, Any]:
    """A loss and its gradient, or a clear error."""
    if not (isinstance(returned, tuple) and len(returned) == 2 and np.ndim(returned[0]) == 0):
        raise ValueError(
            f"loss_and_gradient returned {returned!r:.60}; return one number, the loss, "
            "and its gradient in the structure of the parameters"
        )
    return float(returned[0]), returned[1]


def fit(
    loss_and_gradient: Callable[[Any], tuple[float, Any]],
    params: Any,
    optimiser: Sgd | Momentum | Adam,
    updates: int,
    *,
    clip: float | None = None,
    score: Callable[[Any], Any] | None = None,
    score_every: int = 50,
    stop: Callable[[History], bool] | None = None,
    progress: bool | None = None,
) -> Fitted:
    """Train, one update at a time.

    Args:
        loss_and_gradient: takes parameters, draws its own batch, returns loss and gradient.
        params: where to start; never changed in place.
        optimiser: ``Sgd``, ``Momentum`` or ``Adam``.
        updates: how many at most.
        clip: norm that the gradient is clipped to; unclipped without it.
        score: taken every ``score_every`` updates and at the end, and kept in the history.
        stop: asked after each score; True ends the training.
        progress: a bar; without it one is shown on a terminal only.

    Returns:
        ``Fitted``. An interrupt from the keyboard ends the training and keeps what was learned.

    Raises:
        ValueError: no updates; stop without score; something that does not fit together.
        FloatingPointError: the loss or its gradient is no longer finite (it says at which update).

    >>> fitted = fit(lambda w: (float(w @ w), 2 * w), np.ones(2), Sgd(0.1), updates=50)
    >>> bool(np.abs(fitted.params).max() < 1e-4)
    True
    """
    whole_number("updates", updates, least=1)
    whole_number("score_every", score_every, least=1)
    function("loss_and_gradient", loss_and_gradient)
    if not hasattr(optimiser, "update"):
        raise ValueError(f"optimiser is {optimiser!r}; pass one, such as Adam(0.01)")
    if stop is not None and score is None:
        raise ValueError("stop is asked after each score: pass score as well")
    history, state, ended = History(), optimiser.start(params), "done"
    hidden = not (sys.stderr.isatty() if progress is None else progress)
    try:
        with tqdm(total=updates, disable=hidden, leave=False, unit="update") as bar:
            for update in range(1, updates + 1):
                loss, gradient = pair(loss_and_gradient(params))
                gradient, norm = clip_by_norm(gradient, np.inf if clip is None else clip)
                for name, number in (("loss", loss), ("norm of the gradient", norm)):
                    if not np.isfinite(number):
                        raise FloatingPointError(
                            f"the {name} is {number} at update {update}: the net exploded; "
                            "clip the gradient or take a smaller rate"
                        )
                params, state = optimiser.update(params, gradient, state)
                history.losses.append(loss)
                history.norms.append(norm)
                bar.update()
                if score is not None and (update % score_every == 0 or update == updates):
                    history.scored_at.append(update)
                    history.scores.append(score(params))
                    if stop is not None and stop(history):
                        ended = "stopped"
                        break
    except KeyboardInterrupt:
        ended = "interrupted"
        made = len(history.losses)
        print(f"interrupted after {made} of {updates} updates; what was learned is kept")
    return Fitted(params, history, ended)
