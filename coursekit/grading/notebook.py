"""Read a stranger's notebook: its exercise, its cells as plain Python, what was unusual.

Nothing here runs a student's code. An answer is found by its grade_id, else by the name it defines.
"""

import ast
import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from coursekit.checks.spec import Check
from coursekit.grading.causes import Cause, Unusable
from coursekit.grading.sandbox import tame

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
MAX_PICTURES = 12_000_000  # characters of base64 in one answer: a few photographs

# So that the notebook's own "import answers", or "from answers import ...", finds it.
_AS_MODULE = """
import sys as _sys, types as _types
_sys.modules.setdefault({module!r}, _types.SimpleNamespace(**globals()))
"""

# What is read of a stranger's code, so that reading it has an end: characters of a notebook's cells
# (the rest runs as it is), and lines of a cell that are no Python (the rest does nothing).
MAX_CODE = 2_000_000
MAX_MAGICS = 50


@dataclass(frozen=True)
class Cell:
    """A code cell: what to run, its grade_id, the names it defines, whether it is a stub."""

    source: str
    grade_id: str | None = None
    defines: tuple[str, ...] = ()
    is_stub: bool = False


@dataclass(frozen=True)
class Notebook:
    """A notebook, cleaned for running.

    Args:
        name: Where it lay in the student's folder.
        exercise: The exercise it belongs to, or None.
        cells: Its code cells.
        texts: By grade_id, the text of the other answer cells, attached pictures in it.
        version: The course's version that it was made with, as it says.
        notes: What was unusual.
    """

    name: str
    exercise: str | None = None
    cells: tuple[Cell, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    notes: tuple[str, ...] = ()


def read(
    name: str,
    raw: bytes,
    specs: Mapping[str, Sequence[str]],
    manifest: Any = None,
    beside: Mapping[str, bytes] | None = None,
) -> Notebook:
    """Read a notebook of any format version and clean its cells.

    Args:
        name: What to call it.
        raw: The file.
        specs: For each exercise, the names of its answers.
        manifest: What the zip around it says.
        beside: The Python files that were handed in with it. One that it imports, or that lies in
            its folder, is run before its cells if it defines an answer that the notebook does not.

    Raises:
        Unusable: It is no notebook.
    """
    notes: list[str] = []
    cells, metadata = _parse(name, raw, notes)
    course = metadata.get("coursekit") if isinstance(metadata, Mapping) else None
    course = course if isinstance(course, Mapping) else {}
    manifest = manifest if isinstance(manifest, Mapping) else {}
    texts: dict[str, str] = {}
    code: list[Cell] = []
    room = MAX_CODE
    for cell in cells:
        source = cell.get("source", "")
        source = source if isinstance(source, str) else ""
        grade_id = _grade_id(cell)
        if cell.get("cell_type") == "code":
            room -= len(source)
            code.append(_code_cell(source, grade_id, notes, room))
        elif grade_id is not None and room > 0 and grade_id in _defined_in(source):
            room -= len(source)
            notes.append(f"the cell {grade_id} is no code cell any more; it was run as one")
            code.append(_code_cell(source, grade_id, notes, room))
        elif grade_id is not None:
            source = with_pictures(source, cell.get("attachments"), notes)
            texts[grade_id] = f"{texts[grade_id]}\n\n{source}" if grade_id in texts else source
    claims = [course.get("exercise"), manifest.get("exercise")]
    exercise = next((claim for claim in claims if isinstance(claim, str) and claim in specs), None)
    if exercise is None:
        exercise = exercise_of_name(name, specs) or _exercise_of_content(code, texts, specs)
        if exercise is not None:
            notes.append(f"the notebook does not say its exercise; it was taken for {exercise}")
    version = next(
        (v for v in (course.get("version"), manifest.get("handed_out_with")) if isinstance(v, str)),
        "",
    )
    names = specs.get(exercise or "", ())
    folder = PurePosixPath(name.rpartition(": ")[2]).parent
    imported = {module for cell in code for module in _imported(cell.source)}
    # Others would let a copy of the course's own code, handed in along, answer for a student.
    near = {
        path: source
        for path, source in (beside or {}).items()
        if PurePosixPath(path).parent == folder or PurePosixPath(path).stem in imported
    }
    code = [*_from_scripts(code, names, near, notes), *code]
    kept = _without_spare_stubs(code, names, notes)
    return Notebook(name, exercise, tuple(kept), texts, version[:40], tuple(notes))


def _parse(name: str, raw: bytes, notes: list[str]) -> tuple[list[Any], Any]:
    """The cells and the metadata of a notebook, old formats brought up to date."""
    import nbformat

    no_notebook = Unusable(Cause.NOT_A_NOTEBOOK, f"{name} is no Jupyter notebook")
    if not raw.strip():
        raise Unusable(Cause.NOT_A_NOTEBOOK, f"{name} is empty")
    try:
        loaded = _loaded(raw, notes)
        if not isinstance(loaded, dict) or not isinstance(loaded.get("nbformat"), int):
            raise no_notebook
        if loaded["nbformat"] < 4:
            loaded = nbformat.convert(nbformat.from_dict(loaded), 4)
        cells, metadata = loaded.get("cells"), loaded.get("metadata")
    except Unusable:
        raise
    except Exception:  # nbformat's converters trust their input; whatever fails, it is no notebook
        raise no_notebook from None
    if not isinstance(cells, list):
        raise no_notebook
    joined = []
    for cell in cells:
        if isinstance(cell, Mapping):
            source = cell.get("source", "")
            if isinstance(source, list):
                source = "".join(line for line in source if isinstance(line, str))
            joined.append({**cell, "source": source})
    return joined, metadata


def _loaded(raw: bytes, notes: list[str]) -> Any:
    """JSON in UTF-8, -16 or -32, with or without a byte-order mark; else in Windows' letters."""
    try:
        return json.loads(raw.decode(json.detect_encoding(raw)))
    except UnicodeDecodeError:
        loaded = json.loads(raw.decode("cp1252", "replace"))
        notes.append("the file is not in UTF-8; letters with accents may have changed")
        return loaded


def _grade_id(cell: Mapping[str, Any]) -> str | None:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, Mapping) else None
    return grade_id if isinstance(grade_id, str) else None


