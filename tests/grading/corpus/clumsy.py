"""Notebooks of honest people. None may lose a point that it has earned."""

import json
import os
import re
from collections.abc import Callable
from typing import Any

import nbformat

from corpus.case import (
    ALL,
    NAME,
    POINTS,
    Case,
    Place,
    cell_of,
    code,
    duplicate,
    grade_id,
    handed_in,
    insert,
    released,
    right,
    save,
    text,
    whole,
)
from coursekit.checks.pack import pack

RIGHT = right()
Notebook = dict[str, Any]

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


def edited(edit: Callable[[Notebook], None]) -> Callable[[Place], Notebook]:
    """The solved notebook, changed in place."""

    def build(place: Place) -> Notebook:
        made = handed_in()
        edit(made)
        return made

    return build


def filled(**changed: str) -> Callable[[Place], Notebook]:
    """The solved notebook with other answers."""
    return lambda place: handed_in(**changed)


def before(source: str, name: str = "sigmoid") -> Callable[[Place], Notebook]:
    """The solved notebook with a cell of the student's own."""
    return lambda place: insert(handed_in(), source, name)


def named(name: str, made: Callable[[], Notebook] = handed_in) -> Callable[[Place], None]:
    """The notebook under another name."""

    def build(place: Place) -> None:
        save(place, made(), name)

    return build


def as_it_should_be(place: Place) -> Notebook:
    """The whole notebook, with its picture."""
    made = whole()
    for name, source in RIGHT.items():
        cell_of(made, name)["source"] = source
    return made


def anonymous() -> Notebook:
    """Without metadata: saved by a tool that keeps cells only."""
    made = handed_in()
    made["metadata"] = {}
    for cell in made["cells"]:
        cell["metadata"] = {}
    return made


def copied(place: Place) -> None:
    """An older copy beside the notebook, and a newer checkpoint of the editor's."""
    old = save(place, handed_in(()), f"{NAME[:-6]}-Copy1.ipynb")
    new = save(place, handed_in())
    spare = save(place, handed_in(()), f".ipynb_checkpoints/{NAME[:-6]}-checkpoint.ipynb")
    for path, when in ((old, 1000), (new, 2000), (spare, 3000)):
        os.utime(path, (when, when))


def without_checks(made: Notebook) -> None:
    """All test cells deleted."""
    made["cells"] = [c for c in made["cells"] if not str(grade_id(c)).startswith("check_")]


def elsewhere(made: Notebook) -> None:
    """The answer's cell is deleted; the function stands in a cell of the student's."""
    made["cells"].remove(cell_of(made, "lstm_step"))
    insert(made, RIGHT["lstm_step"], "lstm_step_back")


def all_in_one_cell(made: Notebook) -> None:
    """Everything in one cell at the top; the cells for the answers are left as they came."""
    made["cells"] = released()["cells"]
    insert(made, "\n\n".join(RIGHT.values()))


def edited_checks(made: Notebook) -> None:
    """The test cells say something else and promise more points."""
    for cell in made["cells"]:
        if str(grade_id(cell)).startswith("check_"):
            cell["source"] = "assert False"
            cell["metadata"]["nbgrader"]["points"] = 1000


def backwards(made: Notebook) -> None:
    """The answers in reverse order, each where another one was."""
    places = [made["cells"].index(cell_of(made, name)) for name in POINTS]
    cells = [made["cells"][place] for place in places]
    for place, cell in zip(places, reversed(cells), strict=True):
        made["cells"][place] = cell


def old_format(place: Place) -> None:
    """Saved by IPython 2, as nbformat 3."""
    made = handed_in()
    made["nbformat_minor"] = 4
    for cell in made["cells"]:
        cell.pop("id", None)
        cell["source"] = text(cell)
    old = nbformat.convert(nbformat.from_dict(made), 3)
    save(place, json.dumps(old))


def heavy_outputs(made: Notebook) -> None:
    """One picture of 50 MB."""
    data = {"image/png": "A" * 50_000_000}
    output = {"output_type": "display_data", "data": data, "metadata": {}}
    cell_of(made, "check_sigmoid")["outputs"] = [output]


def another_kernel(made: Notebook) -> None:
    """Opened with a kernel that this machine does not have."""
    made["metadata"]["kernelspec"] = {"name": "julia-1.9", "language": "julia"}
    made["metadata"]["language_info"] = {"name": "julia"}


