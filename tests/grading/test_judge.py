"""One notebook: each answer earns what it earned, whatever its neighbours do."""

import json
from functools import partial

import pytest

from coursekit.grading.causes import Cause
from coursekit.grading.judge import Player, judge
from coursekit.grading.notebook import Cell, read
from coursekit.grading.sandbox import Launcher, Limits, Lost, Session, launcher_for

FULL = {"doubled": 4, "draw": 3, "length": 2, "q_why": 0}
LOOP = "def draw(rng, count):\n    while True: pass"


@pytest.fixture
def graded(make, package):
    """graded(content) -> (points by answer, causes by answer, verdict)."""
    idle = {"coursekit": ["check", "hint", "show"]}

    def grade(content, seed=1, step=30.0, total=600.0):
        specs = {make.spec.exercise: make.spec.names}
        found = read("n.ipynb", json.dumps(content).encode(), specs)
        limits = Limits(total=total, step=step)
        stand_in = {"package": package, "allowed": [], "idle": idle}
        start = partial(Session, limits, stand_in, launcher_for("limits"))
        verdict = judge(found, make.spec, seed, limits=limits, start=start)
        points = {mark.answer: mark.points for mark in verdict.marks}
        causes = {mark.answer: mark.cause for mark in verdict.marks}
        return points, causes, verdict

    return grade


def reason(verdict, answer):
    return " | ".join(next(m.messages for m in verdict.marks if m.answer == answer))


def test_a_right_notebook_has_full_marks_and_no_notes(graded, make):
    points, causes, verdict = graded(make.small())
    assert points == FULL
    assert causes == {
        "doubled": Cause.OK,
        "draw": Cause.OK,
        "length": Cause.OK,
        "q_why": Cause.NEEDS_MARKING,
    }
    assert (verdict.notes, verdict.level) == ((), "limits")
    assert verdict.marks[-1].text == "Because it is so."


def test_an_untouched_notebook_has_no_points(graded, make):
    content = make.small(make.stubs)
    content["cells"][-1]["source"] = "YOUR ANSWER HERE"
    points, causes, verdict = graded(content)
    assert points == {"doubled": 0, "draw": 0, "length": 0, "q_why": 0}
    assert set(causes.values()) == {Cause.NOT_ANSWERED}
    assert verdict.notes == ()


@pytest.mark.parametrize(
    ("source", "earned", "cause", "said"),
    [
        ("def doubled(xs):\n    return xs * xs", 0, Cause.WRONG, "This is the square."),
        ("def doubled(xs):\n    return [2 * x for x in xs]", 3, Cause.RAISED, "TypeError"),
        ("def doubled(xs):\n    return 2 * xs + 1e-3", 0, Cause.WRONG, "the answer is"),
        ("def doubled(xs):\n    xs *= 2\n    return xs", 3, Cause.WRONG, "changes the arrays"),
        ("def doubled(xs):\n    return {1}", 0, Cause.REFUSED, "set"),
        ("def doubled(xs):\n    return lambda: xs", 0, Cause.REFUSED, "function"),
        ("def doubled(xs):\n    return", 0, Cause.WRONG, "None"),
        ("def doubled(a, b):\n    return a", 0, Cause.RAISED, "TypeError"),
        ("doubled = 3", 0, Cause.WRONG, ""),
        ("def doubled(xs):\n    import os; os._exit(0)", 0, Cause.DIED, "exit code 0"),
        ("1 / 0\ndef doubled(xs): return 2 * xs", 0, Cause.RAISED, "ZeroDivisionError"),
        (None, 0, Cause.MISSING, "defines no doubled"),
    ],
)
def test_each_answer_has_its_points_its_cause_and_its_reason(
    graded, make, source, earned, cause, said
):
    points, causes, verdict = graded(make.small(doubled=source))
    assert points == {**FULL, "doubled": earned}
    assert causes["doubled"] is cause
    assert said in reason(verdict, "doubled")


def test_a_named_mistake_is_named_and_no_input_or_expected_value_is_shown(graded, make):
    _, _, verdict = graded(make.small(doubled="def doubled(xs):\n    return xs * xs"))
    assert verdict.marks[0].mistake == "squared"
    assert "expected" not in reason(verdict, "doubled").replace("is expected", "")


def test_a_loop_in_one_answer_costs_that_answer_only(graded, make):
    points, causes, verdict = graded(make.small(draw=LOOP), step=5)
    assert points == {**FULL, "draw": 0}
    assert causes["draw"] is Cause.TIMEOUT
    assert "did not finish within 5 s" in reason(verdict, "draw")


def test_what_was_earned_before_the_loop_stays(graded, make):
    source = "def doubled(xs):\n    while getattr(xs, 'ndim', 0): pass\n    return 2 * xs"
    points, causes, _ = graded(make.small(doubled=source), step=5)
    assert points == {**FULL, "doubled": 1}
    assert causes["doubled"] is Cause.TIMEOUT


