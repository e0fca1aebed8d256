"""The grading command is killed again and again: what it leaves is what it would have left anyway.

COURSEKIT_KILLS=50 kills fifty times, over forty submissions.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from corpus.case import POINTS, Host, Place, handed_in, insert, released, save

KILLS = int(os.environ.get("COURSEKIT_KILLS", "10"))
SUBMISSIONS = 40 if KILLS > 10 else 12
SEED = 1997
ROOT = Path(__file__).parents[2]


def write_submissions(folder):
    """Right, half right, untouched, ending its process, and no notebook: one after another."""
    names = tuple(POINTS)
    ends = "def lstm_gradient(params, xs, grad_hs):\n    import os\n    os._exit(3)"
    kinds = (
        lambda: handed_in(),
        lambda: handed_in(names[:4]),
        lambda: handed_in(lstm_gradient=ends),
        lambda: insert(handed_in(), "1 / 0"),
        lambda: released(),
        lambda: "no notebook",
    )
    for number in range(SUBMISSIONS):
        student = folder / f"student {number:02d}"
        student.mkdir(parents=True)
        place = Place(student.name, student, Host(folder, folder))
        save(place, kinds[number % len(kinds)]())


def start(submissions, out):
    """The command as a person types it, in a group of its own."""
    line = [sys.executable, "-m", "coursekit", "grade", str(submissions), "--out", str(out)]
    return subprocess.Popen(
        [*line, "--seed", str(SEED), "--workers", "2"],
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def finish(submissions, out):
    """Run the command to its end; its exit code, and what it said."""
    process = start(submissions, out)
    said, _ = process.communicate()
    return process.returncode, said.decode()


def killed_after(seconds, submissions, out):
    """Start the command and kill it, its processes with it; False if it was done before."""
    process = start(submissions, out)
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    return False


def reports(out):
    """The bytes of everything that a person is shown."""
    shown = [out / "grades.csv", *(out / "feedback").rglob("*")]
    return {path.relative_to(out): path.read_bytes() for path in shown if path.is_file()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The submissions, the reports of a run that nobody disturbs, and how long it took."""
    folder = tmp_path_factory.mktemp("undisturbed")
    write_submissions(folder / "submissions")
    begun = time.monotonic()
    code, said = finish(folder / "submissions", folder / "out")
    assert code == 0, said
    return folder / "submissions", reports(folder / "out"), time.monotonic() - begun


def test_a_run_that_is_killed_ends_like_one_that_is_not(undisturbed, tmp_path):
    submissions, expected, seconds = undisturbed
    assert len(expected) == SUBMISSIONS + 1
    rng = np.random.default_rng(KILLS)
    kills = 0
    while kills < KILLS:
        out = tmp_path / f"out{kills}"
        # Ten runs at most into one folder, so that the kills fall upon all of a run's stages.
        for moment in rng.uniform(0.05, 1.0, 10):
            if kills == KILLS or not killed_after(moment * seconds, submissions, out):
                break
            kills += 1
        code, said = finish(submissions, out)
        assert code == 0, said
        assert reports(out) == expected
    assert kills == KILLS


def test_a_run_that_is_done_changes_nothing_when_it_is_started_again(undisturbed, tmp_path):
    submissions, expected, seconds = undisturbed
    out = tmp_path / "out"
    assert finish(submissions, out)[0] == 0
    begun = time.monotonic()
    code, said = finish(submissions, out)
    assert code == 0, said
    assert reports(out) == expected
    assert time.monotonic() - begun < seconds
