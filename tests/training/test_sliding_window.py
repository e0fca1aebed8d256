"""The sliding window, and NetTalk's own shape."""

import numpy as np
import pytest

from coursekit.cells.parameters import count, map_arrays
from coursekit.gradients import check_gradient
from coursekit.tasks.spoken_words import (
    WORDS,
    letter_vectors,
    nearest_phonemes,
    targets,
)
from coursekit.training import Adam, fit
from coursekit.training.sliding_window import (
    NETTALK,
    Params,
    init,
    loss_and_gradient,
    outputs,
    windows,
)


def test_it_has_the_shape_of_nettalk():
    params = init(np.random.default_rng(0))
    assert [params.W.shape, params.V.shape] == [(80, 203), (26, 80)]
    assert params.W.size + params.V.size == 18320
    assert count(params) == 18320 + 106
    assert NETTALK["inputs"] == 7 * 29


def test_a_window_holds_the_neighbours_in_their_order():
    steps = np.arange(10.0).reshape(5, 2)
    seen = windows(steps, before=2, after=1, filling=[-1.0, -2.0])
    assert seen.shape == (5, 8)
    for t in range(5):
        for place, at in enumerate(range(t - 2, t + 2)):
            wanted = steps[at] if 0 <= at < 5 else (-1, -2)
            np.testing.assert_array_equal(seen[t, 2 * place : 2 * place + 2], wanted)


def test_its_gradient_is_what_differences_say():
    rng = np.random.default_rng(0)
    params = map_arrays(lambda a: rng.normal(size=a.shape), init(rng, 4, 3, 2))
    seen, wanted = rng.normal(size=(6, 4)), rng.random((6, 2))
    loss, gradient = loss_and_gradient(params, seen, wanted)
    assert loss == pytest.approx(0.5 * ((outputs(params, seen) - wanted) ** 2).sum() / 6)
    report = check_gradient(
        lambda p: loss_and_gradient(p, seen, wanted)[0], params, gradient, tolerance=1e-7
    )
    assert report.passed, str(report)
    assert isinstance(gradient, Params)


def test_at_full_size_it_learns_to_read_the_list_aloud():
    space = letter_vectors(" ")[0]
    seen = np.concatenate([windows(letter_vectors(w.letters), 3, 3, space) for w in WORDS])
    wanted = np.concatenate([targets(word) for word in WORDS])
    said = "".join(word.phonemes for word in WORDS)
    rng = np.random.default_rng(0)

    def batch(params):
        some = rng.permutation(len(seen))[:128]
        return loss_and_gradient(params, seen[some], wanted[some])

    params = fit(batch, init(rng), Adam(0.03), updates=500).params
    heard = nearest_phonemes(outputs(params, seen))
    right = np.mean([a == b for a, b in zip(heard, said, strict=True)])
    assert right > 0.95


def test_what_lies_outside_the_window_does_not_exist():
    """Two inputs that differ one step beyond the window are one to the net, for ever."""
    rng = np.random.default_rng(1)
    params = init(rng, 3, 5, 1)
    one = rng.normal(size=(9, 1))
    other = one.copy()
    other[0] += 100
    a, b = (outputs(params, windows(steps, before=2, after=0)) for steps in (one, other))
    np.testing.assert_array_equal(a[3:], b[3:])
    assert not np.array_equal(a[:3], b[:3])


def test_wrong_arguments_are_named():
    params = init(np.random.default_rng(0), 4, 3, 2)
    with pytest.raises(ValueError, match=r"sequence has shape \(3,\)"):
        windows(np.ones(3), 1, 1)
    with pytest.raises(ValueError, match=r"sequence has shape \(0, 2\)"):
        windows(np.ones((0, 2)), 1, 1)
    with pytest.raises(ValueError, match="before is -1"):
        windows(np.ones((3, 2)), -1, 1)
    with pytest.raises(ValueError, match=r"filling has shape \(3,\)"):
        windows(np.ones((3, 2)), 1, 1, np.ones(3))
    with pytest.raises(ValueError, match="sequence holds nan"):
        windows(np.full((3, 2), np.nan), 1, 1)
    with pytest.raises(ValueError, match=r"seen has shape \(6, 5\), but params.W takes 4"):
        outputs(params, np.ones((6, 5)))
    with pytest.raises(ValueError, match=r"targets has shape \(6, 1\)"):
        loss_and_gradient(params, np.ones((6, 4)), np.ones((6, 1)))
