"""A root of its own for a stranger's process, made by bubblewrap: what it sees, what it may ask.

It sees system libraries, the interpreter, its packages, and of coursekit the worker and the
modules that an exercise allows, all read-only; a scratch folder in memory; and nothing else: no
network, no other process, no file of anybody. A filter refuses the system calls that an exercise
never needs: new namespaces, tracing, mounts, keys, memory that no limit counts, and sockets that a
network namespace does not hold (AF_VSOCK reaches the host of a virtual machine).
"""

import atexit
import compileall
import errno
import os
import platform
import py_compile
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

COURSE = "/course"
SCRATCH = "/tmp"
MEBI = 1024 * 1024
SCRATCH_BYTES = 64 * MEBI
SHARED_BYTES = 16 * MEBI
# What an unprivileged user is where no user of its own can be had for each worker.
NOBODY = 65534
# Numbers that no distribution, container or directory service gives away; one for each worker, so
# that the limit on processes counts nobody else's.
FIRST_USER = 1_879_048_192
USERS = 1 << 24


def is_root() -> bool:
    """Whether this process is root, and so must give up more than its namespaces."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


@cache
def _options() -> str:
    """What the installed bubblewrap says that it can do; "" if it is not there."""
    program = shutil.which("bwrap")
    if program is None:
        return ""
    done = subprocess.run([program, "--help"], capture_output=True, text=True, errors="replace")
    return done.stdout + done.stderr


def missing() -> str | None:
    """What this system lacks altogether, with the remedy; None if a try is worth while."""
    if not sys.platform.startswith("linux"):
        return "bubblewrap is a program for Linux; elsewhere, run the grader in a Linux container"
    if shutil.which("bwrap") is None:
        return "there is no program bwrap; install bubblewrap 0.8 or later (apt install bubblewrap)"
    if "--size" not in _options():
        return "this bubblewrap cannot limit a folder in memory (--size); install 0.8 or later"
    return None


def explain(said: str) -> str:
    """What a bubblewrap that failed has said, with the remedy if we know one.

    Args:
        said: Its standard error.
    """
    said = " ".join(said.split())[:300] or "it ended without a word"
    refused = ("uid map", "new namespace", "creating namespace", "No permissions", "loopback")
    if not any(word.lower() in said.lower() for word in refused):
        return said
    if _reads("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
        return (
            f"{said}. Ubuntu 23.10 and later let only programs with an AppArmor profile make user "
            "namespaces. To allow it for bubblewrap alone, write into /etc/apparmor.d/bwrap:\n"
            "    abi <abi/4.0>,\n    include <tunables/global>\n"
            "    profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }\n"
            "and load it: sudo apparmor_parser -r /etc/apparmor.d/bwrap"
        )
    if _reads("/proc/sys/kernel/unprivileged_userns_clone") == "0":
        return f"{said}. Allow user namespaces: sudo sysctl -w kernel.unprivileged_userns_clone=1"
    if _reads("/proc/sys/user/max_user_namespaces") == "0":
        return f"{said}. Allow user namespaces: sudo sysctl -w user.max_user_namespaces=10000"
    return (
        f"{said}. This system does not let bubblewrap make namespaces; in a container, start that "
        "with the capability SYS_ADMIN, or with a seccomp profile that allows user namespaces"
    )


def _reads(path: str) -> str | None:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return None


def command(line: list[str], folder: Path) -> list[str]:
    """The command that runs a worker in a root of its own.

    Args:
        line: The worker's command line, with paths as they are inside.
        folder: A folder with course/ (see `course`) and mpl/ (matplotlib's list of fonts).
    """
    program = shutil.which("bwrap") or "bwrap"
    fonts = [
        part
        for path in sorted((folder / "mpl").iterdir())
        for part in ("--ro-bind", str(path), f"{SCRATCH}/mpl/{path.name}")
    ]
    return [
        *(program, *_namespaces()),
        *("--dev", "/dev", "--perms", "1777", "--size", str(SHARED_BYTES), "--tmpfs", "/dev/shm"),
        *("--remount-ro", "/dev", "--proc", "/proc"),
        *("--perms", "1777", "--size", str(SCRATCH_BYTES), "--tmpfs", SCRATCH),
        *("--perms", "0777", "--dir", f"{SCRATCH}/mpl", *fonts),
        *_system(),
        *("--ro-bind", str((folder / "course").resolve()), COURSE),
        *("--remount-ro", "/", "--chdir", SCRATCH, "--", *line),
    ]


def _namespaces() -> list[str]:
    """Everything unshared. Root needs no user namespace: the worker drops root once all is mounted.

    In a user namespace of root's own making, the limit on processes would not hold: outside, the
    user would still be root.
    """
    made = [
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--hostname", "sandbox", "--die-with-parent", "--new-session"),
    ]
    if is_root():
        return [*made, "--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    made += ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)]
    return [*made, "--disable-userns"] if "--disable-userns" in _options() else made


@cache
def _system() -> list[str]:
    """Binds for the libraries, the interpreter and its packages; a coursekit in them is covered."""
    made: list[str] = []
    bound: list[Path] = []
    opened = {Path("/"), Path(SCRATCH)}

    def bind(path: Path) -> None:
        if path.exists() and not any(path == one or one in path.parents for one in bound):
            for above in reversed(path.parents[:-1]):  # bubblewrap itself would make them private
                if above not in opened:
                    made.extend(("--perms", "0755", "--dir", str(above)))
                    opened.add(above)
            if path.is_symlink() and any(path.resolve() == one.resolve() for one in bound):
                made.extend(("--symlink", os.readlink(path), str(path)))
                return
            made.extend(("--ro-bind", str(path), str(path)))
            if path.is_dir():
                bound.append(path)

    bind(Path("/usr/lib"))
    bind(Path("/usr/lib64"))
    for name in ("/lib", "/lib64"):
        if os.path.islink(name):
            made += ["--symlink", os.readlink(name), name]
        else:
            bind(Path(name))
    bind(Path("/etc/ld.so.cache"))
    bind(Path("/etc/alternatives"))
    bind(Path("/usr/share/zoneinfo"))
    for prefix in dict.fromkeys((Path(sys.base_prefix), Path(sys.prefix))):
        for part in ("lib", "lib64", "pyvenv.cfg"):
            bind(prefix / part)
    base = Path(getattr(sys, "_base_executable", sys.executable))
    for program in dict.fromkeys((Path(sys.executable), base, Path(sys.executable).resolve())):
        bind(program)
    for packages in _package_folders():
        bind(packages)
    for course in _courses(bound):
        made += ["--size", "4096", "--tmpfs", str(course), "--remount-ro", str(course)]
    return made


def _package_folders() -> list[Path]:
    """Where installed packages lie, without those of a user (the worker runs with -s)."""
    names = ("site-packages", "dist-packages")
    folders = [Path(entry) for entry in sys.path if Path(entry).name in names]
    home = Path.home()
    return [folder for folder in folders if home / ".local" not in folder.parents]


def _courses(bound: Iterable[Path]) -> list[Path]:
    """Each coursekit that would be seen in there, as it is called in there."""
    own = Path(__file__).resolve().parents[1]
    found = [folder / "coursekit" for folder in _package_folders()]
    for folder in bound:
        real = folder.resolve()
        if real in own.parents:
            found.append(folder / own.relative_to(real))
    return [path for path in dict.fromkeys(found) if path.is_dir()]


@cache
def course(package: Path | None, modules: tuple[str, ...]) -> Path:
    """A folder with the worker and what an exercise may use of a package, for all of its workers.

    It is made once in a process and bound read-only, so that no worker changes it for the next.
    Copies, because the originals may lie where an unprivileged user cannot read them; compiled,
    because each worker would compile them anew.

    Args:
        package: The real package, or None for none of it.
        modules: Full names of its modules; what lies below one comes with it.
    """
    folder = Path(tempfile.mkdtemp(prefix="coursekit-course-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    own = Path(__file__).parent
    for name in ("worker.py", "wire.py"):
        shutil.copy2(own / name, folder / name)
    for module in modules if package is not None else ():
        assert package is not None
        parts = module.split(".")[1:]
        source, target = package.joinpath(*parts), folder.joinpath(package.name, *parts)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.with_suffix(".py").is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source.with_suffix(".py"), target.with_suffix(".py"))
    _compile(folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def _compile(folder: Path) -> None:
    """Compile what lies in a folder, under the names that it has inside."""
    fixed = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(folder, ddir=COURSE, force=True, quiet=2, invalidation_mode=fixed)
    source, target = str(folder / "worker.py"), str(folder / "worker.pyc")
    py_compile.compile(source, target, f"{COURSE}/worker.py", invalidation_mode=fixed)


# System calls that no exercise needs, by the name of the machine: first x86-64, then AArch64.
_REFUSED = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "quotactl": (179, 60),
    "setns": (308, 268),
    "unshare": (272, 97),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    # Memory that belongs to no process, so that a limit on processes does not count it.
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
}
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_CLONE, _CLONE3, _SOCKET = (56, 220), (435, 435), (41, 198)
_NEW_NAMESPACES = 0x7E020000  # every CLONE_NEW... flag that fits into clone()
_FAMILIES = (1, 2, 10, 16)  # unix, inet, inet6, netlink: a network namespace holds these
_LOAD, _EQUAL, _ATLEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000


def filter_program(machine: str | None = None) -> bytes:
    """The filter of system calls as a classic BPF program; b"" on a machine that we do not know.

    Args:
        machine: A name as of `platform.machine()`; this one by default.
    """
    known = _MACHINES.get(platform.machine() if machine is None else machine)
    if known is None:
        return b""
    column, audit = known
    steps: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, 4),  # seccomp_data.arch
        (_EQUAL, 1, 0, audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # seccomp_data.nr
        (_ATLEAST, 0, 1, 0x40000000),  # the second set of numbers that x86-64 has
        (_RETURN, 0, 0, _ERROR | errno.EPERM),
    ]
    for numbers in _REFUSED.values():
        steps += [(_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, _ERROR | errno.EPERM)]
    steps += [
        (_EQUAL, 0, 1, _CLONE3[column]),  # its flags lie in memory; the C library then uses clone
        (_RETURN, 0, 0, _ERROR | errno.ENOSYS),
        (_EQUAL, 0, 4, _CLONE[column]),
        (_LOAD, 0, 0, 16),  # the low half of its first argument
        (_ANY_BIT, 0, 1, _NEW_NAMESPACES),
        (_RETURN, 0, 0, _ERROR | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
        (_EQUAL, 0, 2 + len(_FAMILIES), _SOCKET[column]),
        (_LOAD, 0, 0, 16),
    ]
    for place, family in enumerate(_FAMILIES):
        steps.append((_EQUAL, len(_FAMILIES) - place, 0, family))
    steps += [(_RETURN, 0, 0, _ERROR | errno.EAFNOSUPPORT), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
