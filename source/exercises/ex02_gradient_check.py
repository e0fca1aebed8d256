# %% [markdown]
# # Exercise 2: the gradient, and a check that convicts
#
# **You write** the loss of an Elman net, its gradient by finite differences, a judge that tells wrong
# gradients from right ones, and then backpropagation through time, which your own judge must let go.
# For a bonus: one step of real-time recurrent learning.
#
# **You need** lesson [02 gradients through time](../../notebooks/02_gradients_through_time.ipynb).
# **It takes** about 90 minutes:
#
# | part | you write | minutes | points |
# |---|---|---|---|
# | 1 the net and its loss | `elman_loss` | 10 | 4 |
# | 2 finite differences | `difference_gradient` | 15 | 6 |
# | 3 the verdict | `convict` | 20 | 10 |
# | 4 backpropagation through time | `elman_gradient` | 30 | 10 |
# | 5 a bonus: forwards | `influence_step` | 15 | 6 |
#
# Write your answer in place of `raise NotImplementedError()` and run the check below it. The check
# says at once which parts are right, where the worst entry is, and, if it knows your mistake, which
# one it is. Stuck? Run `hint("elman_loss")`; every call goes one step further.

# %%
import numpy as np

from coursekit import check, figures, hint, show

# %% [markdown]
# ## 1. The net and its loss
#
# $$
# \begin{aligned}
# h_t &= \tanh(W x_t + U h_{t-1} + b) &\qquad& h_0 = 0 \\
# y_t &= V h_t + d && \text{the read-out: linear} \\
# L &= \tfrac12 \sum_t |y_t - target_t|^2 && \text{over all steps and outputs}
# \end{aligned}
# $$
#
# The parameters are a dict of five arrays: `W` (units, inputs), `U` (units, units), `b` (units,),
# `V` (outputs, units), `d` (outputs,). A sequence `xs` is (time, inputs), its `targets` are
# (time, outputs). Here is a net to play with:


# %%
def make_net(rng, steps, inputs, units, outputs):
    """Parameters, a sequence, and targets."""
    params = {
        "W": rng.uniform(-1, 1, (units, inputs)),
        "U": rng.uniform(-1, 1, (units, units)),
        "b": rng.uniform(-1, 1, units),
        "V": rng.uniform(-1, 1, (outputs, units)),
        "d": rng.uniform(-1, 1, outputs),
    }
    xs, targets = (rng.normal(size=(steps, n)) for n in (inputs, outputs))
    return params, xs, targets


params, xs, targets = make_net(np.random.default_rng(2), 6, 2, 4, 3)
print({name: array.shape for name, array in params.items()})


# %% answer="elman_loss"
def elman_loss(params, xs, targets):
    """Half the squared distance of all outputs from their targets: one number."""
    ### BEGIN SOLUTION
    h, total = np.zeros(len(params["b"])), 0.0
    for x, target in zip(xs, targets, strict=True):
        h = np.tanh(params["W"] @ x + params["U"] @ h + params["b"])
        y = params["V"] @ h + params["d"]
        total += 0.5 * float(((y - target) ** 2).sum())
    return total
    ### END SOLUTION


# %% check="elman_loss"
check("elman_loss", elman_loss)

# %% [markdown]
# This is what a hint looks like. The hints of the later parts go further, step by step.

# %%
hint("elman_loss")

# %% [markdown]
# ## 2. Finite differences
#
# Move one entry up by `step`, then down by `step`, and leave all others where they are:
#
# $$\frac{\partial L}{\partial w} \approx \frac{L(w + s) - L(w - s)}{2 s}$$
#
# `difference_gradient(params, xs, targets, step)` returns a dict with the five names, each array in
# the shape of its parameter. Use your `elman_loss`. When you are done, `params` must hold the very
# numbers that it held before: the slope of the next entry is wanted *here*, not a step further on.
#
# *Before you write:* how often will it run the net for the one above, which has 6, 2, 4 and 3 steps,
# inputs, units and outputs? (The cell after the check counts.)


