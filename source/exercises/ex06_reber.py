# %% [markdown]
# # Exercise 6: the Reber grammars
#
# **You write** a generator of strings from a drawn automaton, then a score that cannot be fooled.
# Then you train three nets: a simple recurrent net (SRN) on the Reber grammar (RG), the same on the
# embedded Reber grammar (ERG), and an LSTM on the ERG. At the end you explain, in your own words,
# what came out.
#
# **You need** lessons [07 forget gates](../../notebooks/07_forget_gates.ipynb) and
# [09 Reber grammars](../../notebooks/09_reber_grammars.ipynb). **It takes** about 100 minutes;
# the training in part 3 runs for about half a minute in all:
#
# | part | you write | minutes | points |
# |---|---|---|---|
# | 1 the grammars | `generate_reber`, `legal_next`, and both for the embedded grammar | 40 | 17 |
# | 2 the task and its score | `encode`, `score`, `blind_score` | 25 | 8 |
# | 3 three nets | the training, three predictors, `verdict` | 15 | 10 |
# | 4 explain | two answers in words | 20 | 8 |
#
# Write your answer in place of `raise NotImplementedError()` and run the check below it. Stuck? Run
# `hint("generate_reber")`; every call goes one step further.

# %%
import numpy as np

from coursekit import check, hint

# %% [markdown]
# ## 1. The grammars
#
# The automaton below writes strings. It begins at the left, follows one arrow after the other,
# writes the symbol of each, and stops at the right. Where two arrows leave a state, each is taken
# with probability 1/2.

# %%
from coursekit import figures, show

show(
    figures.reber_automaton(),
    alt="Reber automaton: B leads into the first state; from there T to the upper left or P to the"
    " lower left state; upper left: S loops, X goes to the upper right; lower left: T loops, V goes"
    " to the lower right; upper right: X goes back to the lower left, S to the last state; lower"
    " right: P goes to the upper right, V to the last state; E ends",
    caption="The Reber grammar. BTSXSE is one of its strings.",
)

# %% [markdown]
# Write the automaton as a dict, and a generator that walks through it. All chance comes from `rng`,
# so that the same seed gives the same string. Where a cell has two gaps, as the next one, the upper is
# the body of the function; the lower, in the open, is for what the function uses, here the dict.


# %% answer="generate_reber"
def generate_reber(rng):
    """One string of the Reber grammar, such as "BTSXSE".

    Args:
        rng: the np.random.Generator that makes all choices.
    """
    ### BEGIN SOLUTION
    state, string = "start", ""
    while state != "end":
        arrows = ARROWS[state]
        way = int(rng.integers(len(arrows)))
        symbol, state = arrows[way]
        string += symbol
    return string
    ### END SOLUTION


### BEGIN SOLUTION
# The automaton; legal_next will need it again. State: the arrows that leave it, each with its
# symbol and the state that it leads to.
ARROWS = {
    "start": [("B", "first")],
    "first": [("T", "upper left"), ("P", "lower left")],
    "upper left": [("S", "upper left"), ("X", "upper right")],
    "lower left": [("T", "lower left"), ("V", "lower right")],
    "upper right": [("X", "lower left"), ("S", "last")],
    "lower right": [("P", "upper right"), ("V", "last")],
    "last": [("E", "end")],
    "end": [],
}
### END SOLUTION

# %% check="generate_reber"
check("generate_reber", generate_reber)

# %% [markdown]
# The check draws 800 strings. Each must belong to the grammar, and each way must come about equally
# often. (How can a check on chance be fair? It raises an alarm only if the shares are so uneven
# that a right generator would show them less than once in a hundred million times.)
#
# If you want a nudge, this is what it looks like:

# %%
hint("generate_reber")

# %% [markdown]
# Now the other direction: given the beginning of a string, which symbols may follow? After `BT`
# these are `S` and `X`. Every symbol between `B` and `E` stands on two arrows, so the last symbol
# does not tell; the state does.


# %% answer="legal_next"
def legal_next(prefix):
    """The symbols that may follow a prefix of a Reber string: legal_next("BT") is "SX".

    Any order will do. After a complete string, and after a prefix that no Reber string begins
    with, nothing may follow: return "".
    """
    ### BEGIN SOLUTION
    state = "start"
    for symbol in prefix:
        following = dict(ARROWS[state])
        if symbol not in following:
            return ""
        state = following[symbol]
    return "".join(symbol for symbol, _ in ARROWS[state])
    ### END SOLUTION


