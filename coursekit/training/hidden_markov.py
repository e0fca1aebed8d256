"""A hidden Markov model of a stream of symbols, fitted by expectation-maximisation.

    p_t is proportional to (A^T p_{t-1}) * B[:, x_t]        what is known after symbol t
    A   (states, states)   A[j, k]: odds to go from j to k
    B   (states, symbols)  B[k, x]: odds that k writes x

The fit is hmmlearn's where that is installed; elsewhere (Python 3.14, a browser) the same steps in
NumPy give the same numbers.

Source: Baum, Petrie, Soules and Weiss 1970; Rabiner 1989.
"""

import logging
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import generator, whole_number

Array = NDArray[np.float64]
#: added to each count of a step, so that no row of A is ever empty
A_LITTLE = 1e-6


@dataclass(frozen=True)
class HiddenMarkov:
    """A model: where it goes, and what it writes there."""

    A: Array  # (states, states), rows sum to one
    B: Array  # (states, symbols), rows sum to one
    log_likelihood: float = -np.inf  # of the stream that it was fitted to

    def next_symbol(self, prefixes: ArrayLike) -> Array:
        """The odds of each next symbol, (count, symbols).

        Args:
            prefixes: (count, time) whole numbers, the symbols so far; all states are equally
                likely before the first.

        >>> HiddenMarkov(np.eye(2), np.array([[0.9, 0.1], [0.1, 0.9]])).next_symbol([[0]]).round(2)
        array([[0.82, 0.18]])
        """
        seen = np.asarray(prefixes)
        p = np.full((len(seen), len(self.A)), 1 / len(self.A))
        for x in seen.T:
            p = p * self.B[:, x].T
            p = p / np.maximum(p.sum(axis=1, keepdims=True), np.finfo(float).tiny) @ self.A
        return p @ self.B


def fit_hidden_markov(
    rng: np.random.Generator,
    stream: ArrayLike,
    states: int,
    *,
    restarts: int = 8,
    iterations: int = 50,
    stay: float = 0.8,
) -> HiddenMarkov:
    """Fit from several random starts, and keep the model under which the stream is likeliest.

    Args:
        rng: draws the starts.
        stream: (time,) whole numbers from 0.
        states: how many hidden states.
        restarts: how many starts.
        iterations: of each.
        stay: how much of each first row of A stands on its diagonal: a start that remembers.

    Raises:
        ValueError: a stream that is none; counts below one.
    """
    generator(rng)
    for name, count in (("states", states), ("restarts", restarts), ("iterations", iterations)):
        whole_number(name, count, least=1)
    symbols = np.asarray(stream)
    if symbols.ndim != 1 or symbols.dtype.kind not in "iu" or symbols.size < 2:
        raise ValueError(
            f"stream has shape {symbols.shape} and dtype {symbols.dtype}; "
            "pass whole numbers, one a step"
        )
    A = stay * np.eye(states) + (1 - stay) * rng.dirichlet(np.ones(states), (restarts, states))
    B = rng.dirichlet(np.ones(int(symbols.max()) + 1), (restarts, states))
    fit = _by_library if find_spec("hmmlearn") else _by_steps
    A, B, likely = fit(symbols, A, B, iterations)
    best = int(np.argmax(likely))
    return HiddenMarkov(A[best], B[best], float(likely[best]))


def _by_library(symbols: Array, A: Array, B: Array, iterations: int) -> tuple[Array, Array, Array]:
    from hmmlearn.hmm import CategoricalHMM

    # It would say at each step that what we add to the counts costs a little likelihood.
    logging.getLogger("hmmlearn").setLevel(logging.ERROR)
    models = []
    for start_A, start_B in zip(A, B, strict=True):
        model = CategoricalHMM(
            *(len(start_A),),
            n_iter=iterations,
            tol=-np.inf,
            n_features=B.shape[2],
            params="te",
            init_params="",
            implementation="scaling",
            transmat_prior=1 + A_LITTLE,
        )
        model.startprob_ = np.full(len(start_A), 1 / len(start_A))
        model.transmat_, model.emissionprob_ = start_A, start_B
        models.append(model.fit(symbols[:, None]))
    likely = np.array([model.monitor_.history[-1] for model in models])
    return (
        np.array([model.transmat_ for model in models]),
        np.array([model.emissionprob_ for model in models]),
        likely,
    )


def _by_steps(symbols: Array, A: Array, B: Array, iterations: int) -> tuple[Array, Array, Array]:
    """Baum-Welch for all starts at once; every product is over (restarts, states)."""
    restarts, states, kinds = B.shape
    time, one_hot = len(symbols), np.eye(kinds)[symbols]
    likely = np.zeros(restarts)
    for _ in range(iterations):
        written = B[:, :, symbols].transpose(2, 0, 1)  # (time, restarts, states)
        ahead, back = np.empty_like(written), np.ones_like(written)
        scale = np.empty((time, restarts, 1))
        p = np.full((restarts, states), 1 / states)
        for t in range(time):
            p = (p if t == 0 else (p[:, None] @ A)[:, 0]) * written[t]
            scale[t] = p.sum(axis=1, keepdims=True)
            ahead[t] = p = p / scale[t]
        for t in range(time - 2, -1, -1):
            later = written[t + 1] * back[t + 1] / scale[t + 1]
            back[t] = (A @ later[:, :, None])[:, :, 0]
        likely = np.log(scale[:, :, 0]).sum(axis=0)
        in_state = ahead * back
        later = written[1:] * back[1:] / scale[1:]
        steps = A * np.einsum("trj,trk->rjk", ahead[:-1], later) + A_LITTLE
        A = steps / steps.sum(axis=2, keepdims=True)
        B = np.einsum("trk,tx->rkx", in_state, one_hot)
        B = B / B.sum(axis=2, keepdims=True)
    return A, B, likely
