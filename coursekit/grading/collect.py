"""Find what students handed in: notebooks in folders and in zips, one submission an exercise.

Nothing is unpacked to disk. What cannot be graded becomes a submission with a cause.
"""

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from coursekit.errors import CommandError
from coursekit.grading.causes import Cause, Unusable
from coursekit.grading.notebook import Notebook, exercise_of_name, read

MAX_NOTEBOOK = 100 * 1024 * 1024
MAX_MEMBERS = 2000
_LIKELY = (".ipynb", ".json", ".txt")


@dataclass(frozen=True)
class Submission:
    """One thing to grade: a student's notebook, or the reason why there is none.

    Args:
        student: The folder's name.
        exercise: The exercise, or "" where it is unknown.
        notebook: The notebook, unless there is a cause.
        cause: Why there is nothing to grade.
        reason: The cause in words.
    """

    student: str
    exercise: str = ""
    notebook: Notebook | None = None
    cause: Cause | None = None
    reason: str = ""


def collect(folder: Path, specs: Mapping[str, Sequence[str]]) -> list[Submission]:
    """Find the submissions of all students, in order.

    Args:
        folder: One folder per student; a notebook beside them counts as a student of its name.
        specs: For each exercise, the names of its answers.

    Raises:
        CommandError: The folder is missing, no folder, unreadable or empty.
    """
    if not folder.exists():
        raise CommandError(f"{folder} does not exist; give the folder with one folder per student.")
    if not folder.is_dir():
        raise CommandError(f"{folder} is a file; give the folder with one folder per student.")
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise CommandError(f"{folder} cannot be read: {error.strerror}.") from None
    found: list[Submission] = []
    for entry in entries:
        if _is_clutter(entry.name) or entry.is_symlink():
            continue
        if entry.is_dir():
            found += _of_student(entry.name, _files(entry), specs)
        elif entry.suffix in (".ipynb", ".zip"):
            found += _of_student(entry.stem, [(entry.name, entry)], specs)
    if not found:
        raise CommandError(
            f"{folder} holds no submissions; it needs one folder per student, each with a notebook "
            "or with the zip that `coursekit check` makes."
        )
    return found


def _is_clutter(name: str) -> bool:
    return (name.startswith(".") and name != "..") or name in ("__MACOSX", "__pycache__")


def _files(folder: Path) -> list[tuple[str, Path]]:
    """All files below a folder with their names in it; links are not followed."""
    found = []
    for place in sorted(folder.rglob("*")):
        inside = place.relative_to(folder)
        if any(_is_clutter(part) for part in inside.parts) or place.is_symlink():
            continue
        if any(parent.is_symlink() for parent in list(place.parents)[: len(inside.parts) - 1]):
            continue
        if place.is_file():
            found.append((inside.as_posix(), place))
    return found


def _of_student(
    student: str, files: list[tuple[str, Path]], specs: Mapping[str, Sequence[str]]
) -> list[Submission]:
    """The newest notebook of each exercise, and a cause for each file that is none."""
    newest: dict[str, tuple[tuple[float, int, str], Notebook]] = {}
    others: dict[str, list[str]] = {}
    failed: list[Submission] = []
    for name, path in files:
        if path.suffix.lower() not in (*_LIKELY, ".zip"):
            continue
        try:
            # Of equal times, as some zips leave them, "work-2.zip" counts before "work.zip".
            age = (path.stat().st_mtime, len(name), name)
            notebooks = list(_notebooks(name, path, specs))
        except Unusable as unusable:
            if path.suffix.lower() in (".ipynb", ".zip"):
                exercise = exercise_of_name(name, specs) or ""
                failed.append(Submission(student, exercise, None, unusable.cause, unusable.reason))
            continue
        except OSError as error:
            reason = f"{name} cannot be read: {error.strerror}"
            failed.append(Submission(student, "", None, Cause.UNREADABLE, reason))
            continue
        for notebook in notebooks:
            if notebook.exercise is None:
                reason = f"{notebook.name} belongs to no exercise of this course"
                cause = Cause.UNKNOWN_EXERCISE
                failed.append(Submission(student, "", None, cause, reason))
                continue
            others.setdefault(notebook.exercise, []).append(notebook.name)
            before = newest.get(notebook.exercise)
            if before is None or age >= before[0]:
                newest[notebook.exercise] = (age, notebook)
    found = [
        Submission(student, exercise, _noted(notebook, others[exercise]))
        for exercise, (_, notebook) in sorted(newest.items())
    ]
    # A file that is no notebook beside a good one of the same exercise costs nothing.
    found += [one for one in failed if one.exercise not in newest]
    if not found:
        return [_nothing(student, files)]
    return found


def _noted(notebook: Notebook, names: list[str]) -> Notebook:
    left = [name for name in names if name != notebook.name]
    if not left:
        return notebook
    note = f"{notebook.name} was graded, the newest; {', '.join(left)} was left alone"
    return replace(notebook, notes=(*notebook.notes, note))


def _nothing(student: str, files: list[tuple[str, Path]]) -> Submission:
    if not files:
        return Submission(student, "", None, Cause.NO_NOTEBOOK, "the folder is empty")
    names = ", ".join(name for name, _ in files[:5])
    return Submission(student, "", None, Cause.NO_NOTEBOOK, f"the folder has no notebook: {names}")


def _notebooks(name: str, path: Path, specs: Mapping[str, Sequence[str]]) -> Iterator[Notebook]:
    if path.suffix.lower() != ".zip":
        if path.stat().st_size > MAX_NOTEBOOK:
            raise Unusable(Cause.UNREADABLE, f"{name} is larger than 100 MB; clear its outputs")
        yield read(name, path.read_bytes(), specs)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _in_zip(name, archive, specs)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise Unusable(Cause.UNREADABLE, f"{name} cannot be unpacked ({error})") from None


def _in_zip(
    name: str, archive: zipfile.ZipFile, specs: Mapping[str, Sequence[str]]
) -> Iterator[Notebook]:
    """The notebooks of a zip, read in memory; the manifest says what `coursekit check` knew."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise Unusable(Cause.UNREADABLE, f"{name} holds {len(members)} files")
    inside = {member.filename: member for member in members if not member.is_dir()}
    manifest: Any = {}
    if "manifest.json" in inside:
        try:
            manifest = json.loads(_member(archive, inside["manifest.json"], name))
        except (ValueError, RecursionError):
            manifest = {}
    wanted = [
        member
        for member in inside.values()
        if member.filename.lower().endswith(".ipynb")
        and not any(_is_clutter(part) for part in PurePosixPath(member.filename).parts)
    ]
    if not wanted:
        raise Unusable(Cause.NO_NOTEBOOK, f"{name} holds no notebook")
    for member in wanted:
        raw = _member(archive, member, name)
        yield read(f"{name}: {member.filename}", raw, specs, manifest)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    with archive.open(member) as opened:
        raw = opened.read(MAX_NOTEBOOK + 1)
    if len(raw) > MAX_NOTEBOOK:
        raise Unusable(Cause.UNREADABLE, f"{member.filename} in {name} is larger than 100 MB")
    return raw
