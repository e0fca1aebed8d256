"""When training ends: rules on the run of errors, as the papers state them."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Rule(Protocol):
    """Finds the first sequence at which training may end."""

    @property
    def window(self) -> int:
        """How many sequences it looks at."""
        ...

    def first(self, errors: Array, wrong: Flags, new: int) -> int | None:
        """How many of the last ``new`` sequences were needed, or None if the rule is not met.

        Args:
            errors: of the sequences so far (at least the last ``window + new`` of them).
            wrong: whether each was outside the tolerance.
            new: how many of them have not been looked at.
        """
        ...


@dataclass(frozen=True)
class RightInARow:
    """The last ``window`` sequences all correct, and their mean error below a bound.

    Source: Hochreiter and Schmidhuber 1997: experiments 2 (10,000 in a row), 4 (2,000 in a row and
    a mean error below 0.01) and 6 (2,000 and 0.1).
    """

    window: int
    mean_error: float = np.inf

    def first(self, errors: Array, wrong: Flags, new: int) -> int | None:
        """As the protocol says."""
        return _first(errors, wrong, new, self.window, 1, self.mean_error)


@dataclass(frozen=True)
class FewWrong:
    """Fewer than ``fewer_than`` of the last ``window`` wrong, and their mean error below a bound.

    Source: Hochreiter and Schmidhuber 1997, experiments 3b and 5.
    """

    window: int
    fewer_than: int
    mean_error: float = np.inf

    def first(self, errors: Array, wrong: Flags, new: int) -> int | None:
        """As the protocol says."""
        return _first(errors, wrong, new, self.window, self.fewer_than, self.mean_error)


def _first(
    errors: Array, wrong: Flags, new: int, window: int, fewer_than: int, mean_error: float
) -> int | None:
    if len(errors) < window:
        return None
    counts = np.concatenate([[0], np.cumsum(wrong)])
    sums = np.concatenate([[0.0], np.cumsum(errors)])
    ends = np.arange(max(window, len(errors) - new + 1), len(errors) + 1)
    few = counts[ends] - counts[ends - window] < fewer_than
    small = sums[ends] - sums[ends - window] < mean_error * window
    met = np.nonzero(few & small)[0]
    return int(ends[met[0]] - (len(errors) - new)) if len(met) else None
