"""Many submissions: a pool of processes, one result for each whatever happens, then the reports."""

import multiprocessing
import os
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path

from tqdm import tqdm

import coursekit
from coursekit import checks
from coursekit.errors import CommandError
from coursekit.grading.causes import Cause, Unusable
from coursekit.grading.collect import Submission, collect
from coursekit.grading.judge import Mark, Spec, judge, seed_for
from coursekit.grading.notebook import read
from coursekit.grading.report import LEVELS as LEVEL_WORDS
from coursekit.grading.report import Result, as_line, summary, write_csv, write_pages
from coursekit.grading.sandbox import (
    LEVELS,
    Limits,
    SandboxError,
    Session,
    find_font_cache,
    launcher_for,
    reached,
)

# What allowed modules need of the rest of coursekit, where no answer can be found.
SUPPORT = ("coursekit.arguments", "coursekit.cells.parameters", "coursekit.cells.shapes")
PACKAGE = Path(coursekit.__file__).resolve().parent
# What the stand-in for coursekit has in a student's process: these names, and they do nothing.
IDLE = {
    "coursekit": ["NotYet", "check", "hint", "show"],
    "coursekit.checks": ["check", "hint"],
}


@dataclass(frozen=True)
class Job:
    """All that another process needs to grade one submission."""

    submission: Submission
    seed: int
    limits: Limits
    font_cache: str | None = None
    level: str = ""


def run(
    submissions: str | Path,
    out: str | Path,
    workers: int | None = None,
    seed: int | None = None,
    timeout: float | None = None,
    isolation: str | None = None,
    accept_isolation: str | None = None,
) -> int:
    """Grade a folder of submissions and write the reports.

    Args:
        submissions: One folder per student.
        out: A new or empty folder for grades.csv, results.jsonl and feedback/.
        workers: Submissions graded at a time; the number of processors by default.
        seed: Draws the hidden inputs; a secret one by default. It is kept in results.jsonl.
        timeout: Seconds for one notebook, 120 by default; a cell or a call may take a quarter. An
            exercise whose solution takes long here gets more: see `_at_least`.
        isolation: One of `sandbox.LEVELS`; the best that this system reaches by default.
        accept_isolation: The lowest level to grade at; "limits" by default.

    Returns:
        The exit code: 0 when every submission has its result, whatever the students wrote; 1 when
        the tool failed on some.

    Raises:
        CommandError: Something about the folders or the course is not as it must be, or the
            isolation is not the one asked for, or too low.
    """
    source, target = Path(submissions), Path(out)
    limits = _limits(timeout)
    if workers is not None and workers < 1:
        raise CommandError(f"{workers} workers cannot grade; give 1 or more.")
    if seed is not None and seed < 0:
        raise CommandError(f"the seed is {seed}; give an integer from 0 on.")
    found = collect(source, {name: spec_of(name).names for name in exercise_names()})
    level = isolation_for(isolation, accept_isolation)
    _prepare(target, source)
    workers = workers or os.cpu_count() or 1
    seed = secrets.randbits(64) if seed is None else seed
    fonts = find_font_cache()
    handed_in = sorted({one.exercise for one in found} - {""})
    taken = _calibrate(handed_in, limits, fonts, workers, level)
    jobs = [
        Job(
            submission=one,
            seed=seed_for(seed, one.student, one.exercise),
            limits=_at_least(limits, taken.get(one.exercise, 0.0)),
            font_cache=fonts,
            level=level,
        )
        for one in found
    ]
    done = _grade_and_record(jobs, workers, target)
    print(summary(done, target))
    failed = [one for one in done if any(mark.cause is Cause.TOOL_FAILED for mark in one.marks)]
    for one in failed:
        print(f"the tool failed on {one.student}, {one.exercise}: see grades.csv", file=sys.stderr)
    return 1 if failed else 0


