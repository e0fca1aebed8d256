"""Trials: alone or side by side the same, ended by their rule, and their weights at that point."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from coursekit.blocks import Layout, Published, train_sequence
from coursekit.kernels.blocks import BlocksTrainer
from coursekit.kernels.recurrent import RecurrentNet
from coursekit.papers.hochreiter1997 import PRINTED
from coursekit.papers.row import Row
from coursekit.papers.stopping import FewWrong, RightInARow
from coursekit.papers.trials import _head, _judged, _learned_without_cell, _Trial, run
from coursekit.tasks import LongLag, TemporalOrder, TwoSequence
from coursekit.tasks.reber_sets import ReberSets

ROOT = Path(__file__).parents[2]
BY_NAME = {row.name: row for row in PRINTED}
SMALL = Row(
    name="small",
    experiment="3a",
    network=Published(
        Layout(1, 1, blocks=3, biased=("gates", "cells")),
        rate=1.0,
        weights=102,
        source="a small form of experiment 3a",
        input_bias=(-1.0, -3.0, -5.0),
        output_bias=(-2.0, -4.0, -6.0),
    ),
    task=TwoSequence(length=8, signal_steps=3),
    rule=RightInARow(100),
    trials=10,
    cap=6000,
    printed_sequences=1000,
    steps=8.0,
    test_size=500,
    chunk=150,
)


def without_seconds(records):
    return [
        {name: value for name, value in record.items() if name != "seconds"} for record in records
    ]


def test_a_trial_is_the_same_alone_and_beside_others_and_again():
    together = {record["trial"]: record for record in run(SMALL, range(10), seed=3)}
    assert sorted(together) == list(range(10))
    for number in (0, 9):
        (alone,) = run(SMALL, [number], seed=3)
        assert without_seconds([alone]) == without_seconds([together[number]])
    (other,) = run(SMALL, [0], seed=4)
    assert other["sequences"] != together[0]["sequences"]
    assert all(record["success"] for record in together.values())
    assert np.mean([record["wrong"] for record in together.values()]) < 25


def test_it_ends_where_the_readable_loop_ends():
    """Sequence by sequence with ``blocks.train_sequence``, from the same numbers."""
    (record,) = run(SMALL, [2], seed=0)
    rng = np.random.default_rng([0, 2])
    params, right = SMALL.network.init(rng), 0
    for count in range(0, SMALL.cap, SMALL.chunk):
        chunk = SMALL.task.sample(rng, SMALL.chunk)
        for number in range(SMALL.chunk):
            inputs, targets, mask = chunk[number]
            params, predicted = train_sequence(
                SMALL.network.layout, params, inputs, targets, mask, SMALL.network.rate
            )
            right = right + 1 if abs(predicted[-1] - targets[-1])[0] < 0.2 else 0
            if right == 100:
                assert record["sequences"] == count + number + 1
                return
    pytest.fail("the readable loop never met the rule")


def test_a_trial_that_never_ends_fails_at_the_cap():
    hopeless = replace(SMALL, rule=RightInARow(100, mean_error=0.0), cap=450)
    for record in run(hopeless, range(2), seed=0):
        assert record["success"] is False
        assert record["sequences"] == 450


RIVAL = Row(
    name="rival",
    experiment="2a",
    network=RecurrentNet(4, 4, 1, "hidden and inputs", rule="rtrl", rate=4.0),
    task=LongLag(3),
    rule=RightInARow(100),
    trials=18,
    cap=60_000,
    printed_sequences=10_000,
    steps=3.0,
    chunk=700,
)


def test_a_rival_is_the_same_alone_and_beside_others_and_ends_at_its_sequence():
    together = {record["trial"]: record for record in run(RIVAL, range(4), seed=0)}
    assert any(record["success"] for record in together.values())
    for number, record in together.items():
        (alone,) = run(RIVAL, [number], seed=0)
        assert without_seconds([alone]) == without_seconds([record])
        if record["success"]:
            rng, count = np.random.default_rng([0, number]), record["sequences"] + 100
            trainer = RIVAL.network.trainer([RIVAL.network.init(rng)])
            chunks = [RIVAL.task.sample(rng, 700) for _ in range(-(-count // 700))]
            judged = [_judged(RIVAL.task, chunk, trainer.learn([chunk])[0])[1] for chunk in chunks]
            wrong = np.concatenate(judged)
            assert not wrong[count - 100 : count].any() and wrong[count - 101]
            assert record["wrong"] == 0


def test_experiment_two_leaves_its_window_out():
    counted, left_out = (
        next(run(replace(SMALL, experiment=name), [1], seed=0)) for name in ("3a", "2c")
    )
    assert counted["sequences"] - left_out["sequences"] == 100


def test_a_check_set_ends_a_trial_too():
    checked = replace(SMALL, rule=FewWrong(64, 2), check_size=64, cap=9000)
    for record in run(checked, range(3), seed=1):
        assert record["success"] and record["sequences"] % 150 == 0
        assert record["wrong"] < 60


def test_a_stop_drops_what_is_not_finished():
    asked = []
    assert list(run(SMALL, range(3), 0, lambda: asked.append(1) or len(asked) > 1)) == []


def test_what_is_judged():
    task = TwoSequence(length=10, noisy_targets=True)
    chunk = task.sample(np.random.default_rng(0), 50)
    errors, wrong = _judged(task, chunk, task.targets_without_noise(chunk) + 0.05)
    np.testing.assert_allclose(errors, 0.05)
    assert not wrong.any()
    assert _judged(task, chunk, np.full((50, 1), np.nan))[1].all()
    loose = LongLag(5, regular=False)
    chunk = loose.sample(np.random.default_rng(0), 20)
    answers = chunk.targets.copy()
    answers[chunk.offsets[:-1]] = 0.5  # what cannot be known is not held against it
    assert not _judged(loose, chunk, answers)[1].any()
    answers[chunk.offsets[1:] - 1] = 0.5
    assert _judged(loose, chunk, answers)[1].all()
    cut = _head(TemporalOrder().sample(np.random.default_rng(0), 9), 4)
    assert len(cut) == 4 and len(cut.symbols) == cut.offsets[-1]


def test_a_reber_string_is_wrong_when_another_symbol_outranks_a_legal_one():
    task = ReberSets(32).prepared(np.random.default_rng(0))
    checks = task.check_set()
    assert set(task.training).isdisjoint(task.test)
    assert len(task.training) == len(task.test) == 32
    answers = checks.targets + np.random.default_rng(1).uniform(0, 0.9, checks.targets.shape)
    assert not task.wrong(np.where(checks.targets > 0, answers + 0.1, answers), checks).any()
    worse = checks.targets.copy()
    worse[checks.offsets[3], 6] = 2.0
    np.testing.assert_array_equal(np.nonzero(task.wrong(worse, checks))[0], [3])
    actual = ReberSets(32, actual_next=True).prepared(np.random.default_rng(0))
    assert actual.sample(np.random.default_rng(0), 3).targets.sum(axis=1).max() == 1
    legal = checks.targets
    assert not actual.wrong(legal, actual.check_set()).any()
    with pytest.raises(ValueError, match="call prepared"):
        ReberSets().sample(np.random.default_rng(0), 1)
    with pytest.raises(ValueError, match="call prepared"):
        ReberSets().check_set()


def test_without_numba_the_readable_loops_find_the_same():
    """In a process that cannot import numba."""
    code = (
        "import sys; sys.modules['numba'] = None\n"
        "from coursekit.kernels.compiled import HAVE_NUMBA\n"
        "from coursekit.papers.trials import run\n"
        "from tests.papers.test_trials import SMALL\n"
        "(record,) = run(SMALL, [2], seed=0)\n"
        "print(HAVE_NUMBA, record['sequences'], record['wrong'])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    (record,) = run(SMALL, [2], seed=0)
    assert told.stdout.split() == ["False", str(record["sequences"]), str(record["wrong"])]


def test_a_cell_that_joins_later_finds_a_net_that_has_learned_the_rest():
    """On 2a with lag 5: before the cell is there, all but the last symbol are learned."""
    row = replace(
        BY_NAME["2a"],
        network=replace(
            BY_NAME["2a"].network,
            layout=replace(BY_NAME["2a"].network.layout, inputs=6, outputs=6),
        ),
        task=LongLag(5),
        rule=RightInARow(200),
        cell_later=True,
        cap=20_000,
        test_size=200,
    )
    trial = _Trial(
        *(0, np.random.default_rng(0), row.task, row.network.init(np.random.default_rng(1))),
        *(np.zeros(0), np.zeros(0, bool)),
    )
    before = trial.params
    _learned_without_cell(row, trial)
    assert trial.sequences % 100 == 0
    assert trial.sequences > 200
    assert np.array_equal(trial.params.W_g, before.W_g)
    assert np.array_equal(trial.params.W_i, before.W_i)
    assert np.array_equal(trial.params.V[:, 0], before.V[:, 0])
    sample = row.task.sample(np.random.default_rng(2), 100)
    without = trial.params._replace(V=trial.params.V * (np.arange(trial.params.V.shape[1]) > 0))
    (answers,) = BlocksTrainer(row.blocks.layout, [without], 0.0).answer([sample])
    last = np.zeros(len(sample.mask), bool)
    last[sample.offsets[1:] - 1] = True
    apart = np.abs(answers - sample.targets)
    assert apart[~last].max() < 0.3
    assert 0.4 < apart[last].max() < 0.6
    records = list(run(row, range(4), 0))
    assert sum(record["success"] for record in records) >= 3
