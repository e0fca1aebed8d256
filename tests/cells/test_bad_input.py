"""Bad input to the cells: what was given, what was expected, what to do."""

import numpy as np
import pytest

from coursekit.cells import (
    carousel,
    coupled_lstm,
    elman,
    elman_linear,
    elman_logistic,
    evolino_lstm,
    gru,
    gru_reset_after,
    lstm,
    lstm_1997,
    peephole_lstm,
    state_peephole_lstm,
)
from coursekit.cells.parameters import map_arrays

CELLS = [
    *(elman, elman_linear, elman_logistic, carousel, lstm_1997, lstm),
    *(peephole_lstm, coupled_lstm, state_peephole_lstm, gru, gru_reset_after, evolino_lstm),
]
named = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__)


@named
@pytest.mark.parametrize("wrong", [0, -1, 2.5, "3", None, True], ids=repr)
def test_sizes_are_whole_numbers_of_one_or_more(cell, wrong):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=rf"inputs is {wrong!r}; pass a whole number, 1 or more"):
        cell.init(rng, inputs=wrong, units=3)
    with pytest.raises(ValueError, match=rf"units is {wrong!r}; pass a whole number, 1 or more"):
        cell.init(rng, inputs=3, units=wrong)


@named
def test_numpy_sizes_are_whole_numbers_too(cell):
    params = cell.init(np.random.default_rng(0), np.int64(3), np.int32(2))
    assert params[0].shape == (2, 3)


@named
@pytest.mark.parametrize("wrong", [0, None, np.random.RandomState(0)], ids=type)
def test_a_seed_is_not_a_generator(cell, wrong):
    with pytest.raises(ValueError, match=r"rng is .*pass a generator such as np\.random\.default"):
        cell.init(wrong, inputs=3, units=2)


@named
def test_the_batch_is_a_tuple(cell):
    params = cell.init(np.random.default_rng(0), 3, 2)
    with pytest.raises(ValueError, match=r"batch is 5; pass a tuple of sizes"):
        cell.initial_state(params, 5)
    with pytest.raises(ValueError, match=r"batch is -1; pass a whole number"):
        cell.initial_state(params, (-1,))


@pytest.mark.parametrize(
    "other",
    [{"W": np.ones(2)}, {"W": np.ones(2), "c": np.ones(1)}, (np.ones(2), np.ones(1)), np.ones(2)],
    ids=["missing", "misnamed", "tuple", "array"],
)
def test_structures_that_do_not_match_are_named(other):
    with pytest.raises(ValueError, match=r"W, b.*same structure"):
        map_arrays(np.add, {"W": np.ones(2), "b": np.ones(1)}, other)


def test_tuples_of_other_lengths_do_not_match():
    params = elman.init(np.random.default_rng(0), 3, 2)
    with pytest.raises(ValueError, match=r"W, U, b.*same structure"):
        map_arrays(np.add, params, tuple(params)[:2])
