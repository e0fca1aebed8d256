"""Up to eight trials of one network of memory blocks trained side by side by the truncated rule.

    trainer = BlocksTrainer(layout, [published.init(rng) for rng in rngs], published.rate)
    answers = trainer.learn([task.sample(rng, 100) for rng in rngs])     # one chunk for each trial
    trainer.params(0)

Each sequence is one update, as in ``blocks.train_sequence``; or sequences follow each other as a
stream, with an update at every target, and with tests between streams (``stream``). Python
keeps the loop over chunks, and with it progress, stopping and interruption.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import finite_number, numbers, whole_number
from coursekit.blocks import Layout, Params
from coursekit.blocks.network import checked_params
from coursekit.kernels import lanes_of
from coursekit.kernels.compiled import HAVE_NUMBA, announce

Array = NDArray[np.float64]
ENDLESS = 2**62


class Walked(NamedTuple):
    """How far a stream went in each sequence of a chunk, (sequences,) each."""

    steps: NDArray[np.int64]  # the wrong one counted
    wrong: NDArray[np.bool_]  # whether the stream ended there with a wrong answer
    right: NDArray[np.int64]  # right answers
    ended: NDArray[np.bool_]  # whether the stream ended there
    test: NDArray[np.int64]  # 0 where the trial learned, else the number of the test, from 1


class BlocksTrainer:
    """Trials of one layout, each with its own weights, rate and sequences.

    Args:
        layout: the wiring.
        params: the weights of each trial, one to eight of them.
        rate: the learning rate; or one for each trial.
        every_step: whether weights move as soon as a target is met, or at the end of a sequence.

    Raises:
        ValueError: no trials or more than eight; weights of another layout; a rate below zero.
        RuntimeError: there is no numba.
    """

    def __init__(
        self,
        layout: Layout,
        params: Sequence[Params],
        rate: ArrayLike,
        *,
        every_step: bool = False,
    ) -> None:
        if not HAVE_NUMBA:
            raise RuntimeError(
                "the compiled trainer needs numba, which is not installed here; "
                "blocks.train_sequence computes the same"
            )
        if isinstance(params, Params) or not 1 <= len(params) <= lanes_of.WIDTH:
            raise ValueError(
                f"params has {len(params)} entries; pass a list of the weights of 1 to "
                f"{lanes_of.WIDTH} trials"
            )
        for own in params:
            checked_params(layout, own)
        rates = numbers("rate", rate, axes="one, or one for each trial")
        if rates.shape not in ((), (len(params),)) or rates.min() < 0:
            raise ValueError(
                f"rate is {rate!r:.60}; pass a number from 0 up, or one for each of "
                f"{len(params)} trials"
            )
        self.layout, self.trials, self.every_step = layout, len(params), every_step
        self._rates = lanes_of.zeros(1)
        self._rates[: self.trials] = rates
        self._weights, self._one_hot = _lanes(layout, params, False), False
        self._buffers = self._room()
        self._fresh = np.ones(lanes_of.WIDTH, bool)  # the next sequence starts a stream
        self._right, self._passed = (np.zeros(lanes_of.WIDTH, np.int64) for _ in range(2))
        self._passed[:] = -1

    def params(self, number: int) -> Params:
        """The weights of one trial as they are now."""
        return _unpacked(
            self.layout, self._one_hot, lanes_of.get(self._weights, self._trial(number))
        )

    def learn(self, chunks: Sequence[Any]) -> list[Array]:
        """Train each trial on its own chunk, one update a sequence.

        Args:
            chunks: one for each trial, all with the same number of sequences: ``tasks.Sequences``,
                or something of their shape that has ``symbols`` in place of one-hot inputs.

        Returns:
            For each trial what it predicted, before the update that the sequence led to:
            (steps with a target, outputs), in the order of the chunk's mask.
        """
        return self._run(chunks, learn=True)

    def answer(self, chunks: Sequence[Any]) -> list[Array]:
        """The same without learning."""
        return self._run(chunks, learn=False)

    def stream(
        self,
        chunks: Sequence[Any],
        tolerance: float,
        *,
        decay: float = 1.0,
        learn: bool = True,
        limit: int | None = None,
        reset: bool = False,
        tests: int = 0,
        most: ArrayLike = ENDLESS,
    ) -> list[Walked]:
        """Let sequences follow each other without a reset, until an answer is wrong.

        A stream ends with the step at which an output is wrong by ``tolerance`` or more; that step
        is still learned from. The rest of that sequence is left out, and the next one starts a new
        stream, from zeros and with the first rate. A stream goes on in the next call. Weights move
        after every target, whatever ``every_step`` says.

        Args:
            chunks: as for ``learn``.
            tolerance: the error from which on an answer is wrong, above zero.
            decay: what the rate is multiplied by after each target of a stream.
            learn: whether the trials learn.
            limit: right answers that end a stream too; without it only a wrong one does.
            reset: whether state and partials are set to zero before each sequence of a stream.
            tests: after each stream that is learned from, walk so many with weights that stay,
                until one ends with a wrong answer; a trial of which all reach the limit stops.
            most: streams after which a trial stops (tests are not counted), or one for each trial.

        Returns:
            For each trial how far it went in each sequence; zeros in those after it stopped.

        Raises:
            ValueError: a tolerance, decay or count that cannot be; chunks that do not fit.
        """
        if finite_number("tolerance", tolerance) == 0:
            raise ValueError(f"tolerance is {tolerance}; pass a number above 0, such as 0.49")
        whole_number("limit", 1 if limit is None else limit, least=1)
        if whole_number("tests", tests) and (limit is None or not learn):
            raise ValueError(
                f"tests is {tests}, but nothing ends a stream without a mistake, or nothing is "
                "learned; pass a limit, and learn=True"
            )
        left = np.broadcast_to(np.asarray(most, np.int64), (self.trials,))
        if left.min() < 0:
            raise ValueError(f"most is {most!r:.60}; pass numbers of streams, 0 or more")
        rules = (
            *(float(tolerance), finite_number("decay", decay)),
            *(ENDLESS if limit is None else limit, tests, bool(reset)),
        )
        return self._walk(chunks, learn, rules, left)

    def restart(self, number: int, params: Params | None = None) -> None:
        """Start a new stream with the next sequence of one trial.

        Args:
            number: of the trial.
            params: weights that take the place of its own: another trial begins there.
        """
        self._fresh[self._trial(number)] = True
        self._passed[number] = -1
        if params is not None:
            checked_params(self.layout, params)
            lanes_of.put(self._weights, number, _packed(self.layout, self._one_hot, params))

    def _trial(self, number: int) -> int:
        if whole_number("number", number) >= self.trials:
            raise ValueError(f"number is {number}; trials are counted from 0 to {self.trials - 1}")
        return number

    def _room(self) -> tuple[Any, ...]:
        from coursekit.kernels.truncated import sizes_of

        sizes = sizes_of(self.layout, self._one_hot)
        cells = sizes.all_cells
        lanes = (
            *(2 * sizes.stride, sizes.rows, cells, cells, cells, cells, 2 * sizes.outputs),
            *(sizes.P_end, sizes.letters * cells, sizes.blocks, cells, 1, 1),
        )
        symbols = tuple(np.zeros(lanes_of.WIDTH, np.int64) for _ in range(3))
        return tuple(lanes_of.zeros(entries) for entries in lanes), symbols

    def _run(self, chunks: Sequence[Any], learn: bool) -> list[Array]:
        from coursekit.kernels.truncated import sizes_of, train

        announce(train)
        data, starts, lengths = self._gathered(chunks)
        sizes = sizes_of(self.layout, self._one_hot)
        answers = np.zeros_like(data.targets)
        train(
            *(sizes, self.every_step, learn, self._weights, lanes_of.zeros(sizes.end)),
            *(self._rates, data.arrays(), starts, lengths, self._buffers, answers),
        )
        self._fresh[:], self._passed[:] = True, -1
        return lanes_of.parted(answers[data.mask], data.told)

    def _walk(
        self, chunks: Sequence[Any], learn: bool, rules: tuple[Any, ...], left: Any
    ) -> list[Walked]:
        from coursekit.kernels.streams import Found, Memory, Rules, walk
        from coursekit.kernels.truncated import sizes_of

        announce(walk)
        data, starts, lengths = self._gathered(chunks)
        still, number, step, row = (np.zeros(lanes_of.WIDTH, np.int64) for _ in range(4))
        still[: self.trials] = left
        memory = Memory(
            *(self._fresh, still == 0, self._passed, self._right, still, number, step, row),
        )
        shape = starts.shape
        found = Found(
            *(np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(shape, bool)),
            *(np.zeros(shape, bool), np.zeros(shape, np.int64)),
        )
        walk(
            *(sizes_of(self.layout, self._one_hot), learn, Rules(*rules), self._weights),
            *(self._rates, memory, found, data.arrays(), starts, lengths, self._buffers),
        )
        return [
            Walked(**{name: getattr(found, name)[:, n].copy() for name in Walked._fields})
            for n in range(self.trials)
        ]

    def _gathered(
        self, chunks: Sequence[Any]
    ) -> tuple[lanes_of.Gathered, NDArray[np.int64], NDArray[np.int64]]:
        """The chunks end to end, and the weights in the order that such inputs need."""
        layout = self.layout
        data, starts, lengths = lanes_of.gathered(
            chunks, self.trials, layout.inputs, layout.outputs
        )
        one_hot = data.symbols is not None
        if data.symbols is not None and not (
            ((data.symbols >= 0) & (data.symbols < layout.inputs)).all()
        ):
            raise ValueError(
                f"chunks hold symbols from {data.symbols.min()} to {data.symbols.max()}, but the "
                f"layout has {layout.inputs} inputs; pass numbers from 0 to {layout.inputs - 1}"
            )
        if one_hot != self._one_hot:  # the same weights in the other order
            every = [self.params(number) for number in range(self.trials)]
            self._weights, self._one_hot = _lanes(layout, every, one_hot), one_hot
            self._buffers, self._fresh[:] = self._room(), True
        return data, starts, lengths


def _lanes(layout: Layout, params: Sequence[Params], one_hot: bool) -> Array:
    rows = [_packed(layout, one_hot, own) for own in params]
    lanes = lanes_of.zeros(len(rows[0]))
    for number, row in enumerate(rows):
        lanes_of.put(lanes, number, row)
    return lanes


def _packed(layout: Layout, one_hot: bool, params: Params) -> Array:
    """All weights in one row, in the order of ``truncated``."""
    inputs, cells = layout.inputs * one_hot, layout.all_cells
    W = np.vstack([params.W_i, params.W_f, params.W_o, params.W_g])
    peepholes = np.zeros((3 * layout.peepholes, cells))
    for row, p in enumerate((params.p_i, params.p_f, params.p_o)):
        if p.size:
            peepholes[row] = p.ravel()
    aside = slice(cells, cells + inputs * layout.shortcut)
    parts = (
        *(W[:, inputs:], W[:, :inputs].T, peepholes),
        *(np.delete(params.V, aside, axis=1), params.V[:, aside].T),
    )
    return np.concatenate([part.ravel() for part in parts])


def _unpacked(layout: Layout, one_hot: bool, row: Array) -> Params:
    """The weights of a row in their places."""
    from coursekit.kernels.truncated import sizes_of

    sizes, cells = sizes_of(layout, one_hot), layout.all_cells
    ends = [sizes.at_symbols, sizes.at_peep, sizes.at_V, sizes.at_V_symbols]
    W, X, peepholes, V, aside = np.split(row[: sizes.end], ends)
    W = np.hstack([X.reshape(sizes.symbols, sizes.rows).T, W.reshape(sizes.rows, -1)])
    gates = [layout.blocks * there for there in (1, layout.forget_gates, layout.output_gates)]
    W_i, W_f, W_o, W_g = (part.copy() for part in np.split(W, np.cumsum(gates)))
    p_i, p_f, p_o = (
        peepholes[n * cells : n * cells + count * layout.peepholes * layout.cells].reshape(
            -1, layout.cells
        )
        for n, count in enumerate(gates)
    )
    V = V.reshape(layout.outputs, -1)
    aside = aside.reshape(-1, layout.outputs).T
    V = np.hstack([V[:, :cells], aside, V[:, cells:]])
    return Params(W_i=W_i, W_f=W_f, W_o=W_o, W_g=W_g, p_i=p_i, p_f=p_f, p_o=p_o, V=V)
