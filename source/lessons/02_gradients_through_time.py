# %% [markdown] slideshow={"slide_type": "slide"}
# # Gradients through time
#
# Lesson 02 · 60 minutes
#
# **You will**
#
# - derive backpropagation through time, and see the two terms of every error,
# - carry the same gradient forward instead, and measure what each way costs,
# - convict a wrong gradient, and see what a cut one can no longer teach.

# %% [markdown] slideshow={"slide_type": "skip"}
# **You need** [01 Memory](01_memory.ipynb), derivatives and the chain rule, and matrix
# products. Two sentences of recall: a *recurrent net* reads a sequence one input
# $x_t$ at a time and keeps a vector $h_t$, its *hidden state*, which it computes from
# $x_t$ and from the state before, $h_{t-1}$. The same weights are used at every step.
#
# | part | minutes |
# |---|---|
# | A prediction | 3 |
# | What the gradient has to say | 7 |
# | Backwards: BPTT | 12 |
# | Two layers, two terms | 8 |
# | Forwards: RTRL | 10 |
# | What each way costs | 7 |
# | A check that convicts | 6 |
# | Truncation: what fails, and the repair | 5 |
# | What you take away | 2 |

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
import numpy as np

from coursekit import figures, show
from coursekit.cells import elman, stack
from coursekit.gradients import (
    bptt,
    check_gradient,
    gradient_by_time,
    multiplications,
    numerical_gradient,
    peak_bytes,
    rtrl,
    spatial_and_temporal,
    unroll,
)
from coursekit.tasks import Latch
from coursekit.training import (
    Adam,
    Model,
    fit,
    init_model,
    logistic,
    over_seeds,
    predict,
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Predict before you run
#
# A net of 16 units reads 2 inputs a step, for 100 steps. It has 304 weights.
# One run over the sequence is one unit of work. You want the **exact** slope of the
# loss for **each** weight. How much work is that, at best?
#
# 1. about 3 runs
# 2. about 16 runs: one for each unit
# 3. about 100 runs: one for each step
# 4. about 600 runs: each weight a little up, a little down
#
# Write your answer down. You will count it in this lesson.

# %% [markdown] slideshow={"slide_type": "notes"}
# Answer: 1. See "Time, counted". Three runs, whatever the number of weights: that is what
# made training possible at all. Number 4 is what a finite difference costs, and, to
# everybody's surprise, about what real-time recurrent learning costs too.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The net and its loss
#
# $$net_t = W x_t + U h_{t-1} + b \qquad h_t = \tanh(net_t) \qquad
#   L = \tfrac12 \sum_t |h_t - target_t|^2$$


# %%
def forward(W, U, b, xs):
    h, hs = np.zeros_like(b), []
    for x in xs:
        h = np.tanh(W @ x + U @ h + b)
        hs.append(h)
    return np.stack(hs)


def loss(params, xs, targets):
    return 0.5 * ((forward(*params, xs) - targets) ** 2).sum()


# %% [markdown] slideshow={"slide_type": "skip"}
# $net_t$, what the units receive before they squash it, is called the *pre-activation*. To keep the
# lines short the loss looks at $h_t$ itself. With a read-out
# $y_t = V h_t + d$ one product with $V^\top$ more stands at the very beginning of the way
# back; the exercise has it. Wherever the loss does not look at a step, that step's
# term is missing from the sum.
#
# The next cell draws a small net, a sequence and targets to work with. The library's
# `elman` computes the same numbers as our five lines.


# %% slideshow={"slide_type": "skip"}
def setting(steps, units, inputs=2, seed=0):
    """A net, a sequence, and targets."""
    rng = np.random.default_rng(seed)
    params = elman.Params(
        W=rng.normal(size=(units, inputs)),
        U=rng.normal(size=(units, units)) / np.sqrt(units),
        b=0.5 * rng.normal(size=units),
    )
    xs = rng.normal(size=(steps, inputs))
    return params, xs, rng.uniform(-1, 1, (steps, units))


params, xs, targets = setting(steps=6, units=4)
hs = forward(*params, xs)
assert np.allclose(hs, unroll(elman, params, xs).states.h)
print("our net and the library's agree")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is memory made of?
#
# Nobody tells the net what to remember. **What to put into short-term memory is
# itself learned**, by $W$ and $U$:
#
# - $W$ decides what of $x_1$ enters $h_1$,
# - $U$ decides what of $h_1$ is still in $h_6$,
# - and only at step 6 does the loss show whether it was worth keeping.
#
# So the gradient has two things to do: **say so**, and **arrive**: from step 6 back to
# the use of $W$ at step 1.

# %% [markdown] slideshow={"slide_type": "notes"}
# This is the sentence of the lesson. Ask: if the error of step 6 never reaches step 1,
# what can the net still learn? (To use what happens to be in its state by chance. That
# is the experiment at the end.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The slope of one weight, measured
#
# A gradient entry answers one question: the weight moves by a hair, by how much does
# the loss move? Ask it directly.


# %%
def slope(name, index, step=1e-5):
    moved = []
    for s in (step, -step):
        array = getattr(params, name).copy()
        array[index] += s
        nudged = params._replace(**{name: array})
        moved.append(loss(nudged, xs, targets))
    return (moved[0] - moved[1]) / (2 * step)


run = unroll(elman, params, xs)
exact = bptt(elman, params, run, hs - targets).params
print("U[1, 2] agrees:", np.isclose(slope("U", (1, 2)), exact.U[1, 2]))
print("W[0, 1] agrees:", np.isclose(slope("W", (0, 1)), exact.W[0, 1]))

# %% [markdown] slideshow={"slide_type": "skip"}
# This is a *central difference*. It needs no theory, so it can judge any theory. It
# costs two runs for each weight, so nobody trains with it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One weight, used at every step
#
# Give each step a copy of $W$ of its own. Then $W$ moves when **all** copies move:
#
# $$\frac{\partial L}{\partial W} = \sum_t \frac{\partial L}{\partial W_{(t)}}$$


# %%
def loss_with_copies(copies):
    h, value = np.zeros(4), 0.0
    for W, x, target in zip(copies, xs, targets, strict=True):
        h = np.tanh(W @ x + params.U @ h + params.b)
        value += 0.5 * ((h - target) ** 2).sum()
    return value


copies = np.stack([params.W] * 6)
of_each_use = numerical_gradient(loss_with_copies, copies)
print("sum over the uses:", np.allclose(of_each_use.sum(axis=0), exact.W))

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## The uses do not agree

# %% tags=["hide-input"]
by_time = gradient_by_time(elman, params, run, hs - targets).W
assert np.allclose(of_each_use, by_time, atol=1e-8)
assert by_time[:, 0, 1].min() < 0 < by_time[:, 0, 1].max()
_, ax = figures.axes(size=(8.5, 2.9))
show(
    figures.contributions_by_time(
        of_each_use[:, 0, 1], ylabel="gradient of W[0, 1]", ax=ax
    ),
    alt="what each of six steps contributes to the gradient of one weight: bars of "
    "different size, some above and some below zero",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# The steps do not agree: one wants the weight up, another wants it down. The gradient
# is their sum. (Lesson 04 is about this quarrel.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Who uses $h_t$?
#
# To carry the error back, ask of each value: **who used it?** $h_t$ has two users:
#
# 1. the loss of its own step,
# 2. the next step, through $U$.
#
# $$\frac{\partial L}{\partial h_t} =
#   \underbrace{h_t - target_t}_{\text{from above, this step}} +
#   \underbrace{U^\top \delta_{t+1}}_{\text{from itself, next step}}
#   \qquad
#   \delta_t = \frac{\partial L}{\partial net_t}
#   = \frac{\partial L}{\partial h_t} \odot f'(net_t)$$
#
# $\odot$ multiplies entry by entry. After the last step nothing comes back: $\delta_{T+1} = 0$. So
# start at the end.

# %% [markdown] slideshow={"slide_type": "notes"}
# For tanh, $f'(net_t) = 1 - h_t^2$, and $h_t$ is at hand.
# Why $U^\top$? Forwards, row k of U collects into unit k. Backwards, unit k sends along
# the same wires, so column k collects. Ask: which h does delta_t meet at U? (h_{t-1}: it
# is what U multiplied. The commonest slip of all.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Backpropagation through time
#
# $W$ was multiplied with $x_t$, $U$ with $h_{t-1}$, $b$ with 1: each use adds its share.


# %%
def by_bptt(W, U, b, xs, grad_h):
    hs = [np.zeros_like(b), *forward(W, U, b, xs)]  # hs[t] is h_t
    g_W, g_U, g_b = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
    delta = np.zeros_like(b)
    for t in range(len(xs), 0, -1):  # T, ..., 2, 1
        error = grad_h[t - 1] + U.T @ delta
        delta = error * (1 - hs[t] ** 2)
        g_W += delta[:, None] * xs[t - 1]
        g_U += delta[:, None] * hs[t - 1]
        g_b += delta
    return g_W, g_U, g_b


g_W, g_U, g_b = by_bptt(*params, xs, hs - targets)
agree = np.allclose(g_W, exact.W) and np.allclose(g_U, exact.U)
print("agrees with the library:", agree and np.allclose(g_b, exact.b))

# %% [markdown] slideshow={"slide_type": "skip"}
# `grad_h` holds the first term of every step, $h_t - target_t$ here. Python counts from
# 0, so `xs[t - 1]` is $x_t$ and `grad_h[t - 1]` is the loss's word on $h_t$; `hs` has the
# initial state in front, so `hs[t]` is $h_t$. The run forward has to be **remembered**,
# all of it: the way back needs every $h_t$ once more.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two layers, two terms
#
# Stack two nets: layer 2 reads $h_t^1$ as its input. Now each unit has a layer above.

# %% tags=["hide-input"]
show(
    figures.error_terms_diagram(),
    alt="two layers over three steps; errors run down from the loss through the layers of "
    "the same step, the spatial way, and back from each step to the one before within a "
    "layer, the temporal way; both meet at the middle unit of layer 1",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The spatial and the temporal term
#
# For $\delta_t^l = \partial L / \partial net_t^l$, in layer $l$ at step $t$:
#
# $$\delta_t^l \;=\;
#   \underbrace{\delta_t^{l+1}\, \frac{\partial net_t^{l+1}}{\partial net_t^l}}_{
#     \text{spatial: the layer above, this step}}
#   \;+\;
#   \underbrace{\delta_{t+1}^l\, \frac{\partial net_{t+1}^l}{\partial net_t^l}}_{
#     \text{temporal: itself, the next step}}$$
#
# With the weights written in, and $\delta$ as columns:
#
# $$\delta_t^l = \big( W^{l+1\,\top} \delta_t^{l+1} + U^{l\,\top} \delta_{t+1}^l \big)
#   \odot f'(net_t^l)$$

# %% [markdown] slideshow={"slide_type": "notes"}
# In the first form each delta is a row and stands left of its Jacobian; transposing gives the
# second form. Some notes call the pre-activation c; in this course c is the LSTM's cell
# state, so we write net. For the top layer the spatial term is the loss's own derivative.

# %% slideshow={"slide_type": "skip"}
two = stack(elman, elman)
layers = two.init(np.random.default_rng(3), inputs=2, units=4)
run2 = unroll(two, layers, xs)
only_last = np.zeros((6, 4))
only_last[-1] = run2.states.h[-1] - targets[-1]
low, top = spatial_and_temporal(two, layers, run2, only_last)

slopes = [1 - state.h**2 for state in run2.states.layers]
delta_low, delta_top = [
    (terms.above + terms.later) * s
    for terms, s in zip((low, top), slopes, strict=True)
]

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Each term is its equation
#
# The library's two terms of each layer, against the weights and deltas of the formula:

# %%
lower, upper = layers
assert np.allclose(top.above, only_last)
spatial = delta_top @ upper.W  # row t: W^{2 T} delta_t^2
temporal = delta_low[1:] @ lower.U  # row t: U^{1 T} delta_{t+1}^1
print("spatial term of layer 1: ", np.allclose(low.above, spatial))
print("temporal term of layer 1:", np.allclose(low.later[:-1], temporal))
print("nothing after the end:   ", not low.later[-1].any())

# %% [markdown] slideshow={"slide_type": "skip"}
# A row times a matrix is the transposed matrix times the column: `delta @ U` is
# $U^\top \delta$ for all steps at once. And the finite differences? Nudge $h_t^1$, the
# output of layer 1 at one step, and let *everything* follow: the loss must move by the sum of both
# terms.


# %% slideshow={"slide_type": "skip"}
def loss_after_nudge(nudge, t):
    state = two.initial_state(layers)
    for step, x in enumerate(xs):
        below, _ = elman.step(lower, x, state.layers[0])
        if step == t:
            below = elman.State(below.h + nudge)
        above, _ = elman.step(upper, below.h, state.layers[1])
        state = type(state)(above.h, (below, above))
    return 0.5 * ((state.h - targets[-1]) ** 2).sum()


for t in range(6):
    measured = numerical_gradient(
        lambda n, t=t: loss_after_nudge(n, t), np.zeros(4)
    )
    assert np.allclose(measured, low.above[t] + low.later[t], atol=1e-8)
print("both terms together are what the differences say, at every step")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## An error at the end only
#
# The loss looks at step 6 alone. Through which term does the error get to step 1?

# %% tags=["hide-input"]
fig, (left, right) = figures.axes(columns=2, size=(12.4, 4.4))
for ax, terms, title in ((left, top, "layer 2"), (right, low, "layer 1")):
    sizes = [np.linalg.norm(term, axis=1) for term in terms]
    figures.error_terms(*sizes, title=title, ax=ax)
assert not top.above[:-1].any() and top.later[:-1].any(axis=1).all()
assert low.above.any(axis=1).all() and low.later[:-1].any(axis=1).all()
show(
    fig,
    alt="layer 2 gets a spatial term at step 6 only and a temporal one at all steps "
    "before; layer 1 gets both at every step but the last, where there is no temporal one; "
    "both shrink towards step 1",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# In layer 2 the loss speaks once, at step 6. All that steps 1 to 5 ever hear of it is
# temporal: drop that term, and they hear nothing. Layer 1 hears of it through both. And
# look at the sizes: the further from the end, the smaller. Keep that in mind until
# lesson 03.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Forwards instead
#
# BPTT waits for the end and remembers everything. Can you have the gradient **while**
# the net runs? Carry along how the state depends on each weight $\theta$:
#
# $$P_t = \frac{\partial h_t}{\partial \theta} \qquad
#   P_t = \mathrm{diag}\big(f'(net_t)\big)\,
#   \Big( \underbrace{U P_{t-1}}_{\text{what earlier uses did}} +
#   \underbrace{S_t}_{\text{this step's own use}} \Big)$$
#
# Whenever the loss speaks, the answer is ready:
# $\;\partial L / \partial \theta \mathrel{+}= (h_t - target_t)^\top P_t$.
#
# This is **real-time recurrent learning**, RTRL.

# %% [markdown] slideshow={"slide_type": "skip"}
# $\mathrm{diag}(v)$ is the matrix with $v$ on its diagonal and zeros elsewhere: a product with it
# multiplies row $k$ by $v_k$.

# %% [markdown] slideshow={"slide_type": "notes"}
# P has one row for each unit and one column for each weight: the influence of every weight on
# every unit. S_t is nearly empty: the weight from source j into unit k acts directly on net_k alone,
# and there it acts as large as the source is. Ask before the next slide: how many numbers
# are in P for 16 units? (16 x 304.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Real-time recurrent learning
#
# The weights into one unit, in one row: from $x_t$, from $h_{t-1}$, the bias.


# %%
def by_rtrl(W, U, b, xs, grad_h):
    n = len(b)
    h, gradient, every = np.zeros_like(b), 0.0, np.arange(n)
    P = np.zeros((n, W.size + U.size + n))  # units x weights
    for x, error in zip(xs, grad_h, strict=True):
        source = np.concatenate([x, h, [1.0]])  # what the weights multiply
        h = np.tanh(W @ x + U @ h + b)
        P = U @ P
        P.reshape(n, n, -1)[every, every] += source
        P = (1 - h**2)[:, None] * P
        gradient = gradient + error @ P
    return gradient.reshape(n, -1)  # a row for each unit: W, U, b


forwards = by_rtrl(*params, xs, hs - targets)
backwards = np.hstack([g_W, g_U, g_b[:, None]])
print("same gradient:", np.allclose(forwards, backwards))

# %% [markdown] slideshow={"slide_type": "skip"}
# Nothing of the past is kept but $P$: the loop could run for ever, and the gradient is
# there at every moment. Robinson and Fallside (1987) and Williams and Zipser (1989) found it. The
# line with `[every, every]` is $S_t$: it adds the source to the weights of unit $k$ in
# row $k$, and to no others. Here $P$ has one column for each weight. Kept in the shape of the
# weights it has three axes, and the product with $U$ sums over the first: `np.tensordot(U, P, axes=1)`.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How equal is equal?
#
# Five ways to one gradient: ours and the library's, backwards and forwards, and the
# finite differences. Twenty nets, 30 steps.


# %% slideshow={"slide_type": "skip"}
def flat(gradient):
    return np.concatenate([np.ravel(part) for part in gradient])


def distances(seed):
    """Largest gap to our BPTT, as a share of the largest entry."""
    params, xs, targets = setting(30, 5, seed=seed)
    error = forward(*params, xs) - targets
    ours = flat(by_bptt(*params, xs, error))
    rows = by_rtrl(*params, xs, error)
    run = unroll(elman, params, xs)
    measured = numerical_gradient(lambda p: loss(p, xs, targets), params)
    others = {
        "our RTRL": flat((rows[:, :2], rows[:, 2:-1], rows[:, -1])),
        "the library's BPTT": flat(bptt(elman, params, run, error).params),
        "the library's RTRL": flat(rtrl(elman, params, xs, error)),
        "finite differences": flat(measured),
    }
    return {k: abs(v - ours).max() / abs(ours).max() for k, v in others.items()}


# %%
found = [distances(seed) for seed in range(20)]
for name in found[0]:
    gap = max(distance[name] for distance in found)
    within = next(p for p in (1e-12, 1e-7, 1.0) if gap < p)
    print(f"{name:20} within {within:.0e}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Double precision keeps about 16 digits. The four derivations agree to at least 12 of
# them: they are the same sum, added up in another order. The differences agree to at least 7, and that
# is all that they can do: see "How far to move?" below.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Count, do not time
#
# Seconds depend on the machine. **Multiplications** do not, and neither do **bytes held**. The
# library runs a function on arrays that keep a tally.

# %%
params, xs, targets = setting(steps=100, units=16)
error = forward(*params, xs) - targets
one_run = multiplications(forward, *params, xs)
weights = sum(array.size for array in params)
print(f"one run:            {one_run:10,} multiplications")
for name, way in (("BPTT", by_bptt), ("RTRL", by_rtrl)):
    work = multiplications(way, *params, xs, error)
    print(f"{name}:               {work:10,} = {work / one_run:.0f} runs")
print(f"finite differences: {2 * weights * one_run:10,} = {2 * weights} runs")

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
assert weights == 304 and 2 * weights == 608
assert multiplications(by_bptt, *params, xs, error) == 3 * one_run
assert one_run == 100 * (16 * 16 + 16 * 2)
ratio = multiplications(by_rtrl, *params, xs, error) / (2 * weights * one_run)
assert 0.45 < ratio < 0.55
print("RTRL does about half of the work of finite differences")

# %% [markdown] slideshow={"slide_type": "skip"}
# Your prediction: **three runs**. One forward, and on the way back each weight is met
# twice: once to carry the error (`U.T @ delta`), once to receive its share. RTRL does about half the work
# of finite differences, and this is no accident: it too carries one derivative for
# each weight through the whole net, only without the hair.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Time, counted
#
# Twice the steps, or twice the units: by how much does the work grow?

# %% tags=["hide-input"]
WAYS = {"BPTT": by_bptt, "RTRL": by_rtrl}


def cost(measure, way, steps, units):
    params, xs, targets = setting(steps, units)
    return measure(way, *params, xs, targets)


def costs(measure, sizes, given):
    """What each way costs at each size, for the (steps, units) that `given` says."""
    return {
        name: [cost(measure, way, *given(size)) for size in sizes]
        for name, way in WAYS.items()
    }


def powers(table):
    """The exponent that the last doubling shows."""
    return {name: np.log2(cost[-1] / cost[-2]) for name, cost in table.items()}


steps, units = (50, 100, 200, 400), (8, 16, 32, 64)
work_t = costs(multiplications, steps, lambda size: (size, 16))
work_n = costs(multiplications, units, lambda size: (8, size))
fig, (left, right) = figures.axes(columns=2, size=(12.6, 4.4))
figures.growth(steps, work_t, xlabel="steps", ax=left)
figures.growth(units, work_n, xlabel="units", ax=right)
assert all(np.isclose(power, 1) for power in powers(work_t).values())
assert abs(powers(work_n)["BPTT"] - 2) < 0.15
assert abs(powers(work_n)["RTRL"] - 4) < 0.15
show(
    fig,
    alt="left: with twice the steps both ways take twice the multiplications. Right: with "
    "twice the units BPTT takes nearly four times as many and RTRL about fifteen times, "
    "near sixteen; straight lines on log scales",
    caption="At the end of each line: what the last doubling multiplies the work by.",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Memory, measured
#
# The most bytes held at any moment of the call.

# %% tags=["hide-input"]
long, wide = (400, 800, 1600), (32, 64, 128)
bytes_t = costs(peak_bytes, long, lambda size: (size, 16))
# RTRL over 3 steps only: the left panel shows that steps do not matter to it.
bytes_n = {
    "BPTT": [cost(peak_bytes, by_bptt, 1000, size) for size in wide],
    "RTRL": [cost(peak_bytes, by_rtrl, 3, size) for size in wide],
}
fig, (left, right) = figures.axes(columns=2, size=(12.6, 4.4))
figures.growth(long, bytes_t, xlabel="steps", ylabel="bytes", ax=left)
figures.growth(wide, bytes_n, xlabel="units", ylabel="bytes", ax=right)
assert abs(powers(bytes_t)["BPTT"] - 1) < 0.2
assert abs(powers(bytes_t)["RTRL"]) < 0.2
assert 1.7 < 2 ** powers(bytes_n)["BPTT"] < 2
assert abs(powers(bytes_n)["RTRL"] - 3) < 0.2
show(
    fig,
    alt="left: BPTT holds twice the bytes for twice the steps, RTRL the same for any "
    "number. Right: with twice the units BPTT holds nearly twice the bytes, RTRL "
    "nearly eight times as many",
)


# %% slideshow={"slide_type": "skip"}
def order(table):
    return {name: round(power) for name, power in powers(table).items()}


orders = [order(table) for table in (work_t, work_n, bytes_t, bytes_n)]
print("exponent of:  work in T, in n | memory in T, in n")
for name in WAYS:
    a, b, c, d = (found[name] for found in orders)
    print(f"{name:13} {a:9} {b:6} | {c:11} {d:6}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The orders, read off
#
# $T$ steps, $n$ units:
#
# | | time for a sequence | memory | the gradient is there |
# |---|---|---|---|
# | BPTT | $O(T n^2)$ | $O(T n)$, all of the past | after the end |
# | RTRL | $O(T n^4)$ | $O(n^3)$, none of the past | at every step |
# | finite differences | $O(T n^4)$ | $O(n)$ | after $2 \times$ weights runs |
#
# ($O(T n^2)$: it grows like $T n^2$.) BPTT is the one to train with. RTRL is the one that a
# stream without an end would need, and its price is why the LSTM of 1997 came with a cheaper,
# *truncated* rule (lesson 06).

# %% [markdown] slideshow={"slide_type": "notes"}
# Read the exponents off the plots: the last doubling multiplies by 2 to the power of the order,
# nearly; the smaller terms pull it down a little, 15 for 16 and 1.8 for 2. To both memories
# comes what holds the weights and their gradient, n^2. The n^4: P has n rows and about n^2
# columns, and U P multiplies each column by the n x n matrix U.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A check that convicts
#
# Wrong gradients train too, only worse. Nobody notices. So compare **every** entry
# with a central difference, and judge the *relative* error:
#
# $$\frac{|\,given - measured\,|}{\max(|given|,\; |measured|,\; floor)}$$
#
# - relative, because a gap of 0.001 is nothing for an entry of 1000 and all for one of 0.001
# - the **worst** entry, because a mean hides the one that is wrong
# - with a floor, because an entry that should be 0 is never measured as exactly 0

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How far to move?
#
# A big step leaves the tangent. A tiny one drowns in rounding.

# %% tags=["hide-input"]
params, xs, targets = setting(steps=6, units=4)
hs = forward(*params, xs)
true = by_bptt(*params, xs, hs - targets)[1][1, 2]


def at(move):
    U = params.U.copy()
    U[1, 2] += move
    return loss(params._replace(U=U), xs, targets)


moves = 10.0 ** -np.arange(1, 14)
one_side = np.array([(at(s) - at(0)) / s for s in moves])
both = np.array([(at(s) - at(-s)) / (2 * s) for s in moves])
errors = {
    "one side: (L(w + s) - L(w)) / s": abs(one_side / true - 1),
    "both sides: (L(w + s) - L(w - s)) / 2s": abs(both / true - 1),
}
one, two_sided = errors.values()
assert (
    two_sided.min() < 1e-8 < one.min()
    and moves[two_sided.argmin()] in moves[2:7]
)
assert two_sided[-1] > 1e-6
_, ax = figures.axes(size=(10, 4.2))
show(
    figures.difference_errors(moves, errors, ax=ax),
    alt="relative error against the step, both axes logarithmic: two valleys; from large "
    "steps the error falls, steeper for the two-sided difference, then rises again as "
    "rounding takes over; the two-sided valley is deeper and at larger steps",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Right flank, large steps: one side falls with s, both sides with s squared. Left flank, tiny steps: the two
# losses agree in nearly all digits, and their difference is rounding. Around 1e-5 the two-sided
# difference has eight digits or more. That is what a check has to work with: ask for 1e-6, not 1e-12.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Four slips that people make
#
# The backward pass with two lines to get wrong: how the error goes back, and what the
# deltas meet.


# %%
def deltas(U, hs, grad_h, back, slope):
    found, delta = [], np.zeros(len(U))
    for h, error in zip(hs[::-1], grad_h[::-1], strict=True):
        delta = (error + back(U, delta)) * slope(h)
        found.append(delta)
    return np.array(found[::-1])


# %% slideshow={"slide_type": "skip"}
def claim(
    params,
    xs,
    targets,
    back=lambda U, d: U.T @ d,
    slope=lambda h: 1 - h**2,
    late=False,
):
    hs = forward(*params, xs)
    D = deltas(params.U, hs, hs - targets, back, slope)
    before = hs if late else np.vstack([0 * hs[:1], hs[:-1]])
    return elman.Params(W=D.T @ xs, U=D.T @ before, b=D.sum(axis=0))


# %%
SLIPS = {
    "none": {},
    "U in place of U^T": {"back": lambda U, d: U @ d},
    "no temporal term": {"back": lambda U, d: 0 * d},
    "slope left out": {"slope": lambda h: 1},
    "h_t in place of h_{t-1}": {"late": True},
}

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Convicted


# %%
def passes(slip, steps):
    params, xs, targets = setting(steps, 4)
    given = claim(params, xs, targets, **slip)
    return check_gradient(lambda p: loss(p, xs, targets), params, given).passed


for name, slip in SLIPS.items():
    said = ["passes" if passes(slip, T) else "CONVICTED" for T in (6, 1)]
    print(f"{name:24} 6 steps: {said[0]:10} 1 step: {said[1]}")

# %% [markdown] slideshow={"slide_type": "skip"}
# A check sees only what its example shows. With **one** step there is no way back in
# time, and the first two slips go free: choose an example in which every term counts: several
# steps, an error at each, weights that are not symmetric and not zero, no two sizes equal.
# In [exercise 2](../exercises/ex02_gradient_check/ex02_gradient_check.ipynb) you write such a check
# and the gradient that it must not convict;
# [exercise 8](../exercises/ex08_find_the_bug/ex08_find_the_bug.ipynb), after lesson 07, has six
# published ones that it must.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Truncation: a choice
#
# Why carry the error back all the way? Stop after $k$ steps:
#
# - time and memory no longer grow with $T$: a stream becomes possible
# - $k = 1$ is what Elman used in 1990: the context is one more input, and no error travels
# - what the gradient does not reach, **it cannot teach**

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## The cut, in code


# %%
def truncated_bptt(params, run, grad_h, depth):
    """The error at the end, carried back through at most `depth` steps."""
    grads, back = [], 0.0
    steps = list(zip(run.traces, grad_h, strict=True))
    for trace, error in steps[-1 : -depth - 1 : -1]:
        arriving = elman.State(error + back)
        grad, _, before = elman.step_back(params, trace, arriving)
        grads.append(grad)
        back = before.h
    return elman.Params(*map(sum, zip(*grads, strict=True)))


given = truncated_bptt(params, run, only_last, depth=6)
full = bptt(elman, params, run, only_last).params
print("all 6 steps are no cut:", np.allclose(given.U, full.U))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## An experiment that fails
#
# A latch: the value at step 1, $+1$ or $-1$, has a mark. Five more values follow,
# just as large, without a mark. At step 6: which was the marked one? A guess scores 1/2.
#
# Four units, six seeds; the gradient is cut after $k$ steps.

# %% [markdown] slideshow={"slide_type": "skip"}
# The read-out says the probability that the marked value was $+1$: $y = \sigma(V h_6 + d)$. Training
# is that of lesson 01: Adam, batches of 32 fresh sequences; `clip=1.0` shortens a gradient that is
# longer than 1 (lesson 03).


# %% slideshow={"slide_type": "skip"}
def train(seed, lag, depth, units, updates=400):
    """Share of 500 fresh sequences that a net answers right after training."""
    rng, task = np.random.default_rng(seed), Latch(lag=lag)
    start = init_model(rng, elman, logistic, inputs=2, units=units, outputs=1)

    def gradient(model):
        batch = task.sample(rng, 32).padded()
        run = unroll(elman, model.cell, batch.inputs)
        value, of_readout, grad_h = logistic.loss(
            model.readout, run.states.h, batch.targets, batch.mask
        )
        cell = truncated_bptt(model.cell, run, grad_h, depth)
        return value, Model(cell, of_readout)

    model = fit(gradient, start, Adam(0.01), updates, clip=1.0).params
    test = task.sample(np.random.default_rng([seed, 1]), 500)
    outputs = predict(elman, logistic, model, test.padded().inputs)
    return task.is_correct(outputs, test).mean()


# %%
depths = (1, 3, 5)
cut = [over_seeds(lambda s: train(s, 5, k, 4), range(6)) for k in depths]
whole = over_seeds(lambda s: train(s, 5, 6, 4), range(6))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The repair: one step more

# %% tags=["hide-input"]
cut, whole = np.array(cut), np.array(whole)
assert (whole > 0.95).all() and ((cut > 0.9).sum(axis=1) <= 2).all()
labels = [f"k = {k}" for k in depths] + ["k = 6: all"]
_, ax = figures.axes(size=(10, 4.2))
show(
    figures.compare_scores(
        dict(zip(labels, [*cut, whole], strict=True)),
        baseline=Latch(lag=5).memory_free_score,
        baseline_label="guessing",
        ax=ax,
    ),
    alt="cut after 1, 3 or 5 steps most of six nets stay near one half, the score of "
    "guessing; with the error carried back through all 6 steps all six are right",
)
print("k = 1, 3, 5: most stay near guessing; k = 6: 6 of 6 learn")

# %% [markdown] slideshow={"slide_type": "skip"}
# With $k = 5$ the error reaches every step but the one that matters. The net may
# *use* what its random weights happen to keep of step 1, and now and then a seed is lucky; but no
# gradient ever tells $W$ to let the marked value in. With $k = 6$ it does, and **all** learn. Nothing else
# was changed: same nets, same batches, same number of updates.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What fails now
#
# The same latch, ten units, **40 steps** to wait. The gradient is complete: nothing is
# cut.

# %%
far = np.array(over_seeds(lambda s: train(s, 40, 41, 10), range(5)))
assert (far < 0.7).all()
print("learned by 0 of 5 nets: all are near guessing")

# %% [markdown] slideshow={"slide_type": "notes"}
# The gradient is right, and it does not help. Is the net too small? One unit can hold a bit. Is it
# the number of updates? Let people guess, and point back to "An error at the end only": the
# bars shrink towards step 1. The gradient says it, and it does not arrive.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Check yourself
#
# Look again at "Time, counted", right panel. You double the number of units, of a
# net trained by RTRL. Its work is multiplied by
#
# 1. 2: every unit costs the same.
# 2. 4: there are four times as many weights.
# 3. about 16: each of four times as many weights has an influence on twice as many
#    units, and each influence is a sum over twice as many.
# 4. It stays: RTRL keeps nothing of the past.

# %% [markdown] slideshow={"slide_type": "notes"}
# 1 no: that is the memory of BPTT. 2 no: that is BPTT's work. 3 yes. 4 no: that is said of the number
# of steps, and of memory.

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Answers, with a reason for each option</summary>
#
# 1. **No.** Already a single run costs four times as much, for $U$ has four times
#    as many entries.
# 2. **No.** This is the growth of BPTT, which meets every weight twice, and no more.
# 3. **Yes.** $P$ has $n$ rows and about $n^2$ columns, and every entry of $U P$ is a sum
#    of $n$ products: $n \cdot n^2 \cdot n$. The label at the line's end says about 15, for the smaller terms
#    grow more slowly.
# 4. **No.** Its *memory* stays the same when the *sequence* grows. The number of units is
#    another matter.
#
# </details>
#
# **Exercise**: [ex02 gradient check](../exercises/ex02_gradient_check/ex02_gradient_check.ipynb). More
# questions wait in the
# [quiz](../exercises/quiz_recurrent_networks/quiz_recurrent_networks.ipynb).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# - A weight used at every step has a gradient that is a **sum over its uses**.
# - Each error has two terms: **spatial**, from the layer above, and **temporal**, from the next
#   step.
# - BPTT: cheap, but after the end, with all of the past in memory. RTRL: at every step, with none,
#   and $n^2$ times the work.
# - A gradient that nobody compared with differences is a guess.
# - A cut gradient cannot teach what it does not reach. A complete one can, **if it arrives**.
#
# Next: [03 vanishing gradients](03_vanishing_gradients.ipynb) measures how much of it does.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Further reading
#
# - P. Werbos 1990, *Backpropagation through time: what it does and how to do it*, Proceedings of the
#   IEEE 78(10).
# - A. Robinson and F. Fallside 1987, *The utility driven dynamic error propagation network*, and
#   R. Williams and D. Zipser 1989, *A learning algorithm for continually running fully recurrent
#   neural networks*, Neural Computation 1(2): real-time recurrent learning.
# - R. Williams and J. Peng 1990, *An efficient gradient-based algorithm for on-line training of
#   recurrent network trajectories*, Neural Computation 2(4): truncation as a choice.
# - J. Elman 1990, *Finding structure in time*, Cognitive Science 14(2).
# - A. Graves 2012, *Supervised sequence labelling with recurrent neural networks*, chapter 3.
