"""Run a cell over a tree, leaves first, and send error back from the root.

A tree is its nodes' children: ``Tree(((), (), (0, 1)))`` has the nodes 0 and 1 under node 2. The
same tree is ``Tree.from_parents([2, 2, -1])``, or, with labels, ``Tree.from_nested(("a", "b"))``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import numbers
from coursekit.cells.parameters import add_to, map_arrays
from coursekit.cells.shapes import Shapes
from coursekit.gradients.arguments import checked_params, name_of
from coursekit.gradients.through_time import Gradients

Array = NDArray[np.float64]


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


class TreeRun(NamedTuple):
    """A cell run over a tree."""

    tree: Tree
    states: Any  # State, its fields stacked: (nodes, ..., units)
    traces: tuple[Any, ...]  # one Trace a node


def checked_tree_params(cell: Any, params: Any) -> Shapes:
    """The shapes of a tree cell's arrays, or a clear error."""
    if not hasattr(cell, "most_children"):
        raise ValueError(
            f"cell is {getattr(cell, '__name__', cell)!r}, which is no cell of trees; "
            "pass tree_lstm or nary_tree_lstm, or unroll a sequence with unroll"
        )
    return checked_params(cell, params)


def unroll_tree(cell: Any, params: Any, tree: Tree, xs: ArrayLike) -> TreeRun:
    """Run a cell over a tree, leaves first.

    Args:
        cell: ``tree_lstm`` or ``nary_tree_lstm``.
        params: its parameters.
        tree: who is whose child.
        xs: inputs of the nodes, (nodes, ..., inputs); the middle axes are the batch.

    Raises:
        ValueError: a cell of sequences; another number of nodes or features; a node with more
            children than the parameters have places for.

    >>> from coursekit.cells import tree_lstm
    >>> params = tree_lstm.init(np.random.default_rng(0), inputs=3, units=2)
    >>> unroll_tree(tree_lstm, params, Tree(((), (), (0, 1))), np.ones((3, 3))).states.h.shape
    (3, 2)
    """
    shapes = checked_tree_params(cell, params)
    if not isinstance(tree, Tree):
        raise ValueError(
            f"tree is {tree!r:.60}; pass a Tree, such as Tree.from_parents([2, 2, -1])"
        )
    array = numbers("xs", xs, axes="(nodes, ..., inputs)", whole=False)
    if array.ndim < 2 or array.shape[0] != len(tree.children):
        raise ValueError(
            f"xs has shape {array.shape}, but the tree has {len(tree.children)} nodes; "
            "pass (nodes, ..., inputs)"
        )
    if array.shape[-1] != shapes.x[0]:
        raise ValueError(
            f"xs has {array.shape[-1]} features on its last axis, but params.W_i takes "
            f"{shapes.x[0]}; the axes are (nodes, ..., inputs)"
        )
    most = cell.most_children(params)
    for node, children in enumerate(tree.children):
        if most is not None and len(children) > most:
            raise ValueError(
                f"node {node} has {len(children)} children, but params has places for {most}; "
                f"make them with init(..., children={len(children)})"
            )
    nothing = map_arrays(
        lambda field: field[None][:0], cell.initial_state(params, array.shape[1:-1])
    )
    states: list[Any] = [None] * len(array)
    traces: list[Any] = [None] * len(array)
    for node in tree.leaves_first:
        below = [states[child] for child in tree.children[node]]
        children = map_arrays(lambda *each: np.stack(each), *below) if below else nothing
        states[node], traces[node] = cell.step(params, array[node], children)
    return TreeRun(tree, map_arrays(lambda *each: np.stack(each), *states), tuple(traces))


def checked_tree_run(cell: Any, params: Any, run: Any) -> None:
    """A run that this cell made with parameters of these shapes, or a clear error."""
    shapes = checked_tree_params(cell, params)
    if not isinstance(run, TreeRun):
        raise ValueError(
            f"run is a {name_of(run)}; pass what unroll_tree(cell, params, ...) returned"
        )
    trace = run.traces[0]
    if not isinstance(trace, cell.Trace):
        raise ValueError(
            f"run holds a {name_of(trace)}, so another cell made it than {cell.__name__}; "
            "pass the cell that was unrolled"
        )
    found, wanted = (trace.x.shape[-1], trace.h.shape[-1]), (shapes.x[0], shapes.h[0])
    if found != wanted:
        raise ValueError(
            f"the run has {found[0]} inputs and {found[1]} units, but params has {wanted[0]} and "
            f"{wanted[1]}; pass the parameters that were unrolled"
        )
    most = cell.most_children(params)
    if most is not None and len(trace.f) != most:
        raise ValueError(
            f"the run has places for {len(trace.f)} children, but params for {most}; "
            "pass the parameters that were unrolled"
        )


def bptt_tree(cell: Any, params: Any, run: TreeRun, grad_h: ArrayLike) -> Gradients:
    """The gradient of a loss, backwards from the root.

    Args:
        cell, params, run: as for ``unroll_tree``, and what it returned.
        grad_h: dL/dh of every node, (nodes, ..., units); zeros where a node has no error.

    Returns:
        Gradients; its ``state`` is None, for leaves have no state before them.

    Raises:
        ValueError: a run of another cell, or grad_h of another shape.
    """
    checked_tree_run(cell, params, run)
    exploded = not all(np.isfinite(field).all() for field in run.states)
    errors = numbers("grad_h", grad_h, axes="(nodes, ..., units)", finite=not exploded, whole=False)
    if errors.shape != run.states.h.shape:
        raise ValueError(
            f"grad_h has shape {errors.shape}, but the run's h has {run.states.h.shape}; "
            "pass dL/dh of every node, zeros where a node has no error"
        )
    arriving = map_arrays(np.zeros_like, run.states)
    total = map_arrays(np.zeros_like, params)
    grad_xs = np.empty((len(run.traces), *run.traces[0].x.shape))
    for node in reversed(run.tree.leaves_first):
        grad = cell.State(h=arriving.h[node] + errors[node], c=arriving.c[node])
        grad_params, grad_xs[node], below = cell.step_back(params, run.traces[node], grad)
        add_to(total, grad_params)
        for place, child in enumerate(run.tree.children[node]):
            for field, part in zip(arriving, below, strict=True):
                field[child] = part[place]
    return Gradients(total, grad_xs, None)
