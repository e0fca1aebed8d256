"""Bad input to the tasks: what was given, what was expected, what to do."""

import numpy as np
import pytest

from coursekit.grammars import embedded_reber, reber
from coursekit.tasks import Latch, Sequences, TwoSequence, next_symbol_score, next_symbols


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TwoSequence(length=0), r"length is 0; pass a whole number, 1 or more"),
        (lambda: TwoSequence(length=20.5), r"length is 20\.5; pass a whole number"),
        (lambda: TwoSequence(signal_steps=0), r"signal_steps is 0; pass a whole number, 1 or"),
        (lambda: TwoSequence(length=3, signal_steps=4), r"signal_steps is 4 and length 3; pass"),
        (lambda: TwoSequence(noise_variance=-0.1), r"noise_variance is -0\.1; pass a number, 0"),
        (lambda: TwoSequence(noise_variance=np.nan), r"noise_variance is nan; pass a number, 0"),
        (lambda: TwoSequence(noise_variance="0"), r"noise_variance is .0.; pass a number"),
        (lambda: Latch(lag=0), r"lag is 0; pass a whole number, 1 or more"),
        (lambda: Latch(lag="20"), r"lag is '20'; pass a whole number, 1 or more"),
        (lambda: Latch(distractor_size=-1), r"distractor_size is -1; pass a number, 0 or more"),
        (lambda: Latch(distractor_size=np.inf), r"distractor_size is inf; pass a number, 0"),
        (lambda: Latch(distractor_size=0.5).adding_up_score, r"distractor_size=1 only"),
    ],
)
def test_settings_that_make_no_task(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    "task", [TwoSequence(length=9), Latch(lag=5)], ids=lambda t: type(t).__name__
)
class TestBoth:
    @pytest.mark.parametrize("count", [0, -1, 2.5, None], ids=repr)
    def test_a_count_that_is_none(self, task, count):
        with pytest.raises(ValueError, match=rf"count is {count!r}; pass a whole number, 1 or"):
            task.sample(np.random.default_rng(0), count)

    def test_a_seed_is_not_a_generator(self, task):
        with pytest.raises(ValueError, match=r"rng is 0; pass a generator"):
            task.sample(0, 3)

    def test_outputs_of_another_shape(self, task):
        batch = task.sample(np.random.default_rng(0), 4)
        time = int(max(batch.lengths))
        for wrong in (np.zeros((time, 4)), np.zeros((4, time, 1)), np.zeros((time, 3, 1)), 0.5):
            with pytest.raises(ValueError, match=rf"outputs have shape .* need \({time}, 4, 1\)"):
                task.is_correct(wrong, batch)

    def test_something_that_is_no_batch(self, task):
        batch = task.sample(np.random.default_rng(0), 4)
        with pytest.raises(ValueError, match=r"sequences is a .*Padded; pass what sample returned"):
            task.is_correct(np.zeros((6, 4, 1)), batch.padded())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": np.zeros(5)}, r"inputs has shape \(5,\); pass \(sum of lengths, features\)"),
        ({"targets": np.zeros((4, 1))}, r"targets has 4 rows and inputs 5; pass one row a step"),
        ({"mask": np.ones(4, dtype=bool)}, r"mask has shape \(4,\), but there are 5 steps"),
        ({"mask": np.ones((5, 1), dtype=bool)}, r"mask has shape \(5, 1\), but there are 5 steps"),
        ({"offsets": np.array([0, 2, 4])}, r"offsets .*; pass increasing numbers from 0 to 5"),
        ({"offsets": np.array([0, 2, 2, 5])}, r"offsets .*; pass increasing numbers from 0 to 5"),
        ({"offsets": np.array([1, 5])}, r"offsets .*; pass increasing numbers from 0 to 5"),
    ],
    ids=["flat", "rows", "mask", "mask axes", "end", "empty sequence", "start"],
)
def test_sequences_that_do_not_fit_together(change, message):
    right = {
        "inputs": np.zeros((5, 2)),
        "targets": np.zeros((5, 1)),
        "mask": np.ones(5, dtype=bool),
        "offsets": np.array([0, 2, 5]),
    }
    assert len(Sequences(**right)) == 2
    with pytest.raises(ValueError, match=message):
        Sequences(**(right | change))


def test_a_sequence_that_is_not_there():
    batch = Latch(lag=5).sample(np.random.default_rng(0), 3)
    for number in (3, -4):
        with pytest.raises(IndexError, match=rf"no sequence {number}: there are 3, from 0 to 2"):
            batch[number]


@pytest.mark.parametrize("grammar", [reber, embedded_reber])
def test_strings_that_cannot_be_predicted(grammar):
    for wrong in ([], ["B"], ["BTXSE", ""]):
        with pytest.raises(ValueError, match=r"strings .*pass a list of strings of two symbols"):
            next_symbols(grammar, wrong)
        with pytest.raises(ValueError, match=r"strings .*pass a list of strings of two symbols"):
            next_symbol_score(grammar, wrong, np.zeros((1, 1, 7)))
    with pytest.raises(ValueError, match=r"strings is 'BTXSE'; pass a list of strings"):
        next_symbols(grammar, "BTXSE")
    with pytest.raises(ValueError, match=r"string is 5; pass a string"):
        next_symbols(grammar, [5])
    with pytest.raises(ValueError, match=r"holds b; the alphabet is BTSXPVE"):
        next_symbols(grammar, ["bTXSE"])


def test_outputs_that_do_not_fit_the_strings():
    with pytest.raises(ValueError, match=r"outputs have shape \(4, 7\), .* need \(4, 1, 7\)"):
        next_symbol_score(reber, ["BTXSE"], np.zeros((4, 7)))
    with pytest.raises(ValueError, match=r"'BTXSE' is not an embedded Reber string"):
        next_symbol_score(embedded_reber, ["BTXSE"], np.zeros((4, 1, 7)))
