"""The recorded nets of other frameworks can be read, and what is not there is said."""

import numpy as np
import pytest

from coursekit.cells.recorded import recorded
from tests.comparisons import recorded as by_tests


@pytest.mark.parametrize("where", [("torch", "lstm"), ("torch", "gru"), ("keras", "gru")])
def test_the_same_arrays_as_the_comparisons_read(where):
    ours, theirs = recorded(*where), by_tests.recorded(*where)
    assert ours.keys() == theirs.keys()
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


def test_what_is_not_there_is_said():
    with pytest.raises(ValueError, match='pass "torch" or "keras"'):
        recorded("jax", "lstm")
    with pytest.raises(ValueError, match="of keras there are gru, gru_reset_after, lstm"):
        recorded("keras", "elman")
