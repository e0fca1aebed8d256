# %% [markdown]
# # Quiz: recurrent networks
#
# **What it asks.** Thirty-one questions that are graded at once (letters, numbers, equations,
# diagrams as lists of arrows, and plots that this notebook draws), and five that you answer in
# words or with a drawing and that a person marks.
#
# **Time.** About 120 minutes; each part stands alone.
#
# | part | questions | minutes | lessons you need |
# |---|---|---|---|
# | 1 before the gates | 9 | 30 | 01, 03 |
# | 2 the LSTM cell | 15 | 45 | 04, 05, 06, 07 (for question 24 also 13) |
# | 3 Reber grammars | 5 | 20 | 09 |
# | 4 the GRU | 6 | 20 | 13 |
#
# The last question, on long-range dependencies, looks back on all of them.
#
# **How to answer.** Replace `None` in the cell under a question, run that cell, then run the cell
# that checks it. You are told at once what is right, and why. `hint("q_1997")` gives a hint for
# the question of that name, one step further at each call. You may check as often as you like.
#
# **Letters** are those of the lessons: $x_t$ is the input, $h_t$ the output of a cell, $c_t$ its
# state; $i, f, o$ are the gates, $g$ is the candidate; $W$ are the weights from the input, $U$ those
# from $h_{t-1}$, $b$ is the bias; net is the pre-activation, $\sigma$ the logistic function. $|U|$
# is the largest factor by which $U$ stretches a vector.

# %%
from coursekit import check, hint, show
from coursekit.figures import quiz_plots

hint("q_1997")

# %% [markdown]
# ## Part 1: before the gates
#
# ### 1. NetTalk
#
# NetTalk read English aloud. In your own words: **how was the text fed to the network, and what
# was the target?** Name one thing that follows from this way of feeding it. (4 points, marked by a
# person; five sentences are enough.)

# %% [markdown] open="q_nettalk"
# NetTalk sees a **window of seven letters** that slides over the text, one letter at a time. Each
# place of the window is coded one-hot by 29 units (26 letters, and 3 for punctuation and
# boundaries), so there are 7 x 29 = 203 inputs. The **target is the phoneme of the letter in the
# centre**, given as 26 outputs (articulatory features, stress and syllable boundaries); the three
# letters on each side are context only.
#
# It follows that a letter outside the window cannot matter, whatever the network learns: the
# memory is the window. It also follows that the same letter has separate weights in each of the
# seven places, so what is learned about it in one place is not known in another.

# %% [markdown]
# ### 2. The context layer
#
# **What is the role of the context layer in an Elman network?** What does it hold, who reads it,
# which of its connections are learned? (3 points, marked by a person.)

# %% [markdown] open="q_context"
# The context layer holds a **copy of the hidden layer of the step before**, unit by unit. The
# copying is fixed; nothing in it is learned. At the next step the hidden layer **reads the context
# beside the input**, through weights that are learned like all others.
#
# So the context layer is the network's short-term memory: the same input can be answered
# differently, depending on what came before. What is worth keeping in it is not given; the hidden
# layer has to learn a code for the past, and the gradient has to say so. In the letters of this
# course the context is $h_{t-1}$, and $U$ are the weights that read it.

# %% [markdown]
# ### 3. The arrows of an Elman network
#
# The nodes are `input`, `context`, `hidden`, `output`. Write all arrows as pairs (from, to),
# the copy included, in a list such as `[("input", "output"), ...]`. The check draws your graph.

# %% answer="q_edges_elman"
q_edges_elman = None  # a list of pairs (from, to)
### BEGIN SOLUTION
q_edges_elman = [
    ("input", "hidden"),
    ("context", "hidden"),
    ("hidden", "output"),
    ("hidden", "context"),
]
### END SOLUTION

# %% check="q_edges_elman"
check("q_edges_elman", q_edges_elman)

