"""The course in one table: its lessons, what each leaves unrepaired, its exercises, its time.

Numbers and file names are fixed, so this table stands before the last lesson is written. Tests
hold it against the lessons and exercises that are there: their names, and the minutes they promise.
"""

from dataclasses import dataclass
from typing import Final

from coursekit.errors import CommandError

SESSION: Final = 90  # minutes
DAY: Final = 6 * 60


@dataclass(frozen=True)
class Lesson:
    """One lesson, the minutes it takes, and what fails in it: the next idea repairs that."""

    number: int
    title: str
    minutes: int
    fails: str

    @property
    def stem(self) -> str:
        """The name of its file, without what follows the stop."""
        return f"{self.number:02d}_{self.title.lower().replace(' ', '_')}"


@dataclass(frozen=True)
class Exercise:
    """One exercise, the minutes it takes, and the last lesson that it needs."""

    stem: str
    title: str
    minutes: int
    after: int


@dataclass(frozen=True)
class Session:
    """One meeting of a class: the lessons taken, and the exercise worked or given along."""

    lessons: tuple[int, ...]
    exercise: str = ""


LESSONS: Final = (
    Lesson(1, "Memory", 45, "a lag of 40: expressible, and not learned"),
    Lesson(2, "Gradients through time", 60, "a wait of 40 steps, with the whole gradient"),
    Lesson(3, "Vanishing gradients", 45, "a plain net at a lag of 80, clipped and all"),
    Lesson(4, "Weight conflict", 30, "one weight with two jobs, though nothing vanishes"),
    Lesson(5, "Constant error carousel", 30, "a perfect memory that takes in every distractor"),
    Lesson(6, "Gates", 60, "a stream: nobody resets, and nothing can forget"),
    Lesson(7, "Forget gates", 45, "decay in place of a gate: it leaks on long strings"),
    Lesson(8, "From RNN to LSTM", 30, "every picture of the cell before the last one"),
    Lesson(9, "Reber grammars", 60, "an SRN whose error stops: a coin where it counts"),
    Lesson(10, "Long time lags", 45, "a Markov model that has to learn over a gap"),
    Lesson(11, "Adding and multiplication", 30, "a plain net: it says the constant for ever"),
    Lesson(12, "Temporal order", 30, "the net that learned to add: a sum knows no order"),
    Lesson(13, "Variants", 60, "a cell that lacks the one part its task needs"),
    Lesson(14, "Images and trees", 45, "a list of pixels, moved; a chain, on longer trees"),
    Lesson(15, "Training without gradients", 60, "an SRN by policy gradient: most turn at random"),
    Lesson(16, "Applications", 45, "a window, but only where something must be kept"),
    Lesson(17, "Reproducing the papers", 45, "adding, as the paper prints it: 0 of 5 nets learn"),
)

EXERCISES: Final = (
    Exercise("ex01_recurrent_step", "the recurrent step", 60, 1),
    Exercise("ex02_gradient_check", "a gradient check", 90, 2),
    Exercise("ex03_vanishing", "vanishing, measured", 45, 3),
    Exercise("ex04_carousel_and_gates", "carousel and gates", 60, 6),
    Exercise("ex05_lstm_cell", "the LSTM cell", 90, 7),
    Exercise("ex06_reber", "Reber grammars", 100, 9),
    Exercise("ex07_gru_and_peepholes", "GRU and peepholes", 80, 13),
    Exercise("ex08_find_the_bug", "find the bug", 90, 7),
    Exercise("quiz_recurrent_networks", "the quiz", 120, 13),
)

PROGRAMMES: Final = {
    "90 minutes": (Session((3, 8)),),
    "a day": (Session((1, 3, 5), "ex03_vanishing"), Session((6, 7, 9))),
    "a term": (
        Session((1,), "ex01_recurrent_step"),
        Session((2,), "ex02_gradient_check"),
        Session((3, 4), "ex03_vanishing"),
        Session((5, 6), "ex04_carousel_and_gates"),
        Session((7, 8), "ex05_lstm_cell"),
        Session((9,), "ex06_reber"),
        Session((10, 11), "ex08_find_the_bug"),
        Session((12, 13), "ex07_gru_and_peepholes"),
        Session((14,)),
        Session((15,)),
        Session((16, 17)),
        Session((), "quiz_recurrent_networks"),
    ),
}


def lesson(number: int) -> Lesson:
    """The lesson of that number.

    Raises:
        CommandError: there is none.

    >>> lesson(3).stem
    '03_vanishing_gradients'
    """
    for found in LESSONS:
        if found.number == number:
            return found
    raise CommandError(f"There is no lesson {number!r}; the course has 1 to {LESSONS[-1].number}.")


def minutes(session: Session) -> int:
    """How long the lessons of a session take; its exercise is worked outside, or after.

    >>> minutes(Session((3, 4), "ex03_vanishing"))
    75
    """
    return sum(lesson(number).minutes for number in session.lessons)


def after(number: int) -> list[Exercise]:
    """The exercises that a learner can work once that lesson is done, and not before.

    >>> [exercise.stem for exercise in after(7)]
    ['ex05_lstm_cell', 'ex08_find_the_bug']
    """
    return [exercise for exercise in EXERCISES if exercise.after == lesson(number).number]
