"""Whole downloads: folders and zips, attempts, times, rosters; nothing is guessed or written."""

import io
import json
import os
import time
import warnings
import zipfile

import pytest

from coursekit.errors import CommandError
from coursekit.grading import archive, attempts
from coursekit.grading.causes import Cause
from coursekit.grading.collect import collect, intake
from coursekit.grading.roster import Person, Roster

SPECS = {
    "ex98_small": ("doubled", "draw", "length", "q_why"),
    "ex97_other": ("tripled", "halved"),
}
NOON = time.mktime((2026, 3, 1, 12, 0, 0, 0, 0, -1))


@pytest.fixture
def download(tmp_path, make):
    """download({name: content}) makes a zip, or with folder=True a folder; all dated alike."""

    def write(files, folder=False):
        path = tmp_path / ("download" if folder else "download.zip")
        if folder:
            for name, content in files.items():
                place = path / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(as_bytes(content))
                os.utime(place, (NOON, NOON))
            return path
        path.write_bytes(zipped(files))
        return path

    return write


def as_bytes(content):
    if isinstance(content, bytes):
        return content
    return (content if isinstance(content, str) else json.dumps(content)).encode()


def zipped(files):
    """A zip as bytes, of names and contents."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        warnings.simplefilter("ignore")
        for name, content in files.items() if isinstance(files, dict) else files:
            dated = zipfile.ZipInfo(name, (2026, 3, 1, 12, 0, 0))
            made.writestr(dated, as_bytes(content), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def told(found):
    """By student: the notebook's name, or the cause."""
    return {one.student: one.notebook.name if one.notebook else str(one.cause) for one in found}


MOODLE = "_assignsubmission_file_"


@pytest.mark.parametrize("folder", [True, False])
@pytest.mark.parametrize("around", ["", "Homework 5/"])
def test_a_download_of_moodle(download, make, folder, around):
    good = make.small()
    source = download(
        {
            f"{around}Ann Lee_11{MOODLE}/work.ipynb": good,
            f"{around}Ann Lee_11_assignsubmission_onlinetext_/onlinetext.html": "<p>Hi</p>",
            f"{around}Bo Ray_12_assignsubmission_file/deep/er/work.ipynb": good,
            f"{around}Cy Day_13_assignsubmission_onlinetext/onlinetext.html": "<p>Hi</p>",
            f"{around}Di Fox_14{MOODLE}/essay.pdf": "%PDF",
            f"{around}Ed Gil_15{MOODLE}my_work.ipynb": good,
            f"{around}__MACOSX/._x.ipynb": "",
        },
        folder,
    )
    if folder and around:
        source = source / around
    found = collect(source, SPECS)
    assert told(found) == {
        "Ann Lee_11": "work.ipynb",
        "Bo Ray_12": "deep/er/work.ipynb",
        "Cy Day_13": "no_notebook",
        "Di Fox_14": "no_notebook",
        "Ed Gil_15": "my_work.ipynb",
    }
    # Both systems date the files at the download.
    assert {one.handed_in for one in found} == {None}
    assert found[0].handed_in_as == f"Ann Lee_11{MOODLE}/work.ipynb"
    assert found[4].handed_in_as == f"Ed Gil_15{MOODLE}my_work.ipynb"


@pytest.mark.parametrize("folder", [True, False])
def test_a_download_of_canvas_and_the_latest_upload_counts(download, make, folder):
    good, old = make.small(), make.small(length="length = 1")
    source = download(
        {
            "leeann_21_500_work.ipynb": good,
            "leeann_21_499_work-2.ipynb": old,
            "raybo_LATE_22_501_work-1.ipynb": good,
            "daycy_LATE_23_502_work.zip": zipped({"a/work.ipynb": good, "data.csv": "1"}),
            "foxdi_24_text.html": "<p>Hi</p>",
        },
        folder,
    )
    found = collect(source, SPECS)
    assert told(found) == {
        "leeann_21": "work.ipynb",
        "raybo_22": "work-1.ipynb",
        "daycy_23": "work.zip: a/work.ipynb",
        "foxdi_24": "no_notebook",
    }
    ann = next(one for one in found if one.student == "leeann_21")
    assert ann.notebook.notes == ("work.ipynb was graded, the newest; work-2.ipynb was left alone",)
    assert ann.handed_in_as == "leeann_21_500_work.ipynb"


