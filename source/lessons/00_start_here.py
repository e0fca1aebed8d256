# %% [markdown] slideshow={"slide_type": "slide"}
# # Start here
#
# Lesson 00 · 15 minutes
#
# **You will**
#
# - meet the question of the whole course, in three numbers,
# - see the map: seventeen lessons, eight exercises, a quiz, and how they hang together,
# - know that everything works on this machine, and how a lesson is read.

# %% [markdown] slideshow={"slide_type": "skip"}
# **You need** Python, a little NumPy, derivatives and the chain rule, and matrix products. No
# neural network: lesson 01 begins with none.
#
# | part | minutes |
# |---|---|
# | A prediction, and the course in three numbers | 4 |
# | Does it work here? | 2 |
# | The map and the thread | 4 |
# | How to read a lesson, and how long it takes | 3 |
# | What you take away | 2 |

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
import numpy as np

from coursekit import doctor, figures, show
from coursekit.publish import outline

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Predict before you run
#
# A signal passes through a hundred stations. Each of them hands on **nine tenths** of what it
# gets. How much arrives?
#
# 1. about a half
# 2. about a tenth
# 3. less than a ten-thousandth
# 4. nothing at all
#
# Decide, and write your answer down: every lesson begins like this.

# %% [markdown] slideshow={"slide_type": "notes"}
# Answer: 3. $0.9^{100}$ is 0.0000266, computed below. Most people choose 2. Let somebody who
# chose 4 say what would have to be true for that.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The course in three numbers
#
# A *recurrent net* reads a sequence step by step. To learn, it hands the error of its answer
# back, from step to step, and each step multiplies it. After $n$ steps with the factor $r$:
#
# $$r^n$$

# %%
for r in (0.9, 1.0, 1.1):
    print(f"{r} ** 100 = {r**100:.7f}")
assert 0.9**100 < 1e-4 and 1.0**100 == 1 and 1.1**100 > 1e4

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## Vanish, stay, explode

