"""A student's working copy of the course: new notebooks come in, changed ones stay.

What was handed out is remembered by hash in a hidden file of the folder. A file whose hash is
still the one handed out belongs to the course and may be brought up to date; any other file is
the student's, and a newer version of it is put beside it.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.errors import CommandError

RECORD = ".coursekit.json"
FOLDERS = ("notebooks", "exercises")


@dataclass
class Report:
    """What one update did, by relative path."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"  new      {name}" for name in self.added]
        lines += [f"  updated  {name}" for name in self.updated]
        lines += [
            f"  yours    {name} is changed by you and stays; the new version is {Path(other).name}"
            for name, other in zip(self.kept, self.beside, strict=True)
        ]
        return "\n".join(lines)


def update(folder: Path, course: Path, version: str) -> Report:
    """Bring a working copy up to date; never touch a file that the student has changed.

    Args:
        folder: the working copy; made if it does not exist.
        course: the folder that holds `notebooks/` and `exercises/`.
        version: the course's version; part of the name of a file put beside another.

    Returns:
        What was added, updated, and put beside.

    Raises:
        CommandError: the folder cannot be made, read or written.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise CommandError(f"{folder} is a file; name a folder for your working copy.")
        if _is_course(folder.resolve(), course.resolve()):
            raise CommandError(
                f"{folder} is the course itself; name another folder for your working copy."
            )
        folder.mkdir(parents=True, exist_ok=True)
        return _update(folder, course, version)
    except OSError as error:
        raise CommandError(
            f"Cannot write your working copy: {error.filename or folder}: {error.strerror}. "
            "Name a folder of your own: `coursekit lab FOLDER`."
        ) from error


def _is_course(folder: Path, course: Path) -> bool:
    inside = [course / name for name in FOLDERS]
    return folder == course or any(folder == place or place in folder.parents for place in inside)


def _update(folder: Path, course: Path, version: str) -> Report:
    report = Report()
    record = _read_record(folder)
    for name, source in _course_files(course):
        new = source.read_bytes()
        target = folder / name
        entry = record.setdefault(name, {})
        if not os.path.lexists(target):
            _write(target, new)
            report.added.append(name)
        elif not target.is_file():
            raise CommandError(f"{target} is in the way: the course has a file of that name.")
        else:
            mine = _hash(target.read_bytes())
            if mine == _hash(new):
                pass
            elif mine == entry.get("given"):
                _write(target, new)
                report.updated.append(name)
            else:
                if _hash(new) not in (entry.get("given"), entry.get("offered")):
                    report.kept.append(name)
                    report.beside.append(_put_beside(folder, name, new, version))
                    entry["offered"] = _hash(new)
                    _write_record(folder, record)
                continue
        entry["given"] = _hash(new)
        _write_record(folder, record)
    return report


def _course_files(course: Path) -> Iterator[tuple[str, Path]]:
    for top in FOLDERS:
        for path in sorted((course / top).rglob("*")):
            parts = path.relative_to(course).parts
            if path.is_file() and not any(part.startswith((".", "__")) for part in parts):
                yield "/".join(parts), path


def _put_beside(folder: Path, name: str, new: bytes, version: str) -> str:
    path = Path(name)
    for number in range(1, 1000):
        again = "" if number == 1 else f"-{number}"
        beside = path.with_name(f"{path.stem}.new-{version}{again}{path.suffix}")
        target = folder / beside
        if not os.path.lexists(target):
            _write(target, new)
            return beside.as_posix()
        if target.is_file() and target.read_bytes() == new:
            return beside.as_posix()
    raise CommandError(f"{folder / name} has a thousand newer versions beside it; delete some.")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read_record(folder: Path) -> dict[str, dict[str, str]]:
    """The record, or an empty one if it is lost: then every file counts as the student's."""
    try:
        files = json.loads((folder / RECORD).read_text(encoding="utf-8"))["files"]
        return {str(name): dict(entry) for name, entry in files.items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write_record(folder: Path, record: dict[str, dict[str, str]]) -> None:
    text = json.dumps({"format": 1, "files": record}, indent=1, sort_keys=True) + "\n"
    if not (folder / RECORD).is_file() or (folder / RECORD).read_text(encoding="utf-8") != text:
        _write(folder / RECORD, text.encode())


def _write(target: Path, content: bytes) -> None:
    """Write a whole file or nothing: a full disk never leaves half a notebook."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".coursekit-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
