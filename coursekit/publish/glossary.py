"""The words of the course: what each means, and the section of a lesson that introduces it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Term:
    """One word, its meaning, and where it is introduced: a lesson, with its heading."""

    name: str
    meaning: str
    where: str


TERMS: Final = (
    Term(
        "ablation",
        "Leaving a part out, and training again: what a net loses is what the part was for.",
        "13#Which part matters?",
    ),
    Term(
        "bootstrap",
        "Drawing again and again from the runs that one has, to see how far their mean wanders.",
        "17#The same mean, drawn again: the bootstrap",
    ),
    Term(
        "evolution strategy",
        "Mutants of one set of weights are scored, and it moves towards the better ones.",
        "15#An evolution strategy",
    ),
    Term(
        "genetic algorithm",
        "Of many sets of weights the best have children, mutated; the others are dropped.",
        "15#A genetic algorithm",
    ),
    Term(
        "policy gradient",
        "Learning from a reward: actions before a good end become likelier.",
        "15#A gradient without a teacher",
    ),
    Term(
        "pseudo-inverse",
        "What solves for output weights at once, with the least squared error.",
        "15#Solve for the output weights",
    ),
    Term(
        "adding problem",
        "Two of many numbers are marked; their sum is asked for at the end.",
        "11#The task",
    ),
    Term(
        "attractor",
        "A noun of the other number between subject and verb: it tempts to the wrong verb.",
        "16#First: number agreement",
    ),
    Term(
        "automaton",
        "States and labelled arrows; a walk from the first to the last writes a string.",
        "09#The Reber grammar",
    ),
    Term(
        "backpropagation through time, BPTT",
        "The gradient of a recurrent net, computed from the last step back to the first.",
        "02#Backpropagation through time",
    ),
    Term(
        "baseline, memory-free",
        "The score of the best predictor that sees the present input only. Beside every score.",
        "09#What forgetting costs",
    ),
    Term(
        "bias",
        "A number added to what a unit sees, whatever the input.",
        "01#The simple recurrent net",
    ),
    Term(
        "candidate, $g_t$",
        "What could be stored at this step; the input gate says how much of it is.",
        "06#The 1997 cell",
    ),
    Term(
        "cell state, $c_t$",
        "What the cell remembers. It is not seen outside: $c$ remembers, $h$ shows.",
        "08#Cell state and hidden state",
    ),
    Term(
        "clipping",
        "Shortening a gradient that is longer than a bound, its direction kept.",
        "03#Exploding gradients have a remedy",
    ),
    Term(
        "constant error carousel",
        "A linear unit whose self-weight is one: error passes through it unchanged, for ever.",
        "05#What must hold, for one unit",
    ),
    Term(
        "context layer",
        "Elman's copy of the last hidden state, an input like others.",
        "01#The simple recurrent net",
    ),
    Term(
        "continual embedded Reber grammar",
        "Strings of the embedded grammar end to end, without a mark or a reset between them.",
        "07#A stream without ends",
    ),
    Term(
        "convolutional LSTM",
        "An LSTM whose products are convolutions, for pictures.",
        "14#ConvLSTM: convolutions for products",
    ),
    Term(
        "coupled gates",
        "One gate for two jobs: what is forgotten makes room for what is stored.",
        "13#Coupled gates: make room for what comes",
    ),
    Term(
        "decay",
        "Multiplying a state by a constant below one at each step: it forgets everything, always.",
        "07#Three repairs",
    ),
    Term(
        "delta, $\\delta$",
        "The error at a pre-activation: how the loss answers to a nudge of it.",
        "02#Backpropagation through time",
    ),
    Term(
        "distractor",
        "An input that must be kept out: just as large as what counts, and without a meaning.",
        "04#The task: a latch with distractors",
    ),
    Term(
        "embedded Reber grammar",
        "Two Reber grammars between a first symbol and its repetition near the end.",
        "09#The embedded Reber grammar",
    ),
    Term(
        "Evolino",
        "Hidden weights are evolved, the read-out is solved for.",
        "15#Evolino: evolve the hidden, solve the outputs",
    ),
    Term(
        "exploding gradient",
        "An error that grows at each step back, because the factors exceed one.",
        "03#Vanishing, exploding, and the edge between",
    ),
    Term(
        "finite difference",
        "A slope measured from outside: nudge a number up and down, and compare the losses.",
        "02#A check that convicts",
    ),
    Term(
        "forget gate, $f_t$",
        "What share of the state is kept: one is the carousel, zero a fresh start.",
        "07#The forget gate",
    ),
    Term(
        "gate",
        "A factor between 0 and 1, computed at each step, that lets through or holds back.",
        "06#Multiply by a number in [0, 1]",
    ),
    Term(
        "gated recurrent unit, GRU",
        "A cell with one line for memory and output, and two gates, update and reset.",
        "13#The GRU",
    ),
    Term(
        "gradient check",
        "Comparing a gradient with finite differences, so that a wrong one is convicted.",
        "02#A check that convicts",
    ),
    Term(
        "hidden Markov model",
        "States that follow each other by chance, each of which writes symbols by chance.",
        "10#What a hidden Markov model could do",
    ),
    Term(
        "hidden state, $h_t$",
        "What a recurrent net hands to its next step; in an LSTM, what the cell shows.",
        "01#The simple recurrent net",
    ),
    Term(
        "input gate, $i_t$",
        "What share of the candidate is stored.",
        "06#The 1997 cell",
    ),
    Term(
        "Jacobian, sequential",
        "The matrix that says how a later state answers to a nudge of an earlier one.",
        "03#The sequential Jacobian",
    ),
    Term(
        "latch",
        "A task: store one marked value and hold it.",
        "04#The task: a latch with distractors",
    ),
    Term(
        "lag",
        "The number of steps between what matters and the moment it is asked for.",
        "03#The longer the lag, the fewer learn",
    ),
    Term("long-term memory", "What a net has learned: its weights.", "01#Two memories"),
    Term(
        "long-range score",
        "The share of right answers at the one step that needs the memory.",
        "09#Two scores",
    ),
    Term(
        "LSTM",
        "Long short-term memory: a carousel behind gates. In 1997 two gates, since 2000 three.",
        "07#The LSTM cell, drawn",
    ),
    Term(
        "memory block",
        "Several cells that share one pair, or triple, of gates.",
        "06#Memory blocks",
    ),
    Term(
        "NetTalk",
        "A net of 1987 that read English aloud through a window of seven letters.",
        "01#The sliding window",
    ),
    Term(
        "notes, speaker", "What the speaker sees beside a slide; in the lesson, the answers.", "00"
    ),
    Term(
        "output gate, $o_t$",
        "What share of the squashed state is shown.",
        "06#The 1997 cell",
    ),
    Term(
        "peephole",
        "A weight by which a gate sees the state of its own unit.",
        "13#Peepholes: the gates see the state",
    ),
    Term("pre-activation, net", "What a unit sees before its squash.", "03#The cell"),
    Term(
        "read-out",
        "The layer that makes predictions out of hidden states.",
        "01#The simple recurrent net",
    ),
    Term(
        "real-time recurrent learning, RTRL",
        "The same gradient as BPTT, carried forward in time: no past to keep, far more work.",
        "02#Real-time recurrent learning",
    ),
    Term(
        "Reber grammar",
        "An automaton of 1967 that writes strings of seven symbols.",
        "09#The Reber grammar",
    ),
    Term(
        "reset gate, $r_t$",
        "In a GRU: how much of the past the candidate may see.",
        "13#One line, two gates",
    ),
    Term(
        "saturated",
        "Of a unit: so far out that its slope is close to nothing.",
        "03#The slope is small",
    ),
    Term(
        "short-term memory",
        "What recent inputs have left in the activity of a net.",
        "01#Two memories",
    ),
    Term(
        "simple recurrent network, SRN",
        "Elman's net: a hidden layer that reads the input and its own last state.",
        "01#The simple recurrent net",
    ),
    Term(
        "sliding window",
        "A fixed number of recent inputs, shown to a net without memory.",
        "01#The sliding window",
    ),
    Term(
        "softmax",
        "Numbers made into probabilities: positive, with sum one.",
        "01#The simple recurrent net",
    ),
    Term(
        "spatial and temporal term",
        "The two parts of an error: from the layer above, and from the next step.",
        "02#The spatial and the temporal term",
    ),
    Term(
        "spectral norm, $|U|$",
        "The most by which a matrix stretches any vector.",
        "03#A bound",
    ),
    Term("spectral radius", "The size of the largest eigenvalue of a matrix.", "03#Explore it"),
    Term(
        "squashing function",
        "A function that presses all numbers into an interval: the logistic, tanh.",
        "03#The cell",
    ),
    Term(
        "state diagram",
        "The states that a trained net visits, with the symbols that lead on.",
        "12#State diagrams",
    ),
    Term(
        "stream",
        "A sequence without ends: nobody tells where a part begins.",
        "07#A stream without ends",
    ),
    Term(
        "temporal order problem",
        "Which of X and Y came first, and second, far apart.",
        "12#The task",
    ),
    Term(
        "T-maze",
        "A sign at the start tells which way to turn at the end of a corridor.",
        "15#A maze with a sign",
    ),
    Term(
        "tree-LSTM",
        "An LSTM in which a node reads its children in place of the step before.",
        "14#Tree-LSTM, child-sum form",
    ),
    Term(
        "truncated backpropagation",
        "A gradient that looks back a fixed number of steps.",
        "02#Truncation: a choice",
    ),
    Term(
        "truncated rule",
        "The learning rule of 1997: error that leaves a cell through a gate is dropped.",
        "06#Cut what comes back",
    ),
    Term(
        "two-sequence problem",
        "The class is said at the start, noise follows on the same line, the class is asked for.",
        "03#Exploding gradients have a remedy",
    ),
    Term(
        "unrolled",
        "Of a recurrent net: drawn, or computed, with one copy for each time step.",
        '01#Unrolled over "the cat sat"',
    ),
    Term(
        "update gate, $z_t$",
        "In a GRU: what share of the new candidate is taken.",
        "13#One line, two gates",
    ),
    Term(
        "vanishing gradient",
        "An error that shrinks at each step back, until nothing of it arrives.",
        "03#Vanishing, exploding, and the edge between",
    ),
    Term(
        "weight conflict",
        "One weight asked to do two jobs: let in and keep out, or hold back and bring out.",
        "04#Two jobs for one weight",
    ),
)


def page(links: Mapping[str, str]) -> str:
    """The glossary as a page.

    Args:
        links: for each `where` of a term, what leads there.
    """
    lines = [
        "# Glossary",
        "",
        "Written by `python -m coursekit.publish.pages` from `coursekit/publish/glossary.py`.",
        "Letters are in the [notation](notation.md), works in the [bibliography](bibliography.md).",
        "",
    ]
    for term in sorted(TERMS, key=lambda term: term.name.lower()):
        lines.append(f"- **{term.name}**: {term.meaning} ({links[term.where]})")
    return "\n".join(lines) + "\n"
