"""Losses against their definitions, their gradients against central differences."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest

from coursekit.cells import (
    carousel,
    elman,
    elman_linear,
    elman_logistic,
    lstm,
    lstm_1997,
)
from coursekit.training import (
    init_model,
    linear,
    logistic,
    loss_and_gradient,
    predict,
    softmax,
)

CELLS = [elman, elman_linear, elman_logistic, carousel, lstm_1997, lstm]
READOUTS = [linear, logistic, softmax]
cells = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__.split(".")[-1])
readouts = pytest.mark.parametrize("readout", READOUTS, ids=lambda r: r.__name__.split(".")[-1])
masks = pytest.mark.parametrize("kind", ["none", "some", "one"])
UNITS, OUTPUTS = 3, 4


def targets_for(readout, rng, steps):
    if readout is linear:
        return rng.normal(size=(*steps, OUTPUTS))
    if readout is logistic:
        return rng.random((*steps, OUTPUTS))
    return rng.dirichlet(np.ones(OUTPUTS), size=steps)


def mask_for(kind, rng, steps):
    if kind == "none":
        return None
    mask = np.zeros(steps, dtype=bool)
    mask.flat[-1] = True
    return mask if kind == "one" else mask | (rng.random(steps) < 0.5)


def by_definition(readout, y, targets, mask):
    """The mean over the steps that count, one number at a time."""
    losses = []
    for step in np.ndindex(y.shape[:-1]):
        if mask is not None and not mask[step]:
            continue
        total = 0.0
        for found, wanted in zip(y[step].tolist(), targets[step].tolist(), strict=True):
            if readout is linear:
                total += (found - wanted) ** 2 / 2
            elif readout is softmax:
                total -= wanted * math.log(found)
            else:
                total -= wanted * math.log(found) + (1 - wanted) * math.log(1 - found)
        losses.append(total)
    return sum(losses) / len(losses)


def outputs_by_hand(readout, params, h):
    rows = []
    for step in np.ndindex(h.shape[:-1]):
        net = [float(v @ h[step] + d) for v, d in zip(params.V, params.d, strict=True)]
        if readout is logistic:
            net = [1 / (1 + math.exp(-value)) for value in net]
        if readout is softmax:
            powers = [math.exp(value) for value in net]
            net = [power / sum(powers) for power in powers]
        rows.append(net)
    return np.array(rows).reshape(*h.shape[:-1], len(params.d))


def central(function, array, step=1e-5):
    """dL/darray by moving every entry both ways."""
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        moved = []
        for sign in (1, -1):
            other = array.copy()
            other[index] += sign * step
            moved.append(function(other))
        gradient[index] = (moved[0] - moved[1]) / (2 * step)
    return gradient


def assert_same(given, expected):
    assert given.shape == expected.shape
    assert np.abs(given - expected).max() <= 1e-7 * max(1e-3, np.abs(expected).max())


@readouts
@masks
@pytest.mark.parametrize("steps", [(5,), (4, 3)], ids=str)
def test_the_loss_is_its_definition_and_the_gradient_its_derivative(readout, kind, steps):
    rng = np.random.default_rng(0)
    params = readout.Params(rng.normal(size=(OUTPUTS, UNITS)), rng.normal(size=OUTPUTS))
    h = rng.normal(size=(*steps, UNITS))
    targets, mask = targets_for(readout, rng, steps), mask_for(kind, rng, steps)

    value, grad_params, grad_h = readout.loss(params, h, targets, mask)
    y = outputs_by_hand(readout, params, h)
    np.testing.assert_allclose(readout.outputs(params, h), y, rtol=1e-12)
    assert type(value) is float
    assert value == pytest.approx(by_definition(readout, y, targets, mask), rel=1e-12)

    def loss(params, h):
        y = outputs_by_hand(readout, params, h)
        return by_definition(readout, y, targets, mask)

    assert_same(grad_params.V, central(lambda V: loss(params._replace(V=V), h), params.V))
    assert_same(grad_params.d, central(lambda d: loss(params._replace(d=d), h), params.d))
    assert_same(grad_h, central(lambda array: loss(params, array), h))
    if mask is not None:
        assert not grad_h[~mask].any()


@readouts
def test_what_stands_where_the_mask_is_false_is_nothing(readout):
    rng = np.random.default_rng(1)
    params, h = readout.init(rng, UNITS, OUTPUTS), rng.normal(size=(6, UNITS))
    mask = np.array([True, False, True, False, False, True])
    targets = targets_for(readout, rng, (6,))
    other = np.where(mask[:, None], targets, 1e6)
    once, again = readout.loss(params, h, targets, mask), readout.loss(params, h, other, mask)
    assert once[0] == again[0]
    for a, b in zip((*once[1], once[2]), (*again[1], again[2]), strict=True):
        np.testing.assert_array_equal(a, b)
    picked = readout.loss(params, h[mask], targets[mask])[0]
    assert readout.loss(params, h, targets, mask)[0] == pytest.approx(picked, rel=1e-14)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("net", [0.0, 30.0, -40.0, 700.0, -1e5, 1e5])
def test_cross_entropies_stay_exact_where_the_outputs_saturate(net):
    """log(1 + exp(-net)) and the softmax of (net, 0) are the same number; in 60 digits."""
    with localcontext() as context:
        context.prec = 60
        tail = (-abs(Decimal(net))).exp()
        expected = float((1 + tail).ln() + (abs(Decimal(net)) if net < 0 else 0))
    h = np.array([[1.0]])
    one = logistic.Params(np.array([[net]]), np.zeros(1))
    two = softmax.Params(np.array([[net], [0.0]]), np.zeros(2))
    assert logistic.loss(one, h, [[1.0]])[0] == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert softmax.loss(two, h, [[1.0, 0.0]])[0] == pytest.approx(expected, rel=1e-12, abs=1e-14)


@cells
@readouts
def test_a_cell_and_its_readout_together(cell, readout):
    rng = np.random.default_rng(2)
    model = init_model(rng, cell, readout, inputs=2, units=UNITS, outputs=OUTPUTS)
    steps = (4, 2)
    inputs, targets = rng.normal(size=(*steps, 2)), targets_for(readout, rng, steps)
    mask = mask_for("some", rng, steps)
    state = cell.State(*(rng.normal(size=(2, UNITS)) for _ in cell.State._fields))

    def loss(model):
        hs, now = [], state
        for x in inputs:
            now, _ = cell.step(model.cell, x, now)
            hs.append(now.h)
        y = outputs_by_hand(readout, model.readout, np.array(hs))
        return by_definition(readout, y, targets, mask)

    value, gradient = loss_and_gradient(cell, readout, model, inputs, targets, mask, state)
    assert value == pytest.approx(loss(model), rel=1e-12)
    for part in ("cell", "readout"):
        weights = getattr(model, part)
        for name, array in weights._asdict().items():
            expected = central(
                lambda moved, part=part, weights=weights, name=name: loss(
                    model._replace(**{part: weights._replace(**{name: moved})})
                ),
                array,
            )
            assert_same(getattr(getattr(gradient, part), name), expected)


@cells
@readouts
def test_predict_gives_every_step(cell, readout):
    rng = np.random.default_rng(3)
    model = init_model(rng, cell, readout, inputs=2, units=UNITS, outputs=OUTPUTS)
    inputs = rng.normal(size=(5, 2, 2))
    y = predict(cell, readout, model, inputs)
    now, rows = cell.initial_state(model.cell, (2,)), []
    for x in inputs:
        now, _ = cell.step(model.cell, x, now)
        rows.append(outputs_by_hand(readout, model.readout, now.h))
    np.testing.assert_allclose(y, rows, rtol=1e-12)


@readouts
def test_init_has_the_shapes_and_bounds_of_the_contract(readout):
    params = readout.init(np.random.default_rng(0), 49, 60)
    assert params.V.shape == (60, 49)
    assert 0.95 / 7 < np.abs(params.V).max() <= 1 / 7
    np.testing.assert_array_equal(params.d, np.zeros(60))
