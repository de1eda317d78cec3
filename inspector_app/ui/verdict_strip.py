"""The verdict on a low strip, for a supervisor near by: shape and word at the left, why a person must decide beside it.

Knows the verdict and its words, as the band of the operator does. Knows no page.
"""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent

from inspector_app.ui import icons, theme
from inspector_app.ui.painting import first_that_fits, fitting, wrapped_height
from inspector_app.ui.verdict_band import VerdictBand

_WORD = 24
_SIZES = (17, 16, 15, 14, 13)


class VerdictStrip(VerdictBand):
    """Icon, word, and the sentence in the room that is left, broken into lines."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._verdict is None:
            super().paintEvent(event)
            return
        answer = self._verdict.judgment.verdict
        fill, ink = theme.tokens().verdict(answer)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(self.rect()), 12, 12)
        side = 40.0
        icon = QRectF(theme.GAP_L, (self.height() - side) / 2, side, side)
        icons.draw(painter, icons.VERDICT_ICONS[answer], ink, icon)
        left = icon.right() + theme.GAP
        font = fitting(self.font(), self.title, 0.42 * self.width(), _WORD, bold=True)
        wide = QFontMetricsF(font).horizontalAdvance(self.title)
        painter.setPen(ink)
        painter.setFont(font)
        painter.drawText(QRectF(left, 0, wide + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, self.title)
        room = QRectF(left + wide + theme.GAP_L, 6, self.width() - left - wide - 2 * theme.GAP_L, self.height() - 12)
        second = first_that_fits(self.font(), self.hint, room, _SIZES)
        self.note(self.hint, wrapped_height(second, self.hint, room.width()) <= room.height())
        painter.setFont(second)
        painter.drawText(room, int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter), self.hint)
        painter.end()
