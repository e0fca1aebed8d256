"""Rhythm: the form of a piece, and what one can know from the current step alone."""

import numpy as np
import pytest

from coursekit.tasks import Rhythm
from coursekit.tasks.rhythm import BAR, FILL, GROOVES, VOICES, pattern


def test_a_piece_is_grooves_with_a_fill_at_the_end_of_every_phrase():
    task = Rhythm(bars=3, phrases=2)
    for groove in range(4):
        bars = task.piece(groove).reshape(6, BAR, 3)
        for number, bar in enumerate(bars):
            rows = FILL if number in (2, 5) else GROOVES[groove]
            written = ["".join("x" if hit else "." for hit in voice) for voice in bar.T]
            assert written == list(rows)


def test_patterns_are_bars_of_all_voices_and_differ():
    bars = [pattern(rows) for rows in (*GROOVES, FILL)]
    assert all(bar.shape == (BAR, len(VOICES)) for bar in bars)
    assert len({bar.tobytes() for bar in bars}) == 5
    assert not any(
        bar.tobytes() == np.roll(other, k, axis=0).tobytes()
        for n, bar in enumerate(bars)
        for other in bars[:n]
        for k in range(BAR)
    )


def test_samples_are_pieces_one_step_ahead_in_all_four_grooves():
    task = Rhythm()
    batch = task.sample(np.random.default_rng(0), 40).padded()
    pieces = {task.piece(groove).tobytes() for groove in range(4)}
    whole = np.concatenate([batch.inputs, batch.targets[-1:]])
    assert {np.ascontiguousarray(whole[:, n]).tobytes() for n in range(40)} == pieces
    np.testing.assert_array_equal(batch.inputs[1:], batch.targets[:-1])
    np.testing.assert_array_equal(batch.mask[:, 0], np.arange(95) >= BAR - 1)


def test_parts_share_out_all_steps_that_have_a_target():
    task = Rhythm()
    parts = {name: task.steps_in(name) for name in ("groove", "fill", "return")}
    together = np.sort(np.concatenate(list(parts.values())))
    np.testing.assert_array_equal(together, np.arange(BAR - 1, 95))
    piece = task.piece(2)
    for step in parts["fill"]:
        np.testing.assert_array_equal(piece[step + 1], pattern(FILL)[(step + 1) % BAR])
    np.testing.assert_array_equal(parts["return"][:BAR], np.arange(31, 39))
    assert len(parts["return"]) == 2 * BAR and len(parts["fill"]) == 3 * BAR


def test_the_best_table_from_one_step_to_the_next_gets_the_memory_free_score():
    """The table is learned here by counting over a large sample, and scored on it."""
    task = Rhythm()
    batch = task.sample(np.random.default_rng(1), 2000)
    code = np.array([4, 2, 1])
    now, after = batch.inputs[batch.mask] @ code, batch.targets[batch.mask] @ code
    counts = np.zeros((8, 8))
    np.add.at(counts, (now.astype(int), after.astype(int)), 1)
    assert counts.max(axis=1).sum() / counts.sum() == pytest.approx(
        task.memory_free_score, abs=0.02
    )


def test_steps_and_pieces_are_right_when_all_voices_are():
    task = Rhythm(phrases=1)
    batch = task.sample(np.random.default_rng(2), 5)
    targets = batch.padded().targets
    assert task.is_correct(0.4 + 0.2 * targets, batch).all()
    outputs = targets.copy()
    outputs[20, 3, 1] = 1 - outputs[20, 3, 1]
    outputs[2, 1] = np.nan  # in the first bar, which has no target
    right = task.steps_right(outputs, batch)
    assert not right[20, 3] and not right[2, 1] and right.sum() == right.size - 2
    assert task.is_correct(outputs, batch).tolist() == [True, True, True, False, True]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Rhythm(bars=1), r"bars is 1; pass a whole number, 2 or more"),
        (lambda: Rhythm(phrases=0), r"phrases is 0; pass a whole number, 1 or more"),
        (lambda: Rhythm().piece(4), r"groove is 4; there are 4, from 0 on"),
        (lambda: Rhythm().piece(-1), r"groove is -1; pass a whole number"),
        (lambda: Rhythm().steps_in("verse"), r"part is 'verse'; pass one of \['fill', 'groove'"),
        (lambda: Rhythm().sample(1, 1), r"rng is 1; pass a generator"),
        (lambda: Rhythm().sample(np.random.default_rng(0), 0), r"count is 0; pass a whole"),
        (
            lambda: Rhythm().steps_right(
                np.zeros((9, 1, 3)), Rhythm().sample(np.random.default_rng(0), 1)
            ),
            r"outputs have shape \(9, 1, 3\), but these pieces need \(95, 1, 3\)",
        ),
        (lambda: Rhythm().steps_right(np.zeros((9, 1, 3)), 1), r"sequences is a int; pass what"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
