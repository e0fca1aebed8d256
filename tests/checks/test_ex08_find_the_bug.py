"""Exercise 8: the accused are those of the notebook, mistakes are told apart, mendings by other
routes are never accused."""

import nbformat
import numpy as np
import pytest

from coursekit import checks
from coursekit.cells import coupled_lstm, elman, lstm, lstm_1997
from coursekit.checks import bug_reference as right
from coursekit.checks import bug_tool_mistakes as tool
from coursekit.checks.feedback import judge_publicly
from coursekit.checks.lstm_reference import sigmoid
from coursekit.checks.spec import InProcess, evaluate
from coursekit.gradients import bptt, unroll
from coursekit.publish import course

CHECKS = checks.for_exercise("ex08_find_the_bug")
NUMBERS = range(1, 7)
CELLS = {1: elman, 2: elman, 3: lstm_1997, 4: lstm, 6: coupled_lstm}


def mended(number):
    return checks.get(f"mended_{number}")


def draw(number, seed, *size):
    return tool.draw_net(np.random.default_rng(seed), f"accused_{number}", *size)


@pytest.fixture(scope="module")
def notebook():
    """The names that the exercise gives to a student, and those of its answers."""
    [path] = [p for p in course.locate().solutions() if p.stem == "ex08_find_the_bug"]
    names = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and not cell.source.startswith(("check(", "hint(")):
            exec(cell.source, names)
    return names


# ---- the references, against independent sources -------------------------------------------


@pytest.mark.parametrize("number", NUMBERS)
def test_the_reference_agrees_with_finite_differences(number):
    for seed in range(3):
        net = draw(number, seed, 6, 3, 4)
        measured = tool.nudged(*net)
        for name, array in mended(number).reference(*net).items():
            np.testing.assert_allclose(array, measured[name], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("number", CELLS)
def test_the_reference_agrees_with_the_courses_cells(number):
    cell = CELLS[number]
    params, xs, targets = draw(number, 0, 6, 3, 4)
    run = unroll(cell, cell.Params(**params), xs)
    np.testing.assert_allclose(right.outputs(params, xs), run.states.h, rtol=1e-12)
    theirs = bptt(cell, cell.Params(**params), run, run.states.h - targets).params._asdict()
    for name, array in mended(number).reference(params, xs, targets).items():
        np.testing.assert_allclose(array, theirs[name], rtol=1e-9, atol=1e-12)


# ---- the notebook and the checks speak of the same bugs --------------------------------------


@pytest.mark.parametrize("number", NUMBERS)
def test_the_accused_of_the_notebook_is_the_first_known_mistake(notebook, number):
    check, accused = mended(number), notebook[f"accused_{number}"]
    assert check.mistakes[0].name == f"untouched_{number}"
    net = draw(number, 1, 7, 2, 3)
    expected = check.mistakes[0].wrong(*net)
    for name, array in accused(*net).items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-10, atol=1e-12)
    outcome = judge_publicly(check, accused)
    assert outcome.mistake == f"untouched_{number}" and outcome.points <= outcome.maximum / 2


@pytest.mark.parametrize("number", NUMBERS)
def test_the_loss_of_the_notebook_is_that_of_the_judge(notebook, number):
    net = draw(number, 2, 5, 3, 2)
    assert notebook["loss"](*net) == pytest.approx(right.loss(*net), rel=1e-12)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_accused_is_convicted_on_any_net(number):
    wrong = mended(number).mistakes[0].wrong
    for seed in range(20):
        net = draw(number, seed, 5, 2, 3)
        assert tool.wrong_arrays(wrong(*net), tool.nudged(*net))


def test_the_verdicts_on_one_step_do_not_hang_on_the_draw():
    expected = tool.verdicts()
    assert expected["accused_1"] == expected["accused_3"] == []
    assert expected["accused_2"] == ["U"]
    for seed in range(1, 20):
        for name, wrong in tool.ACCUSED.items():
            net = tool.draw_net(np.random.default_rng(seed), name, 1)
            assert tool.wrong_arrays(wrong(*net), tool.nudged(*net)) == expected[name]


# ---- mistakes --------------------------------------------------------------------------------


def test_no_two_mistakes_of_a_check_are_the_same():
    for check in CHECKS:
        for seed in range(3):
            for mistake in check.mistakes:
                rng = np.random.default_rng(seed)
                outcome = evaluate(check, InProcess(mistake.wrong), rng, hidden=True)
                assert outcome.mistake == mistake.name
                assert "expected" not in " ".join(outcome.messages[1:])


def test_there_are_enough_of_them():
    assert sum(len(mended(number).mistakes) for number in NUMBERS) >= 36
    assert all(len(mended(number).hints) >= 2 for number in NUMBERS)


def test_one_bug_for_another_is_no_known_mistake():
    """Two faults at once: wrong, but nobody is told that it is only one of them."""
    both = right.cell_gradient

    def two(*net):
        return both(
            *net,
            state=lambda v, e, carried: e * v["o"],
            errors=lambda v, e, s: {k: 2 * d for k, d in right.gate_errors(v, e, s).items()},
        )

    outcome = judge_publicly(mended(4), two)
    assert outcome.mistake is None and outcome.points == 0


