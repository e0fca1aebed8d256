# %% [markdown] slideshow={"slide_type": "slide"}
# # Training without gradients
#
# Lesson 15 · 60 minutes
#
# **You will**
#
# - train a net that is never told the right answer, only rewarded,
# - **breed** the weights of a net that policy gradient did not train,
# - solve for output weights in one go, and evolve the hidden ones (Evolino).

# %% [markdown] slideshow={"slide_type": "skip"}
# **You need** [03 Vanishing gradients](03_vanishing_gradients.ipynb) and
# [07 Forget gates](07_forget_gates.ipynb). Three sentences of recall: a *simple recurrent
# net* (SRN) keeps a hidden state $h_t = \tanh(W x_t + U h_{t-1} + b)$, and error that travels
# back through it vanishes. An *LSTM* keeps a second state, $c_t = f_t c_{t-1} + i_t g_t$;
# its *forget gate* $f_t$ lies between 0 (drop) and 1 (keep), and starts near 1 if
# its bias $b_f$ is large. So far every net had a *target* at some step, and the gradient of a loss.
#
# | part | minutes |
# |---|---|
# | A prediction | 3 |
# | A maze with a sign | 7 |
# | Policy gradient, and where it fails | 16 |
# | Search with a score only | 14 |
# | Evolve what is hidden, solve the rest | 18 |
# | What you take away | 2 |

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
from types import SimpleNamespace

import numpy as np

from coursekit import figures, show
from coursekit.cells import elman, evolino_lstm, lstm
from coursekit.cells.parameters import map_arrays
from coursekit.figures import gradient_free
from coursekit.gradients import bptt, unroll
from coursekit.tasks.t_maze import (
    EAST,
    NORTH,
    SOUTH,
    Mazes,
    TMaze,
    draw_mazes,
    memory_free_score,
)
from coursekit.training import (
    Adam,
    by_pseudo_inverse,
    by_support_vectors,
    evolino,
    evolution_strategy,
    fit,
    generate,
    genetic_algorithm,
    init_model,
    learn_policy,
    linear,
    loss_and_gradient,
    mean_return,
    normalised_error,
    over_seeds,
    policy_gradient,
    predict,
    random_guessing,
    random_hidden,
    shaped_by_rank,
    softmax,
)
from coursekit.training.free_running import solved_side_by_side
from coursekit.training.policy_gradient import walk

SEEDS = range(5)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Predict before you run
#
# A sign, then ten steps of corridor, then a turn. An SRN walks 38,400 episodes,
# learns by gradient from its rewards, and as a rule still turns at random.
#
# Now take the **same SRN** and forget about gradients. Draw weights, score them,
# mix and mutate the best: a *genetic algorithm*. What happens?
#
# 1. It fails too: an SRN cannot hold a bit for ten steps.
# 2. It succeeds, after many times more episodes.
# 3. It succeeds, with fewer than a quarter of the episodes.

# %% [markdown] slideshow={"slide_type": "notes"}
# Answer: 3; see "The same maze, bred". Most people choose 1 or 2. Lesson 01 said: expressible
# is not learnable. Read it again with the accent on *learnable by gradient*.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A maze with a sign
#
# The T-maze (Bakker 2002). The **sign** at the start says where the goal is.
# The corridor looks the same everywhere. At the junction you must turn.

