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

from inspector_app.records.record import Inspection, Review
from inspector_app.ui import icons, theme
from inspector_app.ui.language import mark, tr
from inspector_app.ui.review_words import DISPOSITIONS
from inspector_app.ui.words import SEVERITIES, defect_word, state_word, verdict_word
from model_runtime.verdict import Answer, Severity

Index = QModelIndex | QPersistentModelIndex
ROLE = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 48


@dataclass(frozen=True, slots=True)
class Column:
    """A column: how it is called in saved views, its title, its least width in pixels, what it says of a record."""

    name: str
    title: str
    width: int
    text: Callable[[Inspection], str]
    usual: bool = True


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
    return record.heard if record.verdict else record.failure_message or ""


def _reviewed(of: Callable[[Review], str]) -> Callable[[Inspection], str]:
    return lambda record: of(record.review) if record.review else ""


def _severity(record: Inspection) -> str:
    said = record.verdict.judgment if record.verdict else None
    return tr(SEVERITIES[said.severity]) if said and said.severity is not Severity.NONE else ""


def _adapter(record: Inspection) -> str:
    return record.verdict.model.adapter.partition("/")[0] if record.verdict else ""


def _took(record: Inspection) -> str:
    total = record.verdict.timings_ms.get("total") if record.verdict else None
    return "" if total is None else f"{total / 1000:.2f} s"


COLUMNS = (
    Column("time", mark("Time"), 86, _time),
    Column("verdict", mark("Verdict"), 172, state_word),
    Column("part", mark("Part"), 80, lambda record: record.part),
    Column("lot", mark("Lot"), 68, lambda record: record.lot or ""),
    Column("serial", mark("Serial"), 72, lambda record: record.serial or ""),
    Column("work_order", mark("Work order"), 92, lambda record: record.work_order or "", False),
    Column("operator", mark("Operator"), 92, lambda record: record.operator or "", False),
    Column("shift", mark("Shift"), 70, lambda record: record.shift or "", False),
    Column("line", mark("Line"), 80, lambda record: record.line or tr("(not told)"), False),
    Column("station", mark("Station"), 92, lambda record: record.station or tr("(not told)"), False),
    Column("defect", mark("Defect"), 72, _defect),
    Column("severity", mark("Severity"), 74, _severity, False),
    Column("p_ng", mark("P(NG)"), 78, _p_ng),
    Column("review", mark("Review"), 92, _reviewed(lambda review: verdict_word(review.verdict)), False),
    Column(
        "disposition", mark("Disposition"), 92, _reviewed(lambda review: tr(DISPOSITIONS[review.opinion.disposition])),
        False,
    ),
    Column("reviewer", mark("Reviewed by"), 92, _reviewed(lambda review: review.who), False),
    Column("reason", mark("Reason"), 120, _reviewed(lambda review: review.opinion.reason), False),
    Column("adapter", mark("Adapter"), 92, _adapter, False),
    Column("took", mark("Took"), 70, _took, False),
    Column("heard", mark("Heard"), 64, _heard),
)  # fmt: skip
USUAL = tuple(column.name for column in COLUMNS if column.usual)
TIME_COLUMN, VERDICT_COLUMN = 0, 1
P_NG_COLUMN = [column.name for column in COLUMNS].index("p_ng")


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

    def change(self, record: Inspection) -> None:
        """A record that is there says something else now."""
        for row, old in enumerate(self.rows):
            if old.id == record.id:
                self.rows[row] = record
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))

    def put(self, record: Inspection) -> None:
        """A record that is new, or that changed; newest first."""
        row = next((n for n, old in enumerate(self.rows) if old.id <= record.id), len(self.rows))
        if row < len(self.rows) and self.rows[row].id == record.id:
            self.change(record)
            return
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
        if record.review is not None:  # a supervisor decided; what, the panel says
            words = words.adjusted(0, 0, -24, 0)
            icons.draw(painter, "user-check", ink, QRectF(place.right() - 24, place.center().y() - 9, 18, 18))
        text = painter.fontMetrics().elidedText(state_word(record), Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(COLUMNS[VERDICT_COLUMN].width, ROW_HEIGHT)
