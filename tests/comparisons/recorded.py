"""The numbers that other frameworks gave, run again here through the bridges."""

from pathlib import Path

import numpy as np

from coursekit.cells import gru, gru_reset_after, lstm, stack
from coursekit.cells.bridges import from_keras, from_torch, to_keras, to_torch
from coursekit.gradients import bptt, unroll

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


def furthest(pairs):
    """The largest difference, each relative to the largest number of its array."""
    return max(np.abs(one - other).max() / np.abs(other).max() for one, other in pairs)


def torch_difference(net):
    """Outputs and all gradients of one recorded PyTorch net, however many layers it has."""
    found = recorded("torch", net)
    weights = {name: array for name, array in found.items() if name.startswith(("weight", "bias"))}
    layers = len(found["h"])
    params = [from_torch(weights, layer) for layer in range(layers)]
    cells = [CELL_OF[type(part)] for part in params]
    fields = [found["h"], found["c"]] if "c" in found else [found["h"]]
    states = [cell.State(*(field[n] for field in fields)) for n, cell in enumerate(cells)]
    whole = stack(*cells)
    run = unroll(
        *(whole, whole.Params(params), found["x"]), whole.State(states[-1].h, tuple(states))
    )
    back = bptt(whole, whole.Params(params), run, found["told"])
    pairs = [(run.states.h, found["outputs"]), (back.xs, found["grad_x"])]
    for n in range(layers):
        pairs.append((back.state.layers[n].h, found["grad_h"][n]))
        if "c" in found:
            pairs.append((back.state.layers[n].c, found["grad_c"][n]))
        for name, array in to_torch(back.params[n], layer=n).items():
            if name not in weights:
                continue
            if name.startswith("bias_hh"):  # the gradient of a sum is that of each part
                wanted = found[f"grad_bias_hh_l{n}"]
                if cells[n] is lstm:
                    array = to_torch(back.params[n], layer=n)[f"bias_ih_l{n}"]
                else:
                    units = len(wanted) // 3
                    both = to_torch(back.params[n], layer=n)[f"bias_ih_l{n}"][: 2 * units]
                    array = np.concatenate([both, array[2 * units :]])
                pairs.append((array, wanted))
            else:
                pairs.append((array, found[f"grad_{name}"]))
    return furthest(pairs)


def keras_difference(net):
    """Outputs and all gradients of one recorded Keras layer."""
    found = recorded("keras", net)
    params = from_keras([found[name] for name in ("kernel", "recurrent_kernel", "bias")])
    cell = CELL_OF[type(params)]
    state = cell.State(*(found[name] for name in cell.State._fields))
    run = unroll(cell, params, found["x"].swapaxes(0, 1), state)
    back = bptt(cell, params, run, found["told"].swapaxes(0, 1))
    pairs = [
        (run.states.h.swapaxes(0, 1), found["outputs"]),
        (back.xs.swapaxes(0, 1), found["grad_x"]),
    ]
    for name, array in to_keras(back.params).items():
        wanted = found[f"grad_{name}"]
        if name == "bias" and array.ndim == 2:  # z and r have one bias here, and two there
            units = array.shape[1] // 3
            array = array.copy()
            array[1, : 2 * units] = array[0, : 2 * units]
        pairs.append((array, wanted))
    return furthest(pairs)
