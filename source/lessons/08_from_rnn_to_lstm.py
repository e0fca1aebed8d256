# %% [markdown] slideshow={"slide_type": "slide"}
# # From the plain net to the LSTM
#
# Lesson 08 · 30 minutes
#
# **You will**
#
# - build the LSTM cell out of the plain recurrent net, in eight pictures, one change each,
# - set its gates by hand, and measure what each of them protects against,
# - tell the cell state from the hidden state, the commonest confusion of all.

# %% [markdown] slideshow={"slide_type": "skip"}
# **You need** [lesson 06](06_gates.ipynb) (input and output gate) and
# [lesson 07](07_forget_gates.ipynb) (forget gate). If you have only seen a plain recurrent net, you
# can start here: every part is introduced again, in another order.
#
# | part | minutes |
# |---|---|
# | A prediction | 2 |
# | Eight pictures | 11 |
# | Where the weights are | 3 |
# | Gates set by hand | 5 |
# | What each gate protects against | 5 |
# | Cell state and hidden state, and what you take away | 4 |
#
# Lessons 03 to 07 went the way of history: what failed, and what repaired it. This one goes the
# way of the drawing board. Same cell, seen in one go.

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
import numpy as np

from coursekit import figures, show
from coursekit.cells import elman, lstm, sigmoid
from coursekit.gradients import bptt, unroll
from coursekit.tasks import Padded
from coursekit.training import Adam, Model, fit, init_model, linear, over_seeds
from coursekit.widgets import GateExplorer, scene, set_by_hand
from coursekit.widgets.gates import CANDIDATES

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Predict before you run
#
# A trained LSTM has read a number and will be asked for it two steps later. In between you stop it.
# It has two vectors: the *hidden state* $h_t$ and the *cell state* $c_t$. You take **$h_t$ out
# and put in that of another run**, which has stored another number. $c_t$ stays. Then you let it go
# on. Which number will it say?
#
# 1. its own
# 2. that of the other run
# 3. something between the two
# 4. nothing sensible: the two no longer fit together
#
# Write your answer down.

# %% [markdown] slideshow={"slide_type": "notes"}
# Answer: 1, its own, see "Swap them". Who knows the plain net says 2, because there h is all that
# there is; "hidden state" sounds like the memory. It was a plain net's memory. Here it is what
# the cell shows.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Picture 0: the plain net
#
# $$h_t = \tanh(W x_t + U h_{t-1} + b)$$

# %% tags=["hide-input"]
show(figures.build_up(0), alt=figures.build_up_alt(0))

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(0)
p = lstm.init(rng, inputs=3, units=4)  # W, U, b of i, f, o and g
x, h_old, c_old = rng.normal(size=3), rng.normal(size=4), rng.normal(size=4)

# %%
h = np.tanh(p.W_g @ x + p.U_g @ h_old + p.b_g)

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
plain = elman.Params(p.W_g, p.U_g, p.b_g)
assert np.allclose(h, elman.step(plain, x, elman.State(h_old))[0].h)
print("this line is the library's Elman cell")

# %% [markdown] slideshow={"slide_type": "notes"}
# One box. It does three things at once: it is the memory, it is the new content, and it is what the
# rest of the net sees. The next seven pictures take these three apart. Ask before each picture
# what is still missing.

# %% [markdown] slideshow={"slide_type": "skip"}
# One vector has three jobs here. $h_t$ is what the net *remembers*, what it has just *computed*,
# and what it *shows* to the read-out. And whatever it remembers is squashed and mixed by $U$ again at
# every step. The next pictures give each job a place of its own.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Picture 1: the update becomes a candidate
#
# $$g_t = \tanh(W_g x_t + U_g h_{t-1} + b_g)$$

# %% tags=["hide-input"]
show(figures.build_up(1), alt=figures.build_up_alt(1))

# %%
g = np.tanh(p.W_g @ x + p.U_g @ h_old + p.b_g)

