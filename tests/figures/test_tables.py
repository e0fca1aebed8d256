"""A table drawn: every finished trial is a mark, at its own number of sequences."""

import importlib.util
import json
from pathlib import Path

import numpy as np

from coursekit import cli
from coursekit.figures.tables import alt_text, paper_beside_ours
from coursekit.papers.hochreiter1997 import PRINTED

ROOT = Path(__file__).parents[2]
ROWS = [row for row in PRINTED if row.name in ("6a", "4_T100", "4_T500")]


def written(folder, name, trials):
    path = folder / "hochreiter1997" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps(
            {"row": name, "trial": number, "seed": 0, "success": success, "sequences": count}
            | {"steps": 1, "wrong": 0, "test_size": 2560, "mean_error": 0.0, "seconds": 1.0}
            | {"versions": {}}
        )
        for number, (count, success) in enumerate(trials)
    ]
    path.write_text("\n".join(lines) + "\n")


def test_every_trial_is_drawn_at_its_sequences(tmp_path):
    written(tmp_path, "6a", [(20_000, True), (30_000, True), (40_000, True), (157_000, False)])
    ax = paper_beside_ours(ROWS, "hochreiter1997", tmp_path)
    place = [row.name for row in ROWS].index("6a")
    at = {
        line.get_marker(): sorted(line.get_xdata())
        for line in ax.lines
        if len(line.get_ydata())
        and abs(np.mean(line.get_ydata()) - place) < 0.4
        and line.get_marker() in ("o", "x")
    }
    assert at == {"o": [20_000, 30_000, 40_000], "x": [157_000]}
    (bar,) = [line for line in ax.lines if line.get_marker() == "None"]
    assert list(bar.get_xdata()) == [30_000, 30_000]
    (printed,) = [line for line in ax.lines if line.get_marker() == "D"]
    assert list(printed.get_xdata()) == [row.printed_sequences for row in ROWS]
    assert ax.get_xscale() == "log"


def test_the_words_say_which_rows_came_out(tmp_path):
    written(tmp_path, "6a", [(30_000, True)] * 20)
    written(tmp_path, "4_T100", [(300_000, True)] * 10)
    told = alt_text(ROWS, "hochreiter1997", tmp_path)
    assert told.startswith("2 of 3 rows were run. In 1 of them")
    assert told.endswith("not in 4_T100.")


def test_the_command_draws_and_says_what_it_cannot(tmp_path, capsys):
    written(tmp_path, "6a", [(30_000, True)] * 20)
    words = ["reproduce", "hochreiter1997", "--experiment", "6a", "--results", str(tmp_path)]
    for name in ("one.svg", "two.svg"):
        assert cli.main([*words, "--draw", str(tmp_path / name)]) == 0
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert "1 of 1 rows were run" in capsys.readouterr().out
    assert cli.main([*words, "--draw", str(tmp_path / "picture.doc")]) == 2
    assert "picture.doc cannot be written: Format 'doc' is not supported" in capsys.readouterr().err
    assert cli.main(["reproduce", "gers2000", "--draw", str(tmp_path / "x.svg")]) == 2
    assert "counts streams" in capsys.readouterr().err


def test_the_page_of_the_docs_is_fresh():
    spec = importlib.util.spec_from_file_location("reproduction", ROOT / "docs/reproduction.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "reproduction.md").read_text("utf-8") == module.page()
