"""The two exceptions that coursekit raises on purpose beside ValueError."""


class CommandError(Exception):
    """A command cannot go on: a message for a person, and the exit code."""

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class NotYet(Exception):
    """An answer is not right yet; the feedback stands above, this is its one line."""

    def _render_traceback_(self) -> list[str]:
        """IPython shows this in place of a traceback: the student's code did not crash."""
        return [f"NotYet: {self}"]
