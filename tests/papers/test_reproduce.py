"""The command: resumes, repeats nothing, sets damaged lines aside, and reports honestly."""

import errno
import json
import os
from dataclasses import replace

import pytest

from coursekit import cli
from coursekit.errors import CommandError
from coursekit.papers import reproduce, results, selection
from coursekit.papers.report import summary, table
from tests.papers.test_trials import SMALL, without_seconds


@pytest.fixture(autouse=True)
def small_table(monkeypatch):
    monkeypatch.setattr(selection, "rows_of", lambda paper: (SMALL,))


def lines(folder):
    path = results.path_of(folder, "hochreiter1997", "small")
    return [json.loads(line) for line in path.read_text().splitlines()]


def start(folder, trials, **more):
    return reproduce.run("hochreiter1997", row="small", trials=trials, folder=folder, **more)


def test_finished_trials_are_not_repeated(tmp_path, capsys):
    assert start(tmp_path, 3, workers=1) == 0
    first = lines(tmp_path)
    assert sorted(record["trial"] for record in first) == [0, 1, 2]
    assert start(tmp_path, 5, workers=2) == 0
    assert lines(tmp_path)[:3] == first
    assert sorted(record["trial"] for record in lines(tmp_path)) == [0, 1, 2, 3, 4]
    assert "2 trials" in capsys.readouterr().out
    assert start(tmp_path, 5) == 0
    assert "there already" in capsys.readouterr().out
    start(tmp_path, 1, seed=7)
    assert [record["seed"] for record in lines(tmp_path)].count(7) == 1


def test_whatever_the_number_of_workers_the_same_trials(tmp_path):
    start(tmp_path / "one", 10, workers=1)
    start(tmp_path / "two", 10, workers=2)
    one, two = (
        sorted(without_seconds(lines(tmp_path / name)), key=lambda record: record["trial"])
        for name in ("one", "two")
    )
    assert one == two


def test_a_damaged_line_is_set_aside_and_run_again(tmp_path, capsys):
    start(tmp_path, 3, workers=1)
    path = results.path_of(tmp_path, "hochreiter1997", "small")
    good = path.read_text().splitlines()
    lost = json.loads(good[1])["trial"]
    path.write_text(f"{good[0]}\n{good[1][:40]}\n{good[2]}\n" + '{"row": "small"}\n{"half')
    start(tmp_path, 3, workers=1)
    out = capsys.readouterr().out
    assert "line 2, 4, 5 damaged, set aside in small.damaged.txt" in out
    assert "1 trials" in out
    kept = lines(tmp_path)
    assert kept[:2] == [json.loads(good[0]), json.loads(good[2])]
    assert without_seconds(kept[2:]) == without_seconds([json.loads(good[1])])
    assert kept[2]["trial"] == lost
    aside = path.with_suffix(".damaged.txt").read_text()
    assert good[1][:40] in aside and '{"half' in aside