# %% [markdown] slideshow={"slide_type": "skip"}
# The change is a name. What the plain net *would* make its new state is now only a proposal: the
# **candidate** $g_t$. Other texts write $u_t$, $a_t$ or $\tilde c_t$. Its weights $W_g$, $U_g$, $b_g$
# are the plain net's weights.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Picture 2: a state line beside it
#
# $$c_t = c_{t-1}$$

# %% tags=["hide-input"]
show(figures.build_up(2), alt=figures.build_up_alt(2))

# %%
c = c_old

# %% [markdown] slideshow={"slide_type": "notes"}
# The line does nothing at all, and that is its virtue: no squash, no weight, so its derivative is
# one, over any number of steps: the carousel of lesson 05. A perfect memory into which nothing
# can be written yet.

# %% [markdown] slideshow={"slide_type": "skip"}
# A line that does nothing is a perfect memory: it keeps what is on it, for any number of steps, and
# an error that travels back along it stays what it is ([lesson 05](05_constant_error_carousel.ipynb)).
# It is also useless. Nothing gets on, and nobody looks at it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Picture 3: the sum
#
# $$c_t = f\, c_{t-1} + i\, g_t \qquad h_t = c_t$$

# %% tags=["hide-input"]
show(figures.build_up(3), alt=figures.build_up_alt(3))

# %%
f, i = 1.0, 1.0  # two numbers that you choose
c = f * c_old + i * g
h = c

# %% [markdown] slideshow={"slide_type": "notes"}
# Let the class try corner values. f = 1, i = 0: keep. f = 0, i = 1: replace, which is the plain net
# again. f = 1, i = 1: add up everything. f = 0, i = 0: empty. With fixed numbers you must choose one of
# them for all steps.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Four corners of picture 3
#
# | $f$ | $i$ | $c_t =$ | |
# |---|---|---|---|
# | 0 | 1 | $g_t$ | replace: **the plain net** |
# | 1 | 0 | $c_{t-1}$ | keep |
# | 1 | 1 | $c_{t-1} + g_t$ | add up |
# | 0 | 0 | $0$ | empty |

# %%
for f, i, name in ((0, 1, "replace"), (1, 0, "keep"), (0, 0, "empty")):
    c = f * c_old + i * g
    same = {"g": c == g, "c_old": c == c_old, "0": c == 0}
    print(
        f"f={f} i={i} {name:8} c is", *(k for k, v in same.items() if v.all())
    )

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
# f = 0, i = 1 over a whole sequence: the plain net, to the last bit.
xs, h = rng.normal(size=(20, 3)), np.zeros(4)
for x_t in xs:
    c = 0 * h + 1 * np.tanh(p.W_g @ x_t + p.U_g @ h + p.b_g)
    h = c
assert np.allclose(h, unroll(elman, plain, xs).states.h[-1], atol=1e-12)
print("with f = 0 and i = 1 picture 3 is the plain net, over 20 steps")

# %% [markdown] slideshow={"slide_type": "skip"}
# So the plain net is one corner of this picture: the net that drops everything at every step and
# must write it anew. No fixed corner will do. You want "replace" at some steps and "keep" at the
# others. The two numbers must depend on the step.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Picture 4: where f comes from
#
# $$f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f)$$

# %% tags=["hide-input"]
show(figures.build_up(4), alt=figures.build_up_alt(4))

# %%
f = sigmoid(p.W_f @ x + p.U_f @ h_old + p.b_f)

# %% [markdown] slideshow={"slide_type": "skip"}
# The number becomes the output of a small net of its own, the **forget gate**. $\sigma$ keeps it
# between 0 and 1. It reads the same two things as the candidate, with weights of its own, and it is a
# vector: one number for each cell.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Picture 5: where i comes from
#
# $$i_t = \sigma(W_i x_t + U_i h_{t-1} + b_i)$$

