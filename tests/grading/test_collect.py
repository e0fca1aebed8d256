"""What students hand in: any name, folder, zip or format; what was unusual becomes a note."""

import json
import os
import zipfile

import nbformat
import pytest

from coursekit.errors import CommandError
from coursekit.grading.causes import Cause, Unusable
from coursekit.grading.collect import collect
from coursekit.grading.notebook import clean, read

SPECS = {
    "ex98_small": ("doubled", "draw", "length", "q_why"),
    "ex97_other": ("tripled", "halved"),
}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "submissions"
    made.mkdir()
    return made


def only(folder):
    (found,) = collect(folder, SPECS)
    return found


def read_one(content, name="any.ipynb"):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read(name, raw, SPECS)


def test_each_student_folder_gives_its_notebooks_in_order(folder, make):
    make.save(folder / "bo", make.small())
    make.save(folder / "ann" / "deep" / "er", make.notebook([], "ex97_other"))
    make.save(folder / "ann", make.small())
    make.save(folder / "ann" / ".ipynb_checkpoints", make.small())
    make.save(folder / "__MACOSX", make.small())
    found = collect(folder, SPECS)
    assert [(one.student, one.exercise) for one in found] == [
        ("ann", "ex97_other"),
        ("ann", "ex98_small"),
        ("bo", "ex98_small"),
    ]
    assert all(one.cause is None for one in found)


def test_the_exercise_comes_from_metadata_then_the_name_then_the_answers(make):
    named = make.small()
    assert read_one(named, "ex97_other.ipynb").exercise == "ex98_small"
    named["metadata"] = {}
    assert read_one(named, "ex97_other.ipynb").exercise == "ex97_other"
    assert read_one(named, "My EX97 (2).ipynb").exercise == "ex97_other"
    assert read_one(named, "homework.ipynb").exercise == "ex98_small"
    named["metadata"] = {"coursekit": {"exercise": "ex00_unheard_of"}}
    assert read_one(named, "homework.ipynb").exercise == "ex98_small"
    defined = make.notebook([make.cell("def tripled(x):\n    return 3 * x")], None)
    assert read_one(defined).exercise == "ex97_other"
    assert read_one(make.notebook([make.cell("x = 1")], None)).exercise is None


@pytest.mark.parametrize("metadata", [None, [], "text", {"coursekit": ["a"]}, {"coursekit": 3}])
def test_odd_metadata_is_survived(make, metadata):
    content = make.small()
    content["metadata"] = metadata
    content["cells"][1]["metadata"] = metadata
    assert read_one(content).exercise == "ex98_small"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"  \n",
        b"\x89PNG\r\n",
        b"{",
        b"[]",
        b"{}",
        b'{"nbformat": 4}',
        b'{"nbformat": 4, "cells": 5}',
        b'{"nbformat": "4", "cells": []}',
        b'{"nbformat": 2, "worksheets": 7}',
        b"[" * 200_000,
        "{'a': \xe4}".encode("latin-1"),
    ],
)
def test_what_is_no_notebook_is_told(raw):
    with pytest.raises(Unusable) as caught:
        read_one(raw)
    assert caught.value.cause is Cause.NOT_A_NOTEBOOK


def test_an_old_format_a_byte_order_mark_and_lists_of_lines_are_read(make):
    content = make.small()
    content["cells"][1]["source"] = ["def doubled(xs):\n", "    return 2 * xs"]
    raw = b"\xef\xbb\xbf" + json.dumps(content).encode()
    assert read_one(raw).cells[1].defines == ("doubled",)
    plain = make.notebook([make.cell("def tripled(x):\n    return 3 * x")])
    new = nbformat.from_dict({**plain, "nbformat_minor": 4})
    old = json.dumps(nbformat.convert(new, 3)).encode()
    assert json.loads(old)["nbformat"] == 3
    assert read_one(old).cells[0].defines == ("tripled",)


def test_cells_are_known_by_grade_id_and_by_the_names_they_define(make):
    found = read_one(make.small(length="length: int = 5"))
    assert [cell.grade_id for cell in found.cells[1:6:2]] == ["doubled", "draw", "length"]
    assert found.cells[5].defines == ("length",)
    assert found.texts == {"q_why": "Because it is so."}
    assert found.notes == ()
    assert found.version == "0.1"


def test_an_empty_copy_of_an_answer_is_left_out(make):
    content = make.small()
    content["cells"].append(make.cell(make.stubs["doubled"], "doubled"))
    found = read_one(content)
    assert len(found.cells) == 7
    assert found.notes == ("an empty copy of the cell doubled was left out",)


def test_a_second_answer_is_noted_and_kept(make):
    content = make.small()
    content["cells"].append(make.cell(make.answers["doubled"], "doubled"))
    found = read_one(content)
    assert len(found.cells) == 8
    assert found.notes == ("2 cells are marked as doubled; the last one counts",)


def test_a_stub_left_below_a_return_is_no_stub(make):
    source = make.answers["doubled"] + "\n    raise NotImplementedError()"
    assert not read_one(make.small(doubled=source)).cells[1].is_stub
    assert read_one(make.small(doubled=make.stubs["doubled"])).cells[1].is_stub


