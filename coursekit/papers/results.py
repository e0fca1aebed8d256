"""Finished trials in a file: one JSON line each, appended at once, read back with care."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coursekit
from coursekit.errors import CommandError

NEEDED = ("row", "trial", "seed", "success", "sequences", "steps", "wrong", "seconds")


@dataclass(frozen=True)
class Read:
    """What a results file held: good records, and the lines that are none."""

    records: tuple[dict[str, Any], ...]
    damaged: tuple[int, ...]  # line numbers, from 1


def committed() -> Path:
    """The folder of the finished trials that come with the course, wherever a notebook runs.

    Returns:
        That of the checkout around this package, or of the copy that the wheel carries.

    Raises:
        CommandError: there is neither.
    """
    package = Path(coursekit.__file__).resolve().parent
    checkout = (package.parent / "source" / "lessons").is_dir()
    folder = (package.parent if checkout else package / "_course") / "results"
    if not folder.is_dir():
        raise CommandError(
            f"{folder} is not there: this installation of coursekit has no finished trials. "
            "Install the coursekit wheel again, or run `pip install -e .` in a checkout."
        )
    return folder


def path_of(folder: Path, paper: str, row: str) -> Path:
    """Where the trials of a row stand: FOLDER/PAPER/ROW.jsonl."""
    return folder / paper / f"{row}.jsonl"


def read_names(folder: Path, paper: str) -> list[str]:
    """The names of the rows that have results, in order."""
    return sorted(path.stem for path in (folder / paper).glob("*.jsonl"))


def read(path: Path, row: str) -> Read:
    """The finished trials of a row, each once: the last line of a trial counts.

    Raises:
        CommandError: the file is there but cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return Read((), ())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error
    records: dict[tuple[int, int], dict[str, Any]] = {}
    damaged = []
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
            good = isinstance(record, dict) and all(name in record for name in NEEDED)
            good = good and record["row"] == row and isinstance(record["trial"], int)
        except ValueError:
            good = False
        if good:
            records[record["seed"], record["trial"]] = record
        else:
            damaged.append(number)
    return Read(tuple(records.values()), tuple(damaged))


def set_aside(path: Path, damaged: tuple[int, ...]) -> Path:
    """Move damaged lines into a file beside, and keep the rest; where they went."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    aside = path.with_suffix(".damaged.txt")
    with aside.open("a", encoding="utf-8") as file:
        file.writelines(f"line {number}: {lines[number - 1]}\n" for number in damaged)
    kept = [line for number, line in enumerate(lines, start=1) if number not in damaged]
    fresh = path.with_suffix(".new")
    fresh.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
    os.replace(fresh, path)
    return aside


def append(path: Path, record: dict[str, Any]) -> None:
    """Add a finished trial, on the disk when this returns.

    Raises:
        CommandError: the folder cannot be written or the disk is full; nothing else is lost.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = not path.exists() or path.stat().st_size == 0 or _ends_a_line(path)
        with path.open("a", encoding="utf-8") as file:
            file.write(("" if whole else "\n") + json.dumps(record) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise CommandError(
            f"{path} cannot be written: {error.strerror}. The trials that it holds are kept; "
            "make room, or pass another folder with --results, and start again"
        ) from error


def _ends_a_line(path: Path) -> bool:
    """A write that was cut off leaves half a line: what follows must not be joined to it."""
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
