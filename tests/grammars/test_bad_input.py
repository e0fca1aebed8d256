"""Bad input to the grammars: what was given, what was expected, what to do."""

import numpy as np
import pytest

from coursekit.grammars import embedded_reber, reber

grammars = pytest.mark.parametrize("grammar", [reber, embedded_reber], ids=["reber", "embedded"])


@grammars
@pytest.mark.parametrize("wrong", [-1, 2.5, "3", None], ids=repr)
def test_a_count_that_is_none(grammar, wrong):
    with pytest.raises(ValueError, match=rf"count is {wrong!r}; pass a whole number, 0 or more"):
        grammar.generate(np.random.default_rng(0), wrong)


@grammars
@pytest.mark.parametrize("wrong", [-1, 9.5, "9"], ids=repr)
def test_a_min_length_that_is_none(grammar, wrong):
    with pytest.raises(ValueError, match=rf"min_length is {wrong!r}; pass a whole number"):
        grammar.generate(np.random.default_rng(0), 1, min_length=wrong)


@grammars
def test_a_min_length_out_of_reach(grammar):
    with pytest.raises(ValueError, match=r"min_length is 1000.*pass a smaller min_length"):
        grammar.generate(np.random.default_rng(0), 1, min_length=1000)


@grammars
@pytest.mark.parametrize("wrong", [0, None], ids=repr)
def test_a_seed_is_not_a_generator(grammar, wrong):
    with pytest.raises(ValueError, match=r"rng is .*np\.random\.default_rng\(0\)"):
        grammar.generate(wrong, 1)


@grammars
def test_a_prefix_or_string_that_is_none(grammar):
    for wrong in (5, None, ["B", "T"]):
        with pytest.raises(ValueError, match=r"prefix is .*pass a string"):
            grammar.legal_next(wrong)
        with pytest.raises(ValueError, match=r"string is .*pass a string"):
            grammar.is_member(wrong)
        with pytest.raises(ValueError, match=r"string is .*pass a string"):
            grammar.one_hot(wrong)
    with pytest.raises(ValueError, match=r"'BX' is not the beginning of"):
        grammar.legal_next("BX")
    with pytest.raises(ValueError, match=r"'bAt' holds A, b, t; the alphabet is BTSXPVE"):
        grammar.one_hot("bAt")


@grammars
@pytest.mark.parametrize("wrong", [-1, 2.5, "5", None], ids=repr)
def test_a_length_that_is_none(grammar, wrong):
    with pytest.raises(ValueError, match=r"length is .*; pass a whole number"):
        grammar.length_probability(wrong)


def test_a_stretch_of_nothing():
    for wrong in (0, -3, 1.5):
        with pytest.raises(
            ValueError, match=rf"symbols is {wrong}; pass a whole number, 1 or more"
        ):
            embedded_reber.continual(np.random.default_rng(0), wrong)
    with pytest.raises(ValueError, match="rng is 3"):
        embedded_reber.continual(3, 10)
    with pytest.raises(ValueError, match="rng is 3"):
        embedded_reber.stream(3)


def test_the_long_range_step_of_no_string():
    with pytest.raises(ValueError, match=r"'BTXSE' is not an embedded Reber string"):
        embedded_reber.long_range_step("BTXSE")
    with pytest.raises(ValueError, match=r"string is 7; pass a string"):
        embedded_reber.long_range_step(7)
