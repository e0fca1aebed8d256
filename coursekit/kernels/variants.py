"""An LSTM with a part changed or taken out, or a GRU, trained by the full gradient, batch by batch.

    i_t = sigma(W_i x_t + U_i h_{t-1} + p_i c_{t-1} + b_i)
    f_t = sigma(W_f x_t + U_f h_{t-1} + p_f c_{t-1} + b_f)
    g_t = tanh (W_g x_t + U_g h_{t-1} + b_g)                 or without its tanh
    c_t = f_t c_{t-1} + i_t g_t                              or i_t = 1 - f_t
    o_t = sigma(W_o x_t + U_o h_{t-1} + p_o c_t + b_o)
    h_t = o_t tanh(c_t)                                      or without its tanh

A gate that is taken out has no weights and a bias so large that it is one, to the last bit; then
its gradient is zero, and it stays so. Each update is one of ``training.Adam`` after a clip by norm,
on the loss that the read-out's module has. The axis of the batch is the last one here: the compiler
turns loops over it into vector instructions.

Source of the variants: Greff, Srivastava, Koutnik, Steunebrink and Schmidhuber 2017, section 3.
"""

import math
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, fields
from types import ModuleType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import checked_sizes, finite_number
from coursekit.cells import gru, peephole_lstm
from coursekit.kernels.compiled import REORDER, announce, compiled
from coursekit.kernels.squash import exp, sigmoid, tanh
from coursekit.tasks import Padded
from coursekit.training import Model, linear, logistic, softmax

Array = NDArray[np.float64]
READOUTS: Final = (linear, logistic, softmax)
OPEN: Final = 50.0  # the logistic function of it is one, to the last bit
MEAN, SQUARE, FLOOR = 0.9, 0.999, 1e-8  # as in training.Adam


@dataclass(frozen=True)
class Variant:
    """Which parts an LSTM has; or a GRU, which has none of the options.

    Args:
        input_gate, forget_gate, output_gate: False for a gate that is always one.
        coupled: i = 1 - f in place of an input gate of its own.
        squash_in, squash_out: False for a candidate, or an output, without its tanh.
        peepholes: whether the gates see c.
        recurrent: False for a net without any U: what h_{t-1} says comes back nowhere.
        gru: the cell ``gru`` in place of all this.

    Raises:
        ValueError: a coupled input gate that is taken out, or an option beside ``gru``.

    >>> Variant(peepholes=True).weights(inputs=1, units=1, outputs=1)
    17
    """

    input_gate: bool = True
    forget_gate: bool = True
    output_gate: bool = True
    coupled: bool = False
    squash_in: bool = True
    squash_out: bool = True
    peepholes: bool = False
    recurrent: bool = True
    gru: bool = False

    def __post_init__(self) -> None:
        if self.coupled and not (self.input_gate and self.forget_gate):
            raise ValueError("coupled gates are both there: leave input_gate and forget_gate True")
        changed = [part.name for part in fields(self) if getattr(self, part.name) != part.default]
        if self.gru and changed != ["gru"]:
            raise ValueError("a gru has none of the LSTM's parts to change; pass Variant(gru=True)")

    @property
    def gates(self) -> str:
        """The letters of the gates that are learned."""
        if self.gru:
            return "zr"
        there = (self.input_gate and not self.coupled, self.forget_gate, self.output_gate)
        return "".join(letter for letter, has in zip("ifo", there, strict=True) if has)

    def weights(self, inputs: int, units: int, outputs: int) -> int:
        """How many are trained, the read-out's with them."""
        hidden = (len(self.gates) + 1) * units * (inputs + units * self.recurrent + 1)
        return hidden + len(self.gates) * units * self.peepholes + outputs * (units + 1)