def test_a_download_that_lies_in_the_folder_is_no_student(download, make):
    inside = {f"Ann Lee_1{n}{MOODLE}/w.ipynb": make.small() for n in range(3)}
    own = zipped({"w.ipynb": make.small()})
    source = download({"Homework-5.zip": zipped(inside), "bo.zip": own, "cy.zip": "no zip"}, True)
    assert told(collect(source, SPECS)) == {
        "Ann Lee_10": "w.ipynb",
        "Ann Lee_11": "w.ipynb",
        "Ann Lee_12": "w.ipynb",
        "bo": "bo.zip: w.ipynb",
        "cy": "unreadable",
    }


@pytest.mark.parametrize("folder", [True, False])
def test_plain_folders_in_a_zip_or_not_keep_the_date_of_the_file(download, make, folder):
    source = download({"ann/w.ipynb": make.small(), "bo/x/w.ipynb": make.small()}, folder)
    found = collect(source, SPECS)
    assert told(found) == {"ann": "w.ipynb", "bo": "x/w.ipynb"}
    assert [one.handed_in for one in found] == [NOON, NOON]


def test_one_student_in_one_folder_of_a_zip_is_that_student(download, make):
    assert told(collect(download({"ann/w.ipynb": make.small()}), SPECS)) == {"ann": "w.ipynb"}


def test_the_last_attempt_by_its_number_where_dates_are_equal(download, make):
    files = {f"ann/{name}": make.small() for name in ("w (9).ipynb", "w (10).ipynb", "w.ipynb")}
    (found,) = collect(download(files), SPECS)
    assert found.notebook.name == "w (10).ipynb"
    assert found.notebook.notes == (
        "w (10).ipynb was graded, the newest; w.ipynb, w (9).ipynb was left alone",
    )


def test_a_zip_in_a_zip_is_read_and_one_deeper_is_not(download, make):
    once = zipped({"w.ipynb": make.small()})
    twice = zipped({"inner.zip": once})
    thrice = zipped({"middle.zip": twice})
    found = collect(download({"ann/a.zip": once, "bo/b.zip": twice, "cy/c.zip": thrice}), SPECS)
    assert told(found) == {
        "ann": "a.zip: w.ipynb",
        "bo": "b.zip: inner.zip: w.ipynb",
        "cy": "no_notebook",
    }


def test_many_zips_or_notebooks_in_a_zip_are_not_all_opened(download, make, monkeypatch):
    monkeypatch.setattr(attempts, "MAX_ZIPS", 1)
    monkeypatch.setattr(attempts, "MAX_NOTEBOOKS", 2)
    inner = zipped({"w.ipynb": make.small()})
    many = zipped({f"{n}.ipynb": make.small() for n in range(3)})
    source = download({"ann/a.zip": zipped({"1.zip": inner, "2.zip": inner}), "bo/b.zip": many})
    found = collect(source, SPECS)
    assert [(one.student, one.exercise, one.cause) for one in found] == [
        ("ann", "", Cause.UNREADABLE),
        ("ann", "ex98_small", None),
        ("bo", "", Cause.UNREADABLE),
    ]
    assert found[0].reason == "a.zip holds 2 zips; 2.zip was not opened"
    assert found[2].reason == "b.zip holds 3 notebooks; at most 2 are read"


def test_a_bomb_costs_its_own_student(download, make, monkeypatch):
    monkeypatch.setattr(archive, "MAX_PACKED", 10**6)
    bomb = zipped({f"{n}.ipynb": bytes(10**5) for n in range(11)})
    found = collect(download({"ann/w.ipynb": make.small(), "bo/ex98_small.zip": bomb}), SPECS)
    assert told(found) == {"ann": "w.ipynb", "bo": "unreadable"}
    assert "would unpack from" in found[1].reason


