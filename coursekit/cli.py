"""The command `coursekit`: reads the command line, and hands each command to its room.

A command ends with a message and an exit code, never with a traceback:
0 is done, 1 is "not all well" (a check that fails), 2 is a mistake in what was asked,
130 is stopped by Ctrl-C.
"""

import argparse
import difflib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from coursekit import __version__
from coursekit.errors import CommandError


class _Parser(argparse.ArgumentParser):
    """An argument parser that suggests the nearest command to a mistyped one."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if isinstance(action, argparse._SubParsersAction) and value not in action.choices:
            near = difflib.get_close_matches(str(value), list(action.choices), n=1)
            hint = f"did you mean `coursekit {near[0]}`?" if near else "see `coursekit --help`"
            self.error(f"there is no command {value!r}: {hint}")
        super()._check_value(action, value)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n\n{self.format_usage()}")


def _room(name: str) -> Any:
    """Import the module behind a command when it is called, so that `--help` stays quick."""
    return import_module(f"coursekit.{name}")


def _lab(args: argparse.Namespace) -> int:
    return _room("publish.lab").run(args.folder, no_browser=args.no_browser)


def _doctor(args: argparse.Namespace) -> int:
    return _room("doctor").run()


def _build(args: argparse.Namespace) -> int:
    return _room("publish.build").run(args.names, check=args.check, words=args.words)


def _release(args: argparse.Namespace) -> int:
    return _room("publish.release").run(args.out)


def _slides(args: argparse.Namespace) -> int:
    return _room("publish.slides").run(args.lesson, out=args.out, pdf=args.pdf, check=args.check)


def _check(args: argparse.Namespace) -> int:
    return _room("checks.pack").run(args.notebook, out=args.out)


def _grade(args: argparse.Namespace) -> int:
    batch = _room("grading.batch")
    if args.forget is not None:
        return batch.forget(args.out, args.forget)
    if args.submissions is None:
        raise CommandError("give the folder with the submissions.", 2)
    return batch.run(
        args.submissions,
        args.out,
        workers=args.workers,
        seed=args.seed,
        timeout=args.timeout,
        policy=args.policy,
        scheduler=args.scheduler,
        student=args.student,
        answer=args.answer,
        roster=args.roster,
        deadline=args.deadline,
        late=args.late,
        canvas_columns=dict(args.canvas_column),
        isolation=args.isolation,
        accept_isolation=args.accept_isolation,
    )


def _mark(args: argparse.Namespace) -> int:
    return _room("grading.marking").run(
        args.grades, no_browser=args.no_browser, exported=args.export, imported=args.imported
    )


def _reproduce(args: argparse.Namespace) -> int:
    if args.draw is not None:
        return _room("figures.tables").run(
            args.paper, args.experiment, args.row, folder=args.results, file=args.draw
        )
    return _room("papers.reproduce").run(
        args.paper,
        experiment=args.experiment,
        row=args.row,
        everything=args.all,
        trials=args.trials,
        folder=args.results,
        seed=args.seed,
        workers=args.workers,
        scheduler=args.scheduler,
        choice=args.choice,
        search=args.search,
        report=args.report,
    )


def _positive(kind: type) -> Any:
    def read(text: str) -> Any:
        try:
            number = kind(text)
        except ValueError:
            number = -1
        if not 0 < number < float("inf"):
            expected = "a whole number" if kind is int else "a number"
            raise argparse.ArgumentTypeError(f"{text!r} given, but {expected} above 0 is needed")
        return number

    return read


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"{text!r} given, but EXERCISE=HEAD is needed")
    return name, value


def parser() -> argparse.ArgumentParser:
    """Describe the whole command line.

    Returns:
        The parser; its namespace carries the function to call as `run`.
    """
    top = _Parser(
        prog="coursekit",
        description="A course on recurrent networks and LSTM: read, present, hand in, grade.",
        epilog="`coursekit COMMAND --help` explains one command.",
    )
    top.add_argument("--version", action="version", version=f"coursekit {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", dest="command")

    def command(name: str, purpose: str, run: Any) -> argparse.ArgumentParser:
        description = purpose[0].upper() + purpose[1:] + "."
        made = commands.add_parser(name, help=purpose, description=description)
        made.set_defaults(run=run)
        return made

    lab = command("lab", "open JupyterLab on your own working copy of the course", _lab)
    lab.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("my_course"),
        metavar="FOLDER",
        help="the working copy (my_course); made if missing, and your changes are never touched",
    )
    lab.add_argument("--no-browser", action="store_true", help="only print the address")

    command("doctor", "check this installation, and say what to do about each problem", _doctor)

    build = command("build", "build lessons, solutions and exercises from source/", _build)
    build.add_argument("names", nargs="*", metavar="NAME", help="lessons or exercises (all)")
    build.add_argument(
        "--check", action="store_true", help="write nothing; fail if a notebook is out of date"
    )
    build.add_argument(
        "--words", action="store_true", help="only words have changed: keep the outputs"
    )

    release = command("release", "write the course for students, without answers", _release)
    release.add_argument("out", type=Path, metavar="OUT", help="a new folder, or a .zip file")

    slides = command("slides", "write a lesson as slides: one HTML file, no network", _slides)
    slides.add_argument("lesson", metavar="LESSON", help='"03", a name, or a notebook')
    slides.add_argument(
        "--out", type=Path, default=Path("slides"), metavar="DIR", help="where to write (slides/)"
    )
    slides.add_argument("--pdf", action="store_true", help="also write a handout, by Chromium")
    slides.add_argument(
        "--check", action="store_true", help="open the deck in Chromium and look for overflow"
    )

    check = command("check", "run the checks over a finished notebook, and pack it", _check)
    check.add_argument("notebook", type=Path, metavar="NOTEBOOK", help="your .ipynb")
    check.add_argument(
        "--out", type=Path, default=None, metavar="DIR", help="where the zip goes (beside it)"
    )

    grade = command("grade", "grade a folder with one folder for each student", _grade)
    grade.add_argument("submissions", type=Path, nargs="?", metavar="SUBMISSIONS")
    grade.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="GRADES",
        help="a folder: a new one, or the one to go on with",
    )
    grade.add_argument(
        "--workers", type=_positive(int), default=None, metavar="N", help="notebooks at a time"
    )
    grade.add_argument(
        "--seed", type=int, default=None, metavar="S", help="repeat a grading (drawn anew)"
    )
    grade.add_argument(
        "--timeout",
        type=_positive(float),
        default=None,
        metavar="SECONDS",
        help="wall-clock limit for one notebook (120)",
    )
    levels = ("none", "limits", "bubblewrap")
    grade.add_argument(
        "--isolation", choices=levels, help="grade at this level (the best that is possible here)"
    )
    grade.add_argument(
        "--accept-isolation",
        choices=levels,
        help="grade if this level is reached, or a better one (limits)",
    )
    grade.add_argument(
        "--policy",
        type=Path,
        default=None,
        metavar="FILE.py",
        help="your own points, dropped answers and checks",
    )
    grade.add_argument(
        "--roster", type=Path, default=None, metavar="CSV", help="who takes the course"
    )
    grade.add_argument(
        "--deadline", metavar="TIME", help="such as 2026-11-21T23:59+01:00; with --late"
    )
    grade.add_argument(
        "--late", type=Path, default=None, metavar="TABLE", help="hours and factors, .csv or .toml"
    )
    grade.add_argument(
        "--canvas-column",
        type=_pair,
        action="append",
        default=[],
        metavar="EXERCISE=HEAD",
        help='the head of its column in Canvas: "ex05_lstm_cell=Homework 5 (77)"',
    )
    grade.add_argument("--student", metavar="NAME", help="grade this one again, and nobody else")
    grade.add_argument("--answer", metavar="NAME", help="grade this answer again, and no other")
    grade.add_argument(
        "--scheduler", metavar="ADDRESS", help="send the submissions to a Dask cluster"
    )
    grade.add_argument("--forget", metavar="STUDENT", help="remove a person's data, grade nothing")

    mark = command("mark", "mark open answers, and change marks, in the browser", _mark)
    mark.add_argument("grades", type=Path, metavar="GRADES", help="what `coursekit grade` wrote")
    mark.add_argument("--no-browser", action="store_true", help="only print the address")
    table = mark.add_mutually_exclusive_group()
    table.add_argument(
        "--export", type=Path, metavar="FILE", help="write the marks to a new CSV file instead"
    )
    table.add_argument(
        "--import",
        type=Path,
        metavar="FILE",
        dest="imported",
        help="take the marks of a CSV file instead: all, or none if a line is bad",
    )

    reproduce = command("reproduce", "re-run a published table, row by row", _reproduce)
    reproduce.add_argument("paper", metavar="PAPER", help="hochreiter1997 or gers2000")
    reproduce.add_argument("--experiment", metavar="NUMBER", help="its rows, such as 4")
    reproduce.add_argument("--row", metavar="ROW", help="one row, such as 4_T100")
    reproduce.add_argument("--all", action="store_true", help="all rows")
    reproduce.add_argument(
        "--trials", type=_positive(int), default=None, metavar="N", help="as many as the paper"
    )
    reproduce.add_argument(
        "--results",
        type=Path,
        default=Path("my_results"),
        metavar="DIR",
        help="where finished trials are kept, and read (my_results)",
    )
    reproduce.add_argument("--seed", type=int, default=0, metavar="S", help="of all trials (0)")
    reproduce.add_argument(
        "--workers", type=_positive(int), default=None, metavar="N", help="threads (all cores)"
    )
    reproduce.add_argument(
        "--scheduler", metavar="ADDRESS", help="send the trials to a Dask cluster"
    )
    reproduce.add_argument(
        "--choice",
        metavar="NAME",
        help="run rows as printed with this reading of what is open, or several joined by a plus "
        "sign; as_printed for none",
    )
    reproduce.add_argument(
        "--search", action="store_true", help="run rows as printed with each choice alone"
    )
    reproduce.add_argument(
        "--report", action="store_true", help="run nothing; print the paper beside the results"
    )
    reproduce.add_argument(
        "--draw",
        type=Path,
        default=None,
        metavar="FILE",
        help="run nothing; draw the paper beside the results, as .svg, .png or .pdf",
    )
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after `coursekit`; those of the command line if None.

    Returns:
        The exit code.
    """
    top = parser()
    try:
        args = top.parse_args(arguments)
    except SystemExit as stop:  # --help, --version, and mistakes, whose message is printed
        return stop.code if isinstance(stop.code, int) else 0
    if args.command is None:
        top.print_help()
        return 0
    try:
        return int(args.run(args) or 0)
    except KeyboardInterrupt:
        return _say(f"coursekit {args.command}: stopped.", 130)
    except BrokenPipeError:  # `coursekit doctor | head`: nobody reads on, and that is all right
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except CommandError as error:
        return _say(f"coursekit {args.command}: {error}", error.exit_code)
    except Exception as error:
        if os.environ.get("COURSEKIT_DEBUG"):
            raise
        return _say(f"coursekit {args.command}: {_explain(error)}", 2)


def _say(message: str, exit_code: int) -> int:
    sys.stdout.flush()
    print(message, file=sys.stderr)
    return exit_code


def _explain(error: Exception) -> str:
    """Say what an exception means for the person at the keyboard."""
    if isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith("coursekit"):
        return (
            f"this needs {error.name}, which is not installed: "
            'run `pip install "coursekit[instructor]"`.'
        )
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename is not None else ""
        return f"{where}{error.strerror}. Check the name, its permissions and the free space."
    text = str(error).strip().splitlines()
    return (
        f"unexpected {type(error).__name__}{': ' + text[0] if text else ''}\n"
        "This is a mistake in coursekit. Run it again with COURSEKIT_DEBUG=1 set for the traceback."
    )
