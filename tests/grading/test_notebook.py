"""Clumsy notebooks: whatever happened to them, the answer is found and a note says what was odd."""

import json

import nbformat
import pytest

from coursekit.grading import batch
from coursekit.grading.causes import Cause
from coursekit.grading.collect import Submission, collect
from coursekit.grading.notebook import read
from coursekit.grading.pool import Job, grade
from coursekit.grading.sandbox import Limits

SPECS = {"ex98_small": ("doubled", "draw", "length", "q_why")}
POINTS = {"doubled": 4, "draw": 3, "length": 2, "q_why": 0}


@pytest.fixture
def graded(small_course):
    """graded(notebook or bytes) gives the points by answer, and the notes."""

    def run(content, beside=None):
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        notebook = read("w.ipynb", raw, SPECS, beside=beside)
        result = grade(Job(Submission("ann", "ex98_small", notebook), 5, Limits()))
        assert Cause.TOOL_FAILED not in {mark.cause for mark in result.marks}
        return {mark.answer: mark.points for mark in result.marks}, result.notes

    return run


def code(content):
    return [cell for cell in content["cells"] if cell["cell_type"] == "code"]


def by_id(content, grade_id):
    return next(
        cell
        for cell in content["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )


def wrong_kernel(content, make):
    content["metadata"]["kernelspec"] = {"name": "ir", "language": "R", "display_name": "R"}
    content["metadata"]["language_info"] = {"name": "R"}


def reordered(content, make):
    content["cells"][1:] = content["cells"][:0:-1]


def merged_into_one(content, make):
    content["cells"] = [make.cell("\n".join(("import numpy as np", *make.answers.values())))]


def without_ids(content, make):
    for cell in content["cells"]:
        cell["metadata"] = {}


def ids_swapped(content, make):
    first, second = by_id(content, "doubled"), by_id(content, "draw")
    first["metadata"], second["metadata"] = second["metadata"], first["metadata"]


def same_id_everywhere(content, make):
    for cell in code(content):
        cell["metadata"] = {"nbgrader": {"grade_id": "doubled"}}


def checks_deleted(content, make):
    content["cells"] = [
        cell
        for cell in content["cells"]
        if not str(cell["metadata"].get("nbgrader", {}).get("grade_id")).startswith("check_")
    ]


def points_edited(content, make):
    for cell in code(content):
        cell["metadata"].setdefault("nbgrader", {})["points"] = 1000


def magics(content, make):
    content["cells"].insert(0, make.cell("%load_ext autoreload\n%%time\n!ls\nx = !pwd"))
    cell = by_id(content, "doubled")
    cell["source"] = "%%time\n" + cell["source"]


def raises_before(content, make):
    content["cells"].insert(1, make.cell("1 / 0"))


def asks(content, make):
    content["cells"].insert(1, make.cell("name = input('Your name? ')"))


def warns(content, make):
    cell = by_id(content, "doubled")
    cell["source"] = cell["source"].replace(
        "return", "import warnings; warnings.warn('no'); print('x' * 10_000); return"
    )


def odd_letters(content, make):
    content["cells"].insert(1, make.cell("x = '\ud800'\n# \u0000 \u202e"))


def old_stub_below(content, make):
    content["cells"].append(make.cell(make.stubs["doubled"], "doubled"))


ODD = [
    *(wrong_kernel, reordered, merged_into_one, without_ids, ids_swapped, same_id_everywhere),
    *(checks_deleted, points_edited, magics, raises_before, asks, warns, odd_letters),
    old_stub_below,
]


@pytest.mark.parametrize("change", ODD)
def test_no_earned_point_is_lost(graded, make, change):
    content = make.small()
    change(content, make)
    assert graded(content)[0] == POINTS


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_a_file_in_any_encoding_is_read(graded, make, encoding):
    content = make.small()
    content["cells"].insert(1, make.cell("name = 'Zoë'"))
    points, notes = graded(json.dumps(content, ensure_ascii=False).encode(encoding))
    assert points == POINTS
    assert ("the file is not in UTF-8" in " ".join(notes)) == (encoding == "cp1252")


def test_format_3_is_read(graded, make):
    made = nbformat.from_dict({**make.small(), "nbformat_minor": 4})
    points, _ = graded(json.dumps(nbformat.convert(made, 3)).encode())
    assert points == POINTS


def test_outputs_of_fifty_megabytes_cost_nothing(tmp_path, make):
    content = make.small()
    content["cells"][0]["outputs"] = [{"output_type": "stream", "text": "0.1 " * 13_000_000}]
    make.save(tmp_path / "ann", content)
    assert (tmp_path / "ann" / "ex98_small.ipynb").stat().st_size > 50_000_000
    (found,) = collect(tmp_path, SPECS)
    assert found.cause is None
    assert sum(len(cell.source) for cell in found.notebook.cells) < 10_000


def test_input_in_the_cell_of_an_answer_leaves_the_answer(graded, make):
    source = "n = int(input('how many? '))\n" + make.answers["doubled"]
    points, notes = graded(make.small(doubled=source))
    assert points == POINTS
    assert any("nobody is there to type" in note for note in notes)


def test_an_answer_in_a_cell_that_became_text_is_run(graded, make):
    content = make.small()
    cell = by_id(content, "doubled")
    cell["cell_type"] = "markdown"
    points, notes = graded(content)
    assert points == POINTS
    assert "the cell doubled is no code cell any more; it was run as one" in notes


def test_words_about_an_answer_stay_words(make):
    content = make.small(doubled=None)
    content["cells"].append(make.cell("My doubled is below.", "doubled", "markdown"))
    assert read("w.ipynb", json.dumps(content).encode(), SPECS).texts["doubled"]


SCRIPT = b"import numpy as np\n\ndef doubled(xs):\n    return 2 * xs\n"


@pytest.mark.parametrize(
    ("source", "path"),
    [
        (None, "answers.py"),
        ("stub", "answers.py"),
        ("from answers import doubled", "src/answers.py"),
        ("def run():\n    import answers", "src/answers.py"),
    ],
)
def test_an_answer_in_a_script_beside_counts_with_a_note(graded, make, source, path):
    source = make.stubs["doubled"] if source == "stub" else source
    points, notes = graded(make.small(doubled=source), {path: SCRIPT})
    assert points == POINTS
    assert f"doubled: not in the notebook, but in {path}, which was run first" in notes
    assert not any("raises" in note for note in notes)


@pytest.mark.parametrize("path", ["coursekit/answers.py", "src/other.py", "answers/src.py"])
def test_a_script_elsewhere_that_nobody_imports_does_not_answer_for_a_student(graded, make, path):
    points, notes = graded(make.small(doubled=make.stubs["doubled"]), {path: SCRIPT})
    assert points == {**POINTS, "doubled": 0}
    assert notes == ()


@pytest.mark.parametrize(
    "script",
    [b"def doubled(xs):\n    return 0", b"def (", b"\xff\xfe", b"doubled = 3", b"import os\n"],
)
def test_a_script_changes_nothing_where_the_notebook_has_the_answer(graded, make, script):
    points, notes = graded(make.small(), {"answers.py": script})
    assert points == POINTS
    assert notes == ()


def test_a_script_that_is_a_stub_is_no_answer(graded, make):
    script = make.stubs["doubled"].encode()
    points, notes = graded(make.small(doubled=make.stubs["doubled"]), {"answers.py": script})
    assert points == {**POINTS, "doubled": 0}
    assert notes == ()


def test_a_script_in_the_folder_and_in_a_zip_is_found(tmp_path, small_course, make):
    import zipfile

    notebook = make.small(doubled="from answers import doubled")
    make.save(tmp_path / "s" / "ann", notebook)
    make.save(tmp_path / "s" / "ann" / "lib", SCRIPT.decode(), "answers.py")
    (tmp_path / "s" / "bo").mkdir()
    with zipfile.ZipFile(tmp_path / "s" / "bo" / "w.zip", "w") as packed:
        packed.writestr("w.ipynb", json.dumps(notebook))
        packed.writestr("answers.py", SCRIPT)
    assert batch.run(tmp_path / "s", tmp_path / "out", workers=1, seed=1) == 0
    table = (tmp_path / "out" / "grades.csv").read_text()
    assert table.count("doubled,4,4,ok") == 2
