"""The command: grade what must be graded, keep each result at once, and write the reports."""

import os
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tqdm import tqdm

from coursekit.errors import CommandError
from coursekit.grading import pool, roster
from coursekit.grading.calibration import at_least, calibrated
from coursekit.grading.causes import Cause
from coursekit.grading.collect import Intake, Submission, intake
from coursekit.grading.fingerprint import of_course
from coursekit.grading.isolation import isolation_for
from coursekit.grading.judge import seed_for
from coursekit.grading.lateness import judged_late, read_deadline, read_policy
from coursekit.grading.plan import Task, key_of, prints_of, task_for
from coursekit.grading.pool import Job, grade_all
from coursekit.grading.record import NAME, Record, merged, place_of
from coursekit.grading.report import Result, summary
from coursekit.grading.reports import write_all
from coursekit.grading.roster import Roster
from coursekit.grading.sandbox import Limits, find_font_cache


@dataclass(frozen=True)
class Options:
    """How to grade.

    Args:
        workers: submissions graded at a time; the number of processors by default.
        seed: draws the hidden inputs; a secret one by default, kept in the record.
        timeout: seconds for one notebook, 120 by default; a cell or a call may take a quarter. An
            exercise whose solution takes long here gets more: see `calibration.at_least`.
        policy: a file with the instructor's own points, drops and checks.
        scheduler: the address of a Dask cluster.
        student: grade this one again, and nobody else.
        answer: grade this answer again, and no other.
        roster: a CSV of who takes the course.
        deadline: a time such as 2026-11-21T23:59+01:00.
        late: a table of what handing in late costs.
        canvas_columns: for an exercise, the head of its column in Canvas.
        isolation: one of `sandbox.LEVELS`; the best that this system reaches by default.
        accept_isolation: the lowest level to grade at; "limits" by default.
    """

    workers: int | None = None
    seed: int | None = None
    timeout: float | None = None
    policy: Path | None = None
    scheduler: str | None = None
    student: str | None = None
    answer: str | None = None
    roster: Path | None = None
    deadline: str | None = None
    late: Path | None = None
    canvas_columns: Mapping[str, str] = field(default_factory=dict)
    isolation: str | None = None
    accept_isolation: str | None = None

    def __post_init__(self) -> None:
        if (self.deadline is None) != (self.late is None):
            raise CommandError("--deadline and --late belong together: give both, or neither.")
        if self.workers is not None and self.workers < 1:
            raise CommandError(f"{self.workers} workers cannot grade; give 1 or more.")
        if self.seed is not None and self.seed < 0:
            raise CommandError(f"the seed is {self.seed}; give an integer from 0 on.")
        if self.timeout is not None and not 0 < self.timeout <= 86_400:
            raise CommandError(f"a time limit of {self.timeout:g} s is no use; give 0.1 to 86400.")

    @property
    def limits(self) -> Limits:
        """What one notebook may use."""
        if self.timeout is None:
            return Limits()
        return Limits(total=self.timeout, step=self.timeout / 4, answer=self.timeout / 2)


def run(submissions: str | Path, out: str | Path, **options: object) -> int:
    """Grade a folder of submissions, or go on where an earlier run ended, and write the reports.

    Args:
        submissions: One folder per student.
        out: A folder for the record, grades.csv and feedback/: new, empty, or one with a record.
        options: those of `Options`.

    Returns:
        The exit code: 0 when every submission has its result, whatever the students wrote; 1 when
        the tool failed on some.

    Raises:
        CommandError: Something about the folders or the course is not as it must be, or the
            isolation is not the one asked for, or too low.
    """
    chosen = Options(**options)  # type: ignore[arg-type]
    source, target = Path(submissions), Path(out)
    names = {name: pool.spec_of(name, chosen.policy).names for name in pool.exercise_names()}
    people = roster.read(chosen.roster) if chosen.roster is not None else None
    lateness = _lateness(chosen)
    found = intake(source, names, people)
    level = isolation_for(chosen.isolation, chosen.accept_isolation)
    _prepare(target, source)
    with Record(target) as record:
        seed = _seed(record, chosen.seed)
        tasks = _tasks(record, found.submissions, level, chosen)
        _grade(record, tasks, seed, level, chosen, target)
        done = [lateness(result) for result in _current(record, found.submissions)]
        _reports(done, target, people, seed, found, chosen.canvas_columns)
    for sentence in found.unmatched:
        print(sentence)
    print(f"{len(tasks)} graded now, {len(done) - len(tasks)} as they were")
    print(summary(done, target))
    failed = [one for one in done if any(mark.cause is Cause.TOOL_FAILED for mark in one.marks)]
    for one in failed:
        print(f"the tool failed on {one.student}, {one.exercise}: see grades.csv", file=sys.stderr)
    return 1 if failed else 0


def forget(out: str | Path, student: str) -> int:
    """Remove a person's data from a folder of reports.

    Raises:
        CommandError: there is no record, or nobody of that name in it.
    """
    target = Path(out)
    if not (target / NAME).is_file():
        raise CommandError(f"{target} holds no {NAME}; give the folder that was graded into.")
    with Record(target) as record:
        gone = record.forget(student)
        if not gone:
            raise CommandError(f"{target / NAME} holds nothing of {student!r}; nothing was removed")
        seed, given = record.fact("seed"), record.hand_marks()
        left = [merged(result, given) for result, _ in record.latest()]
        for pattern in ("canvas*.csv", "moodle*.csv", "feedback-*.zip"):
            for stale in target.glob(pattern):
                stale.unlink()
        _reports(left, target, None, int(seed or 0))
    print(
        f"{gone} rows of {student} removed from the record, and the feedback page. Gradebooks and "
        "zips for the LMS were removed too: the next run writes them without this person"
    )
    return 0


