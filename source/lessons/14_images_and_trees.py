# %% [markdown] slideshow={"slide_type": "slide"}
# # Images and trees
#
# Lesson 14 · 45 minutes
#
# **You will**
#
# - replace the products of an LSTM by convolutions, and see what it then learns about
#   places where it has never been,
# - let a cell read a *tree* instead of a chain, and show exactly that a chain is a tree,
# - prove that a sum of children cannot know their order, and repair that.

# %% [markdown] slideshow={"slide_type": "skip"}
# **You need** [07 Forget gates](07_forget_gates.ipynb) for the cell, and
# [08 From RNN to LSTM](08_from_rnn_to_lstm.ipynb). In four sentences: an *LSTM* keeps a state
# $c_t$. At each step it keeps a part of it and adds something new,
# $c_t = f_t \odot c_{t-1} + i_t \odot g_t$, and shows a part of the result,
# $h_t = o_t \odot \tanh(c_t)$. The gates $i$, $f$, $o$ and the candidate $g$ are each computed from
# the input $x_t$ by a matrix $W$ and from the last output $h_{t-1}$ by a matrix $U$. A *peephole* $p$ lets
# a gate see the state $c$ as well, element by element.
#
# So far $x_t$ was a vector, and "before" was one step. Here $x_t$ becomes a picture, and "before"
# becomes several children. The cell stays.
#
# | part | minutes |
# |---|---|
# | A prediction | 3 |
# | Films, and a net that knows its films by heart | 8 |
# | Convolutions for products | 11 |
# | The value is in the tree | 7 |
# | A cell for trees | 8 |
# | When the order of children matters | 6 |
# | What you take away | 2 |

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
from collections import Counter
from functools import cache, partial

import numpy as np

from coursekit import figures, show
from coursekit.cells import conv_lstm, lstm, nary_tree_lstm, sigmoid, tree_lstm
from coursekit.cells.convolution import convolve
from coursekit.gradients import (
    Tree,
    bptt,
    bptt_tree,
    check_gradient,
    unroll,
    unroll_tree,
)
from coursekit.tasks import Expressions, MovingShapes
from coursekit.tasks.expressions import TRUTH_TABLES
from coursekit.tasks.moving_shapes import Frames
from coursekit.training import (
    Adam,
    Model,
    fit,
    init_model,
    logistic,
    loss_and_gradient,
    over_seeds,
    predict,
)

SEEDS = range(5)


def weights(params):
    return sum(np.size(array) for array in params)


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Predict before you run
#
# A bishop in chess moves diagonally, and so never leaves the colour it stands on. A shape on a
# small screen moves like that. A net sees the frames as lists of pixels, and guesses each next frame.
#
# It learns from films on **black** squares, until it gets their last frames right, pixel by pixel.
# Then it sees films on **white** squares: the same shapes, the same moves, one square further.
# In how many of these films does it get the last frame right?
#
# 1. nearly all: a move is a move
# 2. about half
# 3. nearly none

# %% [markdown] slideshow={"slide_type": "notes"}
# Answer: 3, for an LSTM on a list of pixels. It is measured below, "Black and white". Let the class vote
# now, and ask those who vote 1: where in the net is it written that pixel 7 lies beside pixel 8?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A film
#
# A square or a plus, three pixels wide, moves one row and one column at a time, and turns round at
# the edges. Seen: frames 1 to 6. Wanted: after each frame, the next.

# %%
task = MovingShapes(rows=6, columns=6, steps=6)
drawn = task.sample(np.random.default_rng(0), 3000)
whole = np.concatenate([drawn.inputs, drawn.targets[-1:]])  # 7 frames
films = np.unique(whole, axis=1)  # (time, films, 1, rows, columns)
print(films.shape[1], "different films: there are no more")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## A bishop's films

