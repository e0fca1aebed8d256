"""Expressions: their values against another evaluator, their bag score against counting all."""

import itertools
from collections import Counter, defaultdict
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.tasks import Expressions

PYTHON = {
    "and": "({} and {})",
    "or": "({} or {})",
    "nand": "(not ({} and {}))",
    "nor": "(not ({} or {}))",
    "xor": "({} != {})",
    "implies": "({} <= {})",
}
SETS = [("and", "or", "nand", "nor"), ("implies",), ("xor",), tuple(PYTHON)]


def shapes(leaves):
    """Every way to put brackets, with its odds: a cut of so many leaves in two, evenly drawn."""
    if leaves == 1:
        yield "leaf", Fraction(1)
    for left in range(1, leaves):
        for (one, p), (two, q) in itertools.product(shapes(left), shapes(leaves - left)):
            yield (one, two), p * q / (leaves - 1)


def written(shape, values, names):
    """The shape filled in from two iterators, in Python's own words."""
    if shape == "leaf":
        return str(next(values))
    left = written(shape[0], values, names)
    right = written(shape[1], values, names)
    return PYTHON[next(names)].format(left, right)


@settings(deadline=None, max_examples=40)
@given(leaves=st.integers(2, 9), operators=st.sampled_from(SETS), seed=st.integers(0, 10**6))
def test_every_value_is_what_python_makes_of_the_words(leaves, operators, seed):
    task = Expressions(leaves, operators)
    batch = task.sample(np.random.default_rng(seed), 5)
    nodes = 2 * leaves - 1
    assert batch.inputs.shape == (nodes, 5, task.inputs) == (nodes, 5, 2 + len(operators))
    assert batch.targets.shape == (nodes, 5, 1)
    assert len(batch.tree.children) == nodes and batch.tree.root == nodes - 1
    assert np.all(batch.inputs.sum(axis=-1) == 1)
    np.testing.assert_array_equal(batch.inputs.argmax(axis=-1), batch.tokens)
    for number in range(5):
        text = task.text(batch, number)
        words = text.replace("(", " ").replace(")", " ").split()
        assert Counter(words) == Counter(task.tokens[token] for token in batch.tokens[:, number])
        for node, children in enumerate(batch.tree.children):
            word = task.tokens[batch.tokens[node, number]]
            assert (word in operators) == bool(children)
            if children:
                assert max(children) < node
                values = (bool(batch.targets[child, number, 0]) for child in children)
                expected = eval(PYTHON[word].format(*values))
                assert batch.targets[node, number, 0] == float(expected)
            else:
                assert batch.targets[node, number, 0] == (word == "true")
        assert batch.targets[-1, number, 0] == float(by_brackets(text))


def by_brackets(text):
    """The value of a text: innermost brackets are replaced by their value until none is left."""
    while "(" in text:
        begin = text.rindex("(")
        end = text.index(")", begin)
        left, word, right = text[begin + 1 : end].split()
        value = eval(PYTHON[word].format(left.title(), right.title()))
        text = text[:begin] + str(value).lower() + text[end + 1 :]
    return text == "true"


@pytest.mark.parametrize("operators", [("and", "or"), ("implies",), ("nand", "xor"), ("xor",)])
@pytest.mark.parametrize("leaves", [2, 3, 4])
def test_the_bag_score_counts_all_expressions(leaves, operators):
    """Every tree, every token: the likelier value of each bag, in exact fractions."""
    bags = defaultdict(lambda: [Fraction(0), Fraction(0)])
    drawn = Fraction(1, 2**leaves * len(operators) ** (leaves - 1))
    for shape, odds in shapes(leaves):
        for values in itertools.product((False, True), repeat=leaves):
            for names in itertools.product(operators, repeat=leaves - 1):
                value = eval(written(shape, iter(values), iter(names)))
                bag = sum(values), tuple(sorted(names))
                bags[bag][value] += odds * drawn
    expected = sum(max(pair) for pair in bags.values())
    assert Expressions(leaves, operators).memory_free_score == pytest.approx(
        float(expected), abs=1e-12
    )


