"""The command line: every ending is a message and an exit code, never a traceback."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import coursekit
from coursekit import cli
from coursekit.errors import CommandError

ROOT = Path(coursekit.__file__).parents[1]


class Room:
    """Stands in for the module behind a command; records its call, then does as told."""

    def __init__(self, ending=0):
        self.ending = ending
        self.calls = []

    def run(self, *args, **kwargs):
        self.calls.append((args, kwargs))
        if isinstance(self.ending, BaseException):
            raise self.ending
        return self.ending


@pytest.fixture
def room(monkeypatch):
    def furnish(ending=0):
        made = Room(ending)
        made.names = []

        def load(name):
            made.names.append(name)
            return made

        monkeypatch.setattr(cli, "_room", load)
        monkeypatch.delenv("COURSEKIT_DEBUG", raising=False)
        return made

    return furnish


def test_without_a_command_it_prints_help_with_a_line_for_each(capsys):
    assert cli.main([]) == 0
    out = capsys.readouterr().out
    for name in ("lab", "doctor", "build", "release", "slides", "check", "grade", "mark"):
        line = next(line for line in out.splitlines() if line.split()[:1] == [name])
        assert len(line.split()) > 4, line


def test_version_is_that_of_the_package(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"coursekit {coursekit.__version__}"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["buld"], "did you mean `coursekit build`?"),
        (["zzz"], "see `coursekit --help`"),
        (["release"], "OUT"),
        (["grade", "folder"], "--out"),
        (["grade", "folder", "--out", "g", "--workers", "0"], "a whole number above 0"),
        (["grade", "folder", "--out", "g", "--timeout", "nan"], "a number above 0"),
        (["mark", "g", "--export", "a.csv", "--import", "b.csv"], "not allowed with"),
        (["slides", "03", "--pfd"], "--pfd"),
    ],
)
def test_a_mistake_on_the_command_line_is_explained(capsys, typed, said):
    assert cli.main(typed) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err


NAMES = ("workers", "seed", "timeout", "policy", "scheduler", "student", "answer", "roster")
NAMES += ("deadline", "late", "isolation", "accept_isolation")
GRADING = dict.fromkeys(NAMES) | {"canvas_columns": {}}


@pytest.mark.parametrize(
    ("typed", "module", "args", "kwargs"),
    [
        (["lab"], "publish.lab", (Path("my_course"),), {"no_browser": False}),
        (["lab", "here", "--no-browser"], "publish.lab", (Path("here"),), {"no_browser": True}),
        (["doctor"], "doctor", (), {}),
        (["build", "03", "--check"], "publish.build", (["03"],), {"check": True, "words": False}),
        (["build", "--words"], "publish.build", ([],), {"check": False, "words": True}),
        (["release", "o.zip"], "publish.release", (Path("o.zip"),), {}),
        (
            ["slides", "03", "--pdf"],
            "publish.slides",
            ("03",),
            {"out": Path("slides"), "pdf": True, "check": False},
        ),
        (["check", "n.ipynb"], "checks.pack", (Path("n.ipynb"),), {"out": None}),
        (
            ["grade", "in", "--out", "g", "--workers", "3", "--seed", "7", "--timeout", "9"],
            "grading.batch",
            (Path("in"), Path("g")),
            GRADING | {"workers": 3, "seed": 7, "timeout": 9.0},
        ),
        (
            [
                *("grade", "in", "--out", "g", "--student", "ann", "--answer", "lstm_step"),
                *(
                    "--roster",
                    "r.csv",
                    "--policy",
                    "p.py",
                    "--deadline",
                    "2026-11-21",
                    "--late",
                    "l.csv",
                ),
                *("--canvas-column", "ex05_lstm_cell=Homework 5 (77)", "--scheduler", "tcp://a:1"),
            ],
            "grading.batch",
            (Path("in"), Path("g")),
            GRADING
            | {
                "student": "ann",
                "answer": "lstm_step",
                "roster": Path("r.csv"),
                "policy": Path("p.py"),
                "deadline": "2026-11-21",
                "late": Path("l.csv"),
                "canvas_columns": {"ex05_lstm_cell": "Homework 5 (77)"},
                "scheduler": "tcp://a:1",
            },
        ),
        (
            ["grade", "in", "--out", "g", "--isolation", "limits", "--accept-isolation", "none"],
            "grading.batch",
            (Path("in"), Path("g")),
            GRADING | {"isolation": "limits", "accept_isolation": "none"},
        ),
        (
            ["mark", "g", "--import", "m.csv"],
            "grading.marking",
            (Path("g"),),
            {"no_browser": False, "exported": None, "imported": Path("m.csv")},
        ),
    ],
)
def test_each_command_calls_its_room(room, typed, module, args, kwargs):
    made = room()
    assert cli.main(typed) == 0
    assert made.names == [module]
    assert made.calls == [(args, kwargs)]


@pytest.mark.parametrize(
    ("ending", "code", "said"),
    [
        (1, 1, ""),
        (None, 0, ""),
        (CommandError("no such lesson: 99"), 2, "coursekit doctor: no such lesson: 99"),
        (CommandError("two failed", exit_code=1), 1, "two failed"),
        (KeyboardInterrupt(), 130, "coursekit doctor: stopped."),
        (PermissionError(13, "Permission denied", "a/b"), 2, "a/b: Permission denied."),
        (ModuleNotFoundError("No", name="nbgrader"), 2, 'pip install "coursekit[instructor]"'),
        (ModuleNotFoundError("gone", name="coursekit.x"), 2, "COURSEKIT_DEBUG=1"),
        (ZeroDivisionError("oh"), 2, "unexpected ZeroDivisionError: oh"),
    ],
)
def test_every_ending_is_a_message_and_a_code(room, capsys, ending, code, said):
    room(ending)
    assert cli.main(["doctor"]) == code
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err
    assert bool(err) == bool(said)


def test_debug_shows_the_traceback(room, monkeypatch):
    room(ZeroDivisionError("oh"))
    monkeypatch.setenv("COURSEKIT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli.main(["doctor"])


def test_a_reader_that_leaves_early_is_all_right():
    code = (
        "import types, sys, coursekit.cli as cli\n"
        "def run():\n    for _ in range(10000): print('x' * 80)\n"
        "cli._room = lambda name: types.SimpleNamespace(run=run)\n"
        "sys.exit(cli.main(['doctor']))"
    )
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_help_loads_no_numpy():
    code = (
        "import sys, coursekit.cli as cli; cli.main([]); "
        "sys.exit('numpy' in sys.modules or 'matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL).returncode == 0


def test_python_dash_m_is_the_command(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "coursekit", "slides", "no_such_lesson"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "no_such_lesson" in done.stderr
    assert "Traceback" not in done.stderr


def test_metadata_agree_with_each_other():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"]["coursekit"] == "coursekit.cli:main"
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f'version: "{coursekit.__version__}"' in citation


def test_constraints_are_names_and_versions_inside_the_ranges():
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    pins = {canonicalize_name(name): version for name, version in pins.items()}
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *extras["instructor"], *extras["test"], *extras["cluster"]]
    for requirement in map(Requirement, asked):
        if requirement.name != "coursekit":
            assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)])
    assert not {"torch", "jax"} & set(pins)