class VariantTrainer:
    """One net of a variant and a read-out, from its first weights on.

    Args:
        variant: the cell.
        readout: ``linear``, ``logistic`` or ``softmax``.
        rng: draws the first weights, as the cells' own ``init`` does.
        inputs, units, outputs: the sizes.
        rate: Adam's.
        clip: the norm that a gradient is clipped to.

    Raises:
        ValueError: a size, rate or norm that cannot be; another read-out.
    """

    def __init__(
        self,
        variant: Variant,
        readout: ModuleType,
        rng: np.random.Generator,
        *,
        inputs: int,
        units: int,
        outputs: int,
        rate: float,
        clip: float = 1.0,
    ) -> None:
        checked_sizes(rng, inputs=inputs, units=units, outputs=outputs)
        if readout not in READOUTS:
            raise ValueError(f"readout is {readout!r}; pass linear, logistic or softmax")
        self.variant, self.readout = variant, readout
        self.rate, self.clip = finite_number("rate", rate), finite_number("clip", clip)
        self.inputs, self.units, self.outputs = inputs, units, outputs
        self._letters = "zrg" if variant.gru else "ifog"
        first = (gru if variant.gru else peephole_lstm).init(rng, inputs, units)
        blocks = []
        for letter in self._letters:
            W, U, b = (getattr(first, f"{kind}_{letter}") for kind in "WUb")
            block = np.concatenate([W, U * variant.recurrent, b[:, None]], axis=1)
            if letter not in f"{variant.gates}g":
                block = np.concatenate([0 * W, 0 * U, np.full((units, 1), OPEN)], axis=1)
            blocks.append(block)
        told = readout.init(rng, units, outputs)
        self._weights = (
            *(np.concatenate(blocks), np.zeros((3, units))),
            np.concatenate([told.V, told.d[:, None]], axis=1),
        )
        self._mean = tuple(np.zeros_like(part) for part in self._weights)
        self._square = tuple(np.zeros_like(part) for part in self._weights)
        self._updates = 0

    @property
    def model(self) -> Model:
        """The weights as they are now: of ``peephole_lstm`` (an LSTM of any kind) or of ``gru``."""
        W, P, V = self._weights
        parts: dict[str, Array] = {}
        for place, letter in enumerate(self._letters):
            rows = W[place * self.units : (place + 1) * self.units]
            parts[f"W_{letter}"] = rows[:, : self.inputs].copy()
            parts[f"U_{letter}"] = rows[:, self.inputs : -1].copy()
            parts[f"b_{letter}"] = rows[:, -1].copy()
            if letter in "ifo":
                parts[f"p_{letter}"] = P["ifo".index(letter)].copy()
        cell = (gru if self.variant.gru else peephole_lstm).Params(**parts)
        return Model(cell, self.readout.Params(V=V[:, :-1].copy(), d=V[:, -1].copy()))

    def deaf(self) -> "VariantTrainer":
        """A copy whose gates and candidate no longer hear h_{t-1}: every U is zero."""
        other = copy(self)
        W, P, V = (part.copy() for part in self._weights)
        W[:, self.inputs : -1] = 0.0
        other._weights = (W, P, V)
        other._mean, other._square = (
            tuple(part.copy() for part in parts) for parts in (self._mean, self._square)
        )
        return other

    def learn(self, batches: Sequence[Padded]) -> Array:
        """One update a batch.

        Args:
            batches: of one shape, as ``Sequences.padded()`` gives them.

        Returns:
            What was predicted before each update, (batches, time, batch, outputs); zeros at steps
            without a target.
        """
        return self._run(batches, learn=True)[0]

    def answer(self, batch: Padded) -> Array:
        """The outputs at the steps with a target, (time, batch, outputs)."""
        answers: Array = self._run([batch], learn=False)[0][0]
        return answers

    def traces(self, inputs: Array) -> dict[str, Array]:
        """What happens in the cell over one sequence: letter -> (time, units).

        Args:
            inputs: (time, inputs).
        """
        steps = np.asarray(inputs, dtype=np.float64)[:, None]
        blank = Padded(
            steps, np.zeros((len(steps), 1, self.outputs)), np.ones((len(steps), 1), bool)
        )
        _, gates, c, h = self._run([blank], learn=False)
        found = {
            letter: gates[:, place * self.units : (place + 1) * self.units, 0]
            for place, letter in enumerate(self._letters)
        }
        return {**found, "h": h} if self.variant.gru else {**found, "c": c, "h": h}

    def _run(self, batches: Sequence[Padded], learn: bool) -> tuple[Array, Array, Array, Array]:
        announce(train)
        xs, targets, mask = (
            np.stack([np.asarray(part, np.float64) for part in parts])
            for parts in zip(*batches, strict=True)
        )
        if (xs.shape[-1], targets.shape[-1]) != (self.inputs, self.outputs):
            raise ValueError(
                f"batches have {xs.shape[-1]} inputs and {targets.shape[-1]} outputs, but the net "
                f"has {self.inputs} and {self.outputs}"
            )
        xs, targets = (np.ascontiguousarray(part.swapaxes(2, 3)) for part in (xs, targets))
        _, steps, _, count = xs.shape
        variant, n, U = self.variant, self.inputs, self.units
        kind = (variant.gru, variant.coupled, variant.squash_in, variant.squash_out)
        room = (
            *(np.zeros((steps + 1, n + U + 1, count)), np.zeros((steps, U, count))),
            *(np.zeros((steps, len(self._letters) * U, count)), np.zeros((steps + 1, U, count))),
            *(np.zeros((steps, U, count)), np.zeros((U, count)), np.zeros((U, count))),
            *(np.zeros((U, count)), np.zeros((self.outputs, count))),
        )
        answers = np.zeros_like(targets)
        train(
            *(kind, (variant.peepholes, variant.recurrent)),
            *(READOUTS.index(self.readout), learn),
            (self.rate, self.clip, self._updates),
            *(self._weights, self._mean, self._square),
            *(tuple(np.zeros_like(part) for part in self._weights), room),
            *((xs, targets, mask), answers),
        )
        self._updates += len(batches) * learn
        src, _, gates, c = room[:4]
        return answers.swapaxes(2, 3), gates, c[1:, :, 0], src[1:, n:-1, 0]


