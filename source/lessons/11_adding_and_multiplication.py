# %% [markdown] slideshow={"slide_type": "slide"}
# # Adding and multiplication
#
# Lesson 11 · 30 minutes
#
# **You will**
#
# - find out what a constant and what random weights score, before any net learns,
# - train nets to keep two **numbers** over a long lag, and see one kind fail,
# - read the solution out of the cells, number by number.

# %% [markdown] slideshow={"slide_type": "skip"}
# **You need** [06 Gates](06_gates.ipynb) for the cell of 1997, and
# [10 Long time lags](10_long_time_lags.ipynb). Two sentences of recall: the state of
# a cell is a running sum, $c_t = c_{t-1} + i_t\, g_t$, and the input gate $i_t$
# decides what goes in. So far a cell had to keep one of two symbols; now it has to
# keep a real number, exactly.
#
# | part | minutes |
# |---|---|
# | A prediction | 2 |
# | The task, and what costs nothing | 8 |
# | An experiment that fails | 4 |
# | The repair | 6 |
# | Reading the cell | 8 |
# | What you take away | 2 |

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
from dataclasses import replace

import numpy as np

from coursekit import figures, show
from coursekit.blocks import weight_count
from coursekit.cells import elman
from coursekit.figures.tables import paper_beside_ours
from coursekit.kernels.blocks import BlocksTrainer
from coursekit.kernels.trainer import OnlineTrainer
from coursekit.papers import results, spread, trials
from coursekit.papers.hochreiter1997 import PRINTED, ROWS
from coursekit.papers.nets import share_right, states_of, trained
from coursekit.tasks import Adding, Multiplication
from coursekit.training import init_model, linear, random_guessing

SEEDS = range(5)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Predict before you run
#
# You see fifty random numbers between $-1$ and $1$. Two of them are marked. At the end
# you are asked for $0.5 + (X_1 + X_2)/4$; an answer within **0.04** is right.
#
# A player who looks at nothing always says 0.5. How often is she right?
#
# 1. practically never
# 2. about 15 times of 100
# 3. about half of the time
#
# And for a **product** of two numbers between 0 and 1: is the best constant right
# more often, or less often?

# %% [markdown] slideshow={"slide_type": "notes"}
# Answer: 2, and for the product a constant is right even more often, about 28 times of
# 100. Both are computed below. Ask why: a sum of two even draws is peaked in its
# middle, and a product of two numbers below one is mostly small.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The task
#
# Each step has two inputs: a **number** and a **mark**.
#
# | mark | where |
# |---|---|
# | $+1$ | at the two numbers that count |
# | $-1$ | at the first and the last step |
# | $0$ | everywhere else |
#
# Target, at the last step only: $0.5 + (X_1 + X_2)/4$, or $X_1 X_2$.

# %% [markdown] slideshow={"slide_type": "skip"}
# Some slides that go round have the marks the wrong way: $-1$ for what counts. It is
# $+1$. The number range differs too: $[-1, 1]$ for adding, $[0, 1]$ for multiplying.
# The first mark is drawn among the first ten steps, the other among the first
# half of the sequence that is still unmarked. So the one drawn second may stand
# *before* the one drawn first, and the last number that counts is at least half a sequence away
# from the question. If the very first step is drawn, its number counts as nothing: 0 in a
# sum, 1 in a product.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One sequence

