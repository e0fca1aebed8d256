"""Every lesson has the course's frame, so that a reader knows where to find what."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from coursekit.publish import course

LESSONS = course.locate().lessons()
ITEM = re.compile(r"(?m)^(?:\d+\.|- \*\*[A-Z]\*\*) ")


def slide_type(cell: NotebookNode) -> str:
    return cell.metadata.get("slideshow", {}).get("slide_type", "")


def part(lesson: NotebookNode, heading: str) -> list[NotebookNode]:
    """The cells from the one that starts with a second-level heading up to the next such cell."""
    cells: list[NotebookNode] = []
    for cell in lesson.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            if cells:
                break
            if cell.source.startswith(f"## {heading}"):
                cells = [cell]
        elif cells:
            cells.append(cell)
    return cells


def opens_with_what_it_gives(lesson: NotebookNode) -> Iterator[str]:
    title, need = lesson.cells[0].source, lesson.cells[1].source
    given = title.partition("**You will**")[2]
    if len(re.findall(r"(?m)^- ", given)) != 3:
        yield "the first slide has no **You will** with three bullets"
    if not need.startswith("**You need**"):
        yield "the second cell does not begin with **You need**"


def minutes_add_up(lesson: NotebookNode) -> Iterator[str]:
    promised = re.search(r"(?m)^Lesson \d\d · (\d+) minutes$", lesson.cells[0].source)
    parts = [int(n) for n in re.findall(r"(?m)^\|[^|]+\| (\d+) \|$", lesson.cells[1].source)]
    if not promised:
        yield 'the first slide has no line "Lesson 03 · 45 minutes"'
    elif sum(parts) != int(promised[1]):
        yield f"{promised[1]} minutes are promised, the parts take {sum(parts)}"


def asks_before_it_shows(lesson: NotebookNode) -> Iterator[str]:
    asked = part(lesson, "Predict")
    if not asked or len(ITEM.findall(asked[0].source)) < 2:
        yield "there is no ## Predict before you run, with options"
        return
    answer = [cell.source for cell in asked if slide_type(cell) == "notes"]
    if not any(text.startswith("Answer: ") for text in answer):
        yield "no speaker notes after the prediction begin with its Answer"
    if any(slide_type(cell) not in ("slide", "notes", "skip") for cell in asked):
        yield "something runs on the slide of the prediction"
    if asked[0] not in lesson.cells[:8]:
        yield "the prediction comes late"


def closes_with_a_question(lesson: NotebookNode) -> Iterator[str]:
    quiz = part(lesson, "Check yourself")
    if not quiz:
        yield "there is no ## Check yourself"
        return
    options = len(ITEM.findall(quiz[0].source))
    folded = "".join(cell.source for cell in quiz if "<details>" in cell.source)
    reasons = [text for text in re.split(ITEM, folded)[1:] if len(text.split()) >= 6]
    if options < 3 or len(reasons) != options:
        yield f"{options} options, {len(reasons)} reasons under <details>"
    if len(re.findall(r"(?m)^\d+\. \*\*Yes\.", folded)) != 1:
        yield "not exactly one option is right"
    if not any(slide_type(cell) == "notes" for cell in quiz):
        yield "the speaker notes have no answer"
    if "../exercises/" not in "".join(cell.source for cell in quiz):
        yield "no link to an exercise or the quiz"


def leads_on(lesson: NotebookNode) -> Iterator[str]:
    points = part(lesson, "Take away")
    if not points or len(re.findall(r"(?m)^- ", points[0].source)) < 3:
        yield "there is no ## Take away with three points"
    elif "\nNext: " not in points[0].source:
        yield "the take-away does not say what is next"
    reading = part(lesson, "Further reading")
    if not reading or not re.search(r"(?m)^- [^\n]* (19|20)\d\d", reading[0].source):
        yield "there is no ## Further reading with authors and years"


def every_slide_starts_with_a_heading(lesson: NotebookNode) -> Iterator[str]:
    for number, cell in enumerate(lesson.cells, start=1):
        starts = slide_type(cell) in ("slide", "subslide")
        if starts and not (cell.cell_type == "markdown" and re.match(r"#{1,2} ", cell.source)):
            yield f"cell {number} starts a slide without a heading: {cell.source[:40]!r}"


def headings_are_told_apart(lesson: NotebookNode) -> Iterator[str]:
    text = "\n".join(cell.source for cell in lesson.cells if cell.cell_type == "markdown")
    found = re.findall(r"(?m)^#{1,6} (.+)$", text)
    for heading in sorted({heading for heading in found if found.count(heading) > 1}):
        yield f"two headings say {heading!r}; a link reaches the first only"


FRAME = [
    opens_with_what_it_gives,
    minutes_add_up,
    asks_before_it_shows,
    closes_with_a_question,
    leads_on,
    every_slide_starts_with_a_heading,
    headings_are_told_apart,
]


@pytest.mark.parametrize("rule", FRAME, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lesson_has_the_frame(path: Path, rule: Any) -> None:
    assert list(rule(nbformat.read(path, as_version=4))) == []


def small(**changes: str) -> NotebookNode:
    """A lesson that is all frame; a change replaces one of its texts."""
    texts = {
        "title": "# T\n\nLesson 03 · 5 minutes\n\n**You will**\n\n- a\n- b\n- c",
        "need": "**You need** x\n\n| part | minutes |\n|---|---|\n| A | 3 |\n| B | 2 |",
        "predict": "## Predict before you run\n\n1. a\n2. b",
        "answer": "Answer: 2.",
        "check": "## Check yourself\n\n1. a\n2. b\n3. c",
        "right": "1 no, 2 no, 3 yes",
        "reasons": "<details>\n\n1. **No.** It is not so at all.\n2. **No.** It is not so at all.\n"
        "3. **Yes.** It is so in any case.\n\n</details>\n\n[q](../exercises/q/q.ipynb)",
        "take": "## Take away\n\n- a\n- b\n- c\n\nNext: d",
        "read": "## Further reading\n\n- Elman 1990, *Finding structure in time*",
    }
    types = {"need": "skip", "answer": "notes", "right": "notes", "reasons": "skip", "read": "skip"}
    lesson = nbformat.v4.new_notebook()
    for name, text in (texts | changes).items():
        slideshow = {"slide_type": types.get(name, "slide")}
        cell = nbformat.v4.new_markdown_cell(text, metadata={"slideshow": slideshow})
        lesson.cells.append(cell)
    return lesson


def test_a_good_lesson_passes() -> None:
    assert [problem for rule in FRAME for problem in rule(small())] == []


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        (opens_with_what_it_gives, {"title": "# T\n\n**You will**\n\n- a"}),
        (opens_with_what_it_gives, {"need": "Nothing"}),
        (minutes_add_up, {"title": "# T"}),
        (minutes_add_up, {"need": "**You need** x\n\n| A | 3 |\n| B | 3 |"}),
        (asks_before_it_shows, {"predict": "## Something else"}),
        (asks_before_it_shows, {"predict": "## Predict before you run\n\nWell?"}),
        (asks_before_it_shows, {"answer": "Let the class vote."}),
        (closes_with_a_question, {"check": "## Quiz\n\n1. a\n2. b\n3. c"}),
        (closes_with_a_question, {"check": "## Check yourself\n\n1. a\n2. b\n3. c\n4. d"}),
        (closes_with_a_question, {"reasons": "<details>\n\n1. **Yes.**\n2. **No.**\n3. **No.**"}),
        (leads_on, {"take": "## Take away\n\n- a\n- b\n- c"}),
        (leads_on, {"take": "## Take away\n\nNext: d"}),
        (leads_on, {"read": "**Further reading**\n\n- Elman 1990"}),
        (every_slide_starts_with_a_heading, {"take": "- a\n- b"}),
        (headings_are_told_apart, {"take": "## Check yourself"}),
    ],
)
def test_a_planted_fault_is_found(rule: Any, changes: dict[str, str]) -> None:
    assert len(list(rule(small(**changes)))) >= 1
