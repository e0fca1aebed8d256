"""Which letters a text uses in its equations: in TeX, and in the plain form of docstrings.

A letter is told without its indices: W for ``W_i``; what stands in an index is a letter of its own.
Words are no letters: what is in ``\\text{...}``, and names of more than two letters that the
notation table does not hold (``floor``, ``measured``).
"""

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

MATHS = re.compile(r"(?<!\\)\$\$(.+?)\$\$|(?<!\\)\$((?:[^$\n]|\n(?!\s*\n))+?)(?<!\\)\$", re.DOTALL)
CODE = re.compile(r"(?ms)^(```|~~~).*?^\1|`[^`\n]*`")
LAYOUT = """Big Bigg big bigg begin end frac tfrac dfrac left right mathrm mathbf mathsf mathit text
    textrm operatorname quad qquad underbrace overbrace dots ldots cdots cdot times le ge leq geq
    ne neq approx in pm propto Rightarrow rightarrow to leftarrow mathrel sqrt aligned sum prod
    max min log ln exp sin cos tan hat tilde bar cdots infty quad langle rangle lVert rVert
    ll gg displaystyle limits mid colon cases array displaylines not forall mapsto longrightarrow
    sim equiv lfloor rfloor lceil rceil lvert rvert vert Vert bigl bigr Bigl Bigr bigm"""
ENGLISH = "a an as at be by do if in is it no of on or so to up we"


def of_tex(text: str, names: Collection[str]) -> set[str]:
    """Letters, Greek letters and signs in one piece of TeX.

    Args:
        text: what stands between dollar signs.
        names: what the notation table holds; those of two letters and more are not taken apart.
    """
    text = re.sub(r"\\begin\{\w+\}(\{[^}]*\})?|\\end\{\w+\}|\\hspace\{[^}]*\}", " ", text)
    text = re.sub(r"\\(?:text|textrm|operatorname)\{([^{}]*)\}", _words, text)
    text = re.sub(r"\\(?:mathrm|mathsf|mathit|mathbf)\{([^{}]*)\}", _words, text)
    found = {name for name in re.findall(r"\\([A-Za-z]+)", text) if name not in LAYOUT.split()}
    text = re.sub(r"\\[A-Za-z]+|\\.", " ", text)
    return found | set(_letters(text, names))


def _words(match: re.Match[str]) -> str:
    """Upright words become nothing, upright single letters stay letters."""
    return f" {match[1]} " if len(match[1].strip()) == 1 else " "


def _letters(text: str, names: Collection[str]) -> Iterator[str]:
    for run in re.findall(r"[A-Za-z]+", text):
        if run in names or len(run) == 1:
            yield run
        elif len(run) == 2 or run.isupper():
            yield from run  # a product, or the d of a derivative


def of_markdown(text: str, names: Collection[str]) -> set[str]:
    """The letters of all equations of a text; code is left out."""
    found: set[str] = set()
    for display, inline in MATHS.findall(CODE.sub("", text)):
        found |= of_tex(display or inline, names)
    return found


def of_plain(line: str, names: Collection[str]) -> set[str]:
    """The letters of an equation as docstrings write it: `c_t = f_t c_{t-1} + i_t g_t`."""
    found = set()
    line = re.sub(r"'s\b", "", line)  # each unit's own
    for token in re.findall(r"[A-Za-z]+(?:[_^]\{[^}]*\}|[_^]\w+)?(?:\([^)\s]*-1\))?", line):
        name, *index = re.split(r"[_^]", re.sub(r"\(.*", "", token), maxsplit=1)
        if not index and name in ENGLISH.split() or len(name) > 2 and name not in names:
            continue
        found |= set(_letters(name, names))
        for part in index:
            found |= {letter for letter in re.findall(r"[A-Za-z]+", part) if len(letter) == 1}
    return found


def equations(docstring: str) -> Iterator[str]:
    """The equations of a docstring: indented lines with "=", without the words beside them."""
    for line in docstring.splitlines():
        if not line.startswith("    ") or " = " not in line or ">>>" in line or "``" in line:
            continue
        if re.search(r"\w=\S", line):  # an argument: this line is code
            continue
        left, _, right = line.strip().partition(" = ")
        yield f"{left} = {re.split(r'   +', right.lstrip())[0]}"


def docstrings(path: Path) -> Iterator[str]:
    """The docstring of a module, and those of all that it defines."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            yield ast.get_docstring(node) or ""


def strings(path: Path) -> Iterator[str]:
    """Every text in the code of a module, docstrings left out; of an f-string its fixed parts."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(p.value if isinstance(p, ast.Constant) else " " for p in node.values)
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
        ):
            yield node.value
