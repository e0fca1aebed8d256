"""Compiled online training: the weights of the readable cells, update for update."""

from dataclasses import dataclass

import numpy as np
import pytest

from coursekit.cells import elman, gru, lstm, lstm_1997
from coursekit.cells.parameters import named_arrays
from coursekit.kernels import trainer as training_kernels
from coursekit.kernels.trainer import OnlineTrainer
from coursekit.tasks import Latch, Sequences, TwoSequence
from coursekit.training import (
    Sgd,
    init_model,
    linear,
    logistic,
    loss_and_gradient,
    predict,
    softmax,
)

CELLS = [elman, lstm, gru]
named = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__)
FEATURES, UNITS, OUTPUTS = 3, 5, 2


def chunk(seed, count=12, readout=linear, features=FEATURES):
    """Sequences of many lengths, with targets here and there and always one."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 30, count)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    rows = offsets[-1]
    mask = rng.random(rows) < 0.3
    mask[offsets[1:] - 1] = True
    targets = rng.random((rows, OUTPUTS))
    if readout is softmax:
        targets = np.eye(OUTPUTS)[rng.integers(OUTPUTS, size=rows)]
    return Sequences(rng.normal(size=(rows, features)), targets, mask, offsets)


def models(cell, readout, count, features=FEATURES):
    rng = np.random.default_rng(7)
    sizes = {"inputs": features, "units": UNITS, "outputs": OUTPUTS}
    return [init_model(rng, cell, readout, **sizes) for _ in range(count)]


def readable(cell, readout, model, sequences, rate):
    """The loop that the kernel stands for."""
    optimiser = Sgd(rate)
    state, answers = optimiser.start(model), []
    for number in range(len(sequences)):
        inputs, targets, mask = sequences[number]
        answers.append(predict(cell, readout, model, inputs)[mask])
        _, gradient = loss_and_gradient(cell, readout, model, inputs, targets, mask)
        model, state = optimiser.update(model, gradient, state)
    return model, np.concatenate(answers)


def assert_close(one, other):
    for (name, a), (_, b) in zip(named_arrays(one), named_arrays(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12, err_msg=name)


@named
@pytest.mark.parametrize("readout", [linear, logistic, softmax], ids=lambda r: r.__name__)
def test_every_update_is_that_of_the_readable_cell(cell, readout):
    starts = models(cell, readout, 3)
    chunks = [chunk(seed, readout=readout) for seed in range(3)]
    trainer = OnlineTrainer(cell, readout, starts, rate=0.2)
    answers = trainer.learn(chunks)
    for number in range(3):
        wanted, told = readable(cell, readout, starts[number], chunks[number], 0.2)
        assert_close(trainer.model(number), wanted)
        np.testing.assert_allclose(answers[number], told, rtol=0, atol=1e-12)


@dataclass(frozen=True)
class Symbols:
    """One-hot sequences by their symbols."""

    symbols: np.ndarray
    features: int
    targets: np.ndarray
    mask: np.ndarray
    offsets: np.ndarray

    def __len__(self):
        return len(self.offsets) - 1


@named
def test_a_look_up_is_the_product_with_a_one_hot_vector(cell):
    starts, plain, looked = models(cell, linear, 2, features=6), [], []
    for seed in range(2):
        whole = chunk(seed, features=6)
        symbols = np.random.default_rng(seed).integers(6, size=len(whole.targets))
        rest = (whole.targets, whole.mask, whole.offsets)
        plain.append(Sequences(np.eye(6)[symbols], *rest))
        looked.append(Symbols(symbols, 6, *rest))
    one, two = (OnlineTrainer(cell, linear, starts, rate=0.1) for _ in range(2))
    told_one, told_two = one.learn(plain), two.learn(looked)
    for number in range(2):
        assert_close(one.model(number), two.model(number))
        np.testing.assert_allclose(told_one[number], told_two[number], atol=1e-12)


@named
def test_neighbours_change_nothing_to_the_last_bit(cell):
    starts, chunks = models(cell, linear, 8), [chunk(seed) for seed in range(8)]
    together = OnlineTrainer(cell, linear, starts, rate=0.3)
    together.learn(chunks)
    for number in (0, 3, 7):
        alone = OnlineTrainer(cell, linear, [starts[number]], rate=0.3)
        alone.learn([chunks[number]])
        for (_, a), (_, b) in zip(
            named_arrays(alone.model(0)), named_arrays(together.model(number)), strict=True
        ):
            np.testing.assert_array_equal(a, b)


@named
def test_a_chunk_or_two_halves_are_the_same(cell):
    (start,), whole = models(cell, linear, 1), chunk(3, count=10)
    cut = whole.offsets[5]
    first = Sequences(whole.inputs[:cut], whole.targets[:cut], whole.mask[:cut], whole.offsets[:6])
    last = Sequences(
        whole.inputs[cut:], whole.targets[cut:], whole.mask[cut:], whole.offsets[5:] - cut
    )
    one, two = (OnlineTrainer(cell, linear, [start], rate=0.3) for _ in range(2))
    one.learn([whole])
    two.learn([first])
    two.learn([last])
    for (_, a), (_, b) in zip(named_arrays(one.model(0)), named_arrays(two.model(0)), strict=True):
        np.testing.assert_array_equal(a, b)


def test_answering_does_not_learn():
    starts, chunks = models(lstm, softmax, 2), [chunk(seed) for seed in range(2)]
    trainer = OnlineTrainer(lstm, softmax, starts, rate=0.5)
    answers = trainer.answer(chunks)
    for number, start in enumerate(starts):
        assert_close(trainer.model(number), start)
        told = [
            predict(lstm, softmax, start, inputs)[mask]
            for inputs, _, mask in (chunks[number][n] for n in range(len(chunks[number])))
        ]
        np.testing.assert_allclose(answers[number], np.concatenate(told), atol=1e-12)


@pytest.mark.parametrize("cell", [lstm, gru], ids=lambda cell: cell.__name__)
def test_it_learns_a_latch_in_seconds(cell):
    """Eight seeds side by side; each says the first symbol after a lag of eight."""
    task = Latch(lag=8, distractor_size=0.2)
    rngs = [np.random.default_rng(seed) for seed in range(8)]
    sizes = {"inputs": task.inputs, "units": 4, "outputs": task.outputs}
    trainer = OnlineTrainer(
        cell, linear, [init_model(rng, cell, linear, **sizes) for rng in rngs], rate=0.2
    )
    first = trainer.learn([task.sample(rng, 200) for rng in rngs])
    for _ in range(40):
        chunks = [task.sample(rng, 200) for rng in rngs]
        last = trainer.learn(chunks)
    wanted = [chunk.targets[chunk.mask] for chunk in chunks]
    right = [
        np.mean(np.sign(a - 0.5 * (w.min() + w.max())) == np.sign(w - 0.5 * (w.min() + w.max())))
        for a, w in zip(last, wanted, strict=True)
    ]
    assert np.median(right) > 0.95
    assert first[0].shape == wanted[0].shape


def test_wrong_arguments_are_named():
    starts, chunks = models(lstm, linear, 2), [chunk(seed) for seed in range(2)]
    with pytest.raises(ValueError, match="has the cells elman, lstm and gru"):
        OnlineTrainer(lstm_1997, linear, starts, rate=0.1)
    with pytest.raises(ValueError, match="models has 0 entries; pass 1 to 8"):
        OnlineTrainer(lstm, linear, [], rate=0.1)
    with pytest.raises(ValueError, match="rate is -1"):
        OnlineTrainer(lstm, linear, starts, rate=-1)
    with pytest.raises(ValueError, match=r"models\[0\]\.cell is a .*takes its own Params"):
        OnlineTrainer(gru, linear, starts, rate=0.1)
    other = init_model(np.random.default_rng(0), lstm, linear, inputs=3, units=4, outputs=2)
    with pytest.raises(ValueError, match=r"models\[1\] has 3 inputs and 4 units"):
        OnlineTrainer(lstm, linear, [starts[0], other], rate=0.1)
    trainer = OnlineTrainer(lstm, linear, starts, rate=0.1)
    with pytest.raises(ValueError, match="chunks has 1 entries; pass one for each of 2"):
        trainer.learn(chunks[:1])
    with pytest.raises(ValueError, match=r"chunks hold \[5, 12\] sequences"):
        trainer.learn([chunks[0], chunk(0, count=5)])
    with pytest.raises(ValueError, match=r"chunks\[0\] has 1 inputs and 1 outputs"):
        trainer.learn([TwoSequence().sample(np.random.default_rng(0), 12)] * 2)


def test_without_numba_the_message_names_the_readable_way(monkeypatch):
    monkeypatch.setattr(training_kernels, "HAVE_NUMBA", False)
    with pytest.raises(RuntimeError, match=r"needs numba.*training\.fit"):
        OnlineTrainer(lstm, linear, models(lstm, linear, 1), rate=0.1)
