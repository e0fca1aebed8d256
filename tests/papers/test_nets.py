"""Nets that are kept: the same as the trials', and their states those of the readable network."""

from dataclasses import replace

import numpy as np
import pytest

from coursekit.blocks import PUBLISHED, Layout, Published, run, train_sequence
from coursekit.papers.nets import share_right, states_of, trained
from coursekit.tasks import Adding, Recall

TASK = Recall(gap=2)
SMALL = Published(*(Layout(5, 2, 2, biased=(), recurrent="nothing"), 0.5, None, "ours"), spread=0.2)


def test_a_net_is_what_the_readable_rule_makes_of_it():
    (net,) = trained(SMALL, TASK, [3], 20, chunk=10)
    rng = np.random.default_rng(3)
    params = SMALL.init(rng)
    for _ in range(2):
        chunk = TASK.sample(rng, 10)
        for n in range(10):
            params, _ = train_sequence(SMALL.layout, params, *chunk[n], SMALL.rate)
    for ours, readable in zip(net.params, params, strict=True):
        np.testing.assert_allclose(ours, readable, rtol=0, atol=1e-12)
    assert net.sequences == 20 and len(net.shares) == 2 and not net.learned


def test_a_net_stops_when_a_whole_chunk_is_right_whoever_runs_beside_it():
    together = trained(SMALL, TASK, [0, 1, 2], 20_000)
    (alone,) = trained(SMALL, TASK, [1], 20_000)
    assert all(net.learned and net.shares[-1] == 1 for net in together)
    assert all(share < 1 for net in together for share in net.shares[:-1])
    assert together[1].sequences == alone.sequences == 1000 * len(alone.shares)
    np.testing.assert_array_equal(together[1].params.W_g, alone.params.W_g)
    assert share_right(alone, TASK, np.random.default_rng(9)) > 0.99


def test_a_net_without_weights_answers_nothing_right():
    (net,) = trained(SMALL, TASK, [0], 1, chunk=1)
    empty = replace(net, params=type(net.params)(*[0 * part for part in net.params]))
    assert share_right(empty, TASK, np.random.default_rng(0), 50) == 0


def test_states_are_those_of_each_sequence():
    task, network = Adding(30), PUBLISHED["4"]
    (net,) = trained(network, task, [0], 10, chunk=10)
    data = task.sample(np.random.default_rng(1), 3)
    for n, states in enumerate(states_of(net, data)):
        traces = run(net.layout, net.params, data[n][0])
        np.testing.assert_array_equal(states[-1], traces[-1].c)
        assert states.shape == (data.lengths[n], 4)


@pytest.mark.parametrize(("most", "chunk"), [(0, 10), (10, 0)])
def test_counts_that_cannot_be(most, chunk):
    with pytest.raises(ValueError, match="pass"):
        trained(SMALL, TASK, [0], most, chunk=chunk)
