"""What can become of an answer or a submission: a closed list."""

from enum import StrEnum


class Cause(StrEnum):
    """What became of an answer, or of a whole submission. The list is closed."""

    OK = "ok"
    WRONG = "wrong"
    NOT_ANSWERED = "not_answered"
    MISSING = "missing"
    RAISED = "raised"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    DIED = "died"
    NEEDS_MARKING = "needs_marking"
    MARKED = "marked"
    NOTHING_HANDED_IN = "nothing_handed_in"
    NO_NOTEBOOK = "no_notebook"
    NOT_A_NOTEBOOK = "not_a_notebook"
    UNREADABLE = "unreadable"
    UNKNOWN_EXERCISE = "unknown_exercise"
    TOOL_FAILED = "tool_failed"


class Unusable(Exception):  # noqa: N818 - it says what became of a file
    """A file that cannot be graded, with its cause and a sentence."""

    def __init__(self, cause: Cause, reason: str) -> None:
        super().__init__(reason)
        self.cause = cause
        self.reason = reason
