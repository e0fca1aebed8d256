"""Who takes the course: a CSV from Moodle, Canvas or anywhere, and whose folder is whose.

Columns are found by their names. A folder belongs to a person when exactly one person fits; what
fits nobody, or several, is told and never guessed.
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from coursekit.errors import CommandError
from coursekit.grading.lms import Handed, parse

# For each kind of column its names, small letters and signs left out; the first that is there
# counts. "id" alone is Canvas's own number where the file is Canvas's.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "student": (
        *("studentid", "studentnumber", "matriculationnumber", "sisuserid", "sisid", "idnumber"),
        *("username", "login", "sisloginid", "id"),
    ),
    "name": ("fullname", "student", "studentname", "name", "displayname"),
    "first": ("firstname", "givenname", "forename"),
    "last": ("lastname", "surname", "familyname"),
    "email": ("email", "emailaddress", "mail"),
    "moodle": ("identifier", "participant", "participantid", "participantnumber", "moodleid"),
    "canvas": ("canvasid", "canvasuserid", "canvasuser", "id"),
    "login": ("sisloginid", "loginid", "login", "username"),
    "sis": ("sisuserid", "sisid"),
    "section": ("section",),
    "handed_in": (
        *("handedin", "handedinat", "submittedat", "submissiontime"),
        "lastmodifiedsubmission",
    ),
}
_TIMES = ("%A, %d %B %Y, %I:%M %p", "%A, %B %d, %Y, %I:%M %p", "%A, %d %B %Y, %H:%M")


@dataclass(frozen=True)
class Person:
    """One row of the roster; what is not there is "".

    Args:
        student: The student's id, unique in the roster; reports call the student so.
        name, email, login, sis, section: As the file has them.
        moodle: Moodle's number of the participant, as digits.
        canvas: Canvas's number of the user.
        handed_in: Seconds since 1970 when the system says the work came, or None.
        row: The whole row by column name.
    """

    student: str
    name: str = ""
    email: str = ""
    login: str = ""
    sis: str = ""
    section: str = ""
    moodle: str = ""
    canvas: str = ""
    handed_in: float | None = None
    row: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Roster:
    """The people of a course, the columns of their file, and Canvas's points possible by column."""

    people: tuple[Person, ...]
    columns: tuple[str, ...] = ()
    possible: Mapping[str, str] = field(default_factory=dict)

    def of(self, student: str) -> Person | None:
        """The person with that id."""
        return next((person for person in self.people if person.student == student), None)

    def matching(self, folder: str) -> tuple[Person, ...]:
        """Who fits the name of a folder or file: nobody, one, or several.

        Args:
            folder: "Ann Lee_12_assignsubmission_file_", "leeann_1_2_work.ipynb", "ann", "s1234".
        """
        handed = parse(folder)
        if handed is not None:
            return self._matching_download(handed)
        key, name = folder.casefold().strip(), _plain(folder)
        exact = [one for one in self.people if key in _ids(one)]
        return tuple(exact or (one for one in self.people if name in _names(one.name)))

    def _matching_download(self, handed: Handed) -> tuple[Person, ...]:
        def number(person: Person) -> str:
            return person.moodle if handed.system == "moodle" else person.canvas

        exact = tuple(one for one in self.people if number(one) == handed.number)
        if exact or not handed.name:
            return exact
        # A person of that name whom the roster gives another number is somebody else.
        named = _plain(handed.name)
        names = _names if handed.system == "moodle" else _slugs
        return tuple(one for one in self.people if not number(one) and named in names(one.name))


