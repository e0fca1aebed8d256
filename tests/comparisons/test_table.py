"""Every row of docs/comparisons.md, measured; and nothing left out of it."""

import re

import pytest

from tests.comparisons.table import PAGE, cell_names, page, rows

ROWS = rows()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.what} / {row.compared_with}"[:70])
def test_it_is_as_close_as_the_page_says(row):
    measured = row.measure()
    assert 0 <= measured < row.bound


def test_the_page_is_what_the_rows_say():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.comparisons.table"


def test_every_cell_is_held_against_differences():
    compared = {row.what for row in ROWS if row.compared_with == "central differences"}
    assert len(cell_names()) >= 14
    assert set(cell_names()) <= compared


def test_the_page_is_linked():
    readme = (PAGE.parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert re.search(r"\]\(docs/comparisons\.md\)", readme)
