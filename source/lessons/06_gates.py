# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # 06 Gates
#
# **You will**
#
# - multiply signals by learned numbers between 0 and 1, and build the 1997 LSTM cell from that
# - repair the latch and the two-sequence task, and find out which gate did it
# - follow an error into the cell, around in it, and out; then write the rule that learns from it
#
# **You need**: [03 vanishing gradients](03_vanishing_gradients.ipynb),
# [04 weight conflict](04_weight_conflict.ipynb),
# [05 constant error carousel](05_constant_error_carousel.ipynb)

# %% [markdown] slideshow={"slide_type": "skip"}
# **60 minutes**: a gate and what it multiplies (10), the 1997 cell and its network (10), two
# repairs (15), the error in the cell (10), the truncated rule (10), what fails now (5).
#
# What you need from before, in four sentences. A *recurrent net* keeps a state from step to step.
# Lesson 03 showed that an error which travels back through such a net is multiplied at every step,
# and vanishes. Lesson 05 built a unit that only adds, $c_t = c_{t-1} + W x_t + b$, the *constant
# error carousel*: its error travels back unchanged. But it adds up *everything*, and it shows its
# sum *always*; lesson 04 showed that one input weight cannot both let a signal in and keep the
# noise out.

# %% slideshow={"slide_type": "skip"} tags=["hide-input"]
import numpy as np

from coursekit import figures, show
from coursekit.cells import carousel, elman, lstm_1997, sigmoid
from coursekit.gradients import bptt, check_gradient, state_jacobian
from coursekit.gradients import truncated, unroll
from coursekit.tasks import Latch, Padded, TwoSequence
from coursekit.training import Adam, Model, fit, init_model
from coursekit.training import linear, logistic, over_seeds

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Predict first
#
# A net reads a stream of numbers. One is marked *store*, a later one *recall*.
# At the recall mark it must say the stored number, at every other step 0.
#
# You may give a carousel **one multiplication by a number in $[0, 1]$ before its sum, and one
# after it**. The number may change from step to step. Which does it need?
#
# - **A** only the one before: keep the other numbers out
# - **B** only the one after: keep the memory quiet until it is wanted
# - **C** both
# - **D** neither: squashing and feedback can do the same
#
# Write your letter down. We measure all four.

# %% [markdown] slideshow={"slide_type": "notes"}
# Let the class vote before going on. The measured answer comes in "Which gate did it?": C learns
# every time; D never does on this task; A and B land in between, slower and unreliably. Do not give
# it away: most people vote C, so ask those who vote D for their argument. It is a good one: on
# the easier latch the net without gates does learn.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Multiply by a number in [0, 1]
#
# $$\text{in}_t = i_t \odot x_t$$
#
# $\odot$ multiplies element by element. $i_t = 1$: open. $i_t = 0$: shut.

# %%
t = np.arange(1, 31)
x = np.sin(0.9 * t) + 0.4 * np.sin(2.3 * t)  # a signal
i = 1.0 * ((t >= 8) & (t <= 13))  # a gate, set by hand
in_t = i * x

