"""A thousand honest submissions of ex05, graded at full isolation; nbgrader on ten of the same.

    python benchmarks/grading_batch.py [SUBMISSIONS]

Three of four are right answers, the others lack one. nbgrader's autograder runs the same notebooks
(kernels, no sandbox, tests in the student's own process) as a school would run it: one command for
all ten. The grader's memory is read after a tenth of the submissions and at the end.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from coursekit.grading import batch
from coursekit.grading.sandbox import reached

ROOT = Path(__file__).resolve().parents[1]
NAME = "ex05_lstm_cell"
TARGET, NBGRADER = 120.0, 10


def handed_in(number: int) -> str:
    """The solution as a student would hand it in; every fourth without one answer."""
    content = json.loads((ROOT / "solutions" / NAME / f"{NAME}.ipynb").read_text("utf-8"))
    if number % 4 == 3:
        for cell in content["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == "lstm_step_back":
                cell["source"] = "def lstm_step_back(*given):\n    raise NotImplementedError()"
    return json.dumps(content)


def write(folder: Path, count: int) -> None:
    """A folder for each student."""
    for number in range(count):
        place = folder / f"student{number:04d}"
        place.mkdir(parents=True)
        (place / f"{NAME}.ipynb").write_text(handed_in(number), "utf-8")


def ours(folder: Path, count: int) -> float:
    """Seconds for all of them, reports included."""
    write(folder / "submissions", count)
    began = perf_counter()
    if batch.run(folder / "submissions", folder / "grades", seed=1) != 0:
        raise SystemExit("the grader failed")
    return perf_counter() - began


def theirs(folder: Path, count: int) -> float:
    """Seconds for nbgrader's autograde of the same notebooks."""
    source = folder / "source" / NAME
    source.mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / NAME / f"{NAME}.ipynb", source)
    for number in range(count):
        place = folder / "submitted" / f"student{number:04d}" / NAME
        place.mkdir(parents=True)
        (place / f"{NAME}.ipynb").write_text(handed_in(number), "utf-8")
    command = [sys.executable, "-m", "nbgrader"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # it calls alembic
    env = {**os.environ, "PATH": path}
    quiet = {"cwd": folder, "capture_output": True, "text": True, "env": env}
    made = subprocess.run([*command, "generate_assignment", NAME, "--create"], check=False, **quiet)  # type: ignore[call-overload]
    if made.returncode != 0:
        raise SystemExit(f"nbgrader could not take the assignment:\n{made.stderr[-2000:]}")
    began = perf_counter()
    subprocess.run([*command, "autograde", NAME, "--create"], check=False, **quiet)  # type: ignore[call-overload]
    return perf_counter() - began


def peak() -> float:
    """Megabytes that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Print the comparison."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few = ours(folder / "few", max(count // 10, 1))
        before = peak()
        all_ = ours(folder / "all", count)
        after = peak()
        other = theirs(folder / "nbgrader", NBGRADER)
    print(f"\nisolation {reached().level}, Python {sys.version.split()[0]}")
    print(f"{max(count // 10, 1):5} submissions  {few:8.1f} s   judge at most {before:.0f} MB")
    verdict = "met" if all_ * 1000 / count < TARGET else "MISSED"
    print(
        f"{count:5} submissions  {all_:8.1f} s   judge at most {after:.0f} MB   "
        f"{all_ / count * 1000:.0f} ms each   target {TARGET:.0f} s for 1000: {verdict}"
    )
    print(f"{NBGRADER:5} by nbgrader   {other:8.1f} s   {other / NBGRADER * 1000:.0f} ms each")
    print(f"nbgrader takes {other / NBGRADER * count / all_:.1f} times as long a submission")
    return 0


if __name__ == "__main__":
    sys.exit(main())
