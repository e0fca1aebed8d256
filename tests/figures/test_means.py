"""Figures of means and trials: every number that is handed in stands where it belongs."""

import numpy as np
import pytest

from coursekit.figures import means
from coursekit.papers.beside import Finding


def test_trials_mean_and_median_are_at_their_places():
    ax = means.trials_and_mean({"a": [1.0, 2.0, 9.0]}, xlabel="x", reference=5.0)
    at = {line.get_marker(): list(line.get_xdata()) for line in ax.lines if len(line.get_xdata())}
    assert at["o"] == [1, 2, 9] and at["D"] == [4]
    assert [2, 2] in [list(line.get_xdata()) for line in ax.lines]
    assert [5, 5] in [list(line.get_xdata()) for line in ax.lines]
    with pytest.raises(ValueError, match="a group is empty"):
        means.trials_and_mean({"a": []}, xlabel="x")


@pytest.mark.parametrize("log", [False, True])
def test_histograms_hold_all_repeats(log):
    ax = means.resampled({"mean": [1.0, 2.0, 8.0], "median": [2.0] * 4}, xlabel="x", log=log)
    heights = [sum(bar.get_height() for bar in bars) for bars in ax.containers]
    assert heights == pytest.approx([1, 1])
    with pytest.raises(ValueError, match="draws is empty"):
        means.resampled({}, xlabel="x")


def test_a_row_without_a_number_is_left_out():
    found = [
        Finding("a", "1", ("came out",), 0.9, True, ("",) * 4),
        Finding("b", "1", ("no finished trial here",), None, True, ("",) * 4),
        Finding("c", "1", ("slower",), 3.0, True, ("",) * 4),
    ]
    ax = means.ratios_to_printed(found)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["a", "c"]
    marks = {line.get_marker(): list(line.get_xdata()) for line in ax.lines}
    assert marks["o"] == [0.9] and marks["X"] == [3.0]


@pytest.mark.parametrize("ratio", [0.01, 6.9, 40.0])
def test_a_ratio_far_off_is_still_in_the_picture(ratio):
    found = [Finding("a", "6", ("slower",), ratio, True, ("",) * 4)]
    low, high = means.ratios_to_printed(found).get_xlim()
    assert low < ratio < high


def test_bars_have_the_lengths_of_their_numbers():
    ax = means.chances({"a": 0.25, "b": 1.0}, xlabel="x")
    assert [bar.get_width() for bar in ax.patches] == [0.25, 1.0]
    with pytest.raises(ValueError, match="shares is empty"):
        means.chances({}, xlabel="x")


def test_shares_stand_beside_the_printed_ones():
    ax = means.shares_beside({"a": (0.74, 73, 100), "b": (0.5, 0, 0)}, ylabel="y")
    assert [bar.get_height() for bar in ax.patches] == [0.73]
    diamonds = [float(line.get_ydata()[0]) for line in ax.lines if line.get_marker() == "D"]
    assert diamonds == [0.74, 0.5]
    assert {"73 of 100", "not run"} <= {text.get_text() for text in ax.texts}
    with pytest.raises(ValueError, match="shares is empty"):
        means.shares_beside({}, ylabel="y")


def test_the_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(0)
    shares = rng.uniform(0.05, 0.95, 4_000)
    limits = [means.likely_shares(int(rng.binomial(30, share)), 30) for share in shares]
    inside = [low <= share <= high for share, (low, high) in zip(shares, limits, strict=True)]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.015)
