"""The compiled variants: the readable cells update for update, and the parts by differences."""

import numpy as np
import pytest

from coursekit.cells import coupled_lstm, gru, lstm, peephole_lstm, sigmoid, state_peephole_lstm
from coursekit.cells.parameters import named_arrays
from coursekit.gradients import numerical_gradient, unroll
from coursekit.kernels.variant_runs import batches, side_by_side, trained
from coursekit.kernels.variants import Variant, VariantTrainer
from coursekit.tasks import Adding, Padded, Recall, TimedSpikes
from coursekit.training import Adam, Model, fit, linear, logistic, loss_and_gradient, softmax

SIZES = {"inputs": 3, "units": 5, "outputs": 2}
READABLE = {
    lstm: Variant(),
    peephole_lstm: Variant(peepholes=True),
    coupled_lstm: Variant(coupled=True),
    gru: Variant(gru=True),
}


def drawn(readout=linear, count=7):
    rng = np.random.default_rng(3)
    mask = rng.random((count, 9, 6)) < 0.4
    mask[:, -1] = True
    targets = rng.random((count, 9, 6, 2))
    if readout is softmax:
        targets = np.eye(2)[rng.integers(2, size=(count, 9, 6))]
    xs = rng.normal(size=(count, 9, 6, 3))
    return [Padded(*parts) for parts in zip(xs, targets, mask, strict=True)]


def trainer(variant, readout=linear, **more):
    rng = np.random.default_rng(0)
    return VariantTrainer(variant, readout, rng, **SIZES, **{"rate": 0.02, "clip": 0.1, **more})


def as_params(cell, params):
    return cell.Params(*(getattr(params, name) for name in cell.Params._fields))


@pytest.mark.parametrize("readout", [linear, logistic, softmax], ids=lambda r: r.__name__)
@pytest.mark.parametrize("cell", READABLE, ids=lambda cell: cell.__name__)
def test_every_update_is_that_of_the_readable_cell(cell, readout):
    net, data = trainer(READABLE[cell], readout), drawn(readout)
    start = Model(as_params(cell, net.model.cell), net.model.readout)
    rest = iter(data)
    wanted = fit(
        lambda model: loss_and_gradient(cell, readout, model, *next(rest)),
        *(start, Adam(0.02), len(data)),
        clip=0.1,
    ).params
    net.learn(data[:3])  # what Adam remembers goes on from call to call
    net.learn(data[3:])
    ours = Model(as_params(cell, net.model.cell), net.model.readout)
    for (name, a), (_, b) in zip(named_arrays(ours), named_arrays(wanted), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12, err_msg=name)


def outputs_of(variant, model, xs):
    """The equations of the module, one line each; gates that are not there are one."""
    p, readout = model.cell, model.readout
    h = c = np.zeros((xs.shape[1], len(p.b_i)))
    found = []
    for x in xs:

        def net(letter, x=x, h=h):
            W, U, b = (getattr(p, f"{kind}_{letter}") for kind in "WUb")
            return x @ W.T + (h @ U.T if variant.recurrent else 0) + b

        peep = float(variant.peepholes)
        one = np.ones_like(c)
        f = sigmoid(net("f") + peep * p.p_f * c) if variant.forget_gate else one
        i = sigmoid(net("i") + peep * p.p_i * c) if variant.input_gate else one
        i = 1 - f if variant.coupled else i
        g = np.tanh(net("g")) if variant.squash_in else net("g")
        c = f * c + i * g
        o = sigmoid(net("o") + peep * p.p_o * c) if variant.output_gate else one
        h = o * (np.tanh(c) if variant.squash_out else c)
        found.append(h @ readout.V.T + readout.d)
    return np.array(found)


CHANGED = [
    Variant(input_gate=False),
    Variant(forget_gate=False),
    Variant(output_gate=False),
    Variant(squash_in=False),
    Variant(squash_out=False),
    Variant(coupled=True, peepholes=True),
    Variant(recurrent=False),
    Variant(recurrent=False, peepholes=True, squash_out=False),
]


