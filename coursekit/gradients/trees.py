"""Run a cell over a tree, leaves first, and send error back from the root.

    dL/dtheta = sum over nodes of  (dL/d state_n) (d state_n / d theta, within node n)

Every child of a node receives its own share of the node's error.

Source: Goller and Kuechler 1996, backpropagation through structure.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import numbers
from coursekit.cells.parameters import add_to, map_arrays
from coursekit.cells.shapes import Shapes
from coursekit.gradients.arguments import checked_params, name_of
from coursekit.gradients.through_time import Gradients
from coursekit.gradients.tree import Tree

Array = NDArray[np.float64]


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
