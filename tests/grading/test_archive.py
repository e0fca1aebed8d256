"""Zips of strangers: any name, any date, and nothing that unpacks to more than it may."""

import io
import os
import stat
import time
import zipfile

import pytest

from coursekit.grading import archive
from coursekit.grading.archive import clean_name, opened
from coursekit.grading.causes import Cause, Unusable


def packed(*members, **options):
    """A zip as bytes, of (name or ZipInfo, content)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as made:
        for name, content in members:
            made.writestr(name, content)
    return buffer.getvalue()


def contents(raw):
    with opened("a.zip", raw) as files:
        return {file.name: file.content() for file in files}


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("../../up.ipynb", "up.ipynb"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\Users\\ann\\w.ipynb", "Users/ann/w.ipynb"),
        ("..\\w.ipynb", "w.ipynb"),
        ("a/./b//c", "a/b/c"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("..", ""),
    ],
)
def test_names_are_cleaned(name, cleaned):
    assert clean_name(name) == cleaned


def test_utf8_without_its_flag_is_read_and_dos_letters_stay():
    utf8 = packed(("Zoë.ipynb", b"1"))
    # Unset the flag in the local header and in the directory, as old tools leave it.
    assert utf8.count(b"\x00\x08") == 2
    assert contents(utf8.replace(b"\x00\x08", b"\x00\x00")) == {"Zoë.ipynb": b"1"}
    dos = packed(("Zo_.ipynb", b"1")).replace(b"Zo_", b"Zo\x89")
    assert contents(dos) == {"Zoë.ipynb": b"1"}


def test_of_two_files_of_one_name_the_last_is_read_and_counted():
    with pytest.warns(UserWarning, match="Duplicate"):
        raw = packed(("w.ipynb", b"1"), ("../w.ipynb", b"2"), ("w.ipynb", b"3"))
    with opened("a.zip", raw) as (file,):
        assert (file.name, file.content(), file.copies) == ("w.ipynb", b"3", 3)


def test_a_link_is_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    link = zipfile.ZipInfo("w.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    raw = packed((link, str(secret)))
    with opened("a.zip", raw) as (file,), pytest.raises(Unusable, match="a link") as caught:
        file.content()
    assert caught.value.cause is Cause.UNREADABLE


def test_a_date_is_local_time_or_the_extra_field_and_1980_is_none():
    dated = zipfile.ZipInfo("dated", (2026, 3, 1, 12, 30, 10))
    exact = zipfile.ZipInfo("exact", (2026, 3, 1, 12, 30, 10))
    exact.extra = b"\x55\x54\x05\x00\x01" + (1_700_000_001).to_bytes(4, "little")
    members = [(one, b"") for one in (dated, exact, zipfile.ZipInfo("none"))]
    with opened("a.zip", packed(*members)) as files:
        found = {file.name: file.modified for file in files}
    local = time.mktime((2026, 3, 1, 12, 30, 10, 0, 0, -1))
    assert found == {"dated": local, "exact": 1_700_000_001.0, "none": None}


def test_a_bomb_is_refused_before_anything_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_PACKED", 10**7)
    raw = packed(*((f"{n}.ipynb", bytes(10**6)) for n in range(13)))
    assert len(raw) < 10**5
    with pytest.raises(Unusable, match="would unpack from 0.0 MB to 13 MB"), opened("a.zip", raw):
        pass
    path = tmp_path / "a.zip"
    path.write_bytes(raw)
    with opened("a.zip", path) as files:  # an instructor's zip may hold this much
        assert len(files) == 13


def test_the_instructors_zip_may_unpack_to_a_gigabyte_or_a_hundred_times_its_size(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(archive, "MAX_TOTAL", 10**5)
    path = tmp_path / "a.zip"
    path.write_bytes(packed(("noise", os.urandom(10**5)), ("w.ipynb", bytes(10**5))))
    with opened("a.zip", path) as files:
        assert len(files) == 2
    path.write_bytes(packed(("w.ipynb", bytes(10**6))))
    with pytest.raises(Unusable, match="at most 0 MB"), opened("a.zip", path):
        pass


def test_a_file_that_is_too_large_costs_only_itself(monkeypatch):
    monkeypatch.setattr(archive, "MAX_FILE", 10)
    with opened("a.zip", packed(("large", bytes(11)), ("small", bytes(10)))) as (large, small):
        assert small.content() == bytes(10)
        with pytest.raises(Unusable, match="larger than 100 MB; clear its outputs"):
            large.content()


def test_a_member_that_lies_about_its_size_gives_no_more(tmp_path):
    raw = packed(("w.ipynb", b"x" * 1000))
    lying = raw.replace((1000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with opened("a.zip", lying) as (file,), pytest.raises(Unusable, match="cannot be unpacked"):
        file.content()


def test_too_many_members_are_refused(monkeypatch):
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    raw = packed(*((str(n), b"") for n in range(4)))
    with pytest.raises(Unusable, match="holds 4 files; at most 3"), opened("a.zip", raw):
        pass


def test_every_cut_or_changed_zip_is_read_or_has_a_cause(rng):
    whole = packed(("a.ipynb", b"some text" * 30), ("b.ipynb", b"others"))
    broken = [whole[:cut] for cut in range(0, len(whole), 7)]
    for _ in range(400):
        changed = bytearray(whole)
        changed[rng.integers(len(whole))] = rng.integers(256)
        broken.append(bytes(changed))
    for raw in broken:
        try:
            with opened("a.zip", raw) as files:
                for file in files:
                    file.content()
        except Unusable as unusable:
            assert unusable.cause is Cause.UNREADABLE


def test_an_encrypted_member_has_a_cause():
    raw = bytearray(packed(("w.ipynb", b"text")))
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        raw[raw.index(start) + (6 if start[2] == 3 else 8)] |= 1
    with opened("a.zip", bytes(raw)) as (file,), pytest.raises(Unusable, match="encrypted"):
        file.content()