# %% tags=["hide-input"]
adding, product = Adding(50), Multiplication(30)
one = adding.sample(np.random.default_rng(18), 1)
numbers, marks = one.inputs.T
assert set(marks) == {-1.0, 0.0, 1.0} and np.sum(marks == 1) == 2
assert marks[0] == marks[-1] == -1
assert np.flatnonzero(marks == 1).max() < 25
assert np.isclose(one.targets[-1, 0], 0.5 + numbers[marks == 1].sum() / 4)
show(
    figures.marked_values(numbers, marks),
    alt="about fifty random numbers between minus one and one, two of them in the first "
    "half with mark one, the first and the last step with mark minus one",
    caption="Only the two squares count. The question comes at the end.",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What costs nothing
#
# $X_1 + X_2$ has the density of a triangle. Within 0.04 of 0.5 means
# $|X_1 + X_2| < 0.16$:
#
# $$P = 1 - \left(1 - \tfrac{0.16}{2}\right)^2$$
#
# And $P(X_1 X_2 < a) = a - a \ln a$ with $a = 0.08$, for the constant 0.04.

# %%
rng = np.random.default_rng(0)
sums = adding.sample(rng, 20_000).targets
sums = sums[sums != 0]
exact = 1 - (1 - 0.16 / 2) ** 2
assert abs(np.mean(np.abs(sums - 0.5) < 0.04) - exact) < 0.015
small = 0.08 - 0.08 * np.log(0.08)
assert np.isclose(adding.memory_free_score, exact)
assert np.isclose(product.memory_free_score, small)
print(f"always 0.5 in a sum:      {exact:.1%} right")
print(f"always 0.04 in a product: {small:.1%} right")

# %% [markdown] slideshow={"slide_type": "notes"}
# Both lines stand in every plot from here on. A net that reports "28 % right" on the
# product may have learned nothing but to say a small number.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## And random weights?
#
# Some tasks of the nineties are solved by **guessing weights**: draw them, test them,
# draw again. A task that guessing solves proves nothing about learning.


# %%
def guess(seed, network, tries=150):
    rng = np.random.default_rng(seed)
    fixed = adding.sample(rng, 100)

    def share(params):
        trainer = BlocksTrainer(network.layout, [params], 0.0)
        error = np.abs(trainer.answer([fixed])[0] - fixed.targets[fixed.mask])
        return float(np.mean(error < 0.04))

    return random_guessing(
        share, network.init, rng=rng, enough=0.9, trials=tries
    )


# %% tags=["hide-input"]
by_name = {row.name: row for row in ROWS}
network = by_name["4_T100"].blocks
guessed = [guess(seed, replace(network, spread=3.0)) for seed in SEEDS]
assert (
    not any(g.solved for g in guessed) and max(g.score for g in guessed) < 0.5
)
print("solved by 150 guesses:", sum(g.solved for g in guessed), "of 5 seeds")
print("best guess below one half, on the very sequences it was chosen by")

# %% [markdown] slideshow={"slide_type": "notes"}
# The paper makes this point itself: its two-sequence task falls to guessing, this one
# does not. Two numbers must be kept exactly, not two symbols roughly. Our 150 guesses are an
# illustration, no proof: with patience a guess may come closer.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## An experiment that fails
#
# A simple recurrent net, eight units, the **full** gradient, one sequence at a time, on
# sequences of 50 steps.


# %% slideshow={"slide_type": "skip"}
def train_srn(sequences=40_000, chunk=2_000):
    rngs = [np.random.default_rng(seed) for seed in SEEDS]
    size = dict(inputs=2, units=8, outputs=1)
    nets = [init_model(rng, elman, linear, **size) for rng in rngs]
    trainer = OnlineTrainer(elman, linear, nets, rate=0.05)
    shares = []
    for _ in range(sequences // chunk):
        drawn = [adding.sample(rng, chunk) for rng in rngs]
        said = trainer.learn(drawn)
        errors = [np.abs(y - d.targets[d.mask]) for y, d in zip(said, drawn)]
        shares.append([np.mean(error < 0.04) for error in errors])
    return np.array(shares).T


srn = train_srn()

# %% tags=["hide-input"]
assert srn[:, -5:].max() < 0.22
steps = np.arange(1, srn.shape[1] + 1) * 2
_, ax = figures.axes()
ax.set_ylim(0, 1.03)
figures.learning_curves(
    {"SRN": srn}, steps=steps, baseline=exact, baseline_label="always 0.5",
    xlabel="thousand sequences", ylabel="share right", ax=ax,
)  # fmt: skip
show(
    ax,
    alt="share of right answers of five simple recurrent nets over 40 000 sequences: all "
    "stay on the line of the player who always says one half",
    caption="Five seeds. The nets have learned the mean of the targets.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Lesson 03 says why: the last question lies 25 steps and more behind the numbers. The
# error that would teach the net to keep them is gone on the way. What is left to
# learn is the constant.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The repair: two blocks of two cells
#
# The network of 1997: 93 weights, input-gate biases $-3$ and $-6$, rate 0.5, one
# sequence at a time, and the truncated rule of lesson 06. Beside it, ours.
#
# $$c_t = c_{t-1} + i_t\, g_t$$


# %%
printed = {row.name: row for row in PRINTED}["4_T100"].blocks
assert printed.weights == 93
as_printed = trained(printed, adding, SEEDS, most=60_000, chunk=2_000)
ours = trained(network, adding, SEEDS, most=80_000, chunk=2_000)
alone = replace(printed.layout, squash="identity")
only_linear = trained(
    replace(printed, layout=alone), adding, SEEDS, most=80_000, chunk=2_000
)
ways = {"as printed": printed.layout, "ours": network.layout}
for name, way in ways.items():
    print(f"{name:11}output: {way.squash:9}", end="")
    print(f"recurs: {way.recurrent}, {weight_count(way)} weights")


# %% [markdown] slideshow={"slide_type": "skip"}
# `trained` looks after every 2000 sequences, and stops a net when all of 2000 in a row
# were right. *As printed*: the output unit is logistic, and hidden units feed hidden
# units. *Ours*: we tried what the paper leaves open, one choice at a time, and the row of 100
# steps comes out with a **linear** output (`identity`) and no hidden unit that feeds a hidden unit.
# A cell keeps its state all the same: the carousel is not one of those connections.
# The first choice fills a gap, since the paper does not say what squashes the output. The
# second goes against it: 93 weights are the number with those connections, and ours has 29.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The same experiment again


# %% tags=["hide-input"]
def curves(nets, points):
    """Share right, chunk by chunk; a net that stopped stays at its last."""
    rows = [list(net.shares) + [net.shares[-1]] * points for net in nets]
    return np.array([row[:points] for row in rows])


shares = {"ours": curves(ours, 20), "as printed": curves(as_printed, 20)}
assert all(net.learned for net in ours)
assert not any(net.learned for net in as_printed)
single = curves(only_linear, 20)
assert shares["ours"][:, 14].min() > shares["as printed"][:, 14].max()
assert single[:, 14].min() > shares["as printed"][:, 14].max()
assert shares["as printed"][:, -1].min() > 0.7
shares["SRN"] = srn
_, ax = figures.axes()
ax.set_ylim(0, 1.03)
figures.learning_curves(
    shares, steps=steps, baseline=exact, baseline_label="always 0.5",
    xlabel="thousand sequences", ylabel="share right", ax=ax,
)  # fmt: skip
show(
    ax,
    alt="share of right answers over 40 000 sequences, five seeds each: our nets, with a "
    "linear output, go from the constant's line to one; the printed wiring follows "
    "later and stays a little below one; the simple recurrent nets stay on the line",
)
print("2000 in a row right: ours 5 of 5, as printed 0 of 5")
print("linear output alone: after 30 000 sequences ahead of every printed net")

# %% [markdown] slideshow={"slide_type": "notes"}
# Look at the shape: a long plateau at the constant, then a fast rise. People have taken
# the plateau for failure and stopped. And look at the end: the printed wiring gets
# nearly all right, but the paper's rule asks for **all** of 2000, and it comes later. Of the two
# choices the output unit is the one that counts: with a linear output *alone*, and everything else as
# printed, all five nets are ahead of all five printed ones after 30 000 sequences. That fits
# with what you read out of the cells below: there the answer is a straight line already.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## At which lag does it give up?
#
# Slide the lag: where does the SRN give up, and what does the LSTM pay?

# %% tags=["hide-input"]
from coursekit.widgets import AddingExplorer

AddingExplorer(lag=1)

# %% [markdown] slideshow={"slide_type": "skip"}
# Notice the right picture at long lags: the LSTM stays longer on the constant's line, and then learns.

# %% [markdown] slideshow={"slide_type": "notes"}
# Recorded runs, five seeds a lag; the SRN has the full gradient, and at each lag the best of three
# rates. The lag runs from the second mark to the question, so it can be short here. Put the
# lag on 8, then 10, then 12. At the right end the LSTM waits longer on its plateau, and
# then learns. Move *Sequences* back to the middle and look at the long lags again.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The published row, live
#
# 100 steps, the paper's own rule: 2000 in a row right, with a mean error below 0.01.

# %%
row = by_name["4_T100"]
(record,) = trials.run(row, [100], seed=1)
ratio = record["sequences"] / row.printed_sequences
assert record["success"] and 0.5 < ratio < 2 and record["wrong"] < 26
print(f"the paper's mean: {row.printed_sequences:,} sequences")
print("ours: learned, within a factor of two of it")
print("wrong of 2560 test sequences: fewer than 1 of 100")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The whole table, from `results/`

# %% tags=["hide-input"]
table = [row for row in ROWS if row.experiment in ("4", "5")]
folder = results.committed()
show(
    paper_beside_ours(table, "hochreiter1997", folder),
    alt="experiments 4 and 5, one line a row: the printed mean as a diamond in a grey band "
    "of a factor of two; our trials as rings, all of which learned; their median is in the "
    "band for adding over 100 steps and for both multiplications, and right of it for adding "
    "over 500 and 1000 steps",
    caption="T: steps. n: the rule asks for fewer than n wrong of the last 2000.",
)
times = {}
for row in table:
    records = spread.records_of("hochreiter1997", row, folder)
    assert len(records) >= 10 and all(each["success"] for each in records)
    middle = np.median(spread.counts(records))
    times[row.name] = middle / row.printed_sequences
told = ", ".join(f"{name} {ratio:.1f}" for name, ratio in times.items())
print("our median / printed mean:", told)
assert all(2.5 < times[name] < 3.5 for name in ("4_T500", "4_T1000"))

# %% [markdown] slideshow={"slide_type": "notes"}
# Adding over 100 steps comes out. Over 500 and 1000 steps
# every trial learned, too, but took about three times as long. So our two choices repair the row on which they were found, and not
# the whole table: something still differs from the nets of the paper, and we do not know what.

# %% [markdown] slideshow={"slide_type": "skip"}
# What we chose, for one row of each experiment:

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
for name in ("4_T100", "5_n140"):
    print(name)
    for choice in by_name[name].choices:
        print("  -", choice)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Reading the cell: after the first mark
#
# If the state is a sum, then after the first marked number it should *be* that number, in
# some scale. Look at the state one step **before the second mark**.


# %% slideshow={"slide_type": "skip"}
def at_marks(net, task, count=200):
    """X1, X2 in time; the states before the second mark and at the end."""
    data = task.sample(np.random.default_rng(77), count)
    found = []
    for n, c in enumerate(states_of(net, data)):
        inputs, _, _ = data[n]
        first, second = np.flatnonzero(inputs[:, 1] == 1)
        found.append(
            (*inputs[[first, second], 0], *c[second - 1], *c[len(c) - 2])
        )
    return np.array(found).T


x1, x2, *c = at_marks(ours[0], adding)
before_second, before_end = np.array(c[:4]), np.array(c[4:])

# %% tags=["hide-input"]
_, (left, right) = figures.axes(columns=2, size=(12.6, 4.8))
cells = {f"cell {k + 1}": before_second[k] for k in range(4)}
figures.number_in_state(
    x1, cells, xlabel="first marked number $X_1$",
    ylabel="state before the second mark", ax=left,
)  # fmt: skip
cells = {f"cell {k + 1}": before_end[k] for k in range(4)}
figures.number_in_state(
    x1 + x2, cells, xlabel="$X_1 + X_2$", ylabel="state before the end", ax=right
)  # fmt: skip
show(
    left,
    alt="left: before the second mark, two cells lie on straight lines over the first "
    "marked number, one rising and one falling, two stay at zero; right: before the "
    "end, the same two cells lie on straight lines over the sum of both numbers",
    caption="One net, 200 sequences, a dot each.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# This is the solution, in full. The input gate of one block opens at a mark and stays
# shut elsewhere; the candidate is the number, nearly linear; the carousel holds it over
# any lag and adds the second to it. The other block is not needed, and stays at zero.
# Let the class say where the addition happens. (In the plus of $c_{t-1} + i_t g_t$.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Is it so in every net?


# %%
def fits(net):
    x1, x2, *c = at_marks(net, adding)
    first = [np.corrcoef(c[k], x1)[0, 1] for k in range(4)]
    both = [np.corrcoef(c[4 + k], x1 + x2)[0, 1] for k in range(4)]
    return np.max(np.abs(first)), np.max(np.abs(both))


read = np.array([fits(net) for net in ours])
assert read.min() > 0.98
print("a cell is X1 after the first mark, correlation above 0.98: 5 of 5")
print("a cell is X1 + X2 after the second: 5 of 5")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Now multiply
#
# Numbers in $[0, 1]$, target $X_1 X_2$; the printed network, with a linear output. But a cell
# can only **add**. Where would a product come from?

# %%
faster = replace(by_name["5_n140"].blocks, rate=0.5)
multiply = trained(
    faster, product, SEEDS, most=240_000, share=0.97, chunk=2_000
)
rng = np.random.default_rng(5)
scores = [share_right(net, product, rng, 2_000) for net in multiply]
assert all(net.learned for net in multiply) and min(scores) > 0.93
print("more than 93 % of fresh products within 0.04: 5 of 5")
print(f"the best constant: {product.memory_free_score:.0%}")

# %% [markdown] slideshow={"slide_type": "skip"}
# The paper's rate is 0.1 and its sequences have 100 steps; for the classroom we take 0.5 and
# 30 steps. Both rows of its table stop before all is right: they ask for fewer than 140, or 13,
# wrong of the last 2000. Here hidden units feed hidden units, as printed: only the output is our choice. A product needs more sequences than a sum, in the paper too.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What does each cell add?
#
# The **jump** of a state at a mark, against the number that is read there.


# %% slideshow={"slide_type": "skip"}
def jumps(net, count=300):
    """The numbers at first marks, and how far each state moves at them."""
    data = product.sample(np.random.default_rng(77), count)
    found = []
    for n, c in enumerate(states_of(net, data)):
        inputs, _, _ = data[n]
        first, second = np.flatnonzero(inputs[:, 1] == 1)
        if first > 1 and second > first + 2:
            found.append((inputs[first, 0], *(c[first + 1] - c[first - 1])))
    return np.array(found).T


def two_largest(net):
    x, *moved = jumps(net)
    order = np.argsort(np.abs(net.params.V[0, :4]) * np.std(moved, axis=1))
    weight = net.params.V[0]
    return x, {k: np.sign(weight[k]) * moved[k] for k in order[:-3:-1]}


# %% tags=["hide-input"]
_, (left, right) = figures.axes(columns=2, size=(12.6, 4.8))
for ax, number in ((left, 0), (right, 1)):
    x, moved = two_largest(multiply[number])
    figures.number_in_state(
        x, {f"cell {k + 1}": y for k, y in moved.items()},
        xlabel="the number at the first mark", ylabel="jump, as the output counts it", ax=ax,
    )  # fmt: skip
    ax.set_title(f"seed {number}", fontsize=16)
show(
    left,
    alt="the jumps of the two most important cells at the first mark, two nets: in both "
    "nets one cell moves nearly in a straight line with the number, the other bends: "
    "it rises a little for small numbers and falls for large ones",
    caption="The two cells that move the output most, in two of the five nets.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# One cell adds a nearly straight function of the number, the other a bent one. Write the
# identity on the board: $2 X_1 X_2 = (X_1 + X_2)^2 - (X_1^2 + X_2^2)$. Two sums are
# enough for a product: the sum of the numbers, and the sum of their squares.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A product from two sums
#
# $$2\, X_1 X_2 = \Big(\sum X\Big)^2 - \sum X^2$$
#
# If this is what the nets use, then their states at the end are functions of
# $\sum X$ and $\sum X^2$ alone. Test it: a linear fit from these two.


# %% slideshow={"slide_type": "skip"}
def explained(net):
    """Share of the variance of what the output reads of the two cells."""
    x1, x2, *c = at_marks(net, product, 400)
    c = np.array(c[4:])
    weight = np.abs(net.params.V[0, :4]) * c.std(axis=1)
    both = np.array([x1 + x2, x1**2 + x2**2, np.ones_like(x1)]).T
    shares = []
    for k in np.argsort(weight)[:-3:-1]:
        fit, *_ = np.linalg.lstsq(both, c[k], rcond=None)
        shares.append(1 - np.var(c[k] - both @ fit) / np.var(c[k]))
    return shares


# %%
found = np.array([explained(net) for net in multiply])
assert np.sum(found.min(axis=1) > 0.9) >= 4
print("both cells: more than 90 % explained, in at least 4 of 5 nets")

# %% [markdown] slideshow={"slide_type": "skip"}
# The rest of the work is done behind the sums: the squash $2\sigma(c) - 1$ of the states
# bends them into a product, nearly (the output unit is linear here, too). "Nearly" fits with
# what the paper prints: experiment 5 takes more sequences than experiment 4, and its rule allows mistakes.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Check yourself
#
# Look at "Reading the cell: after the first mark", left. One cell rises with $X_1$,
# another falls, two stay at zero. What would the picture look like half a sequence
# later, before the question, if the second mark had **not** been there?
#
# 1. All lines flatter: the states have decayed.
# 2. The same lines.
# 3. A cloud: the numbers between have been added.
# 4. Lines of half the slope, since the target divides by four.

# %% [markdown] slideshow={"slide_type": "notes"}
# 1 no: the self-weight is one. 2 yes, nearly. 3 no: the input gate is shut without a mark.
# 4 no: scale is the read-out's job.

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Answers, with a reason for each option</summary>
#
# 1. **No.** Nothing decays in the cell of 1997: the state keeps all of itself at every step.
# 2. **Yes.** The input gate is nearly shut at steps without a mark, so nothing comes in and
#    the carousel holds what is there. That is why the right picture is as sharp as the left.
# 3. **No.** That is what the carousel of lesson 05 did, which had no gate. Here unmarked
#    numbers are kept out, and the correlation above 0.98 says how well.
# 4. **No.** The division by four, and the one half, are in the output's weights and bias.
#
# </details>
#
# More questions wait in the
# [quiz](../exercises/quiz_recurrent_networks/quiz_recurrent_networks.ipynb).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# - Score a constant first: 15 % for the sum, 28 % for the product.
# - A gated carousel keeps a **number**, not only a symbol: the cell *is* $X_1$, then
#   $X_1 + X_2$.
# - Cells only add. A product comes out of two sums and a bend.
# - A long plateau at the constant is no proof that a net will not learn.
# - What a paper does not say (is the output linear?) can decide whether a table comes out.
#
# Next: [12 temporal order](12_temporal_order.ipynb), where a sum is not enough.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Further reading
#
# - S. Hochreiter and J. Schmidhuber 1997, *Long short-term memory*, Neural Computation 9(8),
#   1735-1780: experiments 4 and 5.
# - J. Schmidhuber and S. Hochreiter 1996, *Guessing can outperform many long time lag
#   algorithms*: which tasks fall to random weights.
# - R. Pascanu, T. Mikolov and Y. Bengio 2013, *On the difficulty of training recurrent neural
#   networks*: a plain recurrent net on a changed adding task, with clipping and a regulariser.
