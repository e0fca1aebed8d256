"""`coursekit doctor`: does this installation work, and what to do where it does not."""

import io
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from coursekit import __version__, machine
from coursekit.errors import CommandError

State = Literal["ok", "missing", "problem"]
OLDEST, NEWEST = (3, 11), (3, 14)
FIRST_AID = "run `python3 start.py lab`, or `pip install -e .` in the course's environment, again"


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    `missing` is something that only some need; `problem` is something that stops a student.
    """

    what: str
    state: State
    found: str
    remedy: str = ""


def run() -> int:
    """Examine this installation and print the report.

    Returns:
        0 if a student can work here, else 1.
    """
    print(f"coursekit {__version__} on {platform.platform()}\n")
    findings = []
    for finding in examine():
        findings.append(finding)
        print(_line(finding), flush=True)
    problems = sum(finding.state == "problem" for finding in findings)
    if problems:
        print(f"\n{problems} of {len(findings)} checks failed: the course does not work here yet.")
        return 1
    print("\nThe course works on this machine.")
    return 0


def examine() -> Iterator[Finding]:
    """All findings, in order, each made when it is asked for."""
    yield python()
    yield from packages()
    for name, trial in TRIALS.items():
        yield _tried(name, trial)
    yield course()
    yield writing(Path.cwd())
    yield from tools()


def _line(finding: Finding) -> str:
    mark = {"ok": "ok     ", "missing": "left out", "problem": "PROBLEM"}[finding.state]
    line = f"{mark:<9}{finding.what:<22}{finding.found}"
    return line + (f"\n{'':31}-> {finding.remedy}" if finding.remedy else "")


def python(version: tuple[int, int] = sys.version_info[:2]) -> Finding:
    """Is this Python one that the course was made for?"""
    found = f"{platform.python_version()} at {sys.executable}"
    if version < OLDEST:
        return Finding("Python", "problem", found, "install Python 3.11 or newer")
    remedy = "newer than any that was tried (3.11 to 3.14)" if version > NEWEST else ""
    return Finding("Python", "ok", found, remedy)


def packages(requirements: Iterable[str] | None = None) -> Iterator[Finding]:
    """Is each package there, within its range, and at the version that the tests ran with?"""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    if requirements is None:
        requirements = metadata.requires("coursekit") or []
    tested = tested_versions()
    for requirement in map(Requirement, requirements):
        extra = next((name for name in ("instructor", "") if _asked_by(requirement, name)), None)
        if extra is None or requirement.name == "coursekit":
            continue
        name, wanted = requirement.name, str(requirement.specifier)
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            if extra:
                remedy = 'to build and grade: pip install "coursekit[instructor]"'
                yield Finding(name, "missing", "not installed", remedy)
            else:
                yield Finding(name, "problem", f"not installed, needs {wanted}", FIRST_AID)
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            yield Finding(name, "problem", f"{version}, needs {wanted}", FIRST_AID)
            continue
        pin = tested.get(canonicalize_name(name), version)
        yield Finding(name, "ok", version if pin == version else f"{version} (tested with {pin})")


def _asked_by(requirement: object, extra: str) -> bool:
    """Does the core ("") or an extra ask for this requirement on this machine?"""
    marker = getattr(requirement, "marker", None)
    if marker is None:
        return extra == ""
    core = marker.evaluate({"extra": ""})
    return core if extra == "" else marker.evaluate({"extra": extra}) and not core


def tested_versions() -> dict[str, str]:
    """The versions in constraints.txt; empty where coursekit is not a checkout."""
    from packaging.utils import canonicalize_name

    path = Path(__file__).parents[1] / "constraints.txt"
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line)
    return {canonicalize_name(name): version for name, version in pairs}


def _tried(what: str, trial: Callable[[], str]) -> Finding:
    try:
        return Finding(what, "ok", trial())
    except Exception as error:  # whatever breaks there is what the doctor is for
        text = str(error).strip().splitlines() or [""]
        return Finding(what, "problem", f"{type(error).__name__}: {text[0]}", FIRST_AID)


def _kernel_answers() -> str:
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(
        kernel_name="python3", startup_timeout=60, stderr=subprocess.DEVNULL
    )
    said: list[str] = []
    try:
        client.execute_interactive(
            "import coursekit; print(6 * 7)",
            timeout=60,
            allow_stdin=False,
            output_hook=lambda message: said.append(message["content"].get("text", "")),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if "".join(said).strip() != "42":
        raise RuntimeError("the kernel does not give 42 for 6 * 7 in a cell that uses coursekit")
    return "starts, imports coursekit and runs a cell"


def _lab_is_there() -> str:
    import jupyterlab
    from jupyterlab.commands import get_app_dir

    page = Path(get_app_dir()) / "static" / "index.html"
    if not page.is_file():
        raise RuntimeError(f"its pages are not in {page.parent}")
    return f"{jupyterlab.__version__}, with its pages"


def _figure_is_drawn() -> str:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2, 1))
    FigureCanvasAgg(figure)
    figure.add_subplot().plot([0, 1], [1, 0])
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    if not drawn.getvalue().startswith(b"\x89PNG"):
        raise RuntimeError("no PNG came out")
    return f"drawn, {len(drawn.getvalue()) / 1000:.0f} kB"


def _widget_is_made() -> str:
    import anywidget
    import traitlets

    class Probe(anywidget.AnyWidget):
        _esm = "export default { render() {} }"
        value = traitlets.Int(0).tag(sync=True)

    probe = Probe(value=7)
    if probe.get_state()["value"] != 7:
        raise RuntimeError("a widget forgets its value")
    probe.close()
    return "made"


TRIALS: dict[str, Callable[[], str]] = {
    "a Jupyter kernel": _kernel_answers,
    "JupyterLab": _lab_is_there,
    "a figure": _figure_is_drawn,
    "a widget": _widget_is_made,
}


def course() -> Finding:
    """Are the lessons and exercises there?"""
    from coursekit.publish.course import locate

    try:
        found = locate()
    except CommandError as error:
        return Finding("the course", "problem", "not found", str(error))
    lessons, exercises = len(found.lessons()), len(found.exercises())
    said = f"{lessons} lessons, {exercises} exercises in {found.root}"
    if not (lessons and exercises):
        remedy = "run `coursekit build`" if found.is_checkout else FIRST_AID
        return Finding("the course", "problem", said, remedy)
    return Finding("the course", "ok", said)


def writing(folder: Path) -> Finding:
    """Can a working copy be made in this folder?"""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        remedy = "change to a folder of your own: your working copy is made where you are"
        return Finding("writing here", "problem", f"{folder}: {error.strerror}", remedy)
    return Finding("writing here", "ok", str(folder))


def tools() -> Iterator[Finding]:
    """What only instructors and graders need."""
    chromium, bubblewrap = machine.find_chromium(), machine.find_bubblewrap()
    remedy = "for `slides --pdf` and browser tests: install Chromium (sudo apt install chromium)"
    yield _tool("Chromium", chromium, remedy)
    remedy = "to grade strangers' code safely: sudo apt install bubblewrap"
    if platform.system() != "Linux":
        remedy = "to grade strangers' code safely, grade on Linux"
    yield _tool("bubblewrap", bubblewrap, remedy)


def _tool(name: str, path: str | None, remedy: str) -> Finding:
    if path is None:
        return Finding(name, "missing", "not found, or not allowed here", remedy)
    return Finding(name, "ok", path)