def _grade_and_record(jobs: Sequence[Job], workers: int, out: Path) -> list[Result]:
    """Grade all jobs, write each result down at once, and then the reports."""
    results: dict[int, Result] = {}
    try:
        with (out / "results.jsonl").open("w", encoding="utf-8") as record:
            graded = grade_all(jobs, workers)
            for index, result in tqdm(graded, total=len(jobs), unit="submission", disable=None):
                results[index] = result
                record.write(as_line(result))
                record.flush()
        done = [results[index] for index in range(len(jobs))]
        write_csv(done, out / "grades.csv")
        write_pages(done, out / "feedback")
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}.", 1) from None
    except KeyboardInterrupt:
        message = f"Stopped: {len(results)} of {len(jobs)} submissions are in {out}/results.jsonl."
        raise CommandError(message, 130) from None
    return done


def exercise_names() -> tuple[str, ...]:
    """The exercises that can be graded."""
    return checks.exercises()


def spec_of(exercise: str) -> Spec:
    """What of an exercise is graded; its module of specs lists in ALLOWED what answers may use."""
    specs = checks.for_exercise(exercise)
    allowed = getattr(import_module(f"coursekit.checks.{exercise}"), "ALLOWED", ())
    return Spec(exercise, specs, checks.open_questions(exercise), tuple(allowed))


def grade(job: Job) -> Result:
    """Grade one submission; whatever happens, there is a result."""
    one = job.submission
    spec = spec_of(one.exercise) if one.exercise else None
    if one.notebook is None or spec is None:
        maximum = spec.maximum if spec is not None else 0.0
        mark = Mark("", 0.0, maximum, one.cause or Cause.UNREADABLE, (one.reason,))
        return Result(one.student, one.exercise, (mark,), seed=job.seed)
    begun = time.monotonic()
    try:
        verdict = judge(one.notebook, spec, job.seed, limits=job.limits, start=_starter(job, spec))
    except Exception as error:  # one submission must not take the others with it
        return _failed(job, f"{type(error).__name__}: {error}")
    return Result(
        student=one.student,
        exercise=one.exercise,
        marks=verdict.marks,
        notebook=one.notebook.name,
        notes=verdict.notes,
        level=verdict.level,
        seed=job.seed,
        version=one.notebook.version,
        seconds=round(time.monotonic() - begun, 3),
    )


def _starter(job: Job, spec: Spec) -> "partial[Session]":
    allowed = ["coursekit.errors", *spec.allowed]
    stand_in = {"package": str(PACKAGE), "allowed": allowed, "idle": IDLE, "support": SUPPORT}
    launcher = launcher_for(job.level) if job.level else None
    return partial(Session, job.limits, stand_in, launcher, job.font_cache)


def _failed(job: Job, reason: str) -> Result:
    one = job.submission
    maximum = spec_of(one.exercise).maximum if one.exercise else 0.0
    mark = Mark("", 0.0, maximum, Cause.TOOL_FAILED, (reason,))
    return Result(one.student, one.exercise, (mark,), seed=job.seed)


def grade_all(jobs: Sequence[Job], workers: int) -> Iterator[tuple[int, Result]]:
    """Grade all jobs; yields (index, result) as each is finished, exactly one for each job."""
    if workers == 1 or len(jobs) <= 1:
        for index, job in enumerate(jobs):
            yield index, grade(job)
        return
    left = set(range(len(jobs)))
    for index, result in _in_pool(jobs, sorted(left), min(workers, len(jobs))):
        left.discard(index)
        yield index, result
    for index in sorted(left):  # a process of the pool was killed: one at a time, alone
        again = list(_in_pool(jobs, [index], 1))
        yield from again or [(index, _failed(jobs[index], "the grading process was killed"))]


