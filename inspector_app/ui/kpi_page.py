"""The tab of goals: for each part what a proof of concept shall reach, where it stands, since when, what is lacking.

Knows how a goal is shown and changed; knows no formula.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from inspector_app.quality.kpi import Says
from inspector_app.quality.progress import Progress
from inspector_app.ui import icons, theme
from inspector_app.ui.kpi_dialog import GoalsDialog
from inspector_app.ui.kpi_rows import GoalRow
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.quality_desk import QualityDesk
from inspector_app.ui.quality_filter import PERIODS
from inspector_app.ui.sheet import key_button
from inspector_app.ui.theme import Themed
from inspector_app.ui.widgets import EmptyState, card, label, scrolled

_PERIODS = {"set": mark("Since the goals were set"), **{n: PERIODS[n] for n in ("month", "quarter", "year", "all")}}
_ICONS = {
    Says.MET: "circle-check",
    Says.NOT_MET: "octagon-x",
    Says.NOT_ENOUGH: "hourglass",
    None: "circle-question-mark",
}


class GoalsTab(Spoken, Themed, QWidget):
    """Parts at the left, the goals of the chosen one at the right."""

    dialog_wanted = Signal(object)

    def __init__(self, desk: QualityDesk, language: Callable[[], str]) -> None:
        super().__init__()
        self._desk, self._language = desk, language
        self.found: list[Progress] = []
        self.names, self.period = QListWidget(), QComboBox()
        self.title, self.about = label("title"), label("caption", wrap=True)
        self.rows = QVBoxLayout()
        self.nothing = EmptyState(
            "target",
            mark("No goals for this part"),
            mark("A supervisor sets them: miss, overkill, coverage, takt, minutes of people. Ctrl+E."),
        )
        self._build()
        self.respeak()
        self.names.currentRowChanged.connect(self._show)
        self.period.currentIndexChanged.connect(self.reload)

    def _build(self) -> None:
        row, left, right = QHBoxLayout(self), QVBoxLayout(), QVBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_L)
        self.names.setFixedWidth(260)
        self.names.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        left.addWidget(self.names, 1)
        row.addLayout(left)
        frame = card()
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(theme.GAP_XL, theme.GAP_L, theme.GAP_XL, theme.GAP_L)
        inside.setSpacing(theme.GAP)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        self.say(self.period.setAccessibleName, mark("Period"))
        self.period.setMinimumWidth(240)
        head.addWidget(self.period)
        self.edit_button = key_button(self, "pencil", mark("Set goals"), "Ctrl+E", self.edit)
        head.addWidget(self.edit_button)
        inside.addLayout(head)
        inside.addWidget(self.about)
        content = QWidget()
        content.setLayout(self.rows)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(theme.GAP_S)
        inside.addWidget(scrolled(content, right=theme.GAP_S), 1)
        inside.addWidget(self.nothing, 1)
        right.addWidget(frame)
        row.addLayout(right, 1)
        self.setFocusProxy(self.names)

    # -- what the person does

    def reload(self) -> None:
        """Count again."""
        self.about.setText(tr("Counting …"))
        task = self._desk.goals(str(self.period.currentData() or "set"))
        task.done.connect(self._came)

    def edit(self) -> None:
        """Other goals for the chosen part."""
        if (chosen := self._chosen()) is not None:
            dialog = GoalsDialog(self._desk, chosen.part, chosen.goals, self)
            dialog.saved.connect(self.reload)
            self.dialog_wanted.emit(dialog)

    def _chosen(self) -> Progress | None:
        row = self.names.currentRow()
        return self.found[row] if 0 <= row < len(self.found) else None

    # -- what comes and is seen

    def _came(self, found: list[Progress]) -> None:
        kept = chosen.part if (chosen := self._chosen()) else None
        self.found = found
        self.names.blockSignals(True)
        self.names.clear()
        for one in found:
            self.names.addItem(self._title(one.part))
        self.names.blockSignals(False)
        self.restyle()
        at = next((n for n, one in enumerate(found) if one.part == kept), 0)
        self.names.setCurrentRow(at)
        self._show()

    def _title(self, part: str) -> str:
        station = self._desk.desk.station
        return station.parts.get_or_general(part).title(self._language()) if station else part

    def _show(self) -> None:
        while (item := self.rows.takeAt(0)) is not None:
            if widget := item.widget():
                widget.deleteLater()
        chosen = self._chosen()
        self.edit_button.setEnabled(chosen is not None)
        has_goals = chosen is not None and bool(chosen.held)
        self.nothing.setVisible(not has_goals)
        self.title.setText(self._title(chosen.part) if chosen else "")
        self.about.setText(_about(chosen) if chosen and has_goals else "")
        if chosen is not None:
            for held in chosen.held:
                self.rows.addWidget(GoalRow(held))

    def respeak(self) -> None:
        chosen = self.period.currentIndex()
        self.period.blockSignals(True)
        self.period.clear()
        for name, words in _PERIODS.items():
            self.period.addItem(tr(words), name)
        self.period.setCurrentIndex(max(chosen, 0))
        self.period.blockSignals(False)
        if self.found:
            self._came(self.found)

    def restyle(self) -> None:
        now = theme.tokens()
        inks = {Says.MET: now.ok, Says.NOT_MET: now.ng, Says.NOT_ENOUGH: now.text, None: now.muted}
        for row, one in enumerate(self.found):
            if item := self.names.item(row):
                item.setIcon(icons.icon(_ICONS[one.says], inks[one.says]))


def _about(one: Progress) -> str:
    since = f"{one.since.astimezone():%Y-%m-%d %H:%M}" if one.since else "–"
    said = tr("{units} units since {since}; of these {drawn} were drawn by chance and reviewed.",
              units=f"{one.units:,}", since=since, drawn=f"{one.drawn:,}")  # fmt: skip
    if one.set_at is not None:
        said += "  " + tr("Goals set on {day} by {name}.", day=f"{one.set_at.astimezone():%Y-%m-%d}", name=one.set_by)
    return said