# %% [markdown]
# ### 4. One step back, from h to h
#
# In a plain recurrent network, $h_t = f(\mathrm{net}_t)$ and
# $\mathrm{net}_t = W x_t + U h_{t-1} + b$. Write
# $\partial h_t / \partial h_{t-1}$ with the names `U`, `D_t` $= \mathrm{diag}(f'(\mathrm{net}_t))$
# and `D_prev` $= \mathrm{diag}(f'(\mathrm{net}_{t-1}))$.
#
# Equations are text in quotes. `*` multiplies element by element, `@` is the matrix product;
# `+ - / **`, brackets, numbers and `sigma(...)`, `tanh(...)`, `exp(...)` may be used. Any form that
# is equal as mathematics is right.

# %% answer="q_jacobian_h"
q_jacobian_h = None  # an equation as text, its right-hand side only
### BEGIN SOLUTION
q_jacobian_h = "D_t @ U"
### END SOLUTION

# %% check="q_jacobian_h"
check("q_jacobian_h", q_jacobian_h)

# %% [markdown]
# ### 5. One step back, from net to net
#
# With the same names, write $\partial\,\mathrm{net}_t / \partial\,\mathrm{net}_{t-1}$.

# %% answer="q_jacobian_net"
q_jacobian_net = None  # an equation as text, its right-hand side only
### BEGIN SOLUTION
q_jacobian_net = "U @ D_prev"
### END SOLUTION

# %% check="q_jacobian_net"
check("q_jacobian_net", q_jacobian_net)

# %% [markdown]
# ### 6. What the bound says
#
# A plain recurrent network with **logistic** units. Which of these hold, for every input? Give a
# list of letters; several are right.
#
# - **a** Over $n$ steps, the norm of $\partial h_t / \partial h_{t-n}$ is at most $(|U|/4)^n$.
# - **b** At each step the error shrinks to a quarter or less, whatever $U$ is.
# - **c** If $|U| < 4$, the norm of $\partial h_t / \partial h_{t-n}$ goes to zero as $n$ grows.
# - **d** If $|U| > 4$, the error explodes.
# - **e** With tanh in place of the logistic function, the same bound $(|U|/4)^n$ holds.

# %% answer="q_bound_claims"
q_bound_claims = None  # a list of letters, such as ["a"]
### BEGIN SOLUTION
q_bound_claims = ["a", "c"]
### END SOLUTION

# %% check="q_bound_claims"
check("q_bound_claims", q_bound_claims)

# %% [markdown]
# ### 7. The bound in numbers
#
# Logistic units, $|U| = 2$, ten steps. What is the largest norm that
# $\partial h_t / \partial h_{t-10}$ can have, by the bound? (Within 2 %; you may write an
# expression.)

# %% answer="q_bound_value"
q_bound_value = None  # a number
### BEGIN SOLUTION
q_bound_value = (2 / 4) ** 10
### END SOLUTION

# %% check="q_bound_value"
check("q_bound_value", q_bound_value)

# %% [markdown]
# ### 8. Four networks at rest
#
# Four plain recurrent tanh networks of four units get no input and rest at zero, where the slope
# of tanh is one. The plot shows the norm of $\partial h_n / \partial h_0$ of each, measured through
# the course's own cell.

# %%
show(
    quiz_plots.plot_jacobian_norms(),
    alt="Norm of dh_n / dh_0 on a logarithmic axis, for lags 1 to 40. A stays at 1. B rises along "
    "a straight line from 1.08 to about 22. C begins near 1.8, climbs to about 18 at lag 9, then "
    "falls to about 0.03. D falls along a straight line from 0.8 to about 0.00013.",
)

# %% [markdown]
# Which network has $|U| > 1$ and yet a spectral radius below one?
#
# - **a** network A
# - **b** network B
# - **c** network C
# - **d** network D

# %% answer="q_plot_norms"
q_plot_norms = None  # a letter, such as "a"
### BEGIN SOLUTION
q_plot_norms = "c"
### END SOLUTION

# %% check="q_plot_norms"
check("q_plot_norms", q_plot_norms)

# %% [markdown]
# ### 9. Reading a factor from the plot
#
# In the same plot, by which factor does curve D shrink **at each step**? (Within 0.02.)

# %% answer="q_plot_factor"
q_plot_factor = None  # a number
### BEGIN SOLUTION
q_plot_factor = (1.3e-4 / 0.8) ** (1 / 39)
### END SOLUTION

# %% check="q_plot_factor"
check("q_plot_factor", q_plot_factor)

