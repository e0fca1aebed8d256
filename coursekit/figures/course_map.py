"""The map of a course: lessons in their order, exercises hung on the lesson that they need."""

import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes

from coursekit.figures import style
from coursekit.figures.drawing import Sheet

COLUMNS = 6
PITCH, ROW = 2.16, 1.98
WIDTH, HEIGHT = 1.94, 1.12
LINE = 16  # letters
FILLS = ("#E3EEF6", "#FBEBE0", "#E2F3EC", "#F6EAF1")


def course_map(
    lessons: Sequence[tuple[int, str, int]],
    exercises: Sequence[tuple[str, int]] = (),
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw lessons as boxes in rows of six, joined by the thread, exercises below their boxes.

    Args:
        lessons: (number, title, minutes) of each, in order.
        exercises: (label, number of the lesson after which it can be worked).
        ax: where to draw; new axes of slide size if None.

    Returns:
        The axes.

    Raises:
        ValueError: there is no lesson, two have one number, or an exercise hangs on none.

    >>> ax = course_map([(1, "Memory", 45), (2, "Gates", 60)], [("ex01", 1)])
    """
    numbers = [number for number, _, _ in lessons]
    if not lessons or len(set(numbers)) < len(numbers):
        raise ValueError(f"lessons have the numbers {numbers}; give at least one, each once")
    for label, after in exercises:
        if after not in numbers:
            raise ValueError(f"{label} hangs on lesson {after}, but there are only {numbers}")
    rows = -(-len(lessons) // COLUMNS)
    sheet = Sheet(ax, PITCH * COLUMNS + 0.3, ROW * rows - 0.2)
    places = {
        number: (0.1 + PITCH * (k % COLUMNS + 0.5), ROW * (rows - k // COLUMNS) - 0.8)
        for k, number in enumerate(numbers)
    }
    for k, (number, title, minutes) in enumerate(lessons):
        x, y = places[number]
        wide = 12 if len(title) == LINE else LINE  # a title of one full line touches the box
        lines = [f"{number:02d} · {minutes} min", *textwrap.wrap(title, wide)]
        fill = FILLS[k // COLUMNS % len(FILLS)]
        sheet.box(x, y, "", width=WIDTH, height=HEIGHT, fill=fill)
        for line, text in enumerate(lines):
            weight = "normal" if line else "bold"
            place = y + 0.13 * (len(lines) - 1) - 0.26 * line
            sheet.text(x, place, text, size=style.SMALL, weight=weight)
        hung = "   ".join(label for label, after in exercises if after == number)
        if hung:
            stem = ((x, y - HEIGHT / 2), (x, y - 0.74))
            sheet.arrow(*stem, colour=style.GREY, width=1.6, head=False)
            sheet.text(x, y - 0.9, hung, size=style.SMALL, color=style.VERMILLION, weight="bold")
    for k, (one, other) in enumerate(zip(numbers, numbers[1:], strict=False), start=1):
        (x, y), (to, below) = places[one], places[other]
        if k % COLUMNS:
            sheet.arrow((x + WIDTH / 2, y), (to - WIDTH / 2, below))
        else:
            between = below + HEIGHT / 2 + 0.25
            right = x + WIDTH / 2 + 0.11
            bend = [(right, y), (right, between), (to, between), (to, below + HEIGHT / 2)]
            sheet.arrow((x + WIDTH / 2, y), *bend)
    return sheet.ax
