"""Boxes, arrows and letters on a plain sheet: what all diagrams are drawn with."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Patch, PathPatch
from matplotlib.path import Path
from matplotlib.text import Text

from coursekit.figures import style

Point = tuple[float, float]


class Sheet:
    """A sheet whose unit is an inch, with (0, 0) at the lower left corner.

    On axes smaller than the sheet, letters and lines shrink with it.
    """

    def __init__(self, ax: Axes | None, width: float, height: float) -> None:
        given = ax is not None
        if ax is None:
            figure = Figure(figsize=(width, height), facecolor="white")
            ax = figure.add_axes((0, 0, 1, 1))
        self.ax = ax
        ax.set_xlim(0, width)
        ax.set_ylim(0, height)
        ax.set_aspect("equal")
        ax.axis("off")
        if given:
            ax.figure.draw_without_rendering()  # type: ignore[union-attr]
        box = ax.get_window_extent()
        dpi = ax.figure.dpi
        self.scale = min(box.width / dpi / width, box.height / dpi / height)

    def text(
        self, x: float, y: float, text: str, *, size: float = style.LARGE, **options: Any
    ) -> Text:
        """Write a text centred at (x, y)."""
        usual: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 6}
        return self.ax.text(x, y, text, fontsize=size * self.scale, **(usual | options))

    def box(
        self,
        x: float,
        y: float,
        text: str,
        *,
        width: float = 1.3,
        height: float = 0.8,
        colour: str = style.BLACK,
        size: float = style.LARGE,
        fill: str = "white",
        line: Any = "-",
        zorder: float = 4,
    ) -> None:
        """Draw a rounded box centred at (x, y) with its text inside."""
        self.ax.add_patch(
            FancyBboxPatch(
                (x - width / 2 + 0.1, y - height / 2 + 0.1),
                width - 0.2,
                height - 0.2,
                boxstyle="round,pad=0.1,rounding_size=0.12",
                facecolor=fill,
                edgecolor=colour,
                linewidth=2.4 * self.scale,
                linestyle=line,
                zorder=zorder,
            )
        )
        if text:
            self.text(x, y, text, size=size)

    def circle(
        self,
        x: float,
        y: float,
        text: str = "",
        *,
        radius: float = 0.27,
        colour: str = style.BLACK,
        fill: str = "white",
        size: float = style.LARGE,
        line: Any = "-",
    ) -> None:
        """Draw a circle, such as an operation or a unit, with its text inside."""
        self.ax.add_patch(
            Circle(
                (x, y),
                radius,
                facecolor=fill,
                edgecolor=colour,
                linewidth=2.4 * self.scale,
                linestyle=line,
                zorder=4,
            )
        )
        if text:
            self.text(x, y, text, size=size)

    def arrow(
        self,
        *points: Point,
        colour: str = style.BLACK,
        line: Any = "-",
        width: float = 2.2,
        head: bool = True,
    ) -> Patch:
        """Draw a line through the points, with an arrow head at the last."""
        if len(points) > 2 or not head:
            stem = (*points[:-1], _short_of(points[-1], points[-2], 0.12)) if head else points
            bent = PathPatch(
                Path(stem),
                facecolor="none",
                edgecolor=colour,
                linewidth=width * self.scale,
                linestyle=line,
                capstyle="butt",
                joinstyle="round",
                zorder=3,
            )
            self.ax.add_patch(bent)
            if not head:
                return bent
            points = (_short_of(points[-1], points[-2], 0.125), points[-1])
            line = "-"
        straight = FancyArrowPatch(
            points[0],
            points[1],
            arrowstyle="-|>",
            mutation_scale=17 * self.scale,
            shrinkA=0,
            shrinkB=0,
            color=colour,
            linewidth=width * self.scale,
            linestyle=line,
            zorder=3,
        )
        self.ax.add_patch(straight)
        return straight

    def curve(
        self,
        start: Point,
        end: Point,
        bend: float,
        *,
        colour: str = style.BLACK,
        line: Any = "-",
        width: float = 2.2,
        gap: float = 0.0,
    ) -> None:
        """Draw a bent arrow; `gap` inches stay free at both ends."""
        self.ax.add_patch(
            FancyArrowPatch(
                start,
                end,
                connectionstyle=f"arc3,rad={bend}",
                arrowstyle="-|>",
                mutation_scale=17 * self.scale,
                shrinkA=gap * 72 * self.scale,
                shrinkB=gap * 72 * self.scale,
                color=colour,
                linewidth=width * self.scale,
                linestyle=line,
                zorder=3,
            )
        )

    def dot(self, x: float, y: float) -> None:
        """Mark a place where a line branches."""
        self.ax.add_patch(Circle((x, y), 0.055, color=style.BLACK, zorder=5))


def _short_of(end: Point, before: Point, by: float) -> Point:
    """Return the point `by` inches before the end of a straight piece."""
    dx, dy = end[0] - before[0], end[1] - before[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    return end[0] - by * dx / length, end[1] - by * dy / length
