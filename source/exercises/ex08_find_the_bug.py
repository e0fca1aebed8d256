# %% [markdown]
# # Exercise 8: find the bug
#
# Six backward passes stand accused. Each has a fault that somebody published in a net written by
# hand, told here in our own letters. Each runs without a complaint, returns arrays of the right
# shapes, and often trains a little. **You write** a gradient check that names the wrong arrays,
# read its verdicts like a doctor reads symptoms, and mend all six.
#
# **You need** lessons [02 gradients through time](../../notebooks/02_gradients_through_time.ipynb),
# [06 gates](../../notebooks/06_gates.ipynb) and
# [07 forget gates](../../notebooks/07_forget_gates.ipynb), and your exercises 2 and 5.
# **It takes** about 90 minutes:
#
# | part | you write | minutes | points |
# |---|---|---|---|
# | 1 the check | `nudged_gradient`, `wrong_arrays` | 20 | 8 |
# | 2 the verdicts | `one_step_verdicts` | 15 | 3 |
# | 3 the mending | `mended_1` to `mended_6` | 55 | 30 |
#
# Write your answer in place of `raise NotImplementedError()` and run the check below it. The check
# says at once which parts are right and, if it knows your mistake, which one it is. Stuck? Run
# `hint("mended_1")`; every call goes one step further.

# %%
import numpy as np

from coursekit import check, hint

# %% [markdown]
# ## The nets, forwards
#
# The forward passes are right. Read them well: every fault is a disagreement with a line of these.
#
# The plain net is $h' = \tanh(W x + U h + b)$. The cells are
#
# $$
# \begin{aligned}
# c' &= f \odot c + i \odot g &\qquad& \text{the new state} \\
# h' &= o \odot \tanh(c') && \text{the new output}
# \end{aligned}
# $$
#
# with gates $i, f, o$ by $\sigma(W_k x + U_k h + b_k)$ and $g$ by tanh of the same. A cell has the
# letters that its parameters name: all four (2000), or no $f$, which is then 1 (the cell of 1997), or
# no $i$, which is then $1 - f$ (the coupled cell). All states start at zero.


# %%
def plain_run(params, xs):
    """h after every step, (time, units)."""
    h, H = np.zeros(len(params["b"])), []
    for x_t in xs:
        h = np.tanh(params["W"] @ x_t + params["U"] @ h + params["b"])
        H.append(h)
    return np.array(H)


def cell_run(params, xs):
    """For each step a dict: x, h and c before it, the gates, new_c and new_h."""
    h = c = np.zeros(len(params["b_o"]))
    trace = []
    for x_t in xs:
        v = {"x": x_t, "h": h, "c": c, "f": np.ones(len(c))}
        for k in (k for k in "ifog" if "W_" + k in params):
            net = params["W_" + k] @ x_t + params["b_" + k]
            net = net + params["U_" + k] @ h
            v[k] = np.tanh(net) if k == "g" else 0.5 + 0.5 * np.tanh(net / 2)
        v.setdefault("i", 1 - v["f"])
        c = v["new_c"] = v["f"] * c + v["i"] * v["g"]
        h = v["new_h"] = v["o"] * np.tanh(c)
        trace.append(v)
    return trace


# %% [markdown]
# One of the cells keeps its twelve arrays in a matrix `M` and a vector `b`: the rows of $i$, then $f$,
# $o$, $g$; the columns for $x$, then for $h$. The loss is the same for all: half the squared distance
# of every $h_t$ from a target.


# %%
def stacked_run(params, xs):
    """cell_run for a cell that is given as M and b."""
    inputs, cell = xs.shape[1], {}
    rows, biases = np.split(params["M"], 4), np.split(params["b"], 4)
    for k, R, b in zip("ifog", rows, biases, strict=True):
        cell |= {"W_" + k: R[:, :inputs], "U_" + k: R[:, inputs:], "b_" + k: b}
    return cell_run(cell, xs)


def loss(params, xs, targets):
    """Half the squared distance of every h from its target, for any of the nets."""
    if "U" in params:
        H = plain_run(params, xs)
    else:
        run = stacked_run if "M" in params else cell_run
        H = np.array([v["new_h"] for v in run(params, xs)])
    return 0.5 * float(np.sum((H - targets) ** 2))


