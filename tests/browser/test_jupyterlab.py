"""The course in a real JupyterLab: read a lesson, run it, present it, and check an exercise.

The server is the one of `coursekit lab`, on a working copy of the course. Lesson 03 runs once.
"""

import re
import subprocess
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
EXERCISE = "exercises/ex05_lstm_cell/ex05_lstm_cell.ipynb"
RUN = 400_000  # milliseconds; a lesson takes about 30 seconds, on a machine that does much else more
TOKEN = "only-for-this-test"
QUEUED = re.compile(r"\*")

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a JupyterLab on a fresh working copy; no setting of this machine counts."""
    home = tmp_path_factory.mktemp("jupyter")
    folder = home / "my_course"
    working_copy.update(folder, locate().root, coursekit.__version__)
    own = {f"JUPYTER_{name}_DIR": str(home / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    environment = lab.environment(TOKEN) | own | {"IPYTHONDIR": str(home / "ipython")}
    port = lab.free_port()
    with subprocess.Popen(lab.command(folder, port), env=environment) as process:
        try:
            lab.wait_until_up(process, port, TOKEN)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@contextmanager
def opened(server, path):
    """A page with that notebook open and its kernel ready; at the end the kernel is shut down."""
    with open_page(1280, 900) as page:
        page.errors, page.addresses = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("request", lambda request: page.addresses.append(request.url))
        page.on("websocket", lambda socket: page.addresses.append(socket.url))
        page.goto(f"{server}/lab/tree/{path}?token={TOKEN}&reset")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
        try:
            yield page
        finally:
            for session in page.request.get(f"{server}/api/sessions?token={TOKEN}").json():
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