def lines_of_another_system(made: Notebook) -> None:
    """Carriage returns, as one editor on one system leaves them, and lists of lines."""
    for number, cell in enumerate(made["cells"]):
        source = text(cell).replace("\n", "\r\n")
        cell["source"] = source if number % 2 else source.splitlines(keepends=True)


def packed(place: Place) -> None:
    """The zip that `coursekit check` makes."""
    path = save(place, handed_in())
    pack(path, "ex05_lstm_cell", handed_in(), None)
    path.unlink()


def byte_order_mark(place: Place) -> None:
    """Saved by an editor that marks the order of bytes."""
    (place.folder / NAME).write_bytes(b"\xef\xbb\xbf" + json.dumps(handed_in()).encode())


def another_encoding(place: Place) -> None:
    """Saved as "Unicode", which one system takes for two bytes a character."""
    (place.folder / NAME).write_bytes(json.dumps(handed_in()).encode("utf-16"))


def second_thoughts(made: Notebook) -> None:
    """A first try that was wrong, left above the answer; and the answer's cell twice, alike."""
    insert(made, "def sigmoid(net):\n    return net", "sigmoid")
    duplicate(made, "lstm_run")


def spare_stub(made: Notebook) -> None:
    """The cell of an answer twice, one of them untouched, as copy and paste leaves it."""
    place = made["cells"].index(cell_of(made, "lstm_step"))
    made["cells"].insert(place + 1, cell_of(released(), "lstm_step"))


def split_in_two(made: Notebook) -> None:
    """An answer's cell split in two: the id stays with the imports, the function goes on."""
    cell = cell_of(made, "tanh_slope")
    made["cells"].insert(made["cells"].index(cell) + 1, code(RIGHT["tanh_slope"]))
    cell["source"] = "import numpy as np\nhalf = 1"


def no_ids(made: Notebook) -> None:
    """Every cell has the same id, as a bad merge leaves it."""
    for cell in made["cells"]:
        cell["id"] = "same"


def conflict(made: Notebook) -> None:
    """One cell that does not parse any more."""
    cell_of(made, "sigmoid_slope")["source"] = "<<<<<<< HEAD\ndef sigmoid_slope(s):\n\treturn s"


FLOAT32 = re.sub(r"return (\{.*\})", r"return {k: np.float32(v) for k, v in \1.items()}",
                 RIGHT["lstm_step"])  # fmt: skip
LISTS = RIGHT["lstm_run"].replace("return np.stack(hs)", "return [list(h) for h in hs]")
EXTRA = RIGHT["lstm_run"].replace("(params, xs)", "(params, xs, h=None, *, verbose=False)")
GATES_ONLY = """
def lstm_step(params, x, h, c):
    net = {k: x @ params["W_" + k].T + h @ params["U_" + k].T + params["b_" + k] for k in "ifog"}
    return {k: sigmoid(net[k]) for k in "ifo"} | {"g": np.tanh(net["g"]), "c": c, "h": h}
"""
RENAMED = RIGHT["lstm_gradient"].replace("def lstm_gradient", "def my_gradient")
PRINTS = RIGHT["lstm_step"].replace("i, f, o =", "print(params, x)\n    print('.')\n    i, f, o =")

