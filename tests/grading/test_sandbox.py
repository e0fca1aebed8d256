"""A process of its own: it ends when it must, takes its children along, and knows no secrets."""

import os
import select
import sys
from pathlib import Path

import pytest

from coursekit.grading import wire
from coursekit.grading.sandbox import (
    LEVELS,
    MEBI,
    Launcher,
    Limits,
    Lost,
    SandboxError,
    launcher_for,
    tame,
)


def lose(session, source, seconds=60):
    """Run a cell that costs the worker; how it was lost."""
    with pytest.raises(Lost) as caught:
        session.ask("run_cell", seconds, source=source)
    return caught.value


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "import time; time.sleep(1000)",
        "import signal\nfor s in (1, 2, 3, 15): signal.signal(s, signal.SIG_IGN)\nwhile True: pass",
        "import threading; threading.Event().wait()",
    ],
)
def test_code_without_end_is_killed_at_the_limit(start, source):
    session = start()
    lost = lose(session, source, 0.5)
    assert lost.kind == "timeout"
    assert session.process.returncode is not None
    assert not session.folder.exists()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os; os._exit(0)", "exit code 0"),
        ("import os; os._exit(7)", "exit code 7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
    ],
)
def test_code_that_ends_the_process_is_told(start, source, said):
    lost = lose(start(), source)
    assert lost.kind == "died"
    assert said in lost.message


CHANNEL = (
    "import gc, socket\n"
    "channel = next(o for o in gc.get_objects() if isinstance(o, socket.socket))\n"
)


FRAME = (
    CHANNEL + "import json, struct, threading\n"
    "def frame(head, body=b''):\n"
    "    return struct.pack('>II', len(head), len(body)) + head + body\n"
)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import os\nwhile True: channel.sendall(os.urandom(1 << 16))", "died"),
        ("channel.sendall(frame(b'[' * 5000 + b']' * 5000))", "died"),
        ("channel.sendall(frame(b'[\"l\",' * 5000 + b'1' + b']' * 5000))", "died"),
        ("channel.sendall(struct.pack('>II', 100 << 20, 0))", "died"),
        ("channel.sendall(frame(json.dumps('x' * (4 << 20)).encode()))", "died"),
        ('channel.sendall(frame(b\'["d",["number",7],["value",1]]\'))', "died"),
        (
            'whole = frame(b\'["d",["number",7],["text","\' + b\'x\' * 1000 + b\'"]]\')\n'
            "for at in range(len(whole)):\n"
            "    channel.sendall(whole[at : at + 1])\n"
            "    threading.Event().wait(1)",
            "timeout",
        ),
        ("channel.sendall(struct.pack('>II', 1000, 1 << 20))\nwhile True: pass", "timeout"),
        ("channel.shutdown(socket.SHUT_WR)\nwhile True: pass", "died"),
    ],
)
def test_whatever_comes_through_the_channel_ends_in_time_with_its_verdict(start, source, kind):
    assert lose(start(), FRAME + source, 2).kind == kind


def test_a_reply_before_it_was_asked_ends_the_session(start):
    session = start()
    source = FRAME + (
        'def early(number):\n    reply = b\'["d",["number",%d],["value",1]]\' % number\n'
        "    send = lambda: (told.wait(), channel.sendall(frame(reply)))\n"
        "    threading.Thread(target=send).start()\n"
        "told = threading.Event()\nearly(3)\nanswer = 1"
    )
    assert session.ask("run_cell", 60, source=source)["error"] is None
    assert session.ask("value", 60, name="answer") == {"value": 1}
    lost = lose(session, "told.set()\nimport time\nwhile True: time.sleep(60)", 60)
    assert lost.kind == "died"
    assert "out of turn" in lost.message


def test_what_lies_in_the_channel_before_a_question_ends_the_session(start):
    session = start()
    source = FRAME + (
        "import sys\nwire = sys.modules['_coursekit_wire']\nsend = wire.send\n"
        "wire.send = lambda *given: (send(*given), channel.sendall(b'x'))"
    )
    with session.channel.dup() as ours:
        session.ask("run_cell", 60, source=source)
        select.select([ours], [], [])
    with pytest.raises(Lost, match="before it was asked") as caught:
        session.ask("has", 60, name="x")
    assert caught.value.kind == "died"


def test_arguments_that_cannot_be_sent_are_not_the_students_fault(start):
    session = start()
    with pytest.raises(wire.WireError):
        session.ask("call", 60, name="f", arguments=(object(),), watch=False)
    assert session.ask("has", 60, name="f") == {"kind": "missing"}


