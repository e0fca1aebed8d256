"""What a judgement depends on, as short texts: when they are the same, nothing is graded again.

A check's fingerprint is made from its fields: numbers and texts as they are, functions by their
source, and whatever of this course those functions use, in turn. So a changed check re-grades the
answers that it touches, and a changed comparison re-grades all.
"""

import hashlib
import inspect
import platform
import sys
import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.checks.spec import Check, OpenQuestion
from coursekit.grading.notebook import Notebook

PACKAGE = Path(__file__).resolve().parents[1]
#: what every judgement goes through
COMMON = (
    *("checks/calls.py", "checks/compare.py", "checks/spec.py", "grading/judge.py"),
    *("grading/notebook.py", "grading/wire.py", "grading/worker.py"),
)


def of_check(check: Check | OpenQuestion) -> str:
    """The fingerprint of what one answer is judged by."""
    return _hash(_parts(check, set()))


def of_notebook(notebook: Notebook) -> str:
    """The fingerprint of what a student wrote, outputs apart."""
    parts = [f"{cell.grade_id}\0{cell.source}" for cell in notebook.cells]
    parts += [f"{name}\0{text}" for name, text in sorted(notebook.texts.items())]
    return _hash(iter([*parts, notebook.name, *notebook.notes]))


def of_course(*settings: object) -> str:
    """The fingerprint of what is common to all judgements on this machine."""
    versions = (platform.python_version(), np.__version__, sys.platform)
    sources = [(PACKAGE / name).read_text("utf-8") for name in COMMON]
    return _hash(iter([*versions, *sources, *map(repr, settings)]))


def _hash(parts: Iterator[str]) -> str:
    made = hashlib.sha256()
    for part in parts:
        made.update(part.encode("utf-8", "replace") + b"\0")
    return made.hexdigest()[:20]


def _parts(value: Any, seen: set[int]) -> Iterator[str]:
    """Everything that a value is made of, as texts."""
    if isinstance(value, (str, bytes, int, float, complex, bool, type(None))):
        yield repr(value)
        return
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        yield f"{value.dtype} {value.shape} {value.tobytes().hex()}"
    elif isinstance(value, (list, tuple, set, frozenset)):
        ordered = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value
        for item in ordered:
            yield from _parts(item, seen)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield repr(key)
            yield from _parts(item, seen)
    elif isinstance(value, types.ModuleType):
        yield from _module(value)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield one.name
            yield from _parts(getattr(value, one.name), seen)
    elif callable(value):
        yield from _callable(value, seen)
    else:
        yield f"{type(value).__module__}.{type(value).__qualname__}"


def _module(module: types.ModuleType) -> Iterator[str]:
    yield module.__name__
    source = getattr(module, "__file__", None)
    if module.__name__.startswith("coursekit") and source:
        yield Path(source).read_text("utf-8")


def _callable(value: Any, seen: set[int]) -> Iterator[str]:
    """A function by its source and what of this course it uses; another library's by its name."""
    value = inspect.unwrap(value)
    if isinstance(value, types.MethodType):
        yield from _parts(value.__self__, seen)
        value = value.__func__
    if hasattr(value, "func") and hasattr(value, "args"):  # functools.partial
        yield from _parts((value.func, value.args, value.keywords), seen)
        return
    name = f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', type(value))}"
    yield name
    code = getattr(value, "__code__", None)
    ours = not name.startswith(("numpy.", "matplotlib.", "builtins."))
    if not ours or (code is None and not isinstance(value, type)):
        return
    try:
        yield inspect.getsource(value)
    except (OSError, TypeError):
        yield code.co_code.hex() if code is not None else name
    if code is None:
        return
    for cell in value.__closure__ or ():
        yield from _parts(cell.cell_contents, seen)
    yield from _parts(value.__defaults__ or (), seen)
    for used in sorted(_names(code)):
        if used in value.__globals__:
            yield from _parts(value.__globals__[used], seen)


def _names(code: types.CodeType) -> set[str]:
    """The names that a function and those inside it may look up."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _names(constant)
    return found
