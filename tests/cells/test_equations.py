"""Forward: every cell against the equations written out by hand, one number at a time."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.cells import (
    carousel,
    coupled_lstm,
    elman,
    elman_linear,
    elman_logistic,
    evolino_lstm,
    gru,
    gru_reset_after,
    lstm,
    lstm_1997,
    peephole_lstm,
    state_peephole_lstm,
)

CELLS = [
    *(elman, elman_linear, elman_logistic, carousel, lstm_1997, lstm),
    *(peephole_lstm, coupled_lstm, state_peephole_lstm, gru, gru_reset_after, evolino_lstm),
]
WITH_STATE_LINE = [cell for cell in CELLS if "c" in cell.State._fields]
named = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__.split(".")[-1])


def logistic(net):
    return 1 / (1 + math.exp(-net))


def random_params(cell, seed, inputs=3, units=2, scale=1.0):
    rng = np.random.default_rng(seed)
    shapes = cell.init(rng, inputs, units)
    return cell.Params(*(scale * rng.normal(size=array.shape) for array in shapes))


def scalar_net(params, letter, unit, x, h):
    """W x + U h + b for one unit, by plain sums."""
    suffix = f"_{letter}" if letter else ""
    total = float(getattr(params, "b" + suffix)[unit])
    for k, value in enumerate(x):
        total += float(getattr(params, "W" + suffix)[unit, k]) * value
    if hasattr(params, "U" + suffix):
        for k, value in enumerate(h):
            total += float(getattr(params, "U" + suffix)[unit, k]) * value
    return total


def by_hand(cell, params, x, h, c):
    """One step in scalar arithmetic; the equations as the papers have them."""
    new_h, new_c = [], []
    for unit in range(len(h)):
        if cell in (elman, elman_linear, elman_logistic):
            net = scalar_net(params, "", unit, x, h)
            squash = {elman: math.tanh, elman_linear: float, elman_logistic: logistic}[cell]
            new_h.append(squash(net))
            continue
        if cell is carousel:
            new_c.append(c[unit] + scalar_net(params, "", unit, x, h))
            new_h.append(new_c[-1])
            continue
        if cell in (gru, gru_reset_after):
            new_h.append(gru_by_hand(cell, params, unit, x, h))
            continue
        seen = c if cell is state_peephole_lstm else h  # what U multiplies
        peep = {"i": 0.0, "f": 0.0, "o": 0.0}
        if cell is peephole_lstm:
            peep = {letter: float(getattr(params, f"p_{letter}")[unit]) for letter in "ifo"}
        f = 1.0
        if cell is not lstm_1997:
            f = logistic(scalar_net(params, "f", unit, x, seen) + peep["f"] * c[unit])
        if cell is coupled_lstm:
            i = 1 - f
        else:
            i = logistic(scalar_net(params, "i", unit, x, seen) + peep["i"] * c[unit])
        g = scalar_net(params, "g", unit, x, h)
        new_c.append(f * c[unit] + i * (g if cell is evolino_lstm else math.tanh(g)))
        o = logistic(scalar_net(params, "o", unit, x, seen) + peep["o"] * new_c[-1])
        if cell is evolino_lstm:
            new_h.append(math.tanh(o * new_c[-1]))
            continue
        released = new_c[-1] if cell is state_peephole_lstm else math.tanh(new_c[-1])
        new_h.append(o * released)
    return new_h, new_c


def gru_by_hand(cell, params, unit, x, h):
    z = logistic(scalar_net(params, "z", unit, x, h))
    reset = [logistic(scalar_net(params, "r", k, x, h)) for k in range(len(h))]
    if cell is gru:
        filtered = [r * value for r, value in zip(reset, h, strict=True)]
        g = math.tanh(scalar_net(params, "g", unit, x, filtered))
        return (1 - z) * h[unit] + z * g
    past = float(params.b_hg[unit])
    past += sum(float(weight) * value for weight, value in zip(params.U_g[unit], h, strict=True))
    net = float(params.b_g[unit]) + reset[unit] * past
    net += sum(float(weight) * value for weight, value in zip(params.W_g[unit], x, strict=True))
    return (1 - z) * math.tanh(net) + z * h[unit]


@named
def test_ten_steps_equal_the_scalar_loop(cell):
    params = random_params(cell, seed=1)
    xs = np.random.default_rng(2).normal(size=(10, 3))
    h, c = [0.3, -0.2], [0.5, -1.5]
    state = cell.State(*(np.array(field) for field in (h, c)[: len(cell.State._fields)]))
    for x in xs:
        state, trace = cell.step(params, x, state)
        h, c = by_hand(cell, params, [float(value) for value in x], h, c)
        np.testing.assert_allclose(state.h, h, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(trace.h, h, rtol=1e-12, atol=1e-14)
        if cell in WITH_STATE_LINE:
            np.testing.assert_allclose(state.c, c, rtol=1e-12, atol=1e-14)


@named
@pytest.mark.parametrize("batch", [(), (4,), (2, 3)], ids=str)
def test_a_batch_is_each_sequence_for_itself(cell, batch):
    params = random_params(cell, seed=3)
    rng = np.random.default_rng(4)
    x = rng.normal(size=(*batch, 3))
    state = cell.State(*(rng.normal(size=(*batch, 2)) for _ in cell.State._fields))
    after, trace = cell.step(params, x, state)
    for index in np.ndindex(batch):
        alone, _ = cell.step(params, x[index], cell.State(*(field[index] for field in state)))
        for field, one in zip(after, alone, strict=True):
            assert field.shape == (*batch, 2)
            np.testing.assert_allclose(field[index], one, rtol=1e-14, atol=1e-15)
    assert trace.previous is state
    assert trace.x is x


@named
def test_init_has_the_shapes_and_bounds_of_the_contract(cell):
    units, inputs = 50, 30
    params = cell.init(np.random.default_rng(0), inputs, units)
    for name, array in params._asdict().items():
        rule = {"W": (units, inputs), "U": (units, units), "b": (units,), "p": (units,)}
        wanted = rule[name[0]]
        assert array.shape == wanted, name
        assert array.dtype == np.float64
        if name[0] in "bp":
            assert np.all(array == (1.0 if name == "b_f" else 0.0)), name
        else:
            bound = 1 / math.sqrt(units)
            assert np.abs(array).max() <= bound
            assert np.abs(array).max() > 0.95 * bound  # uniform reaches its ends
            # uniform: variance = bound^2 / 3; 1500 draws or more
            assert abs(array.var() / (bound**2 / 3) - 1) < 0.15
            assert abs(array.mean()) < 5 * bound / math.sqrt(3 * array.size)


@named
def test_init_depends_on_the_generator_only(cell):
    once, again, other = (cell.init(np.random.default_rng(s), 3, 4) for s in (7, 7, 8))
    for name in cell.Params._fields:
        np.testing.assert_array_equal(getattr(once, name), getattr(again, name))
    assert not np.array_equal(once[0], other[0])
    weights = [array for name, array in once._asdict().items() if name[0] in "WU"]
    first_entries = {array.flat[0] for array in weights}
    assert len(first_entries) == len(weights), "two letters share their draws"


@named
@pytest.mark.parametrize("batch", [(), (5,), (2, 3)], ids=str)
def test_the_initial_state_is_zeros(cell, batch):
    state = cell.initial_state(random_params(cell, 0), batch)
    assert isinstance(state, cell.State)
    for field in state:
        assert field.shape == (*batch, 2)
        assert not field.any()


@named
def test_a_step_changes_none_of_its_arguments(cell):
    params = random_params(cell, 5)
    rng = np.random.default_rng(6)
    x, state = rng.normal(size=3), cell.State(*(rng.normal(size=2) for _ in cell.State._fields))
    before = [array.copy() for array in (*params, x, *state)]
    _, trace = cell.step(params, x, state)
    cell.step_back(params, trace, cell.State(*(np.ones(2) for _ in cell.State._fields)))
    for array, kept in zip((*params, x, *state), before, strict=True):
        np.testing.assert_array_equal(array, kept)


def gates_at(params, **biases):
    """Fix gates: no weights into them, one bias."""
    fixed = {}
    for letter, bias in biases.items():
        for kind in "WU":
            fixed[f"{kind}_{letter}"] = np.zeros_like(getattr(params, f"{kind}_{letter}"))
        fixed[f"b_{letter}"] = np.full_like(params.b_i, bias)
    return params._replace(**fixed)


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10**6), steps=st.integers(1, 30))
def test_lstm_with_its_forget_gate_held_open_is_the_cell_of_1997(seed, steps):
    params = gates_at(random_params(lstm, seed), f=1000.0)
    old = lstm_1997.Params(**{name: getattr(params, name) for name in lstm_1997.Params._fields})
    rng = np.random.default_rng(seed + 1)
    new_state = old_state = lstm.State(rng.normal(size=2), rng.normal(size=2))
    for x in rng.normal(size=(steps, 3)):
        new_state, _ = lstm.step(params, x, new_state)
        old_state, _ = lstm_1997.step(old, x, old_state)
    np.testing.assert_array_equal(new_state.c, old_state.c)
    np.testing.assert_array_equal(new_state.h, old_state.h)


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10**6), steps=st.integers(1, 50))
@pytest.mark.parametrize("cell", [lstm_1997, lstm])
def test_a_closed_input_gate_keeps_the_state_to_the_last_bit(cell, seed, steps):
    closed = {"i": -1000.0} | ({"f": 1000.0} if cell is lstm else {})
    params = gates_at(random_params(cell, seed), **closed)
    rng = np.random.default_rng(seed)
    c = 10 * rng.normal(size=2)
    state = cell.State(h=rng.normal(size=2), c=c)
    for x in 100 * rng.normal(size=(steps, 3)):
        state, _ = cell.step(params, x, state)
    np.testing.assert_array_equal(state.c, c)


def test_a_closed_forget_gate_empties_the_state_at_once():
    params = gates_at(random_params(lstm, 0), f=-1000.0)
    state, trace = lstm.step(params, np.ones(3), lstm.State(np.zeros(2), np.full(2, 1e6)))
    np.testing.assert_array_equal(state.c, trace.i * trace.g)


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10**6))
def test_the_carousel_keeps_its_state_exactly_without_input(seed):
    rng = np.random.default_rng(seed)
    params = carousel.init(rng, 3, 2)
    c = rng.normal(size=2) * 10.0 ** rng.integers(-8, 9)
    state = carousel.State(h=rng.normal(size=2), c=c)
    for _ in range(100):
        state, _ = carousel.step(params, np.zeros(3), state)
    np.testing.assert_array_equal(state.c, c)
    np.testing.assert_array_equal(state.h, c)


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10**6), units=st.integers(1, 8))
def test_linear_elman_with_an_orthogonal_u_keeps_the_norm(seed, units):
    rng = np.random.default_rng(seed)
    U, _ = np.linalg.qr(rng.normal(size=(units, units)))
    params = elman_linear.Params(W=rng.normal(size=(units, 2)), U=U, b=np.zeros(units))
    h = rng.normal(size=units)
    state = elman_linear.State(h)
    for _ in range(50):
        state, _ = elman_linear.step(params, np.zeros(2), state)
    assert np.linalg.norm(state.h) == pytest.approx(np.linalg.norm(h), rel=1e-12)


@named
def test_the_docstring_states_the_equation_of_every_letter(cell):
    """Each line `letter_t = ...`; nothing that the step computes goes unsaid."""
    said = set(re.findall(r"^\s+(\w+?)_t\s*=", cell.__doc__, flags=re.MULTILINE))
    computed = set(cell.Trace._fields) - {"x", "previous", "slope", "squashed", "past"}
    assert said == computed
    for name in cell.Params._fields:
        assert re.search(rf"\b{name}\b", cell.__doc__), f"{name} is in no equation"
    assert re.search(r"^Source: .*\d{4}", cell.__doc__, flags=re.MULTILINE)


def test_a_population_of_evolino_cells_is_each_net_for_itself():
    """The axis in front of the weights: five nets step at once as they would alone."""
    nets = [random_params(evolino_lstm, seed) for seed in range(5)]
    wide = evolino_lstm.Params(*(np.stack(arrays) for arrays in zip(*nets, strict=True)))
    biases = {name: b[:, None] for name, b in wide._asdict().items() if name[0] == "b"}
    wide = wide._replace(**biases)
    xs = np.random.default_rng(0).normal(size=(8, 3))
    together = evolino_lstm.initial_state(wide, (5, 1))
    alone = [evolino_lstm.initial_state(net) for net in nets]
    for x in xs:
        together, _ = evolino_lstm.step(wide, np.broadcast_to(x, (5, 1, 3)), together)
        alone = [
            evolino_lstm.step(net, x, state)[0] for net, state in zip(nets, alone, strict=True)
        ]
        np.testing.assert_allclose(together.h[:, 0], [state.h for state in alone], rtol=1e-13)
        np.testing.assert_allclose(together.c[:, 0], [state.c for state in alone], rtol=1e-13)
