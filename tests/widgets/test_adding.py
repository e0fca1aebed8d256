"""The recorded runs: of the protocol that the code states, and one of them run again."""

import json

import numpy as np
import pytest

from coursekit.papers import results
from coursekit.tasks import AddingByLag
from coursekit.widgets import AddingExplorer
from coursekit.widgets import adding_runs as runs_of
from coursekit.widgets.adding import best_of
from coursekit.widgets.frame import unpacked_whole

RUNS = runs_of.adding_runs()
FILE = results.committed() / runs_of.FILE


def test_the_file_matches_its_protocol():
    told = json.loads(FILE.read_text(encoding="utf-8"))
    assert told["protocol"] == runs_of.protocol()
    assert set(told) == {"protocol", "lstm", "srn"}
    for counts in (RUNS.lstm, RUNS.srn):
        assert counts.dtype.kind == "i" and counts.min() >= 0 and counts.max() <= RUNS.chunk
    assert FILE.stat().st_size < 60_000


@pytest.mark.parametrize(
    ("again", "recorded"),
    [
        (lambda: runs_of.srn_right(3, 0.05, seeds=[2], chunks=3), RUNS.srn[1, 2, 2, :3]),
        (lambda: runs_of.lstm_right(16, seeds=[4], chunks=3), RUNS.lstm[8, 4, :3]),
    ],
    ids=["srn", "lstm"],
)
def test_a_cell_run_again_gives_the_recorded_numbers(again, recorded):
    """Another processor may round an answer at the edge of the tolerance to the other side."""
    assert (RUNS.lags[2], RUNS.rates[1], RUNS.lags[8]) == (3, 0.05, 16)
    np.testing.assert_allclose(again(), [recorded], atol=8)
    assert np.ptp(recorded) > 100


def test_the_plain_net_gives_up_and_the_other_does_not():
    ends = {"lstm": RUNS.lstm[..., -1] / RUNS.chunk, "srn": best_of(RUNS)[..., -1] / RUNS.chunk}
    assert ends["lstm"].min() > 0.99
    medians = np.median(ends["srn"], axis=-1)
    assert (medians[:6] > 0.9).all()  # up to a lag of 8
    assert (medians[7:] < 0.2).all()  # from a lag of 12 on
    assert ends["srn"][8:].max() < 0.2  # from 16 on, in every seed
    assert RUNS.srn[:, 8:, :, -1].max() < 0.2 * RUNS.chunk  # and at every rate


def test_the_explorer_ships_the_best_rate_of_each_lag():
    explorer = AddingExplorer(lag=16)
    assert explorer.lags[explorer.lag_index] == 16
    sent = unpacked_whole(explorer.srn).reshape(explorer.shape) / explorer.per_one
    for k in range(len(RUNS.lags)):
        medians = [np.median(RUNS.srn[r, k, :, -1]) for r in range(len(RUNS.rates))]
        best = int(np.argmax(medians))
        np.testing.assert_allclose(sent[k], RUNS.srn[best, k] / RUNS.chunk, atol=6e-5)


def test_targets_are_those_of_a_loop():
    task = AddingByLag(lag=4)
    sequences = task.sample(np.random.default_rng(0), 300)
    assert set(sequences.lengths) == {7, 8, 9}
    for k in range(300):
        inputs, targets, mask = sequences[k]
        marked = [t for t in range(len(inputs)) if inputs[t, 1] == 1]
        assert marked[0] == 1 and len(marked) == 2
        assert len(inputs) - 1 - marked[1] == 4
        assert [inputs[0, 1], inputs[-1, 1]] == [-1, -1]
        assert mask.tolist() == [False] * (len(inputs) - 1) + [True]
        assert targets[-1, 0] == pytest.approx(0.5 + sum(inputs[t, 0] for t in marked) / 4)


def test_the_constant_scores_what_is_said():
    sequences = AddingByLag(lag=1).sample(np.random.default_rng(1), 20_000)
    half = np.full((int(sequences.lengths.max()), 20_000, 1), 0.5)
    task = AddingByLag(lag=1)
    assert task.is_correct(half, sequences).mean() == pytest.approx(
        task.memory_free_score, abs=0.01
    )


def test_a_file_of_something_else_is_refused(tmp_path):
    with pytest.raises(ValueError, match="holds no runs"):
        runs_of.adding_runs(tmp_path / "none.json")
    file = tmp_path / "other.json"
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(ValueError, match="holds no runs"):
        runs_of.adding_runs(file)
    told = json.loads(FILE.read_text(encoding="utf-8"))
    told["protocol"]["chunk"] += 1
    file.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(ValueError, match="another protocol"):
        runs_of.adding_runs(file)
    told["protocol"]["chunk"] -= 1
    told["lstm"] = told["lstm"][:-1]
    file.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(ValueError, match="another protocol"):
        runs_of.adding_runs(file)


def test_a_lag_below_one_is_refused():
    with pytest.raises(ValueError, match="lag"):
        AddingByLag(lag=0)
