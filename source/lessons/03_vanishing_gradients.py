# %% [markdown] slideshow={"slide_type": "slide"}
# # Vanishing gradients
#
# Lesson 03 · 45 minutes
#
# **You will**
#
# - see why an error that travels back through time is multiplied at every step,
# - measure when the product vanishes, when it explodes, and where the edge is,
# - watch a recurrent net fail at a task that needs a long memory.

# %% [markdown] slideshow={"slide_type": "skip"}
# **You need** [lesson 02](02_gradients_through_time.ipynb), or the chain rule,
# matrix products, and two sentences of recall: a *recurrent net* reads a sequence
# one input $x_t$ at a time and keeps a vector $h_t$, its *hidden state*, which it
# computes from $x_t$ and from the state before, $h_{t-1}$. It is trained by
# *backpropagation through time*: the loss is differentiated backwards, step by
# step, through all those states.
#
# | part | minutes |
# |---|---|
# | A prediction | 3 |
# | The chain rule multiplies | 10 |
# | The sequential Jacobian | 10 |
# | Vanishing, exploding, and the edge | 12 |
# | An experiment that fails | 7 |
# | What you take away | 3 |

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
import numpy as np

from coursekit import figures, show
from coursekit.cells import elman, elman_linear, elman_logistic, sigmoid
from coursekit.gradients import gradient_by_time, state_jacobian, unroll
from coursekit.tasks import TwoSequence
from coursekit.training import (
    Sgd,
    fit,
    init_model,
    logistic,
    loss_and_gradient,
    over_seeds,
    predict,
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Which verb?
#
# To learn to write *chases* and not *chase*, a net must link the verb to *dog*,
# and the error made at the verb has to reach the step that read *dog*.

# %% tags=["hide-input"]
words = "My dog, whom I adopted in 2009, chases squirrels".split()
ax = figures.dependency(
    words,
    words.index("dog,"),
    words.index("chases"),
    note="the verb depends on a word far back",
)
show(
    ax,
    alt="an arc joins the subject, dog, to the verb chases, over the five words between",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# In "My dog chases squirrels" the two words are neighbours, and a net without
# any memory worth the name gets the verb right. Ask the class for a sentence in
# which subject and verb are ten words apart. People have no trouble with it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Predict before you run
#
# A recurrent net has 50 logistic units. Its recurrent weights are drawn at
# random and scaled so that no vector grows when $U$ is applied to it over and
# over. An error enters at the last step. After how many steps back is **less
# than a millionth** of it left?
#
# 1. about 10 steps
# 2. about 100 steps
# 3. about 1000 steps
# 4. never: nothing grows, but nothing shrinks either
#
# Write your answer down. You will measure it in this lesson.

# %% [markdown] slideshow={"slide_type": "notes"}
# Answer: 1. About ten steps are enough, see "Measured, not simulated" below.
# Most people choose 2. The reason for so fast a decay is the factor of at most
# 1/4 that the logistic puts in at every step.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The cell
#
# One step of the plain recurrent cell, the *Elman* cell:
#
# $$net_t = W x_t + U h_{t-1} + b \qquad h_t = f(net_t)$$
#
# $net_t$ is the *pre-activation*. $f$ is a *squashing function*: $\tanh$, or the logistic
# $\sigma(net) = 1 / (1 + e^{-net})$. The same $U$ is used at every step.


# %%
def elman_step(W, U, b, x, h):
    net = W @ x + U @ h + b
    return np.tanh(net)


# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
# The library's cell computes the same numbers.
rng = np.random.default_rng(0)
params = elman.init(rng, inputs=3, units=4)
x, h = rng.normal(size=3), rng.normal(size=4)
state, _ = elman.step(params, x, elman.State(h))
assert np.allclose(state.h, elman_step(*params, x, h))
print("our step and the library's agree")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Unrolled, a recurrent net is a deep net

# %% tags=["hide-input"]
ax = figures.error_path(steps=5)
show(
    ax,
    alt="a recurrent net unrolled over five steps: states run to the right, "
    "the error runs back to the left through the same weights U at every step",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# Draw one copy of the net for each time step, and the loop becomes a chain. A
# sequence of 100 steps is a net 100 layers deep whose layers share their
# weights. Whatever happens to an error in a very deep net happens here too, and
# it was first seen here, in the diploma thesis of Hochreiter (1991).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The chain rule multiplies
#
# From $h_t = f(W x_t + U h_{t-1} + b)$ follows, for one step,
#
# $$\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}\big(f'(net_t)\big)\, U$$
#
# (a *Jacobian*: row $j$, column $k$ is $\partial h_{t,j} / \partial h_{t-1,k}$; $\mathrm{diag}(v)$ has $v$
# on its diagonal, zeros elsewhere) and for many steps the **product** of those matrices. Each step
# puts in
#
# - a slope $f'(net_t)$ for each unit, and
# - the weights $U$, always the same.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The slope is small
#
# The logistic's slope is at most 1/4. Where the unit is *saturated*, far from
# $net = 0$, its slope is close to nothing.

# %% tags=["hide-input"]
net = np.linspace(-6, 6, 241)
fig, (left, right) = figures.axes(columns=2, size=(12, 4.4))
value = sigmoid(net)
slope = value * (1 - value)
figures.squashing_and_derivative(net, value, slope, name="logistic", ax=left)
value = np.tanh(net)
figures.squashing_and_derivative(
    net, value, 1 - value**2, name="tanh", ax=right
)
assert slope.max() == 0.25 and (1 - value**2).max() == 1
show(
    fig,
    alt="the logistic's derivative peaks at one quarter and tanh's at one, "
    "both at net = 0; both fall to nearly zero where the unit saturates",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# $\sigma' = \sigma (1 - \sigma)$, and $p (1 - p)$ is largest at $p = 1/2$.
# $\tanh' = 1 - \tanh^2$. Ask: what does a unit look like that stores a bit
# safely? (Saturated. And what is its slope then? That is the dilemma of Bengio,
# Simard and Frasconi 1994: what holds a bit safely passes no error.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The sequential Jacobian
#
# How does the last state answer to a nudge of the first? Multiply the steps,
# the latest one leftmost. (`run.trace("slope")` has $f'(net_t)$ of every step.)


# %%
def jacobian_of_h(run, U):
    """d h_T / d h_0: the product of diag(f'(net_t)) U."""
    product = np.eye(len(U))
    for slope in run.trace("slope"):
        product = np.diag(slope) @ U @ product
    return product


rng = np.random.default_rng(1)
params = elman.init(rng, inputs=1, units=4)
xs = rng.normal(size=(6, 1))
run = unroll(elman, params, xs)
ours = jacobian_of_h(run, params.U)
assert np.allclose(ours, state_jacobian(elman, params, run, 0, 6))
print("the product equals the library's state_jacobian")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Which factor comes first?
#
# Slides and papers print the step in several orders. Nudge a state by a hair,
# run the net, and see which one is true: a *finite difference* needs no theory.


# %%
def nudged(first_state):
    start = elman.State(first_state)
    return unroll(elman, params, xs, start).states.h[-1]


hair = 1e-6
columns = [
    (nudged(hair * unit) - nudged(-hair * unit)) / (2 * hair)
    for unit in np.eye(4)
]
measured = np.stack(columns, axis=1)
print("diag(f') U agrees:", np.allclose(ours, measured, atol=1e-8))

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Three orders, one truth

# %%
slopes, U = run.trace("slope"), params.U
orders = {
    "diag(f'(net_t)) U": [np.diag(s) @ U for s in slopes],
    "U diag(f'(net_t))": [U @ np.diag(s) for s in slopes],
    "U^T diag(f'(net_t))": [U.T @ np.diag(s) for s in slopes],
}
for name, steps in orders.items():
    product = np.linalg.multi_dot(steps[::-1])
    agrees = np.allclose(product, measured, atol=1e-8)
    print(f"{name:20} {'agrees' if agrees else 'is something else'}")

# %% [markdown] slideshow={"slide_type": "skip"}
# None of the three is nonsense; they answer different questions.
#
# - $\mathrm{diag}(f'(net_t))\,U$ carries a nudge of the **state** $h$ forward.
# - $U\,\mathrm{diag}(f'(net_{t-1}))$ carries a nudge of the **pre-activation**
#   $net$ forward. Mind the index: it is the slope of the step before.
# - $U^\top \mathrm{diag}(f'(net_t))$ is the transpose of the first: it carries
#   an **error** backward, from $\partial L/\partial h_t$ to
#   $\partial L/\partial h_{t-1}$.
#
# The next cell proves the second and the third in the same way.


# %% slideshow={"slide_type": "skip"}
def last_net(first_net):
    start = elman.State(np.tanh(first_net))
    return unroll(elman, params, xs[1:], start).trace("net")[-1]


nets = run.trace("net")
columns = [
    (last_net(nets[0] + hair * unit) - last_net(nets[0] - hair * unit))
    / (2 * hair)
    for unit in np.eye(4)
]
product = np.linalg.multi_dot([U @ np.diag(s) for s in slopes[:-1]][::-1])
assert np.allclose(product, np.stack(columns, axis=1), atol=1e-8)

error = np.ones(4)  # dL/dh at the last step, for L = the sum of h
for slope in slopes[::-1]:
    error = U.T @ np.diag(slope) @ error
assert np.allclose(error, measured.T @ np.ones(4), atol=1e-8)
print("net travels by U diag(f'(net_{t-1})), errors by U^T diag(f'(net_t))")

# %% [markdown] slideshow={"slide_type": "notes"}
# The orders matter when somebody copies them into code; the norm of a long
# product is nearly the same for all three, which is why the slip is harmless in
# an argument and fatal in a backward pass.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A bound
#
# $|U|$ is the *spectral norm*: the most that $U$ can stretch any vector. A
# product is at most as large as the product of the sizes:
#
# $$\Big|\frac{\partial h_{t+n}}{\partial h_t}\Big| \;\le\;
#   \big(\max f' \cdot |U|\big)^n
#   = \Big(\frac{|U|}{4}\Big)^n \text{ for the logistic}$$
#
# "Each step keeps at most a quarter" is true **only if** $|U| \le 1$. For
# $|U| < 4$ the error still vanishes. Above 4 the bound says nothing.


# %% slideshow={"slide_type": "skip"}
def random_weights(rng, units, norm):
    """A random U whose spectral norm is `norm`."""
    U = rng.normal(size=(units, units))
    return U * (norm / np.linalg.norm(U, 2))


def jacobian_norms(cell, U, rng, steps=100):
    """|d h_n / d h_0| for n = 1 to steps, on random inputs."""
    params = cell.init(rng, inputs=1, units=len(U))._replace(U=U)
    run = unroll(cell, params, rng.normal(size=(steps, 1)))
    product, norms = np.eye(len(U)), []
    for slope in run.trace("slope"):
        product = slope[:, None] * (U @ product)
        norms.append(np.linalg.norm(product, 2))
    return np.array(norms)


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Measured, not simulated
#
# Fifty logistic units, five nets, random inputs, $|U| = 1$ and $|U| = 6$.

# %% tags=["hide-input"]
lags = np.arange(1, 101)
fig, pair = figures.axes(columns=2, size=(12.6, 4.6))
decay = {}
for ax, norm in zip(pair, (1.0, 6.0), strict=True):
    decay[norm] = np.stack(
        [
            jacobian_norms(elman_logistic, random_weights(rng, 50, norm), rng)
            for rng in map(np.random.default_rng, range(5))
        ]
    )
    figures.gradient_norms(
        lags, decay[norm], bound=(norm / 4) ** lags, label="5 nets", ax=ax
    )
    ax.set_title(f"|U| = {norm:g}", fontsize=18)
assert all((decay[n] <= (n / 4) ** lags * (1 + 1e-9)).all() for n in decay)
assert decay[1.0][:, 9].max() < 1e-6  # ten steps: the prediction
assert decay[6.0][:, 99].max() < 1e-6 and (6 / 4) ** 100 > 1e17
show(
    fig,
    alt="on a log scale the measured norms fall in straight lines: with |U| = 1 "
    "below a millionth within ten steps; with |U| = 6 they still fall although "
    "the bound rises",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# Left: your prediction, answered. With $|U| = 1$ nothing that $U$ does can make
# a vector grow, and after **ten** steps less than a millionth of the error is
# left, in every one of the five nets. Right: the bound $(6/4)^n$ grows, and yet
# the measured norm shrinks, in all five. A bound is a promise in one direction:
# below 4 it *proves* that the error vanishes, above 4 it proves nothing.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Depth or time: the same product
#
# A deep net has another $U$ in each layer; a recurrent net has the same $U$ at
# each step. The product does not care much.


# %% tags=["hide-input"]
def through_layers(rng, layers=30, units=50):
    h, product, norms = rng.uniform(size=units), np.eye(units), []
    for _ in range(layers):
        U = random_weights(rng, units, norm=1.0)  # a fresh one each layer
        h = sigmoid(U @ h)
        product = (h * (1 - h))[:, None] * (U @ product)
        norms.append(np.linalg.norm(product, 2))
    return norms


seeds = [np.random.default_rng(seed) for seed in range(5)]
deep = np.array([through_layers(rng) for rng in seeds])
layers = np.arange(1, 31)
ax = figures.gradient_norms(layers, deep, label="30 layers")
figures.gradient_norms(layers, decay[1.0][:, :30], label="30 steps", ax=ax)
ax.set_xlabel("layers, or time steps")
assert deep[:, -1].max() < 1e-15 and decay[1.0][:, 29].max() < 1e-15
show(
    ax,
    alt="the norm through 30 different layers and through 30 time steps falls "
    "in nearly parallel straight lines on a log scale, below 1e-15",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where does it turn?
#
# Take away everything that blurs the picture: **linear** units ($f' = 1$) and an
# **orthogonal** $U$ (it only rotates), scaled by a number $r$. Then the norm after
# $n$ steps is exactly $r^n$. (`np.linalg.qr` makes an orthogonal matrix out of a random one.)


# %%
def rotation(rng, units):
    return np.linalg.qr(rng.normal(size=(units, units)))[0]


rng = np.random.default_rng(0)
Q = rotation(rng, 50)
for r in (0.9, 1.0, 1.1):
    norms = jacobian_norms(elman_linear, r * Q, rng)
    assert np.allclose(norms, r**lags)
    print(f"r = {r}: after 100 steps 10^{np.log10(norms[-1]) + 1e-9:+.1f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# This is the *knife edge*. At $r = 1$ the error arrives unchanged after any number
# of steps; one tenth to either side, and after 100 steps it is more than ten
# thousand times too small or too large. No training process holds a number at
# a knife edge by luck.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Vanishing, exploding, and the edge between

# %% tags=["hide-input"]
fig, (left, right) = figures.axes(columns=2, size=(12.6, 4.8))
linear = {
    f"r = {r}": np.stack(
        [
            jacobian_norms(elman_linear, r * rotation(rng, 50), rng)
            for rng in map(np.random.default_rng, range(5))
        ]
    )
    for r in (0.9, 1.0, 1.1)
}
figures.regimes(lags, linear, ax=left)
left.set_title("linear units, rotations", fontsize=18)
squashed = {
    f"r = {r}": np.stack(
        [
            jacobian_norms(elman, r * rotation(rng, 50), rng)
            for rng in map(np.random.default_rng, range(5))
        ]
    )
    for r in (0.9, 1.0, 2.0)
}
figures.regimes(lags, squashed, ax=right)
right.set_title("tanh units, rotations", fontsize=18)
assert squashed["r = 1.0"][:, -1].max() < 0.1  # the edge has moved
assert squashed["r = 2.0"][:, -1].min() > 10
show(
    fig,
    alt="linear units: the norm falls for r = 0.9, stays at one for r = 1 and "
    "rises for r = 1.1; tanh units: it falls even at r = 1 and explodes at r = 2",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Negative controls: linear units and rotations take one cause away each. With
# both gone, the norm is exactly $r^n$. With tanh the slope is below one wherever the
# unit moves at all, so at $r = 1$ the error still vanishes, only slowly, and the
# turn lies higher up. Ask: where is the turn for logistic units at their steepest
# point? (At $r = 4$; the next cell shows it.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The exact turning points
#
# Hold every unit at its steepest point ($net = 0$). Then $f'$ is 1 for tanh and
# 1/4 for the logistic, and the turn is at $r = 1$ and at $r = 4$: exactly.


# %%
def norm_at_steepest(cell, r, steps=100):
    U = r * rotation(np.random.default_rng(0), 50)
    h = 0.5 if cell is elman_logistic else 0.0  # f(0)
    held = elman.Params(W=np.zeros((50, 1)), U=U, b=-U @ np.full(50, h))
    start = elman.State(np.full(50, h))
    run = unroll(cell, held, np.zeros((steps, 1)), start)
    return np.linalg.norm(state_jacobian(cell, held, run, 0, steps), 2)


for name, cell, turn in (("tanh", elman, 1), ("logistic", elman_logistic, 4)):
    below, at, above = (norm_at_steepest(cell, turn * k) for k in (0.9, 1, 1.1))
    assert below < 1e-4 and np.isclose(at, 1, rtol=1e-6) and above > 1e4
    print(f"{name}: vanishes below r = {turn}, explodes above, 1 at the edge")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Explore it
#
# Move the two sliders: the scale of the weights (the *spectral radius* of $U$, the
# size of its largest eigenvalue) and the lag.

# %% tags=["hide-input"]
from coursekit.widgets import VanishingExplorer

VanishingExplorer()

# %% [markdown] slideshow={"slide_type": "notes"}
# Find the smallest radius at which more than a tenth of the error is left after 50
# steps. Then find how little the radius must change before it explodes. The pale
# lines are single nets: same radius, other random numbers.

# %% [markdown] slideshow={"slide_type": "skip"}
# Every frame of the explorer was computed by `state_jacobian` for five random nets;
# the sliders only choose which one you see. It works in the slides and in a saved
# page too, without a kernel.
#
# The spectral norm $|U|$ says what one step can do at most; the spectral radius says what many
# steps do in the end. A $U$ with $|U|$ above 1 and a radius below 1 first stretches some vectors, and
# then lets all of them shrink.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exploding gradients have a remedy
#
# An error that explodes still points the right way. *Clip by norm*: keep the
# direction, shorten the step.
#
# $$g \leftarrow \theta\, \frac{g}{|g|} \quad\text{if } |g| > \theta$$
#
# An error that vanishes has no such remedy: what is not there cannot be stretched.

# %% [markdown] slideshow={"slide_type": "skip"}
# The task of the next cells is the *two-sequence problem*: the first input is
# $+1$ or $-1$ and says the class; then noise follows on the same line; at the last
# step the net must say the class, by $y = \sigma(V h_T + d)$. A guess scores one
# half. We train nets of 20 units with $U$ scaled to spectral radius 1.5, twice:
# with and without clipping. `Sgd` is plain gradient descent: every weight moves by
# the rate times its gradient. (Adam, of lesson 01, rescales the gradient by
# itself, and would blur what clipping does.)


# %% slideshow={"slide_type": "skip"}
def scaled(model, radius):
    """The same model, with U scaled to a spectral radius."""
    U = model.cell.U
    U = U * (radius / np.abs(np.linalg.eigvals(U)).max())
    return model._replace(cell=model.cell._replace(U=U))


def score(task, model, seed):
    """Share of 500 fresh sequences sorted right; guessing gets one half."""
    test = task.sample(np.random.default_rng([seed, 1]), 500)
    outputs = predict(elman, logistic, model, test.padded().inputs)
    return task.on_right_side(outputs, test).mean()


# %% slideshow={"slide_type": "skip"}
def train(seed, length, radius, clip, updates=400):
    rng = np.random.default_rng(seed)
    task = TwoSequence(length=length)
    model = init_model(rng, elman, logistic, inputs=1, units=20, outputs=1)

    def batch_gradient(model):
        batch = task.sample(rng, 32).padded()
        return loss_and_gradient(elman, logistic, model, *batch)

    start = scaled(model, radius)
    fitted = fit(batch_gradient, start, Sgd(0.3), updates, clip=clip)
    largest = max(fitted.history.norms)
    return score(task, fitted.params, seed), largest


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Clipping, measured
#
# Two-sequence problem, 20 steps, 8 seeds: the same nets, the same learning rate.

# %%
free = over_seeds(lambda s: train(s, 20, 1.5, clip=None), range(8))
clipped = over_seeds(lambda s: train(s, 20, 1.5, clip=1.0), range(8))
scores = {
    "not clipped": [result[0] for result in free],
    "clipped at norm 1": [result[0] for result in clipped],
}

# %% tags=["hide-input"]
solved = {name: int((np.array(s) > 0.9).sum()) for name, s in scores.items()}
assert solved["not clipped"] <= 4 and solved["clipped at norm 1"] >= 7
ax = figures.compare_scores(scores, baseline=0.5, baseline_label="guessing")
show(
    ax,
    alt="with clipping nearly all of eight nets score near one; without it most "
    "stay near one half, the score of guessing",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Who is heard at the first step?
#
# The gradient of one weight is a *sum over time steps*. How much does each step
# contribute, when the error enters at the end of 40 steps?


# %%
def heard(seed, steps=40):
    """Size of each step's part in the gradient of W; error at the end."""
    rng = np.random.default_rng(seed)
    params = elman.init(rng, inputs=1, units=20)
    run = unroll(elman, params, rng.normal(size=(steps, 1)))
    error = np.zeros_like(run.states.h)
    error[-1] = 1
    parts = gradient_by_time(elman, params, run, error).W
    return np.linalg.norm(parts, axis=(1, 2))[::-1]


parts = np.stack([heard(seed) for seed in range(5)])
print(
    "the first step is heard a thousand times less than the last:",
    bool((parts[:, -1] < 1e-3 * parts[:, 0]).all()),
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## The recent drowns the distant

# %% tags=["hide-input"]
ax = figures.gradient_norms(np.arange(40), parts, label="5 nets")
ax.set_xlabel("steps before the error")
ax.set_ylabel("part in the gradient of W")
assert (parts[:, -1] < 1e-3 * parts[:, 0]).all()
show(
    ax,
    alt="the part of a step in the gradient falls on a log scale with its "
    "distance from the error, by far more than three orders of magnitude over 40 "
    "steps, in each of five nets",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# This is why a long dependency cannot be *learned*, although the net could
# *express* it. The gradient does not say "the first input does not matter". It says
# what the last few inputs ask for, loudly, and what the first one asks for a thousand
# times more softly. With noise in every batch, nobody hears it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The experiment that fails
#
# The two-sequence problem at a growing lag. The plain net (*simple recurrent network*, SRN)
# at its best:
# tanh, 20 units, spectral radius 1 to begin with, clipped gradients, 8 seeds each.

# %%
lengths = (10, 20, 40, 80)
table = np.array(
    [
        [s for s, _ in over_seeds(lambda s: train(s, T, 1.0, 1.0), range(8))]
        for T in lengths
    ]
).T  # (seeds, lengths)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## The longer the lag, the fewer learn

# %% tags=["hide-input"]
solved = (table > 0.9).sum(axis=0)
assert solved[0] >= 7 and solved[1] >= 5 and solved[3] <= 2
ax = figures.score_against_lag(
    lengths, table, label="SRN", baseline=0.5, baseline_label="guessing"
)
show(
    ax,
    alt="nearly all nets score near one at lag 10; at lag 80 nearly all are at "
    "one half, the score of guessing",
)
print("lag 10: learned by nearly all of 8 nets; lag 80: by hardly any")

# %% [markdown] slideshow={"slide_type": "notes"}
# At 40 a seed or two may get there: a random net that happens to latch the first
# input needs no error from far away. Ask: is a net that learns one time in five a
# solution? And which seeds would a careless author have shown?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Check yourself
#
# Look at the last plot. At lag 80 the dots stand near one half. What does that say?
#
# 1. The net has learned half of the task.
# 2. It answers as well as somebody who has not seen the first input.
# 3. Twenty units are too few to store one bit for 80 steps.
# 4. Longer training would give the same curve, shifted down.

# %% [markdown] slideshow={"slide_type": "notes"}
# 1 no: one half is what guessing gets. 2 yes. 3 no: one unit can hold a bit for
# ever; storing is not the trouble, learning to store is. 4 no: nothing in the plot
# speaks of longer training, and the score would not fall below guessing.

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Answers, with a reason for each option</summary>
#
# 1. **No.** One half is the score of guessing between two classes; nothing was
#    learned.
# 2. **Yes.** The dashed line is the score of a predictor without memory, and the dots
#    are on it.
# 3. **No.** One saturated unit can hold a bit for any time. The net can express the
#    solution; the gradient does not lead there.
# 4. **No.** The plot says nothing about longer training, and a score below the line
#    would be as informative as one above it.
#
# </details>
#
# More questions wait in the
# [quiz](../exercises/quiz_recurrent_networks/quiz_recurrent_networks.ipynb).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# - Through time as through depth, the chain rule **multiplies**.
# - Each factor is $\mathrm{diag}(f')\,U$. Below one: vanishing. Above: exploding.
#   In between lies a knife edge.
# - Exploding can be clipped. **Vanishing cannot be repaired afterwards.**
# - A plain recurrent net can express a long memory, and hardly ever learns it.
#
# **Exercise**: [ex03 vanishing](../exercises/ex03_vanishing/ex03_vanishing.ipynb).
#
# Next: [what error should a single weight follow?](04_weight_conflict.ipynb)

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Further reading
#
# - Hochreiter 1991, *Untersuchungen zu dynamischen neuronalen Netzen*, diploma
#   thesis: the first analysis.
# - Bengio, Simard and Frasconi 1994, *Learning long-term dependencies with gradient
#   descent is difficult*: latching or gradients, not both.
# - Hochreiter and Schmidhuber 1997, *Long short-term memory*, section 3.
# - Pascanu, Mikolov and Bengio 2013, *On the difficulty of training recurrent neural
#   networks*: the conditions for vanishing and exploding, and clipping.
