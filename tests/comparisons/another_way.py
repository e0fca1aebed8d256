"""Two ways to the same numbers: forward in time, a limit case, a closed form, a compiled form."""

from dataclasses import replace

import numpy as np

from coursekit import blocks, cells
from coursekit.cells import (
    carousel,
    conv_lstm,
    coupled_lstm,
    elman_linear,
    gru,
    gru_reset_after,
    lstm,
    lstm_1997,
    peephole_lstm,
    tree_lstm,
)
from coursekit.cells.parameters import map_arrays
from coursekit.gradients import (
    Tree,
    bptt,
    gradient_by_time,
    rtrl,
    truncated,
    unroll,
    unroll_tree,
)
from coursekit.kernels import lstm as fused
from coursekit.kernels.trainer import OnlineTrainer
from coursekit.tasks import Sequences
from coursekit.training import Sgd, init_model, loss_and_gradient
from coursekit.training.solved_readouts import by_pseudo_inverse
from tests.comparisons.settings import INPUTS, UNITS, apart, block_setting, drawn, sequence


def forward_in_time(cell):
    """RTRL beside backpropagation through time."""
    params, xs, state, told = sequence(cell, steps=4 if cell is conv_lstm else 8)
    back = bptt(cell, params, unroll(cell, params, xs, state), told).params
    return apart(rtrl(cell, params, xs, told, state), back)


def added_up(cell):
    """What each step contributes, added up."""
    params, xs, state, told = sequence(cell)
    run = unroll(cell, params, xs, state)
    parts = gradient_by_time(cell, params, run, told)
    total = map_arrays(lambda array: array.sum(axis=0), parts)
    return apart(total, bptt(cell, params, run, told).params)


def nothing_cut(cell):
    """Where no error can recur through a gate, the truncated rule is the whole gradient."""
    params, xs, state, told = sequence(cell)
    loops = {name: 0 * array for name, array in params._asdict().items() if name[0] in "Up"}
    params = params._replace(**loops)
    run = unroll(cell, params, xs, state)
    return apart(truncated(cell, params, run, told), bptt(cell, params, run, told).params)


def nothing_cut_in_blocks():
    """The same for memory blocks."""
    layout, _, inputs, targets, mask = block_setting("4")
    layout, rng = replace(layout, recurrent="nothing"), np.random.default_rng(6)
    params = map_arrays(lambda a: 0.6 * rng.normal(size=a.shape), blocks.init(rng, layout))
    given = (layout, params, inputs, targets, mask)
    return apart(blocks.truncated_gradient(*given), blocks.full_gradient(*given))


def held(params, **biases):
    """Gates that see nothing but a bias."""
    fixed = {}
    for letter, bias in biases.items():
        for name, array in params._asdict().items():
            if name.endswith(f"_{letter}"):
                fixed[name] = np.full_like(array, bias if name[0] == "b" else 0)
    return params._replace(**fixed)


def renamed(kind, params, **others):
    """The arrays that another cell has too, and ``others``."""
    shared = {name: array for name, array in params._asdict().items() if name in kind._fields}
    return kind(**(shared | others))


def same_sequence(one, params_one, other, params_other):
    """Outputs, and gradients of what both cells have."""
    _, xs, state, told = sequence(one, steps=9)
    found = []
    for cell, params in ((one, params_one), (other, params_other)):
        run = unroll(cell, params, xs, cell.State(*state))
        back = bptt(cell, params, run, told)
        found.append((params, {"h": run.states.h, "xs": back.xs, "state": back.state}, back.params))
    free = [
        name
        for name, array in params_one._asdict().items()
        if np.array_equal(array, getattr(params_other, name, None)) and array.any()
    ]
    assert free
    pair = [
        outputs | {name: getattr(gradient, name) for name in free} for _, outputs, gradient in found
    ]
    return apart(*pair)


def open_forget_gate():
    params = held(drawn(lstm), f=1000.0)
    return same_sequence(lstm, params, lstm_1997, renamed(lstm_1997.Params, params))


def mirrored_input_gate():
    """sigma(-net) is 1 - sigma(net)."""
    params = drawn(coupled_lstm)
    mirrored = {f"{kind}_i": -getattr(params, f"{kind}_f") for kind in "WUb"}
    whole = renamed(lstm.Params, params, **mirrored)
    _, xs, state, told = sequence(lstm, steps=9)
    one, two = unroll(coupled_lstm, params, xs, state), unroll(lstm, whole, xs, state)
    back = bptt(lstm, whole, two, told).params
    both = {f"{kind}_f": getattr(back, f"{kind}_f") - getattr(back, f"{kind}_i") for kind in "WUb"}
    wanted = renamed(coupled_lstm.Params, back._replace(**both))
    found = bptt(coupled_lstm, params, one, told).params
    return apart({"states": one.states, "back": found}, {"states": two.states, "back": wanted})


def no_peepholes():
    params = drawn(peephole_lstm)
    params = params._replace(**{f"p_{letter}": np.zeros_like(params.p_i) for letter in "ifo"})
    return same_sequence(peephole_lstm, params, lstm, renamed(lstm.Params, params))


def open_reset_gate():
    """With r = 1 both forms of the GRU are one, but for the meaning of z."""
    params = held(drawn(gru), r=1000.0)
    mirrored = {f"{kind}_z": -getattr(params, f"{kind}_z") for kind in "WUb"}
    other = renamed(gru_reset_after.Params, params, **mirrored, b_hg=np.zeros_like(params.b_g))
    return same_sequence(gru, params, gru_reset_after, other)


