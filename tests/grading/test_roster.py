"""Rosters: any CSV of the common kinds, and one folder belongs to one person or to nobody."""

import pytest

from coursekit.errors import CommandError
from coursekit.grading.roster import Person, Roster, read, seconds

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Homework (77)
    Points Possible,,,,,10
"Lee, Ann",12345,s1,alee,A,
"van den Berg, Jan",12346,s2,jberg,B,9
"Student, Test",99999,,,A,
"""
MOODLE = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 1234567,Ann Lee,ann@x.edu,Submitted,,100.00,Yes,"Saturday, 21 November 2026, 9:05 AM",-,
Participant 1234568,Zoë Ng,zoe@x.edu,No submission,,100.00,Yes,-,-,
"""


@pytest.fixture
def roster(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "roster.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return read(path)

    return write


def test_canvas_file_is_read_without_its_row_of_points_and_its_test_student(roster):
    ann, jan = roster(CANVAS).people
    assert (ann.student, ann.name, ann.canvas, ann.login) == ("s1", "Lee, Ann", "12345", "alee")
    assert (jan.sis, jan.section, jan.moodle, jan.email) == ("s2", "B", "", "")
    assert jan.row["Homework (77)"] == "9"


def test_canvas_file_without_sis_columns_calls_people_by_canvas_number(roster):
    (ann,) = roster("Student,ID,Section,Homework (1)\nAnn Lee,12345,A,\n").people
    assert (ann.student, ann.canvas) == ("12345", "12345")


def test_moodle_worksheet_has_numbers_and_times(roster):
    ann, zoe = roster(MOODLE).people
    assert (ann.student, ann.moodle, ann.name) == ("ann@x.edu", "1234567", "Ann Lee")
    assert ann.handed_in == seconds("2026-11-21 09:05")
    assert zoe.handed_in is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_separator_and_encoding(roster, encoding, delimiter):
    text = 'Student ID,"Full name",E-Mail\r\n 7 ,"Ng, ""Zoë""",z@x.edu\r\n\r\n'
    if delimiter != ",":
        text = text.replace(",", delimiter).replace(f'Ng{delimiter} ""', 'Ng, ""')
    (zoe,) = roster(text, encoding).people
    assert (zoe.student, zoe.name, zoe.email) == ("7", 'Ng, "Zoë"', "z@x.edu")


def test_first_and_last_names_make_a_name_and_short_rows_are_read(roster):
    ann, bo = roster("ID number;First name;Last name;Email\n1;Ann;Lee;a@x\n2;Bo\n").people
    assert (ann.student, ann.name, bo.name, bo.email) == ("1", "Ann Lee", "Bo", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is empty"),
        ("name,colour\nAnn,red\n", "has the columns name, colour; one must identify"),
        ("student id\n1\n2\n1\n", "has 1 in more than one row"),
    ],
)
def test_a_file_that_is_no_roster_is_explained(roster, text, said):
    with pytest.raises(CommandError, match=said):
        roster(text)


def test_a_missing_file_is_explained(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        read(tmp_path / "none.csv")


PEOPLE = Roster(
    (
        Person("s1", "Ann Lee", "ann@x.edu", "alee", moodle="11", canvas="21"),
        Person("s2", "Berg, Jan van den", "jan@x.edu", "jberg", canvas="22"),
        Person("s3", "Zoë Ng", "zoe@x.edu", "zng"),
        Person("s4", "Kim Park", "kim1@x.edu"),
        Person("s5", "Kim Park", "kim2@x.edu"),
        Person("s6", "Bo Ray", "bo@x.edu", moodle="16", canvas="26"),
    )
)


@pytest.mark.parametrize(
    ("folder", "students"),
    [
        ("s1", ["s1"]),
        ("S1", ["s1"]),
        ("ann@x.edu", ["s1"]),
        ("alee", ["s1"]),
        ("Ann Lee", ["s1"]),
        ("ann_lee", ["s1"]),
        ("Jan van den Berg", ["s2"]),
        ("Zoe\u0308 Ng", ["s3"]),
        ("Zoe Ng", []),
        ("Lee", []),
        ("s", []),
        ("", []),
        ("Kim Park", ["s4", "s5"]),
        ("kim2@x.edu", ["s5"]),
        ("Anybody_11_assignsubmission_file_", ["s1"]),
        ("Participant_16_assignsubmission_file_", ["s6"]),
        ("Zoë Ng_99_assignsubmission_file_", ["s3"]),
        ("Kim Park_99_assignsubmission_file_", ["s4", "s5"]),
        ("Ann Lee_99_assignsubmission_file_", []),
        ("ray_LATE_26_5_w.ipynb", ["s6"]),
        ("ngzoë_99_5_w.ipynb", ["s3"]),
        ("bergjanvanden_22_5_w.ipynb", ["s2"]),
        ("leeann_99_5_w.ipynb", []),
        ("parkkim_99_5_w.ipynb", ["s4", "s5"]),
        ("anon_aB3xY_5_w.ipynb", []),
    ],
)
def test_a_folder_belongs_to_who_fits_and_a_number_counts_more_than_a_name(folder, students):
    assert [person.student for person in PEOPLE.matching(folder)] == students


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T09:05",
        "2026-11-21 09:05:00",
        "Saturday, 21 November 2026, 9:05 AM",
        "Saturday, November 21, 2026, 9:05 AM",
        "Saturday, 21  November 2026, 09:05",
    ],
)
def test_times_are_read_in_iso_and_as_moodle_writes_them(text):
    assert seconds(text) == seconds("2026-11-21T09:05:00")


@pytest.mark.parametrize("text", ["", "-", "soon", "2026-13-01"])
def test_what_is_no_time_is_none(text):
    assert seconds(text) is None
