"""The corpus through the real grader: nobody gains by attacking, nobody loses by being clumsy.

Many submissions are graded side by side, with honest neighbours between them; each case then has a
test of its own that looks at what became of it.
"""

import csv
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from corpus.case import ALL, POINTS, Case, Host, Place, handed_in, save
from corpus.clumsy import CLUMSY
from corpus.hostile import HOSTILE
from corpus.isolated import ISOLATED

from coursekit.grading import batch
from coursekit.grading.archive import printable
from coursekit.grading.feedback import page_name
from coursekit.grading.record import Record
from coursekit.grading.report import defuse

WRITTEN = 1_700_000_000  # when every neighbour's notebook was saved
NEIGHBOURS = ("a neighbour", "m neighbour", "zz neighbour")
# The page of a student whose name has a space carries a hash; this one would like to have it.
THIEF = Case(
    "takes_a_neighbour's_page", lambda place: None, 0, student=page_name(NEIGHBOURS[0])[:-5]
)
BATCHES = {
    "quick": [case for case in (*HOSTILE, THIEF) if not case.slow],
    "slow": [case for case in HOSTILE if case.slow],
    "isolated": list(ISOLATED),
    "clumsy": list(CLUMSY),
    "alone": [],
}
SECONDS = {"slow": 6.0}  # for a notebook; a step has a quarter
ROOM = 30.0  # what a machine under load may take on top


@dataclass
class Graded:
    """What became of a batch."""

    exit_code: int
    rows: dict[str, dict[str, dict[str, str]]]
    pages: dict[str, str]
    seconds: dict[str, float]
    host: Host
    temporary: list[str]
    left: list[str]

    def points(self, student: str) -> float:
        return sum(float(row["points"]) for row in self.rows[student].values())


def told(case):
    """What the reports call a student: a folder's name may be no text."""
    return printable(case.folder)


def build(cases, host):
    """Write all submissions of a batch, the neighbours' among them."""
    for case in cases:
        folder = host.submissions / case.folder
        folder.mkdir()
        place = Place(case.name, folder, host)
        made = case.build(place)
        if made is not None:
            save(place, made)
    for name in NEIGHBOURS:
        folder = host.submissions / name
        folder.mkdir()
        os.utime(save(Place(name, folder, host), handed_in()), (WRITTEN, WRITTEN))