def _forward(parts, W, P, src, past, gates, c, squashed):  # type: ignore[no-untyped-def]
    """All steps of a batch: ``gates`` (time, letters units, batch) holds the squashed letters."""
    is_gru, coupled, squash_in, squash_out = parts
    steps, rows, batch = gates.shape
    units, sources = squashed.shape[1], src.shape[1]
    features = sources - units - 1
    for t in range(steps):
        x, net = src[t], gates[t]
        for r in range(rows):
            of_g = is_gru and r >= 2 * units
            if r == 2 * units and is_gru:
                for k in range(units):
                    for b in range(batch):
                        past[t, k, b] = sigmoid(net[units + k, b]) * x[features + k, b]
            for b in range(batch):
                net[r, b] = W[r, sources - 1]
            for s in range(features):
                w = W[r, s]
                for b in range(batch):
                    net[r, b] += w * x[s, b]
            for k in range(units):
                w = W[r, features + k]
                if of_g:
                    for b in range(batch):
                        net[r, b] += w * past[t, k, b]
                else:
                    for b in range(batch):
                        net[r, b] += w * x[features + k, b]
        out = src[t + 1]
        if is_gru:
            for k in range(units):
                for b in range(batch):
                    z, g = sigmoid(net[k, b]), tanh(net[2 * units + k, b])
                    net[k, b], net[2 * units + k, b] = z, g
                    net[units + k, b] = sigmoid(net[units + k, b])
                    out[features + k, b] = (1 - z) * x[features + k, b] + z * g
            continue
        for k in range(units):
            p_i, p_f, p_o = P[0, k], P[1, k], P[2, k]
            before, now, shown = c[t, k], c[t + 1, k], squashed[t, k]
            i, f, o = net[k], net[units + k], net[2 * units + k]
            g = net[3 * units + k]
            # One squashing function a loop: the compiler then does eight numbers at once.
            for b in range(batch):
                f[b] = sigmoid(f[b] + p_f * before[b])
            if coupled:
                for b in range(batch):
                    i[b] = 1 - f[b]
            else:
                for b in range(batch):
                    i[b] = sigmoid(i[b] + p_i * before[b])
            if squash_in:
                for b in range(batch):
                    g[b] = tanh(g[b])
            for b in range(batch):
                now[b] = f[b] * before[b] + i[b] * g[b]
            for b in range(batch):
                o[b] = sigmoid(o[b] + p_o * now[b])
            if squash_out:
                for b in range(batch):
                    shown[b] = tanh(now[b])
            else:
                for b in range(batch):
                    shown[b] = now[b]
            for b in range(batch):
                out[features + k, b] = o[b] * shown[b]


