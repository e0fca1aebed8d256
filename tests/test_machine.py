"""Finding Chromium and bubblewrap, and naming what is missing."""

import sys

from coursekit import machine


def test_a_chosen_chromium_wins_even_if_it_is_wrong(monkeypatch):
    monkeypatch.setenv("COURSEKIT_CHROMIUM", sys.executable)
    assert machine.find_chromium() == sys.executable
    monkeypatch.setenv("COURSEKIT_CHROMIUM", "no-such-program")
    assert machine.find_chromium() is None


def test_what_is_missing_goes_by_pytest_marker(monkeypatch):
    monkeypatch.setattr(machine, "find_chromium", lambda: None)
    monkeypatch.setattr(machine, "find_bubblewrap", lambda: None)
    missing = machine.missing_tools()
    assert set(missing) == {"browser", "sandbox"}
    assert "apt install chromium" in missing["browser"]


def test_nothing_is_missing_where_all_is_there(monkeypatch):
    monkeypatch.setattr(machine, "find_chromium", lambda: "chromium")
    monkeypatch.setattr(machine, "find_bubblewrap", lambda: "bwrap")
    assert machine.missing_tools() == {}


def test_a_bubblewrap_that_may_not_make_namespaces_counts_as_missing(monkeypatch, tmp_path):
    forbidden = tmp_path / "bwrap"
    forbidden.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    forbidden.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine.find_bubblewrap() is None
