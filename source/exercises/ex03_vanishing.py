# %% [markdown]
# # Exercise 3: the vanishing gradient, measured
#
# **You write** the matrix that carries a nudge through one step of a recurrent net, the product of
# such matrices over many steps, and its norm. Then you work out how fast a bound falls, and clip a
# gradient that is too long. With your own functions you look at a net that forgets.
#
# **You need** lesson [03 vanishing gradients](../../notebooks/03_vanishing_gradients.ipynb).
# **It takes** about 45 minutes:
#
# | part | you write | minutes | points |
# |---|---|---|---|
# | 1 one step | `step_jacobian` | 10 | 4 |
# | 2 many steps | `sequential_jacobian` | 12 | 5 |
# | 3 its norm over time | `jacobian_norms` | 8 | 4 |
# | 4 a bound | `steps_until` | 8 | 3 |
# | 5 clipping | `clip_gradients` | 7 | 4 |
#
# Write your answer in place of `raise NotImplementedError()` and run the check below it. The check
# says at once which parts are right, where the worst entry is, and, if it knows your mistake, which
# one it is. Stuck? Run `hint("step_jacobian")`; every call goes one step further.

# %%
import numpy as np

from coursekit import check, figures, hint, show

# %% [markdown]
# ## The net
#
# One layer of tanh units. At each step it reads an input $x_t$ and its own last state:
#
# $$net_t = W x_t + U h_{t-1} + b \qquad h_t = \tanh(net_t)$$
#
# Here it is, ready to run. `run_net` returns **all** states: `hs[0]` is the initial state $h_0$, and
# `hs[t]` is $h_t$, so that `hs` has one entry more than there are steps.


# %%
def run_net(W, U, b, xs, h0=None):
    """States h_0 to h_T, (time + 1, units), for inputs xs (time, inputs)."""
    hs = [np.zeros(len(b)) if h0 is None else h0]
    for x_t in xs:
        hs.append(np.tanh(W @ x_t + U @ hs[-1] + b))
    return np.array(hs)


def make_net(rng, units, radius):
    """W, U, b; U is random, its spectral radius (the size of its largest eigenvalue) is given."""
    U = rng.normal(size=(units, units))
    U = U * (radius / np.abs(np.linalg.eigvals(U)).max())
    return rng.normal(size=(units, 2)), U, np.zeros(units)


W, U, b = make_net(np.random.default_rng(3), units=4, radius=0.9)
xs = np.random.default_rng(4).normal(size=(12, 2))
hs = run_net(W, U, b, xs)
print("states:", hs.shape)

# %% [markdown]
# ## 1. One step
#
# Nudge $h_{t-1}$ by a hair. How does $h_t$ answer? The answer is a matrix, the *Jacobian* of the step:
#
# $$\Big[\frac{\partial h_t}{\partial h_{t-1}}\Big]_{kj} =
#   \frac{\partial h_{t,k}}{\partial h_{t-1,j}}$$
#
# Row $k$ is the unit that answers, column $j$ the unit that was nudged. `step_jacobian(U, h)` gets
# the weights and the state **after** the step, $h_t$. You do not get $net_t$: the slope of tanh
# can be written with the value alone, $\tanh'(net) = 1 - \tanh^2(net)$.
#
# *Before you write:* which of the two units has its slope in entry $[k, j]$?


# %% answer="step_jacobian"
def step_jacobian(U, h):
    """d h_t / d h_{t-1} of a tanh net.

    Args:
        U: recurrent weights, (units, units); row k holds the weights into unit k.
        h: the state after the step, h_t, (units,).

    Returns:
        (units, units): row = unit that answers, column = unit that was nudged.
    """
    ### BEGIN SOLUTION
    # A nudge of unit j moves net_k by U[k, j]; unit k then passes on its own slope of it. So the
    # slopes belong to the rows.
    return np.diag(1 - h**2) @ U
    ### END SOLUTION


# %% check="step_jacobian"
check("step_jacobian", step_jacobian)

# %% [markdown]
# Whoever does not trust the chain rule can measure. This function nudges the state before step
# `t` by a hair, both ways, and looks at the state after it. Run it.


