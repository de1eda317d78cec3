"""Two cards beside the stage: who the unit on the stage is, and what is to be looked for on the part that is captured.

Know units and parts; know no page.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QLocale, Qt, QTime
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout

from inspector_app.ui import theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.unit import Unit
from inspector_app.ui.widgets import label
from inspector_app.ui.words import defect_word

if TYPE_CHECKING:
    from inspector_app.parts import Part, Reference

_RIGHT = Qt.TextElideMode.ElideRight


class IdentityCard(Spoken, QFrame):
    """Part, lot, serial, work order, operator and time of a unit that was sent."""

    _ROWS = (
        ("part", mark("Part"), 0, 0),
        ("serial", mark("Serial number"), 0, 1),
        ("lot", mark("Lot"), 2, 0),
        ("work_order", mark("Work order"), 2, 1),
        ("operator", mark("Operator"), 4, 0),
        ("time", mark("Time"), 4, 1),
    )

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._unit: Unit | None = None
        self._said: dict[str, tuple[str | None, int]] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.GAP_L, theme.GAP, theme.GAP_L, theme.GAP)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(0)
        self.values = {}
        for name, title, row, column in self._ROWS:
            caption, value = label("caption"), label("section")
            self.say(caption.setText, title)
            grid.addWidget(caption, row, column)
            grid.addWidget(value, row + 1, column)
            grid.setColumnStretch(column, 1)
            self.values[name] = value

    def show_unit(self, unit: Unit) -> None:
        """Say who it is."""
        self._unit = unit
        self.respeak()

    def respeak(self) -> None:
        if self._unit is None:
            return
        who, record = self._unit.identity, self._unit.inspection
        when = record.captured_at.astimezone() if record else None
        texts = {
            "part": who.part,
            "serial": who.serial,
            "lot": who.lot,
            "work_order": who.work_order,
            "operator": record.operator if record else None,
            "time": QLocale().toString(QTime(when.hour, when.minute), QLocale.FormatType.ShortFormat) if when else None,
        }
        for name, text in texts.items():
            value = self.values[name]
            room = max(value.width(), 150)
            if self._said.get(name) == (text, room):
                continue
            self._said[name] = (text, room)
            value.setText(value.fontMetrics().elidedText(text or "–", _RIGHT, room))
            value.setToolTip(text or "")


class CriterionCard(Spoken, QFrame):
    """The part's criterion in its own words, and the defect classes that are looked for."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._part: Part | None = None
        self._title, self._words, self._classes_title, self._classes = (
            label("section"),
            label(wrap=True),
            label("caption"),
            label("caption", wrap=True),
        )
        self.ending = label("warning", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_L, theme.GAP, theme.GAP_L, theme.GAP)
        column.setSpacing(theme.GAP_S)
        for part in (self.ending, self._title, self._words, self._classes_title, self._classes):
            column.addWidget(part)
        self.ending.hide()
        column.addStretch(1)
        self.say(self._title.setText, mark("Criterion"))
        self.say(self._classes_title.setText, mark("Looked for"))

    def show_part(self, part: Part | None) -> None:
        """Say what is to be looked for on a part."""
        self._part = part
        self.respeak()

    def respeak(self) -> None:
        part = self._part
        none = tr("None is written for this part. A supervisor can write one under Parts.")
        self._words.setText((part.asked if part else "") or none)
        ending = part.expiring(date.today()) if part else []
        self.ending.setText("\n".join(_ending_words(part, one) for one in ending) if part else "")
        self.ending.setVisible(bool(ending))
        self._classes.setText(" · ".join(defect_word(name) for name in part.defects) if part else "")


def _ending_words(part: Part, sample: Reference) -> str:
    """Which sample has expired, or will soon, and when."""
    day = sample.expires_on
    assert day is not None
    name = tr("Golden sample") if sample is part.golden_sample else sample.criterion or tr("Limit sample")
    shown = QLocale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.ShortFormat)
    text = tr("{name}: expired on {day}") if sample.expired(date.today()) else tr("{name}: expires on {day}")
    return text.format(name=name, day=shown)
