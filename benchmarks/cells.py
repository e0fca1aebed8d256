"""The LSTM there and back at three sizes: the readable cell, the compiled form, and PyTorch.

    pip install "coursekit[bench]"
    python benchmarks/cells.py

Each turn runs all of them once, so that a busy machine hits all; ratios are of medians. All of
this machine's cores may be used. Memory is the peak of what Python allocates, relative to the
arrays that the backward pass has to keep (i, f, o, g, c, tanh c, h of all steps).
"""

import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from run import medians

from coursekit.cells import lstm
from coursekit.gradients import bptt, unroll
from coursekit.kernels import lstm as compiled

# steps, batch, units, turns; then the most that readable and compiled may take of PyTorch's time
SIZES = (
    (100, 32, 128, 15, 1.2, 0.9),
    (100, 64, 256, 7, 1.0, 0.8),
    (12, 32, 16, 101, 0.65, 0.4),
)


def torch_there_and_back(
    params: lstm.Params, xs: NDArray[Any], told: NDArray[Any], dtype: torch.dtype
) -> Callable[[], torch.Tensor]:
    """torch.nn.LSTM with our weights; returns the gradient of its first weight matrix."""
    from coursekit.cells.bridges import to_torch

    units, inputs = params.W_i.shape
    net = torch.nn.LSTM(inputs, units).to(dtype)
    net.load_state_dict({name: torch.tensor(a) for name, a in to_torch(params).items()})
    x = torch.tensor(xs, dtype=dtype, requires_grad=True)
    grad = torch.tensor(told, dtype=dtype)

    def run() -> torch.Tensor:
        net.zero_grad()
        x.grad = None
        net(x)[0].backward(grad)
        assert net.weight_ih_l0.grad is not None
        return net.weight_ih_l0.grad

    return run


def peak_of(program: Callable[[], object]) -> int:
    """The most that Python holds at once while a program runs, in bytes."""
    tracemalloc.start()
    program()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def measure(steps: int, batch: int, units: int, turns: int, readable: float, fused: float) -> None:
    """One size: equal first, then timed in turns."""
    rng = np.random.default_rng(0)
    params = lstm.init(rng, units, units)
    narrow: Any = [array.astype(np.float32) for array in params]
    single = lstm.Params(*narrow)
    xs = rng.normal(size=(steps, batch, units))
    told = rng.normal(size=(steps, batch, units))
    xs32, told32 = xs.astype(np.float32), told.astype(np.float32)

    def plain() -> lstm.Params:
        return bptt(lstm, params, unroll(lstm, params, xs), told).params

    def kernel() -> lstm.Params:
        return compiled.bptt(compiled.unroll(params, xs), told).params

    def kernel32() -> lstm.Params:
        return compiled.bptt(compiled.unroll(single, xs32), told32).params

    theirs = torch_there_and_back(params, xs, told, torch.float64)
    theirs32 = torch_there_and_back(params, xs, told, torch.float32)
    wanted = theirs()[:units].numpy()
    for ours in (plain, kernel):
        np.testing.assert_allclose(ours().W_i, wanted, rtol=1e-8, atol=1e-10 * abs(wanted).max())
    times = medians(plain, kernel, theirs, kernel32, theirs32, repeats=turns)
    ms = [1000 * seconds for seconds in times]
    print(f"{steps} steps, batch {batch}, {units} units")
    for name, own, other, most in (
        ("readable, float64", ms[0], ms[2], readable),
        ("compiled, float64", ms[1], ms[2], fused),
        ("compiled, float32", ms[3], ms[4], None),
    ):
        ratio = own / other
        target = (
            "" if most is None else f"   target {most:g}   {'met' if ratio <= most else 'MISSED'}"
        )
        print(f"  {name}: {own:8.2f} ms, PyTorch {other:8.2f} ms, ratio {ratio:5.2f}{target}")
    kept = 7 * told.nbytes
    for name, program in (("readable", plain), ("compiled", kernel)):
        share = peak_of(program) / kept
        weights = 2 * sum(array.nbytes for array in params) / kept
        print(f"  {name}: memory {share:.2f} times what must be kept (weights alone {weights:.2f})")


def main() -> int:
    """Print all sizes."""
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}, torch {torch.__version__},")
    print(f"{torch.get_num_threads()} threads\n")
    for size in SIZES:
        measure(*size)
    return 0


if __name__ == "__main__":
    sys.exit(main())
