"""Exercise 3: the references against finite differences, right answers by other routes."""

import numpy as np
import pytest

from coursekit import checks
from coursekit.cells import elman
from coursekit.checks import vanishing_reference as right
from coursekit.checks.spec import InProcess, evaluate
from coursekit.gradients import state_jacobian, unroll
from coursekit.training import clip_by_norm


def run_net(U, xs, h):
    hs = [h]
    for x in xs:
        hs.append(np.tanh(x + U @ hs[-1]))
    return np.array(hs)


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (2, 5), (0, 6), (3, 3)])
def test_the_reference_jacobian_agrees_with_finite_differences(start, stop):
    rng = np.random.default_rng(start)
    U, xs = rng.normal(size=(4, 4)), rng.normal(size=(6, 4))
    hs = run_net(U, xs, rng.normal(size=4))
    found = right.sequential_jacobian(U, hs, start, stop)
    for j, hair in enumerate(1e-6 * np.eye(4)):
        up, down = (run_net(U, xs[start:stop], hs[start] + s * hair)[-1] for s in (1, -1))
        np.testing.assert_allclose(found[:, j], (up - down) / 2e-6, atol=1e-8)


def test_the_reference_jacobian_equals_the_courses():
    rng = np.random.default_rng(0)
    params = elman.init(rng, inputs=3, units=5)
    run = unroll(elman, params, rng.normal(size=(8, 3)))
    hs = np.concatenate([run.initial.h[None], run.states.h])
    for start, stop in ((0, 8), (2, 7)):
        np.testing.assert_allclose(
            right.sequential_jacobian(params.U, hs, start, stop),
            state_jacobian(elman, params, run, start, stop),
            rtol=1e-12,
        )


@pytest.mark.parametrize("threshold", [0.5, 3.0, 100.0])
def test_the_reference_clipping_equals_the_courses(threshold):
    rng = np.random.default_rng(0)
    grads = {"U": rng.normal(size=(3, 3)), "b": rng.normal(size=3)}
    theirs, _ = clip_by_norm(elman.Params(np.zeros((3, 0)), grads["U"], grads["b"]), threshold)
    ours = right.clip_by_norm(grads, threshold)
    np.testing.assert_allclose(ours["U"], theirs.U)
    np.testing.assert_allclose(ours["b"], theirs.b)


@pytest.mark.parametrize(
    ("norm", "slope", "share", "steps"),
    [(1, 0.25, 1e-6, 10), (2, 0.25, 1e-6, 20), (4, 0.25, 0.1, -1), (0.5, 1, 0.25, 3)],
)
def test_the_reference_bound_is_exact(norm, slope, share, steps):
    assert right.steps_until(norm, slope, share) == steps


# ---- right answers by other routes ---------------------------------------------------------


def step_by_loops(U, h):
    return [[(1 - h[k] * h[k]) * U[k, j] for j in range(len(h))] for k in range(len(h))]


def step_by_transposes(U, h):
    return (U.T * (1 - h) * (1 + h)).T


def sequence_from_the_left(U, hs, start, stop):
    product = np.eye(len(U))
    for t in range(stop, start, -1):
        product = np.einsum("ij,j,jk->ik", product, 1 - hs[t] ** 2, U)
    return product


def sequence_by_recursion(U, hs, start, stop):
    if start == stop:
        return np.identity(len(U)).tolist()
    last = np.diag(1 / np.cosh(np.arctanh(hs[stop])) ** 2) @ U
    return last @ np.array(sequence_by_recursion(U, hs, start, stop - 1))


def norms_by_eigenvalues(U, hs):
    product, norms = np.eye(len(U)), []
    for h in hs[:0:-1]:
        product = product @ np.diag(1 - h**2) @ U
        norms.append(float(np.sqrt(np.linalg.eigvalsh(product @ product.T).max())))
    return norms


def steps_by_logarithm(norm, slope, share):
    if slope * norm >= 1:
        return -1
    n = int(np.floor(np.log(share) / np.log(slope * norm)))
    return n if (slope * norm) ** n < share else n + 1


def clip_flat(grads, threshold):
    flat = np.concatenate([np.ravel(array) for array in grads.values()])
    norm = np.linalg.norm(flat)
    if norm > threshold:
        flat = flat / norm * threshold
    ends = np.cumsum([array.size for array in grads.values()])[:-1]
    parts = np.split(flat, ends)
    return {n: p.reshape(a.shape) for (n, a), p in zip(grads.items(), parts, strict=True)}


def in_float32(function):
    def lower(value):
        if isinstance(value, dict):
            return {name: lower(array) for name, array in value.items()}
        return value.astype(np.float32) if isinstance(value, np.ndarray) else value

    return lambda *given: function(*map(lower, given))


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("step_jacobian", step_by_loops),
        ("step_jacobian", step_by_transposes),
        ("step_jacobian", in_float32(right.step_jacobian)),
        ("sequential_jacobian", sequence_from_the_left),
        ("sequential_jacobian", sequence_by_recursion),
        ("sequential_jacobian", in_float32(right.sequential_jacobian)),
        ("jacobian_norms", norms_by_eigenvalues),
        ("jacobian_norms", in_float32(right.jacobian_norms)),
        ("steps_until", steps_by_logarithm),
        ("steps_until", lambda *given: float(right.steps_until(*given))),
        ("clip_gradients", clip_flat),
        ("clip_gradients", in_float32(right.clip_by_norm)),
    ],
)
def test_right_by_another_route_is_right(name, answer):
    for seed in range(5):
        outcome = evaluate(checks.get(name), InProcess(answer), np.random.default_rng(seed))
        assert outcome.passed, outcome.messages
