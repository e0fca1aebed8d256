"""What this machine has beside Python: Chromium and bubblewrap. Standard library only.

`start.py` reads it before the course is installed, so nothing else may be imported here.
"""

import os
import shutil
import subprocess
from pathlib import Path

_CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
_CHROMIUM_PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)


def find_chromium() -> str | None:
    """Find Chromium or Chrome.

    Returns:
        The path of the program, or None. `COURSEKIT_CHROMIUM` overrides the search.
    """
    chosen = os.environ.get("COURSEKIT_CHROMIUM")
    if chosen:
        return shutil.which(chosen)
    for name in _CHROMIUM_NAMES:
        found = shutil.which(name)
        if found:
            return found
    return next((place for place in _CHROMIUM_PLACES if Path(place).is_file()), None)


def find_bubblewrap() -> str | None:
    """Find a bubblewrap that works: some systems have it but forbid its namespaces.

    Returns:
        The path of `bwrap`, or None.
    """
    program = shutil.which("bwrap")
    if program is None:
        return None
    trial = [program, "--unshare-all", "--ro-bind", "/", "/", "--dev", "/dev", "true"]
    try:
        done = subprocess.run(trial, capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return program if done.returncode == 0 else None


def missing_tools() -> dict[str, str]:
    """Say which kinds of test this machine cannot run.

    Returns:
        For each pytest marker that cannot run, what is missing.
    """
    missing = {}
    if find_chromium() is None:
        missing["browser"] = "Chromium (Debian and Ubuntu: sudo apt install chromium)"
    if find_bubblewrap() is None:
        missing["sandbox"] = "bubblewrap that may make namespaces (sudo apt install bubblewrap)"
    return missing