# %% answer="difference_gradient"
def difference_gradient(params, xs, targets, step=1e-5):
    """The gradient of elman_loss by central differences.

    Args:
        params: dict of W, U, b, V, d; left as it is.
        xs, targets: the sequence.
        step: how far each entry is moved, both ways.

    Returns:
        A dict of W, U, b, V, d, each shaped like the parameter.
    """
    ### BEGIN SOLUTION
    # Copies: whatever happens below, the caller's arrays stay as they were.
    moved = {name: array.copy() for name, array in params.items()}
    gradient = {}
    for name, array in moved.items():
        gradient[name] = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            kept = array[index]
            array[index] = kept + step
            above = elman_loss(moved, xs, targets)
            array[index] = kept - step
            below = elman_loss(moved, xs, targets)
            # The number itself, not "+ step": adding and subtracting rounds.
            array[index] = kept
            gradient[name][index] = (above - below) / (2 * step)
    return gradient
    ### END SOLUTION


# %% check="difference_gradient"
check("difference_gradient", difference_gradient)

# %%
entries = sum(array.size for array in params.values())
print(entries, "entries, so", 2 * entries, "runs of the net for one gradient")

# %% [markdown]
# ## 3. The verdict
#
# Now somebody hands you gradients, under names, and says that they are right. Some are not. The
# accused are such as people really write: a sign turned, an error that does not travel back, a
# transposed array, one single entry that is off by a twentieth, a `nan`.
#
# `convict(params, xs, targets, claims, tolerance)` gets a dict: name of the claim → gradient (a dict of
# five arrays). It returns the list of the names that are **wrong**. Measure with your
# `difference_gradient`; then judge each claim by its worst entry:
#
# $$\frac{|given - measured|}{\max(|given|, |measured|, floor)} \;\le\; tolerance$$
#
# and let the floor be a thousandth of the largest $|measured|$ of all five arrays. Three traps:
#
# - **A mean forgives.** One wrong entry among thirty is wrong. One norm for all of them forgives, too.
# - **Zero.** Where nothing depends on a weight, a right gradient has 0 there, or 1e-18 by rounding.
# - **nan.** `nan > tolerance` is False. (So is `nan <= tolerance`. Which question do you ask?)
#
# Whoever is innocent must go free: rounding is no crime.


# %% answer="convict"
def convict(params, xs, targets, claims, tolerance=1e-4):
    """Who claims a wrong gradient?

    Args:
        params, xs, targets: the net and its sequence.
        claims: dict of name -> gradient, itself a dict of W, U, b, V, d.
        tolerance: the largest relative error of an entry that passes.

    Returns:
        A list of the names of the wrong ones.
    """
    ### BEGIN SOLUTION
    measured = difference_gradient(params, xs, targets)
    floor = 1e-3 * max(np.abs(array).max() for array in measured.values())
    guilty = []
    for name, claim in claims.items():
        for letter, right in measured.items():
            given = claim[letter]
            size = np.maximum(np.maximum(np.abs(given), np.abs(right)), floor)
            # "Not all small" convicts nan too; "any large" would let it go.
            if not (np.abs(given - right) / size <= tolerance).all():
                guilty.append(name)
                break
    return guilty
    ### END SOLUTION


# %% check="convict"
check("convict", convict)

# %% [markdown]
# How large is the room between the innocent and the guilty? For each step the error of a right slope, one
# entry of `U`. **Predict:** where is the valley, and what does that say about `tolerance=1e-12`?

