"""The works that the course cites: read from BibTeX, looked up by author and year, listed.

    @article{elman_1990,
      author = {Elman, Jeffrey L.},
      title = {Finding structure in time},
      year = {1990},
    }

A restricted BibTeX: each field on lines of its own, its value in one pair of braces, text in
Unicode. Lessons cite as people speak: Elman 1990; Elman (1990); Gers, Schmidhuber and Cummins
2000; Giles and others 1992. The names and the year lead to the entry.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import CommandError

NEEDED = {
    "article": ("journal",),
    "inproceedings": ("booktitle",),
    "book": ("publisher",),
    "phdthesis": ("school",),
    "mastersthesis": ("school",),
    "techreport": ("institution",),
    "misc": (),
}
ENTRY = re.compile(r"@(\w+)\{([^,\s]+),\n(.*?)\n\}", re.DOTALL)
FIELD = re.compile(r"^  (\w+) = \{(.*?)\},?$", re.MULTILINE | re.DOTALL)
NAME = r"(?:[A-Z]\. ?)*(?:(?:van|von|de|der|El|Le|La) )*[A-Z]\w*[a-zà-ž]\w*(?:-[A-Z]\w+)*"
AND = r"(?:, | and )"
MENTION = re.compile(
    rf"({NAME}(?:{AND}{NAME})*(?: and others| and colleagues| et al\.)?),? "
    r"(?:in )?\(?((?:19|20)\d\d)\b"
)
NO_NAMES = """After Also An And Around At Before Between Both By During Figure From ICDAR In
    June Lesson Lessons March May Of On Report Section Since Table The Until When
    January February April July August September October November December"""


@dataclass(frozen=True)
class Work:
    """One entry: its key, its kind, its fields as written."""

    key: str
    kind: str
    fields: dict[str, str]

    @property
    def surnames(self) -> list[str]:
        """The authors' family names, in order."""
        return [name.partition(",")[0].strip() for name in self.fields["author"].split(" and ")]

    @property
    def year(self) -> str:
        """The year, or nothing for a page without one."""
        return self.fields.get("year", "")


@dataclass(frozen=True)
class Mention:
    """A citation in a text: its words, the names, whether others follow, the year."""

    words: str
    names: tuple[str, ...]
    others: bool
    year: str


def parse(text: str, name: str = "the bibliography") -> list[Work]:
    """Read the entries of a BibTeX text.

    Args:
        text: entries in the form shown above; lines between them that begin with % are comments.
        name: what messages call the text.

    Raises:
        CommandError: something is there that is no entry, a field is missing, or a key comes twice.

    >>> parse("@book{a_1990,\\n  author = {A, B.},\\n  title = {T},\\n  year = {1990},\\n"
    ...       "  publisher = {P},\\n}")[0].surnames
    ['A']
    """
    works: list[Work] = []
    rest = re.sub(r"(?m)^%.*$", "", ENTRY.sub("", text)).strip()
    if rest:
        raise CommandError(f"{name}: this is no entry: {rest.splitlines()[0][:70]!r}.")
    for kind, key, body in ENTRY.findall(text):
        fields = {name: " ".join(value.split()) for name, value in FIELD.findall(body)}
        if kind not in NEEDED:
            raise CommandError(f"{name}: {key} is a {kind!r}; use one of {', '.join(NEEDED)}.")
        left = FIELD.sub("", body).strip()
        if left or any(brace in value for value in fields.values() for brace in "{}"):
            raise CommandError(f"{name}: {key} has a field that cannot be read near {left[:50]!r}.")
        dated = () if "note" in fields and kind == "misc" else ("year",)
        lacking = {"author", "title", *dated, *NEEDED[kind]} - set(fields)
        if lacking:
            raise CommandError(f"{name}: {key} has no {' and no '.join(sorted(lacking))}.")
        if not re.fullmatch(r"(19|20)\d\d", fields.get("year", "1900")):
            raise CommandError(f"{name}: {key} has the year {fields['year']!r}.")
        if key in [work.key for work in works]:
            raise CommandError(f"{name}: two entries have the key {key}; keep one.")
        works.append(Work(key, kind, fields))
    return works


