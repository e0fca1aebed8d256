"""Names in downloads: the forms that Moodle and Canvas write, and where feedback goes back."""

import pytest

from coursekit.grading.lms import Handed, parse, returned

MOODLE = {
    "Ann Lee_1234567_assignsubmission_file_": Handed("moodle", "Ann Lee", "1234567"),
    "Ann Lee_1234567_assignsubmission_file": Handed("moodle", "Ann Lee", "1234567"),
    "Ann Lee_1234567_assignsubmission_onlinetext_": Handed("moodle", "Ann Lee", "1234567"),
    "Participant_77_assignsubmission_file_": Handed("moodle", "Participant", "77"),
    "Zoë O'Neil-Ng_5_assignsubmission_file_my_work 2.ipynb": Handed(
        "moodle", "Zoë O'Neil-Ng", "5", "my_work 2.ipynb"
    ),
}
CANVAS = {
    "leeann_12345_678901_work.ipynb": Handed(
        "canvas", "leeann", "12345", "work.ipynb", False, 678901
    ),
    "leeann_LATE_12345_678901_work-2.ipynb": Handed(
        "canvas", "leeann", "12345", "work-2.ipynb", True, 678901
    ),
    "van_den_bergjan_1_2_a_3_4_b.zip": Handed(
        "canvas", "van_den_bergjan", "1", "a_3_4_b.zip", False, 2
    ),
    "anon_aB3xY_678901_work.ipynb": Handed("canvas", "", "aB3xY", "work.ipynb", False, 678901),
    "LATE_anon_aB3xY_6_work.ipynb": Handed("canvas", "", "aB3xY", "work.ipynb", True, 6),
    "leeann_LATE_12345_text.html": Handed("canvas", "leeann", "12345", "text.html", True),
}
NEITHER = [
    "ann",
    "ex05_lstm_cell.ipynb",
    "work-2.ipynb",
    "ann_lee_12.ipynb",
    "Ann Lee_x_assignsubmission_file_",
    "",
]


@pytest.mark.parametrize(("name", "handed"), [*MOODLE.items(), *CANVAS.items()])
def test_a_name_of_a_download_is_read(name, handed):
    assert parse(name) == handed


@pytest.mark.parametrize("name", NEITHER)
def test_another_name_is_left_as_it_is(name):
    assert parse(name) is None


def test_blind_students_are_told_apart_and_both_moodle_folders_are_one_student():
    assert parse("anon_aB3xY_1_w.ipynb").student != parse("anon_cD3xY_1_w.ipynb").student
    file, text = (f"Ann Lee_12_assignsubmission_{kind}_" for kind in ("file", "onlinetext"))
    assert parse(file).student == parse(text).student == "Ann Lee_12"


@pytest.mark.parametrize(
    ("handed_in_as", "back"),
    [
        ("A B_1_assignsubmission_file_/w.ipynb", ("moodle", "A B_1_assignsubmission_file_/f.html")),
        ("A B_1_assignsubmission_file/w.ipynb", ("moodle", "A B_1_assignsubmission_file/f.html")),
        ("A B_1_assignsubmission_file_w.ipynb", ("moodle", "A B_1_assignsubmission_file_f.html")),
        ("ba_LATE_1_22_w-2.ipynb", ("canvas", "ba_LATE_1_22_w-2.html")),
        ("ann/work.ipynb", None),
        ("work.ipynb", None),
        ("", None),
    ],
)
def test_feedback_goes_back_under_the_name_that_was_handed_out(handed_in_as, back):
    assert returned(handed_in_as, "f.html") == back
    if back is not None:
        top = back[1].split("/")[0]
        assert parse(top).student == parse(handed_in_as.split("/")[0]).student
