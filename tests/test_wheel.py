"""The wheel carries the course: a student without git installs it and has lessons and exercises."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_lesson_and_exercise_is_in_it(names):
    course = [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("exercises/*/*.ipynb")]
    assert course
    for path in course:
        assert f"coursekit/_course/{path.relative_to(ROOT).as_posix()}" in names


def test_the_finished_trials_that_lessons_read_are_in_it(names):
    finished = [*ROOT.glob("results/*/*.jsonl"), *ROOT.glob("results/widgets/*.json")]
    assert finished
    for path in finished:
        assert f"coursekit/_course/{path.relative_to(ROOT).as_posix()}" in names


def test_the_recorded_nets_that_lessons_read_are_in_it(names):
    nets = [*ROOT.glob("tests/recorded/*.npz")]
    assert nets
    for path in nets:
        assert f"coursekit/_course/recorded/{path.name}" in names


def test_no_answers_sources_or_tests_are_in_it(names):
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"coursekit"}
    assert not [name for name in names if "/solutions/" in name or "/source/" in name]
    assert not [name for name in names if "checkpoint" in name or "__pycache__" in name]


def test_the_files_that_modules_read_are_in_it(names):
    files = [path for path in (ROOT / "coursekit").rglob("*") if path.is_file()]
    kept = [path for path in files if "__pycache__" not in path.parts]  # compiled, also by numba
    wanted = {path.relative_to(ROOT).as_posix() for path in kept}
    assert wanted <= names


def test_installed_without_a_checkout_it_hands_out_the_course(wheel, tmp_path):
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "from pathlib import Path\n"
        "from coursekit.publish import working_copy\n"
        "from coursekit.publish.course import locate\n"
        "course = locate()\n"
        f"assert course.root.is_relative_to({str(site)!r}), course.root\n"
        "print(working_copy.update(Path('my_course'), course.root, '1.0'))\n"
        "from coursekit.papers import results\n"
        "folder = results.committed()\n"
        f"assert folder.is_relative_to({str(site)!r}), folder\n"
        "row = '4_T100'  # one that lesson 11 reads\n"
        "path = results.path_of(folder, 'hochreiter1997', row)\n"
        "assert len(results.read(path, row).records) == 10"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lessons = {path.name for path in ROOT.glob("notebooks/*.ipynb")}
    assert {path.name for path in tmp_path.glob("my_course/notebooks/*")} == lessons
