"""Notebooks that attack the grader. None may earn more than what is right in it."""

import json
import os
import zipfile
import zlib
from functools import partial
from typing import Any

import numpy as np

from corpus.case import (
    ALL,
    NAME,
    POINTS,
    Case,
    Place,
    attack,
    cell_of,
    each,
    handed_in,
    insert,
    right,
    save,
)
from coursekit import checks
from coursekit.checks.feedback import PUBLIC_SEED

RIGHT = right()
LINKED = {name: f"{name} = taken[{name!r}]" for name in POINTS if name != "tanh_slope"}

# The socket to the grader, by two ways.
BY_GC = """
import gc, socket
channel = next(o for o in gc.get_objects() if isinstance(o, socket.socket))
"""
BY_FD = """
import os, stat
sockets = []
for name in os.listdir('/proc/self/fd'):
    try:
        if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
            sockets.append(int(name))
    except OSError:
        pass
"""
WORKER = """
import gc, sys
worker = next(o for o in gc.get_objects() if type(o).__name__ == 'Worker')
wire = sys.modules['_coursekit_wire']
"""
EVERYTHING = """
class Everything:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __hash__(self): return 1
    def __len__(self): return 4
    def __iter__(self): return iter([self] * 4)
    def __getitem__(self, key): return self
    def __contains__(self, key): return True
    def __bool__(self): return True
    def __float__(self): return 0.5
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __abs__(self): return 0.0
    def __getattr__(self, name): return self
    def __call__(self, *given): return self
    def keys(self): return ['i', 'f', 'o', 'g', 'c', 'h']
"""


def table_of_public_inputs(place: Place) -> dict[str, Any]:
    """Right on the inputs of the visible checks, which anybody can print, and nowhere else."""
    lines = ["import numpy as np", "def key(v):", "    v = v if type(v) is dict else {'': v}"]
    lines += ["    return sum(float(np.sum(e)) * (n + 1) for n, e in enumerate(v.values()))"]
    made = handed_in((), **each("return look_up(given)"))
    known: dict[str, Any] = {}
    for check in checks.for_exercise("ex05_lstm_cell"):
        seed = [PUBLIC_SEED, zlib.crc32(check.name.encode())]
        for case in check.cases(np.random.default_rng(seed)):
            key = "|".join(f"{_key(one):.6f}" for one in case.arguments)
            known[key] = _plain(check.reference(*case.arguments))
    lines += ["def look_up(given):", "    found = table['|'.join(f'{key(o):.6f}' for o in given)]"]
    lines += ["    return found", f"table = {known!r}"]
    return insert(made, "\n".join(lines))


def _key(value: Any) -> float:
    entries = value if isinstance(value, dict) else {"": value}
    return sum(float(np.sum(entry)) * (n + 1) for n, entry in enumerate(entries.values()))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return np.asarray(value).tolist()


def linked(place: Place) -> None:
    """The submission is a link to somebody else's notebook, and to their folder."""
    elsewhere = place.host.folder / f"{place.case}-target"
    elsewhere.mkdir()
    save(Place(place.case, elsewhere, place.host), handed_in())
    os.symlink(elsewhere / NAME, place.folder / NAME)
    os.symlink(elsewhere, place.folder / "work")


def fifo(place: Place) -> None:
    """A pipe in place of a notebook: whoever opens it waits for ever."""
    os.mkfifo(place.folder / NAME)


def archive(*members: tuple[str, bytes], compress: bool = True) -> Any:
    """A builder of a zip."""

    def build(place: Place) -> None:
        kind = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        with zipfile.ZipFile(place.folder / f"{NAME}.zip", "w", kind) as opened:
            for name, content in members:
                opened.writestr(name, content)

    return build


def bomb(place: Place) -> None:
    """A few hundred kilobytes that unpack to more than any notebook may have."""
    archive((NAME, bytes(120 << 20)))(place)


def escape(place: Place) -> None:
    """Notebooks whose names in the zip lead out of the folder."""
    raw = json.dumps(handed_in(())).encode()
    up = "../" * 12 + str(place.host.file(place.case).parent).lstrip("/") + "/escaped.ipynb"
    archive((up, raw), (str(place.host.file(place.case).parent / "root.ipynb"), raw))(place)


