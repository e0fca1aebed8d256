"""Read archives of strangers in memory: nothing is unpacked to disk, and nothing without bounds.

Names are cleaned for show and for grouping only; no name from an archive is ever opened.
"""

import io
import stat
import struct
import time
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from coursekit.grading.causes import Cause, Unusable

MAX_FILE = 100 * 1024 * 1024
MAX_MEMBERS = 20_000
MAX_TOTAL = 1024**3
MAX_RATIO = 100
MAX_PACKED = 500 * 1024 * 1024
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    struct.error,
    OverflowError,
)


@dataclass(frozen=True)
class File:
    """A file that was handed in, wherever it lies.

    Args:
        name: Its path, cleaned: no "..", no drive, no backslash, slashes between.
        content: Reads it; raises Unusable or OSError.
        modified: Seconds since 1970, or None where that is unknown.
        copies: How many files of this name the zip holds; this is the last one.
    """

    name: str
    content: Callable[[], bytes]
    modified: float | None = None
    copies: int = 1

    @property
    def suffix(self) -> str:
        """The ending in small letters, with its dot."""
        return Path(self.name).suffix.lower()


def on_disk(name: str, path: Path) -> File:
    """A file of a folder, not read yet."""

    def content() -> bytes:
        if path.stat().st_size > MAX_FILE:
            raise Unusable(Cause.UNREADABLE, _too_large(name))
        return path.read_bytes()

    return File(printable(name), content, path.stat().st_mtime)


def printable(name: str) -> str:
    r"""A name in composed letters; bytes that are no UTF-8 are spelled out.

    >>> print(printable("a\udcff"))
    a\udcff
    """
    composed = unicodedata.normalize("NFC", name)
    return composed.encode("utf-8", "backslashreplace").decode("utf-8")


def clean_name(name: str) -> str:
    r"""A path without anything that leads elsewhere, in composed letters.

    >>> clean_name("..\\..\\C:/./a//b.ipynb")
    'a/b.ipynb'
    """
    parts = name.replace("\\", "/").split("/")
    kept = [p for p in parts if p not in ("", ".", "..") and not (len(p) == 2 and p[1] == ":")]
    return printable("/".join(kept))


@contextmanager
def opened(name: str, source: Path | bytes) -> Iterator[list[File]]:
    """The files of a zip, to be read while this is open; folders end in "/" and are empty.

    Args:
        name: What to call it in a message.
        source: The path of the instructor's zip, which may unpack to 1 GB, or to 100 times its
            size if that is more; or the zip of a student as bytes, which may unpack to 500 MB.

    Raises:
        Unusable: It is no zip, or unpacks to too much.
        OSError: It cannot be read.
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    try:
        archive = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except _BROKEN as error:
        raise Unusable(Cause.UNREADABLE, f"{name} cannot be unpacked ({error})") from None
    with archive:
        members = archive.infolist()
        is_students = isinstance(source, bytes)
        limit = MAX_PACKED if is_students else max(MAX_TOTAL, MAX_RATIO * size)
        _refuse_bomb(name, members, size, limit)
        named = [(_name(member), member) for member in members]
        copies = Counter(path for path, _ in named)
        yield [
            File(path, partial(_content, archive, one, name, path), _modified(one), copies[path])
            for path, one in dict(named).items()
            if path
        ]


def _refuse_bomb(name: str, members: list[zipfile.ZipInfo], size: int, limit: int) -> None:
    if len(members) > MAX_MEMBERS:
        reason = f"{name} holds {len(members)} files; at most {MAX_MEMBERS} are read"
        raise Unusable(Cause.UNREADABLE, reason)
    # No member gives more than it declares (zipfile cuts it there), so this sum bounds them all.
    total = sum(member.file_size for member in members)
    if total > limit:
        reason = (
            f"{name} would unpack from {size / 1e6:.1f} MB to {total / 1e6:.0f} MB; at most "
            f"{limit / 1e6:.0f} MB are read"
        )
        raise Unusable(Cause.UNREADABLE, reason)


def _name(member: zipfile.ZipInfo) -> str:
    """A member's cleaned name; UTF-8 that does not say so is recognised."""
    name = member.filename
    if not member.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = member.filename
    return clean_name(name) + ("/" if member.is_dir() else "")


def _modified(member: zipfile.ZipInfo) -> float | None:
    """The time in seconds since 1970: from the extra field, else local time; 1980 is no time."""
    place = 0
    while place + 4 <= len(member.extra):
        kind, length = struct.unpack_from("<HH", member.extra, place)
        if kind == 0x5455 and length >= 5 and place + 9 <= len(member.extra):
            flags, seconds = struct.unpack_from("<Bi", member.extra, place + 4)
            if flags & 1:
                return float(seconds)
        place += 4 + length
    if member.date_time <= (1980, 1, 2):
        return None
    try:
        return time.mktime((*member.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return None


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, zip_name: str, path: str) -> bytes:
    if stat.S_ISLNK(member.external_attr >> 16):
        reason = f"{path} in {zip_name} is a link, and links are not followed; pack the file itself"
        raise Unusable(Cause.UNREADABLE, reason)
    if member.file_size > MAX_FILE:
        raise Unusable(Cause.UNREADABLE, _too_large(f"{path} in {zip_name}"))
    try:
        with archive.open(member) as file:
            raw = file.read(MAX_FILE + 1)
    except (*_BROKEN, OSError, MemoryError) as error:
        reason = f"{path} in {zip_name} cannot be unpacked ({error})"
        raise Unusable(Cause.UNREADABLE, reason) from None
    if len(raw) > MAX_FILE:
        raise Unusable(Cause.UNREADABLE, _too_large(f"{path} in {zip_name}"))
    return raw


def _too_large(name: str) -> str:
    return f"{name} is larger than 100 MB; clear its outputs and hand it in again"
