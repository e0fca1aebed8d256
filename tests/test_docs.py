"""The README and its kin: links lead somewhere, commands exist, the picture is drawn by code."""

import re
import shlex
from pathlib import Path

import pytest

from coursekit import cli

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", "CONTRIBUTING.md", "LICENSE-text.md"]


def text_of(page):
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page):
    targets = re.findall(r"\]\(([^)\s]+)\)", text_of(page))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("page", PAGES[:2])
def test_commands_in_the_text_are_commands(page):
    flat = " ".join(text_of(page).split())
    typed = re.findall(r"`coursekit ([a-z][^`]*)`", flat)
    assert typed
    for words in typed:
        cli.parser().parse_args(shlex.split(words))


def test_the_map_names_folders_that_exist():
    folders = re.findall(r"^\| `(\w+/)` \|", text_of("README.md"), flags=re.MULTILINE)
    assert len(folders) >= 8
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


def test_the_picture_has_alt_text_and_code():
    (alt,) = re.findall(r"!\[([^\]]*)\]\(docs/figure\.png\)", text_of("README.md"))
    assert len(alt) > 80
    assert (ROOT / "docs" / "figure.py").is_file()


def test_the_licences_are_the_ones_that_are_declared():
    assert "BSD 3-Clause" in text_of("LICENSE")
    assert "creativecommons.org/licenses/by/4.0/" in text_of("LICENSE-text.md")
    for page in ("README.md", "CITATION.cff"):
        assert "BSD-3-Clause" in text_of(page)
