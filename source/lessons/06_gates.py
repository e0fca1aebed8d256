# %% [markdown] slideshow={"slide_type": "slide"}
# # Gates
#
# Lesson 06 · 60 minutes
#
# **You will**
#
# - multiply signals by learned numbers between 0 and 1, and build the 1997 LSTM cell from that,
# - repair the latch and the two-sequence task, and find out which gate did it,
# - follow an error into the cell, around in it and out, and write the rule that learns from it.

# %% [markdown] slideshow={"slide_type": "skip"}
# **You need** [lesson 03](03_vanishing_gradients.ipynb) (an error vanishes on its way back),
# [lesson 04](04_weight_conflict.ipynb) (one weight, two jobs) and
# [lesson 05](05_constant_error_carousel.ipynb) (the carousel keeps the error, and everything else).
#
# | part | minutes |
# |---|---|
# | A prediction, and what a gate is | 10 |
# | The 1997 cell and its network | 10 |
# | Two repairs, and which gate did it | 15 |
# | The error in the cell | 10 |
# | The truncated rule | 10 |
# | What fails now, and what you take away | 5 |
#
# What you need from before, in four sentences. A *recurrent net* keeps a state from step to step.
# Lesson 03 showed that an error which travels back through such a net is multiplied at every step,
# and vanishes. Lesson 05 built a unit that only adds, $c_t = c_{t-1} + W x_t + b$, the *constant
# error carousel*: its error travels back unchanged. But it adds up *everything*, and it shows its
# sum *always*; lesson 04 showed that one input weight cannot both let a signal in and keep the
# noise out.

# %% slideshow={"slide_type": "skip"} tags=["hide-input"]
from functools import partial
from types import SimpleNamespace

import numpy as np

