"""Many submissions: one row for each, reports that are safe to open, and clear refusals."""

import csv
import json
import os
from html.parser import HTMLParser

import pytest

from coursekit import cli
from coursekit.errors import CommandError
from coursekit.grading import batch
from coursekit.grading.batch import Job, grade_all
from coursekit.grading.causes import Cause
from coursekit.grading.collect import Submission
from coursekit.grading.report import defuse, page_name
from coursekit.grading.sandbox import Limits, reached


@pytest.fixture
def submissions(tmp_path):
    made = tmp_path / "submissions"
    made.mkdir()
    return made


def rows(out):
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run(submissions, out, **options):
    return batch.run(submissions, out, **{"workers": 1, "seed": 3, **options})


class Page(HTMLParser):
    """What tags, links and words a page has."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.links, self.words = set(), [], ""
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        self.words += data


def test_every_submission_has_its_rows_whatever_happened(
    small_course, submissions, tmp_path, make, capsys
):
    make.save(submissions / "ann", make.small())
    make.save(submissions / "bo", make.small(doubled=make.stubs["doubled"]))
    make.save(submissions / "cy", "not JSON")
    (submissions / "di").mkdir()
    out = tmp_path / "new" / "grades"
    assert run(submissions, out) == 0
    found = [(r["student"], r["answer"], r["points"], r["maximum"], r["cause"]) for r in rows(out)]
    assert found == [
        ("ann", "doubled", "4", "4", "ok"),
        ("ann", "draw", "3", "3", "ok"),
        ("ann", "length", "2", "2", "ok"),
        ("ann", "q_why", "0", "4", "needs_marking"),
        ("bo", "doubled", "0", "4", "not_answered"),
        ("bo", "draw", "3", "3", "ok"),
        ("bo", "length", "2", "2", "ok"),
        ("bo", "q_why", "0", "4", "needs_marking"),
        ("cy", "", "0", "13", "not_a_notebook"),
        ("di", "", "0", "0", "no_notebook"),
    ]
    printed = capsys.readouterr().out
    assert f"isolation: {reached().level}" in printed
    assert "2 answers wait for a person" in printed
    assert "4 students" in printed
    assert len(list((out / "feedback").iterdir())) == 4


def test_results_keep_the_seed_the_level_and_the_text_to_mark(
    small_course, submissions, tmp_path, make
):
    make.save(submissions / "ann", make.small())
    run(submissions, tmp_path / "out")
    (line,) = (tmp_path / "out" / "results.jsonl").read_text().splitlines()
    record = json.loads(line)
    assert record["seed"] == batch.seed_for(3, "ann", "ex98_small")
    assert (record["level"], record["version"]) == (reached().level, "0.1")
    assert record["marks"][3]["text"] == "Because it is so."


def test_one_seed_gives_equal_reports_with_one_worker_and_with_two(submissions, tmp_path, make):
    for name in ("ann", "bo", "cy"):
        make.save(submissions / name, "not JSON")
    for out, workers in (("one", 1), ("two", 2)):
        assert run(submissions, tmp_path / out, workers=workers) == 0
    for name in ("grades.csv", "feedback/ann.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_page_is_escaped_loads_nothing_and_tells_no_secret(
    small_course, submissions, tmp_path, make
):
    evil = "<script>alert(1)</script>"
    wrong = f"def doubled(xs):\n    raise ValueError({evil!r} + chr(27) + '[31m')"
    content = make.small(doubled=wrong, draw="def draw(rng, count):\n    return [0.0] * count")
    content["cells"].insert(1, make.cell(f"raise KeyError({evil!r})"))
    make.save(submissions / "<b>ann & co", content)
    out = tmp_path / "out"
    assert run(submissions, out) == 0
    (path,) = (out / "feedback").iterdir()
    page = Page(path)
    assert page.tags.isdisjoint({"script", "b", "img", "link", "iframe"})
    assert page.links == []
    assert evil in page.words
    assert "\x1b" not in page.words
    assert "Feedback for <b>ann & co" in page.words
    assert "5 of 9 points" not in page.words
    assert "2 of 9 points; up to 4 more" in page.words
    assert "no sandbox" in page.words
    seed = json.loads((out / "results.jsonl").read_text())["seed"]
    assert str(seed) not in page.words


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\uff1d"])
def test_no_cell_of_the_csv_is_a_formula(small_course, submissions, tmp_path, make, start):
    assert defuse(start + "HYPERLINK()").startswith("'")
    if start in "=+-@":
        make.save(submissions / f"{start}cmd", "not JSON")
        run(submissions, tmp_path / "out")
        assert rows(tmp_path / "out")[0]["student"] == f"'{start}cmd"


def test_pages_have_safe_and_different_names():
    assert page_name("ann") == "ann.html"
    odd = [page_name(name) for name in ("a/b", "a:b", "..", "x" * 300, "\udcff")]
    assert len(set(odd)) == len(odd)
    assert all(len(name) < 120 and "/" not in name and not name.startswith(".") for name in odd)


def test_a_solution_without_full_marks_stops_everything(small_course, submissions, tmp_path, make):
    make.save(submissions / "ann", make.small())
    make.save(small_course.parent, make.small(draw="def draw(rng, count):\n    return 1"))
    with pytest.raises(CommandError, match="solution of ex98_small itself gets 0 of 3") as caught:
        run(submissions, tmp_path / "out")
    assert caught.value.exit_code == 1
    assert list((tmp_path / "out").iterdir()) == []


def test_a_solution_that_takes_long_here_widens_the_limits_of_its_exercise():
    limits = batch._limits(40)
    assert (limits.total, limits.step) == (40, 10)
    assert batch._at_least(limits, 1) == limits
    wider = batch._at_least(limits, 20)
    assert (wider.total, wider.step) == (120, 60)


def test_a_fault_of_the_tool_is_a_row_and_an_exit_code(
    small_course, submissions, tmp_path, make, monkeypatch, capsys
):
    make.save(submissions / "ann", make.small())
    make.save(submissions / "bo", "not JSON")
    real = batch.judge

    def fail_for_students(notebook, spec, seed, **options):
        if seed == batch.seed_for(3, "ann", "ex98_small"):
            raise OSError("no processes left")
        return real(notebook, spec, seed, **options)

    monkeypatch.setattr(batch, "judge", fail_for_students)
    assert run(submissions, tmp_path / "out") == 1
    assert [row["cause"] for row in rows(tmp_path / "out")] == ["tool_failed", "not_a_notebook"]
    assert "the tool failed on ann" in capsys.readouterr().err


class Deadly:
    """Whoever unpickles this dies: a stand-in for a killed process of the pool."""

    def __reduce__(self):
        return os._exit, (1,)


def test_a_killed_process_of_the_pool_costs_its_own_submission_only():
    def job(student, reason):
        return Job(Submission(student, "", None, Cause.NO_NOTEBOOK, reason), 0, Limits())

    jobs = [job("ann", "empty"), job("bo", Deadly()), job("cy", "empty"), job("di", "empty")]
    results = dict(grade_all(jobs, 2))
    causes = [results[index].marks[0].cause for index in range(4)]
    empty = Cause.NO_NOTEBOOK
    assert causes == [empty, Cause.TOOL_FAILED, empty, empty]


def test_nothing_is_overwritten(small_course, submissions, tmp_path, make):
    make.save(submissions / "ann", make.small())
    out = tmp_path / "out"
    make.save(out, "mine", "notes.txt")
    with pytest.raises(CommandError, match="is not empty.*--out"):
        run(submissions, out)
    assert (out / "notes.txt").read_text() == "mine"
    with pytest.raises(CommandError, match="is a file"):
        run(submissions, out / "notes.txt")
    with pytest.raises(CommandError, match="inside the submissions"):
        run(submissions, submissions / "out")
    with pytest.raises(CommandError, match="cannot be written"):
        run(submissions, out / "notes.txt" / "deeper")


@pytest.mark.parametrize(
    "options", [{"workers": 0}, {"timeout": 0}, {"timeout": float("nan")}, {"seed": -1}]
)
def test_odd_options_are_explained(small_course, submissions, tmp_path, make, options):
    make.save(submissions / "ann", make.small())
    with pytest.raises(CommandError) as caught:
        run(submissions, tmp_path / "out", **options)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["none", "--out", "new"], "none does not exist"),
        (["file", "--out", "new"], "file is a file"),
        (["empty", "--out", "new"], "holds no submissions"),
        (["students", "--out", "file"], "file is a file; choose another folder"),
        (["students", "--out", "file/new"], "file/new cannot be written"),
        (["students", "--out", "students/new"], "lies inside the submissions"),
        (["students", "--out", "full"], "is not empty"),
    ],
)
def test_bad_input_is_a_message_and_exit_code_2(tmp_path, monkeypatch, capsys, typed, said):
    monkeypatch.chdir(tmp_path)
    for folder in ("empty", "students/ann", "full/of/things"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "file").touch()
    assert cli.main(["grade", *typed]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert not (tmp_path / "new").exists()
