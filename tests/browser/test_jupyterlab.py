"""The course in a real JupyterLab: read a lesson, run it, present it, and check an exercise.

The server is the one of `coursekit lab`, on a working copy of the course. Lesson 03 runs once.
"""

import re
import subprocess
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import nbformat
import pytest
from playwright.sync_api import expect

import coursekit
from coursekit.publish import lab, working_copy
from coursekit.publish.browser import TIMEOUT, open_page
from coursekit.publish.course import locate

pytestmark = pytest.mark.browser

LESSON = "notebooks/03_vanishing_gradients.ipynb"
EXPLORERS = "explorers.ipynb"
MADE = {  # a cell for each widget that lesson 03 does not show
    "gates": 'widgets.GateExplorer("show")',
    "adding": "widgets.AddingExplorer(lag=8)",
    "carousel": "widgets.CarouselExplorer(weight=0.99, slope=1.0, lag=100)",
    "conflict": """
from numpy.random import default_rng
pulls = {name: default_rng(0).normal(0, 1, (3, 60, 11)) for name in ("no gate", "gate")}
widgets.ConflictExplorer({"input weight": pulls})""",
    "reber": """
from numpy.random import default_rng
from coursekit.cells import lstm_1997
from coursekit.training import init_model, softmax
model = init_model(default_rng(0), lstm_1997, softmax, inputs=7, units=4, outputs=7)
widgets.ReberWalker(widgets.reber_frames(lstm_1997, model, ["BTBPVPXTTVVETE", "BPBTXSEPE"]))""",
}
EXERCISE = "exercises/ex05_lstm_cell/ex05_lstm_cell.ipynb"
RUN = (
    400_000  # milliseconds; a lesson takes about 30 seconds, on a machine that does much else more
)
TOKEN = "only-for-this-test"
IN_SIGHT = (
    "e => { const r = e.getBoundingClientRect(); return r.height && r.top > 0 && r.top < 720; }"
)
QUEUED = re.compile(r"\*")

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a JupyterLab on a fresh working copy; no setting of this machine counts."""
    home = tmp_path_factory.mktemp("jupyter")
    folder = home / "my_course"
    working_copy.update(folder, locate().root, coursekit.__version__)
    explorers = nbformat.v4.new_notebook(metadata=stored(LESSON).metadata)
    explorers.metadata.pop("widgets", None)
    explorers.cells = [
        nbformat.v4.new_code_cell(f"from coursekit import widgets\n{code.strip()}")
        for code in MADE.values()
    ]
    nbformat.write(explorers, folder / EXPLORERS)
    own = {f"JUPYTER_{name}_DIR": str(home / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    environment = lab.environment(TOKEN) | own | {"IPYTHONDIR": str(home / "ipython")}
    port = lab.free_port()
    with subprocess.Popen(lab.command(folder, port), env=environment) as process:
        try:
            lab.wait_until_up(process, port, TOKEN)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def browser():
    with open_page() as page:
        yield page.context.browser


@contextmanager
def opened(browser, server, path):
    """A page with that notebook open and its kernel ready; at the end the kernel is shut down."""
    with browser.new_context(viewport={"width": 1280, "height": 720}) as context:
        page = context.new_page()
        page.set_default_timeout(TIMEOUT)
        page.errors, page.addresses = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("request", lambda request: page.addresses.append(request.url))
        page.on("websocket", lambda socket: page.addresses.append(socket.url))
        page.goto(f"{server}/lab/tree/{path}?token={TOKEN}&reset")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        expect(page.locator(".jp-Toolbar-kernelName")).to_contain_text("Python 3")
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
        try:
            yield page
        finally:
            for session in page.request.get(f"{server}/api/sessions?token={TOKEN}").json():
                if session["path"] == path:
                    page.request.delete(f"{server}/api/sessions/{session['id']}?token={TOKEN}")


def stored(path):
    return nbformat.read(locate().root / path, as_version=4)


def code_cells(path):
    return [cell for cell in stored(path).cells if cell.cell_type == "code"]


def menu(page, *names):
    """Choose from JupyterLab's menus: menu(page, "Run", "Run All Cells")."""
    page.locator("#jp-MainMenu").get_by_text(names[0], exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text(names[1], exact=True).click()


def cell_with(page, text):
    """Bring the cell that holds a text into view: JupyterLab draws what is far away later."""
    numbers = [
        number
        for number, cell in enumerate(stored(LESSON).cells)
        if cell.source.strip() and text in cell.source
    ]
    cell = page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{numbers[0]}"]')
    cell.scroll_into_view_if_needed()
    return cell


def alt_texts(page):
    images = page.locator(".jp-Notebook .jp-OutputArea-output figure img")
    return images.evaluate_all("images => images.map((i) => [i.alt, i.naturalWidth > 0])")


@pytest.fixture(scope="module")
def lesson(browser, server):
    """Lesson 03, opened, looked at, and run once from top to bottom with the menu."""
    with opened(browser, server, LESSON) as page:
        pictures = sum("<figure>" in str(cell.outputs) for cell in code_cells(LESSON))
        expect(page.locator(".jp-Notebook .jp-OutputArea-output figure img")).to_have_count(
            pictures
        )
        page.alts_before = alt_texts(page)
        prompts = page.locator(".jp-Notebook .jp-CodeCell .jp-InputArea-prompt")
        menu(page, "Run", "Run All Cells")
        expect(prompts.last).to_have_text(QUEUED)
        expect(prompts.filter(has_text=QUEUED)).to_have_count(0, timeout=RUN)
        page.counts = [text.strip("[]:") for text in prompts.all_text_contents()]
        yield page


@pytest.fixture
def deck(lesson):
    """Start the deck at the slide of a heading: the extension starts at the active cell."""

    def start(heading):
        cell_with(lesson, heading).click()
        lesson.locator(".jp-NotebookPanel-toolbar [data-jp-item-name=deck]").click()
        expect(on_screen(lesson).first).to_contain_text(heading.lstrip("# "))
        return lesson

    yield start
    lesson.locator(".jp-deck-mod-stop").click()
    expect(lesson.locator("#jp-MainMenu")).to_be_visible()


def on_screen(page):
    """The cells of the slide that is shown."""
    return page.locator(".jp-Notebook .jp-deck-mod-visible")


def overflow(page):
    """How many pixels of the slide lie below the window; the extension lets it scroll."""
    return page.locator(".jp-Notebook .jp-WindowedPanel-outer").evaluate(
        "slide => slide.scrollHeight - slide.clientHeight"
    )


def outside(page):
    """The machines that the page asked, but this one."""
    return {urlsplit(address).hostname for address in page.addresses} - {"127.0.0.1", None}


def curve(page):
    return page.locator(".ck-vanishing path.median[d*=L]").get_attribute("d")


def drag_by_key(page):
    """Press an arrow key on the explorer's first slider, there and back: it draws and tells."""
    slider = page.get_by_role("slider", name="Spectral radius of U")
    told = page.locator(".ck-vanishing output")
    was_told, was_drawn = told.text_content(), curve(page)
    slider.press("ArrowRight")
    expect(told).not_to_have_text(was_told)
    assert curve(page) != was_drawn
    slider.press("ArrowLeft")
    expect(told).to_have_text(was_told)
    assert curve(page) == was_drawn


def test_figures_and_their_alt_texts_are_there_before_anything_runs(lesson):
    html = "".join(str(cell.outputs) for cell in code_cells(LESSON))
    assert len(lesson.alts_before) >= 5
    for alt, is_drawn in lesson.alts_before:
        assert is_drawn
        assert len(alt) > 20
        assert alt[:20] in html


def test_every_cell_runs_and_none_fails(lesson):
    assert lesson.counts == [str(number) for number in range(1, len(code_cells(LESSON)) + 1)]
    failed = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"], .jp-mod-error'
    assert lesson.locator(f".jp-Notebook :is({failed})").all_text_contents() == []


def test_a_run_shows_what_the_notebook_stores(lesson):
    assert alt_texts(lesson) == lesson.alts_before
    printed = lesson.locator(
        '.jp-Notebook .jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stdout"]'
    )
    stored_texts = [
        output.text.strip()
        for cell in code_cells(LESSON)
        for output in cell.outputs
        if output.output_type == "stream"
    ]
    assert [text.strip() for text in printed.all_text_contents()] == stored_texts


def test_an_arrow_key_moves_the_explorer(lesson):
    cell_with(lesson, "VanishingExplorer()")
    drag_by_key(lesson)


def test_the_space_bar_leads_through_every_slide_and_nothing_else(deck):
    """Arrows turn the slides too, but step over a slide below another: Space sees them all."""
    page = deck("# Vanishing gradients")
    expect(page.locator("#jp-MainMenu")).to_be_hidden()
    active = page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
    for cell in stored(LESSON).cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        if kind in ("skip", "notes"):
            continue  # for reading at home, and for the speaker
        if kind in ("slide", "subslide"):
            heading = re.sub(r"^#+ ", "", cell.source.splitlines()[0])
        expect(active).to_have_attribute("data-jpf-cell-id", cell.id)
        expect(active).to_be_in_viewport()
        expect(on_screen(page).first.get_by_role("heading").first).to_contain_text(heading)
        assert overflow(page) <= 0, heading
        page.keyboard.press("Space")


def test_code_that_only_draws_is_not_on_the_slides(deck):
    page = deck("## Which verb?")
    expect(on_screen(page).locator("figure img")).to_be_visible()
    expect(on_screen(page).locator(".jp-Cell-inputWrapper").last).to_be_hidden()


def test_arrow_keys_turn_the_slides(deck):
    page = deck("# Vanishing gradients")
    page.keyboard.press("ArrowRight")
    expect(on_screen(page).first).to_contain_text("Which verb?")
    expect(on_screen(page).locator("figure img")).to_be_in_viewport()
    page.keyboard.press("ArrowLeft")
    expect(on_screen(page).first).to_contain_text("Vanishing gradients")


def test_the_explorer_lives_on_its_slide_and_keeps_its_keys(deck):
    page = deck("## Explore it")
    drag_by_key(page)
    expect(on_screen(page).first).to_contain_text("Explore it")


def test_the_untouched_exercise_says_not_answered_in_one_line(browser, server):
    cells = stored(EXERCISE).cells
    number = next(k for k, cell in enumerate(cells) if cell.source.startswith("check("))
    with opened(browser, server, EXERCISE) as page:
        expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(cells))
        asked = page.locator(".jp-Notebook .jp-Cell").nth(number)
        asked.locator(".jp-InputArea-prompt").click()
        menu(page, "Run", "Run All Above Selected Cell")
        page.keyboard.press("Control+Enter")
        told = asked.locator(".jp-OutputArea-output")
        expect(told).to_have_count(2)
        name = cells[number].metadata.nbgrader.grade_id.removeprefix("check_")
        feedback, error = (text.strip() for text in told.all_inner_texts())
        assert feedback == f'{name}: not answered yet. For a hint, run hint("{name}").'
        assert error == f"NotYet: {name} is not answered yet"
        above = page.locator(".jp-Notebook .jp-Cell").filter(has=page.locator(".jp-mod-error"))
        assert above.count() <= 1
        assert page.errors == []
        assert outside(page) == set()


