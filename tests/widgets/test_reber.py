"""The Reber walker's frames against the grammar, and the cell's equations run by hand."""

import json

import numpy as np
import pytest

from coursekit.cells import elman, lstm, lstm_1997
from coursekit.grammars import embedded_reber
from coursekit.training import init_model, softmax
from coursekit.widgets import ReberWalker, reber_frames
from coursekit.widgets.frame import unpacked_whole
from coursekit.widgets.reber_frames import reber_map

STRINGS = ["BTBPVPXTTVVETE", "BPBTXSEPE"]


def net(cell, units=3, inputs=7, outputs=7):
    rng = np.random.default_rng(0)
    return init_model(rng, cell, softmax, inputs=inputs, units=units, outputs=outputs)


WALKS = reber_frames(lstm_1997, net(lstm_1997), STRINGS)


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.string)
def test_the_arrows_that_leave_a_node_are_the_legal_symbols(walk):
    _, arcs = reber_map()
    for t, node in enumerate(walk.nodes):
        leaving = {arc.symbol for arc in arcs if arc.start == node}
        assert leaving == set(embedded_reber.legal_next(walk.string[: t + 1])) == {*walk.legal[t]}
    before = ("start", *walk.nodes)
    for start, end, symbol in zip(before, walk.nodes, walk.string, strict=False):
        assert sum((arc.start, arc.end, arc.symbol) == (start, end, symbol) for arc in arcs) == 1


def test_the_map_has_every_node_apart_and_in_the_picture():
    nodes, arcs = reber_map()
    places = np.array(list(nodes.values()))
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1)
    assert apart[~np.eye(len(places), dtype=bool)].min() > 40
    assert places.min() > 12 and places[:, 0].max() < 620 and places[:, 1].max() < 300
    assert len(nodes) == 20 and len(arcs) == 6 + 2 * 12


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.string)
def test_gates_state_and_probabilities_follow_the_equations(walk):
    """By hand, from the letters; no code of the cell."""
    p, readout = net(lstm_1997).cell, net(lstm_1997).readout
    h = c = np.zeros(3)
    for t, symbol in enumerate(walk.string[:-1]):
        x = np.eye(7)["BTSXPVE".index(symbol)]
        i = 1 / (1 + np.exp(-(p.W_i @ x + p.U_i @ h + p.b_i)))
        o = 1 / (1 + np.exp(-(p.W_o @ x + p.U_o @ h + p.b_o)))
        c = c + i * np.tanh(p.W_g @ x + p.U_g @ h + p.b_g)
        h = o * np.tanh(c)
        weights = np.exp(readout.V @ h + readout.d)
        for letter, value in (("i", i), ("o", o), ("c", c)):
            np.testing.assert_allclose(walk.letters[letter][t], value, atol=1e-12)
        np.testing.assert_allclose(walk.chances[t], weights / weights.sum(), atol=1e-12)


def test_what_is_shipped_is_plain_and_rounded_to_a_thousandth():
    walker = ReberWalker(WALKS, unit=2, step=4)
    assert (walker.unit_index, walker.step_index) == (2, 3)
    for walk, sent in zip(WALKS, walker.walks, strict=True):
        for name, values in walk.letters.items():
            found = unpacked_whole(sent["letters"][name]).reshape(values.shape) / 1000
            np.testing.assert_allclose(found, values, atol=0.00051)
    json.dumps([walker.walks, walker.arcs, walker.nodes], allow_nan=False)


def test_a_forget_gate_is_shown_if_there_is_one():
    assert list(WALKS[0].letters) == ["i", "o", "c"]
    assert list(reber_frames(lstm, net(lstm), STRINGS)[0].letters) == ["i", "f", "o", "c"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: reber_frames(lstm, net(lstm), []), "pass a list"),
        (lambda: reber_frames(lstm, net(lstm), "BTBTXSETE"), "pass a list"),
        (lambda: reber_frames(lstm, net(lstm), ["BTBTXSEPE"]), "not an embedded Reber string"),
        (lambda: reber_frames(elman, net(elman), STRINGS), "pass an LSTM"),
        (lambda: reber_frames(lstm, net(lstm, outputs=3), STRINGS), "3 outputs"),
        (lambda: reber_frames(lstm, net(lstm, inputs=3), STRINGS), "3"),
        (lambda: ReberWalker([]), "what reber_frames returns"),
        (lambda: ReberWalker(STRINGS), "what reber_frames returns"),
        (lambda: ReberWalker(WALKS, unit=3), "pass 0 to 2"),
        (lambda: ReberWalker(WALKS, step=0), "1 or more"),
        (lambda: ReberWalker(WALKS, step=14), "pass 0 to 13"),
        (lambda: ReberWalker(WALKS, unit=0.5), "whole number"),
        (
            lambda: ReberWalker([*WALKS, *reber_frames(lstm, net(lstm, units=2), STRINGS)]),
            "one net",
        ),
    ],
)
def test_a_wrong_argument_is_explained(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()
