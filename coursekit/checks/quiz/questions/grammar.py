"""Part 3: the Reber grammars, and what a score says about memory."""

from coursekit.checks.edges import Arrow
from coursekit.checks.quiz import automaton, choice, number
from coursekit.checks.quiz.questions import QUIZ
from coursekit.checks.spec import Mistake
from coursekit.grammars import embedded_reber, reber

_SHORTEST = "BTBTXSETE"


def _arrows() -> list[Arrow]:
    return [
        (state, symbol, following)
        for state, leaving in reber.transitions.items()
        for symbol, following in leaving
    ]


def _minimal_lag() -> int:
    outer = 1  # where the outer symbol stands
    return embedded_reber.long_range_step(_SHORTEST) - outer


def _blind_score() -> float:
    """A predictor that knows the inner grammar and guesses the outer symbol: right steps of all."""
    predictions = embedded_reber.length_statistics().mean - 1
    return float((predictions - 0.5) / predictions)


CHECKS = (
    automaton(
        "q_edges_reber",
        QUIZ,
        _arrows,
        reber.alphabet,
        why="Eight states, twelve arrows. Two arrows leave each state but the first and the last.",
        lesson="09",
        hints=(
            "After B come T or P. Draw the two branches.",
            "One state of each branch has an arrow to itself: S above, T below.",
        ),
    ),
    number(
        "q_minimal_lag",
        QUIZ,
        _minimal_lag,
        why="In BTBTXSETE, T is read at the second symbol, and must be predicted when the inner E, "
        "the seventh, has just been read: five steps later.",
        mistakes=(
            Mistake(
                "between_symbols",
                "That is the distance between the two outer symbols. The second one must be "
                "predicted a step before it comes.",
                "09#one-symbol-to-remember",
                lambda: _minimal_lag() + 1,
            ),
            Mistake(
                "inner_length",
                "That would be one step too few: count from the step that reads the outer symbol "
                "to "
                "the step that has read the whole inner string.",
                "09#one-symbol-to-remember",
                lambda: _minimal_lag() - 1,
            ),
            Mistake(
                "whole_string",
                "That is the length of the shortest string, not the lag inside it.",
                "09#one-symbol-to-remember",
                lambda: len(_SHORTEST),
            ),
            Mistake(
                "printed_lag",
                "Seven is printed in some texts; count on the shortest string itself.",
                "09#one-symbol-to-remember",
                lambda: 7,
            ),
        ),
        lesson="09",
        hints=("The shortest embedded string has nine symbols. Write it down and count.",),
    ),
    number(
        "q_blind_score",
        QUIZ,
        _blind_score,
        rtol=0.002,
        why="(11 - 1/2) / 11, about 95.5 %. So 95 % of all steps can mean no memory at all.",
        mistakes=(
            Mistake(
                "never_right",
                "That is the score if the long-range step is always wrong; a guess between two is "
                "right half of the time.",
                "09#two-scores",
                lambda: 10 / 11,
            ),
            Mistake(
                "twelve_predictions",
                "A string of twelve symbols asks for eleven predictions.",
                "09#two-scores",
                lambda: 11.5 / 12,
            ),
            Mistake(
                "percent",
                "Give the share, between 0 and 1, and not per cent.",
                "09#two-scores",
                lambda: 100 * _blind_score(),
            ),
            Mistake(
                "long_range_only",
                "That is the score on the long-range step alone; the question is about all steps.",
                "09#what-forgetting-costs",
                lambda: 0.5,
            ),
        ),
        points=2,
        lesson="09",
        hints=(
            "A string of twelve symbols: how many predictions, and how many need memory?",
            "Of the prediction that needs memory, half is right by luck.",
        ),
    ),
    choice(
        "q_pooled",
        QUIZ,
        "a",
        {
            "a": "Right: the inner grammar needs the last few symbols only. The one step that "
            "needs "
            "the outer symbol is guessed.",
            "b": "One step in eleven hides in the average. Scored alone it is at chance, so "
            "nothing "
            "is carried over the inner string.",
            "c": "A score that counts only the symbol that was drawn would be near one half at the "
            "steps with two legal symbols. Here every legal symbol counts as right.",
            "d": "52 % of two equally likely symbols is chance; a memory that works is near 100 %.",
        },
        lesson="09",
        hints=("Compare both numbers with a predictor that has no memory.",),
    ),
    choice(
        "q_plot_units",
        QUIZ,
        "d",
        {
            "a": "Unit 0 knows the outer symbol at first and forgets a third of it at every step. "
            "At "
            "the inner E next to nothing is left, and a longer string leaves less.",
            "b": "Unit 1 holds on to the end, but holds the same for both strings: it counts T and "
            "P alike. A memory is of use only if it differs.",
            "c": "Unit 2 follows the symbol just read. It differs at the outer symbols because it "
            "sees them, and not because it remembers.",
            "d": "Right: the two lines part at the first T or P and stay apart, whatever is read "
            "in "
            "between.",
        },
        points=2,
        lesson="09",
        hints=("At the inner E, which unit has two lines that are apart?",),
        kind="plot",
    ),
)