# %% [markdown]
# ## 1. Your check
#
# `nudged_gradient(params, xs, targets, step)` is the `difference_gradient` of exercise 2, for this
# `loss` and whatever arrays `params` holds: each entry a `step` up and a `step` down, difference over
# twice the step. Bring yours along. It leaves `params` as it was.


# %% answer="nudged_gradient"
def nudged_gradient(params, xs, targets, step=1e-5):
    """The gradient of the loss by central differences: a dict like params."""
    ### BEGIN SOLUTION
    # One copy, in which one entry at a time is moved and put back.
    nudged = {name: w.copy() for name, w in params.items()}
    slopes = {name: np.zeros(w.shape) for name, w in params.items()}
    for name, w in nudged.items():
        for place in np.ndindex(w.shape):
            old = w[place]
            w[place] = old + step
            up = loss(nudged, xs, targets)
            w[place] = old - step
            down = loss(nudged, xs, targets)
            w[place] = old
            slopes[name][place] = (up - down) / (2 * step)
    return slopes
    ### END SOLUTION


# %% check="nudged_gradient"
check("nudged_gradient", nudged_gradient)

# %% [markdown]
# In exercise 2 your judge said *who* is wrong. To find a bug you want to know *where*.
# `wrong_arrays(given, measured, tolerance)` gets two gradients, dicts with the same names, and returns
# the list of the names whose worst entry is off:
#
# $$\frac{|given - measured|}{\max(|given|, |measured|, floor)} > tolerance$$
#
# The floor is a thousandth of the largest entry of the *whole* measured gradient. An entry that is
# `nan` is wrong.


# %% answer="wrong_arrays"
def wrong_arrays(given, measured, tolerance=1e-4):
    """The names of the arrays of `given` that are not as measured, a list."""
    ### BEGIN SOLUTION
    largest = max(np.abs(m).max() for m in measured.values())
    wrong = []
    for name, m in measured.items():
        scale = np.maximum(np.abs(given[name]), np.abs(m))
        errors = np.abs(given[name] - m) / np.maximum(scale, largest / 1000)
        # "Not all small" convicts nan as well.
        if not np.all(errors <= tolerance):
            wrong.append(name)
    return wrong
    ### END SOLUTION


# %% check="wrong_arrays"
check("wrong_arrays", wrong_arrays)

# %% [markdown]
# ## 2. The accused
#
# Read each one once, with a pencil. **Predict** for each: is it wrong at all arrays or at some? You may
# find a fault by eye; write it down, and let the check have the last word.
#
# ### Number 1: a plain net


# %%
def accused_1(params, xs, targets):
    """A plain net: the gradient of the loss for W, U and b."""
    H = plain_run(params, xs)
    slopes = {name: np.zeros_like(w) for name, w in params.items()}
    later = np.zeros(len(params["b"]))
    for t in range(len(xs) - 1, -1, -1):
        arriving = H[t] - targets[t] + params["U"] @ later
        later = arriving * (1 - H[t] * H[t])
        slopes["b"] += later
        slopes["W"] += np.outer(later, xs[t])
        if t > 0:
            slopes["U"] += np.outer(later, H[t - 1])
    return slopes


# %% [markdown]
# ### Number 2: another plain net


# %%
def accused_2(params, xs, targets):
    """A plain net: the gradient of the loss for W, U and b."""
    W, U, b = params["W"], params["U"], params["b"]
    h, kept = np.zeros(len(b)), []
    for x_t in xs:
        h = np.tanh(W @ x_t + U @ h + b)
        kept.append((x_t, h))
    dW, dU, db = np.zeros(W.shape), np.zeros(U.shape), np.zeros(b.shape)
    net_error = np.zeros(len(b))
    for (x, y), target in zip(kept[::-1], targets[::-1], strict=True):
        net_error = (y - target + net_error @ U) * (1 - y * y)
        dW += np.outer(net_error, x)
        dU += np.outer(net_error, h)
        db += net_error
    return {"W": dW, "U": dU, "b": db}