# %% tags=["hide-input"]
corners = np.array([np.argwhere(film[0]).min(axis=0) for film in films[0]])
on_black = corners.sum(axis=1) % 2 == 0
black, white = np.flatnonzero(on_black), np.flatnonzero(~on_black)
assert films.shape[1] == 2 * 6 * 6 and len(black) == len(white) == 36
plus = films[0].sum(axis=(1, 2, 3)) == 5  # pixels; a square has nine
chosen = {
    "black": films[:, np.flatnonzero(on_black & ~plus)[1], 0],
    "white": films[:, np.flatnonzero(~on_black & plus)[4], 0],
}
_, ax = figures.axes(size=(11.6, 3.5))
show(
    figures.films(chosen, marked=7, ax=ax),
    alt="Two films of seven frames: a shape of three by three pixels moves one row and one column "
    "from frame to frame and turns round at the edges; the last frame is marked as wanted.",
    caption="The colour is that of the shape's upper left corner, as on a chess board. "
    "Marked: the last frame wanted.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# Why 72? On each axis the shape can stand at 4 places. Going to and fro it comes back after 6 steps,
# so an axis can be in 6 phases. Two axes and two shapes: $2 \cdot 6 \cdot 6 = 72$. Row and column both change
# by one at each step, so row plus column stays even or stays odd: half of the films are on black.
# Black and white films share not a single frame:

# %% slideshow={"slide_type": "skip"}
frames_of = {
    name: {frame.tobytes() for frame in films[:, rows].reshape(-1, 36)}
    for name, rows in (("black", black), ("white", white))
}
assert not frames_of["black"] & frames_of["white"]
print("frames that occur in black and in white films: 0")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two scores, two baselines
#
# - **right**: the last frame, at every pixel
# - **overlap**: pixels set in both / pixels set in either, mean over the frames from 2 on


# %%
def pick(rows):
    return Frames(films[:-1, rows], films[1:, rows])


copied = task.overlap(pick(white).inputs, pick(white))
assert not task.is_correct(pick(white).inputs, pick(white)).any()
print(f"copy the frame just seen: overlap {copied:.2f}, right never")
print(f"best guess from one frame alone: right {task.memory_free_score:.2f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# One frame shows where the shape is, not where it goes: for that you need the frame before it. So this is a
# memory task, with a short memory. The copy has some overlap, since a shape that has moved by one
# still covers a part of itself. Ask: why is the copy never right? (The shape always moves.)
# Where 0.44 comes from: on one axis, a shape at an edge must turn, and at the two places between it may go
# either way. Of the 6 phases you guess 4 right; on two axes $(4/6)^2$.

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
both = [task.overlap(pick(rows).inputs, pick(rows)) for rows in (black, white)]
assert np.allclose(both, task.copy_score)
assert np.isclose(task.memory_free_score, (4 / 6) ** 2)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## An experiment that fails
#
# The LSTM as you know it. A picture is a list of 36 numbers. It learns from black films only.


# %%
def flat(pictures):
    return pictures.reshape(*pictures.shape[:2], 36)


def lstm_start(rng):
    sizes = {"inputs": 36, "units": 14, "outputs": 36}
    return init_model(rng, lstm, logistic, **sizes)


def lstm_loss(model, frames):
    x, wanted = flat(frames.inputs), flat(frames.targets)
    return loss_and_gradient(lstm, logistic, model, x, wanted)


def lstm_says(model, frames):
    y = predict(lstm, logistic, model, flat(frames.inputs))
    return y.reshape(frames.targets.shape)


# %% slideshow={"slide_type": "skip"}
def learn(seed, start, loss, rate, updates):
    rng = np.random.default_rng(seed)

    def on_a_batch(model):
        return loss(model, pick(rng.choice(black, 12)))

    fitted = fit(on_a_batch, start(rng), Adam(rate), updates, clip=1.0)
    return fitted.params


def scored(models, says, rows):
    """(right, overlap) of every net on some films."""
    frames = pick(rows)
    said = [says(model, frames) for model in models]
    return np.array(
        [
            (task.is_correct(y, frames).mean(), task.overlap(y, frames))
            for y in said
        ]
    )


lists = over_seeds(
    partial(learn, start=lstm_start, loss=lstm_loss, rate=0.02, updates=500),
    SEEDS,
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Black and white

# %%
known, new = (scored(lists, lstm_says, rows) for rows in (black, white))
assert known[:, 0].min() > 0.9 and new[:, 0].max() < 0.2
print("black films, last frame right: above 0.9 in 5 of 5 nets")
print("white films, last frame right: below 0.2 in 5 of 5 nets")

# %% [markdown] slideshow={"slide_type": "fragment"}
# It has learned 36 films by heart. It has not learned what a *move* is.

# %% [markdown] slideshow={"slide_type": "notes"}
# The prediction: 3. Every pixel has weights of its own, on its way in and on its way out. What the
# net has found out about one place, it cannot use one square further: there are other weights. Compare with the
# baseline: a good guess from one frame alone would be right in 0.44.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## To an LSTM, a picture has no neighbours
#
# Shuffle the pixels, in every frame the same way. Shuffle the columns of each $W$ likewise. What
# changes?

# %%
shuffle = np.random.default_rng(1).permutation(36)
p, x = lists[0].cell, flat(pick(white).inputs)
moved = p._replace(
    **{name: getattr(p, name)[:, shuffle] for name in ("W_i", "W_f", "W_o", "W_g")}
)  # fmt: skip
one = unroll(lstm, p, x).states.h
other = unroll(lstm, moved, x[..., shuffle]).states.h
assert np.allclose(one, other, rtol=0, atol=1e-12)
print("nothing: the same h at every step, to 12 digits")

# %% [markdown] slideshow={"slide_type": "notes"}
# So an LSTM that learns shuffled films learns neither better nor worse. It never knew what is
# beside what. For pictures that is a waste: the one thing that we know about them before we start
# is that near pixels belong together, and that a thing is the same thing one square further.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The idea: the same small window everywhere
#
# A **convolution** computes each place of the output from a window around it, with the **same**
# weights at every place:
#
# $$(W \ast x)[r, s] = \sum_{a=-1}^{1} \sum_{b=-1}^{1} W[a, b]\; x[r + a,\, s + b]$$
#
# Outside the picture $x$ is zero.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## A window, by hand


# %%
def by_hand(w, x):  # a window of 3 x 3, one map
    padded, out = np.pad(x, 1), np.zeros_like(x)
    for r, s in np.ndindex(x.shape):
        out[r, s] = np.sum(w * padded[r : r + 3, s : s + 3])
    return out


rng = np.random.default_rng(0)
w, x = rng.normal(size=(3, 3)), rng.normal(size=(5, 5))
assert np.allclose(by_hand(w, x), convolve(x[None], w[None, None])[0])
print("our few lines agree with coursekit.cells.convolution")

# %% [markdown] slideshow={"slide_type": "skip"}
# Signal processing calls this sum a *cross-correlation*; in a true convolution the window is turned
# round. For weights that are learned it makes no difference, and in this field everybody says convolution.
#
# With several maps in the input, each has a window of its own for each map of the output, and the sum runs
# over the input maps too: $W$ has the shape (maps out, maps in, 3, 3).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## It is still a product with a matrix
#
# Feed in every picture with a single 1, and write the answers as columns.

# %%
single = np.eye(25).reshape(25, 1, 5, 5)
M = convolve(single, w[None, None]).reshape(25, 25).T
assert np.allclose(M @ x.ravel(), by_hand(w, x).ravel())
print(f"{M.size} entries, {np.count_nonzero(M)} of them not zero,")
print(f"but only {len(np.unique(M[M != 0]))} different numbers")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Nine stripes

# %% tags=["hide-input"]
assert np.count_nonzero(M) == 13**2 and len(np.unique(M[M != 0])) == 9
_, ax = figures.axes(size=(6.2, 4.3))
figures.matrix(M, label="weight", ax=ax)
ax.set_xlabel("pixel of the input", fontsize=15)
ax.set_ylabel("pixel of the output", fontsize=15)
show(
    ax,
    alt="A matrix of 25 by 25: nine diagonal stripes, each of one colour from end to end with gaps "
    "where the window leaves the picture; everything else is zero.",
    caption="Each stripe is one weight of the window, used at every place.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# So nothing new has come into the net: a convolution *is* a product $Wx$, whose matrix is mostly zero and
# repeats itself. The gaps in the stripes are the edges. Two assumptions are built in: only neighbours
# matter (zeros), and every place is treated alike (stripes). Ask for data for which one of them is wrong.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## ConvLSTM: convolutions for products

# %%
figures.equations("conv_lstm")

# %% [markdown] slideshow={"slide_type": "fragment"}
# $x_t$, $h_t$, $c_t$ and every gate are now **maps**: a number for each unit at each place. The
# peepholes $p$ are not convolved: a weight for each unit *and place*.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The cell, drawn

# %% tags=["hide-input"]
show(
    figures.cell_diagram("conv_lstm"),
    alt="The ConvLSTM: " + figures.diagram_alt("conv_lstm") + ".",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What it costs
#
# Six maps over a screen, all products as full matrices, or as windows of 3 × 3:

# %%
rng = np.random.default_rng(0)
print("screen      full matrices   convolutions   + peepholes")
for side in (6, 16, 64):
    n = 6 * side**2  # six units at each place
    full = 4 * (n * side**2 + n * n + n)
    p = conv_lstm.init(rng, inputs=1, units=6, kernel=3, size=(side, side))
    peepholes = weights([p.p_i, p.p_f, p.p_o])
    shared = weights(p) - peepholes
    print(f"{side:2} x {side:2} {full:18,} {shared:14,} {peepholes:13,}")

# %% [markdown] slideshow={"slide_type": "notes"}
# The windows do not care how large the screen is. The peepholes do: they are the one part of this
# cell that knows its place. Many public versions of the cell leave them out.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What moves in the picture moves in the state
#
# Without peepholes, and away from the edges, exactly:

# %%
p = conv_lstm.init(rng, inputs=1, units=6, kernel=3, size=(12, 12))
film = np.zeros((2, 1, 12, 12))
film[:, 0, 4:7, 4:7] = 1.0
here = unroll(conv_lstm, p, film).states.h
there = unroll(conv_lstm, p, np.roll(film, 1, axis=-1)).states.h
inside, shifted = here[..., 3:8, 3:8], there[..., 3:8, 4:9]
assert np.allclose(inside, shifted, rtol=0, atol=1e-12)
print("picture one column to the right: state one column to the right")

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
rng_p = np.random.default_rng(2)
seeing = p._replace(p_i=rng_p.normal(size=p.p_i.shape))
here = unroll(conv_lstm, seeing, film).states.h
there = unroll(conv_lstm, seeing, np.roll(film, 1, axis=-1)).states.h
gap = np.abs(here[..., 3:8, 3:8] - there[..., 3:8, 4:9]).max()
assert np.all(p.p_i == 0) and gap > 1e-3
print("with peepholes that differ from place to place it is not so")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A read-out at every place
#
# The same six weights and a bias turn the maps of a place into its pixel: `places` puts the maps
# last, where the read-out looks for its units.


# %%
def places(maps):  # (time, batch, units, rows, columns) -> units last
    return np.moveaxis(maps, 2, -1)


def conv_loss(model, frames):
    run = unroll(conv_lstm, model.cell, frames.inputs)
    h, wanted = places(run.states.h), places(frames.targets)
    value, of_readout, grad = logistic.loss(model.readout, h, wanted)
    grad_h = np.moveaxis(grad, -1, 2)
    of_cell = bptt(conv_lstm, model.cell, run, grad_h).params
    return value, Model(of_cell, of_readout)


# %% slideshow={"slide_type": "skip"}
def conv_start(rng, kernel=3):
    sizes = {"inputs": 1, "units": 6, "kernel": kernel, "size": task.size}
    return Model(conv_lstm.init(rng, **sizes), logistic.init(rng, 6, 1))


def conv_says(model, frames):
    h = unroll(conv_lstm, model.cell, frames.inputs).states.h
    return np.moveaxis(logistic.outputs(model.readout, places(h)), -1, 2)


model = conv_start(np.random.default_rng(0))
report = check_gradient(
    lambda readout: conv_loss(model._replace(readout=readout), pick(black))[0],
    model.readout,
    conv_loss(model, pick(black))[1].readout,
)
assert report.passed
sizes = [
    weights(m.cell) + weights(m.readout)
    for m in (lstm_start(np.random.default_rng(0)), model)
]
print("weights: LSTM {:,}, ConvLSTM {:,}".format(*sizes))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The repair
#
# The same black films, one change: windows for matrices. And a control: windows of 1 × 1, where
# a place knows its own past and nothing else.

# %%
wide = over_seeds(
    partial(learn, start=conv_start, loss=conv_loss, rate=0.03, updates=400),
    SEEDS,
)
blind = partial(conv_start, kernel=1)
narrow = over_seeds(
    partial(learn, start=blind, loss=conv_loss, rate=0.03, updates=400),
    SEEDS,
)
known, new = (scored(wide, conv_says, rows) for rows in (black, white))
assert known[:, 0].min() > 0.8 and np.median(new[:, 0]) < 0.4
print("3 x 3, black films: last frame right above 0.8 in 5 of 5 nets")
print("3 x 3, white films: below 0.4 in most nets")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## On squares never visited

# %% tags=["hide-input"]
nets = {
    "LSTM": (lists, lstm_says),
    "ConvLSTM\n3 x 3": (wide, conv_says),
    "ConvLSTM\n1 x 1": (narrow, conv_says),
}
figure, (left, right) = figures.axes(columns=2, size=(12.6, 4.7))
overlaps = {}
for ax, (name, rows) in zip(
    (left, right), {"black": black, "white": white}.items(), strict=True
):
    overlaps[name] = {
        label: scored(*net, rows)[:, 1] for label, net in nets.items()
    }
    figures.compare_scores(
        overlaps[name], ylabel=f"overlap, {name} films", ax=ax
    )
    ax.set_ylim(0, 1.15)
    ax.axhline(copied, color="black", linewidth=2, linestyle=(0, (4, 2)))
    line = (f"copy\n{copied:.2f}", copied, "black")
    figures.style.direct_labels(ax, [line])
flat_white, wide_white, narrow_white = overlaps["white"].values()
assert flat_white.max() < 0.64 < wide_white.min()
assert narrow_white.max() < 0.55
show(
    figure,
    alt="Overlap with the wanted frames, five nets each. On black films the LSTM and the ConvLSTM "
    "with windows of three are near one, with windows of one near a half. On white films the "
    "LSTM falls to about a half, the ConvLSTM with windows of three stays clearly above it, "
    "and windows of one are near the copy.",
    caption="Learned from black films only. The LSTM has half as many weights again.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# The windows carry over a good part of what was learned, to squares where the shape has never been. Not all:
# counted by whole last frames, right at every pixel, the ConvLSTM too is below the guess from one frame (0.44) on
# white, in most nets. Overlap sees what it did learn. See the next slide. And without neighbours (1 x 1) the net does not even learn the black films: a shape
# that arrives must be seen coming. In the paper of 2015 too the size of the state's window decides.

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
assert sizes[0] > 1.5 * sizes[1]
assert overlaps["black"]["ConvLSTM\n1 x 1"].max() < 0.75
gain = np.median(wide_white) - np.median(flat_white)
assert gain > 0.1
print("overlap on white squares: the windows gain more than 0.1")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Look at one

# %% tags=["hide-input"]
frames = pick(white)
said = conv_says(wide[0], frames)[1:] > 0.5
wanted = frames.targets[1:] > 0.5
shares = (said & wanted).sum((0, 2, 3, 4)) / (said | wanted).sum((0, 2, 3, 4))
middle = np.argsort(shares, kind="stable")[18]  # neither good nor bad
strips = {
    "wanted": frames.targets[:, middle, 0],
    "LSTM": lstm_says(lists[0], frames)[:, middle, 0],
    "ConvLSTM": conv_says(wide[0], frames)[:, middle, 0],
}
show(
    figures.films(strips, first=2),
    alt="A white film as wanted and as two nets say it, frames 2 to 7: the LSTM's frames are grey "
    "smears or shapes at wrong places; the ConvLSTM's shapes are mostly at the right place, "
    "with some wrong pixels.",
    caption="A white film on which this ConvLSTM is neither good nor bad: "
    "the middle one of 36 by overlap. Grey: unsure.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# The first column is a guess in both: from one frame nobody can know where the shape goes.
#
# Why is the ConvLSTM not perfect on white? Two suspects that you can read off the equations. The peepholes have a
# weight for each place, so a part of the net *may* learn by heart. And the edges: this screen is so small that the
# shape turns round at more than half of the steps, and on white it turns at other places, and into other
# corners, than on black. A window at the edge sees zeros, and so knows that it is there; what to do there it
# must learn for each case. Computed:

# %% slideshow={"slide_type": "skip"}
at = np.array([[np.argwhere(f[0]).min(axis=0) for f in t] for t in films])
step = np.diff(at, axis=0)  # (6, films, 2): every move
turns = np.any(step[1:] != step[:-1], axis=-1)
cases = {}
for name, rows in (("black", black), ("white", white)):
    there = at[:-1, rows].reshape(-1, 2)
    cases[name] = {
        tuple(place) for place in there[np.isin(there, (0, 3)).all(1)]
    }
assert turns[:, black].mean() == turns[:, white].mean() > 0.5
assert not cases["black"] & cases["white"]
print(f"steps with a turn: {turns[:, white].mean():.0%}")
print(
    "corners visited on black:",
    sorted((int(r), int(c)) for r, c in cases["black"]),
)
print(
    "corners visited on white:",
    sorted((int(r), int(c)) for r, c in cases["white"]),
)

# %% slideshow={"slide_type": "skip"}
turning, target = turns[:, white], pick(white).targets[1:] > 0.5
parts = []  # overlap where the shape turns, and where it goes straight on
for model in wide:
    on = conv_says(model, pick(white))[1:] > 0.5
    shares = (on & target).sum((2, 3, 4)) / (on | target).sum((2, 3, 4))
    parts.append((shares[turning].mean(), shares[~turning].mean()))
at_turns, straight = np.mean(parts, axis=0)
assert at_turns + 0.02 < straight < 0.9
print("mean overlap: straight on more than at a turn, but below 0.9")

# %% [markdown] slideshow={"slide_type": "skip"}
# So the turns are a part of the answer, and only a part: these nets have not found a rule that is the same
# everywhere, although its windows could hold one. Take the peepholes out, or make the screen larger, and measure
# again: both are yours to try.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The value is in the tree
#
# Now the other change: not the product, but what "before" means.

# %%
symmetric = Expressions(leaves=6)
sample = symmetric.sample(np.random.default_rng(6), 1)
print("written:", symmetric.text(sample, 0))
words = [symmetric.tokens[token] for token in sample.tokens[:, 0]]
print("read:   ", *words)

# %% tags=["hide-input"]
values = ["true" if v else "false" for v in sample.targets[:, 0, 0]]
_, ax = figures.axes(size=(10.5, 3.5))
show(
    figures.expression_tree(sample.tree, words, values, ax=ax),
    alt="An expression as a tree: six leaves true or false below, five operators above them, each "
    "with the value of what is below it beside it; the value at the root is that of the "
    "whole.",
    caption="nor: not or. nand: not and. Beside each operator: its value, wanted at each node.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# The second line is the same expression in *reverse Polish notation*: every operator after its two
# arguments. It needs no brackets, and it says all that the tree says. So a chain can be given the same task:
# the LSTM reads the words one by one. In principle it could keep a stack of values in its state.
#
# A baseline is somebody who sees which words occur, and how often, but not their order: a *bag of words*. Her
# best guess is computed exactly, over all expressions.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A baseline: the bag of words
#
# Count each word, and say the likelier value of the whole. How often is that right?

# %%
tiny = Expressions(leaves=2, operators=("and",))
print(f"bag of words, a and b:        {tiny.memory_free_score:.2f}")
print(f"bag of words, six leaves:     {symmetric.memory_free_score:.2f}")

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
assert tiny.memory_free_score == 1 and symmetric.memory_free_score < 0.61

# %% [markdown] slideshow={"slide_type": "slide"}
# ## An experiment that half fails: a chain
#
# The LSTM reads the words, and says the value after each.


# %%
def walk(cell, params, batch):
    if cell is lstm:  # a chain: one word after the other
        return unroll(lstm, params, batch.inputs)
    return unroll_tree(cell, params, batch.tree, batch.inputs)


def expression_loss(model, cell, batch):
    run = walk(cell, model.cell, batch)
    h, back = run.states.h, bptt if cell is lstm else bptt_tree
    value, of_readout, grad_h = logistic.loss(model.readout, h, batch.targets)
    of_cell = back(cell, model.cell, run, grad_h).params
    return value, Model(of_cell, of_readout)


# %% slideshow={"slide_type": "skip"}
def taught(seed, cell, task, units, updates=200):
    rng = np.random.default_rng(seed)
    model = init_model(
        rng, cell, logistic, inputs=task.inputs, units=units, outputs=1
    )

    def on_a_batch(model):
        return expression_loss(model, cell, task.sample(rng, 32))

    return fit(on_a_batch, model, Adam(0.02), updates, clip=1.0).params


def share_right(cell, model, task, trees=40, count=25):
    """Over fresh trees, with some expressions on each."""
    rng, right = np.random.default_rng(10**6), []
    for _ in range(trees):
        batch = task.sample(rng, count)
        h = walk(cell, model.cell, batch).states.h
        y = logistic.outputs(model.readout, h)
        right.append(task.is_correct(y, batch).mean())
    return float(np.mean(right))


lengths = (3, 6, 12, 20)
longest = Expressions(20).sample(np.random.default_rng(0), 1)
assert len(longest.tree.children) == 39


def on_lengths(cell, models):
    def of(seed):
        nets = [Expressions(n) for n in lengths]
        return [share_right(cell, models[seed], task) for task in nets]

    return np.array(over_seeds(of, SEEDS))


chains = over_seeds(partial(taught, cell=lstm, task=symmetric, units=10), SEEDS)
chain_scores = on_lengths(lstm, chains)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## How far does the chain get?
#
# It learns on expressions of **6** leaves. Then it gets longer ones. **Right**: the value of the whole
# expression, said after the last word.

# %%
at_six, at_twenty = chain_scores[:, 1], chain_scores[:, 3]
assert at_six.min() > symmetric.memory_free_score + 0.1
assert at_six.max() < 0.97 and at_twenty.max() < 0.85
print("6 leaves: above the bag by 0.1, below 0.97, in 5 of 5 nets")
print("20 leaves: below 0.85, in 5 of 5 nets")

# %% [markdown] slideshow={"slide_type": "notes"}
# More training helps on six leaves. Try it: updates=2400 in the skipped cell, and look at
# twenty leaves as well. Before you go on, ask: the two arguments of the last operator can stand many words apart.
# How far apart are they in the tree? (One step.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The idea: several steps before
#
# In a chain a node has one step before it. In a tree it has **children**. A leaf has none, and
# starts from zeros.

# %% tags=["hide-input"]
show(
    figures.unrolled_diagram("tree_lstm"),
    alt="The cell over a tree: " + figures.unrolled_alt("tree_lstm") + ".",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Tree-LSTM, child-sum form

# %%
figures.equations("tree_lstm")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## A node, in code


# %%
def node(p, x, h, c):  # h, c of the children: (children, units)
    s = h.sum(axis=0)  # what they say, in no order
    i = sigmoid(p.W_i @ x + p.U_i @ s + p.b_i)
    o = sigmoid(p.W_o @ x + p.U_o @ s + p.b_o)
    g = np.tanh(p.W_g @ x + p.U_g @ s + p.b_g)
    f = sigmoid(p.W_f @ x + h @ p.U_f.T + p.b_f)  # a gate for each child
    c = (f * c).sum(axis=0) + i * g
    return o * np.tanh(c), c


# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(0)
p = tree_lstm.init(rng, inputs=symmetric.inputs, units=10)
xs = sample.inputs[:, 0]
state = {}
for n in sample.tree.leaves_first:
    below = [state[child] for child in sample.tree.children[n]]
    h, c = (np.array([s[k] for s in below]).reshape(-1, 10) for k in (0, 1))
    state[n] = node(p, xs[n], h, c)
library = unroll_tree(tree_lstm, p, sample.tree, xs).states
root = sample.tree.root
assert np.allclose(state[root], (library.h[root], library.c[root]), atol=1e-12)
print("our lines agree with coursekit.cells.tree_lstm, leaves first")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A node, drawn

# %% tags=["hide-input"]
show(
    figures.cell_diagram("tree_lstm"),
    alt="A node of the child-sum Tree-LSTM: "
    + figures.diagram_alt("tree_lstm")
    + ".",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Trace with the pointer: two thick lines come in, each through its own forget gate, and are added. All forget
# gates have the same weights, but each sees the output of its own child. So a node can keep what one child
# holds and drop the other's, and it may have two children or twenty.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A chain of single children is the LSTM
#
# Nothing to learn here, only to check: same weights, same words, two cells.

# %%
time = 30
line = Tree(((), *((t,) for t in range(time - 1))))  # each has one child
p = lstm.init(np.random.default_rng(0), inputs=4, units=6)
xs = np.random.default_rng(1).normal(size=(time, 4))
chain, tree = unroll(lstm, p, xs), unroll_tree(tree_lstm, p, line, xs)
assert np.allclose(chain.states.h, tree.states.h, rtol=0, atol=1e-12)
assert np.allclose(chain.states.c, tree.states.c, rtol=0, atol=1e-12)
print("the same h and c at all 30 steps, to 12 digits")

# %% slideshow={"slide_type": "fragment"}
errors = np.random.default_rng(2).normal(size=(time, 6))
ours = bptt_tree(tree_lstm, p, tree, errors).params
theirs = bptt(lstm, p, chain, errors).params
assert all(np.allclose(a, b, atol=1e-12) for a, b in zip(ours, theirs))
print("and the same gradient: backpropagation through time is this")

# %% [markdown] slideshow={"slide_type": "skip"}
# The two cells even take the same parameters, letter for letter: `p` was made by `lstm.init` and is
# read by both. With one child the sum $s_t$ is $h_{t-1}$, and there is one forget gate. The N-ary form, which
# comes below, gives the LSTM back too, with $N = 1$:

# %% slideshow={"slide_type": "skip"}
unary = nary_tree_lstm.init(rng, inputs=4, units=6, children=1)
unary = unary._replace(
    **{
        name: value.reshape(getattr(unary, name).shape)
        for name, value in p._asdict().items()
    }
)
same = unroll_tree(nary_tree_lstm, unary, line, xs).states.h
assert np.allclose(chain.states.h, same, rtol=0, atol=1e-12)
print("N-ary with N = 1: the same h as well")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Error goes down the branches
#
# Backwards from the root: each child gets **its own** share, through its own forget gate:
#
# $$\frac{\partial L}{\partial c_k} = f_{tk} \odot \frac{\partial L}{\partial c_t}
# \quad\text{and what comes through } h_k$$

# %%
p = tree_lstm.init(rng, inputs=symmetric.inputs, units=5)
model = Model(p, logistic.init(rng, 5, 1))


def loss_of(params):
    return expression_loss(model._replace(cell=params), tree_lstm, sample)[0]


gradient = expression_loss(model, tree_lstm, sample)[1].cell
assert check_gradient(loss_of, p, gradient).passed
print("backpropagation through the tree agrees with finite differences")

# %% [markdown] slideshow={"slide_type": "notes"}
# A carousel at each branching: with an open forget gate the error goes down to a leaf at full size. And a leaf
# of a tree is nearer to the root than the first word of a chain is to the last: with 20 leaves, a chain has 39
# words.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The same experiment on the tree
#
# Same words, same number of weights, same updates. One change: who is before whom.

# %%
sums = over_seeds(
    partial(taught, cell=tree_lstm, task=symmetric, units=10), SEEDS
)
sum_scores = on_lengths(tree_lstm, sums)
assert weights(chains[0].cell) == weights(sums[0].cell)
assert sum_scores.min() > 0.97
print("3, 6, 12 and 20 leaves: above 0.97 in 5 of 5 nets")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Longer than anything learned

# %% tags=["hide-input"]
figure, ax = figures.axes(size=(10.5, 4.6))
for label, rows in (("Tree-LSTM", sum_scores), ("chain", chain_scores)):
    figures.score_against_lag(
        lengths, rows, label=label, xlabel="leaves", ylabel="share right", ax=ax
    )
bags = [Expressions(n).memory_free_score for n in lengths[:3]]
ax.plot(lengths[:3], bags, "k--", linewidth=2)
ax.annotate("bag of words", (12, bags[2]), (0, -22), textcoords="offset points",
            ha="center", fontsize=14)  # fmt: skip
ax.axvline(6, color="0.6", linewidth=1)
ax.text(6.2, 0.06, "learned here", fontsize=14)
show(
    ax,
    alt="Share right against the number of leaves, five nets each, all trained on six: the tree is "
    "at one from three to twenty leaves; the chain is near one at three leaves, about 0.8 at six "
    "and about three quarters at twelve and twenty; the bag of words falls from about 0.8 at "
    "three leaves to below 0.6 at twelve.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# The tree has learned to compute *one operator*, and a longer expression is more of the same. Ask what was given
# to it for nothing: the tree itself. Somebody must have parsed the expression. For sentences that is a
# parser, with its mistakes.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## When the order matters
#
# Until now no operator asked which child is which. *Implies* does: true implies false is **false**,
# false implies true is **true**.
#
# The child-sum node sees $h_1 + h_2$. Trained or not:

# %%
ordered = Expressions(6, ("and", "nor", "implies"))
T, F, implies = (ordered.tokens.index(w) for w in ("true", "false", "implies"))
pair = np.eye(ordered.inputs)[[[T, F], [F, T], [implies, implies]]]
tree = Tree(((), (), (0, 1)))  # batch: true implies false, false implies true
for cell in (tree_lstm, nary_tree_lstm):
    p = cell.init(np.random.default_rng(0), ordered.inputs, 6)
    root = unroll_tree(cell, p, tree, pair).states.h[2]
    same = np.allclose(root[0], root[1], rtol=0, atol=1e-12)
    print(f"{cell.__name__.split('.')[-1]:15} same state for both: {same}")
    assert same == (cell is tree_lstm)

# %% [markdown] slideshow={"slide_type": "skip"}
# A sum commutes: this is lesson [12](12_temporal_order.ipynb) again, where a carousel that only adds could not tell XY
# from YX. Here it is not the state over time that is a sum, but what the children say.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How well can you do without the order? Exactly
#
# Let $a$ and $b$ be the chances that the children are true. To somebody who does not know which is left,
# a node is true with chance
#
# $$q = \tfrac12 \left[\, v(a, b) + v(b, a) \,\right] \qquad
# v(a, b) = \sum_{j,k} P_a(j)\, P_b(k)\, \text{table}[j, k]$$


# %%
def blind_chance(operator, a, b):
    table = np.reshape(TRUTH_TABLES[operator], (2, 2))
    left, right = np.array([1 - a, a]), np.array([1 - b, b])
    return (left @ table @ right + right @ table @ left) / 2


print("implies, of true and false:", blind_chance("implies", 1, 0))
print("implies, of true and true: ", blind_chance("implies", 1, 1))


# %% slideshow={"slide_type": "skip"}
@cache
def blind_odds(leaves):
    """Chance that an expression is true, order unknown -> how often."""
    if leaves == 1:
        return {0.0: 0.5, 1.0: 0.5}
    odds = Counter()
    for left in range(1, leaves):
        for a, of_a in blind_odds(left).items():
            for b, of_b in blind_odds(leaves - left).items():
                for operator in ordered.operators:
                    q = round(blind_chance(operator, a, b), 12)
                    odds[q] += of_a * of_b / (leaves - 1) / 3
    return dict(odds)


def best_blind(leaves):
    return sum(odds * max(q, 1 - q) for q, odds in blind_odds(leaves).items())


assert np.isclose(best_blind(2), 1 - 1 / 3 * 1 / 2 * 1 / 2)
bound = best_blind(6)
assert np.isclose(sum(blind_odds(6).values()), 1)
assert ordered.memory_free_score < bound < 0.9
print(f"best possible with 6 leaves: {bound:.3f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# $P_a(1) = a$, $P_a(0) = 1 - a$; table$[j, k]$ is the operator's value, 0 or 1, for a left child $j$ and a right child $k$.
# Two leaves by hand: a third of the operators is implies, half of those have one true and one false child, and
# there you are wrong half of the time: one twelfth. The assertion says so. Whoever cannot see the order cannot beat
# this number, however many units, however long the training.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The repair: N-ary Tree-LSTM
#
# Each **place** among the children has weights of its own.

# %%
figures.equations("nary_tree_lstm")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## What each place costs
#
# Each forget gate sees *all* children. The price: at most $N$ of them, and more matrices $U$.

# %% slideshow={"slide_type": "skip"}
binary = nary_tree_lstm.init(rng, inputs=4, units=6, children=2)
squares = [
    value.size // 36
    for value in (binary.U_i, binary.U_f, binary.U_o, binary.U_g)
]
print("N = 2, matrices U of i, f, o, g:", *squares)

# %% tags=["hide-input"]
assert squares == [2, 4, 2, 2]
_, ax = figures.axes(size=(10.2, 5.2))
show(
    figures.cell_diagram("nary_tree_lstm", ax=ax),
    alt="A node of the N-ary Tree-LSTM: "
    + figures.diagram_alt("nary_tree_lstm")
    + ".",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Stuck at the bound, and past it

# %%
blind_trees = over_seeds(
    partial(taught, cell=tree_lstm, task=ordered, units=10), SEEDS
)
seeing_trees = over_seeds(
    partial(taught, cell=nary_tree_lstm, task=ordered, units=6), SEEDS
)
assert weights(seeing_trees[0].cell) < weights(blind_trees[0].cell)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Five nets each

# %% tags=["hide-input"]
check = partial(share_right, task=ordered, trees=150)
trials = {
    "child-sum": [check(tree_lstm, model) for model in blind_trees],
    "N-ary,\nfewer weights": [
        check(nary_tree_lstm, model) for model in seeing_trees
    ],
}
stuck, free = trials.values()
assert bound - 0.06 < min(stuck) and max(stuck) < bound + 0.03
assert min(free) > 0.97
figure, ax = figures.axes(size=(9.5, 4.5))
figures.compare_scores(
    trials,
    baseline=bound,
    baseline_label="best without\norder",
    ylabel="share right",
    ax=ax,
)
ax.axhline(ordered.memory_free_score, color="0.5", linewidth=1.5)
ax.annotate("bag of words", (0.5, ordered.memory_free_score), (0, 5),
            textcoords="offset points", ha="center", fontsize=14)  # fmt: skip
show(
    figure,
    alt="Share right on fresh expressions with and, nor and implies, five nets each: child-sum "
    "trees stand at the dashed line, the best that is possible without the order; N-ary trees "
    "are at one.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Compare the sizes: the repaired trees have fewer weights than the stuck ones. It is not a question of strength
# but of what the cell can see. When is the child-sum form the better choice? When there is no order, or no limit to
# the number of children: words that depend on a verb, say. There the shared weights are an advantage, as the
# windows were on the screen.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Check yourself
#
# Look at "Five nets each". What could lift the child-sum nets above the dashed line?
#
# 1. More units.
# 2. Ten times as many updates.
# 3. A forget gate for each child.
# 4. An input at each node that says whether it is a left or a right child.

# %% [markdown] slideshow={"slide_type": "notes"}
# 1 no, 2 no: the line holds for any function of the sum. 3 no: it has that already. 4 yes: then the
# children say themselves who they are. It is measured below the answers.

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Answers, with a reason for each option</summary>
#
# 1. **No.** The state at the root is the same for both orders, with any number of units. The line is a
#    bound for everything that cannot see the order.
# 2. **No.** No weights exist that would do better, so no search for weights will find them.
# 3. **No.** It has one for each child already. But all of them share their weights, and their results are added:
#    swap the children, and the same terms are added in another order.
# 4. **Yes.** The order is then in what the children *say*, and no longer only in where they stand. It is the
#    way out when a node may have any number of children.
#
# </details>
#
# Answer 4, measured: one more input at every node, 1 for a left child.


# %% slideshow={"slide_type": "skip"}
class Marked(Expressions):
    """The same expressions; a left child carries a mark."""

    inputs = 6  # five words and the mark

    def sample(self, rng, count):
        batch = super().sample(rng, count)
        left = [pair[0] for pair in batch.tree.children if pair]
        batch.inputs[left, :, 5] = 1.0
        return batch


marked = Marked(6, ordered.operators)
told = over_seeds(partial(taught, cell=tree_lstm, task=marked, units=10), SEEDS)
passed = [share_right(tree_lstm, model, marked) for model in told]
assert min(passed) > bound + 0.05
print("child-sum, children marked: above the line by 0.05 in 5 of 5 nets")

# %% [markdown] slideshow={"slide_type": "skip"}
# More questions wait in the
# [quiz](../exercises/quiz_recurrent_networks/quiz_recurrent_networks.ipynb); the cell that both
# forms give back is yours to write in [exercise 5](../exercises/ex05_lstm_cell/ex05_lstm_cell.ipynb).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# - The LSTM is a frame: keep what the gates keep, add what they let in. What stands for the **product**, and
#   what stands for **before**, you may choose.
# - ConvLSTM: one small window for every place. A good part of what is learned here holds there; not all.
# - Tree-LSTM: a forget gate for each child. A chain of single children is the LSTM, to 12 digits.
# - A sum of children cannot know their order. Compute the bound *before* you train longer.
# - Shared weights are an assumption about the world. Where it holds, they generalise; where it does not, no
#   training helps.
#
# Next: [15 training without gradients](15_training_without_gradients.ipynb), where nobody tells the net the right answer.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Further reading
#
# - X. Shi, Z. Chen, H. Wang, D.-Y. Yeung, W. Wong and W. Woo 2015, *Convolutional LSTM network: a machine
#   learning approach for precipitation nowcasting*: the cell, on moving digits and on radar pictures of rain.
# - K. Tai, R. Socher and C. Manning 2015, *Improved semantic representations from tree-structured long short-term
#   memory networks*: both forms, on trees of sentences.
# - N. Srivastava, E. Mansimov and R. Salakhutdinov 2015, *Unsupervised learning of video representations using
#   LSTMs*: the bouncing digits.
# - C. Goller and A. Kuechler 1996, *Learning task-dependent distributed representations by backpropagation
#   through structure*: error sent down a tree.
# - N. Nangia and S. Bowman 2018, *ListOps: a diagnostic dataset for latent tree learning*: expressions whose
#   value needs the tree.
