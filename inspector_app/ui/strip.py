"""The strip of the last units: a thumbnail for each, the newest at the left, on which its verdict arrives.

One painted widget, so that six hundred units cost no more than six. Knows thumbnails; knows no record and no model.
"""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector_app.ui import icons, theme
from inspector_app.ui.language import Spoken, mark, tr
from inspector_app.ui.painting import Painted
from inspector_app.ui.theme import Themed
from inspector_app.ui.words import verdict_word
from model_runtime.verdict import Answer

HEIGHT = 96
_CELL, _GAP, _PICTURE = 92, 8, 64
_EMPTY = mark("The units of today appear here, each with its verdict.")


class Mark(Enum):
    """What a thumbnail says of its unit."""

    WAITING = "waiting"
    JUDGING = "judging"
    OK = Answer.OK
    NG = Answer.NG
    INCONCLUSIVE = Answer.INCONCLUSIVE
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


_WORDS = {
    Mark.WAITING: mark("waiting"),
    Mark.JUDGING: mark("being judged"),
    Mark.FAILED: mark("could not be judged"),
    Mark.WITHDRAWN: mark("withdrawn"),
}
_ICONS = {Mark.WAITING: "hourglass", Mark.JUDGING: "loader-circle", Mark.FAILED: "triangle-alert", Mark.WITHDRAWN: "x"}


@dataclass(frozen=True, slots=True)
class Thumb:
    """One unit of the strip; `key` names it. `open`: it is bad or doubtful and nobody has answered yet."""

    key: int
    name: str
    mark: Mark
    picture: QImage | None = None
    open: bool = False
    settled: str = ""
    """Icon of what the operator did with it: "check" accepted, "hand" disagreed; empty: nothing yet."""

    def words(self) -> str:
        """What a screen reader says."""
        answer = self.mark.value
        said = verdict_word(answer) if isinstance(answer, Answer) else tr(_WORDS[self.mark])
        return f"{self.name} {said}".strip()


