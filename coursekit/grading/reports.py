"""All reports from a list of results: nothing in them depends on when, or in what order, it ran."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from coursekit.grading.feedback import write_pages
from coursekit.grading.gradebooks import write_canvas, write_feedback_zips, write_moodle
from coursekit.grading.overview import overview
from coursekit.grading.report import Result, write_csv
from coursekit.grading.roster import Roster


def write_all(
    results: Sequence[Result],
    out: Path,
    roster: Roster | None = None,
    *,
    seed: int | None = None,
    unmatched: Sequence[str] = (),
    canvas_columns: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write every report into a folder; what an earlier run wrote there is replaced.

    grades.csv, feedback/ and overview.html always; with a roster canvas.csv where it has ids of
    Canvas or of the school, and moodle-EXERCISE.csv where it has numbers of Moodle or e-mails; for
    downloads of theirs feedback-canvas.zip or feedback-moodle.zip.

    Args:
        results: With hand marks and lateness laid over them already.
        out: A folder that is there.
        roster: Who takes the course.
        seed: For the instructor's page.
        unmatched: What `intake` says of folders that fit nobody or several.
        canvas_columns: For an exercise, the head of its column in Canvas: "Homework 5 (77)".

    Returns:
        What was written, in order.

    Raises:
        OSError: The folder cannot be written.
    """
    ordered = sorted(results, key=lambda one: (one.student, one.exercise, one.handed_in_as))
    write_csv(ordered, out / "grades.csv")
    write_pages(ordered, out / "feedback")
    page = overview(ordered, roster, seed=seed, unmatched=unmatched)
    (out / "overview.html").write_text(page, encoding="utf-8")
    written = [out / "grades.csv", out / "feedback", out / "overview.html"]
    people = roster.people if roster is not None else ()
    if roster is not None and any(one.canvas or one.sis or one.login for one in people):
        write_canvas(ordered, roster, out / "canvas.csv", canvas_columns)
        written.append(out / "canvas.csv")
    if roster is not None and any(one.moodle or one.email for one in people):
        written += write_moodle(ordered, roster, out)
    return [*written, *write_feedback_zips(ordered, out)]