# %% [markdown]
# ## Part 2: the LSTM cell
#
# ### 10. Pulls on one weight
#
# A single carousel cell ($c_t = c_{t-1} + w x_t$, no gates) should end with $c_8 = 1$: it should
# keep the signal of step 1 and not care for the rest, which is noise. The plot takes the gradient
# $dL/dw$ apart: each bar is what one time step adds to it.

# %%
show(
    quiz_plots.plot_pulls(),
    alt="Bars over eight time steps: step 1 with input 1 adds about -1.3, step 3 with input -0.55 "
    "adds about +0.7, step 6 with input -0.75 adds about +1.0, step 8 with input -0.35 adds about "
    "+0.5; the other steps have input 0 and add nothing.",
)

# %% [markdown]
# What does one step of gradient descent do to $w$?
#
# - **a** It grows: the longest bar is negative, and the longest bar decides.
# - **b** It shrinks, although the signal asks for a larger weight.
# - **c** It stays: the pulls cancel.
# - **d** The weight of step 1 grows, and the weights of steps 3, 6 and 8 shrink.

# %% answer="q_plot_pulls"
q_plot_pulls = None  # a letter
### BEGIN SOLUTION
q_plot_pulls = "b"
### END SOLUTION

# %% check="q_plot_pulls"
check("q_plot_pulls", q_plot_pulls)

# %% [markdown]
# ### 11. State and output
#
# For ten steps a cell's state has been $c = 3$, and its output gate has been $o = 0$. What do the
# other units get from this cell?
#
# - **a** 3
# - **b** $\tanh(3)$, about 0.995
# - **c** 0
# - **d** It depends on the forget gate.

# %% answer="q_state_or_output"
q_state_or_output = None  # a letter
### BEGIN SOLUTION
q_state_or_output = "c"
### END SOLUTION

# %% check="q_state_or_output"
check("q_state_or_output", q_state_or_output)

# %% [markdown]
# ### 12. What the output gate protects
#
# Whom does the output gate protect, and from what?
#
# - **a** The state, from inputs that do not matter.
# - **b** The other units, from a state that does not matter to them yet.
# - **c** The error in the carousel, from vanishing.
# - **d** The state, from growing without bound.

# %% answer="q_output_gate"
q_output_gate = None  # a letter
### BEGIN SOLUTION
q_output_gate = "b"
### END SOLUTION

# %% check="q_output_gate"
check("q_output_gate", q_output_gate)

# %% [markdown]
# ### 13. The cell of 1997
#
# In the LSTM of the 1997 paper, what multiplies $c_{t-1}$ on its way to $c_t$?
#
# - **a** The fixed number one.
# - **b** A forget gate, learned like the other gates.
# - **c** $1 - i_t$: what the input gate leaves.
# - **d** A fixed number a little below one.

# %% answer="q_1997"
q_1997 = None  # a letter
### BEGIN SOLUTION
q_1997 = "a"
### END SOLUTION

# %% check="q_1997"
check("q_1997", q_1997)

# %% [markdown]
# ### 14. Draw an LSTM
#
# **Draw an LSTM cell (with forget gate, without peepholes) and write its six equations.** Drag a
# photograph or a picture of your drawing into the cell below while you edit it, or draw with
# letters, or describe each arrow in words. (8 points, marked by a person.)

# %% [markdown] open="q_draw_lstm"
# ```text
#                                         h_t (to the read-out,
#                                          ^   and to the next step)
#                                          |
#                                 o_t --> (x)
#                                          |
#                                        tanh
#                                          |
#  c_{t-1} ------> (x) -------> (+) -------+---------------> c_t
#                   ^            ^
#                   |            |
#                  f_t          (x) <-- g_t
#                                ^
#                                |
#                               i_t
#
#  x_t and h_{t-1} go into each of f_t, i_t, g_t and o_t
# ```
#
# $$\begin{aligned}
# i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i) \\
# f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f) \\
# o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o) \\
# g_t &= \tanh(W_g x_t + U_g h_{t-1} + b_g) \\
# c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
# h_t &= o_t \odot \tanh(c_t)
# \end{aligned}$$
#
# The state's line meets one product and one sum, and no weight and no squash. All products of two
# letters are element by element.