def test_values_too_large_to_send_are_refused_and_the_worker_lives(start):
    session = start()
    source = (
        "def text(): return 'x' * (100 << 20)\n"
        "def deep():\n    inner = []\n    for _ in range(5000): inner = [inner]\n    return inner\n"
        "def wide(): return [0] * 1_000_000\ndef fine(): return 1"
    )
    session.ask("run_cell", 60, source=source)
    for name in ("text", "deep", "wide"):
        reply = session.ask("call", 60, name=name, arguments=(), watch=False)
        assert reply["failed"] == "refused"
    assert session.ask("call", 60, name="fine", arguments=(), watch=False)["value"] == 1


@pytest.mark.parametrize(
    "source",
    [
        CHANNEL + "channel.sendall(bytes(range(256)) * 10)",
        CHANNEL + "channel.sendall(b'\\0\\0\\0\\1\\0\\0\\0\\0' + b'1')",
        CHANNEL + "channel.sendall(b'\\0\\0\\0\\5\\0\\0\\0\\0' + b'[\"d\"]')",
        CHANNEL + "channel.sendall(b'\\xff' * 8)",
        CHANNEL + "channel.close()",
    ],
)
def test_whoever_writes_into_the_channel_ends_the_session(start, source):
    lost = lose(start(), source)
    assert lost.kind == "died"
    assert "channel" in lost.message or "exit" in lost.message


def test_children_die_with_the_worker(start, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    session = start()
    child = f"import threading; held = open({str(pipe)!r}, 'w'); threading.Event().wait()"
    source = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {child!r}])"
    assert session.ask("run_cell", 60, source=source)["error"] is None
    with pipe.open() as reading:  # opens when the child has opened its end
        session.close()
        assert reading.read() == ""  # ends when the child is gone


def test_memory_and_file_size_have_limits(start):
    session = start(Limits(memory=1 << 30, file=1 << 20))
    assert {"cpu", "memory", "file"} <= set(session.limited)
    source = (
        "import numpy as np\ntry:\n    np.ones(1 << 30)\nexcept MemoryError:\n    memory = 'full'\n"
        "try:\n    with open('big', 'wb') as f:\n        f.write(bytes(1 << 22))\n"
        "except OSError:\n    file = 'full'"
    )
    assert session.ask("run_cell", 60, source=source)["error"] is None
    assert session.ask("value", 60, name="memory") == {"value": "full"}
    assert session.ask("value", 60, name="file") == {"value": "full"}


@pytest.mark.parametrize("level", ["limits", "bubblewrap"])
def test_all_processes_together_have_a_limit_of_memory(start, level):
    limits = Limits(together=400 * MEBI)
    session = start(limits=limits, launcher=launcher_for(level))
    alone = "held = bytearray(120_000_000)\nimport time\ntime.sleep(0.6)\nx = 1"
    assert session.ask("run_cell", 60, source=alone)["error"] is None
    source = (
        "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n"
        "        held = bytearray(b'x' * 120_000_000)\n        time.sleep(60)\n"
        "time.sleep(60)"
    )
    lost = lose(session, source)
    assert (lost.kind, lost.message) == (
        "died",
        "its processes held more than 400 MB of memory together",
    )


def test_processor_time_has_a_limit_of_its_own(start):
    session = start(Limits(total=-4))
    assert lose(session, "while True: pass").kind == "timeout"


def test_the_environment_holds_no_secret_and_the_folder_is_its_own(start, monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", "xyzzy")
    session = start()
    source = "import os, sys\nenv = dict(os.environ)\nhere = os.getcwd()\npath = list(sys.path)"
    session.ask("run_cell", 60, source=source)
    env = session.ask("value", 60, name="env")["value"]
    assert "xyzzy" not in env.values()
    assert (env["MPLBACKEND"], env["OMP_NUM_THREADS"]) == ("Agg", "1")
    assert Path(session.ask("value", 60, name="here")["value"]) == session.folder.resolve()
    assert "" not in session.ask("value", 60, name="path")["value"]


def test_the_level_is_that_of_the_launcher(start):
    assert [start(launcher=launcher_for(level)).launcher.level for level in LEVELS[:2]] == [
        "none",
        "limits",
    ]
    wrapped = Launcher("wrapped", lambda line, folder: ["env", "INSIDE=yes", *line])
    session = start(launcher=wrapped)
    session.ask("run_cell", 60, source="import os\ninside = os.environ['INSIDE']")
    assert session.ask("value", 60, name="inside") == {"value": "yes"}


@pytest.mark.parametrize("line", [["/nowhere/at/all"], [sys.executable, "-c", "pass"]])
def test_a_worker_that_does_not_start_is_a_fault_of_the_machine(start, line):
    with pytest.raises(SandboxError, match="start"):
        start(launcher=Launcher("broken", lambda command, folder: line))


def test_text_of_strangers_is_tamed():
    assert tame("a\x1b[31mred\x1b[0m\x00\u202eb\n\tc") == "aredb\n\tc"
    assert tame("x" * 900) == "x" * 800 + " ..."
    assert tame(["no text"]) == ""