def exercise_of_name(name: str, specs: Mapping[str, Sequence[str]]) -> str | None:
    """The exercise whose name, or whose number, a file's path holds."""
    low = name.lower()
    full = [exercise for exercise in specs if exercise.lower() in low]
    if full:
        return max(full, key=len)
    short = [e for e in specs if re.search(rf"(?<![a-z0-9]){e.split('_')[0]}(?![a-z0-9])", low)]
    return short[0] if len(short) == 1 else None


def _exercise_of_content(
    cells: Sequence[Cell], texts: Mapping[str, str], specs: Mapping[str, Sequence[str]]
) -> str | None:
    """The exercise whose answers occur most often, by grade_id or by defined names."""
    present = {cell.grade_id for cell in cells} | set(texts)
    present |= {name for cell in cells for name in cell.defines}
    scores = {exercise: len(present.intersection(names)) for exercise, names in specs.items()}
    best = max(scores.values(), default=0)
    winners = [exercise for exercise, score in scores.items() if score == best]
    return winners[0] if best > 0 and len(winners) == 1 else None


def with_pictures(source: str, attachments: Any, notes: list[str]) -> str:
    """The text of a Markdown cell with its attached pictures in it, as data addresses.

    A picture stands where the text first names it, or at the end where no Markdown picture does.

    Args:
        source: The cell's text.
        attachments: What nbformat calls so: {name: {media type: base64}}, written by a stranger.
        notes: Gets a sentence for each attachment that was left out.

    >>> with_pictures("![me](attachment:a.png)", {"a.png": {"image/png": "AAAA"}}, [])
    '![me](data:image/png;base64,AAAA)'
    """
    left = MAX_PICTURES
    for name, bundle in (attachments if isinstance(attachments, Mapping) else {}).items():
        kind, data = _picture(bundle)
        shown = tame(name, 60)
        if not data:
            notes.append(f"an attachment is no picture, and was left out: {shown}")
            continue
        if len(data) > left:
            notes.append(
                f"a picture was left out, because an answer may hold {MAX_PICTURES // 10**6} MB "
                f"of them: {shown}"
            )
            continue
        left -= len(data)
        address = f"](data:{kind};base64,{data})"
        named = (f"](attachment:{spelt})" for spelt in (name, quote(name, errors="replace")))
        place = next((place for place in named if place in source), None)
        alone = f"\n\n![{re.sub(r'[][]', '', shown)}{address}"
        source = source + alone if place is None else source.replace(place, address, 1)
    return source


def _picture(bundle: Any) -> tuple[str, str]:
    """The media type and the base64 of an attachment; "" and "" if it is no picture."""
    for kind in PICTURES if isinstance(bundle, Mapping) else ():
        data = bundle.get(kind)
        if isinstance(data, list):
            data = "".join(line for line in data if isinstance(line, str))
        if not isinstance(data, str):
            continue
        if data.lstrip().startswith("<"):  # some tools write SVG as it is
            data = base64.b64encode(data.encode("utf-8", "replace")).decode("ascii")
        data = "".join(data.split())
        if re.fullmatch(r"[A-Za-z0-9+/]+=*", data):
            return kind, data
    return "", ""


def _code_cell(source: str, grade_id: str | None, notes: list[str], room: int) -> Cell:
    """A cell, read if there is room for it; else it runs as it is."""
    if room < 0:
        return Cell(source, grade_id)
    cleaned = clean(source, notes)
    tree = _tree(cleaned)
    defines = _defined(tree) if tree is not None else ()
    return Cell(cleaned, grade_id, defines, tree is not None and _is_stub(tree))


