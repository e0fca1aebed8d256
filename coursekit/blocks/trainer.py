"""Trials trained sequence by sequence with the readable rule, with the compiled one's methods.

Where numba cannot be had (in a browser), this is what trains; it takes some hundred times as long.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coursekit.blocks.layout import Layout
from coursekit.blocks.network import Params, run
from coursekit.blocks.rule import train_sequence

Array = NDArray[np.float64]


class ReadableTrainer:
    """As ``kernels.blocks.BlocksTrainer``: ``learn``, ``answer`` and ``params``.

    Args:
        layout: the wiring.
        params: the weights of each trial.
        rate: the learning rate.
        every_step: whether weights move as soon as a target is met, or at the end of a sequence.
    """

    def __init__(
        self, layout: Layout, params: Sequence[Params], rate: float, *, every_step: bool = False
    ) -> None:
        self.layout, self.rate, self.every_step = layout, rate, every_step
        self._params = list(params)

    def params(self, number: int) -> Params:
        """The weights of one trial as they are now."""
        return self._params[number]

    def learn(self, chunks: Sequence[Any]) -> list[Array]:
        """Train each trial on its own chunk, one update a sequence; what was predicted before it.

        Args:
            chunks: one for each trial: ``tasks.Sequences``, or symbols.

        Returns:
            For each trial (steps with a target, outputs).
        """
        answers = []
        for number, chunk in enumerate(chunks):
            rows, inputs = [], chunk.inputs
            for part in _parts(chunk):
                self._params[number], predicted = train_sequence(
                    *(self.layout, self._params[number], inputs[part], chunk.targets[part]),
                    *(chunk.mask[part], self.rate),
                    every_step=self.every_step,
                )
                rows.append(predicted[chunk.mask[part]])
            answers.append(np.concatenate(rows))
        return answers

    def answer(self, chunks: Sequence[Any]) -> list[Array]:
        """The same without learning."""
        answers = []
        for params, chunk in zip(self._params, chunks, strict=True):
            inputs, rows = chunk.inputs, []
            for part in _parts(chunk):
                told = chunk.mask[part]
                traces = run(self.layout, params, inputs[part])
                rows += [trace.y for trace, has in zip(traces, told, strict=True) if has]
            answers.append(np.array(rows))
        return answers


def _parts(chunk: Any) -> list[slice]:
    ends = chunk.offsets
    return [slice(int(a), int(b)) for a, b in zip(ends[:-1], ends[1:], strict=True)]