def processes_with(token):
    """The processes of this machine that have a word in their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        if token in words:
            found.append(int(path.parent.name))
    return found


def end_what_was_left(host, cases):
    """The names of the cases of which a process still runs; it is ended."""
    left = []
    for case in cases:
        ours = host.processes.get(case.name)
        strays = [
            pid for pid in processes_with(host.token(case.name)) if ours is None or pid != ours.pid
        ]
        for pid in strays:
            os.kill(pid, 9)
        left += [case.name] if strays else []
    return left


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """graded(name) grades a batch, once."""
    hosts, failed = [], {}

    def grade(name):
        if name in failed:
            pytest.fail(f"the batch could not be graded: {failed[name]!r}")
        try:
            return grade_once(name)
        except Exception as error:
            failed[name] = error
            raise

    @cache
    def grade_once(name):
        folder = tmp_path_factory.mktemp(name)
        for part in ("host", "submissions", "temporary"):
            (folder / part).mkdir()
        host = Host(folder / "host", folder / "submissions")
        host.listen()
        hosts.append(host)
        cases = BATCHES[name]
        build(cases, host)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TMPDIR", str(folder / "temporary"))
            patch.setenv("GRADER_SECRET", host.secret("environment"))
            code = batch.run(
                host.submissions,
                folder / "out",
                workers=4,
                seed=7,
                timeout=SECONDS.get(name, 40.0),
            )
        temporary = flattened(folder / "temporary")
        return read(folder, code, host, temporary, end_what_was_left(host, cases))

    yield grade
    for host in hosts:
        for process in host.processes.values():
            process.communicate()


def flattened(folder):
    """The names in a folder; what is nested so deep that nobody could remove it is made flat."""
    names = sorted(os.listdir(folder))
    for name in names:
        place, count = folder / name, 0
        while (place / "d").is_dir():
            (place / "d").rename(folder / f"flat{count}")
            place, count = folder / f"flat{count}", count + 1
    return names


def read(folder, code, host, temporary, left):
    """What the reports say."""
    rows, seconds = {}, {}
    with (folder / "out" / "grades.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["student"], {})[row["answer"]] = row
    with Record(folder / "out") as record:
        for result, _ in record.latest():
            seconds[result.student] = result.seconds
    pages = {path.name: path.read_text("utf-8") for path in (folder / "out" / "feedback").iterdir()}
    return Graded(code, rows, pages, seconds, host, temporary, left)


def isolated(case):
    return pytest.param(case, marks=pytest.mark.sandbox, id=case.name)


def judge_case(case, found):
    """Whether the grader did with a case what it had to do."""
    student = defuse(told(case))
    assert student in found.rows, "it has no row"
    rows, page = found.rows[student], found.pages[page_name(told(case))]
    causes = {answer: row["cause"] for answer, row in rows.items()}
    reasons = {answer: row["reason"] for answer, row in rows.items()}
    assert "tool_failed" not in causes.values(), reasons
    assert found.points(student) <= case.honest, (causes, reasons)
    assert found.points(student) >= case.least, (causes, reasons, page)
    assert {answer: causes.get(answer) for answer in case.causes} == case.causes
    assert [said for said in case.says if said not in page] == []
    assert [said for said in case.never if said in page] == []
    assert [name for name, secret in found.host.secrets.items() if secret in page] == []
    assert found.host.touched(case.name) == []
    assert case.name not in found.left, "it left a process behind"
    assert found.seconds[told(case)] <= SECONDS.get("slow" if case.slow else "", 40.0) + ROOM


@pytest.mark.parametrize("case", [*HOSTILE, THIEF], ids=lambda case: case.name)
def test_no_attack_gains_or_touches_anything(graded, case):
    judge_case(case, graded("slow" if case.slow else "quick"))


@pytest.mark.parametrize("case", [isolated(case) for case in ISOLATED])
def test_no_attack_leaves_its_sandbox(graded, case):
    judge_case(case, graded("isolated"))


@pytest.mark.parametrize("case", CLUMSY, ids=lambda case: case.name)
def test_nobody_loses_by_being_clumsy(graded, case):
    found = graded("clumsy")
    judge_case(case, found)
    assert found.points(defuse(told(case))) == case.honest


BATCH = pytest.mark.parametrize(
    "name", ["quick", "slow", "clumsy", pytest.param("isolated", marks=pytest.mark.sandbox)]
)


@BATCH
@pytest.mark.parametrize("student", NEIGHBOURS)
def test_a_neighbour_has_the_same_marks_as_alone(graded, name, student):
    found, alone = graded(name), graded("alone")
    assert alone.points(student) == ALL
    assert found.rows[student] == alone.rows[student]
    assert found.pages[page_name(student)] == alone.pages[page_name(student)]


@BATCH
def test_every_submission_has_its_rows_and_a_page_of_its_own(graded, name):
    found = graded(name)
    students = sorted([told(case) for case in BATCHES[name]] + list(NEIGHBOURS))
    assert sorted(found.rows) == sorted(map(defuse, students))
    assert sorted(found.pages) == sorted(map(page_name, students))
    assert len(found.pages) == len(students)
    assert all(set(rows) in ({""}, set(POINTS)) for rows in found.rows.values())


@BATCH
def test_the_command_itself_succeeds_and_leaves_nothing_behind(graded, name):
    found = graded(name)
    assert found.exit_code == 0
    assert found.temporary == []
    assert found.left == []


@BATCH
def test_no_report_holds_a_secret_or_acts_by_itself(graded, name):
    found = graded(name)
    texts = [text for rows in found.rows.values() for row in rows.values() for text in row.values()]
    assert not any(text.startswith(("=", "+", "-", "@", "\t", "\r")) for text in texts)
    for text in [*texts, *found.pages.values()]:
        assert "\x1b" not in text
        assert [name for name, secret in found.host.secrets.items() if secret in text] == []
    for page in found.pages.values():
        assert not any(tag in page for tag in ("<script", "<img", "<a ", "href="))


def test_the_corpus_is_as_large_as_it_must_be():
    names = [case.name for case in (*HOSTILE, *ISOLATED, *CLUMSY)]
    assert len(set(names)) == len(names)
    assert len(HOSTILE) + len(ISOLATED) >= 34
    assert len(CLUMSY) >= 24
