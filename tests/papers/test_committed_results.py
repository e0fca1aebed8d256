"""The committed results: whole, of rows that exist, with as many trials as the paper ran."""

from pathlib import Path

import pytest

from coursekit.errors import CommandError
from coursekit.papers import results
from coursekit.papers.hochreiter1997 import ROWS
from coursekit.papers.report import summary, table

FOLDER = Path(__file__).parents[2] / "results"
FILES = sorted(FOLDER.glob("hochreiter1997/*.jsonl"))
BY_NAME = {row.name: row for row in ROWS}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_holds_every_trial_of_its_row(path):
    row = BY_NAME[path.stem]
    found = results.read(path, row.name)
    assert found.damaged == ()
    assert sorted(record["trial"] for record in found.records) == list(range(row.trials))
    for record in found.records:
        assert record["seed"] == 0
        assert record["sequences"] <= row.cap + row.chunk
        assert record["success"] or record["sequences"] >= row.cap
        assert 0 <= record["wrong"] <= record["test_size"]


def test_the_report_counts_what_the_files_hold():
    """Whatever the verdict, it follows from the lines: nothing is written by hand."""
    page = table("hochreiter1997", list(ROWS), FOLDER)
    for path in FILES:
        row = BY_NAME[path.stem]
        told = summary(row, results.read(path, row.name).records)
        (line,) = [line for line in page.splitlines() if line.startswith(f"| {row.name} |")]
        assert f"{told['trials']} of {row.trials}" in line
        assert line.endswith("| yes |" if told["reproduced"] else "| no |")
    assert len(FILES) >= 7


def test_a_notebook_finds_them_wherever_it_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert results.committed() == FOLDER
    package = tmp_path / "site-packages" / "coursekit"
    (package.parent / "results").mkdir(parents=True)  # somebody else's
    monkeypatch.setattr(results.coursekit, "__file__", str(package / "__init__.py"))
    with pytest.raises(CommandError, match="has no finished trials"):
        results.committed()
    (package / "_course" / "results").mkdir(parents=True)
    assert results.committed() == package / "_course" / "results"