# %% tags=["hide-input"]
show(figures.build_up(5), alt=figures.build_up_alt(5))

# %%
i = sigmoid(p.W_i @ x + p.U_i @ h_old + p.b_i)
c = f * c_old + i * g

# %% [markdown] slideshow={"slide_type": "notes"}
# Same box again, other weights. Ask: why not i = 1 - f? (One can; lesson 13 does. Then the cell can no
# longer keep and write at once, that is count.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Picture 6: the squash on the way out
#
# $$h_t = \tanh(c_t)$$

# %% tags=["hide-input"]
show(figures.build_up(6), alt=figures.build_up_alt(6))

# %%
h = np.tanh(c)

# %% [markdown] slideshow={"slide_type": "skip"}
# The state may grow: keep and add, keep and add. What goes out to gates and read-out is kept in
# $(-1, 1)$. The squash stands **beside** the state line, not on it. On the line it would be
# applied again at every step, and the vanishing gradient of lesson 03 would be back. Whether this tanh
# is needed at all is measured in lesson 13.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Picture 7: the output gate
#
# $$o_t = \sigma(W_o x_t + U_o h_{t-1} + b_o) \qquad h_t = o_t \odot \tanh(c_t)$$

# %% tags=["hide-input"]
show(figures.build_up(7), alt=figures.build_up_alt(7))

# %%
o = sigmoid(p.W_o @ x + p.U_o @ h_old + p.b_o)
h = o * np.tanh(c)

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
library, _ = lstm.step(p, x, lstm.State(h_old, c_old))
assert np.allclose(h, library.h, atol=1e-12)
assert np.allclose(c, library.c, atol=1e-12)
print("the lines of pictures 1, 4, 5 and 7 are the library's LSTM cell")

# %% [markdown] slideshow={"slide_type": "notes"}
# Done. Go back to picture 0 and let somebody name the three jobs and where each has gone: content
# is g, memory is c, display is h. The yellow patches of pictures 1 to 7 together are what LSTM adds.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The whole cell, in six lines
#
# Content: $g$. Memory: $c$. Display: $h$. Three gates in between.


# %%
def step(p, x, h, c):
    g = np.tanh(p.W_g @ x + p.U_g @ h + p.b_g)  # picture 1
    f = sigmoid(p.W_f @ x + p.U_f @ h + p.b_f)  # picture 4
    i = sigmoid(p.W_i @ x + p.U_i @ h + p.b_i)  # picture 5
    o = sigmoid(p.W_o @ x + p.U_o @ h + p.b_o)  # picture 7
    c = f * c + i * g  # picture 3
    h = o * np.tanh(c)  # pictures 6 and 7
    return h, c


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Unrolled over three words

# %% tags=["hide-input"]
words = ("the", "cat", "sat")
show(
    figures.unrolled_diagram("lstm", words),
    alt=figures.unrolled_alt("lstm", words),
    caption="The thick line is c, the thin one h. The same weights at every word.",
)

# %% slideshow={"slide_type": "skip"}
one_hot = np.eye(3)  # three words, three symbols
h = c = np.zeros(4)
for x in one_hot:
    h, c = step(p, x, h, c)
assert np.allclose(h, unroll(lstm, p, one_hot).states.h[-1], atol=1e-12)
print("carried from word to word: h and c,", h.size + c.size, "numbers")

# %% [markdown] slideshow={"slide_type": "notes"}
# Compare with the plain net of lesson 01 over the same three words: there one line ran from copy to
# copy. Now there are two. The read-out V sees h only. Ask: along which of the two does an error get
# back to "the" in one piece? (Along c, as long as f is near one.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## "The only weights direct the gates." True?
#
# You may read this sentence on slides. Count, here for 7 inputs and 14 cells:

# %%
weights = {"g": 0, "f": 0, "i": 0, "o": 0}
for name, array in lstm.init(rng, inputs=7, units=14)._asdict().items():
    weights[name[-1]] += array.size