def state_kept(cell):
    """Forget gate at one and input gate at zero (GRU: nothing new): the state after 50 steps."""
    biases = {
        gru: {"z": -1000.0},
        gru_reset_after: {"z": 1000.0},
        coupled_lstm: {"f": 1000.0},
        lstm_1997: {"i": -1000.0},
    }.get(cell, {"i": -1000.0, "f": 1000.0})
    _, xs, state, _ = sequence(cell, steps=50)
    run = unroll(cell, held(drawn(cell), **biases), 10 * xs, state)
    field = "c" if hasattr(state, "c") else "h"
    kept = np.broadcast_to(getattr(state, field), getattr(run.states, field).shape)
    return apart({field: getattr(run.states, field)}, {field: kept})


def summed_inputs():
    """The carousel's closed form: c_0 + W (sum of inputs) + t b."""
    params, xs, state, _ = sequence(carousel, steps=20)
    steps = np.arange(1, 21)[:, None, None]
    wanted = state.c + np.cumsum(xs, axis=0) @ params.W.T + steps * params.b
    return apart({"c": unroll(carousel, params, xs, state).states.c}, {"c": wanted})


def matrix_powers():
    """The linear net's closed form: U^t h_0 + sum over k of U^(t-k) (W x_k + b)."""
    params, xs, state, _ = sequence(elman_linear)
    wanted = []
    for t in range(1, len(xs) + 1):
        h = state.h @ np.linalg.matrix_power(params.U, t).T
        for k in range(t):
            h = h + (xs[k] @ params.W.T + params.b) @ np.linalg.matrix_power(params.U, t - 1 - k).T
        wanted.append(h)
    found = unroll(elman_linear, params, xs, state).states.h
    return apart({"h": found}, {"h": np.array(wanted)})


def chain(cell):
    """A tree of single children beside the LSTM over the same steps."""
    rng = np.random.default_rng(2)
    params = cell.init(rng, 2, 3, **({} if cell is tree_lstm else {"children": 1}))
    arrays = params._asdict()
    flat = lstm.Params(
        **{name: a.reshape(3, 3) if name[0] == "U" else a for name, a in arrays.items()}
    )
    xs = rng.normal(size=(9, 2))
    line = Tree(tuple((n - 1,) if n else () for n in range(9)))
    return apart(unroll_tree(cell, params, line, xs).states, unroll(lstm, flat, xs).states)


def one_place():
    """A picture of one place with a kernel of one beside the peephole cell."""
    rng = np.random.default_rng(3)
    shapes = conv_lstm.init(rng, 2, 3, kernel=1, size=(1, 1))
    params = map_arrays(lambda array: rng.normal(size=array.shape), shapes)
    flat = peephole_lstm.Params(*(array.squeeze() for array in params))
    xs = rng.normal(size=(9, 2))
    found = unroll(conv_lstm, params, xs[..., None, None]).states.h[..., 0, 0]
    return apart({"h": found}, {"h": unroll(peephole_lstm, flat, xs).states.h})


def layer_after_layer():
    """A stack beside its layers, each over the whole output of the one below."""
    whole = cells.stack(lstm, gru, cells.elman)
    params, xs, state, _ = sequence(whole)
    signal = xs
    for cell, part, before in zip(whole.layers, params, state.layers, strict=True):
        signal = unroll(cell, part, signal, before).states.h
    return apart({"h": unroll(whole, params, xs, state).states.h}, {"h": signal})


def compiled():
    """The compiled LSTM: all gradients."""
    params, xs, state, told = sequence(lstm, steps=40)
    found = fused.bptt(fused.unroll(params, xs, state), told)
    wanted = bptt(lstm, params, unroll(lstm, params, xs, state), told)
    return apart(found._asdict(), wanted._asdict())


def compiled_updates(cell, readout):
    """Weights after twelve sequences, an update each: the compiled trainer, the readable loop."""
    rng = np.random.default_rng(8)
    model = init_model(rng, cell, readout, inputs=INPUTS, units=UNITS, outputs=2)
    lengths = rng.integers(1, 20, 12)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    inputs, mask = rng.normal(size=(offsets[-1], INPUTS)), rng.random(offsets[-1]) < 0.3
    mask[offsets[1:] - 1] = True
    targets = np.eye(2)[rng.integers(2, size=offsets[-1])]
    trainer = OnlineTrainer(cell, readout, [model], rate=0.2)
    trainer.learn([Sequences(inputs, targets, mask, offsets)])
    sgd = Sgd(0.2)
    memory = sgd.start(model)
    for one in map(slice, offsets[:-1], offsets[1:]):
        _, gradient = loss_and_gradient(cell, readout, model, inputs[one], targets[one], mask[one])
        model, memory = sgd.update(model, gradient, memory)
    return apart(trainer.model(0), model)


def normal_equations():
    """The read-out by pseudo-inverse: V H^T H = Y^T H."""
    rng = np.random.default_rng(9)
    states, targets = rng.normal(size=(40, 5)), rng.normal(size=(40, 2))
    wanted = np.linalg.solve(states.T @ states, states.T @ targets).T
    return apart({"V": by_pseudo_inverse(states, targets).V}, {"V": wanted})
