"""What a chart shows, as data: names along the axis, series, what is said of each point, and the same as a table.

Knows no Qt; charts.py draws it.
"""

import csv
import io
from dataclasses import dataclass, field
from enum import StrEnum

RISKY = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would take for a formula and run."""


class Kind(StrEnum):
    """How a series is drawn."""

    LINE = "line"
    BARS = "bars"
    DOTS = "dots"
    STEPS = "steps"


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values; None leaves a gap. `ink`: a colour of the theme by its role. `low`, `high`: bounds to draw.
    `alarms` are drawn large, `hollow` as rings."""

    name: str
    values: tuple[float | None, ...]
    kind: Kind = Kind.LINE
    ink: str = "accent"
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    dashed: bool = False
    alarms: frozenset[int] = frozenset()
    hollow: frozenset[int] = frozenset()
    listed: bool = True
    """Whether it has a place in the legend."""
    shift: float = 0.0
    """How far its points stand beside the middle, so that two series do not cover each other."""


@dataclass(frozen=True, slots=True)
class ChartData:
    """A chart; `empty` is said in its place where there is nothing to draw, with what to do."""

    title: str
    labels: tuple[str, ...] = ()
    series: tuple[Series, ...] = ()
    told: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    percent: bool = True
    top: float | None = None
    bottom: float = 0.0
    note: str = ""
    empty: str = ""
    refs: tuple[tuple[float, str], ...] = field(default_factory=tuple)
    """Heights of lines across, with their words."""

    @property
    def name(self) -> str:
        """As part of a file's name."""
        kept = "".join(letter if letter.isalnum() else "-" for letter in self.title).strip("-")
        return "-".join(part for part in kept.split("-") if part)

    def csv(self) -> bytes:
        """UTF-8 with a byte order mark, as Excel opens it right."""
        return self._table(",", "\r\n").encode("utf-8-sig")

    def tabbed(self) -> str:
        """For the clipboard: cells that a spreadsheet takes as cells."""
        return self._table("\t", "\n")

    def _table(self, delimiter: str, end: str) -> str:
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end)
        writer.writerow(self.columns)
        writer.writerows(["'" + cell if cell.startswith(RISKY) and len(cell) > 1 else cell for cell in row]
                         for row in self.rows)  # fmt: skip
        return buffer.getvalue()
