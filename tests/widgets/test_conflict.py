"""The conflict explorer: what it averages, what it ships, and what it refuses."""

import json

import numpy as np
import pytest

from coursekit.widgets import ConflictExplorer
from coursekit.widgets.conflict import averaged
from coursekit.widgets.frame import unpacked_whole

PULLS = np.random.default_rng(0).normal(size=(2, 12, 3))
RUNS = {"no gate": PULLS, "gate": PULLS / 10}


def test_the_means_are_those_of_a_loop():
    found = averaged(PULLS, every=4)
    assert found.shape == (3, 2, 3)
    for point in range(3):
        for seed in range(2):
            rows = [PULLS[seed, update] for update in range(4 * point, 4 * point + 4)]
            np.testing.assert_allclose(found[point, seed], sum(rows) / 4)


def test_what_is_shipped_is_within_half_a_unit():
    explorer = ConflictExplorer({"input weight": RUNS}, every=4)
    (weight,) = explorer.weights
    assert weight["shape"] == [3, 2, 3]
    for setting in weight["settings"]:
        sent = unpacked_whole(setting["pulls"]).reshape(3, 2, 3) * weight["unit"]
        np.testing.assert_allclose(
            sent, averaged(RUNS[setting["name"]], 4), atol=0.51 * weight["unit"]
        )
    json.dumps(explorer.weights, allow_nan=False)


def test_pulls_that_are_all_zero_can_be_shown():
    explorer = ConflictExplorer({"w": {"gate": np.zeros((1, 2, 3))}}, every=1)
    assert explorer.weights[0]["unit"] == 1.0


def test_it_starts_at_the_end_of_training_and_names_what_it_holds():
    explorer = ConflictExplorer({"input weight": RUNS, "output weight": RUNS}, every=4)
    assert explorer.point_index == 2
    assert repr(explorer) == (
        "ConflictExplorer(input weight: no gate, gate; 12 updates, 3 steps, 2 seeds | "
        "output weight: no gate, gate; 12 updates, 3 steps, 2 seeds)"
    )


@pytest.mark.parametrize(
    ("pulls", "every", "says"),
    [
        ({}, 1, "pulls is empty"),
        (PULLS, 1, "no dictionary"),
        ({"w": {}}, 1, "no settings"),
        ({"w": PULLS}, 1, "no settings"),
        ({"w": {"gate": PULLS[0]}}, 1, r"shape \(12, 3\)"),
        ({"w": {"gate": PULLS * np.nan}}, 1, "finite"),
        ({"w": {"gate": PULLS[:0]}}, 1, "seeds, updates, steps"),
        ({"w": {"gate": PULLS}}, 5, "does not divide 12 updates"),
        ({"w": {"gate": PULLS}}, 0, "every is 0"),
        ({"w": {"gate": PULLS, "no gate": PULLS[:1]}}, 1, "same seeds"),
        ({"w": {"gate": PULLS}, "v": {"none": PULLS}}, 1, "give all of them the same"),
    ],
)
def test_a_wrong_argument_is_explained(pulls, every, says):
    with pytest.raises(ValueError, match=says):
        ConflictExplorer(pulls, every=every)
