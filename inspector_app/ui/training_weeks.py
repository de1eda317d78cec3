"""The weeks of an adapter at work: units, how many it decided, how many of its verdicts were changed, what it missed.

Knows figures by week; knows no record and no model.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from inspector_app.ui import theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.training_table import Table
from inspector_app.ui.widgets import label

if TYPE_CHECKING:
    from inspector_app.monitoring import Week

COLUMNS = (
    (mark("Week"), 0), (mark("Units"), 68), (mark("Decided"), 84), (mark("Changed by review"), 148),
    (mark("Missed"), 72),
)  # fmt: skip
LOWEST = 200
"""Pixels: a heading and four weeks."""


class Weeks(Spoken, QWidget):
    """The weeks of one adapter at a time, the newest first."""

    def __init__(self) -> None:
        super().__init__()
        self.weeks: Sequence[Week] = ()
        self._name, self._others = "", frozenset[str]()
        self.table, self.none = Table(COLUMNS, chosen=False), label("caption", wrap=True)
        column, heading = QVBoxLayout(self), label("section")
        column.setContentsMargins(0, theme.GAP, 0, 0)
        self.say(heading.setText, mark("Week by week"))
        self.say(self.table.setAccessibleName, mark("Week by week"))
        self.say(self.none.setText, mark("It has judged nothing here in the last twelve weeks."))
        for widget in (heading, self.none, self.table):
            column.addWidget(widget)
        self.table.setMinimumHeight(LOWEST)
        self.show_of("", ())

    def show_weeks(self, weeks: Sequence[Week]) -> None:
        """Other figures."""
        self.weeks = weeks
        self._show()

    def show_of(self, name: str, others: Collection[str]) -> None:
        """Those of an adapter; of "" those of none of the `others`, which is the one that came with the model."""
        self._name, self._others = name, frozenset(others)
        self._show()

    def _show(self) -> None:
        mine = [w for w in self.weeks if (w.adapter == self._name if self._name else w.adapter not in self._others)]
        self.table.fill([_row(week) for week in reversed(mine)])
        self.table.setVisible(bool(mine))
        self.none.setVisible(not mine)

    def respeak(self) -> None:
        self.table.say_headings()
        self._show()


def _row(week: Week) -> tuple[str, ...]:
    found = week.figures
    decided = "–" if found.coverage.value is None else f"{100 * found.coverage.value:.0f} %"
    changed = (
        tr("{count} of {all}", count=found.override.hits, all=found.override.total) if found.override.total else "–"
    )
    missed = found.truth.miss.value
    return week.week, str(found.units), decided, changed, "–" if missed is None else f"{100 * missed:.1f} %"