def _backward(parts, W, P, t, x, delta, c, squashed, carried):  # type: ignore[no-untyped-def]
    """One step: ``delta`` (letters units, batch) turns from letters into dL/dnet; errors go on."""
    is_gru, coupled, squash_in, squash_out = parts
    grad_h, grad_c, reset = carried
    rows, batch = delta.shape
    units = rows // (3 if is_gru else 4)
    features = x.shape[0] - units - 1
    for k in range(units):
        p_i, p_f, p_o = P[0, k], P[1, k], P[2, k]
        for b in range(batch):
            of_h = grad_h[k, b]
            if is_gru:
                z, g, before = delta[k, b], delta[2 * units + k, b], x[features + k, b]
                delta[k, b] = of_h * (g - before) * z * (1 - z)
                delta[2 * units + k, b] = of_h * z * (1 - g * g)
                grad_h[k, b], reset[k, b] = of_h * (1 - z), 0.0
            else:
                i, f = delta[k, b], delta[units + k, b]
                o, g = delta[2 * units + k, b], delta[3 * units + k, b]
                before, shown = c[t, k, b], squashed[t, k, b]
                of_o = of_h * shown * o * (1 - o)
                slope = 1 - shown * shown if squash_out else 1.0
                of_c = grad_c[k, b] + of_h * o * slope + of_o * p_o
                of_i = 0.0 if coupled else of_c * g * i * (1 - i)
                of_f = of_c * (before - g if coupled else before) * f * (1 - f)
                delta[k, b], delta[units + k, b] = of_i, of_f
                delta[2 * units + k, b] = of_o
                delta[3 * units + k, b] = of_c * i * (1 - g * g if squash_in else 1.0)
                grad_c[k, b] = of_c * f + of_i * p_i + of_f * p_f
                grad_h[k, b] = 0.0
    if is_gru:
        for r in range(2 * units, 3 * units):
            for k in range(units):
                w = W[r, features + k]
                for b in range(batch):
                    reset[k, b] += w * delta[r, b]
        for k in range(units):
            for b in range(batch):
                r, back = delta[units + k, b], reset[k, b]
                delta[units + k, b] = back * x[features + k, b] * r * (1 - r)
                grad_h[k, b] += back * r
    for r in range(2 * units if is_gru else rows):
        for k in range(units):
            w = W[r, features + k]
            for b in range(batch):
                grad_h[k, b] += w * delta[r, b]


def _predict(readout, V, h, y):  # type: ignore[no-untyped-def]
    """The outputs of one step of a batch, (outputs, batch)."""
    outputs, units, batch = V.shape[0], V.shape[1] - 1, y.shape[1]
    for q in range(outputs):
        for b in range(batch):
            y[q, b] = V[q, units]
        for k in range(units):
            w = V[q, k]
            for b in range(batch):
                y[q, b] += w * h[k, b]
    if readout == 1:
        for q in range(outputs):
            for b in range(batch):
                y[q, b] = sigmoid(y[q, b])
    if readout == 2:
        for b in range(batch):
            top, total = y[0, b], 0.0
            for q in range(1, outputs):
                top = max(top, y[q, b])
            for q in range(outputs):
                y[q, b] = exp(y[q, b] - top)
                total += y[q, b]
            for q in range(outputs):
                y[q, b] /= total


def _add_outer(grad, left, right, row, column):  # type: ignore[no-untyped-def]
    """grad[row + r, column + s] += sum over the batch of left[r] right[s]."""
    rows, sources, batch = left.shape[0], right.shape[0], left.shape[1]
    for r in range(rows):
        for s in range(sources):
            total = 0.0
            for b in range(batch):
                total += left[r, b] * right[s, b]
            grad[row + r, column + s] += total


forward, backward = compiled(_forward), compiled(_backward)
predict, add_outer = compiled(_predict), compiled(_add_outer, **REORDER)


