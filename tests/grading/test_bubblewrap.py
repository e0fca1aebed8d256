"""From inside a real sandbox: what a stranger's code tries, and that the next call still works."""

import json
import os
import socket
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from coursekit.grading import bubblewrap, pool
from coursekit.grading.causes import Cause
from coursekit.grading.judge import judge
from coursekit.grading.notebook import read
from coursekit.grading.sandbox import Limits, Lost, Probe, Session, launcher_for, reached

pytestmark = pytest.mark.sandbox

ROOT = Path(pool.PACKAGE).parent
PREFIXES = {Path(sys.prefix), Path(sys.base_prefix)}
SYSTEM = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/zoneinfo", "/etc/alternatives")


def stand_in_for(exercise):
    allowed = ["coursekit.errors", *pool.spec_of(exercise).allowed]
    package = str(pool.PACKAGE)
    return {
        "package": package,
        "allowed": allowed,
        "idle": pool.IDLE,
        "support": list(pool.SUPPORT),
    }


@pytest.fixture
def inside(start):
    """inside(source) runs a cell in a sandbox and gives its `seen`; then a call must still work."""
    sessions = []

    def run(source, exercise="ex05_lstm_cell", limits=None):
        if not sessions:
            launcher = launcher_for("bubblewrap")
            sessions.append(start(limits, stand_in_for(exercise), launcher))
        session = sessions[0]
        reply = session.ask("run_cell", 60, source=source)
        assert reply["error"] is None, reply["error"]
        seen = session.ask("value", 60, name="seen")["value"]
        answer = "import numpy\ndef answer(x):\n    return numpy.dot(x, x)"
        session.ask("run_cell", 60, source=answer)
        call = session.ask("call", 60, name="answer", arguments=(np.ones(9),), watch=False)
        assert call["value"] == 9
        return seen

    return run


TRY = """
import os
def attempt(action, *arguments):
    try:
        return f"done: {action(*arguments)}"
    except BaseException as error:
        return type(error).__name__
"""


def test_this_system_reaches_it():
    assert reached() == Probe("bubblewrap", "")


def test_what_can_be_seen_is_known_to_the_last_file(inside):
    """Beside the system's libraries, the interpreter, its packages: these files and no other."""
    known = [*SYSTEM, "/proc", "/dev"]
    known += [f"{prefix}/{name}" for prefix in PREFIXES for name in ("lib", "lib64")]
    source = (
        "import os\nseen = sorted(\n    os.path.join(folder, name)\n"
        "    for folder, below, names in os.walk('/')\n"
        "    if not below.__setitem__(slice(None), [b for b in below if os.path.join(folder, b)\n"
        f"        not in {known!r}])\n"
        "    for name in names if not name.endswith('.pyc'))"
    )
    package = Path(pool.PACKAGE)
    allowed = [*package.glob("gradients/*.py")]
    allowed += [package / "errors.py", package / "arguments.py"]
    allowed += [package / "cells/parameters.py", package / "cells/shapes.py"]
    course = {f"/course/coursekit/{path.relative_to(package)}" for path in allowed}
    programs = {sys.executable, str(Path(sys.executable).resolve()), sys._base_executable}
    others = {f"{prefix}/pyvenv.cfg" for prefix in PREFIXES} | {"/etc/ld.so.cache"} | programs
    seen = set(inside(source))
    assert {"/course/worker.py", "/course/wire.py"} | course == seen - others