def test_a_line_after_half_a_line_stands_on_its_own(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"cut off')
    results.append(path, {"row": "x"})
    assert path.read_text().splitlines() == ['{"cut off', '{"row": "x"}']


def test_a_folder_that_cannot_be_written_ends_with_a_message(tmp_path):
    (tmp_path / "hochreiter1997").write_text("a file where a folder should be")
    with pytest.raises(CommandError, match="cannot be (written|read).*"):
        start(tmp_path, 1, workers=1)


def test_the_report_puts_the_paper_beside_ours(tmp_path, capsys):
    start(tmp_path, 4, workers=1)
    capsys.readouterr()
    assert reproduce.run("hochreiter1997", report=True, folder=tmp_path) == 0
    out = capsys.readouterr().out
    assert "| small | 4 of 10 | 100% | 100% | 1,000 |" in out
    records = results.read(results.path_of(tmp_path, "hochreiter1997", "small"), "small").records
    told = summary(SMALL, records)
    counted = sorted(record["sequences"] for record in records)
    assert (told["least"], told["most"]) == (counted[0], counted[-1])
    assert told["median"] == (counted[1] + counted[2]) / 2
    assert f"{told['median']:,.0f}" in out


@pytest.mark.parametrize(
    ("sequences", "success", "reproduced"),
    [
        ([500, 1000, 2000], [True] * 3, True),
        ([400, 499, 5000], [True] * 3, False),
        ([2001, 2001, 2001], [True] * 3, False),
        ([1000, 1000, 1000], [True, True, False], False),
        ([1000], [False], False),
    ],
)
def test_reproduced_means_within_a_factor_of_two_and_no_fewer_solved(
    sequences, success, reproduced
):
    records = tuple(
        {"sequences": count, "success": won, "wrong": 0}
        for count, won in zip(sequences, success, strict=True)
    )
    assert summary(SMALL, records)["reproduced"] is reproduced


@pytest.mark.parametrize(
    ("printed", "success", "reproduced"),
    [
        (0.0, [False, False], True),
        (0.0, [True, False], False),
        (None, [True, False], True),
        (None, [False, False], False),
        (0.5, [True, False], True),
        (0.5, [False, False], False),
        (0.0, [], False),
    ],
)
def test_none_and_some_are_printed_too(printed, success, reproduced):
    row = replace(SMALL, printed_success=printed)
    records = tuple({"sequences": 1000, "success": won, "wrong": 0} for won in success)
    assert summary(row, records)["reproduced"] is reproduced


def test_the_report_says_none_and_some_as_the_paper_does(tmp_path):
    none, some = replace(SMALL, printed_success=0.0), replace(SMALL, printed_success=None)
    for wanted in ("0 of 10 | 0% | - | > 1,000 |", "0 of 10 | some | - | 1,000 |"):
        assert wanted in table("hochreiter1997", [none if ">" in wanted else some], tmp_path)


def test_the_report_says_how_far_we_tried_where_none_was_solved(tmp_path):
    hopeless = replace(SMALL, printed_success=0.0, printed_sequences=5e6)
    path = results.path_of(tmp_path, "hochreiter1997", "small")
    record = dict.fromkeys(results.NEEDED, 0) | {"row": "small", "sequences": 6000}
    results.append(path, record | {"success": False})
    page = table("hochreiter1997", [hopeless], tmp_path)
    assert "| 1 of 10 | 0% | 0% | > 5,000,000 | > 6,000 | - | - | - | - | yes |" in page


def test_the_estimate_counts_trials_that_go_to_the_cap():
    assert SMALL.expected == 1000
    assert replace(SMALL, printed_success=0.0).expected == SMALL.cap
    assert replace(SMALL, printed_success=0.5).expected == (1000 + SMALL.cap) / 2
    assert replace(SMALL, printed_success=0.0, cap=500).expected == 500


def test_a_row_without_trials_says_so(tmp_path):
    assert "| small | 0 of 10 | 100% | - |" in table("hochreiter1997", [SMALL], tmp_path)


def test_what_does_not_exist_is_answered_with_what_does(tmp_path, monkeypatch, capsys):
    monkeypatch.undo()
    for words, said in (
        (["hochreiter1999", "--all"], "there are: hochreiter1997"),
        (["hochreiter1997", "--row", "4_T99"], "there are: 1-1, 1-2"),
        (["hochreiter1997", "--experiment", "7"], "there are: 1, 2a, 2b, 2c, 3a"),
        (["hochreiter1997"], "--row NAME, --experiment NUMBER or --all"),
    ):
        assert cli.main(["reproduce", *words, "--results", str(tmp_path)]) == 2
        assert said in capsys.readouterr().err
    assert cli.main(["reproduce", "hochreiter1997", "--report", "--results", str(tmp_path)]) == 0
    assert "| 4_T100 | 0 of 10 |" in capsys.readouterr().out


def test_a_full_disk_ends_with_a_message_and_loses_no_finished_trial(tmp_path, monkeypatch):
    real, written = os.fsync, []

    def full(descriptor):
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(descriptor)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CommandError, match="No space left on device.*are kept; make room"):
        start(tmp_path, 5, workers=1)
    monkeypatch.undo()
    monkeypatch.setattr(selection, "rows_of", lambda paper: (SMALL,))
    assert len(lines(tmp_path)) >= 2
    start(tmp_path, 5, workers=1)
    assert sorted(record["trial"] for record in lines(tmp_path)) == [0, 1, 2, 3, 4]
