"""Instructor's notes: what somebody wrote about a lesson, around what the lesson says of itself.

`source/instructor/NN_name.md` holds what only a teacher knows, under four headings. The builder
adds the minutes of the lesson's parts, its prediction and its last question with their answers,
read from the lesson's source, so that they cannot drift.
"""

import re
from collections.abc import Sequence

from coursekit.errors import CommandError
from coursekit.publish.frames import Frame, Question

HEADINGS = ("In one sentence", "Where learners stumble", "What to ask", "In 90 minutes")
LEAST = {"Where learners stumble": 3, "What to ask": 3}
SESSION = 90


def sections(text: str, name: str) -> dict[str, str]:
    """The parts of a teacher's notes by their headings.

    Args:
        text: markdown with the four headings, in order, each at the second level.
        name: the lesson, for messages.

    Raises:
        CommandError: a heading is missing or empty, or the minutes do not add up to 90.
    """
    parts = re.split(r"(?m)^## (.+)$", text)
    found = dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))
    if tuple(found) != HEADINGS or parts[0].strip() or not all(found.values()):
        raise CommandError(
            f"Notes on {name}: the headings are {', '.join(found) or 'missing'}; expected "
            f"{', '.join(HEADINGS)}, in this order, each with a text."
        )
    for heading, least in LEAST.items():
        items = len(re.findall(r"(?m)^- ", found[heading]))
        if items < least:
            raise CommandError(f"Notes on {name}: {heading!r} has {items} items, needs {least}.")
    minutes = [int(n) for n in re.findall(r"(?m)^\| (\d+) \|", found["In 90 minutes"])]
    if sum(minutes) != SESSION:
        raise CommandError(
            f"Notes on {name}: the plan takes {sum(minutes)} minutes, not {SESSION}."
        )
    return found


def page(frame: Frame, text: str) -> str:
    """The notes on one lesson as a page."""
    own = sections(text, frame.stem)
    lines = [
        f"# {frame.number:02d} {frame.title}: instructor's notes",
        "",
        f"[The lesson](../../notebooks/{frame.stem}.ipynb), {frame.minutes} minutes. Written by "
        f"`python -m coursekit.publish.pages` from `source/instructor/{frame.stem}.md` and from "
        "the lesson, whose questions and answers these are.",
        "",
        own["In one sentence"],
        "",
    ]
    for asked in frame.predictions:
        lines += _asked("The prediction", asked)
    for heading in HEADINGS[1:3]:
        lines += [f"## {heading}", "", own[heading], ""]
    lines += [*_asked("The question at the end", frame.check)]
    lines += ["## Minutes of the lesson", "", "| part | minutes |", "|---|---|"]
    lines += [f"| {part} | {minutes} |" for part, minutes in frame.parts]
    lines += ["", f"## {HEADINGS[3]}", "", own[HEADINGS[3]]]
    return "\n".join(lines) + "\n"


def index(read: Sequence[Frame]) -> str:
    """The list of all notes."""
    lines = [
        "# Instructor's notes",
        "",
        "Where learners stumble, what to ask, the answers, and how to fill 90 minutes. Written by",
        "`python -m coursekit.publish.pages`; to add notes on a lesson, write",
        "`source/instructor/NN_name.md` with the four headings of its neighbours, and run that.",
        "",
        "| lesson | minutes | its prediction |",
        "|---|---|---|",
    ]
    for frame in read:
        link = f"[{frame.number:02d} {frame.title}]({frame.stem}.md)"
        answer = frame.predictions[0].answer.removeprefix("Answer: ")
        short = re.split(r"[.,:;]", answer)[0]
        lines.append(f"| {link} | {frame.minutes} | answer {short} |")
    return "\n".join(lines) + "\n"


def _asked(heading: str, asked: Question) -> list[str]:
    quoted = [f"> {line}".rstrip() for line in asked.text.splitlines()]
    return [f"## {heading}", "", *quoted, "", asked.answer, ""]
