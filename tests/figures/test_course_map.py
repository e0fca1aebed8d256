"""The map: every lesson and exercise once, nothing collides, one arrow between neighbours."""

import pytest
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from coursekit import figures
from coursekit.publish import outline

LESSONS = [(one.number, one.title, one.minutes) for one in outline.LESSONS]
EXERCISES = [(one.stem.partition("_")[0], one.after) for one in outline.EXERCISES]


@pytest.fixture(params=[1, 6, 7, 17])
def ax(request):
    taken = LESSONS[: request.param]
    return figures.course_map(taken, [one for one in EXERCISES if one[1] <= request.param])


def test_nothing_collides_or_sticks_out(ax, overlaps, outside, smallest_letters):
    assert overlaps(ax) == [] and outside(ax) == []
    assert smallest_letters(ax) >= 14 - 1e-9


def test_titles_stay_inside_their_boxes():
    ax = figures.course_map(LESSONS, EXERCISES)
    ax.figure.draw_without_rendering()
    boxes = [p.get_window_extent() for p in ax.patches if isinstance(p, FancyBboxPatch)]
    assert len(boxes) == 17
    hung = {"   ".join(label for label, after in EXERCISES if after == n) for n, _, _ in LESSONS}
    for text in ax.texts:
        if text.get_text() not in hung:
            its = text.get_window_extent()
            inside = [
                b.x0 < its.x0 and its.x1 < b.x1 and b.y0 < its.y0 < its.y1 < b.y1 for b in boxes
            ]
            assert sum(inside) == 1, text.get_text()


def test_every_lesson_and_exercise_is_there_once():
    ax = figures.course_map(LESSONS, EXERCISES)
    said = " ".join(text.get_text() for text in ax.texts)
    for number, _, minutes in LESSONS:
        assert said.count(f"{number:02d} · {minutes} min") == 1
    for label, _ in EXERCISES:
        assert said.count(label) == 1
    arrows = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    assert len(arrows) == 16


@pytest.mark.parametrize(
    ("lessons", "exercises", "said"),
    [
        ([], [], "at least one"),
        ([(1, "A", 5), (1, "B", 5)], [], "each once"),
        ([(1, "A", 5)], [("ex02", 2)], "ex02 hangs on lesson 2"),
    ],
)
def test_a_map_that_cannot_be_drawn_says_why(lessons, exercises, said):
    with pytest.raises(ValueError, match=said):
        figures.course_map(lessons, exercises)
