"""Every plot and diagram of the lessons, drawn from computed values.

Each function takes plain arrays and, as `ax`, the axes to draw on; without `ax` it makes axes of
slide size. It returns the axes, and shows nothing: hand them to `show`.

    from coursekit import figures, show

    ax = figures.gradient_norms(lags, norms, label="tanh", bound=bound)
    show(ax, alt="the norm falls by six orders of magnitude over 50 steps")

    figure, (left, right) = figures.axes(columns=2, size=(11, 4.8))   # two beside each other

Show and lay out
    show(figure_or_ax, *, alt, caption=None)      HTML with alt text; closes the figure
    axes(rows=1, columns=1, size=(10, 4.8))       -> (figure, ax or array of axes); inches, 96 px
    equations(cell)                               typeset from the cell's docstring
    style.GATE_COLOURS, style.GATE_STYLES         one look for each letter i f o g c h z r
    style.dress(ax, xlabel, ylabel, title)        labels in letters for the back row

Curves (a thin line for each seed, a thick one for the median; a band over 150 points)
    squashing_and_derivative(net, value, derivative, *, name, ax)
    gradient_norms(lags, norms (seeds, lags), *, label, bound=None, bound_label,
                   ylabel, ax)
    regimes(lags, {label: (seeds, lags)}, *, ylabel, ax)
    score_against_lag(lags, scores (seeds, lags), *, label, baseline=None, baseline_label,
                      xlabel, ylabel, ax)
    learning_curves({label: (seeds, points)}, *, steps=None, baseline=None, baseline_label,
                    xlabel, ylabel, log=False, ax)

Scores
    compare_scores({label: (seeds,)}, *, baseline=None, baseline_label, ylabel, ax)
    length_distribution(counts, probability=None, *, ax)    index = length of the string
    unit_activity(rates (units,), *, labels=None, ax)       slowest unit first

The gradient taken apart
    pulls_on_weight({label: (seeds, points)}, *, steps=None, ylabel, ax)
    contributions_by_time((time,) or (points, time), *, steps=None, ylabel, ax)
    error_flow(errors (points, time), *, steps=None, label, ax)    |dL/dc_t| through training
    entries_against(first, second, *, xlabel, ylabel, ax)          full against truncated
    error_terms(above (time,), later (time,), *, title=None, ax)   spatial and temporal norms

What a gradient costs, and how exact it is
    growth(sizes, {label: (points,)}, *, xlabel, ylabel, ax)       log-log; x times a doubling
    difference_errors(steps, {label: (points,)}, *, ax)            finite differences

Solutions that nets find
    marked_values(values, marks, *, ax)                     one sequence of the adding problem
    number_in_state(numbers, {label: (sequences,)}, *, xlabel, ylabel, ax)
    state_diagram({word: (sequences, 2)}, *, start, xlabel, ylabel, ax)

One sequence
    gate_traces(symbols, {"i": (time,), "c": ...}, *, ylabel, ax)
    state_heatmap(values (time, units), *, symbols=None, label="c_t", ax)
    stream_state(states (time, units), boundaries, *, ylabel, limit=None, ax)
    gates_by_hand(candidates, {"i": (time,), ...}, c, h, *, title, ax)
    gated_signal(signal, gate, gated, *, names, letter="i", ax)
    predictions(symbols, probabilities (time, 7), legal, *, alphabet, long_range=None, ax)
    task_examples(signals (count, time), labels, *, relevant=None, ylabel, ax)

Pictures and trees
    films({label: (time, rows, columns)}, *, first=1, marked=None, ax)
    expression_tree(tree, words, values=None, *, ax)

Applications (lesson 16)
    application_map(entries, *, years=(2000, 2019), ax)     what needed memory, when, and why
    forecasts(series, {label: (time,)}, *, start=0, marks=None, ylabel, ax)
    rhythms({label: (time, voices)}, *, voices, bar, right=None, ax)

Matrices
    matrix(values, *, label, title=None, ax)
    eigenvalues(values (units, units), *, title=None, ax)

Diagrams (of slide size without `ax`; two beside each other are too small for the back row)
    cell_diagram(name, *, ax)   diagram_alt(name)           any cell, "stack", "memory_block"
    unrolled_diagram(name, words, *, ax)   unrolled_alt(name, words)
    build_up(stage, *, ax)   build_up_alt(stage)   from the plain net (0) to the LSTM (7)
    elman_diagram(*, squash="tanh", ax)   carousel_diagram(*, ax)
    lstm_1997_diagram(*, cut=False, ax)   lstm_diagram(*, ax)
    unrolled(cell="elman", steps=4, *, words=None, ax)
    error_path(steps=5, *, cell="elman", ax)
    memory_block_network(blocks=2, cells=2, *, inputs=5, outputs=5, ax)
    window_network(text, centre, *, ax)                     NetTalk: a window over seven letters
    context_network(*, ax)                                  Elman's net, context layer and all
    error_terms_diagram(*, ax)      two layers, three steps, the two terms at one unit
    course_map([(number, title, minutes)], [(exercise, after)], *, ax)
    dependency(words, source, target, *, note="", ax)       a sentence with an arc
    weight_conflict(kind="input" or "output", *, ax)        one weight, two jobs
    reber_automaton(string="", *, ax)   embedded_reber_automaton(string="", *, ax)
"""