def test_no_path_of_an_archive_leads_anywhere(download, make, tmp_path):
    source = download(
        {
            "../../ann/w.ipynb": make.small(),
            "/bo/w.ipynb": make.small(),
            "C:\\cy\\w.ipynb": make.small(),
        }
    )
    assert told(collect(source, SPECS)) == {"ann": "w.ipynb", "bo": "w.ipynb", "cy": "w.ipynb"}
    assert [path.name for path in tmp_path.rglob("*")] == ["download.zip"]


def test_of_two_files_of_one_name_in_a_zip_the_last_counts_with_a_note(download, make):
    old, new = make.small(length="length = 1"), make.small()
    source = download([("ann/w.ipynb", old), ("ann/w.ipynb", new)])
    (found,) = collect(source, SPECS)
    assert "length = 5" in "".join(cell.source for cell in found.notebook.cells)
    assert found.notebook.notes == ("the zip holds 2 files of that name; the last was graded",)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06"])
def test_what_is_no_zip_is_explained(tmp_path, content):
    path = tmp_path / "download.zip"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="cannot be unpacked.*Moodle or Canvas"):
        collect(path, SPECS)


def test_an_empty_zip_is_explained(download):
    with pytest.raises(CommandError, match="holds no submissions"):
        collect(download({}), SPECS)


ROSTER = Roster(
    (
        Person("s1", "Ann Lee", moodle="11", handed_in=1_700_000_000.0),
        Person("s2", "Bo Ray"),
        Person("s3", "Kim Park"),
        Person("s4", "Kim Park"),
        Person("s5", "Di Fox"),
    )
)


def test_a_roster_names_the_students_and_who_handed_in_nothing(download, make):
    good = make.small()
    source = download(
        {
            f"A. Lee_11{MOODLE}/w.ipynb": good,
            f"Bo Ray_12{MOODLE}/w.ipynb": good,
            f"Kim Park_13{MOODLE}/w.ipynb": good,
            f"Ed Gil_15{MOODLE}/w.ipynb": good,
        }
    )
    found = intake(source, SPECS, ROSTER)
    assert told(found.submissions) == {
        "s1": "w.ipynb",
        "s2": "w.ipynb",
        "Kim Park_13": "w.ipynb",
        "Ed Gil_15": "w.ipynb",
        "s5": "nothing_handed_in",
    }
    graded = "it is graded under its own name"
    assert found.unmatched == (
        f"Kim Park_13{MOODLE} fits 2 people of the roster (s3, s4); {graded}",
        f"Ed Gil_15{MOODLE} fits nobody; {graded}",
    )
    by_student = {one.student: one for one in found.submissions}
    assert by_student["s1"].handed_in == 1_700_000_000.0
    assert by_student["s2"].handed_in is None
    # Their own pages tell nothing about others.
    assert not any(
        "s3" in note
        for one in found.submissions
        for note in (one.notebook.notes if one.notebook else (one.reason,))
    )


def test_two_folders_of_one_person_are_two_attempts_of_theirs(download, make):
    good = make.small()
    source = download({"Ann Lee/old.ipynb": good, "s1/new-2.ipynb": good}, folder=True)
    found = intake(source, SPECS, ROSTER).submissions
    assert [one.exercise for one in found if one.student == "s1"] == ["ex98_small"]
    ann = next(one for one in found if one.student == "s1")
    assert ann.notebook.notes == ("new-2.ipynb was graded, the newest; old.ipynb was left alone",)


def test_intake_is_in_the_order_of_the_students_whatever_the_order_of_the_zip(download, make):
    files = [(f"{name}/w.ipynb", make.small()) for name in ("cy", "ann", "bo")]
    assert [one.student for one in collect(download(files), SPECS)] == ["ann", "bo", "cy"]