# %% [markdown]
# ### 15. The new state
#
# The names are `i`, `f`, `o` (gates), `g` (the candidate, after its tanh), `c_prev`, `h_prev`; all
# are vectors of the same length. Write $c_t$ for the LSTM of today.

# %% answer="q_eq_state"
q_eq_state = None  # an equation as text, its right-hand side only
### BEGIN SOLUTION
q_eq_state = "f * c_prev + i * g"
### END SOLUTION

# %% check="q_eq_state"
check("q_eq_state", q_eq_state)

# %% [markdown]
# ### 16. The output
#
# Write $h_t$ with the names `o`, `c` (the new state), `c_prev`, `h_prev`.

# %% answer="q_eq_output"
q_eq_output = None  # an equation as text, its right-hand side only
### BEGIN SOLUTION
q_eq_output = "o * tanh(c)"
### END SOLUTION

# %% check="q_eq_output"
check("q_eq_output", q_eq_output)

# %% [markdown]
# ### 17. The arrows of an LSTM cell
#
# The nodes are `x`, `h_prev`, `f`, `i`, `g`, `o`, `c_prev`, `c`, `h`. An arrow means: stands on the
# right-hand side of its equation. The step from `h` to the next `h_prev` is not drawn. The cell has
# no peepholes.

# %% answer="q_edges_lstm"
q_edges_lstm = None  # a list of pairs (from, to)
### BEGIN SOLUTION
q_edges_lstm = [
    (source, letter) for letter in "ifgo" for source in ("x", "h_prev")
]
q_edges_lstm += [
    ("c_prev", "c"),
    ("f", "c"),
    ("i", "c"),
    ("g", "c"),
    ("c", "h"),
    ("o", "h"),
]
### END SOLUTION

# %% check="q_edges_lstm"
check("q_edges_lstm", q_edges_lstm)

# %% [markdown]
# ### 18. Counting parameters
#
# How many parameters has an LSTM layer with 7 inputs and 10 units, one bias for each gate and
# unit, without the read-out?

# %% answer="q_count_lstm"
q_count_lstm = None  # a number
### BEGIN SOLUTION
q_count_lstm = 4 * (10 * 7 + 10 * 10 + 10)
### END SOLUTION

# %% check="q_count_lstm"
check("q_count_lstm", q_count_lstm)

# %% [markdown]
# ### 19. Error at the forget gate
#
# Backwards: `dc` is $dL/dc_t$, all of it. Write $dL/d\,\mathrm{net}_f$, the error at the
# pre-activation of the forget gate, with the names `dc`, `c`, `c_prev`, `f`, `i`, `g`.

# %% answer="q_eq_forget_error"
q_eq_forget_error = None  # an equation as text, its right-hand side only
### BEGIN SOLUTION
q_eq_forget_error = "dc * c_prev * f * (1 - f)"
### END SOLUTION

# %% check="q_eq_forget_error"
check("q_eq_forget_error", q_eq_forget_error)

# %% [markdown]
# ### 20. What the truncated rule has to store
#
# The learning rule of 1997 runs forward in time and keeps no history. For which weights must a
# partial derivative be **carried over from the step before**? Give a list of letters; several are
# right.
#
# - **a** weights into the output gate
# - **b** weights into the candidate (the cell's input)
# - **c** weights into the output units
# - **d** weights into the input gate
# - **e** weights into ordinary hidden units

# %% answer="q_truncated"
q_truncated = None  # a list of letters
### BEGIN SOLUTION
q_truncated = ["b", "d"]
### END SOLUTION

# %% check="q_truncated"
check("q_truncated", q_truncated)

# %% [markdown]
# ### 21. The forget bias
#
# Many programs start the bias of the forget gate at one and all others at zero. Why?
#
# - **a** It keeps the state from growing without bound.
# - **b** It makes the gate independent of the input at first.
# - **c** It brings sigma to its steepest point, so that the gate learns fastest.
# - **d** It keeps the gate open at first, so that error reaches back over more steps.

# %% answer="q_forget_bias"
q_forget_bias = None  # a letter
### BEGIN SOLUTION
q_forget_bias = "d"
### END SOLUTION

# %% check="q_forget_bias"
check("q_forget_bias", q_forget_bias)

