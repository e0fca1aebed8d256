"""Notebooks that only full isolation can hold: what they aim at lies outside their process.

Where they are not held, they touch what the test has set up for them and nothing else: the one
that kills everything does so only where it has a table of processes of its own.
"""

from corpus.case import ALL, POINTS, Case, attack
from corpus.hostile import LINKED

NAMES = (
    "taken = dict(sigmoid=found['sigmoid'], lstm_step=found['step'], lstm_run=found['run'],\n"
    "             lstm_step_back=found['step_back'], lstm_gradient=found['gradient'],\n"
    "             sigmoid_slope=found['slope'])\n"
)
# What an attack finds it tells in the text of an error, which goes into the feedback.
TELL = "raise RuntimeError(str(seen))"


def _reads(name: str, source: str) -> Case:
    """It takes the answers from a file."""
    return Case(name, attack(source, **LINKED), 0)


ISOLATED = (
    _reads(
        "reads_the_solution",
        "import json, pathlib, numpy as np\n"
        "path = pathlib.Path(<root>) / 'solutions/ex05_lstm_cell/ex05_lstm_cell.ipynb'\n"
        "for cell in json.loads(path.read_text())['cells']:\n"
        "    if 'nbgrader' in cell['metadata'] and 'check(' not in ''.join(cell['source']):\n"
        "        exec(''.join(cell['source']))\n"
        "taken = dict(globals())",
    ),
    _reads(
        "reads_the_reference",
        "import pathlib, sys\nhere = pathlib.Path(sys.modules['_coursekit_wire'].__file__)\n"
        "path = here.parents[1] / 'checks' / 'lstm_reference.py'\nfound = {}\n"
        "exec(path.read_text(), found)\n" + NAMES,
    ),
    _reads(
        "takes_the_stand_in_away",
        "import sys\n"
        "sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != 'StandIn']\n"
        "for name in list(sys.modules):\n    if name.startswith('coursekit'):\n"
        "        del sys.modules[name]\n"
        "sys.path.insert(0, <root>)\nimport coursekit.checks.lstm_reference as module\n"
        "found = vars(module)\n" + NAMES,
    ),
    _reads(
        "widens_the_stand_in",
        "import sys\nfor finder in sys.meta_path:\n    finder.allowed = ('coursekit',)\n"
        "import coursekit.checks.lstm_reference as module\nfound = vars(module)\n" + NAMES,
    ),
    _reads(
        "asks_another_python",
        "import subprocess, sys\nask = 'import coursekit.checks.lstm_reference as m, inspect\\n'\n"
        "ask += 'print(inspect.getsource(m))'\n"
        "found = {}\nexec(subprocess.check_output([sys.executable, '-c', ask], text=True,\n"
        "                             cwd=<root>), found)\n" + NAMES,
    ),
    _reads(
        "copies_a_neighbour",
        "import json, pathlib, numpy as np\n"
        "for path in sorted(pathlib.Path(<submissions>).glob('*neighbour*/*.ipynb')):\n"
        "    for cell in json.loads(path.read_text())['cells']:\n"
        "        if 'nbgrader' in cell['metadata'] and 'check(' not in ''.join(cell['source']):\n"
        "            exec(''.join(cell['source']))\n    break\n"
        "taken = dict(globals())",
    ),
    Case(
        "reads_a_file_of_the_host", attack("seen = open(<file>).read()\n" + TELL, POINTS), ALL, ALL
    ),
    Case(
        "reads_the_home_and_the_passwords",
        attack(
            "import glob, os, pwd\nseen = []\nfor user in pwd.getpwall():\n"
            "    seen += glob.glob(user.pw_dir + '/.*rc') + glob.glob(user.pw_dir + '/.ssh/*')\n"
            "seen += filter(os.path.exists, ('/etc/shadow', <root> + '/pyproject.toml'))\n"
            "if seen:\n    raise RuntimeError('reached: ' + str(seen))",
            POINTS,
        ),
        ALL,
        ALL,
        never=("reached",),
    ),
    Case(
        "reads_the_environment_of_the_grader",
        attack(
            "import os, glob\nseen = []\nfor path in glob.glob('/proc/[0-9]*/environ'):\n"
            "    try:\n        text = open(path, 'rb').read().decode('utf-8', 'replace')\n"
            "    except OSError:\n        continue\n"
            "    seen += [v for v in text.split('\\0') if v.startswith('GRADER_SECRET')]\n" + TELL,
            POINTS,
        ),
        ALL,
        ALL,
    ),
    Case(
        "finds_the_grader_in_the_table_of_processes",
        attack(
            "import os\n"
            "for name in filter(str.isdigit, os.listdir('/proc')):\n    try:\n"
            "        words = open(f'/proc/{name}/cmdline', 'rb').read()\n"
            "    except OSError:\n        continue\n"
            "    if <token>.encode() in words:\n        raise RuntimeError('reached', <pid>)",
            POINTS,
        ),
        ALL,
        ALL,
        never=("reached",),
    ),
    Case(
        "writes_outside",
        attack(
            "import pathlib\npath = pathlib.Path(<file>)\n"
            "for place in (path, path.parent / 'new.txt'):\n    try:\n"
            "        place.write_text('changed')\n    except OSError:\n        pass",
            POINTS,
        ),
        ALL,
        ALL,
    ),
    Case(
        "fills_the_disks",
        attack(
            "import glob, os\nkept = 0\n"
            "for place in ('/dev/shm', '/tmp', '/var/tmp', '/run', '/'):\n"
            "    try:\n        for n in range(12):\n"
            "            with open(os.path.join(place, <token> + str(n)), 'wb') as f:\n"
            "                f.write(bytes(8 << 20))\n            kept += 8\n"
            "    except OSError:\n        pass\n"
            "for place in ('/dev/shm', '/tmp', '/var/tmp', '/run', '/'):\n"
            "    for path in glob.glob(os.path.join(place, <token> + '*')):\n"
            "        os.remove(path)\n"
            "if kept > 200:\n    raise RuntimeError(f'too much: {kept} MB')",
            POINTS,
        ),
        ALL,
        ALL,
        never=("too much",),
    ),
    Case(
        "writes_through_a_link",
        attack(
            "import os, shutil\nos.symlink(os.path.dirname(<file>), 'link')\n"
            "open('link/new.txt', 'w').write('x')\nshutil.rmtree(os.path.realpath('link'))",
            POINTS,
        ),
        ALL,
        ALL,
    ),
    Case(
        "leaves_a_daemon",
        attack(
            "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', "
            "'import time; time.sleep(600)', <token>], start_new_session=True)",
            POINTS,
        ),
        ALL,
        ALL,
    ),
    Case(
        "kills_everything",
        attack(
            "import os, signal\ntry:\n    own = os.readlink('/proc/self/ns/pid') != <pids>\n"
            "except OSError:\n    own = False\n"
            "try:\n    os.kill(<pid>, signal.SIGKILL)\nexcept OSError:\n    pass\n"
            "if own:\n    os.kill(-1, signal.SIGKILL)",
            POINTS,
        ),
        ALL,
        ALL,
    ),
    Case(
        "connects_to_a_port",
        attack(
            "import socket\nwith socket.create_connection(('127.0.0.1', <port>), 2) as s:\n"
            "    s.sendall(<case>.encode())",
            POINTS,
        ),
        ALL,
        ALL,
    ),
    Case(
        "connects_to_an_abstract_name",
        attack(
            "import socket\nwith socket.socket(socket.AF_UNIX) as s:\n    s.settimeout(2)\n"
            "    s.connect(<abstract>)\n    s.sendall(<case>.encode())",
            POINTS,
        ),
        ALL,
        ALL,
    ),
    Case(
        "looks_up_a_name",
        attack(
            "import socket\ntry:\n    found = socket.gethostbyname('localhost')\n"
            "    with socket.create_connection((found, <port>), 2) as s:\n"
            "        s.sendall(<case>.encode())\nexcept OSError:\n    pass",
            POINTS,
        ),
        ALL,
        ALL,
    ),
    Case(
        "process_bomb",
        attack(
            "import os, signal, time\nborn = []\ntry:\n    for _ in range(300):\n"
            "        child = os.fork()\n        if not child:\n"
            "            time.sleep(60); os._exit(0)\n        born.append(child)\n"
            "except OSError:\n    pass\n"
            "for child in born:\n    os.kill(child, signal.SIGKILL); os.waitpid(child, 0)\n"
            "if len(born) > 100:\n    raise RuntimeError(f'too many: {len(born)}')",
            POINTS,
        ),
        ALL,
        ALL,
        never=("too many",),
    ),
    Case(
        "thread_bomb",
        attack(
            "import threading\nthreading.stack_size(1 << 16)\nend = threading.Event()\nborn = 0\n"
            "try:\n    for _ in range(300):\n        threading.Thread(target=end.wait).start()\n"
            "        born += 1\nexcept RuntimeError:\n    pass\nend.set()\n"
            "if born > 100:\n    raise RuntimeError(f'too many: {born}')",
            POINTS,
        ),
        ALL,
        ALL,
        never=("too many",),
    ),
)
