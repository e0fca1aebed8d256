"""Slides as text: what is in the file, and what is not. How they look is for test_deck.py."""

import re
from pathlib import Path

import nbformat
import pytest

from coursekit.errors import CommandError
from coursekit.publish import browser, slides
from coursekit.publish.course import Course


def small_deck(course: Course) -> str:
    return slides.deck_html(nbformat.read(course.lesson("03"), as_version=4), "03_small")


def without_scripts(deck: str) -> str:
    return re.sub(r"<script.*?</script>", "", deck, flags=re.DOTALL)


def test_a_deck_is_one_file_that_names_no_other(small_course: Course) -> None:
    deck = small_deck(small_course)
    assert not re.findall(r"<link\b", deck)
    assert not re.findall(r"<script[^>]*\bsrc=", deck)
    assert re.findall(r'<img[^>]*\bsrc="([^"]{0,5})', without_scripts(deck)) == ["data:"]
    assert not re.findall(r"@import|require\.js|jquery|mermaid", deck)
    assert len(deck) < 4_000_000


def test_a_deck_keeps_alt_text_and_notes_and_drops_hidden_code(small_course: Course) -> None:
    deck = small_deck(small_course)
    body = without_scripts(deck[deck.index("<body") :])
    assert "<title>A small lesson</title>" in deck
    assert 'alt="The norm halves at each step"' in body
    assert re.search(r'<aside class="notes">.*?The answer to the prediction is four', body, re.S)
    assert "import base64" not in body
    assert "Only readers see this" not in body
    assert "after 10 steps: 0.0010" in body
    assert "[1]:" not in body


def test_a_script_inside_a_widget_ends_no_script(small_course: Course) -> None:
    notebook = nbformat.read(small_course.lesson("03"), as_version=4)
    live = slides.with_live_widgets(notebook)
    html = live.cells[-2].outputs[0].data["text/html"]
    assert html.count("</script>") == 1 and "\\u003c/script>" in html
    assert 'aria-label="A slider for the lag"' in html
    assert "widgets" in notebook.metadata and "widgets" not in live.metadata


def test_a_widget_of_another_kind_keeps_its_text() -> None:
    view = {"model_id": "abc"}
    output = nbformat.v4.new_output(
        "display_data", data={slides.VIEW: view, "text/plain": "IntSlider(value=0)"}
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[output])])
    live = slides.with_live_widgets(notebook)
    assert live.cells[0].outputs[0].data == {"text/plain": "IntSlider(value=0)"}


def test_the_folder_is_named_or_slides(
    small_course: Course,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert slides.run("3") == 0
    assert slides.run("03_small", out="for/class") == 0
    assert Path("slides/03_small.html").read_bytes() == Path("for/class/03_small.html").read_bytes()
    assert re.search(r"03_small\.html: \d\.\d MB\n", capsys.readouterr().out)


def test_an_unknown_lesson(small_course: Course) -> None:
    with pytest.raises(CommandError, match=r"There is no lesson '4'(.|\n)*03_small"):
        slides.run("4")


def test_a_folder_that_cannot_be_written(small_course: Course, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file where a folder should be")
    with pytest.raises(CommandError, match="cannot be written(.|\n)*--out"):
        slides.run("3", out=str(tmp_path / "file" / "slides"))


def test_a_lesson_that_is_no_notebook(small_course: Course) -> None:
    small_course.lesson("3").write_text("no json", "utf-8")
    with pytest.raises(CommandError, match="is no notebook"):
        slides.run("3")


def test_a_lesson_without_slides() -> None:
    skipped = nbformat.v4.new_markdown_cell("x", metadata={"slideshow": {"slide_type": "skip"}})
    with pytest.raises(CommandError, match="has no slides"):
        slides.deck_html(nbformat.v4.new_notebook(cells=[skipped]), "04_other")


def test_no_browser_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSEKIT_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CommandError, match="No Chromium or Chrome"):
        browser.find_browser()


def test_a_named_browser_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSEKIT_CHROMIUM", "no-such-browser")
    with pytest.raises(CommandError, match="COURSEKIT_CHROMIUM names 'no-such-browser'"):
        browser.find_browser()
