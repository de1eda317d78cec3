"""The History page: every record, newest first, found by a word or a verdict, and one of them in detail.

Asks the desk page by page; knows no database.
"""

from PySide6.QtCore import QItemSelection, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from inspector_app.records.filter import Filter
from inspector_app.records.record import Inspection
from inspector_app.ui import icons, theme
from inspector_app.ui.actions import HISTORY_ACTS, bind
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.history_table import COLUMNS, ROLE, ROW_HEIGHT, VERDICT_COLUMN, HistoryModel, VerdictPill
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.record_panel import RecordPanel
from inspector_app.ui.theme import Themed
from inspector_app.ui.widgets import EmptyState
from inspector_app.ui.words import VERDICTS, verdict_word
from model_runtime.verdict import Answer

PAGE = 100
_NEAR_END = 15
_PANEL = (420, 640)


class HistoryPage(Spoken, Themed, QWidget):
    """Table at the left, the chosen record at the right."""

    def __init__(self, desk: Desk, devices: Devices) -> None:
        super().__init__()
        self.setObjectName("page")
        self._desk = desk
        self._asked = 0
        self._loading = self._whole = False
        self.model = HistoryModel()
        self.table, self.panel = QTableView(), RecordPanel(desk, devices)
        self.search_edit, self.verdict_box = QLineEdit(), QComboBox()
        self._nothing = EmptyState("inbox", mark("No records yet"), mark("Judge a unit on the Inspect page: Ctrl+1."))
        self._pause = QTimer(self, singleShot=True, interval=250)
        self.actions_by_name = bind(self, HISTORY_ACTS)
        self._build()
        self._connect()
        self.respeak()
        self.restyle()

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_L, theme.GAP_L, theme.GAP_L, theme.GAP_L)
        row.setSpacing(theme.GAP_L)
        left, tools = QVBoxLayout(), QHBoxLayout()
        left.setSpacing(theme.GAP)
        tools.setSpacing(theme.GAP_S)
        tools.addWidget(self.search_edit, 1)
        tools.addWidget(self.verdict_box)
        left.addLayout(tools)
        left.addWidget(self._build_table(), 1)
        row.addLayout(left, 5)
        self.panel.setMinimumWidth(_PANEL[0])
        self.panel.setMaximumWidth(_PANEL[1])
        row.addWidget(self.panel, 3)
        self.search_edit.setClearButtonEnabled(True)
        self.verdict_box.setMinimumWidth(190)

    def _build_table(self) -> QFrame:
        self.table.setModel(self.model)
        self.table.setItemDelegateForColumn(VERDICT_COLUMN, VerdictPill(self.table))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        for number, column in enumerate(COLUMNS):
            self.table.setColumnWidth(number, column.width)
        header.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        frame = QFrame()
        frame.setObjectName("card")
        self._layers = QStackedLayout(frame)
        self._layers.setContentsMargins(4, 4, 4, 4)
        self._layers.addWidget(self.table)
        self._layers.addWidget(self._nothing)
        return frame

    def _connect(self) -> None:
        self.search_edit.textChanged.connect(self._pause.start)
        self.verdict_box.currentIndexChanged.connect(self.reload)
        self._pause.timeout.connect(self.reload)
        self.table.selectionModel().selectionChanged.connect(self._chosen)
        self.table.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._desk.judged.connect(self._judged)

    # -- what the person does

    def search(self) -> None:
        """Type what to look for."""
        self.search_edit.setFocus()
        self.search_edit.selectAll()

    def play_voice(self) -> None:
        """Hear the chosen record's note."""
        self.panel.play_voice()

    def to_table(self) -> None:
        """Give the arrow keys to the table."""
        self.table.setFocus()
        if self.model.rows and not self.table.selectionModel().hasSelection():
            self.table.selectRow(0)

    def reload(self) -> None:
        """Search from the newest on."""
        self._whole = False
        self._ask(None)

    # -- pages

    def _wanted(self, before: str | None) -> Filter:
        text = self.search_edit.text().strip() or None
        chosen = self.verdict_box.currentData()
        return Filter(text=text, verdict=Answer(chosen) if chosen else None, before=before, limit=PAGE)

    def _ask(self, before: str | None) -> None:
        self._asked += 1
        self._loading = True
        number = self._asked
        task = self._desk.search(self._wanted(before))
        task.done.connect(lambda rows: self._came(number, before, rows))
        task.failed.connect(lambda _: self._failed(number))

    def _came(self, number: int, before: str | None, rows: list[Inspection]) -> None:
        if number != self._asked:
            return
        self._loading, self._whole = False, len(rows) < PAGE
        if before is None:
            chosen = self.panel.record.id if self.panel.record else None
            self.model.replace(rows)
            self._choose_again(chosen)
        else:
            self.model.extend(rows)
        self._show_layer()
        typing = self.search_edit.hasFocus() or self.verdict_box.hasFocus()
        if before is None and self.isVisible() and not typing:
            self.to_table()  # the table was hidden while it was empty, and could not take the keys

    def _failed(self, number: int) -> None:
        if number == self._asked:
            self._loading = False

    def _scrolled(self) -> None:
        last = self.table.rowAt(self.table.viewport().height() - 1)
        if self._loading or self._whole or not self.model.rows:
            return
        if last < 0 or last >= len(self.model.rows) - _NEAR_END:
            self._ask(self.model.rows[-1].id)

    def _choose_again(self, sample_id: str | None) -> None:
        for row, record in enumerate(self.model.rows):
            if record.id == sample_id:
                self.table.selectRow(row)
                return
        self.panel.show_record(None)

    def _judged(self, record: Inspection) -> None:
        if self.search_edit.text().strip() or self.verdict_box.currentData():
            self._pause.start()
            return
        self.model.put(record)
        self._show_layer()
        if self.panel.record is not None and self.panel.record.id == record.id:
            self.panel.show_record(record)

    def _chosen(self, chosen: QItemSelection) -> None:
        rows = chosen.indexes()
        self.panel.show_record(rows[0].data(ROLE) if rows else None)

    # -- what is seen

    def _show_layer(self) -> None:
        self._layers.setCurrentIndex(0 if self.model.rows else 1)
        if not self.model.rows:
            if self.search_edit.text().strip() or self.verdict_box.currentData():
                self._nothing.show_text("search", mark("Nothing found"), mark("Try fewer letters, or all verdicts."))
            else:
                self._nothing.show_text(
                    "inbox", mark("No records yet"), mark("Judge a unit on the Inspect page: Ctrl+1.")
                )

    def respeak(self) -> None:
        self.search_edit.setPlaceholderText(tr("Search: part, lot, serial, defect, words heard   (Ctrl+F)"))
        chosen = self.verdict_box.currentIndex()
        self.verdict_box.blockSignals(True)
        self.verdict_box.clear()
        self.verdict_box.addItem(tr("All verdicts"), None)
        for answer in VERDICTS:
            self.verdict_box.addItem(
                icons.icon(icons.VERDICT_ICONS[answer], theme.tokens().text), verdict_word(answer), answer
            )
        self.verdict_box.setCurrentIndex(max(chosen, 0))
        self.verdict_box.blockSignals(False)
        self.model.respeak()

    def restyle(self) -> None:
        self.respeak()