def _in_pool(
    jobs: Sequence[Job], indices: Sequence[int], workers: int
) -> Iterator[tuple[int, Result]]:
    """Grade some jobs in a pool of processes; ends early if one of the processes is killed."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        futures = {pool.submit(grade, jobs[index]): index for index in indices}
        try:
            for future in as_completed(futures):
                try:
                    yield futures[future], future.result()
                except BrokenProcessPool:
                    continue
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _limits(timeout: float | None) -> Limits:
    if timeout is None:
        return Limits()
    if not 0 < timeout <= 86_400:
        raise CommandError(f"a time limit of {timeout:g} s is no use; give 0.1 to 86400.")
    return Limits(total=timeout, step=timeout / 4, answer=timeout / 2)


def isolation_for(isolation: str | None, accept: str | None) -> str:
    """The level to grade at; says on standard error why it is not the highest, if it was not asked.

    Args:
        isolation: The level asked for; None for the best.
        accept: The lowest level that will do; None for "limits".

    Raises:
        CommandError: There is no such level, or it cannot be reached, or it is too low.
    """
    for name in (isolation, accept):
        if name is not None and name not in LEVELS:
            raise CommandError(f"there is no isolation {name!r}; give one of {', '.join(LEVELS)}.")
    try:
        probe = reached(isolation or LEVELS[-1])
    except SandboxError as error:
        raise CommandError(
            f"No process for a student's code can be started here.\n{error}"
        ) from None
    if isolation is not None and probe.level != isolation:
        raise CommandError(
            f"The isolation {isolation} was asked for, but this system reaches {probe.level}.\n"
            f"{probe.reason}\nMend that, or ask for --isolation {probe.level}."
        )
    if LEVELS.index(probe.level) < LEVELS.index(accept or "limits"):
        why = probe.reason or f"it was asked for with --isolation {isolation}"
        raise CommandError(
            f"The isolation is {probe.level}: {LEVEL_WORDS[probe.level]}. Marks for real need "
            f"{accept or 'limits'} or better.\n{why}\nMend that, or, if you trust whoever wrote "
            f"these notebooks, accept it with --accept-isolation {probe.level}."
        )
    if probe.reason:
        print(f"isolation: {probe.level}; not better, because\n{probe.reason}", file=sys.stderr)
    return probe.level


def _prepare(out: Path, submissions: Path) -> None:
    """Make the folder for the reports; what is there already stays untouched."""
    another = "choose another folder with --out"
    inside = out.resolve()
    if inside == submissions.resolve() or submissions.resolve() in inside.parents:
        raise CommandError(f"{out} lies inside the submissions; {another}.")
    try:
        if out.exists() and not out.is_dir():
            raise CommandError(f"{out} is a file; {another}.")
        if out.is_dir() and any(out.iterdir()):
            raise CommandError(f"{out} is not empty, and nothing in it is overwritten; {another}.")
        out.mkdir(parents=True, exist_ok=True)
        trial = out / "results.jsonl"
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}; {another}.") from None


def solution_of(exercise: str) -> Path:
    """Where a checkout has the solution of an exercise."""
    return PACKAGE.parent / "solutions" / exercise / f"{exercise}.ipynb"


def _at_least(limits: Limits, seconds: float) -> Limits:
    """Limits that leave room for a notebook whose solution takes that long on this machine."""
    return replace(
        limits,
        total=max(limits.total, 6 * seconds),
        step=max(limits.step, 3 * seconds),
        answer=max(limits.answer, 3 * seconds),
    )


def _calibrate(
    exercises: Sequence[str], limits: Limits, fonts: str | None, workers: int, level: str
) -> dict[str, float]:
    """Grade the solutions as if they were handed in; anything but full marks stops the command.

    Returns:
        The seconds that each solution took.
    """
    most = 10 * limits.total
    generous = replace(limits, total=most, step=most, answer=most)
    jobs = []
    for exercise in exercises:
        path = solution_of(exercise)
        if not path.is_file():
            print(f"{exercise}: there is no solution here to calibrate with", file=sys.stderr)
            continue
        try:
            notebook = read(path.name, path.read_bytes(), {exercise: spec_of(exercise).names})
        except Unusable as unusable:
            raise CommandError(f"The solution of {exercise}: {unusable.reason}.", 1) from None
        one = Submission("the solution", exercise, notebook)
        jobs.append(Job(one, secrets.randbits(64), generous, fonts, level))
    taken = {}
    for _, result in grade_all(jobs, workers):
        _demand_full_marks(result)
        taken[result.exercise] = result.seconds
    return taken


def _demand_full_marks(result: Result) -> None:
    open_ones = {question.name for question in spec_of(result.exercise).open_questions}
    for mark in result.marks:
        if mark.points < mark.maximum and mark.answer not in open_ones:
            said = "\n".join((*mark.messages, *result.notes))
            raise CommandError(
                f"The solution of {result.exercise} itself gets {mark.points:g} of "
                f"{mark.maximum:g} points for {mark.answer or 'the notebook'}:\n{said}\n"
                "Nothing was graded; mend the solution or its check first.",
                1,
            )
