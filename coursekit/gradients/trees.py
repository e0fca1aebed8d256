"""Run a cell over a tree, leaves first, and send error back from the root.

A tree is its nodes' children: ``Tree.from_parents([2, 2, -1])`` has the nodes 0 and 1 under node 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import numbers
from coursekit.cells.parameters import map_arrays
from coursekit.gradients.arguments import checked_params
from coursekit.gradients.through_time import Gradients

Array = NDArray[np.float64]


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
        count = len(self.children)
        if count == 0:
            raise ValueError("children is empty; a tree has a node or more")
        parent: dict[int, int] = {}
        for node, below in enumerate(self.children):
            for child in below:
                if not isinstance(child, (int, np.integer)) or not 0 <= child < count:
                    raise ValueError(
                        f"children of node {node}: {child!r} is no node; "
                        f"pass numbers from 0 to {count - 1}"
                    )
                if child in parent:
                    raise ValueError(
                        f"node {child} is a child of node {parent[child]} and of node {node}; "
                        "in a tree a node has one parent"
                    )
                parent[child] = node
        roots = [node for node in range(count) if node not in parent]
        reached = set(self._below(roots))
        if len(reached) < count:
            at, seen = min(set(range(count)) - reached), []
            while at not in seen:
                seen.append(at)
                at = parent[at]
            cycle = [*seen[seen.index(at) :], at]
            raise ValueError(
                f"children hold a cycle: {' is a child of '.join(f'node {n}' for n in cycle)}"
            )
        if len(roots) != 1:
            raise ValueError(
                f"nodes {', '.join(map(str, roots))} have no parent; a tree has one root"
            )

    def _below(self, nodes: list[int]) -> list[int]:
        """The nodes and all below them, parents first."""
        order = list(nodes)
        for node in order:
            order.extend(self.children[node])
        return order

    @classmethod
    def from_parents(cls, parents: Sequence[int]) -> "Tree":
        """The tree in which node n is under ``parents[n]``; the root has -1.

        >>> Tree.from_parents([2, 2, -1]).children
        ((), (), (0, 1))
        """
        children: list[list[int]] = [[] for _ in parents]
        for node, parent in enumerate(parents):
            if parent == -1:
                continue
            if not 0 <= parent < len(parents):
                raise ValueError(
                    f"parents of node {node} is {parent}; pass -1 for the root, "
                    f"or a node from 0 to {len(parents) - 1}"
                )
            children[parent].append(node)
        return cls(tuple(map(tuple, children)))

    @property
    def root(self) -> int:
        """The node without a parent."""
        below = {child for children in self.children for child in children}
        return next(node for node in range(len(self.children)) if node not in below)

    @property
    def leaves_first(self) -> tuple[int, ...]:
        """All nodes, every child before its parent."""
        return tuple(reversed(self._below([self.root])))


class TreeRun(NamedTuple):
    """A cell run over a tree."""

    tree: Tree
    states: Any  # State, its fields stacked: (nodes, ..., units)
    traces: tuple[Any, ...]  # one Trace a node


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
    if not hasattr(cell, "most_children"):
        raise ValueError(
            f"{getattr(cell, '__name__', cell)!r} is no cell of trees; "
            "pass tree_lstm or nary_tree_lstm, or unroll a sequence with unroll"
        )
    if not isinstance(tree, Tree):
        raise ValueError(
            f"tree is {tree!r:.60}; pass a Tree, such as Tree.from_parents([2, 2, -1])"
        )
    shapes = checked_params(cell, params)
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
    checked_params(cell, params)
    if not isinstance(run, TreeRun) or not isinstance(run.traces[0], cell.Trace):
        raise ValueError(f"run is {run!r:.60}; pass what unroll_tree(cell, params, ...) returned")
    errors = numbers("grad_h", grad_h, axes="(nodes, ..., units)", whole=False)
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
        total = map_arrays(np.add, total, grad_params)
        for place, child in enumerate(run.tree.children[node]):
            for field, part in zip(arriving, below, strict=True):
                field[child] = part[place]
    return Gradients(total, grad_xs, None)