@pytest.mark.parametrize(
    ("source", "runs", "notes"),
    [
        ("%matplotlib inline\nx = 1", "x = 1", []),
        ("!pip install x\nx = 1", "x = 1", ["a shell line was ignored: !pip install x"]),
        ("%%time\nx = 1", "x = 1", []),
        (
            "%%bash\nrm -rf x",
            "# rm -rf x",
            ["a cell was ignored, because it is not Python: %%bash"],
        ),
        ("x = 1\nx?", "x = 1", []),
        ("def f(:", "def f(:", []),
    ],
)
def test_magics_and_shell_lines_become_plain_python(source, runs, notes):
    found = []
    cleaned = clean(source, found)
    assert runs in cleaned
    assert "%%" not in cleaned.replace("# %%", "")
    assert found == notes


def test_the_zip_that_packs_a_notebook_is_read_with_its_manifest(folder, make):
    content = make.small()
    content["metadata"] = {}
    (folder / "ann").mkdir()
    with zipfile.ZipFile(folder / "ann" / "handed-in.zip", "w") as archive:
        archive.writestr("work.ipynb", json.dumps(content))
        archive.writestr("manifest.json", '{"exercise": "ex98_small", "handed_out_with": "0.3"}')
    found = only(folder)
    assert (found.exercise, found.notebook.version) == ("ex98_small", "0.3")
    assert found.notebook.name == "handed-in.zip: work.ipynb"


def test_a_path_in_a_zip_goes_nowhere(folder, make, tmp_path):
    (folder / "ann").mkdir()
    with zipfile.ZipFile(folder / "ann" / "a.zip", "w") as archive:
        archive.writestr("../../../escaped.ipynb", json.dumps(make.small()))
    assert only(folder).exercise == "ex98_small"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip", "ann", "submissions"]


def test_odd_zips_have_a_cause(folder):
    for student, content in (("ann", b"no zip"), ("bo", b""), ("cy", None)):
        (folder / student).mkdir()
        path = folder / student / "ex98_small.zip"
        if content is None:
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("readme.txt", "nothing here")
        else:
            path.write_bytes(content)
    causes = {one.student: one.cause for one in collect(folder, SPECS)}
    assert causes == {"ann": Cause.UNREADABLE, "bo": Cause.UNREADABLE, "cy": Cause.NO_NOTEBOOK}


def test_every_folder_gives_a_row_with_a_cause(folder, make):
    (folder / "empty").mkdir()
    make.save(folder / "essay", "My essay", "essay.docx")
    make.save(folder / "broken", "not JSON", "ex98_small.ipynb")
    make.save(folder / "stranger", make.notebook([make.cell("x = 1")], None), "mine.ipynb")
    found = {one.student: (one.cause, one.exercise) for one in collect(folder, SPECS)}
    assert found == {
        "empty": (Cause.NO_NOTEBOOK, ""),
        "essay": (Cause.NO_NOTEBOOK, ""),
        "broken": (Cause.NOT_A_NOTEBOOK, "ex98_small"),
        "stranger": (Cause.UNKNOWN_EXERCISE, ""),
    }


def test_a_notebook_under_another_ending_counts_and_a_broken_one_beside_it_costs_nothing(
    folder, make
):
    make.save(folder / "ann", make.small(), "ex98_small.ipynb.txt")
    make.save(folder / "ann", "not JSON", "ex98_small.ipynb")
    make.save(folder / "ann", "notes of mine", "notes.txt")
    assert only(folder).notebook.name == "ex98_small.ipynb.txt"


def test_of_two_copies_the_newest_counts_and_the_other_is_noted(folder, make):
    first = make.save(folder / "ann", make.small(length="length = 1"), "b.ipynb")
    second = make.save(folder / "ann", make.small(), "a.ipynb")
    os.utime(first, (1000, 1000))
    os.utime(second, (2000, 2000))
    found = only(folder)
    assert found.notebook.name == "a.ipynb"
    assert found.notebook.notes == ("a.ipynb was graded, the newest; b.ipynb was left alone",)


def test_of_two_packed_at_the_same_time_the_one_with_the_number_counts(folder, make):
    for name in ("work.ipynb", "work-2.ipynb"):
        os.utime(make.save(folder / "ann", make.small(), name), (1000, 1000))
    assert only(folder).notebook.name == "work-2.ipynb"


def test_links_are_not_followed(folder, make, tmp_path):
    outside = make.save(tmp_path / "outside", make.small())
    (folder / "ann").mkdir()
    (folder / "ann" / "link.ipynb").symlink_to(outside)
    (folder / "ann" / "linked").symlink_to(outside.parent)
    (folder / "bo").symlink_to(outside.parent)
    assert only(folder).cause is Cause.NO_NOTEBOOK


def test_a_notebook_beside_the_folders_counts_as_a_student(folder, make):
    make.save(folder, make.small(), "ann.ipynb")
    assert only(folder).student == "ann"


def test_a_wrong_folder_is_explained(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    for name, said in (
        ("none", "does not exist"),
        ("file", "is a file and no zip"),
        ("empty", "no sub"),
    ):
        with pytest.raises(CommandError, match=said) as caught:
            collect(tmp_path / name, SPECS)
        assert caught.value.exit_code == 2
