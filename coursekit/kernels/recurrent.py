"""Nets of logistic units that feed back, by three gradients that go forward in time.

    y_t = f(net_t),  net_t = z_t R,  z_t = (x_t, y_{t-1})                 the units that feed back
    o_t = f(y_t V)  or  f((x_t, y_t) V);  without V the last of y_t       the outputs
    P_t = dy_t/dR = f'(net_t) (dnet_t/dy_{t-1} P_{t-1} + z_t in each unit's own column of R)
    R  += rate e_t P_t,  e_t = sum over outputs of (d_t - o_t) do_t/dy_t
    V  += rate times the same slope, (d_t - o_t) do_t/dV

rtrl    P is carried from step to step, and the weights move at every step that has a target.
bptt    the same, summed over a sequence: what backpropagation through time gives, for with weights
        that stand still both are the gradient. The weights move once a sequence.
elman   P_{t-1} counts as zero: the context is a copy, an input like others. They move every step.

There is no factor 2 in the error, no bias, no momentum; y is zero before each sequence.

Source: Williams and Zipser 1989 (rtrl, and the net without V); Elman 1990; as rivals: Hochreiter
and Schmidhuber 1997, experiments 1 and 2a.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import finite_number, generator, whole_number
from coursekit.kernels.compiled import announce, compiled, inlined
from coursekit.kernels.squash import sigmoid

Array = NDArray[np.float64]
RULES: Final = ("rtrl", "bptt", "elman")
READS: Final = ("hidden", "hidden and inputs", "nothing")


class Weights(NamedTuple):
    """Of one trial; a row for each source, for with one-hot inputs a row is looked up."""

    R: Array  # (inputs + units, units): inputs first, then the units one step before
    V: Array  # (what an output reads, outputs): inputs if it sees them, then units; or (0, outputs)


@dataclass(frozen=True)
class RecurrentNet:
    """A net of a paper's table: its wiring, how it learns, and where it starts.

    Args:
        inputs, outputs: numbers of units.
        hidden: units that feed back and are no outputs.
        reads: what an output reads: "hidden", "hidden and inputs", or "nothing": then the outputs
            feed back like the hidden units, and are the last of them.
        rule: "rtrl", "bptt" or "elman".
        rate: the learning rate.
        spread: the largest size of an initial weight.

    Raises:
        ValueError: a size below one, a word that is not in the list, a rate below zero.

    >>> RecurrentNet(inputs=5, outputs=5, hidden=1, reads="hidden and inputs").weights
    36
    """

    inputs: int
    outputs: int
    hidden: int
    reads: str = "hidden"
    rule: str = "rtrl"
    rate: float = 0.1
    spread: float = 0.2

    def __post_init__(self) -> None:
        for name in ("inputs", "outputs", "hidden"):
            whole_number(name, getattr(self, name), least=1)
        for name, known in (("reads", READS), ("rule", RULES)):
            if getattr(self, name) not in known:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; pass one of {', '.join(map(repr, known))}"
                )
        finite_number("rate", self.rate)
        finite_number("spread", self.spread)

    @property
    def units(self) -> int:
        """How many feed back."""
        return self.hidden + self.outputs * (self.reads == "nothing")

    @property
    def shapes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Of R and of V."""
        read = self.inputs * (self.reads == "hidden and inputs")
        read += self.hidden * (self.reads != "nothing")
        return (self.inputs + self.units, self.units), (read, self.outputs)

    @property
    def weights(self) -> int:
        """How many there are."""
        return sum(rows * columns for rows, columns in self.shapes)

    def init(self, rng: np.random.Generator) -> Weights:
        """Draw every weight uniformly within ``spread``."""
        generator(rng)
        return Weights(*(rng.uniform(-self.spread, self.spread, shape) for shape in self.shapes))

    def trainer(self, starts: Sequence[Weights]) -> "RecurrentTrainer":
        """Trials of this net, each from its own weights."""
        return RecurrentTrainer(self, starts)


class RecurrentTrainer:
    """Trials of one net, one after the other: each has its own weights and sequences.

    Args:
        net: what is trained.
        starts: the weights of each trial; they are copied.

    Raises:
        ValueError: no trials, or weights of another net.
    """

    def __init__(self, net: RecurrentNet, starts: Sequence[Weights]) -> None:
        if isinstance(starts, Weights) or not len(starts):
            raise ValueError("starts is not a list of Weights; pass the weights of each trial")
        for number, own in enumerate(starts):
            shapes = tuple(np.shape(part) for part in own)
            if shapes != net.shapes:
                raise ValueError(
                    f"starts[{number}] has arrays of shapes {shapes}, but this net takes "
                    f"{net.shapes}; draw them with net.init(rng)"
                )
        self.net = net
        self._weights = [Weights(*(np.array(part, float) for part in own)) for own in starts]

    def params(self, number: int) -> Weights:
        """The weights of one trial as they are now."""
        return Weights(*(part.copy() for part in self._weights[number]))

    def learn(self, chunks: Sequence[Any]) -> list[Array]:
        """Train each trial on its own chunk.

        Args:
            chunks: one for each trial: sequences of symbols, as ``tasks.SymbolSequences``.

        Returns:
            For each trial what it predicted, each before the update that its target led to:
            (steps with a target, outputs), in the order of the chunk's mask.

        Raises:
            ValueError: another number of chunks, inputs that are not one-hot, other sizes.
        """
        return self._run(chunks, learn=True)

    def answer(self, chunks: Sequence[Any]) -> list[Array]:
        """The same without learning."""
        return self._run(chunks, learn=False)

    def _run(self, chunks: Sequence[Any], learn: bool) -> list[Array]:
        announce(train)
        if len(chunks) != len(self._weights):
            raise ValueError(
                f"chunks has {len(chunks)} entries; pass one for each of "
                f"{len(self._weights)} trials"
            )
        for number, chunk in enumerate(chunks):
            self._checked(number, chunk)
        rule = (self.net.rule != "elman", self.net.rule != "bptt", learn)
        told = []
        for own, chunk in zip(self._weights, chunks, strict=True):
            answers = np.zeros_like(chunk.targets)
            symbols = chunk.symbols.astype(np.int64, copy=False)
            data = (symbols, chunk.targets, chunk.mask, chunk.offsets)
            train(rule, float(self.net.rate), *own, data, answers)
            told.append(answers[chunk.mask])
        return told

    def _checked(self, number: int, chunk: Any) -> None:
        net = self.net
        if not hasattr(chunk, "symbols"):
            raise ValueError(
                f"chunks[{number}] is {type(chunk).__name__}; this trainer looks one-hot inputs "
                "up, so pass tasks.SymbolSequences"
            )
        if (chunk.features, chunk.targets.shape[1]) != (net.inputs, net.outputs):
            raise ValueError(
                f"chunks[{number}] has {chunk.features} inputs and {chunk.targets.shape[1]} "
                f"outputs, but the net has {net.inputs} and {net.outputs}; make both of one task"
            )