def test_every_other_widget_draws_and_follows_a_key(browser, server):
    with opened(browser, server, EXPLORERS) as page:
        menu(page, "Run", "Run All Cells")
        for kind in MADE:
            shown = page.locator(f".ck-{kind}")
            shown.locator("output").wait_for()
            shown.scroll_into_view_if_needed()
            before = shown.locator("svg").inner_html()
            if kind == "gates":
                shown.get_by_role("button", name="all open").press("Enter")
            else:
                slider = shown.get_by_role("slider").first
                at_left = slider.input_value() == slider.get_attribute("min")
                slider.press("ArrowRight" if at_left else "ArrowLeft")
            expect(shown.locator("svg")).not_to_have_js_property("innerHTML", before)
        assert page.errors == []
        assert outside(page) == set()


def test_a_named_mistake_links_to_the_paragraph_of_its_lesson(browser, server):
    cells = stored(EXERCISE).cells
    number = next(k for k, cell in enumerate(cells) if cell.cell_type == "code")
    source = (
        "from coursekit import check\n"
        "from coursekit.checks.lstm_step_mistakes import f_i_swapped\n"
        'check("lstm_step", f_i_swapped)'
    )
    with opened(browser, server, EXERCISE) as page:
        expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(cells))
        page.locator(".jp-Notebook .jp-Cell").nth(number).locator(".cm-content").click()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.insert_text(source)
        page.keyboard.press("Control+Enter")
        link = page.locator(".jp-OutputArea-output a", has_text="lesson 0").first
        number, heading = re.fullmatch("lesson (..), “(.*)”", link.inner_text()).groups()
        link.click()
        tabs = page.locator("#jp-main-dock-panel .lm-TabBar-tab")
        expect(tabs).to_have_count(2)
        expect(tabs.nth(1)).to_contain_text(f"{number}_")
        # JupyterLab opens a notebook at its top; once it is drawn, the link leads to the heading.
        lesson = page.locator(".jp-NotebookPanel").nth(1)
        title = lesson.get_by_role("heading", name=heading, exact=True)
        ends = time.monotonic() + TIMEOUT / 1000
        while not (title.count() and title.evaluate(IN_SIGHT)):
            assert time.monotonic() < ends, f"{heading!r} does not come into sight"
            tabs.nth(0).click()
            link.click()
            page.wait_for_timeout(2000)


def test_nothing_failed_in_the_page_and_nothing_left_the_machine(lesson):
    assert lesson.errors == []
    assert outside(lesson) == set()
