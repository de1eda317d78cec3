"""Text painted by hand that never leaves its room: made smaller while it stays readable, then shortened.

Knows painters and fonts. Knows no widget of ours; `Painted` lets a test ask what had to be shortened.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

LEAST = 12
"""Pixels; smaller text is not readable at arm's length."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_WRAPPED = Qt.TextFlag.TextWordWrap


class Painted:
    """Mixed into a widget that paints words: `cut` holds the texts that did not fit when it was painted last."""

    def __init__(self) -> None:
        super().__init__()
        self.cut: set[str] = set()

    def write(
        self,
        painter: QPainter,
        room: QRectF,
        text: str,
        pixels: int,
        *,
        bold: bool = False,
        least: int = LEAST,
        flags: Qt.AlignmentFlag = _LEFT,
    ) -> float:
        """One line in `room`, as large as `pixels` if it fits; its width as painted."""
        font = fitting(painter.font(), text, room.width(), pixels, bold=bold, least=least)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width() + 0.5)
        self.note(text, shown == text)
        painter.drawText(room, flags, shown)
        return metrics.horizontalAdvance(shown)

    def note(self, text: str, fits: bool) -> None:
        """Remember whether a text fitted."""
        self.cut.discard(text) if fits else self.cut.add(text)


def fitting(base: QFont, text: str, width: float, pixels: int, *, bold: bool = False, least: int = LEAST) -> QFont:
    """The font at `pixels`, or as much smaller as the text needs to fit on one line, never below `least`."""
    font = sized(base, pixels, bold)
    needed = QFontMetricsF(font).horizontalAdvance(text)
    if needed > width > 0:
        font.setPixelSize(max(least, int(pixels * width / needed)))
    return font


def sized(base: QFont, pixels: int, bold: bool = False) -> QFont:
    """The same font in another size."""
    font = QFont(base)
    font.setBold(bold)
    font.setPixelSize(max(pixels, 1))
    return font


def wrapped_height(font: QFont, text: str, width: float) -> float:
    """How high a text is when its lines are broken at `width`."""
    if not text:
        return 0.0
    return QFontMetricsF(font).boundingRect(QRectF(0, 0, width, 10_000), int(_WRAPPED), text).height()


def first_that_fits(base: QFont, text: str, room: QRectF, sizes: Sequence[int]) -> QFont:
    """The largest of some sizes at which the text fits on one line, else broken into lines; the smallest at last."""
    font = base
    for pixels in sizes:
        font = sized(base, pixels)
        if QFontMetricsF(font).horizontalAdvance(text) <= room.width():
            return font
    for pixels in sizes:
        font = sized(base, pixels)
        if wrapped_height(font, text, room.width()) <= room.height():
            break
    return font
