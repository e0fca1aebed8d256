"""start.py: every way in which a first start goes wrong has a message; a second start is quick."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import start

ROOT = Path(start.__file__).parent


def found(name):
    return name


def test_it_parses_on_an_old_python():
    source = (ROOT / "start.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 6))
    futures = [
        n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module == "__future__"
    ]
    assert not futures  # `annotations` came with 3.7


def test_it_needs_only_the_standard_library():
    tree = ast.parse((ROOT / "start.py").read_text(encoding="utf-8"))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    own = {name for name in names if name.startswith("coursekit")}
    assert {name.partition(".")[0] for name in names - own} <= sys.stdlib_module_names
    assert own == {"coursekit.machine"}


def test_machine_needs_only_the_standard_library():
    code = "import coursekit.machine, sys; print(*{m.partition('.')[0] for m in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "numpy" not in done.stdout.split()


def test_a_python_too_old_is_told_which_one_to_use():
    said = start.python_problem(
        (3, 8, 1), found, lambda name: name if name == "python3.12" else None
    )
    assert "This is Python 3.8" in said
    assert "python3.12 start.py lab" in said
    said = start.python_problem((3, 10, 1), found, lambda name: None)
    assert "Install a newer one" in said


@pytest.mark.parametrize("gone", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_what_to_install(gone):
    said = start.python_problem((3, 11, 2), lambda name: None if name == gone else name, found)
    assert "sudo apt install python3-venv" in said


@pytest.mark.parametrize("minor", [11, 12, 13, 14])
def test_every_supported_python_is_welcome(minor):
    assert start.python_problem((3, minor, 0), found, found) is None


def test_main_ends_with_the_problem_and_code_2(monkeypatch, capsys):
    monkeypatch.setattr(start, "python_problem", lambda: "too old")
    assert start.main(["lab"]) == 2
    assert capsys.readouterr().err == "too old\n"


def test_without_a_command_it_prints_help(capsys):
    assert start.main([]) == 0
    assert "lab" in capsys.readouterr().out


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout whose installations are recorded, not made."""
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text("1", encoding="utf-8")
    environment = tmp_path / ".venv"
    installed = []
    monkeypatch.setattr(start, "make_environment", lambda where: where.mkdir(exist_ok=True))
    monkeypatch.setattr(start, "install", lambda root, where, extra: installed.append(extra))
    monkeypatch.setattr(start, "python_works", lambda where: where.is_dir())
    monkeypatch.setattr(start, "NEEDED_BYTES", 0)
    monkeypatch.setattr(start, "SPARE_BYTES", 0)
    return tmp_path, environment, installed


def test_a_second_start_installs_nothing(checkout):
    root, environment, installed = checkout
    start.prepare(root, environment, "instructor")
    start.prepare(root, environment, "instructor")
    assert installed == ["instructor"]


def test_the_test_environment_serves_the_lab_but_not_the_other_way(checkout):
    root, environment, installed = checkout
    start.prepare(root, environment, "instructor")
    start.prepare(root, environment, "test")
    start.prepare(root, environment, "instructor")
    assert installed == ["instructor", "test"]


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_change_of_what_is_needed_installs_again(checkout, name):
    root, environment, installed = checkout
    start.prepare(root, environment, "test")
    (root / name).write_text("2", encoding="utf-8")
    start.prepare(root, environment, "test")
    assert installed == ["test", "test"]


@pytest.mark.parametrize("stamp", ["", "no json", "[]", json.dumps({"extra": "test"})])
def test_a_broken_stamp_installs_again(checkout, stamp):
    root, environment, installed = checkout
    start.prepare(root, environment, "test")
    start.stamp_of(environment).write_text(stamp, encoding="utf-8")
    start.prepare(root, environment, "test")
    assert installed == ["test", "test"]


def test_the_lab_is_checked_until_it_is_well_and_then_no_more(checkout, monkeypatch):
    root, environment, installed = checkout
    monkeypatch.setattr(start, "ROOT", root)
    endings, called = [1, 0, 0, 0], []

    def hand_over(command, **options):
        called.append(command[3])
        return endings.pop(0)

    monkeypatch.setattr(start, "hand_over", hand_over)
    assert [start.main(["lab"]) for _ in range(3)] == [1, 0, 0]
    assert called == ["doctor", "doctor", "lab", "lab"]
    assert installed == ["instructor"]


def test_a_failed_installation_leaves_no_stamp(checkout, monkeypatch):
    root, environment, _ = checkout
    start.prepare(root, environment, "instructor")

    def fail(*args):
        raise start.Stop("no network")

    monkeypatch.setattr(start, "install", fail)
    with pytest.raises(start.Stop):
        start.prepare(root, environment, "test")
    assert not start.is_ready(root, environment, "instructor")