def test_what_the_bag_score_says_of_the_operators():
    assert Expressions(7, ("xor",)).memory_free_score == 1  # the parity of a bag is its value
    assert Expressions(2, ("implies",)).memory_free_score == 0.75  # true and false: which is first?
    assert Expressions().memory_free_score < 0.61
    longer = [Expressions(leaves).memory_free_score for leaves in range(2, 9)]
    assert longer == sorted(longer, reverse=True)


def test_samples_find_the_bag_score():
    """A table from bag to value, made from one half of many expressions and tried on the other."""
    task, rng = Expressions(4, ("and", "or")), np.random.default_rng(0)
    seen, tried = defaultdict(Counter), []
    for half in range(2):
        for _ in range(1500):
            batch = task.sample(rng, 8)
            bags = np.sort(batch.tokens, axis=0).T
            for bag, value in zip(map(tuple, bags), batch.targets[-1, :, 0], strict=True):
                if half == 0:
                    seen[bag][value] += 1
                else:
                    tried.append(seen[bag].most_common(1)[0][0] == value)
    assert np.mean(tried) == pytest.approx(task.memory_free_score, abs=0.015)


def test_each_way_to_share_out_the_leaves_has_equal_odds():
    rng, task = np.random.default_rng(1), Expressions(4)
    drawn = Counter(task.sample(rng, 1).tree.children for _ in range(3000))
    # ((1 1) (1 1)) is one tree of five, and has odds of 1/3; the four others have 1/6 each
    odds = sorted((count / 3000 for count in drawn.values()), reverse=True)
    assert odds == pytest.approx([1 / 3] + [1 / 6] * 4, abs=0.035)
    batch = Expressions(6).sample(rng, 4000)
    for node, children in enumerate(batch.tree.children):
        words = range(2, 6) if children else range(2)
        for token in words:
            share = np.mean(batch.tokens[node] == token)
            assert share == pytest.approx(1 / len(words), abs=0.04)


def test_the_same_seed_draws_the_same_batch():
    once, again, other = (Expressions().sample(np.random.default_rng(s), 8) for s in (3, 3, 4))
    assert once.tree == again.tree
    np.testing.assert_array_equal(once.tokens, again.tokens)
    assert once.tree != other.tree or not np.array_equal(once.tokens, other.tokens)


def test_only_the_root_counts_and_no_number_is_wrong():
    task = Expressions()
    batch = task.sample(np.random.default_rng(5), 20)
    outputs = 1 - batch.targets
    outputs[-1] = batch.targets[-1]
    assert task.is_correct(outputs, batch).all()
    outputs[-1, ::2] = 1 - outputs[-1, ::2]
    assert task.is_correct(outputs, batch).tolist() == [False, True] * 10
    for broken in (np.nan, np.inf, -np.inf):
        outputs[-1] = broken
        assert not task.is_correct(outputs, batch).any()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Expressions(leaves=1), "leaves is 1; pass a whole number, 2 or more"),
        (lambda: Expressions(leaves=2.5), "leaves is 2.5; pass a whole number"),
        (lambda: Expressions(operators=()), r"operators is \(\); pass a tuple of some of and, or"),
        (lambda: Expressions(operators="and"), "operators is 'and'; pass a tuple"),
        (lambda: Expressions(operators=("and", "not")), r"operators is \('and', 'not'\); pass a"),
        (lambda: Expressions(operators=("or", "or")), "name each operator once"),
        (lambda: Expressions(operators=([],)), r"operators is \(\[\],\); pass a tuple"),
        (lambda: Expressions().sample(0, 3), "rng is 0; pass a generator"),
        (lambda: Expressions().sample(np.random.default_rng(0), 0), "count is 0; pass a whole"),
    ],
)
def test_settings_that_make_no_task(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_outputs_that_do_not_fit_are_named():
    task = Expressions(3)
    batch = task.sample(np.random.default_rng(0), 4)
    for wrong in (np.zeros((4, 1)), np.zeros((4, 5, 1)), 0.5):
        with pytest.raises(ValueError, match=r"outputs have shape .* need \(5, 4, 1\)"):
            task.is_correct(wrong, batch)
    with pytest.raises(ValueError, match="batch is a ndarray; pass what sample returned"):
        task.is_correct(np.zeros((5, 4, 1)), batch.inputs)
