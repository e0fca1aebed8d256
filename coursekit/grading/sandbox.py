"""A process of its own for a stranger's code, with limits; says which isolation it reached.

Levels: "none" (another process, a clean environment and a wall clock, nothing more), "limits"
(also CPU, memory, file size and processes, where the system has `resource`) and "bubblewrap" (also
a root, a network and a process space of its own: see bubblewrap.py). A level is a Launcher: a way
to start the same worker. It counts as reached when a worker was started that way and looked around.
"""

import contextlib
import os
import platform
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from coursekit.grading import bubblewrap, wire
from coursekit.grading.memory import Watch

LEVELS = ("none", "limits", "bubblewrap")
WORKER = Path(__file__).with_name("worker.py")
BOOT_SECONDS = 60.0
MEBI = 1024 * 1024


class Lost(Exception):  # noqa: N818 - it says what became of the worker
    """The worker is gone, and its process killed. `kind` is "timeout" or "died"."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class SandboxError(Exception):
    """The worker did not even start: a fault of this machine or of the tool, not of a student."""


@dataclass(frozen=True)
class Limits:
    """What one notebook may use.

    Args:
        total: Seconds for the whole notebook, its replays included.
        step: Seconds for one cell, or for one call of an answer.
        answer: Seconds for all calls of one answer, without replays.
        memory: Bytes of address space of each process.
        together: Bytes of memory that all its processes may hold together.
        file: Bytes of the largest file.
        processes: Processes and threads beside those that this user runs already.
        open_files: Files that a process has open at a time.
    """

    total: float = 120.0
    step: float = 30.0
    answer: float = 60.0
    memory: int = 2048 * MEBI
    together: int = 4096 * MEBI
    file: int = 16 * MEBI
    processes: int = 64
    open_files: int = 256

    def for_worker(self, running: int | None) -> dict[str, int]:
        """The limits that the worker sets on itself before any student code runs.

        Args:
            running: Processes and threads that count already; None if nobody knows.
        """
        limits = {
            "core": 0,
            "cpu": int(self.total) + 5,
            "memory": self.memory,
            "file": self.file,
            "open_files": self.open_files,
        }
        if running is not None:
            limits["processes"] = running + self.processes
        return limits


def _processes_of(user: int) -> int | None:
    """Processes and threads that count already against a user's limit; None if unknown."""
    if not Path("/proc/self/task").is_dir():
        return None
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid == user:
                count += len(list((folder / "task").iterdir()))
        except OSError:
            continue
    return count


@dataclass(frozen=True)
class Launcher:
    """A way to start the worker.

    Args:
        level: The isolation that it reaches.
        command: command(worker's command line, working folder) -> what to start.
        private: Whether the worker sees a root of its own, as bubblewrap.py lays it out.
        filter: A program for bubblewrap's --seccomp.
    """

    level: str
    command: Callable[[list[str], Path], list[str]] = field(default=lambda line, folder: line)
    private: bool = False
    filter: bytes = b""


def launcher_for(level: str) -> Launcher:
    """The way to start a worker at a level, whether or not this system can.

    Raises:
        ValueError: There is no such level.
    """
    if level not in LEVELS:
        raise ValueError(f"there is no isolation {level!r}; the levels are {', '.join(LEVELS)}")
    if level != "bubblewrap":
        return Launcher(level)
    return Launcher(level, bubblewrap.command, True, bubblewrap.filter_program())


@dataclass(frozen=True)
class Probe:
    """The isolation that this system reaches.

    Args:
        level: One of LEVELS.
        reason: Why it is not a higher one, and what to do; "" if there is none above it.
    """

    level: str
    reason: str = ""


def reached(highest: str = LEVELS[-1]) -> Probe:
    """The best isolation here, found by starting a worker at each level; about 0.3 s, once.

    Args:
        highest: Do not try levels above this one.

    Raises:
        ValueError: There is no such level.
        SandboxError: Not even a process without limits could be started.
    """
    launcher_for(highest)
    reasons: list[str] = []
    for level in reversed(LEVELS[: LEVELS.index(highest) + 1]):
        reason = _why_not(level)
        if reason is None:
            return Probe(level, "\n".join(reasons))
        reasons.append(f"{level}: {reason}")
    raise SandboxError("\n".join(reasons))


@cache
def _why_not(level: str) -> str | None:
    """Start a worker at a level and let it look around; why it is not at that level, or None."""
    lacks = bubblewrap.missing() if level == "bubblewrap" else None
    if lacks is not None:
        return lacks
    try:
        with Session(Limits(total=60), launcher=launcher_for(level)) as session:
            absent = {"cpu", "file"} - set(session.limited)
            if absent and level != "none":
                return f"this system sets no limit on {' and '.join(sorted(absent))}"
            if level != "bubblewrap":
                return None
            session.ask("run_cell", BOOT_SECONDS, source=_LOOK.format(host=str(WORKER)))
            seen = session.ask("value", BOOT_SECONDS, name="seen").get("value")
    except (SandboxError, Lost) as error:
        return bubblewrap.explain(str(error)) if level == "bubblewrap" else str(error)
    wrong = seen if not isinstance(seen, dict) else [what for what, holds in seen.items() if holds]
    return f"inside, a worker found: {tame(str(wrong))}" if wrong else None