@pytest.mark.parametrize(
    "path",
    [
        *("/etc/passwd", "/etc/shadow", "/etc/hosts", "/etc/machine-id", "/etc/ssl"),
        *("/home", "/var", "/run", "/sys", "/opt", "/srv", "/mnt", "/boot", "/usr/bin/env", "/bin"),
        *("/proc/1/environ", "/proc/1/root/etc", "/proc/1/cwd/", "/proc/kcore", "/dev/mem"),
        *(f"{Path.home()}/.bashrc", f"{Path.home()}/.ssh", f"{Path.home()}/.config"),
        *(str(ROOT / name) for name in ("solutions", "results", "source", "tests", ".git")),
        str(Path(pool.PACKAGE) / "cells" / "lstm.py"),
        *(
            "/course/coursekit/cells/lstm.py",
            "/course/coursekit/checks",
            "/course/coursekit/cells/",
        ),
    ],
)
def test_what_is_not_there_cannot_be_read(inside, path):
    source = (
        f"{TRY}\nseen = [attempt(lambda: open({path!r}, 'rb').read()),\n"
        f"        attempt(os.listdir, {path!r})]"
    )
    opened, listed = inside(source)
    assert not opened.startswith("done")
    assert not listed.startswith("done") or path == "/course/coursekit/cells/"
    if path == "/course/coursekit/cells/":
        assert "lstm" not in listed


def test_an_installed_coursekit_is_covered(start, tmp_path, monkeypatch):
    packages = tmp_path / "site-packages"
    (packages / "coursekit" / "cells").mkdir(parents=True)
    (packages / "another").mkdir()
    monkeypatch.syspath_prepend(packages)
    bubblewrap._system.cache_clear()
    session = start(launcher=launcher_for("bubblewrap"))
    bubblewrap._system.cache_clear()
    folders = [str(packages), str(packages / "coursekit")]
    source = f"import os\nseen = [sorted(os.listdir(folder)) for folder in {folders!r}]"
    assert session.ask("run_cell", 60, source=source)["error"] is None
    assert session.ask("value", 60, name="seen")["value"] == [["another", "coursekit"], []]


def test_answers_in_coursekit_cannot_be_had_by_any_import(inside):
    source = f"""{TRY}
import gc, importlib, sys, types
from coursekit import figures, gradients
from coursekit.gradients import check_gradient
names = ["coursekit.cells.lstm", "coursekit.cells", "coursekit.checks.spec", "coursekit.grading"]
seen = [attempt(importlib.import_module, name) for name in names]
seen += [str(m) for m in list(gc.get_objects()) if isinstance(m, types.ModuleType)
         and "lstm" in m.__name__]
seen += [str(f) for f in list(gc.get_objects()) if isinstance(f, types.FunctionType)
         and (f.__module__ or "").startswith(("coursekit.cells.lstm", "coursekit.checks"))]
"""
    seen = inside(source)
    assert [one for one in seen if one != "ImportError"] == []


def test_an_exercise_that_allows_a_module_has_it(inside):
    source = (
        "import numpy as np\nfrom coursekit import figures, training\n"
        "from coursekit.cells import lstm\n"
        "seen = [str(figures.reber_automaton()) != '', callable(training.fit),\n"
        "        lstm.init(np.random.default_rng(0), 2, 3).W_i.shape]"
    )
    assert inside(source, "ex06_reber") == [True, True, (3, 2)]


