"""The worker: cells, names, calls, values; and the course as a thin stand-in."""

import numpy as np
import pytest

from coursekit.grading.pool import IDLE, SUPPORT
from coursekit.grading.wire import Seeded


def run(session, source):
    """Run a cell; its error, or None."""
    return session.ask("run_cell", 60, source=source)["error"]


def call(session, name, *arguments, watch=False):
    return session.ask("call", 60, name=name, arguments=arguments, watch=watch)


def test_cells_share_one_namespace_and_names_are_found(start):
    session = start()
    assert run(session, "x = 2\ndef f(y):\n    return x * y") is None
    assert run(session, "x = 3") is None
    kinds = [session.ask("has", 60, name=name)["kind"] for name in ("f", "x", "g")]
    assert kinds == ["callable", "value", "missing"]
    assert call(session, "f", np.arange(3))["value"].tolist() == [0, 3, 6]
    assert session.ask("value", 60, name="x") == {"value": 3}


def test_a_cell_that_raises_is_a_note_with_its_line_and_not_the_end(start):
    session = start()
    error = run(session, "a = 1\nb = a / 0")
    assert error["type"] == "ZeroDivisionError"
    assert error["text"] == (
        "the cell raises ZeroDivisionError: division by zero\n(line 2 of the cell: b = a / 0)"
    )
    assert session.ask("value", 60, name="a") == {"value": 1}


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import sys; sys.exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def f(:", "SyntaxError"),
        ("input('name? ')", "EOFError"),
        ("def f(): return f()\nf()", "RecursionError"),
        ("class E(Exception):\n    def __str__(self): raise ValueError\nraise E", "E"),
    ],
)
def test_whatever_a_cell_raises_is_caught(start, source, kind):
    session = start()
    assert run(session, source)["type"] == kind
    assert run(session, "pass") is None


def test_a_call_that_raises_says_where(start):
    session = start()
    run(session, "def inner(x):\n    return x['no']\ndef f(x):\n    return inner(x)")
    assert call(session, "f", {}) == {
        "failed": "error",
        "text": "f raises KeyError: 'no'\n(line 2 of the cell that defines inner: return x['no'])",
    }


def test_a_stub_is_not_answered(start):
    session = start()
    run(session, "def f():\n    raise NotImplementedError()\nv = ...")
    assert call(session, "f")["failed"] == "not answered"
    assert session.ask("value", 60, name="v")["failed"] == "not answered"


def test_a_generator_is_made_inside_and_inputs_are_copies(start):
    session = start()
    run(session, "def f(rng, xs):\n    xs['a'][0] = 9\n    return rng.random(2)")
    xs = {"a": np.zeros(2)}
    reply = call(session, "f", Seeded(4), xs, watch=True)
    assert reply["value"].tolist() == np.random.default_rng(4).random(2).tolist()
    assert xs["a"].tolist() == [0, 0]
    assert reply["after"][0] is None
    assert reply["after"][1]["a"].tolist() == [9, 0]


@pytest.mark.parametrize("expression", ["object()", "(i for i in 'ab')", "{1, 2}", "lambda: 1"])
def test_a_value_that_is_not_plain_is_refused_and_the_worker_lives(start, expression):
    session = start()
    run(session, f"def f():\n    return {expression}\ndef g():\n    return 1")
    reply = call(session, "f")
    assert reply["failed"] == "refused"
    assert "arrays" in reply["text"]
    assert call(session, "g")["value"] == 1


def test_prints_and_warnings_are_capped_and_cost_nothing(start):
    session = start()
    source = (
        "import sys, warnings\nfor _ in range(300_000): print('line', flush=True)\n"
        "warnings.warn('careful')\nprint('more', file=sys.stderr)\nx = 1"
    )
    reply = session.ask("run_cell", 60, source=source)
    assert reply["error"] is None
    assert len(reply["printed"]) == 2000
    assert session.ask("value", 60, name="x") == {"value": 1}


def test_figures_need_no_display(start):
    session = start()
    assert run(session, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()") is None
    assert run(session, "display(1)\nopen_figures = len(plt.get_fignums())") is None
    assert session.ask("value", 60, name="open_figures") == {"value": 0}


def test_dataclasses_and_timed_lines_work(start):
    session = start()
    assert (
        run(session, "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int") is None
    )
    assert run(session, "get_ipython().run_line_magic('time', 'y = A(3).x')") is None
    assert session.ask("value", 60, name="y") == {"value": 3}


def test_check_hint_and_show_do_nothing(start, package):
    session = start(stand_in={"package": package, "allowed": [], "idle": IDLE})
    source = (
        "from coursekit import check, hint, show, NotYet\nimport coursekit\n"
        "from coursekit.checks import check as other\n"
        "check('lstm_step', 1); hint('x'); show(None, alt='a'); coursekit.check('y', 2)\n"
        "try:\n    raise NotYet('no')\nexcept NotYet:\n    pass"
    )
    assert run(session, source) is None


def test_figures_do_nothing_and_load_nothing(start, package):
    session = start(stand_in={"package": package, "allowed": [], "idle": IDLE})
    source = (
        "import sys\nfrom coursekit import figures\n"
        "from coursekit.figures import quiz_plots, matrix\n"
        "import coursekit.figures.cell_diagrams as diagrams\n"
        "with figures.style():\n    ax = figures.curves([1, 2])\n"
        "ax.set_title('a'); ax.lines[0].width = 2; matrix(1); diagrams.lstm(); quiz_plots.a(b=1)\n"
        "def f():\n    return figures.matrix(1)\n"
        "loaded = [name for name in sys.modules if name.startswith('matplotlib')]"
    )
    assert run(session, source) is None
    assert session.ask("value", 60, name="loaded") == {"value": []}
    assert call(session, "f")["failed"] == "refused"


@pytest.mark.parametrize(
    "source",
    [
        "import coursekit.cells.lstm",
        "from coursekit.cells import lstm",
        "from coursekit.cells.lstm import step",
        "from coursekit import grading",
        "from coursekit.checks import lstm_reference",
        "import importlib; importlib.import_module('coursekit.checks.spec')",
    ],
)
def test_what_holds_answers_is_not_there_and_the_error_says_why(start, package, source):
    allowed = ["coursekit.cells.elman", "coursekit.gradients"]
    session = start(stand_in={"package": package, "allowed": allowed, "idle": IDLE})
    error = run(session, f"from coursekit.gradients import unroll\n{source}")
    assert error["type"] == "ImportError"
    assert "could be taken from it" in error["text"]
    assert "coursekit.cells.elman, coursekit.gradients" in error["text"]


def test_allowed_modules_are_real(start, package):
    allowed = ["coursekit.cells.elman", "coursekit.gradients"]
    support = [*SUPPORT, "coursekit.cells.sums"]
    stand_in = {"package": package, "allowed": allowed, "idle": IDLE, "support": support}
    session = start(stand_in=stand_in)
    source = (
        "import sys\nimport numpy as np\nfrom coursekit.cells import elman\n"
        "from coursekit.gradients import unroll\n"
        "params = elman.init(np.random.default_rng(0), 2, 3)\n"
        "hs = unroll(elman, params, np.ones((5, 2))).states.h\n"
        "held = sorted(m for m in sys.modules if m.startswith('coursekit.cells'))"
    )
    assert run(session, source) is None
    assert session.ask("value", 60, name="hs")["value"].shape == (5, 3)
    held = session.ask("value", 60, name="held")["value"]
    assert held == ["coursekit.cells", "coursekit.cells.elman"]
