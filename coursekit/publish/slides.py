"""`coursekit slides`: a lesson as one HTML file that presents itself and asks for nothing else."""

import json
from pathlib import Path

from nbformat import NotebookNode

from coursekit import widgets
from coursekit.errors import CommandError
from coursekit.publish.browser import open_page, wait_for_deck
from coursekit.publish.build import WIDGETS
from coursekit.publish.check_build import read_notebook
from coursekit.publish.course import locate, require
from coursekit.publish.deck_check import problems_of
from coursekit.widgets.static_page import state_html

TEMPLATES = Path(__file__).parent / "templates"
WIDGET_SCRIPTS = Path(widgets.__file__).parent / "static"
VIEW = "application/vnd.jupyter.widget-view+json"


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
    problems = problems_of(deck)
    print("\n".join(problems) or f"{deck}: no problem found.")
    return 1 if problems else 0


def write_deck(notebook: Path, deck: Path) -> Path:
    """Write a notebook's slides as one HTML file. Returns: its path."""
    return _save(deck, deck_html(read_notebook(notebook), notebook.stem).encode())


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
    exporter = require("nbconvert.exporters").SlidesExporter(
        config=config, extra_template_paths=[str(WIDGET_SCRIPTS)]
    )
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
            state = states.get(view["model_id"], {}).get("state", {}) if view else {}
            if "_esm" in state:
                output.data["text/html"] = state_html(state, output.data.get("text/plain", ""))
    return notebook


def print_pdf(deck: Path) -> Path:
    """Print a deck to a PDF of the same name beside it, one page a slide. Returns: its path."""
    pdf = deck.with_suffix(".pdf")
    with open_page() as page:
        page.goto(f"{deck.resolve().as_uri()}?print-pdf")
        wait_for_deck(page)
        data = page.pdf(prefer_css_page_size=True, print_background=True, tagged=True)
    return _save(pdf, data)


def _save(path: Path, data: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise CommandError(
            f"{path} cannot be written: {error.strerror}. Name another folder with --out."
        ) from error
    return path
