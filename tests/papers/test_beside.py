"""Paper beside ours in words: the verdict follows from the trials, and a missing row says so."""

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from coursekit.papers import beside, results
from coursekit.papers.gers2000 import ROWS as STREAMS
from coursekit.papers.hochreiter1997 import CHOSEN, PRINTED, ROWS
from coursekit.papers.report import summary

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "results"
ROW = next(row for row in PRINTED if row.name == "6a")
RIVAL = next(row for row in ROWS if row.printed_success == 0)


def written(folder, row, trials, first=0):
    for number, (success, count) in enumerate(trials, start=first):
        record = {"row": row.name, "trial": number, "seed": 0, "success": success}
        record |= {"sequences": count, "steps": 1, "wrong": 0, "seconds": 1.0}
        results.append(results.path_of(folder, "hochreiter1997", row.name), record)


@pytest.mark.parametrize(
    ("trials", "words"),
    [
        ([], "no finished trial here"),
        ([(True, 31_390)] * 20, "came out"),
        ([(True, 15_694)] * 20, "faster (0.5×)"),
        ([(True, 94_170)] * 20, "slower (3.0×)"),
        ([(True, 30_000)] * 19 + [(False, 157_000)], "fewer learned (chance?)"),
        ([(True, 30_000)] * 4 + [(False, 157_000)] * 16, "fewer learned"),
        ([(True, 9_417)] * 4 + [(False, 157_000)] * 16, "fewer learned, faster (0.3×)"),
        ([(False, 157_000)] * 20, "fewer learned"),
    ],
)
def test_the_words_follow_from_the_trials(tmp_path, trials, words):
    written(tmp_path, ROW, trials)
    (found,) = beside.findings("hochreiter1997", [ROW], tmp_path)
    assert found.words == words


@pytest.mark.parametrize(
    ("cap", "trials", "words"),
    [
        (RIVAL.printed_sequences, [(False, 1)] * 10, "came out"),
        (RIVAL.printed_sequences // 2, [(False, 1)] * 10, "came out (given up earlier)"),
        (RIVAL.printed_sequences, [(True, 1)] * 10, "more learned"),
    ],
)
def test_a_row_that_nobody_learned(tmp_path, cap, trials, words):
    row = replace(RIVAL, cap=cap)
    written(tmp_path, row, trials)
    (found,) = beside.findings("hochreiter1997", [row], tmp_path)
    assert (found.words, found.ratio) == (words, None)


def test_a_share_that_is_far_larger_than_printed_differs(tmp_path):
    row = replace(ROW, printed_success=0.2)
    written(tmp_path, row, [(True, 94_170)] * 20)
    (found,) = beside.findings("hochreiter1997", [row], tmp_path)
    assert found.words == "more learned, slower (3.0×)"


def test_every_committed_row_has_the_verdict_of_the_report():
    for found, row in zip(beside.findings("hochreiter1997", ROWS, FOLDER), ROWS, strict=True):
        records = results.read(results.path_of(FOLDER, "hochreiter1997", row.name), row.name)
        told = summary(row, records.records)
        assert (beside.CAME_OUT in found.kinds) == told["reproduced"], row.name
        assert (beside.MISSING in found.kinds) == (not records.records), row.name
        assert found.kinds, row.name


def test_counts_and_lists_are_those_of_the_rows():
    found = beside.findings("hochreiter1997", ROWS, FOLDER)
    counts = beside.by_experiment(found).rows
    assert sum(int(row[2]) for row in counts) == len(ROWS)
    assert sum(int(row[3]) for row in counts) == sum(beside.MISSING not in f.kinds for f in found)
    words = repr(beside.in_words(found))
    assert all(f" {each.name}" in words for each in found)


def test_weights_tell_which_choices_go_against_the_paper():
    rows = {row[0]: row for row in beside.departures(PRINTED, ROWS, CHOSEN).rows}
    assert set(rows) == set(CHOSEN)
    assert beside.departures(PRINTED, ROWS, {"2c": "nothing_recurs"}).rows[0][2:] == ("364", "328")


def test_what_a_search_has_seen_is_left_out(tmp_path):
    search = replace(ROW, name="6a+half_rate")
    written(tmp_path / "search", search, [(True, 30_000)] * 8)
    written(tmp_path, ROW, [(True, 30_000)] * 8)
    written(tmp_path, ROW, [(True, 30_000)] * 3 + [(False, 157_000)] * 9, first=8)
    lines = beside.tried("hochreiter1997", [ROW], tmp_path / "search")
    assert [(line.choice, line.solved, line.trials) for line in lines] == [("half_rate", 8, 8)]
    assert beside.search_table(lines).rows == (
        ("6a", "not tried", "1", "1", "8 of 8", "half_rate"),
    )
    (told,) = beside.judged_afresh(
        "hochreiter1997", [ROW], lines, lambda row: "half_rate", tmp_path
    )
    assert told == ("6a", (8, 8), (3, 12))


def test_a_table_is_html_in_a_notebook_and_markdown_elsewhere():
    table = beside.Table(("a", "b"), "lr", [("<x>", "1")])
    assert repr(table).splitlines() == ["| a | b |", "|---|---:|", "| <x> | 1 |"]
    assert "&lt;x&gt;" in table._repr_html_()
    with pytest.raises(ValueError, match="sides is 'l'"):
        beside.Table(("a", "b"), "l", [])


def outputs(lesson):
    (path,) = ROOT.glob(f"notebooks/{lesson}_*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    return {
        output.data["text/plain"]
        for cell in cells
        for output in cell.get("outputs", [])
        if "text/plain" in output.get("data", {})
    }


@pytest.mark.parametrize(
    ("lesson", "paper", "experiments", "columns"),
    [
        ("07", "gers2000", ("reber",), {"solved": "perfect", "count": "streams"}),
        ("09", "hochreiter1997", ("1",), {}),
        ("17", "hochreiter1997", ("1",), {}),
        ("17", "hochreiter1997", ("2a",), {}),
        ("17", "hochreiter1997", ("2b", "2c"), {}),
        ("17", "hochreiter1997", ("3a", "3b", "3c"), {}),
        ("17", "hochreiter1997", ("4", "5", "6a", "6b"), {}),
        ("17", "gers2000", ("reber", "order"), {"solved": "perfect", "count": "streams"}),
    ],
)
def test_the_tables_of_the_lessons_are_fresh(lesson, paper, experiments, columns):
    every = ROWS if paper == "hochreiter1997" else STREAMS
    rows = [row for row in every if row.experiment in experiments]
    wanted = repr(beside.table(beside.findings(paper, rows, FOLDER), **columns))
    assert wanted in outputs(lesson), f"build lesson {lesson} again: results/ has changed"


def test_the_search_of_lesson_17_is_fresh():
    lines = beside.tried("hochreiter1997", PRINTED, FOLDER / "search")
    for table in (
        beside.search_table(lines),
        beside.departures(PRINTED, ROWS, CHOSEN),
        beside.by_experiment(beside.findings("hochreiter1997", ROWS, FOLDER)),
    ):
        assert repr(table) in outputs("17"), "build lesson 17 again: results/ has changed"
