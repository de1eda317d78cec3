"""The curve of a training: loss of each step, and of the validation units. Paints numbers; knows no training."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector_app.ui import theme
from inspector_app.ui.language import Spoken, tr
from inspector_app.ui.painting import Painted, sized

_LEFT, _TOP, _RIGHT, _BOTTOM = 52, 28, 16, 28
Points = list[tuple[float, float]]


class LossCurve(Painted, Spoken, QWidget):
    """`add` puts a step at the end; the axes fit themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.loss: Points = []
        self.validation: Points = []
        self.steps = 1
        self.setMinimumHeight(180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def clear(self) -> None:
        """Nothing was learned yet."""
        self.loss, self.validation, self.steps = [], [], 1
        self.update()

    def add(self, step: int, steps: int, loss: float | None, validation: float | None) -> None:
        """One step; numbers that are not there leave no point."""
        self.steps = max(steps, 1)
        if loss is not None:
            self.loss.append((step, loss))
        if validation is not None:
            self.validation.append((step, validation))
        last = self.loss[-1][1] if self.loss else 0.0
        self.setAccessibleName(tr("Loss {loss} at step {step} of {steps}", loss=f"{last:.3f}", step=step, steps=steps))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, 240)

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)
        top = self._top()
        painter.setFont(sized(painter.font(), 12))
        for share in (0.0, 0.5, 1.0):
            y = room.bottom() - share * room.height()
            painter.setPen(QPen(QColor(now.line), 1))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(QColor(now.muted))
            where = QRectF(0, y - 9, _LEFT - 8, 18)
            painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{share * top:.2f}")
        ends = ((Qt.AlignmentFlag.AlignLeft, "0"), (Qt.AlignmentFlag.AlignRight, str(self.steps)))
        for side, text in ends:
            painter.drawText(QRectF(room.left(), room.bottom() + 6, room.width(), 18), side, text)
        smooth = _smoothed(self.loss)
        self._line(painter, room, top, self.loss, QColor(now.line), 1.0)
        self._line(painter, room, top, smooth, QColor(now.accent), 2.5)
        self._line(painter, room, top, self.validation, QColor(now.ng), 2.5, dots=True)
        self._legend(painter, room)
        painter.end()

    def _top(self) -> float:
        values = sorted(value for _, value in (*self.loss, *self.validation))
        # One bad batch at the start must not flatten all that follows.
        return max(0.1, values[int(0.98 * (len(values) - 1))] * 1.1) if values else 1.0

    def _line(
        self, painter: QPainter, room: QRectF, top: float, points: Sequence[tuple[float, float]], ink: QColor,
        width: float, dots: bool = False,
    ) -> None:  # fmt: skip
        path, placed = QPainterPath(), []
        for step, value in points:
            x = room.left() + room.width() * step / self.steps
            placed.append(QPointF(x, room.bottom() - room.height() * min(1.0, value / top)))
        if not placed:
            return
        path.moveTo(placed[0])
        for point in placed[1:]:
            path.lineTo(point)
        painter.setPen(QPen(ink, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        if dots:
            painter.setBrush(ink)
            for point in placed:
                painter.drawEllipse(point, 3.5, 3.5)

    def _legend(self, painter: QPainter, room: QRectF) -> None:
        now, x = theme.tokens(), room.left()
        for ink, text in ((now.accent, tr("Loss of the steps")), (now.ng, tr("Validation units"))):
            painter.setPen(QPen(QColor(ink), 3))
            painter.drawLine(QPointF(x, 14), QPointF(x + 18, 14))
            painter.setPen(QColor(now.text))
            x += 26 + self.write(painter, QRectF(x + 26, 4, room.right() - x - 26, 20), text, 13) + 24


def _smoothed(points: Points, keep: float = 0.85) -> Points:
    found: Points = []
    mean = None
    for step, value in points:
        mean = value if mean is None else keep * mean + (1 - keep) * value
        found.append((step, mean))
    return found
