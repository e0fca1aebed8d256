"""Which isolation is reached, why not a better one, and what a grading does about it."""

import errno
import struct

import pytest

from coursekit.errors import CommandError
from coursekit.grading import bubblewrap, isolation, sandbox
from coursekit.grading.sandbox import LEVELS, Probe, SandboxError, launcher_for, reached


@pytest.fixture
def afresh():
    """Nothing is known of this system yet, and nothing learned here stays."""
    for known in (sandbox._why_not, bubblewrap._options):
        known.cache_clear()
    yield
    for known in (sandbox._why_not, bubblewrap._options):
        known.cache_clear()


@pytest.fixture
def with_bwrap(afresh, tmp_path, monkeypatch):
    """with_bwrap(script) puts a program in the place of bubblewrap; None for no program."""

    def use(script):
        program = tmp_path / "bwrap"
        if script is not None:
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o755)
        found = None if script is None else str(program)
        monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: found)

    return use


def test_limits_is_reached_by_starting_a_worker():
    assert reached("limits") == Probe("limits", "")
    assert reached("none") == Probe("none", "")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (None, "install bubblewrap"),
        ("echo --ro-bind", "install 0.8 or later"),
        ("echo --size; exit 1", "did not start"),
        ("[ $1 = --help ] && echo --size || echo 'setting up uid map: no' >&2; exit 1", "uid map"),
    ],
)
def test_without_a_working_bubblewrap_the_level_is_limits_and_the_reason_is_kept(
    with_bwrap, script, reason
):
    with_bwrap(script)
    probe = reached()
    assert probe.level == "limits"
    assert probe.reason.startswith("bubblewrap: ")
    assert reason in probe.reason


def test_a_program_that_only_claims_to_isolate_is_found_out(with_bwrap):
    """It drops bubblewrap's options and starts the worker as it is."""
    skip = 'for word; do shift; [ "$word" = -- ] && break; done'
    swap = f'p=$1; exec "$p" -s -P {sandbox.WORKER} "$5"'
    with_bwrap(f"[ $1 = --help ] && echo --size && exit 0\n{skip}\n{swap}")
    probe = reached()
    assert probe.level == "limits"
    assert "the grader's files" in probe.reason or "sets no limit" in probe.reason


@pytest.mark.parametrize(
    ("path", "value", "remedy"),
    [
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "apparmor_parser -r /etc/apparmor.d"),
        ("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "user.max_user_namespaces=10000"),
        ("nothing", "", "SYS_ADMIN"),
    ],
)
def test_what_blocks_namespaces_is_named_with_its_remedy(monkeypatch, path, value, remedy):
    known = {f"/proc/sys/{path}": value}
    monkeypatch.setattr(bubblewrap, "_reads", known.get)
    said = bubblewrap.explain("bwrap: setting up uid map:\n Permission denied")
    assert said.startswith("bwrap: setting up uid map: Permission denied. ")
    assert remedy in said
    assert bubblewrap.explain("bwrap: something else") == "bwrap: something else"


def test_a_level_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="the levels are none, limits, bubblewrap"):
        launcher_for("jail")
    with pytest.raises(CommandError, match="give one of none, limits, bubblewrap"):
        isolation.isolation_for("jail", None)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("accept", [None, *LEVELS])
def test_marks_for_real_need_limits_unless_another_level_is_accepted(
    monkeypatch, capsys, level, accept
):
    reason = "" if level == "bubblewrap" else "bubblewrap: not here, install it"
    monkeypatch.setattr(isolation, "reached", lambda highest: Probe(level, reason))
    if LEVELS.index(level) >= LEVELS.index(accept or "limits"):
        assert isolation.isolation_for(None, accept) == level
        assert reason in capsys.readouterr().err
        return
    with pytest.raises(CommandError) as refused:
        isolation.isolation_for(None, accept)
    said = str(refused.value)
    assert said.startswith(f"The isolation is {level}: ")
    assert f"need {accept or 'limits'} or better" in said
    assert reason in said
    assert f"--accept-isolation {level}" in said


def test_a_level_that_was_asked_for_is_that_level_or_an_error(monkeypatch):
    assert isolation.isolation_for("limits", None) == "limits"
    with pytest.raises(CommandError, match="asked for with --isolation none"):
        isolation.isolation_for("none", None)
    assert isolation.isolation_for("none", "none") == "none"
    monkeypatch.setattr(isolation, "reached", lambda highest: Probe("limits", "bubblewrap: no"))
    with pytest.raises(CommandError, match="this system reaches limits"):
        isolation.isolation_for("bubblewrap", None)


def test_a_system_that_starts_nothing_is_told(monkeypatch):
    def fail(highest):
        raise SandboxError("none: no memory")

    monkeypatch.setattr(isolation, "reached", fail)
    with pytest.raises(CommandError, match="none: no memory"):
        isolation.isolation_for(None, None)


def decide(program, arch, number, argument=0):
    """What the kernel would do: an interpreter of the few instructions that a filter has."""
    data = struct.pack("=IIQ6Q", number, arch, 0, argument, 0, 0, 0, 0, 0)
    steps = list(struct.iter_unpack("=HBBI", program))
    at, word = 0, 0
    while True:
        code, yes, no, k = steps[at]
        at += 1
        if code == 0x06:
            return k
        if code == 0x20:
            (word,) = struct.unpack_from("=I", data, k)
            continue
        holds = {0x15: word == k, 0x35: word >= k, 0x45: bool(word & k)}[code]
        at += yes if holds else no


ALLOW, ERROR = 0x7FFF0000, 0x00050000


@pytest.mark.parametrize(
    ("machine", "arch", "read", "unshare", "clone", "sockets"),
    [("x86_64", 0xC000003E, 0, 272, 56, 41), ("aarch64", 0xC00000B7, 63, 97, 220, 198)],
)
def test_the_filter_decides_as_it_should(machine, arch, read, unshare, clone, sockets):
    def asked(number, argument=0, arch=arch):
        return decide(bubblewrap.filter_program(machine), arch, number, argument)

    assert asked(read) == ALLOW
    assert asked(unshare) == asked(unshare, 0x10000000) == ERROR | errno.EPERM
    assert asked(clone, 0x01200011) == asked(clone, 0x003D0F00) == ALLOW  # fork, and a thread
    for flag in (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x40000000):
        assert asked(clone, flag | 17) == ERROR | errno.EPERM
    assert asked(435) == ERROR | errno.ENOSYS
    assert [family for family in range(50) if asked(sockets, family) == ALLOW] == [1, 2, 10, 16]
    assert asked(read, arch=0x40000003) == 0x80000000
    assert asked(0x40000000 | read) == ERROR | errno.EPERM


def test_a_machine_that_nobody_foresaw_has_no_filter():
    assert bubblewrap.filter_program("riscv64") == b""
