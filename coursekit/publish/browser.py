"""A headless Chromium that prints and checks slides."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from coursekit.errors import CommandError
from coursekit.publish.course import require

TIMEOUT = 120_000  # milliseconds; for a slow machine that does much else
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = (
    "--no-sandbox",  # it opens only our own file, also for root and in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_browser() -> str:
    """The program: what $COURSEKIT_CHROMIUM names, or a Chromium or Chrome on the PATH."""
    named = os.environ.get("COURSEKIT_CHROMIUM")
    if named and not shutil.which(named):
        raise CommandError(f"COURSEKIT_CHROMIUM names {named!r}, which is no program here.")
    found = named or next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if not found:
        raise CommandError(
            "No Chromium or Chrome was found on the PATH: install one, or set "
            "COURSEKIT_CHROMIUM to its program."
        )
    return found


@contextmanager
def open_page(width: int = 1280, height: int = 720) -> Iterator[Any]:
    """An empty page of that size, as Playwright's Page; the browser ends with the block."""
    playwright = require("playwright.sync_api")
    with playwright.sync_playwright() as started:
        try:
            browser = started.chromium.launch(executable_path=find_browser(), args=list(ARGUMENTS))
        except playwright.Error as error:
            raise CommandError(f"{find_browser()} does not start: {error.message}") from error
        try:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(TIMEOUT)
            yield page
        finally:
            browser.close()


def wait_for_deck(page: Any) -> None:
    """Wait until maths, widgets and slides stand; a CommandError if they do not."""
    error = require("playwright.sync_api").Error
    try:
        page.wait_for_function("window.deckReady")
        page.evaluate("window.deckReady.then(() => true)")
    except error as caught:
        first = caught.message.splitlines()[0]
        raise CommandError(f"The slides do not start: {first}") from caught