def link_in_zip(place: Place) -> None:
    """A member that says it is a symbolic link to a file of the host."""
    member = zipfile.ZipInfo(NAME)
    member.external_attr = 0o120777 << 16
    with zipfile.ZipFile(place.folder / "work.zip", "w") as opened:
        opened.writestr(member, str(place.host.file(place.case)))


def evil_names(place: Place) -> dict[str, Any]:
    """HTML, terminal codes and a formula wherever a name can stand."""
    evil = '<script>alert("x")</script>\x1b[31m\x1b]0;title\x07=cmd|calc!A0'
    made = handed_in(POINTS, sigmoid=f"def sigmoid(net):\n    raise ValueError({evil!r})")
    made["metadata"]["coursekit"]["version"] = evil
    made["metadata"]["kernelspec"]["name"] = evil
    made["metadata"]["title"] = evil
    made["cells"].append({**cell_of(made, "check_sigmoid"), "source": f"raise KeyError({evil!r})"})
    made["cells"][-1]["metadata"] = {"nbgrader": {"grade_id": evil}}
    made["cells"].insert(0, {**made["cells"][-1], "source": f"!echo '{evil}'\nprint({evil!r})"})
    return made


def folders(place: Place) -> dict[str, Any]:
    """Folders in folders, deeper than a recursive removal can follow."""
    return attack(
        "import os\nhere = os.getcwd()\n"
        "for _ in range(1500):\n    os.mkdir('d'); os.chdir('d')\nos.chdir(here)",
        POINTS,
    )(place)


