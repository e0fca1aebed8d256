"""What one student handed in: every notebook in every file and zip, the latest attempt last."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from coursekit.grading import archive, lms
from coursekit.grading.archive import File
from coursekit.grading.causes import Cause, Unusable
from coursekit.grading.notebook import Notebook, exercise_of_name, read

LIKELY = (".ipynb", ".json", ".txt")
MAX_SCRIPT = 1_000_000
MAX_NOTEBOOKS = 200
MAX_ZIPS = 5


@dataclass(frozen=True)
class Attempt:
    """A notebook that was handed in.

    Args:
        notebook: What was read.
        path: Where it, or the zip that it came in, lay in what was given.
        modified: The date of that file in seconds since 1970, where it says when it came.
        copies: How many files of its name there are.
        order: Sorts attempts; the latest is the largest.
    """

    notebook: Notebook
    path: str
    modified: float | None = None
    copies: int = 1
    order: tuple[int, float, int, int, str] = (0, 0.0, 0, 0, "")


@dataclass(frozen=True)
class Failure:
    """A file that is no gradable notebook, and why."""

    path: str
    exercise: str
    cause: Cause
    reason: str


def attempts(
    files: Sequence[tuple[str, File]], specs: Mapping[str, Sequence[str]], stack: ExitStack
) -> tuple[dict[str, list[Attempt]], list[Failure]]:
    """All attempts of a student by exercise, the latest last, and what could not be read.

    Args:
        files: (path as handed in, file named as the student named it).
        specs: For each exercise, the names of its answers.
        stack: Keeps zips open.
    """
    found: dict[str, list[Attempt]] = {}
    failed: list[Failure] = []
    scripts = _scripts(file for _, file in files)
    for path, file in files:
        try:
            tried = list(_attempts_in(path, file, specs, scripts, stack))
        except Unusable as unusable:
            if file.suffix in (".ipynb", ".zip"):
                exercise = exercise_of_name(file.name, specs) or ""
                failed.append(Failure(path, exercise, unusable.cause, unusable.reason))
            continue
        except OSError as error:
            reason = f"{file.name} cannot be read: {error.strerror}"
            failed.append(Failure(path, "", Cause.UNREADABLE, reason))
            continue
        for one in tried:
            if isinstance(one, Failure):
                failed.append(one)
            elif one.notebook.exercise is None:
                reason = f"{one.notebook.name} belongs to no exercise of this course"
                failed.append(Failure(path, "", Cause.UNKNOWN_EXERCISE, reason))
            else:
                found.setdefault(one.notebook.exercise, []).append(one)
    return {name: sorted(each, key=lambda a: a.order) for name, each in found.items()}, failed


def is_clutter(name: str) -> bool:
    """Whether a file or folder is what systems and editors leave behind."""
    return (name.startswith(".") and name != "..") or name in ("__MACOSX", "__pycache__")


def _attempts_in(
    path: str,
    file: File,
    specs: Mapping[str, Sequence[str]],
    scripts: Mapping[str, bytes],
    stack: ExitStack,
) -> Iterator[Attempt | Failure]:
    if file.suffix == ".zip":
        yield from _in_zip(path, file, file, specs, stack, nested=False)
    elif file.suffix in LIKELY:
        notebook = read(file.name, file.content(), specs, beside=scripts)
        yield Attempt(notebook, path, file.modified, file.copies, _order(path, file, file.name))


def _in_zip(
    path: str,
    outer: File,
    file: File,
    specs: Mapping[str, Sequence[str]],
    stack: ExitStack,
    *,
    nested: bool,
) -> Iterator[Attempt | Failure]:
    """The notebooks of a zip and of the zips in it; the manifest says what `check` knew."""
    files = stack.enter_context(archive.opened(file.name, file.content()))
    kept = [one for one in files if not any(map(is_clutter, PurePosixPath(one.name).parts))]
    manifest = _manifest(kept)
    scripts = _scripts(kept)
    wanted = [one for one in kept if one.suffix == ".ipynb" and not one.name.endswith("/")]
    zips = [one for one in kept if one.suffix == ".zip" and not nested]
    if not wanted and not zips:
        raise Unusable(Cause.NO_NOTEBOOK, f"{file.name} holds no notebook")
    if len(wanted) > MAX_NOTEBOOKS:
        reason = f"{file.name} holds {len(wanted)} notebooks; at most {MAX_NOTEBOOKS} are read"
        raise Unusable(Cause.UNREADABLE, reason)
    for one in wanted:
        name = f"{file.name}: {one.name}"
        try:
            notebook = read(name, one.content(), specs, manifest, scripts)
        except Unusable as unusable:
            exercise = exercise_of_name(name, specs) or ""
            yield Failure(path, exercise, unusable.cause, unusable.reason)
            continue
        yield Attempt(notebook, path, outer.modified, one.copies, _order(path, outer, one.name))
    for one in zips[MAX_ZIPS:]:
        reason = f"{file.name} holds {len(zips)} zips; {one.name} was not opened"
        yield Failure(path, "", Cause.UNREADABLE, reason)
    for one in zips[:MAX_ZIPS]:
        named = File(f"{file.name}: {one.name}", one.content, one.modified)
        try:
            yield from _in_zip(path, outer, named, specs, stack, nested=True)
        except Unusable as unusable:
            yield Failure(path, "", unusable.cause, unusable.reason)


def _manifest(files: Sequence[File]) -> Any:
    for file in files:
        if file.name == "manifest.json":
            try:
                return json.loads(file.content())
            except (ValueError, RecursionError, Unusable):
                return {}
    return {}


def _scripts(files: Iterator[File] | Sequence[File]) -> dict[str, bytes]:
    """The Python files beside the notebooks, by name."""
    found: dict[str, bytes] = {}
    for file in files:
        if file.suffix != ".py" or len(found) == 20:
            continue
        try:
            raw = file.content()
        except (Unusable, OSError):
            continue
        if len(raw) <= MAX_SCRIPT:
            found[file.name] = raw
    return found


def _order(path: str, file: File, name: str) -> tuple[int, float, int, int, str]:
    """Canvas's number of the upload, the date, the attempt that the name ends in, the name.

    Of equal times, as some zips leave them, "work-2.ipynb" counts before "work.ipynb".
    """
    handed = lms.parse(path.split("/")[0])
    upload = handed.upload if handed is not None else 0
    number = re.search(r"[-_ (](\d{1,4})\)?\.\w+$", name)
    attempt = int(number[1]) if number else 0
    return upload, file.modified or 0.0, attempt, len(name), name
