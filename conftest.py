"""For every test, doctest and notebook cell: no network; and a few lines below the result."""

import os
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent
OFFLINE = ROOT / "tests" / "offline"
NOTEBOOK_BUDGET = 60  # seconds; the course promises that no notebook takes longer

# Scripts that make recorded numbers; they need the frameworks whose numbers they record.
collect_ignore_glob = ["tests/recorded/record_*.py"]

sys.path.insert(0, str(OFFLINE))
import network_guard  # noqa: E402

_notebook_seconds: Counter[str] = Counter()


def pytest_configure(config):
    """Guard this process, and through PYTHONPATH every Python that it starts."""
    network_guard.install()
    paths = [str(OFFLINE), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    os.environ["COURSEKIT_QUIET"] = "1"  # notebooks print the same whether or not code is compiled
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))


def pytest_runtest_logreport(report):
    """Add up how long the cells of each notebook take."""
    name = report.nodeid.partition("::")[0]
    if name.endswith(".ipynb"):
        _notebook_seconds[name] += report.duration


def pytest_terminal_summary(terminalreporter, config):
    """Above pytest's last line: the notebooks' seconds, and the suites that were left out."""
    write = terminalreporter.write_line
    if _notebook_seconds:
        processes = len(config.getoption("tx", None) or [None])
        beside = f", beside the tests of {processes - 1} more" if processes > 1 else ""
        terminalreporter.section(f"seconds per notebook{beside}")
        for name, seconds in sorted(_notebook_seconds.items()):
            over = seconds > NOTEBOOK_BUDGET and processes == 1
            write(f"{seconds:7.1f}  {name}" + over * f"   OVER the budget of {NOTEBOOK_BUDGET}")
    left_out = os.environ.get("COURSEKIT_LEFT_OUT")
    if left_out:
        terminalreporter.section("left out")
        for line in left_out.splitlines():
            write(line)
