# %% [markdown] slideshow={"slide_type": "slide"}
# # The constant error carousel
#
# Lesson 05 · 30 minutes
#
# **You will**
#
# - derive what a unit must be for an error to pass it unchanged,
# - measure that derivative over 1000 steps, and find exactly 1,
# - find out what this memory costs.

# %% [markdown] slideshow={"slide_type": "skip"}
# **You need** [lesson 03](03_vanishing_gradients.ipynb) (an error is multiplied by
# $\mathrm{diag}(f'(net_t))\,U$ at every step) and
# [lesson 04](04_weight_conflict.ipynb) (one weight, two jobs).
#
# | part | minutes |
# |---|---|
# | A prediction | 3 |
# | What must hold | 7 |
# | Measured: exactly one | 6 |
# | What it can do, and what it costs | 11 |
# | What you take away | 3 |

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
import inspect
from math import erf, sqrt

import numpy as np

from coursekit import figures, show
from coursekit.cells import carousel, elman, elman_linear
from coursekit.gradients import state_jacobian, unroll
from coursekit.tasks import Latch, TwoSequence
from coursekit.training import (
    Adam,
    fit,
    init_model,
    linear,
    logistic,
    loss_and_gradient,
    over_seeds,
    predict,
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Predict before you run
#
# You are about to build a memory that error can travel through for ever, unchanged. You
# train it to store one marked value, $+1$ or $-1$, for 20 steps. At each of those steps a
# distractor arrives, $+1$ or $-1$ too, and not marked. What share of the values does it give
# back rightly?
#
# 1. all of them: the error arrives, so it learns
# 2. about 90 %
# 3. about 60 %
# 4. half of them, like somebody who guesses

# %% [markdown] slideshow={"slide_type": "notes"}
# Answer: 3. The exact number is computed below: 58.8 %. People who paid attention in lesson
# 04 choose 3 or 4; most choose 1, because "constant error" sounds like success.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What must hold, for one unit
#
# One unit with a recurrent weight $w$ to itself. The error $\delta_t = \partial L / \partial net_t$ is,
# one step back,
#
# $$\delta_{t-1} = f'(net_{t-1})\; w\; \delta_t$$
#
# To keep it constant, demand $f'(net)\, w = 1$ at **every** $net$. Integrate:
#
# $$f(net) = \frac{net}{w}$$
#
# So $f$ must be **linear**. And the unit's activity stays constant only with **$w = 1$**: then $f$
# is the identity.

# %% [markdown] slideshow={"slide_type": "notes"}
# This is the argument of section 3.2 of the 1997 paper. Ask: why not $w = 2$ and $f(net) = net/2$?
# (It is the same unit in other units of measurement: $h_t = f(w h_{t-1} + \dots)
# = h_{t-1} + \dots / 2$.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What must hold, for many units
#
# For a whole layer the error is carried back by
#
# $$U^\top \mathrm{diag}\big(f'(net_t)\big) = I$$
#
# and the plainest solution is $f(net) = net$ and $U = I$: each unit keeps what it has, and
# nobody else's.
#
# $$c_t = c_{t-1} + W x_t + b \qquad h_t = c_t$$
#
# The number that goes round and round is called the **cell state** $c_t$; this unit is
# the **constant error carousel**.

# %% [markdown] slideshow={"slide_type": "skip"}
# $I$ is the identity matrix: ones on the diagonal, zeros elsewhere. Any orthogonal $U$ would keep the *size* of the error (lesson 03). The identity keeps the error
# *itself*: what unit 3 did wrong is told to unit 3, and not to a mixture of units.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The cell, and its code

# %% tags=["hide-input"]
ax = figures.carousel_diagram()
show(
    ax,
    alt="the carousel: the input is added to the state line c, which runs straight "
    "from one step to the next with weight one; h is read off it",
)

# %% tags=["hide-input"]
code = inspect.getsource(carousel.step).splitlines()
print("\n".join([code[0], *code[2:]]))  # without the docstring

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Measured: exactly one
#
# How does the state answer to a nudge 1, 10, 100, 1000 steps earlier? Through the
# library's own cell, with random weights and random inputs:


# %%
def derivative(seed, n):
    rng = np.random.default_rng(seed)
    params = carousel.init(rng, inputs=3, units=4)
    run = unroll(carousel, params, rng.normal(size=(1100, 3)))
    return state_jacobian(carousel, params, run, 50, 50 + n, field="c")


for n in (1, 10, 100, 1000):
    exact = [np.array_equal(derivative(s, n), np.eye(4)) for s in range(5)]
    assert all(exact)
    print(
        f"d c_(t+{n}) / d c_t is the identity, to the last bit: {sum(exact)} of 5"
    )

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Almost one is not one

# %% tags=["hide-input"]
lags = np.arange(1, 1001)
ax = figures.regimes(
    lags,
    {f"w = {w}": np.full((1, 1000), w) ** lags for w in (0.99, 1.0, 1.01)},
)
params = elman.Params(W=np.zeros((1, 1)), U=np.array([[0.99]]), b=np.zeros(1))
run = unroll(elman_linear, params, np.zeros((1000, 1)))
last = state_jacobian(elman_linear, params, run, 0, 1000)[0, 0]
assert np.isclose(last, 0.99**1000) and 0.99**1000 < 1e-4 < 1e4 < 1.01**1000
show(
    ax,
    alt="with a recurrent weight of 0.99 less than a ten-thousandth is left after 1000 "
    "steps, with 1.01 it has grown more than ten-thousandfold, with 1 it stays at one",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# A learned weight never stays exactly at 1: every update moves it. So the self-weight of the
# carousel is not learned. It is built in. That is the design decision of LSTM, and all the rest
# follows from it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Explore it
#
# Set $w = 4$, $f' = 0.25$ and a long lag: do the five seeds stay together?

# %% tags=["hide-input"]
from coursekit.widgets import CarouselExplorer

CarouselExplorer(weight=0.99, slope=1.0, lag=100)

# %% [markdown] slideshow={"slide_type": "skip"}
# Notice that $f' w = 1$ there, as in the carousel. But it holds at one $net$ only.

# %% [markdown] slideshow={"slide_type": "notes"}
# They drift apart: the inputs push $net$ about a little, and $f'(net)$ with it, so the product of
# many is not 1. Only where $f'(net)\,w = 1$ at *every* $net$ does the error stay: the linear
# unit at $w = 1$. Then go one place to either side of it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What it can do: hold a number
#
# The first input is a number between $-1$ and $1$. Then 100 steps of silence. Then give the
# number back. A latch (a unit that saturates) can hold a bit; this needs a value. SRN is the
# *simple recurrent network*, the plain net of lesson 03.

# %% [markdown] slideshow={"slide_type": "skip"}
# The score is the *r.m.s. error*: the root of the mean square of what the answer is off by. The
# read-out is linear, $y_t = V h_t + d$, and the loss half the squared error at the last step.


# %% slideshow={"slide_type": "skip"}
def numbers(rng, count, lag=100):
    """A batch: inputs, targets and mask, time first."""
    inputs = np.zeros((lag + 1, count, 1))
    inputs[0, :, 0] = rng.uniform(-1, 1, count)
    targets = np.zeros_like(inputs)
    targets[-1] = inputs[0]
    mask = np.zeros(inputs.shape[:2], dtype=bool)
    mask[-1] = True
    return inputs, targets, mask


def hold(seed, cell):
    """Train for 500 updates; the root mean square error on fresh numbers."""
    rng = np.random.default_rng(seed)
    model = init_model(rng, cell, linear, inputs=1, units=10, outputs=1)

    def batch_gradient(model):
        return loss_and_gradient(cell, linear, model, *numbers(rng, 32))

    model = fit(batch_gradient, model, Adam(0.01), updates=500).params
    inputs, targets, _ = numbers(np.random.default_rng([seed, 1]), 500)
    error = (predict(cell, linear, model, inputs) - targets)[-1]
    return float(np.sqrt((error**2).mean()))


# %%
errors = {
    "SRN": over_seeds(lambda s: hold(s, elman), range(5)),
    "carousel": over_seeds(lambda s: hold(s, carousel), range(5)),
}

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Only one of them keeps the number

# %% tags=["hide-input"]
assert max(errors["carousel"]) < 0.02 and np.median(errors["SRN"]) > 0.15
ax = figures.compare_scores(
    errors,
    baseline=1 / sqrt(3),
    baseline_label="no memory",
    ylabel="r.m.s. error",
)
show(
    ax,
    alt="after 100 steps of silence the carousel gives the number back without visible "
    "error in five of five seeds; the plain recurrent net (SRN) is far off in most",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# No memory: say 0 each time; the root mean square of a number drawn evenly from $[-1, 1]$ is
# $1/\sqrt 3 = 0.577$. The plain net does better than that in some seeds: it stores the sign,
# which a saturated unit can do.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## First cost: it cannot tell the order
#
# A carousel adds. A sum does not know what came first.

# %%
rng = np.random.default_rng(0)
params = carousel.init(rng, inputs=3, units=4)
xs = rng.normal(size=(30, 3))
forwards = unroll(carousel, params, xs).states.c[-1]
shuffled = unroll(carousel, params, rng.permutation(xs)).states.c[-1]
assert np.allclose(forwards, shuffled, atol=1e-12)
print("the same state, in whatever order the inputs come")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Second cost: nothing protects it
#
# **Every** input is added, and **every** output reads the state.

# %% tags=["hide-input"]
unit = carousel.Params(W=np.array([[1.0, 0.0]]), b=np.zeros(1))
task = Latch(lag=20)
rng = np.random.default_rng(0)
batch = task.sample(rng, 200).padded()
states = unroll(carousel, unit, batch.inputs).states.c[:, :, 0].T
plus = states[states[:, 0] == 1]
assert (plus[:, -1] <= 0).mean() > 0.3
ax = figures.task_examples(
    plus[:4], ["", "", "", ""], relevant=[1], ylabel="cell state $c_t$"
)
ax.axhline(1, linestyle=":", color="black")
show(
    ax,
    alt="four sequences that all store plus one at step 1; afterwards the states wander "
    "off in all directions, and some end below zero",
    caption="All four stored +1 (dotted) at step 1. Then the distractors came.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# The four sequences begin alike. After 20 distractors their states are spread out, and in more
# than 30 % of all such sequences the state has fallen to zero or below: the sign is lost. Error
# flows back perfectly. What it says is that the state is full of rubbish.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Its score can be computed
#
# The best that a plain sum can do is to answer with the sign of the sum. It is right when the
# stored value is not outvoted. With $n$ distractors:
#
# $$P = P(1 + S_n > 0) + \tfrac12 P(1 + S_n = 0)$$
#
# where $S_n$ is a walk of $n$ steps of $\pm 1$: an exact sum of binomials.

# %%
for lag in (1, 2, 5, 10, 20, 40):
    print(f"{lag:3} distractors: {Latch(lag=lag).adding_up_score:.3f}")


# %% slideshow={"slide_type": "skip"}
def score(seed, cell, task):
    """Train for 300 updates; the share of 2000 fresh sequences that is right."""
    rng = np.random.default_rng(seed)
    model = init_model(rng, cell, logistic, inputs=2, units=5, outputs=1)

    def batch_gradient(model):
        batch = task.sample(rng, 32).padded()
        return loss_and_gradient(cell, logistic, model, *batch)

    model = fit(batch_gradient, model, Adam(0.02), 300, clip=1.0).params
    test = task.sample(np.random.default_rng([seed, 1]), 2000)
    outputs = predict(cell, logistic, model, test.padded().inputs)
    return task.is_correct(outputs, test).mean()


# %% [markdown] slideshow={"slide_type": "slide"}
# ## An experiment that fails
#
# The latch with distractors, trained, 5 seeds at each lag.

# %%
lags = (1, 2, 5, 10, 20, 40)
scores = np.array(
    [
        over_seeds(lambda s: score(s, carousel, Latch(lag=lag)), range(5))
        for lag in lags
    ]
).T  # (seeds, lags)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## The best that a sum can do, and no better

# %% tags=["hide-input"]
exact = np.array([[Latch(lag=lag).adding_up_score for lag in lags]])
assert (scores <= exact + 0.06).all() and (scores[:, 4:] < 0.7).all()
assert np.abs(np.median(scores, axis=0) - exact).max() < 0.08
ax = figures.score_against_lag(
    lags, scores, label="carousel", baseline=0.5, baseline_label="no memory"
)
figures.score_against_lag(lags, exact, label="best sum (exact)", ax=ax)
show(
    ax,
    alt="the trained carousel follows the exact score of the best sum, from three quarters "
    "at lag 1 and 2 down to below 0.6 at lag 40, near the one half of guessing",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# The five nets at each lag lie on the curve that was computed without any net. Training works
# perfectly. There is nothing better to be learned, because the cell has no way to say "not this
# one".

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## The task of lesson 03 again
#
# The two-sequence problem is no better: the first input is $\pm 1$, then noise of variance 0.2
# is added $T - 1$ times. The sum is right with probability
# $\Phi\big(1 / \sqrt{0.2\,(T-1)}\big)$.


# %% slideshow={"slide_type": "skip"}
def phi(z):
    """The normal distribution function."""
    return 0.5 * (1 + erf(z / sqrt(2)))


# %%
for T in (10, 20, 40, 80):
    rng = np.random.default_rng(T)
    test = TwoSequence(length=T).sample(rng, 4000)
    sums = np.add.reduceat(test.inputs[:, 0], test.offsets[:-1])
    right = ((sums > 0) == (test.targets[test.offsets[1:] - 1, 0] > 0)).mean()
    assert abs(right - phi(1 / sqrt(0.2 * (T - 1)))) < 0.04
    print(f"T = {T}: at best {phi(1 / sqrt(0.2 * (T - 1))):.2f}; guessing 0.50")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Check yourself
#
# Look at the last plot. Why do the dots follow the exact curve so closely?
#
# 1. The error vanishes over the lag, so the net stays at its start.
# 2. The net has learned the best that a sum of its inputs can do.
# 3. Five units are too few; fifty would reach 1.
# 4. The learning rate is too small.

# %% [markdown] slideshow={"slide_type": "notes"}
# 1 no: the derivative is exactly one at all lags. 2 yes. 3 no: fifty sums of the same inputs are
# read by a linear read-out, so together they are again one sum. 4 no: the curve is a bound for any
# sum, however it was trained.

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Answers, with a reason for each option</summary>
#
# 1. **No.** You measured that derivative: it is the identity, to the last bit.
# 2. **Yes.** The curve is the score of the best sum, and a carousel is a sum.
# 3. **No.** Every unit adds up the same inputs with other weights; reading fifty of them by one
#    linear read-out gives one sum again.
# 4. **No.** No training can beat the best sum, at any rate.
#
# </details>
#
# More questions wait in the
# [quiz](../exercises/quiz_recurrent_networks/quiz_recurrent_networks.ipynb).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# - Error travels unchanged if $f'(net)\,w = 1$ everywhere: $f$ is the identity, $w = 1$.
# - Through the carousel $\partial c_{t+n} / \partial c_t = I$, **exactly**, for any $n$.
# - The price: it only adds, and **nothing protects it**. Every input comes in, every output
#   reads it.
#
# **Exercise**: parts 1 and 2 of [ex04 carousel and gates](../exercises/ex04_carousel_and_gates/ex04_carousel_and_gates.ipynb);
# the rest comes with lesson 06.
#
# Next: [gates, which say when to write and when to read](06_gates.ipynb)

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Further reading
#
# - Hochreiter and Schmidhuber 1997, *Long short-term memory*, section 3.2: the carousel, derived
#   in five lines.
# - Bengio, Simard and Frasconi 1994, *Learning long-term dependencies with gradient descent is
#   difficult*: the latch.
