"""Train variants of a cell on a task: batches of one shape, and several seeds side by side."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import generator, whole_number
from coursekit.kernels.variants import Variant, VariantTrainer
from coursekit.tasks import Padded, Sequences
from coursekit.training import linear

POOL = 100  # batches that are drawn, and gone over again and again


def batches(
    task: Any, rng: np.random.Generator, count: int, size: int, together: int = 1
) -> list[Padded]:
    """Draw batches and pad them to one length.

    Args:
        task: of ``coursekit.tasks``.
        count: batches.
        size: sequences of a batch; or streams, if several sequences stand together.
        together: sequences that follow each other, without a reset, as one.

    >>> from coursekit.tasks import Recall
    >>> (batch,) = batches(Recall(gap=3), np.random.default_rng(0), 1, size=4, together=2)
    >>> batch.inputs.shape, int(batch.mask.sum())
    ((10, 4, 5), 8)
    """
    generator(rng)
    for name, number in (("count", count), ("size", size), ("together", together)):
        whole_number(name, number, least=1)
    drawn = []
    for _ in range(count):
        found = task.sample(rng, size * together)
        drawn.append(
            Sequences(found.inputs, found.targets, found.mask, found.offsets[::together]).padded()
        )
    steps = max(len(batch.inputs) for batch in drawn)
    return [Padded(*(_longer(part, steps) for part in batch)) for batch in drawn]


def trained(
    variant: Variant,
    task: Any,
    seed: int,
    *,
    units: int,
    updates: int,
    rate: float,
    readout: ModuleType = linear,
    size: int = 16,
    together: int = 1,
) -> VariantTrainer:
    """Train one net on 100 batches again and again, the last quarter at a quarter of the rate.

    Args:
        variant, task: what is trained on what.
        seed: draws the first weights, then the batches.
        units: of the cell.
        updates: a multiple of 100.
        rate: Adam's.
        readout: ``linear`` or ``softmax``.
        size, together: as in ``batches``.

    Raises:
        ValueError: updates that are not so many times 100.
    """
    if whole_number("updates", updates, least=POOL) % POOL:
        raise ValueError(f"updates is {updates}; pass a multiple of {POOL}")
    rng = np.random.default_rng(seed)
    sizes = {"inputs": task.inputs, "units": units, "outputs": task.outputs}
    net = VariantTrainer(variant, readout, rng, **sizes, rate=rate)
    drawn = batches(task, rng, POOL, size, together)
    rounds = updates // POOL
    for number in range(rounds):
        net.rate = rate / 4 if number >= rounds * 3 // 4 else rate
        net.learn(drawn)
    return net


def side_by_side(experiment: Callable[[int], Any], seeds: Iterable[int]) -> list[Any]:
    """Run a compiled experiment once per seed, in threads: the kernels let others run.

    Returns:
        The results in the order of the seeds; each depends on its seed alone.

    >>> side_by_side(lambda seed: seed**2, range(3))
    [0, 1, 4]
    """
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(experiment, seeds))


def _longer(part: NDArray[Any], steps: int) -> NDArray[Any]:
    """The same with steps of zeros (or False) after its end."""
    room = np.zeros((steps, *part.shape[1:]), part.dtype)
    room[: len(part)] = part
    return room