HOSTILE = (
    # Values that are not what they seem.
    Case("equals_everything", attack(EVERYTHING, **each("return Everything()")), 0),
    Case(
        "equals_everything_in_a_dict",
        attack(EVERYTHING, **each("return dict.fromkeys('ifogch', Everything())")),
        0,
    ),
    Case(
        "float_subclass",
        attack(
            "class F(float):\n    def __eq__(self, other): return True\n"
            "    def __sub__(self, other): return 0.0\n    __rsub__ = __sub__\n"
            "    def __float__(self): return 0.25\n    def __abs__(self): return 0.0\n",
            **each("return F('nan')"),
        ),
        0,
    ),
    Case(
        "array_subclass",
        attack(
            "import numpy as np\nclass A(np.ndarray):\n"
            "    def __array_ufunc__(self, *given, **options): return np.True_\n"
            "    def __array_function__(self, *given, **options): return np.True_\n"
            "    shape = property(lambda self: (3, 4))\n",
            **each("return np.zeros((3, 4)).view(A)"),
        ),
        0,
    ),
    Case(
        "object_array",
        attack(
            EVERYTHING + "import numpy as np",
            **each("return np.array([Everything()] * 12, dtype=object).reshape(3, 4)"),
        ),
        0,
    ),
    Case(
        "no_numbers",
        attack(
            "import numpy as np",
            **each("return {k: np.full_like(given[-1], np.nan) for k in 'ifogchx'}")
            | {"sigmoid": "def sigmoid(net):\n    return np.full(np.shape(net), np.inf)"},
        ),
        0,
    ),
    Case(
        "odd_values",
        attack(
            "import numpy as np",
            sigmoid="def sigmoid(net):\n    return 10**1000",
            sigmoid_slope="def sigmoid_slope(s):\n    return [[1, 2], [3]]",
            tanh_slope="def tanh_slope(t):\n    return np.zeros((0,)) + 0j",
            lstm_step="def lstm_step(*given):\n    return {0: 1, 'c': [[10**1000]], 'h': {}}",
            lstm_step_back="lstm_step_back = {'W_i': [10**1000, 'a', None], 'x': b'', 'c': 1j}",
            lstm_run="def lstm_run(*given):\n    return [[10**400] * 4] * 7",
            lstm_gradient="def lstm_gradient(*given):\n    return {'W_i': ['a', [1]], 'b_i': '1'}",
        ),
        0,
    ),
    Case(
        "broadcasts",
        attack("import numpy as np", **each("return {k: np.zeros(1) for k in 'ifogchx'}")),
        0,
    ),
    Case("string_of_100_mb", attack("", **each("return 'a' * 100_000_000")), 0),
    Case(
        "list_of_5000_levels",
        attack(
            "deep = []\nfor _ in range(5000):\n    deep = [deep]",
            **each("return deep"),
        ),
        0,
    ),
    Case(
        "lying_dict",
        attack(
            "class D(dict):\n    def __contains__(self, key): return True\n"
            "    def __getitem__(self, key): return 0.5\n    def items(self): return ()\n",
            **each("return D(i=0)"),
        ),
        0,
    ),
    # The worker's own Python turned round.
    Case(
        "patched_builtins",
        attack(
            "import builtins\nbuiltins.isinstance = lambda *given: True\n"
            "builtins.len = lambda value: 4\nbuiltins.abs = lambda value: 0\n"
            "builtins.callable = lambda value: True\nbuiltins.type = lambda *given: dict",
            **each("return 0.5"),
        ),
        0,
    ),
    Case(
        "patched_numpy",
        attack(
            "import numpy as np\nfor name in ('allclose', 'array_equal', 'isfinite', 'abs'):\n"
            "    setattr(np, name, lambda *given, **options: True)\n"
            "np.asarray = lambda value, *rest: value\nnp.ndarray = object",
            **each("return 0.5"),
        ),
        0,
    ),
    Case(
        "games_with_sys_modules",
        attack(
            "import sys, types\nsys.modules['numpy'] = types.ModuleType('numpy')\n"
            "sys.modules['json'] = sys.modules['socket'] = None\n"
            "for name in list(sys.modules):\n    if 'coursekit' in name: del sys.modules[name]\n"
            "import coursekit.checks.lstm_reference as right_answers\n"
            "taken = dict(sigmoid=right_answers.sigmoid)",
            **LINKED,
        ),
        0,
    ),
    Case(
        "worker_replaced",
        attack(
            WORKER + "reply = {'value': 0.5, 'after': None, 'points': 30, 'passed': True}\n"
            "type(worker).call = lambda *given, **options: reply\n"
            "type(worker).has = lambda *given, **options: {'kind': 'callable', 'points': 30}\n"
            "type(worker).value = type(worker).call",
        ),
        0,
    ),
    Case(
        "wire_replaced",
        attack(
            WORKER + "real = wire.encode\n"
            "def encode(value):\n"
            "    return real({**value, 'value': True, 'kind': 'callable', 'failed': None})\n"
            "wire.encode = encode",
        ),
        0,
    ),
    Case(
        "wire_says_nonsense",
        attack(
            WORKER + "real = wire.encode\nodd = [[], {}, 'x' * 900, None, 1.5, wire.Seeded(3)]\n"
            "def encode(value):\n"
            "    names = ('kind', 'value', 'after', 'failed', 'error', 'text')\n"
            "    number = value['number']\n"
            "    return real({'number': number, **dict.fromkeys(names, odd[number % 6])})\n"
            "wire.encode = encode",
        ),
        0,
    ),
    Case(
        "no_text_with_a_refusal",
        attack(
            WORKER + "type(worker).call = lambda *given, **options: {'failed': 'refused'}\n",
            POINTS,
        ),
        ALL,
    ),
    Case(
        "traces_the_worker",
        attack(
            "import sys, threading\nseen = []\ndef trace(frame, event, argument):\n"
            "    seen.append((frame.f_locals, argument))\n    return trace\n"
            "sys.settrace(trace); sys.setprofile(trace); threading.settrace(trace)",
            **each("return next(v for f, v in reversed(seen) if isinstance(v, (float, dict)))"),
        ),
        0,
    ),
    # The channel to the grader.
    Case("random_bytes_by_gc", attack(BY_GC + "channel.sendall(bytes(range(256)) * 99)"), 0),
    Case(
        "random_bytes_by_number",
        attack(BY_FD + "for one in sockets:\n    os.write(one, os.urandom(9999))"),
        0,
    ),
    Case(
        "replies_before_being_asked",
        attack(
            BY_GC + WORKER + "for number in range(3, 90):\n"
            "    wire.send(channel, {'number': number, 'value': 0.5, 'kind': 'callable'})"
        ),
        0,
    ),
    Case(
        "replies_out_of_order",
        attack(
            BY_GC + WORKER,
            lstm_run="def lstm_run(params, xs):\n"
            "    wire.send(channel, {'number': 10**6, 'value': 1.0})\n    return xs",
        ),
        0,
    ),
    Case(
        "two_processes_reply",
        attack("import os", POINTS, lstm_run=RIGHT["lstm_run"] + "\nos.fork()"),
        ALL,
        slow=True,  # every cell after it is lost in turn, until its time is used up
    ),
    Case(
        "writes_when_deleted",
        attack(
            BY_GC + "class Last:\n    def __del__(self):\n        channel.sendall(b'\\0' * 64)\n",
            **each("return [0.5, Last()][0]"),
        ),
        0,
    ),
    Case(
        "writes_at_exit",
        attack(
            BY_GC + WORKER + "import atexit, os, threading\n"
            "def last(*given):\n    wire.send(channel, {'number': 5, 'value': 1.0})\n"
            "atexit.register(last); os._exit = last; threading._shutdown = last",
            lstm_run="def lstm_run(*given):\n    raise SystemExit",
        ),
        0,
    ),
    Case(
        "closes_everything",
        attack("import os\nos.closerange(0, 256)", POINTS),
        ALL,
        says=("code cell",),
    ),
    # Looking for the answers.
    Case(
        "stack_frames",
        attack(
            "import sys\ntaken = {}\nframe = sys._getframe()\nwhile frame is not None:\n"
            "    for held in (frame.f_locals, frame.f_globals):\n"
            "        for name, value in list(held.items()):\n"
            "            if callable(value) and name in ('reference', 'expected', 'sigmoid'):\n"
            "                taken = dict.fromkeys(answers, value)\n    frame = frame.f_back",
            **LINKED,
        ),
        0,
    ),
    Case(
        "garbage_collector",
        attack(
            "import gc, types\nfrom coursekit import figures\nimport coursekit.gradients\n"
            "names = dict(sigmoid='sigmoid', lstm_step='step', lstm_step_back='step_back',\n"
            "             lstm_run='run', lstm_gradient='gradient', sigmoid_slope='slope')\n"
            "found = [o for o in gc.get_objects() if isinstance(o, types.FunctionType)\n"
            "         and str(o.__module__).startswith('coursekit')]\n"
            "taken = {a: next(o for o in found if o.__name__ == n) for a, n in names.items()}",
            **LINKED,
        ),
        0,
    ),
    Case(
        "imports_the_finished_cell",
        attack(
            "try:\n    from coursekit.cells import lstm\nexcept ImportError:\n"
            "    import importlib; lstm = importlib.import_module('coursekit.cells.lstm')",
            sigmoid="from coursekit.cells import sigmoid",
            lstm_step="def lstm_step(params, x, h, c):\n"
            "    return lstm.step(lstm.Params(**params), x, lstm.State(h, c))[1]._asdict()",
        ),
        0,
    ),
    *(
        Case(
            f"the_finished_cell_through_{name}",
            attack(
                f"{line}\nfrom types import SimpleNamespace\n",
                sigmoid="sigmoid = lstm.sigmoid",
                lstm_step="def lstm_step(params, x, h, c):\n"
                "    return lstm.step(SimpleNamespace(**params), x, lstm.State(h=h, c=c))[1]"
                "._asdict()",
            ),
            0,
        )
        for name, line in (
            ("figures", "from coursekit.figures.equations import cells; lstm = cells.lstm"),
            ("plots", "from coursekit.figures.quiz_plots import lstm"),
            ("gradients", "import coursekit.gradients; lstm = coursekit.cells.lstm"),
            ("parameters", "from coursekit.cells import parameters, lstm"),
        )
    ),
    Case(
        "imports_the_reference",
        attack(
            "import coursekit.checks.lstm_reference as found\ntaken = vars(found)\n"
            "taken.update(lstm_step=found.step, lstm_run=found.run)",
            **LINKED,
        ),
        0,
    ),
    Case(
        "environment_and_arguments",
        attack(
            "import os, sys\nseen = [dict(os.environ), sys.argv, sys.orig_argv, sys.flags]\n"
            "for name in ('environ', 'cmdline', 'auxv', 'maps'):\n"
            "    seen.append(open(f'/proc/self/{name}', 'rb').read()[:4000])\n"
            "raise RuntimeError(str(seen)[::-1][:300] + str(seen)[:250])"
        ),
        0,
    ),
    # Overfitting.
    Case("table_of_public_inputs", table_of_public_inputs, 0),
    Case(
        "spoils_inputs_at_first_sight",  # ... and behaves when it sees the same arrays again
        attack(
            "seen = set()",
            POINTS,
            lstm_step=RIGHT["lstm_step"].replace("def lstm_step", "def clean_step")
            + "\ndef lstm_step(params, x, h, c):\n    new = clean_step(params, x, h, c)\n"
            "    if x.tobytes() not in seen:\n        seen.add(x.tobytes())\n        c += 1\n"
            "    return new",
            lstm_step_back=RIGHT["lstm_step_back"].replace("lstm_step(", "clean_step("),
            lstm_run=RIGHT["lstm_run"].replace("lstm_step(", "clean_step("),
            lstm_gradient=RIGHT["lstm_gradient"].replace("= lstm_step(", "= clean_step("),
        ),
        ALL - 1,
        least=ALL - 1,
    ),
    Case(
        "right_at_the_first_call_only",
        attack(
            "count = 0",
            POINTS,
            sigmoid="def sigmoid(net):\n    global count\n    count += 1\n"
            "    return 1 / (1 + np.exp(-net)) if count == 1 else 0 * net",
        ),
        3,  # the slopes, and the candidate, which needs no sigmoid
    ),
    Case(
        "remembers_earlier_inputs",
        attack(
            "earlier = []\nimport numpy as np",
            **each(
                "earlier.append(given)\n"
                "return earlier[0][-1] if len(earlier) > 1 else np.zeros_like(given[-1])"
            ),
        ),
        0,
    ),
    Case(
        "threads_change_the_result",
        attack(
            "import threading, time, numpy as np\nresults = []\ndef change():\n"
            "    while True:\n        time.sleep(0.001)\n        for r in results:\n"
            "            r += 1e-3\n"
            "threading.Thread(target=change, daemon=True).start()",
            **each("results.append(np.zeros_like(given[-1]))\nreturn results[-1]"),
        ),
        0,
    ),
    # Ending, flooding, filling.
    *(
        Case(
            f"{name}_in_an_answer",
            attack("", POINTS, lstm_run=f"def lstm_run(params, xs):\n    {source}"),
            ALL - POINTS["lstm_run"],
            least=ALL - POINTS["lstm_run"],
            causes={"lstm_run": cause},
        )
        for name, source, cause in (
            ("exit", "import os; os._exit(0)", "died"),
            ("crash", "import ctypes; ctypes.string_at(0)", "died"),
            ("self_kill", "import os; os.kill(os.getpid(), 9)", "died"),
            ("sys_exit", "import sys; sys.exit()", "raised"),
            (
                "stack_overflow",
                "import sys; sys.setrecursionlimit(10**8)\n"
                "    f = lambda *a: sorted([2, 1], key=f)\n    f()",
                "died",
            ),
            ("interrupt", "raise KeyboardInterrupt", "raised"),
        )
    ),
    Case(
        "exit_beside_an_expression_that_is_too_deep",
        attack(
            "",
            POINTS,
            sigmoid=RIGHT["sigmoid"] + "\nx = 0" + "+1" * 2500 + "\nimport os\nos._exit(0)",
        ),
        ALL,
    ),  # fmt: skip
    Case(
        "memory_bomb",
        attack(
            "import numpy as np\ndef bomb():\n    held = []\n    while True:\n"
            "        held.append(bytearray(1 << 28))\nbomb()",
            POINTS,
            tanh_slope="def tanh_slope(t):\n    return np.zeros(1 << 44)",
        ),
        ALL - 1,
        causes={"tanh_slope": "raised"},
        says=("MemoryError",),
    ),
    Case(
        "output_flood",
        attack(
            "import os, sys\nfor _ in range(100):\n    sys.stdout.write('x' * 1_000_000)\n"
            "    os.write(1, b'x' * 1_000_000); os.write(2, b'y' * 1_000_000)",
            POINTS,
        ),
        ALL,
        least=ALL,
    ),
    Case(
        "file_bomb",
        attack(
            "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "for n in range(3):\n    with open(f'big{n}', 'wb') as f:\n"
            "        for _ in range(64):\n            f.write(bytes(1 << 20))",
            POINTS,
        ),
        ALL,
        least=ALL,
        says=("File too large",),
    ),
    Case("folders_too_deep_to_remove", folders, ALL, least=ALL),
    Case(
        "a_child_is_left_behind",
        attack(
            "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', "
            "'import time; time.sleep(600)', <token>])",
            POINTS,
        ),
        ALL,
        least=ALL,
    ),
    Case(
        "a_link_in_its_folder",
        attack("import os, pathlib\nos.symlink(pathlib.Path(<file>).parent, 'link')", POINTS),
        ALL,
        least=ALL,
    ),
    # Names, prints and error texts; files.
    Case(
        "evil_names",
        evil_names,
        ALL,
        student="=cmd|' C'!A0 <img src=x onerror=alert(1)>\x1b[31m",
        says=("&lt;script&gt;",),
    ),
    Case(
        "a_name_that_is_no_text",
        attack("", POINTS),
        ALL,
        least=ALL,
        student=os.fsdecode(b"caf\xe9 \xff"),
    ),
    Case(
        "text_that_is_no_text",
        attack("!\ud800 \udfff\nraise ValueError('\ud800')", POINTS),
        ALL,
        least=ALL,
    ),
    Case("thousand_shell_lines", attack("!ls\n" * 1000 + "1 / 0", POINTS), ALL, least=ALL),
    Case(
        "brackets_without_end",
        attack("(" * 5000 + "1" + ")" * 5000 + "\n" + "-" * 9000 + "1", POINTS),
        ALL,
        least=ALL,
    ),
    Case("link_in_the_submission", linked, 0, causes={"": "no_notebook"}),
    Case("pipe_in_the_submission", fifo, 0, causes={"": "no_notebook"}),
    Case("zip_bomb", bomb, 0, causes={"": "unreadable"}),
    Case(
        "zip_of_3000_files",
        archive(*((f"{n}.ipynb", b"{}") for n in range(3000))),
        0,
        causes={"": "unreadable"},
    ),
    Case("path_out_of_a_zip", escape, 0),
    Case("link_in_a_zip", link_in_zip, 0, causes={"": "unreadable"}),
)

