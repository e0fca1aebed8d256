"""Answers in words: Markdown of strangers becomes a closed set of elements, in linear time."""

import base64
import json
import time

import pytest

from coursekit.grading import markdown, notebook
from coursekit.grading.notebook import MAX_PICTURES, with_pictures

PIXEL = "iVBORw0KGgo="


def tags(nodes):
    found = []
    for node in nodes:
        if isinstance(node, dict):
            found += [node["tag"], *tags(node["children"])]
    return found


def text_of(nodes):
    return "".join(node if isinstance(node, str) else text_of(node["children"]) for node in nodes)


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("two words", ["p"]),
        ("# A\n## B", ["h3", "h4"]),
        ("- a\n- b\n  1. c\n", ["ul", "li", "li", "ol", "li"]),
        ("a | b\n--|--\n1 | 2", ["table", "tr", "th", "th", "tr", "td", "td"]),
        ("```python\nx = 1\n```\nafter", ["pre", "p"]),
        ("    x --> y", ["pre"]),
        ("> said", ["blockquote", "p"]),
        ("**b** *e* _e_ `c` $m$", ["p", "strong", "em", "em", "code", "math"]),
        ("a\n\n---\n\nb", ["p", "hr", "p"]),
        ("$$\nc = f c\n$$", ["pre"]),
        ("h_{t-1} and c_t", ["p"]),
    ],
)
def test_what_people_write_becomes_elements(written, made):
    assert tags(markdown.tree(written)) == made


def test_mathematics_is_shown_as_its_source():
    assert text_of(markdown.tree("So $h_t = o_t * \\tanh(c_t) * 1$.")) == (
        "So $h_t = o_t * \\tanh(c_t) * 1$."
    )


def test_a_drawing_made_of_letters_keeps_its_lines_and_spaces():
    drawing = "x --+\n    |\nh --+--> c"
    assert markdown.tree(drawing) == [{"tag": "pre", "children": [drawing]}]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "![p](https://example.org/p.png)",
        "![p](data:text/html;base64,PHNjcmlwdD4=)",
        '![p](data:image/png;base64,AAAA" onerror="alert(1))',
        "\ue0000\ue001 \ue00099\ue001",
    ],
)
def test_nothing_of_a_stranger_is_an_element_or_an_address(hostile):
    nodes = markdown.tree(hostile)
    assert set(tags(nodes)) <= {"p"}
    assert "src" not in str([node.keys() for node in nodes if isinstance(node, dict)])


def test_control_codes_do_not_reach_the_page():
    assert text_of(markdown.tree("a\x1b[31mb\u202ec\ud800")) == "abc"


def test_a_picture_is_shown_and_its_source_is_short():
    text = f"See ![my cell](data:image/png;base64,{PIXEL}) here"
    (paragraph,) = markdown.tree(text)
    figure = paragraph["children"][1]
    assert figure == {
        "tag": "figure",
        "src": f"data:image/png;base64,{PIXEL}",
        "alt": "my cell",
        "children": [],
    }
    assert markdown.source(text) == "See ![my cell](data:image/png, 9 bytes) here"
    assert markdown.words(text) == 2


def test_only_so_much_is_shown():
    shown = text_of(markdown.tree("word " * 100_000))
    assert len(shown) < markdown.LONGEST + 100
    assert "characters more" in shown


@pytest.mark.parametrize(
    "pattern",
    ["[", "*", "`", "$", "_a", "**a", "![a", "[a](", "> ", "- ", "- - ", "# #", "|-", "(#"],
)
def test_time_grows_with_the_length_and_no_faster(pattern):
    begun = time.process_time()
    markdown.tree(pattern * (markdown.LONGEST // len(pattern)))
    markdown.tree("# " + " " * markdown.LONGEST + "x")
    assert time.process_time() - begun < 10  # quadratic would be hours


def test_attached_pictures_come_into_the_text_where_they_are_named():
    notes = []
    attachments = {
        "image.png": {"image/png": PIXEL},
        "my cell.jpg": {"image/jpeg": [PIXEL, "\n"]},
        "spare.svg": {"image/svg+xml": "<svg/>"},
    }
    source = "![a](attachment:image.png) then ![b](attachment:my%20cell.jpg)"
    text = with_pictures(source, attachments, notes)
    svg = base64.b64encode(b"<svg/>").decode()
    assert text == (
        f"![a](data:image/png;base64,{PIXEL}) then ![b](data:image/jpeg;base64,{PIXEL})"
        f"\n\n![spare.svg](data:image/svg+xml;base64,{svg})"
    )
    assert notes == []


@pytest.mark.parametrize(
    ("attachments", "said"),
    [
        ({"a.pdf": {"application/pdf": PIXEL}}, "is no picture"),
        ({"a.png": {"image/png": '"><script>'}}, "is no picture"),
        ({"a.png": {"image/png": 7}}, "is no picture"),
        ({"a.png": 7}, "is no picture"),
        ({"a.png": {"image/png": "A" * (MAX_PICTURES + 4)}}, "12 MB"),
    ],
)
def test_an_attachment_that_cannot_be_shown_is_noted(attachments, said):
    notes = []
    assert with_pictures("text", attachments, notes) == "text"
    assert said in notes[0]


def test_a_drawing_in_an_answer_cell_comes_with_the_notebook(make):
    cell = make.cell("![c](attachment:c.png)", "q_why", "markdown")
    cell["attachments"] = {"c.png": {"image/png": PIXEL}}
    read = notebook.read("w.ipynb", json.dumps(make.notebook([cell])).encode(), {"ex98_small": ()})
    assert read.texts == {"q_why": f"![c](data:image/png;base64,{PIXEL})"}


def test_attachments_that_are_none_are_ignored():
    assert with_pictures("text", ["image.png"], []) == "text"


def test_a_picture_named_often_is_there_once():
    source = "![a](attachment:a.png)" * 1000
    text = with_pictures(source, {"a.png": {"image/png": "ABCD" * 1000}}, [])
    assert text.count("ABCD" * 1000) == 1
