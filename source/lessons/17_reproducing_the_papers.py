# %% [markdown] slideshow={"slide_type": "slide"}
# # Reproducing the papers
#
# Lesson 17 · 45 minutes
#
# **You will**
#
# - see every table of the 1997 paper, and the continual tables of 2000, beside our own trials,
# - re-run a row as it is printed, watch it fail, and find the choice that makes it come out,
# - learn to read a table of means without spread: theirs, and ours.

# %% [markdown] slideshow={"slide_type": "skip"}
# **You need** [06 Gates](06_gates.ipynb) for the network of 1997 and its rule,
# [07 Forget gates](07_forget_gates.ipynb) for the one of 2000, and
# [09 Reber grammars](09_reber_grammars.ipynb) to [12 Temporal order](12_temporal_order.ipynb) for the
# tasks. Two sentences of recall: a *trial* is one net, from its first random weights until a rule says that
# it has learned. What a paper prints of ten trials is their mean number of training sequences.
#
# All tables, counts and verdicts in this lesson are computed from the finished trials in the folder
# `results/`, as you open it. A row without finished trials says so.
#
# | part | minutes |
# |---|---|
# | A prediction | 3 |
# | A row is data | 7 |
# | The tables, beside ours | 12 |
# | As printed, and with one choice | 12 |
# | How to read a mean | 9 |
# | What you take away | 2 |

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
from dataclasses import replace

import numpy as np

from coursekit import figures, show
from coursekit.blocks import weight_count
from coursekit.figures import means
from coursekit.figures.tables import paper_beside_ours
from coursekit.papers import beside, results, spread, trials
from coursekit.papers.choices import AS_PRINTED, varied
from coursekit.papers.gers2000 import ROWS as STREAMS
from coursekit.papers.hochreiter1997 import CHOSEN, PRINTED, ROWS
from coursekit.papers.report import log_of_search, summary

PAPER = "hochreiter1997"
folder = results.committed()
by_name = {row.name: row for row in ROWS}
as_printed = {row.name: row for row in PRINTED}
found = beside.findings(PAPER, ROWS, folder)
streams = beside.findings("gers2000", STREAMS, folder)


def of(*experiments):
    """What came of the rows of some experiments."""
    return [each for each in found if each.experiment in experiments]


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Predict before you run
#
# One hundred nets, the same program, the same task; only the random seeds differ. **Ten
# laboratories** take ten of the nets each. Every laboratory prints one line: how many of its ten
# became perfect, and after how many streams *in the mean*.
#
# How much do the ten printed lines differ?
#
# 1. hardly: the means agree within a twentieth
# 2. means within a fifth; 7 or 8 of 10 perfect everywhere
# 3. the largest mean is half as large again as the smallest, or more; somewhere half of the
#    nets are perfect, elsewhere nine of ten
#
# Write your answer down. You will count it.

# %% [markdown] slideshow={"slide_type": "notes"}
# Answer: 3, see "Ten laboratories". These are real nets, row reber_standard_reset of the 2000 table. Come
# back to the vote when the picture is there, and ask what the class now thinks of a line in any
# table that says "mean of 10 trials".

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A row is data
#
# What a line of a table means, as the library holds it: experiment 6a, temporal order.

# %%
row = by_name["6a"]
print("network ", row.blocks.layout.blocks, "blocks of", end=" ")
print(row.blocks.layout.cells, "cells;", row.blocks.weights, "weights")
print("training rate", row.blocks.rate, end=", ")
print("first weights within", row.blocks.spread)
print("rule    ", row.rule)
print("given up", f"after {row.cap:,} sequences")
print("printed ", f"{row.printed_sequences:,} sequences, mean of", end=" ")
print(row.trials, "trials")
assert weight_count(row.blocks.layout) == row.blocks.weights

# %% [markdown] slideshow={"slide_type": "notes"}
# Printed in the paper, but for the cap, and for how the mean error is taken. The rule, in words: 2000 sequences right in a
# row, with a mean error below 0.1. The last line of the cell counts the weights of our
# wiring: it must be the number that the paper prints. This check decided much of what the text leaves
# open, and further down it will speak against us.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Live: eight new trials of one row
#
# The trials in `results/` are finished. These are new, with other seeds.

# %%
fresh = list(trials.run(row, range(8), seed=17))
now = spread.counts(fresh)
kept = spread.counts(spread.records_of(PAPER, row, folder))
assert len(now) == 8 and 0.5 < np.median(now) / row.printed_sequences < 2
print("learned: 8 of 8")
print("median within a factor of two of the printed mean")

