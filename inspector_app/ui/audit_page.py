"""The Audit page: who did what, when, to what, old -> new and why; a check of all records; the trail as a file.

Asks page by page on the figures' lane, so that a long search holds up no unit. Knows no database.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QTimer, Signal
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from inspector_app.records.filter import AuditFilter
from inspector_app.rights import PROGRAM
from inspector_app.shifts import ShiftPlan
from inspector_app.ui import theme
from inspector_app.ui.actions import AUDIT_ACTS, bind
from inspector_app.ui.audit_check import CheckDialog
from inspector_app.ui.audit_table import COLUMNS, ENTRY, AuditModel, details
from inspector_app.ui.history_filter import PERIODS, PeriodDialog, span
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.review_desk import ReviewDesk
from inspector_app.ui.review_widgets import LowButton
from inspector_app.ui.review_words import ACTS
from inspector_app.ui.theme import Themed
from inspector_app.ui.widgets import label

if TYPE_CHECKING:
    from inspector_app.records.audit import Entry

PAGE = 200
_NEAR_END = 20
_ACTS = {act.name: act for act in AUDIT_ACTS}


class AuditPage(Spoken, Themed, QWidget):
    """Entries at the left, newest first; the chosen one in full at the right."""

    help_groups = ("Audit trail",)

    dialog_wanted = Signal(QDialog)

    def __init__(self, review: ReviewDesk) -> None:
        super().__init__()
        self.setObjectName("page")
        self._review, self._desk = review, review.desk
        self._asked, self._loading, self._whole = 0, False, False
        self._own_period = ""
        self.model, self.table = AuditModel(), QTableView()
        self.search_edit = QLineEdit()
        self.who, self.what, self.period = QComboBox(), QComboBox(), QComboBox()
        self.entry, self.count = QPlainTextEdit(), label("caption")
        self._pause = QTimer(self, singleShot=True, interval=250)
        self._build()
        self.respeak()
        self.actions_by_name = bind(self, AUDIT_ACTS)
        self._connect()

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_L, theme.GAP_L, theme.GAP_L, theme.GAP_L)
        row.setSpacing(theme.GAP_L)
        left, tools, foot = QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        left.setSpacing(theme.GAP_S)
        left.addWidget(self.search_edit)
        for layout in (tools, foot):
            layout.setSpacing(theme.GAP_S)
        self.search_edit.setClearButtonEnabled(True)
        for box, stretch in ((self.who, 2), (self.what, 3), (self.period, 2)):
            tools.addWidget(box, stretch)
        self.buttons: dict[str, LowButton] = {}
        for name in ("verify", "export"):
            self.buttons[name] = LowButton(_ACTS[name].icon, _ACTS[name].text, _ACTS[name].key)
            self.buttons[name].clicked.connect(getattr(self, name))
            foot.addWidget(self.buttons[name])
        foot.addStretch(1)
        foot.addWidget(self.count)
        left.addLayout(tools)
        left.addWidget(self._build_table(), 1)
        left.addLayout(foot)
        row.addLayout(left, 5)
        self.entry.setReadOnly(True)
        self.entry.setTabChangesFocus(True)
        self.entry.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        side = QFrame()
        side.setObjectName("card")
        column, heading = QVBoxLayout(side), label("section")
        column.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        self.say(heading.setText, mark("The entry in full"))
        column.addWidget(heading)
        column.addWidget(self.entry, 1)
        row.addWidget(side, 3)

    def _build_table(self) -> QFrame:
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(40)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        for number, (_, width) in enumerate(COLUMNS):
            self.table.setColumnWidth(number, width)
        header.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        frame = QFrame()
        frame.setObjectName("card")
        column = QVBoxLayout(frame)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.table)
        return frame

    def _connect(self) -> None:
        self.search_edit.textChanged.connect(self._pause.start)
        self._pause.timeout.connect(self.reload)
        for box in (self.who, self.what):
            box.currentIndexChanged.connect(self.reload)
        self.period.activated.connect(self._period_chosen)
        self.table.selectionModel().selectionChanged.connect(self._chosen)
        self.table.verticalScrollBar().valueChanged.connect(self._scrolled)

    # -- what the person does

    def search(self) -> None:
        """Type what to look for."""
        self.search_edit.setFocus()
        self.search_edit.selectAll()

    def filters(self) -> None:
        """Give the keys to the conditions."""
        self.who.setFocus()

    def to_table(self) -> None:
        """Give the arrow keys to the table."""
        self.table.setFocus()
        if self.model.rows and not self.table.selectionModel().hasSelection():
            self.table.selectRow(0)

    def verify(self) -> None:
        """Check that all records are as they were written."""
        if self._desk.station is not None:
            self.dialog_wanted.emit(CheckDialog(self._review, self.window()))

    def export(self) -> None:
        """What is shown, as a file."""
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Export the audit trail"), "kensa-audit.csv", "CSV (*.csv);;JSON lines (*.jsonl)"
        )
        if name:
            self.export_to(Path(name))

    def export_to(self, path: Path) -> None:
        """All that passes the conditions, with hashes; the trail tells of it."""
        from inspector_app.reports.trail import export_trail

        station, person, wanted = self._review.station, self._desk.person, self.wanted(None, None)
        task = self._desk.lanes.figures.start(lambda: export_trail(station.store, station.people, person, path, wanted))
        task.done.connect(lambda count: self._exported(path, count))
        task.failed.connect(self._desk.problems.tell)

    def _exported(self, path: Path, count: int) -> None:
        self._desk.problems.news(tr("{count} entries saved: {file}", count=f"{count:,}", file=path.name))
        self.reload()

    def reload(self) -> None:
        """From the newest entry on."""
        self._load_names()
        self._ask(None)

    # -- what is looked for

    def wanted(self, before: int | None, limit: int | None) -> AuditFilter:
        """The conditions as they are now."""
        plan = self._desk.station.settings.shift_plan if self._desk.station else ""
        chosen = self.period.currentData() or ""
        since, until = span(self._own_period if chosen == "own" else chosen, ShiftPlan.parse(plan))
        text = self.search_edit.text().strip() or None
        return AuditFilter(text, self.who.currentData(), self.what.currentData(), None, since, until, before, limit)

    def _period_chosen(self) -> None:
        if self.period.currentData() != "own":
            self.reload()
            return
        dialog = PeriodDialog(self._own_period, self.window())
        dialog.chosen.connect(self._own_chosen)
        self.dialog_wanted.emit(dialog)

    def _own_chosen(self, period: str) -> None:
        self._own_period = period
        self.reload()

    def _load_names(self) -> None:
        station = self._desk.station
        if station is not None:
            self._review.ask(lambda: [person.name for person in station.people.all()]).done.connect(self._names_came)

    def _names_came(self, names: list[str]) -> None:
        if self.who.count() == len(names) + 2:
            return
        chosen = self.who.currentData()
        self.who.blockSignals(True)
        self.who.clear()
        self.who.addItem(tr("Everybody"), None)
        for name in (PROGRAM, *names):
            self.who.addItem(name, name)
        self.who.setCurrentIndex(max(self.who.findData(chosen), 0))
        self.who.blockSignals(False)

    def _ask(self, before: int | None) -> None:
        history = self._desk.history
        if history is None:
            return
        self._asked += 1
        self._loading, number, wanted = True, self._asked, self.wanted(before, PAGE)
        self.count.setText(tr("Searching …"))
        task = self._desk.lanes.figures.start(history.audit_trail, wanted)
        task.done.connect(lambda rows: self._came(number, before, rows))
        task.failed.connect(self._desk.problems.tell)

    def _came(self, number: int, before: int | None, rows: list[Entry]) -> None:
        if number != self._asked:
            return
        self._loading, self._whole = False, len(rows) < PAGE
        if before is None:
            self.model.replace(rows)
            self.entry.setPlainText("")
            if self.isVisible() and not self.search_edit.hasFocus():
                self.table.selectRow(0)
        else:
            self.model.extend(rows)
        self._say_count()

    def _scrolled(self) -> None:
        last = self.table.rowAt(self.table.viewport().height() - 1)
        if self._loading or self._whole or not self.model.rows:
            return
        if last < 0 or last >= len(self.model.rows) - _NEAR_END:
            self._ask(self.model.rows[-1].seq)

    def _chosen(self, chosen: QItemSelection) -> None:
        rows = chosen.indexes()
        self.entry.setPlainText(details(rows[0].data(ENTRY)) if rows else "")

    # -- what is seen

    def _say_count(self) -> None:
        words = mark("{count} entries") if self._whole else mark("{count} entries shown, more below")
        self.count.setText(tr(words, count=f"{len(self.model.rows):,}"))

    def respeak(self) -> None:
        self.search_edit.setPlaceholderText(tr("Search: number of a unit, part, person, reason   (Ctrl+F)"))
        for box, everything, choices in (
            (self.what, mark("Everything"), {what: tr(words) for what, words in ACTS.items()}),
            (self.period, mark("Any time"), {name: tr(words) for name, words in PERIODS.items()}),
        ):
            chosen = box.currentData()
            box.blockSignals(True)
            box.clear()
            box.addItem(tr(everything), None)
            for value, words in choices.items():
                box.addItem(words, value)
            box.setCurrentIndex(max(box.findData(chosen), 0))
            box.blockSignals(False)
        self.model.respeak()
        self._say_count()

    def restyle(self) -> None:
        self.respeak()