# What a worker at the level "bubblewrap" must not find.
_LOOK = """
import os, socket
import numpy
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
seen = {{
    "it is root": 0 in os.getresuid() + os.getresgid() + tuple(os.getgroups()),
    "it has capabilities": int(status["CapEff"], 16) != 0,
    "it can gain privileges": int(status["NoNewPrivs"]) != 1,
    "the grader's files": os.path.exists({host!r}),
    "other processes": sum(name.isdigit() for name in os.listdir("/proc")) > 2,
    "a network": [name for _, name in socket.if_nameindex()] != ["lo"],
    "a root that it can write to": os.access("/", os.W_OK),
    "no scratch folder": not os.access(os.getcwd(), os.W_OK),
    "packages that it cannot read": not os.access(numpy.__file__, os.R_OK),
}}
"""


def find_font_cache() -> str | None:
    """The font list that matplotlib has made here; without a copy each worker makes its own."""
    try:
        import matplotlib.font_manager
    except ImportError:
        return None
    found = sorted(Path(matplotlib.get_cachedir()).glob("fontlist-*.json"))
    return str(found[-1]) if found else None


class Session:
    """One worker, from its start to its end. Use it as a context manager.

    Args:
        limits: What it may use.
        stand_in: The arguments of the worker's StandIn; empty for none.
        launcher: How to start it; the best that `reached` finds by default.
        font_cache: A file from `find_font_cache`.

    The thread that starts it must outlive it: at the level "bubblewrap" it dies with that thread.

    Raises:
        SandboxError: The worker did not start.
    """

    def __init__(
        self,
        limits: Limits,
        stand_in: dict[str, Any] | None = None,
        launcher: Launcher | None = None,
        font_cache: str | None = None,
    ) -> None:
        self.limits = limits
        self.launcher = launcher or launcher_for(reached().level)
        self.folder = Path(tempfile.mkdtemp(prefix="coursekit-"))
        stand_in = self._furnish(stand_in or {}, font_cache)
        user = _user_inside() if self.launcher.private and bubblewrap.is_root() else None
        self.process, self.channel = self._start()
        self.watch = Watch(self.process.pid, limits.together)
        try:
            prepared = self.ask(
                "prepare",
                BOOT_SECONDS,
                limits=limits.for_worker(self._running(user)),
                stand_in=stand_in,
                user=user,
            )
            self.limited = tuple(prepared["limits"])
        except (Lost, KeyError, TypeError) as error:
            self.close()
            said = self._said() or str(error)
            raise SandboxError(f"the process for a student's code did not start: {said}") from None

    def _furnish(self, stand_in: dict[str, Any], font_cache: str | None) -> dict[str, Any]:
        """Fill the folder; the arguments of the worker's StandIn, with paths as the worker sees."""
        (self.folder / "mpl").mkdir()
        if font_cache is not None:
            shutil.copyfile(font_cache, self.folder / "mpl" / Path(font_cache).name)
        if not self.launcher.private:
            return stand_in
        package = Path(stand_in["package"]) if stand_in else None
        names = (*stand_in.get("allowed", ()), *stand_in.get("support", ()))
        (self.folder / "course").symlink_to(bubblewrap.course(package, names))
        if package is None:
            return {}
        return {**stand_in, "package": f"{bubblewrap.COURSE}/{package.name}"}

    def _running(self, user: int | None) -> int | None:
        """How many processes count already towards the worker's limit."""
        if user not in (None, bubblewrap.NOBODY):
            return 0
        if self.launcher.private and user is None and _counts_by_namespace():
            return 0
        return _processes_of(os.getuid() if user is None else user)

    def _start(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        ours, theirs = socket.socketpair()
        windows = sys.platform == "win32"
        argument = "share" if windows else str(theirs.fileno())
        private = self.launcher.private
        home = bubblewrap.SCRATCH if private else str(self.folder)
        worker = f"{bubblewrap.COURSE}/{WORKER.name}c" if private else str(WORKER)
        # -s and -P: nothing of the user's and nothing beside the script is importable. Not -I,
        # which would also ignore the hash seed that we set.
        line = [sys.executable, "-s", "-P", worker, argument]
        try:
            command = self.launcher.command(line, self.folder)
            inherited = [] if windows else [theirs.fileno()]
            with tempfile.TemporaryFile(dir=self.folder) as program:
                if self.launcher.filter:
                    program.write(self.launcher.filter)
                    program.seek(0)
                    inherited.append(program.fileno())
                    command[1:1] = ["--seccomp", str(program.fileno())]
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE if windows else subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    # A pipe that is read only if the start fails: what a student's code writes
                    # into it stays in it.
                    stderr=subprocess.PIPE,
                    cwd=self.folder,
                    env=_environment(home),
                    pass_fds=tuple(inherited),
                    start_new_session=True,
                )
        except OSError as error:
            ours.close()
            shutil.rmtree(self.folder, ignore_errors=True)
            raise SandboxError(f"cannot start a process for a student's code: {error}") from None
        else:
            if windows and process.stdin is not None:
                shared = theirs.share(process.pid)  # type: ignore[attr-defined, unused-ignore]
                process.stdin.write(len(shared).to_bytes(4, "big") + shared)
                process.stdin.close()
        finally:
            theirs.close()
        return process, ours

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def ask(self, verb: str, seconds: float, **fields: Any) -> dict[str, Any]:
        """Ask the worker and wait for its reply.

        Args:
            verb: One of the worker's verbs.
            seconds: How long the whole exchange may take.
            fields: The verb's arguments.

        Raises:
            Lost: It took too long, the process ended, or what came is no proper reply.
            wire.WireError: The arguments are no plain values: a mistake of whoever asks.
        """
        deadline = time.monotonic() + seconds
        # Nobody can answer a number that was not asked yet, because nobody can guess it.
        number = secrets.randbits(62)
        frame = wire.encode({"number": number, "verb": verb, **fields})
        try:
            if wire.pending(self.channel):
                raise wire.WireError("a reply before it was asked")
            wire.send_frame(self.channel, frame, deadline)
            reply = wire.receive(self.channel, deadline)
            if not isinstance(reply, dict) or reply.pop("number", None) != number:
                raise wire.WireError("a reply out of turn")
        except TimeoutError:
            self.close()
            raise Lost("timeout", f"it did not finish within {seconds:.0f} s") from None
        except (EOFError, OSError):
            raise self._ended(deadline) from None
        except wire.WireError as error:
            self.close()
            raise Lost("died", f"it wrote into the grader's channel ({error})") from None
        return reply

    def _ended(self, deadline: float) -> Lost:
        try:
            code = self.process.wait(timeout=min(1.0, max(0.1, deadline - time.monotonic())))
        except subprocess.TimeoutExpired:
            code = None
        self.close()
        if self.watch.exceeded:
            allowed = self.limits.together // MEBI
            return Lost("died", f"its processes held more than {allowed} MB of memory together")
        if code is None:
            return Lost("died", "it closed the grader's channel")
        if self.launcher.private and code > 128:  # bubblewrap says of a signal what a shell says
            code = 128 - code
        if code >= 0:
            return Lost("died", f"it ended the process (exit code {code})")
        if -code == getattr(signal, "SIGXCPU", None):
            return Lost("timeout", "it used up its processor time")
        names = {member.value: member.name for member in signal.Signals}
        return Lost("died", f"it was ended by {names.get(-code, f'signal {-code}')}")

    def close(self) -> None:
        """Kill the worker and what it started, and remove its folder."""
        self.watch.stop()
        self.channel.close()
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        if self.process.stderr is not None and not self.process.stderr.closed:
            self._last_words = _without_waiting(self.process.stderr.fileno())
            self.process.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _said(self) -> str:
        return " ".join(self._last_words.split())