def test_a_real_environment_is_made_once_and_mended(tmp_path):
    environment = tmp_path / "env"
    start.make_environment(environment)
    assert start.python_works(environment)
    note = environment / "note"
    note.touch()
    start.make_environment(environment)
    assert note.exists()  # one that works is left as it is
    start.python_of(environment).unlink()
    assert not start.python_works(environment)
    start.make_environment(environment)
    assert start.python_works(environment)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_in_the_way_is_not_deleted(tmp_path, kind):
    environment = tmp_path / ".venv"
    mine = environment if kind == "file" else environment / "mine"
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(start.Stop, match="in the way"):
        start.make_environment(environment)
    assert mine.read_text(encoding="utf-8") == "mine"


def test_pip_without_a_network_is_explained(tmp_path, monkeypatch):
    """A real pip, which the guard keeps from the network, as on a machine without one."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.invalid/simple")
    environment = tmp_path / "env"
    start.make_environment(environment)
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    with pytest.raises(start.Stop, match="Only the first start needs the network") as caught:
        start.install(tmp_path, environment, "instructor")
    assert "no network" in str(caught.value)
    assert (environment / "coursekit-install.log").stat().st_size


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("NewConnectionError(...): [Errno -3] Temporary failure in name resolution", "no network"),
        ("socket.gaierror: [Errno 11001] getaddrinfo failed", "no network"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("OSError: [Errno 30] Read-only file system: '.venv'", "cannot be written"),
        ("ERROR: No matching distribution found for numba", "does not exist for this Python"),
        ("anything else", "The installer failed."),
    ],
)
def test_a_failure_of_pip_is_put_in_plain_words(log, said):
    assert said in start.explain_installer(log)


def test_a_full_disk_and_an_unwritable_folder_stop_early(tmp_path):
    with pytest.raises(start.Stop, match="0.3 GB are free"):
        start.check_disk(tmp_path, start.NEEDED_BYTES, free=300_000_000)
    with pytest.raises(start.Stop, match="Cannot write"):
        start.check_disk(tmp_path / "missing", start.SPARE_BYTES)


@pytest.mark.parametrize("words", [["lab", "--nobrowser"], ["lab", "a", "b"], ["labb"]])
def test_a_mistake_on_the_command_line_is_refused(words, capsys):
    with pytest.raises(SystemExit) as caught:
        start.read_arguments(words)
    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_the_lab_opens_beside_start_py_or_where_it_is_told(tmp_path):
    environment = tmp_path / ".venv"
    assert start.lab_command(environment, None, False)[-1] == str(ROOT / "my_course")
    assert start.lab_command(environment, "here", True)[-2:] == ["here", "--no-browser"]


def test_one_pytest_runs_every_suite(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "notebooks").mkdir()
    command = start.test_command(tmp_path, tmp_path / ".venv", {}, [])
    assert command[1:5] == ["-m", "pytest", "tests", "notebooks"]
    assert "--nbval" in command
    assert "-m" not in command[2:]


def test_suites_run_side_by_side_and_a_notebook_in_one_process(tmp_path):
    command = start.test_command(tmp_path, tmp_path / ".venv", {}, ["-n", "0"])
    assert command[command.index("--dist") + 1] == "loadfile"
    assert command[command.index("-n") + 1] == "logical"
    assert command[-2:] == ["-n", "0"]  # what the user asks for comes last, and wins


def test_suites_are_left_out_by_marker(tmp_path):
    missing = {"sandbox": "bubblewrap", "browser": "Chromium"}
    command = start.test_command(tmp_path, tmp_path / ".venv", missing, ["-x"])
    assert command[-3:] == ["-m", "not browser and not sandbox", "-x"]


def test_named_tests_replace_the_suites(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").touch()
    args, more = start.read_arguments(["test", "tests/test_a.py::test_b", "-x"])
    assert args.all is False
    command = start.test_command(tmp_path, tmp_path / ".venv", {}, more)
    assert command[-2:] == ["tests/test_a.py::test_b", "-x"]
    assert "tests" not in command and "-n" not in command


def test_all_fails_where_something_is_missing(monkeypatch, capsys):
    monkeypatch.setattr(start, "prepare", lambda *args: False)
    monkeypatch.setattr("coursekit.machine.missing_tools", lambda: {"browser": "Chromium"})
    called = []
    monkeypatch.setattr(start, "hand_over", lambda *args, **options: called.append(options) or 0)
    assert start.main(["test", "--all"]) == 2
    assert "browser: for want of Chromium" in capsys.readouterr().err
    assert not called
    assert start.main(["test"]) == 0
    assert "for want of Chromium" in called[0]["env"]["COURSEKIT_LEFT_OUT"]
