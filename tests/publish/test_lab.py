"""`coursekit lab`: a real JupyterLab that starts on the working copy and ends with Ctrl-C."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from coursekit import cli
from coursekit.errors import CommandError
from coursekit.publish import lab


@pytest.fixture
def running(tmp_path):
    """A started `coursekit lab --no-browser`, and all that it said until it was up."""
    folder = tmp_path / "my_course"
    words = [sys.executable, "-m", "coursekit", "lab", "--no-browser", str(folder)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            break
    yield process, "".join(said), folder
    process.terminate()  # not kill: it has to stop its server
    process.communicate(timeout=60)


def test_it_serves_the_working_copy_quietly_and_ends_with_ctrl_c(running):
    process, said, folder = running
    address = next(word for word in said.split() if word.startswith("http://127.0.0.1:"))
    server, _, token = address.partition("/lab?token=")

    def ask(path):
        with urlopen(f"{server}{path}?token={token}", timeout=30) as answer:
            return json.load(answer)

    assert {entry["name"] for entry in ask("/api/contents")["content"]} >= {"notebooks"}
    assert (folder / "notebooks").is_dir()
    settings = {entry["id"]: entry for entry in ask("/lab/api/settings")["settings"]}
    news = settings["@jupyterlab/apputils-extension:notification"]["schema"]["properties"]
    assert (news["fetchNews"]["default"], news["checkForUpdates"]["default"]) == ("false", False)
    with pytest.raises(HTTPError, match="403"):
        urlopen(f"{server}/api/contents?token=wrong", timeout=30)

    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert f"Stopped. Your work is in {folder}" in said
    with socket.socket() as trial:  # the server is gone with it
        assert trial.connect_ex(("127.0.0.1", int(server.rpartition(":")[2]))) != 0


def test_a_file_in_the_folders_place_is_a_message(tmp_path, capsys):
    (tmp_path / "f").write_text("precious", encoding="utf-8")
    assert cli.main(["lab", str(tmp_path / "f")]) == 2
    assert "is a file" in capsys.readouterr().err
    assert (tmp_path / "f").read_text(encoding="utf-8") == "precious"


def test_a_server_that_ends_at_once_is_a_message():
    with subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"]) as server:
        server.wait()
        with pytest.raises(CommandError, match="ended before it was up"):
            lab.wait_until_up(server, 1, "t")


def test_a_busy_port_is_passed_over():
    first = lab.free_port()
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", first))
        assert lab.free_port() > first


def test_the_token_is_not_on_the_command_line_and_own_settings_stay(monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "mine")
    made = lab.environment("secret-token")
    assert "secret-token" not in " ".join(lab.command(Path("f"), 8888))
    assert made["JUPYTER_TOKEN"] == "secret-token"
    assert made["JUPYTER_CONFIG_PATH"].split(lab.os.pathsep) == [str(lab.SETTINGS), "mine"]