# %% check="legal_next"
check("legal_next", legal_next)

# %% [markdown]
# ### The embedded grammar
#
# An embedded Reber string is `B`, then `T` or `P` with equal odds, then a whole Reber string with
# its own `B` and `E`, then **the same** `T` or `P` once more, then `E`:

# %%
show(
    figures.embedded_reber_automaton("BTBTXSETE"),
    alt="Embedded Reber automaton: B, then T into an upper copy of the whole Reber automaton or P"
    " into a lower copy; out of the upper copy leads T, out of the lower P; then E. The path of the"
    " string BTBTXSETE goes through the upper copy",
    caption="Two identical copies. Nothing inside a copy tells which of the two it is.",
)

# %% [markdown]
# `min_length` counts all symbols, the frame's four too. A string that is too short is thrown away,
# and a new one is drawn.


# %% answer="generate_embedded"
def generate_embedded(rng, min_length=0):
    """One string of the embedded Reber grammar, such as "BTBTXSETE", of min_length or more."""
    ### BEGIN SOLUTION
    while True:
        outer = "TP"[rng.integers(2)]
        string = "B" + outer + generate_reber(rng) + outer + "E"
        if len(string) >= min_length:
            return string
    ### END SOLUTION


# %% check="generate_embedded"
check("generate_embedded", generate_embedded)


# %% answer="legal_next_embedded"
def legal_next_embedded(prefix):
    """The symbols that may follow a prefix of an embedded Reber string; as for legal_next."""
    ### BEGIN SOLUTION
    if prefix in ("", "B"):
        return {"": "B", "B": "TP"}[prefix]
    if prefix[:2] not in ("BT", "BP"):
        return ""
    outer, inside = prefix[1], prefix[2:]
    inner, inner_end, rest = inside.partition("E")
    if not inner_end:
        return legal_next(inside)
    if "E" not in legal_next(inner):
        return ""
    # The inner string is complete; the frame is still to be closed.
    return {"": outer, outer: "E"}.get(rest, "")
    ### END SOLUTION


# %% check="legal_next_embedded"
check("legal_next_embedded", legal_next_embedded)

# %% [markdown]
# ## 2. The task and its score
#
# A net reads a string symbol by symbol and says after each what comes next. Inputs and targets are
# one-hot: one row a step, one column a symbol, in this order:

# %%
ALPHABET = "BTSXPVE"

# %% [markdown]
# The target of a step is the symbol that comes next. After the last symbol nothing comes, so a
# string of $n$ symbols makes $n - 1$ steps.


# %% answer="encode"
def encode(string):
    """One-hot inputs and targets of a string.

    Returns:
        {"inputs": array, "targets": array}, each of shape (len(string) - 1, 7).
    """
    ### BEGIN SOLUTION
    rows = np.eye(len(ALPHABET))[[ALPHABET.index(symbol) for symbol in string]]
    return {"inputs": rows[:-1], "targets": rows[1:]}
    ### END SOLUTION


# %% check="encode"
check("encode", encode)

# %% [markdown]
# When is a prediction right? At most steps two symbols are legal, and chance decides between them.
# So a prediction counts as right if it is **one of the legal symbols**. Write two scores:
#
# - `pooled`: the share of right predictions, all steps of all strings alike;
# - `long_range`: the share of strings in which the **last but one** symbol, the second of the outer
#   two, was predicted right. At that step exactly one symbol is legal.
#
# Predictions come as strings: `predicted[n][t]` is the guess after `strings[n][t]` has been read.


# %% answer="score"
def score(strings, predicted):
    """Score guesses on embedded Reber strings.

    Args:
        strings: a list of embedded Reber strings.
        predicted: for each of them a string of guesses, one symbol shorter.

    Returns:
        {"pooled": number, "long_range": number}, both between 0 and 1.
    """
    ### BEGIN SOLUTION
    legal, remembered = [], []
    for string, guesses in zip(strings, predicted, strict=True):
        for t, guess in enumerate(guesses):
            legal.append(guess in legal_next_embedded(string[: t + 1]))
        remembered.append(guesses[-2] == string[-2])
    return {
        "pooled": float(np.mean(legal)),
        "long_range": float(np.mean(remembered)),
    }
    ### END SOLUTION


