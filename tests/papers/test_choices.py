"""Choices: each changes one thing, where it applies; the search runs them, its log reports them."""

import pytest

from coursekit import cli
from coursekit.errors import CommandError
from coursekit.papers import hochreiter1997, results
from coursekit.papers.choices import CHOICES, PER_SEQUENCE, single, varied
from coursekit.papers.hochreiter1997 import CHOSEN, PRINTED, ROWS
from coursekit.papers.selection import row_named, to_search
from tests.papers.test_trials import SMALL

BY_NAME = {row.name: row for row in PRINTED}


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: row.name)
def test_a_choice_changes_the_row_and_the_row_alone(row):
    every = single(row)
    assert every[0].name == f"{row.name}+as_printed"
    assert (every[0].network, every[0].task) == (row.network, row.task)
    told = [(r.network, r.task, r.every_step, r.cell_later) for r in every]
    assert all(told.count(one) == 1 for one in told)
    for each in every:
        assert each.rule == row.rule
        assert each.printed_sequences == row.printed_sequences
        assert each.name.startswith(f"{row.name}+")
    assert row == BY_NAME[row.name]


def test_choices_are_joined_and_what_the_tables_use_is_said():
    both = varied(BY_NAME["4_T100"], "linear_output+nothing_recurs")
    assert (both.network.layout.squash, both.network.layout.recurrent) == ("identity", "nothing")
    used = {row.name: row for row in ROWS}
    for experiment, names in CHOSEN.items():
        for row in (row for row in PRINTED if row.experiment == experiment):
            chosen = varied(row, names)
            assert used[row.name].network == chosen.network
            says = {choice.name: choice.says for choice in CHOICES}
            told = used[row.name].choices
            assert told[-1 - names.count("+") :] == tuple(says[name] for name in names.split("+"))
            assert (PER_SEQUENCE in told) is (PER_SEQUENCE in row.choices and not chosen.every_step)
            assert used[row.name].cap == row.cap


@pytest.mark.parametrize("names", ["linear", "", "as_printed+linear_output", "each_step"])
def test_a_choice_that_there_is_not_is_answered_with_those_that_there_are(names):
    with pytest.raises(CommandError, match="for row 4_T100; there are: as_printed, linear_output"):
        varied(BY_NAME["4_T100"], names)


def test_a_rival_has_no_choices():
    with pytest.raises(CommandError, match="no choices are known for these rows"):
        to_search("hochreiter1997", [row_named("hochreiter1997", "1_elman_15")], None)


def test_the_search_runs_and_its_log_reports(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(hochreiter1997, "ROWS", (SMALL,))
    monkeypatch.setattr(hochreiter1997, "PRINTED", (SMALL,))
    words = ["reproduce", "hochreiter1997", "--row", "small", "--results", str(tmp_path)]
    assert cli.main([*words, "--choice", "cells_recur", "--trials", "2"]) == 0
    path = results.path_of(tmp_path / "search", "hochreiter1997", "small+cells_recur")
    records = results.read(path, "small+cells_recur").records
    assert sorted(record["trial"] for record in records) == [0, 1]
    capsys.readouterr()
    assert cli.main([*words, "--search", "--report"]) == 0
    out = capsys.readouterr().out
    solved = sum(record["success"] for record in records) / 2
    assert f"| small | cells_recur | 2 | {solved:.0%} |" in out
    assert "- cells_recur: cells recur, gates do not" in out
    assert row_named("hochreiter1997", "small+cells_recur").network.layout.recurrent == "cells"
