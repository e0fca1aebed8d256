"""Rival nets, compiled: each update is a derivative of the error that is found by itself."""

from dataclasses import replace

import numpy as np
import pytest

from coursekit.kernels.recurrent import RecurrentNet, Weights
from coursekit.tasks import Adding, LongLag
from coursekit.tasks.symbols import SymbolSequences

NET = RecurrentNet(inputs=4, outputs=3, hidden=2, rate=0.7, spread=1.5)
reads = pytest.mark.parametrize("read", ["hidden", "hidden and inputs", "nothing"])
rules = pytest.mark.parametrize("rule", ["rtrl", "bptt", "elman"])


def chunk(seed, count=5, net=NET):
    """Sequences of one to seven steps, most of them with a target."""
    rng = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(rng.integers(1, 8, count))])
    steps = offsets[-1]
    symbols = rng.integers(net.inputs, size=steps)
    targets, mask = rng.random((steps, net.outputs)), rng.random(steps) < 0.8
    return SymbolSequences(symbols, net.inputs, targets, mask, offsets)


def outputs(net, Rs, V, symbols):
    """What the net says at the last step, with weights of its own at each step."""
    units, x = np.zeros(net.units), None
    for R, symbol in zip(Rs, symbols, strict=True):
        x = np.eye(net.inputs)[symbol]
        units = 1 / (1 + np.exp(-np.concatenate([x, units]) @ R))
    if net.reads == "nothing":
        return units[net.hidden :]
    read = units if net.reads == "hidden" else np.concatenate([x, units])
    return 1 / (1 + np.exp(-read @ V))


def slopes(net, Rs, V, symbols, target):
    """dE/dR and dE/dV of E = sum (target - output)^2 / 2, with an imaginary step in each weight.

    A weight of R is the same weight at all steps; for the rule of Elman, at the last step alone.
    """

    def error(R_step, V_step):
        own = [R.astype(complex) for R in Rs]
        for R in own[-1:] if net.rule == "elman" else own:
            R += R_step
        return np.sum((target - outputs(net, own, V + V_step, symbols)) ** 2) / 2

    R_slope, V_slope = np.zeros_like(Rs[-1]), np.zeros_like(V)
    for slope in (R_slope, V_slope):
        for place in np.ndindex(slope.shape):
            steps = [np.zeros(Rs[-1].shape, complex), np.zeros(V.shape, complex)]
            steps[slope is V_slope][place] = 1e-30j
            slope[place] = error(*steps).imag / 1e-30
    return R_slope, V_slope


def readable(net, weights, sequences):
    """The loop that the kernel stands for, with the derivative from ``slopes``."""
    (R, V), told = weights, []
    for begin, end in zip(sequences.offsets[:-1], sequences.offsets[1:], strict=True):
        Rs, to_R, to_V = [], np.zeros_like(R), np.zeros_like(V)
        for t in range(begin, end):
            Rs.append(R)
            symbols = sequences.symbols[begin : t + 1]
            if not sequences.mask[t]:
                continue
            told.append(outputs(net, Rs, V, symbols))
            R_slope, V_slope = slopes(net, Rs, V, symbols, sequences.targets[t])
            if net.rule == "bptt":
                to_R, to_V = to_R - net.rate * R_slope, to_V - net.rate * V_slope
            else:
                R, V = R - net.rate * R_slope, V - net.rate * V_slope
        R, V = R + to_R, V + to_V
    return Weights(R, V), np.array(told)


@reads
@rules
def test_every_update_is_a_derivative_of_the_error(read, rule):
    net = replace(NET, reads=read, rule=rule)
    start, sequences = net.init(np.random.default_rng(1)), chunk(2)
    trainer = net.trainer([start])
    (answers,) = trainer.learn([sequences])
    wanted, told = readable(net, start, sequences)
    np.testing.assert_allclose(answers, told, rtol=0, atol=1e-12)
    for got, want, before in zip(trainer.params(0), wanted, start, strict=True):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)
        assert not got.size or np.abs(want - before).max() > 0.01


def test_more_units_than_are_summed_at_once():
    net = replace(NET, hidden=6, reads="nothing", rate=0.3)
    start, sequences = net.init(np.random.default_rng(1)), chunk(3, count=2)
    trainer = net.trainer([start])
    trainer.learn([sequences])
    wanted, _ = readable(net, start, sequences)
    np.testing.assert_allclose(trainer.params(0).R, wanted.R, rtol=0, atol=1e-12)


@rules
def test_neighbours_and_cuts_change_nothing_to_the_last_bit(rule):
    net = replace(NET, rule=rule)
    starts = [net.init(np.random.default_rng(seed)) for seed in range(3)]
    chunks = [chunk(seed, count=6) for seed in range(3)]
    together, alone = net.trainer(starts), net.trainer(starts[2:])
    together.learn(chunks)
    whole, cut = chunks[2], chunks[2].offsets[3]
    for part in (slice(0, cut), slice(cut, None)):
        offsets = whole.offsets[:4] if part.start == 0 else whole.offsets[3:] - cut
        data = (whole.symbols[part], 4, whole.targets[part], whole.mask[part], offsets)
        alone.learn([SymbolSequences(*data)])
    for one, other in zip(together.params(2), alone.params(0), strict=True):
        np.testing.assert_array_equal(one, other)


def test_answering_does_not_learn_and_starts_are_left_alone():
    start = NET.init(np.random.default_rng(0))
    kept = start.R.copy()
    trainer = NET.trainer([start])
    first = trainer.answer([chunk(0)])[0]
    np.testing.assert_array_equal(trainer.answer([chunk(0)])[0], first)
    trainer.learn([chunk(0)])
    assert np.abs(trainer.answer([chunk(0)])[0] - first).max() > 1e-3
    np.testing.assert_array_equal(start.R, kept)


def test_it_learns_to_say_again_what_it_read_two_steps_before():
    net = RecurrentNet(3, 3, 3, rate=2.0, spread=0.5)
    task, wrong = LongLag(2), {}
    for rule in ("rtrl", "bptt"):
        rng = np.random.default_rng(0)
        trainer = replace(net, rule=rule).trainer([net.init(rng)])
        for _ in range(10):
            sample = task.sample(rng, 500)
            (answers,) = trainer.learn([sample])
        wrong[rule] = (np.abs(answers - sample.targets) > 0.25).mean()
    assert wrong == {"rtrl": 0, "bptt": 0}


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="rule is 'adam'; pass one of 'rtrl', 'bptt', 'elman'"):
        replace(NET, rule="adam")
    with pytest.raises(ValueError, match="reads is 'all'; pass one of 'hidden'"):
        replace(NET, reads="all")
    with pytest.raises(ValueError, match="hidden"):
        replace(NET, hidden=0)
    start = NET.init(np.random.default_rng(0))
    for starts in ([], start):
        with pytest.raises(ValueError, match="pass the weights of each trial"):
            NET.trainer(starts)
    with pytest.raises(ValueError, match=r"starts\[0\] has arrays of shapes .* net\.init"):
        replace(NET, hidden=3).trainer([start])
    trainer = NET.trainer([start])
    with pytest.raises(ValueError, match="chunks has 2 entries; pass one for each of 1"):
        trainer.learn([chunk(0)] * 2)
    with pytest.raises(ValueError, match=r"chunks\[0\] is Sequences; this trainer looks one-hot"):
        trainer.learn([Adding(30).sample(np.random.default_rng(0), 2)])
    with pytest.raises(ValueError, match=r"chunks\[0\] has 5 inputs and 5 outputs, but the net"):
        trainer.learn([LongLag(4).sample(np.random.default_rng(0), 2)])
