"""A case of the corpus, what its attack may know about the host, and notebooks to start from."""

import copy
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
EXERCISE = "ex05_lstm_cell"
NAME = f"{EXERCISE}.ipynb"
POINTS = {
    "sigmoid": 1,
    "sigmoid_slope": 1,
    "tanh_slope": 1,
    "lstm_step": 8,
    "lstm_step_back": 12,
    "lstm_run": 2,
    "lstm_gradient": 5,
}
ALL = sum(POINTS.values())


@dataclass
class Host:
    """What an attack aims at: files, a process, a port, names, and the secrets of the grader."""

    folder: Path
    submissions: Path
    secrets: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    port: int = 0
    abstract: str = ""

    def secret(self, name: str) -> str:
        """A text that no attack is told and that must not turn up in any report."""
        return self.secrets.setdefault(name, f"secret{secrets.token_hex(8)}")

    def file(self, case: str) -> Path:
        """A file of the host with a secret in it, in a folder of its own for each case."""
        folder = self.folder / case
        folder.mkdir(exist_ok=True)
        path = folder / "precious.txt"
        if not path.exists():
            path.write_text(self.secret(case), "utf-8")
        return path

    def process(self, case: str) -> int:
        """A process of the host that sleeps until it is told to end."""
        if case not in self.processes:
            waiting = [sys.executable, "-c", "import sys; sys.stdin.read()", self.token(case)]
            self.processes[case] = subprocess.Popen(waiting, stdin=subprocess.PIPE)
        return self.processes[case].pid

    def token(self, case: str) -> str:
        """A word by which the processes of a case are known in the host's table."""
        return f"{self.folder.parent.name}-{case}-token"

    def listen(self) -> None:
        """Hear whatever connects to a port or to an abstract name of this host."""
        tcp = socket.create_server(("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        listening = [tcp]
        if sys.platform == "linux":
            self.abstract = f"\0coursekit-{secrets.token_hex(6)}"
            unix = socket.socket(socket.AF_UNIX)
            unix.bind(self.abstract)
            unix.listen()
            listening.append(unix)
        for one in listening:
            threading.Thread(target=self._hear, args=(one,), daemon=True).start()

    def _hear(self, listening: socket.socket) -> None:
        while True:
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(5)
                self.heard.append(connection.recv(100).decode("utf-8", "replace"))

    def touched(self, case: str) -> list[str]:
        """What of the host a case has reached, in words."""
        found = []
        folder = self.folder / case
        if case in self.secrets and not folder.is_dir():
            found.append("the folder of the host was removed")
        elif folder.is_dir():
            names = sorted(path.name for path in folder.iterdir())
            if names != ["precious.txt"]:
                found.append(f"the folder of the host holds {names}")
            elif (folder / "precious.txt").read_text("utf-8") != self.secrets[case]:
                found.append("the file of the host was changed")
        if case in self.heard:
            found.append("a connection to the host was made")
        if case in self.processes and self.processes[case].poll() is not None:
            found.append("the process of the host was ended")
        return found


@dataclass(frozen=True)
class Place:
    """Where a case builds its submission, and the host around it."""

    case: str
    folder: Path
    host: Host


@dataclass(frozen=True)
class Case:
    """One submission.

    Args:
        name: What it tries, or what went wrong with it.
        build: build(place) -> the notebook; None where it has written its files itself.
        honest: The points that an honest grader gives.
        least: The points that it must not lose, although it attacks; `honest` of a clumsy one.
        causes: By answer ("" for a submission without any), what must be said of it.
        says: Texts of which each stands in the feedback.
        never: Texts of which none may stand there.
        student: The name of the student's folder, where it is not the case's.
        slow: It never ends by itself, so its batch has short limits.
    """

    name: str
    build: Callable[[Place], dict[str, Any] | None]
    honest: float
    least: float = 0.0
    causes: dict[str, str] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    student: str = ""
    slow: bool = False

    @property
    def folder(self) -> str:
        """The name of the student's folder."""
        return self.student or self.name


@cache
def _read(folder: str) -> str:
    return (ROOT / folder / EXERCISE / NAME).read_text("utf-8")


def whole() -> dict[str, Any]:
    """The notebook that is handed out."""
    return dict(json.loads(_read("exercises")))


def released() -> dict[str, Any]:
    """The same without its picture and its proof, which take longer than all the rest."""
    made, left_out = whole(), ("figures.", "check_gradient(")
    made["cells"] = [c for c in made["cells"] if not any(part in text(c) for part in left_out)]
    for cell in made["cells"]:
        cell["source"] = text(cell).replace("check, figures, hint, show", "check, hint")
    return made


def grade_id(cell: dict[str, Any]) -> str | None:
    """The grade_id of a cell."""
    found = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return None if found is None else str(found)


def text(cell: dict[str, Any]) -> str:
    """The source of a cell."""
    return "".join(cell["source"])


def right() -> dict[str, str]:
    """The solution's code for each answer."""
    cells = json.loads(_read("solutions"))["cells"]
    return {name: text(cell) for cell in cells if (name := grade_id(cell)) in POINTS}


def handed_in(answered: Any = tuple(POINTS), **changed: str) -> dict[str, Any]:
    """The released notebook with some answers filled in, and some of them changed."""
    made, answers = released(), right()
    for cell in made["cells"]:
        name = grade_id(cell)
        if name in changed:
            cell["source"] = changed[name]
        elif name in answered:
            cell["source"] = answers[name]
    return made


def cell_of(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """The cell with a grade_id."""
    return next(cell for cell in notebook["cells"] if grade_id(cell) == name)


def code(source: str) -> dict[str, Any]:
    """A code cell without metadata."""
    empty = {"metadata": {}, "outputs": [], "execution_count": None}
    return {"cell_type": "code", "id": f"made-{secrets.token_hex(4)}", "source": source, **empty}


def insert(notebook: dict[str, Any], source: str, before: str = "sigmoid") -> dict[str, Any]:
    """Put a code cell in front of an answer."""
    place = notebook["cells"].index(cell_of(notebook, before))
    notebook["cells"].insert(place, code(source))
    return notebook


def save(place: Place, notebook: dict[str, Any] | str, name: str = NAME) -> Path:
    """Write a notebook, or any text, into the submission."""
    path = place.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = notebook if isinstance(notebook, str) else json.dumps(notebook)
    path.write_text(content, "utf-8")
    return path


def attack(source: str, answered: Any = (), **changed: str) -> Callable[[Place], dict[str, Any]]:
    """A builder: `source` runs first of all; words in <angles> stand for facts of the host."""

    def build(place: Place) -> dict[str, Any]:
        def filled(template: str) -> str:
            for word, fact in facts(place, template).items():
                template = template.replace(word, repr(fact))
            return template

        answers = {name: filled(answer) for name, answer in changed.items()}
        made = handed_in(answered, **answers)
        return insert(made, filled(source)) if source else made

    return build


def facts(place: Place, template: str) -> dict[str, Any]:
    """What an attack is told of the host: where things are, never what is in them."""
    known: dict[str, Callable[[], Any]] = {
        "<case>": lambda: place.case,
        "<root>": lambda: str(ROOT),
        "<file>": lambda: str(place.host.file(place.case)),
        "<submissions>": lambda: str(place.host.submissions),
        "<pid>": lambda: place.host.process(place.case),
        "<pids>": lambda: (
            os.readlink("/proc/self/ns/pid") if Path("/proc/self/ns").is_dir() else ""
        ),
        "<port>": lambda: place.host.port,
        "<abstract>": lambda: place.host.abstract,
        "<token>": lambda: place.host.token(place.case),
    }
    return {word: find() for word, find in known.items() if word in template}


def each(source: str) -> dict[str, str]:
    """Every answer as a function of that body."""
    body = "\n".join(f"    {line}" for line in source.splitlines())
    return {name: f"def {name}(*given):\n{body}" for name in POINTS}


def duplicate(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """A copy of the cell with a grade_id, right behind it."""
    cell = cell_of(notebook, name)
    notebook["cells"].insert(notebook["cells"].index(cell) + 1, copy.deepcopy(cell))
    return notebook
