"""The stage: the live picture or the photo, as large as it fits, with the region of a defect drawn on it.

Knows pixels and the 8x8 grid. Knows no camera and no file.
"""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector_app.ui import icons, theme
from inspector_app.ui.language import tr
from model_runtime.verdict import Region

_RADIUS = 12.0


class PhotoStage(QWidget):
    """Shows one picture, or an icon with words where there is none."""

    def __init__(self, least: QSize | None = None) -> None:
        super().__init__()
        self._picture: QImage | None = None
        self._region: Region | None = None
        self._mark: QColor | None = None
        self._tag = ""
        self._empty = ("image", "", "")
        self._hover = False
        self._inset: QImage | None = None
        self.setMinimumSize(least or QSize(320, 220))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def picture(self) -> QImage | None:
        """What is shown now."""
        return self._picture

    @property
    def region(self) -> Region | None:
        """The cell that is marked now."""
        return self._region

    def show_picture(self, picture: QImage, tag: str = "") -> None:
        """Show a picture; `tag` is a word in its corner ("Live"). A mark that was drawn stays."""
        self._picture, self._tag = picture, tag
        self.update()

    def show_empty(self, icon: str, title: str, hint: str) -> None:
        """Show no picture; the two texts are sources for `tr`."""
        self._picture, self._region, self._empty = None, None, (icon, title, hint)
        self.update()

    def mark(self, region: Region | None, colour: QColor | None = None) -> None:
        """Draw a ring around a cell of the grid, or none."""
        self._region, self._mark = region, colour
        self.update()

    def set_inset(self, picture: QImage | None) -> None:
        """A small picture in the corner: the golden photo that the part is compared with."""
        self._inset = picture
        self.update()

    def set_hover(self, over: bool) -> None:
        """A file is held over the stage and may be dropped."""
        self._hover = over
        self.update()

    def place(self) -> QRectF:
        """The rectangle of the picture inside the stage."""
        if self._picture is None or self._picture.isNull():
            return QRectF()
        room = QRectF(self.rect())
        size = QSize(self._picture.size()).scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(room.center())
        return place

    def cell(self) -> QRectF:
        """The marked cell, in pixels of the stage."""
        if self._region is None or self._picture is None:
            return QRectF()
        place, grid = self.place(), self._region.grid
        width, height = place.width() / grid, place.height() / grid
        return QRectF(place.left() + self._region.col * width, place.top() + self._region.row * height, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        painter.setClipPath(outline)
        painter.fillRect(self.rect(), QColor(now.stage))
        if self._picture is not None:
            painter.drawImage(self.place(), self._picture)
            self._paint_mark(painter)
            self._paint_tag(painter)
        else:
            self._paint_empty(painter, now)
        self._paint_inset(painter)
        if self._hover:
            painter.setPen(QPen(QColor(now.accent), 6))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 3, -3, -3), _RADIUS, _RADIUS)
        painter.end()

    def _paint_mark(self, painter: QPainter) -> None:
        cell = self.cell()
        if cell.isEmpty() or self._mark is None:
            return
        # The cell is where to look, not a contour: a ring somewhat larger than it.
        grow = 0.25 * min(cell.width(), cell.height())
        ring = cell.adjusted(-grow, -grow, grow, grow)
        corner = 0.3 * min(ring.width(), ring.height())
        for colour, width in ((QColor(0, 0, 0, 90), 9.0), (QColor(255, 255, 255, 235), 6.0), (self._mark, 3.5)):
            painter.setPen(QPen(colour, width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ring, corner, corner)

    def _paint_tag(self, painter: QPainter) -> None:
        if not self._tag:
            return
        font = self.font()
        font.setPixelSize(13)
        painter.setFont(font)
        text = tr(self._tag)
        width = painter.fontMetrics().horizontalAdvance(text)
        badge = QRectF(12, 12, width + 36, 28)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 150))
        painter.drawRoundedRect(badge, 14, 14)
        painter.setBrush(QColor("#ff5b45"))
        painter.drawEllipse(QPointF(badge.left() + 15, badge.center().y()), 4.5, 4.5)
        painter.setPen(QColor("white"))
        painter.drawText(badge.adjusted(26, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_inset(self, painter: QPainter) -> None:
        if self._inset is None:
            return
        size = self._inset.size().scaled(QSize(132, 132), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(
            self.width() - size.width() - 14, self.height() - size.height() - 14, size.width(), size.height()
        )
        for grow, colour in ((4, QColor(0, 0, 0, 110)), (2, QColor("white"))):
            painter.fillRect(place.adjusted(-grow, -grow, grow, grow), colour)
        painter.drawImage(place, self._inset)
        painter.setPen(QColor("white"))
        strip = QRectF(place.left(), place.bottom() - 22, place.width(), 22)
        painter.fillRect(strip, QColor(0, 0, 0, 160))
        font = self.font()
        font.setPixelSize(12)
        painter.setFont(font)
        painter.drawText(strip, Qt.AlignmentFlag.AlignCenter, tr("Golden photo"))

    def _paint_empty(self, painter: QPainter, now: theme.Tokens) -> None:
        icon, title, hint = self._empty
        middle = QRectF(self.rect()).center()
        size = 64.0 if self.height() > 200 else 36.0
        icons.draw(painter, icon, now.on_stage, QRectF(middle.x() - size / 2, middle.y() - size - 12, size, size))
        font = self.font()
        for text, pixels, top, bold in ((title, 20, 4, True), (hint, 15, 38, False)):
            font.setPixelSize(pixels)
            font.setBold(bold)
            painter.setFont(font)
            painter.setPen(QColor(now.on_stage))
            room = QRectF(24, middle.y() + top, self.width() - 48, 60)
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            if text:
                painter.drawText(room, int(flags), tr(text))
