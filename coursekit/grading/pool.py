"""Grade many submissions: in processes on this machine, or on a cluster; one result for each."""

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path

import coursekit
from coursekit import checks
from coursekit.cluster import each_done
from coursekit.grading.causes import Cause
from coursekit.grading.collect import Submission
from coursekit.grading.judge import Mark, Spec, judge
from coursekit.grading.policy import load
from coursekit.grading.report import Result
from coursekit.grading.sandbox import Limits, Session, launcher_for

# What allowed modules need of the rest of coursekit, where no answer can be found.
SUPPORT = ("coursekit.arguments", "coursekit.cells.parameters", "coursekit.cells.shapes")
PACKAGE = Path(coursekit.__file__).resolve().parent
# What the stand-in for coursekit has in a student's process: these names, and they do nothing. All
# of the figures are idle: a picture that nobody looks at costs half a second of matplotlib.
IDLE = {
    "coursekit": ["NotYet", "check", "hint", "show"],
    "coursekit.checks": ["check", "hint"],
    "coursekit.figures": ["*"],
}


@dataclass(frozen=True)
class Job:
    """All that another process needs to grade one submission.

    Args:
        submission: what was handed in.
        seed: draws the hidden inputs.
        limits: what it may use.
        font_cache: from `find_font_cache`.
        level: the isolation to run at; "" for the best.
        policy: the instructor's own rules.
        only: the answers to grade; None for all.
        earlier: marks of the others, which stay.
    """

    submission: Submission
    seed: int
    limits: Limits
    font_cache: str | None = None
    level: str = ""
    policy: Path | None = None
    only: tuple[str, ...] | None = None
    earlier: tuple[Mark, ...] = ()


def exercise_names() -> tuple[str, ...]:
    """The exercises that can be graded."""
    return checks.exercises()


def course_spec(exercise: str) -> Spec:
    """What of an exercise is graded; its module of specs lists in ALLOWED what answers may use."""
    specs = checks.for_exercise(exercise)
    allowed = getattr(import_module(f"coursekit.checks.{exercise}"), "ALLOWED", ())
    return Spec(exercise, specs, checks.open_questions(exercise), tuple(allowed))


def spec_of(exercise: str, policy: Path | None = None) -> Spec:
    """The same with an instructor's own rules.

    Raises:
        CommandError: the rules do not fit the course.
    """
    return load(policy, exercise_names()).apply(course_spec(exercise))


def grade(job: Job) -> Result:
    """Grade one submission; whatever happens, there is a result."""
    one = job.submission
    spec = spec_of(one.exercise, job.policy) if one.exercise else None
    if one.notebook is None or spec is None:
        maximum = spec.maximum if spec is not None else 0.0
        mark = Mark("", 0.0, maximum, one.cause or Cause.UNREADABLE, (one.reason,))
        return Result(one.student, one.exercise, (mark,), seed=job.seed)
    begun = time.monotonic()
    try:
        verdict = judge(
            one.notebook, _some(spec, job.only), job.seed, limits=job.limits, start=_starter(job)
        )
    except Exception as error:  # one submission must not take the others with it
        return failed(job, f"{type(error).__name__}: {error}")
    marks = {mark.answer: mark for mark in (*job.earlier, *verdict.marks)}
    return Result(
        student=one.student,
        exercise=one.exercise,
        marks=tuple(marks[name] for name in spec.names if name in marks),
        notebook=one.notebook.name,
        notes=verdict.notes,
        level=verdict.level,
        seed=job.seed,
        version=one.notebook.version,
        seconds=round(time.monotonic() - begun, 3),
    )


def _some(spec: Spec, only: Sequence[str] | None) -> Spec:
    if only is None:
        return spec
    return replace(
        spec,
        checks=tuple(check for check in spec.checks if check.name in only),
        open_questions=tuple(one for one in spec.open_questions if one.name in only),
    )


def _starter(job: Job) -> "partial[Session]":
    allowed = ["coursekit.errors", *course_spec(job.submission.exercise).allowed]
    stand_in = {"package": str(PACKAGE), "allowed": allowed, "idle": IDLE, "support": SUPPORT}
    launcher = launcher_for(job.level) if job.level else None
    return partial(Session, job.limits, stand_in, launcher, job.font_cache)


def failed(job: Job, reason: str) -> Result:
    """What is told of a submission that the tool could not grade."""
    one = job.submission
    maximum = spec_of(one.exercise, job.policy).maximum if one.exercise else 0.0
    mark = Mark("", 0.0, maximum, Cause.TOOL_FAILED, (reason,))
    return Result(one.student, one.exercise, (mark,), seed=job.seed)


def grade_all(
    jobs: Sequence[Job], workers: int, scheduler: str | None = None
) -> Iterator[tuple[int, Result]]:
    """Grade all jobs; yields (index, result) as each is finished, exactly one for each job.

    Raises:
        CommandError: there is no such cluster.
    """
    if scheduler is not None:
        for index, found in each_done(scheduler, grade, [(job,) for job in jobs]):
            lost = isinstance(found, BaseException)
            yield index, failed(jobs[index], f"the cluster lost it: {found}") if lost else found
        return
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
        yield from again or [(index, failed(jobs[index], "the grading process was killed"))]


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
