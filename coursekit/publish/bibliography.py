"""The works that the course cites: read from BibTeX, looked up by author and year, listed.

    @article{elman_1990,
      author = {Elman, Jeffrey L.},
      title = {Finding structure in time},
      year = {1990},
    }

Lessons cite as people speak: Elman 1990; Elman (1990); Gers, Schmidhuber and Cummins
2000; Giles and others 1992. The names and the year lead to the entry.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursekit.errors import CommandError
from coursekit.publish.course import require

NEEDED = {
    "article": ("journal",),
    "inproceedings": ("booktitle",),
    "book": ("publisher",),
    "phdthesis": ("school",),
    "mastersthesis": ("school",),
    "techreport": ("institution",),
    "misc": (),
}
INITIALS = r"(?:[A-Z]\.(?:-[A-Za-z]\.)? ?)*"
SURNAME = r"(?:(?:van|von|de|der|El|Le|La) )*[A-Z]\w*[a-zà-ž]\w*(?:-[A-Z]\w+)*"
NAME = INITIALS + SURNAME
AND = r"(?:, | and )"
MENTION = re.compile(
    rf"({NAME}(?:{AND}{NAME})*(?: and others| and colleagues| et al\.)?) "
    r"(?:in )?\(?((?:19|20)\d\d)\b"
)
NO_NAMES = """After Also An And Around As At Before Between Both By During Figure From ICDAR In
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
    reader = require("bibtexparser")
    written = reader.parse_string(text)
    shown = reader.parse_string(
        text, append_middleware=[reader.middlewares.LatexDecodingMiddleware()]
    )
    for comment in written.comments:
        lost = [line for line in comment.comment.splitlines() if not line.strip().startswith("%")]
        if lost:
            raise CommandError(f"{name}: this is no entry: {lost[0][:70]!r}.")
    for block in written.failed_blocks:
        if isinstance(block, reader.model.DuplicateBlockKeyBlock):
            raise CommandError(f"{name}: two entries have the key {block.key}; keep one.")
        near = (block.raw or "").strip().splitlines()[0]
        raise CommandError(f"{name}: the entry that begins {near!r} cannot be read to its end.")
    works: list[Work] = []
    for entry, decoded in zip(written.entries, shown.entries, strict=True):
        work = Work(entry.key, entry.entry_type.lower(), _fields(entry, decoded, name))
        works.append(_whole(work, works, name))
    return works


def _fields(written: Any, decoded: Any, name: str) -> dict[str, str]:
    """An entry's fields as a reader sees them, one kind of dash and space; a link as written."""
    fields: dict[str, str] = {}
    for raw, said in zip(written.fields, decoded.fields, strict=True):
        where, key = f"{name}: {written.key}", raw.key.lower()
        if not re.fullmatch(r"\w+", key):
            raise CommandError(f"{where} has a field that cannot be read: {raw.key!r}.")
        if re.search(r"\n\s*\w+\s*=\s", str(raw.value)):
            raise CommandError(f"{where} has no comma after {key}.")
        plain = " ".join(str(said.value).replace("\u2013", "-").split())
        fields[key] = str(raw.value).strip() if key == "url" else plain
    return fields


def _whole(work: Work, others: Sequence[Work], name: str) -> Work:
    """The work, if nothing is missing and nothing comes twice."""
    fields, key = work.fields, work.key
    if work.kind not in NEEDED:
        raise CommandError(f"{name}: {key} is a {work.kind!r}; use one of {', '.join(NEEDED)}.")
    dated = () if "url" in fields and work.kind == "misc" else ("year",)
    lacking = {"author", "title", *dated, *NEEDED[work.kind]} - set(fields)
    if lacking:
        raise CommandError(f"{name}: {key} has no {' and no '.join(sorted(lacking))}.")
    if not re.fullmatch(r"(19|20)\d\d", fields.get("year", "1900")):
        raise CommandError(f"{name}: {key} has the year {fields['year']!r}.")
    for other in others:
        if other.key == key:
            raise CommandError(f"{name}: two entries have the key {key}; keep one.")
        if _same(work, other):
            raise CommandError(f"{name}: {other.key} and {key} are the same work; keep one.")
    return work


def _same(one: Work, other: Work) -> bool:
    told = [(work.fields["title"].lower(), work.year, work.kind) for work in (one, other)]
    return told[0] == told[1]


def read(paths: Sequence[Path]) -> list[Work]:
    """Read one bibliography that may lie in several files; of a work told twice, the first."""
    works: list[Work] = []
    for path in paths:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} cannot be read: {error}.") from error
        for work in parse(text, path.name):
            if not any(_same(work, other) for other in works):
                works.append(_whole(work, works, path.name))
    return works


def mentions(text: str) -> Iterator[Mention]:
    """The citations of a text: names, then a year, with or without brackets.

    >>> [found.names for found in mentions("as P. Werbos 1990 and Elman (1990) say")]
    [('Werbos',), ('Elman',)]
    """
    for found in MENTION.finditer(" ".join(text.split())):
        words, year = found.groups()
        said = re.sub(r"(?: and others| and colleagues| et al\.)$", "", words)
        names = [re.sub(f"^{INITIALS}", "", name) for name in re.split(AND, said)]
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
    alone = [work for work in found if len(work.surnames) == len(mention.names)]
    found = alone or found
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
    if eprint := fields.get("eprint"):
        place.append(f"arXiv:{eprint}")
    if link := fields.get("url"):
        place.append(f"<{link}>")
    note = fields.get("note", "")
    if not note.startswith("checked"):  # that is for who keeps the file
        place.append(note)
    year = f" {work.year}" if work.year else ""
    return ". ".join(filter(None, [f"{who}{year}", f"*{fields['title']}*", *place])) + "."


def _place(fields: dict[str, str]) -> str:
    volume = fields.get("volume", "")
    if number := fields.get("number"):
        volume = f"{volume}({number})" if volume else number
    if journal := fields.get("journal"):
        return ", ".join(filter(None, [f"{journal} {volume}".strip(), fields.get("pages", "")]))
    where = fields.get("booktitle") or fields.get("publisher") or fields.get("institution")
    where = where or fields.get("school") or fields.get("howpublished") or ""
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