# %% [markdown]
# ### Number 3: the cell of 1997
#
# The cells share a helper, which is right: it adds a step's shares to the gradients, and returns what
# the step asks of the $h$ before it. `D[k]` is $\partial L/\partial net_k$.


# %%
def give(slopes, params, v, D):
    """Add the shares of one step to slopes; return dL/dh for the h before it."""
    for k in D:
        slopes["W_" + k] += np.outer(D[k], v["x"])
        slopes["U_" + k] += np.outer(D[k], v["h"])
        slopes["b_" + k] += D[k]
    return sum(D[k] @ params["U_" + k] for k in D)


# %%
def accused_3(params, xs, targets):
    """The cell of 1997: i, o and g, and a state that nothing fades."""
    slopes = {name: np.zeros_like(w) for name, w in params.items()}
    nothing = np.zeros(len(params["b_o"]))
    back = {"h": nothing, "c": nothing}
    trace = cell_run(params, xs)
    for v, target in zip(trace[::-1], targets[::-1], strict=True):
        i, o, g, s = v["i"], v["o"], v["g"], np.tanh(v["new_c"])
        error_h = v["new_h"] - target + back["h"]
        error_c = error_h * o * (1 - s * s)
        D = {
            "i": error_c * g * i * (1 - i),
            "o": error_h * s * o * (1 - o),
            "g": error_c * i * (1 - g * g),
        }
        back = {"h": give(slopes, params, v, D), "c": error_c}
    return slopes


# %% [markdown]
# ### Number 4: the LSTM


# %%
def accused_4(params, xs, targets):
    """The LSTM cell of 2000: i, f, o and g."""
    sums = {name: np.zeros_like(w) for name, w in params.items()}
    from_h = from_c = np.zeros(len(params["b_o"]))
    trace = cell_run(params, xs)
    for v, target in zip(reversed(trace), reversed(targets), strict=True):
        shown = np.tanh(v["new_c"])
        eh = v["new_h"] - target + from_h
        ec = from_c + eh * v["o"] * (1 - shown**2)
        D = {
            "i": ec * v["g"],
            "f": ec * v["c"],
            "o": eh * shown,
            "g": ec * v["i"] * (1 - v["g"] ** 2),
        }
        from_h = give(sums, params, v, D)
        from_c = ec * v["f"]
    return sums


# %% [markdown]
# ### Number 5: the LSTM in one matrix


