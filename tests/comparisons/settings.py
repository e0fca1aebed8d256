"""What the comparisons share: drawn weights and sequences, and how far apart two results are."""

import numpy as np

from coursekit import blocks, cells
from coursekit.cells.parameters import map_arrays, named_arrays

TREES = ("tree_lstm", "nary_tree_lstm")
INPUTS, UNITS, PICTURE = 2, 3, (3, 4)


def cell_names():
    """Every cell of the library."""
    return [name for name in cells.__all__ if hasattr(getattr(cells, name), "step_back")]


def drawn(cell, seed=0, scale=0.7):
    """Parameters of any size and sign, the biases too."""
    rng = np.random.default_rng(seed)
    extra = {"kernel": 3, "size": PICTURE} if cell is cells.conv_lstm else {}
    shapes = cell.init(rng, INPUTS, UNITS, **extra)
    return map_arrays(lambda array: scale * rng.normal(size=array.shape), shapes)


def sequence(cell, steps=6, seed=1, batch=(2,)):
    """Parameters, inputs, an initial state, and an error for every output."""
    rng = np.random.default_rng(seed)
    size = PICTURE if cell is cells.conv_lstm else ()
    params = drawn(cell)
    state = map_arrays(lambda a: rng.normal(size=a.shape), cell.initial_state(params, batch))
    xs = rng.normal(size=(steps, *batch, INPUTS, *size))
    return params, xs, state, rng.normal(size=(steps, *batch, UNITS, *size))


def block_setting(name, steps=5):
    """A published network with weights of any size, and targets at the last two steps."""
    published, rng = blocks.PUBLISHED[name], np.random.default_rng(5)
    layout = published.layout
    params = map_arrays(
        lambda array, there: 0.6 * rng.normal(size=array.shape) * there,
        *(published.init(rng), blocks.trained(layout)),
    )
    targets, mask = rng.random((steps, layout.outputs)), np.arange(steps) >= steps - 2
    return layout, params, rng.normal(size=(steps, layout.inputs)), targets, mask


def apart(one, other):
    """The largest difference, in each array relative to the largest number of ``other`` there.

    Where ``other`` is zero throughout: relative to the largest number of all.
    """
    ones, others = dict(named_arrays(one)), dict(named_arrays(other))
    assert ones.keys() == others.keys()
    sizes = {name: np.abs(array).max(initial=0) for name, array in others.items()}
    overall = max(sizes.values())
    found = []
    for name, array in ones.items():
        assert np.shape(array) == np.shape(others[name]), name
        difference = np.abs(array - others[name]).max(initial=0)
        found.append(difference / (sizes[name] or overall))
    return float(np.max(found))  # NumPy's: a NaN is not passed over