def test_the_environment_of_the_grader_is_nowhere(inside, monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", "xyzzy-of-the-grader")
    source = f"""{TRY}
import glob
texts = [str(dict(os.environ))]
for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline"):
    try:
        texts.append(open(path).read())
    except OSError:
        pass
seen = [os.getcwd(), os.environ["HOME"], "xyzzy" in "".join(texts), "SSH_" in "".join(texts)]
"""
    assert inside(source) == ["/tmp", "/tmp", False, False]


def test_no_other_process_is_seen_or_hurt(inside):
    source = f"""{TRY}
import signal
others = [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
seen = [others, attempt(os.kill, {os.getpid()}, 0), attempt(os.kill, -1, signal.SIGKILL)]
"""
    others, grader, everyone = inside(source)
    assert others == [1]
    assert grader == "ProcessLookupError"
    assert not everyone.startswith("done") or everyone == "done: None"


def test_no_network_leads_out(inside):
    name = f"\0coursekit-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(name)
        unix.listen()
        source = f"""{TRY}
import socket
def connect(family, address):
    with socket.socket(family) as one:
        one.settimeout(5)
        one.connect(address)
seen = [
    attempt(connect, socket.AF_INET, ("127.0.0.1", {tcp.getsockname()[1]})),
    attempt(connect, socket.AF_INET, ("192.0.2.1", 80)),
    attempt(connect, socket.AF_UNIX, {name!r}),
    attempt(socket.getaddrinfo, "example.org", 80),
    attempt(socket.socket, 40, socket.SOCK_STREAM),
    attempt(socket.socket, 38, socket.SOCK_SEQPACKET),
    attempt(socket.socket, 17, socket.SOCK_RAW),
]
"""
        assert inside(source) == [
            *("ConnectionRefusedError", "OSError", "ConnectionRefusedError"),
            *("gaierror", "OSError", "OSError", "OSError"),
        ]


def test_nothing_can_be_written_but_scratch(inside):
    folders = ["/", "/course", "/etc", "/usr", "/usr/lib", "/dev", "/proc", "/proc/sys/kernel"]
    folders += [str(prefix / "lib") for prefix in PREFIXES] + [str(Path.home()), str(ROOT)]
    source = f"""{TRY}
seen = [attempt(open, os.path.join(folder, "mine"), "w") for folder in {folders!r}]
seen += [attempt(open, "/proc/sys/kernel/hostname", "w"), attempt(open, "/course/worker.py", "a"),
         attempt(os.chmod, "/course/worker.py", 0o777),
         attempt(os.mknod, "/tmp/disk", 0o60600, 2049)]
open("/tmp/mine", "w").write("x")
"""
    assert [one for one in inside(source) if one.startswith("done")] == []


@pytest.mark.parametrize(("folder", "room"), [("/dev/shm", 16), ("/tmp", 64)])
def test_memory_disks_are_small(inside, folder, room):
    source = f"""{TRY}
written, seen = 0, None
while seen is None and written < 1000:
    try:
        with open(f"{folder}/{{written}}", "wb") as file:
            file.write(bytes(1 << 20))
        written += 1
    except OSError as error:
        seen = [written, error.errno]
"""
    written, number = inside(source)
    assert written <= room
    assert number == 28  # no space left


def test_a_process_bomb_and_a_thread_bomb_stop_at_the_limit(inside):
    source = f"""{TRY}
import signal, threading
children, threads = [], []
def fork():
    for _ in range(500):
        child = os.fork()
        if child == 0:
            signal.pause()
        children.append(child)
forked = attempt(fork)
for child in children:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
ready = threading.Event()
def spawn():
    for _ in range(500):
        threads.append(threading.Thread(target=ready.wait))
        threads[-1].start()
spawned = attempt(spawn)
ready.set()
seen = [forked, len(children), spawned, len(threads)]
"""
    forked, children, spawned, threads = inside(source)
    assert (forked, spawned) == ("BlockingIOError", "RuntimeError")
    assert 40 <= children <= 64
    assert threads <= 65


def test_memory_is_refused_at_once_and_bit_by_bit(inside):
    source = f"""{TRY}
import numpy
kept = []
def bit_by_bit():
    while True:
        kept.append(numpy.ones(1 << 24))
seen = [attempt(numpy.ones, 300 << 27), attempt(bit_by_bit), len(kept) << 27]
kept.clear()
"""
    at_once, slowly, most = inside(source)
    assert at_once in ("MemoryError", "_ArrayMemoryError")
    assert slowly in ("MemoryError", "_ArrayMemoryError")
    assert most <= Limits().memory


def test_nobody_becomes_root_or_makes_a_namespace(inside):
    source = f"""{TRY}
import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
x86 = platform.machine() == "x86_64"
def call(number, *arguments):
    ctypes.set_errno(0)
    return [libc.syscall(number, *arguments), ctypes.get_errno()]
before = os.getresuid()
refused = [attempt(os.setuid, 0), attempt(os.setresgid, 0, 0, 0), attempt(os.setgroups, [0]),
           attempt(os.chroot, "/tmp"), attempt(os.nice, -5)]
calls = {{
    "unshare a user": call(272 if x86 else 97, 0x10000000),
    "unshare mounts": call(272 if x86 else 97, 0x00020000),
    "clone a user": call(56 if x86 else 220, 0x10000000 | 17, 0, 0, 0, 0),
    "clone3": call(435, 0, 0),
    "trace": call(101 if x86 else 117, 16, 1, 0, 0),
    "mount": call(165 if x86 else 40, b"none", b"/tmp", b"tmpfs", 0, 0),
    "keys": call(250 if x86 else 219, 0, 0, 0, 0, 0),
    "shared memory": call(29 if x86 else 194, 0, 1 << 30, 0o1600),
    "memory files": call(319 if x86 else 279, b"x", 0),
    "io_uring": call(425, 1, 0),
}}
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
seen = [before == os.getresuid(), 0 in before, refused, calls, int(status["CapEff"], 16)]
"""
    same, has_root, refused, calls, capabilities = inside(source)
    assert (same, has_root, capabilities) == (True, False, 0)
    assert [one for one in refused if one.startswith("done")] == []
    assert {name: got for name, got in calls.items() if got not in ([-1, 1], [-1, 38])} == {}


def test_a_daemon_ends_with_the_sandbox(start):
    session = start(launcher=launcher_for("bubblewrap"))
    source = """
import os, signal
reading, writing = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(1, 65):
            if number not in (signal.SIGKILL, signal.SIGSTOP, 32, 33):
                signal.signal(number, signal.SIG_IGN)
        os.write(writing, b"ready")
        while True:
            pass
    os._exit(0)
seen = os.read(reading, 5)
"""
    assert session.ask("run_cell", 60, source=source)["error"] is None
    assert session.ask("value", 60, name="seen") == {"value": b"ready"}
    with session.channel.dup() as ours:  # its other end is open as long as the daemon lives
        session.close()
        ours.settimeout(30)
        assert ours.recv(1) == b""


@pytest.mark.parametrize(
    ("source", "kind", "said"),
    [
        ("import os; os._exit(7)", "died", "exit code 7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "died", "SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", "died", "SIGSEGV"),
        ("while True: pass", "timeout", "within 1 s"),
        ("import threading; threading.Event().wait()", "timeout", "within 1 s"),
        ("10 ** 10 ** 9", "timeout", "within 1 s"),
    ],
)
def test_the_end_of_a_sandboxed_process_is_told_as_elsewhere(start, source, kind, said):
    session = start(launcher=launcher_for("bubblewrap"))
    with pytest.raises(Lost) as caught:
        session.ask("run_cell", 1 if kind == "timeout" else 60, source=source)
    assert caught.value.kind == kind
    assert said in caught.value.message


def test_processor_time_has_a_limit_of_its_own(start):
    session = start(Limits(total=-4), launcher=launcher_for("bubblewrap"))
    with pytest.raises(Lost) as caught:
        session.ask("run_cell", 60, source="while True: pass")
    assert caught.value.kind == "timeout"


def test_a_notebook_is_judged_in_there_and_the_result_says_so(make, package):
    content = make.small(
        doubled="def doubled(xs):\n    open('kept', 'a').write('x')\n    return 2 * xs",
        draw="def draw(rng, count):\n    open('kept', 'a')\n    while True: pass",
    )
    found = read("n.ipynb", json.dumps(content).encode(), {make.spec.exercise: make.spec.names})
    limits = Limits(total=600, step=5)
    idle = {"coursekit": ["check", "hint", "show"]}
    stand_in = {"package": package, "allowed": [], "idle": idle}
    start = partial(Session, limits, stand_in, launcher_for("bubblewrap"))
    verdict = judge(found, make.spec, 1, limits=limits, start=start)
    assert [mark.points for mark in verdict.marks] == [4, 0, 2, 0]
    assert verdict.marks[1].cause is Cause.TIMEOUT
    assert verdict.level == "bubblewrap"


def test_figures_find_the_list_of_fonts(start, tmp_path):
    from coursekit.grading.sandbox import find_font_cache

    session = start(launcher=launcher_for("bubblewrap"), font_cache=find_font_cache())
    source = "import os\nimport matplotlib.pyplot as plt\nplt.plot([1])\nplt.savefig('a.png')"
    assert session.ask("run_cell", 60, source=source)["error"] is None