# %%
def accused_5(params, xs, targets):
    """The same cell in one matrix: M has the rows i, f, o, g, and columns x, h."""
    M, inputs = params["M"], xs.shape[1]
    dM, db = np.zeros_like(M), np.zeros_like(params["b"])
    dh = dc = np.zeros(len(M) // 4)
    trace = stacked_run(params, xs)
    for v, target in zip(trace[::-1], targets[::-1], strict=True):
        i, f, o, g, s = v["i"], v["f"], v["o"], v["g"], np.tanh(v["new_c"])
        dh = dh + v["new_h"] - target
        dc = dc + dh * o * (1 - s * s)
        d_i = dc * g * i * (1 - i)
        d_f = dc * v["c"] * f * (1 - f)
        d_o = dh * s * o * (1 - o)
        d_g = dc * i * (1 - g * g)
        D = np.concatenate([d_f, d_i, d_o, d_g])
        dM += np.outer(D, np.concatenate([v["x"], v["h"]]))
        db += D
        dh, dc = D @ M[:, inputs:], dc * f
    return {"M": dM, "b": db}


# %% [markdown]
# ### Number 6: the coupled cell


# %%
def accused_6(params, xs, targets):
    """The coupled cell: f, o and g; what f does not keep is stored, i = 1 - f."""
    sums = {name: np.zeros_like(w) for name, w in params.items()}
    old_h = old_c = np.zeros(len(params["b_o"]))
    for v, goal in zip(cell_run(params, xs)[::-1], targets[::-1], strict=True):
        f, o, g = v["f"], v["o"], v["g"]
        at_h = v["new_h"] - goal + old_h
        at_c = old_c + at_h * o
        D = {
            "f": at_c * (v["c"] - g) * f * (1 - f),
            "o": at_h * v["new_c"] * o * (1 - o),
            "g": at_c * v["i"] * (1 - g * g),
        }
        old_h, old_c = give(sums, params, v, D), at_c * f
    return sums


# %% [markdown]
# ### The hearing
#
# Each is brought before your check with a net of its own, on six steps.


# %%
def make_case(accused, names, seed, steps=6, inputs=2, units=3):
    """An accused, and a net for it: (function, (params, xs, targets))."""
    rng = np.random.default_rng(seed)
    shapes = {"W": (units, inputs), "U": (units, units), "b": (units,)}
    shapes |= {"M": (4 * units, inputs + units)}
    if "M" in names:
        shapes["b"] = (4 * units,)
    params = {name: rng.uniform(-1, 1, shapes[name[0]]) for name in names}
    xs, targets = (1.5 * rng.normal(size=(steps, n)) for n in (inputs, units))
    return accused, (params, xs, targets)


def arrays_of(letters):
    """The names of the arrays of a cell with these letters."""
    return [f"{w}_{k}" for k in letters for w in "WUb"]


ACCUSED = {
    "accused_1": (accused_1, ["W", "U", "b"]),
    "accused_2": (accused_2, ["W", "U", "b"]),
    "accused_3": (accused_3, arrays_of("iog")),
    "accused_4": (accused_4, arrays_of("ifog")),
    "accused_5": (accused_5, ["M", "b"]),
    "accused_6": (accused_6, arrays_of("fog")),
}
CASES = {name: make_case(*pair, seed=8) for name, pair in ACCUSED.items()}
for name, (function, net) in CASES.items():
    found = wrong_arrays(function(*net), nudged_gradient(*net))
    print(name, "| wrong:", len(found), "of", len(net[0]), "arrays")
    assert found

# %% [markdown]
# All convicted. But where everything is wrong, the verdict does not say where the fault is: an error that
# travels back in time spoils all it meets. So make the illness small. Cut every sequence to **one step**:
# nothing comes back from a later step, the states before it are zero, and what is still wrong is wrong
# within the step.
#
# Write `one_step_verdicts`, a dict: name of the accused → list of its wrong arrays on the first step
# alone, `xs[:1]` and `targets[:1]` of its net in `CASES`. **Predict** first: who goes free?

# %% answer="one_step_verdicts"
one_step_verdicts = None  # a dict: name of the accused -> list of names
### BEGIN SOLUTION
one_step_verdicts = {}
for name, (function, (params, xs, targets)) in CASES.items():
    short = (params, xs[:1], targets[:1])
    one_step_verdicts[name] = wrong_arrays(
        function(*short), nudged_gradient(*short)
    )
### END SOLUTION

# %% check="one_step_verdicts"
check("one_step_verdicts", one_step_verdicts)

# %%
for name, found in one_step_verdicts.items():
    print(name, "| wrong on one step:", ", ".join(sorted(found)) or "nothing")

# %% [markdown]
# Read it like this:
#
# - **Nothing**: the step is right. The fault is in what one step sends to the step before.
# - **U alone**: only what U met is wrong. (On one step a right gradient has 0 there.)
# - **Some letters**: look at the lines of these letters. A letter may be free only because the step
#   gives it nothing to do: the forget gate multiplies a state of zero.
# - **All letters**: the fault sits upstream of them all, where error enters the cell. (`U_*` is 0 and
#   right for everybody: the old $h$ is zero.)
#
# ## 3. Mend them
#
# For each: copy the accused function, change what must be changed and nothing else, and give it the new
# name. If you rewrite it from nothing, you have learned to write one, and not to find a bug.
#
# ### Number 1
#
# Free on one step, wrong everywhere on six. This is what a hint looks like; the later ones go
# further.

# %%
hint("mended_1")


# %% answer="mended_1"
def mended_1(params, xs, targets):
    """A plain net: the gradient of the loss for W, U and b."""
    ### BEGIN SOLUTION
    H = plain_run(params, xs)
    slopes = {name: np.zeros_like(w) for name, w in params.items()}
    later = np.zeros(len(params["b"]))
    for t in range(len(xs) - 1, -1, -1):
        # Forwards U @ h, so backwards U.T @ later, which is later @ U.
        arriving = H[t] - targets[t] + later @ params["U"]
        later = arriving * (1 - H[t] * H[t])
        slopes["b"] += later
        slopes["W"] += np.outer(later, xs[t])
        if t > 0:
            slopes["U"] += np.outer(later, H[t - 1])
    return slopes
    ### END SOLUTION


# %% check="mended_1"
check("mended_1", mended_1)

# %% [markdown]
# ### Number 2
#
# `U` alone, whatever the length.


# %% answer="mended_2"
def mended_2(params, xs, targets):
    """A plain net: the gradient of the loss for W, U and b."""
    ### BEGIN SOLUTION
    W, U, b = params["W"], params["U"], params["b"]
    h, kept = np.zeros(len(b)), []
    for x_t in xs:
        # The input, the state before, the state after: U met the one before.
        before, h = h, np.tanh(W @ x_t + U @ h + b)
        kept.append((x_t, before, h))
    dW, dU, db = np.zeros(W.shape), np.zeros(U.shape), np.zeros(b.shape)
    net_error = np.zeros(len(b))
    for (x, before, y), target in zip(kept[::-1], targets[::-1], strict=True):
        net_error = (y - target + net_error @ U) * (1 - y * y)
        dW += np.outer(net_error, x)
        dU += np.outer(net_error, before)
        db += net_error
    return {"W": dW, "U": dU, "b": db}
    ### END SOLUTION


# %% check="mended_2"
check("mended_2", mended_2)

# %% [markdown]
# ### Number 3
#
# Free on one step. It is the best known of all bugs in cells written by hand. What does a
# cell of 1997 have left without the path that is cut here?


# %% answer="mended_3"
def mended_3(params, xs, targets):
    """The cell of 1997: i, o and g, and a state that nothing fades."""
    ### BEGIN SOLUTION
    slopes = {name: np.zeros_like(w) for name, w in params.items()}
    nothing = np.zeros(len(params["b_o"]))
    back = {"h": nothing, "c": nothing}
    trace = cell_run(params, xs)
    for v, target in zip(trace[::-1], targets[::-1], strict=True):
        i, o, g, s = v["i"], v["o"], v["g"], np.tanh(v["new_c"])
        error_h = v["new_h"] - target + back["h"]
        # Two users of the state: the next step, by the factor 1, and h'.
        error_c = back["c"] + error_h * o * (1 - s * s)
        D = {
            "i": error_c * g * i * (1 - i),
            "o": error_h * s * o * (1 - o),
            "g": error_c * i * (1 - g * g),
        }
        back = {"h": give(slopes, params, v, D), "c": error_c}
    return slopes
    ### END SOLUTION


# %% check="mended_3"
check("mended_3", mended_3)

# %% [markdown]
# ### Number 4
#
# On one step two letters are wrong, and a third has nothing to do.


# %% answer="mended_4"
def mended_4(params, xs, targets):
    """The LSTM cell of 2000: i, f, o and g."""
    ### BEGIN SOLUTION
    sums = {name: np.zeros_like(w) for name, w in params.items()}
    from_h = from_c = np.zeros(len(params["b_o"]))
    trace = cell_run(params, xs)
    for v, target in zip(reversed(trace), reversed(targets), strict=True):
        shown = np.tanh(v["new_c"])
        eh = v["new_h"] - target + from_h
        ec = from_c + eh * v["o"] * (1 - shown**2)
        D = {
            # Each gate passed a sigmoid, with the slope s (1 - s).
            "i": ec * v["g"] * v["i"] * (1 - v["i"]),
            "f": ec * v["c"] * v["f"] * (1 - v["f"]),
            "o": eh * shown * v["o"] * (1 - v["o"]),
            "g": ec * v["i"] * (1 - v["g"] ** 2),
        }
        from_h = give(sums, params, v, D)
        from_c = ec * v["f"]
    return sums
    ### END SOLUTION


# %% check="mended_4"
check("mended_4", mended_4)

# %% [markdown]
# ### Number 5
#
# Names of arrays are too coarse here: `M` holds four letters. Ask for its rows, on one step.

# %%
function, (params, xs, targets) = CASES["accused_5"]
short = (params, xs[:1], targets[:1])
gap = np.abs(function(*short)["M"] - nudged_gradient(*short)["M"]).max(axis=1)
for k, worst in zip("ifog", np.split(gap, 4), strict=True):
    print(k, "| rows wrong:", int((worst > 1e-6).sum()), "of", len(worst))


# %% answer="mended_5"
def mended_5(params, xs, targets):
    """The same cell in one matrix: M has the rows i, f, o, g, and columns x, h."""
    ### BEGIN SOLUTION
    M, inputs = params["M"], xs.shape[1]
    dM, db = np.zeros_like(M), np.zeros_like(params["b"])
    dh = dc = np.zeros(len(M) // 4)
    trace = stacked_run(params, xs)
    for v, target in zip(trace[::-1], targets[::-1], strict=True):
        i, f, o, g, s = v["i"], v["f"], v["o"], v["g"], np.tanh(v["new_c"])
        dh = dh + v["new_h"] - target
        dc = dc + dh * o * (1 - s * s)
        d_i = dc * g * i * (1 - i)
        d_f = dc * v["c"] * f * (1 - f)
        d_o = dh * s * o * (1 - o)
        d_g = dc * i * (1 - g * g)
        # In the order of the rows of M.
        D = np.concatenate([d_i, d_f, d_o, d_g])
        dM += np.outer(D, np.concatenate([v["x"], v["h"]]))
        db += D
        dh, dc = D @ M[:, inputs:], dc * f
    return {"M": dM, "b": db}
    ### END SOLUTION


# %% check="mended_5"
check("mended_5", mended_5)

# %% [markdown]
# ### Number 6
#
# All letters on one step. Two lines are to be mended, for one forgotten function.


# %% answer="mended_6"
def mended_6(params, xs, targets):
    """The coupled cell: f, o and g; what f does not keep is stored, i = 1 - f."""
    ### BEGIN SOLUTION
    sums = {name: np.zeros_like(w) for name, w in params.items()}
    old_h = old_c = np.zeros(len(params["b_o"]))
    for v, goal in zip(cell_run(params, xs)[::-1], targets[::-1], strict=True):
        f, o, g, s = v["f"], v["o"], v["g"], np.tanh(v["new_c"])
        at_h = v["new_h"] - goal + old_h
        # h' = o tanh(c'): the slope goes into the state, the value to the gate.
        at_c = old_c + at_h * o * (1 - s * s)
        D = {
            "f": at_c * (v["c"] - g) * f * (1 - f),
            "o": at_h * s * o * (1 - o),
            "g": at_c * v["i"] * (1 - g * g),
        }
        old_h, old_c = give(sums, params, v, D), at_c * f
    return sums
    ### END SOLUTION


# %% check="mended_6"
check("mended_6", mended_6)

# %% [markdown]
# ## Before your own court
#
# A check can be wrong; arithmetic cannot. Ten nets of different sizes for each: the accused must be
# convicted every time, and what you mended must go free.

# %%
MENDED = [mended_1, mended_2, mended_3, mended_4, mended_5, mended_6]
for (name, (accused, names)), healed in zip(
    ACCUSED.items(), MENDED, strict=True
):
    for seed in range(10):
        sizes = np.random.default_rng(seed).integers(2, 5, size=3)
        _, net = make_case(accused, names, seed, *(int(n) for n in sizes))
        measured = nudged_gradient(*net)
        assert wrong_arrays(accused(*net), measured), (name, seed)
        assert not wrong_arrays(healed(*net), measured), (name, seed)
    print(name, "| convicted ten times, mended ten times")

# %% [markdown]
# ## What you take away
#
# - A wrong gradient has the right shape, raises nothing, and may even learn. Only a measurement tells.
# - A check that names arrays is half a diagnosis. A shorter sequence is the other half: one step
#   separates what is wrong *within* a step from what is wrong *between* steps.
# - The faults are few: a product not transposed, a state of the wrong time, a path not added, a slope
#   forgotten, an order mixed up, a function read differently backwards than forwards.
# - A half mended bug is still a bug: run the check again, on the whole sequence.
#
# **Hand in:** save the notebook and run `coursekit check ex08_find_the_bug.ipynb` in a terminal. It
# runs every check once more and packs the zip.
