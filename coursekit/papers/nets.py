"""Train a paper's network and keep it, to look inside; ``trials`` keeps only what came out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import whole_number
from coursekit.blocks import Layout, Params, Published, ReadableTrainer
from coursekit.blocks import run as run_blocks
from coursekit.kernels.blocks import BlocksTrainer
from coursekit.kernels.compiled import HAVE_NUMBA
from coursekit.papers.trials import _judged

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Net:
    """A trained network, and how it got there.

    Args:
        layout, params: the network.
        sequences: how many it was trained on.
        shares: the share of right answers in each chunk of training.
        learned: whether a whole chunk reached the share that was asked for.
    """

    layout: Layout
    params: Params
    sequences: int
    shares: tuple[float, ...]
    learned: bool


def trained(
    network: Published,
    task: Any,
    seeds: Sequence[int],
    most: int,
    *,
    share: float = 1.0,
    chunk: int = 1000,
) -> list[Net]:
    """Train one net a seed, side by side, each until a whole chunk of fresh sequences is right.

    Args:
        network: wiring, first weights and rate, such as ``PUBLISHED["4"]``.
        task: what is learned; a sequence is right within its tolerance.
        seeds: one to eight; each draws weights and sequences.
        most: sequences after which a net is kept as it is.
        share: of a chunk that must be right; 1 for all.
        chunk: sequences between two looks.

    Returns:
        One ``Net`` a seed.

    Raises:
        ValueError: no sequences, no seeds or more than eight.
    """
    whole_number("most", most, least=1)
    whole_number("chunk", chunk, least=1)
    rngs = [np.random.default_rng(seed) for seed in seeds]
    starts = [network.init(rng) for rng in rngs]
    kind = BlocksTrainer if HAVE_NUMBA else ReadableTrainer
    trainer = kind(network.layout, starts, network.rate)
    shares: list[list[float]] = [[] for _ in rngs]
    nets: list[Net | None] = [None] * len(rngs)
    made = 0
    while made < most and None in nets:
        chunks = [task.sample(rng, chunk) for rng in rngs]
        answers = trainer.learn(chunks)
        made += chunk
        for number, (data, told) in enumerate(zip(chunks, answers, strict=True)):
            if nets[number] is not None:
                continue
            shares[number].append(float(1 - _judged(task, data, told)[1].mean()))
            learned = shares[number][-1] >= share
            if learned or made >= most:
                nets[number] = Net(
                    *(network.layout, trainer.params(number), made),
                    *(tuple(shares[number]), learned),
                )
    return [net for net in nets if net is not None]


def share_right(net: Net, task: Any, rng: np.random.Generator, count: int = 500) -> float:
    """The share of fresh sequences that a net answers within the task's tolerance."""
    fresh = task.sample(rng, count)
    kind = BlocksTrainer if HAVE_NUMBA else ReadableTrainer
    (answers,) = kind(net.layout, [net.params], 0.0).answer([fresh])
    return float(1 - _judged(task, fresh, answers)[1].mean())


def states_of(net: Net, sequences: Any) -> list[Array]:
    """The cell states over each sequence: (time, cells) each, in the order of the sequences."""
    inputs, offsets = sequences.inputs, sequences.offsets
    return [
        np.array([trace.c for trace in run_blocks(net.layout, net.params, inputs[start:end])])
        for start, end in zip(offsets[:-1], offsets[1:], strict=True)
    ]
