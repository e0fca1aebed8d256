"""Part 2: the carousel, the gates, and the cell of today."""

import numpy as np

from coursekit.cells import elman, lstm, sigmoid
from coursekit.checks.quiz import choice, choices, equation, graph, number
from coursekit.checks.quiz.questions import QUIZ
from coursekit.checks.spec import Mistake

_UNITS = (3,)
_STATE = dict.fromkeys(("i", "f", "o", "g", "c_prev", "h_prev"), _UNITS)
_OUTPUT = dict.fromkeys(("o", "c", "c_prev", "h_prev"), _UNITS)
_ERROR = dict.fromkeys(("dc", "c", "c_prev", "f", "i", "g"), _UNITS)

INPUTS, UNITS = 7, 10
KEEP_STEPS = 10


def _lstm_count() -> int:
    return sum(array.size for array in lstm.init(np.random.default_rng(0), INPUTS, UNITS))


def _block_count() -> int:
    """W, U and b of one gate: as many numbers as a plain recurrent net has."""
    return sum(array.size for array in elman.init(np.random.default_rng(0), INPUTS, UNITS))


def _kept(bias: float) -> float:
    return float(sigmoid(np.array(bias)) ** KEEP_STEPS)


CHECKS = (
    choice(
        "q_plot_pulls",
        QUIZ,
        "b",
        {
            "a": "The longest bar pulls the weight up, but a weight is one number: it follows the "
            "sum of all bars, and the three positive ones are longer together.",
            "b": "Right: the sum is positive, and descent goes against it. The signal at step 1 "
            "asks for a larger weight, the noise asks for a smaller one, and the noise wins. One "
            "weight has two jobs: this is the weight conflict, and a gate is what ends it.",
            "c": "It would stay only if the bars summed to zero.",
            "d": "All steps use the same weight. Unrolling draws it many times, but it is one "
            "number, changed once.",
        },
        points=2,
        lesson="04",
        hints=("Descent moves a weight against the sum of the bars.",),
        kind="plot",
    ),
    choice(
        "q_state_or_output",
        QUIZ,
        "c",
        {
            "a": "3 is the cell state. Nobody outside the cell reads c: all weights read h.",
            "b": "tanh(3) would be seen if the output gate were open. It is closed.",
            "c": "Right: h = o tanh(c) = 0. The cell remembers and says nothing. State and output "
            "are two things: c is kept, h is shown.",
            "d": "The forget gate decides what c is at the next step, and not what others see now.",
        },
        lesson="06",
        hints=("Which of c and h do the weights U read?",),
    ),
    choice(
        "q_output_gate",
        QUIZ,
        "b",
        {
            "a": "Keeping inputs out of the cell is the work of the input gate.",
            "b": "Right: a cell that stores something for later would disturb every unit that "
            "reads "
            "it now. The output gate protects the others from the cell, and the cell's outgoing "
            "weights from the error of steps that do not concern it.",
            "c": "The carousel keeps its error by f and the weight one, with or without an output "
            "gate.",
            "d": "c is not changed by the output gate at all: o stands in h = o tanh(c) only.",
        },
        lesson="06",
        hints=("Look at the arrow that o acts on. What lies at its far end?",),
    ),
    choice(
        "q_1997",
        QUIZ,
        "a",
        {
            "a": "Right: c_t = c_{t-1} + i_t g_t. The weight from state to state is one and is not "
            "learned. The forget gate came with Gers, Schmidhuber and Cummins, printed in 2000.",
            "b": "A learned factor on the old state is the forget gate, and it came later. Slides "
            "that call one of the two gates of 1997 a forget gate are wrong.",
            "c": "That is the coupled variant, years later.",
            "d": "State decay was tried later, as a baseline for the forget gate, and lost to it.",
        },
        lesson="07",
        hints=("What makes the carousel constant?",),
    ),
    equation(
        "q_eq_state",
        QUIZ,
        "f * c_prev + i * g",
        _STATE,
        why="Keep what the forget gate lets through, add what the input gate lets in.",
        mistakes=(
            Mistake(
                "gates_swapped",
                "The gates are swapped: f decides about the old state, i about the candidate.",
                "07#the-forget-gate",
                lambda: "i * c_prev + f * g",
            ),
            Mistake(
                "no_forget_gate",
                "This is the cell of 1997; the cell of today multiplies the old state by f.",
                "07#the-forget-gate",
                lambda: "c_prev + i * g",
            ),
            Mistake(
                "coupled",
                "This is the coupled variant, with 1 - f for the input gate; here i is a gate of "
                "its own.",
                "13#coupled-gates-make-room-for-what-comes",
                lambda: "f * c_prev + (1 - f) * g",
            ),
            Mistake(
                "coupled_by_the_input_gate",
                "This keeps what the input gate leaves, 1 - i; here f is a gate of its own.",
                "13#coupled-gates-make-room-for-what-comes",
                lambda: "(1 - i) * c_prev + i * g",
            ),
            Mistake(
                "forget_gate_on_both",
                "The forget gate multiplies the old state alone; what is new passes the input gate "
                "only.",
                "07#the-forget-gate",
                lambda: "f * (c_prev + i * g)",
            ),
            Mistake(
                "output_for_state",
                "The old output stands where the old state belongs: c comes from c.",
                "07#the-forget-gate",
                lambda: "f * h_prev + i * g",
            ),
            Mistake(
                "state_squashed",
                "The state itself is not squashed. A tanh here would stand on the carousel, and "
                "its slope would multiply the error at every step.",
                "05#what-must-hold-for-one-unit",
                lambda: "tanh(f * c_prev + i * g)",
            ),
            Mistake(
                "candidate_squashed_twice",
                "g is the candidate after its tanh; it is not squashed again.",
                "06#the-1997-cell",
                lambda: "f * c_prev + i * tanh(g)",
            ),
            Mistake(
                "output_gate_inside",
                "The output gate acts on what is shown, not on what is kept.",
                "06#two-gates-two-decisions",
                lambda: "o * (f * c_prev + i * g)",
            ),
        ),
        lesson="07",
        hints=("Two terms: what stays and what comes in. Each has its gate.",),
    ),
    equation(
        "q_eq_output",
        QUIZ,
        "o * tanh(c)",
        _OUTPUT,
        why="The state of this very step is squashed, and the output gate scales what is shown.",
        mistakes=(
            Mistake(
                "gate_inside",
                "The gate stands inside the tanh; it scales the squashed state, from outside.",
                "06#the-1997-cell",
                lambda: "tanh(o * c)",
            ),
            Mistake(
                "no_squash",
                "Without the tanh this is a variant that works too, but here h is bounded by it.",
                "13#is-the-output-tanh-needed",
                lambda: "o * c",
            ),
            Mistake(
                "old_state",
                "The state is one step old: h_t shows c_t.",
                "06#the-1997-cell",
                lambda: "o * tanh(c_prev)",
            ),
            Mistake(
                "sigma_for_tanh",
                "sigma belongs to the gates; the state is squashed by tanh, so that h can be "
                "negative.",
                "06#the-1997-cell",
                lambda: "o * sigma(c)",
            ),
        ),
        points=1,
        lesson="06",
        hints=("The state is squashed first.",),
    ),
    graph(
        "q_edges_lstm",
        QUIZ,
        [(source, letter) for letter in "ifog" for source in ("x", "h_prev")]
        + [("c_prev", "c"), ("f", "c"), ("i", "c"), ("g", "c"), ("c", "h"), ("o", "h")],
        {
            "x": (1, 0),
            "h_prev": (5, 0),
            "f": (0, 1.8),
            "i": (2, 1.8),
            "g": (4, 1.8),
            "o": (6, 1.8),
            "c_prev": (-1, 3.4),
            "c": (3, 3.6),
            "h": (5, 5),
        },
        why="Every gate and the candidate see x and h_prev; the state sees no weights at all.",
        known={
            **{
                ("c_prev", gate): "that is a peephole; this cell has none"
                for gate in ("i", "f", "o")
            },
            ("c", "o"): "that is a peephole; this cell has none",
            ("h_prev", "c"): "h_prev reaches the state through gates and candidate only",
            ("x", "c"): "x reaches the state through gates and candidate only",
            ("x", "h"): "x reaches the output through the gates and the state only",
            ("f", "h"): "the forget gate acts on the old state, not on the output",
            ("i", "h"): "the input gate acts on the candidate, not on the output",
            ("o", "c"): "the output gate acts on what is shown, not on what is kept",
            ("c_prev", "h"): "h shows the new state; c_prev reaches it through c only",
            ("c_prev", "g"): "the candidate does not see the state",
            ("i", "g"): "the product i g is formed where c is; the candidate does not depend on i",
        },
        lesson="07",
        hints=("Write the six equations. An arrow is a letter on the right of one of them.",),
    ),
    number(
        "q_count_lstm",
        QUIZ,
        _lstm_count,
        why="Four blocks (i, f, o, g), each with W (10 x 7), U (10 x 10) and b (10).",
        mistakes=(
            Mistake(
                "three_blocks",
                "That is three blocks. Beside the three gates, the candidate has weights as well.",
                "07#the-lstm-step",
                lambda: 3 * _block_count(),
            ),
            Mistake(
                "no_bias",
                "The biases are missing: one for each unit in each block.",
                "07#the-lstm-step",
                lambda: 4 * (UNITS * INPUTS + UNITS * UNITS),
            ),
            Mistake(
                "two_biases",
                "That is the count of a framework that keeps two biases for each gate; here there "
                "is one.",
                "13#the-map-to-pytorch-and-keras",
                lambda: 4 * (_block_count() + UNITS),
            ),
            Mistake(
                "not_recurrent",
                "The recurrent weights U are missing.",
                "07#the-lstm-step",
                lambda: 4 * (UNITS * INPUTS + UNITS),
            ),
            Mistake(
                "elman",
                "That is one block, a plain recurrent net; an LSTM has four.",
                "07#the-lstm-step",
                _block_count,
            ),
        ),
        lesson="07",
        hints=("Count W, U and b of one gate first.", "How many such blocks are there?"),
    ),
    equation(
        "q_eq_forget_error",
        QUIZ,
        "dc * c_prev * f * (1 - f)",
        _ERROR,
        why="c_t depends on f by the factor c_prev, and f on its pre-activation by f (1 - f).",
        mistakes=(
            Mistake(
                "no_derivative",
                "This is dL/df. To the pre-activation, the slope of sigma is missing: f (1 - f).",
                "07#what-the-forget-gate-learns-from",
                lambda: "dc * c_prev",
            ),
            Mistake(
                "half_a_slope",
                "Half of the slope is missing: it is f (1 - f), and you have f alone.",
                "07#what-the-forget-gate-learns-from",
                lambda: "dc * c_prev * f",
            ),
            Mistake(
                "state_left_out",
                "What the gate multiplies is missing: c_t depends on f by the factor c_prev.",
                "07#what-the-forget-gate-learns-from",
                lambda: "dc * f * (1 - f)",
            ),
            Mistake(
                "new_state",
                "The state of this step stands where the old one belongs: f multiplies c_prev. "
                "(A report on the forget gate has this very slip in print.)",
                "07#a-misprint-convicted",
                lambda: "dc * c * f * (1 - f)",
            ),
            Mistake(
                "tanh_derivative",
                "1 - f**2 is the slope of tanh; a gate is a sigma, with slope f (1 - f).",
                "07#what-the-forget-gate-learns-from",
                lambda: "dc * c_prev * (1 - f**2)",
            ),
            Mistake(
                "input_gate_error",
                "The candidate is what the input gate multiplies; the forget gate multiplies "
                "c_prev.",
                "07#what-the-forget-gate-learns-from",
                lambda: "dc * g * f * (1 - f)",
            ),
        ),
        lesson="07",
        hints=("dL/dnet_f = dL/dc times dc/df times df/dnet_f.",),
    ),
    choices(
        "q_truncated",
        QUIZ,
        "bd",
        {
            "a": "The output gate acts on this step's output only: its partial is made anew at "
            "each "
            "step and used at once.",
            "b": "Right: the candidate's weights have left their mark in the state, so the partial "
            "of the state is carried on and added to.",
            "c": "The output units have no state; their rule is the ordinary delta rule of the "
            "step.",
            "d": "Right: the input gate decides what enters the state, and what has entered stays: "
            "its partial is carried on as well.",
            "e": "The rule cuts error where it would leave the cell for other hidden units, so "
            "nothing about them has to be remembered.",
        },
        lesson="06",
        hints=("Which weights shape what is in the state now, from steps long ago?",),
    ),
    choice(
        "q_forget_bias",
        QUIZ,
        "d",
        {
            "a": "A bias does not bound the state: with f near one the state can grow all the "
            "more.",
            "b": "The gate reads x and h all the same; the bias shifts its pre-activation, no "
            "more.",
            "c": "Vanishing is about products over time. A large bias takes sigma away from its "
            "steepest point, so this slope gets smaller and not larger.",
            "d": "Right: error on the carousel is multiplied by f at every step. With a bias of "
            "zero "
            "f starts near 1/2, and little is left after ten steps; with one it starts near 0.73. "
            "The net then learns when to forget, and need not first learn to remember.",
        },
        lesson="07",
        hints=("What multiplies the error on its way from c_t to c_{t-1}?",),
    ),
    number(
        "q_forget_kept",
        QUIZ,
        lambda: _kept(1.0),
        rtol=0.02,
        why="sigma(1)^10, about 4 %. With a bias of zero it is 2^-10, about 0.1 %.",
        mistakes=(
            Mistake(
                "bias_zero",
                "That is (1/2)^10, for a bias of zero.",
                "07#the-initial-forget-bias",
                lambda: _kept(0.0),
            ),
            Mistake(
                "one_step",
                "That is what one step leaves; ten follow each other.",
                "07#the-initial-forget-bias",
                lambda: float(sigmoid(np.array(1.0))),
            ),
            Mistake(
                "carousel",
                "Nothing is lost only while f is exactly one. Here f is sigma(1).",
                "07#the-initial-forget-bias",
                lambda: 1.0,
            ),
            Mistake(
                "percent",
                "Give the share, between 0 and 1, and not per cent.",
                "07#the-initial-forget-bias",
                lambda: 100 * _kept(1.0),
            ),
        ),
        lesson="07",
        hints=("f = sigma(1) at every step.",),
    ),
    choice(
        "q_plot_stream",
        QUIZ,
        "c",
        {
            "a": "The state of A is emptied at the end of each string, so something multiplies it "
            "by nearly zero. The cell of 1997 has nothing that can.",
            "b": "B is the cell of 1997, but nothing on its carousel is below one: error dies "
            "elsewhere, in the squash.",
            "c": "Right: the state of B can only be added to. Once tanh(c) is flat, h says the "
            "same "
            "whatever comes, and the error that should enter through the flat tanh is nearly zero.",
            "d": "A large state does not help: what the others see is h, and h no longer moves.",
        },
        points=2,
        lesson="07",
        hints=("Which cell has a way to make its state smaller?",),
        kind="plot",
    ),
    choice(
        "q_outer_tanh",
        QUIZ,
        "c",
        {
            "a": "It does not stand on the carousel: the way from c to c does not pass through it.",
            "b": "A gate closes by multiplying by zero; this works for any value of c.",
            "c": "Right: with the identity in its place the cell still keeps, and still learns; "
            "published variants do so. The tanh bounds what the others see. What that is worth is "
            "a matter of measurement, and differs from task to task.",
            "d": "The candidate lies between -1 and 1, but the state is a sum of many of them and "
            "can grow far beyond.",
        },
        lesson="13",
        hints=("Leave it out. Which of the six equations break?",),
    ),
)
