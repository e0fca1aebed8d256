# %% [markdown] slideshow={"slide_type": "slide"}
# # Memory
#
# Lesson 01 · 45 minutes
#
# **You will**
#
# - see why a net needs a memory, and tell its two kinds of memory apart,
# - train NetTalk, the best known net with a sliding window, and find what it cannot do,
# - build a simple recurrent net, and measure where it wins, where it does not, and where
#   it fails.

# %% [markdown] slideshow={"slide_type": "skip"}
# **You need** Python with NumPy, matrix products, and an idea of how a feed-forward net
# works: a layer of *units* multiplies its input by weights, adds a bias, and squashes the
# sum; training follows the gradient of a loss downhill. Nothing about recurrent nets.
#
# | part | minutes |
# |---|---|
# | A prediction | 3 |
# | Why memory, and which kinds | 7 |
# | The sliding window | 10 |
# | One step too far | 5 |
# | The simple recurrent net | 10 |
# | Does it win? | 5 |
# | Expressible is not learnable | 5 |

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
import numpy as np

from coursekit import figures, show
from coursekit.cells import elman, sigmoid, softmax
from coursekit.cells.parameters import count
from coursekit.gradients import unroll
from coursekit.tasks import Latch
from coursekit.tasks import spoken_words as spoken
from coursekit.training import (
    Adam,
    fit,
    init_model,
    logistic,
    loss_and_gradient,
    over_seeds,
    predict,
    sliding_window,
)
from coursekit.training import softmax as softmax_readout

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Predict before you run
#
# A feed-forward net looks at the last **seven** steps of a sequence. The answer at the
# end, yes or no, depends on one step only. If that is the oldest step it sees, it learns
# to answer without an error.
#
# Now the answer depends on the step **just before** that one. You train for as long, on
# as many examples. What share of its answers is right?
#
# 1. nearly all: one step more cannot matter much
# 2. about three quarters
# 3. one half
#
# And a net with a memory of its own: will it do better, and for how many steps?
# Write both answers down.

# %% [markdown] slideshow={"slide_type": "notes"}
# Answer: 3. What is outside the window does not exist for the net, so it guesses; see "One
# step too far". The second question is answered at the end, see "One step longer, and
# longer still": it does better, but hardly for as long as people expect.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Same letter, other sound
#
# You read *cat* and *city* aloud. The first letter is the same, its sound is not. How
# many sounds has each letter in a list of 205 common words?

# %%
sounds = {letter: set() for letter in "abco"}
for word in spoken.WORDS:
    for letter, sound in zip(word.letters, word.phonemes, strict=True):
        sounds.get(letter, set()).add(sound)
for letter, heard in sounds.items():
    print(f"{letter} has {len(heard):2} sounds:", *sorted(heard))
print(f"best guess from the letter: {spoken.letter_alone_score():.0%} right")

# %% [markdown] slideshow={"slide_type": "skip"}
# Each sound is one symbol: *s* as in *city*, *k* as in *cat*, *C* as in *chair*, and so on;
# the dash is a letter that nobody hears. The list and its symbols are our own, and much
# simplified.
#
# The last line is the best that any function of the letter **alone** can do: it gives
# every letter its commonest sound. No net, however large, gets above it while it sees one
# letter at a time and remembers nothing. It is our *memory-free baseline*. You will meet
# one beside every score of this course.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two memories
#
# - **Long-term memory**: its *weights*. They change slowly, in training, and stay.
# - **Short-term memory**: *activity* left by recent inputs. It changes at every step.
#
# The smallest short-term memory is one leaky unit: $\;s_t = 0.5\, s_{t-1} + x_t$


# %%
def leaky(xs, weight=0.5):
    s, trace = 0.0, []
    for x in xs:
        s = weight * s + x
        trace.append(s)
    return trace


print("1 came first: ", leaky([1, 0, 0, 0]))
print("1 came second:", leaky([0, 1, 0, 0]))

# %% [markdown] slideshow={"slide_type": "notes"}
# The weight, 0.5, is the same before and after. What tells the two sequences apart at the
# last step is the activity: 0.125 against 0.25. Ask: how would you find out from it when
# the 1 came? (By its size.) And what if there were many inputs? (They add up, and the old
# ones drown. That is the trouble of the whole course in one line.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Sequence tasks
#
# | task | in | out | needs |
# |---|---|---|---|
# | read aloud | letters | a sound for each letter | letters around |
# | next symbol | what was said | what comes next | all that was said |
# | sort a sequence | a signal | one answer at the end | the step that decides |
#
# A sequence is an array `xs` of shape `(time, features)`: row $t$ is the input $x_t$.

