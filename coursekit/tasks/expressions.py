"""Expressions of true and false: the value is in the tree, not in the tokens.

    ((true and false) nor true)

A tree with two children at every node but the leaves. A leaf is true or false, every other node an
operator, each drawn with equal odds; the target at a node is the value of what is below it, and an
expression is correct when the output at the root is on the right side of one half.

The tree is drawn from the top: each way to share out the leaves to left and right has equal odds.
One tree serves a batch, so that the expressions of a batch can be computed side by side.

Nodes are numbered as in reverse Polish notation, ``true false and true nor``. That order says all
that the tree says, so a chain can be given the same task: ``unroll(lstm, params, batch.inputs)``.

Source: after the nested lists of Nangia and Bowman 2018, with truth values in place of digits.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import generator, numbers, whole_number
from coursekit.gradients import Tree

Array = NDArray[np.float64]

#: the value for a, b = false false, false true, true false, true true
TRUTH_TABLES = {
    "and": (0, 0, 0, 1),
    "or": (0, 1, 1, 1),
    "nand": (1, 1, 1, 0),
    "nor": (1, 0, 0, 0),
    "xor": (0, 1, 1, 0),
    "implies": (1, 1, 0, 1),  # the only one to which the order of its children matters
}


class ExpressionBatch(NamedTuple):
    """Expressions on one tree."""

    tree: Tree
    tokens: NDArray[np.int64]  # (nodes, batch): 0 false, 1 true, 2 the first operator, ...
    inputs: Array  # (nodes, batch, tokens): the same, one-hot
    targets: Array  # (nodes, batch, 1): the value at every node, 0 or 1


@dataclass(frozen=True)
class Expressions:
    """Expressions with so many leaves.

    Args:
        leaves: how many; there is an operator less.
        operators: those drawn from, of "and", "or", "nand", "nor", "xor" and "implies".

    Raises:
        ValueError: fewer than two leaves; no operators, or one that is not known or named twice.

    >>> task = Expressions(leaves=3)
    >>> task.sample(np.random.default_rng(0), 4).inputs.shape
    (5, 4, 6)
    """

    leaves: int = 6
    operators: tuple[str, ...] = ("and", "or", "nand", "nor")

    outputs = 1

    def __post_init__(self) -> None:
        whole_number("leaves", self.leaves, least=2)
        given = self.operators if isinstance(self.operators, (tuple, list)) else ()
        if not given or any(name not in list(TRUTH_TABLES) for name in given):
            raise ValueError(
                f"operators is {self.operators!r}; pass a tuple of some of "
                f"{', '.join(TRUTH_TABLES)}, such as ('and', 'or')"
            )
        if len(set(given)) < len(given):
            raise ValueError(f"operators is {self.operators!r}; name each operator once")
        object.__setattr__(self, "operators", tuple(given))

    @property
    def tokens(self) -> tuple[str, ...]:
        """The words: false, true, then the operators."""
        return "false", "true", *self.operators

    @property
    def inputs(self) -> int:
        """Features of a node: one for each word."""
        return len(self.tokens)

    @property
    def memory_free_score(self) -> float:
        """What the best guess scores that sees all tokens but not their tree: exact.

        It counts each token, and says the likelier value of the expressions with these counts.
        """
        odds = values_of_bags(self.leaves, self.operators)
        bags = {bag for bag, _ in odds}
        return sum(max(odds.get((bag, value), 0.0) for value in (0, 1)) for bag in bags)

    def sample(self, rng: np.random.Generator, count: int) -> ExpressionBatch:
        """Draw one tree, and ``count`` expressions on it."""
        generator(rng)
        count = whole_number("count", count, least=1)

        def halves(leaves: int) -> Any:
            if leaves == 1:
                return None
            left = int(rng.integers(1, leaves))
            return halves(left), halves(leaves - left)

        tree, _ = Tree.from_nested(halves(self.leaves))
        tables = np.array([TRUTH_TABLES[name] for name in self.operators])
        tokens = np.zeros((len(tree.children), count), dtype=np.int64)
        values = np.zeros_like(tokens)
        for node, children in enumerate(tree.children):  # each after its children
            if children:
                left, right = (values[child] for child in children)
                drawn = rng.integers(len(tables), size=count)
                tokens[node] = 2 + drawn
                values[node] = tables[drawn, 2 * left + right]
            else:
                tokens[node] = values[node] = rng.integers(2, size=count)
        targets = values[..., None].astype(np.float64)
        return ExpressionBatch(tree, tokens, np.eye(self.inputs)[tokens], targets)

    def text(self, batch: ExpressionBatch, number: int) -> str:
        """An expression of the batch as one writes it.

        >>> task = Expressions(leaves=3)
        >>> task.text(task.sample(np.random.default_rng(10), 1), 0)
        '((true and false) nor true)'
        """
        words: list[str] = []
        for node, children in enumerate(batch.tree.children):
            word = self.tokens[batch.tokens[node, number]]
            if children:
                left, right = (words[child] for child in children)
                word = f"({left} {word} {right})"
            words.append(word)
        return words[batch.tree.root]

    def is_correct(self, outputs: ArrayLike, batch: ExpressionBatch) -> NDArray[np.bool_]:
        """For each expression, whether the output at the root is on the right side, (batch,).

        An output that is not finite is on no side: a net that exploded has no answer.

        Args:
            outputs: (nodes, batch, 1), for ``batch.inputs``.
            batch: what ``sample`` returned.

        Raises:
            ValueError: outputs of another shape; no batch.
        """
        if not isinstance(batch, ExpressionBatch):
            raise ValueError(f"batch is a {type(batch).__name__}; pass what sample returned")
        found = numbers("outputs", outputs, axes="(nodes, batch, 1)", finite=False)
        if found.shape != batch.targets.shape:
            raise ValueError(
                f"outputs have shape {found.shape}, but these expressions need "
                f"{batch.targets.shape}: (nodes, batch, 1)"
            )
        said, wanted = found[batch.tree.root, :, 0], batch.targets[batch.tree.root, :, 0]
        return ((said > 0.5) == (wanted > 0.5)) & np.isfinite(said)


@cache
def values_of_bags(
    leaves: int, operators: tuple[str, ...]
) -> dict[tuple[tuple[int, ...], int], float]:
    """The odds that an expression has these counts of tokens and this value.

    Args:
        leaves: how many.
        operators: those drawn from.

    Returns:
        For each (counts, value) that can occur its odds; the counts are of "true" and of each
        operator.

    >>> values_of_bags(2, ("and",))
    {((0, 1), 0): 0.25, ((1, 1), 0): 0.5, ((2, 1), 1): 0.25}
    """
    none = (0,) * len(operators)
    if leaves == 1:
        return {((value, *none), value): 0.5 for value in (0, 1)}
    odds: dict[tuple[tuple[int, ...], int], float] = {}
    for left in range(1, leaves):
        parts = (values_of_bags(share, operators) for share in (left, leaves - left))
        ours, theirs = (list(part.items()) for part in parts)
        for (one, a), chance in ours:
            for (other, b), likewise in theirs:
                here = chance * likewise / (leaves - 1) / len(operators)
                counts = [m + n for m, n in zip(one, other, strict=True)]
                for place, name in enumerate(operators, start=1):
                    counts[place] += 1
                    key = tuple(counts), TRUTH_TABLES[name][2 * a + b]
                    odds[key] = odds.get(key, 0.0) + here
                    counts[place] -= 1
    return odds