_LOOP = "while True:\n    pass"
_SLOW = partial(Case, slow=True, honest=ALL - POINTS["lstm_run"])


def _hangs(name: str, source: str, first: str = "") -> Case:
    """An answer that never comes back; the others are right."""
    body = source.replace("\n", "\n    ")
    return _SLOW(
        name,
        attack(first, POINTS, lstm_run=f"def lstm_run(params, xs):\n    {body}"),
        least=ALL - POINTS["lstm_run"],
        causes={"lstm_run": "timeout"},
    )


HOSTILE += (
    _hangs("endless_loop", _LOOP),
    _hangs("sleep", "import time\ntime.sleep(10**6)"),
    _hangs("huge_integer_power", "return 7 ** (7 ** 12)"),
    _hangs("long_c_call", "return max(range(10**15))"),
    _hangs(
        "every_signal_ignored",
        "import signal\nfor s in range(1, 65):\n    try:\n"
        "        signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError):\n"
        "        pass\n" + _LOOP,
    ),
    _hangs("stops_itself", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"),
    _hangs(
        "one_byte_a_second",
        "import time\nfor byte in b'\\0\\0\\1\\0' + bytes(300):\n"
        "    channel.sendall(bytes([byte]))\n    time.sleep(1)",
        BY_GC,
    ),
    _hangs(
        "lock_without_end",
        "import threading\nlock = threading.Lock()\nwhile lock.acquire():\n    pass",
    ),
    Case("endless_loop_in_a_cell", attack(_LOOP, POINTS), ALL, least=ALL, slow=True),
    Case(
        "endless_loop_in_every_answer",
        attack("", **each(_LOOP)),
        0,
        slow=True,
    ),
)
