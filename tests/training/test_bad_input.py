"""Bad input to training: what was given, what was expected, what to do."""

import numpy as np
import pytest

from coursekit.cells import elman, lstm
from coursekit.training import (
    Adam,
    Momentum,
    Sgd,
    clip_by_norm,
    fit,
    init_model,
    linear,
    logistic,
    loss_and_gradient,
    predict,
    softmax,
)

READOUTS = [linear, logistic, softmax]
readouts = pytest.mark.parametrize("readout", READOUTS, ids=lambda r: r.__name__.split(".")[-1])
STEPS, UNITS, OUTPUTS = (4, 2), 3, 2


def right(readout):
    rng = np.random.default_rng(0)
    params, h = readout.init(rng, UNITS, OUTPUTS), rng.normal(size=(*STEPS, UNITS))
    targets = np.zeros((*STEPS, OUTPUTS))
    targets[..., 0] = 1
    return {"params": params, "h": h, "targets": targets, "mask": np.ones(STEPS, dtype=bool)}


def with_nan(array):
    broken = array.copy()
    broken[1, 1, 1] = np.nan
    return broken


HALF = np.full(STEPS, 0.5)


@readouts
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"h": np.zeros((*STEPS, 5))}, r"h has shape \(4, 2, 5\), but params\.V takes 3 units"),
        ({"h": 1.0}, r"h has shape \(\), but params\.V takes 3 units"),
        ({"h": "h"}, r"h has dtype <U1; pass numbers, \(\.\.\., units\)"),
        ({"params": None}, r"params is a builtins\.NoneType; pass the read-out's own Params"),
        ({"params": (1, 2)}, r"params is a builtins\.tuple; pass the read-out's own Params"),
        ({"targets": np.zeros(STEPS)}, r"targets have shape \(4, 2\), .* \(4, 2, 2\); pass one"),
        ({"targets": with_nan(np.zeros((4, 2, 2)))}, r"targets holds nan at \(1, 1, 1\)"),
        ({"mask": np.ones(4, dtype=bool)}, r"mask has shape \(4,\), .* steps of \(4, 2\); pass"),
        ({"mask": HALF}, r"mask holds 0\.5; pass True or False for every step"),
        ({"mask": np.full(STEPS, np.nan)}, r"mask holds nan at \(0, 0\)"),
        ({"mask": np.zeros(STEPS)}, r"no step has a target; the mask must be True somewhere"),
    ],
)
def test_a_loss_names_what_does_not_fit(readout, change, message):
    arguments = right(readout)
    readout.loss(**arguments)
    with pytest.raises(ValueError, match=message):
        readout.loss(**(arguments | change))
    if not {"targets", "mask"} & set(change):
        wrong = arguments | change
        with pytest.raises(ValueError, match=message):
            readout.outputs(wrong["params"], wrong["h"])


@readouts
def test_whole_numbers_are_taken_as_numbers(readout):
    arguments = right(readout)
    whole = arguments | {
        "targets": arguments["targets"].astype(int).tolist(),
        "mask": arguments["mask"].astype(int),
    }
    assert readout.loss(**whole)[0] == readout.loss(**arguments)[0]


@pytest.mark.parametrize(
    ("readout", "row", "message"),
    [
        (logistic, [1.0, -1.0], r"targets hold \[ 1\. -1\.\] at step \(2, 1\).* from 0 to 1"),
        (logistic, [1.5, 0.0], r"at step \(2, 1\); the logistic read-out takes targets from 0"),
        (softmax, [1.0, 1.0], r"targets hold \[1\. 1\.\] at step \(2, 1\).* rows that sum to one"),
        (softmax, [0.0, 0.0], r"at step \(2, 1\); the softmax read-out takes rows"),
        (softmax, [2.0, -1.0], r"at step \(2, 1\); the softmax read-out takes rows"),
    ],
)
def test_targets_of_the_wrong_kind_are_named_where_they_count(readout, row, message):
    arguments = right(readout)
    arguments["targets"][2, 1] = row
    with pytest.raises(ValueError, match=message):
        readout.loss(**arguments)
    arguments["mask"][2, 1] = False
    assert np.isfinite(readout.loss(**arguments)[0])


@readouts
@pytest.mark.parametrize("wrong", [0, -2, 1.5, "3"], ids=repr)
def test_sizes_are_whole_numbers_of_one_or_more(readout, wrong):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=rf"units is {wrong!r}; pass a whole number, 1 or more"):
        readout.init(rng, wrong, 2)
    with pytest.raises(ValueError, match=rf"outputs is {wrong!r}; pass a whole number, 1 or"):
        readout.init(rng, 2, wrong)
    for name in ("inputs", "units", "outputs"):
        sizes = {"inputs": 2, "units": 2, "outputs": 2, name: wrong}
        with pytest.raises(ValueError, match=rf"{name} is {wrong!r}; pass a whole number, 1 or"):
            init_model(rng, lstm, readout, **sizes)
    with pytest.raises(ValueError, match=r"rng is 0; pass a generator"):
        init_model(0, lstm, readout, inputs=2, units=2, outputs=2)


