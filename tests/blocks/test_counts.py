"""The papers' networks have the papers' numbers of weights, and the biases they print."""

import numpy as np
import pytest

from coursekit.blocks import PUBLISHED, Layout, init, trained, weight_count

PRINTED = {
    "1-1": 264,
    "1-2": 276,
    "1-3": 276,
    "1-4": 264,
    "1-5": 276,
    "2a": 10504,
    "2b": 10504,
    "2c_q50_p50": 364,
    "2c_q100_p100": 664,
    "2c_q200_p200": 1264,
    "2c_q500_p500": 3064,
    "2c_q1000_p1000": 6064,
    "2c_q1000_p500": 3064,
    "2c_q1000_p200": 1264,
    "2c_q1000_p100": 664,
    "2c_q1000_p50": 364,
    "3a": 102,
    "3b": 102,
    "3c": 102,
    "4": 93,
    "5": 93,
    "6a": 156,
    "6b": 308,
    "continual_2000": 424,
    "continual_1999": 375,
    "timing_2002": 17,
    "timing_2002_without_peepholes": 14,
}
# Cells, gates and outputs, each times what they read.
NOT_PRINTED = {
    "continual_2000_standard": 8 * 15 + 8 * 16 + 7 * 16,
    "continual_2000_state_decay": 8 * 15 + 8 * 16 + 7 * 16,
    "order_2000": 8 * 16 + 12 * 17 + 8 * 17,
    "order_2000_standard": 8 * 16 + 8 * 17 + 8 * 17,
}


def test_every_printed_network_is_here():
    assert PUBLISHED.keys() == PRINTED.keys() | NOT_PRINTED.keys()
    assert all(PUBLISHED[name].weights is None for name in NOT_PRINTED)


@pytest.mark.parametrize("name", PRINTED)
def test_the_count_is_the_printed_one_however_it_is_counted(name):
    published = PUBLISHED[name]
    params = published.init(np.random.default_rng(0))
    assert published.weights == PRINTED[name]
    assert weight_count(published.layout) == PRINTED[name]
    assert sum(mask.sum() for mask in trained(published.layout)) == PRINTED[name]
    for array, mask in zip(params, trained(published.layout), strict=True):
        assert array.shape == mask.shape
        assert not array[mask == 0].any()
        assert (
            np.count_nonzero(array[mask == 1]) >= mask.sum() - 1
        )  # a bias of 0 is printed in 2002


@pytest.mark.parametrize("name", NOT_PRINTED)
def test_where_none_is_printed_the_count_follows_the_wiring(name):
    layout = PUBLISHED[name].layout
    assert weight_count(layout) == NOT_PRINTED[name]
    assert sum(mask.sum() for mask in trained(layout)) == NOT_PRINTED[name]


@pytest.mark.parametrize("name", PUBLISHED)
def test_gate_biases_and_ranges_are_as_printed(name):
    published = PUBLISHED[name]
    params = published.init(np.random.default_rng(1))
    for letter in ("input", "forget", "output"):
        biases = getattr(published, f"{letter}_bias")
        rows = getattr(params, f"W_{letter[0]}")
        if biases is not None:
            np.testing.assert_array_equal(rows[:, -1], biases)
        assert np.abs(rows[:, :-1]).max(initial=0) <= published.spread
    assert np.abs(params.W_g).max() <= published.spread
    assert published.spread == (0.2 if name[0] in "12co" else 0.1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": 0}, "inputs is 0; pass a whole number, 1 or more"),
        ({"cells": 1.5}, "cells is 1.5"),
        ({"recurrent": "gates"}, "recurrent is 'gates'; pass one of"),
        ({"biased": ("inputs",)}, "biased is"),
        ({"biased": "gates"}, "biased is 'gates'; pass a tuple"),
        ({"squash_in": "tanh"}, "squash_in is 'tanh'; pass one of"),
        ({"forget_gates": 2}, "forget_gates is 2; pass True or False"),
        ({"squash_out": ["identity"]}, "squash_out is"),
        ({"squash": "softmax"}, "squash is 'softmax'; pass one of"),
        ({"self_weight": 0}, "self_weight is 0; pass a number above 0, up to 1"),
        ({"self_weight": 1.5}, "self_weight is 1.5; pass a number above 0"),
        ({"self_weight": 0.9, "forget_gates": True}, "self_weight is 0.9, but forget gates decide"),
    ],
    ids=str,
)
def test_wrong_wirings_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        Layout(**({"inputs": 2, "outputs": 1, "blocks": 2} | change))


def test_wrong_biases_are_named():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="forget_bias is .* has 0 such gates"):
        init(rng, Layout(2, 1, 2), forget_bias=(1, 2))
    with pytest.raises(ValueError, match="input_bias is .* has 2 such gates, with a bias"):
        init(rng, Layout(2, 1, 2), input_bias=(1, 2, 3))
    with pytest.raises(ValueError, match="without a bias"):
        init(rng, Layout(2, 1, 2, biased=()), input_bias=(1, 2))
    with pytest.raises(ValueError, match="output_bias is -1"):
        init(rng, Layout(2, 1, 2), output_bias=-1)
    with pytest.raises(ValueError, match="input_bias holds nan"):
        init(rng, Layout(2, 1, 2), input_bias=(0.0, float("nan")))
    with pytest.raises(ValueError, match="layout is 2; pass a Layout"):
        init(rng, 2)
    with pytest.raises(ValueError, match="rng is 0"):
        init(0, Layout(2, 1, 2))
