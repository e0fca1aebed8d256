"""Every application has a source in the bibliography, of its year, and fits the map."""

import re
from pathlib import Path

import pytest

from coursekit.papers.applications import ANSWERS, APPLICATIONS, PRODUCTS

ALL = APPLICATIONS + PRODUCTS
DOCS = Path(__file__).parents[2] / "docs"
TEXT = "\n".join(path.read_text("utf-8") for path in sorted(DOCS.glob("*.bib")))
SOURCES = dict(
    re.findall(r"(?ms)^@\w+\{([\w-]+),(.*?)^\}", TEXT)
)  # a source may stand in two files


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.key)
def test_its_source_is_in_the_bibliography(entry):
    body = SOURCES[entry.key]
    assert re.search(r"author\s*=", body) and re.search(r"title\s*=", body)
    year = int(re.search(r"year\s*=\s*\{?(\d{4})", body)[1])
    assert re.fullmatch(rf"[a-z]+_{year}_[a-z]+", entry.key)
    # what is told of a year may be printed later, and is then second-hand
    assert year == entry.year or (entry.second_hand and year > entry.year)


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.key)
def test_it_says_in_short_what_it_needs(entry):
    assert entry.answer in ANSWERS
    assert 0 < len(entry.needs) <= 46 and 0 < len(entry.task) <= 24


@pytest.mark.parametrize("entries", [APPLICATIONS, PRODUCTS], ids=["papers", "products"])
def test_they_stand_in_the_order_of_their_years(entries):
    years = [entry.year for entry in entries]
    assert years == sorted(years) and len({entry.key for entry in entries}) == len(entries)


def test_the_products_are_of_four_companies_by_2016():
    assert len({entry.who for entry in PRODUCTS}) == 4
    assert max(entry.year for entry in PRODUCTS) == 2016
