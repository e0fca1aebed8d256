# %% [markdown]
# # Exercise 7: two more cells, and a framework's weights
#
# **You write** one step of a GRU and one of an LSTM with peepholes. Then you load the weights of a
# PyTorch net into your own parameters, and get PyTorch's numbers out of a few lines of NumPy.
#
# **You need** lessons [08 from the plain net to the LSTM](../../notebooks/08_from_rnn_to_lstm.ipynb)
# and [13 variants](../../notebooks/13_variants.ipynb). What you need of both cells is repeated
# here. **It takes** about 80 minutes:
#
# | part | you write | minutes | points |
# |---|---|---|---|
# | 1 the GRU | `gru_step` | 20 | 8 |
# | 2 peepholes | `peephole_step` | 20 | 8 |
# | 3 an LSTM from PyTorch | `lstm_from_torch` | 15 | 6 |
# | 4 a GRU from PyTorch | `gru_after_step`, `gru_from_torch` | 25 | 11 |
#
# Write your answer in place of `raise NotImplementedError()` and run the check below it. The check
# says at once which parts are right and, if it knows your mistake, which one it is. Stuck? Run
# `hint("gru_step")`; every call goes one step further.

# %%
import numpy as np

from coursekit import check, figures, hint, show


def sigmoid(net):
    """1 / (1 + exp(-net)), entry by entry, without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * net))


# %% [markdown]
# ## 1. The GRU
#
# The gated recurrent unit (2014) has *one* line. Its $h$ is what the cell remembers and also what it
# shows: there is no cell state and no output gate. Two gates are left:
#
# - the **update gate** $z$: which share of the new candidate to take. The old $h$ keeps the rest,
#   $1 - z$. One gate does the work of the LSTM's $i$ and $f$.
# - the **reset gate** $r$: how much of the past the candidate may see. With $r = 0$ the candidate
#   starts afresh from the input.

# %%
show(
    figures.cell_diagram("gru"),
    alt=figures.diagram_alt("gru"),
    caption="One step of the GRU.",
)

# %% [markdown]
# $$
# \begin{aligned}
# z &= \sigma(W_z x + U_z h + b_z) &\qquad& \text{update gate: what share to renew} \\
# r &= \sigma(W_r x + U_r h + b_r) && \text{reset gate: what the candidate may see} \\
# g &= \tanh(W_g x + U_g (r \odot h) + b_g) && \text{candidate} \\
# h' &= (1 - z) \odot h + z \odot g && \text{the new h}
# \end{aligned}
# $$
#
# $h$ is the state before the step, $h'$ the one after it, and $\odot$ the product entry by entry.
#
# **Two conventions are in use for each gate.** Papers and programs differ, under the same name:
#
# | | here | elsewhere |
# |---|---|---|
# | $z$ | weighs the **new** candidate | weighs the old $h$: $h' = z \odot h + (1 - z) \odot g$ |
# | $r$ | **before** the product: $U_g (r \odot h)$ | after the product: $r \odot (U_g h)$ |
#
# Neither is wrong. A mixture of them is: the net runs, and is another net. In part 4 you meet the
# right-hand column, and bring $z$ back into ours.
#
# `params` is a dict of `W_k` `(units, inputs)`, `U_k` `(units, units)` and `b_k` `(units,)` for `k`
# in "zrg". `x` has shape `(inputs,)` or, for a batch, `(batch, inputs)`; `h` goes with it. For one
# sequence $W x$ is `W @ x`, and that equals `x @ W.T`; the second form does for a batch as well. Do not
# change the arrays that you are given.
#
# *Before you write:* in a GRU, can an entry of $h$ leave the range from $-1$ to $1$, if it
# starts inside? Could an LSTM's $c$?


# %% answer="gru_step"
def gru_step(params, x, h):
    """One step of the GRU: z takes the new, r acts before the product.

    Args:
        params: dict of W_k, U_k, b_k for k in "zrg".
        x: the input, (inputs,) or (batch, inputs).
        h: the state before the step, (units,) or (batch, units).

    Returns:
        A dict with z, r, g and the new h, each shaped like h.
    """

    ### BEGIN SOLUTION
    def net(k, past):
        W, U, b = (params[f"{name}_{k}"] for name in "WUb")
        return x @ W.T + past @ U.T + b

    z, r = sigmoid(net("z", h)), sigmoid(net("r", h))
    # First the reset, then the matrix: each unit's past is filtered before the units are mixed.
    g = np.tanh(net("g", r * h))
    # A mixture of two values within -1 and 1 stays within: no squash is needed on the way out.
    return {"z": z, "r": r, "g": g, "h": (1 - z) * h + z * g}
    ### END SOLUTION


# %% check="gru_step"
check("gru_step", gru_step)

# %% [markdown]
# This is what a hint looks like. The next ones go further.

# %%
hint("gru_step")

# %% [markdown]
# A look at what you built. Biases of plus or minus 50 force the gates open or shut. **Predict**
# for each row, before you run the cell: is the new $h$ the old one? Is it what a net without any past
# would compute from $x$ alone?


# %%
def draw(rng, letters, inputs, units):
    """W, U and b for each letter, drawn at random."""
    params = {}
    for k in letters:
        params[f"W_{k}"] = rng.uniform(-1, 1, (units, inputs))
        params[f"U_{k}"] = rng.uniform(-1, 1, (units, units))
        params[f"b_{k}"] = rng.uniform(-1, 1, units)
    return params


rng = np.random.default_rng(7)
params = draw(rng, "zrg", inputs=3, units=4)
x, h = rng.normal(size=3), rng.uniform(-0.9, 0.9, 4)
afresh = np.tanh(params["W_g"] @ x + params["b_g"])
OPEN, SHUT = np.full(4, 50.0), np.full(4, -50.0)
for label, b_z, b_r in (
    ("z shut, r open", SHUT, OPEN),
    ("z open, r open", OPEN, OPEN),
    ("z open, r shut", OPEN, SHUT),
):
    new = gru_step({**params, "b_z": b_z, "b_r": b_r}, x, h)["h"]
    print(
        f"{label} | keeps h: {np.allclose(new, h)!s:5}",
        f"| starts afresh: {np.allclose(new, afresh)}",
    )

# %% [markdown]
# In the second row it does neither: with $z$ and $r$ open the GRU is the plain recurrent net. And
# the question from before: no entry of a GRU's $h$ leaves the range, for a mixture of two numbers
# lies between them. An LSTM's $c$ is a sum and can grow.
#
# ## 2. Peepholes
#
# The gates of an LSTM see $x$ and $h$. But $h$ is only what the output gate lets out (lesson 08,
# "Cell state and hidden state"). While that gate is shut, the other gates are blind to the very
# state that they control. A **peephole** (2002) lets each gate look at the state itself:
#
# $$
# \begin{aligned}
# i &= \sigma(W_i x + U_i h + p_i \odot c + b_i) &\qquad& \text{sees the old state} \\
# f &= \sigma(W_f x + U_f h + p_f \odot c + b_f) && \text{sees the old state} \\
# g &= \tanh(W_g x + U_g h + b_g) && \text{the candidate has no peephole} \\
# c' &= f \odot c + i \odot g && \text{the new state, as before} \\
# o &= \sigma(W_o x + U_o h + p_o \odot c' + b_o) && \text{sees the new state} \\
# h' &= o \odot \tanh(c') && \text{the new output, as before}
# \end{aligned}
# $$

# %%
show(
    figures.cell_diagram("peephole_lstm"),
    alt=figures.diagram_alt("peephole_lstm"),
    caption="One step of the LSTM with peepholes; the peepholes are dashed.",
)

# %% [markdown]
# Two things to get right:
#
# - **Which state?** $i$ and $f$ are needed to *make* $c'$, so they can only see $c$. $o$ decides what to
#   show of $c'$, so it sees $c'$. The order of your lines follows from that.
# - **Whose state?** $p_k$ is a vector, shape `(units,)`. A unit's gates see that unit's state and no
#   other. And they see it as it is, without tanh.


# %% answer="peephole_step"
def peephole_step(params, x, h, c):
    """One step of the LSTM with peepholes.

    Args:
        params: dict of W_k, U_k, b_k for k in "ifog", and p_i, p_f, p_o (units,).
        x: the input, (inputs,) or (batch, inputs).
        h, c: the states before the step, (units,) or (batch, units).

    Returns:
        A dict with i, f, o, g and the new c and h, each shaped like c.
    """

    ### BEGIN SOLUTION
    def net(k):
        W, U, b = (params[f"{name}_{k}"] for name in "WUb")
        return x @ W.T + h @ U.T + b

    i = sigmoid(net("i") + params["p_i"] * c)
    f = sigmoid(net("f") + params["p_f"] * c)
    g = np.tanh(net("g"))
    after = f * c + i * g
    # The output gate comes last: it looks at the state that it is about to show.
    o = sigmoid(net("o") + params["p_o"] * after)
    return {"i": i, "f": f, "o": o, "g": g, "c": after, "h": o * np.tanh(after)}
    ### END SOLUTION


# %% check="peephole_step"
check("peephole_step", peephole_step)

# %% [markdown]
# What is it good for? Here is a cell whose output gate is shut by a bias of $-50$, so that $h$ is
# zero and tells nothing. It adds 1 to its state at every step. **Predict:** the peephole of $f$ is
# $-100$, its bias $+550$. What does the state do?

# %%
one = {f"{w}_{k}": np.zeros((1, 1)) for w in "WU" for k in "ifog"}
one |= {f"p_{k}": np.zeros(1) for k in "ifo"}
one |= {f"b_{k}": np.full(1, 50.0) for k in "ifog"}  # i and f open, g = 1
one |= {"b_o": np.full(1, -50.0)}
for label, p_f, b_f in (("without", 0.0, 50.0), ("with   ", -100.0, 550.0)):
    cell = {**one, "p_f": np.full(1, p_f), "b_f": np.full(1, b_f)}
    h = c = np.zeros(1)
    states = []
    for _ in range(14):
        new = peephole_step(cell, np.zeros(1), h, c)
        h, c = (new[name] for name in "hc")
        states.append(round(float(c[0])))
    print(label, "peephole:", states)

# %% [markdown]
# With its peephole the forget gate sees the state pass 5.5 and clears it: a clock that resets itself,
# with no input and no output. Without, nothing inside the cell can know what time it is.
#
# ## 3. An LSTM from PyTorch
#
# A framework knows the same cell under other names. One layer of `torch.nn.LSTM` holds four arrays:
#
# | PyTorch's name | shape | is |
# |---|---|---|
# | `weight_ih_l0` | `(4 * units, inputs)` | the four $W$, one upon the other |
# | `weight_hh_l0` | `(4 * units, units)` | the four $U$, one upon the other |
# | `bias_ih_l0` | `(4 * units,)` | a bias, added to $W x$ |
# | `bias_hh_l0` | `(4 * units,)` | another bias, added to $U h$ |
#
# *ih* is input-to-hidden, *hh* hidden-to-hidden, *l0* layer 0. The manual gives the **order** of the
# four blocks, from top to bottom: **i, f, g, o**. The first `units` rows belong to $i$, the next to
# $f$, and so on. A row holds the weights *into* one unit, as ours do, so nothing is transposed. (In
# Keras it would be.)
#
# Two biases, where one would do: $W x + b_{ih} + U h + b_{hh}$ is one sum. Ours has one bias.
#
# Nothing in an array tells which gate it belongs to. With a wrong order every shape fits, and the
# net talks nonsense.


# %% answer="lstm_from_torch"
def lstm_from_torch(arrays):
    """The weights of torch.nn.LSTM as our parameters.

    Args:
        arrays: dict of weight_ih_l0 (4 units, inputs), weight_hh_l0 (4 units, units), bias_ih_l0
            and bias_hh_l0 (4 units,); the blocks of rows are i, f, g, o. Left as it is.

    Returns:
        A dict of W_k (units, inputs), U_k (units, units), b_k (units,) for k in "ifog".
    """
    ### BEGIN SOLUTION
    stacked = {
        "W": arrays["weight_ih_l0"],
        "U": arrays["weight_hh_l0"],
        # A new array. With += the caller's bias would change, and the next load would be wrong.
        "b": arrays["bias_ih_l0"] + arrays["bias_hh_l0"],
    }
    params = {}
    for kind, array in stacked.items():
        for k, block in zip("ifgo", np.split(array, 4), strict=True):
            params[f"{kind}_{k}"] = block
    return params
    ### END SOLUTION


# %% check="lstm_from_torch"
check("lstm_from_torch", lstm_from_torch)

# %% [markdown]
# ### Prove it
#
# Here is a small net of PyTorch 2.13, 2 inputs and 2 units, its weights rounded to one decimal, and
# what **PyTorch** computed from the sequence `xs`. Your own step must give the same. A plain LSTM is one
# whose peepholes are zero, so `peephole_step` will do.

# %%
xs = np.array([[0.0, 0.3], [-0.3, -0.9], [-0.5, -1.0], [0.1, 1.3]])
torch_lstm = {
    "weight_ih_l0": np.array(
        [[0.9, -0.1], [-0.6, -0.7], [-0.7, -0.2], [0.0, 0.2]]
        + [[1.5, 0.9], [0.4, 1.5], [-0.9, -1.0], [0.3, -1.4]]
    ),
    "weight_hh_l0": np.array(
        [[-1.4, 0.0], [-0.1, 1.3], [0.4, 0.0], [0.0, -0.8]]
        + [[-1.5, -0.9], [0.6, -0.9], [-0.4, -1.5], [1.0, -1.0]]
    ),
    "bias_ih_l0": np.array([-0.7, 1.1, 0.0, 1.0, 0.4, 0.7, -1.2, 0.1]),
    "bias_hh_l0": np.array([0.0, 1.1, -0.4, 0.3, -1.3, -0.3, -0.5, -1.0]),
}
torch_lstm_outputs = np.array(
    [[-0.02139804, 0.11440941], [-0.12162913, -0.17837305]]
    + [[-0.23345287, -0.47318891], [0.01667579, -0.02199693]]
)

# %%
blind = {f"p_{k}": np.zeros(2) for k in "ifo"}
loaded = lstm_from_torch(torch_lstm) | blind
h = c = np.zeros(2)
outputs = []
for x_t in xs:
    new = peephole_step(loaded, x_t, h, c)
    h, c = (new[name] for name in "hc")
    outputs.append(h)
same = np.allclose(outputs, torch_lstm_outputs, atol=1e-7)
print("NumPy and PyTorch agree at every step:", same)
assert same

# %% [markdown]
# ## 4. A GRU from PyTorch
#
# `torch.nn.GRU` is not the cell of part 1. In the letters that PyTorch's manual uses, but with $g$ for
# its $n$:
#
# $$
# \begin{aligned}
# g &= \tanh\big(W_g x + b_{ih,g} + r \odot (U_g h + b_{hh,g})\big) \\
# h' &= (1 - z) \odot g + z \odot h
# \end{aligned}
# $$
#
# Compare with part 1. Two things differ:
#
# 1. **The reset acts after the product.** $r$ multiplies $U_g h$ and the bias that stands beside it.
#    So the candidate's two biases can *not* be added up: $r$ stands between them. We call them `b_g`
#    (from `bias_ih`) and `b_hg` (from `bias_hh`). For $z$ and $r$ the two biases enter one sum, as in
#    the LSTM.
# 2. **$z$ means the opposite.** It weighs the old $h$.
#
# The first makes it another cell. Renaming or changing signs does not help: $U_g (r \odot h)$ and
# $r \odot (U_g h)$ mix the units before and after the filter. So you need another step. Our $z$ stays
# as it was in part 1, it takes the **new**. (The course's own cell, `gru_reset_after` of lesson 13, takes over PyTorch's
# $z$ as well; do not be misled by it.)


# %% answer="gru_after_step"
def gru_after_step(params, x, h):
    """One step of the GRU: z takes the new, r acts after the product, on b_hg too.

    Args:
        params: dict of W_k, U_k, b_k for k in "zrg", and b_hg (units,).
        x: the input, (inputs,) or (batch, inputs).
        h: the state before the step, (units,) or (batch, units).

    Returns:
        A dict with z, r, g and the new h, each shaped like h.
    """

    ### BEGIN SOLUTION
    def seen(k):
        return x @ params[f"W_{k}"].T + params[f"b_{k}"]

    z = sigmoid(seen("z") + h @ params["U_z"].T)
    r = sigmoid(seen("r") + h @ params["U_r"].T)
    # The units are mixed first, and what comes out is filtered, its own bias included.
    g = np.tanh(seen("g") + r * (h @ params["U_g"].T + params["b_hg"]))
    return {"z": z, "r": r, "g": g, "h": (1 - z) * h + z * g}
    ### END SOLUTION


# %% check="gru_after_step"
check("gru_after_step", gru_after_step)

# %% [markdown]
# The second difference is one of names only. Our $z$ is 1 minus PyTorch's. *Before you write:* you may
# only change the weights. Which weights make a sigmoid give $1 - \sigma(net)$? Draw $\sigma$ and
# turn the paper upside down.
#
# The blocks of rows are, from top to bottom, **r, z, g**; there are three.


# %% answer="gru_from_torch"
def gru_from_torch(arrays):
    """The weights of torch.nn.GRU as parameters of gru_after_step, whose z takes the new.

    Args:
        arrays: dict of weight_ih_l0 (3 units, inputs), weight_hh_l0 (3 units, units), bias_ih_l0
            and bias_hh_l0 (3 units,); the blocks of rows are r, z, g. Left as it is.

    Returns:
        A dict of W_k, U_k, b_k for k in "zrg", and b_hg (units,).
    """
    ### BEGIN SOLUTION
    W_r, W_z, W_g = np.split(arrays["weight_ih_l0"], 3)
    U_r, U_z, U_g = np.split(arrays["weight_hh_l0"], 3)
    ih_r, ih_z, ih_g = np.split(arrays["bias_ih_l0"], 3)
    hh_r, hh_z, hh_g = np.split(arrays["bias_hh_l0"], 3)
    # 1 - sigma(net) = sigma(-net): the whole sum of z changes sign. -W_z is a new array.
    z = {"W_z": -W_z, "U_z": -U_z, "b_z": -(ih_z + hh_z)}
    r = {"W_r": W_r, "U_r": U_r, "b_r": ih_r + hh_r}
    return {**z, **r, "W_g": W_g, "U_g": U_g, "b_g": ih_g, "b_hg": hh_g}
    ### END SOLUTION


# %% check="gru_from_torch"
check("gru_from_torch", gru_from_torch)

# %% [markdown]
# ### Prove it
#
# Again a net of PyTorch's and the numbers that it gave, for the same `xs`.

# %%
torch_gru = {
    "weight_ih_l0": np.array(
        [[0.9, -0.4], [1.4, 0.3], [0.3, 0.4]]
        + [[0.5, -1.0], [-0.2, -0.8], [-0.3, -1.2]]
    ),
    "weight_hh_l0": np.array(
        [[1.4, -0.9], [0.5, -0.6], [1.1, 0.5]]
        + [[-1.1, 1.0], [1.3, 1.2], [0.2, -1.1]]
    ),
    "bias_ih_l0": np.array([-0.9, 1.3, 0.2, -1.0, 1.2, 0.4]),
    "bias_hh_l0": np.array([0.2, -0.4, -0.3, -0.8, -1.4, 1.1]),
}
torch_gru_outputs = np.array(
    [[0.24099364, 0.6119304], [0.59365443, 0.83614476]]
    + [[0.74555609, 0.91927623], [0.68157088, -0.6800576]]
)


def gru_outputs(step, params):
    """h after every step of xs, from zero."""
    h, outputs = np.zeros(2), []
    for x_t in xs:
        h = step(params, x_t, h)["h"]
        outputs.append(h)
    return np.array(outputs)


loaded = gru_from_torch(torch_gru)
same = np.allclose(
    gru_outputs(gru_after_step, loaded), torch_gru_outputs, atol=1e-7
)
print("NumPy and PyTorch agree at every step:", same)
assert same

# %% [markdown]
# Would the wrong cell have told you? Take the same weights into the step of part 1, with the
# candidate's two biases added up, as anybody would. **Predict:** does it raise an error?

# %%
summed = {**loaded, "b_g": loaded["b_g"] + loaded["b_hg"]}
wrong = gru_outputs(gru_step, summed)
print("runs, and stays within -1 and 1:", bool(np.all(abs(wrong) < 1)))
print("agrees with PyTorch:", np.allclose(wrong, torch_gru_outputs, atol=1e-2))
assert not np.allclose(wrong, torch_gru_outputs, atol=1e-2)

# %% [markdown]
# No error, no warning, another net. Only numbers from the other side convict it.
#
# ## What you take away
#
# - A GRU has one line and two gates. $z$ shares out between old and new, $r$ filters what the
#   candidate sees.
# - "The GRU" is several cells. Ask which one $z$ weighs, and where $r$ acts.
# - A peephole shows a gate its own unit's state, also while the output gate is shut. $i$ and $f$ see
#   the old state, $o$ the new.
# - Weights travel between programs by order of blocks, transposes, biases and signs. Shapes do not
#   tell when it went wrong; compare outputs.
#
# **Hand in:** save the notebook and run `coursekit check ex07_gru_and_peepholes.ipynb` in a
# terminal. It runs every check once more and packs the zip.
