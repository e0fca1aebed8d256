# %% [markdown]
# # Exercise 4: the carousel and its gates
#
# **You write** a gradient, taken apart by time, and see one weight pulled two ways. Then you build the
# unit through which an error passes unchanged, put a gate before it and a gate behind it, and derive what
# the input gate learns from: the partial of the truncated rule.
#
# **You need** lessons [04 weight conflict](../../notebooks/04_weight_conflict.ipynb),
# [05 the carousel](../../notebooks/05_constant_error_carousel.ipynb) and
# [06 gates](../../notebooks/06_gates.ipynb). **It takes** about 60 minutes:
#
# | part | you write | minutes | points |
# |---|---|---|---|
# | 1 the conflict | `gradient_by_step` | 15 | 4 |
# | 2 the carousel | `carousel_run` | 8 | 2 |
# | 3 an input gate | `gated_input` | 10 | 3 |
# | 4 an output gate | `gated_output` | 5 | 3 |
# | 5 how the input gate learns | `input_gate_partial`, `input_gate_gradient` | 22 | 8 |
#
# Write your answer in place of `raise NotImplementedError()` and run the check below it. The check
# says at once which parts are right, where the worst entry is, and, if it knows your mistake, which
# one it is. Stuck? Run `hint("gradient_by_step")`; every call goes one step further.

# %%
import numpy as np

from coursekit import check, figures, hint, show

# %% [markdown]
# ## 1. One weight, pulled two ways
#
# One linear unit reads a sequence of numbers and says something at the end:
#
# $$h_t = w\, h_{t-1} + W x_t \qquad h_0 = 0 \qquad y = V h_T \qquad
#   L = \tfrac12 (y - \text{target})^2$$
#
# $W$ is used at every step, so its gradient is a sum over the steps:
#
# $$\frac{\partial L}{\partial W} = \sum_{t=1}^{T}
#   \underbrace{\frac{\partial L}{\partial y}\;\frac{\partial y}{\partial h_T}\;
#   \frac{\partial h_T}{\partial h_t}}_{\delta_t}\; x_t$$
#
# Return the **parts**, one for each step, not their sum. Three factors are easy. For the fourth,
# $\partial h_T / \partial h_t$, ask: how many steps lie between $t$ and $T$, and what does each of them
# multiply by? (What is it at $t = T$?)
#
# This is what a hint looks like. The next calls go further.

# %%
hint("gradient_by_step")


# %% answer="gradient_by_step"
def gradient_by_step(xs, target, W, w, V):
    """The part of each step in dL/dW.

    Args:
        xs: the inputs x_1 to x_T, (time,).
        target: what should be said at the end.
        W, w, V: input weight, recurrent weight, read-out weight: numbers.

    Returns:
        (time,); its sum is the gradient.
    """
    ### BEGIN SOLUTION
    h = 0.0
    for x in xs:
        h = w * h + W * x
    error = V * h - target
    # From step t to step T the error passes T - t steps; at the last one there is none.
    way_back = w ** np.arange(len(xs))[::-1]
    return error * V * way_back * xs
    ### END SOLUTION


# %% check="gradient_by_step"
check("gradient_by_step", gradient_by_step)

# %% [markdown]
# Now the conflict. The unit keeps what it has ($w = 1$). The first number is $+1$ or $-1$: it is to be
# said at the end. Ten distractors follow, $+1$ or $-1$ too. Lesson 04 found that the best single number
# is $VW = 1/11$. Stand there, and take the gradient apart.
#
# **Predict:** what is the sum of all parts there? And is each of them zero?

# %%
rng = np.random.default_rng(0)
sequences = rng.choice([-1.0, 1.0], size=(4000, 11))
parts = np.mean(
    [gradient_by_step(xs, xs[0], 1 / 11, 1.0, 1.0) for xs in sequences], axis=0
)
first, later = parts[0], parts[1:].sum()
assert first < -0.8 and later > 0.8 and abs(first + later) < 0.1
print("step 1 asks for a larger weight: ", first < -0.8)
print("the others ask for a smaller one:", later > 0.8)
print("the sum is small beside either:  ", abs(first + later) < 0.1)

# %%
ax = figures.contributions_by_time(-parts, steps=np.arange(1, 12))
show(
    ax,
    alt="the pull on the weight at each of eleven steps: strongly up at step 1, a little down at "
    "each of the ten others, which together pull down as much as the first pulls up",
    caption="Minus the parts: up means, make this weight larger.",
)

# %% [markdown]
# Nobody is content, and the weight does not move. One number cannot both let in and keep out.
#
# ## 2. The carousel
#
# A whole layer of units that keep what they have. No squash, and the weight of a unit to itself is one:
#
# $$c_t = c_{t-1} + W x_t + b \qquad c_0 = 0$$


