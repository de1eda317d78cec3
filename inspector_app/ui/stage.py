"""The stage: the live picture or the photo, as large as it fits, with the region of a defect drawn on it.

Knows pixels and the 8x8 grid. Knows no camera and no file.
"""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector_app.ui import icons, theme
from inspector_app.ui.language import tr
from inspector_app.ui.painting import Painted, sized, wrapped_height
from model_runtime.verdict import Region

_RADIUS = 12.0
_LIVE_DOT = "#ff5b45"


class PhotoStage(Painted, QWidget):
    """Shows one picture, or an icon with words where there is none."""

    def __init__(self, least: QSize | None = None) -> None:
        super().__init__()
        self._scaled: dict[int, QPixmap] = {}
        self._picture: QImage | None = None
        self._region: Region | None = None
        self._mark: QColor | None = None
        self._tag = ""
        self._empty = ("image", "", "")
        self._hover = False
        self._inset: QImage | None = None
        self._surround = ""
        self.setMinimumSize(least or QSize(320, 220))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def picture(self) -> QImage | None:
        """What is shown now."""
        return self._picture

    @property
    def live(self) -> bool:
        """The picture is one of many that follow each other."""
        return bool(self._tag)

    @property
    def region(self) -> Region | None:
        """The cell that is marked now."""
        return self._region

    def show_picture(self, picture: QImage, tag: str = "") -> None:
        """Show a picture; `tag` is a word in its corner ("Live"). A mark that was drawn stays."""
        if picture is not self._picture:  # the same one needs no second scaling
            self._scaled.clear()
        self._picture, self._tag = picture, tag
        self.update()

    def show_empty(self, icon: str, title: str, hint: str) -> None:
        """Show no picture; the two texts are sources for `tr`."""
        self._picture, self._region, self._tag, self._empty = None, None, "", (icon, title, hint)
        self.update()

    def mark(self, region: Region | None, colour: QColor | None = None) -> None:
        """Draw a ring around a cell of the grid, or none."""
        if (region, colour) != (self._region, self._mark):
            self._region, self._mark = region, colour
            self.update()

    def set_inset(self, picture: QImage | None) -> None:
        """A small picture in the corner: the golden photo that the part is compared with."""
        self._inset = picture
        self._scaled.clear()
        self.update()

    def set_hover(self, over: bool) -> None:
        """A file is held over the stage and may be dropped."""
        self._hover = over
        self.update()

    def lie_on(self, surround: str) -> None:
        """What is around it has this colour (a role of the theme): a live picture then paints nothing but itself."""
        self._surround = surround
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, bool(surround))

    def place(self) -> QRectF:
        """The rectangle of the picture inside the stage."""
        return self._fit(self._picture, QRectF(self.rect()))

    @staticmethod
    def _fit(picture: QImage | None, room: QRectF) -> QRectF:
        """The largest rectangle with the picture's proportions in the middle of a room."""
        if picture is None or picture.isNull():
            return QRectF()
        size = QSize(picture.size()).scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(room.center())
        return place

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._scaled.clear()

    def _draw(self, painter: QPainter, place: QRectF, picture: QImage) -> None:
        """A still is scaled well, once; a live frame quickly, for the next one is near."""
        if self._tag:
            painter.drawImage(place, picture)
            return
        pixels = (place.size() * self.devicePixelRatioF()).toSize()
        kept = self._scaled.get(picture.cacheKey())
        if kept is None or kept.size() != pixels:
            smooth = Qt.TransformationMode.SmoothTransformation
            kept = QPixmap.fromImage(picture.scaled(pixels, Qt.AspectRatioMode.IgnoreAspectRatio, smooth))
            kept.setDevicePixelRatio(self.devicePixelRatioF())
            self._scaled[picture.cacheKey()] = kept
        painter.drawPixmap(place.topLeft().toPoint(), kept)  # between two pixels it would be scaled once more

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
        if self._surround:
            painter.fillRect(self.rect(), QColor(getattr(now, self._surround)))
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        painter.setClipPath(outline)
        painter.fillRect(self.rect(), QColor(now.stage))
        self._paint_scene(painter)
        if self._hover:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(now.accent), 6))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 3, -3, -3), _RADIUS, _RADIUS)
        painter.end()

    def _paint_scene(self, painter: QPainter) -> None:
        if self._picture is not None:
            self._draw(painter, self.place(), self._picture)
            self._paint_mark(painter, self.cell())
            self._paint_tag(painter)
        else:
            self._paint_empty(painter, theme.tokens())
        self._paint_inset(painter)

    def _paint_mark(self, painter: QPainter, cell: QRectF) -> None:
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
        if self._tag:
            self._paint_badge(painter, QPointF(12, 12), tr(self._tag), QColor(_LIVE_DOT))

    def _paint_badge(self, painter: QPainter, corner: QPointF, text: str, dot: QColor | None = None) -> QRectF:
        """White words on a dark pill with its upper left corner there; the pill's rectangle."""
        painter.setFont(sized(self.font(), 14))
        lead = 26 if dot else 12
        width = painter.fontMetrics().horizontalAdvance(text)
        badge = QRectF(corner.x(), corner.y(), width + lead + 12, 30)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 170))
        painter.drawRoundedRect(badge, 15, 15)
        if dot is not None:
            painter.setBrush(dot)
            painter.drawEllipse(QPointF(badge.left() + 15, badge.center().y()), 4.5, 4.5)
        painter.setPen(QColor("white"))
        painter.drawText(badge.adjusted(lead, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
        return badge

    def _paint_inset(self, painter: QPainter) -> None:
        if self._inset is None:
            return
        size = self._inset.size().scaled(QSize(132, 132), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(
            self.width() - size.width() - 14, self.height() - size.height() - 14, size.width(), size.height()
        )
        for grow, colour in ((4, QColor(0, 0, 0, 110)), (2, QColor("white"))):
            painter.fillRect(place.adjusted(-grow, -grow, grow, grow), colour)
        self._draw(painter, place, self._inset)
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
        painter.setPen(QColor(now.on_stage))
        top = middle.y() + 4
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        for text, pixels, bold in ((title, 20, True), (hint, 15, False)):
            if not text:
                continue
            font = sized(self.font(), pixels, bold)
            room = QRectF(24, top, self.width() - 48, wrapped_height(font, tr(text), self.width() - 48))
            painter.setFont(font)
            painter.drawText(room, int(flags), tr(text))
            self.note(tr(text), room.bottom() <= self.height())
            top = room.bottom() + 6
