"""Parameters in a file: ``.npz``, every array under its name, and nothing that could run.

Beside the arrays the file holds one text, ``structure``, that says which cell they are of. Reading
it makes named tuples of this package, tuples, lists and dicts, and nothing else.
"""

import importlib
import json
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.cells.parameters import named_arrays

STRUCTURE = "structure"  # the name in the file; arrays cannot have it
PLAIN = {"dict": dict, "list": list, "tuple": tuple}


def save_params(path: str | os.PathLike[str], params: Any) -> None:
    """Keep parameters in a ``.npz`` file: every array under its name, such as ``cell.W_i``.

    The file is written whole or not at all, and an older one is replaced.

    Args:
        path: the file, with its ending.
        params: the Params of a cell or of a stack, a Model, or a tuple, list or dict of those.

    Raises:
        ValueError: something that holds no arrays of numbers, or that cannot be told from others.
        OSError: the folder is missing or cannot be written.

    >>> from tempfile import TemporaryDirectory
    >>> from coursekit.cells import elman
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "net.npz"
    ...     save_params(path, elman.init(np.random.default_rng(0), inputs=3, units=2))
    ...     load_params(path).W.shape
    (2, 3)
    """
    told = _described(params, "params")
    if told is None:
        raise ValueError(
            f"params is a {type(params).__name__}; pass the Params of a cell, a Model, or a "
            "tuple, list or dict of those"
        )
    arrays = [(name, np.asarray(array)) for name, array in named_arrays(params)]
    if not arrays:
        raise ValueError(f"params is {params!r}, which holds no arrays; pass the Params of a cell")
    names = [STRUCTURE, *(name for name, _ in arrays)]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"params has two places for {name!r} in the file; rename one of them")
    target = Path(path)
    if not target.parent.is_dir():
        raise FileNotFoundError(f"the folder {target.parent} does not exist; make it first")
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(beside, "w") as file:
            for name, array in [*arrays, (STRUCTURE, np.array(json.dumps(told)))]:
                with file.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, array, allow_pickle=False)
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def load_params(path: str | os.PathLike[str], like: Any = None) -> Any:
    """Read parameters that ``save_params`` kept: the same structure, the same numbers.

    Args:
        path: the file.
        like: parameters of the shapes that are wanted, as ``init`` draws them; the file must hold
            just these arrays. Without it, the file's own structure.

    Raises:
        ValueError: the file is damaged or of something else, or does not hold what ``like`` asks.
        FileNotFoundError: there is no such file.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{path} does not exist; pass a file that save_params wrote"
        ) from None
    except Exception as error:  # zipfile, zlib and NumPy have many for a file that is not whole
        raise ValueError(
            f"{path} cannot be read as parameters ({error}); it is damaged or of something else; "
            "pass a file that save_params wrote"
        ) from error
    told = arrays.pop(STRUCTURE, None)
    if not isinstance(told, np.ndarray) or told.dtype.kind != "U" or told.shape:
        raise ValueError(
            f"{path} holds {', '.join(arrays) or 'nothing'}, but no text {STRUCTURE!r}; "
            "pass a file that save_params wrote"
        )
    try:
        params = _built(json.loads(str(told)), arrays, "")
        if {name for name, _ in named_arrays(params)} != arrays.keys():
            raise ValueError(f"it holds other arrays than it names: {', '.join(arrays)}")
    except (ValueError, KeyError, TypeError, AttributeError, ImportError, RecursionError) as error:
        raise ValueError(
            f"{path} describes what this version of coursekit cannot make: {error}; "
            "save the parameters anew"
        ) from error
    if like is not None:
        _check_same(path, params, like)
    return params


def _described(params: Any, name: str) -> Any:
    """The structure without its numbers: None for an array, [kind, parts] for what holds some."""
    if isinstance(params, dict):
        kind, parts = "dict", params
    elif isinstance(params, (tuple, list)):
        kind = type(params).__name__
        if type(params) not in (tuple, list):
            kind = f"{type(params).__module__}.{kind}"
            _class_of(kind)
        parts = params._asdict() if hasattr(params, "_asdict") else dict(enumerate(params))
    else:
        dtype = np.asarray(params).dtype
        if dtype.kind not in "fiub":
            raise ValueError(f"{name} is {params!r:.60}; pass an array of numbers")
        return None
    for key in parts:
        if not isinstance(key, (str, int)) or (kind == "dict" and not isinstance(key, str)):
            raise ValueError(f"{name} has the key {key!r}; pass a dict whose keys are strings")
    return [kind, {key: _described(part, f"{name}.{key}") for key, part in parts.items()}]


def _built(told: Any, arrays: dict[str, Any], prefix: str) -> Any:
    """The structure that a description tells, with the arrays of these names in it."""
    if told is None:
        if not isinstance(arrays.get(prefix), np.ndarray):
            raise ValueError(f"there is no array {prefix!r}")
        return arrays[prefix]
    kind, parts = told
    made = {
        key: _built(part, arrays, f"{prefix}.{key}" if prefix else key)
        for key, part in parts.items()
    }
    if kind == "dict":
        return made
    found = PLAIN.get(kind) or _class_of(kind)
    return found(**made) if hasattr(found, "_fields") else found(made.values())


def _class_of(name: str) -> Any:
    """A class of this package that holds arrays, such as ``coursekit.cells.lstm.Params``."""
    module, _, last = name.rpartition(".")
    if not re.fullmatch(r"coursekit\.(cells|training|blocks)(\.[a-z]\w*)*", module):
        raise ValueError(f"{name} is no structure of coursekit")
    found = getattr(importlib.import_module(module), last, None)
    if not (isinstance(found, type) and issubclass(found, tuple)):
        raise ValueError(f"{name} is no structure of coursekit")
    return found


def _check_same(path: Any, params: Any, like: Any) -> None:
    """The same cells with the same sizes, or a clear error."""
    given = {name: np.shape(array) for name, array in named_arrays(params)}
    wanted = {name: np.shape(array) for name, array in named_arrays(like)}
    missing = [name for name in wanted if name not in given]
    extra = [name for name in given if name not in wanted]
    if missing or extra:
        told = [f"missing: {', '.join(missing)}"] * bool(missing)
        told += [f"extra: {', '.join(extra)}"] * bool(extra)
        raise ValueError(f"{path} must hold {', '.join(wanted)}; {'; '.join(told)}")
    for name, shape in wanted.items():
        if given[name] != shape:
            raise ValueError(f"{path}: {name} has shape {given[name]}, expected {shape}")
    if _described(params, "params") != _described(like, "like"):
        raise ValueError(
            f"{path} holds {_kind(params)}, but like is {_kind(like)}, whose arrays have the same "
            "names; pass parameters of the cell that was saved"
        )


def _kind(params: Any) -> str:
    return f"a {type(params).__module__}.{type(params).__name__}"
