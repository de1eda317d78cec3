"""The goals of one part, to be set or taken away, with the reason. Knows no figure."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QGridLayout, QLineEdit, QWidget

from inspector_app.parts import Goals
from inspector_app.ui import theme
from inspector_app.ui.kpi_rows import SHARES
from inspector_app.ui.language import mark
from inspector_app.ui.quality_desk import QualityDesk
from inspector_app.ui.quality_words import FIGURES
from inspector_app.ui.sheet import Sheet
from inspector_app.ui.widgets import label

_FIELDS = {
    "miss": (" %", 0.0, 100.0, 2, 1.0),
    "overkill": (" %", 0.0, 100.0, 2, 5.0),
    "coverage": (" %", 0.0, 100.0, 1, 80.0),
    "takt": (" s", 1.0, 86_400.0, 1, 60.0),
    "person_minutes": (" min", 0.0, 100_000.0, 1, 60.0),
}
"""Unit, least, most, digits, what stands there first."""


class GoalsDialog(Sheet):
    """`saved` after they were kept as a new version of the part."""

    saved = Signal()

    def __init__(self, desk: QualityDesk, part: str, goals: Goals, parent: QWidget) -> None:
        super().__init__(
            mark("Goals of the proof of concept"),
            mark("A goal without its tick is none. Who changes goals, when and why, is kept."),
            parent,
        )
        self._desk, self._part, self._goals = desk, part, goals
        self.ticks: dict[str, QCheckBox] = {}
        self.values: dict[str, QDoubleSpinBox] = {}
        self.reason = QLineEdit()
        self._build()
        self.resize(620, 0)

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP_L)
        for row, (name, (unit, least, most, digits, first)) in enumerate(_FIELDS.items()):
            tick, value = QCheckBox(), QDoubleSpinBox()
            self.say(tick.setText, FIGURES[name])
            self.say(value.setAccessibleName, FIGURES[name])
            value.setRange(least, most)
            value.setDecimals(digits)
            value.setSuffix(unit)
            said = getattr(self._goals, name)
            value.setValue(first if said is None else said * 100 if name in SHARES else said)
            tick.setChecked(said is not None)
            value.setEnabled(tick.isChecked())
            tick.toggled.connect(value.setEnabled)
            grid.addWidget(tick, row, 0)
            sign = label("caption")
            self.say(sign.setText, mark("at least") if name == "coverage" else mark("at most"))
            grid.addWidget(sign, row, 1)
            grid.addWidget(value, row, 2)
            self.ticks[name], self.values[name] = tick, value
        self.body.addLayout(grid)
        self.say(self.reason.setPlaceholderText, mark("Reason for the change, kept with it"))
        self.say(self.reason.setAccessibleName, mark("Reason for the change, kept with it"))
        self.body.addWidget(self.reason)
        self.add_button("x", mark("Close"), "Esc", self.reject)
        self.add_button("check", mark("Save"), "Ctrl+Return", self.save, "primary")

    def goals(self) -> Goals:
        """As entered."""
        said = {name: box.value() / (100 if name in SHARES else 1) for name, box in self.values.items()}
        return replace(Goals(), **{name: round(said[name], 6) for name, tick in self.ticks.items() if tick.isChecked()})

    def save(self) -> None:
        """Keep them."""
        task = self._desk.save_goals(self._part, self.goals(), self.reason.text().strip())
        task.done.connect(lambda _: self._saved())
        task.failed.connect(self._refused)

    def _saved(self) -> None:
        self.saved.emit()
        self.accept()

    def _refused(self, error: Exception) -> None:
        self.refuse(error, self._desk.desk.problems.tell)
