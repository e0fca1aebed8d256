"""Every row of docs/comparisons.md, measured; and nothing left out of it."""

import importlib
import pkgutil

import numpy as np
import pytest

from coursekit import blocks, cells
from tests.comparisons.settings import apart, cell_names
from tests.comparisons.table import PAGE, page, rows

ROWS = rows()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.what} / {row.compared_with}"[:70])
def test_it_is_as_close_as_the_page_says(row):
    assert 0 <= row.measure() <= row.bound


def test_the_page_is_what_the_rows_say():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.comparisons.table"


def test_every_cell_is_held_against_differences_and_against_its_equations():
    """A new cell of ``coursekit.cells`` is in the table, or this fails."""
    there = [module.name for module in pkgutil.iter_modules(cells.__path__)]
    modules = {name: importlib.import_module(f"coursekit.cells.{name}") for name in there}
    public = {name for name, module in modules.items() if hasattr(module, "Params")}
    assert public == set(cell_names())
    close = {
        row.what
        for row in ROWS
        if row.compared_with == "central differences" and 0 < row.bound < 1e-7
    }
    by_hand = {row.what for row in ROWS if row.compared_with.startswith("the equations")}
    assert public <= close
    assert {f"{name}: outputs" for name in public} <= by_hand


def test_every_gradient_is_in_the_table():
    text = page()
    for rule in (
        "RTRL",
        "gradient by time step",
        "Jacobian",
        "norms against lag",
        "truncated rule",
    ):
        assert rule in text
    told = [row.what for row in ROWS if row.what.startswith("memory blocks, network")]
    for name in told:
        assert name.split()[3].rstrip(":") in blocks.PUBLISHED
    assert {name.rpartition(": ")[2] for name in told} == {"outputs", "BPTT", "truncated rule"}


def test_no_two_rows_say_the_same():
    said = [(row.what, row.compared_with) for row in ROWS]
    assert len(said) == len(set(said))


def test_what_is_apart_is_found():
    one = {"a": np.array([1.0, 1e-3]), "b": np.array([1e-6]), "c": np.zeros(2)}
    assert apart(one, one) == 0
    moved = one | {"b": np.array([1.1e-6])}  # small numbers count as much as large ones
    assert apart(moved, one) == pytest.approx(0.1)
    assert apart(one | {"c": np.array([0, 0.5])}, one) == 0.5
    assert np.isnan(apart(one | {"a": np.array([1.0, np.nan])}, one))
    with pytest.raises(AssertionError):
        apart(one, {"a": one["a"]})


def test_the_page_is_linked():
    text = (PAGE.parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "](docs/comparisons.md)" in text
