"""Every citation leads to an entry, and what a lesson prints of a work is what the entry says."""

import re
from pathlib import Path

import pytest

from coursekit.errors import CommandError
from coursekit.publish import bibliography, course, pages
from coursekit.publish.bibliography import Mention, mentions, parse
from tests.docs import letters

OURS = course.locate()
WORKS = bibliography.read(pages.bibliographies(OURS))
SOURCES = OURS.sources()
MODULES = [
    path for path in sorted((OURS.root / "coursekit").rglob("*.py")) if "publish" not in path.parts
]
LESSONS = [path for path in SOURCES if path.parent.name == "lessons"]


def unresolved(text: str) -> list[str]:
    problems = []
    for mention in mentions(text):
        try:
            bibliography.look_up(mention, WORKS)
        except CommandError as error:
            problems.append(str(error))
    return problems


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_citation_of_a_lesson_or_exercise_is_in_the_bibliography(source: Path) -> None:
    assert unresolved(pages.prose(source)) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_source_of_a_docstring_is_in_the_bibliography(path: Path) -> None:
    assert unresolved("\n\n".join(letters.docstrings(path))) == []


@pytest.mark.parametrize("source", LESSONS, ids=lambda path: path.stem)
def test_further_reading_prints_titles_and_pages_as_they_are(source: Path) -> None:
    told = list(pages.readings(source, WORKS))
    assert told
    for work, words in told:
        assert any(is_title(said, work) for said in titles(words)), (work.key, words)
        assert wrong_places(words, [other for other, its in told if its == words]) == []


def titles(words: str) -> list[str]:
    """What stands in italics; a work without a title is told by a word such as "thesis"."""
    return re.findall(r"\*([^*]+)\*", words) or ["thesis"] * ("thesis" in words)


def is_title(said: str, work: bibliography.Work) -> bool:
    """The title, or its beginning; a thesis may be told by that word."""
    title = work.fields["title"].lower()
    return title.startswith(said.lower()) or (said == "thesis" and work.kind == "mastersthesis")


def wrong_places(words: str, works: list[bibliography.Work]) -> list[str]:
    """Journals in the words whose volume, number or pages are of none of these works."""
    journals = [work.fields for work in works if "journal" in work.fields]
    problems = []
    for fields in journals:
        found = re.search(
            re.escape(fields["journal"]) + r",? (\d+)(?:\((\d+)\))?(?:, (\d+-\d+))?", words
        )
        if found and not any(
            found[1] == other["volume"]
            and found[2] in (None, other.get("number"))
            and found[3] in (None, other.get("pages"))
            for other in journals
            if other["journal"] == fields["journal"]
        ):
            problems.append(found[0])
    return problems


def test_wrong_pages_and_titles_are_found() -> None:
    elman = next(work for work in WORKS if work.key == "elman_1990")
    assert is_title("Finding structure", elman) and not is_title("Finding time", elman)
    assert wrong_places("Cognitive Science 14(2), 179-211", [elman]) == []
    for wrong in ("15(2)", "14(3)", "14, 179-212"):
        assert wrong_places(f"*F*, Cognitive Science {wrong}", [elman])


def test_no_work_is_listed_twice() -> None:
    told = [(work.fields["title"].lower(), work.year, work.kind) for work in WORKS]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.key)
def test_an_entry_is_whole(work: bibliography.Work) -> None:
    assert re.fullmatch(r"[a-z]+(_(19|20)\d\d)?(_[a-z0-9]+)*", work.key)
    assert "," in work.fields["author"] or work.kind == "misc"
    if span := re.fullmatch(r"(\d+)-(\d+)", work.fields.get("pages", "1-2")):
        assert int(span[1]) < int(span[2])
    if work.kind == "article":
        assert {"volume", "pages"} <= set(work.fields)
    assert work.fields.get("url", "https://").startswith("http")


@pytest.mark.parametrize(
    ("text", "names", "others", "year"),
    [
        ("P. Werbos 1990, *Back*", ("Werbos",), False, "1990"),
        ("Elman (1990) copied", ("Elman",), False, "1990"),
        ("Robinson and Fallside (1987)", ("Robinson", "Fallside"), False, "1987"),
        ("C. L. Giles and others 1992", ("Giles",), True, "1992"),
        ("Tai et al. 2015", ("Tai",), True, "2015"),
        ("Jozefowicz and others in 2015", ("Jozefowicz",), True, "2015"),
        ("El Hihi and Bengio 1995", ("El Hihi", "Bengio"), False, "1995"),
        ("Cho, van Merriënboer and Woo 2014", ("Cho", "van Merriënboer", "Woo"), False, "2014"),
        ("Gers,\nSchmidhuber and\nCummins 2000", ("Gers", "Schmidhuber", "Cummins"), False, "2000"),
    ],
)
def test_a_citation_is_read(text: str, names: tuple[str, ...], others: bool, year: str) -> None:
    (found,) = mentions(text)
    assert (found.names, found.others, found.year) == (names, others, year)