@pytest.mark.parametrize(
    "end", ["while True: pass", "import os; os._exit(0)", "import ctypes; ctypes.string_at(0)"]
)
def test_a_cell_without_end_is_left_out_and_its_definitions_are_kept(graded, make, end):
    content = make.small(draw=make.answers["draw"] + "\n" + end)
    content["cells"].insert(1, make.cell(end))
    points, _, verdict = graded(content, step=5)
    assert points == FULL
    assert verdict.notes[0].startswith("code cell 2 was stopped, and ")
    assert "code cell 5 (draw) was stopped, and only its definitions" in verdict.notes[1]


def test_an_answer_whose_cell_ends_the_process_has_that_cause(graded, make):
    points, causes, _ = graded(make.small(length="import os\nos._exit(0)\nlength = 5"))
    assert points == {**FULL, "length": 0}
    assert causes["length"] is Cause.DIED


def test_an_answer_whose_cell_had_no_time_to_prepare_it_has_that_cause(graded, make):
    source = (
        "def draw(rng, count):\n    return rng.random(count) * table\nwhile True: pass\ntable = 1"
    )
    points, causes, verdict = graded(make.small(draw=source), step=5)
    assert points == {**FULL, "draw": 0}
    assert causes["draw"] is Cause.TIMEOUT
    assert "name 'table' is not defined" in reason(verdict, "draw")
    assert "the cell that defines draw was stopped: it did not finish" in reason(verdict, "draw")


def test_a_notebook_that_used_up_its_time_ends(graded, make):
    points, causes, verdict = graded(make.small(), total=0)
    assert points == {**FULL, "doubled": 0, "draw": 0, "length": 0}
    assert {causes[name] for name in ("doubled", "draw", "length")} == {Cause.TIMEOUT}
    assert "the whole notebook used up its 0 s" in reason(verdict, "draw")


def test_endless_cells_never_use_up_all_time(monkeypatch):
    """On a clock of our own: each may take half of what is left, so the rest always has some."""
    now = 0.0
    monkeypatch.setattr("coursekit.grading.judge.time.monotonic", lambda: now)

    class Started:
        launcher = Launcher("none")

        def ask(self, verb, seconds, source="", **fields):
            nonlocal now
            if source == "loop":
                now += seconds
                raise Lost("timeout", "no end")
            return {"kind": "value", "error": None}

        def close(self):
            pass

    cells = [Cell("loop") for _ in range(6)] + [Cell("fine")]
    player = Player(cells, Limits(total=120, step=30), Started)
    assert player.ask("has", name="answer")["kind"] == "value"
    assert sorted(player.lost) == [0, 1, 2, 3, 4, 5]
    assert now == 30 + 30 + 30 + 15 + 7.5 + 3.75


def test_a_cell_that_raises_is_a_note_and_the_others_run(graded, make):
    content = make.small()
    content["cells"].insert(1, make.cell("import a_package_that_is_not_there"))
    points, _, verdict = graded(content)
    assert points == FULL
    assert verdict.notes[0].startswith("code cell 2 raises ModuleNotFoundError: No module named")


def test_answers_cannot_spoil_each_other_by_changing_inputs(graded, make):
    source = "kept = []\ndef doubled(xs):\n    kept.append(xs)\n    return 2 * xs"
    source += "\ndef spoil():\n    for xs in kept:\n        xs[...] = 0"
    drawn = "def draw(rng, count):\n    kept.clear()\n    return rng.random(count)"
    assert graded(make.small(doubled=source, draw=drawn))[0] == FULL


def test_a_renamed_function_is_found_by_its_cell(graded, make):
    points, _, verdict = graded(make.small(draw="def my_draw(r, n):\n    return r.random(n)"))
    assert points == FULL
    assert "draw was found under the name my_draw" in verdict.notes


def test_without_metadata_and_check_cells_and_in_any_order_the_names_are_enough(graded, make):
    cells = [make.cell(source) for source in reversed(make.answers.values())]
    points, causes, _ = graded(make.notebook(cells))
    assert points == FULL
    assert causes["q_why"] is Cause.NOT_ANSWERED


def test_one_seed_gives_one_verdict_and_another_draws_other_inputs(graded, make):
    source = "def doubled(xs):\n    raise ValueError(str(xs))"
    content = make.small(doubled=source)
    first, again, other = (reason(graded(content, seed)[2], "doubled") for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_check_that_fails_itself_is_a_row_for_a_person(graded, make, monkeypatch):
    def fail(*arguments):
        raise TypeError

    monkeypatch.setattr("coursekit.checks.spec._judge", fail)
    points, causes, _ = graded(make.small())
    assert set(points.values()) == {0}
    assert causes["doubled"] is Cause.TOOL_FAILED


def test_arguments_that_come_back_misshapen_count_as_changed(graded, make):
    source = (
        "import gc\nworker = next(o for o in gc.get_objects() if type(o).__name__ == 'Worker')\n"
        "worker.__class__.call = lambda *a, **k: {'value': 1.0, 'after': (1, {}, 'x')}\n"
        "def doubled(xs):\n    return 2 * xs"
    )
    points, causes, _ = graded(make.small(doubled=source))
    assert points["doubled"] == 0
    assert causes["doubled"] is Cause.WRONG
