"""Films and expression trees: what is drawn is what was given, and nothing collides."""

import numpy as np
import pytest

from coursekit import figures
from coursekit.figures.expression_trees import left_to_right
from coursekit.gradients import Tree
from coursekit.tasks import Expressions, MovingShapes

TASK = Expressions(6)
BATCH = TASK.sample(np.random.default_rng(0), 1)
WORDS = [TASK.tokens[token] for token in BATCH.tokens[:, 0]]
VALUES = ["true" if value else "false" for value in BATCH.targets[:, 0, 0]]


def film():
    return MovingShapes(6, 8, 5).sample(np.random.default_rng(0), 1).inputs[:, 0, 0]


def test_every_frame_is_shown_once_and_in_its_place():
    reel = film()
    ax = figures.films({"seen": reel, "next": 1 - reel}, first=2, marked=4)
    assert len(ax.images) == 10
    for place, image in enumerate(ax.images):
        row, t = divmod(place, 5)
        np.testing.assert_array_equal(image.get_array(), [reel, 1 - reel][row][t])
    lefts = [image.get_extent()[0] for image in ax.images[:5]]
    assert lefts == sorted(lefts) and len(set(lefts)) == 5
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["seen", "next", *(f"t = {t}" for t in range(2, 7))]
    thick = [patch.get_x() for patch in ax.patches if patch.get_linewidth() > 2]
    assert thick == [lefts[2]] * 2


def test_nodes_of_an_expression_stand_over_their_children():
    ax = figures.expression_tree(BATCH.tree, WORDS, VALUES)
    drawn = {id(text): text.get_position() for text in ax.texts}
    words = [text for text in ax.texts if text.get_bbox_patch() is not None]
    assert [text.get_text() for text in words] == WORDS
    places = [drawn[id(text)] for text in words]
    for node, children in enumerate(BATCH.tree.children):
        if children:
            assert places[node][0] == pytest.approx(np.mean([places[k][0] for k in children]))
            assert all(places[node][1] > places[k][1] for k in children)
            assert places[children[0]][0] < places[children[1]][0]
    values = [text.get_text() for text in ax.texts if text.get_bbox_patch() is None]
    assert values == [VALUES[k] for k, below in enumerate(BATCH.tree.children) if below]


def test_nodes_are_walked_from_left_to_right():
    tree, labels = Tree.from_nested((("a", "b"), ("c", ("d", "e"))))
    assert [labels[node] for node in left_to_right(tree) if labels[node]] == list("abcde")


@pytest.mark.parametrize(
    "draw",
    [
        lambda: figures.films({"target": film(), "ConvLSTM": film()}, marked=5),
        lambda: figures.expression_tree(BATCH.tree, WORDS, VALUES),
    ],
    ids=["films", "tree"],
)
def test_letters_are_large_and_do_not_collide(draw, overlaps, outside, smallest_letters):
    ax = draw()
    assert overlaps(ax) == [] and outside(ax) == [] and smallest_letters(ax) >= 14


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match="rows has shapes"):
        figures.films({"a": np.zeros((2, 3, 3)), "b": np.zeros((3, 3, 3))})
    with pytest.raises(ValueError, match="rows has shapes"):
        figures.films({})
    with pytest.raises(ValueError, match="words has 2 entries, but the tree has 3 nodes"):
        figures.expression_tree(Tree(((), (), (0, 1))), ["true", "and"])
    with pytest.raises(ValueError, match="values has 1 entries"):
        figures.expression_tree(Tree(((), (), (0, 1))), ["true", "false", "and"], ["true"])
