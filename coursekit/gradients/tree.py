"""A tree: who is whose child, and in which order.

A tree is its nodes' children: ``Tree(((), (), (0, 1)))`` has the nodes 0 and 1 under node 2. The
same tree is ``Tree.from_parents([2, 2, -1])``, or, with labels, ``Tree.from_nested(("a", "b"))``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


def is_number(value: Any) -> bool:
    """Whether it can be a node's number."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


@dataclass(frozen=True)
class Tree:
    """Who is whose child, and in which order.

    Args:
        children: for each node, the numbers of its children, first child first.

    Raises:
        ValueError: no nodes; a child that does not exist, or has two parents; no root, several
            roots, or a cycle.

    >>> Tree(((), (), (0, 1))).root
    2
    """

    children: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "children", checked_children(self.children))
        count, parent = len(self.children), self._parents()
        roots = [node for node in range(count) if node not in parent]
        reached = set(self._below(roots))
        if len(reached) < count:
            at, path = min(set(range(count)) - reached), dict[int, None]()
            while at not in path:
                path[at] = None
                at = parent[at]
            seen = list(path)
            cycle = [*seen[seen.index(at) :], at]
            raise ValueError(
                f"children hold a cycle: {' is a child of '.join(f'node {n}' for n in cycle)}"
            )
        if len(roots) != 1:
            raise ValueError(
                f"nodes {', '.join(map(str, roots))} have no parent; a tree has one root"
            )

    def _parents(self) -> dict[int, int]:
        """The parent of each node that has one, or a clear error where there are two."""
        parent: dict[int, int] = {}
        for node, below in enumerate(self.children):
            for child in below:
                if child in parent:
                    raise ValueError(
                        f"node {child} is a child of node {parent[child]} and of node {node}; "
                        "in a tree a node has one parent, once"
                    )
                parent[child] = node
        return parent

    def _below(self, nodes: list[int]) -> list[int]:
        """The nodes and all below them, parents first."""
        order = list(nodes)
        for node in order:
            order.extend(self.children[node])
        return order

    @classmethod
    def from_parents(cls, parents: Sequence[int]) -> "Tree":
        """The tree in which node n is under ``parents[n]``; the root has -1.

        Children stand in the order of their numbers.

        Raises:
            ValueError: as for ``Tree``; a parent that does not exist.

        >>> Tree.from_parents([2, 2, -1]).children
        ((), (), (0, 1))
        """
        if not isinstance(parents, (Sequence, np.ndarray)) or isinstance(parents, str):
            raise ValueError(f"parents is {parents!r:.60}; pass a list, such as [2, 2, -1]")
        children: list[list[int]] = [[] for _ in parents]
        for node, parent in enumerate(parents):
            if not is_number(parent) or not -1 <= parent < len(parents):
                raise ValueError(
                    f"parents of node {node} is {parent!r}; pass -1 for the root, "
                    f"or a node from 0 to {len(parents) - 1}"
                )
            if parent != -1:
                children[parent].append(node)
        return cls(tuple(map(tuple, children)))

    @classmethod
    def from_nested(cls, nested: Any) -> tuple["Tree", tuple[Any, ...]]:
        """The tree of nested tuples (or lists), and what stands at its nodes.

        Args:
            nested: such as ``(("a", "b"), "c")``; what is no tuple is a leaf.

        Returns:
            The tree, its nodes numbered as one reads, each after its children, the root last;
            and a label for each node: the leaf itself, None for a node with children.

        Raises:
            ValueError: an empty tuple.

        >>> tree, labels = Tree.from_nested((("a", "b"), "c"))
        >>> tree.children
        ((), (), (0, 1), (), (2, 3))
        >>> labels
        ('a', 'b', None, 'c', None)
        """
        parts, todo = [], [nested]
        while todo:  # each part before what is in it, last part first: turned round below
            part = todo.pop()
            parts.append(part)
            if isinstance(part, (tuple, list)):
                if not part:
                    raise ValueError("nested holds an empty tuple; pass a label for a leaf")
                todo.extend(part)
        children: list[tuple[int, ...]] = []
        labels: list[Any] = []
        without_parent: list[int] = []
        for part in reversed(parts):
            inner = isinstance(part, (tuple, list))
            first = len(without_parent) - (len(part) if inner else 0)
            children.append(tuple(without_parent[first:]))
            labels.append(None if inner else part)
            without_parent[first:] = [len(labels) - 1]
        return cls(tuple(children)), tuple(labels)

    @property
    def root(self) -> int:
        """The node without a parent."""
        below = {child for children in self.children for child in children}
        return next(node for node in range(len(self.children)) if node not in below)

    @property
    def leaves_first(self) -> tuple[int, ...]:
        """All nodes, every child before its parent."""
        return tuple(reversed(self._below([self.root])))


def checked_children(children: Any) -> tuple[tuple[int, ...], ...]:
    """For each node a tuple of nodes, or a clear error."""
    if not isinstance(children, (tuple, list)):
        raise ValueError(
            f"children is {children!r:.60}; pass a tuple for each node, such as ((), (), (0, 1))"
        )
    if not children:
        raise ValueError("children is empty; a tree has a node or more")
    for node, below in enumerate(children):
        if not isinstance(below, (tuple, list)):
            raise ValueError(
                f"children of node {node} is {below!r:.60}; pass a tuple of numbers, () for a leaf"
            )
        for child in below:
            if not is_number(child) or not 0 <= child < len(children):
                raise ValueError(
                    f"children of node {node}: {child!r} is no node; "
                    f"pass numbers from 0 to {len(children) - 1}"
                )
    return tuple(tuple(map(int, below)) for below in children)
