"""Lateness: a table says what counts, the earned points stay, and what is unknown costs nothing."""

import csv
import math

import pytest

from coursekit.errors import CommandError
from coursekit.grading.causes import Cause
from coursekit.grading.feedback import page
from coursekit.grading.judge import Mark
from coursekit.grading.lateness import (
    Policy,
    judged_late,
    read_deadline,
    read_policy,
    spoken,
)
from coursekit.grading.report import Result, write_csv

POLICY = Policy(((0.25, 1.0), (24.0, 0.9), (48.0, 0.5)))
DEADLINE = read_deadline("2026-03-01T12:00:00Z")


def result(handed_in, handed_in_as="", cause=Cause.WRONG):
    mark = Mark("step", 3.0, 4.0, cause)
    return Result("ann", "ex", (mark,), handed_in=handed_in, handed_in_as=handed_in_as)


@pytest.mark.parametrize(
    ("hours", "factor"),
    [
        *((-1e9, 1.0), (0.0, 1.0), (0.25, 1.0)),
        *((0.2501, 0.9), (24.0, 0.9)),
        *((24.0001, 0.5), (48.0, 0.5)),
        *((48.0001, 0.0), (1e9, 0.0)),
    ],
)
def test_each_step_holds_until_its_hour_and_after_the_last_nothing_counts(hours, factor):
    assert POLICY.factor(hours) == factor
    told = judged_late(result(DEADLINE + 3600 * hours), DEADLINE, POLICY)
    assert (told.points, told.factor, told.counted) == (3.0, factor, 3.0 * factor)
    assert bool(told.lateness) == (hours > 0)


def test_the_reason_names_both_times_and_the_page_shows_the_sum():
    told = judged_late(result(DEADLINE + 5400), DEADLINE, POLICY)
    assert told.lateness == (
        "handed in at 2026-03-01T13:30:00Z, 1 h 30 min after the deadline of "
        "2026-03-01T12:00:00Z: 0.9 of the points count"
    )
    shown = page("ann", [told])
    assert "3 of 4 points, times 0.9: 2.7 points count" in shown
    assert told.lateness in shown
    assert "times" not in page("ann", [judged_late(result(DEADLINE), DEADLINE, POLICY)])


def test_the_table_of_answers_keeps_the_earned_points(tmp_path):
    told = judged_late(result(DEADLINE + 5400), DEADLINE, POLICY)
    write_csv([told, result(None)], tmp_path / "grades.csv")
    with (tmp_path / "grades.csv").open(encoding="utf-8", newline="") as file:
        late, unknown = csv.DictReader(file)
    assert (late["points"], late["factor"]) == ("3", "0.9")
    assert late["handed_in"] == "2026-03-01T13:30:00Z"
    assert (unknown["factor"], unknown["handed_in"]) == ("1", "")


def test_an_unknown_time_costs_nothing_and_what_canvas_says_is_told():
    told = judged_late(result(None), DEADLINE, POLICY)
    assert (told.factor, told.lateness) == (1.0, "")
    told = judged_late(result(None, "leeann_LATE_1_2_w.ipynb"), DEADLINE, POLICY)
    assert told.factor == 1.0
    assert told.lateness.startswith("Canvas marks this as late, but not by how much")


def test_who_handed_in_nothing_is_not_late_and_judging_again_changes_nothing():
    silent = result(DEADLINE + 10**6, cause=Cause.NOTHING_HANDED_IN)
    assert judged_late(silent, DEADLINE, POLICY).factor == 1.0
    once = judged_late(result(DEADLINE + 10**5), DEADLINE, POLICY)
    assert judged_late(once, DEADLINE, POLICY) == once
    in_time = judged_late(once, DEADLINE + 10**6, POLICY)
    assert (in_time.factor, in_time.lateness) == (1.0, "")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.csv", "hours,factor\n24,0.9\n48,0.5\ninf,0.1\n"),
        ("p.csv", "\ufeffhours;factor\r\n24;0.9\r\n48;0.5\r\ninf;0.1\r\n"),
        ("p.csv", "factor,hours,why\n0.9,24,a\n0.5,48,b\n0.1,inf,c\n"),
        (
            "p.toml",
            "steps = [{hours = 24, factor = 0.9}, {hours = 48, factor = 0.5}, "
            "{hours = inf, factor = 0.1}]",
        ),
        (
            "p.toml",
            "[[steps]]\nhours=24\nfactor=0.9\n[[steps]]\nhours=48\nfactor=0.5\n"
            "[[steps]]\nhours=inf\nfactor=0.1\n",
        ),
    ],
)
def test_a_policy_is_read_from_csv_and_toml(tmp_path, name, text):
    (tmp_path / name).write_text(text, "utf-8")
    policy = read_policy(tmp_path / name)
    assert policy.steps == ((24.0, 0.9), (48.0, 0.5), (math.inf, 0.1))
    assert policy.factor(10**6) == 0.1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("p.csv", "", "has no step"),
        ("p.csv", "hours,factor\n", "has no step"),
        ("p.csv", "h,f\n1,1\n", "is not understood"),
        ("p.csv", "hours,factor\n1,much\n", "is not understood"),
        ("p.csv", "hours,factor\n1\n", "is not understood"),
        ("p.csv", "hours,factor\n24,0.9\n12,0.5\n", "12 hours after 24"),
        ("p.csv", "hours,factor\n0,0.9\n", "0 hours after 0"),
        ("p.csv", "hours,factor\nnan,0.9\n", "nan hours"),
        ("p.csv", "hours,factor\n1,1.5\n", "factor 1.5"),
        ("p.csv", "hours,factor\n1,nan\n", "factor nan"),
        ("p.csv", "hours,factor\n1,0.5\n2,0.9\n", "factor 0.9 after 0.5"),
        ("p.toml", "steps = 3", "is not understood"),
        ("p.toml", "hours = [", "is not understood"),
        ("p.toml", "other = 1", "is not understood"),
    ],
)
def test_what_is_no_policy_is_explained(tmp_path, name, text, said):
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(CommandError, match=said):
        read_policy(tmp_path / name)


def test_a_missing_policy_and_a_wrong_deadline_are_explained(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        read_policy(tmp_path / "none.csv")
    with pytest.raises(CommandError, match="'Friday' is no time; give one such as"):
        read_deadline("Friday")


@pytest.mark.parametrize(
    ("hours", "words"),
    [(1 / 60, "1 min"), (1.0, "1 h"), (1.001, "1 h 1 min"), (48.0, "2 d"), (50.1, "2 d 3 h")],
)
def test_spans_are_spoken_and_rounded_up(hours, words):
    assert spoken(hours) == words
