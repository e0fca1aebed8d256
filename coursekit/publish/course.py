"""Where the course lies, what is in it, and which lesson or exercise a name means."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import coursekit
from coursekit.errors import CommandError


@dataclass(frozen=True)
class Course:
    """The folder of a course: the root of a checkout, or the copy inside an installed package."""

    root: Path

    @property
    def is_checkout(self) -> bool:
        """True where the sources are, so that the course can be built."""
        return (self.root / "source" / "lessons").is_dir()

    def lessons(self) -> list[Path]:
        """The built lessons, in their order."""
        return sorted((self.root / "notebooks").glob("*.ipynb"))

    def exercises(self) -> list[Path]:
        """The exercises as students get them, without answers."""
        return sorted((self.root / "exercises").glob("*/*.ipynb"))

    def solutions(self) -> list[Path]:
        """The exercises with their answers, executed."""
        return sorted((self.root / "solutions").glob("*/*.ipynb"))

    def sources(self) -> list[Path]:
        """The texts that lessons and exercises are built from; lessons first."""
        source = self.root / "source"
        return sorted(source.glob("lessons/*.py")) + sorted(source.glob("exercises/*.py"))

    def lesson(self, name: str) -> Path:
        """The notebook of a lesson named "3", "03", "03_vanishing_gradients", or by a path."""
        return _notebook(name, self.lessons(), "lesson")

    def exercise(self, name: str) -> Path:
        """The notebook of an exercise named "ex05", "ex05_lstm_cell", "quiz", or by a path."""
        return _notebook(name, self.exercises(), "exercise")


def locate() -> Course:
    """Find the course: the checkout around this package, or the copy that the wheel carries."""
    package = Path(coursekit.__file__).resolve().parent
    if (package.parent / "source" / "lessons").is_dir():
        return Course(package.parent)
    if (package / "_course" / "notebooks").is_dir():
        return Course(package / "_course")
    raise CommandError(
        "This installation of coursekit has no lessons: neither a checkout around it nor a copy "
        "inside it. Install the coursekit wheel again, or run `pip install -e .` in a checkout."
    )


def checkout() -> Course:
    """The course with its sources, for commands that build."""
    course = locate()
    if not course.is_checkout:
        raise CommandError(
            "The sources of the course are not here: an installed package carries the finished "
            "notebooks only. Work in a checkout of the repository."
        )
    return course


def resolve(name: str, stems: Sequence[str], kind: str) -> str:
    """The one stem that a name means: itself, its number, or the words before or after a "_"."""
    wanted = Path(name).stem if name.endswith((".ipynb", ".py")) else name.strip().strip("/")
    if wanted in stems:
        return wanted
    found = [stem for stem in stems if _matches(wanted.lower(), stem.lower())]
    if len(found) == 1:
        return found[0]
    problem = f"{name!r} could be any of these {kind}s" if found else f"There is no {kind} {name!r}"
    listed = "\n".join(f"  {stem}" for stem in found or stems) or "  (none yet)"
    raise CommandError(f"{problem}. Name one of\n{listed}")


def require(module: str) -> Any:
    """Import a tool that is not for students, or say how to install it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise CommandError(
            f"This command needs {error.name}, which is not installed: "
            'run `pip install "coursekit[instructor]"`.'
        ) from error


def _matches(wanted: str, stem: str) -> bool:
    number, _, words = stem.partition("_")
    if wanted.isdecimal():
        return number.isdecimal() and int(number) == int(wanted)
    return wanted in (number, words)


def _notebook(name: str, notebooks: Sequence[Path], kind: str) -> Path:
    path = Path(name)
    if path.suffix == ".ipynb" and path.is_file():
        return path
    by_stem = {notebook.stem: notebook for notebook in notebooks}
    return by_stem[resolve(name, list(by_stem), kind)]
