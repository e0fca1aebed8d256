"""The numbers that other frameworks gave, run again here through the bridges."""

from pathlib import Path

import numpy as np

from coursekit.cells import gru, gru_reset_after, lstm, stack
from coursekit.cells.bridges import from_keras, from_torch, to_keras, to_torch
from coursekit.gradients import bptt, unroll
from tests.comparisons.settings import apart

FOLDER = Path(__file__).parents[1] / "recorded"
CELL_OF = {
    lstm.Params: lstm,
    gru.Params: gru,
    gru_reset_after.Params: gru_reset_after,
}


def recorded(framework, net):
    """The arrays of one net, by name."""
    with np.load(FOLDER / f"{framework}.npz") as file:
        return {
            name.removeprefix(f"{net}/"): file[name]
            for name in file.files
            if name.startswith(f"{net}/")
        }


def made_with(framework):
    """What made the file, such as ``PyTorch 2.13.0``."""
    with np.load(FOLDER / f"{framework}.npz") as file:
        return str(file["versions"][0]).partition("+")[0]


def torch_difference(net):
    """Outputs and all gradients of one recorded PyTorch net, however many layers it has."""
    found = recorded("torch", net)
    weights = {name: array for name, array in found.items() if name.startswith(("weight", "bias"))}
    layers = range(len(found["h"]))
    params = [from_torch(weights, layer) for layer in layers]
    each = [CELL_OF[type(part)] for part in params]
    whole = stack(*each)
    states = tuple(
        cell.State(*(found[field][n] for field in cell.State._fields))
        for n, cell in enumerate(each)
    )
    start = whole.State(states[-1].h, states)
    run = unroll(whole, whole.Params(params), found["x"], start)
    back = bptt(whole, whole.Params(params), run, found["told"])
    ours = {"outputs": run.states.h, "grad_x": back.xs}
    for field in each[0].State._fields:
        ours[f"grad_{field}"] = np.stack([getattr(part, field) for part in back.state.layers])
    for n in layers:
        for name, array in with_both_biases(to_torch(back.params[n], layer=n), n).items():
            if name in weights:
                ours[f"grad_{name}"] = array
    return apart(ours, only(found))


def with_both_biases(gradient, layer):
    """A gradient in PyTorch's layout: where two biases are added, each has that of the sum."""
    first, second = gradient[f"bias_ih_l{layer}"], gradient[f"bias_hh_l{layer}"]
    alone = len(gradient[f"weight_hh_l{layer}"]) // gradient[f"weight_hh_l{layer}"].shape[1] == 3
    shared = len(second) * 2 // 3 if alone else len(second)  # r and z, or all of the LSTM
    both = np.concatenate([first[:shared], second[shared:]])
    return gradient | {f"bias_hh_l{layer}": both}


def only(found):
    """Outputs and gradients, of all that is recorded."""
    return {name: a for name, a in found.items() if name == "outputs" or name.startswith("grad_")}


def keras_difference(net):
    """Outputs and all gradients of one recorded Keras layer."""
    found = recorded("keras", net)
    params = from_keras([found[name] for name in ("kernel", "recurrent_kernel", "bias")])
    cell = CELL_OF[type(params)]
    state = cell.State(*(found[name] for name in cell.State._fields))
    run = unroll(cell, params, found["x"].swapaxes(0, 1), state)
    back = bptt(cell, params, run, found["told"].swapaxes(0, 1))
    ours = {"outputs": run.states.h.swapaxes(0, 1), "grad_x": back.xs.swapaxes(0, 1)}
    for field, array in back.state._asdict().items():
        ours[f"grad_{field}"] = array
    for name, array in to_keras(back.params).items():
        if name == "bias" and array.ndim == 2:  # z and r have one bias here, and two there
            shared = array.shape[1] * 2 // 3
            array = np.stack([array[0], np.concatenate([array[0, :shared], array[1, shared:]])])
        ours[f"grad_{name}"] = array
    return apart(ours, only(found))
