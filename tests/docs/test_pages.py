"""The built pages are fresh, and what they point to exists."""

import shutil
from pathlib import Path

import pytest

from coursekit.errors import CommandError
from coursekit.publish import bibliography, course, glossary, notation, pages
from coursekit.publish.course import Course

OURS = course.locate()


def test_every_built_page_is_what_its_sources_give(capsys: pytest.CaptureFixture[str]) -> None:
    assert pages.run(["--check"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("where", sorted(pages.places()))
def test_what_a_term_or_a_letter_points_to_exists(where: str) -> None:
    shown = pages.link(OURS, where)
    number = where.partition("#")[0]
    is_there = any(path.name.startswith(f"{number}_") for path in pages.lessons(OURS))
    assert shown.startswith("[") == is_there
    assert number.isdecimal() and 0 <= int(number) <= 17


def test_a_heading_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match="lesson 06 has no such heading; it has 'Gates'"):
        pages.link(OURS, "06#The 1998 cell")
    assert pages.link(OURS, "99#Anything") == "lesson 99"
    assert pages.link(OURS, "06#The 1997 cell") == (
        "[06 The 1997 cell](../notebooks/06_gates.ipynb#The-1997-cell)"
    )


def test_no_term_is_told_twice_and_each_is_a_sentence() -> None:
    names = [term.name.lower() for term in glossary.TERMS]
    assert len(set(names)) == len(names)
    assert [term.name for term in glossary.TERMS if not term.meaning.endswith(".")] == []
    assert [term.name for term in glossary.TERMS if len(term.meaning) > 110] == []


def test_every_row_of_the_notation_says_what_and_no_row_comes_twice() -> None:
    rows = notation.rows()
    assert len({(row.letters, row.only) for row in rows}) >= len(rows) - 1  # f: gate, and squash
    assert all(row.letters and row.shown and row.meaning for row in rows)
    assert all(row.only for row in notation.BORROWED)
    assert not any(row.only for table in (notation.CELL, notation.LEARNING) for row in table)


def test_every_column_of_the_notation_is_whole() -> None:
    for line in notation.page({}).splitlines():
        if line.startswith("|"):
            assert line.replace("\\|", "").count("|") in (4, 6)


def copy_of(tmp_path: Path) -> Course:
    for folder in ("source", "docs"):
        shutil.copytree(OURS.root / folder, tmp_path / folder)
    (tmp_path / "notebooks").mkdir()
    return Course(tmp_path)


def test_an_old_page_is_found_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = copy_of(tmp_path)
    monkeypatch.setattr(pages, "checkout", lambda: mine)
    page = tmp_path / "docs" / "glossary.md"
    page.write_text("old", "utf-8")
    (tmp_path / "docs" / "instructor" / "06_gates.md").unlink()
    assert pages.run(["--check"]) == 1
    assert page.read_text("utf-8") == "old"
    said = capsys.readouterr().out
    assert "glossary.md: out of date" in said and f"Run: {pages.COMMAND}" in said
    assert pages.run([]) == 0 and pages.run(["--check"]) == 0
    assert page.read_text("utf-8") == (OURS.root / "docs" / "glossary.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        ("- A book that everybody knows", "leads to no entry"),
        ("- Nobody 1950, *Nothing*", "means no entry"),
        ("- Nobody and Someone 2001, *Nothing*", "means no entry"),
    ],
)
def test_reading_that_leads_nowhere_is_named(tmp_path: Path, reading: str, said: str) -> None:
    source = tmp_path / "03_small.py"
    source.write_text(f"# %% [markdown]\n# ## Further reading\n#\n# {reading}\n", "utf-8")
    works = bibliography.read(pages.bibliographies(OURS))
    if "1950" in reading:
        assert list(bibliography.mentions(reading))[0].year == "1950"
    with pytest.raises(CommandError, match=said):
        list(pages.readings(source, works))


def test_the_large_bibliography_is_read_first(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    for name in ("bib_16.bib", "bibliography.bib", "bib_02.bib", "other.bib"):
        (tmp_path / "docs" / name).write_text("")
    found = [path.name for path in pages.bibliographies(Course(tmp_path))]
    assert found == ["bibliography.bib", "bib_02.bib", "bib_16.bib"]


def test_a_page_that_is_not_built_is_named() -> None:
    with pytest.raises(CommandError, match="not a page that is built"):
        pages.text_of({}, Path("docs/other.md"))