# %%
def measured_jacobian(U, hs, start, stop, hair=1e-6):
    """d h_stop / d h_start by central differences: it only runs the net."""
    columns = []
    for unit in np.eye(len(U)):
        up, down = (
            run_net(W, U, b, xs[start:stop], hs[start] + sign * hair * unit)[-1]
            for sign in (1, -1)
        )
        columns.append((up - down) / (2 * hair))
    return np.stack(columns, axis=1)


agrees = np.allclose(step_jacobian(U, hs[5]), measured_jacobian(U, hs, 4, 5))
print("your step agrees with what was measured:", agrees)
assert agrees

# %% [markdown]
# ## 2. Many steps
#
# From $h_2$ to $h_5$ a nudge passes three steps. The chain rule multiplies, the latest step leftmost:
#
# $$\frac{\partial h_5}{\partial h_2} = \frac{\partial h_5}{\partial h_4}\;
#   \frac{\partial h_4}{\partial h_3}\; \frac{\partial h_3}{\partial h_2}$$
#
# This is the *sequential Jacobian*. Mind the indices: which states do the three slopes come
# from? And what must come out for `start == stop`, where nothing lies between?
#
# This is what a hint looks like. The next calls go further.

# %%
hint("sequential_jacobian")


# %% answer="sequential_jacobian"
def sequential_jacobian(U, hs, start, stop):
    """d h_stop / d h_start of a tanh net.

    Args:
        U: recurrent weights, (units, units).
        hs: all states, (time + 1, units); hs[0] is the initial state.
        start, stop: the earlier and the later state, 0 <= start <= stop <= time.

    Returns:
        (units, units).
    """
    ### BEGIN SOLUTION
    # No step yet: a state answers to itself one to one.
    so_far = np.eye(len(U))
    # The first step leads into h_{start+1}; the latest one stands leftmost.
    for t in range(start + 1, stop + 1):
        so_far = step_jacobian(U, hs[t]) @ so_far
    return so_far
    ### END SOLUTION


# %% check="sequential_jacobian"
check("sequential_jacobian", sequential_jacobian)

# %%
far = np.allclose(
    sequential_jacobian(U, hs, 0, 12),
    measured_jacobian(U, hs, 0, 12),
    atol=1e-8,
)
print("twelve steps agree with what was measured:", far)
assert far

# %% [markdown]
# ## 3. Its norm over time
#
# How much of an error is left after $n$ steps back from the end? The *spectral norm* of a matrix is
# the most that it can stretch any vector; in NumPy `np.linalg.norm(J, 2)`. Return
#
# $$\Big|\frac{\partial h_T}{\partial h_{T-n}}\Big| \quad\text{for } n = 1, 2, \dots, T$$
#
# where $T$ is the last step.


# %% answer="jacobian_norms"
def jacobian_norms(U, hs):
    """The spectral norm of d h_T / d h_{T-n}, for n = 1 to T.

    Args:
        U: recurrent weights, (units, units).
        hs: all states, (T + 1, units).

    Returns:
        (T,): the first is one step back, the last is all the way to the initial state.
    """
    ### BEGIN SOLUTION
    T = len(hs) - 1
    return np.array(
        [
            np.linalg.norm(sequential_jacobian(U, hs, T - n, T), 2)
            for n in range(1, T + 1)
        ]
    )
    ### END SOLUTION


# %% check="jacobian_norms"
check("jacobian_norms", jacobian_norms)

# %% [markdown]
# Now look at it. Three nets of 30 units for each spectral radius, 60 steps. **Predict** before you run:
# at which of the three radii is there most left of an error after 60 steps, and is it more than one?


# %%
def norms_of(seed, radius):
    """Your norms, for one random net of 30 units over 60 steps of random inputs."""
    rng = np.random.default_rng(seed)
    W, U, b = make_net(rng, 30, radius)
    inputs = 0.1 * rng.normal(size=(60, 2))
    return jacobian_norms(U, run_net(W, U, b, inputs))


by_radius = {
    f"radius {radius}": np.stack([norms_of(seed, radius) for seed in range(3)])
    for radius in (0.7, 1.0, 3.0)
}
assert by_radius["radius 0.7"][:, -1].max() < 1e-4
assert by_radius["radius 3.0"][:, -1].min() > 1
ax = figures.regimes(np.arange(1, 61), by_radius)
show(
    ax,
    alt="three bundles of lines on a log scale: with spectral radius 0.7 the norm falls below a "
    "ten-thousandth over 60 steps, with radius 1 it falls slowly, with radius 3 it grows above one",
)

