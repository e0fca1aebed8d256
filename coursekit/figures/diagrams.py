"""Every cell's diagram, its drawing over time, and what each picture shows in words."""

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes

from coursekit.figures import cell_diagrams, gated_diagrams, networks, tree_diagrams

Draw = Callable[..., Axes]

_PLAIN = (
    "x_t enters through W and h at t minus 1 through U; their sum, net, is {squash} and becomes "
    "h_t, which goes to the read-out and, one step later, comes back"
)
_GATED = (
    "the state line runs on top from c at t minus 1 to c_t; {forget}, then the product of input "
    "gate and candidate is added; {output}; the gates read {read}"
)
_PRODUCT = "it is multiplied by the forget gate"
_RELEASE = "c_t is squashed by tanh and multiplied by the output gate to give h_t"
_BOTH = "x_t and h at t minus 1"

DIAGRAMS: dict[str, tuple[Draw, str]] = {
    "elman": (cell_diagrams.elman_diagram, _PLAIN.format(squash="squashed by tanh")),
    "elman_logistic": (
        lambda ax=None: cell_diagrams.elman_diagram(squash=r"$\sigma$", ax=ax),
        _PLAIN.format(squash="squashed by the logistic function"),
    ),
    "elman_linear": (
        lambda ax=None: cell_diagrams.elman_diagram(squash="linear", ax=ax),
        _PLAIN.format(squash="not squashed"),
    ),
    "carousel": (
        cell_diagrams.carousel_diagram,
        "the state line runs from c at t minus 1 to c_t with weight one; every input is added to "
        "it and every output reads it",
    ),
    "lstm_1997": (
        cell_diagrams.lstm_1997_diagram,
        _GATED.format(forget="nothing weakens it", output=_RELEASE, read=_BOTH),
    ),
    "lstm": (
        cell_diagrams.lstm_diagram,
        _GATED.format(forget=_PRODUCT, output=_RELEASE, read=_BOTH),
    ),
    "peephole_lstm": (
        gated_diagrams.peephole_lstm_diagram,
        _GATED.format(
            forget=_PRODUCT,
            output=_RELEASE,
            read=f"{_BOTH}, and through dashed peepholes the state: input and forget gate the old "
            "one, the output gate the new one",
        ),
    ),
    "coupled_lstm": (
        gated_diagrams.coupled_lstm_diagram,
        _GATED.format(
            forget=f"{_PRODUCT}, whose complement, 1 minus f, is the input gate",
            output=_RELEASE,
            read=_BOTH,
        ),
    ),
    "state_peephole_lstm": (
        gated_diagrams.state_peephole_lstm_diagram,
        _GATED.format(
            forget=_PRODUCT,
            output="c_t is multiplied by the output gate, without a squash, to give h_t",
            read="x_t and the old state, the candidate x_t alone; h_t comes back nowhere",
        ),
    ),
    "evolino_lstm": (
        gated_diagrams.evolino_lstm_diagram,
        _GATED.format(
            forget=_PRODUCT,
            output="c_t is multiplied by the output gate and only then squashed by tanh",
            read=f"{_BOTH}; the candidate is linear",
        ),
    ),
    "gru": (
        gated_diagrams.gru_diagram,
        "h runs on top, memory and output in one; it is multiplied by 1 minus z, and z times the "
        "candidate is added; the candidate reads x_t and h times the reset gate, which acts before "
        "the product with U",
    ),
    "gru_reset_after": (
        gated_diagrams.gru_reset_after_diagram,
        "h runs on top; it is multiplied by z, and 1 minus z times the candidate is added; the "
        "candidate reads x_t and U h times the reset gate, which acts after the product",
    ),
    "conv_lstm": (
        gated_diagrams.conv_lstm_diagram,
        "the peephole LSTM, whose input is a pile of pictures; every product with W and U is a "
        "convolution and every line carries maps",
    ),
    "tree_lstm": (
        tree_diagrams.tree_lstm_diagram,
        "two children's states, each multiplied by a forget gate of its own, are added to the "
        "product of input gate and candidate; gates and candidate read x_t and the sum of the "
        "children's outputs",
    ),
    "nary_tree_lstm": (
        tree_diagrams.nary_tree_lstm_diagram,
        "as in the child-sum form, but each place among the children has weights of its own",
    ),
    "stack": (
        tree_diagrams.stack_diagram,
        "two layers over three steps: arrows go up from layer 1 to layer 2 in the same step, the "
        "spatial way, and to the right from step to step within a layer, the temporal way",
    ),
    "memory_block": (
        tree_diagrams.memory_block_diagram,
        "two cells in one block: each squashes its input, multiplies it by the one input gate, "
        "adds it to its state, squashes that and multiplies it by the one output gate",
    ),
}


def _listed(name: str) -> tuple[Draw, str]:
    if name not in DIAGRAMS:
        raise ValueError(f"name is {name!r}, expected one of {', '.join(DIAGRAMS)}")
    return DIAGRAMS[name]


def cell_diagram(name: str, *, ax: Axes | None = None) -> Axes:
    """Draw the diagram of a cell.

    Args:
        name: of a module of `coursekit.cells`, or "stack" or "memory_block".

    Raises:
        ValueError: there is no such diagram; the message lists those that there are.

    >>> ax = cell_diagram("gru")
    """
    return _listed(name)[0](ax=ax)


def diagram_alt(name: str) -> str:
    """What the diagram of a cell shows, in words: its alt text.

    >>> diagram_alt("gru")[:10]
    'h runs on '
    """
    return _listed(name)[1]


def unrolled_diagram(
    name: str, words: Sequence[str] = ("the", "cat", "sat"), *, ax: Axes | None = None
) -> Axes:
    """Draw a cell over time, over a tree, or in layers.

    Args:
        name: as for `cell_diagram`.
        words: what is read at each step; not for trees and layers.

    >>> ax = unrolled_diagram("lstm")
    """
    if name in ("tree_lstm", "nary_tree_lstm"):
        return tree_diagrams.unrolled_tree(ax=ax)
    if name == "stack":
        return tree_diagrams.stack_diagram(ax=ax)
    if name == "memory_block":
        return networks.memory_block_network(ax=ax)
    _listed(name)
    return networks.unrolled(name, len(words), words=words, ax=ax)


def unrolled_alt(name: str, words: Sequence[str] = ("the", "cat", "sat")) -> str:
    """What the drawing over time shows, in words.

    >>> unrolled_alt("gru")
    'the cell gru drawn once for each of the, cat, sat: h goes from each step to the next'
    """
    if name in ("tree_lstm", "nary_tree_lstm"):
        return (
            "a tree of five nodes: states of the leaves go up to their parent, and from there to "
            "the root; every node has the same weights and an input of its own"
        )
    if name == "stack":
        return diagram_alt("stack")
    if name == "memory_block":
        return (
            "inputs feed all cells and gates of two blocks; at the next step the outputs of all "
            "cells and gates do so too; the outputs of the net are fed by the cells alone"
        )
    _listed(name)
    carried = "c and h go" if name not in networks.ONE_LINE else "h goes"
    carried = "c goes" if name in networks.SILENT else carried
    return (
        f"the cell {name} drawn once for each of {', '.join(words)}: {carried} from each step to "
        "the next"
    )
