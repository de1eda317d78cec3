"""The History page: every record, found by words and conditions, and one of them in detail.

Asks the desk page by page; knows no database.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelection, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from inspector_app.records.filter import Sort
from inspector_app.records.record import Inspection
from inspector_app.shifts import ShiftPlan
from inspector_app.ui import theme
from inspector_app.ui.actions import HISTORY_ACTS, bind
from inspector_app.ui.desk import Devices
from inspector_app.ui.history_filter import Chips, PeriodDialog, filter_of
from inspector_app.ui.history_menus import HistoryMenus
from inspector_app.ui.history_table import (
    COLUMNS,
    P_NG_COLUMN,
    ROLE,
    ROW_HEIGHT,
    TIME_COLUMN,
    USUAL,
    VERDICT_COLUMN,
    HistoryModel,
    VerdictPill,
)
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.record_panel import RecordPanel
from inspector_app.ui.review_desk import ReviewDesk
from inspector_app.ui.review_widgets import PickButton
from inspector_app.ui.theme import Themed
from inspector_app.ui.widgets import EmptyState, label

PAGE = 100
_NEAR_END = 15
_PANEL = (420, 640)
_ACTS = {act.name: act for act in HISTORY_ACTS}


class HistoryPage(Spoken, Themed, QWidget):
    """Table at the left, the chosen record at the right. `review_wanted` gives a record to decide about,
    `dialog_wanted` a dialog to open."""

    help_groups = ("History",)

    review_wanted = Signal(object)
    book_wanted = Signal(object)
    dialog_wanted = Signal(QDialog)

    def __init__(self, review: ReviewDesk, devices: Devices) -> None:
        super().__init__()
        self.setObjectName("page")
        self._desk, self._review = review.desk, review
        self._asked = 0
        self._loading = self._whole = False
        self.sort = Sort.NEWEST
        self.columns: tuple[str, ...] = USUAL
        self.model = HistoryModel()
        self.table, self.panel = QTableView(), RecordPanel(review, devices)
        self.search_edit, self.chips = QLineEdit(), Chips(self._values)
        self.count = label("caption")
        self.menus = HistoryMenus(self, review)
        self._nothing = EmptyState("inbox", mark("No records yet"), mark("Judge a unit on the Inspect page: Ctrl+1."))
        self._pause = QTimer(self, singleShot=True, interval=180)
        self.actions_by_name = bind(self, HISTORY_ACTS)
        self._build()
        self._connect()
        self.respeak()
        self.menus.load()

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_L, theme.GAP_L, theme.GAP_L, theme.GAP_L)
        row.setSpacing(theme.GAP_L)
        left, tools, foot = QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        left.setSpacing(theme.GAP_S)
        tools.setSpacing(theme.GAP_S)
        tools.addWidget(self.search_edit, 1)
        self.buttons: dict[str, PickButton] = {}
        for name in ("views", "order", "choose_columns"):
            act = _ACTS[name]
            self.buttons[name] = PickButton(act.icon, act.text, act.key)
            self.buttons[name].clicked.connect(getattr(self, name))
            foot.addWidget(self.buttons[name])
        foot.setSpacing(theme.GAP_S)
        foot.addStretch(1)
        foot.addWidget(self.count)
        left.addLayout(tools)
        left.addWidget(self.chips)
        left.addWidget(self._build_table(), 1)
        left.addLayout(foot)
        row.addLayout(left, 5)
        self.panel.setMinimumWidth(_PANEL[0])
        self.panel.setMaximumWidth(_PANEL[1])
        row.addWidget(self.panel, 3)
        self.search_edit.setClearButtonEnabled(True)

    def _build_table(self) -> QFrame:
        self.table.setModel(self.model)
        self.table.setItemDelegateForColumn(VERDICT_COLUMN, VerdictPill(self.table))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(48)
        for number, column in enumerate(COLUMNS):
            self.table.setColumnWidth(number, column.width)
            header.setSectionResizeMode(number, QHeaderView.ResizeMode.Interactive)
        frame = QFrame()
        frame.setObjectName("card")
        self._layers = QStackedLayout(frame)
        self._layers.setContentsMargins(4, 4, 4, 4)
        self._layers.addWidget(self.table)
        self._layers.addWidget(self._nothing)
        self.show_columns(self.columns)
        return frame

    def _connect(self) -> None:
        self.search_edit.textChanged.connect(self._pause.start)
        self.chips.changed.connect(self.reload)
        self.chips.dates_wanted.connect(self._ask_dates)
        self._pause.timeout.connect(self.reload)
        self.table.selectionModel().selectionChanged.connect(self._chosen)
        self.table.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.table.horizontalHeader().sectionClicked.connect(self._header)
        self.table.doubleClicked.connect(lambda _: self.review())
        self.panel.review_button.clicked.connect(self.review)
        self.panel.book_button.clicked.connect(self.to_book)
        self._desk.judged.connect(self._judged)
        self._review.reviewed.connect(self._changed)

    # -- what the person does

    def search(self) -> None:
        """Type what to look for."""
        self.search_edit.setFocus()
        self.search_edit.selectAll()

    def filters(self) -> None:
        """Give the keys to the chips."""
        self.chips.focus_first()

    def views(self) -> None:
        """Views that were saved, and saving this one."""
        self.menus.views(self.buttons["views"])

    def order(self) -> None:
        """Newest, oldest, likeliest NG first."""
        self.menus.order(self.buttons["order"])

    def choose_columns(self) -> None:
        """Which columns are shown."""
        self.menus.columns(self.buttons["choose_columns"])

    def play_voice(self) -> None:
        """Hear the chosen record's note."""
        self.panel.play_voice()

    def compare(self) -> None:
        """Look in another way at photo and golden photo."""
        self.panel.compare()

    def review(self) -> None:
        """Decide about the chosen record."""
        if self.panel.record is not None:
            self.review_wanted.emit(self.panel.record)

    def to_book(self) -> None:
        """The chosen record's photo becomes a limit sample, if it is approved."""
        if self.panel.record is not None and self.panel.record.photo is not None:
            self.book_wanted.emit(self.panel.record)

    def clear_filters(self) -> None:
        """Look for everything again."""
        self.show_wanted({})

    def to_table(self) -> None:
        """Give the arrow keys to the table."""
        self.table.setFocus()
        if self.model.rows and not self.table.selectionModel().hasSelection():
            self.table.selectRow(0)

    def reload(self) -> None:
        """Search from the beginning."""
        self._whole = False
        self._ask(None)

    # -- what is looked for

    @property
    def wanted(self) -> dict[str, str]:
        """What is looked for, as texts that a saved view can keep."""
        found = {**self.chips.wanted, "text": self.search_edit.text().strip()}
        if self.sort is not Sort.NEWEST:
            found["sort"] = str(self.sort)
        return {name: value for name, value in found.items() if value}

    def show_wanted(self, wanted: dict[str, str]) -> None:
        """Look for something else, as of a saved view."""
        self.search_edit.blockSignals(True)
        self.search_edit.setText(wanted.get("text", ""))
        self.search_edit.blockSignals(False)
        self.sort = Sort(wanted["sort"]) if wanted.get("sort") in set(Sort) else Sort.NEWEST
        self.chips.show_wanted(wanted)
        self.respeak()
        self.reload()

    def show_columns(self, names: tuple[str, ...]) -> None:
        """Show these columns; the verdict always."""
        known = tuple(column.name for column in COLUMNS if column.name in names or column.name == "verdict")
        self.columns = known if len(known) > 1 else USUAL
        for number, column in enumerate(COLUMNS):
            self.table.setColumnHidden(number, column.name not in self.columns)

    def show_sort(self, sort: Sort) -> None:
        """Another order."""
        self.sort = sort
        self.respeak()
        self.reload()

    @property
    def narrowed(self) -> bool:
        """Something is looked for, so that a new record may not belong here."""
        return bool(self.wanted)

    def _values(self, name: str, use: Callable[[list[str]], None]) -> None:
        history = self._desk.history
        if history is not None:
            self._review.ask(lambda: history.values(name)).done.connect(use)

    def _ask_dates(self) -> None:
        dialog = PeriodDialog(self.chips.wanted.get("period", ""), self.window())
        dialog.chosen.connect(lambda period: self.chips.put("period", period))
        self.dialog_wanted.emit(dialog)

    def _header(self, section: int) -> None:
        if section == TIME_COLUMN:
            self.show_sort(Sort.OLDEST if self.sort is Sort.NEWEST else Sort.NEWEST)
        elif section == P_NG_COLUMN:
            self.show_sort(Sort.P_NG)

    # -- pages

    def _ask(self, before: str | None) -> None:
        self._asked += 1
        self._loading = True
        number = self._asked
        plan = self._desk.station.settings.shift_plan if self._desk.station else ""
        task = self._desk.search(filter_of(self.wanted, ShiftPlan.parse(plan), before, PAGE))
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
        if before is None and self.isVisible() and not self.search_edit.hasFocus() and not self._on_chips():
            self.to_table()  # the table was hidden while it was empty, and could not take the keys

    def _on_chips(self) -> bool:
        return any(button.hasFocus() for button in (*self.chips.buttons.values(), *self.buttons.values()))

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
        if self.narrowed:
            self._pause.start()
            return
        self.model.put(record)
        self._show_layer()
        self._changed(record)

    def _changed(self, record: Inspection) -> None:
        """A record that is shown here was decided, or judged."""
        if any(row.id == record.id for row in self.model.rows):
            self.model.change(record)
        if self.panel.record is not None and self.panel.record.id == record.id:
            self.panel.show_record(record)

    def _chosen(self, chosen: QItemSelection) -> None:
        rows = chosen.indexes()
        self.panel.show_record(rows[0].data(ROLE) if rows else None)

    # -- what is seen

    def _show_layer(self) -> None:
        self._layers.setCurrentIndex(0 if self.model.rows else 1)
        if not self.model.rows:
            if self.narrowed:
                self._nothing.show_text(
                    "search", mark("Nothing found"), mark("Try fewer letters or conditions: Ctrl+0.")
                )
            else:
                self._nothing.show_text(
                    "inbox", mark("No records yet"), mark("Judge a unit on the Inspect page: Ctrl+1.")
                )
        self._say_count()

    def _say_count(self) -> None:
        count = len(self.model.rows)
        words = mark("{count} records") if self._whole else mark("{count} records shown, more below")
        self.count.setText(tr(words, count=f"{count:,}") if count else "")

    def respeak(self) -> None:
        self.search_edit.setPlaceholderText(tr("Search: part, lot, serial, operator, words heard, reason   (Ctrl+F)"))
        self.model.respeak()
        self.menus.respeak()
        self._say_count()

    def restyle(self) -> None:
        self.respeak()