def read(paths: Sequence[Path]) -> list[Work]:
    """Read one bibliography that may lie in several files."""
    texts = []
    for path in paths:
        try:
            texts.append(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} cannot be read: {error}.") from error
    return parse("\n".join(texts), " and ".join(path.name for path in paths))


def mentions(text: str) -> Iterator[Mention]:
    """The citations of a text: names, then a year, with or without brackets.

    >>> [found.names for found in mentions("as P. Werbos 1990 and Elman (1990) say")]
    [('Werbos',), ('Elman',)]
    """
    for found in MENTION.finditer(" ".join(text.split())):
        words, year = found.groups()
        said = re.sub(r"(?: and others| and colleagues| et al\.)$", "", words)
        names = [re.sub(r"^(?:[A-Z]\. ?)+", "", name) for name in re.split(AND, said)]
        while names and (names[0].partition(" ")[0] in NO_NAMES.split() or names[0].isupper()):
            names = names[1:]
        if names:
            yield Mention(found[0], tuple(names), said != words, year)


def look_up(mention: Mention, works: Sequence[Work]) -> Work:
    """The one work that a citation means.

    Raises:
        CommandError: no work has these authors and this year, or several have.
    """
    found = [work for work in works if work.year == mention.year and _by(work, mention)]
    if len(found) != 1:
        keys = ", ".join(work.key for work in found) or "no entry"
        raise CommandError(
            f"{mention.words!r} means {keys}; add an entry to docs/bibliography.bib, or correct "
            'the names ("Giles and others 1992" stands for three authors and more).'
        )
    return found[0]


def _by(work: Work, mention: Mention) -> bool:
    given = [_plain(name) for name in mention.names]
    authors = [_plain(name) for name in work.surnames]
    if mention.others:
        return len(authors) > 2 and authors[: len(given)] == given
    return authors == given or (len(given) == 1 and len(authors) > 2 and authors[0] == given[0])


def _plain(name: str) -> str:
    """Without accents, and with ü told as ue: names are printed both ways."""
    told = re.sub("[äöü]", lambda found: f"{'aou'['äöü'.index(found[0])]}e", name.lower())
    apart = unicodedata.normalize("NFKD", told)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def reference(work: Work) -> str:
    """A work as a line of a list: authors, year, title, where it appeared."""
    fields = work.fields
    people = [name.strip() for name in fields["author"].split(" and ")]
    shown = [" ".join(reversed([part.strip() for part in name.split(",")])) for name in people]
    who = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
    place = [_place(fields)]
    if link := fields.get("url"):
        place.append(f"<{link}>")
    if note := fields.get("note"):
        place.append(note)
    year = f" {work.year}" if work.year else ""
    return f"{who}{year}. *{fields['title']}*. " + ". ".join(filter(None, place)) + "."


def _place(fields: dict[str, str]) -> str:
    volume = fields.get("volume", "")
    if number := fields.get("number"):
        volume = f"{volume}({number})" if volume else number
    if journal := fields.get("journal"):
        return ", ".join(filter(None, [f"{journal} {volume}".strip(), fields.get("pages", "")]))
    where = fields.get("booktitle") or fields.get("publisher") or fields.get("institution")
    where = where or fields.get("school") or ""
    series = f"{fields['series']} {volume}".strip() if "series" in fields else volume
    kind = fields.get("type", "")
    return ", ".join(filter(None, [kind, where, series, fields.get("pages", "")]))


def page(works: Sequence[Work], cited: dict[str, list[tuple[str, str]]]) -> str:
    """The bibliography as a page.

    Args:
        works: all entries.
        cited: by key, the (title, link) of each lesson that cites it.
    """
    lines = [
        "# Bibliography",
        "",
        "Written by `python -m coursekit.publish.pages` from [bibliography.bib](bibliography.bib).",
        "A test looks up every citation of a lesson, an exercise or a source line in it.",
        "",
    ]
    for work in sorted(works, key=lambda work: (_plain(work.surnames[0]), work.year, work.key)):
        places = ", ".join(f"[{title}]({link})" for title, link in cited.get(work.key, []))
        lines.append(f"- {reference(work)}" + (f" Cited in {places}." if places else ""))
    return "\n".join(lines) + "\n"
