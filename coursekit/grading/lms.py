"""How Moodle and Canvas name what they hand out: a student, a number, and the file's own name.

Moodle, "download all submissions" (mod/assign/classes/downloader.php; since 4.1 folders end
without the last underscore):

    Full Name_1234567_assignsubmission_file_/work.ipynb
    Full Name_1234567_assignsubmission_file/work.ipynb
    Full Name_1234567_assignsubmission_file_work.ipynb

Canvas, "download submissions" (lib/content_zipper.rb): the sortable name without anything that is
no letter, digit or underscore, LATE or nothing, the user, the upload, the file:

    leeann_12345_678901_work-2.ipynb
    leeann_LATE_12345_678901_work.ipynb
    LATE_anon_aB3xY_678901_work.ipynb

Both date the files in their zips at the download, not at the upload.
"""

import re
from dataclasses import dataclass

_TABLE = (
    (
        "moodle",
        re.compile(
            r"(?P<name>[^_]+)_(?P<number>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?"
        ),
    ),
    (
        "canvas",
        re.compile(
            r"(?P<late>LATE_)?anon_(?P<number>[A-Za-z0-9]+)_(?P<upload>\d+)_(?P<file>.+\.\w+)",
        ),
    ),
    (
        "canvas",
        re.compile(
            r"(?P<name>.+?)_(?P<late>LATE_)?(?P<number>\d+)_(?P<upload>\d+)_(?P<file>.+\.\w+)",
        ),
    ),
    (
        "canvas",
        re.compile(r"(?P<name>.+?)_(?P<late>LATE_)?(?P<number>\d+)_(?P<file>(?:text|link)\.html)"),
    ),
)


@dataclass(frozen=True)
class Handed:
    """What a name says that a learning management system gave to a file or a folder.

    Args:
        system: "moodle" or "canvas".
        name: The student's name as it stands there; "" where the marking is blind.
        number: Moodle's participant or Canvas's user, as digits; Canvas's letters where blind.
        file: The file's own name; "" for a folder.
        late: Whether Canvas says that it came late.
        upload: Canvas's number of the upload; a later one is larger. 0 where there is none.
    """

    system: str
    name: str
    number: str
    file: str = ""
    late: bool = False
    upload: int = 0

    @property
    def student(self) -> str:
        """A name for the student that no other in the same download has."""
        return f"{self.name or 'anon'}_{self.number}"


def parse(name: str) -> Handed | None:
    """Read the name of a file or of a folder in a download; None where it is of no known form.

    >>> parse("Ann Lee_1234567_assignsubmission_file_").student
    'Ann Lee_1234567'
    >>> parse("leeann_LATE_12345_678901_work-2.ipynb").file
    'work-2.ipynb'
    >>> parse("ex05_lstm_cell.ipynb") is None
    True
    >>> parse("group_12_345_notes") is None  # a folder of that name: Canvas names files
    True
    """
    for system, pattern in _TABLE:
        found = pattern.fullmatch(name)
        if found is None:
            continue
        parts = found.groupdict()
        return Handed(
            system=system,
            name=parts.get("name") or "",
            number=parts["number"],
            file=parts["file"] or "",
            late=bool(parts.get("late")),
            upload=int(parts.get("upload") or 0),
        )
    return None


def returned(handed_in_as: str, page: str) -> tuple[str, str] | None:
    """Where an upload of feedback wants a page: Canvas and Moodle match it by its name.

    Moodle shows a page under its own name. Canvas attaches it as a comment and shows it under the
    name of the file that was handed in.

    Args:
        handed_in_as: The path of the notebook in the download.
        page: The page's own name, such as "ex05_lstm_cell-feedback.html".

    Returns:
        The system and the path in the zip to upload; None where the path is of no known form.

    >>> returned("Ann Lee_12_assignsubmission_file_/deep/a.ipynb", "feedback.html")
    ('moodle', 'Ann Lee_12_assignsubmission_file_/feedback.html')
    >>> returned("leeann_1_2_work.ipynb", "feedback.html")
    ('canvas', 'leeann_1_2_work.html')
    """
    top = handed_in_as.split("/")[0]
    found = parse(top)
    if found is None:
        return None
    if found.system == "canvas":
        return "canvas", f"{top.rpartition('.')[0] or top}.html"
    if "/" in handed_in_as:
        return "moodle", f"{top}/{page}"
    return "moodle", f"{top.removesuffix(found.file)}{page}"
