"""Nothing is graded twice: what is kept, what a change touches, and what is asked for again."""

import csv
from dataclasses import replace

import pytest

from coursekit import cli
from coursekit.checks.spec import Check
from coursekit.errors import CommandError
from coursekit.grading import batch, pool
from coursekit.grading.fingerprint import of_check
from coursekit.grading.record import HandMark, Record

NAMES = ("ann", "bo", "cy")


@pytest.fixture
def judged(monkeypatch):
    """Whom and what the judge was asked for, in order."""
    asked, real = [], pool.judge

    def judge(notebook, spec, seed, **options):
        asked.append((seed, spec.names))
        return real(notebook, spec, seed, **options)

    monkeypatch.setattr(pool, "judge", judge)
    return asked


@pytest.fixture
def submissions(tmp_path, make, small_course):
    for name in NAMES:
        make.save(tmp_path / "submissions" / name, make.small())
    return tmp_path / "submissions"


def run(submissions, out, **options):
    return batch.run(submissions, out, **{"workers": 1, "seed": 3, **options})


def rows(out):
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reports(out):
    pages = sorted((out / "feedback").iterdir())
    return [path.read_bytes() for path in (out / "grades.csv", *pages)]


def points(out, student):
    return sum(float(row["points"]) for row in rows(out) if row["student"] == student)


def test_a_second_run_grades_nothing_and_writes_the_same(submissions, tmp_path, judged, capsys):
    out = tmp_path / "out"
    run(submissions, out)
    assert len(judged) == 1 + len(NAMES)  # the solution first
    before = reports(out)
    run(submissions, out, seed=None)
    assert len(judged) == 1 + len(NAMES)
    assert reports(out) == before
    assert "0 graded now, 3 as they were" in capsys.readouterr().out


def test_a_changed_notebook_is_graded_alone(submissions, tmp_path, judged, make):
    out = tmp_path / "out"
    run(submissions, out)
    judged.clear()
    make.save(submissions / "bo", make.small(length="length = 6"))
    run(submissions, out)
    assert [seed for seed, _ in judged] == [batch.seed_for(3, "bo", "ex98_small")]
    assert (points(out, "bo"), points(out, "ann")) == (7, 9)
    with Record(out) as record:
        assert [result.points for _, result in record.history("bo")] == [9, 7]


def test_a_changed_check_is_asked_of_everybody_and_no_other_check(
    submissions, tmp_path, judged, make, monkeypatch
):
    out = tmp_path / "out"
    run(submissions, out)
    judged.clear()
    stricter = replace(make.spec.checks[2], reference=lambda: 6)
    changed = replace(make.spec, checks=(*make.spec.checks[:2], stricter))
    monkeypatch.setattr(pool, "course_spec", lambda exercise: changed)
    make.save(submissions.parent / "solution", make.small(length="length = 6"))
    run(submissions, out)
    assert [names for _, names in judged[1:]] == [("length",)] * len(NAMES)
    found = [(row["answer"], row["points"]) for row in rows(out) if row["student"] == "ann"]
    assert found == [("doubled", "4"), ("draw", "3"), ("length", "0"), ("q_why", "0")]


def test_one_student_or_one_answer_is_graded_again_when_asked_for(submissions, tmp_path, judged):
    out = tmp_path / "out"
    run(submissions, out)
    judged.clear()
    run(submissions, out, student="cy")
    assert judged == [
        (batch.seed_for(3, "cy", "ex98_small"), ("doubled", "draw", "length", "q_why"))
    ]
    judged.clear()
    run(submissions, out, student="ann", answer="draw")
    assert judged == [(batch.seed_for(3, "ann", "ex98_small"), ("draw",))]
    judged.clear()
    run(submissions, out, answer="length")
    assert [names for _, names in judged] == [("length",)] * len(NAMES)
    assert [points(out, name) for name in NAMES] == [9, 9, 9]
    with pytest.raises(CommandError, match="nobody .* called 'dora'"):
        run(submissions, out, student="dora")
    with pytest.raises(CommandError, match="no answer 'lenght'; there are: doubled, draw, length"):
        run(submissions, out, answer="lenght")


def test_what_a_person_gave_stays_through_later_runs(submissions, tmp_path, make):
    out = tmp_path / "out"
    run(submissions, out)
    with Record(out) as record:
        record.mark(HandMark("ann", "ex98_small", "q_why", 3.5, "nearly"))
    make.save(submissions / "ann", make.small(length="length = 6"))
    run(submissions, out)
    assert points(out, "ann") == 10.5
    (row,) = [r for r in rows(out) if (r["student"], r["answer"]) == ("ann", "q_why")]
    assert (row["cause"], row["reason"]) == ("marked", "nearly")


def test_what_the_tool_failed_on_is_tried_again(submissions, tmp_path, monkeypatch):
    out, real = tmp_path / "out", pool.judge

    def fail(notebook, spec, seed, **options):
        if seed == batch.seed_for(3, "bo", "ex98_small"):
            raise OSError("no processes left")
        return real(notebook, spec, seed, **options)

    monkeypatch.setattr(pool, "judge", fail)
    assert run(submissions, out) == 1
    monkeypatch.setattr(pool, "judge", real)
    assert run(submissions, out) == 0
    assert points(out, "bo") == 9


