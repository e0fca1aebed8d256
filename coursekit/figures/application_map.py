"""The dated map: one line for each use of recurrent memory, and what it needs."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from coursekit.figures import style
from coursekit.papers.applications import ANSWERS, Application

ROW = 0.4


def application_map(
    entries: Sequence[Application],
    *,
    years: tuple[int, int] = (2000, 2019),
    ax: Axes | None = None,
) -> Axes:
    """Draw a map of applications: task, year, and what each needs of memory.

    Colour and marker say when an answer is due; an open marker, that the source is second-hand.

    Args:
        entries: of ``coursekit.papers.applications``, in the order in which they stand below
            each other.
        years: first and last year of the axis.

    Raises:
        ValueError: no entries; a year outside the axis.

    >>> from coursekit.papers.applications import PRODUCTS
    >>> ax = application_map(PRODUCTS)
    """
    rows = list(entries)
    if not rows:
        raise ValueError("entries is empty; pass some of coursekit.papers.applications")
    for entry in rows:
        if not years[0] <= entry.year <= years[1]:
            raise ValueError(
                f"{entry.task} is of {entry.year}, outside the axis from {years[0]} to "
                f"{years[1]}; pass other years"
            )
    ax = style.own(ax, (12.8, 1.3 + ROW * len(rows)))
    looks = dict(zip(ANSWERS, style.line_looks(len(ANSWERS)), strict=True))
    for place, entry in enumerate(rows):
        look = looks[entry.answer]
        ax.plot([years[0], entry.year], [place, place], color=style.PALE, linewidth=2, zorder=1)
        ax.plot(
            *(entry.year, place, look["marker"]),
            color=look["color"],
            markerfacecolor="white" if entry.second_hand else look["color"],
            markeredgewidth=2.2,
            markersize=10,
            zorder=3,
        )
        ax.annotate(
            entry.needs,
            (1.0, place),
            xycoords=("axes fraction", "data"),
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.SMALL,
            annotation_clip=False,
        )
    style.dress(ax, "year")
    ax.grid(False, axis="y")
    ax.set_yticks(range(len(rows)), [entry.task for entry in rows], fontsize=style.SMALL)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(years[0], years[1] + 0.5)
    style.whole_steps(ax.xaxis)
    ax.figure.legend(
        handles=_key(rows, looks),
        loc="outside upper right",
        ncols=len(ANSWERS) + 1,
        fontsize=style.SMALL,
        frameon=False,
        handletextpad=0.1,
        columnspacing=1.2,
    )
    return ax


def _key(rows: list[Application], looks: dict[str, dict[str, str]]) -> list[Line2D]:
    used = [answer for answer in ANSWERS if any(entry.answer == answer for entry in rows)]
    marks = [(answer, looks[answer], looks[answer]["color"]) for answer in used]
    if any(entry.second_hand for entry in rows):
        marks.append(("open: second-hand", looks[used[0]] | {"color": style.GREY}, "white"))
    return [
        Line2D(
            [],
            [],
            linestyle="none",
            marker=look["marker"],
            color=look["color"],
            markerfacecolor=face,
            markeredgewidth=2.2,
            markersize=9,
            label=label,
        )
        for label, look, face in marks
    ]
