"""`coursekit slides`: a lesson as one HTML file that presents itself and asks for nothing else."""

import html
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from coursekit.errors import CommandError
from coursekit.publish.build import WIDGETS
from coursekit.publish.check_build import read_notebook
from coursekit.publish.course import locate, require

TEMPLATES = Path(__file__).parent / "templates"
VIEW = "application/vnd.jupyter.widget-view+json"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync")
PRINT_TIMEOUT = 180  # seconds


def run(lesson: str, out: str | None = None, pdf: bool = False, check: bool = False) -> int:
    """Write the slides of a lesson into a folder (`slides/`), on request a PDF and a check too.

    Returns: the exit code, 1 if `check` found a problem.
    """
    notebook = locate().lesson(lesson)
    folder = Path(out or "slides")
    deck = write_deck(notebook, folder / f"{notebook.stem}.html")
    print(f"{deck}: {deck.stat().st_size / 1e6:.1f} MB")
    if pdf:
        print(print_pdf(deck))
    if not check:
        return 0
    from coursekit.publish.deck_check import problems_of

    problems = problems_of(deck)
    print("\n".join(problems) or f"{deck}: no problem found.")
    return 1 if problems else 0


def write_deck(notebook: Path, deck: Path) -> Path:
    """Write a notebook's slides as one HTML file. Returns: its path."""
    text = deck_html(read_notebook(notebook), notebook.stem)
    try:
        deck.parent.mkdir(parents=True, exist_ok=True)
        deck.write_text(text, "utf-8")
    except OSError as error:
        raise CommandError(
            f"{deck} cannot be written: {error.strerror}. Name another folder with --out."
        ) from error
    return deck


def deck_html(notebook: NotebookNode, name: str) -> str:
    """The slides of a notebook as the text of one self-contained HTML file."""
    if all(
        cell.metadata.get("slideshow", {}).get("slide_type") in ("skip", "notes")
        for cell in notebook.cells
    ):
        raise CommandError(f"{name} has no slides: every one of its cells is skipped or a note.")
    config = require("traitlets.config").Config()
    config.SlidesExporter.template_name = "ck_slides"
    config.SlidesExporter.extra_template_basedirs = [str(TEMPLATES)]
    config.SlidesExporter.embed_images = True
    config.SlidesExporter.exclude_anchor_links = True
    config.SlidesExporter.exclude_input_prompt = True
    config.SlidesExporter.exclude_output_prompt = True
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_input_tags = {"hide-input"}
    exporter = require("nbconvert.exporters").SlidesExporter(config=config)
    title = notebook.metadata.get("coursekit", {}).get("title") or name
    notebook = with_live_widgets(notebook)
    notebook.metadata.title = title
    text, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": name}})
    return text


def with_live_widgets(notebook: NotebookNode) -> NotebookNode:
    """A copy in which every anywidget output is HTML that carries its saved state.

    static/widgets.js then starts the widget's own module with it, so that the slides need no
    widget manager (13 KB instead of 3.7 MB).
    """
    notebook = require("nbformat").from_dict(json.loads(json.dumps(notebook)))
    states = notebook.metadata.pop("widgets", {}).get(WIDGETS, {}).get("state", {})
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            view = output.get("data", {}).pop(VIEW, None)
            model = states.get(view["model_id"], {}) if view else {}
            if "_esm" in model.get("state", {}):
                output.data["text/html"] = _widget_html(model, output.data.get("text/plain", ""))
    return notebook


def print_pdf(deck: Path) -> Path:
    """Print a deck to a PDF of the same name beside it, one page a slide. Returns: its path."""
    pdf = deck.with_suffix(".pdf").resolve()
    browser = find_browser()
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser,
            "--headless",
            *BROWSER_ARGUMENTS,
            f"--user-data-dir={profile}",
            "--virtual-time-budget=20000",
            "--no-pdf-header-footer",
            f"--print-to-pdf={pdf}",
            f"{deck.resolve().as_uri()}?print-pdf",
        ]
        before = pdf.stat().st_mtime_ns if pdf.exists() else None
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PRINT_TIMEOUT)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CommandError(f"{browser} could not print {deck}: {error}") from error
    if not pdf.exists() or pdf.stat().st_mtime_ns == before:
        raise CommandError(f"{browser} printed no {pdf.name}: {done.stderr.strip()[-500:]}")
    return pdf


def find_browser() -> str:
    """The Chromium to print and check with: $COURSEKIT_CHROMIUM, or one on the PATH."""
    named = os.environ.get("COURSEKIT_CHROMIUM")
    if named and not shutil.which(named):
        raise CommandError(f"COURSEKIT_CHROMIUM names {named!r}, which is no program here.")
    found = named or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if not found:
        raise CommandError(
            "No Chromium or Chrome was found on the PATH: install one, or set "
            "COURSEKIT_CHROMIUM to its program."
        )
    return found


def _widget_html(model: dict[str, Any], label: str) -> str:
    needed = {key: value for key, value in model["state"].items() if not key.startswith("_")}
    needed |= {key: model["state"].get(key, "") for key in ("_esm", "_css")}
    saved = json.dumps({"state": needed, "buffers": model.get("buffers", [])})
    return (
        f'<div class="deck-widget" role="group" aria-label="{html.escape(label)}">'
        # "<" only occurs inside strings of JSON, where this escape means the same
        f'<script type="application/json">{saved.replace("<", chr(92) + "u003c")}</script></div>'
    )