class UnitStrip(Spoken, Themed, Painted, QWidget):
    """`picked` gives the key of the thumbnail that was touched."""

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.thumbs: list[Thumb] = []
        self.chosen: int | None = None
        self._first = 0
        self._angle = 0
        self._faces: dict[tuple[object, ...], QPixmap] = {}
        self._tiles: dict[tuple[int, float], QPixmap] = {}
        # It lies on the page and fills all of its room: the page need not be painted under it.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._spin = QTimer(self, interval=80)
        self._spin.timeout.connect(self._turn)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_thumbs(self, thumbs: list[Thumb], chosen: int | None) -> None:
        """All units, newest first, and the one that is on the stage."""
        if thumbs == self.thumbs and chosen == self.chosen:
            return
        before = self._looks()
        self.thumbs, self.chosen = thumbs, chosen
        self._follow()
        busy = any(thumb.mark is Mark.JUDGING for thumb in thumbs)
        if busy != self._spin.isActive():
            self._spin.start() if busy else self._spin.stop()
        self._call()
        now = self._looks()
        if not now or len(now) != len(before):
            self.update()
        for place, (old, new) in enumerate(zip(before, now, strict=False)):
            if old != new:
                self.update(self.cell(place).toAlignedRect())

    def _looks(self) -> list[tuple[Thumb, bool]]:
        """What is seen at each place."""
        shown = self.thumbs[self._first : self._first + self.seen()]
        return [(thumb, thumb.key == self.chosen) for thumb in shown]

    def respeak(self) -> None:
        self._call()
        self.update()

    def _call(self) -> None:
        self.setAccessibleName(", ".join(thumb.words() for thumb in self.thumbs[:8]) or tr(_EMPTY))

    def restyle(self) -> None:
        self._faces.clear()
        self._tiles.clear()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(4 * (_CELL + _GAP), HEIGHT)

    def seen(self) -> int:
        """How many thumbnails there is room for."""
        return max(1, (self.width() + _GAP) // (_CELL + _GAP))

    def cell(self, place: int) -> QRectF:
        """The rectangle of the thumbnail at a place, counted from the left edge of what is seen."""
        return QRectF(place * (_CELL + _GAP), 0, _CELL, HEIGHT)

    def _follow(self) -> None:
        """Keep the chosen one in sight; the newest when none is chosen."""
        at = next((n for n, thumb in enumerate(self.thumbs) if thumb.key == self.chosen), 0)
        if not self._first <= at < self._first + self.seen():
            self._first = max(0, at - self.seen() + 1)
        self._first = min(self._first, max(0, len(self.thumbs) - self.seen()))

    def _turn(self) -> None:
        self._angle = (self._angle + 24) % 360
        for place, thumb in enumerate(self.thumbs[self._first : self._first + self.seen()]):
            if thumb.mark is Mark.JUDGING:
                self.update(self.cell(place).toAlignedRect())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = int(event.position().x() // (_CELL + _GAP))
        if 0 <= self._first + place < len(self.thumbs) and place < self.seen():
            self.picked.emit(self.thumbs[self._first + place].key)

    def wheelEvent(self, event: QWheelEvent) -> None:
        step = -1 if event.angleDelta().y() > 0 else 1
        self._first = min(max(0, self._first + step), max(0, len(self.thumbs) - self.seen()))
        self.update()

    # -- how it is painted

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(theme.tokens().back))
        shown = self.thumbs[self._first : self._first + self.seen()]
        if not shown:
            self._paint_empty(painter)
        # Few calls of Qt: each may have to wait for the other threads of the program.
        step, asked = _CELL + _GAP, event.rect()
        left, right = asked.left(), asked.right()
        for place, thumb in enumerate(shown):
            if place * step <= right and place * step + _CELL > left:
                painter.drawPixmap(place * step, 0, self._face(thumb))
        painter.end()

    def _paint_empty(self, painter: QPainter) -> None:
        now = theme.tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(now.line), 1, Qt.PenStyle.DashLine))
        room = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(room, 10, 10)
        painter.setPen(QColor(now.muted))
        self.write(painter, room.adjusted(16, 0, -16, 0), tr(_EMPTY), 15, flags=Qt.AlignmentFlag.AlignCenter)

    def _face(self, thumb: Thumb) -> QPixmap:
        """A thumbnail painted once: each call of a painter may have to wait for the other threads of the program."""
        picture = 0 if thumb.picture is None else thumb.picture.cacheKey()
        ratio = self.devicePixelRatioF()
        angle = self._angle if thumb.mark is Mark.JUDGING else 0
        key = (thumb.key, thumb.name, thumb.mark, picture, thumb.open, thumb.settled, thumb.key == self.chosen, ratio)
        if angle == 0 and key in self._faces:
            return self._faces[key]
        face = QPixmap(QSize(round(_CELL * ratio), round(HEIGHT * ratio)))
        face.setDevicePixelRatio(ratio)
        face.fill(QColor(theme.tokens().back))
        painter = QPainter(face)
        painter.setFont(self.font())
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_thumb(painter, thumb, QRectF(0, 0, _CELL, HEIGHT))
        painter.end()
        if angle == 0:
            if len(self._faces) > 4 * self.seen():
                self._faces.clear()
            self._faces[key] = face
        return face

    def _paint_thumb(self, painter: QPainter, thumb: Thumb, cell: QRectF) -> None:
        now = theme.tokens()
        fill, ink = self._colours(thumb)
        frame = QRectF(cell.left() + 2, 2, _CELL - 4, _PICTURE)
        painter.drawPixmap(frame.topLeft().toPoint(), self._tile(thumb.picture, frame.size()))
        if thumb.mark is Mark.WITHDRAWN:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 140))
            painter.drawRoundedRect(frame, 8, 8)
        self._paint_frame(painter, thumb, frame, fill)
        self._paint_badge(painter, thumb, frame, fill, ink)
        painter.setPen(QColor(now.text if thumb.key == self.chosen else now.muted))
        name = QRectF(cell.left(), frame.bottom() + 4, _CELL, HEIGHT - frame.bottom() - 4)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        self.write(painter, name, thumb.name, 13, bold=thumb.key == self.chosen, flags=flags)
        self.cut.discard(thumb.name)  # a serial number may be of any length; its end is on the card

    def _tile(self, picture: QImage | None, size: QSizeF) -> QPixmap:
        """The picture of a unit cut to its frame, once for all that is said on it."""
        ratio = self.devicePixelRatioF()
        key = (0 if picture is None else picture.cacheKey(), ratio)
        if key not in self._tiles:
            if len(self._tiles) > 4 * self.seen():
                self._tiles.clear()
            tile = QPixmap((size * ratio).toSize())
            tile.setDevicePixelRatio(ratio)
            tile.fill(QColor(theme.tokens().back))
            frame, outline = QRectF(QPointF(), size), QPainterPath()
            outline.addRoundedRect(frame, 8, 8)
            painter = QPainter(tile)
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
            painter.setClipPath(outline)
            painter.fillRect(frame, QColor(theme.tokens().stage))
            if picture is not None:
                painter.drawImage(frame, picture, _filling(picture.size(), frame))
            painter.end()
            self._tiles[key] = tile
        return self._tiles[key]

    def _colours(self, thumb: Thumb) -> tuple[QColor, QColor]:
        now = theme.tokens()
        if isinstance(thumb.mark.value, Answer):
            return now.verdict(thumb.mark.value)
        return QColor(now.card), QColor(now.text)

    def _paint_frame(self, painter: QPainter, thumb: Thumb, frame: QRectF, fill: QColor) -> None:
        now = theme.tokens()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        known = isinstance(thumb.mark.value, Answer)
        painter.setPen(QPen(fill if known else QColor(now.line), 3 if known else 1))
        painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), 7, 7)
        if thumb.key == self.chosen:
            painter.setPen(QPen(QColor(now.text), 3))
            painter.drawRoundedRect(frame.adjusted(-0.5, -0.5, 0.5, 0.5), 9, 9)

    def _paint_badge(self, painter: QPainter, thumb: Thumb, frame: QRectF, fill: QColor, ink: QColor) -> None:
        answer = thumb.mark.value
        icon = icons.VERDICT_ICONS[answer] if isinstance(answer, Answer) else _ICONS[thumb.mark]
        side = 34.0 if thumb.open else 28.0
        badge = QRectF(frame.right() - side - 3, frame.bottom() - side - 3, side, side)
        self._paint_disc(painter, badge, fill, ink, icon, thumb.mark is Mark.JUDGING)
        if thumb.settled:
            other = QRectF(frame.left() + 3, frame.bottom() - 25, 22, 22)
            self._paint_disc(painter, other, QColor(theme.tokens().card), QColor(theme.tokens().text), thumb.settled)

    def _paint_disc(
        self, painter: QPainter, place: QRectF, fill: QColor, ink: QColor, icon: str, turning: bool = False
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(place, place.width() / 2, place.width() / 2)
        painter.save()
        if turning:
            painter.translate(place.center())
            painter.rotate(self._angle)
            painter.translate(-place.center())
        inner = place.width() * 0.16
        icons.draw(painter, icon, ink, place.adjusted(inner, inner, -inner, -inner))
        painter.restore()


def _filling(size: QSize, frame: QRectF) -> QRectF:
    """The middle part of a picture that fills a frame without distortion."""
    scale = min(size.width() / frame.width(), size.height() / frame.height())
    part = QRectF(0, 0, frame.width() * scale, frame.height() * scale)
    part.moveCenter(QRectF(0, 0, size.width(), size.height()).center())
    return part
