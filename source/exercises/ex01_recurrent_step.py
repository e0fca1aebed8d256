# %% [markdown]
# # Exercise 1: the simple recurrent net
#
# **You write** one step of the simple recurrent net, unroll it over a sequence, read probabilities
# out of its states, and count what it is made of.
#
# **You need** lesson [01 memory](../../notebooks/01_memory.ipynb). **It takes** about 60 minutes:
#
# | part | you write | minutes | points |
# |---|---|---|---|
# | 1 probabilities | `softmax` | 10 | 3 |
# | 2 the step | `elman_step` | 15 | 5 |
# | 3 over a sequence | `elman_run`, `elman_readout` | 20 | 6 |
# | 4 what it is made of | `count_parameters`, `count_window` | 15 | 4 |
#
# Write your answer in place of `raise NotImplementedError()` and run the check below it. The check
# says at once which parts are right, where the worst entry is, and, if it knows your mistake, which
# one it is. Stuck? Run `hint("elman_step")`; every call goes one step further.

# %%
import numpy as np

from coursekit import check, figures, hint, show

# %% [markdown]
# ## The net and its letters

# %%
show(
    figures.context_network(),
    alt="input x and the context layer feed the hidden layer through weights W and U; the"
    " hidden layer feeds the output, a softmax, through V; the hidden layer is copied into the"
    " context layer after each step",
)

# %% [markdown]
# $$
# \begin{aligned}
# h' &= \tanh(W x + U h + b) &\qquad& \text{the new hidden state} \\
# y &= \mathrm{softmax}(V h' + d) && \text{what comes next?}
# \end{aligned}
# $$
#
# Here $h$ is the state *before* the step ($h_{t-1}$ in the lesson: what the context layer holds)
# and $h'$ the state *after* it ($h_t$).
#
# In code the parameters are a dict of five arrays:


# %%
def make_params(rng, inputs, units, outputs):
    """W, U, b of the hidden layer, V and d of the read-out, drawn at random."""
    return {
        "W": rng.uniform(-1, 1, (units, inputs)),
        "U": rng.uniform(-1, 1, (units, units)),
        "b": np.zeros(units),
        "V": rng.uniform(-1, 1, (outputs, units)),
        "d": np.zeros(outputs),
    }


params = make_params(np.random.default_rng(1), inputs=3, units=4, outputs=3)
print({name: array.shape for name, array in params.items()})

# %% [markdown]
# ## 1. Probabilities
#
# $$\mathrm{softmax}(net)_k = \frac{e^{net_k}}{\sum_j e^{net_j}}$$
#
# The outputs are on the **last** axis; the axes before it are time, or time and batch. Each row
# becomes a distribution of its own.
#
# *Before you write:* what happens to the probabilities if you add 5 to every number of a row?
# You need the answer, because `np.exp(1000)` is more than a float can hold.