# %%
moves = 10.0 ** -np.arange(1, 13)
slopes = [difference_gradient(params, xs, targets, s)["U"][0, 1] for s in moves]
best = difference_gradient(params, xs, targets, 3e-5)["U"][0, 1]
errors = np.abs(np.array(slopes) / best - 1)
assert errors[0] > 1e-5 and errors[4] < 1e-6 and errors[-1] > 1e-8
show(
    figures.difference_errors(moves, {"against the one with s = 3e-5": errors}),
    alt="the error of a central difference falls as the step shrinks, to a valley,"
    " and rises again as rounding takes over",
    caption="No difference is exact: ask a gradient for six digits, not for twelve.",
)

# %% [markdown]
# ## 4. Backpropagation through time
#
# Now the gradient that costs three runs and not one for every weight and direction. Go through the
# equations from the last to the first, and from the last step to the first. At each value ask: *who
# used it?*
#
# **The output.** $\;\partial L / \partial y_t = y_t - target_t$. It was made of $V$, $h_t$ and $d$:
# $V$ gets the outer product of this error with $h_t$, and $d$ gets the error.
#
# **The state.** $h_t$ has two users:
#
# $$\frac{\partial L}{\partial h_t} =
#   \underbrace{V^\top (y_t - target_t)}_{\text{spatial: this step's output}} +
#   \underbrace{U^\top \delta_{t+1}}_{\text{temporal: the next step}}$$
#
# **Through the squash.** $\;\delta_t = \partial L/\partial net_t$ is that, times the slope of tanh. You
# have $h_t$ at hand, not $net_t$: write the slope in terms of $h_t$.
#
# **The weights.** Each use adds its share: $W$ met $x_t$, $b$ met 1, and $U$ met ... ?
#
# `elman_gradient(params, xs, targets)` returns a dict of the five gradients.


# %% answer="elman_gradient"
def elman_gradient(params, xs, targets):
    """The gradient of elman_loss by backpropagation through time: a dict of W, U, b, V, d."""
    ### BEGIN SOLUTION
    # Forwards, and remember every state; h_0 in front, so hs[t] is before xs[t].
    hs = [np.zeros(len(params["b"]))]
    for x in xs:
        hs.append(np.tanh(params["W"] @ x + params["U"] @ hs[-1] + params["b"]))
    gradient = {name: np.zeros_like(array) for name, array in params.items()}
    # Backwards: nothing comes back from after the end.
    delta = np.zeros(len(params["b"]))
    for t in reversed(range(len(xs))):
        before, after = hs[t], hs[t + 1]
        error = params["V"] @ after + params["d"] - targets[t]
        gradient["V"] += error[:, None] * after
        gradient["d"] += error
        # Both users of the state, then the slope of its squash.
        delta = (params["V"].T @ error + params["U"].T @ delta) * (1 - after**2)
        gradient["W"] += delta[:, None] * xs[t]
        gradient["U"] += delta[:, None] * before
        gradient["b"] += delta
    return gradient
    ### END SOLUTION


# %% check="elman_gradient"
check("elman_gradient", elman_gradient)

# %% [markdown]
# ### Before your own court
#
# A check can be wrong; arithmetic cannot. Bring your gradient before your judge, on ten nets of
# different sizes, together with a forgery.

# %%
for seed in range(10):
    rng = np.random.default_rng(seed)
    net = make_net(rng, *rng.integers(2, 6, size=4))
    honest = elman_gradient(*net)
    forged = {**honest, "U": honest["U"].T}
    verdict = convict(*net, {"yours": honest, "a forgery": forged})
    assert verdict == ["a forgery"], verdict
print("ten trials: yours goes free, the forgery never does")

