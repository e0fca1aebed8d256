"""Names of lessons and exercises."""

import sys
from pathlib import Path

import pytest

from coursekit.errors import CommandError
from coursekit.publish import course

STEMS = ["03_vanishing_gradients", "05_constant_error_carousel", "ex05_lstm_cell", "quiz_nets"]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("03", "03_vanishing_gradients"),
        ("3", "03_vanishing_gradients"),
        ("5", "05_constant_error_carousel"),
        ("03_vanishing_gradients", "03_vanishing_gradients"),
        ("vanishing_gradients", "03_vanishing_gradients"),
        ("notebooks/03_vanishing_gradients.ipynb", "03_vanishing_gradients"),
        ("source/lessons/03_vanishing_gradients.py", "03_vanishing_gradients"),
        ("ex05", "ex05_lstm_cell"),
        ("ex05_lstm_cell/", "ex05_lstm_cell"),
        ("quiz", "quiz_nets"),
    ],
)
def test_what_a_name_means(name: str, stem: str) -> None:
    assert course.resolve(name, STEMS, "lesson") == stem


@pytest.mark.parametrize("name", ["04", "vanishing", "", "  ", "03_vanishing", "../03", "99", "²"])
def test_an_unknown_name_lists_what_exists(name: str) -> None:
    with pytest.raises(CommandError, match="There is no lesson") as caught:
        course.resolve(name, STEMS, "lesson")
    assert all(stem in str(caught.value) for stem in STEMS)


def test_a_name_of_two_things_lists_both() -> None:
    with pytest.raises(CommandError, match="could be any") as caught:
        course.resolve("quiz", [*STEMS, "quiz_gates"], "exercise")
    assert "quiz_gates" in str(caught.value) and "03_" not in str(caught.value)


def test_the_course_of_this_checkout_is_found() -> None:
    found = course.locate()
    assert found.is_checkout
    assert found.root == Path(__file__).resolve().parents[2]


def test_an_installed_package_uses_the_copy_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "coursekit"
    (package / "_course" / "notebooks").mkdir(parents=True)
    monkeypatch.setattr(course.coursekit, "__file__", str(package / "__init__.py"))
    assert course.locate().root == (package / "_course").resolve()
    assert not course.locate().is_checkout
    with pytest.raises(CommandError, match="sources of the course are not here"):
        course.checkout()


def test_a_package_without_lessons_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course.coursekit, "__file__", str(tmp_path / "coursekit" / "__init__.py"))
    with pytest.raises(CommandError, match="has no lessons"):
        course.locate()


def test_a_notebook_elsewhere_is_itself(small_course: course.Course, tmp_path: Path) -> None:
    elsewhere = tmp_path / "mine.ipynb"
    elsewhere.write_text("{}")
    assert small_course.lesson(str(elsewhere)) == elsewhere
    assert small_course.lesson("3").name == "03_small.ipynb"
    assert small_course.exercise("ex05").parent.parent.name == "exercises"


def test_a_missing_tool_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jupytext", None)
    with pytest.raises(CommandError, match=r"coursekit\[instructor\]"):
        course.require("jupytext")