CLUMSY = tuple(
    Case(name, build, honest, least=honest, causes=causes)
    for name, build, honest, causes in (
        ("as_it_should_be", as_it_should_be, ALL, {}),
        ("untouched", lambda place: released(), 0, {"sigmoid": "not_answered"}),
        ("renamed_file", named("Homework of mine (1).ipynb", anonymous), ALL, {}),
        ("another_ending", named(f"{NAME}.txt"), ALL, {}),
        ("in_folders_below", named(f"week 5/mine/{NAME}"), ALL, {}),
        ("copy_beside_the_original", copied, ALL, {}),
        ("empty_copy_of_an_answer", edited(spare_stub), ALL, {}),
        ("a_first_try_above", edited(second_thoughts), ALL, {}),
        ("split_answer", edited(split_in_two), ALL, {}),
        ("duplicated_test", edited(lambda made: [duplicate(made, "check_sigmoid")]), ALL, {}),
        ("deleted_tests", edited(without_checks), ALL, {}),
        ("answer_elsewhere", edited(elsewhere), ALL, {}),
        ("all_in_one_cell", edited(all_in_one_cell), ALL, {}),
        ("edited_tests_and_points", edited(edited_checks), ALL, {}),
        ("reordered", edited(backwards), ALL, {}),
        ("raises_before", before("import torch\nundefined"), ALL, {}),
        ("warns", before("import warnings\nwarnings.warn('old')\nnp.log(0)"), ALL, {}),
        ("warnings_are_errors", before("np.seterr(all='raise')"), ALL, {}),
        ("prints_300_000_lines", before("for n in range(300_000):\n    print(n)"), ALL, {}),
        ("prints_in_an_answer", filled(lstm_step=PRINTS), ALL, {}),
        (
            "shell_lines_and_magics",
            before("!pip install x\n%matplotlib widget\nwho = !whoami\nwho?\ncd .."),
            ALL,
            {},
        ),
        ("times_an_answer", filled(lstm_run="%%time\n" + RIGHT["lstm_run"]), ALL, {}),
        ("asks_for_input", before("name = input('Your name? ')\nprint(name)"), ALL, {}),
        (
            "plots",
            before("import matplotlib.pyplot as plt\nplt.plot(range(9))\nplt.show()"),
            ALL,
            {},
        ),
        (
            "draws_with_the_course",
            before("from coursekit import figures\nfigures.matrix(np.eye(3))"),
            ALL,
            {},
        ),
        ("quits_at_the_end", before("quit()", "check_lstm_gradient"), ALL, {}),
        ("waits_at_top_level", before("import asyncio\nawait asyncio.sleep(0)"), ALL, {}),
        (
            "waits_beside_an_answer",
            filled(sigmoid="import asyncio\nawait asyncio.sleep(0)\n" + RIGHT["sigmoid"]),
            ALL,
            {},
        ),
        ("old_format", old_format, ALL, {}),
        ("wrong_kernel", edited(another_kernel), ALL, {}),
        ("outputs_of_50_mb", edited(heavy_outputs), ALL, {}),
        ("lines_of_another_system", edited(lines_of_another_system), ALL, {}),
        ("byte_order_mark", byte_order_mark, ALL, {}),
        ("another_encoding", another_encoding, ALL, {}),
        ("equal_ids", edited(no_ids), ALL, {}),
        ("packed", packed, ALL, {}),
        ("float32", filled(lstm_step=FLOAT32), ALL, {}),
        ("lists", filled(lstm_run=LISTS), ALL, {}),
        ("another_route", filled(lstm_step=ANOTHER_ROUTE), ALL, {}),
        ("extra_arguments", filled(lstm_run=EXTRA), ALL, {}),
        ("lambda", filled(sigmoid="sigmoid = lambda net: 1 / (1 + np.exp(-net))"), ALL, {}),
        ("renamed_function", filled(lstm_gradient=RENAMED), ALL, {}),
        (
            "shared_state",
            filled(
                sigmoid="calls = []\n" + RIGHT["sigmoid"],
                tanh_slope="def tanh_slope(t):\n    calls.append(t)\n    return 1 - t**2",
            ),
            ALL,
            {},
        ),
        (
            "stub_left_below_the_answer",
            filled(sigmoid=RIGHT["sigmoid"] + "\n    raise NotImplementedError()"),
            ALL,
            {},
        ),
        ("letters_of_another_script", filled(lstm_run=RIGHT["lstm_run"].replace("hs", "σ_隠れ")),
         ALL, {}),
        ("does_not_parse", edited(conflict), ALL - 1 - 12 - 5, {"sigmoid_slope": "raised"}),
        ("gates_only", filled(lstm_step=GATES_ONLY), 3 + 3, {"lstm_step": "wrong"}),
        # 7 of the step; the backward step has the wrong old c, but not everywhere; 5 more
        ("changes_its_inputs", filled(lstm_step=RIGHT["lstm_step"].replace(
            "new_c = f * c + i * g", "c *= f\n    c += i * g\n    new_c = c")), 7 + 4 + 5, {}),
        ("empty_file", lambda place: save(place, "") and None, 0, {"": "not_a_notebook"}),
        ("empty_folder", lambda place: None, 0, {"": "no_notebook"}),
        ("an_essay", lambda place: save(place, "Dear teacher", "essay.pdf") and None, 0,
         {"": "no_notebook"}),
    )
)  # fmt: skip
SCRIPTS = Case("name_in_another_script", filled(), ALL, least=ALL, student="Ωμέγα 山田 太郎 Łukasz")
CLUMSY += (SCRIPTS,)
