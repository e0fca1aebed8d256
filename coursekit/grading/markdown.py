"""A stranger's Markdown as a tree of plain elements: no HTML of theirs, nothing that is loaded.

What the tree holds is text, a closed list of elements, and pictures that lie in the text itself.
HTML stays text, mathematics stays its source, and an address is shown and never followed.
"""

import re
from collections.abc import Iterator
from typing import Any

from coursekit.grading.sandbox import tame

TAGS = (
    *("p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "pre", "code", "strong", "em", "blockquote"),
    *("table", "tr", "th", "td", "hr", "math", "figure"),
)
LONGEST = 200_000  # characters that are shown; no answer by hand is longer
_DEEPEST = 5
_PICTURE = re.compile(
    r"!\[([^\[\]\n]{0,300})\]"
    r"\((data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/]+=*)\)"
)
_ITEM = re.compile(r"( {0,3})(?:[-*+]|(\d{1,9})[.)])(?: +|$)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6}) +(.*)")
_RULE = re.compile(r" {0,3}(?:(?:- *){3,}|(?:\* *){3,}|(?:_ *){3,})$")
_ROW_OF_DASHES = re.compile(r" {0,3}\|?[ :|-]*-[ :|-]*$")
_DRAWN = re.compile(r"\S {3,}\S|^ +[|/\\+-]", re.MULTILINE)  # by letters, which must stand in line
# No part can run over its own opening sign, or it is bounded: time stays linear in the text.
_INLINE = re.compile(
    r"(?P<escaped>\\[\\`*_$\[\]!#])"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?P<math>\$\$[^$]+\$\$|\$[^$\n]+\$)"
    r"|\ue000(?P<picture>\d+)\ue001"
    r"|!\[(?P<alt>[^\[\]\n]{0,300})\]\((?P<source>[^()\s]{1,500})[^()\n]{0,300}\)"
    r"|\[(?P<label>[^\[\]\n]{1,500})\]\((?P<address>[^()\s]{1,500})[^()\n]{0,300}\)"
    r"|\*\*(?P<strong>[^*\n]+)\*\*"
    r"|(?<!\w)__(?P<strong2>[^_\n]+)__(?!\w)"
    r"|\*(?P<em>[^*\s][^*\n]*)\*"
    r"|(?<!\w)_(?P<em2>[^_\s][^_\n]*)_(?!\w)"
)

Node = str | dict[str, Any]


def tree(text: str) -> list[Node]:
    """The elements of a Markdown text.

    Args:
        text: as a stranger wrote it; pictures as data addresses.

    Returns:
        Strings, and ``{"tag": one of TAGS, "children": [...]}``; a figure has ``src`` and ``alt``
        and no children.

    >>> tree("It *is* <b>so</b>")[0]["children"]
    ['It ', {'tag': 'em', 'children': ['is']}, ' <b>so</b>']
    """
    pictures: list[tuple[str, str]] = []

    def taken_out(found: re.Match[str]) -> str:
        pictures.append((found[1], found[2]))
        return f"\ue000{len(pictures) - 1}\ue001"

    bare = _PICTURE.sub(taken_out, re.sub("[\ue000\ue001]", "", text))
    cut = len(bare) > LONGEST
    lines = tame(bare[:LONGEST], LONGEST).expandtabs(4).splitlines()
    nodes = list(_blocks(lines, pictures, 0))
    if cut:
        nodes.append(_element("p", f"... and {len(bare) - LONGEST} characters more"))
    return nodes


def source(text: str) -> str:
    """The text as it was written, without control codes; of a picture only how large it is.

    >>> source("![me](data:image/png;base64,AAAA)")
    '![me](data:image/png, 3 bytes)'
    """

    def shortened(found: re.Match[str]) -> str:
        kind, _, data = found[2].partition(";base64,")
        return f"![{found[1]}]({kind}, {len(data) * 3 // 4} bytes)"

    return tame(_PICTURE.sub(shortened, text), LONGEST)


def words(text: str) -> int:
    """How many words a text has, pictures not counted."""
    return len(_PICTURE.sub(" ", text).split())


def _element(tag: str, *children: Node) -> dict[str, Any]:
    return {"tag": tag, "children": list(children)}