# %% [markdown]
# ### 22. What is kept
#
# All weights into the forget gate are zero and its bias is one. Nothing is let in. What share of
# the state is left after ten steps? (A number between 0 and 1, within 2 %.)

# %% answer="q_forget_kept"
q_forget_kept = None  # a number
### BEGIN SOLUTION
q_forget_kept = (1 / (1 + 2.718281828**-1)) ** 10
### END SOLUTION

# %% check="q_forget_kept"
check("q_forget_kept", q_forget_kept)

# %% [markdown]
# ### 23. A stream without ends
#
# Two cells of one unit read the same stream of embedded Reber strings, without marks between
# them. They share all weights that they both have. One is a cell of 1997, the other has a
# forget gate that closes at each E.

# %%
show(
    quiz_plots.plot_stream_states(),
    alt="Two panels over 400 symbols. Cell state: A rises to between 1 and 4 again and again and "
    "falls back to 0 each time; B rises all the time, to more than 60. Output: A moves between 0 "
    "and 1 all the time; B moves during the first 30 symbols and then stays at 1.",
)

# %% [markdown]
# Which is true?
#
# - **a** A is the cell of 1997; it falls back because each input pushes its state down.
# - **b** B is the cell of 1997; its error dies on the carousel.
# - **c** B is the cell of 1997; its output is stuck, and hardly any error comes in by its tanh.
# - **d** B is the cell of 1997; a large state does no harm, it only makes the memory stronger.

# %% answer="q_plot_stream"
q_plot_stream = None  # a letter
### BEGIN SOLUTION
q_plot_stream = "c"
### END SOLUTION

# %% check="q_plot_stream"
check("q_plot_stream", q_plot_stream)

# %% [markdown]
# ### 24. The outer tanh
#
# In $h_t = o_t \odot \tanh(c_t)$: is the tanh needed?
#
# - **a** Yes: without it the error on the carousel would vanish.
# - **b** Yes: without it the output gate could not close.
# - **c** No: a cell without it keeps and learns too; what the bound on $h$ is worth has to be
#   measured.
# - **d** No: the state lies between -1 and 1 already.

# %% answer="q_outer_tanh"
q_outer_tanh = None  # a letter
### BEGIN SOLUTION
q_outer_tanh = "c"
### END SOLUTION

# %% check="q_outer_tanh"
check("q_outer_tanh", q_outer_tanh)

# %% [markdown]
# ## Part 3: Reber grammars
#
# ### 25. The Reber automaton
#
# Write the automaton of the (plain) Reber grammar as a list of triples
# (state, symbol, next state). It begins in `"start"` and is complete in `"end"`; you may call the
# states between as you like. `BTXSE`, `BPVVE` and `BTSSXXTVVE` are strings of the grammar.

# %% answer="q_edges_reber"
q_edges_reber = None  # a list of triples (state, symbol, next state)
### BEGIN SOLUTION
q_edges_reber = [
    ("start", "B", "0"),
    ("0", "T", "1"),
    ("0", "P", "2"),
    ("1", "S", "1"),
    ("1", "X", "3"),
    ("2", "T", "2"),
    ("2", "V", "4"),
    ("3", "X", "2"),
    ("3", "S", "5"),
    ("4", "P", "3"),
    ("4", "V", "5"),
    ("5", "E", "end"),
]
### END SOLUTION

# %% check="q_edges_reber"
check("q_edges_reber", q_edges_reber)

# %% [markdown]
# ### 26. The shortest lag
#
# In an embedded Reber string, the outer T or P is read near the start and must be predicted near
# the end. How many steps lie, at least, from the step that **reads** it to the step that must
# **predict** it? (Reading at step 2 and predicting at step 3 would be one step.)

# %% answer="q_minimal_lag"
q_minimal_lag = None  # a number
### BEGIN SOLUTION
q_minimal_lag = 5
### END SOLUTION

# %% check="q_minimal_lag"
check("q_minimal_lag", q_minimal_lag)

# %% [markdown]
# ### 27. A predictor without memory
#
# Embedded Reber strings have 12 symbols on average. After each symbol but the last, the next one
# is predicted; a prediction counts as right if it is legal. A predictor knows the inner grammar
# perfectly and **guesses** the outer symbol at the long-range step. Which share of all predictions
# is right, over many strings? (A number between 0 and 1, within 0.2 %.)

