"""From the released exercise to the gradebook: what students really hand in."""

import copy
import csv
import json
from pathlib import Path

import pytest

from coursekit.checks import ex05_lstm_cell as specs
from coursekit.checks.pack import pack
from coursekit.grading import batch, pool
from coursekit.grading.record import Record
from coursekit.grading.sandbox import Limits

ROOT = Path(__file__).parents[2]
RELEASED = ROOT / "exercises" / "ex05_lstm_cell" / "ex05_lstm_cell.ipynb"
SOLVED = ROOT / "solutions" / "ex05_lstm_cell" / "ex05_lstm_cell.ipynb"
NAMES = ("sigmoid", "sigmoid_slope", "tanh_slope", "lstm_step", "lstm_step_back", "lstm_run")
NAMES += ("lstm_gradient",)
FULL = dict(zip(NAMES, (1, 1, 1, 8, 12, 2, 5), strict=True))

ANOTHER_ROUTE = '''
def lstm_step(params, x, h, c):
    """All four products at once, one sequence at a time, the sigmoid by tanh."""
    if np.ndim(x) == 2:
        each = [lstm_step(params, *row) for row in zip(x, h, c)]
        return {k: np.stack([one[k] for one in each]) for k in each[0]}
    W = np.vstack([np.hstack([params["W_" + k], params["U_" + k]]) for k in "ofgi"])
    net = W @ np.concatenate([x, h]) + np.concatenate([params["b_" + k] for k in "ofgi"])
    o, f, g, i = np.split(net, 4)
    o, f, i = (0.5 * np.tanh(v / 2) + 0.5 for v in (o, f, i))
    g = np.tanh(g)
    c = f * c + i * g
    return dict(i=i, f=f, o=o, g=g, c=c, h=o * np.tanh(c), net=net)
'''


def load(path):
    return json.loads(path.read_text("utf-8"))


def text(cell):
    return "".join(cell["source"])


def grade_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def answers():
    """The solution's code by grade_id."""
    return {grade_id(cell): text(cell) for cell in load(SOLVED)["cells"] if grade_id(cell)}


def handed_in(answered=NAMES, **changed):
    """The released notebook with some answers filled in, and some of them changed."""
    right = answers()
    made = load(RELEASED)
    for cell in made["cells"]:
        name = grade_id(cell)
        if name in changed:
            cell["source"] = changed[name]
        elif name in answered:
            cell["source"] = right[name]
    return made


def insert(made, source, before="sigmoid"):
    """Put a code cell without metadata in front of an answer."""
    place = next(i for i, cell in enumerate(made["cells"]) if grade_id(cell) == before)
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": []}
    made["cells"].insert(place, {**cell, "execution_count": None, "id": "inserted"})
    return made


def duplicated():
    """The cell of lstm_step twice, the second one untouched, as copy and paste leaves it."""
    made = handed_in()
    cells = made["cells"]
    place = next(i for i, cell in enumerate(cells) if grade_id(cell) == "lstm_step")
    stub = next(cell for cell in load(RELEASED)["cells"] if grade_id(cell) == "lstm_step")
    cells.insert(place + 1, copy.deepcopy(stub))
    return made


def without_check_cells():
    made = handed_in()
    checks = [f"check_{name}" for name in NAMES]
    made["cells"] = [cell for cell in made["cells"] if grade_id(cell) not in checks]
    return made


def write(folder, content, name="ex05_lstm_cell.ipynb"):
    folder.mkdir()
    (folder / name).write_text(
        content if isinstance(content, str) else json.dumps(content), "utf-8"
    )


