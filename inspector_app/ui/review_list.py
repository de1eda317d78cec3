"""What waits for the supervisor: how many for each cause, and the units in their order. Knows records; asks nobody."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from inspector_app.records.record import Inspection
from inspector_app.records.worklist_causes import Cause, Worklist, causes
from inspector_app.ui import icons, theme
from inspector_app.ui.actions import REVIEW_ACTS
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.painting import sized
from inspector_app.ui.review_widgets import LOW, LowButton
from inspector_app.ui.review_words import CAUSES
from inspector_app.ui.widgets import label

SELDOM = (Cause.SHADOW, Cause.DOUBTED, Cause.SECOND_LOOK)
"""Causes that take room only where there are such units."""
_KEYS = {act.name: act.key for act in REVIEW_ACTS}
_ROLE = Qt.ItemDataRole.UserRole
_ROW = 58


class CauseButton(LowButton):
    """A cause and how many wait for it."""

    def __init__(self, icon: str, text: str) -> None:
        super().__init__(icon, text)
        self._cap.setProperty("role", "count-small")
        self._cap.show()

    def show_count(self, count: int) -> None:
        """How many."""
        self._cap.setText(str(count))
        self._cap.setVisible(True)

    def respeak(self) -> None:
        """The cap is a number, not a key."""


class ReviewList(Spoken, QFrame):
    """`cause_chosen` gives a cause, or None for all; `unit_chosen` a record."""

    cause_chosen = Signal(object)
    unit_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.cause: Cause | None = None
        self.counts: dict[Cause | None, int] = {}
        self.units, self.more = QListWidget(), label("caption", wrap=True)
        self.no_chance = label("caption", wrap=True)
        self.buttons: dict[Cause | None, CauseButton] = {None: CauseButton("list-checks", mark("All that waits"))}
        self.buttons.update({cause: CauseButton(icon, words) for cause, (words, icon) in CAUSES.items()})
        self._build()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_S, theme.GAP_S, theme.GAP_S, theme.GAP_S)
        column.setSpacing(4)
        heading, key, row = label("section"), label("key"), QHBoxLayout()
        self.say(heading.setText, mark("Why they wait"))
        key.setText(_KEYS["next_cause"])
        row.addWidget(heading)
        row.addStretch(1)
        row.addWidget(key)
        column.addLayout(row)
        for cause, button in self.buttons.items():
            button.clicked.connect(lambda _=False, cause=cause: self.choose_cause(cause))
            column.addWidget(button)
        column.addWidget(self.no_chance)
        column.addSpacing(4)
        column.addWidget(self.units, 1)
        column.addWidget(self.more)
        self.units.setItemDelegate(_UnitLine(self.units))
        self.units.setFrameShape(QFrame.Shape.NoFrame)
        self.units.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the page's own keys move it
        self.units.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.units.currentRowChanged.connect(self._chosen)

    def show_share(self, share: int) -> None:
        """How many of 100 are drawn by chance; at none it is said what that means."""
        self.no_chance.setVisible(share == 0)

    # -- what is in it

    @property
    def current(self) -> Inspection | None:
        """The chosen unit."""
        item = self.units.currentItem()
        return item.data(_ROLE) if item else None

    @property
    def waiting(self) -> int:
        """How many wait for the chosen cause, whether they are in the list yet or not."""
        return self.counts.get(self.cause, 0)

    @property
    def ids(self) -> list[str]:
        """Ids of the units, in their order."""
        return [self.units.item(row).data(_ROLE).id for row in range(self.units.count())]

    def show_work(self, work: Worklist, chosen: str | None) -> None:
        """Another list; the unit of that id stays chosen where it still waits."""
        self.counts = {None: work.total, **{cause: count for cause, count in work.counts.items()}}
        self.units.blockSignals(True)
        self.units.clear()
        for unit in work.units:
            self.units.addItem(_item(unit))
        ids = self.ids
        row = ids.index(chosen) if chosen in ids else 0 if ids else -1
        self.units.setCurrentRow(row)
        self.units.blockSignals(False)
        self._show_counts()
        self.unit_chosen.emit(self.current)

    def take_out(self, sample_id: str) -> None:
        """A unit was decided: the next one is chosen."""
        if sample_id not in self.ids:
            return
        row = self.ids.index(sample_id)
        self._count(self.units.item(row).data(_ROLE), -1)
        self.units.blockSignals(True)
        self.units.takeItem(row)
        self.units.setCurrentRow(min(row, self.units.count() - 1))
        self.units.blockSignals(False)
        self.respeak()
        self.unit_chosen.emit(self.current)

    def put_back(self, unit: Inspection) -> None:
        """A decision was undone: its unit is the chosen one."""
        self._count(unit, 1)
        self.units.blockSignals(True)
        row = next((n for n, one in enumerate(self.ids) if one > unit.id), self.units.count())
        self.units.insertItem(row, _item(unit))
        self.units.setCurrentRow(row)
        self.units.blockSignals(False)
        self.respeak()
        self.unit_chosen.emit(unit)

    def step(self, by: int) -> None:
        """The next unit, or the one before."""
        row = self.units.currentRow() + by
        if 0 <= row < self.units.count():
            self.units.setCurrentRow(row)

    def choose_cause(self, cause: Cause | None) -> None:
        """Only units of that cause."""
        self.cause = cause
        self._show_counts()
        self.cause_chosen.emit(cause)

    def next_cause(self) -> None:
        """The next cause for which something waits; after the last one, all."""
        ways: Sequence[Cause | None] = [c for c in self.buttons if c is None or self.counts.get(c, 0)]
        here = ways.index(self.cause) if self.cause in ways else 0
        self.choose_cause(ways[(here + 1) % len(ways)])

    def _count(self, unit: Inspection, by: int) -> None:
        for cause in (None, *causes(unit)):
            self.counts[cause] = max(self.counts.get(cause, 0) + by, 0)
        self._show_counts()

    def _chosen(self, row: int) -> None:
        self.unit_chosen.emit(self.current)

    def _show_counts(self) -> None:
        for cause, button in self.buttons.items():
            button.show_count(self.counts.get(cause, 0))
            button.set_kind("picked" if cause is self.cause else "quiet")
            button.setVisible(cause in (None, self.cause) or cause not in SELDOM or bool(self.counts.get(cause)))
        self.respeak()

    def respeak(self) -> None:
        self.no_chance.setText(tr("None are drawn by chance, so misses cannot be estimated: see the settings."))
        left = self.waiting - self.units.count()
        self.more.setText(tr("{count} more wait behind these.", count=left) if left > 0 else "")
        self.more.setVisible(left > 0)
        self.units.viewport().update()


def _item(unit: Inspection) -> QListWidgetItem:
    item = QListWidgetItem()
    item.setData(_ROLE, unit)
    item.setSizeHint(QSize(0, _ROW))
    item.setData(Qt.ItemDataRole.AccessibleTextRole, " ".join(filter(None, (unit.part, unit.lot, unit.serial))))
    return item


class _UnitLine(QStyledItemDelegate):
    """Two lines of a unit: what it is, when it was captured and why it waits, as icons."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        unit: Inspection = index.data(_ROLE)
        now = theme.tokens()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        place = QRectF(option.rect).adjusted(2, 2, -2, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.accent))
            painter.drawRoundedRect(place, 8, 8)
        ink, soft = (now.on_accent, now.on_accent) if chosen else (now.text, now.muted)
        inner = place.adjusted(10, 4, -8, -4)
        self._line(painter, inner, 0.0, " ".join(filter(None, (unit.serial or unit.lot, unit.part))), 15, ink, True)
        when = unit.captured_at.astimezone()
        self._line(painter, inner, 0.5, f"{when:%m-%d %H:%M}", 13, soft, False)
        right = inner.right()
        for cause in reversed(causes(unit)):
            icons.draw(painter, CAUSES[cause][1], soft, QRectF(right - 18, inner.center().y() + 4, 18, 18))
            right -= 24
        painter.restore()

    def _line(self, painter: QPainter, room: QRectF, top: float, text: str, pixels: int, ink: str, bold: bool) -> None:
        painter.setFont(sized(painter.font(), pixels, bold))
        painter.setPen(QColor(ink))
        line = QRectF(room.left(), room.top() + top * room.height(), room.width(), room.height() / 2)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(line.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, max(_ROW, LOW))
