# %% [markdown] slideshow={"slide_type": "slide"}
# # Weight conflict
#
# Lesson 04 · 30 minutes
#
# **You will**
#
# - take a gradient apart and see which time step pulls a weight where,
# - find that one weight is asked to do two opposite jobs,
# - put a gate in front of it and watch the two pulls come apart.

# %% [markdown] slideshow={"slide_type": "skip"}
# **You need** [lesson 02](02_gradients_through_time.ipynb) (the gradient of a weight is a sum over its
# uses; $net_t$ is what a unit receives before it squashes it) and
# [lesson 03](03_vanishing_gradients.ipynb): an error that travels back
# through time is multiplied at every step, and mostly vanishes.
#
# | part | minutes |
# |---|---|
# | A prediction | 3 |
# | The input weight: let in, keep out | 10 |
# | A gate | 6 |
# | The output weight: hold back, bring out | 8 |
# | What you take away | 3 |

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
import numpy as np

from coursekit import figures, show
from coursekit.cells import elman, elman_linear, lstm_1997, sigmoid
from coursekit.gradients import check_gradient, gradient_by_time, unroll
from coursekit.tasks import Latch
from coursekit.training import Adam, Model, init_model, linear

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Suppose that nothing vanishes
#
# Lesson 03 ended with a net that cannot hear its first input. Give it the best
# memory there is: **one linear unit that keeps what it has**.
#
# $$h_t = h_{t-1} + W x_t \qquad y_t = V h_t$$
#
# Its slope is 1, its recurrent weight is 1: the error arrives unchanged after any
# number of steps. Is all well now?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The task: a latch with distractors
#
# Two inputs, a value and a marker. The first value is **marked**: store it. The ten
# that follow look just like it, but are **not** marked: ignore them. At the last step
# say what was stored.