# %% answer="q_blind_score"
q_blind_score = None  # a number
### BEGIN SOLUTION
q_blind_score = (11 - 0.5) / 11
### END SOLUTION

# %% check="q_blind_score"
check("q_blind_score", q_blind_score)

# %% [markdown]
# ### 28. A report
#
# "Our network predicts a legal symbol at 95.4 % of all steps. At the long-range step, where one of
# two equally likely symbols is right, it predicts the right one in 52 % of the strings." What has
# the network learned?
#
# - **a** The inner grammar, and no long memory.
# - **b** The embedded grammar, but for rare errors.
# - **c** Nothing: legal symbols can be guessed.
# - **d** To remember the outer symbol, a little: 52 % is more than half.

# %% answer="q_pooled"
q_pooled = None  # a letter
### BEGIN SOLUTION
q_pooled = "a"
### END SOLUTION

# %% check="q_pooled"
check("q_pooled", q_pooled)

# %% [markdown]
# ### 29. Four units read two strings
#
# An LSTM with four units, its weights set by hand, reads two embedded strings that differ in the
# outer symbol only. The plot shows the four cell states; where the strings differ, both symbols
# stand under the axis.

# %%
show(
    quiz_plots.plot_unit_states(),
    alt="Four panels, one a unit, each with one line for the string with T and one for the string "
    "with P. Unit 0: the lines part to +0.76 and -0.76 at the first T or P and come together over "
    "the next ten symbols. Unit 1: both lines lie on one another and rise by a step at each T or "
    "P. Unit 2: the lines jump to +0.76 at each T and to -0.76 at each P and are back at 0 one "
    "symbol later; within the inner string they agree. Unit 3: the lines part to +0.76 and -0.76 "
    "at the first T or P and stay there to the end.",
)

# %% [markdown]
# Which unit lets the network predict the outer symbol when the inner E has just been read, however
# long the string?
#
# - **a** unit 0
# - **b** unit 1
# - **c** unit 2
# - **d** unit 3

# %% answer="q_plot_units"
q_plot_units = None  # a letter
### BEGIN SOLUTION
q_plot_units = "d"
### END SOLUTION

# %% check="q_plot_units"
check("q_plot_units", q_plot_units)

# %% [markdown]
# ## Part 4: the GRU
#
# In this course the update gate $z$ weighs the **new** candidate, and the reset gate $r$ is applied
# **before** the product with $U$.
#
# ### 30. Draw a GRU
#
# **Draw a GRU and write its four equations.** As before: a picture, letters or words. If you use
# another published convention than this course, say which. (6 points, marked by a person.)

# %% [markdown] open="q_draw_gru"
# ```text
#  h_{t-1} ---+-----------------> (x 1 - z_t) ------> (+) -----> h_t
#             |                                        ^
#             v                                        |
#            (x) <-- r_t                          (x) <-- z_t
#             |                                    ^
#             v                                    |
#            g_t ----------------------------------+
#             ^
#             |
#            x_t
#
#  x_t and h_{t-1} go into r_t and into z_t
# ```
#
# $$\begin{aligned}
# z_t &= \sigma(W_z x_t + U_z h_{t-1} + b_z) \\
# r_t &= \sigma(W_r x_t + U_r h_{t-1} + b_r) \\
# g_t &= \tanh(W_g x_t + U_g (r_t \odot h_{t-1}) + b_g) \\
# h_t &= (1 - z_t) \odot h_{t-1} + z_t \odot g_t
# \end{aligned}$$
#
# There is one state: $h$ is both what is kept and what is shown.

# %% [markdown]
# ### 31. The new state of a GRU
#
# Write $h_t$ with the names `z`, `r`, `g` (the candidate, after its tanh), `h_prev`.

# %% answer="q_eq_blend"
q_eq_blend = None  # an equation as text, its right-hand side only
### BEGIN SOLUTION
q_eq_blend = "(1 - z) * h_prev + z * g"
### END SOLUTION

# %% check="q_eq_blend"
check("q_eq_blend", q_eq_blend)