# %% check="score"
check("score", score)

# %% [markdown]
# No score without its baseline. Think of a predictor that knows the grammar by heart but **forgets
# the outer symbol**: it is right at every step, and tosses a coin at the long-range step. **Guess**
# its pooled score before you compute it: 50 %, 75 %, 95 %?


# %% answer="blind_score"
def blind_score(strings):
    """The score to be expected, on these strings, of the predictor that forgets the outer symbol.

    Returns:
        {"pooled": number, "long_range": number}; no chance is involved, so compute it.
    """
    ### BEGIN SOLUTION
    steps = sum(len(string) - 1 for string in strings)
    lost = 0.5 * len(strings)  # one step a string, wrong half of the time
    return {"pooled": 1 - lost / steps, "long_range": 0.5}
    ### END SOLUTION


# %% check="blind_score"
check("blind_score", blind_score)

# %% [markdown]
# ## 3. Three nets
#
# The course's own cells, 32 units each, the softmax read-out, and Adam. Both kinds of net are
# trained by the *full* gradient through time, with the same settings, but for the forget gate's first
# bias, which an SRN does not have. Your `encode` feeds them.

# %%
from coursekit import training
from coursekit.cells import elman, lstm
from coursekit.training import softmax

SEEDS = (1, 2, 3)
UNITS = 32


def batch_of(strings):
    """Your encodings side by side, (time, batch, 7), and a mask that marks the real steps."""
    codes = [encode(string) for string in strings]
    steps = max(len(code["inputs"]) for code in codes)
    inputs, targets = np.zeros((2, steps, len(strings), len(ALPHABET)))
    mask = np.zeros((steps, len(strings)), dtype=bool)
    for n, code in enumerate(codes):
        length = len(code["inputs"])
        inputs[:length, n], targets[:length, n] = (
            code["inputs"],
            code["targets"],
        )
        mask[:length, n] = True
    return inputs, targets, mask


def predict(cell, model, strings):
    """The likeliest next symbol after each symbol but the last: one string of guesses a string."""
    inputs, _, _ = batch_of(strings)
    best = training.predict(cell, softmax, model, inputs).argmax(axis=-1)
    return [
        "".join(ALPHABET[k] for k in best[: len(string) - 1, n])
        for n, string in enumerate(strings)
    ]


def train(cell, strings, seed, updates, enough=None):
    """Train on batches of 32 strings; stop early once enough(model) is true."""
    rng = np.random.default_rng(seed)
    model = training.init_model(
        rng, cell, softmax, inputs=7, units=UNITS, outputs=7
    )

    if cell is lstm:
        # Forget gates that start well open: half is left after 14 steps, about the lag here.
        # (The stream of lesson 07 wanted less, since nothing was reset. Here each string
        # starts from zero.)
        model = model._replace(
            cell=model.cell._replace(b_f=np.full(UNITS, 3.0))
        )

    def one_batch(model):
        chosen = [strings[k] for k in rng.integers(len(strings), size=32)]
        return training.loss_and_gradient(
            cell, softmax, model, *batch_of(chosen)
        )

    stop = (lambda history: history.scores[-1]) if enough else None
    fitted = training.fit(
        one_batch, model, training.Adam(0.02), updates, clip=1.0, score=enough, stop=stop,
        score_every=100,
    )  # fmt: skip
    return fitted.params


# %% [markdown]
# ### SRN on RG
#
# Draw 1000 Reber strings with your generator, and train one net for each seed, 300 updates each:
# `train(elman, strings, seed, updates=300)`. Keep the nets in a list. Your function predicts with
# the first of them.


# %% answer="predict_srn_rg"
def predict_srn_rg(strings):
    """The guesses of your first SRN on Reber strings."""
    ### BEGIN SOLUTION
    return predict(elman, srn_rg[0], strings)
    ### END SOLUTION


### BEGIN SOLUTION
rng = np.random.default_rng(60)
reber_strings = [generate_reber(rng) for _ in range(1000)]
srn_rg = [train(elman, reber_strings, seed, updates=300) for seed in SEEDS]
### END SOLUTION

