"""Up to eight trials of one cell trained side by side, a chunk of sequences at a time.

    trainer = OnlineTrainer(lstm, linear, models, rate=0.1)
    answers = trainer.learn([task.sample(rng, 100) for rng in rngs])     # one chunk for each trial
    trainer.model(0)

Each sequence is one update of plain gradient descent: what ``training.loss_and_gradient`` and
``Sgd(rate)`` do, in the same order. Python keeps the loop over chunks, and with it progress,
stopping and interruption.
"""

from collections.abc import Sequence
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import finite_number
from coursekit.cells import elman, gru, lstm
from coursekit.gradients.arguments import checked_params
from coursekit.kernels import lanes_of
from coursekit.kernels.compiled import HAVE_NUMBA, announce
from coursekit.tasks import Sequences
from coursekit.training import linear, logistic, softmax
from coursekit.training.model import Model, checked_model

Array = NDArray[np.float64]
CELLS = (elman, lstm, gru)
READOUTS = (linear, logistic, softmax)
LETTERS: dict[ModuleType, tuple[str, ...]] = {elman: ("",), lstm: tuple("ifog"), gru: tuple("zrg")}


class OnlineTrainer:
    """Trials of one cell, one read-out and one size, each with its own weights and sequences.

    Args:
        cell: ``elman``, ``lstm`` or ``gru``.
        readout: ``linear``, ``logistic`` or ``softmax``.
        models: the weights of each trial, one to eight of them.
        rate: the learning rate.

    Raises:
        ValueError: another cell or read-out, no models or more than eight, models of different
            sizes.
        RuntimeError: there is no numba.
    """

    def __init__(
        self, cell: ModuleType, readout: ModuleType, models: Sequence[Model], rate: float
    ) -> None:
        if not HAVE_NUMBA:
            raise RuntimeError(
                "the compiled trainer needs numba, which is not installed here; "
                "training.fit with training.loss_and_gradient computes the same"
            )
        if cell not in CELLS or readout not in READOUTS:
            raise ValueError(
                f"cell is {cell!r} and readout {readout!r}; the compiled trainer has the cells "
                "elman, lstm and gru and the read-outs linear, logistic and softmax"
            )
        if not 1 <= len(models) <= lanes_of.WIDTH:
            raise ValueError(f"models has {len(models)} entries; pass 1 to {lanes_of.WIDTH}")
        self.cell, self.readout, self.trials = cell, readout, len(models)
        self.rate = finite_number("rate", rate)
        first = models[0]
        for number, model in enumerate(models):
            checked_model(model)
            shapes = checked_params(cell, model.cell, f"models[{number}].cell")
            if (shapes.x, shapes.h) != (first.cell[0].shape[1:], first.cell[0].shape[:1]):
                raise ValueError(
                    f"models[{number}] has {shapes.x[0]} inputs and {shapes.h[0]} units, but "
                    "models[0] has others; trials that run side by side have one size"
                )
        units, inputs = first.cell[0].shape
        self.inputs, self.units, self.outputs = inputs, units, len(first.readout.d)
        rows = len(LETTERS[cell]) * units
        self._W = lanes_of.zeros(rows * (inputs + units + 1))
        self._V = lanes_of.zeros(self.outputs * (units + 1))
        for number, model in enumerate(models):
            lanes_of.put(self._W, number, _hidden(cell, model))
            lanes_of.put(self._V, number, _readout(model))

    def model(self, number: int) -> Model:
        """The weights of one trial as they are now."""
        W = lanes_of.get(self._W, number).reshape(-1, self.inputs + self.units + 1)
        V = lanes_of.get(self._V, number).reshape(self.outputs, self.units + 1)
        parts: dict[str, Array] = {}
        for place, letter in enumerate(LETTERS[self.cell]):
            rows = W[place * self.units : (place + 1) * self.units]
            suffix = f"_{letter}" if letter else ""
            parts[f"W{suffix}"] = rows[:, : self.inputs].copy()
            parts[f"U{suffix}"] = rows[:, self.inputs : -1].copy()
            parts[f"b{suffix}"] = rows[:, -1].copy()
        readout = self.readout.Params(V=V[:, :-1].copy(), d=V[:, -1].copy())
        return Model(self.cell.Params(**parts), readout)

    def learn(self, chunks: Sequence[Sequences]) -> list[Array]:
        """Train each trial on its own chunk, one update a sequence.

        Args:
            chunks: one for each trial, all with the same number of sequences.

        Returns:
            For each trial what it predicted, before the update that the sequence led to:
            (steps with a target, outputs), in the order of the chunk's mask.
        """
        return self._run(chunks, learn=True)

    def answer(self, chunks: Sequence[Sequences]) -> list[Array]:
        """The same without learning."""
        return self._run(chunks, learn=False)

    def _run(self, chunks: Sequence[Sequences], learn: bool) -> list[Array]:
        from coursekit.kernels.online import train

        announce(train)
        data, starts, lengths = lanes_of.gathered(chunks, self.trials, self.inputs, self.outputs)
        one_hot = data.symbols is not None
        units, steps = self.units, int(lengths.max(initial=1))
        rows = len(LETTERS[self.cell]) * units
        wide = (0 if one_hot else self.inputs) + units + 1
        buffers = (
            *(lanes_of.zeros((steps + 1) * wide), lanes_of.zeros((steps + 1) * wide)),
            *(lanes_of.zeros(steps * rows), lanes_of.zeros((steps + 1) * units)),
            *(lanes_of.zeros(steps * units), np.zeros((steps, lanes_of.WIDTH), np.int64)),
            *(lanes_of.zeros(units), lanes_of.zeros(units)),
            *(lanes_of.zeros(self.outputs * (units + 1)), lanes_of.zeros(self.outputs)),
            np.zeros(lanes_of.WIDTH),
        )
        answers = np.zeros_like(data.targets)
        train(
            (CELLS.index(self.cell), READOUTS.index(self.readout)),
            (self.inputs, units, self.outputs, int(one_hot)),
            *(self.rate, learn, self._W, self._V),
            data.arrays(),
            *(starts, lengths, buffers, answers),
        )
        return lanes_of.parted(answers[data.mask], data.told)


def _hidden(cell: ModuleType, model: Model) -> Array:
    rows = []
    for letter in LETTERS[cell]:
        suffix = f"_{letter}" if letter else ""
        W, U, b = (getattr(model.cell, f"{kind}{suffix}") for kind in "WUb")
        rows.append(np.concatenate([W, U, b[:, None]], axis=1))
    return np.concatenate(rows)


def _readout(model: Model) -> Array:
    return np.concatenate([model.readout.V, model.readout.d[:, None]], axis=1)
