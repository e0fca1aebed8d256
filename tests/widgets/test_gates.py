"""The gate explorer: its cell against the equations by hand, its state, its words."""

import math

import numpy as np
import pytest

from coursekit.widgets import GateExplorer, scene, set_by_hand, static_html
from coursekit.widgets.gates import CANDIDATES, SCENES, SETTINGS


def by_hand(candidates, i, f, o):
    """c and h in plain Python: no code of the library."""
    c, cs, hs = 0.0, [], []
    for t, g in enumerate(candidates):
        c = f[t] * c + i[t] * g
        cs.append(c)
        hs.append(o[t] * math.tanh(c))
    return cs, hs


@pytest.mark.parametrize("seed", range(5))
def test_the_librarys_cell_follows_gates_that_are_given(seed):
    rng = np.random.default_rng(seed)
    i, f, o = rng.choice([*SETTINGS, 0.3], size=(3, 10))
    c, h = set_by_hand(CANDIDATES, i, f, o)
    expected_c, expected_h = by_hand(CANDIDATES, i, f, o)
    np.testing.assert_allclose(c, expected_c, atol=1e-14)
    np.testing.assert_allclose(h, expected_h, atol=1e-14)


def test_shut_and_open_are_exact():
    c, h = set_by_hand(CANDIDATES, scene("hide").i, scene("hide").f, scene("hide").o)
    assert np.ptp(c[1:]) == 0
    assert not h.any()


@pytest.mark.parametrize("name", [found.name for found in SCENES])
def test_a_scene_is_one_number_a_step(name):
    found = scene(name)
    assert all(len(getattr(found, letter)) == len(CANDIDATES) for letter in "ifo")
    assert set(found.i + found.f + found.o) <= set(SETTINGS)
    assert found.says.endswith(".")


def test_the_explorer_runs_what_is_set():
    explorer = GateExplorer("drop")
    c, _ = explorer.states()
    assert c[4] == pytest.approx(0.9) and not c[5:].any()
    explorer.gates = {**explorer.gates, "f": [1.0] * 10}
    assert explorer.states()[0][-1] == pytest.approx(0.9)


def test_repr_and_page_are_the_same_each_time():
    assert repr(GateExplorer()) == repr(GateExplorer("show"))
    html = static_html(GateExplorer())
    assert html == static_html(GateExplorer())
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: scene("lose"), "'keep'"),
        (lambda: GateExplorer("lose"), "'keep'"),
        (lambda: set_by_hand([0.5], [1.0, 0.0], [1.0], [1.0]), "one number a step"),
        (lambda: set_by_hand([0.5], [2.0], [1.0], [1.0]), "from 0 to 1"),
        (lambda: set_by_hand([0.5], [1.0], [np.nan], [1.0]), "from 0 to 1"),
        (lambda: set_by_hand([1.0], [1.0], [1.0], [1.0]), "between -1 and 1"),
    ],
)
def test_a_wrong_argument_is_explained(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()