print(weights)

# %% [markdown] slideshow={"slide_type": "fragment"}
# **No.** A quarter of them belong to the candidate, $W_g$, $U_g$, $b_g$: the plain net's own weights.
# Set those to zero, and no gate can do anything:

# %%
empty = {name: 0 * array for name, array in p._asdict().items() if "g" in name}
states = unroll(lstm, p._replace(**empty), rng.normal(size=(50, 3))).states
print(
    "no candidate: c and h stay zero:", not states.c.any(), not states.h.any()
)

# %% [markdown] slideshow={"slide_type": "skip"}
# What is true in the sentence: **on the state line** there is no weight. From $c_{t-1}$ to $c_t$ there is
# only the product with $f_t$. The gates decide *when* and *how much*. The candidate decides *what*.
# Below we train a net whose candidate may not learn, and see what that costs.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Set the gates by hand
#
# The same ten candidates each time (diamonds). Filled: open. Empty: shut.

# %% tags=["hide-input"]
figure, panels = figures.axes(2, 2, size=(12, 6))
ends = {}
for ax, name in zip(panels.ravel(), ("keep", "drop", "hide", "show")):
    gates = {letter: getattr(scene(name), letter) for letter in "ifo"}
    c, h = set_by_hand(CANDIDATES, **gates)
    figures.gates_by_hand(CANDIDATES, gates, c, h, title=name, ax=ax)
    ends[name] = c, h