# %% answer="carousel_run"
def carousel_run(W, b, xs):
    """The states of the carousel.

    Args:
        W: input weights, (units, inputs).
        b: bias, (units,).
        xs: inputs, (time, inputs).

    Returns:
        c after each step, (time, units).
    """
    ### BEGIN SOLUTION
    c, cs = np.zeros(len(b)), []
    for x in xs:
        c = c + W @ x + b  # nothing multiplies the old state
        cs.append(c)
    return np.stack(cs)
    ### END SOLUTION


# %% check="carousel_run"
check("carousel_run", carousel_run)

# %% [markdown]
# Does an error pass it unchanged? Nudge the first input, and look at the state 1, 10 and 1000 steps later. In
# a squashed net nothing would be left (exercise 3). **Predict** the three numbers.

# %%
W, b = rng.normal(size=(4, 3)), rng.normal(size=4)
xs = rng.normal(size=(1001, 3))
nudged = xs.copy()
nudged[0] += 0.01
difference = carousel_run(W, b, nudged) - carousel_run(W, b, xs)
for n in (1, 10, 1000):
    share = difference[n] / difference[0]
    assert np.allclose(share, 1)
    print(
        f"after {n} steps the nudge is there in full: {np.allclose(share, 1)}"
    )

# %% [markdown]
# ## 3. An input gate
#
# The carousel adds everything. Let a gate decide how much comes in:
#
# $$i_t = \sigma(net_t) \qquad c_t = c_{t-1} + i_t \odot x_t \qquad
#   \sigma(net) = \frac{1}{1 + e^{-net}}$$
#
# Here $x_t$ is what wants to come in, one number for each unit, and $net_t$ is the gate's
# pre-activation, one for each unit as well. Where it comes from is not your concern yet.


# %% answer="gated_input"
def gated_input(xs, net_i):
    """The carousel behind an input gate.

    Args:
        xs: what wants to come in, (time, units).
        net_i: the gate's pre-activations, (time, units).

    Returns:
        c after each step, (time, units); before the first it is zero.
    """
    ### BEGIN SOLUTION
    i = 1 / (1 + np.exp(-net_i))
    # The gate stands before the sum. Behind it, it would be too late: the noise would be in.
    return np.cumsum(i * xs, axis=0)
    ### END SOLUTION


# %% check="gated_input"
check("gated_input", gated_input)

# %% [markdown]
# Lesson 05's latch: a value that is marked, then 20 distractors that are not. A plain sum gets 59 % of the
# signs right. Set the gate by hand: the marker opens it.

# %%
values = rng.choice([-1.0, 1.0], size=(21, 2000))  # 2000 sequences, as units
marker = np.zeros((21, 2000))
marker[0] = 1
at_the_end = gated_input(values, 20 * marker - 10)[-1]
right = np.mean(np.sign(at_the_end) == values[0])
print("signs right with the gate:", right)
assert right == 1

# %% [markdown]
# ## 4. An output gate
#
# The memory is there at every step, and everybody can read it. Let a second gate decide when:
#
# $$o_t = \sigma(net_t) \qquad \text{out}_t = o_t \odot c_t$$


# %% answer="gated_output"
def gated_output(cs, net_o):
    """What an output gate releases.

    Args:
        cs: the states, (time, units).
        net_o: the gate's pre-activations, (time, units).

    Returns:
        What goes out at each step, (time, units).
    """
    ### BEGIN SOLUTION
    return cs / (1 + np.exp(-net_o))
    ### END SOLUTION


# %% check="gated_output"
check("gated_output", gated_output)

# %% [markdown]
# Store at step 3, release at step 12. **Predict** both curves, then look.

# %%
t = np.arange(1, 16)
signal = np.sin(1.3 * t) + 0.3 * np.cos(2.9 * t)
store, release = 20.0 * (t == 3) - 10, 20.0 * (t == 12) - 10
cs = gated_input(signal[:, None], store[:, None])
out = gated_output(cs, release[:, None])
assert np.allclose(cs[2:, 0], signal[2], atol=2e-3)
assert np.allclose(out[:11], 0, atol=1e-3) and abs(out[11, 0]) > 0.5
gate = 1 / (1 + np.exp(-release))
names = ("$c_t$", "$o_t$", "$o_t\\, c_t$")
ax = figures.gated_signal(cs[:, 0], gate, out[:, 0], names=names, letter="o")
show(
    ax,
    alt="the state takes the signal's value at step 3 and holds it; the output gate opens at step "
    "12, and the value comes out there and nowhere else",
)

