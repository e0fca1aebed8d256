"""Start here. Needs nothing but Python 3.11 or newer.

python3 start.py lab  [--no-browser] [FOLDER]     open the course in JupyterLab
python3 start.py test [--all] [PYTEST ARGUMENTS]  run every test that this machine can run

Both keep all that they install in the folder .venv beside this file. The syntax is that of
Python 3.6, so that an old Python gets far enough to say that it is too old.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

ROOT = Path(__file__).resolve().parent
OLDEST = (3, 11)
NEWEST = (3, 14)
NEEDED_BYTES = 1_500_000_000  # for a new environment
SPARE_BYTES = 200_000_000  # to bring one up to date
SUITES = ["tests", "coursekit", "notebooks", "solutions"]
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/sanitize.cfg"]
NBVAL += ["--nbval-cell-timeout", "300"]
# A process for each core; a file's tests stay together, as a notebook's cells must.
SIDE_BY_SIDE = ["-n", "logical", "--maxprocesses", "4", "--dist", "loadfile"]


class Stop(Exception):
    """It cannot go on; the text says why and what to do."""


def python_problem(
    version: Tuple[Any, ...] = sys.version_info,
    has_module: Callable[[str], Any] = importlib.util.find_spec,
    which: Callable[[str], Optional[str]] = shutil.which,
) -> Optional[str]:
    """Say why this Python cannot carry the course, or return None."""
    here = "{}.{}".format(*version[:2])
    if tuple(version[:2]) < OLDEST:
        names = ["python3.{}".format(minor) for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
        newer = next((name for name in names if which(name)), None)
        if newer:
            remedy = "This computer also has {0}. Type:  {0} start.py lab".format(newer)
        else:
            remedy = "Install a newer one from https://www.python.org/downloads/ and try again."
        return "This is Python {}, and the course needs 3.11 or newer.\n{}".format(here, remedy)
    if not (has_module("venv") and has_module("ensurepip")):
        return (
            "This Python comes without venv, which keeps the course apart from your other "
            "programs.\nOn Debian and Ubuntu install it with:  sudo apt install python3-venv\n"
            "Elsewhere install Python from https://www.python.org/downloads/ and try again."
        )
    return None


def python_of(environment: Path) -> Path:
    """The interpreter inside a virtual environment."""
    if os.name == "nt":
        return environment / "Scripts" / "python.exe"
    return environment / "bin" / "python"


def fingerprint(root: Path) -> str:
    """Change when anything changes that calls for a new installation."""
    sha = hashlib.sha256(repr((str(root), sys.version_info[:2])).encode())
    for name in ("pyproject.toml", "constraints.txt"):
        sha.update((root / name).read_bytes())
    return sha.hexdigest()


def stamp_of(environment: Path) -> Path:
    """The note in the environment that says what was installed there."""
    return environment / "coursekit-start.json"


def read_stamp(environment: Path) -> Dict[str, Any]:
    """The note, or an empty one where there is none that can be read."""
    try:
        stamp = json.loads(stamp_of(environment).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def is_ready(root: Path, environment: Path, extra: str) -> bool:
    """Tell whether the environment holds what `extra` asks for ("test" holds "instructor")."""
    stamp = read_stamp(environment)
    same = stamp.get("fingerprint") == fingerprint(root)
    return same and stamp.get("extra") in (extra, "test") and python_works(environment)


def python_works(environment: Path) -> bool:
    """Tell whether the environment's interpreter runs, with this interpreter's version."""
    ask = "import sys; print(*sys.version_info[:2])"
    command = [str(python_of(environment)), "-c", ask]
    try:
        said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return said.stdout.decode().split() == [str(part) for part in sys.version_info[:2]]


def check_disk(root: Path, needed: int, free: Optional[int] = None) -> None:
    """Stop early where nothing can be written, or too little."""
    try:
        with tempfile.TemporaryFile(dir=str(root)):
            pass
    except OSError as error:
        raise Stop(
            "Cannot write in {} ({}).\nCopy the course to a folder of your own and start it "
            "there.".format(root, error.strerror)
        ) from error
    if free is None:
        free = shutil.disk_usage(str(root)).free
    if free < needed:
        raise Stop(
            "Only {:.1f} GB are free on this disk; the installation needs {:.1f} GB.\nFree some "
            "space and try again.".format(free / 1e9, needed / 1e9)
        )


def make_environment(environment: Path) -> None:
    """Make the virtual environment, or leave one that works as it is."""
    if python_works(environment):
        return
    foreign = environment.exists() and not (environment / "pyvenv.cfg").is_file()
    if foreign and (not environment.is_dir() or any(environment.iterdir())):
        raise Stop(
            "{} is in the way: it is not a Python environment.\nMove it away and try again.".format(
                environment
            )
        )
    print("Making a Python environment in {}".format(environment))
    command = [sys.executable, "-m", "venv", "--clear", str(environment)]
    made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode:
        said = made.stdout.decode(errors="replace")
        raise Stop(
            "Python could not make the environment. It says:\n{}\nIf it speaks of ensurepip: on "
            "Debian and Ubuntu run  sudo apt install python3-venv".format(said.strip())
        )


def explain_installer(log: str) -> str:
    """Say in plain words why pip failed."""
    low = log.lower()
    network = (
        "newconnectionerror",
        "nameresolutionerror",
        "failed to establish a new connection",
        "temporary failure in name resolution",
        "connecttimeouterror",
        "network is unreachable",
        "getaddrinfo failed",
        "proxyerror",
    )
    if any(sign in low for sign in network):
        return (
            "The packages cannot be fetched: no network, or a firewall in the way.\nConnect to "
            "the network and try again; where a proxy is needed, set HTTPS_PROXY. Only the "
            "first start needs the network."
        )
    if "no space left" in low or "not enough space" in low:
        return "The disk is full. Free 1.5 GB and try again."
    if "permission denied" in low or "read-only file system" in low or "winerror 5" in low:
        return "The folder .venv cannot be written. Copy the course to a folder of your own."
    if "no matching distribution" in low or "resolutionimpossible" in low:
        return (
            "A package does not exist for this Python ({}.{}) or this kind of computer.\nTried "
            "are Python 3.11 to 3.14 on Linux.".format(*sys.version_info[:2])
        )
    return "The installer failed."


def install(root: Path, environment: Path, extra: str) -> None:
    """Install the course with an extra, at the versions that its tests ran with."""
    print("Installing about 150 packages: one to five minutes, once. The network is needed.")
    sys.stdout.flush()
    command = [str(python_of(environment)), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--no-input", "--retries", "2", "--progress-bar", "off"]
    command += ["-c", "constraints.txt", "-e", ".[{}]".format(extra)]
    log = environment / "coursekit-install.log"
    process = subprocess.Popen(
        command, cwd=str(root), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    lines = []
    with process, log.open("w", encoding="utf-8") as kept:
        for raw in process.stdout:
            line = raw.decode(errors="replace").rstrip()
            lines.append(line)
            kept.write(line + "\n")
            if sys.stdout.isatty():
                print("\r  {:<76.76}".format(line.strip()), end="", flush=True)
    if sys.stdout.isatty():
        print("\r{:<78}\r".format(""), end="")
    if process.returncode:
        told = [line.strip() for line in lines]
        tail = [line for line in told if line.startswith("ERROR")][:3] or told[-3:]
        why = explain_installer("\n".join(lines))
        raise Stop("{}\n\npip said:\n{}\nIts full report: {}".format(why, "\n".join(tail), log))


def write_stamp(root: Path, environment: Path, **entries: Any) -> None:
    """Note what was installed, and whether it was checked, so that the next start is quick."""
    entries["fingerprint"] = fingerprint(root)
    stamp_of(environment).write_text(json.dumps(entries), encoding="utf-8")


def prepare(root: Path, environment: Path, extra: str) -> None:
    """Make sure that the environment holds the course."""
    if is_ready(root, environment, extra):
        return
    began = time.time()
    check_disk(root, SPARE_BYTES if python_works(environment) else NEEDED_BYTES)
    make_environment(environment)
    if stamp_of(environment).exists():
        stamp_of(environment).unlink()
    install(root, environment, extra)
    write_stamp(root, environment, extra=extra)
    print("Installed in {:.0f} seconds.".format(time.time() - began))


def lab_command(environment: Path, folder: Optional[str], no_browser: bool) -> List[str]:
    """The command that opens JupyterLab; the working copy lies beside this file by default."""
    command = [str(python_of(environment)), "-m", "coursekit", "lab"]
    command.append(folder or str(ROOT / "my_course"))
    return command + ["--no-browser"] * no_browser


def test_command(
    root: Path, environment: Path, missing: Dict[str, str], more: Sequence[str]
) -> List[str]:
    """The one call of pytest that runs all suites, or the files that the user named."""
    command = [str(python_of(environment)), "-m", "pytest"]
    named = [word for word in more if (root / word.partition("::")[0]).exists() and word[:1] != "-"]
    if not named:
        command += [suite for suite in SUITES if (root / suite).is_dir()]
        command += ["--durations=10", "--durations-min=5"] + SIDE_BY_SIDE
    command += NBVAL
    if missing:
        command += ["-m", " and ".join("not " + marker for marker in sorted(missing))]
    return command + list(more)


def hand_over(command: List[str], **options: Any) -> int:
    """Run a command to its end; Ctrl-C is its business."""
    sys.stdout.flush()
    process = subprocess.Popen(command, **options)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def lab(args: argparse.Namespace, environment: Path) -> int:
    """Install, check, and open JupyterLab."""
    prepare(ROOT, environment, "instructor")
    stamp = read_stamp(environment)
    if not stamp.get("checked"):
        print("Checking the installation.")
        doctor = [str(python_of(environment)), "-m", "coursekit", "doctor"]
        failed = hand_over(doctor, cwd=str(ROOT))
        if failed:
            return failed
        write_stamp(ROOT, environment, extra=stamp["extra"], checked=True)
    return hand_over(lab_command(environment, args.folder, args.no_browser))


def test(args: argparse.Namespace, environment: Path) -> int:
    """Install, and run every test that this machine can run."""
    prepare(ROOT, environment, "test")
    sys.path.insert(0, str(ROOT))
    from coursekit.machine import missing_tools

    missing = missing_tools()
    left_out = ["{}: for want of {}".format(*item) for item in sorted(missing.items())]
    if missing and args.all:
        raise Stop("--all asks for every test, but these cannot run:\n" + "\n".join(left_out))
    for line in left_out:
        print("Left out: tests marked " + line)
    command = test_command(ROOT, environment, missing, args.more)
    options = dict(os.environ, COURSEKIT_LEFT_OUT="\n".join(left_out))
    return hand_over(command, cwd=str(ROOT), env=options)


def read_arguments(words: Optional[Sequence[str]]) -> Tuple[argparse.Namespace, List[str]]:
    """Read the command line; what is left over is pytest's."""
    top = argparse.ArgumentParser(
        prog="start.py", description="Start the course, or test it. Needs Python 3.11 or newer."
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    opens = commands.add_parser("lab", help="open the course in JupyterLab")
    opens.add_argument("folder", nargs="?", metavar="FOLDER", help="your working copy (my_course)")
    opens.add_argument("--no-browser", action="store_true", help="only print the address")
    opens.set_defaults(run=lab)
    tests = commands.add_parser(
        "test", help="run every test that this machine can run", allow_abbrev=False
    )
    tests.add_argument("--all", action="store_true", help="fail if any test cannot run here")
    tests.set_defaults(run=test)
    args, more = top.parse_known_args(words)
    if args.command is None:
        top.print_help()
    elif more and args.command != "test":
        top.error("unknown: " + " ".join(more))
    return args, more


def main(words: Optional[Sequence[str]] = None) -> int:
    """Run one of the two commands.

    Returns:
        The exit code.
    """
    problem = python_problem()
    if problem:
        print(problem, file=sys.stderr)
        return 2
    args, more = read_arguments(words)
    if args.command is None:
        return 0
    args.more = more
    try:
        return int(args.run(args, ROOT / ".venv"))
    except Stop as stop:
        print("\n{}".format(stop), file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except OSError as error:
        print("\n{}: {}".format(error.filename or ROOT, error.strerror), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