def _from_scripts(
    code: Sequence[Cell], names: Sequence[str], beside: Mapping[str, bytes], notes: list[str]
) -> list[Cell]:
    """A cell for each Python file that defines an answer which the notebook itself does not."""
    here = {name for cell in code if not cell.is_stub for name in cell.defines}
    cells: list[Cell] = []
    for path, raw in sorted(beside.items()):
        source = raw.decode("utf-8-sig", "replace").replace("\r\n", "\n")
        tree = _tree(source)
        defines = _defined(tree) if tree is not None else ()
        used = [name for name in names if name in defines and name not in here]
        if tree is None or not used or _is_stub(tree):
            continue
        here.update(used)
        module = PurePosixPath(path).stem
        cells.append(Cell(source + _AS_MODULE.format(module=module), None, defines))
        notes.append(f"{', '.join(used)}: not in the notebook, but in {path}, which was run first")
    return cells


def _imported(source: str) -> set[str]:
    """The first names of the modules that a cell imports, wherever in it."""
    found: set[str] = set()
    tree = _tree(source)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def _defined_in(source: str) -> tuple[str, ...]:
    tree = _tree(source)
    return () if tree is None else _defined(tree)


def clean(source: str, notes: list[str]) -> str:
    """Turn a cell into plain Python: magics and shell lines do nothing, and are noted.

    >>> notes = []
    >>> clean("%matplotlib inline\\nx = 1", notes)
    "get_ipython().run_line_magic('matplotlib', 'inline')\\nx = 1\\n"
    >>> clean("!ls", notes), notes
    ("get_ipython().system('ls')\\n", ['a shell line was ignored: !ls'])
    """
    from IPython.core.inputtransformer2 import TransformerManager

    magic = re.match(r"\s*%%(\w+)[^\n]*\n?", source)
    if magic and magic[1] not in ("time", "timeit", "capture", "prun"):
        notes.append(f"a cell was ignored, because it is not Python: %%{magic[1]}")
        return "\n".join(f"# {line}" for line in source.splitlines())
    if magic:
        source = "\n" + source[magic.end() :]
    for line in re.findall(r"^[ \t]*(![^\n]*)", source, re.MULTILINE)[:MAX_MAGICS]:
        notes.append(f"a shell line was ignored: {line[:80]}")
    if len(_NO_PYTHON.findall(source)) > MAX_MAGICS:  # each costs a pass over the whole cell
        source = _NO_PYTHON.sub(r"\1pass", source)
    try:
        return str(TransformerManager().transform_cell(source))
    except Exception:  # it gives up on a cell of 500 shell lines, and on what is no Python at all
        return source


# A magic, a shell line or a question, alone or assigned.
_NO_PYTHON = re.compile(
    r"^([ \t]*)(?:[!%?,;/][^\n]*|[\w., \t]+=[ \t]*[!%][^\n]*|[^\n#]*\?[ \t]*)$", re.MULTILINE
)


def _tree(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _defined(tree: ast.Module) -> tuple[str, ...]:
    """The names that a cell binds at its top level."""
    names: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names += [
                leaf.id for t in targets for leaf in ast.walk(t) if isinstance(leaf, ast.Name)
            ]
    return tuple(dict.fromkeys(names))


def _is_stub(tree: ast.Module) -> bool:
    """Whether every function of a cell, or the cell itself, still raises NotImplementedError."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    bodies = [function.body for function in functions] or [tree.body]
    ends = [[node for node in body if isinstance(node, ast.Return | ast.Raise)] for body in bodies]
    return all(end and _gives_up(end[0]) for end in ends)


def _gives_up(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Raise) or node.exc is None:
        return False
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def _without_spare_stubs(cells: list[Cell], names: Sequence[str], notes: list[str]) -> list[Cell]:
    """Leave out an untouched copy of a cell that is answered elsewhere; note any double."""
    spare: list[Cell] = []
    for name in names:
        same = [cell for cell in cells if name == cell.grade_id or name in cell.defines]
        with_id = [cell for cell in same if cell.grade_id == name]
        stubs = [cell for cell in same if cell.is_stub]
        if stubs and len(stubs) < len(same):
            spare += stubs
            notes.append(f"an empty copy of the cell {name} was left out")
        elif len(with_id) > 1:
            notes.append(f"{len(with_id)} cells are marked as {name}; the last one counts")
    return [cell for cell in cells if not any(cell is one for one in spare)]


def definitions(source: str) -> str:
    """The imports, functions and classes of a cell, without what it does.

    >>> definitions("import os\\ndef f(x):\\n    return x\\nos._exit(1)")
    'import os\\ndef f(x):\\n    return x'
    """
    tree = _tree(source)
    if tree is None:
        return ""
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    kept = [node for node in tree.body if isinstance(node, kinds)]
    try:
        return "\n".join(ast.unparse(node) for node in kept)
    except RecursionError:  # an expression of thousands of terms
        return ""


def cell_of(check: Check, cells: Sequence[Cell]) -> Cell | None:
    """The cell that answers a check: by its grade_id, else by the name it defines; the last."""
    with_id = [cell for cell in cells if cell.grade_id == check.name]
    defining = [cell for cell in cells if check.name in cell.defines]
    return next(
        reversed([cell for cell in defining if cell in with_id] or defining or with_id), None
    )