# %% tags=["hide-input"]
lags = np.arange(1, 101)
left = {f"r = {r}": [r**lags] for r in (0.9, 1.0, 1.1)}
ax = figures.regimes(lags, left, ylabel="what is left of 1 (log scale)")
ax.set_xlabel("steps")
show(
    ax,
    alt="on a log scale three straight lines over 100 steps: 0.9 falls below a "
    "ten-thousandth, 1 stays at one, 1.1 rises above ten thousand",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# Below one, the error is gone before it reaches the step that caused it. Above one, it drowns
# everything. Only *exactly* one hands it on, and no training process finds a number exactly.
# Lesson 03 measures this in real nets. Lesson 05 builds a cell in which the factor **is** one, and
# shows what that costs. Lessons 06 and 07 add the gates that it needs. With them the cell has a
# name: long short-term memory, LSTM.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Does it work here?
#
# `coursekit doctor` says more, in a terminal. This asks the same questions:

# %%
problems = [f for f in doctor.examine() if f.state == "problem"]
for finding in problems:
    print(finding.what, finding.found, "->", finding.remedy, sep="\n  ")
print(f"{len(problems)} problems.", "The course works here." * (not problems))

# %% [markdown] slideshow={"slide_type": "skip"}
# If a line above names a problem, it also says what to do. Do that first: it is quicker than to
# find out in lesson 03. You can run any notebook from top to bottom with *Run, Run All Cells*; most
# are done within a minute.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The map

# %% tags=["hide-input"]
ax = figures.course_map(
    [(one.number, one.title, one.minutes) for one in outline.LESSONS],
    [(one.stem.partition("_")[0], one.after) for one in outline.EXERCISES],
)
assert (len(outline.LESSONS), len(outline.EXERCISES)) == (17, 8 + 1)
show(
    ax,
    alt="seventeen lessons in three rows, joined by arrows from 01 Memory to 17 "
    "Reproducing the papers; exercise 1 hangs on lesson 01, 2 on 02, 3 on 03, 4 on "
    "06, 5 and 8 on 07, 6 on 09, 7 and the quiz on 13",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# An exercise hangs on the last lesson that it needs. First row: why memory is hard for a recurrent
# net, and why each gate had to be invented. Second row: what the cell can then do, measured on the
# tasks of the papers. Third row: other cells, other ways to train them, what they were used for,
# and the old tables run again.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The thread: something fails, the next idea repairs it

# %% tags=["hide-input"]
for one in outline.LESSONS:
    print(f"{one.number:02d} {one.title:27}{one.fails}")

# %% [markdown] slideshow={"slide_type": "notes"}
# Nobody has to know all the words yet: each lesson explains its own. Read three of these lines
# aloud, 03, 05 and 06, and ask what the next lesson will have to bring.
# (A factor of exactly one; protection; something that empties the memory.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How to read a lesson
#
# - **Predict** before you run. A wrong guess is worth more than none.
# - **Run** it cell by cell. Every number in the text comes out of a cell. Change one, run again.
# - **Look for the score without memory**: it stands beside the others, and is often high.
# - **Work the exercise**: `check` names the mistake, `hint` goes one step further at each call.

# %% [markdown] slideshow={"slide_type": "skip"}
# Your notebooks are a copy of your own: a later start brings what is new, and never touches what
# you have changed. To get a fresh copy of a lesson, delete yours. The exercises say how long they take,
# and which lessons they need:

# %% slideshow={"slide_type": "skip"}
for one in outline.EXERCISES:
    print(
        f"{one.stem:26}{one.minutes:4d} minutes, after lesson {one.after:02d}"
    )

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How long does it take?

# %%
every = sum(one.minutes for one in outline.LESSONS)
works = sum(one.minutes for one in outline.EXERCISES)
print(
    f"alone: {every / 60:.0f} hours of lessons, {works / 60:.0f} of exercises"
)


# %% tags=["hide-input"]
def plan(name):
    print(f"{name}:")
    for one in outline.PROGRAMMES[name]:
        taken = " + ".join(f"{n:02d}" for n in one.lessons) or "looking back"
        print(f"  {taken:14}{outline.minutes(one):4d} min  {one.exercise}")


plan("90 minutes")
plan("a day")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ## A term, and what is handed out

# %%
plan("a term")

# %% [markdown] slideshow={"slide_type": "notes"}
# 90 minutes: the trouble (03), then the cell, picture by picture (08); a quarter of an hour is left
# for questions. A day: the argument from memory to the forget gate, with one exercise before noon.
# A term: twelve meetings of 90 minutes; the exercise of a line is handed out that day.

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
minutes = {one.stem: one.minutes for one in outline.EXERCISES} | {"": 0}
day = sum(
    outline.minutes(one) + minutes[one.exercise]
    for one in outline.PROGRAMMES["a day"]
)
short = sum(map(outline.minutes, outline.PROGRAMMES["90 minutes"]))
term = outline.PROGRAMMES["a term"]
assert short == outline.SESSION - 15 and day <= outline.DAY
assert len(term) == 12
assert all(outline.minutes(one) <= outline.SESSION for one in term)
taken = [number for one in term for number in one.lessons]
assert taken == [one.number for one in outline.LESSONS]

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Check yourself
#
# Look at "Vanish, stay, explode". An error is to arrive after **1000** steps as it set out. Which
# factor does that?
#
# 1. 0.999: that is as good as one
# 2. exactly 1
# 3. 1.001: a little more, to be on the safe side
# 4. any factor, if what arrives is made larger or smaller at the end

# %% [markdown] slideshow={"slide_type": "notes"}
# 1 no: little more than a third is left. 2 yes. 3 no: it comes out nearly three times as large. 4 no: one number at
# the end cannot know the way; and what has become zero stays zero.

# %% slideshow={"slide_type": "skip"}
assert 0.36 < 0.999**1000 < 0.37 and 2.71 < 1.001**1000 < 2.72
assert 0.9**10_000 == 0 and 20_000 < 1.001**10_000 < 23_000
print("0.999 and 1.001 are too far from one, and 0.9 ** 10000 is 0.0")

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Answers, with a reason for each option</summary>
#
# 1. **No.** After 1000 steps a little more than a third is left.
# 2. **Yes.** One is the only number whose thousandth power is one. Lesson 05 builds it in.
# 3. **No.** It comes out nearly three times as large; over 10,000 steps, 20,000 times.
# 4. **No.** The factor differs from path to path, so no single correction fits; and a number that
#    has been rounded to zero on the way cannot be made larger.
#
# </details>
#
# That was a question of the kind that ends each lesson. Many more wait in the
# [quiz](../exercises/quiz_recurrent_networks/quiz_recurrent_networks.ipynb).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# - What is multiplied a hundred times vanishes or explodes, unless the factor is exactly one.
# - In each lesson something fails, measured. The next idea repairs it.
# - Predict, run, compare with the score without memory.
#
# Next: [01 memory](01_memory.ipynb): what a net without one can do, and what it cannot.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Further reading
#
# - Hochreiter and Schmidhuber 1997, *Long short-term memory*: the paper that this course starts
#   from. Lessons 03 to 06 are its sections 3 and 4.
# - Olah 2015, *Understanding LSTM networks*: the cell in pictures; a good hour before lesson 08.
# - Graves 2012, *Supervised sequence labelling with recurrent neural networks*: what came after.
