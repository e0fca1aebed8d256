"""What handing in late costs: a table of hours and factors that the instructor gives.

    hours,factor
    0.25,1
    24,0.9
    48,0.5

means: up to a quarter of an hour after the deadline nothing is lost, up to a day 0.9 of the points
count, up to two days half of them, after that none. "inf" as hours is a last row without end. The
same as TOML: ``steps = [{hours = 24, factor = 0.9}]``.
"""

import csv
import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from coursekit.errors import CommandError
from coursekit.grading.causes import Cause
from coursekit.grading.lms import parse
from coursekit.grading.report import Result, when

EXAMPLE = "give rows such as 24,0.9 under the heads hours,factor"


@dataclass(frozen=True)
class Policy:
    """Steps of (hours after the deadline, factor), hours rising, factors falling from 1 to 0."""

    steps: tuple[tuple[float, float], ...]

    def factor(self, hours: float) -> float:
        """What points are multiplied with.

        Args:
            hours: After the deadline; 0 or less is in time.

        >>> policy = Policy(((24.0, 0.9), (48.0, 0.5)))
        >>> [policy.factor(hours) for hours in (-3, 0, 0.1, 24, 24.1, 49)]
        [1.0, 1.0, 0.9, 0.9, 0.5, 0.0]
        """
        if hours <= 0:
            return 1.0
        return next((factor for until, factor in self.steps if hours <= until), 0.0)


def read_policy(path: Path) -> Policy:
    """Read a policy from CSV, or from TOML where the name ends so.

    Raises:
        CommandError: It cannot be read, or a row is no step.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise CommandError(f"The late policy {path} cannot be read ({error}).") from None
    try:
        if path.suffix.lower() == ".toml":
            rows = _rows_of(tomllib.loads(text).get("steps"))
        else:
            delimiter = ";" if ";" in text.partition("\n")[0] else ","
            rows = _rows_of(list(csv.DictReader(text.splitlines(), delimiter=delimiter)))
    except (tomllib.TOMLDecodeError, csv.Error, KeyError, TypeError, ValueError) as error:
        raise CommandError(
            f"The late policy {path} is not understood ({error}); {EXAMPLE}."
        ) from None
    _check(path, rows)
    return Policy(tuple(rows))


def _rows_of(steps: Any) -> list[tuple[float, float]]:
    return [(float(step["hours"]), float(step["factor"])) for step in steps]


def _check(path: Path, rows: Sequence[tuple[float, float]]) -> None:
    if not rows:
        raise CommandError(f"The late policy {path} has no step; {EXAMPLE}.")
    before, most = 0.0, 1.0
    for hours, factor in rows:
        if math.isnan(hours) or hours <= before:
            raise CommandError(
                f"The late policy {path} has {hours:g} hours after {before:g}; hours are above 0 "
                "and rise from row to row."
            )
        if not 0 <= factor <= most:
            raise CommandError(
                f"The late policy {path} has the factor {factor:g} after {most:g}; factors lie "
                "from 0 to 1 and do not rise."
            )
        before, most = hours, factor


def read_deadline(text: str) -> float:
    """A deadline in ISO 8601 as seconds since 1970; without an offset it is local time.

    Raises:
        CommandError: It is no time.

    >>> read_deadline("2026-11-21T10:00:00+01:00")
    1795251600.0
    """
    try:
        return datetime.fromisoformat(text.strip()).timestamp()
    except (ValueError, OverflowError, OSError):
        raise CommandError(
            f"The deadline {text!r} is no time; give one such as 2026-11-21T23:59+01:00."
        ) from None


def judged_late(result: Result, deadline: float, policy: Policy) -> Result:
    """A result with the factor and the reason of its lateness; its points stay as earned.

    Where nobody knows when it came, the factor is 1, and the reason says so if Canvas marked it
    as late.

    Args:
        result: With `handed_in` in seconds since 1970, or None.
        deadline: Seconds since 1970.
        policy: What lateness costs.
    """
    if any(mark.cause is Cause.NOTHING_HANDED_IN for mark in result.marks):
        return replace(result, factor=1.0, lateness="")
    if result.handed_in is None:
        handed = parse(result.handed_in_as.split("/")[0])
        unknown = "Canvas marks this as late, but not by how much; a person must look"
        said = unknown if handed is not None and handed.late else ""
        return replace(result, factor=1.0, lateness=said)
    hours = (result.handed_in - deadline) / 3600
    factor = policy.factor(hours)
    if hours <= 0:
        return replace(result, factor=1.0, lateness="")
    reason = (
        f"handed in at {when(result.handed_in)}, {spoken(hours)} after the deadline of "
        f"{when(deadline)}"
    )
    reason += ": nothing is lost" if factor == 1.0 else f": {factor:g} of the points count"
    return replace(result, factor=factor, lateness=reason)


def spoken(hours: float) -> str:
    """A span of time in words, rounded up, so that nothing late looks as if it were in time.

    >>> spoken(0.001), spoken(1.5), spoken(49)
    ('1 min', '1 h 30 min', '2 d 1 h')
    """
    minutes = math.ceil(round(hours * 60, 6))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
    full = math.ceil(minutes / 60)
    return f"{full // 24} d {full % 24} h" if full % 24 else f"{full // 24} d"
