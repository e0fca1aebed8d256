"""Trials on streams: the same alone and beside others, counted as a plain walk counts them."""

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest

from coursekit import cli
from coursekit.blocks import Layout, Published
from coursekit.papers import gers2000, jobs, results
from coursekit.papers.stream_report import compatible, stream_summary, stream_table
from coursekit.papers.stream_row import StreamRow
from coursekit.papers.streams import run, test_lengths
from coursekit.tasks import SymbolSequences
from tests.kernels.test_blocks import Readable
from tests.papers.test_trials import without_seconds

test_lengths.__test__ = False  # a function of the package, not a test


@dataclass(frozen=True)
class There:
    """0 2 or 1 2, end to end: what comes next, and at 2 what came before."""

    inputs = 3
    outputs = 3
    tolerance = 0.49
    limit = 60

    def sample(self, rng, count):
        drawn = rng.integers(2, size=count)
        symbols = np.stack([drawn, np.full(count, 2)], axis=1).ravel()
        targets = np.zeros((2 * count, 3))
        targets[::2, 2] = 1
        targets[np.arange(count) * 2 + 1, drawn] = 1
        offsets = np.arange(count + 1) * 2
        return SymbolSequences(symbols, 3, targets, np.ones(2 * count, bool), offsets)


SMALL = StreamRow(
    name="small",
    experiment="there",
    network=Published(
        Layout(3, 3, 2, forget_gates=True, recurrent="cells", shortcut=True),
        rate=1.0,
        weights=None,
        source="a small form of the continual grammar",
        spread=0.2,
        forget_bias=(0.5, 1.0),
    ),
    task=There(),
    cap=500,
    printed_success=0.6,
    printed_sequences=200,
    printed_good=(0.1, 30),
    printed_bad=(0.3, 5),
    good_from=20,
    tests=3,
    chunk=40,
    steps=1e4,
)


def lines(folder, name="small"):
    path = results.path_of(folder, "gers2000", name)
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_trial_is_the_same_alone_and_beside_others_and_again():
    together = {record["trial"]: record for record in run(SMALL, range(11), seed=3)}
    assert sorted(together) == list(range(11))  # three took places that were free
    for number in (0, 7, 10):
        (alone,) = run(SMALL, [number], seed=3)
        assert without_seconds([alone]) == without_seconds([together[number]])
    (other,) = run(SMALL, [0], seed=4)
    assert other["steps"] != together[0]["steps"]
    assert sum(record["success"] for record in together.values()) >= 8


@pytest.mark.parametrize("more", [{}, {"reset": True}, {"decay": 0.97}], ids=str)
def test_it_counts_what_a_plain_walk_counts(more):
    """Stream by stream with the readable rule, from the same numbers."""
    row = replace(SMALL, chunk=25, **more)
    (record,) = run(row, [1], seed=0)
    rng = np.random.default_rng([0, 1])
    network = row.network
    plain = Readable(
        *(network.layout, network.init(rng), network.rate, 0.49, row.decay),
        limit=60,
        tests=3,
        most=row.cap,
        reset=row.reset,
    )
    walked = []
    while not plain.halted:
        walked.append(plain.walk(row.task.sample(rng, row.chunk).plain()))
    steps, wrong, right, ended, test = np.concatenate(walked).T
    learned = test == 0
    assert record["sequences"] == np.sum(ended[learned])
    assert record["steps"] == steps[learned].sum()
    assert record["test_steps"] == steps[~learned].sum()
    cut = np.cumsum(ended[learned]) - ended[learned]
    assert record["longest"] == np.bincount(cut, right[learned]).max()
    assert record["success"] == (plain.passed == 3)
    assert record["verdict"] == ("perfect" if record["success"] else record["verdict"])


def test_a_trial_that_never_gets_there_is_judged_by_its_last_weights():
    hopeless = replace(SMALL, cap=3, chunk=7)
    for record in run(hopeless, range(9), seed=0):
        assert (record["sequences"], record["success"]) == (3, False)
        assert len(record["lengths"]) == 3 and record["wrong"] >= 1
        assert record["verdict"] in ("good", "bad")
        assert (np.mean(record["lengths"]) > 20) == (record["verdict"] == "good")


