"""Find what students handed in: a folder or one zip, one submission a student and an exercise.

Nothing is unpacked to disk. What cannot be graded becomes a submission with a cause.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from coursekit.errors import CommandError
from coursekit.grading import archive, lms
from coursekit.grading.archive import File
from coursekit.grading.attempts import Attempt, attempts, is_clutter
from coursekit.grading.causes import Cause, Unusable
from coursekit.grading.notebook import Notebook
from coursekit.grading.roster import Person, Roster
from coursekit.grading.sandbox import tame


@dataclass(frozen=True)
class Submission:
    """One thing to grade: a student's notebook, or the reason why there is none.

    Args:
        student: The id in the roster, else the folder's name.
        exercise: The exercise, or "" where it is unknown.
        notebook: The notebook, unless there is a cause.
        cause: Why there is nothing to grade.
        reason: The cause in words.
        handed_in: When, in seconds since 1970, or None where nobody knows.
        handed_in_as: The path in the folder or zip that was given.
    """

    student: str
    exercise: str = ""
    notebook: Notebook | None = None
    cause: Cause | None = None
    reason: str = ""
    handed_in: float | None = None
    handed_in_as: str = ""


@dataclass(frozen=True)
class Intake:
    """What came in.

    Args:
        submissions: In the order of the students; with a roster, those who handed in nothing too.
        unmatched: Sentences for the instructor: which folders fit nobody, or several.
    """

    submissions: tuple[Submission, ...]
    unmatched: tuple[str, ...] = ()


@dataclass
class _Pile:
    """The files of one student: (path as handed in, file named as the student named it)."""

    files: list[tuple[str, File]]
    tops: list[str]


def collect(
    source: Path, specs: Mapping[str, Sequence[str]], roster: Roster | None = None
) -> list[Submission]:
    """Find the submissions of all students, in order; `intake` says what did not match besides."""
    return list(intake(source, specs, roster).submissions)


def intake(
    source: Path, specs: Mapping[str, Sequence[str]], roster: Roster | None = None
) -> Intake:
    """Find the submissions of all students, and match them with a roster.

    Args:
        source: A folder, or a zip, with one folder per student or with a download of Moodle or
            Canvas; a notebook beside the folders counts as a student of its name.
        specs: For each exercise, the names of its answers.
        roster: Who takes the course.

    Raises:
        CommandError: The source is missing, unreadable, empty, or no folder and no zip.
    """
    with ExitStack() as stack:
        piles = _piles(_entries(source, stack))
        if not piles:
            raise CommandError(
                f"{source} holds no submissions; it needs one folder per student, each with a "
                "notebook or with the zip that `coursekit check` makes, or a download of Moodle "
                "or Canvas."
            )
        matched, unmatched, doubtful = _matched(piles, roster)
        found: list[Submission] = []
        for student, pile in sorted(matched.items()):
            person = roster.of(student) if roster is not None else None
            found += _of_student(student, person, pile, specs)
    silent = [p for p in (roster.people if roster else ()) if p.student not in matched]
    reason = "nothing was handed in under this name"
    found += [
        Submission(person.student, cause=Cause.NOTHING_HANDED_IN, reason=reason)
        for person in silent
        if person.student not in doubtful
    ]
    return Intake(tuple(sorted(found, key=lambda one: (one.student, one.exercise))), unmatched)


def _entries(source: Path, stack: ExitStack) -> list[File]:
    """All files, and the folders as names that end in a slash."""
    give = "give a folder with one folder per student, or the zip that Moodle or Canvas makes"
    if not source.exists():
        raise CommandError(f"{source} does not exist; {give}.")
    if source.is_dir():
        try:
            return _with_downloads(_in_folder(source), source, stack)
        except OSError as error:
            raise CommandError(f"{source} cannot be read: {error.strerror}.") from None
    if source.suffix.lower() != ".zip":
        raise CommandError(f"{source} is a file and no zip; {give}.")
    try:
        return _below_common(stack.enter_context(archive.opened(source.name, source)))
    except Unusable as unusable:
        raise CommandError(f"{unusable.reason}; {give}.") from None
    except OSError as error:
        raise CommandError(f"{source} cannot be read: {error.strerror}.") from None


def _in_folder(folder: Path) -> list[File]:
    """What lies in a folder, however deep; links are not followed."""
    found = []
    for place in sorted(folder.iterdir()):
        if is_clutter(place.name) or place.is_symlink():
            continue
        if place.is_dir():
            name = archive.printable(place.name)
            found.append(File(f"{name}/", bytes))
            try:
                below = _in_folder(place)
            except OSError:
                # Read later, so that it costs its own student only.
                below = [archive.on_disk("unreadable.ipynb", place)]
            found += [replace(file, name=f"{name}/{file.name}") for file in below]
        elif place.is_file():
            found.append(archive.on_disk(place.name, place))
    return found


def _with_downloads(files: list[File], folder: Path, stack: ExitStack) -> list[File]:
    """The files of a folder; a zip among them that is a whole download is taken as that."""
    found: list[File] = []
    for file in files:
        inside: list[File] = []
        if "/" not in file.name and file.suffix == ".zip" and lms.parse(file.name) is None:
            with ExitStack() as trial, suppress(Unusable, OSError):
                opened = archive.opened(file.name, folder / file.name)
                inside = _below_common(trial.enter_context(opened))
                if any(lms.parse(one.name.split("/")[0]) for one in inside):
                    stack.enter_context(trial.pop_all())
                else:
                    inside = []
        found += inside or [file]
    return found


def _below_common(files: list[File]) -> list[File]:
    """Without the one folder that holds everything, as "compress this folder" makes it."""
    kept = [file for file in files if not any(map(is_clutter, file.name.split("/")))]
    tops = {file.name.split("/")[0] for file in kept}
    folders = {"/".join(file.name.split("/")[:2]) for file in kept if file.name.count("/") > 1}
    if len(tops) != 1 or not kept:
        return kept
    (top,) = tops
    inside = [file for file in kept if file.name.startswith(f"{top}/") and file.name != f"{top}/"]
    downloads = any(lms.parse(file.name.split("/")[1]) for file in inside)
    if lms.parse(top) is not None or not (downloads or len(folders) > 1):
        return kept
    return [replace(file, name=file.name.removeprefix(f"{top}/")) for file in inside]


def _piles(files: list[File]) -> dict[str, _Pile]:
    """The files of each student, by the name of their folder or by what their file is named."""
    piles: dict[str, _Pile] = {}
    for file in files:
        top, slash, inside = file.name.partition("/")
        handed = lms.parse(top)
        if not slash and handed is None and file.suffix not in (".ipynb", ".zip"):
            continue
        if handed is not None:
            key = handed.student
            inside = inside if slash else handed.file or top
            file = replace(file, modified=None)
        else:
            key, inside = (top, inside) if slash else (Path(top).stem, top)
        pile = piles.setdefault(key, _Pile([], []))
        if top not in pile.tops:
            pile.tops.append(top)
        if inside and not file.name.endswith("/"):
            pile.files.append((file.name, replace(file, name=inside)))
    return piles


def _matched(
    piles: dict[str, _Pile], roster: Roster | None
) -> tuple[dict[str, _Pile], tuple[str, ...], set[str]]:
    """The piles by student, what did not match in words, and who may be behind what did not."""
    if roster is None:
        return piles, (), set()
    matched: dict[str, _Pile] = {}
    unmatched: list[str] = []
    doubtful: list[str] = []
    for key, pile in piles.items():
        top = pile.tops[0]
        people = roster.matching(top if lms.parse(top) else key)
        if len(people) == 1:
            student = people[0].student
        else:
            student = key
            who = ", ".join(person.student for person in people)
            fits = f"fits {len(people)} people of the roster ({who})" if people else "fits nobody"
            unmatched.append(f"{tame(top, 200)} {fits}; it is graded under its own name")
            doubtful += [person.student for person in people]
        into = matched.setdefault(student, _Pile([], []))
        into.files += pile.files
        into.tops += pile.tops
    return matched, tuple(unmatched), set(doubtful)


def _of_student(
    student: str, person: Person | None, pile: _Pile, specs: Mapping[str, Sequence[str]]
) -> list[Submission]:
    """The latest attempt at each exercise, and a cause for each file that is none."""
    with ExitStack() as stack:
        tried, failed = attempts(pile.files, specs, stack)
    found = []
    for exercise, theirs in sorted(tried.items()):
        *others, latest = theirs
        found.append(
            Submission(
                student,
                exercise,
                _noted(latest, others),
                handed_in=_when(latest, person),
                handed_in_as=latest.path,
            )
        )
    # A file that is no notebook beside a good one of the same exercise costs nothing.
    found += [
        Submission(student, one.exercise, None, one.cause, one.reason, None, one.path)
        for one in failed
        if one.exercise not in tried
    ]
    return found or [_nothing(student, pile)]


def _when(latest: Attempt, person: Person | None) -> float | None:
    """What the learning management system says; else the date of the file, where it is one."""
    if person is not None and person.handed_in is not None:
        return person.handed_in
    return latest.modified


def _noted(latest: Attempt, others: list[Attempt]) -> Notebook:
    notebook = latest.notebook
    names = ", ".join(one.notebook.name for one in others)
    notes = list(notebook.notes)
    if names:
        notes.append(f"{notebook.name} was graded, the newest; {names} was left alone")
    if latest.copies > 1:
        notes.append(f"the zip holds {latest.copies} files of that name; the last was graded")
    return replace(notebook, notes=tuple(notes))


def _nothing(student: str, pile: _Pile) -> Submission:
    reason = "the folder is empty"
    if pile.files:
        names = ", ".join(file.name for _, file in pile.files[:5])
        reason = f"the folder has no notebook: {names}"
    top = pile.files[0][0] if pile.files else ""
    return Submission(student, "", None, Cause.NO_NOTEBOOK, reason, None, top)
