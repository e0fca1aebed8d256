"""Decks as an audience sees them, in headless Chromium; faults are planted to see them found."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from coursekit.errors import CommandError
from coursekit.publish import browser, course, deck_check, slides
from coursekit.publish.course import Course
from coursekit.widgets.static_page import state_html

pytestmark = pytest.mark.browser

LESSONS = course.locate().lessons()
Deck = Callable[..., Path]


@pytest.fixture
def deck_of(tmp_path: Path) -> Deck:
    """A deck of slides given as Markdown; `html` adds an output to the last."""

    def write(*slides_text: str, html: str = "") -> Path:
        slide = {"slideshow": {"slide_type": "slide"}}
        cells = [nbformat.v4.new_markdown_cell(text, metadata=slide) for text in slides_text]
        if html:
            output = nbformat.v4.new_output("display_data", data={"text/html": html})
            cells.append(nbformat.v4.new_code_cell("draw()", outputs=[output]))
        path = tmp_path / "deck.html"
        path.write_text(slides.deck_html(nbformat.v4.new_notebook(cells=cells), "deck"), "utf-8")
        return path

    return write


@pytest.fixture
def small_deck(small_course: Course, tmp_path: Path) -> Path:
    return slides.write_deck(small_course.lesson("03"), tmp_path / "03_small.html")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_no_deck_of_ours_has_a_problem(lesson: Path, tmp_path: Path) -> None:
    assert deck_check.problems_of(slides.write_deck(lesson, tmp_path / "deck.html")) == []


def test_the_small_deck_has_no_problem(small_deck: Path) -> None:
    assert deck_check.problems_of(small_deck) == []


def test_a_tall_slide_is_found(deck_of: Deck) -> None:
    deck = deck_of("# Fits", "# Too tall\n\n" + "\n".join(f"- line {n}" for n in range(30)))
    (problem,) = deck_check.problems_of(deck)
    assert problem.startswith("slide 2 (Too tall): content ends at 1")
    assert problem.endswith("px, below 720")


def test_a_tall_fragment_is_found(deck_of: Deck) -> None:
    tall = '<div class="fragment" style="height:900px"></div><p class="fragment">the end</p>'
    (problem,) = deck_check.problems_of(deck_of("# Grows\n\n" + tall))
    assert "slide 1 (Grows)" in problem and "below 720" in problem


def test_a_wide_slide_is_found(deck_of: Deck) -> None:
    wide = "<table><tr>" + "<td>column</td>" * 20 + "</tr></table>"
    (problem,) = deck_check.problems_of(deck_of("# Too wide\n\n" + wide))
    assert problem.startswith("slide 1 (Too wide)") and "right of 1280" in problem


def test_a_large_figure_gives_way_to_the_text(deck_of: Deck) -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='900' height='900'></svg>"
    picture = f'<figure><img alt="empty" src="data:image/svg+xml,{svg}"></figure>'
    text = "# Figure\n\n" + "\n".join(f"- line {n}" for n in range(3))
    assert deck_check.problems_of(deck_of(text, html=picture)) == []
    crowded = "# Figure\n\n" + "\n".join(f"- line {n}" for n in range(7))
    (problem,) = deck_check.problems_of(deck_of(crowded, html=picture))
    assert "below 720" in problem


def test_a_figure_keeps_its_proportions(deck_of: Deck) -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='1500' height='1000'></svg>"
    picture = f'<figure><img alt="empty" width="1000" src="data:image/svg+xml,{svg}"></figure>'
    deck = deck_of("# Figure\n\n" + "\n".join(f"- line {n}" for n in range(3)), html=picture)
    with browser.open_page() as page:
        page.goto(deck.as_uri())
        browser.wait_for_deck(page)
        box = page.locator("figure img").bounding_box()
    assert 260 <= box["height"] < 540
    assert box["width"] == pytest.approx(1.5 * box["height"], rel=0.01)


@pytest.mark.parametrize(
    ("code", "size"),
    [("x = 1", "25px"), ("x = 1\n" * 20, "21px"), ("x = " + "1 + " * 20, "21px")],
    ids=["short", "long", "wide"],
)
def test_code_is_larger_where_there_is_room(deck_of: Deck, code: str, size: str) -> None:
    deck = deck_of(f"# Code\n\n```python\n{code}\n```")
    assert deck_check.problems_of(deck) == []
    with browser.open_page() as page:
        page.goto(deck.as_uri())
        browser.wait_for_deck(page)
        assert page.locator("pre").evaluate("(it) => getComputedStyle(it).fontSize") == size


def test_a_request_is_found(deck_of: Deck) -> None:
    picture = '<img alt="elsewhere" src="http://localhost:9/picture.png">'
    problems = deck_check.problems_of(deck_of("# Asks", html=picture))
    assert "outside request: http://localhost:9/picture.png" in problems
    problems = deck_check.problems_of(deck_of("# Asks", html='<img alt="" src="beside.png">'))
    assert any(problem.startswith("outside request: file://") for problem in problems)


def test_an_error_of_the_page_is_found(deck_of: Deck) -> None:
    script = "<script>setTimeout(() => { throw new Error('planted') })</script>"
    (problem,) = deck_check.problems_of(deck_of("# Throws", html=script))
    assert "planted" in problem
    script = "<script>console.error('complaint')</script>"
    assert deck_check.problems_of(deck_of("# Says", html=script)) == ["console: complaint"]


def test_missing_headings_and_empty_slides_are_found(deck_of: Deck) -> None:
    problems = deck_check.problems_of(deck_of("# First", "only words", "<!-- nothing -->"))
    assert problems == [
        "slide 2 (no heading): has no heading",
        "slide 3 (no heading): shows nothing",
        "slide 3 (no heading): has no heading",
    ]


def test_maths_that_is_none_is_found(deck_of: Deck) -> None:
    deck = deck_of(
        "# Maths $x_t$ and `$code$`", "## A\n\n$\\frac{1}$ $\\nosuch$", "## B\n\n$\\frac{1}{$"
    )
    assert deck_check.problems_of(deck) == [
        "slide 2 (A): 2 formulas are not understood",
        "slide 3 (B): 1 formulas are not understood",
    ]


def test_a_deck_that_does_not_start_is_found(tmp_path: Path) -> None:
    page = tmp_path / "deck.html"
    page.write_text("<script>window.deckReady = Promise.reject(new Error('planted'))</script>")
    problems = deck_check.problems_of(page)
    assert problems[-1].startswith("The slides do not start") and "planted" in problems[-1]


def test_a_large_file_is_found(deck_of: Deck) -> None:
    problems = deck_check.problems_of(deck_of("# Large\n\n<!-- " + 2_000_000 * "x" + " -->"))
    (problem,) = problems
    assert "more than 4 MB" in problem


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("el.append(document.createElement('input'))", "no key moves the widget"),
        ("el.textContent = 'no control at all'", "no key moves the widget"),
        ("throw new Error('planted')", "A widget did not start: Error: planted"),
    ],
)
def test_a_dead_widget_is_found(deck_of: Deck, body: str, found: str) -> None:
    state = {"_esm": f"export default {{ render({{ el }}) {{ {body} }} }};"}
    html = state_html(state, "a widget")
    problems = deck_check.problems_of(deck_of("# Widget", html=html))
    assert any(found in problem for problem in problems)


def test_a_widget_gets_its_style_and_its_model(deck_of: Deck) -> None:
    esm = """export default { render({ model, el }) {
      const button = document.createElement("button");
      const draw = () => { button.textContent = model.get("n"); };
      model.on("change:n", draw);
      button.onclick = () => { model.set("n", model.get("n") + 1); model.save_changes(); };
      draw();
      el.append(button);
    } };"""
    state = {"_esm": esm, "_css": "button { color: rgb(1, 2, 3) }", "n": 8}
    deck = deck_of("# Widget", html=state_html(state, "a widget"))
    assert deck_check.problems_of(deck) == []
    with browser.open_page() as page:
        page.goto(deck.as_uri())
        browser.wait_for_deck(page)
        button = page.locator(".coursekit-widget button")
        assert button.text_content() == "8"
        assert button.evaluate("(b) => getComputedStyle(b).color") == "rgb(1, 2, 3)"
        button.click()
        assert button.text_content() == "9"


def test_arrows_in_a_widget_turn_no_slide_but_a_remote_does(small_deck: Path) -> None:
    with browser.open_page() as page:
        page.goto(small_deck.as_uri() + "#/3")
        browser.wait_for_deck(page)
        slider = page.locator(".coursekit-widget input")
        slider.focus()
        page.keyboard.press("ArrowLeft")
        assert page.locator(".coursekit-widget output").text_content() == "lag 2"
        assert page.evaluate("Reveal.getIndices().h") == 3
        page.keyboard.press("PageUp")
        assert page.evaluate("Reveal.getIndices().h") == 2
        assert page.locator(".coursekit-widget output").text_content() == "lag 2"


def test_one_key_walks_through_all_slides(deck_of: Deck) -> None:
    cells = [
        nbformat.v4.new_markdown_cell(f"# {kind}", metadata={"slideshow": {"slide_type": kind}})
        for kind in ("slide", "subslide", "fragment", "slide")
    ]
    text = slides.deck_html(nbformat.v4.new_notebook(cells=cells), "deck")
    deck = deck_of("# Not this one")
    deck.write_text(text, "utf-8")
    with browser.open_page() as page:
        page.goto(deck.as_uri())
        browser.wait_for_deck(page)
        places = []
        for _ in range(4):
            places.append(page.evaluate("Object.values(Reveal.getIndices()).slice(0, 2)"))
            page.keyboard.press("ArrowRight")
    assert places == [[0, 0], [0, 1], [0, 1], [1, 0]]


def test_the_speaker_reads_the_notes(small_deck: Path) -> None:
    with browser.open_page() as page:
        page.goto(small_deck.as_uri())
        browser.wait_for_deck(page)
        assert not page.get_by_text("The answer to the prediction").is_visible()
        with page.expect_popup() as popup:
            page.keyboard.press("s")
        notes = popup.value.locator(".speaker-controls-notes .value")
        notes.get_by_text("The answer to the prediction is four").wait_for()


def test_a_handout_has_one_page_a_slide(
    small_course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert slides.run("3", out=str(tmp_path / "handout"), pdf=True, check=True) == 0
    pdf = (tmp_path / "handout" / "03_small.pdf").read_bytes()
    assert pdf.startswith(b"%PDF") and pdf.count(b"/Type /Page\n") == 4
    said = capsys.readouterr().out
    assert "03_small.pdf" in said and said.endswith("no problem found.\n")


def test_no_deck_to_check(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no deck"):
        deck_check.problems_of(tmp_path / "missing.html")
