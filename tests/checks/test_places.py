"""Where feedback sends a student: the lesson's paragraph, as a link where the lesson is near."""

import nbformat
import pytest

from coursekit.checks.places import as_link


@pytest.fixture
def exercise(tmp_path):
    """A working copy with one lesson; the folder of an exercise in it."""
    lesson = nbformat.v4.new_notebook()
    lesson.cells = [
        nbformat.v4.new_markdown_cell("# Gates\n\n## The cell, `c` & **h**\n\ntext"),
        nbformat.v4.new_code_cell("# ## No heading"),
    ]
    (tmp_path / "notebooks").mkdir()
    nbformat.write(lesson, tmp_path / "notebooks" / "06_gates.ipynb")
    folder = tmp_path / "exercises" / "ex05_lstm_cell"
    folder.mkdir(parents=True)
    return folder


def test_a_link_leads_to_the_heading_as_it_is_written(exercise):
    assert as_link("06#the-cell-c-h", exercise) == (
        '<a href="../../notebooks/06_gates.ipynb#The-cell,-c-%26-h">'
        "lesson 06, “The cell, c &amp; h”</a>"
    )


def test_a_lesson_alone_and_a_heading_that_has_gone_lead_to_the_lesson(exercise):
    link = '<a href="../../notebooks/06_gates.ipynb">lesson 06</a>'
    assert as_link("06", exercise) == as_link("06#an-older-heading", exercise) == link


def test_without_the_lesson_the_words_are_plain(exercise, tmp_path):
    assert as_link("09#the-net", exercise) == "lesson 09, “the net”"
    assert as_link("", exercise) == "the text above"
    assert as_link("06", tmp_path.parent / "elsewhere") == "lesson 06"


@pytest.mark.parametrize("damage", ["", "[]", '{"cells": [{}]}', "\x00"])
def test_a_damaged_lesson_still_gets_its_link(exercise, damage):
    (exercise / "../../notebooks/06_gates.ipynb").resolve().write_text(damage, "utf-8")
    assert as_link("06#the-cell-c-h", exercise).endswith(">lesson 06</a>")
