"""The quiz: stub fails, solution passes, every option has its reason, nothing crashes or leaks."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from coursekit import NotYet, checks
from coursekit.checks.feedback import judge_publicly, rich, text
from coursekit.checks.quiz.questions import QUIZ
from coursekit.checks.spec import InProcess, evaluate
from coursekit.grammars import embedded_reber
from coursekit.publish import convert

SOURCE = Path(__file__).parents[2] / "source" / "exercises" / f"{QUIZ}.py"
CHECKS = {check.name: check for check in checks.for_exercise(QUIZ)}
OPEN = {question.name: question for question in checks.open_questions(QUIZ)}
OF_KIND = {
    kind: [name for name, check in CHECKS.items() if check.kind == kind]
    for kind in {check.kind for check in CHECKS.values()}
}
LETTERS = [name for name in CHECKS if isinstance(CHECKS[name].reference(), str)]
LETTERS = [name for name in LETTERS if CHECKS[name].kind in ("choice", "plot")]


@pytest.fixture(scope="module")
def solution():
    return convert.read_source(SOURCE)


@pytest.fixture(scope="module")
def exercise(solution):
    return convert.cut_exercise(solution)


def cells_by_id(notebook) -> dict:
    return {cell.id: cell for cell in notebook.cells}


def answers_of(notebook) -> dict:
    """What the answer cells leave behind when they are run."""
    values: dict = {}
    for cell in notebook.cells:
        if cell.id in CHECKS:
            exec(cell.source, values)
    return values


def question_before(notebook, name: str) -> str:
    """The text between the last graded cell and the answer cell of this name."""
    ids = [cell.id for cell in notebook.cells]
    found: list[str] = []
    for cell in reversed(notebook.cells[: ids.index(name)]):
        if cell.cell_type == "markdown":
            found.append(cell.source)
        if cell.id in CHECKS or cell.id.startswith("check_"):
            break
    return "\n".join(found)


def test_the_notebook_asks_all_and_only_what_the_spec_knows(solution) -> None:
    graded = [cell.id for cell in solution.cells if "nbgrader" in cell.metadata]
    assert [name for name in graded if name in CHECKS] == list(CHECKS)
    for name in CHECKS:
        assert graded.index(f"check_{name}") == graded.index(name) + 1
    assert sorted(set(graded) - set(CHECKS) - {f"check_{name}" for name in CHECKS}) == sorted(OPEN)


def test_every_kind_is_there() -> None:
    assert set(OF_KIND) == {
        "choice", "choices", "number", "equation", "graph", "automaton", "plot"
    }  # fmt: skip
    assert len(CHECKS) >= 16
    plots = [CHECKS[name].reference() for name in OF_KIND["plot"]]
    assert {type(value) for value in plots} == {str, float}


@pytest.mark.parametrize("name", CHECKS)
def test_the_solution_passes_and_is_told_why(solution, name: str) -> None:
    outcome = judge_publicly(CHECKS[name], answers_of(solution)[name])
    assert outcome.passed, outcome.messages
    assert outcome.points == outcome.maximum > 0
    assert len(outcome.remark) > 30
    assert outcome.remark.split()[0] in text(CHECKS[name], outcome)


@pytest.mark.parametrize("name", CHECKS)
def test_the_stub_fails(exercise, name: str) -> None:
    outcome = judge_publicly(CHECKS[name], answers_of(exercise)[name])
    assert outcome.failure == "not answered"
    assert outcome.points == 0
    with pytest.raises(NotYet, match=name):
        checks.check(name, answers_of(exercise)[name])


def test_the_exercise_holds_no_answer(solution, exercise) -> None:
    for name, cell in cells_by_id(exercise).items():
        if name in CHECKS:
            assert re.fullmatch(rf"{name} = None  # [^\n]+", cell.source)
        if name in OPEN:
            assert cell.source == "YOUR ANSWER HERE"
        assert not cell.get("outputs")
    everything = "\n".join(cell.source for cell in exercise.cells)
    assert not [line for line in convert.solution_lines(solution) if line in everything]
    for check in CHECKS.values():
        assert check.remark is not None
        assert check.remark(check.reference()) not in everything
    for question in OPEN.values():
        assert not [earns for _, earns in question.rubric if earns in everything]


@pytest.mark.parametrize("name", LETTERS + OF_KIND["choices"])
def test_every_option_of_the_notebook_has_its_reason(solution, name: str) -> None:
    letters = re.findall(r"(?m)^- \*\*([a-z])\*\* ", question_before(solution, name))
    assert len(letters) >= 4 and letters == sorted(letters)
    check, many = CHECKS[name], CHECKS[name].kind == "choices"
    right = check.reference()
    said = set()
    for letter in letters:
        outcome = judge_publicly(check, [letter] if many else letter)
        if many:
            reason = dict(line.split(": ", 1) for line in check.remark(None).splitlines())[letter]
        elif letter == right:
            reason = outcome.remark
        else:
            reason = " ".join(outcome.messages)
            assert f"{letter} is not right." in reason
        assert len(reason) > 40
        said.add(reason)
        assert (letter in right) or not outcome.passed
    assert len(said) == len(letters)
    after = chr(ord(letters[-1]) + 1)
    assert "no " in judge_publicly(check, [after] if many else after).messages[0]


@pytest.mark.parametrize("name", OF_KIND["choices"])
def test_several_right_options_earn_in_two_halves(name: str) -> None:
    check = CHECKS[name]
    right = check.reference()
    half = judge_publicly(check, right[:1])
    assert half.points == check.points / 2
    assert "one more option is right" in half.messages[0]
    everything = judge_publicly(check, list("abcde"))
    assert everything.points == check.points / 2
    wrong = next(letter for letter in "abcde" if letter not in right)
    assert judge_publicly(check, [wrong]).points == 0
    for form in (right[::-1], tuple(right), ", ".join(right), "".join(right).upper()):
        assert judge_publicly(check, form).passed


def test_a_letter_may_be_written_in_a_few_ways() -> None:
    for form in ("b", "B", " b ", "b)", "(b)", "b."):
        assert judge_publicly(CHECKS["q_output_gate"], form).passed


@pytest.mark.parametrize(
    ("name", "mistake"),
    [(name, mistake.name) for name, check in CHECKS.items() for mistake in check.mistakes],
)
def test_every_known_mistake_is_wrong_and_is_named(name: str, mistake: str) -> None:
    check = CHECKS[name]
    known = check.mistake(mistake)
    outcome = judge_publicly(check, known.wrong())
    assert not outcome.passed
    assert outcome.mistake == mistake
    assert known.sentence in text(check, outcome)
    assert re.fullmatch(r"\d\d(#[a-z0-9-]+)?", known.lesson)


def test_every_question_has_a_hint_and_a_lesson() -> None:
    for check in CHECKS.values():
        assert check.hints and re.match(r"\d\d", check.lesson)
        if check.kind in ("number", "equation"):
            assert check.mistakes


NESTED: list = []
for _ in range(5000):
    NESTED = [NESTED]
LOOP: list = []
LOOP.append(LOOP)
HOSTILE = {
    "empty string": "",
    "empty list": [],
    "long string": "a" * 10_000,
    "long list": ["a"] * 10_000,
    "huge number": 10**5000,
    "not a number": float("nan"),
    "infinite": math.inf,
    "complex": 1j,
    "true": True,
    "bytes": b"b",
    "deep list": NESTED,
    "list in itself": LOOP,
    "dict": {"a": "b"},
    "object": object(),
    "type": int,
    "power as text": "9**9**9",
    "attribute": "f.__class__.__mro__",
    "lambda as text": "(lambda: 0)()",
    "pairs of lists": [[["x"], ["h"]]],
    "pairs of numbers": [(float("nan"), 1)],
    "mathtext": [("$\\foo$", "B", "$x")],
    "text with marks": "<script>alert(1)</script>",
    "array": np.zeros((3, 3)),
    "array of words": np.array(["a", "b"]),
}


@pytest.mark.parametrize("label", HOSTILE)
@pytest.mark.parametrize("name", CHECKS)
def test_a_malformed_answer_gets_a_sentence(name: str, label: str) -> None:
    check = CHECKS[name]
    outcome = judge_publicly(check, HOSTILE[label])
    assert not outcome.passed
    shown = rich(check, outcome)
    assert "<script>" not in shown
    assert len(outcome.messages[0]) > 20
    with pytest.raises(NotYet):
        checks.check(name, HOSTILE[label])


def test_a_lambda_that_raises_is_reported() -> None:
    outcome = judge_publicly(CHECKS["q_1997"], lambda: 1 / 0)
    assert "ZeroDivisionError" in outcome.messages[0]


def test_numbers_are_what_an_independent_count_says() -> None:
    value = {name: CHECKS[name].reference() for name in OF_KIND["number"] + OF_KIND["plot"]}
    assert value["q_count_lstm"] == 4 * (10 * 7 + 10 * 10 + 10) == 720
    assert 3 * (12 * 7 + 12 * 12 + 12) == 720 and value["q_gru_units"] == 12
    assert value["q_bound_value"] == pytest.approx(2.0**-10, rel=1e-9)
    assert value["q_forget_kept"] == pytest.approx((1 / (1 + math.exp(-1))) ** 10)
    strings = embedded_reber.generate(np.random.default_rng(0), 2000)
    lags = [string.index("E") - 1 for string in strings]  # the inner E against the second symbol
    assert min(lags) == value["q_minimal_lag"] == 5
    lengths = range(9, 400)
    odds = [embedded_reber.length_probability(length) for length in lengths]
    right = sum(p * (length - 1.5) for p, length in zip(odds, lengths, strict=True))
    all_steps = sum(p * (length - 1) for p, length in zip(odds, lengths, strict=True))
    assert value["q_blind_score"] == pytest.approx(right / all_steps, abs=1e-6)
    assert value["q_plot_factor"] == pytest.approx(0.8, abs=1e-9)


def test_numbers_pass_within_their_tolerance_only() -> None:
    assert judge_publicly(CHECKS["q_plot_factor"], 0.81).passed
    assert not judge_publicly(CHECKS["q_plot_factor"], 0.83).passed
    assert judge_publicly(CHECKS["q_count_lstm"], 720.0).passed
    assert judge_publicly(CHECKS["q_count_lstm"], np.int64(720)).passed
    assert not judge_publicly(CHECKS["q_count_lstm"], 720.5).passed


def test_a_graph_earns_by_node() -> None:
    check = CHECKS["q_edges_lstm"]
    right = [tuple(edge) for edge in check.reference()]
    peephole = judge_publicly(check, [*right, ("c_prev", "f")])
    assert peephole.points == check.points - 0.5
    assert "peephole" in peephole.messages[0]
    lacking = judge_publicly(check, [edge for edge in right if edge != ("o", "h")])
    assert lacking.messages == ("your graph: missing: o -> h",)
    turned = judge_publicly(check, [*right[:-1], right[-1][::-1]])
    assert "the wrong way round: h -> o" in " ".join(turned.messages)
    assert not turned.passed


@pytest.mark.parametrize("name", OF_KIND["graph"] + OF_KIND["automaton"])
def test_the_students_graph_is_drawn(name: str) -> None:
    check = CHECKS[name]
    given = check.reference()[1:]
    ax, alt = check.drawing(given)
    for edge in given:
        assert all(str(part) in alt for part in edge)
    ax.get_figure().canvas.draw()
    words = {text_.get_text() for text_ in ax.texts}
    assert {part for edge in given for part in edge} <= words


def test_a_hidden_evaluation_gives_no_answer_away() -> None:
    for check in CHECKS.values():
        outcome = evaluate(check, InProcess("z"), np.random.default_rng(0), hidden=True)
        assert outcome.points == 0
        assert "expected" not in " ".join(outcome.messages)


def test_rubrics_add_up_to_the_points_that_the_notebook_names(solution) -> None:
    cells = cells_by_id(solution)
    assert set(OPEN) == {"q_nettalk", "q_context", "q_draw_lstm", "q_draw_gru", "q_long_range"}
    for name, question in OPEN.items():
        assert all(points > 0 and len(earns) > 15 for points, earns in question.rubric)
        assert cells[name].metadata.nbgrader.points == question.points
        asked = question_before(solution, name)
        assert f"({question.points:g} points, marked by a" in " ".join(asked.split())
        assert len(cells[name].source.split()) > 50, "a model answer stands in the solution"


def test_the_header_counts_what_follows(solution) -> None:
    head = solution.cells[0].source
    assert "Thirty-one questions" in head and len(CHECKS) == 31
    parts = re.findall(r"(?m)^\| (\d) [^|]+\| (\d+) \|", head)
    numbered = {"1": 0, "2": 0, "3": 0, "4": 0}
    part = ""
    for line in "\n".join(c.source for c in solution.cells[1:]).splitlines():
        if line.startswith("## "):
            part = line.removeprefix("## Part ")[0]
        elif re.match(r"### \d", line) and part in numbered:
            numbered[part] += 1
    assert numbered == {number: int(count) for number, count in parts}
    headings = re.findall(r"(?m)^### (\d+)\. ", "\n".join(c.source for c in solution.cells))
    assert headings == [str(k) for k in range(1, len(CHECKS) + len(OPEN) + 1)]


def test_feedback_on_the_gru_points_to_the_lesson_that_has_it() -> None:
    for name in ("q_eq_blend", "q_eq_candidate", "q_edges_gru", "q_gru_units", "q_gru_convention"):
        check = CHECKS[name]
        assert check.lesson == "13"
        assert all(mistake.lesson.startswith("13#") for mistake in check.mistakes)