def read(path: Path) -> Roster:
    """Read a roster: commas, semicolons or tabs, with or without a byte-order mark.

    Raises:
        CommandError: It cannot be read, has no column that identifies a student, or one id twice.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CommandError(f"The roster {path} cannot be read: {error.strerror}.") from None
    rows = _rows(raw)
    if not rows:
        raise CommandError(f"The roster {path} is empty; give a CSV with a row of column names.")
    header, body = rows[0], rows[1:]
    places = _places(header)
    if "student" not in places and not {"email", "moodle", "canvas"} & set(places):
        raise CommandError(
            f"The roster {path} has the columns {', '.join(header)}; one must identify a student: "
            "student id, SIS User ID, ID number, username, e-mail, or Moodle's Identifier."
        )
    people = []
    for row in body:
        person = _person(header, row, places)
        if person is not None:
            people.append(person)
    counted = Counter(person.student for person in people)
    twice = [student for student, count in counted.items() if count > 1]
    if twice:
        raise CommandError(
            f"The roster {path} has {', '.join(twice[:5])} in more than one row; "
            "each student needs an id of their own."
        )
    points = next((row for row in body if "points possible" in row[0].casefold()), [])
    return Roster(tuple(people), tuple(header), dict(zip(header, points, strict=False)))


def _rows(raw: bytes) -> list[list[str]]:
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeError:
        text = raw.decode("cp1252", "replace")
    text = text.replace("\0", "")
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        found = [[cell.strip() for cell in row] for row in reader]
    except csv.Error:
        return []
    return [row for row in found if any(row)]


def _places(header: Sequence[str]) -> dict[str, int]:
    """For each kind of column, which one it is."""
    keys = [re.sub(r"[^a-z]", "", name.casefold()) for name in header]
    is_canvas = {"student", "id", "section"} <= set(keys) or "sisloginid" in keys
    places = {}
    for kind, names in COLUMNS.items():
        allowed = [n for n in names if n != "id" or is_canvas == (kind == "canvas")]
        found = next((keys.index(name) for name in allowed if name in keys), None)
        if found is not None:
            places[kind] = found
    return places


def _person(header: Sequence[str], row: Sequence[str], places: Mapping[str, int]) -> Person | None:
    def cell(kind: str) -> str:
        place = places.get(kind, len(row))
        return row[place] if place < len(row) else ""

    name = cell("name") or f"{cell('first')} {cell('last')}".strip()
    moodle = re.sub(r"\D", "", cell("moodle"))
    student = cell("student") or cell("login") or cell("email") or moodle or cell("canvas")
    # Canvas's file has a row of points, and the "Student, Test" of its student view.
    if not student or "points possible" in name.casefold() or name == "Student, Test":
        return None
    return Person(
        student=student,
        name=name,
        email=cell("email"),
        login=cell("login"),
        sis=cell("sis"),
        section=cell("section"),
        moodle=moodle,
        canvas=cell("canvas"),
        handed_in=seconds(cell("handed_in")),
        row=dict(zip(header, row, strict=False)),
    )


def seconds(text: str) -> float | None:
    """A time in ISO 8601, or as Moodle writes it in English, as seconds since 1970.

    A time without an offset is local. None for what is no time.

    >>> seconds("2026-11-21T10:00:00+01:00"), seconds("yesterday")
    (1795251600.0, None)
    """
    text = " ".join(text.split())
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        pass
    for form in _TIMES:
        try:
            return datetime.strptime(text, form).timestamp()
        except (ValueError, OverflowError, OSError):
            continue
    return None


def _ids(person: Person) -> set[str]:
    given = (person.student, person.email, person.login, person.sis)
    return {one.casefold() for one in given if one}


def _plain(text: str) -> str:
    """Letters and digits only, in small letters: accents stay, spaces and signs go."""
    composed = unicodedata.normalize("NFC", text).casefold()
    return "".join(letter for letter in composed if letter.isalnum())


@lru_cache(maxsize=100_000)
def _names(name: str) -> frozenset[str]:
    """A person's name as given, and with "Lee, Ann" turned to "Ann Lee"."""
    last, comma, first = name.partition(",")
    forms = {name, f"{first} {last}"} if comma else {name}
    return frozenset(_plain(form) for form in forms) - {""}


@lru_cache(maxsize=100_000)
def _slugs(name: str) -> frozenset[str]:
    """What Canvas may make of a name: the last names first, wherever they begin."""
    words = name.replace(",", " ").split()
    turned = (words[place:] + words[:place] for place in range(len(words)))
    return frozenset(_plain("".join(form)) for form in turned) - {""}
