"""Notes on every lesson that stands, with the answers that the lesson gives."""

import re
from pathlib import Path

import pytest

from coursekit.errors import CommandError
from coursekit.publish import course, frames, instructor, pages
from coursekit.publish.frames import Frame, Question

OURS = course.locate()
SOURCES = pages.lessons(OURS)
NOTES = OURS.root / "docs" / "instructor"

OWN = """\
## In one sentence

It is small.

## Where learners stumble

- a
- b
- c

## What to ask

- a
- b
- c

## In 90 minutes

| minutes | what |
|---|---|
| 60 | this |
| 30 | that |
"""
FRAME = Frame(
    "03_small",
    "Small",
    5,
    (("A", 3), ("B", 2)),
    (Question("Predict", "What?\n\n1. one\n2. two", "Answer: 2. It is so."),),
    Question("Check yourself", "Which?\n\n1. a\n2. b", "1 yes, 2 no."),
)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_lesson_that_stands_has_notes(source: Path) -> None:
    own = OURS.root / "source" / "instructor" / f"{source.stem}.md"
    assert own.is_file(), (
        f"write source/instructor/{source.stem}.md with the headings of its neighbours "
        f"({', '.join(instructor.HEADINGS)}), then run {pages.COMMAND}"
    )
    instructor.sections(own.read_text("utf-8"), source.stem)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_question_of_a_lesson_is_answered_in_its_notes(source: Path) -> None:
    """The lesson's text is read here anew, without the reader that built the notes."""
    text = source.read_text("utf-8")
    page = (NOTES / f"{source.stem}.md").read_text("utf-8")
    notes = " ".join(re.sub(r"(?m)^> ?", "", page).split())
    asked = re.findall(r"(?ms)^# ## (?:Predict|Check yourself)[^\n]*\n(.*?)\n\n# %%", text)
    asked = [cell for cell in asked if re.search(r"(?m)^# (\d\.|- \*\*A)", cell)]
    answers = re.findall(r'(?ms)"notes"\}\n# (Answer: .*?|1 (?:no|yes)[:,. ].*?)\n\n# %%', text)
    assert len(asked) == len(answers) >= 2
    for cell in asked + answers:
        words = " ".join(line.removeprefix("#").strip() for line in cell.splitlines())
        assert " ".join(words.split()) in notes


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_an_answer_names_one_of_the_options(source: Path) -> None:
    for asked in frames.read(source).predictions:
        options = re.findall(r"(?m)^(?:(\d+)\.|- \*\*([A-Z])\*\*)", asked.text)
        letters = {number or letter for number, letter in options}
        said = re.match(r"Answer: (\w+)\b", asked.answer)
        assert said and said[1] in letters


def test_no_notes_are_left_of_a_lesson_that_is_gone() -> None:
    stems = {source.stem for source in SOURCES}
    for folder in (NOTES, OURS.root / "source" / "instructor"):
        assert {path.stem for path in folder.glob("*.md")} - {"README"} <= stems


def test_the_notes_of_a_small_lesson() -> None:
    text = instructor.page(FRAME, OWN)
    for piece in ("# 03 Small", "> 1. one", "Answer: 2. It is so.", "1 yes, 2 no.", "| A | 3 |"):
        assert piece in text
    assert "[03 Small](03_small.md) | 5 | answer 2 |" in instructor.index([FRAME])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (OWN, "", "the headings are missing"),
        ("## What to ask", "## What to say", "What to say"),
        ("## In one sentence", "First.\n\n## In one sentence", "each with a text"),
        ("It is small.", "", "each with a text"),
        ("- a\n- b\n- c\n\n## What", "- a\n- b\n\n## What", "'Where learners stumble' has 2 items"),
        ("| 30 |", "| 40 |", "takes 100 minutes, not 90"),
    ],
)
def test_notes_that_lack_something_are_named(old: str, new: str, said: str) -> None:
    assert old in OWN
    with pytest.raises(CommandError, match="Notes on 03_small") as caught:
        instructor.page(FRAME, OWN.replace(old, new))
    assert said in str(caught.value)