# %% tags=["hide-input"]
show(
    means.trials_and_mean(
        {"in results/": kept, "just now": now},
        xlabel="sequences until learned",
        reference=row.printed_sequences,
        reference_label="printed mean",
        ax=figures.axes(size=(11, 2.2))[1],
    ),
    alt="two lines of rings, the finished trials of experiment 6a and eight new ones: both "
    "spread over about a factor of two around their medians, and the printed mean stands "
    "among them",
    caption="Experiment 6a. Each ring is one net.",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## When does a row "come out"?
#
# The paper prints a mean $\bar m$ and a share $s$ that learned. Of our trials, the share $\hat s$ learned,
# with median $\tilde m$. The row **came out** if
#
# $$\tfrac12\,\bar m \;\le\; \tilde m \;\le\; 2\,\bar m \qquad\text{and}\qquad \hat s \ge s$$


# %%
def came_out(row, records):
    learned = spread.counts(records)
    if row.printed_success == 0:  # printed: nobody learned
        return len(records) > 0 and len(learned) == 0
    if len(learned) == 0:
        return False
    near = 0.5 <= np.median(learned) / row.printed_sequences <= 2
    wanted = row.printed_success or 0  # "some" of them
    return bool(near and len(learned) / len(records) >= wanted - 1e-9)


# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
for each in ROWS:
    records = spread.records_of(PAPER, each, folder)
    assert came_out(each, records) == summary(each, records)["reproduced"]
print("the library's verdict is this rule, for every row")

# %% [markdown] slideshow={"slide_type": "notes"}
# Why a factor of two, and why our median against their mean? Let the class object. Their mean of ten is a shaky
# number, as you will see; a narrower band would judge luck. On our side stands the median, because one slow trial would
# move our mean. Both are choices of ours. Whether the rule is fair comes at the
# end, when we turn it on ourselves.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Experiment 1: the embedded Reber grammar

# %% tags=["hide-input"]
beside.table(of("1"))

# %% [markdown] slideshow={"slide_type": "notes"}
# Five rows for LSTM (two wirings, several rates), then rivals. "fewer learned": the share is below the printed one. "chance?"
# is added when luck alone may well part two such shares (Fisher's exact test asks how often it would; the limit is 5 per
# cent). Where it is not added, something differs between the paper's nets and ours that we have not found. The printed
# numbers of the rivals come from other papers, with other training sets.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Experiment 2a: a long lag with local regularities

# %% tags=["hide-input"]
beside.table(of("2a"))

# %% [markdown] slideshow={"slide_type": "notes"}
# "given up earlier": nobody learned, as printed, but we stopped before the authors did. That is weaker evidence than
# theirs, and the table must say so. p is the lag. Compare the rates at lag 4, in the paper and with us: does a larger
# rate help or hurt? Row 2a is LSTM itself, with the cell that joins when the net without it has stopped getting better. With
# the cell there from the start, none of eight trials learned: see "The search" below.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Experiments 2b and 2c: distractors

# %% tags=["hide-input"]
beside.table(of("2b", "2c"))

# %% [markdown] slideshow={"slide_type": "notes"}
# q: least lag. p: kinds of distractors. Lesson 10 has these tasks and their picture. All medians are within a factor of two, and
# the pattern of the last rows is the paper's: the fewer kinds, the more sequences. But with 200 and with 50 kinds some of our trials
# did not learn. That may be luck, as the table says, and it is what a mean does not tell.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Experiment 3: noise and signal on one line

# %% tags=["hide-input"]
beside.table(of("3a", "3b", "3c"))

# %% [markdown] slideshow={"slide_type": "notes"}
# T: length. N: steps with signal. Look at the ranges in brackets beside the medians: some rows hold trials that
# differ sixfold. With a **linear** output unit every trial of these rows learns; with a logistic one none of eight
# did in 3b at length 1000 (see "The whole log"). But no single rate makes every row come out, and in 3b more than twice as many
# test sequences stay wrong as are printed: so something still differs, and we do not know what.

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
third = [row for row in ROWS if row.experiment in ("3a", "3b", "3c")]
outcomes = {
    row.name: summary(row, spread.records_of(PAPER, row, folder))
    for row in third
}
assert all(found["success"] == 1 for found in outcomes.values())
wrong = [
    outcomes[row.name]["wrong"] / row.printed_wrong
    for row in third
    if row.experiment == "3b"
]
assert min(wrong) > 2
counted = [
    spread.counts(spread.records_of(PAPER, row, folder)) for row in third
]
assert 5 < max(found.max() / found.min() for found in counted) < 7
print("experiment 3: every trial learned;", end=" ")
print("3b: wrong ones, times printed:", *(f"{k:.1f}" for k in wrong))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Experiments 4, 5 and 6: numbers, and order

# %% tags=["hide-input"]
beside.table(of("4", "5", "6a", "6b"))

# %% [markdown] slideshow={"slide_type": "notes"}
# Lessons 11 and 12 have these tasks. The number in the name of a multiplication row: fewer than so many of the last 2000
# sequences may be wrong. Adding has one choice for three rows. It was found at 100 steps. At 500 and 1000 steps every trial
# learns, too, but takes about three times as long as printed: what repairs one row need not repair its table. 6a is run as printed,
# 6b with choices of ours, which come up again below.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## All rows of 1997 at once

# %% tags=["hide-input"]
drawn = [each for each in found if each.ratio is not None]
half = (len(drawn) + 1) // 2
fig, (left, right) = figures.axes(columns=2, size=(12.6, 5.9))
means.ratios_to_printed(drawn[:half], ax=left)
means.ratios_to_printed(drawn[half:], ax=right)
ratios = [each.ratio for each in drawn]
near = sum(0.5 <= ratio <= 2 for ratio in ratios)
show(
    fig,
    alt=f"our median over the printed mean, one mark a row, for {len(ratios)} rows: {near} lie in "
    "the grey band from one half to two; filled discs are rows that came out, crosses differ in "
    "speed or in the share that learned",
    caption="Disc: came out. Cross: differs. Left out: no finished trial here, or nobody learned.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## The rows by experiment

# %% tags=["hide-input"]
beside.by_experiment(found)

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Row by row
#
# The same by verdict. A row that differs in two ways stands twice.

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
beside.in_words(found)

# %% [markdown] slideshow={"slide_type": "skip"}
# How to read the verdicts:
#
# - **fewer learned**: nets of ours got stuck more often. In a paper such trials may be counted, or
#   left out, or the cap may be generous enough for all of them. *chance?* beside it: luck alone may have
#   done that.
# - **more learned**: the share is above the printed one, by more than luck. That is a difference, too.
# - **slower** or **faster**: by more than a factor of two; in brackets, our median over the printed mean.
#   *Faster* is no praise: it means that something differs from what the authors ran, and we do not
#   know what.
# - **given up earlier**: nobody learned, as printed, but our cap is lower than theirs.
# - **no finished trial here**: nothing is claimed. `coursekit reproduce hochreiter1997 --row NAME` runs it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The continual tables of 2000

# %% tags=["hide-input"]
beside.table(streams, solved="perfect", count="streams")

# %% [markdown] slideshow={"slide_type": "notes"}
# The paper ran 100 networks a row; the share column says how many we ran. A row came out when the two shares may be
# equal (Fisher, 5 per cent), and the median is within a factor of two where both have perfect nets. "more
# learned" is a difference, too. One suspect: a test follows every stream, so a net that is perfect for a
# moment only is caught at that moment.

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
beside.in_words(streams)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What the paper leaves open
#
# | open | readings |
# |---|---|
# | when do weights move? | after each step, or once a sequence |
# | targets where two symbols are legal? | both, or the one that came |
# | "average error" below 0.01 | squared or absolute; over how many? |
# | how often is the stopping rule asked? | after each sequence, or at times |
# | range of the squashes | text and caption of table 10 disagree |
# | a trial that never learns | is it in the mean? when is it given up? |
# | spread of the results | two ranges in the whole paper |

# %% [markdown] slideshow={"slide_type": "notes"}
# None of this is a reproach: 1997 had no supplements and no shared code, and the paper prints more of its
# set-up than many do today. The two squashes are the one on the way into a cell and the one on the way out. The caption of
# table 10 has them within -1 and 1 and within -2 and 2; text and appendix have it the other way round. The two ranges are those of the last row of experiment 1 and of adding at 1000 steps.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Some gaps close by arithmetic

# %%
adding, long_lag = as_printed["4_T100"], as_printed["2a"]
window = adding.rule.window
# 1. all of the last 2000 errors are below 0.04: what can their mean be?
print(f"{window} errors below 0.04: mean square below {0.04**2:.4f}")
assert 0.04**2 < 0.01
# 2. "MSE" 0.0139 is printed beside 14 wrong ones of 2560
most = (2546 * 0.04**2 + 14 * 1**2) / 2560
print(f"experiment 5: mean square at most {most:.4f}, printed 0.0139")
# 3. the count in 2a against its own stopping rule
print(f"experiment 2a: {long_lag.printed_sequences:,} printed;", end=" ")
print(f"the rule wants {long_lag.rule.window:,} right in a row")

# %% [markdown] slideshow={"slide_type": "skip"}
# So: (1) "average error below 0.01" must mean the *absolute* error, else it asks nothing that is not
# asked already. (2) The column "MSE" of experiment 5 cannot hold mean squares: with outputs between 0 and 1, no error is larger than
# one. (3) The ten thousand right sequences at the end cannot be part of the number that is printed for 2a.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## An experiment that fails: as printed
#
# Adding over 100 steps, everything as the paper has it, five trials. They are given up after one
# and a half times the printed mean.

# %%
limit = int(1.5 * adding.printed_sequences)
plain = list(trials.run(replace(adding, cap=limit), range(5), seed=17))
assert not any(record["success"] for record in plain)
print("learned, by the paper's own rule: 0 of 5")
no_memory = 1 - (1 - 0.16 / 2) ** 2  # |X1 + X2| / 4 below 0.04
print(
    f"without memory: {no_memory:.0%} of the sequences right, not 2000 in a row"
)

# %% [markdown] slideshow={"slide_type": "notes"}
# The memory-free baseline says one half each time (lesson 11). A mistake of ours, or something that is not printed? Suspect the
# first. What speaks against it: the gradient of the printed rule is checked by finite differences, two
# programs of ours agree on every update, and other rows come out as they are printed.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The repair: a choice that is not printed

# %%
ours = by_name["4_T100"]
said = [choice for choice in ours.choices if choice not in adding.choices]
print("chosen:", *said, sep="\n- ")
made = replace(ours, cap=limit)
chosen = list(trials.run(made, range(5), seed=17))
assert all(record["success"] for record in chosen)
print("learned: 5 of 5")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The search
#
# Every reading has a name. Take a row as printed, make one choice otherwise, or a few, run eight
# trials, and give up after three times the printed number.

# %% tags=["hide-input"]
lines = beside.tried(PAPER, PRINTED, folder / "search")
beside.search_table(lines)

# %% [markdown] slideshow={"slide_type": "notes"}
# Each line of this table is a row; the last column names the choices of the best way that was found ("came out" first, then
# the share that learned). What the names mean stands below in the notebook. "8 of 8" beside "came out: 0": all learned, but more than
# twice as fast, or as slow, as printed. Where "as printed" was not tried, the log cannot say that
# a choice was needed. Rows that came out as printed need no search.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One row, one choice at a time
#
# Experiment 2c with 50 distractors of 50 kinds, eight trials a line.

# %% tags=["hide-input"]
lost = next(
    line
    for line in lines
    if (line.row, line.choice) == ("3b_T1000_N1", AS_PRINTED)
)
assert lost.solved == 0 and lost.trials == 8
row = as_printed["2c_q50_p50"]
mine = [line for line in lines if line.row == row.name]
ax = paper_beside_ours(
    *([varied(row, line.choice) for line in mine], PAPER, folder / "search"),
    ax=figures.axes(size=(11.5, 5.0))[1],
)
ax.set_yticklabels([line.choice for line in mine])
learned = {line.choice: line.solved == line.trials for line in mine}
assert learned["nothing_recurs"] and not learned[AS_PRINTED]
show(
    ax,
    alt="one line a choice: as printed and for most choices some or all of eight trials are "
    "crosses at the cap; with nothing_recurs all eight are rings beside the printed mean",
    caption="Rings: learned. Crosses: given up after three times the printed number.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# ### The whole log
#
# Every line of the search, and what the names of the choices mean.

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
searched = list(dict.fromkeys(line.row for line in lines))
log = log_of_search(PAPER, [as_printed[n] for n in searched], folder / "search")
beside.Text(log.splitlines())

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we chose, and what speaks against it

# %% tags=["hide-input"]
beside.departures(PRINTED, ROWS, CHOSEN)

# %% [markdown] slideshow={"slide_type": "notes"}
# The paper prints the number of weights of each net. Where ours has another number, the choice does not fill a gap: it
# **contradicts** the paper. So do choices that no count of weights shows: half or a fifth of the printed rate (3a, 3b, 6b), a target at the end
# only where the paper has one at every step (2b). What is left as a gap filled is little: above all, a linear output, in all
# experiments whose answer is one number (3, 4, 5). (In experiment 1 the printed outputs have no bias; ours have one.) So a row that comes out this way shows what kind of net gives such numbers. It does not show
# that the authors had this net. Ask the class which of the two sentences they would have written in a paper.

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
differs = []
for experiment in CHOSEN:
    row = next(each for each in PRINTED if each.experiment == experiment)
    count = weight_count(by_name[row.name].blocks.layout)
    if count != row.blocks.weights:
        differs.append(experiment)
beside.Text(
    [
        "Choices that contradict a printed number of weights: experiments "
        + ", ".join(differs)
    ]
    if differs
    else ["No choice contradicts a printed number of weights."]
)

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
in_log = {(as_printed[line.row].experiment, line.choice) for line in lines}
elsewhere = [pair for pair in CHOSEN.items() if pair not in in_log]
beside.Text(
    ["Choices that are not a line of the search, as a whole: experiments "]
    + [", ".join(name for name, _ in elsewhere) or "none"]
)

# %% [markdown] slideshow={"slide_type": "skip"}
# The log is not complete, and you should know it: the choices of the experiments in that last line were not found by eight
# logged trials of the same choices. Some parts of them are in the log, the rest was tried without one. So the table of the next
# slide has no line for them.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Every choice, and where it was made

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
beside.choices_made([*ROWS, *STREAMS])

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The winner's curse, ours
#
# Of many ways the best one is chosen, by eight trials. The same seeds then open the row. How did the
# **other** trials do, which had no say?

# %% tags=["hide-input"]
afresh = beside.judged_afresh(
    PAPER, ROWS, lines, lambda row: CHOSEN.get(row.experiment, ""), folder
)
beside.Table(
    ("row", "learned in the search", "learned since"),
    "lrr",
    [
        (name, "{} of {}".format(*a), "{} of {}".format(*b))
        for name, a, b in afresh
    ],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Where a choice really repairs a row, the others learn as well. Where it was the luckiest of many ways, fewer of them
# do: what looked solved was eight lucky seeds. Look for a row whose two shares differ. This is how published numbers become too
# good without anybody cheating: pick by a few seeds, then report those seeds. The cure is one line of code: fresh seeds
# for the final count.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Ten laboratories

# %%
hundred = next(row for row in STREAMS if row.name == "reber_standard_reset")
records = spread.records_of("gers2000", hundred, folder)
labs = spread.labs(records)
perfect = [len(lab.counts) for lab in labs]
printed = [lab.mean for lab in labs]
middle = [np.median(lab.counts) for lab in labs]
print("laboratories:", len(labs), "of", labs[0].trials, "nets each")
print("perfect, of ten:", *perfect)
print("mean streams:", *(f"{m:,.0f}" for m in printed))
assert max(printed) > 1.5 * min(printed)
assert min(perfect) <= 5 and max(perfect) >= 9

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Ten laboratories, drawn

# %% tags=["hide-input"]
assert max(middle) / min(middle) < max(printed) / min(printed)
worst = int(np.argmax(printed))
slowest = int(np.argmax([lab.counts.max() for lab in labs]))
assert worst == slowest and middle[worst] < 1.35 * np.median(middle)
show(
    means.trials_and_mean(
        {
            f"lab {k + 1}: {len(lab.counts)} of 10": lab.counts
            for k, lab in enumerate(labs)
        },
        xlabel="streams until perfect",
        reference=hundred.printed_sequences,
        reference_label="printed mean",
    ),
    alt="ten lines of rings, one a laboratory: most nets become perfect after five to ten "
    "thousand streams, a few take far longer; the means differ by more than half, the largest "
    "pulled up by a single very slow net; the medians lie closer together",
    caption="Row reber_standard_reset: the same 100 nets, shared out in the order of their seeds.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Back to the prediction: 3. All ten tables are honest, and all are about the same program. Two laboratories could
# write papers about who is better. Ask what each should have printed: the trials themselves, or at least
# median and range.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Long tails
#
# Six rows of 1997, those with the **largest** ratio of mean to median: each trial over its row's median.

# %% tags=["hide-input"]
counted = {
    row.name: spread.counts(spread.records_of(PAPER, row, folder))
    for row in ROWS
}
counted = {name: values for name, values in counted.items() if len(values) >= 8}
skew = {
    name: values.mean() / np.median(values) for name, values in counted.items()
}
six = sorted(skew, key=lambda name: -skew[name])[:6]
show(
    means.trials_and_mean(
        {name: counted[name] / np.median(counted[name]) for name in six},
        xlabel="sequences / median of the row (log scale)",
        log=True,
    ),
    alt="six rows: in each most trials lie within a factor of two of the median, some at two to "
    "six times it, and the mean stands to the right of the median, beyond most trials",
    caption="; ".join(
        f"{name}: mean is {skew[name]:.1f} medians" for name in six[:3]
    ),
)
below = np.mean(np.concatenate([v < v.mean() for v in counted.values()]))
assert below > 0.55
print("all rows: more trials lie below the mean of their row than above it")
print(
    "mean above median in", sum(value > 1 for value in skew.values()), end=" "
)
print("of", len(skew), "rows, by more than a fifth in", end=" ")
print(sum(value > 1.2 for value in skew.values()))

# %% [markdown] slideshow={"slide_type": "notes"}
# A trial cannot take less than nothing, and it may take very long: such counts are often skewed to the right. Not in every row,
# as the last line says: these six are the worst. But you do not know beforehand which rows will be. Where the tail is long, the mean
# is no typical trial. It answers another question: what would many trials cost me in all?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The same mean, drawn again: the bootstrap
#
# You have ten trials and no money for more. Draw ten **of them**, with replacement, ten thousand
# times. How far does the mean of ten wander?

# %%
name = "6b"
values = counted[name]
assert len(values) == 10 and name in six
rng = np.random.default_rng(0)
wander = {
    "mean": spread.bootstrap(values, np.mean, rng),
    "median": spread.bootstrap(values, np.median, rng),
}
low, high = np.quantile(wander["mean"], [0.025, 0.975])
assert high > 1.8 * low
print("row", name, "with", len(values), "trials that learned")
print("95 % of the means span nearly a factor of two")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## How far mean and median wander

# %% tags=["hide-input"]
show(
    means.resampled(wander, xlabel="sequences (log scale)", log=True),
    alt="two histograms of ten thousand resamples on a logarithmic axis: the means spread over "
    "nearly a factor of two, and most of the medians stand to the left of most of the means",
    caption=f"Row {name}. Humps of the means: no, one, two ... copies of a very slow trial.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# The bootstrap (Efron 1979) needs nothing but the trials themselves. It cannot know what ten trials did not show: with no slow
# trial among the ten it would promise a narrow mean. And the median is no cure for all: where trials fall into two
# groups of about equal size, it jumps from one to the other. Print the trials.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What the paper itself lets out
#
# Adding, 1000 steps: ten trials, mean 853,000. The text adds that they took 370,000 to 2,020,000,
# and more than 700,000 **in three of ten**.

# %%
mean, ten = as_printed["4_T1000"].printed_sequences, 10
assert mean == 853_000 and as_printed["4_T1000"].trials == ten
most_of_seven = 7 * 700_000
rest = (ten * mean - most_of_seven) / 3
print(f"printed mean {mean:,}; median at most 700,000")
print(f"the three slow ones: at least {rest:,.0f} each, on average")
slow = spread.counts(spread.records_of(PAPER, by_name["4_T1000"], folder))
assert len(slow) == ten and 2 * slow.max() < 5 * slow.min()
print(f"slowest over fastest: paper {2_020_000 / 370_000:.1f},", end=" ")
print(f"ours {slow.max() / slow.min():.1f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# Seven of ten at most 700,000, so the median is, too: the printed mean is larger than what seven of ten trials needed. A sentence of
# twenty words about the spread tells more than another digit of the mean. It also tells something about us: our ten trials of this row
# are slower, and lie much closer together. So our nets differ from the paper's in more than their speed.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Who failed is not in the mean
#
# A mean of those that learned leaves out the slowest of all. Count them at the cap, where they were
# given up: a **lower bound** of the mean of all trials.

# %% tags=["hide-input"]
lines_of_means = []
for row in PRINTED:
    records = spread.records_of(PAPER, row, folder)
    learned = spread.counts(records)
    if 0 < len(learned) < len(records):
        every = np.mean([record["sequences"] for record in records])
        counted_in = f"{len(learned)} of {len(records)}"
        lines_of_means.append(
            (row.name, counted_in, f"{learned.mean():,.0f}", f"{every:,.0f}")
        )
beside.Table(
    ("row", "learned", "mean of those", "mean of all, at least"),
    "lrrr",
    lines_of_means,
)

# %% [markdown] slideshow={"slide_type": "notes"}
# All LSTM rows of 1997 in which some trials of ours failed. When a table says "97 %" and gives a mean, ask: mean of
# whom? And a method that gives up early looks fast.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Our rule, turned on ourselves
#
# Let a sample of our trials play the paper, and another sample of the **same** trials play the
# re-run. How often does the rule say "came out"? It should say it always.

# %% tags=["hide-input"]
rng = np.random.default_rng(0)
itself, stuck = {}, []
for row in PRINTED:
    records = spread.records_of(PAPER, row, folder)
    if records:
        itself[row.name] = spread.chance_of_itself(row, records, rng)
        if 0 < len(spread.counts(records)) < len(records):
            stuck.append(row.name)
assert all(itself[name] < 0.75 for name in stuck)
assert all(itself[name] > 0.95 for name in itself if name not in stuck)
names = list(itself)
half = (len(names) + 1) // 2
fig, panels = figures.axes(columns=2, size=(12.6, 4.8))
for ax, part in zip(panels, (names[:half], names[half:])):
    means.chances(
        {name: itself[name] for name in part}, xlabel="says: came out", ax=ax
    )
show(
    fig,
    alt="a bar a row, how often the rule passes a re-run of the same trials: near one for rows "
    "in which every trial learned; two thirds or less for rows in which some trial failed",
)
print("rows with a failed trial: the rule fails itself at least 1 time in 4")

# %% [markdown] slideshow={"slide_type": "notes"}
# So "no fewer learned" is a harsh half of our rule: where one trial in ten fails by luck, paper and re-run differ by luck, and
# the rule says no about every third time or oftener. That is why the tables add "chance?". Where all learn it says yes nearly
# always, even if the counts lie far apart. A verdict is a measurement, with an error of its own.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Check yourself
#
# Look at "Ten laboratories, drawn". One laboratory prints by far the largest mean. What do you
# conclude?
#
# 1. Its program has a fault.
# 2. One of its nets was very slow; its other nets are like everybody's.
# 3. It ran fewer nets than the others.
# 4. Its nets are slower as a rule: compare the medians.

# %% [markdown] slideshow={"slide_type": "notes"}
# 1 no: one program ran all hundred. 2 yes. 3 no: ten each, though fewer *became perfect*, so that one
# slow net weighs more. 4 no: its median is among the others' medians.

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Answers, with a reason for each option</summary>
#
# 1. **No.** All hundred nets come from one program; the laboratories differ in the seeds alone.
# 2. **Yes.** The slowest net of all hundred is among its ten, and it pulls the mean; its median is an
#    ordinary one.
# 3. **No.** Each ran ten. Only those that became perfect are in the mean, though, and the fewer they are, the
#    more one of them weighs.
# 4. **No.** Look at the bars: its median stands among those of the others.
#
# </details>
#
# More questions wait in the
# [quiz](../exercises/quiz_recurrent_networks/quiz_recurrent_networks.ipynb).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# - A table is reproduced **row by row**, by a rule that is fixed before. Say what is missing.
# - What a paper leaves open can decide whether a net learns at all. That a choice repairs a row does
#   not prove that the authors made it: check it against whatever else they print.
# - Choose with some seeds, count with **others**.
# - Counts of training may have long tails. Print every trial; else median, range, and who failed.
#
# Next: a row of your own, `coursekit reproduce hochreiter1997 --row 6b --trials 3`, and whatever you read
# next with a table of means in it.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Further reading
#
# - S. Hochreiter and J. Schmidhuber 1997, *Long short-term memory*, Neural Computation 9(8),
#   1735-1780: section 5 and the appendix.
# - F. Gers, J. Schmidhuber and F. Cummins 2000, *Learning to forget: continual prediction with LSTM*.
# - B. Efron 1979, *Bootstrap methods: another look at the jackknife*.
# - P. Henderson and others 2018, *Deep reinforcement learning that matters*: the same program, other
#   seeds, other conclusions.
# - R. Agarwal and others 2021, *Deep reinforcement learning at the edge of the statistical precipice*:
#   what to report of few runs.