def test_a_model_that_is_none():
    model = init_model(np.random.default_rng(0), lstm, linear, inputs=2, units=3, outputs=1)
    inputs, targets = np.ones((4, 2)), np.ones((4, 1))
    for call in (
        lambda wrong: loss_and_gradient(lstm, linear, wrong, inputs, targets),
        lambda wrong: predict(lstm, linear, wrong, inputs),
    ):
        with pytest.raises(ValueError, match=r"model is a .*lstm\.Params; pass a Model\(cell="):
            call(model.cell)
    other = init_model(np.random.default_rng(0), elman, linear, inputs=2, units=3, outputs=1)
    with pytest.raises(ValueError, match=r"params is a .*elman\.Params, but .*lstm takes its own"):
        predict(lstm, linear, other, inputs)
    wide = init_model(np.random.default_rng(0), lstm, linear, inputs=2, units=5, outputs=1)
    mixed = model._replace(readout=wide.readout)
    with pytest.raises(ValueError, match=r"h has shape \(4, 3\), but params\.V takes 5 units"):
        loss_and_gradient(lstm, linear, mixed, inputs, targets)
    with pytest.raises(ValueError, match=r"xs has 3 features on its last axis"):
        loss_and_gradient(lstm, linear, model, np.ones((4, 3)), targets)


@pytest.mark.parametrize("wrong", [0, -0.1, np.nan, np.inf, "0.1", None], ids=repr)
def test_a_rate_that_is_none(wrong):
    for optimiser in (Sgd, Momentum, Adam):
        with pytest.raises(ValueError, match=r"rate is .*; pass a "):
            optimiser(wrong)


@pytest.mark.parametrize("wrong", [-0.1, 1.0, 1.5, np.nan], ids=repr)
def test_a_decay_that_is_none(wrong):
    for name, make in [
        ("momentum", lambda: Momentum(0.1, momentum=wrong)),
        ("mean_decay", lambda: Adam(0.1, mean_decay=wrong)),
        ("square_decay", lambda: Adam(0.1, square_decay=wrong)),
    ]:
        with pytest.raises(ValueError, match=rf"{name} is {wrong}; pass a number"):
            make()
    with pytest.raises(ValueError, match=r"floor is -1; pass a number, 0 or more"):
        Adam(0.1, floor=-1)


@pytest.mark.parametrize("optimiser", [Sgd(0.1), Momentum(0.1), Adam(0.1)], ids=repr)
def test_a_gradient_that_does_not_fit_the_weights(optimiser):
    params = {"W": np.ones((2, 3)), "b": np.ones(3)}
    state = optimiser.start(params)
    with pytest.raises(ValueError, match=r"gradient of W has shape \(3,\), .* have \(2, 3\)"):
        optimiser.update(params, {"W": np.ones(3), "b": np.ones(3)}, state)
    with pytest.raises(ValueError, match=r"W, b and the other W; pass the same structure"):
        optimiser.update(params, {"W": np.ones((2, 3))}, state)
    with pytest.raises(ValueError, match=r"gradient of the weights has shape \(\)"):
        optimiser.update(np.ones(3), 1.0, optimiser.start(np.ones(3)))


@pytest.mark.parametrize("wrong", [0, -1.0, np.nan], ids=repr)
def test_a_threshold_that_is_none(wrong):
    with pytest.raises(ValueError, match=rf"threshold is {wrong}; pass a positive norm"):
        clip_by_norm(np.ones(2), wrong)
    with pytest.raises(ValueError, match=rf"threshold is {wrong}; pass a positive norm"):
        fit(lambda w: (0.0, w), np.ones(2), Sgd(0.1), 1, clip=wrong)


def bowl(w):
    return float(w @ w), 2 * w


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"updates": 0}, r"updates is 0; pass a whole number, 1 or more"),
        ({"updates": 10.0}, r"updates is 10\.0; pass a whole number"),
        ({"score_every": 0}, r"score_every is 0; pass a whole number, 1 or more"),
        ({"stop": lambda history: True}, r"stop is asked after each score: pass score as well"),
        ({"optimiser": 0.1}, r"optimiser is 0\.1; pass one, such as Adam\(0\.01\)"),
        ({"loss_and_gradient": 3.0}, r"loss_and_gradient is 3\.0; pass a function"),
        ({"loss_and_gradient": lambda w: w @ w}, r"returned .*; return one number, the loss, and"),
        ({"loss_and_gradient": lambda w: (w, w)}, r"returned \(array.*; return one number, the"),
        ({"loss_and_gradient": lambda w: (0.0, w[0])}, r"gradient of the weights has shape \(\)"),
    ],
)
def test_a_training_that_cannot_be(change, message):
    arguments = {
        "loss_and_gradient": bowl,
        "params": np.ones(2),
        "optimiser": Sgd(0.1),
        "updates": 3,
    }
    with pytest.raises(ValueError, match=message):
        fit(**(arguments | change))