# %% check="predict_srn_rg"
check("predict_srn_rg", predict_srn_rg)

# %% [markdown]
# ### SRN on ERG
#
# Now strings of the embedded grammar, **only long ones**: 16 symbols or more, so that the two outer
# symbols are 13 or more apart. `remembers` says when a net can stop early: when it has the outer
# symbol right in 99 % of 200 strings.

# %%
MIN_LENGTH = 16


def embedded_strings(seed, count, min_length=0):
    """A list of strings from your generator."""
    rng = np.random.default_rng(seed)
    return [generate_embedded(rng, min_length) for _ in range(count)]


def remembers(cell, strings):
    """A question to a net: has it learned the long-range step of these strings?"""
    some = strings[:200]
    return lambda model: (
        score(some, predict(cell, model, some))["long_range"] >= 0.99
    )


# %% [markdown]
# Draw 1000 strings by `embedded_strings(61, 1000, MIN_LENGTH)`, keep them as `long_strings`, and
# train one SRN for each seed, 2000 updates at most:
# `train(elman, long_strings, seed, updates=2000, enough=remembers(elman, long_strings))`.
# Keep the nets in the list `srn_erg`. **Predict:** how large will its two scores be?


# %% answer="predict_srn_erg"
def predict_srn_erg(strings):
    """The guesses of your first SRN on embedded Reber strings."""
    ### BEGIN SOLUTION
    return predict(elman, srn_erg[0], strings)
    ### END SOLUTION


### BEGIN SOLUTION
long_strings = embedded_strings(61, 1000, MIN_LENGTH)
srn_erg = [
    train(
        elman,
        long_strings,
        seed,
        updates=2000,
        enough=remembers(elman, long_strings),
    )
    for seed in SEEDS
]
### END SOLUTION

# %% check="predict_srn_erg"
check("predict_srn_erg", predict_srn_erg)

# %% [markdown]
# ### LSTM on ERG
#
# The same `long_strings`, the cell `lstm`, at most 2000 updates (it stops when it has learned);
# keep the nets in the list `lstm_erg`. Like the training before, it takes about ten seconds.


# %% answer="predict_lstm_erg"
def predict_lstm_erg(strings):
    """The guesses of your first LSTM on embedded Reber strings."""
    ### BEGIN SOLUTION
    return predict(lstm, lstm_erg[0], strings)
    ### END SOLUTION


### BEGIN SOLUTION
lstm_erg = [
    train(
        lstm,
        long_strings,
        seed,
        updates=2000,
        enough=remembers(lstm, long_strings),
    )
    for seed in SEEDS
]
### END SOLUTION

# %% check="predict_lstm_erg"
check("predict_lstm_erg", predict_lstm_erg)

# %% [markdown]
# ### What the minimum length does
#
# One more training of the SRN: the same net, the same number of updates, but strings of **any**
# length, as the grammar gives them. They are 12 symbols long on average, and a quarter of them has
# only 9.

# %%
any_strings = embedded_strings(62, 1000)
srn_any = [
    train(
        elman,
        any_strings,
        seed,
        updates=2000,
        enough=remembers(elman, any_strings),
    )
    for seed in SEEDS
]

# %% [markdown]
# ### Side by side
#
# All on fresh strings: the nets of the long strings on new long strings, the last net on new
# strings of any length.

# %%
test_rg = [generate_reber(np.random.default_rng(1000 + n)) for n in range(300)]
test_long, test_any = (
    embedded_strings(63, 300, MIN_LENGTH),
    embedded_strings(64, 300),
)


def pooled_rg(model):
    """The pooled score on the plain grammar, which has no long-range step."""
    predicted = predict(elman, model, test_rg)
    pairs = zip(test_rg, predicted, strict=True)
    return np.mean(
        [g in legal_next(s[: t + 1]) for s, p in pairs for t, g in enumerate(p)]
    )


results = {
    "SRN on ERG": [
        score(test_long, predict(elman, m, test_long)) for m in srn_erg
    ],
    "LSTM on ERG": [
        score(test_long, predict(lstm, m, test_long)) for m in lstm_erg
    ],
    "SRN on ERG, any length": [
        score(test_any, predict(elman, m, test_any)) for m in srn_any
    ],
}