assert np.allclose(ends["keep"][0][1:], 0.9)
assert not ends["drop"][0][5:].any()
assert not ends["hide"][1].any() and np.allclose(ends["hide"][0][1:], 0.9)
assert np.flatnonzero(ends["show"][1]).tolist() == [8]
show(
    figure,
    alt="Four settings. Keep: the input gate opens at step 2 only, and c stays at 0.9. "
    "Drop: the forget gate shuts at step 6, and c and h fall to zero. Hide: the output gate "
    "is shut; h is zero while c is 0.9. Show: it opens at step 9, and h rises there only.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Go through the four panels with the pointer: find the one switch that differs from the panel
# before. In the panel "hide" ask: does the cell remember anything? (Yes, and nobody can see it.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Explore it

# %% tags=["hide-input"]
explorer = GateExplorer("show")
explorer

# %% [markdown] slideshow={"slide_type": "notes"}
# Tasks for the class. 1: store the 0.7 of step 7 instead of the 0.9. 2: hold 0.9 until step 6, then
# 0.3 alone (shut f and open i at step 6). 3: make c as large as you can (i open at the positive
# candidates only: 3.1). 4: let the number fade (f half open).

# %% [markdown] slideshow={"slide_type": "skip"}
# Each switch goes from shut (0) to open (1) to half open (½). The five buttons on top set all switches at
# once. Arrow keys walk from switch to switch, and the space bar turns it. It works in the slides and in a
# saved page too, without a kernel. Four things to try:
#
# 1. Store the 0.7 of step 7 and nothing else.
# 2. Hold 0.9 up to step 5, and from step 6 on hold 0.3 **alone**. Which two switches does it take?
# 3. Make $c$ as large as you can. What is $h$ then?
# 4. Let a number fade away. Which gate, and which setting?
#
# <details><summary>Answers</summary>
#
# 1. $i$ open at step 7 only, $f$ open from step 8 on.
# 2. At step 6 shut $f$ **and** open $i$: drop the old, write the new. With $f$ open you would get
#    $0.9 + 0.3$.
# 3. $i$ open at all positive candidates, $f$ always: $c = 3.1$. And $h = \tanh(3.1)$, not quite 1.
# 4. $f$ half open: half of it is lost at every step.
#
# </details>

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
g, always = np.array(CANDIDATES), np.ones(10)
third = set_by_hand(g, 1.0 * (g > 0), always, always)
assert np.isclose(third[0][-1], 3.1) and 0.99 < third[1][-1] < 1
at_six = 1.0 * (np.arange(10) == 5)
second = set_by_hand(g, at_six + (np.arange(10) == 1), 1 - at_six, always)
assert np.allclose(second[0][1:5], 0.9) and np.allclose(second[0][5:], 0.3)
c, h = explorer.states()  # the library's cell with the explorer's switches
assert np.allclose(c[1:], 0.9) and np.isclose(h[8], np.tanh(0.9))
print("the answers are right")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Now let the net set them
#
# Inputs: (value, store mark, recall mark), 15 steps. **Three times over**: a number is marked, and
# one to four steps later asked for. All other values are distractors. Say the number when asked, and 0
# at all other steps.


# %%
def memos(rng, count, at=None):
    who, steps = np.arange(count), 15
    values = rng.uniform(-1, 1, (steps, count))
    marks, targets = np.zeros((steps, count, 2)), np.zeros((steps, count, 1))
    for start in (0, 5, 10):
        store, recall = start + np.array(
            at or (rng.integers(0, 2, count), rng.integers(2, 5, count))
        )
        marks[store, who, 0] = marks[recall, who, 1] = 1
        targets[recall, who, 0] = values[store, who]
    inputs = np.concatenate([values[..., None], marks], axis=-1)
    return Padded(inputs, targets, np.ones((steps, count), bool))


# %% [markdown] slideshow={"slide_type": "skip"}
# The score is the squared error over all steps, divided by that of a predictor without memory, which
# can at best say 0 all the time. So 1 means: nothing was learned that needs a memory. All nets have
# **one** unit and learn in the same way: Adam, rate 0.05, 200 batches of 32. `held` gates are held
# open. `fixed` weights stay what they were at the start. Input and output gates that learn begin at
# bias $-2$.


# %% slideshow={"slide_type": "skip"}
def start(rng, cell, units, held):
    model = init_model(rng, cell, linear, inputs=3, units=units, outputs=1)
    if cell is elman:
        return model
    changed = {"b_i": np.full(units, -2.0), "b_o": np.full(units, -2.0)}
    for letter in held:  # sigma(30) = 1: open, whatever comes
        changed |= {f"W_{letter}": 0 * getattr(model.cell, f"W_{letter}")}
        changed |= {f"U_{letter}": 0 * getattr(model.cell, f"U_{letter}")}
        changed |= {f"b_{letter}": np.full(units, 30.0)}
    return model._replace(cell=model.cell._replace(**changed))


def train(seed, cell=lstm, held="", fixed="", units=1):
    rng = np.random.default_rng(seed)

    def batch_gradient(model):
        inputs, targets, mask = memos(rng, 32)
        run = unroll(cell, model.cell, inputs)
        loss, grad_readout, grad_h = linear.loss(
            model.readout, run.states.h, targets, mask
        )
        gradient = bptt(cell, model.cell, run, grad_h).params
        still = [name for name in gradient._fields if name[-1] in held + fixed]
        stopped = {name: 0 * getattr(gradient, name) for name in still}
        return loss, Model(gradient._replace(**stopped), grad_readout)

    model = start(rng, cell, units, held)
    return fit(batch_gradient, model, Adam(0.05), 200, clip=1.0).params


def lost(seed, model, cell=lstm):
    """Squared error on 500 fresh sequences; 1 is a predictor without memory."""
    inputs, targets, _ = memos(np.random.default_rng(10**6 + seed), 500)
    h = unroll(cell, model.cell, inputs).states.h
    said = linear.outputs(model.readout, h)
    return float(((said - targets) ** 2).sum() / (targets**2).sum())


def trained(**how):
    """Five nets, and what each of them loses."""
    nets = over_seeds(lambda seed: train(seed, **how), range(5))
    cell = how.get("cell", lstm)
    return nets, [lost(seed, net, cell) for seed, net in enumerate(nets)]


# %% [markdown] slideshow={"slide_type": "slide"}
# ## An experiment that fails, and its repair
#
# One unit, five seeds, from picture to picture.

# %%
rungs = {
    "plain net": {"cell": elman},
    "sum": {"held": "fio"},
    "sum, f": {"held": "io"},
    "sum, f, i": {"held": "o"},
    "whole cell": {},
}
nets, losses = {}, {}
for name, how in rungs.items():
    nets[name], losses[name] = trained(**how)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## From picture to picture

# %% tags=["hide-input"]
assert min(losses["plain net"] + losses["sum"] + losses["sum, f"]) > 0.8
assert min(losses["sum, f, i"]) > 0.3 and np.median(losses["sum, f, i"]) < 0.7
assert max(losses["whole cell"]) < 0.1
_, ax = figures.axes(size=(11, 4.8))
figures.compare_scores(losses, baseline=1.0, ylabel="share lost", ax=ax)
show(
    ax,
    alt="Share of the numbers lost, five seeds each. Plain net, bare sum and sum with forget gate "
    "lose nearly all, like a predictor without memory; with the input gate too about half is "
    "lost; the whole cell loses next to nothing.",
)
print("the whole cell learned: 5 of 5 seeds; plain net and sum: 0 of 5")

# %% [markdown] slideshow={"slide_type": "skip"}
# "Sum" is picture 3 with $f = i = 1$ and the squash of picture 6: a perfect memory that takes in
# everything. It is no better than the plain net. The forget gate alone does not help either: you need to
# shield the memory from the input before there is anything worth forgetting.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What does each gate protect?
#
# | gate | when shut, it protects | from |
# |---|---|---|
# | input $i_t$ | the memory | inputs that do not matter |
# | forget $f_t$ | the new content | the old |
# | output $o_t$ | the rest of the net | a memory that is not wanted yet |
#
# Measure it: take the whole cell, and hold **one** gate open.

# %%
taken = {
    "i held open": {"held": "i"},
    "f held open": {"held": "f"},
}
costs = {"none": losses["whole cell"]}
for name, how in taken.items():
    _, costs[name] = trained(**how)
costs["o held open"] = losses["sum, f, i"]

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## One gate taken away

# %% tags=["hide-input"]
assert min(costs["i held open"]) > 0.25 and min(costs["o held open"]) > 0.25
assert np.median(costs["f held open"]) > 3 * np.median(costs["none"])
assert max(costs["f held open"]) < min(costs["i held open"])
_, ax = figures.axes(size=(11, 4.8))
figures.compare_scores(costs, baseline=1.0, ylabel="share lost", ax=ax)
show(
    ax,
    alt="Share lost with one gate held open, five seeds each: next to nothing with all three "
    "gates, about half without a working input gate, a smaller share without the forget gate, "
    "about half without the output gate.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Each gate is missed. The forget gate costs least here: the sum can still be emptied by hand, by
# writing the negative of what is in it, and there are three numbers only. Ask: what would
# happen on a stream of a thousand numbers? (Lesson 07.)

# %% [markdown] slideshow={"slide_type": "skip"}
# Going back, the same gates protect too ([lesson 06](06_gates.ipynb)). A shut output gate keeps errors
# away from the memory which it had no part in. A shut input gate keeps the error in the memory away from
# weights that wrote nothing at this step. A shut forget gate ends the way back: nothing before it is blamed.
#
# And a caution. One unit has no neighbour to help it. With more units, cells lend each other gates:

# %% slideshow={"slide_type": "skip"}
_, four = trained(held="o", units=4)
print("four cells, output gates held open: learned:", max(four) < 0.2)
assert max(four) < 0.2

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A candidate that may not learn
#
# Back to "the only weights direct the gates". Train the gates alone, with the candidate's weights
# fixed where they were drawn. Or the candidate alone.

# %%
_, gates_only = trained(fixed="g")
_, candidate_only = trained(fixed="ifo")
for name, values in (
    ("all weights", losses["whole cell"]),
    ("gates only", gates_only),
    ("candidate only", candidate_only),
):
    learned = sum(value < 0.05 for value in values)
    print(f"{name:15} learned: {learned} of 5 seeds")

# %% tags=["hide-input"]
assert max(losses["whole cell"]) < 0.06
assert min(gates_only) > 0.06 and np.median(gates_only) > 0.2
assert min(candidate_only) > 0.5

# %% [markdown] slideshow={"slide_type": "skip"}
# Gates without a candidate that learns know when, but not what: the random candidate mixes the value with
# the marks. A candidate without gates that learn knows what, but not when. Both halves are needed.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Cell state and hidden state
#
# | | cell state $c_t$ | hidden state $h_t = o_t \tanh(c_t)$ |
# |---|---|---|
# | is | what the cell **remembers** | what the cell **shows** |
# | read by | itself, one step later | read-out, gates, candidate, the layer above |
# | range | any number | between $-1$ and $1$ |
# | next step | $f_t \, c_{t-1} + \dots$, no weights | through $U$, into four boxes |
# | in a plain net | there is none | is both |

# %% [markdown] slideshow={"slide_type": "notes"}
# Frameworks call the sequence of h "output" and hand back the pair (h, c) at the end; "the last
# state" of an LSTM is two vectors. Continue a sequence with h only, and the memory is lost. The
# next slide shows how much.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Swap them
#
# The prediction. Store at step 1, recall at step 5. After step 3 exchange $h$, or $c$, with that of another
# sequence.


# %%
def swapped(seed, model):
    rng = np.random.default_rng([seed, 2])
    inputs, targets, _ = memos(rng, 2000, at=(0, 4))
    h, c = (s[2] for s in unroll(lstm, model.cell, inputs[:3]).states)
    other = np.roll(np.arange(2000), 1)
    errors = []
    for state in ((h, c), (h[other], c), (h, c[other])):
        run = unroll(lstm, model.cell, inputs[3:5], lstm.State(*state))
        said = linear.outputs(model.readout, run.states.h)[-1]
        errors.append(((said - targets[4]) ** 2).mean() / (1 / 3))
    of_the_other = ((said - targets[4][other]) ** 2).mean() / (1 / 3)
    return *errors, of_the_other


# %% [markdown] slideshow={"slide_type": "subslide"}
# ## The memory is in c

# %% tags=["hide-input"]
result = np.array([swapped(s, m) for s, m in enumerate(nets["whole cell"])])
assert result[:, :2].max() < 0.1 and result[:, 2].min() > 1.4
assert np.abs(result[:, 1] - result[:, 0]).max() < 0.05
assert result[:, 3].max() < 0.1  # with another's c: the other's number
cases = ("nothing swapped", "another's h", "another's c")
_, ax = figures.axes(size=(10.5, 4.6))
figures.compare_scores(
    dict(zip(cases, result.T)),
    baseline=1.0,
    ylabel="own number, share lost",
    ax=ax,
)
show(
    ax,
    alt="Share of the own number that is lost, five nets: next to nothing without a swap and with "
    "another sequence's h; about two, twice as bad as no memory, with another sequence's c.",
    caption="0: it says its own number. 1: nothing is known. 2: it says the other's number.",
)
print("with another's h: its own number; with another's c: the other's")

# %% [markdown] slideshow={"slide_type": "skip"}
# Why 2? Two independent numbers from $[-1, 1]$ differ by $2 \cdot \tfrac13$ in mean square, which is
# twice the variance $\tfrac13$ that a net without memory loses. (The bar is a little lower, because these
# nets say every number a little too small.) The net with the other's $c$ is not confused. It says the
# *other's* number, as well as it says its own otherwise: the cell above asserts that too.
#
# Here the output gate was shut at the moment of the swap, so $h$ was nearly zero in both runs. Is that
# always so? No. A cell whose output gate is open shows its state in $h$, and $h$ goes into the next gates. What
# holds in general is the drawing: a memory lasts along $c$, and $h$ is made afresh at each step.

# %% slideshow={"slide_type": "skip"}
inputs, _, _ = memos(np.random.default_rng(5), 500, at=(0, 4))
for model in nets["whole cell"]:
    states = unroll(lstm, model.cell, inputs[:4]).states
    between = np.abs(states.h[1:]).mean() / np.abs(np.tanh(states.c[1:])).mean()
    assert between < 0.15
print("between store and recall h is near zero while c holds the number")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Check yourself
#
# In the last plot, "another's h" costs nothing. A fellow student concludes: "So $h$ is of no use; feed
# back $c$ alone." What do you say?
#
# 1. Right: the memory is in $c$, and $h$ is only a copy of it.
# 2. The plot shows one moment, when the output gate is shut. $h$ is what gates, candidate and read-out
#    see; without it the net could say nothing.
# 3. Wrong: the swap of $h$ was repaired by the forget gate.
# 4. Wrong: with more training the net would have kept the number in $h$.

# %% [markdown] slideshow={"slide_type": "notes"}
# 1 no: h is not a copy, it is near zero while c holds the number. 2 yes. 3 no: the forget gate acts on
# c only. 4 no: the task is solved; and what is in h goes through U and a squash at every step.

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Answers, with a reason for each option</summary>
#
# 1. **No.** A copy would look like $c$. Between store and recall $h$ is near zero, while $c$ holds
#    the number: look at the panel "hide".
# 2. **Yes.** At that moment there was nothing in $h$ to be lost. At the recall mark $h$ is the only way by
#    which the number gets out. (There are cells whose gates look at $c$: the peepholes of lesson 13.)
# 3. **No.** The forget gate multiplies $c$. It repairs nothing in $h$, and needs not: $h$ is computed
#    afresh.
# 4. **No.** The net has solved the task as it is. And a number kept in $h$ would have to go through
#    $U$ and the squashes at each step: the plain net's way, which lost everything.
#
# </details>
#
# Now write the pieces yourself:
# [exercise 4](../exercises/ex04_carousel_and_gates/ex04_carousel_and_gates.ipynb) takes a gradient
# apart and puts gates on a carousel, and [exercise 5](../exercises/ex05_lstm_cell/ex05_lstm_cell.ipynb)
# has the whole cell. Done? In
# [exercise 7](../exercises/ex07_gru_and_peepholes/ex07_gru_and_peepholes.ipynb) you write two more
# cells and load a framework's weights, and in
# [exercise 8](../exercises/ex08_find_the_bug/ex08_find_the_bug.ipynb) you find what is wrong with six
# backward passes. More questions wait in the
# [quiz](../exercises/quiz_recurrent_networks/quiz_recurrent_networks.ipynb).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# - The plain net's update becomes the **candidate** $g_t$; beside it runs a **state line** without
#   weights or squash.
# - $c_t = f_t c_{t-1} + i_t g_t$: with $f = 0$, $i = 1$ it is the plain net again.
# - $i$ shields the memory from the input, $f$ the new from the old, $o$ the net from the memory.
# - A quarter of the weights belong to the candidate. The gates say when, the candidate says what.
# - **$c$ remembers, $h$ shows.**
#
# Next: [a language to test all this on](09_reber_grammars.ipynb).

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Further reading
#
# - C. Olah 2015, *Understanding LSTM networks*: another walk through the cell, picture by picture.
# - C. Herta, *LSTM* (web page): the derivation with code.
# - S. Hochreiter and J. Schmidhuber 1997, *Long short-term memory*, Neural Computation 9(8),
#   1735-1780: pictures 2, 3, 5, 6 and 7.
# - F. Gers, J. Schmidhuber and F. Cummins 2000, *Learning to forget: continual prediction with
#   LSTM*: picture 4.
