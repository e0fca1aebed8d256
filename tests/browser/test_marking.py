"""The marking sheet in a real browser, by keyboard alone."""

import threading

import pytest
from playwright.sync_api import expect

from coursekit.grading.causes import Cause
from coursekit.grading.judge import Mark
from coursekit.grading.marking import Marking
from coursekit.grading.record import Record
from coursekit.grading.report import Result
from coursekit.publish.browser import TIMEOUT, open_page

pytestmark = pytest.mark.browser

QUIZ = "quiz_recurrent_networks"
HOSTILE = (
    "<script>document.title = 'owned'</script> <img src=x onerror=\"document.title='owned'\"> "
    "[press](javascript:alert(1)) ![spy](https://example.org/spy.png)"
)
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
TEXTS = {
    "ann": HOSTILE,
    "bob": f"A drawing: ![my cell](data:image/png;base64,{PIXEL})",
    "cyd": "A **copy** of $h_{t-1}$.",
}


def result(student, text):
    marks = (
        Mark("q_1997", 0.0, 1.0, Cause.WRONG, ("another year",)),
        Mark("q_context", 0.0, 3.0, Cause.NEEDS_MARKING, text=text),
    )
    return Result(student, QUIZ, marks)


@pytest.fixture
def grades(tmp_path):
    with Record(tmp_path) as record:
        for student, text in TEXTS.items():
            record.add(result(student, text), "key")
    return tmp_path


@pytest.fixture
def server(grades):
    with Marking(grades) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser():
    with open_page() as page:
        yield page.context.browser


@pytest.fixture
def page(browser, server):
    """The questions; at the end nothing failed, and nothing but this server was asked."""
    expect.set_options(timeout=TIMEOUT)
    with browser.new_context(viewport={"width": 1280, "height": 720}) as context:
        page = context.new_page()
        page.set_default_timeout(TIMEOUT)
        page.errors, page.addresses = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda message: page.errors.append(message.text))
        page.on("request", lambda request: page.addresses.append(request.url))
        page.goto(server.address)
        expect(page.get_by_role("heading", level=1)).to_have_text("Open answers and drawings")
        yield page
        own = (f"http://127.0.0.1:{server.server_port}/", "data:")
        assert [address for address in page.addresses if not address.startswith(own)] == []


def tab_to(page, name):
    """Press Tab until the link or button of that name has the focus."""
    target = page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name))
    for _ in range(20):
        if target.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {name}")


def given(folder):
    with Record(folder) as record:
        marks = record.hand_marks()
    return {(one.student, one.answer): (one.points, one.reason) for one in marks.values()}


def on_screen(page, answer):
    expect(page.locator("#which")).to_have_text(f"Answer {answer}")
    expect(page.locator("#text .text")).to_be_visible()
    expect(page.locator("#points")).to_be_focused()


def name_of(page):
    page.keyboard.press("n")
    return page.locator("#who b").text_content()


def test_two_answers_are_marked_by_keyboard_and_are_in_the_record(page, grades):
    tab_to(page, "What is the role of the context layer")
    page.keyboard.press("Enter")
    on_screen(page, 1)
    expect(page.locator("#count")).to_have_text("0 of 3 marked")
    expect(page.get_by_text("What earns the points")).to_be_visible()
    assert page.locator("#who").text_content() == ""
    first = name_of(page)

    page.keyboard.type("4")
    page.keyboard.press("Enter")
    expect(page.locator("#wrong")).to_have_text(
        "4 is more than this answer can earn: type a number from 0 to 3."
    )
    assert page.locator("#points").input_value() == "4"
    page.keyboard.type("1,5")
    page.keyboard.press("r")
    page.keyboard.type("half of it")
    page.keyboard.press("Enter")

    on_screen(page, 2)
    expect(page.locator("#count")).to_have_text("1 of 3 marked")
    assert page.locator("#who").text_content() == ""
    second = name_of(page)
    page.keyboard.type("2")
    page.keyboard.press("r")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="half of it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.press("Enter")
    on_screen(page, 3)
    expect(page.locator("#count")).to_have_text("2 of 3 marked")
    assert given(grades) == {
        (first, "q_context"): (1.5, "half of it"),
        (second, "q_context"): (2.0, "half of it"),
    }

    page.keyboard.press("k")  # what was marked can be changed, also by going on
    on_screen(page, 2)
    expect(page.locator("#state")).to_have_text("marked: 2 of 3")
    page.keyboard.type("3")
    page.keyboard.press("k")
    on_screen(page, 1)
    page.keyboard.press("u")
    on_screen(page, 3)
    expect(page.locator("#say")).to_have_text("Answer 2 saved: 3 of 3.")
    assert given(grades)[second, "q_context"] == (3.0, "half of it")
    assert page.errors == []


def test_what_strangers_wrote_is_shown_and_never_run(page):
    page.get_by_role("link", name="What is the role of the context layer").click()
    seen = {}
    for answer in (1, 2, 3):
        on_screen(page, answer)
        seen[name_of(page)] = page.locator("#text .text").inner_html()
        page.keyboard.press("j")
    assert "&lt;script&gt;" in seen["ann"]
    assert "<img" not in seen["ann"]
    assert "javascript:alert(1)" in seen["ann"]
    assert 'alt="my cell"' in seen["bob"]
    assert '<strong>copy</strong> of <code class="math">$h_{t-1}$</code>' in seen["cyd"]
    assert page.title() == "0 of 3 marked"
    assert page.errors == []


def test_what_cannot_be_saved_stays_on_the_screen(page, grades, server):
    page.get_by_role("link", name="What is the role of the context layer").click()
    on_screen(page, 1)
    address = "**/api/mark"
    page.route(address, lambda route: route.abort())
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator("#wrong")).to_contain_text("is `coursekit mark` still running?")
    on_screen(page, 1)
    assert page.locator("#points").input_value() == "2"
    expect(page.locator("#count")).to_have_text("0 of 3 marked; 1 typed and NOT saved")
    page.unroute(address)
    page.keyboard.press("Enter")
    on_screen(page, 2)
    expect(page.locator("#count")).to_have_text("1 of 3 marked")
    assert [points for points, _ in given(grades).values()] == [2.0]


def test_any_mark_is_changed_with_a_reason_and_taken_back(page, grades):
    page.get_by_role("link", name="All marks of one submission").click()
    tab_to(page, "bob")
    page.keyboard.press("Enter")
    tab_to(page, "Change the mark of q_1997")
    page.keyboard.press("Enter")
    expect(page.locator("#new")).to_be_focused()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    expect(page.locator("#change-wrong")).to_contain_text("Give a reason")
    page.keyboard.press("Tab")
    page.keyboard.type("right on paper")
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 1 by hand")).to_be_visible()
    assert given(grades) == {("bob", "q_1997"): (1.0, "right on paper")}
    page.keyboard.press("Enter")  # the focus is where it was
    tab_to(page, "Take back what a person gave")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 1 by hand")).to_have_count(0)
    assert given(grades) == {}
    assert page.errors == []
