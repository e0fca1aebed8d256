"""Compile a loop with numba, keep the machine code, and say when the first run has to wait for it.

A kernel is a plain Python function of arrays and numbers. Compiled, it lets other threads run
(it releases the interpreter's lock), and its machine code is kept beside the package or, where
that is read-only, in the user's cache folder; where neither can be written, it is compiled anew in
every process, and a warning says so. In a browser (Pyodide) there is no numba: ``HAVE_NUMBA`` is
False there, and whoever offers a kernel runs the readable cell instead.
"""

import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

try:
    import numba

    HAVE_NUMBA = True
except ImportError:  # Pyodide
    HAVE_NUMBA = False

# Sums may be contracted into fused multiply-adds, and minus zero may become zero. Nothing that
# would change what happens to infinities or NaN is allowed: an explosion must stay visible.
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract", "nsz"}}
# With leave to sum in another order, as a product of matrices does.
REORDER: dict[str, Any] = {**OPTIONS, "fastmath": {"contract", "nsz", "reassoc"}}
# For a kernel that makes no array and keeps none: who holds an array is not counted (each hand-over
# to a part of the kernel is else an atomic instruction), and parts are inlined whatever their size.
UNCOUNTED: dict[str, Any] = {**OPTIONS, "_nrt": False}
WOVEN: dict[str, Any] = {**UNCOUNTED, "forceinline": True}

_said: set[str] = set()


def once(message: str) -> None:
    """Print a message to standard error, the first time in this process."""
    if message not in _said:
        _said.add(message)
        print(message, file=sys.stderr, flush=True)


def compiled(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """The compiled form of a kernel; the function itself where there is no numba.

    Args:
        function: plain loops over arrays.
        options: in place of those of ``OPTIONS``.
    """
    if not HAVE_NUMBA:
        return function
    wanted: dict[str, Any] = {**OPTIONS, **options}
    try:
        return numba.njit(cache=True, **wanted)(function)
    except RuntimeError:  # numba found no folder for its cache
        if "cache" not in _said:
            _said.add("cache")
            warnings.warn(
                "neither the package's folder nor your home can be written, so compiled code "
                "cannot be kept: each process compiles again (set NUMBA_CACHE_DIR to a folder "
                "that can be written)",
                RuntimeWarning,
                stacklevel=2,
            )
        return numba.njit(**wanted)(function)


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """A small function for use inside kernels; not kept by itself, for its callers are."""
    return numba.njit(**OPTIONS)(function) if HAVE_NUMBA else function


def woven(function: Callable[..., Any]) -> Callable[..., Any]:
    """A part of a kernel that is compiled with ``UNCOUNTED``."""
    return numba.njit(**WOVEN)(function) if HAVE_NUMBA else function


def announce(*kernels: Any) -> None:
    """Say, once in a process, that kernels must be compiled first: when no code is kept of them.

    Where COURSEKIT_QUIET is set, nothing is said: what a notebook prints while it is built or
    tested must not depend on what this machine has compiled before.
    """
    if os.environ.get("COURSEKIT_QUIET"):
        return
    if HAVE_NUMBA and any(_must_compile(kernel) for kernel in kernels):
        once("coursekit compiles its kernels for this machine (once; up to half a minute) ...")


def _must_compile(kernel: Any) -> bool:
    """Whether neither this process nor the cache holds machine code of a kernel."""
    if kernel.signatures:
        return False
    folder = kernel.stats.cache_path
    if folder is None:
        return True
    function = kernel.py_func
    source = Path(function.__code__.co_filename)
    name = f"{source.stem}.{function.__qualname__}-{function.__code__.co_firstlineno}."
    kept = [path for path in Path(folder).glob("*.nbi") if path.name.startswith(name)]
    written = source.stat().st_mtime
    return not any(path.stat().st_mtime >= written for path in kept)