figure, (left, right) = figures.axes(columns=2, size=(11, 4.8))
short_names = {
    name: name.replace(" on ERG", "").replace(", ", "\n") for name in results
}
for ax, which in ((left, "pooled"), (right, "long_range")):
    bars = {
        short_names[name]: [s[which] for s in scores]
        for name, scores in results.items()
    }
    figures.compare_scores(bars, baseline=blind_score(test_long)[which], ax=ax)
    ax.set_title(which)
show(
    figure,
    alt="two groups of bars for three nets on the embedded grammar; by the pooled score all three"
    " look about as good as the predictor without memory or better; at the long-range step the SRN"
    " trained on long strings stays at the level of a coin, the other two are near one",
    caption="A dot for each seed. The dashed line is the predictor that forgets the outer symbol.",
)


# %%
def verdict_on(values):
    """Learned or not, with a gap between, so that no verdict hangs on a digit."""
    learned = sum(value >= 0.9 for value in values)
    missed = sum(value <= 0.75 for value in values)
    return (
        f"learned by {learned}, not learned by {missed} of {len(values)} seeds"
    )


print("SRN on RG:", verdict_on([pooled_rg(model) for model in srn_rg]))
for name, scores in results.items():
    print(f"{name}:", verdict_on([s["long_range"] for s in scores]))

# %% [markdown]
# Write down what you see: for each net, has it learned its task? `True` or `False`.

# %% answer="verdict"
# {"SRN on RG": ..., "SRN on ERG": ..., "LSTM on ERG": ..., "SRN on ERG, any length": ...}
verdict = None
### BEGIN SOLUTION
verdict = {
    "SRN on RG": True,
    "SRN on ERG": False,
    "LSTM on ERG": True,
    "SRN on ERG, any length": True,
}
### END SOLUTION

# %% check="verdict"
check("verdict", verdict)

# %% [markdown]
# ## 4. Explain
#
# A person reads these two answers. Five sentences each are enough; numbers make them better.
#
# **Why does the pooled score of the SRN on ERG look good, although the net has no memory of the
# outer symbol?** Say what it should be compared with, and what to report in its place. (4 points)

# %% [markdown] open="q_pooled_score"
# At nearly every step the last few symbols settle what may follow: the inner grammar is small, and
# within it an SRN needs to look back only a few steps. The outer symbol matters at one step of
# each string. A string has 12 symbols on average, so 11 predictions; one of them is the long-range
# step, and a coin is right there half the time. A predictor without that memory therefore expects
# to be right in $1 - 0.5/11 = 95.5\,\%$ of all steps, and on long strings in still more, because
# the one step is diluted among more others. The SRN's pooled score has to be compared with this
# baseline, not with 0 or 50 %: then it is seen to show nothing. What to report is the score of the
# long-range step alone, where chance is 50 %.

# %% [markdown]
# **What does the minimum length change in training, and why?** The SRN learned the embedded grammar
# from strings of any length, and did not from long ones alone; the LSTM did. (4 points)

# %% [markdown] open="q_minimum_length"
# In strings of any length the two outer symbols are often close: a quarter of all strings has 9
# symbols, and then they are 6 apart. Over so few steps the SRN's gradient, a product of one
# Jacobian a step, still arrives. So the SRN first learns to carry the symbol through short strings,
# and what carries it for 6 steps helps for 8 and 10: short strings are stepping stones.
#
# With at least 16 symbols they are 13 or more apart. The product has vanished to almost nothing,
# and its share of the gradient drowns in that of the other steps, so nothing tells the net to keep
# the symbol. The net is not unable to hold it, since the same net learned to; it is not *taught*
# to.
#
# The LSTM's error comes back along the cell state, multiplied by the forget gate only, which starts
# at $\sigma(3) \approx 0.95$: after 12 steps more than half of it is left. So the LSTM needs no
# short strings.

# %% [markdown]
# ## What you take away
#
# - A score means something only beside the score of a predictor that lacks what you test for.
# - "Learns the embedded Reber grammar" depends on the lengths of the strings. Say them.
# - A plain recurrent net can *hold* a symbol; over long lags it is not *told* to.
#
# **Hand in:** save the notebook and run `coursekit check ex06_reber.ipynb` in a terminal. It runs
# every check once more and packs the zip.
