"""Train a cell on streams without ends, and run it there.

Several streams run side by side. The net learns from a chunk of steps at a time: the state is
carried on from chunk to chunk, the error is not carried back (truncated backpropagation).

Where ``resets`` marks a step, h and c are set to zero before it: somebody outside tells the net
that something new begins. Without ``resets`` nobody does.

Source: Gers, Schmidhuber and Cummins 2000, section 4 (streams); Williams and Peng 1990 (chunks).
"""

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.cells.parameters import map_arrays
from coursekit.gradients.through_time import bptt
from coursekit.gradients.unroll import unroll
from coursekit.grammars import embedded_reber
from coursekit.training.model import Model
from coursekit.training.optimisers import Adam, Momentum, Sgd, clip_by_norm

Array = NDArray[np.float64]
Marks = NDArray[np.bool_]


class Streams(NamedTuple):
    """Stretches of the continual embedded Reber grammar, side by side; time comes first."""

    inputs: Array  # (time, batch, 7)
    targets: Array  # (time, batch, 7): the next symbol
    legal: Marks  # (time, batch, 7): every symbol that may come next
    long_range: Marks  # (time, batch): the outer T or P must be predicted here
    starts: Marks  # (time, batch): a string begins
    symbols: tuple[str, ...]  # (batch,): what is read


def draw_streams(rng: np.random.Generator, count: int, symbols: int) -> Streams:
    """Draw ``count`` streams of ``symbols`` steps each.

    Raises:
        ValueError: no streams, or no symbols.

    >>> draw_streams(np.random.default_rng(0), count=2, symbols=30).inputs.shape
    (30, 2, 7)
    """
    if count < 1 or symbols < 1:
        raise ValueError(f"count is {count} and symbols {symbols}; pass 1 or more of each")
    cut = [embedded_reber.continual(rng, symbols + 1) for _ in range(count)]
    one_hot = np.stack([embedded_reber.one_hot(stream.symbols) for stream in cut], axis=1)
    mark = {
        allowed: [letter in allowed for letter in embedded_reber.alphabet]
        for stream in cut
        for allowed in set(stream.legal)
    }
    legal = [[mark[allowed] for allowed in stream.legal] for stream in cut]
    return Streams(
        inputs=one_hot[:-1],
        targets=one_hot[1:],
        legal=np.array(legal).swapaxes(0, 1)[:-1],
        long_range=np.stack([stream.long_range for stream in cut], axis=1)[:-1],
        starts=np.stack([stream.starts for stream in cut], axis=1)[:-1],
        symbols=tuple(stream.symbols[:-1] for stream in cut),
    )


def with_resets(cell: ModuleType, resets: Marks | None) -> Any:
    """The cell, with its state set to zero before every step that ``resets`` marks.

    It is good for one ``unroll`` over as many steps, and for ``bptt`` over that run.

    Args:
        cell: a module of ``coursekit.cells``.
        resets: (time, batch), or None: then it is the cell itself.

    >>> from coursekit.cells import carousel
    >>> params = carousel.Params(W=np.ones((1, 1)), b=np.zeros(1))
    >>> marks = np.array([False, False, True])[:, None]
    >>> run = unroll(with_resets(carousel, marks), params, np.ones((3, 1, 1)))
    >>> run.states.c[:, 0, 0]
    array([1., 2., 1.])
    """
    if resets is None:
        return cell
    marks = iter(resets)
    kept_at: dict[int, Array] = {}

    def step(params: Any, x: Array, state: Any) -> tuple[Any, Any]:
        kept = 1.0 - next(marks)[..., None]
        state, trace = cell.step(params, x, map_arrays(lambda value: value * kept, state))
        kept_at[id(trace)] = kept
        return state, trace

    def step_back(params: Any, trace: Any, grad_state: Any) -> tuple[Any, Array, Any]:
        grad_params, grad_x, previous = cell.step_back(params, trace, grad_state)
        kept = kept_at[id(trace)]
        return grad_params, grad_x, map_arrays(lambda value: value * kept, previous)

    return SimpleNamespace(**{**vars(cell), "step": step, "step_back": step_back})


class OnStreams(NamedTuple):
    """A net that was trained on streams."""

    model: Model
    losses: list[float]  # one a chunk, in nats


def fit_streams(
    cell: ModuleType,
    readout: ModuleType,
    model: Model,
    streams: Streams,
    optimiser: Sgd | Momentum | Adam,
    updates: int,
    *,
    chunk: int = 25,
    clip: float = 1.0,
    told_starts: bool = False,
    held: Callable[[str], bool] = lambda name: False,
) -> OnStreams:
    """Learn to predict the next symbol of streams.

    Args:
        cell, readout, model: what is trained.
        streams: read side by side from their first step to their last; when they are used up,
            again from the first, with a zero state.
        optimiser: ``Sgd``, ``Momentum`` or ``Adam``.
        updates: how many chunks are learned from.
        chunk: steps of a chunk; error is not carried further back.
        clip: norm that the gradient is clipped to.
        told_starts: whether the state is set to zero at the start of every string.
        held: takes the name of an array of the cell, such as "W_f"; True holds it as it is.

    Raises:
        ValueError: a chunk that is longer than the streams.
        FloatingPointError: the loss is no longer finite.
    """
    chunks = len(streams.inputs) // chunk if chunk > 0 else 0
    if chunks == 0:
        raise ValueError(
            f"chunk is {chunk}, the streams have {len(streams.inputs)} steps; "
            "pass a chunk of 1 step or more that fits into them"
        )
    losses: list[float] = []
    memory, state = optimiser.start(model), None
    for update in range(updates):
        first = update % chunks * chunk
        now = slice(first, first + chunk)
        cell_now = with_resets(cell, streams.starts[now] if told_starts else None)
        run = unroll(cell_now, model.cell, streams.inputs[now], state if first else None)
        loss, grad_readout, grad_h = readout.loss(model.readout, run.states.h, streams.targets[now])
        if not np.isfinite(loss):
            raise FloatingPointError(
                f"the loss is {loss} at update {update + 1}: the net exploded; take a smaller rate"
            )
        grad_cell = bptt(cell_now, model.cell, run, grad_h).params
        still = {name: 0 * getattr(grad_cell, name) for name in grad_cell._fields if held(name)}
        gradient, _ = clip_by_norm(Model(grad_cell._replace(**still), grad_readout), clip)
        model, memory = optimiser.update(model, gradient, memory)
        state = map_arrays(lambda values: values[-1], run.states)
        losses.append(loss)
    return OnStreams(model, losses)


class StreamScore(NamedTuple):
    """What a net does on streams."""

    correct: Marks  # (time, batch): the likeliest symbol is a legal one
    long_range: float  # share correct at the long-range steps alone
    pooled: float  # share correct at all steps
    size: Array  # (time, batch): the largest |c_t| of all units


def score_streams(
    cell: ModuleType,
    readout: ModuleType,
    model: Model,
    streams: Streams,
    *,
    told_starts: bool = False,
) -> StreamScore:
    """Run a net over streams, nothing learned, and compare with what is legal."""
    cell_now = with_resets(cell, streams.starts if told_starts else None)
    states = unroll(cell_now, model.cell, streams.inputs).states
    likeliest = readout.outputs(model.readout, states.h).argmax(axis=-1)
    correct = np.take_along_axis(streams.legal, likeliest[..., None], axis=-1)[..., 0]
    return StreamScore(
        correct,
        float(correct[streams.long_range].mean()),
        float(correct.mean()),
        np.abs(states.c).max(axis=-1),
    )
