# %% [markdown]
# # Exercise 5: the LSTM cell, forwards and backwards
#
# **You write** one step of the LSTM cell, then the backward step that carries the error through
# it, then both over a whole sequence. At the end you prove your own gradient by finite differences.
#
# **You need** lessons [06 gates](../../notebooks/06_gates.ipynb) and
# [07 forget gates](../../notebooks/07_forget_gates.ipynb). **It takes** about 90 minutes:
#
# | part | you write | minutes | points |
# |---|---|---|---|
# | 1 warm-up | `sigmoid`, `sigmoid_slope`, `tanh_slope` | 10 | 3 |
# | 2 the step | `lstm_step` | 25 | 8 |
# | 3 the backward step | `lstm_step_back` | 35 | 12 |
# | 4 over a sequence | `lstm_run`, `lstm_gradient`, and the proof | 20 | 7 |
#
# Write your answer in place of `raise NotImplementedError()` and run the check below it. The check
# says at once which parts are right, where the worst entry is, and, if it knows your mistake, which
# one it is. Stuck? Run `hint("lstm_step")`; every call goes one step further.

# %%
import numpy as np

from coursekit import check, figures, hint, show
from coursekit.gradients import check_gradient

# %% [markdown]
# ## The cell and its letters

# %%
show(
    figures.lstm_diagram(),
    alt="LSTM cell: the state line runs from the old c on the left to the new c on the right; the"
    " forget gate multiplies it, then input gate times candidate is added; the output gate"
    " multiplies the squashed state and gives h",
    caption="One step of the cell. The line on top is the carousel.",
)

# %% [markdown]
# The equations of one step, with $\odot$ for the product entry by entry:
#
# $$
# \begin{aligned}
# i &= \sigma(W_i x + U_i h + b_i) &\qquad& \text{input gate: what to store} \\
# f &= \sigma(W_f x + U_f h + b_f) && \text{forget gate: what to keep} \\
# o &= \sigma(W_o x + U_o h + b_o) && \text{output gate: what to show} \\
# g &= \tanh(W_g x + U_g h + b_g) && \text{candidate: what could be stored} \\
# c' &= f \odot c + i \odot g && \text{the new cell state} \\
# h' &= o \odot \tanh(c') && \text{the new hidden state}
# \end{aligned}
# $$
#
# Here $h, c$ are the states *before* the step ($h_{t-1}, c_{t-1}$ in the lessons) and $h', c'$
# those *after* it ($h_t, c_t$).
#
# In code the parameters are a dict of twelve arrays. `W_*` has shape `(units, inputs)`, `U_*` has
# `(units, units)`, `b_*` has `(units,)`. Here is one to play with:


# %%
def make_params(rng, inputs, units):
    """Twelve arrays, drawn at random, biases zero: every gate starts half open."""
    params = {}
    for k in "ifog":
        params[f"W_{k}"] = rng.uniform(-1, 1, (units, inputs))
        params[f"U_{k}"] = rng.uniform(-1, 1, (units, units))
        params[f"b_{k}"] = np.zeros(units)
    return params


params = make_params(np.random.default_rng(5), inputs=3, units=4)
print({name: array.shape for name, array in params.items()})

# %% [markdown]
# ## 1. Warm-up: two squashing functions and their slopes
#
# $\sigma(net) = 1 / (1 + e^{-net})$. Write it for arrays of any shape.


# %% answer="sigmoid"
def sigmoid(net):
    """1 / (1 + exp(-net)), entry by entry."""
    ### BEGIN SOLUTION
    return 1 / (1 + np.exp(-net))
    ### END SOLUTION


# %% check="sigmoid"
check("sigmoid", sigmoid)

# %% [markdown]
# This is what a hint looks like. The hints of the later parts go further, step by step.

# %%
hint("sigmoid")

# %% [markdown]
# On the way back you need the derivatives, and you will have the *values* of the gates at hand, not
# their pre-activations. So write the derivative in terms of the value: with $s = \sigma(net)$ you
# want a formula for $\sigma'(net)$ that contains $s$ only, and the same for $t = \tanh(net)$.
#
# *Before you write:* where is each slope largest, and how large is it there? (Lesson 03 is built on
# the answer.)


