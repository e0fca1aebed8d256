"""Compiled memory blocks: the weights of the readable truncated rule, update for update."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from coursekit.blocks import (
    PUBLISHED,
    Layout,
    first_partials,
    gradient_now,
    init,
    initial_state,
    next_partials,
    run,
    step,
    train_sequence,
    trained,
)
from coursekit.cells.parameters import map_arrays, named_arrays
from coursekit.kernels import blocks as kernel
from coursekit.kernels.blocks import BlocksTrainer
from coursekit.tasks import Sequences

LAYOUTS = {
    "1997": Layout(3, 2, 2, 2),
    "1997 in single cells": Layout(3, 1, 3, biased=("gates", "cells")),
    "1997 without biases": Layout(3, 2, 2, biased=()),
    "1997 with cross-entropy": Layout(3, 2, 2, 2, squash="sigma, cross-entropy"),
    "no output gate": Layout(
        *(4, 4, 1),
        output_gates=False,
        recurrent="nothing",
        shortcut=True,
        biased=(),
        squash_in="sigma",
        squash_out="identity",
    ),
    "2000": Layout(
        *(3, 2, 2, 3),
        forget_gates=True,
        recurrent="cells",
        shortcut=True,
        biased=("gates", "outputs"),
    ),
    "2000 with gates that recur": Layout(3, 2, 2, 2, forget_gates=True),
    "2002": Layout(
        *(3, 1, 2, 2),
        forget_gates=True,
        recurrent="cells",
        peepholes=True,
        squash_in="identity",
        squash_out="identity",
        squash="identity",
    ),
    "2002 without forget gates": Layout(3, 1, 2, 2, peepholes=True, squash_in="2 sigma - 1"),
    "state decay": Layout(3, 2, 2, 2, recurrent="cells", shortcut=True, self_weight=0.9),
    "2002 with state decay": Layout(3, 1, 2, 2, peepholes=True, self_weight=0.7),
    "peepholes without output gates": Layout(3, 1, 2, 2, peepholes=True, output_gates=False),
}
named = pytest.mark.parametrize("name", LAYOUTS)
RATES = (0.05, 0.2, 0.4, 0.1, 0.3)


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

    def dense(self):
        rows = np.eye(self.features)[self.symbols]
        return Sequences(rows, self.targets, self.mask, self.offsets)


def weights(layout, count, seed=0):
    rng = np.random.default_rng(seed)
    return [
        map_arrays(
            lambda array, mask: 0.5 * rng.normal(size=array.shape) * mask,
            init(rng, layout),
            trained(layout),
        )
        for _ in range(count)
    ]


def chunk(layout, seed, count=6, one_hot=False):
    """Sequences of many lengths, targets here and there, some sequences without any."""
    rng = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(rng.integers(1, 14, count))])
    rows = int(offsets[-1])
    rest = (rng.random((rows, layout.outputs)), rng.random(rows) < 0.25, offsets)
    if one_hot:
        return Symbols(rng.integers(layout.inputs, size=rows), layout.inputs, *rest)
    return Sequences(rng.normal(size=(rows, layout.inputs)), *rest)


def cut(whole, part):
    """Some of the sequences of a chunk."""
    offsets = whole.offsets[part.start : part.stop + 1]
    rows = slice(offsets[0], offsets[-1])
    rest = (whole.targets[rows], whole.mask[rows], offsets - offsets[0])
    if isinstance(whole, Symbols):
        return Symbols(whole.symbols[rows], whole.features, *rest)
    return Sequences(whole.inputs[rows], *rest)


def readable(layout, params, sequences, rate, every_step):
    """The loop that the kernel stands for."""
    told = [np.zeros((0, layout.outputs))]
    for number in range(len(sequences)):
        inputs, targets, mask = sequences[number]
        params, predicted = train_sequence(
            *(layout, params, inputs, targets, mask, rate), every_step=every_step
        )
        told.append(predicted[mask])
    return params, np.concatenate(told)


def assert_close(one, other):
    for (name, a), (_, b) in zip(named_arrays(one), named_arrays(other), strict=True):
        assert a.shape == b.shape, name
        size = np.abs(b).max(initial=1)
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12 * size, err_msg=name)


def assert_same_bits(one, other):
    for (name, a), (_, b) in zip(named_arrays(one), named_arrays(other), strict=True):
        np.testing.assert_array_equal(a, b, err_msg=name)


@named
@pytest.mark.parametrize("one_hot", [False, True], ids=["numbers", "symbols"])
@pytest.mark.parametrize("every_step", [False, True], ids=["sequence", "step"])
def test_every_update_is_that_of_the_readable_rule(name, one_hot, every_step):
    layout = LAYOUTS[name]
    starts = weights(layout, len(RATES))
    chunks = [chunk(layout, seed, one_hot=one_hot) for seed in range(len(RATES))]
    trainer = BlocksTrainer(layout, starts, RATES, every_step=every_step)
    answers = trainer.learn(chunks)
    for number, rate in enumerate(RATES):
        own = chunks[number].dense() if one_hot else chunks[number]
        wanted, told = readable(layout, starts[number], own, rate, every_step)
        assert_close(trainer.params(number), wanted)
        assert_close([answers[number]], [told])


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_the_papers_own_networks_move_as_the_readable_rule_moves_them(name):
    """A sequence of symbols where inputs are symbols; rates and biases as published."""
    published = PUBLISHED[name]
    layout = published.layout
    one_hot = layout.inputs > 2
    start = published.init(np.random.default_rng(3))
    own = chunk(layout, 5, count=2, one_hot=one_hot)
    trainer = BlocksTrainer(layout, [start], published.rate)
    trainer.learn([own])
    wanted, _ = readable(layout, start, own.dense() if one_hot else own, published.rate, False)
    assert_close(trainer.params(0), wanted)
    for array, mask in zip(trainer.params(0), trained(layout), strict=True):
        assert not array[mask == 0].any()


@named
def test_neighbours_change_nothing_to_the_last_bit(name):
    layout = LAYOUTS[name]
    starts, chunks = weights(layout, 8), [chunk(layout, seed) for seed in range(8)]
    together = BlocksTrainer(layout, starts, 0.3)
    together.learn(chunks)
    for number in (0, 3, 7):
        alone = BlocksTrainer(layout, [starts[number]], 0.3)
        alone.learn([chunks[number]])
        assert_same_bits(alone.params(0), together.params(number))


def test_a_neighbour_that_explodes_harms_nobody():
    layout = LAYOUTS["2002"]
    starts, chunks = weights(layout, 2), [chunk(layout, seed) for seed in range(2)]
    wild = BlocksTrainer(layout, starts, [1e200, 0.1])
    wild.learn(chunks)
    assert not np.isfinite(wild.params(0).V).all()
    calm = BlocksTrainer(layout, [starts[1]], 0.1)
    calm.learn([chunks[1]])
    assert_same_bits(wild.params(1), calm.params(0))


@pytest.mark.parametrize("one_hot", [False, True], ids=["numbers", "symbols"])
def test_a_chunk_or_two_parts_are_the_same(one_hot):
    layout = LAYOUTS["1997"]
    whole = chunk(layout, 3, count=10, one_hot=one_hot)

    one, two = (BlocksTrainer(layout, weights(layout, 1), 0.3) for _ in range(2))
    one.learn([whole])
    two.learn([cut(whole, slice(0, 4))])
    two.learn([cut(whole, slice(4, 10))])
    assert_same_bits(one.params(0), two.params(0))


@named
def test_answering_does_not_learn(name):
    layout = LAYOUTS[name]
    (start,), own = weights(layout, 1), chunk(layout, 4)
    trainer = BlocksTrainer(layout, [start], 0.5)
    (answers,) = trainer.answer([own])
    assert_same_bits(trainer.params(0), start)
    told = []
    for number in range(len(own)):
        inputs, _, mask = own[number]
        traces = run(layout, start, inputs)
        told.extend(trace.y for trace, has in zip(traces, mask, strict=True) if has)
    np.testing.assert_allclose(answers, told, rtol=0, atol=1e-12)


def test_symbols_and_one_hot_vectors_may_take_turns():
    layout = LAYOUTS["2000"]
    chunks = [chunk(layout, seed, one_hot=True) for seed in range(3)]
    looked, mixed = (BlocksTrainer(layout, weights(layout, 1), 0.3) for _ in range(2))
    for number, own in enumerate(chunks):
        looked.learn([own])
        mixed.learn([own if number % 2 else own.dense()])
    assert_close(looked.params(0), mixed.params(0))


class Readable:
    """Streams step by step, an update at each target that is learned from."""

    def __init__(self, layout, params, rate, tolerance, decay=1.0, **rules):
        self.layout, self.params, self.first_rate = layout, params, rate
        self.tolerance, self.decay, self.rules = tolerance, decay, rules
        self.passed, self.left = None, rules.get("most", math.inf)  # None: not in a test
        self.halted, self.fresh = self.left == 0, True

    def zeros(self):
        self.state, self.partials = initial_state(self.layout), first_partials(self.layout)

    def walk(self, sequences):
        """As Walked: steps, wrong, right, ended, test of each sequence."""
        return np.array([self.sequence(*sequences[n]) for n in range(len(sequences))])

    def sequence(self, inputs, targets, mask):
        if self.halted:
            return 0, False, 0, False, 0
        if self.fresh:
            self.rate, self.correct = self.first_rate, 0
        if self.fresh or self.rules.get("reset"):
            self.zeros()
        self.fresh, right = False, 0
        test = 0 if self.passed is None else self.passed + 1
        for count, (x, target, told) in enumerate(zip(inputs, targets, mask, strict=True), 1):
            self.state, trace = step(self.layout, self.params, x, self.state)
            self.partials = next_partials(self.layout, trace, self.partials)
            if not told:
                continue
            if self.rules.get("learn", True) and test == 0:
                self.update(trace, target)
            wrong = np.abs(trace.y - target).max() >= self.tolerance
            right += not wrong
            self.correct += not wrong
            if wrong or self.correct == self.rules.get("limit"):
                self.end(wrong)
                return count, wrong, right, True, test
        return count, False, right, False, test

    def update(self, trace, target):
        gradient = gradient_now(self.layout, self.params, trace, self.partials, target)
        self.params = map_arrays(lambda w, d: w - self.rate * d, self.params, gradient)
        self.rate *= self.decay

    def end(self, wrong):
        self.fresh, tests = True, self.rules.get("tests", 0)
        if self.passed is None:
            self.left -= 1
            self.halted, self.passed = self.left == 0, 0 if tests else None
        elif wrong:
            self.passed = None
        else:
            self.passed += 1
            self.halted = self.passed == tests


STREAMS = {
    "learns": {},
    "is tested": {"learn": False},
    "until so many are right": {"limit": 3},
    "with a reset": {"reset": True, "limit": 9},
    "with tests between": {"limit": 4, "tests": 2},
    "as often as allowed": {"limit": 4, "tests": 3, "most": 3},
}


@pytest.mark.parametrize("name", ["1997", "no output gate", "2000", "2002", "state decay"])
@pytest.mark.parametrize("one_hot", [False, True], ids=["numbers", "symbols"])
@pytest.mark.parametrize("kind", STREAMS)
def test_a_stream_goes_on_until_an_answer_is_wrong(name, one_hot, kind):
    layout, tolerance, rules = LAYOUTS[name], 0.45, STREAMS[kind]
    starts = weights(layout, len(RATES))
    chunks = [chunk(layout, seed, count=24, one_hot=one_hot) for seed in range(len(RATES))]
    halves = [[cut(own, slice(0, 9)), cut(own, slice(9, 24))] for own in chunks]
    trainer = BlocksTrainer(layout, starts, RATES)
    plain = [
        Readable(layout, start, rate, tolerance, 0.99, **rules)
        for start, rate in zip(starts, RATES, strict=True)
    ]
    ends, left = 0, rules.get("most", 2**40) * np.ones(len(RATES), int)
    for part in range(2):
        walks = trainer.stream(
            [half[part] for half in halves],
            tolerance,
            decay=0.99,
            **(rules | {"most": left * [not one.halted for one in plain]}),
        )
        for number, readable in enumerate(plain):
            own = halves[number][part]
            wanted = readable.walk(own.dense() if one_hot else own)
            np.testing.assert_array_equal(np.transpose(walks[number]), wanted)
            assert_close(trainer.params(number), readable.params)
            left[number] -= np.sum(walks[number].ended & (walks[number].test == 0))
            ends += walks[number].ended.sum()
    assert 3 < ends < 24 * len(RATES) - 3  # both were seen: ends, and sequences without one


def test_on_streams_too_neighbours_change_nothing_to_the_last_bit():
    layout, rules = LAYOUTS["2000"], {"limit": 5, "tests": 2, "decay": 0.98}
    starts = weights(layout, 8)
    chunks = [chunk(layout, seed, count=30, one_hot=True) for seed in range(8)]
    together = BlocksTrainer(layout, starts, 0.3)
    walked = together.stream(chunks, 0.6, **rules)
    assert {1, 2} <= set(np.concatenate([own.test for own in walked]))
    for number in (0, 3, 7):
        alone = BlocksTrainer(layout, [starts[number]], 0.3)
        (own,) = alone.stream([chunks[number]], 0.6, **rules)
        assert_same_bits(alone.params(0), together.params(number))
        np.testing.assert_array_equal(np.transpose(own), np.transpose(walked[number]))


def test_another_trial_may_take_a_place_in_the_middle_of_a_stream():
    layout, (one, two) = LAYOUTS["2000"], weights(LAYOUTS["2000"], 2)
    chunks = [chunk(layout, seed) for seed in range(2)]
    trainer = BlocksTrainer(layout, [one], 0.3)
    trainer.stream([chunks[0]], 0.5, limit=3, tests=3)
    trainer.restart(0, two)
    trainer.stream([chunks[1]], 0.5, limit=3, tests=3)
    alone = BlocksTrainer(layout, [two], 0.3)
    alone.stream([chunks[1]], 0.5, limit=3, tests=3)
    assert_same_bits(trainer.params(0), alone.params(0))


def test_a_stream_starts_anew_when_told_to():
    layout, own = LAYOUTS["2000"], chunk(LAYOUTS["2000"], 1)
    (start,) = weights(layout, 1)

    def after(*between):
        trainer = BlocksTrainer(layout, [start], 0.3, every_step=True)
        trainer.stream([own], 1e9)
        for act in between:
            act(trainer)
        trainer.stream([own], 1e9)
        return trainer.params(0)

    told = after(lambda trainer: trainer.restart(0))
    assert_same_bits(told, after(lambda trainer: trainer.answer([own])))
    assert np.abs(told.V - after().V).max() > 1e-6


def test_eight_trials_learn_what_was_said_twenty_steps_ago():
    """Experiment 3a in small, with the published network and rate."""
    published = PUBLISHED["3a"]
    rngs = [np.random.default_rng(seed) for seed in range(8)]

    def sample(rng, count):
        lengths = rng.integers(20, 23, count)
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        inputs = rng.normal(0, math.sqrt(0.2), (offsets[-1], 1))
        classes = rng.choice([-1.0, 1.0], count)
        for early in range(3):
            inputs[offsets[:-1] + early, 0] = classes
        targets, mask = np.zeros((offsets[-1], 1)), np.zeros(offsets[-1], bool)
        targets[offsets[1:] - 1, 0], mask[offsets[1:] - 1] = classes > 0, True
        return Sequences(inputs, targets, mask, offsets)

    trainer = BlocksTrainer(published.layout, [published.init(rng) for rng in rngs], published.rate)
    for _ in range(60):
        trainer.learn([sample(rng, 500) for rng in rngs])
    tests = [sample(rng, 256) for rng in rngs]
    right = [
        np.mean(np.abs(answer - test.targets[test.mask]) < 0.2)
        for answer, test in zip(trainer.answer(tests), tests, strict=True)
    ]
    assert sorted(right)[2] > 0.99


def test_wrong_arguments_are_named():
    layout = LAYOUTS["1997"]
    starts, chunks = weights(layout, 2), [chunk(layout, seed) for seed in range(2)]
    with pytest.raises(ValueError, match="layout is '1997'; pass a Layout"):
        BlocksTrainer("1997", starts, 0.1)
    with pytest.raises(ValueError, match=r"params has 0 entries; pass a list .* 1 to 8 trials"):
        BlocksTrainer(layout, [], 0.1)
    with pytest.raises(ValueError, match="params has 8 entries; pass a list"):
        BlocksTrainer(layout, starts[0], 0.1)
    with pytest.raises(ValueError, match=r"params\.W_i has shape"):
        BlocksTrainer(LAYOUTS["2000"], starts, 0.1)
    with pytest.raises(ValueError, match="rate is -1; pass a number from 0 up"):
        BlocksTrainer(layout, starts, -1)
    with pytest.raises(ValueError, match="rate is .*or one for each of 2 trials"):
        BlocksTrainer(layout, starts, (0.1, 0.2, 0.3))
    with pytest.raises(ValueError, match="rate holds nan"):
        BlocksTrainer(layout, starts, float("nan"))
    trainer = BlocksTrainer(layout, starts, 0.1)
    with pytest.raises(ValueError, match="chunks has 1 entries; pass one for each of 2"):
        trainer.learn(chunks[:1])
    with pytest.raises(ValueError, match=r"chunks hold \[5, 6\] sequences"):
        trainer.learn([chunks[0], chunk(layout, 0, count=5)])
    with pytest.raises(ValueError, match=r"chunks\[0\] has 3 inputs and 1 outputs"):
        trainer.learn([chunk(LAYOUTS["2002"], seed) for seed in range(2)])
    with pytest.raises(ValueError, match="tolerance is 0; pass a number above 0"):
        trainer.stream(chunks, 0)
    with pytest.raises(ValueError, match="number is 2; trials are counted from 0 to 1"):
        trainer.params(2)
    with pytest.raises(ValueError, match="decay is -1"):
        trainer.stream(chunks, 0.5, decay=-1)
    with pytest.raises(ValueError, match="limit is 0; pass a whole number, 1 or more"):
        trainer.stream(chunks, 0.5, limit=0)
    with pytest.raises(ValueError, match="tests is 2, but nothing ends a stream .* pass a limit"):
        trainer.stream(chunks, 0.5, tests=2)
    with pytest.raises(ValueError, match="most is .* pass numbers of streams, 0 or more"):
        trainer.stream(chunks, 0.5, most=(1, -1))
    with pytest.raises(ValueError, match=r"params\.W_i has shape"):
        trainer.restart(0, weights(LAYOUTS["2000"], 1)[0])
    wrong = chunk(layout, 0, one_hot=True)
    wrong.symbols[1] = 3
    with pytest.raises(ValueError, match="symbols from 0 to 3, but the layout has 3 inputs"):
        trainer.learn([wrong, chunk(layout, 1, one_hot=True)])


def test_without_numba_the_message_names_the_readable_way(monkeypatch):
    monkeypatch.setattr(kernel, "HAVE_NUMBA", False)
    with pytest.raises(RuntimeError, match=r"needs numba.*blocks\.train_sequence"):
        BlocksTrainer(LAYOUTS["1997"], weights(LAYOUTS["1997"], 1), 0.1)
