"""The rows of the history: columns as a table of data, a model that grows page by page, the verdict drawn as a pill.

Knows Inspection; knows no database and no page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from inspector_app.records.record import Inspection
from inspector_app.ui import icons, theme
from inspector_app.ui.language import mark, tr
from inspector_app.ui.words import defect_word, state_word
from model_runtime.verdict import Answer

Index = QModelIndex | QPersistentModelIndex
ROLE = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 48


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its least width in pixels, what it says of a record."""

    title: str
    width: int
    text: Callable[[Inspection], str]


def _time(record: Inspection) -> str:
    when = record.captured_at.astimezone()
    today = when.date() == datetime.now().date()
    return f"{when:%H:%M:%S}" if today else f"{when:%Y-%m-%d}"


def _defect(record: Inspection) -> str:
    said = record.verdict.judgment if record.verdict else None
    return defect_word(said.defect) if said and said.defect != "none" and said.verdict is not Answer.OK else ""


def _p_ng(record: Inspection) -> str:
    return f"{record.verdict.p_ng:.3f}" if record.verdict else ""


def _heard(record: Inspection) -> str:
    return record.verdict.judgment.heard if record.verdict else record.failure_message or ""


COLUMNS = (
    Column(mark("Time"), 98, _time),
    Column(mark("Verdict"), 152, state_word),
    Column(mark("Part"), 92, lambda record: record.part),
    Column(mark("Lot"), 70, lambda record: record.lot or ""),
    Column(mark("Serial"), 68, lambda record: record.serial or ""),
    Column(mark("Defect"), 84, _defect),
    Column(mark("P(NG)"), 74, _p_ng),
    Column(mark("Heard"), 80, _heard),
)
VERDICT_COLUMN = 1


class HistoryModel(QAbstractTableModel):
    """Records, newest first; pages are added at the end, new records at the top."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Inspection] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        record, column = self.rows[index.row()], COLUMNS[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return column.text(record)
        return record if role == ROLE else None

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and way == Qt.Orientation.Horizontal:
            return tr(COLUMNS[section].title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def replace(self, rows: list[Inspection]) -> None:
        """A new search."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def extend(self, rows: list[Inspection]) -> None:
        """The next page."""
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows.extend(rows)
            self.endInsertRows()

    def put(self, record: Inspection) -> None:
        """A record that is new, or that changed."""
        for row, old in enumerate(self.rows):
            if old.id == record.id:
                self.rows[row] = record
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))
                return
            if old.id < record.id:
                break
        else:
            row = len(self.rows)
        self.beginInsertRows(QModelIndex(), row, row)
        self.rows.insert(row, record)
        self.endInsertRows()

    def respeak(self) -> None:
        """The language changed."""
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(COLUMNS) - 1))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)


class VerdictPill(QStyledItemDelegate):
    """The verdict of a row by colour, shape and word."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        record: Inspection = index.data(ROLE)
        now = theme.tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(now.accent))
        if record.verdict is None:
            fill, ink, icon = QColor(now.sunk), QColor(now.muted), "inbox"
        else:
            answer = record.verdict.judgment.verdict
            (fill, ink), icon = now.verdict(answer), icons.VERDICT_ICONS[answer]
        place = QRectF(option.rect).adjusted(4, 9, -4, -9)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(place, 8, 8)
        icons.draw(painter, icon, ink, QRectF(place.left() + 7, place.center().y() - 9, 18, 18))
        font = option.font
        font.setBold(record.verdict is not None)
        font.setPixelSize(14)
        painter.setFont(font)
        painter.setPen(ink)
        words = place.adjusted(31, 0, -4, 0)
        text = painter.fontMetrics().elidedText(state_word(record), Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(COLUMNS[VERDICT_COLUMN].width, ROW_HEIGHT)