# %% tags=["hide-input"]
show(
    gradient_free.t_maze(6, goal="north"),
    alt="a corridor of seven cells: at the start stands the sign 011, in the corridor "
    "101, at the junction 010; the north arm holds the goal and pays +4, the south "
    "arm pays -0.1",
    caption="Here the sign says north. If it were 110, the goal would be south.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# Four actions: north, east, south, west. To walk into a wall costs 0.1 and leaves the agent
# where it is. A move along the corridor costs nothing. After $4N + 10$ steps, $N$ being the
# length of the corridor, patience is at an end. Nobody says which action was right: there
# is a **reward**, mostly zero, and at the end one number that counts.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What the agent sees

# %%
maze = TMaze(length=3)
first, _ = maze.reset(options={"goal": SOUTH})
print("sees", first.astype(int))
for action in (EAST, EAST, EAST, SOUTH):
    seen, reward, over, *_ = maze.step(action)
    print("reward", reward, "- over" if over else f"- sees {seen.astype(int)}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Without memory: one half
#
# At the junction both mazes look the same. Turn north with probability $p$: you are right
# with probability
#
# $$\tfrac12\, p + \tfrac12\, (1 - p) = \tfrac12 \qquad\text{whatever } p \text{ is}$$

# %%
for p in (0.0, 0.3, 1.0):
    right = p / 2 + (1 - p) / 2
    earned = right * 4 + (1 - right) * -0.1
    print(f"p = {p}: right {right}, return {earned:.2f}")
assert right == memory_free_score and np.isclose(earned, 1.95)

# %% [markdown] slideshow={"slide_type": "notes"}
# The sum of the rewards of an episode is its *return*. Perfect: 4. Without memory at best 1.95.
# Keep both numbers in mind; the second is a trap: an agent that walks straight and always turns
# north looks half trained, and has no memory at all.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A gradient without a teacher
#
# The net's outputs are the probabilities $\pi$ of the four actions. Draw an action $a_t$. The reward
# has no derivative: the maze is no formula. But the **probabilities** have one:
#
# $$\frac{\partial}{\partial\theta}\, E[R]
#   = E\Big[\sum_t (R_t - b_t)\,
#     \frac{\partial \log \pi(a_t \mid x_1 \dots x_t)}{\partial\theta}\Big]$$
#
# $\theta$: all weights. $R_t$: the return from step $t$ on, all rewards still to come. $b_t$: a *baseline*,
# the mean $R_t$ of all episodes. **Make likelier what went better than usual.**

# %% [markdown] slideshow={"slide_type": "skip"}
# Where it comes from, for a single step: $E[R] = \sum_a \pi_a R_a$, and
# $\partial \pi_a = \pi_a\, \partial \log \pi_a$. So its slope is the *mean* of
# $R_a\, \partial \log \pi_a$ over actions drawn with probabilities $\pi$; a mean can be estimated by
# trying. A baseline changes nothing on average, as the probabilities always sum to one, and a good one
# makes the estimate less noisy. The name of the rule is REINFORCE (Williams 1992). Check it on one
# step with three actions, where the slope is known exactly:

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(0)
net, R = np.array([0.2, -0.4, 0.1]), np.array([1.0, 3.0, -2.0])
pi = np.exp(net) / np.exp(net).sum()
exact = pi * (R - pi @ R)  # the derivative of pi @ R with respect to net
draws = rng.choice(3, size=100_000, p=pi)
for baseline in (0.0, 0.5):
    weighed = (R[draws] - baseline)[:, None] * (np.eye(3)[draws] - pi)
    assert np.abs(weighed.mean(axis=0) - exact).max() < 0.05
print("100,000 tries agree with the exact slope to 0.05, baseline or not")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The rest is backpropagation through time
#
# The outputs $y_t$ are the probabilities. For a softmax, $\partial \log \pi(a_t) / \partial net = a_t - y_t$,
# with $a_t$ one-hot. Our updates go *down*, so the error at the outputs is $(R_t - b_t)\,(y_t - a_t)$.


# %%
def error_at_the_actions(readout, h, episodes, discount=0.98):
    mask = episodes.mask  # False after an episode's end
    R, later = np.zeros(mask.shape), 0.0
    for t in reversed(range(len(mask))):
        later = episodes.rewards[t] + discount * later
        R[t] = later
    alive = np.maximum(mask.sum(axis=1, keepdims=True), 1)
    baseline = (R * mask).sum(axis=1, keepdims=True) / alive
    y, a = softmax.outputs(readout, h), np.eye(4)[episodes.actions]
    weight = (R - baseline) * mask / mask.shape[1]
    return weight[..., None] * (y - a)


# %% slideshow={"slide_type": "skip"}
# Sent back through an LSTM, it is the library's policy_gradient.
rng = np.random.default_rng(1)
model = init_model(rng, lstm, softmax, inputs=3, units=5, outputs=4)
episodes = walk(lstm, softmax, model, draw_mazes(rng, 20, length=3), rng)
run = unroll(lstm, model.cell, episodes.observations)
delta = error_at_the_actions(model.readout, run.states.h, episodes)
ours = bptt(lstm, model.cell, run, delta @ model.readout.V).params
library = policy_gradient(lstm, model, episodes).cell
assert all(np.allclose(a, b) for a, b in zip(ours, library, strict=True))
print("our error, sent back by bptt, is the library's policy gradient")

# %% [markdown] slideshow={"slide_type": "notes"}
# "Without gradients" needs care: policy gradient has no gradient *of the task*, the maze stays a black box;
# but through the net it is backpropagation through time, with all that lesson 03 says about it. (The discount of 0.98
# counts a reward one step later a little less.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The experiment
#
# Ten cells of corridor, 16 units, at most 300 updates of 128 episodes. Two nets: an
# SRN, and the same net with its **memory cut out** ($h_{t-1}$ replaced by zero).


# %% slideshow={"slide_type": "skip"}
def without_memory(cell):
    """The same cell; it forgets its state at every step."""

    def step(params, x, state):
        return cell.step(params, x, cell.initial_state(params, x.shape[:-1]))

    def step_back(params, trace, grad_state):
        grads, grad_x, before = cell.step_back(params, trace, grad_state)
        return grads, grad_x, before._replace(h=0 * before.h)

    kept = {k: v for k, v in vars(cell).items() if k[:2] != "__"}
    return SimpleNamespace(**{**kept, "step": step, "step_back": step_back})


# %% [markdown] slideshow={"slide_type": "subslide"}
# ## One run


# %%
def learn(cell, seed, length=10, b_f=None, updates=300):
    rng = np.random.default_rng(seed)
    model = init_model(rng, cell, softmax, inputs=3, units=16, outputs=4)
    if b_f is not None:
        bias = np.full(16, b_f)
        model = model._replace(cell=model.cell._replace(b_f=bias))
    return learn_policy(
        cell, softmax, model, Adam(0.02), length=length, rng=rng,
        updates=updates, episodes=128,
        stop=lambda so_far: recent(so_far) > 0.97,
    )  # fmt: skip


def recent(learned):
    """Share of successes in the last twenty batches."""
    return np.mean(([0.0] * 20 + learned.success)[-20:])


# %% [markdown] slideshow={"slide_type": "slide"}
# ## An experiment that fails

# %%
blind = over_seeds(lambda s: learn(without_memory(elman), s), SEEDS)
srn = over_seeds(lambda s: learn(elman, s), SEEDS)
short = over_seeds(lambda s: learn(elman, s, length=3), SEEDS)
assert max(recent(run) for run in blind) < 0.6 and 300 * 128 == 38_400
assert sum(recent(run) < 0.6 for run in srn) >= 3
assert sum(recent(run) > 0.9 for run in short) >= 4
print("no memory, 10 cells: 5 of 5 below 0.6; a coin gets 0.5")
print("SRN, 10 cells: most of 5 seeds below 0.6")
print("SRN, 3 cells: at least 4 of 5 above 0.9")

# %% [markdown] slideshow={"slide_type": "notes"}
# The SRN has learned to walk straight, and turns at random: the part that needs no memory is there.
# With three cells the same code learns, so the code is not at fault. With ten, the error at the junction must travel
# ten steps back to the sign, and here it is buried in the noise of drawn actions, too. A seed that gets there
# was lucky with its first weights. Ask which repair the class would choose.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The repair: an LSTM with an open forget gate
#
# One change of the cell. And one number: the forget bias starts at $b_f = 5$, so
# that the carousel *keeps* until it learns to drop: $\sigma(5)^{10}$ against $\sigma(1)^{10}$.

# %%
for b_f in (1, 5):
    kept = (1 / (1 + np.exp(-b_f))) ** 10
    print(f"b_f = {b_f}: after 10 steps {kept:.0%} of the state is left")
opened = over_seeds(lambda s: learn(lstm, s, b_f=5.0), SEEDS)
usual = over_seeds(lambda s: learn(lstm, s, b_f=1.0), SEEDS)

# %% slideshow={"slide_type": "skip"}
tested = [
    mean_return(
        lstm, softmax, run.model, length=10,
        rng=np.random.default_rng(99), episodes=200,
    )[1]
    for run in opened
]  # fmt: skip
solved = sum(score > 0.95 for score in tested)
assert solved >= 4
print("b_f = 5: at least 4 of 5 are right in 95 % of 200 fresh mazes")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Four nets in the maze


# %% tags=["hide-input"]
def smooth(run, updates=300, every=10):
    """Success in blocks of ten updates; a net that stopped keeps its score."""
    held = run.success + [recent(run)] * (updates - len(run.success))
    return np.reshape(held[:updates], (-1, every)).mean(axis=1)


curves = {
    "LSTM, $b_f=5$": opened,
    "LSTM, $b_f=1$": usual,
    "SRN": srn,
    "memory cut": blind,
}
curves = {
    name: np.array([smooth(r) for r in runs]) for name, runs in curves.items()
}
ax = figures.learning_curves(
    curves, steps=np.arange(5, 305, 10), baseline=0.5, baseline_label="guessing",
    xlabel="updates of 128 episodes", ylabel="share of right turns",
)  # fmt: skip
best = {name: rows[:, -1] for name, rows in curves.items()}
assert (best["LSTM, $b_f=5$"] > 0.9).sum() >= 4
assert (best["LSTM, $b_f=1$"] < 0.6).sum() >= 2
show(
    ax,
    alt="share of right turns over 300 updates, five seeds each: LSTMs with an open "
    "forget gate climb to one half and then, one after the other, to one; with the "
    "usual bias of one, and with SRNs, most stay at one half; the net without memory "
    "rises to one half and stays there",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# All nets first learn to walk; that brings them to one half. To leave the plateau takes memory. The LSTM with the usual
# forget bias is not much better than the SRN: with $b_f = 1$ only a few hundredths of a state are left after ten steps, and of the error as
# well. The cell alone is not the repair; the cell *with its gate open* is. On the stream of lesson 07 the bias hardly
# mattered; its rule does here: begin with a half-life near the time that must be bridged (2 steps for $b_f = 1$,
# 103 for 5).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where does it keep the sign?
#
# Send a trained LSTM through both mazes, and look for the unit whose state differs most
# at the junction.

# %%
net = opened[int(np.argmax(tested))].model
pair = Mazes(10, np.array([NORTH, SOUTH]), patience=50)
walked = walk(lstm, softmax, net, pair, None)
c = unroll(lstm, net.cell, walked.observations).states.c[:11]
unit = np.abs(c[-1, 0] - c[-1, 1]).argmax()

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## The sign, kept

# %% tags=["hide-input"]
assert walked.success.all()
ax = figures.task_examples(
    c[..., unit].T, ["sign: north", "sign: south"], ylabel="cell state $c_t$"
)
gap = np.abs(c[:, 0, unit] - c[:, 1, unit])
assert gap[-1] > 0.5 and gap[1:].min() > 0
show(
    ax,
    alt="the state of one cell in the two mazes: after the sign the lines part, and they "
    "drift further apart along the corridor, up to the junction",
    caption="The junction is step 11. The net amplifies: it need not store a clean bit.",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Search with a score only
#
# Forget the gradient altogether. A *fitness* $F(\theta)$ takes all weights and returns **one
# number**. It may have stairs, where a slope says nothing:


# %%
def stairs(theta):
    """Ten steps up to a top at (1, 1)."""
    return -np.floor(4 * np.hypot(*(theta - 1.0)))


theta = np.array([-0.7, -0.3])
hair = 1e-6
slope = [
    (stairs(theta + hair * e) - stairs(theta - hair * e)) / (2 * hair)
    for e in np.eye(2)
]
print("slope:", np.abs(slope))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## An evolution strategy
#
# Ask a cloud of neighbours, and move towards the fitter ones:
#
# $$\theta \leftarrow \theta + \frac{\eta}{n\, s} \sum_k u_k\, \epsilon_k$$
#
# $\epsilon_k$: random, each with its mirror image; $s$: the spread. $u_k$: the **rank** of
# $F(\theta + s\,\epsilon_k)$, from $-\frac12$ to $\frac12$.


# %%
def one_generation(F, theta, rng, n=20, s=0.4, rate=1.2):
    noise = rng.normal(size=(n // 2, len(theta)))
    noise = np.concatenate([noise, -noise])
    u = shaped_by_rank([F(theta + s * eps) for eps in noise])
    return theta + rate / (n * s) * (u @ noise), theta + s * noise, u


moved, points, u = one_generation(stairs, theta, np.random.default_rng(0))

# %% slideshow={"slide_type": "skip"}
tried = []
evolution_strategy(
    lambda w: tried.append(w.copy()) or stairs(w), theta,
    rng=np.random.default_rng(0),
    generations=1, population=20, spread=0.4, rate=1.2,
)  # fmt: skip
assert np.allclose(tried[-1], moved)
print("one generation of ours is one of the library's evolution_strategy")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## One generation on the stairs

# %% tags=["hide-input"]
x, y = np.linspace(-2, 2, 121), np.linspace(-1.8, 1.8, 109)
height = [[stairs(np.array([a, b])) for a in x] for b in y]
assert np.linalg.norm(moved - 1) < np.linalg.norm(theta - 1)
show(
    gradient_free.neighbours(points, u, theta, moved, (x, y, height)),
    alt="grey terraces rise to a top at (1, 1); around the centre stand twenty neighbours, "
    "filled on the side of the top, hollow on the other; an arrow leads from the centre "
    "towards the top",
    caption="Filled: fitter than the middle rank. Hollow: less fit. Size: how much.",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A genetic algorithm
#
# Keep many sets of weights. The fittest are parents; a child takes each weight from one
# of two parents, and **mutates**: a little noise on each.


# %%
def child(mother, father, rng, s):
    mixed = np.where(rng.random(len(mother)) < 0.5, mother, father)
    return mixed + s * rng.normal(size=len(mother))


rng = np.random.default_rng(0)
alive = theta + 0.3 * rng.normal(size=(20, 2))
for _ in range(30):
    parents = sorted(alive, key=stairs)[-5:]
    pairs = [rng.choice(5, 2, replace=False) for _ in range(19)]
    young = [child(parents[m], parents[f], rng, 0.3) for m, f in pairs]
    alive = [parents[-1], *young]  # the fittest lives on
assert max(map(stairs, alive)) == 0
print("after 30 generations: the top stair")

# %% [markdown] slideshow={"slide_type": "notes"}
# No derivative of anything. Both take a fitness as a black box, so it may be a walk through a maze, with the *likeliest* action taken at each
# step: no drawing, no noise. Ask what the fitness of a net in the maze looks like as a landscape. (Stairs: it walks or
# does not, it turns right in one maze or in both.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The same maze, bred
#
# Fitness: the mean return of two episodes, one for each sign. 16 units as before; 50 nets a generation, at most
# 40 generations; stop when both turns are right (above 3; without memory it is 1.95 at most).


# %% [markdown] slideshow={"slide_type": "subslide"}
# ## A fitness of two episodes


# %%
def both_signs(cell):
    def fitness(model):
        mazes = Mazes(10, np.array([NORTH, SOUTH]), patience=50)
        walked = walk(cell, softmax, model, mazes, None)
        return walked.rewards.sum(axis=0).mean()

    return fitness


def evolve(search, cell, seed, **settings):
    rng = np.random.default_rng(seed)
    start = init_model(rng, cell, softmax, inputs=3, units=16, outputs=4)
    return search(
        both_signs(cell), start, rng=rng, generations=40,
        stop=lambda history: history.best[-1] > 3, **settings,
    )  # fmt: skip


# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Both cells, both searches, and a control
#
# The control is **guessing**: draw all weights from a normal distribution, look, draw again.


# %% slideshow={"slide_type": "skip"}
def guess(cell, seed, most=1000):
    """Random weights, standard normal, until both turns are right."""

    def draw(rng):
        size = dict(inputs=3, units=16, outputs=4)
        model = init_model(rng, cell, softmax, **size)
        return map_arrays(lambda w: rng.normal(size=w.shape), model)

    rng = np.random.default_rng(seed)
    return random_guessing(
        both_signs(cell), draw, rng=rng, enough=3.0, trials=most
    )


# %%
ways = {
    ("GA", "SRN"): (genetic_algorithm, elman, dict(spread=0.5)),
    ("GA", "LSTM"): (genetic_algorithm, lstm, dict(spread=0.5)),
    ("ES", "SRN"): (evolution_strategy, elman, dict(spread=1.0, rate=2.0)),
    ("ES", "LSTM"): (evolution_strategy, lstm, dict(spread=1.0, rate=2.0)),
}
bred = {
    names: over_seeds(lambda s: evolve(*way[:2], s, **way[2]), SEEDS)
    for names, way in ways.items()
}
guessed = over_seeds(lambda s: guess(elman, s), SEEDS)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Counted in episodes

# %% tags=["hide-input"]
rows = {
    f"{search}, {cell}": [
        2 * r.evaluations for r in bred[search, cell] if r.fitness > 3
    ]
    for search, cell in ways
}
rows["guess, SRN"] = [2 * r.trials for r in guessed if r.solved]
rows["policy gradient,\nLSTM, $b_f=5$"] = [
    128 * len(r.success) for r in opened if recent(r) > 0.97
]
for name in ("GA, SRN", "ES, SRN", "guess, SRN"):
    assert len(rows[name]) == 5 and max(rows[name]) < 38_400 / 4
show(
    gradient_free.spread_on_log(
        rows, baseline=38_400, baseline_label="policy gradient: stopped",
        xlabel="episodes until both turns are right",
    ),
    alt="episodes on a log scale, a dot for each seed that got there: the genetic "
    "algorithm, the evolution strategy and guessing need tens to a thousand or so, for the "
    "SRN fewer than for the LSTM; policy gradient with the LSTM needs many thousands; "
    "a dashed line at 38,400 says where policy gradient with the SRN was stopped",
)  # fmt: skip
print("SRN by GA, by ES, by guessing: 5 of 5 seeds each,")
print("each seed with less than a quarter of 38,400 episodes")

# %% [markdown] slideshow={"slide_type": "notes"}
# The answer to the prediction. Weights that hold a bit for ten steps are *common* in an SRN. A likely reason: one unit with a
# strong self-connection saturates and holds, and lesson 03 says that through such a unit no error gets back. Who asks for
# no error is not troubled.
# Say the fine print aloud, too: the fitness sees both mazes, exactly and without noise; policy gradient must explore
# by drawing actions. A search that got stuck on 1.95 has no dot here. And the control is sobering: **guessing** finds
# such an SRN, too (lesson 10 warned of tasks with a long lag that a guess solves). So the plot shows that the net
# was able to do it all along, and that this way to its weights was not found by gradient. Why not is not measured here: error
# that vanishes is one candidate, the noise of drawn actions another. It does not show that evolution is clever.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## What a score cannot tell
#
# A score is one number for all weights; a gradient is one number **for each**. So the
# price of a score grows with the number of weights. Measure it where the gradient is
# trivial: climb $F(\theta) = -|\theta|^2$ from distance 1 to a fifth of it.


# %% slideshow={"slide_type": "skip"}
def price(weights, seed):
    """Tries of a genetic algorithm; gradient descent needs one step."""
    rng = np.random.default_rng(seed)
    start = rng.normal(size=weights)
    return genetic_algorithm(
        lambda w: -float(w @ w), start / np.linalg.norm(start), rng=rng,
        generations=1500, population=20, spread=0.1 / np.sqrt(weights),
        stop=lambda history: history.best[-1] > -0.04,
    ).evaluations  # fmt: skip


tries = {n: [price(n, seed) for seed in SEEDS] for n in (4, 64)}
assert max(tries[4]) * 2 < min(tries[64])
print("64 weights take more than twice the tries of 4 weights, 5 of 5 seeds")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Does everything have to be searched?
#
# A net shall **go on by itself** with a sum of sines. It is told 250 steps; then its own
# output is its next input, for 200 steps.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## The series, and the error alone
#
# *Normalised* squared error (NMSE): divided by the variance of the series.

# %%
TOLD, ALONE, WASHOUT = 250, 200, 50


def sines(*frequencies):
    t = np.arange(TOLD + ALONE)
    return np.sin(np.outer(t, frequencies)).sum(axis=1, keepdims=True)


def error_alone(model, series):
    """Squared error of the continuation; a constant at the mean gets 1."""
    alone = generate(model, series[:TOLD], ALONE)
    return normalised_error(alone, series[TOLD:])


two, three = sines(0.2, 0.311), sines(0.2, 0.311, 0.42)

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
constant = np.full((ALONE, 1), two[TOLD:].mean())
assert np.isclose(normalised_error(constant, two[TOLD:]), 1)
print("a constant at the mean of what is to come: error 1")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## By gradient: good at one step, not alone
#
# Ten cells, 200 updates of Adam by backpropagation through time, told the true series. The cell is the one
# that Evolino uses, an LSTM but for two squashes.


# %%
def by_gradient(seed, updates=200, window=100):
    rng = np.random.default_rng(seed)
    model = init_model(rng, evolino_lstm, linear, inputs=1, units=10, outputs=1)
    x = np.concatenate([np.zeros((1, 1)), two[: TOLD - 1]])  # the step before

    def batch_gradient(model):
        at = rng.integers(TOLD - window, size=4)[:, None] + np.arange(window)
        xs, ys = x[at].swapaxes(0, 1), two[at].swapaxes(0, 1)
        return loss_and_gradient(evolino_lstm, linear, model, xs, ys)

    model = fit(batch_gradient, model, Adam(0.02), updates, clip=1.0).params
    said = predict(evolino_lstm, linear, model, x)
    return normalised_error(said[WASHOUT:], two[WASHOUT:TOLD]), model


# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Five nets, told and alone

# %%
taught = over_seeds(by_gradient, SEEDS)
one_step = [error for error, _ in taught]
alone = [error_alone(model, two) for _, model in taught]
assert max(one_step) < 0.02 and min(alone) > 0.1
print("one step ahead: error below 0.02, in 5 of 5 seeds")
print("alone: above 0.1, in 5 of 5 seeds")

# %% [markdown] slideshow={"slide_type": "notes"}
# A small error is fed back, and becomes the next input, and so on. What was trained is one step; what is asked is two hundred. This is no proof
# that gradients cannot do it: with more updates these nets get better. It shows that a good score
# at one step promises little for the journey.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Solve for the output weights
#
# Leave the hidden weights **as they were drawn**. Tell the net the series, write its
# states as rows of $H$, and ask for $H V^\top \approx Y$. The best $V$ needs no search:
#
# $$V^\top = H^{+}\, Y \qquad H^{+}:\ \text{the pseudo-inverse of } H$$

# %%
rng = np.random.default_rng(0)
cell = random_hidden(rng, units=10, outputs=1)
told = np.concatenate([np.zeros((1, 1)), two[: TOLD - 1]])
H = unroll(evolino_lstm, cell, told).states.h[WASHOUT:]
Y = two[WASHOUT:TOLD]
V = (np.linalg.pinv(H, rcond=1e-10) @ Y).T
assert np.allclose(V, by_pseudo_inverse(H, Y).V)
residue = Y - H @ V.T
assert np.abs(H.T @ residue).max() < 1e-6
print("what is left is orthogonal to all states: no V is better")

# %% [markdown] slideshow={"slide_type": "skip"}
# The first 50 steps are the *washout*: the state still remembers that it started at zero, so they
# do not count. The two differences of Evolino's cell from the LSTM: its candidate is linear, and its
# output gate stands inside the $\tanh$, $h_t = \tanh(o_t c_t)$. The weights of the fed-back output are
# scaled down by `feedback`: the smaller, the nearer the net is to a linear one.


# %% slideshow={"slide_type": "skip"}
def solved(rng, series, units, count, feedback):
    """Random nets with solved outputs: (net, fitness) for each."""
    cells = [random_hidden(rng, units, 1, feedback=feedback)
             for _ in range(count)]  # fmt: skip
    told = series[:TOLD]
    return solved_side_by_side(cells, told, WASHOUT, by_pseudo_inverse)


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Random nets, solved: a lottery

# %%
drawn = solved(np.random.default_rng(1), two, 10, 100, feedback=0.1)
lottery = np.array([error_alone(net, two) for net, _ in drawn])
good = (lottery < 0.05).sum()
assert 0 < good < 40 and np.median(lottery) > 0.2
print("of 100 random nets fewer than 40, but some, have an error below 0.05")

# %% [markdown] slideshow={"slide_type": "notes"}
# Solving costs one pseudo-inverse, and some of the nets are excellent. So: keep the solving, and look for good hidden
# weights. A net is worth what the *solved* net does alone on the told part, after the washout.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Evolino: evolve the hidden, solve the outputs
#
# - Each unit has a **population** of its own: 40 sets of all weights into that unit.
# - A net is one member from each population; its outputs are solved; its **fitness** is
#   $-\log_{10}$ of the error it then makes alone.
# - Members of the best quarter of nets replace those of the worst, with a little noise;
#   if nothing gets better for ten generations, all restart around the best.

# %%
evolved = over_seeds(
    lambda s: evolino(two[:TOLD], rng=np.random.default_rng(s), units=10,
                      generations=20, washout=WASHOUT, feedback=0.1),
    SEEDS,
)  # fmt: skip
ours = [error_alone(result.params, two) for result in evolved]
assert max(ours) < 0.05
print("two sines, alone: error below 0.05, in 5 of 5 seeds")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Told, then alone

# %% tags=["hide-input"]
middle = int(np.argsort(alone)[2])
ax = gradient_free.continued(
    two[150:400, 0],
    {
        "by gradient": generate(taught[middle][1], two[:TOLD], 150)[:, 0],
        "evolved": generate(evolved[0].params, two[:TOLD], 150)[:, 0],
    },
    start=100,
)
show(
    ax,
    alt="a sum of two sines as a wide grey line, told for a hundred steps and then not: the "
    "dashed line of the evolved net stays on it for 150 steps, the net "
    "trained by gradient leaves it",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Is it the evolution?
#
# Evolution tried $20 \times 40 = 800$ nets. Draw 800 **random** nets, solve each, keep the fittest: the
# same cost, no evolution. Then three sines, 15 cells, and $60 \times 40 = 2400$ nets.


# %% [markdown] slideshow={"slide_type": "subslide"}
# ## As many random nets


# %%
def lucky(seed, series, units, generations, feedback):
    """The fittest of as many random nets as evolution tries."""
    rng = np.random.default_rng([seed, 1])
    best = [
        max(solved(rng, series, units, 40, feedback), key=lambda net: net[1])
        for _ in range(generations)
    ]
    return max(best, key=lambda net: net[1])


def bred_for_three(seed):
    return evolino(three[:TOLD], rng=np.random.default_rng(seed), units=15,
                   generations=60, washout=WASHOUT, feedback=0.03)  # fmt: skip


lucky_two = over_seeds(lambda s: lucky(s, two, 10, 20, 0.1), SEEDS)
evolved_three = over_seeds(bred_for_three, SEEDS)
lucky_three = over_seeds(lambda s: lucky(s, three, 15, 60, 0.03), SEEDS)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Two sines: no. Three sines: yes

# %% tags=["hide-input"]
errors = {
    "2 sines, by gradient": alone,
    "2 sines, evolved": ours,
    "2 sines, random": [error_alone(net, two) for net, _ in lucky_two],
    "3 sines, evolved": [error_alone(r.params, three) for r in evolved_three],
    "3 sines, random": [error_alone(net, three) for net, _ in lucky_three],
}
assert max(errors["2 sines, random"]) < 0.1
fitness = [
    result.fitness - net[1]
    for result, net in zip(evolved_three, lucky_three, strict=True)
]
assert sum(ahead > 0.3 for ahead in fitness) >= 4
low, high = errors["3 sines, evolved"], errors["3 sines, random"]
assert np.median(low) < np.median(high)
show(
    gradient_free.spread_on_log(
        errors, baseline=1.0, baseline_label="constant", xlabel="error alone (NMSE)"
    ),
    alt="error of the continuation on a log scale, five seeds each: two sines, evolved and "
    "fittest random nets overlap, both far left of the constant and of the nets trained by "
    "gradient; three sines, evolved nets are mostly left of random ones",
)  # fmt: skip
print("two sines: both below 0.1, in 5 of 5 seeds")
print("three sines, told part: evolution has half the error or less,")
print("at least 4 of 5 seeds; alone, its median error is the lower one")

# %% [markdown] slideshow={"slide_type": "notes"}
# A control that is often left out. On two sines the work is done by the *solving* and by selecting; the evolving adds nothing
# that counts. With three sines and more cells a random net is rarely good, and evolution
# pays. Ask: what would you have reported with two sines and no control?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Solve with a support vector machine
#
# Another right answer for $V$: errors within a **margin** $m$ cost nothing, small weights are preferred:
#
# $$\tfrac12 \big(|V|^2 + d^2\big) + C \sum_t \max\big(0,\; |y_t - target_t| - m\big)^2$$


# %%
def with_machine(seed):
    return evolino(two[:TOLD], rng=np.random.default_rng(seed), units=10,
                   generations=10, washout=WASHOUT, feedback=0.1,
                   readout=by_support_vectors)  # fmt: skip


machines = over_seeds(with_machine, SEEDS)
errors_machine = [error_alone(r.params, two) for r in machines]
assert max(errors_machine) < 0.1
print("with support vectors, two sines: below 0.1, in 5 of 5 seeds")

# %% slideshow={"slide_type": "skip"}
# Within the margin nothing costs: the smallest V is then no V at all.
wide = by_support_vectors(H, Y, margin=3.0)
assert np.abs(Y).max() < 3 and np.allclose(wide.V, 0)
sizes = [
    np.abs(by_support_vectors(H, Y, margin=m, cost=10.0).V).sum()
    for m in (0.0, 1.0)
]
assert sizes[1] < sizes[0]
print("a wider margin, smaller weights; wide enough, none")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Check yourself
#
# Look at the plot of the five rows again. What does "2 sines, random" say?
#
# 1. Random nets are as good as trained ones.
# 2. Of 800 random nets, the fittest goes on about as well as one that was evolved.
# 3. Evolution strategies and genetic algorithms are random search.
# 4. The hidden weights do not matter.

# %% [markdown] slideshow={"slide_type": "notes"}
# 1 no: most of 100 random nets failed, and those in the plot were selected. 2 yes. 3 no: on three sines
# evolution is ahead. 4 no: if they did not matter, no selection would be needed.

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Answers, with a reason for each option</summary>
#
# 1. **No.** A single random net is a lottery: most of a hundred failed. Each dot is the
#    fittest of 800.
# 2. **Yes.** Same cost, no evolution, and the two rows overlap. On this task the gain comes from
#    solving the outputs and from choosing.
# 3. **No.** On three sines the evolved nets are fitter than the best of as many random ones (in at least 4 of 5
#    seeds), so what earlier generations found helps there.
# 4. **No.** If they did not matter, all random nets would do equally well, and there would be nothing to select.
#
# </details>
#
# More questions wait in the
# [quiz](../exercises/quiz_recurrent_networks/quiz_recurrent_networks.ipynb).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# - No teacher needed: **make likelier what went better than usual**. Through the net, that is still
#   backpropagation, and vanishes as it does.
# - A score alone can be enough: the SRN that policy gradient did not train was bred, or
#   guessed. *Expressible* is not *learnable by gradient*.
# - Search only what must be searched: **output weights can be solved for**.
# - Compare with guessing, at equal cost, before you thank evolution.
#
# Next: [16 Applications](16_applications.ipynb), what recurrent memory was used for.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Further reading
#
# - R. J. Williams 1992, *Simple statistical gradient-following algorithms for connectionist
#   reinforcement learning*: REINFORCE.
# - B. Bakker 2002, *Reinforcement learning with long short-term memory*: the T-maze, with
#   corridors of up to 70 cells, by another algorithm (advantage learning).
# - D. Wierstra, A. Foerster, J. Peters and J. Schmidhuber 2007, *Solving deep memory POMDPs with
#   recurrent policy gradients*: policy gradient through an LSTM.
# - J. Schmidhuber, D. Wierstra, M. Gagliolo and F. Gomez 2007, *Training recurrent networks by
#   Evolino*, Neural Computation 19(3), 757-779.
# - J. H. Holland 1975, *Adaptation in natural and artificial systems*: genetic algorithms.
# - T. Salimans and others 2017, *Evolution strategies as a scalable alternative to reinforcement
#   learning*.
# - H. Jaeger 2001, *The "echo state" approach to analysing and training recurrent neural networks*:
#   solved outputs on random hidden weights.