from coursekit.figures import style
from coursekit.figures.application_map import application_map
from coursekit.figures.automata import embedded_reber_automaton, reber_automaton
from coursekit.figures.build_up import build_up, build_up_alt
from coursekit.figures.by_hand import gates_by_hand
from coursekit.figures.cell_diagrams import (
    carousel_diagram,
    elman_diagram,
    lstm_1997_diagram,
    lstm_diagram,
)
from coursekit.figures.course_map import course_map
from coursekit.figures.curves import (
    gradient_norms,
    learning_curves,
    regimes,
    score_against_lag,
    squashing_and_derivative,
)
from coursekit.figures.diagrams import (
    cell_diagram,
    diagram_alt,
    unrolled_alt,
    unrolled_diagram,
)
from coursekit.figures.equations import equations
from coursekit.figures.error_terms import error_terms, error_terms_diagram
from coursekit.figures.expression_trees import expression_tree
from coursekit.figures.forecasts import forecasts
from coursekit.figures.frames import films
from coursekit.figures.growth import difference_errors, growth
from coursekit.figures.layers import context_network, window_network
from coursekit.figures.matrices import eigenvalues, matrix
from coursekit.figures.networks import error_path, memory_block_network, unrolled
from coursekit.figures.pulls import (
    contributions_by_time,
    entries_against,
    error_flow,
    pulls_on_weight,
)
from coursekit.figures.rhythms import rhythms
from coursekit.figures.scores import compare_scores, length_distribution, unit_activity
from coursekit.figures.sequences import gated_signal, predictions, task_examples
from coursekit.figures.show import picture, png, show
from coursekit.figures.sketches import dependency, weight_conflict
from coursekit.figures.solutions import marked_values, number_in_state, state_diagram
from coursekit.figures.style import axes
from coursekit.figures.traces import gate_traces, state_heatmap, stream_state
from coursekit.figures.tree_diagrams import memory_block_diagram

__all__ = [
    "application_map",
    "axes",
    "build_up",
    "build_up_alt",
    "carousel_diagram",
    "cell_diagram",
    "compare_scores",
    "context_network",
    "contributions_by_time",
    "course_map",
    "dependency",
    "diagram_alt",
    "difference_errors",
    "eigenvalues",
    "elman_diagram",
    "embedded_reber_automaton",
    "entries_against",
    "equations",
    "error_flow",
    "error_path",
    "error_terms",
    "error_terms_diagram",
    "expression_tree",
    "films",
    "forecasts",
    "gate_traces",
    "gated_signal",
    "gates_by_hand",
    "gradient_norms",
    "growth",
    "learning_curves",
    "length_distribution",
    "lstm_1997_diagram",
    "lstm_diagram",
    "marked_values",
    "matrix",
    "memory_block_diagram",
    "memory_block_network",
    "number_in_state",
    "picture",
    "png",
    "predictions",
    "pulls_on_weight",
    "reber_automaton",
    "regimes",
    "rhythms",
    "score_against_lag",
    "show",
    "squashing_and_derivative",
    "state_diagram",
    "state_heatmap",
    "stream_state",
    "style",
    "task_examples",
    "unit_activity",
    "unrolled",
    "unrolled_alt",
    "unrolled_diagram",
    "weight_conflict",
    "window_network",
]
