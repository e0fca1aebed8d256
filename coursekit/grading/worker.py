"""Inside the student's process: run a cell, find a name, call it, read a value. Knows no course.

Started by file path with the number of an inherited socket; standard library and NumPy only. The
judge sends dicts (see wire.py) with a number and a verb, and gets a dict with the same number.
A cell or a call that raises is an answer like any other; whoever ends the process, ends it.
"""

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import io
import linecache
import os
import socket
import sys
import traceback
import types
from pathlib import Path
from typing import Any

import numpy as np

MAX_TEXT = 600
MAX_PRINTED = 2000


def _load_wire() -> types.ModuleType:
    path = Path(__file__).with_name("wire.py")
    spec = importlib.util.spec_from_file_location("_coursekit_wire", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


wire = _load_wire()


class Printed(io.RawIOBase):
    """Keeps the first bytes that are printed and forgets the rest."""

    def __init__(self) -> None:
        self.kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        size = len(memoryview(data).cast("B"))
        room = MAX_PRINTED - len(self.kept)
        if room > 0:
            self.kept += bytes(memoryview(data).cast("B")[:room])
        return size

    def take(self) -> str:
        """What was kept since the last time."""
        text = self.kept.decode("utf-8", "replace")
        self.kept.clear()
        return text


class StandIn(importlib.abc.MetaPathFinder):
    """A package that is thin in here: no-op names, the allowed modules, ImportError otherwise.

    What an allowed module imports is real only if it is allowed or support. Where it imports
    something else, that could hold answers: it gets names that can be imported, and an ImportError
    where it uses one.

    Args:
        package: The folder of the real package.
        allowed: Full names of modules that are real, with all that lies below them.
        idle: For a module's full name, the names of functions in it that do nothing; ["*"] for
            whatever it and the modules below it may hold.
        support: Full names of modules that are real for allowed modules, and hold no answer.
    """

    def __init__(
        self,
        package: str,
        allowed: list[str],
        idle: dict[str, list[str]],
        support: list[str] | tuple[str, ...] = (),
    ) -> None:
        self.folder = Path(package)
        self.root = self.folder.name
        self.allowed = tuple(allowed)
        self.support = tuple(support)
        self.idle = idle
        self.depth = 0  # above 0 while an allowed module loads what it needs itself

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname != self.root and not fullname.startswith(self.root + "."):
            return None
        if self._is_allowed(fullname):
            return self._real(fullname)
        if self.depth and fullname in self.support:
            return self._real(fullname)
        if self.depth or self._is_thin(fullname):
            loader = _Pictures() if self._is_idle(fullname) else self._thin(fullname)
            return importlib.machinery.ModuleSpec(fullname, loader, is_package=True)
        raise ImportError(
            f"{fullname} is not there while this exercise is graded, because the answers could be "
            f"taken from it; the exercise uses {', '.join(self.allowed) or 'nothing of it'}",
            name=fullname,
        )

    def _is_allowed(self, fullname: str) -> bool:
        return any(fullname == name or fullname.startswith(name + ".") for name in self.allowed)

    def _is_thin(self, fullname: str) -> bool:
        holds_allowed = any(name.startswith(fullname + ".") for name in self.allowed)
        known = fullname == self.root or fullname in self.idle or self._is_idle(fullname)
        return known or holds_allowed

    def _is_idle(self, fullname: str) -> bool:
        whole = [name for name, names in self.idle.items() if names == ["*"]]
        return any(fullname == name or fullname.startswith(name + ".") for name in whole)

    def _thin(self, fullname: str) -> "_Thin":
        return _Thin(self, self.idle.get(fullname, []))

    def _real(self, fullname: str) -> Any:
        place = self.folder.joinpath(*fullname.split(".")[1:])
        if place.is_dir():
            inside = [str(place)]
            place = place / "__init__.py"
        else:
            inside = None
            place = place.with_suffix(".py")
        if not place.is_file():
            return None
        loader = _Real(self, fullname, str(place))
        return importlib.util.spec_from_file_location(
            fullname, place, loader=loader, submodule_search_locations=inside
        )

    def modules_of(self, fullname: str) -> set[str]:
        """The names of the modules that a package has, as far as anything in here needs them."""
        known = (*self.allowed, *self.support, *self.idle)
        inside = [name for name in known if name.startswith(fullname + ".")]
        return {name[len(fullname) + 1 :].partition(".")[0] for name in inside}

    def forget(self, before: set[str]) -> None:
        """Take away what an allowed module has loaded for itself and the exercise does not list."""
        for name in set(sys.modules) - before:
            if not name.startswith(self.root + "."):
                continue
            if self._is_allowed(name) or self._is_thin(name):
                continue
            del sys.modules[name]
            parent, _, child = name.rpartition(".")
            if parent in sys.modules and not self._is_allowed(parent):
                vars(sys.modules[parent]).pop(child, None)


class _Thin(importlib.abc.Loader):
    """Makes a module whose functions do nothing; a name with a capital is an exception class."""

    def __init__(self, finder: StandIn, names: list[str]) -> None:
        self.finder = finder
        self.names = names

    def exec_module(self, module: types.ModuleType) -> None:
        module.__path__ = []
        vars(module)["__all__"] = list(self.names)
        for name in self.names:
            idle = type(name, (Exception,), {}) if name[0].isupper() else _nothing
            setattr(module, name, idle)
        vars(module)["__getattr__"] = lambda name: self._absent(module.__name__, name)

    def _absent(self, module: str, name: str) -> "Absent":
        """What an allowed module gets for a name that is not there; nobody else gets anything."""
        if not self.finder.depth or name.startswith("__"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        if name in self.finder.modules_of(module):
            raise AttributeError(name)  # the import goes on to find that module
        return Absent(name, (), {})


class _Pictures(importlib.abc.Loader):
    """Makes a module of which every name is there and does nothing: nobody looks at pictures."""

    def exec_module(self, module: types.ModuleType) -> None:
        module.__path__ = []
        vars(module)["__all__"] = []
        vars(module)["__getattr__"] = self._anything

    def _anything(self, name: str) -> "Idle":
        if name.startswith("__"):
            raise AttributeError(name)
        return Idle()


class Idle:
    """What stands for a drawing function, and for what it returns: all can be asked of it."""

    def __getattr__(self, name: str) -> "Idle":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __setattr__(self, name: str, value: Any) -> None:
        """Whatever is set, there is nothing to draw."""

    def __call__(self, *arguments: Any, **options: Any) -> "Idle":
        return self

    def __getitem__(self, index: Any) -> "Idle":
        return self

    def __iter__(self) -> Any:
        return iter(())

    def __enter__(self) -> "Idle":
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing was opened."""


class Absent(type):
    """A name out of a module that is not there: it can be imported, and nothing else."""

    __all__: tuple[str, ...] = ()

    def __getattr__(cls, name: str) -> "Absent":
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(name, (), {})

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        raise ImportError(f"{cls.__name__} is not there while an exercise is graded")


class _Real(importlib.machinery.SourceFileLoader):
    """Loads an allowed module; what that imports of its own package is found for it meanwhile."""

    def __init__(self, finder: StandIn, fullname: str, path: str) -> None:
        super().__init__(fullname, path)
        self.finder = finder

    def exec_module(self, module: types.ModuleType) -> None:
        before = set(sys.modules)
        self.finder.depth += 1
        try:
            super().exec_module(module)
        finally:
            self.finder.depth -= 1
            if self.finder.depth == 0:
                self.finder.forget(before)


def _nothing(*arguments: Any, **options: Any) -> None:
    """Stands for a function that only shows something."""


class Shell:
    """What `get_ipython()` gives: timing runs its code, any other magic or command does nothing."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = namespace

    def run_line_magic(self, magic: str, line: str, *rest: Any) -> None:
        if magic in ("time", "timeit", "prun") and not line.startswith("-"):
            exec(line, self.namespace)

    def run_cell_magic(self, magic: str, line: str, body: str) -> None:
        """Cell magics are taken off outside; this is for code that calls one by hand."""

    def system(self, command: str) -> None:
        """No shell in here."""

    def getoutput(self, command: str) -> list[str]:
        """No shell in here, so no lines."""
        return []


class Worker:
    """The namespace of one notebook, and the verbs."""

    def __init__(self) -> None:
        self.own_module = sys.modules["__main__"]
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self.namespace = vars(module)
        shell = Shell(self.namespace)
        self.namespace.update(display=_nothing, get_ipython=lambda: shell)
        self.cells = 0
        self.printed = Printed()
        sys.stdout = io.TextIOWrapper(self.printed, "utf-8", "replace", write_through=True)
        sys.stderr = sys.stdout

    def prepare(
        self, limits: dict[str, int], stand_in: dict[str, Any], user: int | None = None
    ) -> dict[str, Any]:
        """Give up root, set limits on this process and all that it starts, and hide the course."""
        if user is not None:
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        if stand_in:
            sys.meta_path.insert(0, StandIn(**stand_in))
        return {"limits": set_limits(limits)}

    def run_cell(self, source: str) -> dict[str, Any]:
        """Run a cell; the error, if it raised, and the first of what it printed."""
        self.cells += 1
        filename = f"<cell {self.cells}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        error = None
        try:
            self._execute(source, filename)
        except BaseException as raised:
            error = {"type": type(raised).__name__, "text": describe("the cell", raised)}
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")
        return {"error": error, "printed": self.printed.take()}

    def _execute(self, source: str, filename: str) -> None:
        """Run code as a notebook does, where a cell may wait at its top level."""
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        waiting = eval(compile(source, filename, "exec", flags, True), self.namespace)
        if waiting is not None:
            import asyncio

            asyncio.run(waiting)

    def has(self, name: str) -> dict[str, Any]:
        """Whether a name is bound, and to something that can be called."""
        if name not in self.namespace:
            return {"kind": "missing"}
        return {"kind": "callable" if callable(self.namespace[name]) else "value"}

    def call(self, name: str, arguments: tuple[Any, ...], watch: bool) -> dict[str, Any]:
        """Call a function; its value and, to `watch`, the arguments as it left them."""
        given = _generators(arguments)
        try:
            value = self.namespace[name](*given)
        except NotImplementedError:
            return {"failed": "not answered", "text": ""}
        except BaseException as raised:
            return {"failed": "error", "text": describe(name, raised)}
        return {"value": value, "after": _after(given) if watch else None}

    def value(self, name: str) -> dict[str, Any]:
        """The plain value of a global."""
        found = self.namespace[name]
        if found is None or found is Ellipsis:
            return {"failed": "not answered", "text": ""}
        return {"value": found}


VERBS = ("prepare", "run_cell", "has", "call", "value")


def _generators(value: Any) -> Any:
    """The arguments with a fresh generator for each Seeded."""
    if isinstance(value, wire.Seeded):
        return np.random.default_rng(value.seed)
    if isinstance(value, (list, tuple)):
        return type(value)(_generators(item) for item in value)
    if isinstance(value, dict):
        return {key: _generators(item) for key, item in value.items()}
    return value


def _after(given: Any) -> Any:
    """The arguments as a call left them; None, which they never were, where they cannot be sent."""
    after = _without_generators(given)
    try:
        wire.encode(after)
    except Exception:
        return None
    return after


def _without_generators(value: Any) -> Any:
    if isinstance(value, np.random.Generator):
        return None
    if type(value) in (list, tuple):
        return type(value)(_without_generators(item) for item in value)
    if type(value) is dict:
        return {key: _without_generators(item) for key, item in value.items()}
    return value


def describe(what: str, error: BaseException) -> str:
    """What was raised, and in which line of which cell's code."""
    try:
        message = str(error)
    except BaseException:
        message = "(its message cannot be read)"
    if isinstance(error, RecursionError):
        message = "it calls itself without end"
    text = f"{what} raises {type(error).__name__}: {message}"[:MAX_TEXT]
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith("<cell ")]
    if not own:
        return text
    frame = own[-1]
    where = "the cell" if frame.name == "<module>" else f"the cell that defines {frame.name}"
    line = f": {frame.line.strip()[:100]}" if frame.line else ""
    return f"{text}\n(line {frame.lineno} of {where}{line})"


def set_limits(limits: dict[str, int]) -> list[str]:
    """Set what this system can limit; the names of those that were set."""
    try:
        import resource
    except ImportError:
        return []
    kinds = {
        "cpu": "RLIMIT_CPU",
        "memory": "RLIMIT_AS",
        "file": "RLIMIT_FSIZE",
        "processes": "RLIMIT_NPROC",
        "core": "RLIMIT_CORE",
        "open_files": "RLIMIT_NOFILE",
    }
    done = []
    for name, amount in limits.items():
        kind = getattr(resource, kinds[name], None)
        if kind is None:
            continue
        hard = amount + 2 if name == "cpu" else amount  # the signal that says so comes before
        try:
            resource.setrlimit(kind, (amount, hard))
        except (ValueError, OSError):
            continue
        done.append(name)
    return done


def serve(channel: socket.socket) -> None:
    """Answer the judge until it hangs up."""
    worker = Worker()
    while True:
        try:
            asked = wire.receive(channel)
        except (EOFError, OSError):
            return
        number, verb = asked.pop("number"), asked.pop("verb")
        reply = getattr(worker, verb)(**asked) if verb in VERBS else {"failed": "error"}
        try:
            wire.send(channel, {"number": number, **reply})
        except OSError:
            return
        except Exception as refused:
            wire.send(channel, {"number": number, "failed": "refused", "text": str(refused)})


def open_channel(argument: str) -> socket.socket:
    """The socket that was inherited, or (on Windows) shared through standard input."""
    if argument != "share":
        os.set_inheritable(int(argument), False)
        return socket.socket(fileno=int(argument))
    size = int.from_bytes(sys.stdin.buffer.read(4), "big")
    return socket.fromshare(sys.stdin.buffer.read(size))  # type: ignore[attr-defined]


if __name__ == "__main__":
    serve(open_channel(sys.argv[1]))
    os._exit(0)