def _lateness(chosen: Options) -> Callable[[Result], Result]:
    """What lateness does to a result; nothing, without a deadline."""
    if chosen.deadline is None or chosen.late is None:
        return lambda result: result
    deadline, policy = read_deadline(chosen.deadline), read_policy(chosen.late)
    return lambda result: judged_late(result, deadline, policy)


def _seed(record: Record, given: int | None) -> int:
    """The seed of a record: every run that adds to it draws from the same one."""
    known = record.fact("seed")
    if known is not None and given is not None and int(known) != given:
        raise CommandError(
            f"{record.path} was begun with another seed than {given}; leave --seed out to go on, "
            "or choose another folder with --out"
        )
    seed = int(known) if known is not None else secrets.randbits(64) if given is None else given
    if known is None:
        record.state("seed", str(seed))
    return seed


def _tasks(record: Record, found: Sequence[Submission], level: str, chosen: Options) -> list[Task]:
    """What must be graded of what was handed in."""
    latest = {
        (result.student, result.exercise, place_of(result)): (result, key)
        for result, key in record.latest()
    }
    exercises = {one.exercise for one in found} - {""}
    specs = {name: pool.spec_of(name, chosen.policy) for name in exercises}
    prints = {name: prints_of(spec) for name, spec in specs.items()}
    common = of_course(chosen.timeout, level)
    again = _asked_for(found, [spec.names for spec in specs.values()], chosen)
    tasks = []
    for one in found:
        if chosen.student is not None and one.student != chosen.student:
            continue
        spec = specs.get(one.exercise)
        if chosen.answer is not None and (spec is None or chosen.answer not in spec.names):
            continue
        task = task_for(one, key_of(one, prints.get(one.exercise), common), latest, again)
        tasks += [] if task is None else [task]
    return tasks


def _asked_for(
    found: Sequence[Submission], answers: Sequence[tuple[str, ...]], chosen: Options
) -> list[str] | None:
    """The answers that are to be graded whatever the record says; [] for all, None for none."""
    if chosen.student is not None and chosen.student not in {one.student for one in found}:
        raise CommandError(f"nobody among the submissions is called {chosen.student!r}")
    if chosen.answer is not None:
        if not any(chosen.answer in names for names in answers):
            known = ", ".join(name for names in answers for name in names)
            raise CommandError(f"there is no answer {chosen.answer!r}; there are: {known}")
        return [chosen.answer]
    return None if chosen.student is None else []


def _grade(
    record: Record, tasks: list[Task], seed: int, level: str, chosen: Options, out: Path
) -> None:
    """Grade, and keep each result at once."""
    workers = chosen.workers or os.cpu_count() or 1
    like = Job(Submission(""), 0, chosen.limits, find_font_cache(), level, chosen.policy)
    exercises = sorted({task.submission.exercise for task in tasks} - {""})
    taken = calibrated(record, exercises, like, workers)
    jobs = [
        replace(
            like,
            submission=task.submission,
            seed=seed_for(seed, task.submission.student, task.submission.exercise),
            limits=at_least(chosen.limits, taken.get(task.submission.exercise, 0.0)),
            only=task.only,
            earlier=task.earlier,
        )
        for task in tasks
    ]
    finished = 0
    try:
        graded = grade_all(jobs, workers, chosen.scheduler)
        for index, result in tqdm(graded, total=len(jobs), unit="submission", disable=None):
            record.add(_placed(result, tasks[index].submission), tasks[index].key)
            finished += 1
    except KeyboardInterrupt:
        raise CommandError(
            f"Stopped: {finished} of {len(jobs)} were graded and are kept in {out / NAME}; the "
            "same command goes on from there.",
            130,
        ) from None


def _placed(result: Result, one: Submission) -> Result:
    """A result with when and as what it was handed in."""
    return replace(result, handed_in=one.handed_in, handed_in_as=one.handed_in_as)


def _current(record: Record, found: Sequence[Submission]) -> list[Result]:
    """The newest result of everybody, without what a student has since replaced."""
    now = {(one.student, one.exercise, place_of(one)): one for one in found}
    present = {student for student, _, _ in now}
    given = record.hand_marks()
    done = []
    for result, _ in record.latest():
        one = now.get((result.student, result.exercise, place_of(result)))
        if one is not None:
            done.append(merged(_placed(result, one), given))
        elif result.student not in present:
            done.append(merged(result, given))
    return done


def _reports(
    done: Sequence[Result],
    out: Path,
    people: Roster | None,
    seed: int,
    found: Intake | None = None,
    canvas_columns: Mapping[str, str] | None = None,
) -> None:
    """Write all reports anew."""
    try:
        write_all(
            *(done, out, people),
            seed=seed,
            unmatched=() if found is None else found.unmatched,
            canvas_columns=canvas_columns,
        )
    except OSError as error:
        raise CommandError(
            f"{out} cannot be written: {error.strerror}. Every result is kept in {out / NAME}; "
            "make room and start again.",
            1,
        ) from None


def _prepare(out: Path, submissions: Path) -> None:
    """Make the folder for the reports; what is there already stays, unless it is a record's."""
    another = "choose another folder with --out"
    inside = out.resolve()
    if inside == submissions.resolve() or submissions.resolve() in inside.parents:
        raise CommandError(f"{out} lies inside the submissions; {another}.")
    try:
        if out.exists() and not out.is_dir():
            raise CommandError(f"{out} is a file; {another}.")
        if out.is_dir() and any(out.iterdir()) and not (out / NAME).is_file():
            raise CommandError(
                f"{out} is not empty and holds no record of grading, and nothing in it is "
                f"overwritten; {another}."
            )
        out.mkdir(parents=True, exist_ok=True)
        trial = out / ".trial"
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}; {another}.") from None