def make_submissions(folder):
    """Sixteen students."""
    right = answers()
    no_carry = right["lstm_step_back"].replace("grad_c + grad_h * o", "grad_h * o")
    assert no_carry != right["lstm_step_back"]
    exit_inside = "def lstm_gradient(params, xs, grad_hs):\n    import os\n    os._exit(0)"
    loop = "def lstm_run(params, xs):\n    while True:\n        pass"
    anonymous = handed_in()
    anonymous["metadata"] = {}

    write(folder / "complete", handed_in())
    write(folder / "untouched", handed_in(()))
    write(folder / "half", handed_in(NAMES[:4]))
    lists = right["lstm_run"].replace("return np.stack(hs)", "return [list(h) for h in hs]")
    write(folder / "route", handed_in(lstm_step=ANOTHER_ROUTE, lstm_run=lists))
    write(folder / "mistake", handed_in(lstm_step_back=no_carry))
    write(folder / "loop", handed_in(lstm_run=loop))
    write(folder / "exit_in_answer", handed_in(lstm_gradient=exit_inside))
    write(folder / "exit_in_cell", insert(handed_in(), "import os\nos._exit(3)"))
    write(folder / "no_notebook", "This was a notebook once.")
    (folder / "empty").mkdir()
    write(folder / "essay", "Dear teacher", "essay.pdf")
    write(folder / "renamed", anonymous, "Homework of mine (1).ipynb")
    write(folder / "no_checks", without_check_cells())
    write(folder / "duplicated", duplicated())
    write(folder / "shell", insert(handed_in(), "%matplotlib inline\n!pip install torch\n1 / 0"))
    write(folder / "zipped", handed_in())
    packed = folder / "zipped" / "ex05_lstm_cell.ipynb"
    pack(packed, "ex05_lstm_cell", load(packed), None)
    packed.unlink()


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The folder of reports, and points and causes by student and answer."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "submissions").mkdir()
    make_submissions(folder / "submissions")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch.Options, "limits", property(lambda options: Limits(400, 8)))
        assert batch.run(folder / "submissions", folder / "grades", workers=2, seed=11) == 0
    table = {}
    with (folder / "grades" / "grades.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            table.setdefault(row["student"], {})[row["answer"]] = row
    return folder / "grades", table


def of(table, student):
    """Points and causes of a student."""
    rows = table[student]
    points = {answer: float(row["points"]) for answer, row in rows.items()}
    return points, {answer: row["cause"] for answer, row in rows.items()}


@pytest.mark.parametrize(
    "student",
    ["complete", "route", "exit_in_cell", "renamed", "no_checks", "duplicated", "shell", "zipped"],
)
def test_right_answers_earn_all_points_however_they_come(graded, student):
    points, causes = of(graded[1], student)
    assert points == FULL
    assert set(causes.values()) == {"ok"}


def test_nothing_answered_earns_nothing(graded):
    points, causes = of(graded[1], "untouched")
    assert points == dict.fromkeys(NAMES, 0)
    assert set(causes.values()) == {"not_answered"}
    assert graded[1]["untouched"]["lstm_step"]["reason"] == "lstm_step is not answered yet"


def test_half_done_earns_what_is_done(graded):
    points, causes = of(graded[1], "half")
    done = set(NAMES[:4])
    assert points == {name: FULL[name] if name in done else 0 for name in NAMES}
    assert causes == {name: "ok" if name in done else "not_answered" for name in NAMES}


def test_a_known_mistake_is_named(graded):
    points, causes = of(graded[1], "mistake")
    assert points == {**FULL, "lstm_step_back": 2, "lstm_gradient": 0}
    assert causes == {
        **dict.fromkeys(NAMES, "ok"),
        "lstm_step_back": "wrong",
        "lstm_gradient": "wrong",
    }
    check = next(one for one in specs.CHECKS if one.name == "lstm_step_back")
    sentence = check.mistake("carry_dropped").sentence
    assert graded[1]["mistake"]["lstm_step_back"]["reason"].startswith(sentence)
    assert sentence in (graded[0] / "feedback" / "mistake.html").read_text("utf-8")


def test_an_endless_loop_costs_its_own_answer(graded):
    points, causes = of(graded[1], "loop")
    assert points == {**FULL, "lstm_run": 0}
    assert causes == {**dict.fromkeys(NAMES, "ok"), "lstm_run": "timeout"}
    reason = graded[1]["loop"]["lstm_run"]["reason"]
    assert reason.startswith("lstm_run gave no answer: it did not finish within ")


def test_an_answer_that_ends_the_process_costs_its_own_answer(graded):
    points, causes = of(graded[1], "exit_in_answer")
    assert points == {**FULL, "lstm_gradient": 0}
    assert causes == {**dict.fromkeys(NAMES, "ok"), "lstm_gradient": "died"}


@pytest.mark.parametrize(
    ("student", "maximum", "cause"),
    [
        ("no_notebook", "30", "not_a_notebook"),
        ("empty", "0", "no_notebook"),
        ("essay", "0", "no_notebook"),
    ],
)
def test_what_cannot_be_graded_has_one_row_with_its_cause(graded, student, maximum, cause):
    (row,) = graded[1][student].values()
    assert (row["points"], row["maximum"], row["cause"]) == ("0", maximum, cause)


def test_what_was_unusual_is_a_note_on_the_page(graded):
    def page(student):
        return (graded[0] / "feedback" / f"{student}.html").read_text("utf-8")

    assert "What was unusual" not in page("complete")
    assert "it ended the process (exit code 3)" in page("exit_in_cell")
    assert "it was taken for ex05_lstm_cell" in page("renamed")
    assert "an empty copy of the cell lstm_step was left out" in page("duplicated")
    assert "a shell line was ignored: !pip install torch" in page("shell")
    assert "raises ZeroDivisionError" in page("shell")


def test_every_student_has_a_page_and_a_result_line(graded):
    with Record(graded[0]) as record:
        students = sorted(result.student for result, _ in record.latest())
    assert students == sorted(graded[1])
    assert len(students) == 16
    assert sorted(path.stem for path in (graded[0] / "feedback").iterdir()) == students


def test_feedback_and_grades_hold_no_expected_value_and_no_seed(graded):
    with Record(graded[0]) as record:
        seeds = [str(result.seed) for result, _ in record.latest()]
    for path in (*(graded[0] / "feedback").iterdir(), graded[0] / "grades.csv"):
        content = path.read_text("utf-8")
        assert "(expected " not in content
        assert not any(seed in content for seed in seeds)


def test_every_exercise_allows_the_modules_that_its_released_notebook_imports(start, package):
    """Otherwise the import cell fails, and with it honest answers."""
    for path in sorted((ROOT / "exercises").glob("*/*.ipynb")):
        spec = pool.spec_of(path.stem)
        session = start(
            stand_in={"package": package, "allowed": list(spec.allowed), "idle": pool.IDLE}
        )
        for cell in load(path)["cells"]:
            lines = [
                line for line in text(cell).splitlines() if line.startswith(("from", "import"))
            ]
            if cell["cell_type"] == "code" and lines:
                reply = session.ask("run_cell", 60, source="\n".join(lines))
                assert reply["error"] is None, (path.name, reply["error"])
