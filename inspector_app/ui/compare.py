"""The photo beside its golden sample: side by side, under a line that is pushed across, or both in turn.

Knows two pictures and the region; knows no record.
"""

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPen

from inspector_app.ui import icons, theme
from inspector_app.ui.language import mark, tr
from inspector_app.ui.stage import PhotoStage

BLINK_MS = 600
_STEP = 0.05
_GAP = 6.0


class Compare(Enum):
    """How the photo and the golden sample are seen together."""

    PHOTO = mark("Photo alone")
    SIDE = mark("Side by side")
    SWIPE = mark("Swipe")
    BLINK = mark("Blink")


class CompareStage(PhotoStage):
    """A stage that can hold a golden sample too; `mode_changed` tells of another way to look."""

    mode_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.mode = Compare.PHOTO
        self.line = 0.5
        """Where the swipe line stands, from 0 (all photo) to 1 (all golden)."""
        self.golden_shown = False
        """Blink: whether it is the golden sample's turn."""
        self._golden: QImage | None = None
        self._blink = QTimer(self, interval=BLINK_MS)
        self._blink.timeout.connect(self._take_turn)

    @property
    def can_compare(self) -> bool:
        """There is a photo and something to compare it with."""
        return self._golden is not None and self._picture is not None and not self._tag

    @property
    def golden(self) -> QImage | None:
        """The golden sample's picture."""
        return self._golden

    def set_golden(self, picture: QImage | None) -> None:
        """The golden sample to compare with, or none."""
        self._golden = picture
        self.set_inset(picture)
        if picture is None:
            self.compare(Compare.PHOTO)

    def compare(self, mode: Compare) -> None:
        """Look in this way from now on."""
        self.mode = mode if self.can_compare else Compare.PHOTO
        self.line, self.golden_shown = 0.5, False
        blinking = self.mode is Compare.BLINK
        self._blink.start() if blinking else self._blink.stop()
        self.mode_changed.emit(self.mode)
        self.update()

    def next_mode(self) -> None:
        """The next way to look."""
        ways = list(Compare)
        self.compare(ways[(ways.index(self.mode) + 1) % len(ways)])

    def push(self, step: float) -> None:
        """Move the swipe line."""
        self.line = min(max(self.line + step, 0.0), 1.0)
        self.update()

    def place(self) -> QRectF:
        if self.mode is Compare.SIDE:
            return self._fit(self._picture, self._halves()[0])
        return super().place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -_STEP, Qt.Key.Key_Right: _STEP}
        if self.mode is Compare.SWIPE and event.key() in steps:
            self.push(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.place()
        if self.mode is Compare.SWIPE and place.width() > 0:
            self.line = min(max((event.position().x() - place.left()) / place.width(), 0.0), 1.0)
            self.update()

    def _take_turn(self) -> None:
        self.golden_shown = not self.golden_shown
        self.update()

    def _halves(self) -> tuple[QRectF, QRectF]:
        """The room of the photo and that of the golden sample: beside each other, or one above the other."""
        whole = QRectF(self.rect())
        if whole.width() >= whole.height():
            half = (whole.width() - _GAP) / 2
            return QRectF(0, 0, half, whole.height()), QRectF(half + _GAP, 0, half, whole.height())
        half = (whole.height() - _GAP) / 2
        return QRectF(0, 0, whole.width(), half), QRectF(0, half + _GAP, whole.width(), half)

    # -- how it is painted

    def _paint_scene(self, painter: QPainter) -> None:
        paint = {Compare.SIDE: self._paint_side, Compare.SWIPE: self._paint_swipe, Compare.BLINK: self._paint_blink}
        if self.can_compare and self.mode in paint:
            paint[self.mode](painter)
        else:
            super()._paint_scene(painter)

    def _paint_side(self, painter: QPainter) -> None:
        assert self._picture is not None and self._golden is not None
        left, right = self._halves()
        self._draw(painter, self._fit(self._picture, left), self._picture)
        other = self._fit(self._golden, right)
        self._draw(painter, other, self._golden)
        painter.fillRect(QRectF(left.right(), 0, _GAP, self.height()) if left.top() == right.top()
                         else QRectF(0, left.bottom(), self.width(), _GAP), QColor(theme.tokens().back))  # fmt: skip
        self._paint_mark(painter, self._cell_in(other))
        self._paint_mark(painter, self.cell())
        self._paint_badge(painter, left.topLeft() + QPointF(12, 12), tr("Photo"))
        self._paint_badge(painter, right.topLeft() + QPointF(12, 12), tr("Golden photo"))

    def _paint_swipe(self, painter: QPainter) -> None:
        assert self._picture is not None and self._golden is not None
        place = self.place()
        x = place.left() + self.line * place.width()
        self._draw(painter, place, self._picture)
        painter.save()
        painter.setClipRect(QRectF(place.left(), place.top(), x - place.left(), place.height()),
                            Qt.ClipOperation.IntersectClip)  # fmt: skip
        self._draw(painter, place, self._golden)
        painter.restore()
        self._paint_mark(painter, self.cell())
        for colour, width in ((QColor(0, 0, 0, 140), 7), (QColor("white"), 3)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))
        grip = QRectF(x - 26, place.center().y() - 26, 52, 52)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("white"))
        painter.drawEllipse(grip)
        icons.draw(painter, "flip-horizontal", QColor("#14202b"), grip.adjusted(12, 12, -12, -12))
        self._paint_badge(painter, place.topLeft() + QPointF(12, 12), tr("Golden photo"))
        words = self._paint_badge(painter, QPointF(-10_000, 0), tr("Photo"))
        self._paint_badge(painter, QPointF(place.right() - words.width() - 12, place.top() + 12), tr("Photo"))

    def _paint_blink(self, painter: QPainter) -> None:
        assert self._picture is not None and self._golden is not None
        place = self.place()
        self._draw(painter, place, self._golden if self.golden_shown else self._picture)
        self._paint_mark(painter, self.cell())
        words = tr("Golden photo") if self.golden_shown else tr("Photo")
        self._paint_badge(painter, place.topLeft() + QPointF(12, 12), words)

    def _cell_in(self, place: QRectF) -> QRectF:
        """The marked cell at the same place of the other picture."""
        cell, own = self.cell(), self.place()
        if cell.isEmpty():
            return QRectF()
        across, down = place.width() / own.width(), place.height() / own.height()
        return QRectF(
            place.left() + (cell.left() - own.left()) * across,
            place.top() + (cell.top() - own.top()) * down,
            cell.width() * across,
            cell.height() * down,
        )
