"""The isolation to grade at: what was asked for, what this system reaches, and what will do."""

import sys

from coursekit.errors import CommandError
from coursekit.grading.report import LEVELS as LEVEL_WORDS
from coursekit.grading.sandbox import LEVELS, SandboxError, reached


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