# %% tags=["hide-input"]
assert np.all(in_t[(t < 8) | (t > 13)] == 0) and np.all(in_t[7:13] == x[7:13])
_, ax = figures.axes(size=(10.5, 3.4))
show(
    figures.gated_signal(x, i, in_t, ax=ax),
    alt="Three strips: a wavy signal over 30 steps, a gate that is 1 from step 8 to 13 and 0 "
    "elsewhere, and their product: the signal from step 8 to 13, zero elsewhere.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# Nothing is learned yet and nothing is clever: a product with 1 keeps, a product with 0 removes, a
# number in between weakens. Compare with a *weight*: a weight multiplies every step by the same
# number. A gate multiplies each step by a number of its own. That is all that lesson 04 was missing.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Store, keep, release
#
# The carousel adds what the input gate lets in; the output gate shows the sum when it is wanted.
#
# $$c_t = c_{t-1} + i_t \odot x_t \qquad\qquad \text{out}_t = o_t \odot c_t$$

# %%
i = 1.0 * (t == 8)  # store what comes at step 8
o = 1.0 * ((t >= 22) & (t <= 24))  # release it at steps 22 to 24
c = np.cumsum(i * x)
out = o * c

# %% tags=["hide-input"]
assert np.all(c[7:] == x[7]) and np.all(out[(t < 22) | (t > 24)] == 0)
_, (left, right) = figures.axes(columns=2, size=(11.8, 3.5))
figures.gated_signal(x, i, i * x, ax=left)
names = (r"$c_t$", r"$o_t$", r"$o_t\, c_t$")
figures.gated_signal(c, o, out, names=names, letter="o", ax=right)
show(
    left,
    alt="Left: the input gate is 1 at step 8 only, so one value of the signal passes. Right: the "
    "state holds that value from step 8 on; the output gate is 1 from step 22 to 24, and the "
    "value comes out there and nowhere else.",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Who sets the gate?
#
# The net itself. A gate is a small unit of its own, with weights that are learned:
#
# $$i_t = \sigma(W_i x_t + U_i h_{t-1} + b_i) \qquad \sigma(\text{net}) = \frac{1}{1 + e^{-\text{net}}} \in (0, 1)$$
#
# - it sees the input $x_t$ and the cells' last outputs $h_{t-1}$
# - one gate for each cell: $i_t$ is a vector
# - it has a slope everywhere, so the gradient can teach it
#
# And it multiplies not the raw input but a **candidate** $g_t$, which is learned too.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A latch by hand
#
# Lesson 05's latch: inputs (value, marker); store the value at the marker, ignore all that follow.
# Let the marker open the gate: net $= 20 \cdot \text{marker} - 10$.

# %%
none = np.zeros((1, 1))
by_hand = lstm_1997.Params(
    W_i=np.array([[0.0, 20.0]]), U_i=none, b_i=np.array([-10.0]),  # marker
    W_o=np.array([[0.0, 0.0]]), U_o=none, b_o=np.array([10.0]),  # open
    W_g=np.array([[1.0, 0.0]]), U_g=none, b_g=np.array([0.0]),  # value
)
task = Latch(lag=20)
sequences = task.sample(np.random.default_rng(0), 1000)
h = unroll(lstm_1997, by_hand, sequences.padded().inputs).states.h
correct = task.is_correct(sigmoid(h), sequences)
print(f"a sum of everything: {task.adding_up_score:.3f}")
print(f"one gated cell:      {correct.mean():.3f}")

# %% tags=["hide-input"]
assert correct.all() and task.adding_up_score < 0.6

# %% [markdown] slideshow={"slide_type": "notes"}
# The plain carousel of lesson 05 can at best reach the first number: it must add the distractors,
# and the sum of twenty coin flips drowns the stored one. One gate with one weight and one bias is
# enough. Ask: what would the hand-set input gate do with a marker of 0.5? (net = 0, half open.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two gates, two decisions
#
# | | input gate $i_t$ | output gate $o_t$ |
# |---|---|---|
# | multiplies | the candidate, before the sum | the squashed state, after it |
# | decides | what to **store** | what to **release** |
# | shut, it protects | the memory from the input | the rest of the net from the memory |
# | conflict of lesson 04 | of the input weight | of the output weight |

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The 1997 cell

# %%
figures.equations("lstm_1997")


# %%
def step(p, x, h, c):
    i = sigmoid(p.W_i @ x + p.U_i @ h + p.b_i)  # what to store
    o = sigmoid(p.W_o @ x + p.U_o @ h + p.b_o)  # what to release
    g = np.tanh(p.W_g @ x + p.U_g @ h + p.b_g)  # the candidate
    c = c + i * g
    h = o * np.tanh(c)
    return h, c


# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(0)
p, xs = lstm_1997.init(rng, inputs=3, units=4), rng.normal(size=(25, 3))
h = c = np.zeros(4)
for x_t in xs:
    h, c = step(p, x_t, h, c)
library = unroll(lstm_1997, p, xs).states
assert np.allclose(h, library.h[-1], atol=1e-12)
assert np.allclose(c, library.c[-1], atol=1e-12)
print("our seven lines agree with coursekit.cells.lstm_1997")

# %% [markdown] slideshow={"slide_type": "skip"}
# Two things came in beside the gates, and we shall not hide them behind the word "gate": the
# candidate is squashed by tanh, and it reads $h_{t-1}$ through $U_g$. What they can do *without*
# gates is measured below.
#
# The paper of 1997 squashes a little differently (a logistic stretched to $(-2, 2)$ for the
# candidate and to $(-1, 1)$ for the state). These letters and functions are the ones in use today.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The 1997 cell, drawn

# %% tags=["hide-input"]
show(
    figures.lstm_1997_diagram(),
    alt="The state runs along the top from c_{t-1} to c_t with weight one. From below, the "
    "candidate times the input gate is added to it. On the right, tanh of the state times the "
    "output gate gives h_t. Input gate, candidate and output gate each read x_t and h_{t-1}.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Trace one path with the pointer: x_t into the candidate, through the product with i_t, into the
# sum; the thick line; tanh; the product with o_t; h_t. Then ask where the weights are: only in the
# three boxes at the bottom. Nothing on the thick line is learned: its weight is one.
# Ask: what is missing for throwing a memory away? (Answer at the end of the lesson.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Memory blocks
#
# In 1997, cells that always open together share their gates: a **memory block**.
# With $n$ sources (inputs, last outputs, a bias), each gate or candidate costs $n$ weights:

# %%
sources = 20
for blocks, size in ((4, 1), (2, 2), (1, 4)):
    gates, candidates = 2 * blocks, blocks * size
    print(
        f"{blocks} blocks of {size}: {gates} gates, {candidates} cells, "
        f"{(gates + candidates) * sources} weights"
    )

# %% [markdown] slideshow={"slide_type": "fragment"}
# A block stores a vector where a cell stores a number. Our cell, and every library of today, is
# the first line: blocks of one.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The whole network of 1997

# %% tags=["hide-input"]
show(
    figures.memory_block_network(blocks=2, cells=2),
    alt="Inputs below feed two memory blocks; each has an input gate, two cells and an output "
    "gate. The cells feed the outputs above. Cells and gates feed all cells and gates at the "
    "next step.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# Read it from below. The inputs feed every gate and every candidate. Only cell outputs feed the
# output units. At the next step everything in the hidden layer feeds everything in the hidden
# layer: the cells' outputs, and in 1997 the gates' values too. (In our cell, and since 2000, only
# $h$ is fed back.)
#
# Nothing forces a hidden layer to be made of blocks alone. LSTM units may **replace** ordinary
# hidden units, or **join** them: the paper allows a layer in which some units are memory blocks
# and others are ordinary sigmoid units, all reading and feeding each other. From outside, a cell is
# a unit like any other: numbers in, one number out.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Training, once for all
#
# All nets in this lesson learn in the same way: Adam with rate 0.01, batches of 32 new sequences,
# gradients clipped to norm 1. `hold` freezes gates wide open, so that a part of the cell can be
# taken away; `rule` says which gradient.


# %% slideshow={"slide_type": "skip"}
def without(params, letters):
    zero = {f"{kind}_{a}": 0.0 for a in letters for kind in "WUb"}
    return params._replace(
        **{name: value * getattr(params, name) for name, value in zero.items()}
    )


def shifted(params, **biases):
    return params._replace(
        **{name: getattr(params, name) + by for name, by in biases.items()}
    )


def full(cell, params, run, grad_h):
    return bptt(cell, params, run, grad_h).params


# %% slideshow={"slide_type": "skip"}
def train(seed, cell, readout, draw, *, units=4, updates=200, every=None,
          rule=full, hold="", **biases):
    rng = np.random.default_rng(seed)
    inputs = draw(rng, 1).inputs.shape[-1]
    model = init_model(rng, cell, readout, inputs=inputs, units=units, outputs=1)
    wide_open = {f"b_{letter}": 30.0 for letter in hold}
    start = shifted(shifted(model.cell, **biases), **wide_open)
    for letter in hold:
        start = start._replace(**{
            f"W_{letter}": 0 * getattr(start, f"W_{letter}"),
            f"U_{letter}": 0 * getattr(start, f"U_{letter}"),
        })

    def loss_and_gradient(model):
        batch = draw(rng, 32)
        run = unroll(cell, model.cell, batch.inputs)
        loss, grad_readout, grad_h = readout.loss(
            model.readout, run.states.h, batch.targets, batch.mask
        )
        gradient = without(rule(cell, model.cell, run, grad_h), hold)
        return loss, Model(gradient, grad_readout)

    model = model._replace(cell=start)
    fitted = fit(loss_and_gradient, model, Adam(0.01), updates, clip=1.0,
                 score=lambda m: m, score_every=every or updates, progress=False)
    return [model, *fitted.history.scores]


# %% slideshow={"slide_type": "skip"}
def batches(task):
    return lambda rng, count: task.sample(rng, count).padded()


def share_right(task, cell, readout, model, seed):
    """Share of 500 new sequences whose last output is on the right side."""
    test = task.sample(np.random.default_rng(10**6 + seed), 500)
    h = unroll(cell, model.cell, test.padded().inputs).states.h
    y = readout.outputs(model.readout, h)[test.lengths - 1, np.arange(500), 0]
    return float(np.mean((y > 0.5) == (test.padded().targets.sum((0, 2)) > 0.5)))


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Repair: the latch
#
# The experiment that failed in lesson 05, again. One change: the cell.

# %%
latch = Latch(lag=20)


def on_latch(seed, cell, **how):
    model = train(seed, cell, logistic, batches(latch), **how)[-1]
    return model, share_right(latch, cell, logistic, model, seed)


scores, nets = {}, {}
for cell in (carousel, elman, lstm_1997):
    done = over_seeds(lambda seed, cell=cell: on_latch(seed, cell), range(5))
    nets[cell], scores[cell] = zip(*done)
learned = sum(score > 0.99 for score in scores[lstm_1997])
print(f"lstm_1997 learned the latch: {learned} of 5 seeds")

# %% tags=["hide-input"]
assert learned == 5
assert max(scores[carousel]) < 0.7 and max(scores[elman]) < 0.65
_, ax = figures.axes(size=(9, 3.0))
show(
    figures.compare_scores(
        {"carousel": scores[carousel], "elman": scores[elman], "lstm_1997": scores[lstm_1997]},
        baseline=latch.memory_free_score,
        ax=ax,
    ),
    alt="Share correct on the latch, five seeds each: the carousel stays below 0.7 and the Elman "
    "net near the memory-free 0.5; all five 1997 cells are at 1.",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Was it the gates?
#
# Hold both gates wide open, $i_t = o_t = 1$. What is left: $c_t = c_{t-1} + g_t$, $h_t = \tanh(c_t)$.

# %%
open_gates = [
    score for _, score in
    over_seeds(lambda seed: on_latch(seed, lstm_1997, hold="io"), range(5))
]
some = sum(score > 0.9 for score in open_gates)
print(f"with both gates held open, some seeds learn it too: {some > 0}")

# %% tags=["hide-input"]
assert some >= 2

# %% [markdown] slideshow={"slide_type": "fragment"}
# **A squash can do a gate's work**: where $\tanh$ is flat, $g_t$ no longer feels the distractor.
# For one bit, that is enough. So the latch cannot tell us what gates are for.

# %% [markdown] slideshow={"slide_type": "notes"}
# This control is what many texts leave out. A saturated candidate adds the same number at every
# step, whatever the distractor is; the state drifts off, tanh(c) saturates, and the bit is held by
# saturation and feedback, as in any bistable unit. It holds a bit. It cannot hold a number.
# Ask: which task would it fail on? That is the task of the opening question.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A harder task: store and recall a number
#
# The opening question. Inputs: (value, store mark, recall mark). A *number* must come back,
# and 0 before and after.


# %%
def store_and_recall(rng, count, at=None, steps=20):
    who = np.arange(count)
    store, recall = at or (rng.integers(0, 5, count), rng.integers(10, steps, count))
    values = rng.uniform(-1, 1, (steps, count))
    marks = np.zeros((steps, count, 2))
    marks[store, who, 0] = marks[recall, who, 1] = 1
    targets = np.zeros((steps, count, 1))
    targets[recall, who, 0] = values[store, who]
    inputs = np.concatenate([values[..., None], marks], axis=-1)
    return Padded(inputs, targets, np.ones((steps, count), bool))


# %% [markdown] slideshow={"slide_type": "skip"}
# The score is the squared error at the recall mark, divided by the variance of the numbers, 1/3:
# the **share of the stored number's variance that is lost**. A net without memory can at best say
# the mean, 0, and loses all of it: 1. Perfect memory loses 0.


# %% slideshow={"slide_type": "skip"}
def lost(model, seed):
    batch = store_and_recall(np.random.default_rng(10**6 + seed), 500)
    h = unroll(lstm_1997, model.cell, batch.inputs).states.h
    error = linear.outputs(model.readout, h) - batch.targets
    return float(np.mean(error[batch.inputs[..., 2] == 1] ** 2) / (1 / 3))


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Which gate did it?

# %%
holds = {"neither": "io", "only output": "i", "only input": "o", "both": ""}
losses, trained = {}, {}
for name, hold in holds.items():
    biases = {f"b_{a}": -2.0 for a in "io" if a not in hold}  # start half shut
    trained[name] = over_seeds(
        lambda seed, hold=hold, biases=biases: train(
            seed, lstm_1997, linear, store_and_recall,
            updates=400, every=100, hold=hold, **biases,
        ),
        range(5),
    )
    losses[name] = [lost(models[-1], k) for k, models in enumerate(trained[name])]
print(f"both gates: {sum(v < 0.2 for v in losses['both'])} of 5 seeds learned")
print(f"neither:    {sum(v < 0.2 for v in losses['neither'])} of 5 seeds learned")

# %% tags=["hide-input"]
assert max(losses["both"]) < 0.15 and min(losses["neither"]) > 0.85
_, ax = figures.axes(size=(9.5, 3.0))
show(
    figures.compare_scores(losses, baseline=1.0, ylabel="share lost", ax=ax),
    alt="Share of the stored number that is lost after 400 updates, five seeds each: without "
    "gates all of it, as without memory; with one gate alone in between, with a wide spread; with "
    "both gates nearly nothing.",
)
