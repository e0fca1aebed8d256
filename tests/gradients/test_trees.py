"""Cells on trees: chains are sequences, gradients are what differences say, bad trees are named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.cells import lstm, nary_tree_lstm, tree_lstm
from coursekit.cells.parameters import map_arrays, named_arrays
from coursekit.gradients import Tree, bptt, bptt_tree, numerical_gradient, unroll, unroll_tree

CELLS = [tree_lstm, nary_tree_lstm]
named = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__.split(".")[-1])
INPUTS, UNITS, MOST = 2, 3, 3


@st.composite
def trees(draw, most=MOST, nodes=7):
    """Any tree: each new node goes under an older one that has room."""
    count = draw(st.integers(1, nodes))
    children = [[] for _ in range(count)]
    for node in range(1, count):
        room = [n for n in range(node) if len(children[n]) < most]
        children[draw(st.sampled_from(room))].append(node)
    order = draw(st.permutations(range(count)))  # numbers say nothing about place
    renamed = [()] * count
    for node, below in enumerate(children):
        renamed[order[node]] = tuple(order[child] for child in below)
    return Tree(tuple(renamed))


def drawn(cell, seed, children=MOST):
    rng = np.random.default_rng(seed)
    extra = {} if cell is tree_lstm else {"children": children}
    params = cell.init(rng, INPUTS, UNITS, **extra)
    return map_arrays(lambda array: 0.8 * rng.normal(size=array.shape), params)


def numbers(tree, seed, batch=()):
    rng = np.random.default_rng(seed)
    nodes = len(tree.children)
    return rng.normal(size=(nodes, *batch, INPUTS)), rng.normal(size=(nodes, *batch, UNITS))


@named
@settings(deadline=None, max_examples=15)
@given(tree=trees(), seed=st.integers(0, 1000), batch=st.sampled_from([(), (2,), (2, 1)]))
def test_its_gradient_is_what_differences_say(cell, tree, seed, batch):
    params = drawn(cell, seed)
    xs, grad_h = numbers(tree, seed, batch)

    def loss(everything):
        run = unroll_tree(cell, everything["params"], tree, everything["xs"])
        return float((run.states.h * grad_h).sum())

    given_ = bptt_tree(cell, params, unroll_tree(cell, params, tree, xs), grad_h)
    expected = numerical_gradient(loss, {"params": params, "xs": xs})
    largest = max(np.abs(array).max() for _, array in named_arrays(expected))
    found = {"params": given_.params, "xs": given_.xs}
    for (name, one), (_, other) in zip(named_arrays(found), named_arrays(expected), strict=True):
        assert one.shape == other.shape
        assert np.abs(one - other).max() <= 1e-7 * largest, name


def by_hand(cell, params, tree, xs, node):
    """h and c of a node by the published equations, recursively, in plain sums."""
    x, below = xs[node], [by_hand(cell, params, tree, xs, child) for child in tree.children[node]]

    def net(letter, past):
        W, b = getattr(params, f"W_{letter}"), getattr(params, f"b_{letter}")
        return np.array([sum(W[u, k] * x[k] for k in range(INPUTS)) for u in range(UNITS)]) + (
            b + past
        )

    def read(letter, gate=None):
        total, U = np.zeros(UNITS), getattr(params, f"U_{letter}")
        for place, (h, _) in enumerate(below):
            if cell is tree_lstm:
                matrix = U
            else:
                matrix = U[place] if gate is None else U[gate, place]
            total = total + [sum(matrix[u, k] * h[k] for k in range(UNITS)) for u in range(UNITS)]
        return total

    def logistic(value):
        return 1 / (1 + np.exp(-value))

    c = logistic(net("i", read("i"))) * np.tanh(net("g", read("g")))
    for place, (h, before) in enumerate(below):
        past = params.U_f @ h if cell is tree_lstm else read("f", gate=place)
        c = c + logistic(net("f", past)) * before
    return logistic(net("o", read("o"))) * np.tanh(c), c


@named
@settings(deadline=None, max_examples=25)
@given(tree=trees(), seed=st.integers(0, 1000))
def test_every_node_is_the_published_equations(cell, tree, seed):
    params, (xs, _) = drawn(cell, seed), numbers(tree, seed)
    run = unroll_tree(cell, params, tree, xs)
    for node in range(len(tree.children)):
        h, c = by_hand(cell, params, tree, xs, node)
        np.testing.assert_allclose(run.states.h[node], h, rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(run.states.c[node], c, rtol=1e-10, atol=1e-13)


@named
@pytest.mark.parametrize("batch", [(), (2,)], ids=str)
def test_a_chain_of_single_children_is_the_lstm(cell, batch):
    steps = 6
    chain = Tree(tuple((node - 1,) if node else () for node in range(steps)))
    params = drawn(cell, 1, children=1)
    xs, grad_h = numbers(chain, 2, batch)
    flat = lstm.Params(
        **{
            name: array.reshape(UNITS, UNITS) if name[0] == "U" else array
            for name, array in params._asdict().items()
        }
    )
    one, two = unroll_tree(cell, params, chain, xs), unroll(lstm, flat, xs)
    np.testing.assert_allclose(one.states.h, two.states.h, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(one.states.c, two.states.c, rtol=1e-12, atol=1e-14)
    back, wanted = bptt_tree(cell, params, one, grad_h), bptt(lstm, flat, two, grad_h)
    np.testing.assert_allclose(back.xs, wanted.xs, rtol=0, atol=1e-12)
    for name in flat._fields:
        given_ = getattr(back.params, name).reshape(getattr(wanted.params, name).shape)
        np.testing.assert_allclose(given_, getattr(wanted.params, name), rtol=0, atol=1e-12)


def test_only_the_nary_form_knows_which_child_is_which():
    one, other = Tree(((), (), (0, 1))), Tree(((), (), (1, 0)))
    xs, _ = numbers(one, 3)
    for cell, same in ((tree_lstm, True), (nary_tree_lstm, False)):
        params = drawn(cell, 4)
        first, second = (unroll_tree(cell, params, tree, xs).states.h[2] for tree in (one, other))
        assert np.allclose(first, second, rtol=1e-12) is same


@settings(deadline=None, max_examples=20)
@given(tree=trees(), seed=st.integers(0, 1000))
def test_to_the_child_sum_form_the_order_of_children_is_nothing(tree, seed):
    """Neither to the outputs of any node, nor to any gradient."""
    rng = np.random.default_rng(seed)
    shuffled = Tree(tuple(tuple(int(n) for n in rng.permutation(c)) for c in tree.children))
    params, (xs, grad_h) = drawn(tree_lstm, seed), numbers(tree, seed)
    one, other = (unroll_tree(tree_lstm, params, shape, xs) for shape in (tree, shuffled))
    np.testing.assert_allclose(one.states.h, other.states.h, rtol=0, atol=1e-13)
    back, again = (bptt_tree(tree_lstm, params, run, grad_h) for run in (one, other))
    np.testing.assert_allclose(back.xs, again.xs, rtol=0, atol=1e-12)
    np.testing.assert_allclose(back.params.U_f, again.params.U_f, rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=20)
@given(tree=trees(most=2), seed=st.integers(0, 1000))
def test_a_missing_child_counts_as_zeros(tree, seed):
    """Places that no node fills change nothing, whatever their weights."""
    params, (xs, grad_h) = drawn(nary_tree_lstm, seed), numbers(tree, seed)
    fewer = {f"U_{letter}": getattr(params, f"U_{letter}")[:2] for letter in "iog"}
    fewer = params._replace(**fewer, U_f=params.U_f[:2, :2])
    one, other = (unroll_tree(nary_tree_lstm, p, tree, xs) for p in (params, fewer))
    np.testing.assert_allclose(one.states.h, other.states.h, rtol=0, atol=1e-13)
    back = bptt_tree(nary_tree_lstm, params, one, grad_h).params
    wanted = bptt_tree(nary_tree_lstm, fewer, other, grad_h).params
    np.testing.assert_allclose(back.U_f[:2, :2], wanted.U_f, rtol=0, atol=1e-12)
    assert not back.U_f[2].any() and not back.U_f[:, 2].any() and not back.U_o[2].any()


@pytest.mark.parametrize(
    ("nested", "children", "labels"),
    [
        ("a", ((),), ("a",)),
        (("a", "b"), ((), (), (0, 1)), ("a", "b", None)),
        ((("a", "b"), "c"), ((), (), (0, 1), (), (2, 3)), ("a", "b", None, "c", None)),
        (("a", ("b", "c")), ((), (), (), (1, 2), (0, 3)), ("a", "b", "c", None, None)),
        (["a", [7]], ((), (), (1,), (0, 2)), ("a", 7, None, None)),
        (
            (("a", "b", "c"), "d", ("e",)),
            ((), (), (), (0, 1, 2), (), (), (5,), (3, 4, 6)),
            ("a", "b", "c", None, "d", "e", None, None),
        ),
    ],
    ids=str,
)
def test_nested_tuples_are_trees(nested, children, labels):
    assert Tree.from_nested(nested) == (Tree(children), labels)


def test_a_deep_tree_is_no_trouble():
    nested = "a"
    for _ in range(5000):
        nested = (nested,)
    tree, _ = Tree.from_nested(nested)
    assert tree == Tree.from_parents([*range(1, 5001), -1])
    assert tree.leaves_first == tuple(range(5001))


def test_trees_are_values():
    one, other = Tree([[], [], [np.int64(0), 1]]), Tree(((), (), (0, 1)))
    assert one == other and len({one, other}) == 1
    with pytest.raises(AttributeError):
        one.children = ((),)


@settings(deadline=None)
@given(trees())
def test_leaves_come_before_their_parents_and_parents_can_be_told(tree):
    order = tree.leaves_first
    assert sorted(order) == list(range(len(tree.children)))
    for node, children in enumerate(tree.children):
        assert all(order.index(child) < order.index(node) for child in children)
    parents = [-1] * len(order)
    for node, children in enumerate(tree.children):
        for child in children:
            parents[child] = node
    again = Tree.from_parents(parents)
    assert [sorted(c) for c in again.children] == [sorted(c) for c in tree.children]
    assert tree.root == parents.index(-1)


@pytest.mark.parametrize(
    ("children", "message"),
    [
        ((), "children is empty"),
        (((1,), (0,)), "a cycle: node 0 is a child of node 1 is a child of node 0"),
        (((), (2,), (3,), (1,)), "a cycle: node 1 is a child of node 3"),
        (((0,),), "a cycle: node 0 is a child of node 0"),
        (((), ()), "nodes 0, 1 have no parent; a tree has one root"),
        (((5,), ()), "children of node 0: 5 is no node; pass numbers from 0 to 1"),
        (((1.5,), ()), "1.5 is no node"),
        (((True,), ()), "True is no node"),
        (((-1,), ()), "-1 is no node"),
        (((1, 1), ()), "node 1 is a child of node 0 and of node 0"),
        (((), 0), "children of node 1 is 0; pass a tuple of numbers"),
        (5, "children is 5; pass a tuple for each node"),
        ("ab", "children is 'ab'; pass a tuple"),
        (((2,), (2,), ()), "node 2 is a child of node 0 and of node 1"),
    ],
    ids=str,
)
def test_what_is_no_tree_is_named(children, message):
    with pytest.raises(ValueError, match=message):
        Tree(children)


@pytest.mark.parametrize(
    ("parents", "message"),
    [
        ([1, 0], "a cycle: node 0 is a child of node 1 is a child of node 0"),
        ([-1, 2, 3, 1], "a cycle: node 1 is a child of node 2 is a child of node 3"),
        ([0], "a cycle: node 0 is a child of node 0"),
        ([-1, 7], "parents of node 1 is 7; pass -1 for the root, or a node from 0 to 1"),
        ([-1, -2], "parents of node 1 is -2"),
        ([-1, 0.5], "parents of node 1 is 0.5"),
        ([-1, None], "parents of node 1 is None"),
        ([-1, 0, -1], "nodes 0, 2 have no parent; a tree has one root"),
        ([], "children is empty"),
        (3, "parents is 3; pass a list"),
        ("ab", "parents is 'ab'; pass a list"),
    ],
    ids=str,
)
def test_wrong_parents_are_named(parents, message):
    with pytest.raises(ValueError, match=message):
        Tree.from_parents(parents)


@pytest.mark.parametrize("nested", [(), ("a", ()), (("a", []), "b")], ids=str)
def test_a_node_of_nothing_is_named(nested):
    with pytest.raises(ValueError, match="nested holds an empty tuple; pass a label for a leaf"):
        Tree.from_nested(nested)


@named
def test_wrong_arguments_are_named(cell):
    tree = Tree(((), (), (), (), (0, 1, 2, 3)))
    small = Tree(((), (0,)))
    params = drawn(cell, 0)
    xs, grad_h = numbers(small, 0)
    run = unroll_tree(cell, params, small, xs)
    for change, message in [
        ({"xs": xs[:1]}, r"xs has shape \(1, 2\), but the tree has 2 nodes"),
        ({"xs": xs[:, :1]}, "xs has 1 features on its last axis"),
        ({"xs": np.full((2, 2), np.nan)}, "xs holds nan"),
        ({"xs": np.ones((2, 2), dtype=int)}, "xs holds integers"),
        ({"xs": np.ones((0, 2))}, r"xs has shape \(0, 2\)"),
        ({"tree": ((), (0,))}, "pass a Tree"),
        ({"params": tuple(params)}, "takes its own Params"),
        ({"params": params._replace(b_o=np.ones(5))}, r"params\.b_o has shape \(5,\)"),
        ({"cell": lstm}, "is no cell of trees"),
    ]:
        arguments = {"cell": cell, "params": params, "tree": small, "xs": xs} | change
        with pytest.raises(ValueError, match=message):
            unroll_tree(**arguments)
    if cell is nary_tree_lstm:
        with pytest.raises(ValueError, match="node 4 has 4 children, but params has places for 3"):
            unroll_tree(cell, params, tree, np.ones((5, INPUTS)))
    with pytest.raises(ValueError, match=r"grad_h has shape \(1, 3\)"):
        bptt_tree(cell, params, run, grad_h[:1])
    with pytest.raises(ValueError, match="pass what unroll_tree"):
        bptt_tree(cell, params, unroll(lstm, lstm.init(np.random.default_rng(0), 2, 3), xs), grad_h)
    for wrong, message in [
        (np.full_like(grad_h, np.nan), "grad_h holds nan"),
        (np.ones(grad_h.shape, dtype=int), "grad_h holds integers"),
        ([[1.0], [1.0, 2.0]], "grad_h has rows of different lengths"),
    ]:
        with pytest.raises(ValueError, match=message):
            bptt_tree(cell, params, run, wrong)
    wider = cell.init(np.random.default_rng(0), INPUTS, UNITS + 1)
    with pytest.raises(
        ValueError, match="the run has 2 inputs and 3 units, but params has 2 and 4"
    ):
        bptt_tree(cell, wider, run, grad_h)


def test_a_run_of_the_other_form_is_named():
    tree = Tree(((), (0,)))
    xs, grad_h = numbers(tree, 0)
    for cell, other in (CELLS, CELLS[::-1]):
        run = unroll_tree(other, drawn(other, 0), tree, xs)
        with pytest.raises(ValueError, match=rf"another cell made it than {cell.__name__}"):
            bptt_tree(cell, drawn(cell, 0), run, grad_h)
    run = unroll_tree(nary_tree_lstm, drawn(nary_tree_lstm, 0), tree, xs)
    with pytest.raises(ValueError, match="the run has places for 3 children, but params for 2"):
        bptt_tree(nary_tree_lstm, drawn(nary_tree_lstm, 0, children=2), run, grad_h)
