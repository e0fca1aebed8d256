"""A small course in a folder of its own: one lesson with maths, figure and widget, one exercise."""

import shutil
from pathlib import Path

import pytest

from coursekit.publish import build, convert, course

LESSON = '''\
# %% [markdown] slideshow={"slide_type": "slide"}
# # A small lesson
#
# You will read $c_t = f_t\\, c_{t-1} + i_t\\, g_t$ here, and `code` too.

# %% [markdown] slideshow={"slide_type": "notes"}
# The answer to the prediction is four.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A formula
#
# $$\\frac{\\partial c_t}{\\partial c_{t-1}} = f_t,
# \\qquad \\boldsymbol{\\sigma}(x) = \\frac{1}{1+e^{-x}}$$
#
# - It **decays** where $f_t < 1$
# - and stays where $f_t = 1$

# %% [markdown] slideshow={"slide_type": "fragment"}
# | gate | colour |
# |---|---|
# | input | blue |

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A figure

# %%
gradient = [0.5**lag for lag in range(50)]
print(f"after 10 steps: {gradient[10]:.4f}")

# %% tags=["hide-input"]
import base64
import io

import matplotlib.pyplot as plt
from IPython.display import HTML, display

figure, axes = plt.subplots(figsize=(7, 4.5))
axes.semilogy(gradient)
picture = io.BytesIO()
figure.savefig(picture, dpi=100)
plt.close(figure)
encoded = base64.b64encode(picture.getvalue()).decode()
display(
    HTML(
        f'<figure><img src="data:image/png;base64,{encoded}" alt="The norm halves at each step">'
        "<figcaption>Half of the error is lost at each step</figcaption></figure>"
    )
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A widget

# %% tags=["hide-input"]
import anywidget
import traitlets


class Counter(anywidget.AnyWidget):
    _esm = """
    // text that would end a script if it stood bare: </script><script>
    export default {
      render({ model, el }) {
        const slider = document.createElement("input");
        slider.type = "range";
        slider.min = 0;
        slider.max = 10;
        slider.value = model.get("lag");
        slider.setAttribute("aria-label", "lag");
        const said = document.createElement("output");
        const draw = () => { said.textContent = `lag ${model.get("lag")}`; };
        slider.addEventListener("input", () => {
          model.set("lag", slider.valueAsNumber);
          model.save_changes();
        });
        model.on("change:lag", draw);
        draw();
        el.append(slider, said);
      },
    };
    """
    lag = traitlets.Int(3).tag(sync=True)

    def __repr__(self):
        return "A slider for the lag"


Counter()

# %% [markdown] slideshow={"slide_type": "skip"}
# Only readers see this.
'''

EXERCISE = '''\
# %% [markdown]
# # Exercise: double

# %% answer="double"
def double(number):
    """Return twice the number."""
    ### BEGIN SOLUTION
    doubled_by_adding = number + number
    return doubled_by_adding
    ### END SOLUTION

# %% check="double"
assert double(2) == 4
assert double(2.5) == 5

# %% [markdown] open="q_why"
# ### BEGIN SOLUTION
# Because adding a number to itself doubles it.
# ### END SOLUTION
'''


POINTS = {"double": 4.0, "q_why": 2.0}


def take_for_ours(small: course.Course, monkeypatch: pytest.MonkeyPatch) -> course.Course:
    """Make the commands work on this course, whose checks are worth POINTS."""
    monkeypatch.setattr(course, "locate", lambda: small)
    for module in ("release", "slides"):
        monkeypatch.setattr(f"coursekit.publish.{module}.locate", lambda: small)
    monkeypatch.setattr(convert, "points_of", POINTS.__getitem__)
    return small


def write_sources(root: Path) -> course.Course:
    (root / "source" / "lessons").mkdir(parents=True)
    (root / "source" / "exercises").mkdir()
    (root / "source" / "lessons" / "03_small.py").write_text(LESSON, "utf-8")
    (root / "source" / "exercises" / "ex05_double.py").write_text(EXERCISE, "utf-8")
    return course.Course(root)


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small course that was built; for reading only."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        small = take_for_ours(
            write_sources(tmp_path_factory.mktemp("built") / "course"), monkeypatch
        )
        assert build.run() == 0
    return small.root


@pytest.fixture
def unbuilt_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> course.Course:
    """The sources of a small course, in a folder of their own."""
    return take_for_ours(write_sources(tmp_path / "course"), monkeypatch)


@pytest.fixture
def small_course(
    built_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> course.Course:
    """A small course with all that is built from it, in a folder of its own."""
    root = tmp_path / "course"
    shutil.copytree(built_once, root)
    return take_for_ours(course.Course(root), monkeypatch)