def test_a_file_that_could_not_be_graded_is_replaced_by_one_that_can(submissions, tmp_path, make):
    out = tmp_path / "out"
    (submissions / "ann" / "ex98_small.ipynb").unlink()
    run(submissions, out)
    assert [r["cause"] for r in rows(out) if r["student"] == "ann"] == ["no_notebook"]
    make.save(submissions / "ann", make.small())
    run(submissions, out)
    assert {r["cause"] for r in rows(out) if r["student"] == "ann"} == {"ok", "needs_marking"}


def test_another_seed_is_refused_where_some_were_graded_with_one(submissions, tmp_path):
    run(submissions, tmp_path / "out")
    with pytest.raises(CommandError, match="begun with another seed than 4; leave --seed out"):
        run(submissions, tmp_path / "out", seed=4)


def test_a_person_is_forgotten(submissions, tmp_path, capsys):
    out = tmp_path / "out"
    run(submissions, out)
    assert cli.main(["grade", "--out", str(out), "--forget", "bo"]) == 0
    assert {row["student"] for row in rows(out)} == {"ann", "cy"}
    assert sorted(path.name for path in (out / "feedback").iterdir()) == ["ann.html", "cy.html"]
    assert cli.main(["grade", "--out", str(out), "--forget", "bo"]) == 2
    assert "holds nothing of 'bo'" in capsys.readouterr().err


POLICY = """
from coursekit.checks.spec import Check
POINTS = {"ex98_small": {"doubled": 8, "q_why": 1}}
DROP = {"ex98_small": ["draw"]}
CHECKS = {"ex98_small": [
    Check(name="bonus", exercise="ex98_small", kind="value", reference=lambda: 7, points=2)
]}
"""


def test_an_instructors_own_points_drops_and_checks(submissions, tmp_path, make, judged):
    out, policy = tmp_path / "out", tmp_path / "mine.py"
    make.save(submissions / "bo", make.small(make.answers | {"bonus": "bonus = 7"}))
    run(submissions, out)
    judged.clear()
    policy.write_text(POLICY)
    run(submissions, out, policy=policy)
    found = {
        (r["student"], r["answer"]): (r["points"], r["maximum"], r["cause"]) for r in rows(out)
    }
    assert found["bo", "doubled"] == ("8", "8", "ok")
    assert found["bo", "bonus"] == ("2", "2", "ok")
    assert found["ann", "bonus"] == ("0", "2", "missing")
    assert found["bo", "q_why"] == ("0", "1", "needs_marking")
    assert ("bo", "draw") not in found
    assert {names for _, names in judged[1:]} == {("doubled", "bonus", "q_why")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 / 0", "raises ZeroDivisionError"),
        ("POINTS = {'ex99': {}}", "POINTS names 'ex99'; there are ex98_small"),
        ("POINTS = {'ex98_small': {'doubled': -1}}", "is -1; give a number from 0"),
        ("POINTS = {'ex98_small': {'tripled': 1}}", "has no answer 'tripled'; it has doubled"),
        ("DROP = ['doubled']", "DROP is a list; give a dict"),
        ("CHECKS = {'ex98_small': [1]}", "must be a list of coursekit.checks.spec.Check"),
    ],
)
def test_a_policy_that_makes_no_sense_stops_before_anything(submissions, tmp_path, text, said):
    policy = tmp_path / "mine.py"
    policy.write_text(text)
    with pytest.raises(CommandError, match=said):
        run(submissions, tmp_path / "out", policy=policy)
    with pytest.raises(CommandError, match="no file of Python"):
        run(submissions, tmp_path / "out", policy=tmp_path / "none.py")


def test_a_check_that_its_own_reference_fails_stops_the_run(submissions, tmp_path):
    policy = tmp_path / "mine.py"
    policy.write_text(
        "from coursekit.checks.spec import Check, Finding\n"
        "CHECKS = {'ex98_small': [Check(name='bonus', exercise='ex98_small', kind='value',"
        " reference=lambda: 7, points=2, compare=lambda given, expected: Finding('never'))]}\n"
    )
    with pytest.raises(CommandError, match="gives its own reference 0 of 2 points"):
        run(submissions, tmp_path / "out", policy=policy)


def test_a_fingerprint_moves_with_what_a_check_uses_and_with_nothing_else():
    def made(factor, tolerance=1e-4):
        return Check(
            *("doubled", "ex98_small"),
            reference=lambda xs: factor * xs,
            points=1,
            rtol=tolerance,
        )

    assert of_check(made(2)) == of_check(made(2))
    assert len({of_check(made(2)), of_check(made(3)), of_check(made(2, 1e-3))}) == 3


def test_every_answer_of_the_course_has_a_fingerprint_of_its_own():
    every = [
        of_check(check)
        for exercise in pool.exercise_names()
        for check in (*pool.spec_of(exercise).checks, *pool.spec_of(exercise).open_questions)
    ]
    assert len(set(every)) == len(every) > 20
