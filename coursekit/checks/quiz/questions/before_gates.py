"""Part 1: windows, context layers, and the gradient that vanishes."""

import numpy as np

from coursekit.checks.quiz import choice, choices, equation, graph, number
from coursekit.checks.quiz.questions import QUIZ
from coursekit.checks.spec import Mistake

_MATRIX = {"U": (3, 3), "D_t": (3, 3), "D_prev": (3, 3)}

_NORM, _STEPS = 2.0, 10


def _bound() -> float:
    net = np.linspace(-8, 8, 1601)
    slope = np.max(np.exp(-net) / (1 + np.exp(-net)) ** 2)
    return float((slope * _NORM) ** _STEPS)


def _decay() -> float:
    from coursekit.figures.quiz_plots import jacobian_norms

    norms = jacobian_norms()["D"]
    return float((norms[-1] / norms[0]) ** (1 / (len(norms) - 1)))


CHECKS = (
    graph(
        "q_edges_elman",
        QUIZ,
        [("input", "hidden"), ("context", "hidden"), ("hidden", "output"), ("hidden", "context")],
        {"input": (0, 0), "context": (2.5, 0), "hidden": (1.2, 1.5), "output": (1.2, 3)},
        why="Three of the arrows carry learned weights. The fourth, hidden to context, is a copy "
        "made after each step, so that the context holds h of the step before.",
        known={
            ("input", "output"): "in this network input reaches the output through hidden only",
            ("context", "output"): "the context is read by the hidden layer only",
            ("output", "context"): "that is a Jordan network; Elman copies the hidden layer",
            ("hidden", "hidden"): "the loop is there, but drawn by way of the context layer",
            ("input", "context"): "the context holds a copy of the hidden layer, not of the input",
            ("context", "context"): "the context has no memory of its own; it is overwritten",
        },
        lesson="01",
        hints=("One arrow is a copy and has no learned weights.",),
    ),
    equation(
        "q_jacobian_h",
        QUIZ,
        "D_t @ U",
        _MATRIX,
        why="h_t = f(net_t) and net_t = U h_{t-1} + ...: the outer function stands left, so its "
        "slope at this step, D_t, stands left of U.",
        mistakes=(
            Mistake(
                "jacobian_of_net",
                "This is the Jacobian of the pre-activation, d net_t / d net_{t-1}. "
                "Between h and h, the slope of this step comes after U.",
                "03#which-factor-comes-first",
                lambda: "U @ D_prev",
            ),
            Mistake(
                "order",
                "The right two matrices, in the wrong order: they do not commute. U acts first on "
                "h_{t-1}, so it stands right.",
                "03#which-factor-comes-first",
                lambda: "U @ D_t",
            ),
            Mistake(
                "slope_too_early",
                "The slope is taken one step too early: h_t = f(net_t), so it is the slope at "
                "net_t that counts.",
                "03#which-factor-comes-first",
                lambda: "D_prev @ U",
            ),
            Mistake(
                "elementwise",
                "* multiplies element by element; two matrices follow each other by @.",
                "03#the-chain-rule-multiplies",
                lambda: "D_t * U",
            ),
            Mistake(
                "no_slope", "The slope of f is missing.", "03#which-factor-comes-first", lambda: "U"
            ),
        ),
        lesson="03#which-factor-comes-first",
        hints=("Write h_t as a function of net_t, and net_t as a function of h_{t-1}.",),
    ),
    equation(
        "q_jacobian_net",
        QUIZ,
        "U @ D_prev",
        _MATRIX,
        why="net_t = U f(net_{t-1}) + ...: first the slope at the earlier step, then U.",
        mistakes=(
            Mistake(
                "jacobian_of_h",
                "This is d h_t / d h_{t-1}. Between the pre-activations, the slope belongs to the "
                "earlier step and acts first.",
                "03#which-factor-comes-first",
                lambda: "D_t @ U",
            ),
            Mistake(
                "slope_too_late",
                "The order is right, the time is not: from net_{t-1} one goes through "
                "f(net_{t-1}) first.",
                "03#which-factor-comes-first",
                lambda: "U @ D_t",
            ),
            Mistake(
                "elementwise",
                "* multiplies element by element; two matrices follow each other by @.",
                "03#the-chain-rule-multiplies",
                lambda: "U * D_prev",
            ),
            Mistake(
                "no_slope", "The slope of f is missing.", "03#which-factor-comes-first", lambda: "U"
            ),
            Mistake(
                "order",
                "The right two matrices, in the wrong order: the slope acts first, so it stands "
                "right.",
                "03#which-factor-comes-first",
                lambda: "D_prev @ U",
            ),
        ),
        lesson="03",
        hints=("Write net_t as a function of h_{t-1}, and h_{t-1} as a function of net_{t-1}.",),
    ),
    choices(
        "q_bound_claims",
        QUIZ,
        "ac",
        {
            "a": "Right: the slope is at most 1/4, so one step is at most |U|/4, and n steps at "
            "most its n-th power.",
            "b": "1/4 bounds the slope alone. Times U it is at most |U|/4; \u201cat most 1/4\u201d "
            "needs |U| of at most 1.",
            "c": "Right: then |U|/4 is below one, and its powers fall to zero, whatever the net "
            "reads.",
            "d": "An upper bound above one promises nothing. The slope can be far below 1/4, and "
            "the norm of a product can be far below the product of the norms.",
            "e": "tanh has slope one at zero, so its bound is |U| and not |U|/4.",
        },
        lesson="03",
        hints=("An upper bound can prove that something vanishes. Can it prove that it explodes?",),
    ),
    number(
        "q_bound_value",
        QUIZ,
        _bound,
        rtol=0.02,
        why="(2/4)^10 = 1/1024: a tenth of a per cent of the error is left, at best, after ten "
        "steps.",
        mistakes=(
            Mistake(
                "slope_only",
                "That is (1/4)^10, the slopes alone; each step also multiplies by U.",
                "03#a-bound",
                lambda: 0.25**_STEPS,
            ),
            Mistake(
                "weights_only",
                "That is |U|^10, the weights alone; each step also multiplies by a slope.",
                "03#a-bound",
                lambda: _NORM**_STEPS,
            ),
            Mistake(
                "tanh_for_logistic",
                "That would hold with a slope of at most one, as for tanh with |U| = 1; the "
                "logistic's slope is at most 1/4.",
                "03#a-bound",
                lambda: 1.0,
            ),
            Mistake(
                "one_step",
                "That is the bound of one step; ten follow each other.",
                "03#a-bound",
                lambda: _NORM / 4,
            ),
        ),
        lesson="03",
        hints=(
            "What is the largest slope of the logistic function?",
            "Each step multiplies by at most the slope times |U|; take ten of them.",
        ),
    ),
    choice(
        "q_plot_norms",
        QUIZ,
        "c",
        {
            "a": "A neither grows nor falls: U is orthogonal, and both its norm and its spectral "
            "radius are one. This is the knife edge.",
            "b": "B grows at every step and never turns, so the spectral radius is above one.",
            "c": "C rises first, so the norm of U is above one, and falls in the end, so the "
            "spectral radius is below one. The norm says what one step can do; the spectral radius "
            "says what many steps do.",
            "d": "D falls from the first step on, so the norm of U is below one already.",
        },
        points=2,
        lesson="03",
        hints=("The first step shows the norm of U, the far end its spectral radius.",),
        kind="plot",
    ),
    number(
        "q_plot_factor",
        QUIZ,
        _decay,
        atol=0.02,
        why="On a logarithmic axis, a factor for each step is a straight line: from 10^0 to about "
        "10^-4 in 40 steps is 10^(-4/40), near 0.8.",
        mistakes=(
            Mistake(
                "what_is_lost",
                "That is the share that each step takes away; the factor is what it leaves.",
                "03#where-does-it-turn",
                lambda: 0.2,
            ),
            Mistake(
                "all_steps",
                "That is what is left after forty steps; one step leaves the fortieth root of it.",
                "03#where-does-it-turn",
                lambda: 0.8**40,
            ),
            Mistake(
                "difference",
                "That is the slope of the line in powers of ten for each step; the factor is "
                "ten to that power.",
                "03#where-does-it-turn",
                lambda: -0.0969,
            ),
        ),
        points=2,
        lesson="03",
        hints=(
            "Read the value at two lags. By what factor do they differ, over how many steps?",
            "If n steps multiply by F, one step multiplies by F**(1/n).",
        ),
        kind="plot",
    ),
)