def _blocks(lines: list[str], pictures: list[tuple[str, str]], depth: int) -> Iterator[Node]:
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
            continue
        fence = _FENCE.match(line)
        if fence:
            end = _first(lines, at + 1, lambda other, sign=fence[1]: other.strip().startswith(sign))
            yield _element("pre", "\n".join(lines[at + 1 : end]))
            at = end + 1
        elif line.startswith("    "):
            end = _first(lines, at, lambda other: other.strip() and not other.startswith("    "))
            yield _element("pre", "\n".join(one[4:] for one in lines[at:end]).rstrip())
            at = end
        elif line.lstrip().startswith("$$") and "$$" not in line.strip()[2:]:
            end = _first(lines, at + 1, lambda other: "$$" in other or not other.strip())
            yield _element("pre", "\n".join(lines[at : end + 1]).rstrip())
            at = end + 1
        elif heading := _HEADING.match(line):
            tag = f"h{min(len(heading[1]) + 2, 6)}"
            yield _element(tag, *_inline(heading[2].rstrip("# "), pictures))
            at += 1
        elif _RULE.match(line):
            yield _element("hr")
            at += 1
        elif line.lstrip().startswith(">") and depth < _DEEPEST:
            end = _first(lines, at, lambda other: not other.lstrip().startswith(">"))
            inner = [re.sub(r"^ *> ?", "", one) for one in lines[at:end]]
            yield _element("blockquote", *_blocks(inner, pictures, depth + 1))
            at = end
        elif _ITEM.match(line) and depth < _DEEPEST:
            made, at = _list(lines, at, pictures, depth)
            yield made
        elif "|" in line and at + 1 < len(lines) and _ROW_OF_DASHES.match(lines[at + 1]):
            end = _first(lines, at, lambda other: "|" not in other)
            rows = [lines[at], *lines[at + 2 : end]]
            yield _element("table", *(_row(row, n == 0, pictures) for n, row in enumerate(rows)))
            at = max(end, at + 2)
        else:
            end = _first(lines, at + 1, _ends_paragraph)
            text = "\n".join(lines[at:end])
            if _DRAWN.search(text) and "\ue000" not in text:
                yield _element("pre", text)
            else:
                yield _element("p", *_inline(text, pictures))
            at = end


def _first(lines: list[str], start: int, wanted: Any) -> int:
    return next((at for at in range(start, len(lines)) if wanted(lines[at])), len(lines))


def _ends_paragraph(line: str) -> bool:
    begins = (_FENCE, _HEADING, _ITEM)
    return not line.strip() or any(pattern.match(line) for pattern in begins)


def _list(
    lines: list[str], at: int, pictures: list[tuple[str, str]], depth: int
) -> tuple[Node, int]:
    """A list and where it ends: items of one kind, with what is indented below each."""
    first = _ITEM.match(lines[at])
    assert first is not None
    items: list[list[str]] = []
    while at < len(lines):
        begins = _ITEM.match(lines[at])
        if begins and bool(begins[2]) == bool(first[2]):
            items.append([lines[at][begins.end() :]])
            inner = begins.end()
        elif not lines[at].strip():
            following = lines[at + 1] if at + 1 < len(lines) else ""
            if not (following.startswith("  ") or _ITEM.match(following)):
                break
            items[-1].append("")
        elif lines[at].startswith("  "):
            indent = len(lines[at]) - len(lines[at].lstrip())
            items[-1].append(lines[at][min(indent, inner) :])
        elif begins or _ends_paragraph(lines[at]) or not items[-1][-1]:
            break
        else:
            items[-1].append(lines[at])
        at += 1
    made = _element(
        "ol" if first[2] else "ul",
        *(_element("li", *_tight(_blocks(item, pictures, depth + 1))) for item in items),
    )
    if first[2]:
        made["start"] = int(first[2])
    return made, at


def _tight(nodes: Iterator[Node]) -> Iterator[Node]:
    """The content of an item: its first paragraph stands without a frame of its own."""
    for number, node in enumerate(nodes):
        if number == 0 and isinstance(node, dict) and node["tag"] == "p":
            yield from node["children"]
        else:
            yield node


def _row(line: str, is_head: bool, pictures: list[tuple[str, str]]) -> Node:
    cells = line.strip().strip("|").split("|")
    tag = "th" if is_head else "td"
    return _element("tr", *(_element(tag, *_inline(cell.strip(), pictures)) for cell in cells))


def _inline(text: str, pictures: list[tuple[str, str]]) -> Iterator[Node]:
    at = 0
    for found in _INLINE.finditer(text):
        if found.start() > at:
            yield text[at : found.start()]
        at = found.end()
        yield _span(found, pictures)
    if at < len(text):
        yield text[at:]


def _span(found: re.Match[str], pictures: list[tuple[str, str]]) -> Node:
    kind = found.lastgroup or ""
    if kind == "escaped":
        return found[0][1:]
    if kind == "picture":
        number = int(found["picture"])
        alt, src = pictures[number]
        return {"tag": "figure", "src": src, "alt": alt, "children": []}
    if kind == "source":
        return f"[picture {found['alt']!r} at {found['source']}: not in the notebook, not loaded]"
    if kind == "address":
        return f"{found['label']} ({found['address']})"
    if kind in ("code", "math"):
        return _element(kind, found[kind])
    return _element(kind.rstrip("2"), *_inline(found[kind], pictures))
