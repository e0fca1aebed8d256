"""Every letter of every equation is in the notation table, at the place where it stands."""

from pathlib import Path

import nbformat
import pytest

from coursekit.errors import CommandError
from coursekit.publish import course, notation
from tests.docs import letters

OURS = course.locate()
PACKAGE = OURS.root / "coursekit"
NAMES = notation.names()
TEXTS = [*OURS.lessons(), *OURS.solutions()]
OTHERS = ("notation.md",)  # it shows the letters of others, too
PAGES = [path for path in sorted(OURS.root.glob("docs/**/*.md")) if path.name not in OTHERS]
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if "publish" not in path.parts]


def place_of(path: Path) -> str:
    """A lesson's or exercise's number, or a module's path without its ending."""
    if path.suffix == ".ipynb":
        return path.stem.partition("_")[0]
    return path.relative_to(PACKAGE).with_suffix("").as_posix()


def in_docstrings(path: Path) -> set[str]:
    lines = [line for text in letters.docstrings(path) for line in letters.equations(text)]
    return set().union(*(letters.of_plain(line, NAMES) for line in lines))


def drawn(path: Path) -> set[str]:
    """The letters of mathematics in the strings of code: labels of figures and axes."""
    texts = [text for text in letters.strings(path) if "$" in text]
    return set().union(*(letters.of_markdown(text, NAMES) for text in texts))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_letter_of_a_lesson_or_exercise_is_in_the_table(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    used = letters.of_markdown(text, NAMES) | drawn(OURS.root / source_of(path))
    assert sorted(used - notation.known(place_of(path))) == [], (
        f"{path.stem}: add a row to coursekit/publish/notation.py, or use a letter of the table"
    )


def source_of(path: Path) -> str:
    folder = "lessons" if path.parent.name == "notebooks" else "exercises"
    return f"source/{folder}/{path.stem}.py"


@pytest.mark.parametrize("path", MODULES, ids=place_of)
def test_every_letter_of_a_docstring_or_figure_is_in_the_table(path: Path) -> None:
    used = in_docstrings(path) | drawn(path)
    assert sorted(used - notation.known(place_of(path))) == [], (
        f"{place_of(path)}: use a letter of the table, or add a row to publish/notation.py"
    )


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_letter_of_a_page_is_in_the_table(path: Path) -> None:
    place = path.stem.partition("_")[0] if path.parent.name == "instructor" else "docs"
    used = letters.of_markdown(path.read_text("utf-8"), NAMES)
    assert sorted(used - notation.known(place)) == []


def test_the_cells_letters_are_all_found() -> None:
    """The reader of docstrings sees what a person sees, or the tests above prove nothing."""
    letters_of_lstm = "W U b x h c i f o g t sigma tanh"
    assert in_docstrings(PACKAGE / "cells" / "lstm.py") == set(letters_of_lstm.split())
    assert {"z", "r"} <= in_docstrings(PACKAGE / "cells" / "gru.py")
    assert "p" in in_docstrings(PACKAGE / "cells" / "peephole_lstm.py")
    assert {"delta", "e", "w", "net", "d"} <= in_docstrings(PACKAGE / "gradients" / "truncated.py")
    assert {"sigma", "c", "f"} <= drawn(PACKAGE / "figures" / "cell_diagrams.py")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$c_t = f_t c_{t-1} + i_t g_t$", "c t f i g"),
        (r"$$\delta_t = \mathrm{diag}(f')\, U^\top \text{error of a unit}$$", "delta t f U top"),
        (r"costs \$5 and $\gamma_k$ more", "gamma k"),
        ("`$HOME` and $dL/dw$", "d L w"),
        ("$net_t$ and $target$ and $measured$", "net t target"),
        (r"$\begin{aligned} q &= \frac{a}{b} \end{aligned}$", "q a b"),
        ("a line with $ and\n\nanother with $", ""),
    ],
)
def test_letters_of_tex(text: str, found: str) -> None:
    assert letters.of_markdown(text, NAMES) == set(found.split())


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("f_tk = sigma(W_f x_t + U_f h_k + b_f)", "f t sigma W x U h k b"),
        ("delta_o  = e_t tanh(c_t) sigma'(net_o)", "delta o e t tanh c sigma net"),
        ("dc_t/dw_g = q_t", "d c t w g q"),
        ("this is a sum of all nodes", ""),
    ],
)
def test_letters_of_plain_equations(line: str, found: str) -> None:
    assert letters.of_plain(line, NAMES) - set("t") == set(found.split()) - set("t")


def test_words_beside_an_equation_are_left_out() -> None:
    text = "x\n\n    c_t = f_t c_{t-1}      what q keeps\n    >>> q = 1\n"
    assert list(letters.equations(text)) == ["c_t = f_t c_{t-1}"]


def test_an_unknown_letter_is_missed_and_a_borrowed_one_holds_in_its_place_only() -> None:
    assert "gamma" not in NAMES
    assert "Q" in notation.known("09") and "Q" not in notation.known("03")
    with pytest.raises(CommandError, match="Name a place"):
        notation.known("")


@pytest.mark.parametrize("place", sorted({place for row in notation.rows() for place in row.only}))
def test_places_are_places(place: str) -> None:
    numbers = {f"{number:02d}" for number in range(18)} | {f"ex0{n}" for n in range(1, 9)}
    assert place in numbers | {"quiz"} or (PACKAGE / f"{place}.py").is_file()
