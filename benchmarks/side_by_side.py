"""The same gradients by coursekit and by PyTorch: first shown to be equal, then timed in turns.

A ratio above 1 says how many times longer coursekit takes. run.py gives both one thread: on small
arrays PyTorch's second thread costs more than it helps, and far more on a busy machine.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from run import medians

from coursekit.cells import elman, lstm
from coursekit.gradients import bptt, state_jacobian, unroll

Array = NDArray[np.float64]


def line(what: str, ours: float, theirs: float) -> None:
    """Print both times and their ratio."""
    print(f"{what:<66}{1000 * ours:8.2f} ms {1000 * theirs:8.2f} ms {ours / theirs:7.2f}")


def torch_lstm(params: lstm.Params) -> torch.nn.LSTM:
    """torch.nn.LSTM with our weights: its gates are stacked i, f, g, o, and it has two biases."""
    units, inputs = params.W_i.shape
    net = torch.nn.LSTM(inputs, units).double()
    parts: Any = {
        "weight_ih_l0": [params.W_i, params.W_f, params.W_g, params.W_o],
        "weight_hh_l0": [params.U_i, params.U_f, params.U_g, params.U_o],
        "bias_ih_l0": [params.b_i, params.b_f, params.b_g, params.b_o],
    }
    with torch.no_grad():
        net.bias_hh_l0.zero_()
        for name, arrays in parts.items():
            getattr(net, name).copy_(torch.from_numpy(np.concatenate(arrays)))
    return net


def compare_lstm(steps: int, batch: int, inputs: int, units: int) -> None:
    """Forward and backward through an LSTM, from dL/dh of every step to dL/dparams."""
    rng = np.random.default_rng(0)
    params = lstm.init(rng, inputs, units)
    xs = rng.normal(size=(steps, batch, inputs))
    grad_h = rng.normal(size=(steps, batch, units))
    net, their_xs, their_grad = torch_lstm(params), torch.from_numpy(xs), torch.from_numpy(grad_h)

    def ours() -> Array:
        run = unroll(lstm, params, xs)
        return bptt(lstm, params, run, grad_h).params.U_f

    def theirs() -> Array:
        net.zero_grad()
        out, _ = net(their_xs)
        out.backward(their_grad)
        assert net.weight_hh_l0.grad is not None
        return net.weight_hh_l0.grad[units : 2 * units].numpy()

    np.testing.assert_allclose(ours(), theirs(), rtol=1e-8, atol=1e-8)
    what = f"LSTM there and back, {steps} steps, batch {batch}, {units} units"
    line(f"{what} / nn.LSTM", *medians(ours, theirs))


def compare_jacobian(steps: int, units: int) -> None:
    """dh_T / dh_0 of an Elman net; PyTorch's own net, then a loop that it can vectorise."""
    rng = np.random.default_rng(0)
    params = elman.init(rng, 3, units)
    xs = rng.normal(size=(steps, 3))
    run = unroll(elman, params, xs)
    W, U, b = (torch.from_numpy(array) for array in params)
    net = torch.nn.RNN(3, units).double()
    with torch.no_grad():
        net.weight_ih_l0.copy_(W)
        net.weight_hh_l0.copy_(U)
        net.bias_ih_l0.copy_(b)
        net.bias_hh_l0.zero_()
    their_xs, start = torch.from_numpy(xs), torch.zeros(1, units, dtype=torch.float64)

    def module(h: torch.Tensor) -> torch.Tensor:
        return net(their_xs, h)[1]

    def loop(h: torch.Tensor) -> torch.Tensor:
        for x in their_xs:
            h = torch.tanh(x @ W.T + h @ U.T + b)
        return h

    def ours() -> Array:
        return state_jacobian(elman, params, run, 0, steps)

    def ours_with_forward() -> Array:
        return state_jacobian(elman, params, unroll(elman, params, xs), 0, steps)

    def by_module() -> Array:
        return torch.autograd.functional.jacobian(module, start).reshape(units, units).numpy()

    def by_loop() -> Array:
        made = torch.autograd.functional.jacobian(loop, start, vectorize=True)
        return made.reshape(units, units).numpy()

    for other in (by_module, by_loop):
        np.testing.assert_allclose(ours(), other(), rtol=1e-6, atol=1e-14)
    ours_s, module_s, loop_s = medians(ours_with_forward, by_module, by_loop)
    what = f"unroll + state_jacobian, {steps} steps, {units} units"
    line(f"{what} / functional.jacobian", ours_s, module_s)
    line(f"{what} / the same, vectorize=True", ours_s, loop_s)


def main() -> None:
    """Print the comparisons."""
    print(f"Beside PyTorch {torch.__version__}, float64, threads: {torch.get_num_threads()}")
    print(f"{'':<66}{'coursekit':>11} {'PyTorch':>11} {'ratio':>7}")
    compare_lstm(steps=12, batch=1, inputs=7, units=8)
    compare_lstm(steps=100, batch=32, inputs=7, units=50)
    compare_jacobian(steps=100, units=50)


if __name__ == "__main__":
    main()