# %% answer="sigmoid_slope"
def sigmoid_slope(s):
    """sigma'(net), computed from s = sigma(net)."""
    ### BEGIN SOLUTION
    # d/dnet (1 + e^-net)^-1 = e^-net / (1 + e^-net)^2 = s (1 - s): at most 1/4, where s = 1/2.
    return s * (1 - s)
    ### END SOLUTION


# %% check="sigmoid_slope"
check("sigmoid_slope", sigmoid_slope)


# %% answer="tanh_slope"
def tanh_slope(t):
    """tanh'(net), computed from t = tanh(net)."""
    ### BEGIN SOLUTION
    # At most 1, where t = 0.
    return 1 - t**2
    ### END SOLUTION


# %% check="tanh_slope"
check("tanh_slope", tanh_slope)

# %% [markdown]
# ## 2. The step
#
# `lstm_step(params, x, h, c)` takes the states before the step and returns a dict with the six
# values of the equations: `i`, `f`, `o`, `g`, and the *new* `c` and `h`.
#
# It must work for one sequence, where `x` has shape `(inputs,)`, and for a batch, where `x` has
# shape `(batch, inputs)` and `h`, `c` have `(batch, units)`. You need no `if`: for one sequence
# $W x$ is `W @ x`, and that equals `x @ W.T`; the second form works for a batch as well.
#
# Do not change the arrays you are given. The backward step needs the old `c` again.


# %% answer="lstm_step"
def lstm_step(params, x, h, c):
    """One step of the LSTM cell.

    Args:
        params: dict of W_k (units, inputs), U_k (units, units), b_k (units,) for k in "ifog".
        x: the input, (inputs,) or (batch, inputs).
        h, c: the states before the step, (units,) or (batch, units).

    Returns:
        A dict with i, f, o, g and the new c and h, each shaped like c.
    """

    ### BEGIN SOLUTION
    def net(k):
        return (
            x @ params[f"W_{k}"].T + h @ params[f"U_{k}"].T + params[f"b_{k}"]
        )

    i, f, o = sigmoid(net("i")), sigmoid(net("f")), sigmoid(net("o"))
    g = np.tanh(net("g"))
    # Two products and a sum; a new array, so that the old state stays as it was.
    new_c = f * c + i * g
    # Squash on the way out only: inside the carousel the state is never squashed.
    return {"i": i, "f": f, "o": o, "g": g, "c": new_c, "h": o * np.tanh(new_c)}
    ### END SOLUTION


# %% check="lstm_step"
check("lstm_step", lstm_step)

# %% [markdown]
# A look at what you built. Biases of plus or minus 50 force the gates open or shut. **Predict** the
# new `c` in each row before you run the cell.

# %%
x, h, c = (
    np.array([1.0, 0.0, 0.0]),
    np.zeros(4),
    np.array([3.0, -2.0, 0.5, 0.0]),
)
OPEN, SHUT = np.full(4, 50.0), np.full(4, -50.0)
for label, b_f, b_i in (
    ("keep:  f open, i shut", OPEN, SHUT),
    ("erase: f shut, i shut", SHUT, SHUT),
    ("write: f shut, i open", SHUT, OPEN),
):
    new = lstm_step({**params, "b_f": b_f, "b_i": b_i}, x, h, c)
    print(
        label,
        "| c kept:",
        np.allclose(new["c"], c),
        "| c is g:",
        np.allclose(new["c"], new["g"]),
    )

