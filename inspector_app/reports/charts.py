"""p-chart and Pareto on paper: lines, marks and words on an fpdf page. Knows points and millimetres."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from inspector_app.quality.spc import Bar, PChart
from inspector_app.reports.paper import ALARM, INK, MODEL, PALE, RULE, Paper
from inspector_app.reports.words import word

MOST_POINTS, MOST_BARS, NAMES = 90, 10, 6
LEFT, BELOW = 14.0, 9.0
"""Millimetres for the numbers beside a chart and the names below it."""


@dataclass(frozen=True, slots=True)
class Area:
    """Where a chart lies, in millimetres."""

    x: float
    y: float
    width: float
    height: float

    @property
    def plot(self) -> "Area":
        """What is left for points, between the numbers, the names and a line of words above."""
        return Area(self.x + LEFT, self.y + 5, self.width - LEFT - 12, self.height - BELOW - 5)


def draw_p_chart(paper: Paper, chart: PChart, area: Area) -> None:
    """Points with their own limits; what breaks a rule is filled red and larger."""
    points = chart.points[-MOST_POINTS:]
    plot = area.plot
    # The limit of a shift of three units must not press all points to the floor.
    top = _nice(max(0.01, 1.3 * median(point.upper for point in points), *(point.p for point in points)))
    _scale(paper, plot, top, percent=True)

    def x(number: int) -> float:
        return plot.x + plot.width * (number + 0.5) / len(points)

    def y(p: float) -> float:
        return plot.y + plot.height * (1 - min(p, top) / top)

    paper.set_line_width(0.25)
    for limit in ("upper", "lower"):
        paper.set_draw_color(*ALARM)
        paper.set_dash_pattern(1.2, 0.8)
        _steps(paper, [y(getattr(point, limit)) for point in points], x, plot.width / len(points) / 2)
    paper.set_dash_pattern()
    paper.set_draw_color(*PALE)
    paper.line(plot.x, y(chart.centre), plot.x + plot.width, y(chart.centre))
    paper.set_draw_color(*MODEL)
    paper.set_line_width(0.4)
    for number in range(len(points) - 1):
        paper.line(x(number), y(points[number].p), x(number + 1), y(points[number + 1].p))
    for number, point in enumerate(points):
        colour = ALARM if point.rules else MODEL
        radius = 1.1 if point.rules else 0.8
        paper.set_draw_color(*colour)
        paper.set_fill_color(*((255, 255, 255) if point.small and not point.rules else colour))
        paper.ellipse(x(number) - radius, y(point.p) - radius, 2 * radius, 2 * radius, style="FD")
    paper.words(7, PALE)
    paper.set_xy(plot.x, area.y)
    few = f"   {word('few', paper.language)}" if any(point.small for point in points) else ""
    paper.cell(plot.width, 4, word("centre", paper.language).format(chart.centre) + few)
    step = max(1, math.ceil(len(points) / NAMES))
    year = {point.name[:5] for point in points}
    for number in range(0, len(points), step):
        paper.set_xy(x(number) - 15, plot.y + plot.height + 1)
        name = points[number].name[5:] if len(year) == 1 else points[number].name
        paper.cell(30, 4, paper.fitting(name, 29), align="C")


def draw_pareto(paper: Paper, bars: Sequence[Bar], area: Area) -> None:
    """Counts as bars, the share of all before as a line."""
    shown, plot = bars[:MOST_BARS], area.plot
    top = _nice(max(bar.count for bar in shown))
    _scale(paper, plot, top, percent=False)
    width = plot.width / len(shown)
    paper.set_fill_color(*MODEL)
    for number, bar in enumerate(shown):
        height = plot.height * bar.count / top
        paper.rect(
            plot.x + width * number + width * 0.15, plot.y + plot.height - height, width * 0.7, height, style="F"
        )
        inside = height > 6  # where the line of shares cannot run through it
        paper.words(7, (255, 255, 255) if inside else INK)
        paper.set_xy(plot.x + width * number, plot.y + plot.height - height + (1.5 if inside else -4))
        paper.cell(width, 4, str(bar.count), align="C")
        paper.words(7)
        paper.set_xy(plot.x + width * number, plot.y + plot.height + 1)
        paper.cell(width, 4, paper.fitting(word(bar.name, paper.language), width - 1), align="C")
    paper.set_draw_color(*ALARM)
    paper.set_line_width(0.4)
    marks = [
        (plot.x + width * (number + 0.5), plot.y + plot.height * (1 - bar.cumulative))
        for number, bar in enumerate(shown)
    ]
    for one, other in zip(marks, marks[1:], strict=False):
        paper.line(*one, *other)
    paper.words(7, ALARM)
    for share in (0.0, 0.5, 1.0):
        paper.set_xy(plot.x + plot.width + 1, plot.y + plot.height * (1 - share) - 2)
        paper.cell(11, 4, f"{share:.0%}")


def _scale(paper: Paper, plot: Area, top: float, percent: bool) -> None:
    paper.set_draw_color(*RULE)
    paper.set_line_width(0.15)
    for part in range(5):
        value, at = top * part / 4, plot.y + plot.height * (1 - part / 4)
        paper.line(plot.x, at, plot.x + plot.width, at)
        paper.words(7, PALE)
        paper.set_xy(plot.x - LEFT, at - 2)
        paper.cell(LEFT - 1, 4, f"{value * 100:.3g} %" if percent else f"{value:g}", align="R")


def _steps(paper: Paper, heights: Sequence[float], x: Callable[[int], float], half: float) -> None:
    for number, height in enumerate(heights):
        paper.line(x(number) - half, height, x(number) + half, height)
        if number + 1 < len(heights):
            paper.line(x(number) + half, height, x(number) + half, heights[number + 1])


def _nice(value: float) -> float:
    """The next of 1, 2, 4, 8 times a power of ten: four parts of it are round."""
    power: float = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 8, 10, 20) if step * power >= value * 1.0001)
