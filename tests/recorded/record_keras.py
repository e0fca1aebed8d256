"""Make keras.npz: what Keras computes with its own LSTM and GRU, for the tests to agree with.

    pip install keras==3.15.1 torch==2.13.0 numpy
    KERAS_BACKEND=torch python tests/recorded/record_keras.py

float64. For each layer: its weights in Keras' order, inputs, initial state, outputs, and the
gradients of sum(outputs * told) with respect to weights, inputs and initial state. Batch first, as
Keras has it.

Keras' matmul turns float64 into float32 on every backend but TensorFlow. Its LSTM, and its GRU with
reset_after, go round that by PyTorch's own loops; the GRU without reset_after does not. So the
table of that conversion is changed here, before the first product: the layers are Keras', the
numbers float64.
"""

from pathlib import Path

import keras
import numpy as np
import torch
from keras.src.backend.common import dtypes

STEPS, BATCH, INPUTS, UNITS = 7, 2, 3, 4
NAMES = ("kernel", "recurrent_kernel", "bias")
LAYERS = {
    "lstm": lambda: keras.layers.LSTM(UNITS, return_sequences=True),
    "gru_reset_after": lambda: keras.layers.GRU(UNITS, return_sequences=True, reset_after=True),
    "gru": lambda: keras.layers.GRU(UNITS, return_sequences=True, reset_after=False),
}


def record(name: str, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """One layer, its numbers and their gradients."""
    layer = LAYERS[name]()
    layer.build((BATCH, STEPS, INPUTS))
    layer.set_weights([rng.normal(size=weight.shape) for weight in layer.weights])
    x = torch.tensor(rng.normal(size=(BATCH, STEPS, INPUTS)), requires_grad=True)
    states = [rng.normal(size=(BATCH, UNITS)) for _ in range(2 if name == "lstm" else 1)]
    told = rng.normal(size=(BATCH, STEPS, UNITS))
    initial = [torch.tensor(state, requires_grad=True) for state in states]
    outputs = layer(x, initial_state=initial)
    (outputs * torch.tensor(told)).sum().backward()
    found = {"x": x.detach().numpy(), "grad_x": x.grad.numpy(), "told": told}
    for label, state in zip("hc", initial, strict=False):
        found[label], found[f"grad_{label}"] = state.detach().numpy(), state.grad.numpy()
    found["outputs"] = outputs.detach().numpy()
    assert outputs.dtype == torch.float64
    for label, weight in zip(NAMES, layer.weights, strict=True):
        found[label] = weight.value.detach().numpy()
        found[f"grad_{label}"] = weight.value.grad.numpy()
    return found


if __name__ == "__main__":
    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    keras.config.set_floatx("float64")
    torch.set_default_device("cpu")
    rng = np.random.default_rng(0)
    made_by = (("Keras", keras), ("PyTorch", torch), ("NumPy", np))
    arrays = {"versions": np.array([f"{name} {module.__version__}" for name, module in made_by])}
    for name in LAYERS:
        arrays |= {f"{name}/{label}": array for label, array in record(name, rng).items()}
    np.savez_compressed(Path(__file__).with_name("keras.npz"), **arrays)