# %% [markdown]
# ## 3. The backward step
#
# Somebody hands you $\partial L/\partial h'$ (`grad_h`) and $\partial L/\partial c'$ (`grad_c`):
# how much the loss changes with the two things that leave the step. You hand back how much it
# changes with everything that entered: all twelve parameter arrays, `x`, and the old `h` and `c`.
#
# Go through the equations from the last to the first. At each one ask: *who used this value, and
# what did each user multiply it with?* Then add over the users.
#
# **Step 1, the new state.** $c'$ has two users: the next step, which sends `grad_c`, and the line
# $h' = o \odot \tanh(c')$. So
#
# $$\frac{\partial L}{\partial c'}\Big|_{\text{whole}} =
#   \underbrace{\;\text{grad\_c}\;}_{\text{along the carousel}} +
#   \underbrace{\;\text{grad\_h} \odot o \odot \tanh'(c')\;}_{\text{through the output}}$$
#
# Call this sum `grad_state`. Forgetting the first term is the best known of all bugs in
# hand-written LSTMs: the net still learns a little, but it has lost the very path it was built for.
#
# **Step 2, the four values.** $i, f, o, g$ are each used once. What each is multiplied with is what
# its gradient is multiplied with:
#
# | value | its only use | so its gradient is |
# |---|---|---|
# | $o$ | $h' = o \odot \tanh(c')$ | grad_h $\odot \tanh(c')$ |
# | $i$ | $c' = \dots + i \odot g$ | grad_state $\odot\; g$ |
# | $g$ | $c' = \dots + i \odot g$ | grad_state $\odot\; i$ |
# | $f$ | $c' = f \odot c + \dots$ | grad_state $\odot\; ?$ |
#
# **Step 3, through the squash.** $\delta_k$ is the gradient with respect to the pre-activation
# $net_k$: the line above times the slope of the squashing function, which you wrote in part 1.
#
# **Step 4, through the sum.** $net_k = W_k x + U_k h + b_k$, so with one row a sequence
# (`delta_k` of shape `(batch, units)`)
#
# ```
# gradient of W_k:  delta_k.T @ x         gradient of x:  the sum over all four k of delta_k @ W_k
# gradient of U_k:  delta_k.T @ h         gradient of h:  the sum over all four k of delta_k @ U_k
# gradient of b_k:  delta_k, summed over the batch
# ```
#
# The product `delta_k.T @ x` sums over the batch by itself: one weight serves all sequences, so its
# gradient is the sum of what each of them wants. For one sequence, without a batch axis,
# `np.atleast_2d(a)` turns a vector into a batch of one.
#
# **Step 5, the old state.** How many users has the old $c$? Find them in the equations; the answer
# is why this cell remembers.


# %% answer="lstm_step_back"
def lstm_step_back(params, x, h, c, grad_h, grad_c):
    """The backward step: from the gradients of what leaves the step to those of what entered.

    Args:
        params, x, h, c: as they went into lstm_step.
        grad_h, grad_c: dL/dh' and dL/dc' for the new states, shaped like c.

    Returns:
        A dict with the gradient of every parameter ("W_i", "U_i", "b_i", ... summed over the
        batch), and of "x", "h" and "c" (shaped as they are).
    """
    ### BEGIN SOLUTION
    new = lstm_step(params, x, h, c)
    i, f, o, g = new["i"], new["f"], new["o"], new["g"]
    shown = np.tanh(new["c"])

    # 1. Both users of the new state.
    grad_state = grad_c + grad_h * o * tanh_slope(shown)
    # 2. and 3. What arrives at each value, times the slope of its squash.
    delta = {
        "i": grad_state * g * sigmoid_slope(i),
        "f": grad_state * c * sigmoid_slope(f),
        "o": grad_h * shown * sigmoid_slope(o),
        "g": grad_state * i * tanh_slope(g),
    }
    # 4. Through the four sums.
    grads = {"x": np.zeros_like(x), "h": np.zeros_like(h)}
    for k, d in delta.items():
        d_rows = np.atleast_2d(d)
        grads[f"W_{k}"] = d_rows.T @ np.atleast_2d(x)
        grads[f"U_{k}"] = d_rows.T @ np.atleast_2d(h)
        grads[f"b_{k}"] = d_rows.sum(axis=0)
        grads["x"] = grads["x"] + d @ params[f"W_{k}"]
        grads["h"] = grads["h"] + d @ params[f"U_{k}"]
    # 5. The old state: it was multiplied by f, and so is the error. No slope, no weight.
    grads["c"] = grad_state * f
    return grads
    ### END SOLUTION


# %% check="lstm_step_back"
check("lstm_step_back", lstm_step_back)

# %% [markdown]
# ## 4. Over a sequence
#
# Forwards: `xs` has shape `(time, inputs)`, or `(time, batch, inputs)`. Start from `h` and `c` all
# zero, and collect `h` after every step. Give the zeros the shape of one step of the result: `(units,)`,
# or `(batch, units)` for a batch. The backward step will need the batch axis. (`xs.shape[1:-1]` is
# `()` or `(batch,)`.)


