"""One row of a published table: what is run, when it is solved, and what the paper prints."""

from dataclasses import dataclass, field
from typing import Any

from coursekit.blocks import Published
from coursekit.kernels.recurrent import RecurrentNet
from coursekit.papers.stopping import Rule


@dataclass(frozen=True)
class Row:
    """A row of a table, as data.

    Args:
        name: such as "4_T100".
        experiment: the paper's number, such as "4".
        network: wiring, gate biases, rate and range of the initial weights; or a rival's net.
        task: what is learned.
        rule: when training ends.
        trials: how many the paper ran.
        cap: sequences after which a trial counts as failed.
        printed_sequences: the mean that the paper prints; where it says that no trial was solved,
            the number after which it gave up.
        printed_success: the share of trials that the paper says were solved; None for "some".
        printed_wrong: wrong sequences of the test set, if the paper prints them.
        test_size: sequences of the test set, drawn anew after training.
        chunk: sequences handed to the kernel at once; the rule is asked after each of them.
        every_step: whether weights move at every target, or once a sequence.
        check_size: where the paper stops by a test set, its size; else 0, and the rule looks at
            the training sequences.
        cell_later: whether the memory block joins a net that has learned what it can without.
        steps: the mean length of a sequence, for the estimate.
        step_time: microseconds a step of one trial on one core, for the estimate; without it, what
            was measured on rows with 93 to 308 weights.
        choices: what the paper leaves open, and what was chosen.
    """

    name: str
    experiment: str
    network: Published | RecurrentNet
    task: Any
    rule: Rule
    trials: int
    cap: int
    printed_sequences: float
    steps: float
    step_time: float = 0.06
    printed_success: float | None = 1.0
    printed_wrong: float | None = None
    test_size: int = 2560
    chunk: int = 500
    every_step: bool = False
    check_size: int = 0
    cell_later: bool = False
    choices: tuple[str, ...] = field(default_factory=tuple)

    @property
    def expected(self) -> float:
        """Sequences of a trial on the average, if it is with us as in the paper."""
        solved = 0.5 if self.printed_success is None else self.printed_success
        return solved * min(self.printed_sequences, self.cap) + (1 - solved) * self.cap

    @property
    def counts_window(self) -> bool:
        """Whether the run of right sequences at the end is part of the number that is printed.

        Experiment 2 prints 5,040 sequences for a rule that asks for 10,000 in a row.
        """
        return self.experiment not in ("2a", "2b", "2c")

    @property
    def blocks(self) -> Published:
        """The network of a row for LSTM.

        Raises:
            TypeError: the row is a rival's.
        """
        if not isinstance(self.network, Published):
            raise TypeError(f"row {self.name} is of a network without memory blocks")
        return self.network
