"""Online training, one sequence and one update: compiled, beside PyTorch and a jitted JAX scan.

    pip install "coursekit[bench]"
    python benchmarks/online_training.py

One thread each. The compiled trainers walk eight trials in the lanes of one vector; a time is per
step of one trial. Ours is float64, theirs float32, as their users would have it. All are run in
turns, the order drawn anew for each turn, and the figures are medians. The arithmetic limit counts
the multiply-adds that the equations need, and what the core can do of them at best, which is
measured here by a loop of nothing else.
"""

import os
import random
import statistics
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from coursekit.blocks import PUBLISHED
from coursekit.cells import lstm
from coursekit.kernels.blocks import BlocksTrainer
from coursekit.kernels.compiled import compiled
from coursekit.kernels.lanes import everywhere, fma, store
from coursekit.kernels.lanes_of import WIDTH, zeros
from coursekit.kernels.trainer import OnlineTrainer
from coursekit.tasks import Sequences
from coursekit.training import init_model, linear

UNITS, INPUTS, STEPS, COUNT = 8, 2, 100, 50
ONE_THREAD = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
TURNS, ORDERS = 9, 3


def chunks(features: int, seed: int) -> list[Sequences]:
    """Eight chunks of sequences of 100 steps, with one target at the end of each."""
    rng = np.random.default_rng(seed)
    rows = STEPS * COUNT
    mask = np.zeros(rows, dtype=bool)
    mask[STEPS - 1 :: STEPS] = True
    offsets = np.arange(COUNT + 1) * STEPS
    return [
        Sequences(rng.uniform(-1, 1, (rows, features)), rng.random((rows, 1)), mask, offsets)
        for _ in range(WIDTH)
    ]


def by_pytorch() -> Callable[[], object]:
    """nn.LSTM and a linear read-out, one sequence, one update by SGD."""
    import torch

    torch.set_num_threads(1)
    net, readout = torch.nn.LSTM(INPUTS, UNITS), torch.nn.Linear(UNITS, 1)
    optimiser = torch.optim.SGD([*net.parameters(), *readout.parameters()], lr=0.01)
    xs, target = torch.randn(STEPS, 1, INPUTS), torch.rand(1)

    def run() -> None:
        optimiser.zero_grad()
        h, _ = net(xs)
        (0.5 * (readout(h[-1, 0]) - target) ** 2).sum().backward()
        optimiser.step()

    return run


def by_jax() -> Callable[[], object]:
    """A jitted scan over 50 updates, each with a scan over the steps: JAX at its best."""
    import jax
    import jax.numpy as jnp

    key = jax.random.PRNGKey(0)
    shapes = {"W": (INPUTS, 4 * UNITS), "U": (UNITS, 4 * UNITS), "b": (4 * UNITS,)}
    shapes |= {"V": (UNITS, 1), "d": (1,)}
    params = {name: 0.1 * jax.random.normal(key, shape) for name, shape in shapes.items()}

    def loss(params: Any, xs: Any, target: Any) -> Any:
        def step(state: Any, x: Any) -> Any:
            h, c = state
            i, f, o, g = jnp.split(x @ params["W"] + h @ params["U"] + params["b"], 4)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

        zeros_ = jnp.zeros(UNITS)
        (h, _), _ = jax.lax.scan(step, (zeros_, zeros_), xs)
        return 0.5 * jnp.sum((h @ params["V"] + params["d"] - target) ** 2)

    def update(params: Any, pair: Any) -> Any:
        gradient = jax.grad(loss)(params, *pair)
        return jax.tree.map(lambda w, d: w - 0.01 * d, params, gradient), None

    many = jax.jit(lambda params, pairs: jax.lax.scan(update, params, pairs)[0])
    rng = np.random.default_rng(0)
    xs = jnp.asarray(rng.normal(size=(COUNT, STEPS, INPUTS)), jnp.float32)
    pairs = (xs, jnp.asarray(rng.random((COUNT, 1)), jnp.float32))
    return lambda: many(params, pairs)["b"].block_until_ready()


