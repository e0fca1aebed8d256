"""Expressions as trees: an operator over what it joins, and the value at every node."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.figures import style
from coursekit.gradients import Tree


def expression_tree(
    tree: Tree,
    words: Sequence[str],
    values: Sequence[str] | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw a tree: the leaves from left to right, each parent over the middle of its children.

    Args:
        tree: who is whose child.
        words: one for each node.
        values: one for each node, written above an operator; without them none.

    Raises:
        ValueError: another number of words or values than of nodes.

    >>> ax = expression_tree(Tree(((), (), (0, 1))), ["true", "false", "and"])
    """
    count = len(tree.children)
    for name, given in (("words", words), ("values", values)):
        if given is not None and len(given) != count:
            raise ValueError(f"{name} has {len(given)} entries, but the tree has {count} nodes")
    ax = style.own(ax, (10.0, 4.6))
    x, y, leaves = np.zeros(count), np.zeros(count), 0
    for node in left_to_right(tree):
        below = list(tree.children[node])
        if below:
            x[node], y[node] = x[below].mean(), 1 + y[below].max()
        else:
            x[node], leaves = leaves, leaves + 1
    side = np.zeros(count)  # where a value stands: away from the line to the parent
    for node, children in enumerate(tree.children):
        for child in children:
            side[child] = np.sign(x[child] - x[node])
            ends = ([x[child], x[node]], [y[child], y[node]])
            ax.plot(*ends, color=style.GREY, linewidth=2.4, zorder=1)
    for node in range(count):
        inner = bool(tree.children[node])
        ax.text(
            x[node],
            y[node],
            words[node],
            ha="center",
            va="center",
            fontsize=style.LARGE,
            zorder=3,
            bbox={
                "boxstyle": "round,pad=0.3",
                "facecolor": "white",
                "edgecolor": style.BLUE if inner else style.GREY,
                "linewidth": 2.2 if inner else 1.2,
            },
        )
        if values is not None and inner:
            ax.annotate(
                values[node],
                (x[node], y[node]),
                xytext=(26 * side[node], 26),
                textcoords="offset points",
                ha=("right", "center", "left")[int(side[node]) + 1],
                fontsize=style.NORMAL,
                color=style.VERMILLION,
                va="center",
                zorder=4,
            )
    ax.set_xlim(-0.6, leaves - 0.4)
    ax.set_ylim(-0.5, y.max() + 0.7)
    ax.axis("off")
    return ax


def left_to_right(tree: Tree) -> list[int]:
    """All nodes, each after its children, the first child's part before the second's.

    >>> left_to_right(Tree(((1, 2), (), ())))
    [1, 2, 0]
    """
    order, todo = [], [tree.root]
    while todo:  # parents first, last child first: turned round below
        node = todo.pop()
        order.append(node)
        todo.extend(tree.children[node])
    return order[::-1]