# %% [markdown]
# ### 32. The candidate of a GRU
#
# Write $g_t$ with the names `W`, `U` (matrices), `x`, `h_prev`, `r`, `z`, `b` (vectors). Matrix
# times vector is `@`.

# %% answer="q_eq_candidate"
q_eq_candidate = None  # an equation as text, its right-hand side only
### BEGIN SOLUTION
q_eq_candidate = "tanh(W @ x + U @ (r * h_prev) + b)"
### END SOLUTION

# %% check="q_eq_candidate"
check("q_eq_candidate", q_eq_candidate)

# %% [markdown]
# ### 33. The arrows of a GRU
#
# The nodes are `x`, `h_prev`, `r`, `z`, `g`, `h`; an arrow means: stands on the right-hand side of
# its equation.

# %% answer="q_edges_gru"
q_edges_gru = None  # a list of pairs (from, to)
### BEGIN SOLUTION
q_edges_gru = [
    (source, letter) for letter in "zrg" for source in ("x", "h_prev")
]
q_edges_gru += [("r", "g"), ("z", "h"), ("g", "h"), ("h_prev", "h")]
### END SOLUTION

# %% check="q_edges_gru"
check("q_edges_gru", q_edges_gru)

# %% [markdown]
# ### 34. A fair comparison
#
# The LSTM of question 18 has 7 inputs and 10 units. A GRU with 7 inputs and one bias for each gate
# should have as many **parameters**. How many units does it get?

# %% answer="q_gru_units"
q_gru_units = None  # a number
### BEGIN SOLUTION
q_gru_units = 12
### END SOLUTION

# %% check="q_gru_units"
check("q_gru_units", q_gru_units)

# %% [markdown]
# ### 35. Two conventions
#
# Somebody gives you the weights of a GRU trained with
# $h_t = z_t \odot h_{t-1} + (1 - z_t) \odot g_t$. What do you do before you use them with
# the equations of this course?
#
# - **a** Nothing: it is the same network.
# - **b** Change the sign of $W_z$, $U_z$ and $b_z$.
# - **c** Replace $W_z$ by $1 - W_z$, and $U_z$ and $b_z$ likewise.
# - **d** Exchange the weights of $z$ and $r$.

# %% answer="q_gru_convention"
q_gru_convention = None  # a letter
### BEGIN SOLUTION
q_gru_convention = "b"
### END SOLUTION

# %% check="q_gru_convention"
check("q_gru_convention", q_gru_convention)

# %% [markdown]
# ## Looking back
#
# ### 36. Long-range dependencies
#
# **What is the problem of long-range dependencies? How do a sliding window, an SRN (Elman
# network), an LSTM and a GRU deal with it, and where does each of them end?** (10 points, marked by
# a person; about a page.)

# %% [markdown] open="q_long_range"
# **The problem.** What must be known now was read many steps ago, and other input came in between.
# To *represent* such a dependency is easy; to *learn* it is hard. Error on its way back is
# multiplied by a Jacobian at each step. If these factors are below one on the whole, it vanishes
# exponentially with the lag, and near events drown far ones; if they are above one, it explodes.
#
# **Sliding window.** What lies inside the window is input, all else does not exist. There is no
# problem with the gradient, because there is no time in it. But the length must be known
# beforehand, the weights grow with it, and each place learns on its own.
#
# **SRN.** The context layer can carry anything in principle, and there is no fixed length. But the
# whole state passes through $U$ and a squash at every step: it is overwritten, and the gradient
# falls off like $\prod \mathrm{diag}(f')\,U$. In practice some ten steps are bridged.
#
# **LSTM.** The state has a path of its own on which it is multiplied by one (1997) or by a forget
# gate near one, so that error stays constant along it. One weight can no longer serve storing
# and shielding at once: input and output gate end that conflict, and the forget gate empties a
# state that is no longer needed. Limits: where $f$ is below one it decays all the same, the gates
# themselves are learned by gradients that go through $h$, and without a forget gate the state runs
# away on a stream without ends.
#
# **GRU.** The same idea with one state and two gates: $h$ is kept where $1 - z$ is near one, and
# error flows along it. It has three blocks of weights in place of four. What it keeps it also
# shows: there is no output gate, and keeping and writing are tied to each other by one gate.