def _without_waiting(descriptor: int) -> str:
    """What lies in a pipe now."""
    if sys.platform == "win32":
        return ""
    os.set_blocking(descriptor, False)
    try:
        return os.read(descriptor, 4000).decode("utf-8", "replace")
    except BlockingIOError:
        return ""


def _user_inside() -> int:
    """Who a worker is that root starts: a number of its own, where this system has that many."""
    user = bubblewrap.FIRST_USER + secrets.randbelow(bubblewrap.USERS)
    try:
        ranges = Path("/proc/self/uid_map").read_text().splitlines()
        known = any(
            int(first) <= user < int(first) + int(count)
            for first, _, count in map(str.split, ranges)
        )
    except (OSError, ValueError):
        known = False
    return user if known else bubblewrap.NOBODY


def _counts_by_namespace() -> bool:
    """Whether this kernel counts processes in a user namespace from 0: Linux from 5.14 on."""
    found = re.match(r"(\d+)\.(\d+)", platform.release())
    return found is not None and (int(found[1]), int(found[2])) >= (5, 14)


def _environment(home: str) -> dict[str, str]:
    """A clean environment: no secret of the grader's, one thread, the same hashes each time."""
    kept = {key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ}
    one_thread = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA", "VECLIB_MAXIMUM")
    return {
        **kept,
        "PATH": os.defpath,
        "HOME": home,
        "TMPDIR": home,
        "TEMP": home,
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": os.path.join(home, "mpl"),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_CACHE_DIR": home,
        **{f"{name}_NUM_THREADS": "1" for name in one_thread},
    }


_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def tame(text: Any, limit: int = 800) -> str:
    """Text of a stranger, without control codes and of bounded length; "" for what is no text."""
    if not isinstance(text, str):
        return ""
    cut = text[:limit] + (" ..." if len(text) > limit else "")
    return _CONTROL.sub("", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", cut))
