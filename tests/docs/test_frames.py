"""What is read out of a lesson's frame, and what is said of a lesson without one."""

from pathlib import Path

import pytest

from coursekit.errors import CommandError
from coursekit.publish import course, frames

GOOD = """\
# %% [markdown]
# # Small
#
# Lesson 03 · 5 minutes
#
# | part | minutes |
# |---|---|
# | A | 3 |
# | B | 2 |

# %% [markdown]
# ## Predict the next word
#
# No options here: a part, not the prediction.

# %% [markdown] slideshow={"slide_type": "notes"}
# Answer: none.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Predict before you run
#
# What is $x$?
#
# 1. one
# 2. two

# %% [markdown] slideshow={"slide_type": "notes"}
# Answer: 2.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Check `yourself` *now*
#
# Not this one.

# %% [markdown]
# ## Check yourself
#
# 1. a
# 2. b

# %% [markdown] slideshow={"slide_type": "notes"}
# 1 no, 2 yes.
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "source" / "lessons" / "03_small.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_a_frame_is_read(tmp_path: Path) -> None:
    source = written(tmp_path, GOOD.replace("## Check `yourself` *now*", "## A `b` *now* $c$"))
    frame = frames.read(source)
    assert (frame.number, frame.title, frame.minutes) == (3, "Small", 5)
    assert frame.parts == (("A", 3), ("B", 2))
    assert [asked.answer for asked in frame.predictions] == ["Answer: 2."]
    assert frame.predictions[0].text.endswith("1. one\n2. two")
    assert frame.check.answer == "1 no, 2 yes."
    assert "A b now c" in frames.headings(source)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("# # Small", "# Small", "no a title"),
        ("Lesson 03 · 5 minutes", "Five minutes", '"Lesson NN · N minutes"'),
        ("# ## Predict before you run", "# ## Guess", "needs a `## Predict"),
        ("# ## Check yourself\n", "# ## Check\n", "one `## Check yourself`"),
        ("# 1 no, 2 yes.", "# ## A heading in between", "one `## Check yourself`"),
    ],
)
def test_a_frame_that_lacks_a_part_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(CommandError, match="03_small.py") as caught:
        frames.read(written(tmp_path, GOOD.replace(old, new)))
    assert said in str(caught.value)


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        frames.read(tmp_path / "04_none.py")
    path = written(tmp_path, "")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match="not UTF-8"):
        frames.read(path)


def test_every_lesson_has_a_frame() -> None:
    sources = [path for path in course.locate().sources() if path.parent.name == "lessons"]
    for source in sources:
        frame = frames.read(source)
        assert sum(minutes for _, minutes in frame.parts) == frame.minutes
