"""Make torch.npz: what PyTorch computes with its own LSTM and GRU, for the tests to agree with.

    pip install torch==2.13.0 numpy
    python tests/recorded/record_torch.py

float64, one thread. For each net: its weights under PyTorch's names, inputs, initial state,
outputs, and the gradients of sum(outputs * told) with respect to all of them.
"""

from pathlib import Path

import numpy as np
import torch

STEPS, BATCH, INPUTS, UNITS = 7, 2, 3, 4
NETS = {
    "lstm": (torch.nn.LSTM, {}),
    "lstm_no_bias": (torch.nn.LSTM, {"bias": False}),
    "lstm_two_layers": (torch.nn.LSTM, {"num_layers": 2}),
    "gru": (torch.nn.GRU, {}),
    "gru_no_bias": (torch.nn.GRU, {"bias": False}),
    "gru_two_layers": (torch.nn.GRU, {"num_layers": 2}),
}


def record(kind: type, options: dict) -> dict[str, np.ndarray]:
    """One net, its numbers and their gradients."""
    net = kind(INPUTS, UNITS, **options).double()
    with torch.no_grad():
        for weight in net.parameters():
            weight.copy_(torch.randn_like(weight))
    layers = options.get("num_layers", 1)
    given = {"x": torch.randn(STEPS, BATCH, INPUTS), "h": torch.randn(layers, BATCH, UNITS)}
    if kind is torch.nn.LSTM:
        given["c"] = torch.randn(layers, BATCH, UNITS)
    given = {name: value.double().requires_grad_() for name, value in given.items()}
    state = (given["h"], given["c"]) if "c" in given else given["h"]
    outputs, _ = net(given["x"], state)
    told = torch.randn(STEPS, BATCH, UNITS).double()
    (outputs * told).sum().backward()
    found = {"outputs": outputs, "told": told}
    for name, value in (*given.items(), *net.named_parameters()):
        found[name], found[f"grad_{name}"] = value, value.grad
    return {name: value.detach().numpy() for name, value in found.items()}


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    made_by = (("PyTorch", torch), ("NumPy", np))
    arrays = {"versions": np.array([f"{name} {module.__version__}" for name, module in made_by])}
    for net, (kind, options) in NETS.items():
        arrays |= {f"{net}/{name}": array for name, array in record(kind, options).items()}
    np.savez_compressed(Path(__file__).with_name("torch.npz"), **arrays)
