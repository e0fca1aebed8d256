"""What goes back: gradebooks, feedback to upload, the instructor's page; safe, always the same."""

import csv
import io
import random
import zipfile
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from coursekit.grading.causes import Cause
from coursekit.grading.charts import histogram, shares
from coursekit.grading.judge import Mark
from coursekit.grading.lateness import Policy, judged_late
from coursekit.grading.lms import parse
from coursekit.grading.overview import missing, overview, waiting
from coursekit.grading.report import Result
from coursekit.grading.reports import write_all
from coursekit.grading.roster import Roster, read

EVIL = "<script>alert(1)</script>"
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Homework ex05 (77),Old one (78),Current Score
    Points Possible,,,,,20,5,(read only)
"Lee, Ann",21,s1,alee,A,3,5,1
"Ray, Bo",22,s2,bray,A,,,
"=Fox, Di",23,s3,dfox,B,,,
"Gil, Ed",24,s4,egil,B,7,,
"""
MOODLE = """\
Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 11,Ann Lee,s1,a@x,Submitted,,100.00,Yes,-,-,
Participant 12,Bo Ray,s2,b@x,Submitted,5.00,100.00,Yes,-,-,old words
Participant 13,Di Fox,s3,d@x,No submission,,100.00,Yes,-,-,
"""


def result(student, exercise="ex05", points=4.0, **changed):
    marks = (
        Mark("step", points, 6.0, Cause.OK if points == 6 else Cause.WRONG, ("no carry",)),
        Mark("run", 2.0, 4.0, Cause.WRONG, (EVIL,), mistake="carry_dropped"),
    )
    return Result(student, exercise, changed.pop("marks", marks), **changed)


def failed(student, cause, exercise="ex05", maximum=10.0):
    marks = (Mark("", 0.0, maximum, cause, ("words",)),)
    return result(student, exercise, marks=marks)


@pytest.fixture
def roster(tmp_path):
    def write(text):
        (tmp_path / "roster.csv").write_text(text, "utf-8")
        return read(tmp_path / "roster.csv")

    return write


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_canvas_gets_its_own_columns_and_the_points_on_its_own_scale(roster, out):
    late = judged_late(result("s2", handed_in=3600.0), 0.0, Policy(((24.0, 0.5),)))
    results = [result("s1", points=6.0), late, failed("s4", Cause.NEEDS_MARKING)]
    results += [failed("s3", Cause.NOT_A_NOTEBOOK), result("a stranger")]
    write_all(results, out, roster(CANVAS))
    head, possible, *people = rows(out / "canvas.csv")
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Homework ex05 (77)"]
    assert possible == ["    Points Possible", "", "", "", "", "20"]
    assert people == [
        ["Lee, Ann", "21", "s1", "alee", "A", "16"],
        ["Ray, Bo", "22", "s2", "bray", "A", "6"],
        ["'=Fox, Di", "23", "s3", "dfox", "B", "0"],
        ["Gil, Ed", "24", "s4", "egil", "B", ""],
    ]


def test_canvas_columns_can_be_given_and_are_else_the_exercises_names(roster, out):
    results = [result("s1"), result("s1", "ex06", points=0.0)]
    named = {"ex05": "Fifth (5)"}
    write_all(results, out, roster(CANVAS), canvas_columns=named)
    head, possible, ann, *_ = rows(out / "canvas.csv")
    assert (head[5:], possible[5:], ann[5:]) == (["Fifth (5)", "ex06"], ["10", "10"], ["6", "2"])


def test_moodle_gets_its_worksheet_back_with_grades_on_its_own_scale(roster, out):
    listed = roster(MOODLE)
    write_all([result("s1"), failed("s3", Cause.NOTHING_HANDED_IN, "", 0.0)], out, listed)
    before = list(csv.reader(io.StringIO(MOODLE)))
    after = rows(out / "moodle-ex05.csv")
    assert (after[0], after[2], after[3]) == (before[0], before[2], before[3])
    ann = dict(zip(after[0], after[1], strict=True))
    assert ann["Grade"] == "60"
    assert ann["Feedback comments"] == (
        "6 of 10 points; step 4 of 6: no carry; run 2 of 4: &lt;script&gt;alert(1)&lt;/script&gt;"
    )
    assert [path.name for path in out.glob("moodle-*")] == ["moodle-ex05.csv"]


def test_another_roster_gives_moodle_a_worksheet_of_its_own(roster, out):
    write_all([result("7")], out, roster("student id;name;e-mail\n7;Ann Lee;a@x\n8;Bo;b@x\n"))
    assert rows(out / "moodle-ex05.csv") == [
        [
            *("Identifier", "Full name", "Email address", "Grade", "Maximum Grade"),
            *("Last modified (grade)", "Feedback comments"),
        ],
        ["", "Ann Lee", "a@x", "6", "10.00", "-", rows(out / "moodle-ex05.csv")[1][6]],
        ["", "Bo", "b@x", "", "10.00", "-", ""],
    ]
    assert not (out / "canvas.csv").exists()


def test_every_cell_that_a_stranger_wrote_is_no_formula(roster, out):
    evil = result("@s1", marks=(Mark("=a", 0.0, 1.0, Cause.WRONG, ("+1", "\x1b[31m\x00")),))
    listed = roster("id,name,email\n@s1,-Ann,=x@y\n")
    write_all([evil], out, listed)
    for path in out.glob("*.csv"):
        for row in rows(path):
            assert not any(len(cell) > 1 and cell[0] in "=+-@" for cell in row), row
            assert "\x1b" not in "".join(row)


FROM_MOODLE = "Ann Lee_11_assignsubmission_file_/deep/w.ipynb"
FROM_CANVAS = "raybo_LATE_22_500_w-2.ipynb"


def test_feedback_goes_back_in_zips_under_the_names_that_were_handed_out(out):
    results = [
        result("s1", handed_in_as=FROM_MOODLE),
        result("s1", "ex06", handed_in_as=FROM_MOODLE),
        result("s2", handed_in_as=FROM_CANVAS),
        result("s3", handed_in_as="plain/w.ipynb"),
        result("s4"),
    ]
    write_all(results, out)
    with zipfile.ZipFile(out / "feedback-moodle.zip") as moodle:
        assert moodle.namelist() == [
            "Ann Lee_11_assignsubmission_file_/ex05-feedback.html",
            "Ann Lee_11_assignsubmission_file_/ex06-feedback.html",
        ]
        assert "Feedback for s1" in moodle.read(moodle.namelist()[0]).decode()
    with zipfile.ZipFile(out / "feedback-canvas.zip") as canvas:
        assert canvas.namelist() == ["raybo_LATE_22_500_w-2.html"]
        text = canvas.read(canvas.namelist()[0]).decode()
    assert EVIL not in text
    assert "Feedback for s2" in text
    assert parse("raybo_LATE_22_500_w-2.html").upload == 500


def test_no_zip_is_written_for_what_came_from_no_system(out):
    write_all([result("s1", handed_in_as="s1/w.ipynb")], out)
    assert list(out.glob("*.zip")) == []


class Page(HTMLParser):
    """The tags, links, alt texts and words of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.alts, self.words = set(), [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        self.alts += [value for name, value in attrs if name == "alt"]

    def handle_data(self, data):
        self.words += f" {data}"


def course():
    """Results of many kinds."""
    made = [result(f"s{n}", points=float(n % 7), level="limits", version="0.1") for n in range(9)]
    open_mark = Mark("why", 0.0, 3.0, Cause.NEEDS_MARKING, text="because")
    made.append(result("open", marks=(Mark("step", 6.0, 6.0, Cause.OK), open_mark)))
    made += [failed("broken", Cause.NOT_A_NOTEBOOK), failed("ours", Cause.TOOL_FAILED)]
    made += [failed("gone", Cause.NOTHING_HANDED_IN, "", 0.0), result("s1", "ex06")]
    made.append(judged_late(result("late", handed_in=90_000.0), 0.0, Policy(((48.0, 0.5),))))
    return made


def test_the_overview_says_what_counts(roster):
    people = Roster(roster(CANVAS).people)
    page = Page(overview(course(), people, seed=42, unmatched=[f"{EVIL} fits nobody"]))
    for said in (
        "14 submissions of 13 students",
        "ex05, why",
        f"{EVIL} fits nobody",
        "Not in the roster, so in no gradebook",
        "0.5 of the points count: late",
        "ex05, the submission, on which the tool failed : ours",
        "Handed in nothing (1)",
        "carry_dropped",
        "isolation: limits",
        "42",
        "not_a_notebook",
        "coursekit",
        "NumPy",
        "handed out with",
    ):
        assert said in " ".join(page.words.split()), said
    assert page.tags.isdisjoint({"script", "link", "iframe", "object"})
    assert all(link.startswith("data:image/svg+xml;base64,") for link in page.links)
    assert len(page.links) == len(page.alts) == 4


def test_the_lists_of_the_overview():
    assert missing(course(), None) == ["gone"]
    assert waiting(course()) == [("open", "ex05", "why"), ("ours", "ex05", "")]


def test_an_overview_of_nothing_is_a_page(out):
    write_all([], out)
    assert "No known mistake" in (out / "overview.html").read_text()


def test_the_alt_text_of_a_histogram_counts_every_submission():
    alt = Page(histogram("ex", [0.0, 1.0, 9.99, 10.0, -1.0], 10.0)).alts[0]
    assert alt == "ex: of 5 submissions 2 from 0 to 1, 1 from 1 to 2, 2 from 9 to 10 points"
    assert Page(histogram("ex", [0.0], 0.0)).alts[0] == "ex: of 1 submissions 1 from 0 to 1 points"


def test_the_alt_text_of_the_bars_says_each_answer_and_odd_names_are_drawn():
    picture = Page(shares('"><b>$x$', {"step$^": [2, 1, 0, 0], EVIL: [0, 0, 3, 1]}))
    assert picture.tags == {"img"}
    assert picture.alts[0].endswith(
        f"step$^: 2 all points, 1 some points; {EVIL}: 3 no points, 1 waits for a person"
    )


def test_the_same_results_give_the_same_bytes_in_any_order_and_again(roster, tmp_path):
    made = course()
    made += [result("m", handed_in_as=FROM_MOODLE), result("c", handed_in_as=FROM_CANVAS)]
    found = []
    for turn in range(3):
        random.Random(turn).shuffle(made)
        made = [replace(one, seconds=random.random()) for one in made]
        folder = tmp_path / str(turn % 2)
        folder.mkdir(exist_ok=True)
        write_all(made, folder, roster(CANVAS), seed=1)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        found.append({path.relative_to(folder): path.read_bytes() for path in files})
    assert found[0] == found[1] == found[2]
    assert len(found[0]) > 15


def test_the_page_of_who_is_forgotten_goes(out):
    write_all([result("s1"), result("s2")], out)
    write_all([result("s2")], out)
    assert [path.name for path in (out / "feedback").iterdir()] == ["s2.html"]
