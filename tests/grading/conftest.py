"""A small exercise with its specs, notebooks made of cells, and folders of students."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from coursekit.checks.spec import Case, Check, Mistake, OpenQuestion, Part, Seeded
from coursekit.grading import calibration, pool
from coursekit.grading.judge import Spec
from coursekit.grading.sandbox import Limits, Session, launcher_for

sys.path.insert(0, str(Path(__file__).parent))  # the corpus beside this file is a package

STUB = "    # YOUR CODE HERE\n    raise NotImplementedError()"
SMALL = Spec(
    exercise="ex98_small",
    checks=(
        Check(
            name="doubled",
            exercise="ex98_small",
            reference=lambda xs: 2 * xs,
            parts=(Part("one number", 1), Part("an array", 2), Part("its input", 1)),
            cases=lambda rng: [
                Case("one number", (float(rng.uniform(1, 2)),), "one number"),
                Case("an array", (rng.uniform(1, 2, 3),), "an array"),
                Case("an array", (rng.uniform(1, 2, 3),), "its input", watch=True),
            ],
            mistakes=(Mistake("squared", "This is the square.", "01", lambda xs: xs**2),),
        ),
        Check(
            name="draw",
            exercise="ex98_small",
            reference=lambda rng, count: rng.random(count),
            points=3,
            cases=lambda rng: [Case("4 numbers", (Seeded(int(rng.integers(1000))), 4))],
        ),
        Check(
            name="length",
            exercise="ex98_small",
            kind="value",
            reference=lambda: 5,
            points=2,
        ),
    ),
    open_questions=(OpenQuestion("q_why", "ex98_small", "Why?", ((4, "a reason"),)),),
)
ANSWERS = {
    "doubled": "def doubled(xs):\n    return 2 * xs",
    "draw": "def draw(rng, count):\n    return rng.random(count)",
    "length": "length = 5",
}
STUBS = {
    "doubled": f"def doubled(xs):\n{STUB}",
    "draw": f"def draw(rng, count):\n{STUB}",
    "length": "length = ...",
}


def cell(source, grade_id=None, kind="code"):
    """A cell of a notebook; with a grade_id it carries nbgrader's metadata."""
    metadata = {} if grade_id is None else {"nbgrader": {"grade_id": grade_id, "solution": True}}
    made = {"cell_type": kind, "metadata": metadata, "source": source}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def notebook(cells, exercise="ex98_small"):
    """A notebook as a dict; without an exercise it does not say what it belongs to."""
    metadata = {} if exercise is None else {"coursekit": {"exercise": exercise, "version": "0.1"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def small(answers=None, **changed):
    """A notebook of the small exercise: right answers, or changed; None leaves one out."""
    sources = {**(ANSWERS if answers is None else answers), **changed}
    cells = [cell("import numpy as np\nfrom coursekit import check")]
    for name, source in sources.items():
        if source is not None:
            cells += [cell(source, name), cell(f'check("{name}", {name})', f"check_{name}")]
    cells.append(cell("Because it is so.", "q_why", "markdown"))
    return notebook(cells)


def save(folder, content, name="ex98_small.ipynb"):
    """Write a notebook (or any text) into a student's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


@pytest.fixture
def make():
    """The functions above, for tests: make.cell, make.notebook, make.small, make.save."""

    class Make:
        pass

    for function in (cell, notebook, small, save):
        setattr(Make, function.__name__, staticmethod(function))
    Make.stubs, Make.answers, Make.spec = STUBS, ANSWERS, SMALL
    return Make


@pytest.fixture
def small_course(monkeypatch, tmp_path):
    """The course has only the small exercise; its solution is what `make.small()` gives."""
    solution = save(tmp_path / "solution", small())
    monkeypatch.setattr(pool, "exercise_names", lambda: ("ex98_small",))
    monkeypatch.setattr(pool, "course_spec", lambda exercise: SMALL)
    monkeypatch.setattr(calibration, "solution_of", lambda exercise: solution)
    return solution


@pytest.fixture
def start():
    """start(...) opens a Session, at the level "limits" by default; all are closed at the end."""
    opened = []

    def open_session(limits=None, stand_in=None, launcher=None, **options):
        launcher = launcher or launcher_for("limits")
        opened.append(Session(limits or Limits(), stand_in, launcher, **options))
        return opened[-1]

    yield open_session
    for session in opened:
        session.close()


@pytest.fixture
def package():
    """The folder of the real package."""
    return str(Path(pool.PACKAGE))


@pytest.fixture
def rng():
    return np.random.default_rng(3)