@pytest.mark.parametrize(
    "text", ["In 1997", "LSTM 1997", "the cell of 1997", "ICDAR 2009", "2000 updates", "The 1997"]
)
def test_what_is_no_citation_is_left_alone(text: str) -> None:
    assert list(mentions(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Elman 1991",
        "Elmann 1990",
        "Gers and Cummins 2000",
        "Hochreiter and others 1997",
        "Schmidhuber and Gers 2000",
        "Hochreiter 1997",
    ],
)
def test_a_citation_that_leads_nowhere_is_found(text: str) -> None:
    assert len(unresolved(text)) == 1


@pytest.mark.parametrize("text", ["Tai 2015", "Tai and others 2015", "Koutník 2017", "Elman 1990"])
def test_the_first_of_many_may_stand_alone(text: str) -> None:
    assert len(unresolved(text)) == (text.startswith("Koutník"))


def test_accents_do_not_matter() -> None:
    mention = Mention("", ("Goller", "Kuechler"), False, "1996")
    assert bibliography.look_up(mention, WORKS).key == "goller_1996"


ENTRY = (
    "@book{a_1990,\n  author = {A, B.},\n  title = {T},\n  year = {1990},\n  publisher = {P},\n}"
)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("@book", "@novel", "a_1990 is a 'novel'"),
        ("@book", "book", "this is no entry"),
        ("  publisher = {P},\n", "", "a_1990 has no publisher"),
        ("  year = {1990},\n", "", "a_1990 has no year"),
        ("{1990}", "{about 1990}", "has the year 'about 1990'"),
        ("title =", "the title =", "a field that cannot be read: 'the title'"),
        ("{T}", "{The {LSTM}", "begins '@book{a_1990,' cannot be read to its end"),
        ("{T},", "{T}", "no comma after title"),
        ("\n}", "\n}\n" + ENTRY, "two entries have the key a_1990"),
        ("\n}", "\n}\nsomething else", "this is no entry: 'something else'"),
    ],
)
def test_a_broken_entry_is_named(old: str, new: str, said: str) -> None:
    assert len(parse(ENTRY)) == 1
    with pytest.raises(CommandError) as caught:
        parse(ENTRY.replace(old, new, 1))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("{The {LSTM} cell}", "The LSTM cell"),
        ('"In quotes"', "In quotes"),
        ("1990", "1990"),
        ('{J{\\"u}rgen}', "Jürgen"),
        ("{Ha{\\c{s}}im Ga{\\v{s}}i{\\'c}}", "Haşim Gašić"),
        ("{A \\& B,\n   pages 1--2}", "A & B, pages 1-2"),
    ],
)
def test_values_are_read_as_a_reader_sees_them(written: str, shown: str) -> None:
    (work,) = parse(ENTRY.replace("{T}", written))
    assert work.fields["title"] == shown
    assert parse(ENTRY.replace(",\n  ", ", "))[0].fields == parse(ENTRY)[0].fields


def test_a_link_keeps_its_signs() -> None:
    (work,) = parse(ENTRY.replace("{P}", "{P}, url = {https://a.example/~b--c}"))
    assert bibliography.reference(work).endswith("P. <https://a.example/~b--c>.")


def test_comments_and_several_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "bib_a.bib").write_text(f"% a comment\n{ENTRY}\n", "utf-8")
    (tmp_path / "bib_b.bib").write_text(ENTRY.replace("a_1990", "b_1990").replace("{T}", "{U}"))
    assert [work.key for work in bibliography.read(sorted(tmp_path.glob("*.bib")))] == [
        "a_1990",
        "b_1990",
    ]
    (tmp_path / "bib_c.bib").write_text(ENTRY.replace("a_1990", "c_1990"))
    assert len(bibliography.read(sorted(tmp_path.glob("*.bib")))) == 2, "the same work again"
    (tmp_path / "bib_d.bib").write_text(ENTRY.replace("{T}", "{V}"))
    with pytest.raises(CommandError, match="bib_d.bib: two entries have the key a_1990"):
        bibliography.read(sorted(tmp_path.glob("*.bib")))
    with pytest.raises(CommandError, match="same work; keep one"):
        parse(ENTRY + ENTRY.replace("a_1990", "c_1990"))
    with pytest.raises(CommandError, match="cannot be read"):
        bibliography.read([tmp_path / "none.bib"])


def test_a_reference_as_a_reader_sees_it() -> None:
    told = {work.key: bibliography.reference(work) for work in WORKS}
    assert told["hochreiter_1997"] == (
        "Sepp Hochreiter and Jürgen Schmidhuber 1997. *Long short-term memory*. "
        "Neural Computation 9(8), 1735-1780."
    )
    assert told["herta_lstm"].startswith("Christian Herta. *LSTM*.")
    assert "Diploma thesis, Technische Universität München" in told["hochreiter_1991"]