@pytest.mark.parametrize("variant", CHANGED, ids=str)
def test_a_changed_part_follows_its_equations_and_their_differences(variant):
    data = drawn(count=3)
    net = trainer(variant, rate=0.01, clip=1e-3)

    def loss(model, batch):
        error = outputs_of(variant, model, batch.inputs) - batch.targets
        return 0.5 * float((error**2 * batch.mask[..., None]).sum() / batch.mask.sum())

    model = net.model
    said = outputs_of(variant, model, data[0].inputs)
    seen = data[0].mask
    np.testing.assert_allclose(net.answer(data[0])[seen], said[seen], rtol=1e-12)
    rest = iter(data)

    def both(model):
        batch = next(rest)
        return loss(model, batch), numerical_gradient(lambda m: loss(m, batch), model)

    # Adam divides by the size of a gradient, so that weights which do nothing here would move by
    # the noise of the differences; they are compared where the kernel moves them.
    wanted = fit(both, model, Adam(0.01), 3, clip=1e-3).params
    net.learn(data)
    for (name, a), (_, b), (_, old) in zip(
        *(named_arrays(part) for part in (net.model, wanted, model)), strict=True
    ):
        moved = a != old
        np.testing.assert_allclose(a[moved], b[moved], rtol=0, atol=2e-4, err_msg=name)
        gone = name.endswith(("_i", "_f", "_o")) and name[-1] not in variant.gates
        idle = "cell.p" in name and not variant.peepholes
        silent = "cell.U" in name and not variant.recurrent
        assert moved.any() == (not (gone or idle or silent)), name


def test_one_unit_that_sees_only_its_state_is_the_state_only_cell_but_for_the_output_gate():
    variant = Variant(peepholes=True, recurrent=False, squash_out=False)
    rng = np.random.default_rng(1)
    net = VariantTrainer(variant, linear, rng, inputs=1, units=1, outputs=1, rate=0.01)
    net.learn(batches(TimedSpikes(5), rng, 3, size=4))
    p = net.model.cell
    shared = {
        name: getattr(p, name) for name in state_peephole_lstm.Params._fields if "U" not in name
    }
    U = {f"U_{k}": getattr(p, f"p_{k}")[:, None] for k in "if"}
    params = state_peephole_lstm.Params(**shared, **U, U_o=np.zeros((1, 1)))
    xs = rng.normal(size=(8, 1))
    run = unroll(state_peephole_lstm, params, xs)
    np.testing.assert_allclose(net.traces(xs)["c"], run.states.c, rtol=1e-12)


def test_a_deaf_copy_hears_no_h_and_the_net_stays_as_it_is():
    variant, data = Variant(peepholes=True), drawn(count=3)
    net = trainer(variant)
    net.learn(data[:2])
    before, deaf = net.model, net.deaf()
    wanted = outputs_of(Variant(peepholes=True, recurrent=False), before, data[2].inputs)
    seen = data[2].mask
    np.testing.assert_allclose(deaf.answer(data[2])[seen], wanted[seen], rtol=1e-12)
    deaf.learn(data)
    for (name, a), (_, b) in zip(named_arrays(net.model), named_arrays(before), strict=True):
        np.testing.assert_array_equal(a, b, err_msg=name)


def test_weights_are_counted_as_they_are():
    inputs, units, outputs = 3, 5, 2
    for cell, variant in READABLE.items():
        arrays = cell.init(np.random.default_rng(0), inputs, units)
        count = sum(array.size for array in arrays) + outputs * (units + 1)
        assert variant.weights(inputs, units, outputs) == count
    assert Variant(recurrent=False).weights(1, 1, 1) == 10


def test_a_net_learns_and_depends_on_its_seed_alone():
    task = Recall(gap=3)

    def run(seed):
        settings = {"units": 4, "updates": 400, "rate": 0.03, "together": 2}
        net = trained(Variant(), task, seed, readout=softmax, **settings)
        (fresh,) = batches(task, np.random.default_rng(9), 1, size=50, together=4)
        right = net.answer(fresh).argmax(-1) == fresh.targets.argmax(-1)
        return right[fresh.mask].mean()

    scores = side_by_side(run, range(3))
    assert min(scores) > 0.9
    assert scores[1] == run(1)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: Variant(coupled=True, input_gate=False), "coupled gates are both there"),
        (lambda: Variant(gru=True, squash_in=False), "none of the LSTM's parts"),
        (lambda: trainer(Variant(), readout=None), "pass linear, logistic or softmax"),
        (
            lambda: trainer(Variant()).learn(batches(Adding(22), np.random.default_rng(0), 1, 2)),
            "batches have 2 inputs and 1 outputs",
        ),
        (
            lambda: trained(Variant(), Adding(22), 0, units=2, updates=150, rate=0.1),
            "multiple of 100",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