# %% [markdown]
# ## 4. A bound
#
# If no slope is larger than `slope` and $|U|$ is `norm`, then after $n$ steps at most
# $(\text{slope} \cdot \text{norm})^n$ of an error is left. What is the **smallest** $n$ at which this
# bound is below `share`? Return `-1` where there is no such $n$.
#
# *Before you write:* for which nets does the bound never fall? Does the gradient then never vanish?
# (Lesson 03, the slide "Measured, not simulated".) If your cell never stops, you count towards an $n$ that
# is not there: interrupt it with the ■ of the toolbar.


# %% answer="steps_until"
def steps_until(norm, slope, share):
    """The smallest n with (slope * norm) ** n < share; -1 if there is none.

    Args:
        norm: the spectral norm of U, above 0.
        slope: the largest slope of the squashing function: 1/4 for the logistic, 1 for tanh.
        share: what the bound should be below, between 0 and 1.

    Returns:
        A whole number.
    """
    ### BEGIN SOLUTION
    factor = slope * norm
    if factor >= 1:
        return -1  # the bound stays, or grows: it proves nothing
    n = 0
    while factor**n >= share:
        n += 1
    return n
    ### END SOLUTION


# %% check="steps_until"
check("steps_until", steps_until)

# %%
for norm in (1.0, 2.0, 3.9, 4.0):
    n = steps_until(norm, 0.25, 1e-6)
    print(f"logistic units, |U| = {norm}: steps to a millionth:", n)

# %% [markdown]
# Between 2 and 3.9 the number of steps explodes, and at 4 the bound is of no use. Where
# the memory would be long, the bound is loose; it proves that short memories are short.

# %% [markdown]
# ## 5. Clipping
#
# An error that explodes still points the right way. *Clip by norm*: measure the **whole** gradient, all
# arrays together,
#
# $$|g| = \sqrt{\sum_{\text{arrays}} \sum_{\text{entries}} g^2}$$
#
# and if it is longer than the threshold $\theta$, multiply all of it by $\theta / |g|$. Otherwise
# leave it alone. Return a new dict; do not change the arrays that you are given.


# %% answer="clip_gradients"
def clip_gradients(grads, threshold):
    """The same gradient, at most `threshold` long.

    Args:
        grads: a dict of arrays, name -> gradient of that parameter.
        threshold: the longest that the whole gradient may be, above 0.

    Returns:
        A new dict with the same names and shapes.
    """
    ### BEGIN SOLUTION
    norm = np.sqrt(sum((array**2).sum() for array in grads.values()))
    # One factor for all arrays: the direction stays.
    factor = min(1.0, threshold / norm) if norm > 0 else 1.0
    return {name: factor * array for name, array in grads.items()}
    ### END SOLUTION


# %% check="clip_gradients"
check("clip_gradients", clip_gradients)

# %% [markdown]
# What clipping can repair, and what it cannot:

# %%
start = np.ones(30)
for radius in (0.7, 3.0):
    rng = np.random.default_rng(1)
    W, U, b = make_net(rng, 30, radius)
    hs = run_net(W, U, b, 0.1 * rng.normal(size=(60, 2)))
    error = sequential_jacobian(U, hs, 0, 60).T @ start
    clipped = clip_gradients({"h_0": error}, threshold=1.0)["h_0"]
    longest = np.linalg.norm(clipped)
    print(
        f"radius {radius}: longer than one before: {np.linalg.norm(error) > 1};"
        f" after clipping of some use: {longest > 0.1}"
    )

# %% [markdown]
# ## What you take away
#
# - One step multiplies by $\mathrm{diag}(1 - h_t^2)\, U$: slopes on the rows, weights, always the same.
# - Many steps multiply many of them; the norm falls or grows like a power.
# - A bound below one proves that an error vanishes. Above one it proves nothing.
# - Clipping shortens what is too long. Nothing lengthens what is not there.
#
# **Hand in:** save the notebook and run `coursekit check ex03_vanishing.ipynb` in a terminal. It
# runs every check once more and packs the zip.
#
# **Next:** [exercise 4](../ex04_carousel_and_gates/ex04_carousel_and_gates.ipynb) builds the unit through
# which an error passes unchanged.
