"""A process of its own for a stranger's code, with limits; says which isolation it reached.

Levels: "none" (another process, a clean environment and a wall clock, nothing more) and "limits"
(also CPU, memory, file size and processes, where the system has `resource`). A further level is a
further Launcher: another way to start the same worker.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursekit.grading import wire

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
        memory: Bytes of address space.
        file: Bytes of the largest file.
        processes: Processes and threads beside those that this user runs already.
    """

    total: float = 120.0
    step: float = 30.0
    memory: int = 2048 * MEBI
    file: int = 16 * MEBI
    processes: int = 64

    def for_worker(self) -> dict[str, int]:
        """The limits that the worker sets on itself before any student code runs."""
        limits = {"core": 0, "cpu": int(self.total) + 5, "memory": self.memory, "file": self.file}
        running = _processes_of_this_user()
        if running is not None:
            limits["processes"] = running + self.processes
        return limits


def _processes_of_this_user() -> int | None:
    """Processes and threads that count already against this user's limit; None if unknown."""
    if not Path("/proc/self/task").is_dir():
        return None
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid == os.getuid():
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
    """

    level: str
    command: Callable[[list[str], Path], list[str]] = field(default=lambda line, folder: line)


def pick_launcher() -> Launcher:
    """The best way that this system has."""
    try:
        import resource  # noqa: F401 - it is there or not, on Windows it is not
    except ImportError:
        return Launcher("none")
    return Launcher("limits")


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
        launcher: How to start it; the best there is by default.
        font_cache: A file from `find_font_cache`.

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
        self.launcher = launcher or pick_launcher()
        self.number = 0
        self.folder = Path(tempfile.mkdtemp(prefix="coursekit-"))
        (self.folder / "mpl").mkdir()
        if font_cache is not None:
            shutil.copy(font_cache, self.folder / "mpl")
        self.process, self.channel = self._start()
        try:
            prepared = self.ask(
                "prepare", BOOT_SECONDS, limits=limits.for_worker(), stand_in=stand_in or {}
            )
            self.limited = tuple(prepared["limits"])
        except (Lost, KeyError, TypeError) as error:
            self.close()
            raise SandboxError(f"the process for a student's code did not start: {error}") from None

    def _start(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        ours, theirs = socket.socketpair()
        windows = sys.platform == "win32"
        argument = "share" if windows else str(theirs.fileno())
        # -s and -P: nothing of the user's and nothing beside the script is importable. Not -I,
        # which would also ignore the hash seed that we set.
        line = [sys.executable, "-s", "-P", str(WORKER), argument]
        try:
            process = subprocess.Popen(
                self.launcher.command(line, self.folder),
                stdin=subprocess.PIPE if windows else subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=self.folder,
                env=_environment(self.folder),
                pass_fds=() if windows else (theirs.fileno(),),
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
        """
        self.number += 1
        deadline = time.monotonic() + seconds
        try:
            wire.send(self.channel, {"number": self.number, "verb": verb, **fields}, deadline)
            reply = wire.receive(self.channel, deadline)
        except TimeoutError:
            self.close()
            raise Lost("timeout", f"it did not finish within {seconds:.0f} s") from None
        except (EOFError, OSError):
            raise self._ended() from None
        except wire.WireError as error:
            self.close()
            raise Lost("died", f"it wrote into the grader's channel ({error})") from None
        if not isinstance(reply, dict) or reply.pop("number", None) != self.number:
            self.close()
            raise Lost("died", "it wrote into the grader's channel (a reply out of turn)")
        return reply

    def _ended(self) -> Lost:
        try:
            code = self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            code = None
        self.close()
        if code is None:
            return Lost("died", "it closed the grader's channel")
        if code >= 0:
            return Lost("died", f"it ended the process (exit code {code})")
        if -code == getattr(signal, "SIGXCPU", None):
            return Lost("timeout", "it used up its processor time")
        names = {member.value: member.name for member in signal.Signals}
        return Lost("died", f"it was ended by {names.get(-code, f'signal {-code}')}")

    def close(self) -> None:
        """Kill the worker and what it started, and remove its folder."""
        self.channel.close()
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    """A clean environment: no secret of the grader's, one thread, the same hashes each time."""
    kept = {key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ}
    one_thread = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA", "VECLIB_MAXIMUM")
    return {
        **kept,
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "TEMP": str(folder),
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(folder / "mpl"),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_CACHE_DIR": str(folder),
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
