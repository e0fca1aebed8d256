"""Many seeds: the same results in the same order, however many run at once."""

import importlib
import warnings

import numpy as np
import pytest

from coursekit.training import over_seeds

seeds_module = importlib.import_module("coursekit.training.seeds")

NOTEBOOK = """
import numpy as np
scale = 3

def experiment(seed):
    return seed, scale * np.random.default_rng(seed).normal(size=2), run_in_a_cell(seed)

def run_in_a_cell(seed):
    return -seed
"""


def notebook():
    """What a notebook's cells leave behind: functions of __main__ that no module holds."""
    names = {"__name__": "__main__"}
    exec(NOTEBOOK, names)
    return names


def test_two_workers_give_what_one_gives_in_the_order_of_the_seeds():
    experiment, seeds = notebook()["experiment"], [5, 3, 11, 3, 0]
    alone = over_seeds(experiment, seeds, workers=1)
    beside = over_seeds(experiment, iter(seeds), workers=2)
    assert [seed for seed, _, _ in alone] == [seed for seed, _, _ in beside] == seeds
    for seed, one, other in zip(seeds, alone, beside, strict=True):
        np.testing.assert_array_equal(one[1], 3 * np.random.default_rng(seed).normal(size=2))
        np.testing.assert_array_equal(other[1], one[1])
        assert one[2] == other[2] == -seed


def test_a_lambda_over_other_names_will_do():
    kept = {"factor": 7}
    assert over_seeds(lambda seed: kept["factor"] * seed, range(4), workers=2) == [0, 7, 14, 21]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_the_experiment_comes_back_as_it_was(workers):
    def broken(seed):
        raise ArithmeticError(f"seed {seed} will not do")

    with pytest.raises(ArithmeticError, match="seed 4 will not do"):
        over_seeds(broken, [4], workers=workers)
    with pytest.raises(ArithmeticError, match=r"seed [45] will not do"):
        over_seeds(broken, [4, 5], workers=workers)


def test_nothing_is_printed_into_a_notebook(capsys):
    over_seeds(abs, [-1, -2], workers=1)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("seeds", [[], range(0), 5, None], ids=repr)
def test_seeds_that_are_none(seeds):
    with pytest.raises(ValueError, match=r"seeds is .*; pass several, such as range\(5\)"):
        over_seeds(abs, seeds)


@pytest.mark.parametrize("workers", [0, -1, 1.5, "2"], ids=repr)
def test_workers_that_are_none(workers):
    with pytest.raises(ValueError, match=rf"workers is {workers!r}; pass a whole number, 1 or"):
        over_seeds(abs, [1], workers=workers)


def test_an_experiment_that_is_none():
    with pytest.raises(ValueError, match=r"experiment is 3; pass a function"):
        over_seeds(3, [1])


def test_a_busy_machine_does_not_warn_in_a_lesson(monkeypatch, recwarn):
    """joblib says that a worker left for lack of work; another comes, and the results are right."""

    def pool(**_):
        def results(jobs):
            for work, args, _ in jobs:
                warnings.warn("A worker stopped while some jobs were given to", stacklevel=1)
                yield work(*args)

        return results

    monkeypatch.setattr(seeds_module, "Parallel", pool)
    assert over_seeds(abs, [-1, 2]) == [1, 2]
    assert len(recwarn) == 0