def test_test_lengths_are_right_answers_in_a_row():
    rng = np.random.default_rng(5)
    params = SMALL.network.init(rng)
    ten = replace(SMALL, tests=10, chunk=4)
    lengths = test_lengths(ten, params, np.random.default_rng(1))
    plain = []
    streams = np.random.default_rng(1)
    for count in (8, 2):  # as many as are walked side by side
        walks = [
            Readable(SMALL.network.layout, params, 1.0, 0.49, learn=False, limit=60, most=1)
            for _ in range(count)
        ]
        right = np.zeros(count, int)
        while not all(walk.halted for walk in walks):
            for place, walk in enumerate(walks):
                found = walk.walk(ten.task.sample(streams, 4).plain())
                right[place] += found[:, 2].sum()
        plain += right.tolist()
    assert lengths == plain


def test_a_stop_drops_what_is_not_finished():
    asked = []
    assert list(run(SMALL, range(3), 0, lambda: asked.append(1) or len(asked) > 1)) == []
    assert list(run(SMALL, [], 0)) == []


def test_verdicts():
    assert SMALL.verdict([60, 60, 60]) == "perfect"
    assert SMALL.verdict([60, 60, 59]) == "good"
    assert SMALL.verdict([20, 20, 20]) == "bad"
    assert replace(SMALL, good_from=None).verdict([60, 60, 59]) == "partial"


def test_compatible_is_the_exact_test_of_two_shares():
    """2 of 4 beside 2 of 4, by hand: 1, 16, 36, 16 and 1 of 70 ways; and what must follow."""
    assert compatible(2, 4, 0.5, 4) and compatible(1, 4, 0.5, 4)
    assert not compatible(0, 10, 0.6, 10) and compatible(2, 10, 0.6, 10)  # 0.0054, 0.0849
    assert [k for k in range(11) if compatible(k, 10, 0.0)] == [0, 1]  # one of 110 falls on ours
    assert compatible(1, 100, 0.0) and not compatible(6, 100, 0.0)  # 1/2, 1/67
    assert compatible(0, 0, 0.3)


def record(verdict, sequences=200, lengths=(60, 60, 60)):
    return {"verdict": verdict, "sequences": sequences, "lengths": list(lengths)}


def test_the_summary_counts_and_compares():
    records = (
        *(record("perfect", n) for n in (110, 190, 390)),
        record("good", 500, (30, 40, 50)),
        record("bad", 500, (1, 2, 3)),
    )
    told = stream_summary(SMALL, records)
    assert told["counts"] == {"perfect": 3, "good": 1, "bad": 1, "partial": 0}
    assert (told["median"], told["mean"]) == (190, 230)
    assert (told["good"], told["bad"]) == (40, 2)
    assert told["reproduced"] is True
    late = tuple(record("perfect", 401) for _ in range(5))
    assert stream_summary(SMALL, late)["reproduced"] is False
    none = tuple(record("bad", 500, (1, 1, 1)) for _ in range(10))
    assert stream_summary(SMALL, none)["reproduced"] is False
    assert stream_summary(replace(SMALL, printed_success=0.0), none)["reproduced"] is True
    assert stream_summary(SMALL, ())["reproduced"] is False


def test_the_command_runs_resumes_and_reports_a_small_row(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(gers2000, "ROWS", (SMALL,))
    words = ["reproduce", "gers2000", "--results", str(tmp_path)]
    assert cli.main([*words, "--row", "small", "--trials", "2", "--workers", "1"]) == 0
    first = lines(tmp_path)
    assert sorted(record["trial"] for record in first) == [0, 1]
    assert cli.main([*words, "--experiment", "there", "--workers", "2"]) == 0
    assert lines(tmp_path)[:2] == first
    assert sorted(record["trial"] for record in lines(tmp_path)) == list(range(10))
    assert cli.main([*words, "--all"]) == 0
    assert "8 trials in 1 rows" in (out := capsys.readouterr().out) and "there already" in out
    assert cli.main([*words, "--report"]) == 0
    out = capsys.readouterr().out
    (line,) = [line for line in out.splitlines() if line.startswith("| small |")]
    told = stream_summary(SMALL, tuple(lines(tmp_path)))
    assert line.startswith(f"| small | 10 | 60% (200) | {told['counts']['perfect'] / 10:.0%} (")
    assert f"{told['median']:,.0f}, {told['least']:,} to {told['most']:,}" in line
    assert jobs.finished_group("gers2000", "small", [1], 0)[0]["steps"] == next(
        record["steps"] for record in first if record["trial"] == 1
    )


def test_a_row_without_trials_says_so(tmp_path):
    page = stream_table("gers2000", [SMALL], tmp_path)
    assert "| small | 0 | 60% (200) | - | 10% (30.0) | - | 30% (5.0) | - | - |" in page