@inlined
def carry(P: Array, new: Array, R: Array, inputs: int) -> None:
    """new = dnet_t/dy_{t-1} P: how nets depend on R through the units before, (units, weights)."""
    units, size = P.shape
    for k in range(units):
        row = new[k]
        row[:] = 0.0
        left = units % 4
        for j in range(left):
            one = R[inputs + j, k]
            for c in range(size):
                row[c] += one * P[j, c]
        for j in range(left, units, 4):  # four at once: a sum is then fetched and put back once
            a, b = R[inputs + j, k], R[inputs + j + 1, k]
            d, e = R[inputs + j + 2, k], R[inputs + j + 3, k]
            for c in range(size):
                row[c] += a * P[j, c] + b * P[j + 1, c] + d * P[j + 2, c] + e * P[j + 3, c]


def _train(  # type: ignore[no-untyped-def]
    rule, rate, R, V, data, answers
) -> None:
    """Walk one trial through its sequences; R and V move in place.

    Args:
        rule: whether P is carried, whether the weights move at every step, whether they move.
        R, V: as in ``Weights``.
        data: symbols (rows,), targets (rows, outputs), mask (rows,), offsets (sequences + 1,).
        answers: (rows, outputs), what was predicted at each step that has a target.
    """
    carried, every_step, learn = rule
    symbols, targets, mask, offsets = data
    sources, units = R.shape
    inputs, outputs = sources - units, targets.shape[1]
    seen = len(V) - units  # inputs that an output reads; no V: below zero
    before, now, y = np.zeros(units), np.zeros(units), np.zeros(outputs)
    error, delta = np.zeros(units), np.zeros(outputs)
    P = np.zeros((units, sources * units if carried and learn else 0))
    P_new = np.zeros_like(P)
    # Where the steps of descent go: to the weights at once, or to a sum for the sequence's end.
    to_R = R if every_step else np.zeros_like(R)
    to_V = V if every_step else np.zeros_like(V)
    flat = to_R.reshape(sources * units)
    for n in range(len(offsets) - 1):
        before[:] = 0.0
        P[:] = 0.0
        for t in range(offsets[n], offsets[n + 1]):
            s = symbols[t]
            for i in range(units):
                now[i] = R[s, i]
            for j in range(units):
                for i in range(units):
                    now[i] += before[j] * R[inputs + j, i]
            for i in range(units):
                now[i] = sigmoid(now[i])
            if carried and learn:
                carry(P, P_new, R, inputs)
                for k in range(units):
                    P_new[k, s * units + k] += 1.0
                    for j in range(units):
                        P_new[k, (inputs + j) * units + k] += before[j]
                    slope = now[k] * (1.0 - now[k])
                    for c in range(sources * units):
                        P_new[k, c] *= slope
                P, P_new = P_new, P
            if mask[t]:
                if seen < 0:
                    for q in range(outputs):
                        y[q] = now[units - outputs + q]
                else:
                    for q in range(outputs):
                        y[q] = V[s, q] if seen else 0.0
                    for j in range(units):
                        for q in range(outputs):
                            y[q] += now[j] * V[seen + j, q]
                    for q in range(outputs):
                        y[q] = sigmoid(y[q])
                for q in range(outputs):
                    answers[t, q] = y[q]
                    delta[q] = targets[t, q] - y[q]
            if mask[t] and learn:
                error[:] = 0.0
                if seen < 0:
                    for q in range(outputs):
                        error[units - outputs + q] = delta[q]
                else:
                    for q in range(outputs):
                        delta[q] *= y[q] * (1.0 - y[q])
                    for j in range(units):
                        for q in range(outputs):
                            error[j] += V[seen + j, q] * delta[q]
                            to_V[seen + j, q] += rate * now[j] * delta[q]
                    if seen:
                        for q in range(outputs):
                            to_V[s, q] += rate * delta[q]
                for k in range(units):
                    if carried:
                        step = rate * error[k]
                        for c in range(sources * units):
                            flat[c] += step * P[k, c]
                    else:
                        step = rate * error[k] * now[k] * (1.0 - now[k])
                        to_R[s, k] += step
                        for j in range(units):
                            to_R[inputs + j, k] += step * before[j]
            before[:] = now
        if learn and not every_step:
            R += to_R
            V += to_V
            to_R[:] = 0.0
            to_V[:] = 0.0


train = compiled(_train)