# %% answer="softmax"
def softmax(net):
    """Probabilities along the last axis.

    Args:
        net: any numbers, (..., outputs), large ones too.

    Returns:
        Positive numbers of the same shape; each row of the last axis sums to one.
    """
    ### BEGIN SOLUTION
    # Adding the same to all multiplies every power by the same factor, and it cancels. So
    # the largest may be moved to 0, where exp is 1 and nothing overflows.
    powers = np.exp(net - net.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
    ### END SOLUTION


# %% check="softmax"
check("softmax", softmax)

# %% [markdown]
# ## 2. The step
#
# `elman_step(params, x, h)` takes the input and the state before the step, and returns the new
# state.
#
# It must work for one sequence, where `x` has shape `(inputs,)`, and for a *batch*: several
# sequences side by side, one a row, so that `x` has shape `(batch, inputs)` and `h` has
# `(batch, units)`. You need no `if`: for one sequence $W x$ is `W @ x`, and that equals
# `x @ W.T`; the second form works for a batch as well.
#
# Do not change the arrays you are given.


# %% answer="elman_step"
def elman_step(params, x, h):
    """One step of the simple recurrent net.

    Args:
        params: dict with W (units, inputs), U (units, units), b (units,).
        x: the input, (inputs,) or (batch, inputs).
        h: the state before the step, (units,) or (batch, units).

    Returns:
        The state after the step, shaped like h.
    """
    ### BEGIN SOLUTION
    net = x @ params["W"].T + h @ params["U"].T + params["b"]
    return np.tanh(net)
    ### END SOLUTION


# %% check="elman_step"
check("elman_step", elman_step)

# %% [markdown]
# This is what a hint looks like.

# %%
hint("elman_step")

# %% [markdown]
# A look at what you built. The same input twice, with different states before it. **Predict:** is
# the new state the same? And if $U$ is all zeros?

# %%
x = np.array([1.0, 0.0, 0.0])
rested, excited = np.zeros(4), np.full(4, 0.9)
without = {**params, "U": np.zeros((4, 4))}
for label, weights in (("with U:", params), ("U = 0: ", without)):
    after = [elman_step(weights, x, h) for h in (rested, excited)]
    print(label, "same new state:", np.allclose(*after))

# %% [markdown]
# Without $U$ the state before does not count: a net without a memory.
#
# ## 3. Over a sequence
#
# `xs` has shape `(time, inputs)`, or `(time, batch, inputs)`. Start from `h` all zero: of shape
# `(units,)` for one sequence, and `(batch, units)` for a batch. What are the axes of `xs` between
# the first and the last one? Collect `h` after every step. The same parameters serve every step.


# %% answer="elman_run"
def elman_run(params, xs):
    """Unroll the net over a sequence.

    Args:
        params: as in elman_step.
        xs: (time, inputs) or (time, batch, inputs).

    Returns:
        h after each step, (time, units) or (time, batch, units).
    """
    ### BEGIN SOLUTION
    # A batch has one state for each sequence: whatever stands between time and inputs.
    h = np.zeros((*xs.shape[1:-1], len(params["b"])))
    hs = []
    for x in xs:
        h = elman_step(params, x, h)
        hs.append(h)
    return np.stack(hs)
    ### END SOLUTION


# %% check="elman_run"
check("elman_run", elman_run)

# %% [markdown]
# Now the read-out, for all steps at once: $y_t = \mathrm{softmax}(V h_t + d)$.


# %% answer="elman_readout"
def elman_readout(params, hs):
    """What comes next, at every step.

    Args:
        params: dict with V (outputs, units) and d (outputs,).
        hs: what elman_run returned, (time, units) or (time, batch, units).

    Returns:
        One distribution for each state, (time, outputs) or (time, batch, outputs).
    """
    ### BEGIN SOLUTION
    return softmax(hs @ params["V"].T + params["d"])
    ### END SOLUTION


# %% check="elman_readout"
check("elman_readout", elman_readout)

# %% [markdown]
# ### A program by hand
#
# Lesson 01 says that the weights are a program. Here is one for your net: the outputs are
# *even* and *odd*, and it counts the ones in a sequence of bits, modulo 2. **Predict** what it says
# after 1000 bits. Can a sliding window of 7 bits do that?

# %%
parity = {
    "W": np.full((2, 1), 20.0),
    "U": np.array([[10.0, -10.0], [10.0, -10.0]]),
    "b": np.array([-10.0, -30.0]),
    "V": np.array([[-10.0, 10.0], [10.0, -10.0]]),
    "d": np.array([10.0, -10.0]),
}
bits = np.random.default_rng(2).integers(2, size=(1000, 1)).astype(float)
said = elman_readout(parity, elman_run(parity, bits)).argmax(axis=-1)
truth = bits[:, 0].cumsum() % 2
print("right at all 1000 steps:", np.array_equal(said, truth))
assert np.array_equal(said, truth)

# %% [markdown]
# ## 4. What it is made of
#
# How many numbers does training have to find? Count the weights **and** the biases of the whole
# net, read-out included. Write a formula, not a loop.


# %% answer="count_parameters"
def count_parameters(inputs, units, outputs):
    """How many numbers are in W, U, b, V and d of a simple recurrent net."""
    ### BEGIN SOLUTION
    hidden = units * inputs + units * units + units
    return hidden + outputs * units + outputs
    ### END SOLUTION


# %% check="count_parameters"
check("count_parameters", count_parameters)

# %% [markdown]
# And for the feed-forward net that sees `width` steps at once, each with `inputs` numbers
# (NetTalk: `width` 7, `inputs` 29, `units` 80, `outputs` 26)?


# %% answer="count_window"
def count_window(width, inputs, units, outputs):
    """How many weights and biases are in a net of one hidden layer over a sliding window."""
    ### BEGIN SOLUTION
    # Each place of the window has weights of its own, and there is no U.
    return units * width * inputs + units + outputs * units + outputs
    ### END SOLUTION


# %% check="count_window"
check("count_window", count_window)

# %% [markdown]
# From which reach on is the recurrent net the smaller one? Compare for NetTalk's sizes.

# %%
recurrent = count_parameters(29, 80, 26)
for width in (1, 3, 7, 21):
    window = count_window(width, 29, 80, 26)
    print(f"window of {width:2}: {window:6}  recurrent net: {recurrent}")

# %% [markdown]
# ## What you take away
#
# - The step adds what comes from the input and what comes from the state before, and squashes
#   the sum. That is the whole recurrent net.
# - The loop over time hands one thing on: $h$.
# - The number of parameters does not depend on the length of the sequence. A window pays for
#   every step of its reach.
#
# **Hand in:** save the notebook and run `coursekit check ex01_recurrent_step.ipynb` in a terminal.
# It runs every check once more and packs the zip.
#
# **Next:** exercise 2 finds the gradient of this net.
