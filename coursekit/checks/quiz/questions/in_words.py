"""The questions that a person marks, with what earns the points."""

from coursekit.checks.quiz.questions import QUIZ
from coursekit.checks.spec import OpenQuestion

OPEN = (
    OpenQuestion(
        "q_nettalk",
        QUIZ,
        "How was text fed to NetTalk, and what was the target?",
        (
            (1, "A window of seven consecutive letters that slides over the text letter by letter"),
            (
                1,
                "One-hot coding: 29 units for each place (26 letters and 3 for punctuation and "
                "boundaries), so 7 x 29 = 203 inputs",
            ),
            (
                1,
                "Target: the phoneme of the letter in the centre (26 outputs: articulatory "
                "features "
                "and stress); the three letters on each side are context only",
            ),
            (
                1,
                "A limit that follows: nothing outside the window can matter; or: equal letters at "
                "different places have separate weights",
            ),
        ),
    ),
    OpenQuestion(
        "q_context",
        QUIZ,
        "What is the role of the context layer in an Elman network?",
        (
            (1, "It holds a copy of the hidden layer of the step before, one to one, not learned"),
            (1, "It is read by the hidden layer, beside the input, through learned weights"),
            (
                1,
                "So it is the network's short-term memory: the hidden layer answers to the input "
                "in "
                "the light of what came before; what is kept there is itself learned",
            ),
        ),
    ),
    OpenQuestion(
        "q_draw_lstm",
        QUIZ,
        "Draw an LSTM cell and write its equations.",
        (
            (1, "Drawing: x_t and h_{t-1} go into each of the three gates and into the candidate"),
            (
                1,
                "Drawing: the state's line from c_{t-1} to c_t has one product (f) and one sum "
                "(i g), and no weight and no squash",
            ),
            (
                1,
                "Drawing: c_t goes through tanh and the product with o to h_t, and h_t goes on to "
                "the next step",
            ),
            (
                2,
                "Equations of i, f, o: sigma of W x + U h + b, each with its own weights (one "
                "point "
                "if a single term is wrong)",
            ),
            (1, "Candidate: tanh of the same form, with its own weights"),
            (1, "c_t = f_t c_{t-1} + i_t g_t, products element by element"),
            (1, "h_t = o_t tanh(c_t)"),
        ),
    ),
    OpenQuestion(
        "q_draw_gru",
        QUIZ,
        "Draw a GRU and write its equations.",
        (
            (
                1,
                "Drawing: x_t and h_{t-1} go into both gates; r acts on h_{t-1} on its way into "
                "the "
                "candidate",
            ),
            (1, "Drawing: z weighs candidate against h_{t-1}; one state only"),
            (2, "Equations of z and r: sigma of W x + U h + b, each with its own weights"),
            (
                1,
                "Candidate: tanh(W x + U (r h_{t-1}) + b); r after the product is right as well "
                "where the answer says so",
            ),
            (
                1,
                "h_t = (1 - z) h_{t-1} + z g; the opposite convention is right as well where the "
                "answer says which one it uses",
            ),
        ),
    ),
    OpenQuestion(
        "q_long_range",
        QUIZ,
        "What is the problem of long-range dependencies, and how do a sliding window, an SRN, an "
        "LSTM and a GRU deal with it?",
        (
            (
                1,
                "The problem: what matters now was read many steps ago, with other input in "
                "between",
            ),
            (
                2,
                "Why it is hard to learn: error on its way back is multiplied by a Jacobian at "
                "each "
                "step, so it vanishes (or explodes) with the lag; expressible is not learnable",
            ),
            (
                1,
                "Sliding window: sees what lies inside the window and nothing else; a longer "
                "window "
                "needs more weights, and its length must be known beforehand",
            ),
            (
                2,
                "SRN: no limit in principle; in practice the state is overwritten at each step and "
                "the gradient vanishes after some ten steps",
            ),
            (
                2,
                "LSTM: state with a self-connection of one (or f), so that error flows unchanged; "
                "gates decide what is stored, kept and shown, and end the weight conflict",
            ),
            (
                1,
                "GRU: the same idea, h kept by 1 - z near one; one state, fewer weights, no output "
                "gate",
            ),
            (
                1,
                "A limit of the gated cells: f below one still decays, the full gradient also goes "
                "through gates, capacity is finite, or the 1997 cell cannot empty itself",
            ),
        ),
    ),
)
