"""Pages of docs/ that are built: glossary, notation, bibliography, instructor's notes.

python -m coursekit.publish.pages             # writes them
python -m coursekit.publish.pages --check     # writes nothing; says what is out of date
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from coursekit.checks.places import anchor
from coursekit.errors import CommandError
from coursekit.publish import bibliography, frames, glossary, instructor, notation
from coursekit.publish.course import Course, checkout

COMMAND = "python -m coursekit.publish.pages"


def run(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or with --check say which are not what their sources give.

    Returns: 1 if one is out of date, else 0.
    """
    parser = argparse.ArgumentParser(prog=COMMAND, description="Build the pages of docs/.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if one is old")
    check = parser.parse_args(arguments).check
    course = checkout()
    built = pages(course)
    old = [path for path, text in built.items() if not _is(path, text)]
    for path in old:
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text_of(built, path), "utf-8")
        print(f"{path.relative_to(course.root)}: {'out of date' if check else 'written'}")
    if check and old:
        print(f"Run: {COMMAND}")
    return 1 if check and old else 0


def pages(course: Course) -> dict[Path, str]:
    """Every built page with its text."""
    docs = course.root / "docs"
    sources = lessons(course)
    links = {where: link(course, where) for where in places()}
    works = bibliography.read(bibliographies(course))
    built = {
        docs / "glossary.md": glossary.page(links),
        docs / "notation.md": notation.page(links),
        docs / "bibliography.md": bibliography.page(works, cited(sources, works)),
    }
    read = [frames.read(source) for source in sources]
    for frame in read:
        own = course.root / "source" / "instructor" / f"{frame.stem}.md"
        if own.is_file():
            text = instructor.page(frame, own.read_text("utf-8"))
            docs_page = docs / "instructor" / f"{frame.stem}.md"
            built[docs_page] = text
    there = [frame for frame in read if docs / "instructor" / f"{frame.stem}.md" in built]
    built[docs / "instructor" / "README.md"] = instructor.index(there)
    return built


def bibliographies(course: Course) -> list[Path]:
    """The files of the bibliography: the large one, then those that were added to it."""
    found = (course.root / "docs").glob("bib*.bib")
    return sorted(found, key=lambda path: (path.stem != "bibliography", path.name))


def text_of(built: dict[Path, str], path: Path) -> str:
    """The text of one page; a path that is not built is named."""
    if path not in built:
        raise CommandError(f"{path} is not a page that is built.")
    return built[path]


def lessons(course: Course) -> list[Path]:
    """The sources of the lessons that are there."""
    return sorted((course.root / "source" / "lessons").glob("*.py"))


def places() -> set[str]:
    """Every place in a lesson that a term or a letter names."""
    found = {term.where for term in glossary.TERMS} | {row.where for row in notation.rows()}
    return found - {""}


def link(course: Course, where: str) -> str:
    """What leads to "06#Memory blocks": the lesson, at that heading; words if it is not there yet.

    Raises:
        CommandError: the lesson is there, and has no such heading.
    """
    number, _, heading = where.partition("#")
    found = [path for path in lessons(course) if path.name.startswith(f"{number}_")]
    if not found:
        return f"lesson {number}"
    if not heading:
        return f"[lesson {number}](../notebooks/{found[0].stem}.ipynb)"
    there = frames.headings(found[0])
    if heading not in there:
        raise CommandError(
            f"{where}: lesson {number} has no such heading; it has {', '.join(map(repr, there))}."
        )
    return f"[{number} {heading}](../notebooks/{found[0].stem}.ipynb#{anchor(heading)})"


def prose(source: Path) -> str:
    """The text of a source's markdown cells, and its comments, without their marks."""
    lines = source.read_text("utf-8").splitlines()
    return "\n".join(line.lstrip("# ") for line in lines if line.startswith("#"))


def cited(
    sources: Sequence[Path], works: Sequence[bibliography.Work]
) -> dict[str, list[tuple[str, str]]]:
    """By key, the lessons that cite a work.

    Raises:
        CommandError: a lesson cites what is not in the bibliography.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for source in sources:
        keys = {bibliography.look_up(m, works).key for m in bibliography.mentions(prose(source))}
        keys |= {work.key for work, _ in readings(source, works)}
        for key in keys:
            place = (source.name[:2], f"../notebooks/{source.stem}.ipynb")
            found.setdefault(key, []).append(place)
    return found


def readings(
    source: Path, works: Sequence[bibliography.Work]
) -> Iterator[tuple[bibliography.Work, str]]:
    """Each work of a lesson's Further reading, with the item's own words.

    Raises:
        CommandError: an item leads to no entry.
    """
    part = prose(source).partition("Further reading\n")[2].partition("\n%%")[0]
    items = re.split(r"(?m)^- ", part)[1:]
    for item in items:
        words = " ".join(item.split())
        found = [bibliography.look_up(m, works) for m in bibliography.mentions(words)]
        undated = (work for work in works if not work.year)
        found += [work for work in undated if re.search(rf"\b{work.surnames[0]}\b", words)]
        if not found:
            raise CommandError(
                f"{source.name}, further reading: {words[:60]!r} leads to no entry of "
                "docs/bibliography.bib; name the authors and the year."
            )
        yield from ((work, words) for work in found)


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


if __name__ == "__main__":
    try:
        sys.exit(run())
    except CommandError as error:
        sys.exit(f"{COMMAND}: {error}")