from coursekit import blocks, figures, show
from coursekit.cells import carousel, elman, lstm_1997, sigmoid
from coursekit.gradients import bptt, check_gradient, multiplications
from coursekit.gradients import state_jacobian, truncated, unroll
from coursekit.kernels.blocks import BlocksTrainer
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
# Answer: C. Let the class vote before going on. The measured answer comes in "Which gate did it?": with one
# cell, C learns every time; A, B and D lose most of the number or all of it. Do not give
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
by_hand = lstm_1997.Params(  # W, U, b of i, o and g
    *(np.array([[0.0, 20.0]]), none, np.array([-10.0])),  # i: the marker
    *(np.array([[0.0, 0.0]]), none, np.array([10.0])),  # o: always open
    *(np.array([[1.0, 0.0]]), none, np.array([0.0])),  # g: the value
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
# "Its own network" comes near the end of the lesson.

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
for number, size in ((4, 1), (2, 2), (1, 4)):
    gates, candidates = 2 * number, number * size
    print(
        f"{number} blocks of {size}: {gates} gates, {candidates} cells, "
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
# All nets up to "Does it help?" learn in the same way: Adam, with rate 0.01 where no other is
# named, batches of 32 new sequences, gradients clipped to norm 1. `hold` keeps gates wide open, so
# that a part of the cell can be taken away; `rule` says which gradient: `full` is backpropagation
# through time, all of it. What is left, such as `b_o=-2`, is added to a bias at the start. The
# output of a net is $y_t = V h_t + d$ (`linear`), or $\sigma$ of that (`logistic`). You need not
# read this code to follow the lesson.


# %% slideshow={"slide_type": "skip"}
def changed(params, change):
    """Apply `change` to every array of a cell's parameters, by its name."""
    return params._replace(
        **{
            name: change(name, value)
            for name, value in params._asdict().items()
        }
    )


def shifted(params, **biases):
    return changed(params, lambda name, value: value + biases.get(name, 0.0))


def held_open(params, letters):
    def change(name, value):
        if name[-1] not in letters:
            return value
        return np.full_like(
            value, 30.0 if name[0] == "b" else 0.0
        )  # sigma(30) = 1

    return changed(params, change)


def full(cell, params, run, grad_h):
    return bptt(cell, params, run, grad_h).params


# %% slideshow={"slide_type": "skip"}
def start(seed, cell, readout, draw, units, hold, biases):
    inputs = draw(np.random.default_rng(0), 1).inputs.shape[-1]
    rng, sizes = np.random.default_rng(seed), {"units": units, "outputs": 1}
    model = init_model(rng, cell, readout, inputs=inputs, **sizes)
    return rng, model._replace(
        cell=held_open(shifted(model.cell, **biases), hold)
    )


def train(
    seed, cell, readout, draw, units=8, rule=full, hold="", rate=0.01, **more
):
    """One net: as it was before, and after every `every` updates."""
    updates, every = more.pop("updates", 200), more.pop("every", None)
    rng, model = start(seed, cell, readout, draw, units, hold, more)

    def loss_and_gradient(model):
        batch = draw(rng, 32)
        run = unroll(cell, model.cell, batch.inputs)
        loss, grad_readout, grad_h = readout.loss(
            model.readout, run.states.h, batch.targets, batch.mask
        )
        gradient = rule(cell, model.cell, run, grad_h)
        kept = changed(
            gradient, lambda name, value: value * (name[-1] not in hold)
        )
        return loss, Model(kept, grad_readout)

    keep = {"score": lambda model: model, "score_every": every or updates}
    fitted = fit(
        loss_and_gradient, model, Adam(rate), updates, clip=1.0, **keep
    )
    return [model, *fitted.history.scores]


# %% slideshow={"slide_type": "skip"}
def batches(task):
    return lambda rng, count: task.sample(rng, count).padded()


def share_right(task, cell, readout, model, seed):
    """Share of 500 new sequences whose last output is on the right side."""
    test = task.sample(np.random.default_rng(10**6 + seed), 500)
    h = unroll(cell, model.cell, test.padded().inputs).states.h
    y = readout.outputs(model.readout, h)[test.lengths - 1, np.arange(500), 0]
    return float(
        np.mean((y > 0.5) == (test.padded().targets.sum((0, 2)) > 0.5))
    )


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Repair: the latch
#
# The experiment that failed in lesson 05, again: 20 distractors. One change: the cell.

# %% slideshow={"slide_type": "skip"}
latch = Latch(lag=20)


def on_latch(seed, cell, **how):
    model = train(seed, cell, logistic, batches(latch), units=4, **how)[-1]
    return model, share_right(latch, cell, logistic, model, seed)


scores, nets = {}, {}
for cell in (carousel, elman, lstm_1997):
    done = over_seeds(lambda seed, cell=cell: on_latch(seed, cell), range(5))
    nets[cell], scores[cell] = zip(*done)
learned = sum(score > 0.99 for score in scores[lstm_1997])
print(f"lstm_1997 learned the latch: {learned} of 5 seeds")

# %% tags=["hide-input"]
assert learned == 5
assert max(scores[carousel]) < 0.7 and np.median(scores[elman]) < 0.6
_, ax = figures.axes(size=(10, 4.8))
show(
    figures.compare_scores(
        {
            "carousel": scores[carousel],
            "elman": scores[elman],
            "lstm_1997": scores[lstm_1997],
        },
        baseline=latch.memory_free_score,
        ax=ax,
    ),
    alt="Share correct on the latch, five seeds each: the carousel stays below 0.7 and the Elman "
    "net near the memory-free 0.5; all five 1997 cells are at 1.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# Change `range(5)` to more seeds if you have time: now and then an Elman net learns this latch too.
# Twenty steps are within its reach, with luck. The 1997 cell does not need the luck.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Was it the gates?
#
# Hold both gates wide open, $i_t = o_t = 1$. What is left: $c_t = c_{t-1} + g_t$, $h_t = \tanh(c_t)$.

# %%
held = over_seeds(lambda seed: on_latch(seed, lstm_1997, hold="io"), range(5))
some = sum(score > 0.9 for _, score in held)
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
    store, recall = at or (
        rng.integers(0, 5, count),
        rng.integers(10, steps, count),
    )
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


def on_numbers(seed, hold):
    biases = {f"b_{a}": -2.0 for a in "io" if a not in hold}
    how = {"units": 1, "updates": 400, "every": 100, "rate": 0.02, "hold": hold}
    return train(seed, lstm_1997, linear, store_and_recall, **how, **biases)


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Which gate did it?
#
# **One** cell, five seeds. Gates that may learn start at bias $-2$; the others are held open.

# %% slideshow={"slide_type": "skip"}
holds = {"neither": "io", "only output": "i", "only input": "o", "both": ""}
losses, trained = {}, {}
for name, hold in holds.items():
    trained[name] = over_seeds(partial(on_numbers, hold=hold), range(5))
    losses[name] = [
        lost(models[-1], k) for k, models in enumerate(trained[name])
    ]
    learned = sum(loss < 0.3 for loss in losses[name])
    print(f"{name:12} learned: {learned} of 5 seeds")

# %% tags=["hide-input"]
assert max(losses["both"]) < 0.2
assert (
    min(min(losses[k]) for k in ("neither", "only output", "only input")) > 0.5
)
_, ax = figures.axes(size=(10.5, 4.8))
show(
    figures.compare_scores(
        losses, baseline=1.0, ylabel="share of the number lost", ax=ax
    ),
    alt="Share of the stored number that is lost, one cell, five seeds each: without gates, with "
    "the output gate only and with the input gate only most or all of it, near the memory-free "
    "line at 1; with both gates nearly nothing.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# The answer to the opening question is C, for one cell. Ask why A fails: without an output gate
# the stored number is in h at every step, and the read-out cannot say 0. Why B fails: nothing keeps
# the other numbers out of the sum. And D has neither.
# If someone asks about more cells: see the next cell of the notebook. Cells can lend each other
# a gate.

# %% [markdown] slideshow={"slide_type": "skip"}
# "One cell" matters. With four cells and the output gates held open, most nets learn. One way
# to do it is an output gate built out of a second cell: one cell holds the number, and another
# copies it through its *input* gate only when the recall mark comes. So the honest claim is this: the gates put both decisions
# into every single cell; a larger net without one of them may find a way around.

# %% slideshow={"slide_type": "skip"}
how = {"units": 4, "updates": 400, "hold": "o", "b_i": -2.0}
four = over_seeds(
    lambda seed: train(seed, lstm_1997, linear, store_and_recall, **how)[-1],
    range(5),
)
learned = sum(lost(model, seed) < 0.5 for seed, model in enumerate(four))
print(f"four cells, output gates held open: most seeds learn: {learned >= 3}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What the gates learned
#
# Store at step 4, recall at step 16. Two of the five nets, one sequence:

# %% slideshow={"slide_type": "skip"}
batch = store_and_recall(np.random.default_rng(1), 200, at=(3, 15))
final = [models[-1] for models in trained["both"]]
runs = [unroll(lstm_1997, model.cell, batch.inputs) for model in final]
opened = {
    a: np.array([run.trace(a).mean((1, 2)) for run in runs]) for a in "io"
}
contrast = opened["i"][:, 3] / np.delete(opened["i"], 3, axis=1).mean(1)
print(
    "output gate widest at the recall mark:",
    np.all(opened["o"].argmax(1) == 15),
)
print(
    "input gate widest at the store mark:  ", np.all(opened["i"].argmax(1) == 3)
)

# %% tags=["hide-input"]
gating, swapped = contrast > 4, contrast < 4
assert gating.any() and swapped.any() and np.all(opened["o"].argmax(1) == 15)
assert not np.all(opened["i"].argmax(1) == 3)
assert np.all(
    opened["o"][:, 15] > 4 * np.delete(opened["o"], 15, axis=1).mean(1)
)
figure, panels = figures.axes(columns=2, size=(12, 4.6))
titles = ("one net: the input gate opens", "another: the candidate opens")
marks = [str(k) if k % 4 == 0 else "" for k in range(1, 21)]
for ax, k, title in zip(panels, (contrast.argmax(), contrast.argmin()), titles):
    ax.set_ylim(-0.05, 1.1)
    traces = {
        "i": runs[k].trace("i")[:, 0, 0],
        "g": np.abs(runs[k].trace("g")[:, 0, 0]),
    }
    figures.gate_traces(marks, traces, ylabel="$i_t$ and $|g_t|$", ax=ax)
    ax.set_title(title, fontsize=15, loc="left")
show(
    figure,
    alt="Two trained nets on one sequence. In the left one the input gate is shut but for a peak "
    "at step 4, the store mark, while the candidate follows the distractors. In the right one "
    "the candidate is near zero but for peaks at the marks, while the input gate moves up and "
    "down with the distractors.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Let the class find out what the right-hand net does. A product has two factors: i_t g_t is small
# when either is. In the right-hand net the candidate has become the gate (zero without a mark), and
# the input gate carries the number, which is possible because sigma rises with it. Training does not
# read the names that we gave to the letters. The output gate has no such freedom, and all five nets
# agree on it.

# %% [markdown] slideshow={"slide_type": "skip"}
# That is worth a second look, because most texts show you one trained cell in which every gate does
# what it is called after. What gets stored is the *product* $i_t g_t$, and the product is zero if
# **either** factor is zero. Some nets shut the input gate; others shut the candidate and let the
# input gate carry the number. Both solve the task. The names are our reading, not the net's.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Repair: the two-sequence task
#
# Lesson 03: the first input says the class, $+1$ or $-1$; then noise on the same line,
# no marker. Here 60 to 66 steps. One change: the cell.

# %% slideshow={"slide_type": "skip"}
long = TwoSequence(length=60)


def on_long(seed, cell):
    model = train(seed, cell, logistic, batches(long))[-1]
    return share_right(long, cell, logistic, model, seed)


long_scores = {
    name: over_seeds(lambda seed, cell=cell: on_long(seed, cell), range(5))
    for name, cell in {"elman": elman, "lstm_1997": lstm_1997}.items()
}
learned = sum(score > 0.9 for score in long_scores["lstm_1997"])
chance = sum(score < 0.65 for score in long_scores["elman"])
print(f"lstm_1997 learned: {learned} of 5; elman at chance: {chance} of 5")

# %% tags=["hide-input"]
assert learned == 5 and chance == 5
_, ax = figures.axes(size=(9, 4.4))
show(
    figures.compare_scores(long_scores, baseline=long.memory_free_score, ax=ax),
    alt="Share of sequences on the right side after 200 updates, five seeds each: the Elman net "
    "stays at the memory-free 0.5, the 1997 cell is near 1.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# Could adding up do it? The noise has mean 0, so a carousel that adds everything has the class in
# its sum, drowned in the noise of sixty steps. Its best score is exact:

# %%  slideshow={"slide_type": "skip"}
from math import erf, sqrt  # noqa: E402

lengths = range(long.length, long.length + long.length // 10 + 1)
noise = [sqrt(long.noise_variance * (length - 1)) for length in lengths]
adding_up = np.mean([0.5 * (1 + erf(1 / sd / sqrt(2))) for sd in noise])
print(f"adding up everything: {adding_up:.3f} right, no memory: 0.5")
assert adding_up < 0.64

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How error enters and leaves
#
# The same two numbers gate the error on its way back. Forward: $h_t = o_t \tanh c_t$ and
# $c_t = c_{t-1} + i_t g_t$. Backward:
#
# $$\underbrace{\frac{\partial L}{\partial h_t} \; o_t (1 - \tanh^2 c_t)}_{\text{enters the state}}
# \qquad
# \underbrace{\frac{\partial L}{\partial c_t} \; i_t (1 - g_t^2)}_{\text{leaves to the candidate}}
# \qquad
# \underbrace{\frac{\partial L}{\partial c_t} \; g_t \, i_t (1 - i_t)}_{\text{leaves to the input gate}}$$
#
# - the **output gate** decides which errors to trap
# - the **input gate** decides when to release them


# %%
def passage(model):
    run = unroll(lstm_1997, model.cell, batch.inputs)
    i, o, g = run.trace("i"), run.trace("o"), run.trace("g")
    enters = o * (1 - run.trace("squashed") ** 2)
    leaves = i * (1 - g**2)
    return enters.mean((1, 2)), leaves.mean((1, 2))


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Which errors are trapped, and when released

# %% tags=["hide-input"]
steps, rest = np.arange(1, 21), np.arange(20)
before = np.array([passage(models[0]) for models in trained["both"]])
after = np.array([passage(models[-1]) for models in trained["both"]])
assert np.all(after[:, 0, 15] > 4 * after[:, 0, rest != 15].mean(1))
assert np.all(
    after[gating][:, 1, 3] > 4 * after[gating][:, 1, rest != 3].mean(1)
)
assert np.abs(before).max() < 0.5
figure, (left, right) = figures.axes(columns=2, size=(12, 4.4))
for ax in (left, right):
    ax.set_ylim(0, 1)
share = {
    "xlabel": "time step t",
    "ylabel": "share of the error that passes",
    "steps": steps,
}
figures.learning_curves(
    {"before": before[:, 0], "after": after[:, 0]}, ax=left, **share
)
figures.learning_curves(
    {"before": before[:, 1], "after": after[gating][:, 1]}, ax=right, **share
)
left.set_title("enters the state (output gate)", fontsize=15, loc="left")
right.set_title("leaves to the candidate (input gate)", fontsize=15, loc="left")
show(
    figure,
    alt="Two panels over 20 steps. Before training both shares are flat and small. After "
    "training, the share that enters the state has one peak, at step 16, the recall mark; the "
    "share that leaves to the candidate has one peak, at step 4, the store mark.",
    caption="One cell, before and after training. Left: five nets. Right, after: the nets in "
    "which the input gate opens.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# This is what sections 3 and 4 of the 1997 paper say in words: the output gate has to learn which errors to trap
# in the carousel, the input gate when to release them. Before training the gates pass a
# little of everything, at every step. After: errors made at the recall mark get in, errors made at
# other steps do not; what is in gets out, to the weights that write, at the store mark.
# In the nets with swapped roles the error at the store mark leaves to the input gate's weights.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Error circles in the carousel
#
# Send one unit of error back from the recall step, and follow $|\partial L/\partial c_t|$ in
# the five nets with both gates, early in training and late.


# %% slideshow={"slide_type": "skip"}
def circling(model, recall=15):
    run = unroll(lstm_1997, model.cell, batch.inputs)
    carried, sizes = lstm_1997.initial_state(model.cell, (200,)), []
    for step in reversed(range(20)):
        trace = run.traces[step]
        error = model.readout.V[0] if step == recall else 0.0
        arriving = carried._replace(h=carried.h + error)
        enters = lstm_1997.output_back(model.cell, trace, arriving.h)
        sizes.append(np.abs(arriving.c + enters).mean())
        _, _, carried = lstm_1997.step_back(model.cell, trace, arriving)
    return np.array(sizes[::-1]) / sizes[19 - recall]


# %% tags=["hide-input"]
stages = {"100 updates": 1, "400 updates": 4}
circles = {
    name: np.array([circling(models[k])[15::-1] for models in trained["both"]])
    for name, k in stages.items()
}
trapped = circles["400 updates"][gating][:, 12:16]  # steps 4, 3, 2, 1
assert np.all(trapped.max(1) < 1.2 * trapped.min(1))
early, late = (np.abs(circles[name][:, -1] - 1) for name in stages)
assert np.all(late < 0.6) and np.median(late) < 0.7 * np.median(early)
assert all(np.all(values > 0.5) for values in circles.values())
_, ax = figures.axes(size=(10.5, 4.2))
ax.set_ylim(0, 1.1 * max(values.max() for values in circles.values()))
figures.learning_curves(
    circles,
    steps=np.arange(16),
    baseline=1.0,
    baseline_label="carousel alone",
    xlabel="steps that the error has travelled back",
    ylabel=r"$|\partial L/\partial c_t|$, relative",
    ax=ax,
)
show(
    ax,
    alt="The error in the state, 0 to 15 steps back from where it entered, five seeds, "
    "after 100 and "
    "400 updates. It does not vanish: going back it stays, or grows. After 400 updates it is "
    "nearer to the flat line of the carousel alone than after 100.",
    caption="Nothing vanishes on the way back. What grows, comes round through the gates and h.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Two things to see. The error is still there after 15 steps back: the carousel keeps it. And it is
# not exactly constant: part of the error leaves through the gates, travels through U to h, and comes
# in again; while the gates are half open this adds up. As they learn to shut, at all steps but the
# marked ones, the loop is cut, and the line becomes flat. Ask: what would the curve of an Elman net
# be? (Lesson 03: a steep fall.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One step of the full gradient
#
# $c_t$ reaches $c_{t+1}$ along the carousel, with factor one, **and** through
# $h_t$ into the next gates:
#
# $$\frac{\partial c_{t+1}}{\partial c_t} = I +
# \big[\operatorname{diag}(g\, i (1 - i))\, U_i + \operatorname{diag}(i (1 - g^2))\, U_g\big]
# \operatorname{diag}\big(o_t (1 - \tanh^2 c_t)\big)$$
#
# with $i, g$ of step $t+1$.

# %%
p = lstm_1997.init(np.random.default_rng(0), inputs=3, units=8)
run = unroll(lstm_1997, p, np.random.default_rng(1).normal(size=(60, 3)))
i, g, o = (run.trace(letter)[:, :, None] for letter in "igo")
out = (o[4] * (1 - np.tanh(run.states.c[4])[:, None] ** 2)).T
R = (g[5] * i[5] * (1 - i[5]) * p.U_i + i[5] * (1 - g[5] ** 2) * p.U_g) * out
J = state_jacobian(lstm_1997, p, run, 5, 6, field="c")
print(
    "I + R is the one-step Jacobian:", np.allclose(J, np.eye(8) + R, atol=1e-12)
)

# %% [markdown] slideshow={"slide_type": "skip"}
# Over $n$ steps these factors multiply, and one more way opens: $h_t$ moves $o_{t+1}$, which moves
# $h_{t+1}$. `state_jacobian(..., field="c")` follows all of them. The first factor, $I$, is the
# carousel's promise. The rest is the **remainder**: everything that leaves through $h$ and comes
# back in through a gate. How large is it?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The remainder, measured
#
# $\| \partial c_{t+n} / \partial c_t - I \|$ for untrained cells: how far the full gradient is
# from the carousel's promise.

# %% tags=["hide-input"]
lags = np.array([1, 2, 5, 10, 20, 50])


def remainder(seed, b_o):
    rng = np.random.default_rng(seed)
    p = shifted(lstm_1997.init(rng, inputs=3, units=8), b_o=b_o)
    run = unroll(lstm_1997, p, rng.normal(size=(60, 3)))
    jacobians = [
        state_jacobian(lstm_1997, p, run, 5, 5 + n, field="c") for n in lags
    ]
    return [np.linalg.norm(J - np.eye(8), 2) for J in jacobians]


remainders = {
    f"$b_o = {b_o}$": np.array([remainder(seed, b_o) for seed in range(5)])
    for b_o in (0, -2, -4)
}
far, middle, near = (values[:, -1] for values in remainders.values())
assert (
    np.median(far) > 5
    and far.max() > 10
    and near.max() < 0.6
    and np.all(near < middle)
)
_, ax = figures.axes(size=(10, 4.0))
figures.regimes(lags, remainders, ax=ax)
ax.set_ylabel("norm of the remainder (log scale)")
show(
    ax,
    alt="Norm of the remainder against the lag, five seeds each, logarithmic. With output-gate "
    "bias 0 it passes 1 within ten steps or so and is above 10 for some seeds at 50 steps; with "
    "bias -4 it stays below 0.6 at all lags.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The full gradient of an untrained cell is **not** constant: the remainder outgrows the $I$.
# A nearly shut output gate makes the promise true.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Cut what comes back
#
# The authors of 1997 made the promise exact: in the learning rule, they **drop** the error that
# would flow back into $h_{t-1}$.

# %% tags=["hide-input"]
show(
    figures.lstm_1997_diagram(cut=True),
    alt="The 1997 cell with crosses on the three branches that carry error from the gates and the "
    "candidate back to h_{t-1}; the state line on top is not cut.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# What is cut: the step from a gate's or candidate's pre-activation back to the h_{t-1} it read.
# What is not cut: the state line; and the weights of the gates are still trained. So a gate
# learns what it should have done *now* with the h it saw, never how that h should have been.
# Ask: which remainder does this leave? (None: every factor is I.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The truncated rule: from the loss to the state
#
# Forward as before, with $y_t = V h_t + d$. Sources $s_t = (x_t, h_{t-1}, 1)$. When an error
# arrives:
#
# | | error | its weights change along |
# |---|---|---|
# | output unit $k$ | $\delta_k = \partial L / \partial \text{net}_k$ | $\delta_k \, h_j$ |
# | ordinary hidden unit $j$ | $\delta_j = f'(\text{net}_j) \sum_k V_{kj} \delta_k$ | $\delta_j \, s_m$ |
# | output gate $j$ | $\delta_{o_j} = o_j (1 - o_j) \tanh(c_j) \sum_k V_{kj} \delta_k$ | $\delta_{o_j} s_m$ |
# | state $j$ | $e_{c_j} = o_j (1 - \tanh^2 c_j) \sum_k V_{kj} \delta_k$ | (next slide) |
#
# The sums run over **output units only**: nothing is sent back to other hidden units.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The truncated rule: from the state to the weights
#
# Two partials for each cell $j$ and source $m$, zero at the start:
#
# $$\frac{\partial c_j(t)}{\partial W_{g,jm}} = \frac{\partial c_j(t-1)}{\partial W_{g,jm}}
# + i_j(t) \, (1 - g_j(t)^2) \, s_m(t)$$
#
# $$\frac{\partial c_j(t)}{\partial W_{i,jm}} = \frac{\partial c_j(t-1)}{\partial W_{i,jm}}
# + g_j(t) \, i_j(t) (1 - i_j(t)) \, s_m(t)$$
#
# The gradient is $e_{c_j}(t)$ times the partial, for candidate and input gate.
# **Only these two are stored from the step before**: the output gate acts within its step.

# %% [markdown] slideshow={"slide_type": "skip"}
# Why are two enough? $c_j$ depends on an old weight only along its own state line, because all
# other ways are cut; and along that line the factor is one. So the effect of a candidate's or input
# gate's weight on *today's* state is the plain sum of what it did at each step. In a block of
# several cells the input gate's gradient sums $e_c$ times partial over the cells of the block.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The truncated rule, in code


# %%
def truncated_rule(traces, grad_h):
    partial = {"g": 0.0, "i": 0.0}
    gradient = {"g": 0.0, "i": 0.0, "o": 0.0}
    for trace, error in zip(traces, grad_h):  # forward in time
        i, o, g, tanh_c = trace.i, trace.o, trace.g, trace.squashed
        source = np.concatenate([trace.x, trace.previous.h, [1.0]])
        partial["g"] += (i * (1 - g**2))[:, None] * source
        partial["i"] += (g * i * (1 - i))[:, None] * source
        error_c = error * o * (1 - tanh_c**2)
        gradient["g"] += error_c[:, None] * partial["g"]
        gradient["i"] += error_c[:, None] * partial["i"]
        gradient["o"] += (error * tanh_c * o * (1 - o))[:, None] * source
    return gradient


# %% slideshow={"slide_type": "skip"}
run = unroll(lstm_1997, p, np.random.default_rng(1).normal(size=(12, 3)))
grad_h = np.random.default_rng(2).normal(size=run.states.h.shape)
ours, library = (
    truncated_rule(run.traces, grad_h),
    truncated(lstm_1997, p, run, grad_h),
)
for a in "igo":
    parts = [getattr(library, f"{kind}_{a}") for kind in "WUb"]
    expected = np.hstack([parts[0], parts[1], parts[2][:, None]])
    assert np.allclose(ours[a], expected, atol=1e-12)
print("our rule agrees with coursekit.gradients.truncated")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What it costs
#
# $n$ cells, $N$ weights, $T$ steps. Numbers that must be kept while the sequence runs:


# %% tags=["hide-input"]
def kept(units, inputs, time):
    p = lstm_1997.init(np.random.default_rng(0), inputs, units)
    run = unroll(lstm_1997, p, np.zeros((time, inputs)))
    history = sum(
        np.size(part) for trace in run.traces for part in (trace.x, *trace[2:])
    )
    weights = sum(np.size(part) for part in p)
    return weights, history, 2 * weights // 3, 2 * units * weights


print("  n  inputs     T |  weights  |    BPTT   truncated      RTRL")
for units, time in ((8, 20), (8, 1000), (64, 1000)):
    weights, history, partials, full_rtrl = kept(units, 7, time)
    print(
        f"{units:3} {7:7} {time:5} | {weights:7,}   |{history:8,} {partials:11,} {full_rtrl:9,}"
    )

# %% [markdown] slideshow={"slide_type": "fragment"}
# - **BPTT** keeps the history: it grows with $T$.
# - **RTRL**, the full gradient carried forward: every state with respect to every weight, $2nN$.
# - **truncated**: $\tfrac{2}{3} N$, no history. About $2\tfrac{2}{3} N$ multiplications a step:
#   $O(\text{weights})$, and it may run for ever.

# %% [markdown] slideshow={"slide_type": "skip"}
# Where $2\tfrac23 N$ comes from: $N$ multiplications for the forward step, $\tfrac23 N$ for what is
# added to the partials of candidate and input gate, and $N$ to multiply errors with partials (with
# sources, for the output gate). Lower-order terms are left out. RTRL (real-time recurrent learning,
# lesson 02) is the gradient of the whole net carried forward in time; it must multiply every stored
# partial by the net's weights at each step, which makes it $O(n^2 N)$. Counted, as in lesson 02:


# %% slideshow={"slide_type": "skip"}
def work(units, time):
    """Multiplications for each step and each weight: forward, and the rule."""
    p = lstm_1997.init(np.random.default_rng(0), 7, units)
    run = unroll(lstm_1997, p, np.ones((time, 7)))
    trace = run.traces[0]
    forward = multiplications(lstm_1997.step, p, trace.x, trace.previous)
    rule = multiplications(truncated_rule, run.traces, np.ones((time, units)))
    return (forward + rule / time) / sum(part.size for part in p)


for units, time in ((8, 20), (64, 20), (64, 200)):
    print(
        f"n = {units:2}, T = {time:3}: {work(units, time):.2f} times the weights"
    )
assert 8 / 3 < work(64, 20) < 2.8

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The gradient of what?
#
# Hold the recurrent sources $h_{t-1}$ fixed at the values they had, and take differences:


# %%
def loss_with_fixed_sources(params):
    c, total = np.zeros(8), 0.0
    for trace, error in zip(run.traces, grad_h):
        given = lstm_1997.State(trace.previous.h, c)  # h as recorded
        (h, c), _ = lstm_1997.step(params, trace.x, given)
        total += error @ h
    return total


report = check_gradient(loss_with_fixed_sources, p, library)
print(report)

# %% tags=["hide-input"]
assert report.passed

# %% [markdown] slideshow={"slide_type": "fragment"}
# So the truncated rule is an exact gradient: of a net whose $h_{t-1}$ is an input like $x_t$.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The angle to the full gradient
#
# Cosine between the truncated and the full gradient, untrained cells, error at the last of 60 steps.


# %% tags=["hide-input"]
def flat(params):
    return np.concatenate([np.ravel(part) for part in params])


def cosine(seed, b_o):
    rng = np.random.default_rng(seed)
    p = shifted(lstm_1997.init(rng, inputs=3, units=8), b_o=b_o)
    run = unroll(lstm_1997, p, rng.normal(size=(60, 3)))
    grad_h = np.zeros_like(run.states.h)
    grad_h[-1] = rng.normal(size=8)
    a = flat(bptt(lstm_1997, p, run, grad_h).params)
    b = flat(truncated(lstm_1997, p, run, grad_h))
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


angles = {
    f"$b_o = {b}$": [cosine(s, b) for s in range(10)] for b in (0, -2, -4)
}
wide, between, narrow = angles.values()
assert min(wide) < 0.6 and min(between) > 0.6 and min(narrow) > 0.97
_, ax = figures.axes(size=(9, 3.8))
show(
    figures.compare_scores(
        angles,
        ylabel="cosine (1: same direction)",
        ax=ax,
    ),
    alt="Cosine of truncated and full gradient for ten seeds: widely spread with output-gate bias "
    "0, above 0.6 with -2, and above 0.97 for all seeds with -4.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# The cut is no small matter by itself: with gates half open, the truncated gradient may point far
# away from the true one. It is nearly the true one when the output gates are nearly shut, because
# then little comes out that could come back.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Why output-gate biases start negative
#
# The angle is one reason. The paper's own: early on, cells get **abused** for what needs no memory.
#
# Test: a read-out without a bias, mean answer 1/2, four cells with $b_o = -1, -2, -3, -4$.
# Who supplies the mean?


# %% tags=["hide-input"]
def loss_without_bias(params, h, targets, mask=None):
    value, gradient, grad_h = linear.loss(params, h, targets, mask)
    return value, gradient._replace(d=0 * gradient.d), grad_h


brief = TwoSequence(length=30)
no_bias = SimpleNamespace(init=linear.init, loss=loss_without_bias)
staggered = np.array([-1.0, -2.0, -3.0, -4.0])


def mean_supplied(seed):
    how = {"units": 4, "updates": 50, "b_o": staggered}
    model = train(seed, lstm_1997, no_bias, batches(brief), **how)[-1]
    test = brief.sample(np.random.default_rng(10**6 + seed), 500)
    h = unroll(lstm_1997, model.cell, test.padded().inputs).states.h
    return (model.readout.V[0] * h[test.lengths - 1, np.arange(500)]).mean(0)


supplied = np.array(over_seeds(mean_supplied, range(5)))
assert np.all(supplied[:, 0] > 2 * supplied[:, 3])
_, ax = figures.axes(size=(9, 3.4))
show(
    figures.compare_scores(
        {f"$b_o = {b:.0f}$": row for b, row in zip(staggered, supplied.T)},
        baseline=0.5,
        baseline_label="mean answer",
        ylabel="mean contribution",
        ax=ax,
    ),
    alt="Mean contribution of each cell to the answer after 50 updates, five seeds: the cell with "
    "output-gate bias -1 supplies most of the mean, the one with -4 the least.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# The paper calls this the abuse problem: a cell that only supplies a constant is lost for memory, at
# least for a while. Biases that differ hand out the cells one after the other: the most open one
# takes the easy job, the others stay free. We see exactly that. Whether it helps is the next slide.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Does it help?
#
# Two-sequence task, 30 steps, four cells, 200 updates: the full gradient, and the truncated rule
# from two starts.


# %% slideshow={"slide_type": "skip"}
def on_brief(seed, rule, b_o):
    model = train(
        seed, lstm_1997, logistic, batches(brief), units=4, rule=rule, b_o=b_o
    )[-1]
    return share_right(brief, lstm_1997, logistic, model, seed)


tried = (("full", full, 0.0), ("truncated", truncated, 0.0))
tried += (("truncated", truncated, -5.0),)
rules = {
    f"{name}, $b_o={b_o:.0f}$": over_seeds(
        partial(on_brief, rule=rule, b_o=b_o), range(5)
    )
    for name, rule, b_o in tried
}

# %% tags=["hide-input"]
exact, *cut = (np.array(scores) for scores in rules.values())
assert np.all(exact > 0.85)
assert all(np.sum(shares > 0.85) >= 2 for shares in cut)
_, ax = figures.axes(size=(11.4, 4.6))
show(
    figures.compare_scores(rules, baseline=brief.memory_free_score, ax=ax),
    alt="Share right, five seeds each. With the full gradient all seeds learn. "
    "With the truncated gradient most seeds learn and some do not, with either start.",
    caption="The full gradient always learns here; the truncated one mostly, with either start.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# So, honestly: the truncated rule learns, but here not in every seed, and the negative start
# does not change that. A negative output-gate bias does two things that we can measure, it turns the
# truncated gradient towards the full one, and it hands out the cells one by one; on a task this
# small neither decides who learns. But this is not how the rule was meant: we use Adam, clipping,
# batches of 32, and large first weights. So do it as the authors did.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The authors' own network for this task

# %% tags=["hide-input"]
show(
    figures.memory_block_network(blocks=3, cells=1, inputs=1, outputs=1),
    alt="One input feeds three memory blocks of one cell each, with an input gate and an output "
    "gate. The cells feed the output. Cells and gates feed all cells and gates at the next step.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## In numbers

# %%
paper = blocks.PUBLISHED["3a"]  # experiment 3 of the paper of 1997
net = paper.layout
print("blocks", net.blocks, "of", net.cells, "cell; each gate and cell reads")
print(net.inputs, "input,", net.recurring, "cells and gates, and a bias")
print(
    "weights:", blocks.weight_count(net), "(the paper says", f"{paper.weights})"
)
print("input-gate biases ", *paper.input_bias)
print("output-gate biases", *paper.output_bias)
print("all other weights within", paper.spread)

# %% [markdown] slideshow={"slide_type": "skip"}
# Four things differ from our cell. The gates' values are fed back, beside $h$. The candidate is
# squashed to $(-2, 2)$, by $4\sigma(net) - 2$, and the state to $(-1, 1)$, by $2\sigma(c) - 1$. All
# first weights are small. And both kinds of gates start nearly shut, each block's a little more than
# those of the block before. 102 weights are 9 gates and cells with 11 sources each, and the output
# with 3.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Its own rule: forward in time, no history
#
# Plain descent, one sequence an update. The loss is $L = \tfrac12 (y - \text{target})^2$.


# %%
def learn_online(params, inputs, targets, mask, rate):
    state = blocks.initial_state(net)
    partials = blocks.first_partials(net)
    for x, target, asked in zip(inputs, targets, mask):
        state, trace = blocks.step(net, params, x, state)
        partials = blocks.next_partials(net, trace, partials)
        if asked:  # the error arrives: move the weights now
            part = blocks.gradient_now(net, params, trace, partials, target)
            params = blocks.Params(
                *(w - rate * d for w, d in zip(params, part))
            )
    return params


# %% slideshow={"slide_type": "skip"}
first = paper.init(np.random.default_rng(0))
one = brief.sample(np.random.default_rng(1), 1)
moved = learn_online(first, *one[0], paper.rate)
trainer = BlocksTrainer(net, [first], paper.rate)
trainer.learn([one])
for ours, library in zip(moved, trainer.params(0)):
    assert np.allclose(ours, library, atol=1e-12)
held = sum(part.size for part in blocks.first_partials(net))
assert blocks.weight_count(net) == paper.weights == 102 and held == 66
print(f"kept from step to step: {held} partials, for a sequence of any length")
print("our update and the compiled one agree")

# %% [markdown] slideshow={"slide_type": "skip"}
# `blocks.next_partials` and `blocks.gradient_now` are the two tables of "The truncated rule", for
# blocks: `gradient_now` sums over the cells of a block where the gates are shared. The partials are
# those of candidate and input gate: 6 rows of 11. In Python an update takes milliseconds;
# `BlocksTrainer` is the same rule, compiled, for several nets side by side.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## As the authors did it
#
# Five nets; 6400 sequences each, as many as the nets before them have seen.

# %% slideshow={"slide_type": "skip"}
rngs = [np.random.default_rng(seed) for seed in range(5)]
tests = [brief.sample(np.random.default_rng([s, 1]), 500) for s in range(5)]
wanted = [test.targets[test.mask] > 0.5 for test in tests]
trainer = BlocksTrainer(net, [paper.init(rng) for rng in rngs], paper.rate)
starts, online = [trainer.params(k) for k in range(5)], []
for _ in range(16):
    trainer.learn([brief.sample(rng, 400) for rng in rngs])
    said = trainer.answer(tests)
    online.append([np.mean((y > 0.5) == w) for y, w in zip(said, wanted)])
online = np.array(online).T
learned = sum(online[:, -1] > 0.9)
print(f"the network of 1997 by its own rule learned: {learned} of 5 seeds")


# %% slideshow={"slide_type": "skip"}
def next_to_full(params, seed, count=16):
    """Cosine of the two gradients of all gates and cells, summed over sequences."""
    some = brief.sample(np.random.default_rng([seed, 2]), count)
    sums = [
        sum(flat(gradient(net, params, *some[k])[:-1]) for k in range(count))
        for gradient in (blocks.truncated_gradient, blocks.full_gradient)
    ]
    return sums[0] @ sums[1] / np.prod([np.linalg.norm(g) for g in sums])


along = {
    "first\nweights": [next_to_full(p, s) for s, p in enumerate(starts)],
    "after\ntraining": [next_to_full(trainer.params(s), s) for s in range(5)],
}

# %% tags=["hide-input"]
assert learned == 5 and np.all(online[:, :2] < 0.8)
assert min(along["first\nweights"]) > 0.95
assert min(along["after\ntraining"]) > 0.7
figure, (left, right) = figures.axes(columns=2, size=(12.4, 4.4))
figures.learning_curves(
    {"1997": online},
    steps=400 * np.arange(1, 17),
    baseline=brief.memory_free_score,
    xlabel="sequences",
    ylabel="score (share correct)",
    ax=left,
)
figures.compare_scores(along, ylabel="cosine with the full gradient", ax=right)
right.set_ylim(0, 1.08)
show(
    figure,
    alt="Left: the share right against the number of sequences, five seeds. All stay near one half "
    "for the first thousands and then rise to one, each at its own time. Right: the cosine between "
    "the truncated and the full gradient of these nets is near one with the first weights and "
    "after training.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Same task, same number of sequences, the rule that left some seeds behind a few slides ago: now all
# five learn. Ask what the small first weights and nearly shut gates do to the remainder. (Nothing
# that comes out of a cell can come back strongly, so what is cut is small.) Ask also what one learns
# from this about comparisons: a rule and the start it was made for belong together.

# %% [markdown] slideshow={"slide_type": "skip"}
# The truncated gradient of *these* nets is nearly the full one: with small weights
# and gates nearly shut there is hardly a remainder to cut. (The cosine is that of gates and cells.
# The weights of the output are left out, since both rules give them the same gradient.) That is the
# condition under which the rule was used, and under it all five nets learn.
#
# Is it the biases, then? Start all gate biases at zero, and leave the rest as it is:

# %% slideshow={"slide_type": "skip"}
zeros = {"input_bias": (0.0,) * 3, "output_bias": (0.0,) * 3}
rngs = [np.random.default_rng(seed) for seed in range(5)]
at_zero = BlocksTrainer(
    net,
    [blocks.init(rng, net, paper.spread, **zeros) for rng in rngs],
    paper.rate,
)
at_zero.learn([brief.sample(rng, 6400) for rng in rngs])
said = at_zero.answer(tests)
zero = [np.mean((y > 0.5) == w) for y, w in zip(said, wanted)]
assert min(zero) > 0.9
print("with all gate biases at zero: 5 of 5 learn as well")

# %% [markdown] slideshow={"slide_type": "skip"}
# So on this task it is not the biases; small first weights and plain descent are enough. The
# biases are for longer lags and more blocks, where cells are abused or do the same thing.
# [Exercise 4](../exercises/ex04_carousel_and_gates/ex04_carousel_and_gates.ipynb) has you write the
# input gate's partial. In the rest of the course we use the full gradient unless we say otherwise.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What fails now: a stream
#
# The five nets that learned the latch. Sequences follow one another; **nobody resets the state**.
# Right: the four cell states $c_t$ of one net.


# %% slideshow={"slide_type": "skip"}
def on_stream(number, count=8):
    rng, state, states = np.random.default_rng(number), None, []
    model, right, said = nets[lstm_1997][number], [], []
    for _ in range(count):
        sequences = latch.sample(rng, 500)
        run = unroll(lstm_1997, model.cell, sequences.padded().inputs, state)
        state = lstm_1997.State(run.states.h[-1], run.states.c[-1])
        y = logistic.outputs(model.readout, run.states.h)
        right.append(latch.is_correct(y, sequences).mean())
        said.append(y[-1, :, 0] > 0.5)
        states.append(run.states.c[:, 0])
    return (
        right,
        np.mean(np.equal(said, said[0]), axis=1),
        np.concatenate(states),
    )


streams = [on_stream(number) for number in range(5)]
right, same = (np.array([stream[k] for stream in streams]) for k in (0, 1))
print("first answer right:", np.all(right[:, 0] > 0.99))
print("second answer right:", np.all(right[:, 1] > 0.99))
print("all later answers repeat the first:", np.all(same > 0.95))

# %% tags=["hide-input"]
assert np.all(right[:, 0] > 0.99) and np.all(right[:, 1:] < 0.8)
assert np.all(same > 0.95)
sizes = np.array([np.abs(stream[2]).mean(1) for stream in streams])
assert np.all(sizes[:, -1] > 3 * sizes[:, 20])
figure, (scored, grown) = figures.axes(columns=2, size=(12, 4.4))
figures.score_against_lag(
    np.arange(1, 9),
    right,
    label="lstm_1997",
    baseline=0.5,
    xlabel="number of the sequence in the stream",
    ax=scored,
)
figures.stream_state(
    streams[0][2], boundaries=np.arange(8) * 21, limit=3.0, ax=grown
)
show(
    figure,
    alt="Left: all five nets answer the first sequence of a stream, and are near chance from the "
    "second on. Right: the cell states of one net move away from zero through all eight "
    "sequences, far out of the band where tanh still responds.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Nothing in the cell can make the state smaller on purpose, but adding an opposite number, and
# that needs exactly the right one. tanh of a large state is flat: the new value is in the sum, but
# nobody can see it, and no error gets in either, because the same slope gates the error.
# Ask: which gate is missing? Where on the diagram would you put it? (On the thick line.)

# %% [markdown] slideshow={"slide_type": "skip"}
# Look at what these nets do. They solved the latch without needing to stay put: once the value is
# in, the same amount is added at every step, $\tanh(c_t)$ sticks at its end, and the bit is held
# there. A reset ends every sequence, so nothing punished it. Without the reset the state is far out
# when the second value comes, and the net repeats its first answer for ever.
#
# Is that only bad training? Take the cell that we set by hand, whose gate shuts nearly perfectly:

# %% slideshow={"slide_type": "skip"}
rng, state = np.random.default_rng(0), None
one, two = latch.sample(rng, 1000), latch.sample(rng, 1000)
for sequences in (one, two):
    run = unroll(lstm_1997, by_hand, sequences.padded().inputs, state)
    state = lstm_1997.State(run.states.h[-1], run.states.c[-1])
signs = [sequences.padded().targets[-1, :, 0] for sequences in (one, two)]
agree = signs[0] == signs[1]
print(
    "where both values agree, c is", np.unique(np.abs(state.c[agree]).round(1))
)
print("where they do not, it is", np.unique(np.abs(state.c[~agree]).round(1)))

# %% [markdown] slideshow={"slide_type": "skip"}
# It adds the second value to the first. $+1$ and then $-1$ leave 0: neither answer. A sum cannot
# let go of what it holds, however good its gates are.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Check yourself
#
# Look again at "Which errors are trapped, and when released", right panel. After
# training, the error in the state at steps 1, 2, 3 is about as large as at step 4.
# Yet steps 1 to 3 hardly change the candidate's weights. Why?
#
# 1. The error has vanished before it reaches them.
# 2. The output gate is shut at steps 1 to 3.
# 3. The input gate is shut at steps 1 to 3.
# 4. The gradient was truncated.

# %% [markdown] slideshow={"slide_type": "notes"}
# 1 no: it arrives at full size. 2 no: the output gate decides which errors enter,
# and this one entered at step 16. 3 yes. 4 no: these nets learned from the full
# gradient.

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Answers, with a reason for each option</summary>
#
# 1. **No.** "Error circles in the carousel" shows it at full size at step 1.
#    Vanishing is what happens in the Elman net of lesson 03.
# 2. **No.** It is shut there, and that decides which errors *enter* at these steps.
#    The error in question entered at step 16, and travels along the state, where
#    the output gate has no say.
# 3. **Yes.** Error leaves the state for the candidate's weights multiplied by
#    $i\,(1 - g^2)$. The gate that keeps a distractor out on the way forward keeps the
#    error of that distractor in on the way back. That is the end of the weight
#    conflict of lesson 04.
# 4. **No.** These nets learned from the full gradient. And truncation cuts the way
#    into $h$ at the step before, not the way into this step's weights.
#
# </details>
#
# More questions wait in the
# [quiz](../exercises/quiz_recurrent_networks/quiz_recurrent_networks.ipynb).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# - A gate is a multiplication by a learned number in $[0, 1]$: another one at every step.
# - Input gate: what to store. Output gate: what to release. Going back: when to release an
#   error, and which to trap.
# - The full gradient is *not* constant; the truncated one is, and costs $O(\text{weights})$ per step.
# - A nearly shut output gate makes the two agree.
# - Nothing in this cell can forget.
#
# **Exercises**: [ex04 carousel and gates](../exercises/ex04_carousel_and_gates/ex04_carousel_and_gates.ipynb);
# after lesson 07 also [ex05 LSTM cell](../exercises/ex05_lstm_cell/ex05_lstm_cell.ipynb).
#
# Next: [07 forget gates](07_forget_gates.ipynb) puts one more gate, on the state itself.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Further reading
#
# - S. Hochreiter and J. Schmidhuber 1997, *Long short-term memory*, Neural Computation 9(8),
#   1735-1780. Sections 3 and 4 are this lesson; appendix A.1 is the truncated rule.
# - S. Hochreiter 1991, *Untersuchungen zu dynamischen neuronalen Netzen*: where the error flow was
#   first analysed.
# - Y. Bengio, P. Simard and P. Frasconi 1994, *Learning long-term dependencies with gradient descent
#   is difficult*: the latch and the two-sequence task.
# - F. Gers, J. Schmidhuber and F. Cummins 2000, *Learning to forget: continual prediction with
#   LSTM*: the next lesson.