# %% [markdown]
# ## 5. How the input gate learns
#
# Now the gate has weights, and the candidate $g_t$ is squashed, as in the cell of 1997:
#
# $$i_t = \sigma(W_i s_t) \qquad c_t = c_{t-1} + i_t \odot g_t \qquad
#   i_t' = i_t (1 - i_t)$$
#
# $s_t$ are the *sources*: everything the gate reads, with a 1 for the bias. The truncated rule takes
# them as given numbers. Then the state of unit $j$ depends on the weight $W_{i,jm}$ along its own
# state line only. Differentiate $c_t = c_{t-1} + i_t g_t$ with respect to it:
#
# $$\frac{\partial c_j(t)}{\partial W_{i,jm}} =
#   \frac{\partial c_j(t-1)}{\partial W_{i,jm}} + \;?\; \cdot s_m(t)$$
#
# Find the factor. It has one part from the product $i_t g_t$, and one from the squash of the gate. The result
# has a number for each step, unit and source.


# %% answer="input_gate_partial"
def input_gate_partial(sources, i, g):
    """dc_t / dW_i of the truncated rule, after each step.

    Args:
        sources: what the gate reads, (time, sources).
        i: the input gate's values, (time, units).
        g: the candidate's values, (time, units).

    Returns:
        (time, units, sources); before the first step it is zero.
    """
    ### BEGIN SOLUTION
    partial, partials = 0.0, []
    for source, i_t, g_t in zip(sources, i, g):
        # g: what the gate multiplies. i (1 - i): the slope of the gate's sigmoid.
        # Old partial times one: nothing on the state line weakens it.
        partial = partial + np.outer(g_t * i_t * (1 - i_t), source)
        partials.append(partial)
    return np.stack(partials)
    ### END SOLUTION


# %% check="input_gate_partial"
check("input_gate_partial", input_gate_partial)

# %% [markdown]
# An error $e_{c_j}(t) = \partial L / \partial c_j(t)$ may arrive at any step, and meets the partial
# **of that step**, which knows everything that came in before:
#
# $$\frac{\partial L}{\partial W_{i,jm}} =
#   \sum_t e_{c_j}(t)\, \frac{\partial c_j(t)}{\partial W_{i,jm}}$$


# %% answer="input_gate_gradient"
def input_gate_gradient(partials, errors):
    """dL/dW_i by the truncated rule.

    Args:
        partials: what input_gate_partial returns, (time, units, sources).
        errors: the error at each state, dL/dc_t, (time, units).

    Returns:
        (units, sources).
    """
    ### BEGIN SOLUTION
    return (errors[:, :, None] * partials).sum(axis=0)
    ### END SOLUTION


# %% check="input_gate_gradient"
check("input_gate_gradient", input_gate_gradient)

# %% [markdown]
# ### Prove it
#
# Take a loss that looks at the state at every step, move each weight a little up and down, and see whether the
# loss moves as your gradient says. Nothing went backwards in time: you only ever looked at the step
# at hand and at a number carried along.

# %%
T, units, many = 12, 3, 4
sources = np.hstack([rng.normal(size=(T, many - 1)), np.ones((T, 1))])
g = np.tanh(rng.normal(size=(T, units)))
errors = rng.normal(size=(T, units))
W_i = rng.normal(size=(units, many))


def loss(W_i):
    """The states, each weighed with its error: so dL/dc_t is that error."""
    return float((gated_input(g, sources @ W_i.T) * errors).sum())


i = 1 / (1 + np.exp(-sources @ W_i.T))
ours = input_gate_gradient(input_gate_partial(sources, i, g), errors)
measured, hair = np.zeros_like(W_i), 1e-6
for j in range(units):
    for m in range(many):
        nudge = np.zeros_like(W_i)
        nudge[j, m] = hair
        measured[j, m] = (loss(W_i + nudge) - loss(W_i - nudge)) / (2 * hair)
agrees = np.allclose(ours, measured, atol=1e-7)
print("your gradient agrees with what was measured:", agrees)
assert agrees

# %% [markdown]
# Why is the rule called *truncated*, if it agrees? Because here the sources were given numbers. In the whole
# cell $h_{t-1}$ is one of them, and depends on $W_i$ as well. That way is cut (lesson 06, "The gradient
# of what?").
#
# ## What you take away
#
# - The gradient of a shared weight is a sum over steps. Its parts may want opposite things.
# - On the carousel a nudge is there in full after 1000 steps. So is the rubbish.
# - A gate before the sum keeps rubbish out, a gate behind it keeps the memory quiet.
# - What the gate learns from is carried along with the state: $g\, i (1 - i)\, s$, added up.
#
# **Hand in:** save the notebook and run `coursekit check ex04_carousel_and_gates.ipynb` in a terminal.
# It runs every check once more and packs the zip.
#
# **Next:** [exercise 5](../ex05_lstm_cell/ex05_lstm_cell.ipynb) puts all of it, and a forget gate, into one cell.
