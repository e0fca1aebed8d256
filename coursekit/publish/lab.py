"""`coursekit lab`: JupyterLab on a working copy of the course."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

import coursekit
from coursekit.errors import CommandError
from coursekit.publish import working_copy
from coursekit.publish.course import locate

SETTINGS = Path(__file__).parent / "jupyter"
FIRST_PORT = 8888
PATIENCE = 120.0  # seconds; a cold disk takes long over its first start


def run(folder: Path, no_browser: bool = False) -> int:
    """Update the working copy, and run JupyterLab on it until Ctrl-C.

    Args:
        folder: the working copy; made if it does not exist.
        no_browser: only print the address.

    Returns:
        The exit code: 0 after Ctrl-C, that of JupyterLab if it ends by itself.

    Raises:
        CommandError: the folder cannot be used, or JupyterLab does not start.
    """
    if find_spec("jupyterlab") is None:
        raise CommandError("JupyterLab is not installed: run `pip install coursekit` again.")
    folder = folder.absolute()
    report = working_copy.update(folder, locate().root, coursekit.__version__)
    print(f"Your working copy: {folder}")
    if str(report):
        print(report)
    port, token = free_port(), secrets.token_urlsafe(24)
    signal.signal(signal.SIGTERM, _interrupt)
    server = subprocess.Popen(command(folder, port), env=environment(token))
    try:
        wait_until_up(server, port, token)
        address = f"http://127.0.0.1:{port}/lab?token={token}"
        print(f"JupyterLab runs at {address}")
        print("Leave this window open. Press Ctrl-C here to stop.", flush=True)
        if not no_browser:
            webbrowser.open(address)
        return server.wait()
    except KeyboardInterrupt:
        print(f"\nStopped. Your work is in {folder}", flush=True)
        return 0
    finally:
        _stop(server)


def command(folder: Path, port: int) -> list[str]:
    """The command that starts JupyterLab on this machine only, quietly, with the files safe."""
    words = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.answer_yes=True"]
    words += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    words += [f"--ServerApp.root_dir={folder}", "--ServerApp.log_level=ERROR"]
    words += ["--LabApp.news_url=None", "--LabApp.log_level=ERROR"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        words.append("--allow-root")
    return words


def environment(token: str) -> dict[str, str]:
    """The server's environment: our settings come first, and the token is in no process list."""
    paths = [str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    return {
        **os.environ,
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths)),
        "JUPYTER_TOKEN": token,
    }


def free_port() -> int:
    """The first free port from 8888 on."""
    for port in range(FIRST_PORT, FIRST_PORT + 200):
        with socket.socket() as trial:
            try:
                trial.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise CommandError(f"No port from {FIRST_PORT} to {FIRST_PORT + 199} is free on this machine.")


def wait_until_up(server: "subprocess.Popen[bytes]", port: int, token: str) -> None:
    """Return when the server answers; a CommandError if it ends, or never does."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        if server.poll() is not None:
            raise CommandError(
                "JupyterLab ended before it was up; its message stands above. "
                "`coursekit doctor` may know more."
            )
        try:
            with urlopen(f"http://127.0.0.1:{port}/api/status?token={token}", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise CommandError(f"JupyterLab did not answer for {PATIENCE:.0f} seconds.")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _stop(server: "subprocess.Popen[bytes]") -> None:
    """Let the server shut its kernels down; a second Ctrl-C does not leave it behind."""
    if server.poll() is None:
        server.terminate()
    try:
        server.wait(timeout=15)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        server.kill()
        server.wait()
