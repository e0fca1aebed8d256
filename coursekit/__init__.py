"""A course on recurrent networks and LSTM: the code behind the lessons."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_LAZY = {
    "NotYet": "coursekit.errors",
    "check": "coursekit.checks",
    "hint": "coursekit.checks",
    "show": "coursekit.figures",
}

__all__ = ["NotYet", "__version__", "check", "hint", "show"]


def __getattr__(name: str) -> Any:
    """Load the public names on first use, so that importing coursekit costs next to nothing."""
    if name not in _LAZY:
        raise AttributeError(f"module 'coursekit' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
