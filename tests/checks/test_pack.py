"""`coursekit check`: the verdicts, the zip, and bad input."""

import json
import zipfile
from pathlib import Path

import nbformat
import pytest

from coursekit import __version__
from coursekit.checks import pack
from coursekit.cli import main
from coursekit.errors import CommandError
from tests.survivors import kernels

HEAD = "import numpy as np\n"
RIGHT = HEAD + "def sigmoid(net):\n    return 1 / (1 + np.exp(-net))"
WRONG = "def sigmoid_slope(s):\n    return 1 - s**2"
STUB = "def tanh_slope(t):\n    raise NotImplementedError()"


@pytest.fixture
def write(tmp_path):
    def make(*cells, name="mine.ipynb", exercise="ex05_lstm_cell"):
        notebook = nbformat.v4.new_notebook()
        notebook.metadata["coursekit"] = {"exercise": exercise, "version": "0.0.9"}
        notebook.cells = [nbformat.v4.new_code_cell(source) for source in cells]
        path = tmp_path / name
        nbformat.write(notebook, path)
        return path

    return make


def test_right_wrong_and_untouched_answers_are_told_apart_and_packed(write, capsys):
    path = write(RIGHT, WRONG, STUB, "open('left_behind.txt', 'w').write('x')")
    before = path.read_bytes()
    assert main(["check", str(path)]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "1/1  right" in lines["sigmoid"]
    assert (
        "0/1  not yet" in lines["sigmoid_slope"] and "derivative of tanh" in lines["sigmoid_slope"]
    )
    assert "not answered yet" in lines["tanh_slope"] and "not answered yet" in lines["lstm_step"]
    assert "1/30" in lines["sum"]
    assert path.read_bytes() == before
    assert sorted(p.name for p in path.parent.iterdir()) == ["mine.ipynb", "mine_handin.zip"]
    with zipfile.ZipFile(path.with_name("mine_handin.zip")) as archive:
        assert archive.read("mine.ipynb") == before
        assert json.loads(archive.read("manifest.json")) == {
            "exercise": "ex05_lstm_cell",
            "notebook": "mine.ipynb",
            "handed_out_with": "0.0.9",
            "packed_with": __version__,
        }


def test_a_zip_that_is_there_stays_and_equal_notebooks_make_equal_bytes(write, tmp_path):
    path = write(RIGHT)
    content = pack.read(path)
    paths = [pack.pack(path, "ex05_lstm_cell", content, None) for _ in range(3)]
    names = ["mine_handin.zip", "mine_handin-2.zip", "mine_handin-3.zip"]
    assert [made.name for made in paths] == names
    assert len({made.read_bytes() for made in paths}) == 1
    elsewhere = pack.pack(path, "ex05_lstm_cell", content, tmp_path / "new" / "folder")
    assert elsewhere.parent == tmp_path / "new" / "folder"


def test_a_cell_that_fails_does_not_hide_the_others(write, capsys):
    path = write("1 / 0", RIGHT, "print('coursekit-checks: []')")
    assert main(["check", str(path)]) == 0
    assert "1/1  right" in capsys.readouterr().out


def test_a_notebook_that_ends_its_kernel_is_said_so_and_still_packed(write, capsys):
    path = write(RIGHT, "import os\nos._exit(3)")
    assert main(["check", str(path)]) == 1
    shown = capsys.readouterr().out
    assert "ended its own kernel" in shown and "packed in" in shown


HANGS = "while True: pass"


def test_a_cell_that_hangs_is_interrupted_and_the_answers_after_it_count(
    write, monkeypatch, capsys
):
    monkeypatch.setattr(pack, "CELL_TIMEOUT", 3)
    assert main(["check", str(write(HANGS, RIGHT))]) == 0
    assert "1/1  right" in capsys.readouterr().out
    assert kernels() == []


def test_a_cell_that_cannot_be_interrupted_is_ended_and_said_so(write, monkeypatch, capsys):
    monkeypatch.setattr(pack, "CELL_TIMEOUT", 3)
    monkeypatch.setattr(pack, "GRACE", 1)
    deaf = f"import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n{HANGS}"
    assert main(["check", str(write(RIGHT, deaf))]) == 1
    shown = capsys.readouterr().out
    assert "could not be stopped" in shown and "packed in" in shown
    assert kernels() == []


def test_open_answers_that_are_empty_are_named():
    def cell(source):
        return {"metadata": {"nbgrader": {"grade_id": "q"}}, "source": source}

    assert pack.is_empty({"cells": []}, "q")
    assert pack.is_empty({"cells": [cell(" YOUR ANSWER HERE\n")]}, "q")
    assert not pack.is_empty({"cells": [cell("Because.")]}, "q")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '"x"', "\x00"])
def test_what_is_no_notebook_is_refused_in_words(tmp_path, text, capsys):
    path = tmp_path / "bad.ipynb"
    path.write_text(text, "utf-8")
    assert main(["check", str(path)]) == 2
    assert "no Jupyter notebook" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_file_a_folder_and_an_unknown_exercise_are_refused(write, tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        pack.run(tmp_path / "none.ipynb")
    with pytest.raises(CommandError, match="cannot be read"):
        pack.run(tmp_path)
    with pytest.raises(CommandError, match="'ex77'.*ex05_lstm_cell"):
        pack.run(write(RIGHT, exercise="ex77"))


def test_a_place_that_is_a_file_is_refused(write, tmp_path):
    path = write(RIGHT)
    (tmp_path / "taken").write_text("x")
    with pytest.raises(CommandError, match="cannot be written"):
        pack.pack(path, "ex05_lstm_cell", pack.read(path), Path(tmp_path / "taken"))
