"""A table of texts as the night's pages use it: rows of a comfortable height, chosen whole, walked with the arrow keys.

Knows texts; knows nothing that they mean.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from inspector_app.ui import theme
from inspector_app.ui.language import tr

ROW = 40


class Table(QTableWidget):
    """`columns` are source texts of the headings; a width of 0 takes what is left."""

    def __init__(self, columns: Sequence[tuple[str, int]], *, chosen: bool = True) -> None:
        super().__init__(0, len(columns))
        self._columns = columns
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        mode = QAbstractItemView.SelectionMode
        self.setSelectionMode(mode.SingleSelection if chosen else mode.NoSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for number, (_, width) in enumerate(columns):
            if width:
                self.setColumnWidth(number, width)
            else:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)
        self.say_headings()

    def say_headings(self) -> None:
        """In the language in use."""
        self.setHorizontalHeaderLabels([tr(words) if words else "" for words, _ in self._columns])

    def fill(self, rows: Sequence[Sequence[str]], inks: Sequence[str] | None = None) -> None:
        """Other rows; the row that was chosen stays so by its number. `inks`: a colour for each row, "" for none."""
        chosen = self.currentRow()
        self.setRowCount(len(rows))
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if inks and inks[row]:
                    item.setForeground(QColor(inks[row]))
                self.setItem(row, column, item)
        if rows and self.selectionMode() is not QAbstractItemView.SelectionMode.NoSelection:
            self.selectRow(min(max(chosen, 0), len(rows) - 1))

    def fit(self, rows: int) -> None:
        """As high as so many rows and the heading."""
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows * ROW + theme.GAP_S)
