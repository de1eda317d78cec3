"""The verdict for two metres' distance: colour, shape and word; before it, what to do or what is being waited for.

Knows the verdict and its words. Knows no page and no record.
"""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector_app.ui import icons, theme
from inspector_app.ui.language import Spoken, tr
from inspector_app.ui.painting import Painted, first_that_fits, fitting, sized, wrapped_height
from inspector_app.ui.words import doubt, summary, verdict_word
from model_runtime.verdict import Answer, Verdict

_BUSY = "loader-circle"
"""The icon that turns while it is shown."""
_LATIN, _KANJI = 0.76, 0.9
"""Height of what is seen of a letter, as a part of its font's pixels."""


class VerdictBand(Spoken, Painted, QWidget):
    """One large word and a line or two under it."""

    def __init__(self, height: int = 140) -> None:
        super().__init__()
        self._verdict: Verdict | None = None
        self._icon, self._title, self._hint = "camera", "", ""
        self._name = ""
        self._angle = 0
        self._spin = QTimer(self, interval=40)
        self._spin.timeout.connect(self._turn)
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def answer(self) -> Answer | None:
        """The verdict that is shown, if one is."""
        return self._verdict.judgment.verdict if self._verdict else None

    @property
    def title(self) -> str:
        """The large word, as it is on the screen."""
        return verdict_word(self._verdict.judgment.verdict) if self._verdict else tr(self._title)

    @property
    def hint(self) -> str:
        """The line under it."""
        if self._verdict is None:
            return tr(self._hint) if self._hint else ""
        return doubt(self._verdict) or summary(self._verdict)

    def show_verdict(self, verdict: Verdict, name: str = "") -> None:
        """Say the verdict of the unit of that name."""
        if verdict is self._verdict and name == self._name:
            return
        self._verdict, self._name = verdict, name
        self._spin.stop()
        self.respeak()

    def show_state(self, icon: str, title: str, hint: str) -> None:
        """Say what to do or what is going on; both texts are sources for `tr`, or said already."""
        if (None, icon, title, hint) == (self._verdict, self._icon, self._title, self._hint):
            return
        self._verdict, self._icon, self._title, self._hint = None, icon, title, hint
        if (icon == _BUSY) != self._spin.isActive():
            self._spin.stop() if icon != _BUSY else self._spin.start()
        self.respeak()

    def _turn(self) -> None:
        self._angle = (self._angle + 12) % 360
        self.update(self._shape_place().toAlignedRect())

    def respeak(self) -> None:
        self.cut.clear()
        self.setAccessibleName(f"{self.title}. {self.hint}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, self.height())

    def _shape_place(self) -> QRectF:
        side = self.height() * (0.7 if self._verdict else 0.44)
        return QRectF(theme.GAP_XL, (self.height() - side) / 2, side, side)

    # -- how it is painted

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.tokens()
        fill, ink, icon = QColor(now.card), QColor(now.text), self._icon
        if self._verdict is not None:
            fill, ink = now.verdict(self._verdict.judgment.verdict)
            icon = icons.VERDICT_ICONS[self._verdict.judgment.verdict]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(now.line), 1) if self._verdict is None else Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)
        place = self._shape_place()
        self._paint_icon(painter, icon, ink, place)
        left = place.right() + theme.GAP_XL
        room = QRectF(left, 0, self.width() - left - theme.GAP_XL, self.height())
        if self._verdict is None:
            self._paint_words(painter, room, ink, int(self.height() * 0.25), (16, 15, 14))
        else:
            left_over = self._paint_name(painter, room, ink)
            self._paint_words(painter, room, ink, int(self.height() * 0.58), (20, 18, 16, 15, 14), left_over.width())
        painter.end()

    def _paint_icon(self, painter: QPainter, icon: str, ink: QColor, place: QRectF) -> None:
        painter.save()
        if icon == _BUSY:
            painter.translate(place.center())
            painter.rotate(self._angle)
            painter.translate(-place.center())
        icons.draw(painter, icon, ink, place)
        painter.restore()

    def _paint_name(self, painter: QPainter, room: QRectF, ink: QColor) -> QRectF:
        """Whose verdict it is, in the upper right corner, for the units run on while verdicts come; the room left."""
        if not self._name or self.height() < 120:
            return room
        painter.setPen(ink)
        corner = QRectF(room.left() + 0.65 * room.width(), 10, 0.35 * room.width(), 28)
        width = self.write(painter, corner, self._name, 20, bold=True, flags=Qt.AlignmentFlag.AlignRight)
        self.cut.discard(self._name)  # of any length; the whole of it is on the card
        return room.adjusted(0, 0, -width - theme.GAP, 0)

    def _paint_words(
        self, painter: QPainter, room: QRectF, ink: QColor, largest: int, sizes: tuple[int, ...], width: float = 0.0
    ) -> None:
        """`width`: what there is for the large word, where its line is not free to the end."""
        hint = self.hint
        below = QRectF(0, 0, room.width(), self.height() * 0.36)
        second = first_that_fits(self.font(), hint, below, sizes)
        low = wrapped_height(second, hint, room.width())
        self.note(hint, low <= below.height())
        if low > 1.8 * second.pixelSize():  # two lines: the word gives way a little
            largest = int(largest * 0.86)
        clear = self.height() - low - 2 * theme.GAP  # of the band's edges
        largest = min(largest, int(clear / (_KANJI + 0.16)))
        first = fitting(self.font(), self.title, width or room.width(), largest, bold=True)
        # Set by what is seen of the letters: the fonts' own line heights leave holes above and below.
        high = (_LATIN if self.title.isascii() else _KANJI) * first.pixelSize()
        gap = 0.16 * first.pixelSize() + 2 if hint else 0.0
        top = (self.height() - high - gap - low) / 2
        painter.setPen(ink)
        painter.setFont(first)
        # A kanji reaches below the line that letters stand on.
        foot = 0.0 if self.title.isascii() else 0.08 * first.pixelSize()
        painter.drawText(QPointF(room.left(), top + high - foot), self.title)
        painter.setFont(sized(second, second.pixelSize()))
        lines = QRectF(room.left(), top + high + gap, room.width(), low + 4)
        painter.drawText(lines, int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop), hint)
