"""Recall: what is read is what must be told, at a distance that is set."""

import numpy as np
import pytest

from coursekit.tasks import Recall


def test_a_sequence_is_symbol_noise_question_and_the_target_repeats_the_symbol():
    task = Recall(gap=4, letters=3)
    batch = task.sample(np.random.default_rng(0), 400)
    symbols = batch.symbols.reshape(400, 6)
    assert task.inputs == batch.features == 6
    assert set(symbols[:, 0]) == {0, 1} and set(symbols[:, -1]) == {2}
    assert set(symbols[:, 1:-1].ravel()) == {3, 4, 5}
    assert batch.mask.reshape(400, 6).sum(axis=0).tolist() == [0, 0, 0, 0, 0, 400]
    np.testing.assert_array_equal(batch.targets[batch.mask].argmax(axis=1), symbols[:, 0])
    assert abs(symbols[:, 0].mean() - 0.5) < 0.1


def test_the_larger_output_at_the_question_counts_and_nothing_else():
    task = Recall(gap=2)
    batch = task.sample(np.random.default_rng(1), 50)
    outputs = np.random.default_rng(2).random((4, 50, 2))
    outputs[-1] = 0.1 * batch.targets[batch.mask]
    assert task.is_correct(outputs, batch).all()
    assert not task.is_correct(-outputs, batch).any()


def test_one_answer_for_all_gets_the_memory_free_score():
    task = Recall(gap=2)
    batch = task.sample(np.random.default_rng(3), 4000)
    outputs = np.zeros((4, 4000, 2))
    outputs[..., 0] = 1
    assert abs(task.is_correct(outputs, batch).mean() - task.memory_free_score) < 0.03


@pytest.mark.parametrize("wrong", [{"gap": 0}, {"letters": 0}])
def test_nothing_between(wrong):
    with pytest.raises(ValueError, match="1 or more"):
        Recall(**wrong)