# %% [markdown]
# ## 5. A bonus: forwards
#
# Real-time recurrent learning carries along how the state depends on each weight. `influence` is a dict
# of three arrays, for $\partial h_{t-1}/\partial W$, $\partial h_{t-1}/\partial U$ and
# $\partial h_{t-1}/\partial b$. The first axis is the unit that is influenced, the others are those of
# the parameter: `influence["W"][k, i, j]` says how $h_k$ answers to $W_{ij}$.
#
# | | shape |
# |---|---|
# | `influence["W"]` | (units, units, inputs) |
# | `influence["U"]` | (units, units, units) |
# | `influence["b"]` | (units, units) |
#
# $$\frac{\partial h_t}{\partial \theta} = \mathrm{diag}\big(1 - h_t^2\big)\,
#   \Big( U \frac{\partial h_{t-1}}{\partial \theta} + \text{this step's own use of } \theta \Big)$$
#
# Own use: $W_{ij}$ acts directly on $net_i$ alone, with the factor $x_j$. With no other unit, so this part is
# 0 wherever `k` is not `i`. For `b`, which acts with the factor 1, it is `np.eye(units)`. And $U_{ij}$: what
# does it multiply?
#
# Mind the axes: the product with $U$ sums over the *first* axis of the influence, the unit,
# $\sum_m U_{km}\, \mathrm{influence}_{mij}$. For three axes `@` does something else.
#
# `influence_step(params, x, h, influence)` takes one step and returns a dict with the new `h` and the
# new influence under `W`, `U`, `b`.


# %% answer="influence_step"
def influence_step(params, x, h, influence):
    """One step of real-time recurrent learning.

    Args:
        params: dict of W, U, b (and V, d, which are not used).
        x: the input of the step, (inputs,).
        h: the state before the step, (units,).
        influence: dict of W, U, b: how h depends on each, (units, *shape of the parameter).

    Returns:
        A dict with h, the state after the step, and W, U, b, the influence on it.
    """
    ### BEGIN SOLUTION
    new = np.tanh(params["W"] @ x + params["U"] @ h + params["b"])
    slope = 1 - new**2
    eye = np.eye(len(h))
    own = {"W": eye[:, :, None] * x, "U": eye[:, :, None] * h, "b": eye}
    after = {"h": new}
    for name in own:
        # Earlier uses come along through U, this step's joins them, both pass the squash.
        total = np.tensordot(params["U"], influence[name], axes=1) + own[name]
        after[name] = slope.reshape(-1, *[1] * (total.ndim - 1)) * total
    return after
    ### END SOLUTION


# %% check="influence_step"
check("influence_step", influence_step)

# %% [markdown]
# Run it over the sequence. Whenever the loss speaks, its word about $h_t$, $V^\top (y_t - target_t)$,
# meets the influence. Two derivations, one gradient: if they agree, it is not because you made
# the same slip twice.

# %%
units = len(params["b"])
state = {
    "h": np.zeros(units),
    **{k: np.zeros((units, *params[k].shape)) for k in "WUb"},
}
forwards = dict.fromkeys("WUb", 0.0)
for x, target in zip(xs, targets, strict=True):
    state = influence_step(params, x, state["h"], state)
    spoken = params["V"].T @ (params["V"] @ state["h"] + params["d"] - target)
    for k in forwards:
        forwards[k] = forwards[k] + np.tensordot(spoken, state[k], axes=1)

backwards = elman_gradient(params, xs, targets)
for k in forwards:
    assert np.allclose(forwards[k], backwards[k], rtol=1e-10, atol=1e-12)
print("forwards and backwards agree")

# %% [markdown]
# ## What you take away
#
# - Finite differences need no theory, so they can judge any theory; and they cost two runs for
#   every weight, so nobody trains with them.
# - A judge must be strict with one entry, and fair to rounding. Both can be written wrongly, and both were
#   tried on you.
# - BPTT: for each value, add over its users; for each weight, add over its uses.
# - RTRL: the same sum, carried forward. No past to remember, much more to carry.
#
# **Hand in:** save the notebook and run `coursekit check ex02_gradient_check.ipynb` in a terminal. It
# runs every check once more and packs the zip.
#
# **Next:** lesson [03 vanishing gradients](../../notebooks/03_vanishing_gradients.ipynb): your gradient is
# right, and yet far too small.