def _train(  # type: ignore[no-untyped-def]
    parts, seen, readout, learn, settings, weights, mean, square, grads, room, data, answers
) -> None:
    """Walk through the batches; with ``learn``, one update of Adam after each.

    Args:
        parts: gru, coupled, squash_in, squash_out.
        seen: whether gates see c, and whether gates and candidate see h.
        settings: rate, norm to clip to, updates made before.
        weights, mean, square, grads: (W, P, V) each.
        room: what a batch needs, on the way forth and back.
        data: inputs (batches, time, inputs, batch), targets, and the mask as numbers.
        answers: like the targets.
    """
    is_gru, (peepholes, recurrent) = parts[0], seen
    rate, clip, made = settings
    W, P, V = weights
    gW, gP, gV = grads
    src, past, gates, c, squashed, grad_h, grad_c, reset, y = room
    inputs, targets, mask = data
    batches, steps, features, batch = inputs.shape
    units, outputs, sources = squashed.shape[1], V.shape[0], src.shape[1]
    for n in range(batches):
        counted = 0.0
        for t in range(steps):
            src[t, :features] = inputs[n, t]
            src[t, sources - 1] = 1.0
            for b in range(batch):
                counted += mask[n, t, b]
        src[steps, sources - 1] = 1.0
        src[0, features : sources - 1] = 0.0
        c[0] = 0.0
        forward(parts, W, P, src, past, gates, c, squashed)
        gW[:], gP[:], gV[:], grad_h[:], grad_c[:] = 0.0, 0.0, 0.0, 0.0, 0.0
        for t in range(steps - 1, -1, -1):
            told = False
            for b in range(batch):
                told = told or mask[n, t, b] > 0
            if told:
                h = src[t + 1, features:]  # and the one, for the bias
                predict(readout, V, h, y)
                for q in range(outputs):
                    for b in range(batch):
                        answers[n, t, q, b] = y[q, b] * mask[n, t, b]
                        y[q, b] = (y[q, b] - targets[n, t, q, b]) * mask[n, t, b] / counted
            if not learn:
                continue
            if told:
                add_outer(gV, y, h, 0, 0)
                for q in range(outputs):
                    for k in range(units):
                        w = V[q, k]
                        for b in range(batch):
                            grad_h[k, b] += w * y[q, b]
            delta = gates[t]
            backward(parts, W, P, t, src[t], delta, c, squashed, (grad_h, grad_c, reset))
            if is_gru:
                add_outer(gW, delta[: 2 * units], src[t], 0, 0)
                late = delta[2 * units :]
                add_outer(gW, late, src[t, :features], 2 * units, 0)
                add_outer(gW, late, past[t], 2 * units, features)
                add_outer(gW, late, src[t, sources - 1 :], 2 * units, sources - 1)
                continue
            add_outer(gW, delta, src[t], 0, 0)
            if peepholes:
                for k in range(units):
                    for b in range(batch):
                        gP[0, k] += delta[k, b] * c[t, k, b]
                        gP[1, k] += delta[units + k, b] * c[t, k, b]
                        gP[2, k] += delta[2 * units + k, b] * c[t + 1, k, b]
        if not learn:
            continue
        if not recurrent:
            gW[:, features : sources - 1] = 0.0
        total = np.sum(gW * gW) + np.sum(gP * gP) + np.sum(gV * gV)
        norm = math.sqrt(total)
        share = clip / norm if norm > clip else 1.0
        made += 1
        root = math.sqrt(1 - SQUARE**made)
        step, floor = rate * root / (1 - MEAN**made), FLOOR * root
        for w, m, s, g in zip(weights, mean, square, grads):  # noqa: B905 - numba has no strict
            for r in range(w.shape[0]):
                for k in range(w.shape[1]):
                    slope = share * g[r, k]
                    m[r, k] = MEAN * m[r, k] + (1 - MEAN) * slope
                    s[r, k] = SQUARE * s[r, k] + (1 - SQUARE) * slope * slope
                    w[r, k] -= step * m[r, k] / (math.sqrt(s[r, k]) + floor)


train = compiled(_train)