def _loop(out, turns):  # type: ignore[no-untyped-def]
    """Ten chains of multiply-adds over lanes: more than a core can have in flight."""
    a = b = c = d = e = f = g = h = i = j = everywhere(1.0)
    x, y = everywhere(0.5), everywhere(0.25)
    for _ in range(turns):
        a, b, c, d, e = fma(a, x, y), fma(b, x, y), fma(c, x, y), fma(d, x, y), fma(e, x, y)
        f, g, h, i, j = fma(f, x, y), fma(g, x, y), fma(h, x, y), fma(i, x, y), fma(j, x, y)
    store(out, 0, a + b + c + d + e + f + g + h + i + j)


def peak() -> float:
    """Multiply-adds that one core does in a microsecond, at best."""
    loop, out, turns = compiled(_loop), zeros(1), 1_000_000
    loop(out, 10)
    seconds = []
    for _ in range(5):
        began = perf_counter()
        loop(out, turns)
        seconds.append(perf_counter() - began)
    return 10 * WIDTH * turns / min(seconds) / 1e6


def main() -> int:
    """Print both comparisons."""
    rng = np.random.default_rng(0)
    sizes = {"inputs": INPUTS, "units": UNITS, "outputs": 1}
    models = [init_model(rng, lstm, linear, **sizes) for _ in range(WIDTH)]
    full, published = OnlineTrainer(lstm, linear, models, rate=0.01), PUBLISHED["4"]
    starts = [published.init(rng) for _ in range(WIDTH)]
    blocks = BlocksTrainer(published.layout, starts, published.rate)
    data = chunks(INPUTS, 1)
    programs: dict[str, tuple[Callable[[], object], int]] = {
        "full": (lambda: full.learn(data), WIDTH * COUNT * STEPS),
        "truncated": (lambda: blocks.learn(data), WIDTH * COUNT * STEPS),
        "PyTorch": (by_pytorch(), STEPS),
        "JAX": (by_jax(), COUNT * STEPS),
    }
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for program, _ in programs.values():
        program()
    for seed in range(ORDERS):
        draw = random.Random(seed)
        for _ in range(TURNS):
            for name in draw.sample(list(programs), len(programs)):
                program, steps = programs[name]
                began = perf_counter()
                program()
                seconds[name].append((perf_counter() - began) / steps * 1e6)
    median = {name: statistics.median(taken) for name, taken in seconds.items()}
    best = peak()
    print(f"Python {sys.version.split()[0]}, one thread, {ORDERS} orders of {TURNS} turns, medians")
    print(f"this core does {best:.0f} multiply-adds in a microsecond at best\n")
    print(f"LSTM, {UNITS} units, whole gradient, {STEPS} steps, batch 1, microseconds a step")
    for name in ("full", "PyTorch", "JAX"):
        label = "compiled, float64" if name == "full" else f"{name}, float32"
        print(f"  {label:<20}{median[name]:8.3f}")
    for name, target in (("PyTorch", 60), ("JAX", 10)):
        ratio = median[name] / median["full"]
        verdict = "met" if ratio >= target else "MISSED"
        print(f"  {name} takes {ratio:.0f} times as long   target {target}   {verdict}")
    rows, sources = 4 * UNITS, INPUTS + UNITS + 1
    # products there, back and into the weights; 20 for a tanh; what stands between
    needed = rows * (2 * sources + UNITS) + 20 * 5 * UNITS + 20 * UNITS
    share = needed / best / median["full"]
    print(f"  {needed} multiply-adds a step: {100 * share:.0f} % of the arithmetic limit\n")
    print("network of 1997 with 93 weights, truncated rule, microseconds a step")
    verdict = "met" if median["truncated"] < 0.15 else "MISSED"
    print(f"  compiled, float64   {median['truncated']:8.3f}   target 0.15   {verdict}")
    needed = 2 * 8 * 11 + 20 * 12 + 40
    share = needed / best / median["truncated"]
    print(f"  {needed} multiply-adds a step: {100 * share:.0f} % of the arithmetic limit")
    return 0


if __name__ == "__main__":
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        # Threads are counted when a library is loaded: begin again with one.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ONE_THREAD})
    sys.exit(main())
