"""Parameters in a file: ``.npz``, every array under its name, and nothing that could run."""

import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.cells.bridges import check_names, check_shape
from coursekit.cells.parameters import map_arrays, named_arrays


def save_params(path: str | os.PathLike[str], params: Any) -> None:
    """Keep parameters in a ``.npz`` file: every array under its name, such as ``cell.W_i``.

    The file is written whole or not at all.

    Args:
        path: the file; an older one is replaced.
        params: an array's named tuple, or a (named) tuple or dict of them, such as a Model.

    Raises:
        ValueError: something that holds no arrays.
        OSError: the folder is missing or cannot be written.
    """
    arrays = {name: np.asarray(array) for name, array in named_arrays(params)}
    if (
        not arrays
        or "" in arrays
        or any(array.dtype.kind not in "fiub" for array in arrays.values())
    ):
        raise ValueError(
            f"params is a {type(params).__name__} without named arrays of numbers; "
            "pass the Params of a cell or a Model"
        )
    target = Path(path)
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".npz", delete=False) as file:
        try:
            np.savez(file, allow_pickle=False, **arrays)
            file.close()
            os.replace(file.name, target)
        except BaseException:
            file.close()
            Path(file.name).unlink(missing_ok=True)
            raise


def load_params(path: str | os.PathLike[str], like: Any) -> Any:
    """Read parameters that ``save_params`` kept.

    Args:
        path: the file.
        like: parameters of the same structure and shapes, as ``init`` draws them.

    Returns:
        The structure of ``like``, holding what the file holds.

    Raises:
        ValueError: the file is no ``.npz`` of arrays, or holds other names or shapes.
        FileNotFoundError: there is no such file.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise
    except Exception as error:
        raise ValueError(
            f"{path} cannot be read as parameters ({error}); pass a file that save_params wrote"
        ) from error
    wanted = dict(named_arrays(like))
    check_names(arrays, list(wanted), what=str(path))
    for name, array in wanted.items():
        check_shape(f"{path}: {name}", arrays[name], np.shape(array))
    names = iter(wanted)
    return map_arrays(lambda _: arrays[next(names)], like)