# %% tags=["hide-input"]
LAG = 10
task = Latch(lag=LAG)
inputs, _, _ = task.sample(np.random.default_rng(3), 1)[0]
print("value ", *(f"{value:+.0f}" for value in inputs[:, 0]))
print("marker", *(f"{marker:2.0f}" for marker in inputs[:, 1]))
print("target at the last step:", f"{inputs[0, 0]:+.0f}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Predict before you run
#
# The unit starts with a small input weight $W$. Training begins. What happens to $W$,
# the weight that the value comes in by?
#
# 1. It grows until the first value is stored well.
# 2. It shrinks to zero, because most values are distractors.
# 3. It stops somewhere in between, and the error stays high.
# 4. It swings for ever.

# %% [markdown] slideshow={"slide_type": "notes"}
# Answer: 3. The first step pulls the weight up, the ten others pull it down, and it stops
# where the two are equal. Nobody is content there. Option 1 is what the word
# "carousel" makes people hope for.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two jobs for one weight
#
# The same $W$ is used at every step.
#
# - At the **first** step it should be **large**: let the signal in.
# - At **all later** steps it should be **zero**: keep the noise out.
#
# The gradient of $W$ is a sum over the steps. `gradient_by_time` gives the parts:
#
# $$\frac{\partial L}{\partial W} = \sum_t \delta_t\, x_t
# \qquad \delta_t = \frac{\partial L}{\partial net_t}$$

# %% [markdown] slideshow={"slide_type": "skip"}
# We draw the **pull** of each step: minus its part of the gradient, with the sign of the
# weight, so that *up* means "make this weight larger" and *down* means "make it
# smaller". The targets are $+1$ and $-1$, and the loss is half the squared error.
#
# $W$ is here the weight of the *value*. The marker has a weight of its own, which learns too, and
# which cannot help: it adds the same number whatever the value was. The optimiser is Adam, in
# batches of 64 fresh sequences.


# %% slideshow={"slide_type": "skip"}
def pulls_and_gradient(cell, model, batch, letter):
    """Loss, the pull of each step on the value's weight, and the gradient."""
    inputs, targets, mask = batch
    run = unroll(cell, model.cell, inputs)
    loss, grad_readout, grad_h = linear.loss(
        model.readout, run.states.h, 2 * targets - 1, mask
    )
    parts = gradient_by_time(cell, model.cell, run, grad_h)
    weight = getattr(model.cell, letter)[0, 0]
    pulls = -np.sign(weight) * getattr(parts, letter)[:, 0, 0]
    total = type(parts)(*[part.sum(axis=0) for part in parts])
    return loss, pulls, Model(total, grad_readout)


def keep_memory(gradient):
    """U stays one and b stays zero: only W and V learn."""
    still = {name: 0 * getattr(gradient.cell, name) for name in ("U", "b")}
    return gradient._replace(cell=gradient.cell._replace(**still))


# %% slideshow={"slide_type": "skip"}
def train(cell, seed, letter, updates=800):
    rng = np.random.default_rng(seed)
    model = init_model(rng, cell, linear, inputs=2, units=1, outputs=1)
    if cell is elman_linear:  # the unit that keeps what it has
        model = model._replace(cell=model.cell._replace(U=np.eye(1)))
    optimiser = Adam(0.05)
    state, losses, pulls = optimiser.start(model), [], []
    for _ in range(updates):
        batch = task.sample(rng, 64).padded()
        loss, pull, gradient = pulls_and_gradient(cell, model, batch, letter)
        if cell is elman_linear:
            gradient = keep_memory(gradient)
        model, state = optimiser.update(model, gradient, state)
        losses.append(loss)
        pulls.append(pull)
    return np.array(losses), np.array(pulls), model


# %% [markdown] slideshow={"slide_type": "slide"}
# ## An experiment that fails
#
# Train the unit that keeps what it has: 800 updates, 5 seeds.

# %%
SEEDS = range(5)
linear_runs = [train(elman_linear, seed, "W") for seed in SEEDS]

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## The first step pulls up, the others pull down


# %% tags=["hide-input"]
def smooth(pulls):
    """Means over 20 updates, (points,): the first step, and all later ones."""
    blocks = pulls.reshape(-1, 20, LAG + 1).mean(axis=1)
    return blocks[:, 0], blocks[:, 1:].sum(axis=1)


def both(runs):
    rows = [smooth(pulls) for _, pulls, _ in runs]
    first, later = (np.array([row[k] for row in rows]) for k in (0, 1))
    return {"step 1: let in": first, "later: keep out": later}


steps = np.arange(10, 800, 20)
ax = figures.pulls_on_weight(both(linear_runs), steps=steps)
for first, later in map(smooth, (pulls for _, pulls, _ in linear_runs)):
    assert first[-20:].mean() > 0.1 and later[-20:].mean() < -0.1
    assert abs(first[-20:].mean() + later[-20:].mean()) < 0.03
show(
    ax,
    alt="through training the first step pushes the input weight up and the later "
    "steps push it down with the same strength, in each of five seeds; neither "
    "pull ever ends",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# The weight has stopped moving, and not because anybody is content. The sum of the pulls
# is zero; the pulls are not. This is **input weight conflict**: a compromise between two
# jobs that one number cannot do.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The price of the compromise
#
# Here the compromise can be computed. With $n$ distractors the output is $VW$ times the
# sum of all values, and the best that a single number $VW$ can do is
#
# $$VW = \frac{1}{n+1} \qquad L = \frac{1}{2}\Big(1 - \frac{1}{n+1}\Big)$$
#
# Without any memory, the best output is 0, and the loss is $1/2$.

# %%
best = 0.5 * (1 - 1 / (LAG + 1))
last = [losses[-200:].mean() for losses, _, _ in linear_runs]
products = [
    (model.readout.V @ model.cell.W)[0, 0] for _, _, model in linear_runs
]
assert np.allclose(last, best, atol=0.03)
assert np.allclose(products, 1 / (LAG + 1), atol=0.05)
print(f"best for one number {best:.3f}; no memory 0.500")
print("all 5 seeds end within 0.03 of that best")

# %% [markdown] slideshow={"slide_type": "notes"}
# Derivation: the error is $(VW - 1) x_1 + VW (x_2 + \dots)$. The values are independent
# and of variance one, so the mean square is $(VW-1)^2 + n (VW)^2$. Set its derivative to
# zero. Ask: what happens with twice as many distractors? ($VW$ halves, the loss creeps up
# to one half: the memory is diluted away.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Is one linear unit a straw man?
#
# A net of ten $\tanh$ units has weights to spare. Do step 1 and the later steps still
# ask for opposite changes? Compare the *directions* of the two gradients: the cosine is
# $+1$ for agreement, $-1$ for a head-on clash.


# %% slideshow={"slide_type": "skip"}
def cosine(a, b):
    return (a * b).sum() / np.linalg.norm(a) / np.linalg.norm(b)


def clash(seed, updates=100):
    """Mean cosine between step 1's gradient of the value's weights and the rest's."""
    rng = np.random.default_rng(seed)
    model = init_model(rng, elman, linear, inputs=2, units=10, outputs=1)
    optimiser, cosines = Adam(0.01), []
    state = optimiser.start(model)
    for _ in range(updates):
        inputs, targets, mask = Latch(lag=5).sample(rng, 64).padded()
        run = unroll(elman, model.cell, inputs)
        _, grad_readout, grad_h = linear.loss(
            model.readout, run.states.h, 2 * targets - 1, mask
        )
        parts = gradient_by_time(elman, model.cell, run, grad_h)
        value = parts.W[:, :, 0]  # (time, units)
        cosines.append(cosine(value[0], value[1:].sum(axis=0)))
        total = type(parts)(*[part.sum(axis=0) for part in parts])
        gradient = Model(total, grad_readout)
        model, state = optimiser.update(model, gradient, state)
    return np.mean(cosines)


# %%
cosines = [clash(seed) for seed in SEEDS]
assert max(cosines) < -0.05
print("mean cosine over 100 updates: negative in 5 of 5 seeds")

# %% [markdown] slideshow={"slide_type": "skip"}
# The clash is there, though softer. A net with squashing functions and many units can get
# around it over a short lag: its units saturate, and a saturated unit ignores its input.
# It pays with the vanishing gradient of lesson 03: what ignores its input also passes no
# error. There should be a better way to ignore.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The repair: a gate
#
# Let the unit decide at each step **how much** to let in. Multiply what comes in by a
# number between 0 and 1, computed from the inputs by weights of its own:
#
# $$i_t = \sigma(W_i x_t + b_i) \qquad c_t = c_{t-1} + i_t\, W x_t$$
#
# Now "let in" and "keep out" are said by the **input gate** $i_t$, which may differ from
# step to step. The weight $W$ no longer has to say both. (From here on the kept number is
# called $c_t$, the *cell state*.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The gated unit, whole


# %%
def gated_unit(weights, inputs):
    """i_t and c_n for a batch; inputs (time, batch, 2): value and marker."""
    W, w_value, w_marker, b, V = weights
    value, marker = inputs[..., 0], inputs[..., 1]
    i = sigmoid(w_value * value + w_marker * marker + b)
    return i, (i * W * value).sum(axis=0)  # the sum is the carousel


def gated_loss(weights, inputs, targets):
    _, c = gated_unit(weights, inputs)
    return 0.5 * float(((weights[4] * c - targets) ** 2).mean())


# %% slideshow={"slide_type": "skip"}
def gated_pulls(weights, inputs, targets):
    """The pull of each step on W, and the gradient of all five weights."""
    W, _, _, _, V = weights
    value, marker = inputs[..., 0], inputs[..., 1]
    i, c = gated_unit(weights, inputs)
    error = (V * c - targets) / len(targets)
    by_step = (error * V * i * value).sum(axis=1)
    delta = error * V * W * value * i * (1 - i)
    gate = [(delta * value).sum(), (delta * marker).sum(), delta.sum()]
    gradient = np.array([by_step.sum(), *gate, (error * c).sum()])
    return -np.sign(W) * by_step, gradient


rng = np.random.default_rng(0)
inputs, targets, _ = task.sample(rng, 64).padded()
signs, weights = 2 * targets[-1, :, 0] - 1, rng.normal(size=5)
report = check_gradient(
    lambda weights: gated_loss(weights, inputs, signs),
    weights,
    gated_pulls(weights, inputs, signs)[1],
)
assert report.passed, report
print("the hand-made gradient agrees with central differences")


# %% slideshow={"slide_type": "skip"}
def train_gated(seed, updates=800):
    rng = np.random.default_rng(seed)
    W, V = rng.uniform(-1, 1, size=2)  # as the unit before
    weights = np.array([W, 0.0, 0.0, 0.0, V])
    optimiser, losses, pulls = Adam(0.05), [], []
    state = optimiser.start(weights)
    for _ in range(updates):
        inputs, targets, _ = task.sample(rng, 64).padded()
        signs = 2 * targets[-1, :, 0] - 1
        losses.append(gated_loss(weights, inputs, signs))
        pull, gradient = gated_pulls(weights, inputs, signs)
        weights, state = optimiser.update(weights, gradient, state)
        pulls.append(pull)
    return np.array(losses), np.array(pulls), weights


# %% [markdown] slideshow={"slide_type": "slide"}
# ## The same experiment again
#
# One unit, the same task, five seeds, one change: the gate.

# %%
gated_runs = [train_gated(seed) for seed in SEEDS]

# %% tags=["hide-input"]
fig, (left, right) = figures.axes(columns=2, size=(12.8, 4.6))
losses = {
    "no gate": np.array(
        [run[0].reshape(-1, 20).mean(1) for run in linear_runs]
    ),
    "gate": np.array([run[0].reshape(-1, 20).mean(1) for run in gated_runs]),
}
figures.learning_curves(
    losses, steps=steps, baseline=0.5, baseline_label="no memory",
    xlabel="updates", ylabel="loss", ax=left,
)  # fmt: skip
figures.pulls_on_weight(both(gated_runs), steps=steps, ax=right)
for loss, pulls, _ in gated_runs:
    assert loss[-200:].mean() < 0.05
    assert np.abs(np.stack(smooth(pulls))[:, -20:]).max() < 0.05
show(
    fig,
    alt="left: without the gate the loss stays just below the one without memory, with "
    "it the loss falls to nearly zero in five of five seeds; right: with the gate "
    "both pulls on the weight die away",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# The pulls do not cancel here, they end: both jobs are done. Ask where the conflict went.
# (Into the gate's weights, where it is none: marker 1 and marker 0 are different inputs, so
# "open" and "shut" are two different sums of weights.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What the gate does

# %%
for _, _, weights in gated_runs:
    i, _ = gated_unit(weights, inputs)
    at_marker, elsewhere = i[0].mean(), i[1:].mean()
    assert at_marker > 5 * elsewhere and elsewhere < 0.1
print("open at the marker, shut (below 0.1) elsewhere, in 5 of 5 seeds")

# %% [markdown] slideshow={"slide_type": "skip"}
# **A trap.** Why not use the library's gated cell at once? Because it has more than a
# gate: what it puts out comes back as an input, $U h_{t-1}$. Train it on the same task, and
# it solves it, with its input gate half open all the time: it uses the feedback to drown
# the distractors. A repair whose cause you cannot tell is no evidence. So we changed one
# thing only, and come back to the whole cell in [lesson 06](06_gates.ipynb).

# %% slideshow={"slide_type": "skip"}
for seed in SEEDS:
    loss, _, model = train(lstm_1997, seed, "W_g")
    run = unroll(lstm_1997, model.cell, inputs)
    assert loss[-200:].mean() < 0.05 and run.trace("i")[1:].mean() > 0.25
print("the whole cell solves it too, but with its input gate open: 5 of 5")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The other end: the output weight
#
# The unit now holds $x_1$ perfectly: $h_t = x_1$. The output should be **0 at nine steps**,
# and $x_1$ **at the tenth**. One weight $V$ reads the memory out:
#
# - at the first nine steps it should be **zero**: keep the memory away,
# - at the tenth it should be **one**: bring it out.
#
# Nothing in the input of the read-out says which step it is. The gradient of $V$ is again
# a sum over steps: $\sum_t (y_t - target_t)\, h_t$.

# %% slideshow={"slide_type": "skip"}
STEPS = 10
marker = np.zeros(STEPS)
marker[-1] = 1  # "now"


def output_loss(weights, memory, gated):
    """Half the squared error per step; weights are V and the gate's w, b."""
    V, w, b = weights
    o = sigmoid(w * marker + b) if gated else np.ones(STEPS)
    error = V * o[:, None] * memory - marker[:, None] * memory
    return 0.5 * float((error**2).mean())


def output_pulls(weights, memory, gated):
    """The pull of each step on V, and the gradient of all three weights."""
    V, w, b = weights
    o = sigmoid(w * marker + b) if gated else np.ones(STEPS)
    error = V * o[:, None] * memory - marker[:, None] * memory
    by_step = (error * o[:, None] * memory).mean(axis=1) / STEPS
    delta = (error * V * memory).mean(axis=1) / STEPS * o * (1 - o)
    if not gated:
        delta = 0 * delta
    gradient = np.array([by_step.sum(), delta @ marker, delta.sum()])
    return -np.sign(V) * by_step, gradient


rng = np.random.default_rng(0)
memory, weights = rng.choice([-1.0, 1.0], size=64), rng.normal(size=3)
for gated in (False, True):
    report = check_gradient(
        lambda weights, gated=gated: output_loss(weights, memory, gated),
        weights,
        output_pulls(weights, memory, gated)[1],
    )
    assert report.passed, report
print("both hand-made gradients agree with central differences")


# %% slideshow={"slide_type": "skip"}
def train_output(seed, gated, updates=1200):
    rng = np.random.default_rng(seed)
    weights, pulls = np.array([0.5 * rng.normal(), 0.0, 0.0]), []
    optimiser = Adam(0.02)
    state = optimiser.start(weights)
    for _ in range(updates):
        memory = rng.choice([-1.0, 1.0], size=64)
        pull, gradient = output_pulls(weights, memory, gated)
        weights, state = optimiser.update(weights, gradient, state)
        pulls.append(pull)
    return weights, np.array(pulls), output_loss(weights, memory, gated)


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Output weight conflict, and the output gate
#
# The repair is the same: multiply what goes **out** by a gate, $o_t\, h_t$, that a marker
# "now" may open.

# %% tags=["hide-input"]
fig, pair = figures.axes(columns=2, size=(12.8, 4.6))
ends, leaving = {}, {}
for ax, gated in zip(pair, (False, True), strict=True):
    runs = [train_output(seed, gated) for seed in SEEDS]
    leaving["gate" if gated else "no gate"] = [pulls for _, pulls, _ in runs]
    early = np.array([pulls[:, :-1].sum(axis=1) for _, pulls, _ in runs])
    late = np.array([pulls[:, -1] for _, pulls, _ in runs])
    figures.pulls_on_weight(
        {"step 10: bring out": late, "1 to 9: hold back": early}, ax=ax
    )
    ax.set_title("output gate" if gated else "no gate", fontsize=18)
    ends[gated] = [(abs(w[0]), loss) for w, _, loss in runs]
no_gate = 0.5 * (1 - 1 / STEPS) / STEPS  # the best that one V can do
assert np.allclose(ends[False], [(1 / STEPS, no_gate)] * 5, atol=1e-3)
assert max(loss for _, loss in ends[True]) < 0.1 * no_gate
show(
    fig,
    alt="without a gate the last step pushes V up and the nine before push it down, "
    "for ever, in five of five seeds; with an output gate both pulls die away",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# Without a gate $V$ settles at $1/10$, the compromise of ten steps of which one wants 1 and
# nine want 0: a faint memory shines through all the time, and is faint when it is wanted.
# With the gate the loss falls to less than a tenth of that in all five seeds.
#
# In a real net the output weight also leads back **into** the net, to other units, where a
# memory that speaks out of turn disturbs them. The output gate protects them.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Explore the pulls
#
# Slide through training, without a gate and with one: which bars shrink?

# %% tags=["hide-input"]
from coursekit.widgets import ConflictExplorer

entered = {"no gate": linear_runs, "gate": gated_runs}
entering = {
    name: [pulls for _, pulls, _ in runs] for name, runs in entered.items()
}
ConflictExplorer({"input weight": entering, "output weight": leaving})

# %% [markdown] slideshow={"slide_type": "skip"}
# Each bar is the pull of one time step, each ring a seed. Notice the black bar, the **sum**: it is
# all that the weight hears.

# %% [markdown] slideshow={"slide_type": "notes"}
# Without a gate the sum goes to zero while the bars stay: nobody is content. With a gate
# the bars themselves go. Ask which step stands alone against all others, for the input
# weight (the first) and for the output weight (the last). One scale for both settings.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Check yourself
#
# Look at the plot of the pulls without a gate. Late in training the two curves are mirror
# images. What follows?
#
# 1. Training has converged, so the task is solved.
# 2. The gradient is nearly zero, and the loss is not.
# 3. A smaller learning rate would let the weight do both jobs.
# 4. More seeds would bring the curves together at zero.

# %% [markdown] slideshow={"slide_type": "notes"}
# 1 no: converged, and not solved. 2 yes. 3 no: at the optimum of one number there is
# nothing left to find for a slower search. 4 no: all five seeds end at the same compromise, which
# can be computed.

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Answers, with a reason for each option</summary>
#
# 1. **No.** It has converged, to a compromise: the loss is 0.4545 where 0.5 needs no memory.
# 2. **Yes.** A sum of two large opposite numbers is small. The sum is the gradient.
# 3. **No.** The best value of the one number is reached; the best is bad.
# 4. **No.** The compromise does not depend on the seed: $VW = 1/11$ in every run.
#
# </details>
#
# More questions wait in the
# [quiz](../exercises/quiz_recurrent_networks/quiz_recurrent_networks.ipynb).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# - A weight is shared by all time steps, so its gradient is a **sum of pulls**.
# - **Input weight conflict:** let the signal in, keep the noise out.
# - **Output weight conflict:** hold the memory back, bring it out later.
# - A **gate**, a factor in $[0, 1]$ that depends on the moment, takes the second job off
#   the weight.
#
# **Exercise**: part 1 of [ex04 carousel and gates](../exercises/ex04_carousel_and_gates/ex04_carousel_and_gates.ipynb);
# the rest comes with lessons 05 and 06.
#
# Next: [the memory that we assumed here, made exact](05_constant_error_carousel.ipynb).

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Further reading
#
# - Hochreiter and Schmidhuber 1997, *Long short-term memory*, section 3.2: the two
#   conflicts, in half a page.
# - Hochreiter 1991, diploma thesis: where they were first described.