def test_a_verdict_may_list_names_in_any_order_and_must_be_a_dict_of_lists():
    check = checks.get("one_step_verdicts")
    turned = {name: tuple(found[::-1]) for name, found in tool.verdicts().items()}
    assert judge_publicly(check, turned).passed
    for answer in (None, [], {}, {**turned, "accused_1": None}, {**turned, "accused_2": ["b"]}):
        outcome = judge_publicly(check, answer)
        assert outcome.points == 0 and outcome.mistake is None


# ---- right answers by other routes -------------------------------------------------------------


def by_differences(*net):
    return tool.nudged(*net)


def in_float32(function):
    def lower(value):
        if isinstance(value, dict):
            return {k: lower(v) for k, v in value.items()}
        return value.astype(np.float32)

    return lambda *net: function(*(lower(value) for value in net))


def as_lists(function):
    return lambda *net: {k: array.tolist() for k, array in function(*net).items()}


def plain_by_einsum(params, xs, targets):
    hs = [np.zeros(len(params["b"]))]
    for x in xs:
        hs += [np.tanh(np.einsum("ki,i", params["W"], x) + hs[-1] @ params["U"].T + params["b"])]
    D = np.zeros((len(xs) + 1, len(params["b"])))
    for t in reversed(range(len(xs))):
        arriving = hs[t + 1] - targets[t] + np.einsum("jk,j->k", params["U"], D[t + 1])
        D[t] = arriving / np.cosh(np.arctanh(hs[t + 1])) ** 2
    U = np.einsum("tk,tj->kj", D[:-1], np.array(hs[:-1]))
    return {"U": U, "W": D[:-1].T @ xs, "b": D.sum(0)}


def stacked_by_slices(params, xs, targets):
    M, units, n = params["M"], len(params["b"]) // 4, xs.shape[1]
    h, c, kept = np.zeros(units), np.zeros(units), []
    for x in xs:
        z = np.concatenate([x, h])
        net = M @ z + params["b"]
        a = np.concatenate([sigmoid(net[: 3 * units]), np.tanh(net[3 * units :])])
        old, c = c, a[units : 2 * units] * c + a[:units] * a[3 * units :]
        h = a[2 * units : 3 * units] * np.tanh(c)
        kept.append((z, a.reshape(4, units), old, c, h))
    dM, db, dh, dc = 0 * M, 0 * params["b"], 0, 0
    for (z, (i, f, o, g), old, c, h), target in zip(kept[::-1], targets[::-1], strict=True):
        dh = dh + h - target
        dc = dc + dh * o / np.cosh(c) ** 2
        slopes = np.array([i - i * i, f - f * f, o - o * o, (1 - g) * (1 + g)])
        D = (np.array([dc * g, dc * old, dh * np.tanh(c), dc * i]) * slopes).ravel()
        dM, db, dh, dc = dM + D[:, None] * z, db + D, (D @ M)[n:], dc * f
    return {"M": dM, "b": db}


ROUTES = [
    *((number, by_differences) for number in NUMBERS),
    *((number, in_float32(mended(number).reference)) for number in NUMBERS),
    *((number, as_lists(mended(number).reference)) for number in NUMBERS),
    (1, plain_by_einsum),
    (2, plain_by_einsum),
    (5, stacked_by_slices),
]


@pytest.mark.parametrize(("number", "answer"), ROUTES)
def test_mended_by_another_route_is_right(number, answer):
    for seed in range(4):
        outcome = evaluate(mended(number), InProcess(answer), np.random.default_rng(seed))
        assert outcome.passed, outcome.messages


def arrays_by_loops(given, measured, tolerance=1e-4):
    largest = max(abs(entry) for m in measured.values() for entry in m.ravel())
    found = set()
    for name, m in measured.items():
        for a, b in zip(np.ravel(given[name]), m.ravel(), strict=True):
            if np.isnan(a) or abs(a - b) > tolerance * max(abs(a), abs(b), 1e-3 * largest):
                found.add(name)
    return list(found)


def arrays_by_allclose(given, measured, tolerance=1e-4):
    largest = max(np.abs(m).max() for m in measured.values())
    return tuple(
        name
        for name, m in measured.items()
        if not np.allclose(given[name], m, rtol=tolerance, atol=tolerance * 1e-3 * largest)
    )


@pytest.mark.parametrize("answer", [arrays_by_loops, arrays_by_allclose])
def test_arrays_judged_by_another_route_are_right(answer):
    for seed in range(5):
        check = checks.get("wrong_arrays")
        outcome = evaluate(check, InProcess(answer), np.random.default_rng(seed))
        assert outcome.passed, outcome.messages


def test_the_answers_of_the_notebook_earn_all_points(notebook):
    for check in CHECKS:
        outcome = judge_publicly(check, notebook[check.name])
        assert outcome.passed, outcome.messages
