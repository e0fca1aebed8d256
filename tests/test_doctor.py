"""The doctor finds what is wrong, and a working installation is called one."""

import pytest

from coursekit import cli, doctor
from coursekit.doctor import Finding


def test_this_installation_is_examined_for_real(capsys):
    findings = {finding.what: finding for finding in doctor.examine()}
    for what in ("Python", "numpy", "a Jupyter kernel", "JupyterLab", "a figure", "a widget"):
        assert findings[what].state == "ok", findings[what]
    assert findings["the course"].state == "ok"


@pytest.mark.parametrize(
    ("findings", "code", "said"),
    [
        ([Finding("a", "ok", "x")], 0, "The course works"),
        ([Finding("a", "missing", "x", "get it")], 0, "-> get it"),
        ([Finding("a", "ok", "x"), Finding("b", "problem", "y", "mend it")], 1, "1 of 2 checks"),
    ],
)
def test_the_exit_code_is_about_a_student(monkeypatch, capsys, findings, code, said):
    monkeypatch.setattr(doctor, "examine", lambda: iter(findings))
    assert cli.main(["doctor"]) == code
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("requirement", "state", "said"),
    [
        ("numpy>=2.0,<3", "ok", ""),
        ("numpy<1.0", "problem", "needs <1.0"),
        ("no-such-package>=2", "problem", "not installed, needs >=2"),
        ('no-such-package; extra == "instructor"', "missing", "not installed"),
    ],
)
def test_a_package_is_held_against_its_range(requirement, state, said):
    (finding,) = doctor.packages([requirement])
    assert finding.state == state
    assert said in finding.found
    assert bool(finding.remedy) == (state != "ok")


@pytest.mark.parametrize(
    "requirement",
    ['no-such-package; platform_system == "Emscripten"', 'no-such-package; extra == "bench"'],
)
def test_what_is_not_for_this_machine_is_not_asked_for(requirement):
    assert list(doctor.packages([requirement])) == []


def test_a_version_other_than_the_tested_one_is_mentioned(monkeypatch):
    monkeypatch.setattr(doctor, "tested_versions", lambda: {"numpy": "2.0.0"})
    (finding,) = doctor.packages(["numpy"])
    assert finding.state == "ok"
    assert "(tested with 2.0.0)" in finding.found


def test_the_tested_versions_are_read_from_the_checkout():
    assert doctor.tested_versions()["numpy"].startswith("2.")


def test_a_trial_that_breaks_is_a_problem_with_a_remedy():
    def broken():
        raise RuntimeError("first line\nsecond")

    finding = doctor._tried("it", broken)
    assert finding == Finding("it", "problem", "RuntimeError: first line", doctor.FIRST_AID)


def test_an_old_python_is_a_problem_and_a_new_one_is_not():
    assert doctor.python((3, 10)).state == "problem"
    assert doctor.python((3, 14)).remedy == ""
    newer = doctor.python((3, 15))
    assert newer.state == "ok"
    assert "newer than any" in newer.remedy


def test_a_folder_without_write_access_is_a_problem(tmp_path):
    assert doctor.writing(tmp_path).state == "ok"
    assert doctor.writing(tmp_path / "missing").state == "problem"


def test_missing_tools_do_not_stop_a_student(monkeypatch):
    monkeypatch.setattr("coursekit.machine.find_chromium", lambda: None)
    monkeypatch.setattr("coursekit.machine.find_bubblewrap", lambda: None)
    assert [finding.state for finding in doctor.tools()] == ["missing", "missing"]