# %%
xs = spoken.letter_vectors("cat")
print("xs:", xs.shape, "- three steps, 26 letters and 3 marks")
print("x_1 is all zeros but for a one at", xs[0].argmax(), "(c)")

# %% [markdown] slideshow={"slide_type": "skip"}
# Such a vector, all zeros but for one place, is called *one-hot*. It says which symbol
# stands there, and does not pretend that *b* lies between *a* and *c*. The three marks are
# the gap between words, the full stop and the comma: 29 symbols in all.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The sliding window
#
# The memory one had before: show the net several steps **at once**. NetTalk (Sejnowski
# and Rosenberg 1987) reads seven letters and says the one in the middle.

# %% tags=["hide-input"]
show(
    figures.window_network(" the cat sat ", 6),
    alt="a window over seven letters of the text 'the cat sat'; each letter is 29 inputs, "
    "203 in all; they feed 80 hidden units, and those 26 outputs; the target is the sound "
    "of the letter in the middle, the a of cat",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# The 26 outputs are 21 *features of articulation* (is it voiced, do the lips close, is the
# tongue high, ...) and 5 more bits, for stress and the borders of words. The sound that is
# nearest to the outputs is the answer. Then the window moves on by one letter.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The equations of the window
#
# $$h = \sigma(W\,[x_{t-3}, \dots, x_t, \dots, x_{t+3}] + b)
#   \qquad y_t = \sigma(V h + d)$$
#
# The *logistic* $\sigma(net) = 1 / (1 + e^{-net})$ squashes any number into $(0, 1)$. Many call
# it the *sigmoid*, and so does our code.


# %%
def window_net(p, xs):
    seen = sliding_window.windows(xs, before=3, after=3, filling=BLANK)
    h = sigmoid(seen @ p.W.T + p.b)
    return sigmoid(h @ p.V.T + p.d)


BLANK = spoken.letter_vectors(" ")[0]  # stands beyond the ends
nettalk = sliding_window.init(np.random.default_rng(0))
print("W", nettalk.W.shape, "V", nettalk.V.shape)
print("y", window_net(nettalk, xs).shape, "- 26 numbers for each letter")
print(nettalk.W.size + nettalk.V.size, "weights and", 80 + 26, "biases")

# %% [markdown] slideshow={"slide_type": "notes"}
# 203 inputs = 7 letters times 29. 203 x 80 + 80 x 26 = 18,320: the size of 1987. W stands to
# the left of its input, so in code a row of inputs meets W transposed: `seen @ W.T`.

# %% slideshow={"slide_type": "skip"}
assert (nettalk.W.shape, nettalk.V.shape) == ((80, 203), (26, 80))
assert nettalk.W.size + nettalk.V.size == 203 * 80 + 80 * 26 == 18320
assert count(nettalk) == 18320 + 106
seen = sliding_window.windows(xs, before=3, after=3, filling=BLANK)
assert np.allclose(
    window_net(nettalk, xs), sliding_window.outputs(nettalk, seen)
)
print("our window net and the library's agree")

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Training it
#
# Four of five words are for training; the rest is kept for a test. The target of each window
# is the sound of its middle letter, as 26 numbers. The next cells do that for any width of
# the window.
#
# Four words that come back in every lesson:
#
# - a *batch*: the examples of which one gradient is made, drawn anew for each,
# - an *update*: one step of the weights against the gradient of the batch's *loss*, the number
#   that training makes small,
# - *Adam*: gradient descent in which each weight has a step size of its own, found from its recent
#   gradients; `Adam(0.03)` names the *learning rate*, about the size of a step,
# - a *seed*: the number that starts the random generator. Another seed means other first weights
#   and other batches. One seed is an anecdote, so you always see several.
#
# The loss of this net is half the squared error of its outputs. Cells such as the next two make an experiment run. You can follow the lesson without them.


# %% slideshow={"slide_type": "skip"}
def split(seed):
    """164 words to learn, 41 that the net never sees in training."""
    order = np.random.default_rng([seed, 2]).permutation(len(spoken.WORDS))
    words = [spoken.WORDS[place] for place in order]
    return words[:164], words[164:]


def views(words, width):
    side = width // 2
    letters = [spoken.letter_vectors(word.letters) for word in words]
    return np.concatenate(
        [sliding_window.windows(xs, side, side, BLANK) for xs in letters]
    )


def share_said(outputs, words):
    """Share of letters whose sound is right."""
    wanted = "".join(word.phonemes for word in words)
    said = spoken.nearest_phonemes(outputs)
    return np.mean([a == b for a, b in zip(said, wanted, strict=True)])


# %% slideshow={"slide_type": "skip"}
def train_window(seed, width=7):
    """Share of letters right in the words learned, and in unseen words."""
    rng = np.random.default_rng(seed)
    learned, unseen = split(seed)
    seen = views(learned, width)
    targets = np.concatenate([spoken.targets(word) for word in learned])

    def batch(params):
        some = rng.integers(len(seen), size=128)
        return sliding_window.loss_and_gradient(
            params, seen[some], targets[some]
        )

    start = sliding_window.init(rng, inputs=29 * width)
    net = fit(batch, start, Adam(0.03), updates=400).params
    return [
        share_said(sliding_window.outputs(net, views(words, width)), words)
        for words in (learned, unseen)
    ]


# %% [markdown] slideshow={"slide_type": "slide"}
# ## NetTalk learns to read its list
#
# Full size, five seeds; and the same net with a narrower window.

# %%
by_width = {
    width: np.array(over_seeds(lambda s: train_window(s, width), range(5)))
    for width in (1, 3, 7)
}

# %% tags=["hide-input"]
alone = spoken.letter_alone_score()
read = {f"{w} letters": r[:, 0] for w, r in by_width.items()}
read["1 letter"] = read.pop("1 letters")
read = {name: read[name] for name in ("1 letter", "3 letters", "7 letters")}
assert np.all(read["7 letters"] > 0.8) and np.all(read["1 letter"] < 0.68)
assert (
    np.median(read["3 letters"]) > 0.75 and np.median(read["7 letters"]) > 0.85
)
show(
    figures.compare_scores(
        read,
        baseline=alone,
        baseline_label="letter alone",
        ylabel="share of letters right",
    ),
    alt="share of letters right in the words learned, five nets each: a window of one "
    "letter stays at the baseline of the letter alone; three letters are far above it, "
    "seven letters highest",
    caption="Words that the nets were trained on.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# With one letter in view, the net is where it must be: at the baseline. Each neighbour helps.
# Seven letters say most sounds of the list.
#
# And words that it has not seen? There the neighbours help less, for 164 words are few to
# learn English from. The authors had a dictionary of 20,000.

# %% slideshow={"slide_type": "skip"}
new = {width: result[:, 1] for width, result in by_width.items()}
assert np.median(new[7]) > np.median(new[1]) + 0.03
assert np.all(new[7] < by_width[7][:, 0] - 0.02)
gain = np.median(by_width[7], axis=0) - np.median(by_width[1], axis=0)
assert gain[1] < 0.8 * gain[0]
print("unseen words, seven letters against one: better, in the median")
print("unseen words against learned ones: worse, in all five nets")
print("what the neighbours bring: less in unseen words")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What a window cannot do
#
# Two texts, the same seven letters in view: **the same answer**, whatever the weights.

# %%
middle = 5  # the e of "lead"
seen = {}
for text in ("the lead singer", "the lead pipe"):
    seen[text] = views([spoken.Word(text, "", 0)], width=7)[middle]
    print(f"{text}: the window holds {text[middle - 3 : middle + 4]!r}")
same = np.array_equal(*seen.values())
print("one and the same input:", same)
assert same

# %% [markdown] slideshow={"slide_type": "notes"}
# *Lead* that leads, or *lead* the metal: read both aloud. The word that decides stands
# outside the window, so both get the same sound. Three limits: the reach is fixed in advance;
# every step of reach costs weights; and what is learned at one place of the window is not
# known at the next, see the cell that follows.

# %% slideshow={"slide_type": "skip"}
wide = [
    count(sliding_window.init(np.random.default_rng(0), inputs=29 * width))
    for width in (7, 8)
]
assert wide[1] - wide[0] == 29 * 80
shifted = sliding_window.windows(xs, before=3, after=0)
assert shifted[1] @ shifted[2] == 0  # "ca" and "cat" have no input in common
print("one letter more in the window:", wide[1] - wide[0], "weights more")
print("inputs that 'ca' and 'cat' share in the window:", 0)

# %% [markdown] slideshow={"slide_type": "skip"}
# The last line is the subtle one. When the window moves on by one letter, the *c* moves to
# other inputs, which have other weights. As far as the net is concerned, a pattern at another
# place is another pattern. It must learn it again.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A task that asks for one step
#
# The *latch*: the first value, $+1$ or $-1$, is marked and decides the answer. The values
# after it look just the same and mean nothing. The answer is asked for at the last step. (Two
# inputs a step: the value, and a marker that is 1 at the first step and 0 after it.)

# %% tags=["hide-input"]
sample = Latch(lag=7).sample(np.random.default_rng(3), 2)
signals = sample.padded().inputs[:, :, 0].T
assert signals[0, 0] != signals[1, 0]
answers = ["yes" if first > 0 else "no" for first in signals[:, 0]]
show(
    figures.task_examples(signals, answers, relevant=[1]),
    alt="two sequences of values plus one and minus one; the first step is shaded; the "
    "sequence that starts with plus one is labelled yes, the other no",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# The *lag* is the number of steps from the value to the answer. A window of seven steps, the
# last one and six before it, reaches a lag of 6. Guessing gets one half.


# %% slideshow={"slide_type": "skip"}
def window_on_latch(seed, lag, width=7):
    """Share of 500 fresh sequences right, from the last `width` steps."""
    rng, task = np.random.default_rng(seed), Latch(lag)

    def view(inputs):  # (time, batch, 2) -> (batch, width * 2)
        blank = np.zeros((max(0, width - len(inputs)), *inputs.shape[1:]))
        last = np.concatenate([blank, inputs])[-width:]
        return last.swapaxes(0, 1).reshape(inputs.shape[1], -1)

    def batch(params):
        drawn = task.sample(rng, 32).padded()
        return sliding_window.loss_and_gradient(
            params, view(drawn.inputs), drawn.targets[-1]
        )

    start = sliding_window.init(rng, inputs=2 * width, units=20, outputs=1)
    net = fit(batch, start, Adam(0.03), updates=250).params
    test = task.sample(np.random.default_rng([seed, 1]), 500).padded()
    y = sliding_window.outputs(net, view(test.inputs))
    return np.mean((y > 0.5) == (test.targets[-1] > 0.5))


# %% [markdown] slideshow={"slide_type": "slide"}
# ## One step too far
#
# A window of seven steps, five seeds at each lag.

# %%
near = (4, 5, 6, 7, 8)
by_window = np.array(
    [over_seeds(lambda s: window_on_latch(s, lag), range(5)) for lag in near]
).T  # (seeds, lags)

# %% tags=["hide-input"]
assert np.all(by_window[:, :3] > 0.98) and np.all(by_window[:, 3:] < 0.6)
show(
    figures.score_against_lag(
        near,
        by_window,
        label="window of 7",
        baseline=Latch.memory_free_score,
        baseline_label="guessing",
    ),
    alt="up to a lag of 6 all five window nets are right throughout; from lag 7 on all "
    "stand at one half, the score of guessing",
)
print("lag 6: learned by 5 of 5 nets; lag 7: by none")

# %% [markdown] slideshow={"slide_type": "notes"}
# The prediction, answered: one half. There is no way down from 6 to 7, it is a cliff. No
# training helps and no size helps: the views of a "yes" and of a "no" are drawn from the
# same distribution. Ask: what would you do in 1987? (Make the window wider. It works; see
# "Does the recurrent net win?")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The repair: let the net see its own past
#
# Elman (1990): after each step, **copy** the hidden layer. At the next step it is an input
# beside $x_t$. The copy is called the *context layer*.

# %% tags=["hide-input"]
show(
    figures.context_network(),
    alt="input x and the context layer feed the hidden layer through weights W and U; the "
    "hidden layer feeds the output, a softmax, through V; a dashed line copies the "
    "hidden layer into the context layer after each step",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The simple recurrent net
#
# *SRN* for short, or *Elman net*:
#
# $$\begin{aligned}
# h_t &= \tanh(W x_t + U h_{t-1} + b) && \text{hidden layer} \\
# y_t &= \mathrm{softmax}(V h_t + d) && \text{what comes next?}
# \end{aligned}$$


# %%
def simple_recurrent_net(W, U, b, V, d, xs):
    context = np.zeros(len(b))  # h_0: nothing has been seen
    ys = []
    for x in xs:
        h = np.tanh(W @ x + U @ context + b)
        ys.append(softmax(V @ h + d))
        context = h.copy()  # the context layer: h of the step before
    return np.stack(ys)


# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
rng = np.random.default_rng(0)
model = init_model(rng, elman, softmax_readout, inputs=29, units=5, outputs=29)
ours = simple_recurrent_net(*model.cell, *model.readout, xs)
assert np.allclose(ours, predict(elman, softmax_readout, model, xs))
assert np.allclose(ours.sum(axis=1), 1)
print("our net and the library's agree, and each y_t sums to 1")

# %% [markdown] slideshow={"slide_type": "skip"}
# Read the code beside the equations: each letter of one is a letter of the other. $h_t$ is
# the *hidden state*. It depends on $x_t$ and on $h_{t-1}$, which depends on $x_{t-1}$ and on
# $h_{t-2}$, and so on: on the whole past. The recurrent weights $U$ decide what of the old
# activity goes on. For a batch, one sequence a row, write `x @ W.T` in place of `W @ x`: the same product
# for every row.
#
# The *softmax* turns any numbers into probabilities: $\mathrm{softmax}(net)_k = e^{net_k} /
# \sum_j e^{net_j}$. All are positive and they sum to one, so the net can say "half for this
# word, half for that one".
#
# $V$, $d$ and what squashes their sum are the *read-out*: it turns the hidden state into an answer,
# and does not feed back. With a softmax it chooses one of many; with $\sigma$ (`logistic` in the
# code) each output says yes or no for itself, as in NetTalk. The loss of both is the
# *cross-entropy*: minus the logarithm of the probability that the net gave to what was right.
#
# The context layer has no weights to learn on the way in: it is a copy, one to one. Many
# texts leave it out of the picture and write $h_{t-1}$. So do we from now on.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Unrolled over "the cat sat"
#
# One copy of the net for each step. All copies **share** $W$, $U$ and $V$.

# %% tags=["hide-input"]
show(
    figures.unrolled("elman", 3, words=["the", "cat", "sat"]),
    alt="three copies of the net beside each other read the, cat and sat; W leads from "
    "each word to a hidden state, U from each hidden state to the next, V from each to "
    "its output",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# So the number of weights does not depend on the length, and what is learned at one step
# is known at all of them.

# %% slideshow={"slide_type": "skip"}
for length in (3, 30, 300):
    text = np.resize(xs, (length, 29))
    assert len(predict(elman, softmax_readout, model, text)) == length
units, letters = 5, 29
by_hand = units * letters + units * units + units + letters * units + letters
assert count(model) == by_hand
print(f"3, 30 or 300 steps: {count(model)} parameters")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Predict the next word
#
# Four sentences, drawn at random. What follows *sat and*? These two words do not tell. The
# one before them does.

# %%
SENTENCES = [
    "the cat sat and purred .".split(),
    "the dog sat and barked .".split(),
    "the cat purred .".split(),
    "the dog barked .".split(),
]
WORDS = "the cat dog sat and purred barked .".split()


def one_hot(words):
    return np.eye(len(WORDS))[[WORDS.index(word) for word in words]]


# %% [markdown] slideshow={"slide_type": "skip"}
# Training follows the gradient of the loss, as for any net; how it goes back through the steps is
# lesson 02. `clip=1.0` shortens a gradient that is longer than 1; lesson 03 says why.


# %% slideshow={"slide_type": "skip"}
def stream(rng, steps=32):
    """Random sentences end to end."""
    words = [w for k in rng.integers(4, size=steps) for w in SENTENCES[k]]
    return one_hot(words[:steps])


def learn_words(seed):
    rng = np.random.default_rng(seed)
    sizes = {"inputs": len(WORDS), "units": 12, "outputs": len(WORDS)}
    start = init_model(rng, elman, softmax_readout, **sizes)

    def batch(model):  # 16 streams; the target is the word that comes next
        text = np.stack([stream(rng) for _ in range(16)], axis=1)
        return loss_and_gradient(
            elman, softmax_readout, model, text[:-1], text[1:]
        )

    return fit(batch, start, Adam(0.02), updates=300, clip=1.0).params


speakers = over_seeds(learn_words, range(5))


def next_word(model, words):
    return predict(elman, softmax_readout, model, one_hot(words))


# %% [markdown] slideshow={"slide_type": "slide"}
# ## It remembers the cat

# %% tags=["hide-input"]
legal = [("cat", "dog"), ("sat", "purred"), ("and",), ("purred",), (".",)]
after_and = {"purred": [], "barked": []}
for model in speakers:
    for sentence in SENTENCES[:2]:
        y = next_word(model, sentence[:4])[-1]
        after_and[sentence[4]].append(y[WORDS.index(sentence[4])])
assert min(*after_and["purred"], *after_and["barked"]) > 0.9
first = SENTENCES[0][:5]
ax = figures.predictions(
    first, next_word(speakers[0], first), legal, alphabet=WORDS
)
ax.set_xlabel("word read at each step")
ax.set_ylabel("next word")
show(
    ax,
    alt="what one net expects after each word of 'the cat sat and purred': after 'the' "
    "cat or dog in equal shares, after 'and' purred alone, at last the full stop",
    caption="The same in all five nets: more than 0.9 for the right verb after 'and'. Who "
    "sees two words can do no better than one half there.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# At *and*, the input is the same in both sentences, and so is the input before it. Only the
# activity $h_{t-1}$ differs: it still carries *cat* or *dog*. Nobody told the net to keep
# it. It has learned what to put into its short-term memory, and that learning went into
# its long-term memory, the weights. How the gradient finds that out is
# [lesson 02](02_gradients_through_time.ipynb).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How long does the trace last?
#
# Two sequences that differ **in the first step only**; an untrained net reads both. How far
# apart are its two states after $n$ further steps?


# %%
def apart(seed, steps=30):
    rng = np.random.default_rng(seed)
    params = elman.init(rng, inputs=29, units=20)
    letters = rng.integers(26, size=steps)
    xs = np.eye(29)[np.stack([letters, letters], axis=1)]
    xs[0, 1] = np.eye(29)[(letters[0] + 1) % 26]  # another first letter
    h = unroll(elman, params, xs).states.h
    return np.linalg.norm(h[:, 0] - h[:, 1], axis=1)


traces = np.stack([apart(seed) for seed in range(5)])

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Soon too faint to read

# %% tags=["hide-input"]
assert np.all(traces[:, 20] < 0.01 * traces[:, 0]) and np.all(traces > 0)
ax = figures.gradient_norms(
    np.arange(30), traces, label="5 nets", ylabel="distance of the two states"
)
ax.set_xlabel("steps since the letter that differs")
show(
    ax,
    alt="on a log scale the distance between the two states falls in nearly straight "
    "lines, to less than a hundredth within 20 steps, in all five nets",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Less than a hundredth after 20 steps, in all five. The first letter is never quite gone, but
# soon it is too faint to be read. Training can change that, as the net with the cat shows;
# but it starts from here.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Does the recurrent net win?
#
# The complaint of the early nineties: nice theory, but does it beat **a feed-forward net
# with a window**? Two matches:
#
# - **reading unseen words**: the window has three letters ahead in view. The recurrent net
#   reads letter by letter, and says each sound at once, or **three letters late**, when it
#   has read those three too;
# - **the latch at lag 10**: out of the window's reach.


# %% slideshow={"slide_type": "skip"}
def streams(words, late):
    """(time, words, ...) inputs, targets and mask; each sound `late` steps on.

    The mask is True where a step has a target; other steps are not scored.
    """
    longest = max(len(word.letters) for word in words) + late
    inputs = np.tile(BLANK, (longest, len(words), 1))
    targets = np.zeros((longest, len(words), 26))
    mask = np.zeros((longest, len(words)), dtype=bool)
    for n, word in enumerate(words):
        end = len(word.letters)
        inputs[:end, n] = spoken.letter_vectors(word.letters)
        targets[late : end + late, n] = spoken.targets(word)
        mask[late : end + late, n] = True
    return inputs, targets, mask


def train_srn(seed, late, units=80):
    """Share of letters right in unseen words."""
    rng = np.random.default_rng(seed)
    learned, unseen = split(seed)
    inputs, targets, mask = streams(learned, late)

    def batch(model):
        some = rng.integers(len(learned), size=32)
        data = inputs[:, some], targets[:, some], mask[:, some]
        return loss_and_gradient(elman, logistic, model, *data)

    start = init_model(rng, elman, logistic, inputs=29, units=units, outputs=26)
    net = fit(batch, start, Adam(0.01), updates=300, clip=1.0).params
    inputs, _, mask = streams(unseen, late)
    y = predict(elman, logistic, net, inputs)
    by_word = y.swapaxes(0, 1)[mask.T]  # word after word, letter after letter
    return share_said(by_word, unseen)


# %% slideshow={"slide_type": "skip"}
def srn_on_latch(seed, lag):
    """Share of 500 fresh sequences right."""
    rng, task = np.random.default_rng(seed), Latch(lag)
    start = init_model(rng, elman, logistic, inputs=2, units=20, outputs=1)

    def batch(model):
        data = task.sample(rng, 32).padded()
        return loss_and_gradient(elman, logistic, model, *data)

    net = fit(batch, start, Adam(0.005), updates=250, clip=1.0).params
    test = task.sample(np.random.default_rng([seed, 1]), 500)
    y = predict(elman, logistic, net, test.padded().inputs)
    return task.is_correct(y, test).mean()


def wide_window(seed):
    return window_on_latch(seed, lag=10, width=11)


# %% slideshow={"slide_type": "skip"}
aloud = {
    "window": new[7],
    "SRN,\nat once": np.array(over_seeds(lambda s: train_srn(s, 0), range(5))),
    "SRN,\nlate": np.array(over_seeds(lambda s: train_srn(s, 3), range(5))),
}
lag_10 = {
    "window\nof 7": over_seeds(lambda s: window_on_latch(s, 10), range(5)),
    "SRN": over_seeds(lambda s: srn_on_latch(s, 10), range(5)),
    "window\nof 11": over_seeds(wide_window, range(5)),
}

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Often it does not

# %% tags=["hide-input"]
middle = {name: np.median(shares) for name, shares in aloud.items()}
assert middle["window"] > middle["SRN,\nat once"] + 0.02
assert np.all(aloud["window"] > aloud["SRN,\nlate"] + 0.03)
assert max(lag_10["window\nof 7"]) < 0.6
assert min(lag_10["SRN"]) > 0.9 and min(lag_10["window\nof 11"]) > 0.98
fig, (left, right) = figures.axes(columns=2, size=(12.4, 4.8))
figures.compare_scores(
    aloud,
    baseline=alone,
    baseline_label="letter\nalone",
    ylabel="share of letters right",
    ax=left,
)
left.set_title("reading unseen words", fontsize=18)
figures.compare_scores(
    lag_10, baseline=0.5, baseline_label="guessing", ax=right
)
right.set_title("latch, lag 10", fontsize=18)
show(
    fig,
    alt="left: on unseen words the window's median is ahead of that of a recurrent net "
    "that speaks at once, and far ahead of one that speaks three letters late; right: at "
    "lag 10 the window of 7 guesses, the recurrent net and a window of 11 are right "
    "throughout",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# The complaint was fair. Where seven letters are enough, the window wins: it has each letter
# always at the same inputs, and nothing to remember. The recurrent net that speaks at once
# cannot see what comes; the one that waits has to carry three letters while it reads on, and
# does worse still. (It is even below the letter alone. That baseline, to be fair, knows the
# unseen words.) You may find better settings than ours: more units, more updates, another rate.
# On the latch the recurrent net beats the window of 7, and a wider window does as well.
#
# So the window loses only where the reach is **not known in advance**, or so long that the
# weights for it are too many. There a recurrent net has to show what it can do.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The weights are the program
#
# A recurrent net can compute whatever a computer can (Siegelmann and Sontag 1995): the
# weights are the program. Two programs, written by hand:

# %%
latch_program = elman.Params(W=[[1.0, 0]], U=[[3.0]], b=[0.0])
parity_program = elman.Params(  # are the ones so far odd in number?
    W=np.full((2, 1), 20.0),
    U=np.array([[10.0, -10.0], [10.0, -10.0]]),
    b=np.array([-10.0, -30.0]),
)

# %% slideshow={"slide_type": "skip"}
latch_program = elman.Params(*map(np.asarray, latch_program))
task = Latch(lag=1000)
test = task.sample(np.random.default_rng(0), 500)
h = unroll(elman, latch_program, test.padded().inputs).states.h
kept = task.is_correct((h + 1) / 2, test).mean()

bits = np.random.default_rng(1).integers(2, size=(1000, 500, 1))
h = unroll(elman, parity_program, bits.astype(float)).states.h
odd = h[..., 0] - h[..., 1] > 1
right = np.mean(odd == (bits[..., 0].cumsum(axis=0) % 2 == 1))
assert kept == right == 1

# %%
print(f"one unit, latch at lag 1000:  {kept:.0%} of 500 sequences right")
print(f"two units, parity, 1000 bits: {right:.0%} of all steps right")

# %% [markdown] slideshow={"slide_type": "notes"}
# The same equations, other weights, another program. How the latch works: once h is near
# 1, net = 3 h + x stays above 1.5 even if x = -1, and tanh of that is near 1 again. The first
# value wins because the state starts at 0; the marker is not even needed. Parity is the
# exclusive or of bit and state. One threshold is not enough for that: unit 1 says "at least one
# of (bit, parity)", unit 2 says "both", and the parity is what unit 1 has above unit 2.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One step longer, and longer still
#
# So the net **can express** the latch at any lag. Does it **learn** it? Twenty units, five
# seeds each, the same 250 updates.

# %%
lags = (4, 6, 7, 10, 20, 40)
by_srn = np.array(
    [over_seeds(lambda s: srn_on_latch(s, lag), range(5)) for lag in lags]
).T

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Expressible is not learnable

# %% tags=["hide-input"]
solved = (by_srn > 0.9).sum(axis=0)
assert np.all(solved[:3] == 5) and solved[3] >= 4 and solved[5] <= 1
guess = Latch.memory_free_score
ax = figures.score_against_lag(near, by_window, label="window of 7")
figures.score_against_lag(
    lags, by_srn, label="SRN", baseline=guess, baseline_label="guessing", ax=ax
)
show(
    ax,
    alt="the window of 7 falls from one to one half between lag 6 and lag 7; the simple "
    "recurrent net stays at one up to lag 10, and at lag 40 stands at one half as well",
)
print("lag 7 and 10: learned, where the window of 7 fails; lag 40: not learned")

# %% [markdown] slideshow={"slide_type": "skip"}
# One step beyond the window is no trouble for the recurrent net, nor are four. At 40 it
# guesses. Between lies an edge; where, depends on the first random weights of each net.
#
# One unit with three numbers solves the task at lag 1000, and twenty units trained by
# gradient descent do not find such numbers at lag 40. The limit is not what the net can
# hold. It is what the learning finds.

# %% [markdown] slideshow={"slide_type": "notes"}
# At 20 let the class look at single nets. Are there any between 1 and one half? A net has
# found the latch or it has not. Longer training and another rate move
# the edge; lesson 03 shows why it does not go away.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Check yourself
#
# Look at the last plot. At lag 40 the recurrent nets stand at one half. Which
# explanation is right?
#
# 1. Twenty units are too small a memory for 40 steps.
# 2. The first value is outside what the net can see, as with the window.
# 3. The first value still acts on the last state, but learning did not find weights
#    that keep it.
# 4. The nets learned half of the sequences by heart.

# %% [markdown] slideshow={"slide_type": "notes"}
# 1 no: one unit can do it at lag 1000, we wrote it down. 2 no: that is the window's
# limit; a recurrent net sees the whole past. 3 yes. 4 no: every batch was fresh.

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Answers, with a reason for each option</summary>
#
# 1. **No.** One unit, with weights set by hand, held the bit over 1000 steps in all of 500
#    sequences.
# 2. **No.** That is the window: outside of it nothing exists. In a recurrent net the first
#    input acts on all later states. In "How long does the trace last?" the distance
#    becomes small, and it is never zero.
# 3. **Yes.** The net can express the solution. The learning has to find it, from an error
#    at the last step that says next to nothing about the first one.
# 4. **No.** Each batch and the test were drawn afresh, and half right of two answers is
#    what guessing gets.
#
# </details>
#
# More questions wait in the
# [quiz](../exercises/quiz_recurrent_networks/quiz_recurrent_networks.ipynb).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# - Long-term memory is weights, short-term memory is activity.
# - A window sees a fixed number of steps, and nothing beyond. Within them it is hard to
#   beat.
# - A simple recurrent net gets its own last state as an input: $h_t = \tanh(W x_t + U
#   h_{t-1} + b)$. The same weights serve every step.
# - **Expressible is not learnable**: the weights for a long memory exist, and gradient
#   descent does not find them.
#
# **Exercise**: [ex01 recurrent step](../exercises/ex01_recurrent_step/ex01_recurrent_step.ipynb).
#
# Next: [02 gradients through time](02_gradients_through_time.ipynb): how a recurrent net learns what to keep.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Further reading
#
# - Sejnowski and Rosenberg 1987, *Parallel networks that learn to pronounce English text*,
#   Complex Systems 1, 145-168: NetTalk.
# - Elman 1990, *Finding structure in time*, Cognitive Science 14, 179-211: the context
#   layer, and what it learns about words.
# - Siegelmann and Sontag 1995, *On the computational power of neural nets*: the proof that
#   the weights can be any program.
# - Hochreiter and Schmidhuber 1997, *Long short-term memory*: its introduction has the
#   complaint about windows.