# %% answer="lstm_run"
def lstm_run(params, xs):
    """Run the cell over a sequence.

    Args:
        params: as in lstm_step.
        xs: (time, inputs) or (time, batch, inputs).

    Returns:
        h after each step, (time, units) or (time, batch, units).
    """
    ### BEGIN SOLUTION
    h = c = np.zeros((*xs.shape[1:-1], len(params["b_i"])))
    hs = []
    for x in xs:
        new = lstm_step(params, x, h, c)
        h, c = new["h"], new["c"]
        hs.append(h)
    return np.stack(hs)
    ### END SOLUTION


# %% check="lstm_run"
check("lstm_run", lstm_run)

# %% [markdown]
# Backwards: the loss looks at every $h_t$, and `grad_hs[t]` is its gradient there. Walk from the
# last step to the first. At step $t$ the error that arrives at $h_t$ has **two** sources:
# `grad_hs[t]`, from the loss, and what came back from step $t+1$. At $c_t$ it has one. The spatial
# and the temporal term of lesson 02, in code. Every parameter collects its share from every step.


# %% answer="lstm_gradient"
def lstm_gradient(params, xs, grad_hs):
    """Backpropagation through time.

    Args:
        params, xs: as in lstm_run.
        grad_hs: dL/dh_t for every step, shaped like the result of lstm_run.

    Returns:
        A dict with the gradient of every parameter.
    """
    ### BEGIN SOLUTION
    # Forwards, keeping the states from before each step.
    h = c = np.zeros_like(grad_hs[0])
    before = []
    for x in xs:
        before.append((x, h, c))
        new = lstm_step(params, x, h, c)
        h, c = new["h"], new["c"]
    # Backwards: nothing comes back from after the end.
    total = {name: np.zeros_like(array) for name, array in params.items()}
    from_later_h = from_later_c = np.zeros_like(grad_hs[0])
    for t in reversed(range(len(xs))):
        back = lstm_step_back(
            params, *before[t], grad_hs[t] + from_later_h, from_later_c
        )
        from_later_h, from_later_c = back["h"], back["c"]
        for name in total:
            total[name] = total[name] + back[name]
    return total
    ### END SOLUTION


# %% check="lstm_gradient"
check("lstm_gradient", lstm_gradient)

# %% [markdown]
# ### Prove it
#
# A check can be wrong; arithmetic cannot. Take a loss, here half the squared distance of every
# $h_t$ from a target, so that $\partial L/\partial h_t = h_t - \text{target}_t$. Move each of your
# parameters a little up and a little down, and see whether the loss moves as your gradient says.

# %%
rng = np.random.default_rng(6)
xs = rng.normal(size=(5, 3))
targets = rng.uniform(-1, 1, size=(5, 4))


def loss(params):
    """Half the squared distance of all outputs from their targets."""
    return 0.5 * float(((lstm_run(params, xs) - targets) ** 2).sum())


gradient = lstm_gradient(params, xs, lstm_run(params, xs) - targets)
report = check_gradient(loss, params, gradient)
print(report)
assert report.passed

# %% [markdown]
# Would it have told you? Cut one path: at every step the error along the state is dropped, as in
# that best known bug. **Predict:** does the check notice, although each step's own error still gets
# through?


# %%
def forgetful_step_back(params, x, h, c, grad_h, grad_c):
    """Your backward step, deaf to what comes back along the state."""
    return intact_step_back(params, x, h, c, grad_h, np.zeros_like(grad_c))


intact_step_back = lstm_step_back
try:
    lstm_step_back = forgetful_step_back
    cut = lstm_gradient(params, xs, lstm_run(params, xs) - targets)
finally:
    lstm_step_back = intact_step_back

report = check_gradient(loss, params, cut)
print("the check convicts it:", not report.passed)
assert not report.passed

# %% [markdown]
# ## What you take away
#
# - A gate is a factor between 0 and 1, forwards **and** backwards: what it lets through of the
#   value it lets through of the error.
# - The backward step needs no new idea, only book-keeping: for each value, add over its users.
# - Along the state the error is multiplied by $f$ alone. With $f = 1$ it is the constant error
#   carousel of lesson 05.
# - A gradient that nobody compared with finite differences is a guess.
#
# **Hand in:** save the notebook and run `coursekit check ex05_lstm_cell.ipynb` in a terminal. It
# runs every check once more and packs the zip.
#
# **Next:** exercise 6 trains this cell on long strings from which a plain recurrent net does not learn.
