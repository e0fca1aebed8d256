"""One row of a table on streams: what is run, what counts as solved, and what the paper prints."""

from dataclasses import dataclass, field
from typing import Any

from coursekit.blocks import Published


@dataclass(frozen=True)
class StreamRow:
    """A row of a table on continual prediction, as data.

    Args:
        name: such as "reber_forget".
        experiment: such as "reber".
        network: wiring, gate biases, rate and range of the initial weights.
        task: what is learned, with its ``tolerance``, and the ``limit`` that ends a stream.
        cap: streams to learn from, at most.
        printed_success: share of perfect networks that the paper prints.
        printed_sequences: mean of the streams that they learned from, if it is printed.
        printed_good, printed_bad: of the other networks, share and mean length.
        good_from: mean length of the test streams above which a network is good; without it those
            that are not perfect are partial.
        reset: whether the state is set to zero from outside before each sequence.
        decay: what the rate is multiplied by after each target of a stream.
        trials: how many are run unless told otherwise (the paper ran 100).
        tests: test streams; all of them must reach the limit.
        chunk: sequences handed to the kernel at once.
        steps: of a whole trial, tests included, as we measured, for the estimate.
        choices: what the paper leaves open, and what was chosen.
    """

    name: str
    experiment: str
    network: Published
    task: Any
    cap: int
    printed_success: float
    printed_sequences: float | None
    printed_good: tuple[float, float | None] | None
    printed_bad: tuple[float, float] | None
    good_from: float | None = 1000.0
    reset: bool = False
    decay: float = 1.0
    trials: int = 10
    tests: int = 10
    chunk: int = 1000
    steps: float = 1e7
    choices: tuple[str, ...] = field(default_factory=tuple)

    def verdict(self, lengths: list[int]) -> str:
        """What a network is called whose test streams had these lengths, in right answers.

        >>> from coursekit.papers.gers2000 import ROWS
        >>> ROWS[0].verdict([100_000] * 10), ROWS[0].verdict([900] * 10)
        ('perfect', 'bad')
        """
        if min(lengths) >= self.task.limit:
            return "perfect"
        if self.good_from is None:
            return "partial"
        return "good" if sum(lengths) > self.good_from * len(lengths) else "bad"
